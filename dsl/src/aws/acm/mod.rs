//! AWS Certificate Manager. Not here: kinds. Listeners refer to certificates by their ARNs.

crate::ids! {
    /// A certificate of AWS Certificate Manager, or a server certificate of IAM.
    CertificateArn = "arn:";
}
