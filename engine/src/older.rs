//! Detects a state that is an older copy, put back from a backup for example: AWS has resources that a later run of the same state made.
//!
//! Such a state plans to make resources that exist already. A VPC has no unique name, so AWS would make a second one. The intent tag of a resource
//! proves which state it belongs to: the engine works out which intents later runs would have had for the addresses that the plan creates, and
//! compares.
//!
//! Not here: resources that lost creates of this state's own past left in AWS (`sweep`).

use std::collections::{BTreeMap, BTreeSet};

use futures::future::join_all;
use windlass::address::Address;
use windlass::document::Place;
use windlass_plan::plan::{Plan, Verdict};
use windlass_state::identity::{Attempts, Digest, INTENT_TAG, IntentId, LINEAGE_TAG};
use windlass_state::record::Action;
use windlass_state::snapshot::Snapshot;

use crate::clock::Clock;
use crate::provider::{Provider, ProviderError, Tagged};
use crate::run::read;
use crate::sweep::{only, warned};
use crate::voice::Voice;

/// How many sequence numbers after the state's own are tried for each resource that the state knows: a change uses two or three.
const AHEAD: usize = 10;

/// A resource that a later run of the same state made, and that this state does not know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Later {
    /// Where it was declared.
    pub address: Address,
    /// The ARN of the existing resource.
    pub arn: String,
    /// How many resources of later runs the tagging API lists, including deleted ones.
    pub listed: usize,
}

/// Looks for resources that later runs made at the addresses that the plan creates. If AWS does not answer, one warning says so.
pub(crate) async fn made_later(
    provider: &dyn Provider,
    clock: &dyn Clock,
    snapshot: &Snapshot,
    plan: &Plan,
    places: &BTreeSet<Place>,
    voice: Voice<'_>,
) -> Option<Later> {
    let creates = plan.changes.iter();
    let creates = creates.filter(|change| change.verdict == Verdict::Create);
    let creates: BTreeSet<&Address> = creates.map(|change| &change.address).collect();
    let looked = places
        .iter()
        .map(|place| later_in(provider, clock, snapshot, &creates, place));
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
    for (_, recorded) in snapshot.everything() {
        let known = recorded.intent.digest();
        known.and_then(|known| unknown.remove(&known));
    }
    let made = foretold(snapshot, creates, &unknown);
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

/// Those of these resources whose intent a later run would have had, each with its address.
fn foretold<'a>(
    snapshot: &Snapshot,
    creates: &BTreeSet<&'a Address>,
    unknown: &'a BTreeMap<Digest, Tagged>,
) -> Vec<(&'a Address, &'a Tagged)> {
    let mut made = Vec::new();
    if unknown.is_empty() {
        return made;
    }
    let resources = creates.len() + snapshot.everything().count();
    let first = u32::try_from(snapshot.sequence).unwrap_or(u32::MAX);
    let attempts = (first..).take(AHEAD * resources);
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
