//! Answers to lookups: a stack's questions about resources that exist already. Not here: pinning the answers, which the engine does.

use std::collections::BTreeMap;

use aws_sdk_ec2::types::Filter;
use windlass::document::LookupQuery;
use windlass_engine::provider::Outputs;

use crate::clients::Clients;
use crate::error::{Found, Named, Result, incomplete, invalid};
use crate::observed::outputs;

/// The availability zones that the account can use, sorted.
pub async fn zones(clients: &Clients) -> Result<Vec<String>> {
    const OPERATION: &str = "ec2:DescribeAvailabilityZones";
    let answer = clients
        .ec2()
        .describe_availability_zones()
        .filters(filter("zone-type", ["availability-zone"]))
        .filters(filter("state", ["available"]))
        .send()
        .await
        .named(OPERATION)?;
    let mut zones: Vec<String> = answer
        .availability_zones
        .unwrap_or_default()
        .into_iter()
        .filter_map(|zone| zone.zone_name)
        .collect();
    zones.sort();
    if zones.is_empty() {
        Err(incomplete(OPERATION, "zones"))
    } else {
        Ok(zones)
    }
}

/// Answers one lookup; `None` if nothing matches.
pub async fn answer(clients: &Clients, query: &LookupQuery) -> Result<Option<Outputs>> {
    match query {
        LookupQuery::AvailabilityZones => {
            Ok(Some(outputs([("Names", Some(zones(clients).await?))])))
        }
        LookupQuery::Account => {
            let answer = clients
                .sts()
                .get_caller_identity()
                .send()
                .await
                .named("sts:GetCallerIdentity")?;
            Ok(Some(outputs([("AccountId", answer.account)])))
        }
        LookupQuery::SsmParameter { name, member } => {
            ssm_parameter(clients, name, member.as_deref()).await
        }
        LookupQuery::Vpc { tags } => vpc(clients, tags).await,
        LookupQuery::Subnets { vpc_id, tags } => subnets(clients, vpc_id, tags).await,
        LookupQuery::Certificate { domain } => certificate(clients, domain).await,
        LookupQuery::StackOutput {
            stack,
            environment,
            output,
        } => Err(invalid(
            "windlass:StackOutput",
            format!("`{output}` of {stack} ({environment}) is in its state, not in AWS"),
        )),
    }
}

async fn ssm_parameter(
    clients: &Clients,
    name: &str,
    member: Option<&str>,
) -> Result<Option<Outputs>> {
    const OPERATION: &str = "ssm:GetParameter";
    let answer = clients
        .ssm()
        .get_parameter()
        .name(name)
        .send()
        .await
        .named(OPERATION)
        .found()?;
    let Some(value) = answer
        .and_then(|answer| answer.parameter)
        .and_then(|parameter| parameter.value)
    else {
        return Ok(None);
    };
    let value = match member {
        None => value,
        Some(member) => {
            let json: serde_json::Value = serde_json::from_str(&value).map_err(|error| {
                invalid(
                    OPERATION,
                    format!("the value of `{name}` is no JSON: {error}"),
                )
            })?;
            match json.get(member).and_then(serde_json::Value::as_str) {
                Some(text) => text.to_owned(),
                None => {
                    return Err(invalid(
                        OPERATION,
                        format!("the value of `{name}` has no text `{member}`"),
                    ));
                }
            }
        }
    };
    Ok(Some(outputs([("Value", Some(value))])))
}

async fn vpc(clients: &Clients, tags: &BTreeMap<String, String>) -> Result<Option<Outputs>> {
    const OPERATION: &str = "ec2:DescribeVpcs";
    let mut filters = tag_filters(tags);
    if tags.is_empty() {
        filters.push(filter("is-default", ["true"]));
    }
    let mut pages = clients
        .ec2()
        .describe_vpcs()
        .set_filters(Some(filters))
        .into_paginator()
        .items()
        .send();
    let mut found = Vec::new();
    while let Some(vpc) = pages.next().await {
        found.push(vpc.named(OPERATION)?);
    }
    match found.as_slice() {
        [] => Ok(None),
        [one] => Ok(Some(outputs([
            ("VpcId", one.vpc_id.clone()),
            ("CidrBlock", one.cidr_block.clone()),
        ]))),
        many => {
            let ids: Vec<_> = many
                .iter()
                .filter_map(|vpc| vpc.vpc_id.as_deref())
                .collect();
            Err(invalid(
                OPERATION,
                format!("{} VPCs fit: {}", many.len(), ids.join(", ")),
            ))
        }
    }
}

async fn subnets(
    clients: &Clients,
    vpc_id: &str,
    tags: &BTreeMap<String, String>,
) -> Result<Option<Outputs>> {
    let mut filters = tag_filters(tags);
    filters.push(filter("vpc-id", [vpc_id]));
    let mut pages = clients
        .ec2()
        .describe_subnets()
        .set_filters(Some(filters))
        .into_paginator()
        .items()
        .send();
    let mut found = Vec::new();
    while let Some(subnet) = pages.next().await {
        let subnet = subnet.named("ec2:DescribeSubnets")?;
        found.push((subnet.availability_zone, subnet.subnet_id));
    }
    found.sort();
    let ids: Vec<String> = found.into_iter().filter_map(|(_, id)| id).collect();
    Ok((!ids.is_empty()).then(|| outputs([("SubnetIds", Some(ids))])))
}

async fn certificate(clients: &Clients, domain: &str) -> Result<Option<Outputs>> {
    let issued = aws_sdk_acm::types::CertificateStatus::Issued;
    let mut pages = clients
        .acm()
        .list_certificates()
        .certificate_statuses(issued)
        .into_paginator()
        .items()
        .send();
    let mut found = Vec::new();
    while let Some(certificate) = pages.next().await {
        let certificate = certificate.named("acm:ListCertificates")?;
        if certificate.domain_name.as_deref() == Some(domain) {
            found.push((certificate.not_after, certificate.certificate_arn));
        }
    }
    // The certificate with the latest expiry, because a renewed certificate overlaps with the old one.
    found.sort_by_key(|(not_after, _)| not_after.map(|time| time.secs()));
    Ok(found
        .pop()
        .map(|(_, arn)| outputs([("CertificateArn", arn)])))
}

fn tag_filters(tags: &BTreeMap<String, String>) -> Vec<Filter> {
    tags.iter()
        .map(|(key, value)| filter(&format!("tag:{key}"), [value.as_str()]))
        .collect()
}

fn filter<'a>(name: &str, values: impl IntoIterator<Item = &'a str>) -> Filter {
    Filter::builder()
        .name(name)
        .set_values(Some(values.into_iter().map(str::to_owned).collect()))
        .build()
}
