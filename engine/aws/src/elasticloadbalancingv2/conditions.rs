//! Conditions and transforms of rules, from the spec's form to the SDK's and back.
//!
//! AWS returns host names and paths in both of their forms, so whichever the author wrote is there.

use aws_sdk_elasticloadbalancingv2::types::{
    HostHeaderConditionConfig, HostHeaderRewriteConfig, HttpHeaderConditionConfig,
    HttpRequestMethodConditionConfig, PathPatternConditionConfig, QueryStringConditionConfig,
    QueryStringKeyValuePair, RewriteConfig, RuleCondition, RuleTransform, SourceIpConditionConfig,
    TransformTypeEnum, UrlRewriteConfig,
};
use windlass::aws::elasticloadbalancingv2::{
    ConditionConfigResolved, PatternsResolved, RewritesResolved, RuleConditionResolved,
    TransformConfigResolved, TransformResolved,
};

use crate::observed::Block;

/// The SDK's form of conditions.
pub fn to_sdk(conditions: &[RuleConditionResolved]) -> Vec<RuleCondition> {
    conditions.iter().map(one).collect()
}

type Texts = Option<Vec<String>>;

/// The values and the regular expressions.
fn split(patterns: &PatternsResolved) -> (Texts, Texts) {
    match patterns {
        PatternsResolved::Values(texts) => (Some(texts.clone()), None),
        PatternsResolved::RegexValues(texts) => (None, Some(texts.clone())),
    }
}

fn one(condition: &RuleConditionResolved) -> RuleCondition {
    let built = RuleCondition::builder().field(condition.field.as_str());
    match &condition.config {
        ConditionConfigResolved::Values(texts) => built.set_values(Some(texts.clone())),
        ConditionConfigResolved::RegexValues(texts) => built.set_regex_values(Some(texts.clone())),
        ConditionConfigResolved::HostHeader(config) => {
            let (values, regex) = split(&config.patterns);
            let config = HostHeaderConditionConfig::builder()
                .set_values(values)
                .set_regex_values(regex);
            built.host_header_config(config.build())
        }
        ConditionConfigResolved::PathPattern(config) => {
            let (values, regex) = split(&config.patterns);
            let config = PathPatternConditionConfig::builder()
                .set_values(values)
                .set_regex_values(regex);
            built.path_pattern_config(config.build())
        }
        ConditionConfigResolved::HttpHeader(config) => {
            let (values, regex) = split(&config.patterns);
            let header =
                HttpHeaderConditionConfig::builder().http_header_name(&config.http_header_name);
            built.http_header_config(header.set_values(values).set_regex_values(regex).build())
        }
        ConditionConfigResolved::HttpMethod(config) => {
            let methods =
                HttpRequestMethodConditionConfig::builder().set_values(Some(config.values.clone()));
            built.http_request_method_config(methods.build())
        }
        ConditionConfigResolved::QueryString(config) => {
            let pairs = config.values.iter().map(|pair| {
                QueryStringKeyValuePair::builder()
                    .set_key(pair.key.clone())
                    .value(&pair.value)
                    .build()
            });
            let query = QueryStringConditionConfig::builder().set_values(Some(pairs.collect()));
            built.query_string_config(query.build())
        }
        ConditionConfigResolved::SourceIp(config) => {
            let ranges = config.values.iter().map(ToString::to_string).collect();
            built.source_ip_config(
                SourceIpConditionConfig::builder()
                    .set_values(Some(ranges))
                    .build(),
            )
        }
    }
    .build()
}

/// What AWS returned as conditions.
pub fn observed(conditions: Option<&[RuleCondition]>) -> Vec<Block> {
    conditions
        .unwrap_or_default()
        .iter()
        .map(observed_one)
        .collect()
}

fn texts(list: &Texts) -> impl Iterator<Item = &String> {
    list.iter().flatten()
}

fn patterns(values: &Texts, regex: &Texts) -> Block {
    Block::new()
        .list("Values", texts(values))
        .list("RegexValues", texts(regex))
}

fn observed_one(condition: &RuleCondition) -> Block {
    let host = condition.host_header_config.as_ref();
    let path = condition.path_pattern_config.as_ref();
    let header = condition.http_header_config.as_ref();
    let regex = [
        Some(&condition.regex_values),
        host.map(|config| &config.regex_values),
        path.map(|config| &config.regex_values),
        header.map(|config| &config.regex_values),
    ];
    let methods = condition.http_request_method_config.as_ref();
    let source = condition.source_ip_config.as_ref();
    let query = condition.query_string_config.as_ref().map(|config| {
        let pairs = config.values.iter().flatten();
        let pair = |pair: &QueryStringKeyValuePair| {
            Block::new()
                .set("Key", pair.key.as_ref())
                .set("Value", pair.value.as_ref())
        };
        Block::new().list("Values", pairs.map(pair))
    });
    Block::new()
        .set("Field", condition.field.as_ref())
        .list("Values", texts(&condition.values))
        .list(
            "RegexValues",
            regex
                .into_iter()
                .flatten()
                .find(|list| list.is_some())
                .into_iter()
                .flat_map(texts),
        )
        .block(
            "HostHeaderConfig",
            host.map(|config| patterns(&config.values, &config.regex_values)),
        )
        .block(
            "PathPatternConfig",
            path.map(|config| patterns(&config.values, &config.regex_values)),
        )
        .block(
            "HttpHeaderConfig",
            header.map(|config| {
                patterns(&config.values, &config.regex_values)
                    .set("HttpHeaderName", config.http_header_name.as_ref())
            }),
        )
        .block(
            "HttpRequestMethodConfig",
            methods.map(|config| Block::new().list("Values", texts(&config.values))),
        )
        .block("QueryStringConfig", query)
        .block(
            "SourceIpConfig",
            source.map(|config| Block::new().list("Values", texts(&config.values))),
        )
}

/// The SDK's form of transforms.
pub fn transforms(transforms: &[TransformResolved]) -> Vec<RuleTransform> {
    let rewrites = |list: &RewritesResolved| -> Vec<RewriteConfig> {
        let one = list.rewrites.iter();
        one.map(|rewrite| {
            RewriteConfig::builder()
                .regex(&rewrite.regex)
                .replace(&rewrite.replace)
                .build()
        })
        .collect()
    };
    let transform = |transform: &TransformResolved| {
        let built = RuleTransform::builder()
            .r#type(TransformTypeEnum::from(transform.transform_type.as_str()));
        match &transform.config {
            TransformConfigResolved::HostHeader(list) => {
                let config = HostHeaderRewriteConfig::builder().set_rewrites(Some(rewrites(list)));
                built.host_header_rewrite_config(config.build()).build()
            }
            TransformConfigResolved::Url(list) => {
                let config = UrlRewriteConfig::builder().set_rewrites(Some(rewrites(list)));
                built.url_rewrite_config(config.build()).build()
            }
        }
    };
    transforms.iter().map(transform).collect()
}

/// What AWS returned as transforms.
pub fn observed_transforms(transforms: Option<&[RuleTransform]>) -> Vec<Block> {
    let rewrites = |list: &Option<Vec<RewriteConfig>>| {
        let each = list.iter().flatten();
        Block::new().list(
            "Rewrites",
            each.map(|rewrite| {
                Block::new()
                    .set("Regex", rewrite.regex.as_ref())
                    .set("Replace", rewrite.replace.as_ref())
            }),
        )
    };
    let transform = |transform: &RuleTransform| {
        let (host, url) = (
            &transform.host_header_rewrite_config,
            &transform.url_rewrite_config,
        );
        Block::new()
            .set(
                "Type",
                transform.r#type.as_ref().map(TransformTypeEnum::as_str),
            )
            .block(
                "HostHeaderRewriteConfig",
                host.as_ref().map(|config| rewrites(&config.rewrites)),
            )
            .block(
                "UrlRewriteConfig",
                url.as_ref().map(|config| rewrites(&config.rewrites)),
            )
    };
    transforms
        .unwrap_or_default()
        .iter()
        .map(transform)
        .collect()
}
