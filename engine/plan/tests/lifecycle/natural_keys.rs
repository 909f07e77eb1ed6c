//! Natural keys: kinds that AWS identifies by properties that the author writes. While the old generation exists, their create call overwrites it, or
//! AWS refuses the call. So a replacement either deletes first, or the planner refuses it. No plan deletes a new generation in place of the old one.

use std::collections::BTreeMap;

use serde_json::Value;
use windlass::resource::{Resource, Samples};
use windlass::schema::{KindSchema, OldGenerations, ReplaceOrder};
use windlass_plan::plan::{StepAction, Verdict};

use crate::rules;
use crate::stage::{Doc, Stage, address, shown};

/// How AWS distinguishes the resources of a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Known {
    /// By an identifier that AWS makes. Two can exist at the same time, whatever their properties are.
    Given,
    /// By an identifier that AWS makes, but AWS refuses a second resource with the same value of what the text names.
    GivenOnce(&'static str),
    /// By a unique name, which the engine makes anew for each generation. `preview` refuses a fixed one.
    Named,
    /// By properties alone: the create call overwrites an existing resource, or AWS refuses it because of that resource.
    Natural(&'static str),
    /// By a name that the author gives, and that the engine does not make.
    NamedByAuthor(&'static str),
}
use Known::{Given, GivenOnce, Named, NamedByAuthor, Natural};

/// Every kind of the catalogue. The source is the API reference of each create call.
const KINDS: &[(&str, Known)] = &[
    (
        "AWS::ApplicationAutoScaling::ScalableTarget",
        Natural(
            "RegisterScalableTarget overwrites the target of a resource and dimension, and its policies go with it",
        ),
    ),
    (
        "AWS::ApplicationAutoScaling::ScalingPolicy",
        Natural(
            "PutScalingPolicy overwrites the policy of a name, and refuses a second one that tracks the same metric",
        ),
    ),
    ("AWS::AutoScaling::AutoScalingGroup", Named),
    (
        "AWS::EC2::EIP",
        GivenOnce("a certain address of an own pool"),
    ),
    ("AWS::EC2::InternetGateway", Given),
    ("AWS::EC2::LaunchTemplate", Named),
    (
        "AWS::EC2::NatGateway",
        GivenOnce("its Elastic IP address, or a private one of its subnet"),
    ),
    (
        "AWS::EC2::Route",
        Natural("CreateRoute is refused while the table has a route to the destination"),
    ),
    ("AWS::EC2::RouteTable", Given),
    ("AWS::EC2::SecurityGroup", Named),
    (
        "AWS::EC2::SecurityGroupEgress",
        GivenOnce("the same rule in a group"),
    ),
    (
        "AWS::EC2::SecurityGroupIngress",
        GivenOnce("the same rule in a group"),
    ),
    ("AWS::EC2::Subnet", GivenOnce("a range of its VPC")),
    (
        "AWS::EC2::SubnetRouteTableAssociation",
        Natural("AssociateRouteTable is refused while the subnet has another table"),
    ),
    ("AWS::EC2::VPC", Given),
    (
        "AWS::EC2::VPCEndpoint",
        GivenOnce("a route to the service in a table, or the service's own name in the VPC"),
    ),
    (
        "AWS::EC2::VPCGatewayAttachment",
        Natural("AttachInternetGateway is refused while the gateway or the VPC is attached"),
    ),
    ("AWS::ECS::CapacityProvider", Named),
    ("AWS::ECS::Cluster", Named),
    (
        "AWS::ECS::ClusterCapacityProviderAssociations",
        Natural("PutClusterCapacityProviders overwrites the list of the cluster"),
    ),
    ("AWS::ECS::Service", Named),
    ("AWS::ECS::TaskDefinition", Given), // a revision
    (
        "AWS::ElasticLoadBalancingV2::Listener",
        GivenOnce("a port of the load balancer"),
    ),
    (
        "AWS::ElasticLoadBalancingV2::ListenerRule",
        GivenOnce("a priority of the listener"),
    ),
    ("AWS::ElasticLoadBalancingV2::LoadBalancer", Named),
    ("AWS::ElasticLoadBalancingV2::TargetGroup", Named),
    ("AWS::IAM::InstanceProfile", Named),
    ("AWS::IAM::ManagedPolicy", Named),
    ("AWS::IAM::Role", Named),
    (
        "AWS::IAM::RolePolicy",
        Natural("PutRolePolicy overwrites the policy of a name"),
    ),
    ("AWS::Logs::LogGroup", Named),
    ("AWS::SecretsManager::Secret", Named),
    (
        "AWS::ServiceDiscovery::HttpNamespace",
        NamedByAuthor("a name of the account and Region"),
    ),
    (
        "AWS::ServiceDiscovery::PrivateDnsNamespace",
        NamedByAuthor("a domain of the VPC"),
    ),
    ("AWS::ServiceDiscovery::Service", Named),
];

macro_rules! entries {
    ($($service:ident::$kind:ident),+ $(,)?) => {
        vec![$(samples::<windlass::aws::$service::$kind>()),+]
    };
}

type Entry = (&'static KindSchema, Vec<Value>);

fn samples<R: Resource + Samples>() -> Entry {
    let specs = R::samples().iter().map(Resource::to_json).collect();
    (R::SCHEMA, specs)
}

fn with_secrets(mut stage: Stage, doc: &Doc) -> Stage {
    for source in windlass_plan::needed_secrets(&doc.0) {
        let hash = format!("{source:?}");
        let known = windlass::value::SecretRef {
            source: source.clone(),
            hash,
        };
        stage.secrets.insert(source, known);
    }
    stage
}

#[test]
fn the_table_is_the_catalogue() {
    let known: BTreeMap<_, _> = KINDS.iter().copied().collect();
    assert_eq!(known.len(), KINDS.len());
    for (schema, _) in windlass::catalog!(entries) {
        let known = known.get(schema.kind).copied();
        let known = known.unwrap_or_else(|| panic!("{} is not in the table", schema.kind));
        let deleted = schema.old_generations == OldGenerations::Deleted;
        let named = deleted && schema.physical_name().is_some();
        assert_eq!(named, known == Named, "{}", schema.kind);
        let exclusive = !schema.exclusive.is_empty();
        let once = matches!(known, Natural(_) | GivenOnce(_) | NamedByAuthor(_));
        assert!(exclusive || !once, "{} has nothing exclusive", schema.kind);
        // If AWS identifies a kind by properties alone, only one resource can have those properties.
        let by_properties = schema
            .id
            .split('|')
            .all(|part| schema.field(part).is_some());
        assert!(
            !by_properties || named || matches!(known, Natural(_)),
            "{}",
            schema.kind
        );
    }
    assert_eq!(known.len(), windlass::catalog!(entries).len());
}

/// The invariant: after a replacement, the new generation is another resource in AWS than the old one, or the old one was deleted first.
#[test]
fn a_replacement_never_deletes_what_it_has_just_made() {
    for (schema, specs) in windlass::catalog!(entries) {
        for spec in &specs {
            let doc = Doc::new().with("it", schema.kind, spec.clone());
            let mut stage = with_secrets(Stage::new(), &doc);
            stage.up(&doc);
            stage.replace = vec![address("it")];
            let Ok(plan) = stage.try_plan(Some(&doc.0)) else {
                continue; // refused, with a reason: `problems.rs`
            };
            let Verdict::Replace { order } = plan.changes[0].verdict else {
                panic!("{}", shown(&plan));
            };
            let old = stage.snapshot.resources[&address("it")].applied.to_value();
            for step in &plan.steps {
                if let StepAction::Create { spec, .. } = &step.action {
                    let twice = rules::twice(schema, &spec.to_value(), &old);
                    let beside = order == ReplaceOrder::CreateFirst;
                    assert!(!beside || twice.is_none(), "{} {twice:?}", schema.kind);
                }
            }
            stage.replace.clear();
            stage.carry_out(&plan);
            assert!(stage.plan(&doc).is_empty());
        }
    }
}
