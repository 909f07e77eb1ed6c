//! What a rule rewrites in a request before it is forwarded. Not here: the rule.

use windlass_derive::{Block, Choice};

use crate::stack::Checks;
use crate::value::{Input, IntoInput};

crate::text_enum! {
    /// What is rewritten.
    pub enum TransformType {
        /// The `Host` header.
        HostHeader = "host-header-rewrite",
        /// The path and the query.
        Url = "url-rewrite",
    }
}

/// One rewriting; a rule takes one of each type.
#[derive(Debug, Clone, Block)]
#[block(no_new)]
pub struct Transform {
    /// What is rewritten; the constructors say it.
    #[field(name = "Type", no_setter)]
    transform_type: Input<TransformType>,
    /// How.
    #[field(choice, no_setter)]
    config: TransformConfig,
}

/// How something is rewritten.
#[derive(Debug, Clone, Choice)]
pub enum TransformConfig {
    /// The `Host` header.
    #[field(name = "HostHeaderRewriteConfig")]
    HostHeader(Rewrites),
    /// The path and the query.
    #[field(name = "UrlRewriteConfig")]
    Url(Rewrites),
}

/// Rewritings; AWS takes exactly one.
#[derive(Debug, Clone, Block)]
pub struct Rewrites {
    /// The rewriting.
    #[field(required)]
    pub rewrites: Vec<Rewrite>,
}

/// What is searched for, and what comes in its place.
#[derive(Debug, Clone, Block)]
pub struct Rewrite {
    /// A regular expression, at most 1024 characters.
    pub regex: Input<String>,
    /// What replaces it, at most 1024 characters; `$1` is its first group.
    pub replace: Input<String>,
}

impl Transform {
    /// Rewrites the `Host` header.
    #[must_use]
    pub fn host(regex: impl IntoInput<String>, replace: impl IntoInput<String>) -> Self {
        Self {
            transform_type: TransformType::HostHeader.into(),
            config: TransformConfig::HostHeader(Rewrites::new([Rewrite::new(regex, replace)])),
        }
    }

    /// Rewrites path and query.
    #[must_use]
    pub fn url(regex: impl IntoInput<String>, replace: impl IntoInput<String>) -> Self {
        Self {
            transform_type: TransformType::Url.into(),
            config: TransformConfig::Url(Rewrites::new([Rewrite::new(regex, replace)])),
        }
    }

    /// What it rewrites.
    #[must_use]
    pub fn rewrites(&self) -> TransformType {
        match self.config {
            TransformConfig::HostHeader(_) => TransformType::HostHeader,
            TransformConfig::Url(_) => TransformType::Url,
        }
    }

    pub(super) fn check(&self, checks: &mut Checks<'_>) {
        let (TransformConfig::HostHeader(list) | TransformConfig::Url(list)) = &self.config;
        for Rewrite { regex, replace } in &list.rewrites {
            checks.length("Transforms", Some(regex), 1..=1024);
            checks.length("Transforms", Some(replace), 0..=1024);
        }
    }
}
