//! Checks every sample and every example stack, as a CloudFormation template, with cfn-lint's schema rules: an oracle by other authors.
//!
//! cfn-lint is in the local cloud's Python environment. Not here: requests, which AWS's own models check (`windlass_tests::wire`).

mod exceptions;

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde::Deserialize;
use serde_json::{Map, Value, json};
use windlass::Stack;
use windlass::document::Document;
use windlass::expr::Expr;
use windlass::request::Request;
use windlass_local::Home;
use windlass_tests::wire::fixtures;

use exceptions::{ABOUT_THE_TEMPLATE, EXCEPTIONS, Exception};

/// A stack's program.
type Author = fn(&mut Stack) -> windlass::Result<()>;

/// One finding of cfn-lint.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Found {
    rule: Rule,
    message: String,
    location: Location,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Rule {
    id: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Location {
    path: Vec<Value>,
}

#[tokio::test]
async fn every_sample_fits_cloudformations_schema() {
    let mut resources = BTreeMap::new();
    for fixture in fixtures() {
        for (index, sample) in fixture.samples().iter().enumerate() {
            let name = format!("{} sample {index}", fixture.kind());
            resources.insert(name, (fixture.kind().to_owned(), sample.clone()));
        }
    }
    judge(&resources).await;
}

#[tokio::test]
async fn every_example_stack_fits_cloudformations_schema() {
    let request = || {
        let parameters = [("workers", "2"), ("release", "1.4.2"), ("services", "3")];
        let mut request = Request::offline("us-east-1");
        request.parameters = parameters
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into();
        request
    };
    let stacks: [(&str, Author); 4] = [
        ("quickstart", quickstart::stack),
        ("storefront", storefront::stack),
        ("gpu-workers", gpu_workers::stack),
        ("platform", platform::stack),
    ];
    let mut resources = BTreeMap::new();
    for (name, stack) in stacks {
        let document: Document = Stack::test(name, stack, request());
        assert!(
            document.resources.len() > 20,
            "{name} declares its resources"
        );
        for (address, declaration) in document.resources {
            let spec = declaration.spec.to_value();
            resources.insert(format!("{name} {address}"), (declaration.kind, spec));
        }
    }
    judge(&resources).await;
}

/// Fails with all of cfn-lint's findings about resources that no exception explains.
async fn judge(resources: &BTreeMap<String, (String, Value)>) {
    let names: Vec<&String> = resources.keys().collect();
    let members = resources.values().enumerate().map(|(index, (kind, spec))| {
        let resource = json!({"Type": kind, "Properties": known(kind, spec)});
        (format!("Resource{index}"), resource)
    });
    let template = json!({
        "AWSTemplateFormatVersion": "2010-09-09",
        "Parameters": {"Text": {"Type": "String"}, "List": {"Type": "CommaDelimitedList"}},
        "Resources": Map::from_iter(members),
    });
    let mut unexplained = BTreeSet::new();
    for found in lint(&template).await {
        let mut path = found.location.path.iter().map(part);
        let resource = path.nth(1).unwrap_or_default();
        let index = resource
            .strip_prefix("Resource")
            .and_then(|index| index.parse::<usize>().ok());
        let name = index.map_or("the template", |index| names[index].as_str());
        let path: Vec<String> = path.skip(1).collect();
        let kind = index.map_or("", |index| resources[names[index]].0.as_str());
        let is_known = |exception: &&Exception| {
            exception.kind == kind
                && found.rule.id == exception.rule
                && path.join(".").starts_with(exception.path)
        };
        if !EXCEPTIONS.iter().any(|exception| is_known(&exception)) {
            unexplained.insert(format!(
                "{name} {}: {} {}",
                path.join("."),
                found.rule.id,
                found.message
            ));
        }
    }
    let unexplained: Vec<_> = unexplained.into_iter().collect();
    assert!(
        unexplained.is_empty(),
        "cfn-lint says:\n{}",
        unexplained.join("\n")
    );
}

fn part(part: &Value) -> String {
    part.as_str()
        .map_or_else(|| part.to_string(), str::to_owned)
}

/// A spec as a template holds it: a value that only the engine knows becomes a parameter, and properties that CloudFormation does not have are left
/// out.
fn known(kind: &str, spec: &Value) -> Value {
    let Value::Object(members) = spec else {
        return spec.clone();
    };
    let ours = |name: &str| exceptions::OURS.contains(&(kind, name));
    let members = members.iter().filter(|(name, _)| !ours(name));
    members
        .map(|(name, value)| (name.clone(), filled(value)))
        .collect()
}

fn filled(value: &Value) -> Value {
    match value {
        Value::Object(members) => match Expr::of(value) {
            Ok(Some(_)) => json!({"Ref": "Text"}),
            _ => members
                .iter()
                .map(|(name, value)| (name.clone(), filled(value)))
                .collect(),
        },
        Value::Array(items) => items.iter().map(filled).collect(),
        other => other.clone(),
    }
}

async fn lint(template: &Value) -> Vec<Found> {
    let home = Home::from_environment().expect("a home for the local cloud");
    let python = windlass_local::python(&home)
        .await
        .expect("the environment can be installed");
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("template.json");
    std::fs::write(&file, template.to_string()).expect("it can be written");
    let output = Command::new(python)
        .args([
            "-c",
            "import sys; from cfnlint.runner.cli import main; sys.exit(main())",
            "--format",
            "json",
            "--regions",
            "us-east-1",
            "--ignore-checks",
            "W",
            "I",
        ])
        .args(ABOUT_THE_TEMPLATE)
        .arg("--template")
        .arg(&file)
        .output()
        .expect("the interpreter runs");
    let text = String::from_utf8_lossy(&output.stdout);
    let error = String::from_utf8_lossy(&output.stderr);
    serde_json::from_str(&text)
        .unwrap_or_else(|cause| panic!("cfn-lint gave no findings: {cause}\n{text}\n{error}"))
}
