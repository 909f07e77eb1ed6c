//! A public web service on Fargate: the smallest useful stack.

use windlass::prelude::*;

fn stack(cx: &mut Stack) -> Result<()> {
    let network = Network::over(2.zones())
        .nat(Nat::Single)
        .declare(cx, "network");
    let cluster = ecs::Cluster::new().fargate().declare(cx, "cluster");

    let mut app = ecs::Container::new("app", image!("public.ecr.aws/nginx/nginx:1.27"));
    let http = app.port(80); // a handle: only an exposed port can be balanced

    let web = LoadBalancedService::on(&cluster, &network)
        .container(app)
        .listen(http, HealthCheck::path("/"))
        .size(fargate!(cpu: 256, memory: 512))
        .tasks(2..=10)
        .scale_on_cpu(60.percent())
        .declare(cx, "web");

    cx.output("url", web.url());
    Ok(())
}

windlass::main!("quickstart", stack);
