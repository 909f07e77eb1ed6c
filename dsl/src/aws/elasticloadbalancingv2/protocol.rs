//! The protocols of listeners and target groups, and AWS's `on`/`off`.
//!
//! Not here: which of them fit together, which `checks::balancing` knows.

use super::LoadBalancerType;

crate::text_enum! {
    /// The protocol of a listener, a target group or a health check.
    pub enum Protocol {
        /// HTTP; application load balancers.
        Http = "HTTP",
        /// HTTP over TLS; application load balancers.
        Https = "HTTPS",
        /// TCP; network load balancers.
        Tcp = "TCP",
        /// TLS over TCP, terminated at the load balancer; network load balancers.
        Tls = "TLS",
        /// UDP; network load balancers.
        Udp = "UDP",
        /// TCP and UDP on one port; network load balancers.
        TcpUdp = "TCP_UDP",
        /// QUIC; network load balancers.
        Quic = "QUIC",
        /// TCP and QUIC on one port; network load balancers.
        TcpQuic = "TCP_QUIC",
        /// GENEVE on port 6081; gateway load balancers.
        Geneve = "GENEVE",
    }

    /// The version of HTTP that targets use.
    pub enum ProtocolVersion {
        Http1 = "HTTP1",
        Http2 = "HTTP2",
        Grpc = "GRPC",
    }

    /// `on` or `off`, where AWS takes a text for a switch.
    pub enum Switch {
        /// Switched on.
        On = "on",
        /// Switched off.
        Off = "off",
    }
}

impl Protocol {
    /// The type of load balancer that supports the protocol.
    #[must_use]
    pub const fn load_balancer(self) -> LoadBalancerType {
        match self {
            Self::Http | Self::Https => LoadBalancerType::Application,
            Self::Tcp | Self::Tls | Self::Udp | Self::TcpUdp | Self::Quic | Self::TcpQuic => {
                LoadBalancerType::Network
            }
            Self::Geneve => LoadBalancerType::Gateway,
        }
    }

    /// Whether a listener terminates TLS, and so needs a certificate.
    #[must_use]
    pub const fn is_secure(self) -> bool {
        matches!(self, Self::Https | Self::Tls)
    }
}
