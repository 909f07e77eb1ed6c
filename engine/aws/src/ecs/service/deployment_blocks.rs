//! Deployments and Service Connect in both forms.

use crate::table::tables;

tables! { windlass::aws::ecs => aws_sdk_ecs;
    DeploymentConfiguration;
    DeploymentCircuitBreaker;
    DeploymentAlarms { "AlarmNames" always; }
    DeploymentLifecycleHook;
    LinearConfiguration;
    CanaryConfiguration;
    DeploymentController { "Type" as r#type; }
    ServiceConnectConfiguration;
    AccessLogConfiguration => ServiceConnectAccessLogConfiguration;
    ServiceConnectService;
    ServiceConnectClientAlias;
    TestTrafficRules => ServiceConnectTestTrafficRules;
    TestTrafficHeader => ServiceConnectTestTrafficHeaderRules;
    TestTrafficHeaderValue => ServiceConnectTestTrafficHeaderMatchRules;
    ServiceConnectTimeout => TimeoutConfiguration;
    ServiceConnectTls => ServiceConnectTlsConfiguration;
    IssuerCertificateAuthority => ServiceConnectTlsCertificateAuthority;
}
