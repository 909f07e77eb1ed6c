//! Amazon Route 53. Not here: kinds; hosted zones are what other kinds give.

crate::ids! {
    /// A hosted zone.
    HostedZoneId = "Z";
}
