//! `AWS::EC2::VPCGatewayAttachment`: an internet gateway or a virtual private gateway, attached to a VPC.
//!
//! What surprises people: A VPC takes one gateway of each type, so another gateway can only be attached after the first one is detached. AWS refuses to
//! detach an internet gateway while anything in the VPC has a public address. So everything that uses the VPC waits for the attachment, and is deleted
//! before it. If the attachment moves to another VPC, it needs another internet gateway, so that the two networks can exist side by side until
//! everything has moved. CloudFormation changes the gateway in place. Here the change is a replacement that detaches first, because the type of gateway
//! belongs to the identity of the attachment, and because a killed run can be resumed between the two calls.
//!
//! Not here: the gateways themselves, nor transit gateways, whose attachment is `AWS::EC2::TransitGatewayVpcAttachment`. Reference:
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-vpcgatewayattachment.html>

use serde_json::Value;
use windlass_derive::{Choice, Resource};

use super::{InternetGatewayId, VpcId, VpnGatewayId};
use crate::resource::{Check, Samples};
use crate::stack::Checks;
use crate::value::{Input, IntoInput};

crate::text_enum! {
    /// The type of the gateway.
    pub enum AttachmentType {
        InternetGateway = "IGW",
        /// A virtual private gateway.
        VpnGateway = "VGW",
    }
}

/// The gateway to attach.
#[derive(Debug, Clone, Choice)]
#[choice(replaces)]
pub enum AttachedGateway {
    InternetGatewayId(Input<InternetGatewayId>),
    /// A virtual private gateway.
    VpnGatewayId(Input<VpnGatewayId>),
}

/// A VPC takes one gateway of each type: for a second one AWS answers `InvalidParameterValue`, "Network … already has an internet gateway attached".
fn taken(spec: &Value) -> Vec<Vec<Value>> {
    let kind = match spec.get("InternetGatewayId") {
        Some(_) => AttachmentType::InternetGateway,
        None => AttachmentType::VpnGateway,
    };
    vec![vec![Value::from(kind.as_str()), spec["VpcId"].clone()]]
}

/// AWS refuses `DetachInternetGateway` while anything in the VPC has a public address: "Network … has some mapped public address(es)".
fn has_a_public_address(kind: &str, spec: &Value) -> bool {
    match kind {
        "AWS::EC2::NatGateway" => spec["ConnectivityType"] != "private",
        "AWS::ElasticLoadBalancingV2::LoadBalancer" => {
            spec["Scheme"] != "internal" && spec["Type"] != "gateway"
        }
        _ => false,
    }
}

/// Attaches a gateway to a VPC.
///
/// ```
/// use windlass::aws::ec2;
/// use windlass::resource::Declare;
///
/// # let stack = |cx: &mut windlass::Stack| -> windlass::Result {
/// let existing = ec2::VpcId::existing("vpc-0a1b2c3d");
/// let gateway = ec2::InternetGateway::new().declare(cx, "internet-gateway");
/// ec2::VpcGatewayAttachment::internet(existing, gateway.id()).declare(cx, "attachment");
/// # Ok(())
/// # };
/// # assert_eq!(windlass::Stack::test("t", stack, windlass::request::Request::offline("us-east-1")).problems, []);
/// ```
///
/// The id of another type of resource does not compile:
///
/// ```compile_fail,E0277
/// use windlass::aws::ec2::{SubnetId, VpcGatewayAttachment, VpcId};
///
/// VpcGatewayAttachment::internet(VpcId::existing("vpc-0a1"), SubnetId::existing("subnet-0a1"));
/// ```
#[derive(Debug, Clone, Resource)]
#[resource(
    kind = "AWS::EC2::VPCGatewayAttachment",
    id = "AttachmentType|VpcId",
    outputs(attachment_type: AttachmentType = "AttachmentType"),
    waits(Ready),
    reference_wait = Ready,
    completes("InternetGatewayId", "VpcId"),
    exclusive_by(taken, "VpcId", "InternetGatewayId", "VpnGatewayId"),
    serves_one("InternetGatewayId", "VpnGatewayId", owner("VpcId"), follows),
    holds("VpcId", "InternetGatewayId"),
    held_by(has_a_public_address),
    no_new
)]
pub struct VpcGatewayAttachment {
    #[field(replaces)]
    pub vpc_id: Input<VpcId>,
    #[field(choice, no_setter)]
    pub gateway: AttachedGateway,
}

impl VpcGatewayAttachment {
    /// Attaches an internet gateway to a VPC.
    #[must_use]
    pub fn internet(
        vpc: impl IntoInput<VpcId>,
        gateway: impl IntoInput<InternetGatewayId>,
    ) -> Self {
        Self {
            vpc_id: vpc.into(),
            gateway: AttachedGateway::InternetGatewayId(gateway.into()),
        }
    }

    /// Attaches a virtual private gateway to a VPC.
    #[must_use]
    pub fn vpn(vpc: impl IntoInput<VpcId>, gateway: impl IntoInput<VpnGatewayId>) -> Self {
        Self {
            vpc_id: vpc.into(),
            gateway: AttachedGateway::VpnGatewayId(gateway.into()),
        }
    }
}

impl Check for VpcGatewayAttachment {
    fn check(&self, _: &mut Checks<'_>) {}
}

impl Samples for VpcGatewayAttachment {
    fn samples() -> Vec<Self> {
        let vpc = |id: &str| VpcId::existing(id);
        let (internet, vpn) = (
            |id: &str| InternetGatewayId::existing(id),
            |id: &str| VpnGatewayId::existing(id),
        );
        vec![
            Self::internet(vpc("vpc-0a1"), internet("igw-0a1")),
            Self::internet(vpc("vpc-0a1"), internet("igw-0b2")),
            Self::internet(vpc("vpc-0b2"), internet("igw-0a1")),
            Self::vpn(vpc("vpc-0a1"), vpn("vgw-0a1")),
            Self::vpn(vpc("vpc-0a1"), vpn("vgw-0b2")),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resource::Resource;
    use serde_json::json;

    #[test]
    fn exactly_one_gateway_is_written() {
        let vpc = VpcId::existing("vpc-0a1");
        let attachment = VpcGatewayAttachment::vpn(vpc, VpnGatewayId::existing("vgw-0a1"));
        assert_eq!(
            attachment.to_json(),
            json!({"VpcId": "vpc-0a1", "VpnGatewayId": "vgw-0a1"})
        );
    }
}
