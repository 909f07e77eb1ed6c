//! The calls about services: create, update, delete, describe, list.
//!
//! Not here: what happens after such a call (`rollout`), how a service is shown (`view`), the calls about deployments (`deployments`).

use serde_json::{Map, Value, json};

use super::service::{QUIET_REVISION_FIELDS, REVISION_FIELDS, Service, Status, with_defaults};
use super::{Exchange, World, arn, cluster_name, invalid, taken};
use crate::backend::{BackendError, Reply};

/// Request fields that are neither settings nor part of a revision.
const NOT_SETTINGS: [&str; 9] = [
    "clientToken",
    "cluster",
    "desiredCount",
    "forceNewDeployment",
    "role",
    "service",
    "serviceName",
    "tags",
    "taskDefinition",
];

impl Exchange<'_> {
    pub(super) async fn create_service(&self, request: Value) -> Result<Reply, BackendError> {
        let name = request["serviceName"].as_str().unwrap_or_default();
        let arn = self
            .scope
            .arn("service", &format!("{}/{name}", cluster_name(&request)));
        let token = request["clientToken"]
            .as_str()
            .map(|token| format!("service:{token}"));
        match self.world(|world, _, _| existing(world, &arn, token.as_deref(), &request)) {
            Existing::None => {}
            Existing::Same => return self.shown(&request["cluster"], &arn).await,
            Existing::Refused(reply) => return Ok(reply),
        }
        let definition = match &request["taskDefinition"] {
            Value::Null => None,
            named => match self.definition(named).await? {
                Err(refusal) => return Ok(refusal),
                Ok(definition) => Some(definition),
            },
        };
        if let Some(problem) = definition
            .as_ref()
            .and_then(|definition| definition.refusal(&request))
        {
            return Ok(invalid(&problem));
        }
        if let Some(refusal) = self.refuse_loose_target_groups(&request).await? {
            return Ok(refusal);
        }
        if let Some(refusal) = self.refuse_connect_names(&arn, &request).await? {
            return Ok(refusal);
        }
        let fields = self.placement(&request).await?;
        let mut reply = self.ask("CreateService", &for_moto(&request)).await?;
        if !reply.is_ok() {
            return Ok(reply);
        }
        let template = definition
            .map(|definition| definition.template(&fields))
            .unwrap_or_default();
        self.world(|world, _, now| {
            let mut service =
                Service::new(&self.scope, arn.clone(), self.cluster_arn(&request), now);
            service.settings = settings(&request);
            with_defaults(&mut service.settings, &fields);
            service.request = without_token(&request);
            service.desired = count(&request["desiredCount"]).unwrap_or(0);
            if service.settings["schedulingStrategy"] == "DAEMON" {
                service.desired = 0;
            }
            if service.settings["deploymentController"]["type"] == "ECS" {
                service.deploy(template, fields, now);
            } else {
                service.settings.extend(fields);
                service.steady = true;
            }
            if let Some(token) = token {
                world.tokens.insert(token, vec![arn.clone()]);
            }
            world.services.insert(arn.clone(), service);
        });
        self.show(&mut reply.body["service"]);
        Ok(reply)
    }

    pub(super) async fn update_service(&self, request: Value) -> Result<Reply, BackendError> {
        let arn = self.service_arn(&request);
        let known =
            self.world(|world, _, _| world.services.get(&arn).map(|service| service.status));
        match known {
            None => return self.ask("UpdateService", &request).await,
            Some(Status::Active) => {}
            Some(_) => {
                return Ok(Reply::error(
                    "ServiceNotActiveException",
                    "Service was not ACTIVE.",
                ));
            }
        }
        if let Some(refusal) = self.refuse_quiet_strategy(&arn, &request) {
            return Ok(refusal);
        }
        if let Some(refusal) = self.refuse_loose_target_groups(&request).await? {
            return Ok(refusal);
        }
        if let Some(refusal) = self.refuse_connect_names(&arn, &request).await? {
            return Ok(refusal);
        }
        let named = match &request["taskDefinition"] {
            Value::Null => self.world(|world, _, _| {
                let current = world.services.get(&arn).and_then(Service::current);
                current.map_or(Value::Null, |revision| {
                    revision.template.task_definition.clone().into()
                })
            }),
            named => named.clone(),
        };
        let redeploys = redeploys(&request);
        let definition = if redeploys && !named.is_null() {
            match self.definition(&named).await? {
                Err(refusal) => return Ok(refusal),
                Ok(definition) => Some(definition),
            }
        } else {
            None
        };
        let mut reply = self.ask("UpdateService", &request).await?;
        if !reply.is_ok() {
            return Ok(reply);
        }
        self.world(|world, _, now| {
            let Some(service) = world.services.get_mut(&arn) else {
                return;
            };
            merge(&mut service.settings, settings(&request));
            if let Some(desired) = count(&request["desiredCount"]) {
                service.scale(desired);
            }
            let before = service.current().map(|revision| {
                (
                    revision.template.task_definition.clone(),
                    revision.fields.clone(),
                )
            });
            let (old_definition, mut fields) = before.unwrap_or_default();
            let old_fields = fields.clone();
            merge_placement(&mut fields, &request);
            let Some(definition) = definition else {
                set_quiet_fields(service, &fields);
                return;
            };
            let changed = definition.arn() != old_definition || fields != old_fields;
            if (changed || request["forceNewDeployment"] == true) && !service.deployments.is_empty()
            {
                service.deploy(definition.template(&fields), fields, now);
            }
        });
        self.show(&mut reply.body["service"]);
        Ok(reply)
    }

    pub(super) async fn delete_service(&self, request: Value) -> Result<Reply, BackendError> {
        let arn = self.service_arn(&request);
        let forced = request["force"] == true;
        let known = self.world(|world, _, _| {
            world
                .services
                .get(&arn)
                .map(|service| (service.status, service.desired))
        });
        match known {
            None => return self.ask("DeleteService", &request).await,
            Some((Status::Draining, _)) => return self.shown(&request["cluster"], &arn).await,
            Some((Status::Inactive, _)) => {
                return Ok(Reply::error(
                    "ServiceNotFoundException",
                    "Service not found.",
                ));
            }
            Some((Status::Active, desired)) if desired > 0 && !forced => {
                return Ok(invalid(
                    "The service cannot be stopped while it is scaled above 0.",
                ));
            }
            Some((Status::Active, _)) => {}
        }
        let mut forwarded = request.clone();
        forwarded["force"] = true.into();
        let mut reply = self.ask("DeleteService", &forwarded).await?;
        if reply.is_ok() {
            self.world(|world, _, now| {
                if let Some(service) = world.services.get_mut(&arn) {
                    service.scale(0);
                    service.drain(now);
                }
            });
            self.show(&mut reply.body["service"]);
        }
        Ok(reply)
    }

    pub(super) async fn describe_services(&self, request: Value) -> Result<Reply, BackendError> {
        let mut reply = self.ask("DescribeServices", &request).await?;
        if let Some(services) = reply.body["services"].as_array_mut() {
            for service in services {
                self.show(service);
            }
        }
        Ok(reply)
    }

    pub(super) async fn list_services(&self, mut request: Value) -> Result<Reply, BackendError> {
        let launch = request
            .as_object_mut()
            .and_then(|request| request.remove("launchType"));
        let mut reply = self.ask("ListServices", &request).await?;
        if let Some(arns) = reply.body["serviceArns"].as_array_mut() {
            self.world(|world, _, _| {
                arns.retain(|arn| {
                    let Some(service) = arn.as_str().and_then(|arn| world.services.get(arn)) else {
                        return true;
                    };
                    let launched = service
                        .current()
                        .and_then(|revision| revision.fields.get("launchType"));
                    service.status != Status::Inactive
                        && (launch.is_none() || launch.as_ref() == launched)
                });
            });
        }
        Ok(reply)
    }

    pub(super) fn service_arn(&self, request: &Value) -> String {
        let service = request["service"].as_str().unwrap_or_default();
        // A full ARN names its cluster; ListServiceDeployments comes without a cluster.
        if request["cluster"].is_null() && service.starts_with("arn:") {
            return service.to_owned();
        }
        self.scope.arn(
            "service",
            &format!("{}/{}", cluster_name(request), arn::name_of(service)),
        )
    }

    fn show(&self, service: &mut Value) {
        let Some(arn) = service["serviceArn"].as_str().map(str::to_owned) else {
            return;
        };
        self.world(|world, _, _| {
            if let (Some(known), Some(service)) =
                (world.services.get(&arn), service.as_object_mut())
            {
                known.overlay(service);
            }
        });
    }

    /// The answer of a repeated call that had its effect earlier.
    async fn shown(&self, cluster: &Value, arn: &str) -> Result<Reply, BackendError> {
        let request = json!({"cluster": cluster.as_str().unwrap_or("default"), "services": [arn], "include": ["TAGS"]});
        let mut described = self.describe_services(request).await?;
        Ok(Reply::ok(
            json!({"service": described.body["services"][0].take()}),
        ))
    }

    /// The revision fields of a new service, with the launch type or strategy that ECS would choose.
    async fn placement(&self, request: &Value) -> Result<Map<String, Value>, BackendError> {
        let mut fields = taken(request, &REVISION_FIELDS);
        if fields.contains_key("launchType") || fields.contains_key("capacityProviderStrategy") {
            return Ok(fields);
        }
        let cluster = self
            .ask(
                "DescribeClusters",
                &json!({"clusters": [cluster_name(request)]}),
            )
            .await?;
        let default = &cluster.body["clusters"][0]["defaultCapacityProviderStrategy"];
        if default
            .as_array()
            .is_some_and(|strategy| !strategy.is_empty())
        {
            fields.insert("capacityProviderStrategy".to_owned(), default.clone());
        } else {
            fields.insert("launchType".to_owned(), "EC2".into());
        }
        Ok(fields)
    }
}

enum Existing {
    None,
    Same,
    Refused(Reply),
}

/// The existing service under the name of a service to be created.
fn existing(world: &World, arn: &str, token: Option<&str>, request: &Value) -> Existing {
    let Some(service) = world.services.get(arn) else {
        return Existing::None;
    };
    let same_token = token.is_some_and(|token| {
        world
            .tokens
            .get(token)
            .is_some_and(|made| made.iter().any(|made| made == arn))
    });
    match service.status {
        Status::Inactive => Existing::None,
        Status::Draining => {
            Existing::Refused(invalid("Unable to Start a service that is still Draining."))
        }
        Status::Active if same_token || service.request == without_token(request) => Existing::Same,
        Status::Active => Existing::Refused(invalid("Creation of service was not idempotent.")),
    }
}

/// The request in a form that moto accepts: without launch types that it does not know, with the list that it requires.
fn for_moto(request: &Value) -> Value {
    let mut forwarded = request.clone();
    if forwarded["launchType"] == "EXTERNAL" {
        forwarded["launchType"] = "EC2".into();
    }
    if let Some(Value::Object(network)) =
        forwarded.pointer_mut("/networkConfiguration/awsvpcConfiguration")
    {
        network.entry("securityGroups").or_insert_with(|| json!([]));
    }
    forwarded
}

fn without_token(request: &Value) -> Value {
    let mut request = request.clone();
    if let Some(request) = request.as_object_mut() {
        request.remove("clientToken");
    }
    request
}

fn count(value: &Value) -> Option<u32> {
    value.as_u64().and_then(|count| u32::try_from(count).ok())
}

fn settings(request: &Value) -> Map<String, Value> {
    let mut settings = Map::new();
    for (name, value) in request.as_object().into_iter().flatten() {
        let other =
            NOT_SETTINGS.contains(&name.as_str()) || REVISION_FIELDS.contains(&name.as_str());
        if !other && !value.is_null() {
            settings.insert(name.clone(), value.clone());
        }
    }
    if let Some(strategies) = settings.get_mut("placementStrategy") {
        respell(strategies);
    }
    if let Some(role) = request["role"].as_str() {
        settings.insert("roleArn".to_owned(), role.into());
    }
    settings
}

/// ECS accepts the fields of placement strategies in any spelling, and returns its own (hashicorp/terraform-provider-aws, `flattenPlacementStrategy`).
fn respell(strategies: &mut Value) {
    for strategy in strategies.as_array_mut().into_iter().flatten() {
        let field = strategy["field"].as_str().unwrap_or_default();
        let shown = match field.to_ascii_lowercase().as_str() {
            "cpu" => "CPU",
            "memory" => "MEMORY",
            "host" => "instanceId",
            _ => continue,
        };
        strategy["field"] = shown.into();
    }
}

/// Values that an update leaves out stay, inside the deployment configuration too.
fn merge(settings: &mut Map<String, Value>, update: Map<String, Value>) {
    for (name, value) in update {
        match (settings.get_mut(&name), value) {
            (Some(Value::Object(old)), Value::Object(new)) if name == "deploymentConfiguration" => {
                old.extend(new)
            }
            (_, value) => {
                settings.insert(name, value);
            }
        }
    }
}

fn merge_placement(fields: &mut Map<String, Value>, request: &Value) {
    let update = taken(request, &REVISION_FIELDS);
    if update.contains_key("capacityProviderStrategy") {
        fields.remove("launchType");
    }
    fields.extend(update);
}

/// Whether an update contains a field that may start a deployment.
fn redeploys(request: &Value) -> bool {
    let loud = REVISION_FIELDS
        .iter()
        .filter(|name| !QUIET_REVISION_FIELDS.contains(name));
    request["forceNewDeployment"] == true
        || !request["taskDefinition"].is_null()
        || loud.into_iter().any(|name| !request[*name].is_null())
}

/// Without a deployment, a new strategy shows at once and takes effect with the next deployment.
fn set_quiet_fields(service: &mut Service, fields: &Map<String, Value>) {
    let Some(current) = service.current().map(|revision| revision.arn.clone()) else {
        return;
    };
    if let Some(revision) = service
        .revisions
        .iter_mut()
        .find(|revision| revision.arn == current)
    {
        revision.fields = fields.clone();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Millis;
    use crate::ecs::arn::Scope;

    fn world_with(status: Status, request: &Value) -> World {
        let scope = Scope {
            account: "1".into(),
            region: "us-east-1".into(),
        };
        let mut service = Service::new(&scope, "arn".into(), "cluster".into(), Millis(0));
        service.status = status;
        service.request = request.clone();
        let mut world = World::default();
        world.services.insert("arn".into(), service);
        world.tokens.insert("service:t".into(), vec!["arn".into()]);
        world
    }

    #[test]
    fn a_name_that_is_taken_is_the_same_service_or_an_error() {
        let first = json!({"serviceName": "web", "desiredCount": 1});
        let other = json!({"serviceName": "web", "desiredCount": 2});
        let ask = |status, token, request: &Value| {
            existing(&world_with(status, &first), "arn", token, request)
        };
        assert!(matches!(ask(Status::Active, None, &first), Existing::Same));
        assert!(matches!(
            ask(Status::Active, Some("service:t"), &other),
            Existing::Same
        ));
        assert!(matches!(
            ask(Status::Inactive, None, &other),
            Existing::None
        ));
        let Existing::Refused(reply) = ask(Status::Active, None, &other) else {
            panic!("two different services of one name");
        };
        assert_eq!(
            reply.body["message"],
            "Creation of service was not idempotent."
        );
        let Existing::Refused(reply) = ask(Status::Draining, None, &first) else {
            panic!("a draining service was started again");
        };
        assert_eq!(
            reply.body["message"],
            "Unable to Start a service that is still Draining."
        );
    }

    #[test]
    fn what_an_update_leaves_out_stays() {
        let mut settings = settings(
            &json!({"deploymentConfiguration": {"maximumPercent": 150, "minimumHealthyPercent": 50}, "enableExecuteCommand": true}),
        );
        let update = json!({"service": "web", "cluster": "c", "deploymentConfiguration": {"maximumPercent": 200}, "taskDefinition": "x"});
        merge(&mut settings, super::settings(&update));
        assert_eq!(
            Value::Object(settings),
            json!({"deploymentConfiguration": {"maximumPercent": 200, "minimumHealthyPercent": 50}, "enableExecuteCommand": true})
        );
    }

    #[test]
    fn placement_fields_are_shown_in_the_spelling_of_ecs() {
        let strategy = |field: &str| json!({"type": "binpack", "field": field});
        let sent = json!({"placementStrategy": [strategy("cpu"), strategy("host"), strategy("attribute:ecs.os-type"), {"type": "random"}]});
        let shown = &settings(&sent)["placementStrategy"];
        let fields: Vec<&Value> = shown
            .as_array()
            .expect("a list")
            .iter()
            .map(|one| &one["field"])
            .collect();
        assert_eq!(
            fields,
            [
                &json!("CPU"),
                &json!("instanceId"),
                &json!("attribute:ecs.os-type"),
                &Value::Null
            ]
        );
    }

    #[test]
    fn only_what_runs_differently_is_rolled_out() {
        assert!(redeploys(&json!({"taskDefinition": "web:2"})));
        assert!(redeploys(&json!({"loadBalancers": []})));
        assert!(!redeploys(
            &json!({"desiredCount": 3, "enableExecuteCommand": true, "capacityProviderStrategy": []})
        ));
    }
}
