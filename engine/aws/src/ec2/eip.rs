//! The life cycle of `AWS::EC2::EIP`. An address is allocated, or accepted from another account; leading it to an instance is a call of its own.

use std::net::Ipv4Addr;

use aws_sdk_ec2::types::{Address, DomainType, ResourceType};
use windlass::aws::ec2::{Eip, EipChange, EipResolved};
use windlass_engine::provider::{Deletion, ErrorClass, Outputs};
use windlass_state::identity::IntentId;

use super::holders;
use super::tags;
use crate::clients::Clients;
use crate::error::{Named, Result, incomplete};
use crate::lifecycle::{Context, FoundOne, Lifecycle, Made, Subject};
use crate::observed::{Block, Observed, outputs};
use crate::reads::{Answers, Query, Wants};
use crate::registry::lives;
use crate::wording::Wording;

lives!(Eip => EipLifecycle);

pub struct EipLifecycle;

const ASSOCIATE: &str = "ec2:AssociateAddress";
const RELEASE: &str = "ec2:ReleaseAddress";
const DISASSOCIATE: &str = "ec2:DisassociateAddress";
const DESCRIBE: &str = "ec2:DescribeAddresses";

/// Addresses by allocation id. AWS gives them in one page.
pub struct Addresses;

impl Query for Addresses {
    type Key = String;
    type Item = Address;
    const BATCH: usize = 200;

    async fn fetch(clients: &Clients, keys: Vec<String>) -> Result<Vec<(String, Address)>> {
        let answer = clients
            .ec2()
            .describe_addresses()
            .filters(tags::filter("allocation-id", keys))
            .send()
            .await
            .named(DESCRIBE)?;
        let addresses = answer.addresses.unwrap_or_default().into_iter();
        Ok(addresses
            .filter_map(|address| Some((address.allocation_id.clone()?, address)))
            .collect())
    }
}

impl Lifecycle for EipLifecycle {
    type Kind = Eip;
    const DELETION: Deletion = Deletion::AtOnce;
    const WORDINGS: &'static [Wording] = &[
        // The instance is starting.
        Wording::new(
            &[ASSOCIATE],
            &["IncorrectInstanceState", "InvalidInstanceID"],
            ErrorClass::NotYet,
        ),
        // A NAT gateway or load balancer that is going still holds the address, for a moment even after it is said to be deleted. Credentials that
        // are really wrong fail at the read of the addresses before. <https://github.com/kubernetes/kops/issues/938>
        Wording::new(
            &[RELEASE, DISASSOCIATE],
            &["AuthFailure"],
            ErrorClass::InUse,
        ),
    ];

    fn after_create(spec: &EipResolved) -> Vec<EipChange> {
        let instance = spec.instance_id.as_ref();
        instance
            .map(|_| EipChange::InstanceId)
            .into_iter()
            .collect()
    }

    fn want(subject: &Subject<Self>, wants: &mut Wants) {
        wants.want::<Addresses>(subject.id.clone());
    }

    fn observe(subject: &Subject<Self>, answers: &Answers) -> Result<Option<Observed>> {
        let address = answers.get::<Addresses>(&subject.id)?;
        Ok(address.map(|address| {
            let ip = address.public_ip.as_ref();
            // AWS does not tell how the address came: both properties stand for what it is.
            let given = subject.applied.address.and(ip);
            let transferred = subject.applied.transfer_address.and(ip);
            let instance = address.instance_id.as_ref().filter(|id| !id.is_empty());
            let properties = Block::new()
                .set("Address", given)
                .set("Domain", address.domain.as_ref().map(DomainType::as_str))
                .set("InstanceId", instance)
                .set("NetworkBorderGroup", address.network_border_group.as_ref())
                .set("PublicIpv4Pool", address.public_ipv4_pool.as_ref())
                .set("TransferAddress", transferred)
                .tags("Tags", tags::pairs(address.tags.as_deref()));
            Observed {
                properties,
                outputs: address_outputs(address),
            }
        }))
    }

    async fn create(cx: &Context, spec: &EipResolved, intent: &IntentId) -> Result<Made> {
        match spec.transfer_address {
            Some(address) => accept(cx, spec, address, intent).await,
            None => allocate(cx, spec, intent).await,
        }
    }

    async fn update(
        cx: &Context,
        subject: &Subject<Self>,
        to: &EipResolved,
        changes: &[EipChange],
    ) -> Result<Outputs> {
        for change in changes {
            match change {
                EipChange::InstanceId => match &to.instance_id {
                    // Allowing to reassociate makes the call right when it is sent twice, and takes the address along from the old instance.
                    Some(instance) => cx
                        .ec2()
                        .associate_address()
                        .allocation_id(&subject.id)
                        .instance_id(instance.as_str())
                        .allow_reassociation(true)
                        .send()
                        .await
                        .named(ASSOCIATE)
                        .map(drop)?,
                    None => disassociate(cx, subject).await?,
                },
                EipChange::Tags => {
                    tags::update(cx, &subject.id, &subject.applied.tags, &to.tags).await?;
                }
            }
        }
        Ok(Outputs::new())
    }

    async fn delete(cx: &Context, subject: &Subject<Self>) -> Result<()> {
        if subject.applied.instance_id.is_some() {
            disassociate(cx, subject).await?;
        }
        cx.ec2()
            .release_address()
            .allocation_id(&subject.id)
            .set_network_border_group(subject.applied.network_border_group.clone())
            .send()
            .await
            .named(RELEASE)
            .map(drop)
    }

    async fn who_uses(cx: &Context, subject: &Subject<Self>) -> Result<Vec<String>> {
        holders::of_address(cx, &subject.id).await
    }

    async fn find(cx: &Context, _spec: &EipResolved, intent: &IntentId) -> Result<FoundOne> {
        let answer = cx
            .ec2()
            .describe_addresses()
            .filters(tags::intent_filter(intent))
            .send()
            .await
            .named(DESCRIBE)?;
        let addresses = answer.addresses.unwrap_or_default();
        let mut ours = tags::of_intent(&addresses, |one| one.tags.as_deref(), intent);
        Ok(tags::ours_or_nothing(ours.find_map(made)))
    }
}

async fn allocate(cx: &Context, spec: &EipResolved, intent: &IntentId) -> Result<Made> {
    const OPERATION: &str = "ec2:AllocateAddress";
    let domain = spec.domain.map(|domain| DomainType::from(domain.as_str()));
    let answer = cx
        .ec2()
        .allocate_address()
        .domain(domain.unwrap_or(DomainType::Vpc))
        .set_address(spec.address.map(|address| address.to_string()))
        .set_ipam_pool_id(spec.ipam_pool_id.as_ref().map(|pool| pool.to_string()))
        .set_network_border_group(spec.network_border_group.clone())
        .set_public_ipv4_pool(spec.public_ipv4_pool.clone())
        .tag_specifications(tags::specification(
            cx,
            ResourceType::ElasticIp,
            &spec.tags,
            intent,
        ))
        .send()
        .await
        .named(OPERATION)?;
    let id = answer.allocation_id;
    let id = id.ok_or_else(|| incomplete(OPERATION, "allocation id"))?;
    Ok(Made {
        outputs: outputs([
            ("AllocationId", Some(id.clone())),
            ("PublicIp", answer.public_ip),
        ]),
        id,
    })
}

/// The answer to an acceptance names the allocation of the account that gave the address, so this account's own one is read.
async fn accept(
    cx: &Context,
    spec: &EipResolved,
    address: Ipv4Addr,
    intent: &IntentId,
) -> Result<Made> {
    const OPERATION: &str = "ec2:AcceptAddressTransfer";
    cx.ec2()
        .accept_address_transfer()
        .address(address.to_string())
        .tag_specifications(tags::specification(
            cx,
            ResourceType::ElasticIp,
            &spec.tags,
            intent,
        ))
        .send()
        .await
        .named(OPERATION)?;
    let answer = cx
        .ec2()
        .describe_addresses()
        .filters(tags::filter("public-ip", vec![address.to_string()]))
        .send()
        .await
        .named(DESCRIBE)?;
    let addresses = answer.addresses.unwrap_or_default();
    let accepted = addresses.first().and_then(made);
    accepted.ok_or_else(|| incomplete(OPERATION, "address that can be seen yet"))
}

/// Lets go of the instance that was recorded. Whatever else somebody has associated the address with is left alone.
async fn disassociate(cx: &Context, subject: &Subject<EipLifecycle>) -> Result<()> {
    let found = Addresses::fetch(cx, vec![subject.id.clone()]).await?;
    let recorded = subject.applied.instance_id.as_ref();
    let association = found
        .into_iter()
        .map(|(_, address)| address)
        .find(|address| address.instance_id.as_deref() == recorded.map(|id| id.as_str()))
        .and_then(|address| address.association_id);
    let Some(association) = association else {
        return Ok(());
    };
    let sent = cx
        .ec2()
        .disassociate_address()
        .association_id(association)
        .send()
        .await
        .named(DISASSOCIATE);
    match sent {
        Err(error) if error.class == ErrorClass::NotFound => Ok(()),
        other => other.map(drop),
    }
}

fn made(address: &Address) -> Option<Made> {
    Some(Made {
        id: address.allocation_id.clone()?,
        outputs: address_outputs(address),
    })
}

fn address_outputs(address: &Address) -> Outputs {
    outputs([
        ("AllocationId", address.allocation_id.clone()),
        ("PublicIp", address.public_ip.clone()),
    ])
}
