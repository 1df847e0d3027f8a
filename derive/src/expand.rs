//! From a type to its shape.

use crate::{
    serde::{self, Names},
    words::{self, Told},
};
use proc_macro2::TokenStream;
use quote::quote;
use std::collections::BTreeMap;
use syn::{Data, DeriveInput, Error, Field, Fields, Result, Variant, ext::IdentExt};

/// The implementation of `Shaped` for a type.
pub(crate) fn shaped(input: &DeriveInput) -> Result<TokenStream> {
    let names = serde::of_type(&input.attrs)?;
    let whole = words::attribute(&input.attrs)?;
    let (shape, birth) = match &input.data {
        Data::Struct(data) => {
            let Fields::Named(fields) = &data.fields else {
                return Err(Error::new_spanned(&input.ident, "fields need names"));
            };
            let fields = fields.named.iter().map(|it| field(it, names)).collect::<Result<Vec<_>>>()?;
            let fields = fields.into_iter().flatten();
            (quote! { Object(&[#(#fields),*]) }, whole.map(words::whole).transpose()?)
        }
        Data::Enum(data) => {
            if let Some(whole) = whole {
                return Err(Error::new_spanned(whole, "an enum's variants tell AWS's words for them"));
            }
            let words = variants(data.variants.iter(), names)?;
            (quote! { Words(&[#(#words),*]) }, None)
        }
        Data::Union(_) => return Err(Error::new_spanned(&input.ident, "a union has no JSON")),
    };
    let name = &input.ident;
    let birth = birth.map(|birth| {
        quote! { const BIRTH: ::core::option::Option<&'static str> = ::core::option::Option::Some(#birth); }
    });
    Ok(quote! {
        impl ::lake_reconcile::simple::shape::Shaped for #name {
            const SHAPE: &'static ::lake_reconcile::simple::shape::Shape =
                &::lake_reconcile::simple::shape::Shape::#shape;
            #birth
        }
    })
}

/// The description of a field; `None` where it is no setting of the resource.
fn field(field: &Field, names: Names) -> Result<Option<TokenStream>> {
    let Some(ident) = &field.ident else { return Err(Error::new_spanned(field, "fields need names")) };
    let attribute = words::attribute(&field.attrs)?.ok_or_else(|| {
        let said = format!("tell where `{ident}` is on AWS: #[aws(\"Path\")]");
        Error::new_spanned(ident, said)
    })?;
    let serde = serde::of_part(&field.attrs)?;
    let Told::At(path, words, off) = words::field(attribute)? else { return Ok(None) };
    if let (true, Some(word)) = (serde.default_is_own, off) {
        let said = format!("`{word}` beside a default of its own: what is left out is never off");
        return Err(Error::new(word.span(), said));
    }
    let name = serde.name.unwrap_or_else(|| names.of(&ident.unraw().to_string()));
    let kind = &field.ty;
    let default = serde.default.map(|made| {
        quote! { .default(|| { let made: #kind = #made; ::lake_reconcile::simple::shape::json(&made) }) }
    });
    Ok(Some(quote! {
        ::lake_reconcile::simple::shape::Field::new(
            #name,
            #path,
            <#kind as ::lake_reconcile::simple::shape::Shaped>::SHAPE,
        )#words #default
    }))
}

/// The words of an enum's variants: ours, AWS's.
fn variants<'a>(variants: impl Iterator<Item = &'a Variant>, names: Names) -> Result<Vec<TokenStream>> {
    let mut taken = BTreeMap::new();
    variants
        .map(|variant| {
            let ident = &variant.ident;
            if !matches!(variant.fields, Fields::Unit) {
                let said = "a variant with a value has no word: make the choice a struct of optional fields";
                return Err(Error::new_spanned(&variant.fields, said));
            }
            let attribute = words::attribute(&variant.attrs)?.ok_or_else(|| {
                Error::new_spanned(ident, format!("tell AWS's word for `{ident}`: #[aws(\"WORD\")]"))
            })?;
            let aws = words::variant(attribute)?;
            if let Some(other) = taken.insert(aws.value(), ident) {
                return Err(Error::new(aws.span(), format!("this is AWS's word for `{other}`, too")));
            }
            let ours = serde::of_part(&variant.attrs)?.name.unwrap_or_else(|| names.of(&ident.to_string()));
            Ok(quote! { (#ours, #aws) })
        })
        .collect()
}
