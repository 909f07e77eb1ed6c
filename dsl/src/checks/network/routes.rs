//! Routes and the tables that hold them: one route per destination, targets in the same VPC, and a way to the internet where a NAT gateway needs it.

use serde_json::Value;

use super::{Declared, Network, name};
use crate::aws::ec2::{
    InternetGateway, NatGateway, Route, RouteTable, SubnetRouteTableAssociation, Vpc,
    VpcGatewayAttachment,
};
use crate::checks::declared::repeated;
use crate::codes;
use crate::diagnostics::Diagnostic;
use crate::expr::Expr;

const DESTINATIONS: [&str; 3] = [
    "DestinationCidrBlock",
    "DestinationIpv6CidrBlock",
    "DestinationPrefixListId",
];

/// Reports two routes for one destination in one table.
pub(super) fn taken_destinations(network: &Network<'_>) -> Vec<Diagnostic> {
    let keyed = network.all::<Route>().filter_map(|route| {
        let table = network.value(route, "RouteTableId")?;
        let destination = destination(network, route)?;
        Some(((table.to_string(), destination.to_string()), route))
    });
    let problem = |(first, second): (&Declared<'_>, &Declared<'_>)| {
        let table = network.value(second, "RouteTableId").unwrap_or_default();
        let to = destination(network, second).unwrap_or_default();
        let what = match to.as_str() {
            Some("0.0.0.0/0" | "::/0") => "default routes".to_owned(),
            _ => format!("routes for {}", name(&to)),
        };
        Diagnostic::error(
            codes::ROUTE_DESTINATION_TAKEN,
            format!("two {what} in {}: `{}` and `{}`", name(&table), first.address, second.address),
        )
        .at(second.source, format!("`{}` is for {} again", second.address, name(&to)))
        .at(first.source, format!("`{}` is for {}", first.address, name(&to)))
        .help("a table has one route per destination: remove one, or give the subnets that need it a table of their own")
    };
    repeated(keyed).into_iter().map(problem).collect()
}

fn destination(network: &Network<'_>, route: &Declared<'_>) -> Option<Value> {
    let mut given = DESTINATIONS.iter();
    given.find_map(|property| network.value(route, property))
}

/// Reports routes whose table and target belong to different VPCs, or whose internet gateway is attached to none.
pub(super) fn leaving(network: &Network<'_>) -> Vec<Diagnostic> {
    let leaving = |route: &Declared<'_>| {
        let vpc = network.vpc(network.referred(route, "RouteTableId")?)?;
        if let Some(nat) = network.referred(route, "NatGatewayId") {
            let other = network.vpc(nat)?;
            return network
                .differ(&vpc, &other)
                .then(|| into_another_vpc(route, nat, &vpc, &other));
        }
        let gateway = network
            .referred(route, "GatewayId")
            .filter(|gateway| gateway.is::<InternetGateway>())?;
        let attachments: Vec<_> = network
            .all::<VpcGatewayAttachment>()
            .filter(|attachment| {
                let attached = network.referred(attachment, "InternetGatewayId");
                attached.is_some_and(|attached| attached.address == gateway.address)
            })
            .filter_map(|attachment| network.vpc(attachment))
            .collect();
        if attachments.is_empty() {
            return Some(unattached(route, gateway, &vpc));
        }
        let others = attachments.iter().all(|other| network.differ(&vpc, other));
        others.then(|| into_another_vpc(route, gateway, &vpc, &attachments[0]))
    };
    network.all::<Route>().filter_map(leaving).collect()
}

fn into_another_vpc(
    route: &Declared<'_>,
    target: &Declared<'_>,
    vpc: &Value,
    other: &Value,
) -> Diagnostic {
    Diagnostic::error(
        codes::ROUTE_LEAVES_VPC,
        format!("route `{}` leads from one VPC into another", route.address),
    )
    .at(route.source, format!("its table belongs to {}", name(vpc)))
    .at(target.source, format!("`{}` belongs to {}", target.address, name(other)))
    .help("a route leads to a gateway of its own VPC; two VPCs are connected by peering or a transit gateway")
}

fn unattached(route: &Declared<'_>, gateway: &Declared<'_>, vpc: &Value) -> Diagnostic {
    Diagnostic::error(
        codes::ROUTE_LEAVES_VPC,
        format!(
            "route `{}` leads to `{}`, which is attached to no VPC",
            route.address, gateway.address
        ),
    )
    .at(route.source, format!("its table belongs to {}", name(vpc)))
    .at(gateway.source, "nothing attaches this gateway")
    .help("declare a `VpcGatewayAttachment::internet(vpc.id(), gateway.id())`")
}

/// Reports associations of a table with a subnet of another VPC.
pub(super) fn associated_elsewhere(network: &Network<'_>) -> Vec<Diagnostic> {
    let elsewhere = |association: &Declared<'_>| {
        let table = network.referred(association, "RouteTableId")?;
        let subnet = network.referred(association, "SubnetId")?;
        let (tables, subnets) = (network.vpc(table)?, network.vpc(subnet)?);
        if !network.differ(&tables, &subnets) {
            return None;
        }
        let message = format!(
            "`{}` gives subnet `{}` a route table of another VPC",
            association.address, subnet.address
        );
        let problem = Diagnostic::error(codes::ROUTE_LEAVES_VPC, message)
            .at(association.source, "associated here")
            .at(
                table.source,
                format!("`{}` belongs to {}", table.address, name(&tables)),
            )
            .at(
                subnet.source,
                format!("`{}` belongs to {}", subnet.address, name(&subnets)),
            )
            .help("a subnet uses a table of its own VPC");
        Some(problem)
    };
    let all = network.all::<SubnetRouteTableAssociation>();
    all.filter_map(elsewhere).collect()
}

/// Reports a subnet with two explicit route tables.
pub(super) fn associated_twice(network: &Network<'_>) -> Vec<Diagnostic> {
    let keyed = network
        .all::<SubnetRouteTableAssociation>()
        .filter_map(|association| {
            let subnet = network.value(association, "SubnetId")?;
            Some((subnet.to_string(), association))
        });
    let problem = |(first, second): (&Declared<'_>, &Declared<'_>)| {
        let subnet = network.value(second, "SubnetId").unwrap_or_default();
        Diagnostic::error(
            codes::SUBNET_HAS_TWO_TABLES,
            format!("subnet {} has two route tables", name(&subnet)),
        )
        .at(second.source, format!("`{}` gives it another one", second.address))
        .at(first.source, format!("`{}` gives it one", first.address))
        .help("a subnet uses one table: remove an association, and put all routes into the table that stays")
    };
    repeated(keyed).into_iter().map(problem).collect()
}

/// Reports public NAT gateways in a subnet whose table has no way to the internet.
pub(super) fn nat_without_way_out(network: &Network<'_>) -> Vec<Diagnostic> {
    let stranded = |nat: &Declared<'_>| {
        let kind = nat.spec.get("ConnectivityType");
        let public = kind.is_none_or(|kind| kind.as_str() == Some("public"));
        let subnet = network.referred(nat, "SubnetId").filter(|_| public)?;
        let association = network
            .all::<SubnetRouteTableAssociation>()
            .find(|association| {
                let associated = network.referred(association, "SubnetId");
                associated.is_some_and(|associated| associated.address == subnet.address)
            });
        let reason = match association {
            Some(association) => {
                let table = network.referred(association, "RouteTableId");
                let table = table.filter(|table| table.is::<RouteTable>())?;
                if leads_out(network, table) {
                    return None;
                }
                (
                    table,
                    format!(
                        "`{}` has no default route to an internet gateway",
                        table.address
                    ),
                )
            }
            // Only for a VPC that this stack declares do we know that its main table leads nowhere.
            None => {
                let vpc = network
                    .referred(subnet, "VpcId")
                    .filter(|vpc| vpc.is::<Vpc>())?;
                (
                    subnet,
                    format!(
                        "`{}` uses the main route table of `{}`",
                        subnet.address, vpc.address
                    ),
                )
            }
        };
        let message = format!(
            "nothing leads from NAT gateway `{}` to the internet",
            nat.address
        );
        let problem = Diagnostic::error(codes::NAT_WITHOUT_WAY_OUT, message)
            .at(nat.source, format!("it stands in `{}`", subnet.address))
            .at(reason.0.source, reason.1)
            .help("a public NAT gateway stands in a public subnet: one whose table has `Route::default_through(table.id(), internet_gateway.id())`");
        Some(problem)
    };
    network.all::<NatGateway>().filter_map(stranded).collect()
}

/// Whether a table has a default route through a gateway, or one that cannot be checked.
fn leads_out(network: &Network<'_>, table: &Declared<'_>) -> bool {
    network.all::<Route>().any(|route| {
        let of_table = network.referred(route, "RouteTableId");
        if of_table.is_none_or(|of| of.address != table.address) {
            return false;
        }
        let everything = network
            .value(route, "DestinationCidrBlock")
            .is_some_and(|range| match Expr::of(&range) {
                Ok(None) => range == "0.0.0.0/0",
                _ => true,
            });
        // Traffic through an appliance or another network has a way out that this check cannot see.
        everything && !route.gives("NatGatewayId") || route.gives("DestinationPrefixListId")
    })
}

#[cfg(test)]
mod tests {
    use super::super::testing::{lines, said};
    use crate::aws::ec2::{
        AllocationId, InternetGateway, NatGateway, NatGatewayId, Route, RouteTable, RouteTableId,
        Subnet, SubnetId, SubnetRouteTableAssociation, TransitGatewayId, Vpc, VpcGatewayAttachment,
    };
    use crate::cidr;
    use crate::resource::{Declare, Handle};
    use crate::stack::Stack;

    fn address() -> AllocationId {
        AllocationId::existing("eipalloc-0a1")
    }

    fn vpc_with_gateway(cx: &mut Stack, prefix: &str) -> (Handle<Vpc>, Handle<InternetGateway>) {
        let vpc = Vpc::new(cidr!("10.0.0.0/16")).declare(cx, format!("{prefix}vpc"));
        let gateway = InternetGateway::new().declare(cx, format!("{prefix}gateway"));
        VpcGatewayAttachment::internet(vpc.id(), gateway.id())
            .declare(cx, format!("{prefix}attachment"));
        (vpc, gateway)
    }

    #[test]
    fn two_default_routes_in_one_table_are_reported() {
        let document = lines(|cx| {
            let (vpc, gateway) = vpc_with_gateway(cx, "");
            let table = RouteTable::new(vpc.id()).declare(cx, "table");
            Route::default_through(table.id(), gateway.id()).declare(cx, "out");
            Route::default_through(table.id(), NatGatewayId::existing("nat-0a1")).declare(cx, "in");
            Route::new(table.id(), cidr!("::/0"), gateway.id()).declare(cx, "out-6");
        });
        assert_eq!(
            said(&document),
            ["WL-0102 two default routes in `table`: `out` and `in`"]
        );
    }

    #[test]
    fn one_destination_in_two_tables_is_fine() {
        let document = lines(|cx| {
            for table in ["rtb-0a1", "rtb-0b2"] {
                let nat = NatGatewayId::existing("nat-0a1");
                Route::default_through(RouteTableId::existing(table), nat).declare(cx, table);
            }
        });
        assert_eq!(said(&document), [""; 0]);
    }

    #[test]
    fn a_route_into_another_vpc_is_reported() {
        let document = lines(|cx| {
            let (vpc, _) = vpc_with_gateway(cx, "");
            let (_, other) = vpc_with_gateway(cx, "other-");
            let table = RouteTable::new(vpc.id()).declare(cx, "table");
            Route::default_through(table.id(), other.id()).declare(cx, "out");
        });
        assert_eq!(
            said(&document),
            ["WL-0103 route `out` leads from one VPC into another"]
        );
    }

    #[test]
    fn a_route_to_a_gateway_that_nothing_attaches_is_reported() {
        let document = lines(|cx| {
            let vpc = Vpc::new(cidr!("10.0.0.0/16")).declare(cx, "vpc");
            let gateway = InternetGateway::new().declare(cx, "gateway");
            let table = RouteTable::new(vpc.id()).declare(cx, "table");
            Route::default_through(table.id(), gateway.id()).declare(cx, "out");
        });
        assert_eq!(
            said(&document),
            ["WL-0103 route `out` leads to `gateway`, which is attached to no VPC"]
        );
    }

    #[test]
    fn a_nat_gateway_of_another_vpc_is_reported() {
        let document = lines(|cx| {
            let (vpc, gateway) = vpc_with_gateway(cx, "");
            let (other, _) = vpc_with_gateway(cx, "other-");
            let public = Subnet::new(vpc.id(), cidr!("10.0.0.0/24")).declare(cx, "public");
            let table = RouteTable::new(vpc.id()).declare(cx, "table");
            Route::default_through(table.id(), gateway.id()).declare(cx, "out");
            SubnetRouteTableAssociation::new(table.id(), public.id()).declare(cx, "association");
            let nat = NatGateway::public(public.id(), address()).declare(cx, "nat");
            let private = RouteTable::new(other.id()).declare(cx, "private");
            Route::default_through(private.id(), nat.id()).declare(cx, "through");
        });
        assert_eq!(
            said(&document),
            ["WL-0103 route `through` leads from one VPC into another"]
        );
    }

    #[test]
    fn a_table_of_another_vpc_and_a_second_table_are_reported() {
        let document = lines(|cx| {
            let vpc = Vpc::new(cidr!("10.0.0.0/16")).declare(cx, "vpc");
            let other = Vpc::new(cidr!("10.1.0.0/16")).declare(cx, "other");
            let subnet = Subnet::new(vpc.id(), cidr!("10.0.0.0/24")).declare(cx, "subnet");
            let table = RouteTable::new(vpc.id()).declare(cx, "table");
            let foreign = RouteTable::new(other.id()).declare(cx, "foreign");
            SubnetRouteTableAssociation::new(table.id(), subnet.id()).declare(cx, "first");
            SubnetRouteTableAssociation::new(foreign.id(), subnet.id()).declare(cx, "second");
        });
        assert_eq!(
            said(&document),
            [
                "WL-0103 `second` gives subnet `subnet` a route table of another VPC",
                "WL-0105 subnet `subnet` has two route tables",
            ]
        );
    }

    #[test]
    fn a_nat_gateway_without_a_way_out_is_reported() {
        let document = lines(|cx| {
            let (vpc, gateway) = vpc_with_gateway(cx, "");
            let private = Subnet::new(vpc.id(), cidr!("10.0.0.0/24")).declare(cx, "private");
            let table = RouteTable::new(vpc.id()).declare(cx, "table");
            Route::new(table.id(), cidr!("::/0"), gateway.id()).declare(cx, "out-6");
            SubnetRouteTableAssociation::new(table.id(), private.id()).declare(cx, "association");
            NatGateway::public(private.id(), address()).declare(cx, "nat-a");
            let alone = Subnet::new(vpc.id(), cidr!("10.0.1.0/24")).declare(cx, "alone");
            NatGateway::public(alone.id(), address()).declare(cx, "nat-b");
        });
        assert_eq!(
            said(&document),
            [
                "WL-0104 nothing leads from NAT gateway `nat-a` to the internet",
                "WL-0104 nothing leads from NAT gateway `nat-b` to the internet",
            ]
        );
    }

    #[test]
    fn private_nat_gateways_and_ways_that_cannot_be_seen_are_left_alone() {
        let document = lines(|cx| {
            let vpc = Vpc::new(cidr!("10.0.0.0/16")).declare(cx, "vpc");
            let subnet = Subnet::new(vpc.id(), cidr!("10.0.0.0/24")).declare(cx, "subnet");
            NatGateway::private(subnet.id()).declare(cx, "private");
            NatGateway::public(SubnetId::existing("subnet-0a1"), address()).declare(cx, "existing");
            let inspected = Subnet::new(vpc.id(), cidr!("10.0.1.0/24")).declare(cx, "inspected");
            let table = RouteTable::new(vpc.id()).declare(cx, "table");
            let transit = TransitGatewayId::existing("tgw-0a1");
            Route::default_through(table.id(), transit).declare(cx, "out");
            SubnetRouteTableAssociation::new(table.id(), inspected.id()).declare(cx, "association");
            NatGateway::public(inspected.id(), address()).declare(cx, "nat");
        });
        assert_eq!(said(&document), [""; 0]);
    }
}
