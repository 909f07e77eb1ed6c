//! Ranges of subnets: each lies within its VPC's range, and no two of one VPC overlap.

use std::collections::BTreeMap;

use ipnet::{IpNet, Ipv4Net};
use serde_json::Value;

use super::{Declared, Network, name};
use crate::aws::ec2::{Subnet, Vpc};
use crate::checks::declared::in_source_order;
use crate::codes;
use crate::diagnostics::Diagnostic;

const PROPERTIES: [&str; 2] = ["CidrBlock", "Ipv6CidrBlock"];

/// A subnet with one of its ranges.
type Ranged<'d, 'a> = (IpNet, &'d Declared<'a>);

/// Reports subnets of one VPC whose ranges overlap, with the next free block as the way out.
pub(super) fn overlapping(network: &Network<'_>) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    for (vpc, mut subnets) in by_vpc(network) {
        subnets.sort_by_key(|(range, subnet)| (*range, subnet.address));
        // Two blocks overlap only if one contains the other. So the open blocks form a chain, each within the one before.
        let mut open: Vec<Ranged<'_, '_>> = Vec::new();
        for (range, subnet) in &subnets {
            while open.pop_if(|(outer, _)| !outer.contains(range)).is_some() {}
            if let Some(outer) = open.last() {
                let free = next_free(network, &vpc, &subnets, range.prefix_len());
                problems.push(overlap(*outer, (*range, *subnet), free));
            }
            open.push((*range, *subnet));
        }
    }
    problems
}

fn overlap(outer: Ranged<'_, '_>, inner: Ranged<'_, '_>, free: Option<Ipv4Net>) -> Diagnostic {
    let (earlier, later) = in_source_order(outer.1, inner.1);
    let (its, others) = if std::ptr::eq(later, inner.1) {
        (inner.0, outer.0)
    } else {
        (outer.0, inner.0)
    };
    let how = match its.prefix_len().cmp(&others.prefix_len()) {
        std::cmp::Ordering::Greater => {
            format!("{its} lies inside {others} of `{}`", earlier.address)
        }
        std::cmp::Ordering::Equal => format!("{its} is also the range of `{}`", earlier.address),
        std::cmp::Ordering::Less => format!("{its} holds {others} of `{}`", earlier.address),
    };
    let help = match free.filter(|free| free.prefix_len() == its.prefix_len()) {
        Some(free) => format!("{free} is the next free block of that size"),
        None => "give one of them a range of its own".to_owned(),
    };
    Diagnostic::error(
        codes::SUBNETS_OVERLAP,
        format!(
            "subnets `{}` and `{}` overlap",
            earlier.address, later.address
        ),
    )
    .at(later.source, how)
    .at(
        earlier.source,
        format!("`{}` has {others}", earlier.address),
    )
    .help(help)
}

/// Subnets with their literal ranges, by the VPC that they name.
fn by_vpc<'d, 'a>(network: &'d Network<'a>) -> Vec<(Value, Vec<Ranged<'d, 'a>>)> {
    let mut groups: BTreeMap<String, (Value, Vec<Ranged<'d, 'a>>)> = BTreeMap::new();
    for subnet in network.all::<Subnet>() {
        let Some(vpc) = network.vpc(subnet) else {
            continue;
        };
        let ranges = PROPERTIES
            .iter()
            .filter_map(|property| subnet.literal::<IpNet>(property));
        let group = groups
            .entry(vpc.to_string())
            .or_insert_with(|| (vpc, Vec::new()));
        group.1.extend(ranges.map(|range| (range.trunc(), subnet)));
    }
    groups.into_values().collect()
}

/// The first block of that length in the VPC's IPv4 range that overlaps no subnet.
fn next_free(
    network: &Network<'_>,
    vpc: &Value,
    subnets: &[Ranged<'_, '_>],
    length: u8,
) -> Option<Ipv4Net> {
    let whole = declared_vpc(network, vpc)?.literal::<Ipv4Net>("CidrBlock")?;
    let taken = |block: Ipv4Net| {
        let block = IpNet::from(block);
        let touches = |range: &IpNet| range.contains(&block) || block.contains(range);
        subnets.iter().any(|(range, _)| touches(range))
    };
    whole
        .trunc()
        .subnets(length)
        .ok()?
        .find(|block| !taken(*block))
}

fn declared_vpc<'d, 'a>(network: &'d Network<'a>, vpc: &Value) -> Option<&'d Declared<'a>> {
    match crate::expr::Expr::of(vpc) {
        Ok(Some(crate::expr::Expr::Ref { address, .. })) => network
            .declared
            .get(&address)
            .filter(|declared| declared.is::<Vpc>()),
        _ => None,
    }
}

/// Reports subnets whose IPv4 range is not within that of the declared VPC.
pub(super) fn outside(network: &Network<'_>) -> Vec<Diagnostic> {
    let outside = |subnet: &Declared<'_>| {
        let vpc_id = network.vpc(subnet)?;
        let vpc = declared_vpc(network, &vpc_id)?;
        let whole = vpc.literal::<Ipv4Net>("CidrBlock")?.trunc();
        let range = subnet.literal::<Ipv4Net>("CidrBlock")?.trunc();
        if whole.contains(&range) {
            return None;
        }
        let ranges: Vec<_> = by_vpc(network)
            .into_iter()
            .find(|(vpc, _)| *vpc == vpc_id)
            .map(|(_, ranges)| ranges)
            .unwrap_or_default();
        let help = match next_free(network, &vpc_id, &ranges, range.prefix_len()) {
            Some(free) => format!(
                "{free} is the next free block of that size in {}",
                name(&vpc_id)
            ),
            None => format!("{whole} has no free block of that size"),
        };
        let message = format!("subnet `{}` lies outside {}", subnet.address, name(&vpc_id));
        let problem = Diagnostic::error(codes::SUBNET_OUTSIDE_VPC, message)
            .at(subnet.source, format!("{range} is not part of {whole}"))
            .at(vpc.source, format!("`{}` has {whole}", vpc.address))
            .help(help);
        Some(problem)
    };
    network.all::<Subnet>().filter_map(outside).collect()
}

#[cfg(test)]
mod tests {
    use super::super::testing::{lines, said};
    use crate::aws::ec2::{Subnet, Vpc, VpcId};
    use crate::cidr;
    use crate::codes;
    use crate::resource::Declare;

    #[test]
    fn a_subnet_inside_another_is_reported_on_the_later_line_with_the_next_free_block() {
        let document = lines(|cx| {
            let vpc = Vpc::new(cidr!("10.0.0.0/16")).declare(cx, "vpc");
            Subnet::new(vpc.id(), cidr!("10.0.0.0/23")).declare(cx, "app-a");
            Subnet::new(vpc.id(), cidr!("10.0.1.128/25")).declare(cx, "app-b");
        });
        let problem = &document.problems[0];
        assert_eq!(
            said(&document),
            ["WL-0107 subnets `app-a` and `app-b` overlap"]
        );
        let labels: Vec<_> = problem
            .labels
            .iter()
            .map(|label| label.text.as_str())
            .collect();
        assert_eq!(
            labels,
            [
                "10.0.1.128/25 lies inside 10.0.0.0/23 of `app-a`",
                "`app-a` has 10.0.0.0/23"
            ]
        );
        assert!(problem.labels[0].source.line > problem.labels[1].source.line);
        assert_eq!(
            problem.help.as_deref(),
            Some("10.0.2.0/25 is the next free block of that size")
        );
    }

    #[test]
    fn the_later_one_may_be_the_larger_or_the_same() {
        let document = lines(|cx| {
            let vpc = Vpc::new(cidr!("10.0.0.0/24")).declare(cx, "vpc");
            Subnet::new(vpc.id(), cidr!("10.0.0.0/25")).declare(cx, "z");
            Subnet::new(vpc.id(), cidr!("10.0.0.0/24")).declare(cx, "b");
            Subnet::new(vpc.id(), cidr!("10.0.0.0/25")).declare(cx, "c");
        });
        let first = |code| {
            let mut of = document
                .problems
                .iter()
                .filter(|problem| problem.code == code);
            of.next().map(|problem| problem.labels[0].text.clone())
        };
        assert_eq!(
            said(&document),
            [
                "WL-0107 subnets `b` and `c` overlap",
                "WL-0107 subnets `z` and `c` overlap"
            ]
        );
        assert_eq!(
            first(codes::SUBNETS_OVERLAP).as_deref(),
            Some("10.0.0.0/25 lies inside 10.0.0.0/24 of `b`")
        );
    }

    #[test]
    fn neighbours_and_other_vpcs_do_not_overlap() {
        let document = lines(|cx| {
            let vpc = Vpc::new(cidr!("10.0.0.0/16")).declare(cx, "vpc");
            let other = Vpc::new(cidr!("10.0.0.0/16")).declare(cx, "other");
            Subnet::new(vpc.id(), cidr!("10.0.0.0/24")).declare(cx, "a");
            Subnet::new(vpc.id(), cidr!("10.0.1.0/24")).declare(cx, "b");
            Subnet::new(other.id(), cidr!("10.0.0.0/24")).declare(cx, "c");
            Subnet::new(VpcId::existing("vpc-0a1"), cidr!("10.0.0.0/24")).declare(cx, "d");
        });
        assert_eq!(said(&document), [""; 0]);
    }

    #[test]
    fn ipv6_ranges_overlap_too_and_vpcs_made_elsewhere_count() {
        let document = lines(|cx| {
            let vpc = || VpcId::existing("vpc-0a1");
            let range = cidr!("2001:db8::/64");
            Subnet::new(vpc(), cidr!("10.0.0.0/24"))
                .ipv6_cidr_block(range)
                .declare(cx, "a");
            Subnet::ipv6_only(vpc(), range).declare(cx, "b");
        });
        assert_eq!(said(&document), ["WL-0107 subnets `a` and `b` overlap"]);
    }

    #[test]
    fn a_subnet_outside_its_vpc_is_reported() {
        let document = lines(|cx| {
            let vpc = Vpc::new(cidr!("10.0.0.0/16")).declare(cx, "vpc");
            Subnet::new(vpc.id(), cidr!("10.0.0.0/24")).declare(cx, "inside");
            Subnet::new(vpc.id(), cidr!("10.1.0.0/24")).declare(cx, "outside");
        });
        assert_eq!(
            said(&document),
            ["WL-0101 subnet `outside` lies outside `vpc`"]
        );
        assert_eq!(
            document.problems[0].help.as_deref(),
            Some("10.0.1.0/24 is the next free block of that size in `vpc`")
        );
    }
}
