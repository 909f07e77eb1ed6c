//! The enumerations of CloudWatch Logs' API.

use crate::table::words;

words! { aws_sdk_cloudwatchlogs::types { LogGroupClass } }
