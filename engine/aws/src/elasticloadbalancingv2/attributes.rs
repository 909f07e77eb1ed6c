//! What an update of attributes sends: the attributes that the author wrote, and AWS's default for attributes that the author removed.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use windlass::aws::elasticloadbalancingv2::AttributeRule;

use crate::observed::Block;

/// The pairs to send. A removed key goes back to its default. If the default is not known, AWS keeps the old value.
pub fn to_send(
    rules: &[AttributeRule],
    spec: &Value,
    from: impl IntoIterator<Item = String>,
    to: impl IntoIterator<Item = (String, String)>,
) -> Vec<(String, String)> {
    let mut pairs: BTreeMap<String, String> = to.into_iter().collect();
    for key in from {
        if !pairs.contains_key(&key)
            && let Some(rule) = rules.iter().find(|rule| rule.key == key)
        {
            pairs.insert(key, rule.default_for(spec).to_owned());
        }
    }
    pairs.into_iter().collect()
}

/// Adds the observed attributes.
pub fn observe(
    block: Block,
    property: &str,
    attributes: Option<&BTreeMap<String, String>>,
) -> Block {
    let pairs = attributes.into_iter().flatten();
    block.list(
        property,
        pairs.map(|(key, value)| json!({"Key": key, "Value": value})),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use windlass::aws::elasticloadbalancingv2::LOAD_BALANCER_ATTRIBUTES;

    #[test]
    fn a_removed_key_goes_back_to_its_default() {
        let from = [
            "idle_timeout.timeout_seconds",
            "routing.http2.enabled",
            "new.attribute",
        ]
        .map(str::to_owned);
        let to = [("routing.http2.enabled".to_owned(), "false".to_owned())];
        let sent = to_send(LOAD_BALANCER_ATTRIBUTES, &json!({}), from, to);
        let sent: Vec<_> = sent
            .iter()
            .map(|(key, value)| (key.as_str(), value.as_str()))
            .collect();
        assert_eq!(
            sent,
            [
                ("idle_timeout.timeout_seconds", "60"),
                ("routing.http2.enabled", "false")
            ]
        );
    }
}
