//! The life cycle of a kind, always in this order: reads, create, update, delete, find, waits, error classes.
//!
//! Not here: any kind, and the order of steps. `docs/adding-a-resource.md` is the recipe.

use std::collections::BTreeMap;
use std::future::Future;
use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use windlass::canonical::CanonicalJson;
use windlass::resource::{Change, Resource};
use windlass::value::{ResolvedTags, SecretRef};
use windlass_engine::provider::{
    Created, Deletion, Failure, Found, Limit, Outputs, Progress, ProviderError, Until,
};
use windlass_engine::secrets::{SecretReader, SecretValue};
use windlass_engine::timing::Timing;
use windlass_plan::plan::Partner;
use windlass_state::identity::{INTENT_TAG, IntentId, LINEAGE_TAG, Owner};
use windlass_state::record::Action;

use crate::clients::Clients;
use crate::error::Result;
use crate::observed::{Block, Observed};
use crate::reads::{Answers, Wants};
use crate::table::Fill;
use crate::wording::Wording;

/// The spec of a kind in the form that life cycles receive.
pub type SpecOf<L> = <<L as Lifecycle>::Kind as Resource>::Resolved;
/// The in-place changes of a kind.
pub type ChangeOf<L> = <<L as Lifecycle>::Kind as Resource>::Change;

/// The visibility window of a kind that does not declare its own.
pub const VISIBLE_WITHIN: Duration = Duration::from_secs(60);

/// How Windlass creates, reads, updates and deletes one kind.
///
/// Guarantees to implement: `create` sends one mutating call that makes the resource. The engine may retry `update` and `delete` at any time. Nothing
/// sleeps, and nothing waits for AWS: waits are polls.
pub trait Lifecycle: Send + Sync + 'static {
    type Kind: Resource;

    /// Whether the answer to the delete call proves that the resource is gone, as AWS documents it.
    const DELETION: Deletion;

    /// Whether the engine retries a throttled update as a whole, and so sees how fast AWS accepts it. Set it for updates of one or few calls.
    /// Otherwise the SDK retries each call of the update itself.
    const ENGINE_REPEATS: bool = false;

    /// The meaning of error codes and messages for this kind only. The engine applies this table when an error leaves the life cycle; inside the life
    /// cycle, errors have the class of the shared table. If the life cycle has classed an error itself, the error keeps that class.
    const WORDINGS: &'static [Wording] = &[];

    /// The visibility window: how long after a create or update AWS may still answer as if the call had not happened. AWS gives no figures: EC2's
    /// documentation describes eventual consistency without a bound, and users have seen lists by tag lag by a minute.
    /// <https://docs.aws.amazon.com/ec2/latest/devguide/eventual-consistency.html>
    const VISIBLE_WITHIN: Duration = VISIBLE_WITHIN;

    /// How long the kind takes, and how Windlass waits for it.
    const TIMING: Timing = Timing::USUAL;

    /// The token bucket (rate limit) in which AWS counts a call that changes the kind, if it is not the service's bucket (`services`). For a step of
    /// several calls, return the bucket of the call that every such step needs.
    fn bucket(action: Action) -> Option<Limit> {
        let _ = action;
        None
    }

    /// Whether a created resource carries its intent, as a tag or as any other value that AWS returns.
    const IS_MARKED: bool = true;

    /// Whether the tagging API lists the kind in the region of the resource, as AWS documents it. It does not list kinds of global services, such as
    /// roles. <https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/supported-services.html>
    const IS_LISTED: bool = false;

    /// The properties of a spec that the create call cannot carry. The engine sends them with `update` after it has recorded the resource. The row in
    /// the kind's table marks them with `later`: see [`later`].
    fn after_create(spec: &SpecOf<Self>) -> Vec<ChangeOf<Self>> {
        let _ = spec;
        Vec::new()
    }

    /// Adds the questions whose answers [`Lifecycle::observe`] needs.
    fn want(subject: &Subject<Self>, wants: &mut Wants);

    /// Builds the observation from the answers; `None` if the resource does not exist.
    fn observe(subject: &Subject<Self>, answers: &Answers) -> Result<Option<Observed>>;

    /// Creates the resource.
    fn create(
        cx: &Context,
        spec: &SpecOf<Self>,
        intent: &IntentId,
    ) -> impl Future<Output = Result<Made>> + Send;

    /// Changes the resource in place. Match `changes` exhaustively: every property that can change in place has a variant.
    fn update(
        cx: &Context,
        subject: &Subject<Self>,
        to: &SpecOf<Self>,
        changes: &[ChangeOf<Self>],
    ) -> impl Future<Output = Result<Outputs>> + Send;

    /// Deletes the resource, or begins the deletion, as [`Lifecycle::DELETION`] says. If the resource is already gone, return an error of class
    /// `NotFound`. Only the engine knows whether the resource may just not be visible yet, so the engine decides what that means.
    fn delete(cx: &Context, subject: &Subject<Self>) -> impl Future<Output = Result<()>> + Send;

    /// Names the users of a resource, with their identifiers. The engine calls it after AWS has refused the deletion as "in use" for a minute: users outside
    /// this stack do not go away by themselves. By default it returns none. Implement it for kinds that other owners can use without the stack's knowledge.
    fn who_uses(
        cx: &Context,
        subject: &Subject<Self>,
    ) -> impl Future<Output = Result<Vec<String>>> + Send {
        let _ = (cx, subject);
        async { Ok(Vec::new()) }
    }

    /// Looks for the result of a create with this intent, after the answer to the create was lost.
    fn find(
        cx: &Context,
        spec: &SpecOf<Self>,
        intent: &IntentId,
    ) -> impl Future<Output = Result<FoundOne>> + Send;

    /// Adds the questions whose answers [`Lifecycle::progress`] needs. By default, these are the questions of [`Lifecycle::want`].
    fn want_progress(subject: &Subject<Self>, until: Until, wants: &mut Wants) {
        let _ = until;
        Self::want(subject, wants);
    }

    /// The progress of the resource. By default, a resource that exists is ready, and a missing resource is gone.
    fn progress(subject: &Subject<Self>, until: Until, answers: &Answers) -> Result<Progress> {
        existence(until, Self::observe(subject, answers)?)
    }
}

/// A query's answer about one resource of a kind.
pub trait Described {
    /// AWS's identifier, in the form that the engine records.
    fn id(&self) -> Option<String>;
    /// The attributes that AWS returns.
    fn outputs(&self) -> Outputs;
    /// The properties under CloudFormation's names.
    fn properties(&self) -> Block;
    /// Whether the resource exists and is not being deleted.
    fn stays(&self) -> bool {
        true
    }
}

/// Implements `want` and `observe` for a kind that one query describes: `observed_by!(Vpcs);`. If the key is not the identifier, name a function that
/// returns the key: `observed_by!(Services: key);`.
macro_rules! observed_by {
    ($query:ty) => {
        $crate::lifecycle::observed_by!($query: $crate::lifecycle::id);
    };
    ($query:ty: $key:path) => {
        fn want(
            subject: &$crate::lifecycle::Subject<Self>,
            wants: &mut $crate::reads::Wants,
        ) {
            wants.want::<$query>($key(subject));
        }

        fn observe(
            subject: &$crate::lifecycle::Subject<Self>,
            answers: &$crate::reads::Answers,
        ) -> $crate::error::Result<Option<$crate::observed::Observed>> {
            let described = answers.get::<$query>(&$key(subject))?;
            Ok($crate::lifecycle::observed(described))
        }
    };
}
pub(crate) use observed_by;

/// The changes that a create call leaves to an update, by the exceptions in that call's row.
pub fn later<C: Change, Call>(spec: &impl Fill<Call>) -> Vec<C> {
    let properties = spec.later().into_iter();
    let change =
        |property| C::of(property).expect("`later` is for properties that change in place");
    properties.map(change).collect()
}

/// The identifier of a subject, for [`observed_by`].
pub fn id<L: Lifecycle>(subject: &Subject<L>) -> String {
    subject.id.clone()
}

/// The observation of a resource; `None` if it is missing or being deleted.
pub fn observed<T: Described>(described: Option<&T>) -> Option<Observed> {
    let described = described.filter(|described| described.stays());
    described.map(|described| Observed {
        properties: described.properties(),
        outputs: described.outputs(),
    })
}

/// The result of a create, from the answer of its call.
pub fn made<T: Described>(described: Option<&T>, operation: &'static str) -> Result<Made> {
    let made = described.and_then(Made::of);
    made.ok_or_else(|| crate::error::incomplete(operation, "identifier"))
}

/// Progress: the resource is not there yet.
pub fn pending(status: &str) -> Progress {
    Progress::Pending {
        status: status.to_owned(),
        events: Vec::new(),
    }
}

/// Progress: the resource is there.
pub fn reached(outputs: Outputs) -> Progress {
    Progress::Reached { outputs }
}

/// Progress: the resource will not get there, for the reason that AWS returned.
pub fn failed(summary: &str, cause: Option<&str>) -> Progress {
    let cause = cause.map(|cause| ("cause".to_owned(), cause.to_owned()));
    Progress::Failed(Failure {
        summary: summary.to_owned(),
        details: cause.into_iter().collect(),
        rolled_back: false,
    })
}

/// Progress of a kind that is ready as soon as it exists.
pub fn existence(until: Until, observed: Option<Observed>) -> Result<Progress> {
    Ok(match (until, observed) {
        (Until::Reaches(_), Some(observed)) => reached(observed.outputs),
        (Until::Reaches(_), None) => pending("not visible yet"),
        (Until::Gone, Some(_)) => pending("still there"),
        (Until::Gone, None) => reached(Outputs::new()),
    })
}

/// A resource that Windlass believes to exist, with its spec as the kind's own type.
pub struct Subject<L: Lifecycle + ?Sized> {
    /// AWS's identifier.
    pub id: String,
    /// The spec that was last applied.
    pub applied: SpecOf<L>,
    /// The spec that was last applied, as it is recorded. `None` unless our own calls have sent all of it.
    pub sent: Option<CanonicalJson>,
    /// The attributes that AWS returned.
    pub outputs: Outputs,
    /// Other resources that exchange a value with this one, such as listener rules that swap priorities. One call must change all of them. Empty
    /// except in an update.
    pub partners: Vec<Partner>,
}

impl<L: Lifecycle + ?Sized> Subject<L> {
    /// An output as text; empty if AWS has not returned it yet.
    pub fn output(&self, name: &str) -> &str {
        self.outputs
            .get(name)
            .and_then(|value| value.as_str())
            .unwrap_or_default()
    }
}

/// The result of a create.
#[derive(Debug, Clone, PartialEq)]
pub struct Made {
    /// AWS's identifier.
    pub id: String,
    /// The attributes that AWS returned.
    pub outputs: Outputs,
}

impl Made {
    /// The result of a create from an answer; `None` if the answer has no identifier.
    pub fn of(described: &impl Described) -> Option<Self> {
        Some(Self {
            id: described.id()?,
            outputs: described.outputs(),
        })
    }
}

/// The result of [`Lifecycle::find`].
#[derive(Debug, Clone, PartialEq)]
pub enum FoundOne {
    /// Our call made this resource.
    Ours(Made),
    /// Not found. If the create had succeeded, it would be visible within this many seconds.
    Nothing {
        /// The visibility window, in seconds.
        visible_within: u64,
    },
    /// Another resource has the name, and nothing proves that it is ours.
    Foreign(String),
}

impl FoundOne {
    /// Judges the resource that has the name of a create: it is ours if something proves it, and there is none if `found` is `None`. `description`
    /// names it to people if it belongs to another owner.
    pub fn by_name<T: Described>(
        found: Option<&T>,
        is_ours: impl FnOnce(&T) -> bool,
        description: impl FnOnce(&T) -> String,
        visible_within: u64,
    ) -> Self {
        let Some(found) = found else {
            return Self::Nothing { visible_within };
        };
        match Made::of(found) {
            Some(made) if is_ours(found) => Self::Ours(made),
            _ => Self::Foreign(description(found)),
        }
    }

    /// Converts to the engine's type. `unfinished` names the properties that an adopted resource may still lack.
    pub fn into_found(self, unfinished: Vec<String>) -> Found {
        match self {
            Self::Ours(Made { id, outputs }) => Found::Ours(Created {
                physical_id: id,
                outputs,
                unfinished,
            }),
            Self::Nothing { visible_within } => Found::Nothing {
                visible_within: Duration::from_secs(visible_within),
            },
            Self::Foreign(description) => Found::Foreign { description },
        }
    }
}

/// Everything that a life cycle needs to call AWS.
#[derive(Debug, Clone)]
pub struct Context {
    pub(crate) clients: Arc<Clients>,
    pub(crate) secrets: Arc<SecretReader>,
    /// The account that gets the calls, if it is known.
    pub account: Option<String>,
    /// The client token of an update's calls, if AWS takes one: the intent's id. Calls without an intent have none.
    pub token: Option<String>,
    /// The owner of the created or changed resource. Only creates and updates have one.
    pub owner: Option<Owner>,
    /// The declared spec of a create, with its expressions.
    pub template: Option<CanonicalJson>,
}

impl Deref for Context {
    type Target = Clients;
    fn deref(&self) -> &Clients {
        &self.clients
    }
}

impl Context {
    /// Whether the tags show that this state made the resource.
    pub fn owns(&self, tags: &BTreeMap<String, String>) -> bool {
        let own = self.owner_tags();
        own.contains_key(LINEAGE_TAG) && tags.get(LINEAGE_TAG) == own.get(LINEAGE_TAG)
    }

    /// Whether the author wrote a property of a resource to create. Otherwise the engine generated the value, such as a name that contains a hash.
    pub fn is_authored(&self, property: &str) -> bool {
        self.declared(property).is_some()
    }

    /// Whether the author wrote a property as plain text, not as a reference to a resource that this stack creates.
    pub fn is_literal(&self, property: &str) -> bool {
        self.declared(property)
            .is_some_and(|value| value.is_string())
    }

    fn declared(&self, property: &str) -> Option<Value> {
        let template = self.template.as_ref()?.to_value();
        template.get(property).cloned()
    }

    /// The tags that name the owner. Creates and tag updates send them, so a resource of an older state gets them with its next change.
    pub fn owner_tags(&self) -> BTreeMap<String, String> {
        self.owner.as_ref().map(Owner::tags).unwrap_or_default()
    }

    /// The value of a secret, for the one call that sends it.
    ///
    /// # Errors
    /// The source of the secret cannot be read, or has another value than at planning. The message never contains the value.
    pub fn reveal(&self, secret: &SecretRef) -> Result<SecretValue> {
        self.secrets
            .reveal(secret)
            .map_err(|error| crate::error::invalid("windlass:RevealSecret", error.to_string()))
    }
}

/// The tags of a create call: the author's, the owner's, and the intent's.
pub fn creation_tags(
    cx: &Context,
    tags: &ResolvedTags,
    intent: &IntentId,
) -> BTreeMap<String, String> {
    let mut tags = tags.0.clone();
    tags.extend(cx.owner_tags());
    tags.insert(INTENT_TAG.to_owned(), intent.0.clone());
    tags
}

/// The difference that an update of tags sends: the tags to set, and the keys to remove. Windlass leaves alone tags that it never recorded.
pub fn tag_changes(
    cx: &Context,
    from: &ResolvedTags,
    to: &ResolvedTags,
) -> (BTreeMap<String, String>, Vec<String>) {
    // Windlass sends all wanted tags, because AWS may have lost one in the meantime.
    let removed = from
        .0
        .keys()
        .filter(|key| !to.0.contains_key(*key))
        .cloned()
        .collect();
    let mut set = to.0.clone();
    set.extend(cx.owner_tags());
    (set, removed)
}

/// Whether a property changes in place.
pub fn changes_in_place<L: Lifecycle + ?Sized>(property: &str) -> bool {
    ChangeOf::<L>::of(property).is_some()
}

/// The changes that belong to these property names.
pub fn changes_of<L: Lifecycle + ?Sized>(
    properties: &[String],
) -> std::result::Result<Vec<ChangeOf<L>>, ProviderError> {
    let mut changes = Vec::with_capacity(properties.len());
    for property in properties {
        let change = ChangeOf::<L>::of(property).ok_or_else(|| {
            crate::error::invalid(
                "windlass:Update",
                format!("`{property}` cannot change in place"),
            )
        })?;
        if !changes.contains(&change) {
            changes.push(change);
        }
    }
    Ok(changes)
}
