//! The tables that a crawler can make, as far as its spec tells.
//!
//! A table is called by the crawler's prefix and the name of the folder in which it was found, in lower case, with all
//! but letters, digits and underscores turned into underscores; tables found deeper than the target's folder are called
//! by theirs, which only a crawl can tell. Source: "Name of crawler-created tables" in
//! <https://docs.aws.amazon.com/glue/latest/dg/crawler-running.html>.

use super::spec::Crawler;
use lake_api::names::Word;

/// Whether a crawler surely calls a table so, if it finds one: a target's own folder has that name.
pub(crate) fn names(crawler: &Crawler, table: &str) -> bool {
    let Some(rest) = rest(crawler, table) else { return false };
    let s3 = crawler.targets.s3.iter().map(|target| target.prefix.as_ref());
    let open = crawler.targets.delta.iter().flat_map(|target| &target.locations);
    let formats =
        crawler.targets.iceberg.iter().chain(&crawler.targets.hudi).flat_map(|target| &target.locations);
    s3.chain(open.chain(formats).map(|location| location.prefix.as_ref()))
        .filter_map(|prefix| prefix?.known())
        .any(|prefix| folder(prefix) == rest)
}

/// Whether a crawler may call a table so: it looks at more than the catalogue, and the name begins with its prefix.
pub(crate) fn may_name(crawler: &Crawler, table: &str) -> bool {
    let targets = &crawler.targets;
    let looks = !targets.s3.is_empty()
        || !targets.jdbc.is_empty()
        || !targets.dynamodb.is_empty()
        || !targets.mongodb.is_empty()
        || !targets.delta.is_empty()
        || !targets.iceberg.is_empty()
        || !targets.hudi.is_empty();
    looks && rest(crawler, table).is_some()
}

/// What follows the crawler's prefix in a name; the whole name while the prefix is not known.
fn rest<'t>(crawler: &Crawler, table: &'t str) -> Option<&'t str> {
    let prefix = match &crawler.table_prefix {
        Some(prefix) => prefix.known().unwrap_or_default(),
        None => "",
    };
    table.strip_prefix(prefix).filter(|rest| !rest.is_empty())
}

/// The name that the last folder of a prefix gives to a table.
fn folder(prefix: &str) -> String {
    let last = prefix.trim_end_matches('/').rsplit('/').next().unwrap_or_default().to_lowercase();
    last.chars().map(|c| if c.is_alphanumeric() || c == '_' { c } else { '_' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn crawler(prefix: &str, folder: &str) -> Crawler {
        serde_json::from_value(json!({
            "role": "etl", "database": "lake", "tablePrefix": prefix,
            "targets": { "s3": [{ "bucket": "store", "prefix": folder }] },
        }))
        .unwrap()
    }

    #[test]
    fn a_folder_names_its_table() {
        let output = crawler("processed-", "glue/Out-put/");
        assert!(names(&output, "processed-out_put") && may_name(&output, "processed-out_put"));
        assert!(!names(&output, "processed-2026") && may_name(&output, "processed-2026"), "a deeper folder");
        assert!(!may_name(&output, "raw-out_put") && !may_name(&output, "processed-"));
    }

    #[test]
    fn a_crawl_of_the_catalogue_brings_no_table() {
        let catalog: Crawler = serde_json::from_value(json!({
            "role": "etl", "database": "lake",
            "targets": { "catalog": [{ "database": "lake", "tableNames": ["t"] }] },
        }))
        .unwrap();
        assert!(!may_name(&catalog, "t"));
    }
}
