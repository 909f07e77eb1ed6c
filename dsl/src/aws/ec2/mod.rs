//! Amazon EC2: networks, their rules, and launch templates.

mod vpc;

pub use vpc::{InstanceTenancy, Vpc, VpcChange, VpcResolved};

crate::ids! {
    /// A VPC.
    VpcId = "vpc-";
    /// A subnet.
    SubnetId = "subnet-";
    /// An internet gateway.
    InternetGatewayId = "igw-";
    /// An Elastic IP address.
    AllocationId = "eipalloc-";
    /// A NAT gateway.
    NatGatewayId = "nat-";
    /// A route table.
    RouteTableId = "rtb-";
    /// The association of a route table with a subnet.
    RouteTableAssociationId = "rtbassoc-";
    /// A security group.
    SecurityGroupId = "sg-";
    /// One rule of a security group.
    SecurityGroupRuleId = "sgr-";
    /// A network ACL.
    NetworkAclId = "acl-";
    /// A network interface.
    NetworkInterfaceId = "eni-";
    /// A VPC endpoint.
    VpcEndpointId = "vpce-";
    /// A managed prefix list.
    PrefixListId = "pl-";
    /// A launch template.
    LaunchTemplateId = "lt-";
    /// A machine image.
    ImageId = "ami-";
    /// A pool of Amazon VPC IP Address Manager.
    IpamPoolId = "ipam-pool-";
}
