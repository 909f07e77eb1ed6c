//! Specs without the paths that moto refuses. Not here: the list of these paths (`windlass-local`'s `open_gaps`).

use serde_json::Value;

/// Whether the spec has a value at this path.
pub fn holds(spec: &Value, path: &str) -> bool {
    let mut spec = spec.clone();
    remove(&mut spec, path)
}

/// Removes the value at this path. Returns whether there was one.
pub fn remove(spec: &mut Value, path: &str) -> bool {
    let (path, wanted) = match path.split_once('=') {
        Some((path, wanted)) => (path, Some(wanted)),
        None => (path, None),
    };
    descend(spec, path, wanted)
}

fn descend(value: &mut Value, path: &str, wanted: Option<&str>) -> bool {
    let (step, rest) = match path.split_once('.') {
        Some((step, rest)) => (step, Some(rest)),
        None => (path, None),
    };
    let Some(members) = value.as_object_mut() else {
        return false;
    };
    let (name, inside) = match step.split_once('[') {
        Some((name, inside)) => (name, Some(inside.trim_end_matches(']'))),
        None => (step, None),
    };
    let Some(member) = members.get_mut(name) else {
        return false;
    };
    let fits = |value: &Value| wanted.is_none_or(|wanted| *value == wanted);
    match (inside, rest, member) {
        (None, None, member) => {
            let found = fits(member);
            if found {
                members.remove(name);
            }
            found
        }
        (None, Some(rest), member) => descend(member, rest, wanted),
        (Some(key), None, Value::Array(items)) => {
            let before = items.len();
            items.retain(|item| !item.get(key).is_some_and(fits));
            let found = items.len() < before;
            if items.is_empty() {
                members.remove(name);
            }
            found
        }
        (Some(_), Some(rest), Value::Array(items)) => {
            let found = items.iter_mut().map(|item| descend(item, rest, wanted));
            found.fold(false, |any, found| any | found)
        }
        _ => false,
    }
}
