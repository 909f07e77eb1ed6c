//! `AWS::EC2::LaunchTemplate`: how instances are launched, in numbered versions.
//!
//! What surprises people: A version never changes. An update creates a new version and makes it the default; AWS keeps earlier versions until the
//! template is deleted. A resource that refers to `LatestVersionNumber` follows each update. For example, an Auto Scaling group launches the new
//! version from then on, while its running instances keep the old one. AWS hardly checks the data before something launches an instance.
//!
//! Where CloudFormation and this differ: `TagSpecifications` of the template itself is `Tags` here, as for every other kind, because AWS allows only
//! `launch-template` there. So the stack's own tags reach the template. `UserData` is plain text (see [`data`]).
//!
//! Not here: `Operator`, which marks templates of AWS's own services. Reference:
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-launchtemplate.html>

pub mod data;
pub mod machine;
pub mod market;
pub mod network;
mod samples;
pub mod storage;

use windlass_derive::Resource;

pub use data::{LaunchTemplateData, Machine};

use super::LaunchTemplateId;
use crate::resource::{Check, Handle};
use crate::stack::Checks;
use crate::value::{Input, Tags};

/// How instances are launched, in numbered versions.
///
/// ```
/// use windlass::aws::ec2::launch_template::machine::MetadataOptions;
/// use windlass::aws::ec2::launch_template::storage::{BlockDeviceMapping, Ebs};
/// use windlass::aws::ec2::{ImageId, LaunchTemplate, LaunchTemplateData, SecurityGroup};
/// use windlass::request::Request;
/// use windlass::resource::Declare;
/// use windlass::stack::Stack;
///
/// let document = Stack::test("shop", |cx| {
///     let nodes = SecurityGroup::new("Container instances").declare(cx, "nodes");
///     let data = LaunchTemplateData::new()
///         .image_id(ImageId::from_parameter("/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id"))
///         .instance_type("m7g.large")
///         .security_group_ids([&nodes])
///         .metadata_options(MetadataOptions::imdsv2())
///         .block_device_mappings([BlockDeviceMapping::ebs("/dev/xvda", Ebs::gp3(50).encrypted(true))])
///         .user_data("#!/bin/bash\necho ECS_CLUSTER=shop >> /etc/ecs/ecs.config\n");
///     LaunchTemplate::new(data).declare(cx, "nodes-template");
///     Ok(())
/// }, Request::offline("us-east-1"));
/// assert!(document.problems.is_empty());
/// ```
#[derive(Debug, Clone, Resource)]
#[resource(
    kind = "AWS::EC2::LaunchTemplate",
    id = "LaunchTemplateId",
    outputs(
        id: LaunchTemplateId = "LaunchTemplateId",
        latest_version: String = "LatestVersionNumber" changes,
        default_version: String = "DefaultVersionNumber" changes,
    ),
    holds("LaunchTemplateData.SecurityGroupIds[]", "LaunchTemplateData.NetworkInterfaces[].Groups[]")
)]
pub struct LaunchTemplate {
    /// The name, 3 to 128 characters.
    #[field(replaces, physical_name(max = 128, also = "()./_"))]
    pub launch_template_name: Option<Input<String>>,
    /// The data of the template. A change makes a new version.
    #[field(in_place)]
    pub launch_template_data: LaunchTemplateData,
    /// The description of the version, at most 255 characters. A change makes a new version.
    #[field(in_place)]
    pub version_description: Option<Input<String>>,
    /// Tags of the template itself.
    #[field(in_place)]
    pub tags: Tags,
}

impl From<&Handle<LaunchTemplate>> for Input<LaunchTemplateId> {
    fn from(template: &Handle<LaunchTemplate>) -> Self {
        template.id().into()
    }
}

impl Check for LaunchTemplate {
    fn check(&self, checks: &mut Checks<'_>) {
        check_name(
            "LaunchTemplateName",
            self.launch_template_name.as_ref(),
            checks,
        );
        checks.length(
            "VersionDescription",
            self.version_description.as_ref(),
            0..=255,
        );
        self.launch_template_data.check(checks);
    }
}

/// Reports a name that a launch template cannot have.
pub(in crate::aws) fn check_name(
    property: &str,
    name: Option<&Input<String>>,
    checks: &mut Checks<'_>,
) {
    checks.length(property, name, 3..=128);
    let allowed = |c: char| c.is_ascii_alphanumeric() || "().-/_".contains(c);
    if let Some(other) = name
        .and_then(Input::literal)
        .and_then(|name| name.chars().find(|c| !allowed(*c)))
    {
        checks.invalid(
            property,
            format!("holds `{other}`"),
            "AWS takes ASCII letters, digits and ().-/_",
        );
    }
}

#[cfg(test)]
mod tests {
    use super::machine::Placement;
    use super::market::{InstanceMarketOptions, SpotOptions};
    use super::network::NetworkInterface;
    use super::storage::{BlockDeviceMapping, Ebs, VolumeType};
    use super::*;
    use crate::aws::ec2::SecurityGroupId;
    use crate::request::Request;
    use crate::resource::{Declare, Resource, Samples};
    use crate::stack::Stack;

    fn problems(template: LaunchTemplate) -> Vec<String> {
        let document = Stack::test(
            "t",
            |cx| {
                template.declare(cx, "t");
                Ok(())
            },
            Request::offline("us-east-1"),
        );
        document
            .problems
            .into_iter()
            .map(|problem| problem.message)
            .collect()
    }

    #[test]
    fn samples_pass_the_checks_and_resolve() {
        for sample in LaunchTemplate::samples() {
            let resolved: Result<LaunchTemplateResolved, _> =
                serde_json::from_value(sample.to_json());
            assert!(resolved.is_ok(), "{resolved:?}");
            assert_eq!(problems(sample), [""; 0]);
        }
    }

    #[test]
    fn what_aws_refuses_is_reported() {
        let data = LaunchTemplateData::new()
            .instance_type("large")
            .block_device_mappings([
                BlockDeviceMapping::ebs("/dev/xvda", Ebs::gp3(0).kms_key_id("alias/disks")),
                BlockDeviceMapping::ebs(
                    "/dev/xvdb",
                    Ebs::new().volume_type(VolumeType::Io2).throughput(125),
                ),
            ])
            .network_interfaces([NetworkInterface::new()
                .ipv6_address_count(1)
                .ipv6_prefix_count(1)
                .ipv6_prefixes([super::network::Ipv6Prefix::new(
                    "2001:db8::/80".parse::<ipnet::Ipv6Net>().expect("a prefix"),
                )])])
            .security_group_ids([SecurityGroupId::existing("sg-0a1")])
            .instance_market_options(
                InstanceMarketOptions::new().spot_options(SpotOptions::new().valid_until("soon")),
            )
            .placement(Placement::new().partition_number(1))
            .user_data("x".repeat(16 * 1024 + 1));
        assert_eq!(
            problems(LaunchTemplate::new(data).launch_template_name("a b")),
            [
                "`LaunchTemplateName` of `t` holds ` `",
                "`LaunchTemplateData.InstanceType` of `t` is `large`",
                "`LaunchTemplateData.BlockDeviceMappings[0].Ebs.VolumeSize` of `t` is 0",
                "`LaunchTemplateData.BlockDeviceMappings[0].Ebs.KmsKeyId` of `t` is given, but `Encrypted` is not true",
                "`LaunchTemplateData.BlockDeviceMappings[1].Ebs.Iops` of `t` is missing for an io2 volume",
                "`LaunchTemplateData.BlockDeviceMappings[1].Ebs.Throughput` of `t` is given for a io2 volume",
                "`LaunchTemplateData.InstanceMarketOptions.SpotOptions` of `t` is given, but `MarketType` is not `spot`",
                "`LaunchTemplateData.InstanceMarketOptions.SpotOptions.ValidUntil` of `t` is `soon`",
                "`LaunchTemplateData.Placement.PartitionNumber` of `t` is given without a placement group",
                "`LaunchTemplateData.NetworkInterfaces[0].Ipv6PrefixCount` of `t` is given together with `Ipv6Prefixes`",
                "`LaunchTemplateData.SecurityGroupIds` of `t` is given together with `NetworkInterfaces`",
                "`LaunchTemplateData.UserData` of `t` has 16385 bytes",
            ]
        );
    }

    #[test]
    fn an_image_can_be_named_by_parameter() {
        let image = super::super::ImageId::from_parameter("/ami");
        let data = LaunchTemplate::new(LaunchTemplateData::new().image_id(image)).to_json();
        assert_eq!(data["LaunchTemplateData"]["ImageId"], "resolve:ssm:/ami");
    }
}
