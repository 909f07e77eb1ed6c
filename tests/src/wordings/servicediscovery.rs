//! Error answers of AWS Cloud Map, with sources.

use windlass_engine::provider::ErrorClass::*;

use super::{Row, said};

pub const ROWS: &[Row] = &[
    said(
        "AWS::ServiceDiscovery::PrivateDnsNamespace",
        "servicediscovery:CreatePrivateDnsNamespace",
        400,
        "DuplicateRequest",
        "The operation is already in progress.",
        Unknown,
        "https://docs.aws.amazon.com/cloud-map/latest/api/API_CreatePrivateDnsNamespace.html",
    ),
    said(
        "AWS::ServiceDiscovery::HttpNamespace",
        "servicediscovery:DeleteNamespace",
        400,
        "DuplicateRequest",
        "The operation is already in progress.",
        NotYet,
        "https://docs.aws.amazon.com/cloud-map/latest/api/API_DeleteNamespace.html",
    ),
    said(
        "AWS::ServiceDiscovery::Service",
        "servicediscovery:CreateService",
        400,
        "NamespaceNotFound",
        "No namespace exists with the specified ID.",
        NotYet,
        "https://docs.aws.amazon.com/cloud-map/latest/api/API_CreateService.html",
    ),
    said(
        "AWS::ServiceDiscovery::HttpNamespace",
        "servicediscovery:CreateHttpNamespace",
        400,
        "NamespaceAlreadyExists",
        "A namespace with the name web.local already exists",
        AlreadyExists,
        "https://docs.aws.amazon.com/cloud-map/latest/api/API_CreateHttpNamespace.html",
    ),
    said(
        "AWS::ServiceDiscovery::Service",
        "servicediscovery:CreateService",
        400,
        "ServiceAlreadyExists",
        "Service already exists.",
        AlreadyExists,
        "https://docs.aws.amazon.com/cloud-map/latest/api/API_CreateService.html",
    ),
    said(
        "AWS::ServiceDiscovery::HttpNamespace",
        "servicediscovery:DeleteNamespace",
        400,
        "ResourceInUse",
        "Namespace has associated services.",
        InUse,
        "sst/sst#5678",
    ),
    said(
        "AWS::ServiceDiscovery::Service",
        "servicediscovery:DeleteService",
        400,
        "ResourceInUse",
        "Service contains registered instances; delete the instances before deleting the service",
        InUse,
        "hashicorp/terraform-provider-aws#4853",
    ),
];
