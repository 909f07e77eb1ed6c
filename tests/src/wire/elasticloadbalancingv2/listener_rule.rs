//! Wire fixture of `AWS::ElasticLoadBalancingV2::ListenerRule`. For host names and paths AWS returns the values in both forms.

use windlass::aws::elasticloadbalancingv2::ListenerRule;

use super::{HERE, actions, answer, tags, texts};
use crate::wire::Fixture;

fn arn() -> String {
    format!("{HERE}:listener-rule/app/front/0a1/0b2/0c3")
}

fn described(operation: &str, conditions: &str, actions: &str) -> String {
    let arn = arn();
    let rewrite = |kind: &str, config: &str, regex: &str, replace: &str| {
        format!(
            "<member><Type>{kind}</Type><{config}><Rewrites><member><Regex>{regex}</Regex><Replace>{replace}</Replace></member></Rewrites>
            </{config}></member>"
        )
    };
    let url = rewrite("url-rewrite", "UrlRewriteConfig", "^/api/(.*)$", "/$1");
    let host = rewrite(
        "host-header-rewrite",
        "HostHeaderRewriteConfig",
        "^shop[.](.*)$",
        "api.$1",
    );
    answer(
        operation,
        &format!(
            "<Rules><member><RuleArn>{arn}</RuleArn><Priority>10</Priority><IsDefault>false</IsDefault><Conditions>{conditions}</Conditions>
                <Actions>{actions}</Actions><Transforms>{url}{host}</Transforms></member></Rules>"
        ),
    )
}

fn condition(field: &str, rest: &str) -> String {
    format!("<member><Field>{field}</Field>{rest}</member>")
}

/// A condition with a configuration of lists.
fn listed(field: &str, config: &str, list: &str, values: &[&str]) -> String {
    condition(
        field,
        &format!("<{config}>{}</{config}>", texts(list, values)),
    )
}

/// A condition on paths or host names: the values are also beside the configuration.
fn both(field: &str, config: &str, values: &[&str]) -> String {
    let list = texts("Values", values);
    condition(field, &format!("{list}<{config}>{list}</{config}>"))
}

fn header(list: &str, values: &[&str]) -> String {
    let config = format!(
        "<HttpHeaderName>X-Version</HttpHeaderName>{}",
        texts(list, values)
    );
    condition(
        "http-header",
        &format!("<HttpHeaderConfig>{config}</HttpHeaderConfig>"),
    )
}

pub fn fixture() -> Fixture {
    const DESCRIBE: &str = "DescribeRules";
    let paths = both("path-pattern", "PathPatternConfig", &["/api", "/api/*"]);
    let query = "<QueryStringConfig><Values><member><Key>version</Key><Value>2</Value></member><member><Value>beta</Value></member></Values>
        </QueryStringConfig>";
    let by_condition = [
        (
            4,
            both(
                "host-header",
                "HostHeaderConfig",
                &["shop.example.com", "*.shop.example.com"],
            ),
        ),
        (
            5,
            listed(
                "host-header",
                "HostHeaderConfig",
                "RegexValues",
                &["^shop[0-9]+[.]example[.]com$"],
            ),
        ),
        (
            6,
            listed(
                "path-pattern",
                "PathPatternConfig",
                "RegexValues",
                &["^/v[0-9]+/.*$"],
            ),
        ),
        (
            7,
            header("Values", &["2", "3"])
                + &listed(
                    "http-request-method",
                    "HttpRequestMethodConfig",
                    "Values",
                    &["GET", "HEAD"],
                ),
        ),
        (8, header("RegexValues", &["^[23]$"])),
        (
            9,
            condition("query-string", query)
                + &listed(
                    "source-ip",
                    "SourceIpConfig",
                    "Values",
                    &["10.0.0.0/8", "2001:db8::/32"],
                ),
        ),
        (10, both("path-pattern", "PathPatternConfig", &["/old"])),
        (
            11,
            listed(
                "host-header",
                "HostHeaderConfig",
                "RegexValues",
                &["^old[.].*$"],
            ),
        ),
        (
            21,
            condition(
                "source-ip",
                "<SourceIpConfig><IpAddressType>ipv4</IpAddressType></SourceIpConfig>",
            ),
        ),
    ];
    let full = |operation: &str| described(operation, &paths, &actions::forward("api", 1));
    let mut fixture = Fixture::of::<ListenerRule>(&arn())
        .output("RuleArn", arn())
        .answer("CreateRule", &full("CreateRule"))
        .answer(DESCRIBE, &full(DESCRIBE))
        .answer("DescribeTags", &tags(&arn(), "api"));
    for (sample, conditions) in by_condition {
        let described = described(DESCRIBE, &conditions, &actions::forward("api", 1));
        fixture = fixture.described(sample, [(DESCRIBE, described.as_str())]);
    }
    // The samples with each list of actions. Sample 17 has only another secret.
    for (sample, actions) in [12, 13, 14, 15, 16, 18].into_iter().zip(actions::lists()) {
        fixture = fixture.described(
            sample,
            [(DESCRIBE, described(DESCRIBE, &paths, &actions).as_str())],
        );
    }
    fixture
}
