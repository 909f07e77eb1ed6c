//! The life cycle of `AWS::ECS::ClusterCapacityProviderAssociations`: PutClusterCapacityProviders creates, updates and deletes.
//!
//! An association has no identity of its own: a second create has the same effect as one, and Windlass finds the result of a lost call on the cluster.

use windlass::aws::ecs::{
    ClusterCapacityProviderAssociations, ClusterCapacityProviderAssociationsChange,
    ClusterCapacityProviderAssociationsResolved,
};

use super::cluster::{CLUSTER_WORDINGS, Clusters, progress_of, put_providers};
use super::tags;
use crate::error::exists;
use crate::prelude::*;
use crate::services::shared;

lives!(ClusterCapacityProviderAssociations => AssociationsLifecycle);

pub struct AssociationsLifecycle;

impl Lifecycle for AssociationsLifecycle {
    type Kind = ClusterCapacityProviderAssociations;
    const DELETION: Deletion = Deletion::InBackground;
    const IS_MARKED: bool = false;
    const WORDINGS: &'static [Wording] = CLUSTER_WORDINGS;

    fn bucket(_: Action) -> Option<Limit> {
        Some(shared("ECS cluster modify", 20, 1.0))
    }

    fn want(subject: &Subject<Self>, wants: &mut Wants) {
        wants.want::<Clusters>(subject.id.clone());
    }

    fn observe(subject: &Subject<Self>, answers: &Answers) -> Result<Option<Observed>> {
        let Some(cluster) = answers.get::<Clusters>(&subject.id)? else {
            return Ok(None);
        };
        let (providers, strategy) = (
            cluster.capacity_providers.shown(),
            cluster.default_capacity_provider_strategy.shown(),
        );
        let wanted = !subject.applied.capacity_providers.is_empty();
        if wanted && providers.is_none() && strategy.is_none() {
            return Ok(None);
        }
        let properties = Block::new()
            .set("Cluster", Some(&subject.id))
            .set("CapacityProviders", providers)
            .set(
                "DefaultCapacityProviderStrategy",
                Some(strategy.unwrap_or_else(|| Vec::<String>::new().into())),
            );
        Ok(Some(Observed {
            properties,
            outputs: outputs([("Cluster", Some(subject.id.clone()))]),
        }))
    }

    async fn create(
        cx: &Context,
        spec: &ClusterCapacityProviderAssociationsResolved,
        _intent: &IntentId,
    ) -> Result<Made> {
        // The call replaces the whole list. A cluster that this stack creates has only the stack's providers, so only another cluster needs this check.
        if let Some(others) = others(cx, spec).await? {
            return Err(exists("ecs:PutClusterCapacityProviders", &others));
        }
        put(cx, spec).await?;
        Ok(made(spec))
    }

    async fn update(
        cx: &Context,
        _subject: &Subject<Self>,
        to: &ClusterCapacityProviderAssociationsResolved,
        changes: &[ClusterCapacityProviderAssociationsChange],
    ) -> Result<Outputs> {
        // One call sends both and replaces them together.
        for change in changes {
            match change {
                ClusterCapacityProviderAssociationsChange::CapacityProviders
                | ClusterCapacityProviderAssociationsChange::DefaultCapacityProviderStrategy => {}
            }
        }
        put(cx, to).await?;
        Ok(Outputs::new())
    }

    async fn delete(cx: &Context, subject: &Subject<Self>) -> Result<()> {
        put_providers(cx, &subject.id, Vec::new(), Vec::new()).await
    }

    async fn find(
        cx: &Context,
        spec: &ClusterCapacityProviderAssociationsResolved,
        _intent: &IntentId,
    ) -> Result<FoundOne> {
        if let Some(others) = others(cx, spec).await? {
            return Ok(FoundOne::Foreign(others));
        }
        let cluster = spec.cluster.as_str().to_owned();
        let found = Clusters::fetch(cx, vec![cluster.clone()]).await?;
        let wanted: Vec<_> = spec.capacity_providers.to_sdk().unwrap_or_default();
        let has = of_key(found, &cluster).is_some_and(|cluster| {
            let listed = cluster.capacity_providers.as_deref().unwrap_or_default();
            wanted.iter().all(|wanted| listed.contains(wanted))
        });
        Ok(if has {
            FoundOne::Ours(made(spec))
        } else {
            FoundOne::Nothing {
                visible_within: tags::VISIBLE_WITHIN,
            }
        })
    }

    fn progress(subject: &Subject<Self>, until: Until, answers: &Answers) -> Result<Progress> {
        let cluster = answers.get::<Clusters>(&subject.id)?;
        let detached = cluster.is_none_or(|cluster| {
            let listed = cluster.capacity_providers.as_deref().unwrap_or_default();
            let busy = cluster.attachments_status.as_deref() == Some("UPDATE_IN_PROGRESS");
            listed.is_empty() && !busy
        });
        Ok(match until {
            Until::Gone if detached => Progress::Reached {
                outputs: Outputs::new(),
            },
            Until::Gone => Progress::Pending {
                status: "detaching capacity providers".to_owned(),
                events: Vec::new(),
            },
            Until::Reaches(_) => match progress_of(cluster, until) {
                Progress::Reached { .. } => Progress::Reached {
                    outputs: outputs([("Cluster", Some(subject.id.clone()))]),
                },
                other => other,
            },
        })
    }
}

/// The providers of a cluster that this stack does not create, if they differ from the declared ones.
async fn others(
    cx: &Context,
    spec: &ClusterCapacityProviderAssociationsResolved,
) -> Result<Option<String>> {
    if !cx.is_literal("Cluster") {
        return Ok(None);
    }
    let cluster = spec.cluster.as_str();
    let found = Clusters::fetch(cx, vec![cluster.to_owned()]).await?;
    let wanted: Vec<String> = spec.capacity_providers.to_sdk().unwrap_or_default();
    let listed = found
        .iter()
        .flat_map(|(_, cluster)| cluster.capacity_providers.iter().flatten());
    let others: Vec<&str> = listed
        .filter(|listed| !wanted.contains(listed))
        .map(String::as_str)
        .collect();
    let text = format!("the association of {cluster} with {}", others.join(", "));
    Ok((!others.is_empty()).then_some(text))
}

async fn put(cx: &Context, spec: &ClusterCapacityProviderAssociationsResolved) -> Result<()> {
    put_providers(
        cx,
        spec.cluster.as_str(),
        spec.capacity_providers.to_sdk().unwrap_or_default(),
        spec.default_capacity_provider_strategy
            .to_sdk()
            .unwrap_or_default(),
    )
    .await
}

fn made(spec: &ClusterCapacityProviderAssociationsResolved) -> Made {
    let cluster = spec.cluster.as_str().to_owned();
    Made {
        id: cluster.clone(),
        outputs: outputs([("Cluster", Some(cluster))]),
    }
}
