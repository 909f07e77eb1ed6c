//! Everything that a plan follows from, as the engine hands it to planning.
//!
//! Not here: what is made of it (`planner`, `claim`).

use std::collections::BTreeMap;

use serde_json::Value;
use windlass::address::Address;
use windlass::document::Document;
use windlass::expr::SecretSource;
use windlass::schema::KindSchema;
use windlass::value::SecretRef;
use windlass_state::binding::Binding;
use windlass_state::snapshot::Snapshot;

use crate::observation::Observations;

/// Everything that a plan follows from. The same inputs give the same plan, byte for byte.
pub struct Inputs<'a> {
    /// What is declared; `None` to destroy.
    pub document: Option<&'a Document>,
    /// What is recorded.
    pub snapshot: &'a Snapshot,
    /// What was read. A generation without an entry is believed to be as it was applied.
    pub observations: &'a Observations,
    /// Where it will happen.
    pub binding: &'a Binding,
    /// The answers to the document's lookups.
    pub lookups: &'a BTreeMap<Address, BTreeMap<String, Value>>,
    /// The secrets that the document needs, as specs hold them.
    pub secrets: &'a BTreeMap<SecretSource, SecretRef>,
    /// The catalogue of kinds.
    pub schema: &'a dyn Fn(&str) -> Option<&'static KindSchema>,
    /// Plan only for these, what lies below them and what they need; empty for everything.
    pub target: &'a [Address],
    /// Replace these, whether they differ or not.
    pub replace: &'a [Address],
}

impl std::fmt::Debug for Inputs<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Inputs").finish_non_exhaustive()
    }
}

impl Inputs<'_> {
    /// The account and region that resources live in unless they say otherwise.
    pub(crate) fn home(&self) -> (&str, &str) {
        match self.binding {
            Binding::Aws { account, region }
            | Binding::Local {
                account, region, ..
            } => (account, region),
        }
    }
}
