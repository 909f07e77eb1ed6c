//! Whether a resource is as declared, decided from texts alone: unchanged specs are never parsed.
//!
//! It may answer no where nothing differs, but never yes where something does. Not here: what differs, which `diff` finds out.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::Value;
use windlass::canonical::CanonicalJson;
use windlass::schema::{FieldSchema, KindSchema, Owner, Read, Shape};

use crate::references::filled;
use crate::resolve::merge_tags;

/// The current declaration, and the declaration when the spec was applied.
#[derive(Debug, Clone, Copy)]
pub struct Declared<'t> {
    pub template: &'t CanonicalJson,
    pub default_tags: &'t DefaultTags<'t>,
}

/// Tags for every resource that takes tags.
#[derive(Debug)]
pub struct DefaultTags<'t> {
    tags: &'t BTreeMap<String, String>,
    /// The tags of a resource without tags of its own.
    alone: CanonicalJson,
}

impl<'t> DefaultTags<'t> {
    pub fn of(tags: &'t BTreeMap<String, String>) -> Self {
        let mut alone = Value::Array(Vec::new());
        merge_tags(&mut alone, tags);
        Self {
            tags,
            alone: CanonicalJson::of(&alone),
        }
    }

    fn beside<'o>(
        &self,
        own: &'o str,
        output: &dyn Fn(&str, &str) -> Option<Cow<'o, str>>,
    ) -> Option<Cow<'o, str>> {
        let mut own: Value = serde_json::from_str(&filled(own, output)?).ok()?;
        merge_tags(&mut own, self.tags);
        Some(Cow::Owned(CanonicalJson::of(&own).as_str().to_owned()))
    }
}

/// Whether every property resolves to the applied value, and AWS shows that value as far as it returns it.
pub fn stands<'t>(
    schema: &KindSchema,
    declared: Declared<'t>,
    applied: &CanonicalJson,
    seen: Option<&CanonicalJson>,
    output: &dyn Fn(&str, &str) -> Option<Cow<'t, str>>,
) -> bool {
    let tags = declared.default_tags;
    let tagged = schema.tags().filter(|_| !tags.tags.is_empty());
    let mut named = schema.physical_name().map(|(field, _)| field.name);
    let mut template = declared.template.members().peekable();
    let mut seen = seen.map(|seen| seen.members().peekable());
    for (name, value) in applied.members() {
        let own = template.next_if(|(own, _)| *own == name);
        let own = own.map(|(_, own)| own);
        let wanted = match own {
            Some(own) if tagged.is_some_and(|field| field.name == name) => tags.beside(own, output),
            Some(own) => filled(own, output),
            None if tagged.is_some_and(|field| field.name == name) => {
                Some(Cow::Borrowed(tags.alone.as_str()))
            }
            // The name that the engine once made is kept.
            None if named == Some(name) => Some(Cow::Borrowed(value)),
            None => None,
        };
        if wanted.is_none_or(|wanted| wanted != value) {
            return false;
        }
        named = named.filter(|named| *named != name);
        if let Some(seen) = &mut seen {
            while seen.next_if(|(other, _)| *other < name).is_some() {}
            let same = seen.next_if(|(other, seen)| *other == name && *seen == value);
            if same.is_none() && !schema.field(name).is_some_and(is_not_compared) {
                return false;
            }
        }
    }
    template.next().is_none() && named.is_none()
}

/// Whether AWS's value of a property does not count.
fn is_not_compared(field: &FieldSchema) -> bool {
    field.read == Read::Never
        || matches!(field.shape, Shape::Secret)
        || matches!(field.owner, Owner::AfterCreation(_))
}
