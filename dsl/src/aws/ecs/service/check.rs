//! Checks of one service: what AWS would refuse, as far as literals show it. Checks that also need its task definition and cluster are in
//! `checks::ecs`.

use super::*;
use crate::aws::ecs::capacity_provider_strategy;
use crate::resource::Check;
use crate::stack::Checks;

impl<N: ServiceNetwork> Check for Service<N> {
    fn check(&self, checks: &mut Checks<'_>) {
        crate::aws::ecs::check_name("ServiceName", self.service_name.as_ref(), checks);
        if let Some(cluster) = self.cluster.literal()
            && cluster.as_str().contains(':')
        {
            checks.invalid(
                "Cluster",
                format!("is `{cluster}`"),
                "name the cluster by its short name, the last part of its ARN",
            );
        }
        self.check_sizes(checks);
        if let Some(Launch::CapacityProviderStrategy(strategy)) = &self.launch {
            capacity_provider_strategy::check("CapacityProviderStrategy", strategy, checks);
        }
        if let Some(configuration) = &self.deployment_configuration {
            let schedule = self.scheduling_strategy.as_ref();
            let is_daemon = schedule.and_then(Input::literal) == Some(SchedulingStrategy::Daemon);
            configuration.check(is_daemon, checks);
        }
        for volume in &self.volume_configurations {
            volume.check(checks);
        }
        gateway_connector::check(&self.gateway_connectors, checks);
        if let Some(monitoring) = &self.monitoring {
            monitoring.check(checks);
        }
        if let Some(connect) = &self.service_connect_configuration {
            connect.check(checks);
        }
        if let Some(network) = &self.network_configuration {
            network.awsvpc_configuration.check(checks);
        }
        let external = self
            .deployment_controller
            .as_ref()
            .is_some_and(|controller| {
                controller.controller_type.literal() == Some(DeploymentControllerType::External)
            });
        if self.task_definition.is_none() && !external {
            checks.invalid(
                "TaskDefinition",
                "is absent",
                "only a service that somebody else deploys has none",
            );
        }
        self.check_launch(checks);
        self.check_daemon(checks);
        self.check_traffic_shift(checks);
    }
}

impl AwsvpcConfiguration {
    fn check(&self, checks: &mut Checks<'_>) {
        let property = |name: &str| format!("NetworkConfiguration.AwsvpcConfiguration.{name}");
        if self.subnets.is_empty() {
            checks.invalid(&property("Subnets"), "is empty", "AWS wants at least one");
        }
        for (name, count, most) in [
            ("Subnets", self.subnets.len(), 16),
            ("SecurityGroups", self.security_groups.len(), 5),
        ] {
            if count > most {
                checks.invalid(
                    &property(name),
                    format!("has {count} members"),
                    format!("AWS takes at most {most}"),
                );
            }
        }
    }
}

impl<N: ServiceNetwork> Service<N> {
    fn check_sizes(&self, checks: &mut Checks<'_>) {
        for (property, count, most) in [
            ("LoadBalancers", self.load_balancers.len(), 5),
            ("PlacementConstraints", self.placement_constraints.len(), 10),
            ("PlacementStrategies", self.placement_strategies.len(), 5),
        ] {
            if count > most {
                checks.invalid(
                    property,
                    format!("has {count} members"),
                    format!("AWS takes at most {most}"),
                );
            }
        }
        let nonce = self
            .force_new_deployment
            .as_ref()
            .and_then(|force| force.force_new_deployment_nonce.as_ref());
        checks.length("ForceNewDeployment.ForceNewDeploymentNonce", nonce, 1..=255);
        for constraint in &self.placement_constraints {
            let member_of =
                constraint.constraint_type.literal() == Some(PlacementConstraintType::MemberOf);
            if member_of && constraint.expression.is_none() {
                checks.invalid(
                    "PlacementConstraints",
                    "has a `memberOf` without an expression",
                    "use `PlacementConstraint::member_of(…)`",
                );
            }
        }
    }

    fn check_launch(&self, checks: &mut Checks<'_>) {
        let fargate = self.launch.as_ref().is_some_and(Launch::is_fargate);
        for (property, given) in [
            (
                "PlacementConstraints",
                !self.placement_constraints.is_empty(),
            ),
            ("PlacementStrategies", !self.placement_strategies.is_empty()),
        ] {
            if given && fargate {
                checks.invalid(property, "does not exist on Fargate", "leave it out");
            }
        }
        let launch = match &self.launch {
            Some(Launch::LaunchType(launch)) => launch.literal(),
            _ => None,
        };
        if launch.is_some_and(|launch| launch != LaunchType::Fargate)
            && self.platform_version.is_some()
        {
            checks.invalid("PlatformVersion", "exists on Fargate only", "leave it out");
        }
        if launch == Some(LaunchType::External) && !self.load_balancers.is_empty() {
            checks.invalid(
                "LoadBalancers",
                "is given for machines outside AWS",
                "ECS does not register external tasks with load balancers",
            );
        }
    }

    fn check_daemon(&self, checks: &mut Checks<'_>) {
        let daemon = self.scheduling_strategy.as_ref().and_then(Input::literal)
            == Some(SchedulingStrategy::Daemon);
        for (property, given) in [
            ("DesiredCount", self.desired_count.is_some()),
            ("PlacementStrategies", !self.placement_strategies.is_empty()),
            (
                "Launch",
                self.launch.as_ref().is_some_and(Launch::is_fargate),
            ),
        ] {
            if daemon && given {
                checks.invalid(
                    property,
                    "does not go with `DAEMON`, which runs one task on each instance",
                    "leave it out, or schedule by `REPLICA`",
                );
            }
        }
    }

    fn check_traffic_shift(&self, checks: &mut Checks<'_>) {
        let strategy = self
            .deployment_configuration
            .as_ref()
            .and_then(|configuration| configuration.strategy.as_ref())
            .and_then(Input::literal);
        let Some(strategy) = strategy.filter(|strategy| *strategy != DeploymentStrategy::Rolling)
        else {
            return;
        };
        for balancer in &self.load_balancers {
            if balancer.advanced_configuration.is_none() {
                checks.invalid(
                    "LoadBalancers",
                    format!("has no `AdvancedConfiguration`, which a {strategy} deployment shifts traffic by"),
                    "give the load balancer an `.advanced_configuration(…)` with the other target group and the rule",
                );
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::Request;
    use crate::resource::{Declare, Resource, Samples};
    use crate::stack::Stack;

    fn problems(service: Service) -> Vec<String> {
        // A separate check requires this of services that CodeDeploy deploys.
        let service = [
            "TaskDefinition",
            "LoadBalancers",
            "NetworkConfiguration",
            "PlatformVersion",
        ]
        .into_iter()
        .fold(service.configured(), |service, owned| {
            service.owned_elsewhere(owned)
        });
        let document = Stack::test(
            "t",
            |cx| {
                service.declare(cx, "service");
                Ok(())
            },
            Request::offline("us-east-1"),
        );
        let problems = document.problems.into_iter();
        problems.map(|problem| problem.message).collect()
    }

    fn service() -> Service {
        let task =
            TaskDefinitionArn::existing("arn:aws:ecs:us-east-1:123456789012:task-definition/app:1");
        Service::new(ClusterName::existing("main"), task)
    }

    #[test]
    fn every_sample_is_in_order() {
        for sample in Service::samples() {
            assert_eq!(problems(sample), [""; 0]);
        }
    }

    #[test]
    fn what_does_not_go_together_is_reported() {
        let on_fargate = service()
            .launch(Launch::fargate_spot())
            .placement_strategies([PlacementStrategy::spread("instanceId")]);
        assert_eq!(
            problems(on_fargate),
            ["`PlacementStrategies` of `service` does not exist on Fargate"]
        );
        let stuck = DeploymentConfiguration::rolling()
            .minimum_healthy_percent(100)
            .maximum_percent(100);
        assert_eq!(
            problems(service().deployment_configuration(stuck)),
            [
                "`DeploymentConfiguration.MaximumPercent` of `service` is 100 while 100 percent must keep running"
            ]
        );
        let daemon = service()
            .scheduling_strategy(SchedulingStrategy::Daemon)
            .desired_count(2);
        assert_eq!(problems(daemon).len(), 1);
    }

    #[test]
    fn what_a_deployment_cannot_do_is_reported() {
        let early = |percent: u32| {
            let criteria = EarlySuccessCriteria::at(percent, SourceRevisionCleanup::Deferred);
            DeploymentConfiguration::rolling()
                .minimum_healthy_percent(50)
                .early_success_criteria(criteria)
        };
        assert_eq!(
            problems(service().deployment_configuration(early(80))),
            [""; 0]
        );
        assert_eq!(
            problems(service().deployment_configuration(early(40))),
            [
                "`DeploymentConfiguration.EarlySuccessCriteria.HealthyPercent` of `service` is 40 while 50 percent must keep running"
            ]
        );
        // Where the author gives no minimum, ECS keeps all tasks running.
        let criteria = EarlySuccessCriteria::at(80, SourceRevisionCleanup::Deferred);
        let usual = DeploymentConfiguration::rolling().early_success_criteria(criteria);
        assert_eq!(
            problems(service().deployment_configuration(usual)),
            [
                "`DeploymentConfiguration.EarlySuccessCriteria.HealthyPercent` of `service` is 80 while 100 percent must keep running"
            ]
        );
        let paused = |stage: LifecycleStage| {
            DeploymentConfiguration::blue_green()
                .lifecycle_hooks([DeploymentLifecycleHook::pause([stage])])
        };
        let before = paused(LifecycleStage::PreProductionTrafficShift);
        assert_eq!(
            problems(service().deployment_configuration(before)),
            [""; 0]
        );
        let during = paused(LifecycleStage::ProductionTrafficShift);
        assert_eq!(
            problems(service().deployment_configuration(during)),
            [
                "`DeploymentConfiguration.LifecycleHooks[0].LifecycleStages` of `service` has a pause at `PRODUCTION_TRAFFIC_SHIFT`"
            ]
        );
    }

    #[test]
    fn metrics_come_every_20_or_60_seconds() {
        let every = |seconds: u32| service().monitoring(ServiceMonitoring::every(seconds));
        assert_eq!(problems(every(20)), [""; 0]);
        assert_eq!(
            problems(every(30)),
            ["`Monitoring.MetricConfigurations[0].ResolutionSeconds` of `service` is 30"]
        );
    }

    #[test]
    fn a_launch_type_gives_way_to_a_strategy_only() {
        let field = Service::<AnyNetwork>::SCHEMA
            .field("LaunchType")
            .expect("a property");
        let crate::schema::Change::ReplacesIf { test, .. } = field.change else {
            panic!("{:?}", field.change)
        };
        let (fargate, ec2, none) = ("FARGATE".into(), "EC2".into(), serde_json::Value::Null);
        assert!(test(&fargate, &ec2));
        assert!(test(&none, &ec2));
        assert!(!test(&fargate, &none));
    }

    #[test]
    fn a_resolved_service_knows_its_launch() {
        let read = |service: Service| -> ServiceResolved {
            serde_json::from_value(service.to_json()).expect("the resolved form")
        };
        assert!(read(service()).launch.is_none());
        assert!(matches!(
            read(service().launch(Launch::ec2())).launch,
            Some(LaunchResolved::LaunchType(LaunchType::Ec2))
        ));
        assert!(matches!(
            read(service().launch(Launch::fargate_spot())).launch,
            Some(LaunchResolved::CapacityProviderStrategy(items)) if items.len() == 1
        ));
    }
}
