//! What is attached to a group: lifecycle hooks, notifications, metrics, target groups and traffic sources.
//!
//! AWS has separate calls for each of them. The group's spec owns the members that it declares and leaves all others alone.

use windlass_derive::Block;

use crate::aws::iam::RoleArn;
use crate::stack::Checks;
use crate::value::Input;

crate::text_enum! {
    /// The transition at which a lifecycle hook holds an instance.
    pub enum LifecycleTransition {
        /// At launch, before the instance is in service.
        Launching = "autoscaling:EC2_INSTANCE_LAUNCHING",
        /// Before the instance terminates.
        Terminating = "autoscaling:EC2_INSTANCE_TERMINATING",
    }

    /// What happens to the instance if the hook gets no answer in time.
    pub enum HookResult {
        /// The transition continues.
        Continue = "CONTINUE",
        /// AWS gives up the launch; a termination continues at once.
        Abandon = "ABANDON",
    }

    /// An event for which the group sends a notification.
    pub enum NotificationType {
        /// An instance was launched.
        Launch = "autoscaling:EC2_INSTANCE_LAUNCH",
        /// An instance could not be launched.
        LaunchError = "autoscaling:EC2_INSTANCE_LAUNCH_ERROR",
        /// An instance was terminated.
        Terminate = "autoscaling:EC2_INSTANCE_TERMINATE",
        /// An instance could not be terminated.
        TerminateError = "autoscaling:EC2_INSTANCE_TERMINATE_ERROR",
        /// A test when the notification is set up.
        TestNotification = "autoscaling:TEST_NOTIFICATION",
    }

    /// How often the group publishes metrics.
    pub enum MetricsGranularity {
        /// Every minute.
        OneMinute = "1Minute",
    }

    /// The type of a traffic source.
    pub enum TrafficSourceType {
        /// A classic load balancer, by name.
        Elb = "elb",
        /// A target group, by ARN.
        Elbv2 = "elbv2",
        /// A target group of Amazon VPC Lattice, by ARN.
        VpcLattice = "vpc-lattice",
    }
}

/// A lifecycle hook: it holds an instance at launch or termination while another program does its work.
#[derive(Debug, Clone, Block)]
pub struct LifecycleHookSpecification {
    /// The name, unique in the group.
    pub lifecycle_hook_name: Input<String>,
    /// The transition at which the hook holds an instance.
    pub lifecycle_transition: Input<LifecycleTransition>,
    /// What happens if the hook gets no answer in time. AWS's default is `ABANDON`.
    #[field(removal_default("\"ABANDON\""))]
    pub default_result: Option<Input<HookResult>>,
    /// How long the hook holds an instance, in seconds, 30 to 7200. AWS's default is 3600.
    #[field(removal_default("3600"))]
    pub heartbeat_timeout: Option<Input<i32>>,
    /// Additional text in the notification, at most 4000 characters.
    pub notification_metadata: Option<Input<String>>,
    /// The topic or queue that gets the notification. EventBridge always gets it.
    #[field(name = "NotificationTargetARN")]
    pub notification_target_arn: Option<Input<String>>,
    /// The role with which the group sends the notification.
    #[field(name = "RoleARN")]
    pub role_arn: Option<Input<RoleArn>>,
}

/// Notifications of the group to one topic.
#[derive(Debug, Clone, Block)]
pub struct NotificationConfiguration {
    #[field(name = "TopicARN")]
    pub topic_arn: Input<String>,
    /// The events to notify about, as a set.
    #[field(set, required)]
    pub notification_types: Vec<Input<NotificationType>>,
}

/// Metrics that the group publishes.
#[derive(Debug, Clone, Block)]
pub struct MetricsCollection {
    /// How often the group publishes metrics.
    pub granularity: Input<MetricsGranularity>,
    /// The metrics, as a set, such as `GroupInServiceInstances`. If empty, all metrics.
    #[field(set)]
    pub metrics: Vec<Input<String>>,
}

/// A load balancer or other source that sends traffic to the group.
#[derive(Debug, Clone, Block)]
pub struct TrafficSource {
    /// The source: a name for a classic load balancer, an ARN for all others.
    pub identifier: Input<String>,
    /// The type of the source.
    #[field(name = "Type")]
    pub kind: Input<TrafficSourceType>,
}

/// Which instance terminates first when a group scales in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TerminationPolicy {
    /// Balances zones first, then takes the oldest template, then the next billing hour.
    Default,
    /// The instance that fits the allocation strategy least.
    AllocationStrategy,
    /// The instance that is closest to its next billing hour.
    ClosestToNextInstanceHour,
    NewestInstance,
    OldestInstance,
    /// The instance with the oldest launch configuration.
    OldestLaunchConfiguration,
    /// The instance with the oldest launch template.
    OldestLaunchTemplate,
    /// A Lambda function decides, by ARN with alias or version.
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
