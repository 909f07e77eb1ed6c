//! `AWS::ECS::Cluster`: the place where services and tasks run.
//!
//! What surprises people: A deleted cluster stays visible as `INACTIVE` for a while, and its name can be used again at once. A cluster cannot be
//! deleted while it has services, tasks or instances. `PutClusterCapacityProviders` always replaces the whole list. Container Insights follows the
//! account's default unless the spec sets it.
//!
//! Not here: capacity providers made from Auto Scaling groups, which need the cluster only when they are attached
//! ([`ClusterCapacityProviderAssociations`](super::ClusterCapacityProviderAssociations)). A cluster and an association must not both list providers.
//! Reference: <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ecs-cluster.html>

use windlass_derive::{Block, Resource};

use super::capacity_provider_strategy::{self, CapacityProviderStrategyItem};
use super::{CapacityProviderName, ClusterArn, ClusterName};
use crate::aws::logs::LogGroupName;
use crate::aws::servicediscovery::NamespaceArn;
use crate::resource::{Check, Samples};
use crate::stack::Checks;
use crate::value::{Input, IntoInput, Tags};

crate::text_enum! {
    /// The settings that a cluster has.
    pub enum ClusterSettingName {
        ContainerInsights = "containerInsights",
    }
    /// How many metrics CloudWatch Container Insights collects.
    pub enum Insights {
        /// Metrics down to single tasks and containers.
        Enhanced = "enhanced",
        /// Metrics for clusters and services.
        Enabled = "enabled",
        /// No metrics.
        Disabled = "disabled",
    }
    /// Where ECS Exec sends the output of its sessions.
    pub enum ExecuteCommandLogging {
        /// ECS Exec sends it nowhere.
        None = "NONE",
        /// To the container's own log, if that is in CloudWatch Logs.
        Default = "DEFAULT",
        /// To the place in the log configuration.
        Override = "OVERRIDE",
    }
}

/// The place where services and tasks run.
///
/// ```
/// use windlass::aws::ecs::{Cluster, Insights};
/// use windlass::request::Request;
/// use windlass::resource::Declare;
/// use windlass::stack::Stack;
///
/// let document = Stack::test("shop", |cx| {
///     let cluster = Cluster::new().container_insights(Insights::Enhanced).fargate().declare(cx, "cluster");
///     cx.output("cluster", cluster.name().text());
///     Ok(())
/// }, Request::offline("us-east-1"));
/// assert!(document.problems.is_empty());
/// ```
#[derive(Debug, Clone, Resource)]
#[resource(
    kind = "AWS::ECS::Cluster",
    id = "ClusterName",
    outputs(name: ClusterName = "ClusterName", arn: ClusterArn = "Arn"),
    waits(Ready),
    reference_wait = Ready,
    lends("CapacityProviders"),
    holds("CapacityProviders[]")
)]
pub struct Cluster {
    /// The name, up to 255 letters, digits, `-` and `_`.
    #[field(replaces, physical_name(max = 255, also = "_"))]
    pub cluster_name: Option<Input<String>>,
    /// The capacity providers that services and tasks in the cluster may use.
    #[field(in_place, set)]
    pub capacity_providers: Vec<Input<CapacityProviderName>>,
    /// The default capacity provider strategy, for services and tasks that state neither a launch type nor a strategy.
    #[field(in_place, keyed("CapacityProvider"))]
    pub default_capacity_provider_strategy: Vec<CapacityProviderStrategyItem>,
    /// Settings. [`Cluster::container_insights`] writes the only one that exists.
    #[field(
        in_place,
        keyed("Name"),
        removal_default(r#"[{"Name":"containerInsights","Value":"disabled"}]"#)
    )]
    pub cluster_settings: Vec<ClusterSetting>,
    /// ECS Exec and the encryption of managed storage.
    #[field(in_place)]
    pub configuration: Option<ClusterConfiguration>,
    /// The default Service Connect namespace, for services that name none.
    #[field(in_place)]
    pub service_connect_defaults: Option<ServiceConnectDefaults>,
    #[field(in_place)]
    pub tags: Tags,
}

/// One setting of a cluster.
#[derive(Debug, Clone, Block)]
pub struct ClusterSetting {
    /// Which setting.
    pub name: Input<ClusterSettingName>,
    /// Its value: `enhanced`, `enabled` or `disabled`.
    pub value: Input<Insights>,
}

/// What a cluster configures for the tasks in it.
#[derive(Debug, Clone, Block)]
pub struct ClusterConfiguration {
    /// ECS Exec: encryption and logging of its sessions.
    pub execute_command_configuration: Option<ExecuteCommandConfiguration>,
    /// Encryption of the storage that ECS manages.
    pub managed_storage_configuration: Option<ManagedStorageConfiguration>,
}

/// How ECS Exec encrypts and logs its sessions.
#[derive(Debug, Clone, Block)]
pub struct ExecuteCommandConfiguration {
    /// The KMS key, by id, ARN or alias, that encrypts the traffic between client and container.
    pub kms_key_id: Option<Input<String>>,
    /// Where ECS Exec sends the output. AWS's default is `DEFAULT`.
    #[field(removal_default("\"DEFAULT\""))]
    pub logging: Option<Input<ExecuteCommandLogging>>,
    /// The places for [`ExecuteCommandLogging::Override`].
    pub log_configuration: Option<ExecuteCommandLogConfiguration>,
}

/// Where ECS Exec sends the output of its sessions: a log group, a bucket, or both.
#[derive(Debug, Clone, Block)]
pub struct ExecuteCommandLogConfiguration {
    pub cloud_watch_log_group_name: Option<Input<LogGroupName>>,
    /// Whether the log must be encrypted. Then the log group needs a key. AWS's default is `false`.
    #[field(removal_default("false"))]
    pub cloud_watch_encryption_enabled: Option<Input<bool>>,
    #[field(name = "S3BucketName")]
    pub s3_bucket_name: Option<Input<String>>,
    /// Whether the objects must be encrypted. AWS's default is `false`.
    #[field(name = "S3EncryptionEnabled", removal_default("false"))]
    pub s3_encryption_enabled: Option<Input<bool>>,
    /// The folder in the bucket.
    #[field(name = "S3KeyPrefix")]
    pub s3_key_prefix: Option<Input<String>>,
}

/// The keys that encrypt the storage that ECS manages.
#[derive(Debug, Clone, Block)]
pub struct ManagedStorageConfiguration {
    /// The ARN of the KMS key for managed volumes.
    pub kms_key_id: Option<Input<String>>,
    /// The ARN of the KMS key for the ephemeral storage of Fargate tasks.
    pub fargate_ephemeral_storage_kms_key_id: Option<Input<String>>,
}

/// The default Service Connect namespace, for services that name none.
///
/// AWS also takes a plain name, and then creates a namespace that no stack owns. So this property takes the ARN of a namespace only.
#[derive(Debug, Clone, Block)]
pub struct ServiceConnectDefaults {
    /// The Cloud Map namespace.
    pub namespace: Input<NamespaceArn>,
}

impl Cluster {
    /// Sets how many metrics Container Insights collects.
    #[must_use]
    pub fn container_insights(mut self, insights: impl IntoInput<Insights>) -> Self {
        self.cluster_settings = vec![ClusterSetting::new(
            ClusterSettingName::ContainerInsights,
            insights,
        )];
        self
    }

    /// Adds `FARGATE` and `FARGATE_SPOT`, and makes `FARGATE` the default if there is no default yet.
    #[must_use]
    pub fn fargate(mut self) -> Self {
        let (fargate, spot) = (
            CapacityProviderName::fargate(),
            CapacityProviderName::fargate_spot(),
        );
        self.capacity_providers
            .extend([fargate.clone().into(), spot.into()]);
        if self.default_capacity_provider_strategy.is_empty() {
            self.default_capacity_provider_strategy =
                vec![CapacityProviderStrategyItem::new(fargate).weight(1)];
        }
        self
    }
}

impl Check for Cluster {
    fn check(&self, checks: &mut Checks<'_>) {
        super::check_name("ClusterName", self.cluster_name.as_ref(), checks);
        capacity_provider_strategy::check(
            "DefaultCapacityProviderStrategy",
            &self.default_capacity_provider_strategy,
            checks,
        );
        let literals: Option<Vec<_>> = self.capacity_providers.iter().map(Input::literal).collect();
        for item in &self.default_capacity_provider_strategy {
            if let (Some(known), Some(name)) = (&literals, item.capacity_provider.literal())
                && !known.contains(&name)
            {
                checks.invalid(
                    "DefaultCapacityProviderStrategy",
                    format!("names `{name}`, which is not among `CapacityProviders`"),
                    format!("add `{name}` to the capacity providers"),
                );
            }
        }
        let exec = self
            .configuration
            .as_ref()
            .and_then(|configuration| configuration.execute_command_configuration.as_ref());
        if let Some(exec) = exec {
            exec.check(checks);
        }
    }
}

impl ExecuteCommandConfiguration {
    fn check(&self, checks: &mut Checks<'_>) {
        let property = "Configuration.ExecuteCommandConfiguration";
        let overrides =
            self.logging.as_ref().and_then(Input::literal) == Some(ExecuteCommandLogging::Override);
        match &self.log_configuration {
            None if overrides => checks.invalid(
                property,
                "has the logging `OVERRIDE` but no `LogConfiguration`",
                "say where the output goes",
            ),
            Some(_)
                if !overrides && self.logging.as_ref().is_none_or(|l| l.literal().is_some()) =>
            {
                checks.invalid(
                    property,
                    "has a `LogConfiguration` but not the logging `OVERRIDE`",
                    "set the logging to `ExecuteCommandLogging::Override`",
                );
            }
            Some(log)
                if log.cloud_watch_log_group_name.is_none() && log.s3_bucket_name.is_none() =>
            {
                checks.invalid(
                    property,
                    "names neither a log group nor a bucket",
                    "AWS wants one of them",
                );
            }
            _ => {}
        }
    }
}

impl Samples for Cluster {
    fn samples() -> Vec<Self> {
        let log = |name: &str, on: bool| {
            ExecuteCommandLogConfiguration::new()
                .cloud_watch_log_group_name(LogGroupName::existing(format!("/ecs/{name}")))
                .cloud_watch_encryption_enabled(on)
                .s3_bucket_name(name)
                .s3_encryption_enabled(on)
                .s3_key_prefix(name)
        };
        let configuration = |name: &str, on: bool| {
            let key = format!("arn:aws:kms:us-east-1:123456789012:key/{name}");
            ClusterConfiguration::new()
                .execute_command_configuration(
                    ExecuteCommandConfiguration::new()
                        .kms_key_id(key.clone())
                        .logging(ExecuteCommandLogging::Override)
                        .log_configuration(log(name, on)),
                )
                .managed_storage_configuration(
                    ManagedStorageConfiguration::new()
                        .kms_key_id(key.clone())
                        .fargate_ephemeral_storage_kms_key_id(key),
                )
        };
        let namespace = |id: &str| {
            ServiceConnectDefaults::new(NamespaceArn::existing(format!(
                "arn:aws:servicediscovery:us-east-1:123456789012:namespace/{id}"
            )))
        };
        let strategy = |base: u32, weight: u32| {
            vec![
                CapacityProviderStrategyItem::new(CapacityProviderName::fargate())
                    .base(base)
                    .weight(weight),
            ]
        };
        let full = Self::new()
            .cluster_name("main")
            .fargate()
            .default_capacity_provider_strategy(strategy(1, 1))
            .container_insights(Insights::Enhanced)
            .configuration(configuration("exec", true))
            .service_connect_defaults(namespace("ns-0a1"))
            .tag("Team", "shop");
        let session_log_off = ClusterConfiguration::new().execute_command_configuration(
            ExecuteCommandConfiguration::new().logging(ExecuteCommandLogging::None),
        );
        vec![
            Self::new(),
            full.clone(),
            full.clone()
                .capacity_providers([CapacityProviderName::fargate()])
                .default_capacity_provider_strategy(strategy(2, 3))
                .container_insights(Insights::Disabled)
                .configuration(configuration("other", false))
                .service_connect_defaults(namespace("ns-0b2"))
                .tag("Team", "other"),
            full.clone().configuration(session_log_off),
            full.cluster_name("second"),
        ]
    }
}
