//! How often ECS publishes a service's metrics. AWS shows it on service revisions only, not on services.

use windlass_derive::Block;

use crate::stack::Checks;
use crate::value::{Input, IntoInput};

crate::text_enum! {
    /// A metric of a service.
    pub enum ServiceMetricName {
        /// How much CPU the tasks use.
        CpuUtilization = "CPUUtilization",
        /// How much memory the tasks use.
        MemoryUtilization = "MemoryUtilization",
    }
}

/// How often ECS publishes a service's metrics.
#[derive(Debug, Clone, Block)]
pub struct ServiceMonitoring {
    /// Metrics and how often ECS publishes them, 1 or 2.
    #[field(set, required)]
    pub metric_configurations: Vec<ServiceMetricConfiguration>,
}

/// Metrics that ECS publishes equally often.
#[derive(Debug, Clone, Block)]
pub struct ServiceMetricConfiguration {
    /// The metrics, 1 or 2.
    #[field(set, required)]
    pub metric_names: Vec<Input<ServiceMetricName>>,
    /// Every how many seconds ECS publishes them, 20 or 60.
    pub resolution_seconds: Input<u32>,
}

impl ServiceMonitoring {
    /// Publishes CPU and memory at this interval in seconds, 20 or 60.
    #[must_use]
    pub fn every(seconds: impl IntoInput<u32>) -> Self {
        let both = [
            ServiceMetricName::CpuUtilization,
            ServiceMetricName::MemoryUtilization,
        ];
        Self::new([ServiceMetricConfiguration::new(both, seconds)])
    }

    pub(super) fn check(&self, checks: &mut Checks<'_>) {
        let each = &self.metric_configurations;
        let within = |property: &str, count: usize, checks: &mut Checks<'_>| {
            if !(1..=2).contains(&count) {
                checks.invalid(property, format!("has {count} members"), "AWS takes 1 or 2");
            }
        };
        within("Monitoring.MetricConfigurations", each.len(), checks);
        for (index, metrics) in each.iter().enumerate() {
            let property = |name: &str| format!("Monitoring.MetricConfigurations[{index}].{name}");
            within(&property("MetricNames"), metrics.metric_names.len(), checks);
            if let Some(seconds) = metrics.resolution_seconds.literal()
                && !matches!(seconds, 20 | 60)
            {
                checks.invalid(
                    &property("ResolutionSeconds"),
                    format!("is {seconds}"),
                    "AWS takes 20 and 60",
                );
            }
        }
    }
}
