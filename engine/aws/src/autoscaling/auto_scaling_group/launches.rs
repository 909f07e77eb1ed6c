//! Why a group has too few instances: Auto Scaling reports failed launches only in its scaling activities, and keeps retrying.
//!
//! Some causes pass, and AWS's next attempt succeeds. Other causes, such as a quota, stay until a person acts. Not here: counting instances (`reads`).

use aws_sdk_autoscaling::types::{
    Activity, AutoScalingGroup as SdkGroup, ScalingActivityStatusCode,
};

use super::reads::{Groups, in_service};
use crate::prelude::*;
use crate::reads::few_at_once;

/// Groups by name, with the scaling activities of groups that lack instances.
pub struct Launching;

/// A group that is launching instances.
pub struct Launch {
    pub group: SdkGroup,
    /// The newest activity first. Empty if no instance is missing, or if AWS does not return activities.
    activities: Vec<Activity>,
}

impl Query for Launching {
    type Key = String;
    type Item = Launch;
    const BATCH: usize = Groups::BATCH;

    async fn fetch(clients: &Clients, keys: Vec<String>) -> Result<Vec<(String, Launch)>> {
        let groups = Groups::fetch(clients, keys).await?.into_iter();
        let launches = groups.map(|(name, group)| async {
            let (running, wanted) = in_service(&group);
            let activities = if running < wanted {
                activities(clients, &name).await
            } else {
                Vec::new()
            };
            (name, Launch { group, activities })
        });
        Ok(few_at_once(launches).await)
    }
}

/// The newest activities of a group. They only explain a wait, so the wait goes on if the read fails.
async fn activities(clients: &Clients, group: &str) -> Vec<Activity> {
    let call = clients.autoscaling().describe_scaling_activities();
    let call = call.auto_scaling_group_name(group);
    let mut newest = call.into_paginator().items().send();
    let mut activities = Vec::new();
    while activities.len() < LOOKED_AT
        && let Some(activity) = newest.next().await
        && let Ok(activity) = activity.named("autoscaling:DescribeScalingActivities")
    {
        let is_last = has_ended(&activity);
        activities.push(activity);
        if is_last {
            break;
        }
    }
    activities
}

/// How many activities Windlass reads to find one that has ended. A group has fewer than that under way at once.
const LOOKED_AT: usize = 100;

/// When the newest activity of a group began, in seconds since 1970. Windlass records this time before a change, to tell older failures from failures
/// of the change.
pub async fn newest(clients: &Clients, group: &str) -> Option<i64> {
    let call = clients.autoscaling().describe_scaling_activities();
    let call = call.auto_scaling_group_name(group);
    let newest = call.into_paginator().items().send().try_next().await;
    let began = newest.ok().flatten()?.start_time?;
    Some(began.secs())
}

/// Why a group cannot launch instances.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Obstacle {
    /// AWS's next attempt may succeed.
    Passing(String),
    /// The cause stays until a person acts.
    Final(String),
}

impl Launch {
    /// Why the newest launch failed. A failure is final only if the launch began after `before`: the last change may already have fixed an older cause.
    pub fn obstacle(&self, before: Option<i64>) -> Option<Obstacle> {
        let newest = self
            .activities
            .iter()
            .find(|activity| has_ended(activity))?;
        if newest.status_code == Some(ScalingActivityStatusCode::Successful) {
            return None;
        }
        let why = newest.status_message.as_deref()?;
        let why = why
            .trim_end_matches("Launching EC2 instance failed.")
            .trim();
        let began = newest.start_time.map_or(0, |at| at.secs());
        let is_new = before.is_none_or(|before| began > before);
        Some(if is_new && stays(why) {
            Obstacle::Final(why.to_owned())
        } else {
            Obstacle::Passing(why.to_owned())
        })
    }
}

/// Whether an activity is a launch that has ended, with success or not.
fn has_ended(activity: &Activity) -> bool {
    let launches = activity
        .description()
        .is_none_or(|description| description.starts_with("Launching"));
    use ScalingActivityStatusCode::{Cancelled, Failed, Successful};
    launches && matches!(activity.status_code, Some(Failed | Cancelled | Successful))
}

/// Messages of AWS where a retry cannot help. The list leaves out missing capacity, and instance profiles and service-linked roles that were created
/// a moment ago: these causes pass.
///
/// Sources: <https://docs.aws.amazon.com/autoscaling/ec2/userguide/ts-as-instancelaunchfailure.html>,
/// <https://docs.aws.amazon.com/autoscaling/ec2/userguide/ts-as-ami.html>, hashicorp/terraform-provider-aws#25986 and #41580.
const STAYS: [&str; 14] = [
    "current vCPU limit of",
    "more instances than your current instance limit",
    "Max spot instance count exceeded",
    "The image id",
    "AMI cannot be described",
    "The requested configuration is currently not supported",
    "does not match the architecture",
    "not eligible for Free Tier",
    "Invalid device name",
    "cannot be used with the parameter",
    "The key pair",
    "you need to accept terms and subscribe",
    "You are not authorized to perform this operation",
    "Client.InternalError",
];

fn stays(why: &str) -> bool {
    STAYS.iter().any(|words| why.contains(words))
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUOTA: &str = "You have requested more vCPU capacity than your current vCPU limit of 0 allows for the instance bucket that the specified \
                         instance type belongs to. Launching EC2 instance failed.";
    const PROFILE: &str = "Invalid IAM Instance Profile name (app). Launching EC2 instance failed.";

    fn launch(activities: &[(&str, ScalingActivityStatusCode, i64)]) -> Launch {
        let activity = |(why, code, at): &(&str, ScalingActivityStatusCode, i64)| {
            Activity::builder()
                .description("Launching a new EC2 instance")
                .status_code(code.clone())
                .status_message(*why)
                .start_time(aws_smithy_types::DateTime::from_secs(*at))
                .build()
        };
        Launch {
            group: SdkGroup::builder().build(),
            activities: activities.iter().map(activity).collect(),
        }
    }

    #[test]
    fn a_quota_stays_and_a_profile_comes() {
        use ScalingActivityStatusCode::{Failed, InProgress, Successful};
        let is_final = |launch: &Launch| match launch.obstacle(Some(100)) {
            Some(Obstacle::Final(why)) => Some((true, why)),
            Some(Obstacle::Passing(why)) => Some((false, why)),
            None => None,
        };
        let (is_lasting, why) = is_final(&launch(&[(QUOTA, Failed, 101)])).expect("an obstacle");
        assert!(is_lasting && why.ends_with("belongs to."), "{why}");
        // An attempt is under way.
        assert!(
            is_final(&launch(&[("", InProgress, 102), (QUOTA, Failed, 101)]))
                .expect("one")
                .0
        );
        assert!(!is_final(&launch(&[(PROFILE, Failed, 101)])).expect("one").0);
        // The failed launch began before the change.
        assert!(!is_final(&launch(&[(QUOTA, Failed, 99)])).expect("one").0);
        assert_eq!(
            is_final(&launch(&[("", Successful, 102), (QUOTA, Failed, 101)])),
            None
        );
    }
}
