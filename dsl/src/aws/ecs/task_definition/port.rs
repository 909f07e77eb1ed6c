//! Container ports. A port is a handle that only its container can give, so a load balancer cannot send traffic to a port that is not exposed.

use windlass_derive::{Block, Choice};

use super::container::Container;
use crate::aws::ecs::PortName;
use crate::value::{Input, IntoInput};

crate::text_enum! {
    /// The protocol of a port.
    pub enum TransportProtocol {
        Tcp = "tcp",
        Udp = "udp",
    }
    /// The protocol of the traffic, for Service Connect and VPC Lattice.
    pub enum AppProtocol {
        Http = "http",
        Http2 = "http2",
        Grpc = "grpc",
    }
}

/// A port, or a range of ports, that a container listens on.
#[derive(Debug, Clone, Block)]
#[block(no_new)]
pub struct PortMapping {
    /// The port or ports.
    #[field(choice, no_setter)]
    pub listens: Listens,
    /// The port of the host. In `awsvpc` and `host` mode it is the container's own port; in `bridge` mode the default, 0, lets ECS choose one.
    pub host_port: Option<Input<u16>>,
    /// The protocol. AWS's default is `tcp`.
    #[field(removal_default("\"tcp\""))]
    pub protocol: Option<Input<TransportProtocol>>,
    /// The name of the port for Service Connect and VPC Lattice.
    pub name: Option<Input<PortName>>,
    /// The protocol of the traffic, for Service Connect. If absent, plain TCP.
    pub app_protocol: Option<Input<AppProtocol>>,
}

/// The port or ports of a mapping.
#[derive(Debug, Clone, Choice)]
pub enum Listens {
    ContainerPort(Input<u16>),
    /// A range of ports, such as `6000-6009`.
    ContainerPortRange(Input<String>),
}

impl PortMapping {
    /// One port, over TCP.
    #[must_use]
    pub fn new(port: impl IntoInput<u16>) -> Self {
        Self::of(Listens::ContainerPort(port.into()))
    }

    /// A range of ports, such as `6000-6009`, over TCP.
    #[must_use]
    pub fn range(ports: impl IntoInput<String>) -> Self {
        Self::of(Listens::ContainerPortRange(ports.into()))
    }

    fn of(listens: Listens) -> Self {
        Self {
            listens,
            host_port: None,
            protocol: Some(TransportProtocol::Tcp.into()),
            name: None,
            app_protocol: None,
        }
    }
}

/// An exposed port of a container. Load balancers take such a handle.
#[derive(Debug, Clone)]
pub struct ContainerPort {
    pub(crate) container: Input<String>,
    pub(crate) port: Input<u16>,
}

/// An exposed port with a name. Service Connect, VPC Lattice and load balancers take such a handle.
#[derive(Debug, Clone)]
pub struct NamedPort {
    pub(crate) port: ContainerPort,
    pub(crate) name: PortName,
}

/// A type that is an exposed port of a container.
#[diagnostic::on_unimplemented(
    message = "only an exposed port can be balanced, and `{Self}` is no port of a container",
    label = "a handle of a port is wanted here",
    note = "`let http = container.port(8080)` exposes one and gives its handle; a port of a task definition made elsewhere is \
            `ContainerPort::existing(\"name\", 8080)`"
)]
pub trait ExposedPort: Into<ContainerPort> {}

#[diagnostic::do_not_recommend]
impl<V: Into<ContainerPort>> ExposedPort for V {}

impl ContainerPort {
    /// A port of a container in a task definition that is made elsewhere. If the port is wrong, AWS refuses the service at creation.
    #[must_use]
    pub fn existing(container: impl IntoInput<String>, port: impl IntoInput<u16>) -> Self {
        Self {
            container: container.into(),
            port: port.into(),
        }
    }

    /// The container's name.
    #[must_use]
    pub fn container(&self) -> Input<String> {
        self.container.clone()
    }

    /// The port's number.
    #[must_use]
    pub fn number(&self) -> Input<u16> {
        self.port.clone()
    }
}

impl NamedPort {
    /// The port's name.
    #[must_use]
    pub fn name(&self) -> PortName {
        self.name.clone()
    }
}

impl From<NamedPort> for ContainerPort {
    fn from(named: NamedPort) -> Self {
        named.port
    }
}

impl From<&NamedPort> for ContainerPort {
    fn from(named: &NamedPort) -> Self {
        named.port.clone()
    }
}

impl From<&ContainerPort> for ContainerPort {
    fn from(port: &ContainerPort) -> Self {
        port.clone()
    }
}

impl From<NamedPort> for Input<PortName> {
    fn from(named: NamedPort) -> Self {
        named.name.into()
    }
}

impl From<&NamedPort> for Input<PortName> {
    fn from(named: &NamedPort) -> Self {
        named.name.clone().into()
    }
}

impl Container {
    /// Exposes a TCP port, and returns the handle that load balancers take.
    pub fn port(&mut self, port: impl IntoInput<u16>) -> ContainerPort {
        let port = port.into();
        self.port_mappings.push(PortMapping::new(port.clone()));
        ContainerPort {
            container: self.name.clone(),
            port,
        }
    }

    /// Exposes a TCP port under a name, and returns the handle that Service Connect takes, too.
    pub fn named_port(
        &mut self,
        name: impl Into<String>,
        protocol: AppProtocol,
        port: impl IntoInput<u16>,
    ) -> NamedPort {
        let (port, name) = (port.into(), PortName::existing(name));
        let mapping = PortMapping::new(port.clone())
            .name(name.clone())
            .app_protocol(protocol);
        self.port_mappings.push(mapping);
        NamedPort {
            port: ContainerPort {
                container: self.name.clone(),
                port,
            },
            name,
        }
    }

    /// Exposes any port mapping; for UDP, host ports and ranges.
    #[must_use]
    pub fn expose(mut self, mapping: PortMapping) -> Self {
        self.port_mappings.push(mapping);
        self
    }
}
