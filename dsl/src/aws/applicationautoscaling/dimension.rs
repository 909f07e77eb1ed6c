//! Scalable dimensions: the closed list of what Application Auto Scaling can scale. Each dimension belongs to one service.

crate::text_enum! {
    /// The number that Application Auto Scaling scales, such as the tasks of an ECS service.
    pub enum ScalableDimension {
        /// The instances of an AppStream fleet.
        AppStreamFleet = "appstream:fleet:DesiredCapacity",
        /// The read capacity of an Amazon Keyspaces table.
        CassandraTableRead = "cassandra:table:ReadCapacityUnits",
        /// The write capacity of an Amazon Keyspaces table.
        CassandraTableWrite = "cassandra:table:WriteCapacityUnits",
        /// The inference units of an Amazon Comprehend classifier.
        ComprehendClassifier = "comprehend:document-classifier-endpoint:DesiredInferenceUnits",
        /// The inference units of an Amazon Comprehend recognizer.
        ComprehendRecognizer = "comprehend:entity-recognizer-endpoint:DesiredInferenceUnits",
        /// A custom resource: a number of your own service behind an API of yours.
        CustomResource = "custom-resource:ResourceType:Property",
        /// The read capacity of a DynamoDB index.
        DynamoDbIndexRead = "dynamodb:index:ReadCapacityUnits",
        /// The write capacity of a DynamoDB index.
        DynamoDbIndexWrite = "dynamodb:index:WriteCapacityUnits",
        /// The read capacity of a DynamoDB table.
        DynamoDbTableRead = "dynamodb:table:ReadCapacityUnits",
        /// The write capacity of a DynamoDB table.
        DynamoDbTableWrite = "dynamodb:table:WriteCapacityUnits",
        /// The capacity of an EC2 Spot fleet.
        SpotFleet = "ec2:spot-fleet-request:TargetCapacity",
        /// The tasks of an ECS service.
        EcsService = "ecs:service:DesiredCount",
        /// The nodes of an ElastiCache cluster.
        ElastiCacheNodes = "elasticache:cache-cluster:Nodes",
        /// The node groups of an ElastiCache replication group.
        ElastiCacheNodeGroups = "elasticache:replication-group:NodeGroups",
        /// The replicas of an ElastiCache replication group.
        ElastiCacheReplicas = "elasticache:replication-group:Replicas",
        /// The instances of an EMR instance group.
        EmrInstanceGroup = "elasticmapreduce:instancegroup:InstanceCount",
        /// The storage of an MSK cluster.
        KafkaStorage = "kafka:broker-storage:VolumeSize",
        /// The provisioned concurrency of a Lambda function.
        LambdaConcurrency = "lambda:function:ProvisionedConcurrency",
        /// The replicas of a Neptune cluster.
        NeptuneReplicas = "neptune:cluster:ReadReplicaCount",
        /// The replicas of an Aurora cluster.
        RdsReplicas = "rds:cluster:ReadReplicaCount",
        /// The copies of a SageMaker inference component.
        SageMakerCopies = "sagemaker:inference-component:DesiredCopyCount",
        /// The instances of a SageMaker variant.
        SageMakerInstances = "sagemaker:variant:DesiredInstanceCount",
        /// The provisioned concurrency of a SageMaker variant.
        SageMakerConcurrency = "sagemaker:variant:DesiredProvisionedConcurrency",
        /// The sessions of a WorkSpaces pool.
        WorkSpacesSessions = "workspaces:workspacespool:DesiredUserSessions",
    }

    /// The service that a dimension belongs to.
    pub enum ServiceNamespace {
        /// Amazon AppStream.
        AppStream = "appstream",
        /// Amazon Keyspaces.
        Cassandra = "cassandra",
        /// Amazon Comprehend.
        Comprehend = "comprehend",
        CustomResource = "custom-resource",
        /// Amazon DynamoDB.
        DynamoDb = "dynamodb",
        /// Amazon EC2.
        Ec2 = "ec2",
        /// Amazon ECS.
        Ecs = "ecs",
        /// Amazon ElastiCache.
        ElastiCache = "elasticache",
        /// Amazon EMR.
        ElasticMapReduce = "elasticmapreduce",
        /// Amazon MSK.
        Kafka = "kafka",
        /// AWS Lambda.
        Lambda = "lambda",
        /// Amazon Neptune.
        Neptune = "neptune",
        /// Amazon RDS.
        Rds = "rds",
        /// Amazon SageMaker.
        SageMaker = "sagemaker",
        /// Amazon WorkSpaces.
        WorkSpaces = "workspaces",
    }
}

impl ScalableDimension {
    /// The service of this dimension, which is the first part of the dimension's text.
    #[must_use]
    pub fn namespace(self) -> ServiceNamespace {
        let (service, _) = self
            .as_str()
            .split_once(':')
            .expect("every dimension begins with its service");
        ServiceNamespace::ALL
            .iter()
            .copied()
            .find(|namespace| namespace.as_str() == service)
            .expect("every service of a dimension is a namespace")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_dimension_has_a_namespace_and_every_namespace_a_dimension() {
        let mut used: Vec<_> = ScalableDimension::ALL
            .iter()
            .map(|d| d.namespace())
            .collect();
        used.sort();
        used.dedup();
        assert_eq!(used.len(), ServiceNamespace::ALL.len());
    }
}
