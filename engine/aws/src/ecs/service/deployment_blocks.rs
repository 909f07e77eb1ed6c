//! Deployments and Service Connect in both forms.

use crate::ecs::form::forms;

forms! {
    DeploymentConfigurationResolved => DeploymentConfiguration {
        "Strategy": strategy, set_strategy;
        "MaximumPercent": maximum_percent, set_maximum_percent;
        "MinimumHealthyPercent": minimum_healthy_percent, set_minimum_healthy_percent;
        "DeploymentCircuitBreaker": deployment_circuit_breaker, set_deployment_circuit_breaker;
        "Alarms": alarms, set_alarms;
        "BakeTimeInMinutes": bake_time_in_minutes, set_bake_time_in_minutes;
        "LifecycleHooks": lifecycle_hooks, set_lifecycle_hooks;
        "LinearConfiguration": linear_configuration, set_linear_configuration;
        "CanaryConfiguration": canary_configuration, set_canary_configuration;
    }
    DeploymentCircuitBreakerResolved => DeploymentCircuitBreaker {
        "Enable": enable, set_enable;
        "Rollback": rollback, set_rollback;
    }
    DeploymentAlarmsResolved => DeploymentAlarms (checked) {
        "AlarmNames": alarm_names, set_alarm_names, always;
        "Enable": enable, set_enable;
        "Rollback": rollback, set_rollback;
    }
    DeploymentLifecycleHookResolved => DeploymentLifecycleHook {
        "HookTargetArn": hook_target_arn, set_hook_target_arn;
        "RoleArn": role_arn, set_role_arn;
        "LifecycleStages": lifecycle_stages, set_lifecycle_stages;
        "HookDetails": hook_details, set_hook_details;
    }
    LinearConfigurationResolved => LinearConfiguration {
        "StepPercent": step_percent, set_step_percent;
        "StepBakeTimeInMinutes": step_bake_time_in_minutes, set_step_bake_time_in_minutes;
    }
    CanaryConfigurationResolved => CanaryConfiguration {
        "CanaryPercent": canary_percent, set_canary_percent;
        "CanaryBakeTimeInMinutes": canary_bake_time_in_minutes, set_canary_bake_time_in_minutes;
    }
    DeploymentControllerResolved => DeploymentController (checked) {
        "Type": controller_type as r#type, set_type;
    }
    ServiceConnectConfigurationResolved => ServiceConnectConfiguration {
        "Enabled": enabled, set_enabled;
        "Namespace": namespace, set_namespace;
        "Services": services, set_services;
        "LogConfiguration": log_configuration, set_log_configuration;
        "AccessLogConfiguration": access_log_configuration, set_access_log_configuration;
    }
    AccessLogConfigurationResolved => ServiceConnectAccessLogConfiguration (checked) {
        "Format": format, set_format;
        "IncludeQueryParameters": include_query_parameters, set_include_query_parameters;
    }
    ServiceConnectServiceResolved => ServiceConnectService (checked) {
        "PortName": port_name, set_port_name;
        "ClientAliases": client_aliases, set_client_aliases;
        "DiscoveryName": discovery_name, set_discovery_name;
        "IngressPortOverride": ingress_port_override, set_ingress_port_override;
        "Timeout": timeout, set_timeout;
        "Tls": tls, set_tls;
    }
    ServiceConnectClientAliasResolved => ServiceConnectClientAlias (checked) {
        "Port": port, set_port;
        "DnsName": dns_name, set_dns_name;
        "TestTrafficRules": test_traffic_rules, set_test_traffic_rules;
    }
    TestTrafficRulesResolved => ServiceConnectTestTrafficRules {
        "Header": header, set_header;
    }
    TestTrafficHeaderResolved => ServiceConnectTestTrafficHeaderRules (checked) {
        "Name": name, set_name;
        "Value": value, set_value;
    }
    TestTrafficHeaderValueResolved => ServiceConnectTestTrafficHeaderMatchRules (checked) {
        "Exact": exact, set_exact;
    }
    ServiceConnectTimeoutResolved => TimeoutConfiguration {
        "IdleTimeoutSeconds": idle_timeout_seconds, set_idle_timeout_seconds;
        "PerRequestTimeoutSeconds": per_request_timeout_seconds, set_per_request_timeout_seconds;
    }
    ServiceConnectTlsResolved => ServiceConnectTlsConfiguration {
        "IssuerCertificateAuthority": issuer_certificate_authority, set_issuer_certificate_authority;
        "KmsKey": kms_key, set_kms_key;
        "RoleArn": role_arn, set_role_arn;
    }
    IssuerCertificateAuthorityResolved => ServiceConnectTlsCertificateAuthority {
        "AwsPcaAuthorityArn": aws_pca_authority_arn, set_aws_pca_authority_arn;
    }
}
