//! AWS's description of the actions in `samples::actions`, in the same order. For a single target group AWS returns both forms.

use super::{HERE, texts};

/// A forwarding action to one target group.
pub fn forward(name: &str, order: u32) -> String {
    let arn = format!("{HERE}:targetgroup/{name}/0a1");
    format!(
        "<member><Type>forward</Type><Order>{order}</Order><TargetGroupArn>{arn}</TargetGroupArn><ForwardConfig>
            <TargetGroups><member><TargetGroupArn>{arn}</TargetGroupArn><Weight>1</Weight></member></TargetGroups>
            <TargetGroupStickinessConfig><Enabled>false</Enabled></TargetGroupStickinessConfig>
        </ForwardConfig></member>"
    )
}

const SESSION: &str = "<Scope>openid email</Scope><SessionCookieName>session</SessionCookieName><SessionTimeout>3600</SessionTimeout>
    <AuthenticationRequestExtraParams><entry><key>lang</key><value>en</value></entry></AuthenticationRequestExtraParams>";

/// Each list of actions, without the second sample of a client secret.
pub fn lists() -> [String; 6] {
    let share = |name: &str, weight: u32| {
        format!(
            "<member><TargetGroupArn>{HERE}:targetgroup/{name}/0a1</TargetGroupArn><Weight>{weight}</Weight></member>"
        )
    };
    let split = format!(
        "<member><Type>forward</Type><Order>1</Order><ForwardConfig><TargetGroups>{}{}</TargetGroups>
            <TargetGroupStickinessConfig><Enabled>true</Enabled><DurationSeconds>3600</DurationSeconds></TargetGroupStickinessConfig>
        </ForwardConfig></member>",
        share("blue", 90),
        share("green", 10)
    );
    let redirect = "<member><Type>redirect</Type><Order>1</Order><RedirectConfig>
            <Protocol>HTTPS</Protocol><Port>443</Port><Host>shop.example.com</Host><Path>/new/#{path}</Path><Query>from=old</Query>
            <StatusCode>HTTP_302</StatusCode>
        </RedirectConfig></member>";
    let respond = "<member><Type>fixed-response</Type><Order>1</Order><FixedResponseConfig>
            <StatusCode>503</StatusCode><ContentType>text/plain</ContentType><MessageBody>back soon</MessageBody>
        </FixedResponseConfig></member>";
    let cognito = format!(
        "<member><Type>authenticate-cognito</Type><Order>1</Order><AuthenticateCognitoConfig>
            <UserPoolArn>arn:aws:cognito-idp:us-east-1:123456789012:userpool/us-east-1_0a1</UserPoolArn>
            <UserPoolClientId>client</UserPoolClientId><UserPoolDomain>shop</UserPoolDomain>{SESSION}
            <OnUnauthenticatedRequest>deny</OnUnauthenticatedRequest>
        </AuthenticateCognitoConfig></member>"
    );
    let oidc = format!(
        "<member><Type>authenticate-oidc</Type><Order>1</Order><AuthenticateOidcConfig>
            <Issuer>https://login.example.com/</Issuer><AuthorizationEndpoint>https://login.example.com/authorize</AuthorizationEndpoint>
            <TokenEndpoint>https://login.example.com/token</TokenEndpoint>
            <UserInfoEndpoint>https://login.example.com/userinfo</UserInfoEndpoint><ClientId>client</ClientId>{SESSION}
            <OnUnauthenticatedRequest>allow</OnUnauthenticatedRequest>
        </AuthenticateOidcConfig></member>"
    );
    let token = format!(
        "<member><Type>jwt-validation</Type><Order>1</Order><JwtValidationConfig>
            <JwksEndpoint>https://login.example.com/keys</JwksEndpoint><Issuer>https://login.example.com/</Issuer>
            <AdditionalClaims><member><Format>space-separated-values</Format><Name>scope</Name>{}</member></AdditionalClaims>
        </JwtValidationConfig></member>",
        texts("Values", &["read", "write"])
    );
    let second = forward("web", 2);
    [
        split,
        redirect.to_owned(),
        respond.to_owned(),
        // AWS does not guarantee the order of the list.
        format!("{second}{cognito}"),
        format!("{second}{oidc}"),
        format!("{second}{token}"),
    ]
}
