//! Whether a service's deployment has succeeded with the revision that Windlass submitted, and not with the revision of a rollback.
//!
//! Windlass does not follow a deployment of CodeDeploy or of another external controller. Not here: the calls (`rollouts`).

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_ecs::types::{
    Deployment, DeploymentControllerType, DeploymentRolloutState, Service as SdkService,
    ServiceDeploymentStatus, Task,
};
use windlass::aws::ecs::ServiceResolved;
use windlass_engine::provider::{Failure, Progress};

use super::rollouts::{About, Rollout};
use super::service_outputs;
use crate::ecs::last_part;

/// How far a service is from running the applied spec.
pub fn progress(rollout: Option<&Rollout>, applied: &ServiceResolved) -> Progress {
    let Some(rollout) = rollout else {
        return Progress::Pending {
            status: "not visible yet".to_owned(),
            events: Vec::new(),
        };
    };
    let service = &rollout.service;
    let unseen = || Progress::Pending {
        status: "AWS does not show the new deployment yet".to_owned(),
        events: Vec::new(),
    };
    match service.status.as_deref() {
        _ if rollout.about == About::AnotherService => return unseen(),
        Some("ACTIVE") => {}
        status => {
            return Progress::Failed(Failure {
                summary: format!("the service is {}", status.unwrap_or("gone").to_lowercase()),
                details: Vec::new(),
                rolled_back: false,
            });
        }
    }
    let reached = || Progress::Reached {
        outputs: service_outputs(service),
    };
    if by_others(service) {
        return reached();
    }
    let ours = applied.task_definition.as_ref().map(|task| task.as_str());
    use ServiceDeploymentStatus as Status;
    let status = rollout
        .deployment
        .as_ref()
        .and_then(|deployment| deployment.status.clone());
    let there = runs(service, ours) && is_complete(service);
    if rollout.about == About::Before {
        return match status {
            // The answer looks older than our call, but it shows the service after the rollback.
            Some(Status::RollbackSuccessful | Status::RollbackFailed | Status::Stopped)
                if was_ours(rollout, ours) =>
            {
                Progress::Failed(failure(rollout, ours))
            }
            Some(Status::RollbackRequested | Status::RollbackInProgress) => {
                pending(service, status.as_ref())
            }
            _ => unseen(),
        };
    }
    match status {
        // An earlier deployment, to another revision than ours, failed. It does not matter: our revision runs, and needed no new deployment.
        Some(_) if there && !was_ours(rollout, ours) => reached(),
        Some(Status::RollbackSuccessful | Status::RollbackFailed | Status::Stopped) => {
            Progress::Failed(failure(rollout, ours))
        }
        // Some types of services have no deployment state. Then the service deployment has the answer, once ECS lists it.
        None if rollout.lags && state(service).is_none() => pending(service, None),
        // ECS called the deployment successful before all its tasks run, and goes on starting them.
        Some(Status::Successful)
            if ends_early(applied) && was_ours(rollout, ours) && runs(service, ours) =>
        {
            reached()
        }
        // ECS deletes the records of deployments after some months.
        Some(Status::Successful) | None if there && !is_failed(service) => reached(),
        None if is_failed(service) => Progress::Failed(failure(rollout, ours)),
        _ => pending(service, status.as_ref()),
    }
}

pub(super) fn by_others(service: &SdkService) -> bool {
    let controller = service.deployment_controller.as_ref();
    controller.is_some_and(|controller| controller.r#type != DeploymentControllerType::Ecs)
}

pub fn primary(service: &SdkService) -> Option<&Deployment> {
    let deployments = service.deployments.as_deref().unwrap_or_default();
    deployments
        .iter()
        .find(|deployment| deployment.status.as_deref() == Some("PRIMARY"))
}

/// Whether the author wants a deployment to count as successful before all its tasks run.
fn ends_early(applied: &ServiceResolved) -> bool {
    let configuration = applied.deployment_configuration.as_ref();
    let criteria = configuration.and_then(|given| given.early_success_criteria.as_ref());
    criteria.is_some_and(|criteria| criteria.enable)
}

fn state(service: &SdkService) -> Option<&DeploymentRolloutState> {
    primary(service).and_then(|primary| primary.rollout_state.as_ref())
}

pub(super) fn is_rolling(service: &SdkService) -> bool {
    state(service) == Some(&DeploymentRolloutState::InProgress)
}

fn is_failed(service: &SdkService) -> bool {
    state(service) == Some(&DeploymentRolloutState::Failed)
}

/// Whether all tasks run, and no deployment is in progress.
fn is_complete(service: &SdkService) -> bool {
    !is_rolling(service) && service.running_count >= service.desired_count
}

pub(super) fn runs(service: &SdkService, task_definition: Option<&str>) -> bool {
    task_definition.is_none() || service.task_definition.as_deref() == task_definition
}

/// Whether the newest deployment was a deployment of our revision, as far as is known.
fn was_ours(rollout: &Rollout, ours: Option<&str>) -> bool {
    let target = rollout
        .target
        .as_ref()
        .and_then(|target| target.task_definition.as_deref());
    ours.is_none() || target.is_none() || target == ours
}

fn pending(service: &SdkService, status: Option<&ServiceDeploymentStatus>) -> Progress {
    let deployments = service.deployments.as_deref().unwrap_or_default();
    let mut parts = Vec::new();
    if let Some(primary) = primary(service) {
        let revision = primary.task_definition.as_deref().map_or("…", last_part);
        let counts = format!(
            "{revision}   {}/{} running",
            primary.running_count, primary.desired_count
        );
        parts.push(counts);
        for (count, word) in [
            (primary.pending_count, "pending"),
            (primary.failed_tasks, "failed"),
        ] {
            if count > 0 {
                parts.push(format!("{count} {word}"));
            }
        }
    }
    let old: i32 = deployments
        .iter()
        .filter(|deployment| deployment.status.as_deref() != Some("PRIMARY"))
        .map(|deployment| deployment.running_count)
        .sum();
    if old > 0 {
        parts.push(format!("old {old} draining"));
    }
    if let Some(status) = status.filter(|status| status.as_str().starts_with("ROLLBACK")) {
        parts.push(status.as_str().to_lowercase().replace('_', " "));
    }
    Progress::Pending {
        status: parts.join(", "),
        events: events(service),
    }
}

/// The service's events since its deployment began, oldest first.
fn events(service: &SdkService) -> Vec<String> {
    let began = primary(service).and_then(|primary| primary.created_at);
    let events = service.events.as_deref().unwrap_or_default().iter().rev();
    let since = events.filter(|event| match (event.created_at, began) {
        (Some(at), Some(began)) => at.secs() >= began.secs(),
        _ => true,
    });
    let shown = |event: &aws_sdk_ecs::types::ServiceEvent| {
        let message = event.message.as_deref()?;
        Some(match event.created_at {
            Some(at) => format!("{} {message}", clock(at.secs())),
            None => message.to_owned(),
        })
    };
    since.filter_map(shown).collect()
}

/// The time of day, in UTC.
fn clock(seconds: i64) -> String {
    let of_day = seconds.rem_euclid(86_400);
    format!(
        "{:02}:{:02}:{:02}",
        of_day / 3600,
        of_day / 60 % 60,
        of_day % 60
    )
}

fn failure(rollout: &Rollout, ours: Option<&str>) -> Failure {
    let service = &rollout.service;
    let deployment = rollout.deployment.as_ref();
    let status = deployment.and_then(|deployment| deployment.status.as_ref());
    let rolled_back = status == Some(&ServiceDeploymentStatus::RollbackSuccessful);
    let submitted = ours.map_or("the deployment", last_part);
    let then = match status {
        Some(ServiceDeploymentStatus::RollbackSuccessful) => {
            let revision = service
                .task_definition
                .as_deref()
                .map(last_part)
                .unwrap_or_default();
            let number = revision.rsplit(':').next().unwrap_or_default();
            format!(" and ECS rolled back to :{number}")
        }
        Some(ServiceDeploymentStatus::RollbackFailed) => ", and so did the way back".to_owned(),
        Some(ServiceDeploymentStatus::Stopped) => " and was stopped".to_owned(),
        _ => String::new(),
    };
    let mut details: Vec<(String, String)> = causes(&rollout.stopped)
        .into_iter()
        .map(|cause| ("cause".to_owned(), cause))
        .collect();
    details.extend(rollout.last_words.iter().cloned());
    let reasons = [
        deployment.and_then(|deployment| deployment.status_reason.as_ref()),
        deployment.and_then(|deployment| deployment.rollback.as_ref()?.reason.as_ref()),
        primary(service).and_then(|primary| primary.rollout_state_reason.as_ref()),
    ];
    let reasons: BTreeSet<&String> = reasons.into_iter().flatten().collect();
    details.extend(
        reasons
            .into_iter()
            .map(|reason| ("ecs".to_owned(), reason.clone())),
    );
    if details.is_empty() {
        let events = events(service).into_iter().rev().take(3);
        details.extend(events.map(|event| ("event".to_owned(), event)));
    }
    // The hint comes last.
    details.sort_by_key(|(word, _)| word == "help");
    Failure {
        summary: format!("deployment of {submitted} failed{then}"),
        details,
        rolled_back,
    }
}

/// Why tasks stopped, the most frequent reason first.
fn causes(stopped: &[Task]) -> Vec<String> {
    let mut counted: BTreeMap<String, usize> = BTreeMap::new();
    for task in stopped {
        for cause in causes_of(task) {
            *counted.entry(cause).or_default() += 1;
        }
    }
    let mut counted: Vec<_> = counted.into_iter().collect();
    counted.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let total = stopped.len();
    counted
        .into_iter()
        .take(3)
        .map(|(cause, count)| match cause.split_once(": ") {
            Some((what, why)) => format!("{what} in {count} of {total} tasks: {why}"),
            None => format!("{cause} in {count} of {total} tasks"),
        })
        .collect()
}

/// The containers that failed. If none failed, ECS's reason for the task.
fn causes_of(task: &Task) -> Vec<String> {
    let containers = task.containers.as_deref().unwrap_or_default().iter();
    let ended: Vec<String> = containers
        .filter_map(|container| {
            let name = container.name.as_deref().unwrap_or("…");
            let what = match (container.exit_code, &container.reason) {
                (Some(0), None) | (None, None) => return None,
                (Some(code), _) => format!("container `{name}` exited with code {code}"),
                (None, Some(_)) => format!("container `{name}` did not start"),
            };
            Some(match &container.reason {
                Some(reason) => format!("{what}: {reason}"),
                None => what,
            })
        })
        .collect();
    if ended.is_empty() {
        task.stopped_reason
            .iter()
            .map(|reason| format!("stopped: {reason}"))
            .collect()
    } else {
        ended
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_ecs::types::{
        Container, DeploymentController, Rollback, ServiceDeployment, ServiceEvent, ServiceRevision,
    };

    const FAMILY: &str = "arn:aws:ecs:us-east-1:123456789012:task-definition/storefront-api";

    fn revision(number: u32) -> String {
        format!("{FAMILY}:{number}")
    }

    fn applied(number: u32) -> ServiceResolved {
        let spec = serde_json::json!({"Cluster": "main", "TaskDefinition": revision(number)});
        serde_json::from_value(spec).expect("the smallest service")
    }

    fn service(number: u32, state: DeploymentRolloutState) -> SdkService {
        let primary = Deployment::builder()
            .status("PRIMARY")
            .task_definition(revision(number))
            .desired_count(2)
            .running_count(2)
            .rollout_state(state);
        SdkService::builder()
            .status("ACTIVE")
            .task_definition(revision(number))
            .desired_count(2)
            .running_count(2)
            .deployments(primary.build())
            .build()
    }

    fn deployed(number: u32, status: ServiceDeploymentStatus) -> Rollout {
        Rollout {
            service: service(number, DeploymentRolloutState::Completed),
            about: About::Ours,
            lags: false,
            deployment: Some(ServiceDeployment::builder().status(status).build()),
            target: None,
            stopped: Vec::new(),
            last_words: Vec::new(),
        }
    }

    fn failed(progress: Progress) -> Failure {
        match progress {
            Progress::Failed(failure) => failure,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn only_our_revision_counts_as_success() {
        let rollout = deployed(8, ServiceDeploymentStatus::Successful);
        assert!(matches!(
            progress(Some(&rollout), &applied(8)),
            Progress::Reached { .. }
        ));
        assert!(matches!(
            progress(Some(&rollout), &applied(9)),
            Progress::Pending { .. }
        ));
        assert!(matches!(
            progress(None, &applied(8)),
            Progress::Pending { .. }
        ));
    }

    #[test]
    fn a_deployment_that_ecs_undid_is_a_failure_with_its_cause_first() {
        let container = Container::builder()
            .name("app")
            .exit_code(137)
            .reason("OutOfMemoryError: container killed due to memory usage");
        let task = Task::builder().containers(container.build()).build();
        let rollback = Rollback::builder().reason("circuit breaker").build();
        let deployment = ServiceDeployment::builder()
            .status(ServiceDeploymentStatus::RollbackSuccessful)
            .rollback(rollback);
        let rollout = Rollout {
            deployment: Some(deployment.build()),
            stopped: vec![task.clone(), task.clone(), task],
            ..deployed(7, ServiceDeploymentStatus::RollbackSuccessful)
        };
        let failure = failed(progress(Some(&rollout), &applied(8)));
        assert_eq!(
            failure.summary,
            "deployment of storefront-api:8 failed and ECS rolled back to :7"
        );
        assert!(failure.rolled_back);
        let cause = "container `app` exited with code 137 in 3 of 3 tasks: OutOfMemoryError: container killed due to memory usage";
        assert_eq!(failure.details[0], ("cause".to_owned(), cause.to_owned()));
        assert_eq!(
            failure.details[1],
            ("ecs".to_owned(), "circuit breaker".to_owned())
        );
    }

    #[test]
    fn a_failure_of_another_revision_is_history() {
        let target = |number| {
            Some(
                ServiceRevision::builder()
                    .task_definition(revision(number))
                    .build(),
            )
        };
        let rollout = |number| Rollout {
            target: target(number),
            ..deployed(7, ServiceDeploymentStatus::RollbackSuccessful)
        };
        assert!(matches!(
            progress(Some(&rollout(8)), &applied(7)),
            Progress::Reached { .. }
        ));
        failed(progress(Some(&rollout(7)), &applied(7)));
    }

    #[test]
    fn a_rollout_under_way_says_how_far_it_is() {
        let event = ServiceEvent::builder()
            .created_at(aws_smithy_types::DateTime::from_secs(50_531))
            .message("(service api) has started 1 tasks");
        let mut service = service(8, DeploymentRolloutState::InProgress);
        service.events = Some(vec![event.build()]);
        let rollout = Rollout {
            service,
            about: About::Ours,
            lags: false,
            deployment: None,
            target: None,
            stopped: Vec::new(),
            last_words: Vec::new(),
        };
        let Progress::Pending { status, events } = progress(Some(&rollout), &applied(8)) else {
            panic!("it is under way")
        };
        assert_eq!(status, "storefront-api:8   2/2 running");
        assert_eq!(events, ["14:02:11 (service api) has started 1 tasks"]);
    }

    #[test]
    fn what_others_deploy_is_theirs_to_follow() {
        let controller =
            DeploymentController::builder().r#type(DeploymentControllerType::CodeDeploy);
        let mut rollout = deployed(7, ServiceDeploymentStatus::Stopped);
        rollout.service.deployment_controller = controller.build().ok();
        assert!(matches!(
            progress(Some(&rollout), &applied(8)),
            Progress::Reached { .. }
        ));
    }
}
