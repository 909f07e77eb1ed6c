//! The tagging API: which resources carry tags, including those deleted in the last hours. Not here: what the services themselves show (`provider`).

use std::collections::BTreeMap;

use windlass::document::Place;
use windlass_engine::provider::{ProviderError, Tagged};
use windlass_state::identity::INTENT_TAG;

use super::kinds::{ROLE, schema};
use super::provider::{Cloud, living};
use super::wordings::{DENIED, common};
use super::world::{Object, World};

/// The only call of the tagging API that is simulated.
pub(super) const OPERATION: &str = "tag:GetResources";

impl Cloud {
    /// The resources that carry all of these tags.
    pub(super) fn list_tagged(
        &self,
        place: &Place,
        wanted: &BTreeMap<String, String>,
    ) -> Result<Vec<Tagged>, ProviderError> {
        if self.faults().no_tagging {
            return Err(common(OPERATION, DENIED));
        }
        let world = self.world();
        let there = world.objects.iter();
        let there = there.filter(|(_, object)| object.place == *place && is_listed(&object.kind));
        let there = there.map(|(id, object)| (id.clone(), tags(object)));
        let gone = world.deleted.clone();
        let all = there.chain(
            gone.into_iter()
                .filter(|(_, (at, _))| at == place)
                .map(|(id, (_, tags))| (id, tags)),
        );
        let fits = all.filter(|(_, tags)| {
            let mut wanted = wanted.iter();
            wanted.all(|(key, value)| tags.get(key) == Some(value))
        });
        Ok(fits.map(|(arn, tags)| Tagged { arn, tags }).collect())
    }

    /// The first of these that still exists.
    pub(super) fn first_alive(&self, found: &[Tagged]) -> Option<Tagged> {
        let world = self.world();
        let mut found = found.iter();
        let there = |tagged: &&Tagged| living(&world, &tagged.arn).is_some();
        found.find(there).cloned()
    }
}

impl World {
    /// Notes that the tagging API still lists this resource after its deletion.
    pub(super) fn still_list(&mut self, id: &str) {
        if let Some(object) = self
            .objects
            .get(id)
            .filter(|object| is_listed(&object.kind))
        {
            let listed = (object.place.clone(), tags(object));
            self.deleted.insert(id.to_owned(), listed);
        }
    }
}

/// Whether the tagging API lists a kind. As in AWS, it does not list roles or kinds without tags.
pub(super) fn is_listed(kind: &str) -> bool {
    kind != ROLE && schema(kind).is_some_and(|schema| schema.tags().is_some())
}

fn tags(object: &Object) -> BTreeMap<String, String> {
    let mut tags = object.owner.tags();
    tags.insert(INTENT_TAG.to_owned(), object.intent.clone());
    tags
}
