//! Property tests: random programs, operations and faults. The state is consistent after every one of them, and in the end all is well.

use std::time::Duration;

use proptest::prelude::*;
use serde_json::json;
use windlass_tests::cloud::kinds::{
    CLUSTER, GATEWAY, NETWORK, PORT, REVISION, ROLE, SERVICE, SUBNET,
};
use windlass_tests::cloud::{Faults, Program, Universe, reference, refused};

#[derive(Debug, Clone)]
enum Operation {
    Up(Shape),
    Destroy,
    /// Dies at that moment of an `up`.
    Die(Shape, u64),
    /// Deletes the n-th resource outside Windlass.
    Lose(usize),
    /// From now on calls are lost and throttled, or they are not.
    Weather(bool),
}

/// Which parts a program has, and in which variant.
#[derive(Debug, Clone)]
struct Shape {
    parts: u8,
    variant: u8,
}

fn program(shape: &Shape) -> Program {
    let has = |bit: u8| shape.parts & (1 << bit) != 0;
    let variant = shape.variant;
    let network = json!({"Range": format!("10.{}.0.0/16", variant % 2), "Names": true, "Secretive": format!("s{variant}")});
    let mut program = Program::new().with("network", NETWORK, network);
    let network = || reference("network", "NetworkId");
    if has(0) {
        let spec =
            json!({"NetworkId": network(), "Range": "10.0.1.0/24", "Note": format!("n{variant}")});
        program = program.with("subnet", SUBNET, spec);
    }
    if has(0) && has(1) {
        let spec = json!({"SubnetId": reference("subnet", "SubnetId")});
        program = program.with("gateway", GATEWAY, spec);
    }
    if has(2) {
        let protocol = ["tcp", "udp"][usize::from(variant / 2 % 2)];
        let spec = json!({"NetworkId": network(), "Number": 443, "Protocol": protocol});
        program = program.with("port", PORT, spec);
    }
    if has(3) {
        program = program.with(
            "role",
            ROLE,
            json!({"Path": "/", "Policy": format!("p{variant}")}),
        );
        let spec = json!({"Family": "app", "Image": format!("app:{variant}"), "RoleArn": reference("role", "Arn")});
        program = program.with("revision", REVISION, spec);
    }
    if has(0) && has(3) && has(4) {
        program = program.with("cluster", CLUSTER, json!({"Settings": "s"}));
        let spec = json!({
            "Cluster": reference("cluster", "Arn"), "Revision": reference("revision", "Arn"),
            "Count": variant, "Subnets": [reference("subnet", "SubnetId")],
        });
        program = program.with("service", SERVICE, spec);
    }
    program
}

fn shapes() -> impl Strategy<Value = Shape> {
    (0_u8..32, 0_u8..4).prop_map(|(parts, variant)| Shape { parts, variant })
}

fn operations() -> impl Strategy<Value = Vec<Operation>> {
    let operation = prop_oneof![
        3 => shapes().prop_map(Operation::Up),
        1 => Just(Operation::Destroy),
        3 => (shapes(), 0_u64..80).prop_map(|(shape, last)| Operation::Die(shape, last)),
        1 => (0_usize..8).prop_map(Operation::Lose),
        1 => any::<bool>().prop_map(Operation::Weather),
    ];
    prop::collection::vec(operation, 1..7)
}

async fn perform(universe: &Universe, operation: &Operation) {
    match operation {
        Operation::Up(shape) => {
            universe.up(&program(shape)).await;
        }
        Operation::Destroy => {
            universe.destroy().await;
        }
        Operation::Die(shape, last) => {
            universe.mortal(Some(&program(shape)), Some(*last)).await;
        }
        Operation::Lose(index) => {
            let mut world = universe.cloud.world();
            let id = world.objects.keys().nth(*index).cloned();
            id.and_then(|id| world.objects.remove(&id));
        }
        Operation::Weather(bad) => {
            let likelihood = if *bad { 0.1 } else { 0.0 };
            universe.cloud.set_faults(Faults {
                throttle: likelihood,
                lose_request: likelihood / 2.0,
                lose_reply: likelihood,
                ..Faults::default()
            });
        }
    }
    universe.clock.pass(Duration::from_secs(1));
    // Loading verifies.
    universe.journal.load();
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_state_holds_together_and_the_end_is_well(seed in any::<u64>(), operations in operations(), last in shapes()) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        runtime.block_on(async {
            let universe = Universe::new(seed);
            for operation in &operations {
                perform(&universe, operation).await;
            }
            universe.cloud.set_faults(Faults::default());
            let last = program(&last);
            let ran = universe.up(&last).await;
            assert_eq!(refused(&ran), [""; 0]);
            universe.assert_nothing_lost();
            let preview = universe.preview(&last).await;
            assert!(preview.is_empty(), "{:#?}", preview.changes);
            universe.destroy().await;
            universe.clock.pass(Duration::from_secs(60));
            assert!(universe.cloud.world().objects.is_empty());
        });
    }
}
