//! Helpers that the unit tests of this service's kinds share.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::canonical::CanonicalJson;
use crate::request::Request;
use crate::resource::{Check, Declare, Resource, Samples};
use crate::schema::{Change, FieldSchema, Shape, flattened};
use crate::stack::Stack;

/// The messages of all problems that a spec, declared as `it`, causes.
pub fn problems(spec: impl Declare) -> Vec<String> {
    let document = Stack::test(
        "t",
        |cx| {
            spec.declare(cx, "it");
            Ok(())
        },
        Request::offline("us-east-1"),
    );
    let messages = document.problems.into_iter();
    messages.map(|problem| problem.message).collect()
}

/// The rules for every kind's samples: they pass the checks, they are read back as the resolved spec, they give every property, and they vary every
/// property whose change has an effect. If the change replaces, the property varies alone, unless it is `coupled`: its value decides which other
/// properties are allowed.
fn samples_are_complete<R: Resource + Check + Samples>(coupled: &[&str]) {
    let kind = R::SCHEMA.kind;
    let mut given = BTreeSet::new();
    let specs: Vec<Value> = R::samples().iter().map(Resource::to_json).collect();
    for (spec, sample) in specs.iter().zip(R::samples()) {
        assert_eq!(problems(sample), [""; 0], "{kind}: {spec}");
        let read = CanonicalJson::of(spec).read::<R::Resolved>();
        assert!(read.is_ok(), "{kind}: {spec}: {read:?}");
        paths(R::SCHEMA.fields, spec, "", &mut given);
    }
    let mut all = BTreeSet::new();
    every_path(R::SCHEMA.fields, "", &mut all);
    let missing: Vec<_> = all.difference(&given).collect();
    assert!(missing.is_empty(), "{kind}: no sample gives {missing:?}");
    for field in R::SCHEMA.fields {
        let together: Vec<_> = match field.shape {
            Shape::Choice(variants) => variants.iter().map(|variant| variant.name).collect(),
            _ => vec![field.name],
        };
        for field in flattened(std::slice::from_ref(field)) {
            let alone = matches!(field.change, Change::Replaces) && !coupled.contains(&field.name);
            let varied = specs.iter().enumerate().any(|(i, spec)| {
                let mut earlier = specs[..i].iter();
                earlier.any(|earlier| varies(earlier, spec, field.name, &together, alone))
            });
            let changes = !matches!(field.change, Change::AtCreationOnly);
            let name = field.name;
            assert!(varied || !changes, "{kind}: no sample varies {name}");
        }
    }
}

/// Whether two specs differ in a property, or in the variant of its choice; and, if `alone`, in nothing else.
fn varies(one: &Value, other: &Value, property: &str, together: &[&str], alone: bool) -> bool {
    let both = |name: &str| (one.get(name), other.get(name));
    let (a, b) = both(property);
    let given = if together.len() > 1 {
        a.is_some() || b.is_some()
    } else {
        a.is_some() && b.is_some()
    };
    let specs = [one, other].into_iter().filter_map(Value::as_object);
    let others = specs
        .flat_map(|object| object.keys())
        .any(|name| !together.contains(&name.as_str()) && both(name).0 != both(name).1);
    given && a != b && !(alone && others)
}

fn nested(shape: &'static Shape) -> Option<&'static [FieldSchema]> {
    match shape {
        Shape::Block(fields) => Some(fields),
        Shape::List(inner) | Shape::Map(inner) => nested(inner),
        _ => None,
    }
}

fn every_path(fields: &'static [FieldSchema], above: &str, all: &mut BTreeSet<String>) {
    for field in flattened(fields) {
        let path = format!("{above}{}", field.name);
        if let Some(fields) = nested(field.shape) {
            every_path(fields, &format!("{path}."), all);
        }
        all.insert(path);
    }
}

fn paths(fields: &'static [FieldSchema], value: &Value, above: &str, given: &mut BTreeSet<String>) {
    if let Value::Array(items) = value {
        for item in items {
            paths(fields, item, above, given);
        }
        return;
    }
    for field in flattened(fields) {
        let Some(value) = value.get(field.name) else {
            continue;
        };
        let path = format!("{above}{}", field.name);
        if let Some(fields) = nested(field.shape) {
            paths(fields, value, &format!("{path}."), given);
        }
        given.insert(path);
    }
}

macro_rules! complete {
    ($($test:ident: $kind:ident $(where $coupled:literal $(and $more:literal)* is coupled)?),+ $(,)?) => {$(
        #[test]
        fn $test() {
            samples_are_complete::<super::$kind>(&[$($coupled, $($more),*)?]);
        }
    )+};
}

complete! {
    samples_of_addresses: Eip,
    samples_of_internet_gateways: InternetGateway,
    samples_of_nat_gateways: NatGateway where "AvailabilityMode" and "ConnectivityType" is coupled,
    samples_of_routes: Route,
    samples_of_route_tables: RouteTable,
    samples_of_subnets: Subnet where "Ipv6Native" is coupled,
    samples_of_associations: SubnetRouteTableAssociation,
    samples_of_attachments: VpcGatewayAttachment,
}
