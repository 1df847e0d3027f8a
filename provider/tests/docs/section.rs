//! The page of one section of a lake.

use crate::{arguments, changes::Changes, example, tables};
use lake_api::{
    FieldPath,
    contract::{Map, Object, Shape},
};
use lake_provider::{
    projection::{self, Block, Nested},
    words::in_terraform,
};
use lake_reconcile::{
    CONTRACT,
    kind::{Replace, Traits, Wears},
    kinds::{self, Driver},
    spec::singular::snake,
};
use std::fmt::Write;

/// A section of a lake.
pub(crate) struct Section {
    /// Its word in the spec, `eventBuses`.
    word: String,
    /// What Terraform calls a member, `event_bus`.
    block: &'static str,
    /// The members in Terraform.
    nested: &'static Nested,
    /// The members in the contract.
    members: &'static Map,
    /// What a member is.
    kind: &'static dyn Driver,
}

/// All sections, in the order of their words.
pub(crate) fn all() -> Vec<Section> {
    let fields = &CONTRACT.shape().object().expect("a spec is an object").fields;
    let of = |(word, kind): (String, &'static dyn Driver)| {
        let found = projection::spec().blocks.iter().find(|(_, it)| it.field == word);
        let (block, nested) = found.expect("a section is a block");
        let Shape::Map(members) = &fields[&word].shape else { panic!("a section is a map") };
        Section { word, block, nested, members, kind }
    };
    let mut all: Vec<Section> = kinds::sections().map(of).collect();
    all.sort_by(|one, other| one.block.cmp(other.block));
    all
}

/// The page of a section's members, from `docs/`.
pub(crate) fn file(members: &Nested) -> String {
    format!("guides/{}.md", snake(members.field).replace('_', "-"))
}

impl Section {
    /// Its page, from `docs/`.
    pub(crate) fn file(&self) -> String {
        file(self.nested)
    }

    /// What an order of the template stands for.
    pub(crate) fn fill(&self, order: &str) -> String {
        match order {
            "block" => self.block.to_owned(),
            "section" => self.word.clone(),
            "description" => in_terraform(self.nested.description),
            "terraform" => example::terraform(&self.word),
            "yaml" => example::yaml(&self.word),
            "arguments" => {
                let name = self.kind.names().map(|rule| rule.length);
                let text = arguments::render(self.object(), self.block(), Changes::at(self.place()), name);
                text.trim_start().to_owned()
            }
            "changes" => self.traits().into_iter().map(changes).collect::<Vec<_>>().join("\n"),
            "outputs" => tables::outputs(&self.traits()),
            "actions" => tables::actions_of(&self.traits()),
            "limits" => self.limits(),
            "adoption" => self.adoption(),
            _ => panic!("no such order: {order}"),
        }
    }

    /// A member of it, for people.
    fn one(&self) -> String {
        people(self.kind.traits())
    }

    /// Where its members stand.
    pub(crate) fn place(&self) -> FieldPath {
        FieldPath::root().field(&self.word).field("*")
    }

    /// What a member may say.
    pub(crate) fn object(&self) -> &'static Object {
        self.members.entry.object().expect("a member is an object")
    }

    /// The same in Terraform.
    pub(crate) fn block(&self) -> &'static Block {
        &self.nested.block
    }

    /// What is true of its members, and of those that stand in them.
    fn traits(&self) -> Vec<&'static Traits> {
        let inner = self.block().blocks.values().filter(|it| it.members);
        let inner = inner.map(|it| Changes::at(self.place().field(it.field).field("*")).traits);
        [self.kind.traits()].into_iter().chain(inner).collect()
    }

    fn limits(&self) -> String {
        let mut text = format!("* At most {} in a lake.\n", self.members.max);
        if let Some(rule) = self.kind.names() {
            let (source, (least, greatest)) = (rule.source, rule.length);
            writeln!(
                text,
                "* A name on AWS has {least} to {greatest} characters once its templates are filled in ([AWS]({source}))."
            )
            .expect("a text takes texts");
        }
        text + "* What a single argument may hold stands beside it, above.\n"
    }

    fn adoption(&self) -> String {
        let (traits, one) = (self.kind.traits(), self.one());
        let mark = match traits.wears {
            Wears::Tags => "wears the lake's mark as tags",
            Wears::Parameters => "wears the lake's mark in its parameters",
            Wears::Nothing => {
                "can wear no mark: it belongs to whom the record names, or else to whom that belongs on which it hangs"
            }
        };
        let data = match traits.holds_data {
            true => {
                " It holds data: `on_delete` says what becomes of that, and `deletion_protection` guards it."
            }
            false => "",
        };
        let mut text = format!("{} {mark}.{data}\n", capital(&article(&one)));
        if self.block().attributes.contains_key("external") {
            let how = match (&self.members.external, &self.members.arn) {
                (Some(form), _) => format!("called `{form}`"),
                (None, Some(arn)) => format!("by its name on AWS or its ARN, `{arn}`"),
                (None, None) => "by its name on AWS or its ARN".to_owned(),
            };
            write!(
                text,
                "\nOne that is somebody else's is declared by `external`, {how}, and referred to by its key: it is looked at and \
                 never written.\n"
            )
            .expect("a text takes texts");
        }
        text
    }
}

/// What a change does to a member of a kind, in whole sentences.
fn changes(traits: &Traits) -> String {
    let one = people(traits);
    if traits.fixed.is_empty() {
        return format!("Every argument of {} is changed in place.\n", article(&one));
    }
    if traits.holds_data {
        return format!(
            "What *cannot be changed* of {0} is refused at plan, since it holds data: to change it, declare a new member and copy \
             the data. All else is changed in place.\n",
            article(&one)
        );
    }
    let order = match traits.replace {
        Replace::CreateFirst => {
            "under another name it is made before the old one goes, under the same name after"
        }
        Replace::DeleteFirst => "it is made once the old one is gone",
    };
    format!(
        "What *forces replacement* of {0} makes another one: {order}. All else is changed in place.\n",
        article(&one)
    )
}

/// A kind's word, for people.
fn people(traits: &Traits) -> String {
    snake(traits.name).replace('_', " ")
}

fn article(word: &str) -> String {
    let vowel = word.starts_with(['a', 'e', 'i', 'o', 'u']);
    format!("{} {word}", if vowel { "an" } else { "a" })
}

/// A sentence that begins so.
pub(crate) fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| format!("{}{}", first.to_uppercase(), letters.as_str()))
}

/// The sections as a table: what a member is called in both languages, and its page, seen from a page of `docs/` so many folders down.
pub(crate) fn table(up: &str) -> String {
    let mut table = String::from("| block | in YAML | what it is |\n| --- | --- | --- |\n");
    for section in all() {
        let (block, word, what) = (section.block, &section.word, section.fill("description"));
        writeln!(table, "| [`{block}`]({up}{}) | `{word}` | {what} |", section.file())
            .expect("a text takes texts");
    }
    table
}

/// The words of all sections as a sentence has them.
pub(crate) fn words() -> String {
    let all = all();
    let words: Vec<String> = all.iter().map(|section| snake(&section.word).replace('_', " ")).collect();
    let (last, front) = words.split_last().expect("there are sections");
    format!("{} and {last}", front.join(", "))
}
