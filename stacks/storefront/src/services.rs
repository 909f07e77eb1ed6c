//! The three services. What they have in common is an ordinary struct; a service is an ordinary function.

use windlass::aws::ecs::{Cluster, Container, Image, Service, ServiceRegistry};
use windlass::aws::elasticloadbalancingv2::{Action, ContentType, FixedResponse};
use windlass::aws::iam::Allow;
use windlass::aws::logs::Retention;
use windlass::aws::secretsmanager::Secret;
use windlass::aws::servicediscovery::{self, DnsRecord, PrivateDnsNamespace, RecordType};
use windlass::prelude::*;

/// What all services of the shop share.
pub struct Shop {
    pub cluster: Handle<Cluster>,
    pub network: Network,
    pub namespace: Handle<PrivateDnsNamespace>,
    pub password: Handle<Secret>,
    pub release: String,
    pub tasks: u32,
}

impl Shop {
    /// The one load balancer. A request that no service handles gets "not found".
    pub fn entrance(&self, cx: &mut Stack) -> OwnLoadBalancer {
        let nothing = FixedResponse::status(404).body(ContentType::Plain, "There is no such page.");
        cx.within("entrance", |cx| {
            OwnLoadBalancer::declare(cx, &self.network, Action::from(nothing))
        })
    }

    /// The service with the pages for people.
    pub fn web(&self, cx: &mut Stack, entrance: &OwnLoadBalancer) {
        let mut web = Container::new("web", self.image("web"))
            .env("API", "http://api.storefront.internal:8080");
        let http = web.port(3000);
        LoadBalancedService::on(&self.cluster, &self.network)
            .container(web)
            .listen(http, HealthCheck::path("/healthz"))
            .behind(entrance, 100, ["/", "/shop/*"])
            .size(fargate!(cpu: 256, memory: 512))
            .tasks(self.tasks..=10)
            .scale_on_cpu(60.percent())
            .log_retention(Retention::Days14)
            .declare(cx, "web");
    }

    /// The API of the shop's data, for pages and for apps.
    pub fn api(&self, cx: &mut Stack, entrance: &OwnLoadBalancer) {
        let discovery = servicediscovery::Service::dns(
            self.namespace.id(),
            "api",
            [DnsRecord::new(RecordType::A, 10u32)],
        )
        .declare(cx, "api-discovery");
        let mut api = Container::new("api", self.image("api"))
            .env("LOG_LEVEL", "info")
            .secret("DB_PASSWORD", self.password.arn());
        let http = api.port(8080);
        LoadBalancedService::on(&self.cluster, &self.network)
            .container(api)
            .listen(http, HealthCheck::path("/healthz"))
            .behind(entrance, 20, ["/api/*"])
            .size(fargate!(cpu: 512, memory: 1024))
            .tasks(self.tasks..=20)
            .scale_on_cpu(60.percent())
            .log_retention(Retention::Days14)
            .grant(
                "read-uploads",
                Allow::actions(["s3:GetObject"]).on("arn:aws:s3:::storefront-uploads/*"),
            )
            .change_service(move |service: Service<_>| {
                service.service_registries([ServiceRegistry::new(discovery.arn())])
            })
            .declare(cx, "api");
    }

    /// The worker that takes orders from a queue, on spare capacity.
    pub fn worker(&self, cx: &mut Stack) {
        let worker = Container::new("worker", self.image("worker"))
            .secret("DB_PASSWORD", self.password.arn());
        let orders = "arn:aws:sqs:us-east-1:123456789012:storefront-orders";
        WorkerService::on(&self.cluster, &self.network)
            .container(worker)
            .size(fargate!(cpu: 256, memory: 512))
            .launch(ecs::Launch::fargate_spot())
            .tasks(self.tasks..=10)
            .scale_on_cpu(70.percent())
            .log_retention(Retention::Days14)
            .grant(
                "take-orders",
                Allow::actions(["sqs:ReceiveMessage", "sqs:DeleteMessage"]).on(orders),
            )
            .declare(cx, "worker");
    }

    fn image(&self, name: &str) -> Input<Image> {
        Image::from_text(format!("public.ecr.aws/storefront/{name}:{}", self.release))
    }
}
