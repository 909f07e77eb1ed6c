//! Transforms: what a rule rewrites in a request before it forwards the request. Not here: the rule.

use windlass_derive::{Block, Choice};

use crate::stack::Checks;
use crate::value::{Input, IntoInput};

crate::text_enum! {
    /// The part of a request that a transform rewrites.
    pub enum TransformType {
        /// The `Host` header.
        HostHeader = "host-header-rewrite",
        /// The path and the query string.
        Url = "url-rewrite",
    }
}

/// One transform. A rule takes one of each type.
#[derive(Debug, Clone, Block)]
#[block(no_new)]
pub struct Transform {
    /// The part of a request that the transform rewrites; the constructors set it.
    #[field(name = "Type", no_setter)]
    transform_type: Input<TransformType>,
    #[field(choice, no_setter)]
    config: TransformConfig,
}

/// The rewrites of a transform.
#[derive(Debug, Clone, Choice)]
pub enum TransformConfig {
    /// The `Host` header.
    #[field(name = "HostHeaderRewriteConfig")]
    HostHeader(Rewrites),
    /// The path and the query string.
    #[field(name = "UrlRewriteConfig")]
    Url(Rewrites),
}

/// Rewrites; AWS takes exactly one.
#[derive(Debug, Clone, Block)]
pub struct Rewrites {
    /// The rewrite.
    #[field(required)]
    pub rewrites: Vec<Rewrite>,
}

/// A regular expression, and the text that replaces its match.
#[derive(Debug, Clone, Block)]
pub struct Rewrite {
    /// A regular expression, at most 1024 characters.
    pub regex: Input<String>,
    /// The replacement, at most 1024 characters; `$1` is the first group of the expression.
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

    /// Rewrites the path and the query string.
    #[must_use]
    pub fn url(regex: impl IntoInput<String>, replace: impl IntoInput<String>) -> Self {
        Self {
            transform_type: TransformType::Url.into(),
            config: TransformConfig::Url(Rewrites::new([Rewrite::new(regex, replace)])),
        }
    }

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
