//! The life cycle of `AWS::EC2::SecurityGroupEgress`. A rule has its own id.
//!
//! Each rule needs its own call: AWS gives all rules of one call the same tags, and the intent's tag proves which create made a rule. For the rules
//! that a group itself lists, one call carries all (`security_group`).

use aws_sdk_ec2::types::SecurityGroupRuleDescription;
use windlass::aws::ec2::{
    SecurityGroupEgress, SecurityGroupEgressChange, SecurityGroupEgressResolved,
};

use super::filtered::found_by_intent;
use super::rules::{self, Key, Peer, Rule, Rules};
use crate::prelude::*;

lives!(SecurityGroupEgress => SecurityGroupEgressLifecycle);

pub struct SecurityGroupEgressLifecycle;

impl Lifecycle for SecurityGroupEgressLifecycle {
    type Kind = SecurityGroupEgress;
    const DELETION: Deletion = Deletion::AtOnce;

    observed_by!(Rules);
    found_by_intent!(Rules);

    async fn create(
        cx: &Context,
        spec: &SecurityGroupEgressResolved,
        intent: &IntentId,
    ) -> Result<Made> {
        const OPERATION: &str = "ec2:AuthorizeSecurityGroupEgress";
        let rule = Rule {
            key: Key {
                protocol: spec.ip_protocol.to_string(),
                from: spec.from_port,
                to: spec.to_port,
                peer: Peer::from(&spec.destination),
            },
            owner: None,
            description: spec.description.clone(),
        };
        let answer = cx
            .ec2()
            .authorize_security_group_egress()
            .group_id(spec.group_id.as_str())
            .ip_permissions(rule.permission())
            .tag_specifications(rules::own_tags(cx, intent))
            .send()
            .await
            .named(OPERATION)?;
        made(answer.security_group_rules().first(), OPERATION)
    }

    async fn update(
        cx: &Context,
        subject: &Subject<Self>,
        to: &SecurityGroupEgressResolved,
        changes: &[SecurityGroupEgressChange],
    ) -> Result<Outputs> {
        for change in changes {
            match change {
                SecurityGroupEgressChange::Description => {
                    let description = SecurityGroupRuleDescription::builder()
                        .security_group_rule_id(&subject.id)
                        .set_description(to.description.clone())
                        .build();
                    cx.ec2()
                        .update_security_group_rule_descriptions_egress()
                        .group_id(to.group_id.as_str())
                        .security_group_rule_descriptions(description)
                        .send()
                        .await
                        .named("ec2:UpdateSecurityGroupRuleDescriptionsEgress")?;
                }
            }
        }
        Ok(Outputs::new())
    }

    async fn delete(cx: &Context, subject: &Subject<Self>) -> Result<()> {
        cx.ec2()
            .revoke_security_group_egress()
            .group_id(subject.applied.group_id.as_str())
            .security_group_rule_ids(&subject.id)
            .send()
            .await
            .named("ec2:RevokeSecurityGroupEgress")
            .map(drop)
    }
}
