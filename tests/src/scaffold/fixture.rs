//! The text of a wire fixture: `tests/src/wire/SERVICE/KIND.rs`. Not here: AWS's answers, which a person takes from the API reference.

use serde_json::{Map, Value};

use super::names::{plural, snake};
use super::operations::{name, noun};
use super::{Kind, samples};

/// The whole file.
pub fn text(kind: &Kind) -> String {
    let Kind {
        kind: of,
        name: rust,
        service,
        operations,
        ..
    } = kind;
    let id = first(kind);
    let outputs: String = kind
        .outputs
        .iter()
        .map(|output| {
            format!(
                ".output({:?}, {:?})\n",
                output.name,
                given(kind, &output.name)
            )
        })
        .collect();
    let described =
        serde_json::to_string_pretty(&api(samples::full(kind))).expect("a sample is plain JSON");
    let others = operations
        .reading
        .iter()
        .filter(|operation| **operation != operations.describe);
    let others: String = others
        .map(|operation| {
            format!(
                "// DECIDE the answer.\n.answer({:?}, \"{{}}\")\n",
                name(operation)
            )
        })
        .collect();
    let member = member_of(kind);
    format!(
        "//! Wire fixture of `{of}`: its samples and AWS's answers.\n\n{}\n\
         use serde_json::json;\nuse windlass::aws::{}::{rust};\n\nuse crate::wire::Fixture;\n\n\
         pub fn fixture() -> Fixture {{\n\
         // DECIDE the answers, from the service's API reference and not from what is sent. They describe `samples()[1]`.\n\
         // DECIDE the names: here are CloudFormation's with a small first letter.\n\
         let described = json!({described});\n\
         let shown = json!({{{member:?}: [described]}}).to_string();\n\
         // DECIDE what the create call answers.\n\
         let made = json!({{{:?}: described}}).to_string();\n\
         Fixture::of::<{rust}>({id:?})\n{outputs}.answer({:?}, &made)\n.answer({:?}, &shown)\n{others}\
         // DECIDE the exceptions with their reasons: `not_created`, `not_updated`, `not_observed`, `not_given`.\n}}\n",
        kind.mark(),
        service.module,
        small(noun(&operations.create)),
        name(&operations.create),
        name(&operations.describe),
    )
}

/// The member of the answer that holds what is described.
fn member_of(kind: &Kind) -> String {
    let noun = noun(&kind.operations.describe);
    small(&if noun.ends_with('s') {
        noun.to_owned()
    } else {
        plural(noun)
    })
}

/// The identifier of the fullest sample.
fn first(kind: &Kind) -> String {
    let parts: Vec<_> = kind
        .identifier
        .iter()
        .map(|name| given(kind, name))
        .collect();
    parts.join("|")
}

/// What AWS gives for an attribute: the sample's own value, or something of its form.
fn given(kind: &Kind, name: &str) -> String {
    if let Some(text) = samples::full(kind).get(name).and_then(Value::as_str) {
        return text.to_owned();
    }
    let service = &kind.service.module;
    match name {
        _ if name.ends_with("Arn") => format!(
            "arn:aws:{service}:us-east-1:123456789012:{}/first",
            snake(&kind.name)
        ),
        _ => "first".to_owned(),
    }
}

/// A spec with member names as most APIs have them.
fn api(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let members = members
                .into_iter()
                .map(|(name, value)| (small(&name), api(value)));
            Value::Object(members.collect::<Map<_, _>>())
        }
        Value::Array(items) => items.into_iter().map(api).collect(),
        scalar => scalar,
    }
}

fn small(name: &str) -> String {
    if name.chars().all(|c| c.is_uppercase()) {
        return name.to_owned();
    }
    let mut letters = name.chars();
    let first = letters.next().map(|first| first.to_ascii_lowercase());
    first.into_iter().chain(letters).collect()
}
