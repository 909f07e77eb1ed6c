//! Every property of every kind is sent to AWS and comes back: prints the paths proven.

use windlass_tests::wire::{fixtures, prove};

#[tokio::test]
async fn every_property_is_on_the_wire() {
    let mut missing = Vec::new();
    let (mut proven, mut excepted, mut paths) = (0, 0, 0);
    for fixture in fixtures() {
        let proof = prove(&fixture).await;
        println!(
            "{}: {} paths, {} proofs, {} exceptions, {} missing",
            proof.kind,
            proof.paths.len(),
            proof.proven,
            proof.excepted,
            proof.missing.len()
        );
        (proven, excepted, paths) = (
            proven + proof.proven,
            excepted + proof.excepted,
            paths + proof.paths.len(),
        );
        missing.extend(
            proof
                .missing
                .iter()
                .map(|missing| format!("{}: {missing}", proof.kind)),
        );
    }
    println!(
        "{paths} paths, {proven} proofs / {}, {excepted} exceptions with a reason",
        proven + missing.len()
    );
    assert!(missing.is_empty(), "not proven:\n{}", missing.join("\n"));
}

#[test]
fn every_kind_has_a_fixture() {
    let with: Vec<_> = fixtures()
        .iter()
        .map(windlass_tests::wire::Fixture::kind)
        .collect();
    let without: Vec<_> = windlass::aws::SCHEMAS
        .iter()
        .map(|schema| schema.kind)
        .filter(|kind| !with.contains(kind))
        .collect();
    assert!(
        without.is_empty(),
        "no wire fixture for {}",
        without.join(", ")
    );
}
