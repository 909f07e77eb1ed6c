//! What a group launches, as request and as answer. AWS answers with both the id and the name of a template, whichever the request had.

use crate::table::tables;

tables! { windlass::aws::autoscaling::auto_scaling_group::launch => aws_sdk_autoscaling;
    LaunchTemplateSpecification;
    MixedInstancesPolicy;
    // An empty list removes earlier overrides. Without a list, AWS would keep them.
    MixedLaunchTemplate => LaunchTemplate { "Overrides" always; }
    LaunchTemplateOverrides;
    DistributionSegment;
    // A member that the author leaves out goes back to AWS's default, where AWS has a value for the default: 0, 100, and an empty text.
    InstancesDistribution {
        "OnDemandBaseCapacity" always;
        "OnDemandPercentageAboveBaseCapacity" sent by percentage;
        "SpotMaxPrice" always;
    }
}

fn percentage(given: &Option<i32>) -> Option<i32> {
    given.or(Some(100))
}
