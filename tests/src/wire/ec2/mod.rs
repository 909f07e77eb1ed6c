//! Wire fixtures of Amazon EC2.

pub mod vpc;
