//! Measures a plan without changes over many resources: `cargo run --release -p windlass-plan --example scale -- 100000`.
//!
//! Not here: a budget that fails; the architecture page states it, and a shared machine cannot hold it.

use std::collections::BTreeMap;
use std::time::Instant;

use serde_json::{Value, json};
use windlass::address::Address;
use windlass::aws::ec2;
use windlass::canonical::CanonicalJson;
use windlass::diagnostics::SourceLine;
use windlass::document::{Declaration, Document, FORMAT, Options, Place};
use windlass::resource::Resource;
use windlass::schema::{KindSchema, Wait};
use windlass_plan::observation::{Observation, Observations};
use windlass_plan::{Inputs, plan};
use windlass_state::binding::Binding;
use windlass_state::identity::{IntentId, Lineage};
use windlass_state::snapshot::{Recorded, SecretKey, Snapshot};

/// One VPC for so many subnets.
const SUBNETS: usize = 99;

fn main() {
    let count = std::env::args().nth(1).and_then(|text| text.parse().ok());
    let (document, snapshot, observations) = world(count.unwrap_or(100_000));
    let binding = Binding::Aws {
        account: "123456789012".to_owned(),
        region: "us-east-1".to_owned(),
    };
    let before = peak();
    let started = Instant::now();
    let planned = plan(&Inputs {
        document: Some(&document),
        snapshot: &snapshot,
        observations: &observations,
        binding: &binding,
        lookups: &BTreeMap::new(),
        secrets: &BTreeMap::new(),
        schema: &schema,
        target: &[],
        replace: &[],
    });
    let seconds = started.elapsed().as_secs_f64();
    match planned {
        Ok(plan) => println!(
            "{} resources, {} steps: {seconds:.3} s; peak {} kB, {} kB of it before planning",
            plan.unchanged,
            plan.steps.len(),
            peak(),
            before
        ),
        Err(problems) => println!("{:?}", problems.first()),
    }
}

fn schema(kind: &str) -> Option<&'static KindSchema> {
    [ec2::Vpc::SCHEMA, ec2::Subnet::SCHEMA]
        .into_iter()
        .find(|schema| schema.kind == kind)
}

fn world(count: usize) -> (Document, Snapshot, Observations) {
    let place = Place {
        account: Some("123456789012".to_owned()),
        role: None,
        region: Some("us-east-1".to_owned()),
    };
    let lineage = Lineage("0".repeat(32));
    let mut document = Document {
        format: FORMAT,
        stack: "scale".to_owned(),
        environment: "dev".to_owned(),
        place: place.clone(),
        allowed_accounts: Vec::new(),
        default_tags: BTreeMap::new(),
        resources: BTreeMap::new(),
        lookups: BTreeMap::new(),
        outputs: BTreeMap::new(),
        problems: Vec::new(),
    };
    let mut snapshot = Snapshot::empty(lineage.clone(), SecretKey("k".to_owned()), "scale", "dev");
    let mut observations = Observations::new();
    for number in 0..count {
        let vpc = vpc_number(number);
        let address = address(number);
        let tags = json!([{"Key": "Name", "Value": format!("r{number}")}, {"Key": "team", "Value": "platform"}]);
        let (kind, template, applied, on) = if number == vpc {
            let spec =
                json!({"CidrBlock": "10.0.0.0/16", "EnableDnsHostnames": true, "Tags": tags});
            ("AWS::EC2::VPC", spec.clone(), spec, Vec::new())
        } else {
            let block = format!("10.0.{}.0/24", number - vpc);
            let spec = |vpc: Value| json!({"VpcId": vpc, "CidrBlock": block, "MapPublicIpOnLaunch": false, "Tags": tags});
            let reference = json!({"$windlass": {"ref": self::address(vpc), "output": "VpcId"}});
            (
                "AWS::EC2::Subnet",
                spec(reference),
                spec(json!(format!("vpc-{vpc}"))),
                vec![self::address(vpc)],
            )
        };
        let (output, id) = match kind {
            "AWS::EC2::VPC" => ("VpcId", format!("vpc-{number}")),
            _ => ("SubnetId", format!("subnet-{number}")),
        };
        let outputs = BTreeMap::from([(output.to_owned(), json!(id))]);
        let template = CanonicalJson::of(&template);
        observations.insert(
            (address.clone(), 0),
            Observation::Present {
                properties: applied.clone(),
                outputs: outputs.clone(),
            },
        );
        snapshot.resources.insert(
            address.clone(),
            Recorded {
                kind: kind.to_owned(),
                generation: 0,
                place: place.clone(),
                physical_id: id,
                outputs,
                template: template.clone(),
                applied: CanonicalJson::of(&applied),
                depends_on: on,
                options: Options::default(),
                waited: Wait::Stable,
                unfinished: Vec::new(),
                intent: IntentId("0".repeat(32)),
                imported: false,
            },
        );
        document.resources.insert(
            address,
            Declaration {
                kind: kind.to_owned(),
                spec: template,
                depends_on: Vec::new(),
                place: None,
                options: Options::default(),
                source: SourceLine {
                    file: "src/main.rs".to_owned(),
                    line: 1,
                    column: 1,
                },
            },
        );
    }
    (document, snapshot, observations)
}

fn vpc_number(number: usize) -> usize {
    number - number % (SUBNETS + 1)
}

fn address(number: usize) -> Address {
    format!("network-{}/r{number}", vpc_number(number))
        .parse()
        .expect("letters, digits and dashes")
}

/// The most memory that this process has had, in kB, where the system tells.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    line.and_then(|line| line.split_whitespace().nth(1)?.parse().ok())
        .unwrap_or(0)
}
