//! `AWS::ServiceDiscovery::PrivateDnsNamespace`: names that clients find by DNS inside a VPC.
//!
//! What surprises people: AWS creates a private hosted zone of Amazon Route 53 with the namespace. AWS creates and deletes a namespace in the
//! background, and refuses to delete one that holds a service. AWS does not say for which VPC a namespace was created.
//!
//! Not here: names without DNS, which are [`HttpNamespace`](super::HttpNamespace). Reference:
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-servicediscovery-privatednsnamespace.html>

use windlass_derive::{Block, Resource};

use super::{NamespaceArn, NamespaceId, name};
use crate::aws::ec2::VpcId;
use crate::aws::route53::HostedZoneId;
use crate::resource::{Check, Samples};
use crate::stack::Checks;
use crate::value::{Input, IntoInput, Tags};

/// Names that clients find by DNS inside a VPC.
///
/// ```
/// use windlass::aws::ec2::VpcId;
/// use windlass::aws::servicediscovery::PrivateDnsNamespace;
/// use windlass::request::Request;
/// use windlass::resource::Declare;
/// use windlass::stack::Stack;
///
/// let document = Stack::test("shop", |cx| {
///     PrivateDnsNamespace::new(VpcId::existing("vpc-0a1"), "shop.internal").negative_ttl(15).declare(cx, "namespace");
///     Ok(())
/// }, Request::offline("us-east-1"));
/// assert_eq!(document.problems, []);
/// ```
#[derive(Debug, Clone, Resource)]
#[resource(
    kind = "AWS::ServiceDiscovery::PrivateDnsNamespace",
    id = "Id",
    outputs(
        id: NamespaceId = "Id",
        arn: NamespaceArn = "Arn",
        hosted_zone_id: HostedZoneId = "HostedZoneId",
    ),
    waits(Ready),
    reference_wait = Ready,
    exclusive("Vpc", "Name")
)]
pub struct PrivateDnsNamespace {
    /// The VPC in which clients can resolve the names. AWS does not return it.
    #[field(replaces, never_read)]
    pub vpc: Input<VpcId>,
    /// The domain, such as `shop.internal`, at most 253 characters.
    #[field(replaces)]
    pub name: Input<String>,
    /// A description of the namespace, at most 1024 characters.
    #[field(in_place)]
    pub description: Option<Input<String>>,
    /// Properties of the namespace's hosted zone.
    #[field(in_place, removal_keeps)]
    pub properties: Option<NamespaceProperties>,
    #[field(in_place)]
    pub tags: Tags,
}

/// Properties of a namespace.
#[derive(Debug, Clone, Block)]
pub struct NamespaceProperties {
    /// Properties for DNS.
    pub dns_properties: Option<DnsProperties>,
}

/// The DNS properties of a namespace.
#[derive(Debug, Clone, Block)]
pub struct DnsProperties {
    /// The start-of-authority record.
    #[field(name = "SOA")]
    pub soa: Option<Soa>,
}

/// A start-of-authority record.
#[derive(Debug, Clone, Block)]
pub struct Soa {
    /// How long resolvers cache that a name does not exist (negative TTL), in seconds, 0 to 2147483647.
    #[field(name = "TTL")]
    pub ttl: Option<Input<u32>>,
}

impl PrivateDnsNamespace {
    /// How long resolvers cache that a name does not exist, in seconds: `Properties.DnsProperties.SOA.TTL`.
    #[must_use]
    pub fn negative_ttl(self, seconds: impl IntoInput<u32>) -> Self {
        let dns = DnsProperties::new().soa(Soa::new().ttl(seconds));
        self.properties(NamespaceProperties::new().dns_properties(dns))
    }
}

impl Check for PrivateDnsNamespace {
    fn check(&self, checks: &mut Checks<'_>) {
        name::check_dns(checks, Some(&self.name), 253);
        name::check_description(checks, self.description.as_ref());
        let dns = self
            .properties
            .as_ref()
            .and_then(|properties| properties.dns_properties.as_ref());
        let ttl = dns
            .and_then(|dns| dns.soa.as_ref())
            .and_then(|soa| soa.ttl.as_ref());
        checks.range("Properties", ttl, 0..=2_147_483_647);
    }
}

impl Samples for PrivateDnsNamespace {
    fn samples() -> Vec<Self> {
        let vpc = |id: &str| VpcId::existing(id);
        let full = Self::new(vpc("vpc-0a1"), "shop.internal")
            .description("services of the shop")
            .negative_ttl(60)
            .tag("Name", "shop");
        vec![
            Self::new(vpc("vpc-0a1"), "shop.internal"),
            full.clone(),
            full.clone()
                .description("all services")
                .negative_ttl(15)
                .tag("Name", "other"),
            full.clone().name("store.internal"),
            full.clone().vpc(vpc("vpc-0b2")),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::Request;
    use crate::resource::Declare;
    use crate::stack::Stack;

    #[test]
    fn names_that_are_no_domains_are_reported() {
        let problems = |name: &str| {
            let stack = |cx: &mut Stack| {
                PrivateDnsNamespace::new(VpcId::existing("vpc-0a1"), name).declare(cx, "n");
                Ok(())
            };
            Stack::test("t", stack, Request::offline("us-east-1"))
                .problems
                .len()
        };
        assert_eq!(
            ["local", "shop.internal", "_tcp.shop"].map(problems),
            [0, 0, 0]
        );
        assert_eq!(
            ["", "shop..internal", "-shop.internal", "my shop"].map(problems),
            [2, 1, 1, 1]
        );
    }
}
