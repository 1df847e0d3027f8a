//! The names of Terraform's blocks: one table from the plural words of the spec to their singular.

/// The word for one entry of a list or map of objects, in camelCase, or the word itself where it has no plural
/// (`s3`, `allow`).
pub const SINGULAR: &[(&str, &str)] = &[
    ("accessPoints", "accessPoint"),
    ("allow", "allow"),
    ("buckets", "bucket"),
    ("catalog", "catalog"),
    ("columns", "column"),
    ("corsRules", "corsRule"),
    ("crawlers", "crawler"),
    ("databases", "database"),
    ("delta", "delta"),
    ("dynamodb", "dynamodb"),
    ("filters", "filter"),
    ("hudi", "hudi"),
    ("iceberg", "iceberg"),
    ("inlinePolicies", "inlinePolicy"),
    ("jdbc", "jdbc"),
    ("jobs", "job"),
    ("lifecycleRules", "lifecycleRule"),
    ("locations", "location"),
    ("mongodb", "mongodb"),
    ("noncurrentTransitions", "noncurrentTransition"),
    ("objects", "object"),
    ("partitionKeys", "partitionKey"),
    ("permissions", "permission"),
    ("requestMetrics", "requestMetrics"),
    ("roles", "role"),
    ("s3", "s3"),
    ("sortColumns", "sortColumn"),
    ("statements", "statement"),
    ("tables", "table"),
    ("transitions", "transition"),
];

/// The names that Terraform keeps for itself at the root of a resource.
pub const RESERVED: &[&str] =
    &["count", "for_each", "depends_on", "lifecycle", "provider", "provisioner", "connection"];

/// The singular of a word that names a list or a map of objects.
pub fn singular(plural: &str) -> Option<&'static str> {
    SINGULAR.iter().find(|(word, _)| *word == plural).map(|(_, one)| *one)
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
