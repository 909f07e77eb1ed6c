//! What a create does. Not here: whether it arrives (`arriving`).

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use windlass::schema::{KindSchema, Wait};
use windlass_engine::provider::{CreateRequest, Created};
use windlass_state::identity::{INTENT_TAG, Owner};

use super::kinds::schema;
use super::provider::{Cloud, Result};
use super::refusing::{self, Properties};
use super::sharing::Wanted;
use super::world::{Object, World, names_it};
use super::{invent, operations, rules};

/// How many polls AWS answers with "pending".
const PENDING: u32 = 3;

impl Cloud {
    pub(super) fn make(&self, request: &CreateRequest<'_>) -> Result<Created> {
        let schema = schema(request.kind).expect("only known kinds are planned");
        let operation = operations::of(request.kind).create;
        let mut world = self.world();
        let given = properties(request.spec.to_value());
        if rules::TAKES_TOKEN.contains(&request.kind)
            && let Some(made) = made_by(&world, &request.intent.0)
        {
            return Ok(made);
        }
        self.refuse_missing(&world, request.kind, &given, operation)?;
        if let Some((id, there)) = refusing::answered_with(&world, schema, request.place, &given) {
            return answered(request, operation, id, there);
        }
        let nobody = BTreeSet::new();
        refusing::refuse_taken(&world, schema, request.place, &given, &nobody, operation)?;
        refusing::refuse_unprepared(&world, request.kind, &given, operation)?;
        let wanted = Wanted {
            world: &world,
            kind: request.kind,
            id: None,
            given: &given,
            operation,
        };
        wanted.refuse_shared()?;
        let taken_back = refusing::taken_back(&mut world, schema, &given, operation)?;
        let late = after_create(request.kind, &given);
        let mut kept = given;
        kept.retain(|name, _| !late.contains(name));
        if let Some(tags) = schema.tags() {
            tag(&mut kept, tags.name, &request.intent.0, request.owner);
        }
        world.made += 1;
        let by_key = refusing::natural_key(request.kind, &kept);
        let id = taken_back
            .or(by_key)
            .unwrap_or_else(|| invent::id(schema, world.made));
        let outputs = invent::outputs(schema, &id, &kept);
        world.remember(request.kind, &id, &outputs);
        let object = Object {
            address: request.address.clone(),
            kind: request.kind.to_owned(),
            place: request.place.clone(),
            properties: kept,
            before: BTreeMap::new(),
            outputs: outputs.clone(),
            owner: request.owner.clone(),
            intent: request.intent.0.clone(),
            since: self.now(),
            shows: self.showing(request.kind),
            stale: None,
            pending: pending(schema),
            log: Vec::new(),
            gone_at: None,
        };
        world.objects.insert(id.clone(), object);
        drop(world);
        self.note("create", request.address);
        Ok(Created {
            physical_id: id,
            outputs,
            unfinished: late,
        })
    }
}

/// AWS answers with the existing resource. If the author chose its name, the life cycle has checked before whose resource that is.
fn answered(
    request: &CreateRequest<'_>,
    operation: &str,
    id: &str,
    there: &Object,
) -> Result<Created> {
    let written = request.template.to_value();
    let key = rules::ANSWERED_WITH.iter();
    let mut key = key.filter(|(kind, _)| *kind == request.kind);
    let literal = key.any(|(_, names)| written[names[0]].is_string());
    if literal && there.owner.lineage != request.owner.lineage {
        return Err(windlass_aws::exists(operation, id));
    }
    Ok(Created {
        physical_id: id.to_owned(),
        outputs: there.outputs.clone(),
        unfinished: Vec::new(),
    })
}

impl World {
    /// Remembers every name that was ever given: a spec that uses such a name means the resource that had it.
    fn remember(&mut self, kind: &str, id: &str, outputs: &BTreeMap<String, Value>) {
        if id.contains("sim-") {
            self.ever.insert(id.to_owned(), kind.to_owned());
        }
        let names = outputs.iter().filter(|(output, _)| names_it(output));
        let names = names.filter_map(|(_, value)| value.as_str());
        let names = names.filter(|text| text.contains("sim-") && *text != id);
        let names = names.map(|text| (text.to_owned(), kind.to_owned()));
        for (text, kind) in names.collect::<Vec<_>>() {
            // A copied name means the resource that had it first.
            self.ever.entry(text).or_insert(kind);
        }
    }
}

/// The given properties that the create call of this kind cannot carry.
pub(super) fn after_create(kind: &str, given: &Properties) -> Vec<String> {
    let rows = rules::AFTER_CREATE.iter();
    let late = rows.filter(|(of, name)| *of == kind && given.contains_key(*name));
    late.map(|(_, name)| (*name).to_owned()).collect()
}

pub(super) fn pending(schema: &KindSchema) -> u32 {
    let waits = schema.waits.iter().any(|wait| *wait > Wait::Exists);
    if waits { PENDING } else { 0 }
}

/// The properties of a spec.
pub(super) fn properties(value: Value) -> Properties {
    match value {
        Value::Object(object) => object.into_iter().collect(),
        other => panic!("a spec is an object, and this is {other}"),
    }
}

pub(super) fn tag(properties: &mut Properties, name: &str, intent: &str, owner: &Owner) {
    let tags = properties
        .entry(name.to_owned())
        .or_insert_with(|| json!([]));
    if let Value::Array(tags) = tags {
        let owner = owner.tags().into_iter();
        tags.extend(owner.map(|(key, value)| json!({"Key": key, "Value": value})));
        tags.push(json!({"Key": INTENT_TAG, "Value": intent}));
    }
}

pub(super) fn made_by(world: &World, intent: &str) -> Option<Created> {
    let mut objects = world.objects.iter();
    let (id, object) = objects.find(|(_, object)| object.intent == intent)?;
    Some(Created {
        physical_id: id.clone(),
        outputs: object.outputs.clone(),
        unfinished: Vec::new(),
    })
}
