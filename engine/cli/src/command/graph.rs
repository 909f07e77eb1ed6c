//! `graph`: the dependency graph of the stack, for Graphviz and Mermaid.

use std::collections::{BTreeMap, BTreeSet};

use windlass::address::Address;
use windlass::document::Document;
use windlass::expr::references;

use crate::arguments::{Graph, GraphForm};
use crate::command::synth::offline;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::stack::Stack;

/// `graph`.
pub async fn graph(stack: &Stack, graph: &Graph) -> Result<Exit, Failure> {
    let document = offline(stack, &graph.building).await?;
    let edges = edges(&document);
    match (graph.building.json, graph.form) {
        (true, _) => crate::render::json::print(&json(&document, &edges)),
        (false, GraphForm::Dot) => crate::render::say!("{}", dot(&document, &edges)),
        (false, GraphForm::Mermaid) => crate::render::say!("{}", mermaid(&document, &edges)),
    }
    Ok(Exit::Done)
}

/// The edges from each address to the addresses that it needs.
fn edges(document: &Document) -> BTreeMap<&Address, BTreeSet<Address>> {
    document
        .resources
        .iter()
        .map(|(address, declaration)| {
            let mut needs: BTreeSet<Address> = declaration
                .depends_on
                .iter()
                .map(|dependency| dependency.address.clone())
                .collect();
            references(&declaration.spec.to_value(), &mut |target, _| {
                needs.insert(target.clone());
            });
            (address, needs)
        })
        .collect()
}

fn kind<'a>(document: &'a Document, address: &Address) -> &'a str {
    document
        .resources
        .get(address)
        .map_or("lookup", |declaration| declaration.kind.as_str())
}

fn nodes(document: &Document) -> impl Iterator<Item = &Address> {
    document.resources.keys().chain(document.lookups.keys())
}

fn dot(document: &Document, edges: &BTreeMap<&Address, BTreeSet<Address>>) -> String {
    let mut text = format!(
        "digraph \"{}\" {{\n  rankdir = \"RL\";\n  node [shape = \"box\"];\n",
        document.stack
    );
    for address in nodes(document) {
        text.push_str(&format!(
            "  \"{address}\" [label = \"{address}\\n{}\"];\n",
            kind(document, address)
        ));
    }
    for (from, needs) in edges {
        for to in needs {
            text.push_str(&format!("  \"{from}\" -> \"{to}\";\n"));
        }
    }
    text.push('}');
    text
}

fn mermaid(document: &Document, edges: &BTreeMap<&Address, BTreeSet<Address>>) -> String {
    let numbers: BTreeMap<&Address, usize> = nodes(document)
        .enumerate()
        .map(|(number, address)| (address, number))
        .collect();
    let mut text = "flowchart RL".to_owned();
    for (address, number) in &numbers {
        text.push_str(&format!(
            "\n  n{number}[\"{address}<br/>{}\"]",
            kind(document, address)
        ));
    }
    for (from, needs) in edges {
        for to in needs {
            if let (Some(from), Some(to)) = (numbers.get(*from), numbers.get(to)) {
                text.push_str(&format!("\n  n{from} --> n{to}"));
            }
        }
    }
    text
}

fn json(document: &Document, edges: &BTreeMap<&Address, BTreeSet<Address>>) -> serde_json::Value {
    let nodes: Vec<_> = nodes(document)
        .map(|address| serde_json::json!({"address": address, "kind": kind(document, address)}))
        .collect();
    let edges: Vec<_> = edges
        .iter()
        .flat_map(|(from, needs)| {
            needs
                .iter()
                .map(move |to| serde_json::json!({"from": from, "to": to}))
        })
        .collect();
    serde_json::json!({"stack": document.stack, "nodes": nodes, "edges": edges})
}
