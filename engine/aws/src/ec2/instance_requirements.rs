//! Instance requirements on the wire. EC2 and EC2 Auto Scaling have types of their own with the same parts, so one macro serves both.

/// Defines `request` and `observed` for a service's types: the block, and its range of virtual CPUs.
macro_rules! instance_requirements {
    ($types:ident, request: $request:ident, cpus: $cpus:ident, answer: $answer:ident) => {
        /// The requirements as the service takes them.
        pub fn request(
            needed: &windlass::aws::ec2::InstanceRequirementsResolved,
        ) -> $types::$request {
            macro_rules! range {
                ($kind:ident, $range:expr) => {
                    $range.as_ref().map(|range| {
                        $types::$kind::builder()
                            .set_min(range.min)
                            .set_max(range.max)
                            .build()
                    })
                };
            }
            macro_rules! words {
                ($kind:ident, $words:expr) => {
                    (!$words.is_empty()).then(|| {
                        $words
                            .iter()
                            .map(|word| $types::$kind::from(word.as_str()))
                            .collect()
                    })
                };
            }
            let names = |names: &[windlass::aws::ec2::InstanceType]| {
                (!names.is_empty())
                    .then(|| names.iter().map(|name| name.as_str().to_owned()).collect())
            };
            $types::$request::builder()
                .set_v_cpu_count(range!($cpus, Some(&needed.v_cpu_count)))
                .set_memory_mib(range!(MemoryMiBRequest, Some(&needed.memory_mib)))
                .set_accelerator_count(range!(AcceleratorCountRequest, needed.accelerator_count))
                .set_accelerator_manufacturers(words!(
                    AcceleratorManufacturer,
                    needed.accelerator_manufacturers
                ))
                .set_accelerator_names(words!(AcceleratorName, needed.accelerator_names))
                .set_accelerator_total_memory_mib(range!(
                    AcceleratorTotalMemoryMiBRequest,
                    needed.accelerator_total_memory_mib
                ))
                .set_accelerator_types(words!(AcceleratorType, needed.accelerator_types))
                .set_allowed_instance_types(names(&needed.allowed_instance_types))
                .set_bare_metal(
                    needed
                        .bare_metal
                        .map(|word| $types::BareMetal::from(word.as_str())),
                )
                .set_baseline_ebs_bandwidth_mbps(range!(
                    BaselineEbsBandwidthMbpsRequest,
                    needed.baseline_ebs_bandwidth_mbps
                ))
                .set_baseline_performance_factors(needed.baseline_performance_factors.as_ref().map(
                    |factors| {
                        let references = factors.cpu.references.iter().map(|reference| {
                            $types::PerformanceFactorReferenceRequest::builder()
                                .instance_family(&reference.instance_family)
                                .build()
                        });
                        let cpu = $types::CpuPerformanceFactorRequest::builder()
                            .set_references(Some(references.collect()))
                            .build();
                        $types::BaselinePerformanceFactorsRequest::builder()
                            .cpu(cpu)
                            .build()
                    },
                ))
                .set_burstable_performance(
                    needed
                        .burstable_performance
                        .map(|word| $types::BurstablePerformance::from(word.as_str())),
                )
                .set_cpu_manufacturers(words!(CpuManufacturer, needed.cpu_manufacturers))
                .set_excluded_instance_types(names(&needed.excluded_instance_types))
                .set_instance_generations(words!(InstanceGeneration, needed.instance_generations))
                .set_local_storage(
                    needed
                        .local_storage
                        .map(|word| $types::LocalStorage::from(word.as_str())),
                )
                .set_local_storage_types(words!(LocalStorageType, needed.local_storage_types))
                .set_max_spot_price_as_percentage_of_optimal_on_demand_price(
                    needed.max_spot_price_as_percentage_of_optimal_on_demand_price,
                )
                .set_memory_gib_per_v_cpu(range!(
                    MemoryGiBPerVCpuRequest,
                    needed.memory_gib_per_v_cpu
                ))
                .set_network_bandwidth_gbps(range!(
                    NetworkBandwidthGbpsRequest,
                    needed.network_bandwidth_gbps
                ))
                .set_network_interface_count(range!(
                    NetworkInterfaceCountRequest,
                    needed.network_interface_count
                ))
                .set_on_demand_max_price_percentage_over_lowest_price(
                    needed.on_demand_max_price_percentage_over_lowest_price,
                )
                .set_require_hibernate_support(needed.require_hibernate_support)
                .set_spot_max_price_percentage_over_lowest_price(
                    needed.spot_max_price_percentage_over_lowest_price,
                )
                .set_total_local_storage_gb(range!(
                    TotalLocalStorageGbRequest,
                    needed.total_local_storage_gb
                ))
                .build()
        }

        /// What AWS says about the requirements.
        pub fn observed(given: &$types::$answer) -> crate::observed::Block {
            use crate::observed::Block;
            macro_rules! range {
                ($range:expr) => {
                    $range
                        .as_ref()
                        .map(|range| Block::new().set("Min", range.min).set("Max", range.max))
                };
            }
            macro_rules! words {
                ($words:expr) => {
                    $words.iter().flatten().map(|word| word.as_str())
                };
            }
            let cpu = given
                .baseline_performance_factors
                .as_ref()
                .and_then(|factors| factors.cpu.as_ref())
                .map(|cpu| {
                    let references = cpu.references.iter().flatten().map(|reference| {
                        Block::new().set("InstanceFamily", reference.instance_family.as_ref())
                    });
                    Block::new().list("References", references)
                });
            Block::new()
                .block("VCpuCount", range!(given.v_cpu_count))
                .block("MemoryMiB", range!(given.memory_mib))
                .block("AcceleratorCount", range!(given.accelerator_count))
                .list(
                    "AcceleratorManufacturers",
                    words!(given.accelerator_manufacturers),
                )
                .list("AcceleratorNames", words!(given.accelerator_names))
                .block(
                    "AcceleratorTotalMemoryMiB",
                    range!(given.accelerator_total_memory_mib),
                )
                .list("AcceleratorTypes", words!(given.accelerator_types))
                .list(
                    "AllowedInstanceTypes",
                    given.allowed_instance_types.iter().flatten(),
                )
                .set(
                    "BareMetal",
                    given.bare_metal.as_ref().map(|word| word.as_str()),
                )
                .block(
                    "BaselineEbsBandwidthMbps",
                    range!(given.baseline_ebs_bandwidth_mbps),
                )
                .block(
                    "BaselinePerformanceFactors",
                    Some(Block::new().block("Cpu", cpu)),
                )
                .set(
                    "BurstablePerformance",
                    given
                        .burstable_performance
                        .as_ref()
                        .map(|word| word.as_str()),
                )
                .list("CpuManufacturers", words!(given.cpu_manufacturers))
                .list(
                    "ExcludedInstanceTypes",
                    given.excluded_instance_types.iter().flatten(),
                )
                .list("InstanceGenerations", words!(given.instance_generations))
                .set(
                    "LocalStorage",
                    given.local_storage.as_ref().map(|word| word.as_str()),
                )
                .list("LocalStorageTypes", words!(given.local_storage_types))
                .set(
                    "MaxSpotPriceAsPercentageOfOptimalOnDemandPrice",
                    given.max_spot_price_as_percentage_of_optimal_on_demand_price,
                )
                .block("MemoryGiBPerVCpu", range!(given.memory_gib_per_v_cpu))
                .block("NetworkBandwidthGbps", range!(given.network_bandwidth_gbps))
                .block(
                    "NetworkInterfaceCount",
                    range!(given.network_interface_count),
                )
                .set(
                    "OnDemandMaxPricePercentageOverLowestPrice",
                    given.on_demand_max_price_percentage_over_lowest_price,
                )
                .set("RequireHibernateSupport", given.require_hibernate_support)
                .set(
                    "SpotMaxPricePercentageOverLowestPrice",
                    given.spot_max_price_percentage_over_lowest_price,
                )
                .block("TotalLocalStorageGB", range!(given.total_local_storage_gb))
        }
    };
}
pub(crate) use instance_requirements;

use aws_sdk_ec2::types;

instance_requirements!(types, request: InstanceRequirementsRequest, cpus: VCpuCountRangeRequest, answer: InstanceRequirements);
