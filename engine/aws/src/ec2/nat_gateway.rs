//! The life cycle of `AWS::EC2::NatGateway`. AWS shows a deleted gateway for about another hour, and removes a failed gateway by itself in that time.
//! Both count as missing, so Windlass creates another one.
//!
//! Not here: changes of its addresses (`nat_gateway_addresses`).

use aws_sdk_ec2::types::{
    AutoProvisionZonesState, AutoScalingIpsState, NatGateway as SdkNatGateway,
    NatGatewayState as State, ResourceType,
};
use windlass::aws::ec2::{
    NatGateway, NatGatewayChange, NatGatewayPlaceResolved as NatPlace, NatGatewayResolved,
    NatSecondaryAddressesResolved as Secondary,
};

use super::filtered::{by_filter, found_by_intent};
use super::nat_gateway_addresses as addresses;
use super::tags;
use crate::error::missing;
use crate::prelude::*;
use crate::services::own;

lives!(NatGateway => NatGatewayLifecycle);

pub struct NatGatewayLifecycle;

pub const CREATE: &str = "ec2:CreateNatGateway";
pub const DESCRIBE: &str = "ec2:DescribeNatGateways";

// The applied spec decides which addresses are observed, and under which property.
tables! { windlass::aws::ec2 => aws_sdk_ec2;
    NatZoneAddresses => AvailabilityZoneAddress | _ { "AllocationIds" always; }
    NatGateway => create_nat_gateway | NatGateway {
        "AllocationId" not shown;
        "SecondaryAllocationIds" not shown;
        "PrivateIpAddress" not shown;
        "AvailabilityZoneAddresses" not shown;
        "MaxDrainDurationSeconds" not sent;
        place { "SubnetId" not shown; "VpcId" not shown; }
        secondary_private_addresses {
            "SecondaryPrivateIpAddresses" not shown;
            "SecondaryPrivateIpAddressCount" not shown;
        }
    }
}

by_filter! {
    /// NAT gateways by id, including deleted ones that AWS still shows.
    NatGateways: NatGateway by "nat-gateway-id", describe_nat_gateways.filter, DESCRIBE
}

impl Described for SdkNatGateway {
    fn id(&self) -> Option<String> {
        self.nat_gateway_id.clone()
    }

    fn outputs(&self) -> Outputs {
        let all = self.nat_gateway_addresses.as_deref().unwrap_or_default();
        let interface = addresses::primary(all).and_then(|one| one.network_interface_id.clone());
        let zones = self.auto_provision_zones.as_ref();
        let ips = self.auto_scaling_ips.as_ref();
        outputs([
            ("NatGatewayId", self.id()),
            ("EniId", interface),
            ("RouteTableId", self.route_table_id.clone()),
            (
                "AutoProvisionZones",
                zones.map(|state: &AutoProvisionZonesState| state.as_str().to_owned()),
            ),
            (
                "AutoScalingIps",
                ips.map(|state: &AutoScalingIpsState| state.as_str().to_owned()),
            ),
        ])
    }

    fn properties(&self) -> Block {
        self.block().tags("Tags", tags::pairs(self.tags.as_deref()))
    }

    /// Whether the gateway works or will soon work.
    fn stays(&self) -> bool {
        !matches!(
            self.state,
            Some(State::Deleting | State::Deleted | State::Failed)
        )
    }
}

impl Lifecycle for NatGatewayLifecycle {
    type Kind = NatGateway;
    const DELETION: Deletion = Deletion::InBackground;
    const TIMING: Timing = Timing::USUAL.polled(250, 8_000).taking(95, 60);
    const IS_LISTED: bool = true;
    const WORDINGS: &'static [Wording] = &[
        Wording::new(&[CREATE], &["InvalidSubnet"], ErrorClass::NotFound)
            .saying(&["was not found"]),
        // An address that was just disassociated is free when its connections have drained: after 350 seconds, unless the author wrote another duration.
        // <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DisassociateNatGatewayAddress.html>
        // A gateway that AWS is deleting holds its address for about a minute.
        Wording::new(
            &[addresses::ASSOCIATE, CREATE],
            &["Resource.AlreadyAssociated"],
            ErrorClass::Busy,
        ),
    ];

    fn bucket(_: Action) -> Option<Limit> {
        Some(own(10, 1.0))
    }

    found_by_intent!(NatGateways);

    fn want(subject: &Subject<Self>, wants: &mut Wants) {
        wants.want::<NatGateways>(subject.id.clone());
    }

    fn observe(subject: &Subject<Self>, answers: &Answers) -> Result<Option<Observed>> {
        let gateway = answers.get::<NatGateways>(&subject.id)?;
        let gateway = gateway.filter(|gateway| gateway.stays());
        Ok(gateway.map(|gateway| Observed {
            properties: properties(gateway, &subject.applied),
            outputs: gateway.outputs(),
        }))
    }

    async fn create(cx: &Context, spec: &NatGatewayResolved, intent: &IntentId) -> Result<Made> {
        addresses::are_free(cx, spec).await?;
        let tags = tags::specification(cx, ResourceType::Natgateway, &spec.tags, intent);
        let call = spec.fill(cx.ec2().create_nat_gateway());
        let call = call.client_token(&intent.0).tag_specifications(tags);
        let answer = call.send().await.named(CREATE)?;
        made(answer.nat_gateway.as_ref(), CREATE)
    }

    async fn update(
        cx: &Context,
        subject: &Subject<Self>,
        to: &NatGatewayResolved,
        changes: &[NatGatewayChange],
    ) -> Result<Outputs> {
        let mut addresses_differ = false;
        for change in changes {
            match change {
                NatGatewayChange::SecondaryAllocationIds
                | NatGatewayChange::SecondaryPrivateAddresses
                | NatGatewayChange::AvailabilityZoneAddresses => addresses_differ = true,
                // This is no property of the gateway: the call that disassociates an address carries it.
                NatGatewayChange::MaxDrainDurationSeconds => {}
                NatGatewayChange::Tags => {
                    tags::update(cx, &subject.id, &subject.applied.tags, &to.tags).await?;
                }
            }
        }
        if addresses_differ {
            let found = NatGateways::fetch(cx, vec![subject.id.clone()]).await?;
            let gateway = of_key(found, &subject.id).filter(Described::stays);
            let gateway = gateway.ok_or_else(|| missing(DESCRIBE, &subject.id))?;
            addresses::update(cx, &gateway, &subject.applied, to).await?;
        }
        Ok(Outputs::new())
    }

    async fn delete(cx: &Context, subject: &Subject<Self>) -> Result<()> {
        let call = cx.ec2().delete_nat_gateway().nat_gateway_id(&subject.id);
        call.send().await.named("ec2:DeleteNatGateway").map(drop)
    }

    fn progress(subject: &Subject<Self>, until: Until, answers: &Answers) -> Result<Progress> {
        let gateway = answers.get::<NatGateways>(&subject.id)?;
        let state = gateway.and_then(|gateway| gateway.state.clone());
        Ok(match (until, gateway, state) {
            (Until::Gone, None, _) | (Until::Gone, _, Some(State::Deleted)) => {
                reached(Outputs::new())
            }
            (Until::Gone, Some(_), state) => {
                pending(state.as_ref().map_or("deleting", State::as_str))
            }
            (Until::Reaches(_), None, _) => pending("not visible yet"),
            (Until::Reaches(_), Some(_), Some(State::Pending)) => pending("pending"),
            (Until::Reaches(_), Some(gateway), Some(State::Failed)) => failed(
                "AWS could not make the NAT gateway",
                gateway
                    .failure_message
                    .as_deref()
                    .or(gateway.failure_code.as_deref()),
            ),
            (Until::Reaches(_), Some(_), Some(State::Deleting | State::Deleted)) => failed(
                "the NAT gateway is gone",
                Some("somebody deleted it while it was being made"),
            ),
            (Until::Reaches(_), Some(gateway), _) => reached(gateway.outputs()),
        })
    }
}

/// The properties of a gateway, in the form that the applied spec has.
fn properties(gateway: &SdkNatGateway, applied: &NatGatewayResolved) -> Block {
    let all = gateway.nat_gateway_addresses.as_deref().unwrap_or_default();
    let common = gateway.properties();
    if let NatPlace::VpcId(_) = applied.place {
        return common.set("VpcId", gateway.vpc_id.as_ref()).list(
            "AvailabilityZoneAddresses",
            addresses::by_zone(all, &applied.availability_zone_addresses),
        );
    }
    let primary = addresses::primary(all);
    let secondary: Vec<_> = addresses::secondary(all).collect();
    let zonal = common
        .set("SubnetId", gateway.subnet_id.as_ref())
        .set(
            "AllocationId",
            primary.and_then(|one| one.allocation_id.as_ref()),
        )
        .set(
            "PrivateIpAddress",
            primary.and_then(|one| one.private_ip.as_ref()),
        )
        .list(
            "SecondaryAllocationIds",
            secondary
                .iter()
                .filter_map(|one| one.allocation_id.as_ref()),
        );
    // AWS does not return whether the author wrote addresses or a count.
    match applied.secondary_private_addresses {
        Some(Secondary::SecondaryPrivateIpAddresses(_)) => zonal.list(
            "SecondaryPrivateIpAddresses",
            secondary.iter().filter_map(|one| one.private_ip.as_ref()),
        ),
        Some(Secondary::SecondaryPrivateIpAddressCount(_)) => {
            zonal.set("SecondaryPrivateIpAddressCount", Some(secondary.len()))
        }
        None => zonal,
    }
}
