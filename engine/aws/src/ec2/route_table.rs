//! The life cycle of `AWS::EC2::RouteTable`.

use aws_sdk_ec2::types::{ResourceType, RouteTable as SdkRouteTable};
use windlass::aws::ec2::{RouteTable, RouteTableChange, RouteTableResolved};
use windlass_engine::provider::{Deletion, Outputs};
use windlass_state::identity::IntentId;

use super::{route_tables, tags};
use crate::error::{Named, Result, incomplete};
use crate::lifecycle::{Context, FoundOne, Lifecycle, Made, Subject};
use crate::observed::{Block, Observed, outputs};
use crate::reads::{Answers, Wants};
use crate::registry::lives;

lives!(RouteTable => RouteTableLifecycle);

pub struct RouteTableLifecycle;

const CREATE: &str = "ec2:CreateRouteTable";

impl Lifecycle for RouteTableLifecycle {
    type Kind = RouteTable;
    const DELETION: Deletion = Deletion::AtOnce;

    fn want(subject: &Subject<Self>, wants: &mut Wants) {
        route_tables::want_table(&subject.id, wants);
    }

    fn observe(subject: &Subject<Self>, answers: &Answers) -> Result<Option<Observed>> {
        let table = route_tables::table(&subject.id, answers)?;
        Ok(table.map(|table| Observed {
            properties: Block::new()
                .set("VpcId", table.vpc_id.as_ref())
                .tags("Tags", tags::pairs(table.tags.as_deref())),
            outputs: table_outputs(table),
        }))
    }

    async fn create(cx: &Context, spec: &RouteTableResolved, intent: &IntentId) -> Result<Made> {
        let tags = tags::specification(cx, ResourceType::RouteTable, &spec.tags, intent);
        let answer = cx
            .ec2()
            .create_route_table()
            .vpc_id(spec.vpc_id.as_str())
            .client_token(&intent.0)
            .tag_specifications(tags)
            .send()
            .await
            .named(CREATE)?;
        answer
            .route_table
            .as_ref()
            .and_then(made)
            .ok_or_else(|| incomplete(CREATE, "route table id"))
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
        cx.ec2()
            .delete_route_table()
            .route_table_id(&subject.id)
            .send()
            .await
            .named("ec2:DeleteRouteTable")
            .map(drop)
    }

    async fn find(cx: &Context, _spec: &RouteTableResolved, intent: &IntentId) -> Result<FoundOne> {
        let tables = route_tables::matching(cx, tags::intent_filter(intent)).await?;
        let mut ours = tags::of_intent(&tables, |one| one.tags.as_deref(), intent);
        Ok(tags::ours_or_nothing(ours.find_map(made)))
    }
}

fn made(table: &SdkRouteTable) -> Option<Made> {
    Some(Made {
        id: table.route_table_id.clone()?,
        outputs: table_outputs(table),
    })
}

fn table_outputs(table: &SdkRouteTable) -> Outputs {
    outputs([("RouteTableId", table.route_table_id.clone())])
}
