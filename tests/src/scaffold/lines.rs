//! The lines of a kind elsewhere: catalogue, modules, enumerations, fixtures and operations. What cannot be inserted safely is left to a person.
//!
//! Not here: the files of a new service (`new_service`), and how a line is inserted (`inserts`).

use super::inserts::{add_names, insert, insert_statement};
use super::operations::{name, service};
use super::{Form, Kind, Refused, Tree, new_service};

/// Inserts all lines, and says what is left to do.
///
/// # Errors
/// A changed file is no Rust.
pub fn elsewhere(tree: &mut Tree, kind: &Kind) -> Result<Vec<String>, Refused> {
    let mut left = Vec::new();
    new_service::put(tree, kind, &mut left)?;
    let module = &kind.service.module;
    let catalogue = format!("            {module}::{},", kind.name);
    let row =
        |line: &str| line.starts_with("            ") && line.contains("::") && line.ends_with(',');
    line(tree, "dsl/src/aws/mod.rs", &catalogue, row, &mut left);
    let file = &kind.file;
    for path in [
        format!("dsl/src/aws/{module}/mod.rs"),
        format!("engine/aws/src/{module}/mod.rs"),
    ] {
        private_module(tree, &path, file);
    }
    spec_module(tree, kind, &mut left)?;
    let is_public = |line: &str| line.starts_with("pub mod ");
    line(
        tree,
        &format!("tests/src/wire/{module}/mod.rs"),
        &format!("pub mod {file};"),
        is_public,
        &mut left,
    );
    let fixture = format!("        {module}::{file}::fixture(),");
    line(
        tree,
        "tests/src/wire/mod.rs",
        &fixture,
        |line| line.ends_with("::fixture(),"),
        &mut left,
    );
    operations(tree, kind, &mut left);
    words(tree, kind, &mut left);
    left.extend(remaining(kind));
    Ok(left)
}

/// Inserts one line, or notes that a person has to.
pub fn line(
    tree: &mut Tree,
    path: &str,
    line: &str,
    belongs: impl Fn(&str) -> bool,
    left: &mut Vec<String>,
) {
    let text = tree.text(path).unwrap_or_default();
    match insert(&text, line, belongs) {
        Some(with) => tree.set(path, with),
        None => left.push(format!("{path}: the line `{}`", line.trim())),
    }
}

/// Inserts the line of a private module among the others, or behind the head of the file.
pub fn private_module(tree: &mut Tree, path: &str, module: &str) {
    let text = tree.text(path).unwrap_or_default();
    let line = format!("mod {module};");
    let with = insert(&text, &line, |line| {
        line.starts_with("mod ") && line.ends_with(';')
    });
    let with = with.unwrap_or_else(|| {
        let head = text
            .lines()
            .take_while(|line| line.starts_with("//!"))
            .count();
        let lines: Vec<_> = text.lines().collect();
        let (head, rest) = lines.split_at(head);
        format!("{}\n\n{line}\n{}\n", head.join("\n"), rest.join("\n"))
    });
    tree.set(path, with);
}

/// The spec's names and identifiers in the module of its service.
fn spec_module(tree: &mut Tree, kind: &Kind, left: &mut Vec<String>) -> Result<(), Refused> {
    let path = format!("dsl/src/aws/{}/mod.rs", kind.service.module);
    let Some(mut text) = tree.text(&path) else {
        left.push(format!("{path}: is missing"));
        return Ok(());
    };
    let start = format!("pub use {}::", kind.file);
    if !text.contains(&format!("\n{start}")) {
        let statement = format!("{start}{{{}}};", exported(kind).join(", "));
        let others = insert_statement(&text, &statement, "pub use ");
        let module = format!("mod {};\n", kind.file);
        text = match others {
            Some(with) => with,
            None => text.replacen(&module, &format!("{module}\n{statement}\n"), 1),
        };
    }
    for (doc, line) in kind.id_lines() {
        let name = line.trim().split(' ').next().unwrap_or_default().to_owned();
        if text
            .lines()
            .any(|other| other.trim().starts_with(&format!("{name} = ")))
        {
            continue;
        }
        match text
            .find("crate::ids! {\n")
            .and_then(|at| Some(at + text[at..].find("\n}")? + 1))
        {
            Some(at) => text.insert_str(at, &format!("{doc}\n{line}\n")),
            None => left.push(format!("{path}: `crate::ids! {{ {} }}`", line.trim())),
        }
    }
    tree.set_rust(&path, &text)
}

/// The names that a spec's file gives to its module.
pub fn exported(kind: &Kind) -> Vec<String> {
    let mut names = vec![
        kind.name.clone(),
        format!("{}Change", kind.name),
        format!("{}Resolved", kind.name),
    ];
    names.extend(
        kind.blocks
            .iter()
            .flat_map(|block| [block.name.clone(), format!("{}Resolved", block.name)]),
    );
    names.extend(kind.words.iter().map(|word| word.name.clone()));
    names.sort();
    names
}

/// The row of its operations.
fn operations(tree: &mut Tree, kind: &Kind, left: &mut Vec<String>) {
    let path = "tests/src/cloud/operations.rs";
    let own = &kind.operations;
    let tags = own.tagging().map_or_else(String::new, |[set, ..]| {
        let property = kind.tags().map_or("Tags", |tags| tags.name.as_str());
        format!("({property:?}, {set:?})")
    });
    let alone = kind
        .properties
        .iter()
        .filter(|p| p.changes_in_place() && p.form != Form::Tags);
    let alone = alone.filter_map(|property| {
        let operation = own
            .of_property(&property.name)
            .filter(|operation| *operation != own.update)?;
        Some(format!("({:?}, {operation:?})", property.name))
    });
    let also: Vec<_> = alone
        .chain((!tags.is_empty() && kind.tags().is_some()).then_some(tags))
        .collect();
    let update = if own.update.is_empty() {
        &own.create
    } else {
        &own.update
    };
    let row = format!(
        "    row({:?}, [{:?}, {update:?}, {:?}, {:?}], &[{}]),",
        kind.kind,
        own.create,
        own.delete,
        own.describe,
        also.join(", ")
    );
    let start = format!("    row({:?}, ", kind.kind);
    if !tree.text(path).unwrap_or_default().contains(&start) {
        line(
            tree,
            path,
            &row,
            |line| line.starts_with("    row(\"AWS::"),
            left,
        );
    }
    left.push(format!(
        "{path}: whether the row is right; it is guessed from the handlers' permissions"
    ));
}

/// The sets of texts in the list of the service's enumerations.
fn words(tree: &mut Tree, kind: &Kind, left: &mut Vec<String>) {
    if kind.words.is_empty() {
        return;
    }
    let path = format!("engine/aws/src/{}/words.rs", kind.service.module);
    let names: Vec<_> = kind.words.iter().map(|word| word.name.clone()).collect();
    let with = tree
        .text(&path)
        .and_then(|text| add_names(&text, "types {", &names, 110));
    match with {
        Some(with) => tree.set(&path, with),
        None => left.push(format!("{path}: {}", names.join(", "))),
    }
    left.push(format!(
        "{path}: whether the SDK calls them so: {}",
        names.join(", ")
    ));
}

/// What no line can say.
fn remaining(kind: &Kind) -> Vec<String> {
    let Kind {
        kind: of,
        operations,
        service: at,
        ..
    } = kind;
    let mut left = Vec::new();
    if kind.tags().is_none() {
        left.push("tests/tests/wire.rs: `UNTAGGED`, because AWS has no tags for it".to_owned());
    } else if operations.tagging().is_some() {
        left.push(format!(
            "engine/aws/src/applied_tags.rs: how the tags of `{}` are asked for",
            at.module
        ));
    }
    let reads = std::iter::once(&operations.describe).chain(&operations.reading);
    let own = service(&operations.describe);
    let mut reads: Vec<_> = reads
        .filter(|read| service(read) == own)
        .map(|read| name(read))
        .collect();
    reads.sort_unstable();
    reads.dedup();
    left.extend([
        format!(
            "tests/src/wire/pagination.rs: `PAGED` or `WHOLE` for {}",
            reads.join(", ")
        ),
        format!("tests/src/cloud/wordings.rs: `ABSENT`, what AWS answers if there is no {of}"),
        format!(
            "tests/src/wordings/{}.rs: a row for each line of `WORDINGS`",
            at.module
        ),
        "tests/src/local/surroundings.json: what the literal identifiers of the samples stand for"
            .to_owned(),
        "engine/plan/tests/lifecycle/natural_keys.rs: how AWS tells one from another".to_owned(),
        "tests/src/cloud/rules.rs: the visibility window, if it is not 60 s".to_owned(),
        "README.md: the number of kinds; then `cargo run -p windlass-tests --bin pages`".to_owned(),
    ]);
    left
}
