//! The availability zones of a region, pinned in the state once a run has read them.
//!
//! Not here: recording them (`settlements`).

use windlass::document::Place;
use windlass_state::snapshot::Snapshot;

use super::SessionError;
use crate::clock::Clock;
use crate::provider::Provider;
use crate::run::read;

/// The availability zones for the program: those that the state has pinned, or those that are open now.
///
/// # Errors
/// AWS does not answer.
pub async fn zones(
    provider: &dyn Provider,
    clock: &dyn Clock,
    snapshot: &Snapshot,
    place: &Place,
) -> Result<Vec<String>, SessionError> {
    let region = place.region.as_deref().unwrap_or_default();
    if let Some(zones) = snapshot.zones.get(region) {
        return Ok(zones.clone());
    }
    let zones = read(clock, region, || provider.zones(place)).await;
    zones.map_err(|error| SessionError::Unanswered {
        question: "the availability zones",
        error,
    })
}
