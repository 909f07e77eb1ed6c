//! ECS with deployments that progress over time: the overlay that the gateway puts over moto's ECS.
//!
//! It holds run-time state that moto does not have (tasks, deployments, events), and fields that moto drops, keyed by account, region and ARN; `reset`
//! clears it. Moto keeps everything else, from names to tags: each handler asks moto first and adds to its answer. Not here: placement. There is always
//! room for a task, and a DAEMON service has no instances to run on.

mod arn;
mod balancers;
mod clusters;
mod deployment;
mod deployments;
mod listeners;
mod logs;
mod providers;
mod refusals;
mod rollout;
mod runs;
mod service;
mod services;
mod task;
mod task_definitions;
mod tasks;
mod traffic;
mod view;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex};

use serde_json::{Map, Value, json};

use self::arn::Scope;
use self::runs::Runs;
use self::service::{Service, Status};
use self::task::Task;
use crate::backend::{Backend, BackendError, Reply};
use crate::clock::{Clock, Millis};
use crate::operation::Call;
use crate::rules::EcsRules;

/// The ECS of all accounts and regions.
#[derive(Debug, Default)]
pub(crate) struct Overlay {
    worlds: Mutex<HashMap<Scope, World>>,
    rules: Mutex<EcsRules>,
    clock: Arc<Clock>,
    /// Allows one change at a time, because moto's answer and ours belong together.
    turn: tokio::sync::Mutex<()>,
}

/// The ECS of one account in one region.
#[derive(Debug, Default)]
struct World {
    /// Services by ARN.
    services: BTreeMap<String, Service>,
    runs: Runs,
    /// Fields that moto drops, by the ARN of their resource.
    retained: HashMap<String, Map<String, Value>>,
    /// The results of each client token.
    tokens: HashMap<String, Vec<String>>,
    /// Names of clusters that were deleted and not created again.
    gone_clusters: BTreeSet<String>,
    /// Names of capacity providers.
    providers: BTreeSet<String>,
}

/// A call on its way through the overlay.
struct Exchange<'a> {
    overlay: &'a Overlay,
    scope: Scope,
    moto: &'a Backend,
    call: &'a Call,
}

impl Overlay {
    pub(crate) fn new(clock: Arc<Clock>) -> Self {
        Self {
            clock,
            ..Self::default()
        }
    }

    /// Whether the overlay handles this operation.
    pub(crate) fn handles(call: &Call) -> bool {
        call.service == "ecs" && OPERATIONS.contains(&call.operation.as_str())
    }

    pub(crate) fn set_rules(&self, rules: EcsRules) {
        // The old rules apply to the time up to now.
        let now = self.clock.now();
        let mut current = self.rules.lock().expect("no panic while held");
        for world in self
            .worlds
            .lock()
            .expect("no panic while held")
            .values_mut()
        {
            world.advance(now, &current);
        }
        *current = rules;
    }

    pub(crate) fn clear(&self) {
        self.worlds.lock().expect("no panic while held").clear();
    }

    /// Updates the listeners to the present: they show the traffic that ECS has moved up to now.
    pub(crate) async fn settle(&self, call: &Call, moto: &Backend) -> Result<(), BackendError> {
        let exchange = self.exchange(call, moto);
        let known = {
            let worlds = self.worlds.lock().expect("no panic while held");
            worlds.contains_key(&exchange.scope)
        };
        if known {
            exchange.write_shifts().await?;
        }
        Ok(())
    }

    /// Whether a task that has not stopped has its network interface in this subnet or security group.
    pub(crate) fn uses(&self, call: &Call, moto: &Backend, identifier: &str) -> bool {
        let exchange = self.exchange(call, moto);
        exchange.world(|world, _, _| world.living_tasks().any(|task| task.is_in(identifier)))
    }

    fn exchange<'a>(&'a self, call: &'a Call, moto: &'a Backend) -> Exchange<'a> {
        Exchange {
            overlay: self,
            scope: Scope {
                account: call.account.clone(),
                region: call.region.clone(),
            },
            moto,
            call,
        }
    }

    /// Answers an operation that [`Self::handles`].
    pub(crate) async fn answer(
        &self,
        call: &Call,
        request: Value,
        moto: &Backend,
    ) -> Result<Reply, BackendError> {
        let exchange = self.exchange(call, moto);
        let changes =
            !call.operation.starts_with("Describe") && !call.operation.starts_with("List");
        let _turn = if changes {
            Some(self.turn.lock().await)
        } else {
            None
        };
        exchange.answer(request).await
    }
}

const OPERATIONS: [&str; 29] = [
    "CreateCapacityProvider",
    "CreateCluster",
    "CreateService",
    "DeleteCapacityProvider",
    "DeleteCluster",
    "DeleteService",
    "DeregisterTaskDefinition",
    "DescribeCapacityProviders",
    "DescribeClusters",
    "DescribeServiceDeployments",
    "DescribeServiceRevisions",
    "DescribeServices",
    "DescribeTaskDefinition",
    "DescribeTasks",
    "ListClusters",
    "ListServiceDeployments",
    "ListServices",
    "ListTasks",
    "PutAccountSetting",
    "PutAccountSettingDefault",
    "PutClusterCapacityProviders",
    "RegisterTaskDefinition",
    "RunTask",
    "StopServiceDeployment",
    "StopTask",
    "UpdateCapacityProvider",
    "UpdateCluster",
    "UpdateClusterSettings",
    "UpdateService",
];

impl Exchange<'_> {
    async fn answer(&self, request: Value) -> Result<Reply, BackendError> {
        if let Some(refusal) = self.refuse_gone_cluster(&request) {
            return Ok(refusal);
        }
        self.write_logs().await?;
        self.write_shifts().await?;
        match self.call.operation.as_str() {
            "CreateCapacityProvider" => self.create_capacity_provider(request).await,
            "CreateCluster" => self.create_cluster(request).await,
            "CreateService" => self.create_service(request).await,
            "DeleteCapacityProvider" => self.delete_capacity_provider(request).await,
            "DeleteCluster" => self.delete_cluster(request).await,
            "DeleteService" => self.delete_service(request).await,
            "DeregisterTaskDefinition" => self.deregister_task_definition(request).await,
            "DescribeCapacityProviders" => self.describe_capacity_providers(request).await,
            "DescribeClusters" => self.describe_clusters(request).await,
            "DescribeServiceDeployments" => Ok(self.describe_service_deployments(&request)),
            "DescribeServiceRevisions" => Ok(self.describe_service_revisions(&request)),
            "DescribeServices" => self.describe_services(request).await,
            "DescribeTaskDefinition" => self.describe_task_definition(request).await,
            "DescribeTasks" => self.describe_tasks(request).await,
            "ListClusters" => self.list_clusters(request).await,
            "ListServiceDeployments" => Ok(self.list_service_deployments(&request)),
            "ListServices" => self.list_services(request).await,
            "ListTasks" => self.list_tasks(request).await,
            "PutAccountSetting" | "PutAccountSettingDefault" => {
                self.put_account_setting(request).await
            }
            "PutClusterCapacityProviders" => self.put_cluster_capacity_providers(request).await,
            "RegisterTaskDefinition" => self.register_task_definition(request).await,
            "RunTask" => self.run_task(request).await,
            "StopServiceDeployment" => Ok(self.stop_service_deployment(&request)),
            "StopTask" => self.stop_task(request).await,
            "UpdateCapacityProvider" => self.update_capacity_provider(request).await,
            "UpdateCluster" | "UpdateClusterSettings" => self.update_cluster(request).await,
            "UpdateService" => self.update_service(request).await,
            _ => self.ask(&self.call.operation, &request).await,
        }
    }

    /// Asks moto.
    async fn ask(&self, operation: &str, request: &Value) -> Result<Reply, BackendError> {
        self.moto.ecs(self.call, operation, request).await
    }

    /// Looks into the world as it is now.
    fn world<T>(&self, look: impl FnOnce(&mut World, &EcsRules, Millis) -> T) -> T {
        let rules = self
            .overlay
            .rules
            .lock()
            .expect("no panic while held")
            .clone();
        let mut worlds = self.overlay.worlds.lock().expect("no panic while held");
        let world = worlds.entry(self.scope.clone()).or_default();
        let now = self.overlay.clock.now();
        world.advance(now, &rules);
        look(world, &rules, now)
    }

    fn cluster_arn(&self, request: &Value) -> String {
        self.scope.arn("cluster", cluster_name(request))
    }

    /// A deleted cluster can be described and created again, but nothing else.
    fn refuse_gone_cluster(&self, request: &Value) -> Option<Reply> {
        let operation = self.call.operation.as_str();
        if matches!(
            operation,
            "CreateCluster" | "DescribeClusters" | "ListClusters"
        ) || !request["cluster"].is_string()
        {
            return None;
        }
        let gone = self.world(|world, _, _| world.gone_clusters.contains(cluster_name(request)));
        gone.then(|| Reply::error("ClusterNotFoundException", "Cluster not found."))
    }

    /// Adds the fields that moto dropped to the object with this ARN.
    fn fill(&self, object: &mut Value, arn_field: &str) {
        let Some(arn) = object[arn_field].as_str().map(str::to_owned) else {
            return;
        };
        self.world(|world, _, _| {
            if let (Some(retained), Some(object)) =
                (world.retained.get(&arn), object.as_object_mut())
            {
                object.extend(retained.clone());
            }
        });
    }
}

impl World {
    fn advance(&mut self, now: Millis, rules: &EcsRules) {
        for service in self.services.values_mut() {
            service.advance(now, rules);
        }
        self.runs.advance(now, rules);
    }

    fn retain(&mut self, arn: &str, fields: Map<String, Value>) {
        self.retained
            .entry(arn.to_owned())
            .or_default()
            .extend(fields);
    }

    fn living_tasks(&self) -> impl Iterator<Item = &Task> {
        let of_services = self.services.values().flat_map(|service| &service.tasks);
        of_services
            .chain(&self.runs.tasks)
            .filter(|task| task.is_live())
    }

    fn living_services(&self) -> impl Iterator<Item = &Service> {
        self.services
            .values()
            .filter(|service| service.status != Status::Inactive)
    }
}

/// The name of the cluster that a request names.
fn cluster_name(request: &Value) -> &str {
    arn::name_of(request["cluster"].as_str().unwrap_or("default"))
}

/// The given fields of a request, as far as they are set.
fn taken(request: &Value, names: &[&str]) -> Map<String, Value> {
    let set = names.iter().filter(|name| !request[**name].is_null());
    set.map(|name| ((*name).to_owned(), request[*name].clone()))
        .collect()
}

fn texts(list: &Value) -> Vec<&str> {
    list.as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect()
}

fn invalid(message: &str) -> Reply {
    Reply::error("InvalidParameterException", message)
}

fn missing(arn: &str) -> Value {
    json!({"arn": arn, "reason": "MISSING"})
}
