//! `#[derive(Choice)]`: an enum of properties that exclude each other. Each variant is one property, and exactly one of them is given.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{Data, DeriveInput, Fields, Result};

use crate::attributes::FieldAttributes;
use crate::fields::schema_entry;
use crate::members;

/// Expands the derive. Attributes in `#[choice(…)]` on the enum apply to every variant that does not state its own change.
pub fn expand(input: &DeriveInput) -> Result<TokenStream> {
    let Data::Enum(data) = &input.data else {
        return Err(syn::Error::new_spanned(&input.ident, "expected an enum"));
    };
    let shared = FieldAttributes::of(&input.attrs, "choice")?;
    let ident = &input.ident;
    let twin = format_ident!("{ident}Resolved");
    let doc = format!("A [`{ident}`] after `resolve`.");
    let (mut variants, mut arms, mut entries) = (Vec::new(), Vec::new(), Vec::new());
    let mut members = Vec::new();
    for variant in &data.variants {
        let Fields::Unnamed(fields) = &variant.fields else {
            return Err(syn::Error::new_spanned(
                variant,
                "expected one value in the variant",
            ));
        };
        let (Some(field), 1) = (fields.unnamed.first(), fields.unnamed.len()) else {
            return Err(syn::Error::new_spanned(
                variant,
                "expected one value in the variant",
            ));
        };
        let (name_ident, ty) = (&variant.ident, &field.ty);
        let mut attributes = FieldAttributes::of(&variant.attrs, "field")?;
        if attributes.change.is_none() {
            attributes.change = shared.change.clone();
        }
        let name = attributes
            .name
            .clone()
            .unwrap_or_else(|| name_ident.to_string());
        let docs = variant
            .attrs
            .iter()
            .filter(|attribute| attribute.path().is_ident("doc"));
        variants.push(quote!(#(#docs)* #[serde(rename = #name)] #name_ident(<#ty as ::windlass::value::Field>::Resolved),));
        arms.push(
            quote!(Self::#name_ident(value) => (#name, ::windlass::value::Field::to_json(value)),),
        );
        entries.push(schema_entry(&name, ty, false, &attributes));
        members.push((name, name_ident.clone(), ty.clone(), attributes.never_read));
    }
    let members = members::of_enum(input, &members);
    Ok(quote! {
        #[doc = #doc]
        #[derive(Debug, Clone, ::windlass::private::serde::Deserialize)]
        #[serde(crate = "::windlass::private::serde")]
        pub enum #twin { #(#variants)* }

        #members

        impl ::windlass::value::Field for #ident {
            type Resolved = #twin;
            const SHAPE: &'static ::windlass::schema::Shape = &::windlass::schema::Shape::Choice(&[#(#entries),*]);
            fn to_json(&self) -> Option<::windlass::private::serde_json::Value> {
                let (name, value) = match self { #(#arms)* };
                let object = ::windlass::private::serde_json::Map::from_iter([(name.to_owned(), value?)]);
                Some(::windlass::private::serde_json::Value::Object(object))
            }
        }
    })
}
