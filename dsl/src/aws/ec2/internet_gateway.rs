//! `AWS::EC2::InternetGateway`: connects a VPC to the internet once it is attached to the VPC.
//!
//! What surprises people: The gateway does nothing by itself. It needs an attachment to a VPC (`AWS::EC2::VPCGatewayAttachment`), a route that leads to
//! it, and a public address on everything that the internet is to reach.
//!
//! Not here: outbound-only access for IPv6, which is `AWS::EC2::EgressOnlyInternetGateway`. Reference:
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-internetgateway.html>

use windlass_derive::Resource;

use super::InternetGatewayId;
use crate::resource::{Check, Samples};
use crate::stack::Checks;
use crate::value::Tags;

/// Connects one VPC to the internet, once it is attached.
///
/// ```
/// use windlass::aws::ec2;
/// use windlass::cidr;
/// use windlass::resource::Declare;
///
/// # let stack = |cx: &mut windlass::Stack| -> windlass::Result {
/// let vpc = ec2::Vpc::new(cidr!("10.0.0.0/16")).declare(cx, "vpc");
/// let gateway = ec2::InternetGateway::new().tag("Name", "main").declare(cx, "internet-gateway");
/// ec2::VpcGatewayAttachment::internet(vpc.id(), gateway.id()).declare(cx, "attachment");
/// # Ok(())
/// # };
/// # assert_eq!(windlass::Stack::test("t", stack, windlass::request::Request::offline("us-east-1")).problems, []);
/// ```
#[derive(Debug, Clone, Resource)]
#[resource(
    kind = "AWS::EC2::InternetGateway",
    id = "InternetGatewayId",
    outputs(id: InternetGatewayId = "InternetGatewayId")
)]
pub struct InternetGateway {
    #[field(in_place)]
    pub tags: Tags,
}

impl Check for InternetGateway {
    fn check(&self, _: &mut Checks<'_>) {}
}

impl Samples for InternetGateway {
    fn samples() -> Vec<Self> {
        vec![
            Self::new(),
            Self::new().tag("Name", "main"),
            Self::new().tag("Name", "other"),
        ]
    }
}
