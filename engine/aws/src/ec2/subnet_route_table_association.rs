//! The life cycle of `AWS::EC2::SubnetRouteTableAssociation`. Windlass reads it by its subnet. So it sees an association with another table that
//! another user has put in its place.

use aws_sdk_ec2::types::{
    RouteTableAssociation as SdkAssociation, RouteTableAssociationStateCode as State,
};
use windlass::aws::ec2::{
    SubnetRouteTableAssociation, SubnetRouteTableAssociationChange,
    SubnetRouteTableAssociationResolved,
};

use super::route_tables::{self, Associations};
use super::tags;
use crate::lifecycle::observed;
use crate::prelude::*;

lives!(SubnetRouteTableAssociation => SubnetRouteTableAssociationLifecycle);

pub struct SubnetRouteTableAssociationLifecycle;

const CREATE: &str = "ec2:AssociateRouteTable";

tables! { windlass::aws::ec2 => aws_sdk_ec2;
    SubnetRouteTableAssociation => associate_route_table | RouteTableAssociation;
}

impl Described for SdkAssociation {
    fn id(&self) -> Option<String> {
        self.route_table_association_id.clone()
    }

    fn outputs(&self) -> Outputs {
        outputs([("Id", self.id())])
    }

    fn properties(&self) -> Block {
        self.block()
    }

    fn stays(&self) -> bool {
        !matches!(
            state(self),
            Some(State::Disassociating | State::Disassociated)
        )
    }
}

impl Lifecycle for SubnetRouteTableAssociationLifecycle {
    type Kind = SubnetRouteTableAssociation;
    const DELETION: Deletion = Deletion::InBackground;
    const IS_MARKED: bool = false;
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
        Ok(observed(association))
    }

    async fn create(
        cx: &Context,
        spec: &SubnetRouteTableAssociationResolved,
        _intent: &IntentId,
    ) -> Result<Made> {
        let call = spec.fill(cx.ec2().associate_route_table());
        let answer = call.send().await.named(CREATE)?;
        let association = SdkAssociation::builder();
        let association = association.set_route_table_association_id(answer.association_id);
        made(Some(&association.build()), CREATE)
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
        // Another user may have replaced the association; the new one has another id.
        let current = subject.output("Id");
        let id = if current.is_empty() {
            &subject.id
        } else {
            current
        };
        let call = cx.ec2().disassociate_route_table().association_id(id);
        call.send()
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
        let mut current = found.iter().map(|(_, association)| association);
        let Some(association) = current.find(|association| association.stays()) else {
            return Ok(tags::ours_or_nothing(None));
        };
        let table = association.route_table_id.as_deref().unwrap_or_default();
        if table != spec.route_table_id.as_str() {
            return Ok(FoundOne::Foreign(format!("{subnet} uses {table}")));
        }
        Ok(tags::ours_or_nothing(Made::of(association)))
    }

    fn want_progress(subject: &Subject<Self>, _until: Until, wants: &mut Wants) {
        wants.want::<Associations>(subject.applied.subnet_id.as_str());
    }

    fn progress(subject: &Subject<Self>, until: Until, answers: &Answers) -> Result<Progress> {
        let (_, subnet) = ends(&subject.applied);
        let association = answers.get::<Associations>(&subnet.to_owned())?;
        let association = association.filter(|association| association.stays());
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
                _ => reached(association.outputs()),
            },
        })
    }
}

/// The ids of the table and of the subnet.
fn ends(spec: &SubnetRouteTableAssociationResolved) -> (&str, &str) {
    (spec.route_table_id.as_str(), spec.subnet_id.as_str())
}

fn state(association: &SdkAssociation) -> Option<&State> {
    association
        .association_state
        .as_ref()
        .and_then(|state| state.state.as_ref())
}
