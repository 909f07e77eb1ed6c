//! What a target group can hold, as types: an `ip` target group does not fit where `instance` targets are needed.

use std::fmt;
use std::marker::PhantomData;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{FunctionArn, InstanceId, LoadBalancerArn};
use crate::schema::Shape;
use crate::value::{Input, Literal, Output, Text};

/// What a target group can hold.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is nothing that a target group can hold",
    note = "a target group holds `IpTarget`, `InstanceTarget`, `LambdaTarget` or `LoadBalancerTarget`"
)]
pub trait TargetKind: Send + Sync + 'static {
    /// AWS's text for it; empty where the compiler does not know.
    const TARGET_TYPE: &'static str;
    /// How such a target is named.
    type Id: Text;
}

macro_rules! target_kinds {
    ($($(#[$doc:meta])* $name:ident: $id:ty = $text:literal;)+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name {}
        impl TargetKind for $name {
            const TARGET_TYPE: &'static str = $text;
            type Id = $id;
        }
    )+};
}

target_kinds! {
    /// IP addresses: what tasks in `awsvpc` network mode have, all Fargate tasks among them.
    IpTarget: String = "ip";
    /// EC2 instances: what tasks in `bridge` and `host` network mode are reached by.
    InstanceTarget: InstanceId = "instance";
    /// A Lambda function.
    LambdaTarget: FunctionArn = "lambda";
    /// An application load balancer behind a network load balancer.
    LoadBalancerTarget: LoadBalancerArn = "alb";
    /// Not known to the compiler: for target groups made elsewhere.
    AnyTarget: String = "";
}

/// A target group that holds targets of kind `T`.
pub struct TargetGroupArn<T = AnyTarget> {
    arn: String,
    of: PhantomData<fn() -> T>,
}

impl<T: TargetKind> TargetGroupArn<T> {
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
            "`{arn}` is no TargetGroupArn: it does not start with `arn:`"
        );
        Self {
            arn,
            of: PhantomData,
        }
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.arn
    }
}

impl<T> Clone for TargetGroupArn<T> {
    fn clone(&self) -> Self {
        Self {
            arn: self.arn.clone(),
            of: PhantomData,
        }
    }
}

impl<T> fmt::Debug for TargetGroupArn<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.arn)
    }
}

impl<T> Serialize for TargetGroupArn<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.arn.serialize(serializer)
    }
}

impl<'de, T> Deserialize<'de> for TargetGroupArn<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self {
            arn: String::deserialize(deserializer)?,
            of: PhantomData,
        })
    }
}

impl<T: TargetKind> Literal for TargetGroupArn<T> {
    const SHAPE: &'static Shape = &Shape::Text;
}

impl<T: TargetKind> Text for TargetGroupArn<T> {}

/// A target group of a known kind fits wherever any target group does.
macro_rules! fits_any {
    ($($kind:ty),+) => {$(
        impl From<TargetGroupArn<$kind>> for Input<TargetGroupArn<AnyTarget>> {
            fn from(arn: TargetGroupArn<$kind>) -> Self {
                Input::<TargetGroupArn<$kind>>::from(arn).trust_as()
            }
        }

        impl From<Output<TargetGroupArn<$kind>>> for Input<TargetGroupArn<AnyTarget>> {
            fn from(arn: Output<TargetGroupArn<$kind>>) -> Self {
                arn.trust_as::<TargetGroupArn<AnyTarget>>().into()
            }
        }

        impl From<Input<TargetGroupArn<$kind>>> for Input<TargetGroupArn<AnyTarget>> {
            fn from(arn: Input<TargetGroupArn<$kind>>) -> Self {
                arn.trust_as()
            }
        }
    )+};
}

fits_any!(IpTarget, InstanceTarget, LambdaTarget, LoadBalancerTarget);
