//! Snapshot tests of the plain output of a run, one per situation. The tests make the events by hand.
//!
//! `INSTA_UPDATE=always cargo test -p windlass-cli scenarios` writes the texts anew. Not here: the output of the whole program, which `tests/operator`
//! checks by running the program itself.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use windlass::address::Address;
use windlass::diagnostics::SourceLine;
use windlass::schema::ReplaceOrder;
use windlass_engine::events::{Because, ErrorReport, Event, Recovered, StepRef, Summary, Verb};
use windlass_engine::provider::{ErrorClass, Failure};
use windlass_plan::plan::{Change, FieldChange, Note, Reason, Verdict};
use windlass_state::binding::Binding;
use windlass_state::identity::RunId;
use windlass_state::record::{Operation, RunResult};

use super::plain::Plain;

/// The lines of a run, without colours and trailing blanks.
fn told(events: impl IntoIterator<Item = Event>) -> String {
    let plain = Plain::default();
    let texts = events.into_iter().filter_map(|event| plain.text(&event));
    let text: Vec<String> = texts
        .flat_map(|text| {
            let text = anstream::adapter::strip_str(&text).to_string();
            text.split('\n')
                .map(|line| line.trim_end().to_owned())
                .collect::<Vec<_>>()
        })
        .collect();
    text.join("\n")
}

fn address(text: &str) -> Address {
    Address::parse(text).expect("addresses of scenarios are well formed")
}

fn started(operation: Operation) -> Event {
    Event::RunStarted {
        run: RunId("00000000000000a1".to_owned()),
        operation,
        stack: "storefront".to_owned(),
        environment: "dev".to_owned(),
        place: Binding::Aws {
            account: "123456789012".to_owned(),
            region: "us-east-1".to_owned(),
        },
    }
}

fn observed(resources: usize) -> Event {
    Event::Observed {
        resources,
        calls: 14,
        milliseconds: 312,
    }
}

fn planned(changes: Vec<Change>, unchanged: usize) -> Event {
    Event::Planned {
        plan: "5f2c".to_owned(),
        steps: changes.len(),
        changes,
        unchanged,
        notes: Vec::new(),
    }
}

fn change(at: &str, kind: &str, verdict: Verdict, reason: Reason) -> Change {
    Change {
        address: address(at),
        kind: kind.to_owned(),
        verdict,
        reason,
        fields: Vec::new(),
        physical_id: None,
        source: None,
    }
}

fn differs(path: &str, before: Value, after: Value) -> FieldChange {
    let given = |value: Value| (!value.is_null()).then_some(value);
    FieldChange {
        path: path.to_owned(),
        before: given(before),
        after: given(after),
        replaces: false,
        drift: false,
    }
}

fn step(number: usize, at: &str, action: Verb) -> StepRef {
    StepRef {
        step: number,
        address: address(at),
        generation: 1,
        kind: "AWS::ECS::Service".to_owned(),
        action,
    }
}

fn done(number: usize, at: &str, action: Verb, id: Option<&str>, milliseconds: u64) -> Event {
    Event::StepDone {
        step: step(number, at, action),
        physical_id: id.map(str::to_owned),
        milliseconds,
    }
}

fn progress(number: usize, at: &str, status: &str, events: &[&str]) -> Event {
    Event::StepProgress {
        step: step(number, at, Verb::WaitStable),
        status: status.to_owned(),
        events: events.iter().map(|event| (*event).to_owned()).collect(),
    }
}

fn finished(result: RunResult) -> Summary {
    Summary {
        result,
        created: 0,
        updated: 0,
        deleted: 0,
        unchanged: 0,
        done: 0,
        failed: 0,
        skipped: 0,
        rolled_back: false,
        calls: 0,
        milliseconds: 0,
    }
}

fn error(class: ErrorClass, operation: &str, code: &str, message: &str) -> ErrorReport {
    ErrorReport {
        class,
        operation: operation.to_owned(),
        code: Some(code.to_owned()),
        message: message.to_owned(),
        request_id: Some("1f0c2b9e".to_owned()),
    }
}

#[test]
fn a_first_preview_counts_what_would_be_made() {
    let create = |at, kind| change(at, kind, Verdict::Create, Reason::Declared);
    insta::assert_snapshot!(told([
        started(Operation::Up),
        observed(0),
        planned(
            vec![
                create("cluster", "AWS::ECS::Cluster"),
                create("network/vpc", "AWS::EC2::VPC"),
            ],
            0
        ),
    ]));
}

#[test]
fn an_edit_shows_exactly_what_differs() {
    let revision = Change {
        fields: vec![
            differs(
                "ContainerDefinitions[app].Image",
                json!("shop/api:1.4.2"),
                json!("shop/api:1.4.3"),
            ),
            differs("ContainerDefinitions[app].Cpu", Value::Null, json!(128)),
        ],
        physical_id: Some("storefront-api:7".to_owned()),
        ..change(
            "api/task-definition",
            "AWS::ECS::TaskDefinition",
            Verdict::Replace {
                order: ReplaceOrder::CreateFirst,
            },
            Reason::Changed,
        )
    };
    let rollout = Change {
        fields: vec![differs(
            "TaskDefinition",
            json!("storefront-api:7"),
            json!({"$windlass": {"ref": "api/task-definition", "output": "TaskDefinitionArn"}}),
        )],
        ..change(
            "api/service",
            "AWS::ECS::Service",
            Verdict::Update,
            Reason::Dependency {
                addresses: vec![address("api/task-definition")],
            },
        )
    };
    insta::assert_snapshot!(told([
        started(Operation::Up),
        observed(114),
        planned(vec![rollout, revision], 112),
    ]));
}

#[test]
fn what_the_world_changed_is_told_apart_from_what_the_author_changed() {
    let drifted = Change {
        fields: vec![FieldChange {
            drift: true,
            ..differs("DesiredCount", json!(0), json!(2))
        }],
        physical_id: Some("storefront-api".to_owned()),
        ..change(
            "api/service",
            "AWS::ECS::Service",
            Verdict::Update,
            Reason::Drifted,
        )
    };
    let vanished = change(
        "api/logs",
        "AWS::Logs::LogGroup",
        Verdict::Create,
        Reason::Vanished,
    );
    let mut plan = planned(vec![vanished, drifted], 40);
    if let Event::Planned { notes, .. } = &mut plan {
        notes.push(Note {
            address: address("db-password"),
            text: "`GenerateSecretString` has an effect at creation only".to_owned(),
            source: None,
        });
    }
    insta::assert_snapshot!(told([started(Operation::Up), observed(42), plan]));
}

#[test]
fn a_replacement_says_its_order_and_what_makes_it() {
    let replaced = |at, order| Change {
        fields: vec![FieldChange {
            replaces: true,
            ..differs("ProtocolVersion", json!("HTTP1"), json!("HTTP2"))
        }],
        ..change(
            at,
            "AWS::ElasticLoadBalancingV2::TargetGroup",
            Verdict::Replace { order },
            Reason::Changed,
        )
    };
    insta::assert_snapshot!(told([
        started(Operation::Up),
        observed(3),
        planned(
            vec![
                replaced("api/target-group", ReplaceOrder::CreateFirst),
                replaced("web/target-group", ReplaceOrder::DeleteFirst),
            ],
            1
        ),
    ]));
}

#[test]
fn nothing_to_do_is_one_line() {
    insta::assert_snapshot!(told([
        started(Operation::Up),
        observed(114),
        planned(Vec::new(), 114),
        Event::RunFinished(Summary {
            unchanged: 114,
            calls: 14,
            milliseconds: 420,
            ..finished(RunResult::Done)
        }),
    ]));
}

#[test]
fn up_tells_each_thing_once() {
    insta::assert_snapshot!(told([
        done(0, "network/vpc", Verb::Create, Some("vpc-0a12"), 1200),
        done(1, "network/vpc", Verb::WaitReady, None, 300),
        done(
            2,
            "cluster",
            Verb::Create,
            Some("arn:aws:ecs:us-east-1:123456789012:cluster/storefront-dev-cluster"),
            640
        ),
        progress(3, "api/service", "0/2 running, 2 pending", &[]),
        progress(3, "api/service", "0/2 running, 2 pending", &[]),
        progress(
            3,
            "api/service",
            "0/2 running, 2 pending",
            &["14:02:11 (service api) registered 1 targets in (target-group api)"],
        ),
        progress(3, "api/service", "2/2 running", &[]),
        done(3, "api/service", Verb::WaitStable, None, 41_000),
        Event::Outputs {
            outputs: BTreeMap::from([
                ("url".to_owned(), json!("http://shop.example.com")),
                ("tasks".to_owned(), json!(2)),
            ]),
        },
        Event::RunFinished(Summary {
            created: 3,
            done: 4,
            calls: 31,
            milliseconds: 134_000,
            ..finished(RunResult::Done)
        }),
    ]));
}

#[test]
fn another_attempt_is_told_with_its_time_and_a_throttle_only_when_it_lasts() {
    let throttle = |delay_milliseconds| Event::StepRetrying {
        step: step(0, "network/vpc", Verb::Create),
        error: error(
            ErrorClass::Throttled,
            "ec2:CreateVpc",
            "RequestLimitExceeded",
            "Request limit exceeded.",
        ),
        delay_milliseconds,
        waiting_for: None,
    };
    insta::assert_snapshot!(told([
        throttle(1500),
        throttle(15_000),
        Event::StepRetrying {
            step: step(0, "network/vpc", Verb::Create),
            error: ErrorReport {
                code: None,
                ..error(ErrorClass::Unknown, "ec2:CreateVpc", "", "connection reset")
            },
            delay_milliseconds: 3000,
            waiting_for: None,
        },
    ]));
}

#[test]
fn a_rolled_back_deployment_leads_with_its_cause() {
    let failure = Failure {
        summary: "deployment of storefront-api:8 failed and ECS rolled back to :7".to_owned(),
        details: vec![
            (
                "cause".to_owned(),
                "container `app` exited with code 137 in 3 of 3 tasks".to_owned(),
            ),
            (
                "log".to_owned(),
                "/ecs/storefront/api  Java heap space".to_owned(),
            ),
            (
                "help".to_owned(),
                "the container `app` has 512 MiB".to_owned(),
            ),
        ],
        rolled_back: true,
    };
    insta::assert_snapshot!(told([
        Event::StepFailed {
            step: step(3, "api/service", Verb::WaitStable),
            message: "the wait ended".to_owned(),
            error: None,
            failure: Some(failure),
            help: None,
            source: Some(SourceLine {
                file: "stacks/storefront/src/api.rs".to_owned(),
                line: 18,
                column: 10,
            }),
            milliseconds: 95_000,
        },
        Event::StepSkipped {
            step: step(4, "api/scaling", Verb::Create),
            because: Because::Failed(address("api/service")),
        },
        Event::RunFinished(Summary {
            updated: 1,
            done: 112,
            failed: 1,
            skipped: 1,
            rolled_back: true,
            calls: 60,
            milliseconds: 101_000,
            ..finished(RunResult::Failed)
        }),
    ]));
}

#[test]
fn an_error_of_aws_has_its_operation_code_and_request() {
    insta::assert_snapshot!(told([Event::StepFailed {
        step: step(0, "network/address", Verb::Create),
        message: "AWS refused it".to_owned(),
        error: Some(error(
            ErrorClass::QuotaExceeded,
            "ec2:AllocateAddress",
            "AddressLimitExceeded",
            "The maximum number of addresses has been reached."
        )),
        failure: None,
        help: None,
        source: None,
        milliseconds: 210,
    }]));
}

#[test]
fn after_a_kill_it_says_what_became_of_the_unfinished() {
    insta::assert_snapshot!(told([
        started(Operation::Up),
        Event::Recovered(Recovered {
            run: RunId("00000000000000a0".to_owned()),
            since: "2026-01-05T14:01:00Z".parse().expect("a time"),
            adopted: vec![address("network/vpc"), address("cluster")],
            removed: vec![address("old")],
            uncertain: vec![address("api/service")],
            never_sent: vec![address("api/logs")],
            foreign: Vec::new(),
        }),
        observed(3),
    ]));
}

#[test]
fn an_interrupted_run_says_how_to_go_on() {
    insta::assert_snapshot!(told([
        Event::Interrupted { running: 2 },
        done(0, "network/nat", Verb::WaitReady, None, 94_000),
        Event::StepSkipped {
            step: step(1, "api/service", Verb::Create),
            because: Because::Interrupted,
        },
        Event::RunFinished(Summary {
            created: 8,
            done: 9,
            skipped: 1,
            calls: 22,
            milliseconds: 96_000,
            ..finished(RunResult::Interrupted)
        }),
    ]));
}

#[test]
fn destroy_shows_what_goes_and_that_it_went() {
    let delete = |at, kind, id: &str| Change {
        physical_id: Some(id.to_owned()),
        ..change(at, kind, Verdict::Delete, Reason::Destroyed)
    };
    insta::assert_snapshot!(told([
        started(Operation::Destroy),
        observed(2),
        planned(
            vec![
                delete("cluster", "AWS::ECS::Cluster", "storefront-dev-cluster"),
                delete("network/vpc", "AWS::EC2::VPC", "vpc-0a12"),
            ],
            0
        ),
        done(
            0,
            "cluster",
            Verb::Delete,
            Some("storefront-dev-cluster"),
            400
        ),
        done(1, "network/vpc", Verb::Delete, Some("vpc-0a12"), 700),
        Event::RunFinished(Summary {
            deleted: 2,
            done: 2,
            calls: 5,
            milliseconds: 1400,
            ..finished(RunResult::Done)
        }),
    ]));
}
