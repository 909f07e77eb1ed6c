"""EC2: what AWS refuses and moto does not, and the faults of moto."""

from moto.ec2.exceptions import EC2ClientError
from moto.ec2.models import EC2Backend
from moto.ec2.models.launch_templates import LaunchTemplate
from moto.ec2.models.security_groups import SecurityGroupRule
from moto.ec2.models.vpcs import VPCEndPoint
from moto.ec2.responses.elastic_ip_addresses import ElasticIPAddresses as ElasticIPAddressesResponse
from moto.ec2.responses.security_groups import SecurityGroups
from moto.ec2.responses.subnets import Subnets as SubnetsResponse
from moto.ec2.responses.vpcs import VPCs
from moto.elbv2.models import elbv2_backends


def balancers(backend):
    return elbv2_backends[backend.account_id][backend.region_name].load_balancers.values()


def interfaces(backend):
    """The network interfaces that are there. Moto leaves those of terminated instances behind."""
    for interface in backend.enis.values():
        instance = interface.instance
        if instance is None or instance._state.name != "terminated":
            yield interface


def living(things):
    return [thing for thing in things.values() if thing.state != "deleted"]


def users_of_group(backend, group_id):
    """Whether anything uses a security group: an interface, a load balancer, an endpoint, a rule of another group."""
    if any(group.id == group_id for interface in interfaces(backend) for group in interface.group_set):
        return True
    if any(group_id in (balancer.security_groups or []) for balancer in balancers(backend)):
        return True
    if any(group_id in endpoint.security_group_ids for endpoint in living(backend.vpc_end_points)):
        return True
    for groups in backend.groups.values():
        for group in groups.values():
            rules = group.ingress_rules + group.egress_rules
            if group.id != group_id and any(rule.source_group.get("GroupId") == group_id for rule in rules):
                return True
    return False


@instead(EC2Backend, "delete_security_group")
def delete_security_group(was, self, name=None, group_id=None):
    group = self.get_security_group_by_name_or_id(group_id or name)
    # The default group goes with its VPC.
    if group and group.name != "default" and users_of_group(self, group.id):
        raise EC2ClientError("DependencyViolation", f"resource {group.id} has a dependent object")
    return was(self, name, group_id)


@instead(SecurityGroups, "delete_security_group")
def delete_default_security_group(was, self):
    group = self.ec2_backend.get_security_group_by_name_or_id(self._get_param("GroupId") or self._get_param("GroupName"))
    if group and group.name == "default":
        raise EC2ClientError("CannotDelete", f'the specified group: "{group.id}" name: "default" cannot be deleted by a user')
    return was(self)


@instead(EC2Backend, "delete_subnet")
def delete_subnet(was, self, subnet_id):
    used = any(interface.subnet.id == subnet_id for interface in interfaces(self))
    used = used or any(subnet.id == subnet_id for balancer in balancers(self) for subnet in balancer.subnets)
    used = used or any(subnet_id in (endpoint.subnet_ids or []) for endpoint in living(self.vpc_end_points))
    if used:
        raise EC2ClientError("DependencyViolation", f"The subnet '{subnet_id}' has dependencies and cannot be deleted.")
    return was(self, subnet_id)


@instead(EC2Backend, "delete_vpc")
def delete_vpc(was, self, vpc_id):
    gateways = any(gateway.vpc and gateway.vpc.id == vpc_id for gateway in self.internet_gateways.values())
    groups = any(group.name != "default" for group in self.groups.get(vpc_id, {}).values())
    endpoints = any(endpoint.vpc_id == vpc_id for endpoint in living(self.vpc_end_points))
    if gateways or groups or endpoints:
        raise EC2ClientError("DependencyViolation", f"The vpc '{vpc_id}' has dependencies and cannot be deleted.")
    return was(self, vpc_id)


@instead(EC2Backend, "detach_internet_gateway")
def detach_internet_gateway(was, self, internet_gateway_id, vpc_id):
    addresses = any(gateway.vpc_id == vpc_id and gateway.connectivity_type == "public" for gateway in living(self.nat_gateways))
    addresses = addresses or any(address.eni and address.eni.subnet.vpc_id == vpc_id for address in self.addresses)
    addresses = addresses or any(balancer.vpc_id == vpc_id and balancer.scheme != "internal" for balancer in balancers(self))
    if addresses:
        raise EC2ClientError(
            "DependencyViolation",
            f"Network {vpc_id} has some mapped public address(es). Please unmap those public address(es) before detaching the gateway.",
        )
    return was(self, internet_gateway_id, vpc_id)


@instead(EC2Backend, "delete_nat_gateway")
def delete_nat_gateway(was, self, nat_gateway_id):
    gateway = self.nat_gateways.get(nat_gateway_id)
    if gateway is None:
        raise EC2ClientError("NatGatewayNotFound", f"The Nat Gateway {nat_gateway_id} was not found")
    for address in self.addresses:
        # Moto keeps the address and the interface.
        if address.eni is gateway._eni:
            self.disassociate_address(address=address.public_ip)
            address.windlass_held = True
    self.enis.pop(gateway._eni.id, None)
    return was(self, nat_gateway_id)


@instead(EC2Backend, "release_address")
def release_address(was, self, address=None, allocation_id=None):
    for known in self.addresses:
        mine = known.allocation_id == allocation_id if allocation_id else known.public_ip == address
        if mine and getattr(known, "windlass_held", False):
            # AWS holds the address for a moment longer, and says so in these words: kubernetes/kops#1604
            known.windlass_held = False
            raise EC2ClientError("AuthFailure", "You do not have permission to access the specified resource.")
        if mine and known.association_id:
            raise EC2ClientError("InvalidIPAddress.InUse", f"Address {known.public_ip} is in use.")
    return was(self, address, allocation_id)


@instead(SecurityGroupRule, "__init__")
def keep_description(was, self, *arguments, **named):
    was(self, *arguments, **named)
    prefix_list = named.get("prefix_list_id") or (arguments[7] if len(arguments) > 7 else None)
    described = self.ip_range or self.source_group or prefix_list or {}
    self.windlass_description = described.get("Description")


# Moto knows the descriptions of ranges only.
SecurityGroupRule.description = property(lambda self: self.windlass_description)


def describe_rules(self, is_egress):
    group = self.ec2_backend.get_security_group_by_name_or_id(self._get_param("GroupId"))
    for change in self._get_param("SecurityGroupRuleDescriptions", []):
        rule = group.get_rule(change["SecurityGroupRuleId"]) if group else None
        if rule is None or rule.is_egress != is_egress:
            identifier = change["SecurityGroupRuleId"]
            raise EC2ClientError("InvalidSecurityGroupRuleId.NotFound", f"The security group rule ID '{identifier}' does not exist")
        rule.windlass_description = change.get("Description")
        if rule.ip_range:
            rule.ip_range["Description"] = change.get("Description")


@instead(EC2Backend, "revoke_security_group_egress")
def revoke_security_group_egress(was, self, group_name_or_id, *arguments, **named):
    group = self.get_security_group_by_name_or_id(group_name_or_id)
    if group is None:
        return was(self, group_name_or_id, *arguments, **named)
    # Moto keeps rules over IPv6 ranges of groups whose VPC has no such range.
    network, group.vpc_id = group.vpc_id, None
    try:
        return was(self, group_name_or_id, *arguments, **named)
    finally:
        group.vpc_id = network


@instead(SecurityGroups, "update_security_group_rule_descriptions_ingress")
def update_security_group_rule_descriptions_ingress(was, self):
    describe_rules(self, False)
    return was(self)


@instead(SecurityGroups, "update_security_group_rule_descriptions_egress")
def update_security_group_rule_descriptions_egress(was, self):
    describe_rules(self, True)
    return was(self)


@instead(EC2Backend, "_sg_update_description")
def update_description(was, self, security_rule, rule):
    was(self, security_rule, rule)
    rule.windlass_description = security_rule.windlass_description


@instead(VPCEndPoint, "modify")
def modify_endpoint(was, self, policy_doc, add_subnets, remove_subnets, add_route_tables, remove_route_tables, *groups):
    before = set(self.route_table_ids)
    was(self, policy_doc, add_subnets, remove_subnets, add_route_tables, remove_route_tables, *groups)
    # Moto makes the routes at creation only, and deletes them all.
    if self.destination_prefix_list_id:
        for table in set(self.route_table_ids) - before:
            self.ec2_backend.create_route(table, None, gateway_id=self.id, destination_prefix_list_id=self.destination_prefix_list_id)
        for table in before - set(self.route_table_ids):
            self.ec2_backend.delete_route(table, self.destination_prefix_list_id)


@instead(EC2Backend, "delete_vpc_endpoints")
def delete_vpc_endpoints(was, self, vpce_ids=None):
    for identifier in vpce_ids or []:
        endpoint = self.vpc_end_points.get(identifier)
        if endpoint is None or (endpoint.vpc_endpoint_type or "").lower() == "interface":
            continue
        for table in endpoint.route_table_ids:
            try:
                self.delete_route(table, endpoint.destination_prefix_list_id)
            except ServiceException:
                # Its table went first, or the service has no prefix list in moto, so that there never was a route.
                continue
        endpoint.route_table_ids = []
    return was(self, vpce_ids)


# Moto shows a launch template's tags as they were at its creation.
LaunchTemplate.tags = property(lambda self: self.get_tags(), lambda self, tags: None)


@instead(ElasticIPAddressesResponse, "allocate_address")
def allocate_address(was, self):
    there = list(self.ec2_backend.addresses)
    answer = was(self)
    for address in self.ec2_backend.addresses:
        if address not in there:
            address.network_border_group = self._get_param("NetworkBorderGroup") or self.region
            address.public_ipv4_pool = self._get_param("PublicIpv4Pool") or "amazon"
    return answer


@instead(SubnetsResponse, "modify_subnet_attribute")
def modify_subnet_attribute(was, self):
    answer = was(self)
    subnet = self.ec2_backend.get_subnet(self._get_param("SubnetId"))
    options = subnet.private_dns_name_options_on_launch
    if self._get_param("EnableDns64.Value") is not None:
        subnet.enable_dns64 = self._get_param("EnableDns64.Value")
    if self._get_param("EnableLniAtDeviceIndex") is not None:
        subnet.enable_lni_at_device_index = self._get_param("EnableLniAtDeviceIndex")
    if self._get_param("DisableLniAtDeviceIndex.Value"):
        subnet.enable_lni_at_device_index = None
    if self._get_param("PrivateDnsHostnameTypeOnLaunch") is not None:
        options["HostnameType"] = self._get_param("PrivateDnsHostnameTypeOnLaunch")
    if self._get_param("EnableResourceNameDnsAAAARecordOnLaunch.Value") is not None:
        options["EnableResourceNameDnsAAAARecord"] = self._get_param("EnableResourceNameDnsAAAARecordOnLaunch.Value")
    return answer


@instead(VPCs, "create_vpc")
def create_vpc(was, self):
    there = set(self.ec2_backend.vpcs)
    answer = was(self)
    control = self._get_param("VpcEncryptionControl")
    for identifier, vpc in self.ec2_backend.vpcs.items():
        if control and identifier not in there:
            vpc.encryption_control = {"VpcId": identifier, "Mode": control.get("Mode"), "State": "available"}
    return answer


def remember_of_endpoint(response, endpoint):
    given = {
        "DnsOptions": "dns_options",
        "IpAddressType": "ip_address_type",
        "PrivateDnsEnabled": "private_dns_enabled",
        "ServiceRegion": "service_region",
    }
    for name, attribute in given.items():
        if endpoint is not None and response._get_param(name) is not None:
            setattr(endpoint, attribute, response._get_param(name))


@instead(VPCs, "create_vpc_endpoint")
def create_vpc_endpoint(was, self):
    there = set(self.ec2_backend.vpc_end_points)
    answer = was(self)
    for identifier, endpoint in self.ec2_backend.vpc_end_points.items():
        if identifier not in there:
            remember_of_endpoint(self, endpoint)
    return answer


@instead(VPCs, "modify_vpc_endpoint")
def modify_vpc_endpoint(was, self):
    answer = was(self)
    remember_of_endpoint(self, self.ec2_backend.vpc_end_points.get(self._get_param("VpcEndpointId")))
    return answer
