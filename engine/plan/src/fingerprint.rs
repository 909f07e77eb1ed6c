//! Hashes that bind a plan to what it was made from, fed piece by piece: nothing is held twice.

use serde::Serialize;
use sha2::{Digest, Sha256};
use windlass::canonical::{CanonicalJson, hex};
use windlass::document::Document;

use crate::observation::{Observation, Observations};

/// Hash of what a document declares, without where in the source it was written. `None` is the document of `destroy`.
#[must_use]
pub fn document(document: Option<&Document>) -> String {
    let mut fingerprint = Fingerprint::default();
    if let Some(document) = document {
        fingerprint.json(&(
            document.format,
            &document.stack,
            &document.environment,
            &document.place,
            &document.allowed_accounts,
            &document.default_tags,
        ));
        for (address, declaration) in &document.resources {
            fingerprint.text(address.as_str());
            fingerprint.text(&declaration.kind);
            fingerprint.text(declaration.spec.as_str());
            fingerprint.json(&(
                &declaration.depends_on,
                &declaration.place,
                &declaration.options,
            ));
        }
        for (address, lookup) in &document.lookups {
            fingerprint.json(&(address, &lookup.query, &lookup.place));
        }
        for (name, output) in &document.outputs {
            fingerprint.text(name);
            fingerprint.text(CanonicalJson::of(&output.value).as_str());
        }
    }
    fingerprint.finish()
}

/// Hash of everything that was observed.
#[must_use]
pub fn observations(observations: &Observations) -> String {
    let mut fingerprint = Fingerprint::default();
    for ((address, generation), observation) in observations {
        fingerprint.text(address.as_str());
        fingerprint.text(&generation.to_string());
        match observation {
            Observation::Present {
                properties,
                outputs,
            } => {
                fingerprint.text(CanonicalJson::of(properties).as_str());
                for (name, value) in outputs {
                    fingerprint.text(name);
                    fingerprint.text(CanonicalJson::of(value).as_str());
                }
            }
            Observation::Missing => fingerprint.text("missing"),
        }
    }
    fingerprint.finish()
}

#[derive(Default)]
struct Fingerprint(Sha256);

impl Fingerprint {
    /// Lengths go in too, so that no two sequences of pieces run together alike.
    fn text(&mut self, text: &str) {
        self.0.update((text.len() as u64).to_be_bytes());
        self.0.update(text.as_bytes());
    }

    fn json(&mut self, value: &impl Serialize) {
        self.text(&serde_json::to_string(value).expect("the pieces have text keys only"));
    }

    fn finish(self) -> String {
        hex(&self.0.finalize())
    }
}
