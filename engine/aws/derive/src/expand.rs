//! Expands a row into code: the conversion of the request, the observation of the answer, or the part of a choice in either.

use heck::{ToPascalCase as _, ToSnakeCase as _};
use proc_macro2::TokenStream;
use quote::{ToTokens, format_ident, quote};
use syn::ext::IdentExt as _;
use syn::{Ident, Path, Result};

use crate::exceptions::{Exception, Exceptions};
use crate::row::{Form, Member, Row, Wanted};

/// Expands a row into code.
pub fn expand(row: Row) -> Result<TokenStream> {
    let Row {
        specs,
        wanted,
        mut exceptions,
        twin,
        members,
    } = row;
    let members = matched(&members, &mut exceptions);
    exceptions.nothing_left(&twin)?;
    let twin = Twin { specs, name: twin };
    Ok(match wanted {
        Wanted::Table {
            service,
            sent,
            shown,
        } => {
            let is_kind = sent.as_ref().is_some_and(is_call);
            let sent = sent.map(|sent| request(&twin, &members, &service, &sent));
            let shown = shown.map(|shown| answer(&twin, &members, &service, &shown, is_kind));
            quote!(#sent #shown)
        }
        Wanted::Put {
            builder,
            value,
            form,
        } => put(&twin, &members, &builder, &value, &form),
        Wanted::See { block, answer } => {
            let properties = members.iter().map(|member| see(member, &block, &answer));
            quote!({ #(let #block = #properties;)* #block })
        }
    })
}

/// A twin, and the module that declares it.
struct Twin {
    specs: Path,
    name: Ident,
}

impl ToTokens for Twin {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let Self { specs, name } = self;
        tokens.extend(quote!(#specs::#name));
    }
}

/// A member with its exception.
enum Matched<'a> {
    Property(&'a str, &'a Ident, &'a Form, Exception),
    Choice(&'a Ident, &'a Ident, &'a Form, TokenStream),
}

fn matched<'a>(members: &'a [Member], exceptions: &mut Exceptions) -> Vec<Matched<'a>> {
    let with = |member: &'a Member| match member {
        Member::Property(name, field, form, never_read) => {
            let mut exception = exceptions.take(name);
            let is_shown = exception.shown_as.is_some() || exception.shown_by.is_some();
            exception.not_shown |= *never_read && !is_shown;
            Matched::Property(name, field, form, exception)
        }
        Member::Choice(field, twin, form) => {
            Matched::Choice(field, twin, form, exceptions.take_choice(field))
        }
    };
    members.iter().map(with).collect()
}

/// Whether `sent` is an operation. Operations have names of functions, such as `create_vpc`; types have names of types.
fn is_call(sent: &Ident) -> bool {
    sent.to_string().starts_with(char::is_lowercase)
}

/// `ToSdk` for a type of the SDK, or `Fill` for the call that creates a kind.
fn request(twin: &Twin, members: &[Matched<'_>], service: &Ident, sent: &Ident) -> TokenStream {
    let is_call = is_call(sent);
    let (fields, steps): (Vec<_>, Vec<_>) = members
        .iter()
        .map(|member| step(twin, member, is_call))
        .unzip();
    if !is_call {
        return quote! {
            impl crate::table::ToSdk<#service::types::#sent> for #twin {
                fn to_sdk(&self) -> Option<#service::types::#sent> {
                    let Self { #(#fields,)* } = self;
                    let builder = #service::types::#sent::builder();
                    #(#steps)*
                    Some(crate::table::Built::built(builder.build()))
                }
            }
        };
    }
    let call = format_ident!("{}FluentBuilder", sent.to_string().to_pascal_case());
    let call = quote!(#service::operation::#sent::builders::#call);
    let later = members.iter().filter_map(later);
    quote! {
        impl crate::table::Fill<#call> for #twin {
            fn fill(&self, builder: #call) -> #call {
                let Self { #(#fields,)* } = self;
                #(#steps)*
                builder
            }
            fn later(&self) -> Vec<&'static str> {
                let properties: &[(&'static str, bool)] = &[#(#later),*];
                properties.iter().filter(|(_, given)| *given).map(|(name, _)| *name).collect()
            }
        }
    }
}

/// The pattern that binds a field, and the code that puts the field into the builder.
fn step(twin: &Twin, member: &Matched<'_>, is_call: bool) -> (TokenStream, TokenStream) {
    match member {
        Matched::Choice(field, choice, form, exceptions) => {
            let specs = &twin.specs;
            (
                quote!(#field),
                quote!(let builder = #specs::#choice!(windlass_aws_derive::table { put #specs, builder #field #form { #exceptions } });),
            )
        }
        Matched::Property(_, field, form, exception) => {
            if exception.later && !is_call {
                let message =
                    format!("`{field}`: only a property of the kind itself can be `later`");
                return (quote!(#field: _), quote!(compile_error!(#message);));
            }
            // The engine adds its own tags to the author's tags of a kind, so the table leaves them out.
            let is_tags = is_call && matches!(form, Form::Tags) && exception.sent_by.is_none();
            if exception.not_sent || is_tags {
                return (quote!(#field: _), quote!());
            }
            let setter = setter(exception, field);
            let value = sent(exception, form, field);
            (
                quote!(#field),
                quote!(let builder = builder.#setter(#value);),
            )
        }
    }
}

/// A choice within a request: the code that puts the chosen property into the builder.
fn put(
    twin: &Twin,
    members: &[Matched<'_>],
    builder: &Ident,
    value: &Ident,
    form: &Form,
) -> TokenStream {
    let arms = members.iter().map(|member| match member {
        Matched::Choice(field, ..) => {
            let message = format!("`{field}`: a choice within a choice has no table");
            quote!(_ => compile_error!(#message),)
        }
        Matched::Property(name, _, _, exception) if exception.later => {
            let message = format!("`{name}`: only a property of the kind itself can be `later`");
            quote!(_ => compile_error!(#message),)
        }
        Matched::Property(_, variant, _, exception) if exception.not_sent => {
            let pattern = pattern(form, &quote!(#twin::#variant(_)));
            quote!(#pattern => #builder,)
        }
        Matched::Property(name, variant, of, exception) => {
            let pattern = pattern(form, &quote!(#twin::#variant(chosen)));
            let setter = setter(exception, &variant_member(name));
            let value = sent(exception, of, &format_ident!("chosen"));
            quote!(#pattern => #builder.#setter(#value),)
        }
    });
    match form {
        Form::Optional(_) => quote!(match #value { None => #builder, #(#arms)* }),
        Form::Boxed(_) => quote!(match &**#value { #(#arms)* }),
        _ => quote!(match #value { #(#arms)* }),
    }
}

fn pattern(form: &Form, variant: &TokenStream) -> TokenStream {
    match form {
        Form::Optional(_) => quote!(Some(#variant)),
        _ => variant.clone(),
    }
}

/// `Showing` for a type of the SDK.
fn answer(
    twin: &Twin,
    members: &[Matched<'_>],
    service: &Ident,
    shown: &Ident,
    is_kind: bool,
) -> TokenStream {
    let specs = &twin.specs;
    let (block, answer) = (format_ident!("block"), format_ident!("answer"));
    let properties = members.iter().map(|member| match member {
        // The tags of a kind do not include the engine's own tags, and often come from another answer.
        Matched::Property(_, _, Form::Tags, exception)
            if is_kind && exception.shown_by.is_none() =>
        {
            quote!(#block)
        }
        Matched::Property(name, field, _, exception) => {
            let member = exception.shown_as.clone();
            let member = member.unwrap_or_else(|| (*field).clone());
            one(name, &member, exception, &block, &answer)
        }
        Matched::Choice(_, choice, _, exceptions) => {
            quote!(#specs::#choice!(windlass_aws_derive::table { see #specs, #block #answer { #exceptions } }))
        }
    });
    quote! {
        impl crate::table::Showing for #service::types::#shown {
            fn block(&self) -> crate::observed::Block {
                let answer = self;
                let block = crate::observed::Block::new();
                #(let block = #properties;)*
                let _ = answer;
                block
            }
        }
    }
}

/// A choice within an answer: the code that adds each of its properties.
fn see(member: &Matched<'_>, block: &Ident, answer: &Ident) -> TokenStream {
    match member {
        Matched::Choice(..) => quote!(#block),
        Matched::Property(name, _, _, exception) => {
            let member = exception.shown_as.clone();
            let member = member.unwrap_or_else(|| variant_member(name));
            one(name, &member, exception, block, answer)
        }
    }
}

fn one(
    name: &str,
    member: &Ident,
    exception: &Exception,
    block: &Ident,
    answer: &Ident,
) -> TokenStream {
    if exception.not_shown {
        return quote!(#block);
    }
    match &exception.shown_by {
        Some(by) => quote!(#block.set(#name, #by(#answer))),
        None => quote!(#block.set(#name, crate::table::Shown::shown(&#answer.#member))),
    }
}

/// The value of a field in the form that the builder takes.
fn sent(exception: &Exception, form: &Form, field: &Ident) -> TokenStream {
    let value = match &exception.sent_by {
        Some(by) => quote!(#by(#field)),
        None => converted(form, field),
    };
    if exception.always {
        quote!(Some(#value.unwrap_or_default()))
    } else {
        value
    }
}

fn converted(form: &Form, field: &Ident) -> TokenStream {
    let value = format_ident!("value");
    match form {
        Form::Leaf | Form::Tags => quote!(crate::table::ToSdk::to_sdk(#field)),
        Form::Optional(inner) => {
            let inner = converted(inner, &value);
            quote!(#field.as_ref().and_then(|value| #inner))
        }
        Form::List(inner) => {
            let inner = converted(inner, &value);
            quote!((!#field.is_empty()).then(|| #field.iter().filter_map(|value| #inner).collect()))
        }
        Form::Map(inner) => {
            let inner = converted(inner, &value);
            quote!((!#field.is_empty()).then(|| #field.iter().filter_map(|(key, value)| Some((key.clone(), #inner?))).collect()))
        }
        Form::Boxed(inner) => {
            let inner = converted(inner, &value);
            quote!({ let value = &**#field; #inner })
        }
    }
}

/// Whether a field has a value, for a property that the create call does not carry.
fn later(member: &Matched<'_>) -> Option<TokenStream> {
    let Matched::Property(name, field, form, exception) = member else {
        return None;
    };
    if !exception.later {
        return None;
    }
    let given = match form {
        Form::Optional(_) => quote!(self.#field.is_some()),
        Form::List(_) | Form::Map(_) => quote!(!self.#field.is_empty()),
        Form::Tags => quote!(!self.#field.0.is_empty()),
        Form::Leaf | Form::Boxed(_) => quote!(true),
    };
    Some(quote!((#name, #given)))
}

fn setter(exception: &Exception, member: &Ident) -> Ident {
    let member = exception.sent_as.as_ref().unwrap_or(member);
    format_ident!("set_{}", member.unraw())
}

fn variant_member(name: &str) -> Ident {
    format_ident!("{}", name.to_snake_case())
}
