//! The data of a launch template: requests and answers have different types. Base64 encoding and decoding of user data is here.

use aws_sdk_ec2::types::{
    LaunchTemplateSpotMarketOptions, LaunchTemplateTagSpecification, ResponseLaunchTemplateData,
    Tag,
};
use aws_smithy_types::date_time::Format;
use aws_smithy_types::{DateTime, base64};
use serde_json::Value;
use windlass::aws::ec2::launch_template::data::LaunchTemplateDataResolved;
use windlass::value::ResolvedTags;

use crate::ec2::tags;
use crate::prelude::*;

tables! { windlass::aws::ec2::launch_template::data => aws_sdk_ec2;
    LaunchTemplateData => RequestLaunchTemplateData | ResponseLaunchTemplateData { "UserData" sent by encoded, shown by decoded; }
}

tables! { windlass::aws::ec2::launch_template::machine => aws_sdk_ec2;
    CpuOptions => LaunchTemplateCpuOptionsRequest | LaunchTemplateCpuOptions;
    EnclaveOptions => LaunchTemplateEnclaveOptionsRequest | LaunchTemplateEnclaveOptions;
    HibernationOptions => LaunchTemplateHibernationOptionsRequest | LaunchTemplateHibernationOptions;
    Monitoring => LaunchTemplatesMonitoringRequest | LaunchTemplatesMonitoring;
    IamInstanceProfile => LaunchTemplateIamInstanceProfileSpecificationRequest | LaunchTemplateIamInstanceProfileSpecification;
    MaintenanceOptions => LaunchTemplateInstanceMaintenanceOptionsRequest | LaunchTemplateInstanceMaintenanceOptions;
    MetadataOptions => LaunchTemplateInstanceMetadataOptionsRequest | LaunchTemplateInstanceMetadataOptions;
    Placement => LaunchTemplatePlacementRequest | LaunchTemplatePlacement;
    PrivateDnsNameOptions => LaunchTemplatePrivateDnsNameOptionsRequest | LaunchTemplatePrivateDnsNameOptions;
    TagSpecification => LaunchTemplateTagSpecificationRequest | LaunchTemplateTagSpecification { "Tags" sent by sdk_tags, shown by authored; }
}

tables! { windlass::aws::ec2::launch_template::market => aws_sdk_ec2;
    InstanceMarketOptions => LaunchTemplateInstanceMarketOptionsRequest | LaunchTemplateInstanceMarketOptions;
    SpotOptions => LaunchTemplateSpotMarketOptionsRequest | LaunchTemplateSpotMarketOptions { "ValidUntil" sent by instant, shown by written; }
    CapacityReservationSpecification => LaunchTemplateCapacityReservationSpecificationRequest | LaunchTemplateCapacityReservationSpecificationResponse;
    CapacityReservationTarget => CapacityReservationTarget | CapacityReservationTargetResponse;
    CreditSpecification => CreditSpecificationRequest | CreditSpecification;
    LicenseSpecification => LaunchTemplateLicenseConfigurationRequest | LaunchTemplateLicenseConfiguration;
}

tables! { windlass::aws::ec2::launch_template::network => aws_sdk_ec2;
    NetworkInterface => LaunchTemplateInstanceNetworkInterfaceSpecificationRequest | LaunchTemplateInstanceNetworkInterfaceSpecification;
    ConnectionTracking => ConnectionTrackingSpecificationRequest | ConnectionTrackingSpecification;
    EnaSrd => EnaSrdSpecificationRequest | LaunchTemplateEnaSrdSpecification;
    EnaSrdUdp => EnaSrdUdpSpecificationRequest | LaunchTemplateEnaSrdUdpSpecification;
    Ipv4Prefix => Ipv4PrefixSpecificationRequest | Ipv4PrefixSpecificationResponse;
    Ipv6Prefix => Ipv6PrefixSpecificationRequest | Ipv6PrefixSpecificationResponse;
    Ipv6Address => InstanceIpv6AddressRequest | InstanceIpv6Address;
    PrivateIpAddress => PrivateIpAddressSpecification;
    NetworkPerformanceOptions => LaunchTemplateNetworkPerformanceOptionsRequest | LaunchTemplateNetworkPerformanceOptions;
}

tables! { windlass::aws::ec2::launch_template::storage => aws_sdk_ec2;
    BlockDeviceMapping => LaunchTemplateBlockDeviceMappingRequest | LaunchTemplateBlockDeviceMapping;
    Ebs => LaunchTemplateEbsBlockDeviceRequest | LaunchTemplateEbsBlockDevice;
}

/// Refuses a spec whose Spot request ends at a text that is no timestamp. The table would leave such a text out.
pub fn check(spec: &LaunchTemplateDataResolved) -> Result<()> {
    let market = spec.instance_market_options.as_ref();
    let spot = market.and_then(|market| market.spot_options.as_ref());
    let Some(text) = spot.and_then(|spot| spot.valid_until.as_deref()) else {
        return Ok(());
    };
    match DateTime::from_str(text, Format::DateTime) {
        Ok(_) => Ok(()),
        Err(error) => Err(invalid(
            "windlass:ValidUntil",
            format!("`{text}` is no instant: {error}"),
        )),
    }
}

fn instant(text: &Option<String>) -> Option<DateTime> {
    DateTime::from_str(text.as_deref()?, Format::DateTime).ok()
}

fn written(spot: &LaunchTemplateSpotMarketOptions) -> Option<String> {
    spot.valid_until?.fmt(Format::DateTime).ok()
}

fn encoded(text: &Option<String>) -> Option<String> {
    text.as_ref().map(base64::encode)
}

/// The decoded user data. If it is not text, the function returns it as AWS returned it.
fn decoded(data: &ResponseLaunchTemplateData) -> Option<String> {
    let encoded = data.user_data.as_deref()?;
    let bytes = base64::decode(encoded).ok();
    let text = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
    Some(text.unwrap_or_else(|| encoded.to_owned()))
}

/// The request carries the list even when the list is empty.
fn sdk_tags(tags: &ResolvedTags) -> Option<Vec<Tag>> {
    let tags = tags.0.iter();
    Some(
        tags.map(|(key, value)| Tag::builder().key(key).value(value).build())
            .collect(),
    )
}

/// The author's tags, without tags of AWS or of the engine.
fn authored(tagged: &LaunchTemplateTagSpecification) -> Option<Value> {
    let tags = tags::pairs(tagged.tags.as_deref());
    let block = Value::from(Block::new().tags("Tags", tags));
    block.get("Tags").cloned()
}
