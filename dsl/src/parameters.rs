//! Typed parameters of a stack, with values from `--set key=value` and the environment.

use std::fmt::Display;
use std::str::FromStr;

use crate::codes;
use crate::diagnostics::{Diagnostic, SourceLine};
use crate::stack::Stack;

/// One parameter of a stack.
#[derive(Debug, Clone)]
pub struct Parameter<T> {
    name: String,
    default: Option<T>,
    source: SourceLine,
}

/// A required parameter; [`Parameter::or`] makes it optional.
#[must_use]
#[track_caller]
pub fn parameter<T>(name: impl Into<String>) -> Parameter<T> {
    Parameter {
        name: name.into(),
        default: None,
        source: SourceLine::caller(),
    }
}

impl<T> Parameter<T> {
    /// The default value, if the user gives none.
    #[must_use]
    pub fn or(mut self, default: impl Into<T>) -> Self {
        self.default = Some(default.into());
        self
    }
}

impl<T: FromStr<Err: Display>> Parameter<T> {
    fn read(self, cx: &mut Stack) -> Option<T> {
        let Self {
            name,
            default,
            source,
        } = self;
        let Some(text) = cx.take_parameter(&name) else {
            if default.is_none() {
                cx.report(
                    Diagnostic::error(
                        codes::PARAMETER_MISSING,
                        format!("parameter `{name}` is not given"),
                    )
                    .at(&source, "asked for here")
                    .help(format!(
                        "give it with `--set {name}=VALUE` or `WINDLASS_SET_{}=VALUE`",
                        name.to_uppercase().replace('-', "_")
                    )),
                );
            }
            return default;
        };
        match text.parse() {
            Ok(value) => Some(value),
            Err(error) => {
                let kind = std::any::type_name::<T>();
                cx.report(
                    Diagnostic::error(
                        codes::PARAMETER_MALFORMED,
                        format!("parameter `{name}` = `{text}` is no {kind}: {error}"),
                    )
                    .at(&source, "asked for here"),
                );
                None
            }
        }
    }
}

/// Parameters that are read together, so that one report names all missing ones.
pub trait Parameters {
    /// Their values.
    type Values;
    /// Reads all of them; `None` if one is missing or malformed. Each such problem has been reported.
    fn read(self, cx: &mut Stack) -> Option<Self::Values>;
}

impl<T: FromStr<Err: Display>> Parameters for Parameter<T> {
    type Values = T;
    fn read(self, cx: &mut Stack) -> Option<T> {
        Parameter::read(self, cx)
    }
}

macro_rules! tuples {
    ($(($($name:ident),+))+) => {$(
        impl<$($name: FromStr<Err: Display>),+> Parameters for ($(Parameter<$name>,)+) {
            type Values = ($($name,)+);
            #[expect(non_snake_case, reason = "type parameters name the members")]
            fn read(self, cx: &mut Stack) -> Option<Self::Values> {
                let ($($name,)+) = self;
                $(let $name = $name.read(cx);)+
                Some(($($name?,)+))
            }
        }
    )+};
}

tuples! { (A) (A, B) (A, B, C) (A, B, C, D) (A, B, C, D, E) (A, B, C, D, E, F) (A, B, C, D, E, F, G) (A, B, C, D, E, F, G, H) }
