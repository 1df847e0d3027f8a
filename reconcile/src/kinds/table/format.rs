//! What one word for a format means, and how types are spelt.
//!
//! The classes are those that AWS's documentation of Athena gives for each format ("Supported SerDes").

use super::{Serde, spec::Format};
use lake_api::Input;
use std::collections::BTreeMap;

const TEXT_IN: &str = "org.apache.hadoop.mapred.TextInputFormat";
const TEXT_OUT: &str = "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat";

/// The format as crawlers and jobs spell it in the parameter `classification`.
pub(super) fn word(format: Format) -> &'static str {
    match format {
        Format::Parquet => "parquet",
        Format::Orc => "orc",
        Format::Json => "json",
        Format::Csv => "csv",
    }
}

/// How rows of a format are read and written.
pub(super) fn serde(format: Format) -> Serde {
    let (library, input, output): (_, _, _) = match format {
        Format::Parquet => (
            "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe",
            "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
            "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat",
        ),
        Format::Orc => (
            "org.apache.hadoop.hive.ql.io.orc.OrcSerde",
            "org.apache.hadoop.hive.ql.io.orc.OrcInputFormat",
            "org.apache.hadoop.hive.ql.io.orc.OrcOutputFormat",
        ),
        Format::Json => ("org.openx.data.jsonserde.JsonSerDe", TEXT_IN, TEXT_OUT),
        Format::Csv => ("org.apache.hadoop.hive.serde2.OpenCSVSerde", TEXT_IN, TEXT_OUT),
    };
    let parameters: &[(&str, &str)] = match format {
        Format::Parquet | Format::Orc => &[("serialization.format", "1")],
        Format::Json => &[],
        Format::Csv => &[("separatorChar", ","), ("quoteChar", "\""), ("escapeChar", "\\")],
    };
    Serde {
        name: None,
        library: Some(Input::from(library)),
        input_format: Some(Input::from(input)),
        output_format: Some(Input::from(output)),
        parameters: parameters
            .iter()
            .map(|(key, value)| ((*key).to_owned(), Input::from(*value)))
            .collect::<BTreeMap<_, _>>(),
    }
}

/// A type without white space and capitals that mean nothing: `DECIMAL(10, 2)` is `decimal(10,2)`, while
/// `timestamp with time zone` keeps its words apart. The names of a structure's fields stay as they are written.
pub(super) fn tidy(hive: &str) -> String {
    let mut tidy = String::with_capacity(hive.len());
    for word in hive.split_whitespace() {
        let parts_words = |c: char| c.is_alphanumeric() || c == '_';
        if tidy.ends_with(parts_words) && word.starts_with(parts_words) {
            tidy.push(' ');
        }
        tidy.push_str(word);
    }
    lowered(&tidy)
}

/// A type with its own words in lower case. What stands before a colon is a field's name.
fn lowered(tidy: &str) -> String {
    let ends_word = |c: char| !(c.is_alphanumeric() || c == '_');
    let mut lowered = String::with_capacity(tidy.len());
    let mut rest = tidy;
    while !rest.is_empty() {
        let (word, after) = rest.split_at(rest.find(ends_word).unwrap_or(rest.len()));
        if after.starts_with(':') {
            lowered.push_str(word)
        } else {
            lowered.push_str(&word.to_lowercase())
        }
        let next = after.chars().next().map_or(0, char::len_utf8);
        lowered.push_str(&after[..next]);
        rest = &after[next..];
    }
    lowered
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_compared_without_needless_space() {
        for (said, tidied) in [
            ("decimal(10, 2)", "decimal(10,2)"),
            (" struct < a : int,\n b : array<string> > ", "struct<a:int,b:array<string>>"),
            ("timestamp  with time zone", "timestamp with time zone"),
            ("bigint", "bigint"),
            ("DECIMAL(12,2)", "decimal(12,2)"),
            ("STRUCT<userId:STRING,Tags:ARRAY<INT>>", "struct<userId:string,Tags:array<int>>"),
        ] {
            assert_eq!(tidy(said), tidied);
        }
    }
}
