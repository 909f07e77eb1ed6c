//! Detects a state that is an older copy, put back from a backup for example: AWS has resources that a later run of the same state made.
//!
//! Such a state plans to make resources that exist already. A VPC has no unique name, so AWS would make a second one. The intent tag of a resource
//! proves which state it belongs to: the engine works out which intents later runs would have had for the addresses that the plan creates, and
//! compares.
//!
//! Not here: resources that lost creates of this state's own past left in AWS (`sweep`).

use std::collections::{BTreeMap, BTreeSet};

use futures::future::join_all;
use serde_json::Value;
use windlass::address::Address;
use windlass::document::Place;
use windlass_plan::plan::{Plan, Verdict};
use windlass_state::identity::{Attempts, Digest, INTENT_TAG, IntentId, LINEAGE_TAG};
use windlass_state::record::Action;
use windlass_state::snapshot::{Recorded, Snapshot};

use crate::clock::Clock;
use crate::provider::{Provider, ProviderError, Tagged};
use crate::run::read;
use crate::sweep::{only, warned};
use crate::voice::Voice;

/// How many sequence numbers after the state's own Windlass tries for each resource of state and plan: a change uses two or three.
const AHEAD: usize = 10;

/// How many it tries at least: a release of a small stack uses about a dozen.
const AT_LEAST: usize = 1_000;

/// A resource that a later run of the same state made, and that this state does not know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Later {
    /// Where it was declared.
    pub address: Address,
    /// The ARN of the existing resource.
    pub arn: String,
    /// How many resources of later runs the tagging API lists at the addresses that the plan creates, including deleted ones.
    pub listed: usize,
}

/// Looks for resources that later runs made at the addresses that the plan creates. `first` is the sequence that the state was loaded with: what this run
/// has settled since counts on. If AWS does not answer, one warning says so.
pub(crate) async fn made_later(
    provider: &dyn Provider,
    clock: &dyn Clock,
    snapshot: &Snapshot,
    first: u64,
    plan: &Plan,
    places: &BTreeSet<Place>,
    voice: Voice<'_>,
) -> Option<Later> {
    let creates = plan.changes.iter();
    let creates = creates.filter(|change| change.verdict == Verdict::Create);
    let creates: BTreeSet<&Address> = creates.map(|change| &change.address).collect();
    let looked = places
        .iter()
        .map(|place| later_in(provider, clock, snapshot, first, &creates, place));
    let mut unanswered = None;
    for looked in join_all(looked).await {
        match looked {
            Ok(Some(later)) => return Some(later),
            Ok(None) => {}
            Err(error) => unanswered = Some(error),
        }
    }
    if let Some(error) = unanswered {
        let message = "AWS could not be asked whether later runs of this state have made resources that it does not know";
        voice.say(warned(message, &error));
    }
    None
}

async fn later_in(
    provider: &dyn Provider,
    clock: &dyn Clock,
    snapshot: &Snapshot,
    first: u64,
    creates: &BTreeSet<&Address>,
    place: &Place,
) -> Result<Option<Later>, ProviderError> {
    let seed = &snapshot.lineage.0;
    let tags = only(&snapshot.owner(), &[LINEAGE_TAG]);
    let listed = read(clock, seed, || provider.tagged(place, &tags)).await?;
    let digest = |tagged: &Tagged| IntentId(tagged.tags.get(INTENT_TAG)?.clone()).digest();
    let listed = listed.into_iter();
    let mut unknown: BTreeMap<Digest, Tagged> = listed
        .filter_map(|tagged| Some((digest(&tagged)?, tagged)))
        .collect();
    // The tag has the intent of the create, the state that of the last change: an identifier in the ARN tells the rest.
    let known: BTreeSet<&str> = snapshot
        .everything()
        .flat_map(|(_, recorded)| identifiers(recorded))
        .collect();
    unknown.retain(|_, tagged| {
        let name = tagged.arn.rsplit(['/', ':']).next().unwrap_or_default();
        !known.contains(tagged.arn.as_str()) && !known.contains(name)
    });
    let made = foretold(snapshot, first, creates, &unknown);
    if made.is_empty() {
        return Ok(None);
    }
    let candidates: Vec<Tagged> = made.iter().map(|(_, tagged)| (*tagged).clone()).collect();
    let alive = read(clock, seed, || provider.alive(place, &candidates)).await?;
    Ok(alive.and_then(|alive| {
        let (address, _) = made.iter().find(|(_, tagged)| tagged.arn == alive.arn)?;
        Some(Later {
            address: (*address).clone(),
            arn: alive.arn,
            listed: made.len(),
        })
    }))
}

/// How AWS names a resource: its identifier, the parts of it, and every output that is a text.
fn identifiers(recorded: &Recorded) -> impl Iterator<Item = &str> {
    let outputs = recorded.outputs.values().filter_map(Value::as_str);
    recorded.physical_id.split('|').chain(outputs)
}

/// Those of these resources whose intent a later run would have had, each with its address.
fn foretold<'a>(
    snapshot: &Snapshot,
    first: u64,
    creates: &BTreeSet<&'a Address>,
    unknown: &'a BTreeMap<Digest, Tagged>,
) -> Vec<(&'a Address, &'a Tagged)> {
    let mut made = Vec::new();
    if unknown.is_empty() {
        return made;
    }
    let resources = creates.len() + snapshot.everything().count();
    let first = u32::try_from(first).unwrap_or(u32::MAX);
    let attempts = (first..).take((AHEAD * resources).max(AT_LEAST));
    for &address in creates {
        let next = snapshot.next_generation(address);
        let of = Attempts::of(&snapshot.lineage, address, next, Action::Create);
        let tagged = attempts
            .clone()
            .filter_map(|at| unknown.get(&of.digest(at)));
        made.extend(tagged.map(|tagged| (address, tagged)));
    }
    made
}
