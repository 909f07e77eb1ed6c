//! Checks that tables in the documentation which repeat data agree with the data.
//!
//! Not here: prose.

use std::path::Path;

use windlass::codes;
use windlass_state::snapshot::FORMAT;
use windlass_tests::cloud::samples::catalogue;
use windlass_tests::pages::tables;

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
fn tables_that_repeat_the_code_are_up_to_date() {
    for table in tables() {
        let text = file(table.page);
        assert_eq!(
            table.put_into(&text),
            text,
            "`cargo run -p windlass-tests --bin pages` writes {}",
            table.page
        );
    }
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

/// Habits of prose that make a reader go back, from `docs/style.md`. People are "a person" or "another user"; programs have their names.
const HABITS: &[&str] = &[
    "whoever",
    "for ever",
    "so many",
    "so long",
    "nobody",
    "stands",
    "is told",
    "are told",
    "is asked",
    "are asked",
];

/// A habit in a line of prose, as a phrase of its own.
fn habit(line: &str) -> Option<&'static str> {
    let line = line.to_lowercase();
    let is_apart = |at: usize, habit: &str| {
        let letter = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
        !letter(line[..at].chars().next_back()) && !letter(line[at + habit.len()..].chars().next())
    };
    let found = |habit: &&&str| {
        let mut places = line.match_indices(**habit);
        places.any(|(at, _)| is_apart(at, habit))
    };
    HABITS.iter().find(found).copied()
}

/// The prose of a file: comments in Rust, everything but code in a page.
fn prose(path: &Path, text: &str) -> Vec<(usize, String)> {
    let is_page = path.extension().is_some_and(|extension| extension == "md");
    let mut in_code = false;
    let lines = text.lines().enumerate().filter_map(|(at, line)| {
        let trimmed = line.trim_start();
        if !is_page {
            return trimmed
                .starts_with("//")
                .then(|| (at + 1, trimmed.to_owned()));
        }
        in_code ^= trimmed.starts_with("```");
        let is_prose = !in_code && !line.starts_with("    ");
        is_prose.then(|| (at + 1, trimmed.to_owned()))
    });
    lines.collect()
}

#[test]
fn prose_names_the_actor() {
    let top = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut found = Vec::new();
    each_file(&top, &mut |path, text| {
        let habits = prose(path, text).into_iter().filter_map(|(at, line)| {
            let habit = habit(&line)?;
            Some(format!("{}:{at}: {habit}: {line}", path.display()))
        });
        found.extend(habits);
    });
    assert_eq!(found, [""; 0], "see docs/style.md");
}

/// Every page and every Rust file of the repository.
fn each_file(folder: &Path, visit: &mut dyn FnMut(&Path, &str)) {
    let entries = std::fs::read_dir(folder).expect("a folder");
    for entry in entries {
        let path = entry.expect("an entry").path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if path.is_dir() {
            if name != "target" && (!name.starts_with('.')) {
                each_file(&path, visit);
            }
        } else if path
            .extension()
            .is_some_and(|extension| extension == "rs" || extension == "md")
        {
            visit(&path, &std::fs::read_to_string(&path).expect("a text"));
        }
    }
}
