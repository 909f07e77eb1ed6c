//! One task: the states it goes through, and why it stopped.
//!
//! A task moves one state with each step of the roll-out clock. Not here: who starts and stops tasks (`rollout`, `runs`).
//! <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-lifecycle-explanation.html>

use serde_json::{Map, Value, json};

use super::arn;
use crate::clock::Millis;
use crate::rules::{ImageRule, glob};

/// `lastStatus`, as far as the local cloud implements it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum State {
    Provisioning,
    Pending,
    Running,
    Deactivating,
    Stopped,
}

impl State {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Provisioning => "PROVISIONING",
            Self::Pending => "PENDING",
            Self::Running => "RUNNING",
            Self::Deactivating => "DEACTIVATING",
            Self::Stopped => "STOPPED",
        }
    }
}

/// One container of the task definition, as far as a task shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ContainerSpec {
    pub(crate) name: String,
    pub(crate) image: String,
    /// The target of its `awslogs` driver.
    pub(crate) log: Option<LogTarget>,
}

/// A log group, and the prefix of its stream names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LogTarget {
    pub(crate) group: String,
    pub(crate) stream_prefix: String,
}

/// The log lines of a container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Logged {
    pub(crate) group: String,
    pub(crate) stream: String,
    pub(crate) lines: Vec<String>,
    pub(crate) at: Millis,
}

/// The fate of a task without a stop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Fate {
    /// The task runs until it is stopped.
    Runs,
    /// The task runs for one step, and its containers exit with 0, as RunTask's tasks do.
    Completes,
    /// The container with this index cannot be started.
    CannotStart { container: usize, reason: String },
    /// The container with this index exits.
    Exits {
        container: usize,
        code: i32,
        reason: Option<String>,
        log: Vec<String>,
    },
}

/// Why a task stopped.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Stop {
    code: &'static str,
    reason: String,
}

/// The result of one step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Moved {
    /// Nothing to report.
    Quietly,
    /// The task runs now.
    Started,
    /// The task stopped although it should run.
    Failed,
    /// The task stopped as it should.
    Ended,
}

/// What all tasks of one deployment, or of one RunTask, have in common.
#[derive(Debug, Clone, Default)]
pub(crate) struct Template {
    pub(crate) task_definition: String,
    pub(crate) containers: Vec<ContainerSpec>,
    pub(crate) cpu: Option<String>,
    pub(crate) memory: Option<String>,
    /// API fields that the task repeats: launchType, capacityProviderName, platformVersion, networkConfiguration, tags, …
    pub(crate) fields: Map<String, Value>,
}

/// A task.
#[derive(Debug, Clone)]
pub(crate) struct Task {
    pub(crate) arn: String,
    pub(crate) cluster_arn: String,
    pub(crate) group: String,
    pub(crate) started_by: Option<String>,
    pub(crate) state: State,
    /// `desiredStatus`: RUNNING, or STOPPED.
    pub(crate) wanted: bool,
    template: Template,
    fate: Fate,
    stop: Option<Stop>,
    /// Log lines that are not written yet.
    logged: Option<Logged>,
    created: Millis,
    started: Option<Millis>,
    stopping: Option<Millis>,
    stopped: Option<Millis>,
    steps_running: u32,
    container_ids: Vec<String>,
    interface: Interface,
}

/// The network interface of a task with `awsvpc`. It is invented and exists nowhere else.
#[derive(Debug, Clone)]
struct Interface {
    attachment: String,
    address: String,
}

impl Template {
    pub(crate) fn family(&self) -> &str {
        let name = arn::name_of(&self.task_definition);
        name.split(':').next().unwrap_or(name)
    }

    /// The fate of a task of this kind by the rules for images.
    pub(crate) fn fate(&self, rules: &[ImageRule], otherwise: Fate) -> Fate {
        for (container, spec) in self.containers.iter().enumerate() {
            let Some(rule) = rules.iter().find(|rule| glob(&rule.image, &spec.image)) else {
                continue;
            };
            return match rule.exit_code {
                Some(code) => Fate::Exits {
                    container,
                    code,
                    reason: rule.reason.clone(),
                    log: rule.log.clone(),
                },
                None => Fate::CannotStart {
                    container,
                    reason: rule.reason.clone().unwrap_or_else(|| {
                        format!("CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref {}: not found", spec.image)
                    }),
                },
            };
        }
        otherwise
    }
}

impl Task {
    pub(crate) fn new(
        arn: String,
        cluster_arn: &str,
        group: String,
        template: &Template,
        fate: Fate,
        now: Millis,
    ) -> Self {
        let octet = || rand::random::<u8>().clamp(4, 254);
        Self {
            arn,
            cluster_arn: cluster_arn.to_owned(),
            group,
            started_by: None,
            state: State::Provisioning,
            wanted: true,
            fate,
            stop: None,
            logged: None,
            created: now,
            started: None,
            stopping: None,
            stopped: None,
            steps_running: 0,
            container_ids: template.containers.iter().map(|_| arn::uuid()).collect(),
            interface: Interface {
                attachment: arn::uuid(),
                address: format!("10.0.{}.{}", octet(), octet()),
            },
            template: template.clone(),
        }
    }

    pub(crate) fn id(&self) -> &str {
        arn::name_of(&self.arn)
    }

    pub(crate) fn family(&self) -> &str {
        self.template.family()
    }

    pub(crate) fn launch_type(&self) -> Option<&str> {
        self.template.fields.get("launchType")?.as_str()
    }

    /// Whether the task's network interface is in this subnet or security group.
    pub(crate) fn is_in(&self, identifier: &str) -> bool {
        let network = self.template.fields.get("networkConfiguration");
        let network = network.map(|network| &network["awsvpcConfiguration"]);
        ["subnets", "securityGroups"].iter().any(|list| {
            let named = network.and_then(|network| network[*list].as_array());
            named.is_some_and(|named| named.iter().any(|one| one == identifier))
        })
    }

    pub(crate) fn is_live(&self) -> bool {
        self.state != State::Stopped
    }

    /// Whether the task has run for longer than a task that is about to fail.
    pub(crate) fn has_proven_itself(&self) -> bool {
        self.state == State::Running && self.steps_running > 0
    }

    pub(crate) fn stopped_at(&self) -> Option<Millis> {
        self.stopped
    }

    /// The log lines since the last call.
    pub(crate) fn take_logged(&mut self) -> Option<Logged> {
        self.logged.take()
    }

    /// Asks the task to stop; the first request gives the reason.
    pub(crate) fn ask_to_stop(&mut self, code: &'static str, reason: &str, now: Millis) {
        if !self.wanted || !self.is_live() {
            return;
        }
        self.wanted = false;
        self.stopping = Some(now);
        self.stop = Some(Stop {
            code,
            reason: reason.to_owned(),
        });
    }

    /// Moves the task by one state.
    pub(crate) fn step(&mut self, now: Millis) -> Moved {
        let (next, moved) = match (self.state, self.wanted) {
            (State::Stopped, _) => return Moved::Quietly,
            (State::Deactivating, _) => (State::Stopped, Moved::Ended),
            (State::Running, false) => (State::Deactivating, Moved::Quietly),
            (State::Provisioning | State::Pending, false) => (State::Stopped, Moved::Ended),
            (State::Provisioning, true) => (State::Pending, Moved::Quietly),
            (State::Pending, true) => self.start(),
            (State::Running, true) => self.run(now),
        };
        if self.state == State::Running && next == State::Running {
            self.steps_running += 1;
        }
        self.state = next;
        if next == State::Running && self.started.is_none() {
            self.started = Some(now);
        }
        if next == State::Stopped {
            self.wanted = false;
            self.stopping.get_or_insert(now);
            self.stopped = Some(now);
        }
        moved
    }

    fn start(&mut self) -> (State, Moved) {
        let Fate::CannotStart { reason, .. } = &self.fate else {
            return (State::Running, Moved::Started);
        };
        self.stop = Some(Stop {
            code: "TaskFailedToStart",
            reason: reason.clone(),
        });
        (State::Stopped, Moved::Failed)
    }

    fn run(&mut self, now: Millis) -> (State, Moved) {
        let moved = match &self.fate {
            Fate::Runs | Fate::CannotStart { .. } => return (State::Running, Moved::Quietly),
            Fate::Completes => Moved::Ended,
            Fate::Exits { container, log, .. } => {
                self.logged = self.log(*container, log, now);
                Moved::Failed
            }
        };
        self.stop = Some(Stop {
            code: "EssentialContainerExited",
            reason: "Essential container in task exited".to_owned(),
        });
        (State::Stopped, moved)
    }

    fn log(&self, container: usize, lines: &[String], at: Millis) -> Option<Logged> {
        let spec = self.template.containers.get(container)?;
        let target = spec.log.as_ref().filter(|_| !lines.is_empty())?;
        Some(Logged {
            group: target.group.clone(),
            stream: format!("{}/{}/{}", target.stream_prefix, spec.name, self.id()),
            lines: lines.to_vec(),
            at,
        })
    }

    /// The task in the form of DescribeTasks.
    pub(crate) fn view(&self, with_tags: bool) -> Value {
        let mut task = self.template.fields.clone();
        let network = task.remove("networkConfiguration");
        if !with_tags {
            task.remove("tags");
        }
        task.extend(object(json!({
            "taskArn": self.arn,
            "clusterArn": self.cluster_arn,
            "taskDefinitionArn": self.template.task_definition,
            "group": self.group,
            "lastStatus": self.state.as_str(),
            "desiredStatus": if self.wanted { "RUNNING" } else { "STOPPED" },
            "createdAt": self.created.json(),
            "containers": self.containers(),
            "healthStatus": "UNKNOWN",
            "connectivity": "CONNECTED",
            "connectivityAt": self.created.json(),
            "version": 1 + self.state as u8,
            "attributes": [],
            "attachments": network.iter().map(|network| self.attachment(network)).collect::<Vec<_>>(),
        })));
        task.entry("overrides")
            .or_insert_with(|| json!({"containerOverrides": []}));
        let optional = [
            ("cpu", self.template.cpu.clone().map(Value::from)),
            ("memory", self.template.memory.clone().map(Value::from)),
            ("startedBy", self.started_by.clone().map(Value::from)),
            ("startedAt", self.started.map(Millis::json)),
            ("stoppingAt", self.stopping.map(Millis::json)),
            ("stoppedAt", self.stopped.map(Millis::json)),
            ("executionStoppedAt", self.stopped.map(Millis::json)),
            ("stopCode", self.stop.as_ref().map(|stop| stop.code.into())),
            (
                "stoppedReason",
                self.stop.as_ref().map(|stop| stop.reason.clone().into()),
            ),
        ];
        for (name, value) in optional {
            if let Some(value) = value {
                task.insert(name.to_owned(), value);
            }
        }
        Value::Object(task)
    }

    fn containers(&self) -> Vec<Value> {
        let specs = self.template.containers.iter().zip(&self.container_ids);
        specs
            .enumerate()
            .map(|(index, (spec, id))| {
                let mut container = object(json!({
                    "containerArn": self.arn.replacen(":task/", ":container/", 1) + "/" + id,
                    "taskArn": self.arn,
                    "name": spec.name,
                    "image": spec.image,
                    "lastStatus": self.container_state(),
                    "networkInterfaces": self.network_interfaces(),
                    "healthStatus": "UNKNOWN",
                }));
                let (code, reason) = self.container_end(index);
                if let Some(code) = code {
                    container.insert("exitCode".to_owned(), code.into());
                }
                if let Some(reason) = reason {
                    container.insert("reason".to_owned(), reason.into());
                }
                Value::Object(container)
            })
            .collect()
    }

    fn container_state(&self) -> &'static str {
        match self.state {
            State::Provisioning | State::Pending => "PENDING",
            State::Running | State::Deactivating => "RUNNING",
            State::Stopped => "STOPPED",
        }
    }

    /// The exit code and reason of a container of a stopped task.
    fn container_end(&self, index: usize) -> (Option<i32>, Option<&str>) {
        if self.is_live() {
            return (None, None);
        }
        match &self.fate {
            Fate::CannotStart { container, reason } if *container == index => (None, Some(reason)),
            _ if self.started.is_none() => (None, None),
            Fate::Exits {
                container,
                code,
                reason,
                ..
            } if *container == index => (Some(*code), reason.as_deref()),
            _ => (Some(0), None),
        }
    }

    fn network_interfaces(&self) -> Value {
        if self.template.fields.contains_key("networkConfiguration") && self.state >= State::Pending
        {
            json!([{"attachmentId": self.interface.attachment, "privateIpv4Address": self.interface.address}])
        } else {
            json!([])
        }
    }

    fn attachment(&self, network: &Value) -> Value {
        let subnet = network
            .pointer("/awsvpcConfiguration/subnets/0")
            .cloned()
            .unwrap_or_default();
        let status = match self.state {
            State::Provisioning => "PRECREATED",
            State::Pending | State::Running | State::Deactivating => "ATTACHED",
            State::Stopped => "DELETED",
        };
        json!({
            "id": self.interface.attachment,
            "type": "ElasticNetworkInterface",
            "status": status,
            "details": [{"name": "subnetId", "value": subnet}, {"name": "privateIPv4Address", "value": self.interface.address}],
        })
    }
}

/// The object behind a `json!({…})`.
pub(crate) fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn task(fate: Fate) -> Task {
        let template = Template {
            task_definition: "arn:aws:ecs:us-east-1:1:task-definition/web:3".into(),
            containers: vec![ContainerSpec {
                name: "app".into(),
                image: "shop/web:1".into(),
                log: Some(LogTarget {
                    group: "/ecs/web".into(),
                    stream_prefix: "ecs".into(),
                }),
            }],
            ..Template::default()
        };
        Task::new(
            "arn:aws:ecs:us-east-1:1:task/c/abc".into(),
            "c",
            "service:web".into(),
            &template,
            fate,
            Millis(0),
        )
    }

    #[test]
    fn a_task_that_runs_goes_on_until_it_is_stopped() {
        let mut task = task(Fate::Runs);
        let moves: Vec<Moved> = (1..=4).map(|at| task.step(Millis(at))).collect();
        assert_eq!(
            moves,
            [
                Moved::Quietly,
                Moved::Started,
                Moved::Quietly,
                Moved::Quietly
            ]
        );
        task.ask_to_stop("UserInitiated", "Task stopped by user", Millis(5));
        assert_eq!(
            (task.step(Millis(6)), task.state),
            (Moved::Quietly, State::Deactivating)
        );
        assert_eq!(
            (task.step(Millis(7)), task.state),
            (Moved::Ended, State::Stopped)
        );
        let view = task.view(true);
        assert_eq!(view["stopCode"], "UserInitiated");
        assert_eq!(view["containers"][0]["exitCode"], 0);
    }

    #[test]
    fn an_image_that_cannot_be_pulled_never_runs() {
        let mut task = task(Fate::CannotStart {
            container: 0,
            reason: "CannotPullContainerError: no".into(),
        });
        task.step(Millis(1));
        assert_eq!(task.step(Millis(2)), Moved::Failed);
        let view = task.view(true);
        assert_eq!(view["stopCode"], "TaskFailedToStart");
        assert_eq!(view["stoppedReason"], "CannotPullContainerError: no");
        assert!(view["containers"][0].get("exitCode").is_none());
        assert!(view.get("startedAt").is_none());
    }

    #[test]
    fn a_container_that_is_killed_says_how() {
        let mut task = task(Fate::Exits {
            container: 0,
            code: 137,
            reason: Some("OutOfMemoryError: x".into()),
            log: vec!["heap space".into()],
        });
        let moves: Vec<Moved> = (1..=3).map(|at| task.step(Millis(at))).collect();
        assert_eq!(moves, [Moved::Quietly, Moved::Started, Moved::Failed]);
        let view = task.view(true);
        assert_eq!(view["stopCode"], "EssentialContainerExited");
        assert_eq!(view["containers"][0]["exitCode"], 137);
        assert_eq!(view["containers"][0]["reason"], "OutOfMemoryError: x");
        let logged = task.take_logged().expect("it logged");
        assert_eq!(
            (logged.group.as_str(), logged.stream.as_str(), logged.lines),
            ("/ecs/web", "ecs/app/abc", vec!["heap space".to_owned()])
        );
        assert_eq!(task.take_logged(), None);
    }
}
