//! Capacity providers.
//!
//! Moto's gaps closed here: FARGATE and FARGATE_SPOT are missing; describing all of them fails; managed instances, the cluster and
//! `managedDraining` are dropped; a provider in use can be deleted or detached; an unknown one answers 500.

use serde_json::{Map, Value, json};

use super::{Exchange, arn, cluster_name, missing, taken, texts};
use crate::backend::{BackendError, Reply};

const AWS_OWN: [&str; 2] = ["FARGATE", "FARGATE_SPOT"];
/// The group for a provider without an Auto Scaling group, because moto cannot make one without.
const NO_GROUP: &str = "windlass-no-group";

impl Exchange<'_> {
    pub(super) async fn create_capacity_provider(
        &self,
        request: Value,
    ) -> Result<Reply, BackendError> {
        let name = request["name"].as_str().unwrap_or_default().to_owned();
        if self.world(|world, _, _| world.providers.contains(&name)) {
            return Ok(Reply::error(
                "ClientException",
                "The specified capacity provider already exists. Specify a unique name and try again.",
            ));
        }
        if let Some(refusal) = self.refuse_shared_group(&request).await? {
            return Ok(refusal);
        }
        let mut forwarded = request.clone();
        if forwarded["autoScalingGroupProvider"].is_null() {
            forwarded["autoScalingGroupProvider"] = json!({"autoScalingGroupArn": NO_GROUP});
        }
        let mut reply = self.ask("CreateCapacityProvider", &forwarded).await?;
        if reply.is_ok() {
            let arn = reply.body["capacityProvider"]["capacityProviderArn"]
                .as_str()
                .unwrap_or_default()
                .to_owned();
            self.world(|world, _, _| {
                world.providers.insert(name);
                world.retain(
                    &arn,
                    taken(&request, &["cluster", "managedInstancesProvider"]),
                );
            });
            self.restore(&mut reply.body["capacityProvider"]);
        }
        Ok(reply)
    }

    pub(super) async fn update_capacity_provider(
        &self,
        request: Value,
    ) -> Result<Reply, BackendError> {
        let Some(arn) = self.known_provider(&request["name"]).await? else {
            return Ok(unknown());
        };
        let mut forwarded = request.clone();
        if forwarded["autoScalingGroupProvider"].is_null() {
            forwarded["autoScalingGroupProvider"] = json!({});
        }
        let mut reply = self.ask("UpdateCapacityProvider", &forwarded).await?;
        if reply.is_ok() {
            self.world(|world, _, _| {
                world.retain(&arn, taken(&request, &["managedInstancesProvider"]));
                let draining = &request["autoScalingGroupProvider"]["managedDraining"];
                if !draining.is_null() {
                    world.retain(
                        &arn,
                        Map::from_iter([(DRAINING.to_owned(), draining.clone())]),
                    );
                }
            });
            self.restore(&mut reply.body["capacityProvider"]);
        }
        Ok(reply)
    }

    pub(super) async fn describe_capacity_providers(
        &self,
        mut request: Value,
    ) -> Result<Reply, BackendError> {
        let asked: Vec<String> = texts(&request["capacityProviders"])
            .into_iter()
            .map(str::to_owned)
            .collect();
        let names = if asked.is_empty() {
            let own = AWS_OWN.map(str::to_owned);
            self.world(|world, _, _| {
                own.into_iter()
                    .chain(world.providers.iter().cloned())
                    .collect()
            })
        } else {
            asked
        };
        let (aws_own, ours): (Vec<String>, Vec<String>) = names
            .into_iter()
            .partition(|name| AWS_OWN.contains(&arn::name_of(name)));
        request["capacityProviders"] = ours.into();
        let mut reply = self.ask("DescribeCapacityProviders", &request).await?;
        if let Some(providers) = reply.body["capacityProviders"].as_array_mut() {
            for provider in providers.iter_mut() {
                self.restore(provider);
            }
            providers.extend(
                aws_own
                    .iter()
                    .map(|name| self.aws_own_provider(arn::name_of(name))),
            );
        }
        if let Some(failures) = reply.body["failures"].as_array_mut() {
            for failure in failures {
                let name = arn::name_of(failure["arn"].as_str().unwrap_or_default());
                *failure = missing(&self.scope.arn("capacity-provider", name));
            }
        }
        Ok(reply)
    }

    pub(super) async fn delete_capacity_provider(
        &self,
        request: Value,
    ) -> Result<Reply, BackendError> {
        let Some(arn) = self.known_provider(&request["capacityProvider"]).await? else {
            return Ok(unknown());
        };
        let name = arn::name_of(&arn).to_owned();
        if let Some(cluster) = self.cluster_with_provider(&name).await? {
            return Ok(Reply::error(
                "ClientException",
                &format!(
                    "The capacity provider cannot be deleted because it is associated with cluster: {cluster}. Remove the capacity provider from the cluster and try again."
                ),
            ));
        }
        let mut reply = self.ask("DeleteCapacityProvider", &request).await?;
        if reply.is_ok() {
            self.restore(&mut reply.body["capacityProvider"]);
            self.world(|world, _, _| {
                world.providers.remove(&name);
                world.retained.remove(&arn);
            });
        }
        Ok(reply)
    }

    pub(super) async fn put_cluster_capacity_providers(
        &self,
        request: Value,
    ) -> Result<Reply, BackendError> {
        let cluster = self.cluster_arn(&request);
        let kept = texts(&request["capacityProviders"]);
        let in_use = self.world(|world, _, _| {
            let mut services = world
                .living_services()
                .filter(|service| service.cluster_arn == cluster);
            services.any(|service| {
                let strategy = service
                    .current()
                    .and_then(|revision| revision.fields.get("capacityProviderStrategy"));
                let used = strategy.and_then(Value::as_array).into_iter().flatten();
                used.filter_map(|item| item["capacityProvider"].as_str())
                    .any(|provider| {
                        !kept
                            .iter()
                            .any(|kept| arn::name_of(kept) == arn::name_of(provider))
                    })
            })
        });
        if in_use {
            return Ok(Reply::error(
                "ResourceInUseException",
                "The specified capacity provider is in use and cannot be removed.",
            ));
        }
        self.ask("PutClusterCapacityProviders", &request).await
    }

    /// The ARN of a provider of the overlay, by name or ARN.
    async fn known_provider(&self, name_or_arn: &Value) -> Result<Option<String>, BackendError> {
        let reply = self
            .ask(
                "DescribeCapacityProviders",
                &json!({"capacityProviders": [name_or_arn]}),
            )
            .await?;
        Ok(reply.body["capacityProviders"][0]["capacityProviderArn"]
            .as_str()
            .map(str::to_owned))
    }

    async fn cluster_with_provider(&self, name: &str) -> Result<Option<String>, BackendError> {
        let listed = self.ask("ListClusters", &json!({})).await?;
        let described = self
            .ask(
                "DescribeClusters",
                &json!({"clusters": listed.body["clusterArns"]}),
            )
            .await?;
        let mut clusters = described.body["clusters"].as_array().into_iter().flatten();
        let holds = |cluster: &&Value| {
            cluster["status"] == "ACTIVE"
                && texts(&cluster["capacityProviders"])
                    .into_iter()
                    .any(|provider| arn::name_of(provider) == name)
        };
        Ok(clusters
            .find(holds)
            .map(|cluster| cluster_name(&json!({"cluster": cluster["clusterArn"]})).to_owned()))
    }

    fn restore(&self, provider: &mut Value) {
        self.fill(provider, "capacityProviderArn");
        if provider["autoScalingGroupProvider"]["autoScalingGroupArn"] == NO_GROUP
            && let Some(object) = provider.as_object_mut()
        {
            object.remove("autoScalingGroupProvider");
        }
        if let Some(draining) = provider
            .as_object_mut()
            .and_then(|object| object.remove(DRAINING))
        {
            provider["autoScalingGroupProvider"]["managedDraining"] = draining;
        }
    }

    fn aws_own_provider(&self, name: &str) -> Value {
        json!({
            "capacityProviderArn": self.scope.arn("capacity-provider", name),
            "name": name,
            "status": "ACTIVE",
            "tags": [],
        })
    }
}

/// Kept under this name, shown inside `autoScalingGroupProvider`.
const DRAINING: &str = "managedDraining";

fn unknown() -> Reply {
    Reply::error(
        "ClientException",
        "The specified capacity provider does not exist. Specify a valid name or ARN and try again.",
    )
}
