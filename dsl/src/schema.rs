//! What is known about every property of a kind: its shape, what changing it does, and who owns it.
//!
//! The derive writes these tables from the attributes on a spec; planning, the simulated cloud and the catalogue tests
//! read them. Not here: anything about how AWS is called.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Everything that planning knows about one kind.
#[derive(Debug)]
pub struct KindSchema {
    /// CloudFormation type name, such as `AWS::EC2::Subnet`.
    pub kind: &'static str,
    /// Which properties and attributes make the identifier that the engine knows a resource by, such as `VpcId` or `RoleName|PolicyName`.
    pub id: &'static str,
    /// The properties at the top of the spec.
    pub fields: &'static [FieldSchema],
    /// What AWS gives once the resource exists.
    pub outputs: &'static [OutputSchema],
    /// How far a reference waits by default.
    pub reference_wait: Wait,
    /// Which waits mean something for this kind, beyond [`Wait::Exists`].
    pub waits: &'static [Wait],
    /// How a replacement is ordered when the author does not say.
    pub replace: ReplaceOrder,
    /// What happens to generations that are not current.
    pub old_generations: OldGenerations,
    /// Properties that name what this resource completes: whoever uses that resource waits for this one too. Nested ones are paths,
    /// such as `DefaultActions[].TargetGroupArn`.
    pub completes: &'static [&'static str],
    /// Replacements that no property decides alone.
    pub replaces_when: &'static [ReplacesWhen],
    /// What no two resources of the kind may have at the same time, not even for a moment.
    pub exclusive: &'static [Exclusive],
    /// Lists at the top whose members the resource's users use: new ones are there before the users change, and old ones stay until they
    /// have.
    pub lends: &'static [&'static str],
    /// Paths such as `NetworkConfiguration.AwsvpcConfiguration.Subnets[]`: AWS refuses to delete what is named there while this resource
    /// names it. What is named elsewhere can go at any time.
    pub holds: &'static [&'static str],
    /// Which other resources AWS refuses to delete this one for, although they name it only through others: told by kind and spec.
    pub held_by: Option<fn(&str, &Value) -> bool>,
    /// What serves one at a time, such as a target group one load balancer.
    pub serves_one: &'static [ServesOne],
    /// What this resource cannot leave without being replaced, such as a load balancer its VPC.
    pub stays_in: &'static [StaysIn],
    /// Properties that AWS changes only after the resource's users have changed.
    pub users_first: &'static [UsersFirst],
    /// Properties of other resources that AWS changes on behalf of this one.
    pub drives: &'static [Drives],
}

/// Resources that are named at certain paths and can be there for one owner at a time, whatever the kinds of those who name them.
#[derive(Debug, Clone, Copy)]
pub struct ServesOne {
    /// Where they are named, such as `DefaultActions[].TargetGroupArn`.
    pub members: &'static [&'static str],
    /// The property that names the owner, then the owner's property that names the real one, and so on: `ListenerArn`, `LoadBalancerArn`.
    /// Empty where the resource is the owner itself.
    pub owner: &'static [&'static str],
    /// Whether what is named is replaced along with the owner, so that both can stand side by side. Otherwise the old generation of
    /// this resource goes first.
    pub follows: bool,
}

/// A property in place that replaces as soon as what it names lies elsewhere.
#[derive(Debug, Clone, Copy)]
pub struct StaysIn {
    /// Where others are named, such as `Subnets[]`.
    pub path: &'static str,
    /// Their property that says where they lie, such as `VpcId`.
    pub property: &'static str,
}

/// A change that AWS takes only after the resource's users have changed: the order runs against the reference.
#[derive(Debug, Clone, Copy)]
pub struct UsersFirst {
    /// The property at the top.
    pub property: &'static str,
    /// When, in words.
    pub when: &'static str,
    /// The test for the property's value before and after, JSON null where absent.
    pub test: fn(&Value, &Value) -> bool,
}

/// Properties of other resources that AWS changes on behalf of a resource of this kind. A plan leaves AWS's part of them alone.
///
/// Example: a service that names a listener rule in its `LoadBalancers` lets ECS move the weights in the rule's `Actions` with each deployment.
/// The life cycle of the other kind sends only properties that differ: what a plan leaves alone is in no call.
#[derive(Debug, Clone, Copy)]
pub struct Drives {
    /// The property at the top of this kind that refers to the other resource.
    pub through: &'static str,
    /// The properties at the top of the other resource, as far as its kind has them.
    pub properties: &'static [&'static str],
    /// The value that the author wants with AWS's part taken from what AWS has. The function gets the property as desired, as last applied (JSON
    /// null where absent) and as observed.
    pub keep: fn(&Value, &Value, &Value) -> Value,
    /// What AWS does, for the plan's notes: `ECS shifts traffic`.
    pub who: &'static str,
}

/// What a spec takes that only one resource can have: one list of values for each thing.
pub type TakenKeys = fn(&Value) -> Vec<Vec<Value>>;

/// Properties whose values together only one resource of a kind can have at a time, such as the priority of a rule within its listener.
///
/// Who takes such values waits for who gives them up.
#[derive(Debug, Clone, Copy)]
pub struct Exclusive {
    /// The properties at the top. Where one of them is not given, nothing is taken, unless `keys` says what is.
    pub properties: &'static [&'static str],
    /// What a spec takes, where that is not simply the values of the properties: one list for each thing that only one can have.
    /// References inside it are still expressions.
    pub keys: Option<TakenKeys>,
    /// How the values pass from one resource to another.
    pub handover: Handover,
}

/// How what only one resource can have passes from one to another, and from one generation to the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Handover {
    /// Who has it gives it up first. So the old generation is deleted first.
    InTurn,
    /// The same, and the last of the properties can change for several resources in one call, so that they can exchange their values.
    Exchanged,
    /// Who has it gives it up first; but the old generation is in use by what stays, so that its author has to say how it is replaced.
    Occupied,
}

/// A replacement that several properties decide together.
#[derive(Debug, Clone, Copy)]
pub struct ReplacesWhen {
    /// The property at the top whose change in place becomes a replacement.
    pub property: &'static str,
    /// When, in words.
    pub when: &'static str,
    /// The test for the whole spec as applied and as desired, in their JSON form. Asked only when the property differs.
    pub test: fn(&Value, &Value) -> bool,
}

/// What is known about one property.
#[derive(Debug, Clone, Copy)]
pub struct FieldSchema {
    /// CloudFormation property name. Empty for a [`Shape::Choice`], whose variants stand in its place.
    pub name: &'static str,
    /// What a change does.
    pub change: Change,
    /// Whether AWS gives the value back.
    pub read: Read,
    /// How two values are compared.
    pub compare: Compare,
    /// What it means when the author removes it.
    pub removal: Removal,
    /// Who owns the value once the resource exists.
    pub owner: Owner,
    /// Whether the spec cannot be made without it.
    pub required: bool,
    /// The form of its value.
    pub shape: &'static Shape,
    /// Set where the engine makes a name when the author gives none.
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

/// The form of a value.
#[derive(Debug)]
pub enum Shape {
    /// `true` or `false`.
    Bool,
    /// A whole number.
    Integer,
    /// A number.
    Number,
    /// A text.
    Text,
    /// Any JSON.
    Json,
    /// An IAM policy document.
    Policy,
    /// A list of `{Key, Value}` with unique keys.
    Tags,
    /// A secret, by its source.
    Secret,
    /// A list.
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
    /// As the property that holds it says. For nested properties only.
    Inherit,
    /// AWS changes it in place.
    InPlace,
    /// The resource is replaced.
    Replaces,
    /// The resource is replaced when the test says so for the old and the new value (JSON null where absent), and changed in place otherwise.
    ReplacesIf {
        /// When, in words.
        when: &'static str,
        /// The test.
        test: fn(&Value, &Value) -> bool,
    },
    /// It has an effect when the resource is made; a later change is shown but does nothing until then.
    AtCreationOnly,
}

/// Whether AWS gives a value back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Read {
    /// Its absence from an answer is drift.
    Returned,
    /// It cannot be observed, so it is exempt from drift.
    Never,
}

/// How two values are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compare {
    /// Value by value; lists in order.
    Exact,
    /// A list without order.
    Set,
    /// A list whose members are told apart by this property.
    Keyed(&'static str),
    /// A policy document: what it means, not how it is written.
    Policy,
    /// A text that holds JSON.
    JsonText,
    /// A text without case.
    CaseInsensitive,
    /// A text of which AWS answers some values in another spelling: pairs of spellings that mean the same, such as `cpu` and `CPU`.
    Spellings(&'static [(&'static str, &'static str)]),
}

/// What it means when the author removes a property that was there.
#[derive(Debug, Clone, Copy)]
pub enum Removal {
    /// The value is cleared.
    Clears,
    /// It goes back to AWS's default, given as JSON text.
    Default(&'static str),
    /// It goes back to AWS's default, which depends on other properties of the resource. The function gets the whole spec in its JSON form,
    /// and gives the default as JSON text; `None` where the property means nothing beside the others, so that nothing is sent.
    ///
    /// Example: the matcher of a target group is `200` behind an application load balancer, `200-399` behind a network load balancer, and
    /// nothing where health checks speak TCP.
    DefaultBy(fn(&Value) -> Option<&'static str>),
    /// AWS decides from then on, and what it decides is not compared. Example: a service without a strategy follows its cluster's default.
    Releases,
    /// AWS has no way to clear it: the last value stays, nothing is sent, and the plan says so.
    Keeps,
}

/// Who owns a value once the resource exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner {
    /// The author: what they wrote is compared and changed.
    Author,
    /// Somebody else after creation, such as an auto scaler: it is set once and then left alone.
    AfterCreation(&'static str),
}

/// How far a dependency waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wait {
    /// AWS has answered the create call.
    Exists,
    /// AWS says that it can be used.
    Ready,
    /// It does what it is for, such as a service whose deployment has finished.
    Stable,
}

/// The order of a replacement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReplaceOrder {
    /// The new one is made, its users move over, the old one goes.
    CreateFirst,
    /// The old one goes first, because AWS does not allow both.
    DeleteFirst,
}

/// What happens to generations that are not current.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OldGenerations {
    /// They are deleted.
    Deleted,
    /// They are history to roll back to, such as the revisions of a task definition; this many are kept.
    Kept(u32),
}

/// How the engine makes a physical name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NameRule {
    /// AWS's limit, in characters.
    pub max: usize,
    /// Characters allowed beyond ASCII letters, digits and `-`; all others become `-`.
    pub also: &'static str,
    /// What stands in front, such as `/ecs/`.
    pub prefix: &'static str,
    /// Whether AWS takes lowercase letters only.
    pub lowercase: bool,
    /// Beginnings that AWS keeps to itself, in lowercase, such as `ecs`: a name that would begin so gets something in front.
    pub reserved: &'static [&'static str],
}

impl FieldSchema {
    /// AWS's default, where one is known, for a resource with this spec in its JSON form.
    ///
    /// # Panics
    /// The kind states a default that is no JSON; the catalogue tests look at all of them.
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
    /// A kind about which there is nothing special.
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

    /// The properties at the top, those of choices included.
    pub fn fields(&self) -> impl Iterator<Item = &'static FieldSchema> {
        flattened(self.fields)
    }

    /// The property of that name at the top.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&'static FieldSchema> {
        self.fields().find(|field| field.name == name)
    }

    /// The property at the top that tags are written in.
    #[must_use]
    pub fn tags(&self) -> Option<&'static FieldSchema> {
        self.fields()
            .find(|field| matches!(field.shape, Shape::Tags))
    }

    /// Whether a name is only unique together with other properties, as that of a Cloud Map service is within its namespace.
    #[must_use]
    pub fn is_unique_within(&self, name: &str) -> bool {
        let mut sets = self.exclusive.iter();
        sets.any(|set| set.properties.contains(&name))
    }

    /// The property that the engine names when the author does not.
    #[must_use]
    pub fn physical_name(&self) -> Option<(&'static FieldSchema, NameRule)> {
        self.fields()
            .find_map(|field| field.name_rule.map(|rule| (field, rule)))
    }
}

/// The properties of a block or kind, with the variants of choices in the place of the choice.
pub fn flattened(fields: &'static [FieldSchema]) -> impl Iterator<Item = &'static FieldSchema> {
    fields.iter().flat_map(|field| match field.shape {
        Shape::Choice(variants) => variants.iter(),
        _ => std::slice::from_ref(field).iter(),
    })
}

/// How many properties a choice is between.
#[must_use]
pub const fn choices(shape: &'static Shape) -> usize {
    match shape {
        Shape::Choice(choices) => choices.len(),
        _ => 0,
    }
}

/// The properties of a choice whose change is stated where the choice stands. What a variant states itself wins.
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

/// How values of a form are compared where the property does not say.
#[must_use]
pub const fn default_compare(shape: &'static Shape) -> Compare {
    match shape {
        Shape::Policy => Compare::Policy,
        Shape::Tags => Compare::Keyed("Key"),
        _ => Compare::Exact,
    }
}
