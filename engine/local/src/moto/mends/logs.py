"""CloudWatch Logs: calls that moto has not, and fields that it forgets."""

import json

from moto.logs.models import LogGroup
from moto.logs.responses import LogsResponse


def named_group(response, field):
    name = response._get_param(field) or response._get_param("logGroupName") or ""
    name = name.split(":log-group:")[-1].removesuffix(":*")
    group = response.logs_backend.groups.get(name)
    if group is None:
        refuse_json("ResourceNotFoundException", "The specified log group does not exist.")
    return group


def extras(group):
    if not hasattr(group, "windlass_extras"):
        group.windlass_extras = {}
    return group.windlass_extras


@instead(LogsResponse, "create_log_group")
def create_log_group(was, self):
    answer = was(self)
    group = self.logs_backend.groups[self._get_param("logGroupName")]
    extras(group)["logGroupClass"] = self._get_param("logGroupClass") or "STANDARD"
    if self._get_param("deletionProtectionEnabled") is not None:
        extras(group)["deletionProtectionEnabled"] = self._get_param("deletionProtectionEnabled")
    return answer


@instead(LogGroup, "to_describe_dict")
def to_describe_dict(was, self):
    shown = was(self)
    names = ("logGroupClass", "deletionProtectionEnabled", "bearerTokenAuthenticationEnabled")
    shown.update({name: extras(self)[name] for name in names if name in extras(self)})
    if "dataProtection" in extras(self):
        shown["dataProtectionStatus"] = "ACTIVATED"
    return shown


@instead(LogsResponse, "delete_log_group")
def delete_log_group(was, self):
    group = self.logs_backend.groups.get(self._get_param("logGroupName"))
    if group is not None and extras(group).get("deletionProtectionEnabled"):
        refuse_json("ValidationException", "The log group has deletion protection enabled. Disable deletion protection before deleting the log group.")
    return was(self)


@added(LogsResponse, "put_log_group_deletion_protection")
def put_log_group_deletion_protection(self):
    extras(named_group(self, "logGroupIdentifier"))["deletionProtectionEnabled"] = self._get_param("deletionProtectionEnabled")
    return ""


@added(LogsResponse, "put_bearer_token_authentication")
def put_bearer_token_authentication(self):
    extras(named_group(self, "logGroupIdentifier"))["bearerTokenAuthenticationEnabled"] = self._get_param("bearerTokenAuthenticationEnabled")
    return ""


@added(LogsResponse, "put_data_protection_policy")
def put_data_protection_policy(self):
    group = named_group(self, "logGroupIdentifier")
    extras(group)["dataProtection"] = self._get_param("policyDocument")
    return get_data_protection_policy(self)


@added(LogsResponse, "get_data_protection_policy")
def get_data_protection_policy(self):
    group = named_group(self, "logGroupIdentifier")
    shown = {"logGroupIdentifier": self._get_param("logGroupIdentifier")}
    if "dataProtection" in extras(group):
        shown["policyDocument"] = extras(group)["dataProtection"]
    return json.dumps(shown)


@added(LogsResponse, "delete_data_protection_policy")
def delete_data_protection_policy(self):
    extras(named_group(self, "logGroupIdentifier")).pop("dataProtection", None)
    return ""


def index_policy(group):
    return {
        "logGroupIdentifier": group.arn,
        "policyDocument": extras(group)["fieldIndex"],
        "source": "LOG_GROUP",
        "lastUpdateTime": 1700000000000,
    }


@added(LogsResponse, "put_index_policy")
def put_index_policy(self):
    group = named_group(self, "logGroupIdentifier")
    extras(group)["fieldIndex"] = self._get_param("policyDocument")
    return json.dumps({"indexPolicy": index_policy(group)})


@added(LogsResponse, "describe_index_policies")
def describe_index_policies(self):
    policies = []
    for identifier in self._get_param("logGroupIdentifiers"):
        name = identifier.split(":log-group:")[-1].removesuffix(":*")
        group = self.logs_backend.groups.get(name)
        if group is None:
            refuse_json("ResourceNotFoundException", "The specified log group does not exist.")
        if "fieldIndex" in extras(group):
            policies.append(index_policy(group))
    return json.dumps({"indexPolicies": policies})


@added(LogsResponse, "delete_index_policy")
def delete_index_policy(self):
    extras(named_group(self, "logGroupIdentifier")).pop("fieldIndex", None)
    return "{}"


@added(LogsResponse, "associate_kms_key")
def associate_kms_key(self):
    named_group(self, "resourceIdentifier").kms_key_id = self._get_param("kmsKeyId")
    return ""


@added(LogsResponse, "disassociate_kms_key")
def disassociate_kms_key(self):
    named_group(self, "resourceIdentifier").kms_key_id = None
    return ""
