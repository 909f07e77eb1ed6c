//! Conditions: which requests a rule applies to. Not here: the rule.

use ipnet::IpNet;
use windlass_derive::{Block, Choice};

use crate::stack::Checks;
use crate::value::{Input, IntoInput};

crate::text_enum! {
    /// The part of a request that a condition tests.
    pub enum ConditionField {
        /// The host name.
        HostHeader = "host-header",
        PathPattern = "path-pattern",
        /// A header.
        HttpHeader = "http-header",
        HttpRequestMethod = "http-request-method",
        QueryString = "query-string",
        /// The client's address.
        SourceIp = "source-ip",
    }

    /// The form of the clients' addresses.
    pub enum SourceIpAddressType {
        /// Addresses of IPv4.
        Ipv4 = "ipv4",
        /// Addresses of IPv6.
        Ipv6 = "ipv6",
    }
}

/// One condition. A rule applies to requests that meet all of its conditions.
///
/// AWS tells conditions apart by `Field` and by which configuration is there. Here `Field` follows from the configuration.
#[derive(Debug, Clone, Block)]
#[block(no_new)]
pub struct RuleCondition {
    /// The part of a request that the condition tests; the constructors set it.
    #[field(no_setter)]
    field: Input<ConditionField>,
    /// The values that the condition looks for.
    #[field(choice, no_setter)]
    config: ConditionConfig,
}

/// The values that a condition looks for.
#[derive(Debug, Clone, Choice)]
pub enum ConditionConfig {
    /// One host name or path pattern, in AWS's older form.
    #[field(set)]
    Values(Vec<Input<String>>),
    /// Regular expressions for host name or path, without a configuration of their own.
    #[field(set)]
    RegexValues(Vec<Input<String>>),
    /// Host names.
    #[field(name = "HostHeaderConfig")]
    HostHeader(HostHeader),
    #[field(name = "PathPatternConfig")]
    PathPattern(PathPattern),
    #[field(name = "HttpHeaderConfig")]
    HttpHeader(HttpHeader),
    #[field(name = "HttpRequestMethodConfig")]
    HttpMethod(HttpMethod),
    /// Parts of the query string.
    #[field(name = "QueryStringConfig")]
    QueryString(QueryString),
    /// Address ranges of clients.
    #[field(name = "SourceIpConfig")]
    SourceIp(SourceIp),
}

/// Patterns, each at most 128 characters. One of them must match.
#[derive(Debug, Clone, Choice)]
pub enum Patterns {
    /// Patterns with `*` for any characters and `?` for one.
    #[field(set)]
    Values(Vec<Input<String>>),
    /// Regular expressions.
    #[field(set)]
    RegexValues(Vec<Input<String>>),
}

/// Host names, case-insensitive.
#[derive(Debug, Clone, Block)]
#[block(no_new)]
pub struct HostHeader {
    #[field(choice)]
    pub patterns: Patterns,
}

/// Paths, case-sensitive, without the query string.
#[derive(Debug, Clone, Block)]
#[block(no_new)]
pub struct PathPattern {
    #[field(choice)]
    pub patterns: Patterns,
}

/// A header and the values that it may have, case-insensitive.
#[derive(Debug, Clone, Block)]
#[block(no_new)]
pub struct HttpHeader {
    /// The header's name, at most 40 characters; not `Host`.
    pub http_header_name: Input<String>,
    #[field(choice)]
    pub patterns: Patterns,
}

/// HTTP methods, case-sensitive.
#[derive(Debug, Clone, Block)]
pub struct HttpMethod {
    /// The methods, each at most 40 capital letters, hyphens and underscores.
    #[field(required, set)]
    pub values: Vec<Input<String>>,
}

/// Parts of the query string, case-insensitive.
#[derive(Debug, Clone, Block)]
pub struct QueryString {
    /// The parts. The query string must contain one of them.
    #[field(required, set)]
    pub values: Vec<QueryStringPair>,
}

/// A key with a value, or a value under any key.
#[derive(Debug, Clone, Block)]
#[block(no_new)]
pub struct QueryStringPair {
    /// The key. If absent, any key.
    pub key: Option<Input<String>>,
    /// The value, with `*` for any characters and `?` for one.
    pub value: Input<String>,
}

/// Address ranges of clients.
#[derive(Debug, Clone, Block)]
#[block(no_new)]
pub struct SourceIp {
    /// The ranges or the form of the addresses.
    #[field(choice)]
    pub addresses: SourceAddresses,
}

/// Which addresses of clients fit: an application load balancer takes ranges, a network load balancer takes the form.
#[derive(Debug, Clone, Choice)]
pub enum SourceAddresses {
    /// Up to 5 ranges. The client's address must be in one of them.
    #[field(set)]
    Values(Vec<Input<IpNet>>),
    /// The form of the addresses.
    IpAddressType(Input<SourceIpAddressType>),
}

impl Patterns {
    /// Patterns with `*` for any characters and `?` for one.
    #[must_use]
    pub fn of(patterns: impl IntoIterator<Item = impl IntoInput<String>>) -> Self {
        Self::Values(patterns.into_iter().map(Into::into).collect())
    }

    /// Regular expressions.
    #[must_use]
    pub fn regex(patterns: impl IntoIterator<Item = impl IntoInput<String>>) -> Self {
        Self::RegexValues(patterns.into_iter().map(Into::into).collect())
    }

    fn texts(&self) -> &[Input<String>] {
        let (Self::Values(texts) | Self::RegexValues(texts)) = self;
        texts
    }
}

impl QueryStringPair {
    /// A value under a key.
    #[must_use]
    pub fn new(key: impl IntoInput<String>, value: impl IntoInput<String>) -> Self {
        Self {
            key: Some(key.into()),
            value: value.into(),
        }
    }

    /// A value under any key.
    #[must_use]
    pub fn any_key(value: impl IntoInput<String>) -> Self {
        Self {
            key: None,
            value: value.into(),
        }
    }
}

impl RuleCondition {
    /// The path matches one of the patterns: `RuleCondition::paths(["/api", "/api/*"])`.
    #[must_use]
    pub fn paths(patterns: impl IntoIterator<Item = impl IntoInput<String>>) -> Self {
        Self::path(Patterns::of(patterns))
    }

    /// The host name matches one of the patterns.
    #[must_use]
    pub fn hosts(patterns: impl IntoIterator<Item = impl IntoInput<String>>) -> Self {
        Self::host(Patterns::of(patterns))
    }

    /// The path matches one of the patterns.
    #[must_use]
    pub fn path(patterns: Patterns) -> Self {
        Self::about(
            ConditionField::PathPattern,
            ConditionConfig::PathPattern(PathPattern { patterns }),
        )
    }

    /// The host name matches one of the patterns.
    #[must_use]
    pub fn host(patterns: Patterns) -> Self {
        Self::about(
            ConditionField::HostHeader,
            ConditionConfig::HostHeader(HostHeader { patterns }),
        )
    }

    /// A header matches one of the patterns.
    #[must_use]
    pub fn header(name: impl IntoInput<String>, patterns: Patterns) -> Self {
        let header = HttpHeader {
            http_header_name: name.into(),
            patterns,
        };
        Self::about(
            ConditionField::HttpHeader,
            ConditionConfig::HttpHeader(header),
        )
    }

    /// The method is one of these.
    #[must_use]
    pub fn methods(methods: impl IntoIterator<Item = impl IntoInput<String>>) -> Self {
        let config = ConditionConfig::HttpMethod(HttpMethod::new(methods));
        Self::about(ConditionField::HttpRequestMethod, config)
    }

    /// The query string contains one of these pairs.
    #[must_use]
    pub fn query(pairs: impl IntoIterator<Item = QueryStringPair>) -> Self {
        Self::about(
            ConditionField::QueryString,
            ConditionConfig::QueryString(QueryString::new(pairs)),
        )
    }

    /// The client's address is in one of these ranges.
    #[must_use]
    pub fn from_ranges(ranges: impl IntoIterator<Item = impl IntoInput<IpNet>>) -> Self {
        let ranges = ranges.into_iter().map(Into::into).collect();
        Self::from_addresses(SourceAddresses::Values(ranges))
    }

    /// The client's address has this form: a condition for network load balancers.
    #[must_use]
    pub fn from_address_type(form: impl IntoInput<SourceIpAddressType>) -> Self {
        Self::from_addresses(SourceAddresses::IpAddressType(form.into()))
    }

    fn from_addresses(addresses: SourceAddresses) -> Self {
        Self::about(
            ConditionField::SourceIp,
            ConditionConfig::SourceIp(SourceIp { addresses }),
        )
    }

    /// Any pair of field and configuration that AWS has. The check reports a pair that does not fit together.
    #[must_use]
    pub fn about(field: ConditionField, config: ConditionConfig) -> Self {
        Self {
            field: field.into(),
            config,
        }
    }

    /// The values that the condition looks for.
    #[must_use]
    pub fn config(&self) -> &ConditionConfig {
        &self.config
    }
}

impl ConditionConfig {
    fn texts(&self) -> Vec<&Input<String>> {
        match self {
            Self::Values(texts) | Self::RegexValues(texts) => texts.iter().collect(),
            Self::HostHeader(HostHeader { patterns })
            | Self::PathPattern(PathPattern { patterns })
            | Self::HttpHeader(HttpHeader { patterns, .. }) => patterns.texts().iter().collect(),
            Self::HttpMethod(methods) => methods.values.iter().collect(),
            Self::QueryString(query) => query.values.iter().map(|pair| &pair.value).collect(),
            Self::SourceIp(_) => Vec::new(),
        }
    }

    fn count(&self) -> usize {
        match self {
            Self::SourceIp(SourceIp {
                addresses: SourceAddresses::Values(ranges),
            }) => ranges.len(),
            Self::SourceIp(_) => 1,
            _ => self.texts().len(),
        }
    }

    fn fits(&self, field: ConditionField) -> bool {
        use ConditionField as Field;
        match self {
            Self::Values(_) => matches!(field, Field::HostHeader | Field::PathPattern),
            Self::RegexValues(_) => matches!(field, Field::HostHeader | Field::PathPattern),
            Self::HostHeader(_) => field == Field::HostHeader,
            Self::PathPattern(_) => field == Field::PathPattern,
            Self::HttpHeader(_) => field == Field::HttpHeader,
            Self::HttpMethod(_) => field == Field::HttpRequestMethod,
            Self::QueryString(_) => field == Field::QueryString,
            Self::SourceIp(_) => field == Field::SourceIp,
        }
    }
}

/// Reports conditions that AWS would refuse.
pub(super) fn check(checks: &mut Checks<'_>, conditions: &[RuleCondition]) {
    let count: usize = conditions
        .iter()
        .map(|condition| condition.config.count())
        .sum();
    if !(1..=5).contains(&count) {
        checks.invalid(
            "Conditions",
            format!("has {count} values in all"),
            "AWS takes 1 to 5 in one rule; spread them over several rules with the same actions",
        );
    }
    use ConditionField as Field;
    for single in [
        Field::HostHeader,
        Field::PathPattern,
        Field::HttpRequestMethod,
        Field::SourceIp,
    ] {
        if conditions
            .iter()
            .filter(|condition| condition.field.literal() == Some(single))
            .count()
            > 1
        {
            checks.invalid(
                "Conditions",
                format!("has several conditions on `{single}`"),
                "AWS takes one; put all values into it",
            );
        }
    }
    for condition in conditions {
        if let Some(field) = condition.field.literal()
            && !condition.config.fits(field)
        {
            checks.invalid(
                "Conditions",
                format!("has a condition on `{field}` with the configuration of another"),
                "use the constructor that is named after the field",
            );
        }
        check_texts(checks, condition);
    }
}

fn check_texts(checks: &mut Checks<'_>, condition: &RuleCondition) {
    for text in condition.config.texts() {
        checks.length("Conditions", Some(text), 1..=128);
    }
    match &condition.config {
        ConditionConfig::HttpHeader(header) => {
            checks.length("Conditions", Some(&header.http_header_name), 1..=40);
            let name = header.http_header_name.literal();
            if name.is_some_and(|name| name.eq_ignore_ascii_case("host")) {
                checks.invalid(
                    "Conditions",
                    "looks at the header `Host`",
                    "use `RuleCondition::hosts([…])`",
                );
            }
        }
        ConditionConfig::HttpMethod(methods) => {
            for method in methods.values.iter().filter_map(Input::literal) {
                let fits = |c: char| c.is_ascii_uppercase() || c == '-' || c == '_';
                if method.is_empty() || method.len() > 40 || !method.chars().all(fits) {
                    checks.invalid(
                        "Conditions",
                        format!("names the method `{method}`"),
                        "AWS takes up to 40 capital letters, hyphens and underscores",
                    );
                }
            }
        }
        _ => {}
    }
}
