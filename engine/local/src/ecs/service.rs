//! One ECS service as the overlay remembers it, including the fields that moto drops.
//!
//! Not here: how it changes with time (`rollout`), how it looks in an answer (`view`), who calls (`services`).

use std::collections::VecDeque;

use serde_json::{Map, Value, json};

use super::arn::{self, Scope};
use super::deployment::{
    Deployment, DeploymentStatus, Event, Revision, Rollout, ServiceDeployment,
};
use super::task::{Task, Template};
use super::traffic::Traffic;
use crate::clock::Millis;

/// ECS keeps the newest hundred events.
const EVENTS: usize = 100;

/// The fields of a service revision: a change of one of them starts a deployment.
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-revision.html>; UpdateService's reference says which of them it takes.
pub(crate) const REVISION_FIELDS: [&str; 11] = [
    "capacityProviderStrategy",
    "gatewayConnectors",
    "launchType",
    "loadBalancers",
    "monitoring",
    "networkConfiguration",
    "platformVersion",
    "serviceConnectConfiguration",
    "serviceRegistries",
    "volumeConfigurations",
    "vpcLatticeConfigurations",
];

/// Those of these fields whose change by UpdateService does not start a deployment by itself.
pub(crate) const QUIET_REVISION_FIELDS: [&str; 2] = ["capacityProviderStrategy", "launchType"];

/// Those of these fields that DescribeServices shows on deployments only.
pub(crate) const DEPLOYMENT_ONLY_FIELDS: [&str; 5] = [
    "gatewayConnectors",
    "monitoring",
    "serviceConnectConfiguration",
    "volumeConfigurations",
    "vpcLatticeConfigurations",
];

/// A service's `status`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Status {
    Active,
    Draining,
    Inactive,
}

impl Status {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Active => "ACTIVE",
            Self::Draining => "DRAINING",
            Self::Inactive => "INACTIVE",
        }
    }
}

/// A service.
#[derive(Debug, Clone)]
pub(crate) struct Service {
    pub(crate) scope: Scope,
    pub(crate) arn: String,
    pub(crate) name: String,
    pub(crate) cluster_arn: String,
    pub(crate) status: Status,
    pub(crate) desired: u32,
    pub(crate) created: Millis,
    /// The request that created the service, for idempotency.
    pub(crate) request: Value,
    /// API fields outside the revision, including those that moto drops.
    pub(crate) settings: Map<String, Value>,
    /// Newest first; the first is PRIMARY. Empty if the deployment controller is not ECS.
    pub(crate) deployments: Vec<Deployment>,
    /// Newest first.
    pub(crate) history: Vec<ServiceDeployment>,
    pub(crate) revisions: Vec<Revision>,
    /// The revision of the last deployment that completed.
    pub(crate) last_good: Option<String>,
    pub(crate) tasks: Vec<Task>,
    /// Newest first.
    pub(crate) events: VecDeque<Event>,
    /// The time up to which the service is advanced.
    pub(crate) clock: Millis,
    /// Whether no change is under way.
    pub(crate) steady: bool,
    pub(crate) traffic: Traffic,
}

impl Service {
    pub(crate) fn new(scope: &Scope, arn: String, cluster_arn: String, now: Millis) -> Self {
        Self {
            scope: scope.clone(),
            name: arn::name_of(&arn).to_owned(),
            arn,
            cluster_arn,
            status: Status::Active,
            desired: 0,
            created: now,
            request: Value::Null,
            settings: Map::new(),
            deployments: Vec::new(),
            history: Vec::new(),
            revisions: Vec::new(),
            last_good: None,
            tasks: Vec::new(),
            events: VecDeque::new(),
            clock: now,
            steady: false,
            traffic: Traffic::default(),
        }
    }

    pub(crate) fn cluster_name(&self) -> &str {
        arn::name_of(&self.cluster_arn)
    }

    pub(crate) fn revision(&self, arn: &str) -> &Revision {
        self.revisions
            .iter()
            .find(|revision| revision.arn == arn)
            .expect("revisions are never forgotten")
    }

    pub(crate) fn primary(&self) -> Option<&Deployment> {
        self.deployments.first()
    }

    /// The revision that the service runs, or is about to run.
    pub(crate) fn current(&self) -> Option<&Revision> {
        self.revisions
            .iter()
            .find(|revision| {
                self.primary()
                    .is_some_and(|primary| primary.revision == revision.arn)
            })
            .or(self.revisions.last())
    }

    pub(crate) fn service_deployment(&mut self, arn: &str) -> Option<&mut ServiceDeployment> {
        self.history
            .iter_mut()
            .find(|deployment| deployment.arn == arn)
    }

    pub(crate) fn say(&mut self, at: Millis, message: &str) {
        self.events.push_front(Event {
            id: arn::uuid(),
            at,
            message: format!("(service {}) {message}", self.name),
        });
        self.events.truncate(EVENTS);
    }

    /// Registers a revision and makes a deployment of it PRIMARY.
    pub(crate) fn deploy(&mut self, template: Template, fields: Map<String, Value>, now: Millis) {
        let path = format!("{}/{}", self.cluster_name(), self.name);
        let revision = self.scope.arn(
            "service-revision",
            &format!("{path}/{}", arn::revision_id()),
        );
        self.revisions.push(Revision {
            arn: revision.clone(),
            created: now,
            template,
            fields,
        });
        self.supersede(now);
        self.begin_shift();
        let service_deployment = self.scope.arn(
            "service-deployment",
            &format!("{path}/{}", arn::service_deployment_id()),
        );
        self.history.insert(
            0,
            ServiceDeployment {
                arn: service_deployment.clone(),
                target: revision.clone(),
                sources: self.running_revisions(),
                status: DeploymentStatus::Pending,
                reason: None,
                created: now,
                started: None,
                finished: None,
                updated: now,
                rollback: None,
                configuration: self
                    .settings
                    .get("deploymentConfiguration")
                    .cloned()
                    .unwrap_or_default(),
                breaker_triggered: false,
                failures: 0,
            },
        );
        self.push_deployment(revision, service_deployment, now);
    }

    /// Makes a known revision PRIMARY, as part of a service deployment.
    pub(crate) fn push_deployment(
        &mut self,
        revision: String,
        service_deployment: String,
        now: Millis,
    ) -> String {
        let id = arn::deployment_id();
        self.deployments.insert(
            0,
            Deployment {
                reason: format!("ECS deployment {id} in progress."),
                id: id.clone(),
                revision,
                service_deployment,
                created: now,
                updated: now,
                rollout: Rollout::InProgress,
                failed_tasks: 0,
                pause: 0,
                unregistered: 0,
            },
        );
        self.steady = false;
        id
    }

    fn supersede(&mut self, now: Millis) {
        for deployment in &mut self.history {
            if !deployment.status.is_over() {
                deployment.status = DeploymentStatus::Stopped;
                deployment.reason =
                    Some("Service deployment was superseded by another deployment.".to_owned());
                deployment.finished = Some(now);
                deployment.updated = now;
            }
        }
    }

    fn running_revisions(&self) -> Vec<String> {
        let mut arns = Vec::new();
        for deployment in &self.deployments {
            let live = self
                .tasks
                .iter()
                .any(|task| task.is_live() && task.started_by.as_ref() == Some(&deployment.id));
            if live && !arns.contains(&deployment.revision) {
                arns.push(deployment.revision.clone());
            }
        }
        arns
    }

    pub(crate) fn scale(&mut self, desired: u32) {
        if self.desired != desired {
            self.desired = desired;
            self.steady = false;
        }
    }

    /// Begins to drain: the service asks every task to stop.
    pub(crate) fn drain(&mut self, now: Millis) {
        self.status = Status::Draining;
        self.steady = false;
        self.supersede(now);
        for task in &mut self.tasks {
            task.ask_to_stop(
                "ServiceSchedulerInitiated",
                &format!("Scaling activity initiated by ({})", self.name),
                now,
            );
        }
    }

    pub(super) fn configuration(&self, path: &str) -> Option<&Value> {
        self.settings.get("deploymentConfiguration")?.pointer(path)
    }

    pub(super) fn percent(&self, path: &str, otherwise: u64) -> u64 {
        self.configuration(path)
            .and_then(Value::as_u64)
            .unwrap_or(otherwise)
    }

    /// The maximum number of tasks at one time.
    pub(crate) fn ceiling(&self) -> u32 {
        let percent = match self.shifts_traffic() {
            true => 200,
            false => self.percent("/maximumPercent", 200),
        };
        let tasks = u64::from(self.desired) * percent / 100;
        u32::try_from(tasks).unwrap_or(u32::MAX)
    }

    /// The minimum number of running tasks at any time.
    pub(crate) fn floor(&self) -> u32 {
        let tasks =
            (u64::from(self.desired) * self.percent("/minimumHealthyPercent", 100)).div_ceil(100);
        u32::try_from(tasks).unwrap_or(u32::MAX)
    }

    pub(crate) fn breaker(&self) -> Breaker {
        let flag = |name: &str| {
            let path = format!("/deploymentCircuitBreaker/{name}");
            self.configuration(&path)
                .and_then(Value::as_bool)
                .unwrap_or(false)
        };
        match (flag("enable"), flag("rollback")) {
            (false, _) => Breaker::Off,
            (true, false) => Breaker::Stops,
            (true, true) => Breaker::RollsBack,
        }
    }

    /// How many tasks may fail; half of the desired count, from 3 to 200, where the service does not say.
    /// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ThresholdConfiguration.html>
    pub(crate) fn breaker_threshold(&self) -> u32 {
        let given = self.configuration("/deploymentCircuitBreaker/thresholdConfiguration");
        let member = |name: &str| given.and_then(|given| given.get(name));
        let value = member("value").and_then(Value::as_u64).unwrap_or(50);
        let share = u64::from(self.desired).saturating_mul(value).div_ceil(100);
        let failures = match member("type").and_then(Value::as_str) {
            Some("COUNT") => value,
            Some("UNBOUNDED_PERCENT") => share,
            _ => share.clamp(3, 200),
        };
        u32::try_from(failures).unwrap_or(u32::MAX)
    }

    pub(crate) fn target_groups(&self) -> Vec<String> {
        let balancers = self
            .current()
            .and_then(|revision| revision.fields.get("loadBalancers"));
        let balancers = balancers.and_then(Value::as_array).into_iter().flatten();
        balancers
            .filter_map(|balancer| self.group_of(balancer))
            .collect()
    }
}

/// The deployment circuit breaker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Breaker {
    Off,
    Stops,
    RollsBack,
}

/// The defaults that ECS fills in when a service is created.
pub(crate) fn with_defaults(settings: &mut Map<String, Value>, fields: &Map<String, Value>) {
    let daemon = settings
        .get("schedulingStrategy")
        .is_some_and(|strategy| strategy == "DAEMON");
    let rolling = settings
        .get("deploymentController")
        .and_then(|controller| controller["type"].as_str())
        .is_none_or(|kind| kind == "ECS");
    let balanced = fields
        .get("loadBalancers")
        .and_then(Value::as_array)
        .is_some_and(|balancers| !balancers.is_empty());
    let mut default = |name: &str, value: Value| {
        settings.entry(name.to_owned()).or_insert(value);
    };
    default("schedulingStrategy", json!("REPLICA"));
    default("deploymentController", json!({"type": "ECS"}));
    default("enableECSManagedTags", json!(false));
    default("enableExecuteCommand", json!(false));
    default("propagateTags", json!("NONE"));
    default("placementConstraints", json!([]));
    default("placementStrategy", json!([]));
    default(
        "availabilityZoneRebalancing",
        json!(if rolling && !daemon {
            "ENABLED"
        } else {
            "DISABLED"
        }),
    );
    default("deploymentConfiguration", json!({}));
    if balanced {
        default("healthCheckGracePeriodSeconds", json!(0));
    }
    let maximum = if daemon { 100 } else { 200 };
    let minimum = if daemon { 0 } else { 100 };
    if let Some(Value::Object(configuration)) = settings.get_mut("deploymentConfiguration") {
        let mut default = |name: &str, value: Value| {
            configuration.entry(name.to_owned()).or_insert(value);
        };
        default("maximumPercent", json!(maximum));
        default("minimumHealthyPercent", json!(minimum));
        if rolling {
            default("strategy", json!("ROLLING"));
            default("bakeTimeInMinutes", json!(0));
            default(
                "deploymentCircuitBreaker",
                json!({"enable": false, "rollback": false}),
            );
        }
    }
}
