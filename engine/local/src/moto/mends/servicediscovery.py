"""Cloud Map: what AWS refuses and moto does not."""

from moto.servicediscovery.models import ServiceDiscoveryBackend


@instead(ServiceDiscoveryBackend, "delete_service")
def delete_service(was, self, service_id):
    service = self.services.get(service_id)
    if service is None:
        refuse_json("ServiceNotFound", f"Service not found by ID: {service_id}")
    if service.instances:
        # hashicorp/terraform-provider-aws#4853
        refuse_json("ResourceInUse", "Service contains registered instances; delete the instances before deleting the service")
    return was(self, service_id)


@instead(ServiceDiscoveryBackend, "delete_namespace")
def delete_namespace(was, self, namespace_id):
    if any(service.namespace_id == namespace_id for service in self.services.values()):
        refuse_json("ResourceInUse", "Namespace has associated services")
    return was(self, namespace_id)


@instead(ServiceDiscoveryBackend, "create_service")
def create_service(was, self, name, namespace_id, creator_request_id, *arguments, **named):
    for service in self.services.values():
        if (service.name, service.namespace_id) == (name, namespace_id):
            refuse_json("ServiceAlreadyExists", f"Service already exists. [Service ID: {service.id}]")
    return was(self, name, namespace_id, creator_request_id, *arguments, **named)


def refuse_same_name(backend, name, kinds):
    for namespace in backend.namespaces.values():
        if namespace.name == name and namespace.type in kinds:
            refuse_json("NamespaceAlreadyExists", f"Namespace already exists. [Namespace ID: {namespace.id}]")


@instead(ServiceDiscoveryBackend, "create_http_namespace")
def create_http_namespace(was, self, name, *arguments, **named):
    refuse_same_name(self, name, ("HTTP",))
    return was(self, name, *arguments, **named)


@instead(ServiceDiscoveryBackend, "create_private_dns_namespace")
def create_private_dns_namespace(was, self, name, *arguments, **named):
    # A VPC has one namespace of a name. In moto it has one at all, whatever its name.
    hidden = {}
    for namespace in self.namespaces.values():
        if namespace.vpc and namespace.name != name:
            hidden[namespace.id], namespace.vpc = namespace.vpc, None
    try:
        return was(self, name, *arguments, **named)
    finally:
        for identifier, vpc in hidden.items():
            self.namespaces[identifier].vpc = vpc
