//! Roles: Windlass reads the account's authorization details, and the list of all roles for what the details lack.

use serde_json::json;
use windlass_engine::provider::Target;
use windlass_plan::observation::Observation;
use windlass_tests::wire::capture::Captured;

use super::{GONE, MANY, agree, owned, target, together};

const TRUST: &str = "%7B%22Version%22%3A%222012-10-17%22%7D";

/// The part of a role that GetRole and both lists return.
fn role(at: usize) -> String {
    format!(
        "<RoleName>role-{at}</RoleName><RoleId>AROA{at}</RoleId><Arn>arn:aws:iam::123456789012:role/role-{at}</Arn><Path>/</Path>
         <CreateDate>2030-01-01T00:00:00Z</CreateDate><AssumeRolePolicyDocument>{TRUST}</AssumeRolePolicyDocument>"
    )
}

/// The part that GetRole and GetAccountAuthorizationDetails return.
fn tags_of(at: usize) -> String {
    format!(
        "<Tags><member><Key>number</Key><Value>{at}</Value></member></Tags>
         <PermissionsBoundary><PermissionsBoundaryArn>arn:aws:iam::aws:policy/Boundary{at}</PermissionsBoundaryArn></PermissionsBoundary>"
    )
}

/// The part that GetRole and ListRoles return.
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

/// IAM. Each list has two pages, with a role of another owner among ours.
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

/// All roles. The program gives the first `described` of them a description.
fn targets(described: usize) -> Vec<Target> {
    let target = |at| {
        let mut applied = json!({
            "RoleName": format!("role-{at}"), "AssumeRolePolicyDocument": {},
            "ManagedPolicyArns": [format!("arn:aws:iam::aws:policy/Policy{at}")],
            "Policies": [{"PolicyName": "own", "PolicyDocument": {}}],
        });
        if at < described {
            applied["Description"] = format!("number {at}").into();
        }
        target("AWS::IAM::Role", format!("role-{at}"), &applied)
    };
    (0..MANY).map(target).collect()
}

#[tokio::test]
async fn many_roles_are_read_by_two_lists() {
    let targets = targets(MANY);
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

#[tokio::test]
async fn what_the_details_of_roles_lack_is_asked_for_only_where_it_is_written() {
    let lists = [
        ("GetAccountAuthorizationDetails", 2),
        // The two that the list does not show, and those with a description.
        ("GetRole", 2),
        ("GetRolePolicy", 2),
        ("ListAttachedRolePolicies", 2),
    ];
    assert_eq!(agree(iam, &targets(0)).await, owned(&lists));
    let mut two_more = lists;
    two_more[1].1 += 2;
    assert_eq!(agree(iam, &targets(2)).await, owned(&two_more));
}
