//! The operations of a kind, guessed from the permissions that CloudFormation's handlers need.
//!
//! Not here: what the operations are called with.

use serde_json::Value;

use super::names::plural;

/// The operations of a kind, with IAM's names: `ecr:CreateRepository`.
#[derive(Debug, Clone, Default)]
pub struct Operations {
    /// Makes it.
    pub create: String,
    /// Changes most of its properties; empty where the permissions name none.
    pub update: String,
    /// Removes it.
    pub delete: String,
    /// Shows it.
    pub describe: String,
    /// Every permission of the create handler.
    pub creating: Vec<String>,
    /// Every permission of the update handler.
    pub updating: Vec<String>,
    /// Every permission of the read handler.
    pub reading: Vec<String>,
}

const CREATE: &[&str] = &[
    "Create",
    "Put",
    "Register",
    "Allocate",
    "Request",
    "Import",
    "Add",
    "Authorize",
    "Attach",
    "Associate",
    "Enable",
    "Set",
    "Start",
    "Run",
    "Subscribe",
];
const UPDATE: &[&str] = &[
    "Update",
    "Modify",
    "Put",
    "Set",
    "Change",
    "Associate",
    "Enable",
];
const DELETE: &[&str] = &[
    "Delete",
    "Deregister",
    "Release",
    "Terminate",
    "Remove",
    "Revoke",
    "Detach",
    "Disassociate",
    "Disable",
    "Unsubscribe",
];
const READ: &[&str] = &["Describe", "Get", "List"];

/// Reads the handlers of a kind. `prefix` is what IAM calls the service if no handler says so.
pub fn of(fact: &Value, kind: &str, prefix: &str) -> Operations {
    let permissions = |handler: &str| {
        let listed = fact.pointer(&format!("/handlers/{handler}/permissions"));
        let listed = listed.and_then(Value::as_array).into_iter().flatten();
        listed
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let (creating, updating, reading) = (
        permissions("create"),
        permissions("update"),
        permissions("read"),
    );
    let create = best(&creating, CREATE, kind, None);
    let create = create.unwrap_or_else(|| format!("{prefix}:Create{kind}"));
    let service = service(&create).to_owned();
    let within = Some(service.as_str());
    let named = |verb: &str| format!("{service}:{verb}{kind}");
    let update = if updating.contains(&create) {
        create.clone()
    } else {
        best(&updating, UPDATE, kind, within).unwrap_or_default()
    };
    Operations {
        delete: best(&permissions("delete"), DELETE, kind, within)
            .unwrap_or_else(|| named("Delete")),
        describe: best(&reading, READ, kind, within).unwrap_or_else(|| named("Get")),
        create,
        update,
        creating,
        updating,
        reading,
    }
}

/// The operation whose name is most like the kind's, and among those the one with the first verb.
fn best(
    permissions: &[String],
    verbs: &[&str],
    kind: &str,
    service_of: Option<&str>,
) -> Option<String> {
    let (one, many) = (kind.to_lowercase(), plural(kind).to_lowercase());
    let rank = |operation: &String| {
        let verb = verbs
            .iter()
            .position(|verb| name(operation).starts_with(verb))?;
        let noun = noun(operation).to_lowercase();
        let likeness = if noun == one || noun == many {
            0
        } else if noun.ends_with(&one) || noun.ends_with(&many) {
            1
        } else if noun.contains(&one) || one.contains(&noun) {
            2
        } else {
            3
        };
        Some((likeness, verb))
    };
    let fits = |operation: &&String| {
        !is_about_tags(operation) && service_of.is_none_or(|of| service(operation) == of)
    };
    let ranked = permissions
        .iter()
        .filter(fits)
        .filter_map(|operation| Some((rank(operation)?, operation)));
    ranked
        .min_by_key(|(rank, _)| *rank)
        .map(|(_, operation)| operation.clone())
}

/// `ecr` of `ecr:CreateRepository`.
pub fn service(operation: &str) -> &str {
    operation.split_once(':').map_or("", |(service, _)| service)
}

/// `CreateRepository` of `ecr:CreateRepository`.
pub fn name(operation: &str) -> &str {
    operation
        .split_once(':')
        .map_or(operation, |(_, name)| name)
}

/// `Repository` of `ecr:CreateRepository`.
pub fn noun(operation: &str) -> &str {
    let name = name(operation);
    let second = name.char_indices().skip(1).find(|(_, c)| c.is_uppercase());
    second.map_or(name, |(at, _)| &name[at..])
}

fn is_about_tags(operation: &str) -> bool {
    let name = name(operation);
    name.contains("Tags") || name.starts_with("Tag") || name.starts_with("Untag")
}

impl Operations {
    /// Whether an update is the create call once more, with everything in it.
    pub fn sends_all_again(&self) -> bool {
        self.update == self.create
    }

    /// Whether one call updates the kind as a whole.
    pub fn updates_the_whole(&self) -> bool {
        ["Update", "Modify"]
            .iter()
            .any(|verb| name(&self.update).starts_with(verb))
    }

    /// The operation that changes this property alone, where a permission of the update handler is called like it.
    pub fn of_property(&self, property: &str) -> Option<&str> {
        let own = |operation: &&String| {
            let noun = noun(operation);
            UPDATE.iter().any(|verb| name(operation).starts_with(verb))
                && !is_about_tags(operation)
                && **operation != self.create
                && (property.starts_with(noun) || noun.ends_with(property))
                && noun.len() > 3
        };
        let matching = self.updating.iter().filter(own);
        matching
            .max_by_key(|operation| noun(operation).len())
            .map(String::as_str)
    }

    /// Whether that operation is also called after the create, which then does not carry the property.
    pub fn is_later(&self, property: &str) -> bool {
        let own = self.of_property(property);
        own.is_some_and(|own| self.creating.iter().any(|operation| operation == own))
    }

    /// The operation of the read handler that shows what this one changes.
    pub fn shown_by(&self, operation: &str) -> Option<&str> {
        let shows = |read: &&String| **read != self.describe && noun(read) == noun(operation);
        self.reading.iter().find(shows).map(String::as_str)
    }

    /// The operations that set, remove and list tags, where the service keeps them apart.
    pub fn tagging(&self) -> Option<[&str; 3]> {
        let find = |all: &'static [&str], among: &'static str| {
            let from = if among == "read" {
                &self.reading
            } else {
                &self.updating
            };
            let mut from = from.iter().map(String::as_str);
            from.find(|operation| {
                all.iter().any(|start| name(operation).starts_with(start))
                    && is_about_tags(operation)
            })
        };
        Some([
            find(&["Tag", "AddTags"], "update")?,
            find(&["Untag", "RemoveTags"], "update")?,
            find(&["ListTags", "Describe", "Get"], "read")?,
        ])
    }
}
