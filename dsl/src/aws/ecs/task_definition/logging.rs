//! Where a container's log goes. The same block configures the log of Service Connect's proxy.

use std::collections::BTreeMap;

use windlass_derive::Block;

use super::environment::ContainerSecret;
use crate::aws::logs::LogGroupName;
use crate::value::{Input, IntoInput};

crate::text_enum! {
    /// What takes a container's log. Fargate has `awslogs`, `splunk` and `awsfirelens`.
    pub enum LogDriver {
        /// CloudWatch Logs. The execution role writes.
        Awslogs = "awslogs",
        /// A log router in the task.
        Awsfirelens = "awsfirelens",
        /// Splunk.
        Splunk = "splunk",
        /// Fluentd.
        Fluentd = "fluentd",
        /// Graylog.
        Gelf = "gelf",
        /// The host's journal.
        Journald = "journald",
        /// Files on the host.
        JsonFile = "json-file",
        /// Syslog.
        Syslog = "syslog",
    }
    /// What a log router is.
    pub enum FirelensType {
        /// Fluent Bit.
        Fluentbit = "fluentbit",
        /// Fluentd.
        Fluentd = "fluentd",
    }
}

/// Where a container's log goes.
#[derive(Debug, Clone, Block)]
pub struct LogConfiguration {
    /// What takes it.
    pub log_driver: Input<LogDriver>,
    /// The driver's options.
    pub options: BTreeMap<String, Input<String>>,
    /// Options whose values are secrets. The execution role must be allowed to read them.
    #[field(keyed("Name"))]
    pub secret_options: Vec<ContainerSecret>,
}

/// How a log router routes.
#[derive(Debug, Clone, Block)]
pub struct FirelensConfiguration {
    /// What it is.
    #[field(name = "Type")]
    pub firelens_type: Input<FirelensType>,
    /// Options, such as `enable-ecs-log-metadata` and `config-file-type`.
    pub options: BTreeMap<String, Input<String>>,
}

impl LogConfiguration {
    /// CloudWatch Logs: a log group in a region, and what the names of streams begin with. Fargate demands the prefix.
    #[must_use]
    pub fn awslogs(
        group: impl IntoInput<LogGroupName>,
        region: impl IntoInput<String>,
        stream_prefix: impl IntoInput<String>,
    ) -> Self {
        Self::new(LogDriver::Awslogs)
            .option("awslogs-group", group.into().text())
            .option("awslogs-region", region)
            .option("awslogs-stream-prefix", stream_prefix)
    }

    /// Adds an option of the driver.
    #[must_use]
    pub fn option(mut self, name: impl Into<String>, value: impl IntoInput<String>) -> Self {
        self.options.insert(name.into(), value.into());
        self
    }
}
