//! Hidden things and stale answers, without a service behind the gateway.

use super::*;
use crate::operation::Protocol;

fn call(service: &str, operation: &str) -> Call {
    Call {
        service: service.into(),
        operation: operation.into(),
        account: "111111111111".into(),
        region: "us-east-1".into(),
        protocol: Protocol::Ec2Query,
    }
}

fn hides(lasts: Lasts) -> Vec<Lag> {
    let hiding = Hiding {
        lasts,
        from: None,
        by: None,
    };
    vec![Lag::Hides(hiding)]
}

const FOR_TWO: Lasts = Lasts {
    ms: None,
    answers: Some(2),
};
const FOR_A_SECOND: Lasts = Lasts {
    ms: Some(1_000),
    answers: None,
};
const MADE: &str = "<R><vpc><vpcId>vpc-0a9f</vpcId><ownerId>1</ownerId></vpc></R>";
const LIST: &str = "<R><vpcSet><item><vpcId>vpc-0a9f</vpcId></item></vpcSet></R>";
const EMPTY: &str = "<R><vpcSet></vpcSet></R>";

fn shown(lags: &Lags, call: &Call, text: &str, now: i64) -> String {
    let asked = lags.ask(call, "Action=X");
    lags.show(call, &asked, text.to_owned(), &[], Millis(now))
}

#[test]
fn a_thing_is_hidden_for_so_many_answers() {
    let lags = Lags::default();
    lags.learn(
        &call("ec2", "CreateVpc"),
        &hides(FOR_TWO),
        "",
        MADE,
        Millis(0),
    );
    let list = call("ec2", "DescribeVpcs");
    assert_eq!(
        shown(&lags, &call("ec2", "DescribeSubnets"), LIST, 0),
        LIST,
        "another kind"
    );
    let other = Call {
        account: "2".into(),
        ..list.clone()
    };
    assert_eq!(shown(&lags, &other, LIST, 0), LIST, "another account");
    assert_eq!(shown(&lags, &list, LIST, 0), EMPTY);
    assert_eq!(
        shown(&lags, &list, EMPTY, 0),
        EMPTY,
        "not counted: there was nothing to hide"
    );
    assert_eq!(shown(&lags, &list, LIST, 0), EMPTY);
    assert!(lags.is_idle(Millis(0)));
    assert_eq!(shown(&lags, &list, LIST, 0), LIST);
}

#[test]
fn a_thing_is_hidden_for_a_time_and_by_its_arn_among_tags() {
    let lags = Lags::default();
    lags.learn(
        &call("ec2", "CreateVpc"),
        &hides(FOR_A_SECOND),
        "",
        MADE,
        Millis(0),
    );
    let tags = r#"{"List":[{"ResourceARN":"arn:aws:ec2:us-east-1:1:vpc/vpc-0a9f"}]}"#;
    let tagging = call("tagging", "GetResources");
    assert!(!lags.is_idle(Millis(999)));
    assert_eq!(shown(&lags, &tagging, tags, 999), r#"{"List":[]}"#);
    assert!(lags.is_idle(Millis(1_000)));
    assert_eq!(shown(&lags, &tagging, tags, 1_000), tags);
}

#[test]
fn a_question_for_a_hidden_thing_is_for_another_name() {
    let lags = Lags::default();
    let made = r#"{"role":{"Arn":"arn:aws:iam::1:role/a/deploy"}}"#;
    let request = "Action=CreateRole&RoleName=deploy";
    lags.learn(
        &call("iam", "CreateRole"),
        &hides(FOR_TWO),
        request,
        made,
        Millis(0),
    );
    let get = call("iam", "GetRole");
    let asked = lags.ask(&get, "Action=GetRole&RoleName=deploy");
    assert_eq!(asked.text, "Action=GetRole&RoleName=efqmpz");
    let refused = "<Error>The role with name efqmpz cannot be found.</Error>".to_owned();
    let told = lags.show(&get, &asked, refused, &[], Millis(0));
    assert_eq!(
        told,
        "<Error>The role with name deploy cannot be found.</Error>"
    );
    let put = lags.ask(&call("iam", "PutRolePolicy"), "RoleName=deploy");
    assert_eq!(
        put.text, "RoleName=deploy",
        "by default what refers to it works"
    );
}

#[test]
fn what_refers_to_a_hidden_thing_fails_where_the_rule_says_so() {
    let lags = Lags::default();
    let hiding = Hiding {
        lasts: FOR_TWO,
        from: Some("*".into()),
        by: Some("vpcId".into()),
    };
    lags.learn(
        &call("ec2", "CreateVpc"),
        &[Lag::Hides(hiding)],
        "",
        MADE,
        Millis(0),
    );
    let asked = lags.ask(
        &call("ec2", "CreateSubnet"),
        "Action=CreateSubnet&VpcId=vpc-0a9f",
    );
    assert_eq!(asked.text, "Action=CreateSubnet&VpcId=wqd-1b0a");
}

#[test]
fn an_answer_comes_from_before_the_change() {
    let lags = Lags::default();
    let stale = Stale {
        rule: 0,
        lasts: Lasts {
            ms: None,
            answers: Some(1),
        },
    };
    let read = call("ecs", "DescribeServices");
    let stales = [Lag::Stales(stale.clone())];
    let ask = |text: &str| {
        let asked = lags.ask(&read, "{}");
        lags.show(&read, &asked, text.to_owned(), &stales, Millis(0))
    };
    let service = |arn: &str, state: &str| format!(r#"{{"serviceArn":"{arn}","state":"{state}"}}"#);
    let both = format!(
        r#"{{"services":[{},{}]}}"#,
        service("a", "old"),
        service("b", "old")
    );
    assert_eq!(ask(&both), both);
    lags.learn(
        &call("ecs", "UpdateService"),
        &[Lag::Changes(stale.clone())],
        "",
        "{}",
        Millis(0),
    );
    let new = format!(r#"{{"services":[{}]}}"#, service("a", "new"));
    let old = format!(r#"{{"services":[{}]}}"#, service("a", "old"));
    assert_eq!(ask(&new), old, "asked for alone, it is known from the list");
    assert_eq!(ask(&new), new, "one answer is stale");
}

#[test]
fn a_rule_that_stays_at_another_place_keeps_what_it_remembers() {
    let read = call("ecs", "DescribeServices");
    let service =
        |state: &str| format!(r#"{{"services":[{{"serviceArn":"a","state":"{state}"}}]}}"#);
    for (moved, shown) in [(Some(1), "old"), (None, "new")] {
        let lags = Lags::default();
        let stale = |rule: usize| Stale {
            rule,
            lasts: FOR_TWO,
        };
        let ask = |rule: usize, text: &str| {
            let stales = [Lag::Stales(stale(rule))];
            let asked = lags.ask(&read, "{}");
            lags.show(&read, &asked, text.to_owned(), &stales, Millis(0))
        };
        ask(0, &service("old"));
        let update = call("ecs", "UpdateService");
        lags.learn(&update, &[Lag::Changes(stale(0))], "", "{}", Millis(0));
        lags.follow(&moved.map(|now| (0, now)).into_iter().collect());
        assert_eq!(ask(1, &service("new")), service(shown), "{moved:?}");
    }
}

#[test]
fn kinds_and_what_identifies_them_come_from_the_operation() {
    for (operation, expected) in [
        ("CreateVpc", "Vpc"),
        ("AllocateAddress", "Address"),
        ("DescribeAddresses", "Address"),
        ("DescribeScalingPolicies", "ScalingPolicy"),
        ("DescribeSecurityGroups", "SecurityGroup"),
        ("RegisterTaskDefinition", "TaskDefinition"),
    ] {
        assert_eq!(kind(operation), expected);
    }
    let made = "<R><allocationId>eipalloc-1</allocationId><publicIp>1.2.3.4</publicIp></R>";
    let hiding = Hiding {
        lasts: FOR_TWO,
        from: None,
        by: None,
    };
    let found = identifiers(&call("ec2", "AllocateAddress"), &hiding, "", made);
    assert_eq!(found, ["eipalloc-1"]);
    let found = identifiers(
        &call("logs", "CreateLogGroup"),
        &hiding,
        r#"{"logGroupName":"/a"}"#,
        "",
    );
    assert_eq!(found, ["/a"]);
}
