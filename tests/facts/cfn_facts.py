"""Extracts facts about CloudFormation's resource types from the schemas in the Python package cfn-lint.

    cargo run -p windlass-tests --bin facts

runs this script with the Python of the local cloud's environment, which pins cfn-lint, and writes
`tests/facts/cloudformation.json`. A test compares the two.

The facts are names, types, enumerations, bounds, defaults, what is required, what only creation can set, what AWS fills
in or transforms, what cannot be read back, and each handler's permissions and time limit. No prose is copied.

In the result, `P[]` describes the items of a list of plain values, and `map_of` what a map holds.

Not here: which types are in the catalogue. The list is longer than that, for kinds to come.

Usage: cfn_facts.py OUT.json
"""

import importlib.metadata
import json
import sys

from cfnlint.schema.manager import ProviderSchemaManager

# Every region has its own schemas; this one has all types.
REGION = "us-east-1"

TYPES = {
    "ApiGatewayV2": "Api Integration Route Stage VpcLink",
    "ApplicationAutoScaling": "ScalableTarget ScalingPolicy",
    "AutoScaling": "AutoScalingGroup LifecycleHook ScalingPolicy ScheduledAction WarmPool",
    "CertificateManager": "Certificate",
    "CloudFront": "Distribution",
    "CloudWatch": "Alarm CompositeAlarm Dashboard",
    "CodeBuild": "Project",
    "CodeConnections": "Connection",
    "CodeDeploy": "Application DeploymentGroup",
    "CodePipeline": "Pipeline",
    "DynamoDB": "Table",
    "EC2": "EIP EgressOnlyInternetGateway FlowLog InternetGateway LaunchTemplate NatGateway NetworkAcl NetworkAclEntry"
    " PrefixList Route RouteTable SecurityGroup SecurityGroupEgress SecurityGroupIngress Subnet"
    " SubnetRouteTableAssociation VPC VPCCidrBlock VPCEndpoint VPCGatewayAttachment",
    "ECR": "PullThroughCacheRule RegistryPolicy ReplicationConfiguration Repository",
    "ECS": "CapacityProvider Cluster ClusterCapacityProviderAssociations Daemon DaemonTaskDefinition"
    " ExpressGatewayService Gateway GatewayClusterAssociations PrimaryTaskSet Service TaskDefinition TaskSet",
    "EFS": "AccessPoint FileSystem MountTarget",
    "ElastiCache": "ReplicationGroup ServerlessCache SubnetGroup",
    "ElasticLoadBalancing": "LoadBalancer",
    "ElasticLoadBalancingV2": "Listener ListenerCertificate ListenerRule LoadBalancer TargetGroup",
    "Events": "Rule",
    "GuardDuty": "Detector",
    "IAM": "InstanceProfile ManagedPolicy OIDCProvider Policy Role RolePolicy ServiceLinkedRole",
    "KMS": "Alias Key",
    "Kinesis": "Stream",
    "Lambda": "Function Permission",
    "Logs": "LogGroup MetricFilter SubscriptionFilter",
    "RDS": "DBCluster DBInstance DBSubnetGroup",
    "Route53": "HostedZone RecordSet",
    "S3": "Bucket BucketPolicy",
    "SNS": "Subscription Topic",
    "SQS": "Queue",
    "SSM": "Parameter",
    "Scheduler": "Schedule ScheduleGroup",
    "SecretsManager": "ResourcePolicy RotationSchedule Secret",
    "ServiceCatalogAppRegistry": "Application",
    "ServiceDiscovery": "HttpNamespace Instance PrivateDnsNamespace PublicDnsNamespace Service",
    "StepFunctions": "StateMachine",
    "WAFv2": "WebACL WebACLAssociation",
    "XRay": "Group SamplingRule",
}

# Facts about one value.
VALUE = (
    *("type", "enum", "minimum", "maximum", "minLength", "maxLength", "pattern", "minItems", "maxItems", "default"),
    *("insertionOrder", "uniqueItems"),
)
# Facts about which members of an object go together.
RULES = ("requiredXor", "requiredOr", "dependentRequired", "dependentExcluded")
TAGGING = ("taggable", "tagOnCreate", "tagUpdatable", "tagProperty")
# Objects within objects, at most.
DEPTH = 6


def target(schema):
    """The name of the definition that a schema refers to, or nothing."""
    return schema.get("$ref", "").split("/")[-1]


def value_facts(schema, definitions):
    """What is said about one value."""
    if "$ref" in schema:
        return value_facts(definitions.get(target(schema), {}), definitions)
    return {name: schema[name] for name in VALUE if name in schema}


def walk(properties, required, above, facts, definitions, depth=0, seen=frozenset()):
    """Adds the facts about properties and what is in them, by path. `seen` ends definitions that contain themselves."""
    for name, schema in sorted(properties.items()):
        path = f"{above}{name}"
        found = facts[path] = value_facts(schema, definitions)
        if name in required:
            found["required"] = True
        item = schema.get("items", {})
        reference, inside = target(schema) or target(item), seen
        if reference:
            if reference in seen:
                continue
            body, inside = definitions.get(reference, {}), seen | {reference}
        elif "properties" in schema:
            body = schema
        else:
            body = item if "properties" in item else {}
        is_object = "properties" in body
        item = item or definitions.get(target(schema), {}).get("items")
        if item and not is_object and (of_item := value_facts(item, definitions)):
            facts[f"{path}[]"] = of_item
        patterns = schema.get("patternProperties") or body.get("patternProperties")
        if patterns:
            found["map_of"] = value_facts(next(iter(patterns.values())), definitions) or {"type": "any"}
        found.update({rule: body[rule] for rule in RULES if rule in body})
        if is_object and depth < DEPTH:
            below = f"{path}[]." if schema.get("type") == "array" or "items" in schema else f"{path}."
            walk(body["properties"], body.get("required", []), below, facts, definitions, depth + 1, inside)


def paths(pointers):
    """JSON pointers as paths."""
    return sorted(pointer.replace("/properties/", "", 1).replace("/", ".") for pointer in pointers or [])


def handler_facts(handler):
    facts = {"permissions": handler.get("permissions", [])}
    if "timeoutInMinutes" in handler:
        facts["minutes"] = handler["timeoutInMinutes"]
    return facts


def type_facts(schema):
    properties, required = {}, schema.get("required", [])
    walk(schema["properties"], required, "", properties, schema.get("definitions", {}))
    handlers, tagging = schema.get("handlers") or {}, schema.get("tagging") or {}
    return {
        "required": required,
        **{rule: schema[rule] for rule in RULES if rule in schema},
        "create_only": paths(schema.get("createOnlyProperties")),
        "conditional_create_only": paths(schema.get("conditionalCreateOnlyProperties")),
        "read_only": paths(schema.get("readOnlyProperties")),
        "write_only": paths(schema.get("writeOnlyProperties")),
        "primary_identifier": paths(schema.get("primaryIdentifier")),
        "transformed": paths(schema.get("propertyTransform")),
        "handlers": {name: handler_facts(handler) for name, handler in handlers.items()},
        "tagging": {name: value for name, value in tagging.items() if name in TAGGING},
        "properties": properties,
    }


def main(file):
    manager, facts = ProviderSchemaManager(), {}
    for service, names in TYPES.items():
        for name in names.split():
            kind = f"AWS::{service}::{name}"
            facts[kind] = type_facts(manager.get_resource_schema(REGION, kind).schema)
    with open(file, "w", encoding="utf-8") as out:
        json.dump(facts, out, indent=0, sort_keys=True)
    count = sum(not path.endswith("[]") for of_type in facts.values() for path in of_type["properties"])
    print(f"{len(facts)} types, {count} paths of properties, cfn-lint {importlib.metadata.version('cfn-lint')}")


if __name__ == "__main__":
    main(sys.argv[1])
