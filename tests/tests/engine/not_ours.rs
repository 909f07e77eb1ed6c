//! AWS answers a create with an existing resource: if another owner has it, the step fails and the resource stays.

use serde_json::{Value, json};
use windlass_tests::cloud::{Program, Universe, refused};

const TARGETS: &str = "AWS::ElasticLoadBalancingV2::TargetGroup";

fn one(kind: &str, spec: &Value) -> Program {
    Program::new().with("thing", kind, spec.clone())
}

fn targets(path: &str) -> Value {
    json!({"Name": "shop", "TargetType": "ip", "Protocol": "HTTP", "Port": 80, "VpcId": "vpc-0a1", "HealthCheckPath": path})
}

#[tokio::test]
async fn what_is_somebody_elses_is_an_error_and_stays() {
    let balancer =
        json!({"Name": "shop", "Type": "application", "Subnets": ["subnet-0a1", "subnet-0a2"]});
    for (kind, theirs, ours) in [
        (TARGETS, targets("/"), targets("/")),
        (TARGETS, targets("/"), targets("/health")),
        (
            "AWS::ElasticLoadBalancingV2::LoadBalancer",
            balancer.clone(),
            balancer,
        ),
        (
            "AWS::ECS::Cluster",
            json!({"ClusterName": "shop"}),
            json!({"ClusterName": "shop"}),
        ),
    ] {
        let universe = Universe::default();
        universe.up(&one(kind, &theirs)).await;
        let before = universe.cloud.world().objects.clone();
        let universe = universe.stranger();
        let told = refused(&universe.up(&one(kind, &ours)).await);
        assert_eq!(told.len(), 1, "{kind}");
        assert!(told[0].contains("exist"), "{kind}: {told:?}");
        assert!(universe.journal.load().resources.is_empty());
        assert_eq!(refused(&universe.destroy().await), [""; 0]);
        assert_eq!(universe.cloud.world().objects, before, "{kind}");
    }
}
