//! The life cycle of `AWS::EC2::RouteTable`.

use aws_sdk_ec2::types::{ResourceType, RouteTable as SdkRouteTable};
use windlass::aws::ec2::{RouteTable, RouteTableChange, RouteTableResolved};

use super::filtered::found_by_intent;
use super::route_tables::{self, Tables};
use super::tags;
use crate::lifecycle::observed;
use crate::prelude::*;

lives!(RouteTable => RouteTableLifecycle);

pub struct RouteTableLifecycle;

tables! { windlass::aws::ec2 => aws_sdk_ec2;
    RouteTable => create_route_table | RouteTable;
}

impl Described for SdkRouteTable {
    fn id(&self) -> Option<String> {
        self.route_table_id.clone()
    }

    fn outputs(&self) -> Outputs {
        outputs([("RouteTableId", self.id())])
    }

    fn properties(&self) -> Block {
        self.block().tags("Tags", tags::pairs(self.tags.as_deref()))
    }
}

impl Lifecycle for RouteTableLifecycle {
    type Kind = RouteTable;
    const DELETION: Deletion = Deletion::AtOnce;
    const IS_LISTED: bool = true;

    found_by_intent!(Tables);

    fn want(subject: &Subject<Self>, wants: &mut Wants) {
        route_tables::want_table(&subject.id, wants);
    }

    fn observe(subject: &Subject<Self>, answers: &Answers) -> Result<Option<Observed>> {
        Ok(observed(route_tables::table(&subject.id, answers)?))
    }

    async fn create(cx: &Context, spec: &RouteTableResolved, intent: &IntentId) -> Result<Made> {
        const OPERATION: &str = "ec2:CreateRouteTable";
        let tags = tags::specification(cx, ResourceType::RouteTable, &spec.tags, intent);
        let call = spec.fill(cx.ec2().create_route_table());
        let call = call.client_token(&intent.0).tag_specifications(tags);
        let answer = call.send().await.named(OPERATION)?;
        made(answer.route_table.as_ref(), OPERATION)
    }

    async fn update(
        cx: &Context,
        subject: &Subject<Self>,
        to: &RouteTableResolved,
        changes: &[RouteTableChange],
    ) -> Result<Outputs> {
        for change in changes {
            match change {
                RouteTableChange::Tags => {
                    tags::update(cx, &subject.id, &subject.applied.tags, &to.tags).await?;
                }
            }
        }
        Ok(Outputs::new())
    }

    async fn delete(cx: &Context, subject: &Subject<Self>) -> Result<()> {
        let call = cx.ec2().delete_route_table().route_table_id(&subject.id);
        call.send().await.named("ec2:DeleteRouteTable").map(drop)
    }
}
