//! All inputs of a plan, as the engine hands them to planning.
//!
//! Not here: what planning makes of them (`planner`, `claim`).

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

/// All inputs of a plan. The same inputs give the same plan, byte for byte.
pub struct Inputs<'a> {
    /// The declared document; `None` to destroy.
    pub document: Option<&'a Document>,
    /// The recorded state.
    pub snapshot: &'a Snapshot,
    /// The observations. For a generation without an entry, planning uses the applied spec.
    pub observations: &'a Observations,
    /// The place of the run.
    pub binding: &'a Binding,
    /// The answers to the document's lookups.
    pub lookups: &'a BTreeMap<Address, BTreeMap<String, Value>>,
    /// The secrets that the document needs, in the form that specs have.
    pub secrets: &'a BTreeMap<SecretSource, SecretRef>,
    /// The catalogue of kinds.
    pub schema: &'a dyn Fn(&str) -> Option<&'static KindSchema>,
    /// Plan only for these addresses, everything below them and everything that they need; empty for all.
    pub target: &'a [Address],
    /// Replace these resources, whether they differ or not.
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
