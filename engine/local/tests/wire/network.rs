//! A small network for the tests, made over the wire, and readers for XML answers.

use crate::client::{Answer, AwsClient};

/// A VPC with a subnet in each of two zones.
pub struct Network {
    pub aws: AwsClient,
    pub vpc: String,
    pub subnets: [String; 2],
}

/// The text of the first element with this name.
pub fn between(text: &str, name: &str) -> String {
    let (_, rest) = text
        .split_once(&format!("<{name}>"))
        .unwrap_or_else(|| panic!("no {name}: {text}"));
    rest.split_once('<').expect("closed").0.trim().to_owned()
}

/// The code and the message of an XML error.
pub fn refused(answer: &Answer) -> (String, String) {
    assert!(
        answer.status.is_client_error(),
        "{} {}",
        answer.status,
        answer.text
    );
    (
        between(&answer.text, "Code"),
        between(&answer.text, "Message"),
    )
}

impl Network {
    pub async fn make(endpoint: &str, account: &str, block: u8) -> Self {
        let aws = AwsClient::new(endpoint, account);
        let mut network = Self {
            aws,
            vpc: String::new(),
            subnets: [String::new(), String::new()],
        };
        let vpc = format!("Action=CreateVpc&CidrBlock=10.{block}.0.0%2F16");
        network.vpc = network.made("ec2", &vpc, "vpcId").await;
        for (index, zone) in ["us-east-1a", "us-east-1b"].into_iter().enumerate() {
            let subnet = format!(
                "Action=CreateSubnet&VpcId={}&AvailabilityZone={zone}&CidrBlock=10.{block}.{index}.0%2F24",
                network.vpc
            );
            network.subnets[index] = network.made("ec2", &subnet, "subnetId").await;
        }
        network
    }

    /// Attaches an internet gateway, and returns its identifier.
    pub async fn open(&self) -> String {
        let gateway = self
            .made("ec2", "Action=CreateInternetGateway", "internetGatewayId")
            .await;
        let attach = format!(
            "Action=AttachInternetGateway&InternetGatewayId={gateway}&VpcId={}",
            self.vpc
        );
        self.ok("ec2", &attach).await;
        gateway
    }

    pub async fn call(&self, service: &str, form: &str) -> Answer {
        let version = match service {
            "ec2" => "2016-11-15",
            "autoscaling" => "2011-01-01",
            _ => "2015-12-01",
        };
        let form = format!("{form}&Version={version}");
        let answer = self.aws.query(service, &form).await;
        answer.expect("an answer")
    }

    pub async fn ok(&self, service: &str, form: &str) -> String {
        let answer = self.call(service, form).await;
        assert!(answer.status.is_success(), "{form}: {}", answer.text);
        answer.text
    }

    pub async fn made(&self, service: &str, form: &str, name: &str) -> String {
        between(&self.ok(service, form).await, name)
    }

    /// The code and the message of a refusal.
    pub async fn refused(&self, service: &str, form: &str) -> (String, String) {
        refused(&self.call(service, form).await)
    }

    pub async fn group(&self, name: &str) -> String {
        let form = format!(
            "Action=CreateSecurityGroup&GroupName={name}&GroupDescription=d&VpcId={}",
            self.vpc
        );
        self.made("ec2", &form, "groupId").await
    }

    pub async fn balancer(&self, name: &str, more: &str) -> String {
        let [a, b] = &self.subnets;
        let form = format!(
            "Action=CreateLoadBalancer&Name={name}&Scheme=internal&Subnets.member.1={a}&Subnets.member.2={b}{more}"
        );
        self.made(ELB, &form, "LoadBalancerArn").await
    }

    pub async fn target_group(&self, name: &str) -> String {
        let form = format!(
            "Action=CreateTargetGroup&Name={name}&Protocol=HTTP&Port=80&TargetType=ip&VpcId={}",
            self.vpc
        );
        self.made(ELB, &form, "TargetGroupArn").await
    }

    pub async fn listener(&self, balancer: &str, port: u16, group: &str) -> String {
        self.made(ELB, &listener(balancer, port, group), "ListenerArn")
            .await
    }
}

pub const ELB: &str = "elasticloadbalancing";

/// The request that creates a listener which forwards to a target group.
pub fn listener(balancer: &str, port: u16, group: &str) -> String {
    format!(
        "Action=CreateListener&LoadBalancerArn={balancer}&Protocol=HTTP&Port={port}&DefaultActions.member.1.Type=forward&DefaultActions.member.1.TargetGroupArn={group}"
    )
}
