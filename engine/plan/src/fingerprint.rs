//! Hashes that bind a plan to its inputs. The inputs are fed piece by piece, so that memory never holds a second copy.

use serde::Serialize;
use sha2::{Digest, Sha256};
use windlass::canonical::{CanonicalJson, hex};
use windlass::document::Document;

use crate::observation::{Observations, Seen};
use crate::plan::{Change, Note, Plan};

/// Hash of a document's declarations, without source lines. `None` is the document of `destroy`.
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
    for ((address, generation), seen) in observations.iter() {
        fingerprint.text(address.as_str());
        fingerprint.number(u64::from(*generation));
        match seen {
            Seen::Present {
                properties,
                outputs,
            } => {
                fingerprint.text(properties.as_str());
                fingerprint.text(outputs.as_str());
            }
            Seen::Missing => fingerprint.text("missing"),
        }
    }
    fingerprint.finish()
}

impl Plan {
    /// SHA-256 of the plan without the author's source lines, in lowercase hex, so that moving a declaration does not change it.
    #[must_use]
    pub fn hash(&self) -> String {
        let mut fingerprint = Fingerprint::default();
        let Plan {
            format,
            stack,
            environment,
            lineage,
            sequence,
            binding,
            document,
            observed,
            changes,
            unchanged,
            steps,
            outputs,
            notes,
        } = self;
        let rest = (stack, environment, lineage, binding, document, observed);
        fingerprint.json(&(format, sequence, rest, unchanged, outputs));
        for Note {
            address,
            text,
            source: _,
        } in notes
        {
            fingerprint.json(&(address, text));
        }
        for change in changes {
            let Change {
                address,
                kind,
                verdict,
                reason,
                fields,
                physical_id,
                source: _,
            } = change;
            fingerprint.json(&(address, kind, verdict, reason, fields, physical_id));
        }
        for step in steps {
            fingerprint.json(step);
        }
        fingerprint.finish()
    }
}

#[derive(Default)]
struct Fingerprint(Sha256);

impl Fingerprint {
    fn number(&mut self, number: u64) {
        self.0.update(number.to_be_bytes());
    }

    /// The lengths are hashed, too, so that two different sequences of pieces never give the same input.
    fn text(&mut self, text: &str) {
        self.number(text.len() as u64);
        self.0.update(text.as_bytes());
    }

    fn json(&mut self, value: &impl Serialize) {
        self.text(&serde_json::to_string(value).expect("the pieces have text keys only"));
    }

    fn finish(self) -> String {
        hex(&self.0.finalize())
    }
}
