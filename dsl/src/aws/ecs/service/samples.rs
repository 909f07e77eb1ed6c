//! Sample services for the catalogue tests.

use super::*;
use crate::aws::ec2::{SecurityGroupId, SubnetId};
use crate::aws::ecs::{
    CapacityProviderName, CapacityProviderStrategyItem, ContainerPort, ContainerSecret,
    LogConfiguration, LogDriver, PortName,
};
use crate::aws::elasticloadbalancingv2::{ListenerRuleArn, TargetGroupArn};
use crate::aws::secretsmanager::SecretArn;
use crate::aws::servicediscovery::NamespaceArn;
use crate::resource::Samples;
use crate::value::Json;

/// Which of two values a property has.
#[derive(Clone, Copy, PartialEq)]
enum Pick {
    First,
    Second,
}

impl Pick {
    fn of<T: Copy>(self, values: &[T]) -> T {
        values[usize::from(self == Self::Second)]
    }

    fn id(self) -> &'static str {
        self.of(&["0a1", "0b2"])
    }

    fn number(self) -> u32 {
        self.of(&[10, 20])
    }

    fn truth(self) -> bool {
        self == Self::First
    }

    fn arn(self, service: &str, what: &str) -> String {
        format!(
            "arn:aws:{service}:us-east-1:123456789012:{what}{}",
            self.id()
        )
    }
}

fn task(pick: Pick) -> TaskDefinitionArn {
    let revision = pick.of(&["1", "2"]);
    TaskDefinitionArn::existing(format!(
        "arn:aws:ecs:us-east-1:123456789012:task-definition/app:{revision}"
    ))
}

fn role(pick: Pick) -> RoleArn<Ecs> {
    RoleArn::existing(format!("arn:aws:iam::123456789012:role/{}", pick.id()))
}

fn group(pick: Pick, name: &str) -> TargetGroupArn {
    TargetGroupArn::existing(pick.arn("elasticloadbalancing", &format!("targetgroup/{name}/")))
}

fn rule(pick: Pick, name: &str) -> ListenerRuleArn {
    ListenerRuleArn::existing(pick.arn(
        "elasticloadbalancing",
        &format!("listener-rule/app/{name}/"),
    ))
}

fn network(pick: Pick) -> AwsvpcConfiguration {
    AwsvpcConfiguration::new([SubnetId::existing(format!("subnet-{}", pick.id()))])
        .security_groups([SecurityGroupId::existing(format!("sg-{}", pick.id()))])
        .assign_public_ip(pick.of(AssignPublicIp::ALL))
}

fn port(pick: Pick) -> ContainerPort {
    ContainerPort::existing(pick.of(&["app", "web"]), pick.of(&[8080_u16, 8081]))
}

fn balancer(pick: Pick) -> ServiceLoadBalancer {
    let shift = AdvancedConfiguration::new(group(pick, "green"))
        .production_listener_rule(rule(pick, "production"))
        .test_listener_rule(rule(pick, "test"))
        .role_arn(role(pick));
    ServiceLoadBalancer::new::<AnyNetwork>(port(pick), group(pick, "blue"))
        .advanced_configuration(shift)
}

fn alarms(pick: Pick) -> DeploymentAlarms {
    DeploymentAlarms::new(
        [pick.of(&["errors", "latency"])],
        pick.truth(),
        pick.truth(),
    )
}

fn guarded(configuration: DeploymentConfiguration, pick: Pick) -> DeploymentConfiguration {
    let threshold = CircuitBreakerThreshold::new(
        pick.of(&[ThresholdType::Count, ThresholdType::UnboundedPercent]),
        pick.number(),
    );
    let breaker = DeploymentCircuitBreaker::new(pick.truth(), pick.truth())
        .reset_on_healthy_task(pick == Pick::Second)
        .threshold_configuration(threshold);
    configuration
        .minimum_healthy_percent(pick.of(&[50_u32, 100]))
        .maximum_percent(pick.of(&[150_u32, 200]))
        .deployment_circuit_breaker(breaker)
        .alarms(alarms(pick))
}

fn hooked(configuration: DeploymentConfiguration, pick: Pick) -> DeploymentConfiguration {
    let hook = DeploymentLifecycleHook::lambda(
        pick.arn("lambda", "function:"),
        role(pick),
        [pick.of(LifecycleStage::ALL)],
    );
    let details = Json(serde_json::json!({"ticket": pick.id()}));
    let timeout = LifecycleHookTimeout::new()
        .timeout_in_minutes(pick.number())
        .action(pick.of(LifecycleHookTimeoutAction::ALL));
    let pause = DeploymentLifecycleHook::pause([pick.of(LifecycleStage::ALL)]);
    guarded(configuration, pick)
        .bake_time_in_minutes(pick.number())
        .lifecycle_hooks([
            hook.hook_details(details),
            pause.timeout_configuration(timeout),
        ])
}

fn early(pick: Pick) -> EarlySuccessCriteria {
    EarlySuccessCriteria::at(pick.of(&[80_u32, 100]), pick.of(SourceRevisionCleanup::ALL))
}

fn connect(pick: Pick) -> ServiceConnectConfiguration {
    let header = TestTrafficHeader::new(pick.of(&["x-test", "x-canary"]))
        .value(TestTrafficHeaderValue::new(pick.id()));
    let alias = ServiceConnectClientAlias::new(pick.of(&[80_u16, 81]))
        .dns_name(pick.of(&["app", "web"]))
        .test_traffic_rules(TestTrafficRules::new(header));
    let authority = IssuerCertificateAuthority::new()
        .aws_pca_authority_arn(pick.arn("acm-pca", "certificate-authority/"));
    let service = ServiceConnectService::new(PortName::existing("http"))
        .client_aliases([alias])
        .discovery_name(pick.of(&["app", "web"]))
        .ingress_port_override(pick.of(&[9000_u16, 9001]))
        .timeout(
            ServiceConnectTimeout::new()
                .idle_timeout_seconds(pick.number())
                .per_request_timeout_seconds(pick.number()),
        )
        .tls(
            ServiceConnectTls::new(authority)
                .kms_key(pick.arn("kms", "key/"))
                .role_arn(role(pick)),
        );
    let secret = SecretArn::existing(pick.arn("secretsmanager", "secret:"));
    let log = LogConfiguration::new(pick.of(&[LogDriver::Splunk, LogDriver::Awsfirelens]))
        .option("splunk-url", pick.id())
        .secret_options([ContainerSecret::new("splunk-token", secret)]);
    let access = AccessLogConfiguration::new(pick.of(AccessLogFormat::ALL))
        .include_query_parameters(pick.of(IncludeQueryParameters::ALL));
    ServiceConnectConfiguration::client(NamespaceArn::existing(
        pick.arn("servicediscovery", "namespace/ns-"),
    ))
    .services([service])
    .log_configuration(log)
    .access_log_configuration(access)
    .container_configurations([ServiceConnectContainerConfiguration::new(
        pick.of(ServiceConnectLogLevel::ALL),
    )])
}

fn volume(pick: Pick) -> ServiceVolumeConfiguration {
    let tags = EbsTagSpecification::new(EbsResourceType::Volume)
        .propagate_tags(pick.of(PropagateTags::ALL))
        .tag("Team", pick.id());
    ServiceVolumeConfiguration::new(
        "data",
        ManagedEbsVolume::new(role(pick))
            .encrypted(pick.truth())
            .filesystem_type(pick.of(FilesystemType::ALL))
            .iops(pick.of(&[3000_u32, 4000]))
            .kms_key_id(pick.arn("kms", "key/"))
            .size_in_gib(pick.number())
            .snapshot_id(format!("snap-{}", pick.id()))
            .tag_specifications([tags])
            .throughput(pick.of(&[125_u32, 250]))
            .volume_initialization_rate(pick.of(&[100_u32, 200]))
            .volume_type(pick.of(EbsVolumeType::ALL)),
    )
}

fn registry(pick: Pick) -> ServiceRegistry {
    let arn = pick.arn("servicediscovery", "service/srv-");
    ServiceRegistry::of_port(servicediscovery::ServiceArn::existing(arn), port(pick))
}

fn lattice(pick: Pick) -> VpcLatticeConfiguration {
    let group = pick.arn("vpc-lattice", "targetgroup/tg-");
    VpcLatticeConfiguration::new(
        role(pick),
        group,
        PortName::existing(pick.of(&["http", "grpc"])),
    )
}

fn shifted_lattice(pick: Pick) -> VpcLatticeConfiguration {
    let shift = VpcLatticeAdvancedConfiguration::new()
        .alternate_target_group_arn(pick.arn("vpc-lattice", "targetgroup/tg-green-"))
        .production_listener_rule(pick.arn("vpc-lattice", "service/svc-/listener/production-"))
        .test_listener_rule(pick.arn("vpc-lattice", "service/svc-/listener/test-"));
    lattice(pick).advanced_configuration(shift)
}

fn gateway(pick: Pick) -> GatewayConnector {
    let matcher = GatewayConnectorHealthCheckMatcher::new()
        .http_code(pick.of(&["200", "200-299"]))
        .grpc_code(pick.of(&["0", "12"]));
    let check = GatewayConnectorHealthCheck::new()
        .health_check_protocol(pick.of(GatewayHealthCheckProtocol::ALL))
        .health_check_port(pick.of(&[8080_u16, 8081]))
        .health_check_path(pick.of(&["/healthz", "/ready"]))
        .health_check_timeout_seconds(pick.of(&[5_u32, 6]))
        .health_check_interval_seconds(pick.number())
        .healthy_threshold_count(pick.of(&[2_u32, 3]))
        .unhealthy_threshold_count(pick.of(&[4_u32, 5]))
        .matcher(matcher);
    let filters = GatewayConnectorFilters::new().access_types([pick.of(GatewayAccessType::ALL)]);
    GatewayConnector::new(PortName::existing(pick.of(&["http", "grpc"])))
        .health_check(check)
        .filters(filters)
}

fn monitoring(pick: Pick) -> ServiceMonitoring {
    ServiceMonitoring::new([ServiceMetricConfiguration::new(
        [pick.of(ServiceMetricName::ALL)],
        pick.of(&[20_u32, 60]),
    )])
}

fn force(pick: Pick) -> ForceNewDeployment {
    ForceNewDeployment::new(true).force_new_deployment_nonce(pick.id())
}

/// On Fargate, in a rolling deployment.
fn full(pick: Pick) -> Service {
    let mut service = Service::new(ClusterName::existing("main"), task(pick))
        .service_name("app")
        .launch(Launch::fargate())
        .platform_version(pick.of(&["1.4.0", "LATEST"]))
        .network_configuration(network(pick))
        .desired_count(pick.of(&[2_u32, 3]))
        .health_check_grace_period_seconds(pick.number())
        .deployment_configuration(
            guarded(DeploymentConfiguration::rolling(), pick).early_success_criteria(early(pick)),
        )
        .force_new_deployment(force(pick))
        .service_connect_configuration(connect(pick))
        .service_registries([registry(pick)])
        .volume_configurations([volume(pick)])
        .vpc_lattice_configurations([lattice(pick)])
        .gateway_connectors([gateway(pick)])
        .monitoring(monitoring(pick))
        .availability_zone_rebalancing(pick.of(AvailabilityZoneRebalancing::ALL))
        .scheduling_strategy(SchedulingStrategy::Replica)
        .deployment_controller(DeploymentController::new(DeploymentControllerType::Ecs))
        .enable_execute_command(pick.truth())
        .enable_ecs_managed_tags(pick.truth())
        .propagate_tags(pick.of(PropagateTags::ALL))
        .tag("Team", pick.id());
    service.load_balancers = vec![ServiceLoadBalancer::new::<AnyNetwork>(
        port(pick),
        group(pick, "blue"),
    )];
    service
}

fn strategy(pick: Pick) -> Launch {
    let item = CapacityProviderStrategyItem::new(CapacityProviderName::fargate());
    Launch::strategy([item.base(pick.number()).weight(pick.number())])
}

fn on_instances(pick: Pick) -> Service {
    Service::new(ClusterName::existing("main"), task(pick))
        .service_name("instances")
        .launch(Launch::ec2())
        .role(role(Pick::First))
        .load_balancer(ServiceLoadBalancer::classic(
            port(pick),
            pick.of(&["one", "two"]),
        ))
        .placement_constraints([match pick {
            Pick::First => PlacementConstraint::member_of("attribute:ecs.os-type == linux"),
            Pick::Second => PlacementConstraint::distinct_instance(),
        }])
        .placement_strategies([match pick {
            Pick::First => PlacementStrategy::binpack("cpu"),
            Pick::Second => PlacementStrategy::spread("instanceId"),
        }])
}

fn shifting(configuration: DeploymentConfiguration, pick: Pick) -> Service {
    let mut service = full(Pick::First)
        .deployment_configuration(configuration)
        .vpc_lattice_configurations([shifted_lattice(pick)]);
    service.load_balancers = vec![balancer(pick)];
    service
}

fn linear(pick: Pick) -> DeploymentConfiguration {
    DeploymentConfiguration::linear(
        LinearConfiguration::new()
            .step_percent(pick.of(&[10.0, 25.0]))
            .step_bake_time_in_minutes(pick.number()),
    )
}

fn canary(pick: Pick) -> DeploymentConfiguration {
    DeploymentConfiguration::canary(
        CanaryConfiguration::new()
            .canary_percent(pick.of(&[5.5, 10.0]))
            .canary_bake_time_in_minutes(pick.number()),
    )
}

impl Samples for Service {
    fn samples() -> Vec<Self> {
        use Pick::{First, Second};
        let daemon = |strategy: SchedulingStrategy| {
            on_instances_without_strategy().scheduling_strategy(strategy)
        };
        vec![
            Self::new(ClusterName::existing("main"), task(First)),
            full(First),
            full(Second),
            full(First).service_name("other"),
            Self {
                cluster: ClusterName::existing("other").into(),
                ..full(First)
            },
            full(First).launch(strategy(First)),
            full(First).launch(strategy(Second)),
            full(First).deployment_controller(DeploymentController::new(
                DeploymentControllerType::CodeDeploy,
            )),
            on_instances(First),
            on_instances(Second),
            on_instances(First).role(role(Second)),
            on_instances(First).launch(Launch::on(CapacityProviderName::existing("gpu"))),
            daemon(SchedulingStrategy::Daemon),
            daemon(SchedulingStrategy::Replica),
            shifting(hooked(DeploymentConfiguration::blue_green(), First), First),
            shifting(
                hooked(DeploymentConfiguration::blue_green(), Second),
                Second,
            ),
            shifting(linear(First), First),
            shifting(linear(Second), First),
            shifting(canary(First), First),
            shifting(canary(Second), First),
            with_srv_port(First),
            with_srv_port(Second),
            Self::deployed_elsewhere(ClusterName::existing("main")).service_name("elsewhere"),
        ]
    }
}

fn on_instances_without_strategy() -> Service {
    Service::new(ClusterName::existing("main"), task(Pick::First))
        .service_name("agents")
        .launch(Launch::ec2())
}

fn with_srv_port(pick: Pick) -> Service {
    let registry = ServiceRegistry::new(servicediscovery::ServiceArn::existing(
        Pick::First.arn("servicediscovery", "service/srv-"),
    ));
    full(Pick::First).service_registries([registry.port(pick.of(&[8080_u16, 8081]))])
}
