//! Late creates of dead runs: the engine looks for resources that they left in AWS, by the tags that every create sends.
//!
//! AWS has no fencing. A call of a killed or paused program can arrive after a later run has looked for it during the whole visibility window and has
//! settled it as never sent. The snapshot remembers such creates (`Snapshot::lost`), so a resource with the tag of one of them is proof: it is ours,
//! and no other resource uses it. The engine takes it into the state. If its address has no resource, it becomes that resource; if the address has
//! another one, it is recorded for deletion.
//!
//! Not here: settling calls that are still open (`recover`), and deleting anything, which the plan does.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use futures::future::join_all;
use jiff::Timestamp;
use windlass::address::Address;
use windlass::codes;
use windlass::diagnostics::Diagnostic;
use windlass::document::Place;
use windlass_state::identity::{
    ENVIRONMENT_TAG, INTENT_TAG, LINEAGE_TAG, Lineage, Owner, STACK_TAG,
};
use windlass_state::record::{Intent, Settlement};
use windlass_state::snapshot::{Recorded, Snapshot};

use crate::clock::Clock;
use crate::events::{Event, Recovered};
use crate::provider::{Created, ErrorClass, Found, Provider, ProviderError, Tagged};
use crate::recorder::{Halted, Recorder};
use crate::run::read;
use crate::voice::Voice;

/// How long after its intent the engine looks for a lost create. No paused program keeps a connection to AWS open for longer.
const LOOKED_FOR: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// Takes resources into the state that lost creates made after all. If AWS does not answer, one warning says so, and the next run looks again.
pub(crate) async fn sweep(
    provider: &dyn Provider,
    clock: &dyn Clock,
    recorder: &Recorder<'_>,
    voice: Voice<'_>,
) -> Result<(), Halted> {
    let mut lost: Vec<Intent> = recorder.read(|snapshot| lost(snapshot, clock.now()));
    // With a natural key alone, a resource that a person has made by hand since would count as ours.
    lost.retain(|intent| provider.is_marked(&intent.kind));
    if lost.is_empty() {
        return Ok(());
    }
    let candidates = candidates(provider, clock, &recorder.owner(), &lost).await;
    let found = candidates.iter().map(|intent| async move {
        let found = read(clock, &intent.id.0, || provider.find(intent)).await;
        (*intent, found)
    });
    let mut unanswered = None;
    let mut adopted: Option<Recovered> = None;
    for (intent, found) in join_all(found).await {
        match found {
            Ok(Found::Ours(created)) => {
                let now = provider.now();
                let settled = recorder.read(|snapshot| taken(snapshot, intent, &created, now));
                let Some(settlement) = settled else {
                    continue;
                };
                recorder.settle(settlement).await?;
                let told = adopted.get_or_insert_with(|| Recovered::of(intent));
                told.adopted.push(intent.address.clone());
            }
            Ok(Found::Nothing { .. } | Found::Foreign { .. }) => {}
            Err(error) => unanswered = Some(error),
        }
    }
    if let Some(adopted) = adopted {
        voice.say(Event::Recovered(adopted));
    }
    if let Some(error) = unanswered {
        let message = "AWS could not be asked for what calls of earlier runs may have left behind";
        voice.say(warned(message, &error));
    }
    Ok(())
}

/// The creates that were settled as never sent, and whose calls may still arrive.
fn lost(snapshot: &Snapshot, now: Timestamp) -> Vec<Intent> {
    let is_young = |intent: &&Intent| {
        let age = Duration::try_from(now.duration_since(intent.at)).unwrap_or_default();
        age < LOOKED_FOR
    };
    snapshot.lost.values().filter(is_young).cloned().collect()
}

/// The creates to ask the service about: the tagging API lists their resources, or cannot list the kind.
async fn candidates<'i>(
    provider: &dyn Provider,
    clock: &dyn Clock,
    owner: &Owner,
    lost: &'i [Intent],
) -> Vec<&'i Intent> {
    let places: BTreeSet<&Place> = lost
        .iter()
        .filter(|intent| provider.is_listed(&intent.kind))
        .map(|intent| &intent.place)
        .collect();
    let tags = only(owner, &[LINEAGE_TAG]);
    let asked = places.into_iter().map(|place| {
        let tags = &tags;
        async move {
            let tagged = read(clock, &owner.lineage.0, || provider.tagged(place, tags)).await;
            let intents = tagged.ok().map(|tagged| {
                let intents = tagged.into_iter();
                let intents = intents.filter_map(|mut tagged| tagged.tags.remove(INTENT_TAG));
                intents.collect::<BTreeSet<String>>()
            });
            (place, intents)
        }
    });
    let shown: BTreeMap<_, _> = join_all(asked).await.into_iter().collect();
    let is_candidate = |intent: &&Intent| match shown.get(&intent.place) {
        Some(Some(intents)) if provider.is_listed(&intent.kind) => intents.contains(&intent.id.0),
        // The tagging API does not list the kind, or the credentials may not call it: only the service itself can answer.
        _ => true,
    };
    lost.iter().filter(is_candidate).collect()
}

/// What to record of a resource that a lost create made; nothing if the state knows the resource.
fn taken(
    snapshot: &Snapshot,
    intent: &Intent,
    created: &Created,
    now: Option<Timestamp>,
) -> Option<Settlement> {
    let mut known = snapshot.everything();
    let is_known = known.any(|(_, recorded)| {
        recorded.kind == intent.kind
            && recorded.place == intent.place
            && recorded.physical_id == created.physical_id
    });
    if is_known {
        return None;
    }
    let Created {
        physical_id,
        outputs,
        unfinished,
    } = created;
    let mut recorded = Recorded::made_by(intent, physical_id, outputs, unfinished, now);
    recorded.depends_on.retain(|on| snapshot.was_recorded(on));
    let newest = snapshot
        .generations(&intent.address)
        .map(|of| of.generation)
        .max();
    let is_free = !snapshot.resources.contains_key(&intent.address)
        && newest.is_none_or(|newest| newest < intent.generation);
    let address = if is_free {
        intent.address.clone()
    } else {
        // The address has another resource now. The protection of that one does not apply to this one.
        (recorded.options.protect, recorded.options.retain) = (false, false);
        beside(intent)
    };
    Some(Settlement::Believed {
        address,
        old: None,
        recorded: Box::new(recorded),
    })
}

/// An address that no program declares, so that the plan deletes the resource.
fn beside(intent: &Intent) -> Address {
    let name = format!("late-{}", intent.sequence);
    let alone = || Address::parse(&name).expect("letters, digits and a dash are an address");
    intent.address.child(&name).unwrap_or_else(|_| alone())
}

/// Another platform of the same stack and environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Namesake {
    /// The state that made it.
    pub lineage: Lineage,
    /// One of its existing resources.
    pub arn: String,
    /// How many of its resources the tagging API lists, including deleted ones.
    pub listed: usize,
}

/// Whether a state has never had a resource: its first `up` is still to come.
pub(crate) fn is_new(snapshot: &Snapshot) -> bool {
    snapshot.binding.is_none()
        && snapshot.everything().next().is_none()
        && snapshot.open.is_empty()
        && snapshot.lost.is_empty()
}

/// Looks for resources that another state has made for the same stack and environment. If AWS does not answer, one warning says so.
pub(crate) async fn namesake(
    provider: &dyn Provider,
    clock: &dyn Clock,
    owner: &Owner,
    places: &BTreeSet<Place>,
    voice: Voice<'_>,
) -> Option<Namesake> {
    let looked = places
        .iter()
        .map(|place| namesake_in(provider, clock, owner, place));
    let mut unanswered = None;
    for looked in join_all(looked).await {
        match looked {
            Ok(Some(namesake)) => return Some(namesake),
            Ok(None) => {}
            Err(error) => unanswered = Some(error),
        }
    }
    if let Some(error) = unanswered {
        let message =
            "AWS could not be asked whether this stack and environment have resources already";
        voice.say(warned(message, &error));
    }
    None
}

async fn namesake_in(
    provider: &dyn Provider,
    clock: &dyn Clock,
    owner: &Owner,
    place: &Place,
) -> Result<Option<Namesake>, ProviderError> {
    let tags = only(owner, &[STACK_TAG, ENVIRONMENT_TAG]);
    let seed = &owner.lineage.0;
    let listed = read(clock, seed, || provider.tagged(place, &tags)).await?;
    let lineage = |tagged: &Tagged| tagged.tags.get(LINEAGE_TAG).cloned();
    let others = listed.into_iter();
    let others = others.filter(|tagged| lineage(tagged).is_some_and(|of| of != owner.lineage.0));
    let others: Vec<Tagged> = others.collect();
    if others.is_empty() {
        return Ok(None);
    }
    let alive = read(clock, seed, || provider.alive(place, &others)).await?;
    Ok(alive.map(|tagged| {
        let of = lineage(&tagged);
        Namesake {
            listed: others.iter().filter(|other| lineage(other) == of).count(),
            lineage: Lineage(of.unwrap_or_default()),
            arn: tagged.arn,
        }
    }))
}

pub(crate) fn only(owner: &Owner, keys: &[&str]) -> BTreeMap<String, String> {
    let mut tags = owner.tags();
    tags.retain(|key, _| keys.contains(&key.as_str()));
    tags
}

pub(crate) fn warned(message: &str, error: &ProviderError) -> Event {
    let help = match error.class {
        ErrorClass::Denied => "allow `tag:GetResources`",
        _ => "the next run asks again",
    };
    let problem = Diagnostic::warning(codes::NOT_SWEPT, format!("{message}: {error}")).help(help);
    Event::Warned {
        problems: vec![problem],
    }
}
