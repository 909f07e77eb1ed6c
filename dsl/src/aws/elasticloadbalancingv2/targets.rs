//! What a target group can hold, as types: an `ip` target group does not fit where `instance` targets are needed.

use super::{FunctionArn, InstanceId, LoadBalancerArn};
use crate::value::{Input, Output, Text};

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

crate::typed_arn! {
    /// A target group that holds targets of kind `T`.
    TargetGroupArn<T: TargetKind = AnyTarget>
}

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
