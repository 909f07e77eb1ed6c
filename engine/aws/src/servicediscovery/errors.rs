//! What AWS Cloud Map's error codes mean, for all of its kinds. Not here: codes that all services share.

use windlass_engine::provider::ErrorClass;

use crate::wording::Wording;

/// The codes that mean something of their own here.
pub const WORDINGS: &[Wording] = &[
    // An earlier call about the same thing is still at work; a create's own is found by its token.
    Wording::new(
        &["servicediscovery:Create*"],
        &["DuplicateRequest"],
        ErrorClass::Unknown,
    ),
    Wording::new(&[], &["DuplicateRequest"], ErrorClass::NotYet),
    // The namespace was made moments before.
    Wording::new(
        &["servicediscovery:CreateService"],
        &["NamespaceNotFound"],
        ErrorClass::NotYet,
    ),
];
