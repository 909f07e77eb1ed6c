//! The stack program of the scenarios: the engine starts it with the name of a stack. Cargo builds it with the tests, as an example.
//!
//! Snapshots contain line numbers and lines of this file, because the engine shows each problem with the author's source line.

use std::fs;

use windlass::prelude::*;
use windlass::request::Request;

fn bucketless(cx: &mut Stack) -> Result<()> {
    let release = cx.parameters(parameter::<String>("release").or("1.4.2"))?;
    logs::LogGroup::new().declare(cx, "logs");
    cx.output("release", release);
    Ok(())
}

fn wrong_in_three_places(cx: &mut Stack) -> Result<()> {
    let vpc = ec2::Vpc::new(cidr!("10.0.0.0/8")).declare(cx, "vpc");
    ec2::Subnet::new(vpc.id(), cidr!("10.0.0.0/24")).declare(cx, "app-a");
    ec2::Subnet::new(vpc.id(), cidr!("10.0.0.128/25")).declare(cx, "app-b");
    logs::LogGroup::new().declare(cx, "logs");
    logs::LogGroup::new().declare(cx, "logs");
    Ok(())
}

fn parameters_without_default(cx: &mut Stack) -> Result<()> {
    let (_domain, _tasks) =
        cx.parameters((parameter::<String>("domain"), parameter::<u32>("tasks")))?;
    Ok(())
}

fn different_each_time(cx: &mut Stack) -> Result<()> {
    cx.output("built-by", std::process::id().to_string());
    Ok(())
}

fn panics(_: &mut Stack) -> Result<()> {
    panic!("the author's own mistake")
}

fn with_a_warning(cx: &mut Stack) -> Result<()> {
    use windlass::aws::applicationautoscaling::{
        PolicyTarget, PredefinedMetricType, ScalableDimension, ScalingPolicy, TargetTracking,
    };
    let elsewhere = PolicyTarget::Resource(
        ScalableDimension::EcsService,
        "service/shop/api".to_owned().into(),
    );
    let metric = PredefinedMetricType::EcsServiceAverageCpuUtilization;
    ScalingPolicy::new("cpu", elsewhere, TargetTracking::of(metric, 60.0)).declare(cx, "scaling");
    Ok(())
}

fn in_accounts_that_are_not_allowed(cx: &mut Stack) -> Result<()> {
    cx.allow_accounts(["123456789012"]);
    let theirs = "arn:aws:iam::999999999999:role/deploy";
    cx.in_account("999999999999", theirs, |cx| {
        logs::LogGroup::new().declare(cx, "logs");
        ec2::Vpc::new(cidr!("10.0.0.0/16")).declare(cx, "vpc");
    });
    Ok(())
}

type StackFunction = fn(&mut Stack) -> Result;

/// The stacks by name, for the script that the engine starts.
const STACKS: &[(&str, StackFunction)] = &[
    ("shop", bucketless),
    ("wrong", wrong_in_three_places),
    ("asking", parameters_without_default),
    ("changing", different_each_time),
    ("panicking", panics),
    ("warned", with_a_warning),
    ("trespassing", in_accounts_that_are_not_allowed),
];

fn main() {
    let given = |name: &str| std::env::var(name).expect("the script gives it");
    let (_, stack) = STACKS
        .iter()
        .find(|(name, _)| *name == given("STACK"))
        .expect("scenarios name a stack that there is");
    let request = fs::read_to_string(given("REQUEST")).expect("the engine has written it");
    let request: Request = serde_json::from_str(&request).expect("the engine asks in our protocol");
    let document = Stack::test(&given("STACK"), stack, request);
    let document = serde_json::to_string(&document).expect("a document holds text keys only");
    fs::write(given("RESPONSE"), document).expect("the engine waits for it");
}
