//! Whether a service's target groups are behind a load balancer, which ECS demands and moto does not.
//!
//! The gateway asks moto; it keeps nothing about load balancers.

use serde_json::Value;

use super::{Exchange, invalid};
use crate::backend::{BackendError, Reply};

const ELB: &str = "elasticloadbalancing";

impl Exchange<'_> {
    /// The refusal for the first target group to which no listener leads.
    pub(super) async fn refuse_loose_target_groups(
        &self,
        request: &Value,
    ) -> Result<Option<Reply>, BackendError> {
        for balancer in request["loadBalancers"].as_array().into_iter().flatten() {
            let Some(group) = balancer["targetGroupArn"].as_str() else {
                continue;
            };
            if !self.is_attached(group).await? {
                let problem = format!(
                    "The target group with targetGroupArn {group} does not have an associated load balancer."
                );
                return Ok(Some(invalid(&problem)));
            }
        }
        Ok(None)
    }

    async fn is_attached(&self, group: &str) -> Result<bool, BackendError> {
        let form = format!(
            "Action=DescribeTargetGroups&Version=2015-12-01&TargetGroupArns.member.1={group}"
        );
        let described = self.moto.query(self.call, ELB, &form).await?;
        let arns = described.split_once("<LoadBalancerArns>");
        let arns = arns.and_then(|(_, rest)| rest.split_once("</LoadBalancerArns>"));
        Ok(arns.is_some_and(|(arns, _)| arns.contains("arn:")))
    }
}
