//! What Elastic Load Balancing's error codes mean, for all of its kinds. Not here: codes that all services share.

use windlass_engine::provider::ErrorClass;

use crate::wording::Wording;

/// The codes that mean something of their own here.
pub const WORDINGS: &[Wording] = &[
    // Deletion protection: waiting does not lift it.
    Wording::new(
        &[],
        &["InvalidConfigurationRequest", "OperationNotPermitted"],
        ErrorClass::Invalid,
    ),
    // What a create or change refers to was made moments before, so that a "not found" about it is a lagging view, not an absence.
    Wording::new(
        &[],
        &[
            "CertificateNotFound",
            "SubnetNotFound",
            "InvalidSecurityGroup",
            "AllocationIdNotFound",
            "TrustStoreNotReady",
        ],
        ErrorClass::NotYet,
    ),
    Wording::new(
        &[
            "elasticloadbalancing:CreateListener",
            "elasticloadbalancing:ModifyListener",
            "elasticloadbalancing:CreateRule",
            "elasticloadbalancing:ModifyRule",
        ],
        &["TargetGroupNotFound"],
        ErrorClass::NotYet,
    ),
    Wording::new(
        &["elasticloadbalancing:CreateListener"],
        &["LoadBalancerNotFound"],
        ErrorClass::NotYet,
    ),
    Wording::new(
        &["elasticloadbalancing:CreateRule"],
        &["ListenerNotFound"],
        ErrorClass::NotYet,
    ),
];
