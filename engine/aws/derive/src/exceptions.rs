//! The exceptions of a row, each about one property: `"FilesystemId" as file_system_id;`, `"Tags" not sent;`, `"Policy" sent by policy::text;`.

use std::collections::BTreeMap;

use proc_macro2::TokenStream;
use syn::parse::{Parse, ParseStream};
use syn::{Ident, LitStr, Path, Result, Token, braced};

/// All exceptions of a row. The key of `of` is a property, the key of `choices` is a field.
#[derive(Default)]
pub struct Exceptions {
    of: BTreeMap<String, (LitStr, Exception)>,
    choices: BTreeMap<String, (Ident, TokenStream)>,
}

/// How one property differs from the usual mapping by name.
#[derive(Default, Clone)]
pub struct Exception {
    /// The member's name in the request.
    pub sent_as: Option<Ident>,
    /// The member's name in the answer.
    pub shown_as: Option<Ident>,
    /// The function that makes the request's value from the field.
    pub sent_by: Option<Path>,
    /// The function that makes the observed value from the whole answer.
    pub shown_by: Option<Path>,
    /// The request does not carry the property.
    pub not_sent: bool,
    /// The request does not carry it; the engine sends it by an update once the resource exists.
    pub later: bool,
    /// The answer does not carry the property.
    pub not_shown: bool,
    /// The request carries the list even when the list is empty.
    pub always: bool,
}

impl Exceptions {
    /// Removes and returns the exception of a property.
    pub fn take(&mut self, property: &str) -> Exception {
        let found = self.of.remove(property);
        found.map(|(_, exception)| exception).unwrap_or_default()
    }

    /// Removes and returns the exceptions of a choice, unparsed: the choice's macro hands over its own member list later.
    pub fn take_choice(&mut self, field: &Ident) -> TokenStream {
        let found = self.choices.remove(&field.to_string());
        found.map(|(_, exceptions)| exceptions).unwrap_or_default()
    }

    /// Reports each exception that is left: it names a property or a choice that the twin does not have.
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
                let name = field.to_string();
                let entry = (field.clone(), inner.parse()?);
                if found.choices.insert(name, entry).is_some() {
                    return Err(syn::Error::new(field.span(), "it has exceptions already"));
                }
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
            } else if found.contradicts_itself() {
                return Err(input.error("these words exclude each other"));
            } else {
                return Ok(found);
            }
        }
    }
}

impl Exception {
    fn contradicts_itself(&self) -> bool {
        // `as` names the member for both sides, of which one may be missing.
        let is_both = self.sent_as.is_some() && self.sent_as == self.shown_as;
        let is_sent = self.always || self.sent_by.is_some() || (self.sent_as.is_some() && !is_both);
        let is_shown = self.shown_by.is_some() || (self.shown_as.is_some() && !is_both);
        (self.not_sent && is_sent) || (self.not_shown && is_shown)
    }

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
