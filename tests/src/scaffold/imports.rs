//! What a generated life cycle brings into scope: what its text needs, and nothing else. Not here: the text (`life_cycle`).

use super::names::{pascal, snake};
use super::operations::name;
use super::{Kind, life_cycle};

/// The `use` lines for that text.
pub fn text(kind: &Kind, body: &str) -> String {
    let Kind {
        name: of, service, ..
    } = kind;
    let mut uses = Vec::new();
    if body.contains("later::<") {
        let call = pascal(name(&kind.operations.create));
        uses.push(format!(
            "use {}::operation::{}::builders::{call}FluentBuilder;",
            service.sdk,
            snake(&call)
        ));
    }
    uses.push(format!(
        "use {}::types::{} as Sdk{of};",
        service.sdk,
        life_cycle::item(kind)
    ));
    uses.push(format!(
        "use windlass::aws::{}::{{{of}, {of}Change, {of}Resolved}};",
        service.module
    ));
    uses.push("use windlass_engine::provider::{Deletion, Outputs};".to_owned());
    let state = if body.contains("INTENT_TAG") {
        "{INTENT_TAG, IntentId}"
    } else {
        "IntentId"
    };
    uses.push(format!("use windlass_state::identity::{state};\n"));
    if body.contains("<Tags>") || body.contains("Tags::") {
        uses.push("use super::tags::Tags;".to_owned());
    } else if body.contains("tags::update(") {
        uses.push("use super::tags;".to_owned());
    }
    uses.extend(
        MODULES
            .iter()
            .filter_map(|(module, names)| used(body, module, names)),
    );
    uses.join("\n") + "\n\n"
}

/// What the crate's own modules give, each with the text that needs it.
const MODULES: &[(&str, &[(&str, &str)])] = &[
    ("applied_tags", &[("applied_tags::", "self")]),
    ("clients", &[("Clients", "Clients")]),
    (
        "error",
        &[
            (".found()", "Found as _"),
            (".named(", "Named"),
            ("Result<", "Result"),
        ],
    ),
    (
        "lifecycle",
        &[
            ("Context", "Context"),
            ("Described", "Described"),
            ("FoundOne", "FoundOne"),
            ("Lifecycle", "Lifecycle"),
            ("Made", "Made"),
            ("Subject", "Subject"),
            ("creation_tags(", "creation_tags"),
            (" later::<", "later"),
            ("\nmade(", "made"),
            ("observed_by!", "observed_by"),
        ],
    ),
    (
        "observed",
        &[
            ("Block", "Block"),
            ("Observed {", "Observed"),
            (" outputs(", "outputs"),
        ],
    ),
    (
        "reads",
        &[
            ("Answers", "Answers"),
            ("Query for", "Query"),
            ("Single for", "Single"),
            ("Wants", "Wants"),
            ("of_key(", "of_key"),
        ],
    ),
    ("registry", &[("lives!", "lives")]),
    (
        "table",
        &[
            (".fill(", "Fill as _"),
            (".block()", "Showing as _"),
            ("ToSdk::to_sdk(", "ToSdk"),
            (".to_sdk()", "ToSdkWithin as _"),
            ("tables!", "tables"),
        ],
    ),
    ("tagging", &[("tagging::update", "self")]),
];

/// The line that brings what a text needs of a module.
fn used(body: &str, module: &str, names: &[(&str, &str)]) -> Option<String> {
    let needed = names.iter().filter(|(needle, _)| body.contains(needle));
    let mut needed: Vec<_> = needed.map(|(_, name)| *name).collect();
    if module == "reads" {
        // Traits whose functions are called, but which nothing here implements.
        let called = [
            ("::fetch(", "Query", "Query as _"),
            ("::ask(", "Single", "Single as _"),
        ];
        let called = called
            .iter()
            .filter(|(call, name, _)| body.contains(call) && !needed.contains(name));
        let called: Vec<_> = called.map(|(.., brought)| *brought).collect();
        needed.extend(called);
    }
    match needed.as_slice() {
        [] => None,
        ["self"] => Some(format!("use crate::{module};")),
        many => Some(format!("use crate::{module}::{{{}}};", many.join(", "))),
    }
}
