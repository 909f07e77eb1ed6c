//! The network interfaces of an instance, and what its bandwidth is for.
//!
//! What surprises people: If a template lists network interfaces, security groups belong to the interfaces and no longer to the template itself. An
//! Auto Scaling group chooses the subnets itself.
//!
//! Not here: secondary interfaces, which CloudFormation does not have.

use std::net::{Ipv4Addr, Ipv6Addr};

use ipnet::{Ipv4Net, Ipv6Net};
use windlass_derive::Block;

use crate::aws::ec2::{NetworkInterfaceId, SecurityGroupId, SubnetId};
use crate::stack::Checks;
use crate::value::Input;

crate::text_enum! {
    /// The type of a network interface.
    pub enum InterfaceType {
        /// An ordinary network interface.
        Interface = "interface",
        /// An Elastic Fabric Adapter with an IP address.
        Efa = "efa",
        /// An Elastic Fabric Adapter without an IP address.
        EfaOnly = "efa-only",
    }

    /// What gets more of an instance's bandwidth, at the cost of the other.
    pub enum BandwidthWeighting {
        /// Each gets what is usual for the instance type.
        Default = "default",
        /// The network.
        Vpc = "vpc-1",
        /// The volumes.
        Ebs = "ebs-1",
    }
}

/// What an instance uses its bandwidth for.
#[derive(Debug, Clone, Block)]
pub struct NetworkPerformanceOptions {
    /// What gets up to a quarter more, where the instance type can do this. AWS's default is `default`.
    pub bandwidth_weighting: Option<Input<BandwidthWeighting>>,
}

/// A network interface that AWS creates with the instance, or an existing one.
#[derive(Debug, Clone, Block)]
pub struct NetworkInterface {
    /// Whether the interface gets a carrier address, in a Wavelength zone.
    pub associate_carrier_ip_address: Option<Input<bool>>,
    /// Whether the interface gets a public IPv4 address; only for an instance with one interface. The default is the subnet's setting.
    pub associate_public_ip_address: Option<Input<bool>>,
    /// How long AWS tracks idle connections.
    pub connection_tracking_specification: Option<ConnectionTracking>,
    /// Whether AWS deletes the interface when the instance terminates.
    pub delete_on_termination: Option<Input<bool>>,
    /// A description of the interface.
    pub description: Option<Input<String>>,
    /// The position of the interface on the network card, from 0.
    pub device_index: Option<Input<i32>>,
    /// The number of ENA queues.
    pub ena_queue_count: Option<Input<i32>>,
    /// ENA Express.
    pub ena_srd_specification: Option<EnaSrd>,
    /// The security groups of the interface, as a set.
    #[field(set)]
    pub groups: Vec<Input<SecurityGroupId>>,
    /// The type of the interface. AWS's default is `interface`.
    pub interface_type: Option<Input<InterfaceType>>,
    /// How many IPv4 prefixes AWS assigns. Not together with `Ipv4Prefixes`.
    pub ipv4_prefix_count: Option<Input<i32>>,
    /// IPv4 prefixes, as a set.
    #[field(set)]
    pub ipv4_prefixes: Vec<Ipv4Prefix>,
    /// How many IPv6 addresses AWS assigns. Not together with `Ipv6Addresses`.
    pub ipv6_address_count: Option<Input<i32>>,
    /// IPv6 addresses, as a set.
    #[field(set)]
    pub ipv6_addresses: Vec<Ipv6Address>,
    /// How many IPv6 prefixes AWS assigns. Not together with `Ipv6Prefixes`.
    pub ipv6_prefix_count: Option<Input<i32>>,
    /// IPv6 prefixes, as a set.
    #[field(set)]
    pub ipv6_prefixes: Vec<Ipv6Prefix>,
    /// The network card, from 0, on instance types that have several.
    pub network_card_index: Option<Input<i32>>,
    /// An existing interface instead of a new one.
    pub network_interface_id: Option<Input<NetworkInterfaceId>>,
    /// Whether the first IPv6 address of the interface is its primary one, which stays.
    pub primary_ipv6: Option<Input<bool>>,
    /// Its primary IPv4 address.
    pub private_ip_address: Option<Input<Ipv4Addr>>,
    /// IPv4 addresses of the interface, as a set; one of them is primary.
    #[field(set)]
    pub private_ip_addresses: Vec<PrivateIpAddress>,
    /// How many secondary IPv4 addresses AWS assigns. Not together with `PrivateIpAddresses`.
    pub secondary_private_ip_address_count: Option<Input<i32>>,
    /// The subnet of the interface. An Auto Scaling group chooses subnets itself.
    pub subnet_id: Option<Input<SubnetId>>,
}

/// How long AWS tracks idle connections.
#[derive(Debug, Clone, Block)]
pub struct ConnectionTracking {
    /// The timeout of established TCP connections, in seconds, 60 to 432000. AWS's default is 432000, five days.
    pub tcp_established_timeout: Option<Input<i32>>,
    /// The timeout of UDP flows with more than one request, in seconds, 60 to 180. AWS's default is 180.
    pub udp_stream_timeout: Option<Input<i32>>,
    /// The timeout of other UDP flows, in seconds, 30 to 60. AWS's default is 30.
    pub udp_timeout: Option<Input<i32>>,
}

/// ENA Express.
#[derive(Debug, Clone, Block)]
pub struct EnaSrd {
    /// Whether ENA Express is on.
    pub ena_srd_enabled: Option<Input<bool>>,
    /// ENA Express for UDP.
    pub ena_srd_udp_specification: Option<EnaSrdUdp>,
}

/// ENA Express for UDP.
#[derive(Debug, Clone, Block)]
pub struct EnaSrdUdp {
    /// Whether ENA Express for UDP is on. It needs ENA Express itself.
    pub ena_srd_udp_enabled: Option<Input<bool>>,
}

/// An IPv4 prefix.
#[derive(Debug, Clone, Block)]
pub struct Ipv4Prefix {
    /// A `/28` range.
    pub ipv4_prefix: Input<Ipv4Net>,
}

/// An IPv6 prefix.
#[derive(Debug, Clone, Block)]
pub struct Ipv6Prefix {
    /// A `/80` range.
    pub ipv6_prefix: Input<Ipv6Net>,
}

/// An IPv6 address.
#[derive(Debug, Clone, Block)]
pub struct Ipv6Address {
    pub ipv6_address: Input<Ipv6Addr>,
}

/// An IPv4 address inside the VPC.
#[derive(Debug, Clone, Block)]
pub struct PrivateIpAddress {
    /// Whether this address is the primary one.
    pub primary: Option<Input<bool>>,
    pub private_ip_address: Input<Ipv4Addr>,
}

impl NetworkInterface {
    pub(super) fn check(&self, at: &str, checks: &mut Checks<'_>) {
        let exclusive = [
            (
                "Ipv4PrefixCount",
                self.ipv4_prefix_count.is_some(),
                "Ipv4Prefixes",
                self.ipv4_prefixes.is_empty(),
            ),
            (
                "Ipv6PrefixCount",
                self.ipv6_prefix_count.is_some(),
                "Ipv6Prefixes",
                self.ipv6_prefixes.is_empty(),
            ),
            (
                "Ipv6AddressCount",
                self.ipv6_address_count.is_some(),
                "Ipv6Addresses",
                self.ipv6_addresses.is_empty(),
            ),
            (
                "SecondaryPrivateIpAddressCount",
                self.secondary_private_ip_address_count.is_some(),
                "PrivateIpAddresses",
                self.private_ip_addresses.is_empty(),
            ),
        ];
        for (count, counted, list, empty) in exclusive {
            if counted && !empty {
                checks.invalid(
                    &format!("{at}.{count}"),
                    format!("is given together with `{list}`"),
                    "AWS takes the number or the list",
                );
            }
        }
        if let Some(tracking) = &self.connection_tracking_specification {
            let at = format!("{at}.ConnectionTrackingSpecification");
            checks.range(
                &format!("{at}.TcpEstablishedTimeout"),
                tracking.tcp_established_timeout.as_ref(),
                60..=432_000,
            );
            checks.range(
                &format!("{at}.UdpStreamTimeout"),
                tracking.udp_stream_timeout.as_ref(),
                60..=180,
            );
            checks.range(
                &format!("{at}.UdpTimeout"),
                tracking.udp_timeout.as_ref(),
                30..=60,
            );
        }
    }
}
