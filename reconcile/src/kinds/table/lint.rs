//! The sense of tables of the catalogue.

use super::spec::{Column, ColumnName, Format, ProjectedColumn, Projection, ProjectionType, Table};
use crate::LakeSpec;
use crate::kinds::database;
use crate::lint::names::{self, Names, Rule, given, known};
use crate::lint::{member, tags, word};
use lake_api::names::Word;
use lake_api::{FieldPath, Finding};
use std::collections::{BTreeMap, BTreeSet};

/// The start of the parameters that a table's `projection` is written as.
const PROJECTION: &str = "projection.";
/// The parameters that an Iceberg table's `iceberg` is written as.
const ICEBERG: [&str; 2] = ["table_type", "metadata_location"];

/// What the catalogue takes for the name of a table. One that is not ours is named with its database.
pub(super) const NAME: Rule =
    Rule { section: "tables", sort: "table", external: Some(&[':']), ..database::lint::NAME };

pub(super) fn lint(spec: &LakeSpec, lake: &str, told: &mut Vec<Finding>) {
    Names::of(spec, lake).section(&NAME, &spec.tables, told, |key, table| {
        (known(&table.database), given(table.name.as_ref(), &names::default(key)))
    });
    for (key, table) in spec.tables.own() {
        let path = member(NAME.section, key);
        // A table wears the mark among its parameters.
        for name in table.parameters.keys().filter(|name| name.starts_with(tags::OURS)) {
            told.push(tags::ours(path.field("parameters").key(name), name));
        }
        check(&path, table, told);
    }
}

fn check(path: &FieldPath, table: &Table, told: &mut Vec<Finding>) {
    columns(path, table, told);
    format(path, table, told);
    if let Some(projection) = &table.projection {
        projected(&path.field("projection"), table, projection, told);
    }
    parameters(&path.field("parameters"), table, told);
}

/// Parameters that fields of the spec write. One that makes Iceberg of a table leaves it nothing of its other fields.
fn parameters(path: &FieldPath, table: &Table, told: &mut Vec<Finding>) {
    for (key, value) in &table.parameters {
        let projected = key.starts_with(PROJECTION) || key == "storage.location.template";
        let field = if projected && table.projection.is_some() {
            "projection"
        } else if ICEBERG.contains(&key.as_str()) && table.iceberg.is_some() {
            "iceberg"
        } else if key == ICEBERG[0] && value.known().is_some_and(|word| word.eq_ignore_ascii_case("iceberg"))
        {
            told.push(Finding::error(
                path.key(key),
                format!("`{key}` says that the table is Iceberg's"),
                "Remove the parameter, and name the table's metadata file as `iceberg` in place of `format`, \
                 `location` and columns.",
            ));
            continue;
        } else {
            continue;
        };
        told.push(Finding::error(
            path.key(key),
            format!("`{key}` is written by `{field}`"),
            format!("Remove the parameter; `{field}` says the same."),
        ));
    }
}

fn columns(path: &FieldPath, table: &Table, told: &mut Vec<Finding>) {
    let sections = [("columns", &table.columns), ("partitionKeys", &table.partition_keys)];
    let mut seen: BTreeMap<String, FieldPath> = BTreeMap::new();
    for (field, columns) in sections {
        for (index, column) in columns.iter().enumerate() {
            let at = path.field(field).index(index).field("name");
            let Some(name) = column.name.known() else { continue };
            if name.chars().any(char::is_uppercase) {
                told.push(Finding::error(
                    at.clone(),
                    format!("the catalogue folds `{name}` to lower case"),
                    format!("Write `{}`.", name.to_lowercase()),
                ));
            }
            if let Some(other) = seen.insert(name.to_lowercase(), at.clone()) {
                told.push(Finding::error(
                    at,
                    format!("two columns are called `{name}`"),
                    format!(
                        "The other is `{other}`. A column that partitions the table is not among `columns`."
                    ),
                ));
            }
            if let Some(why) = column.column_type.known().and_then(no_type) {
                told.push(Finding::error(
                    path.field(field).index(index).field("type"),
                    format!("`{}` is no type", column.column_type),
                    why,
                ));
            }
        }
    }
    let known = |name: &ColumnName| name.known().is_none_or(|name| seen.contains_key(&name.to_lowercase()));
    if table.iceberg.is_some() {
        return;
    }
    let bucketed = table.buckets.iter().flat_map(|buckets| &buckets.columns).enumerate();
    let bucketed = bucketed.map(|(index, name)| (path.field("buckets").field("columns").index(index), name));
    let sorted = table.sort_columns.iter().enumerate();
    let sorted =
        sorted.map(|(index, sort)| (path.field("sortColumns").index(index).field("column"), &sort.column));
    for (at, name) in bucketed.chain(sorted).filter(|(_, name)| !known(name)) {
        told.push(Finding::error(at, format!("the table has no column `{name}`"), "Name one of `columns`."));
    }
}

/// Brackets that do not close are the mistake that the catalogue takes and every engine refuses.
fn no_type(text: &str) -> Option<&'static str> {
    let mut open = Vec::new();
    for c in text.chars() {
        match c {
            '<' | '(' => open.push(c),
            '>' if open.pop() != Some('<') => return Some("A `>` closes nothing."),
            ')' if open.pop() != Some('(') => return Some("A `)` closes nothing."),
            _ => {}
        }
    }
    (!open.is_empty()).then_some("A bracket is never closed.")
}

fn format(path: &FieldPath, table: &Table, told: &mut Vec<Finding>) {
    let serde = table.serde.as_ref();
    if let (Some(format), Some(serde)) = (table.format, serde) {
        let own = |at: &Option<lake_api::names::Text>| {
            at.as_ref().and_then(|text| text.known().map(str::to_lowercase))
        };
        let library = own(&serde.library);
        let named = match format {
            Format::Parquet => "parquet",
            Format::Orc => "orc",
            Format::Json => "json",
            Format::Csv => "",
        };
        let binary = matches!(format, Format::Parquet | Format::Orc);
        if let Some(library) = library.filter(|library| binary && !library.contains(named)) {
            told.push(Finding::error(
                path.field("serde").field("library"),
                format!("`{library}` reads no `{}`", word(format)),
                "Remove `library`, so that the format's own is used, or remove `format` and say all of `serde`.",
            ));
        }
    }
    if table.format.is_none() && table.iceberg.is_none() {
        for (field, missing) in [
            ("library", serde.is_none_or(|serde| serde.library.is_none())),
            ("inputFormat", serde.is_none_or(|serde| serde.input_format.is_none())),
            ("outputFormat", serde.is_none_or(|serde| serde.output_format.is_none())),
        ] {
            if missing {
                told.push(Finding::error(
                    path.field("serde"),
                    format!("`{field}` is missing"),
                    "Without a `format`, `serde` says all of `library`, `inputFormat` and `outputFormat`.",
                ));
            }
        }
    }
    if table.iceberg.is_some() {
        for (field, given) in [
            ("columns", !table.columns.is_empty()),
            ("partitionKeys", !table.partition_keys.is_empty()),
            ("serde", table.serde.is_some()),
            ("projection", table.projection.is_some()),
            ("buckets", table.buckets.is_some()),
            ("sortColumns", !table.sort_columns.is_empty()),
        ] {
            if given {
                told.push(Finding::error(
                    path.field(field),
                    format!("an Iceberg table has its own `{field}`"),
                    "They are in its metadata, which engines write. Remove them here.",
                ));
            }
        }
    } else if table.columns.is_empty() {
        told.push(Finding::warning(
            path.field("columns"),
            "the table has no columns",
            "No engine can read it until a crawler adds some. Name them here, or crawl the table.",
        ));
    }
}

/// Source: <https://docs.aws.amazon.com/athena/latest/ug/partition-projection-supported-types.html>.
fn projected(path: &FieldPath, table: &Table, projection: &Projection, told: &mut Vec<Finding>) {
    let keys: BTreeSet<&str> = table.partition_keys.iter().filter_map(|column| column.name.known()).collect();
    let whole = table.partition_keys.iter().all(|column| column.name.known().is_some());
    let at = path.field("columns");
    for key in keys.iter().filter(|key| !projection.columns.contains_key(**key)) {
        told.push(Finding::error(
            at.clone(),
            format!("the partition key `{key}` is not projected"),
            "Athena projects all partition keys or none. Add it.",
        ));
    }
    for (name, column) in &projection.columns {
        let at = at.key(name);
        if whole && !keys.contains(name.as_str()) {
            told.push(Finding::error(
                at.clone(),
                format!("`{name}` is no partition key"),
                "Only partition keys are projected. Add it to `partitionKeys`, or remove it.",
            ));
        }
        let typed = table.partition_keys.iter().find(|key| key.name.known() == Some(name));
        one(&at, name, column, typed, told);
    }
    if let Some(template) = projection.location_template.as_ref().and_then(Word::known) {
        for key in keys.iter().filter(|key| !template.contains(&format!("${{{key}}}"))) {
            told.push(Finding::error(
                path.field("locationTemplate"),
                format!("`${{{key}}}` is missing"),
                "The template names every partition key, so that each partition has a place of its own.",
            ));
        }
    }
}

fn one(at: &FieldPath, name: &str, column: &ProjectedColumn, key: Option<&Column>, told: &mut Vec<Finding>) {
    let kind = column.projection_type;
    let mut needs = |field: &str, given: bool, wanted: bool| {
        if wanted && !given {
            let detail = format!("A projection by `{}` needs it.", word(kind));
            told.push(Finding::error(at.clone(), format!("`{field}` of `{name}` is missing"), detail));
        } else if given && !wanted {
            told.push(Finding::error(
                at.field(field),
                format!("`{field}` does not go with `{}`", word(kind)),
                "Remove it, or choose another `type`.",
            ));
        }
    };
    let ranged = matches!(kind, ProjectionType::Integer | ProjectionType::Date);
    needs("values", !column.values.is_empty(), kind == ProjectionType::Enum);
    needs("range", column.range.is_some(), ranged);
    needs("format", column.format.is_some(), kind == ProjectionType::Date);
    if kind != ProjectionType::Integer {
        needs("digits", column.digits.is_some(), false);
    }
    if !ranged {
        needs("interval", column.interval.is_some(), false);
    }
    if kind != ProjectionType::Date {
        needs("intervalUnit", column.interval_unit.is_some(), false);
    }
    if let Some(range) = column.range.as_ref().and_then(Word::known).filter(|_| ranged) {
        let ends: Vec<&str> = range.split(',').map(str::trim).collect();
        let numbers: Vec<i64> = ends.iter().filter_map(|end| end.parse().ok()).collect();
        let whole = kind != ProjectionType::Integer || numbers.len() == 2;
        if ends.len() != 2 || ends.iter().any(|end| end.is_empty()) || !whole {
            told.push(Finding::error(
                at.field("range"),
                format!("`{range}` is no range"),
                "A range is the first and the last value with a comma between: `1,100`, `2020-01-01,NOW`.",
            ));
        } else if kind == ProjectionType::Integer && numbers[0] > numbers[1] {
            told.push(Finding::error(
                at.field("range"),
                format!("`{range}` runs backwards"),
                "The first value comes first.",
            ));
        }
    }
    let text = key.and_then(|key| key.column_type.known()).map(str::to_lowercase);
    if let Some(text) =
        text.filter(|text| matches!(kind, ProjectionType::Enum | ProjectionType::Date) && text != "string")
        && !text.starts_with("varchar")
        && kind == ProjectionType::Enum
    {
        told.push(Finding::warning(
            at.field("type"),
            format!("the partition key `{name}` is of type `{text}`"),
            "Athena projects `Enum` onto partition keys of type `string`.",
        ));
    }
}
