//! The gaps of moto outside ECS that the gateway closes: those that need what the gateway knows, and whole operations that moto does not have. Faults
//! within moto are fixed there (`moto/mends/`).
//!
//! The table is [`Gap::of`]. Moto does everything that it can do: an entry here goes when moto's next version closes the gap.

use std::collections::{BTreeMap, HashMap};
use std::sync::Mutex;

use serde_json::{Value, json};

use crate::backend::Reply;
use crate::operation::Call;
use crate::protocol_error::ServiceError;

/// An operation that moto does wrong or not at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Gap {
    /// Application Auto Scaling has no tags: the calls for them fail, and tags in a registration are lost.
    ScalableTargetTags,
    /// RegisterScalableTarget drops the target's tags.
    ScalableTargetRegistration,
    /// The ECS-optimised AMI parameters contain Python's notation instead of JSON.
    ParameterNotation,
    /// AssumeRole's keys belong to the role's account. Moto does this right, but the gateway has to remember it, too.
    SessionAccount,
    /// Subnets and security groups of running tasks can be deleted, because moto does not know the tasks of `ecs`.
    NetworkOfTasks,
    /// DescribeVpcEndpoints fails at the filter by identifier: see [`crate::endpoints`].
    EndpointsById,
    /// GetResources by ARN: see [`crate::tagged`].
    TagsByArn,
}

impl Gap {
    pub(crate) fn of(call: &Call) -> Option<Self> {
        Some(match (call.service.as_str(), call.operation.as_str()) {
            (
                "application-autoscaling",
                "ListTagsForResource" | "TagResource" | "UntagResource",
            ) => Self::ScalableTargetTags,
            ("application-autoscaling", "RegisterScalableTarget") => {
                Self::ScalableTargetRegistration
            }
            ("ssm", "GetParameter" | "GetParameters" | "GetParametersByPath") => {
                Self::ParameterNotation
            }
            ("sts", "AssumeRole") => Self::SessionAccount,
            ("ec2", "DeleteSubnet" | "DeleteSecurityGroup") => Self::NetworkOfTasks,
            ("ec2", "DescribeVpcEndpoints") => Self::EndpointsById,
            ("tagging", "GetResources") => Self::TagsByArn,
            _ => return None,
        })
    }
}

/// The tags of scalable targets, by ARN.
#[derive(Debug, Default)]
pub(crate) struct ScalableTargetTags {
    by_arn: Mutex<HashMap<String, BTreeMap<String, String>>>,
}

impl ScalableTargetTags {
    pub(crate) fn clear(&self) {
        self.by_arn.lock().expect("no panic while held").clear();
    }

    /// Answers the calls for tags.
    pub(crate) fn answer(&self, operation: &str, request: &Value) -> Reply {
        let arn = request["ResourceARN"].as_str().unwrap_or_default();
        let mut by_arn = self.by_arn.lock().expect("no panic while held");
        match operation {
            "TagResource" => {
                by_arn
                    .entry(arn.to_owned())
                    .or_default()
                    .extend(tags(request));
                Reply::ok(json!({}))
            }
            "UntagResource" => {
                if let Some(tags) = by_arn.get_mut(arn) {
                    for key in request["TagKeys"]
                        .as_array()
                        .into_iter()
                        .flatten()
                        .filter_map(Value::as_str)
                    {
                        tags.remove(key);
                    }
                }
                Reply::ok(json!({}))
            }
            _ => Reply::ok(json!({"Tags": by_arn.get(arn).cloned().unwrap_or_default()})),
        }
    }

    /// The tags of a target, if it has any.
    pub(crate) fn of(&self, arn: &str) -> Option<BTreeMap<String, String>> {
        let by_arn = self.by_arn.lock().expect("no panic while held");
        by_arn.get(arn).cloned()
    }

    /// Takes the tags of a registration.
    pub(crate) fn register(&self, request: &Value, arn: &str) {
        let tags = tags(request);
        if !tags.is_empty() {
            self.by_arn
                .lock()
                .expect("no panic while held")
                .entry(arn.to_owned())
                .or_default()
                .extend(tags);
        }
    }
}

fn tags(request: &Value) -> BTreeMap<String, String> {
    let tags = request["Tags"].as_object().into_iter().flatten();
    tags.map(|(key, value)| (key.clone(), value.as_str().unwrap_or_default().to_owned()))
        .collect()
}

/// Rewrites parameter values that are Python dictionaries as the JSON that AWS returns.
pub(crate) fn mend_parameters(answer: &mut Value) {
    if let Some(parameter) = answer.get_mut("Parameter") {
        mend_parameter(parameter);
    }
    let several = answer.get_mut("Parameters").and_then(Value::as_array_mut);
    for parameter in several.into_iter().flatten() {
        mend_parameter(parameter);
    }
}

fn mend_parameter(parameter: &mut Value) {
    let Some(text) = parameter["Value"]
        .as_str()
        .filter(|text| text.starts_with("{'"))
    else {
        return;
    };
    let candidate = text.replace('\'', "\"");
    if serde_json::from_str::<Value>(&candidate).is_ok() {
        parameter["Value"] = candidate.into();
    }
}

/// The access key in AssumeRole's answer.
pub(crate) fn session_key(answer: &str) -> Option<&str> {
    let (_, rest) = answer.split_once("<AccessKeyId>")?;
    Some(rest.split_once("</AccessKeyId>")?.0.trim())
}

/// EC2's error for a subnet or a security group that contains network interfaces.
pub(crate) fn in_use(identifier: &str) -> ServiceError {
    let message = match identifier.starts_with("subnet-") {
        true => format!("The subnet '{identifier}' has dependencies and cannot be deleted."),
        false => format!("resource {identifier} has a dependent object"),
    };
    ServiceError {
        status: 400,
        code: "DependencyViolation".to_owned(),
        message,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn python_notation_becomes_json_and_other_values_stay() {
        let mut answer = json!({"Parameters": [{"Value": "{'image_id': 'ami-1', 'schema_version': 1}"}, {"Value": "ami-2"}, {"Value": "{'it's': 1}"}]});
        mend_parameters(&mut answer);
        assert_eq!(
            answer["Parameters"][0]["Value"],
            r#"{"image_id": "ami-1", "schema_version": 1}"#
        );
        assert_eq!(answer["Parameters"][1]["Value"], "ami-2");
        assert_eq!(answer["Parameters"][2]["Value"], "{'it's': 1}");
    }

    #[test]
    fn tags_come_and_go() {
        let store = ScalableTargetTags::default();
        store.register(&json!({"Tags": {"a": "1", "b": "2"}}), "arn");
        store.answer(
            "UntagResource",
            &json!({"ResourceARN": "arn", "TagKeys": ["a"]}),
        );
        store.answer(
            "TagResource",
            &json!({"ResourceARN": "arn", "Tags": {"c": "3"}}),
        );
        let tags = store.answer("ListTagsForResource", &json!({"ResourceARN": "arn"}));
        assert_eq!(tags.body, json!({"Tags": {"b": "2", "c": "3"}}));
    }

    #[test]
    fn the_session_key_is_found() {
        let answer = "<AssumeRoleResponse><Credentials><AccessKeyId>ASIA1</AccessKeyId></Credentials></AssumeRoleResponse>";
        assert_eq!(session_key(answer), Some("ASIA1"));
        assert_eq!(session_key("<Error/>"), None);
    }
}
