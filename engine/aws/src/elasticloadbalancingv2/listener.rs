//! The life cycle of `AWS::ElasticLoadBalancingV2::Listener`. CreateListener carries everything but attributes.

use aws_sdk_elasticloadbalancingv2::types::{
    AdvertiseTrustStoreCaNamesEnum, Certificate, Listener as SdkListener, ListenerAttribute,
    MutualAuthenticationAttributes, ProtocolEnum,
};
use serde_json::Value;
use windlass::aws::elasticloadbalancingv2::{
    LISTENER_ATTRIBUTES, Listener, ListenerChange, ListenerResolved, MutualAuthenticationResolved,
    Protocol,
};
use windlass_engine::provider::{Deletion, Outputs};
use windlass_state::identity::IntentId;

use super::tags::Tags;
use super::target_group::sdk_protocol;
use super::{actions, attributes, errors, read, tags};
use crate::applied_tags;
use crate::error::{Found, Named, Result, incomplete};
use crate::lifecycle::{Context, FoundOne, Lifecycle, Made, Subject};
use crate::observed::{Block, Observed, outputs};
use crate::reads::{Answers, Wants};
use crate::registry::lives;
use crate::tagging;
use crate::wording::Wording;

lives!(Listener => ListenerLifecycle);

pub struct ListenerLifecycle;

/// AWS's default, for listeners that the API makes.
const DEFAULT_SSL_POLICY: &str = "ELBSecurityPolicy-2016-08";

impl Lifecycle for ListenerLifecycle {
    type Kind = Listener;
    const DELETION: Deletion = Deletion::AtOnce;
    const WORDINGS: &'static [Wording] = errors::WORDINGS;

    fn after_create(spec: &ListenerResolved) -> Vec<ListenerChange> {
        let written = !spec.listener_attributes.is_empty();
        written
            .then_some(ListenerChange::ListenerAttributes)
            .into_iter()
            .collect()
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
        let certificates = found.certificates.iter().flatten();
        let properties = Block::new()
            .set("LoadBalancerArn", found.load_balancer_arn.as_ref())
            .set("Port", found.port)
            .set(
                "Protocol",
                found.protocol.as_ref().map(ProtocolEnum::as_str),
            )
            .set("SslPolicy", found.ssl_policy.as_ref())
            .list(
                "Certificates",
                certificates.map(|certificate| {
                    Block::new().set("CertificateArn", certificate.certificate_arn.as_ref())
                }),
            )
            .list("AlpnPolicy", found.alpn_policy.iter().flatten())
            .block(
                "MutualAuthentication",
                found.mutual_authentication.as_ref().map(observed_mutual),
            )
            .list(
                "DefaultActions",
                actions::observed(found.default_actions.as_deref()),
            );
        let written = answers.get::<read::ListenerAttributes>(&subject.id)?;
        let properties = attributes::observe(properties, "ListenerAttributes", written);
        let tags = &subject.applied.tags;
        Ok(Some(Observed {
            properties: applied_tags::observe(properties, &subject.id, tags, answers)?,
            outputs: outputs_of(found),
        }))
    }

    async fn create(cx: &Context, spec: &ListenerResolved, intent: &IntentId) -> Result<Made> {
        const OPERATION: &str = "elasticloadbalancing:CreateListener";
        // A load balancer of this stack has no listeners but the stack's.
        if cx.is_literal("LoadBalancerArn") {
            tags::refuse_anothers(cx, OPERATION, on_port(cx, spec).await?).await?;
        }
        let request = cx
            .elbv2()
            .create_listener()
            .load_balancer_arn(spec.load_balancer_arn.as_str())
            .set_port(spec.port.map(i32::from))
            .set_protocol(spec.protocol.map(sdk_protocol))
            .set_ssl_policy(spec.ssl_policy.clone())
            .set_certificates(certificates(spec))
            .set_alpn_policy(alpn_policy(spec))
            .set_mutual_authentication(spec.mutual_authentication.as_ref().map(sdk_mutual))
            .set_default_actions(Some(actions::to_sdk(cx, &spec.default_actions)?))
            .set_tags(tags::for_create(cx, &spec.tags, intent));
        let answer = request.send().await.named(OPERATION)?;
        let made = answer.listeners.unwrap_or_default().first().and_then(made);
        made.ok_or_else(|| incomplete(OPERATION, "listener ARN"))
    }

    async fn update(
        cx: &Context,
        subject: &Subject<Self>,
        to: &ListenerResolved,
        changes: &[ListenerChange],
    ) -> Result<Outputs> {
        let mut request = cx.elbv2().modify_listener().listener_arn(&subject.id);
        // What a protocol does not have is gone with it, and AWS refuses to be told so.
        let (secure, tls, https) = (
            to.protocol.is_some_and(Protocol::is_secure),
            to.protocol == Some(Protocol::Tls),
            to.protocol == Some(Protocol::Https),
        );
        let mut modifies = false;
        for change in changes {
            let modified = match change {
                ListenerChange::Port => request.set_port(to.port.map(i32::from)),
                // A listener that becomes secure needs both in the same call, also where the author leaves the policy to AWS.
                // <https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_ModifyListener.html>
                ListenerChange::Protocol => {
                    let request = request.set_protocol(to.protocol.map(sdk_protocol));
                    if secure {
                        let request = request.set_ssl_policy(Some(ssl_policy(to)));
                        request.set_certificates(certificates(to))
                    } else {
                        request
                    }
                }
                ListenerChange::SslPolicy => request.set_ssl_policy(secure.then(|| ssl_policy(to))),
                ListenerChange::Certificates => request.set_certificates(certificates(to)),
                ListenerChange::AlpnPolicy => {
                    let policy = alpn_policy(to).unwrap_or_else(|| vec!["None".to_owned()]);
                    request.set_alpn_policy(tls.then_some(policy))
                }
                ListenerChange::MutualAuthentication => {
                    let off = || {
                        MutualAuthenticationAttributes::builder()
                            .mode("off")
                            .build()
                    };
                    let mutual = to
                        .mutual_authentication
                        .as_ref()
                        .map_or_else(off, sdk_mutual);
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

/// The listener on the port.
async fn on_port(cx: &Context, spec: &ListenerResolved) -> Result<Option<Made>> {
    let request = cx
        .elbv2()
        .describe_listeners()
        .load_balancer_arn(spec.load_balancer_arn.as_str());
    let mut pages = request.into_paginator().items().send();
    let mut there = None;
    while let Some(listener) = pages.next().await {
        let Some(listener) = listener
            .named("elasticloadbalancing:DescribeListeners")
            .found()?
        else {
            break;
        };
        if listener.port == spec.port.map(i32::from) {
            there = made(&listener);
        }
    }
    Ok(there)
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

fn certificates(spec: &ListenerResolved) -> Option<Vec<Certificate>> {
    let all = spec.certificates.iter();
    let all: Vec<_> = all
        .map(|certificate| {
            Certificate::builder()
                .certificate_arn(certificate.certificate_arn.as_str())
                .build()
        })
        .collect();
    (!all.is_empty()).then_some(all)
}

fn alpn_policy(spec: &ListenerResolved) -> Option<Vec<String>> {
    let all: Vec<_> = spec.alpn_policy.iter().map(ToString::to_string).collect();
    (!all.is_empty()).then_some(all)
}

fn sdk_mutual(mutual: &MutualAuthenticationResolved) -> MutualAuthenticationAttributes {
    let advertise = mutual.advertise_trust_store_ca_names;
    MutualAuthenticationAttributes::builder()
        .mode(mutual.mode.as_str())
        .set_trust_store_arn(mutual.trust_store_arn.as_ref().map(ToString::to_string))
        .set_ignore_client_certificate_expiry(mutual.ignore_client_certificate_expiry)
        .set_advertise_trust_store_ca_names(
            advertise.map(|advertise| AdvertiseTrustStoreCaNamesEnum::from(advertise.as_str())),
        )
        .build()
}

fn observed_mutual(mutual: &MutualAuthenticationAttributes) -> Block {
    let advertise = mutual.advertise_trust_store_ca_names.as_ref();
    Block::new()
        .set("Mode", mutual.mode.as_ref())
        .set("TrustStoreArn", mutual.trust_store_arn.as_ref())
        .set(
            "IgnoreClientCertificateExpiry",
            mutual.ignore_client_certificate_expiry,
        )
        .set(
            "AdvertiseTrustStoreCaNames",
            advertise.map(AdvertiseTrustStoreCaNamesEnum::as_str),
        )
}

fn made(found: &SdkListener) -> Option<Made> {
    Some(Made {
        id: found.listener_arn.clone()?,
        outputs: outputs_of(found),
    })
}

fn outputs_of(found: &SdkListener) -> Outputs {
    outputs([("ListenerArn", found.listener_arn.clone())])
}
