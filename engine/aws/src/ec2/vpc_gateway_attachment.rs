//! The life cycle of `AWS::EC2::VPCGatewayAttachment`. AWS gives an attachment no identifier: its type and VPC identify it, and Windlass finds it by
//! the gateway that it attaches.

use aws_sdk_ec2::types::AttachmentStatus;
use windlass::aws::ec2::{
    AttachedGatewayResolved as Gateway, AttachmentType, VpcGatewayAttachment,
    VpcGatewayAttachmentChange, VpcGatewayAttachmentResolved,
};

use super::gateways::{InternetGateways, VpnGateways};
use super::{holders, tags};
use crate::prelude::*;

lives!(VpcGatewayAttachment => VpcGatewayAttachmentLifecycle);

pub struct VpcGatewayAttachmentLifecycle;

const ATTACH_INTERNET: &str = "ec2:AttachInternetGateway";
const ATTACH_VPN: &str = "ec2:AttachVpnGateway";

// AWS returns an attachment as a part of its gateway. The two types of gateway have different calls.
tables! { windlass::aws::ec2 => aws_sdk_ec2;
    VpcGatewayAttachment => attach_internet_gateway | _ { gateway { "VpnGatewayId" not sent; } }
    VpcGatewayAttachment => detach_internet_gateway | _ { gateway { "VpnGatewayId" not sent; } }
    VpcGatewayAttachment => attach_vpn_gateway | _ { gateway { "InternetGatewayId" not sent; } }
    VpcGatewayAttachment => detach_vpn_gateway | _ { gateway { "InternetGatewayId" not sent; } }
}

/// One attachment of a gateway: the VPC, and AWS's name for the state.
type Attached = (String, String);

impl Lifecycle for VpcGatewayAttachmentLifecycle {
    type Kind = VpcGatewayAttachment;
    const DELETION: Deletion = Deletion::InBackground;
    const IS_MARKED: bool = false;
    const WORDINGS: &'static [Wording] = &[
        // A gateway that is not attached is already detached.
        Wording::new(
            &["ec2:DetachInternetGateway"],
            &["Gateway.NotAttached"],
            ErrorClass::NotFound,
        ),
        Wording::new(
            &[ATTACH_INTERNET, ATTACH_VPN],
            &["Resource.AlreadyAssociated"],
            ErrorClass::AlreadyExists,
        ),
    ];

    fn want(subject: &Subject<Self>, wants: &mut Wants) {
        match &subject.applied.gateway {
            Gateway::InternetGatewayId(id) => wants.want::<InternetGateways>(id.as_str()),
            Gateway::VpnGatewayId(id) => wants.want::<VpnGateways>(id.as_str()),
        }
    }

    fn observe(subject: &Subject<Self>, answers: &Answers) -> Result<Option<Observed>> {
        let spec = &subject.applied;
        let attached = attachments(&spec.gateway, answers)?
            .into_iter()
            .find(|(vpc, state)| vpc == spec.vpc_id.as_str() && exists(state));
        Ok(attached.map(|(vpc, _)| {
            let (property, id) = named(&spec.gateway);
            Observed {
                properties: Block::new().set("VpcId", Some(vpc)).set(property, Some(id)),
                outputs: attachment_outputs(spec),
            }
        }))
    }

    async fn create(
        cx: &Context,
        spec: &VpcGatewayAttachmentResolved,
        _intent: &IntentId,
    ) -> Result<Made> {
        match &spec.gateway {
            Gateway::InternetGatewayId(_) => {
                let call = spec.fill(cx.ec2().attach_internet_gateway());
                call.send().await.named(ATTACH_INTERNET)?;
            }
            Gateway::VpnGatewayId(_) => {
                let call = spec.fill(cx.ec2().attach_vpn_gateway());
                call.send().await.named(ATTACH_VPN)?;
            }
        }
        Ok(made(spec))
    }

    async fn update(
        _cx: &Context,
        _subject: &Subject<Self>,
        _to: &VpcGatewayAttachmentResolved,
        changes: &[VpcGatewayAttachmentChange],
    ) -> Result<Outputs> {
        if let Some(change) = changes.first() {
            match *change {}
        }
        Ok(Outputs::new())
    }

    async fn delete(cx: &Context, subject: &Subject<Self>) -> Result<()> {
        let spec = &subject.applied;
        match &spec.gateway {
            Gateway::InternetGatewayId(_) => {
                let call = spec.fill(cx.ec2().detach_internet_gateway());
                let sent = call.send().await.named("ec2:DetachInternetGateway");
                sent.map(drop)
            }
            Gateway::VpnGatewayId(_) => {
                let call = spec.fill(cx.ec2().detach_vpn_gateway());
                call.send().await.named("ec2:DetachVpnGateway").map(drop)
            }
        }
    }

    async fn who_uses(cx: &Context, subject: &Subject<Self>) -> Result<Vec<String>> {
        holders::public_interfaces(cx, subject.applied.vpc_id.as_str()).await
    }

    async fn find(
        cx: &Context,
        spec: &VpcGatewayAttachmentResolved,
        _intent: &IntentId,
    ) -> Result<FoundOne> {
        let (_, id) = named(&spec.gateway);
        let attached = match &spec.gateway {
            Gateway::InternetGatewayId(_) => {
                let found = InternetGateways::fetch(cx, vec![id.clone()]).await?;
                of_key(found, &id).map(|gateway| of_internet(&gateway))
            }
            Gateway::VpnGatewayId(_) => {
                let found = VpnGateways::fetch(cx, vec![id.clone()]).await?;
                of_key(found, &id).map(|gateway| of_vpn(&gateway))
            }
        };
        let mut attached = attached.unwrap_or_default().into_iter();
        Ok(match attached.find(|(_, state)| exists(state)) {
            Some((vpc, _)) if vpc == spec.vpc_id.as_str() => FoundOne::Ours(made(spec)),
            Some((vpc, _)) => FoundOne::Foreign(format!("{id} is attached to {vpc}")),
            None => tags::ours_or_nothing(None),
        })
    }

    fn progress(subject: &Subject<Self>, until: Until, answers: &Answers) -> Result<Progress> {
        let spec = &subject.applied;
        let attached = attachments(&spec.gateway, answers)?
            .into_iter()
            .find(|(vpc, _)| vpc == spec.vpc_id.as_str())
            .map(|(_, state)| state)
            .filter(|state| state != AttachmentStatus::Detached.as_str());
        Ok(match (until, attached) {
            (Until::Gone, None) => reached(Outputs::new()),
            (Until::Reaches(_), None) => pending("not visible yet"),
            (Until::Reaches(_), Some(state)) if is_attached(&state) => {
                reached(attachment_outputs(spec))
            }
            (_, Some(state)) => pending(&state),
        })
    }
}

fn named(gateway: &Gateway) -> (&'static str, String) {
    match gateway {
        Gateway::InternetGatewayId(id) => ("InternetGatewayId", id.to_string()),
        Gateway::VpnGatewayId(id) => ("VpnGatewayId", id.to_string()),
    }
}

fn attachments(gateway: &Gateway, answers: &Answers) -> Result<Vec<Attached>> {
    let attached = match gateway {
        Gateway::InternetGatewayId(id) => answers
            .get::<InternetGateways>(&id.to_string())?
            .map(of_internet),
        Gateway::VpnGatewayId(id) => answers.get::<VpnGateways>(&id.to_string())?.map(of_vpn),
    };
    Ok(attached.unwrap_or_default())
}

fn of_internet(gateway: &aws_sdk_ec2::types::InternetGateway) -> Vec<Attached> {
    let attachments = gateway.attachments.iter().flatten();
    attachments
        .filter_map(|one| pair(one.vpc_id.as_ref(), one.state.as_ref()))
        .collect()
}

fn of_vpn(gateway: &aws_sdk_ec2::types::VpnGateway) -> Vec<Attached> {
    let attachments = gateway.vpc_attachments.iter().flatten();
    attachments
        .filter_map(|one| pair(one.vpc_id.as_ref(), one.state.as_ref()))
        .collect()
}

fn pair(vpc: Option<&String>, state: Option<&AttachmentStatus>) -> Option<Attached> {
    let state = state.map_or("attached", AttachmentStatus::as_str);
    Some((vpc?.clone(), state.to_owned()))
}

/// EC2 returns `available` for internet gateways, a state that EC2's own list of states lacks.
fn is_attached(state: &str) -> bool {
    ["attached", "available"].contains(&state)
}

fn exists(state: &str) -> bool {
    is_attached(state) || state == AttachmentStatus::Attaching.as_str()
}

fn attachment_type(gateway: &Gateway) -> AttachmentType {
    match gateway {
        Gateway::InternetGatewayId(_) => AttachmentType::InternetGateway,
        Gateway::VpnGatewayId(_) => AttachmentType::VpnGateway,
    }
}

/// CloudFormation's identifier: the type and the VPC.
fn made(spec: &VpcGatewayAttachmentResolved) -> Made {
    Made {
        id: format!("{}|{}", attachment_type(&spec.gateway), spec.vpc_id),
        outputs: attachment_outputs(spec),
    }
}

fn attachment_outputs(spec: &VpcGatewayAttachmentResolved) -> Outputs {
    let kind = attachment_type(&spec.gateway);
    outputs([("AttachmentType", Some(kind.as_str()))])
}
