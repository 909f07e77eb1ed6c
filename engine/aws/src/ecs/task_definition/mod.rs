//! The life cycle of `AWS::ECS::TaskDefinition`: Windlass registers, tags and deregisters a revision. A revision never changes.
//!
//! So Windlass does not read again the content of a revision that its own call registered. It reads only whether the revision is active, with one
//! list for all revisions (`revisions`), and the part that can change: its tags.
//!
//! RegisterTaskDefinition has no client token, and a second call creates a second revision, so Windlass sends it once. After a lost answer, Windlass
//! looks for the intent's tag among the newest revisions of the family.

mod containers;
mod revisions;
mod volumes;

use aws_sdk_ecs::types::{
    SortOrder, Tag, TaskDefinition as SdkTaskDefinition, TaskDefinitionField, TaskDefinitionStatus,
};
use windlass::aws::ecs::{TaskDefinition, TaskDefinitionChange, TaskDefinitionResolved};

use self::revisions::Revisions;
use super::tags;
use crate::applied_tags;
use crate::prelude::*;
use crate::services::shared;

lives!(TaskDefinition => TaskDefinitionLifecycle);

pub struct TaskDefinitionLifecycle;

/// How many of a family's newest revisions Windlass searches for the result of a lost call.
const NEWEST: i32 = 20;

/// Active revisions of task definitions by ARN. ECS describes one revision per call.
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

/// Whether the error means that the revision does not exist. ECS has no error code for that, only the messages "Unable to describe task definition."
/// and "The specified task definition does not exist."
fn is_unknown(code: Option<&str>, message: &str) -> bool {
    let said = |words: &str| message.to_ascii_lowercase().contains(words);
    code == Some("ClientException") && (said("unable to describe") || said("does not exist"))
}

impl Lifecycle for TaskDefinitionLifecycle {
    type Kind = TaskDefinition;
    const DELETION: Deletion = Deletion::AtOnce;
    const IS_LISTED: bool = true;
    const WORDINGS: &'static [Wording] = &[
        // ECS has no error code for a revision that does not exist.
        Wording::new(
            &["ecs:DeregisterTaskDefinition"],
            &["ClientException"],
            ErrorClass::NotFound,
        )
        .saying(&["unable to describe", "does not exist"]),
        // ECS does not see a role at once after its creation, and answers "Role is not valid", as for a role that does not exist.
        Wording::new(
            &["ecs:RegisterTaskDefinition"],
            &["ClientException"],
            ErrorClass::NotYet,
        )
        .saying(&[
            "Role is not valid",
            // Another deployment registers a revision of the same family at the same time.
            "Too many concurrent attempts to create a new revision",
        ]),
    ];

    fn bucket(_: Action) -> Option<Limit> {
        Some(shared("ECS task definition modify", 20, 1.0))
    }

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
        Ok(Some(Observed {
            properties: task.properties().tags("Tags", tags::pairs(Some(of_task))),
            outputs: task.outputs(),
        }))
    }

    async fn create(
        cx: &Context,
        spec: &TaskDefinitionResolved,
        intent: &IntentId,
    ) -> Result<Made> {
        const OPERATION: &str = "ecs:RegisterTaskDefinition";
        let call = spec.fill(cx.ecs().register_task_definition());
        let call = call.set_tags(Some(tags::created(cx, &spec.tags, intent)));
        let answer = call.send().await.named(OPERATION)?;
        made(answer.task_definition.as_ref(), OPERATION)
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
                && let Some(made) = Made::of(&task)
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

impl Described for SdkTaskDefinition {
    fn id(&self) -> Option<String> {
        self.task_definition_arn.clone()
    }

    fn outputs(&self) -> Outputs {
        outputs([("TaskDefinitionArn", self.id())])
    }

    fn properties(&self) -> Block {
        self.block()
    }
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
