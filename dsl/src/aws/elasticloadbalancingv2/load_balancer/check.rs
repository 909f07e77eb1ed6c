//! Checks of one load balancer: what AWS would refuse, as far as literals show it. Checks that also need its listeners and subnets are in
//! `checks::balancing`.

use super::*;
use crate::aws::elasticloadbalancingv2::attributes::{self, LOAD_BALANCER_ATTRIBUTES};
use crate::aws::elasticloadbalancingv2::name;
use crate::resource::Check;
use crate::stack::Checks;

impl Check for LoadBalancer {
    fn check(&self, checks: &mut Checks<'_>) {
        name::check(checks, self.name.as_ref());
        if let Some(text) = self.name.as_ref().and_then(Input::literal)
            && text.starts_with("internal-")
        {
            checks.invalid(
                "Name",
                format!("is `{text}`"),
                "AWS keeps names that start with `internal-` for itself",
            );
        }
        let attributes = self
            .load_balancer_attributes
            .iter()
            .map(|a| (&a.key, &a.value));
        let kind = self.load_balancer_type.literal();
        attributes::check(
            checks,
            "LoadBalancerAttributes",
            LOAD_BALANCER_ATTRIBUTES,
            attributes,
            kind,
        );
        self.check_subnets(checks, kind);
        if let Some(kind) = kind {
            self.check_type(checks, kind);
        }
    }
}

impl LoadBalancer {
    fn check_subnets(&self, checks: &mut Checks<'_>, kind: Option<LoadBalancerType>) {
        let property = match &self.subnets {
            LoadBalancerSubnets::Subnets(_) => "Subnets",
            LoadBalancerSubnets::Mapped(_) => "SubnetMappings",
        };
        let application = kind == Some(LoadBalancerType::Application);
        match self.subnets.len() {
            count if application && count < 2 => checks.invalid(
                property,
                format!("has {count} of at least 2 subnets"),
                "an application load balancer stands in two zones or more; give it a subnet in each",
            ),
            0 => checks.invalid(
                property,
                "is empty",
                "a load balancer needs a subnet to have an address in",
            ),
            _ => {}
        }
        let LoadBalancerSubnets::Mapped(mappings) = &self.subnets else {
            return;
        };
        let internal = self.scheme.as_ref().and_then(Input::literal) == Some(Scheme::Internal);
        for mapping in mappings {
            if mapping.allocation_id.is_some()
                && (internal || kind != Some(LoadBalancerType::Network))
            {
                checks.invalid(
                    property,
                    "has an `AllocationId`",
                    "only a network load balancer that faces the internet takes Elastic IP addresses",
                );
            }
            if mapping.private_ipv4_address.is_some() && !internal {
                checks.invalid(
                    property,
                    "has a `PrivateIPv4Address`",
                    "only an internal network load balancer takes private addresses",
                );
            }
        }
    }

    /// Reports properties that this type of load balancer does not have.
    fn check_type(&self, checks: &mut Checks<'_>, kind: LoadBalancerType) {
        use LoadBalancerType::{Application, Gateway, Network};
        let given = [
            ("Scheme", self.scheme.is_some(), &[Application, Network][..]),
            (
                "SecurityGroups",
                !self.security_groups.is_empty(),
                &[Application, Network],
            ),
            (
                "EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic",
                self.enforce_security_group_inbound_rules_on_private_link_traffic
                    .is_some(),
                &[Network],
            ),
            (
                "Ipv4IpamPoolId",
                self.ipv4_ipam_pool_id.is_some(),
                &[Application],
            ),
            (
                "EnablePrefixForIpv6SourceNat",
                self.enable_prefix_for_ipv6_source_nat.is_some(),
                &[Network],
            ),
            (
                "MinimumLoadBalancerCapacity",
                self.minimum_load_balancer_capacity.is_some(),
                &[Application, Network],
            ),
        ];
        for (property, _, takers) in given
            .iter()
            .filter(|(_, given, takers)| *given && !takers.contains(&kind))
        {
            let takers: Vec<_> = takers.iter().map(|kind| kind.as_str()).collect();
            checks.invalid(
                property,
                format!("is given for a load balancer of type `{kind}`"),
                format!(
                    "it belongs to load balancers of type {}",
                    takers.join(" and ")
                ),
            );
        }
        let address_type = self.ip_address_type.as_ref().and_then(Input::literal);
        if address_type == Some(IpAddressType::DualstackWithoutPublicIpv4)
            && matches!(kind, Network | Gateway)
        {
            checks.invalid(
                "IpAddressType",
                format!("is `dualstack-without-public-ipv4` for a load balancer of type `{kind}`"),
                "only application load balancers take it",
            );
        }
        if self
            .enforce_security_group_inbound_rules_on_private_link_traffic
            .is_some()
            && self.security_groups.is_empty()
        {
            checks.invalid(
                "EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic",
                "is given, but `SecurityGroups` is empty",
                "there are no rules to enforce without a security group",
            );
        }
    }
}
