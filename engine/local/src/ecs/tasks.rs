//! The calls about tasks: run, stop, describe, list.
//!
//! Moto keeps the tasks that it made (StartTask); this module merges its answers with ours.

use serde_json::{Value, json};

use super::task::{Fate, State, Task};
use super::{Exchange, World, arn, cluster_name, invalid, missing, taken, texts};
use crate::backend::{BackendError, Reply};

/// RunTask starts at most this many.
const RUN_AT_ONCE: u64 = 10;

impl Exchange<'_> {
    pub(super) async fn run_task(&self, request: Value) -> Result<Reply, BackendError> {
        let token = request["clientToken"]
            .as_str()
            .map(|token| format!("run:{token}"));
        if let Some(made) = token
            .as_ref()
            .and_then(|token| self.world(|world, _, _| world.tokens.get(token).cloned()))
        {
            return Ok(self.shown_tasks(&made));
        }
        let count = request["count"].as_u64().unwrap_or(1);
        if !(1..=RUN_AT_ONCE).contains(&count) {
            return Ok(invalid("count must be between 1 and 10."));
        }
        let cluster = self
            .ask(
                "DescribeClusters",
                &json!({"clusters": [cluster_name(&request)]}),
            )
            .await?;
        if cluster.body["clusters"][0]["status"] != "ACTIVE" {
            return Ok(Reply::error(
                "ClusterNotFoundException",
                "Cluster not found.",
            ));
        }
        let definition = match self.definition(&request["taskDefinition"]).await? {
            Err(refusal) => return Ok(refusal),
            Ok(definition) => definition,
        };
        if let Some(problem) = definition.refusal(&request) {
            return Ok(invalid(&problem));
        }
        let placed = taken(
            &request,
            &[
                "launchType",
                "capacityProviderStrategy",
                "networkConfiguration",
                "enableExecuteCommand",
            ],
        );
        let mut template = definition.template(&placed);
        template
            .fields
            .extend(taken(&request, &["overrides", "tags"]));
        let made: Vec<String> = self.world(|world, rules, now| {
            let cluster_arn = self.cluster_arn(&request);
            let group = request["group"]
                .as_str()
                .map_or_else(|| format!("family:{}", template.family()), str::to_owned);
            let arns: Vec<String> = (0..count)
                .map(|_| {
                    self.scope.arn(
                        "task",
                        &format!("{}/{}", cluster_name(&request), arn::task_id()),
                    )
                })
                .collect();
            for arn in &arns {
                let fate = template.fate(&rules.images, Fate::Completes);
                let mut task = Task::new(
                    arn.clone(),
                    &cluster_arn,
                    group.clone(),
                    &template,
                    fate,
                    now,
                );
                task.started_by = request["startedBy"].as_str().map(str::to_owned);
                world.runs.add(task);
            }
            if let Some(token) = token {
                world.tokens.insert(token, arns.clone());
            }
            arns
        });
        Ok(self.shown_tasks(&made))
    }

    pub(super) async fn stop_task(&self, request: Value) -> Result<Reply, BackendError> {
        let named = request["task"].as_str().unwrap_or_default();
        let reason = request["reason"].as_str().unwrap_or("Task stopped by user");
        let stopped = self.world(|world, _, now| {
            let task = world
                .tasks_mut()
                .find(|task| task.id() == arn::name_of(named))?;
            task.ask_to_stop("UserInitiated", reason, now);
            let (view, group) = (task.view(true), task.group.clone());
            // The service starts a replacement.
            for service in world.services.values_mut() {
                if group == format!("service:{}", service.name) {
                    service.steady = false;
                }
            }
            Some(view)
        });
        match stopped {
            Some(task) => Ok(Reply::ok(json!({"task": task}))),
            None => self.ask("StopTask", &request).await,
        }
    }

    pub(super) async fn describe_tasks(&self, mut request: Value) -> Result<Reply, BackendError> {
        let with_tags = texts(&request["include"]).contains(&"TAGS");
        let cluster = self.cluster_arn(&request);
        let asked: Vec<String> = texts(&request["tasks"])
            .into_iter()
            .map(str::to_owned)
            .collect();
        let (mut tasks, others) = self.world(|world, _, _| {
            let mut tasks = Vec::new();
            let mut others = Vec::new();
            for named in asked {
                match world
                    .tasks_in(&cluster)
                    .find(|task| task.id() == arn::name_of(&named))
                {
                    Some(task) => tasks.push(task.view(with_tags)),
                    None => others.push(named),
                }
            }
            (tasks, others)
        });
        let mut failures = Vec::new();
        if !others.is_empty() {
            request["tasks"] = others.clone().into();
            let reply = self.ask("DescribeTasks", &request).await?;
            if !reply.is_ok() {
                return Ok(reply);
            }
            let moto = reply.body["tasks"].as_array().cloned().unwrap_or_default();
            let known = |named: &str| {
                moto.iter().any(|task| {
                    task["taskArn"].as_str().map(arn::name_of) == Some(arn::name_of(named))
                })
            };
            for named in others.iter().filter(|named| !known(named)) {
                let path = format!("{}/{}", arn::name_of(&cluster), arn::name_of(named));
                failures.push(missing(&self.scope.arn("task", &path)));
            }
            tasks.extend(moto);
        }
        Ok(Reply::ok(json!({"tasks": tasks, "failures": failures})))
    }

    pub(super) async fn list_tasks(&self, request: Value) -> Result<Reply, BackendError> {
        // Moto does not know the tasks of services, but its answer says whether the cluster exists.
        let mut forwarded = request.clone();
        if let Some(forwarded) = forwarded.as_object_mut() {
            forwarded.remove("serviceName");
        }
        let mut reply = self.ask("ListTasks", &forwarded).await?;
        if !reply.is_ok() || !request["containerInstance"].is_null() {
            return Ok(reply);
        }
        let filter = Filter::of(&request);
        let cluster = self.cluster_arn(&request);
        let ours: Vec<Value> = self.world(|world, _, _| {
            let tasks = world.tasks_in(&cluster).filter(|task| filter.passes(task));
            tasks.map(|task| Value::from(task.arn.clone())).collect()
        });
        if filter.group.is_some() {
            reply.body["taskArns"] = json!([]);
        }
        if let Some(arns) = reply.body["taskArns"].as_array_mut() {
            arns.extend(ours);
        }
        Ok(reply)
    }

    fn shown_tasks(&self, arns: &[String]) -> Reply {
        let tasks: Vec<Value> = self.world(|world, _, _| {
            let made = world
                .runs
                .tasks
                .iter()
                .filter(|task| arns.contains(&task.arn));
            made.map(|task| task.view(true)).collect()
        });
        Reply::ok(json!({"tasks": tasks, "failures": []}))
    }
}

struct Filter<'a> {
    group: Option<String>,
    family: Option<&'a str>,
    started_by: Option<&'a str>,
    launch_type: Option<&'a str>,
    wanted: bool,
}

impl<'a> Filter<'a> {
    fn of(request: &'a Value) -> Self {
        Self {
            group: request["serviceName"]
                .as_str()
                .map(|name| format!("service:{}", arn::name_of(name))),
            family: request["family"].as_str(),
            started_by: request["startedBy"].as_str(),
            launch_type: request["launchType"].as_str(),
            wanted: request["desiredStatus"] != "STOPPED",
        }
    }

    fn passes(&self, task: &Task) -> bool {
        self.group.as_ref().is_none_or(|group| *group == task.group)
            && self.family.is_none_or(|family| family == task.family())
            && self
                .started_by
                .is_none_or(|by| task.started_by.as_deref() == Some(by))
            && self
                .launch_type
                .is_none_or(|kind| task.launch_type() == Some(kind))
            && self.wanted == task.wanted
    }
}

impl World {
    /// The tasks of a cluster.
    pub(super) fn tasks_in<'a>(&'a self, cluster_arn: &'a str) -> impl Iterator<Item = &'a Task> {
        let of_services = self.services.values().flat_map(|service| &service.tasks);
        of_services
            .chain(&self.runs.tasks)
            .filter(move |task| task.cluster_arn == cluster_arn)
    }

    fn tasks_mut(&mut self) -> impl Iterator<Item = &mut Task> {
        let of_services = self
            .services
            .values_mut()
            .flat_map(|service| &mut service.tasks);
        of_services.chain(&mut self.runs.tasks)
    }

    /// The numbers of running and pending tasks of a cluster.
    pub(super) fn task_counts(&self, cluster_arn: &str) -> (usize, usize) {
        let mut counts = (0, 0);
        for task in self.tasks_in(cluster_arn) {
            match task.state {
                State::Running => counts.0 += 1,
                State::Provisioning | State::Pending => counts.1 += 1,
                State::Deactivating | State::Stopped => {}
            }
        }
        counts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_defaults_to_what_should_run() {
        let request = json!({"serviceName": "arn:aws:ecs:us-east-1:1:service/c/web"});
        let filter = Filter::of(&request);
        assert_eq!(filter.group.as_deref(), Some("service:web"));
        assert!(filter.wanted);
        assert!(!Filter::of(&json!({"desiredStatus": "STOPPED"})).wanted);
    }
}
