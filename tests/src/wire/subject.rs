//! A fixture's sample in the form that the engine gives to a provider. Not here: the questions about it.

use serde_json::Value;
use windlass::address::Address;
use windlass::canonical::CanonicalJson;
use windlass::expr::Expr;
use windlass_engine::provider::Target;
use windlass_state::identity::{IntentId, Lineage, Owner};

use super::capture::{Capture, secrets};
use super::fixture::Fixture;

/// A sample that the state believes to exist.
pub(super) fn target(fixture: &Fixture, spec: &Value) -> Target {
    Target {
        address: Address::parse("subject").expect("an address"),
        generation: 0,
        kind: fixture.schema.kind.to_owned(),
        place: Capture::place(),
        physical_id: fixture.physical_id.clone(),
        applied: CanonicalJson::of(&resolved(spec)),
        outputs: fixture.outputs.clone(),
        // Imported, so that Windlass reads all of it.
        imported: true,
        // The resource's create call has set the owner's tags.
        since: Some(jiff::Timestamp::UNIX_EPOCH),
    }
}

/// The intent of every call.
pub(super) fn intent() -> IntentId {
    IntentId("0123456789abcdef0123456789abcdef".to_owned())
}

/// A template in which the author wrote nothing: the engine chose all names, and the stack makes everything that the spec refers to.
pub fn unauthored() -> CanonicalJson {
    CanonicalJson::of(&serde_json::json!({}))
}

/// The owner of every resource.
pub fn owner() -> Owner {
    Owner {
        stack: "shop".to_owned(),
        environment: "test".to_owned(),
        lineage: Lineage("fedcba9876543210fedcba9876543210".to_owned()),
    }
}

/// The spec as the engine would send it: samples hold no references, so only secrets need resolving.
pub(super) fn resolved(spec: &Value) -> Value {
    match Expr::of(spec) {
        Ok(Some(Expr::Secret { secret })) => {
            let secret = secrets()
                .resolve(&secret)
                .expect("samples refer to secrets that the tests have");
            serde_json::to_value(secret).expect("a secret reference is plain JSON")
        }
        _ => match spec {
            Value::Object(object) => Value::Object(
                object
                    .iter()
                    .map(|(key, value)| (key.clone(), resolved(value)))
                    .collect(),
            ),
            Value::Array(items) => items.iter().map(resolved).collect(),
            scalar => scalar.clone(),
        },
    }
}
