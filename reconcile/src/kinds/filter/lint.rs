//! The sense of filters.

use super::rows;
use super::spec::Filter;
use crate::LakeSpec;
use crate::kinds::crawler::crawls;
use crate::kinds::glue::texts::CatalogName;
use crate::kinds::table::spec::{ColumnName, Table};
use crate::lint::names::{self, Names, Rule, given, known};
use crate::lint::template::Words;
use crate::lint::{list, meant, member, point};
use lake_api::member::Member;
use lake_api::names::{Target, Word};
use lake_api::{FieldPath, Finding};
use std::collections::BTreeMap;

/// What Lake Formation takes for the name of a filter, which says nothing without its table.
pub(super) const NAME: Rule = Rule {
    section: "filters",
    sort: "filter",
    length: (1, 255),
    external: None,
    folds: false,
    letters: names::plain,
    source: "https://docs.aws.amazon.com/lake-formation/latest/APIReference/API_DataCellsFilter.html",
};

pub(super) fn lint(spec: &LakeSpec, lake: &str, told: &mut Vec<Finding>) {
    let names = Names::of(spec, lake);
    names.section(&NAME, &spec.filters, told, |key, filter| {
        let table = filter.table.as_ref().map(known).unwrap_or_default();
        let database = filter.database.as_ref().map(known).unwrap_or_default();
        let name = filter.table_name.as_ref().map(known).unwrap_or_default();
        (format!("{table}/{database}/{name}"), given(filter.name.as_ref(), &names::default(key)))
    });
    for (key, filter) in spec.filters.own() {
        let path = member(NAME.section, key);
        let table = filter.table_name.as_ref().and_then(Word::known);
        names.template(&path.field("tableName"), table, told);
        check(&path, filter, spec, lake, told);
    }
}

fn check(path: &FieldPath, filter: &Filter, spec: &LakeSpec, lake: &str, told: &mut Vec<Finding>) {
    let table = filter.table.as_ref().and_then(|table| match table.target()? {
        Target::Member(key) => Some((key, spec.tables.get(key)?.own()?)),
        Target::Arn(_) => None,
    });
    if let Some((_, table)) = table {
        same_database(path, filter, &table.settings, told);
    }
    // The columns of an Iceberg table are in its metadata, and crawlers add to those of tables that they look at.
    let columns = table
        .filter(|(key, table)| table.iceberg.is_none() && !table.columns.is_empty() && !is_crawled(key, spec))
        .and_then(|(_, table)| Columns::of(&table.settings));
    selected(path, filter, columns.as_ref(), told);
    if let Some(text) = filter.rows.as_ref().and_then(Word::known) {
        expression(&path.field("rows"), text, columns.as_ref(), told);
    }
    if let Some(name) = filter.table_name.as_ref() {
        crawled(path, filter, name, spec, lake, told);
    }
}

/// Whether a member crawler looks at a member table, or may.
fn is_crawled(table: &str, spec: &LakeSpec) -> bool {
    spec.crawlers.values().any(|crawler| match crawler {
        Member::Own(own) => own
            .targets
            .catalog
            .iter()
            .flat_map(|target| &target.tables)
            .any(|reference| reference.known().is_none_or(|reference| reference == table)),
        Member::External(_) => false,
        Member::Veiled => true,
    })
}

/// The columns of a table, if all their names are known.
struct Columns<'a> {
    types: BTreeMap<&'a str, Option<&'a str>>,
    partitions: Vec<&'a str>,
}

impl<'a> Columns<'a> {
    fn of(table: &'a Table) -> Option<Self> {
        let all = table.columns.iter().chain(&table.partition_keys);
        let types = all
            .map(|column| Some((column.name.known()?, column.column_type.known())))
            .collect::<Option<_>>()?;
        let partitions = table.partition_keys.iter().filter_map(|column| column.name.known()).collect();
        Some(Columns { types, partitions })
    }

    fn missing(&self, path: FieldPath, name: &str) -> Finding {
        let names: Vec<&str> = self.types.keys().copied().collect();
        let hint = match meant(name, names.iter().copied()) {
            Some(name) => format!("Did you mean `{name}`?"),
            None => format!("There are {}.", list(&names)),
        };
        Finding::error(path, format!("the table has no column `{name}`"), hint)
    }
}

/// `database` beside `table` says the same, or is wrong.
fn same_database(path: &FieldPath, filter: &Filter, table: &Table, told: &mut Vec<Finding>) {
    if let Some((given, own)) = filter.database.as_ref().and_then(Word::known).zip(table.database.known())
        && given != own
    {
        told.push(Finding::error(
            path.field("database"),
            format!("the table is in the database `{own}`, not in `{given}`"),
            "Remove `database`: the table brings its own.",
        ));
    }
}

fn selected(path: &FieldPath, filter: &Filter, columns: Option<&Columns<'_>>, told: &mut Vec<Finding>) {
    let Some(chosen) = &filter.columns else { return };
    let at = path.field("columns");
    if chosen.only.as_ref().is_some_and(|only| only.is_empty()) {
        told.push(Finding::error(
            at.field("only"),
            "the filter opens no column",
            "Name columns, or leave `columns` out to open all.",
        ));
    }
    let sets = [("only", &chosen.only), ("except", &chosen.except)];
    for (field, set) in sets.into_iter().filter_map(|(field, set)| Some((field, set.as_ref()?))) {
        for name in set.iter().filter_map(ColumnName::known) {
            // A nested field is told by its path, `address.zip`; its column is the first part.
            let column = name.split('.').next().unwrap_or(name).trim_matches('"').to_lowercase();
            if let Some(columns) = columns
                && !columns.types.contains_key(column.as_str())
            {
                told.push(columns.missing(at.field(field), &column));
            }
        }
    }
}

fn expression(path: &FieldPath, text: &str, columns: Option<&Columns<'_>>, told: &mut Vec<Finding>) {
    let mentions = match rows::read(text) {
        Ok(mentions) => mentions,
        Err(refusal) => {
            told.push(Finding::error(
                path.clone(),
                format!("Lake Formation cannot read the row filter at character {}", refusal.at + 1),
                refusal.shown(text),
            ));
            return;
        }
    };
    if text.trim() != text {
        told.push(Finding::error(
            path.clone(),
            "the row filter begins or ends with white space",
            "Lake Formation refuses that. Remove it.",
        ));
    }
    for mention in mentions {
        let name = &mention.names[0];
        let here = || point(text, mention.at);
        if mention.reserved {
            told.push(Finding::warning(
                path.clone(),
                format!("`{name}` is a word that PartiQL reserves"),
                format!(
                    "Write it in double quotes, `\"{name}\"`, lest Lake Formation refuses it.\n{}",
                    here()
                ),
            ));
        }
        let Some(columns) = columns else { continue };
        let Some(column_type) = columns.types.get(name.as_str()) else {
            let Finding { summary, detail, .. } = columns.missing(path.clone(), name);
            told.push(Finding::error(path.clone(), summary, format!("{detail}\n{}", here())));
            continue;
        };
        if mention.null_test && columns.partitions.contains(&name.as_str()) {
            told.push(Finding::error(
                path.clone(),
                format!("the partition key `{name}` cannot be tested for NULL"),
                format!("Lake Formation takes `IS NULL` on other columns only.\n{}", here()),
            ));
        }
        let lowered = column_type.map(str::to_lowercase);
        if let Some(lowered) = lowered.filter(|text| text.starts_with("array") || text.starts_with("map")) {
            told.push(Finding::error(
                path.clone(),
                format!("the column `{name}` is of type `{lowered}`, on which no row filter works"),
                format!("Filter on texts, numbers, booleans, or fields of structs.\n{}", here()),
            ));
        }
    }
}

/// A table that no member declares should be one that a member crawler can bring.
fn crawled(
    path: &FieldPath,
    filter: &Filter,
    name: &CatalogName,
    spec: &LakeSpec,
    lake: &str,
    told: &mut Vec<Finding>,
) {
    let at = path.field("tableName");
    let Some(given) = name.known() else { return };
    let Ok(filled) = Words::of(spec, lake).fill(given) else { return };
    if given.chars().any(char::is_uppercase) {
        told.push(Finding::error(
            at.clone(),
            "the catalogue folds names to lower case",
            format!("Write `{}`.", given.to_lowercase()),
        ));
    }
    let declared =
        spec.tables.own().find(|(key, table)| {
            table.name.as_ref().map_or(format!("{lake}-{}", key.as_str()) == *filled.longest, |own| {
                own.known() == Some(given)
            }) && Some(&table.database) == filter.database.as_ref()
        });
    if let Some((key, _)) = declared {
        told.push(Finding::error(
            at,
            format!("the table `{given}` is a member"),
            format!("Set `table: \"{}\"` instead of `tableName`.", key.as_str()),
        ));
        return;
    }
    let Some(database) = &filter.database else { return };
    // What crawls into a database that is not ours, or a crawler that is not known yet, cannot be told.
    let foreign = match database.target() {
        Some(Target::Member(key)) => !matches!(spec.databases.get(key), Some(Member::Own(_))),
        _ => true,
    };
    let veiled = spec.crawlers.values().any(|crawler| matches!(crawler, Member::Veiled));
    let crawlers: Vec<_> = spec.crawlers.own().filter(|(_, crawler)| crawler.database == *database).collect();
    let brought = crawlers.iter().any(|(_, crawler)| crawls::may_name(crawler, &filled.longest));
    if !foreign && !veiled && !brought {
        let into: Vec<String> =
            crawlers.iter().map(|(key, _)| format!("`{}`", member("crawlers", key))).collect();
        let hint = match into.as_slice() {
            [] => "No member crawls into that database.".to_owned(),
            into => format!("What crawls into that database calls its tables otherwise: {}.", list(into)),
        };
        told.push(Finding::warning(
            at,
            format!("no member crawler can make a table `{given}`"),
            format!("{hint} The filter waits until something else makes the table."),
        ));
    }
}
