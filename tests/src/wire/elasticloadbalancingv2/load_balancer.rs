//! Wire fixture of `AWS::ElasticLoadBalancingV2::LoadBalancer`: its samples and AWS's answers.

use windlass::aws::elasticloadbalancingv2::LoadBalancer;

use super::{HERE, answer, attributes, tags, texts};
use crate::wire::Fixture;

fn described(operation: &str, name: &str, kind: &str, rest: &str) -> String {
    let arn = arn();
    answer(
        operation,
        &format!(
            "<LoadBalancers><member><LoadBalancerArn>{arn}</LoadBalancerArn><LoadBalancerName>{name}</LoadBalancerName>
                <DNSName>front-1.us-east-1.elb.amazonaws.com</DNSName><CanonicalHostedZoneId>Z35SXDOTRQ7X7K</CanonicalHostedZoneId>
                <VpcId>vpc-0a1</VpcId><Type>{kind}</Type><State><Code>active</Code></State>{rest}
            </member></LoadBalancers>"
        ),
    )
}

fn arn() -> String {
    format!("{HERE}:loadbalancer/app/front/0a1")
}

pub fn fixture() -> Fixture {
    const DESCRIBE: &str = "DescribeLoadBalancers";
    let zone = |subnet: &str, rest: &str| {
        format!("<member><ZoneName>z</ZoneName><SubnetId>{subnet}</SubnetId>{rest}</member>")
    };
    let zones =
        |list: &[String]| format!("<AvailabilityZones>{}</AvailabilityZones>", list.concat());
    let address = |rest: &str| {
        format!("<LoadBalancerAddresses><member>{rest}</member></LoadBalancerAddresses>")
    };
    let elastic = |id: &str| {
        address(&format!(
            "<IpAddress>203.0.113.1</IpAddress><AllocationId>{id}</AllocationId>"
        ))
    };
    let application = format!(
        "<Scheme>internet-facing</Scheme><IpAddressType>dualstack</IpAddressType>
         <IpamPools><Ipv4IpamPoolId>ipam-pool-0a1</Ipv4IpamPoolId></IpamPools>{}{}",
        texts("SecurityGroups", &["sg-0a1"]),
        zones(&[zone("subnet-0b2", ""), zone("subnet-0a1", "")])
    );
    let network = format!(
        "<Scheme>internet-facing</Scheme><IpAddressType>dualstack</IpAddressType>
         <EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic>off</EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic>
         <EnablePrefixForIpv6SourceNat>on</EnablePrefixForIpv6SourceNat>{}{}",
        texts("SecurityGroups", &["sg-0a1"]),
        zones(&[zone("subnet-0a1", &elastic("eipalloc-0a1")), zone("subnet-0b2", &elastic("eipalloc-0b2"))])
    );
    // The address in a longer form than in the spec, and the prefix that AWS chose.
    let private = address(
        "<PrivateIPv4Address>10.0.0.10</PrivateIPv4Address><IPv6Address>2600:1f18:0:0:0:0:0:10</IPv6Address>",
    );
    let prefix = texts("SourceNatIpv6Prefixes", &["2600:1f18:0:1::/80"]);
    let internal = format!(
        "<Scheme>internal</Scheme><IpAddressType>ipv4</IpAddressType>{}",
        zones(&[zone("subnet-0a1", &format!("{private}{prefix}"))])
    );
    let capacity = |units: u32| {
        let minimum = format!(
            "<MinimumLoadBalancerCapacity><CapacityUnits>{units}</CapacityUnits></MinimumLoadBalancerCapacity>"
        );
        answer("DescribeCapacityReservation", &minimum)
    };
    let written = |pairs: &[(&str, &str)]| attributes("DescribeLoadBalancerAttributes", pairs);
    let groups = "<DescribeSecurityGroupsResponse><securityGroupInfo><item><groupId>sg-0default</groupId></item></securityGroupInfo>
        </DescribeSecurityGroupsResponse>";
    Fixture::of::<LoadBalancer>(&arn())
        .output("LoadBalancerArn", arn())
        .answer(
            "CreateLoadBalancer",
            &described("CreateLoadBalancer", "front", "application", &application),
        )
        .answer(
            DESCRIBE,
            &described(DESCRIBE, "front", "application", &application),
        )
        .answer("DescribeTags", &tags(&arn(), "front"))
        .answer(
            "DescribeLoadBalancerAttributes",
            &written(&[
                ("idle_timeout.timeout_seconds", "120"),
                ("routing.http2.enabled", "false"),
                ("waf.fail_open.enabled", "false"),
            ]),
        )
        .answer("DescribeCapacityReservation", &capacity(100))
        .answer("DescribeSecurityGroups", groups)
        .described(
            5,
            [
                (
                    DESCRIBE,
                    described(DESCRIBE, "edge", "network", &network).as_str(),
                ),
                (
                    "DescribeLoadBalancerAttributes",
                    written(&[("load_balancing.cross_zone.enabled", "true")]).as_str(),
                ),
                ("DescribeCapacityReservation", capacity(5500).as_str()),
            ],
        )
        .described(
            8,
            [(
                DESCRIBE,
                described(DESCRIBE, "internal", "network", &internal).as_str(),
            )],
        )
}
