//! Who may assume a role, as types: a role that ECS tasks cannot assume does not compile as a task role.

/// The principal of a role: who may assume it.
pub trait Principal: Send + Sync + 'static {
    /// The service principal, such as `ecs-tasks.amazonaws.com`; `None` if the compiler does not know it.
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
    VpcFlowLogs = Some("vpc-flow-logs.amazonaws.com");
    /// Application Auto Scaling, for services where it has no service-linked role.
    ApplicationAutoScaling = Some("application-autoscaling.amazonaws.com");
    /// AWS Systems Manager, for ECS Anywhere.
    Ssm = Some("ssm.amazonaws.com");
    /// The compiler does not know the principal: for trust policies written by hand and roles made elsewhere.
    Custom = None;
}
