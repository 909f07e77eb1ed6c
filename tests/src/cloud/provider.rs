//! The simulated cloud as a provider: one file for each thing that a call does.
//!
//! `arriving` lets calls in, late, lost or not at all. `making`, `changing` and `removing` hold their effects. `seeing` answers reads. `refusing`
//! refuses. Not here: the tables of what AWS refuses (`rules`) and of its error texts (`wordings`).

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use async_trait::async_trait;
use serde_json::json;
use windlass::address::Address;
use windlass::document::{LookupQuery, Place};
use windlass_engine::clock::Clock;
use windlass_engine::provider::{
    CreateRequest, Created, Deletion, Found, Identity, Limit, Outputs, PollQuestion, Progress,
    Provider, ProviderError, Tagged, Target, UpdateRequest,
};
use windlass_engine::timing::Timing;
use windlass_plan::observation::Observation;
use windlass_state::record::{Action, Intent};

use super::arriving::Call;
use super::clock::SimClock;
use super::faults::{Buckets, Dice, Faults};
use super::life::Life;
use super::world::{Object, World};
use super::{operations, removing, rules, tagging};

pub(super) type Result<T> = std::result::Result<T, ProviderError>;

/// The simulated cloud, as one process reaches it.
#[derive(Debug)]
pub struct Cloud {
    pub(super) clock: Arc<SimClock>,
    pub(super) life: Arc<Life>,
    pub(super) side: Arc<Side>,
}

/// AWS's side of the network, which all processes share.
#[derive(Debug)]
pub(super) struct Side {
    world: Mutex<World>,
    pub faults: Mutex<Faults>,
    pub buckets: Mutex<Buckets>,
    pub dice: Dice,
    pub calls: AtomicU64,
    pub log: Mutex<Vec<String>>,
    pub trace: Mutex<Vec<String>>,
    pub refusals: Mutex<Vec<ProviderError>>,
    /// The time at which a late call arrives, set only while it takes effect.
    pub landing: Mutex<Option<Duration>>,
}

impl Cloud {
    /// An empty world.
    pub fn new(clock: Arc<SimClock>, life: Arc<Life>, seed: u64) -> Self {
        let side = Side {
            world: Mutex::default(),
            faults: Mutex::default(),
            buckets: Mutex::default(),
            dice: Dice::new(seed),
            calls: AtomicU64::new(0),
            log: Mutex::default(),
            trace: Mutex::default(),
            refusals: Mutex::default(),
            landing: Mutex::default(),
        };
        Self {
            clock,
            life,
            side: Arc::new(side),
        }
    }

    /// Another cloud with the same content.
    #[must_use]
    pub fn fork(&self, clock: Arc<SimClock>, life: Arc<Life>) -> Self {
        let side = Side {
            world: Mutex::new(self.world().clone()),
            faults: Mutex::new(self.faults()),
            buckets: Mutex::new(lock(&self.side.buckets).clone()),
            dice: self.side.dice.fork(),
            calls: AtomicU64::new(self.calls()),
            log: Mutex::new(self.log()),
            trace: Mutex::new(self.trace()),
            refusals: Mutex::new(self.refusals()),
            landing: Mutex::default(),
        };
        Self {
            clock,
            life,
            side: Arc::new(side),
        }
    }

    /// The same cloud, as another process reaches it.
    #[must_use]
    pub fn reached_by(&self, life: Arc<Life>) -> Self {
        Self {
            clock: Arc::clone(&self.clock),
            life,
            side: Arc::clone(&self.side),
        }
    }

    /// The world, for tests to read or to change.
    pub fn world(&self) -> MutexGuard<'_, World> {
        self.land();
        let mut world = lock(&self.side.world);
        world.pass(self.now());
        world
    }

    /// The world without the late calls that arrive now: for what happens at a given moment.
    pub(super) fn world_as_it_is(&self) -> MutexGuard<'_, World> {
        lock(&self.side.world)
    }

    /// Sets what goes wrong from now on.
    pub fn set_faults(&self, faults: Faults) {
        *lock(&self.side.faults) = faults;
    }

    /// What goes wrong.
    pub fn faults(&self) -> Faults {
        lock(&self.side.faults).clone()
    }

    /// The mutating calls that took effect, such as `create network/a`.
    pub fn log(&self) -> Vec<String> {
        lock(&self.side.log).clone()
    }

    /// Adds a line to the trace, between the calls.
    pub fn tell(&self, text: &str) {
        let at = self.now().as_secs_f64();
        lock(&self.side.trace).push(format!("{at:10.3} {text}"));
    }

    /// Every call with its time and whether AWS let it in.
    pub fn trace(&self) -> Vec<String> {
        lock(&self.side.trace).clone()
    }

    /// What AWS refused for a reason of its own, in order. Injected faults are not in this list.
    pub fn refusals(&self) -> Vec<ProviderError> {
        lock(&self.side.refusals).clone()
    }

    fn judged<T>(&self, answer: Result<T>) -> Result<T> {
        if let Err(refused) = &answer {
            self.tell(&format!("refused: {refused}"));
            lock(&self.side.refusals).push(refused.clone());
        }
        answer
    }

    pub(super) fn note(&self, what: &str, address: &Address) {
        self.tell(&format!("{what} {address}"));
        lock(&self.side.log).push(format!("{what} {address}"));
    }

    /// Whether the call that takes effect now is a call of a dead process.
    pub(super) fn is_landing(&self) -> bool {
        lock(&self.side.landing).is_some()
    }

    /// AWS's time. While a late call takes effect, the time at which it arrives.
    pub(super) fn now(&self) -> Duration {
        let landing = *lock(&self.side.landing);
        landing.unwrap_or_else(|| self.clock.elapsed())
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
        self.arrive("ssm:GetParameter").await?;
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
        if let Err(error) = self.arrive(DESCRIBE).await {
            return targets.iter().map(|_| Err(error.clone())).collect();
        }
        targets.iter().map(|target| Ok(self.look(target))).collect()
    }

    // Every resource here is found by its identifier, and by nothing else.
    fn identifies(&self, _target: &Target, _observation: &Observation) -> bool {
        true
    }

    async fn create(&self, request: &CreateRequest<'_>) -> Result<Created> {
        let operation = operations::of(request.kind).create;
        let sent = self.send(operation, Call::create(request)).await?;
        self.permit(operation, request.kind, request.address)?;
        let made =
            self.judged(sent.lands(|| self.make(request), |made| Some(made.physical_id.clone())))?;
        self.leave(operation, made).await
    }

    async fn update(&self, request: &UpdateRequest<'_>) -> Result<Outputs> {
        let kind = &request.target.kind;
        let operation = operations::of(kind).changing(request.properties);
        let sent = self.send(operation, Call::update(request)).await?;
        self.permit(operation, kind, &request.target.address)?;
        let outputs = self.judged(sent.lands(|| self.change(request), |_| None))?;
        self.leave(operation, outputs).await
    }

    async fn delete(&self, target: &Target) -> Result<Deletion> {
        let operation = operations::of(&target.kind).delete;
        let sent = self.send(operation, Call::Delete(target.clone())).await?;
        self.permit(operation, &target.kind, &target.address)?;
        self.judged(sent.lands(|| self.remove(target), |()| None))?;
        self.leave(operation, removing::deletion(&target.kind))
            .await
    }

    async fn who_uses(&self, target: &Target) -> Result<Vec<String>> {
        self.arrive(DESCRIBE).await?;
        let holders = self.faults().held_by.get(&target.address).cloned();
        Ok(holders.unwrap_or_default())
    }

    async fn find(&self, intent: &Intent) -> Result<Found> {
        self.arrive(DESCRIBE).await?;
        Ok(self.seek(intent))
    }

    async fn tagged(&self, place: &Place, tags: &BTreeMap<String, String>) -> Result<Vec<Tagged>> {
        self.arrive(tagging::OPERATION).await?;
        self.list_tagged(place, tags)
    }

    async fn alive(&self, _place: &Place, found: &[Tagged]) -> Result<Option<Tagged>> {
        self.arrive(DESCRIBE).await?;
        Ok(self.first_alive(found))
    }

    fn is_listed(&self, kind: &str) -> bool {
        tagging::is_listed(kind)
    }

    // Every resource here remembers its intent.
    fn is_marked(&self, _kind: &str) -> bool {
        true
    }

    async fn poll(&self, questions: &[PollQuestion]) -> Vec<Result<Progress>> {
        if let Err(error) = self.arrive(DESCRIBE).await {
            return questions.iter().map(|_| Err(error.clone())).collect();
        }
        questions
            .iter()
            .map(|question| self.progress(question))
            .collect()
    }

    fn timing(&self, kind: &str) -> Timing {
        windlass_aws::timing(kind)
    }

    fn documented(&self, _: &str, _: Action) -> Option<Limit> {
        let capacity = lock(&self.side.faults).documented?;
        Some(Limit {
            shared: None,
            capacity,
            per_second: f64::from(capacity),
        })
    }

    fn now(&self) -> Option<jiff::Timestamp> {
        Some(self.clock.true_time())
    }

    fn visible_within(&self, kind: &str) -> Duration {
        rules::visible_within(kind)
    }

    fn calls(&self) -> u64 {
        self.side.calls.load(Ordering::SeqCst)
    }
}

/// The operation of reads. Here one call reads all kinds together.
const DESCRIBE: &str = "tag:GetResources";

pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().expect("no thread panics while it holds this")
}

/// The thing with this identifier, if it exists and is not being deleted.
pub(super) fn living<'w>(world: &'w World, id: &str) -> Option<&'w Object> {
    let object = world.objects.get(id);
    object.filter(|object| object.gone_at.is_none())
}
