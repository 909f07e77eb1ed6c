//! What life cycles do when AWS answers late, or differently than documented: through the real SDK, with an HTTP client that captures calls.

use serde_json::{Value, json};
use windlass::address::Address;
use windlass::canonical::CanonicalJson;
use windlass::schema::Wait;
use windlass_engine::provider::{
    CreateRequest, ErrorClass, Outputs, PollQuestion, Progress, Provider as _, Target, Until,
    UpdateRequest,
};
use windlass_plan::observation::Observation;
use windlass_state::identity::IntentId;
use windlass_tests::wire::capture::{Answers, Capture};
use windlass_tests::wire::{owner, unauthored};

use crate::subject::{SECRET, answers, target};

const GROUP: &str = "AWS::EC2::SecurityGroup";
const VPC: &str = "AWS::EC2::VPC";

fn intent() -> IntentId {
    IntentId("0".repeat(32))
}

/// The operations that an update of one property sends, with their bodies.
async fn updated(answers: Answers, before: &Value, to: &Value, property: &str) -> Vec<String> {
    let capture = Capture::new(answers);
    let target = target(GROUP, "sg-0a1", before);
    let update = UpdateRequest {
        target: &target,
        intent: &intent(),
        owner: &owner(),
        spec: &CanonicalJson::of(to),
        properties: &[property.to_owned()],
        partners: &[],
    };
    let done = capture.provider().update(&update).await;
    done.expect("updated");
    let calls = capture.take().into_iter();
    calls
        .map(|call| format!("{} {}", call.operation, call.body.replace("&\n", "&")))
        .collect()
}

fn group(egress: Option<Value>) -> Value {
    let mut spec = json!({"GroupDescription": "web", "VpcId": "vpc-0a1"});
    if let Some(egress) = egress {
        spec["SecurityGroupEgress"] = egress;
    }
    spec
}

fn rules(items: &str) -> String {
    format!(
        "<DescribeSecurityGroupRulesResponse><securityGroupRuleSet>{items}</securityGroupRuleSet></DescribeSecurityGroupRulesResponse>"
    )
}

const DEFAULT: &str = "<item><securityGroupRuleId>sgr-0d1</securityGroupRuleId><groupId>sg-0a1</groupId><isEgress>true</isEgress>
    <ipProtocol>-1</ipProtocol><fromPort>-1</fromPort><toPort>-1</toPort><cidrIpv4>0.0.0.0/0</cidrIpv4></item>";

/// The list lags behind the group: it shows no rule, or one of the two default rules that allow all outgoing traffic.
#[tokio::test]
async fn a_default_that_is_not_listed_yet_is_revoked_in_both_families() {
    for (listed, revoked) in [
        ("", ["CidrIp=0.0.0.0%2F0", "CidrIpv6=%3A%3A%2F0"]),
        (
            DEFAULT,
            ["CidrIpv6=%3A%3A%2F0", "SecurityGroupRuleId.1=sgr-0d1"],
        ),
    ] {
        let sent = revoked_of_a_new_group(listed).await;
        assert_eq!(sent.len(), 2, "{sent:?}");
        for (sent, revoked) in sent.iter().zip(revoked) {
            assert!(sent.contains(revoked), "{sent}");
        }
    }
}

/// The bodies of the revoke calls, when the list shows these rules.
async fn revoked_of_a_new_group(listed: &'static str) -> Vec<String> {
    let missing = "<Response><Errors><Error><Code>InvalidPermission.NotFound</Code><Message>The specified rule does not exist in this security group.</Message></Error></Errors></Response>";
    let capture = Capture::answering(move |request| match request.operation.as_str() {
        "DescribeSecurityGroupRules" => Some((200, rules(listed))),
        // This VPC has no IPv6 range, so there is no second rule.
        "RevokeSecurityGroupEgress" if request.body.contains("Ipv6") => {
            Some((400, missing.to_owned()))
        }
        _ => None,
    });
    let before = target(GROUP, "sg-0a1", &group(None));
    let update = UpdateRequest {
        target: &before,
        intent: &intent(),
        owner: &owner(),
        spec: &CanonicalJson::of(&group(Some(json!([])))),
        properties: &["SecurityGroupEgress".to_owned()],
        partners: &[],
    };
    capture.provider().update(&update).await.expect("updated");
    let calls = capture.take().into_iter();
    let revoked = calls.filter(|call| call.operation == "RevokeSecurityGroupEgress");
    revoked.map(|call| call.body).collect()
}

#[tokio::test]
async fn a_default_that_is_listed_goes_by_its_id_and_nothing_else_does() {
    let theirs = DEFAULT.replace(
        "</item>",
        "<tagSet><item><key>whose</key><value>ops</value></item></tagSet></item>",
    );
    let answers =
        |items: &str| answers(&[("DescribeSecurityGroupRules", 200, rules(items).as_str())]);
    let (before, to) = (group(None), group(Some(json!([]))));
    let calls = updated(answers(DEFAULT), &before, &to, "SecurityGroupEgress").await;
    assert_eq!(calls.len(), 3, "{calls:?}");
    assert!(
        calls[2].contains("SecurityGroupRuleId.1=sgr-0d1"),
        "{}",
        calls[2]
    );
    let calls = updated(answers(&theirs), &before, &to, "SecurityGroupEgress").await;
    assert!(
        calls.len() == 2 && calls[1].contains("CidrIpv6"),
        "somebody's rule of the same reach stays: {calls:?}"
    );
    // A group with rules of its own is not new, so an empty list is the truth.
    let old = group(Some(
        json!([{"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "CidrIp": "0.0.0.0/0"}]),
    ));
    let calls = updated(answers(""), &old, &to, "SecurityGroupEgress").await;
    assert_eq!(
        calls.len(),
        2,
        "the list, and its own rule revoked: {calls:?}"
    );
}

fn vpc(answers: Answers) -> (Capture, PollQuestion) {
    let spec = json!({"CidrBlock": "10.0.0.0/16", "EnableDnsHostnames": true});
    let question = PollQuestion {
        target: target(VPC, "vpc-0a1", &spec),
        until: Until::Reaches(Wait::Ready),
    };
    (Capture::new(answers), question)
}

/// AWS refuses an interface endpoint with a private name until EC2 sees the attributes. The endpoint's groups need the default security group.
#[tokio::test]
async fn a_vpc_is_ready_when_everything_of_it_shows() {
    let described = "<DescribeVpcsResponse><vpcSet><item><vpcId>vpc-0a1</vpcId><state>available</state></item></vpcSet></DescribeVpcsResponse>";
    let hostnames = |value: &str| {
        format!(
            "<DescribeVpcAttributeResponse><vpcId>vpc-0a1</vpcId><enableDnsHostnames><value>{value}</value></enableDnsHostnames></DescribeVpcAttributeResponse>"
        )
    };
    let groups = "<DescribeSecurityGroupsResponse><securityGroupInfo><item><groupId>sg-0d1</groupId><vpcId>vpc-0a1</vpcId></item></securityGroupInfo></DescribeSecurityGroupsResponse>";
    let acls = "<DescribeNetworkAclsResponse><networkAclSet><item><networkAclId>acl-0d1</networkAclId><vpcId>vpc-0a1</vpcId></item></networkAclSet></DescribeNetworkAclsResponse>";
    let gone = "<Response><Errors><Error><Code>InvalidVpcID.NotFound</Code><Message>The vpc ID 'vpc-0a1' does not exist</Message></Error></Errors></Response>";
    let (yes, no) = (hostnames("true"), hostnames("false"));
    for (attribute, groups, acls, waits_for) in [
        (
            (200, no.as_str()),
            groups,
            acls,
            Some("enableDnsHostnames does not show yet"),
        ),
        (
            (400, gone),
            groups,
            acls,
            Some("enableDnsHostnames does not show yet"),
        ),
        (
            (200, yes.as_str()),
            "",
            acls,
            Some("DefaultSecurityGroup does not show yet"),
        ),
        (
            (200, yes.as_str()),
            groups,
            "",
            Some("DefaultNetworkAcl does not show yet"),
        ),
        ((200, yes.as_str()), groups, acls, None),
    ] {
        let mut all = answers(&[
            ("DescribeVpcs", 200, described),
            ("DescribeVpcAttribute", attribute.0, attribute.1),
        ]);
        for (operation, body) in [
            ("DescribeSecurityGroups", groups),
            ("DescribeNetworkAcls", acls),
        ] {
            if !body.is_empty() {
                all.insert(operation.to_owned(), (200, body.to_owned()));
            }
        }
        let (capture, question) = vpc(all);
        let progress = capture.provider().poll(&[question]).await.remove(0);
        match (progress.expect("answered"), waits_for) {
            (Progress::Pending { status, .. }, Some(waits_for)) => assert_eq!(status, waits_for),
            (Progress::Reached { outputs }, None) => {
                assert_eq!(outputs["DefaultSecurityGroup"], "sg-0d1");
                assert_eq!(outputs["DefaultNetworkAcl"], "acl-0d1");
            }
            (other, _) => panic!("{other:?} where it waits for {waits_for:?}"),
        }
    }
}

/// A delete call can answer NotFound about a resource that AWS made a second ago. If Windlass took that for success, the resource would stay and no
/// state would know it.
#[tokio::test]
async fn a_deletion_tells_that_aws_does_not_find_it() {
    let not_found = [
        (
            "AWS::EC2::VPC",
            "vpc-0a1",
            "DeleteVpc",
            "InvalidVpcID.NotFound",
            json!({"CidrBlock": "10.0.0.0/16"}),
        ),
        (
            "AWS::EC2::SecurityGroup",
            "sg-0a1",
            "DeleteSecurityGroup",
            "InvalidGroup.NotFound",
            json!({"GroupDescription": "web", "VpcId": "vpc-0a1"}),
        ),
        (
            "AWS::EC2::EIP",
            "eipalloc-0a1",
            "ReleaseAddress",
            "InvalidAllocationID.NotFound",
            json!({"Domain": "vpc"}),
        ),
    ];
    for (kind, id, operation, code, spec) in not_found {
        let body = format!(
            "<Response><Errors><Error><Code>{code}</Code><Message>'{id}' does not exist</Message></Error></Errors></Response>"
        );
        let capture = Capture::new(answers(&[(operation, 400, body.as_str())]));
        let deleted = capture.provider().delete(&target(kind, id, &spec)).await;
        assert_eq!(
            deleted.expect_err(kind).class,
            ErrorClass::NotFound,
            "{kind}"
        );
    }
}

/// The endpoint exists, and one of its routes does not. Windlass must not take the endpoint for deleted.
#[tokio::test]
async fn an_endpoint_is_gone_only_when_aws_says_so_of_the_endpoint() {
    let refused = |code: &str| {
        let body = format!(
            "<DeleteVpcEndpointsResponse><unsuccessful><item><error><code>{code}</code><message>no route</message></error><resourceId>vpce-0a1</resourceId></item></unsuccessful></DeleteVpcEndpointsResponse>"
        );
        Capture::new(answers(&[("DeleteVpcEndpoints", 200, body.as_str())]))
    };
    let spec = json!({"VpcId": "vpc-0a1", "ServiceName": "com.amazonaws.us-east-1.s3"});
    let endpoint = target("AWS::EC2::VPCEndpoint", "vpce-0a1", &spec);
    let gone = refused("InvalidVpcEndpoint.NotFound")
        .provider()
        .delete(&endpoint)
        .await;
    assert_eq!(gone.expect_err("gone").class, ErrorClass::NotFound);
    let stays = refused("InvalidRoute.NotFound")
        .provider()
        .delete(&endpoint)
        .await;
    assert_eq!(stays.expect_err("refused").class, ErrorClass::Invalid);
}

/// A run that was killed after CreatePrivateDnsNamespace has not waited for the ARN. Windlass cannot read the tags without it, and they have not
/// changed.
#[tokio::test]
async fn a_namespace_whose_arn_is_not_known_yet_has_the_tags_that_were_sent() {
    let arn = "arn:aws:servicediscovery:us-east-1:123456789012:namespace/ns-0a1";
    let namespaces = json!({"Namespaces": [{"Id": "ns-0a1", "Arn": arn, "Name": "shop.internal", "Type": "DNS_PRIVATE"}]});
    let namespace = json!({"Namespace": {"Id": "ns-0a1", "Arn": arn, "Name": "shop.internal", "Type": "DNS_PRIVATE"}});
    let capture = Capture::new(answers(&[
        ("ListNamespaces", 200, namespaces.to_string().as_str()),
        ("GetNamespace", 200, namespace.to_string().as_str()),
    ]));
    let tags = json!([{"Key": "team", "Value": "shop"}]);
    let spec = json!({"Name": "shop.internal", "Vpc": "vpc-0a1", "Tags": tags});
    let mut made = target(
        "AWS::ServiceDiscovery::PrivateDnsNamespace",
        "ns-0a1",
        &spec,
    );
    made.outputs = Outputs::from([
        ("Id".to_owned(), json!("ns-0a1")),
        ("CreateOperation".to_owned(), json!("op-1")),
    ]);
    let provider = capture.provider();
    let seen = provider
        .observe(std::slice::from_ref(&made))
        .await
        .remove(0);
    let Ok(Observation::Present { properties, .. }) = seen else {
        panic!("{seen:?}");
    };
    assert_eq!(properties["Tags"], tags);
    capture.take();

    let mut to = spec.clone();
    to["Tags"] = json!([{"Key": "team", "Value": "pay"}]);
    let update = UpdateRequest {
        target: &made,
        intent: &intent(),
        owner: &owner(),
        spec: &CanonicalJson::of(&to),
        properties: &["Tags".to_owned()],
        partners: &[],
    };
    provider.update(&update).await.expect("updated");
    let calls = capture.take();
    let tagged = calls.iter().find(|call| call.operation == "TagResource");
    assert!(tagged.expect("it is sent").body.contains(arn), "{calls:?}");
}

/// A secret of ours that was deleted without a recovery window keeps its name for seconds, and DescribeSecret may still show it: AWS restores it no
/// more. Windlass restores a secret that a person has deleted by hand. It leaves a secret of another state alone.
#[tokio::test]
async fn a_secret_of_ours_in_the_way_is_restored_or_waited_for() {
    let arn = "arn:aws:secretsmanager:us-east-1:123456789012:secret:db-0a1B2c";
    let waits = r#"{"__type": "InvalidRequestException", "message": "You can't create this secret because a secret with this name is already scheduled for deletion."}"#;
    let gone = r#"{"__type": "InvalidRequestException", "message": "You can't perform this operation on the secret because it was marked for deletion."}"#;
    let restored = json!({"ARN": arn, "Name": "db"}).to_string();
    let spec = json!({"Name": "db", "ForceDeleteWithoutRecovery": true});
    for (lineage, restores, refused, asked) in [
        (
            owner().lineage.0,
            (400, gone),
            Some(ErrorClass::NotYet),
            true,
        ),
        (owner().lineage.0, (200, restored.as_str()), None, true),
        (
            "another".to_owned(),
            (200, restored.as_str()),
            Some(ErrorClass::AlreadyExists),
            false,
        ),
    ] {
        let shown = json!({
            "ARN": arn, "Name": "db", "DeletedDate": 1_893_456_000,
            "Tags": [{"Key": "windlass:intent", "Value": "an earlier one"}, {"Key": "windlass:lineage", "Value": lineage}],
        });
        let shown = shown.to_string();
        let capture = Capture::new(answers(&[
            (
                "GetRandomPassword",
                200,
                r#"{"RandomPassword": "correct horse"}"#,
            ),
            ("CreateSecret", 400, waits),
            ("DescribeSecret", 200, shown.as_str()),
            ("RestoreSecret", restores.0, restores.1),
        ]));
        let request = CreateRequest {
            address: &Address::parse("db").expect("an address"),
            kind: SECRET,
            place: &Capture::place(),
            intent: &intent(),
            owner: &owner(),
            template: &unauthored(),
            spec: &CanonicalJson::of(&spec),
        };
        let created = capture.provider().create(&request).await;
        assert_eq!(created.err().map(|error| error.class), refused);
        let calls = capture.take();
        assert_eq!(
            calls.iter().any(|call| call.operation == "RestoreSecret"),
            asked,
            "{calls:?}"
        );
    }
}

/// AWS reserves capacity only for a load balancer that is ready.
#[tokio::test]
async fn capacity_is_reserved_once_the_load_balancer_stands() {
    let arn = "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/web/0a1";
    let described = |state: &str| {
        format!("<DescribeLoadBalancersResponse><DescribeLoadBalancersResult><LoadBalancers><member><LoadBalancerArn>{arn}</LoadBalancerArn>
            <State><Code>{state}</Code></State></member></LoadBalancers></DescribeLoadBalancersResult></DescribeLoadBalancersResponse>")
    };
    let spec = json!({"Subnets": ["subnet-0a1", "subnet-0b2"], "Type": "application", "MinimumLoadBalancerCapacity": {"CapacityUnits": 100}});
    let before = json!({"Subnets": ["subnet-0a1", "subnet-0b2"], "Type": "application"});
    let before: Target = target("AWS::ElasticLoadBalancingV2::LoadBalancer", arn, &before);
    for (state, reserves) in [("provisioning", false), ("active", true)] {
        let described = described(state);
        let capture = Capture::new(answers(&[(
            "DescribeLoadBalancers",
            200,
            described.as_str(),
        )]));
        let update = UpdateRequest {
            target: &before,
            intent: &intent(),
            owner: &owner(),
            spec: &CanonicalJson::of(&spec),
            properties: &["MinimumLoadBalancerCapacity".to_owned()],
            partners: &[],
        };
        let done = capture.provider().update(&update).await;
        assert_eq!(
            done.err().map(|error| error.class),
            (!reserves).then_some(ErrorClass::NotYet)
        );
        let calls = capture.take();
        let sent = calls
            .iter()
            .any(|call| call.operation == "ModifyCapacityReservation");
        assert_eq!(sent, reserves, "{state}: {calls:?}");
    }
}

/// A proxy's page, or a body that was cut short: the message shows the start of the body.
#[tokio::test]
async fn an_error_in_another_form_shows_its_status_and_how_its_body_begins() {
    let page = "<html><body>Blocked by \u{1b}[31mthe proxy</body></html>";
    for (status, body, says) in [
        (
            403,
            page,
            "HTTP status 403 without a message of AWS's form: <html><body>Blocked by \\u{1b}[31mthe proxy",
        ),
        (400, "", "HTTP status 400 without a message"),
    ] {
        let capture = Capture::new(answers(&[("DescribeVpcs", status, body)]));
        let vpc = target(VPC, "vpc-0a1", &json!({"CidrBlock": "10.0.0.0/16"}));
        let seen = capture
            .provider()
            .observe(std::slice::from_ref(&vpc))
            .await
            .remove(0);
        let error = seen.expect_err("refused");
        assert!(error.message.starts_with(says), "{}", error.message);
        assert_eq!(error.class, ErrorClass::Invalid);
    }
}

/// AWS accepts the call, and the gateway fails later: <https://github.com/hashicorp/terraform-provider-aws/issues/709>.
#[tokio::test]
async fn a_nat_gateway_waits_for_an_address_that_one_on_its_way_out_holds() {
    let gateways = |state: &str, address: &str| {
        format!(
            "<DescribeNatGatewaysResponse><natGatewaySet><item><natGatewayId>nat-0a1</natGatewayId><state>{state}</state><natGatewayAddressSet><item>\
             <allocationId>{address}</allocationId></item></natGatewayAddressSet></item></natGatewaySet></DescribeNatGatewaysResponse>"
        )
    };
    const CREATED: &str = "<CreateNatGatewayResponse><natGateway><natGatewayId>nat-0b2</natGatewayId></natGateway></CreateNatGatewayResponse>";
    let spec =
        CanonicalJson::of(&json!({"SubnetId": "subnet-0a1", "AllocationId": "eipalloc-0a1"}));
    for (state, address, is_made) in [
        ("deleting", "eipalloc-0a1", false),
        ("deleting", "eipalloc-0f9", true),
        ("deleted", "eipalloc-0a1", true),
    ] {
        let described = gateways(state, address);
        let capture = Capture::answering(move |request| match request.operation.as_str() {
            "DescribeNatGateways" => Some((200, described.clone())),
            "CreateNatGateway" => Some((200, CREATED.to_owned())),
            _ => None,
        });
        let request = CreateRequest {
            address: &Address::parse("nat").expect("an address"),
            kind: "AWS::EC2::NatGateway",
            place: &Capture::place(),
            intent: &intent(),
            owner: &owner(),
            template: &unauthored(),
            spec: &spec,
        };
        match capture.provider().create(&request).await {
            Ok(_) => assert!(is_made, "{state} {address}"),
            Err(error) => {
                assert!(!is_made, "{error}");
                assert_eq!(error.class, ErrorClass::Busy);
                assert!(error.message.contains("nat-0a1"), "{error}");
            }
        }
    }
}
