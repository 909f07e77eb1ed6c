//! Launch templates that are valid alone but that an Auto Scaling group cannot use: the group chooses the subnets itself, and launches many equal
//! instances.
//!
//! Sources: the limits of launch templates for groups in the EC2 Auto Scaling user guide.
//! <https://docs.aws.amazon.com/autoscaling/ec2/userguide/create-launch-template.html>

use serde_json::Value;

use crate::address::Address;
use crate::codes;
use crate::diagnostics::Diagnostic;
use crate::document::{Declaration, Document};
use crate::expr::Expr;

/// Reports groups whose templates they cannot launch from.
pub(super) fn fit_their_groups(document: &Document) -> Vec<Diagnostic> {
    let groups = document
        .resources
        .iter()
        .filter(|(_, declaration)| declaration.kind == "AWS::AutoScaling::AutoScalingGroup");
    let mut problems = Vec::new();
    for (address, group) in groups {
        let spec = group.spec.to_value();
        for (template_address, mixed) in templates(&spec) {
            if let Some(template) = document.resources.get(&template_address) {
                let problem = |code, message: String, help: &str| {
                    Diagnostic::error(code, message)
                        .at(&group.source, format!("`{address}` launches from it here"))
                        .at(
                            &template.source,
                            format!("`{template_address}` is declared here"),
                        )
                        .help(help)
                };
                for (code, message, help) in
                    misfits(address, &spec, mixed, &template_address, template)
                {
                    problems.push(problem(code, message, help));
                }
            }
        }
    }
    problems
}

type Misfit = (crate::diagnostics::Code, String, &'static str);

fn misfits(
    group: &Address,
    spec: &Value,
    mixed: bool,
    address: &Address,
    template: &Declaration,
) -> Vec<Misfit> {
    let template = template.spec.to_value();
    let data = &template["LaunchTemplateData"];
    let mut found = Vec::new();
    let subnets = spec["VPCZoneIdentifier"]
        .as_array()
        .is_some_and(|subnets| !subnets.is_empty());
    if let Some(property) = pinned(data).filter(|_| subnets) {
        found.push((
            codes::LAUNCH_PLACES_EXCLUDE,
            format!("`{group}` launches in the subnets that it names, but its launch template `{address}` names `{property}`"),
            "leave the place out of the template: the group chooses among its subnets, and launches more than one instance",
        ));
    }
    let market = &data["InstanceMarketOptions"];
    if mixed && market["MarketType"] == "spot" {
        found.push((
            codes::LAUNCH_MARKETS_EXCLUDE,
            format!("`{group}` mixes On-Demand and Spot, but its launch template `{address}` already asks for Spot"),
            "leave `InstanceMarketOptions` out of the template: the group's instances distribution says how much is Spot",
        ));
    }
    let spot = &market["SpotOptions"];
    if !mixed && (spot["SpotInstanceType"] == "persistent" || !spot["ValidUntil"].is_null()) {
        found.push((
            codes::LAUNCH_MARKETS_EXCLUDE,
            format!("`{group}` makes new Spot requests itself, but its launch template `{address}` asks for ones that last"),
            "a group takes one-time Spot requests without an end: leave `SpotInstanceType` and `ValidUntil` out of the template",
        ));
    }
    found
}

/// The property that ties an instance of the template to one place.
fn pinned(data: &Value) -> Option<String> {
    let interfaces = data["NetworkInterfaces"].as_array();
    for (index, interface) in interfaces.into_iter().flatten().enumerate() {
        let pins = [
            "SubnetId",
            "NetworkInterfaceId",
            "PrivateIpAddress",
            "PrivateIpAddresses",
        ];
        if let Some(property) = pins
            .into_iter()
            .find(|property| !interface[property].is_null())
        {
            return Some(format!("NetworkInterfaces[{index}].{property}"));
        }
    }
    let zone = &data["Placement"]["AvailabilityZone"];
    (!zone.is_null()).then(|| "Placement.AvailabilityZone".to_owned())
}

/// The templates that a group launches from, as far as this stack declares them, each with whether it is part of a mix.
fn templates(spec: &Value) -> Vec<(Address, bool)> {
    let mix = &spec["MixedInstancesPolicy"]["LaunchTemplate"];
    let overrides = mix["Overrides"].as_array().into_iter().flatten();
    let mut found: Vec<_> = [
        (&spec["LaunchTemplate"], false),
        (&mix["LaunchTemplateSpecification"], true),
    ]
    .into_iter()
    .chain(overrides.map(|one| (&one["LaunchTemplateSpecification"], true)))
    .filter_map(
        |(template, mixed)| match Expr::of(&template["LaunchTemplateId"]) {
            Ok(Some(Expr::Ref { address, .. })) => Some((address, mixed)),
            _ => None,
        },
    )
    .collect();
    found.sort();
    found.dedup();
    found
}

#[cfg(test)]
mod tests {
    use crate::aws::autoscaling::AutoScalingGroup;
    use crate::aws::autoscaling::auto_scaling_group::launch::MixedInstancesPolicy;
    use crate::aws::ec2::launch_template::market::InstanceMarketOptions;
    use crate::aws::ec2::launch_template::network::NetworkInterface;
    use crate::aws::ec2::{LaunchTemplate, LaunchTemplateData, SubnetId};
    use crate::request::Request;
    use crate::resource::Declare;
    use crate::stack::Stack;

    fn problems(data: LaunchTemplateData, mixed: bool) -> Vec<(String, String)> {
        let document = Stack::test(
            "t",
            |cx| {
                let template = LaunchTemplate::new(data).declare(cx, "template");
                let group = if mixed {
                    AutoScalingGroup::new(MixedInstancesPolicy::over(&template, []), 0, 1)
                } else {
                    AutoScalingGroup::new(&template, 0, 1)
                };
                group
                    .vpc_zone_identifier([SubnetId::existing("subnet-0a1")])
                    .declare(cx, "group");
                Ok(())
            },
            Request::offline("us-east-1"),
        );
        document
            .problems
            .into_iter()
            .map(|problem| (problem.code.to_string(), problem.message))
            .collect()
    }

    #[test]
    fn a_place_in_the_template_is_reported() {
        let interface = NetworkInterface::new().subnet_id(SubnetId::existing("subnet-0b2"));
        let found = problems(
            LaunchTemplateData::new().network_interfaces([interface]),
            false,
        );
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].0, "WL-0502");
        assert!(found[0].1.ends_with("`NetworkInterfaces[0].SubnetId`"));
        let public = NetworkInterface::new().associate_public_ip_address(true);
        assert_eq!(
            problems(
                LaunchTemplateData::new().network_interfaces([public]),
                false
            ),
            []
        );
    }

    #[test]
    fn spot_in_the_template_of_a_mix_is_reported() {
        let spot =
            || LaunchTemplateData::new().instance_market_options(InstanceMarketOptions::spot());
        assert_eq!(problems(spot(), false), []);
        assert_eq!(problems(spot(), true)[0].0, "WL-0503");
    }
}
