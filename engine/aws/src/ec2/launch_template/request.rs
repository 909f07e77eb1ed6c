//! The data of a launch template as EC2 takes it. User data is encoded here.

use aws_sdk_ec2::types as sdk;
use aws_smithy_types::date_time::Format;
use aws_smithy_types::{DateTime, base64};
use windlass::aws::ec2::launch_template::data::{LaunchTemplateDataResolved, MachineResolved};
use windlass::aws::ec2::launch_template::machine::{
    MetadataOptionsResolved, PlacementGroupResolved, PlacementResolved, ProfileReferenceResolved,
};
use windlass::aws::ec2::launch_template::market::{
    CapacityReservationSpecificationResolved, InstanceMarketOptionsResolved,
    ReservationTargetResolved,
};
use windlass::aws::ec2::launch_template::network::{EnaSrdResolved, NetworkInterfaceResolved};
use windlass::aws::ec2::launch_template::storage::{
    BlockDeviceMappingResolved, DeviceResolved, EbsResolved,
};

use crate::ec2::instance_requirements;
use crate::error::{Result, invalid};

/// The data of a launch template.
pub fn data(spec: &LaunchTemplateDataResolved) -> Result<sdk::RequestLaunchTemplateData> {
    let market = spec
        .instance_market_options
        .as_ref()
        .map(market)
        .transpose()?;
    let (instance_type, requirements) = match &spec.machine {
        Some(MachineResolved::InstanceType(name)) => {
            (Some(sdk::InstanceType::from(name.as_str())), None)
        }
        Some(MachineResolved::InstanceRequirements(needed)) => {
            (None, Some(instance_requirements::request(needed)))
        }
        None => (None, None),
    };
    let text = |list: &[String]| (!list.is_empty()).then(|| list.to_vec());
    Ok(platform(spec)
        .set_block_device_mappings(listed(&spec.block_device_mappings, device))
        .set_capacity_reservation_specification(
            spec.capacity_reservation_specification
                .as_ref()
                .map(reservation),
        )
        .set_instance_market_options(market)
        .set_instance_type(instance_type)
        .set_instance_requirements(requirements)
        .set_network_interfaces(listed(&spec.network_interfaces, interface))
        .set_placement(spec.placement.as_ref().map(placement))
        .set_security_group_ids(listed(&spec.security_group_ids, ToString::to_string))
        .set_security_groups(text(&spec.security_groups))
        .set_tag_specifications(listed(&spec.tag_specifications, |one| {
            let tags = one
                .tags
                .0
                .iter()
                .map(|(key, value)| sdk::Tag::builder().key(key).value(value).build());
            sdk::LaunchTemplateTagSpecificationRequest::builder()
                .resource_type(sdk::ResourceType::from(one.resource_type.as_str()))
                .set_tags(Some(tags.collect()))
                .build()
        }))
        .set_user_data(spec.user_data.as_ref().map(base64::encode))
        .build())
}

/// The parts of the data that are about the machine alone.
fn platform(spec: &LaunchTemplateDataResolved) -> sdk::builders::RequestLaunchTemplateDataBuilder {
    sdk::RequestLaunchTemplateData::builder()
        .set_cpu_options(spec.cpu_options.as_ref().map(|cpu| {
            sdk::LaunchTemplateCpuOptionsRequest::builder()
                .set_amd_sev_snp(
                    cpu.amd_sev_snp
                        .map(|word| sdk::AmdSevSnpSpecification::from(word.as_str())),
                )
                .set_core_count(cpu.core_count)
                .set_threads_per_core(cpu.threads_per_core)
                .build()
        }))
        .set_credit_specification(spec.credit_specification.as_ref().map(|credit| {
            sdk::CreditSpecificationRequest::builder()
                .set_cpu_credits(credit.cpu_credits.map(|word| word.to_string()))
                .build()
        }))
        .set_disable_api_stop(spec.disable_api_stop)
        .set_disable_api_termination(spec.disable_api_termination)
        .set_ebs_optimized(spec.ebs_optimized)
        .set_enclave_options(spec.enclave_options.as_ref().map(|enclave| {
            sdk::LaunchTemplateEnclaveOptionsRequest::builder()
                .set_enabled(enclave.enabled)
                .build()
        }))
        .set_hibernation_options(spec.hibernation_options.as_ref().map(|hibernation| {
            sdk::LaunchTemplateHibernationOptionsRequest::builder()
                .set_configured(hibernation.configured)
                .build()
        }))
        .set_iam_instance_profile(spec.iam_instance_profile.as_ref().map(|by| {
            let profile = sdk::LaunchTemplateIamInstanceProfileSpecificationRequest::builder();
            match &by.profile {
                ProfileReferenceResolved::Arn(arn) => profile.arn(arn.as_str()),
                ProfileReferenceResolved::Name(name) => profile.name(name.as_str()),
            }
            .build()
        }))
        .set_image_id(spec.image_id.as_ref().map(ToString::to_string))
        .set_instance_initiated_shutdown_behavior(
            spec.instance_initiated_shutdown_behavior
                .map(|word| sdk::ShutdownBehavior::from(word.as_str())),
        )
        .set_kernel_id(spec.kernel_id.clone())
        .set_key_name(spec.key_name.clone())
        .set_license_specifications(listed(&spec.license_specifications, |license| {
            sdk::LaunchTemplateLicenseConfigurationRequest::builder()
                .license_configuration_arn(&license.license_configuration_arn)
                .build()
        }))
        .set_maintenance_options(spec.maintenance_options.as_ref().map(|maintenance| {
            sdk::LaunchTemplateInstanceMaintenanceOptionsRequest::builder()
                .set_auto_recovery(
                    maintenance
                        .auto_recovery
                        .map(|word| sdk::LaunchTemplateAutoRecoveryState::from(word.as_str())),
                )
                .build()
        }))
        .set_metadata_options(spec.metadata_options.as_ref().map(metadata))
        .set_monitoring(spec.monitoring.as_ref().map(|monitoring| {
            sdk::LaunchTemplatesMonitoringRequest::builder()
                .set_enabled(monitoring.enabled)
                .build()
        }))
        .set_private_dns_name_options(spec.private_dns_name_options.as_ref().map(|names| {
            sdk::LaunchTemplatePrivateDnsNameOptionsRequest::builder()
                .set_enable_resource_name_dns_a_record(names.enable_resource_name_dns_a_record)
                .set_enable_resource_name_dns_aaaa_record(
                    names.enable_resource_name_dns_aaaa_record,
                )
                .set_hostname_type(
                    names
                        .hostname_type
                        .map(|word| sdk::HostnameType::from(word.as_str())),
                )
                .build()
        }))
        .set_ram_disk_id(spec.ram_disk_id.clone())
}

fn listed<T, S>(items: &[T], form: impl Fn(&T) -> S) -> Option<Vec<S>> {
    (!items.is_empty()).then(|| items.iter().map(form).collect())
}

fn device(mapping: &BlockDeviceMappingResolved) -> sdk::LaunchTemplateBlockDeviceMappingRequest {
    let made =
        sdk::LaunchTemplateBlockDeviceMappingRequest::builder().device_name(&mapping.device_name);
    match &mapping.device {
        DeviceResolved::Ebs(volume) => made.ebs(ebs(volume)),
        DeviceResolved::VirtualName(name) => made.virtual_name(name),
        DeviceResolved::NoDevice(text) => made.no_device(text),
    }
    .build()
}

fn ebs(volume: &EbsResolved) -> sdk::LaunchTemplateEbsBlockDeviceRequest {
    sdk::LaunchTemplateEbsBlockDeviceRequest::builder()
        .set_delete_on_termination(volume.delete_on_termination)
        .set_ebs_card_index(volume.ebs_card_index)
        .set_encrypted(volume.encrypted)
        .set_iops(volume.iops)
        .set_kms_key_id(volume.kms_key_id.clone())
        .set_snapshot_id(volume.snapshot_id.clone())
        .set_throughput(volume.throughput)
        .set_volume_initialization_rate(volume.volume_initialization_rate)
        .set_volume_size(volume.volume_size)
        .set_volume_type(
            volume
                .volume_type
                .map(|word| sdk::VolumeType::from(word.as_str())),
        )
        .build()
}

fn reservation(
    spec: &CapacityReservationSpecificationResolved,
) -> sdk::LaunchTemplateCapacityReservationSpecificationRequest {
    let target = spec.capacity_reservation_target.as_ref().map(|by| {
        let target = sdk::CapacityReservationTarget::builder();
        match &by.target {
            ReservationTargetResolved::CapacityReservationId(id) => {
                target.capacity_reservation_id(id)
            }
            ReservationTargetResolved::CapacityReservationResourceGroupArn(arn) => {
                target.capacity_reservation_resource_group_arn(arn)
            }
        }
        .build()
    });
    let preference = spec
        .capacity_reservation_preference
        .map(|word| sdk::CapacityReservationPreference::from(word.as_str()));
    sdk::LaunchTemplateCapacityReservationSpecificationRequest::builder()
        .set_capacity_reservation_preference(preference)
        .set_capacity_reservation_target(target)
        .build()
}

fn market(
    spec: &InstanceMarketOptionsResolved,
) -> Result<sdk::LaunchTemplateInstanceMarketOptionsRequest> {
    let spot = match &spec.spot_options {
        None => None,
        Some(spot) => {
            let until = match &spot.valid_until {
                None => None,
                Some(text) => {
                    Some(DateTime::from_str(text, Format::DateTime).map_err(|error| {
                        invalid(
                            "windlass:ValidUntil",
                            format!("`{text}` is no instant: {error}"),
                        )
                    })?)
                }
            };
            let behavior = spot
                .instance_interruption_behavior
                .map(|word| sdk::InstanceInterruptionBehavior::from(word.as_str()));
            let made = sdk::LaunchTemplateSpotMarketOptionsRequest::builder()
                .set_block_duration_minutes(spot.block_duration_minutes)
                .set_instance_interruption_behavior(behavior)
                .set_max_price(spot.max_price.clone())
                .set_spot_instance_type(
                    spot.spot_instance_type
                        .map(|word| sdk::SpotInstanceType::from(word.as_str())),
                )
                .set_valid_until(until);
            Some(made.build())
        }
    };
    Ok(sdk::LaunchTemplateInstanceMarketOptionsRequest::builder()
        .set_market_type(
            spec.market_type
                .map(|word| sdk::MarketType::from(word.as_str())),
        )
        .set_spot_options(spot)
        .build())
}

fn metadata(spec: &MetadataOptionsResolved) -> sdk::LaunchTemplateInstanceMetadataOptionsRequest {
    sdk::LaunchTemplateInstanceMetadataOptionsRequest::builder()
        .set_http_endpoint(
            spec.http_endpoint
                .map(|word| sdk::LaunchTemplateInstanceMetadataEndpointState::from(word.as_str())),
        )
        .set_http_protocol_ipv6(
            spec.http_protocol_ipv6
                .map(|word| sdk::LaunchTemplateInstanceMetadataProtocolIpv6::from(word.as_str())),
        )
        .set_http_put_response_hop_limit(spec.http_put_response_hop_limit)
        .set_http_tokens(
            spec.http_tokens
                .map(|word| sdk::LaunchTemplateHttpTokensState::from(word.as_str())),
        )
        .set_instance_metadata_tags(
            spec.instance_metadata_tags
                .map(|word| sdk::LaunchTemplateInstanceMetadataTagsState::from(word.as_str())),
        )
        .build()
}

fn placement(spec: &PlacementResolved) -> sdk::LaunchTemplatePlacementRequest {
    let made = sdk::LaunchTemplatePlacementRequest::builder()
        .set_affinity(spec.affinity.map(|word| word.to_string()))
        .set_availability_zone(spec.availability_zone.clone())
        .set_host_id(spec.host_id.clone())
        .set_host_resource_group_arn(spec.host_resource_group_arn.clone())
        .set_partition_number(spec.partition_number)
        .set_spread_domain(spec.spread_domain.clone())
        .set_tenancy(spec.tenancy.map(|word| sdk::Tenancy::from(word.as_str())));
    match &spec.group {
        Some(PlacementGroupResolved::GroupId(id)) => made.group_id(id),
        Some(PlacementGroupResolved::GroupName(name)) => made.group_name(name),
        None => made,
    }
    .build()
}

fn interface(
    spec: &NetworkInterfaceResolved,
) -> sdk::LaunchTemplateInstanceNetworkInterfaceSpecificationRequest {
    let tracking = spec
        .connection_tracking_specification
        .as_ref()
        .map(|tracking| {
            sdk::ConnectionTrackingSpecificationRequest::builder()
                .set_tcp_established_timeout(tracking.tcp_established_timeout)
                .set_udp_stream_timeout(tracking.udp_stream_timeout)
                .set_udp_timeout(tracking.udp_timeout)
                .build()
        });
    sdk::LaunchTemplateInstanceNetworkInterfaceSpecificationRequest::builder()
        .set_associate_carrier_ip_address(spec.associate_carrier_ip_address)
        .set_associate_public_ip_address(spec.associate_public_ip_address)
        .set_connection_tracking_specification(tracking)
        .set_delete_on_termination(spec.delete_on_termination)
        .set_description(spec.description.clone())
        .set_device_index(spec.device_index)
        .set_ena_queue_count(spec.ena_queue_count)
        .set_ena_srd_specification(spec.ena_srd_specification.as_ref().map(ena))
        .set_groups(listed(&spec.groups, ToString::to_string))
        .set_interface_type(spec.interface_type.map(|word| word.to_string()))
        .set_ipv4_prefix_count(spec.ipv4_prefix_count)
        .set_ipv4_prefixes(listed(&spec.ipv4_prefixes, |one| {
            sdk::Ipv4PrefixSpecificationRequest::builder()
                .ipv4_prefix(one.ipv4_prefix.to_string())
                .build()
        }))
        .set_ipv6_address_count(spec.ipv6_address_count)
        .set_ipv6_addresses(listed(&spec.ipv6_addresses, |one| {
            sdk::InstanceIpv6AddressRequest::builder()
                .ipv6_address(one.ipv6_address.to_string())
                .build()
        }))
        .set_ipv6_prefix_count(spec.ipv6_prefix_count)
        .set_ipv6_prefixes(listed(&spec.ipv6_prefixes, |one| {
            sdk::Ipv6PrefixSpecificationRequest::builder()
                .ipv6_prefix(one.ipv6_prefix.to_string())
                .build()
        }))
        .set_network_card_index(spec.network_card_index)
        .set_network_interface_id(spec.network_interface_id.as_ref().map(ToString::to_string))
        .set_primary_ipv6(spec.primary_ipv6)
        .set_private_ip_address(spec.private_ip_address.map(|address| address.to_string()))
        .set_private_ip_addresses(listed(&spec.private_ip_addresses, |one| {
            sdk::PrivateIpAddressSpecification::builder()
                .set_primary(one.primary)
                .private_ip_address(one.private_ip_address.to_string())
                .build()
        }))
        .set_secondary_private_ip_address_count(spec.secondary_private_ip_address_count)
        .set_subnet_id(spec.subnet_id.as_ref().map(ToString::to_string))
        .build()
}

fn ena(spec: &EnaSrdResolved) -> sdk::EnaSrdSpecificationRequest {
    let udp = spec.ena_srd_udp_specification.as_ref().map(|udp| {
        sdk::EnaSrdUdpSpecificationRequest::builder()
            .set_ena_srd_udp_enabled(udp.ena_srd_udp_enabled)
            .build()
    });
    sdk::EnaSrdSpecificationRequest::builder()
        .set_ena_srd_enabled(spec.ena_srd_enabled)
        .set_ena_srd_udp_specification(udp)
        .build()
}
