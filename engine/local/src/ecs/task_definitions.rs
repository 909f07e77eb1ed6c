//! Task definitions, and the values that a task reads from them.
//!
//! Moto's gaps closed here: `enableFaultInjection`, `registeredAt`, `registeredBy` and `deregisteredAt` are dropped.

use serde_json::{Map, Value, json};

use super::task::{ContainerSpec, LogTarget, Template, object};
use super::view::on_fargate;
use super::{Exchange, texts};
use crate::backend::{BackendError, Reply};

/// A task definition as moto describes it.
pub(super) struct Definition(Value);

impl Exchange<'_> {
    pub(super) async fn register_task_definition(
        &self,
        request: Value,
    ) -> Result<Reply, BackendError> {
        let mut reply = self.ask("RegisterTaskDefinition", &request).await?;
        if reply.is_ok() {
            let definition = &mut reply.body["taskDefinition"];
            let arn = definition["taskDefinitionArn"]
                .as_str()
                .unwrap_or_default()
                .to_owned();
            self.world(|world, _, now| {
                let mut fields = super::taken(&request, &["enableFaultInjection"]);
                fields.insert("registeredAt".to_owned(), now.json());
                fields.insert(
                    "registeredBy".to_owned(),
                    format!("arn:aws:iam::{}:root", self.scope.account).into(),
                );
                world.retain(&arn, fields);
            });
            self.fill(definition, "taskDefinitionArn");
            if !request["tags"].is_null() {
                reply.body["tags"] = request["tags"].clone();
            }
        }
        Ok(reply)
    }

    pub(super) async fn describe_task_definition(
        &self,
        request: Value,
    ) -> Result<Reply, BackendError> {
        let mut reply = self.ask("DescribeTaskDefinition", &request).await?;
        self.fill(&mut reply.body["taskDefinition"], "taskDefinitionArn");
        Ok(reply)
    }

    pub(super) async fn deregister_task_definition(
        &self,
        request: Value,
    ) -> Result<Reply, BackendError> {
        let mut reply = self.ask("DeregisterTaskDefinition", &request).await?;
        if reply.is_ok() {
            let definition = &mut reply.body["taskDefinition"];
            let arn = definition["taskDefinitionArn"]
                .as_str()
                .unwrap_or_default()
                .to_owned();
            self.world(|world, _, now| {
                world.retain(&arn, object(json!({"deregisteredAt": now.json()})))
            });
            self.fill(definition, "taskDefinitionArn");
        }
        Ok(reply)
    }

    /// The task definition that a new service or task is to run.
    pub(super) async fn definition(
        &self,
        name_or_arn: &Value,
    ) -> Result<Result<Definition, Reply>, BackendError> {
        let reply = self
            .ask(
                "DescribeTaskDefinition",
                &json!({"taskDefinition": name_or_arn}),
            )
            .await?;
        if !reply.is_ok() {
            return Ok(Err(reply));
        }
        if reply.body["taskDefinition"]["status"] != "ACTIVE" {
            return Ok(Err(Reply::error(
                "ClientException",
                "TaskDefinition is inactive",
            )));
        }
        Ok(Ok(Definition(reply.body["taskDefinition"].clone())))
    }
}

impl Definition {
    pub(super) fn arn(&self) -> &str {
        self.0["taskDefinitionArn"].as_str().unwrap_or_default()
    }

    /// A mismatch between a task definition and the request to run it, which ECS checks and moto does not.
    pub(super) fn refusal(&self, request: &Value) -> Option<String> {
        let network = &request["networkConfiguration"];
        if self.0["networkMode"] == "awsvpc" && network.is_null() {
            return Some(
                "Network Configuration must be provided when networkMode 'awsvpc' is specified."
                    .to_owned(),
            );
        }
        let containers = self.containers();
        for balancer in request["loadBalancers"].as_array().into_iter().flatten() {
            let name = balancer["containerName"].as_str()?;
            if !containers.iter().any(|container| container.name == name) {
                return Some(format!(
                    "The container {name} does not exist in the task definition."
                ));
            }
        }
        let fargate = request["launchType"] == "FARGATE";
        if fargate && !texts(&self.0["compatibilities"]).contains(&"FARGATE") {
            return Some("Task definition does not support launch_type FARGATE.".to_owned());
        }
        None
    }

    /// The template of its tasks with this placement.
    pub(super) fn template(&self, placed: &Map<String, Value>) -> Template {
        let text = |name: &str| self.0[name].as_str().map(str::to_owned);
        let mut fields = Map::new();
        for name in ["networkConfiguration", "launchType", "enableExecuteCommand"] {
            if let Some(value) = placed.get(name) {
                fields.insert(name.to_owned(), value.clone());
            }
        }
        let provider = placed
            .get("capacityProviderStrategy")
            .and_then(|strategy| strategy[0]["capacityProvider"].as_str());
        if let Some(provider) = provider {
            fields.insert("capacityProviderName".to_owned(), provider.into());
        }
        if on_fargate(placed) {
            fields.insert("launchType".to_owned(), "FARGATE".into());
            fields.insert("platformVersion".to_owned(), "1.4.0".into());
            fields.insert("platformFamily".to_owned(), "Linux".into());
        } else {
            fields.entry("launchType").or_insert_with(|| "EC2".into());
        }
        Template {
            task_definition: self.arn().to_owned(),
            containers: self.containers(),
            cpu: text("cpu"),
            memory: text("memory"),
            fields,
        }
    }

    fn containers(&self) -> Vec<ContainerSpec> {
        let definitions = self.0["containerDefinitions"]
            .as_array()
            .into_iter()
            .flatten();
        definitions
            .map(|container| ContainerSpec {
                name: container["name"].as_str().unwrap_or_default().to_owned(),
                image: container["image"].as_str().unwrap_or_default().to_owned(),
                log: log_target(&container["logConfiguration"]),
            })
            .collect()
    }
}

fn log_target(configuration: &Value) -> Option<LogTarget> {
    let option = |name: &str| configuration["options"][name].as_str().map(str::to_owned);
    (configuration["logDriver"] == "awslogs").then_some(())?;
    Some(LogTarget {
        group: option("awslogs-group")?,
        stream_prefix: option("awslogs-stream-prefix")?,
    })
}
