//! Checks that tables in the documentation which repeat data agree with the data.
//!
//! Not here: prose.

use windlass::codes;
use windlass_local::{Moto, OPEN_GAPS};
use windlass_state::snapshot::FORMAT;
use windlass_tests::cloud::samples::catalogue;

fn document(name: &str) -> String {
    file(&format!("docs/{name}"))
}

/// The text of a file. The path starts in the repository's folder.
fn file(path: &str) -> String {
    let path = format!("{}/../{path}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

#[test]
fn the_readme_prints_all_of_the_quickstart() {
    let printed = format!("```rust\n{}```", file("stacks/quickstart/src/main.rs"));
    assert!(file("README.md").contains(&printed), "it is:\n{printed}");
}

#[test]
fn every_kind_has_its_identifier_in_the_table_of_imports() {
    let text = document("import.md");
    let said: Vec<&str> = text
        .lines()
        .filter(|line| line.starts_with("| AWS::"))
        .collect();
    let mut rows: Vec<String> = catalogue()
        .iter()
        .map(|sampled| {
            let id = sampled.schema.id.replace('|', "\\|");
            format!("| {} | `{id}` |", sampled.schema.kind)
        })
        .collect();
    rows.sort_unstable();
    assert_eq!(said, rows);
}

#[test]
fn every_open_gap_of_the_local_cloud_stands_in_its_page() {
    let text = document("local-cloud.md");
    let (_, table) = text
        .split_once("| kind | property | moto | why |")
        .expect("the table");
    let said: Vec<&str> = table
        .lines()
        .skip(2)
        .take_while(|line| line.starts_with('|'))
        .collect();
    let rows = OPEN_GAPS.iter().map(|gap| {
        let does = match gap.moto {
            Moto::Loses => "loses",
            Moto::Refuses => "refuses",
            Moto::Bars => "refuses, and with it the resource",
            Moto::ErrsOnDelete => "errs when it is deleted twice",
        };
        let kind = gap.kind.trim_start_matches("AWS::");
        format!("| {kind} | `{}` | {does} | {} |", gap.path, gap.why)
    });
    assert_eq!(said, rows.collect::<Vec<_>>());
}

#[test]
fn identifiers_are_made_of_what_the_kind_shows() {
    for sampled in catalogue() {
        let schema = sampled.schema;
        for part in schema.id.split('|') {
            let shown = schema.field(part).is_some()
                || schema.outputs.iter().any(|output| output.name == part);
            assert!(shown, "{} has no `{part}`", schema.kind);
        }
    }
}

#[test]
fn every_code_is_explained() {
    let text = document("errors.md");
    let missing = codes::ALL.iter().map(ToString::to_string);
    let missing: Vec<_> = missing
        .filter(|code| !text.contains(&format!("| {code} |")))
        .collect();
    assert_eq!(missing, [""; 0]);
}

#[test]
fn an_exported_state_has_the_format_that_is_written() {
    let text = document("cli.md");
    let said = format!("`{{\"windlass_state\": {FORMAT}, \"hash\", \"state\"}}`");
    assert!(text.contains(&said), "docs/cli.md does not say {said}");
}
