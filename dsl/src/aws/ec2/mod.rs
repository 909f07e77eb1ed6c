//! Amazon EC2: networks, their rules, and launch templates.

mod eip;
mod instance_requirements;
mod instance_type;
mod internet_gateway;
pub mod launch_template;
mod nat_gateway;
mod route;
mod route_table;
mod security_group;
mod security_group_egress;
mod security_group_ingress;
mod subnet;
mod subnet_route_table_association;
mod vpc;
mod vpc_endpoint;
mod vpc_gateway_attachment;

pub use eip::{AddressDomain, Eip, EipChange, EipResolved};
pub use internet_gateway::{InternetGateway, InternetGatewayChange, InternetGatewayResolved};
pub use nat_gateway::{
    AvailabilityMode, ConnectivityType, NatGateway, NatGatewayChange, NatGatewayPlace,
    NatGatewayPlaceResolved, NatGatewayResolved, NatSecondaryAddresses,
    NatSecondaryAddressesResolved, NatZone, NatZoneAddresses, NatZoneAddressesResolved,
    NatZoneResolved, RegionalNatState,
};
pub use route::{
    GatewayId, Route, RouteChange, RouteDestination, RouteDestinationResolved, RouteResolved,
    RouteTarget, RouteTargetResolved, ToDestination, ToTarget,
};
pub use route_table::{RouteTable, RouteTableChange, RouteTableResolved};
pub use subnet::{
    HostnameType, InternetGatewayBlockMode, PrivateDnsNameOptions, PrivateDnsNameOptionsResolved,
    Subnet, SubnetChange, SubnetResolved, SubnetZone, SubnetZoneResolved,
};
pub use subnet_route_table_association::{
    SubnetRouteTableAssociation, SubnetRouteTableAssociationChange,
    SubnetRouteTableAssociationResolved,
};

pub(in crate::aws) use instance_requirements::check_types_and_prices;
pub use instance_requirements::{
    AcceleratorManufacturer, AcceleratorType, BaselinePerformanceFactors,
    BaselinePerformanceFactorsResolved, Candidacy, CpuManufacturer, CpuPerformanceFactor,
    CpuPerformanceFactorResolved, InstanceGeneration, InstanceRequirements,
    InstanceRequirementsResolved, LocalStorageType, NumberRange, NumberRangeResolved,
    PerformanceFactorReference, PerformanceFactorReferenceResolved, WholeRange, WholeRangeResolved,
};
pub use instance_type::InstanceType;
pub use launch_template::{
    LaunchTemplate, LaunchTemplateChange, LaunchTemplateData, LaunchTemplateResolved,
};
pub use security_group::{
    Egress, EgressDestination, EgressDestinationResolved, EgressResolved, Ingress, IngressResolved,
    IngressSource, IngressSourceResolved, IpProtocol, Ports, SecurityGroup, SecurityGroupChange,
    SecurityGroupResolved, Traffic,
};
pub use security_group_egress::{
    SecurityGroupEgress, SecurityGroupEgressChange, SecurityGroupEgressResolved,
};
pub use security_group_ingress::{
    RuleGroup, RuleGroupResolved, SecurityGroupIngress, SecurityGroupIngressChange,
    SecurityGroupIngressResolved,
};
pub use vpc::{
    EncryptionControlMode, EncryptionExclusion, InstanceTenancy, Vpc, VpcChange,
    VpcEncryptionControl, VpcEncryptionControlResolved, VpcResolved,
};
pub use vpc_endpoint::{
    DnsOptions, DnsOptionsResolved, DnsRecordIpType, EndpointAddressType, EndpointTarget,
    EndpointTargetResolved, PrivateDnsPreference, PrivateDnsScope, VpcEndpoint, VpcEndpointChange,
    VpcEndpointResolved, VpcEndpointType,
};
pub use vpc_gateway_attachment::{
    AttachedGateway, AttachedGatewayResolved, AttachmentType, VpcGatewayAttachment,
    VpcGatewayAttachmentChange, VpcGatewayAttachmentResolved,
};

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
    /// An instance.
    InstanceId = "i-";
    /// A virtual private gateway.
    VpnGatewayId = "vgw-";
    /// An egress-only internet gateway: it lets IPv6 connections out and none in.
    EgressOnlyInternetGatewayId = "eigw-";
    /// A transit gateway.
    TransitGatewayId = "tgw-";
    /// A gateway to a carrier's network, in a Wavelength Zone.
    CarrierGatewayId = "cagw-";
    /// A local gateway of an Outpost.
    LocalGatewayId = "lgw-";
    /// A peering connection between two VPCs.
    VpcPeeringConnectionId = "pcx-";
    /// The association of a network ACL with a subnet.
    NetworkAclAssociationId = "aclassoc-";
    /// An AWS Outpost.
    OutpostArn = "arn:";
    /// A core network of AWS Cloud WAN.
    CoreNetworkArn = "arn:";
    /// An ODB network of Oracle Database@AWS.
    OdbNetworkArn = "arn:";
}

#[cfg(test)]
mod testing;
