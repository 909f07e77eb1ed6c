//! What a group tells and is told: lifecycle hooks, notifications, metrics, and who sends it traffic.
//!
//! All of it hangs on the group by calls of its own; the group's spec owns what it declares and leaves the rest alone.

use windlass_derive::Block;

use crate::aws::iam::RoleArn;
use crate::stack::Checks;
use crate::value::Input;

crate::text_enum! {
    /// When a hook holds an instance.
    pub enum LifecycleTransition {
        /// Before it is in service.
        Launching = "autoscaling:EC2_INSTANCE_LAUNCHING",
        /// Before it is terminated.
        Terminating = "autoscaling:EC2_INSTANCE_TERMINATING",
    }

    /// What happens when nobody answers a hook.
    pub enum HookResult {
        /// The instance goes on.
        Continue = "CONTINUE",
        /// A launch is given up; a termination goes on at once.
        Abandon = "ABANDON",
    }

    /// What a topic is told.
    pub enum NotificationType {
        /// An instance was launched.
        Launch = "autoscaling:EC2_INSTANCE_LAUNCH",
        /// An instance could not be launched.
        LaunchError = "autoscaling:EC2_INSTANCE_LAUNCH_ERROR",
        /// An instance was terminated.
        Terminate = "autoscaling:EC2_INSTANCE_TERMINATE",
        /// An instance could not be terminated.
        TerminateError = "autoscaling:EC2_INSTANCE_TERMINATE_ERROR",
        /// A trial when the notification was set up.
        TestNotification = "autoscaling:TEST_NOTIFICATION",
    }

    /// How often metrics come.
    pub enum MetricsGranularity {
        /// Every minute.
        OneMinute = "1Minute",
    }

    /// What sends traffic to a group.
    pub enum TrafficSourceType {
        /// A classic load balancer, by name.
        Elb = "elb",
        /// A target group, by ARN.
        Elbv2 = "elbv2",
        /// A target group of Amazon VPC Lattice, by ARN.
        VpcLattice = "vpc-lattice",
    }
}

/// A pause in an instance's life, in which something else does its work.
#[derive(Debug, Clone, Block)]
pub struct LifecycleHookSpecification {
    /// The name, unique in the group.
    pub lifecycle_hook_name: Input<String>,
    /// When it holds an instance.
    pub lifecycle_transition: Input<LifecycleTransition>,
    /// What happens when nobody answers. AWS's default is `ABANDON`.
    #[field(removal_default("\"ABANDON\""))]
    pub default_result: Option<Input<HookResult>>,
    /// How long it holds an instance, in seconds, 30 to 7200. AWS's default is 3600.
    #[field(removal_default("3600"))]
    pub heartbeat_timeout: Option<Input<i32>>,
    /// What the notification says beside its own, at most 4000 characters.
    pub notification_metadata: Option<Input<String>>,
    /// The topic or queue that is told. EventBridge is told in any case.
    #[field(name = "NotificationTargetARN")]
    pub notification_target_arn: Option<Input<String>>,
    /// The role that may tell it.
    #[field(name = "RoleARN")]
    pub role_arn: Option<Input<RoleArn>>,
}

/// A topic that is told what happens.
#[derive(Debug, Clone, Block)]
pub struct NotificationConfiguration {
    /// The topic.
    #[field(name = "TopicARN")]
    pub topic_arn: Input<String>,
    /// What it is told, as a set.
    #[field(set, required)]
    pub notification_types: Vec<Input<NotificationType>>,
}

/// Metrics of the group.
#[derive(Debug, Clone, Block)]
pub struct MetricsCollection {
    /// How often they come.
    pub granularity: Input<MetricsGranularity>,
    /// Which, as a set, such as `GroupInServiceInstances`. All, where none is named.
    #[field(set)]
    pub metrics: Vec<Input<String>>,
}

/// Something that sends traffic to the group.
#[derive(Debug, Clone, Block)]
pub struct TrafficSource {
    /// Which: a name for a classic load balancer, an ARN for all else.
    pub identifier: Input<String>,
    /// What sort it is.
    #[field(name = "Type")]
    pub kind: Input<TrafficSourceType>,
}

/// Which instance goes first when a group shrinks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TerminationPolicy {
    /// By zone balance, then by the oldest template, then by the next billing hour.
    Default,
    /// What fits the allocation strategy least.
    AllocationStrategy,
    /// What is closest to its next billing hour.
    ClosestToNextInstanceHour,
    /// The newest.
    NewestInstance,
    /// The oldest.
    OldestInstance,
    /// That with the oldest launch configuration.
    OldestLaunchConfiguration,
    /// That with the oldest launch template.
    OldestLaunchTemplate,
    /// A Lambda function says, by ARN with alias or version.
    Lambda(String),
}

impl From<TerminationPolicy> for Input<String> {
    fn from(policy: TerminationPolicy) -> Self {
        match policy {
            TerminationPolicy::Default => "Default".into(),
            TerminationPolicy::AllocationStrategy => "AllocationStrategy".into(),
            TerminationPolicy::ClosestToNextInstanceHour => "ClosestToNextInstanceHour".into(),
            TerminationPolicy::NewestInstance => "NewestInstance".into(),
            TerminationPolicy::OldestInstance => "OldestInstance".into(),
            TerminationPolicy::OldestLaunchConfiguration => "OldestLaunchConfiguration".into(),
            TerminationPolicy::OldestLaunchTemplate => "OldestLaunchTemplate".into(),
            TerminationPolicy::Lambda(arn) => arn.into(),
        }
    }
}

impl MetricsCollection {
    /// Every metric, every minute.
    #[must_use]
    pub fn all() -> Self {
        Self::new(MetricsGranularity::OneMinute)
    }
}

impl LifecycleHookSpecification {
    pub(super) fn check(&self, at: &str, checks: &mut Checks<'_>) {
        checks.length(
            &format!("{at}.LifecycleHookName"),
            Some(&self.lifecycle_hook_name),
            1..=255,
        );
        checks.range(
            &format!("{at}.HeartbeatTimeout"),
            self.heartbeat_timeout.as_ref(),
            30..=7200,
        );
        checks.length(
            &format!("{at}.NotificationMetadata"),
            self.notification_metadata.as_ref(),
            1..=4000,
        );
        if self.role_arn.is_some() && self.notification_target_arn.is_none() {
            checks.invalid(
                &format!("{at}.RoleARN"),
                "is given without `NotificationTargetARN`",
                "a role is for telling a topic or queue",
            );
        }
    }
}
