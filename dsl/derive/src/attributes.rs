//! Reads `#[field(…)]` and `#[resource(…)]` into plain data.

use proc_macro2::TokenStream;
use quote::quote;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Attribute, Ident, LitInt, LitStr, Path, Result, Token, Type, parenthesized};

/// The parsed attribute of a property.
#[derive(Default)]
pub struct FieldAttributes {
    pub change: Option<TokenStream>,
    pub changes_in_place: bool,
    pub name: Option<String>,
    pub never_read: bool,
    pub compare: Option<TokenStream>,
    pub removal: Option<TokenStream>,
    pub owner: Option<TokenStream>,
    pub required: bool,
    pub choice: bool,
    pub skip: bool,
    pub no_setter: bool,
    pub takes: Option<Path>,
    pub name_rule: Option<TokenStream>,
}

impl FieldAttributes {
    pub fn of(attributes: &[Attribute], name: &str) -> Result<Self> {
        let mut found = Self::default();
        each_word(attributes, name, |word, input| found.word(word, input))?;
        Ok(found)
    }

    fn word(&mut self, word: &Ident, input: ParseStream<'_>) -> Result<()> {
        let schema = quote!(::windlass::schema);
        match word.to_string().as_str() {
            "in_place" => {
                self.changes_in_place = true;
                self.change = Some(quote!(#schema::Change::InPlace));
            }
            "replaces" => self.change = Some(quote!(#schema::Change::Replaces)),
            "creation_only" => self.change = Some(quote!(#schema::Change::AtCreationOnly)),
            "replaces_if" => {
                let (test, when) = test_and_words(input)?;
                self.changes_in_place = true;
                self.change =
                    Some(quote!(#schema::Change::ReplacesIf { when: #when, test: #test }));
            }
            "name" => {
                input.parse::<Token![=]>()?;
                self.name = Some(input.parse::<LitStr>()?.value());
            }
            "never_read" => self.never_read = true,
            "set" => self.compare = Some(quote!(#schema::Compare::Set)),
            "json_text" => self.compare = Some(quote!(#schema::Compare::JsonText)),
            "case_insensitive" => self.compare = Some(quote!(#schema::Compare::CaseInsensitive)),
            "keyed" => {
                let key: LitStr = argument(input)?;
                self.compare = Some(quote!(#schema::Compare::Keyed(#key)));
            }
            "removal_keeps" => self.removal = Some(quote!(#schema::Removal::Keeps)),
            "removal_releases" => self.removal = Some(quote!(#schema::Removal::Releases)),
            "removal_default" => {
                let value: LitStr = argument(input)?;
                self.removal = Some(quote!(#schema::Removal::Default(#value)));
            }
            "removal_default_by" => {
                let of: Path = argument(input)?;
                self.removal = Some(quote!(#schema::Removal::DefaultBy(#of)));
            }
            "spellings" => {
                let inner;
                parenthesized!(inner in input);
                let pairs = Punctuated::<Spelling, Token![,]>::parse_terminated(&inner)?;
                let pairs = pairs
                    .iter()
                    .map(|Spelling(ours, answered)| quote!((#ours, #answered)));
                self.compare = Some(quote!(#schema::Compare::Spellings(&[#(#pairs),*])));
            }
            "after_creation" => {
                let who: LitStr = argument(input)?;
                self.owner = Some(quote!(#schema::Owner::AfterCreation(#who)));
            }
            "required" => self.required = true,
            "choice" => self.choice = true,
            "skip" => self.skip = true,
            "no_setter" => self.no_setter = true,
            "takes" => self.takes = Some(argument(input)?),
            "physical_name" => self.name_rule = Some(name_rule(input)?),
            _ => {
                return Err(syn::Error::new(
                    word.span(),
                    "no such word; the crate's documentation lists them",
                ));
            }
        }
        Ok(())
    }
}

/// `"cpu" = "CPU"`.
struct Spelling(LitStr, LitStr);

impl Parse for Spelling {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let ours = input.parse()?;
        input.parse::<Token![=]>()?;
        Ok(Self(ours, input.parse()?))
    }
}

/// Reads the content of all attributes with this name: words with commas between.
fn each_word(
    attributes: &[Attribute],
    name: &str,
    mut read: impl FnMut(&Ident, ParseStream<'_>) -> Result<()>,
) -> Result<()> {
    let named = attributes
        .iter()
        .filter(|attribute| attribute.path().is_ident(name));
    for attribute in named {
        attribute.parse_args_with(|input: ParseStream<'_>| {
            while !input.is_empty() {
                let word: Ident = input.parse()?;
                read(&word, input)?;
                if !input.is_empty() {
                    input.parse::<Token![,]>()?;
                }
            }
            Ok(())
        })?;
    }
    Ok(())
}

fn argument<T: Parse>(input: ParseStream<'_>) -> Result<T> {
    let inner;
    parenthesized!(inner in input);
    inner.parse()
}

/// `(test, "when")`.
fn test_and_words(input: ParseStream<'_>) -> Result<(Path, LitStr)> {
    let inner;
    parenthesized!(inner in input);
    let test = inner.parse()?;
    inner.parse::<Token![,]>()?;
    Ok((test, inner.parse()?))
}

/// `("Property", test, "when")`.
fn property_test_and_words(input: ParseStream<'_>) -> Result<(LitStr, Path, LitStr)> {
    let inner;
    parenthesized!(inner in input);
    let property = inner.parse()?;
    inner.parse::<Token![,]>()?;
    let test = inner.parse()?;
    inner.parse::<Token![,]>()?;
    Ok((property, test, inner.parse()?))
}

fn name_rule(input: ParseStream<'_>) -> Result<TokenStream> {
    let inner;
    parenthesized!(inner in input);
    let (mut max, mut also, mut prefix, mut lowercase) =
        (None, String::new(), String::new(), false);
    let mut reserved: Vec<LitStr> = Vec::new();
    while !inner.is_empty() {
        let word: Ident = inner.parse()?;
        if word == "lowercase" {
            lowercase = true;
        } else if word == "reserved" {
            reserved = list(&inner)?;
        } else {
            inner.parse::<Token![=]>()?;
            match word.to_string().as_str() {
                "max" => max = Some(inner.parse::<LitInt>()?),
                "also" => also = inner.parse::<LitStr>()?.value(),
                "prefix" => prefix = inner.parse::<LitStr>()?.value(),
                _ => {
                    return Err(syn::Error::new(
                        word.span(),
                        "expected `max`, `also`, `prefix`, `reserved(…)` or `lowercase`",
                    ));
                }
            }
        }
        if !inner.is_empty() {
            inner.parse::<Token![,]>()?;
        }
    }
    let max = max.ok_or_else(|| inner.error("`max` is missing"))?;
    Ok(
        quote!(::windlass::schema::NameRule { max: #max, also: #also, prefix: #prefix, lowercase: #lowercase, reserved: &[#(#reserved),*] }),
    )
}

/// The parsed attribute of a kind.
#[derive(Default)]
pub struct ResourceAttributes {
    pub kind: Option<LitStr>,
    pub id: Option<LitStr>,
    pub outputs: Vec<OutputAttribute>,
    pub waits: Vec<Ident>,
    pub reference_wait: Option<Ident>,
    pub replace: Option<Ident>,
    pub kept: Option<LitInt>,
    pub completes: Vec<LitStr>,
    pub replaces_when: Vec<TokenStream>,
    pub exclusive: Vec<TokenStream>,
    pub lends: Vec<LitStr>,
    pub holds: Vec<LitStr>,
    pub held_by: Option<syn::Path>,
    pub serves_one: Vec<TokenStream>,
    pub stays_in: Vec<TokenStream>,
    pub users_first: Vec<TokenStream>,
    pub drives: Vec<TokenStream>,
    pub no_new: bool,
}

/// One typed output.
pub struct OutputAttribute {
    pub method: Ident,
    pub of: Type,
    pub attribute: LitStr,
    pub changes: bool,
}

impl Parse for OutputAttribute {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let method = input.parse()?;
        input.parse::<Token![:]>()?;
        let of = input.parse()?;
        input.parse::<Token![=]>()?;
        let attribute = input.parse()?;
        let changes = if input.peek(Ident) {
            let word: Ident = input.parse()?;
            if word != "changes" {
                return Err(syn::Error::new(word.span(), "expected `changes`"));
            }
            true
        } else {
            false
        };
        Ok(Self {
            method,
            of,
            attribute,
            changes,
        })
    }
}

impl ResourceAttributes {
    pub fn of(attributes: &[Attribute], name: &str) -> Result<Self> {
        let mut found = Self::default();
        each_word(attributes, name, |word, input| found.word(word, input))?;
        Ok(found)
    }

    fn word(&mut self, word: &Ident, input: ParseStream<'_>) -> Result<()> {
        match word.to_string().as_str() {
            "kind" => self.kind = Some(assigned(input)?),
            "id" => self.id = Some(assigned(input)?),
            "outputs" => self.outputs = list(input)?,
            "waits" => self.waits = list(input)?,
            "reference_wait" => self.reference_wait = Some(assigned(input)?),
            "replace" => self.replace = Some(assigned(input)?),
            "kept" => self.kept = Some(assigned(input)?),
            "completes" => self.completes = list(input)?,
            "replaces_when" => {
                let (property, test, when) = property_test_and_words(input)?;
                self.replaces_when
                    .push(quote!(::windlass::schema::ReplacesWhen {
                        property: #property, when: #when, test: #test,
                    }));
            }
            "exclusive" => self.exclusive(quote!(InTurn), input)?,
            "exclusive_by" => self.exclusive_by(input)?,
            "exchangeable" => self.exclusive(quote!(Exchanged), input)?,
            "occupies" => self.exclusive(quote!(Occupied), input)?,
            "lends" => self.lends = list(input)?,
            "holds" => self.holds = list(input)?,
            "held_by" => {
                let inner;
                parenthesized!(inner in input);
                self.held_by = Some(inner.parse()?);
            }
            "serves_one" => self.serves_one.push(serves_one(input)?),
            "stays_in" => {
                let words = list::<LitStr>(input)?;
                let [path, property] = words.as_slice() else {
                    return Err(syn::Error::new(
                        word.span(),
                        "expected a path and a property",
                    ));
                };
                self.stays_in.push(quote!(::windlass::schema::StaysIn {
                    path: #path, property: #property,
                }));
            }
            "users_first" => {
                let (property, test, when) = property_test_and_words(input)?;
                self.users_first
                    .push(quote!(::windlass::schema::UsersFirst {
                        property: #property, when: #when, test: #test,
                    }));
            }
            "drives" => self.drives.push(drives(input)?),
            "no_new" => self.no_new = true,
            _ => {
                return Err(syn::Error::new(
                    word.span(),
                    "no such word; the crate's documentation lists them",
                ));
            }
        }
        Ok(())
    }

    fn exclusive(&mut self, handover: TokenStream, input: ParseStream<'_>) -> Result<()> {
        let properties = list::<LitStr>(input)?;
        self.exclusive.push(quote!(::windlass::schema::Exclusive {
            properties: &[#(#properties),*], keys: None, handover: ::windlass::schema::Handover::#handover,
        }));
        Ok(())
    }

    fn exclusive_by(&mut self, input: ParseStream<'_>) -> Result<()> {
        let inner;
        parenthesized!(inner in input);
        let keys: syn::Path = inner.parse()?;
        inner.parse::<Token![,]>()?;
        let properties = Punctuated::<LitStr, Token![,]>::parse_terminated(&inner)?;
        let properties = properties.iter();
        self.exclusive.push(quote!(::windlass::schema::Exclusive {
            properties: &[#(#properties),*], keys: Some(#keys), handover: ::windlass::schema::Handover::InTurn,
        }));
        Ok(())
    }
}

/// `("AllocationId", owner("ListenerArn", "LoadBalancerArn"), follows)`: paths, then in any order the owner and `follows`.
fn serves_one(input: ParseStream<'_>) -> Result<TokenStream> {
    let inner;
    parenthesized!(inner in input);
    let (mut members, mut owner, mut follows) = (Vec::<LitStr>::new(), Vec::<LitStr>::new(), false);
    while !inner.is_empty() {
        if inner.peek(LitStr) {
            members.push(inner.parse()?);
        } else {
            let word: Ident = inner.parse()?;
            match word.to_string().as_str() {
                "owner" => owner = list(&inner)?,
                "follows" => follows = true,
                _ => {
                    return Err(syn::Error::new(
                        word.span(),
                        "expected `owner(…)` or `follows`",
                    ));
                }
            }
        }
        if !inner.is_empty() {
            inner.parse::<Token![,]>()?;
        }
    }
    Ok(quote!(::windlass::schema::ServesOne {
        members: &[#(#members),*], owner: &[#(#owner),*], follows: #follows,
    }))
}

/// `("LoadBalancers" => "Actions" | "DefaultActions", keep, "who")`.
fn drives(input: ParseStream<'_>) -> Result<TokenStream> {
    let inner;
    parenthesized!(inner in input);
    let through: LitStr = inner.parse()?;
    inner.parse::<Token![=>]>()?;
    let properties = Punctuated::<LitStr, Token![|]>::parse_separated_nonempty(&inner)?;
    let properties = properties.iter();
    inner.parse::<Token![,]>()?;
    let keep: Path = inner.parse()?;
    inner.parse::<Token![,]>()?;
    let who: LitStr = inner.parse()?;
    Ok(quote!(::windlass::schema::Drives {
        through: #through, properties: &[#(#properties),*], keep: #keep, who: #who,
    }))
}

fn assigned<T: Parse>(input: ParseStream<'_>) -> Result<T> {
    input.parse::<Token![=]>()?;
    input.parse()
}

fn list<T: Parse>(input: ParseStream<'_>) -> Result<Vec<T>> {
    let inner;
    parenthesized!(inner in input);
    Ok(Punctuated::<T, Token![,]>::parse_terminated(&inner)?
        .into_iter()
        .collect())
}
