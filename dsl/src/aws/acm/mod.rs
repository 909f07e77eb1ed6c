//! AWS Certificate Manager. Not here: kinds; certificates are named where listeners need them.

crate::ids! {
    /// A certificate of AWS Certificate Manager, or a server certificate of IAM.
    CertificateArn = "arn:";
}
