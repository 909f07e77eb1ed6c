//! Blue/green, linear and canary deployments: how the weights of the production and the test listener move to the new revision.
//!
//! Each deployment runs its tasks in the target group that has no traffic, beside all the old tasks. When all of them run, test traffic moves, then
//! production traffic: at once, in equal steps, or a small part first. Both revisions stay for the bake time. Then the old tasks stop, and the two
//! target groups have exchanged their roles. They do so after a service's first deployment, too (go-to-k/cdk-real-drift#1730: green=100, blue=0). A
//! deployment that fails gives all traffic back at once. <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-type-blue-green.html>
//! Not here: tasks (`rollout`), and the listeners themselves, which are moto's: the weights to write there wait in [`Traffic::take`].

use std::time::Duration;

use serde_json::Value;

use super::deployment::Rollout;
use super::service::Service;
use crate::clock::Millis;
use crate::rules::EcsRules;

/// All of the traffic, in tenths of a percent.
const ALL: u32 = 1_000;

/// The traffic of a service whose strategy is not ROLLING.
#[derive(Debug, Clone, Default)]
pub(crate) struct Traffic {
    /// Whether the alternate target groups are the live ones.
    swapped: bool,
    stage: Stage,
    /// The share of the new revision, in tenths of a percent.
    production: u32,
    test: u32,
    unwritten: Vec<Shift>,
}

/// The stage of a deployment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Stage {
    /// The new tasks start.
    #[default]
    Scaling,
    /// A part of production traffic is at the new revision, and stays so until that time.
    Shifting { until: Millis },
    /// All traffic is at the new revision, and the old tasks still exist.
    Baking { until: Millis },
    /// The old tasks may stop.
    Done,
}

/// New weights of a listener rule, or of a listener's default action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Shift {
    pub(crate) rule: String,
    /// Target groups and their weights, from 0 to 100.
    pub(crate) weights: [(String, u32); 2],
}

impl Traffic {
    /// The shifts that are not written to the listeners yet.
    pub(crate) fn take(&mut self) -> Vec<Shift> {
        std::mem::take(&mut self.unwritten)
    }

    fn show(&mut self, balancers: &[Balancer]) {
        for balancer in balancers {
            let (blue, green) = match self.swapped {
                false => (&balancer.group, &balancer.alternate),
                true => (&balancer.alternate, &balancer.group),
            };
            let rules = [
                (Some(&balancer.production), self.production),
                (balancer.test.as_ref(), self.test),
            ];
            for (rule, part) in rules {
                let Some(rule) = rule else {
                    continue;
                };
                let green_weight = (part + 5) / 10;
                self.unwritten.push(Shift {
                    rule: rule.clone(),
                    weights: [
                        (blue.clone(), 100 - green_weight),
                        (green.clone(), green_weight),
                    ],
                });
            }
        }
    }
}

/// An entry of `loadBalancers[]` whose traffic ECS moves.
#[derive(Debug)]
struct Balancer {
    group: String,
    alternate: String,
    production: String,
    test: Option<String>,
}

impl Balancer {
    fn read(entry: &Value) -> Option<Self> {
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let advanced = &entry["advancedConfiguration"];
        Some(Self {
            group: text(&entry["targetGroupArn"])?,
            alternate: text(&advanced["alternateTargetGroupArn"])?,
            production: text(&advanced["productionListenerRule"])?,
            test: text(&advanced["testListenerRule"]),
        })
    }
}

impl Service {
    /// Whether old and new tasks run side by side until traffic has moved.
    pub(crate) fn shifts_traffic(&self) -> bool {
        matches!(self.strategy(), "BLUE_GREEN" | "LINEAR" | "CANARY")
    }

    /// Whether the tasks of other deployments have to stay, because traffic still goes to them.
    pub(crate) fn keeps_old_tasks(&self) -> bool {
        self.shifts_traffic() && self.traffic.stage != Stage::Done
    }

    /// The target group in an entry of `loadBalancers[]` that contains a deployment's tasks.
    pub(crate) fn group_of(&self, entry: &Value) -> Option<String> {
        let group = entry["targetGroupArn"].as_str()?;
        let Some(balancer) = Balancer::read(entry).filter(|_| self.shifts_traffic()) else {
            return Some(group.to_owned());
        };
        let deploys = self.keeps_old_tasks();
        Some(if self.traffic.swapped == deploys {
            balancer.group
        } else {
            balancer.alternate
        })
    }

    /// A deployment begins: traffic that an unfinished one had moved goes back.
    pub(crate) fn begin_shift(&mut self) {
        if !self.shifts_traffic() {
            return;
        }
        self.give_traffic_back();
        self.traffic.stage = Stage::Scaling;
    }

    /// A deployment has failed: all traffic is at the old revision again, and new tasks may stop.
    pub(crate) fn give_traffic_back(&mut self) {
        let moved = self.traffic.production > 0 || self.traffic.test > 0;
        self.traffic.stage = Stage::Done;
        (self.traffic.production, self.traffic.test) = (0, 0);
        if moved {
            let balancers = self.shifted_balancers();
            self.traffic.show(&balancers);
        }
    }

    /// Moves traffic on, if it is time.
    pub(super) fn shift_traffic(&mut self, now: Millis, rules: &EcsRules) {
        let deploys = self
            .primary()
            .is_some_and(|primary| primary.rollout == Rollout::InProgress);
        if !self.shifts_traffic() || !deploys {
            return;
        }
        let minutes = |minutes: u64| {
            now.plus(Duration::from_millis(
                rules.minute_ms.saturating_mul(minutes),
            ))
        };
        let (step, wait) = self.step();
        match self.traffic.stage {
            Stage::Done => {}
            Stage::Scaling if self.new_tasks_run() => {
                self.traffic.test = ALL;
                self.move_production(step, minutes(wait), minutes(self.bake_minutes()));
            }
            Stage::Shifting { until } if now >= until => {
                let part = match self.strategy() {
                    "LINEAR" => self.traffic.production + step,
                    _ => ALL,
                };
                self.move_production(part, minutes(wait), minutes(self.bake_minutes()));
            }
            Stage::Baking { until } if now >= until => {
                self.traffic.stage = Stage::Done;
                self.traffic.swapped = !self.traffic.swapped;
                (self.traffic.production, self.traffic.test) = (0, 0);
            }
            Stage::Scaling | Stage::Shifting { .. } | Stage::Baking { .. } => {}
        }
    }

    fn move_production(&mut self, part: u32, next: Millis, baked: Millis) {
        self.traffic.production = part.min(ALL);
        self.traffic.stage = if self.traffic.production < ALL {
            Stage::Shifting { until: next }
        } else {
            Stage::Baking { until: baked }
        };
        let balancers = self.shifted_balancers();
        self.traffic.show(&balancers);
    }

    /// The stage of the current deployment, and the weights of production and test traffic at the new revision, in percent.
    pub(crate) fn stage(&self) -> Option<(&'static str, u32, u32)> {
        let name = match self.traffic.stage {
            Stage::Scaling => "SCALE_UP",
            Stage::Shifting { .. } => "PRODUCTION_TRAFFIC_SHIFT",
            Stage::Baking { .. } => "BAKE_TIME",
            Stage::Done => "CLEAN_UP",
        };
        let percent = |part: u32| (part + 5) / 10;
        self.shifts_traffic().then(|| {
            (
                name,
                percent(self.traffic.production),
                percent(self.traffic.test),
            )
        })
    }

    fn shifted_balancers(&self) -> Vec<Balancer> {
        let fields = self.current().map(|revision| &revision.fields);
        let entries = fields.and_then(|fields| fields.get("loadBalancers"));
        let entries = entries.and_then(Value::as_array).into_iter().flatten();
        entries.filter_map(Balancer::read).collect()
    }

    fn new_tasks_run(&self) -> bool {
        let primary = self.primary().map(|primary| primary.id.clone());
        let proven = self
            .tasks
            .iter()
            .filter(|task| task.wanted && task.started_by == primary && task.has_proven_itself());
        u32::try_from(proven.count()) == Ok(self.desired)
    }

    fn strategy(&self) -> &str {
        let strategy = self.configuration("/strategy").and_then(Value::as_str);
        strategy.unwrap_or("ROLLING")
    }

    /// The first part of the traffic, in tenths of a percent, and the minutes until the next part. The defaults are ECS's.
    fn step(&self) -> (u32, u64) {
        let tenths = |path: &str, otherwise: u32| {
            let percent = self.configuration(path).and_then(Value::as_f64);
            // Multiples of 0.1 up to 100: no sign, no overflow.
            percent.map_or(otherwise, |percent| {
                (percent * 10.0).round().clamp(1.0, 1_000.0) as u32
            })
        };
        match self.strategy() {
            "LINEAR" => (
                tenths("/linearConfiguration/stepPercent", 100),
                self.percent("/linearConfiguration/stepBakeTimeInMinutes", 6),
            ),
            "CANARY" => (
                tenths("/canaryConfiguration/canaryPercent", 50),
                self.percent("/canaryConfiguration/canaryBakeTimeInMinutes", 10),
            ),
            _ => (ALL, 0),
        }
    }

    fn bake_minutes(&self) -> u64 {
        self.percent("/bakeTimeInMinutes", 0)
    }
}
