//! Load balancing as a whole: listeners and rules that collide, and load balancers, listeners and target groups that do not fit each other.
//!
//! Not here: problems that one spec shows by itself. AWS finds what a reference or literal does not show (an existing subnet's zone).

mod collisions;
mod fit;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde_json::Value;

use super::declared::{Declared, referred};
use crate::aws::elasticloadbalancingv2::LoadBalancerType;
use crate::codes;
use crate::diagnostics::Diagnostic;
use crate::document::Document;

const LOAD_BALANCER: &str = "AWS::ElasticLoadBalancingV2::LoadBalancer";
const LISTENER: &str = "AWS::ElasticLoadBalancingV2::Listener";
const RULE: &str = "AWS::ElasticLoadBalancingV2::ListenerRule";
const TARGET_GROUP: &str = "AWS::ElasticLoadBalancingV2::TargetGroup";
const SUBNET: &str = "AWS::EC2::Subnet";
const SERVICE: &str = "AWS::ECS::Service";

/// The input of the checks: the specs of the kinds concerned, read once.
struct Balancing<'d> {
    document: &'d Document,
    kinds: BTreeMap<&'static str, Vec<Declared<'d>>>,
}

/// Reports everything about load balancing.
pub(in crate::checks) fn all(document: &Document) -> Vec<Diagnostic> {
    let stack = Balancing::read(document);
    if [LOAD_BALANCER, LISTENER, RULE, TARGET_GROUP]
        .iter()
        .all(|kind| stack.of(kind).is_empty())
    {
        return Vec::new();
    }
    let checks: [fn(&Balancing<'_>) -> Vec<Diagnostic>; 8] = [
        collisions::listeners_on_one_port,
        collisions::subnets_in_one_zone,
        collisions::rules_of_one_priority,
        fit::protocols,
        fit::unreached,
        fit::networks,
        fit::logins_without_https,
        names,
    ];
    checks.iter().flat_map(|check| check(&stack)).collect()
}

impl<'d> Balancing<'d> {
    fn read(document: &'d Document) -> Self {
        let mut kinds: BTreeMap<&'static str, Vec<Declared<'d>>> = BTreeMap::new();
        let concerned = [LOAD_BALANCER, LISTENER, RULE, TARGET_GROUP, SUBNET, SERVICE];
        for (address, declaration) in &document.resources {
            if let Some(kind) = concerned.iter().find(|kind| **kind == declaration.kind) {
                let declared = Declared::of(address, declaration);
                kinds.entry(kind).or_default().push(declared);
            }
        }
        Self { document, kinds }
    }

    fn of(&self, kind: &str) -> &[Declared<'d>] {
        self.kinds.get(kind).map(Vec::as_slice).unwrap_or_default()
    }

    /// The declaration that a property refers to.
    fn referred(&self, kind: &str, value: &Value) -> Option<&Declared<'d>> {
        let address = referred(value)?;
        let found = self.of(kind);
        // In the order of their addresses, as in the document.
        found
            .binary_search_by(|declared| declared.address.cmp(&address))
            .ok()
            .map(|at| &found[at])
    }

    fn load_balancer_type(&self, listener: &Value) -> Option<LoadBalancerType> {
        let balancer = self.referred(LOAD_BALANCER, &listener["LoadBalancerArn"])?;
        read(&balancer.spec["Type"])
    }

    /// Every place where a listener or rule forwards to a target group, with the listener if this stack declares it.
    fn forwards<'s>(
        &'s self,
    ) -> impl Iterator<Item = (&'s Declared<'d>, Option<&'s Declared<'d>>, &'s Value)> {
        let listeners = self
            .of(LISTENER)
            .iter()
            .map(|listener| (listener, Some(listener), "DefaultActions"));
        let rules = self.of(RULE).iter().map(|rule| {
            (
                rule,
                self.referred(LISTENER, &rule.spec["ListenerArn"]),
                "Actions",
            )
        });
        listeners
            .chain(rules)
            .flat_map(|(from, listener, property)| {
                let groups = actions(&from.spec[property]).flat_map(target_groups);
                groups.map(move |group| (from, listener, group))
            })
    }
}

fn read<T: serde::de::DeserializeOwned>(value: &Value) -> Option<T> {
    T::deserialize(value).ok()
}

fn actions(list: &Value) -> impl Iterator<Item = &Value> {
    list.as_array().into_iter().flatten()
}

fn target_groups(action: &Value) -> impl Iterator<Item = &Value> {
    let several = action["ForwardConfig"]["TargetGroups"].as_array();
    let several = several
        .into_iter()
        .flatten()
        .map(|target| &target["TargetGroupArn"]);
    action.get("TargetGroupArn").into_iter().chain(several)
}

/// The subnets of a load balancer, from either of the two properties.
fn subnets(balancer: &Value) -> Vec<&Value> {
    let list = |property: &str| balancer[property].as_array().into_iter().flatten();
    list("Subnets")
        .chain(list("SubnetMappings").map(|mapping| &mapping["SubnetId"]))
        .collect()
}

/// Names that the engine makes start with the stack's name, and AWS reserves `internal-`.
fn names(stack: &Balancing<'_>) -> Vec<Diagnostic> {
    let name = &stack.document.stack;
    if name != "internal" && !name.starts_with("internal-") {
        return Vec::new();
    }
    let nameless = stack
        .of(LOAD_BALANCER)
        .iter()
        .filter(|balancer| balancer.spec.get("Name").is_none());
    let report = |balancer: &Declared<'_>| {
        let message = format!(
            "the name that `{}` would get starts with `internal-`",
            balancer.address
        );
        Diagnostic::error(codes::LOAD_BALANCER_NAME, message)
            .at(
                balancer.source,
                "AWS keeps such names of load balancers for itself",
            )
            .help(format!(
                "give it a name, with `.name(…)`, or the stack another one than `{name}`"
            ))
    };
    nameless.map(report).collect()
}
