//! What ECS refuses about services and capacity providers, and moto does not: changes without a forced deployment, names and groups in use.
//!
//! Not here: the refusals about task definitions (`task_definitions`) and target groups (`balancers`).

use serde_json::{Value, json};

use super::service::Service;
use super::{Exchange, World, cluster_name, invalid};
use crate::backend::{BackendError, Reply};

/// pipe-cd/pipecd#6384; AWS::ECS::Service's documentation says the same of `CapacityProviderStrategy`.
const FORCE: &str = "When switching from launch type to capacity provider strategy on an existing service, or making a change to a capacity \
                     provider strategy on a service that is already using one, you must force a new deployment.";

impl Exchange<'_> {
    /// The refusal of a changed strategy without a forced deployment.
    pub(super) fn refuse_quiet_strategy(&self, arn: &str, request: &Value) -> Option<Reply> {
        let wanted = &request["capacityProviderStrategy"];
        if wanted.is_null() || request["forceNewDeployment"] == true {
            return None;
        }
        let current = self.world(|world, _, _| {
            let service = world.services.get(arn).and_then(Service::current);
            service.and_then(|revision| revision.fields.get("capacityProviderStrategy").cloned())
        });
        (strategy(wanted) != strategy(&current.unwrap_or_default())).then(|| invalid(FORCE))
    }

    /// The refusal of a Service Connect name that another service has in the same namespace.
    pub(super) async fn refuse_connect_names(
        &self,
        arn: &str,
        request: &Value,
    ) -> Result<Option<Reply>, BackendError> {
        let connect = &request["serviceConnectConfiguration"];
        if connect["enabled"] != true || connect_names(connect).next().is_none() {
            return Ok(None);
        }
        let default = self.default_namespace(request).await?;
        let cluster = self.cluster_arn(request);
        Ok(self.world(|world, _, _| {
            let wanted = Connected {
                connect,
                cluster: &cluster,
                default: &default,
            };
            let other = world.service_connected(arn, &wanted)?;
            // aws/copilot-cli#5431
            Some(invalid(&format!("SC service is already used by {other}")))
        }))
    }

    /// The default namespace of a service's cluster, for services that name none.
    async fn default_namespace(&self, request: &Value) -> Result<String, BackendError> {
        let ask = json!({"clusters": [cluster_name(request)]});
        let described = self.ask("DescribeClusters", &ask).await?;
        let namespace = &described.body["clusters"][0]["serviceConnectDefaults"]["namespace"];
        Ok(namespace.as_str().unwrap_or_default().to_owned())
    }

    /// The refusal of an Auto Scaling group that another capacity provider has: aws/containers-roadmap#632.
    pub(super) async fn refuse_shared_group(
        &self,
        request: &Value,
    ) -> Result<Option<Reply>, BackendError> {
        let Some(group) = request["autoScalingGroupProvider"]["autoScalingGroupArn"].as_str()
        else {
            return Ok(None);
        };
        let names: Vec<String> =
            self.world(|world, _, _| world.providers.iter().cloned().collect());
        if names.is_empty() {
            return Ok(None);
        }
        let ask = json!({"capacityProviders": names});
        let described = self.ask("DescribeCapacityProviders", &ask).await?;
        let providers = described.body["capacityProviders"].as_array();
        let is_taken = providers
            .into_iter()
            .flatten()
            .any(|provider| provider["autoScalingGroupProvider"]["autoScalingGroupArn"] == group);
        Ok(is_taken.then(|| {
            Reply::error(
                "ClientException",
                "The specified Auto Scaling group ARN is already being used by another capacity provider. Specify a unique Auto Scaling group ARN and try again.",
            )
        }))
    }
}

impl World {
    /// The ARN of another active service with one of these names in the namespace.
    fn service_connected(&self, arn: &str, wanted: &Connected<'_>) -> Option<String> {
        let names: Vec<&str> = connect_names(wanted.connect).collect();
        let mut others = self.living_services().filter(|service| service.arn != arn);
        let other = others.find(|service| {
            let theirs = service
                .current()
                .and_then(|revision| revision.fields.get("serviceConnectConfiguration"));
            theirs.is_some_and(|theirs| {
                theirs["enabled"] == true
                    && wanted.namespace_of(theirs, &service.cluster_arn)
                        == wanted.namespace_of(wanted.connect, wanted.cluster)
                    && connect_names(theirs).any(|name| names.contains(&name))
            })
        })?;
        Some(other.arn.clone())
    }
}

/// A Service Connect configuration, and the default namespace of its cluster.
struct Connected<'a> {
    connect: &'a Value,
    cluster: &'a str,
    default: &'a str,
}

impl Connected<'_> {
    /// The default namespace of another cluster is not known here.
    fn namespace_of<'a>(&'a self, connect: &'a Value, cluster: &str) -> Option<&'a str> {
        let default = (cluster == self.cluster).then_some(self.default);
        connect["namespace"].as_str().or(default)
    }
}

/// The names under which clients find a service: the discovery name, or else the port's name.
fn connect_names(connect: &Value) -> impl Iterator<Item = &str> {
    let services = connect["services"].as_array().into_iter().flatten();
    services.filter_map(|service| {
        service["discoveryName"]
            .as_str()
            .or(service["portName"].as_str())
    })
}

/// A strategy without default values and without order.
fn strategy(value: &Value) -> Vec<(String, u64, u64)> {
    let items = value.as_array().into_iter().flatten();
    let mut items: Vec<_> = items
        .map(|item| {
            let number = |name: &str| item[name].as_u64().unwrap_or(0);
            let provider = item["capacityProvider"].as_str().unwrap_or_default();
            (
                super::arn::name_of(provider).to_owned(),
                number("weight"),
                number("base"),
            )
        })
        .collect();
    items.sort();
    items
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_strategy_is_the_same_in_another_order_and_with_its_defaults() {
        let one = json!([{"capacityProvider": "FARGATE", "weight": 1}, {"capacityProvider": "FARGATE_SPOT", "weight": 0}]);
        let same = json!([{"capacityProvider": "FARGATE_SPOT"}, {"capacityProvider": "FARGATE", "weight": 1, "base": 0}]);
        assert_eq!(strategy(&one), strategy(&same));
        assert_ne!(
            strategy(&one),
            strategy(&json!([{"capacityProvider": "FARGATE"}]))
        );
        assert_ne!(strategy(&one), strategy(&Value::Null));
    }

    #[test]
    fn a_connected_name_is_the_discovery_name_or_the_ports() {
        let connect = json!({"services": [{"portName": "http", "discoveryName": "web"}, {"portName": "grpc"}]});
        assert_eq!(connect_names(&connect).collect::<Vec<_>>(), ["web", "grpc"]);
    }
}
