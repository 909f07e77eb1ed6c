//! Proves, path by path, that a kind's properties reach AWS and come back.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use windlass::canonical::CanonicalJson;
use windlass_aws::AwsProvider;
use windlass_engine::provider::{CreateRequest, Provider, ProviderError, Target, UpdateRequest};
use windlass_plan::observation::Observation;
use windlass_state::identity::INTENT_TAG;

use super::capture::{Answers, Capture, Captured};
use super::fixture::Fixture;
use super::paths::{Leaf, leaves, mutations};
use super::subject::{intent, owner, resolved, target, unauthored};

/// The result for one kind: what was proven, and what was not.
#[derive(Debug)]
pub struct Proof {
    /// CloudFormation type name.
    pub kind: &'static str,
    /// Every path that some sample contains.
    pub paths: BTreeSet<String>,
    /// The number of proofs. A path counts for the create request, the update request and the observation, where each applies.
    pub proven: usize,
    /// The number of exemptions in the fixture.
    pub excepted: usize,
    /// Missing proofs: the path, and what is missing.
    pub missing: Vec<String>,
    /// Whether a created resource carries its owner in its tags.
    pub owned: bool,
    /// What AWS's own models do not allow in the requests of the samples.
    pub unfit: BTreeSet<String>,
}

/// Proves one kind.
pub async fn prove(fixture: &Fixture) -> Proof {
    let mut paths: BTreeMap<String, (usize, Leaf)> = BTreeMap::new();
    let mut values: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    // The fullest sample comes first, so the proof of a path has all other properties beside it.
    let order = [1]
        .into_iter()
        .chain((0..fixture.samples.len()).filter(|index| *index != 1));
    for index in order.filter(|index| *index < fixture.samples.len()) {
        for leaf in leaves(fixture.schema.fields, &fixture.samples[index]) {
            if let Some(value) = fixture.samples[index].pointer(&leaf.pointer) {
                values
                    .entry(leaf.path.clone())
                    .or_default()
                    .push(value.clone());
            }
            paths.entry(leaf.path.clone()).or_insert((index, leaf));
        }
    }
    let mut proof = Proof {
        kind: fixture.schema.kind,
        paths: paths.keys().cloned().collect(),
        proven: 0,
        excepted: 0,
        missing: Vec::new(),
        owned: false,
        unfit: BTreeSet::new(),
    };
    let bench = Bench {
        fixture,
        unfit: RefCell::default(),
    };
    proof.owned = bench.owned().await;
    let mut steady = BTreeSet::new();
    for (path, (index, leaf)) in &paths {
        let spec = &fixture.samples[*index];
        let mutations = mutations(spec, leaf, &values[path]);
        let creates = bench.create_differs(spec, &mutations).await;
        count(
            &mut proof,
            path,
            "the create request",
            creates,
            fixture.not_created.get(path.as_str()),
        );
        if leaf.in_place {
            if steady.insert(leaf.property)
                && let Err(why) = bench.update_repeats(spec, leaf.property).await
            {
                let property = leaf.property;
                proof
                    .missing
                    .push(format!("{property}: the update request: {why}"));
            }
            let updates = bench.update_differs(spec, &mutations, leaf.property).await;
            count(
                &mut proof,
                path,
                "the update request",
                updates,
                fixture.not_updated.get(path.as_str()),
            );
        }
    }
    bench.observations(&mut proof).await;
    bench.outputs(&mut proof).await;
    proof.unfit = bench.unfit.take();
    proof
}

fn count(
    proof: &mut Proof,
    path: &str,
    what: &str,
    result: Result<(), String>,
    exception: Option<&&'static str>,
) {
    match (result, exception) {
        (Ok(()), None) => proof.proven += 1,
        (Err(_), Some(_)) => proof.excepted += 1,
        (Err(why), None) => proof.missing.push(format!("{path}: {what}: {why}")),
        (Ok(()), Some(_)) => proof.missing.push(format!(
            "{path}: {what} carries it; the exception is out of date"
        )),
    }
}

/// An import has to notice that an identifier does not belong to the resource that was found by its properties.
fn identified(
    proof: &mut Proof,
    provider: &AwsProvider,
    target: &Target,
    observation: &Observation,
) {
    let other = Target {
        physical_id: "another".to_owned(),
        ..target.clone()
    };
    let result = match (
        provider.identifies(target, observation),
        provider.identifies(&other, observation),
    ) {
        (true, false) => Ok(()),
        (false, _) => Err(format!("`{}` is not what is observed", target.physical_id)),
        (_, true) => Err("any other would do as well".to_owned()),
    };
    count(proof, "the identifier", "the observation", result, None);
}

/// A spec with the name that the engine would make if the author gives none.
fn named(fixture: &Fixture, spec: &Value) -> Value {
    let mut spec = spec.clone();
    if let Some((field, _)) = fixture.schema.physical_name()
        && spec.get(field.name).is_none()
    {
        spec[field.name] = "shop-dev-subject-0a1b2c3d".into();
    }
    spec
}

struct Bench<'a> {
    fixture: &'a Fixture,
    unfit: RefCell<BTreeSet<String>>,
}

impl Bench<'_> {
    /// Notes what AWS's models do not allow in the requests of a sample. Mutated samples may have values that AWS does not have, so this function
    /// does not check them.
    fn judge(&self, requests: &[Captured]) {
        let faults = requests.iter().flat_map(|request| {
            let faults = request.faults.iter();
            faults.map(|fault| format!("{}: {fault}", request.operation))
        });
        self.unfit.borrow_mut().extend(faults);
    }

    fn provider(&self, answers: &Answers) -> (AwsProvider, Capture) {
        let capture = Capture::new(answers.clone()).lenient();
        (capture.provider(), capture)
    }

    /// All requests of a create: the create call, and the update with what the create call could not carry.
    async fn created(&self, spec: &Value) -> Result<Vec<Captured>, ProviderError> {
        let (provider, capture) = self.provider(&self.fixture.answers);
        let canonical = CanonicalJson::of(&resolved(&named(self.fixture, spec)));
        let target = target(self.fixture, spec);
        let intent = intent();
        let place = Capture::place();
        let owner = &owner();
        let request = CreateRequest {
            owner,
            template: &unauthored(),
            address: &target.address,
            kind: &target.kind,
            place: &place,
            intent: &intent,
            spec: &canonical,
        };
        let created = provider.create(&request).await?;
        if !created.unfinished.is_empty() {
            let target = Target {
                physical_id: created.physical_id,
                outputs: merged(&self.fixture.outputs, created.outputs),
                ..target
            };
            let request = UpdateRequest {
                owner,
                target: &target,
                intent: &intent,
                spec: &canonical,
                properties: &created.unfinished,
                partners: &[],
            };
            provider.update(&request).await?;
        }
        Ok(capture.take())
    }

    /// Whether the create call carries the owner's tags beside the intent's tag. The fullest sample has the names that the engine would make.
    async fn owned(&self) -> bool {
        let fullest = 1.min(self.fixture.samples.len() - 1);
        let created = self.created(&self.fixture.samples[fullest]).await;
        let sent = created.expect("AWS takes the fullest sample");
        let sent = sent.into_iter().map(|request| {
            // The query protocols encode `:`.
            request.body.replace("%3A", ":")
        });
        let sent: Vec<String> = sent.collect();
        let mut tags = owner().tags();
        tags.insert(INTENT_TAG.to_owned(), intent().0);
        let mut tags = tags.iter();
        tags.all(|(key, value)| {
            let mut sent = sent.iter();
            sent.any(|body| body.contains(key) && body.contains(value))
        })
    }

    async fn updated(
        &self,
        from: &Value,
        to: &Value,
        property: &str,
    ) -> Result<Vec<Captured>, ProviderError> {
        let (provider, capture) = self.provider(&self.fixture.answers);
        let intent = intent();
        let (target, canonical) = (target(self.fixture, from), CanonicalJson::of(&resolved(to)));
        let properties = [property.to_owned()];
        provider
            .update(&UpdateRequest {
                owner: &owner(),
                target: &target,
                intent: &intent,
                spec: &canonical,
                properties: &properties,
                partners: &[],
            })
            .await?;
        Ok(capture.take())
    }

    async fn create_differs(&self, spec: &Value, mutations: &[Value]) -> Result<(), String> {
        let baseline = self
            .created(spec)
            .await
            .map_err(|error| format!("the sample itself fails: {error}"))?;
        let again = self
            .created(spec)
            .await
            .map_err(|error| format!("the sample itself fails: {error}"))?;
        self.judge(&baseline);
        if baseline != again {
            return Err(
                "two creates of one spec differ: set the idempotency token from the intent"
                    .to_owned(),
            );
        }
        let mut refused = "there is no other value to try".to_owned();
        for mutation in mutations {
            match self.created(mutation).await {
                Ok(requests) if requests != baseline => return Ok(()),
                Ok(_) => refused = "another value changes nothing in it".to_owned(),
                Err(error) => refused = format!("{refused}; {error}"),
            }
        }
        Err(refused)
    }

    async fn update_differs(
        &self,
        spec: &Value,
        mutations: &[Value],
        property: &str,
    ) -> Result<(), String> {
        let mut refused = "there is no other value to try".to_owned();
        for mutation in mutations {
            // The update to the other value and the update back must differ, and both must succeed.
            match (
                self.updated(spec, mutation, property).await,
                self.updated(mutation, spec, property).await,
            ) {
                (Ok(there), Ok(back)) if there != back => return Ok(()),
                (Ok(_), Ok(_)) => refused = "another value changes nothing in it".to_owned(),
                (Err(error), _) | (_, Err(error)) => refused = format!("{refused}; {error}"),
            }
        }
        Err(refused)
    }

    /// If repeated updates differed, every path would seem proven.
    async fn update_repeats(&self, spec: &Value, property: &str) -> Result<(), String> {
        let (first, second) = (
            self.updated(spec, spec, property).await,
            self.updated(spec, spec, property).await,
        );
        if let Ok(requests) = &first {
            self.judge(requests);
        }
        if first.ok() == second.ok() {
            Ok(())
        } else {
            Err("two equal updates differ: send `cx.token` as the idempotency token".to_owned())
        }
    }

    /// A resource that refers to an output can wait only as far as the kind declares. So an output that the create call does not return must come
    /// with a wait.
    async fn outputs(&self, proof: &mut Proof) {
        if self.fixture.schema.reference_wait > windlass::schema::Wait::Exists {
            return;
        }
        let (provider, _) = self.provider(&self.fixture.answers);
        let spec = &self.fixture.samples[1.min(self.fixture.samples.len() - 1)];
        let (target, canonical) = (
            target(self.fixture, spec),
            CanonicalJson::of(&resolved(spec)),
        );
        let (intent, place) = (intent(), Capture::place());
        let owner = &owner();
        let request = CreateRequest {
            owner,
            template: &unauthored(),
            address: &target.address,
            kind: &target.kind,
            place: &place,
            intent: &intent,
            spec: &canonical,
        };
        let Ok(created) = provider.create(&request).await else {
            return;
        };
        for output in self
            .fixture
            .schema
            .outputs
            .iter()
            .filter(|output| !created.outputs.contains_key(output.name))
        {
            let exception = self.fixture.not_given.get(output.name);
            count(
                proof,
                output.name,
                "the create's outputs",
                Err("missing, and references do not wait for more".to_owned()),
                exception,
            );
        }
    }

    /// AWS's description of a sample must bring back the value of every returned path, and no other value in its place.
    async fn observations(&self, proof: &mut Proof) {
        let full = (self.fixture.samples.len() > 1).then(|| (1, Answers::new()));
        let mut seen: BTreeSet<String> = BTreeSet::new();
        let mut failures: BTreeMap<String, String> = BTreeMap::new();
        for (index, answers) in full.iter().chain(&self.fixture.described) {
            let spec = &self.fixture.samples[*index];
            let mut all = self.fixture.answers.clone();
            all.extend(answers.clone());
            let (provider, _) = self.provider(&all);
            let target = target(self.fixture, spec);
            let observed = match provider
                .observe(std::slice::from_ref(&target))
                .await
                .remove(0)
            {
                Ok(observation @ Observation::Present { .. }) => {
                    if *index == 1 {
                        identified(proof, &provider, &target, &observation);
                    }
                    let Observation::Present { properties, .. } = observation else {
                        unreachable!("it was matched just now");
                    };
                    properties
                }
                Ok(Observation::Missing) => {
                    proof
                        .missing
                        .push(format!("sample {index} is not in AWS's answer"));
                    continue;
                }
                Err(error) => {
                    proof
                        .missing
                        .push(format!("sample {index} cannot be observed: {error}"));
                    continue;
                }
            };
            for leaf in leaves(self.fixture.schema.fields, spec)
                .into_iter()
                .filter(|leaf| leaf.returned)
            {
                match gives_back(self.fixture, spec, &observed, &leaf) {
                    Ok(()) => drop(seen.insert(leaf.path)),
                    Err(why) => drop(failures.entry(leaf.path).or_insert(why)),
                }
            }
        }
        let every: BTreeSet<String> = self
            .fixture
            .samples
            .iter()
            .flat_map(|spec| leaves(self.fixture.schema.fields, spec))
            .filter(|leaf| leaf.returned)
            .map(|leaf| leaf.path)
            .collect();
        for path in every {
            let result = match failures.get(&path) {
                Some(why) => Err(why.clone()),
                None if seen.contains(&path) => Ok(()),
                None => Err("no described sample holds it".to_owned()),
            };
            count(
                proof,
                &path,
                "the observation",
                result,
                self.fixture.not_observed.get(path.as_str()),
            );
        }
    }
}

/// Whether the observation contains the leaf's value at the same path. Members of lists may have any order.
fn gives_back(
    fixture: &Fixture,
    spec: &Value,
    observed: &Value,
    leaf: &Leaf,
) -> Result<(), String> {
    let wanted = spec.pointer(&leaf.pointer).ok_or("the sample lost it")?;
    let given: Vec<Value> = leaves(fixture.schema.fields, observed)
        .into_iter()
        .filter(|other| other.path == leaf.path)
        .filter_map(|other| observed.pointer(&other.pointer).cloned())
        .collect();
    if given.iter().any(|value| same(value, wanted)) {
        return Ok(());
    }
    Err(format!("wanted {wanted}, observed {}", Value::from(given)))
}

/// Compares values. A text that contains JSON or a number equals its content.
fn same(left: &Value, right: &Value) -> bool {
    let parsed = |value: &Value| {
        value
            .as_str()
            .and_then(|text| serde_json::from_str::<Value>(text).ok())
    };
    left == right
        || parsed(left).is_some_and(|left| left == *right)
        || parsed(right).is_some_and(|right| *left == right)
}

fn merged(
    known: &windlass_engine::provider::Outputs,
    new: windlass_engine::provider::Outputs,
) -> windlass_engine::provider::Outputs {
    let mut all = known.clone();
    all.extend(new);
    all
}
