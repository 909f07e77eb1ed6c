//! The life cycle of `AWS::EC2::SubnetRouteTableAssociation`. It is read by its subnet, so that an association that somebody else has put
//! in its place is seen as what it is.

use aws_sdk_ec2::types::{
    RouteTableAssociation as SdkAssociation, RouteTableAssociationStateCode as State,
};
use windlass::aws::ec2::{
    SubnetRouteTableAssociation, SubnetRouteTableAssociationChange,
    SubnetRouteTableAssociationResolved,
};
use windlass_engine::provider::{Deletion, ErrorClass, Outputs, Progress, Until};
use windlass_state::identity::IntentId;

use super::route_tables::{self, Associations};
use super::tags;
use crate::error::{Named, Result, incomplete};
use crate::lifecycle::{Context, FoundOne, Lifecycle, Made, Subject};
use crate::lifecycle::{failed, pending, reached};
use crate::observed::{Block, Observed, outputs};
use crate::reads::{Answers, Query, Wants};
use crate::registry::lives;
use crate::wording::Wording;

lives!(SubnetRouteTableAssociation => SubnetRouteTableAssociationLifecycle);

pub struct SubnetRouteTableAssociationLifecycle;

const CREATE: &str = "ec2:AssociateRouteTable";

impl Lifecycle for SubnetRouteTableAssociationLifecycle {
    type Kind = SubnetRouteTableAssociation;
    const DELETION: Deletion = Deletion::InBackground;
    const WORDINGS: &'static [Wording] = &[Wording::new(
        &[CREATE],
        &["Resource.AlreadyAssociated"],
        ErrorClass::AlreadyExists,
    )];

    fn want(subject: &Subject<Self>, wants: &mut Wants) {
        let (table, subnet) = ends(&subject.applied);
        route_tables::want_association(table, subnet, wants);
    }

    fn observe(subject: &Subject<Self>, answers: &Answers) -> Result<Option<Observed>> {
        let (table, subnet) = ends(&subject.applied);
        let association = route_tables::association(table, subnet, answers)?;
        let association = association.filter(|association| exists(association));
        Ok(association.map(|association| Observed {
            properties: Block::new()
                .set("RouteTableId", association.route_table_id.as_ref())
                .set("SubnetId", association.subnet_id.as_ref()),
            outputs: association_outputs(association),
        }))
    }

    async fn create(
        cx: &Context,
        spec: &SubnetRouteTableAssociationResolved,
        _intent: &IntentId,
    ) -> Result<Made> {
        let answer = cx
            .ec2()
            .associate_route_table()
            .route_table_id(spec.route_table_id.as_str())
            .subnet_id(spec.subnet_id.as_str())
            .send()
            .await
            .named(CREATE)?;
        let id = answer.association_id;
        let id = id.ok_or_else(|| incomplete(CREATE, "association id"))?;
        Ok(Made {
            outputs: outputs([("Id", Some(id.clone()))]),
            id,
        })
    }

    async fn update(
        _cx: &Context,
        _subject: &Subject<Self>,
        _to: &SubnetRouteTableAssociationResolved,
        changes: &[SubnetRouteTableAssociationChange],
    ) -> Result<Outputs> {
        if let Some(change) = changes.first() {
            match *change {}
        }
        Ok(Outputs::new())
    }

    async fn delete(cx: &Context, subject: &Subject<Self>) -> Result<()> {
        // Somebody may have put another association in its place, which has another id.
        let current = subject.output("Id");
        let id = if current.is_empty() {
            &subject.id
        } else {
            current
        };
        cx.ec2()
            .disassociate_route_table()
            .association_id(id)
            .send()
            .await
            .named("ec2:DisassociateRouteTable")
            .map(drop)
    }

    async fn find(
        cx: &Context,
        spec: &SubnetRouteTableAssociationResolved,
        _intent: &IntentId,
    ) -> Result<FoundOne> {
        let subnet = spec.subnet_id.as_str();
        let found = Associations::fetch(cx, vec![subnet.to_owned()]).await?;
        let current = found.iter().map(|(_, association)| association);
        let Some(association) = current.into_iter().find(|association| exists(association)) else {
            return Ok(tags::ours_or_nothing(None));
        };
        let table = association.route_table_id.as_deref().unwrap_or_default();
        if table != spec.route_table_id.as_str() {
            return Ok(FoundOne::Foreign(format!("{subnet} uses {table}")));
        }
        let id = association.route_table_association_id.clone();
        Ok(tags::ours_or_nothing(id.map(|id| Made {
            id,
            outputs: association_outputs(association),
        })))
    }

    fn want_progress(subject: &Subject<Self>, _until: Until, wants: &mut Wants) {
        wants.want::<Associations>(subject.applied.subnet_id.as_str());
    }

    fn progress(subject: &Subject<Self>, until: Until, answers: &Answers) -> Result<Progress> {
        let (_, subnet) = ends(&subject.applied);
        let association = answers.get::<Associations>(&subnet.to_owned())?;
        let association = association.filter(|association| exists(association));
        Ok(match (until, association) {
            (Until::Gone, None) => reached(Outputs::new()),
            (Until::Gone, Some(_)) => pending("disassociating"),
            (Until::Reaches(_), None) => pending("not visible yet"),
            (Until::Reaches(_), Some(association)) => match state(association) {
                Some(State::Associating) => pending("associating"),
                Some(State::Failed) => failed(
                    "the subnet could not be given the route table",
                    association
                        .association_state
                        .as_ref()
                        .and_then(|state| state.status_message.as_deref()),
                ),
                _ => reached(association_outputs(association)),
            },
        })
    }
}

/// The table and the subnet.
fn ends(spec: &SubnetRouteTableAssociationResolved) -> (&str, &str) {
    (spec.route_table_id.as_str(), spec.subnet_id.as_str())
}

fn state(association: &SdkAssociation) -> Option<&State> {
    association
        .association_state
        .as_ref()
        .and_then(|state| state.state.as_ref())
}

fn exists(association: &SdkAssociation) -> bool {
    !matches!(
        state(association),
        Some(State::Disassociating | State::Disassociated)
    )
}

fn association_outputs(association: &SdkAssociation) -> Outputs {
    outputs([("Id", association.route_table_association_id.clone())])
}
