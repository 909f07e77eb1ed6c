//! `AWS::Logs::LogGroup`: holds the log events of one source.
//!
//! What surprises people: Without a retention, AWS keeps all events without end and charges for them. The class cannot change afterwards. There are two
//! ARNs: `arn()` is CloudFormation's and ends in `:*`, which policies need to reach the streams; other services want `group_arn()`, without `:*`.
//!
//! Not here: metric filters, subscriptions and streams, which are kinds of their own; and the transformer, for which CloudFormation also has a kind.
//! Reference: <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-logs-loggroup.html>

use windlass_derive::Resource;

use super::{LogGroupArn, LogGroupName, Retention};
use crate::aws::iam::policy::{PolicyDocument, ResourceBased, check_document, size};
use crate::aws::kms::KeyArn;
use crate::resource::{Check, Samples};
use crate::stack::Checks;
use crate::value::{Input, Json, Tags};

crate::text_enum! {
    /// The class of a log group: which features its events have, and at what price.
    pub enum LogGroupClass {
        /// All features.
        Standard = "STANDARD",
        /// Fewer features at a lower price.
        InfrequentAccess = "INFREQUENT_ACCESS",
        /// AWS passes the events on to Amazon S3 or Amazon Data Firehose and keeps them for a day.
        Delivery = "DELIVERY",
    }
}

/// Holds the log events of one source.
///
/// ```
/// use windlass::aws::logs::{LogGroup, Retention};
/// use windlass::resource::Declare;
///
/// # windlass::Stack::test("t", |cx| {
/// let logs = LogGroup::new()
///     .log_group_name("/ecs/shop/api")
///     .retention_in_days(Retention::Days30)
///     .declare(cx, "logs");
/// # let _ = logs;
/// # Ok(())
/// # }, windlass::request::Request::offline("us-east-1"));
/// ```
#[derive(Debug, Clone, Resource)]
#[resource(
    kind = "AWS::Logs::LogGroup",
    id = "LogGroupName",
    outputs(
        name: LogGroupName = "LogGroupName",
        arn: LogGroupArn = "Arn",
        group_arn: LogGroupArn = "LogGroupArn",
    )
)]
pub struct LogGroup {
    /// Whether the log group accepts log events from clients with a bearer token. AWS's default is `false`.
    #[field(in_place, removal_default("false"))]
    pub bearer_token_authentication_enabled: Option<Input<bool>>,
    /// The data protection policy: which data AWS masks in the events, as JSON.
    #[field(in_place)]
    pub data_protection_policy: Option<Json>,
    /// Whether AWS refuses to delete the group. AWS then refuses a deletion by the stack, too, until the author removes the protection. AWS's default
    /// is `false`.
    #[field(in_place, removal_default("false"))]
    pub deletion_protection_enabled: Option<Input<bool>>,
    /// The field index policy: which fields AWS indexes, as JSON. AWS has a list here and takes one.
    #[field(in_place)]
    pub field_index_policies: Vec<Json>,
    /// The KMS key that encrypts new events. Without one, CloudWatch Logs uses its own.
    #[field(in_place)]
    pub kms_key_id: Option<Input<KeyArn>>,
    /// The class. It cannot change, although CloudFormation's schema does not say so. AWS's default is `STANDARD`.
    #[field(replaces, removal_default("\"STANDARD\""))]
    pub log_group_class: Option<Input<LogGroupClass>>,
    /// The name, up to 512 characters.
    #[field(replaces, physical_name(max = 512, also = "._/#", reserved("aws/")))]
    pub log_group_name: Option<Input<String>>,
    /// The resource policy: who else may put events into the group.
    #[field(in_place)]
    pub resource_policy_document: Option<PolicyDocument<ResourceBased>>,
    /// How long AWS keeps events. If absent, without limit.
    #[field(in_place)]
    pub retention_in_days: Option<Input<Retention>>,
    #[field(in_place)]
    pub tags: Tags,
}

impl Check for LogGroup {
    fn check(&self, checks: &mut Checks<'_>) {
        let name = self.log_group_name.as_ref();
        checks.length("LogGroupName", name, 1..=512);
        if let Some(odd) = name
            .and_then(Input::literal)
            .and_then(|name| name.chars().find(|c| !in_names(*c)))
        {
            checks.invalid(
                "LogGroupName",
                format!("has {odd:?} in it"),
                "AWS takes ASCII letters, digits and `._/#-`",
            );
        }
        if self.field_index_policies.len() > 1 {
            checks.invalid(
                "FieldIndexPolicies",
                format!("has {} policies", self.field_index_policies.len()),
                "a log group has one; put all fields into it",
            );
        }
        if let Some(policy) = &self.data_protection_policy
            && size(&policy.0) > 30_720
        {
            checks.invalid(
                "DataProtectionPolicy",
                "has more than 30,720 characters",
                "AWS takes no more; mask less",
            );
        }
        if let Some(document) = &self.resource_policy_document {
            check_document(checks, "ResourcePolicyDocument", document);
        }
        self.check_class(checks);
    }
}

impl LogGroup {
    /// Checks for features that the cheaper classes do not have.
    fn check_class(&self, checks: &mut Checks<'_>) {
        let class = self.log_group_class.as_ref().and_then(Input::literal);
        let Some(class) = class.filter(|class| *class != LogGroupClass::Standard) else {
            return;
        };
        if self.data_protection_policy.is_some() {
            checks.invalid(
                "DataProtectionPolicy",
                format!("is given, and the class is `{class}`"),
                "only log groups of class `STANDARD` mask events",
            );
        }
        if !self.field_index_policies.is_empty() {
            checks.invalid(
                "FieldIndexPolicies",
                format!("is given, and the class is `{class}`"),
                "only log groups of class `STANDARD` are indexed",
            );
        }
        if class == LogGroupClass::Delivery && self.retention_in_days.is_some() {
            checks.invalid(
                "RetentionInDays",
                "is given, and the class is `DELIVERY`",
                "log groups of that class keep events for a day",
            );
        }
    }
}

fn in_names(c: char) -> bool {
    c.is_ascii_alphanumeric() || "._/#-".contains(c)
}

impl Samples for LogGroup {
    fn samples() -> Vec<Self> {
        use crate::aws::iam::{Allow, Who};
        use serde_json::json;

        let key =
            |id: &str| KeyArn::existing(format!("arn:aws:kms:us-east-1:123456789012:key/{id}"));
        let masked = |what: &str| {
            let identifiers = json!([format!(
                "arn:aws:dataprotection::aws:data-identifier/{what}"
            )]);
            Json(json!({
                "Name": "mask",
                "Version": "2021-06-01",
                "Statement": [
                    {"DataIdentifier": identifiers, "Operation": {"Audit": {"FindingsDestination": {}}}},
                    {"DataIdentifier": identifiers, "Operation": {"Deidentify": {"MaskConfig": {}}}},
                ],
            }))
        };
        let from = |service: &str| {
            Allow::actions(["logs:PutLogEvents"])
                .on_anything()
                .by(Who::service(service))
        };
        let full = Self::new()
            .log_group_name("/ecs/shop/api")
            .log_group_class(LogGroupClass::Standard)
            .retention_in_days(Retention::Days30)
            .kms_key_id(key("0a1"))
            .deletion_protection_enabled(true)
            .bearer_token_authentication_enabled(true)
            .data_protection_policy(masked("EmailAddress"))
            .field_index_policies([Json(json!({"Fields": ["requestId"]}))])
            .resource_policy_document(from("route53.amazonaws.com"))
            .tag("Name", "api");
        vec![
            Self::new(),
            full.clone(),
            full.clone()
                .retention_in_days(Retention::Days365)
                .kms_key_id(key("0b2"))
                .deletion_protection_enabled(false)
                .bearer_token_authentication_enabled(false)
                .data_protection_policy(masked("IpAddress"))
                .field_index_policies([Json(json!({"Fields": ["requestId", "traceId"]}))])
                .resource_policy_document(from("es.amazonaws.com"))
                .tag("Name", "other"),
            full.log_group_name("/ecs/shop/web"),
            Self::new().log_group_class(LogGroupClass::InfrequentAccess),
            Self::new().log_group_class(LogGroupClass::Delivery),
        ]
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::request::Request;
    use crate::resource::Declare;
    use crate::stack::Stack;

    #[test]
    fn there_is_an_arn_for_the_group_and_one_for_its_streams() {
        let mut cx = Stack::new("t", Request::offline("us-east-1"));
        let logs = LogGroup::new().declare(&mut cx, "logs");
        let output = |name: &str| json!({"$windlass": {"ref": "logs", "output": name}});
        assert_eq!(logs.arn().to_value(), output("Arn"));
        assert_eq!(logs.group_arn().to_value(), output("LogGroupArn"));
    }

    #[test]
    fn what_aws_refuses_is_reported() {
        let logs = LogGroup::new()
            .log_group_name("api logs")
            .log_group_class(LogGroupClass::Delivery)
            .retention_in_days(Retention::Days1)
            .field_index_policies([Json(json!({})), Json(json!({}))]);
        let declare = |cx: &mut Stack| {
            logs.declare(cx, "logs");
            Ok(())
        };
        let document = Stack::test("t", declare, Request::offline("us-east-1"));
        let problems: Vec<_> = document.problems.into_iter().map(|p| p.message).collect();
        assert_eq!(
            problems,
            [
                "`LogGroupName` of `logs` has ' ' in it",
                "`FieldIndexPolicies` of `logs` has 2 policies",
                "`FieldIndexPolicies` of `logs` is given, and the class is `DELIVERY`",
                "`RetentionInDays` of `logs` is given, and the class is `DELIVERY`",
            ]
        );
    }
}
