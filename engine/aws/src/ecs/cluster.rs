//! The life cycle of `AWS::ECS::Cluster`.
//!
//! Two AWS calls update one kind: UpdateCluster sends settings, configuration and Service Connect, and PutClusterCapacityProviders replaces the whole list of
//! providers. CreateCluster with an existing name does not refuse, but answers with the existing cluster, so Windlass checks the answer's tags.

use aws_sdk_ecs::types::{
    CapacityProviderStrategyItem, Cluster as SdkCluster, ClusterField,
    ClusterServiceConnectDefaultsRequest, ClusterSetting, ClusterSettingName,
};
use windlass::aws::ecs::{Cluster, ClusterChange, ClusterResolved};
use windlass_engine::provider::Failure;

use super::{contents, tags};
use crate::prelude::*;
use crate::services::shared;

lives!(Cluster => ClusterLifecycle);

pub struct ClusterLifecycle;

tables! { windlass::aws::ecs => aws_sdk_ecs;
    ClusterSetting;
    ClusterConfiguration;
    ExecuteCommandConfiguration;
    ExecuteCommandLogConfiguration;
    ManagedStorageConfiguration;
    CapacityProviderStrategyItem;
    ServiceConnectDefaults => ClusterServiceConnectDefaultsRequest | ClusterServiceConnectDefaults;
    Cluster => create_cluster | Cluster { "ClusterSettings" as settings; }
}

/// Clusters by name, without inactive ones.
pub struct Clusters;

impl Query for Clusters {
    type Key = String;
    type Item = SdkCluster;
    /// How many clusters DescribeClusters takes.
    const BATCH: usize = 100;

    async fn fetch(clients: &Clients, keys: Vec<String>) -> Result<Vec<(String, SdkCluster)>> {
        let include = [
            ClusterField::Attachments,
            ClusterField::Configurations,
            ClusterField::Settings,
            ClusterField::Tags,
        ];
        let answer = clients
            .ecs()
            .describe_clusters()
            .set_clusters(Some(keys))
            .set_include(Some(include.to_vec()))
            .send()
            .await
            .named("ecs:DescribeClusters")?;
        let living = answer.clusters.unwrap_or_default().into_iter();
        Ok(living
            .filter(|cluster| cluster.status.as_deref() != Some("INACTIVE"))
            .filter_map(|cluster| Some((cluster.cluster_name.clone()?, cluster)))
            .collect())
    }
}

impl Lifecycle for ClusterLifecycle {
    type Kind = Cluster;
    const DELETION: Deletion = Deletion::InBackground;
    const IS_LISTED: bool = true;
    const WORDINGS: &'static [Wording] = CLUSTER_WORDINGS;

    fn bucket(_: Action) -> Option<Limit> {
        Some(shared("ECS cluster modify", 20, 1.0))
    }

    observed_by!(Clusters);

    async fn create(cx: &Context, spec: &ClusterResolved, intent: &IntentId) -> Result<Made> {
        const OPERATION: &str = "ecs:CreateCluster";
        let name = name(spec)?;
        let call = spec.fill(cx.ecs().create_cluster());
        let answer = call
            .set_tags(Some(tags::created(cx, &spec.tags, intent)))
            .send()
            .await
            .named(OPERATION)?;
        let mut cluster = answer.cluster;
        if !cluster
            .as_ref()
            .is_some_and(|cluster| tags::are_of(cluster.tags.as_deref(), intent))
        {
            cluster = living(cx, name).await?;
        }
        let cluster = cluster.ok_or_else(|| incomplete(OPERATION, "cluster"))?;
        if !tags::are_of(cluster.tags.as_deref(), intent) {
            return Err(exists(name));
        }
        made(Some(&cluster), OPERATION)
    }

    async fn update(
        cx: &Context,
        subject: &Subject<Self>,
        to: &ClusterResolved,
        changes: &[ClusterChange],
    ) -> Result<Outputs> {
        let mut update = cx.ecs().update_cluster().cluster(&subject.id);
        let (mut updates, mut puts) = (false, false);
        for change in changes {
            match change {
                ClusterChange::CapacityProviders
                | ClusterChange::DefaultCapacityProviderStrategy => puts = true,
                ClusterChange::ClusterSettings => {
                    let settings = to.cluster_settings.to_sdk();
                    update = update.set_settings(Some(settings.unwrap_or_else(without_insights)));
                    updates = true;
                }
                ClusterChange::Configuration => {
                    let none = || aws_sdk_ecs::types::ClusterConfiguration::builder().build();
                    update = update.configuration(to.configuration.to_sdk().unwrap_or_else(none));
                    updates = true;
                }
                ClusterChange::ServiceConnectDefaults => {
                    // An empty namespace removes the default.
                    let none = ClusterServiceConnectDefaultsRequest::builder()
                        .namespace("")
                        .build();
                    let none = none.expect("the namespace is set");
                    let namespace = to.service_connect_defaults.to_sdk();
                    update = update.service_connect_defaults(namespace.unwrap_or(none));
                    updates = true;
                }
                ClusterChange::Tags => {
                    let arn = subject.output("Arn");
                    tags::update(cx, arn, &subject.applied.tags, &to.tags).await?;
                }
            }
        }
        if updates {
            update.send().await.named("ecs:UpdateCluster")?;
        }
        if puts {
            put_providers(
                cx,
                &subject.id,
                to.capacity_providers.to_sdk().unwrap_or_default(),
                to.default_capacity_provider_strategy
                    .to_sdk()
                    .unwrap_or_default(),
            )
            .await?;
        }
        Ok(Outputs::new())
    }

    async fn delete(cx: &Context, subject: &Subject<Self>) -> Result<()> {
        let call = cx.ecs().delete_cluster().cluster(&subject.id);
        call.send().await.named("ecs:DeleteCluster").map(drop)
    }

    async fn who_uses(cx: &Context, subject: &Subject<Self>) -> Result<Vec<String>> {
        contents::of(cx, &subject.id).await
    }

    async fn find(cx: &Context, spec: &ClusterResolved, intent: &IntentId) -> Result<FoundOne> {
        let name = name(spec)?;
        Ok(match living(cx, name).await? {
            None => FoundOne::Nothing {
                visible_within: tags::VISIBLE_WITHIN,
            },
            Some(cluster) => match Made::of(&cluster) {
                Some(made) if tags::are_of(cluster.tags.as_deref(), intent) => FoundOne::Ours(made),
                _ => FoundOne::Foreign(format!("the cluster `{name}`")),
            },
        })
    }

    fn progress(subject: &Subject<Self>, until: Until, answers: &Answers) -> Result<Progress> {
        let cluster = answers.get::<Clusters>(&subject.id)?;
        Ok(progress_of(cluster, until))
    }
}

/// The progress of a cluster, including its capacity providers.
pub fn progress_of(cluster: Option<&SdkCluster>, until: Until) -> Progress {
    let Some(cluster) = cluster else {
        return match until {
            Until::Gone => reached(Outputs::new()),
            Until::Reaches(_) => pending("not visible yet"),
        };
    };
    let status = cluster.status.as_deref().unwrap_or("no status");
    let attachments = cluster.attachments_status.as_deref().unwrap_or_default();
    match (until, status, attachments) {
        (Until::Gone, ..) => pending(&status.to_lowercase()),
        (_, "FAILED", _) | (_, _, "UPDATE_FAILED") => Progress::Failed(Failure {
            summary: format!("the cluster is {status}, its capacity {attachments}"),
            details: failed_attachments(cluster),
            rolled_back: false,
        }),
        (_, "ACTIVE", "UPDATE_IN_PROGRESS") => pending("attaching capacity providers"),
        (_, "ACTIVE", _) => reached(cluster.outputs()),
        _ => pending(&status.to_lowercase()),
    }
}

fn failed_attachments(cluster: &SdkCluster) -> Vec<(String, String)> {
    let attachments = cluster.attachments.iter().flatten();
    let failed = attachments.filter(|attachment| attachment.status.as_deref() == Some("FAILED"));
    let described = |attachment: &aws_sdk_ecs::types::Attachment| {
        let details = attachment.details.iter().flatten();
        let pairs = details
            .filter_map(|pair| Some(format!("{} {}", pair.name.as_ref()?, pair.value.as_ref()?)));
        ("cause".to_owned(), pairs.collect::<Vec<_>>().join(", "))
    };
    failed.map(described).collect()
}

/// Replaces the capacity providers of a cluster and its default strategy.
pub async fn put_providers(
    cx: &Context,
    cluster: &str,
    providers: Vec<String>,
    strategy: Vec<CapacityProviderStrategyItem>,
) -> Result<()> {
    let call = cx.ecs().put_cluster_capacity_providers().cluster(cluster);
    call.set_capacity_providers(Some(providers))
        .set_default_capacity_provider_strategy(Some(strategy))
        .send()
        .await
        .named("ecs:PutClusterCapacityProviders")
        .map(drop)
}

/// The meaning of ECS's error codes about a cluster and its capacity providers.
pub const CLUSTER_WORDINGS: &[Wording] = &[
    Wording::new(
        &["ecs:PutClusterCapacityProviders", "ecs:UpdateCluster"],
        &["UpdateInProgressException", "ResourceInUseException"],
        ErrorClass::Busy,
    ),
    // A cluster that was created or changed a moment ago: `internal/service/ecs/cluster_capacity_provider_associations.go` of Terraform.
    Wording::new(
        &["ecs:PutClusterCapacityProviders"],
        &["ClientException"],
        ErrorClass::NotYet,
    )
    .saying(&["Cluster was not ACTIVE"]),
    Wording::new(
        &["ecs:DeleteCluster"],
        &["ClusterContainsCapacityProviderException"],
        ErrorClass::InUse,
    ),
    // The first cluster of an account creates the service-linked role, which takes a moment to become visible. ECS has no error code for that.
    // <https://github.com/aws/containers-roadmap/issues/2614>
    Wording::new(
        &["ecs:CreateCluster"],
        &["InvalidParameterException"],
        ErrorClass::NotYet,
    )
    .saying(&["service linked role"]),
];

fn without_insights() -> Vec<ClusterSetting> {
    let off = ClusterSetting::builder()
        .name(ClusterSettingName::ContainerInsights)
        .value("disabled");
    vec![off.build()]
}

fn name(spec: &ClusterResolved) -> Result<&str> {
    let name = spec.cluster_name.as_deref();
    name.ok_or_else(|| crate::error::invalid("ecs:CreateCluster", "the cluster has no name"))
}

async fn living(cx: &Context, name: &str) -> Result<Option<SdkCluster>> {
    let found = Clusters::fetch(cx, vec![name.to_owned()]).await?;
    Ok(of_key(found, &name.to_owned()))
}

fn exists(name: &str) -> ProviderError {
    ProviderError {
        class: ErrorClass::AlreadyExists,
        ..crate::error::invalid(
            "ecs:CreateCluster",
            format!("a cluster `{name}` exists, and nothing proves that it is ours"),
        )
    }
}

impl Described for SdkCluster {
    fn id(&self) -> Option<String> {
        self.cluster_name.clone()
    }

    fn outputs(&self) -> Outputs {
        outputs([
            ("ClusterName", self.cluster_name.clone()),
            ("Arn", self.cluster_arn.clone()),
        ])
    }

    fn properties(&self) -> Block {
        self.block().tags("Tags", tags::pairs(self.tags.as_deref()))
    }
}
