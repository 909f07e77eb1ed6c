//! Kinds that are read by a list once there are many of them: the list, over all its pages, must give what the calls for one give, and what it
//! does not show is asked about by itself. Through the real SDK, with a client that captures.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use windlass::address::Address;
use windlass::canonical::CanonicalJson;
use windlass_engine::provider::{Outputs, Provider, Target};
use windlass_plan::observation::Observation;
use windlass_tests::wire::capture::{Capture, Captured};

/// More than any kind reads one by one.
const MANY: usize = 6;

/// The one that the lists do not show, though it exists.
const LATE: usize = 4;

/// The one that does not exist.
const GONE: usize = 5;

fn target(kind: &str, id: String, applied: &Value) -> Target {
    Target {
        address: Address::parse("subject").expect("an address"),
        generation: 0,
        kind: kind.to_owned(),
        place: Capture::place(),
        physical_id: id,
        applied: CanonicalJson::of(applied),
        outputs: Outputs::new(),
    }
}

/// What is observed of each when all are read together, and the calls that it took.
async fn together(
    rule: fn(&Captured) -> Option<(u16, String)>,
    targets: &[Target],
) -> (Vec<Observation>, Vec<Captured>) {
    let capture = Capture::answering(rule);
    let observed = capture.provider().observe(targets).await;
    let observed = observed
        .into_iter()
        .map(|observed| observed.expect("every call is answered"))
        .collect();
    (observed, capture.take())
}

/// Compares the reading of all with the reading of each by itself; gives how often each operation was called for all.
async fn agree(
    rule: fn(&Captured) -> Option<(u16, String)>,
    targets: &[Target],
) -> Vec<(String, usize)> {
    let (all, calls) = together(rule, targets).await;
    for (at, target) in targets.iter().enumerate() {
        let (alone, _) = together(rule, std::slice::from_ref(target)).await;
        assert_eq!(all[at], alone[0], "{}", target.physical_id);
        assert_eq!(all[at] == Observation::Missing, at == GONE);
    }
    let operations: BTreeSet<&String> = calls.iter().map(|call| &call.operation).collect();
    let count = |of: &String| calls.iter().filter(|call| call.operation == *of).count();
    operations
        .into_iter()
        .map(|operation| (operation.clone(), count(operation)))
        .collect()
}

fn owned(counts: &[(&str, usize)]) -> Vec<(String, usize)> {
    counts
        .iter()
        .map(|(operation, count)| ((*operation).to_owned(), *count))
        .collect()
}

const TRUST: &str = "%7B%22Version%22%3A%222012-10-17%22%7D";

/// What GetRole and both lists say about a role.
fn role(at: usize) -> String {
    format!(
        "<RoleName>role-{at}</RoleName><RoleId>AROA{at}</RoleId><Arn>arn:aws:iam::123456789012:role/role-{at}</Arn><Path>/</Path>
         <CreateDate>2030-01-01T00:00:00Z</CreateDate><AssumeRolePolicyDocument>{TRUST}</AssumeRolePolicyDocument>"
    )
}

/// What GetRole and GetAccountAuthorizationDetails say.
fn tags_of(at: usize) -> String {
    format!(
        "<Tags><member><Key>number</Key><Value>{at}</Value></member></Tags>
         <PermissionsBoundary><PermissionsBoundaryArn>arn:aws:iam::aws:policy/Boundary{at}</PermissionsBoundaryArn></PermissionsBoundary>"
    )
}

/// What GetRole and ListRoles say.
fn described(at: usize) -> String {
    format!(
        "<Description>number {at}</Description><MaxSessionDuration>{}</MaxSessionDuration>",
        3600 + at
    )
}

fn attached(at: usize) -> String {
    let arn = format!("arn:aws:iam::aws:policy/Policy{at}");
    format!("<member><PolicyName>Policy{at}</PolicyName><PolicyArn>{arn}</PolicyArn></member>")
}

fn inline(at: usize) -> String {
    format!(
        "<PolicyName>own</PolicyName><PolicyDocument>%7B%22Id%22%3A%22{at}%22%7D</PolicyDocument>"
    )
}

/// IAM. The lists have two pages each, with somebody else's role among ours.
fn iam(request: &Captured) -> Option<(u16, String)> {
    let at = (0..MANY).find(|at| {
        request
            .body
            .lines()
            .any(|line| line.trim_end_matches('&') == format!("RoleName=role-{at}"))
    });
    let wrapped = |result: &str| {
        let operation = &request.operation;
        let body = format!(
            "<{operation}Response><{operation}Result>{result}</{operation}Result></{operation}Response>"
        );
        Some((200, body))
    };
    if at == Some(GONE) {
        let error = "<ErrorResponse><Error><Code>NoSuchEntity</Code><Message>gone</Message></Error></ErrorResponse>";
        return Some((404, error.to_owned()));
    }
    let page = |list: &str, members: [String; 2]| {
        let [first, second] = members;
        if request.body.contains("Marker=more") {
            wrapped(&format!(
                "<{list}>{second}</{list}><IsTruncated>false</IsTruncated>"
            ))
        } else {
            wrapped(&format!(
                "<{list}>{first}</{list}><IsTruncated>true</IsTruncated><Marker>more</Marker>"
            ))
        }
    };
    let members = |member: fn(usize) -> String| {
        [[0, 1, 77], [2, 3, 78]].map(|page| {
            page.map(|at| format!("<member>{}</member>", member(at)))
                .concat()
        })
    };
    match (request.operation.as_str(), at) {
        ("GetRole", Some(at)) => wrapped(&format!(
            "<Role>{}{}{}</Role>",
            role(at),
            tags_of(at),
            described(at)
        )),
        ("ListAttachedRolePolicies", Some(at)) => wrapped(&format!(
            "<AttachedPolicies>{}</AttachedPolicies><IsTruncated>false</IsTruncated>",
            attached(at)
        )),
        ("GetRolePolicy", Some(at)) => {
            wrapped(&format!("<RoleName>role-{at}</RoleName>{}", inline(at)))
        }
        ("ListRoles", _) => page("Roles", members(|at| role(at) + &described(at))),
        ("GetAccountAuthorizationDetails", _) => {
            assert!(request.body.contains("Filter.member.1=Role"), "{request:?}");
            page(
                "RoleDetailList",
                members(|at| {
                    format!(
                        "{}{}<AttachedManagedPolicies>{}</AttachedManagedPolicies>
                         <RolePolicyList><member>{}</member></RolePolicyList>",
                        role(at),
                        tags_of(at),
                        attached(at),
                        inline(at)
                    )
                }),
            )
        }
        _ => None,
    }
}

#[tokio::test]
async fn many_roles_are_read_by_two_lists() {
    let targets: Vec<Target> = (0..MANY)
        .map(|at| {
            let applied = json!({
                "RoleName": format!("role-{at}"), "AssumeRolePolicyDocument": {},
                "ManagedPolicyArns": [format!("arn:aws:iam::aws:policy/Policy{at}")],
                "Policies": [{"PolicyName": "own", "PolicyDocument": {}}],
            });
            target("AWS::IAM::Role", format!("role-{at}"), &applied)
        })
        .collect();
    let (all, _) = together(iam, &targets).await;
    let Observation::Present { properties, .. } = &all[3] else {
        panic!("{all:?}");
    };
    assert_eq!(
        *properties,
        json!({
            "RoleName": "role-3", "Path": "/", "AssumeRolePolicyDocument": {"Version": "2012-10-17"},
            "Description": "number 3", "MaxSessionDuration": 3603, "PermissionsBoundary": "arn:aws:iam::aws:policy/Boundary3",
            "ManagedPolicyArns": ["arn:aws:iam::aws:policy/Policy3"],
            "Policies": [{"PolicyName": "own", "PolicyDocument": {"Id": "3"}}],
            "Tags": [{"Key": "number", "Value": "3"}],
        })
    );
    assert_eq!(
        agree(iam, &targets).await,
        owned(&[
            ("GetAccountAuthorizationDetails", 2),
            ("GetRole", 2),
            ("GetRolePolicy", 2),
            ("ListAttachedRolePolicies", 2),
            ("ListRoles", 2),
        ])
    );
}

fn arn(at: usize) -> String {
    format!("arn:aws:secretsmanager:us-east-1:123456789012:secret:db-{at}-0a1B2c")
}

fn secret(at: usize) -> Value {
    json!({
        "ARN": arn(at), "Name": format!("db-{at}"), "Description": format!("number {at}"), "KmsKeyId": "alias/shop", "Type": "partner",
        "Tags": [{"Key": "number", "Value": at.to_string()}, {"Key": "windlass:intent", "Value": "0"}],
    })
}

/// Secrets Manager. The list has two pages, with another stack's secret among ours; the one that is gone waits for its deletion.
fn secrets_manager(request: &Captured) -> Option<(u16, String)> {
    let body: Value = serde_json::from_str(&request.body).expect("JSON");
    let answer = match request.operation.as_str() {
        "DescribeSecret" => {
            let at = (0..MANY).find(|at| body["SecretId"] == arn(*at))?;
            let mut secret = secret(at);
            if at == GONE {
                secret["DeletedDate"] = json!(1_893_456_000);
            }
            secret
        }
        "ListSecrets" if body.get("NextToken").is_none() => {
            assert_eq!(
                body["Filters"],
                json!([{"Key": "tag-key", "Values": ["windlass:intent"]}])
            );
            json!({"SecretList": [secret(0), secret(1), secret(77)], "NextToken": "more"})
        }
        "ListSecrets" => json!({"SecretList": [secret(2), secret(3)]}),
        _ => return None,
    };
    Some((200, answer.to_string()))
}

#[tokio::test]
async fn many_secrets_are_read_by_a_list() {
    let targets: Vec<Target> = (0..MANY)
        .map(|at| {
            let applied = json!({"Name": format!("db-{at}")});
            target("AWS::SecretsManager::Secret", arn(at), &applied)
        })
        .collect();
    let (all, _) = together(secrets_manager, &targets).await;
    let Observation::Present { properties, .. } = &all[LATE] else {
        panic!("{all:?}");
    };
    assert_eq!(
        *properties,
        json!({
            "Name": "db-4", "Description": "number 4", "KmsKeyId": "alias/shop", "Type": "partner",
            "Tags": [{"Key": "number", "Value": "4"}],
        })
    );
    assert_eq!(
        agree(secrets_manager, &targets).await,
        owned(&[("DescribeSecret", 2), ("ListSecrets", 2)])
    );
}
