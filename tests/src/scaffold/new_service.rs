//! The files and lines of a service that the catalogue has no kind of yet. Not here: those of its kinds.

use super::inserts::add_names;
use super::lines::{line, private_module};
use super::names::snake;
use super::operations::name;
use super::{Kind, Refused, Tree};

/// Puts what a service needs that is not there.
///
/// # Errors
/// A file is no Rust.
pub fn put(tree: &mut Tree, kind: &Kind, left: &mut Vec<String>) -> Result<(), Refused> {
    let module = &kind.service.module;
    modules(tree, kind)?;
    let public = format!("pub mod {module};");
    line(
        tree,
        "dsl/src/aws/mod.rs",
        &public,
        |line| line.starts_with("pub mod "),
        left,
    );
    let private = format!("mod {module};");
    let is_private = |line: &str| line.starts_with("mod ") && line.ends_with(';');
    line(tree, "engine/aws/src/lib.rs", &private, is_private, left);
    // The harness's own modules stand in another paragraph than the services.
    let paragraph = after_last_paragraph(&tree.text("tests/src/wire/mod.rs").unwrap_or_default());
    line(
        tree,
        "tests/src/wire/mod.rs",
        &private,
        |line| paragraph.iter().any(|other| other == line),
        left,
    );
    prelude(tree, kind, left)?;
    if !kind.service.has_client {
        client(tree, kind, left);
    }
    let wordings = format!("tests/src/wordings/{module}.rs");
    if tree.text(&wordings).is_none() {
        left.push(format!("{wordings}: a new file, and its lines in `mod.rs`"));
        left.push(
            "engine/local/src/operation.rs: how the gateway tells the service's operations"
                .to_owned(),
        );
    }
    Ok(())
}

/// The private modules of the last paragraph that has any.
fn after_last_paragraph(text: &str) -> Vec<String> {
    let is_module = |line: &&str| line.starts_with("mod ") && line.ends_with(';');
    let paragraphs = text
        .split("\n\n")
        .filter(|paragraph| paragraph.lines().all(|line| is_module(&line)));
    let last = paragraphs.last().unwrap_or_default();
    last.lines().filter(is_module).map(str::to_owned).collect()
}

/// The three `mod.rs`, the enumerations and the tags.
fn modules(tree: &mut Tree, kind: &Kind) -> Result<(), Refused> {
    let (service, file) = (&kind.service, &kind.file);
    let (module, of, mark) = (&service.module, &service.name, kind.mark());
    let ids: String = kind
        .id_lines()
        .iter()
        .map(|(doc, line)| format!("{doc}\n{line}\n"))
        .collect();
    let ids = if ids.is_empty() {
        ids
    } else {
        format!("\ncrate::ids! {{\n{ids}}}\n")
    };
    let exported = super::lines::exported(kind).join(", ");
    let spec = format!(
        "//! DECIDE AWS's name of the service {of}.\n\n{mark}\nmod {file};\n\npub use {file}::{{{exported}}};\n{ids}"
    );
    tree.put_rust(&format!("dsl/src/aws/{module}/mod.rs"), &spec)?;
    let wire = format!(
        "//! Wire fixtures of DECIDE AWS's name of the service {of}.\n\n{mark}\npub mod {file};\n"
    );
    tree.put_rust(&format!("tests/src/wire/{module}/mod.rs"), &wire)?;
    let tags = (!service.has_tags).then(|| tags(kind)).flatten();
    let tags_file = format!("engine/aws/src/{module}/tags.rs");
    let (is_tagged, has_words) = (tags.is_some(), !kind.words.is_empty());
    if let Some(tags) = tags {
        tree.put_rust(&tags_file, &tags)?;
    }
    if has_words {
        tree.put_rust(&format!("engine/aws/src/{module}/words.rs"), &words(kind))?;
    }
    let mut lines = vec![format!("mod {file};")];
    lines.extend(is_tagged.then(|| "mod tags;".to_owned()));
    lines.extend(has_words.then(|| "mod words;".to_owned()));
    let tags = if is_tagged {
        "\npub use self::tags::Tags;\n"
    } else {
        ""
    };
    let engine = format!(
        "//! DECIDE AWS's name of the service {of}.\n\n{mark}\n{}\n{tags}",
        lines.join("\n")
    );
    let path = format!("engine/aws/src/{module}/mod.rs");
    tree.put_rust(&path, &engine)?;
    for (module, is_there) in [("tags", is_tagged), ("words", has_words)] {
        if is_there {
            private_module(tree, &path, module);
        }
    }
    Ok(())
}

fn words(kind: &Kind) -> String {
    let names: Vec<_> = kind.words.iter().map(|word| word.name.as_str()).collect();
    format!(
        "//! The enumerations of the service's API. DECIDE their names in the SDK.\n\n{}\n\
         use crate::table::words;\n\nwords! {{ {}::types {{ {} }} }}\n",
        kind.mark(),
        kind.service.sdk,
        names.join(", ")
    )
}

/// How the service tags, by ARN; `None` where the permissions do not say.
fn tags(kind: &Kind) -> Option<String> {
    let [set, remove, list] = kind.operations.tagging()?;
    let client = &kind.service.client;
    let call = |operation: &str| snake(name(operation));
    Some(format!(
        "//! The tags of the service, by ARN. DECIDE members and form: here they are a map, as in CloudWatch Logs.\n\n{}\n\
         use std::collections::BTreeMap;\n\n\
         use crate::clients::Clients;\nuse crate::error::{{Found as _, Named, Result}};\nuse crate::lifecycle::Context;\n\
         use crate::reads::Single;\nuse crate::tagging::Tagging;\n\n\
         /// Tags by ARN.\npub struct Tags;\n\n\
         impl Single for Tags {{\ntype Key = String;\ntype Item = BTreeMap<String, String>;\n\n\
         async fn ask(clients: &Clients, arn: &String) -> Result<Option<Self::Item>> {{\n\
         let call = clients.{client}().{}().resource_arn(arn);\n\
         let answer = call.send().await.named({list:?}).found()?;\n\
         Ok(answer.map(|answer| answer.tags.unwrap_or_default().into_iter().collect()))\n}}\n}}\n\n\
         impl Tagging for Tags {{\n\
         async fn set(cx: &Context, arn: &str, tags: BTreeMap<String, String>) -> Result<()> {{\n\
         let call = cx.{client}().{}().resource_arn(arn).set_tags(Some(tags.into_iter().collect()));\n\
         call.send().await.named({set:?}).map(drop)\n}}\n\n\
         async fn remove(cx: &Context, arn: &str, keys: Vec<String>) -> Result<()> {{\n\
         let call = cx.{client}().{}().resource_arn(arn).set_tag_keys(Some(keys));\n\
         call.send().await.named({remove:?}).map(drop)\n}}\n}}\n",
        kind.mark(),
        call(list),
        call(set),
        call(remove),
    ))
}

/// The service's name among what stack programs use.
fn prelude(tree: &mut Tree, kind: &Kind, left: &mut Vec<String>) -> Result<(), Refused> {
    let path = "dsl/src/lib.rs";
    let text = tree.text(path).unwrap_or_default();
    match add_names(
        &text,
        "pub use crate::aws::{",
        std::slice::from_ref(&kind.service.module),
        100,
    ) {
        Some(with) if with != text => tree.set_rust(path, &with),
        Some(_) => Ok(()),
        None => {
            left.push(format!("{path}: `{}` in the prelude", kind.service.module));
            Ok(())
        }
    }
}

/// The SDK's crate and the client's row. The version is left open, so that cargo refuses it.
fn client(tree: &mut Tree, kind: &Kind, left: &mut Vec<String>) {
    let service = &kind.service;
    let (package, sdk) = (service.package(), &service.sdk);
    let wanted = format!(
        "{package} = {{ version = \"DECIDE\", default-features = false, features = [\"behavior-version-latest\", \"rt-tokio\"] }}"
    );
    if !tree
        .text("Cargo.toml")
        .unwrap_or_default()
        .contains(&format!("\n{package} = {{ version"))
    {
        line(
            tree,
            "Cargo.toml",
            &wanted,
            |line| line.starts_with("aws-sdk-") && line.contains("version"),
            left,
        );
    }
    let profile = format!("{package} = {{ opt-level = 1 }}");
    line(
        tree,
        "Cargo.toml",
        &profile,
        |line| line.starts_with("aws-sdk-") && line.contains("opt-level"),
        left,
    );
    let dependency = format!("{package}.workspace = true");
    line(
        tree,
        "engine/aws/Cargo.toml",
        &dependency,
        |line| line.starts_with("aws-sdk-"),
        left,
    );
    let (path, client, of) = ("engine/aws/src/services.rs", &service.client, &service.name);
    let row = format!(
        "            /// DECIDE AWS's name of the service {of}.\n            {client}: {sdk}, {of:?}, None;"
    );
    line(
        tree,
        path,
        &row,
        |line| line.contains(": aws_sdk_") && line.starts_with("            "),
        left,
    );
    left.push(format!(
        "{path}: the service's name, and its token bucket as far as AWS documents it"
    ));
    left.push("Cargo.toml: the version of the SDK's crate".to_owned());
}
