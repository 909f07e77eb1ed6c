//! How calls arrive: late, throttled, lost, or long after their process has died.
//!
//! Not here: the effects of the calls.

use std::sync::atomic::Ordering;
use std::time::Duration;

use windlass::address::Address;
use windlass::canonical::CanonicalJson;
use windlass::document::Place;
use windlass_engine::clock::Clock;
use windlass_engine::provider::{
    ClassedBy, CreateRequest, ErrorClass, ProviderError, Target, UpdateRequest,
};
use windlass_plan::plan::Partner;
use windlass_state::identity::{IntentId, Owner};

use super::provider::{Cloud, Result, lock};
use super::rules;
use super::wordings::{EXPIRED, NOT_VALID, THROTTLED, answer, common, refusal};
use super::world::Landing;

/// How long one call takes.
const CALL: Duration = Duration::from_millis(100);

/// A mutating call that is on its way, with everything that it carries. The call can outlive the process that sent it.
#[derive(Debug, Clone)]
pub(super) enum Call {
    Create(Box<Making>),
    Update(Box<Changing>),
    Delete(Target),
}

/// What a create carries.
#[derive(Debug, Clone)]
pub(super) struct Making {
    address: Address,
    kind: String,
    place: Place,
    template: CanonicalJson,
    intent: IntentId,
    owner: Owner,
    spec: CanonicalJson,
}

/// What an update carries.
#[derive(Debug, Clone)]
pub(super) struct Changing {
    target: Target,
    intent: IntentId,
    owner: Owner,
    spec: CanonicalJson,
    properties: Vec<String>,
    partners: Vec<Partner>,
}

impl Call {
    pub fn create(request: &CreateRequest<'_>) -> Self {
        Self::Create(Box::new(Making {
            address: request.address.clone(),
            kind: request.kind.to_owned(),
            place: request.place.clone(),
            template: request.template.clone(),
            intent: request.intent.clone(),
            owner: request.owner.clone(),
            spec: request.spec.clone(),
        }))
    }

    pub fn update(request: &UpdateRequest<'_>) -> Self {
        Self::Update(Box::new(Changing {
            target: request.target.clone(),
            intent: request.intent.clone(),
            owner: request.owner.clone(),
            spec: request.spec.clone(),
            properties: request.properties.to_vec(),
            partners: request.partners.to_vec(),
        }))
    }

    fn about(&self) -> (&Address, &str) {
        match self {
            Self::Create(making) => (&making.address, &making.kind),
            Self::Update(changing) => (&changing.target.address, &changing.target.kind),
            Self::Delete(target) => (&target.address, &target.kind),
        }
    }

    /// The identifiers of the resources that this call changes in place.
    fn changes(&self) -> Vec<String> {
        let Self::Update(changing) = self else {
            return Vec::new();
        };
        let partners = changing.partners.iter();
        let partners = partners.map(|partner| partner.physical_id.clone());
        let own = std::iter::once(changing.target.physical_id.clone());
        own.chain(partners).collect()
    }
}

/// A call whose process may die before the call arrives.
#[derive(Debug)]
pub(super) struct Sent<'a> {
    cloud: &'a Cloud,
    at: Duration,
    call: Option<Call>,
}

impl Sent<'_> {
    /// The call has arrived: it takes effect.
    pub fn lands<T>(
        mut self,
        effect: impl FnOnce() -> Result<T>,
        made: impl FnOnce(&T) -> Option<String>,
    ) -> Result<T> {
        let call = self.call.take();
        let answer = effect()?;
        if let Some(call) = call
            && self.cloud.now() > self.at + CALL
        {
            self.cloud.landed(self.at, &call, made(&answer));
        }
        Ok(answer)
    }
}

impl Drop for Sent<'_> {
    fn drop(&mut self) {
        if let Some(call) = self.call.take()
            && self.cloud.life.is_over()
        {
            self.cloud.strand(self.at, call);
        }
    }
}

impl Cloud {
    /// What every call goes through before it has an effect.
    pub(super) async fn arrive(&self, operation: &str) -> Result<()> {
        self.life.moment().await;
        self.clock.sleep(CALL).await;
        self.admit(operation)
    }

    /// The same for a mutating call: its process may be stopped or killed while the call is on its way.
    pub(super) async fn send(&self, operation: &str, call: Call) -> Result<Sent<'_>> {
        self.life.moment().await;
        let mut sent = Sent {
            cloud: self,
            at: self.now(),
            call: Some(call),
        };
        self.clock.sleep(CALL).await;
        self.life.moment_on(&self.clock).await;
        let admitted = self.admit(operation);
        if admitted.is_err() {
            sent.call = None;
        }
        admitted.map(|()| sent)
    }

    fn admit(&self, operation: &str) -> Result<()> {
        let admitted = self.admitted(operation);
        let told = admitted
            .as_ref()
            .err()
            .map_or("", |error| error.message.as_str());
        self.tell(&format!("{operation} {told}"));
        admitted
    }

    fn admitted(&self, operation: &str) -> Result<()> {
        let count = self.side.calls.fetch_add(1, Ordering::SeqCst);
        let faults = self.faults();
        if faults.credentials_last.is_some_and(|last| count >= last) {
            return Err(common(operation, EXPIRED));
        }
        let mut buckets = lock(&self.side.buckets);
        let mut taken = |rate| buckets.take(operation, rate, self.now());
        if self.side.dice.fall(faults.throttle) || !faults.rate_limit.is_none_or(&mut taken) {
            return Err(common(operation, THROTTLED));
        }
        if self.side.dice.fall(faults.lose_request) {
            return Err(lost(operation));
        }
        Ok(())
    }

    /// What every call goes through after it had its effect.
    pub(super) async fn leave<T>(&self, operation: &str, answer: T) -> Result<T> {
        self.life.moment().await;
        let likelihood = lock(&self.side.faults).lose_reply;
        if self.side.dice.fall(likelihood) {
            return Err(lost(operation));
        }
        Ok(answer)
    }

    /// Refuses a call that the test wants to see refused.
    pub(super) fn permit(&self, operation: &str, kind: &str, address: &Address) -> Result<()> {
        if let Some((code, message)) = lock(&self.side.faults).not_found.get(address) {
            return Err(answer(kind, operation, 400, code, message));
        }
        if lock(&self.side.faults).refuse.contains(address) {
            return Err(refusal(kind, operation, NOT_VALID, "", ""));
        }
        Ok(())
    }

    /// The process of this call is dead. The call is lost, or arrives later.
    fn strand(&self, sent: Duration, call: Call) {
        let Some(late) = lock(&self.side.faults).late else {
            return;
        };
        let dice = &self.side.dice;
        if dice.fall(late.lost) {
            return;
        }
        let window = rules::visible_within(call.about().1);
        let delay = if dice.fall(late.beyond) {
            window.mul_f64(1.0 + 4.0 * dice.roll())
        } else {
            window.mul_f64(dice.roll())
        };
        let mut world = self.world_as_it_is();
        world.on_their_way.push((sent, self.now() + delay, call));
    }

    /// Lets the calls of dead processes arrive when their time has come. Each call arrives at its own time, and that is the creation time of what it
    /// makes.
    pub(super) fn land(&self) {
        if self.is_landing() {
            return;
        }
        loop {
            let next = {
                let mut world = self.world_as_it_is();
                let due = world.on_their_way.iter().enumerate();
                let due = due.filter(|(_, (_, at, _))| *at <= self.now());
                let first = due
                    .min_by_key(|(_, (_, at, _))| *at)
                    .map(|(index, _)| index);
                first.map(|index| world.on_their_way.remove(index))
            };
            let Some((sent, at, call)) = next else { return };
            *lock(&self.side.landing) = Some(at);
            self.land_now(sent, &call);
            *lock(&self.side.landing) = None;
        }
    }

    // AWS accepts or refuses the call like any other, but no process receives the answer.
    fn land_now(&self, sent: Duration, call: &Call) {
        let landed: Result<Option<String>> = match call {
            Call::Create(making) => {
                let request = CreateRequest {
                    address: &making.address,
                    kind: &making.kind,
                    place: &making.place,
                    template: &making.template,
                    intent: &making.intent,
                    owner: &making.owner,
                    spec: &making.spec,
                };
                self.make(&request).map(|made| Some(made.physical_id))
            }
            Call::Update(changing) => {
                let request = UpdateRequest {
                    target: &changing.target,
                    intent: &changing.intent,
                    owner: &changing.owner,
                    spec: &changing.spec,
                    properties: &changing.properties,
                    partners: &changing.partners,
                };
                self.change(&request).map(|_| None)
            }
            Call::Delete(target) => self.remove(target).map(|()| None),
        };
        if let Ok(made) = landed {
            self.landed(sent, call, made);
        }
    }

    fn landed(&self, sent: Duration, call: &Call, made: Option<String>) {
        let (address, kind) = call.about();
        let mut world = self.world_as_it_is();
        let shows = match (&made, call) {
            (Some(id), _) => world.objects.get(id).map(|object| object.shows.finder),
            (None, Call::Update(change)) => {
                let object = world.objects.get(&change.target.physical_id);
                let before = object.and_then(|object| object.stale.as_ref());
                before.map(|(until, _)| *until)
            }
            (None, Call::Delete(target)) => {
                let mut lately = world.lately.iter().rev();
                let gone = lately.find(|(_, id, _)| *id == target.physical_id);
                gone.and_then(|(.., ghost)| Some(ghost.stale.as_ref()?.0))
            }
            (None, Call::Create(_)) => None,
        };
        let landing = Landing {
            sent,
            at: self.now(),
            shows: shows.unwrap_or(self.now()),
            address: address.clone(),
            kind: kind.to_owned(),
            made,
            changed: call.changes(),
        };
        world.landings.push(landing);
    }
}

// There is no answer, so there is neither an error code nor a text from AWS. The class is that of a failed transport.
fn lost(operation: &str) -> ProviderError {
    ProviderError {
        class: ErrorClass::Unknown,
        classed_by: ClassedBy::Finding,
        operation: operation.to_owned(),
        code: None,
        message: "the connection was cut".to_owned(),
        request_id: None,
    }
}
