//! Samples of launch templates. Properties that exclude each other in AWS are in separate samples.

use ipnet::{Ipv4Net, Ipv6Net};

use super::LaunchTemplate;
use super::data::LaunchTemplateData;
use super::machine::{
    Affinity, AutoRecovery, CpuOptions, EnclaveOptions, HibernationOptions, HostnameType,
    HttpTokens, IamInstanceProfile, MaintenanceOptions, MetadataOptions, Monitoring, Placement,
    PlacementGroup, PrivateDnsNameOptions, ShutdownBehavior, Switch, TagSpecification,
    TaggedResource,
};
use super::market::{
    CapacityReservationSpecification, CapacityReservationTarget, CpuCredits, CreditSpecification,
    InstanceMarketOptions, InterruptionBehavior, LicenseSpecification, MarketType,
    ReservationPreference, ReservationTarget, SpotInstanceType, SpotOptions,
};
use super::network::{
    BandwidthWeighting, ConnectionTracking, EnaSrd, EnaSrdUdp, InterfaceType, Ipv4Prefix,
    Ipv6Address, Ipv6Prefix, NetworkInterface, NetworkPerformanceOptions, PrivateIpAddress,
};
use super::storage::{BlockDeviceMapping, Device, Ebs, VolumeType};
use crate::aws::ec2::{
    ImageId, InstanceRequirements, InstanceTenancy, NetworkInterfaceId, SecurityGroupId, SubnetId,
};
use crate::aws::iam::{InstanceProfileArn, InstanceProfileName};
use crate::resource::Samples;
use crate::value::Input;

impl Samples for LaunchTemplate {
    fn samples() -> Vec<Self> {
        let full = Self::new(full())
            .launch_template_name("shop-nodes")
            .version_description("first")
            .tag("Name", "shop-nodes");
        let with = |data: LaunchTemplateData| full.clone().launch_template_data(data);
        let mut samples = vec![
            Self::new(LaunchTemplateData::new().instance_type("t4g.small")),
            full.clone(),
            with(other())
                .version_description("second")
                .tag("Name", "nodes"),
            full.clone().launch_template_name("shop-workers"),
            with(interfaces(false)),
            with(interfaces(true)),
            with(elsewhere(false)),
            with(elsewhere(true)),
            with(public(true)),
            with(public(false)),
        ];
        let requirements = InstanceRequirements::examples();
        samples.extend(
            requirements
                .map(|needed| with(LaunchTemplateData::new().instance_requirements(needed))),
        );
        samples
    }
}

/// All properties that AWS takes together.
fn full() -> LaunchTemplateData {
    LaunchTemplateData::new()
        .block_device_mappings([
            BlockDeviceMapping::ebs(
                "/dev/xvda",
                Ebs::gp3(50)
                    .delete_on_termination(true)
                    .ebs_card_index(0)
                    .encrypted(true)
                    .iops(4000)
                    .kms_key_id("alias/disks")
                    .snapshot_id("snap-0a1")
                    .throughput(250)
                    .volume_initialization_rate(100),
            ),
            BlockDeviceMapping::new("/dev/sdb", Device::VirtualName("ephemeral0".into())),
            BlockDeviceMapping::none("/dev/sdc"),
        ])
        .capacity_reservation_specification(
            CapacityReservationSpecification::new()
                .capacity_reservation_preference(ReservationPreference::Open),
        )
        .cpu_options(
            CpuOptions::new()
                .amd_sev_snp(Switch::Enabled)
                .core_count(2)
                .threads_per_core(1),
        )
        .credit_specification(CreditSpecification::new().cpu_credits(CpuCredits::Standard))
        .disable_api_stop(true)
        .disable_api_termination(true)
        .ebs_optimized(true)
        .enclave_options(EnclaveOptions::new().enabled(true))
        .hibernation_options(HibernationOptions::new().configured(true))
        .iam_instance_profile(InstanceProfileName::existing("nodes"))
        .image_id(ImageId::existing("ami-0a1"))
        .instance_initiated_shutdown_behavior(ShutdownBehavior::Terminate)
        .instance_market_options(
            InstanceMarketOptions::spot().spot_options(
                SpotOptions::new()
                    .block_duration_minutes(60)
                    .instance_interruption_behavior(InterruptionBehavior::Stop)
                    .max_price("0.05")
                    .spot_instance_type(SpotInstanceType::Persistent)
                    .valid_until("2030-01-31T00:00:00Z"),
            ),
        )
        .instance_type("m6a.large")
        .kernel_id("aki-0a1")
        .key_name("operators")
        .license_specifications([license("lic-0a1")])
        .maintenance_options(MaintenanceOptions::new().auto_recovery(AutoRecovery::Disabled))
        .metadata_options(
            MetadataOptions::imdsv2()
                .http_endpoint(Switch::Enabled)
                .http_protocol_ipv6(Switch::Enabled)
                .instance_metadata_tags(Switch::Enabled),
        )
        .monitoring(Monitoring::new().enabled(true))
        .network_performance_options(
            NetworkPerformanceOptions::new().bandwidth_weighting(BandwidthWeighting::Vpc),
        )
        .placement(
            Placement::new()
                .affinity(Affinity::Host)
                .availability_zone("us-east-1a")
                .group(PlacementGroup::GroupName("nodes".into()))
                .host_id("h-0a1")
                .partition_number(1)
                .spread_domain("a")
                .tenancy(InstanceTenancy::Host),
        )
        .private_dns_name_options(
            PrivateDnsNameOptions::new()
                .enable_resource_name_dns_a_record(true)
                .enable_resource_name_dns_aaaa_record(true)
                .hostname_type(HostnameType::ResourceName),
        )
        .ram_disk_id("ari-0a1")
        .security_group_ids([SecurityGroupId::existing("sg-0a1")])
        .tag_specifications([TagSpecification::new(TaggedResource::Instance).tag("Name", "node")])
        .user_data("#!/bin/bash\necho one\n")
}

/// The same, with a second value for everything.
fn other() -> LaunchTemplateData {
    LaunchTemplateData::new()
        .block_device_mappings([
            BlockDeviceMapping::ebs(
                "/dev/xvda",
                Ebs::new()
                    .volume_type(VolumeType::Io2)
                    .volume_size(80)
                    .delete_on_termination(false)
                    .ebs_card_index(1)
                    .encrypted(false)
                    .iops(5000)
                    .snapshot_id("snap-0b2")
                    .volume_initialization_rate(200),
            ),
            BlockDeviceMapping::ebs(
                "/dev/xvdd",
                Ebs::gp3(20)
                    .encrypted(true)
                    .kms_key_id("alias/others")
                    .throughput(300),
            ),
            BlockDeviceMapping::new("/dev/sdb", Device::VirtualName("ephemeral1".into())),
        ])
        .capacity_reservation_specification(
            CapacityReservationSpecification::new()
                .capacity_reservation_preference(ReservationPreference::None),
        )
        .cpu_options(
            CpuOptions::new()
                .amd_sev_snp(Switch::Disabled)
                .core_count(4)
                .threads_per_core(2),
        )
        .credit_specification(CreditSpecification::new().cpu_credits(CpuCredits::Unlimited))
        .disable_api_stop(false)
        .disable_api_termination(false)
        .ebs_optimized(false)
        .enclave_options(EnclaveOptions::new().enabled(false))
        .hibernation_options(HibernationOptions::new().configured(false))
        .iam_instance_profile(InstanceProfileName::existing("workers"))
        .image_id(ImageId::from_parameter("/images/nodes"))
        .instance_initiated_shutdown_behavior(ShutdownBehavior::Stop)
        .instance_market_options(
            InstanceMarketOptions::spot().spot_options(
                SpotOptions::new()
                    .block_duration_minutes(120)
                    .instance_interruption_behavior(InterruptionBehavior::Terminate)
                    .max_price("0.06")
                    .spot_instance_type(SpotInstanceType::OneTime)
                    .valid_until("2031-01-31T00:00:00Z"),
            ),
        )
        .instance_type("m7a.large")
        .kernel_id("aki-0b2")
        .key_name("others")
        .license_specifications([license("lic-0b2"), license("lic-0c3")])
        .maintenance_options(MaintenanceOptions::new().auto_recovery(AutoRecovery::Default))
        .metadata_options(
            MetadataOptions::new()
                .http_endpoint(Switch::Disabled)
                .http_protocol_ipv6(Switch::Disabled)
                .http_put_response_hop_limit(1)
                .http_tokens(HttpTokens::Optional)
                .instance_metadata_tags(Switch::Disabled),
        )
        .monitoring(Monitoring::new().enabled(false))
        .network_performance_options(
            NetworkPerformanceOptions::new().bandwidth_weighting(BandwidthWeighting::Ebs),
        )
        .placement(
            Placement::new()
                .affinity(Affinity::Default)
                .availability_zone("us-east-1b")
                .group(PlacementGroup::GroupName("workers".into()))
                .host_id("h-0b2")
                .partition_number(2)
                .spread_domain("b")
                .tenancy(InstanceTenancy::Dedicated),
        )
        .private_dns_name_options(
            PrivateDnsNameOptions::new()
                .enable_resource_name_dns_a_record(false)
                .enable_resource_name_dns_aaaa_record(false)
                .hostname_type(HostnameType::IpName),
        )
        .ram_disk_id("ari-0b2")
        .security_group_ids([SecurityGroupId::existing("sg-0b2")])
        .tag_specifications([
            TagSpecification::new(TaggedResource::Instance).tag("Name", "worker"),
            TagSpecification::new(TaggedResource::Volume).tag("Name", "disk"),
        ])
        .user_data("#!/bin/bash\necho two\n")
}

fn license(id: &str) -> LicenseSpecification {
    LicenseSpecification::new(format!(
        "arn:aws:license-manager:us-east-1:123456789012:license-configuration:{id}"
    ))
}

/// Interfaces by address, and by number of addresses, with two sets of values.
fn interfaces(second: bool) -> LaunchTemplateData {
    let pick = |first: &'static str, other: &'static str| if second { other } else { first };
    let number = |first: i32| if second { first + 1 } else { first };
    let v4 = |text: &str| text.parse::<Ipv4Net>().expect("a prefix");
    let v6 = |text: &str| text.parse::<Ipv6Net>().expect("a prefix");
    let address = |text: &str| Input::from(text.parse::<std::net::Ipv4Addr>().expect("an address"));
    let by_address = NetworkInterface::new()
        .associate_carrier_ip_address(!second)
        .connection_tracking_specification(
            ConnectionTracking::new()
                .tcp_established_timeout(number(350))
                .udp_stream_timeout(number(120))
                .udp_timeout(number(40)),
        )
        .delete_on_termination(!second)
        .description(pick("first", "main"))
        .device_index(0)
        .ena_queue_count(number(2))
        .ena_srd_specification(
            EnaSrd::new()
                .ena_srd_enabled(!second)
                .ena_srd_udp_specification(EnaSrdUdp::new().ena_srd_udp_enabled(!second)),
        )
        .groups([SecurityGroupId::existing(pick("sg-0a1", "sg-0b2"))])
        .interface_type(if second {
            InterfaceType::Efa
        } else {
            InterfaceType::Interface
        })
        .ipv4_prefixes([Ipv4Prefix::new(v4(pick("10.0.0.16/28", "10.0.0.32/28")))])
        .ipv6_addresses([Ipv6Address::new(
            pick("2001:db8::1", "2001:db8::2")
                .parse::<std::net::Ipv6Addr>()
                .expect("an address"),
        )])
        .ipv6_prefixes([Ipv6Prefix::new(v6(pick(
            "2001:db8::/80",
            "2001:db8:0:0:1::/80",
        )))])
        .network_card_index(0)
        .primary_ipv6(!second)
        .private_ip_addresses([
            PrivateIpAddress::new(address(pick("10.0.0.4", "10.0.0.5"))).primary(true)
        ])
        .subnet_id(SubnetId::existing(pick("subnet-0a1", "subnet-0b2")));
    let by_number = NetworkInterface::new()
        .device_index(number(1))
        .network_card_index(number(1))
        .private_ip_address(address(pick("10.0.0.6", "10.0.0.7")))
        .ipv4_prefix_count(number(1))
        .ipv6_address_count(number(1))
        .ipv6_prefix_count(number(1))
        .secondary_private_ip_address_count(number(1));
    let existing = NetworkInterface::new()
        .device_index(3)
        .network_interface_id(NetworkInterfaceId::existing(pick("eni-0a1", "eni-0b2")));
    LaunchTemplateData::new().network_interfaces([by_address, by_number, existing])
}

/// A public address, which AWS only gives to an instance with one interface.
fn public(public: bool) -> LaunchTemplateData {
    LaunchTemplateData::new().network_interfaces([NetworkInterface::new()
        .device_index(0)
        .associate_public_ip_address(public)])
}

/// Properties that name the same thing in another way, with two sets of values.
fn elsewhere(second: bool) -> LaunchTemplateData {
    let pick = |first: &'static str, other: &'static str| if second { other } else { first };
    let target = if second {
        ReservationTarget::CapacityReservationResourceGroupArn(
            "arn:aws:resource-groups:us-east-1:123456789012:group/reserved".into(),
        )
    } else {
        ReservationTarget::CapacityReservationId("cr-0a1".into())
    };
    let profile: IamInstanceProfile = InstanceProfileArn::existing(pick(
        "arn:aws:iam::123456789012:instance-profile/nodes",
        "arn:aws:iam::123456789012:instance-profile/workers",
    ))
    .into();
    LaunchTemplateData::new()
        .capacity_reservation_specification(
            CapacityReservationSpecification::new()
                .capacity_reservation_target(CapacityReservationTarget::new(target)),
        )
        // Intel's types can do this; those with memory encryption are AMD's.
        .cpu_options(CpuOptions::new().nested_virtualization(if second {
            Switch::Disabled
        } else {
            Switch::Enabled
        }))
        .iam_instance_profile(profile)
        .instance_market_options(InstanceMarketOptions::new().market_type(if second {
            MarketType::InterruptibleCapacityReservation
        } else {
            MarketType::CapacityBlock
        }))
        .placement(
            Placement::new()
                .group(PlacementGroup::GroupId(pick("pg-0a1", "pg-0b2").into()))
                .host_resource_group_arn(pick(
                    "arn:aws:resource-groups:us-east-1:123456789012:group/hosts",
                    "arn:aws:resource-groups:us-east-1:123456789012:group/others",
                )),
        )
        .security_groups([pick("nodes", "workers").to_owned()])
}
