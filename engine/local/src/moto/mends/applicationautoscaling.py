"""Application Auto Scaling: the faults of moto."""

import json

from moto.applicationautoscaling.models import ApplicationAutoscalingBackend, FakeApplicationAutoscalingPolicy
from moto.applicationautoscaling.responses import ApplicationAutoScalingResponse


@instead(ApplicationAutoScalingResponse, "describe_scaling_policies")
def describe_scaling_policies(was, self):
    answer = json.loads(was(self))
    names = self._get_param("PolicyNames")
    if names:
        answer["ScalingPolicies"] = [policy for policy in answer["ScalingPolicies"] if policy["PolicyName"] in names]
    for policy in answer["ScalingPolicies"]:
        key = FakeApplicationAutoscalingPolicy.formulate_key(
            policy["ServiceNamespace"], policy["ResourceId"], policy["ScalableDimension"], policy["PolicyName"]
        )
        predictive = getattr(self.applicationautoscaling_backend.policies.get(key), "windlass_predictive", None)
        if predictive is not None:
            policy["PolicyType"] = "PredictiveScaling"
            policy["PredictiveScalingPolicyConfiguration"] = predictive
            policy.pop("StepScalingPolicyConfiguration", None)
            policy.pop("TargetTrackingScalingPolicyConfiguration", None)
    return json.dumps(answer)


@instead(ApplicationAutoScalingResponse, "put_scaling_policy")
def put_scaling_policy(was, self):
    if self._get_param("PolicyType") != "PredictiveScaling":
        return was(self)
    # Moto names the type among those that it takes, and refuses it.
    policy = self.applicationautoscaling_backend.put_scaling_policy(
        policy_name=self._get_param("PolicyName"),
        service_namespace=self._get_param("ServiceNamespace"),
        resource_id=self._get_param("ResourceId"),
        scalable_dimension=self._get_param("ScalableDimension"),
        policy_type="StepScaling",
        policy_body={},
    )
    policy.windlass_predictive = self._get_param("PredictiveScalingPolicyConfiguration")
    return json.dumps({"PolicyARN": policy.policy_arn, "Alarms": []})


@instead(ApplicationAutoscalingBackend, "put_scaling_policy")
def keep_arn(was, self, policy_name, service_namespace, resource_id, scalable_dimension, policy_body, policy_type):
    key = FakeApplicationAutoscalingPolicy.formulate_key(service_namespace, resource_id, scalable_dimension, policy_name)
    there = self.policies.get(key)
    policy = was(self, policy_name, service_namespace, resource_id, scalable_dimension, policy_body, policy_type)
    if there is not None:
        # A policy that is put again is the same one; moto makes up another ARN.
        policy.policy_arn = there.policy_arn
        policy.creation_time = there.creation_time
    return policy


@instead(ApplicationAutoscalingBackend, "delete_scaling_policy")
def delete_scaling_policy(was, self, policy_name, service_namespace, resource_id, scalable_dimension):
    key = FakeApplicationAutoscalingPolicy.formulate_key(service_namespace, resource_id, scalable_dimension, policy_name)
    if key not in self.policies:
        refuse_json(
            "ObjectNotFoundException",
            f"No scaling policy found for service namespace: {service_namespace}, resource ID: {resource_id}, scalable dimension: {scalable_dimension}, policy name: {policy_name}",
        )
    return was(self, policy_name, service_namespace, resource_id, scalable_dimension)


@instead(ApplicationAutoscalingBackend, "deregister_scalable_target")
def deregister_scalable_target(was, self, namespace, r_id, dimension):
    if not self._scalable_target_exists(r_id, dimension):
        refuse_json(
            "ObjectNotFoundException",
            f"No scalable target found for service namespace: {namespace}, resource ID: {r_id}, scalable dimension: {dimension}",
        )
    answer = was(self, namespace, r_id, dimension)
    # A target's policies go with it.
    for key in [key for key, policy in self.policies.items() if (policy.resource_id, policy.scalable_dimension) == (r_id, dimension)]:
        self.policies[key].delete_alarms(self.account_id, self.region_name)
        del self.policies[key]
    return answer
