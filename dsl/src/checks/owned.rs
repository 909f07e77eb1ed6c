//! Property paths that a declaration leaves to another owner: each must name a property, and a property for which another owner is possible.

use crate::codes;
use crate::diagnostics::Diagnostic;
use crate::document::Document;
use crate::schema::{FieldSchema, KindSchema, OldGenerations, Shape, flattened};

/// Reports paths that no property has, and paths of resources that never change in place.
pub(super) fn elsewhere(document: &Document) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    for (address, declaration) in &document.resources {
        let Some(schema) = crate::aws::schema(&declaration.kind) else {
            continue;
        };
        for path in &declaration.options.owned_elsewhere {
            let report = |message: String, help: &str| {
                Diagnostic::error(codes::OWNED_ELSEWHERE_IDLE, message)
                    .at(&declaration.source, "left to somebody else here")
                    .help(help)
            };
            if !names_a_property(schema, path) {
                problems.push(report(
                    format!("`{address}` leaves `{path}` to somebody else, which is no property of it"),
                    "write the path as a plan shows it, such as `DeploymentConfiguration.MaximumPercent`",
                ));
            } else if is_registered_anew(schema) {
                problems.push(report(
                    format!("`{address}` leaves `{path}` to somebody else, but each new revision is registered as declared"),
                    "let the pipeline own what the service runs: `.owned_elsewhere(\"TaskDefinition\")` on the service; or declare what the pipeline shipped: a parameter, or a lookup of the SSM parameter that it writes",
                ));
            }
        }
    }
    problems
}

/// Whether every change makes a new generation beside the old ones, so that nothing else can change an existing generation.
fn is_registered_anew(schema: &KindSchema) -> bool {
    matches!(schema.old_generations, OldGenerations::Kept(_))
}

fn names_a_property(schema: &KindSchema, path: &str) -> bool {
    let mut fields = schema.fields;
    let mut parts = split(path).into_iter().peekable();
    while let Some(part) = parts.next() {
        let name = part.split('[').next().unwrap_or_default();
        let Some(field) = flattened(fields).find(|field| field.name == name) else {
            return false;
        };
        match inside(field.shape) {
            Some(inner) => fields = inner,
            None => return parts.peek().is_none() || is_open(field.shape),
        }
    }
    true
}

/// The parts of a path; a key in brackets may contain dots.
fn split(path: &str) -> Vec<&str> {
    let mut depth = 0_usize;
    let parts = path.split(move |c| {
        match c {
            '[' => depth += 1,
            ']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        c == '.' && depth == 0
    });
    parts.collect()
}

fn inside(shape: &'static Shape) -> Option<&'static [FieldSchema]> {
    match shape {
        Shape::Block(fields) | Shape::Choice(fields) => Some(fields),
        Shape::List(inner) | Shape::Map(inner) => inside(inner),
        _ => None,
    }
}

/// Whether the schema does not describe the content of the value.
fn is_open(shape: &'static Shape) -> bool {
    matches!(shape, Shape::Json | Shape::Policy | Shape::Map(_))
}

#[cfg(test)]
mod tests {
    use crate::aws::ecs::{
        ClusterName, Container, NetworkMode, Service, TaskDefinition, TaskDefinitionArn,
    };
    use crate::request::Request;
    use crate::resource::Declare;
    use crate::stack::{Result, Stack};

    fn problems(stack: impl Fn(&mut Stack) -> Result<()>) -> Vec<String> {
        let document = Stack::test("t", stack, Request::offline("us-east-1"));
        let problems = document.problems.into_iter();
        let codes = problems.map(|problem| format!("{}: {}", problem.code, problem.message));
        codes.collect()
    }

    fn service(path: &'static str) -> Vec<String> {
        problems(move |cx| {
            let service = Service::new(
                ClusterName::existing("c"),
                TaskDefinitionArn::existing("arn:aws:ecs:::t"),
            );
            service.owned_elsewhere(path).declare(cx, "service");
            Ok(())
        })
    }

    #[test]
    fn a_path_names_a_property() {
        for path in [
            "DesiredCount",
            "DeploymentConfiguration.MaximumPercent",
            "ServiceRegistries[arn:a.b].Port",
            "Tags[team]",
        ] {
            assert_eq!(service(path), [""; 0], "{path}");
        }
        assert_eq!(
            service("DesiredCounts"),
            [
                "WL-0033: `service` leaves `DesiredCounts` to somebody else, which is no property of it"
            ]
        );
        assert_eq!(service("DesiredCount.Most").len(), 1);
    }

    #[test]
    fn a_revision_is_nobody_elses() {
        let found = problems(|cx| {
            let task = TaskDefinition::ec2(NetworkMode::Bridge)
                .container(Container::new("app", crate::image!("nginx")).memory(64));
            task.owned_elsewhere("ContainerDefinitions[app].Image")
                .declare(cx, "task");
            Ok(())
        });
        assert_eq!(
            found,
            [
                "WL-0033: `task` leaves `ContainerDefinitions[app].Image` to somebody else, but each new revision is registered as declared"
            ]
        );
    }
}
