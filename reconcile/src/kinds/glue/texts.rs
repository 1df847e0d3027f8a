//! The sorts of text that several kinds of Glue share.

crate::simple::words! {
    /// A name in the Glue catalogue, in lower case, since the catalogue folds it. May use `{lake} {namespace} {account} {region} {partition}`.
    CatalogName { max: 255 }
    /// A description, at most 2048 characters.
    Description { min: 0, max: 2048, pattern: Some("^[^\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f]*$"), allowed: Some("Glue takes no control characters but tabs and line breaks") }
    /// The value of a parameter in the catalogue, which may be empty (<https://docs.aws.amazon.com/glue/latest/webapi/API_SerDeInfo.html>).
    ParameterValue { min: 0, max: 512_000 }
}
