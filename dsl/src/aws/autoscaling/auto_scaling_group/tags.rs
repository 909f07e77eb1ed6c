//! Tags of a group, each with whether AWS copies it to the group's instances.
//!
//! The document contains `PropagateAtLaunch` only if it is `false`, so that the stack's own tags need no such member.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

use crate::schema::Shape;
use crate::value::{Field, Input};

/// The tags of a group.
#[derive(Debug, Clone, Default)]
pub struct GroupTags(BTreeMap<String, (Input<String>, bool)>);

impl GroupTags {
    pub(super) fn set(&mut self, key: String, value: Input<String>, at_launch: bool) {
        self.0.insert(key, (value, at_launch));
    }

    pub(super) fn keys(&self) -> impl Iterator<Item = &String> {
        self.0.keys()
    }
}

impl Field for GroupTags {
    type Resolved = ResolvedGroupTags;
    const SHAPE: &'static Shape = &Shape::Tags;
    fn to_json(&self) -> Option<Value> {
        let tag = |(key, (value, at_launch)): (&String, &(Input<String>, bool))| {
            let mut tag = json!({"Key": key, "Value": value.to_value()});
            if !at_launch {
                tag["PropagateAtLaunch"] = json!(false);
            }
            tag
        };
        (!self.0.is_empty()).then(|| self.0.iter().map(tag).collect())
    }
}

/// The tags of a group as its life cycle receives them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(from = "Vec<Tag>")]
pub struct ResolvedGroupTags(pub BTreeMap<String, ResolvedGroupTag>);

/// One tag of a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResolvedGroupTag {
    pub value: String,
    /// Whether AWS copies the tag to instances that the group launches.
    pub at_launch: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Tag {
    key: String,
    value: String,
    #[serde(default = "yes")]
    propagate_at_launch: bool,
}

fn yes() -> bool {
    true
}

impl From<Vec<Tag>> for ResolvedGroupTags {
    fn from(tags: Vec<Tag>) -> Self {
        let tag = |tag: Tag| {
            let value = ResolvedGroupTag {
                value: tag.value,
                at_launch: tag.propagate_at_launch,
            };
            (tag.key, value)
        };
        Self(tags.into_iter().map(tag).collect())
    }
}
