"""EC2 Auto Scaling: what AWS refuses and moto does not, and the faults of moto."""

from moto.autoscaling.exceptions import AutoscalingClientError
from moto.autoscaling.models import FakeAutoScalingGroup, InstanceState
from moto.autoscaling.responses import AutoScalingResponse
from moto.core.responses import ActionResult, EmptyResult

# What moto reads neither at creation nor at an update. Its answers show whatever attribute an object has.
FORGOTTEN = {
    "AvailabilityZoneDistribution": "availability_zone_distribution",
    "AvailabilityZoneImpairmentPolicy": "availability_zone_impairment_policy",
    "CapacityReservationSpecification": "capacity_reservation_specification",
    "Context": "context",
    "DefaultInstanceWarmup": "default_instance_warmup",
    "DeletionProtection": "deletion_protection",
    "DesiredCapacityType": "desired_capacity_type",
    "InstanceLifecyclePolicy": "instance_lifecycle_policy",
    "InstanceMaintenancePolicy": "instance_maintenance_policy",
    "MaxInstanceLifetime": "max_instance_lifetime",
    "ServiceLinkedRoleARN": "service_linked_role_arn",
}
# What moto reads at creation only.
CREATED_WITH = {
    "CapacityRebalance": "capacity_rebalance",
    "DefaultCooldown": "default_cooldown",
    "PlacementGroup": "placement_group",
    "TerminationPolicies": "termination_policies",
}


def remember(response, names):
    group = response.autoscaling_backend.autoscaling_groups.get(response._get_param("AutoScalingGroupName"))
    given = response._get_params()
    for name, attribute in names.items():
        if group is not None and name in given:
            setattr(group, attribute, response._get_param(name))


@instead(AutoScalingResponse, "create_auto_scaling_group")
def create_auto_scaling_group(was, self):
    answer = was(self)
    remember(self, FORGOTTEN)
    group = known_group(self)
    group.windlass_sources = {source["Identifier"]: dict(source) for source in self._get_param("TrafficSources", [])}
    for hook in self._get_param("LifecycleHookSpecificationList", []):
        put_hook(self, {"AutoScalingGroupName": self._get_param("AutoScalingGroupName"), **hook})
    return answer


@instead(AutoScalingResponse, "update_auto_scaling_group")
def update_auto_scaling_group(was, self):
    answer = was(self)
    remember(self, FORGOTTEN | CREATED_WITH)
    return answer


def put_hook(response, given):
    backend = response.autoscaling_backend
    backend.create_lifecycle_hook(
        name=given["LifecycleHookName"],
        as_name=given["AutoScalingGroupName"],
        transition=given.get("LifecycleTransition"),
        timeout=int(given["HeartbeatTimeout"]) if given.get("HeartbeatTimeout") else None,
        result=given.get("DefaultResult"),
    )
    hook = backend.lifecycle_hooks[f"{given['AutoScalingGroupName']}_{given['LifecycleHookName']}"]
    hook.windlass_given = given


@instead(AutoScalingResponse, "put_lifecycle_hook")
def put_lifecycle_hook(was, self):
    put_hook(self, self._get_params())
    return EmptyResult()


@instead(AutoScalingResponse, "describe_lifecycle_hooks")
def describe_lifecycle_hooks(was, self):
    hooks = self.autoscaling_backend.describe_lifecycle_hooks(
        as_name=self._get_param("AutoScalingGroupName"),
        lifecycle_hook_names=self._get_param("LifecycleHookNames", []),
    )
    return ActionResult({"LifecycleHooks": [shown_hook(hook) for hook in hooks]})


@added(AutoScalingResponse, "disable_metrics_collection")
def disable_metrics_collection(self):
    group = known_group(self)
    given = self._get_param("Metrics", [])
    group.metrics = [metric for metric in group.metrics if given and metric not in given]
    return EmptyResult()


def known_group(response):
    name = response._get_param("AutoScalingGroupName")
    group = response.autoscaling_backend.autoscaling_groups.get(name)
    if group is None:
        raise AutoscalingClientError("ValidationError", f"AutoScalingGroup name not found - AutoScalingGroup '{name}' not found")
    return group


@added(AutoScalingResponse, "put_notification_configuration")
def put_notification_configuration(self):
    group = known_group(self)
    notifications = dict(getattr(group, "windlass_notifications", {}))
    notifications[self._get_param("TopicARN")] = list(self._get_param("NotificationTypes", []))
    group.windlass_notifications = notifications
    return EmptyResult()


@added(AutoScalingResponse, "delete_notification_configuration")
def delete_notification_configuration(self):
    getattr(known_group(self), "windlass_notifications", {}).pop(self._get_param("TopicARN"), None)
    return EmptyResult()


@added(AutoScalingResponse, "describe_notification_configurations")
def describe_notification_configurations(self):
    names = self._get_param("AutoScalingGroupNames", [])
    shown = [
        {"AutoScalingGroupName": group.name, "TopicARN": topic, "NotificationType": kind}
        for group in self.autoscaling_backend.autoscaling_groups.values()
        if not names or group.name in names
        for topic, kinds in getattr(group, "windlass_notifications", {}).items()
        for kind in kinds
    ]
    return ActionResult({"NotificationConfigurations": shown})


@added(AutoScalingResponse, "attach_traffic_sources")
def attach_traffic_sources(self):
    group = known_group(self)
    sources = {source["Identifier"]: dict(source) for source in self._get_param("TrafficSources", [])}
    group.windlass_sources = {**getattr(group, "windlass_sources", {}), **sources}
    return EmptyResult()


@added(AutoScalingResponse, "detach_traffic_sources")
def detach_traffic_sources(self):
    for source in self._get_param("TrafficSources", []):
        getattr(known_group(self), "windlass_sources", {}).pop(source["Identifier"], None)
    return EmptyResult()


@added(AutoScalingResponse, "describe_traffic_sources")
def describe_traffic_sources(self):
    sources = getattr(known_group(self), "windlass_sources", {}).values()
    return ActionResult({"TrafficSources": [{"State": "InService", **source} for source in sources]})


FakeAutoScalingGroup.traffic_sources = property(lambda self: list(getattr(self, "windlass_sources", {}).values()))


def shown_hook(hook):
    given = dict(getattr(hook, "windlass_given", {}))
    return {
        "HeartbeatTimeout": 3600,
        "GlobalTimeout": 172800,
        "DefaultResult": "ABANDON",
        **given,
        "LifecycleHookName": hook.name,
        "AutoScalingGroupName": hook.auto_scaling_group_name,
    }


@instead(FakeAutoScalingGroup, "update")
def update(was, self, *arguments, **named):
    launched_by = ("launch_config_name", "launch_template", "mixed_instances_policy")
    self.windlass_keeps_launch = not any(named.get(name) for name in launched_by)
    if self.windlass_keeps_launch:
        # Moto erases the policy with each update that does not repeat it.
        named["mixed_instances_policy"] = self.mixed_instances_policy
    try:
        return was(self, *arguments, **named)
    finally:
        self.windlass_keeps_launch = False


@instead(FakeAutoScalingGroup, "_set_launch_configuration")
def set_launch_configuration(was, self, *arguments, **named):
    if not getattr(self, "windlass_keeps_launch", False):
        was(self, *arguments, **named)


def weight(self):
    policy = self.auto_scaling_group.mixed_instances_policy or {}
    overrides = policy.get("LaunchTemplate", {}).get("Overrides", [])
    # Moto launches by the first of them.
    return overrides[0].get("WeightedCapacity") if overrides else None


InstanceState.weighted_capacity = property(weight)


@instead(AutoScalingResponse, "delete_auto_scaling_group")
def delete_auto_scaling_group(was, self):
    name = self._get_param("AutoScalingGroupName")
    group = self.autoscaling_backend.autoscaling_groups.get(name)
    forced = self._get_bool_param("ForceDelete", False)
    if group and not forced and group.instance_states:
        # ansible/ansible#8503
        raise AutoscalingClientError(
            "ResourceInUse",
            "You cannot delete an AutoScalingGroup while there are instances or pending Spot instance request(s) still in the group.",
        )
    if group:
        for state in group.instance_states:
            # A forced deletion ends protected instances too, and waits for no hook.
            state.protected_from_scale_in = False
            state.lifecycle_state = "InService"
        for key in [key for key, hook in self.autoscaling_backend.lifecycle_hooks.items() if hook.auto_scaling_group_name == name]:
            del self.autoscaling_backend.lifecycle_hooks[key]
    return was(self)
