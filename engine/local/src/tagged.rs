//! GetResources of the Resource Groups Tagging API by ARN: moto has pages where AWS has none, and does not know the tags of AWS Cloud Map, nor
//! those of listeners and their rules, nor those of scalable targets.
//!
//! Not here: GetResources by filter, which moto answers.

use serde_json::{Value, json};

use crate::backend::{Backend, BackendError, Reply};
use crate::gaps::ScalableTargetTags;
use crate::operation::Call;

const GET_RESOURCES: &str = "ResourceGroupsTaggingAPI_20170126.GetResources";
const DESCRIBE_TAGS: &str = "Action=DescribeTags&Version=2015-12-01&ContentType=JSON";
const LIST_TAGS: &str = "Route53AutoNaming_v20170314.ListTagsForResource";

/// Whether the request asks by ARN.
pub(crate) fn asks_by_arn(request: &Value) -> bool {
    request["ResourceARNList"].is_array()
}

/// The answer that AWS would give.
pub(crate) async fn answer(
    backend: &Backend,
    targets: &ScalableTargetTags,
    call: &Call,
    request: &Value,
) -> Result<Reply, BackendError> {
    if ["PaginationToken", "ResourcesPerPage", "TagsPerPage"]
        .iter()
        .any(|parameter| !request[*parameter].is_null())
    {
        let message = "ResourceARNList excludes parameters of pages";
        return Ok(Reply::error("InvalidParameterException", message));
    }
    let mut found = Vec::new();
    let mut page = request.clone();
    loop {
        let mut reply = backend.json(call, "tagging", GET_RESOURCES, &page).await?;
        if !reply.is_ok() {
            return Ok(reply);
        }
        if let Value::Array(resources) = reply.body["ResourceTagMappingList"].take() {
            found.extend(resources);
        }
        match reply.body["PaginationToken"].take() {
            Value::String(token) if !token.is_empty() => page["PaginationToken"] = token.into(),
            _ => break,
        }
    }
    let arns = request["ResourceARNList"].as_array().into_iter().flatten();
    for arn in arns.filter(|arn| is_of_cloud_map(arn)) {
        let request = json!({"ResourceARN": arn});
        let mut reply = backend
            .json(call, "servicediscovery", LIST_TAGS, &request)
            .await?;
        // Resources that do not exist are left out.
        if reply.is_ok() {
            found.push(json!({"ResourceARN": arn, "Tags": reply.body["Tags"].take()}));
        }
    }
    let arns = request["ResourceARNList"].as_array().into_iter().flatten();
    for arn in arns
        .filter_map(Value::as_str)
        .filter(|arn| is_of_a_listener(arn))
    {
        let form = format!("{DESCRIBE_TAGS}&ResourceArns.member.1={arn}");
        let text = backend.query(call, "elasticloadbalancing", &form).await?;
        let mut answer: Value = serde_json::from_str(&text).map_err(BackendError::of)?;
        let described = &mut answer["DescribeTagsResponse"]["DescribeTagsResult"];
        if let Value::Array(tags) = described["TagDescriptions"][0]["Tags"].take() {
            found.push(json!({"ResourceARN": arn, "Tags": tags}));
        }
    }
    let arns = request["ResourceARNList"].as_array().into_iter().flatten();
    for arn in arns.filter_map(Value::as_str) {
        if let Some(tags) = targets.of(arn) {
            let tags = tags.into_iter();
            let tags: Vec<Value> = tags
                .map(|(key, value)| json!({"Key": key, "Value": value}))
                .collect();
            found.push(json!({"ResourceARN": arn, "Tags": tags}));
        }
    }
    Ok(Reply::ok(
        json!({"PaginationToken": "", "ResourceTagMappingList": found}),
    ))
}

/// Whether the ARN is that of a listener or of a listener's rule.
fn is_of_a_listener(arn: &str) -> bool {
    arn.contains(":elasticloadbalancing:") && arn.contains(":listener")
}

fn is_of_cloud_map(arn: &Value) -> bool {
    let service = arn.as_str().and_then(|arn| arn.split(':').nth(2));
    service == Some("servicediscovery")
}
