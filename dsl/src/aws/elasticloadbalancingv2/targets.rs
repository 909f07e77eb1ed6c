//! Target types as Rust types: an `ip` target group does not compile where `instance` targets are needed.

use super::{FunctionArn, InstanceId, LoadBalancerArn};
use crate::value::{Input, Output, Text};

/// A type of targets.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is nothing that a target group can hold",
    note = "a target group holds `IpTarget`, `InstanceTarget`, `LambdaTarget` or `LoadBalancerTarget`"
)]
pub trait TargetKind: Send + Sync + 'static {
    /// AWS's text for the type; empty if the compiler does not know it.
    const TARGET_TYPE: &'static str;
    /// The type of a target's id.
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
    /// IP addresses: the targets of tasks in `awsvpc` network mode, which all Fargate tasks use.
    IpTarget: String = "ip";
    /// EC2 instances: the targets of tasks in `bridge` and `host` network mode.
    InstanceTarget: InstanceId = "instance";
    /// A Lambda function.
    LambdaTarget: FunctionArn = "lambda";
    /// An application load balancer behind a network load balancer.
    LoadBalancerTarget: LoadBalancerArn = "alb";
    /// The compiler does not know the type: for target groups made elsewhere.
    AnyTarget: String = "";
}

crate::typed_arn! {
    /// A target group whose targets have the type `T`.
    TargetGroupArn<T: TargetKind = AnyTarget>
}

/// A target group of a known type also compiles wherever any target group does.
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
