//! The last log lines of a container that failed, and its memory limit.
//!
//! Windlass reads only the `awslogs` driver, whose streams have the name PREFIX/CONTAINER/TASK. An unreadable log never hides the failure itself.
//! <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using_awslogs.html>

use aws_sdk_ecs::types::{Container, ContainerDefinition, LogDriver, Task, TaskDefinition};

use crate::ecs::last_part;
use crate::prelude::*;

/// How many log lines the failure shows.
const LINES: i32 = 5;

/// How many pages of a log Windlass reads to find these lines.
const PAGES: usize = 10;

/// Details of a failure: pairs of a label and a text.
type Details = Vec<(String, String)>;

/// Reads the log of the container that failed last.
pub async fn last_words(clients: &Clients, stopped: &[Task]) -> Details {
    match said(clients, stopped).await {
        Ok(details) => details,
        Err(error) => vec![("log".to_owned(), format!("cannot be read: {error}"))],
    }
}

async fn said(clients: &Clients, stopped: &[Task]) -> Result<Details> {
    let failed = stopped
        .iter()
        .filter_map(|task| Some((task, ended_badly(task)?)));
    let Some((task, container)) = failed.max_by_key(|(task, _)| stopped_at(task)) else {
        return Ok(Details::new());
    };
    let call = clients
        .ecs()
        .describe_task_definition()
        .set_task_definition(task.task_definition_arn.clone());
    let described = call.send().await.named("ecs:DescribeTaskDefinition")?;
    let Some(revision) = described.task_definition else {
        return Ok(Details::new());
    };
    let definitions = revision.container_definitions.as_deref();
    let definition = definitions
        .unwrap_or_default()
        .iter()
        .find(|definition| definition.name == container.name);
    let Some(definition) = definition else {
        return Ok(Details::new());
    };
    let mut details = lines(clients, task, definition).await?;
    if ran_out_of_memory(container) {
        details.extend(memory(definition, &revision).map(|text| ("help".to_owned(), text)));
    }
    Ok(details)
}

/// The container that started and ended with an exit code other than 0.
fn ended_badly(task: &Task) -> Option<&Container> {
    let mut containers = task.containers.as_deref().unwrap_or_default().iter();
    containers.find(|container| container.exit_code.is_some_and(|code| code != 0))
}

fn stopped_at(task: &Task) -> i64 {
    task.stopped_at.map_or(i64::MIN, |at| at.secs())
}

async fn lines(
    clients: &Clients,
    task: &Task,
    definition: &ContainerDefinition,
) -> Result<Details> {
    let Some((group, stream)) = stream(task, definition) else {
        return Ok(Details::new());
    };
    let call = clients
        .logs()
        .get_log_events()
        .log_group_name(group)
        .log_stream_name(stream)
        .start_from_head(false)
        .limit(LINES);
    let (mut events, mut token) = (Vec::new(), None);
    // A page can be empty although older pages are not. At the end, AWS returns the token of the request.
    for _ in 0..PAGES {
        let page = call.clone().set_next_token(token.clone()).send().await;
        // A container that has not logged anything has no stream.
        let Some(page) = page.named("logs:GetLogEvents").found()? else {
            break;
        };
        events = page.events.unwrap_or_default();
        if !events.is_empty() || page.next_backward_token == token {
            break;
        }
        token = page.next_backward_token;
    }
    let messages = events.into_iter().filter_map(|event| event.message);
    Ok(messages
        .map(|message| ("log".to_owned(), format!("{group}  {}", message.trim_end())))
        .collect())
}

/// The log group and stream of a container.
fn stream<'a>(task: &Task, definition: &'a ContainerDefinition) -> Option<(&'a str, String)> {
    let logging = definition.log_configuration.as_ref()?;
    if logging.log_driver != LogDriver::Awslogs {
        return None;
    }
    let options = logging.options.as_ref()?;
    let (group, prefix) = (
        options.get("awslogs-group")?,
        options.get("awslogs-stream-prefix")?,
    );
    let (name, task) = (definition.name.as_deref()?, task.task_arn.as_deref()?);
    Some((group, format!("{prefix}/{name}/{}", last_part(task))))
}

fn ran_out_of_memory(container: &Container) -> bool {
    let reason = container.reason.as_deref().unwrap_or_default();
    reason.contains("OutOfMemory")
}

fn memory(definition: &ContainerDefinition, revision: &TaskDefinition) -> Option<String> {
    let name = definition.name.as_deref().unwrap_or("…");
    match (definition.memory, revision.memory.as_deref()) {
        (Some(mebibytes), _) => Some(format!("the container `{name}` has {mebibytes} MiB")),
        (None, Some(mebibytes)) => Some(format!(
            "the container `{name}` shares the task's {mebibytes} MiB"
        )),
        (None, None) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_ecs::types::LogConfiguration;

    fn task(code: i32) -> Task {
        let container = Container::builder().name("app").exit_code(code);
        Task::builder()
            .task_arn("arn:aws:ecs:us-east-1:123456789012:task/main/0123abcd")
            .containers(container.build())
            .build()
    }

    fn logging(driver: LogDriver) -> ContainerDefinition {
        let logging = LogConfiguration::builder()
            .log_driver(driver)
            .options("awslogs-group", "/ecs/api")
            .options("awslogs-stream-prefix", "ecs");
        ContainerDefinition::builder()
            .name("app")
            .log_configuration(logging.build().expect("it has a driver"))
            .build()
    }

    #[test]
    fn a_stream_is_named_by_prefix_container_and_task() {
        let stream_of =
            |driver| stream(&task(1), &logging(driver)).map(|(group, s)| format!("{group} {s}"));
        assert_eq!(
            stream_of(LogDriver::Awslogs).as_deref(),
            Some("/ecs/api ecs/app/0123abcd")
        );
        assert_eq!(stream_of(LogDriver::Splunk), None);
    }

    #[test]
    fn what_ended_with_0_did_not_end_badly() {
        assert!(ended_badly(&task(0)).is_none());
        assert!(ended_badly(&task(137)).is_some());
    }

    #[test]
    fn the_memory_is_the_containers_or_the_tasks() {
        let revision = TaskDefinition::builder().memory("1024").build();
        let mut definition = logging(LogDriver::Awslogs);
        let said = memory(&definition, &revision);
        assert_eq!(
            said.as_deref(),
            Some("the container `app` shares the task's 1024 MiB")
        );
        definition.memory = Some(512);
        let said = memory(&definition, &revision);
        assert_eq!(said.as_deref(), Some("the container `app` has 512 MiB"));
    }
}
