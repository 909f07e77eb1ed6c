//! Managed policies and instance profiles: Windlass reads the account's lists.

use serde_json::json;
use windlass_engine::provider::Target;
use windlass_plan::observation::Observation;
use windlass_tests::wire::capture::Captured;

use super::{GONE, MANY, agree, owned, target, together};

fn policy_arn(at: usize) -> String {
    format!("arn:aws:iam::123456789012:policy/policy-{at}")
}

/// The part that GetPolicy and the list return.
fn policy(at: usize) -> String {
    let arn = policy_arn(at);
    format!(
        "<PolicyName>policy-{at}</PolicyName><PolicyId>ANPA{at}</PolicyId><Arn>{arn}</Arn><Path>/</Path><Description>number {at}</Description>
         <DefaultVersionId>v2</DefaultVersionId>"
    )
}

fn document(at: usize) -> String {
    format!("%7B%22Id%22%3A%22{at}%22%7D")
}

/// Both versions. The second one is the default.
fn versions(at: usize) -> String {
    let version = |id: &str, document: &str, is_default: bool| {
        format!(
            "<member><VersionId>{id}</VersionId><Document>{document}</Document><IsDefaultVersion>{is_default}</IsDefaultVersion></member>"
        )
    };
    version("v1", "%7B%7D", false) + &version("v2", &document(at), true)
}

fn profile(at: usize) -> String {
    format!(
        "<InstanceProfileName>profile-{at}</InstanceProfileName><InstanceProfileId>AIPA{at}</InstanceProfileId><Path>/</Path>
         <Arn>arn:aws:iam::123456789012:instance-profile/profile-{at}</Arn><CreateDate>2030-01-01T00:00:00Z</CreateDate>
         <Roles><member><Path>/</Path><RoleName>role-{at}</RoleName><RoleId>AROA{at}</RoleId>
         <Arn>arn:aws:iam::123456789012:role/role-{at}</Arn><CreateDate>2030-01-01T00:00:00Z</CreateDate></member></Roles>"
    )
}

/// IAM. Each list has two pages, with resources of another owner among ours.
fn iam(request: &Captured) -> Option<(u16, String)> {
    let says = |value: String| {
        let mut lines = request.body.lines();
        lines.any(|line| line.trim_end_matches('&').ends_with(&value))
    };
    let at = (0..MANY).find(|at| says(format!("policy-{at}")) || says(format!("profile-{at}")));
    if at == Some(GONE) {
        let error = "<ErrorResponse><Error><Code>NoSuchEntity</Code><Message>gone</Message></Error></ErrorResponse>";
        return Some((404, error.to_owned()));
    }
    let page = |list: &str, member: fn(usize) -> String| {
        let second = request.body.contains("Marker=more");
        let shown = if second { [2, 3, 78] } else { [0, 1, 77] };
        let members = shown.map(|at| format!("<member>{}</member>", member(at)));
        let marker = if second { "" } else { "<Marker>more</Marker>" };
        let (members, truncated) = (members.concat(), !second);
        format!("<{list}>{members}</{list}><IsTruncated>{truncated}</IsTruncated>{marker}")
    };
    let result = match (request.operation.as_str(), at) {
        ("GetPolicy", Some(at)) => format!("<Policy>{}</Policy>", policy(at)),
        ("GetPolicyVersion", Some(at)) => {
            assert!(request.body.contains("VersionId=v2"), "{request:?}");
            let document = document(at);
            format!("<PolicyVersion><Document>{document}</Document></PolicyVersion>")
        }
        ("GetAccountAuthorizationDetails", _) => {
            let filter = "Filter.member.1=LocalManagedPolicy";
            assert!(request.body.contains(filter), "{request:?}");
            page("Policies", |at| {
                let versions = versions(at);
                format!(
                    "{}<PolicyVersionList>{versions}</PolicyVersionList>",
                    policy(at)
                )
            })
        }
        ("GetInstanceProfile", Some(at)) => {
            format!("<InstanceProfile>{}</InstanceProfile>", profile(at))
        }
        ("ListInstanceProfiles", _) => page("InstanceProfiles", profile),
        _ => return None,
    };
    let operation = &request.operation;
    Some((
        200,
        format!(
            "<{operation}Response><{operation}Result>{result}</{operation}Result></{operation}Response>"
        ),
    ))
}

#[tokio::test]
async fn many_policies_are_read_by_a_list() {
    let policy = |at| {
        let applied = json!({"ManagedPolicyName": format!("policy-{at}"), "PolicyDocument": {}});
        target("AWS::IAM::ManagedPolicy", policy_arn(at), &applied)
    };
    let targets: Vec<Target> = (0..MANY).map(policy).collect();
    let (all, _) = together(iam, &targets).await;
    let Observation::Present { properties, .. } = &all[3] else {
        panic!("{all:?}");
    };
    assert_eq!(
        *properties,
        json!({
            "ManagedPolicyName": "policy-3", "Path": "/", "Description": "number 3", "PolicyDocument": {"Id": "3"},
        })
    );
    assert_eq!(
        agree(iam, &targets).await,
        owned(&[
            ("GetAccountAuthorizationDetails", 2),
            ("GetPolicy", 2),
            ("GetPolicyVersion", 1),
        ])
    );
}

#[tokio::test]
async fn many_instance_profiles_are_read_by_a_list() {
    let profile = |at| {
        let applied = json!({"Roles": [format!("role-{at}")]});
        target(
            "AWS::IAM::InstanceProfile",
            format!("profile-{at}"),
            &applied,
        )
    };
    let targets: Vec<Target> = (0..MANY).map(profile).collect();
    assert_eq!(
        agree(iam, &targets).await,
        owned(&[("GetInstanceProfile", 2), ("ListInstanceProfiles", 2)])
    );
}
