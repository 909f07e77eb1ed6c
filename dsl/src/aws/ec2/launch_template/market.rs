//! How an instance is paid for and where its capacity comes from: Spot, reservations, credits, licences.

use windlass_derive::{Block, Choice};

use crate::stack::Checks;
use crate::value::Input;

crate::text_enum! {
    /// The purchase option of an instance, if it is not On-Demand.
    pub enum MarketType {
        /// At the list price, with no reservation: what AWS does without a market type.
        OnDemand = "on-demand",
        /// Spare capacity that AWS can take back.
        Spot = "spot",
        /// A capacity block that the account has bought.
        CapacityBlock = "capacity-block",
        /// Capacity of a reservation whose owner can take it back.
        InterruptibleCapacityReservation = "interruptible-capacity-reservation",
    }

    /// What happens to a Spot instance when AWS takes it back.
    pub enum InterruptionBehavior {
        /// The instance hibernates.
        Hibernate = "hibernate",
        /// The instance stops.
        Stop = "stop",
        /// The instance terminates.
        Terminate = "terminate",
    }

    /// How often AWS fulfils a Spot request.
    pub enum SpotInstanceType {
        /// AWS fulfils the request once.
        OneTime = "one-time",
        /// AWS fulfils the request again after each interruption. An Auto Scaling group refuses it.
        Persistent = "persistent",
    }

    /// Which capacity reservations an instance uses.
    pub enum ReservationPreference {
        /// Any open reservation that fits.
        Open = "open",
        /// No reserved capacity.
        None = "none",
        /// Only reserved capacity.
        CapacityReservationsOnly = "capacity-reservations-only",
    }

    /// What a burstable instance does when its CPU credits run out.
    pub enum CpuCredits {
        /// The instance slows down.
        Standard = "standard",
        /// The instance keeps its speed, and costs more.
        Unlimited = "unlimited",
    }
}

/// The purchase option of an instance, if it is not On-Demand.
#[derive(Debug, Clone, Block)]
pub struct InstanceMarketOptions {
    /// Spot, a capacity block, or an interruptible reservation.
    pub market_type: Option<Input<MarketType>>,
    /// Options for Spot.
    pub spot_options: Option<SpotOptions>,
}

/// Options for Spot.
#[derive(Debug, Clone, Block)]
pub struct SpotOptions {
    /// Reserved time in minutes. AWS no longer offers it to new accounts.
    pub block_duration_minutes: Option<Input<i32>>,
    /// What happens when AWS takes the instance back. AWS's default is `terminate`.
    pub instance_interruption_behavior: Option<Input<InterruptionBehavior>>,
    /// The highest price per hour, in US dollars. AWS advises against setting it; the default is the On-Demand price.
    pub max_price: Option<Input<String>>,
    /// How often AWS fulfils the request. AWS's default is `one-time`.
    pub spot_instance_type: Option<Input<SpotInstanceType>>,
    /// When a persistent request ends, as `2030-01-31T00:00:00Z`.
    pub valid_until: Option<Input<String>>,
}

/// Which capacity reservations an instance uses.
#[derive(Debug, Clone, Block)]
pub struct CapacityReservationSpecification {
    /// Which reservations the instance may use. AWS's default is `open`.
    pub capacity_reservation_preference: Option<Input<ReservationPreference>>,
    /// One reservation, or a group of reservations.
    pub capacity_reservation_target: Option<CapacityReservationTarget>,
}

/// One reservation, or a group of reservations.
#[derive(Debug, Clone, Block)]
pub struct CapacityReservationTarget {
    #[field(choice)]
    pub target: ReservationTarget,
}

/// One reservation, or a group of reservations.
#[derive(Debug, Clone, Choice)]
pub enum ReservationTarget {
    CapacityReservationId(Input<String>),
    /// A resource group of reservations.
    CapacityReservationResourceGroupArn(Input<String>),
}

/// What a burstable instance does when its CPU credits run out.
#[derive(Debug, Clone, Block)]
pub struct CreditSpecification {
    /// AWS's default depends on the family: `t2` instances slow down, later ones keep their speed.
    pub cpu_credits: Option<Input<CpuCredits>>,
}

/// A licence configuration of AWS License Manager.
#[derive(Debug, Clone, Block)]
pub struct LicenseSpecification {
    pub license_configuration_arn: Input<String>,
}

impl InstanceMarketOptions {
    /// Spot, at the current Spot price.
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

/// Whether a text has the form in which AWS returns a time: `2030-01-31T00:00:00Z`.
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
