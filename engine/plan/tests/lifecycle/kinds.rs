//! Small test kinds. Each has one special feature.

use serde_json::Value;
use windlass::schema::{
    Change, Compare, FieldSchema, KindSchema, NameRule, OldGenerations, OutputSchema, Owner, Read,
    Removal, ReplaceOrder, ReplacesWhen, Shape, Wait, default_compare,
};

const fn field(name: &'static str, change: Change, shape: &'static Shape) -> FieldSchema {
    FieldSchema {
        name,
        change,
        read: Read::Returned,
        compare: default_compare(shape),
        removal: Removal::Clears,
        owner: Owner::Author,
        required: false,
        shape,
        name_rule: None,
    }
}

const fn in_place(name: &'static str, shape: &'static Shape) -> FieldSchema {
    field(name, Change::InPlace, shape)
}

const fn replaces(name: &'static str, shape: &'static Shape) -> FieldSchema {
    field(name, Change::Replaces, shape)
}

const fn inherits(name: &'static str, shape: &'static Shape) -> FieldSchema {
    field(name, Change::Inherit, shape)
}

const fn named(name: &'static str) -> FieldSchema {
    FieldSchema {
        name_rule: Some(NameRule {
            max: 40,
            also: "",
            prefix: "",
            lowercase: false,
            reserved: &[],
        }),
        ..replaces(name, &Shape::Text)
    }
}

const fn output(name: &'static str) -> OutputSchema {
    OutputSchema { name, stable: true }
}

const TAGS: FieldSchema = in_place("Tags", &Shape::Tags);

const fn kind(
    kind: &'static str,
    fields: &'static [FieldSchema],
    outputs: &'static [OutputSchema],
) -> KindSchema {
    KindSchema::plain(kind, "Id", fields, outputs)
}

/// A network: waits, defaults, tags, an output that an update changes.
pub static NET: KindSchema = KindSchema {
    reference_wait: Wait::Ready,
    waits: &[Wait::Ready],
    ..kind(
        "Test::Net",
        &[
            replaces("Cidr", &Shape::Text),
            FieldSchema {
                removal: Removal::Default("true"),
                ..in_place("Dns", &Shape::Bool)
            },
            FieldSchema {
                removal: Removal::Keeps,
                ..in_place("Flow", &Shape::Text)
            },
            FieldSchema {
                change: Change::ReplacesIf {
                    when: "it shrinks",
                    test: shrinks,
                },
                ..in_place("Size", &Shape::Integer)
            },
            FieldSchema {
                read: Read::Never,
                ..in_place("Hint", &Shape::Text)
            },
            TAGS,
        ],
        &[
            output("Id"),
            OutputSchema {
                name: "Version",
                stable: false,
            },
        ],
    )
};

fn shrinks(old: &Value, new: &Value) -> bool {
    new.as_i64() < old.as_i64()
}

/// A part of a network. It is replaced along with the network, and AWS does not delete the network while the part exists.
pub static SUBNET: KindSchema = KindSchema {
    holds: &["NetId"],
    ..kind(
        "Test::Subnet",
        &[
            replaces("NetId", &Shape::Text),
            replaces("Cidr", &Shape::Text),
            in_place("Public", &Shape::Bool),
            TAGS,
        ],
        &[output("Id")],
    )
};

/// A kind of which AWS allows one at a time.
pub static GATE: KindSchema = KindSchema {
    replaces_when: &[ReplacesWhen {
        property: "Label",
        when: "label and note change places",
        test: |old, new| !old["Note"].is_null() && old["Note"] == new["Label"],
    }],
    replace: ReplaceOrder::DeleteFirst,
    ..kind(
        "Test::Gate",
        &[
            replaces("NetId", &Shape::Text),
            replaces("Mode", &Shape::Text),
            in_place("Label", &Shape::Text),
            in_place("Note", &Shape::Text),
        ],
        &[output("Id")],
    )
};

/// A role with a name that the engine makes, and a policy.
pub static ROLE: KindSchema = kind(
    "Test::Role",
    &[named("RoleName"), in_place("Policy", &Shape::Policy), TAGS],
    &[output("Arn")],
);

/// A policy that completes its role.
pub static ROLE_POLICY: KindSchema = KindSchema {
    completes: &["Role"],
    ..kind(
        "Test::RolePolicy",
        &[
            replaces("Role", &Shape::Text),
            in_place("Document", &Shape::Policy),
        ],
        &[],
    )
};

/// A target group, and a listener that completes it by a nested path.
pub static GROUP: KindSchema = kind(
    "Test::TargetGroup",
    &[
        named("Name"),
        replaces("Protocol", &Shape::Text),
        FieldSchema {
            compare: Compare::Set,
            ..in_place(
                "Rules",
                &Shape::List(&Shape::Block(&[
                    inherits("Port", &Shape::Integer),
                    inherits("From", &Shape::Text),
                ])),
            )
        },
    ],
    &[output("Arn")],
);

/// See [`GROUP`].
pub static LISTENER: KindSchema = KindSchema {
    completes: &["DefaultActions[].TargetGroupArn"],
    ..kind(
        "Test::Listener",
        &[
            replaces("Port", &Shape::Integer),
            in_place(
                "DefaultActions",
                &Shape::List(&Shape::Block(&[
                    inherits("Type", &Shape::Text),
                    inherits("TargetGroupArn", &Shape::Text),
                ])),
            ),
        ],
        &[output("Arn")],
    )
};

/// Task definitions, whose old revisions are kept.
pub static TASK: KindSchema = KindSchema {
    old_generations: OldGenerations::Kept(2),
    ..kind(
        "Test::Task",
        &[
            named("Family"),
            replaces("RoleArn", &Shape::Text),
            FieldSchema {
                compare: Compare::Keyed("Name"),
                ..replaces(
                    "Containers",
                    &Shape::List(&Shape::Block(&[
                        inherits("Name", &Shape::Text),
                        inherits("Image", &Shape::Text),
                        inherits("Memory", &Shape::Integer),
                        inherits("Environment", &Shape::Map(&Shape::Text)),
                    ])),
                )
            },
        ],
        &[output("Arn")],
    )
};

/// A service: a wait for a stable state, a count that an auto scaler changes, a property that matters only at creation, and a secret.
pub static SERVICE: KindSchema = KindSchema {
    waits: &[Wait::Ready, Wait::Stable],
    ..kind(
        "Test::Service",
        &[
            named("Name"),
            in_place("Task", &Shape::Text),
            FieldSchema {
                owner: Owner::AfterCreation("an auto scaler"),
                ..in_place("Count", &Shape::Integer)
            },
            field("Launch", Change::AtCreationOnly, &Shape::Text),
            in_place("Grace", &Shape::Integer),
            in_place("Password", &Shape::Secret),
            FieldSchema {
                compare: Compare::Set,
                ..in_place("Subnets", &Shape::List(&Shape::Text))
            },
            in_place(
                "Scaling",
                &Shape::Block(&[
                    inherits("Min", &Shape::Integer),
                    inherits("Max", &Shape::Integer),
                    replaces("Zone", &Shape::Text),
                ]),
            ),
            in_place("TargetGroup", &Shape::Text),
        ],
        &[output("Arn")],
    )
};

/// Every kind of these tests, and the catalogue.
pub fn schema(kind: &str) -> Option<&'static KindSchema> {
    let all = [
        &NET,
        &SUBNET,
        &GATE,
        &ROLE,
        &ROLE_POLICY,
        &GROUP,
        &LISTENER,
        &TASK,
        &SERVICE,
    ];
    all.into_iter()
        .find(|schema| schema.kind == kind)
        .or_else(|| windlass::aws::schema(kind))
}
