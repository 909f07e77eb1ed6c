//! How a service, its deployments and its revisions look in an answer.
//!
//! Not here: how their state comes about (`rollout`). A service's answer is moto's answer, with the overlay's fields put over it.

use serde_json::{Map, Value, json};

use super::deployment::{Deployment, Revision, ServiceDeployment};
use super::service::{Breaker, DEPLOYMENT_ONLY_FIELDS, Service};
use super::task::{State, Task, object};
use crate::clock::Millis;

struct Counts {
    running: usize,
    pending: usize,
}

impl Service {
    fn counts(&self, belongs: impl Fn(&Task) -> bool) -> Counts {
        let tasks = || self.tasks.iter().filter(|task| belongs(task));
        Counts {
            running: tasks().filter(|task| task.state == State::Running).count(),
            pending: tasks().filter(|task| task.state < State::Running).count(),
        }
    }

    /// Puts the overlay's fields over moto's answer.
    pub(crate) fn overlay(&self, service: &mut Map<String, Value>) {
        for field in DEPLOYMENT_ONLY_FIELDS.into_iter().chain([
            "launchType",
            "capacityProviderStrategy",
            "platformVersion",
            "platformFamily",
        ]) {
            service.remove(field);
        }
        service.extend(self.settings.clone());
        let counts = self.counts(|_| true);
        service.extend(object(json!({
            "serviceArn": self.arn,
            "serviceName": self.name,
            "clusterArn": self.cluster_arn,
            "status": self.status.as_str(),
            "desiredCount": self.desired,
            "runningCount": counts.running,
            "pendingCount": counts.pending,
            "createdAt": self.created.json(),
            "deployments": self.deployments.iter().enumerate().map(|(index, deployment)| self.deployment(deployment, index == 0)).collect::<Vec<_>>(),
            "events": self.events.iter().map(|event| json!({
                "id": event.id,
                "createdAt": event.at.json(),
                "message": event.message,
            })).collect::<Vec<_>>(),
        })));
        let Some(revision) = self.current() else {
            return;
        };
        for (name, value) in &revision.fields {
            if !DEPLOYMENT_ONLY_FIELDS.contains(&name.as_str()) {
                service.insert(name.clone(), value.clone());
            }
        }
        service.extend(platform(revision));
        service.insert(
            "taskDefinition".to_owned(),
            revision.template.task_definition.clone().into(),
        );
        if let Some(primary) = self.primary() {
            service.insert(
                "currentServiceDeployment".to_owned(),
                primary.service_deployment.clone().into(),
            );
            service.insert(
                "currentServiceRevisions".to_owned(),
                self.deployments
                    .iter()
                    .map(|deployment| self.summary(&deployment.revision))
                    .collect(),
            );
        }
    }

    fn deployment(&self, deployment: &Deployment, primary: bool) -> Value {
        let revision = self.revision(&deployment.revision);
        let counts = self.counts(|task| task.started_by.as_ref() == Some(&deployment.id));
        let mut view = revision.fields.clone();
        view.remove("loadBalancers");
        view.remove("serviceRegistries");
        view.extend(platform(revision));
        let wanted = if primary {
            self.desired as usize
        } else {
            counts.running + counts.pending
        };
        view.extend(object(json!({
            "id": deployment.id,
            "status": if primary { "PRIMARY" } else { "ACTIVE" },
            "taskDefinition": revision.template.task_definition,
            "desiredCount": wanted,
            "runningCount": counts.running,
            "pendingCount": counts.pending,
            "failedTasks": deployment.failed_tasks,
            "createdAt": deployment.created.json(),
            "updatedAt": deployment.updated.json(),
            "rolloutState": deployment.rollout.as_str(),
            "rolloutStateReason": deployment.reason,
        })));
        Value::Object(view)
    }

    /// The running and pending tasks of a revision.
    fn summary(&self, revision: &str) -> Value {
        let mut running = 0;
        let mut pending = 0;
        for deployment in self
            .deployments
            .iter()
            .filter(|deployment| deployment.revision == revision)
        {
            let counts = self.counts(|task| task.started_by.as_ref() == Some(&deployment.id));
            running += counts.running;
            pending += counts.pending;
        }
        let current = self
            .primary()
            .is_some_and(|primary| primary.revision == revision);
        json!({
            "arn": revision,
            "requestedTaskCount": if current { self.desired } else { 0 },
            "runningTaskCount": running,
            "pendingTaskCount": pending,
        })
    }

    /// An entry of ListServiceDeployments.
    pub(crate) fn service_deployment_brief(&self, deployment: &ServiceDeployment) -> Value {
        let mut brief = object(json!({
            "serviceDeploymentArn": deployment.arn,
            "serviceArn": self.arn,
            "clusterArn": self.cluster_arn,
            "createdAt": deployment.created.json(),
            "targetServiceRevisionArn": deployment.target,
            "status": deployment.status.as_str(),
        }));
        add_times(&mut brief, deployment);
        Value::Object(brief)
    }

    /// An entry of DescribeServiceDeployments.
    pub(crate) fn service_deployment_view(&self, deployment: &ServiceDeployment) -> Value {
        let mut view = object(json!({
            "serviceDeploymentArn": deployment.arn,
            "serviceArn": self.arn,
            "clusterArn": self.cluster_arn,
            "createdAt": deployment.created.json(),
            "updatedAt": deployment.updated.json(),
            "sourceServiceRevisions": deployment.sources.iter().map(|revision| self.summary(revision)).collect::<Vec<_>>(),
            "targetServiceRevision": self.summary(&deployment.target),
            "status": deployment.status.as_str(),
            "deploymentConfiguration": deployment.configuration,
            "deploymentCircuitBreaker": {
                "status": self.breaker_status(deployment),
                "failureCount": deployment.failures,
                "threshold": self.breaker_threshold(),
            },
            "alarms": {"status": "DISABLED"},
        }));
        add_times(&mut view, deployment);
        if let Some((stage, production, test)) =
            self.stage().filter(|_| !deployment.status.is_over())
        {
            view.insert("lifecycleStage".to_owned(), stage.into());
            view["targetServiceRevision"]["requestedProductionTrafficWeight"] = production.into();
            view["targetServiceRevision"]["requestedTestTrafficWeight"] = test.into();
        }
        if let Some(rollback) = &deployment.rollback {
            view.insert(
                "rollback".to_owned(),
                json!({
                    "reason": rollback.reason,
                    "startedAt": rollback.started.json(),
                    "serviceRevisionArn": rollback.revision,
                }),
            );
        }
        Value::Object(view)
    }

    fn breaker_status(&self, deployment: &ServiceDeployment) -> &'static str {
        match self.breaker() {
            Breaker::Off => "DISABLED",
            _ if deployment.breaker_triggered => "TRIGGERED",
            _ if deployment.status.is_over() => "MONITORING_COMPLETE",
            _ => "MONITORING",
        }
    }

    /// An entry of DescribeServiceRevisions.
    pub(crate) fn revision_view(&self, revision: &Revision) -> Value {
        let mut view = revision.fields.clone();
        view.extend(platform(revision));
        view.extend(object(json!({
            "serviceRevisionArn": revision.arn,
            "serviceArn": self.arn,
            "clusterArn": self.cluster_arn,
            "taskDefinition": revision.template.task_definition,
            "createdAt": revision.created.json(),
            "guardDutyEnabled": false,
            "containerImages": revision.template.containers.iter().map(|container| json!({
                "containerName": container.name,
                "image": container.image,
            })).collect::<Vec<_>>(),
        })));
        Value::Object(view)
    }
}

fn add_times(view: &mut Map<String, Value>, deployment: &ServiceDeployment) {
    let times = [
        ("startedAt", deployment.started.map(Millis::json)),
        ("finishedAt", deployment.finished.map(Millis::json)),
        ("statusReason", deployment.reason.clone().map(Value::from)),
    ];
    for (name, value) in times {
        if let Some(value) = value {
            view.insert(name.to_owned(), value);
        }
    }
}

/// Whether the tasks of these fields run on Fargate.
pub(crate) fn on_fargate(fields: &Map<String, Value>) -> bool {
    let launched = fields
        .get("launchType")
        .is_some_and(|kind| kind == "FARGATE");
    let provided = fields
        .get("capacityProviderStrategy")
        .and_then(|strategy| strategy[0]["capacityProvider"].as_str())
        .is_some_and(|provider| matches!(provider, "FARGATE" | "FARGATE_SPOT"));
    launched || provided
}

/// The platform fields that ECS fills in for Fargate.
fn platform(revision: &Revision) -> Map<String, Value> {
    if !on_fargate(&revision.fields) {
        return Map::new();
    }
    let version = revision
        .fields
        .get("platformVersion")
        .cloned()
        .unwrap_or_else(|| json!("LATEST"));
    object(json!({"platformVersion": version, "platformFamily": "Linux"}))
}
