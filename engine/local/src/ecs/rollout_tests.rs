//! Tests of the rollout of a service, with a clock that the tests control.

use serde_json::{Map, Value, json};

use super::*;
use crate::ecs::arn::Scope;
use crate::ecs::service::with_defaults;
use crate::ecs::task::{ContainerSpec, Template, object};
use crate::rules::ImageRule;

const STEP: i64 = 100;

struct World {
    service: Service,
    rules: EcsRules,
    now: i64,
}

fn template(image: &str) -> Template {
    Template {
        task_definition: format!(
            "arn:aws:ecs:us-east-1:1:task-definition/web:{}",
            image.len()
        ),
        containers: vec![ContainerSpec {
            name: "app".into(),
            image: image.into(),
            log: None,
        }],
        ..Template::default()
    }
}

impl World {
    fn new(desired: u32, configuration: Value) -> Self {
        let scope = Scope {
            account: "1".into(),
            region: "us-east-1".into(),
        };
        let mut service = Service::new(
            &scope,
            scope.arn("service", "c/web"),
            scope.arn("cluster", "c"),
            Millis(0),
        );
        service
            .settings
            .insert("deploymentConfiguration".into(), configuration);
        with_defaults(&mut service.settings, &Map::new());
        service.desired = desired;
        let mut world = Self {
            service,
            rules: EcsRules {
                step_ms: 100,
                minute_ms: 1_000,
                images: vec![
                    ImageRule {
                        image: "*broken*".into(),
                        reason: Some("CannotPullContainerError: no".into()),
                        exit_code: None,
                        log: Vec::new(),
                    },
                    ImageRule {
                        image: "*leaky*".into(),
                        reason: Some(
                            "OutOfMemoryError: container killed due to memory usage".into(),
                        ),
                        exit_code: Some(137),
                        log: Vec::new(),
                    },
                ],
            },
            now: 0,
        };
        world.deploy("one");
        world
    }

    fn deploy(&mut self, image: &str) {
        let fields = object(
            json!({"loadBalancers": [{"targetGroupArn": "tg-1", "containerName": "app", "containerPort": 80}]}),
        );
        self.service
            .deploy(template(image), fields, Millis(self.now));
    }

    fn steps(&mut self, steps: i64) {
        self.now += steps * STEP;
        self.service.advance(Millis(self.now), &self.rules);
    }

    /// Advances until nothing changes, and returns the number of steps.
    fn settle(&mut self) -> i64 {
        for step in 0..200 {
            if self.service.steady {
                return step;
            }
            self.steps(1);
        }
        panic!("never steady: {:#?}", self.service);
    }

    fn running(&self, image: &str) -> usize {
        let definition = template(image).task_definition;
        let running = self
            .service
            .tasks
            .iter()
            .filter(|task| task.state == State::Running);
        running
            .filter(|task| task.view(false)["taskDefinitionArn"] == definition)
            .count()
    }

    fn statuses(&self) -> Vec<&'static str> {
        self.service
            .history
            .iter()
            .map(|deployment| deployment.status.as_str())
            .collect()
    }

    fn said(&self, text: &str) -> bool {
        self.service
            .events
            .iter()
            .any(|event| event.message.contains(text))
    }
}

#[test]
fn a_new_service_comes_up_within_a_few_steps() {
    let mut world = World::new(2, json!({}));
    assert_eq!(world.statuses(), ["PENDING"]);
    world.steps(1);
    assert_eq!(world.statuses(), ["IN_PROGRESS"]);
    assert_eq!(world.service.tasks[0].state, State::Provisioning);
    let steps = world.settle();
    assert!((2..=5).contains(&steps), "{steps}");
    assert_eq!(world.running("one"), 2);
    assert_eq!(world.statuses(), ["SUCCESSFUL"]);
    assert_eq!(world.service.deployments[0].rollout, Rollout::Completed);
    for text in [
        "(service web) has started 2 tasks: (task ",
        "(service web) registered 2 targets in (target-group tg-1)",
        "deployment completed.",
        "(service web) has reached a steady state.",
    ] {
        assert!(world.said(text), "{text}");
    }
}

#[test]
fn an_update_runs_old_and_new_side_by_side_and_then_drains() {
    let mut world = World::new(2, json!({}));
    world.settle();
    world.deploy("second");
    world.steps(3);
    assert_eq!((world.running("one"), world.running("second")), (2, 2));
    assert_eq!(world.service.deployments.len(), 2);
    world.settle();
    assert_eq!((world.running("one"), world.running("second")), (0, 2));
    assert_eq!(world.service.deployments.len(), 1);
    assert_eq!(world.statuses(), ["SUCCESSFUL", "SUCCESSFUL"]);
    assert!(world.said("has stopped 2 running tasks:"));
}

#[test]
fn an_update_without_spare_room_stops_first() {
    let mut world = World::new(
        2,
        json!({"maximumPercent": 100, "minimumHealthyPercent": 50}),
    );
    world.settle();
    world.deploy("second");
    let mut fewest = usize::MAX;
    for _ in 0..30 {
        world.steps(1);
        let live = world
            .service
            .tasks
            .iter()
            .filter(|task| task.wanted && task.is_live())
            .count();
        assert!(live <= 2, "{live} tasks with a maximum of 2");
        fewest = fewest.min(world.running("one") + world.running("second"));
    }
    assert_eq!(world.running("second"), 2);
    assert!(fewest >= 1, "never below the minimum of 1");
}

#[test]
fn the_count_goes_up_and_down_without_a_deployment() {
    let mut world = World::new(1, json!({}));
    world.settle();
    world.service.scale(3);
    world.settle();
    assert_eq!(world.running("one"), 3);
    world.service.scale(0);
    world.settle();
    assert_eq!(world.running("one"), 0);
    assert_eq!(world.service.history.len(), 1);
}

#[test]
fn the_breaker_rolls_back_to_what_ran_before() {
    let mut world = World::new(
        2,
        json!({"deploymentCircuitBreaker": {"enable": true, "rollback": true}}),
    );
    world.settle();
    let first = world.service.current().expect("deployed").arn.clone();
    world.deploy("broken:2");
    let mut seen = Vec::new();
    while !world.service.steady {
        world.steps(1);
        seen.push(world.statuses()[0]);
        assert_eq!(world.running("one"), 2, "the old tasks stay");
    }
    assert!(seen.contains(&"ROLLBACK_IN_PROGRESS"), "{seen:?}");
    assert_eq!(world.statuses(), ["ROLLBACK_SUCCESSFUL", "SUCCESSFUL"]);
    assert_eq!(world.service.current().expect("deployed").arn, first);
    assert_eq!(world.service.history[0].failures, 4);
    assert!(world.said("deployment failed: tasks failed to start."));
    assert!(world.said("rolling back to deployment ecs-svc/"));
    let failed: Vec<Value> = world
        .service
        .tasks
        .iter()
        .filter(|task| !task.is_live())
        .map(|task| task.view(false))
        .collect();
    assert!(
        failed
            .iter()
            .any(|task| task["stoppedReason"] == "CannotPullContainerError: no")
    );
}

#[test]
fn containers_that_die_trip_the_breaker_too() {
    let mut world = World::new(
        1,
        json!({"deploymentCircuitBreaker": {"enable": true, "rollback": true}}),
    );
    world.settle();
    world.deploy("leaky:9");
    world.settle();
    assert_eq!(world.statuses()[0], "ROLLBACK_SUCCESSFUL");
    assert_eq!(world.running("one"), 1);
}

#[test]
fn the_service_says_how_many_tasks_may_fail() {
    let threshold = |desired, kind: &str, value: u32| {
        let threshold = json!({"type": kind, "value": value});
        let breaker =
            json!({"enable": true, "rollback": true, "thresholdConfiguration": threshold});
        let world = World::new(desired, json!({"deploymentCircuitBreaker": breaker}));
        world.service.breaker_threshold()
    };
    assert_eq!(World::new(1, json!({})).service.breaker_threshold(), 3);
    assert_eq!(World::new(20, json!({})).service.breaker_threshold(), 10);
    assert_eq!(threshold(20, "COUNT", 1), 1);
    assert_eq!(threshold(20, "BOUNDED_PERCENT", 25), 5);
    assert_eq!(threshold(4, "BOUNDED_PERCENT", 25), 3);
    assert_eq!(threshold(4, "UNBOUNDED_PERCENT", 25), 1);
    assert_eq!(threshold(1_000, "UNBOUNDED_PERCENT", 50), 500);
}

#[test]
fn the_breaker_without_rollback_stops() {
    let mut world = World::new(
        1,
        json!({"deploymentCircuitBreaker": {"enable": true, "rollback": false}}),
    );
    world.settle();
    world.deploy("broken:2");
    world.settle();
    assert_eq!(world.statuses()[0], "STOPPED");
    assert_eq!(world.service.deployments[0].rollout, Rollout::Failed);
    assert_eq!(world.service.deployments[0].reason, BREAKER_REASON);
}

#[test]
fn without_a_breaker_it_goes_on_trying() {
    let mut world = World::new(1, json!({}));
    world.settle();
    world.deploy("broken:2");
    world.steps(500);
    assert_eq!(world.statuses()[0], "IN_PROGRESS");
    assert!(world.service.deployments[0].failed_tasks > FAILURES_BEFORE_PAUSE);
    assert_eq!(world.running("one"), 1);
    assert!(world.said("unable to consistently start tasks successfully"));
    world.deploy("mended:2");
    world.settle();
    assert_eq!(world.statuses(), ["SUCCESSFUL", "STOPPED", "SUCCESSFUL"]);
}

#[test]
fn a_deleted_service_drains_before_it_is_gone() {
    let mut world = World::new(2, json!({}));
    world.settle();
    world.service.drain(Millis(world.now));
    assert_eq!(world.service.status, Status::Draining);
    world.steps(1);
    assert_eq!(world.service.status, Status::Draining);
    world.settle();
    assert_eq!(world.service.status, Status::Inactive);
    assert!(world.service.tasks.iter().all(|task| !task.is_live()));
}

#[test]
fn looking_seldom_shows_the_same_as_looking_often() {
    let mut often = World::new(3, json!({}));
    let mut seldom = World::new(3, json!({}));
    for _ in 0..12 {
        often.steps(1);
    }
    seldom.steps(12);
    let times = |world: &World| -> Vec<(Millis, usize)> {
        world
            .service
            .events
            .iter()
            .map(|event| (event.at, event.message.len()))
            .collect()
    };
    let without_ids = |world: &World| times(world).iter().map(|(at, _)| *at).collect::<Vec<_>>();
    assert_eq!(without_ids(&often), without_ids(&seldom));
    assert_eq!(often.statuses(), seldom.statuses());
}

/// A service with two target groups, whose first deployment has ended: green is live.
fn shifting(strategy: Value) -> World {
    let mut world = World::new(2, strategy);
    world.settle();
    world
}

fn deploy_shifting(world: &mut World, image: &str) {
    let advanced = json!({"alternateTargetGroupArn": "green", "productionListenerRule": "production", "testListenerRule": "test"});
    let fields = object(
        json!({"loadBalancers": [{"targetGroupArn": "blue", "containerName": "app", "containerPort": 80, "advancedConfiguration": advanced}]}),
    );
    world
        .service
        .deploy(template(image), fields, Millis(world.now));
}

/// The weights of green at the production rule, in the order in which they were written.
fn written(world: &mut World) -> Vec<u32> {
    let shifts = world.service.traffic.take().into_iter();
    let production = shifts.filter(|shift| shift.rule == "production");
    production
        .map(|shift| {
            let weight = |name: &str| {
                shift
                    .weights
                    .iter()
                    .find(|(group, _)| group == name)
                    .map(|(_, weight)| *weight)
            };
            assert_eq!(
                weight("blue")
                    .zip(weight("green"))
                    .map(|(blue, green)| blue + green),
                Some(100)
            );
            weight("green").expect("green")
        })
        .collect()
}

#[test]
fn blue_and_green_swap_after_all_traffic_has_moved() {
    let mut world = shifting(json!({"strategy": "BLUE_GREEN", "bakeTimeInMinutes": 1}));
    deploy_shifting(&mut world, "second");
    world.steps(6);
    assert_eq!(world.service.stage(), Some(("BAKE_TIME", 100, 100)));
    assert_eq!(
        (world.running("one"), world.running("second")),
        (2, 2),
        "both stay for the bake time"
    );
    assert_eq!(written(&mut world).len(), 1);
    world.settle();
    assert_eq!((world.running("one"), world.running("second")), (0, 2));
    deploy_shifting(&mut world, "number three");
    world.settle();
    let greens = written(&mut world);
    assert!(
        greens.ends_with(&[100]) || greens.ends_with(&[0]),
        "{greens:?}"
    );
    let before = greens.last().copied();
    deploy_shifting(&mut world, "number four!");
    world.settle();
    assert_ne!(
        written(&mut world).last().copied(),
        before,
        "each deployment moves traffic to the other group"
    );
}

#[test]
fn a_first_deployment_ends_after_its_traffic_has_moved() {
    let mut world = World::new(
        2,
        json!({"strategy": "CANARY", "bakeTimeInMinutes": 1, "canaryConfiguration": {"canaryBakeTimeInMinutes": 1}}),
    );
    world.steps(6);
    assert_eq!(
        world.service.stage(),
        Some(("PRODUCTION_TRAFFIC_SHIFT", 5, 100))
    );
    assert_eq!(world.statuses(), ["IN_PROGRESS"]);
    world.steps(10);
    assert_eq!(world.service.stage(), Some(("BAKE_TIME", 100, 100)));
    world.settle();
    assert_eq!(world.statuses(), ["SUCCESSFUL"]);
}

#[test]
fn linear_traffic_moves_in_equal_steps_and_a_canary_in_two() {
    let linear = json!({"strategy": "LINEAR", "linearConfiguration": {"stepPercent": 25.0, "stepBakeTimeInMinutes": 1}});
    let canary = json!({"strategy": "CANARY", "canaryConfiguration": {"canaryPercent": 7.5, "canaryBakeTimeInMinutes": 1}});
    for (strategy, moved) in [(linear, vec![25, 50, 75, 100]), (canary, vec![8, 100])] {
        let mut world = shifting(strategy);
        // The first deployment has no load balancers here, so that the alternate group is live.
        deploy_shifting(&mut world, "second");
        world.settle();
        let greens = written(&mut world);
        let as_moved: Vec<u32> = greens.iter().map(|green| 100 - green).collect();
        assert!(greens == moved || as_moved == moved, "{greens:?}");
    }
}

#[test]
fn a_failed_deployment_gives_its_traffic_back() {
    let breaker = json!({"enable": true, "rollback": true});
    let mut world = shifting(
        json!({"strategy": "BLUE_GREEN", "bakeTimeInMinutes": 5, "deploymentCircuitBreaker": breaker}),
    );
    deploy_shifting(&mut world, "second");
    world.steps(8);
    let live = written(&mut world);
    world
        .service
        .fail_deployment("stopped", true, Millis(world.now));
    let back = written(&mut world);
    assert_eq!((live.len(), back.len()), (1, 1));
    assert_eq!(live[0] + back[0], 100);
    world.settle();
    assert_eq!((world.running("one"), world.running("second")), (2, 0));
    assert_eq!(world.statuses()[0], "ROLLBACK_SUCCESSFUL");
}
