//! Clusters: refuses to delete a cluster that is in use, and counts its tasks, services and instances.
//!
//! Moto's gaps closed here: `CreateCluster` overwrites a cluster of the same name; `DeleteCluster` deletes anything; `ListClusters` lists deleted ones;
//! the counts are wrong; `UpdateClusterSettings` and `PutAccountSettingDefault` are missing.

use serde_json::{Value, json};

use super::service::Status;
use super::{Exchange, cluster_name, texts};
use crate::backend::{BackendError, Reply};
use crate::ecs::arn;

impl Exchange<'_> {
    pub(super) async fn create_cluster(&self, request: Value) -> Result<Reply, BackendError> {
        let name = request["clusterName"]
            .as_str()
            .unwrap_or("default")
            .to_owned();
        let there = self
            .ask(
                "DescribeClusters",
                &json!({"clusters": [name], "include": ["TAGS"]}),
            )
            .await?;
        let existing = there.body["clusters"][0].clone();
        if existing["status"] == "ACTIVE" {
            return Ok(Reply::ok(json!({"cluster": self.counted(existing)})));
        }
        let mut reply = self.ask("CreateCluster", &request).await?;
        if reply.is_ok() {
            self.world(|world, _, _| world.gone_clusters.remove(&name));
            reply.body["cluster"] = self.counted(reply.body["cluster"].take());
        }
        Ok(reply)
    }

    pub(super) async fn update_cluster(&self, request: Value) -> Result<Reply, BackendError> {
        let mut reply = self.ask("UpdateCluster", &request).await?;
        if reply.is_ok() {
            reply.body["cluster"] = self.counted(reply.body["cluster"].take());
        }
        Ok(reply)
    }

    pub(super) async fn describe_clusters(&self, request: Value) -> Result<Reply, BackendError> {
        let mut reply = self.ask("DescribeClusters", &request).await?;
        if let Some(clusters) = reply.body["clusters"].as_array_mut() {
            for cluster in clusters {
                *cluster = self.counted(cluster.take());
            }
        }
        Ok(reply)
    }

    pub(super) async fn list_clusters(&self, request: Value) -> Result<Reply, BackendError> {
        let mut reply = self.ask("ListClusters", &request).await?;
        if let Some(arns) = reply.body["clusterArns"].as_array_mut() {
            self.world(|world, _, _| {
                arns.retain(|arn| {
                    !world
                        .gone_clusters
                        .contains(arn::name_of(arn.as_str().unwrap_or_default()))
                });
            });
        }
        Ok(reply)
    }

    pub(super) async fn delete_cluster(&self, request: Value) -> Result<Reply, BackendError> {
        let cluster = self.cluster_arn(&request);
        let (services, tasks) = self.world(|world, _, _| {
            let services = world
                .services
                .values()
                .any(|service| service.cluster_arn == cluster && service.status == Status::Active);
            (
                services,
                world.tasks_in(&cluster).any(|task| task.is_live()),
            )
        });
        if services {
            return Ok(Reply::error(
                "ClusterContainsServicesException",
                "The Cluster cannot be deleted while Services are active.",
            ));
        }
        if tasks {
            return Ok(Reply::error(
                "ClusterContainsTasksException",
                "The Cluster cannot be deleted while Tasks are active.",
            ));
        }
        let instances = self
            .ask("ListContainerInstances", &json!({"cluster": cluster}))
            .await?;
        if !texts(&instances.body["containerInstanceArns"]).is_empty() {
            return Ok(Reply::error(
                "ClusterContainsContainerInstancesException",
                "The Cluster cannot be deleted while Container Instances are active or draining.",
            ));
        }
        let mut reply = self.ask("DeleteCluster", &request).await?;
        if reply.is_ok() {
            self.world(|world, _, _| {
                world
                    .gone_clusters
                    .insert(cluster_name(&request).to_owned())
            });
            reply.body["cluster"] = self.counted(reply.body["cluster"].take());
        }
        Ok(reply)
    }

    /// Moto keeps one value per setting, so the account's default and the caller's own setting are the same.
    pub(super) async fn put_account_setting(&self, request: Value) -> Result<Reply, BackendError> {
        let mut reply = self.ask("PutAccountSetting", &request).await?;
        if reply.is_ok() {
            let principal = match request["principalArn"].as_str() {
                Some(principal) => principal.to_owned(),
                None => format!("arn:aws:iam::{}:root", self.scope.account),
            };
            reply.body["setting"]["principalArn"] = principal.into();
            reply.body["setting"]["type"] = "user".into();
        }
        Ok(reply)
    }

    fn counted(&self, mut cluster: Value) -> Value {
        let Some(arn) = cluster["clusterArn"].as_str().map(str::to_owned) else {
            return cluster;
        };
        self.world(|world, _, _| {
            let services = world
                .living_services()
                .filter(|service| service.cluster_arn == arn);
            let active = services
                .filter(|service| service.status == Status::Active)
                .count();
            let (running, pending) = world.task_counts(&arn);
            cluster["activeServicesCount"] = active.into();
            cluster["runningTasksCount"] = running.into();
            cluster["pendingTasksCount"] = pending.into();
        });
        cluster
    }
}
