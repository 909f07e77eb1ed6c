//! Conditions and transforms of rules, as request and as answer.
//!
//! Host names and paths have two forms, and AWS returns both, so the answer has the form that the author wrote.

use aws_sdk_elasticloadbalancingv2::types::RuleCondition;

use crate::table::tables;

tables! { windlass::aws::elasticloadbalancingv2 => aws_sdk_elasticloadbalancingv2;
    RuleCondition { config { "Values" always; "RegexValues" always, shown by regex_values; } }
    HostHeader => HostHeaderConditionConfig { patterns { "Values" always; "RegexValues" always; } }
    PathPattern => PathPatternConditionConfig { patterns { "Values" always; "RegexValues" always; } }
    HttpHeader => HttpHeaderConditionConfig { patterns { "Values" always; "RegexValues" always; } }
    HttpMethod => HttpRequestMethodConditionConfig { "Values" always; }
    QueryString => QueryStringConditionConfig { "Values" always; }
    QueryStringPair => QueryStringKeyValuePair;
    SourceIp => SourceIpConditionConfig { addresses { "Values" always; } }
    Transform => RuleTransform { "Type" as r#type; }
    Rewrites => HostHeaderRewriteConfig { "Rewrites" always; }
    Rewrites => UrlRewriteConfig { "Rewrites" always; }
    Rewrite => RewriteConfig;
}

/// The regular expressions outside a condition's configuration. If AWS returns none there, the regular expressions of the configuration.
fn regex_values(condition: &RuleCondition) -> Option<&Vec<String>> {
    let host = condition.host_header_config.as_ref();
    let path = condition.path_pattern_config.as_ref();
    let header = condition.http_header_config.as_ref();
    let of_header = || header.and_then(|config| config.regex_values.as_ref());
    (condition.regex_values.as_ref())
        .or_else(|| host.and_then(|config| config.regex_values.as_ref()))
        .or_else(|| path.and_then(|config| config.regex_values.as_ref()))
        .or_else(of_header)
        .filter(|values| !values.is_empty())
}
