//! Whether a service's target groups are behind a load balancer, which ECS demands and moto does not.
//!
//! Moto is asked; nothing about load balancers is kept here.

use serde_json::Value;

use super::{Exchange, invalid};
use crate::backend::{BackendError, Reply};

const ELB: &str = "elasticloadbalancing";

impl Exchange<'_> {
    /// The refusal of the first target group that no listener leads to.
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

    /// Moto forgets to note the load balancer when a listener or rule is modified, so where it names none the listeners are searched.
    async fn is_attached(&self, group: &str) -> Result<bool, BackendError> {
        let described = self
            .elb("DescribeTargetGroups", "TargetGroupArns.member.1", group)
            .await?;
        if elements(&described, "LoadBalancerArns").any(|arns| arns.contains("arn:")) {
            return Ok(true);
        }
        let balancers = self.elb("DescribeLoadBalancers", "PageSize", "400").await?;
        for balancer in elements(&balancers, "LoadBalancerArn") {
            let listeners = self
                .elb("DescribeListeners", "LoadBalancerArn", balancer)
                .await?;
            if listeners.contains(group) {
                return Ok(true);
            }
            for listener in elements(&listeners, "ListenerArn") {
                if self
                    .elb("DescribeRules", "ListenerArn", listener)
                    .await?
                    .contains(group)
                {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }

    async fn elb(&self, action: &str, name: &str, value: &str) -> Result<String, BackendError> {
        let form = format!("Action={action}&Version=2015-12-01&{name}={value}");
        self.moto.query(self.call, ELB, &form).await
    }
}

/// The texts of all elements of a name; good enough for ARNs, which contain no markup.
fn elements<'a>(xml: &'a str, name: &str) -> impl Iterator<Item = &'a str> {
    let (open, close) = (format!("<{name}>"), format!("</{name}>"));
    let mut rest = xml;
    std::iter::from_fn(move || {
        let (_, after) = rest.split_once(&open)?;
        let (text, after) = after.split_once(&close)?;
        rest = after;
        Some(text.trim())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_are_found_by_name() {
        let xml = "<A><ListenerArn>arn:1</ListenerArn><B/><ListenerArn> arn:2\n</ListenerArn></A>";
        assert_eq!(
            elements(xml, "ListenerArn").collect::<Vec<_>>(),
            ["arn:1", "arn:2"]
        );
        assert_eq!(elements(xml, "Listener").count(), 0);
    }
}
