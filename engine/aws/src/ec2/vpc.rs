//! The life cycle of `AWS::EC2::VPC`. CreateVpc carries neither DNS setting, and ModifyVpcAttribute takes one setting per call.

use std::collections::BTreeMap;

use aws_sdk_ec2::operation::create_vpc::builders::CreateVpcFluentBuilder;
use aws_sdk_ec2::types::{
    AttributeBooleanValue, ResourceType, Vpc as SdkVpc, VpcAttributeName, VpcState, VpcTenancy,
};
use windlass::aws::ec2::{Vpc, VpcChange, VpcResolved};

use super::filtered::{by_filter, found_by_intent};
use super::{holders, tags};
use crate::prelude::*;

lives!(Vpc => VpcLifecycle);

pub struct VpcLifecycle;

tables! { windlass::aws::ec2 => aws_sdk_ec2;
    Vpc => create_vpc | Vpc {
        "EnableDnsHostnames" later, not shown;
        "EnableDnsSupport" later, not shown;
        "VpcEncryptionControl" shown as encryption_control;
    }
    VpcEncryptionControl => VpcEncryptionControlConfiguration | VpcEncryptionControl;
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

/// One attribute of one VPC. No list returns these attributes.
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

/// The default security group and the default network ACL of a VPC, by VPC.
pub struct VpcDefaults;

impl Query for VpcDefaults {
    type Key = String;
    type Item = Outputs;
    /// How many values one EC2 filter takes.
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

/// Pairs of a VPC's id and the id of its default group or default ACL.
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
    const IS_LISTED: bool = true;

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
        // DNS host names need DNS support, so Windlass switches support on before host names, and off after them.
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

/// What AWS does not show yet. EC2 refuses an interface endpoint with a private name until EC2 sees the DNS settings, and a resource that refers to
/// the default group or ACL would get no value. <https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/service/ec2/vpc_.go>
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
