//! Problems of a stack, with what their author needs to fix them. Not here: how a problem is drawn, which the CLI decides.

use std::fmt;
use std::panic::Location;

use serde::{Deserialize, Serialize};

/// A place in the author's own source.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SourceLine {
    /// Path as the compiler was given it, relative to the workspace.
    pub file: String,
    /// Line, from 1.
    pub line: u32,
    /// Column, from 1.
    pub column: u32,
}

impl SourceLine {
    /// The place that called the `#[track_caller]` function which calls this.
    #[must_use]
    #[track_caller]
    pub fn caller() -> Self {
        Location::caller().into()
    }
}

impl From<&Location<'_>> for SourceLine {
    fn from(location: &Location<'_>) -> Self {
        Self {
            file: location.file().to_owned(),
            line: location.line(),
            column: location.column(),
        }
    }
}

impl fmt::Display for SourceLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

/// The stable code of one type of problem, such as `WL-0107`. [`codes::ALL`](crate::codes::ALL) is the table of all codes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Code(pub std::borrow::Cow<'static, str>);

impl Code {
    /// A code from its text.
    #[must_use]
    pub const fn new(text: &'static str) -> Self {
        Self(std::borrow::Cow::Borrowed(text))
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The severity of a problem.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Windlass changes nothing while there is an error.
    Error,
    /// Windlass shows the warning and continues.
    Warning,
}

/// One remark at one place in the author's source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Label {
    pub source: SourceLine,
    /// The text at that place.
    pub text: String,
}

/// One problem: what is wrong, where, why, and how to fix it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diagnostic {
    /// The type of problem.
    pub code: Code,
    /// How bad it is.
    pub severity: Severity,
    /// One line, lowercase, without a full stop.
    pub message: String,
    /// The places that matter, the most important first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<Label>,
    /// A way out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
}

impl Diagnostic {
    /// An error with a code and a one-line message.
    pub fn error(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: Severity::Error,
            message: message.into(),
            labels: Vec::new(),
            help: None,
        }
    }

    /// A warning with a code and a one-line message.
    pub fn warning(code: Code, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Warning,
            ..Self::error(code, message)
        }
    }

    /// Adds a remark at a place in the source.
    #[must_use]
    pub fn at(mut self, source: &SourceLine, text: impl Into<String>) -> Self {
        self.labels.push(Label {
            source: source.clone(),
            text: text.into(),
        });
        self
    }

    /// Adds a text that says how to fix the problem.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}
