//! Wire fixtures of Elastic Load Balancing.

mod actions;
pub mod listener;
pub mod listener_rule;
pub mod load_balancer;
pub mod target_group;

/// The service's ARNs in the tests' account and region.
const HERE: &str = "arn:aws:elasticloadbalancing:us-east-1:123456789012";

/// An answer of the query protocol.
fn answer(operation: &str, result: &str) -> String {
    format!(
        "<{operation}Response><{operation}Result>{result}</{operation}Result></{operation}Response>"
    )
}

/// The answer to DescribeTags.
fn tags(arn: &str, name: &str) -> String {
    answer(
        "DescribeTags",
        &format!(
            "<TagDescriptions><member><ResourceArn>{arn}</ResourceArn><Tags>
                <member><Key>Name</Key><Value>{name}</Value></member><member><Key>windlass:intent</Key><Value>0</Value></member>
            </Tags></member></TagDescriptions>"
        ),
    )
}

/// The answer to a read of attributes.
fn attributes(operation: &str, pairs: &[(&str, &str)]) -> String {
    let members: String = pairs
        .iter()
        .map(|(key, value)| format!("<member><Key>{key}</Key><Value>{value}</Value></member>"))
        .collect();
    answer(operation, &format!("<Attributes>{members}</Attributes>"))
}

/// A list of texts.
fn texts(name: &str, texts: &[&str]) -> String {
    let members: String = texts
        .iter()
        .map(|text| format!("<member>{text}</member>"))
        .collect();
    format!("<{name}>{members}</{name}>")
}
