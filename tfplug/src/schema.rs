//! Schemas: the attributes and blocks that a configuration may hold. Computed at run time as well as written by hand.

mod complete;

use crate::value::Type;
use std::collections::BTreeMap;

/// The schema of a provider, a resource or a data source.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Schema {
    /// The version that states are kept in.
    pub version: i64,
    /// What it holds.
    pub block: Block,
}

/// Attributes and nested blocks.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Block {
    /// The attributes, by name.
    pub attributes: BTreeMap<String, Attribute>,
    /// The nested blocks, by name.
    pub blocks: BTreeMap<String, NestedBlock>,
    /// What it is, in Markdown.
    pub description: String,
    /// Whether it should not be used any more.
    pub deprecated: bool,
}

/// One attribute.
#[derive(Clone, Debug, PartialEq)]
pub struct Attribute {
    /// What its value is.
    pub of: Nested,
    /// What it means, in Markdown.
    pub description: String,
    /// Whether a configuration must set it.
    pub required: bool,
    /// Whether a configuration may set it.
    pub optional: bool,
    /// Whether the provider may set it where a configuration does not.
    pub computed: bool,
    /// Whether it is never shown.
    pub sensitive: bool,
    /// Whether it is never kept.
    pub write_only: bool,
    /// Whether it should not be used any more.
    pub deprecated: bool,
}

/// What the value of an attribute is.
#[derive(Clone, Debug, PartialEq)]
pub enum Nested {
    /// A value of a type.
    Type(Type),
    /// Objects whose attributes have descriptions and presence of their own. Terraform drops keys that they do not
    /// know without a word (hashicorp/terraform#33570); blocks do not.
    Attributes(Nesting, BTreeMap<String, Attribute>),
}

/// A block within a block.
#[derive(Clone, Debug, PartialEq)]
pub struct NestedBlock {
    /// How often it may stand there.
    pub nesting: Nesting,
    /// What it holds.
    pub block: Block,
    /// How often it must stand there at least; lists and sets only.
    pub min: i64,
    /// How often it may stand there at most; lists and sets only, 0 for any number.
    pub max: i64,
}

/// How objects or blocks are nested.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Nesting {
    /// One, or none.
    Single,
    /// Any number, in an order.
    List,
    /// Any number, without an order.
    Set,
    /// Any number, each under a key: for blocks, with one label.
    Map,
    /// One, which is there even when it is not written. Blocks only.
    Group,
}

impl Schema {
    /// The type of a whole configuration or state.
    #[must_use]
    pub fn ty(&self) -> Type {
        self.block.ty()
    }
}

impl From<Block> for Schema {
    /// The first version of a schema.
    fn from(block: Block) -> Self {
        Schema { version: 0, block }
    }
}

impl Block {
    /// A block that holds nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Block::default()
    }

    /// The same, with an attribute more.
    #[must_use]
    pub fn attribute(mut self, name: impl Into<String>, attribute: Attribute) -> Self {
        self.attributes.insert(name.into(), attribute);
        self
    }

    /// The same, with a nested block more.
    #[must_use]
    pub fn block(mut self, name: impl Into<String>, block: NestedBlock) -> Self {
        self.blocks.insert(name.into(), block);
        self
    }

    /// The same, described.
    #[must_use]
    pub fn describe(self, description: impl Into<String>) -> Self {
        Block { description: description.into(), ..self }
    }

    /// The type of the block's object.
    #[must_use]
    pub fn ty(&self) -> Type {
        let attributes = self.attributes.iter().map(|(name, attribute)| (name.clone(), attribute.ty()));
        let blocks =
            self.blocks.iter().map(|(name, block)| (name.clone(), block.nesting.of(block.block.ty())));
        Type::Object(attributes.chain(blocks).collect())
    }
}

impl Attribute {
    fn new(of: Type) -> Self {
        Attribute {
            of: Nested::Type(of),
            description: String::new(),
            required: false,
            optional: false,
            computed: false,
            sensitive: false,
            write_only: false,
            deprecated: false,
        }
    }

    /// An attribute that a configuration must set.
    #[must_use]
    pub fn required(of: Type) -> Self {
        Attribute { required: true, ..Attribute::new(of) }
    }

    /// An attribute that a configuration may set.
    #[must_use]
    pub fn optional(of: Type) -> Self {
        Attribute { optional: true, ..Attribute::new(of) }
    }

    /// An attribute that the provider sets.
    #[must_use]
    pub fn computed(of: Type) -> Self {
        Attribute { computed: true, ..Attribute::new(of) }
    }

    /// An attribute that a configuration may set, and the provider where it does not.
    #[must_use]
    pub fn optional_computed(of: Type) -> Self {
        Attribute { optional: true, computed: true, ..Attribute::new(of) }
    }

    /// The same, with nested attributes for a value.
    #[must_use]
    pub fn nested(self, nesting: Nesting, attributes: BTreeMap<String, Attribute>) -> Self {
        Attribute { of: Nested::Attributes(nesting, attributes), ..self }
    }

    /// The same, described.
    #[must_use]
    pub fn describe(self, description: impl Into<String>) -> Self {
        Attribute { description: description.into(), ..self }
    }

    /// The same, never shown.
    #[must_use]
    pub fn sensitive(self) -> Self {
        Attribute { sensitive: true, ..self }
    }

    /// The same, never kept.
    #[must_use]
    pub fn write_only(self) -> Self {
        Attribute { write_only: true, ..self }
    }

    /// The type of its value.
    #[must_use]
    pub fn ty(&self) -> Type {
        match &self.of {
            Nested::Type(of) => of.clone(),
            Nested::Attributes(nesting, attributes) => {
                let fields = attributes.iter().map(|(name, attribute)| (name.clone(), attribute.ty()));
                nesting.of(Type::Object(fields.collect()))
            }
        }
    }
}

impl NestedBlock {
    /// A block that may stand there as often as the nesting allows.
    #[must_use]
    pub fn new(nesting: Nesting, block: Block) -> Self {
        NestedBlock { nesting, block, min: 0, max: 0 }
    }
}

impl Nesting {
    fn of(self, object: Type) -> Type {
        match self {
            Nesting::Single | Nesting::Group => object,
            Nesting::List => Type::list(object),
            Nesting::Set => Type::set(object),
            Nesting::Map => Type::map(object),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schema_has_the_type_of_its_attributes_and_blocks() {
        let rule = || Block::new().attribute("days", Attribute::required(Type::Number));
        let fields = |of| BTreeMap::from([("state".to_owned(), Attribute::computed(of))]);
        let schema = Schema::from(
            Block::new()
                .attribute("name", Attribute::required(Type::String))
                .attribute("told", Attribute::computed(Type::Bool).nested(Nesting::Map, fields(Type::String)))
                .block(
                    "bucket",
                    NestedBlock::new(
                        Nesting::Map,
                        Block::new().block("rule", NestedBlock::new(Nesting::List, rule())),
                    ),
                )
                .block("only", NestedBlock::new(Nesting::Single, rule()))
                .block("always", NestedBlock::new(Nesting::Group, rule()))
                .block("any", NestedBlock::new(Nesting::Set, rule())),
        );
        let object = |name: &str, of: Type| Type::Object([(name.to_owned(), of)].into());
        let rule = || object("days", Type::Number);
        let expected = [
            ("name", Type::String),
            ("told", Type::map(object("state", Type::String))),
            ("bucket", Type::map(object("rule", Type::list(rule())))),
            ("only", rule()),
            ("always", rule()),
            ("any", Type::set(rule())),
        ];
        assert_eq!(schema.ty(), Type::Object(expected.map(|(name, of)| (name.to_owned(), of)).into()));
    }
}
