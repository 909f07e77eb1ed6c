//! Names of instance types, such as `m7g.large`.
//!
//! Not here: a list of them. AWS adds some every month, and a list would refuse the newest.

use serde::{Deserialize, Serialize};

use crate::schema::Shape;
use crate::value::{Input, Literal, Text};

/// An instance type: family, generation and size, such as `m7g.large`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct InstanceType(String);

impl InstanceType {
    /// An instance type by its name. The spec that uses it checks the form of the name.
    #[must_use]
    pub fn named(name: impl Into<String>) -> Self {
        Self(name.into())
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the name has the form of an instance type: a family, a dot, a size.
    #[must_use]
    pub fn is_well_formed(&self) -> bool {
        let part = |part: &str| {
            part.starts_with(|c: char| c.is_ascii_alphanumeric())
                && part
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        };
        self.0
            .split_once('.')
            .is_some_and(|(family, size)| part(family) && part(size))
    }
}

impl Literal for InstanceType {
    const SHAPE: &'static Shape = &Shape::Text;
}
impl Text for InstanceType {}

impl From<&str> for InstanceType {
    fn from(name: &str) -> Self {
        Self::named(name)
    }
}

impl From<&str> for Input<InstanceType> {
    fn from(name: &str) -> Self {
        InstanceType::named(name).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms() {
        for (name, well_formed) in [
            ("t4g.small", true),
            ("u-12tb1.112xlarge", true),
            ("m8a.metal-24xl", true),
            ("large", false),
            ("t4g.", false),
            ("T4g.small", false),
            ("m7g.*", false),
        ] {
            assert_eq!(
                InstanceType::named(name).is_well_formed(),
                well_formed,
                "{name}"
            );
        }
    }
}
