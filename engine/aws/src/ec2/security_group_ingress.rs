//! The life cycle of `AWS::EC2::SecurityGroupIngress`. A rule is known by its own id, and its group by what AWS gave: the spec may name it.
//!
//! A call of its own for each: AWS gives all rules of one call the same tags, and the intent's tag is the proof of which create made a rule. Rules
//! that a group itself lists go in one call (`security_group`).

use aws_sdk_ec2::types::SecurityGroupRuleDescription;
use windlass::aws::ec2::{
    RuleGroupResolved, SecurityGroupIngress, SecurityGroupIngressChange,
    SecurityGroupIngressResolved,
};
use windlass_engine::provider::{Deletion, Outputs};
use windlass_state::identity::IntentId;

use super::rules::{self, Direction, Key, Peer, Rule, Rules};
use crate::error::{Named, Result, incomplete};
use crate::lifecycle::{Context, FoundOne, Lifecycle, Made, Subject};
use crate::observed::Observed;
use crate::reads::{Answers, Wants};
use crate::registry::lives;

lives!(SecurityGroupIngress => SecurityGroupIngressLifecycle);

pub struct SecurityGroupIngressLifecycle;

impl Lifecycle for SecurityGroupIngressLifecycle {
    type Kind = SecurityGroupIngress;
    const DELETION: Deletion = Deletion::AtOnce;

    fn want(subject: &Subject<Self>, wants: &mut Wants) {
        wants.want::<Rules>(subject.id.clone());
    }

    fn observe(subject: &Subject<Self>, answers: &Answers) -> Result<Option<Observed>> {
        let rule = answers.get::<Rules>(&subject.id)?;
        Ok(rule.map(|rule| Direction::Ingress.observed(rule)))
    }

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
        rules::made(answer.security_group_rules.as_deref())
            .ok_or_else(|| incomplete(OPERATION, "rule id"))
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

    async fn find(
        cx: &Context,
        _spec: &SecurityGroupIngressResolved,
        intent: &IntentId,
    ) -> Result<FoundOne> {
        rules::find(cx, intent).await
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
