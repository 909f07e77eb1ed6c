//! `AWS::EC2::SubnetRouteTableAssociation`: which route table a subnet uses.
//!
//! What surprises people: A subnet has at most one explicit association, so a new one can only be made after the old one is gone. Without an
//! association (also between the two), the subnet uses the VPC's main table.
//!
//! Not here: associations of a table with a gateway, which are `AWS::EC2::GatewayRouteTableAssociation`. Reference:
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-subnetroutetableassociation.html>

use windlass_derive::Resource;

use super::{RouteTableAssociationId, RouteTableId, SubnetId};
use crate::resource::{Check, Samples};
use crate::stack::Checks;
use crate::value::Input;

/// The route table of a subnet. Every resource that uses the subnet waits for the association.
///
/// ```
/// use windlass::aws::ec2::{self, SubnetId, VpcId};
/// use windlass::resource::Declare;
///
/// # let stack = |cx: &mut windlass::Stack| -> windlass::Result {
/// let table = ec2::RouteTable::new(VpcId::existing("vpc-0a1b2c3d")).declare(cx, "routes");
/// let subnet = SubnetId::existing("subnet-0a1b2c3d");
/// ec2::SubnetRouteTableAssociation::new(table.id(), subnet).declare(cx, "association");
/// # Ok(())
/// # };
/// # assert_eq!(windlass::Stack::test("t", stack, windlass::request::Request::offline("us-east-1")).problems, []);
/// ```
///
/// The two ids cannot be mixed up:
///
/// ```compile_fail,E0277
/// use windlass::aws::ec2::{RouteTableId, SubnetId, SubnetRouteTableAssociation};
///
/// SubnetRouteTableAssociation::new(SubnetId::existing("subnet-0a1"), RouteTableId::existing("rtb-0a1"));
/// ```
#[derive(Debug, Clone, Resource)]
#[resource(
    kind = "AWS::EC2::SubnetRouteTableAssociation",
    id = "Id",
    outputs(id: RouteTableAssociationId = "Id"),
    waits(Ready),
    reference_wait = Ready,
    completes("SubnetId"),
    exclusive("SubnetId"),
    holds("RouteTableId")
)]
pub struct SubnetRouteTableAssociation {
    #[field(replaces)]
    pub route_table_id: Input<RouteTableId>,
    /// The subnet, of the same VPC.
    #[field(replaces)]
    pub subnet_id: Input<SubnetId>,
}

impl Check for SubnetRouteTableAssociation {
    fn check(&self, _: &mut Checks<'_>) {}
}

impl Samples for SubnetRouteTableAssociation {
    fn samples() -> Vec<Self> {
        let of = |table: &str, subnet: &str| {
            Self::new(RouteTableId::existing(table), SubnetId::existing(subnet))
        };
        vec![
            of("rtb-0a1", "subnet-0a1"),
            of("rtb-0b2", "subnet-0a1"),
            of("rtb-0a1", "subnet-0b2"),
        ]
    }
}
