//! The life cycle of `AWS::ServiceDiscovery::PrivateDnsNamespace`. AWS does not return its VPC.

use std::time::Duration;

use aws_sdk_servicediscovery::types::{
    NamespaceType, PrivateDnsNamespaceChange as SdkChange, PrivateDnsNamespaceProperties,
    PrivateDnsNamespacePropertiesChange, PrivateDnsPropertiesMutable,
    PrivateDnsPropertiesMutableChange, Soa, SoaChange,
};
use windlass::aws::servicediscovery::{
    PrivateDnsNamespace, PrivateDnsNamespaceChange, PrivateDnsNamespaceResolved,
};
use windlass_engine::provider::{Deletion, Outputs, Progress, Until};
use windlass_state::identity::IntentId;

use super::tags::Tags;
use super::{errors, namespace, tags};
use crate::applied_tags;
use crate::error::{Named, Result};
use crate::lifecycle::{Context, FoundOne, Lifecycle, Made, Subject};
use crate::observed::{Block, Observed};
use crate::reads::{Answers, Wants};
use crate::registry::lives;
use crate::tagging;
use crate::wording::Wording;

lives!(PrivateDnsNamespace => PrivateDnsNamespaceLifecycle);

pub struct PrivateDnsNamespaceLifecycle;

impl Lifecycle for PrivateDnsNamespaceLifecycle {
    type Kind = PrivateDnsNamespace;
    const DELETION: Deletion = Deletion::InBackground;
    const WORDINGS: &'static [Wording] = errors::WORDINGS;
    const VISIBLE_WITHIN: Duration = namespace::VISIBLE_WITHIN;

    fn want(subject: &Subject<Self>, wants: &mut Wants) {
        namespace::want(&subject.id, &subject.outputs, wants);
        applied_tags::want(subject.output("Arn"), &subject.applied.tags, wants);
    }

    fn observe(subject: &Subject<Self>, answers: &Answers) -> Result<Option<Observed>> {
        let Some(known) = namespace::known(&subject.id, &subject.outputs, answers)? else {
            return Ok(None);
        };
        let soa = Block::new().set("TTL", known.soa_ttl);
        let dns = Block::new().block("SOA", Some(soa));
        let properties = Block::new()
            .set("Name", known.name.as_ref())
            .set(
                "Description",
                known.description.as_ref().filter(|text| !text.is_empty()),
            )
            .block(
                "Properties",
                Some(Block::new().block("DnsProperties", Some(dns))),
            );
        let (arn, applied) = (subject.output("Arn"), &subject.applied.tags);
        Ok(Some(Observed {
            properties: applied_tags::observe(properties, arn, applied, answers)?,
            outputs: known.outputs(),
        }))
    }

    async fn create(
        cx: &Context,
        spec: &PrivateDnsNamespaceResolved,
        intent: &IntentId,
    ) -> Result<Made> {
        const OPERATION: &str = "servicediscovery:CreatePrivateDnsNamespace";
        let properties = ttl(spec).map(|ttl| {
            let soa = Soa::builder()
                .ttl(ttl)
                .build()
                .expect("a record with a time to live is whole");
            let dns = PrivateDnsPropertiesMutable::builder().soa(soa).build();
            PrivateDnsNamespaceProperties::builder()
                .dns_properties(dns)
                .build()
        });
        let request = cx
            .servicediscovery()
            .create_private_dns_namespace()
            .name(&spec.name)
            .vpc(spec.vpc.as_str())
            .creator_request_id(&intent.0)
            .set_description(spec.description.clone())
            .set_properties(properties)
            .set_tags(tags::for_create(cx, &spec.tags, intent));
        let answer = request.send().await.named(OPERATION)?;
        namespace::made(cx, answer.operation_id, OPERATION).await
    }

    async fn update(
        cx: &Context,
        subject: &Subject<Self>,
        to: &PrivateDnsNamespaceResolved,
        changes: &[PrivateDnsNamespaceChange],
    ) -> Result<Outputs> {
        let mut change = SdkChange::builder();
        let mut modifies = false;
        for what in changes {
            match what {
                PrivateDnsNamespaceChange::Description => {
                    change = change.description(to.description.clone().unwrap_or_default());
                    modifies = true;
                }
                PrivateDnsNamespaceChange::Properties => {
                    // Without one written, what is there stays: AWS has no way to clear it.
                    if let Some(ttl) = ttl(to) {
                        let soa = SoaChange::builder()
                            .ttl(ttl)
                            .build()
                            .expect("a record with a time to live is whole");
                        let dns = PrivateDnsPropertiesMutableChange::builder()
                            .soa(soa)
                            .build();
                        let properties = PrivateDnsNamespacePropertiesChange::builder()
                            .dns_properties(dns)
                            .build();
                        change = change.properties(properties);
                        modifies = true;
                    }
                }
                PrivateDnsNamespaceChange::Tags => {
                    let arn = namespace::arn_of(cx, &subject.id, &subject.outputs).await?;
                    tagging::update::<Tags>(cx, &arn, &subject.applied.tags, &to.tags).await?;
                }
            }
        }
        if modifies {
            let request = cx
                .servicediscovery()
                .update_private_dns_namespace()
                .id(namespace::id_of(cx, &subject.id, &subject.outputs).await?)
                .set_updater_request_id(cx.token.clone())
                .namespace(change.build());
            request
                .send()
                .await
                .named("servicediscovery:UpdatePrivateDnsNamespace")?;
        }
        Ok(Outputs::new())
    }

    async fn delete(cx: &Context, subject: &Subject<Self>) -> Result<()> {
        namespace::delete(cx, &subject.id, &subject.outputs).await
    }

    async fn who_uses(cx: &Context, subject: &Subject<Self>) -> Result<Vec<String>> {
        namespace::who_uses(cx, &subject.id, &subject.outputs).await
    }

    async fn find(
        cx: &Context,
        spec: &PrivateDnsNamespaceResolved,
        intent: &IntentId,
    ) -> Result<FoundOne> {
        namespace::find(cx, NamespaceType::DnsPrivate, &spec.name, intent).await
    }

    fn want_progress(subject: &Subject<Self>, until: Until, wants: &mut Wants) {
        namespace::want_progress(&subject.id, &subject.outputs, until, wants);
    }

    fn progress(subject: &Subject<Self>, until: Until, answers: &Answers) -> Result<Progress> {
        namespace::progress(&subject.id, &subject.outputs, until, answers, |known| {
            (subject.applied.description.is_none()
                || known.description == subject.applied.description)
                && ttl(&subject.applied).is_none_or(|ttl| known.soa_ttl == Some(ttl))
        })
    }
}

fn ttl(spec: &PrivateDnsNamespaceResolved) -> Option<i64> {
    let dns = spec.properties.as_ref()?.dns_properties.as_ref()?;
    dns.soa.as_ref()?.ttl.map(i64::from)
}
