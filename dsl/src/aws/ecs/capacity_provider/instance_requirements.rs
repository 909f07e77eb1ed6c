//! Attribute-based selection for managed instances: which instance types ECS may launch, by their attributes.
//!
//! Not here: the requirements of launch templates and Auto Scaling groups, whose members differ. Members with the same values share one type.

use windlass_derive::Block;

use crate::aws::ec2::{Candidacy, InstanceGeneration, LocalStorageType, check_types_and_prices};
use crate::stack::Checks;
use crate::value::{Input, IntoInput};

crate::text_enum! {
    /// The manufacturer of the processor.
    pub enum CpuManufacturer {
        Intel = "intel",
        Amd = "amd",
        /// AWS: Graviton.
        AmazonWebServices = "amazon-web-services",
    }
    /// The type of an accelerator.
    pub enum AcceleratorType {
        /// A graphics processor.
        Gpu = "gpu",
        /// A field-programmable gate array.
        Fpga = "fpga",
        /// An accelerator for machine learning inference.
        Inference = "inference",
    }
    /// The manufacturer of the accelerator.
    pub enum AcceleratorManufacturer {
        /// AWS.
        AmazonWebServices = "amazon-web-services",
        Amd = "amd",
        Nvidia = "nvidia",
        Xilinx = "xilinx",
        Habana = "habana",
    }
    /// The name of an accelerator.
    pub enum AcceleratorName {
        /// NVIDIA A100.
        A100 = "a100",
        /// AWS Inferentia.
        Inferentia = "inferentia",
        /// NVIDIA GRID K520.
        K520 = "k520",
        /// NVIDIA K80.
        K80 = "k80",
        /// NVIDIA M60.
        M60 = "m60",
        /// AMD Radeon Pro V520.
        RadeonProV520 = "radeon-pro-v520",
        /// NVIDIA T4.
        T4 = "t4",
        /// Xilinx VU9P.
        Vu9p = "vu9p",
        /// NVIDIA V100.
        V100 = "v100",
        /// NVIDIA A10G.
        A10g = "a10g",
        /// NVIDIA H100.
        H100 = "h100",
        /// NVIDIA T4G.
        T4g = "t4g",
    }
}

/// A range of whole numbers. An absent end means no limit.
#[derive(Debug, Clone, Block)]
pub struct UnitRange {
    /// The least.
    pub min: Option<Input<u32>>,
    /// The most.
    pub max: Option<Input<u32>>,
}

/// A range of whole numbers with a required lower end.
#[derive(Debug, Clone, Block)]
pub struct UnitRangeFrom {
    /// The least.
    pub min: Input<u32>,
    /// The most. If absent, there is no limit.
    pub max: Option<Input<u32>>,
}

/// A range of amounts. An absent end means no limit.
#[derive(Debug, Clone, Block)]
pub struct GibRange {
    /// The least.
    pub min: Option<Input<f64>>,
    /// The most.
    pub max: Option<Input<f64>>,
}

/// The requirements for instance types. A requirement that is left out excludes no type.
#[derive(Debug, Clone, Block)]
pub struct InstanceRequirements {
    /// The number of virtual processors.
    #[field(name = "VCpuCount")]
    pub v_cpu_count: UnitRangeFrom,
    /// The memory, in MiB.
    #[field(name = "MemoryMiB")]
    pub memory_mib: UnitRangeFrom,
    /// The number of accelerators. A maximum of 0 excludes types with accelerators.
    pub accelerator_count: Option<UnitRange>,
    /// The manufacturers of the accelerators.
    #[field(set)]
    pub accelerator_manufacturers: Vec<Input<AcceleratorManufacturer>>,
    /// The names of the accelerators.
    #[field(set)]
    pub accelerator_names: Vec<Input<AcceleratorName>>,
    /// The memory of all accelerators together, in MiB.
    #[field(name = "AcceleratorTotalMemoryMiB")]
    pub accelerator_total_memory_mib: Option<UnitRange>,
    /// The types of the accelerators.
    #[field(set)]
    pub accelerator_types: Vec<Input<AcceleratorType>>,
    /// The only types to choose from, such as `m7i.large` or `c7*`; at most 400. Not together with `ExcludedInstanceTypes`.
    #[field(set)]
    pub allowed_instance_types: Vec<Input<String>>,
    /// Whether bare metal types are candidates. AWS's default is `excluded`.
    #[field(removal_default("\"excluded\""))]
    pub bare_metal: Option<Input<Candidacy>>,
    /// The baseline bandwidth to EBS, in Mbit/s.
    #[field(name = "BaselineEbsBandwidthMbps")]
    pub baseline_ebs_bandwidth_mbps: Option<UnitRange>,
    /// Whether types with CPU credits (burstable) are candidates. AWS's default is `excluded`.
    #[field(removal_default("\"excluded\""))]
    pub burstable_performance: Option<Input<Candidacy>>,
    /// The manufacturers of the processors.
    #[field(set)]
    pub cpu_manufacturers: Vec<Input<CpuManufacturer>>,
    /// Types that ECS never takes; at most 400.
    #[field(set)]
    pub excluded_instance_types: Vec<Input<String>>,
    /// The generations: current, previous or both.
    #[field(set)]
    pub instance_generations: Vec<Input<InstanceGeneration>>,
    /// Whether types with local disks are candidates. AWS's default is `included`.
    #[field(removal_default("\"included\""))]
    pub local_storage: Option<Input<Candidacy>>,
    /// The types of the local disks.
    #[field(set)]
    pub local_storage_types: Vec<Input<LocalStorageType>>,
    /// The highest Spot price, in percent of the best On-Demand price.
    pub max_spot_price_as_percentage_of_optimal_on_demand_price: Option<Input<u32>>,
    /// The memory for each virtual processor, in GiB.
    #[field(name = "MemoryGiBPerVCpu")]
    pub memory_gib_per_v_cpu: Option<GibRange>,
    /// The network bandwidth, in Gbit/s.
    pub network_bandwidth_gbps: Option<GibRange>,
    /// The number of network interfaces.
    pub network_interface_count: Option<UnitRange>,
    /// How far the On-Demand price may exceed the lowest one, in percent. AWS's default is 20.
    #[field(removal_default("20"))]
    pub on_demand_max_price_percentage_over_lowest_price: Option<Input<u32>>,
    /// Whether the instance must be able to hibernate. AWS's default is `false`.
    #[field(removal_default("false"))]
    pub require_hibernate_support: Option<Input<bool>>,
    /// How far the Spot price may exceed the lowest one, in percent. AWS's default is 100.
    #[field(removal_default("100"))]
    pub spot_max_price_percentage_over_lowest_price: Option<Input<u32>>,
    /// The total size of the local disks, in GB.
    #[field(name = "TotalLocalStorageGB")]
    pub total_local_storage_gb: Option<GibRange>,
}

impl InstanceRequirements {
    /// Types with at least this number of virtual processors and this memory, in MiB.
    #[must_use]
    pub fn at_least(v_cpus: impl IntoInput<u32>, memory_mib: impl IntoInput<u32>) -> Self {
        Self::new(UnitRangeFrom::new(v_cpus), UnitRangeFrom::new(memory_mib))
    }

    pub(super) fn check(&self, prefix: &str, checks: &mut Checks<'_>) {
        check_types_and_prices(
            &format!("{prefix}."),
            self.allowed_instance_types.len(),
            self.excluded_instance_types.len(),
            self.spot_max_price_percentage_over_lowest_price.is_some()
                && self
                    .max_spot_price_as_percentage_of_optimal_on_demand_price
                    .is_some(),
            checks,
        );
    }
}
