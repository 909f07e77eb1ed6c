use windlass::aws::ecs::TaskDefinition;
use windlass::aws::iam::principal::Lambda;
use windlass::aws::iam::Role;
use windlass::prelude::*;

fn runs_as(task: TaskDefinition, role: &Handle<Role<Lambda>>) -> TaskDefinition {
    task.task_role_arn(role.arn())
}

fn main() {}
