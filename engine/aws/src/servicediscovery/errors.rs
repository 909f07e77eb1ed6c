//! The meaning of AWS Cloud Map's error codes, for all of its kinds. Not here: codes that all services share.

use windlass_engine::provider::ErrorClass;

use crate::wording::Wording;

/// The codes that have a special meaning in this service.
pub const WORDINGS: &[Wording] = &[
    // An earlier call about the same resource is still in progress. For a create, Windlass finds the result of that call by its token.
    Wording::new(
        &["servicediscovery:Create*"],
        &["DuplicateRequest"],
        ErrorClass::Unknown,
    ),
    Wording::new(&[], &["DuplicateRequest"], ErrorClass::NotYet),
    // A namespace that was created a moment ago.
    Wording::new(
        &["servicediscovery:CreateService"],
        &["NamespaceNotFound"],
        ErrorClass::NotYet,
    ),
];
