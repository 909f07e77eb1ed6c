//! Attachments: a gateway belongs to one VPC, and a VPC has one gateway of each type.

use super::{Declared, Network, name};
use crate::aws::ec2::VpcGatewayAttachment;
use crate::checks::declared::repeated;
use crate::codes;
use crate::diagnostics::Diagnostic;

const GATEWAYS: [(&str, &str); 2] = [
    ("InternetGatewayId", "internet gateway"),
    ("VpnGatewayId", "virtual private gateway"),
];

/// Reports gateways that are attached twice.
pub(super) fn twice(network: &Network<'_>) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    for (property, what) in GATEWAYS {
        let attachments = || {
            network
                .all::<VpcGatewayAttachment>()
                .filter(move |attachment| attachment.gives(property))
        };
        let by_gateway =
            attachments().filter_map(|one| Some((network.value(one, property)?.to_string(), one)));
        for (first, second) in repeated(by_gateway) {
            let gateway = network.value(second, property).unwrap_or_default();
            let message = format!("{what} {} is attached twice", name(&gateway));
            problems.push(
                problem(message, first, second)
                    .help("a gateway belongs to one VPC: declare one for each"),
            );
        }
        let by_vpc =
            attachments().filter_map(|one| Some((network.value(one, "VpcId")?.to_string(), one)));
        for (first, second) in repeated(by_vpc) {
            let vpc = network.value(second, "VpcId").unwrap_or_default();
            // If one gateway is attached twice to one VPC, the other check has reported it.
            if network.value(first, property) != network.value(second, property) {
                let message = format!("VPC {} has two {what}s", name(&vpc));
                problems.push(
                    problem(message, first, second)
                        .help("a VPC has one gateway of each type: remove an attachment"),
                );
            }
        }
    }
    problems
}

fn problem(message: String, first: &Declared<'_>, second: &Declared<'_>) -> Diagnostic {
    Diagnostic::error(codes::GATEWAY_ATTACHED_TWICE, message)
        .at(
            second.source,
            format!("`{}` attaches again", second.address),
        )
        .at(first.source, format!("`{}` attaches first", first.address))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{lines, said};
    use crate::aws::ec2::{InternetGatewayId, Vpc, VpcGatewayAttachment, VpcId, VpnGatewayId};
    use crate::cidr;
    use crate::resource::Declare;

    #[test]
    fn a_second_gateway_and_a_second_vpc_are_reported() {
        let document = lines(|cx| {
            let vpc = Vpc::new(cidr!("10.0.0.0/16")).declare(cx, "vpc");
            let other = VpcId::existing("vpc-0a1");
            let gateway = |id: &str| InternetGatewayId::existing(id);
            VpcGatewayAttachment::internet(vpc.id(), gateway("igw-0a1")).declare(cx, "a");
            VpcGatewayAttachment::internet(vpc.id(), gateway("igw-0b2")).declare(cx, "b");
            VpcGatewayAttachment::internet(other, gateway("igw-0a1")).declare(cx, "c");
            let vpn = VpnGatewayId::existing("vgw-0a1");
            VpcGatewayAttachment::vpn(vpc.id(), vpn).declare(cx, "d");
        });
        assert_eq!(
            said(&document),
            [
                "WL-0106 internet gateway `igw-0a1` is attached twice",
                "WL-0106 VPC `vpc` has two internet gateways",
            ]
        );
    }
}
