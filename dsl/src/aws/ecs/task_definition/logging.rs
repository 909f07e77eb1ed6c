//! Where a container's log goes. The same block configures the log of Service Connect's proxy.

use std::collections::BTreeMap;

use windlass_derive::Block;

use super::environment::ContainerSecret;
use crate::aws::logs::LogGroupName;
use crate::value::{Input, IntoInput};

crate::text_enum! {
    /// The log driver of a container. Fargate has `awslogs`, `splunk` and `awsfirelens`.
    pub enum LogDriver {
        /// CloudWatch Logs, written with the execution role.
        Awslogs = "awslogs",
        /// A log router in the task.
        Awsfirelens = "awsfirelens",
        Splunk = "splunk",
        Fluentd = "fluentd",
        /// Graylog.
        Gelf = "gelf",
        /// The host's journal.
        Journald = "journald",
        /// Files on the host.
        JsonFile = "json-file",
        Syslog = "syslog",
    }
    /// The program of a log router.
    pub enum FirelensType {
        /// Fluent Bit.
        Fluentbit = "fluentbit",
        Fluentd = "fluentd",
    }
}

/// Where a container's log goes.
#[derive(Debug, Clone, Block)]
pub struct LogConfiguration {
    /// The driver that takes the log.
    pub log_driver: Input<LogDriver>,
    /// The driver's options.
    pub options: BTreeMap<String, Input<String>>,
    /// Options whose values are secrets. The execution role must be allowed to read them.
    #[field(keyed("Name"))]
    pub secret_options: Vec<ContainerSecret>,
}

/// How a FireLens log router routes logs.
#[derive(Debug, Clone, Block)]
pub struct FirelensConfiguration {
    /// The program of the router.
    #[field(name = "Type")]
    pub firelens_type: Input<FirelensType>,
    /// Options, such as `enable-ecs-log-metadata` and `config-file-type`.
    pub options: BTreeMap<String, Input<String>>,
}

impl LogConfiguration {
    /// CloudWatch Logs: a log group in a region, and the prefix of the stream names. Fargate requires the prefix.
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
