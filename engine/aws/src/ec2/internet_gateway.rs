//! The life cycle of `AWS::EC2::InternetGateway`.

use aws_sdk_ec2::types::{InternetGateway as SdkInternetGateway, ResourceType};
use windlass::aws::ec2::{InternetGateway, InternetGatewayChange, InternetGatewayResolved};

use super::filtered::found_by_intent;
use super::gateways::InternetGateways;
use super::tags;
use crate::prelude::*;

lives!(InternetGateway => InternetGatewayLifecycle);

pub struct InternetGatewayLifecycle;

impl Described for SdkInternetGateway {
    fn id(&self) -> Option<String> {
        self.internet_gateway_id.clone()
    }

    fn outputs(&self) -> Outputs {
        outputs([("InternetGatewayId", self.id())])
    }

    fn properties(&self) -> Block {
        Block::new().tags("Tags", tags::pairs(self.tags.as_deref()))
    }
}

impl Lifecycle for InternetGatewayLifecycle {
    type Kind = InternetGateway;
    const DELETION: Deletion = Deletion::AtOnce;
    const IS_LISTED: bool = true;

    observed_by!(InternetGateways);
    found_by_intent!(InternetGateways);

    async fn create(
        cx: &Context,
        spec: &InternetGatewayResolved,
        intent: &IntentId,
    ) -> Result<Made> {
        const OPERATION: &str = "ec2:CreateInternetGateway";
        let tags = tags::specification(cx, ResourceType::InternetGateway, &spec.tags, intent);
        let call = cx.ec2().create_internet_gateway().tag_specifications(tags);
        let answer = call.send().await.named(OPERATION)?;
        made(answer.internet_gateway.as_ref(), OPERATION)
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
        let call = cx.ec2().delete_internet_gateway();
        let call = call.internet_gateway_id(&subject.id);
        call.send()
            .await
            .named("ec2:DeleteInternetGateway")
            .map(drop)
    }
}
