//! Tasks that no service owns: RunTask starts them, and they run to completion.
//!
//! Moto's RunTask needs container instances or answers 500, and its tasks move only when a request looks at them. Here tasks take time as a service's
//! do, and exit with 0 unless a rule for their image says otherwise.

use std::time::Duration;

use super::task::Task;
use crate::clock::Millis;
use crate::rules::EcsRules;

/// How many stopped tasks stay visible.
const STOPPED_KEPT: usize = 200;

#[derive(Debug, Default)]
pub(super) struct Runs {
    pub(super) tasks: Vec<Task>,
    clock: Option<Millis>,
}

impl Runs {
    pub(super) fn advance(&mut self, now: Millis, rules: &EcsRules) {
        let step = Duration::from_millis(rules.step_ms);
        let mut clock = self.clock.unwrap_or(now);
        while self.tasks.iter().any(Task::is_live) && clock.plus(step) <= now {
            clock = clock.plus(step);
            for task in &mut self.tasks {
                task.step(clock);
            }
        }
        let resting = !self.tasks.iter().any(Task::is_live);
        self.clock = Some(if resting { now } else { clock });
        let stopped = self.tasks.iter().filter(|task| !task.is_live()).count();
        if stopped > STOPPED_KEPT {
            self.tasks
                .sort_by_key(|task| task.stopped_at().unwrap_or(Millis(i64::MAX)));
            self.tasks.drain(..stopped - STOPPED_KEPT);
        }
    }

    pub(super) fn add(&mut self, task: Task) {
        self.tasks.push(task);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ecs::task::{Fate, State, Template};

    #[test]
    fn a_task_runs_to_completion() {
        let rules = EcsRules {
            step_ms: 10,
            ..EcsRules::default()
        };
        let mut runs = Runs::default();
        runs.advance(Millis(0), &rules);
        let template = Template::default();
        runs.add(Task::new(
            "arn:aws:ecs:r:1:task/c/1".into(),
            "c",
            "family:a".into(),
            &template,
            Fate::Completes,
            Millis(0),
        ));
        runs.advance(Millis(25), &rules);
        assert_eq!(runs.tasks[0].state, State::Running);
        runs.advance(Millis(30), &rules);
        assert_eq!(runs.tasks[0].state, State::Stopped);
        assert_eq!(
            runs.tasks[0].view(false)["stopCode"],
            "EssentialContainerExited"
        );
    }
}
