//! The address ranges of a network's subnets, by the position of their zone. Not here: the subnets.

use ipnet::Ipv4Net;

use super::{MAX_ZONES, Zones};
use crate::cidr;
use crate::codes;
use crate::diagnostics::Diagnostic;
use crate::stack::Stack;

/// How much longer a private subnet's prefix is than the VPC's: the subnet gets an eighth of the range.
const PRIVATE_BITS: u8 = 3;
/// How much longer a public subnet's prefix is than the VPC's: the subnet gets an eighth of an eighth of the range.
const PUBLIC_BITS: u8 = 6;
/// The first eighth is for public subnets, and the second stays free.
const FIRST_PRIVATE: usize = 2;

/// The address ranges of a network's subnets.
pub struct Layout {
    pub whole: Ipv4Net,
    pub public: Vec<Ipv4Net>,
    pub private: Vec<Ipv4Net>,
}

impl Layout {
    /// The layout that the author wants. If it is not possible, this function reports that and returns the nearest possible one.
    #[track_caller]
    pub fn fitting(cx: &mut Stack, zones: Zones, range: Ipv4Net) -> Self {
        let mut unfit = |message: String, help: String| {
            let source = cx.author();
            let problem = Diagnostic::error(codes::NETWORK_UNFIT, message)
                .at(&source, "declared here")
                .help(help);
            cx.report(problem);
        };
        let mut whole = range;
        if !(16..=22).contains(&range.prefix_len()) || range.addr() != range.network() {
            unfit(
                format!("a network cannot be laid out in {range}"),
                "give it a range from /16 to /22; smaller networks can be made of `Vpc` and `Subnet`".to_owned(),
            );
            whole = cidr!("10.0.0.0/16");
        }
        if !(1..=MAX_ZONES).contains(&zones.0) {
            let help = format!("1 to {MAX_ZONES} are possible");
            unfit(format!("a network cannot lie over {} zones", zones.0), help);
        }
        let zones = zones.0.clamp(1, MAX_ZONES);
        let open = cx.zones().len();
        if zones > open {
            let source = cx.author();
            let message = format!(
                "a network over {zones} zones does not fit: {open} are open to the account in {}",
                cx.region()
            );
            let problem = Diagnostic::error(codes::NETWORK_UNFIT, message)
                .at(&source, "declared here")
                .help(format!("ask for {open} zones, or use another Region"));
            cx.report(problem);
        }
        let blocks = |bits| {
            let blocks = whole.subnets(whole.prefix_len() + bits);
            blocks.expect("a /22 with six more bits is a /28")
        };
        Self {
            whole,
            public: blocks(PUBLIC_BITS).take(zones).collect(),
            private: blocks(PRIVATE_BITS)
                .skip(FIRST_PRIVATE)
                .take(zones)
                .collect(),
        }
    }
}
