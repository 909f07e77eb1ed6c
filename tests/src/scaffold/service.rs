//! The service of a kind: what CloudFormation, the SDK and the repository call it. Not here: the files of a new one (`lines`).

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// A service.
#[derive(Debug, Clone)]
pub struct Service {
    /// CloudFormation's name, such as `ECR`.
    pub name: String,
    /// The name of its modules, such as `ecr`.
    pub module: String,
    /// The name of its client in `services.rs`.
    pub client: String,
    /// The SDK's crate as Rust writes it, such as `aws_sdk_ecr`.
    pub sdk: String,
    /// Whether `services.rs` has its row.
    pub has_client: bool,
    /// Whether its life cycles have a `tags.rs`.
    pub has_tags: bool,
}

/// Services whose modules are not called as CloudFormation calls them.
const MODULES: &[(&str, &str)] = &[("CertificateManager", "acm")];

/// Services whose crates are called otherwise, again.
const CRATES: &[(&str, &str)] = &[
    ("CertificateManager", "acm"),
    ("Events", "eventbridge"),
    ("Logs", "cloudwatchlogs"),
    ("StepFunctions", "sfn"),
];

impl Service {
    /// The service of that name, as far as the repository has it.
    pub fn of(top: &Path, name: &str) -> Self {
        let other = |table: &[(&str, &'static str)]| {
            table
                .iter()
                .find(|(of, _)| *of == name)
                .map(|(_, other)| *other)
        };
        let plain = name.to_lowercase();
        let module = other(MODULES).unwrap_or(&plain).to_owned();
        let rows = fs::read_to_string(top.join("engine/aws/src/services.rs")).unwrap_or_default();
        let row = rows.lines().find_map(|line| row(line, name));
        let has_client = row.is_some();
        let guessed = || {
            (
                module.clone(),
                format!("aws_sdk_{}", other(CRATES).unwrap_or(&plain)),
            )
        };
        let (client, sdk) = row.unwrap_or_else(guessed);
        let has_tags = top
            .join(format!("engine/aws/src/{module}/tags.rs"))
            .exists();
        Self {
            name: name.to_owned(),
            module,
            client,
            sdk,
            has_client,
            has_tags,
        }
    }

    /// The names of types that the service's specs have already, but for those of one file.
    pub fn types(&self, top: &Path, file: &str) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        collect(
            &top.join("dsl/src/aws").join(&self.module),
            file,
            &mut found,
        );
        found
    }

    /// The crate's name in `Cargo.toml`.
    pub fn package(&self) -> String {
        self.sdk.replace('_', "-")
    }
}

/// Client and crate of the row about a service: `ecs: aws_sdk_ecs, "ECS", None;`.
fn row(line: &str, name: &str) -> Option<(String, String)> {
    let (client, rest) = line.trim().split_once(": aws_sdk_")?;
    let (sdk, rest) = rest.split_once(", ")?;
    rest.starts_with(&format!("\"{name}\""))
        .then(|| (client.to_owned(), format!("aws_sdk_{sdk}")))
}

/// Collects the types of all files below a folder that are not called so.
fn collect(folder: &Path, but: &str, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.file_stem().is_some_and(|stem| stem == but) {
            continue;
        }
        if path.is_dir() {
            collect(&path, but, found);
            continue;
        }
        let text = fs::read_to_string(&path).unwrap_or_default();
        found.extend(text.lines().filter_map(declared));
    }
}

/// The type that a line declares: `pub struct Cluster {`, or `ClusterArn = "arn:";` among identifiers.
fn declared(line: &str) -> Option<String> {
    let line = line.trim();
    let after = line
        .strip_prefix("pub struct ")
        .or_else(|| line.strip_prefix("pub enum "));
    let name = match after {
        Some(after) => after,
        None if line.ends_with("\";") => line.split_once(" = \"")?.0,
        None => return None,
    };
    let end = name
        .find(|c: char| !c.is_alphanumeric())
        .unwrap_or(name.len());
    (end > 0).then(|| name[..end].to_owned())
}
