//! Which instance types managed instances may have, by what they can do.
//!
//! Not here: the launch template's and Auto Scaling group's own requirements, whose members differ; what is the same word is one type.

use windlass_derive::Block;

use crate::aws::ec2::{Candidacy, InstanceGeneration, LocalStorageType, check_types_and_prices};
use crate::stack::Checks;
use crate::value::{Input, IntoInput};

crate::text_enum! {
    /// Who makes the processor.
    pub enum CpuManufacturer {
        /// Intel.
        Intel = "intel",
        /// AMD.
        Amd = "amd",
        /// AWS: Graviton.
        AmazonWebServices = "amazon-web-services",
    }
    /// What an accelerator is.
    pub enum AcceleratorType {
        /// A graphics processor.
        Gpu = "gpu",
        /// A field-programmable gate array.
        Fpga = "fpga",
        /// For inference.
        Inference = "inference",
    }
    /// Who makes the accelerator.
    pub enum AcceleratorManufacturer {
        /// AWS.
        AmazonWebServices = "amazon-web-services",
        /// AMD.
        Amd = "amd",
        /// NVIDIA.
        Nvidia = "nvidia",
        /// Xilinx.
        Xilinx = "xilinx",
        /// Habana.
        Habana = "habana",
    }
    /// Which accelerator.
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

/// A range of whole numbers, open where an end is absent.
#[derive(Debug, Clone, Block)]
pub struct UnitRange {
    /// The least.
    pub min: Option<Input<u32>>,
    /// The most.
    pub max: Option<Input<u32>>,
}

/// A range of whole numbers that has a lower end.
#[derive(Debug, Clone, Block)]
pub struct UnitRangeFrom {
    /// The least.
    pub min: Input<u32>,
    /// The most; no limit where absent.
    pub max: Option<Input<u32>>,
}

/// A range of amounts, open where an end is absent.
#[derive(Debug, Clone, Block)]
pub struct GibRange {
    /// The least.
    pub min: Option<Input<f64>>,
    /// The most.
    pub max: Option<Input<f64>>,
}

/// Which instance types are taken. What is left out does not matter.
#[derive(Debug, Clone, Block)]
pub struct InstanceRequirements {
    /// How many virtual processors.
    #[field(name = "VCpuCount")]
    pub v_cpu_count: UnitRangeFrom,
    /// How much memory, in MiB.
    #[field(name = "MemoryMiB")]
    pub memory_mib: UnitRangeFrom,
    /// How many accelerators; a maximum of 0 excludes types that have some.
    pub accelerator_count: Option<UnitRange>,
    /// Who makes the accelerators.
    #[field(set)]
    pub accelerator_manufacturers: Vec<Input<AcceleratorManufacturer>>,
    /// Which accelerators.
    #[field(set)]
    pub accelerator_names: Vec<Input<AcceleratorName>>,
    /// How much memory all accelerators together have, in MiB.
    #[field(name = "AcceleratorTotalMemoryMiB")]
    pub accelerator_total_memory_mib: Option<UnitRange>,
    /// What the accelerators are.
    #[field(set)]
    pub accelerator_types: Vec<Input<AcceleratorType>>,
    /// The only types to choose from, such as `m7i.large` or `c7*`; at most 400. Not together with `ExcludedInstanceTypes`.
    #[field(set)]
    pub allowed_instance_types: Vec<Input<String>>,
    /// Types without a hypervisor. AWS's default is `excluded`.
    #[field(removal_default("\"excluded\""))]
    pub bare_metal: Option<Input<Candidacy>>,
    /// The baseline of the bandwidth to EBS, in Mbit/s.
    #[field(name = "BaselineEbsBandwidthMbps")]
    pub baseline_ebs_bandwidth_mbps: Option<UnitRange>,
    /// Types whose processors are lent for bursts. AWS's default is `excluded`.
    #[field(removal_default("\"excluded\""))]
    pub burstable_performance: Option<Input<Candidacy>>,
    /// Who makes the processors.
    #[field(set)]
    pub cpu_manufacturers: Vec<Input<CpuManufacturer>>,
    /// Types that are never taken; at most 400.
    #[field(set)]
    pub excluded_instance_types: Vec<Input<String>>,
    /// Current or previous generations.
    #[field(set)]
    pub instance_generations: Vec<Input<InstanceGeneration>>,
    /// Types with local disks. AWS's default is `included`.
    #[field(removal_default("\"included\""))]
    pub local_storage: Option<Input<Candidacy>>,
    /// What the local disks are.
    #[field(set)]
    pub local_storage_types: Vec<Input<LocalStorageType>>,
    /// The most that a Spot instance may cost, in percent of the best on-demand price.
    pub max_spot_price_as_percentage_of_optimal_on_demand_price: Option<Input<u32>>,
    /// How much memory for each virtual processor, in GiB.
    #[field(name = "MemoryGiBPerVCpu")]
    pub memory_gib_per_v_cpu: Option<GibRange>,
    /// The bandwidth of the network, in Gbit/s.
    pub network_bandwidth_gbps: Option<GibRange>,
    /// How many network interfaces.
    pub network_interface_count: Option<UnitRange>,
    /// How far above the lowest on-demand price a type may cost, in percent. AWS's default is 20.
    #[field(removal_default("20"))]
    pub on_demand_max_price_percentage_over_lowest_price: Option<Input<u32>>,
    /// Whether the instance must be able to hibernate. AWS's default is `false`.
    #[field(removal_default("false"))]
    pub require_hibernate_support: Option<Input<bool>>,
    /// How far above the lowest Spot price a type may cost, in percent. AWS's default is 100.
    #[field(removal_default("100"))]
    pub spot_max_price_percentage_over_lowest_price: Option<Input<u32>>,
    /// How much local disk all together, in GB.
    #[field(name = "TotalLocalStorageGB")]
    pub total_local_storage_gb: Option<GibRange>,
}

impl InstanceRequirements {
    /// Types with at least so many virtual processors and so much memory, in MiB.
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
