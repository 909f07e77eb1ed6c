//! Tests of a target group's checks, and of properties that it refuses.

use super::*;
use crate::request::Request;
use crate::resource::{Declare, Resource};
use crate::stack::Stack;

fn problems<T: TargetKind>(spec: TargetGroup<T>) -> Vec<String> {
    let stack = |cx: &mut Stack| {
        spec.declare(cx, "tg");
        Ok(())
    };
    let document = Stack::test("t", stack, Request::offline("us-east-1"));
    document
        .problems
        .into_iter()
        .map(|problem| problem.message)
        .collect()
}

fn web() -> TargetGroup<IpTarget> {
    TargetGroup::ip(VpcId::existing("vpc-0a1"), Protocol::Http, 80)
}

#[test]
fn samples_are_sound_and_read_back() {
    for sample in TargetGroup::samples() {
        serde_json::from_value::<TargetGroupResolved>(sample.to_json()).expect("it reads back");
        assert_eq!(problems(sample), [""; 0]);
    }
}

#[test]
fn the_type_says_what_it_holds() {
    assert_eq!(web().to_json()["TargetType"], IpTarget::TARGET_TYPE);
    assert_eq!(
        TargetGroup::lambda().to_json()["TargetType"],
        LambdaTarget::TARGET_TYPE
    );
    let any = TargetGroup::of_type(
        TargetType::Instance,
        VpcId::existing("vpc-0a1"),
        Protocol::Tcp,
        80,
    );
    assert_eq!(any.to_json()["TargetType"], InstanceTarget::TARGET_TYPE);
    let behind = TargetGroup::load_balancer(VpcId::existing("vpc-0a1"), 80);
    assert_eq!(
        behind.to_json()["TargetType"],
        LoadBalancerTarget::TARGET_TYPE
    );
}

#[test]
fn what_aws_refuses_is_reported() {
    assert_eq!(
        problems(
            web()
                .health_check_timeout_seconds(30)
                .health_check_interval_seconds(30)
        ),
        ["`HealthCheckTimeoutSeconds` of `tg` is 30, not less than the interval of 30"]
    );
    assert_eq!(
        problems(web().health_check_protocol(Protocol::Tcp)),
        ["`HealthCheckProtocol` of `tg` is TCP"]
    );
    assert_eq!(
        problems(web().matcher(Matcher::grpc("0"))),
        ["`Matcher` of `tg` has codes of another protocol"]
    );
    assert_eq!(
        problems(web().matcher(Matcher::http("2xx"))),
        ["`Matcher` of `tg` is `2xx`"]
    );
    assert_eq!(
        problems(web().health_check_enabled(false)),
        ["`HealthCheckEnabled` of `tg` is false"]
    );
    let missing = TargetGroup {
        vpc_id: None,
        ..web()
    };
    assert_eq!(problems(missing), ["`VpcId` of `tg` is missing"]);
    assert_eq!(
        problems(web().attribute(TargetGroupAttribute::proxy_protocol_v2(true))),
        [
            "`TargetGroupAttributes` of `tg` has `proxy_protocol_v2.enabled` for a load balancer of type `application`"
        ]
    );
}

#[test]
fn the_health_check_port_is_a_text() {
    let json = web()
        .health_check_port(HealthCheckPort::Port(9090))
        .to_json();
    assert_eq!(json["HealthCheckPort"], "9090");
    let json = web().health_check_port(HealthCheckPort::Traffic).to_json();
    assert_eq!(json["HealthCheckPort"], "traffic-port");
}
