//! What EC2 says about the data of a launch template, under CloudFormation's names. User data is decoded here.

use aws_sdk_ec2::types as sdk;
use aws_smithy_types::base64;
use aws_smithy_types::date_time::Format;

use crate::ec2::{instance_requirements, tags};
use crate::observed::Block;

/// A word of an enumeration.
macro_rules! word {
    ($word:expr) => {
        $word.as_ref().map(|word| word.as_str())
    };
}

/// The data of a launch template.
pub fn data(given: &sdk::ResponseLaunchTemplateData) -> Block {
    platform(given)
        .list(
            "BlockDeviceMappings",
            given.block_device_mappings().iter().map(device),
        )
        .block(
            "CapacityReservationSpecification",
            given.capacity_reservation_specification().map(reservation),
        )
        .block(
            "InstanceMarketOptions",
            given.instance_market_options().map(market),
        )
        .block(
            "InstanceRequirements",
            given
                .instance_requirements()
                .map(instance_requirements::observed),
        )
        .set("InstanceType", word!(given.instance_type))
        .list(
            "NetworkInterfaces",
            given.network_interfaces().iter().map(interface),
        )
        .block("Placement", given.placement().map(placement))
        .list("SecurityGroupIds", given.security_group_ids())
        .list("SecurityGroups", given.security_groups())
        .list(
            "TagSpecifications",
            given.tag_specifications().iter().map(|one| {
                Block::new()
                    .set("ResourceType", word!(one.resource_type))
                    .tags("Tags", tags::pairs(one.tags.as_deref()))
            }),
        )
        .set("UserData", given.user_data().map(plain))
}

/// The text of user data; as AWS gave it where it is no text.
fn plain(encoded: &str) -> String {
    base64::decode(encoded)
        .ok()
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .unwrap_or_else(|| encoded.to_owned())
}

/// The parts of the data that are about the machine alone.
fn platform(given: &sdk::ResponseLaunchTemplateData) -> Block {
    let cpu = given.cpu_options().map(|cpu| {
        Block::new()
            .set("AmdSevSnp", word!(cpu.amd_sev_snp))
            .set("CoreCount", cpu.core_count)
            .set("ThreadsPerCore", cpu.threads_per_core)
    });
    let credits = given
        .credit_specification()
        .map(|credit| Block::new().set("CpuCredits", credit.cpu_credits()));
    let profile = given.iam_instance_profile().map(|profile| {
        Block::new()
            .set("Arn", profile.arn())
            .set("Name", profile.name())
    });
    let licenses = given.license_specifications().iter().map(|license| {
        Block::new().set(
            "LicenseConfigurationArn",
            license.license_configuration_arn(),
        )
    });
    let names = given.private_dns_name_options().map(|names| {
        Block::new()
            .set(
                "EnableResourceNameDnsAAAARecord",
                names.enable_resource_name_dns_aaaa_record,
            )
            .set(
                "EnableResourceNameDnsARecord",
                names.enable_resource_name_dns_a_record,
            )
            .set("HostnameType", word!(names.hostname_type))
    });
    let flag = |name: &str, flag: Option<bool>| Some(Block::new().set(name, flag));
    Block::new()
        .block("CpuOptions", cpu)
        .block("CreditSpecification", credits)
        .set("DisableApiStop", given.disable_api_stop)
        .set("DisableApiTermination", given.disable_api_termination)
        .set("EbsOptimized", given.ebs_optimized)
        .block(
            "EnclaveOptions",
            given
                .enclave_options()
                .and_then(|one| flag("Enabled", one.enabled)),
        )
        .block(
            "HibernationOptions",
            given
                .hibernation_options()
                .and_then(|one| flag("Configured", one.configured)),
        )
        .block("IamInstanceProfile", profile)
        .set("ImageId", given.image_id())
        .set(
            "InstanceInitiatedShutdownBehavior",
            word!(given.instance_initiated_shutdown_behavior),
        )
        .set("KernelId", given.kernel_id())
        .set("KeyName", given.key_name())
        .list("LicenseSpecifications", licenses)
        .block(
            "MaintenanceOptions",
            given
                .maintenance_options()
                .map(|one| Block::new().set("AutoRecovery", word!(one.auto_recovery))),
        )
        .block("MetadataOptions", given.metadata_options().map(metadata))
        .block(
            "Monitoring",
            given
                .monitoring()
                .and_then(|one| flag("Enabled", one.enabled)),
        )
        .block("PrivateDnsNameOptions", names)
        .set("RamDiskId", given.ram_disk_id())
}

fn device(mapping: &sdk::LaunchTemplateBlockDeviceMapping) -> Block {
    let ebs = mapping.ebs().map(|volume| {
        Block::new()
            .set("DeleteOnTermination", volume.delete_on_termination)
            .set("EbsCardIndex", volume.ebs_card_index)
            .set("Encrypted", volume.encrypted)
            .set("Iops", volume.iops)
            .set("KmsKeyId", volume.kms_key_id())
            .set("SnapshotId", volume.snapshot_id())
            .set("Throughput", volume.throughput)
            .set(
                "VolumeInitializationRate",
                volume.volume_initialization_rate,
            )
            .set("VolumeSize", volume.volume_size)
            .set("VolumeType", word!(volume.volume_type))
    });
    Block::new()
        .set("DeviceName", mapping.device_name())
        .block("Ebs", ebs)
        .set("VirtualName", mapping.virtual_name())
        .set("NoDevice", mapping.no_device())
}

fn reservation(given: &sdk::LaunchTemplateCapacityReservationSpecificationResponse) -> Block {
    let target = given.capacity_reservation_target().map(|target| {
        Block::new()
            .set("CapacityReservationId", target.capacity_reservation_id())
            .set(
                "CapacityReservationResourceGroupArn",
                target.capacity_reservation_resource_group_arn(),
            )
    });
    Block::new()
        .set(
            "CapacityReservationPreference",
            word!(given.capacity_reservation_preference),
        )
        .block("CapacityReservationTarget", target)
}

fn market(given: &sdk::LaunchTemplateInstanceMarketOptions) -> Block {
    let spot = given.spot_options().map(|spot| {
        let until = spot
            .valid_until
            .and_then(|until| until.fmt(Format::DateTime).ok());
        Block::new()
            .set("BlockDurationMinutes", spot.block_duration_minutes)
            .set(
                "InstanceInterruptionBehavior",
                word!(spot.instance_interruption_behavior),
            )
            .set("MaxPrice", spot.max_price())
            .set("SpotInstanceType", word!(spot.spot_instance_type))
            .set("ValidUntil", until)
    });
    Block::new()
        .set("MarketType", word!(given.market_type))
        .block("SpotOptions", spot)
}

fn metadata(given: &sdk::LaunchTemplateInstanceMetadataOptions) -> Block {
    Block::new()
        .set("HttpEndpoint", word!(given.http_endpoint))
        .set("HttpProtocolIpv6", word!(given.http_protocol_ipv6))
        .set("HttpPutResponseHopLimit", given.http_put_response_hop_limit)
        .set("HttpTokens", word!(given.http_tokens))
        .set("InstanceMetadataTags", word!(given.instance_metadata_tags))
}

fn placement(given: &sdk::LaunchTemplatePlacement) -> Block {
    Block::new()
        .set("Affinity", given.affinity())
        .set("AvailabilityZone", given.availability_zone())
        .set("GroupId", given.group_id())
        .set("GroupName", given.group_name())
        .set("HostId", given.host_id())
        .set("HostResourceGroupArn", given.host_resource_group_arn())
        .set("PartitionNumber", given.partition_number)
        .set("SpreadDomain", given.spread_domain())
        .set("Tenancy", word!(given.tenancy))
}

fn interface(given: &sdk::LaunchTemplateInstanceNetworkInterfaceSpecification) -> Block {
    let tracking = given.connection_tracking_specification().map(|tracking| {
        Block::new()
            .set("TcpEstablishedTimeout", tracking.tcp_established_timeout)
            .set("UdpStreamTimeout", tracking.udp_stream_timeout)
            .set("UdpTimeout", tracking.udp_timeout)
    });
    let ena = given.ena_srd_specification().map(|ena| {
        let udp = ena
            .ena_srd_udp_specification()
            .map(|udp| Block::new().set("EnaSrdUdpEnabled", udp.ena_srd_udp_enabled));
        Block::new()
            .set("EnaSrdEnabled", ena.ena_srd_enabled)
            .block("EnaSrdUdpSpecification", udp)
    });
    let private = given.private_ip_addresses().iter().map(|one| {
        Block::new()
            .set("Primary", one.primary)
            .set("PrivateIpAddress", one.private_ip_address())
    });
    let named = |name: &'static str, text: Option<&str>| Block::new().set(name, text);
    Block::new()
        .set(
            "AssociateCarrierIpAddress",
            given.associate_carrier_ip_address,
        )
        .set(
            "AssociatePublicIpAddress",
            given.associate_public_ip_address,
        )
        .block("ConnectionTrackingSpecification", tracking)
        .set("DeleteOnTermination", given.delete_on_termination)
        .set("Description", given.description())
        .set("DeviceIndex", given.device_index)
        .set("EnaQueueCount", given.ena_queue_count)
        .block("EnaSrdSpecification", ena)
        .list("Groups", given.groups())
        .set("InterfaceType", given.interface_type())
        .set("Ipv4PrefixCount", given.ipv4_prefix_count)
        .list(
            "Ipv4Prefixes",
            given
                .ipv4_prefixes()
                .iter()
                .map(|one| named("Ipv4Prefix", one.ipv4_prefix())),
        )
        .set("Ipv6AddressCount", given.ipv6_address_count)
        .list(
            "Ipv6Addresses",
            given
                .ipv6_addresses()
                .iter()
                .map(|one| named("Ipv6Address", one.ipv6_address())),
        )
        .set("Ipv6PrefixCount", given.ipv6_prefix_count)
        .list(
            "Ipv6Prefixes",
            given
                .ipv6_prefixes()
                .iter()
                .map(|one| named("Ipv6Prefix", one.ipv6_prefix())),
        )
        .set("NetworkCardIndex", given.network_card_index)
        .set("NetworkInterfaceId", given.network_interface_id())
        .set("PrimaryIpv6", given.primary_ipv6)
        .set("PrivateIpAddress", given.private_ip_address())
        .list("PrivateIpAddresses", private)
        .set(
            "SecondaryPrivateIpAddressCount",
            given.secondary_private_ip_address_count,
        )
        .set("SubnetId", given.subnet_id())
}
