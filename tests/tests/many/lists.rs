//! Resources that AWS describes by id, and for which it refuses the whole call if one of them is gone. Windlass reads a list first, and asks by id
//! for what the list does not show.

use serde_json::{Value, json};
use windlass_engine::provider::Target;
use windlass_plan::observation::Observation;
use windlass_tests::wire::capture::Captured;

use super::{GONE, LATE, MANY, agree, names, owned, target, together};

const HERE: &str = "arn:aws:elasticloadbalancing:us-east-1:123456789012";

/// More ARNs than one call takes.
const GROUPS: usize = 25;

fn group(at: usize) -> String {
    format!("{HERE}:targetgroup/api-{at}/0a1")
}

fn balancer(at: usize) -> String {
    format!("{HERE}:loadbalancer/app/front-{at}/0a1")
}

fn template(at: usize) -> String {
    format!("lt-0a{at}")
}

/// One answer with these members.
fn answer(operation: &str, list: &str, members: &str) -> Option<(u16, String)> {
    let result = format!("<{operation}Result><{list}>{members}</{list}></{operation}Result>");
    Some((
        200,
        format!("<{operation}Response>{result}</{operation}Response>"),
    ))
}

/// An answer of Elastic Load Balancing. Lists show all but the late one and the deleted one, and AWS refuses a call that names the deleted one.
fn balancing(
    request: &Captured,
    list: &str,
    arn: fn(usize) -> String,
    member: impl Fn(&str) -> String,
) -> Option<(u16, String)> {
    let asked: Vec<usize> = (0..MANY).filter(|at| names(request, &arn(*at))).collect();
    if asked.contains(&GONE) {
        let error = "<Code>TargetGroupNotFound</Code><Message>One or more not found</Message>";
        let error = error.replace("TargetGroup", list.trim_end_matches('s'));
        return Some((
            400,
            format!("<ErrorResponse><Error>{error}</Error></ErrorResponse>"),
        ));
    }
    let listed = (0..MANY).filter(|at| ![LATE, GONE].contains(at));
    let shown = if asked.is_empty() {
        listed.collect()
    } else {
        asked
    };
    let members: String = shown.into_iter().map(|at| member(&arn(at))).collect();
    answer(&request.operation, list, &members)
}

fn groups(request: &Captured) -> Option<(u16, String)> {
    let member = |arn: &str| format!("<member><TargetGroupArn>{arn}</TargetGroupArn></member>");
    match request.operation.as_str() {
        "DescribeTargetGroups" => balancing(request, "TargetGroups", group, member),
        "GetResources" => {
            let body: Value = serde_json::from_str(&request.body).expect("JSON");
            let asked = body["ResourceARNList"].as_array().expect("ARNs");
            let shown = (0..MANY).filter(|at| *at != GONE && asked.contains(&json!(group(*at))));
            let shown = shown.map(|at| {
                let tags = if at == LATE { json!([]) } else { tags(at) };
                json!({"ResourceARN": group(at), "Tags": tags})
            });
            let shown: Vec<Value> = shown.collect();
            let answer = json!({"PaginationToken": "", "ResourceTagMappingList": shown});
            Some((200, answer.to_string()))
        }
        "DescribeTags" => balancing(request, "TargetGroups", group, |arn| {
            let tag = format!("<member><Key>of</Key><Value>{arn}</Value></member>");
            format!("<member><ResourceArn>{arn}</ResourceArn><Tags>{tag}</Tags></member>")
        })
        .map(|(status, text)| (status, text.replace("TargetGroups>", "TagDescriptions>"))),
        _ => None,
    }
}

fn tags(at: usize) -> Value {
    json!([{"Key": "of", "Value": group(at)}])
}

fn target_group(at: usize, applied: &Value) -> Target {
    let kind = "AWS::ElasticLoadBalancingV2::TargetGroup";
    target(kind, group(at), applied)
}

#[tokio::test]
async fn a_target_group_that_is_gone_is_asked_about_alone() {
    let targets: Vec<Target> = (0..MANY)
        .map(|at| target_group(at, &json!({"TargetType": "ip"})))
        .collect();
    // The calls: the list, the two that it does not show, and each of those two alone, because the answer does not say which one is gone.
    assert_eq!(
        agree(groups, &targets).await,
        owned(&[("DescribeTargetGroups", 4)])
    );
    let without_late: Vec<Target> = targets
        .into_iter()
        .filter(|of| of.physical_id != group(LATE))
        .collect();
    let (_, calls) = together(groups, &without_late).await;
    let by_arn = calls
        .iter()
        .filter(|call| call.body.contains("targetgroup"));
    let by_arn: Vec<&Captured> = by_arn.collect();
    assert_eq!((calls.len(), by_arn.len()), (2, 1), "{calls:?}");
    assert!(
        (0..GONE).all(|at| !names(by_arn[0], &group(at))),
        "{calls:?}"
    );
}

#[tokio::test]
async fn tags_of_what_is_gone_are_asked_for_apart() {
    let target = |at| target_group(at, &json!({"TargetType": "ip", "Tags": tags(at)}));
    let targets: Vec<Target> = (0..MANY).map(target).collect();
    let (all, _) = together(groups, &targets).await;
    for (at, observed) in all.iter().enumerate().filter(|(at, _)| *at != GONE) {
        let Observation::Present { properties, .. } = observed else {
            panic!("{at}: {observed:?}");
        };
        assert_eq!(properties["Tags"], tags(at));
    }
    // One resource whose tags differ in the tagging API, and one that it does not show.
    assert_eq!(
        agree(groups, &targets).await,
        owned(&[
            ("DescribeTags", 2),
            ("DescribeTargetGroups", 4),
            ("GetResources", 1)
        ])
    );
}

/// Which of `count` resources the request names, and its page token.
fn asked(request: &Captured, count: usize, arn: fn(usize) -> String) -> (Vec<usize>, Option<&str>) {
    let mut pairs = request.body.lines().filter_map(|line| line.split_once('='));
    let token = pairs.find(|(name, _)| ["Marker", "NextToken"].contains(name));
    let token = token.map(|(_, token)| token.trim_end_matches('&'));
    (
        (0..count).filter(|at| names(request, &arn(*at))).collect(),
        token,
    )
}

/// An account with more target groups than one page shows: ours are on a later page.
fn crowd(request: &Captured) -> Option<(u16, String)> {
    let member = |at| {
        format!(
            "<member><TargetGroupArn>{}</TargetGroupArn></member>",
            group(at)
        )
    };
    let (ours, token) = asked(request, GROUPS, group);
    if ours.is_empty() {
        assert_eq!(token, None, "the first page was in vain");
        return paged(
            "DescribeTargetGroups",
            "TargetGroups",
            &member(GROUPS),
            true,
        );
    }
    assert!(ours.len() <= 20, "{request:?}");
    let members: String = ours.into_iter().map(member).collect();
    answer("DescribeTargetGroups", "TargetGroups", &members)
}

#[tokio::test]
async fn a_list_of_others_is_left_off() {
    let applied = json!({"TargetType": "ip"});
    let targets: Vec<Target> = (0..GROUPS).map(|at| target_group(at, &applied)).collect();
    let (all, calls) = together(crowd, &targets).await;
    assert!(all.iter().all(|observed| *observed != Observation::Missing));
    assert_eq!(calls.len(), 1 + 2, "{calls:?}");
}

/// A page of Elastic Load Balancing, with or without a next page.
fn paged(operation: &str, list: &str, members: &str, more: bool) -> Option<(u16, String)> {
    let next = if more {
        "<NextMarker>second</NextMarker>"
    } else {
        ""
    };
    let result = format!("<{operation}Result><{list}>{members}</{list}>{next}</{operation}Result>");
    Some((
        200,
        format!("<{operation}Response>{result}</{operation}Response>"),
    ))
}

/// All but the last three. With the token of the second page, the last three.
fn page_of(count: usize, token: Option<&str>) -> std::ops::Range<usize> {
    match token {
        None => 0..count - 3,
        Some("second") => count - 3..count,
        Some(other) => panic!("`{other}` is no token"),
    }
}

fn balancing_in_pages(request: &Captured) -> Option<(u16, String)> {
    let (list, tag, arn): (_, _, fn(usize) -> String) = match request.operation.as_str() {
        "DescribeTargetGroups" => ("TargetGroups", "TargetGroupArn", group),
        "DescribeLoadBalancers" => ("LoadBalancers", "LoadBalancerArn", balancer),
        _ => return None,
    };
    let (ours, token) = asked(request, GROUPS, arn);
    assert!(ours.is_empty(), "the list shows all: {request:?}");
    let page = page_of(GROUPS, token);
    let members: String = page
        .map(|at| format!("<member><{tag}>{}</{tag}></member>", arn(at)))
        .collect();
    paged(&request.operation, list, &members, token.is_none())
}

#[tokio::test]
async fn load_balancers_and_target_groups_are_listed_over_all_pages() {
    let groups = (0..GROUPS).map(|at| target_group(at, &json!({"TargetType": "ip"})));
    let balancers = (0..GROUPS).map(load_balancer);
    let targets: Vec<Target> = groups.chain(balancers).collect();
    let (all, calls) = together(balancing_in_pages, &targets).await;
    assert!(all.iter().all(|observed| *observed != Observation::Missing));
    assert_eq!(calls.len(), 2 + 2, "{calls:?}");
}

/// More than one page of the largest size shows.
const TEMPLATES: usize = 210;

fn templates_in_pages(request: &Captured) -> Option<(u16, String)> {
    let list = match request.operation.as_str() {
        "DescribeLaunchTemplates" => "launchTemplates",
        "DescribeLaunchTemplateVersions" => "launchTemplateVersionSet",
        _ => return None,
    };
    let (ours, token) = asked(request, TEMPLATES, template);
    assert!(ours.is_empty(), "the list shows all: {request:?}");
    let page = page_of(TEMPLATES, token);
    let members: String = page
        .map(|at| {
            format!(
                "<item><launchTemplateId>{}</launchTemplateId></item>",
                template(at)
            )
        })
        .collect();
    let next = if token.is_none() {
        "<nextToken>second</nextToken>"
    } else {
        ""
    };
    let operation = &request.operation;
    Some((
        200,
        format!("<{operation}Response><{list}>{members}</{list}>{next}</{operation}Response>"),
    ))
}

#[tokio::test]
async fn launch_templates_and_their_versions_are_listed_over_all_pages() {
    let targets: Vec<Target> = (0..TEMPLATES).map(launch_template).collect();
    let (all, calls) = together(templates_in_pages, &targets).await;
    assert!(all.iter().all(|observed| *observed != Observation::Missing));
    assert_eq!(calls.len(), 2 + 2, "{calls:?}");
}

fn load_balancer(at: usize) -> Target {
    let applied = json!({"Type": "application", "Subnets": ["subnet-0a1"]});
    target(
        "AWS::ElasticLoadBalancingV2::LoadBalancer",
        balancer(at),
        &applied,
    )
}

fn launch_template(at: usize) -> Target {
    let applied = json!({"LaunchTemplateData": {}});
    target("AWS::EC2::LaunchTemplate", template(at), &applied)
}

fn balancers(request: &Captured) -> Option<(u16, String)> {
    assert_eq!(request.operation, "DescribeLoadBalancers");
    balancing(request, "LoadBalancers", balancer, |arn| {
        format!("<member><LoadBalancerArn>{arn}</LoadBalancerArn></member>")
    })
}

#[tokio::test]
async fn a_load_balancer_that_is_gone_is_asked_about_alone() {
    let targets: Vec<Target> = (0..MANY).map(load_balancer).collect();
    assert_eq!(
        agree(balancers, &targets).await,
        owned(&[("DescribeLoadBalancers", 4)])
    );
}

/// EC2 names the deleted template.
fn templates(request: &Captured) -> Option<(u16, String)> {
    let asked: Vec<usize> = (0..MANY)
        .filter(|at| names(request, &template(*at)))
        .collect();
    if asked.contains(&GONE) {
        let gone = template(GONE);
        let error =
            format!("<Code>InvalidLaunchTemplateId.NotFound</Code><Message>{gone}</Message>");
        return Some((
            400,
            format!("<Response><Errors><Error>{error}</Error></Errors></Response>"),
        ));
    }
    let (list, operation) = match request.operation.as_str() {
        "DescribeLaunchTemplates" => ("launchTemplates", &request.operation),
        "DescribeLaunchTemplateVersions" => ("launchTemplateVersionSet", &request.operation),
        _ => return None,
    };
    let listed = (0..MANY).filter(|at| ![LATE, GONE].contains(at));
    let shown = if asked.is_empty() {
        listed.collect()
    } else {
        asked
    };
    let member = |at| {
        let id = template(at);
        format!(
            "<item><launchTemplateId>{id}</launchTemplateId><versionDescription>{at}</versionDescription></item>"
        )
    };
    let members: String = shown.into_iter().map(member).collect();
    Some((
        200,
        format!("<{operation}Response><{list}>{members}</{list}></{operation}Response>"),
    ))
}

#[tokio::test]
async fn a_launch_template_that_is_gone_is_asked_about_alone() {
    let targets: Vec<Target> = (0..MANY).map(launch_template).collect();
    // Versions: the list, and the two that it does not show. Templates: the list, these two, and then the late one alone, without the one that the
    // refusal names.
    assert_eq!(
        agree(templates, &targets).await,
        owned(&[
            ("DescribeLaunchTemplateVersions", 3),
            ("DescribeLaunchTemplates", 3)
        ])
    );
    let (all, _) = together(templates, &targets).await;
    for (at, observed) in all.iter().enumerate().filter(|(at, _)| *at != GONE) {
        let Observation::Present { properties, .. } = observed else {
            panic!("{at}: {observed:?}");
        };
        assert_eq!(properties["VersionDescription"], json!(at.to_string()));
    }
}
