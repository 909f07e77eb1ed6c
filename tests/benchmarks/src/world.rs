//! The recorded state and the observations after a document was brought up, without a cloud: every output is invented.
//!
//! Not here: the engine, which does that in reality.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use windlass::aws::schema;
use windlass::canonical::CanonicalJson;
use windlass::diagnostics::Diagnostic;
use windlass::document::Document;
use windlass::schema::{KindSchema, Read, Shape, Wait};
use windlass_plan::observation::{Generation, Observation, Observations};
use windlass_plan::plan::{Plan, Step, StepAction};
use windlass_plan::{Inputs, fill};
use windlass_state::binding::Binding;
use windlass_state::identity::{IntentId, Lineage};
use windlass_state::snapshot::{Recorded, SecretKey, Snapshot};

/// A state without resources.
#[must_use]
pub fn nothing(document: &Document) -> Snapshot {
    let (lineage, key) = (Lineage("0".repeat(32)), SecretKey("0".repeat(64)));
    Snapshot::empty(lineage, key, &document.stack, &document.environment)
}

/// Plans as the engine does.
///
/// # Errors
/// All reasons against a plan.
pub fn plan(
    document: Option<&Document>,
    snapshot: &Snapshot,
    observations: &Observations,
) -> Result<Plan, Vec<Diagnostic>> {
    windlass_plan::plan(&Inputs {
        document,
        snapshot,
        observations,
        binding: &Binding::Aws {
            account: "123456789012".to_owned(),
            region: "us-east-1".to_owned(),
        },
        lookups: &BTreeMap::new(),
        secrets: &BTreeMap::new(),
        schema: &schema,
        target: &[],
        replace: &[],
    })
}

/// Brings a document up: the state that Windlass then records, and the observations that AWS would then give.
///
/// # Panics
/// There is no plan, or the plan does not create everything.
#[must_use]
pub fn after_up(document: &Document) -> (Snapshot, Vec<(Generation, Observation)>) {
    let mut snapshot = nothing(document);
    let plan = plan(Some(document), &snapshot, &Observations::new()).expect("a plan");
    let mut seen = Vec::with_capacity(plan.changes.len());
    for step in plan.steps {
        match &step.action {
            StepAction::Wait { level } => {
                let made = snapshot.resources.get_mut(&step.address).expect("made");
                made.waited = *level;
            }
            StepAction::Create { .. } => {
                let recorded = recorded(step.clone(), &snapshot);
                seen.push(((step.address.clone(), 0), observed(&recorded)));
                snapshot.resources.insert(step.address, recorded);
            }
            other => panic!("a first plan only makes and waits, not {other:?}"),
        }
    }
    (snapshot, seen)
}

fn recorded(step: Step, snapshot: &Snapshot) -> Recorded {
    let StepAction::Create {
        template,
        spec,
        depends_on,
        options,
    } = step.action
    else {
        panic!("it is made");
    };
    let output = |at: &_, name: &str| snapshot.output(at, name).cloned();
    let id = IntentId::of(
        &snapshot.lineage,
        &step.address,
        0,
        windlass_state::record::Action::Create,
        0,
    );
    let given = known(&step.kind).outputs.iter();
    let outputs = given.map(|given| {
        let value = format!("{}-{}", given.name.to_lowercase(), &id.0[..17]);
        (given.name.to_owned(), json!(value))
    });
    Recorded {
        generation: step.generation,
        place: step.place,
        physical_id: format!("id-{}", &id.0[..17]),
        outputs: outputs.collect(),
        template,
        applied: fill(&spec, &output).expect("what it refers to was made before"),
        depends_on,
        options,
        waited: Wait::Exists,
        unfinished: Vec::new(),
        intent: id,
        imported: false,
        since: None,
        changed: None,
        verdict: None,
        kind: step.kind,
    }
}

/// The applied properties, as far as AWS returns them, and a value for every property that the author leaves to AWS.
fn observed(recorded: &Recorded) -> Observation {
    let applied = recorded.applied.to_value();
    let fields = known(&recorded.kind).fields();
    let returned = fields
        .filter(|field| field.read == Read::Returned && !matches!(field.shape, Shape::Secret));
    let properties = returned.map(|field| {
        let value = applied.get(field.name).cloned();
        (
            field.name.to_owned(),
            value.unwrap_or_else(|| json!("set by AWS")),
        )
    });
    Observation::Present {
        properties: Value::Object(properties.collect()),
        outputs: recorded.outputs.clone(),
    }
}

fn known(kind: &str) -> &'static KindSchema {
    schema(kind).expect("it is in the catalogue")
}

/// The document with one more tag on a resource in the middle.
///
/// # Panics
/// No resource in its second half takes tags.
#[must_use]
pub fn with_one_change(mut document: Document) -> Document {
    let middle = document.resources.len() / 2;
    let mut later = document.resources.values_mut().skip(middle);
    let changed = later.find_map(|declaration| {
        let tags = known(&declaration.kind).tags()?;
        Some((declaration, tags))
    });
    let (changed, tags) = changed.expect("something takes tags");
    let mut spec = changed.spec.to_value();
    spec[tags.name] = json!([{"Key": "changed", "Value": "yes"}]);
    changed.spec = CanonicalJson::of(&spec);
    document
}
