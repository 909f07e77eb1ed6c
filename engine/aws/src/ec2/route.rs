//! The life cycle of `AWS::EC2::Route`. A route has no identifier, tags or client token: its table and destination identify it. AWS returns a Gateway
//! Load Balancer endpoint in the gateway's member, and an instance's network interface beside the instance.

use aws_sdk_ec2::types::Route as SdkRoute;
use windlass::aws::ec2::{
    Route, RouteChange, RouteDestinationResolved as Destination, RouteResolved,
    RouteTargetResolved as Target,
};

use super::{route_tables, tags};
use crate::prelude::*;

lives!(Route => RouteLifecycle);

pub struct RouteLifecycle;

const CREATE: &str = "ec2:CreateRoute";
const REPLACE: &str = "ec2:ReplaceRoute";

// The applied spec decides what is observed.
tables! { windlass::aws::ec2 => aws_sdk_ec2;
    Route => create_route | _;
    Route => replace_route | _;
}

impl Lifecycle for RouteLifecycle {
    type Kind = Route;
    const DELETION: Deletion = Deletion::AtOnce;
    const IS_MARKED: bool = false;

    fn want(subject: &Subject<Self>, wants: &mut Wants) {
        route_tables::want_table(subject.applied.route_table_id.as_str(), wants);
    }

    fn observe(subject: &Subject<Self>, answers: &Answers) -> Result<Option<Observed>> {
        let spec = &subject.applied;
        let table = route_tables::table(spec.route_table_id.as_str(), answers)?;
        let mut routes = table
            .and_then(|table| table.routes.as_deref())
            .into_iter()
            .flatten();
        let route = routes.find(|route| is_for(route, &spec.destination));
        Ok(route.map(|route| {
            let (destination, to) = destination(&spec.destination);
            let (target, through) = target(route, &spec.target).unzip();
            let properties = Block::new()
                .set("RouteTableId", Some(spec.route_table_id.as_str()))
                .set(destination, Some(to));
            Observed {
                properties: match target {
                    Some(target) => properties.set(target, through),
                    None => properties,
                },
                outputs: route_outputs(spec),
            }
        }))
    }

    async fn create(cx: &Context, spec: &RouteResolved, _intent: &IntentId) -> Result<Made> {
        let request = spec.fill(cx.ec2().create_route());
        request.send().await.named(CREATE)?;
        Ok(made(spec))
    }

    async fn update(
        cx: &Context,
        _subject: &Subject<Self>,
        to: &RouteResolved,
        changes: &[RouteChange],
    ) -> Result<Outputs> {
        for change in changes {
            match change {
                RouteChange::Target => {
                    let request = to.fill(cx.ec2().replace_route());
                    request.send().await.named(REPLACE)?;
                }
            }
        }
        Ok(Outputs::new())
    }

    async fn delete(cx: &Context, subject: &Subject<Self>) -> Result<()> {
        let spec = &subject.applied;
        let request = cx.ec2().delete_route();
        let request = request.route_table_id(spec.route_table_id.as_str());
        let request = match &spec.destination {
            Destination::DestinationCidrBlock(range) => {
                request.destination_cidr_block(range.to_string())
            }
            Destination::DestinationIpv6CidrBlock(range) => {
                request.destination_ipv6_cidr_block(range.to_string())
            }
            Destination::DestinationPrefixListId(list) => {
                request.destination_prefix_list_id(list.as_str())
            }
        };
        request.send().await.named("ec2:DeleteRoute").map(drop)
    }

    async fn find(cx: &Context, spec: &RouteResolved, _intent: &IntentId) -> Result<FoundOne> {
        let table = spec.route_table_id.as_str();
        let found = route_tables::by_id(cx, table).await?;
        let mut routes = found.iter().flat_map(|table| table.routes());
        let Some(route) = routes.find(|route| is_for(route, &spec.destination)) else {
            return Ok(tags::ours_or_nothing(None));
        };
        let leads_to = target(route, &spec.target)
            .map(|(_, id)| id)
            .unwrap_or_default();
        Ok(if leads_to == wanted(&spec.target) {
            FoundOne::Ours(made(spec))
        } else {
            let (_, to) = destination(&spec.destination);
            FoundOne::Foreign(format!("in {table}, {to} goes to {leads_to}"))
        })
    }
}

fn destination(destination: &Destination) -> (&'static str, String) {
    match destination {
        Destination::DestinationCidrBlock(range) => ("DestinationCidrBlock", range.to_string()),
        Destination::DestinationIpv6CidrBlock(range) => {
            ("DestinationIpv6CidrBlock", range.to_string())
        }
        Destination::DestinationPrefixListId(list) => ("DestinationPrefixListId", list.to_string()),
    }
}

/// Whether a route of AWS's answer has this destination. The function compares address ranges, not texts, because an IPv6 range has many spellings.
fn is_for(route: &SdkRoute, destination: &Destination) -> bool {
    match destination {
        Destination::DestinationCidrBlock(range) => {
            let given = route.destination_cidr_block.as_deref();
            given.and_then(|text| text.parse().ok()) == Some(*range)
        }
        Destination::DestinationIpv6CidrBlock(range) => {
            let given = route.destination_ipv6_cidr_block.as_deref();
            given.and_then(|text| text.parse().ok()) == Some(*range)
        }
        Destination::DestinationPrefixListId(list) => {
            route.destination_prefix_list_id.as_deref() == Some(list.as_str())
        }
    }
}

/// The target of a route in AWS's answer, under the property that the author would have written.
fn target(route: &SdkRoute, applied: &Target) -> Option<(&'static str, String)> {
    let endpoint = |id: &&String| id.starts_with("vpce-");
    let gateway = route.gateway_id.as_ref();
    let instance = match applied {
        Target::NetworkInterfaceId(_) => None,
        _ => route.instance_id.as_ref(),
    };
    let given = [
        ("CarrierGatewayId", route.carrier_gateway_id.as_ref()),
        ("CoreNetworkArn", route.core_network_arn.as_ref()),
        (
            "EgressOnlyInternetGatewayId",
            route.egress_only_internet_gateway_id.as_ref(),
        ),
        ("VpcEndpointId", gateway.filter(endpoint)),
        ("GatewayId", gateway),
        ("LocalGatewayId", route.local_gateway_id.as_ref()),
        ("NatGatewayId", route.nat_gateway_id.as_ref()),
        ("OdbNetworkArn", route.odb_network_arn.as_ref()),
        ("TransitGatewayId", route.transit_gateway_id.as_ref()),
        (
            "VpcPeeringConnectionId",
            route.vpc_peering_connection_id.as_ref(),
        ),
        ("InstanceId", instance),
        ("NetworkInterfaceId", route.network_interface_id.as_ref()),
    ];
    let mut given = given.into_iter();
    given.find_map(|(property, id)| Some((property, id?.clone())))
}

fn wanted(target: &Target) -> &str {
    match target {
        Target::CarrierGatewayId(id) => id.as_str(),
        Target::CoreNetworkArn(arn) => arn.as_str(),
        Target::EgressOnlyInternetGatewayId(id) => id.as_str(),
        Target::GatewayId(id) => id.as_str(),
        Target::InstanceId(id) => id.as_str(),
        Target::LocalGatewayId(id) => id.as_str(),
        Target::NatGatewayId(id) => id.as_str(),
        Target::NetworkInterfaceId(id) => id.as_str(),
        Target::OdbNetworkArn(arn) => arn.as_str(),
        Target::TransitGatewayId(id) => id.as_str(),
        Target::VpcEndpointId(id) => id.as_str(),
        Target::VpcPeeringConnectionId(id) => id.as_str(),
    }
}

/// CloudFormation's identifier: the table and the destination.
fn made(spec: &RouteResolved) -> Made {
    let (_, to) = destination(&spec.destination);
    Made {
        id: format!("{}|{to}", spec.route_table_id),
        outputs: route_outputs(spec),
    }
}

fn route_outputs(spec: &RouteResolved) -> Outputs {
    outputs([("CidrBlock", Some(destination(&spec.destination).1))])
}
