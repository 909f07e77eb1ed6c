//! The life cycle of `AWS::ElasticLoadBalancingV2::Listener`. CreateListener carries everything except attributes.

use aws_sdk_elasticloadbalancingv2::operation::create_listener::builders::CreateListenerFluentBuilder;
use aws_sdk_elasticloadbalancingv2::types::{
    Listener as SdkListener, ListenerAttribute, MutualAuthenticationAttributes,
};
use serde_json::Value;
use windlass::aws::elasticloadbalancingv2::{
    LISTENER_ATTRIBUTES, Listener, ListenerChange, ListenerResolved, Protocol,
};

use super::tags::Tags;
use super::{actions, attributes, errors, read, tags};
use crate::applied_tags;
use crate::prelude::*;
use crate::tagging;

lives!(Listener => ListenerLifecycle);

pub struct ListenerLifecycle;

tables! { windlass::aws::elasticloadbalancingv2 => aws_sdk_elasticloadbalancingv2;
    ListenerCertificate => Certificate;
    MutualAuthentication => MutualAuthenticationAttributes;
    Listener => create_listener | Listener {
        "DefaultActions" not sent, shown by default_actions;
        "ListenerAttributes" later, not shown;
    }
}

fn default_actions(listener: &SdkListener) -> Option<Value> {
    actions::shown(listener.default_actions.as_deref())
}

impl Described for SdkListener {
    fn id(&self) -> Option<String> {
        self.listener_arn.clone()
    }

    fn outputs(&self) -> Outputs {
        outputs([("ListenerArn", self.id())])
    }

    fn properties(&self) -> Block {
        self.block()
    }
}

/// AWS's default security policy for listeners that the API creates.
const DEFAULT_SSL_POLICY: &str = "ELBSecurityPolicy-2016-08";

impl Lifecycle for ListenerLifecycle {
    type Kind = Listener;
    const DELETION: Deletion = Deletion::AtOnce;
    const IS_LISTED: bool = true;
    const WORDINGS: &'static [Wording] = errors::WORDINGS;

    fn after_create(spec: &ListenerResolved) -> Vec<ListenerChange> {
        later::<_, CreateListenerFluentBuilder>(spec)
    }

    fn want(subject: &Subject<Self>, wants: &mut Wants) {
        wants.want::<read::Listeners>(subject.id.as_str());
        applied_tags::want(&subject.id, &subject.applied.tags, wants);
        if !subject.applied.listener_attributes.is_empty() {
            wants.want::<read::ListenerAttributes>(subject.id.as_str());
        }
    }

    fn observe(subject: &Subject<Self>, answers: &Answers) -> Result<Option<Observed>> {
        let Some(found) = answers.get::<read::Listeners>(&subject.id)? else {
            return Ok(None);
        };
        let written = answers.get::<read::ListenerAttributes>(&subject.id)?;
        let properties = attributes::observe(found.properties(), "ListenerAttributes", written);
        let tags = &subject.applied.tags;
        Ok(Some(Observed {
            properties: applied_tags::observe(properties, &subject.id, tags, answers)?,
            outputs: found.outputs(),
        }))
    }

    async fn create(cx: &Context, spec: &ListenerResolved, intent: &IntentId) -> Result<Made> {
        const OPERATION: &str = "elasticloadbalancing:CreateListener";
        // A load balancer that this stack creates has only the stack's listeners, so only another load balancer needs this check.
        if cx.is_literal("LoadBalancerArn") {
            tags::refuse_anothers(cx, OPERATION, on_port(cx, spec).await?).await?;
        }
        let call = spec
            .fill(cx.elbv2().create_listener())
            .set_default_actions(Some(actions::to_sdk(cx, &spec.default_actions)?))
            .set_tags(tags::for_create(cx, &spec.tags, intent));
        let answer = call.send().await.named(OPERATION)?;
        made(answer.listeners().first(), OPERATION)
    }

    async fn update(
        cx: &Context,
        subject: &Subject<Self>,
        to: &ListenerResolved,
        changes: &[ListenerChange],
    ) -> Result<Outputs> {
        let mut request = cx.elbv2().modify_listener().listener_arn(&subject.id);
        // A change of the protocol removes the settings that the new protocol does not have, and AWS refuses a request that names them.
        let (secure, tls, https) = (
            to.protocol.is_some_and(Protocol::is_secure),
            to.protocol == Some(Protocol::Tls),
            to.protocol == Some(Protocol::Https),
        );
        let mut modifies = false;
        for change in changes {
            let modified = match change {
                ListenerChange::Port => request.set_port(to.port.to_sdk()),
                // A listener that becomes secure needs both in the same call, even if the author leaves the policy to AWS.
                // <https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_ModifyListener.html>
                ListenerChange::Protocol => {
                    let request = request.set_protocol(to.protocol.to_sdk());
                    if secure {
                        let request = request.set_ssl_policy(Some(ssl_policy(to)));
                        request.set_certificates(to.certificates.to_sdk())
                    } else {
                        request
                    }
                }
                ListenerChange::SslPolicy => request.set_ssl_policy(secure.then(|| ssl_policy(to))),
                ListenerChange::Certificates => request.set_certificates(to.certificates.to_sdk()),
                ListenerChange::AlpnPolicy => {
                    let policy = to.alpn_policy.to_sdk();
                    let policy = policy.unwrap_or_else(|| vec!["None".to_owned()]);
                    request.set_alpn_policy(tls.then_some(policy))
                }
                ListenerChange::MutualAuthentication => {
                    let off = || {
                        MutualAuthenticationAttributes::builder()
                            .mode("off")
                            .build()
                    };
                    let mutual = to.mutual_authentication.to_sdk().unwrap_or_else(off);
                    request.set_mutual_authentication(https.then_some(mutual))
                }
                ListenerChange::DefaultActions => {
                    request.set_default_actions(Some(actions::to_sdk(cx, &to.default_actions)?))
                }
                ListenerChange::ListenerAttributes => {
                    set_attributes(cx, subject, to).await?;
                    continue;
                }
                ListenerChange::Tags => {
                    tagging::update::<Tags>(cx, &subject.id, &subject.applied.tags, &to.tags)
                        .await?;
                    continue;
                }
            };
            (request, modifies) = (modified, true);
        }
        if modifies {
            request
                .send()
                .await
                .named("elasticloadbalancing:ModifyListener")?;
        }
        Ok(Outputs::new())
    }

    async fn delete(cx: &Context, subject: &Subject<Self>) -> Result<()> {
        let request = cx.elbv2().delete_listener().listener_arn(&subject.id);
        request
            .send()
            .await
            .named("elasticloadbalancing:DeleteListener")
            .map(drop)
    }

    async fn find(cx: &Context, spec: &ListenerResolved, intent: &IntentId) -> Result<FoundOne> {
        tags::judge(cx, on_port(cx, spec).await?, intent).await
    }
}

/// The listener on the port, if there is one.
async fn on_port(cx: &Context, spec: &ListenerResolved) -> Result<Option<Made>> {
    let call = cx.elbv2().describe_listeners();
    let call = call.load_balancer_arn(spec.load_balancer_arn.as_str());
    let listeners = call.into_paginator().items().send().try_collect().await;
    let listeners = listeners
        .named("elasticloadbalancing:DescribeListeners")
        .found()?;
    let port = spec.port.map(i32::from);
    let mut on_port = listeners.iter().flatten().rev();
    Ok(on_port
        .find(|listener| listener.port == port)
        .and_then(Made::of))
}

/// The author's security policy, or AWS's default.
fn ssl_policy(to: &ListenerResolved) -> String {
    let policy = to.ssl_policy.clone();
    policy.unwrap_or_else(|| DEFAULT_SSL_POLICY.to_owned())
}

async fn set_attributes(
    cx: &Context,
    subject: &Subject<ListenerLifecycle>,
    to: &ListenerResolved,
) -> Result<()> {
    let from = subject
        .applied
        .listener_attributes
        .iter()
        .map(|attribute| attribute.key.clone());
    let wanted = to
        .listener_attributes
        .iter()
        .map(|attribute| (attribute.key.clone(), attribute.value.clone()));
    let pairs = attributes::to_send(LISTENER_ATTRIBUTES, &Value::Null, from, wanted);
    if pairs.is_empty() {
        return Ok(());
    }
    let pairs = pairs
        .into_iter()
        .map(|(key, value)| ListenerAttribute::builder().key(key).value(value).build());
    let request = cx
        .elbv2()
        .modify_listener_attributes()
        .listener_arn(&subject.id)
        .set_attributes(Some(pairs.collect()));
    request
        .send()
        .await
        .named("elasticloadbalancing:ModifyListenerAttributes")
        .map(drop)
}
