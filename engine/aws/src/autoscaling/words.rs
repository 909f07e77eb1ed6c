//! The enumerations of Amazon EC2 Auto Scaling's API. Not here: blocks, whose tables are in the files of their kinds.

use crate::table::words;

words! { aws_sdk_autoscaling::types {
    AcceleratorManufacturer, AcceleratorName, AcceleratorType, BareMetal, BurstablePerformance,
    CapacityDistributionStrategy, CapacityReservationPreference, CpuManufacturer, DeletionProtection,
    ImpairedZoneHealthCheckBehavior, InstanceGeneration, LocalStorage, LocalStorageType, RetentionAction,
    TargetCapacityType,
} }
