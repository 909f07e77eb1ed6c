//! The opened state and cloud with which a command that asks AWS begins, and what the program declares for them.
//!
//! Not here: taking the state for writing, which only some of them do.

use std::collections::BTreeMap;
use std::sync::Arc;

use windlass::document::{Document, LookupQuery, Place};
use windlass::request::{PROTOCOL, Request};
use windlass_engine::clock::SystemClock;
use windlass_engine::events::{Event, Events, Stamped};
use windlass_engine::lookups::Answers;
use windlass_engine::secrets::SecretReader;
use windlass_engine::session::zones;
use windlass_local::Status;
use windlass_state::binding::Binding;
use windlass_state::identity::RunId;
use windlass_state::snapshot::Snapshot;
use windlass_store::{Holder, Store};

use crate::arguments::{Reach, Which};
use crate::cloud::{self, Cloud, Wanted};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::program;
use crate::render;
use crate::stack::Stack;

/// A state, and the cloud of its resources.
pub struct Opened {
    /// The store of the state.
    pub store: Store,
    /// The recorded state.
    pub snapshot: Snapshot,
    /// AWS, or the local cloud.
    pub cloud: Cloud,
    /// Reads the stack's secrets.
    pub secrets: Arc<SecretReader>,
}

impl Opened {
    /// Opens the state and connects to the cloud. If the user names no region, the command uses the state's.
    pub async fn of(
        stack: &Stack,
        which: &Which,
        reach: &Reach,
        region: Option<String>,
    ) -> Result<Self, Failure> {
        let local = if which.local {
            Some(cloud::local().await?)
        } else {
            None
        };
        let store = stack.store(which).await?;
        let snapshot = current(&store, local.as_ref()).await?;
        let bound = snapshot.binding.as_ref();
        let wanted = Wanted {
            local: which.local,
            region: region.or_else(|| bound.map(|binding| binding.region().to_owned())),
            profile: which.kept.profile.clone(),
            endpoint: reach.endpoint_url.clone(),
        };
        let region = cloud::region(&wanted).await?;
        let secrets = Arc::new(SecretReader::new(
            stack.folder.clone(),
            snapshot.secret_key.clone(),
        ));
        let cloud = Cloud::reach(&wanted, &region, local.as_ref(), Arc::clone(&secrets)).await?;
        Ok(Self {
            store,
            snapshot,
            cloud,
            secrets,
        })
    }

    /// The declarations of the program, and the zones in its request.
    pub async fn document(
        &self,
        stack: &Stack,
        which: &Which,
        parameters: BTreeMap<String, String>,
    ) -> Result<(Document, Vec<String>), Failure> {
        let binding = &self.cloud.binding;
        let region = binding.region().to_owned();
        let place = Place {
            region: Some(region.clone()),
            ..Place::default()
        };
        let clock = SystemClock::start();
        let zones = zones(&self.cloud.provider, &clock, &self.snapshot, &place).await?;
        let request = Request {
            protocol: PROTOCOL,
            environment: which.env.clone(),
            region,
            account: Some(binding.account().to_owned()),
            zones: zones.clone(),
            parameters,
        };
        let document = program::document(&stack.program()?, &request)?;
        Ok((document, zones))
    }
}

/// The state as it is. After a reset of the local cloud, its state starts empty.
async fn current(store: &Store, local: Option<&Status>) -> Result<Snapshot, Failure> {
    let snapshot = store.load().await?;
    let (Some(status), Some(Binding::Local { instance, .. })) = (local, &snapshot.binding) else {
        return Ok(snapshot);
    };
    if *instance == status.instance {
        return Ok(snapshot);
    }
    crate::render::tell!(
        "The local cloud was emptied since the last `up`: its state starts empty."
    );
    store.clear(&Holder::this_process()).await?;
    Ok(store.load().await?)
}

/// Answers that do not come from AWS: outputs of other stacks.
#[derive(Default)]
pub struct Known {
    pub answers: Answers,
    /// When the youngest resource of those stacks was made, by AWS's clock.
    pub neighbours: Option<jiff::Timestamp>,
}

/// Reads the outputs of other stacks that the document refers to.
pub async fn known(stack: &Stack, which: &Which, document: &Document) -> Result<Known, Failure> {
    let mut known = Known::default();
    for (address, declaration) in &document.lookups {
        let LookupQuery::StackOutput {
            stack: other,
            environment,
            output,
        } = &declaration.query
        else {
            continue;
        };
        let told = stack.output_of(other, environment, which, output).await?.ok_or_else(|| {
            Failure::new(format!("`{address}` asks for the output `{output}` of {other} ({environment}), which its state does not have"))
                .exit(Exit::Problems)
                .help(format!("run `up --env {environment}` in `{other}` first; asked for at {}", declaration.source))
        })?;
        known.neighbours = known.neighbours.max(told.since);
        known.answers.insert(
            address.clone(),
            BTreeMap::from([("Value".to_owned(), told.value)]),
        );
    }
    Ok(known)
}

/// A new identifier for a run.
pub fn new_run() -> RunId {
    RunId(format!("{:016x}", rand::random::<u64>()))
}

/// Prints only what recovery settled, beside the one document or text of a command.
pub struct Aside;

impl Events for Aside {
    fn emit(&self, event: Stamped) {
        match &event.event {
            Event::Recovered(recovered) => {
                crate::render::tell!("{}", render::recovered(recovered));
            }
            Event::NotVisibleYet {
                resources,
                at_most_milliseconds,
            } => {
                let text = render::not_visible_yet(resources, *at_most_milliseconds);
                crate::render::tell!("{text}");
            }
            _ => {}
        }
    }
}
