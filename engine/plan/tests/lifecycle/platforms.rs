//! Whole platforms, as the patterns of the language make them: how a change of one part affects the others.

use windlass::patterns::network::NetworkDesign;
use windlass::prelude::*;
use windlass::request::Request;
use windlass_plan::plan::{Plan, Reason, StepAction, Verdict};

use crate::stage::{Doc, Stage, address, shown};

fn declared(stack: impl Fn(&mut Stack) -> Result<()>) -> Doc {
    let document = Stack::test("shop", stack, Request::offline("us-east-1"));
    assert_eq!(document.problems, []);
    Doc(document)
}

/// The quickstart with a given network.
fn quickstart(network: impl Fn(NetworkDesign) -> NetworkDesign) -> Doc {
    declared(|cx| {
        let network = network(Network::over(2.zones())).declare(cx, "network");
        let cluster = ecs::Cluster::new().fargate().declare(cx, "cluster");
        let mut app = ecs::Container::new("app", image!("public.ecr.aws/nginx/nginx:1.27"));
        let http = app.port(80);
        LoadBalancedService::on(&cluster, &network)
            .container(app)
            .listen(http, HealthCheck::path("/"))
            .tasks(2..=10)
            .scale_on_cpu(60.percent())
            .declare(cx, "web");
        Ok(())
    })
}

fn verdict(plan: &Plan, at: &str) -> Verdict {
    let change = plan
        .changes
        .iter()
        .find(|change| change.address == address(at));
    let change = change.unwrap_or_else(|| panic!("`{at}` does not change: {}", shown(plan)));
    change.verdict.clone()
}

fn created_first(plan: &Plan, at: &str) -> bool {
    let order = windlass::schema::ReplaceOrder::CreateFirst;
    verdict(plan, at) == Verdict::Replace { order }
}

fn position(plan: &Plan, at: &str, wanted: impl Fn(&StepAction) -> bool) -> usize {
    let found = plan
        .steps
        .iter()
        .position(|step| step.address == address(at) && wanted(&step.action));
    found.unwrap_or_else(|| panic!("no such step of `{at}`: {}", shown(plan)))
}

const fn creates(action: &StepAction) -> bool {
    matches!(action, StepAction::Create { .. })
}

const fn deletes(action: &StepAction) -> bool {
    matches!(action, StepAction::Delete { .. })
}

#[test]
fn another_range_for_the_network_makes_everything_anew_beside_the_old() {
    let before = quickstart(|network| network);
    let after = quickstart(|network| network.range(cidr!("10.1.0.0/16")));
    let mut stage = Stage::with(&before);
    let plan = stage.up(&after);
    // A load balancer does not leave its VPC, its target group serves no other load balancer, and a VPC has an internet gateway of its own.
    for at in [
        "network/vpc",
        "network/internet-gateway",
        "network/attachment",
        "network/public-a",
        "web/load-balancer",
        "web/listener",
        "web/target-group",
        "web/security-group",
    ] {
        assert!(created_first(&plan, at), "{at}: {}", shown(&plan));
    }
    assert_eq!(verdict(&plan, "web/service"), Verdict::Update);
    let moved = position(
        &plan,
        "web/service",
        |action| matches!(action, StepAction::Wait { level } if *level == windlass::schema::Wait::Stable),
    );
    for at in [
        "network/private-a",
        "network/vpc",
        "web/target-group",
        "web/load-balancer",
        "network/private-a-routes",
    ] {
        assert!(
            moved < position(&plan, at, deletes),
            "{at}: {}",
            shown(&plan)
        );
    }
    // One address serves one gateway, and the address stays. So only its old gateway is deleted first.
    let nat = |wanted: fn(&StepAction) -> bool| position(&plan, "network/nat-a", wanted);
    assert!(nat(deletes) < nat(creates), "{}", shown(&plan));
    for change in plan
        .changes
        .iter()
        .filter(|change| change.address != address("network/nat-a"))
    {
        let order = windlass::schema::ReplaceOrder::DeleteFirst;
        assert_ne!(
            change.verdict,
            Verdict::Replace { order },
            "{}",
            change.address
        );
    }
    assert!(stage.plan(&after).is_empty());
}

#[test]
fn a_target_group_follows_its_load_balancer() {
    let scheme = |internal: bool| {
        declared(|cx| {
            let network = Network::over(2.zones())
                .nat(Nat::None)
                .declare(cx, "network");
            let cluster = ecs::Cluster::new().fargate().declare(cx, "cluster");
            let mut app = ecs::Container::new("app", image!("public.ecr.aws/nginx/nginx:1.27"));
            let http = app.port(80);
            LoadBalancedService::on(&cluster, &network)
                .container(app)
                .listen(http, HealthCheck::path("/"))
                .change_load_balancer(move |balancer| {
                    if internal {
                        balancer.internal()
                    } else {
                        balancer
                    }
                })
                .declare(cx, "web");
            Ok(())
        })
    };
    let mut stage = Stage::with(&scheme(false));
    let plan = stage.up(&scheme(true));
    assert!(created_first(&plan, "web/target-group"), "{}", shown(&plan));
    let follows = plan
        .changes
        .iter()
        .find(|change| change.address == address("web/target-group"));
    let owners = vec![address("web/listener")];
    assert_eq!(
        follows.expect("it changes").reason,
        Reason::Dependency { addresses: owners }
    );
    assert_eq!(verdict(&plan, "web/service"), Verdict::Update);
}

#[test]
fn every_part_can_be_replaced_or_is_refused_with_a_way_out() {
    let doc = quickstart(|network| network);
    let up = Stage::with(&doc);
    let mut refused = Vec::new();
    for at in doc.0.resources.keys() {
        let mut stage = up.clone();
        stage.replace = vec![at.clone()];
        match stage.try_plan(Some(&doc.0)) {
            Ok(plan) => {
                stage.replace.clear();
                stage.carry_out(&plan);
                let again = stage.plan(&doc);
                assert!(again.is_empty(), "{at}: {}", shown(&again));
            }
            Err(problems) => {
                assert!(
                    problems.iter().all(|problem| problem.help.is_some()),
                    "{problems:?}"
                );
                refused.push(at.as_str());
            }
        }
    }
    let subnets = [
        "network/private-a",
        "network/private-b",
        "network/public-a",
        "network/public-b",
    ];
    let gateway = ["network/attachment", "network/internet-gateway"];
    assert_eq!(refused, [&gateway[..], &subnets[..]].concat());
}

/// Carries out a plan up to each of its steps in turn. The next run, without `--replace`, has to finish it.
fn ends_from_anywhere(stage: &Stage, doc: &Doc, plan: &Plan) {
    let mut halfway = stage.clone();
    halfway.replace.clear();
    for step in &plan.steps {
        halfway.step(step);
        halfway.clone().up(doc);
    }
}

#[test]
fn what_a_replacement_left_half_way_the_next_run_ends() {
    let doc = quickstart(|network| network);
    let up = Stage::with(&doc);
    for at in [
        "network/vpc",
        "web/load-balancer",
        "web/listener",
        "web/target-group",
        "cluster",
    ] {
        let mut stage = up.clone();
        stage.replace = vec![address(at)];
        let plan = stage.plan(&doc);
        ends_from_anywhere(&stage, &doc, &plan);
    }
}

#[test]
fn the_way_out_of_a_refusal_is_one() {
    let doc = quickstart(|network| network);
    let mut stage = Stage::with(&doc);
    stage.replace = vec![address("network/attachment")];
    let problems = stage.problems(&doc);
    assert_eq!(problems.len(), 1, "{problems:?}");
    let help = problems[0].help.clone().expect("a way out");
    let options = help.split("--replace ").skip(1);
    let named = options.map(|rest| rest.split([' ', '`']).next().expect("an address"));
    stage.replace.extend(named.map(address));
    assert_eq!(
        stage.replace[1..],
        [address("network/nat-a"), address("web/load-balancer")]
    );
    let plan = stage.plan(&doc);
    // Resources with public addresses are created again only after the new attachment: otherwise they would hold the old attachment, too.
    let attached = position(&plan, "network/attachment", creates);
    for at in ["network/nat-a", "web/load-balancer"] {
        let made = &plan.steps[position(&plan, at, creates)];
        assert!(made.after.iter().any(|before| *before > attached), "{at}");
    }
    stage.replace.clear();
    stage.carry_out(&plan);
    assert!(stage.plan(&doc).is_empty());
}
