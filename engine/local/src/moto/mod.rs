//! Moto, the emulator behind the gateway: which one, how it is installed, how it is run.
//!
//! What moto gets wrong is mended in moto itself (`mends/*.py`, one file for each service), where that is a fault of its code; what moto has
//! not at all is in `ecs` and `gaps`.

pub(crate) mod install;
pub(crate) mod process;

/// The one version this gateway is written against: its faults are mended for this version.
pub const MOTO_VERSION: &str = "5.2.5";

/// The account that moto uses when a call names none.
pub const DEFAULT_ACCOUNT: &str = "123456789012";

/// The header by which moto selects an account's world.
pub const ACCOUNT_HEADER: &str = "x-moto-account-id";
