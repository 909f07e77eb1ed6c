//! A deletion whose answer was lost: AWS may still show a resource that is gone already.
//!
//! For a while, AWS answers reads with data from before a change (eventual consistency). The engine would then take a resource that the program still
//! wants as existing, although it is gone. So the engine looks again until AWS must show the deletion. A resource that the program does not want needs
//! no such look: the next plan removes it again, and a second deletion is harmless. Not here: deletions whose answer came.

use std::collections::BTreeMap;
use std::time::Duration;

use windlass_plan::observation::{Generation, Observation};

use crate::clock::Clock;
use crate::observe::{ObserveError, observe_all};
use crate::provider::{Provider, Target};
use crate::visible::Glances;
use crate::voice::Voice;

/// Looks again at the `doubtful` resources among the `seen` ones, for as long as AWS may still show a deleted resource.
pub(crate) async fn look_again(
    provider: &dyn Provider,
    clock: &dyn Clock,
    voice: Voice<'_>,
    mut doubtful: Vec<Target>,
    seen: &mut BTreeMap<Generation, Observation>,
) -> Result<(), ObserveError> {
    let began = clock.elapsed();
    let mut glances = Glances::new();
    loop {
        doubtful.retain(|target| {
            let generation = (target.address.clone(), target.generation);
            matches!(seen.get(&generation), Some(Observation::Present { .. }))
        });
        let windows = doubtful
            .iter()
            .map(|target| provider.visible_within(&target.kind));
        let waited = clock.elapsed().saturating_sub(began);
        let left = windows.max().unwrap_or_default().saturating_sub(waited);
        if left == Duration::ZERO {
            return Ok(());
        }
        clock.sleep(glances.pause(left)).await;
        let again: BTreeMap<_, _> = observe_all(provider, clock, voice, &doubtful).await?;
        seen.extend(again);
    }
}
