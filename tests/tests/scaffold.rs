//! The scaffold of a new kind: what it writes is Rust, names every property that an author can set, and is written once.
//!
//! Not here: whether it compiles after a person has decided. That is for the kinds themselves.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use tempfile::TempDir;
use windlass_tests::scaffold::{Block, Kind, Property, Tree, elsewhere, generate, model, read};

/// One of a service that creates and puts, one that puts everything again, and one with blocks within blocks.
const KINDS: &[&str] = &[
    "AWS::ECR::Repository",
    "AWS::SSM::Parameter",
    "AWS::CloudWatch::Alarm",
];

/// The files that get lines for a kind, and those of one service that is there.
const FILES: &[&str] = &[
    "Cargo.toml",
    "dsl/src/lib.rs",
    "dsl/src/aws/mod.rs",
    "dsl/src/aws/kms/mod.rs",
    "dsl/src/aws/logs/mod.rs",
    "engine/aws/Cargo.toml",
    "engine/aws/src/lib.rs",
    "engine/aws/src/services.rs",
    "engine/aws/src/logs/mod.rs",
    "engine/aws/src/logs/tags.rs",
    "engine/aws/src/logs/words.rs",
    "tests/facts/cloudformation.json",
    "tests/src/cloud/operations.rs",
    "tests/src/wire/mod.rs",
    "tests/src/wire/logs/mod.rs",
];

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// A copy of the files that get lines.
fn copy() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for file in FILES {
        let to = folder.path().join(file);
        fs::create_dir_all(to.parent().expect("it is in a folder")).expect("a folder");
        fs::copy(repository().join(file), to).unwrap_or_else(|error| panic!("{file}: {error}"));
    }
    folder
}

/// Writes a kind into a copy. Each file is Rust: it goes through rustfmt.
fn scaffolded(top: &Path, name: &str) -> (Kind, Vec<String>) {
    let kind = model(top, name).expect("there are facts");
    let mut tree = Tree::new(top);
    generate(&mut tree, &kind).expect("the files are Rust");
    let left = elsewhere(&mut tree, &kind).expect("the changed files are Rust");
    tree.write().expect("the copy can be written");
    (kind, left)
}

fn text(top: &Path, path: &str) -> String {
    fs::read_to_string(top.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

#[test]
fn a_new_kind_waits_for_its_decisions() {
    for name in KINDS {
        let top = copy();
        let (kind, left) = scaffolded(top.path(), name);
        for path in [
            kind.spec_path(),
            kind.life_cycle_path(),
            kind.fixture_path(),
        ] {
            let text = text(top.path(), &path);
            assert!(text.contains("compile_error!("), "{path} compiles");
            assert!(text.starts_with("//! "), "{path} has no head");
        }
        assert!(left.iter().any(|left| left.contains("ABSENT")), "{left:?}");
    }
}

#[test]
fn a_spec_has_every_property_that_an_author_can_set() {
    let top = copy();
    let facts: Value = serde_json::from_str(&text(top.path(), "tests/facts/cloudformation.json"))
        .expect("facts are JSON");
    for name in KINDS {
        let (kind, _) = scaffolded(top.path(), name);
        let spec = text(top.path(), &kind.spec_path());
        let properties = facts[name]["properties"]
            .as_object()
            .expect("a kind has properties");
        let settable = properties
            .keys()
            .filter(|path| is_settable(&facts[name], path));
        for path in settable {
            let last = path.rsplit('.').next().expect("a path has parts");
            let property = property(&kind, last).unwrap_or_else(|| panic!("{name} lacks {path}"));
            let field = format!("    pub {}: ", property.field);
            assert!(spec.contains(&field), "{name} lacks {path}");
        }
    }
}

/// Whether a path is a property of its own: not AWS's to give, no item of a list, and no part of the tags.
fn is_settable(facts: &Value, path: &str) -> bool {
    let given = facts["read_only"].as_array().expect("a list of paths");
    let given = given
        .iter()
        .filter_map(Value::as_str)
        .map(|given| given.replace(".*", "[]"));
    let is_given = given
        .into_iter()
        .any(|given| path == given || path.starts_with(&format!("{given}.")));
    !is_given && !path.ends_with("[]") && !path.starts_with("Tags[]")
}

fn property<'a>(kind: &'a Kind, name: &str) -> Option<&'a Property> {
    let inner = kind
        .blocks
        .iter()
        .flat_map(|block: &Block| &block.properties);
    let mut all = kind.properties.iter().chain(inner);
    all.find(|property| property.name == name)
}

#[test]
fn a_known_kind_is_refused() {
    let refused = read(&repository(), "AWS::ECS::Cluster").expect_err("the catalogue has it");
    assert!(refused.to_string().contains("already"), "{refused}");
    let refused = read(&repository(), "AWS::ECR::Nothing").expect_err("there is no such kind");
    assert!(
        refused
            .to_string()
            .contains("no facts about AWS::ECR::Nothing"),
        "{refused}"
    );
}

#[test]
fn lines_are_inserted_once() {
    // A new service, one that only other services' specs name, and one with kinds.
    for name in [
        "AWS::ECR::Repository",
        "AWS::KMS::Key",
        "AWS::Logs::MetricFilter",
    ] {
        let top = copy();
        let (kind, _) = scaffolded(top.path(), name);
        let module = &kind.service.module;
        let has = |path: &str, line: &str| {
            let text = text(top.path(), path);
            assert_eq!(
                text.matches(line).count(),
                1,
                "`{line}` in {path} for {name}"
            );
        };
        has(
            "dsl/src/aws/mod.rs",
            &format!("\n            {module}::{},\n", kind.name),
        );
        has("dsl/src/aws/mod.rs", &format!("\npub mod {module};\n"));
        has(
            &format!("dsl/src/aws/{module}/mod.rs"),
            &format!("\nmod {};\n", kind.file),
        );
        has(
            &format!("dsl/src/aws/{module}/mod.rs"),
            &format!("\npub use {}::", kind.file),
        );
        has("engine/aws/src/lib.rs", &format!("\nmod {module};\n"));
        has(
            &format!("engine/aws/src/{module}/mod.rs"),
            &format!("\nmod {};\n", kind.file),
        );
        has(
            "engine/aws/src/services.rs",
            &format!("{}, \"{}\", ", kind.service.sdk, kind.service.name),
        );
        has(
            "tests/src/wire/mod.rs",
            &format!("\n        {module}::{}::fixture(),\n", kind.file),
        );
        has(
            "tests/src/cloud/operations.rs",
            &format!("\n    row(\"{name}\", "),
        );

        let kind = model(top.path(), name).expect("there are facts");
        let mut again = Tree::new(top.path());
        elsewhere(&mut again, &kind).expect("the files are Rust");
        let changed: Vec<_> = again
            .made()
            .map(|(path, _)| path.clone())
            .chain(again.added().map(|(path, _)| path.clone()))
            .collect();
        assert_eq!(changed, [""; 0], "{name}");
    }
}
