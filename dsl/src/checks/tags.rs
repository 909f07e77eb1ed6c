//! Tags must be valid for AWS, must not be more than AWS allows, and must not use keys that belong to AWS or Windlass.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::address::Address;
use crate::aws::schema;
use crate::codes;
use crate::diagnostics::Diagnostic;
use crate::document::{Declaration, Document};
use crate::expr::Expr;

/// The maximum lengths of a tag's key and value in AWS, in characters.
const LONGEST_KEY: usize = 128;
const LONGEST_VALUE: usize = 256;
/// The maximum number of tags of one resource in AWS: <https://docs.aws.amazon.com/general/latest/gr/aws_tagging.html>.
const MOST: usize = 50;
/// The number of tags that the engine sets: stack, environment, lineage and intent, and on a secret the mark of its deletion.
const ENGINES: usize = 5;

/// Reports tags that AWS would refuse, of resources and of the stack.
pub(super) fn acceptable(document: &Document) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    for (address, declaration) in &document.resources {
        let Some(field) = schema(&declaration.kind).and_then(|schema| schema.tags()) else {
            continue;
        };
        let spec = declaration.spec.to_value();
        problems.extend(too_many(document, address, declaration, &spec[field.name]));
        for tag in spec[field.name].as_array().into_iter().flatten() {
            if let Some(why) = refused(tag["Key"].as_str().unwrap_or_default(), text(&tag["Value"]))
            {
                let label = format!("`{address}` is declared here");
                problems.push(
                    Diagnostic::error(codes::TAG_INVALID, format!("`{address}` has a tag {why}"))
                        .at(&declaration.source, label),
                );
            }
        }
    }
    for (key, value) in &document.default_tags {
        if let Some(why) = refused(key, Some(value)) {
            problems.push(Diagnostic::error(
                codes::TAG_INVALID,
                format!("the stack has a default tag {why}"),
            ));
        }
    }
    problems
}

/// Reports a resource whose tags and default tags leave too little room for the engine's own tags.
fn too_many(
    document: &Document,
    address: &Address,
    declaration: &Declaration,
    tags: &Value,
) -> Option<Diagnostic> {
    let own = tags.as_array().into_iter().flatten();
    let own = own.filter_map(|tag| tag["Key"].as_str());
    let default = document.default_tags.keys().map(String::as_str);
    let keys: BTreeSet<&str> = own.chain(default).collect();
    (keys.len() > MOST - ENGINES).then(|| {
        let message = format!(
            "`{address}` has {} tags: AWS takes {MOST} for one resource, and Windlass sets up to {ENGINES} of them",
            keys.len()
        );
        let label = format!("`{address}` is declared here");
        Diagnostic::error(codes::TAG_INVALID, message)
            .at(&declaration.source, label)
            .help(format!(
                "keep {} or fewer, default tags of the stack included",
                MOST - ENGINES
            ))
    })
}

fn text(value: &Value) -> Option<&str> {
    match Expr::of(value) {
        Ok(None) => value.as_str(),
        _ => None,
    }
}

fn refused(key: &str, value: Option<&str>) -> Option<String> {
    let owner = ["aws:", "windlass:"]
        .into_iter()
        .find(|prefix| key.to_lowercase().starts_with(prefix));
    if let Some(owner) = owner {
        return Some(format!(
            "`{key}`: keys that begin with `{owner}` are not the author's to give"
        ));
    }
    if !(1..=LONGEST_KEY).contains(&key.chars().count()) {
        return Some(format!(
            "`{key}`: AWS takes keys of 1 to {LONGEST_KEY} characters"
        ));
    }
    let length = value.map_or(0, |value| value.chars().count());
    (length > LONGEST_VALUE).then(|| {
        format!("`{key}` with a value of {length} characters: AWS takes up to {LONGEST_VALUE}")
    })
}

#[cfg(test)]
mod tests {
    use crate::aws::ec2::Vpc;
    use crate::request::Request;
    use crate::resource::Declare;
    use crate::stack::Stack;

    #[test]
    fn more_tags_than_aws_takes_beside_the_engines_own_are_reported() {
        let problems = |own: usize| {
            let stack = move |cx: &mut Stack| {
                cx.default_tag("default", "x");
                cx.default_tag("t0", "the resource's own counts once");
                let mut vpc = Vpc::new(crate::cidr!("10.0.0.0/16"));
                for number in 0..own {
                    vpc = vpc.tag(format!("t{number}"), "x");
                }
                vpc.declare(cx, "vpc");
                Ok(())
            };
            let document = Stack::test("t", stack, Request::offline("us-east-1"));
            let problems = document.problems.into_iter();
            problems.map(|problem| problem.message).collect::<Vec<_>>()
        };
        assert_eq!(problems(44), [""; 0]);
        assert_eq!(
            problems(45),
            ["`vpc` has 46 tags: AWS takes 50 for one resource, and Windlass sets up to 5 of them"]
        );
    }

    #[test]
    fn tags_of_others_and_overlong_ones_are_reported() {
        let stack = |cx: &mut Stack| {
            cx.default_tag("aws:mine", "x");
            let vpc = Vpc::new(crate::cidr!("10.0.0.0/16"));
            vpc.tag("windlass:intent", "x")
                .tag("Name", "n".repeat(257))
                .tag("Team", "a")
                .declare(cx, "vpc");
            Ok(())
        };
        let document = Stack::test("t", stack, Request::offline("us-east-1"));
        let messages: Vec<_> = document
            .problems
            .iter()
            .map(|problem| problem.message.as_str())
            .collect();
        assert_eq!(
            messages,
            [
                "`vpc` has a tag `Name` with a value of 257 characters: AWS takes up to 256",
                "`vpc` has a tag `windlass:intent`: keys that begin with `windlass:` are not the author's to give",
                "the stack has a default tag `aws:mine`: keys that begin with `aws:` are not the author's to give",
            ]
        );
    }
}
