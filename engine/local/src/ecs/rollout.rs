//! How a service rolls out: a state machine that the gateway advances to the present whenever a request looks at it.
//!
//! Time moves in steps of `step_ms`. In each step, every task moves by one state. Then the service compares the running tasks with the wanted ones: it
//! starts tasks within `maximumPercent`, stops tasks above `minimumHealthyPercent`, counts failures, and completes or fails the deployment. Not here:
//! traffic, which some strategies move first (`traffic`); the clock (the caller passes the time in), placement (there is always room), health checks (a
//! running task is healthy).

use super::arn;
use super::deployment::{DeploymentStatus, Rollback, Rollout};
use super::service::{Breaker, Service, Status};
use super::task::{Fate, Moved, State, Task};
use crate::clock::Millis;
use crate::rules::EcsRules;

use std::time::Duration;

/// The most steps that one look plays. A service that fails without end can have many thousands of steps behind it, for example after a night without a
/// request.
const STEPS_AT_ONCE: u32 = 2_000;
/// How many stopped tasks stay visible; ECS keeps them for an hour.
const STOPPED_KEPT: usize = 60;
/// After this number of failures, the scheduler waits between attempts.
const FAILURES_BEFORE_PAUSE: u32 = 10;
const PAUSE_STEPS: u32 = 20;
/// A rollback takes this many steps, even if all its tasks still run.
const ROLLBACK_STEPS: u32 = 2;

const BREAKER_REASON: &str = "ECS deployment circuit breaker: tasks failed to start.";

impl Service {
    /// Advances the service to `now`.
    pub(crate) fn advance(&mut self, now: Millis, rules: &EcsRules) {
        let step = Duration::from_millis(rules.step_ms);
        let mut played = 0;
        while !self.steady && self.clock.plus(step) <= now && played < STEPS_AT_ONCE {
            self.clock = self.clock.plus(step);
            self.tick(self.clock, rules);
            played += 1;
        }
        if self.steady || played == STEPS_AT_ONCE {
            self.clock = now;
        }
    }

    fn tick(&mut self, now: Millis, rules: &EcsRules) {
        self.move_tasks(now);
        self.forget_stopped();
        match self.status {
            Status::Inactive => self.steady = true,
            Status::Draining => self.finish_draining(),
            Status::Active => {
                self.trip_breaker(now);
                self.start_tasks(now, rules);
                self.shift_traffic(now, rules);
                self.stop_tasks(now);
                self.finish_deployment(now);
            }
        }
    }

    fn move_tasks(&mut self, now: Millis) {
        for index in 0..self.tasks.len() {
            let task = &mut self.tasks[index];
            let moved = task.step(now);
            let owner = task.started_by.clone();
            let id = task.id().to_owned();
            let deployment = self
                .deployments
                .iter_mut()
                .find(|deployment| Some(&deployment.id) == owner.as_ref());
            match (moved, deployment) {
                (Moved::Started, Some(deployment)) => deployment.unregistered += 1,
                (Moved::Failed, Some(deployment)) => {
                    deployment.failed_tasks += 1;
                    deployment.updated = now;
                    if deployment.failed_tasks >= FAILURES_BEFORE_PAUSE {
                        deployment.pause = PAUSE_STEPS;
                    }
                    let (failures, failing) = (
                        deployment.failed_tasks,
                        deployment.service_deployment.clone(),
                    );
                    if let Some(deployment) = self.service_deployment(&failing) {
                        deployment.failures = failures;
                        deployment.updated = now;
                    }
                    if failures.is_multiple_of(FAILURES_BEFORE_PAUSE) {
                        self.say(now, "is unable to consistently start tasks successfully.");
                    }
                    tracing::debug!(task = id, "task failed");
                }
                _ => {}
            }
        }
        self.register_targets(now);
    }

    fn register_targets(&mut self, now: Millis) {
        let mut came_up = 0;
        for deployment in &mut self.deployments {
            came_up += std::mem::take(&mut deployment.unregistered);
        }
        if came_up == 0 {
            return;
        }
        for group in self.target_groups() {
            self.say(
                now,
                &format!("registered {came_up} targets in (target-group {group})"),
            );
        }
    }

    fn forget_stopped(&mut self) {
        let stopped = self.tasks.iter().filter(|task| !task.is_live()).count();
        let mut surplus = stopped.saturating_sub(STOPPED_KEPT);
        self.tasks.retain(|task| {
            let forget = surplus > 0 && !task.is_live();
            surplus -= usize::from(forget);
            !forget
        });
    }

    fn finish_draining(&mut self) {
        if self.tasks.iter().all(|task| !task.is_live()) {
            self.status = Status::Inactive;
            self.deployments.clear();
            self.steady = true;
        }
    }

    /// Live tasks that the service wants, of the PRIMARY deployment or of the others.
    fn wanted(&self, of_primary: bool) -> u32 {
        let primary = self.primary().map(|primary| primary.id.clone());
        let tasks = self
            .tasks
            .iter()
            .filter(|task| task.wanted && task.is_live());
        let count = tasks
            .filter(|task| (task.started_by == primary) == of_primary)
            .count();
        u32::try_from(count).unwrap_or(u32::MAX)
    }

    fn start_tasks(&mut self, now: Millis, rules: &EcsRules) {
        let Some(primary) = self.deployments.first_mut() else {
            return;
        };
        if primary.rollout == Rollout::Failed {
            return;
        }
        if primary.pause > 0 {
            primary.pause -= 1;
            return;
        }
        let primary = primary.clone();
        if let Some(deployment) = self.service_deployment(&primary.service_deployment)
            && deployment.status == DeploymentStatus::Pending
        {
            deployment.status = DeploymentStatus::InProgress;
            deployment.started = Some(now);
            deployment.updated = now;
        }
        let (new, old) = (self.wanted(true), self.wanted(false));
        let room = self.ceiling().saturating_sub(new + old);
        let missing = self.desired.saturating_sub(new).min(room);
        let started: Vec<String> = (0..missing)
            .map(|_| self.start_task(&primary.id, &primary.revision, now, rules))
            .collect();
        if !started.is_empty() {
            self.say(
                now,
                &format!("has started {missing} tasks: {}", listed(&started)),
            );
        }
    }

    fn start_task(
        &mut self,
        deployment: &str,
        revision: &str,
        now: Millis,
        rules: &EcsRules,
    ) -> String {
        let template = &self.revision(revision).template;
        let fate = template.fate(&rules.images, Fate::Runs);
        let arn = self.scope.arn(
            "task",
            &format!("{}/{}", self.cluster_name(), arn::task_id()),
        );
        let group = format!("service:{}", self.name);
        let mut task = Task::new(arn, &self.cluster_arn, group, template, fate, now);
        task.started_by = Some(deployment.to_owned());
        let id = task.id().to_owned();
        self.tasks.push(task);
        id
    }

    /// Stops surplus tasks of the PRIMARY deployment, and tasks of the other deployments as far as the minimum allows.
    fn stop_tasks(&mut self, now: Millis) {
        let primary = self.primary().map(|primary| primary.id.clone());
        let mut surplus = self.wanted(true).saturating_sub(self.desired);
        let running = self
            .tasks
            .iter()
            .filter(|task| task.wanted && task.state == State::Running)
            .count();
        let mut spare = u32::try_from(running)
            .unwrap_or(u32::MAX)
            .saturating_sub(self.floor());
        let keeps_old = self.keeps_old_tasks();
        let reason = format!(
            "Scaling activity initiated by (deployment {})",
            primary.as_deref().unwrap_or_default()
        );
        let mut stopped = Vec::new();
        for task in &mut self.tasks {
            let is_old = task.started_by != primary;
            if !task.wanted || !task.is_live() || is_old && keeps_old {
                continue;
            }
            let budget = if task.started_by == primary {
                Some(&mut surplus)
            } else if task.state == State::Running {
                Some(&mut spare)
            } else {
                // An old task that does not run yet does not count as healthy.
                None
            };
            let allowed = match budget {
                Some(0) => false,
                Some(left) => {
                    *left -= 1;
                    true
                }
                None => true,
            };
            if allowed {
                task.ask_to_stop("ServiceSchedulerInitiated", &reason, now);
                stopped.push(task.id().to_owned());
            }
        }
        self.tell_of_stops(&stopped, now);
    }

    fn tell_of_stops(&mut self, stopped: &[String], now: Millis) {
        if stopped.is_empty() {
            return;
        }
        let count = stopped.len();
        for group in self.target_groups() {
            self.say(
                now,
                &format!("deregistered {count} targets in (target-group {group})"),
            );
        }
        if !self.target_groups().is_empty() {
            self.say(
                now,
                &format!("has begun draining connections on {count} tasks."),
            );
        }
        self.say(
            now,
            &format!("has stopped {count} running tasks: {}", listed(stopped)),
        );
    }

    fn trip_breaker(&mut self, now: Millis) {
        let Some(primary) = self.primary().cloned() else {
            return;
        };
        let tripped = primary.rollout == Rollout::InProgress
            && primary.failed_tasks >= self.breaker_threshold();
        if !tripped || self.breaker() == Breaker::Off {
            return;
        }
        if let Some(deployment) = self.service_deployment(&primary.service_deployment) {
            deployment.breaker_triggered = true;
        }
        self.say(
            now,
            &format!(
                "(deployment {}) deployment failed: tasks failed to start.",
                primary.id
            ),
        );
        let roll_back = self.breaker() == Breaker::RollsBack;
        self.fail_deployment(BREAKER_REASON, roll_back, now);
    }

    /// Fails the PRIMARY deployment. If the service wants a rollback and an earlier deployment completed, rolls back to it.
    pub(crate) fn fail_deployment(&mut self, reason: &str, roll_back: bool, now: Millis) {
        let Some(primary) = self.deployments.first_mut() else {
            return;
        };
        primary.rollout = Rollout::Failed;
        primary.reason = reason.to_owned();
        primary.updated = now;
        let failed = primary.clone();
        self.give_traffic_back();
        let going_back_already = self.history.iter().any(|deployment| {
            deployment.arn == failed.service_deployment && deployment.rollback.is_some()
        });
        let way_back = self
            .last_good
            .clone()
            .filter(|good| roll_back && *good != failed.revision);
        let (status, finished) = match (&way_back, going_back_already) {
            (_, true) => (DeploymentStatus::RollbackFailed, Some(now)),
            (Some(_), false) => (DeploymentStatus::RollbackInProgress, None),
            (None, false) if roll_back => (DeploymentStatus::RollbackFailed, Some(now)),
            (None, false) => (DeploymentStatus::Stopped, Some(now)),
        };
        if let Some(deployment) = self.service_deployment(&failed.service_deployment) {
            deployment.status = status;
            deployment.reason = Some(reason.to_owned());
            deployment.finished = finished;
            deployment.updated = now;
        }
        self.steady = false;
        if let Some(good) = way_back.filter(|_| !going_back_already) {
            self.roll_back(&failed.service_deployment, good, reason, now);
        }
    }

    fn roll_back(&mut self, service_deployment: &str, good: String, reason: &str, now: Millis) {
        if let Some(deployment) = self.service_deployment(service_deployment) {
            deployment.rollback = Some(Rollback {
                reason: reason.to_owned(),
                started: now,
                revision: good.clone(),
            });
        }
        let id = match self
            .deployments
            .iter()
            .position(|deployment| deployment.revision == good)
        {
            // The tasks of that deployment still exist.
            Some(index) => {
                let mut deployment = self.deployments.remove(index);
                deployment.service_deployment = service_deployment.to_owned();
                deployment.rollout = Rollout::InProgress;
                deployment.updated = now;
                deployment.pause = ROLLBACK_STEPS;
                let id = deployment.id.clone();
                self.deployments.insert(0, deployment);
                id
            }
            None => self.push_deployment(good, service_deployment.to_owned(), now),
        };
        if let Some(primary) = self.deployments.first_mut() {
            primary.reason =
                format!("ECS deployment circuit breaker: rolling back to deploymentId {id}.");
        }
        self.say(now, &format!("rolling back to deployment {id}."));
    }

    fn finish_deployment(&mut self, now: Millis) {
        let Some(primary) = self.primary().cloned() else {
            self.steady = true;
            return;
        };
        if primary.rollout == Rollout::Failed {
            self.steady = self
                .tasks
                .iter()
                .all(|task| !task.is_live() || (task.wanted && task.state == State::Running));
            return;
        }
        // Traffic moves while all tasks run, and all of them may be new.
        let moves = primary.rollout == Rollout::InProgress && self.keeps_old_tasks();
        if primary.pause > 0 || moves {
            return;
        }
        let live: Vec<&Task> = self.tasks.iter().filter(|task| task.is_live()).collect();
        // A task that is about to fail runs for one step, so a running task counts one step later.
        let proven = |task: &&Task| {
            task.wanted && task.started_by.as_ref() == Some(&primary.id) && task.has_proven_itself()
        };
        if u32::try_from(live.len()) != Ok(self.desired) || !live.iter().all(proven) {
            return;
        }
        if primary.rollout == Rollout::InProgress {
            self.complete(
                &primary.id,
                &primary.service_deployment,
                &primary.revision,
                now,
            );
        }
        self.steady = true;
        self.say(now, "has reached a steady state.");
    }

    fn complete(&mut self, id: &str, service_deployment: &str, revision: &str, now: Millis) {
        self.deployments.truncate(1);
        if let Some(primary) = self.deployments.first_mut() {
            primary.rollout = Rollout::Completed;
            primary.reason = format!("ECS deployment {id} completed.");
            primary.updated = now;
        }
        self.last_good = Some(revision.to_owned());
        if let Some(deployment) = self.service_deployment(service_deployment) {
            deployment.status = if deployment.rollback.is_some() {
                DeploymentStatus::RollbackSuccessful
            } else {
                DeploymentStatus::Successful
            };
            deployment.finished = Some(now);
            deployment.updated = now;
        }
        self.say(now, &format!("(deployment {id}) deployment completed."));
    }
}

fn listed(ids: &[String]) -> String {
    let tasks: Vec<String> = ids.iter().map(|id| format!("(task {id})")).collect();
    format!("{}.", tasks.join(" "))
}

#[cfg(test)]
#[path = "rollout_tests.rs"]
mod tests;
