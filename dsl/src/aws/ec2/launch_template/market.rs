//! How an instance is paid for and where its capacity comes from: Spot, reservations, credits, licences.

use windlass_derive::{Block, Choice};

use crate::stack::Checks;
use crate::value::Input;

crate::text_enum! {
    /// How an instance is bought, other than On-Demand.
    pub enum MarketType {
        /// Spare capacity that AWS can take back.
        Spot = "spot",
        /// A capacity block that was bought.
        CapacityBlock = "capacity-block",
        /// Capacity of a reservation that its owner can take back.
        InterruptibleCapacityReservation = "interruptible-capacity-reservation",
    }

    /// What happens to a Spot instance that AWS takes back.
    pub enum InterruptionBehavior {
        /// It hibernates.
        Hibernate = "hibernate",
        /// It is stopped.
        Stop = "stop",
        /// It is terminated.
        Terminate = "terminate",
    }

    /// How often a Spot request is fulfilled.
    pub enum SpotInstanceType {
        /// Once.
        OneTime = "one-time",
        /// Again after each interruption. An Auto Scaling group refuses it.
        Persistent = "persistent",
    }

    /// Which capacity reservations an instance uses.
    pub enum ReservationPreference {
        /// Any open one that fits.
        Open = "open",
        /// None.
        None = "none",
        /// Only reserved capacity.
        CapacityReservationsOnly = "capacity-reservations-only",
    }

    /// What a burstable instance does without credits.
    pub enum CpuCredits {
        /// It slows down.
        Standard = "standard",
        /// It goes on, and costs more.
        Unlimited = "unlimited",
    }
}

/// How an instance is bought, other than On-Demand.
#[derive(Debug, Clone, Block)]
pub struct InstanceMarketOptions {
    /// How.
    pub market_type: Option<Input<MarketType>>,
    /// The details of Spot.
    pub spot_options: Option<SpotOptions>,
}

/// The details of Spot.
#[derive(Debug, Clone, Block)]
pub struct SpotOptions {
    /// Reserved time in minutes. AWS has retired it for new accounts.
    pub block_duration_minutes: Option<Input<i32>>,
    /// What happens when AWS takes the instance back. AWS's default is `terminate`.
    pub instance_interruption_behavior: Option<Input<InterruptionBehavior>>,
    /// The highest price per hour, in US dollars. AWS advises against one; the default is the On-Demand price.
    pub max_price: Option<Input<String>>,
    /// How often the request is fulfilled. AWS's default is `one-time`.
    pub spot_instance_type: Option<Input<SpotInstanceType>>,
    /// When a persistent request ends, as `2030-01-31T00:00:00Z`.
    pub valid_until: Option<Input<String>>,
}

/// Which reserved capacity an instance uses.
#[derive(Debug, Clone, Block)]
pub struct CapacityReservationSpecification {
    /// Which reservations. AWS's default is `open`.
    pub capacity_reservation_preference: Option<Input<ReservationPreference>>,
    /// One reservation, or a group of them.
    pub capacity_reservation_target: Option<CapacityReservationTarget>,
}

/// One reservation, or a group of them.
#[derive(Debug, Clone, Block)]
pub struct CapacityReservationTarget {
    /// Which.
    #[field(choice)]
    pub target: ReservationTarget,
}

/// One reservation, or a group of them.
#[derive(Debug, Clone, Choice)]
pub enum ReservationTarget {
    /// A capacity reservation.
    CapacityReservationId(Input<String>),
    /// A resource group of them.
    CapacityReservationResourceGroupArn(Input<String>),
}

/// What a burstable instance does without credits.
#[derive(Debug, Clone, Block)]
pub struct CreditSpecification {
    /// What it does. AWS's default depends on the family: `t2` slows down, later ones go on.
    pub cpu_credits: Option<Input<CpuCredits>>,
}

/// A licence configuration of AWS License Manager.
#[derive(Debug, Clone, Block)]
pub struct LicenseSpecification {
    /// Its ARN.
    pub license_configuration_arn: Input<String>,
}

impl InstanceMarketOptions {
    /// Spot, at the price of the day.
    #[must_use]
    pub fn spot() -> Self {
        Self::new().market_type(MarketType::Spot)
    }

    pub(super) fn check(&self, at: &str, checks: &mut Checks<'_>) {
        let Some(spot) = &self.spot_options else {
            return;
        };
        let market = self.market_type.as_ref().map(Input::literal);
        if !matches!(market, Some(None | Some(MarketType::Spot))) {
            checks.invalid(
                &format!("{at}.SpotOptions"),
                "is given, but `MarketType` is not `spot`",
                "begin with `InstanceMarketOptions::spot()`",
            );
        }
        if let Some(until) = spot.valid_until.as_ref().and_then(Input::literal)
            && !is_instant(&until)
        {
            checks.invalid(
                &format!("{at}.SpotOptions.ValidUntil"),
                format!("is `{until}`"),
                "write it as `2030-01-31T00:00:00Z`",
            );
        }
    }
}

/// Whether a text has the form in which AWS returns an instant: `2030-01-31T00:00:00Z`.
fn is_instant(text: &str) -> bool {
    const FORM: &str = "0000-00-00T00:00:00Z";
    text.len() == FORM.len()
        && text.bytes().zip(FORM.bytes()).all(|(byte, form)| {
            if form == b'0' {
                byte.is_ascii_digit()
            } else {
                byte == form
            }
        })
}
