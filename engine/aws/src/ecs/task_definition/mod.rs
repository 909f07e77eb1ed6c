//! The life cycle of `AWS::ECS::TaskDefinition`: a revision is registered, tagged and deregistered, and never changes.
//!
//! So a revision that our own call registered is not read again: only whether it is active is asked, by a list for all of them (`revisions`), and
//! what can change: its tags.
//!
//! RegisterTaskDefinition has no client token and a second call makes a second revision, so it is sent once; a lost answer is looked for among the
//! newest revisions of the family, by the intent's tag.

mod containers;
mod revisions;
mod volumes;

use aws_sdk_ecs::types::{
    SortOrder, Tag, TaskDefinition as SdkTaskDefinition, TaskDefinitionField, TaskDefinitionStatus,
};
use windlass::aws::ecs::{TaskDefinition, TaskDefinitionChange, TaskDefinitionResolved};
use windlass_engine::provider::{Deletion, ErrorClass, Outputs};
use windlass_state::identity::IntentId;

use self::revisions::Revisions;
use super::form::{Shown, ToSdk};
use super::tags;
use crate::applied_tags;
use crate::clients::Clients;
use crate::error::{Named, Result, incomplete, invalid};
use crate::lifecycle::{Context, FoundOne, Lifecycle, Made, Subject};
use crate::observed::{Block, Observed, outputs};
use crate::reads::{Answers, Single, Wants};
use crate::registry::lives;
use crate::wording::Wording;

lives!(TaskDefinition => TaskDefinitionLifecycle);

pub struct TaskDefinitionLifecycle;

/// How many of a family's newest revisions may hide what a lost call registered.
const NEWEST: i32 = 20;

/// Active revisions of task definitions by ARN. ECS describes one for each call.
pub struct TaskDefinitions;

impl Single for TaskDefinitions {
    type Key = String;
    type Item = (SdkTaskDefinition, Vec<Tag>);

    async fn ask(clients: &Clients, arn: &String) -> Result<Option<Self::Item>> {
        describe(clients, arn).await
    }
}

pub(super) async fn describe(
    clients: &Clients,
    arn: &str,
) -> Result<Option<(SdkTaskDefinition, Vec<Tag>)>> {
    let call = clients
        .ecs()
        .describe_task_definition()
        .task_definition(arn)
        .include(TaskDefinitionField::Tags);
    match call.send().await.named("ecs:DescribeTaskDefinition") {
        Ok(answer) => {
            let active = answer.task_definition.filter(|task| {
                task.status
                    .as_ref()
                    .is_none_or(|s| *s == TaskDefinitionStatus::Active)
            });
            Ok(active.map(|task| (task, answer.tags.unwrap_or_default())))
        }
        Err(error) if is_unknown(error.code.as_deref(), &error.message) => Ok(None),
        Err(error) => Err(error),
    }
}

/// ECS has no code of its own for a revision that does not exist: "Unable to describe task definition.", "The specified task definition
/// does not exist."
fn is_unknown(code: Option<&str>, message: &str) -> bool {
    let said = |words: &str| message.to_ascii_lowercase().contains(words);
    code == Some("ClientException") && (said("unable to describe") || said("does not exist"))
}

impl Lifecycle for TaskDefinitionLifecycle {
    type Kind = TaskDefinition;
    const DELETION: Deletion = Deletion::AtOnce;
    const WORDINGS: &'static [Wording] = &[
        // ECS has no code of its own for a revision that does not exist.
        Wording::new(
            &["ecs:DeregisterTaskDefinition"],
            &["ClientException"],
            ErrorClass::NotFound,
        )
        .saying(&["unable to describe", "does not exist"]),
        // A role that was just made is not visible to ECS at once: "Role is not valid", as for one that never was there.
        Wording::new(
            &["ecs:RegisterTaskDefinition"],
            &["ClientException"],
            ErrorClass::NotYet,
        )
        .saying(&[
            "Role is not valid",
            // Another deployment registers a revision of the family at the same time.
            "Too many concurrent attempts to create a new revision",
        ]),
    ];

    fn want(subject: &Subject<Self>, wants: &mut Wants) {
        match &subject.sent {
            Some(_) => {
                wants.want::<Revisions>(subject.id.clone());
                applied_tags::want(&subject.id, &subject.applied.tags, wants);
            }
            None => wants.want::<TaskDefinitions>(subject.id.clone()),
        }
    }

    fn observe(subject: &Subject<Self>, answers: &Answers) -> Result<Option<Observed>> {
        if let Some(sent) = &subject.sent {
            if answers.get::<Revisions>(&subject.id)?.is_none() {
                return Ok(None);
            }
            let (sent, tags) = (Block::from(sent), &subject.applied.tags);
            return Ok(Some(Observed {
                properties: applied_tags::observe(sent, &subject.id, tags, answers)?,
                outputs: outputs([("TaskDefinitionArn", Some(subject.id.clone()))]),
            }));
        }
        let Some((task, of_task)) = answers.get::<TaskDefinitions>(&subject.id)? else {
            return Ok(None);
        };
        let properties = Block::new()
            .set("Family", task.family.as_ref())
            .set("ContainerDefinitions", task.container_definitions.shown())
            .set("Cpu", task.cpu.as_ref())
            .set("Memory", task.memory.as_ref())
            .set("NetworkMode", task.network_mode.shown())
            .set(
                "RequiresCompatibilities",
                task.requires_compatibilities.shown(),
            )
            .set("ExecutionRoleArn", task.execution_role_arn.as_ref())
            .set("TaskRoleArn", task.task_role_arn.as_ref())
            .set("RuntimePlatform", task.runtime_platform.shown())
            .set("EphemeralStorage", task.ephemeral_storage.shown())
            .set("Volumes", task.volumes.shown())
            .set("IpcMode", task.ipc_mode.shown())
            .set("PidMode", task.pid_mode.shown())
            .set("PlacementConstraints", task.placement_constraints.shown())
            .set("ProxyConfiguration", task.proxy_configuration.shown())
            .set("InferenceAccelerators", task.inference_accelerators.shown())
            .set("EnableFaultInjection", task.enable_fault_injection)
            .tags("Tags", tags::pairs(Some(of_task)));
        Ok(Some(Observed {
            properties,
            outputs: task_outputs(task),
        }))
    }

    #[expect(
        deprecated,
        reason = "Elastic Inference takes no new users, and CloudFormation still knows it"
    )]
    async fn create(
        cx: &Context,
        spec: &TaskDefinitionResolved,
        intent: &IntentId,
    ) -> Result<Made> {
        const OPERATION: &str = "ecs:RegisterTaskDefinition";
        let TaskDefinitionResolved {
            family: _,
            container_definitions,
            cpu,
            memory,
            network_mode,
            requires_compatibilities,
            execution_role_arn,
            task_role_arn,
            runtime_platform,
            ephemeral_storage,
            volumes,
            ipc_mode,
            pid_mode,
            placement_constraints,
            proxy_configuration,
            inference_accelerators,
            enable_fault_injection,
            tags,
        } = spec;
        let answer = cx
            .ecs()
            .register_task_definition()
            .family(family(spec)?)
            .set_container_definitions(container_definitions.to_sdk())
            .set_cpu(cpu.to_sdk())
            .set_memory(memory.to_sdk())
            .set_network_mode(network_mode.to_sdk())
            .set_requires_compatibilities(requires_compatibilities.to_sdk())
            .set_execution_role_arn(execution_role_arn.to_sdk())
            .set_task_role_arn(task_role_arn.to_sdk())
            .set_runtime_platform(runtime_platform.to_sdk())
            .set_ephemeral_storage(ephemeral_storage.to_sdk())
            .set_volumes(volumes.to_sdk())
            .set_ipc_mode(ipc_mode.to_sdk())
            .set_pid_mode(pid_mode.to_sdk())
            .set_placement_constraints(placement_constraints.to_sdk())
            .set_proxy_configuration(proxy_configuration.to_sdk())
            .set_inference_accelerators(inference_accelerators.to_sdk())
            .set_enable_fault_injection(*enable_fault_injection)
            .set_tags(Some(tags::created(cx, tags, intent)))
            .send()
            .await
            .named(OPERATION)?;
        let task = answer.task_definition.as_ref().and_then(made);
        task.ok_or_else(|| incomplete(OPERATION, "task definition's ARN"))
    }

    async fn update(
        cx: &Context,
        subject: &Subject<Self>,
        to: &TaskDefinitionResolved,
        changes: &[TaskDefinitionChange],
    ) -> Result<Outputs> {
        for change in changes {
            match change {
                TaskDefinitionChange::Tags => {
                    tags::update(cx, &subject.id, &subject.applied.tags, &to.tags).await?;
                }
            }
        }
        Ok(Outputs::new())
    }

    async fn delete(cx: &Context, subject: &Subject<Self>) -> Result<()> {
        let call = cx
            .ecs()
            .deregister_task_definition()
            .task_definition(&subject.id);
        call.send()
            .await
            .named("ecs:DeregisterTaskDefinition")
            .map(drop)
    }

    async fn find(
        cx: &Context,
        spec: &TaskDefinitionResolved,
        intent: &IntentId,
    ) -> Result<FoundOne> {
        let mut newest = cx
            .ecs()
            .list_task_definitions()
            .family_prefix(family(spec)?)
            .status(TaskDefinitionStatus::Active)
            .sort(SortOrder::Desc)
            .into_paginator()
            .page_size(NEWEST)
            .items()
            .send();
        for _ in 0..NEWEST {
            let next = newest.try_next().await.named("ecs:ListTaskDefinitions")?;
            let Some(arn) = next else {
                break;
            };
            if let Some((task, of_task)) = describe(cx, &arn).await?
                && tags::are_of(Some(&of_task), intent)
                && let Some(made) = made(&task)
            {
                return Ok(FoundOne::Ours(made));
            }
        }
        Ok(FoundOne::Nothing {
            visible_within: tags::VISIBLE_WITHIN,
        })
    }
}

fn family(spec: &TaskDefinitionResolved) -> Result<&str> {
    let missing = || {
        invalid(
            "ecs:RegisterTaskDefinition",
            "the task definition has no family",
        )
    };
    spec.family.as_deref().ok_or_else(missing)
}

fn made(task: &SdkTaskDefinition) -> Option<Made> {
    Some(Made {
        id: task.task_definition_arn.clone()?,
        outputs: task_outputs(task),
    })
}

fn task_outputs(task: &SdkTaskDefinition) -> Outputs {
    outputs([("TaskDefinitionArn", task.task_definition_arn.clone())])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_revision_that_is_gone_is_told_from_a_bad_request() {
        assert!(is_unknown(
            Some("ClientException"),
            "Unable to describe task definition."
        ));
        assert!(is_unknown(
            Some("ClientException"),
            "The specified task definition does not exist."
        ));
        assert!(!is_unknown(
            Some("ClientException"),
            "Invalid revision number."
        ));
        assert!(!is_unknown(
            Some("AccessDeniedException"),
            "Unable to describe task definition."
        ));
    }
}
