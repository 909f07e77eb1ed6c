//! Kinds that exist only in tests, one for each special feature of AWS's kinds.
//!
//! Not here: AWS's own kinds, whose schemas come from the catalogue.

use windlass::schema::{
    Change, Compare, FieldSchema, KindSchema, NameRule, OldGenerations, OutputSchema, Owner, Read,
    Removal, ReplaceOrder, Shape, Wait, default_compare,
};

/// A network. Nothing about it is unique. One property cannot be sent with its create call.
pub const NETWORK: &str = "Test::Net::Network";
/// A part of a network.
pub const SUBNET: &str = "Test::Net::Subnet";
/// Takes a while until it is ready, and a while until it is deleted.
pub const GATEWAY: &str = "Test::Net::Gateway";
/// A network can use each port number only once, so the old port must be deleted before a new one with the same number is made.
pub const PORT: &str = "Test::Net::Port";
/// Has a unique name, and is not visible to other resources at once.
pub const ROLE: &str = "Test::Iam::Role";
/// Holds services. AWS refuses to delete it while it does.
pub const CLUSTER: &str = "Test::Run::Cluster";
/// Every change makes a new revision, and the old ones stay.
pub const REVISION: &str = "Test::Run::Revision";
/// Takes a client token, and becomes stable after a while.
pub const SERVICE: &str = "Test::Run::Service";

const NAME: NameRule = NameRule {
    max: 32,
    also: "",
    prefix: "",
    lowercase: false,
    reserved: &[],
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

const fn replaces(name: &'static str) -> FieldSchema {
    field(name, Change::Replaces, &Shape::Text)
}

const fn in_place(name: &'static str) -> FieldSchema {
    field(name, Change::InPlace, &Shape::Text)
}

const fn named(name: &'static str) -> FieldSchema {
    FieldSchema {
        name_rule: Some(NAME),
        ..replaces(name)
    }
}

const TAGS: FieldSchema = field("Tags", Change::InPlace, &Shape::Tags);

const fn gives(name: &'static str) -> OutputSchema {
    OutputSchema { name, stable: true }
}

const fn kind(
    kind: &'static str,
    fields: &'static [FieldSchema],
    outputs: &'static [OutputSchema],
) -> KindSchema {
    KindSchema::plain(kind, "Id", fields, outputs)
}

static KINDS: &[KindSchema] = &[
    kind(
        NETWORK,
        &[
            replaces("Range"),
            FieldSchema {
                removal: Removal::Default("false"),
                ..field("Names", Change::InPlace, &Shape::Bool)
            },
            FieldSchema {
                read: Read::Never,
                ..in_place("Secretive")
            },
            TAGS,
        ],
        &[gives("NetworkId"), gives("Range")],
    ),
    kind(
        SUBNET,
        &[
            replaces("NetworkId"),
            replaces("Range"),
            in_place("Note"),
            TAGS,
        ],
        &[gives("SubnetId")],
    ),
    KindSchema {
        reference_wait: Wait::Ready,
        waits: &[Wait::Ready],
        ..kind(
            GATEWAY,
            &[replaces("SubnetId"), in_place("Note"), TAGS],
            &[gives("GatewayId")],
        )
    },
    KindSchema {
        replace: ReplaceOrder::DeleteFirst,
        ..kind(
            PORT,
            &[
                replaces("NetworkId"),
                field("Number", Change::Replaces, &Shape::Integer),
                replaces("Protocol"),
                in_place("Target"),
            ],
            &[gives("PortId")],
        )
    },
    kind(
        ROLE,
        &[
            named("RoleName"),
            replaces("Path"),
            in_place("Policy"),
            TAGS,
        ],
        &[gives("Arn"), gives("RoleName")],
    ),
    kind(
        CLUSTER,
        &[named("ClusterName"), in_place("Settings")],
        &[gives("Arn"), gives("ClusterName")],
    ),
    KindSchema {
        old_generations: OldGenerations::Kept(2),
        ..kind(
            REVISION,
            &[replaces("Family"), replaces("Image"), replaces("RoleArn")],
            &[gives("Arn")],
        )
    },
    KindSchema {
        waits: &[Wait::Ready, Wait::Stable],
        ..kind(
            SERVICE,
            &[
                named("ServiceName"),
                replaces("Cluster"),
                in_place("Revision"),
                FieldSchema {
                    compare: Compare::Set,
                    ..field("Subnets", Change::InPlace, &Shape::List(&Shape::Text))
                },
                field("Count", Change::InPlace, &Shape::Integer),
                TAGS,
            ],
            &[gives("Arn"), gives("Name")],
        )
    },
];

/// The schema of a kind, of these or of the catalogue.
pub fn schema(kind: &str) -> Option<&'static KindSchema> {
    let own = KINDS.iter().find(|schema| schema.kind == kind);
    own.or_else(|| windlass::aws::schema(kind))
}
