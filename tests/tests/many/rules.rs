//! Listener rules: those of one listener by the listener, those of many listeners by ARN.

use serde_json::json;
use windlass_engine::provider::Target;
use windlass_plan::observation::Observation;
use windlass_tests::wire::capture::Captured;

use super::{GONE, MANY, agree, names, owned, target, together};

const HERE: &str = "arn:aws:elasticloadbalancing:us-east-1:123456789012";

/// More than one call takes.
const RULES: usize = 25;

fn rule(arn: &str) -> String {
    format!("<member><RuleArn>{arn}</RuleArn><Priority>1</Priority></member>")
}

fn answer(rules: &str) -> Option<(u16, String)> {
    let result = format!("<DescribeRulesResult><Rules>{rules}</Rules></DescribeRulesResult>");
    Some((
        200,
        format!("<DescribeRulesResponse>{result}</DescribeRulesResponse>"),
    ))
}

fn subject(arn: String, listener: &str) -> Target {
    let applied = json!({
        "ListenerArn": listener, "Priority": 1, "Conditions": [{"Field": "path-pattern", "PathPatternConfig": {"Values": ["/"]}}],
        "Actions": [{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "200"}}],
    });
    target("AWS::ElasticLoadBalancingV2::ListenerRule", arn, &applied)
}

fn of_one_listener(at: usize) -> String {
    format!("{HERE}:listener-rule/app/front/0a1/0b2/{at}")
}

fn one_listener(request: &Captured) -> Option<(u16, String)> {
    let listener = format!("{HERE}:listener/app/front/0a1/0b2");
    assert!(names(request, &listener), "{request:?}");
    let there = (0..MANY).filter(|at| *at != GONE);
    answer(
        &there
            .map(|at| rule(&of_one_listener(at)))
            .collect::<String>(),
    )
}

#[tokio::test]
async fn rules_of_one_listener_are_read_in_one_call_whichever_is_gone() {
    let listener = format!("{HERE}:listener/app/front/0a1/0b2");
    let targets: Vec<Target> = (0..MANY)
        .map(|at| subject(of_one_listener(at), &listener))
        .collect();
    assert_eq!(
        agree(one_listener, &targets).await,
        owned(&[("DescribeRules", 1)])
    );
}

fn of_its_own(at: usize) -> String {
    format!("{HERE}:listener-rule/app/front-{at}/0a1/0b2/0c3")
}

/// Refuses the whole question when one is gone, and names it.
fn many_listeners(request: &Captured) -> Option<(u16, String)> {
    let asked: Vec<String> = (0..RULES)
        .map(of_its_own)
        .filter(|arn| names(request, arn))
        .collect();
    assert!((1..=20).contains(&asked.len()), "{request:?}");
    let gone = of_its_own(GONE);
    if asked.contains(&gone) {
        let error = format!(
            "<ErrorResponse><Error><Code>RuleNotFound</Code><Message>Rules '{gone}' not found</Message></Error></ErrorResponse>"
        );
        return Some((400, error));
    }
    answer(&asked.iter().map(|arn| rule(arn)).collect::<String>())
}

#[tokio::test]
async fn a_rule_that_is_gone_and_named_costs_one_more_call() {
    let targets: Vec<Target> = (0..RULES)
        .map(|at| {
            let listener = format!("{HERE}:listener/app/front-{at}/0a1/0b2");
            subject(of_its_own(at), &listener)
        })
        .collect();
    let (all, calls) = together(many_listeners, &targets).await;
    for (at, observed) in all.iter().enumerate() {
        assert_eq!(*observed == Observation::Missing, at == GONE, "{at}");
    }
    assert_eq!(calls.len(), 3, "{calls:?}");
}
