//! A deletion whose answer was lost: what AWS still shows may be gone already.
//!
//! AWS answers reads from before for a while. A resource that the program still wants would then be taken as there, and be missing. So it is
//! looked at until AWS must show its deletion. What is not wanted needs no look: the next plan removes it again, and a second deletion is
//! harmless. Not here: deletions whose answer came.

use std::collections::BTreeMap;
use std::time::Duration;

use windlass_plan::observation::{Generation, Observation};

use crate::clock::Clock;
use crate::observe::{ObserveError, observe_all};
use crate::provider::{Provider, Target};
use crate::visible::Glances;
use crate::voice::Voice;

/// Looks again at the `doubtful` of those that were `seen`, for as long as AWS may show them although they are gone.
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
