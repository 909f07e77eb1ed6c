"""Elastic Load Balancing: what AWS refuses and moto does not, and the faults of moto."""

from copy import deepcopy

from moto.core.responses import ActionResult
from moto.elbv2.exceptions import ELBClientError
from moto.elbv2.responses import ELBV2Response
from moto.elbv2.models import ELBv2Backend, FakeAction, FakeTargetGroup, elbv2_backends


def all_rules(balancer):
    for listener in balancer.listeners.values():
        yield from listener.rules.values()


def groups_of(backend, actions):
    """The target groups that actions name, each once, in order."""
    arns = {}
    for action in actions:
        data = getattr(action, "data", action)
        for arn in backend._get_target_group_arns_from(action_data=data):
            arns[arn] = None
    return list(arns)


def balancers_of(backend, group):
    """The load balancers whose rules lead to a target group."""
    return [
        balancer.arn
        for balancer in backend.load_balancers.values()
        if any(group in groups_of(backend, rule.actions) for rule in all_rules(balancer))
    ]


# Moto notes the load balancer at creation only: what ModifyRule or a deletion changes is lost.
FakeTargetGroup.load_balancer_arns = property(
    lambda self: balancers_of(elbv2_backends[self.account_id][self.region_name], self.arn),
    lambda self, arns: None,
)


def refuse_second_balancer(backend, balancer_arn, actions):
    # hashicorp/terraform-provider-aws#22005
    for group in groups_of(backend, actions):
        if any(other != balancer_arn for other in balancers_of(backend, group)):
            raise ELBClientError(
                "TargetGroupAssociationLimit",
                f"The following target groups cannot be associated with more than one load balancer: {group}",
            )


def refuse_loose_stickiness(backend, actions):
    # kubernetes-sigs/aws-load-balancer-controller#2734
    for action in actions:
        data = getattr(action, "data", action)
        forward = data.get("ForwardConfig", {})
        groups = forward.get("TargetGroups", [])
        sticky = str(forward.get("TargetGroupStickinessConfig", {}).get("Enabled", False)).lower() == "true"
        if len(groups) < 2 or sticky:
            continue
        for group in groups:
            known = backend.target_groups.get(group["TargetGroupArn"])
            if known and known.attributes.get("stickiness.enabled") == "true":
                raise ELBClientError(
                    "InvalidConfigurationRequest",
                    "You must enable group stickiness on a rule if you enabled target stickiness on one of its target groups",
                )


@instead(ELBv2Backend, "modify_target_group_attributes")
def modify_target_group_attributes(was, self, target_group_arn, attributes):
    if attributes.get("stickiness.enabled") == "true":
        for balancer in self.load_balancers.values():
            for rule in all_rules(balancer):
                for action in rule.actions:
                    forward = action.data.get("ForwardConfig", {})
                    groups = [group["TargetGroupArn"] for group in forward.get("TargetGroups", [])]
                    sticky = str(forward.get("TargetGroupStickinessConfig", {}).get("Enabled", False)).lower()
                    if target_group_arn in groups and len(groups) > 1 and sticky != "true":
                        raise ELBClientError(
                            "InvalidConfigurationRequest",
                            f"This target group appears behind a rule with group stickiness disabled ({rule.arn}). "
                            "You must enable group stickiness before enabling target stickiness",
                        )
    return was(self, target_group_arn, attributes)


def settings_of_listener(protocol, ssl_policy, certificate, actions):
    actions = [dict(getattr(action, "data", action)) for action in actions]
    for action in actions:
        action.pop("Order", None)
    return repr(((protocol or "").upper(), ssl_policy, certificate, actions))


@instead(ELBv2Backend, "create_listener")
def create_listener(was, self, load_balancer_arn, protocol, port, ssl_policy, certificate, actions, alpn_policy=None, tags=None):
    balancer = self.load_balancers.get(load_balancer_arn)
    for listener in balancer.listeners.values() if balancer else []:
        if str(listener.port) != str(port):
            continue
        # A listener with the same settings is answered as if it had been made: hashicorp/terraform-provider-aws#35121
        settings = settings_of_listener(protocol, ssl_policy, certificate, [moto_action(action) for action in actions])
        if settings == settings_of_listener(listener.protocol, listener.ssl_policy, listener.certificate, listener.default_actions):
            return listener
        raise ELBClientError("DuplicateListener", f"A listener already exists on this port for this load balancer '{load_balancer_arn}'")
    refuse_second_balancer(self, load_balancer_arn, actions)
    refuse_loose_stickiness(self, actions)
    return was(self, load_balancer_arn, protocol, port, ssl_policy, certificate, actions, alpn_policy, tags)


def moto_action(action):
    return FakeAction(deepcopy(action))


@instead(ELBv2Backend, "modify_listener")
def modify_listener(was, self, arn, port=None, protocol=None, ssl_policy=None, certificates=None, actions=None):
    balancer = balancer_of(self, arn)
    if balancer and port is not None:
        for listener in balancer.listeners.values():
            if listener.arn != arn and str(listener.port) == str(port):
                # hashicorp/terraform#26407
                raise ELBClientError("ValidationError", f"Listener port '{port}' is already in use")
    if balancer and actions:
        refuse_second_balancer(self, balancer.arn, actions)
        refuse_loose_stickiness(self, actions)
    return was(self, arn, port, protocol, ssl_policy, certificates, actions)


def balancer_of(backend, listener_arn):
    for balancer in backend.load_balancers.values():
        if listener_arn in balancer.listeners:
            return balancer
    return None


@instead(ELBv2Backend, "create_rule")
def create_rule(was, self, listener_arn, conditions, priority, actions, tags=None):
    balancer = balancer_of(self, listener_arn)
    if balancer:
        refuse_second_balancer(self, balancer.arn, actions)
        refuse_loose_stickiness(self, actions)
    return was(self, listener_arn, conditions, priority, actions, tags)


@instead(ELBv2Backend, "modify_rule")
def modify_rule(was, self, rule_arn, conditions, actions):
    for balancer in self.load_balancers.values():
        if any(rule.arn == rule_arn for rule in all_rules(balancer)):
            refuse_second_balancer(self, balancer.arn, actions)
            refuse_loose_stickiness(self, actions)
    return was(self, rule_arn, conditions, actions)


@instead(ELBv2Backend, "set_rule_priorities")
def set_rule_priorities(was, self, rule_priorities):
    # Moto refuses a swap: it looks at each rule by itself, as if the others kept their priorities.
    changed = {change["RuleArn"]: str(change["Priority"]) for change in rule_priorities}
    for balancer in self.load_balancers.values():
        for listener in balancer.listeners.values():
            rules = list(listener.rules.values())
            if not any(rule.arn in changed for rule in rules):
                continue
            wanted = [changed.get(rule.arn, str(rule.priority)) for rule in rules]
            if len(set(wanted)) < len(wanted):
                raise ELBClientError("PriorityInUse", "The specified priority is in use.")
    parked = {}
    for change in rule_priorities:
        for rule in self.describe_rules(listener_arn=None, rule_arns=[change["RuleArn"]]):
            parked[rule.arn], rule.priority = rule.priority, None
    try:
        return was(self, rule_priorities)
    except Exception:
        for arn, priority in parked.items():
            for rule in self.describe_rules(listener_arn=None, rule_arns=[arn]):
                rule.priority = priority
        raise


@instead(ELBv2Backend, "create_load_balancer")
def create_load_balancer(was, self, name, security_groups, subnet_ids, subnet_mappings=None, scheme="internet-facing", loadbalancer_type=None, ip_address_type="ipv4", tags=None):
    ids = list(subnet_ids) + [mapping["SubnetId"] for mapping in subnet_mappings or []]
    kind = loadbalancer_type or "application"
    for balancer in self.load_balancers.values():
        if balancer.name != name:
            continue
        asked = (kind, scheme or "internet-facing", sorted(ids), sorted(security_groups or []), ip_address_type)
        there = (balancer.type, balancer.scheme or "internet-facing", sorted(subnet.id for subnet in balancer.subnets), sorted(balancer.security_groups or []), balancer.ip_address_type)
        # The creation is idempotent, whoever made it: hashicorp/terraform-provider-aws#26977
        if asked == there:
            return balancer
        raise ELBClientError("DuplicateLoadBalancerName", f"A load balancer with the same name '{name}' exists, but with different settings")
    subnets = [self.ec2_backend.get_subnet(subnet) for subnet in ids]
    if len({subnet.vpc_id for subnet in subnets}) > 1:
        raise ELBClientError("InvalidConfigurationRequest", "All subnets must belong to the same VPC")
    if kind == "application" and subnets and len({subnet.availability_zone for subnet in subnets}) < 2:
        raise ELBClientError("ValidationError", "At least two subnets in two different Availability Zones must be specified")
    if subnets and kind != "gateway" and (scheme or "internet-facing") == "internet-facing":
        vpc = subnets[0].vpc_id
        gateways = self.ec2_backend.internet_gateways.values()
        if not any(gateway.vpc and gateway.vpc.id == vpc for gateway in gateways):
            # hashicorp/terraform#1283
            raise ELBClientError("InvalidSubnet", f"VPC {vpc} has no internet gateway")
    return was(self, name, security_groups, subnet_ids, subnet_mappings, scheme, loadbalancer_type, ip_address_type, tags)


@instead(ELBv2Backend, "set_subnets")
def set_subnets(was, self, arn, subnets, subnet_mappings):
    balancer = self.load_balancers.get(arn)
    if balancer:
        ids = list(subnets) + [mapping["SubnetId"] for mapping in subnet_mappings]
        found = [self.ec2_backend.get_subnet(subnet) for subnet in ids]
        if any(subnet.vpc_id != balancer.vpc_id for subnet in found):
            # A load balancer stays in its VPC; AWS's own text is not published.
            raise ELBClientError("InvalidConfigurationRequest", f"The subnets must belong to the VPC '{balancer.vpc_id}' of the load balancer")
        if balancer.type != "application" and len({subnet.availability_zone for subnet in found}) == 1:
            # Moto demands two zones of every load balancer, AWS of application load balancers.
            balancer.subnets = found
            return balancer.availability_zones
    return was(self, arn, subnets, subnet_mappings)


@instead(ELBv2Backend, "delete_load_balancer")
def delete_load_balancer(was, self, arn):
    balancer = self.load_balancers.get(arn)
    if balancer and balancer.attrs.get("deletion_protection.enabled") == "true":
        # rebuy-de/aws-nuke#258
        raise ELBClientError("OperationNotPermitted", f"Load balancer '{arn}' cannot be deleted because deletion protection is enabled")
    return was(self, arn)


MADE_WITH = "windlass_made_with"


@instead(ELBv2Backend, "create_target_group")
def create_target_group(was, self, name, **named):
    settings = {key: value for key, value in named.items() if key != "tags" and value is not None}
    for group in self.target_groups.values():
        if group.name != name:
            continue
        # The creation is idempotent, whoever made it: hashicorp/terraform-provider-aws#26977
        if getattr(group, MADE_WITH, None) == settings:
            return group
        raise ELBClientError("DuplicateTargetGroupName", f"A target group with the same name '{name}' exists, but with different settings")
    group = was(self, name, **named)
    setattr(group, MADE_WITH, settings)
    return group


@instead(ELBV2Response, "create_listener")
def create_listener_with_all(was, self):
    answer = was(self)
    for listener in answer.result["Listeners"]:
        if self._get_param("MutualAuthentication") is not None:
            listener.mutual_authentication = self._get_param("MutualAuthentication")
    return answer


@instead(ELBV2Response, "modify_listener")
def modify_listener_with_all(was, self):
    answer = was(self)
    for listener in answer.result["Listeners"]:
        if self._get_param("MutualAuthentication") is not None:
            listener.mutual_authentication = self._get_param("MutualAuthentication")
    return answer


@instead(ELBV2Response, "create_rule")
def create_rule_with_all(was, self):
    answer = was(self)
    for rule in answer.result["Rules"]:
        rule.transforms = self._get_param("Transforms", [])
    return answer


@instead(ELBV2Response, "modify_rule")
def modify_rule_with_all(was, self):
    answer = was(self)
    for rule in answer.result["Rules"]:
        if self._get_param("ResetTransforms"):
            rule.transforms = []
        elif self._get_param("Transforms"):
            rule.transforms = self._get_param("Transforms")
    return answer


@instead(ELBV2Response, "create_target_group")
def create_target_group_with_all(was, self):
    answer = was(self)
    for group in answer.result["TargetGroups"]:
        if self._get_param("TargetControlPort") is not None:
            group.target_control_port = self._get_param("TargetControlPort")
    return answer


@instead(ELBv2Backend, "modify_target_group")
def modify_target_group(was, self, *arguments, **named):
    group = was(self, *arguments, **named)
    # No longer what it was made as.
    setattr(group, MADE_WITH, None)
    return group


def known_balancer(response):
    balancer = response.elbv2_backend.load_balancers.get(response._get_param("LoadBalancerArn"))
    if balancer is None:
        raise ELBClientError("LoadBalancerNotFound", "The specified load balancer does not exist.")
    return balancer


def capacity(balancer):
    wanted = getattr(balancer, "windlass_capacity", None)
    return ActionResult({"MinimumLoadBalancerCapacity": wanted, "CapacityReservationState": []} if wanted else {"CapacityReservationState": []})


@added(ELBV2Response, "modify_capacity_reservation")
def modify_capacity_reservation(self):
    balancer = known_balancer(self)
    reset = self._get_param("ResetCapacityReservation")
    balancer.windlass_capacity = None if reset else self._get_param("MinimumLoadBalancerCapacity")
    return capacity(balancer)


@instead(ELBV2Response, "describe_capacity_reservation")
def describe_capacity_reservation(was, self):
    return capacity(known_balancer(self))


@added(ELBV2Response, "modify_ip_pools")
def modify_ip_pools(self):
    balancer = known_balancer(self)
    pools = dict(getattr(balancer, "ipam_pools", None) or {})
    pools.update(self._get_param("IpamPools") or {})
    if "ipv4" in self._get_param("RemoveIpamPools", []):
        pools.pop("Ipv4IpamPoolId", None)
    balancer.ipam_pools = pools or None
    return ActionResult({"IpamPools": pools})


@instead(ELBV2Response, "create_load_balancer")
def create_load_balancer_with_all(was, self):
    answer = was(self)
    for balancer in answer.result["LoadBalancers"]:
        if self._get_param("IpamPools") is not None:
            balancer.ipam_pools = self._get_param("IpamPools")
    return answer
