//! The life cycle of `AWS::EC2::InternetGateway`.

use aws_sdk_ec2::types::{InternetGateway as SdkInternetGateway, ResourceType};
use windlass::aws::ec2::{InternetGateway, InternetGatewayChange, InternetGatewayResolved};
use windlass_engine::provider::{Deletion, Outputs};
use windlass_state::identity::IntentId;

use super::gateways::InternetGateways;
use super::tags;
use crate::error::{Named, Result, incomplete};
use crate::lifecycle::{Context, FoundOne, Lifecycle, Made, Subject};
use crate::observed::{Block, Observed, outputs};
use crate::reads::{Answers, Wants};
use crate::registry::lives;

lives!(InternetGateway => InternetGatewayLifecycle);

pub struct InternetGatewayLifecycle;

impl Lifecycle for InternetGatewayLifecycle {
    type Kind = InternetGateway;
    const DELETION: Deletion = Deletion::AtOnce;

    fn want(subject: &Subject<Self>, wants: &mut Wants) {
        wants.want::<InternetGateways>(subject.id.clone());
    }

    fn observe(subject: &Subject<Self>, answers: &Answers) -> Result<Option<Observed>> {
        let gateway = answers.get::<InternetGateways>(&subject.id)?;
        Ok(gateway.map(|gateway| Observed {
            properties: Block::new().tags("Tags", tags::pairs(gateway.tags.as_deref())),
            outputs: gateway_outputs(gateway),
        }))
    }

    async fn create(
        cx: &Context,
        spec: &InternetGatewayResolved,
        intent: &IntentId,
    ) -> Result<Made> {
        const OPERATION: &str = "ec2:CreateInternetGateway";
        let tags = tags::specification(cx, ResourceType::InternetGateway, &spec.tags, intent);
        let answer = cx
            .ec2()
            .create_internet_gateway()
            .tag_specifications(tags)
            .send()
            .await
            .named(OPERATION)?;
        answer
            .internet_gateway
            .as_ref()
            .and_then(made)
            .ok_or_else(|| incomplete(OPERATION, "internet gateway id"))
    }

    async fn update(
        cx: &Context,
        subject: &Subject<Self>,
        to: &InternetGatewayResolved,
        changes: &[InternetGatewayChange],
    ) -> Result<Outputs> {
        for change in changes {
            match change {
                InternetGatewayChange::Tags => {
                    tags::update(cx, &subject.id, &subject.applied.tags, &to.tags).await?;
                }
            }
        }
        Ok(Outputs::new())
    }

    async fn delete(cx: &Context, subject: &Subject<Self>) -> Result<()> {
        cx.ec2()
            .delete_internet_gateway()
            .internet_gateway_id(&subject.id)
            .send()
            .await
            .named("ec2:DeleteInternetGateway")
            .map(drop)
    }

    async fn find(
        cx: &Context,
        _spec: &InternetGatewayResolved,
        intent: &IntentId,
    ) -> Result<FoundOne> {
        let gateways = cx
            .ec2()
            .describe_internet_gateways()
            .filters(tags::intent_filter(intent))
            .into_paginator()
            .items()
            .send()
            .try_collect()
            .await
            .named("ec2:DescribeInternetGateways")?;
        let mut ours = tags::of_intent(&gateways, |one| one.tags.as_deref(), intent);
        Ok(tags::ours_or_nothing(ours.find_map(made)))
    }
}

fn made(gateway: &SdkInternetGateway) -> Option<Made> {
    Some(Made {
        id: gateway.internet_gateway_id.clone()?,
        outputs: gateway_outputs(gateway),
    })
}

fn gateway_outputs(gateway: &SdkInternetGateway) -> Outputs {
    outputs([("InternetGatewayId", gateway.internet_gateway_id.clone())])
}
