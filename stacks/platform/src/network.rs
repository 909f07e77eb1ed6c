//! Three zones, public and private subnets, one table for each sort, one NAT gateway.

use windlass::aws::ec2::{
    Eip, InternetGateway, NatGateway, Route, RouteTable, Subnet, SubnetId,
    SubnetRouteTableAssociation, Vpc, VpcGatewayAttachment,
};
use windlass::prelude::*;

/// The network of the services.
pub struct Network {
    pub vpc: Handle<Vpc>,
    pub public: Vec<Handle<Subnet>>,
    pub private: Vec<Handle<Subnet>>,
}

impl Network {
    pub fn public_ids(&self) -> impl Iterator<Item = Output<SubnetId>> {
        self.public.iter().map(Handle::<Subnet>::id)
    }

    pub fn private_ids(&self) -> impl Iterator<Item = Output<SubnetId>> {
        self.private.iter().map(Handle::<Subnet>::id)
    }
}

pub fn declare(cx: &mut Stack) -> Network {
    let vpc = Vpc::new(cidr!("10.0.0.0/16"))
        .enable_dns_hostnames(true)
        .enable_dns_support(true)
        .declare(cx, "vpc");
    let gateway = InternetGateway::new().declare(cx, "internet-gateway");
    let attachment =
        VpcGatewayAttachment::internet(vpc.id(), gateway.id()).declare(cx, "attachment");
    let public_table = RouteTable::new(vpc.id()).declare(cx, "public-routes");
    Route::default_through(public_table.id(), gateway.id())
        .depends_on(&attachment)
        .declare(cx, "to-internet");
    let specs = [
        Subnet::new(vpc.id(), cidr!("10.0.0.0/24")),
        Subnet::new(vpc.id(), cidr!("10.0.1.0/24")),
        Subnet::new(vpc.id(), cidr!("10.0.2.0/24")),
    ];
    let public = subnets(cx, "public", specs, &public_table);
    let address = Eip::new().declare(cx, "nat-address");
    let nat = NatGateway::public(public[0].id(), address.allocation_id()).declare(cx, "nat");
    let private_table = RouteTable::new(vpc.id()).declare(cx, "private-routes");
    Route::default_through(private_table.id(), nat.id()).declare(cx, "to-nat");
    let specs = [
        Subnet::new(vpc.id(), cidr!("10.0.16.0/24")),
        Subnet::new(vpc.id(), cidr!("10.0.17.0/24")),
        Subnet::new(vpc.id(), cidr!("10.0.18.0/24")),
    ];
    let private = subnets(cx, "private", specs, &private_table);
    Network {
        vpc,
        public,
        private,
    }
}

fn subnets(
    cx: &mut Stack,
    sort: &str,
    specs: [Subnet; 3],
    table: &Handle<RouteTable>,
) -> Vec<Handle<Subnet>> {
    let zones = ["a", "b", "c"].into_iter().zip(specs).enumerate();
    zones
        .map(|(index, (letter, spec))| {
            let zone = cx.zone(index);
            let subnet = spec
                .availability_zone(zone)
                .declare(cx, format!("{sort}-{letter}"));
            SubnetRouteTableAssociation::new(table.id(), subnet.id())
                .declare(cx, format!("{sort}-{letter}-routes"));
            subnet
        })
        .collect()
}
