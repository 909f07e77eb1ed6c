//! The protocols that listeners and target groups speak, and AWS's `on`/`off`.
//!
//! Not here: which of them fit together, which `checks::balancing` knows.

use super::LoadBalancerType;

crate::text_enum! {
    /// What a listener, a target group or a health check speaks.
    pub enum Protocol {
        /// HTTP; application load balancers.
        Http = "HTTP",
        /// HTTP over TLS; application load balancers.
        Https = "HTTPS",
        /// TCP; network load balancers.
        Tcp = "TCP",
        /// TLS over TCP, ended at the load balancer; network load balancers.
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

    /// Which version of HTTP targets speak.
    pub enum ProtocolVersion {
        /// HTTP/1.1.
        Http1 = "HTTP1",
        /// HTTP/2.
        Http2 = "HTTP2",
        /// gRPC.
        Grpc = "GRPC",
    }

    /// `on` or `off`, where AWS takes a text for it.
    pub enum Switch {
        /// Switched on.
        On = "on",
        /// Switched off.
        Off = "off",
    }
}

impl Protocol {
    /// The load balancers that speak it.
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

    /// Whether a listener of it ends TLS, and so needs a certificate.
    #[must_use]
    pub const fn is_secure(self) -> bool {
        matches!(self, Self::Https | Self::Tls)
    }
}
