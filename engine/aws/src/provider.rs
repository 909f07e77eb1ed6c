//! AWS as the engine's provider: chooses the place's clients and the kind's life cycle, and merges the reads of all kinds.
//!
//! Not here: calls to services except STS, which life cycles and lookups make.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use jiff::Timestamp;
use windlass::document::{LookupQuery, Place};
use windlass_engine::provider::{
    CreateRequest, Created, Deletion, ErrorClass, Found, Identity, Limit, Outputs, PollQuestion,
    Progress, Provider, Tagged, Target, UpdateRequest,
};
use windlass_engine::secrets::SecretReader;
use windlass_engine::timing::Timing;
use windlass_plan::observation::Observation;
use windlass_state::record::{Action, Intent};

use crate::clients::{Access, AccessError, Clients, Pool, default_http_client};
use crate::clock::{AwsClock, WindowScale};
use crate::discreet;
use crate::error::{Named, Result, incomplete, invalid, is_unresolved};
use crate::guard::{Guard, Held};
use crate::lifecycle::{Context, VISIBLE_WITHIN};
use crate::lookup;
use crate::losses::Losses;
use crate::reads::{Answers, Wants};
use crate::registry::{self, Erased, life};
use crate::services;
use crate::sweep;

/// AWS over its SDK.
#[derive(Debug)]
pub struct AwsProvider {
    pool: Pool,
    guard: Guard,
    /// Whether calls go to the local cloud. It runs on this host, so its clock is this host's clock.
    local: bool,
    windows: WindowScale,
    losses: Losses,
    clock: Arc<AwsClock>,
    secrets: Arc<SecretReader>,
    calls: Arc<AtomicU64>,
}

impl AwsProvider {
    /// A provider that has not opened a connection yet.
    ///
    /// # Errors
    /// The fields of `access` contradict each other.
    pub fn new(
        mut access: Access,
        secrets: Arc<SecretReader>,
    ) -> std::result::Result<Self, AccessError> {
        let (calls, guard) = (Arc::new(AtomicU64::new(0)), Guard::default());
        let (local, clock) = (
            access.local_account.is_some(),
            Arc::new(AwsClock::default()),
        );
        let inner = access
            .http_client
            .take()
            .unwrap_or_else(default_http_client);
        access.http_client = Some(SharedHttpClient::new(Listening {
            inner,
            calls: Arc::clone(&calls),
            clock: Arc::clone(&clock),
            guard: guard.clone(),
        }));
        Ok(Self {
            pool: Pool::new(access, guard.clone())?,
            guard,
            local,
            windows: if local {
                WindowScale::LOCAL
            } else {
                WindowScale::AWS
            },
            losses: Losses::default(),
            clock,
            secrets,
            calls,
        })
    }

    /// Multiplies every visibility window by this factor, which the local cloud reports.
    #[must_use]
    pub fn with_windows(self, windows: WindowScale) -> Self {
        Self { windows, ..self }
    }

    /// Sets the properties that the local cloud loses, by kind and path. Windlass does not report them as changes that AWS ignored.
    #[must_use]
    pub fn with_losses(self, losses: impl IntoIterator<Item = (String, String)>) -> Self {
        let losses = Losses::of(losses);
        Self { losses, ..self }
    }

    /// From now on, the provider sends calls that change AWS only while `held` allows it, and waits for their answers no longer than that. Call it once.
    pub fn guard(&self, held: Held) {
        self.guard.ask(held);
    }

    fn context(&self, clients: &Arc<Clients>, place: &Place) -> Context {
        Context {
            clients: Arc::clone(clients),
            secrets: Arc::clone(&self.secrets),
            account: place.account.clone(),
            token: None,
            owner: None,
            template: None,
        }
    }

    /// Collects the questions of each target with `want`, asks them once per place, and passes the answers to `answer`.
    async fn ask<T>(
        &self,
        targets: &[&Target],
        want: impl Fn(&dyn Erased, usize, &mut Wants) -> Result<()>,
        answer: impl Fn(&dyn Erased, usize, &Answers) -> Result<T>,
    ) -> Vec<Result<T>> {
        let mut places: BTreeMap<&Place, (Wants, Vec<usize>)> = BTreeMap::new();
        let mut results: Vec<Option<Result<T>>> = targets.iter().map(|_| None).collect();
        for (index, target) in targets.iter().enumerate() {
            let (wants, members) = places.entry(&target.place).or_default();
            match life(&target.kind).and_then(|life| want(life, index, wants)) {
                Ok(()) => members.push(index),
                Err(error) => results[index] = Some(Err(error)),
            }
        }
        let asked = places
            .into_iter()
            .map(|(place, (wants, members))| async move {
                let clients = self.pool.place(place).await;
                (wants.ask(Arc::clone(&clients.repeating)).await, members)
            });
        for (answers, members) in futures::future::join_all(asked).await {
            for index in members {
                results[index] =
                    Some(life(&targets[index].kind).and_then(|life| answer(life, index, &answers)));
            }
        }
        results
            .into_iter()
            .map(|result| result.expect("every target was refused or asked about"))
            .collect()
    }
}

/// The first call of a command. If DNS does not know the host, the region does not exist, or the machine has no network. The call reports that at
/// once, not after a minute of retries.
async fn identity(clients: &Clients) -> Result<Identity> {
    const OPERATION: &str = "sts:GetCallerIdentity";
    let answer = clients.sts().get_caller_identity().send().await;
    let unresolved = answer.as_ref().is_err_and(is_unresolved);
    let answer = answer.named(OPERATION).map_err(|error| match unresolved {
        true => invalid(
            OPERATION,
            format!(
                "no host of AWS is known in region `{}`: {}",
                clients.region(),
                error.message
            ),
        ),
        false => error,
    })?;
    match (answer.account, answer.arn) {
        (Some(account), Some(arn)) => Ok(Identity { account, arn }),
        _ => Err(incomplete(OPERATION, "account")),
    }
}

#[async_trait]
impl Provider for AwsProvider {
    async fn identity(&self, place: &Place) -> Result<Identity> {
        let clients = self.pool.place(place).await;
        match identity(&clients.once).await {
            Err(error) if error.class == ErrorClass::Unknown => identity(&clients.repeating).await,
            answered => answered,
        }
    }

    async fn zones(&self, place: &Place) -> Result<Vec<String>> {
        lookup::zones(&self.pool.place(place).await.repeating).await
    }

    async fn lookup(&self, place: &Place, query: &LookupQuery) -> Result<Option<Outputs>> {
        let found = lookup::answer(&self.pool.place(place).await.repeating, query).await;
        discreet::answer(&self.secrets, found)
    }

    async fn observe(&self, targets: &[Target]) -> Vec<Result<Observation>> {
        let all: Vec<&Target> = targets.iter().collect();
        let seen = self.ask(
            &all,
            |life, i, wants| life.want(&targets[i], wants),
            |life, i, answers| life.observe(&targets[i], answers),
        );
        let seen = seen.await.into_iter();
        seen.map(|seen| discreet::answer(&self.secrets, seen))
            .collect()
    }

    fn identifies(&self, target: &Target, observation: &Observation) -> bool {
        let Observation::Present {
            properties,
            outputs,
        } = observation
        else {
            return false;
        };
        let Some(schema) = windlass::aws::schema(&target.kind) else {
            return false;
        };
        let shown = |name: &str| outputs.get(name).or_else(|| properties.get(name));
        let parts = schema.id.split('|').map(|name| shown(name)?.as_str());
        let parts: Option<Vec<&str>> = parts.collect();
        parts.is_some_and(|parts| parts.join("|") == target.physical_id)
    }

    async fn create(&self, request: &CreateRequest<'_>) -> Result<Created> {
        let clients = self.pool.place(request.place).await;
        let context = Context {
            owner: Some(request.owner.clone()),
            template: Some(request.template.clone()),
            ..self.context(&clients.once, request.place)
        };
        let made = life(request.kind)?.create(&context, request).await;
        discreet::answer(&self.secrets, made)
    }

    async fn update(&self, request: &UpdateRequest<'_>) -> Result<Outputs> {
        let (life, place) = (life(&request.target.kind)?, &request.target.place);
        let clients = self.pool.place(place).await;
        let clients = if life.engine_repeats() {
            &clients.once
        } else {
            &clients.repeating
        };
        let context = Context {
            token: Some(request.intent.0.clone()),
            owner: Some(request.owner.clone()),
            ..self.context(clients, place)
        };
        let changed = life.update(&context, request).await;
        discreet::answer(&self.secrets, changed)
    }

    async fn delete(&self, target: &Target) -> Result<Deletion> {
        let clients = self.pool.place(&target.place).await;
        let deleted = life(&target.kind)?
            .delete(&self.context(&clients.once, &target.place), target)
            .await;
        discreet::answer(&self.secrets, deleted)
    }

    async fn who_uses(&self, target: &Target) -> Result<Vec<String>> {
        let clients = self.pool.place(&target.place).await;
        let users = life(&target.kind)?
            .who_uses(&self.context(&clients.repeating, &target.place), target)
            .await;
        discreet::answer(&self.secrets, users)
    }

    async fn find(&self, intent: &Intent) -> Result<Found> {
        let clients = self.pool.place(&intent.place).await;
        let context = Context {
            template: Some(intent.template.clone()),
            ..self.context(&clients.repeating, &intent.place)
        };
        let found = life(&intent.kind)?.find(&context, intent).await;
        Ok(match discreet::answer(&self.secrets, found)? {
            Found::Nothing { visible_within } => Found::Nothing {
                visible_within: self.windows.of_window(visible_within),
            },
            found => found,
        })
    }

    async fn tagged(&self, place: &Place, tags: &BTreeMap<String, String>) -> Result<Vec<Tagged>> {
        sweep::tagged(&self.pool.place(place).await.repeating, tags).await
    }

    async fn alive(&self, place: &Place, found: &[Tagged]) -> Result<Option<Tagged>> {
        sweep::alive(&self.pool.place(place).await.repeating, found).await
    }

    fn is_listed(&self, kind: &str) -> bool {
        life(kind).is_ok_and(|life| life.is_listed())
    }

    fn is_marked(&self, kind: &str) -> bool {
        life(kind).map_or(true, |life| life.is_marked())
    }

    async fn poll(&self, questions: &[PollQuestion]) -> Vec<Result<Progress>> {
        let targets: Vec<&Target> = questions.iter().map(|question| &question.target).collect();
        self.ask(
            &targets,
            |life, i, wants| life.want_progress(&questions[i].target, questions[i].until, wants),
            |life, i, answers| {
                let PollQuestion { target, until } = &questions[i];
                let polled = life.progress(target, *until, answers);
                discreet::progress(&self.secrets, polled)
            },
        )
        .await
    }

    fn documented(&self, kind: &str, action: Action) -> Option<Limit> {
        // For other updates, the SDK retries, and the engine does not see whether AWS throttled them.
        let is_seen =
            action != Action::Update || life(kind).is_ok_and(|life| life.engine_repeats());
        services::bucket(kind, action).filter(|_| is_seen)
    }

    fn timing(&self, kind: &str) -> Timing {
        registry::timing(kind)
    }

    fn now(&self) -> Option<Timestamp> {
        if self.local {
            return Some(Timestamp::now());
        }
        self.clock.now()
    }

    fn visible_within(&self, kind: &str) -> Duration {
        let window = life(kind).map_or(VISIBLE_WITHIN, |life| life.visible_within());
        self.windows.of_window(window)
    }

    fn loses(&self, kind: &str, path: &str) -> bool {
        self.losses.has(kind, path)
    }

    fn calls(&self) -> u64 {
        self.calls.load(Ordering::Relaxed)
    }
}

/// An HTTP client that counts the calls, and reads AWS's time from the answers.
#[derive(Debug)]
struct Listening<C> {
    inner: C,
    calls: Arc<AtomicU64>,
    clock: Arc<AwsClock>,
    guard: Guard,
}

impl HttpClient for Listening<SharedHttpClient> {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        let inner = self.inner.http_connector(settings, components);
        SharedHttpConnector::new(Listening {
            inner,
            calls: Arc::clone(&self.calls),
            clock: Arc::clone(&self.clock),
            guard: self.guard.clone(),
        })
    }
}

impl HttpConnector for Listening<SharedHttpConnector> {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let (inner, guard) = (self.inner.clone(), self.guard.clone());
        let (calls, clock) = (Arc::clone(&self.calls), Arc::clone(&self.clock));
        HttpConnectorFuture::new(async move {
            let send = |request| {
                calls.fetch_add(1, Ordering::Relaxed);
                inner.call(request)
            };
            let answer = guard.send(request, send).await?;
            if let Some(date) = answer.headers().get("date") {
                clock.hear(date);
            }
            Ok(answer)
        })
    }
}
