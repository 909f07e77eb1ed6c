//! What nearly every life cycle uses: the trait and its helpers, the forms of answers, the tables, and the engine's words.

pub use windlass_engine::provider::{
    Deletion, ErrorClass, Limit, Outputs, Progress, ProviderError, Until,
};
pub use windlass_engine::timing::Timing;
pub use windlass_state::identity::IntentId;
pub use windlass_state::record::Action;

pub use crate::clients::Clients;
pub use crate::error::{Found, Named, Result, incomplete, invalid};
pub(crate) use crate::lifecycle::observed_by;
pub use crate::lifecycle::{
    Context, Described, FoundOne, Lifecycle, Made, Subject, failed, later, made, pending, reached,
};
pub use crate::observed::{Block, Observed, outputs};
pub use crate::reads::{Answers, Query, Single, Wants, of_key};
pub(crate) use crate::registry::lives;
pub use crate::table::{Fill, Showing, Shown, ToSdk, ToSdkWithin, tables};
pub use crate::wording::Wording;
