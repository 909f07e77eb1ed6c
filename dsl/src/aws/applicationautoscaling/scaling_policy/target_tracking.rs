//! Target tracking: AWS changes the number so that a metric stays at a value.

use windlass_derive::{Block, Choice};

use super::metric::{MetricDimension, MetricQuery, Statistic, sample_queries};
use crate::stack::Checks;
use crate::value::{Input, IntoInput};

crate::text_enum! {
    /// A predefined metric: AWS publishes it for the resource that is scaled.
    pub enum PredefinedMetricType {
        /// Requests for each target of a load balancer. The resource label names the load balancer and target group.
        AlbRequestCountPerTarget = "ALBRequestCountPerTarget",
        /// Use of an AppStream fleet.
        AppStreamAverageCapacityUtilization = "AppStreamAverageCapacityUtilization",
        /// Use of a table's read capacity.
        CassandraReadCapacityUtilization = "CassandraReadCapacityUtilization",
        /// Use of a table's write capacity.
        CassandraWriteCapacityUtilization = "CassandraWriteCapacityUtilization",
        /// Use of an endpoint.
        ComprehendInferenceUtilization = "ComprehendInferenceUtilization",
        /// Use of a table's or index's read capacity.
        DynamoDbReadCapacityUtilization = "DynamoDBReadCapacityUtilization",
        /// Use of a table's or index's write capacity.
        DynamoDbWriteCapacityUtilization = "DynamoDBWriteCapacityUtilization",
        /// Processor use of a Spot fleet.
        Ec2SpotFleetRequestAverageCpuUtilization = "EC2SpotFleetRequestAverageCPUUtilization",
        /// Bytes that a Spot fleet receives.
        Ec2SpotFleetRequestAverageNetworkIn = "EC2SpotFleetRequestAverageNetworkIn",
        /// Bytes that a Spot fleet sends.
        Ec2SpotFleetRequestAverageNetworkOut = "EC2SpotFleetRequestAverageNetworkOut",
        /// Processor use of an ECS service's tasks.
        EcsServiceAverageCpuUtilization = "ECSServiceAverageCPUUtilization",
        /// Memory use of an ECS service's tasks.
        EcsServiceAverageMemoryUtilization = "ECSServiceAverageMemoryUtilization",
        /// Use of an ElastiCache database, counted for eviction.
        ElastiCacheDatabaseCapacityUsageCountedForEvictPercentage = "ElastiCacheDatabaseCapacityUsageCountedForEvictPercentage",
        /// Memory use of an ElastiCache database, counted for eviction.
        ElastiCacheDatabaseMemoryUsageCountedForEvictPercentage = "ElastiCacheDatabaseMemoryUsageCountedForEvictPercentage",
        /// Memory use of an ElastiCache database.
        ElastiCacheDatabaseMemoryUsagePercentage = "ElastiCacheDatabaseMemoryUsagePercentage",
        /// Processor use of an ElastiCache engine.
        ElastiCacheEngineCpuUtilization = "ElastiCacheEngineCPUUtilization",
        /// Processor use of ElastiCache primaries.
        ElastiCachePrimaryEngineCpuUtilization = "ElastiCachePrimaryEngineCPUUtilization",
        /// Processor use of ElastiCache replicas.
        ElastiCacheReplicaEngineCpuUtilization = "ElastiCacheReplicaEngineCPUUtilization",
        /// Use of a broker's storage.
        KafkaBrokerStorageUtilization = "KafkaBrokerStorageUtilization",
        /// Use of provisioned concurrency.
        LambdaProvisionedConcurrencyUtilization = "LambdaProvisionedConcurrencyUtilization",
        /// Processor use of Neptune replicas.
        NeptuneReaderAverageCpuUtilization = "NeptuneReaderAverageCPUUtilization",
        /// Processor use of Aurora replicas.
        RdsReaderAverageCpuUtilization = "RDSReaderAverageCPUUtilization",
        /// Connections to Aurora replicas.
        RdsReaderAverageDatabaseConnections = "RDSReaderAverageDatabaseConnections",
        /// Requests at once for each copy of an inference component.
        SageMakerInferenceComponentConcurrentRequestsPerCopyHighResolution = "SageMakerInferenceComponentConcurrentRequestsPerCopyHighResolution",
        /// Calls for each copy of an inference component.
        SageMakerInferenceComponentInvocationsPerCopy = "SageMakerInferenceComponentInvocationsPerCopy",
        /// Requests at once for each model of a variant.
        SageMakerVariantConcurrentRequestsPerModelHighResolution = "SageMakerVariantConcurrentRequestsPerModelHighResolution",
        /// Calls for each instance of a variant.
        SageMakerVariantInvocationsPerInstance = "SageMakerVariantInvocationsPerInstance",
        /// Use of a variant's provisioned concurrency.
        SageMakerVariantProvisionedConcurrencyUtilization = "SageMakerVariantProvisionedConcurrencyUtilization",
        /// Use of a WorkSpaces pool's sessions.
        WorkSpacesAverageUserSessionsCapacityUtilization = "WorkSpacesAverageUserSessionsCapacityUtilization",
    }
}

/// Target tracking: scales so that a metric stays at a value.
#[derive(Debug, Clone, Block)]
#[block(no_new)]
pub struct TargetTracking {
    /// Whether the policy only scales out and never in. AWS's default is `false`.
    #[field(removal_default("false"))]
    pub disable_scale_in: Option<Input<bool>>,
    #[field(choice, no_setter)]
    pub metric: TargetTrackingMetric,
    /// How long the policy waits after scaling in before it scales in again, in seconds. AWS's default for ECS is 300.
    pub scale_in_cooldown: Option<Input<u32>>,
    /// How long the policy waits until a scale-out has taken effect, in seconds. AWS's default for ECS is 300.
    pub scale_out_cooldown: Option<Input<u32>>,
    /// The value that the policy keeps the metric at.
    #[field(no_setter)]
    pub target_value: Input<f64>,
}

/// The metric that a policy keeps at a value.
#[derive(Debug, Clone, Choice)]
pub enum TargetTrackingMetric {
    PredefinedMetricSpecification(PredefinedMetricSpecification),
    /// A custom metric.
    CustomizedMetricSpecification(CustomizedMetricSpecification),
}

/// A predefined metric: AWS publishes it for the resource that is scaled.
#[derive(Debug, Clone, Block)]
pub struct PredefinedMetricSpecification {
    pub predefined_metric_type: Input<PredefinedMetricType>,
    /// The load balancer and target group of the metric: `app/NAME/ID/targetgroup/NAME/ID`, the ends of their two ARNs.
    pub resource_label: Option<Input<String>>,
}

/// Any metric, or metric math over several.
#[derive(Debug, Clone, Block)]
#[block(no_new)]
pub struct CustomizedMetricSpecification {
    /// The dimensions that distinguish this metric from others of the same name.
    #[field(set)]
    pub dimensions: Vec<MetricDimension>,
    /// The name of the metric.
    #[field(no_setter)]
    pub metric_name: Option<Input<String>>,
    /// Metric math over several metrics, in place of one metric.
    #[field(keyed("Id"), no_setter)]
    pub metrics: Vec<MetricQuery>,
    /// The namespace of the metric, such as `AWS/SQS`.
    #[field(no_setter)]
    pub namespace: Option<Input<String>>,
    /// How CloudWatch combines the values of a period into one.
    #[field(no_setter)]
    pub statistic: Option<Input<Statistic>>,
    /// The unit, such as `Percent`.
    pub unit: Option<Input<String>>,
}

impl TargetTracking {
    /// Keeps a predefined metric at a value.
    #[must_use]
    pub fn of(metric: PredefinedMetricType, target_value: impl IntoInput<f64>) -> Self {
        Self::with(PredefinedMetricSpecification::new(metric), target_value)
    }

    /// Keeps any metric at a value: a [`PredefinedMetricSpecification`] or a [`CustomizedMetricSpecification`].
    #[must_use]
    pub fn with(
        metric: impl Into<TargetTrackingMetric>,
        target_value: impl IntoInput<f64>,
    ) -> Self {
        Self {
            disable_scale_in: None,
            metric: metric.into(),
            scale_in_cooldown: None,
            scale_out_cooldown: None,
            target_value: target_value.into(),
        }
    }

    pub(super) fn check(&self, checks: &mut Checks<'_>) {
        let property = |name: &str| format!("TargetTrackingScalingPolicyConfiguration.{name}");
        // AWS takes 8.515920e-109 and more, which means any number above zero.
        if let Some(value) = self.target_value.literal().filter(|value| *value <= 0.0) {
            checks.invalid(
                &property("TargetValue"),
                format!("is {value}"),
                "AWS takes values above 0",
            );
        }
        match &self.metric {
            TargetTrackingMetric::PredefinedMetricSpecification(metric) => {
                let sort = metric.predefined_metric_type.literal();
                if sort == Some(PredefinedMetricType::AlbRequestCountPerTarget)
                    && metric.resource_label.is_none()
                {
                    checks.invalid(
                        &property("PredefinedMetricSpecification"),
                        "is `ALBRequestCountPerTarget` without a `ResourceLabel`",
                        "say of which load balancer and target group: `app/NAME/ID/targetgroup/NAME/ID`",
                    );
                }
            }
            TargetTrackingMetric::CustomizedMetricSpecification(metric) => {
                let shown = metric
                    .metrics
                    .iter()
                    .filter(|query| query.is_shown())
                    .count();
                if !metric.metrics.is_empty() && shown != 1 {
                    checks.invalid(
                        &property("CustomizedMetricSpecification.Metrics"),
                        format!("has {shown} queries that return data"),
                        "exactly one is what the policy looks at; give the others `.return_data(false)`",
                    );
                }
            }
        }
    }
}

impl From<PredefinedMetricSpecification> for TargetTrackingMetric {
    fn from(metric: PredefinedMetricSpecification) -> Self {
        Self::PredefinedMetricSpecification(metric)
    }
}

impl From<CustomizedMetricSpecification> for TargetTrackingMetric {
    fn from(metric: CustomizedMetricSpecification) -> Self {
        Self::CustomizedMetricSpecification(metric)
    }
}

impl CustomizedMetricSpecification {
    /// One metric.
    #[must_use]
    pub fn of(
        namespace: impl IntoInput<String>,
        name: impl IntoInput<String>,
        statistic: impl IntoInput<Statistic>,
    ) -> Self {
        Self {
            metric_name: Some(name.into()),
            namespace: Some(namespace.into()),
            statistic: Some(statistic.into()),
            ..Self::empty()
        }
    }

    /// Metric math over several metrics. Exactly one of the queries returns data.
    #[must_use]
    pub fn math(queries: impl IntoIterator<Item = MetricQuery>) -> Self {
        Self {
            metrics: queries.into_iter().collect(),
            ..Self::empty()
        }
    }

    fn empty() -> Self {
        Self {
            dimensions: Vec::new(),
            metric_name: None,
            metrics: Vec::new(),
            namespace: None,
            statistic: None,
            unit: None,
        }
    }
}

pub(super) fn samples() -> Vec<TargetTracking> {
    let customized = |name: &str, statistic: Statistic| {
        CustomizedMetricSpecification::of(format!("Shop/{name}"), name, statistic)
            .dimensions([MetricDimension::new(format!("Queue{name}"), name)])
            .unit(format!("Count{name}"))
    };
    let labelled = |label: &str| {
        PredefinedMetricSpecification::new(PredefinedMetricType::AlbRequestCountPerTarget)
            .resource_label(label)
    };
    vec![
        TargetTracking::of(PredefinedMetricType::EcsServiceAverageCpuUtilization, 60.0),
        TargetTracking::with(labelled("app/shop/50dc/targetgroup/api/943f"), 1_000.0)
            .disable_scale_in(true)
            .scale_in_cooldown(60u32)
            .scale_out_cooldown(30u32),
        TargetTracking::with(labelled("app/shop/50dc/targetgroup/web/7a31"), 500.0)
            .disable_scale_in(false)
            .scale_in_cooldown(120u32)
            .scale_out_cooldown(90u32),
        TargetTracking::with(customized("Backlog", Statistic::Average), 10.0),
        TargetTracking::with(customized("Age", Statistic::Maximum), 10.0),
        TargetTracking::with(
            CustomizedMetricSpecification::math(sample_queries("odd")),
            10.0,
        ),
        TargetTracking::with(
            CustomizedMetricSpecification::math(sample_queries("even")),
            10.0,
        ),
    ]
}
