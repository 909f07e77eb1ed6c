//! The life of one kind: created, read back unchanged, changed from sample to sample, vanished, changed by others, deleted twice.
//!
//! Not here: what moto may do wrong meanwhile (`windlass-local`'s `open_gaps`).

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use windlass::document::Options;
use windlass::schema::ReplaceOrder;
use windlass_engine::memory::MemoryJournal;
use windlass_local::{EmbeddedCloud, Moto, OPEN_GAPS, OpenGap};
use windlass_plan::plan::{Plan, Reason, Verdict};
use windlass_tests::cloud::Program;
use windlass_tests::cloud::samples::{Sampled, with_secrets_in};
use windlass_tests::local::{Account, Surroundings, other};
use windlass_tests::wire::leaves;

use crate::trim::{holds, remove};

/// The results of the walks.
#[derive(Debug, Default)]
pub struct Findings {
    /// How many samples the walks used.
    pub samples: usize,
    /// Paths that AWS returns and that some sample contains.
    pub sent: BTreeSet<String>,
    /// Those of these paths whose value came back unchanged.
    pub back: BTreeSet<String>,
    /// The other paths, with the value that came back instead, for one sample.
    pub lost: BTreeMap<String, String>,
    /// Everything else that went wrong.
    pub troubles: Vec<String>,
}

impl Findings {
    /// Findings with nothing but this trouble.
    pub fn trouble(what: String) -> Self {
        Self {
            troubles: vec![what],
            ..Self::default()
        }
    }

    pub fn merge(&mut self, other: Self) {
        let Self {
            samples,
            sent,
            back,
            lost,
            troubles,
        } = other;
        self.samples += samples;
        self.sent.extend(sent);
        self.back.extend(back);
        self.lost.extend(lost);
        self.troubles.extend(troubles);
    }
}

/// How many samples of a kind a walk uses: the smallest, the fullest, its changes in place, and a replacement. Each sample costs calls.
const WALKED: usize = 4;

/// That number, or all samples with `WINDLASS_WALK=full`.
fn walked() -> usize {
    match std::env::var("WINDLASS_WALK").as_deref() {
        Ok("full") => usize::MAX,
        _ => WALKED,
    }
}

/// Samples that AWS itself would refuse among these surroundings, each with the reason.
const UNFIT: &[(&str, usize, &str)] = &[(
    "AWS::ECS::Service",
    0,
    "its task definition has a network of its own, which the smallest service does not configure",
)];

/// Properties that make AWS refuse to delete or replace a resource. The walks leave them out.
const PROTECTED: &[(&str, &str)] = &[
    (
        "AWS::ElasticLoadBalancingV2::LoadBalancer",
        "LoadBalancerAttributes[Key]=deletion_protection.enabled",
    ),
    ("AWS::Logs::LogGroup", "DeletionProtectionEnabled"),
];

struct Walk<'a> {
    account: &'a Account,
    kind: &'static str,
    /// The program of the surroundings alone.
    bare: Program,
    state: MemoryJournal,
    findings: Findings,
}

/// Walks one kind through its life, in its own account.
pub async fn walk(cloud: &EmbeddedCloud, number: u64, sampled: &Sampled) -> Findings {
    let kind = sampled.schema.kind;
    let account = Account::new(cloud, number);
    let mut surroundings = Surroundings::of(&account);
    let mut all: Vec<Value> = Vec::new();
    for spec in &sampled.specs {
        let mut spec = surroundings.place(kind, spec);
        with_secrets_in(account.folder(), &mut spec);
        all.push(spec);
    }
    let mut walk = Walk {
        account: &account,
        kind,
        bare: surroundings.program(),
        state: account.state(),
        findings: Findings::default(),
    };
    if let Err(error) = account.up(&walk.state, Some(&walk.bare)).await {
        walk.trouble::<()>("surroundings", &error);
        return walk.findings;
    }
    let specs = trimmed(kind, &all);
    let programs: Vec<Program> = specs
        .iter()
        .map(|spec| walk.program(sampled, spec))
        .collect();
    walk.findings.samples = specs.len();
    if programs.is_empty() || walk.live(&programs).await.is_some() {
        walk.account_for(sampled, &specs);
        walk.probe(sampled, &all, &programs).await;
    }
    walk.findings
}

/// The first samples without what moto refuses, and without duplicates.
fn trimmed(kind: &str, all: &[Value]) -> Vec<Value> {
    let mut specs: Vec<Value> = Vec::new();
    for (index, spec) in all.iter().enumerate() {
        if UNFIT
            .iter()
            .any(|(of, sample, _)| (*of, *sample) == (kind, index))
        {
            continue;
        }
        let mut spec = spec.clone();
        if gaps(kind, Moto::Bars).any(|gap| holds(&spec, gap.path)) {
            continue;
        }
        for gap in gaps(kind, Moto::Refuses) {
            remove(&mut spec, gap.path);
        }
        for (_, protection) in PROTECTED.iter().filter(|(of, _)| *of == kind) {
            remove(&mut spec, protection);
        }
        if !specs.contains(&spec) {
            specs.push(spec);
        }
    }
    specs.truncate(walked());
    specs
}

fn gaps(kind: &str, moto: Moto) -> impl Iterator<Item = &'static OpenGap> {
    OPEN_GAPS
        .iter()
        .filter(move |gap| gap.kind == kind && gap.moto == moto)
}

impl Walk<'_> {
    fn program(&self, sampled: &Sampled, spec: &Value) -> Program {
        // Two generations cannot have the same fixed name or range, so the author has to delete the old one first.
        let name = sampled.schema.physical_name().map(|(field, _)| field.name);
        let fixed = name.is_some_and(|name| spec.get(name).is_some()) || sampled.occupies();
        let options = Options {
            replace: fixed.then_some(ReplaceOrder::DeleteFirst),
            ..Options::default()
        };
        self.bare
            .clone()
            .with_options("it", self.kind, spec.clone(), options)
    }

    /// The whole life. `None` if it ended early, with a trouble.
    async fn live(&mut self, programs: &[Program]) -> Option<()> {
        let (smallest, fullest) = (&programs[0], programs.get(1).unwrap_or(&programs[0]));
        self.up("smallest", smallest).await?;
        self.destroy_twice().await?;
        let mut in_place = None;
        self.up("fullest", fullest).await?;
        for (index, program) in programs.iter().enumerate().skip(2) {
            let what = format!("sample {index} of those walked");
            let plan = self.up(&what, program).await;
            let verdict = plan.as_ref().and_then(verdict);
            if index == 2 && verdict == Some(Verdict::Update) {
                in_place = Some(program);
            }
        }
        self.up("fullest again", fullest).await?;
        self.vanish(fullest).await?;
        if let Some(in_place) = in_place {
            self.drift(fullest, in_place).await?;
        }
        self.destroy_twice().await?;
        self.end().await
    }

    /// Converges, and compares what came back.
    async fn up(&mut self, what: &str, program: &Program) -> Option<Plan> {
        let ran = self.account.up(&self.state, Some(program)).await;
        let plan = self.so(what, ran)?.plan;
        self.settled(what, program).await?;
        Some(plan)
    }

    /// Moto lost whatever a preview still shows.
    async fn settled(&mut self, what: &str, program: &Program) -> Option<()> {
        let preview = self.account.preview(&self.state, program).await;
        let preview = self.so(&format!("{what}, preview"), preview)?;
        for change in preview.changes {
            let drifted = change.reason == Reason::Drifted && change.address.to_string() == "it";
            if !drifted {
                self.trouble::<()>(what, &format!("not settled: {change:?}"));
            }
            for field in change.fields {
                if drifted {
                    let path = format!("{} {}", self.kind, schematic(&field.path));
                    let instead = format!("{what}: {:?} for {:?}", field.before, field.after);
                    self.findings.lost.insert(path, instead);
                }
            }
        }
        Some(())
    }

    /// Another state deletes the resource.
    async fn vanish(&mut self, program: &Program) -> Option<()> {
        let others = other(&self.state);
        let ran = self.account.up(&others, Some(&self.bare)).await;
        self.so("deleted by others", ran)?;
        let plan = self.up("vanished", program).await?;
        let reason = plan
            .changes
            .iter()
            .find(|change| change.address.to_string() == "it");
        match reason.map(|change| &change.reason) {
            Some(Reason::Vanished) => Some(()),
            other => self.trouble("vanished", &format!("the plan says {other:?}")),
        }
    }

    /// Another state changes the resource.
    async fn drift(&mut self, program: &Program, theirs: &Program) -> Option<()> {
        let others = other(&self.state);
        let ran = self.account.up(&others, Some(theirs)).await;
        self.so("changed by others", ran)?;
        let plan = self.up("changed back", program).await?;
        let change = plan
            .changes
            .iter()
            .find(|change| change.address.to_string() == "it");
        match change {
            Some(change) if change.reason == Reason::Drifted => {}
            other => return self.trouble("changed by others", &format!("the plan says {other:?}")),
        }
        // The other state's additions block a delete. If this cleanup fails, that delete reports it.
        drop(self.account.up(&others, Some(program)).await);
        Some(())
    }

    /// Deletes a resource that another state has deleted since the plan. Then nothing is left to do.
    async fn destroy_twice(&mut self) -> Option<()> {
        let others = other(&self.state);
        let first = self.account.up(&others, Some(&self.bare));
        let between = async { first.await.map(drop) };
        let second = self
            .account
            .up_after(&self.state, Some(&self.bare), between)
            .await;
        if gaps(self.kind, Moto::ErrsOnDelete).next().is_some() {
            if second.is_ok() {
                return self.trouble("deleted twice", "is listed as an error, and is none");
            }
            let gone = self.account.up(&self.state, Some(&self.bare)).await;
            return self.so("deleted after an error", gone).map(drop);
        }
        let second = self.so("deleted twice", second)?;
        if verdict(&second.plan) != Some(Verdict::Delete) {
            return self.trouble(
                "deleted twice",
                &format!("the plan says {:?}", second.plan.changes),
            );
        }
        let bare = self.bare.clone();
        let plan = self.account.preview(&self.state, &bare).await;
        let plan = self.so("deleted", plan)?;
        match plan.changes.as_slice() {
            [] => Some(()),
            changes => self.trouble("deleted", &format!("the plan says {changes:?}")),
        }
    }

    /// Nothing is left, and a second destroy finds nothing.
    async fn end(&mut self) -> Option<()> {
        let first = self.account.up(&self.state, None).await;
        self.so("destroyed", first)?;
        let second = self.account.up(&self.state, None).await;
        let second = self.so("destroyed twice", second)?;
        match second.plan.changes.as_slice() {
            [] => Some(()),
            changes => self.trouble("destroyed twice", &format!("the plan says {changes:?}")),
        }
    }

    /// Moto still refuses the paths that the list says it refuses: in an update, in a create, or in a second create.
    async fn probe(&mut self, sampled: &Sampled, all: &[Value], programs: &[Program]) {
        let bare = self.bare.clone();
        for gap in gaps(self.kind, Moto::Refuses).chain(gaps(self.kind, Moto::Bars)) {
            let mut with = Vec::new();
            for spec in all.iter().filter(|spec| holds(spec, gap.path)).take(2) {
                let mut spec = spec.clone();
                for other in gaps(self.kind, Moto::Refuses).filter(|other| other.path != gap.path) {
                    remove(&mut spec, other.path);
                }
                with.push(self.program(sampled, &spec));
            }
            let Some(first) = with.first() else {
                self.trouble::<()>(gap.path, "is listed as refused, and no sample has it");
                continue;
            };
            let before = programs.first().unwrap_or(&bare);
            let steps: Vec<&Program> = [before]
                .into_iter()
                .chain(&with)
                .chain([&bare, first])
                .collect();
            match self.refusal(&steps).await {
                Some(error) if error.contains("exists already") => {
                    self.trouble::<()>(gap.path, &error);
                }
                Some(_) => {}
                None => {
                    self.trouble::<()>(gap.path, "is listed as refused, and is not");
                }
            }
        }
    }

    /// The error if these programs cannot be made one after another. What a refused call leaves behind is removed, and so blocks nothing else.
    async fn refusal(&mut self, steps: &[&Program]) -> Option<String> {
        let bare = self.bare.clone();
        let again = self.account.up(&self.state, Some(&bare)).await;
        self.so("surroundings again", again)?;
        let others = other(&self.state);
        for program in steps {
            if let Err(error) = self.account.up(&others, Some(program)).await {
                drop(self.account.up(&others, Some(&bare)).await);
                return Some(error);
            }
        }
        drop(self.account.up(&others, Some(&bare)).await);
        None
    }

    /// Counts the sent paths, and those that came back.
    fn account_for(&mut self, sampled: &Sampled, specs: &[Value]) {
        for spec in specs {
            let returned = leaves(sampled.schema.fields, spec)
                .into_iter()
                .filter(|leaf| leaf.returned);
            self.findings
                .sent
                .extend(returned.map(|leaf| format!("{} {}", self.kind, leaf.path)));
        }
        let lost = &self.findings.lost;
        let came_back = |path: &&String| !lost.keys().any(|lost| path.starts_with(lost.as_str()));
        self.findings.back = self
            .findings
            .sent
            .iter()
            .filter(came_back)
            .cloned()
            .collect();
    }

    fn so<T>(&mut self, what: &str, result: Result<T, String>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(error) => {
                self.trouble::<()>(what, &error);
                None
            }
        }
    }

    fn trouble<T>(&mut self, what: &str, error: &str) -> Option<T> {
        self.findings
            .troubles
            .push(format!("{} {what}: {error}", self.kind));
        None
    }
}

fn verdict(plan: &Plan) -> Option<Verdict> {
    let change = plan
        .changes
        .iter()
        .find(|change| change.address.to_string() == "it");
    change.map(|change| change.verdict.clone())
}

/// `ContainerDefinitions[app].Image` as `ContainerDefinitions[].Image`.
fn schematic(path: &str) -> String {
    let mut text = String::new();
    let mut inside = false;
    for character in path.chars() {
        match character {
            '[' => {
                inside = true;
                text.push('[');
            }
            ']' => {
                inside = false;
                text.push(']');
            }
            _ if inside => {}
            other => text.push(other),
        }
    }
    text
}
