//! The calls about service deployments and service revisions. Moto has none of them.
//!
//! Not here: how deployments progress (`rollout`), how they are shown (`view`).

use serde_json::{Value, json};

use super::service::Service;
use super::{Exchange, missing, texts};
use crate::backend::Reply;

impl Exchange<'_> {
    pub(super) fn list_service_deployments(&self, request: &Value) -> Reply {
        let arn = self.service_arn(request);
        let wanted = texts(&request["status"]);
        let listed = self.world(|world, _, _| {
            let service = world.services.get(&arn)?;
            let fits = |status: &str| wanted.is_empty() || wanted.contains(&status);
            let deployments = service
                .history
                .iter()
                .filter(|deployment| fits(deployment.status.as_str()));
            Some(
                deployments
                    .map(|deployment| service.service_deployment_brief(deployment))
                    .collect::<Vec<_>>(),
            )
        });
        match listed {
            Some(deployments) => Reply::ok(json!({"serviceDeployments": deployments})),
            None => Reply::error("ServiceNotFoundException", "Service not found."),
        }
    }

    pub(super) fn describe_service_deployments(&self, request: &Value) -> Reply {
        let (found, failures) = self.each(&request["serviceDeploymentArns"], |service, arn| {
            let mut history = service.history.iter();
            let deployment = history.find(|deployment| deployment.arn == arn)?;
            Some(service.service_deployment_view(deployment))
        });
        Reply::ok(json!({"serviceDeployments": found, "failures": failures}))
    }

    pub(super) fn describe_service_revisions(&self, request: &Value) -> Reply {
        let (found, failures) = self.each(&request["serviceRevisionArns"], |service, arn| {
            let mut revisions = service.revisions.iter();
            let revision = revisions.find(|revision| revision.arn == arn)?;
            Some(service.revision_view(revision))
        });
        Reply::ok(json!({"serviceRevisions": found, "failures": failures}))
    }

    pub(super) fn stop_service_deployment(&self, request: &Value) -> Reply {
        let arn = request["serviceDeploymentArn"].as_str().unwrap_or_default();
        let roll_back = request["stopType"] != "ABORT";
        self.world(|world, _, now| {
            let mut services = world.services.values_mut();
            let Some(service) = services.find(|service| {
                service
                    .history
                    .iter()
                    .any(|deployment| deployment.arn == arn)
            }) else {
                return Reply::error(
                    "ServiceDeploymentNotFoundException",
                    "Service deployment not found.",
                );
            };
            let going_on = service
                .history
                .iter()
                .any(|deployment| deployment.arn == arn && !deployment.status.is_over());
            if !going_on {
                return Reply::error(
                    "ConflictException",
                    "The service deployment is not in progress.",
                );
            }
            service.fail_deployment("Service deployment stopped by user.", roll_back, now);
            Reply::ok(json!({"serviceDeploymentArn": arn}))
        })
    }

    fn each(
        &self,
        arns: &Value,
        look: impl Fn(&Service, &str) -> Option<Value>,
    ) -> (Vec<Value>, Vec<Value>) {
        self.world(|world, _, _| {
            let mut found = Vec::new();
            let mut failures = Vec::new();
            for arn in texts(arns) {
                match world
                    .services
                    .values()
                    .find_map(|service| look(service, arn))
                {
                    Some(view) => found.push(view),
                    None => failures.push(missing(arn)),
                }
            }
            (found, failures)
        })
    }
}
