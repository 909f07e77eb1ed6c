//! The ARN of a role, with who may assume it as its type.

use std::fmt;
use std::marker::PhantomData;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::principal::{Custom, Principal};
use crate::schema::Shape;
use crate::value::{Literal, Text};

/// A role that `P` can assume.
pub struct RoleArn<P = Custom> {
    arn: String,
    by: PhantomData<fn() -> P>,
}

impl<P: Principal> RoleArn<P> {
    /// One that exists already and is not this stack's.
    ///
    /// # Panics
    /// The text does not start with `arn:`.
    #[must_use]
    #[track_caller]
    pub fn existing(arn: impl Into<String>) -> Self {
        let arn = arn.into();
        assert!(
            arn.starts_with("arn:"),
            "`{arn}` is no RoleArn: it does not start with `arn:`"
        );
        Self {
            arn,
            by: PhantomData,
        }
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.arn
    }
}

impl<P> Clone for RoleArn<P> {
    fn clone(&self) -> Self {
        Self {
            arn: self.arn.clone(),
            by: PhantomData,
        }
    }
}

impl<P> fmt::Debug for RoleArn<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.arn)
    }
}

impl<P> Serialize for RoleArn<P> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.arn.serialize(serializer)
    }
}

impl<'de, P> Deserialize<'de> for RoleArn<P> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self {
            arn: String::deserialize(deserializer)?,
            by: PhantomData,
        })
    }
}

impl<P: Principal> Literal for RoleArn<P> {
    const SHAPE: &'static Shape = &Shape::Text;
}

impl<P: Principal> Text for RoleArn<P> {}
