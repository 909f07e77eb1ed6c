//! Retention: how long a log group keeps its events, as one of the periods that AWS offers.

use serde::{Deserialize, Serialize};

use crate::schema::Shape;
use crate::value::Literal;

macro_rules! spans {
    ($($name:ident = $days:literal,)+) => {
        /// How long a log group keeps its events.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "u16", into = "u16")]
        pub enum Retention {
            $(#[doc = concat!(stringify!($days), " days.")] $name,)+
        }

        impl Retention {
            /// Every period that AWS offers, shortest first.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// The length in days.
            #[must_use]
            pub const fn days(self) -> u16 {
                match self { $(Self::$name => $days),+ }
            }
        }
    };
}

spans! {
    Days1 = 1,
    Days3 = 3,
    Days5 = 5,
    Days7 = 7,
    Days14 = 14,
    Days30 = 30,
    Days60 = 60,
    Days90 = 90,
    Days120 = 120,
    Days150 = 150,
    Days180 = 180,
    Days365 = 365,
    Days400 = 400,
    Days545 = 545,
    Days731 = 731,
    Days1096 = 1096,
    Days1827 = 1827,
    Days2192 = 2192,
    Days2557 = 2557,
    Days2922 = 2922,
    Days3288 = 3288,
    Days3653 = 3653,
}

/// AWS does not offer the period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("CloudWatch Logs cannot keep events for {days} days: {} is the next span that it offers", .next.days())]
pub struct NoSuchRetention {
    days: u16,
    next: Retention,
}

impl Retention {
    /// The shortest period offered by AWS that is at least this number of days; for more than ten years, the longest one.
    #[must_use]
    pub fn at_least(days: u16) -> Self {
        let fits = Self::ALL.iter().find(|span| span.days() >= days);
        fits.copied().unwrap_or(Self::Days3653)
    }
}

impl TryFrom<u16> for Retention {
    type Error = NoSuchRetention;
    fn try_from(days: u16) -> Result<Self, NoSuchRetention> {
        match Self::at_least(days) {
            span if span.days() == days => Ok(span),
            next => Err(NoSuchRetention { days, next }),
        }
    }
}

impl From<Retention> for u16 {
    fn from(span: Retention) -> Self {
        span.days()
    }
}

impl Literal for Retention {
    const SHAPE: &'static Shape = &Shape::Integer;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_spans_that_aws_offers_exist() {
        assert_eq!(Retention::try_from(14), Ok(Retention::Days14));
        let refused = Retention::try_from(10).expect_err("not offered");
        assert_eq!(
            refused.to_string(),
            "CloudWatch Logs cannot keep events for 10 days: 14 is the next span that it offers"
        );
        assert_eq!(Retention::at_least(0), Retention::Days1);
        assert_eq!(Retention::at_least(9_999), Retention::Days3653);
        assert_eq!(
            serde_json::to_string(&Retention::Days30).expect("json"),
            "30"
        );
    }
}
