//! Clusters against capacity providers: which clusters list them, which services use them, and whether their groups fit.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{ASSOCIATIONS, CAPACITY_PROVIDER, CLUSTER, SERVICE};
use crate::address::Address;
use crate::checks::declared::{Declared, of_kind, referenced};
use crate::codes;
use crate::diagnostics::{Diagnostic, SourceLine};
use crate::document::Document;

/// The capacity providers of a cluster.
struct Listed {
    /// The providers as specs name them: literals or references.
    providers: Vec<Value>,
    /// The place where they are listed.
    at: Option<SourceLine>,
}

/// Reports capacity providers that two places list, that a service uses without being listed, or whose protection only one side has.
pub(in crate::checks) fn capacity(document: &Document) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    let listed = listed(document, &mut problems);
    used(document, &listed, &mut problems);
    protected(document, &mut problems);
    problems
}

/// A cluster has one list: its own, or that of one association. The AWS call behind both replaces the whole list.
fn listed(document: &Document, problems: &mut Vec<Diagnostic>) -> BTreeMap<Address, Listed> {
    let mut listed: BTreeMap<Address, Listed> = BTreeMap::new();
    for cluster in of_kind(document, CLUSTER) {
        let own = cluster.list("CapacityProviders");
        let at = (!own.is_empty()).then(|| cluster.source.clone());
        let providers = named(document, own);
        listed.insert(cluster.address.clone(), Listed { providers, at });
    }
    for association in of_kind(document, ASSOCIATIONS) {
        let Some(cluster) = referenced(document, &association.spec["Cluster"], CLUSTER) else {
            continue;
        };
        let Some(entry) = listed.get_mut(cluster.address) else {
            continue;
        };
        if let Some(earlier) = &entry.at {
            let message = format!(
                "the capacity providers of `{}` are declared in two places",
                cluster.address
            );
            problems.push(
                Diagnostic::error(codes::CAPACITY_PROVIDERS_TWICE, message)
                    .at(association.source, "listed here")
                    .at(earlier, "and here")
                    .help("AWS knows one list for a cluster, and each declaration would replace the other's: keep one"),
            );
        }
        entry.at = Some(association.source.clone());
        entry
            .providers
            .extend(named(document, association.list("CapacityProviders")));
    }
    // Managed instances name their cluster themselves.
    for provider in of_kind(document, CAPACITY_PROVIDER) {
        if let Some(cluster) = referenced(document, &provider.spec["ClusterName"], CLUSTER)
            && let Some(entry) = listed.get_mut(cluster.address)
        {
            entry.providers.push(name_of(&provider));
        }
    }
    listed
}

fn used(document: &Document, listed: &BTreeMap<Address, Listed>, problems: &mut Vec<Diagnostic>) {
    for service in of_kind(document, SERVICE) {
        let Some(cluster) = referenced(document, &service.spec["Cluster"], CLUSTER) else {
            continue;
        };
        let Some(known) = listed.get(cluster.address) else {
            continue;
        };
        for item in service.list("CapacityProviderStrategy") {
            let wanted = named(document, std::slice::from_ref(&item["CapacityProvider"]));
            if wanted.iter().all(|wanted| known.providers.contains(wanted)) {
                continue;
            }
            let shown = shown(&item["CapacityProvider"]);
            let listed_at = known.at.as_ref().unwrap_or(cluster.source);
            let message = format!(
                "`{}` runs on capacity provider {shown}, which cluster `{}` does not have",
                service.address, cluster.address
            );
            problems.push(
                Diagnostic::error(codes::CAPACITY_PROVIDER_UNKNOWN, message)
                    .at(service.source, "used here")
                    .at(listed_at, "the cluster's capacity providers")
                    .help("list it in the cluster or in its `ClusterCapacityProviderAssociations`"),
            );
        }
    }
}

fn protected(document: &Document, problems: &mut Vec<Diagnostic>) {
    for provider in of_kind(document, CAPACITY_PROVIDER) {
        let block = &provider.spec["AutoScalingGroupProvider"];
        let kind = "AWS::AutoScaling::AutoScalingGroup";
        let Some(group) = referenced(document, &block["AutoScalingGroupArn"], kind) else {
            continue;
        };
        let guarded = &group.spec["NewInstancesProtectedFromScaleIn"];
        if block["ManagedTerminationProtection"] == "ENABLED"
            && (guarded.is_null() || *guarded == false)
        {
            let message = format!(
                "`{}` protects instances from termination, but `{}` does not protect new ones from scale-in",
                provider.address, group.address
            );
            problems.push(
                Diagnostic::error(codes::SCALE_IN_PROTECTION_MISSING, message)
                    .at(provider.source, "managed termination protection is on")
                    .at(group.source, "scale-in protection is off")
                    .help("set `new_instances_protected_from_scale_in(true)` on the group"),
            );
        }
    }
}

/// Names in a form that compares: a reference to a provider with a literal name becomes that name.
fn named(document: &Document, names: &[Value]) -> Vec<Value> {
    let name = |value: &Value| match referenced(document, value, CAPACITY_PROVIDER) {
        Some(provider) => name_of(&provider),
        None => value.clone(),
    };
    names.iter().map(name).collect()
}

fn name_of(provider: &Declared<'_>) -> Value {
    match &provider.spec["Name"] {
        Value::Null => Value::from(provider.address.as_str()),
        name => name.clone(),
    }
}

fn shown(name: &Value) -> String {
    match crate::expr::Expr::of(name) {
        Ok(Some(crate::expr::Expr::Ref { address, .. })) => format!("`{address}`"),
        _ => format!("`{}`", name.as_str().unwrap_or("…")),
    }
}

#[cfg(test)]
mod tests {
    use crate::aws::autoscaling::AutoScalingGroupArn;
    use crate::aws::ecs::*;
    use crate::request::Request;
    use crate::resource::Declare;
    use crate::stack::Stack;

    fn codes(stack: impl FnOnce(&mut Stack)) -> Vec<String> {
        let document = Stack::test(
            "t",
            |cx| {
                stack(cx);
                Ok(())
            },
            Request::offline("us-east-1"),
        );
        let problems = document.problems.into_iter();
        problems.map(|problem| problem.code.to_string()).collect()
    }

    fn task() -> TaskDefinitionArn {
        TaskDefinitionArn::existing("arn:aws:ecs:us-east-1:123456789012:task-definition/app:1")
    }

    fn gpu() -> CapacityProvider {
        CapacityProvider::of_group(AutoScalingGroupArn::existing("arn:aws:autoscaling:::a"))
    }

    #[test]
    fn one_list_of_capacity_providers() {
        let spot = CapacityProviderName::fargate_spot;
        let item = || [CapacityProviderStrategyItem::new(spot()).weight(1)];
        let twice = |cluster: Cluster| {
            codes(|cx| {
                let cluster = cluster.declare(cx, "cluster");
                ClusterCapacityProviderAssociations::new(cluster.name(), item())
                    .capacity_providers([spot()])
                    .declare(cx, "capacity");
            })
        };
        assert_eq!(twice(Cluster::new()), [""; 0]);
        assert_eq!(twice(Cluster::new().fargate()), ["WL-0309"]);
    }

    #[test]
    fn a_service_runs_on_what_its_cluster_has() {
        let on = |launch: fn(CapacityProviderName) -> Launch, cluster: Cluster| {
            codes(|cx| {
                let cluster = cluster.declare(cx, "cluster");
                let launch = launch(CapacityProviderName::fargate_spot());
                Service::new(cluster.name(), task())
                    .launch(launch)
                    .declare(cx, "service");
            })
        };
        assert_eq!(on(Launch::on, Cluster::new().fargate()), [""; 0]);
        assert_eq!(on(Launch::on, Cluster::new()), ["WL-0306"]);
        assert_eq!(on(|_| Launch::fargate(), Cluster::new()), [""; 0]);
    }

    #[test]
    fn a_declared_provider_is_known_by_reference_and_by_name() {
        let found = codes(|cx| {
            let provider = gpu().name("gpu").declare(cx, "gpu");
            let cluster = Cluster::new()
                .capacity_providers([provider.name()])
                .declare(cx, "cluster");
            for (name, launch) in [
                ("one", Launch::on(provider.name())),
                ("two", Launch::on(CapacityProviderName::existing("gpu"))),
            ] {
                Service::new(cluster.name(), task())
                    .launch(launch)
                    .declare(cx, name);
            }
        });
        assert_eq!(found, [""; 0]);
    }
}
