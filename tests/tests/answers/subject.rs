//! Resources and answers that these tests give to life cycles.

use serde_json::Value;
use windlass::address::Address;
use windlass::canonical::CanonicalJson;
use windlass_engine::provider::{Outputs, Target};
use windlass_tests::wire::capture::{Answers, Capture};

pub const SECRET: &str = "AWS::SecretsManager::Secret";

/// A resource as the state believes it to be.
pub fn target(kind: &str, id: &str, applied: &Value) -> Target {
    Target {
        address: Address::parse("subject").expect("an address"),
        generation: 0,
        kind: kind.to_owned(),
        place: Capture::place(),
        physical_id: id.to_owned(),
        applied: CanonicalJson::of(applied),
        outputs: Outputs::new(),
        imported: false,
        // The resource's create call has set the owner's tags.
        since: Some(jiff::Timestamp::UNIX_EPOCH),
    }
}

/// Answers by operation.
pub fn answers(of: &[(&str, u16, &str)]) -> Answers {
    let answer = |(operation, status, body): &(&str, u16, &str)| {
        ((*operation).to_owned(), (*status, (*body).to_owned()))
    };
    of.iter().map(answer).collect()
}
