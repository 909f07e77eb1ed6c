//! Instance requirements, as request and as answer. EC2 Auto Scaling has its own types for them, and so its own rows.

use crate::table::tables;

tables! { windlass::aws::ec2 => aws_sdk_ec2;
    InstanceRequirements => InstanceRequirementsRequest | InstanceRequirements;
    WholeRange => VCpuCountRangeRequest | VCpuCountRange;
    WholeRange => MemoryMiBRequest | MemoryMiB;
    WholeRange => AcceleratorCountRequest | AcceleratorCount;
    WholeRange => AcceleratorTotalMemoryMiBRequest | AcceleratorTotalMemoryMiB;
    WholeRange => BaselineEbsBandwidthMbpsRequest | BaselineEbsBandwidthMbps;
    WholeRange => NetworkInterfaceCountRequest | NetworkInterfaceCount;
    NumberRange => MemoryGiBPerVCpuRequest | MemoryGiBPerVCpu;
    NumberRange => NetworkBandwidthGbpsRequest | NetworkBandwidthGbps;
    NumberRange => TotalLocalStorageGbRequest | TotalLocalStorageGb;
    BaselinePerformanceFactors => BaselinePerformanceFactorsRequest | BaselinePerformanceFactors;
    CpuPerformanceFactor => CpuPerformanceFactorRequest | CpuPerformanceFactor { "References" always; }
    PerformanceFactorReference => PerformanceFactorReferenceRequest | PerformanceFactorReference;
}
