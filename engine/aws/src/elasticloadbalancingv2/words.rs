//! The enumerations of Elastic Load Balancing's API. Not here: blocks, whose tables are in the files of their kinds.

use crate::table::words;

words! { aws_sdk_elasticloadbalancingv2::types {
    ActionTypeEnum, AdvertiseTrustStoreCaNamesEnum, AuthenticateCognitoActionConditionalBehaviorEnum,
    AuthenticateOidcActionConditionalBehaviorEnum, EnablePrefixForIpv6SourceNatEnum,
    EnforceSecurityGroupInboundRulesOnPrivateLinkTrafficEnum, IpAddressType,
    JwtValidationActionAdditionalClaimFormatEnum, LoadBalancerSchemeEnum, LoadBalancerTypeEnum, ProtocolEnum,
    RedirectActionStatusCodeEnum, SourceIpAddressTypeEnum, TargetGroupIpAddressTypeEnum, TargetTypeEnum,
    TransformTypeEnum,
} }
