//! Container logs: written to moto's CloudWatch Logs, as the `awslogs` driver of the container says.
//!
//! Not here: when containers log (`task`).

use serde_json::json;

use super::task::{Logged, Task};
use super::{Exchange, World};
use crate::backend::BackendError;

const TARGET: &str = "Logs_20140328";

impl Exchange<'_> {
    /// Writes the logs up to now. As in ECS, the logs for a missing log group are lost.
    pub(super) async fn write_logs(&self) -> Result<(), BackendError> {
        for logged in self.world(|world, _, _| world.take_logged()) {
            let Logged {
                group,
                stream,
                lines,
                at,
            } = logged;
            let stream = json!({"logGroupName": group, "logStreamName": stream});
            self.logs("CreateLogStream", &stream).await?;
            let mut events = stream;
            events["logEvents"] = lines
                .iter()
                .map(|line| json!({"timestamp": at.0, "message": line}))
                .collect();
            self.logs("PutLogEvents", &events).await?;
        }
        Ok(())
    }

    async fn logs(&self, operation: &str, request: &serde_json::Value) -> Result<(), BackendError> {
        let target = format!("{TARGET}.{operation}");
        let reply = self.moto.json(self.call, "logs", &target, request).await?;
        if !reply.is_ok() {
            tracing::debug!(operation, body = %reply.body, "a container's log is lost");
        }
        Ok(())
    }
}

impl World {
    fn take_logged(&mut self) -> Vec<Logged> {
        let of_services = self
            .services
            .values_mut()
            .flat_map(|service| &mut service.tasks);
        of_services
            .chain(&mut self.runs.tasks)
            .filter_map(Task::take_logged)
            .collect()
    }
}
