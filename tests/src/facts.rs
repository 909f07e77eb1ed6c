//! Facts about CloudFormation's resource types, which `tests/facts/cfn_facts.py` extracts from cfn-lint's schemas. One command writes them anew:
//! `cargo run -p windlass-tests --bin facts`.
//!
//! Not here: the comparison of the facts with the catalogue.

use std::process::Command;

use windlass_local::Home;

/// The file with the facts.
pub const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/facts/cloudformation.json");

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/facts/cfn_facts.py");

/// The content that the file should have, by the cfn-lint in the local cloud's Python environment.
///
/// # Panics
/// The environment cannot be installed, or the script fails.
pub async fn extracted() -> String {
    let home = Home::from_environment().expect("a home for the local cloud");
    let python = windlass_local::python(&home)
        .await
        .expect("the environment can be installed");
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("facts.json");
    let output = Command::new(python)
        .arg(SCRIPT)
        .arg(&file)
        .output()
        .expect("the interpreter runs");
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{SCRIPT} fails:\n{error}");
    std::fs::read_to_string(&file).expect("the script has written it")
}
