//! Who may assume a role, as types: a role that ECS tasks cannot assume does not fit where a task role is wanted.

/// Who may assume a role.
pub trait Principal: Send + Sync + 'static {
    /// The service principal, such as `ecs-tasks.amazonaws.com`; `None` where the compiler does not know.
    const SERVICE: Option<&'static str>;
}

macro_rules! principals {
    ($($(#[$doc:meta])* $name:ident = $service:expr;)+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub struct $name;
        impl Principal for $name {
            const SERVICE: Option<&'static str> = $service;
        }
    )+};
}

principals! {
    /// Tasks of Amazon ECS: for task roles and execution roles.
    EcsTasks = Some("ecs-tasks.amazonaws.com");
    /// Amazon ECS itself: for infrastructure roles.
    Ecs = Some("ecs.amazonaws.com");
    /// EC2 instances: for instance profiles.
    Ec2 = Some("ec2.amazonaws.com");
    /// AWS Lambda functions.
    Lambda = Some("lambda.amazonaws.com");
    /// Amazon EventBridge rules.
    Events = Some("events.amazonaws.com");
    /// Amazon EventBridge Scheduler.
    Scheduler = Some("scheduler.amazonaws.com");
    /// AWS CodeDeploy.
    CodeDeploy = Some("codedeploy.amazonaws.com");
    /// VPC flow logs.
    VpcFlowLogs = Some("vpc-flow-logs.amazonaws.com");
    /// Application Auto Scaling, where it has no role of its own for a service.
    ApplicationAutoScaling = Some("application-autoscaling.amazonaws.com");
    /// AWS Systems Manager, for ECS Anywhere.
    Ssm = Some("ssm.amazonaws.com");
    /// Not known to the compiler: for trust policies written by hand and roles made elsewhere.
    Custom = None;
}
