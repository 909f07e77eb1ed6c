//! Services that AWS CodeDeploy deploys: the properties that only CodeDeploy may change.
//!
//! AWS refuses every change of them by the stack: "Unable to update task definition on services with a CODE_DEPLOY deployment controller. Use AWS
//! CodeDeploy to trigger a new deployment." (boto/boto3#1936, hashicorp/terraform-provider-aws#13473). And each deployment by CodeDeploy changes them,
//! so that they differ from the program's values.

use super::SERVICE;
use crate::codes;
use crate::diagnostics::Diagnostic;
use crate::document::Document;

/// The properties that a deployment of CodeDeploy changes: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UpdateService.html>.
const OWNED: [&str; 4] = [
    "TaskDefinition",
    "LoadBalancers",
    "NetworkConfiguration",
    "PlatformVersion",
];

/// Reports properties that the program does not leave to others, although only CodeDeploy can change them.
pub(in crate::checks) fn owned_by_code_deploy(document: &Document) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    for (address, declaration) in &document.resources {
        if declaration.kind != SERVICE {
            continue;
        }
        let spec = declaration.spec.to_value();
        if spec["DeploymentController"]["Type"] != "CODE_DEPLOY" {
            continue;
        }
        let owned = &declaration.options.owned_elsewhere;
        let kept = OWNED.into_iter().filter(|property| {
            spec.get(property).is_some() && !owned.iter().any(|path| path == property)
        });
        let kept: Vec<&str> = kept.collect();
        if kept.is_empty() {
            continue;
        }
        let calls: Vec<String> = kept
            .iter()
            .map(|property| format!(".owned_elsewhere(\"{property}\")"))
            .collect();
        let what = format!(
            "`{address}` is deployed by CodeDeploy, but keeps {} for the stack",
            kept.join(", ")
        );
        problems.push(
            Diagnostic::error(codes::CODE_DEPLOY_OWNS, what)
                .at(&declaration.source, "declared here")
                .help(format!(
                    "only CodeDeploy can change them after the service is made: add `{}`",
                    calls.concat()
                )),
        );
    }
    problems
}

#[cfg(test)]
mod tests {
    use crate::aws::ecs::{
        ClusterName, DeploymentController, DeploymentControllerType, Service, TaskDefinitionArn,
    };
    use crate::request::Request;
    use crate::resource::Declare;
    use crate::stack::Stack;

    fn problems(is_owned: bool) -> Vec<String> {
        let stack = |cx: &mut Stack| {
            let task = TaskDefinitionArn::existing("arn:aws:ecs:::task-definition/app:1");
            let controller = DeploymentController::new(DeploymentControllerType::CodeDeploy);
            let service =
                Service::new(ClusterName::existing("main"), task).deployment_controller(controller);
            if is_owned {
                service
                    .owned_elsewhere("TaskDefinition")
                    .declare(cx, "service");
            } else {
                service.declare(cx, "service");
            }
            Ok(())
        };
        let document = Stack::test("t", stack, Request::offline("us-east-1"));
        let problems = document.problems.into_iter();
        problems.map(|problem| problem.message).collect()
    }

    #[test]
    fn what_code_deploy_changes_is_its_own() {
        assert_eq!(problems(true), [""; 0]);
        assert_eq!(
            problems(false),
            ["`service` is deployed by CodeDeploy, but keeps TaskDefinition for the stack"]
        );
    }
}
