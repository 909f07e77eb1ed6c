//! The enumerations of Amazon EC2's API. Not here: blocks, whose tables stand beside their kinds.

use crate::table::words;

words! { aws_sdk_ec2::types { Tenancy } }
