//! Write-only attributes under a host that would keep them.

use crate::{Attribute, Block, Diagnostics, Nested, Nesting, Path, Value, path::Step};
use std::collections::BTreeMap;

/// Tell every write-only attribute that a configuration sets. Hosts before Terraform 1.11 know no such thing: they would
/// keep the value in their state.
pub(super) fn refuse(block: &Block, config: &Value) -> Diagnostics {
    let mut told = Diagnostics::default();
    of_block(block, config, &Path::default(), &mut told);
    told
}

fn of_block(block: &Block, config: &Value, at: &Path, told: &mut Diagnostics) {
    of_attributes(&block.attributes, config, at, told);
    for (name, nested) in &block.blocks {
        for (step, config) in entries(nested.nesting, config.get(name)) {
            of_block(&nested.block, config, &further(at, name, step), told);
        }
    }
}

fn of_attributes(all: &BTreeMap<String, Attribute>, config: &Value, at: &Path, told: &mut Diagnostics) {
    for (name, attribute) in all {
        let set = config.get(name);
        if attribute.write_only && !set.is_null() {
            let path = at.clone().attribute(name);
            let detail = format!(
                "{path} is write-only, and this Terraform would keep it in its state: use Terraform 1.11 or newer."
            );
            told.error(path, "A write-only attribute cannot be set", detail);
        }
        if let Nested::Attributes(nesting, fields) = &attribute.of {
            for (step, config) in entries(*nesting, set) {
                of_attributes(fields, config, &further(at, name, step), told);
            }
        }
    }
}

/// What a value holds of a nesting, each with its step into it. Elements of sets cannot be addressed.
fn entries(nesting: Nesting, value: &Value) -> Vec<(Option<Step>, &Value)> {
    match nesting {
        Nesting::Single | Nesting::Group => vec![(None, value)],
        Nesting::Map => {
            value.entries().map(|(key, entry)| (Some(Step::Key(key.to_owned())), entry)).collect()
        }
        Nesting::List => {
            value.items().iter().enumerate().map(|(at, it)| (Some(Step::Index(at)), it)).collect()
        }
        Nesting::Set => value.items().iter().map(|item| (None, item)).collect(),
    }
}

fn further(at: &Path, name: &str, step: Option<Step>) -> Path {
    let mut path = at.clone().attribute(name);
    path.0.extend(step);
    path
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{NestedBlock, Type};

    #[test]
    fn each_that_is_set_is_told_with_its_path() {
        let secret =
            || BTreeMap::from([("secret".to_owned(), Attribute::optional(Type::String).write_only())]);
        let inner = Block { attributes: secret(), ..Default::default() };
        let block = Block {
            attributes: secret(),
            blocks: [("job".to_owned(), NestedBlock::new(Nesting::Map, inner))].into(),
            ..Default::default()
        };
        let set = || Value::map([("secret", Value::from("hidden"))]);
        let config = Value::map([
            ("secret", Value::Null),
            ("job", Value::map([("etl", set()), ("other", Value::Null)])),
        ]);
        let told = refuse(&block, &config);
        let [it] = &told.0[..] else { panic!("{told:?}") };
        assert_eq!(it.path, Some(Path::root("job").key("etl").attribute("secret")));
        assert!(!it.detail.contains("hidden"));
    }
}
