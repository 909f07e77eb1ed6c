//! The life cycle of `AWS::EC2::SecurityGroup`. CreateSecurityGroup carries no rules; an update after the create sends the inline rules.
//!
//! Windlass removes only recorded rules, with one exception: it removes AWS's default rule of a new group if the author wrote `SecurityGroupEgress`.
//! Rules of other resources and rules made by hand stay.
//!
//! Not here: the calls that change its rules (`group_rules`).

use aws_sdk_ec2::operation::create_security_group::builders::CreateSecurityGroupFluentBuilder;
use aws_sdk_ec2::types::{IpPermission, ResourceType, SecurityGroup as SdkGroup};
use windlass::aws::ec2::{SecurityGroup, SecurityGroupChange, SecurityGroupResolved};

use super::filtered::{by_filter, found_by_intent};
use super::rules::Direction;
use super::{group_rules, holders, tags};
use crate::prelude::*;

lives!(SecurityGroup => SecurityGroupLifecycle);

pub struct SecurityGroupLifecycle;

tables! { windlass::aws::ec2 => aws_sdk_ec2;
    SecurityGroup => create_security_group | SecurityGroup {
        "GroupDescription" as description;
        "VpcId" as vpc_id;
        "SecurityGroupIngress" later, shown by comes_in;
        "SecurityGroupEgress" later, shown by goes_out;
    }
}

fn comes_in(group: &SdkGroup) -> Option<Vec<Block>> {
    let rules = blocks(Direction::Ingress, group.ip_permissions());
    (!rules.is_empty()).then_some(rules)
}

/// Returns an empty list as it is, because an author can write an empty egress list.
fn goes_out(group: &SdkGroup) -> Option<Vec<Block>> {
    Some(blocks(Direction::Egress, group.ip_permissions_egress()))
}

fn blocks(direction: Direction, permissions: &[IpPermission]) -> Vec<Block> {
    let permissions = permissions.iter();
    permissions
        .flat_map(|permission| direction.blocks(permission))
        .collect()
}

by_filter! {
    /// Security groups by id, with their rules.
    SecurityGroups: SecurityGroup by "group-id", describe_security_groups.filters, "ec2:DescribeSecurityGroups"
}

impl Described for SdkGroup {
    fn id(&self) -> Option<String> {
        self.group_id.clone()
    }

    fn outputs(&self) -> Outputs {
        outputs([("GroupId", self.id())])
    }

    fn properties(&self) -> Block {
        self.block().tags("Tags", tags::pairs(self.tags.as_deref()))
    }
}

impl Lifecycle for SecurityGroupLifecycle {
    type Kind = SecurityGroup;
    const DELETION: Deletion = Deletion::AtOnce;
    const IS_LISTED: bool = true;

    observed_by!(SecurityGroups);
    found_by_intent!(SecurityGroups);

    fn after_create(spec: &SecurityGroupResolved) -> Vec<SecurityGroupChange> {
        later::<_, CreateSecurityGroupFluentBuilder>(spec)
    }

    async fn create(cx: &Context, spec: &SecurityGroupResolved, intent: &IntentId) -> Result<Made> {
        const OPERATION: &str = "ec2:CreateSecurityGroup";
        let tags = tags::specification(cx, ResourceType::SecurityGroup, &spec.tags, intent);
        let call = spec.fill(cx.ec2().create_security_group());
        let call = call.tag_specifications(tags);
        let answer = call.send().await.named(OPERATION)?;
        let group = SdkGroup::builder().set_group_id(answer.group_id).build();
        made(Some(&group), OPERATION)
    }

    async fn update(
        cx: &Context,
        subject: &Subject<Self>,
        to: &SecurityGroupResolved,
        changes: &[SecurityGroupChange],
    ) -> Result<Outputs> {
        let from = &subject.applied;
        for change in changes {
            match change {
                SecurityGroupChange::SecurityGroupIngress => {
                    group_rules::ingress(cx, &subject.id, from, to).await?;
                }
                SecurityGroupChange::SecurityGroupEgress => {
                    group_rules::egress(cx, &subject.id, from, to).await?;
                }
                SecurityGroupChange::Tags => {
                    tags::update(cx, &subject.id, &from.tags, &to.tags).await?;
                }
            }
        }
        Ok(Outputs::new())
    }

    async fn delete(cx: &Context, subject: &Subject<Self>) -> Result<()> {
        let call = cx.ec2().delete_security_group().group_id(&subject.id);
        call.send().await.named("ec2:DeleteSecurityGroup").map(drop)
    }

    async fn who_uses(cx: &Context, subject: &Subject<Self>) -> Result<Vec<String>> {
        holders::of_group(cx, &subject.id).await
    }
}
