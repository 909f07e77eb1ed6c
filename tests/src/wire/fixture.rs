//! The data of one kind for its wire test: samples, AWS's answers, and exempt paths with the reason of each exemption.

use std::collections::BTreeMap;

use serde_json::Value;
use windlass::resource::{Resource, Samples};
use windlass::schema::KindSchema;
use windlass_engine::provider::Outputs;

use super::capture::Answers;

/// The wire test of one kind.
#[derive(Debug)]
pub struct Fixture {
    pub(super) schema: &'static KindSchema,
    /// `samples[1]` is the fullest sample. The answers describe it.
    pub(super) samples: Vec<Value>,
    pub(super) physical_id: String,
    pub(super) outputs: Outputs,
    pub(super) answers: Answers,
    pub(super) described: Vec<(usize, Answers)>,
    pub(super) not_created: BTreeMap<&'static str, &'static str>,
    pub(super) not_updated: BTreeMap<&'static str, &'static str>,
    pub(super) not_observed: BTreeMap<&'static str, &'static str>,
    pub(super) not_given: BTreeMap<&'static str, &'static str>,
}

impl Fixture {
    /// A fixture for a kind. AWS identifies its samples by this identifier.
    pub fn of<R: Resource + Samples>(physical_id: &str) -> Self {
        Self {
            schema: R::SCHEMA,
            samples: R::samples().iter().map(Resource::to_json).collect(),
            physical_id: physical_id.to_owned(),
            outputs: Outputs::new(),
            answers: Answers::new(),
            described: Vec::new(),
            not_created: BTreeMap::new(),
            not_updated: BTreeMap::new(),
            not_observed: BTreeMap::new(),
            not_given: BTreeMap::new(),
        }
    }

    /// CloudFormation type name.
    pub fn kind(&self) -> &'static str {
        self.schema.kind
    }

    /// The kind's samples, the smallest first and the fullest second.
    pub fn samples(&self) -> &[Value] {
        &self.samples
    }

    /// Adds an output of the resource.
    #[must_use]
    pub fn output(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.outputs.insert(name.to_owned(), value.into());
        self
    }

    /// Sets AWS's answer to an operation. Reads describe the fullest sample. All other operations just succeed.
    #[must_use]
    pub fn answer(mut self, operation: &str, body: &str) -> Self {
        self.answers
            .insert(operation.to_owned(), (200, body.to_owned()));
        self
    }

    /// Sets AWS's answer to an operation that fails.
    #[must_use]
    pub fn refuse(mut self, operation: &str, status: u16, body: &str) -> Self {
        self.answers
            .insert(operation.to_owned(), (status, body.to_owned()));
        self
    }

    /// Sets AWS's answers to reads that describe another sample, for paths that the fullest one excludes.
    #[must_use]
    pub fn described<'a>(
        mut self,
        sample: usize,
        answers: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Self {
        let answers = answers
            .into_iter()
            .map(|(operation, body)| (operation.to_owned(), (200, body.to_owned())))
            .collect();
        self.described.push((sample, answers));
        self
    }

    /// Exempts a path that no create request carries, with the reason.
    #[must_use]
    pub fn not_created(mut self, path: &'static str, why: &'static str) -> Self {
        self.not_created.insert(path, why);
        self
    }

    /// Exempts a path that no update request carries although it changes in place, with the reason.
    #[must_use]
    pub fn not_updated(mut self, path: &'static str, why: &'static str) -> Self {
        self.not_updated.insert(path, why);
        self
    }

    /// Exempts a path that AWS returns in a form which this test cannot compare, with the reason. Paths that AWS never returns need no exemption.
    #[must_use]
    pub fn not_observed(mut self, path: &'static str, why: &'static str) -> Self {
        self.not_observed.insert(path, why);
        self
    }

    /// Exempts an output that AWS does not give at creation, with the reason why a resource that refers to it does not need it then.
    #[must_use]
    pub fn not_given(mut self, output: &'static str, why: &'static str) -> Self {
        self.not_given.insert(output, why);
        self
    }
}
