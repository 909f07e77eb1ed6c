//! Wire fixture of `AWS::EC2::EIP`: its samples and AWS's answers.

use windlass::aws::ec2::Eip;

use crate::wire::Fixture;

pub fn fixture() -> Fixture {
    Fixture::of::<Eip>("eipalloc-0a1b2c3d")
        .output("AllocationId", "eipalloc-0a1b2c3d")
        .output("PublicIp", "203.0.113.10")
        .answer(
            "AllocateAddress",
            "<AllocateAddressResponse><allocationId>eipalloc-0a1b2c3d</allocationId><publicIp>203.0.113.10</publicIp></AllocateAddressResponse>",
        )
        .answer("DescribeAddresses", &address("203.0.113.10"))
        .described(8, [("DescribeAddresses", address("203.0.113.20").as_str())])
        .not_created("Domain", "`vpc`, the only value that is left, is sent also where the author gives none")
}

fn address(ip: &str) -> String {
    format!(
        "<DescribeAddressesResponse><addressesSet><item>
            <allocationId>eipalloc-0a1b2c3d</allocationId><publicIp>{ip}</publicIp><domain>vpc</domain>
            <instanceId>i-0a1</instanceId><associationId>eipassoc-0a1</associationId>
            <networkBorderGroup>us-east-1</networkBorderGroup><publicIpv4Pool>ipv4pool-ec2-0a1</publicIpv4Pool>
            <tagSet><item><key>Name</key><value>nat</value></item></tagSet>
        </item></addressesSet></DescribeAddressesResponse>"
    )
}
