//! Every kind of the catalogue: each sample is created, unchanged, changed to the next sample, and unchanged again.

use serde_json::Value;
use windlass::resource::{Resource, Samples};
use windlass::schema::{Change, KindSchema, Owner, Read, ReplaceOrder, Shape};

use crate::stage::{Doc, Stage, shown};

type Entry = (&'static KindSchema, Vec<Value>);

fn samples<R: Resource + Samples>() -> Entry {
    (
        R::SCHEMA,
        R::samples().iter().map(Resource::to_json).collect(),
    )
}

macro_rules! entries {
    ($($service:ident::$kind:ident),+ $(,)?) => {
        vec![$(samples::<windlass::aws::$service::$kind>()),+]
    };
}

/// Samples have fixed names, so a replacement has to delete first.
fn doc(schema: &KindSchema, spec: &Value) -> Doc {
    Doc::new()
        .with("it", schema.kind, spec.clone())
        .options("it", |options| {
            options.replace = Some(ReplaceOrder::DeleteFirst)
        })
        .tag("stack", "shop")
}

fn with_secrets(mut stage: Stage, doc: &Doc) -> Stage {
    for source in windlass_plan::needed_secrets(&doc.0) {
        let hash = format!("{source:?}");
        let known = windlass::value::SecretRef {
            source: source.clone(),
            hash,
        };
        stage.secrets.insert(source, known);
    }
    stage
}

#[test]
fn every_sample_stands_and_becomes_every_other() {
    for (schema, samples) in windlass::catalog!(entries) {
        for (at, from) in samples.iter().enumerate() {
            for to in samples.iter().skip(at).chain(samples.first()) {
                let (from, to) = (doc(schema, from), doc(schema, to));
                let mut stage = with_secrets(with_secrets(Stage::new(), &from), &to);
                stage.up(&from);
                stage.up(&to);
                stage.destroy();
                assert!(stage.snapshot.resources.is_empty());
            }
        }
    }
}

#[test]
fn what_is_missing_from_an_answer_is_drift_for_every_property() {
    for (schema, samples) in windlass::catalog!(entries) {
        for spec in &samples {
            let doc = doc(schema, spec);
            let mut stage = with_secrets(Stage::new(), &doc);
            stage.up(&doc);
            for field in schema.fields() {
                let watched = field.read == Read::Returned
                    && matches!(field.owner, Owner::Author)
                    && !matches!(field.change, Change::AtCreationOnly)
                    && !matches!(field.shape, Shape::Secret)
                    && has_content(spec.get(field.name));
                if watched && !only_hidden(field.shape, spec.get(field.name)) {
                    let mut stage = stage.clone();
                    stage.meddle("it", field.name, Value::Null);
                    let plan = stage.plan(&doc);
                    assert!(
                        plan.changes
                            .iter()
                            .flat_map(|change| &change.fields)
                            .any(|change| change.path.starts_with(field.name) && change.drift),
                        "{} {}: {}",
                        schema.kind,
                        field.name,
                        shown(&plan)
                    );
                }
            }
        }
    }
}

fn has_content(value: Option<&Value>) -> bool {
    match value {
        None | Some(Value::Null) => false,
        Some(Value::Array(items)) => !items.is_empty(),
        Some(Value::Object(object)) => !object.is_empty(),
        Some(Value::String(text)) => !text.is_empty(),
        Some(_) => true,
    }
}

/// Whether AWS shows none of the members.
fn only_hidden(shape: &'static Shape, value: Option<&Value>) -> bool {
    let Shape::Block(fields) = shape else {
        return false;
    };
    windlass::schema::flattened(fields)
        .filter(|field| value.is_some_and(|value| value.get(field.name).is_some()))
        .all(|field| field.read == Read::Never || matches!(field.owner, Owner::AfterCreation(_)))
}
