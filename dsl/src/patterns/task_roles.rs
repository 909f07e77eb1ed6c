//! The two roles of a task: the execution role, with which ECS starts it, and the task role, for the program in it.
//!
//! Both roles hold inline policies only, with the least that is needed: the execution role may write to the task's own log group, read the secrets that
//! its containers name, and pull images from ECR if a container uses one. Not here: who else may use the log group or the secrets.

use serde_json::Value;

use crate::aws::ecs::Container;
use crate::aws::iam::policy::{Allow, Identity, IntoPolicy, PolicyDocument, Statement};
use crate::aws::iam::{Role, principal};
use crate::aws::logs::LogGroup;
use crate::expr::Expr;
use crate::resource::{Declare, Handle};
use crate::stack::Stack;
use crate::value::Input;

/// The declared roles of a task.
#[derive(Debug, Clone)]
pub struct TaskRoles {
    /// The execution role, with which ECS starts the task: `execution-role`.
    pub execution: Handle<Role<principal::EcsTasks>>,
    /// The task role, for the program in the task: `task-role`.
    pub task: Handle<Role<principal::EcsTasks>>,
}

/// Roles that have not been declared yet.
#[derive(Debug, Clone, Default)]
#[must_use = "roles are made by `declare`"]
pub struct TaskRolesDesign {
    logs: Vec<Handle<LogGroup>>,
    secrets: Vec<Input<String>>,
    parameters: Vec<Input<String>>,
    pulls_from_ecr: bool,
    grants: Vec<(String, PolicyDocument<Identity>)>,
}

impl TaskRoles {
    /// Roles with the permissions that these containers need to start.
    ///
    /// ```
    /// use windlass::patterns::TaskRoles;
    /// use windlass::prelude::*;
    /// use windlass::request::Request;
    ///
    /// let document = Stack::test("t", |cx| {
    ///     let password = secretsmanager::Secret::generated(secretsmanager::Password::of_length(32)).declare(cx, "password");
    ///     let app = ecs::Container::new("app", windlass::image!("shop/api:1")).secret("DB_PASSWORD", &password.arn());
    ///     TaskRoles::of([&app]).declare(cx);
    ///     Ok(())
    /// }, Request::offline("us-east-1"));
    /// assert!(document.resources.keys().any(|address| address.as_str() == "execution-role"));
    /// assert_eq!(document.problems, []);
    /// ```
    pub fn of<'a>(containers: impl IntoIterator<Item = &'a Container>) -> TaskRolesDesign {
        let mut design = TaskRolesDesign::default();
        for container in containers {
            for secret in &container.secrets {
                design.reads(&secret.value_from);
            }
            let image = container.image.literal();
            design.pulls_from_ecr |= image.is_none_or(|image| image.as_str().contains(".dkr.ecr."));
        }
        design
    }
}

impl TaskRolesDesign {
    /// Lets ECS write the task's log to this group.
    pub fn logs_to(mut self, group: &Handle<LogGroup>) -> Self {
        self.logs.push(group.clone());
        self
    }

    /// Gives the program in the task permissions, under a policy name.
    pub fn grant(mut self, name: impl Into<String>, policy: impl IntoPolicy<Identity>) -> Self {
        self.grants.push((name.into(), policy.into_policy()));
        self
    }

    fn reads(&mut self, origin: &Input<String>) {
        let arn = without_part(origin);
        let is_parameter = arn.literal().is_some_and(|arn| arn.contains(":ssm:"));
        if is_parameter {
            self.parameters.push(arn);
        } else {
            self.secrets.push(arn);
        }
    }

    fn starts(&self) -> Vec<(&'static str, Statement<Identity>)> {
        let mut starts = Vec::new();
        if !self.logs.is_empty() {
            let arns: Vec<_> = self.logs.iter().map(Handle::<LogGroup>::arn).collect();
            let write = Allow::actions(["logs:CreateLogStream", "logs:PutLogEvents"]).on(arns);
            starts.push(("write-log", write));
        }
        if !self.secrets.is_empty() {
            let read = Allow::actions(["secretsmanager:GetSecretValue"]).on(self.secrets.clone());
            starts.push(("read-secrets", read));
        }
        if !self.parameters.is_empty() {
            let read = Allow::actions(["ssm:GetParameters"]).on(self.parameters.clone());
            starts.push(("read-parameters", read));
        }
        if self.pulls_from_ecr {
            let pull = [
                "ecr:GetAuthorizationToken",
                "ecr:BatchCheckLayerAvailability",
                "ecr:GetDownloadUrlForLayer",
                "ecr:BatchGetImage",
            ];
            starts.push(("pull-images", Allow::actions(pull).on_anything()));
        }
        starts
    }

    /// Declares the roles in the current scope.
    #[track_caller]
    pub fn declare(self, cx: &mut Stack) -> TaskRoles {
        let mut execution = Role::assumed_by(principal::EcsTasks);
        for (name, statement) in self.starts() {
            execution = execution.policy(name, statement);
        }
        let mut task = Role::assumed_by(principal::EcsTasks);
        for (name, policy) in self.grants {
            task = task.policy(name, policy);
        }
        cx.pattern(|cx| TaskRoles {
            execution: execution.declare(cx, "execution-role"),
            task: task.declare(cx, "task-role"),
        })
    }
}

/// The ARN of the secret itself, if the origin names a part of it: `arn…:secret:name-0a1b2c:key:stage:version`.
fn without_part(origin: &Input<String>) -> Input<String> {
    if let Some(arn) = origin.literal() {
        return arn.split(':').take(7).collect::<Vec<_>>().join(":").into();
    }
    match Expr::of(&origin.to_value()) {
        Ok(Some(Expr::Join { join })) => match join.first() {
            Some(first @ Value::Object(_)) => Input::of_value(first.clone()),
            _ => origin.clone(),
        },
        _ => origin.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::ecs::SecretPart;
    use crate::aws::secretsmanager::SecretArn;
    use crate::request::Request;

    #[test]
    fn the_execution_role_reads_whole_secrets_and_nothing_else() {
        let arn = "arn:aws:secretsmanager:us-east-1:123456789012:secret:db-0a1b2c";
        let part = SecretPart::key(SecretArn::existing(arn), "password");
        let app = Container::new("app", crate::image!("shop/api:1")).secret("DB_PASSWORD", part);
        let stack = |cx: &mut Stack| {
            TaskRoles::of([&app]).declare(cx);
            Ok(())
        };
        let document = Stack::test("t", stack, Request::offline("us-east-1"));
        let address = crate::address::Address::parse("execution-role").expect("an address");
        let role = document.resources[&address].spec.to_value();
        let policies = role["Policies"].as_array().expect("policies");
        assert_eq!(policies.len(), 1);
        let statement = policies[0]["PolicyDocument"]["Statement"].to_string();
        assert!(statement.contains(&format!("\"{arn}\"")), "{statement}");
    }
}
