//! Load-balancing parts that must fit each other: protocols, networks, and forwarding from load balancers and listeners to target groups.

use serde_json::Value;

use super::{
    Balancing, LISTENER, LOAD_BALANCER, RULE, SERVICE, SUBNET, TARGET_GROUP, actions, read, subnets,
};
use crate::address::Address;
use crate::aws::elasticloadbalancingv2::{LoadBalancerType, Protocol};
use crate::checks::declared::{Declared, referred};
use crate::codes;
use crate::diagnostics::Diagnostic;

/// The target group protocols that a listener's protocol can forward to.
/// <https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-target-groups.html#target-group-routing-configuration>
const fn takers(listener: Protocol) -> &'static [Protocol] {
    match listener {
        Protocol::Http | Protocol::Https => &[Protocol::Http, Protocol::Https],
        Protocol::Tcp => &[Protocol::Tcp, Protocol::TcpUdp],
        Protocol::Tls => &[Protocol::Tcp, Protocol::Tls],
        Protocol::Udp => &[Protocol::Udp, Protocol::TcpUdp],
        Protocol::TcpUdp => &[Protocol::TcpUdp],
        Protocol::Quic => &[Protocol::Quic, Protocol::TcpQuic],
        Protocol::TcpQuic => &[Protocol::TcpQuic],
        Protocol::Geneve => &[Protocol::Geneve],
    }
}

pub(super) fn protocols(stack: &Balancing<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for listener in stack.of(LISTENER) {
        let (Some(kind), spoken) = (
            stack.load_balancer_type(&listener.spec),
            listener.spec.get("Protocol"),
        ) else {
            continue;
        };
        let spoken = match spoken {
            None => Some(Protocol::Geneve),
            Some(protocol) => read(protocol),
        };
        if let Some(spoken) = spoken.filter(|spoken: &Protocol| spoken.load_balancer() != kind) {
            found.push(misplaced_listener(stack, listener, spoken, kind));
        }
    }
    for (from, listener, group) in stack.forwards() {
        let (Some(listener), Some(group)) = (listener, stack.referred(TARGET_GROUP, group)) else {
            continue;
        };
        let spoken = match listener.spec.get("Protocol") {
            None => Some(Protocol::Geneve),
            Some(protocol) => read(protocol),
        };
        let held = read::<Protocol>(&group.spec["Protocol"]);
        let lambda = group.spec["TargetType"] == "lambda";
        let Some(spoken) = spoken else { continue };
        let fits = match held {
            Some(held) => takers(spoken).contains(&held),
            None => !lambda || matches!(spoken, Protocol::Http | Protocol::Https),
        };
        if !fits {
            let held = held.map_or("calls a Lambda function".to_owned(), |held| {
                format!("speaks {held}")
            });
            let takers: Vec<_> = takers(spoken)
                .iter()
                .map(|protocol| protocol.as_str())
                .collect();
            let message = format!("`{}` cannot forward to `{}`", from.address, group.address);
            found.push(
                Diagnostic::error(codes::TARGET_GROUP_PROTOCOL, message)
                    .at(from.source, format!("what comes in here is {spoken}"))
                    .at(group.source, format!("`{}` {held}", group.address))
                    .help(format!(
                        "{spoken} can be forwarded to target groups that speak {}",
                        takers.join(" or ")
                    )),
            );
        }
    }
    found
}

fn misplaced_listener(
    stack: &Balancing<'_>,
    listener: &Declared<'_>,
    spoken: Protocol,
    kind: LoadBalancerType,
) -> Diagnostic {
    let spoken_here: Vec<_> = Protocol::ALL
        .iter()
        .filter(|protocol| protocol.load_balancer() == kind)
        .map(|protocol| protocol.as_str())
        .collect();
    let says = match spoken {
        Protocol::Geneve => "says no protocol".to_owned(),
        spoken => format!("speaks {spoken}"),
    };
    let message = format!(
        "listener `{}` {says} on a load balancer of type `{kind}`",
        listener.address
    );
    let problem =
        Diagnostic::error(codes::LISTENER_PROTOCOL, message).at(listener.source, "declared here");
    let problem = match stack.referred(LOAD_BALANCER, &listener.spec["LoadBalancerArn"]) {
        Some(balancer) => problem.at(
            balancer.source,
            format!("`{}` is of type `{kind}`", balancer.address),
        ),
        None => problem,
    };
    problem.help(match kind {
        LoadBalancerType::Gateway => {
            "use `Listener::gateway(load_balancer, target_group)`".to_owned()
        }
        _ => format!("such load balancers speak {}", spoken_here.join(", ")),
    })
}

/// ECS refuses a service with a target group that no load balancer uses.
pub(super) fn unreached(stack: &Balancing<'_>) -> Vec<Diagnostic> {
    let reached: Vec<Address> = stack
        .forwards()
        .filter_map(|(_, _, group)| referred(group))
        .collect();
    let mut found = Vec::new();
    for service in stack.of(SERVICE) {
        let used = service.spec["LoadBalancers"]
            .as_array()
            .into_iter()
            .flatten();
        for group in
            used.filter_map(|balanced| stack.referred(TARGET_GROUP, &balanced["TargetGroupArn"]))
        {
            if !reached.contains(group.address) {
                let message = format!(
                    "service `{}` uses target group `{}`, which nothing forwards to",
                    service.address, group.address
                );
                found.push(
                    Diagnostic::error(codes::TARGET_GROUP_UNREACHED, message)
                        .at(service.source, "ECS only takes a target group that a load balancer uses")
                        .at(group.source, format!("`{}` is declared here", group.address))
                        .help("declare a `Listener` or `ListenerRule` with `Action::forward(target_group.arn())`"),
                );
            }
        }
    }
    found
}

pub(super) fn networks(stack: &Balancing<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (from, listener, group) in stack.forwards() {
        let Some(group) = stack.referred(TARGET_GROUP, group) else {
            continue;
        };
        let balancer = listener
            .and_then(|listener| stack.referred(LOAD_BALANCER, &listener.spec["LoadBalancerArn"]));
        let Some(balancer) = balancer else { continue };
        let own = group.spec.get("VpcId");
        let subnets = subnets(&balancer.spec);
        let subnet = subnets
            .into_iter()
            .find_map(|subnet| stack.referred(SUBNET, subnet));
        let (Some(own), Some(subnet)) = (own, subnet) else {
            continue;
        };
        let theirs = &subnet.spec["VpcId"];
        // Different values mean different VPCs only if this stack declares one of them, or if both are literals.
        if own != theirs
            && (referred(own).is_some()
                || referred(theirs).is_some()
                || own.is_string() && theirs.is_string())
        {
            let message = format!(
                "target group `{}` is in another VPC than load balancer `{}`",
                group.address, balancer.address
            );
            found.push(
                Diagnostic::error(codes::TARGET_GROUP_VPC, message)
                    .at(group.source, format!("`{}` is in {}", group.address, shown(own)))
                    .at(balancer.source, format!("`{}` is in {}", balancer.address, shown(theirs)))
                    .at(from.source, "it forwards from one to the other")
                    .help("a load balancer reaches targets of its own VPC; use IP addresses as targets for what lies beyond"),
            );
        }
    }
    found
}

fn shown(vpc: &Value) -> String {
    match referred(vpc) {
        Some(address) => format!("`{address}`"),
        None => vpc.as_str().unwrap_or("another VPC").to_owned(),
    }
}

pub(super) fn logins_without_https(stack: &Balancing<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for rule in stack.of(RULE) {
        let Some(listener) = stack.referred(LISTENER, &rule.spec["ListenerArn"]) else {
            continue;
        };
        let spoken = read::<Protocol>(&listener.spec["Protocol"]);
        let asks = |action: &&Value| {
            matches!(
                action["Type"].as_str(),
                Some("authenticate-cognito" | "authenticate-oidc" | "jwt-validation")
            )
        };
        if let (Some(action), Some(spoken)) = (actions(&rule.spec["Actions"]).find(asks), spoken)
            && spoken != Protocol::Https
        {
            let sort = action["Type"].as_str().unwrap_or_default();
            let message = format!(
                "rule `{}` has an action `{sort}` without HTTPS",
                rule.address
            );
            found.push(
                Diagnostic::error(codes::RULE_NEEDS_HTTPS, message)
                    .at(
                        rule.source,
                        "AWS finds out who asks on HTTPS listeners only",
                    )
                    .at(
                        listener.source,
                        format!("`{}` speaks {spoken}", listener.address),
                    )
                    .help("move the rule to an HTTPS listener"),
            );
        }
    }
    found
}
