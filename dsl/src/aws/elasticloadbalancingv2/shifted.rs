//! Traffic that ECS shifts between target groups: which part of a listener's or rule's actions belongs to ECS, and which to the author.
//!
//! ECS rewrites the forward action of the listener or rule that a service names in `AdvancedConfiguration`, in each blue/green, linear and canary
//! deployment: weights change, and `TargetGroupArn` becomes a `ForwardConfig` (aws-cdk#36649, terraform-aws-modules/terraform-aws-alb#409). Not here:
//! which resources these are, which `Drives` of the service says.

use serde_json::{Map, Value};

/// The actions that the author wants, with the target groups and weights that AWS has. Everything else is the author's: other actions, their order,
/// stickiness.
///
/// A forward action keeps the author's target groups if the author has changed them, and AWS does not have all of the new ones.
#[must_use]
pub fn keep_traffic(desired: &Value, applied: &Value, observed: &Value) -> Value {
    let (Some(wanted), Some(there)) = (forward(desired), forward(observed)) else {
        return desired.clone();
    };
    let (groups, shifted) = (target_groups(wanted), target_groups(there));
    let before = forward(applied).map(target_groups).unwrap_or_default();
    let known = |group: &&Value| shifted.contains(group);
    if shifted.is_empty() || !(same_members(&groups, &before) || groups.iter().all(known)) {
        return desired.clone();
    }
    let mut kept = desired.clone();
    let mut actions = kept.as_array_mut().into_iter().flatten();
    if let Some(Value::Object(action)) = actions.find(|action| is_forward(action)) {
        take_over(action, there);
    }
    kept
}

/// Puts the target groups of `there` into an action, in the form that the author used if that form can express them.
fn take_over(action: &mut Map<String, Value>, there: &Value) {
    let shares = there["ForwardConfig"]["TargetGroups"].as_array();
    match (action.get_mut("ForwardConfig"), shares) {
        (Some(Value::Object(config)), Some(shares)) => {
            config.insert("TargetGroups".to_owned(), Value::from(shares.clone()));
        }
        (None, Some(shares)) if shares.len() > 1 => {
            action.remove("TargetGroupArn");
            action.insert(
                "ForwardConfig".to_owned(),
                serde_json::json!({"TargetGroups": shares}),
            );
        }
        _ => {
            if let [group] = target_groups(there).as_slice() {
                action.remove("ForwardConfig");
                action.insert("TargetGroupArn".to_owned(), (*group).clone());
            }
        }
    }
}

fn is_forward(action: &Value) -> bool {
    action.get("Type").and_then(Value::as_str) == Some("forward")
}

/// The action that forwards; AWS takes at most one.
fn forward(actions: &Value) -> Option<&Value> {
    actions.as_array()?.iter().find(|action| is_forward(action))
}

fn target_groups(action: &Value) -> Vec<&Value> {
    let shares = action["ForwardConfig"]["TargetGroups"].as_array();
    match shares {
        Some(shares) => shares
            .iter()
            .filter_map(|share| share.get("TargetGroupArn"))
            .collect(),
        None => action.get("TargetGroupArn").into_iter().collect(),
    }
}

fn same_members(some: &[&Value], others: &[&Value]) -> bool {
    some.len() == others.len() && some.iter().all(|one| others.contains(one))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn weighted(blue: u32, green: u32) -> Value {
        json!([{"Type": "forward", "Order": 1, "ForwardConfig": {"TargetGroups": [
            {"TargetGroupArn": "blue", "Weight": blue}, {"TargetGroupArn": "green", "Weight": green}]}}])
    }

    fn single(group: &str) -> Value {
        json!([{"Type": "forward", "TargetGroupArn": group}])
    }

    #[test]
    fn weights_are_those_that_aws_has() {
        let (written, shifted) = (weighted(100, 0), weighted(0, 100));
        let kept = keep_traffic(&written, &written, &shifted);
        assert_eq!(
            kept[0]["ForwardConfig"]["TargetGroups"],
            shifted[0]["ForwardConfig"]["TargetGroups"]
        );
        let kept = keep_traffic(&single("blue"), &single("blue"), &shifted);
        assert_eq!(
            kept,
            json!([{"Type": "forward", "ForwardConfig": {"TargetGroups": [
            {"TargetGroupArn": "blue", "Weight": 0}, {"TargetGroupArn": "green", "Weight": 100}]}}])
        );
        let kept = keep_traffic(&single("blue"), &single("blue"), &single("green"));
        assert_eq!(kept, single("green"));
    }

    #[test]
    fn what_the_author_changes_beside_it_stays_the_authors() {
        let mut written = weighted(100, 0);
        written[0]["ForwardConfig"]["TargetGroupStickinessConfig"] = json!({"Enabled": true});
        let list = written.as_array_mut().expect("a list");
        list.insert(0, json!({"Type": "authenticate-oidc"}));
        let kept = keep_traffic(&written, &weighted(100, 0), &weighted(0, 100));
        assert_eq!(kept[0], json!({"Type": "authenticate-oidc"}));
        let config = &kept[1]["ForwardConfig"];
        assert_eq!(config["TargetGroups"][0]["Weight"], json!(0));
        assert_eq!(
            config["TargetGroupStickinessConfig"],
            json!({"Enabled": true})
        );
    }

    #[test]
    fn another_target_group_is_forwarded_to_as_written() {
        let written = single("red");
        let kept = keep_traffic(&written, &single("blue"), &weighted(0, 100));
        assert_eq!(kept, written);
        let refused = json!([{"Type": "fixed-response"}]);
        assert_eq!(keep_traffic(&written, &written, &refused), written);
    }
}
