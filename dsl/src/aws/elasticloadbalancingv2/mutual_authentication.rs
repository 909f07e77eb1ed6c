//! Mutual authentication (mTLS): whether an HTTPS listener demands client certificates. Not here: trust stores, which hold the authorities.

use windlass_derive::Block;

use super::{Switch, TrustStoreArn};
use crate::stack::Checks;
use crate::value::{Input, IntoInput};

crate::text_enum! {
    /// How a listener handles client certificates.
    pub enum MutualAuthenticationMode {
        /// The listener asks for no certificate.
        Off = "off",
        /// The listener passes the certificate chain on to the targets, unchecked.
        Passthrough = "passthrough",
        /// The listener checks the certificate against a trust store.
        Verify = "verify",
    }
}

/// How a listener handles client certificates.
#[derive(Debug, Clone, Block)]
#[block(no_new)]
pub struct MutualAuthentication {
    /// The mode; the constructors set it. AWS's default is `off`.
    #[field(no_setter)]
    pub mode: Input<MutualAuthenticationMode>,
    /// The authorities whose certificates the listener accepts; with `verify` only.
    #[field(no_setter)]
    pub trust_store_arn: Option<Input<TrustStoreArn>>,
    /// Whether the listener accepts expired certificates; with `verify` only. AWS's default is `false`.
    #[field(removal_default("false"))]
    pub ignore_client_certificate_expiry: Option<Input<bool>>,
    /// Whether the listener sends clients the names of the accepted authorities; with `verify` only. AWS's default is `off`.
    #[field(removal_default("\"off\""))]
    pub advertise_trust_store_ca_names: Option<Input<Switch>>,
}

impl MutualAuthentication {
    /// The listener asks clients for no certificate.
    #[must_use]
    pub fn off() -> Self {
        Self::of(MutualAuthenticationMode::Off)
    }

    /// Targets get the client's certificate chain, unchecked.
    #[must_use]
    pub fn passthrough() -> Self {
        Self::of(MutualAuthenticationMode::Passthrough)
    }

    /// Clients need a certificate from an authority of the trust store.
    #[must_use]
    pub fn verify(trust_store: impl IntoInput<TrustStoreArn>) -> Self {
        Self {
            trust_store_arn: Some(trust_store.into()),
            ..Self::of(MutualAuthenticationMode::Verify)
        }
    }

    fn of(mode: MutualAuthenticationMode) -> Self {
        Self {
            mode: mode.into(),
            trust_store_arn: None,
            ignore_client_certificate_expiry: None,
            advertise_trust_store_ca_names: None,
        }
    }

    pub(super) fn check(&self, checks: &mut Checks<'_>) {
        let verifies = self.mode.literal() == Some(MutualAuthenticationMode::Verify);
        let given = self.ignore_client_certificate_expiry.is_some()
            || self.advertise_trust_store_ca_names.is_some();
        if given && !verifies {
            checks.invalid(
                "MutualAuthentication",
                "says how certificates are checked, but its mode checks none",
                "use `MutualAuthentication::verify(trust_store)`",
            );
        }
    }
}
