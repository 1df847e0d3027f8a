//! Three-way merge: what is there, what is wanted, and what changes name.

use super::{Serde, Table, wire};
use crate::{
    diff::FieldChange,
    kinds::glue::{entries, text, touches},
    owner::Marking,
};
use aws_sdk_glue::types::{self, SerDeInfo, StorageDescriptor, TableInput};
use lake_api::Input;

impl Table {
    /// What is sent to change a table: what is there, with the fields that changed laid over it.
    pub(super) fn merged(&self, live: types::Table, changes: &[FieldChange]) -> TableInput {
        let mut input = carried(live);
        let changed = |field| touches(changes, field);
        if changed("description") {
            input.description = self.description.as_ref().map(text);
        }
        if changed("retention") {
            input.retention = self.retention;
        }
        if changed("partitionKeys") {
            input.partition_keys = Some(wire::columns(&self.partition_keys));
        }
        let (set, gone) = entries(changes, &["parameters"], &self.parameters);
        let parameters = input.parameters.get_or_insert_default();
        parameters.retain(|key, _| !gone.contains(key));
        parameters.extend(set);
        const STORED: [&str; 6] = ["columns", "location", "serde", "compressed", "buckets", "sortColumns"];
        if STORED.into_iter().any(changed) {
            let stored = input.storage_descriptor.take();
            let mut stored = stored.unwrap_or_else(|| StorageDescriptor::builder().build());
            self.lay_over(&mut stored, changes);
            input.storage_descriptor = Some(stored);
        }
        input
    }

    fn lay_over(&self, stored: &mut StorageDescriptor, changes: &[FieldChange]) {
        let changed = |field| touches(changes, field);
        if changed("columns") {
            stored.columns = Some(wire::columns(&self.columns));
        }
        if changed("location") {
            stored.location = self.location.as_ref().map(|at| text(&at.uri()));
        }
        if changed("compressed") {
            stored.compressed = self.compressed;
        }
        if changed("buckets") {
            stored.number_of_buckets = self.buckets.as_ref().map_or(0, |buckets| buckets.count);
            stored.bucket_columns = Some(wire::bucket_columns(self.buckets.as_ref()));
        }
        if changed("sortColumns") {
            stored.sort_columns = Some(wire::sort_columns(&self.sort_columns));
        }
        if changed("serde") {
            let own = Serde::default();
            self.serde.as_ref().unwrap_or(&own).lay_over(stored, changes);
        }
    }
}

impl Serde {
    fn lay_over(&self, stored: &mut StorageDescriptor, changes: &[FieldChange]) {
        let changed = |field: &str| {
            changes.iter().any(|change| {
                let mut names = change.path.steps().iter().filter_map(lake_api::Step::name);
                names.next() == Some("serde") && names.next().is_none_or(|name| name == field)
            })
        };
        let known = |input: &Option<Input<String>>| input.as_ref().map(text);
        if changed("inputFormat") {
            stored.input_format = known(&self.input_format);
        }
        if changed("outputFormat") {
            stored.output_format = known(&self.output_format);
        }
        let info = stored.serde_info.get_or_insert_with(|| SerDeInfo::builder().build());
        if changed("name") {
            info.name = known(&self.name);
        }
        if changed("library") {
            info.serialization_library = known(&self.library);
        }
        let (set, gone) = entries(changes, &["serde", "parameters"], &self.parameters);
        let parameters = info.parameters.get_or_insert_default();
        parameters.retain(|key, _| !gone.contains(key));
        parameters.extend(set);
    }
}

/// The same table under another mark.
pub(super) fn marked(live: types::Table, marking: &Marking) -> TableInput {
    let mut input = carried(live);
    let parameters = input.parameters.get_or_insert_default();
    let all = std::mem::take(parameters).into_iter().collect();
    parameters.extend(marking.over(all));
    input
}

/// A table as it would be sent to stay as it is. What the service alone writes has no place in an input.
fn carried(live: types::Table) -> TableInput {
    TableInput::builder()
        .name(live.name)
        .set_description(live.description)
        .set_owner(live.owner)
        .set_last_access_time(live.last_access_time)
        .set_last_analyzed_time(live.last_analyzed_time)
        .retention(live.retention)
        .set_storage_descriptor(live.storage_descriptor)
        .set_partition_keys(live.partition_keys)
        .set_view_original_text(live.view_original_text)
        .set_view_expanded_text(live.view_expanded_text)
        .set_table_type(live.table_type)
        .set_parameters(live.parameters)
        .set_target_table(live.target_table)
        .build()
        .expect("a table that is there has a name")
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_glue::types::Column;
    use serde_json::json;

    fn table() -> Table {
        serde_json::from_value(json!({
            "catalog": "123456789012",
            "database": "lake",
            "name": "events",
            "columns": [{ "name": "id", "type": "bigint" }],
            "location": { "bucket": "store", "prefix": "out/" },
            "serde": { "library": "L", "inputFormat": "I", "outputFormat": "O", "parameters": { "a": "1" } },
            "parameters": { "classification": "parquet" },
        }))
        .unwrap()
    }

    /// The table after a crawler has been at it.
    fn crawled() -> types::Table {
        let column = |name| Column::builder().name(name).r#type("bigint").build().unwrap();
        types::Table::builder()
            .name("events")
            .owner("hadoop")
            .table_type("EXTERNAL_TABLE")
            .version_id("7")
            .parameters("classification", "parquet")
            .parameters("recordCount", "12")
            .parameters("lake.dev/owner", "terraform/t/events")
            .storage_descriptor(
                StorageDescriptor::builder()
                    .columns(column("id"))
                    .columns(column("found"))
                    .location("s3://store/out/")
                    .parameters("compressionType", "snappy")
                    .serde_info(SerDeInfo::builder().serialization_library("L").parameters("b", "2").build())
                    .build(),
            )
            .build()
            .unwrap()
    }

    fn change(path: &str) -> FieldChange {
        FieldChange { path: path.parse().unwrap(), was: Some(json!("x")), wanted: Some(json!("y")) }
    }

    #[test]
    fn a_change_of_one_field_wipes_nothing() {
        let wanted = Table { description: Some(Input::from("told")), ..table() };
        let sent = wanted.merged(crawled(), &[change("description")]);
        let stored = sent.storage_descriptor().unwrap();
        assert_eq!(sent.description(), Some("told"));
        assert_eq!(
            stored,
            crawled().storage_descriptor().unwrap(),
            "columns and serde are as the crawler left them"
        );
        assert_eq!(sent.parameters(), crawled().parameters());
        assert_eq!((sent.owner(), sent.table_type()), (Some("hadoop"), Some("EXTERNAL_TABLE")));
    }

    /// Names and types are fixed; what people are told of a partition key is not.
    #[test]
    fn a_partition_keys_comment_changes_in_place() {
        let key = |comment: &str| json!([{ "name": "day", "type": "string", "comment": comment }]);
        let wanted = Table { partition_keys: serde_json::from_value(key("of arrival")).unwrap(), ..table() };
        let sent = wanted.merged(crawled(), &[change("partitionKeys[0].comment")]);
        assert_eq!(sent.partition_keys()[0].comment(), Some("of arrival"));
        assert_eq!(sent.storage_descriptor(), crawled().storage_descriptor());
    }

    #[test]
    fn our_parameters_change_beside_those_of_others() {
        let gone = FieldChange {
            path: "parameters.classification".parse().unwrap(),
            was: Some(json!("parquet")),
            wanted: None,
        };
        let wanted = Table { parameters: [("team".to_owned(), Input::from("data"))].into(), ..table() };
        let sent = wanted.merged(crawled(), &[gone, change("parameters.team"), change("serde.parameters.a")]);
        let parameters = sent.parameters.unwrap();
        assert_eq!(parameters.get("team").map(String::as_str), Some("data"));
        assert!(parameters.contains_key("recordCount") && parameters.contains_key("lake.dev/owner"));
        assert!(!parameters.contains_key("classification"));
        let serde = sent.storage_descriptor.unwrap().serde_info.unwrap();
        assert_eq!(
            serde.parameters.unwrap(),
            [("a", "1"), ("b", "2")].map(|(k, v)| (k.to_owned(), v.to_owned())).into()
        );
        assert_eq!(serde.serialization_library.as_deref(), Some("L"));
    }

    #[test]
    fn another_mark_changes_nothing_else() {
        let mark = crate::owner::Worn {
            owner: "terraform/t/other".into(),
            node: "table/events".into(),
            ..Default::default()
        };
        let mut sent = marked(crawled(), &Marking::of(&mark)).parameters.unwrap();
        assert_eq!(sent.remove("lake.dev/owner").as_deref(), Some("terraform/t/other"));
        assert_eq!(sent.remove("lake.dev/node").as_deref(), Some("table/events"));
        assert_eq!(sent.len(), 2);
    }
}
