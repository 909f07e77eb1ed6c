//! `AWS::ServiceDiscovery::HttpNamespace`: names that clients find by asking AWS Cloud Map, not by DNS. ECS Service Connect needs such a namespace.
//!
//! What surprises people: AWS creates and deletes a namespace in the background. AWS refuses to delete a namespace that holds a service.
//!
//! Not here: namespaces with DNS, which are [`PrivateDnsNamespace`](super::PrivateDnsNamespace). Reference:
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-servicediscovery-httpnamespace.html>

use windlass_derive::Resource;

use super::{NamespaceArn, NamespaceId, name};
use crate::resource::{Check, Samples};
use crate::stack::Checks;
use crate::value::{Input, Tags};

/// Names that clients find by asking AWS Cloud Map.
///
/// ```
/// use windlass::aws::servicediscovery::HttpNamespace;
/// use windlass::request::Request;
/// use windlass::resource::Declare;
/// use windlass::stack::Stack;
///
/// let document = Stack::test("shop", |cx| {
///     let namespace = HttpNamespace::new("shop").declare(cx, "namespace");
///     cx.output("namespace", namespace.arn().text());
///     Ok(())
/// }, Request::offline("us-east-1"));
/// assert_eq!(document.problems, []);
/// ```
#[derive(Debug, Clone, Resource)]
#[resource(
    kind = "AWS::ServiceDiscovery::HttpNamespace",
    id = "Id",
    outputs(id: NamespaceId = "Id", arn: NamespaceArn = "Arn"),
    waits(Ready),
    reference_wait = Ready,
    exclusive("Name")
)]
pub struct HttpNamespace {
    /// The name, at most 1024 characters, unique in the account and region.
    #[field(replaces)]
    pub name: Input<String>,
    /// A description of the namespace, at most 1024 characters.
    #[field(in_place)]
    pub description: Option<Input<String>>,
    #[field(in_place)]
    pub tags: Tags,
}

impl Check for HttpNamespace {
    fn check(&self, checks: &mut Checks<'_>) {
        name::check_http(checks, &self.name);
        name::check_description(checks, self.description.as_ref());
    }
}

impl Samples for HttpNamespace {
    fn samples() -> Vec<Self> {
        let full = Self::new("shop")
            .description("services of the shop")
            .tag("Name", "shop");
        vec![
            Self::new("shop"),
            full.clone(),
            full.clone()
                .description("all services")
                .tag("Name", "other"),
            full.clone().name("store"),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::Request;
    use crate::resource::Declare;
    use crate::stack::Stack;

    #[test]
    fn names_that_aws_refuses_are_reported() {
        let problems = |name: &str| {
            let stack = |cx: &mut Stack| {
                HttpNamespace::new(name).declare(cx, "n");
                Ok(())
            };
            Stack::test("t", stack, Request::offline("us-east-1"))
                .problems
                .len()
        };
        assert_eq!(
            (problems("shop.internal"), problems("my shop"), problems("")),
            (0, 1, 1)
        );
    }
}
