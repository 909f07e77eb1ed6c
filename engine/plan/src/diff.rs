//! The three-way difference of one resource: what the author wants, what was last applied, and what AWS says.
//!
//! The comparison looks only at paths that the author writes now, or wrote last time; it leaves alone what belongs to AWS or to others. Not here: what
//! follows from a difference, which `decide` knows.

use serde_json::Value;
use windlass::schema::{
    Change, Compare, FieldSchema, KindSchema, Owner, Read, Removal, Shape, flattened,
};

use crate::compare::{is_blank, member_key, members, same};
use crate::evaluate::{has_holes, is_hole};
use crate::plan::FieldChange;

/// The three sides of a comparison.
#[derive(Debug, Clone, Copy)]
pub struct Sides<'v> {
    /// The desired spec after `resolve`; holes are not known yet.
    pub desired: &'v Value,
    /// The spec as last applied.
    pub applied: &'v Value,
    /// The properties as read. If they were not read, the comparison takes the applied spec in their place.
    pub observed: Option<&'v Value>,
}

/// The result of a comparison.
#[derive(Debug, Default, PartialEq)]
pub struct Diff {
    /// The properties that differ, in the schema's order.
    pub fields: Vec<FieldChange>,
    /// The names of the top-level properties that differ.
    pub properties: Vec<String>,
    /// Differences that no step changes, in words.
    pub notes: Vec<String>,
}

impl Diff {
    /// Whether one of the differences needs a new generation.
    #[must_use]
    pub fn replaces(&self) -> bool {
        self.fields.iter().any(|field| field.replaces)
    }
}

/// Compares the three sides. Paths in `owned_elsewhere` are left alone.
#[must_use]
pub fn diff(schema: &KindSchema, sides: Sides<'_>, owned_elsewhere: &[String]) -> Diff {
    let mut differ = Differ {
        owned_elsewhere,
        spec: sides.desired,
        path: String::new(),
        found: Diff::default(),
    };
    for (field, chosen) in chosen(schema.fields, Some(sides.desired)) {
        let known = differ.found.fields.len();
        let trio = Trio {
            desired: sides.desired.get(field.name),
            applied: sides.applied.get(field.name),
            current: sides.observed.unwrap_or(sides.applied).get(field.name),
        };
        differ.field(field, Class::InPlace, trio, chosen);
        if differ.found.fields.len() > known {
            differ.found.properties.push(field.name.to_owned());
            if together_replace(schema, field.name, sides) {
                for change in &mut differ.found.fields[known..] {
                    change.replaces = true;
                }
            }
        }
    }
    differ.found
}

/// Whether the two whole specs make a change of this property a replacement.
pub(crate) fn together_replace(schema: &KindSchema, property: &str, sides: Sides<'_>) -> bool {
    let rules = schema.replaces_when.iter();
    rules
        .filter(|rule| rule.property == property)
        .any(|rule| (rule.test)(sides.applied, sides.desired))
}

/// Whether `have` contains everything in `want`, whatever else it contains.
pub(crate) fn covers(compare: Compare, shape: &'static Shape, want: &Value, have: &Value) -> bool {
    let mut differ = Differ {
        owned_elsewhere: &[],
        spec: &Value::Null,
        path: String::new(),
        found: Diff::default(),
    };
    let trio = Trio {
        desired: Some(want),
        applied: Some(want),
        current: Some(have),
    };
    differ.value(compare, shape, Class::InPlace, want, trio);
    differ.found.fields.is_empty()
}

/// Whether two members have the same content.
fn alike(compare: Compare, shape: &'static Shape, a: &Value, b: &Value) -> bool {
    covers(compare, shape, a, b) && covers(compare, shape, b, a)
}

/// The properties with the variants of choices in place of the choice, and whether a variant of the choice is written.
fn chosen<'v>(
    fields: &'static [FieldSchema],
    desired: Option<&'v Value>,
) -> impl Iterator<Item = (&'static FieldSchema, bool)> + 'v {
    fields.iter().flat_map(move |field| {
        let (variants, chosen) = match field.shape {
            Shape::Choice(variants) => {
                let given =
                    |variant: &FieldSchema| desired.is_some_and(|d| d.get(variant.name).is_some());
                (*variants, variants.iter().any(given))
            }
            _ => (std::slice::from_ref(field), false),
        };
        variants.iter().map(move |variant| (variant, chosen))
    })
}

/// Whether a path, as written in an option, names this path or one that contains it. Keys in brackets may be left out.
pub(crate) fn is_owned_elsewhere(owned: &[String], path: &str) -> bool {
    let matches = |owner: &str, path: &str| {
        path.strip_prefix(owner)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
    };
    owned.iter().any(|owner| {
        matches(owner, path) || (path.contains('[') && matches(owner, &without_keys(path)))
    })
}

fn without_keys(path: &str) -> String {
    let mut depth = 0_u32;
    path.chars()
        .filter(|c| {
            match c {
                '[' => depth += 1,
                ']' => {
                    depth = depth.saturating_sub(1);
                    return false;
                }
                _ => {}
            }
            depth == 0
        })
        .collect()
}

#[derive(Clone, Copy)]
struct Trio<'v> {
    desired: Option<&'v Value>,
    applied: Option<&'v Value>,
    current: Option<&'v Value>,
}

impl<'v> Trio<'v> {
    fn get(self, name: &str) -> Self {
        let get = |side: Option<&'v Value>| side.and_then(|value| value.get(name));
        Self {
            desired: get(self.desired),
            applied: get(self.applied),
            current: get(self.current),
        }
    }
}

/// The effect of a change after its conditions were tested.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    InPlace,
    Replaces,
    AtCreationOnly,
}

struct Differ<'a> {
    owned_elsewhere: &'a [String],
    /// The whole desired spec, on which defaults can depend.
    spec: &'a Value,
    path: String,
    found: Diff,
}

impl Differ<'_> {
    /// `chosen`: another property of the same choice is written.
    fn field(
        &mut self,
        field: &'static FieldSchema,
        inherited: Class,
        mut trio: Trio<'_>,
        chosen: bool,
    ) {
        if trio.desired.is_none() && trio.applied.is_none() {
            return;
        }
        if is_blank(trio.desired) && is_blank(trio.applied) && is_blank(trio.current) {
            return;
        }
        if field.read == Read::Never || matches!(field.shape, Shape::Secret) {
            trio.current = trio.applied;
        }
        let length = self.enter(field.name);
        let left_alone = matches!(field.owner, Owner::AfterCreation(_))
            || is_owned_elsewhere(self.owned_elsewhere, &self.path);
        if !left_alone {
            let class = class(field.change, inherited, trio);
            match trio.desired {
                None => self.removal(field, class, trio, chosen),
                // AWS may leave out a value that equals the default, and so may an author.
                Some(desired) if trio.current.is_none() && self.is_default(field, desired) => {}
                Some(desired) => self.value(field.compare, field.shape, class, desired, trio),
            }
        }
        self.path.truncate(length);
    }

    /// Whether a value means the same as its absence. An empty list can mean more: a security group with an empty list of egress rules allows no
    /// outbound traffic.
    fn is_default(&self, field: &'static FieldSchema, desired: &Value) -> bool {
        let single = !matches!(field.shape, Shape::List(_) | Shape::Map(_) | Shape::Tags);
        let default = single.then(|| field.default_in(self.spec)).flatten();
        default.is_some_and(|default| same(field.compare, field.shape, desired, &default))
    }

    /// The author wrote the property last time and has removed it.
    fn removal(&mut self, field: &'static FieldSchema, class: Class, trio: Trio<'_>, chosen: bool) {
        let (Some(applied), compare, shape) = (trio.applied, field.compare, field.shape) else {
            return;
        };
        match field.removal {
            Removal::Keeps if !chosen && !is_blank(trio.current) => self.kept(trio.current),
            Removal::Keeps => {}
            Removal::Default(_) | Removal::DefaultBy(_) => {
                let Some(default) = field.default_in(self.spec) else {
                    return;
                };
                // After the default was applied in its place, the author owns nothing here any more.
                let reset = same(compare, shape, applied, &default);
                let there = is_blank(trio.current)
                    || trio
                        .current
                        .is_some_and(|current| covers(compare, shape, &default, current));
                if !reset && !there {
                    self.record(class, trio.current, Some(&default), false);
                }
            }
            Removal::Releases => {
                if !chosen && !is_blank(trio.current) {
                    self.record(class, trio.current, None, false);
                }
            }
            Removal::Clears => match (compare, shape) {
                (Compare::Set, _) | (Compare::Keyed(_), _) | (_, Shape::Map(_)) => {
                    let empty = match shape {
                        Shape::Map(_) => Value::Object(serde_json::Map::new()),
                        _ => Value::Array(Vec::new()),
                    };
                    self.value(compare, shape, class, &empty, trio);
                }
                _ if !is_blank(trio.current) => self.record(class, trio.current, None, false),
                _ => {}
            },
        }
    }

    /// Notes that the removed value stays, because no call could remove it.
    fn kept(&mut self, current: Option<&Value>) {
        let value = current.map_or_else(String::new, Value::to_string);
        self.found.notes.push(format!(
            "`{}` is not declared any more, but AWS cannot clear it: it stays {value}, while a new resource would have AWS's default",
            self.path
        ));
    }

    fn value(
        &mut self,
        compare: Compare,
        shape: &'static Shape,
        class: Class,
        desired: &Value,
        trio: Trio<'_>,
    ) {
        if is_hole(desired) {
            let drift = trio.applied == Some(desired);
            self.record(class, trio.current, Some(desired), drift);
            return;
        }
        match (compare, shape) {
            (Compare::Set, Shape::List(inner)) => self.set(inner, class, desired, trio),
            (Compare::Keyed(key), Shape::List(inner)) => {
                self.keyed(key, inner, class, desired, trio);
            }
            (Compare::Keyed(_), Shape::Tags) => self.tags(class, desired, trio),
            (Compare::Exact, Shape::Block(fields) | Shape::Choice(fields)) => {
                self.block(fields, class, desired, trio);
            }
            (Compare::Exact, Shape::Map(inner)) => self.map(inner, class, desired, trio),
            (Compare::Exact, Shape::List(inner)) => self.list(inner, class, desired, trio),
            _ => self.whole(compare, shape, class, desired, trio),
        }
    }

    fn whole(
        &mut self,
        compare: Compare,
        shape: &'static Shape,
        class: Class,
        desired: &Value,
        trio: Trio<'_>,
    ) {
        let is = |side: Option<&Value>| match side {
            Some(value) if same(compare, shape, desired, value) => true,
            side => is_blank(Some(desired)) && is_blank(side),
        };
        if !is(trio.current) {
            let drift = trio.applied.is_some() && is(trio.applied);
            self.record(class, trio.current, Some(desired), drift);
        }
    }

    fn block(
        &mut self,
        fields: &'static [FieldSchema],
        class: Class,
        desired: &Value,
        trio: Trio<'_>,
    ) {
        if trio.current.is_some_and(Value::is_object) && desired.is_object() {
            for (field, chosen) in chosen(fields, Some(desired)) {
                self.field(field, class, trio.get(field.name), chosen);
            }
        } else if !(is_blank(Some(desired)) && is_blank(trio.current)) {
            let drift = trio.applied == Some(desired);
            let class = presence(fields, class, desired);
            self.record(class, trio.current, Some(desired), drift);
        }
    }

    fn map(&mut self, inner: &'static Shape, class: Class, desired: &Value, trio: Trio<'_>) {
        let empty = serde_json::Map::new();
        let keys_of = |side: Option<&Value>| -> Vec<String> {
            let object = side.and_then(Value::as_object).unwrap_or(&empty);
            object.keys().cloned().collect()
        };
        let mut keys = keys_of(Some(desired));
        keys.extend(keys_of(trio.applied));
        keys.sort_unstable();
        keys.dedup();
        for key in keys {
            let mut member = trio.get(&key);
            member.desired = desired.get(&key);
            self.member(&key, inner, class, member);
        }
    }

    fn keyed(
        &mut self,
        key: &str,
        inner: &'static Shape,
        class: Class,
        desired: &Value,
        trio: Trio<'_>,
    ) {
        let find = |side: &'_ [Value], name: &str| -> Option<usize> {
            side.iter()
                .position(|member| member_key(member, key) == name)
        };
        let (wanted, applied, current) = (
            members(Some(desired)),
            members(trio.applied),
            members(trio.current),
        );
        // For example two addresses for one host name: then only whole members can be distinguished.
        if repeats(wanted, key) || repeats(applied, key) {
            return self.set(inner, class, desired, trio);
        }
        let mut names: Vec<String> = Vec::new();
        for member in wanted.iter().chain(applied) {
            let name = member_key(member, key);
            if !names.contains(&name) {
                names.push(name);
            }
        }
        for name in names {
            let trio = Trio {
                desired: find(wanted, &name).map(|at| &wanted[at]),
                applied: find(applied, &name).map(|at| &applied[at]),
                current: find(current, &name).map(|at| &current[at]),
            };
            self.member(&name, inner, class, trio);
        }
    }

    fn tags(&mut self, class: Class, desired: &Value, trio: Trio<'_>) {
        /// A tag's value; the whole tag if it contains more, such as whether instances get it too.
        fn value<'v>(tags: Option<&'v Value>, key: &str) -> Option<&'v Value> {
            let mut tags = members(tags).iter();
            let tag = tags.find(|tag| member_key(tag, "Key") == key)?;
            let says_more = tag.as_object().is_some_and(|tag| tag.len() > 2);
            if says_more {
                Some(tag)
            } else {
                tag.get("Value")
            }
        }
        let written = members(Some(desired)).iter().chain(members(trio.applied));
        let mut keys: Vec<_> = written.map(|tag| member_key(tag, "Key")).collect();
        keys.sort_unstable();
        keys.dedup();
        for key in keys {
            let trio = Trio {
                desired: value(Some(desired), &key),
                applied: value(trio.applied, &key),
                current: value(trio.current, &key),
            };
            self.member(&key, &Shape::Text, class, trio);
        }
    }

    /// One member of a map, a keyed list or tags.
    fn member(&mut self, name: &str, shape: &'static Shape, class: Class, trio: Trio<'_>) {
        let length = self.path.len();
        self.path.push('[');
        self.path.push_str(name);
        self.path.push(']');
        match trio.desired {
            // An empty text is a value here, because a tag may have one.
            Some(desired) if trio.current.is_none() => {
                let drift = trio.applied == Some(desired);
                self.record(class, None, Some(desired), drift);
            }
            Some(desired) => self.value(
                windlass::schema::default_compare(shape),
                shape,
                class,
                desired,
                trio,
            ),
            None if trio.current.is_some() => self.record(class, trio.current, None, false),
            None => {}
        }
        self.path.truncate(length);
    }

    fn set(&mut self, inner: &'static Shape, class: Class, desired: &Value, trio: Trio<'_>) {
        let compare = windlass::schema::default_compare(inner);
        let (wanted, applied) = (members(Some(desired)), members(trio.applied));
        // The members that the author wrote last time and does not want any more in this form.
        let stale: Vec<&Value> = match trio.applied {
            Some(applied) if applied == desired => Vec::new(),
            _ => applied
                .iter()
                .filter(|old| !wanted.iter().any(|want| alike(compare, inner, want, old)))
                .collect(),
        };
        let mut rest: Vec<&Value> = members(trio.current).iter().collect();
        let mut take = |want: &Value, instead: &[&Value]| {
            let at = rest.iter().position(|have| {
                !is_hole(want)
                    && covers(compare, inner, want, have)
                    && !instead.iter().any(|old| covers(compare, inner, old, have))
            })?;
            Some(rest.remove(at))
        };
        let (mut there, mut missing) = (Vec::new(), false);
        let mut wanted_first: Vec<&Value> = wanted.iter().collect();
        wanted_first.sort_by_key(|want| std::cmp::Reverse(says(want)));
        for want in wanted_first {
            // A member that loses a property, such as its description, counts as missing while AWS still shows the property.
            let more: Vec<&Value> = stale
                .iter()
                .filter(|old| covers(compare, inner, want, old))
                .copied()
                .collect();
            match take(want, &more) {
                Some(found) => there.push(found.clone()),
                None => missing = true,
            }
        }
        let unwanted: Vec<_> = stale
            .iter()
            .filter_map(|old| take(old, &[]))
            .cloned()
            .collect();
        if missing || !unwanted.is_empty() {
            there.extend(unwanted);
            let drift = wanted.len() == applied.len()
                && wanted
                    .iter()
                    .all(|want| applied.iter().any(|old| covers(compare, inner, want, old)));
            let before = trio.current.map(|_| Value::Array(there));
            self.record(class, before.as_ref(), Some(desired), drift);
        }
    }

    fn list(&mut self, inner: &'static Shape, class: Class, desired: &Value, trio: Trio<'_>) {
        let compare = windlass::schema::default_compare(inner);
        let (wanted, applied, current) = (
            members(Some(desired)),
            members(trio.applied),
            members(trio.current),
        );
        let blocks = matches!(inner, Shape::Block(_) | Shape::Choice(_));
        if blocks && wanted.len() == current.len() {
            for (at, want) in wanted.iter().enumerate() {
                let trio = Trio {
                    desired: Some(want),
                    applied: applied.get(at),
                    current: Some(&current[at]),
                };
                let length = self.path.len();
                self.path.push_str(&format!("[{at}]"));
                self.value(compare, inner, class, want, trio);
                self.path.truncate(length);
            }
            return;
        }
        let equal = |side: &[Value]| {
            side.len() == wanted.len()
                && wanted
                    .iter()
                    .zip(side)
                    .all(|(want, have)| !has_holes(want) && covers(compare, inner, want, have))
        };
        if !equal(current) {
            let drift = trio.applied.is_some() && equal(applied);
            self.record(class, trio.current, Some(desired), drift);
        }
    }

    fn record(&mut self, class: Class, before: Option<&Value>, after: Option<&Value>, drift: bool) {
        if class == Class::AtCreationOnly {
            // Changes that others made of such a property do not matter.
            if !drift {
                let shown =
                    |value: Option<&Value>| value.map_or("nothing".to_owned(), Value::to_string);
                self.found.notes.push(format!(
                    "`{}` only counts when the resource is made: it stays {}, and {} holds once it is replaced",
                    self.path,
                    shown(before),
                    shown(after),
                ));
            }
            return;
        }
        self.found.fields.push(FieldChange {
            path: self.path.clone(),
            before: before.cloned(),
            after: after.cloned(),
            replaces: class == Class::Replaces,
            drift,
        });
    }

    fn enter(&mut self, name: &str) -> usize {
        let length = self.path.len();
        if length > 0 {
            self.path.push('.');
        }
        self.path.push_str(name);
        length
    }
}

/// Whether two members have the same key.
pub(crate) fn repeats(members: &[Value], key: &str) -> bool {
    let mut names: Vec<_> = members
        .iter()
        .map(|member| member_key(member, key))
        .collect();
    names.sort_unstable();
    names.windows(2).any(|pair| pair[0] == pair[1])
}

/// The number of values in a member. Members with the most values are matched first, so that `port 80` never takes the place of `port 80, udp`.
fn says(value: &Value) -> usize {
    match value {
        Value::Array(items) => items.iter().map(says).sum(),
        Value::Object(object) => object.values().map(says).sum(),
        _ => 1,
    }
}

/// The effect of a change of this property, with its condition tested.
fn class(change: Change, inherited: Class, trio: Trio<'_>) -> Class {
    match change {
        Change::Inherit => inherited,
        Change::InPlace => Class::InPlace,
        Change::Replaces => Class::Replaces,
        Change::AtCreationOnly => Class::AtCreationOnly,
        Change::ReplacesIf { test, .. } => {
            if trio.desired.is_some_and(is_hole) {
                // A condition that cannot be tested yet is not left to execution.
                return Class::Replaces;
            }
            // The author's own earlier form is the better base of the test. The observed form counts only if the author changed nothing.
            let old = match trio.applied {
                Some(applied) if trio.desired != Some(applied) => Some(applied),
                _ => trio.current,
            };
            let null = Value::Null;
            if test(old.unwrap_or(&null), trio.desired.unwrap_or(&null)) {
                Class::Replaces
            } else {
                Class::InPlace
            }
        }
    }
}

/// The effect of adding a block with these properties where there was none.
fn presence(fields: &'static [FieldSchema], inherited: Class, block: &Value) -> Class {
    let null = Value::Null;
    let replaces = flattened(fields).any(|field| {
        let Some(value) = block.get(field.name) else {
            return false;
        };
        let trio = Trio {
            desired: Some(value),
            applied: None,
            current: Some(&null),
        };
        class(field.change, inherited, trio) == Class::Replaces
    });
    if replaces { Class::Replaces } else { inherited }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use windlass::aws::elasticloadbalancingv2::LoadBalancer;
    use windlass::resource::Resource;

    use super::*;

    #[test]
    fn properties_can_decide_together_that_it_is_replaced() {
        let balancer = |of: &str, groups: Value| json!({"Type": of, "Subnets": ["a", "b"], "SecurityGroups": groups});
        let replaces = |of: &str, before: Value, after: Value| {
            let (applied, desired) = (balancer(of, before), balancer(of, after));
            let sides = Sides {
                desired: &desired,
                applied: &applied,
                observed: None,
            };
            let found = diff(LoadBalancer::SCHEMA, sides, &[]);
            assert_eq!(found.properties, ["SecurityGroups"]);
            found.replaces()
        };
        assert!(replaces("network", json!([]), json!(["sg-1"])));
        assert!(!replaces("network", json!(["sg-1"]), json!(["sg-2"])));
        assert!(!replaces("application", json!([]), json!(["sg-1"])));
    }
}
