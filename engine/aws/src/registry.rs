//! The registry of life cycles: maps CloudFormation type names to life cycles, and hides their types so that all fit one table.
//!
//! Not here: any life cycle. A kind of the catalogue without a life cycle does not compile.

use std::collections::BTreeMap;
use std::marker::PhantomData;
use std::sync::LazyLock;
use std::time::Duration;

use async_trait::async_trait;
use serde_json::Value;
use windlass::canonical::CanonicalJson;
use windlass::resource::Resource;
use windlass::schema::Shape;
use windlass_engine::provider::{
    ClassedBy, CreateRequest, Created, Deletion, ErrorClass, Found, Limit, Outputs, Progress,
    ProviderError, Target, Until, UpdateRequest,
};
use windlass_engine::timing::Timing;
use windlass_plan::observation::Observation;
use windlass_state::record::{Action, Intent};

use crate::error::{Result, class_of, invalid, refined};
use crate::lifecycle::{Context, Lifecycle, Subject, changes_in_place, changes_of};
use crate::reads::{Answers, Wants};
use crate::wording::{SHARED, Wording};

/// A kind with a life cycle. [`lives`] implements it for each kind of the catalogue.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is in the catalogue but has no life cycle",
    note = "add `engine/aws/src/SERVICE/KIND.rs` with `lives!(Kind => KindLifecycle)`; docs/adding-a-resource.md is the recipe"
)]
pub trait Living: Resource {
    type Life: Lifecycle<Kind = Self>;
}

/// Gives a kind its life cycle: `lives!(windlass::aws::ec2::Vpc => VpcLifecycle);`.
macro_rules! lives {
    ($kind:ty => $life:ty) => {
        impl crate::registry::Living for $kind {
            type Life = $life;
        }
    };
}
pub(crate) use lives;

/// A life cycle whose types are hidden, so that all of them fit one table.
#[async_trait]
pub trait Erased: Send + Sync {
    /// [`Lifecycle::ENGINE_REPEATS`].
    fn engine_repeats(&self) -> bool;
    /// [`Lifecycle::WORDINGS`].
    fn wordings(&self) -> &'static [Wording];
    /// [`Lifecycle::VISIBLE_WITHIN`].
    fn visible_within(&self) -> Duration;
    /// [`Lifecycle::TIMING`].
    fn timing(&self) -> Timing;
    /// [`Lifecycle::bucket`].
    fn bucket(&self, action: Action) -> Option<Limit>;
    /// [`Lifecycle::IS_MARKED`].
    fn is_marked(&self) -> bool;
    /// [`Lifecycle::IS_LISTED`].
    fn is_listed(&self) -> bool;
    fn want(&self, target: &Target, wants: &mut Wants) -> Result<()>;
    fn observe(&self, target: &Target, answers: &Answers) -> Result<Observation>;
    async fn create(&self, cx: &Context, request: &CreateRequest<'_>) -> Result<Created>;
    async fn update(&self, cx: &Context, request: &UpdateRequest<'_>) -> Result<Outputs>;
    async fn delete(&self, cx: &Context, target: &Target) -> Result<Deletion>;
    async fn who_uses(&self, cx: &Context, target: &Target) -> Result<Vec<String>>;
    async fn find(&self, cx: &Context, intent: &Intent) -> Result<Found>;
    fn want_progress(&self, target: &Target, until: Until, wants: &mut Wants) -> Result<()>;
    fn progress(&self, target: &Target, until: Until, answers: &Answers) -> Result<Progress>;
}

struct Hidden<L>(PhantomData<fn() -> L>);

impl<L: Lifecycle> Hidden<L> {
    fn subject(target: &Target) -> Result<Subject<L>> {
        let applied = target
            .applied
            .read()
            .map_err(|error| unreadable(&target.kind, &error))?;
        Ok(Subject {
            id: target.physical_id.clone(),
            applied,
            sent: (!target.imported).then(|| target.applied.clone()),
            outputs: target.outputs.clone(),
            partners: Vec::new(),
        })
    }

    /// The state before an update, as the kind's type. The applied spec can lack a property that the type requires: then an empty list replaces a
    /// missing list, and the wanted value replaces any other value, so that it shows no difference. The same applies to a value that AWS returns only
    /// in part, such as an action without its secret, or a route without a target.
    fn subject_before(request: &UpdateRequest<'_>) -> Result<Subject<L>> {
        let (mut before, to) = (request.target.applied.to_value(), request.spec.to_value());
        let required = <L::Kind as Resource>::SCHEMA
            .fields()
            .filter(|field| field.required);
        for field in required {
            if before.get(field.name).is_none() {
                before[field.name] = match field.shape {
                    Shape::List(_) => Value::Array(Vec::new()),
                    _ => to[field.name].clone(),
                };
            }
        }
        if !Self::reads(&before) {
            before = Self::nearest(&before, to);
        }
        let subject = Self::subject(&Target {
            applied: CanonicalJson::of(&before),
            ..request.target.clone()
        })?;
        Ok(Subject {
            partners: request.partners.to_vec(),
            ..subject
        })
    }

    fn reads(spec: &Value) -> bool {
        let read = CanonicalJson::of(spec).read::<<L::Kind as Resource>::Resolved>();
        read.is_ok()
    }

    /// The wanted spec, with each property changed to its applied value if the kind's type still accepts the result.
    fn nearest(before: &Value, to: Value) -> Value {
        let fields = <L::Kind as Resource>::SCHEMA.fields();
        fields.fold(to, |nearest, field| {
            let mut next = nearest.clone();
            match (before.get(field.name), next.as_object_mut()) {
                (Some(value), _) => next[field.name] = value.clone(),
                (None, Some(members)) => drop(members.remove(field.name)),
                (None, None) => {}
            }
            if Self::reads(&next) { next } else { nearest }
        })
    }

    /// The properties of an update. The tags are added if no create of this version has set the owner's tags, because an older version made the
    /// resource or an import took it over.
    fn with_tags(request: &UpdateRequest<'_>) -> Vec<String> {
        let mut properties = request.properties.to_vec();
        let tags = <L::Kind as Resource>::SCHEMA.tags();
        let tags = tags.filter(|tags| changes_in_place::<L>(tags.name));
        if let Some(tags) = tags.filter(|_| request.target.since.is_none()) {
            properties.push(tags.name.to_owned());
        }
        properties
    }

    /// Applies the kind's wordings to an error before the engine sees it.
    fn classed<T>(result: Result<T>) -> Result<T> {
        result.map_err(|error| refined(error, L::WORDINGS))
    }

    fn unfinished(spec: &<L::Kind as Resource>::Resolved) -> Vec<String> {
        let after = L::after_create(spec);
        let fields = <L::Kind as Resource>::SCHEMA
            .fields()
            .map(|field| field.name);
        let carried_later = |name: &&str| {
            <<L::Kind as Resource>::Change as windlass::resource::Change>::of(name)
                .is_some_and(|change| after.contains(&change))
        };
        fields.filter(carried_later).map(str::to_owned).collect()
    }
}

fn unreadable(kind: &str, error: &serde_json::Error) -> ProviderError {
    invalid(
        "windlass:ReadSpec",
        format!("the spec does not have the form of {kind}: {error}"),
    )
}

#[async_trait]
impl<L: Lifecycle> Erased for Hidden<L> {
    fn engine_repeats(&self) -> bool {
        L::ENGINE_REPEATS
    }

    fn wordings(&self) -> &'static [Wording] {
        L::WORDINGS
    }

    fn visible_within(&self) -> Duration {
        L::VISIBLE_WITHIN
    }

    fn timing(&self) -> Timing {
        L::TIMING
    }

    fn bucket(&self, action: Action) -> Option<Limit> {
        L::bucket(action)
    }

    fn is_marked(&self) -> bool {
        L::IS_MARKED
    }

    fn is_listed(&self) -> bool {
        L::IS_LISTED
    }

    fn want(&self, target: &Target, wants: &mut Wants) -> Result<()> {
        L::want(&Self::subject(target)?, wants);
        Ok(())
    }

    fn observe(&self, target: &Target, answers: &Answers) -> Result<Observation> {
        let observed = Self::classed(L::observe(&Self::subject(target)?, answers));
        match observed {
            Ok(Some(observed)) => Ok(Observation::Present {
                properties: observed.properties.into(),
                outputs: observed.outputs,
            }),
            Ok(None) => Ok(Observation::Missing),
            Err(error) if error.class == ErrorClass::NotFound => Ok(Observation::Missing),
            Err(error) => Err(error),
        }
    }

    async fn create(&self, cx: &Context, request: &CreateRequest<'_>) -> Result<Created> {
        let spec = request
            .spec
            .read()
            .map_err(|error| unreadable(request.kind, &error))?;
        let made = Self::classed(L::create(cx, &spec, request.intent).await)?;
        Ok(Created {
            physical_id: made.id,
            outputs: made.outputs,
            unfinished: Self::unfinished(&spec),
        })
    }

    async fn update(&self, cx: &Context, request: &UpdateRequest<'_>) -> Result<Outputs> {
        let subject = Self::subject_before(request)?;
        let spec = request
            .spec
            .read()
            .map_err(|error| unreadable(&request.target.kind, &error))?;
        let changes = changes_of::<L>(&Self::with_tags(request))?;
        Self::classed(L::update(cx, &subject, &spec, &changes).await)
    }

    async fn delete(&self, cx: &Context, target: &Target) -> Result<Deletion> {
        // `NotFound` means deleted, or not visible yet. Only the engine knows the resource's age, so the engine decides.
        let deleted = Self::classed(L::delete(cx, &Self::subject(target)?).await);
        deleted.map(|()| L::DELETION)
    }

    async fn who_uses(&self, cx: &Context, target: &Target) -> Result<Vec<String>> {
        L::who_uses(cx, &Self::subject(target)?).await
    }

    async fn find(&self, cx: &Context, intent: &Intent) -> Result<Found> {
        let spec = intent
            .spec
            .read()
            .map_err(|error| unreadable(&intent.kind, &error))?;
        let found = Self::classed(L::find(cx, &spec, &intent.id).await)?;
        Ok(found.into_found(Self::unfinished(&spec)))
    }

    fn want_progress(&self, target: &Target, until: Until, wants: &mut Wants) -> Result<()> {
        L::want_progress(&Self::subject(target)?, until, wants);
        Ok(())
    }

    fn progress(&self, target: &Target, until: Until, answers: &Answers) -> Result<Progress> {
        match Self::classed(L::progress(&Self::subject(target)?, until, answers)) {
            Err(error) if error.class == ErrorClass::NotFound && until == Until::Gone => {
                Ok(Progress::Reached {
                    outputs: Outputs::new(),
                })
            }
            other => other,
        }
    }
}

macro_rules! table {
    ($($service:ident::$kind:ident),+ $(,)?) => {
        fn table() -> BTreeMap<&'static str, Box<dyn Erased>> {
            let mut table: BTreeMap<&'static str, Box<dyn Erased>> = BTreeMap::new();
            $({
                type Kind = windlass::aws::$service::$kind;
                table.insert(<Kind as Resource>::SCHEMA.kind, Box::new(Hidden::<<Kind as Living>::Life>(PhantomData)));
            })+
            table
        }
    };
}

windlass::catalog!(table);

static TABLE: LazyLock<BTreeMap<&'static str, Box<dyn Erased>>> = LazyLock::new(table);

/// The life cycle of a kind by its CloudFormation type name.
pub fn life(kind: &str) -> Result<&'static dyn Erased> {
    TABLE.get(kind).map(|life| &**life).ok_or_else(|| {
        invalid(
            "windlass:Kind",
            format!("this version of Windlass does not know {kind}"),
        )
    })
}

/// The class of an AWS answer for a kind, from the same tables in the same order as for the engine's own call. For a kind that is not in the
/// catalogue, only the shared table decides.
pub fn classed(kind: &str, operation: &str, status: u16, code: &str, message: &str) -> ErrorClass {
    let answer = ProviderError {
        class: class_of(operation, code, status, message),
        classed_by: ClassedBy::SharedTable,
        operation: operation.to_owned(),
        code: Some(code.to_owned()),
        message: message.to_owned(),
        request_id: None,
    };
    refined(answer, life(kind).map_or(&[], |life| life.wordings())).class
}

/// How long a kind takes, and how Windlass waits for it.
pub fn timing(kind: &str) -> Timing {
    life(kind).map_or(Timing::USUAL, Erased::timing)
}

/// All tables of wordings: each kind's table under its CloudFormation type name, and the shared table under an empty name.
pub fn wordings() -> BTreeMap<&'static str, &'static [Wording]> {
    let of_kinds = TABLE.iter().map(|(kind, life)| (*kind, life.wordings()));
    of_kinds.chain([("", SHARED)]).collect()
}
