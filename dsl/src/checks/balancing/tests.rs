//! Each check of load balancing, with the smallest stack that it refuses.

use crate::aws::acm::CertificateArn;
use crate::aws::ec2::{Subnet, SubnetId, Vpc, VpcId};
use crate::aws::ecs::{AwsvpcConfiguration, Cluster, Container, Launch, Service, TaskDefinition};
use crate::aws::elasticloadbalancingv2::{
    Action, AuthenticateCognito, Listener, ListenerRule, LoadBalancer, Protocol, RuleCondition,
    TargetGroup, UserPoolArn,
};
use crate::diagnostics::Diagnostic;
use crate::request::Request;
use crate::resource::{Declare, Handle};
use crate::stack::Stack;

fn problems(stack: impl FnOnce(&mut Stack, &Handle<LoadBalancer>)) -> Vec<Diagnostic> {
    let build = |cx: &mut Stack| {
        let front = LoadBalancer::application(["subnet-0a1", "subnet-0b2"].map(SubnetId::existing))
            .declare(cx, "front");
        stack(cx, &front);
        Ok(())
    };
    Stack::test("shop", build, Request::offline("us-east-1")).problems
}

fn told(problems: &[Diagnostic]) -> Vec<(String, usize)> {
    problems
        .iter()
        .map(|problem| {
            (
                format!("{}: {}", problem.code, problem.message),
                problem.labels.len(),
            )
        })
        .collect()
}

fn paths(path: &str) -> [RuleCondition; 1] {
    [RuleCondition::paths([path])]
}

#[test]
fn two_listeners_on_one_port() {
    let found = problems(|cx, front| {
        Listener::http(front.arn(), Action::respond(404)).declare(cx, "a");
        Listener::http(front.arn(), Action::respond(404))
            .port(8080)
            .declare(cx, "b");
        Listener::http(front.arn(), Action::respond(404)).declare(cx, "c");
    });
    assert_eq!(
        told(&found),
        [(
            "WL-0201: listeners `a` and `c` both take port 80".to_owned(),
            2
        )]
    );
}

#[test]
fn two_rules_of_one_priority() {
    let found = problems(|cx, front| {
        let http = Listener::http(front.arn(), Action::respond(404)).declare(cx, "http");
        for (name, priority) in [("a", 10), ("b", 11), ("c", 10)] {
            ListenerRule::new(http.arn(), priority, paths("/a"), [Action::respond(200)])
                .declare(cx, name);
        }
    });
    assert_eq!(
        told(&found),
        [(
            "WL-0203: two rules of `http` have priority 10".to_owned(),
            2
        )]
    );
    assert_eq!(found[0].help.as_deref(), Some("12 is the next free one"));
}

#[test]
fn a_target_group_of_another_protocol() {
    let found = problems(|cx, front| {
        let vpc = VpcId::existing("vpc-0a1");
        let tcp = TargetGroup::ip(vpc.clone(), Protocol::Tcp, 80).declare(cx, "tcp");
        let web = TargetGroup::ip(vpc, Protocol::Http, 80).declare(cx, "web");
        let http = Listener::http(front.arn(), Action::forward(web.arn())).declare(cx, "http");
        ListenerRule::new(http.arn(), 1, paths("/a"), [Action::forward(tcp.arn())])
            .declare(cx, "rule");
    });
    assert_eq!(
        told(&found),
        [("WL-0204: `rule` cannot forward to `tcp`".to_owned(), 2)]
    );
}

#[test]
fn a_listener_of_another_load_balancer_type() {
    let found = problems(|cx, front| {
        Listener::on(front.arn(), Protocol::Tcp, 80, Action::respond(404)).declare(cx, "tcp");
    });
    let told = told(&found);
    assert_eq!(
        told,
        [(
            "WL-0207: listener `tcp` speaks TCP on a load balancer of type `application`"
                .to_owned(),
            2
        )]
    );
}

#[test]
fn a_login_without_https() {
    let found = problems(|cx, front| {
        let http = Listener::http(front.arn(), Action::respond(404)).declare(cx, "http");
        let certificate =
            CertificateArn::existing("arn:aws:acm:us-east-1:123456789012:certificate/0a1");
        let https =
            Listener::https(front.arn(), certificate, Action::respond(404)).declare(cx, "https");
        let pool = UserPoolArn::existing("arn:aws:cognito-idp:us-east-1:123456789012:userpool/a");
        let login = || Action::from(AuthenticateCognito::new(pool.clone(), "client", "shop"));
        for (name, listener) in [("a", &http), ("b", &https)] {
            let actions = [login(), Action::respond(200)];
            ListenerRule::new(listener.arn(), 1, paths("/a"), actions).declare(cx, name);
        }
    });
    let told = told(&found);
    assert_eq!(
        told,
        [(
            "WL-0209: rule `a` has an action `authenticate-cognito` without HTTPS".to_owned(),
            2
        )]
    );
}

fn subnet(cx: &mut Stack, vpc: &str, name: &str, zone: &str) -> Handle<Subnet> {
    let range = "10.0.1.0/24".parse::<ipnet::Ipv4Net>().expect("a range");
    Subnet::new(VpcId::existing(vpc), range)
        .availability_zone(zone)
        .declare(cx, name)
}

fn only(problems: &[Diagnostic], code: &str) -> Vec<(String, usize)> {
    let mut found = told(problems);
    found.retain(|(message, _)| message.starts_with(code));
    found
}

#[test]
fn two_subnets_in_one_zone() {
    let found = problems(|cx, _| {
        let a = subnet(cx, "vpc-0a1", "a", "us-east-1a");
        let b = subnet(cx, "vpc-0a1", "b", "us-east-1a");
        let c = subnet(cx, "vpc-0a1", "c", "us-east-1b");
        LoadBalancer::application([a.id(), c.id()]).declare(cx, "fine");
        LoadBalancer::application([a.id(), b.id(), c.id()]).declare(cx, "lb");
    });
    let expected = "WL-0202: load balancer `lb` has two subnets in us-east-1a";
    assert_eq!(only(&found, "WL-0202"), [(expected.to_owned(), 3)]);
}

#[test]
fn a_target_group_in_another_vpc() {
    let found = problems(|cx, _| {
        let a = subnet(cx, "vpc-0a1", "a", "us-east-1a");
        let b = subnet(cx, "vpc-0a1", "b", "us-east-1b");
        let lb = LoadBalancer::application([a.id(), b.id()]).declare(cx, "lb");
        let there = TargetGroup::ip(VpcId::existing("vpc-0b2"), Protocol::Http, 80);
        let there = there.declare(cx, "there");
        let here = TargetGroup::ip(VpcId::existing("vpc-0a1"), Protocol::Http, 80);
        let here = here.declare(cx, "here");
        let split = Action::split([(here.arn(), 1), (there.arn(), 1)]);
        Listener::http(lb.arn(), split).declare(cx, "http");
    });
    let expected = "WL-0208: target group `there` is in another VPC than load balancer `lb`";
    assert_eq!(only(&found, "WL-0208"), [(expected.to_owned(), 3)]);
}

#[test]
fn a_service_with_a_target_group_that_nothing_forwards_to() {
    let found = problems(|cx, front| {
        let cluster = Cluster::new().fargate().declare(cx, "cluster");
        let mut app = Container::new("app", crate::image!("public.ecr.aws/nginx/nginx:1.27"));
        let http = app.port(80);
        let task = TaskDefinition::fargate(crate::fargate!(cpu: 256, memory: 512))
            .container(app)
            .declare(cx, "task-definition");
        let group = |cx: &mut Stack, name: &str| {
            let group = TargetGroup::ip(VpcId::existing("vpc-0a1"), Protocol::Http, 80);
            group.declare(cx, name)
        };
        let (reached, lost) = (group(cx, "reached"), group(cx, "lost"));
        Listener::http(front.arn(), Action::forward(reached.arn())).declare(cx, "http");
        for (name, group) in [("a", &reached), ("b", &lost)] {
            let network = AwsvpcConfiguration::new([SubnetId::existing("subnet-0a1")]);
            Service::awsvpc(cluster.name(), task.arn(), network)
                .launch(Launch::fargate())
                .balance(http.clone(), group.arn())
                .declare(cx, name);
        }
    });
    let expected = "WL-0205: service `b` uses target group `lost`, which nothing forwards to";
    assert_eq!(only(&found, "WL-0205"), [(expected.to_owned(), 2)]);
}

#[test]
fn a_stack_whose_names_aws_keeps() {
    let build = |cx: &mut Stack| {
        let subnets = || ["subnet-0a1", "subnet-0b2"].map(SubnetId::existing);
        LoadBalancer::application(subnets()).declare(cx, "made");
        LoadBalancer::application(subnets())
            .name("given")
            .declare(cx, "given");
        Vpc::new("10.0.0.0/16".parse::<ipnet::Ipv4Net>().expect("a range")).declare(cx, "vpc");
        Ok(())
    };
    let found = Stack::test("internal", build, Request::offline("us-east-1")).problems;
    assert_eq!(
        told(&found),
        [(
            "WL-0210: the name that `made` would get starts with `internal-`".to_owned(),
            1
        )]
    );
}
