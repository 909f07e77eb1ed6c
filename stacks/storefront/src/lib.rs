//! A small shop as people run it: `web` and `api` behind one load balancer, `worker` behind none, a database password from
//! Secrets Manager, service discovery, scaling, and roles that may do only what they need.

mod network;
mod services;

use windlass::aws::ec2::Vpc;
use windlass::prelude::*;

use crate::services::Shop;

/// Declares the stack.
///
/// # Errors
/// A parameter is missing or malformed.
pub fn stack(cx: &mut Stack) -> Result<()> {
    let (release, tasks) = cx.parameters((
        parameter::<String>("release").or("1.4.2"),
        parameter::<u32>("tasks").or(2u32),
    ))?;
    cx.default_tag("Project", "storefront");
    let environment = cx.environment().to_owned();
    cx.default_tag("Environment", environment);

    let network = network::declare(cx);
    let cluster = ecs::Cluster::new()
        .container_insights(ecs::Insights::Enhanced)
        .fargate()
        .declare(cx, "cluster");
    let namespace =
        servicediscovery::PrivateDnsNamespace::new(network.vpc.id(), "storefront.internal")
            .description("Services of the shop")
            .declare(cx, "namespace");
    let password = secretsmanager::Secret::generated(secretsmanager::Password::of_length(32))
        .description("Password of the shop's database user")
        .declare(cx, "db-password");

    let shop = Shop {
        cluster,
        network,
        namespace,
        password,
        release,
        tasks,
    };
    let entrance = shop.entrance(cx);
    shop.web(cx, &entrance);
    shop.api(cx, &entrance);
    shop.worker(cx);

    cx.output("url", entrance.url());
    cx.output("vpc", vpc_id(&shop.network.vpc));
    Ok(())
}

fn vpc_id(vpc: &Handle<Vpc>) -> Output<String> {
    vpc.id().text()
}

#[cfg(test)]
mod tests {
    use super::stack;
    use windlass::Stack;
    use windlass::request::Request;

    #[test]
    fn it_has_no_problems() {
        let document = Stack::test("storefront", stack, Request::offline("us-east-1"));
        assert_eq!(document.problems, []);
    }

    #[test]
    fn nothing_but_the_load_balancer_lets_the_internet_in() {
        let document = Stack::test("storefront", stack, Request::offline("us-east-1"));
        let open = |spec: &str| {
            spec.contains("\"CidrIp\":\"0.0.0.0/0\"") && spec.contains("SecurityGroupIngress")
        };
        let groups = document
            .resources
            .iter()
            .filter(|(_, d)| d.kind == "AWS::EC2::SecurityGroup");
        let exposed: Vec<_> = groups
            .filter(|(_, d)| open(d.spec.as_str()))
            .map(|(address, _)| address.as_str())
            .collect();
        assert_eq!(exposed, ["entrance/load-balancer-security-group"]);
    }
}
