//! What a kind's life cycle is, always in this order: reads, create, update, delete, find, waits, error classes.
//!
//! Not here: any kind, and what is done when. `docs/adding-a-resource.md` is the recipe.

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
    Created, Deletion, Failure, Found, Outputs, Progress, ProviderError, Until,
};
use windlass_engine::secrets::{SecretReader, SecretValue};
use windlass_plan::plan::Partner;
use windlass_state::identity::{INTENT_TAG, IntentId, LINEAGE_TAG, Owner};

use crate::clients::Clients;
use crate::error::Result;
use crate::observed::{Block, Observed};
use crate::reads::{Answers, Wants};
use crate::table::Fill;
use crate::wording::Wording;

/// The spec of a kind as life cycles receive it.
pub type SpecOf<L> = <<L as Lifecycle>::Kind as Resource>::Resolved;
/// The in-place changes of a kind.
pub type ChangeOf<L> = <<L as Lifecycle>::Kind as Resource>::Change;

/// The visibility window of a kind that does not say more.
pub const VISIBLE_WITHIN: Duration = Duration::from_secs(60);

/// How one kind is made, read, changed and removed.
///
/// Guarantees to implement: `create` sends one mutating call that makes the resource; `update` and `delete` may be sent again at any
/// time; nothing sleeps, and nothing waits for AWS: waits are polls.
pub trait Lifecycle: Send + Sync + 'static {
    /// The kind.
    type Kind: Resource;

    /// Whether the answer to the delete call is the proof that it is gone, as AWS documents it.
    const DELETION: Deletion;

    /// Whether the engine sends a throttled update again as a whole, and so sees how fast AWS takes it: for those of one call, or few. Otherwise the
    /// SDK sends each of its calls again by itself.
    const ENGINE_REPEATS: bool = false;

    /// What error codes and messages mean for this kind and no other. Asked when an error leaves the life cycle: inside it errors have the
    /// shared table's class. One that the life cycle has given a class that the shared table does not have for the code keeps it.
    const WORDINGS: &'static [Wording] = &[];

    /// The visibility window: how long after a create or update AWS may still answer as if it had not happened. AWS names no figures: EC2's
    /// documentation speaks of eventual consistency without a bound, and lists by tag were seen to lag by a minute.
    /// <https://docs.aws.amazon.com/ec2/latest/devguide/eventual-consistency.html>
    const VISIBLE_WITHIN: Duration = VISIBLE_WITHIN;

    /// The properties of a spec that the create call cannot carry. The engine sends them by `update` once the resource is recorded.
    /// A row of the kind's table says `later` about them: [`later`].
    fn after_create(spec: &SpecOf<Self>) -> Vec<ChangeOf<Self>> {
        let _ = spec;
        Vec::new()
    }

    /// Says what must be asked to observe a resource.
    fn want(subject: &Subject<Self>, wants: &mut Wants);

    /// Puts the answers together; `None` when it does not exist.
    fn observe(subject: &Subject<Self>, answers: &Answers) -> Result<Option<Observed>>;

    /// Makes it.
    fn create(
        cx: &Context,
        spec: &SpecOf<Self>,
        intent: &IntentId,
    ) -> impl Future<Output = Result<Made>> + Send;

    /// Changes it in place. Match `changes` exhaustively: every property that can change in place has a variant.
    fn update(
        cx: &Context,
        subject: &Subject<Self>,
        to: &SpecOf<Self>,
        changes: &[ChangeOf<Self>],
    ) -> impl Future<Output = Result<Outputs>> + Send;

    /// Removes it, or begins with it, as [`Lifecycle::DELETION`] says. What is gone already is an error of class `NotFound`: the
    /// engine, which knows whether it may only not show yet, decides what that means.
    fn delete(cx: &Context, subject: &Subject<Self>) -> impl Future<Output = Result<()>> + Send;

    /// Who uses it, in words with their identifiers. Asked when AWS has refused its deletion as in use for a minute: what this stack does not manage will
    /// not go by itself. Nobody by default; for kinds that others use without the stack's knowledge.
    fn who_uses(
        cx: &Context,
        subject: &Subject<Self>,
    ) -> impl Future<Output = Result<Vec<String>>> + Send {
        let _ = (cx, subject);
        async { Ok(Vec::new()) }
    }

    /// Looks for what a create with this intent made, after its answer was lost.
    fn find(
        cx: &Context,
        spec: &SpecOf<Self>,
        intent: &IntentId,
    ) -> impl Future<Output = Result<FoundOne>> + Send;

    /// Says what must be asked to know how far it has got. What observes it, by default.
    fn want_progress(subject: &Subject<Self>, until: Until, wants: &mut Wants) {
        let _ = until;
        Self::want(subject, wants);
    }

    /// How far it has got. By default, what exists is ready, and what is missing is gone.
    fn progress(subject: &Subject<Self>, until: Until, answers: &Answers) -> Result<Progress> {
        existence(until, Self::observe(subject, answers)?)
    }
}

/// What a query answers about one resource of a kind.
pub trait Described {
    /// AWS's identifier, as the engine knows it.
    fn id(&self) -> Option<String>;
    /// The attributes that AWS gives.
    fn outputs(&self) -> Outputs;
    /// The properties under CloudFormation's names.
    fn properties(&self) -> Block;
    /// Whether it is there, and not on its way out.
    fn stays(&self) -> bool {
        true
    }
}

/// `want` and `observe` of a kind that one query describes: `observed_by!(Vpcs);`. Where the key is not the identifier, a function tells it:
/// `observed_by!(Services: key);`.
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

/// The changes that a create call leaves to an update, as the row about that call says.
pub fn later<C: Change, Call>(spec: &impl Fill<Call>) -> Vec<C> {
    let properties = spec.later().into_iter();
    properties.filter_map(C::of).collect()
}

/// The identifier of a subject, for [`observed_by`].
pub fn id<L: Lifecycle>(subject: &Subject<L>) -> String {
    subject.id.clone()
}

/// What is observed of a thing; `None` where it is missing or on its way out.
pub fn observed<T: Described>(described: Option<&T>) -> Option<Observed> {
    let described = described.filter(|described| described.stays());
    described.map(|described| Observed {
        properties: described.properties(),
        outputs: described.outputs(),
    })
}

/// What a create made, from the answer of its call.
pub fn made<T: Described>(described: Option<&T>, operation: &'static str) -> Result<Made> {
    let made = described.and_then(Made::of);
    made.ok_or_else(|| crate::error::incomplete(operation, "identifier"))
}

/// Not there yet.
pub fn pending(status: &str) -> Progress {
    Progress::Pending {
        status: status.to_owned(),
        events: Vec::new(),
    }
}

/// There.
pub fn reached(outputs: Outputs) -> Progress {
    Progress::Reached { outputs }
}

/// It will not get there, for the reason that AWS gives.
pub fn failed(summary: &str, cause: Option<&str>) -> Progress {
    let cause = cause.map(|cause| ("cause".to_owned(), cause.to_owned()));
    Progress::Failed(Failure {
        summary: summary.to_owned(),
        details: cause.into_iter().collect(),
        rolled_back: false,
    })
}

/// Progress where existing is all there is to wait for.
pub fn existence(until: Until, observed: Option<Observed>) -> Result<Progress> {
    Ok(match (until, observed) {
        (Until::Reaches(_), Some(observed)) => reached(observed.outputs),
        (Until::Reaches(_), None) => pending("not visible yet"),
        (Until::Gone, Some(_)) => pending("still there"),
        (Until::Gone, None) => reached(Outputs::new()),
    })
}

/// A resource that is believed to exist, with its spec as the kind's own type.
pub struct Subject<L: Lifecycle + ?Sized> {
    /// AWS's identifier.
    pub id: String,
    /// What was last applied.
    pub applied: SpecOf<L>,
    /// What was last applied, as it is recorded; only where our own calls have sent all of it.
    pub sent: Option<CanonicalJson>,
    /// What AWS gave.
    pub outputs: Outputs,
    /// Others that exchange a value with it, which one call has to change together. None but in an update.
    pub partners: Vec<Partner>,
}

impl<L: Lifecycle + ?Sized> Subject<L> {
    /// An output that is a text; empty where AWS has not given it yet.
    pub fn output(&self, name: &str) -> &str {
        self.outputs
            .get(name)
            .and_then(|value| value.as_str())
            .unwrap_or_default()
    }
}

/// What `create` made.
#[derive(Debug, Clone, PartialEq)]
pub struct Made {
    /// AWS's identifier.
    pub id: String,
    /// What AWS gave.
    pub outputs: Outputs,
}

impl Made {
    /// What stands behind an identifier; `None` where the answer has none.
    pub fn of(described: &impl Described) -> Option<Self> {
        Some(Self {
            id: described.id()?,
            outputs: described.outputs(),
        })
    }
}

/// What `find` found.
#[derive(Debug, Clone, PartialEq)]
pub enum FoundOne {
    /// Our call made this.
    Ours(Made),
    /// Nothing of ours is there, and what our call made would show within so many seconds of it.
    Nothing {
        /// Seconds.
        visible_within: u64,
    },
    /// Something stands under the name, and nothing proves that it is ours.
    Foreign(String),
}

impl FoundOne {
    /// The engine's form; `unfinished` names what an adopted resource may still lack.
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

/// What life cycles call AWS with.
#[derive(Debug, Clone)]
pub struct Context {
    pub(crate) clients: Arc<Clients>,
    pub(crate) secrets: Arc<SecretReader>,
    /// The account that calls go to, where it is known.
    pub account: Option<String>,
    /// The client token of an update's calls, where AWS takes one: the intent's id. Calls that no intent stands behind have none.
    pub token: Option<String>,
    /// Whose what is made or changed is. Only creates and updates have it.
    pub owner: Option<Owner>,
    /// The spec of a create as declared, with its expressions.
    pub template: Option<CanonicalJson>,
}

impl Deref for Context {
    type Target = Clients;
    fn deref(&self) -> &Clients {
        &self.clients
    }
}

impl Context {
    /// Whether tags say that this state made the thing.
    pub fn owns(&self, tags: &BTreeMap<String, String>) -> bool {
        let own = self.owner_tags();
        own.contains_key(LINEAGE_TAG) && tags.get(LINEAGE_TAG) == own.get(LINEAGE_TAG)
    }

    /// Whether the author wrote a property of what is to be made; otherwise it is the engine's, such as a name that holds a hash.
    pub fn is_authored(&self, property: &str) -> bool {
        self.declared(property).is_some()
    }

    /// Whether the author wrote a property as plain text, not as a reference to something that this stack makes.
    pub fn is_literal(&self, property: &str) -> bool {
        self.declared(property)
            .is_some_and(|value| value.is_string())
    }

    fn declared(&self, property: &str) -> Option<Value> {
        let template = self.template.as_ref()?.to_value();
        template.get(property).cloned()
    }

    /// The tags that name the owner. Creates and updates of tags send them; so a resource of an older state gets them with its next change.
    pub fn owner_tags(&self) -> BTreeMap<String, String> {
        self.owner.as_ref().map(Owner::tags).unwrap_or_default()
    }

    /// The value of a secret, for the one call that sends it.
    ///
    /// # Errors
    /// Its source cannot be read, or holds another value than at planning. The message never holds the value.
    pub fn reveal(&self, secret: &SecretRef) -> Result<SecretValue> {
        self.secrets
            .reveal(secret)
            .map_err(|error| crate::error::invalid("windlass:RevealSecret", error.to_string()))
    }
}

/// The tags to be sent with a create: the author's, the owner's, and the intent's.
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

/// What an update of tags has to send: those to set, and the keys to remove. Tags that were never recorded are left alone.
pub fn tag_changes(
    cx: &Context,
    from: &ResolvedTags,
    to: &ResolvedTags,
) -> (BTreeMap<String, String>, Vec<String>) {
    // All of the wanted ones are sent: AWS may have lost one behind our back.
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

/// The changes that property names stand for.
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
