//! The schema of a kind: for every property its shape, what a change of it does, and who owns it.
//!
//! The derive writes these tables from the attributes on a spec. Planning, the simulated cloud and the catalogue tests read them. Not here: how AWS is
//! called.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Everything that planning knows about one kind.
#[derive(Debug)]
pub struct KindSchema {
    /// CloudFormation type name, such as `AWS::EC2::Subnet`.
    pub kind: &'static str,
    /// The properties and attributes that form the identifier of a resource, such as `VpcId` or `RoleName|PolicyName`.
    pub id: &'static str,
    /// The properties at the top of the spec.
    pub fields: &'static [FieldSchema],
    /// The attributes that AWS gives once the resource exists.
    pub outputs: &'static [OutputSchema],
    /// How long a reference waits by default.
    pub reference_wait: Wait,
    /// The waits that this kind supports, beyond [`Wait::Exists`].
    pub waits: &'static [Wait],
    /// The order of a replacement, if the author does not say.
    pub replace: ReplaceOrder,
    /// What happens to generations that are not current.
    pub old_generations: OldGenerations,
    /// Properties that name the resource that this one completes: every user of that resource waits for this one, too. Nested properties are paths,
    /// such as `DefaultActions[].TargetGroupArn`.
    pub completes: &'static [&'static str],
    /// Replacements that no property decides alone.
    pub replaces_when: &'static [ReplacesWhen],
    /// Values that two resources of the kind cannot have at the same time, not even for a moment.
    pub exclusive: &'static [Exclusive],
    /// Top-level lists whose members the resource's users use: new members exist before the users change, and old members stay until the users have
    /// changed.
    pub lends: &'static [&'static str],
    /// Paths such as `NetworkConfiguration.AwsvpcConfiguration.Subnets[]`: AWS refuses to delete a resource that is named there while this resource
    /// names it. A resource that is named at another path can be deleted at any time.
    pub holds: &'static [&'static str],
    /// Tells by kind and spec which other resources keep AWS from deleting this one, although they name it only through others.
    pub held_by: Option<fn(&str, &Value) -> bool>,
    /// Resources that serve one owner at a time: a target group serves one load balancer.
    pub serves_one: &'static [ServesOne],
    /// Resources that this one cannot leave without being replaced: a load balancer cannot leave its VPC.
    pub stays_in: &'static [StaysIn],
    /// Properties that AWS changes only after the resource's users have changed.
    pub users_first: &'static [UsersFirst],
    /// Properties of other resources that AWS changes on behalf of this one.
    pub drives: &'static [Drives],
}

/// Resources that are named at certain paths and serve one owner at a time, whatever the kinds of the resources that name them.
#[derive(Debug, Clone, Copy)]
pub struct ServesOne {
    /// The paths that name them, such as `DefaultActions[].TargetGroupArn`.
    pub members: &'static [&'static str],
    /// The property that names the owner, then the owner's property that names the real owner, and so on: `ListenerArn`, `LoadBalancerArn`. Empty if
    /// this resource is the owner.
    pub owner: &'static [&'static str],
    /// Whether the named resource is replaced together with the owner, so that both generations can exist side by side. Otherwise the old generation of
    /// this resource goes first.
    pub follows: bool,
}

/// A property whose change replaces the resource if the resource that it names has another place.
#[derive(Debug, Clone, Copy)]
pub struct StaysIn {
    /// The path that names other resources, such as `Subnets[]`.
    pub path: &'static str,
    /// Their property with the place, such as `VpcId`.
    pub property: &'static str,
}

/// A change that AWS takes only after the resource's users have changed: the order is against the direction of the reference.
#[derive(Debug, Clone, Copy)]
pub struct UsersFirst {
    /// The property at the top.
    pub property: &'static str,
    /// When this applies, in words.
    pub when: &'static str,
    /// The test for the property's value before and after, JSON null if absent.
    pub test: fn(&Value, &Value) -> bool,
}

/// Properties of other resources that AWS changes on behalf of a resource of this kind. A plan leaves AWS's part of them alone.
///
/// Example: a service that names a listener rule in its `LoadBalancers` lets ECS move the weights in the rule's `Actions` with each deployment. The
/// other kind's life cycle sends only properties that differ, so a part that a plan leaves alone is in no call.
#[derive(Debug, Clone, Copy)]
pub struct Drives {
    /// The property at the top of this kind that refers to the other resource.
    pub through: &'static str,
    /// The properties at the top of the other resource, as far as its kind has them.
    pub properties: &'static [&'static str],
    /// Returns the value that the author wants, with AWS's part taken from what AWS has. The function gets the property as desired, as last applied
    /// (JSON null if absent) and as observed.
    pub keep: fn(&Value, &Value, &Value) -> Value,
    /// What AWS does, for the plan's notes: `ECS shifts traffic`.
    pub who: &'static str,
}

/// Computes the values of a spec that only one resource can have: one list of values for each of them.
pub type TakenKeys = fn(&Value) -> Vec<Vec<Value>>;

/// Properties whose values together only one resource of a kind can have at a time, such as the priority of a rule within its listener.
///
/// A resource that takes such values waits for the resource that gives them up.
#[derive(Debug, Clone, Copy)]
pub struct Exclusive {
    /// The top-level properties. If one of them is absent, the resource takes nothing, unless `keys` says otherwise.
    pub properties: &'static [&'static str],
    /// The values that a spec takes, if they are not simply the values of the properties: one list for each thing that only one resource can have.
    /// References inside are still expressions.
    pub keys: Option<TakenKeys>,
    /// How the values pass from one resource to another.
    pub handover: Handover,
}

/// How an exclusive value passes from one resource to another, and from one generation to the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Handover {
    /// The resource that has the value gives it up first. So a replacement deletes the old generation first.
    InTurn,
    /// The same, but AWS can change the last of the properties for several resources in one call, so that they can exchange their values.
    Exchanged,
    /// The resource that has the value gives it up first. But resources that stay use the old generation, so the author has to say how it is replaced.
    Occupied,
}

/// A replacement that several properties decide together.
#[derive(Debug, Clone, Copy)]
pub struct ReplacesWhen {
    /// The property at the top whose change in place becomes a replacement.
    pub property: &'static str,
    /// When this applies, in words.
    pub when: &'static str,
    /// The test for the whole spec as applied and as desired, in their JSON form. Planning runs it only if the property differs.
    pub test: fn(&Value, &Value) -> bool,
}

/// What is known about one property.
#[derive(Debug, Clone, Copy)]
pub struct FieldSchema {
    /// CloudFormation property name. Empty for a [`Shape::Choice`], whose variants take its place.
    pub name: &'static str,
    /// What a change of the property does.
    pub change: Change,
    /// Whether AWS returns the value.
    pub read: Read,
    /// How planning compares two values.
    pub compare: Compare,
    /// What it means when the author removes the property.
    pub removal: Removal,
    /// Who owns the value once the resource exists.
    pub owner: Owner,
    /// Whether the property is required.
    pub required: bool,
    /// The shape of the value.
    pub shape: &'static Shape,
    /// The rule by which the engine makes a name, if the author gives none. Absent for properties that are not names.
    pub name_rule: Option<NameRule>,
}

/// One attribute that AWS gives.
#[derive(Debug)]
pub struct OutputSchema {
    /// CloudFormation attribute name, such as `VpcId`.
    pub name: &'static str,
    /// Whether an update in place can change it.
    pub stable: bool,
}

/// The shape of a value.
#[derive(Debug)]
pub enum Shape {
    /// `true` or `false`.
    Bool,
    /// A whole number.
    Integer,
    Number,
    Text,
    /// Any JSON.
    Json,
    /// An IAM policy document.
    Policy,
    /// A list of `{Key, Value}` with unique keys.
    Tags,
    /// A secret, by its source.
    Secret,
    List(&'static Shape),
    /// A map from text.
    Map(&'static Shape),
    /// A nested block.
    Block(&'static [FieldSchema]),
    /// Exactly one of these properties is given.
    Choice(&'static [FieldSchema]),
}

/// What a change of a property does.
#[derive(Debug, Clone, Copy)]
pub enum Change {
    /// The same as the enclosing property. For nested properties only.
    Inherit,
    /// AWS changes it in place.
    InPlace,
    /// A change replaces the resource.
    Replaces,
    /// A change replaces the resource if the test says so for the old and the new value (JSON null if absent). Otherwise AWS changes it in place.
    ReplacesIf {
        /// When this applies, in words.
        when: &'static str,
        test: fn(&Value, &Value) -> bool,
    },
    /// The property only has an effect at creation. The plan shows a later change, which does nothing until the next creation.
    AtCreationOnly,
}

/// Whether AWS returns a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Read {
    /// AWS returns it, so its absence from an answer is drift.
    Returned,
    /// AWS never returns it, so the comparison for drift leaves it out.
    Never,
}

/// How planning compares two values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compare {
    /// Value by value; lists in order.
    Exact,
    /// A list without order.
    Set,
    /// A list whose members have this property as their key.
    Keyed(&'static str),
    /// A policy document: by its meaning, not by its form.
    Policy,
    /// A text that contains JSON.
    JsonText,
    /// A text, case-insensitive.
    CaseInsensitive,
    /// A text for which AWS answers with another spelling: pairs of spellings that mean the same, such as `cpu` and `CPU`.
    Spellings(&'static [(&'static str, &'static str)]),
}

/// What it means when the author removes a property that was there.
#[derive(Debug, Clone, Copy)]
pub enum Removal {
    /// An update clears the value.
    Clears,
    /// An update sets AWS's default, given as JSON text.
    Default(&'static str),
    /// An update sets AWS's default, which depends on other properties of the resource. The function gets the whole spec in its JSON form, and returns
    /// the default as JSON text. It returns `None` if the property means nothing beside the others; then the update sends nothing.
    ///
    /// Example: the matcher of a target group is `200` behind an application load balancer, `200-399` behind a network load balancer, and nothing for
    /// TCP health checks.
    DefaultBy(fn(&Value) -> Option<&'static str>),
    /// AWS decides the value from then on, and planning does not compare it. Example: a service without a strategy follows its cluster's default.
    Releases,
    /// AWS has no way to clear the value: the last value stays, Windlass sends nothing, and the plan says so.
    Keeps,
}

/// Who owns a value once the resource exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner {
    /// The author: planning compares the value and changes it.
    Author,
    /// Another owner after creation, such as an auto scaler: Windlass sets the value once and then leaves it alone.
    AfterCreation(&'static str),
}

/// How long a dependency waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wait {
    /// AWS has answered the create call.
    Exists,
    /// AWS says that the resource can be used.
    Ready,
    /// The resource works, such as a service whose deployment has finished.
    Stable,
}

/// The order of a replacement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReplaceOrder {
    /// Create first: the new generation is created, its users move over, and the old one goes.
    CreateFirst,
    /// Delete first: the old generation goes before the new one is created, because AWS does not allow both.
    DeleteFirst,
}

/// What happens to generations that are not current.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OldGenerations {
    /// Windlass deletes them.
    Deleted,
    /// Windlass keeps this many as history for a rollback, such as the revisions of a task definition.
    Kept(u32),
}

/// How the engine makes a physical name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NameRule {
    /// AWS's limit, in characters.
    pub max: usize,
    /// Characters allowed in addition to ASCII letters, digits and `-`; the engine replaces all others by `-`.
    pub also: &'static str,
    /// The prefix, such as `/ecs/`.
    pub prefix: &'static str,
    /// Whether AWS takes lowercase letters only.
    pub lowercase: bool,
    /// Prefixes that AWS reserves, in lowercase, such as `ecs`: the engine puts another text in front of a name that would begin with one.
    pub reserved: &'static [&'static str],
}

impl FieldSchema {
    /// AWS's default for a resource with this spec in its JSON form, if the default is known.
    ///
    /// # Panics
    /// The kind states a default that is not JSON; the catalogue tests check all of them.
    #[must_use]
    pub fn default_in(&self, spec: &Value) -> Option<Value> {
        let text = match self.removal {
            Removal::Default(text) => text,
            Removal::DefaultBy(of) => of(spec)?,
            Removal::Clears | Removal::Releases | Removal::Keeps => return None,
        };
        Some(serde_json::from_str(text).expect("a default is JSON, as the catalogue tests prove"))
    }
}

impl KindSchema {
    /// A kind without anything special.
    #[must_use]
    pub const fn plain(
        kind: &'static str,
        id: &'static str,
        fields: &'static [FieldSchema],
        outputs: &'static [OutputSchema],
    ) -> Self {
        Self {
            kind,
            id,
            fields,
            outputs,
            reference_wait: Wait::Exists,
            waits: &[],
            replace: ReplaceOrder::CreateFirst,
            old_generations: OldGenerations::Deleted,
            completes: &[],
            replaces_when: &[],
            exclusive: &[],
            lends: &[],
            holds: &[],
            held_by: None,
            serves_one: &[],
            stays_in: &[],
            users_first: &[],
            drives: &[],
        }
    }

    /// The top-level properties, including those of choices.
    pub fn fields(&self) -> impl Iterator<Item = &'static FieldSchema> {
        flattened(self.fields)
    }

    /// The top-level property of that name.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&'static FieldSchema> {
        self.fields().find(|field| field.name == name)
    }

    /// The top-level property that contains the tags.
    #[must_use]
    pub fn tags(&self) -> Option<&'static FieldSchema> {
        self.fields()
            .find(|field| matches!(field.shape, Shape::Tags))
    }

    /// Whether a name is only unique together with other properties, as the name of a Cloud Map service is within its namespace.
    #[must_use]
    pub fn is_unique_within(&self, name: &str) -> bool {
        let mut sets = self.exclusive.iter();
        sets.any(|set| set.properties.contains(&name))
    }

    /// The property that the engine names if the author does not.
    #[must_use]
    pub fn physical_name(&self) -> Option<(&'static FieldSchema, NameRule)> {
        self.fields()
            .find_map(|field| field.name_rule.map(|rule| (field, rule)))
    }
}

/// The properties of a block or kind, with the variants of each choice in its place.
pub fn flattened(fields: &'static [FieldSchema]) -> impl Iterator<Item = &'static FieldSchema> {
    fields.iter().flat_map(|field| match field.shape {
        Shape::Choice(variants) => variants.iter(),
        _ => std::slice::from_ref(field).iter(),
    })
}

/// The number of properties in a choice.
#[must_use]
pub const fn choices(shape: &'static Shape) -> usize {
    match shape {
        Shape::Choice(choices) => choices.len(),
        _ => 0,
    }
}

/// The properties of a choice, with the change that the enclosing property states. A variant's own change wins.
#[must_use]
pub const fn stated<const N: usize>(shape: &'static Shape, change: Change) -> [FieldSchema; N] {
    let Shape::Choice(choices) = shape else {
        panic!("only a choice has variants");
    };
    let mut stated = [choices[0]; N];
    let mut index = 0;
    while index < N {
        stated[index] = choices[index];
        if matches!(stated[index].change, Change::Inherit) {
            stated[index].change = change;
        }
        index += 1;
    }
    stated
}

/// How planning compares values of a shape, if the property does not say.
#[must_use]
pub const fn default_compare(shape: &'static Shape) -> Compare {
    match shape {
        Shape::Policy => Compare::Policy,
        Shape::Tags => Compare::Keyed("Key"),
        _ => Compare::Exact,
    }
}
