//! Pagination test: all reads of the engine about a fixture's samples, answered in one page and answered in several pages.
//!
//! Not here: which reads have pages (`pagination`).

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde_json::Value;
use windlass::canonical::CanonicalJson;
use windlass::document::Options;
use windlass::schema::Wait;
use windlass_aws::AwsProvider;
use windlass_engine::provider::{
    CreateRequest, PollQuestion, Provider as _, Target, Until, UpdateRequest,
};
use windlass_state::identity::{IntentId, RunId};
use windlass_state::record::{Action, Intent};

use super::capture::{Answers, Capture};
use super::fixture::Fixture;
use super::pagination::{paging, reads};
use super::paths::leaves;
use super::subject::{owner, resolved, target, unauthored};

/// More resources than Windlass reads one by one, for every kind.
const MANY: usize = 6;

const OBSERVE_MANY: &str = "observe many";

/// Lists of everything in the account. Windlass stops reading such a list where the next page costs more than it saves, and then asks by name or id
/// for what the list did not show. The test compares their answers nonetheless.
const LEFT_OFF: [&str; 7] = [
    "ec2:DescribeLaunchTemplates",
    "ecs:ListTaskDefinitions",
    "elasticloadbalancing:DescribeLoadBalancers",
    "elasticloadbalancing:DescribeTargetGroups",
    "iam:ListInstanceProfiles",
    "iam:ListRoles",
    "secretsmanager:ListSecrets",
];

/// The questions.
#[derive(Debug, Clone)]
enum Question {
    Observe(Vec<Target>),
    Poll(PollQuestion),
    Find(Box<Intent>),
    Create(Target),
    /// A change to this spec.
    Update(Target, Value),
    Delete(Target),
}

/// The result of asking everything about one kind.
#[derive(Debug, Default)]
pub struct Followed {
    /// The paged reads that the questions needed, such as `ec2:DescribeVpcs`.
    pub asked: BTreeSet<String>,
    /// Reads that are in neither table.
    pub unknown: BTreeSet<String>,
    /// The questions whose answers differ with pages, and the read that causes it.
    pub broken: BTreeSet<String>,
}

/// Asks everything about one kind, without pages and with them.
pub async fn follow(fixture: &Fixture) -> Followed {
    let mut result = Followed::default();
    let full = (1.min(fixture.samples.len() - 1), Answers::new());
    for (index, answers) in std::iter::once(&full).chain(&fixture.described) {
        let spec = &fixture.samples[*index];
        let mut all = fixture.answers.clone();
        all.extend(answers.clone());
        let table = all.clone();
        let clouds = Clouds {
            whole: Cloud::of(Capture::new(all).lenient()),
            pages: Cloud::of(paging(move |request| {
                table.get(&request.operation).cloned()
            })),
        };
        let mut asked = questions(fixture, spec);
        if *index == full.0 {
            asked.extend(changes(fixture, spec));
        }
        for (name, question) in asked {
            clouds
                .compare(&mut result, (fixture.kind(), name), &question)
                .await;
        }
    }
    result
}

/// AWS with one way of answering.
struct Cloud {
    capture: Capture,
    provider: AwsProvider,
}

impl Cloud {
    fn of(capture: Capture) -> Self {
        let provider = capture.provider();
        Self { capture, provider }
    }
}

/// AWS without pages and AWS with pages.
struct Clouds {
    whole: Cloud,
    pages: Cloud,
}

impl Clouds {
    async fn compare(
        &self,
        result: &mut Followed,
        (kind, name): (&str, &str),
        question: &Question,
    ) {
        let expected = question.ask(&self.whole.provider).await;
        let answer = question.ask(&self.pages.provider).await;
        let mut reads = reads(&self.pages.capture.take());
        result.asked.append(&mut reads.asked);
        result.unknown.append(&mut reads.unknown);
        if name == OBSERVE_MANY {
            let left_off = |read: &String| LEFT_OFF.contains(&read.as_str());
            reads.unfollowed.retain(|read| !left_off(read));
        }
        for read in &reads.unfollowed {
            let line = format!("{kind}: {name}: {read} ends with an empty first page");
            result.broken.insert(line);
        }
        if answer != expected && reads.unfollowed.is_empty() {
            let line = format!("{kind}: {name}: {expected}\n    in pages: {answer}");
            result.broken.insert(line);
        }
    }
}

fn questions(fixture: &Fixture, spec: &Value) -> Vec<(&'static str, Question)> {
    let imported = target(fixture, spec);
    let ours = Target {
        imported: false,
        ..imported.clone()
    };
    let copy = |at| Target {
        physical_id: format!("{}{at}", ours.physical_id),
        ..ours.clone()
    };
    let many = std::iter::once(ours.clone()).chain((1..MANY).map(copy));
    let poll = |until| {
        Question::Poll(PollQuestion {
            target: ours.clone(),
            until,
        })
    };
    vec![
        ("observe", Question::Observe(vec![ours.clone()])),
        (
            "observe what is imported",
            Question::Observe(vec![imported]),
        ),
        (OBSERVE_MANY, Question::Observe(many.collect())),
        ("poll until ready", poll(Until::Reaches(Wait::Ready))),
        ("poll until stable", poll(Until::Reaches(Wait::Stable))),
        ("poll until gone", poll(Until::Gone)),
        ("find", Question::Find(Box::new(creation(&ours)))),
        ("create", Question::Create(ours.clone())),
        ("delete", Question::Delete(ours.clone())),
    ]
}

/// Changes of a sample to every other sample, and back.
fn changes(fixture: &Fixture, spec: &Value) -> Vec<(&'static str, Question)> {
    let pairs = fixture.samples.iter().flat_map(|other| {
        let there = Question::Update(target(fixture, spec), other.clone());
        let back = Question::Update(target(fixture, other), spec.clone());
        [("update", there), ("update", back)]
    });
    pairs.collect()
}

/// The intent of the call that made the resource. The fixtures' answers carry its tag.
fn intent() -> IntentId {
    IntentId("0".to_owned())
}

/// A create of a target, whose answer was lost.
pub fn creation(target: &Target) -> Intent {
    Intent {
        sequence: 0,
        run: RunId("0".repeat(16)),
        id: intent(),
        address: target.address.clone(),
        generation: 0,
        kind: target.kind.clone(),
        action: Action::Create,
        attempt: 0,
        place: target.place.clone(),
        physical_id: None,
        template: target.applied.clone(),
        spec: target.applied.clone(),
        depends_on: Vec::new(),
        options: Options::default(),
        at: Timestamp::UNIX_EPOCH,
        aws_time: None,
        request: None,
    }
}

impl Question {
    /// The answer, or the error, as one text.
    async fn ask(&self, provider: &AwsProvider) -> String {
        match self {
            Self::Observe(targets) => format!("{:?}", provider.observe(targets).await),
            Self::Poll(question) => {
                let questions = std::slice::from_ref(question);
                format!("{:?}", provider.poll(questions).await)
            }
            Self::Find(intent) => format!("{:?}", provider.find(intent).await),
            Self::Create(target) => {
                let request = CreateRequest {
                    address: &target.address,
                    kind: &target.kind,
                    place: &target.place,
                    intent: &intent(),
                    owner: &owner(),
                    template: &unauthored(),
                    spec: &target.applied,
                };
                format!("{:?}", provider.create(&request).await)
            }
            Self::Update(target, to) => {
                let properties = in_place(target, to);
                let request = UpdateRequest {
                    target,
                    intent: &intent(),
                    owner: &owner(),
                    spec: &CanonicalJson::of(&resolved(to)),
                    properties: &properties,
                    partners: &[],
                };
                format!("{:?}", provider.update(&request).await)
            }
            Self::Delete(target) => format!("{:?}", provider.delete(target).await),
        }
    }
}

/// The properties that an update may have to send.
fn in_place(target: &Target, to: &Value) -> Vec<String> {
    let schema = windlass::aws::schema(&target.kind).expect("a kind of the catalogue");
    let from = target.applied.to_value();
    let both = [&from, to].map(|spec| leaves(schema.fields, spec));
    let changing = both.iter().flatten().filter(|leaf| leaf.in_place);
    let names: BTreeSet<_> = changing.map(|leaf| leaf.property.to_owned()).collect();
    names.into_iter().collect()
}
