//! What all structs with properties share: JSON form, resolved twin, schema entries, constructor and setters.

use heck::ToPascalCase;
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{
    Attribute, Data, DeriveInput, Fields, GenericArgument, Ident, Path, PathArguments, Result, Type,
};

use crate::attributes::{FieldAttributes, ResourceAttributes};
use crate::members;

/// One property of a struct.
pub struct Property {
    pub ident: Ident,
    pub ty: Type,
    pub docs: Vec<Attribute>,
    pub name: String,
    pub attributes: FieldAttributes,
    pub required: bool,
}

/// The properties of a struct with named fields.
pub fn properties(input: &DeriveInput) -> Result<Vec<Property>> {
    let Data::Struct(data) = &input.data else {
        return Err(syn::Error::new_spanned(&input.ident, "expected a struct"));
    };
    let Fields::Named(fields) = &data.fields else {
        return Err(syn::Error::new_spanned(
            &input.ident,
            "expected named fields",
        ));
    };
    fields.named.iter().map(property).collect()
}

fn property(field: &syn::Field) -> Result<Property> {
    let ident = field.ident.clone().expect("named fields have names");
    let attributes = FieldAttributes::of(&field.attrs, "field")?;
    let name = attributes
        .name
        .clone()
        .unwrap_or_else(|| ident.to_string().to_pascal_case());
    let optional = matches!(
        outer(&field.ty).as_str(),
        "Option" | "Vec" | "BTreeMap" | "Tags"
    );
    let docs = field
        .attrs
        .iter()
        .filter(|attribute| attribute.path().is_ident("doc"))
        .cloned()
        .collect();
    let required = attributes.required || !optional;
    Ok(Property {
        ident,
        ty: field.ty.clone(),
        docs,
        name,
        attributes,
        required,
    })
}

/// The last segment of a type's path.
pub fn outer(ty: &Type) -> String {
    match ty {
        Type::Path(path) => path
            .path
            .segments
            .last()
            .map(|segment| segment.ident.to_string())
            .unwrap_or_default(),
        _ => String::new(),
    }
}

/// The type arguments of a type's last segment.
pub fn arguments(ty: &Type) -> Vec<&Type> {
    let Type::Path(path) = ty else {
        return Vec::new();
    };
    match path.path.segments.last().map(|segment| &segment.arguments) {
        Some(PathArguments::AngleBracketed(list)) => list
            .args
            .iter()
            .filter_map(|argument| match argument {
                GenericArgument::Type(ty) => Some(ty),
                _ => None,
            })
            .collect(),
        _ => Vec::new(),
    }
}

/// Statements that put every written property into `object`.
pub fn to_json(properties: &[Property]) -> TokenStream {
    let entries = properties.iter().filter(|property| !property.attributes.skip).map(|property| {
        let (ident, name) = (&property.ident, &property.name);
        if property.attributes.choice {
            quote! {
                if let Some(::windlass::private::serde_json::Value::Object(chosen)) = ::windlass::value::Field::to_json(&self.#ident) {
                    object.extend(chosen);
                }
            }
        } else {
            quote! {
                if let Some(value) = ::windlass::value::Field::to_json(&self.#ident) {
                    object.insert(#name.to_owned(), value);
                }
            }
        }
    });
    quote! {
        let mut object = ::windlass::private::serde_json::Map::new();
        #(#entries)*
        ::windlass::private::serde_json::Value::Object(object)
    }
}

/// The resolved twin.
pub fn twin(input: &DeriveInput, properties: &[Property]) -> TokenStream {
    let ident = format_ident!("{}Resolved", input.ident);
    let doc = format!(
        "A [`{}`] after `resolve`: every expression has become a value.",
        input.ident
    );
    let has_choice = properties.iter().any(|property| property.attributes.choice);
    // serde cannot combine `flatten` and `deny_unknown_fields`.
    let deny = (!has_choice).then(|| quote!(#[serde(deny_unknown_fields)]));
    let fields = properties
        .iter()
        .filter(|property| !property.attributes.skip)
        .map(|property| {
            let Property {
                ident,
                ty,
                docs,
                name,
                ..
            } = property;
            let default = (!property.required).then(|| quote!(#[serde(default)]));
            let form = if property.attributes.choice {
                quote!(#[serde(flatten)])
            } else {
                quote!(#[serde(rename = #name)] #default)
            };
            quote!(#(#docs)* #form pub #ident: <#ty as ::windlass::value::Field>::Resolved,)
        });
    quote! {
        #[doc = #doc]
        #[derive(Debug, Clone, ::windlass::private::serde::Deserialize)]
        #[serde(crate = "::windlass::private::serde")]
        #deny
        pub struct #ident { #(#fields)* }
    }
}

/// The schema entry of one property.
pub fn schema_entry(
    name: &str,
    ty: &Type,
    required: bool,
    attributes: &FieldAttributes,
) -> TokenStream {
    let schema = quote!(::windlass::schema);
    let change = attributes
        .change
        .clone()
        .unwrap_or_else(|| quote!(#schema::Change::Inherit));
    let read = if attributes.never_read {
        quote!(#schema::Read::Never)
    } else {
        quote!(#schema::Read::Returned)
    };
    let shape = quote!(<#ty as ::windlass::value::Field>::SHAPE);
    let shape = match &attributes.change {
        // The same choice may be used both where a change replaces and where it does not.
        Some(change) if attributes.choice => {
            quote!(&#schema::Shape::Choice(&#schema::stated::<{ #schema::choices(#shape) }>(#shape, #change)))
        }
        _ => shape,
    };
    let compare = attributes
        .compare
        .clone()
        .unwrap_or_else(|| quote!(#schema::default_compare(#shape)));
    let removal = attributes
        .removal
        .clone()
        .unwrap_or_else(|| quote!(#schema::Removal::Clears));
    let owner = attributes
        .owner
        .clone()
        .unwrap_or_else(|| quote!(#schema::Owner::Author));
    let name_rule = match &attributes.name_rule {
        Some(rule) => quote!(Some(#rule)),
        None => quote!(None),
    };
    let name = if attributes.choice { "" } else { name };
    quote! {
        #schema::FieldSchema {
            name: #name, change: #change, read: #read, compare: #compare, removal: #removal, owner: #owner,
            required: #required, shape: #shape, name_rule: #name_rule,
        }
    }
}

/// The schema entries of all properties.
pub fn schema(properties: &[Property]) -> Vec<TokenStream> {
    properties
        .iter()
        .filter(|property| !property.attributes.skip)
        .map(|property| {
            schema_entry(
                &property.name,
                &property.ty,
                property.required,
                &property.attributes,
            )
        })
        .collect()
}

/// How code takes a value of a property's type: the argument's type, and the expression that makes the field of `value`. `takes` is the trait with its
/// own compiler message for a value that does not fit.
fn taken(ty: &Type, takes: Option<&Path>) -> (TokenStream, TokenStream) {
    match (outer(ty).as_str(), arguments(ty).as_slice()) {
        ("Option", [inner]) => {
            let (argument, made) = taken(inner, takes);
            (argument, quote!(Some(#made)))
        }
        ("Vec", [item]) => {
            let item = fitting(item, takes);
            (
                quote!(impl IntoIterator<Item = #item>),
                quote!(value.into_iter().map(Into::into).collect()),
            )
        }
        ("List", [item]) => {
            let item = fitting(item, takes);
            (
                quote!(impl IntoIterator<Item = #item>),
                quote!(::windlass::value::List(
                    value.into_iter().map(Into::into).collect()
                )),
            )
        }
        ("BTreeMap", [_, item]) => {
            let item = fitting(item, takes);
            (
                quote!(impl IntoIterator<Item = (impl Into<String>, #item)>),
                quote!(
                    value
                        .into_iter()
                        .map(|(key, item)| (key.into(), item.into()))
                        .collect()
                ),
            )
        }
        ("Box", [inner]) => (fitting(inner, takes), quote!(Box::new(value.into()))),
        _ => (fitting(ty, takes), quote!(value.into())),
    }
}

/// The bound of an argument for a value of this type.
fn fitting(ty: &Type, takes: Option<&Path>) -> TokenStream {
    match (takes, outer(ty).as_str(), arguments(ty).as_slice()) {
        (Some(takes), ..) => quote!(impl #takes),
        (None, "Input", [inner]) => quote!(impl ::windlass::value::IntoInput<#inner>),
        _ => quote!(impl Into<#ty>),
    }
}

/// A constructor that takes the required properties, and a setter for every other property.
pub fn constructor_and_setters(
    input: &DeriveInput,
    properties: &[Property],
    constructor: bool,
) -> TokenStream {
    let ident = &input.ident;
    let (impl_generics, type_generics, where_clause) = input.generics.split_for_impl();
    let setters = properties
        .iter()
        .filter(|p| !p.attributes.skip && !p.attributes.no_setter)
        .map(setter);
    let constructor = constructor.then(|| {
        let required: Vec<_> = properties.iter().filter(|p| p.required && !p.attributes.skip).collect();
        let parameters = required.iter().map(|Property { ident, ty, attributes, .. }| {
            let (argument, _) = taken(ty, attributes.takes.as_ref());
            quote!(#ident: #argument)
        });
        let fields = properties.iter().map(|property| {
            let Property { ident, ty, .. } = property;
            if property.required && !property.attributes.skip {
                let (_, made) = taken(ty, None);
                quote!(#ident: { let value = #ident; #made })
            } else {
                quote!(#ident: Default::default())
            }
        });
        let doc = if required.is_empty() { "One with nothing but AWS's defaults." } else { "One with what AWS requires." };
        let expected = match required.len() {
            0 => Some(quote!(#[expect(clippy::new_without_default, reason = "a spec is made on purpose, never by default")])),
            1..=7 => None,
            _ => Some(quote!(#[expect(clippy::too_many_arguments, reason = "AWS decides how much is required")])),
        };
        quote! {
            #[doc = #doc]
            #[must_use]
            #expected
            pub fn new(#(#parameters),*) -> Self { Self { #(#fields),* } }
        }
    });
    quote! {
        impl #impl_generics #ident #type_generics #where_clause {
            #constructor
            #(#setters)*
        }
    }
}

fn setter(property: &Property) -> TokenStream {
    let Property {
        ident,
        ty,
        docs,
        attributes,
        ..
    } = property;
    if outer(ty) == "Tags" {
        return quote! {
            /// Adds or replaces a tag.
            #[must_use]
            pub fn tag(mut self, key: impl Into<String>, value: impl ::windlass::value::IntoInput<String>) -> Self {
                self.#ident.set(key, value);
                self
            }
        };
    }
    let (argument, made) = taken(ty, attributes.takes.as_ref());
    quote! {
        #(#docs)*
        #[must_use]
        pub fn #ident(mut self, value: #argument) -> Self {
            self.#ident = #made;
            self
        }
    }
}

/// `#[derive(Block)]`.
pub fn expand_block(input: &DeriveInput) -> Result<TokenStream> {
    let attributes = ResourceAttributes::of(&input.attrs, "block")?;
    let properties = properties(input)?;
    let ident = &input.ident;
    let twin_ident = format_ident!("{ident}Resolved");
    let (impl_generics, type_generics, where_clause) = input.generics.split_for_impl();
    let (twin, json, entries) = (
        twin(input, &properties),
        to_json(&properties),
        schema(&properties),
    );
    let methods = constructor_and_setters(input, &properties, !attributes.no_new);
    let members = members::of_struct(input, &properties);
    Ok(quote! {
        #twin
        #members
        impl #impl_generics ::windlass::value::Field for #ident #type_generics #where_clause {
            type Resolved = #twin_ident;
            const SHAPE: &'static ::windlass::schema::Shape = &::windlass::schema::Shape::Block(&[#(#entries),*]);
            fn to_json(&self) -> Option<::windlass::private::serde_json::Value> {
                Some({ #json })
            }
        }
        #methods
    })
}
