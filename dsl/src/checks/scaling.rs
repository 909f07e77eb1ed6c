//! Scalable targets and their policies: one target for each scaled number, one policy for each name, and no policy before its target.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::address::Address;
use crate::codes;
use crate::diagnostics::Diagnostic;
use crate::document::{Declaration, Document};
use crate::expr::Expr;

const TARGET: &str = "AWS::ApplicationAutoScaling::ScalableTarget";
const POLICY: &str = "AWS::ApplicationAutoScaling::ScalingPolicy";
const SERVICE: &str = "AWS::ECS::Service";

/// The scaled number in the document's form: resource id and dimension.
type Number = (String, String);

fn of_kind<'a>(
    document: &'a Document,
    kind: &'a str,
) -> impl Iterator<Item = (&'a Address, &'a Declaration, Value)> {
    document
        .resources
        .iter()
        .filter(move |(_, declaration)| declaration.kind == kind)
        .map(|(address, declaration)| (address, declaration, declaration.spec.to_value()))
}

fn number(spec: &Value) -> Number {
    (
        spec["ResourceId"].to_string(),
        spec["ScalableDimension"].to_string(),
    )
}

fn targets(document: &Document) -> BTreeMap<Number, (&Address, &Declaration)> {
    of_kind(document, TARGET)
        .map(|(address, declaration, spec)| (number(&spec), (address, declaration)))
        .collect()
}

/// Reports two targets for one number: registering the second one changes the first.
pub(super) fn targets_twice(document: &Document) -> Vec<Diagnostic> {
    let mut first = BTreeMap::new();
    let mut problems = Vec::new();
    for (address, declaration, spec) in of_kind(document, TARGET) {
        let known = first.entry(number(&spec)).or_insert((address, declaration));
        if known.0 != address {
            problems.push(
                Diagnostic::error(
                    codes::SCALABLE_TARGET_TWICE,
                    format!("`{}` and `{address}` scale the same", known.0),
                )
                .at(&declaration.source, "registered again here")
                .at(&known.1.source, "registered here")
                .help("one scalable target can have many policies; give them the handle of the first one"),
            );
        }
    }
    problems
}

/// Reports targets that name a service of this stack by text: Windlass then neither makes the target wait for the service nor knows that the count
/// belongs to the scaler.
pub(super) fn services_by_text(document: &Document) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    for (address, declaration, spec) in of_kind(document, TARGET) {
        let Some(("service", named)) = spec["ResourceId"]
            .as_str()
            .and_then(|id| id.split_once('/'))
        else {
            continue;
        };
        for (service, declared, of) in of_kind(document, SERVICE) {
            let text = |property: &str| {
                of[property]
                    .as_str()
                    .and_then(|text| text.rsplit('/').next())
            };
            let names = text("Cluster").zip(text("ServiceName"));
            if names.is_some_and(|(cluster, name)| named == format!("{cluster}/{name}")) {
                problems.push(
                    Diagnostic::error(
                        codes::SCALED_BY_TEXT,
                        format!("the scalable target `{address}` names the service `{service}` by text"),
                    )
                    .at(&declaration.source, "so nothing makes it wait for the service, and each `up` would take back the count that scaling sets")
                    .at(&declared.source, "the service is declared here")
                    .help("give the target the service's handle: `ScalableTarget::ecs_service(&cluster, &service, …)`"),
                );
            }
        }
    }
    problems
}

/// Reports policies that name the scaled resource, so that Windlass does not make them wait for its target.
pub(super) fn policies_without_target(document: &Document) -> Vec<Diagnostic> {
    let targets = targets(document);
    let mut problems = Vec::new();
    for (address, declaration, spec) in of_kind(document, POLICY) {
        if spec.get("ScalingTargetId").is_some() {
            continue;
        }
        match targets.get(&number(&spec)) {
            Some((target, _)) if declaration.depends_on.iter().any(|d| d.address == **target) => {}
            Some((target, registered)) => problems.push(
                Diagnostic::error(
                    codes::SCALING_POLICY_WITHOUT_TARGET,
                    format!("the scaling policy `{address}` may be made before its target `{target}`"),
                )
                .at(&declaration.source, "it names what it scales instead of the target")
                .at(&registered.source, "the target is declared here")
                .help("give the policy the target's handle: `ScalingPolicy::new(name, &target, …)`"),
            ),
            None => problems.push(
                Diagnostic::warning(
                    codes::SCALING_POLICY_WITHOUT_TARGET,
                    format!("nothing in this stack is the target of the scaling policy `{address}`"),
                )
                .at(&declaration.source, "AWS refuses the policy unless its target is registered elsewhere")
                .help("declare an `applicationautoscaling::ScalableTarget` and give the policy its handle"),
            ),
        }
    }
    problems
}

/// Reports two policies of one name on one target: putting the second one changes the first.
pub(super) fn policies_twice(document: &Document) -> Vec<Diagnostic> {
    let targets = targets(document);
    let mut first = BTreeMap::new();
    let mut problems = Vec::new();
    for (address, declaration, spec) in of_kind(document, POLICY) {
        let target = match Expr::of(&spec["ScalingTargetId"]) {
            Ok(Some(Expr::Ref { address, .. })) => address.to_string(),
            _ => match targets.get(&number(&spec)) {
                Some((target, _)) => target.to_string(),
                None => format!("{} {:?}", spec["ScalingTargetId"], number(&spec)),
            },
        };
        let key = (target, spec["PolicyName"].to_string());
        let known = first.entry(key).or_insert((address, declaration));
        if known.0 != address {
            problems.push(
                Diagnostic::error(
                    codes::SCALING_POLICY_TWICE,
                    format!(
                        "`{}` and `{address}` are one policy: they share a name and a target",
                        known.0
                    ),
                )
                .at(&declaration.source, "named again here")
                .at(&known.1.source, "named here")
                .help("give one of them another name"),
            );
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use crate::aws::applicationautoscaling::{
        PolicyTarget, PredefinedMetricType, ScalableDimension, ScalableTarget, ScalingPolicy,
        TargetTracking,
    };
    use crate::aws::ecs::{ClusterName, Service, ServiceName};
    use crate::codes;
    use crate::diagnostics::{Diagnostic, Severity};
    use crate::request::Request;
    use crate::resource::Declare;
    use crate::stack::Stack;

    fn problems(stack: impl FnOnce(&mut Stack)) -> Vec<Diagnostic> {
        let stack = |cx: &mut Stack| {
            stack(cx);
            Ok(())
        };
        Stack::test("t", stack, Request::offline("us-east-1")).problems
    }

    fn api() -> ScalableTarget {
        let (cluster, service) = (ClusterName::existing("shop"), ServiceName::existing("api"));
        ScalableTarget::ecs_service(cluster, service, 1..=4)
    }

    fn cpu() -> TargetTracking {
        TargetTracking::of(PredefinedMetricType::EcsServiceAverageCpuUtilization, 60.0)
    }

    fn by_name(service: &str) -> PolicyTarget {
        PolicyTarget::Resource(
            ScalableDimension::EcsService,
            format!("service/shop/{service}").into(),
        )
    }

    #[test]
    fn bounds_that_cross_are_reported() {
        let found = problems(|cx| {
            ScalableTarget::new(
                ScalableDimension::EcsService,
                "service/shop/api",
                5u32,
                4u32,
            )
            .declare(cx, "target");
        });
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].code, codes::CAPACITY_BOUNDS_CROSSED);
    }

    #[test]
    fn two_targets_for_one_number_are_reported() {
        let found = problems(|cx| {
            api().declare(cx, "a");
            api().declare(cx, "b");
        });
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].code, codes::SCALABLE_TARGET_TWICE);
    }

    #[test]
    fn a_service_of_the_stack_is_not_scaled_by_its_name_as_text() {
        for (name, codes) in [("api", &[codes::SCALED_BY_TEXT][..]), ("web", &[])] {
            let found = problems(|cx| {
                api().declare(cx, "target");
                Service::deployed_elsewhere(ClusterName::existing("shop"))
                    .service_name(name)
                    .declare(cx, "service");
            });
            let found: Vec<_> = found.iter().map(|problem| problem.code.clone()).collect();
            assert_eq!(found, codes, "{name}");
        }
    }

    #[test]
    fn a_policy_that_does_not_wait_for_its_target_is_reported() {
        let found = problems(|cx| {
            let target = api().declare(cx, "target");
            ScalingPolicy::new("by-handle", &target, cpu()).declare(cx, "by-handle");
            ScalingPolicy::new("waits", by_name("api"), cpu())
                .depends_on(&target)
                .declare(cx, "waits");
            ScalingPolicy::new("does-not", by_name("api"), cpu()).declare(cx, "does-not");
            ScalingPolicy::new("elsewhere", by_name("web"), cpu()).declare(cx, "elsewhere");
        });
        let found: Vec<_> = found
            .iter()
            .map(|p| (p.severity, p.message.as_str()))
            .collect();
        assert_eq!(
            found,
            [
                (
                    Severity::Error,
                    "the scaling policy `does-not` may be made before its target `target`"
                ),
                (
                    Severity::Warning,
                    "nothing in this stack is the target of the scaling policy `elsewhere`"
                ),
            ]
        );
    }

    #[test]
    fn two_policies_of_one_name_are_reported() {
        let found = problems(|cx| {
            let target = api().declare(cx, "target");
            ScalingPolicy::new("cpu", &target, cpu()).declare(cx, "a");
            ScalingPolicy::new("cpu", &target, cpu()).declare(cx, "b");
            ScalingPolicy::new("memory", &target, cpu()).declare(cx, "c");
        });
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].code, codes::SCALING_POLICY_TWICE);
    }
}
