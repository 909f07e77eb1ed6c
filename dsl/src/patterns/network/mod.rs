//! A VPC over several zones, with public and private subnets and their ways to the internet.
//!
//! The position of a zone decides its ranges and addresses, so that adding a zone moves nothing. Every private subnet has its own route table, so that
//! a change of [`Nat`] only changes routes.
//!
//! Not here: endpoints for AWS services, peering, IPv6.

mod layout;
#[cfg(test)]
mod tests;

use std::fmt;

use ipnet::Ipv4Net;

use self::layout::Layout;
use crate::aws::ec2::{
    Eip, InternetGateway, NatGateway, Route, RouteTable, Subnet, SubnetId,
    SubnetRouteTableAssociation, Vpc, VpcGatewayAttachment,
};
use crate::cidr;
use crate::resource::{Configured, Declare, Handle};
use crate::stack::Stack;
use crate::value::Output;

/// The maximum number of zones of a network: the number of zones of the largest AWS Region.
pub const MAX_ZONES: usize = 6;

/// A number of availability zones: `3.zones()`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Zones(pub usize);

/// Number types that can count zones.
pub trait ZoneCount {
    /// A number of availability zones: the first ones, by name, that are open to the account.
    fn zones(self) -> Zones;
}

impl ZoneCount for usize {
    fn zones(self) -> Zones {
        Zones(self)
    }
}

/// How private subnets reach the internet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nat {
    /// Private subnets cannot reach the internet.
    None,
    /// Through one NAT gateway, in the first zone: the cheapest way, but it fails with that zone.
    Single,
    /// Through a NAT gateway in each zone.
    PerZone,
}

/// A declared network: the handles of all its parts.
#[derive(Debug, Clone)]
pub struct Network {
    /// The VPC: `vpc`.
    pub vpc: Handle<Vpc>,
    /// The internet gateway: `internet-gateway`.
    pub internet_gateway: Handle<InternetGateway>,
    /// The attachment of the internet gateway to the VPC: `attachment`.
    pub attachment: Handle<VpcGatewayAttachment>,
    /// The public subnets, one for each zone: `public-a`, `public-b`, …
    pub public: Vec<Handle<Subnet>>,
    /// The private subnets, one for each zone: `private-a`, `private-b`, …
    pub private: Vec<Handle<Subnet>>,
    /// The route table of the public subnets: `public-routes`.
    pub public_routes: Handle<RouteTable>,
    /// The route tables of the private subnets, one for each zone: `private-a-routes`, …
    pub private_routes: Vec<Handle<RouteTable>>,
    /// The NAT gateways: `nat-a`, …
    pub nat: Vec<Handle<NatGateway>>,
    /// The addresses of the NAT gateways, which connections from private subnets come from: `nat-a-address`, …
    pub nat_addresses: Vec<Handle<Eip>>,
}

impl Network {
    /// A network over the first zones that are open to the account. By default it has a single NAT gateway and the range 10.0.0.0/16.
    ///
    /// ```
    /// use windlass::patterns::{Nat, Network, ZoneCount};
    ///
    /// # let stack = |cx: &mut windlass::Stack| -> windlass::Result {
    /// let network = Network::over(3.zones()).nat(Nat::PerZone).declare(cx, "network");
    /// cx.output("vpc", network.vpc.id().text());
    /// # assert_eq!(network.private[2].address().as_str(), "network/private-c");
    /// # Ok(())
    /// # };
    /// # assert_eq!(windlass::Stack::test("t", stack, windlass::request::Request::offline("us-east-1")).problems, []);
    /// ```
    pub fn over(zones: Zones) -> NetworkDesign {
        NetworkDesign {
            zones,
            range: cidr!("10.0.0.0/16"),
            nat: Nat::Single,
            changes: Vec::new(),
        }
    }

    /// The ids of the public subnets, in order of the zones.
    pub fn public_ids(&self) -> impl Iterator<Item = Output<SubnetId>> {
        self.public.iter().map(Handle::<Subnet>::id)
    }

    /// The ids of the private subnets, in order of the zones.
    pub fn private_ids(&self) -> impl Iterator<Item = Output<SubnetId>> {
        self.private.iter().map(Handle::<Subnet>::id)
    }
}

type Change = Box<dyn FnOnce(&mut NetworkParts)>;

/// A network that has not been declared yet.
#[must_use = "a network is made by `declare`"]
pub struct NetworkDesign {
    zones: Zones,
    range: Ipv4Net,
    nat: Nat,
    changes: Vec<Change>,
}

impl fmt::Debug for NetworkDesign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            zones,
            range,
            nat,
            changes,
        } = self;
        write!(
            f,
            "a network over {} zones with {range}, NAT {nat:?}, {} changes",
            zones.0,
            changes.len()
        )
    }
}

impl NetworkDesign {
    /// How private subnets reach the internet. By default, through a single NAT gateway.
    pub fn nat(mut self, nat: Nat) -> Self {
        self.nat = nat;
        self
    }

    /// The VPC's range, `/16` to `/22`. By default 10.0.0.0/16.
    ///
    /// Each private subnet gets an eighth of it, each public subnet an eighth of an eighth. The second eighth stays free.
    pub fn range(mut self, range: Ipv4Net) -> Self {
        self.range = range;
        self
    }

    /// Changes the parts of the network before they are declared: any property and any option of any part.
    ///
    /// ```
    /// use windlass::patterns::{Network, ZoneCount};
    ///
    /// # let stack = |cx: &mut windlass::Stack| -> windlass::Result {
    /// let network = Network::over(2.zones())
    ///     .change(|parts| {
    ///         parts.vpc.options.protect = true;
    ///         for zone in &mut parts.zones {
    ///             zone.public.spec.map_public_ip_on_launch = Some(true.into());
    ///         }
    ///     })
    ///     .declare(cx, "network");
    /// # Ok(())
    /// # };
    /// # assert_eq!(windlass::Stack::test("t", stack, windlass::request::Request::offline("us-east-1")).problems, []);
    /// ```
    pub fn change(mut self, change: impl FnOnce(&mut NetworkParts) + 'static) -> Self {
        self.changes.push(Box::new(change));
        self
    }

    /// Declares the network's parts below a name.
    #[track_caller]
    pub fn declare(self, cx: &mut Stack, name: impl AsRef<str>) -> Network {
        let Self {
            zones,
            range,
            nat,
            changes,
        } = self;
        let parts = |cx: &mut Stack| {
            let layout = Layout::fitting(cx, zones, range);
            let mut parts = NetworkParts::new(cx, &layout, nat);
            for change in changes {
                change(&mut parts);
            }
            parts.declare(cx)
        };
        cx.pattern(|cx| cx.within(name.as_ref(), parts))
    }
}

/// The parts of a network, before they are declared.
#[derive(Debug, Clone)]
pub struct NetworkParts {
    pub vpc: Configured<Vpc>,
    pub internet_gateway: Configured<InternetGateway>,
    /// The attachment of the internet gateway to the VPC.
    pub attachment: Configured<VpcGatewayAttachment>,
    /// The route table of the public subnets.
    pub public_routes: Configured<RouteTable>,
    /// The route of the public subnets to the internet gateway.
    pub public_default_route: Configured<Route>,
    /// The parts in each zone.
    pub zones: Vec<ZoneParts>,
}

/// The parts of a network in one zone, before they are declared.
#[derive(Debug, Clone)]
pub struct ZoneParts {
    /// The last letter in the names of the zone's parts: `a` for the first zone.
    pub letter: char,
    /// The public subnet.
    pub public: Configured<Subnet>,
    /// The association of the public subnet with its route table.
    pub public_association: Configured<SubnetRouteTableAssociation>,
    /// The private subnet.
    pub private: Configured<Subnet>,
    /// The route table of the private subnet.
    pub private_routes: Configured<RouteTable>,
    /// The route of the private subnet to a NAT gateway.
    pub private_default_route: Option<Configured<Route>>,
    /// The association of the private subnet with its route table.
    pub private_association: Configured<SubnetRouteTableAssociation>,
    /// The zone's NAT gateway.
    pub nat: Option<NatParts>,
}

/// A NAT gateway with its address, before it is declared.
#[derive(Debug, Clone)]
pub struct NatParts {
    pub address: Configured<Eip>,
    /// The gateway, in the zone's public subnet.
    pub gateway: Configured<NatGateway>,
}

impl NetworkParts {
    fn new(cx: &Stack, layout: &Layout, nat: Nat) -> Self {
        let vpc = cx.handle_to::<Vpc>("vpc");
        let gateway = cx.handle_to::<InternetGateway>("internet-gateway");
        let public_routes = cx.handle_to::<RouteTable>("public-routes");
        let named = |name: &str| console_name(cx, name);
        let ranges = layout.public.iter().zip(&layout.private);
        let zones = ranges
            .enumerate()
            .map(|(zone, (public, private))| ZoneParts::new(cx, zone, *public, *private, nat));
        Self {
            vpc: Vpc::new(layout.whole)
                .enable_dns_hostnames(true)
                .tag("Name", named("vpc"))
                .configured(),
            internet_gateway: InternetGateway::new()
                .tag("Name", named("internet-gateway"))
                .configured(),
            attachment: VpcGatewayAttachment::internet(vpc.id(), gateway.id()).configured(),
            public_routes: RouteTable::new(vpc.id())
                .tag("Name", named("public-routes"))
                .configured(),
            public_default_route: Route::default_through(public_routes.id(), gateway.id())
                .configured(),
            zones: zones.collect(),
        }
    }

    #[track_caller]
    fn declare(self, cx: &mut Stack) -> Network {
        let mut network = Network {
            vpc: self.vpc.declare(cx, "vpc"),
            internet_gateway: self.internet_gateway.declare(cx, "internet-gateway"),
            attachment: self.attachment.declare(cx, "attachment"),
            public: Vec::new(),
            private: Vec::new(),
            public_routes: self.public_routes.declare(cx, "public-routes"),
            private_routes: Vec::new(),
            nat: Vec::new(),
            nat_addresses: Vec::new(),
        };
        self.public_default_route
            .declare(cx, "public-default-route");
        for zone in self.zones {
            zone.declare(cx, &mut network);
        }
        network
    }
}

impl ZoneParts {
    fn new(cx: &Stack, zone: usize, public: Ipv4Net, private: Ipv4Net, nat: Nat) -> Self {
        let letter = letter(zone);
        let at = |part: &str| format!("{part}-{letter}");
        let vpc = cx.handle_to::<Vpc>("vpc");
        let subnet = |kind: &str, range: Ipv4Net| {
            let subnet = Subnet::new(vpc.id(), range).tag("Name", console_name(cx, &at(kind)));
            let open = !cx.zones().is_empty();
            let subnet = if open {
                subnet.availability_zone(cx.zone(zone))
            } else {
                subnet
            };
            subnet.configured()
        };
        let public_subnet = cx.handle_to::<Subnet>(&at("public"));
        let private_subnet = cx.handle_to::<Subnet>(&at("private"));
        let public_routes = cx.handle_to::<RouteTable>("public-routes");
        let routes = format!("private-{letter}-routes");
        let private_routes = cx.handle_to::<RouteTable>(&routes);
        let through = match nat {
            Nat::None => None,
            Nat::Single => Some(self::letter(0)),
            Nat::PerZone => Some(letter),
        };
        let default_route = through.map(|nat| {
            let nat = cx.handle_to::<NatGateway>(&format!("nat-{nat}"));
            Route::default_through(private_routes.id(), nat.id()).configured()
        });
        Self {
            letter,
            public: subnet("public", public),
            public_association: SubnetRouteTableAssociation::new(
                public_routes.id(),
                public_subnet.id(),
            )
            .configured(),
            private: subnet("private", private),
            private_routes: RouteTable::new(vpc.id())
                .tag("Name", console_name(cx, &routes))
                .configured(),
            private_default_route: default_route,
            private_association: SubnetRouteTableAssociation::new(
                private_routes.id(),
                private_subnet.id(),
            )
            .configured(),
            nat: (through == Some(letter)).then(|| NatParts::new(cx, letter, &public_subnet)),
        }
    }

    #[track_caller]
    fn declare(self, cx: &mut Stack, network: &mut Network) {
        let letter = self.letter;
        network
            .public
            .push(self.public.declare(cx, format!("public-{letter}")));
        self.public_association
            .declare(cx, format!("public-{letter}-association"));
        network
            .private
            .push(self.private.declare(cx, format!("private-{letter}")));
        let routes = self
            .private_routes
            .declare(cx, format!("private-{letter}-routes"));
        network.private_routes.push(routes);
        self.private_association
            .declare(cx, format!("private-{letter}-association"));
        if let Some(nat) = self.nat {
            let address = nat.address.declare(cx, format!("nat-{letter}-address"));
            network.nat_addresses.push(address);
            network
                .nat
                .push(nat.gateway.declare(cx, format!("nat-{letter}")));
        }
        if let Some(route) = self.private_default_route {
            route.declare(cx, format!("private-{letter}-default-route"));
        }
    }
}

impl NatParts {
    fn new(cx: &Stack, letter: char, subnet: &Handle<Subnet>) -> Self {
        let name = format!("nat-{letter}");
        let address_name = format!("{name}-address");
        let address = cx.handle_to::<Eip>(&address_name);
        Self {
            address: Eip::new()
                .tag("Name", console_name(cx, &address_name))
                .configured(),
            gateway: NatGateway::public(subnet.id(), address.allocation_id())
                .tag("Name", console_name(cx, &name))
                .configured(),
        }
    }
}

/// The letter of a zone by its position. It is not AWS's letter, so addresses are the same in every account and Region.
fn letter(zone: usize) -> char {
    let letters = ['a', 'b', 'c', 'd', 'e', 'f'];
    letters[zone % MAX_ZONES]
}

/// The tag that AWS's console shows as the name.
fn console_name(cx: &Stack, part: &str) -> String {
    let scope = cx.scope().map(|scope| scope.as_str().replace('/', "-"));
    let scope = scope.unwrap_or_default();
    format!("{}-{}-{scope}-{part}", cx.name(), cx.environment())
}
