//! A macro with the member list of a twin, under the twin's own name. Code that maps specs to another form, such as the AWS SDK's, expands it.
//!
//! `ClusterSettingResolved!(path::to::visit { words })` becomes `path::to::visit! { { words } struct ClusterSettingResolved { "Name" name
//! optional(leaf); … } }`. A member that AWS does not give back is followed by `never_read`. Types and macros have separate name spaces, so one `use`
//! brings both. Not here: any such form; `engine/aws` has one.

use std::hash::{DefaultHasher, Hash, Hasher};

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, format_ident, quote};
use syn::{DeriveInput, Type};

use crate::fields::{Property, arguments, outer};

/// The macro of a struct's twin.
pub fn of_struct(input: &DeriveInput, properties: &[Property]) -> TokenStream {
    let written = properties
        .iter()
        .filter(|property| !property.attributes.skip);
    let members = written.map(|property| {
        let Property {
            ident, ty, name, ..
        } = property;
        if property.attributes.choice {
            let (choice, form) = chosen(ty);
            return quote!(choice #ident #choice #form;);
        }
        let form = form(ty);
        let never_read = property.attributes.never_read.then(|| quote!(never_read));
        quote!(#name #ident #form #never_read;)
    });
    listing(input, &quote!(struct), &quote!(#(#members)*))
}

/// The macro of an enum's twin, with its variants in place of fields.
pub fn of_enum(input: &DeriveInput, variants: &[(String, Ident, Type, bool)]) -> TokenStream {
    let members = variants.iter().map(|(name, variant, ty, never_read)| {
        let form = form(ty);
        let never_read = never_read.then(|| quote!(never_read));
        quote!(#name #variant #form #never_read;)
    });
    listing(input, &quote!(enum), &quote!(#(#members)*))
}

fn listing(input: &DeriveInput, word: &TokenStream, members: &TokenStream) -> TokenStream {
    let twin = format_ident!("{}Resolved", input.ident);
    // Exported macros share one name space in the whole crate, and two services have types of the same name.
    let mut hasher = DefaultHasher::new();
    input.to_token_stream().to_string().hash(&mut hasher);
    let exported = format_ident!("__members_of_{}_{:016x}", twin, hasher.finish());
    quote! {
        #[doc(hidden)]
        #[macro_export]
        macro_rules! #exported {
            ($($visit:ident)::+ { $($with:tt)* }) => {
                $($visit)::+! { { $($with)* } #word #twin { #members } }
            };
        }
        #[doc(hidden)]
        pub use #exported as #twin;
    }
}

/// The form of a value: `leaf`, or a container around another form.
fn form(ty: &Type) -> TokenStream {
    match (outer(ty).as_str(), arguments(ty).as_slice()) {
        ("Option", [inner]) => around(&quote!(optional), inner),
        ("Vec" | "List", [item]) => around(&quote!(list), item),
        ("BTreeMap", [_, item]) => around(&quote!(map), item),
        ("Box", [inner]) => around(&quote!(boxed), inner),
        ("Input", [inner]) => form(inner),
        ("Tags", _) => quote!(tags),
        _ => quote!(leaf),
    }
}

fn around(word: &TokenStream, inner: &Type) -> TokenStream {
    let inner = form(inner);
    quote!(#word(#inner))
}

/// The twin of a choice, and whether the choice is optional.
fn chosen(ty: &Type) -> (Ident, TokenStream) {
    match (outer(ty).as_str(), arguments(ty).as_slice()) {
        ("Option", [inner]) => (chosen(inner).0, quote!(optional)),
        ("Box", [inner]) => (chosen(inner).0, quote!(boxed)),
        (name, _) => (format_ident!("{name}Resolved"), quote!(leaf)),
    }
}
