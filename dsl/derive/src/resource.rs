//! `#[derive(Resource)]`: generates everything that makes a struct a resource kind.

use heck::ToPascalCase;
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{DeriveInput, Result};

use crate::attributes::{OutputAttribute, ResourceAttributes};
use crate::fields::{Property, constructor_and_setters, properties, schema, to_json, twin};
use crate::members;

/// Expands the derive.
pub fn expand(input: &DeriveInput) -> Result<TokenStream> {
    let attributes = ResourceAttributes::of(&input.attrs, "resource")?;
    let properties = properties(input)?;
    every_change_is_stated(&properties)?;
    let ident = &input.ident;
    let (twin_ident, change_ident) = (
        format_ident!("{ident}Resolved"),
        format_ident!("{ident}Change"),
    );
    let (impl_generics, type_generics, where_clause) = input.generics.split_for_impl();
    let (twin, json) = (twin(input, &properties), to_json(&properties));
    let methods = constructor_and_setters(input, &properties, !attributes.no_new);
    let members = members::of_struct(input, &properties);
    let change = change_enum(input, &properties);
    let kind_schema = kind_schema(input, &attributes, &properties)?;
    let outputs = attributes.outputs.iter().map(output);
    Ok(quote! {
        #twin
        #members
        #change
        impl #impl_generics ::windlass::resource::Resource for #ident #type_generics #where_clause {
            type Resolved = #twin_ident;
            type Change = #change_ident;
            const SCHEMA: &'static ::windlass::schema::KindSchema = &#kind_schema;
            fn to_json(&self) -> ::windlass::private::serde_json::Value {
                #json
            }
        }
        #methods
        impl #impl_generics ::windlass::resource::Handle<#ident #type_generics> #where_clause {
            #(#outputs)*
        }
    })
}

fn every_change_is_stated(properties: &[Property]) -> Result<()> {
    let silent = properties
        .iter()
        .filter(|p| !p.attributes.skip && !p.attributes.choice && p.attributes.change.is_none());
    let errors = silent.map(|property| {
        let words = "`in_place`, `replaces`, `replaces_if(test, \"when\")` or `creation_only`";
        syn::Error::new_spanned(
            &property.ident,
            format!(
                "what does a change of `{}` do? State one of {words} in `#[field(…)]`",
                property.name
            ),
        )
    });
    match errors.reduce(|mut all, next| {
        all.combine(next);
        all
    }) {
        Some(error) => Err(error),
        None => Ok(()),
    }
}

/// The enum of in-place changes. A choice counts as one change, whichever of its properties changes.
fn change_enum(input: &DeriveInput, properties: &[Property]) -> TokenStream {
    let ident = format_ident!("{}Change", input.ident);
    let doc = format!("What can change in place about a [`{}`].", input.ident);
    let in_place: Vec<_> = properties
        .iter()
        .filter(|p| !p.attributes.skip && p.attributes.changes_in_place)
        .collect();
    let variants: Vec<_> = in_place
        .iter()
        .map(|p| format_ident!("{}", p.ident.to_string().to_pascal_case()))
        .collect();
    let docs = in_place.iter().map(|property| &property.docs);
    let tests = in_place.iter().zip(&variants).map(|(property, variant)| {
        let (name, ty) = (&property.name, &property.ty);
        if property.attributes.choice {
            quote! {
                if let ::windlass::schema::Shape::Choice(choices) = <#ty as ::windlass::value::Field>::SHAPE {
                    if choices.iter().any(|choice| choice.name == property) {
                        return Some(Self::#variant);
                    }
                }
            }
        } else {
            quote!(if property == #name { return Some(Self::#variant); })
        }
    });
    let unused = in_place.is_empty().then(|| quote!(let _ = property;));
    quote! {
        #[doc = #doc]
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum #ident { #(#(#docs)* #variants,)* }

        impl ::windlass::resource::Change for #ident {
            const ALL: &'static [Self] = &[#(Self::#variants),*];
            fn of(property: &str) -> Option<Self> {
                #unused
                #(#tests)*
                None
            }
        }
    }
}

fn kind_schema(
    input: &DeriveInput,
    attributes: &ResourceAttributes,
    properties: &[Property],
) -> Result<TokenStream> {
    let kind = attributes.kind.as_ref().ok_or_else(|| {
        syn::Error::new_spanned(&input.ident, "`#[resource(kind = \"AWS::…\")]` is missing")
    })?;
    let id = attributes.id.as_ref().ok_or_else(|| {
        let message = "what does AWS know it by? State the property or attribute in `#[resource(id = \"…\")]`";
        syn::Error::new_spanned(&input.ident, message)
    })?;
    let path = quote!(::windlass::schema);
    let entries = schema(properties);
    let outputs = attributes.outputs.iter().map(|output| {
        let (name, stable) = (&output.attribute, !output.changes);
        quote!(#path::OutputSchema { name: #name, stable: #stable })
    });
    let reference_wait = attributes.reference_wait.as_ref().map_or_else(
        || quote!(#path::Wait::Exists),
        |wait| quote!(#path::Wait::#wait),
    );
    let waits = &attributes.waits;
    let replace = attributes.replace.as_ref().map_or_else(
        || quote!(#path::ReplaceOrder::CreateFirst),
        |order| quote!(#path::ReplaceOrder::#order),
    );
    let old = attributes.kept.as_ref().map_or_else(
        || quote!(#path::OldGenerations::Deleted),
        |kept| quote!(#path::OldGenerations::Kept(#kept)),
    );
    let completes = &attributes.completes;
    let replaces_when = &attributes.replaces_when;
    let exclusive = &attributes.exclusive;
    let lends = &attributes.lends;
    let holds = &attributes.holds;
    let held_by = match &attributes.held_by {
        Some(test) => quote!(Some(#test)),
        None => quote!(None),
    };
    let serves_one = &attributes.serves_one;
    let stays_in = &attributes.stays_in;
    let users_first = &attributes.users_first;
    let drives = &attributes.drives;
    Ok(quote! {
        #path::KindSchema {
            kind: #kind,
            id: #id,
            fields: &[#(#entries),*],
            outputs: &[#(#outputs),*],
            reference_wait: #reference_wait,
            waits: &[#(#path::Wait::#waits),*],
            replace: #replace,
            old_generations: #old,
            completes: &[#(#completes),*],
            replaces_when: &[#(#replaces_when),*],
            exclusive: &[#(#exclusive),*],
            lends: &[#(#lends),*],
            holds: &[#(#holds),*],
            held_by: #held_by,
            serves_one: &[#(#serves_one),*],
            stays_in: &[#(#stays_in),*],
            users_first: &[#(#users_first),*],
            drives: &[#(#drives),*],
        }
    })
}

fn output(output: &OutputAttribute) -> TokenStream {
    let OutputAttribute {
        method,
        of,
        attribute,
        ..
    } = output;
    let doc = format!("The `{}` that AWS gives.", attribute.value());
    quote! {
        #[doc = #doc]
        #[must_use]
        pub fn #method(&self) -> ::windlass::value::Output<#of> {
            ::windlass::value::Output::reference(self.address(), #attribute)
        }
    }
}
