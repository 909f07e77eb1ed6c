//! Load balancing as a whole: listeners and rules that collide, and load balancers, listeners and target groups that do not fit each other.
//!
//! Not here: what one spec shows by itself. What a reference or literal does not show (an existing subnet's zone) is left to AWS.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::address::Address;
use crate::aws::elasticloadbalancingv2::{LoadBalancerType, Protocol};
use crate::codes;
use crate::diagnostics::{Diagnostic, SourceLine};
use crate::document::Document;
use crate::expr::Expr;

const LOAD_BALANCER: &str = "AWS::ElasticLoadBalancingV2::LoadBalancer";
const LISTENER: &str = "AWS::ElasticLoadBalancingV2::Listener";
const RULE: &str = "AWS::ElasticLoadBalancingV2::ListenerRule";
const TARGET_GROUP: &str = "AWS::ElasticLoadBalancingV2::TargetGroup";
const SUBNET: &str = "AWS::EC2::Subnet";
const SERVICE: &str = "AWS::ECS::Service";

/// A declaration with its spec read.
struct Declared<'d> {
    address: &'d Address,
    source: &'d SourceLine,
    spec: Value,
}

/// What the checks look at: the specs of the kinds concerned, read once.
struct Stack<'d> {
    document: &'d Document,
    kinds: BTreeMap<&'static str, Vec<Declared<'d>>>,
}

/// Reports everything about load balancing.
pub(super) fn all(document: &Document) -> Vec<Diagnostic> {
    let stack = Stack::read(document);
    if [LOAD_BALANCER, LISTENER, RULE, TARGET_GROUP]
        .iter()
        .all(|kind| stack.of(kind).is_empty())
    {
        return Vec::new();
    }
    let checks: [fn(&Stack<'_>) -> Vec<Diagnostic>; 8] = [
        listeners_on_one_port,
        subnets_in_one_zone,
        rules_of_one_priority,
        protocols,
        unreached,
        networks,
        logins_without_https,
        names,
    ];
    checks.iter().flat_map(|check| check(&stack)).collect()
}

impl<'d> Stack<'d> {
    fn read(document: &'d Document) -> Self {
        let mut kinds: BTreeMap<&'static str, Vec<Declared<'d>>> = BTreeMap::new();
        let concerned = [LOAD_BALANCER, LISTENER, RULE, TARGET_GROUP, SUBNET, SERVICE];
        for (address, declaration) in &document.resources {
            if let Some(kind) = concerned.iter().find(|kind| **kind == declaration.kind) {
                kinds.entry(kind).or_default().push(Declared {
                    address,
                    source: &declaration.source,
                    spec: declaration.spec.to_value(),
                });
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
        // In order of their addresses, as the document has them.
        found
            .binary_search_by(|declared| declared.address.cmp(&address))
            .ok()
            .map(|at| &found[at])
    }

    fn load_balancer_type(&self, listener: &Value) -> Option<LoadBalancerType> {
        let balancer = self.referred(LOAD_BALANCER, &listener["LoadBalancerArn"])?;
        read(&balancer.spec["Type"])
    }

    /// Every place where a listener or rule forwards to a target group, with the listener where it is declared here.
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

fn referred(value: &Value) -> Option<Address> {
    match Expr::of(value) {
        Ok(Some(Expr::Ref { address, .. })) => Some(address),
        _ => None,
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

/// The subnets of a load balancer, in either of their forms.
fn subnets(balancer: &Value) -> Vec<&Value> {
    let list = |property: &str| balancer[property].as_array().into_iter().flatten();
    list("Subnets")
        .chain(list("SubnetMappings").map(|mapping| &mapping["SubnetId"]))
        .collect()
}

/// Pairs of declarations with the same key: each with the first that had it.
fn doubles<'s, 'd, K: Ord>(
    declared: &'s [Declared<'d>],
    key: impl Fn(&Declared<'d>) -> Option<K>,
) -> Vec<(&'s Declared<'d>, &'s Declared<'d>)> {
    let mut first: BTreeMap<K, &Declared<'d>> = BTreeMap::new();
    let mut pairs = Vec::new();
    for one in declared {
        let Some(key) = key(one) else { continue };
        match first.get(&key) {
            Some(earlier) => pairs.push((*earlier, one)),
            None => drop(first.insert(key, one)),
        }
    }
    pairs
}

fn listeners_on_one_port(stack: &Stack<'_>) -> Vec<Diagnostic> {
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
    doubles(listeners, key).into_iter().map(report).collect()
}

fn rules_of_one_priority(stack: &Stack<'_>) -> Vec<Diagnostic> {
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
    doubles(rules, key).into_iter().map(report).collect()
}

fn subnets_in_one_zone(stack: &Stack<'_>) -> Vec<Diagnostic> {
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

/// What a listener's protocol can be forwarded to.
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

fn protocols(stack: &Stack<'_>) -> Vec<Diagnostic> {
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
    stack: &Stack<'_>,
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

/// ECS refuses a service whose target group no load balancer uses.
fn unreached(stack: &Stack<'_>) -> Vec<Diagnostic> {
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

fn networks(stack: &Stack<'_>) -> Vec<Diagnostic> {
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
        // A declared VPC and an existing one by its id may be the same only where neither is declared here.
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

fn logins_without_https(stack: &Stack<'_>) -> Vec<Diagnostic> {
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

/// Names that the engine makes start with the stack's, and AWS keeps `internal-` for itself.
fn names(stack: &Stack<'_>) -> Vec<Diagnostic> {
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

#[cfg(test)]
mod tests {
    use crate::aws::acm::CertificateArn;
    use crate::aws::ec2::{Subnet, SubnetId, Vpc, VpcId};
    use crate::aws::ecs::{
        AwsvpcConfiguration, Cluster, Container, Launch, Service, TaskDefinition,
    };
    use crate::aws::elasticloadbalancingv2::{
        Action, AuthenticateCognito, Listener, ListenerRule, LoadBalancer, Protocol, RuleCondition,
        TargetGroup, UserPoolArn,
    };
    use crate::diagnostics::Diagnostic;
    use crate::request::Request;
    use crate::resource::{Declare, Handle};
    use crate::stack::Stack;

    fn problems(stack: impl FnOnce(&mut Stack, &Handle<LoadBalancer>)) -> Vec<Diagnostic> {
        let build = |cx: &mut Stack| {
            let front =
                LoadBalancer::application(["subnet-0a1", "subnet-0b2"].map(SubnetId::existing))
                    .declare(cx, "front");
            stack(cx, &front);
            Ok(())
        };
        Stack::test("shop", build, Request::offline("us-east-1")).problems
    }

    fn told(problems: &[Diagnostic]) -> Vec<(String, usize)> {
        problems
            .iter()
            .map(|problem| {
                (
                    format!("{}: {}", problem.code, problem.message),
                    problem.labels.len(),
                )
            })
            .collect()
    }

    fn paths(path: &str) -> [RuleCondition; 1] {
        [RuleCondition::paths([path])]
    }

    #[test]
    fn two_listeners_on_one_port() {
        let found = problems(|cx, front| {
            Listener::http(front.arn(), Action::respond(404)).declare(cx, "a");
            Listener::http(front.arn(), Action::respond(404))
                .port(8080)
                .declare(cx, "b");
            Listener::http(front.arn(), Action::respond(404)).declare(cx, "c");
        });
        assert_eq!(
            told(&found),
            [(
                "WL-0201: listeners `a` and `c` both take port 80".to_owned(),
                2
            )]
        );
    }

    #[test]
    fn two_rules_of_one_priority() {
        let found = problems(|cx, front| {
            let http = Listener::http(front.arn(), Action::respond(404)).declare(cx, "http");
            for (name, priority) in [("a", 10), ("b", 11), ("c", 10)] {
                ListenerRule::new(http.arn(), priority, paths("/a"), [Action::respond(200)])
                    .declare(cx, name);
            }
        });
        assert_eq!(
            told(&found),
            [(
                "WL-0203: two rules of `http` have priority 10".to_owned(),
                2
            )]
        );
        assert_eq!(found[0].help.as_deref(), Some("12 is the next free one"));
    }

    #[test]
    fn a_target_group_of_another_protocol() {
        let found = problems(|cx, front| {
            let vpc = VpcId::existing("vpc-0a1");
            let tcp = TargetGroup::ip(vpc.clone(), Protocol::Tcp, 80).declare(cx, "tcp");
            let web = TargetGroup::ip(vpc, Protocol::Http, 80).declare(cx, "web");
            let http = Listener::http(front.arn(), Action::forward(web.arn())).declare(cx, "http");
            ListenerRule::new(http.arn(), 1, paths("/a"), [Action::forward(tcp.arn())])
                .declare(cx, "rule");
        });
        assert_eq!(
            told(&found),
            [("WL-0204: `rule` cannot forward to `tcp`".to_owned(), 2)]
        );
    }

    #[test]
    fn a_listener_of_another_load_balancer_type() {
        let found = problems(|cx, front| {
            Listener::on(front.arn(), Protocol::Tcp, 80, Action::respond(404)).declare(cx, "tcp");
        });
        let told = told(&found);
        assert_eq!(
            told,
            [(
                "WL-0207: listener `tcp` speaks TCP on a load balancer of type `application`"
                    .to_owned(),
                2
            )]
        );
    }

    #[test]
    fn a_login_without_https() {
        let found = problems(|cx, front| {
            let http = Listener::http(front.arn(), Action::respond(404)).declare(cx, "http");
            let certificate =
                CertificateArn::existing("arn:aws:acm:us-east-1:123456789012:certificate/0a1");
            let https = Listener::https(front.arn(), certificate, Action::respond(404))
                .declare(cx, "https");
            let pool =
                UserPoolArn::existing("arn:aws:cognito-idp:us-east-1:123456789012:userpool/a");
            let login = || Action::from(AuthenticateCognito::new(pool.clone(), "client", "shop"));
            for (name, listener) in [("a", &http), ("b", &https)] {
                let actions = [login(), Action::respond(200)];
                ListenerRule::new(listener.arn(), 1, paths("/a"), actions).declare(cx, name);
            }
        });
        let told = told(&found);
        assert_eq!(
            told,
            [(
                "WL-0209: rule `a` has an action `authenticate-cognito` without HTTPS".to_owned(),
                2
            )]
        );
    }

    fn subnet(cx: &mut Stack, vpc: &str, name: &str, zone: &str) -> Handle<Subnet> {
        let range = "10.0.1.0/24".parse::<ipnet::Ipv4Net>().expect("a range");
        Subnet::new(VpcId::existing(vpc), range)
            .availability_zone(zone)
            .declare(cx, name)
    }

    fn only(problems: &[Diagnostic], code: &str) -> Vec<(String, usize)> {
        let mut found = told(problems);
        found.retain(|(message, _)| message.starts_with(code));
        found
    }

    #[test]
    fn two_subnets_in_one_zone() {
        let found = problems(|cx, _| {
            let a = subnet(cx, "vpc-0a1", "a", "us-east-1a");
            let b = subnet(cx, "vpc-0a1", "b", "us-east-1a");
            let c = subnet(cx, "vpc-0a1", "c", "us-east-1b");
            LoadBalancer::application([a.id(), c.id()]).declare(cx, "fine");
            LoadBalancer::application([a.id(), b.id(), c.id()]).declare(cx, "lb");
        });
        let expected = "WL-0202: load balancer `lb` has two subnets in us-east-1a";
        assert_eq!(only(&found, "WL-0202"), [(expected.to_owned(), 3)]);
    }

    #[test]
    fn a_target_group_in_another_vpc() {
        let found = problems(|cx, _| {
            let a = subnet(cx, "vpc-0a1", "a", "us-east-1a");
            let b = subnet(cx, "vpc-0a1", "b", "us-east-1b");
            let lb = LoadBalancer::application([a.id(), b.id()]).declare(cx, "lb");
            let there = TargetGroup::ip(VpcId::existing("vpc-0b2"), Protocol::Http, 80);
            let there = there.declare(cx, "there");
            let here = TargetGroup::ip(VpcId::existing("vpc-0a1"), Protocol::Http, 80);
            let here = here.declare(cx, "here");
            let split = Action::split([(here.arn(), 1), (there.arn(), 1)]);
            Listener::http(lb.arn(), split).declare(cx, "http");
        });
        let expected = "WL-0208: target group `there` is in another VPC than load balancer `lb`";
        assert_eq!(only(&found, "WL-0208"), [(expected.to_owned(), 3)]);
    }

    #[test]
    fn a_service_with_a_target_group_that_nothing_forwards_to() {
        let found = problems(|cx, front| {
            let cluster = Cluster::new().fargate().declare(cx, "cluster");
            let mut app = Container::new("app", crate::image!("public.ecr.aws/nginx/nginx:1.27"));
            let http = app.port(80);
            let task = TaskDefinition::fargate(crate::fargate!(cpu: 256, memory: 512))
                .container(app)
                .declare(cx, "task-definition");
            let group = |cx: &mut Stack, name: &str| {
                let group = TargetGroup::ip(VpcId::existing("vpc-0a1"), Protocol::Http, 80);
                group.declare(cx, name)
            };
            let (reached, lost) = (group(cx, "reached"), group(cx, "lost"));
            Listener::http(front.arn(), Action::forward(reached.arn())).declare(cx, "http");
            for (name, group) in [("a", &reached), ("b", &lost)] {
                let network = AwsvpcConfiguration::new([SubnetId::existing("subnet-0a1")]);
                Service::awsvpc(cluster.name(), task.arn(), network)
                    .launch(Launch::fargate())
                    .balance(http.clone(), group.arn())
                    .declare(cx, name);
            }
        });
        let expected = "WL-0205: service `b` uses target group `lost`, which nothing forwards to";
        assert_eq!(only(&found, "WL-0205"), [(expected.to_owned(), 2)]);
    }

    #[test]
    fn a_stack_whose_names_aws_keeps() {
        let build = |cx: &mut Stack| {
            let subnets = || ["subnet-0a1", "subnet-0b2"].map(SubnetId::existing);
            LoadBalancer::application(subnets()).declare(cx, "made");
            LoadBalancer::application(subnets())
                .name("given")
                .declare(cx, "given");
            Vpc::new("10.0.0.0/16".parse::<ipnet::Ipv4Net>().expect("a range")).declare(cx, "vpc");
            Ok(())
        };
        let found = Stack::test("internal", build, Request::offline("us-east-1")).problems;
        assert_eq!(
            told(&found),
            [(
                "WL-0210: the name that `made` would get starts with `internal-`".to_owned(),
                1
            )]
        );
    }
}
