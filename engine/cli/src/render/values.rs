//! Values of a spec, and the differences between two values: each difference whole, at any width, and every value on lines of its own.
//!
//! Example: if one of forty rules of a security group changes, the output has two lines, the old rule and the new one. Not here: which properties
//! differ, which the plan says.

use owo_colors::OwoColorize;
use serde_json::{Map, Value};
use windlass::expr::Expr;

use super::foreign::{encoded, line};

/// The maximum length of a value that is shown beside another in one line, in characters; for two lists, of both together.
const ONE_LINE: usize = 100;

/// A property that differs: in one line if both sides fit in it, otherwise in a line for each member or text line that differs.
pub fn difference(path: &str, before: Option<&Value>, after: Option<&Value>, mark: &str) -> String {
    let mut lines = Vec::new();
    for (below, before, after) in parts(before, after) {
        let path = readable(&[path, below.as_str()].concat());
        lines.extend(one(&path, before, after, mark));
    }
    lines.join("\n")
}

fn one(path: &str, before: Option<&Value>, after: Option<&Value>, mark: &str) -> Vec<String> {
    let absent = || "(none)".to_owned();
    let (old, new) = (
        before.map_or_else(absent, value),
        after.map_or_else(absent, value),
    );
    let lists = [before, after].into_iter().flatten().any(Value::is_array);
    let lengths = [&old, &new].map(|text| text.chars().count());
    let length = if lists {
        lengths.iter().sum()
    } else {
        lengths[0].max(lengths[1])
    };
    if length <= ONE_LINE {
        let (old, new, mark) = (old.red(), new.green(), mark.dimmed());
        return vec![format!("    {path:<38} {old} → {new}{mark}")];
    }
    let (gone, come) = match (before, after) {
        (Some(Value::Array(before)), Some(Value::Array(after))) => members(before, after),
        (Some(Value::String(before)), Some(Value::String(after))) => text_lines(before, after),
        _ => (vec![old], vec![new]),
    };
    let head = if mark.is_empty() {
        format!("    {path}")
    } else {
        format!("    {path:<38}{}", mark.dimmed())
    };
    let mut lines = vec![head];
    lines.extend(gone.iter().map(|line| format!("      - {}", line.red())));
    lines.extend(come.iter().map(|line| format!("      + {}", line.green())));
    lines
}

/// Descends into objects on both sides, so that only the members that differ are shown.
fn parts<'v>(
    before: Option<&'v Value>,
    after: Option<&'v Value>,
) -> Vec<(String, Option<&'v Value>, Option<&'v Value>)> {
    let (Some(Value::Object(old)), Some(Value::Object(new))) = (before, after) else {
        return vec![(String::new(), before, after)];
    };
    if is_whole(old) || is_whole(new) {
        return vec![(String::new(), before, after)];
    }
    let mut keys: Vec<_> = old.keys().chain(new.keys()).collect();
    keys.sort_unstable();
    keys.dedup();
    let differing = keys
        .into_iter()
        .filter(|key| old.get(*key) != new.get(*key));
    let below = differing.flat_map(|key| {
        let inner = parts(old.get(key), new.get(key)).into_iter();
        let name = if key.contains('.') {
            format!("[{key}]")
        } else {
            format!(".{key}")
        };
        inner.map(move |(below, old, new)| (format!("{name}{below}"), old, new))
    });
    let below: Vec<_> = below.collect();
    // A property that is sent again although it is the same has no part that differs.
    if below.is_empty() {
        return vec![(String::new(), before, after)];
    }
    below
}

/// Whether an object is one value: an expression or a secret.
fn is_whole(object: &Map<String, Value>) -> bool {
    object.contains_key(windlass::expr::MARK) || is_secret(object)
}

fn is_secret(object: &Map<String, Value>) -> bool {
    object.contains_key("hash") && object.contains_key("source")
}

/// The members that only one side has. If only the order differs, the whole lists.
fn members(before: &[Value], after: &[Value]) -> (Vec<String>, Vec<String>) {
    let mut come: Vec<&Value> = after.iter().collect();
    let mut gone = Vec::new();
    for old in before {
        match come.iter().position(|new| *new == old) {
            Some(at) => {
                come.remove(at);
            }
            None => gone.push(old),
        }
    }
    if gone.is_empty() && come.is_empty() {
        (gone, come) = (before.iter().collect(), after.iter().collect());
    }
    let shown = |members: Vec<&Value>| members.into_iter().map(value).collect();
    (shown(gone), shown(come))
}

/// The lines between the common beginning and the common end of two texts.
fn text_lines(before: &str, after: &str) -> (Vec<String>, Vec<String>) {
    let (old, new): (Vec<_>, Vec<_>) = (before.split('\n').collect(), after.split('\n').collect());
    let start = old
        .iter()
        .zip(&new)
        .take_while(|(old, new)| old == new)
        .count();
    let (left, right) = (old[start..].iter().rev(), new[start..].iter().rev());
    let end = left.zip(right).take_while(|(old, new)| old == new).count();
    let between = |lines: &[&str]| -> Vec<String> {
        let lines = &lines[start..lines.len() - end];
        lines.iter().map(|text| line(text).into_owned()).collect()
    };
    (between(&old), between(&new))
}

/// A path in a form for people: `ContainerDefinitions[app] › Image`. A key is one word, including its dots: `DockerLabels[com.example.team]`.
pub fn readable(path: &str) -> String {
    let mut depth = 0_u32;
    let mut shown = String::with_capacity(path.len() + 8);
    for c in path.chars() {
        match c {
            '[' => depth += 1,
            ']' => depth = depth.saturating_sub(1),
            '.' if depth == 0 => {
                shown.push_str(" › ");
                continue;
            }
            _ => {}
        }
        shown.push(c);
    }
    line(&shown).into_owned()
}

/// A value in one line, in full.
pub fn value(value: &Value) -> String {
    match (Expr::of(value), value) {
        (Ok(Some(Expr::Ref { address, output })), _) => {
            format!("({address}.{output}, known after up)")
        }
        (Ok(Some(_)), _) => "(known after up)".to_owned(),
        (_, Value::String(text)) => line(text).into_owned(),
        _ => nested(value),
    }
}

/// JSON, with references and secrets in a form for people.
fn nested(value: &Value) -> String {
    match value {
        Value::Array(items) => {
            let items: Vec<_> = items.iter().map(nested).collect();
            format!("[{}]", items.join(","))
        }
        Value::Object(object) if is_secret(object) => {
            format!("(secret, {})", object["source"])
        }
        Value::Object(object) => match Expr::of(value) {
            Ok(Some(Expr::Ref { address, output })) => format!("({address}.{output})"),
            Ok(Some(_)) => "(known after up)".to_owned(),
            _ => {
                let members: Vec<_> = object
                    .iter()
                    .map(|(key, value)| {
                        format!(
                            "{}:{}",
                            encoded(&Value::from(key.as_str()).to_string()),
                            nested(value)
                        )
                    })
                    .collect();
                format!("{{{}}}", members.join(","))
            }
        },
        Value::String(_) => encoded(&value.to_string()),
        plain => plain.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn plain(path: &str, before: Value, after: Value) -> String {
        let shown = difference(path, Some(&before), Some(&after), "");
        anstream::adapter::strip_str(&shown).to_string()
    }

    #[test]
    fn the_member_that_changes_is_shown_whole() {
        let rule = |port: u16, description: &str| json!({"CidrIp": "10.0.0.0/8", "Description": description, "FromPort": port, "IpProtocol": "tcp", "ToPort": port});
        let before = json!([rule(22, "ssh from the office"), rule(443, "https")]);
        let after = json!([
            rule(22, "ssh from the office and from home"),
            rule(443, "https")
        ]);
        let shown = plain("SecurityGroupIngress", before, after);
        let lines: Vec<_> = shown.lines().collect();
        assert_eq!(
            lines,
            [
                "    SecurityGroupIngress",
                r#"      - {"CidrIp":"10.0.0.0/8","Description":"ssh from the office","FromPort":22,"IpProtocol":"tcp","ToPort":22}"#,
                r#"      + {"CidrIp":"10.0.0.0/8","Description":"ssh from the office and from home","FromPort":22,"IpProtocol":"tcp","ToPort":22}"#,
            ]
        );
    }

    #[test]
    fn references_inside_are_readable() {
        let group = json!([{"ContainerPort": 80, "TargetGroupArn": {"$windlass": {"ref": "web/group", "output": "TargetGroupArn"}}}]);
        assert_eq!(
            plain("LoadBalancers", json!([]), group),
            "    LoadBalancers                          [] → [{\"ContainerPort\":80,\"TargetGroupArn\":(web/group.TargetGroupArn)}]"
        );
    }

    #[test]
    fn a_key_is_one_word() {
        assert_eq!(
            readable("DockerLabels[com.example.team]"),
            "DockerLabels[com.example.team]"
        );
        assert_eq!(
            readable("ContainerDefinitions[app].HealthCheck.Command"),
            "ContainerDefinitions[app] › HealthCheck › Command"
        );
    }

    #[test]
    fn a_value_draws_no_lines() {
        let before = json!("#!/bin/sh\necho one\nexit 0");
        let shown = plain(
            "UserData",
            before.clone(),
            json!("#!/bin/sh\n- db  AWS::RDS\u{1b}[31m\nexit 0"),
        );
        assert_eq!(
            shown,
            "    UserData                               #!/bin/sh\\necho one\\nexit 0 → #!/bin/sh\\n- db  AWS::RDS\\u{1b}[31m\\nexit 0"
        );
        let long = format!("#!/bin/sh\n{}\nexit 0", "x".repeat(120));
        let shown = plain("UserData", before, json!(long));
        let lines: Vec<_> = shown.lines().collect();
        let new = format!("      + {}", "x".repeat(120));
        assert_eq!(lines, ["    UserData", "      - echo one", &new]);
    }

    #[test]
    fn inside_objects_only_what_differs_is_shown() {
        let policy = |action: &str| json!({"Version": "2012-10-17", "Statement": [{"Action": action, "Effect": "Allow", "Resource": "*"}]});
        let shown = plain("PolicyDocument", policy("s3:GetObject"), policy("s3:*"));
        let lines: Vec<_> = shown.lines().collect();
        assert_eq!(
            lines,
            [
                "    PolicyDocument › Statement",
                r#"      - {"Action":"s3:GetObject","Effect":"Allow","Resource":"*"}"#,
                r#"      + {"Action":"s3:*","Effect":"Allow","Resource":"*"}"#,
            ]
        );
    }
}
