//! The enumerations of AWS Cloud Map's API. Not here: blocks, whose tables are in the files of their kinds.

use crate::table::words;

words! { aws_sdk_servicediscovery::types { HealthCheckType, RecordType, RoutingPolicy, ServiceTypeOption } }
