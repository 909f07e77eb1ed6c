//! Stale reads: for a while after an update, AWS can still show the old value (eventual consistency).
//!
//! The scenario: an author takes an edit back at once. AWS still shows the value from before the edit, which is what the program wants again, so the
//! plan would find nothing to do, and the edit would stay in force. So a difference from what was sent counts only once the visibility window has
//! passed. Until then the engine looks again, but only at resources that were made or changed moments ago and that differ.
//!
//! Not here: resources that AWS does not show at all (`observe`).

use windlass_plan::drift::drifted;
use windlass_plan::observation::{Generation, Observation, Observations, Seen};
use windlass_state::snapshot::Snapshot;

use crate::observe::{LookingAgain, ObserveError, observe_all};
use crate::provider::Target;
use crate::readback::drivers;
use crate::recorder::{Recorder, target};
use crate::session::Session;
use crate::visible::may_hide_for;

/// Looks again at resources whose answers may be stale.
pub(crate) async fn look_again(
    session: &Session<'_>,
    recorder: &Recorder<'_>,
    seen: &mut Observations,
) -> Result<(), ObserveError> {
    let (provider, clock, voice) = (session.provider, session.clock, session.voice());
    let mut looking = LookingAgain::new(voice);
    loop {
        let suspects = recorder.read(|snapshot| differing(session, snapshot, seen));
        let suspects = suspects.into_iter().filter_map(|target| {
            let left = looking.left(provider, &target);
            (!left.is_zero()).then_some((target, left))
        });
        let suspects: Vec<_> = suspects.collect();
        if suspects.is_empty() {
            return Ok(());
        }
        clock.sleep(looking.pause(&suspects)).await;
        let targets: Vec<_> = suspects.into_iter().map(|(target, _)| target).collect();
        let again: Vec<(Generation, Observation)> =
            observe_all(provider, clock, voice, &targets).await?;
        seen.extend(again);
    }
}

/// Resources that exist and differ from what was sent. `since` is when AWS answered our last call about the resource.
fn differing(session: &Session<'_>, snapshot: &Snapshot, seen: &Observations) -> Vec<Target> {
    let young = snapshot.resources.iter().filter(|(_, recorded)| {
        let last = recorded.since.max(recorded.changed);
        !may_hide_for(session.provider, &recorded.kind, last).is_zero()
    });
    let young: Vec<_> = young.collect();
    if young.is_empty() {
        return Vec::new();
    }
    let drivers = drivers(snapshot, session.schema);
    let suspects = young.into_iter().filter_map(|(address, recorded)| {
        let schema = (session.schema)(&recorded.kind)?;
        let key = (address.clone(), recorded.generation);
        let Some(Seen::Present { properties, .. }) = seen.get(&key) else {
            return None;
        };
        let (driven, shown) = (drivers.at(address), properties.to_value());
        let differs = !drifted(schema, recorded, driven, &shown).is_empty();
        differs.then(|| Target {
            since: recorded.since.max(recorded.changed),
            ..target(address, recorded)
        })
    });
    suspects.collect()
}
