//! Elastic Load Balancing: application, network and gateway load balancers.

mod targets;

pub use targets::{
    AnyTarget, InstanceTarget, IpTarget, LambdaTarget, LoadBalancerTarget, TargetGroupArn,
    TargetKind,
};

crate::ids! {
    /// A load balancer.
    LoadBalancerArn = "arn:";
    /// A listener.
    ListenerArn = "arn:";
    /// A rule of a listener.
    ListenerRuleArn = "arn:";
}
