//! The life cycle of `AWS::ServiceDiscovery::PrivateDnsNamespace`. AWS does not return its VPC.

use std::time::Duration;

use aws_sdk_servicediscovery::types::{
    Namespace, NamespaceType, PrivateDnsNamespaceChange as SdkChange, PrivateDnsNamespaceProperties,
};
use windlass::aws::servicediscovery::{
    NamespacePropertiesResolved, PrivateDnsNamespace, PrivateDnsNamespaceChange,
    PrivateDnsNamespaceResolved,
};

use super::tags::Tags;
use super::{errors, namespace, tags};
use crate::applied_tags;
use crate::prelude::*;
use crate::tagging;

lives!(PrivateDnsNamespace => PrivateDnsNamespaceLifecycle);

pub struct PrivateDnsNamespaceLifecycle;

tables! { windlass::aws::servicediscovery => aws_sdk_servicediscovery;
    Soa;
    Soa => SoaChange | _;
    DnsProperties => PrivateDnsPropertiesMutable | DnsProperties;
    DnsProperties => PrivateDnsPropertiesMutableChange | _;
    NamespaceProperties => PrivateDnsNamespaceProperties | NamespaceProperties;
    NamespaceProperties => PrivateDnsNamespacePropertiesChange | _;
    PrivateDnsNamespace => create_private_dns_namespace | Namespace {
        "Description" shown by namespace::description;
        "Properties" sent by with_ttl;
    }
}

/// The properties to send; `None` without a time to live (TTL). AWS takes no record without a TTL, and the properties hold nothing else.
fn with_ttl(
    properties: &Option<NamespacePropertiesResolved>,
) -> Option<PrivateDnsNamespaceProperties> {
    ttl(properties).and_then(|_| properties.to_sdk())
}

fn ttl(properties: &Option<NamespacePropertiesResolved>) -> Option<i64> {
    let dns = properties.as_ref()?.dns_properties.as_ref()?;
    dns.soa.as_ref()?.ttl.map(i64::from)
}

fn shown_ttl(namespace: &Namespace) -> Option<i64> {
    let dns = namespace.properties.as_ref()?.dns_properties.as_ref()?;
    dns.soa.as_ref().map(|soa| soa.ttl)
}

impl Lifecycle for PrivateDnsNamespaceLifecycle {
    type Kind = PrivateDnsNamespace;
    const DELETION: Deletion = Deletion::InBackground;
    const TIMING: Timing = Timing::USUAL.polled(250, 4_000).taking(40, 1);
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
        let (arn, applied) = (subject.output("Arn"), &subject.applied.tags);
        Ok(Some(Observed {
            properties: applied_tags::observe(known.block(), arn, applied, answers)?,
            outputs: namespace::attributes(known),
        }))
    }

    async fn create(
        cx: &Context,
        spec: &PrivateDnsNamespaceResolved,
        intent: &IntentId,
    ) -> Result<Made> {
        const OPERATION: &str = "servicediscovery:CreatePrivateDnsNamespace";
        let request = spec
            .fill(cx.servicediscovery().create_private_dns_namespace())
            .creator_request_id(&intent.0)
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
                    // If the author wrote no TTL, AWS keeps the old one, because no call can clear it.
                    if ttl(&to.properties).is_some() {
                        change = change.set_properties(to.properties.to_sdk());
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
                && ttl(&subject.applied.properties).is_none_or(|ttl| shown_ttl(known) == Some(ttl))
        })
    }
}
