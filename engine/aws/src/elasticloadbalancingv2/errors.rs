//! The meaning of Elastic Load Balancing's error codes, for all of its kinds. Not here: codes that all services share.

use windlass_engine::provider::ErrorClass;

use crate::wording::Wording;

/// The codes that have a special meaning in this service.
pub const WORDINGS: &[Wording] = &[
    // A VPC that was created a moment ago. <https://github.com/ansible/ansible/issues/31919>
    Wording::new(
        &["elasticloadbalancing:CreateTargetGroup"],
        &["ValidationError"],
        ErrorClass::NotFound,
    )
    .saying(&["is not found"]),
    // An internet gateway that was attached a moment ago. <https://github.com/hashicorp/terraform/issues/1283>
    Wording::new(
        &["elasticloadbalancing:CreateLoadBalancer"],
        &["InvalidSubnet"],
        ErrorClass::NotYet,
    )
    .saying(&["has no internet gateway"]),
    // A certificate that was validated a moment ago: the service does not have all of its data yet.
    // <https://github.com/hashicorp/terraform-provider-aws/issues/41789>
    Wording::new(&[], &["UnsupportedCertificate"], ErrorClass::NotYet),
    // AWS reserves capacity after the load balancer is provisioned, one request at a time.
    Wording::new(
        &["elasticloadbalancing:ModifyCapacityReservation"],
        &["CapacityReservationPending"],
        ErrorClass::NotYet,
    ),
    // Deletion protection. Waiting does not remove it.
    Wording::new(
        &[],
        &["InvalidConfigurationRequest", "OperationNotPermitted"],
        ErrorClass::Invalid,
    ),
    // This code means "not found", although it does not end in "NotFound": a security group that was created a moment ago, or does not exist.
    Wording::new(&[], &["InvalidSecurityGroup"], ErrorClass::NotFound),
    Wording::new(&[], &["TrustStoreNotReady"], ErrorClass::NotYet),
];
