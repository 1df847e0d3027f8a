//! What stands in `#[aws(…)]`.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{
    Attribute, Error, Expr, Ident, LitStr, Result, Token,
    ext::IdentExt,
    parse::{Parse, ParseStream},
    token::{Brace, Bracket},
};

/// The words of a field.
pub(crate) const WORDS: [&str; 12] = [
    "key",
    "create_only",
    "after_create",
    "set",
    "tags",
    "clear",
    "empty",
    "computed",
    "codec",
    "fact",
    "secret",
    "write_only",
];

/// The words that tell in which calls a field is: it has one at most.
const ROLES: [&str; 5] = ["key", "create_only", "after_create", "set", "tags"];

/// Words of which none of the first list stands beside one of the second, and why.
const APART: [(&[&str], &[&str], &str); 6] = [
    (&["clear"], &["empty"], "off is told in one way"),
    (&["key", "create_only", "tags"], &["clear", "empty"], "no update turns it off"),
    (&["computed"], &["clear", "empty"], "what is left out is left to AWS"),
    (&["computed"], &["key", "tags"], "AWS chooses neither"),
    (&["write_only"], &["key", "tags", "computed"], "that has to be read"),
    (&["secret"], &["key", "tags"], "both are shown"),
];

/// What the attribute of a field tells.
pub(crate) enum Told {
    /// It is no setting of the resource.
    Skipped,
    /// Its path on AWS, the calls of builders that follow from its words, and the word that tells how it is off.
    At(LitStr, TokenStream, Option<Ident>),
}

/// The one `#[aws(…)]` among attributes; two of them are an error at the second.
pub(crate) fn attribute(attributes: &[Attribute]) -> Result<Option<&Attribute>> {
    let mut of_aws = attributes.iter().filter(|attribute| attribute.path().is_ident("aws"));
    let first = of_aws.next();
    match of_aws.next() {
        Some(second) => Err(Error::new_spanned(second, "one `#[aws(…)]` tells all")),
        None => Ok(first),
    }
}

/// The words of a field.
pub(crate) fn field(attribute: &Attribute) -> Result<Told> {
    attribute.parse_args_with(|input: ParseStream<'_>| {
        if input.peek(Ident::peek_any) {
            let word: Ident = input.call(Ident::parse_any)?;
            return match word == "skip" {
                true if input.is_empty() => Ok(Told::Skipped),
                true => Err(input.error("`skip` stands alone")),
                false => Err(Error::new(word.span(), "the path on AWS comes first: #[aws(\"Path\", …)]")),
            };
        }
        let path = path(input)?;
        let mut before: Vec<String> = Vec::new();
        let mut built = TokenStream::new();
        let mut off = None;
        while !input.is_empty() {
            input.parse::<Token![,]>()?;
            if input.is_empty() {
                break;
            }
            let word: Ident = input.call(Ident::parse_any)?;
            built.extend(value(&word, input)?);
            fits(&word, &before)?;
            before.push(word.to_string());
            if word == "clear" || word == "empty" {
                off = Some(word);
            }
        }
        Ok(Told::At(path, built, off))
    })
}

/// The word of AWS that a variant tells.
pub(crate) fn variant(attribute: &Attribute) -> Result<LitStr> {
    attribute.parse_args()
}

/// What a struct as a whole tells: the path of its birth.
pub(crate) fn whole(attribute: &Attribute) -> Result<LitStr> {
    attribute.parse_args_with(|input: ParseStream<'_>| {
        let word: Ident = input.call(Ident::parse_any)?;
        if word != "birth" {
            return Err(Error::new(word.span(), format!("a struct tells its `birth`, not `{word}`")));
        }
        input.parse::<Token![=]>()?;
        path(input)
    })
}

/// A path in the words of AWS's models: names with dots between.
fn path(input: ParseStream<'_>) -> Result<LitStr> {
    let path: LitStr = input.parse()?;
    let is_name =
        |name: &str| !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || "_-".contains(c));
    let text = path.value();
    match text.is_empty() || text.split('.').all(is_name) {
        true => Ok(path),
        false => Err(Error::new(path.span(), "a path is names with dots between: \"Configuration.State\"")),
    }
}

/// The call of a builder that a word stands for.
fn value(word: &Ident, input: ParseStream<'_>) -> Result<TokenStream> {
    Ok(match word.to_string().as_str() {
        "key" | "create_only" | "after_create" | "set" | "tags" | "secret" | "write_only" => {
            if input.peek(Token![=]) {
                return Err(input.error(format!("`{word}` has no value")));
            }
            quote! { .#word() }
        }
        "clear" => {
            let flag = after_sign::<Flag>(word, input)?.0;
            quote! { .clear(#flag) }
        }
        "computed" | "fact" => {
            let text = after_sign::<LitStr>(word, input)?;
            quote! { .#word(#text) }
        }
        "codec" => {
            let codec = after_sign::<Expr>(word, input)?;
            quote! { .codec(#codec) }
        }
        "empty" => {
            let empty = after_sign::<Literal>(word, input)?.0;
            quote! { .empty(#empty) }
        }
        other => {
            let known = WORDS.join(", ");
            return Err(Error::new(word.span(), format!("`{other}` is none of {known}")));
        }
    })
}

/// Whether a word may stand behind those before it.
fn fits(word: &Ident, before: &[String]) -> Result<()> {
    let new = word.to_string();
    for old in before {
        let are = |some: &[&str], others: &[&str]| {
            some.contains(&old.as_str()) && others.contains(&new.as_str())
                || some.contains(&new.as_str()) && others.contains(&old.as_str())
        };
        let why = match APART.iter().find(|(some, others, _)| are(some, others)) {
            _ if *old == new => Some("once is enough"),
            _ if are(&ROLES, &ROLES) => Some("a field is in the calls that one word tells"),
            Some((_, _, why)) => Some(*why),
            None => None,
        };
        if let Some(why) = why {
            return Err(Error::new(word.span(), format!("`{new}` beside `{old}`: {why}")));
        }
    }
    Ok(())
}

fn after_sign<T: Parse>(word: &Ident, input: ParseStream<'_>) -> Result<T> {
    match input.parse::<Option<Token![=]>>()? {
        Some(_) => input.parse(),
        None => Err(Error::new(word.span(), format!("`{word}` needs a value: {word} = …"))),
    }
}

/// The flag of `clear`: one name or more, and never none.
struct Flag(LitStr);

impl Parse for Flag {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let flag = path(input)?;
        match flag.value().is_empty() {
            true => Err(Error::new(flag.span(), "the flag has a name")),
            false => Ok(Flag(flag)),
        }
    }
}

/// The value of `empty`, as the variant of `Literal` that it is.
struct Literal(TokenStream);

impl Parse for Literal {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let variant = |rest: TokenStream| Literal(quote! { ::lake_reconcile::simple::shape::Literal::#rest });
        if input.peek(Bracket) || input.peek(Brace) {
            let (within, list);
            match input.peek(Bracket) {
                true => (_, list) = (syn::bracketed!(within in input), true),
                false => (_, list) = (syn::braced!(within in input), false),
            }
            return match (within.is_empty(), list) {
                (true, true) => Ok(variant(quote! { List })),
                (true, false) => Ok(variant(quote! { Object })),
                (false, _) => Err(within.error("what is empty has nothing in it")),
            };
        }
        match input.parse::<syn::Lit>()? {
            syn::Lit::Str(text) => Ok(variant(quote! { Text(#text) })),
            syn::Lit::Int(number) => Ok(variant(quote! { Number(#number) })),
            syn::Lit::Bool(switch) => Ok(variant(quote! { Switch(#switch) })),
            other => {
                Err(Error::new_spanned(other, "empty is a text, a number, `true`, `false`, `[]` or `{}`"))
            }
        }
    }
}
