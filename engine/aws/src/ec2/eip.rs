//! The life cycle of `AWS::EC2::EIP`. Windlass allocates an address, or accepts it from another account. Associating it with an instance is a separate call.

use std::net::Ipv4Addr;

use aws_sdk_ec2::operation::allocate_address::builders::AllocateAddressFluentBuilder;
use aws_sdk_ec2::types::{Address, DomainType, ResourceType};
use windlass::aws::ec2::{AddressDomain, Eip, EipChange, EipResolved};

use super::filtered::{by_filter, found_by_intent};
use super::{holders, tags};
use crate::prelude::*;

lives!(Eip => EipLifecycle);

pub struct EipLifecycle;

const ASSOCIATE: &str = "ec2:AssociateAddress";
const RELEASE: &str = "ec2:ReleaseAddress";
const DISASSOCIATE: &str = "ec2:DisassociateAddress";

// AWS does not return where an address came from. `Address` and `TransferAddress` are observed as applied.
tables! { windlass::aws::ec2 => aws_sdk_ec2;
    Eip => allocate_address | Address {
        "Address" not shown;
        "Domain" sent by domain_or_vpc;
        "InstanceId" later, shown by instance;
        "TransferAddress" not sent, not shown;
    }
}

fn domain_or_vpc(domain: &Option<AddressDomain>) -> Option<DomainType> {
    Some(domain.to_sdk().unwrap_or(DomainType::Vpc))
}

fn instance(address: &Address) -> Option<&String> {
    address.instance_id.as_ref().filter(|id| !id.is_empty())
}

by_filter! {
    /// Addresses by allocation id. AWS returns all of them in one page.
    Addresses: Address by "allocation-id", describe_addresses.filters => addresses, "ec2:DescribeAddresses"
}

impl Described for Address {
    fn id(&self) -> Option<String> {
        self.allocation_id.clone()
    }

    fn outputs(&self) -> Outputs {
        outputs([
            ("AllocationId", self.id()),
            ("PublicIp", self.public_ip.clone()),
        ])
    }

    fn properties(&self) -> Block {
        self.block().tags("Tags", tags::pairs(self.tags.as_deref()))
    }
}

impl Lifecycle for EipLifecycle {
    type Kind = Eip;
    const DELETION: Deletion = Deletion::AtOnce;
    const IS_LISTED: bool = true;
    const WORDINGS: &'static [Wording] = &[
        // The instance is starting.
        Wording::new(
            &[ASSOCIATE],
            &["IncorrectInstanceState", "InvalidInstanceID"],
            ErrorClass::NotYet,
        ),
        // A NAT gateway or load balancer that AWS is deleting still holds the address, even for a moment after AWS reports it as deleted. Credentials
        // that are really wrong fail earlier, at the read of the addresses. <https://github.com/kubernetes/kops/issues/938>
        Wording::new(
            &[RELEASE, DISASSOCIATE],
            &["AuthFailure"],
            ErrorClass::InUse,
        ),
    ];

    found_by_intent!(Addresses);

    fn after_create(spec: &EipResolved) -> Vec<EipChange> {
        later::<_, AllocateAddressFluentBuilder>(spec)
    }

    fn want(subject: &Subject<Self>, wants: &mut Wants) {
        wants.want::<Addresses>(subject.id.clone());
    }

    fn observe(subject: &Subject<Self>, answers: &Answers) -> Result<Option<Observed>> {
        let address = answers.get::<Addresses>(&subject.id)?;
        Ok(address.map(|address| {
            let ip = address.public_ip.as_ref();
            let given = subject.applied.address.and(ip);
            let transferred = subject.applied.transfer_address.and(ip);
            Observed {
                properties: address
                    .properties()
                    .set("Address", given)
                    .set("TransferAddress", transferred),
                outputs: address.outputs(),
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
                    // With reassociation allowed, a retry succeeds, and the call moves the address away from the old instance.
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
}

async fn allocate(cx: &Context, spec: &EipResolved, intent: &IntentId) -> Result<Made> {
    const OPERATION: &str = "ec2:AllocateAddress";
    let tags = tags::specification(cx, ResourceType::ElasticIp, &spec.tags, intent);
    let call = spec.fill(cx.ec2().allocate_address());
    let answer = call
        .tag_specifications(tags)
        .send()
        .await
        .named(OPERATION)?;
    let address = Address::builder()
        .set_allocation_id(answer.allocation_id)
        .set_public_ip(answer.public_ip);
    made(Some(&address.build()), OPERATION)
}

/// The answer to an acceptance names the allocation of the account that gave the address. So Windlass reads this account's own allocation.
async fn accept(
    cx: &Context,
    spec: &EipResolved,
    address: Ipv4Addr,
    intent: &IntentId,
) -> Result<Made> {
    const OPERATION: &str = "ec2:AcceptAddressTransfer";
    let tags = tags::specification(cx, ResourceType::ElasticIp, &spec.tags, intent);
    cx.ec2()
        .accept_address_transfer()
        .address(address.to_string())
        .tag_specifications(tags)
        .send()
        .await
        .named(OPERATION)?;
    let filter = tags::filter("public-ip", vec![address.to_string()]);
    let addresses = Addresses::matching(cx, filter).await?;
    let accepted = addresses.first().and_then(Made::of);
    accepted.ok_or_else(|| incomplete(OPERATION, "address that can be seen yet"))
}

/// Disassociates the address from the recorded instance. Windlass leaves any other association alone.
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
