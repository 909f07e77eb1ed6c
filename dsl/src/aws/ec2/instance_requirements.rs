//! Attribute-based instance type selection: which instance types are acceptable, by their attributes instead of their names. Launch templates and mixed
//! instances policies use it.
//!
//! AWS keeps ranges as they are written: a range without `Max` has no upper bound. Lists have no order.
//!
//! Not here: `RequireEncryptionInTransit`, which neither CloudFormation nor EC2 Auto Scaling has.

use std::ops::{RangeFrom, RangeInclusive, RangeToInclusive};

use windlass_derive::Block;

use super::InstanceType;
use crate::stack::Checks;
use crate::value::{Input, IntoInput};

crate::text_enum! {
    /// Whether instance types with a certain feature are candidates.
    pub enum Candidacy {
        /// Types with the feature are excluded.
        Excluded = "excluded",
        /// Types with and without the feature are candidates.
        Included = "included",
        /// Only types with the feature are candidates.
        Required = "required",
    }

    /// The manufacturer of the CPU.
    pub enum CpuManufacturer {
        Intel = "intel",
        Amd = "amd",
        /// AWS: Graviton.
        AmazonWebServices = "amazon-web-services",
        Apple = "apple",
    }

    /// Which generations are candidates.
    pub enum InstanceGeneration {
        /// Generations that AWS recommends.
        Current = "current",
        /// Older generations that AWS still sells.
        Previous = "previous",
    }

    /// The type of an instance's local disks.
    pub enum LocalStorageType {
        /// Hard disks.
        Hdd = "hdd",
        /// Solid state disks.
        Ssd = "ssd",
    }

    /// The type of an accelerator.
    pub enum AcceleratorType {
        /// A graphics processor.
        Gpu = "gpu",
        /// A field-programmable gate array (FPGA).
        Fpga = "fpga",
        /// An accelerator for machine learning inference.
        Inference = "inference",
        /// An accelerator for video (media).
        Media = "media",
    }

    /// The manufacturer of an accelerator.
    pub enum AcceleratorManufacturer {
        /// AWS.
        AmazonWebServices = "amazon-web-services",
        Amd = "amd",
        Habana = "habana",
        Nvidia = "nvidia",
        Xilinx = "xilinx",
    }
}

macro_rules! ranges {
    ($($(#[$doc:meta])* $name:ident of $number:ty;)+) => {$(
        $(#[$doc])*
        ///
        /// Written `min..=max`, `min..` or `..=max`.
        #[derive(Debug, Clone, Block)]
        pub struct $name {
            /// The smallest.
            pub min: Option<Input<$number>>,
            /// The largest. If absent, there is no upper bound.
            pub max: Option<Input<$number>>,
        }

        impl From<RangeInclusive<$number>> for $name {
            fn from(range: RangeInclusive<$number>) -> Self {
                Self::new().min(*range.start()).max(*range.end())
            }
        }

        impl From<RangeFrom<$number>> for $name {
            fn from(range: RangeFrom<$number>) -> Self {
                Self::new().min(range.start)
            }
        }

        impl From<RangeToInclusive<$number>> for $name {
            fn from(range: RangeToInclusive<$number>) -> Self {
                Self::new().max(range.end)
            }
        }

        impl $name {
            fn check(&self, property: &str, checks: &mut Checks<'_>) {
                let min = self.min.as_ref().and_then(Input::literal);
                let max = self.max.as_ref().and_then(Input::literal);
                let zero = <$number>::default();
                if min.is_some_and(|min| min < zero) || max.is_some_and(|max| max < zero) {
                    checks.invalid(property, "is negative", "AWS takes numbers from 0");
                }
                if let (Some(min), Some(max)) = (min, max) && min > max {
                    checks.invalid(property, format!("is from {min} to {max}"), "the smallest is above the largest");
                }
            }
        }
    )+};
}

ranges! {
    /// A range of whole numbers.
    WholeRange of i32;
    /// A range of numbers.
    NumberRange of f64;
}

/// The requirements for instance types. A requirement that is left out excludes no type.
#[derive(Debug, Clone, Block)]
pub struct InstanceRequirements {
    /// The number of virtual CPUs.
    #[field(name = "VCpuCount")]
    pub v_cpu_count: WholeRange,
    /// The memory, in MiB.
    #[field(name = "MemoryMiB")]
    pub memory_mib: WholeRange,
    /// The number of accelerators. A maximum of 0 excludes instance types with accelerators.
    pub accelerator_count: Option<WholeRange>,
    /// The manufacturers of the accelerators, as a set.
    #[field(set)]
    pub accelerator_manufacturers: Vec<Input<AcceleratorManufacturer>>,
    /// The accelerators by AWS's names, such as `t4g` and `h100`, as a set. AWS adds some every year.
    #[field(set)]
    pub accelerator_names: Vec<Input<String>>,
    /// The memory of all accelerators together, in MiB.
    #[field(name = "AcceleratorTotalMemoryMiB")]
    pub accelerator_total_memory_mib: Option<WholeRange>,
    /// The types of the accelerators, as a set.
    #[field(set)]
    pub accelerator_types: Vec<Input<AcceleratorType>>,
    /// The only instance types that are candidates, at most 400, as a set. `*` is a wildcard.
    #[field(set)]
    pub allowed_instance_types: Vec<Input<InstanceType>>,
    /// Whether bare metal types are candidates. AWS's default is `excluded`.
    pub bare_metal: Option<Input<Candidacy>>,
    /// The baseline bandwidth to EBS, in Mbit/s.
    pub baseline_ebs_bandwidth_mbps: Option<WholeRange>,
    /// A baseline of performance, given by an instance family.
    pub baseline_performance_factors: Option<BaselinePerformanceFactors>,
    /// Whether types with CPU credits (burstable) are candidates. AWS's default is `excluded`.
    pub burstable_performance: Option<Input<Candidacy>>,
    /// The manufacturers of the CPU, as a set.
    #[field(set)]
    pub cpu_manufacturers: Vec<Input<CpuManufacturer>>,
    /// Instance types that are not candidates, at most 400, as a set. `*` is a wildcard.
    #[field(set)]
    pub excluded_instance_types: Vec<Input<InstanceType>>,
    /// The generations, as a set.
    #[field(set)]
    pub instance_generations: Vec<Input<InstanceGeneration>>,
    /// Whether types with local disks are candidates. AWS's default is `included`.
    pub local_storage: Option<Input<Candidacy>>,
    /// The types of the local disks, as a set.
    #[field(set)]
    pub local_storage_types: Vec<Input<LocalStorageType>>,
    /// The highest Spot price, in percent of the cheapest On-Demand price of the candidates. Not together with `SpotMaxPricePercentageOverLowestPrice`.
    pub max_spot_price_as_percentage_of_optimal_on_demand_price: Option<Input<i32>>,
    /// The memory per virtual CPU, in GiB.
    #[field(name = "MemoryGiBPerVCpu")]
    pub memory_gib_per_v_cpu: Option<NumberRange>,
    /// Network bandwidth, in Gbit/s.
    pub network_bandwidth_gbps: Option<NumberRange>,
    /// The number of network interfaces.
    pub network_interface_count: Option<WholeRange>,
    /// How far the On-Demand price may exceed the cheapest candidate's, in percent. AWS's default is 20.
    pub on_demand_max_price_percentage_over_lowest_price: Option<Input<i32>>,
    /// Whether the instance types must support hibernation. AWS's default is `false`.
    pub require_hibernate_support: Option<Input<bool>>,
    /// How far the Spot price may exceed the cheapest candidate's, in percent.
    pub spot_max_price_percentage_over_lowest_price: Option<Input<i32>>,
    /// The total size of the local disks, in GB.
    #[field(name = "TotalLocalStorageGB")]
    pub total_local_storage_gb: Option<NumberRange>,
}

/// A baseline of performance, given by an instance family.
#[derive(Debug, Clone, Block)]
pub struct BaselinePerformanceFactors {
    /// The baseline of CPU performance.
    pub cpu: CpuPerformanceFactor,
}

/// A baseline of CPU performance, given by an instance family.
#[derive(Debug, Clone, Block)]
pub struct CpuPerformanceFactor {
    /// The instance family to compare with. AWS takes exactly one.
    #[field(required)]
    pub references: Vec<PerformanceFactorReference>,
}

/// An instance family to compare with.
#[derive(Debug, Clone, Block)]
pub struct PerformanceFactorReference {
    /// The family, such as `c6i`.
    pub instance_family: Input<String>,
}

impl BaselinePerformanceFactors {
    /// At least as fast as this family, such as `c6i`.
    #[must_use]
    pub fn like(family: impl IntoInput<String>) -> Self {
        Self::new(CpuPerformanceFactor::new([
            PerformanceFactorReference::new(family),
        ]))
    }
}

impl InstanceRequirements {
    /// Reports what AWS would refuse. `at` is the prefix of the property's name.
    pub(in crate::aws) fn check(&self, at: &str, checks: &mut Checks<'_>) {
        let whole = [
            ("VCpuCount", Some(&self.v_cpu_count)),
            ("MemoryMiB", Some(&self.memory_mib)),
            ("AcceleratorCount", self.accelerator_count.as_ref()),
            (
                "AcceleratorTotalMemoryMiB",
                self.accelerator_total_memory_mib.as_ref(),
            ),
            (
                "BaselineEbsBandwidthMbps",
                self.baseline_ebs_bandwidth_mbps.as_ref(),
            ),
            (
                "NetworkInterfaceCount",
                self.network_interface_count.as_ref(),
            ),
        ];
        for (name, range) in whole {
            if let Some(range) = range {
                range.check(&format!("{at}{name}"), checks);
            }
        }
        let numbers = [
            ("MemoryGiBPerVCpu", &self.memory_gib_per_v_cpu),
            ("NetworkBandwidthGbps", &self.network_bandwidth_gbps),
            ("TotalLocalStorageGB", &self.total_local_storage_gb),
        ];
        for (name, range) in numbers {
            if let Some(range) = range {
                range.check(&format!("{at}{name}"), checks);
            }
        }
        check_types_and_prices(
            at,
            self.allowed_instance_types.len(),
            self.excluded_instance_types.len(),
            self.spot_max_price_percentage_over_lowest_price.is_some()
                && self
                    .max_spot_price_as_percentage_of_optimal_on_demand_price
                    .is_some(),
            checks,
        );
    }

    /// Sets that AWS takes and that together give every property two values. The first two differ in every property. The last two vary the properties
    /// that AWS does not take together with those.
    pub(in crate::aws) fn examples() -> [Self; 4] {
        let first = Self::new(2..=8, 4096..=16384)
            .accelerator_count(1..=4)
            .accelerator_manufacturers([AcceleratorManufacturer::Nvidia])
            .accelerator_names(["t4".to_owned()])
            .accelerator_total_memory_mib(8192..=65536)
            .accelerator_types([AcceleratorType::Gpu])
            .allowed_instance_types(["g5g.*"])
            .bare_metal(Candidacy::Included)
            .baseline_ebs_bandwidth_mbps(1000..=5000)
            .baseline_performance_factors(BaselinePerformanceFactors::like("c6i"))
            .burstable_performance(Candidacy::Included)
            .cpu_manufacturers([CpuManufacturer::AmazonWebServices])
            .instance_generations([InstanceGeneration::Current])
            .local_storage(Candidacy::Required)
            .local_storage_types([LocalStorageType::Ssd])
            .max_spot_price_as_percentage_of_optimal_on_demand_price(60)
            .memory_gib_per_v_cpu(2.0..=8.0)
            .network_bandwidth_gbps(1.0..=12.5)
            .network_interface_count(2..=4)
            .on_demand_max_price_percentage_over_lowest_price(30)
            .require_hibernate_support(true)
            .total_local_storage_gb(75.0..=900.0);
        let second = Self::new(4..=16, 8192..=32768)
            .accelerator_count(2..=8)
            .accelerator_manufacturers([AcceleratorManufacturer::Amd])
            .accelerator_names(["radeon-pro-v520".to_owned()])
            .accelerator_total_memory_mib(16384..=131_072)
            .accelerator_types([AcceleratorType::Fpga])
            .allowed_instance_types(["g4ad.*"])
            .bare_metal(Candidacy::Excluded)
            .baseline_ebs_bandwidth_mbps(2000..=6000)
            .baseline_performance_factors(BaselinePerformanceFactors::like("m6a"))
            .burstable_performance(Candidacy::Excluded)
            .cpu_manufacturers([CpuManufacturer::Amd])
            .instance_generations([InstanceGeneration::Previous])
            .local_storage(Candidacy::Included)
            .local_storage_types([LocalStorageType::Hdd])
            .max_spot_price_as_percentage_of_optimal_on_demand_price(70)
            .memory_gib_per_v_cpu(4.0..=16.0)
            .network_bandwidth_gbps(5.0..=25.0)
            .network_interface_count(3..=8)
            .on_demand_max_price_percentage_over_lowest_price(40)
            .require_hibernate_support(false)
            .total_local_storage_gb(150.0..=1800.0);
        let third = Self::new(2.., 2048..)
            .excluded_instance_types(["t*"])
            .spot_max_price_percentage_over_lowest_price(50);
        let fourth = third
            .clone()
            .excluded_instance_types(["t*", "m1.*"])
            .spot_max_price_percentage_over_lowest_price(80);
        [first, second, third, fourth]
    }
}

/// Reports combinations that no service takes: both allowed and excluded types, or both limits of the Spot price.
pub(in crate::aws) fn check_types_and_prices(
    at: &str,
    allowed: usize,
    excluded: usize,
    both_prices: bool,
    checks: &mut Checks<'_>,
) {
    let lists = [
        ("AllowedInstanceTypes", allowed),
        ("ExcludedInstanceTypes", excluded),
    ];
    for (name, count) in lists.into_iter().filter(|(_, count)| *count > 400) {
        checks.invalid(
            &format!("{at}{name}"),
            format!("names {count} types"),
            "AWS takes at most 400",
        );
    }
    if allowed > 0 && excluded > 0 {
        checks.invalid(
            &format!("{at}AllowedInstanceTypes"),
            "is given together with `ExcludedInstanceTypes`",
            "AWS takes one of them",
        );
    }
    if both_prices {
        checks.invalid(
            &format!("{at}SpotMaxPricePercentageOverLowestPrice"),
            "is given together with `MaxSpotPriceAsPercentageOfOptimalOnDemandPrice`",
            "AWS takes one of them",
        );
    }
}
