//! Amazon Route 53. Not here: kinds. Hosted zone ids are outputs of other kinds.

crate::ids! {
    /// A hosted zone.
    HostedZoneId = "Z";
}
