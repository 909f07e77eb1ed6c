//! The simulated cloud as a provider: every call may be late, lost or refused, and the process may die before and after it.
//!
//! Not here: tables of what AWS refuses (`rules`).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use async_trait::async_trait;
use serde_json::{Value, json};
use windlass::address::Address;
use windlass::document::{LookupQuery, Place};
use windlass::schema::{Change, KindSchema, Removal, Wait};
use windlass_engine::clock::Clock;
use windlass_engine::provider::{
    CreateRequest, Created, Deletion, ErrorClass, Found, Identity, Limit, Outputs, PollQuestion,
    Progress, Provider, ProviderError, Target, Until, UpdateRequest,
};
use windlass_plan::observation::Observation;
use windlass_state::identity::{INTENT_TAG, Owner};
use windlass_state::record::{Action, Intent};

use super::clock::SimClock;
use super::faults::{Buckets, Dice, Faults};
use super::kinds::schema;
use super::life::Life;
use super::world::{Object, World, names_it, texts};
use super::{invent, rules, strict};

type Result<T> = std::result::Result<T, ProviderError>;

/// How long what was made stays hidden from whoever looks for it.
const HIDDEN: Duration = Duration::from_secs(10);
/// How long one call takes.
const CALL: Duration = Duration::from_millis(100);
/// How long a slow deletion takes.
const GOING: Duration = Duration::from_secs(20);
/// How often a wait is told to wait on.
const PENDING: u32 = 3;

/// The simulated cloud.
#[derive(Debug)]
pub struct Cloud {
    clock: Arc<SimClock>,
    life: Arc<Life>,
    world: Mutex<World>,
    faults: Mutex<Faults>,
    buckets: Mutex<Buckets>,
    dice: Dice,
    calls: AtomicU64,
    log: Mutex<Vec<String>>,
    refusals: Mutex<Vec<ProviderError>>,
}

impl Cloud {
    /// An empty world.
    pub fn new(clock: Arc<SimClock>, life: Arc<Life>, seed: u64) -> Self {
        Self {
            clock,
            life,
            world: Mutex::default(),
            faults: Mutex::default(),
            buckets: Mutex::default(),
            dice: Dice::new(seed),
            calls: AtomicU64::new(0),
            log: Mutex::default(),
            refusals: Mutex::default(),
        }
    }

    /// Another cloud in which everything is as it is here.
    #[must_use]
    pub fn fork(&self, clock: Arc<SimClock>, life: Arc<Life>) -> Self {
        Self {
            clock,
            life,
            world: Mutex::new(self.world().clone()),
            faults: Mutex::new(lock(&self.faults).clone()),
            buckets: Mutex::new(lock(&self.buckets).clone()),
            dice: self.dice.fork(),
            calls: AtomicU64::new(self.calls.load(Ordering::SeqCst)),
            log: Mutex::new(self.log()),
            refusals: Mutex::new(self.refusals()),
        }
    }

    /// The world, to look at or to tamper with.
    pub fn world(&self) -> MutexGuard<'_, World> {
        let now = self.clock.elapsed();
        let mut world = lock(&self.world);
        let gone = |object: &Object| object.gone_at.is_some_and(|at| at <= now);
        world.objects.retain(|_, object| !gone(object));
        world
    }

    /// What goes wrong from now on.
    pub fn set_faults(&self, faults: Faults) {
        *lock(&self.faults) = faults;
    }

    /// The mutating calls that had an effect, such as `create network/a`.
    pub fn log(&self) -> Vec<String> {
        lock(&self.log).clone()
    }

    /// What was refused for a reason of AWS's own, in order; what goes wrong on purpose is not among it.
    pub fn refusals(&self) -> Vec<ProviderError> {
        lock(&self.refusals).clone()
    }

    fn judged<T>(&self, answer: Result<T>) -> Result<T> {
        let refused = answer.as_ref().err().cloned();
        lock(&self.refusals).extend(refused);
        answer
    }

    fn note(&self, what: &str, address: &Address) {
        lock(&self.log).push(format!("{what} {address}"));
    }

    // What every call goes through before it has an effect.
    async fn arrive(&self, operation: &str) -> Result<()> {
        self.life.moment().await;
        self.clock.sleep(CALL).await;
        let count = self.calls.fetch_add(1, Ordering::SeqCst);
        let faults = lock(&self.faults).clone();
        if faults.credentials_last.is_some_and(|last| count >= last) {
            let class = ErrorClass::CredentialsExpired;
            return Err(error(
                class,
                operation,
                "ExpiredToken",
                "the token has expired",
            ));
        }
        let mut buckets = lock(&self.buckets);
        let mut taken = |rate| buckets.take(operation, rate, self.clock.elapsed());
        if self.dice.fall(faults.throttle) || !faults.rate_limit.is_none_or(&mut taken) {
            return Err(error(
                ErrorClass::Throttled,
                operation,
                "Throttling",
                "rate exceeded",
            ));
        }
        if self.dice.fall(faults.lose_request) {
            return Err(lost(operation));
        }
        Ok(())
    }

    // What every call goes through after it had its effect.
    async fn leave<T>(&self, operation: &str, answer: T) -> Result<T> {
        self.life.moment().await;
        let likelihood = lock(&self.faults).lose_reply;
        if self.dice.fall(likelihood) {
            return Err(lost(operation));
        }
        Ok(answer)
    }

    fn permit(&self, operation: &str, address: &Address) -> Result<()> {
        if lock(&self.faults).refuse.contains(address) {
            let message = "the value is not valid";
            return Err(error(
                ErrorClass::Invalid,
                operation,
                "ValidationError",
                message,
            ));
        }
        Ok(())
    }

    fn make(&self, request: &CreateRequest<'_>, schema: &KindSchema) -> Result<Created> {
        let operation = operation("Create", request.kind);
        let mut world = self.world();
        let given = properties(request.spec.to_value());
        if rules::TAKES_TOKEN.contains(&request.kind)
            && let Some(made) = made_by(&world, &request.intent.0)
        {
            return Ok(made);
        }
        self.refuse_missing(&world, &given, &operation)?;
        refuse_taken(
            &world,
            schema,
            request.place,
            &given,
            &BTreeSet::new(),
            &operation,
        )?;
        strict::refuse_unprepared(&world, request.kind, &given, &operation)?;
        let taken_back = strict::taken_back(&mut world, schema, &given, &operation)?;
        let late: Vec<String> = rules::AFTER_CREATE
            .iter()
            .filter(|(kind, name)| *kind == request.kind && given.contains_key(*name))
            .map(|(_, name)| (*name).to_owned())
            .collect();
        let mut kept = given;
        kept.retain(|name, _| !late.contains(name));
        if let Some(tags) = schema.tags() {
            tag(&mut kept, tags.name, &request.intent.0, request.owner);
        }
        world.made += 1;
        let id = taken_back.unwrap_or_else(|| invent::id(schema, world.made));
        let outputs = invent::outputs(schema, &id, &kept);
        world.ever.insert(id.clone());
        let given = outputs
            .iter()
            .filter(|(output, _)| names_it(output))
            .filter_map(|(_, value)| value.as_str())
            .filter(|text| text.contains("sim-"));
        world
            .ever
            .extend(given.map(str::to_owned).collect::<Vec<_>>());
        let object = Object {
            address: request.address.clone(),
            kind: request.kind.to_owned(),
            place: request.place.clone(),
            properties: kept,
            before: BTreeMap::new(),
            outputs: outputs.clone(),
            owner: request.owner.clone(),
            intent: request.intent.0.clone(),
            since: self.clock.elapsed(),
            pending: pending(schema),
            log: Vec::new(),
            gone_at: None,
        };
        world.objects.insert(id.clone(), object);
        drop(world);
        self.note("create", request.address);
        Ok(Created {
            physical_id: id,
            outputs,
            unfinished: late,
        })
    }

    // Whatever once was an identifier must still be one. Literals that the world never gave are not its business.
    fn refuse_missing(
        &self,
        world: &World,
        given: &BTreeMap<String, Value>,
        operation: &str,
    ) -> Result<()> {
        let mut result = Ok(());
        for value in given.values() {
            texts(value, &mut |text| {
                if result.is_err() || !world.ever.contains(text) {
                    return;
                }
                let meant = world
                    .objects
                    .iter()
                    .find(|(id, object)| object.is_meant_by(id, text));
                result = match meant {
                    None => {
                        let message = format!("{text} does not exist");
                        Err(error(ErrorClass::Invalid, operation, "NotFound", &message))
                    }
                    Some((_, object)) if self.is_hidden(object) => {
                        let message = format!("{text} cannot be used yet");
                        Err(error(
                            ErrorClass::NotYet,
                            operation,
                            "InvalidParameter",
                            &message,
                        ))
                    }
                    Some(_) => Ok(()),
                };
            });
        }
        result
    }

    fn is_hidden(&self, object: &Object) -> bool {
        let slow = rules::SLOW_TO_SHOW
            .iter()
            .find(|(kind, _)| *kind == object.kind);
        let at_once = lock(&self.faults).visible_at_once;
        slow.filter(|_| !at_once).is_some_and(|(_, seconds)| {
            self.clock.elapsed() < object.since + Duration::from_secs(*seconds)
        })
    }

    fn change(&self, request: &UpdateRequest<'_>, schema: &KindSchema) -> Result<Outputs> {
        let operation = operation("Update", &request.target.kind);
        let mut world = self.world();
        let spec = properties(request.spec.to_value());
        self.refuse_missing(&world, &spec, &operation)?;
        strict::refuse_unprepared(&world, &request.target.kind, &spec, &operation)?;
        exchange(&mut world, request, schema, &operation)?;
        let Some(object) = world.objects.get_mut(&request.target.physical_id) else {
            return Err(gone(&operation, &request.target.physical_id));
        };
        let before = object.properties.clone();
        for name in request.properties {
            let field = schema.field(name);
            let field = field.ok_or_else(|| unknown_property(&operation, name))?;
            if matches!(field.change, Change::Replaces) {
                return Err(unknown_property(&operation, name));
            }
            match (spec.get(name), field.removal) {
                (Some(value), _) => {
                    object.properties.insert(name.clone(), value.clone());
                }
                (None, Removal::Keeps) => {}
                (None, Removal::Clears | Removal::Default(_)) => {
                    object.properties.remove(name);
                }
            }
            if schema.tags().is_some_and(|tags| tags.name == name) {
                tag(&mut object.properties, name, &object.intent, request.owner);
            }
        }
        object.before = before;
        object.pending = pending(schema);
        object.log.clear();
        let id = request.target.physical_id.clone();
        let outputs = invent::outputs(schema, &id, &object.properties);
        object.outputs.clone_from(&outputs);
        drop(world);
        self.note("update", &request.target.address);
        Ok(outputs)
    }

    fn remove(&self, target: &Target) -> Result<()> {
        let operation = operation("Delete", &target.kind);
        let mut world = self.world();
        let Some(object) = world.objects.get(&target.physical_id) else {
            return Err(gone(&operation, &target.physical_id));
        };
        if object.gone_at.is_some() {
            return Ok(());
        }
        strict::refuse_used(&world, &target.physical_id, object, &operation)?;
        let scheduled = strict::scheduled(&target.physical_id, object);
        world.scheduled.extend(scheduled);
        if slow_to_go(&target.kind) {
            if let Some(object) = world.objects.get_mut(&target.physical_id) {
                object.gone_at = Some(self.clock.elapsed() + GOING);
            }
        } else {
            world.objects.remove(&target.physical_id);
        }
        drop(world);
        self.note("delete", &target.address);
        Ok(())
    }

    fn look(&self, target: &Target) -> Observation {
        let world = self.world();
        match world
            .objects
            .get(&target.physical_id)
            .filter(|object| object.gone_at.is_none())
        {
            None => Observation::Missing,
            Some(object) => {
                let schema = schema(&object.kind).expect("only known kinds are made");
                Observation::Present {
                    properties: invent::returned(schema, &object.properties),
                    outputs: object.outputs.clone(),
                }
            }
        }
    }

    fn progress(&self, question: &PollQuestion) -> Result<Progress> {
        let (id, address) = (&question.target.physical_id, &question.target.address);
        let faults = lock(&self.faults).clone();
        let mut world = self.world();
        let Some(object) = world.objects.get_mut(id) else {
            return match question.until {
                Until::Gone => Ok(reached(Outputs::new())),
                Until::Reaches(_) => Err(gone("sim:Describe", id)),
            };
        };
        match question.until {
            Until::Gone => Ok(Progress::Pending {
                status: "draining".to_owned(),
                events: Vec::new(),
            }),
            Until::Reaches(_) => {
                if let Some(failure) = faults.never_ready.get(address) {
                    return Ok(Progress::Failed(failure.clone()));
                }
                if object.pending > 0 || faults.never_ending.contains(address) {
                    let status = format!("{} to go", object.pending);
                    if object.pending > 0 {
                        object.log.push(format!("step {}", object.pending));
                    }
                    object.pending = object.pending.saturating_sub(1);
                    let events = object.log.clone();
                    return Ok(Progress::Pending { status, events });
                }
                Ok(reached(object.outputs.clone()))
            }
        }
    }

    // What a create made shows only after a while, unless its kind takes tokens: those are answered from the source.
    fn seek(&self, intent: &Intent) -> Found {
        let world = self.world();
        let now = self.clock.elapsed();
        let token = rules::TAKES_TOKEN.contains(&intent.kind.as_str());
        let made = world
            .objects
            .values()
            .find(|object| object.intent == intent.id.0);
        if made.is_some_and(|object| token || now >= object.since + HIDDEN) {
            let mut made = made_by(&world, &intent.id.0).expect("it was found just now");
            let late = rules::AFTER_CREATE
                .iter()
                .filter(|(kind, _)| *kind == intent.kind);
            let spec = properties(intent.spec.to_value());
            let late = late.filter(|(_, name)| spec.contains_key(*name));
            made.unfinished = late.map(|(_, name)| (*name).to_owned()).collect();
            return Found::Ours(made);
        }
        let schema = schema(&intent.kind).expect("only known kinds are made");
        let spec = properties(intent.spec.to_value());
        let other = taken(&world, schema, &intent.place, &spec, &BTreeSet::new());
        let other = other.map(|(id, _)| id);
        match other.filter(|id| world.objects[*id].intent != intent.id.0) {
            Some(id) => Found::Foreign {
                description: id.clone(),
            },
            None => Found::Nothing {
                visible_within: HIDDEN.as_secs(),
            },
        }
    }
}

#[async_trait]
impl Provider for Cloud {
    async fn identity(&self, _place: &Place) -> Result<Identity> {
        Ok(Identity {
            account: "123456789012".to_owned(),
            arn: "arn:sim:::tester".to_owned(),
        })
    }

    async fn zones(&self, _place: &Place) -> Result<Vec<String>> {
        Ok(["a", "b", "c"]
            .map(|zone| format!("us-east-1{zone}"))
            .to_vec())
    }

    async fn lookup(&self, _place: &Place, query: &LookupQuery) -> Result<Option<Outputs>> {
        self.arrive("sim:Lookup").await?;
        Ok(match query {
            LookupQuery::Account => Some(Outputs::from([(
                "AccountId".to_owned(),
                json!("123456789012"),
            )])),
            LookupQuery::SsmParameter { name, .. } => Some(Outputs::from([(
                "Value".to_owned(),
                json!(format!("value of {name}")),
            )])),
            _ => None,
        })
    }

    async fn observe(&self, targets: &[Target]) -> Vec<Result<Observation>> {
        if let Err(error) = self.arrive("sim:Describe").await {
            return targets.iter().map(|_| Err(error.clone())).collect();
        }
        targets.iter().map(|target| Ok(self.look(target))).collect()
    }

    // Everything here is found by its identifier, and by nothing else.
    fn identifies(&self, _target: &Target, _observation: &Observation) -> bool {
        true
    }

    async fn create(&self, request: &CreateRequest<'_>) -> Result<Created> {
        let operation = operation("Create", request.kind);
        self.arrive(&operation).await?;
        self.permit(&operation, request.address)?;
        let schema = schema(request.kind).expect("only known kinds are planned");
        let made = self.judged(self.make(request, schema))?;
        self.leave(&operation, made).await
    }

    async fn update(&self, request: &UpdateRequest<'_>) -> Result<Outputs> {
        let operation = operation("Update", &request.target.kind);
        self.arrive(&operation).await?;
        self.permit(&operation, &request.target.address)?;
        let schema = schema(&request.target.kind).expect("only known kinds are planned");
        let outputs = self.judged(self.change(request, schema))?;
        self.leave(&operation, outputs).await
    }

    async fn delete(&self, target: &Target) -> Result<Deletion> {
        let operation = operation("Delete", &target.kind);
        self.arrive(&operation).await?;
        self.permit(&operation, &target.address)?;
        self.judged(self.remove(target))?;
        let slow = slow_to_go(&target.kind);
        let deletion = if slow {
            Deletion::InBackground
        } else {
            Deletion::AtOnce
        };
        self.leave(&operation, deletion).await
    }

    async fn find(&self, intent: &Intent) -> Result<Found> {
        self.arrive("sim:Find").await?;
        Ok(self.seek(intent))
    }

    async fn poll(&self, questions: &[PollQuestion]) -> Vec<Result<Progress>> {
        if let Err(error) = self.arrive("sim:Describe").await {
            return questions.iter().map(|_| Err(error.clone())).collect();
        }
        questions
            .iter()
            .map(|question| self.progress(question))
            .collect()
    }

    fn documented(&self, _: &str, _: Action) -> Option<Limit> {
        let capacity = lock(&self.faults).documented?;
        Some(Limit {
            shared: None,
            capacity,
            per_second: f64::from(capacity),
        })
    }

    fn calls(&self) -> u64 {
        self.calls.load(Ordering::SeqCst)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().expect("no thread panics while it holds this")
}

fn operation(verb: &str, kind: &str) -> String {
    let name = kind.rsplit("::").next().unwrap_or(kind);
    format!("sim:{verb}{name}")
}

pub(super) fn error(
    class: ErrorClass,
    operation: &str,
    code: &str,
    message: &str,
) -> ProviderError {
    ProviderError {
        class,
        operation: operation.to_owned(),
        code: Some(code.to_owned()),
        message: message.to_owned(),
        request_id: None,
    }
}

fn lost(operation: &str) -> ProviderError {
    ProviderError {
        code: None,
        ..error(ErrorClass::Unknown, operation, "", "the connection was cut")
    }
}

fn gone(operation: &str, id: &str) -> ProviderError {
    let message = format!("{id} does not exist");
    error(ErrorClass::NotFound, operation, "NotFound", &message)
}

fn unknown_property(operation: &str, name: &str) -> ProviderError {
    let message = format!("{name} cannot be changed in place");
    error(ErrorClass::Invalid, operation, "InvalidParameter", &message)
}

fn properties(value: Value) -> BTreeMap<String, Value> {
    match value {
        Value::Object(object) => object.into_iter().collect(),
        other => panic!("a spec is an object, and this is {other}"),
    }
}

fn reached(outputs: Outputs) -> Progress {
    Progress::Reached { outputs }
}

fn pending(schema: &KindSchema) -> u32 {
    let waits = schema.waits.iter().any(|wait| *wait > Wait::Exists);
    if waits { PENDING } else { 0 }
}

fn slow_to_go(kind: &str) -> bool {
    rules::SLOW_TO_GO.contains(&kind)
}

fn tag(properties: &mut BTreeMap<String, Value>, name: &str, intent: &str, owner: &Owner) {
    let tags = properties
        .entry(name.to_owned())
        .or_insert_with(|| json!([]));
    if let Value::Array(tags) = tags {
        let owner = owner.tags().into_iter();
        tags.extend(owner.map(|(key, value)| json!({"Key": key, "Value": value})));
        tags.push(json!({"Key": INTENT_TAG, "Value": intent}));
    }
}

fn made_by(world: &World, intent: &str) -> Option<Created> {
    let mut objects = world.objects.iter();
    let (id, object) = objects.find(|(_, object)| object.intent == intent)?;
    Some(Created {
        physical_id: id.clone(),
        outputs: object.outputs.clone(),
        unfinished: Vec::new(),
    })
}

// What stands where this would stand: under its name, or under properties that can be taken once.
fn taken<'w>(
    world: &'w World,
    schema: &KindSchema,
    place: &Place,
    spec: &BTreeMap<String, Value>,
    except: &BTreeSet<String>,
) -> Option<(&'w String, &'static str)> {
    let name = schema.physical_name().map(|(field, _)| field.name);
    let name = name
        .filter(|_| !rules::shares_name(schema.kind))
        .map(|name| (vec![name], "AlreadyExists"));
    let unique = rules::UNIQUE
        .iter()
        .filter(|(kind, ..)| *kind == schema.kind);
    let keys = name
        .into_iter()
        .chain(unique.map(|(_, names, code)| (names.to_vec(), *code)));
    for (names, code) in keys {
        if names.iter().any(|name| !spec.contains_key(*name)) {
            continue;
        }
        let alike = world.objects.iter().find(|(id, object)| {
            object.kind == schema.kind
                && !except.contains(*id)
                && object.place == *place
                && names
                    .iter()
                    .all(|name| object.properties.get(*name) == spec.get(*name))
        });
        if let Some((id, _)) = alike {
            return Some((id, code));
        }
    }
    None
}

// What only one can have is taken when nobody has it but those who give it up by the same call.
fn exchange(
    world: &mut World,
    request: &UpdateRequest<'_>,
    schema: &KindSchema,
    operation: &str,
) -> Result<()> {
    let spec = properties(request.spec.to_value());
    let own = request.properties.iter();
    let own = own.map(|name| (name.clone(), spec.get(name).cloned()));
    let id = &request.target.physical_id;
    let mut moved: Vec<(&String, BTreeMap<String, Option<Value>>)> = vec![(id, own.collect())];
    moved.extend(request.partners.iter().map(|partner| {
        let value = Some(partner.value.clone());
        (
            &partner.physical_id,
            [(partner.property.clone(), value)].into(),
        )
    }));
    let all: BTreeSet<_> = moved.iter().map(|(id, _)| (*id).clone()).collect();
    let mut after = Vec::new();
    for (id, to) in moved {
        let object = world.objects.get(id);
        let object = object.ok_or_else(|| gone(operation, id))?;
        let mut properties = object.properties.clone();
        for (name, value) in to {
            match value {
                Some(value) => properties.insert(name, value),
                None => properties.remove(&name),
            };
        }
        refuse_taken(world, schema, &object.place, &properties, &all, operation)?;
        strict::refuse_lost_members(world, id, &properties, operation)?;
        after.push((id, properties));
    }
    // The first is the resource itself, whose change goes on as any other.
    for (id, properties) in after.into_iter().skip(1) {
        let partner = world.objects.get_mut(id).expect("it was there just now");
        partner.properties = properties;
    }
    Ok(())
}

fn refuse_taken(
    world: &World,
    schema: &KindSchema,
    place: &Place,
    given: &BTreeMap<String, Value>,
    except: &BTreeSet<String>,
    operation: &str,
) -> Result<()> {
    match taken(world, schema, place, given, except) {
        None => Ok(()),
        Some((id, code)) => {
            let message = format!("{id} stands there already");
            Err(error(ErrorClass::AlreadyExists, operation, code, &message))
        }
    }
}
