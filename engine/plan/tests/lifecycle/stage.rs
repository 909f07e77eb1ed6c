//! A stage for plans: a snapshot and a small world, in which tests carry out plans one record after the other.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::{Map, Value, json};
use windlass::address::Address;
use windlass::canonical::CanonicalJson;
use windlass::diagnostics::{Diagnostic, SourceLine};
use windlass::document::{
    Declaration, Dependency, Document, FORMAT, Options, OutputDeclaration, Place,
};
use windlass::expr::SecretSource;
use windlass::schema::{Read, Shape};
use windlass::value::SecretRef;
use windlass_plan::observation::{Generation, Observation, Observations};
use windlass_plan::plan::{Plan, Reason, RecordOnly, Step, StepAction, Verdict};
use windlass_plan::{Inputs, fill, fill_value, plan};
use windlass_state::binding::Binding;
use windlass_state::identity::{IntentId, Lineage, RunId};
use windlass_state::record::{Action, Intent, Outcome, OutcomeResult, Record, Settled, Settlement};
use windlass_state::snapshot::{SecretKey, Snapshot};

use crate::kinds::schema;
use crate::rules;

pub fn address(text: &str) -> Address {
    text.parse().expect("an address")
}

/// A reference, in the form that a document holds.
pub fn reference(to: &str, output: &str) -> Value {
    json!({"$windlass": {"ref": to, "output": output}})
}

/// A document under construction.
#[derive(Debug, Clone)]
pub struct Doc(pub Document);

impl Doc {
    pub fn new() -> Self {
        Self(Document {
            format: FORMAT,
            stack: "shop".to_owned(),
            environment: "dev".to_owned(),
            place: Place::default(),
            allowed_accounts: Vec::new(),
            default_tags: BTreeMap::new(),
            resources: BTreeMap::new(),
            lookups: BTreeMap::new(),
            outputs: BTreeMap::new(),
            problems: Vec::new(),
        })
    }

    /// Declares a resource. Its source line is its position.
    pub fn with(mut self, at: &str, kind: &str, spec: Value) -> Self {
        let line = u32::try_from(self.0.resources.len()).expect("few") + 1;
        let declaration = Declaration {
            kind: if kind.contains("::") {
                kind.to_owned()
            } else {
                format!("Test::{kind}")
            },
            spec: CanonicalJson::of(&spec),
            depends_on: Vec::new(),
            place: None,
            options: Options::default(),
            source: SourceLine {
                file: "src/main.rs".to_owned(),
                line,
                column: 5,
            },
        };
        self.0.resources.insert(address(at), declaration);
        self
    }

    pub fn without(mut self, at: &str) -> Self {
        self.0.resources.remove(&address(at));
        self
    }

    pub fn options(mut self, at: &str, change: impl FnOnce(&mut Options)) -> Self {
        change(&mut self.declaration(at).options);
        self
    }

    pub fn depends(mut self, at: &str, on: &str) -> Self {
        let dependency = Dependency {
            address: address(on),
            wait: None,
        };
        self.declaration(at).depends_on.push(dependency);
        self
    }

    pub fn tag(mut self, key: &str, value: &str) -> Self {
        self.0.default_tags.insert(key.to_owned(), value.to_owned());
        self
    }

    pub fn output(mut self, name: &str, value: Value) -> Self {
        let source = SourceLine {
            file: "src/main.rs".to_owned(),
            line: 99,
            column: 5,
        };
        self.0
            .outputs
            .insert(name.to_owned(), OutputDeclaration { value, source });
        self
    }

    pub fn declaration(&mut self, at: &str) -> &mut Declaration {
        self.0.resources.get_mut(&address(at)).expect("declared")
    }
}

/// The state (what Windlass believes) and the world (what exists).
#[derive(Debug, Clone)]
pub struct Stage {
    pub snapshot: Snapshot,
    pub world: BTreeMap<Generation, Observation>,
    pub secrets: BTreeMap<SecretSource, SecretRef>,
    pub lookups: BTreeMap<Address, BTreeMap<String, Value>>,
    pub target: Vec<Address>,
    pub replace: Vec<Address>,
}

impl Stage {
    pub fn new() -> Self {
        Self {
            snapshot: Snapshot::empty(
                Lineage("0123456789abcdef0123456789abcdef".to_owned()),
                SecretKey("k".to_owned()),
                "shop",
                "dev",
            ),
            world: BTreeMap::new(),
            secrets: BTreeMap::new(),
            lookups: BTreeMap::new(),
            target: Vec::new(),
            replace: Vec::new(),
        }
    }

    /// A stage after an `up` of the document.
    pub fn with(doc: &Doc) -> Self {
        let mut stage = Self::new();
        stage.up(doc);
        stage
    }

    pub fn try_plan(&self, document: Option<&Document>) -> Result<Plan, Vec<Diagnostic>> {
        let binding = Binding::Aws {
            account: "123456789012".to_owned(),
            region: "us-east-1".to_owned(),
        };
        plan(&Inputs {
            document,
            snapshot: &self.snapshot,
            observations: &self.world.clone().into_iter().collect::<Observations>(),
            binding: &binding,
            lookups: &self.lookups,
            secrets: &self.secrets,
            schema: &schema,
            target: &self.target,
            replace: &self.replace,
        })
    }

    pub fn plan(&self, doc: &Doc) -> Plan {
        self.try_plan(Some(&doc.0)).expect("a plan")
    }

    pub fn problems(&self, doc: &Doc) -> Vec<Diagnostic> {
        self.try_plan(Some(&doc.0)).expect_err("problems")
    }

    /// Plans, carries out, and checks that nothing is left to do.
    pub fn up(&mut self, doc: &Doc) -> Plan {
        let plan = self.plan(doc);
        self.carry_out(&plan);
        let again = self.plan(doc);
        assert!(again.is_empty(), "planned again:\n{}", shown(&again));
        assert!(self.snapshot.open.is_empty());
        plan
    }

    pub fn destroy(&mut self) -> Plan {
        let plan = self.try_plan(None).expect("a plan");
        self.carry_out(&plan);
        plan
    }

    pub fn carry_out(&mut self, plan: &Plan) {
        for (id, step) in plan.steps.iter().enumerate() {
            assert!(step.after.iter().all(|before| *before < id), "sorted");
            self.step(step);
            if let Err(violations) = self.snapshot.verify() {
                panic!("after {step:?}: {violations:?}");
            }
        }
        for value in plan.outputs.values() {
            let mut value = value.clone();
            fill_value(&mut value, &|at, name| self.output(at, name))
                .expect("every output is there");
        }
    }

    pub fn step(&mut self, step: &Step) {
        rules::accept(self, step);
        match &step.action {
            StepAction::Create { spec, .. } => {
                let spec = fill(spec, &|at, name| self.output(at, name)).expect("filled");
                let physical_id = format!("{}-{}:{}", step.kind, step.address, step.generation);
                let result = OutcomeResult::Created {
                    physical_id,
                    outputs: self.invented(step),
                    unfinished: Vec::new(),
                    since: None,
                };
                self.call(step, Action::Create, spec.clone(), result);
                self.show(step, &spec);
            }
            StepAction::Update { spec, .. } => {
                let spec = fill(spec, &|at, name| self.output(at, name)).expect("filled");
                let result = OutcomeResult::Updated {
                    outputs: self.invented(step),
                    since: None,
                };
                self.call(step, Action::Update, spec.clone(), result);
                self.show(step, &spec);
            }
            StepAction::Delete { applied, .. } => {
                self.call(
                    step,
                    Action::Delete,
                    applied.clone(),
                    OutcomeResult::Deleted,
                );
                self.world.remove(&(step.address.clone(), step.generation));
            }
            StepAction::Wait { level } => self.settle(Settlement::Waited {
                address: step.address.clone(),
                generation: step.generation,
                level: *level,
                outputs: BTreeMap::new(),
            }),
            StepAction::Record(record) => {
                self.settle(step.settlement().expect("a record"));
                match record {
                    RecordOnly::Forget => {
                        self.world.remove(&(step.address.clone(), step.generation));
                    }
                    RecordOnly::Move { from } => {
                        let world = std::mem::take(&mut self.world);
                        let renamed = world.into_iter().map(|((at, generation), seen)| {
                            let at = if at == *from {
                                step.address.clone()
                            } else {
                                at
                            };
                            ((at, generation), seen)
                        });
                        self.world = renamed.collect();
                    }
                    RecordOnly::Keep | RecordOnly::Redeclare { .. } => {}
                }
            }
        }
    }

    pub fn output(&self, at: &Address, name: &str) -> Option<Value> {
        self.snapshot.resources.get(at)?.outputs.get(name).cloned()
    }

    /// Stable outputs belong to the generation. The others change with every update.
    fn invented(&self, step: &Step) -> BTreeMap<String, Value> {
        let schema = schema(&step.kind).expect("known");
        let made = matches!(step.action, StepAction::Create { .. });
        let given = schema
            .outputs
            .iter()
            .filter(|output| made || !output.stable);
        let outputs = given.map(|output| {
            let mut value = format!("{}/{}#{}", output.name, step.address, step.generation);
            if !output.stable {
                write!(value, "@{}", self.snapshot.sequence).expect("a string");
            }
            (output.name.to_owned(), json!(value))
        });
        outputs.collect()
    }

    fn call(&mut self, step: &Step, action: Action, spec: CanonicalJson, result: OutcomeResult) {
        let sequence = self.snapshot.sequence;
        let (template, depends_on, options) = match &step.action {
            StepAction::Create {
                template,
                depends_on,
                options,
                ..
            }
            | StepAction::Update {
                template,
                depends_on,
                options,
                ..
            } => (template.clone(), depends_on.clone(), options.clone()),
            _ => (
                CanonicalJson::of(&json!({})),
                Vec::new(),
                Options::default(),
            ),
        };
        let id = IntentId::of(
            &self.snapshot.lineage,
            &step.address,
            step.generation,
            action,
            0,
        );
        self.record(Record::Intent(Box::new(Intent {
            sequence,
            run: RunId("r".to_owned()),
            id,
            address: step.address.clone(),
            generation: step.generation,
            kind: step.kind.clone(),
            action,
            attempt: 0,
            place: step.place.clone(),
            physical_id: None,
            template,
            spec,
            depends_on,
            options,
            at: jiff::Timestamp::UNIX_EPOCH,
            aws_time: None,
            request: None,
        })));
        self.record(Record::Outcome(Box::new(Outcome {
            intent: sequence,
            result,
            at: jiff::Timestamp::UNIX_EPOCH,
        })));
    }

    fn settle(&mut self, settlement: Settlement) {
        self.record(Record::Settled(Box::new(Settled {
            run: RunId("r".to_owned()),
            settlement,
            at: jiff::Timestamp::UNIX_EPOCH,
        })));
    }

    fn record(&mut self, record: Record) {
        self.snapshot.apply(&record).expect("the record fits");
    }

    /// The world shows what was sent, except what AWS never returns.
    fn show(&mut self, step: &Step, spec: &CanonicalJson) {
        let schema = schema(&step.kind).expect("known");
        let sent = spec.to_value();
        let mut properties = Map::new();
        for field in schema.fields() {
            let hidden = field.read == Read::Never || matches!(field.shape, Shape::Secret);
            if let Some(value) = sent.get(field.name).filter(|_| !hidden) {
                properties.insert(field.name.to_owned(), value.clone());
            }
        }
        let outputs = self.snapshot.resources[&step.address].outputs.clone();
        let seen = Observation::Present {
            properties: Value::Object(properties),
            outputs,
        };
        self.world
            .insert((step.address.clone(), step.generation), seen);
    }

    /// Changes a property outside Windlass.
    pub fn meddle(&mut self, at: &str, property: &str, value: Value) {
        let at = address(at);
        let generation = self.snapshot.resources[&at].generation;
        let seen = self.world.get_mut(&(at, generation));
        let Some(Observation::Present { properties, .. }) = seen else {
            panic!("it exists");
        };
        properties[property] = value;
    }

    /// Deletes a resource outside Windlass.
    pub fn lose(&mut self, at: &str) {
        let at = address(at);
        let generation = self.snapshot.resources[&at].generation;
        self.world.insert((at, generation), Observation::Missing);
    }
}

/// A plan as text: first what preview would show, then the steps with the steps that they wait for.
pub fn shown(plan: &Plan) -> String {
    let mut text = String::new();
    for change in &plan.changes {
        let verdict = match &change.verdict {
            Verdict::Create => "create".to_owned(),
            Verdict::Update => "update".to_owned(),
            Verdict::Replace { order } => format!("replace, {order:?}"),
            Verdict::Delete => "delete".to_owned(),
            Verdict::Forget => "forget".to_owned(),
            Verdict::Wait => "wait".to_owned(),
            Verdict::Move { from } => format!("move from {from}"),
        };
        let reason = match &change.reason {
            Reason::Dependency { addresses } => format!("Dependency on {addresses:?}"),
            reason => format!("{reason:?}"),
        };
        writeln!(text, "{}: {verdict} ({reason})", change.address).expect("a string");
        if change.verdict != Verdict::Create {
            for field in &change.fields {
                let side =
                    |value: &Option<Value>| value.as_ref().map_or("-".to_owned(), Value::to_string);
                let marks = format!(
                    "{}{}",
                    if field.replaces { " replaces" } else { "" },
                    if field.drift { " drift" } else { "" }
                );
                let (before, after) = (side(&field.before), side(&field.after));
                writeln!(text, "    {}: {before} → {after}{marks}", field.path).expect("a string");
            }
        }
    }
    for note in &plan.notes {
        writeln!(text, "note {}: {}", note.address, note.text).expect("a string");
    }
    for (id, step) in plan.steps.iter().enumerate() {
        writeln!(text, "{id}: {} after {:?}", named(step), step.after).expect("a string");
    }
    writeln!(text, "{} unchanged", plan.unchanged).expect("a string");
    text
}

/// A step as text: `create net#0`.
pub fn named(step: &Step) -> String {
    let action = match &step.action {
        StepAction::Create { .. } => "create".to_owned(),
        StepAction::Update { .. } => "update".to_owned(),
        StepAction::Delete { .. } => "delete".to_owned(),
        StepAction::Wait { level } => format!("wait {level:?}"),
        StepAction::Record(RecordOnly::Forget) => "forget".to_owned(),
        StepAction::Record(RecordOnly::Keep) => "keep".to_owned(),
        StepAction::Record(RecordOnly::Move { from }) => format!("move {from} to"),
        StepAction::Record(RecordOnly::Redeclare { .. }) => "redeclare".to_owned(),
    };
    format!("{action} {}#{}", step.address, step.generation)
}

/// The steps in order, as text.
pub fn steps(plan: &Plan) -> Vec<String> {
    plan.steps.iter().map(named).collect()
}

/// Whether one step waits for another, directly or indirectly.
pub fn comes_after(plan: &Plan, later: &str, earlier: &str) -> bool {
    let find = |name: &str| {
        let all = steps(plan);
        let at = all.iter().position(|step| step == name);
        at.unwrap_or_else(|| panic!("`{name}` is one of {all:?}"))
    };
    let (later, earlier) = (find(later), find(earlier));
    let mut stack = vec![later];
    while let Some(at) = stack.pop() {
        if at == earlier {
            return true;
        }
        stack.extend(&plan.steps[at].after);
    }
    false
}
