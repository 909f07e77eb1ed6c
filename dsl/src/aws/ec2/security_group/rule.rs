//! The inline rules of a security group: inbound and outbound rules as blocks of its spec, and what AWS would refuse about them.
//!
//! AWS takes two rules as the same if their protocol, ports and source or destination are the same. The description does not count.
//!
//! Not here: rules that are resources of their own (`security_group_ingress`, `security_group_egress`).

use ipnet::{Ipv4Net, Ipv6Net};
use windlass_derive::{Block, Choice};

use super::SecurityGroup;
use super::traffic::{IpProtocol, Ports, Traffic};
use crate::aws::ec2::{PrefixListId, SecurityGroupId};
use crate::resource::Handle;
use crate::stack::Checks;
use crate::value::{Input, Output};

/// The source of inbound traffic.
#[derive(Debug, Clone, Choice)]
pub enum IngressSource {
    /// An IPv4 range.
    CidrIp(Input<Ipv4Net>),
    /// An IPv6 range.
    CidrIpv6(Input<Ipv6Net>),
    /// A managed prefix list.
    SourcePrefixListId(Input<PrefixListId>),
    /// Everything that has this security group.
    SourceSecurityGroupId(Input<SecurityGroupId>),
    /// Everything that has the security group of this name; only in a default VPC. AWS returns the id instead.
    #[field(never_read)]
    SourceSecurityGroupName(Input<String>),
}

/// The destination of outbound traffic.
#[derive(Debug, Clone, Choice)]
pub enum EgressDestination {
    /// An IPv4 range.
    CidrIp(Input<Ipv4Net>),
    /// An IPv6 range.
    CidrIpv6(Input<Ipv6Net>),
    /// A managed prefix list, such as the one of a gateway endpoint.
    DestinationPrefixListId(Input<PrefixListId>),
    /// Everything that has this security group.
    DestinationSecurityGroupId(Input<SecurityGroupId>),
}

/// One inbound rule.
#[derive(Debug, Clone, Block)]
pub struct Ingress {
    pub ip_protocol: Input<IpProtocol>,
    /// The first port, or the ICMP type; -1 is every type.
    pub from_port: Option<Input<i32>>,
    /// The last port, or the ICMP code; -1 is every code.
    pub to_port: Option<Input<i32>>,
    /// The source of the traffic.
    #[field(choice)]
    pub source: IngressSource,
    /// The account of the source security group, if it is another account.
    pub source_security_group_owner_id: Option<Input<String>>,
    /// A description of the rule, at most 255 characters.
    pub description: Option<Input<String>>,
}

/// One outbound rule.
#[derive(Debug, Clone, Block)]
pub struct Egress {
    pub ip_protocol: Input<IpProtocol>,
    /// The first port, or the ICMP type; -1 is every type.
    pub from_port: Option<Input<i32>>,
    /// The last port, or the ICMP code; -1 is every code.
    pub to_port: Option<Input<i32>>,
    /// The destination of the traffic.
    #[field(choice)]
    pub destination: EgressDestination,
    /// A description of the rule, at most 255 characters.
    pub description: Option<Input<String>>,
}

macro_rules! traffic_constructors {
    ($($rule:ident),+) => {$(
        impl $rule {
            /// TCP to a port or a range of ports.
            pub fn tcp(ports: impl Into<Ports>) -> Traffic {
                Traffic::tcp(ports)
            }

            /// UDP to a port or a range of ports.
            pub fn udp(ports: impl Into<Ports>) -> Traffic {
                Traffic::udp(ports)
            }

            /// Every ICMP message over IPv4.
            #[must_use]
            pub fn icmp() -> Traffic {
                Traffic::icmp()
            }

            /// Every protocol and every port.
            #[must_use]
            pub fn all() -> Traffic {
                Traffic::all()
            }
        }
    )+};
}

traffic_constructors!(Ingress, Egress);

macro_rules! peers {
    ($peer:ident: $($literal:ty => $variant:ident),+ $(,)?) => {
        $(
            impl From<$literal> for $peer {
                fn from(literal: $literal) -> Self {
                    Self::$variant(literal.into())
                }
            }
            impl From<Input<$literal>> for $peer {
                fn from(input: Input<$literal>) -> Self {
                    Self::$variant(input)
                }
            }
            impl From<Output<$literal>> for $peer {
                fn from(output: Output<$literal>) -> Self {
                    Self::$variant(output.into())
                }
            }
        )+
    };
}

peers!(IngressSource: Ipv4Net => CidrIp, Ipv6Net => CidrIpv6, PrefixListId => SourcePrefixListId, SecurityGroupId => SourceSecurityGroupId);
peers!(EgressDestination: Ipv4Net => CidrIp, Ipv6Net => CidrIpv6, PrefixListId => DestinationPrefixListId, SecurityGroupId => DestinationSecurityGroupId);

impl From<&Handle<SecurityGroup>> for IngressSource {
    fn from(group: &Handle<SecurityGroup>) -> Self {
        group.id().into()
    }
}

impl From<&Handle<SecurityGroup>> for EgressDestination {
    fn from(group: &Handle<SecurityGroup>) -> Self {
        group.id().into()
    }
}

/// The parts of a rule that AWS looks at, wherever the rule is written.
pub(in crate::aws::ec2) struct RuleParts<'a> {
    pub protocol: &'a Input<IpProtocol>,
    pub from_port: Option<&'a Input<i32>>,
    pub to_port: Option<&'a Input<i32>>,
    pub description: Option<&'a Input<String>>,
    pub range: Option<Range<'a>>,
    pub owner: Option<(&'a Input<String>, bool)>,
}

/// The address range of a rule.
pub(in crate::aws::ec2) enum Range<'a> {
    V4(&'a Input<Ipv4Net>),
    V6(&'a Input<Ipv6Net>),
}

impl IngressSource {
    pub(in crate::aws::ec2) fn range(&self) -> Option<Range<'_>> {
        match self {
            Self::CidrIp(range) => Some(Range::V4(range)),
            Self::CidrIpv6(range) => Some(Range::V6(range)),
            _ => None,
        }
    }

    pub(in crate::aws::ec2) fn is_group(&self) -> bool {
        matches!(
            self,
            Self::SourceSecurityGroupId(_) | Self::SourceSecurityGroupName(_)
        )
    }
}

impl EgressDestination {
    pub(in crate::aws::ec2) fn range(&self) -> Option<Range<'_>> {
        match self {
            Self::CidrIp(range) => Some(Range::V4(range)),
            Self::CidrIpv6(range) => Some(Range::V6(range)),
            _ => None,
        }
    }
}

impl Ingress {
    pub(super) fn parts(&self) -> RuleParts<'_> {
        let owner = self.source_security_group_owner_id.as_ref();
        RuleParts {
            protocol: &self.ip_protocol,
            from_port: self.from_port.as_ref(),
            to_port: self.to_port.as_ref(),
            description: self.description.as_ref(),
            range: self.source.range(),
            owner: owner.map(|owner| (owner, self.source.is_group())),
        }
    }
}

impl Egress {
    pub(super) fn parts(&self) -> RuleParts<'_> {
        RuleParts {
            protocol: &self.ip_protocol,
            from_port: self.from_port.as_ref(),
            to_port: self.to_port.as_ref(),
            description: self.description.as_ref(),
            range: self.destination.range(),
            owner: None,
        }
    }
}

impl RuleParts<'_> {
    /// Reports what AWS would refuse, or would store differently from the author's text. `at` is the prefix of the property's name.
    pub(in crate::aws::ec2) fn check(&self, at: &str, checks: &mut Checks<'_>) {
        self.check_ports(at, checks);
        self.check_range(at, checks);
        check_text(checks, &format!("{at}Description"), self.description);
        if let Some((owner, of_group)) = self.owner {
            let property = format!("{at}SourceSecurityGroupOwnerId");
            if !of_group {
                checks.invalid(
                    &property,
                    "is given, but the source is no security group",
                    "leave it out",
                );
            } else if let Some(account) = owner.literal()
                && (account.len() != 12 || !account.bytes().all(|byte| byte.is_ascii_digit()))
            {
                checks.invalid(
                    &property,
                    format!("is `{account}`"),
                    "an account id has twelve digits",
                );
            }
        }
    }

    fn check_ports(&self, at: &str, checks: &mut Checks<'_>) {
        let Some(protocol) = self.protocol.literal() else {
            return;
        };
        let property = format!("{at}FromPort");
        let given = (self.from_port.is_some(), self.to_port.is_some());
        let ports = (
            self.from_port.and_then(Input::literal),
            self.to_port.and_then(Input::literal),
        );
        match protocol {
            IpProtocol::Tcp | IpProtocol::Udp | IpProtocol::Icmp if given != (true, true) => checks
                .invalid(
                    &property,
                    "or `ToPort` is missing",
                    format!("a rule for {protocol} names both"),
                ),
            IpProtocol::Icmpv6 if given.0 != given.1 => checks.invalid(
                &property,
                "or `ToPort` is missing",
                "give both, or neither for every type",
            ),
            IpProtocol::All | IpProtocol::Number(_) if given != (false, false) => checks.invalid(
                &property,
                "or `ToPort` is given",
                format!("a rule for protocol {protocol} opens all of it: AWS ignores ports there"),
            ),
            IpProtocol::Tcp | IpProtocol::Udp => {
                if let (Some(from), Some(to)) = ports
                    && !(0 <= from && from <= to && to <= 65_535)
                {
                    checks.invalid(
                        &property,
                        format!("and `ToPort` are {from} and {to}"),
                        "ports are from 0 to 65535, the first not above the last",
                    );
                }
            }
            IpProtocol::Icmp | IpProtocol::Icmpv6 => {
                if let (Some(kind), Some(code)) = ports
                    && (!(-1..=255).contains(&kind)
                        || !(-1..=255).contains(&code)
                        || (kind == -1 && code != -1))
                {
                    checks.invalid(&property, format!("and `ToPort` are {kind} and {code}"), "they are the ICMP type and code, -1 to 255; every type (-1) goes with every code (-1)");
                }
            }
            IpProtocol::All | IpProtocol::Number(_) => {}
        }
    }

    fn check_range(&self, at: &str, checks: &mut Checks<'_>) {
        let host_bits = match self.range {
            Some(Range::V4(range)) => range
                .literal()
                .filter(|range| range.addr() != range.network())
                .map(|range| ("CidrIp", range.to_string(), range.trunc().to_string())),
            Some(Range::V6(range)) => range
                .literal()
                .filter(|range| range.addr() != range.network())
                .map(|range| ("CidrIpv6", range.to_string(), range.trunc().to_string())),
            None => None,
        };
        if let Some((property, written, network)) = host_bits {
            checks.invalid(
                &format!("{at}{property}"),
                format!("is {written}, which has host bits set"),
                format!("write {network}"),
            );
        }
    }
}

/// Reports a description that AWS would refuse.
pub(in crate::aws::ec2) fn check_text(
    checks: &mut Checks<'_>,
    property: &str,
    text: Option<&Input<String>>,
) {
    checks.length(property, text, 0..=255);
    let allowed = |c: char| c.is_ascii_alphanumeric() || "._-:/()#,@[]+=&;{}!$* ".contains(c);
    if let Some(other) = text
        .and_then(Input::literal)
        .and_then(|text| text.chars().find(|c| !allowed(*c)))
    {
        checks.invalid(
            property,
            format!("holds `{other}`"),
            "AWS takes ASCII letters, digits, spaces and ._-:/()#,@[]+=&;{}!$*",
        );
    }
}
