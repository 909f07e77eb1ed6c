//! Elastic Load Balancing: application, network and gateway load balancers.

mod action;
mod attributes;
mod authenticate;
mod condition;
mod listener;
mod listener_rule;
mod load_balancer;
mod mutual_authentication;
mod name;
mod protocol;
mod samples;
mod shifted;
mod target_group;
mod targets;
mod transform;

pub use action::{
    Action, ActionConfig, ActionConfigResolved, ActionResolved, ActionType, ContentType,
    FixedResponse, FixedResponseResolved, Forward, ForwardResolved, ForwardStickiness,
    ForwardStickinessResolved, ForwardTarget, ForwardTargetResolved, Redirect, RedirectProtocol,
    RedirectResolved, RedirectStatus,
};
pub use attributes::{
    AttributeDefault, AttributeRule, LISTENER_ATTRIBUTES, LOAD_BALANCER_ATTRIBUTES,
    ListenerAttribute, ListenerAttributeResolved, LoadBalancerAttribute,
    LoadBalancerAttributeResolved, TARGET_GROUP_ATTRIBUTES, Takes, TargetGroupAttribute,
    TargetGroupAttributeResolved,
};
pub use authenticate::{
    AuthenticateCognito, AuthenticateCognitoResolved, AuthenticateOidc, AuthenticateOidcResolved,
    ClaimFormat, JwtClaim, JwtClaimResolved, OnUnauthenticatedRequest, ValidateJwt,
    ValidateJwtResolved,
};
pub use condition::{
    ConditionConfig, ConditionConfigResolved, ConditionField, HostHeader, HostHeaderResolved,
    HttpHeader, HttpHeaderResolved, HttpMethod, HttpMethodResolved, PathPattern,
    PathPatternResolved, Patterns, PatternsResolved, QueryString, QueryStringPair,
    QueryStringPairResolved, QueryStringResolved, RuleCondition, RuleConditionResolved,
    SourceAddresses, SourceAddressesResolved, SourceIp, SourceIpAddressType, SourceIpResolved,
};
pub use listener::{
    AlpnPolicy, Listener, ListenerCertificate, ListenerCertificateResolved, ListenerChange,
    ListenerResolved,
};
pub use listener_rule::{ListenerRule, ListenerRuleChange, ListenerRuleResolved};
pub use load_balancer::{
    IpAddressType, LoadBalancer, LoadBalancerChange, LoadBalancerResolved, LoadBalancerSubnets,
    LoadBalancerSubnetsResolved, LoadBalancerType, MinimumCapacity, MinimumCapacityResolved,
    Scheme, SubnetMapping, SubnetMappingResolved,
};
pub use mutual_authentication::{
    MutualAuthentication, MutualAuthenticationMode, MutualAuthenticationResolved,
};
pub use protocol::{Protocol, ProtocolVersion, Switch};
pub use shifted::keep_traffic;
pub use target_group::{
    HealthCheckPort, Matcher, MatcherCodes, MatcherCodesResolved, MatcherResolved,
    TargetDescription, TargetDescriptionResolved, TargetGroup, TargetGroupChange,
    TargetGroupIpAddressType, TargetGroupResolved, TargetType,
};
pub use targets::{
    AnyTarget, InstanceTarget, IpTarget, LambdaTarget, LoadBalancerTarget, TargetGroupArn,
    TargetKind,
};
pub use transform::{
    Rewrite, RewriteResolved, Rewrites, RewritesResolved, Transform, TransformConfig,
    TransformConfigResolved, TransformResolved, TransformType,
};

crate::ids! {
    /// A load balancer.
    LoadBalancerArn = "arn:";
    /// A listener.
    ListenerArn = "arn:";
    /// A rule of a listener.
    ListenerRuleArn = "arn:";
    /// A trust store: the authorities whose client certificates a listener accepts.
    TrustStoreArn = "arn:";
    /// A user pool of Amazon Cognito.
    UserPoolArn = "arn:";
    /// An EC2 instance as a target.
    InstanceId = "i-";
    /// A Lambda function as a target.
    FunctionArn = "arn:";
}
