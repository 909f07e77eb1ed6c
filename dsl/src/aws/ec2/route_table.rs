//! `AWS::EC2::RouteTable`: decides where the packets that leave a subnet go.
//!
//! What surprises people: Every table holds the route for the VPC's own range, and this route cannot be removed. A subnet without an associated table
//! uses the VPC's main table, which AWS creates and no kind of the catalogue touches.
//!
//! Not here: routes (`AWS::EC2::Route`) and the subnets that use the table (`AWS::EC2::SubnetRouteTableAssociation`). Reference:
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-routetable.html>

use windlass_derive::Resource;

use super::{RouteTableId, VpcId};
use crate::resource::{Check, Samples};
use crate::stack::Checks;
use crate::value::{Input, Tags};

/// A table of routes, for the subnets that are associated with it.
///
/// ```
/// use windlass::aws::ec2;
/// use windlass::resource::Declare;
///
/// # let stack = |cx: &mut windlass::Stack| -> windlass::Result {
/// let existing = ec2::VpcId::existing("vpc-0a1b2c3d");
/// let table = ec2::RouteTable::new(existing).tag("Name", "private").declare(cx, "private-routes");
/// let nat = ec2::NatGatewayId::existing("nat-0a1b2c3d");
/// ec2::Route::default_through(table.id(), nat).declare(cx, "private-default-route");
/// # Ok(())
/// # };
/// # assert_eq!(windlass::Stack::test("t", stack, windlass::request::Request::offline("us-east-1")).problems, []);
/// ```
#[derive(Debug, Clone, Resource)]
#[resource(
    kind = "AWS::EC2::RouteTable",
    id = "RouteTableId",
    outputs(id: RouteTableId = "RouteTableId"),
    holds("VpcId")
)]
pub struct RouteTable {
    #[field(replaces)]
    pub vpc_id: Input<VpcId>,
    #[field(in_place)]
    pub tags: Tags,
}

impl Check for RouteTable {
    fn check(&self, _: &mut Checks<'_>) {}
}

impl Samples for RouteTable {
    fn samples() -> Vec<Self> {
        let vpc = |id: &str| VpcId::existing(id);
        vec![
            Self::new(vpc("vpc-0a1")),
            Self::new(vpc("vpc-0a1")).tag("Name", "private"),
            Self::new(vpc("vpc-0a1")).tag("Name", "public"),
            Self::new(vpc("vpc-0b2")).tag("Name", "private"),
        ]
    }
}
