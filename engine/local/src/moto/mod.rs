//! Moto, the emulator behind the gateway: its version, its installation, its process.
//!
//! A fault of moto's code is fixed in moto itself (`mends/*.py`, one file for each service). What moto does not have at all is in `ecs` and `gaps`.

pub(crate) mod install;
pub(crate) mod process;

/// The one version of moto that this gateway supports: the fixes are for this version.
pub const MOTO_VERSION: &str = "5.2.5";

/// The account that moto uses if a call names none.
pub const DEFAULT_ACCOUNT: &str = "123456789012";

/// The header by which moto selects an account's world.
pub const ACCOUNT_HEADER: &str = "x-moto-account-id";
