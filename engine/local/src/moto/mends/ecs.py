"""What ECS does to an Auto Scaling group of a capacity provider: managed draining and managed termination protection.

With managed draining, which is on unless it is turned off, ECS puts a hook into the group. An instance that is to end waits for ECS then. When the
capacity provider is gone nobody answers the hook, and the instance waits for an hour: aws/containers-roadmap#2467. With managed
termination protection ECS protects the instances, and leaves them so: aws/containers-roadmap#2862.
"""

from moto.autoscaling.models import AutoScalingBackend, FakeAutoScalingGroup, autoscaling_backends
from moto.autoscaling.responses import AutoScalingResponse
from moto.core.responses import EmptyResult
from moto.ecs.models import EC2ContainerServiceBackend, ecs_backends

DRAINING = "ecs-managed-draining-termination-hook"
WAITS = "Terminating:Wait"


def provided_group(backend, details):
    name = (details.get("autoScalingGroupArn") or "").split("autoScalingGroupName/")[-1]
    return autoscaling_backends[backend.account_id][backend.region_name].autoscaling_groups.get(name)


@instead(EC2ContainerServiceBackend, "create_capacity_provider")
def create_capacity_provider(was, self, name, asg_details, tags):
    provider = was(self, name, asg_details, tags)
    group = provided_group(self, asg_details)
    if group and asg_details.get("managedDraining", "ENABLED") == "ENABLED":
        group.autoscaling_backend.create_lifecycle_hook(DRAINING, group.name, "autoscaling:EC2_INSTANCE_TERMINATING", 3600, "CONTINUE")
    if group and asg_details.get("managedTerminationProtection") == "ENABLED":
        for state in group.instance_states:
            state.protected_from_scale_in = True
    return provider


def waits_for_nobody(group):
    """Whether instances of the group would wait for a capacity provider that is gone."""
    hook = f"{group.name}_{DRAINING}" in group.autoscaling_backend.lifecycle_hooks
    providers = ecs_backends[group.account_id][group.region].capacity_providers.values()
    arns = [provider.auto_scaling_group_provider.get("autoScalingGroupArn") for provider in providers]
    return hook and not any((arn or "").endswith(f"autoScalingGroupName/{group.name}") for arn in arns)


@instead(FakeAutoScalingGroup, "set_desired_capacity")
def set_desired_capacity(was, self, new_capacity):
    if waits_for_nobody(self):
        wanted = self.min_size if new_capacity is None else new_capacity
        surplus = len(self.active_instances()) - int(wanted or 0)
        ending = [state for state in self.active_instances() if not state.protected_from_scale_in]
        for state in ending[: max(surplus, 0)]:
            state.lifecycle_state = WAITS
    return was(self, new_capacity)


def end_waiting(group, instances=None):
    waiting = [state for state in group.instance_states if state.lifecycle_state == WAITS and (instances is None or state.instance.id in instances)]
    group.instance_states = [state for state in group.instance_states if state not in waiting]
    if waiting:
        group.ec2_backend.terminate_instances([state.instance.id for state in waiting])


@instead(AutoScalingBackend, "delete_lifecycle_hook")
def delete_lifecycle_hook(was, self, as_name, name):
    was(self, as_name, name)
    if name == DRAINING and as_name in self.autoscaling_groups:
        end_waiting(self.autoscaling_groups[as_name])


@added(AutoScalingResponse, "complete_lifecycle_action")
def complete_lifecycle_action(self):
    group = self.autoscaling_backend.autoscaling_groups.get(self._get_param("AutoScalingGroupName"))
    if group is None:
        raise AutoscalingClientError("ValidationError", "AutoScalingGroup name not found")
    end_waiting(group, [self._get_param("InstanceId")])
    return EmptyResult()
