//! Wire fixture of `AWS::ElasticLoadBalancingV2::TargetGroup`: its samples and AWS's answers.

use windlass::aws::elasticloadbalancingv2::TargetGroup;

use super::{HERE, answer, attributes, tags};
use crate::wire::Fixture;

fn arn() -> String {
    format!("{HERE}:targetgroup/web/0a1")
}

fn described(operation: &str, rest: &str) -> String {
    let arn = arn();
    answer(
        operation,
        &format!(
            "<TargetGroups><member><TargetGroupArn>{arn}</TargetGroupArn><TargetGroupName>web</TargetGroupName>
                <VpcId>vpc-0a1</VpcId><LoadBalancerArns/>{rest}</member></TargetGroups>"
        ),
    )
}

fn health(targets: &[&str]) -> String {
    let members: String = targets
        .iter()
        .map(|target| format!("<member><Target>{target}</Target><TargetHealth><State>healthy</State></TargetHealth></member>"))
        .collect();
    let leaving = "<member><Target><Id>10.0.9.9</Id></Target><TargetHealth><State>draining</State></TargetHealth></member>";
    answer(
        "DescribeTargetHealth",
        &format!("<TargetHealthDescriptions>{members}{leaving}</TargetHealthDescriptions>"),
    )
}

pub fn fixture() -> Fixture {
    const DESCRIBE: &str = "DescribeTargetGroups";
    let check = "<HealthCheckEnabled>true</HealthCheckEnabled><HealthCheckProtocol>HTTP</HealthCheckProtocol>
        <HealthCheckPort>8081</HealthCheckPort><HealthCheckPath>/healthz</HealthCheckPath>
        <HealthCheckIntervalSeconds>15</HealthCheckIntervalSeconds><HealthCheckTimeoutSeconds>5</HealthCheckTimeoutSeconds>
        <HealthyThresholdCount>3</HealthyThresholdCount><UnhealthyThresholdCount>4</UnhealthyThresholdCount>";
    let place = "<TargetType>ip</TargetType><Protocol>HTTP</Protocol><Port>8080</Port><IpAddressType>ipv4</IpAddressType>
        <TargetControlPort>9000</TargetControlPort>";
    let http2 =
        "<ProtocolVersion>HTTP2</ProtocolVersion><Matcher><HttpCode>200-299</HttpCode></Matcher>";
    let grpc = "<ProtocolVersion>GRPC</ProtocolVersion><Matcher><GrpcCode>0-5</GrpcCode></Matcher>";
    let quic = "<TargetType>instance</TargetType><Protocol>QUIC</Protocol><Port>443</Port>";
    let address =
        "<Id>10.0.1.5</Id><Port>8082</Port><AvailabilityZone>us-east-1a</AvailabilityZone>";
    let instance = "<Id>i-0a1</Id><Port>443</Port><QuicServerId>0x0123456789abcdef</QuicServerId>";
    let full = format!("{place}{check}{http2}");
    Fixture::of::<TargetGroup>(&arn())
        .output("TargetGroupArn", arn())
        .answer("CreateTargetGroup", &described("CreateTargetGroup", &full))
        .answer(DESCRIBE, &described(DESCRIBE, &full))
        .answer("DescribeTags", &tags(&arn(), "web"))
        .answer(
            "DescribeTargetHealth",
            &health(&["<Id>10.0.7.7</Id><Port>8080</Port>", address]),
        )
        .answer(
            "DescribeTargetGroupAttributes",
            &attributes(
                "DescribeTargetGroupAttributes",
                &[
                    ("stickiness.enabled", "false"),
                    ("deregistration_delay.timeout_seconds", "30"),
                    ("slow_start.duration_seconds", "60"),
                ],
            ),
        )
        .described(
            5,
            [(
                DESCRIBE,
                described(DESCRIBE, &format!("{place}{check}{grpc}")).as_str(),
            )],
        )
        .described(
            15,
            [
                (DESCRIBE, described(DESCRIBE, quic).as_str()),
                ("DescribeTargetHealth", health(&[instance]).as_str()),
            ],
        )
}
