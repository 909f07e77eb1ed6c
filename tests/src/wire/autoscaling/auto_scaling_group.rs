//! Wire fixture of `AWS::AutoScaling::AutoScalingGroup`: its samples and AWS's answers.

use windlass::aws::autoscaling::AutoScalingGroup;

use crate::wire::Fixture;

pub fn fixture() -> Fixture {
    let full = group(
        "<LaunchTemplate><LaunchTemplateId>lt-0a1</LaunchTemplateId><Version>1</Version></LaunchTemplate><DesiredCapacityType>units</DesiredCapacityType>",
    );
    let mut fixture = Fixture::of::<AutoScalingGroup>("shop-nodes")
        .output("AutoScalingGroupName", "shop-nodes")
        .answer("DescribeAutoScalingGroups", &full)
        .answer(
            "DescribeLifecycleHooks",
            "<DescribeLifecycleHooksResponse><DescribeLifecycleHooksResult>
                <LifecycleHooks><member><DefaultResult>CONTINUE</DefaultResult><HeartbeatTimeout>900</HeartbeatTimeout><LifecycleHookName>drain</LifecycleHookName>
                <LifecycleTransition>autoscaling:EC2_INSTANCE_TERMINATING</LifecycleTransition><NotificationMetadata>node</NotificationMetadata>
                <NotificationTargetARN>arn:aws:sns:us-east-1:123456789012:hooks</NotificationTargetARN><RoleARN>arn:aws:iam::123456789012:role/hooks</RoleARN>
                <AutoScalingGroupName>shop-nodes</AutoScalingGroupName></member></LifecycleHooks>
            </DescribeLifecycleHooksResult></DescribeLifecycleHooksResponse>",
        )
        .answer(
            "DescribeNotificationConfigurations",
            "<DescribeNotificationConfigurationsResponse><DescribeNotificationConfigurationsResult>
                <NotificationConfigurations><member><AutoScalingGroupName>shop-nodes</AutoScalingGroupName>
                <TopicARN>arn:aws:sns:us-east-1:123456789012:nodes</TopicARN><NotificationType>autoscaling:EC2_INSTANCE_LAUNCH</NotificationType></member><member>
                <AutoScalingGroupName>shop-nodes</AutoScalingGroupName><TopicARN>arn:aws:sns:us-east-1:123456789012:nodes</TopicARN>
                <NotificationType>autoscaling:EC2_INSTANCE_TERMINATE</NotificationType></member></NotificationConfigurations>
            </DescribeNotificationConfigurationsResult></DescribeNotificationConfigurationsResponse>",
        )
        .not_created("MetricsCollection[].Granularity", "AWS knows one granularity")
        .not_updated("MetricsCollection[].Granularity", "AWS knows one granularity")
        .not_created("ForceDelete", "it says how the engine deletes; AWS does not know it")
        .not_updated("ForceDelete", "it says how the engine deletes; AWS does not know it");
    for (sample, special) in DESCRIBED {
        let group = group(special);
        fixture = fixture.described(*sample, [("DescribeAutoScalingGroups", group.as_str())]);
    }
    fixture
}

fn group(special: &str) -> String {
    format!(
        "<DescribeAutoScalingGroupsResponse><DescribeAutoScalingGroupsResult><AutoScalingGroups><member>
        {COMMON}
        {special}
        </member></AutoScalingGroups></DescribeAutoScalingGroupsResult></DescribeAutoScalingGroupsResponse>"
    )
}

/// AWS's description that fits every sample like the fullest one, without what the group launches and where.
const COMMON: &str = "<AutoScalingGroupName>shop-nodes</AutoScalingGroupName>
        <AvailabilityZoneDistribution><CapacityDistributionStrategy>balanced-only</CapacityDistributionStrategy></AvailabilityZoneDistribution>
        <AvailabilityZoneImpairmentPolicy><ImpairedZoneHealthCheckBehavior>IgnoreUnhealthy</ImpairedZoneHealthCheckBehavior>
        <ZonalShiftEnabled>true</ZonalShiftEnabled></AvailabilityZoneImpairmentPolicy><CapacityRebalance>true</CapacityRebalance>
        <CapacityReservationSpecification><CapacityReservationPreference>capacity-reservations-first</CapacityReservationPreference>
        <CapacityReservationTarget><CapacityReservationIds><member>cr-0a1</member></CapacityReservationIds><CapacityReservationResourceGroupArns>
        <member>arn:aws:resource-groups:us-east-1:123456789012:group/reserved</member></CapacityReservationResourceGroupArns></CapacityReservationTarget>
        </CapacityReservationSpecification><Context>shop</Context><DefaultCooldown>60</DefaultCooldown><DefaultInstanceWarmup>30</DefaultInstanceWarmup>
        <DeletionProtection>prevent-force-deletion</DeletionProtection><DesiredCapacity>2</DesiredCapacity>
        <HealthCheckGracePeriod>120</HealthCheckGracePeriod><HealthCheckType>EBS,ELB</HealthCheckType>
        <InstanceLifecyclePolicy><RetentionTriggers><TerminateHookAbandon>retain</TerminateHookAbandon></RetentionTriggers></InstanceLifecyclePolicy>
        <InstanceMaintenancePolicy><MaxHealthyPercentage>120</MaxHealthyPercentage><MinHealthyPercentage>90</MinHealthyPercentage></InstanceMaintenancePolicy>
        <LoadBalancerNames><member>classic</member></LoadBalancerNames><MaxInstanceLifetime>604800</MaxInstanceLifetime><MaxSize>10</MaxSize>
        <EnabledMetrics><member><Metric>GroupDesiredCapacity</Metric><Granularity>1Minute</Granularity></member><member>
        <Metric>GroupInServiceInstances</Metric><Granularity>1Minute</Granularity></member></EnabledMetrics><MinSize>1</MinSize>
        <NewInstancesProtectedFromScaleIn>true</NewInstancesProtectedFromScaleIn><PlacementGroup>nodes</PlacementGroup>
        <ServiceLinkedRoleARN>arn:aws:iam::123456789012:role/aws-service-role/autoscaling.amazonaws.com/one</ServiceLinkedRoleARN>
        <Tags><member><ResourceId>shop-nodes</ResourceId><ResourceType>auto-scaling-group</ResourceType><Key>Name</Key><Value>node</Value>
        <PropagateAtLaunch>true</PropagateAtLaunch></member><member><ResourceId>shop-nodes</ResourceId><ResourceType>auto-scaling-group</ResourceType>
        <Key>Team</Key><Value>shop</Value><PropagateAtLaunch>false</PropagateAtLaunch></member></Tags>
        <TargetGroupARNs><member>arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/nodes/0a1</member></TargetGroupARNs>
        <TerminationPolicies><member>OldestLaunchTemplate</member><member>Default</member></TerminationPolicies>
        <TrafficSources><member><Identifier>arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/more/0a1</Identifier><Type>elbv2</Type></member>
        </TrafficSources><VPCZoneIdentifier>subnet-0a1,subnet-0b2</VPCZoneIdentifier>";

/// The differing part of the description, by sample.
const DESCRIBED: &[(usize, &str)] = &[
    (
        6,
        "<LaunchTemplate><LaunchTemplateName>nodes</LaunchTemplateName><Version>$Default</Version></LaunchTemplate>
        <DesiredCapacityType>units</DesiredCapacityType>",
    ),
    (
        8,
        "<LaunchConfigurationName>nodes</LaunchConfigurationName><DesiredCapacityType>units</DesiredCapacityType>",
    ),
    (
        12,
        "<MixedInstancesPolicy><InstancesDistribution><DistributionSegments><member><TargetCapacityTypes><member>on-demand-capacity-reservation</member>
        <member>capacity-block</member></TargetCapacityTypes></member></DistributionSegments><OnDemandAllocationStrategy>prioritized</OnDemandAllocationStrategy>
        <OnDemandBaseCapacity>1</OnDemandBaseCapacity><OnDemandPercentageAboveBaseCapacity>25</OnDemandPercentageAboveBaseCapacity>
        <SpotAllocationStrategy>lowest-price</SpotAllocationStrategy><SpotInstancePools>3</SpotInstancePools><SpotMaxPrice>0.10</SpotMaxPrice>
        </InstancesDistribution><LaunchTemplate><LaunchTemplateSpecification><LaunchTemplateId>lt-0a1</LaunchTemplateId><Version>1</Version>
        </LaunchTemplateSpecification><Overrides><member><ImageId>ami-0a1</ImageId><InstanceType>m7g.large</InstanceType><LaunchTemplateSpecification>
        <LaunchTemplateId>lt-0b2</LaunchTemplateId><Version>3</Version></LaunchTemplateSpecification><WeightedCapacity>1</WeightedCapacity></member><member>
        <InstanceType>m6g.large</InstanceType><WeightedCapacity>1</WeightedCapacity></member><member><InstanceType>m6a.large</InstanceType>
        <LaunchTemplateSpecification><LaunchTemplateName>amd</LaunchTemplateName><Version>$Default</Version></LaunchTemplateSpecification>
        <WeightedCapacity>1</WeightedCapacity></member></Overrides></LaunchTemplate></MixedInstancesPolicy><DesiredCapacityType>units</DesiredCapacityType>",
    ),
    (
        13,
        "<MixedInstancesPolicy><InstancesDistribution><DistributionSegments><member><TargetCapacityTypes><member>interruptible-capacity-reservation</member>
        <member>on-demand-capacity-reservation</member><member>on-demand</member></TargetCapacityTypes></member></DistributionSegments>
        <OnDemandAllocationStrategy>lowest-price</OnDemandAllocationStrategy>
        <OnDemandBaseCapacity>2</OnDemandBaseCapacity><OnDemandPercentageAboveBaseCapacity>50</OnDemandPercentageAboveBaseCapacity>
        <SpotAllocationStrategy>lowest-price</SpotAllocationStrategy><SpotInstancePools>4</SpotInstancePools><SpotMaxPrice>0.20</SpotMaxPrice>
        </InstancesDistribution><LaunchTemplate><LaunchTemplateSpecification><LaunchTemplateName>nodes</LaunchTemplateName><Version>$Default</Version>
        </LaunchTemplateSpecification><Overrides><member><ImageId>ami-0b2</ImageId><InstanceType>m7g.xlarge</InstanceType><LaunchTemplateSpecification>
        <LaunchTemplateId>lt-0c3</LaunchTemplateId><Version>4</Version></LaunchTemplateSpecification><WeightedCapacity>2</WeightedCapacity></member><member>
        <InstanceType>m6g.large</InstanceType><WeightedCapacity>1</WeightedCapacity></member><member><InstanceType>m6a.large</InstanceType>
        <LaunchTemplateSpecification><LaunchTemplateName>intel</LaunchTemplateName><Version>$Default</Version></LaunchTemplateSpecification>
        <WeightedCapacity>1</WeightedCapacity></member></Overrides></LaunchTemplate></MixedInstancesPolicy><DesiredCapacityType>units</DesiredCapacityType>",
    ),
    (
        14,
        "<LaunchTemplate><LaunchTemplateId>lt-0a1</LaunchTemplateId><Version>1</Version></LaunchTemplate>
        <AvailabilityZones><member>us-east-1a</member></AvailabilityZones><DesiredCapacityType>units</DesiredCapacityType>",
    ),
    (
        16,
        "<LaunchTemplate><LaunchTemplateId>lt-0a1</LaunchTemplateId><Version>1</Version></LaunchTemplate>
        <AvailabilityZoneIds><member>use1-az1</member></AvailabilityZoneIds><DesiredCapacityType>units</DesiredCapacityType>",
    ),
    (
        18,
        "<MixedInstancesPolicy><LaunchTemplate><LaunchTemplateSpecification><LaunchTemplateId>lt-0a1</LaunchTemplateId><Version>1</Version>
        </LaunchTemplateSpecification><Overrides><member><InstanceRequirements><AcceleratorCount><Max>4</Max><Min>1</Min></AcceleratorCount>
        <AcceleratorManufacturers><member>nvidia</member></AcceleratorManufacturers><AcceleratorNames><member>t4</member></AcceleratorNames>
        <AcceleratorTotalMemoryMiB><Max>65536</Max><Min>8192</Min></AcceleratorTotalMemoryMiB><AcceleratorTypes><member>gpu</member></AcceleratorTypes>
        <AllowedInstanceTypes><member>g5g.*</member></AllowedInstanceTypes><BareMetal>included</BareMetal><BaselineEbsBandwidthMbps><Max>5000</Max>
        <Min>1000</Min></BaselineEbsBandwidthMbps><BaselinePerformanceFactors><Cpu><Reference><item><InstanceFamily>c6i</InstanceFamily></item></Reference>
        </Cpu></BaselinePerformanceFactors><BurstablePerformance>included</BurstablePerformance><CpuManufacturers><member>amazon-web-services</member>
        </CpuManufacturers><InstanceGenerations><member>current</member></InstanceGenerations><LocalStorage>required</LocalStorage><LocalStorageTypes>
        <member>ssd</member></LocalStorageTypes><MaxSpotPriceAsPercentageOfOptimalOnDemandPrice>60</MaxSpotPriceAsPercentageOfOptimalOnDemandPrice>
        <MemoryGiBPerVCpu><Max>8.0</Max><Min>2.0</Min></MemoryGiBPerVCpu><MemoryMiB><Max>16384</Max><Min>4096</Min></MemoryMiB><NetworkBandwidthGbps>
        <Max>12.5</Max><Min>1.0</Min></NetworkBandwidthGbps><NetworkInterfaceCount><Max>4</Max><Min>2</Min></NetworkInterfaceCount>
        <OnDemandMaxPricePercentageOverLowestPrice>30</OnDemandMaxPricePercentageOverLowestPrice><RequireHibernateSupport>true</RequireHibernateSupport>
        <TotalLocalStorageGB><Max>900.0</Max><Min>75.0</Min></TotalLocalStorageGB><VCpuCount><Max>8</Max><Min>2</Min></VCpuCount></InstanceRequirements>
        </member></Overrides></LaunchTemplate></MixedInstancesPolicy><DesiredCapacityType>units</DesiredCapacityType>",
    ),
    (
        22,
        "<MixedInstancesPolicy><LaunchTemplate><LaunchTemplateSpecification><LaunchTemplateId>lt-0a1</LaunchTemplateId><Version>1</Version>
        </LaunchTemplateSpecification><Overrides><member><InstanceRequirements><ExcludedInstanceTypes><member>t*</member></ExcludedInstanceTypes><MemoryMiB>
        <Min>2048</Min></MemoryMiB><SpotMaxPricePercentageOverLowestPrice>50</SpotMaxPricePercentageOverLowestPrice><VCpuCount><Min>2</Min></VCpuCount>
        </InstanceRequirements></member></Overrides></LaunchTemplate></MixedInstancesPolicy><DesiredCapacityType>units</DesiredCapacityType>",
    ),
];
