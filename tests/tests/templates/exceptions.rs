//! Intended differences between cfn-lint and Windlass, each with its reason. An exception is for one rule, one kind, and one path including the paths
//! below it.

/// One difference and its reason.
#[derive(Debug)]
pub struct Exception {
    pub kind: &'static str,
    pub path: &'static str,
    pub rule: &'static str,
    #[expect(dead_code, reason = "it is for the reader")]
    pub because: &'static str,
}

/// Properties that CloudFormation's kind does not have. `tests/tests/facts/reasons.rs` says why Windlass has them.
pub const OURS: &[(&str, &str)] = &[
    ("AWS::AutoScaling::AutoScalingGroup", "ForceDelete"),
    ("AWS::EC2::LaunchTemplate", "Tags"),
    ("AWS::SecretsManager::Secret", "ForceDeleteWithoutRecovery"),
    ("AWS::SecretsManager::Secret", "RecoveryWindowInDays"),
];

/// Rules that judge the invented parts of these tests' templates, and not the specs. Samples have invented identifiers (`sg-0a1`), one template has
/// many resources of one kind, and every unknown value of a stack becomes the same parameter.
pub const ABOUT_THE_TEMPLATE: &[&str] = &["E115", "E3019", "E3022", "E3037", "E3060", "E3064"];

/// The differences.
pub const EXCEPTIONS: &[Exception] = &[
    Exception {
        kind: "AWS::AutoScaling::AutoScalingGroup",
        path: "Tags",
        rule: "E3003",
        because: "a group's tags always reach its instances here, as `facts` says; the engine sends PropagateAtLaunch itself",
    },
    Exception {
        kind: "AWS::AutoScaling::AutoScalingGroup",
        path: "MixedInstancesPolicy",
        rule: "E3030",
        because: "Amazon EC2 Auto Scaling's own list of accelerator names has `t4g`, cfn-lint's has not",
    },
    Exception {
        kind: "AWS::ApplicationAutoScaling::ScalingPolicy",
        path: "PredictiveScalingPolicyConfiguration",
        rule: "E3030",
        because: "predictive scaling of an ECS service by its load balancer's requests is newer than cfn-lint's list",
    },
];
