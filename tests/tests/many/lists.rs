//! Things that AWS describes by id only, refusing the whole question where one of them is gone: a list shows them first, and what it does not
//! show is asked for by id.

use serde_json::{Value, json};
use windlass_engine::provider::Target;
use windlass_plan::observation::Observation;
use windlass_tests::wire::capture::Captured;

use super::{GONE, LATE, MANY, agree, names, owned, target, together};

const HERE: &str = "arn:aws:elasticloadbalancing:us-east-1:123456789012";

/// More than one call takes ARNs.
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

/// One answer about these.
fn answer(operation: &str, list: &str, members: &str) -> Option<(u16, String)> {
    let result = format!("<{operation}Result><{list}>{members}</{list}></{operation}Result>");
    Some((
        200,
        format!("<{operation}Response>{result}</{operation}Response>"),
    ))
}

/// An answer of Elastic Load Balancing: lists show all but the late one and the one that is gone, and a question that names the latter is refused.
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
    // The list, the two that it does not show, and each of them, since the answer does not say which is gone.
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
async fn tags_of_what_is_gone_are_asked_for_alone() {
    let target = |at| target_group(at, &json!({"TargetType": "ip", "Tags": tags(at)}));
    let targets: Vec<Target> = (0..MANY).map(target).collect();
    let (all, _) = together(groups, &targets).await;
    for (at, observed) in all.iter().enumerate().filter(|(at, _)| *at != GONE) {
        let Observation::Present { properties, .. } = observed else {
            panic!("{at}: {observed:?}");
        };
        assert_eq!(properties["Tags"], tags(at));
    }
    assert_eq!(
        agree(groups, &targets).await,
        owned(&[
            ("DescribeTags", 3),
            ("DescribeTargetGroups", 4),
            ("GetResources", 1)
        ])
    );
}

/// An account with so many target groups that ours are on none of the first pages.
fn crowd(request: &Captured) -> Option<(u16, String)> {
    let member = |arn: &str| format!("<member><TargetGroupArn>{arn}</TargetGroupArn></member>");
    let asked: Vec<String> = (0..GROUPS)
        .map(group)
        .filter(|arn| names(request, arn))
        .collect();
    if asked.is_empty() {
        let others = member(&group(GROUPS));
        let page = request.body.matches("Marker=").count();
        let text = format!("<TargetGroups>{others}</TargetGroups><NextMarker>{page}</NextMarker>");
        let text = format!("<DescribeTargetGroupsResult>{text}</DescribeTargetGroupsResult>");
        return Some((
            200,
            format!("<DescribeTargetGroupsResponse>{text}</DescribeTargetGroupsResponse>"),
        ));
    }
    assert!(asked.len() <= 20, "{request:?}");
    let members: String = asked.iter().map(|arn| member(arn)).collect();
    answer("DescribeTargetGroups", "TargetGroups", &members)
}

#[tokio::test]
async fn a_list_of_others_is_left_off() {
    let targets: Vec<Target> = (0..GROUPS)
        .map(|at| target_group(at, &json!({"TargetType": "ip"})))
        .collect();
    let (all, calls) = together(crowd, &targets).await;
    assert!(all.iter().all(|observed| *observed != Observation::Missing));
    assert_eq!(calls.len(), 2 + 2, "{calls:?}");
}

fn balancers(request: &Captured) -> Option<(u16, String)> {
    assert_eq!(request.operation, "DescribeLoadBalancers");
    balancing(request, "LoadBalancers", balancer, |arn| {
        format!("<member><LoadBalancerArn>{arn}</LoadBalancerArn></member>")
    })
}

#[tokio::test]
async fn a_load_balancer_that_is_gone_is_asked_about_alone() {
    let kind = "AWS::ElasticLoadBalancingV2::LoadBalancer";
    let target = |at| {
        target(
            kind,
            balancer(at),
            &json!({"Type": "application", "Subnets": ["subnet-0a1"]}),
        )
    };
    let targets: Vec<Target> = (0..MANY).map(target).collect();
    assert_eq!(
        agree(balancers, &targets).await,
        owned(&[("DescribeLoadBalancers", 4)])
    );
}

/// EC2 names what is gone.
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
    let applied = json!({"LaunchTemplateData": {}});
    let target = |at| target("AWS::EC2::LaunchTemplate", template(at), &applied);
    let targets: Vec<Target> = (0..MANY).map(target).collect();
    // Versions: the list, and the two that it does not show. Templates: the list, these two, and the late one without what the refusal names.
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
