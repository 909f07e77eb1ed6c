//! Timeouts of waits, pauses between polls, and a first guess of how long steps take, for each kind.
//!
//! Not here: the time limits that an author declares, which go first, and how long a call is sent again (`retry`).

use std::time::Duration;

use windlass_state::durations::Durations;
use windlass_state::record::Action;

use crate::events::Verb;

/// The pauses between the polls of a wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pace {
    /// The pause before the first poll, and between the first two; it doubles each time.
    pub first: Duration,
    /// The longest pause: less than a tenth of the time that AWS usually needs.
    pub longest: Duration,
}

/// How often Windlass polls for a kind. The first pause is long enough for waits that begin together to share a call, and short enough for
/// a resource that AWS makes at once. Tasks of ECS need seconds in any case.
pub(crate) const fn pace(kind: &str) -> Pace {
    let (first, longest) = match kind.as_bytes() {
        b"AWS::ECS::Service" => (600, 5_000),
        b"AWS::EC2::NatGateway"
        | b"AWS::EC2::VPCEndpoint"
        | b"AWS::ElasticLoadBalancingV2::LoadBalancer"
        | b"AWS::AutoScaling::AutoScalingGroup" => (250, 8_000),
        b"AWS::ServiceDiscovery::PrivateDnsNamespace" => (250, 4_000),
        _ => (100, 3_000),
    };
    Pace {
        first: Duration::from_millis(first),
        longest: Duration::from_millis(longest),
    }
}

/// The timeout of a wait if the author sets none: several times the time that AWS usually needs.
pub(crate) const fn time_limit(kind: &str, action: Action) -> Duration {
    let minutes = match (kind.as_bytes(), action) {
        (b"AWS::ECS::Service", _) => 30,
        (b"AWS::AutoScaling::AutoScalingGroup", _) => 30,
        (_, Action::Delete) => 20,
        _ => 15,
    };
    Duration::from_secs(minutes * 60)
}

/// The expected time of a step: the average of such steps in this stack, or a first guess. Only the order of starts depends on it.
pub(crate) fn expected(known: &Durations, kind: &str, verb: Verb) -> Duration {
    let known = known.get(kind, verb.key());
    known.unwrap_or_else(|| first_guess(kind, verb))
}

const fn first_guess(kind: &str, verb: Verb) -> Duration {
    let seconds = match (kind.as_bytes(), verb) {
        (_, verb) if verb.is_record_only() => 0,
        (b"AWS::EC2::NatGateway", Verb::WaitReady | Verb::WaitStable) => 95,
        (b"AWS::EC2::NatGateway", Verb::Delete) => 60,
        (b"AWS::ElasticLoadBalancingV2::LoadBalancer", Verb::WaitReady | Verb::WaitStable) => 120,
        (b"AWS::EC2::VPCEndpoint", Verb::WaitReady | Verb::WaitStable) => 45,
        (b"AWS::ServiceDiscovery::PrivateDnsNamespace", Verb::WaitReady) => 40,
        (b"AWS::ECS::Service", Verb::WaitReady | Verb::WaitStable) => 90,
        (b"AWS::ECS::Service", Verb::Delete) => 60,
        (b"AWS::AutoScaling::AutoScalingGroup", Verb::WaitReady | Verb::WaitStable) => 90,
        (b"AWS::AutoScaling::AutoScalingGroup", Verb::Delete) => 90,
        (_, Verb::WaitReady | Verb::WaitStable) => 3,
        _ => 1,
    };
    Duration::from_secs(seconds)
}
