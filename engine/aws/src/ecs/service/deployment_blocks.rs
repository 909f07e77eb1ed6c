//! Deployments and Service Connect, as request and as answer.

use crate::prelude::*;
use aws_sdk_ecs::types;
use windlass::aws::ecs::ServiceConnectContainerConfigurationResolved;

tables! { windlass::aws::ecs => aws_sdk_ecs;
    DeploymentConfiguration;
    DeploymentCircuitBreaker;
    CircuitBreakerThreshold => ThresholdConfiguration { "Type" as r#type; }
    EarlySuccessCriteria => DeploymentEarlySuccessCriteria;
    DeploymentAlarms { "AlarmNames" always; }
    DeploymentLifecycleHook;
    LifecycleHookTimeout => DeploymentLifecycleHookTimeoutConfiguration;
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

/// A union of the SDK, which has no builder.
impl ToSdk<types::ServiceConnectContainerConfiguration>
    for ServiceConnectContainerConfigurationResolved
{
    fn to_sdk(&self) -> Option<types::ServiceConnectContainerConfiguration> {
        let level = self.log_level.to_sdk()?;
        Some(types::ServiceConnectContainerConfiguration::LogLevel(level))
    }
}

impl Showing for types::ServiceConnectContainerConfiguration {
    fn block(&self) -> Block {
        let level = self.as_log_level().ok();
        Block::new().set("LogLevel", level.and_then(Shown::shown))
    }
}
