//! The traffic that a rule allows: a protocol and its ports. Its source or destination is added later.
//!
//! Not here: the rules themselves (`rule`).

use std::fmt;
use std::ops::RangeInclusive;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::rule::{Egress, EgressDestination, Ingress, IngressSource};
use crate::schema::Shape;
use crate::value::{Input, Literal, Output, Text};

/// A protocol, in AWS's own form: a name if AWS has one, else a number from 0 to 255; `-1` for all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum IpProtocol {
    /// Every protocol and every port.
    All,
    Tcp,
    Udp,
    /// ICMP over IPv4.
    Icmp,
    /// ICMP over IPv6.
    Icmpv6,
    /// Any other protocol by its IANA number; such a rule opens all of the protocol.
    Number(u8),
}

impl IpProtocol {
    /// The protocol of an IANA number, by name if AWS returns the name.
    #[must_use]
    pub const fn number(number: u8) -> Self {
        match number {
            1 => Self::Icmp,
            6 => Self::Tcp,
            17 => Self::Udp,
            58 => Self::Icmpv6,
            other => Self::Number(other),
        }
    }

    /// Reads AWS's form in any case, and the numbers of named protocols.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Some(match text.to_ascii_lowercase().as_str() {
            "-1" | "all" => Self::All,
            "tcp" => Self::Tcp,
            "udp" => Self::Udp,
            "icmp" => Self::Icmp,
            "icmpv6" => Self::Icmpv6,
            number => Self::number(number.parse().ok()?),
        })
    }
}

impl fmt::Display for IpProtocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str("-1"),
            Self::Tcp => f.write_str("tcp"),
            Self::Udp => f.write_str("udp"),
            Self::Icmp => f.write_str("icmp"),
            Self::Icmpv6 => f.write_str("icmpv6"),
            Self::Number(number) => match Self::number(*number) {
                Self::Number(number) => number.fmt(f),
                named => named.fmt(f),
            },
        }
    }
}

impl Serialize for IpProtocol {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for IpProtocol {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text)
            .ok_or_else(|| serde::de::Error::custom(format!("`{text}` is no IP protocol")))
    }
}

impl Literal for IpProtocol {
    const SHAPE: &'static Shape = &Shape::Text;
}
impl Text for IpProtocol {}

/// One port or a range of them.
#[derive(Debug, Clone)]
pub struct Ports {
    pub(super) from: Input<i32>,
    pub(super) to: Input<i32>,
}

impl From<u16> for Ports {
    fn from(port: u16) -> Self {
        (port..=port).into()
    }
}

impl From<RangeInclusive<u16>> for Ports {
    fn from(ports: RangeInclusive<u16>) -> Self {
        Self {
            from: i32::from(*ports.start()).into(),
            to: i32::from(*ports.end()).into(),
        }
    }
}

impl From<Input<u16>> for Ports {
    fn from(port: Input<u16>) -> Self {
        Self {
            from: port.clone().trust_as(),
            to: port.trust_as(),
        }
    }
}

impl From<Output<u16>> for Ports {
    fn from(port: Output<u16>) -> Self {
        Input::from(port).into()
    }
}

/// A protocol with its ports. `from…` makes it an inbound rule, `to…` an outbound rule.
#[derive(Debug, Clone)]
pub struct Traffic {
    pub(super) protocol: IpProtocol,
    pub(super) from: Option<Input<i32>>,
    pub(super) to: Option<Input<i32>>,
}

impl Traffic {
    /// TCP to a port or a range of ports.
    pub fn tcp(ports: impl Into<Ports>) -> Self {
        Self::over(IpProtocol::Tcp, ports)
    }

    /// UDP to a port or a range of ports.
    pub fn udp(ports: impl Into<Ports>) -> Self {
        Self::over(IpProtocol::Udp, ports)
    }

    /// Every ICMP message over IPv4.
    #[must_use]
    pub fn icmp() -> Self {
        Self {
            protocol: IpProtocol::Icmp,
            from: Some((-1).into()),
            to: Some((-1).into()),
        }
    }

    /// ICMP messages over IPv4 of one type and code; code -1 is every code.
    #[must_use]
    pub fn icmp_type(kind: u8, code: i32) -> Self {
        Self {
            protocol: IpProtocol::Icmp,
            from: Some(i32::from(kind).into()),
            to: Some(code.into()),
        }
    }

    /// Every ICMP message over IPv6.
    #[must_use]
    pub fn icmpv6() -> Self {
        Self {
            protocol: IpProtocol::Icmpv6,
            from: Some((-1).into()),
            to: Some((-1).into()),
        }
    }

    /// Every protocol and every port.
    #[must_use]
    pub fn all() -> Self {
        Self::protocol(IpProtocol::All)
    }

    /// All traffic of a protocol that has no ports.
    #[must_use]
    pub fn protocol(protocol: IpProtocol) -> Self {
        Self {
            protocol,
            from: None,
            to: None,
        }
    }

    fn over(protocol: IpProtocol, ports: impl Into<Ports>) -> Self {
        let Ports { from, to } = ports.into();
        Self {
            protocol,
            from: Some(from),
            to: Some(to),
        }
    }

    /// Allows this traffic in from an address range, a security group or a prefix list.
    pub fn from(self, source: impl Into<IngressSource>) -> Ingress {
        let mut rule = Ingress::new(self.protocol, source);
        (rule.from_port, rule.to_port) = (self.from, self.to);
        rule
    }

    /// Allows this traffic in from every IPv4 address.
    #[must_use]
    pub fn from_anywhere(self) -> Ingress {
        self.from(ipnet::Ipv4Net::default())
    }

    /// Allows this traffic in from every IPv6 address.
    #[must_use]
    pub fn from_anywhere_ipv6(self) -> Ingress {
        self.from(ipnet::Ipv6Net::default())
    }

    /// Allows this traffic out to an address range, a security group or a prefix list.
    pub fn to(self, destination: impl Into<EgressDestination>) -> Egress {
        let mut rule = Egress::new(self.protocol, destination);
        (rule.from_port, rule.to_port) = (self.from, self.to);
        rule
    }

    /// Allows this traffic out to every IPv4 address.
    #[must_use]
    pub fn to_anywhere(self) -> Egress {
        self.to(ipnet::Ipv4Net::default())
    }

    /// Allows this traffic out to every IPv6 address.
    #[must_use]
    pub fn to_anywhere_ipv6(self) -> Egress {
        self.to(ipnet::Ipv6Net::default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn protocols_have_one_form() {
        for (text, protocol, form) in [
            ("6", IpProtocol::Tcp, "tcp"),
            ("TCP", IpProtocol::Tcp, "tcp"),
            ("-1", IpProtocol::All, "-1"),
            ("58", IpProtocol::Icmpv6, "icmpv6"),
            ("50", IpProtocol::Number(50), "50"),
        ] {
            assert_eq!(IpProtocol::parse(text), Some(protocol));
            assert_eq!(protocol.to_string(), form);
        }
        assert_eq!(IpProtocol::Number(6).to_string(), "tcp");
        assert_eq!(IpProtocol::parse("256"), None);
    }
}
