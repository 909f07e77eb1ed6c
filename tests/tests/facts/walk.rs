//! Follows CloudFormation's property paths through the schemas of the catalogue.

use windlass::schema::{Change, FieldSchema, KindSchema, Read, Shape, flattened};

/// What the catalogue declares for one path.
#[derive(Debug, Clone, Copy)]
pub struct Found {
    /// What a change does, as declared by the nearest property at or above the path.
    pub change: Change,
    /// Whether AWS returns the property and everything that contains it.
    pub read: Read,
    /// Whether every spec needs it: the property itself, or the choice that it is a variant of.
    pub required: bool,
}

/// The catalogue's entry for a path, such as `LoadBalancers[].ContainerPort`.
pub fn find(schema: &KindSchema, path: &str) -> Option<Found> {
    let mut fields = schema.fields;
    let mut found = Found {
        change: Change::InPlace,
        read: Read::Returned,
        required: false,
    };
    let mut segments = path.split('.').peekable();
    while let Some(segment) = segments.next() {
        let (name, lists) = (
            segment.trim_end_matches("[]"),
            segment.matches("[]").count(),
        );
        let (field, chosen) = named(fields, name)?;
        found = Found {
            change: if matches!(field.change, Change::Inherit) {
                found.change
            } else {
                field.change
            },
            read: if found.read == Read::Never {
                Read::Never
            } else {
                field.read
            },
            required: field.required || chosen.is_some_and(|choice| choice.required),
        };
        match inside(field.shape, lists) {
            // JSON may contain any path.
            Some(Shape::Json | Shape::Policy) => return Some(found),
            // Tags are a list of `Key` and `Value`. The kind's own further members are not paths here.
            Some(Shape::Tags) => {
                return matches!(segments.next(), None | Some("Key" | "Value")).then_some(found);
            }
            Some(Shape::Block(below) | Shape::Choice(below)) => fields = below,
            Some(_) => fields = &[],
            None => return None,
        }
    }
    Some(found)
}

/// The property of that name, and the choice that contains it.
fn named(
    fields: &'static [FieldSchema],
    name: &str,
) -> Option<(&'static FieldSchema, Option<&'static FieldSchema>)> {
    fields.iter().find_map(|field| match field.shape {
        Shape::Choice(variants) if field.name.is_empty() => variants
            .iter()
            .find(|variant| variant.name == name)
            .map(|variant| (variant, Some(field))),
        _ => (field.name == name).then_some((field, None)),
    })
}

/// The shape of the members `lists` lists deep. The shape itself if the path does not go into the list.
fn inside(shape: &'static Shape, lists: usize) -> Option<&'static Shape> {
    match (shape, lists) {
        (Shape::List(member) | Shape::Map(member), 1..) => inside(member, lists - 1),
        (Shape::Tags | Shape::Json, _) | (_, 0) => Some(shape),
        _ => None,
    }
}

/// Every path of a kind.
pub fn paths(schema: &KindSchema) -> Vec<String> {
    let mut paths = Vec::new();
    collect(schema.fields, "", &mut paths);
    paths
}

fn collect(fields: &'static [FieldSchema], above: &str, paths: &mut Vec<String>) {
    for field in flattened(fields) {
        let path = format!("{above}{}", field.name);
        members(field.shape, &path, paths);
        paths.push(path);
    }
}

fn members(shape: &'static Shape, path: &str, paths: &mut Vec<String>) {
    match shape {
        Shape::List(member) => members(member, &format!("{path}[]"), paths),
        Shape::Block(below) | Shape::Choice(below) => collect(below, &format!("{path}."), paths),
        Shape::Bool
        | Shape::Integer
        | Shape::Number
        | Shape::Text
        | Shape::Json
        | Shape::Policy
        | Shape::Tags
        | Shape::Secret
        | Shape::Map(_) => {}
    }
}
