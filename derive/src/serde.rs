//! What serde is told of a type, as far as its shape follows from it.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Attribute, Error, Expr, LitStr, Path, Result, Token, meta::ParseNestedMeta, token::Paren};

/// What serde is told of a field or a variant.
#[derive(Default)]
pub(crate) struct Told {
    /// Its name in JSON, where that is told.
    pub(crate) name: Option<String>,
    /// What makes its value where it is left out.
    pub(crate) default: Option<TokenStream>,
    /// Whether that is something else than the type's own default.
    pub(crate) default_is_own: bool,
}

/// How the names of a type's fields or variants are made.
#[derive(Clone, Copy)]
pub(crate) enum Names {
    /// As they are.
    Same,
    /// `scan_limit` and `ScanLimit` become `scanLimit`.
    Camel,
}

/// How a type's names are made.
pub(crate) fn of_type(attributes: &[Attribute]) -> Result<Names> {
    let mut names = Names::Same;
    each(attributes, |meta| {
        if meta.path.is_ident("rename_all") {
            let rule: LitStr = meta.value()?.parse()?;
            if rule.value() != "camelCase" {
                return Err(Error::new(rule.span(), "names in JSON are camelCase"));
            }
            names = Names::Camel;
            return Ok(());
        }
        for word in ["default", "tag", "untagged", "transparent"] {
            if meta.path.is_ident(word) {
                return Err(
                    meta.error(format!("`{word}` of a whole type has no shape: tell it at the field"))
                );
            }
        }
        passed_over(&meta)
    })?;
    Ok(names)
}

/// What is told of a field or a variant.
pub(crate) fn of_part(attributes: &[Attribute]) -> Result<Told> {
    let mut told = Told::default();
    each(attributes, |meta| {
        if meta.path.is_ident("rename") {
            let name: LitStr = meta.value()?.parse()?;
            told.name = Some(name.value());
        } else if meta.path.is_ident("default") {
            told.default = Some(match meta.input.peek(Token![=]) {
                true => {
                    told.default_is_own = true;
                    let path: Path = meta.value()?.parse::<LitStr>()?.parse()?;
                    quote! { #path() }
                }
                false => quote! { ::core::default::Default::default() },
            });
        } else if meta.path.is_ident("flatten") {
            return Err(meta.error("fields that lie beside on AWS have the path \"\"; in JSON none do"));
        } else {
            return passed_over(&meta);
        }
        Ok(())
    })?;
    Ok(told)
}

impl Names {
    /// The name in JSON of a field or a variant.
    pub(crate) fn of(self, name: &str) -> String {
        let upper = |word: &str| match word.split_at_checked(1) {
            Some((first, rest)) => first.to_uppercase() + rest,
            None => String::new(),
        };
        match self {
            Names::Same => name.to_owned(),
            Names::Camel => {
                let whole: String = name.split('_').map(upper).collect();
                whole.split_at_checked(1).map_or(String::new(), |(first, rest)| first.to_lowercase() + rest)
            }
        }
    }
}

fn each(attributes: &[Attribute], mut told: impl FnMut(ParseNestedMeta<'_>) -> Result<()>) -> Result<()> {
    let of_serde = attributes.iter().filter(|attribute| attribute.path().is_ident("serde"));
    of_serde.into_iter().try_for_each(|attribute| attribute.parse_nested_meta(&mut told))
}

/// A word that no shape follows from.
fn passed_over(meta: &ParseNestedMeta<'_>) -> Result<()> {
    if meta.input.peek(Token![=]) {
        meta.value()?.parse::<Expr>()?;
    } else if meta.input.peek(Paren) {
        let within;
        syn::parenthesized!(within in meta.input);
        within.parse::<TokenStream>()?;
    }
    Ok(())
}
