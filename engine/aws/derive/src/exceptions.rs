//! What a row says about single properties: `"FilesystemId" as file_system_id;`, `"Tags" not sent;`, `"Policy" sent by policy::text;`.

use std::collections::BTreeMap;

use proc_macro2::TokenStream;
use syn::parse::{Parse, ParseStream};
use syn::{Ident, LitStr, Path, Result, Token, braced};

/// The exceptions of a row, by property, and those of its choices, by field.
#[derive(Default)]
pub struct Exceptions {
    of: BTreeMap<String, (LitStr, Exception)>,
    choices: BTreeMap<String, (Ident, TokenStream)>,
}

/// How one property differs.
#[derive(Default, Clone)]
pub struct Exception {
    /// What the request calls it.
    pub sent_as: Option<Ident>,
    /// What the answer calls it.
    pub shown_as: Option<Ident>,
    /// What makes the request's value of the field.
    pub sent_by: Option<Path>,
    /// What makes the observed value of the whole answer.
    pub shown_by: Option<Path>,
    /// The request does not carry it.
    pub not_sent: bool,
    /// The request does not carry it; the engine sends it by an update once the resource exists.
    pub later: bool,
    /// The answer does not have it.
    pub not_shown: bool,
    /// The list is sent when it is empty, too.
    pub always: bool,
}

impl Exceptions {
    /// Takes the exception of a property.
    pub fn take(&mut self, property: &str) -> Exception {
        let found = self.of.remove(property);
        found.map(|(_, exception)| exception).unwrap_or_default()
    }

    /// Takes the exceptions of a choice, as they were written: the choice's own list of members is read elsewhere.
    pub fn take_choice(&mut self, field: &Ident) -> TokenStream {
        let found = self.choices.remove(&field.to_string());
        found.map(|(_, exceptions)| exceptions).unwrap_or_default()
    }

    /// What is left is about nothing that the twin has.
    pub fn nothing_left(&self, twin: &Ident) -> Result<()> {
        let properties = self.of.values().map(|(name, _)| {
            let message = format!("`{twin}` has no property `{}`", name.value());
            syn::Error::new(name.span(), message)
        });
        let choices = self.choices.values().map(|(name, _)| {
            syn::Error::new(name.span(), format!("`{twin}` has no choice `{name}`"))
        });
        let errors = properties.chain(choices);
        match errors.reduce(|mut all, next| {
            all.combine(next);
            all
        }) {
            Some(error) => Err(error),
            None => Ok(()),
        }
    }
}

impl Parse for Exceptions {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let mut found = Self::default();
        while !input.is_empty() {
            if input.peek(LitStr) {
                let name: LitStr = input.parse()?;
                let exception = input.parse()?;
                input.parse::<Token![;]>()?;
                if found
                    .of
                    .insert(name.value(), (name.clone(), exception))
                    .is_some()
                {
                    return Err(syn::Error::new(name.span(), "it has an exception already"));
                }
            } else {
                let field: Ident = input.parse()?;
                let inner;
                braced!(inner in input);
                found
                    .choices
                    .insert(field.to_string(), (field, inner.parse()?));
            }
        }
        Ok(found)
    }
}

const WORDS: &str = "expected `as member`, `by module`, `always`, `later`, `not sent`, `not shown`, `sent as member`, `sent by function`, `shown as member` or `shown by function`";

impl Parse for Exception {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let mut found = Self::default();
        loop {
            found.word(input)?;
            if input.peek(Token![,]) {
                input.parse::<Token![,]>()?;
            } else {
                return Ok(found);
            }
        }
    }
}

impl Exception {
    fn word(&mut self, input: ParseStream<'_>) -> Result<()> {
        if input.peek(Token![as]) {
            input.parse::<Token![as]>()?;
            let member: Ident = input.parse()?;
            self.sent_as = Some(member.clone());
            self.shown_as = Some(member);
            return Ok(());
        }
        let word: Ident = input.parse()?;
        match word.to_string().as_str() {
            "by" => {
                let module: Path = input.parse()?;
                self.sent_by = Some(syn::parse_quote!(#module::sent));
                self.shown_by = Some(syn::parse_quote!(#module::shown));
            }
            "always" => self.always = true,
            "later" => (self.later, self.not_sent) = (true, true),
            "not" => {
                let what: Ident = input.parse()?;
                match what.to_string().as_str() {
                    "sent" => self.not_sent = true,
                    "shown" => self.not_shown = true,
                    _ => return Err(syn::Error::new(what.span(), WORDS)),
                }
            }
            "sent" if input.peek(Token![as]) => {
                input.parse::<Token![as]>()?;
                self.sent_as = Some(input.parse()?);
            }
            "shown" if input.peek(Token![as]) => {
                input.parse::<Token![as]>()?;
                self.shown_as = Some(input.parse()?);
            }
            "sent" => self.sent_by = Some(by(input)?),
            "shown" => self.shown_by = Some(by(input)?),
            _ => return Err(syn::Error::new(word.span(), WORDS)),
        }
        Ok(())
    }
}

fn by(input: ParseStream<'_>) -> Result<Path> {
    let word: Ident = input.parse()?;
    if word != "by" {
        return Err(syn::Error::new(word.span(), WORDS));
    }
    input.parse()
}
