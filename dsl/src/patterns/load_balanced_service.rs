//! A service behind an application load balancer: behind its own load balancer, or at a path of a shared one.
//!
//! Not here: names in DNS and certificates for them.

use crate::aws::ec2::{SecurityGroup, Traffic};
use crate::aws::ecs::{Cluster, ContainerPort, ExposedPort};
use crate::aws::elasticloadbalancingv2::{
    Action, IpTarget, Listener, ListenerRule, LoadBalancer, Protocol, RuleCondition, TargetGroup,
    TargetGroupAttribute,
};
use crate::codes;
use crate::diagnostics::Diagnostic;
use crate::patterns::network::Network;
use crate::patterns::tasks::{Changes, RunningTasks, Tasks, task_setters};
use crate::resource::{Declare, Handle};
use crate::stack::Stack;
use crate::value::{Input, IntoInput, Output, join};

/// The health check of a load balancer.
#[derive(Debug, Clone)]
pub struct HealthCheck {
    path: Input<String>,
}

impl HealthCheck {
    /// An HTTP request for a path, to which a healthy task answers 200.
    pub fn path(path: impl IntoInput<String>) -> Self {
        Self { path: path.into() }
    }
}

/// A load balancer that accepts HTTP from the internet. Services can share it.
#[derive(Debug, Clone)]
pub struct OwnLoadBalancer {
    /// The security group of the load balancer: `load-balancer-security-group`.
    pub security_group: Handle<SecurityGroup>,
    /// The load balancer: `load-balancer`.
    pub load_balancer: Handle<LoadBalancer>,
    /// The listener: `listener`.
    pub listener: Handle<Listener>,
}

/// A declared service with its load balancer.
#[derive(Debug, Clone)]
pub struct LoadBalancedService {
    /// The load balancer, its own or a shared one.
    pub entrance: OwnLoadBalancer,
    /// The target group of the tasks: `target-group`.
    pub target_group: Handle<TargetGroup<IpTarget>>,
    /// The rule that selects this service's requests on a shared load balancer: `rule`.
    pub rule: Option<Handle<ListenerRule>>,
    pub tasks: RunningTasks,
}

/// A service that has not been declared yet.
#[derive(Debug)]
#[must_use = "a service is made by `declare`"]
pub struct LoadBalancedServiceDesign {
    tasks: Tasks,
    port: Option<(ContainerPort, HealthCheck)>,
    shared: Option<Shared>,
    target_group: Changes<TargetGroup<IpTarget>>,
    load_balancer: Changes<LoadBalancer>,
}

#[derive(Debug)]
struct Shared {
    entrance: OwnLoadBalancer,
    priority: Input<u32>,
    paths: Vec<Input<String>>,
}

impl OwnLoadBalancer {
    /// Declares a load balancer for HTTP from the internet, in the current scope. Requests to which no rule applies get the answer `action`.
    #[track_caller]
    pub fn declare(cx: &mut Stack, network: &Network, action: impl Into<Action>) -> Self {
        cx.pattern(|cx| {
            let group = Self::security_group(cx, network);
            let load_balancer = Self::spec(network, &group).declare(cx, "load-balancer");
            let listener = Listener::http(load_balancer.arn(), action).declare(cx, "listener");
            Self {
                security_group: group,
                load_balancer,
                listener,
            }
        })
    }

    fn security_group(cx: &mut Stack, network: &Network) -> Handle<SecurityGroup> {
        SecurityGroup::new("Load balancer: HTTP from the internet, out to the network only")
            .vpc(network.vpc.id())
            .ingress(Traffic::tcp(80).from_anywhere())
            .egress(Traffic::tcp(1..=65535).to(network.vpc.cidr_block()))
            .declare(cx, "load-balancer-security-group")
    }

    fn spec(network: &Network, group: &Handle<SecurityGroup>) -> LoadBalancer {
        LoadBalancer::application(network.public_ids()).security_groups([group.id()])
    }

    /// The URL of the load balancer: `http://…`.
    #[must_use]
    pub fn url(&self) -> Output<String> {
        join(["http://".into(), self.load_balancer.dns_name().into()])
    }
}

impl LoadBalancedService {
    /// A service in a cluster, in the private subnets of a network.
    ///
    /// ```
    /// use windlass::patterns::{HealthCheck, LoadBalancedService, Network, Percentage, ZoneCount};
    /// use windlass::prelude::*;
    /// use windlass::request::Request;
    ///
    /// let document = Stack::test("t", |cx| {
    ///     let network = Network::over(2.zones()).declare(cx, "network");
    ///     let cluster = ecs::Cluster::new().fargate().declare(cx, "cluster");
    ///     let mut app = ecs::Container::new("app", windlass::image!("public.ecr.aws/nginx/nginx:1.27"));
    ///     let http = app.port(8080);
    ///     let web = LoadBalancedService::on(&cluster, &network)
    ///         .container(app)
    ///         .listen(http, HealthCheck::path("/healthz"))
    ///         .tasks(2..=10)
    ///         .scale_on_cpu(60.percent())
    ///         .declare(cx, "web");
    ///     cx.output("url", web.url());
    ///     Ok(())
    /// }, Request::offline("us-east-1"));
    /// assert_eq!(document.problems, []);
    /// ```
    pub fn on(cluster: &Handle<Cluster>, network: &Network) -> LoadBalancedServiceDesign {
        LoadBalancedServiceDesign {
            tasks: Tasks::on(cluster, network),
            port: None,
            shared: None,
            target_group: Changes::default(),
            load_balancer: Changes::default(),
        }
    }

    /// The URL of the service: `http://…`.
    #[must_use]
    pub fn url(&self) -> Output<String> {
        self.entrance.url()
    }
}

impl LoadBalancedServiceDesign {
    task_setters!();

    /// The port that the load balancer sends requests to, and its health check.
    pub fn listen(mut self, port: impl ExposedPort, health: HealthCheck) -> Self {
        self.port = Some((port.into(), health));
        self
    }

    /// Takes the requests for some paths, such as `/api/*`, of a shared load balancer. AWS evaluates rules in order of priority.
    pub fn behind(
        mut self,
        entrance: &OwnLoadBalancer,
        priority: impl IntoInput<u32>,
        paths: impl IntoIterator<Item = impl IntoInput<String>>,
    ) -> Self {
        self.shared = Some(Shared {
            entrance: entrance.clone(),
            priority: priority.into(),
            paths: paths.into_iter().map(Into::into).collect(),
        });
        self
    }

    /// Changes the target group before it is declared.
    pub fn change_target_group(
        mut self,
        change: impl FnOnce(TargetGroup<IpTarget>) -> TargetGroup<IpTarget> + 'static,
    ) -> Self {
        self.target_group.add(change);
        self
    }

    /// Changes the service's own load balancer before it is declared.
    pub fn change_load_balancer(
        mut self,
        change: impl FnOnce(LoadBalancer) -> LoadBalancer + 'static,
    ) -> Self {
        self.load_balancer.add(change);
        self
    }

    /// Declares the service's parts below a name.
    #[track_caller]
    pub fn declare(self, cx: &mut Stack, name: impl AsRef<str>) -> LoadBalancedService {
        let name = name.as_ref().to_owned();
        cx.pattern(|cx| cx.within(&name, |cx| self.parts(cx, &name)))
    }

    fn parts(self, cx: &mut Stack, name: &str) -> LoadBalancedService {
        let (port, health) = self.port.unwrap_or_else(|| {
            let place = cx.author();
            let problem = Diagnostic::error(
                codes::SERVICE_LISTENS_NOWHERE,
                format!("the load balanced service `{name}` has no port"),
            );
            cx.report(
                problem
                    .at(&place, "declared here")
                    .help("say `.listen(port, HealthCheck::path(…))`"),
            );
            (ContainerPort::existing("app", 80), HealthCheck::path("/"))
        });
        let network = self.tasks.network.clone();
        let group = TargetGroup::ip(network.vpc.id(), Protocol::Http, port.number())
            .health_check_path(health.path)
            .attribute(TargetGroupAttribute::deregistration_delay(30));
        let target_group = self.target_group.apply(group).declare(cx, "target-group");
        let forward = Action::forward(target_group.arn());
        let (entrance, rule) = match self.shared {
            Some(shared) => {
                let conditions = [RuleCondition::paths(shared.paths)];
                let rule = ListenerRule::new(
                    shared.entrance.listener.arn(),
                    shared.priority,
                    conditions,
                    [forward],
                )
                .declare(cx, "rule");
                (shared.entrance, Some(rule))
            }
            None => {
                let group = OwnLoadBalancer::security_group(cx, &network);
                let spec = self
                    .load_balancer
                    .apply(OwnLoadBalancer::spec(&network, &group));
                let load_balancer = spec.declare(cx, "load-balancer");
                let listener = Listener::http(load_balancer.arn(), forward).declare(cx, "listener");
                (
                    OwnLoadBalancer {
                        security_group: group,
                        load_balancer,
                        listener,
                    },
                    None,
                )
            }
        };
        let admitted = SecurityGroup::new(format!("Tasks of {name}: from the load balancer only"))
            .allow_from(&entrance.security_group, port.number());
        let arn = target_group.arn();
        let tasks = self
            .tasks
            .declare(cx, admitted, |service| service.balance(port, arn));
        LoadBalancedService {
            entrance,
            target_group,
            rule,
            tasks,
        }
    }
}
