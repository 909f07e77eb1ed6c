//! Writes the traffic that ECS has shifted into moto's listeners: a `ForwardConfig` with two weights replaces the forward target of a rule.
//!
//! Not here: how much traffic moves, and when (`traffic`).

use serde_json::{Value, json};

use super::traffic::Shift;
use super::{Exchange, World};
use crate::backend::BackendError;
use crate::operation::percent_encoded;

const ELB: &str = "elasticloadbalancing";
const VERSION: &str = "Version=2015-12-01";

/// The calls for a rule, or for a network load balancer's listener, which has no rules.
struct Api {
    describe: &'static str,
    modify: &'static str,
    list: &'static str,
    arn: &'static str,
    actions: &'static str,
}

const OF_RULES: Api = Api {
    describe: "DescribeRules",
    modify: "ModifyRule",
    list: "Rules",
    arn: "RuleArn",
    actions: "Actions",
};
const OF_LISTENERS: Api = Api {
    describe: "DescribeListeners",
    modify: "ModifyListener",
    list: "Listeners",
    arn: "ListenerArn",
    actions: "DefaultActions",
};

impl Exchange<'_> {
    /// Writes the traffic shifts up to now. A listener that does not exist any more stays missing.
    pub(super) async fn write_shifts(&self) -> Result<(), BackendError> {
        for shift in self.world(|world, _, _| world.take_shifts()) {
            let api = match shift.rule.contains(":listener-rule/") {
                true => OF_RULES,
                false => OF_LISTENERS,
            };
            let arn = percent_encoded(&shift.rule);
            let ask = format!(
                "Action={}&{VERSION}&ContentType=JSON&{}s.member.1={arn}",
                api.describe, api.arn
            );
            let answer = self.moto.query(self.call, ELB, &ask).await?;
            let mut answer: Value = serde_json::from_str(&answer).unwrap_or_default();
            let result =
                &mut answer[format!("{}Response", api.describe)][format!("{}Result", api.describe)];
            let mut actions = result[api.list][0][api.actions].take();
            if !forward(&mut actions, &shift) {
                tracing::debug!(rule = shift.rule, "forwards to nothing: no traffic moves");
                continue;
            }
            let mut pairs = vec![format!("Action={}&{VERSION}&{}={arn}", api.modify, api.arn)];
            encode(api.actions, &actions, &mut pairs);
            self.moto.query(self.call, ELB, &pairs.join("&")).await?;
        }
        Ok(())
    }
}

impl World {
    fn take_shifts(&mut self) -> Vec<Shift> {
        let services = self.services.values_mut();
        services
            .flat_map(|service| service.traffic.take())
            .collect()
    }
}

/// Sets the weights of the forward action; other actions, such as authentication, stay. Returns whether there is a forward action.
fn forward(actions: &mut Value, shift: &Shift) -> bool {
    let actions = actions.as_array_mut().into_iter().flatten();
    let Some(action) = actions
        .into_iter()
        .find(|action| action["Type"] == "forward")
    else {
        return false;
    };
    let groups = shift.weights.iter();
    let groups: Vec<Value> = groups
        .map(|(group, weight)| json!({"TargetGroupArn": group, "Weight": weight}))
        .collect();
    if let Some(action) = action.as_object_mut() {
        action.remove("TargetGroupArn");
    }
    if !action["ForwardConfig"].is_object() {
        action["ForwardConfig"] = json!({});
    }
    action["ForwardConfig"]["TargetGroups"] = groups.into();
    true
}

/// Writes a value in the form of the query protocol.
fn encode(name: &str, value: &Value, pairs: &mut Vec<String>) {
    match value {
        Value::Null => {}
        Value::Array(elements) => {
            for (number, element) in (1..).zip(elements) {
                encode(&format!("{name}.member.{number}"), element, pairs);
            }
        }
        Value::Object(members) => {
            for (member, value) in members {
                encode(&format!("{name}.{member}"), value, pairs);
            }
        }
        Value::String(text) => pairs.push(format!("{name}={}", percent_encoded(text))),
        other => pairs.push(format!("{name}={other}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shift() -> Shift {
        Shift {
            rule: "arn:listener-rule/1".into(),
            weights: [("blue".into(), 90), ("green".into(), 10)],
        }
    }

    #[test]
    fn the_forwarding_action_gets_weights_and_others_stay() {
        let mut actions = json!([{"Type": "authenticate-oidc", "Order": 1}, {"Type": "forward", "Order": 2, "TargetGroupArn": "blue"}]);
        assert!(forward(&mut actions, &shift()));
        let weights = json!([{"TargetGroupArn": "blue", "Weight": 90}, {"TargetGroupArn": "green", "Weight": 10}]);
        assert_eq!(
            actions,
            json!([{"Type": "authenticate-oidc", "Order": 1}, {"Type": "forward", "Order": 2, "ForwardConfig": {"TargetGroups": weights}}])
        );
        assert!(!forward(&mut json!([{"Type": "redirect"}]), &shift()));
    }

    #[test]
    fn values_are_written_as_the_query_protocol_does() {
        let mut pairs = Vec::new();
        let actions = json!([{"Type": "forward", "ForwardConfig": {"TargetGroups": [{"TargetGroupArn": "a:b", "Weight": 1}]}, "Order": null}]);
        encode("Actions", &actions, &mut pairs);
        pairs.sort();
        assert_eq!(
            pairs,
            [
                "Actions.member.1.ForwardConfig.TargetGroups.member.1.TargetGroupArn=a%3Ab",
                "Actions.member.1.ForwardConfig.TargetGroups.member.1.Weight=1",
                "Actions.member.1.Type=forward",
            ]
        );
    }
}
