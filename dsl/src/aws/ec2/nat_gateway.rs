//! `AWS::EC2::NatGateway`: lets machines with private addresses open connections to other networks.
//!
//! What surprises people: A public NAT gateway needs its own way to the internet, so it belongs in a public subnet. It costs money by the hour. It
//! takes one to two minutes to create or delete, and its address becomes free only after the deletion, which is why a replacement deletes first. AWS
//! does not repair a failed gateway, but removes it after an hour. A regional gateway has no subnet and grows into the zones that are used, unless its
//! addresses are given zone by zone.
//!
//! `MaxDrainDurationSeconds` is not a property of the gateway: it limits how long AWS waits for open connections when the gateway gives up an address.
//! So a change of this value alone sends nothing.
//!
//! Not here: routes that lead to the gateway (`AWS::EC2::Route`) and addresses (`AWS::EC2::EIP`). Reference:
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-natgateway.html>

use std::net::Ipv4Addr;

use windlass_derive::{Block, Choice, Resource};

use super::{AllocationId, NatGatewayId, NetworkInterfaceId, RouteTableId, SubnetId, VpcId};
use crate::resource::{Check, Samples};
use crate::stack::Checks;
use crate::value::{Input, IntoInput, Tags};

crate::text_enum! {
    /// How far a NAT gateway reaches.
    pub enum AvailabilityMode {
        /// The gateway works for one zone.
        Zonal = "zonal",
        /// The gateway works for all zones of the VPC.
        Regional = "regional",
    }
    /// The networks that a NAT gateway connects to.
    pub enum ConnectivityType {
        /// The internet.
        Public = "public",
        /// Other VPCs and networks.
        Private = "private",
    }
    /// Whether a regional NAT gateway does something automatically.
    pub enum RegionalNatState {
        /// The gateway does it automatically.
        Enabled = "enabled",
        /// The gateway does not do it automatically.
        Disabled = "disabled",
    }
}

/// The place of a NAT gateway: a subnet or a VPC.
#[derive(Debug, Clone, Choice)]
#[choice(replaces)]
pub enum NatGatewayPlace {
    /// A subnet, and so one zone.
    SubnetId(Input<SubnetId>),
    /// A VPC, and so all its zones.
    VpcId(Input<VpcId>),
}

/// Secondary private addresses of a NAT gateway: specific ones, or a number of them.
#[derive(Debug, Clone, Choice)]
#[choice(in_place)]
pub enum NatSecondaryAddresses {
    /// Specific addresses.
    #[field(set)]
    SecondaryPrivateIpAddresses(Vec<Input<Ipv4Addr>>),
    /// A number of addresses, 1 to 31, which AWS chooses. For private NAT gateways only.
    SecondaryPrivateIpAddressCount(Input<u8>),
}

/// The zone of a gateway's addresses.
#[derive(Debug, Clone, Choice)]
pub enum NatZone {
    /// By name, such as `us-east-1a`.
    AvailabilityZone(Input<String>),
    /// By id, such as `use1-az1`.
    AvailabilityZoneId(Input<String>),
}

/// The addresses of a regional NAT gateway in one zone.
#[derive(Debug, Clone, Block)]
#[block(no_new)]
pub struct NatZoneAddresses {
    #[field(choice, no_setter)]
    pub zone: NatZone,
    /// The Elastic IP addresses.
    #[field(required, set)]
    pub allocation_ids: Vec<Input<AllocationId>>,
}

impl NatZoneAddresses {
    /// Addresses for a zone by name, such as `us-east-1a`.
    #[must_use]
    pub fn of(
        zone: impl IntoInput<String>,
        addresses: impl IntoIterator<Item = impl IntoInput<AllocationId>>,
    ) -> Self {
        Self {
            zone: NatZone::AvailabilityZone(zone.into()),
            allocation_ids: addresses.into_iter().map(Into::into).collect(),
        }
    }

    /// Addresses for a zone by id, such as `use1-az1`.
    #[must_use]
    pub fn of_zone_id(
        zone: impl IntoInput<String>,
        addresses: impl IntoIterator<Item = impl IntoInput<AllocationId>>,
    ) -> Self {
        Self {
            zone: NatZone::AvailabilityZoneId(zone.into()),
            ..Self::of("", addresses)
        }
    }
}

/// Lets machines with private addresses open connections to other networks.
///
/// ```
/// use windlass::aws::ec2::{self, RouteTableId, SubnetId};
/// use windlass::resource::Declare;
///
/// # let stack = |cx: &mut windlass::Stack| -> windlass::Result {
/// let address = ec2::Eip::new().declare(cx, "nat-address");
/// let nat = ec2::NatGateway::public(SubnetId::existing("subnet-0a1b2c3d"), address.allocation_id())
///     .declare(cx, "nat");
/// let private = RouteTableId::existing("rtb-0a1b2c3d");
/// ec2::Route::default_through(private, nat.id()).declare(cx, "private-default-route");
/// # Ok(())
/// # };
/// # assert_eq!(windlass::Stack::test("t", stack, windlass::request::Request::offline("us-east-1")).problems, []);
/// ```
#[derive(Debug, Clone, Resource)]
#[resource(
    kind = "AWS::EC2::NatGateway",
    id = "NatGatewayId",
    outputs(
        id: NatGatewayId = "NatGatewayId",
        network_interface: NetworkInterfaceId = "EniId",
        route_table: RouteTableId = "RouteTableId",
        auto_provision_zones: RegionalNatState = "AutoProvisionZones" changes,
        auto_scaling_ips: RegionalNatState = "AutoScalingIps" changes,
    ),
    waits(Ready),
    reference_wait = Ready,
    exclusive("SubnetId", "PrivateIpAddress"),
    serves_one("AllocationId", "SecondaryAllocationIds[]"),
    holds("SubnetId", "VpcId", "AllocationId", "SecondaryAllocationIds[]"),
    no_new
)]
pub struct NatGateway {
    /// The subnet or VPC of the gateway.
    #[field(choice, no_setter)]
    pub place: NatGatewayPlace,
    /// Whether the gateway works for one zone or for all zones of the VPC. AWS's default is `zonal`.
    #[field(replaces, removal_default("\"zonal\""))]
    pub availability_mode: Option<Input<AvailabilityMode>>,
    /// The networks that the gateway connects to. AWS's default is `public`.
    #[field(replaces, removal_default("\"public\""))]
    pub connectivity_type: Option<Input<ConnectivityType>>,
    /// The Elastic IP address of a public, zonal gateway.
    #[field(replaces)]
    pub allocation_id: Option<Input<AllocationId>>,
    /// Further Elastic IP addresses of a public, zonal gateway: up to seven, with a quota of one until AWS raises it.
    #[field(in_place, set)]
    pub secondary_allocation_ids: Vec<Input<AllocationId>>,
    /// The private address, from the subnet's range. If absent, AWS chooses one.
    #[field(replaces, removal_keeps)]
    pub private_ip_address: Option<Input<Ipv4Addr>>,
    #[field(choice, in_place, no_setter)]
    pub secondary_private_addresses: Option<NatSecondaryAddresses>,
    /// The Elastic IP addresses of a regional gateway, zone by zone. Without them, the gateway finds zones and addresses itself.
    #[field(in_place, set)]
    pub availability_zone_addresses: Vec<NatZoneAddresses>,
    /// How long AWS waits for open connections when the gateway gives up an address, 1 to 4000 seconds. AWS's default is 350.
    #[field(in_place, never_read, removal_default("350"))]
    pub max_drain_duration_seconds: Option<Input<u32>>,
    #[field(in_place)]
    pub tags: Tags,
}

impl NatGateway {
    /// A gateway from one zone to the internet. The subnet must be public.
    #[must_use]
    pub fn public(subnet: impl IntoInput<SubnetId>, address: impl IntoInput<AllocationId>) -> Self {
        Self {
            allocation_id: Some(address.into()),
            ..Self::at(NatGatewayPlace::SubnetId(subnet.into()))
        }
    }

    /// A gateway from one zone to other networks, with a private address of the subnet.
    #[must_use]
    pub fn private(subnet: impl IntoInput<SubnetId>) -> Self {
        Self {
            connectivity_type: Some(ConnectivityType::Private.into()),
            ..Self::at(NatGatewayPlace::SubnetId(subnet.into()))
        }
    }

    /// A gateway from all zones of a VPC to the internet.
    #[must_use]
    pub fn regional(vpc: impl IntoInput<VpcId>) -> Self {
        Self {
            availability_mode: Some(AvailabilityMode::Regional.into()),
            ..Self::at(NatGatewayPlace::VpcId(vpc.into()))
        }
    }

    /// Adds secondary private addresses from the subnet's range.
    #[must_use]
    pub fn secondary_private_ip_addresses(
        mut self,
        addresses: impl IntoIterator<Item = impl IntoInput<Ipv4Addr>>,
    ) -> Self {
        let addresses = addresses.into_iter().map(Into::into).collect();
        self.secondary_private_addresses = Some(
            NatSecondaryAddresses::SecondaryPrivateIpAddresses(addresses),
        );
        self
    }

    /// Adds a number of secondary private addresses, 1 to 31, which AWS chooses. For private NAT gateways only.
    #[must_use]
    pub fn secondary_private_ip_address_count(mut self, count: impl IntoInput<u8>) -> Self {
        self.secondary_private_addresses = Some(
            NatSecondaryAddresses::SecondaryPrivateIpAddressCount(count.into()),
        );
        self
    }

    fn at(place: NatGatewayPlace) -> Self {
        Self {
            place,
            availability_mode: None,
            connectivity_type: None,
            allocation_id: None,
            secondary_allocation_ids: Vec::new(),
            private_ip_address: None,
            secondary_private_addresses: None,
            availability_zone_addresses: Vec::new(),
            max_drain_duration_seconds: None,
            tags: Tags::default(),
        }
    }

    fn check_zonal(&self, checks: &mut Checks<'_>) {
        let mode = self.availability_mode.as_ref().map(Input::literal);
        if mode == Some(Some(AvailabilityMode::Regional)) {
            checks.invalid(
                "AvailabilityMode",
                "is `regional`, but the gateway stands in a subnet",
                "a regional NAT gateway stands in a VPC: `NatGateway::regional(vpc.id())`",
            );
        }
        if !self.availability_zone_addresses.is_empty() {
            checks.invalid(
                "AvailabilityZoneAddresses",
                "is given for a zonal NAT gateway",
                "addresses zone by zone are for a regional one: `NatGateway::regional(vpc.id())`",
            );
        }
        let connectivity = self.connectivity_type.as_ref().map(Input::literal);
        match connectivity {
            None | Some(Some(ConnectivityType::Public)) => self.check_public(checks),
            Some(Some(ConnectivityType::Private)) => self.check_private(checks),
            Some(None) => {}
        }
    }

    fn check_public(&self, checks: &mut Checks<'_>) {
        if self.allocation_id.is_none() {
            checks.invalid(
                "AllocationId",
                "is missing",
                "a public NAT gateway needs an Elastic IP address: `NatGateway::public(subnet.id(), address.allocation_id())`",
            );
        }
        if matches!(
            self.secondary_private_addresses,
            Some(NatSecondaryAddresses::SecondaryPrivateIpAddressCount(_))
        ) {
            checks.invalid(
                "SecondaryPrivateIpAddressCount",
                "is given for a public NAT gateway",
                "give it `SecondaryAllocationIds`; AWS chooses private addresses to go with them",
            );
        }
    }

    fn check_private(&self, checks: &mut Checks<'_>) {
        let public = [
            ("AllocationId", self.allocation_id.is_some()),
            (
                "SecondaryAllocationIds",
                !self.secondary_allocation_ids.is_empty(),
            ),
        ];
        for (property, _) in public.into_iter().filter(|(_, given)| *given) {
            checks.invalid(
                property,
                "is given for a private NAT gateway",
                "a private NAT gateway has no public addresses",
            );
        }
    }

    fn check_regional(&self, checks: &mut Checks<'_>) {
        let mode = self.availability_mode.as_ref();
        if mode.is_none_or(|mode| mode.literal() == Some(AvailabilityMode::Zonal)) {
            checks.invalid(
                "AvailabilityMode",
                "is `zonal`, but the gateway stands in a VPC",
                "a zonal NAT gateway stands in a subnet: `NatGateway::public(subnet.id(), address.allocation_id())`",
            );
        }
        let zonal = [
            ("AllocationId", self.allocation_id.is_some()),
            (
                "SecondaryAllocationIds",
                !self.secondary_allocation_ids.is_empty(),
            ),
            ("PrivateIpAddress", self.private_ip_address.is_some()),
            (
                "SecondaryPrivateIpAddresses",
                self.secondary_private_addresses.is_some(),
            ),
        ];
        for (property, _) in zonal.into_iter().filter(|(_, given)| *given) {
            checks.invalid(
                property,
                "is given for a regional NAT gateway",
                "a regional one has its addresses in `AvailabilityZoneAddresses`",
            );
        }
    }
}

impl Check for NatGateway {
    fn check(&self, checks: &mut Checks<'_>) {
        match &self.place {
            NatGatewayPlace::SubnetId(_) => self.check_zonal(checks),
            NatGatewayPlace::VpcId(_) => self.check_regional(checks),
        }
        if let Some(NatSecondaryAddresses::SecondaryPrivateIpAddressCount(count)) =
            &self.secondary_private_addresses
        {
            checks.range("SecondaryPrivateIpAddressCount", Some(count), 1..=31);
        }
        checks.range(
            "MaxDrainDurationSeconds",
            self.max_drain_duration_seconds.as_ref(),
            1..=4000,
        );
        for zone in &self.availability_zone_addresses {
            if zone.allocation_ids.is_empty() {
                checks.invalid(
                    "AvailabilityZoneAddresses",
                    "has a zone without addresses",
                    "give every zone an Elastic IP address, or leave the zone out",
                );
            }
        }
    }
}

impl Samples for NatGateway {
    fn samples() -> Vec<Self> {
        let subnet = |id: &str| SubnetId::existing(id);
        let address = |id: &str| AllocationId::existing(id);
        let ip = |last: u8| Ipv4Addr::new(10, 0, 0, last);
        let public = Self::public(subnet("subnet-0a1"), address("eipalloc-0a1"))
            .availability_mode(AvailabilityMode::Zonal)
            .connectivity_type(ConnectivityType::Public)
            .private_ip_address(ip(10))
            .secondary_allocation_ids([address("eipalloc-0b2")])
            .secondary_private_ip_addresses([ip(11)])
            .max_drain_duration_seconds(60_u32)
            .tag("Name", "nat");
        let private = Self::private(subnet("subnet-0a1"));
        let regional = Self::regional(VpcId::existing("vpc-0a1"));
        let by_hand = regional.clone().availability_zone_addresses([
            NatZoneAddresses::of("us-east-1a", [address("eipalloc-0a1")]),
            NatZoneAddresses::of("us-east-1b", [address("eipalloc-0b2")]),
        ]);
        vec![
            Self::public(subnet("subnet-0a1"), address("eipalloc-0a1")),
            public.clone(),
            public
                .clone()
                .secondary_allocation_ids([address("eipalloc-0b2"), address("eipalloc-0c3")])
                .secondary_private_ip_addresses([ip(11), ip(12)])
                .max_drain_duration_seconds(120_u32)
                .tag("Name", "other"),
            public.clone().allocation_id(address("eipalloc-0d4")),
            public.clone().private_ip_address(ip(20)),
            Self {
                place: NatGatewayPlace::SubnetId(subnet("subnet-0b2").into()),
                ..public
            },
            private.clone(),
            private.clone().secondary_private_ip_address_count(2),
            private.clone().secondary_private_ip_address_count(3),
            private.clone().secondary_private_ip_addresses([ip(11)]),
            private.secondary_private_ip_addresses([ip(11), ip(12)]),
            regional.clone(),
            Self::regional(VpcId::existing("vpc-0b2")),
            by_hand.clone(),
            by_hand.clone().availability_zone_addresses([
                NatZoneAddresses::of(
                    "us-east-1a",
                    [address("eipalloc-0a1"), address("eipalloc-0c3")],
                ),
                NatZoneAddresses::of("us-east-1b", [address("eipalloc-0b2")]),
            ]),
            by_hand.availability_zone_addresses([NatZoneAddresses::of_zone_id(
                "use1-az1",
                [address("eipalloc-0a1")],
            )]),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::problems;
    use super::*;

    fn public() -> NatGateway {
        NatGateway::public(
            SubnetId::existing("subnet-0a1"),
            AllocationId::existing("eipalloc-0a1"),
        )
    }

    #[test]
    fn what_does_not_go_together_is_reported() {
        assert_eq!(problems(public()), [""; 0]);
        let private = public().connectivity_type(ConnectivityType::Private);
        assert_eq!(
            problems(private),
            ["`AllocationId` of `it` is given for a private NAT gateway"]
        );
        assert_eq!(
            problems(public().secondary_private_ip_address_count(2)),
            ["`SecondaryPrivateIpAddressCount` of `it` is given for a public NAT gateway"]
        );
        let regional = NatGateway::regional(VpcId::existing("vpc-0a1"));
        assert_eq!(problems(regional.clone()), [""; 0]);
        assert_eq!(
            problems(regional.allocation_id(AllocationId::existing("eipalloc-0a1"))),
            ["`AllocationId` of `it` is given for a regional NAT gateway"]
        );
        assert_eq!(
            problems(public().availability_mode(AvailabilityMode::Regional)),
            ["`AvailabilityMode` of `it` is `regional`, but the gateway stands in a subnet"]
        );
    }

    #[test]
    fn a_public_one_needs_an_address() {
        let without = NatGateway {
            allocation_id: None,
            ..public()
        };
        assert_eq!(problems(without), ["`AllocationId` of `it` is missing"]);
    }

    #[test]
    fn numbers_outside_their_range_are_reported() {
        assert_eq!(
            problems(public().max_drain_duration_seconds(4001_u32)),
            ["`MaxDrainDurationSeconds` of `it` is 4001"]
        );
        let private = NatGateway::private(SubnetId::existing("subnet-0a1"));
        assert_eq!(
            problems(private.secondary_private_ip_address_count(32)),
            ["`SecondaryPrivateIpAddressCount` of `it` is 32"]
        );
    }
}
