//! The names of Terraform's blocks: the singular of the plural words of the spec. That of a section is the word of its kind.

use crate::kinds;

/// What lies below sections: the word for one entry of a list or map of objects, in camelCase, or the word itself where it has no plural
/// (`s3`, `allow`).
pub const SINGULAR: &[(&str, &str)] = &[
    ("allow", "allow"),
    ("catalog", "catalog"),
    ("columns", "column"),
    ("corsRules", "corsRule"),
    ("delta", "delta"),
    ("dynamodb", "dynamodb"),
    ("hudi", "hudi"),
    ("iceberg", "iceberg"),
    ("inlinePolicies", "inlinePolicy"),
    ("jdbc", "jdbc"),
    ("lifecycleRules", "lifecycleRule"),
    ("locations", "location"),
    ("metricQueries", "metricQuery"),
    ("mongodb", "mongodb"),
    ("noncurrentTransitions", "noncurrentTransition"),
    ("objects", "object"),
    ("partitionKeys", "partitionKey"),
    ("permissions", "permission"),
    ("requestMetrics", "requestMetrics"),
    ("s3", "s3"),
    ("sortColumns", "sortColumn"),
    ("statements", "statement"),
    ("transitions", "transition"),
];

/// The names that Terraform keeps for itself at the root of a resource.
pub const RESERVED: &[&str] =
    &["count", "for_each", "depends_on", "lifecycle", "provider", "provisioner", "connection"];

/// The singular of a word that names a list or a map of objects.
pub fn singular(plural: &str) -> Option<&'static str> {
    let within = || SINGULAR.iter().find(|(word, _)| *word == plural).map(|(_, one)| *one);
    kinds::of_section(plural).or_else(within)
}

/// A camelCase word in Terraform's snake_case.
pub fn snake(camel: &str) -> String {
    let mut snake = String::with_capacity(camel.len() + 4);
    for letter in camel.chars() {
        if letter.is_ascii_uppercase() {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
    }
    snake
}

/// A snake_case word in the spec's camelCase.
pub fn camel(snake: &str) -> String {
    let mut camel = String::with_capacity(snake.len());
    let mut raised = false;
    for letter in snake.chars() {
        match letter {
            '_' => raised = true,
            _ if raised => {
                camel.push(letter.to_ascii_uppercase());
                raised = false;
            }
            _ => camel.push(letter),
        }
    }
    camel
}
