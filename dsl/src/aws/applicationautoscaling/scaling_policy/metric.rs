//! CloudWatch metrics, and mathematics over them, as scaling policies name them.

use windlass_derive::{Block, Choice};

use crate::value::{Input, IntoInput};

crate::text_enum! {
    /// How CloudWatch combines the values of a period into one.
    pub enum Statistic {
        /// The mean of the values.
        Average = "Average",
        /// The greatest value.
        Maximum = "Maximum",
        /// The smallest value.
        Minimum = "Minimum",
        /// The number of values.
        SampleCount = "SampleCount",
        /// The sum of the values.
        Sum = "Sum",
    }
}

/// One dimension of a metric.
#[derive(Debug, Clone, Block)]
pub struct MetricDimension {
    pub name: Input<String>,
    pub value: Input<String>,
}

/// One metric, or one step of metric math.
#[derive(Debug, Clone, Block)]
#[block(no_new)]
pub struct MetricQuery {
    /// The id within the list, which expressions use: a lowercase letter, then letters, digits and `_`.
    #[field(no_setter)]
    pub id: Input<String>,
    /// A label for the metric, for people.
    pub label: Option<Input<String>>,
    /// A metric, or an expression over other queries.
    #[field(choice, no_setter)]
    pub query: Query,
    /// Whether the policy uses this query's result. Exactly one query of the list returns data. AWS's default is `true`.
    #[field(removal_default("true"))]
    pub return_data: Option<Input<bool>>,
}

/// What a query is: a metric, or an expression over other queries of the list.
#[derive(Debug, Clone, Choice)]
pub enum Query {
    /// An expression such as `100 * used / total`.
    Expression(Input<String>),
    MetricStat(MetricStat),
}

/// A metric with its statistic.
#[derive(Debug, Clone, Block)]
pub struct MetricStat {
    pub metric: Metric,
    /// The statistic, such as `Average` or `p99`.
    pub stat: Input<String>,
    /// The unit, such as `Percent`. If absent, the unit of the published data.
    pub unit: Option<Input<String>>,
}

/// A metric.
#[derive(Debug, Clone, Block)]
#[block(no_new)]
pub struct Metric {
    /// The dimensions that distinguish this metric from others of the same name.
    #[field(set)]
    pub dimensions: Vec<MetricDimension>,
    #[field(no_setter)]
    pub metric_name: Option<Input<String>>,
    /// The namespace of the metric, such as `AWS/SQS`.
    #[field(no_setter)]
    pub namespace: Option<Input<String>>,
}

/// A list of queries, of which exactly one returns the value that the policy uses.
#[derive(Debug, Clone, Block)]
pub struct MetricDataQueries {
    #[field(required, keyed("Id"))]
    pub metric_data_queries: Vec<MetricQuery>,
}

impl MetricQuery {
    #[must_use]
    pub fn metric(id: impl IntoInput<String>, metric: MetricStat) -> Self {
        Self::with(id, Query::MetricStat(metric))
    }

    /// An expression over other queries of the list.
    #[must_use]
    pub fn expression(id: impl IntoInput<String>, expression: impl IntoInput<String>) -> Self {
        Self::with(id, Query::Expression(expression.into()))
    }

    /// Whether the policy uses this query's result.
    pub(super) fn is_shown(&self) -> bool {
        let shown = self.return_data.as_ref();
        shown.is_none_or(|shown| shown.literal() != Some(false))
    }

    fn with(id: impl IntoInput<String>, query: Query) -> Self {
        Self {
            id: id.into(),
            label: None,
            query,
            return_data: None,
        }
    }
}

impl Metric {
    /// A metric by its namespace and name.
    #[must_use]
    pub fn new(namespace: impl IntoInput<String>, name: impl IntoInput<String>) -> Self {
        Self {
            dimensions: Vec::new(),
            metric_name: Some(name.into()),
            namespace: Some(namespace.into()),
        }
    }
}

/// A metric and an expression over it, for samples; `name` makes them differ in every part.
pub(super) fn sample_queries(name: &str) -> Vec<MetricQuery> {
    let metric = Metric::new(format!("Shop/{name}"), format!("Depth{name}"))
        .dimensions([MetricDimension::new(format!("Queue{name}"), name)]);
    let stat =
        MetricStat::new(metric, format!("p{}", 90 + name.len())).unit(format!("Count{name}"));
    let shown = name.len().is_multiple_of(2);
    vec![
        MetricQuery::metric("depth", stat)
            .label(format!("Depth of {name}"))
            .return_data(shown),
        MetricQuery::expression("each", format!("depth / {}", name.len())).return_data(!shown),
    ]
}
