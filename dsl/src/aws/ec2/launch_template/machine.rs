//! The machine itself: CPU, metadata, placement, names, and what it is tagged with.
//!
//! Not here: nested virtualisation and placement by zone id, which CloudFormation does not have.

use windlass_derive::{Block, Choice};

use crate::aws::iam::{InstanceProfileArn, InstanceProfileName};
use crate::stack::Checks;
use crate::value::{Input, Output, Tags};

crate::text_enum! {
    /// On or off.
    pub enum Switch {
        /// On.
        Enabled = "enabled",
        /// Off.
        Disabled = "disabled",
    }

    /// What a shutdown from inside does.
    pub enum ShutdownBehavior {
        /// It stops the instance.
        Stop = "stop",
        /// It terminates the instance.
        Terminate = "terminate",
    }

    /// Whether AWS moves an instance from failing hardware.
    pub enum AutoRecovery {
        /// Where the instance type allows it.
        Default = "default",
        /// Never.
        Disabled = "disabled",
    }

    /// Whether the metadata service wants a session token.
    pub enum HttpTokens {
        /// It answers without: IMDSv1.
        Optional = "optional",
        /// It wants one: IMDSv2.
        Required = "required",
    }

    /// Whether an instance comes back to its dedicated host.
    pub enum Affinity {
        /// It may start elsewhere.
        Default = "default",
        /// It comes back.
        Host = "host",
    }

    /// What the host name of an instance says.
    pub enum HostnameType {
        /// Its IPv4 address.
        IpName = "ip-name",
        /// Its id.
        ResourceName = "resource-name",
    }

    /// What is tagged when an instance is launched.
    pub enum TaggedResource {
        /// The instance.
        Instance = "instance",
        /// Its volumes.
        Volume = "volume",
        /// Its network interfaces.
        NetworkInterface = "network-interface",
        /// Its Spot request.
        SpotInstancesRequest = "spot-instances-request",
    }
}

/// The processor.
#[derive(Debug, Clone, Block)]
pub struct CpuOptions {
    /// Memory encryption of AMD.
    pub amd_sev_snp: Option<Input<Switch>>,
    /// How many cores.
    pub core_count: Option<Input<i32>>,
    /// How many threads per core: 1 or 2.
    pub threads_per_core: Option<Input<i32>>,
}

/// Nitro Enclaves.
#[derive(Debug, Clone, Block)]
pub struct EnclaveOptions {
    /// Whether they are on. AWS's default is `false`.
    pub enabled: Option<Input<bool>>,
}

/// Hibernation.
#[derive(Debug, Clone, Block)]
pub struct HibernationOptions {
    /// Whether the instance can hibernate. AWS's default is `false`.
    pub configured: Option<Input<bool>>,
}

/// Detailed monitoring.
#[derive(Debug, Clone, Block)]
pub struct Monitoring {
    /// Whether metrics come every minute. AWS's default is `false`: every five.
    pub enabled: Option<Input<bool>>,
}

/// The role of an instance, by the profile that holds it.
#[derive(Debug, Clone, Block)]
pub struct IamInstanceProfile {
    /// Which profile.
    #[field(choice)]
    pub profile: ProfileReference,
}

/// An instance profile.
#[derive(Debug, Clone, Choice)]
pub enum ProfileReference {
    /// By ARN.
    Arn(Input<InstanceProfileArn>),
    /// By name.
    Name(Input<InstanceProfileName>),
}

/// Maintenance by AWS.
#[derive(Debug, Clone, Block)]
pub struct MaintenanceOptions {
    /// Whether AWS moves the instance from failing hardware.
    pub auto_recovery: Option<Input<AutoRecovery>>,
}

/// The metadata service of an instance.
#[derive(Debug, Clone, Block)]
pub struct MetadataOptions {
    /// Whether it answers at all. AWS's default is `enabled`.
    pub http_endpoint: Option<Input<Switch>>,
    /// Whether it answers over IPv6. AWS's default is `disabled`.
    pub http_protocol_ipv6: Option<Input<Switch>>,
    /// How many hops its answers live, 1 to 64. Containers in bridge mode need 2. AWS's default is 1, or what the image says.
    pub http_put_response_hop_limit: Option<Input<i32>>,
    /// Whether it wants a session token. AWS's default depends on the image.
    pub http_tokens: Option<Input<HttpTokens>>,
    /// Whether it tells the instance's tags. AWS's default is `disabled`.
    pub instance_metadata_tags: Option<Input<Switch>>,
}

/// Where an instance runs.
#[derive(Debug, Clone, Block)]
pub struct Placement {
    /// Whether it comes back to its dedicated host.
    pub affinity: Option<Input<Affinity>>,
    /// The zone. An Auto Scaling group chooses zones itself.
    pub availability_zone: Option<Input<String>>,
    /// The placement group.
    #[field(choice)]
    pub group: Option<PlacementGroup>,
    /// The dedicated host. Not with `HostResourceGroupArn`.
    pub host_id: Option<Input<String>>,
    /// A resource group of dedicated hosts.
    pub host_resource_group_arn: Option<Input<String>>,
    /// The partition of a partition placement group, from 1.
    pub partition_number: Option<Input<i32>>,
    /// AWS keeps it for later.
    pub spread_domain: Option<Input<String>>,
    /// On what hardware. AWS's default is the VPC's.
    pub tenancy: Option<Input<crate::aws::ec2::InstanceTenancy>>,
}

/// A placement group.
#[derive(Debug, Clone, Choice)]
pub enum PlacementGroup {
    /// By id.
    GroupId(Input<String>),
    /// By name.
    GroupName(Input<String>),
}

/// The host names of an instance.
#[derive(Debug, Clone, Block)]
pub struct PrivateDnsNameOptions {
    /// Whether queries for the id's name get AAAA records.
    #[field(name = "EnableResourceNameDnsAAAARecord")]
    pub enable_resource_name_dns_aaaa_record: Option<Input<bool>>,
    /// Whether queries for the id's name get A records.
    #[field(name = "EnableResourceNameDnsARecord")]
    pub enable_resource_name_dns_a_record: Option<Input<bool>>,
    /// What the host name says.
    pub hostname_type: Option<Input<HostnameType>>,
}

/// What something is tagged with when an instance is launched.
#[derive(Debug, Clone, Block)]
pub struct TagSpecification {
    /// What is tagged.
    pub resource_type: Input<TaggedResource>,
    /// Tags.
    pub tags: Tags,
}

impl MetadataOptions {
    /// Session tokens are required, and containers in bridge mode are reached: what AWS advises for ECS.
    #[must_use]
    pub fn imdsv2() -> Self {
        Self::new()
            .http_tokens(HttpTokens::Required)
            .http_put_response_hop_limit(2)
    }

    pub(super) fn check(&self, at: &str, checks: &mut Checks<'_>) {
        checks.range(
            &format!("{at}.HttpPutResponseHopLimit"),
            self.http_put_response_hop_limit.as_ref(),
            1..=64,
        );
    }
}

impl Placement {
    pub(super) fn check(&self, at: &str, checks: &mut Checks<'_>) {
        if self.host_id.is_some() && self.host_resource_group_arn.is_some() {
            checks.invalid(
                &format!("{at}.HostId"),
                "is given together with `HostResourceGroupArn`",
                "AWS takes one of them",
            );
        }
        if self.partition_number.is_some() && self.group.is_none() {
            checks.invalid(
                &format!("{at}.PartitionNumber"),
                "is given without a placement group",
                "name the group with `.group(…)`",
            );
        }
    }
}

macro_rules! profiles {
    ($($id:ident => $variant:ident),+) => {$(
        impl From<$id> for IamInstanceProfile {
            fn from(profile: $id) -> Self {
                Self::new(ProfileReference::$variant(profile.into()))
            }
        }
        impl From<Output<$id>> for IamInstanceProfile {
            fn from(profile: Output<$id>) -> Self {
                Self::new(ProfileReference::$variant(profile.into()))
            }
        }
        impl From<Input<$id>> for IamInstanceProfile {
            fn from(profile: Input<$id>) -> Self {
                Self::new(ProfileReference::$variant(profile))
            }
        }
    )+};
}

profiles!(InstanceProfileArn => Arn, InstanceProfileName => Name);
