//! Instance requirements in EC2 Auto Scaling's types, which are the same in requests and in answers.

use crate::table::tables;

tables! { windlass::aws::ec2 => aws_sdk_autoscaling;
    InstanceRequirements;
    WholeRange => VCpuCountRequest;
    WholeRange => MemoryMiBRequest;
    WholeRange => AcceleratorCountRequest;
    WholeRange => AcceleratorTotalMemoryMiBRequest;
    WholeRange => BaselineEbsBandwidthMbpsRequest;
    WholeRange => NetworkInterfaceCountRequest;
    NumberRange => MemoryGiBPerVCpuRequest;
    NumberRange => NetworkBandwidthGbpsRequest;
    NumberRange => TotalLocalStorageGbRequest;
    BaselinePerformanceFactors => BaselinePerformanceFactorsRequest;
    CpuPerformanceFactor => CpuPerformanceFactorRequest { "References" always; }
    PerformanceFactorReference => PerformanceFactorReferenceRequest;
}
