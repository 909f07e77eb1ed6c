//! The trait that makes a spec a resource kind, and the handle that a declaration returns.

use std::fmt;
use std::marker::PhantomData;

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::address::Address;
use crate::document::{Dependency, Options, Place, Timeouts, Vanished};
use crate::schema::{KindSchema, ReplaceOrder, Wait};
use crate::stack::{Checks, Stack};

/// A resource kind: the spec that authors write. `#[derive(Resource)]` implements it.
pub trait Resource: Sized {
    /// The spec after `resolve`, as life cycles receive it.
    type Resolved: DeserializeOwned + Clone + fmt::Debug + Send + Sync + 'static;
    /// One variant for each top-level property that can change in place. A life cycle's `update` matches it exhaustively.
    type Change: Change;
    /// Everything that planning knows about the kind.
    const SCHEMA: &'static KindSchema;

    /// The document's form of the spec.
    fn to_json(&self) -> Value;
}

/// The in-place changes of a kind.
pub trait Change: Copy + fmt::Debug + Eq + Ord + Send + Sync + 'static {
    /// Every in-place property.
    const ALL: &'static [Self];
    /// The change of a property, by its CloudFormation name.
    fn of(property: &str) -> Option<Self>;
}

/// The checks of a kind when the stack is built, in addition to what its types prove. Every kind implements it, if only with an empty body.
pub trait Check: Resource {
    /// Reports problems of this spec alone. Checks of several resources run when the stack is finished.
    fn check(&self, checks: &mut Checks<'_>);
}

/// Specs that the catalogue tests walk through.
pub trait Samples: Resource {
    /// The smallest spec that AWS takes, then the fullest, and then variations, so that every property has a second value somewhere.
    fn samples() -> Vec<Self>;
}

/// A declared resource: it gives the resource's address, outputs and dependencies.
pub struct Handle<R> {
    address: Address,
    of: PhantomData<fn() -> R>,
}

impl<R> Handle<R> {
    pub(crate) fn new(address: Address) -> Self {
        Self {
            address,
            of: PhantomData,
        }
    }

    #[must_use]
    pub fn address(&self) -> &Address {
        &self.address
    }

    /// A dependency that waits until the resource exists.
    #[must_use]
    pub fn exists(&self) -> Dependency {
        self.until(Wait::Exists)
    }

    /// A dependency that waits until AWS says that the resource can be used.
    #[must_use]
    pub fn ready(&self) -> Dependency {
        self.until(Wait::Ready)
    }

    /// A dependency that waits until the resource works, for example until a service's deployment has finished.
    #[must_use]
    pub fn stable(&self) -> Dependency {
        self.until(Wait::Stable)
    }

    fn until(&self, wait: Wait) -> Dependency {
        Dependency {
            address: self.address.clone(),
            wait: Some(wait),
        }
    }
}

impl<R> Clone for Handle<R> {
    fn clone(&self) -> Self {
        Self::new(self.address.clone())
    }
}

impl<R> fmt::Debug for Handle<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.address.fmt(f)
    }
}

impl<R> From<&Handle<R>> for Dependency {
    fn from(handle: &Handle<R>) -> Self {
        Self {
            address: handle.address.clone(),
            wait: None,
        }
    }
}

/// A spec together with its options for the engine.
#[derive(Debug, Clone)]
pub struct Configured<R> {
    pub spec: R,
    /// Options for the engine.
    pub options: Options,
    /// The resources that must exist first, in addition to those that the spec refers to.
    pub depends_on: Vec<Dependency>,
    /// The place of the resource, if it is not the stack's.
    pub place: Option<Place>,
}

/// Options and declaration, for every kind. `use windlass::prelude::*` imports it.
pub trait Declare: Sized {
    /// The kind.
    type Kind: Resource + Check;

    /// The spec with its options.
    fn configured(self) -> Configured<Self::Kind>;

    /// Declares the resource under a name below the current scope.
    ///
    /// If the name is taken or malformed, the stack reports it when it is finished, with both places.
    #[track_caller]
    fn declare(self, cx: &mut Stack, name: impl AsRef<str>) -> Handle<Self::Kind> {
        cx.declare(self.configured(), name.as_ref())
    }

    /// Waits for a resource that the spec does not refer to.
    #[must_use]
    fn depends_on(self, on: impl Into<Dependency>) -> Configured<Self::Kind> {
        let mut configured = self.configured();
        configured.depends_on.push(on.into());
        configured
    }

    /// Refuses every plan that would delete or replace the resource, even a plan of a program that does not declare it any more.
    #[must_use]
    fn protect(self) -> Configured<Self::Kind> {
        self.option(|options| options.protect = true)
    }

    /// Leaves the resource in AWS if it is no longer declared, or if the stack is destroyed.
    #[must_use]
    fn retain(self) -> Configured<Self::Kind> {
        self.option(|options| options.retain = true)
    }

    /// Says what Windlass does if another user has deleted the resource. By default Windlass creates it again.
    #[must_use]
    fn when_vanished(self, vanished: Vanished) -> Configured<Self::Kind> {
        self.option(|options| options.vanished = vanished)
    }

    /// Changes the order of a replacement from the kind's own.
    #[must_use]
    fn replace_order(self, order: ReplaceOrder) -> Configured<Self::Kind> {
        self.option(|options| options.replace = Some(order))
    }

    /// Leaves a property path, such as `DesiredCount`, to another owner once the resource exists.
    #[must_use]
    fn owned_elsewhere(self, path: impl Into<String>) -> Configured<Self::Kind> {
        let path = path.into();
        self.option(|options| options.owned_elsewhere.push(path))
    }

    /// Says that the resource had another address before.
    #[must_use]
    fn alias(self, address: Address) -> Configured<Self::Kind> {
        self.option(|options| options.aliases.push(address))
    }

    /// Sets timeouts for the resource's steps.
    #[must_use]
    fn timeouts(self, timeouts: Timeouts) -> Configured<Self::Kind> {
        self.option(|options| options.timeouts = timeouts)
    }

    /// Puts the resource into another account or region than the stack's.
    #[must_use]
    fn in_place(self, place: Place) -> Configured<Self::Kind> {
        let mut configured = self.configured();
        configured.place = Some(place);
        configured
    }

    /// Changes the resource's options.
    #[must_use]
    fn option(self, change: impl FnOnce(&mut Options)) -> Configured<Self::Kind> {
        let mut configured = self.configured();
        change(&mut configured.options);
        configured
    }
}

impl<R: Resource + Check> Declare for R {
    type Kind = R;
    fn configured(self) -> Configured<R> {
        Configured {
            spec: self,
            options: Options::default(),
            depends_on: Vec::new(),
            place: None,
        }
    }
}

impl<R: Resource + Check> Declare for Configured<R> {
    type Kind = R;
    fn configured(self) -> Self {
        self
    }
}
