//! `AWS::EC2::Route`: one route of a route table: a destination range, and the target for packets to it.
//!
//! What surprises people: The most specific route wins, whatever the order of the routes. A table holds one route per destination. The target can
//! change in place; the destination cannot.
//!
//! Where CloudFormation and AWS differ: AWS answers with a gateway's id also if the target is an endpoint of a Gateway Load Balancer, and with an
//! interface in addition to an instance. The life cycle tells them apart by their prefixes.
//!
//! Not here: the routes that AWS puts into every table for the VPC's own ranges, nor those that a virtual private gateway propagates. Reference:
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-route.html>

use ipnet::{Ipv4Net, Ipv6Net};
use windlass_derive::{Choice, Resource};

use super::{
    CarrierGatewayId, CoreNetworkArn, EgressOnlyInternetGatewayId, InstanceId, InternetGatewayId,
    LocalGatewayId, NatGatewayId, NetworkInterfaceId, OdbNetworkArn, PrefixListId, RouteTableId,
    TransitGatewayId, VpcEndpointId, VpcPeeringConnectionId, VpnGatewayId,
};
use crate::resource::{Check, Samples};
use crate::stack::Checks;
use crate::value::{Input, IntoInput, Output};

crate::ids! {
    /// A gateway that is attached to the VPC: an internet gateway (`igw-…`) or a virtual private gateway (`vgw-…`).
    GatewayId = "";
}

impl From<InternetGatewayId> for GatewayId {
    fn from(id: InternetGatewayId) -> Self {
        Self(id.as_str().to_owned())
    }
}

impl From<VpnGatewayId> for GatewayId {
    fn from(id: VpnGatewayId) -> Self {
        Self(id.as_str().to_owned())
    }
}

/// The destination of a route: the addresses that the route applies to.
#[derive(Debug, Clone, Choice)]
#[choice(replaces)]
pub enum RouteDestination {
    /// A range of IPv4 addresses; `0.0.0.0/0` is all of them.
    DestinationCidrBlock(Input<Ipv4Net>),
    /// A range of IPv6 addresses; `::/0` is all of them.
    DestinationIpv6CidrBlock(Input<Ipv6Net>),
    /// The addresses of a managed prefix list.
    DestinationPrefixListId(Input<PrefixListId>),
}

/// The target of a route: where the packets go.
#[derive(Debug, Clone, Choice)]
#[choice(in_place)]
pub enum RouteTarget {
    CarrierGatewayId(Input<CarrierGatewayId>),
    CoreNetworkArn(Input<CoreNetworkArn>),
    /// An egress-only internet gateway, for IPv6.
    EgressOnlyInternetGatewayId(Input<EgressOnlyInternetGatewayId>),
    /// An internet gateway or a virtual private gateway.
    GatewayId(Input<GatewayId>),
    /// An instance with one interface, such as a NAT instance.
    InstanceId(Input<InstanceId>),
    LocalGatewayId(Input<LocalGatewayId>),
    NatGatewayId(Input<NatGatewayId>),
    NetworkInterfaceId(Input<NetworkInterfaceId>),
    /// An ODB network, where Oracle Database@AWS has its databases.
    OdbNetworkArn(Input<OdbNetworkArn>),
    /// A transit gateway.
    TransitGatewayId(Input<TransitGatewayId>),
    /// An endpoint of a Gateway Load Balancer.
    VpcEndpointId(Input<VpcEndpointId>),
    VpcPeeringConnectionId(Input<VpcPeeringConnectionId>),
}

/// A type that can be the destination of a route.
#[diagnostic::on_unimplemented(
    message = "a route cannot be for `{Self}`",
    label = "this is no destination of a route",
    note = "a route is for an address range, `cidr!(\"10.1.0.0/16\")` or `cidr!(\"::/0\")`, or for the `PrefixListId` of a managed prefix list"
)]
pub trait ToDestination {
    fn destination(self) -> RouteDestination;
}

/// A type that can be the target of a route.
#[diagnostic::on_unimplemented(
    message = "a route cannot lead to `{Self}`",
    label = "this is no target of a route",
    note = "a route leads to a gateway, an instance, a network interface, an endpoint or a peering connection: pass its `id()`"
)]
pub trait ToTarget {
    fn target(self) -> RouteTarget;
}

impl ToDestination for RouteDestination {
    fn destination(self) -> RouteDestination {
        self
    }
}

impl ToTarget for RouteTarget {
    fn target(self) -> RouteTarget {
        self
    }
}

macro_rules! ends {
    ($through:ident :: $method:ident -> $end:ident: $($id:ident => $variant:ident),+ $(,)?) => {$(
        impl $through for $id {
            fn $method(self) -> $end {
                $end::$variant(Input::from(self).trust_as())
            }
        }
        impl $through for Input<$id> {
            fn $method(self) -> $end {
                $end::$variant(self.trust_as())
            }
        }
        impl $through for Output<$id> {
            fn $method(self) -> $end {
                $end::$variant(self.trust_as().into())
            }
        }
    )+};
}

ends! { ToDestination::destination -> RouteDestination:
    Ipv4Net => DestinationCidrBlock,
    Ipv6Net => DestinationIpv6CidrBlock,
    PrefixListId => DestinationPrefixListId,
}

ends! { ToTarget::target -> RouteTarget:
    CarrierGatewayId => CarrierGatewayId,
    CoreNetworkArn => CoreNetworkArn,
    EgressOnlyInternetGatewayId => EgressOnlyInternetGatewayId,
    GatewayId => GatewayId,
    InternetGatewayId => GatewayId,
    VpnGatewayId => GatewayId,
    InstanceId => InstanceId,
    LocalGatewayId => LocalGatewayId,
    NatGatewayId => NatGatewayId,
    NetworkInterfaceId => NetworkInterfaceId,
    OdbNetworkArn => OdbNetworkArn,
    TransitGatewayId => TransitGatewayId,
    VpcEndpointId => VpcEndpointId,
    VpcPeeringConnectionId => VpcPeeringConnectionId,
}

/// One route of a route table. Every resource that uses the table waits for the route.
///
/// ```
/// use windlass::aws::ec2::{self, TransitGatewayId, VpcId};
/// use windlass::cidr;
/// use windlass::resource::Declare;
///
/// # let stack = |cx: &mut windlass::Stack| -> windlass::Result {
/// let table = ec2::RouteTable::new(VpcId::existing("vpc-0a1b2c3d")).declare(cx, "routes");
/// let transit = TransitGatewayId::existing("tgw-0a1b2c3d");
/// ec2::Route::new(table.id(), cidr!("10.64.0.0/10"), transit).declare(cx, "to-the-office");
/// # Ok(())
/// # };
/// # assert_eq!(windlass::Stack::test("t", stack, windlass::request::Request::offline("us-east-1")).problems, []);
/// ```
///
/// A route does not lead to a subnet:
///
/// ```compile_fail,E0277
/// use windlass::aws::ec2::{Route, RouteTableId, SubnetId};
///
/// Route::default_through(RouteTableId::existing("rtb-0a1"), SubnetId::existing("subnet-0a1"));
/// ```
#[derive(Debug, Clone, Resource)]
#[resource(
    kind = "AWS::EC2::Route",
    id = "RouteTableId|CidrBlock",
    outputs(destination: String = "CidrBlock"),
    replace = CreateFirst,
    completes("RouteTableId"),
    exclusive("RouteTableId", "DestinationCidrBlock"),
    exclusive("RouteTableId", "DestinationIpv6CidrBlock"),
    exclusive("RouteTableId", "DestinationPrefixListId"),
    no_new
)]
pub struct Route {
    #[field(replaces)]
    pub route_table_id: Input<RouteTableId>,
    /// The addresses that the route applies to.
    #[field(choice, no_setter)]
    pub destination: RouteDestination,
    /// Where the packets go.
    #[field(choice, in_place, no_setter)]
    pub target: RouteTarget,
}

impl Route {
    /// A route for an address range or a prefix list.
    #[must_use]
    pub fn new(
        table: impl IntoInput<RouteTableId>,
        destination: impl ToDestination,
        target: impl ToTarget,
    ) -> Self {
        Self {
            route_table_id: table.into(),
            destination: destination.destination(),
            target: target.target(),
        }
    }

    /// The default route: it applies to every IPv4 address for which the table has no other route.
    #[must_use]
    pub fn default_through(table: impl IntoInput<RouteTableId>, target: impl ToTarget) -> Self {
        Self::new(table, crate::cidr!("0.0.0.0/0"), target)
    }

    /// Changes the destination of the route.
    #[must_use]
    pub fn destination(mut self, destination: impl ToDestination) -> Self {
        self.destination = destination.destination();
        self
    }

    /// Changes the target of the route.
    #[must_use]
    pub fn target(mut self, target: impl ToTarget) -> Self {
        self.target = target.target();
        self
    }
}

impl Check for Route {
    fn check(&self, checks: &mut Checks<'_>) {
        let bits_behind_prefix = match &self.destination {
            RouteDestination::DestinationCidrBlock(range) => range
                .literal()
                .filter(|range| range.addr() != range.network())
                .map(|range| {
                    (
                        "DestinationCidrBlock",
                        range.to_string(),
                        range.trunc().to_string(),
                    )
                }),
            RouteDestination::DestinationIpv6CidrBlock(range) => range
                .literal()
                .filter(|range| range.addr() != range.network())
                .map(|range| {
                    (
                        "DestinationIpv6CidrBlock",
                        range.to_string(),
                        range.trunc().to_string(),
                    )
                }),
            RouteDestination::DestinationPrefixListId(_) => None,
        };
        if let Some((property, range, meant)) = bits_behind_prefix {
            checks.invalid(
                property,
                format!("is {range}, which has bits set behind its prefix"),
                format!("write {meant}"),
            );
        }
        if let RouteTarget::GatewayId(gateway) = &self.target
            && let Some(gateway) = gateway.literal()
            && !["igw-", "vgw-"]
                .iter()
                .any(|prefix| gateway.as_str().starts_with(prefix))
        {
            checks.invalid(
                "GatewayId",
                format!("is `{gateway}`"),
                "AWS takes an internet gateway (`igw-…`) or a virtual private gateway (`vgw-…`)",
            );
        }
        let ipv4 = matches!(self.destination, RouteDestination::DestinationCidrBlock(_));
        if ipv4 && matches!(self.target, RouteTarget::EgressOnlyInternetGatewayId(_)) {
            checks.invalid(
                "EgressOnlyInternetGatewayId",
                "stands in a route for IPv4",
                "an egress-only internet gateway is for IPv6; use a NAT gateway for IPv4",
            );
        }
    }
}

impl Samples for Route {
    fn samples() -> Vec<Self> {
        let table = |id: &str| RouteTableId::existing(id);
        let internet = InternetGatewayId::existing("igw-0a1");
        let route = Self::default_through(table("rtb-0a1"), internet);
        let core = |id: &str| {
            CoreNetworkArn::existing(format!(
                "arn:aws:networkmanager::123456789012:core-network/{id}"
            ))
        };
        let databases = OdbNetworkArn::existing(
            "arn:aws:odb:us-east-1:123456789012:odb-network/odbnet_0a1b2c3d",
        );
        let range = |text: &str| text.parse::<Ipv4Net>().expect("a range");
        let range6 = |text: &str| text.parse::<Ipv6Net>().expect("a range");
        let ipv6 = route.clone().destination(range6("::/0"));
        vec![
            route.clone(),
            route.clone().target(InternetGatewayId::existing("igw-0b2")),
            route.clone().target(VpnGatewayId::existing("vgw-0a1")),
            route.clone().target(CarrierGatewayId::existing("cagw-0a1")),
            route.clone().target(core("core-network-0a1")),
            route.clone().target(InstanceId::existing("i-0a1")),
            route.clone().target(LocalGatewayId::existing("lgw-0a1")),
            route.clone().target(NatGatewayId::existing("nat-0a1")),
            route.clone().target(NatGatewayId::existing("nat-0b2")),
            route
                .clone()
                .target(NetworkInterfaceId::existing("eni-0a1")),
            route.clone().target(TransitGatewayId::existing("tgw-0a1")),
            route.clone().target(VpcEndpointId::existing("vpce-0a1")),
            route
                .clone()
                .target(VpcPeeringConnectionId::existing("pcx-0a1")),
            route.clone().route_table_id(table("rtb-0b2")),
            route.clone().destination(range("10.64.0.0/10")),
            route.clone().destination(PrefixListId::existing("pl-0a1")),
            route.clone().destination(PrefixListId::existing("pl-0b2")),
            ipv6.clone(),
            ipv6.clone().destination(range6("2001:db8::/32")),
            ipv6.target(EgressOnlyInternetGatewayId::existing("eigw-0a1")),
            route.target(databases),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::problems;
    use super::*;
    use crate::cidr;
    use crate::resource::{Change as _, Resource};
    use serde_json::json;

    fn route() -> Route {
        Route::default_through(
            RouteTableId::existing("rtb-0a1"),
            InternetGatewayId::existing("igw-0a1"),
        )
    }

    #[test]
    fn a_target_is_written_under_the_property_of_its_kind() {
        assert_eq!(
            route().to_json(),
            json!({"RouteTableId": "rtb-0a1", "DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "igw-0a1"})
        );
        let through_nat = route().target(NatGatewayId::existing("nat-0a1"));
        assert_eq!(through_nat.to_json()["NatGatewayId"], "nat-0a1");
        assert_eq!(through_nat.to_json().get("GatewayId"), None);
    }

    #[test]
    fn whichever_target_changes_is_one_change() {
        assert_eq!(RouteChange::of("NatGatewayId"), Some(RouteChange::Target));
        assert_eq!(RouteChange::of("GatewayId"), Some(RouteChange::Target));
        assert_eq!(RouteChange::of("DestinationCidrBlock"), None);
    }

    #[test]
    fn targets_that_aws_refuses_are_reported() {
        assert_eq!(problems(route()), [""; 0]);
        let out = EgressOnlyInternetGatewayId::existing("eigw-0a1");
        assert_eq!(
            problems(route().target(out.clone())),
            ["`EgressOnlyInternetGatewayId` of `it` stands in a route for IPv4"]
        );
        assert_eq!(
            problems(route().destination(cidr!("::/0")).target(out)),
            [""; 0]
        );
        assert_eq!(
            problems(route().target(GatewayId::existing("nat-0a1"))),
            ["`GatewayId` of `it` is `nat-0a1`"]
        );
    }
}
