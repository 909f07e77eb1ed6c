//! Load-balancing collisions: two listeners on one port, two rules with one priority, two subnets of a load balancer in one zone.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Balancing, LISTENER, LOAD_BALANCER, RULE, SUBNET, read, subnets};
use crate::aws::elasticloadbalancingv2::LoadBalancerType;
use crate::checks::declared::{Declared, referred, repeated};
use crate::codes;
use crate::diagnostics::Diagnostic;

pub(super) fn listeners_on_one_port(stack: &Balancing<'_>) -> Vec<Diagnostic> {
    let listeners = stack.of(LISTENER);
    let key = |listener: &Declared<'_>| {
        let port = listener.spec["Port"].as_u64()?;
        Some((listener.spec["LoadBalancerArn"].to_string(), port))
    };
    let report = |(earlier, later): (&Declared<'_>, &Declared<'_>)| {
        let port = &later.spec["Port"];
        let spoken: Vec<_> = [earlier, later]
            .iter()
            .filter_map(|one| one.spec["Protocol"].as_str())
            .collect();
        let mut both = spoken.clone();
        both.sort_unstable();
        let help = match both[..] {
            ["TCP", "UDP"] => "one listener with the protocol TCP_UDP serves both".to_owned(),
            _ => "give one of them another port, or make it a rule of the other".to_owned(),
        };
        let message = format!(
            "listeners `{}` and `{}` both take port {port}",
            earlier.address, later.address
        );
        Diagnostic::error(codes::LISTENER_PORT_TAKEN, message)
            .at(
                later.source,
                format!(
                    "`{}` takes port {port} of the same load balancer",
                    later.address
                ),
            )
            .at(
                earlier.source,
                format!("`{}` takes it here", earlier.address),
            )
            .help(help)
    };
    repeated(listeners.iter().filter_map(|one| Some((key(one)?, one))))
        .into_iter()
        .map(report)
        .collect()
}

pub(super) fn rules_of_one_priority(stack: &Balancing<'_>) -> Vec<Diagnostic> {
    let rules = stack.of(RULE);
    let key = |rule: &Declared<'_>| {
        Some((
            rule.spec["ListenerArn"].to_string(),
            rule.spec["Priority"].as_u64()?,
        ))
    };
    let report = |(earlier, later): (&Declared<'_>, &Declared<'_>)| {
        let priority = later.spec["Priority"].as_u64().unwrap_or_default();
        let listener = referred(&later.spec["ListenerArn"]);
        let listener = listener.map_or("one listener".to_owned(), |address| format!("`{address}`"));
        let taken: Vec<u64> = rules
            .iter()
            .filter(|rule| rule.spec["ListenerArn"] == later.spec["ListenerArn"])
            .filter_map(|rule| rule.spec["Priority"].as_u64())
            .collect();
        let free = (priority + 1..=50_000).find(|number| !taken.contains(number));
        let help = free.map_or("give it another".to_owned(), |free| {
            format!("{free} is the next free one")
        });
        Diagnostic::error(
            codes::RULE_PRIORITY_TAKEN,
            format!("two rules of {listener} have priority {priority}"),
        )
        .at(later.source, format!("`{}` has it", later.address))
        .at(earlier.source, format!("`{}` has it too", earlier.address))
        .help(help)
    };
    repeated(rules.iter().filter_map(|one| Some((key(one)?, one))))
        .into_iter()
        .map(report)
        .collect()
}

pub(super) fn subnets_in_one_zone(stack: &Balancing<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for balancer in stack.of(LOAD_BALANCER) {
        let mut first: BTreeMap<&str, &Declared<'_>> = BTreeMap::new();
        for subnet in subnets(&balancer.spec)
            .into_iter()
            .filter_map(|subnet| stack.referred(SUBNET, subnet))
        {
            let zone = ["AvailabilityZone", "AvailabilityZoneId"]
                .iter()
                .find_map(|name| subnet.spec[*name].as_str());
            let Some(zone) = zone else { continue };
            if let Some(earlier) = first.insert(zone, subnet) {
                let message = format!(
                    "load balancer `{}` has two subnets in {zone}",
                    balancer.address
                );
                found.push(
                    Diagnostic::error(codes::LOAD_BALANCER_ZONES, message)
                        .at(
                            balancer.source,
                            "a load balancer takes one subnet of each zone",
                        )
                        .at(subnet.source, format!("`{}` is in {zone}", subnet.address))
                        .at(earlier.source, format!("so is `{}`", earlier.address))
                        .help(zones_help(&balancer.spec)),
                );
            }
        }
    }
    found
}

fn zones_help(balancer: &Value) -> &'static str {
    if read(&balancer["Type"]) == Some(LoadBalancerType::Application) {
        "an application load balancer needs subnets in two zones or more: move one of them to another zone"
    } else {
        "leave one of them out, or move it to another zone"
    }
}
