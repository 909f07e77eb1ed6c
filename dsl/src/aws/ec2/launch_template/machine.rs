//! The machine itself: CPU, metadata options, placement, host names, and tags.
//!
//! Not here: placement by zone id, which CloudFormation does not have.

use windlass_derive::{Block, Choice};

use crate::aws::iam::{InstanceProfileArn, InstanceProfileName};
use crate::stack::Checks;
use crate::value::{Input, Output, Tags};

crate::text_enum! {
    /// A switch: on or off.
    pub enum Switch {
        /// On.
        Enabled = "enabled",
        /// Off.
        Disabled = "disabled",
    }

    /// What happens when the instance shuts down from inside.
    pub enum ShutdownBehavior {
        /// The instance stops.
        Stop = "stop",
        /// The instance terminates.
        Terminate = "terminate",
    }

    /// Whether AWS moves an instance from failing hardware.
    pub enum AutoRecovery {
        /// AWS moves it if the instance type allows it.
        Default = "default",
        /// AWS never moves it.
        Disabled = "disabled",
    }

    /// Whether the metadata service requires a session token.
    pub enum HttpTokens {
        /// The service answers without a token: IMDSv1.
        Optional = "optional",
        /// The service requires a token: IMDSv2.
        Required = "required",
    }

    /// Whether an instance returns to its dedicated host after a stop.
    pub enum Affinity {
        /// The instance may start on another host.
        Default = "default",
        /// The instance returns to its host.
        Host = "host",
    }

    /// What the host name of an instance is made of.
    pub enum HostnameType {
        /// The IPv4 address of the instance.
        IpName = "ip-name",
        /// The id of the instance.
        ResourceName = "resource-name",
    }

    /// A resource that AWS tags when an instance is launched.
    pub enum TaggedResource {
        Instance = "instance",
        Volume = "volume",
        NetworkInterface = "network-interface",
        SpotInstancesRequest = "spot-instances-request",
    }
}

/// CPU options of an instance.
#[derive(Debug, Clone, Block)]
pub struct CpuOptions {
    /// AMD SEV-SNP, which encrypts memory.
    pub amd_sev_snp: Option<Input<Switch>>,
    /// The number of cores.
    pub core_count: Option<Input<i32>>,
    /// Whether the instance can run virtual machines of its own: on Intel's types of the eighth generation, such as `m8i`. AWS's default is
    /// `disabled`.
    pub nested_virtualization: Option<Input<Switch>>,
    /// The number of threads per core: 1 or 2.
    pub threads_per_core: Option<Input<i32>>,
}

/// Whether the instance supports Nitro Enclaves.
#[derive(Debug, Clone, Block)]
pub struct EnclaveOptions {
    /// Whether Nitro Enclaves are on. AWS's default is `false`.
    pub enabled: Option<Input<bool>>,
}

/// Whether the instance can hibernate.
#[derive(Debug, Clone, Block)]
pub struct HibernationOptions {
    /// Whether the instance can hibernate. AWS's default is `false`.
    pub configured: Option<Input<bool>>,
}

/// Detailed monitoring.
#[derive(Debug, Clone, Block)]
pub struct Monitoring {
    /// Whether CloudWatch gets metrics every minute. AWS's default is `false`: every five minutes.
    pub enabled: Option<Input<bool>>,
}

/// The role of an instance, by the instance profile that holds the role.
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

/// Whether AWS may move the instance from failing hardware.
#[derive(Debug, Clone, Block)]
pub struct MaintenanceOptions {
    /// Whether AWS moves the instance from failing hardware.
    pub auto_recovery: Option<Input<AutoRecovery>>,
}

/// Options of the instance metadata service (IMDS).
#[derive(Debug, Clone, Block)]
pub struct MetadataOptions {
    /// Whether the service answers at all. AWS's default is `enabled`.
    pub http_endpoint: Option<Input<Switch>>,
    /// Whether the service answers over IPv6. AWS's default is `disabled`.
    pub http_protocol_ipv6: Option<Input<Switch>>,
    /// The hop limit of the service's answers, 1 to 64. Containers in bridge mode need 2. AWS's default is 1, or the image's setting.
    pub http_put_response_hop_limit: Option<Input<i32>>,
    /// Whether the service requires a session token. AWS's default depends on the image.
    pub http_tokens: Option<Input<HttpTokens>>,
    /// Whether the service returns the instance's tags. AWS's default is `disabled`.
    pub instance_metadata_tags: Option<Input<Switch>>,
}

/// Where an instance runs.
#[derive(Debug, Clone, Block)]
pub struct Placement {
    /// Whether the instance returns to its dedicated host after a stop.
    pub affinity: Option<Input<Affinity>>,
    /// The zone. An Auto Scaling group chooses zones itself.
    pub availability_zone: Option<Input<String>>,
    /// The placement group.
    #[field(choice)]
    pub group: Option<PlacementGroup>,
    /// The dedicated host. Not together with `HostResourceGroupArn`.
    pub host_id: Option<Input<String>>,
    /// A resource group of dedicated hosts.
    pub host_resource_group_arn: Option<Input<String>>,
    /// The partition of a partition placement group, from 1.
    pub partition_number: Option<Input<i32>>,
    /// Reserved by AWS.
    pub spread_domain: Option<Input<String>>,
    /// The tenancy: the hardware that the instance runs on. AWS's default is the VPC's.
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
    /// Whether DNS queries for the name with the instance's id get AAAA records.
    #[field(name = "EnableResourceNameDnsAAAARecord")]
    pub enable_resource_name_dns_aaaa_record: Option<Input<bool>>,
    /// Whether DNS queries for the name with the instance's id get A records.
    #[field(name = "EnableResourceNameDnsARecord")]
    pub enable_resource_name_dns_a_record: Option<Input<bool>>,
    /// What the host name is made of.
    pub hostname_type: Option<Input<HostnameType>>,
}

/// The tags that AWS adds to one type of resource when an instance is launched.
#[derive(Debug, Clone, Block)]
pub struct TagSpecification {
    /// The type of resource that AWS tags.
    pub resource_type: Input<TaggedResource>,
    pub tags: Tags,
}

impl MetadataOptions {
    /// IMDSv2: requires session tokens, and lets containers in bridge mode reach the service. AWS recommends it for ECS.
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
