//! The life cycle of `AWS::ECS::CapacityProvider`. Creation and deletion take time: `updateStatus` reports their progress.

mod blocks;

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_ecs::types::{
    CapacityProvider as SdkCapacityProvider, CapacityProviderField, CapacityProviderStatus,
    CapacityProviderUpdateStatus,
};
use windlass::aws::ecs::{
    CapacityProvider, CapacityProviderChange, CapacityProviderResolved, ProviderResolved,
};

use super::tags;
use crate::prelude::*;
use crate::reads::pages;
use crate::services::shared;

lives!(CapacityProvider => CapacityProviderLifecycle);

pub struct CapacityProviderLifecycle;

/// Capacity providers by cluster (for managed instances) and name, without inactive ones.
pub struct CapacityProviders;

impl Query for CapacityProviders {
    type Key = (Option<String>, String);
    type Item = SdkCapacityProvider;
    /// How many providers DescribeCapacityProviders takes; it answers with ten per page.
    const BATCH: usize = 100;

    fn groups(keys: BTreeSet<Self::Key>) -> Vec<Vec<Self::Key>> {
        let mut groups: BTreeMap<Option<String>, Vec<Self::Key>> = BTreeMap::new();
        for key in keys {
            groups.entry(key.0.clone()).or_default().push(key);
        }
        groups.into_values().collect()
    }

    async fn fetch(
        clients: &Clients,
        keys: Vec<Self::Key>,
    ) -> Result<Vec<(Self::Key, SdkCapacityProvider)>> {
        let cluster = keys.first().and_then(|(cluster, _)| cluster.clone());
        let call = clients
            .ecs()
            .describe_capacity_providers()
            .set_cluster(cluster.clone())
            .set_capacity_providers(Some(keys.into_iter().map(|(_, name)| name).collect()))
            .include(CapacityProviderField::Tags);
        let described = pages(async |token| {
            let page = call.clone().set_next_token(token).send().await;
            let page = page.named("ecs:DescribeCapacityProviders")?;
            Ok((page.capacity_providers, page.next_token))
        });
        let living = described.await.found()?.unwrap_or_default().into_iter();
        Ok(living
            .filter(|provider| provider.status != Some(CapacityProviderStatus::Inactive))
            .filter(|provider| {
                provider.update_status != Some(CapacityProviderUpdateStatus::DeleteComplete)
            })
            .filter_map(|provider| Some(((cluster.clone(), provider.name.clone()?), provider)))
            .collect())
    }
}

fn key(subject: &Subject<CapacityProviderLifecycle>) -> (Option<String>, String) {
    (subject.applied.cluster_name.to_sdk(), subject.id.clone())
}

impl Lifecycle for CapacityProviderLifecycle {
    type Kind = CapacityProvider;
    const DELETION: Deletion = Deletion::InBackground;
    const WORDINGS: &'static [Wording] = &[
        // ECS reports all of these as ClientException or InvalidParameterException, the codes of every other refusal as well.
        // <https://github.com/aws/containers-roadmap/issues/632>
        Wording::new(
            &["ecs:CreateCapacityProvider"],
            &[],
            ErrorClass::AlreadyExists,
        )
        .saying(&["already exists"]),
        // For a deletion this code means "in use", as for every kind, because that wait can take longer.
        Wording::new(
            &["ecs:UpdateCapacityProvider"],
            &["UpdateInProgressException"],
            ErrorClass::Busy,
        ),
        // An infrastructure role that was created a moment ago: <https://github.com/go-to-k/cdkd/issues/805>.
        Wording::new(
            &["ecs:CreateCapacityProvider", "ecs:UpdateCapacityProvider"],
            &["ClientException"],
            ErrorClass::NotYet,
        )
        .saying(&["ServiceAccessDeniedException for ECSInfrastructureRole"]),
        Wording::new(&["ecs:DeleteCapacityProvider"], &[], ErrorClass::InUse)
            .saying(&["in use", "associated with"]),
        Wording::new(
            &["ecs:UpdateCapacityProvider", "ecs:DeleteCapacityProvider"],
            &["ClientException", "InvalidParameterException"],
            ErrorClass::NotFound,
        )
        .saying(&["does not exist", "not found"]),
    ];

    fn bucket(_: Action) -> Option<Limit> {
        Some(shared("ECS capacity provider modify", 10, 1.0))
    }

    observed_by!(CapacityProviders: key);

    async fn create(
        cx: &Context,
        spec: &CapacityProviderResolved,
        intent: &IntentId,
    ) -> Result<Made> {
        const OPERATION: &str = "ecs:CreateCapacityProvider";
        let call = spec.fill(cx.ecs().create_capacity_provider());
        let call = call.set_tags(Some(tags::created(cx, &spec.tags, intent)));
        let answer = call.send().await.named(OPERATION)?;
        made(answer.capacity_provider.as_ref(), OPERATION)
    }

    async fn update(
        cx: &Context,
        subject: &Subject<Self>,
        to: &CapacityProviderResolved,
        changes: &[CapacityProviderChange],
    ) -> Result<Outputs> {
        for change in changes {
            match change {
                CapacityProviderChange::Provider => {
                    let call = cx
                        .ecs()
                        .update_capacity_provider()
                        .name(&subject.id)
                        .set_cluster(to.cluster_name.to_sdk());
                    let call = match &to.provider {
                        ProviderResolved::AutoScalingGroupProvider(provider) => {
                            call.set_auto_scaling_group_provider(provider.to_sdk())
                        }
                        ProviderResolved::ManagedInstancesProvider(provider) => {
                            call.set_managed_instances_provider(provider.to_sdk())
                        }
                    };
                    call.send().await.named("ecs:UpdateCapacityProvider")?;
                }
                CapacityProviderChange::Tags => {
                    let arn = subject.output("CapacityProviderArn");
                    tags::update(cx, arn, &subject.applied.tags, &to.tags).await?;
                }
            }
        }
        Ok(Outputs::new())
    }

    async fn delete(cx: &Context, subject: &Subject<Self>) -> Result<()> {
        let call = cx
            .ecs()
            .delete_capacity_provider()
            .capacity_provider(&subject.id)
            .set_cluster(subject.applied.cluster_name.to_sdk());
        call.send()
            .await
            .named("ecs:DeleteCapacityProvider")
            .map(drop)
    }

    async fn find(
        cx: &Context,
        spec: &CapacityProviderResolved,
        intent: &IntentId,
    ) -> Result<FoundOne> {
        let name = name(spec)?;
        let key = (spec.cluster_name.to_sdk(), name.to_owned());
        let found = CapacityProviders::fetch(cx, vec![key.clone()]).await?;
        Ok(match of_key(found, &key) {
            None => FoundOne::Nothing {
                visible_within: tags::VISIBLE_WITHIN,
            },
            Some(provider) => match Made::of(&provider) {
                Some(made) if tags::are_of(provider.tags.as_deref(), intent) => {
                    FoundOne::Ours(made)
                }
                _ => FoundOne::Foreign(format!("the capacity provider `{name}`")),
            },
        })
    }

    fn progress(subject: &Subject<Self>, until: Until, answers: &Answers) -> Result<Progress> {
        let provider = answers.get::<CapacityProviders>(&key(subject))?;
        let Some(provider) = provider else {
            return Ok(match until {
                Until::Gone => reached(Outputs::new()),
                Until::Reaches(_) => pending("not visible yet"),
            });
        };
        use CapacityProviderUpdateStatus as Update;
        Ok(match (until, &provider.update_status) {
            (Until::Gone, Some(Update::DeleteFailed))
            | (Until::Reaches(_), Some(Update::CreateFailed | Update::UpdateFailed)) => {
                let summary = format!("the capacity provider reports {}", shown_status(provider));
                failed(&summary, provider.update_status_reason.as_deref())
            }
            (Until::Gone, _)
            | (
                _,
                Some(
                    Update::CreateInProgress | Update::UpdateInProgress | Update::DeleteInProgress,
                ),
            ) => pending(&shown_status(provider)),
            (Until::Reaches(_), _) if provider.status == Some(CapacityProviderStatus::Active) => {
                reached(provider.outputs())
            }
            (Until::Reaches(_), _) => pending(&shown_status(provider)),
        })
    }
}

fn shown_status(provider: &SdkCapacityProvider) -> String {
    let update = provider
        .update_status
        .as_ref()
        .map(CapacityProviderUpdateStatus::as_str);
    let status = provider.status.as_ref().map(CapacityProviderStatus::as_str);
    let words = update.or(status).unwrap_or("no status");
    words.to_lowercase().replace('_', " ")
}

fn name(spec: &CapacityProviderResolved) -> Result<&str> {
    let missing = || {
        invalid(
            "ecs:CreateCapacityProvider",
            "the capacity provider has no name",
        )
    };
    spec.name.as_deref().ok_or_else(missing)
}

impl Described for SdkCapacityProvider {
    fn id(&self) -> Option<String> {
        self.name.clone()
    }

    fn outputs(&self) -> Outputs {
        outputs([
            ("Name", self.name.clone()),
            ("CapacityProviderArn", self.capacity_provider_arn.clone()),
        ])
    }

    fn properties(&self) -> Block {
        self.block().tags("Tags", tags::pairs(self.tags.as_deref()))
    }
}
