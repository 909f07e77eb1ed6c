//! Wire fixture of `AWS::ElasticLoadBalancingV2::Listener`: its samples and AWS's answers.

use windlass::aws::elasticloadbalancingv2::Listener;

use super::{HERE, actions, answer, attributes, tags, texts};
use crate::wire::Fixture;

fn arn() -> String {
    format!("{HERE}:listener/app/front/0a1/0b2")
}

fn described(operation: &str, actions: &str, rest: &str) -> String {
    let arn = arn();
    answer(
        operation,
        &format!(
            "<Listeners><member><ListenerArn>{arn}</ListenerArn><DefaultActions>{actions}</DefaultActions>{rest}</member></Listeners>"
        ),
    )
}

pub fn fixture() -> Fixture {
    const DESCRIBE: &str = "DescribeListeners";
    let certificate = "<Certificates><member><CertificateArn>arn:aws:acm:us-east-1:123456789012:certificate/0a1</CertificateArn></member>
        </Certificates>";
    let https = format!(
        "<LoadBalancerArn>{HERE}:loadbalancer/app/front/0a1</LoadBalancerArn><Port>443</Port><Protocol>HTTPS</Protocol>{certificate}
         <SslPolicy>ELBSecurityPolicy-TLS13-1-2-2021-06</SslPolicy><MutualAuthentication><Mode>verify</Mode>
         <TrustStoreArn>{HERE}:truststore/a/0a1</TrustStoreArn><IgnoreClientCertificateExpiry>true</IgnoreClientCertificateExpiry>
         <AdvertiseTrustStoreCaNames>on</AdvertiseTrustStoreCaNames></MutualAuthentication>"
    );
    let tls = format!(
        "<LoadBalancerArn>{HERE}:loadbalancer/net/edge/0b2</LoadBalancerArn><Port>443</Port><Protocol>TLS</Protocol>{certificate}{}",
        texts("AlpnPolicy", &["HTTP2Preferred"])
    );
    let full = |operation: &str| described(operation, &actions::forward("web", 1), &https);
    let written = |pairs: &[(&str, &str)]| attributes("DescribeListenerAttributes", pairs);
    let mut fixture = Fixture::of::<Listener>(&arn())
        .output("ListenerArn", arn())
        .answer("CreateListener", &full("CreateListener"))
        .answer(DESCRIBE, &full(DESCRIBE))
        .answer("DescribeTags", &tags(&arn(), "https"))
        .answer(
            "DescribeListenerAttributes",
            &written(&[
                ("routing.http.response.server.enabled", "false"),
                ("routing.http.response.x_frame_options.header_value", "DENY"),
            ]),
        )
        .described(
            5,
            [
                (
                    DESCRIBE,
                    described(DESCRIBE, &actions::forward("edge", 1), &tls).as_str(),
                ),
                (
                    "DescribeListenerAttributes",
                    written(&[("tcp.idle_timeout.seconds", "600")]).as_str(),
                ),
            ],
        );
    // The samples with each list of actions. Sample 14 has only another secret.
    for (sample, actions) in [9, 10, 11, 12, 13, 15].into_iter().zip(actions::lists()) {
        fixture = fixture.described(
            sample,
            [(DESCRIBE, described(DESCRIBE, &actions, &https).as_str())],
        );
    }
    fixture
}
