//! What Elastic Load Balancing's error codes mean, for all of its kinds. Not here: codes that all services share.

use windlass_engine::provider::ErrorClass;

use crate::wording::Wording;

/// The codes that mean something of their own here.
pub const WORDINGS: &[Wording] = &[
    // A VPC that was just made. <https://github.com/ansible/ansible/issues/31919>
    Wording::new(
        &["elasticloadbalancing:CreateTargetGroup"],
        &["ValidationError"],
        ErrorClass::NotFound,
    )
    .saying(&["is not found"]),
    // The gateway was attached a moment ago. <https://github.com/hashicorp/terraform/issues/1283>
    Wording::new(
        &["elasticloadbalancing:CreateLoadBalancer"],
        &["InvalidSubnet"],
        ErrorClass::NotYet,
    )
    .saying(&["has no internet gateway"]),
    // A certificate that was just validated is not known whole. <https://github.com/hashicorp/terraform-provider-aws/issues/41789>
    Wording::new(&[], &["UnsupportedCertificate"], ErrorClass::NotYet),
    // Capacity is reserved once the load balancer stands, one request at a time.
    Wording::new(
        &["elasticloadbalancing:ModifyCapacityReservation"],
        &["CapacityReservationPending"],
        ErrorClass::NotYet,
    ),
    // Deletion protection: waiting does not lift it.
    Wording::new(
        &[],
        &["InvalidConfigurationRequest", "OperationNotPermitted"],
        ErrorClass::Invalid,
    ),
    // Not a code that ends in "NotFound", and yet it says just that: a group that was made a moment ago, or none.
    Wording::new(&[], &["InvalidSecurityGroup"], ErrorClass::NotFound),
    Wording::new(&[], &["TrustStoreNotReady"], ErrorClass::NotYet),
];
