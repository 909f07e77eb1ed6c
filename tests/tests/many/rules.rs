//! Listener rules: Windlass reads the rules of a few listeners by listener, and the rules of many listeners by ARN.

use serde_json::json;
use windlass_engine::provider::Target;
use windlass_plan::observation::Observation;
use windlass_tests::wire::capture::Captured;

use super::{GONE, LATE, MANY, agree, names, owned, target, together};

const HERE: &str = "arn:aws:elasticloadbalancing:us-east-1:123456789012";

/// More rules than one call takes.
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

/// AWS refuses the whole call if one rule is gone, and does not say which. The tagging API shows neither that rule nor a rule that was made a moment
/// ago.
fn many_listeners(request: &Captured) -> Option<(u16, String)> {
    if request.operation == "GetResources" {
        let shown = (0..RULES).filter(|at| ![GONE, LATE].contains(at));
        let shown = shown.map(|at| json!({"ResourceARN": of_its_own(at), "Tags": []}));
        let answer = json!({"ResourceTagMappingList": shown.collect::<Vec<_>>()});
        return Some((200, answer.to_string()));
    }
    let asked: Vec<String> = (0..RULES)
        .map(of_its_own)
        .filter(|arn| names(request, arn))
        .collect();
    assert!((1..=20).contains(&asked.len()), "{request:?}");
    if asked.contains(&of_its_own(GONE)) {
        let error = "<Error><Code>RuleNotFound</Code><Message>One or more rules not found</Message></Error>";
        return Some((400, format!("<ErrorResponse>{error}</ErrorResponse>")));
    }
    answer(&asked.iter().map(|arn| rule(arn)).collect::<String>())
}

/// The credentials may not use the tagging API.
fn many_listeners_alone(request: &Captured) -> Option<(u16, String)> {
    if request.operation == "GetResources" {
        let error = json!({"__type": "AccessDeniedException", "message": "not authorized to perform: tag:GetResources"});
        return Some((400, error.to_string()));
    }
    many_listeners(request)
}

fn rules_of_their_own(count: usize) -> Vec<Target> {
    let rules = (0..count).map(|at| {
        let listener = format!("{HERE}:listener/app/front-{at}/0a1/0b2");
        subject(of_its_own(at), &listener)
    });
    rules.collect()
}

fn assert_one_is_gone(all: &[Observation]) {
    for (at, observed) in all.iter().enumerate() {
        assert_eq!(*observed == Observation::Missing, at == GONE, "{at}");
    }
}

/// For each call that asks for rules, the number of rules it asks for.
fn questions(calls: &[Captured]) -> Vec<usize> {
    let calls = calls
        .iter()
        .filter(|call| call.operation == "DescribeRules");
    let asked = calls.map(|call| {
        let named = |at: &usize| names(call, &of_its_own(*at));
        (0..RULES).filter(named).count()
    });
    let mut asked: Vec<usize> = asked.collect();
    asked.sort_unstable();
    asked
}

fn few_listeners(request: &Captured) -> Option<(u16, String)> {
    let asked = |at: &usize| names(request, &format!("{HERE}:listener/app/front-{at}/0a1/0b2"));
    let there = (0..RULES).filter(|at| *at != GONE && asked(at));
    answer(&there.map(|at| rule(&of_its_own(at))).collect::<String>())
}

#[tokio::test]
async fn rules_of_few_listeners_are_read_by_listener() {
    let targets = rules_of_their_own(GONE + 1).split_off(GONE - 3);
    let (all, calls) = together(few_listeners, &targets).await;
    let missing: Vec<bool> = all
        .iter()
        .map(|observed| *observed == Observation::Missing)
        .collect();
    assert_eq!(missing, [false, false, false, true]);
    assert_eq!(calls.len(), targets.len(), "{calls:?}");
}

#[tokio::test]
async fn a_rule_that_is_gone_costs_those_of_other_listeners_nothing() {
    let (all, calls) = together(many_listeners, &rules_of_their_own(RULES)).await;
    assert_one_is_gone(&all);
    // Windlass asked about the late rule together with the deleted one.
    assert_eq!(questions(&calls), [1, 1, 2, 3, 20]);
}

#[tokio::test]
async fn without_the_tagging_api_those_asked_about_with_it_are_asked_again() {
    let (all, calls) = together(many_listeners_alone, &rules_of_their_own(RULES)).await;
    assert_one_is_gone(&all);
    assert_eq!(questions(&calls), [1, 1, 1, 1, 1, 5, 20]);
}
