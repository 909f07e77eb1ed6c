//! The life cycle of `AWS::ServiceDiscovery::HttpNamespace`.

use std::time::Duration;

use aws_sdk_servicediscovery::types::{HttpNamespaceChange as SdkChange, NamespaceType};
use windlass::aws::servicediscovery::{HttpNamespace, HttpNamespaceChange, HttpNamespaceResolved};

use super::tags::Tags;
use super::{errors, namespace, tags};
use crate::applied_tags;
use crate::prelude::*;
use crate::tagging;

lives!(HttpNamespace => HttpNamespaceLifecycle);

pub struct HttpNamespaceLifecycle;

tables! { windlass::aws::servicediscovery => aws_sdk_servicediscovery;
    HttpNamespace => create_http_namespace | _;
}

impl Lifecycle for HttpNamespaceLifecycle {
    type Kind = HttpNamespace;
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
        let properties = Block::new()
            .set("Name", known.name.as_ref())
            .set("Description", namespace::description(known));
        let (arn, applied) = (subject.output("Arn"), &subject.applied.tags);
        Ok(Some(Observed {
            properties: applied_tags::observe(properties, arn, applied, answers)?,
            outputs: namespace::attributes(known),
        }))
    }

    async fn create(cx: &Context, spec: &HttpNamespaceResolved, intent: &IntentId) -> Result<Made> {
        const OPERATION: &str = "servicediscovery:CreateHttpNamespace";
        let request = spec
            .fill(cx.servicediscovery().create_http_namespace())
            .creator_request_id(&intent.0)
            .set_tags(tags::for_create(cx, &spec.tags, intent));
        let answer = request.send().await.named(OPERATION)?;
        namespace::made(cx, answer.operation_id, OPERATION).await
    }

    async fn update(
        cx: &Context,
        subject: &Subject<Self>,
        to: &HttpNamespaceResolved,
        changes: &[HttpNamespaceChange],
    ) -> Result<Outputs> {
        for change in changes {
            match change {
                HttpNamespaceChange::Description => {
                    let description = to.description.clone().unwrap_or_default();
                    let change = SdkChange::builder().description(description).build();
                    let request = cx
                        .servicediscovery()
                        .update_http_namespace()
                        .id(namespace::id_of(cx, &subject.id, &subject.outputs).await?)
                        .set_updater_request_id(cx.token.clone())
                        .namespace(change.expect("a change with a description is whole"));
                    request
                        .send()
                        .await
                        .named("servicediscovery:UpdateHttpNamespace")?;
                }
                HttpNamespaceChange::Tags => {
                    let arn = namespace::arn_of(cx, &subject.id, &subject.outputs).await?;
                    tagging::update::<Tags>(cx, &arn, &subject.applied.tags, &to.tags).await?;
                }
            }
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
        spec: &HttpNamespaceResolved,
        intent: &IntentId,
    ) -> Result<FoundOne> {
        namespace::find(cx, NamespaceType::Http, &spec.name, intent).await
    }

    fn want_progress(subject: &Subject<Self>, until: Until, wants: &mut Wants) {
        namespace::want_progress(&subject.id, &subject.outputs, until, wants);
    }

    fn progress(subject: &Subject<Self>, until: Until, answers: &Answers) -> Result<Progress> {
        namespace::progress(&subject.id, &subject.outputs, until, answers, |known| {
            subject.applied.description.is_none()
                || known.description == subject.applied.description
        })
    }
}
