//! `--replace` of each address of every example stack, on a cloud that refuses what AWS refuses. Either the run ends in an empty preview, or
//! `preview` refuses with a reason and a way out. No run ends half-way.

use windlass::Stack;
use windlass::address::Address;
use windlass::diagnostics::Diagnostic;
use windlass::prelude::*;
use windlass::request::Request;
use windlass_engine::interrupt::Interrupt;
use windlass_engine::session::SessionError;
use windlass_state::record::RunResult;
use windlass_tests::cloud::kinds::schema;
use windlass_tests::cloud::{Program, Universe, parse, refused, rules};

use super::crash::{block_on, declared, gpu_workers, storefront};

/// Replaces in a fork of the universe. Returns the problems if Windlass refused.
fn replaced(up: &Universe, program: &Program, replace: Vec<Address>) -> Option<Vec<Diagnostic>> {
    let universe = up.fork();
    universe.life.begin(None);
    let ran = block_on(universe.run_replacing(Some(program), &replace, Interrupt::never()));
    let ran = match ran {
        Ok(ran) => ran,
        Err(SessionError::Stack(problems)) => return Some(problems),
        Err(error) => panic!("{replace:?}: {error:?}"),
    };
    assert_eq!(refused(&ran), [""; 0], "{replace:?}");
    assert_eq!(ran.summary.result, RunResult::Done, "{replace:?}");
    let again = block_on(universe.preview(program));
    assert!(again.is_empty(), "{replace:?}: {:#?}", again.changes);
    universe.assert_nothing_lost();
    None
}

/// The addresses that the help of a refusal says to replace, too.
fn way_out(problems: &[Diagnostic]) -> Vec<Address> {
    let helps = problems.iter().map(|problem| {
        let help = problem.help.as_deref();
        help.unwrap_or_else(|| panic!("no way out: {problem:?}"))
    });
    let named = helps.flat_map(|help| help.split("--replace ").skip(1));
    let named = named.map(|rest| rest.split([' ', '`']).next().unwrap_or_default());
    named.map(parse).collect()
}

/// Replaces each address, and returns the refused ones. If a refusal names other addresses to replace, that is a way out.
fn replaces_each(program: &Program) -> Vec<String> {
    let up = Universe::default();
    assert_eq!(refused(&block_on(up.up(program))), [""; 0]);
    let mut refusals = Vec::new();
    for address in program.document().resources.keys() {
        let mut replace = vec![address.clone()];
        while let Some(problems) = replaced(&up, program, replace.clone()) {
            if replace.len() == 1 {
                refusals.push(address.to_string());
            }
            let more = way_out(&problems);
            let known = replace.len();
            replace.extend(more);
            replace.sort_unstable();
            replace.dedup();
            if replace.len() <= known {
                break; // the refusal names no further address: the way out is another one, such as another name
            }
        }
    }
    refusals
}

/// Subnets, because their range is taken. And the internet gateway, because a resource with a public address holds its attachment.
fn of_networks(zones: &str) -> Vec<String> {
    let subnets = |kind: &'static str| {
        zones
            .chars()
            .map(move |zone| format!("network/{kind}-{zone}"))
    };
    let gateway = ["network/attachment", "network/internet-gateway"].map(str::to_owned);
    let subnets = subnets("private").chain(subnets("public"));
    gateway.into_iter().chain(subnets).collect()
}

#[test]
fn each_address_of_the_quickstart() {
    let refusals = replaces_each(&declared("quickstart", quickstart::stack, &[]));
    assert_eq!(refusals, of_networks("ab"));
}

#[test]
fn each_address_of_the_storefront() {
    let refusals = replaces_each(&storefront(&[]));
    // A name in a namespace stays taken until the service that is registered under it is deleted.
    let names = ["api-discovery", "namespace"].map(str::to_owned);
    let mut expected = [&names[..1], &names[1..], &of_networks("abc")].concat();
    expected.sort();
    assert_eq!(refusals, expected);
}

#[test]
fn each_address_of_the_gpu_workers() {
    let refusals = replaces_each(&gpu_workers(&[]));
    // The cluster has one list of capacity providers, and the service uses it.
    let mut expected = of_networks("ab");
    expected.push("cluster-capacity".to_owned());
    expected.sort();
    assert_eq!(refusals, expected);
}

/// Nearly every resource there has a fixed name, so Windlass refuses many addresses. The others converge.
#[test]
fn each_address_of_the_platform() {
    let program = declared("platform", platform::stack, &[("services", "1")]);
    let refusals = replaces_each(&program);
    assert!(refusals.contains(&"vpc".to_owned()), "{refusals:?}");
    assert!(!refusals.contains(&"http".to_owned()), "{refusals:?}");
}

#[test]
fn another_range_moves_the_quickstart_over() {
    let ranged = |range: &'static str| {
        let stack = move |cx: &mut Stack| {
            let network = Network::over(2.zones())
                .range(range.parse().expect("a range"))
                .declare(cx, "network");
            let cluster = ecs::Cluster::new().fargate().declare(cx, "cluster");
            let mut app = ecs::Container::new("app", image!("public.ecr.aws/nginx/nginx:1.27"));
            let http = app.port(80);
            LoadBalancedService::on(&cluster, &network)
                .container(app)
                .listen(http, HealthCheck::path("/"))
                .declare(cx, "web");
            Ok(())
        };
        let document = Stack::test("quickstart", stack, Request::offline("us-east-1"));
        Program::from(document)
    };
    let universe = Universe::default();
    for range in ["10.0.0.0/16", "10.1.0.0/16"] {
        let ran = block_on(universe.up(&ranged(range)));
        assert_eq!(refused(&ran), [""; 0]);
    }
    assert!(block_on(universe.preview(&ranged("10.1.0.0/16"))).is_empty());
    universe.assert_nothing_lost();
}

/// A kind of the catalogue declares what it holds wherever the simulated cloud says that it holds something.
#[test]
fn the_kinds_say_what_they_hold() {
    for (used, user, _) in rules::IN_USE {
        let real = |kind: &str| windlass::aws::schema(kind).is_some();
        if real(used) && real(user) {
            let user = schema(user).expect("known");
            assert!(!user.holds.is_empty(), "{} holds {used}", user.kind);
        }
    }
}
