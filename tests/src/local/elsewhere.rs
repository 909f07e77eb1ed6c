//! Resources that the samples name and that no kind of the catalogue makes: the tests make them without Windlass, by a call to the service.
//!
//! Not here: resources of the catalogue's kinds (`surroundings`).

use std::collections::BTreeMap;

use super::http::{Answer, call};

/// A call that makes a resource.
#[derive(Debug)]
struct Made {
    /// The literal in the samples that names the resource.
    literal: &'static str,
    service: &'static str,
    /// `Action=…` of the query protocol, or the target of a JSON protocol.
    operation: &'static str,
    /// Parameters or JSON. A literal in braces is replaced by the identifier of the resource that was made for it.
    body: &'static str,
    /// The element of the answer that holds the identifier. `None` if the name is the identifier.
    element: Option<&'static str>,
}

const fn ec2(
    literal: &'static str,
    operation: &'static str,
    body: &'static str,
    element: &'static str,
) -> Made {
    Made {
        literal,
        service: "ec2",
        operation,
        body,
        element: Some(element),
    }
}

const fn named(
    literal: &'static str,
    service: &'static str,
    operation: &'static str,
    body: &'static str,
) -> Made {
    Made {
        literal,
        service,
        operation,
        body,
        element: None,
    }
}

const MADE: &[Made] = &[
    ec2(
        "vpc-elsewhere",
        "CreateVpc",
        "CidrBlock=10.9.0.0/16",
        "vpcId",
    ),
    ec2(
        "subnet-elsewhere",
        "CreateSubnet",
        "VpcId={vpc-elsewhere}&CidrBlock=10.9.0.0/24",
        "subnetId",
    ),
    ec2(
        "vgw-0a1",
        "CreateVpnGateway",
        "Type=ipsec.1",
        "vpnGatewayId",
    ),
    ec2(
        "vgw-0b2",
        "CreateVpnGateway",
        "Type=ipsec.1",
        "vpnGatewayId",
    ),
    ec2(
        "pl-0a1",
        "CreateManagedPrefixList",
        "PrefixListName=a&MaxEntries=5&AddressFamily=IPv4",
        "prefixListId",
    ),
    ec2(
        "pl-0b2",
        "CreateManagedPrefixList",
        "PrefixListName=b&MaxEntries=5&AddressFamily=IPv4",
        "prefixListId",
    ),
    ec2(
        "i-0a1",
        "RunInstances",
        "ImageId=ami-12c6146b&InstanceType=t3.micro&MinCount=1&MaxCount=1&SubnetId={subnet-elsewhere}",
        "instanceId",
    ),
    ec2(
        "i-0b2",
        "RunInstances",
        "ImageId=ami-12c6146b&InstanceType=t3.micro&MinCount=1&MaxCount=1&SubnetId={subnet-elsewhere}",
        "instanceId",
    ),
    ec2(
        "eni-0a1",
        "CreateNetworkInterface",
        "SubnetId={subnet-elsewhere}",
        "networkInterfaceId",
    ),
    ec2(
        "tgw-0a1",
        "CreateTransitGateway",
        "Description=hub",
        "transitGatewayId",
    ),
    ec2(
        "pcx-0a1",
        "CreateVpcPeeringConnection",
        "VpcId={vpc-elsewhere}&PeerVpcId={vpc-elsewhere}",
        "vpcPeeringConnectionId",
    ),
    ec2(
        "eigw-0a1",
        "CreateEgressOnlyInternetGateway",
        "VpcId={vpc-elsewhere}",
        "egressOnlyInternetGatewayId",
    ),
    ec2(
        "cagw-0a1",
        "CreateCarrierGateway",
        "VpcId={vpc-elsewhere}",
        "carrierGatewayId",
    ),
    named(
        "bastion",
        "ec2",
        "CreateSecurityGroup",
        "GroupName=bastion&GroupDescription=bastion",
    ),
    named(
        "jump",
        "ec2",
        "CreateSecurityGroup",
        "GroupName=jump&GroupDescription=jump",
    ),
    named(
        "classic",
        "elasticloadbalancing",
        "CreateLoadBalancer",
        "LoadBalancerName=classic&AvailabilityZones.member.1=us-east-1a&Listeners.member.1.Protocol=HTTP&Listeners.member.1.LoadBalancerPort=80&Listeners.member.1.InstancePort=80",
    ),
    named(
        "older",
        "elasticloadbalancing",
        "CreateLoadBalancer",
        "LoadBalancerName=older&AvailabilityZones.member.1=us-east-1a&Listeners.member.1.Protocol=HTTP&Listeners.member.1.LoadBalancerPort=80&Listeners.member.1.InstancePort=80",
    ),
    named("ada", "iam", "CreateUser", "UserName=ada"),
    named("grace", "iam", "CreateUser", "UserName=grace"),
    named("developers", "iam", "CreateGroup", "GroupName=developers"),
    named("operators", "iam", "CreateGroup", "GroupName=operators"),
    Made {
        literal: "arn:aws:acm:us-east-1:123456789012:certificate/0a1",
        service: "acm",
        operation: "CertificateManager.RequestCertificate",
        body: r#"{"DomainName": "a.example.com"}"#,
        element: Some("CertificateArn"),
    },
    Made {
        literal: "arn:aws:acm:us-east-1:123456789012:certificate/0b2",
        service: "acm",
        operation: "CertificateManager.RequestCertificate",
        body: r#"{"DomainName": "b.example.com"}"#,
        element: Some("CertificateArn"),
    },
];

/// API versions of the services with the query protocol.
const VERSIONS: &[(&str, &str)] = &[
    ("ec2", "2016-11-15"),
    ("iam", "2010-05-08"),
    ("elasticloadbalancing", "2012-06-01"),
];

/// Whether the text names a resource that is made here.
pub(super) fn is_elsewhere(literal: &str) -> bool {
    MADE.iter().any(|made| made.literal == literal)
}

/// The resources that were made in one account: identifiers by the literals of the samples.
#[derive(Debug, Default)]
pub(super) struct Elsewhere(BTreeMap<&'static str, String>);

impl Elsewhere {
    /// The identifier of the resource that the literal names. The first call makes the resource.
    pub(super) fn identifier(
        &mut self,
        address: &str,
        account: &str,
        literal: &str,
    ) -> Option<String> {
        let made = MADE.iter().find(|made| made.literal == literal)?;
        if let Some(identifier) = self.0.get(made.literal) {
            return Some(identifier.clone());
        }
        let mut body = made.body.to_owned();
        for other in MADE {
            let place = format!("{{{}}}", other.literal);
            if body.contains(&place) {
                let identifier = self.identifier(address, account, other.literal)?;
                body = body.replace(&place, &identifier);
            }
        }
        let answer = made.send(address, account, &body);
        assert_eq!(answer.status, 200, "{}: {}", made.operation, answer.text);
        let identifier = match made.element {
            Some(element) => text_of(&answer.text, element).unwrap_or_else(|| {
                panic!("{} gives no {element}: {}", made.operation, answer.text)
            }),
            None => literal.to_owned(),
        };
        self.0.insert(made.literal, identifier.clone());
        Some(identifier)
    }
}

impl Made {
    fn send(&self, address: &str, account: &str, body: &str) -> Answer {
        let version = VERSIONS
            .iter()
            .find(|(service, _)| *service == self.service);
        match version {
            Some((_, version)) => {
                let form = (
                    "content-type",
                    "application/x-www-form-urlencoded; charset=utf-8",
                );
                let body = format!("Action={}&Version={version}&{body}", self.operation);
                call(address, account, self.service, &[form], &body)
            }
            None => {
                let headers = [
                    ("content-type", "application/x-amz-json-1.1"),
                    ("x-amz-target", self.operation),
                ];
                call(address, account, self.service, &headers, body)
            }
        }
    }
}

/// The text of the first element or member of that name.
fn text_of(answer: &str, name: &str) -> Option<String> {
    let xml = answer.split_once(&format!("<{name}>"));
    let json = answer.split_once(&format!("\"{name}\": \""));
    let (_, rest) = xml.or(json)?;
    let end = rest.find(['<', '"'])?;
    Some(rest[..end].to_owned())
}
