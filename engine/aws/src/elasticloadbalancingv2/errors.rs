//! What Elastic Load Balancing's error codes mean, for all of its kinds. Not here: codes that all services share.

use windlass_engine::provider::ErrorClass;

/// The class of a code that means something of its own here.
///
/// What a create or change refers to was made moments before, so that a "not found" about it is a lagging view, not an absence.
pub fn classify(operation: &str, code: &str) -> Option<ErrorClass> {
    let makes = operation.contains(":Create")
        || operation.contains(":Modify")
        || operation.contains(":Set");
    match code {
        "InvalidConfigurationRequest" => Some(ErrorClass::Invalid),
        // Deletion protection: waiting does not lift it.
        "OperationNotPermitted" => Some(ErrorClass::Invalid),
        "CertificateNotFound"
        | "SubnetNotFound"
        | "InvalidSecurityGroup"
        | "AllocationIdNotFound"
        | "TrustStoreNotReady" => Some(ErrorClass::NotYet),
        "TargetGroupNotFound" if makes && !operation.contains("TargetGroup") => {
            Some(ErrorClass::NotYet)
        }
        "LoadBalancerNotFound" if operation.ends_with(":CreateListener") => {
            Some(ErrorClass::NotYet)
        }
        "ListenerNotFound" if operation.ends_with(":CreateRule") => Some(ErrorClass::NotYet),
        _ => None,
    }
}
