//! Parses one row: the row's own words, and the member list that the twin's macro has put behind the words.

use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote};
use syn::ext::IdentExt as _;
use syn::parse::{Parse, ParseStream};
use syn::{Ident, LitStr, Path, Result, Token, braced, parenthesized};

use crate::exceptions::Exceptions;

/// Rows as the author wrote them: the module of the specs, the SDK's crate, and each row's name and words.
pub struct Rows {
    specs: Path,
    service: Ident,
    rows: Vec<(Ident, TokenStream)>,
}

impl Parse for Rows {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let specs = input.call(Path::parse_mod_style)?;
        input.parse::<Token![=>]>()?;
        let service = input.parse()?;
        input.parse::<Token![;]>()?;
        let mut rows = Vec::new();
        while !input.is_empty() {
            rows.push(row(input)?);
        }
        Ok(Self {
            specs,
            service,
            rows,
        })
    }
}

fn row(input: ParseStream<'_>) -> Result<(Ident, TokenStream)> {
    let name: Ident = input.parse()?;
    let mut sides = TokenStream::new();
    if input.peek(Token![=>]) {
        input.parse::<Token![=>]>()?;
        while !input.peek(Token![;]) && !input.peek(syn::token::Brace) {
            sides.extend(std::iter::once(input.parse::<TokenTree>()?));
        }
    } else {
        sides = quote!(#name);
    }
    if input.peek(Token![;]) {
        input.parse::<Token![;]>()?;
        return Ok((name, quote!(#sides {})));
    }
    let exceptions: TokenTree = input.parse()?;
    Ok((name, quote!(#sides #exceptions)))
}

impl Rows {
    /// Hands every row to the macro of its twin. That macro adds the member list and calls `table!`.
    pub fn expanded(&self) -> TokenStream {
        let Self {
            specs,
            service,
            rows,
        } = self;
        let rows = rows.iter().map(|(name, words)| {
            let twin = format_ident!("{name}Resolved", span = name.span());
            quote!(#specs::#twin! { windlass_aws_derive::table { row #specs, #service, #words } })
        });
        rows.collect()
    }
}

/// One row with its member list.
pub struct Row {
    /// The module that declares the twin.
    pub specs: Path,
    /// The code that the row asks for.
    pub wanted: Wanted,
    /// The exceptions to the mapping by name.
    pub exceptions: Exceptions,
    pub twin: Ident,
    pub members: Vec<Member>,
}

/// The code to make from a member list.
pub enum Wanted {
    /// The whole row: the request and the answer.
    Table {
        /// The SDK's crate for the service.
        service: Ident,
        /// The SDK's type to send, or the operation to call; `None` if the twin is only observed.
        sent: Option<Ident>,
        /// The SDK's type to observe; `None` if the twin is only sent.
        shown: Option<Ident>,
    },
    /// A choice within the request of its holder: an expression that puts the chosen property into the builder.
    Put {
        /// The variable that holds the builder.
        builder: Ident,
        /// The variable that holds the choice.
        value: Ident,
        /// `Optional` if the author may leave the choice out.
        form: Form,
    },
    /// A choice within the answer about its holder: an expression that adds each of its properties to the block.
    See {
        /// The variable that holds the block.
        block: Ident,
        /// The variable that holds the answer.
        answer: Ident,
    },
}

/// One member of a twin.
pub enum Member {
    /// A property: its name, its field or variant, the form of its value, and whether AWS never returns it.
    Property(String, Ident, Form, bool),
    /// A choice between properties: its field and its twin.
    Choice(Ident, Ident, Form),
}

/// The form of a value.
#[derive(Clone)]
pub enum Form {
    /// A single value, such as a text, a number or a block.
    Leaf,
    Tags,
    /// A value that the author may leave out.
    Optional(Box<Form>),
    List(Box<Form>),
    /// A map with texts as keys.
    Map(Box<Form>),
    Boxed(Box<Form>),
}

impl Parse for Row {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let words;
        braced!(words in input);
        let (specs, wanted, exceptions) = wanted(&words)?;
        let word = Ident::parse_any(input)?;
        let twin = input.parse()?;
        let members;
        braced!(members in input);
        let mut found = Vec::new();
        while !members.is_empty() {
            found.push(member(&members)?);
        }
        if word != "struct" && word != "enum" {
            return Err(syn::Error::new(word.span(), "expected `struct` or `enum`"));
        }
        Ok(Self {
            specs,
            wanted,
            exceptions,
            twin,
            members: found,
        })
    }
}

fn wanted(words: ParseStream<'_>) -> Result<(Path, Wanted, Exceptions)> {
    let first: Ident = words.parse()?;
    let specs = words.call(Path::parse_mod_style)?;
    words.parse::<Token![,]>()?;
    let wanted = match first.to_string().as_str() {
        "row" => {
            let service = words.parse()?;
            words.parse::<Token![,]>()?;
            let sent = side(words)?;
            let shown = if words.peek(Token![|]) {
                words.parse::<Token![|]>()?;
                side(words)?
            } else {
                sent.clone()
            };
            Wanted::Table {
                service,
                sent,
                shown,
            }
        }
        "put" => Wanted::Put {
            builder: words.parse()?,
            value: words.parse()?,
            form: words.parse()?,
        },
        "see" => Wanted::See {
            block: words.parse()?,
            answer: words.parse()?,
        },
        _ => {
            return Err(syn::Error::new(
                first.span(),
                "expected `row`, `put` or `see`",
            ));
        }
    };
    let inner;
    braced!(inner in words);
    Ok((specs, wanted, inner.parse()?))
}

/// A name, or `_` for none.
fn side(words: ParseStream<'_>) -> Result<Option<Ident>> {
    if words.peek(Token![_]) {
        words.parse::<Token![_]>()?;
        return Ok(None);
    }
    Ok(Some(words.parse()?))
}

fn member(input: ParseStream<'_>) -> Result<Member> {
    let member = if input.peek(LitStr) {
        let name: LitStr = input.parse()?;
        let (field, form) = (input.parse()?, input.parse()?);
        let never_read = input.peek(Ident);
        if never_read {
            input.parse::<Ident>()?;
        }
        Member::Property(name.value(), field, form, never_read)
    } else {
        let word: Ident = input.parse()?;
        if word != "choice" {
            return Err(syn::Error::new(
                word.span(),
                "expected a property or a choice",
            ));
        }
        Member::Choice(input.parse()?, input.parse()?, input.parse()?)
    };
    input.parse::<Token![;]>()?;
    Ok(member)
}

impl ToTokens for Form {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        tokens.extend(match self {
            Self::Leaf => quote!(leaf),
            Self::Tags => quote!(tags),
            Self::Optional(inner) => quote!(optional(#inner)),
            Self::List(inner) => quote!(list(#inner)),
            Self::Map(inner) => quote!(map(#inner)),
            Self::Boxed(inner) => quote!(boxed(#inner)),
        });
    }
}

impl Parse for Form {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let word: Ident = input.parse()?;
        let around = |made: fn(Box<Self>) -> Self| -> Result<Self> {
            if !input.peek(syn::token::Paren) {
                return Ok(made(Box::new(Self::Leaf)));
            }
            let inner;
            parenthesized!(inner in input);
            Ok(made(Box::new(inner.parse()?)))
        };
        match word.to_string().as_str() {
            "leaf" => Ok(Self::Leaf),
            "tags" => Ok(Self::Tags),
            "optional" => around(Self::Optional),
            "list" => around(Self::List),
            "map" => around(Self::Map),
            "boxed" => around(Self::Boxed),
            _ => Err(syn::Error::new(word.span(), "no such form")),
        }
    }
}
