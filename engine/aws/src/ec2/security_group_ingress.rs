//! The life cycle of `AWS::EC2::SecurityGroupIngress`. A rule has its own id. Its group is the one that AWS returned, because the spec may have the
//! group's name.
//!
//! Each rule needs its own call: AWS gives all rules of one call the same tags, and the intent's tag proves which create made a rule. For the rules
//! that a group itself lists, one call carries all (`security_group`).

use aws_sdk_ec2::types::SecurityGroupRuleDescription;
use windlass::aws::ec2::{
    RuleGroupResolved, SecurityGroupIngress, SecurityGroupIngressChange,
    SecurityGroupIngressResolved,
};

use super::filtered::found_by_intent;
use super::rules::{self, Key, Peer, Rule, Rules};
use crate::prelude::*;

lives!(SecurityGroupIngress => SecurityGroupIngressLifecycle);

pub struct SecurityGroupIngressLifecycle;

impl Lifecycle for SecurityGroupIngressLifecycle {
    type Kind = SecurityGroupIngress;
    const DELETION: Deletion = Deletion::AtOnce;

    observed_by!(Rules);
    found_by_intent!(Rules);

    async fn create(
        cx: &Context,
        spec: &SecurityGroupIngressResolved,
        intent: &IntentId,
    ) -> Result<Made> {
        const OPERATION: &str = "ec2:AuthorizeSecurityGroupIngress";
        let call = cx
            .ec2()
            .authorize_security_group_ingress()
            .ip_permissions(rule(spec).permission())
            .tag_specifications(rules::own_tags(cx, intent));
        let call = match &spec.group {
            RuleGroupResolved::GroupId(id) => call.group_id(id.as_str()),
            RuleGroupResolved::GroupName(name) => call.group_name(name),
        };
        let answer = call.send().await.named(OPERATION)?;
        made(answer.security_group_rules().first(), OPERATION)
    }

    async fn update(
        cx: &Context,
        subject: &Subject<Self>,
        to: &SecurityGroupIngressResolved,
        changes: &[SecurityGroupIngressChange],
    ) -> Result<Outputs> {
        for change in changes {
            match change {
                SecurityGroupIngressChange::Description => {
                    let description = SecurityGroupRuleDescription::builder()
                        .security_group_rule_id(&subject.id)
                        .set_description(to.description.clone())
                        .build();
                    cx.ec2()
                        .update_security_group_rule_descriptions_ingress()
                        .group_id(group(subject))
                        .security_group_rule_descriptions(description)
                        .send()
                        .await
                        .named("ec2:UpdateSecurityGroupRuleDescriptionsIngress")?;
                }
            }
        }
        Ok(Outputs::new())
    }

    async fn delete(cx: &Context, subject: &Subject<Self>) -> Result<()> {
        cx.ec2()
            .revoke_security_group_ingress()
            .group_id(group(subject))
            .security_group_rule_ids(&subject.id)
            .send()
            .await
            .named("ec2:RevokeSecurityGroupIngress")
            .map(drop)
    }
}

fn rule(spec: &SecurityGroupIngressResolved) -> Rule {
    Rule {
        key: Key {
            protocol: spec.ip_protocol.to_string(),
            from: spec.from_port,
            to: spec.to_port,
            peer: Peer::from(&spec.source),
        },
        owner: spec.source_security_group_owner_id.clone(),
        description: spec.description.clone(),
    }
}

fn group(subject: &Subject<SecurityGroupIngressLifecycle>) -> &str {
    match &subject.applied.group {
        RuleGroupResolved::GroupId(id) => id.as_str(),
        RuleGroupResolved::GroupName(_) => subject.output("GroupId"),
    }
}
