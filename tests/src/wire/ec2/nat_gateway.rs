//! Wire fixture of `AWS::EC2::NatGateway`: its samples and AWS's answers.

use windlass::aws::ec2::NatGateway;

use crate::wire::Fixture;

const NO_PROPERTY: &str =
    "it is no property of the gateway: it goes along when an address is given up";

pub fn fixture() -> Fixture {
    let public = gateway(
        "<subnetId>subnet-0a1</subnetId><availabilityMode>zonal</availabilityMode><connectivityType>public</connectivityType>",
        &[
            "<allocationId>eipalloc-0a1</allocationId><privateIp>10.0.0.10</privateIp><networkInterfaceId>eni-0a1</networkInterfaceId><isPrimary>true</isPrimary>",
            "<allocationId>eipalloc-0b2</allocationId><privateIp>10.0.0.11</privateIp><associationId>eipassoc-0b2</associationId><isPrimary>false</isPrimary>",
            "<allocationId>eipalloc-0f9</allocationId><privateIp>10.0.0.19</privateIp><associationId>eipassoc-0f9</associationId><isPrimary>false</isPrimary><status>disassociating</status>",
        ],
    );
    let private = gateway(
        "<subnetId>subnet-0a1</subnetId><connectivityType>private</connectivityType>",
        &[
            "<privateIp>10.0.0.10</privateIp><isPrimary>true</isPrimary>",
            "<privateIp>10.0.0.11</privateIp><isPrimary>false</isPrimary>",
            "<privateIp>10.0.0.12</privateIp><isPrimary>false</isPrimary>",
        ],
    );
    let regional = gateway(
        "<vpcId>vpc-0a1</vpcId><availabilityMode>regional</availabilityMode><connectivityType>public</connectivityType>",
        &[
            "<allocationId>eipalloc-0a1</allocationId><availabilityZone>us-east-1a</availabilityZone><availabilityZoneId>use1-az1</availabilityZoneId>",
            "<allocationId>eipalloc-0b2</allocationId><availabilityZone>us-east-1b</availabilityZone><availabilityZoneId>use1-az2</availabilityZoneId>",
        ],
    );
    Fixture::of::<NatGateway>("nat-0a1b2c3d")
        .output("NatGatewayId", "nat-0a1b2c3d")
        .answer(
            "CreateNatGateway",
            "<CreateNatGatewayResponse><natGateway><natGatewayId>nat-0a1b2c3d</natGatewayId></natGateway></CreateNatGatewayResponse>",
        )
        .answer("DescribeNatGateways", &public)
        .described(7, [("DescribeNatGateways", private.as_str())])
        .described(13, [("DescribeNatGateways", regional.as_str())])
        .described(15, [("DescribeNatGateways", regional.as_str())])
        .not_created("MaxDrainDurationSeconds", NO_PROPERTY)
        .not_updated("MaxDrainDurationSeconds", NO_PROPERTY)
}

fn gateway(properties: &str, addresses: &[&str]) -> String {
    let addresses = addresses
        .iter()
        .map(|address| format!("<item>{address}</item>"));
    let addresses: String = addresses.collect();
    format!(
        "<DescribeNatGatewaysResponse><natGatewaySet><item>
            <natGatewayId>nat-0a1b2c3d</natGatewayId><state>available</state>{properties}
            <natGatewayAddressSet>{addresses}</natGatewayAddressSet>
            <tagSet><item><key>Name</key><value>nat</value></item></tagSet>
        </item></natGatewaySet></DescribeNatGatewaysResponse>"
    )
}
