//! Compares the catalogue with CloudFormation's resource specifications: the catalogue has every property, requires it where AWS requires it, and
//! replaces the resource where AWS cannot change it. `reasons` gives the reason for every intended difference.
//!
//! Not here: bounds and enumerations of values, which the facts have, too; and whether the properties reach AWS, which the wire tests prove.

mod reasons;
mod walk;

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use windlass::schema::{Change, KindSchema, Read};
use windlass_tests::facts::{FILE, extracted};

use reasons::Reason;
use walk::{Found, find, paths};

/// CloudFormation's specification of one kind.
#[derive(Debug, Deserialize)]
struct Facts {
    /// By path. The members of a list have `[]` in their path. Paths that end with it, about the items of lists of plain values, are left out.
    properties: BTreeMap<String, Fact>,
    required: Vec<String>,
    create_only: Vec<String>,
    conditional_create_only: Vec<String>,
    read_only: Vec<String>,
    write_only: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct Fact {}

fn text() -> String {
    std::fs::read_to_string(FILE).expect("the facts stand beside the tests")
}

/// The facts about each kind of the catalogue. The file has further types, for kinds to come.
fn facts() -> BTreeMap<String, Facts> {
    let facts: BTreeMap<String, Facts> =
        serde_json::from_str(&text()).expect("facts have one form");
    let normal = |paths: Vec<String>| {
        paths
            .into_iter()
            .map(|path| path.replace(".*", "[]"))
            .collect()
    };
    facts
        .into_iter()
        .filter(|(kind, _)| windlass::aws::schema(kind).is_some())
        .map(|(kind, mut facts)| {
            facts.properties.retain(|path, _| !path.ends_with("[]"));
            let facts = Facts {
                create_only: normal(facts.create_only),
                conditional_create_only: normal(facts.conditional_create_only),
                read_only: normal(facts.read_only),
                write_only: normal(facts.write_only),
                ..facts
            };
            (kind, facts)
        })
        .collect()
}

/// Differences without a reason, and reasons without a difference.
struct Verdict {
    table: &'static [Reason],
    used: BTreeSet<(&'static str, &'static str)>,
    unexplained: Vec<String>,
}

impl Verdict {
    fn over(table: &'static [Reason]) -> Self {
        Self {
            table,
            used: BTreeSet::new(),
            unexplained: Vec::new(),
        }
    }

    /// Notes a difference. A reason for a path also covers the paths below it.
    fn differs(&mut self, kind: &str, path: &str) {
        let reason = self
            .table
            .iter()
            .find(|reason| reason.kind == kind && covers(reason.path, path));
        match reason {
            Some(reason) => {
                self.used.insert((reason.kind, reason.path));
            }
            None => self.unexplained.push(format!("{kind} {path}")),
        }
    }

    fn assert(self, what: &str) {
        assert!(
            self.unexplained.is_empty(),
            "{what}, and no reason is given:\n{}",
            self.unexplained.join("\n")
        );
        let stale: Vec<String> = self
            .table
            .iter()
            .filter(|reason| !self.used.contains(&(reason.kind, reason.path)))
            .map(|reason| format!("{} {}", reason.kind, reason.path))
            .collect();
        assert!(
            stale.is_empty(),
            "reasons for what is no difference:\n{}",
            stale.join("\n")
        );
    }
}

/// Whether `path` is `above`, or below it.
fn covers(above: &str, path: &str) -> bool {
    path.strip_prefix(above)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}

fn each_kind(
    facts: &BTreeMap<String, Facts>,
) -> impl Iterator<Item = (&'static KindSchema, &Facts)> {
    windlass::aws::SCHEMAS.iter().map(|schema| {
        let facts = facts
            .get(schema.kind)
            .unwrap_or_else(|| panic!("no facts about {}", schema.kind));
        (*schema, facts)
    })
}

#[tokio::test]
async fn the_facts_are_those_of_cfn_lint() {
    let same = text() == extracted().await;
    assert!(
        same,
        "`cargo run -p windlass-tests --bin facts` writes {FILE}"
    );
}

#[test]
fn the_facts_are_about_all_kinds_of_the_catalogue() {
    let facts = facts();
    let known: BTreeSet<&str> = facts.keys().map(String::as_str).collect();
    let ours: BTreeSet<&str> = windlass::aws::SCHEMAS
        .iter()
        .map(|schema| schema.kind)
        .collect();
    assert_eq!(ours, known);
}

#[test]
fn every_property_of_aws_is_in_the_catalogue() {
    let facts = facts();
    let mut verdict = Verdict::over(reasons::ABSENT);
    let (mut there, mut all) = (0_u32, 0_u32);
    for (schema, facts) in each_kind(&facts) {
        let read_only = |path: &str| facts.read_only.iter().any(|above| covers(above, path));
        for path in facts.properties.keys().filter(|path| !read_only(path)) {
            all += 1;
            match find(schema, path) {
                Some(_) => there += 1,
                None => verdict.differs(schema.kind, path),
            }
        }
    }
    println!(
        "{} kinds, {there} of {all} properties that can be written: {:.1} percent; {} left out with a reason",
        facts.len(),
        100.0 * f64::from(there) / f64::from(all),
        all - there
    );
    verdict.assert("properties of AWS are not in the catalogue");
}

#[test]
fn every_attribute_of_aws_is_an_output() {
    let facts = facts();
    let mut verdict = Verdict::over(reasons::NO_OUTPUT);
    let (mut there, mut all) = (0_u32, 0_u32);
    for (schema, facts) in each_kind(&facts) {
        for attribute in &facts.read_only {
            all += 1;
            if schema.outputs.iter().any(|output| output.name == attribute) {
                there += 1;
            } else {
                verdict.differs(schema.kind, attribute);
            }
        }
    }
    println!("{there} of {all} attributes are outputs");
    verdict.assert("attributes of AWS are no outputs");
}

#[test]
fn the_catalogue_has_no_property_that_aws_does_not_know() {
    let facts = facts();
    let mut verdict = Verdict::over(reasons::OURS);
    for (schema, facts) in each_kind(&facts) {
        for path in paths(schema) {
            // Where the specification stops at an object, only the SDK knows its members.
            let open = |above: &String| {
                covers(above, &path)
                    && !facts
                        .properties
                        .keys()
                        .any(|other| other != above && covers(above, other))
            };
            if !facts.properties.contains_key(&path) && !facts.properties.keys().any(open) {
                verdict.differs(schema.kind, &path);
            }
        }
    }
    verdict.assert("properties are ours alone");
}

#[test]
fn what_aws_cannot_change_is_replaced() {
    let facts = facts();
    let mut verdict = Verdict::over(reasons::NOT_REPLACED);
    for (schema, facts) in each_kind(&facts) {
        for path in facts
            .create_only
            .iter()
            .chain(&facts.conditional_create_only)
        {
            let Some(Found { change, .. }) = find(schema, path) else {
                continue;
            };
            let together = schema
                .replaces_when
                .iter()
                .any(|when| covers(when.property, path));
            let replaces = matches!(change, Change::Replaces)
                || matches!(change, Change::ReplacesIf { .. })
                || together;
            if !replaces {
                verdict.differs(schema.kind, path);
            }
        }
        // A conditional replacement is not enough for a property that AWS never changes.
        for path in &facts.create_only {
            if let Some(Found {
                change: Change::ReplacesIf { .. },
                ..
            }) = find(schema, path)
            {
                verdict.differs(schema.kind, path);
            }
        }
    }
    verdict.assert("AWS says `create only` of what the catalogue does not always replace");
}

#[test]
fn what_aws_requires_is_required() {
    let facts = facts();
    let mut verdict = Verdict::over(reasons::NOT_REQUIRED);
    for (schema, facts) in each_kind(&facts) {
        for path in &facts.required {
            if !find(schema, path).is_some_and(|found| found.required) {
                verdict.differs(schema.kind, path);
            }
        }
    }
    verdict.assert("AWS requires what the catalogue does not");
}

#[test]
fn what_aws_never_returns_is_exempt_from_drift() {
    let facts = facts();
    let mut verdict = Verdict::over(reasons::READ_ALL_THE_SAME);
    for (schema, facts) in each_kind(&facts) {
        for path in &facts.write_only {
            if find(schema, path).is_some_and(|found| found.read != Read::Never) {
                verdict.differs(schema.kind, path);
            }
        }
    }
    verdict.assert("CloudFormation cannot read what the catalogue expects back");
}

#[test]
fn reasons_say_something() {
    for table in reasons::TABLES {
        for Reason {
            kind,
            path,
            because,
        } in *table
        {
            assert!(
                because.split_whitespace().count() >= 4,
                "{kind} {path}: `{because}` is no reason"
            );
        }
    }
}
