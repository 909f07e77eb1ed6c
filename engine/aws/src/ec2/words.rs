//! The enumerations of Amazon EC2's API. Not here: blocks, whose tables are in the files of their kinds.

use crate::table::words;

words! { aws_sdk_ec2::types {
    AvailabilityMode, ConnectivityType, DnsRecordIpType, DomainType, HostnameType, IpAddressType, Tenancy,
    VpcEncryptionControlExclusionStateInput, VpcEncryptionControlMode, VpcEndpointType,
} }
