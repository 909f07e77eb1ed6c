//! AWS Cloud Map as a whole: services that do not fit into their namespace, and names that are declared twice.
//!
//! Not here: problems that one spec shows by itself, and namespaces that exist already.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::address::Address;
use crate::codes;
use crate::diagnostics::{Diagnostic, SourceLine};
use crate::document::Document;
use crate::expr::Expr;

const HTTP: &str = "AWS::ServiceDiscovery::HttpNamespace";
const PRIVATE: &str = "AWS::ServiceDiscovery::PrivateDnsNamespace";
const SERVICE: &str = "AWS::ServiceDiscovery::Service";

/// Reports everything about service discovery.
pub(super) fn all(document: &Document) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let mut names: BTreeMap<(&str, String, String), (&Address, &SourceLine)> = BTreeMap::new();
    for (address, declaration) in &document.resources {
        let kind = declaration.kind.as_str();
        if ![HTTP, PRIVATE, SERVICE].contains(&kind) {
            continue;
        }
        let spec = declaration.spec.to_value();
        if kind == SERVICE {
            found.extend(misplaced(document, address, &declaration.source, &spec));
        }
        let Some(key) = key(document, kind, &spec) else {
            continue;
        };
        let name = key.2.clone();
        if let Some((earlier, source)) = names.get(&key) {
            let what = if kind == SERVICE {
                "services"
            } else {
                "namespaces"
            };
            let message = format!("{what} `{earlier}` and `{address}` have the same name `{name}`");
            found.push(
                Diagnostic::error(codes::DISCOVERY_NAME_TAKEN, message)
                    .at(&declaration.source, format!("`{address}` is declared here"))
                    .at(source, format!("`{earlier}` is declared here"))
                    .help("give one of them another name"),
            );
        } else {
            names.insert(key, (address, &declaration.source));
        }
    }
    found
}

fn namespace<'d>(
    document: &'d Document,
    service: &Value,
) -> Option<(Address, &'d crate::document::Declaration)> {
    match Expr::of(&service["NamespaceId"]) {
        Ok(Some(Expr::Ref { address, .. })) => {
            let declaration = document.resources.get(&address)?;
            Some((address, declaration))
        }
        _ => None,
    }
}

/// The key that must be unique: kind, its container, and the name. DNS names are case-insensitive.
fn key<'k>(document: &Document, kind: &'k str, spec: &Value) -> Option<(&'k str, String, String)> {
    let name = spec["Name"].as_str()?;
    Some(match kind {
        HTTP => (kind, String::new(), name.to_owned()),
        PRIVATE => (kind, spec["Vpc"].to_string(), name.to_lowercase()),
        _ => {
            let http =
                namespace(document, spec).is_some_and(|(_, namespace)| namespace.kind == HTTP);
            let name = if http {
                name.to_owned()
            } else {
                name.to_lowercase()
            };
            (kind, spec["NamespaceId"].to_string(), name)
        }
    })
}

fn misplaced(
    document: &Document,
    address: &Address,
    source: &SourceLine,
    spec: &Value,
) -> Option<Diagnostic> {
    let (holder, namespace) = namespace(document, spec)?;
    let (what, help) = match namespace.kind.as_str() {
        HTTP if spec.get("DnsConfig").is_some() => (
            "has DNS records, but its namespace has no DNS",
            "use `Service::http(namespace, name)`, or a `PrivateDnsNamespace`",
        ),
        PRIVATE if spec.get("HealthCheckConfig").is_some() => (
            "has a Route 53 health check, but its namespace is private",
            "use `.custom_health_check()`, which ECS answers",
        ),
        PRIVATE if spec.get("DnsConfig").is_none() && spec.get("Type").is_none() => (
            "has no DNS records in a namespace with DNS",
            "use `Service::dns(namespace, name, records)`, or add `.service_type(ServiceType::Http)`",
        ),
        _ => return None,
    };
    Some(
        Diagnostic::error(
            codes::DISCOVERY_NAMESPACE,
            format!("service `{address}` {what}"),
        )
        .at(source, "declared here")
        .at(&namespace.source, format!("`{holder}` is declared here"))
        .help(help),
    )
}

#[cfg(test)]
mod tests {
    use crate::aws::ec2::VpcId;
    use crate::aws::servicediscovery::{
        DnsRecord, HealthCheck, HealthCheckType, HttpNamespace, PrivateDnsNamespace, RecordType,
        Route53HealthCheck, Service,
    };
    use crate::request::Request;
    use crate::resource::Declare;
    use crate::stack::Stack;

    fn problems(stack: impl FnOnce(&mut Stack)) -> Vec<String> {
        let build = |cx: &mut Stack| {
            stack(cx);
            Ok(())
        };
        let document = Stack::test("shop", build, Request::offline("us-east-1"));
        let told = document.problems.into_iter();
        told.map(|problem| format!("{}: {}", problem.code, problem.message))
            .collect()
    }

    fn record() -> [DnsRecord; 1] {
        [DnsRecord::new(RecordType::A, 10)]
    }

    #[test]
    fn services_fit_their_namespace() {
        let found = problems(|cx| {
            let http = HttpNamespace::new("shop").declare(cx, "http");
            let private = PrivateDnsNamespace::new(VpcId::existing("vpc-0a1"), "shop.internal")
                .declare(cx, "private");
            Service::dns(private.id(), "a", record())
                .custom_health_check()
                .declare(cx, "fine");
            Service::dns(http.id(), "b", record()).declare(cx, "dns-in-http");
            Service::http(private.id(), "c").declare(cx, "http-in-dns");
            let check = HealthCheck::Route53(Route53HealthCheck::new(HealthCheckType::Tcp));
            Service::dns(private.id(), "d", record())
                .health_check(check)
                .declare(cx, "checked");
        });
        assert_eq!(
            found,
            [
                "WL-0211: service `checked` has a Route 53 health check, but its namespace is private",
                "WL-0211: service `dns-in-http` has DNS records, but its namespace has no DNS",
                "WL-0211: service `http-in-dns` has no DNS records in a namespace with DNS",
            ]
        );
    }

    #[test]
    fn names_are_there_once() {
        let found = problems(|cx| {
            let private =
                |vpc: &str| PrivateDnsNamespace::new(VpcId::existing(vpc), "shop.internal");
            let one = private("vpc-0a1").declare(cx, "one");
            private("vpc-0b2").declare(cx, "other-vpc");
            private("vpc-0a1").declare(cx, "two");
            Service::dns(one.id(), "api", record()).declare(cx, "x");
            Service::dns(one.id(), "API", record()).declare(cx, "y");
        });
        assert_eq!(
            found,
            [
                "WL-0212: namespaces `one` and `two` have the same name `shop.internal`",
                "WL-0212: services `x` and `y` have the same name `api`",
            ]
        );
    }
}
