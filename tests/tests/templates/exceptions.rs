//! Where cfn-lint and Windlass differ on purpose, and why. An exception is for one rule, one kind and one path with what is below it.

/// One difference and its reason.
#[derive(Debug)]
pub struct Exception {
    pub kind: &'static str,
    pub path: &'static str,
    pub rule: &'static str,
    #[expect(dead_code, reason = "it is for the reader")]
    pub because: &'static str,
}

/// Properties that CloudFormation's kind does not have: `tests/tests/facts/reasons.rs` says why we have them.
pub const OURS: &[(&str, &str)] = &[
    ("AWS::AutoScaling::AutoScalingGroup", "ForceDelete"),
    ("AWS::EC2::LaunchTemplate", "Tags"),
    ("AWS::SecretsManager::Secret", "ForceDeleteWithoutRecovery"),
    ("AWS::SecretsManager::Secret", "RecoveryWindowInDays"),
];

/// The differences.
pub const EXCEPTIONS: &[Exception] = &[];
