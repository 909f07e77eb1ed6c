//! The life cycle of `AWS::EC2::VPC`. CreateVpc carries neither DNS setting; ModifyVpcAttribute takes one of them per call.

use std::collections::BTreeMap;

use aws_sdk_ec2::operation::create_vpc::builders::CreateVpcFluentBuilder;
use aws_sdk_ec2::types::{
    AttributeBooleanValue, ResourceType, Vpc as SdkVpc, VpcAttributeName, VpcState, VpcTenancy,
};
use windlass::aws::ec2::{Vpc, VpcChange, VpcResolved};
use windlass_engine::provider::{Deletion, Outputs, Progress, Until};
use windlass_state::identity::IntentId;

use super::filtered::{by_filter, found_by_intent};
use super::{holders, tags};
use crate::clients::Clients;
use crate::error::{Found as _, Named, Result};
use crate::lifecycle::{
    Context, Described, Lifecycle, Made, Subject, later, made, pending, reached,
};
use crate::observed::{Block, Observed, outputs};
use crate::reads::{Answers, Query, Single, Wants};
use crate::registry::lives;
use crate::table::{Fill as _, Showing as _, tables};

lives!(Vpc => VpcLifecycle);

pub struct VpcLifecycle;

tables! { windlass::aws::ec2 => aws_sdk_ec2;
    Vpc => create_vpc | Vpc {
        "EnableDnsHostnames" later, not shown;
        "EnableDnsSupport" later, not shown;
    }
}

by_filter! {
    /// VPCs by id.
    Vpcs: Vpc by "vpc-id", describe_vpcs.filters, "ec2:DescribeVpcs"
}

impl Described for SdkVpc {
    fn id(&self) -> Option<String> {
        self.vpc_id.clone()
    }

    fn outputs(&self) -> Outputs {
        outputs([("VpcId", self.id()), ("CidrBlock", self.cidr_block.clone())])
    }

    fn properties(&self) -> Block {
        self.block().tags("Tags", tags::pairs(self.tags.as_deref()))
    }
}

/// One attribute of one VPC: AWS returns it in no list.
pub struct VpcAttributes;

impl Single for VpcAttributes {
    type Key = (String, &'static str);
    type Item = bool;

    async fn ask(clients: &Clients, (id, name): &Self::Key) -> Result<Option<bool>> {
        let answer = clients
            .ec2()
            .describe_vpc_attribute()
            .vpc_id(id)
            .attribute(VpcAttributeName::from(*name))
            .send()
            .await
            .named("ec2:DescribeVpcAttribute")
            .found()?;
        let value = answer.and_then(|answer| match *name {
            HOSTNAMES => answer.enable_dns_hostnames,
            _ => answer.enable_dns_support,
        });
        Ok(value.and_then(|value| value.value))
    }
}

const HOSTNAMES: &str = "enableDnsHostnames";
const SUPPORT: &str = "enableDnsSupport";
const DEFAULT_GROUP: &str = "DefaultSecurityGroup";
const DEFAULT_ACL: &str = "DefaultNetworkAcl";

/// The security group and the network ACL that a VPC comes with, by VPC.
pub struct VpcDefaults;

impl Query for VpcDefaults {
    type Key = String;
    type Item = Outputs;
    /// Values that one EC2 filter takes.
    const BATCH: usize = 200;

    async fn fetch(clients: &Clients, keys: Vec<String>) -> Result<Vec<(String, Outputs)>> {
        let groups = default_groups(clients, keys.clone());
        let acls = default_acls(clients, keys);
        let (groups, acls) = futures::future::try_join(groups, acls).await?;
        let mut found: BTreeMap<String, Outputs> = BTreeMap::new();
        for (name, ids) in [(DEFAULT_GROUP, groups), (DEFAULT_ACL, acls)] {
            for (vpc, id) in ids {
                found
                    .entry(vpc)
                    .or_default()
                    .extend(outputs([(name, Some(id))]));
            }
        }
        Ok(found.into_iter().collect())
    }
}

/// VPCs, and the id of something that each of them came with.
type OfVpcs = Vec<(String, String)>;

async fn default_groups(clients: &Clients, vpcs: Vec<String>) -> Result<OfVpcs> {
    let call = clients
        .ec2()
        .describe_security_groups()
        .filters(tags::filter("vpc-id", vpcs))
        .filters(tags::filter("group-name", vec!["default".to_owned()]));
    let (mut pages, mut found) = (call.into_paginator().items().send(), Vec::new());
    while let Some(group) = pages.next().await {
        let group = group.named("ec2:DescribeSecurityGroups")?;
        found.extend(group.vpc_id.zip(group.group_id));
    }
    Ok(found)
}

async fn default_acls(clients: &Clients, vpcs: Vec<String>) -> Result<OfVpcs> {
    let call = clients
        .ec2()
        .describe_network_acls()
        .filters(tags::filter("vpc-id", vpcs))
        .filters(tags::filter("default", vec!["true".to_owned()]));
    let (mut pages, mut found) = (call.into_paginator().items().send(), Vec::new());
    while let Some(acl) = pages.next().await {
        let acl = acl.named("ec2:DescribeNetworkAcls")?;
        found.extend(acl.vpc_id.zip(acl.network_acl_id));
    }
    Ok(found)
}

impl Lifecycle for VpcLifecycle {
    type Kind = Vpc;
    const DELETION: Deletion = Deletion::AtOnce;

    found_by_intent!(Vpcs);

    fn after_create(spec: &VpcResolved) -> Vec<VpcChange> {
        later::<_, CreateVpcFluentBuilder>(spec)
    }

    fn want(subject: &Subject<Self>, wants: &mut Wants) {
        wants.want::<Vpcs>(subject.id.clone());
        for (name, _) in written(&subject.applied) {
            wants.want::<VpcAttributes>((subject.id.clone(), name));
        }
    }

    fn observe(subject: &Subject<Self>, answers: &Answers) -> Result<Option<Observed>> {
        let Some(vpc) = answers.get::<Vpcs>(&subject.id)? else {
            return Ok(None);
        };
        let attribute = |name| answers.get::<VpcAttributes>(&(subject.id.clone(), name));
        let properties = vpc
            .properties()
            .set("EnableDnsHostnames", attribute(HOSTNAMES)?)
            .set("EnableDnsSupport", attribute(SUPPORT)?);
        Ok(Some(Observed {
            properties,
            outputs: vpc.outputs(),
        }))
    }

    async fn create(cx: &Context, spec: &VpcResolved, intent: &IntentId) -> Result<Made> {
        const OPERATION: &str = "ec2:CreateVpc";
        let tags = tags::specification(cx, ResourceType::Vpc, &spec.tags, intent);
        let call = spec.fill(cx.ec2().create_vpc()).tag_specifications(tags);
        let answer = call.send().await.named(OPERATION)?;
        made(answer.vpc.as_ref(), OPERATION)
    }

    async fn update(
        cx: &Context,
        subject: &Subject<Self>,
        to: &VpcResolved,
        changes: &[VpcChange],
    ) -> Result<Outputs> {
        let boolean = |value: bool| AttributeBooleanValue::builder().value(value).build();
        let modify = || cx.ec2().modify_vpc_attribute().vpc_id(&subject.id);
        let mut changes = changes.to_vec();
        // Host names need DNS support: it is switched on before them, and off after them.
        let support = to.enable_dns_support.unwrap_or(true);
        changes.sort_by_key(|change| (*change == VpcChange::EnableDnsSupport) != support);
        for change in changes {
            match change {
                VpcChange::EnableDnsHostnames => {
                    let value = boolean(to.enable_dns_hostnames.unwrap_or(false));
                    modify()
                        .enable_dns_hostnames(value)
                        .send()
                        .await
                        .named("ec2:ModifyVpcAttribute")?;
                }
                VpcChange::EnableDnsSupport => {
                    let value = boolean(to.enable_dns_support.unwrap_or(true));
                    modify()
                        .enable_dns_support(value)
                        .send()
                        .await
                        .named("ec2:ModifyVpcAttribute")?;
                }
                VpcChange::InstanceTenancy => {
                    let tenancy = cx
                        .ec2()
                        .modify_vpc_tenancy()
                        .vpc_id(&subject.id)
                        .instance_tenancy(VpcTenancy::Default);
                    tenancy.send().await.named("ec2:ModifyVpcTenancy")?;
                }
                VpcChange::Tags => {
                    tags::update(cx, &subject.id, &subject.applied.tags, &to.tags).await?
                }
            }
        }
        Ok(Outputs::new())
    }

    async fn delete(cx: &Context, subject: &Subject<Self>) -> Result<()> {
        let call = cx.ec2().delete_vpc().vpc_id(&subject.id);
        call.send().await.named("ec2:DeleteVpc").map(drop)
    }

    async fn who_uses(cx: &Context, subject: &Subject<Self>) -> Result<Vec<String>> {
        holders::of_vpc(cx, &subject.id).await
    }

    fn want_progress(subject: &Subject<Self>, until: Until, wants: &mut Wants) {
        wants.want::<Vpcs>(subject.id.clone());
        if until != Until::Gone {
            wants.want::<VpcDefaults>(subject.id.clone());
            for (name, _) in written(&subject.applied) {
                wants.want::<VpcAttributes>((subject.id.clone(), name));
            }
        }
    }

    fn progress(subject: &Subject<Self>, until: Until, answers: &Answers) -> Result<Progress> {
        let vpc = answers.get::<Vpcs>(&subject.id)?;
        Ok(match (until, vpc) {
            (Until::Gone, None) => reached(Outputs::new()),
            (Until::Gone, Some(_)) => pending("still there"),
            (Until::Reaches(_), None) => pending("not visible yet"),
            (Until::Reaches(_), Some(vpc)) if vpc.state == Some(VpcState::Pending) => {
                pending("pending")
            }
            (Until::Reaches(_), Some(vpc)) => match missing(subject, answers)? {
                Some(status) => pending(&status),
                None => {
                    let defaults = answers.get::<VpcDefaults>(&subject.id)?;
                    let mut outputs = vpc.outputs();
                    outputs.extend(defaults.cloned().unwrap_or_default());
                    reached(outputs)
                }
            },
        })
    }
}

/// The DNS settings that the author wrote.
fn written(spec: &VpcResolved) -> impl Iterator<Item = (&'static str, bool)> {
    let hostnames = spec.enable_dns_hostnames.map(|value| (HOSTNAMES, value));
    let support = spec.enable_dns_support.map(|value| (SUPPORT, value));
    hostnames.into_iter().chain(support)
}

/// What does not show yet. An interface endpoint with a private name is refused as long as EC2 does not see the DNS settings, and whoever refers to
/// the default group or ACL would be given nothing. <https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/service/ec2/vpc_.go>
fn missing(subject: &Subject<VpcLifecycle>, answers: &Answers) -> Result<Option<String>> {
    for (name, value) in written(&subject.applied) {
        if answers.get::<VpcAttributes>(&(subject.id.clone(), name))? != Some(&value) {
            return Ok(Some(format!("{name} does not show yet")));
        }
    }
    let defaults = answers.get::<VpcDefaults>(&subject.id)?;
    let lacks = |name: &&str| defaults.is_none_or(|defaults| !defaults.contains_key(*name));
    let lacking = [DEFAULT_GROUP, DEFAULT_ACL].into_iter().find(lacks);
    Ok(lacking.map(|name| format!("{name} does not show yet")))
}
