//! `AWS::ElasticLoadBalancingV2::ListenerRule`: what a listener does with some of its requests.
//!
//! What surprises people: The lowest priority number wins, and two rules of a listener cannot share one. A rule has at most five values over all its
//! conditions. AWS does not say which listener a rule belongs to, but the rule's ARN does.
//!
//! CloudFormation has no `Tags` here; the API takes them, so this kind has them. Not here: a listener's default rule, which is
//! [`Listener`](super::Listener)'s `default_actions`. Reference:
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-elasticloadbalancingv2-listenerrule.html>

use windlass_derive::Resource;

use super::{
    Action, ListenerArn, ListenerRuleArn, RuleCondition, Transform, TransformType, action,
    condition,
};
use crate::resource::{Check, Samples};
use crate::stack::Checks;
use crate::value::{Input, Tags};

/// What an application load balancer's listener does with some of its requests, or a network load balancer's with some of its connections.
///
/// ```
/// use windlass::aws::ec2::VpcId;
/// use windlass::aws::elasticloadbalancingv2::{Action, ListenerArn, ListenerRule, Protocol, RuleCondition, TargetGroup};
/// use windlass::request::Request;
/// use windlass::resource::Declare;
/// use windlass::stack::Stack;
///
/// let document = Stack::test("shop", |cx| {
///     let https = ListenerArn::existing("arn:aws:elasticloadbalancing:us-east-1:123456789012:listener/app/front/0a1/0b2");
///     let api = TargetGroup::ip(VpcId::existing("vpc-0a1"), Protocol::Http, 8080).declare(cx, "api");
///     ListenerRule::new(https, 10, [RuleCondition::paths(["/api", "/api/*"])], [Action::forward(api.arn())])
///         .declare(cx, "api-rule");
///     Ok(())
/// }, Request::offline("us-east-1"));
/// assert_eq!(document.problems, []);
/// ```
#[derive(Debug, Clone, Resource)]
#[resource(
    kind = "AWS::ElasticLoadBalancingV2::ListenerRule",
    id = "RuleArn",
    outputs(
        arn: ListenerRuleArn = "RuleArn",
        is_default: bool = "IsDefault",
    ),
    completes(
        "Actions[].TargetGroupArn",
        "Actions[].ForwardConfig.TargetGroups[].TargetGroupArn"
    ),
    exchangeable("ListenerArn", "Priority"),
    serves_one("Actions[].TargetGroupArn", "Actions[].ForwardConfig.TargetGroups[].TargetGroupArn", owner("ListenerArn", "LoadBalancerArn"), follows),
    holds("Actions[].TargetGroupArn", "Actions[].ForwardConfig.TargetGroups[].TargetGroupArn")
)]
pub struct ListenerRule {
    #[field(replaces)]
    pub listener_arn: Input<ListenerArn>,
    /// The priority within the listener, 1 to 50000. Of all rules that apply, the one with the lowest number wins.
    #[field(in_place)]
    pub priority: Input<u32>,
    /// The conditions. The rule applies to requests that meet all of them.
    #[field(in_place, set, required)]
    pub conditions: Vec<RuleCondition>,
    /// The actions for these requests.
    #[field(in_place, required)]
    pub actions: Vec<Action>,
    /// The rewrites of these requests, at most one of each type.
    #[field(in_place, keyed("Type"))]
    pub transforms: Vec<Transform>,
    #[field(in_place)]
    pub tags: Tags,
}

impl Check for ListenerRule {
    fn check(&self, checks: &mut Checks<'_>) {
        checks.range("Priority", Some(&self.priority), 1..=50_000);
        condition::check(checks, &self.conditions);
        action::check(checks, "Actions", &self.actions, None);
        for sort in TransformType::ALL {
            if self
                .transforms
                .iter()
                .filter(|transform| transform.rewrites() == *sort)
                .count()
                > 1
            {
                checks.invalid(
                    "Transforms",
                    format!("has several of type `{sort}`"),
                    "AWS takes one of each type",
                );
            }
        }
        for transform in &self.transforms {
            transform.check(checks);
        }
    }
}

impl Samples for ListenerRule {
    fn samples() -> Vec<Self> {
        use super::samples::{actions, target_group};
        use super::{
            ConditionConfig, ConditionField, Patterns, QueryStringPair, SourceIpAddressType,
        };

        let listener = |id: &str| {
            ListenerArn::existing(format!(
                "arn:aws:elasticloadbalancing:us-east-1:123456789012:listener/app/front/0a1/{id}"
            ))
        };
        let forward = |name: &str| Action::forward(target_group(name));
        let range = |text: &str| text.parse::<ipnet::IpNet>().expect("a range");
        let full = Self::new(
            listener("0b2"),
            10,
            [RuleCondition::paths(["/api", "/api/*"])],
            [forward("api")],
        )
        .transforms([
            Transform::url("^/api/(.*)$", "/$1"),
            Transform::host("^shop[.](.*)$", "api.$1"),
        ])
        .tag("Name", "api");
        let conditions = [
            vec![RuleCondition::hosts([
                "shop.example.com",
                "*.shop.example.com",
            ])],
            vec![RuleCondition::host(Patterns::regex([
                "^shop[0-9]+[.]example[.]com$",
            ]))],
            vec![RuleCondition::path(Patterns::regex(["^/v[0-9]+/.*$"]))],
            vec![
                RuleCondition::header("X-Version", Patterns::of(["2", "3"])),
                RuleCondition::methods(["GET", "HEAD"]),
            ],
            vec![RuleCondition::header(
                "X-Version",
                Patterns::regex(["^[23]$"]),
            )],
            vec![
                RuleCondition::query([
                    QueryStringPair::new("version", "2"),
                    QueryStringPair::any_key("beta"),
                ]),
                RuleCondition::from_ranges([range("10.0.0.0/8"), range("2001:db8::/32")]),
            ],
            vec![RuleCondition::about(
                ConditionField::PathPattern,
                ConditionConfig::Values(vec!["/old".into()]),
            )],
            vec![RuleCondition::about(
                ConditionField::HostHeader,
                ConditionConfig::RegexValues(vec!["^old[.].*$".into()]),
            )],
        ];
        let mut samples = vec![
            Self::new(
                listener("0b2"),
                1,
                [RuleCondition::paths(["/"])],
                [forward("api")],
            ),
            full.clone(),
            full.clone()
                .priority(20)
                .conditions([RuleCondition::paths(["/v2/*"])])
                .actions([forward("other")])
                .transforms([Transform::url("^/v2/(.*)$", "/$1")])
                .tag("Name", "other"),
            full.clone().listener_arn(listener("0c3")),
        ];
        samples.extend(
            conditions
                .into_iter()
                .map(|conditions| full.clone().conditions(conditions)),
        );
        samples.extend(
            actions()
                .into_iter()
                .map(|actions| full.clone().actions(actions)),
        );
        samples.extend(
            [SourceIpAddressType::Ipv4, SourceIpAddressType::Ipv6].map(|form| {
                full.clone()
                    .conditions([RuleCondition::from_address_type(form)])
            }),
        );
        samples
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::target_group;
    use super::super::{ConditionConfig, ConditionField, PathPattern, Patterns};
    use super::*;
    use crate::request::Request;
    use crate::resource::{Declare, Resource};
    use crate::stack::Stack;

    fn problems(spec: ListenerRule) -> Vec<String> {
        let stack = |cx: &mut Stack| {
            spec.declare(cx, "r");
            Ok(())
        };
        let document = Stack::test("t", stack, Request::offline("us-east-1"));
        document
            .problems
            .into_iter()
            .map(|problem| problem.message)
            .collect()
    }

    fn rule(conditions: impl IntoIterator<Item = RuleCondition>) -> ListenerRule {
        let listener = ListenerArn::existing(
            "arn:aws:elasticloadbalancing:us-east-1:123456789012:listener/app/f/1/2",
        );
        ListenerRule::new(
            listener,
            10,
            conditions,
            [Action::forward(target_group("web"))],
        )
    }

    #[test]
    fn samples_are_sound_and_read_back() {
        for sample in ListenerRule::samples() {
            assert_eq!(problems(sample), [""; 0]);
        }
        let readable = |sample: &ListenerRule| !sample.to_json().to_string().contains("$windlass");
        for sample in ListenerRule::samples()
            .iter()
            .filter(|sample| readable(sample))
        {
            let resolved: ListenerRuleResolved =
                serde_json::from_value(sample.to_json()).expect("it reads back");
            assert_eq!(resolved.conditions.len(), sample.conditions.len());
        }
    }

    #[test]
    fn what_aws_refuses_is_reported() {
        assert_eq!(
            problems(rule([RuleCondition::paths([
                "/a", "/b", "/c", "/d", "/e", "/f"
            ])])),
            ["`Conditions` of `r` has 6 values in all"]
        );
        assert_eq!(
            problems(rule([
                RuleCondition::paths(["/a"]),
                RuleCondition::paths(["/b"])
            ])),
            ["`Conditions` of `r` has several conditions on `path-pattern`"]
        );
        let mismatched = RuleCondition::about(
            ConditionField::HostHeader,
            ConditionConfig::PathPattern(PathPattern {
                patterns: Patterns::of(["/a"]),
            }),
        );
        assert_eq!(
            problems(rule([mismatched])),
            [
                "`Conditions` of `r` has a condition on `host-header` with the configuration of another"
            ]
        );
        assert_eq!(
            problems(rule([RuleCondition::header("Host", Patterns::of(["a"]))])),
            ["`Conditions` of `r` looks at the header `Host`"]
        );
        assert_eq!(
            problems(rule([RuleCondition::methods(["get"])])),
            ["`Conditions` of `r` names the method `get`"]
        );
        let twice = rule([RuleCondition::paths(["/a"])])
            .transforms([Transform::url("a", "b"), Transform::url("c", "d")]);
        assert_eq!(
            problems(twice),
            ["`Transforms` of `r` has several of type `url-rewrite`"]
        );
        assert_eq!(
            problems(rule([RuleCondition::paths(["/a"])]).priority(0)),
            ["`Priority` of `r` is 0"]
        );
    }
}
