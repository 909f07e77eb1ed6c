//! What AWS Cloud Map's error codes mean, for all of its kinds. Not here: codes that all services share.

use windlass_engine::provider::ErrorClass;

/// The class of a code that means something of its own here.
pub fn classify(operation: &str, code: &str) -> Option<ErrorClass> {
    match code {
        // An earlier call about the same thing is still at work; a create's own is found by its token.
        "DuplicateRequest" if operation.contains(":Create") => Some(ErrorClass::Unknown),
        "DuplicateRequest" => Some(ErrorClass::NotYet),
        // The namespace was made moments before.
        "NamespaceNotFound" if operation.ends_with(":CreateService") => Some(ErrorClass::NotYet),
        _ => None,
    }
}
