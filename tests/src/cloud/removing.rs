//! What a delete does. Not here: what refuses it (`refusing`).

use std::time::Duration;

use serde_json::Value;
use windlass_engine::provider::{Deletion, Target};

use super::provider::{Cloud, Result};
use super::wordings::{not_found, refusal};
use super::world::{Object, World};
use super::{operations, refusing, rules};

/// How long a slow deletion takes.
const GOING: Duration = Duration::from_secs(20);

impl Cloud {
    pub(super) fn remove(&self, target: &Target) -> Result<()> {
        let (kind, id) = (target.kind.as_str(), &target.physical_id);
        let operation = operations::of(kind).delete;
        let mut world = self.world();
        self.refuse_hidden(&world, kind, id, operation)?;
        let Some(object) = world.objects.get(id) else {
            return Err(not_found(kind, operation, id));
        };
        if object.gone_at.is_some() {
            return Ok(());
        }
        if self.faults().held_by.contains_key(&target.address) {
            return Err(refusal(kind, operation, rules::DEPENDENCY, id, ""));
        }
        let lingering = self.faults().lingers.then(|| self.now());
        refusing::refuse_used(&world, id, object, operation, lingering)?;
        let scheduled = refusing::scheduled(id, object);
        self.refuse_left_behind(&mut world, id, operation)?;
        if lingering.is_some() {
            refusing::leave_behind(&mut world, id);
        }
        world.scheduled.extend(scheduled);
        for part in parts(&world, id) {
            world.bury(&part, self.now(), None);
        }
        world.still_list(id);
        if deletion(kind) == Deletion::InBackground {
            if let Some(object) = world.objects.get_mut(id) {
                object.gone_at = Some(self.now() + GOING);
            }
        } else {
            let ghost = self.staleness(kind);
            world.bury(id, self.now(), ghost);
        }
        drop(world);
        self.note("delete", &target.address);
        Ok(())
    }
}

impl Cloud {
    // A life cycle removes what AWS refused the deletion for. The call of a dead process has no life cycle.
    fn refuse_left_behind(&self, world: &mut World, id: &str, operation: &str) -> Result<()> {
        let object = &world.objects[id];
        let all = rules::DELETES_ALL.iter().any(|(kind, property)| {
            let set = object.properties.get(*property) == Some(&Value::Bool(true));
            object.kind == *kind && set
        });
        let (kind, left) = (object.kind.clone(), world.left.get(id).copied());
        if !self.is_landing() {
            world.left.remove(id);
        }
        match left.filter(|_| !all) {
            None => Ok(()),
            Some(wording) => Err(refusal(&kind, operation, wording, id, "")),
        }
    }
}

// The parts that AWS deletes together with a resource, such as a listener's rules.
fn parts(world: &World, id: &str) -> Vec<String> {
    let whole = &world.objects[id];
    let given: Vec<_> = whole.outputs.values().collect();
    let goes = |part: &Object| {
        let mut rows = rules::GOES_ALONG.iter();
        rows.any(|(kind, property, of)| {
            let named = part.properties.get(*property);
            part.kind == *kind
                && whole.kind == *of
                && named.is_some_and(|named| given.contains(&named))
        })
    };
    let parts = world.objects.iter().filter(|(_, part)| goes(part));
    parts.map(|(id, _)| id.clone()).collect()
}

/// How AWS deletes a kind: at once, or in the background.
pub(super) fn deletion(kind: &str) -> Deletion {
    if rules::SLOW_TO_GO.contains(&kind) {
        Deletion::InBackground
    } else {
        Deletion::AtOnce
    }
}
