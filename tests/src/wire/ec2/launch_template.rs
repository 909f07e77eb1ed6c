//! Wire fixture of `AWS::EC2::LaunchTemplate`: its samples and AWS's answers.

use windlass::aws::ec2::LaunchTemplate;

use crate::wire::Fixture;

pub fn fixture() -> Fixture {
    let full = version(
        "<blockDeviceMappingSet><item><deviceName>/dev/xvda</deviceName><ebs><deleteOnTermination>true</deleteOnTermination><ebsCardIndex>0</ebsCardIndex>
        <encrypted>true</encrypted><iops>4000</iops><kmsKeyId>alias/disks</kmsKeyId><snapshotId>snap-0a1</snapshotId><throughput>250</throughput>
        <volumeInitializationRate>100</volumeInitializationRate><volumeSize>50</volumeSize><volumeType>gp3</volumeType></ebs></item><item>
        <deviceName>/dev/sdb</deviceName><virtualName>ephemeral0</virtualName></item><item><deviceName>/dev/sdc</deviceName><noDevice></noDevice></item>
        </blockDeviceMappingSet>
        <capacityReservationSpecification><capacityReservationPreference>open</capacityReservationPreference></capacityReservationSpecification>
        <cpuOptions><amdSevSnp>enabled</amdSevSnp><coreCount>2</coreCount><threadsPerCore>1</threadsPerCore></cpuOptions>
        <creditSpecification><cpuCredits>standard</cpuCredits></creditSpecification><disableApiStop>true</disableApiStop>
        <disableApiTermination>true</disableApiTermination><ebsOptimized>true</ebsOptimized><enclaveOptions><enabled>true</enabled></enclaveOptions>
        <hibernationOptions><configured>true</configured></hibernationOptions><iamInstanceProfile><name>nodes</name></iamInstanceProfile>
        <imageId>ami-0a1</imageId><instanceInitiatedShutdownBehavior>terminate</instanceInitiatedShutdownBehavior>
        <instanceMarketOptions><marketType>spot</marketType><spotOptions><blockDurationMinutes>60</blockDurationMinutes>
        <instanceInterruptionBehavior>stop</instanceInterruptionBehavior><maxPrice>0.05</maxPrice><spotInstanceType>persistent</spotInstanceType>
        <validUntil>2030-01-31T00:00:00Z</validUntil></spotOptions></instanceMarketOptions><instanceType>m6a.large</instanceType><kernelId>aki-0a1</kernelId>
        <keyName>operators</keyName>
        <licenseSet><item><licenseConfigurationArn>arn:aws:license-manager:us-east-1:123456789012:license-configuration:lic-0a1</licenseConfigurationArn>
        </item></licenseSet><maintenanceOptions><autoRecovery>disabled</autoRecovery></maintenanceOptions>
        <metadataOptions><httpEndpoint>enabled</httpEndpoint><httpProtocolIpv6>enabled</httpProtocolIpv6><httpPutResponseHopLimit>2</httpPutResponseHopLimit>
        <httpTokens>required</httpTokens><instanceMetadataTags>enabled</instanceMetadataTags></metadataOptions>
        <monitoring><enabled>true</enabled></monitoring>
        <networkPerformanceOptions><bandwidthWeighting>vpc-1</bandwidthWeighting></networkPerformanceOptions>
        <placement><affinity>host</affinity><availabilityZone>us-east-1a</availabilityZone><groupName>nodes</groupName><hostId>h-0a1</hostId>
        <partitionNumber>1</partitionNumber><spreadDomain>a</spreadDomain><tenancy>host</tenancy></placement>
        <privateDnsNameOptions><enableResourceNameDnsAAAARecord>true</enableResourceNameDnsAAAARecord>
        <enableResourceNameDnsARecord>true</enableResourceNameDnsARecord><hostnameType>resource-name</hostnameType></privateDnsNameOptions>
        <ramDiskId>ari-0a1</ramDiskId><securityGroupIdSet><item>sg-0a1</item></securityGroupIdSet>
        <tagSpecificationSet><item><resourceType>instance</resourceType><tagSet><item><key>Name</key><value>node</value></item></tagSet></item>
        </tagSpecificationSet><userData>IyEvYmluL2Jhc2gKZWNobyBvbmUK</userData>",
    );
    let mut fixture = Fixture::of::<LaunchTemplate>("lt-0a1")
        .output("LaunchTemplateId", "lt-0a1")
        .output("LatestVersionNumber", "1")
        .answer(
            "CreateLaunchTemplate",
            "<CreateLaunchTemplateResponse><launchTemplate><launchTemplateId>lt-0a1</launchTemplateId>
                <defaultVersionNumber>1</defaultVersionNumber><latestVersionNumber>1</latestVersionNumber>
            </launchTemplate></CreateLaunchTemplateResponse>",
        )
        .answer(
            "CreateLaunchTemplateVersion",
            "<CreateLaunchTemplateVersionResponse><launchTemplateVersion><launchTemplateId>lt-0a1</launchTemplateId>
                <versionNumber>2</versionNumber></launchTemplateVersion></CreateLaunchTemplateVersionResponse>",
        )
        .answer(
            "DescribeLaunchTemplates",
            "<DescribeLaunchTemplatesResponse><launchTemplates><item><launchTemplateId>lt-0a1</launchTemplateId>
                <launchTemplateName>shop-nodes</launchTemplateName><defaultVersionNumber>1</defaultVersionNumber>
                <latestVersionNumber>1</latestVersionNumber><tagSet><item><key>Name</key><value>shop-nodes</value></item></tagSet>
            </item></launchTemplates></DescribeLaunchTemplatesResponse>",
        )
        .answer("DescribeLaunchTemplateVersions", &full);
    for (sample, data) in DESCRIBED {
        let version = version(data);
        fixture = fixture.described(
            *sample,
            [("DescribeLaunchTemplateVersions", version.as_str())],
        );
    }
    fixture
}

fn version(data: &str) -> String {
    format!(
        "<DescribeLaunchTemplateVersionsResponse><launchTemplateVersionSet><item><launchTemplateId>lt-0a1</launchTemplateId>
            <versionNumber>1</versionNumber><versionDescription>first</versionDescription><defaultVersion>true</defaultVersion>
            <launchTemplateData>{data}</launchTemplateData>
        </item></launchTemplateVersionSet></DescribeLaunchTemplateVersionsResponse>"
    )
}

/// The data of samples that contain properties which the fullest sample excludes.
const DESCRIBED: &[(usize, &str)] = &[
    (
        4,
        "<networkInterfaceSet><item><associateCarrierIpAddress>true</associateCarrierIpAddress><connectionTrackingSpecification>
        <tcpEstablishedTimeout>350</tcpEstablishedTimeout><udpStreamTimeout>120</udpStreamTimeout><udpTimeout>40</udpTimeout>
        </connectionTrackingSpecification><deleteOnTermination>true</deleteOnTermination><description>first</description><deviceIndex>0</deviceIndex>
        <enaQueueCount>2</enaQueueCount><enaSrdSpecification><enaSrdEnabled>true</enaSrdEnabled><enaSrdUdpSpecification>
        <enaSrdUdpEnabled>true</enaSrdUdpEnabled></enaSrdUdpSpecification></enaSrdSpecification><groupSet><groupId>sg-0a1</groupId></groupSet>
        <interfaceType>interface</interfaceType><ipv4PrefixSet><item><ipv4Prefix>10.0.0.16/28</ipv4Prefix></item></ipv4PrefixSet><ipv6AddressesSet><item>
        <ipv6Address>2001:db8::1</ipv6Address></item></ipv6AddressesSet><ipv6PrefixSet><item><ipv6Prefix>2001:db8::/80</ipv6Prefix></item></ipv6PrefixSet>
        <networkCardIndex>0</networkCardIndex><primaryIpv6>true</primaryIpv6><privateIpAddressesSet><item><primary>true</primary>
        <privateIpAddress>10.0.0.4</privateIpAddress></item></privateIpAddressesSet><subnetId>subnet-0a1</subnetId></item><item><deviceIndex>1</deviceIndex>
        <ipv4PrefixCount>1</ipv4PrefixCount><ipv6AddressCount>1</ipv6AddressCount><ipv6PrefixCount>1</ipv6PrefixCount><networkCardIndex>1</networkCardIndex>
        <privateIpAddress>10.0.0.6</privateIpAddress><secondaryPrivateIpAddressCount>1</secondaryPrivateIpAddressCount></item><item>
        <deviceIndex>3</deviceIndex><networkInterfaceId>eni-0a1</networkInterfaceId></item></networkInterfaceSet>",
    ),
    (
        6,
        "<capacityReservationSpecification><capacityReservationTarget><capacityReservationId>cr-0a1</capacityReservationId></capacityReservationTarget>
        </capacityReservationSpecification><cpuOptions><nestedVirtualization>enabled</nestedVirtualization></cpuOptions>
        <iamInstanceProfile><arn>arn:aws:iam::123456789012:instance-profile/nodes</arn></iamInstanceProfile>
        <instanceMarketOptions><marketType>capacity-block</marketType></instanceMarketOptions>
        <placement><groupId>pg-0a1</groupId><hostResourceGroupArn>arn:aws:resource-groups:us-east-1:123456789012:group/hosts</hostResourceGroupArn>
        </placement><securityGroupSet><item>nodes</item></securityGroupSet>",
    ),
    (
        7,
        "<capacityReservationSpecification><capacityReservationTarget>
        <capacityReservationResourceGroupArn>arn:aws:resource-groups:us-east-1:123456789012:group/reserved</capacityReservationResourceGroupArn>
        </capacityReservationTarget></capacityReservationSpecification>
        <cpuOptions><nestedVirtualization>disabled</nestedVirtualization></cpuOptions>
        <iamInstanceProfile><arn>arn:aws:iam::123456789012:instance-profile/workers</arn></iamInstanceProfile>
        <instanceMarketOptions><marketType>interruptible-capacity-reservation</marketType></instanceMarketOptions>
        <placement><groupId>pg-0b2</groupId><hostResourceGroupArn>arn:aws:resource-groups:us-east-1:123456789012:group/others</hostResourceGroupArn>
        </placement><securityGroupSet><item>workers</item></securityGroupSet>",
    ),
    (
        8,
        "<networkInterfaceSet><item><associatePublicIpAddress>true</associatePublicIpAddress><deviceIndex>0</deviceIndex></item></networkInterfaceSet>",
    ),
    (
        10,
        "<instanceRequirements><acceleratorCount><max>4</max><min>1</min></acceleratorCount><acceleratorManufacturerSet><item>nvidia</item>
        </acceleratorManufacturerSet><acceleratorNameSet><item>t4</item></acceleratorNameSet><acceleratorTotalMemoryMiB><max>65536</max><min>8192</min>
        </acceleratorTotalMemoryMiB><acceleratorTypeSet><item>gpu</item></acceleratorTypeSet><allowedInstanceTypeSet><item>g5g.*</item>
        </allowedInstanceTypeSet><bareMetal>included</bareMetal><baselineEbsBandwidthMbps><max>5000</max><min>1000</min></baselineEbsBandwidthMbps>
        <baselinePerformanceFactors><cpu><referenceSet><item><instanceFamily>c6i</instanceFamily></item></referenceSet></cpu></baselinePerformanceFactors>
        <burstablePerformance>included</burstablePerformance><cpuManufacturerSet><item>amazon-web-services</item></cpuManufacturerSet><instanceGenerationSet>
        <item>current</item></instanceGenerationSet><localStorage>required</localStorage><localStorageTypeSet><item>ssd</item></localStorageTypeSet>
        <maxSpotPriceAsPercentageOfOptimalOnDemandPrice>60</maxSpotPriceAsPercentageOfOptimalOnDemandPrice><memoryGiBPerVCpu><max>8.0</max><min>2.0</min>
        </memoryGiBPerVCpu><memoryMiB><max>16384</max><min>4096</min></memoryMiB><networkBandwidthGbps><max>12.5</max><min>1.0</min></networkBandwidthGbps>
        <networkInterfaceCount><max>4</max><min>2</min></networkInterfaceCount>
        <onDemandMaxPricePercentageOverLowestPrice>30</onDemandMaxPricePercentageOverLowestPrice><requireHibernateSupport>true</requireHibernateSupport>
        <totalLocalStorageGB><max>900.0</max><min>75.0</min></totalLocalStorageGB><vCpuCount><max>8</max><min>2</min></vCpuCount></instanceRequirements>",
    ),
    (
        12,
        "<instanceRequirements><excludedInstanceTypeSet><item>t*</item></excludedInstanceTypeSet><memoryMiB><min>2048</min></memoryMiB>
        <spotMaxPricePercentageOverLowestPrice>50</spotMaxPricePercentageOverLowestPrice><vCpuCount><min>2</min></vCpuCount></instanceRequirements>",
    ),
];
