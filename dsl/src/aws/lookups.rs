//! Typed lookups: find resources that exist already, by the names that people know them by. A spec takes the answer in place of a declared resource.
//!
//! Windlass pins the answers in the state. Not here: asking AWS, which the engine does before it plans.

use crate::aws::acm::CertificateArn;
use crate::aws::ec2::{ImageId, SubnetId, VpcId};
use crate::document::LookupQuery;
use crate::stack::Stack;
use crate::value::{IntoInput, Output, Text};

fn map<K: Into<String>, V: Into<String>>(
    tags: impl IntoIterator<Item = (K, V)>,
) -> std::collections::BTreeMap<String, String> {
    tags.into_iter()
        .map(|(key, value)| (key.into(), value.into()))
        .collect()
}

impl VpcId {
    /// The one VPC with these tags; without tags, the default VPC. If more than one matches, the lookup fails with an error that names them.
    ///
    /// ```
    /// use windlass::aws::ec2::{SecurityGroup, VpcId};
    /// use windlass::prelude::*;
    /// use windlass::request::Request;
    ///
    /// let document = Stack::test("t", |cx| {
    ///     let shared = VpcId::lookup(cx, "shared-vpc", [("Name", "shared")]);
    ///     SecurityGroup::new("in the shared VPC").vpc(shared).declare(cx, "group");
    ///     Ok(())
    /// }, Request::offline("us-east-1"));
    /// assert_eq!((document.lookups.len(), document.problems.len()), (1, 0));
    /// ```
    #[track_caller]
    pub fn lookup<K: Into<String>, V: Into<String>>(
        cx: &mut Stack,
        name: &str,
        tags: impl IntoIterator<Item = (K, V)>,
    ) -> Output<Self> {
        cx.lookup(name, LookupQuery::Vpc { tags: map(tags) }, "VpcId")
    }
}

impl SubnetId {
    /// All subnets of a VPC with these tags, sorted by zone and id.
    #[track_caller]
    pub fn lookup_all<K: Into<String>, V: Into<String>>(
        cx: &mut Stack,
        name: &str,
        vpc: impl IntoInput<VpcId>,
        tags: impl IntoIterator<Item = (K, V)>,
    ) -> Output<Vec<Self>> {
        let vpc = vpc.into();
        let vpc_id = vpc
            .literal()
            .map_or_else(|| vpc.to_value().to_string(), |id| id.to_string());
        cx.lookup(
            name,
            LookupQuery::Subnets {
                vpc_id,
                tags: map(tags),
            },
            "SubnetIds",
        )
    }
}

impl CertificateArn {
    /// The issued certificate for a domain, such as `example.com`. If there are several, the one that is valid longest.
    #[track_caller]
    pub fn lookup(cx: &mut Stack, name: &str, domain: impl Into<String>) -> Output<Self> {
        cx.lookup(
            name,
            LookupQuery::Certificate {
                domain: domain.into(),
            },
            "CertificateArn",
        )
    }
}

impl ImageId {
    /// The image that a Systems Manager parameter names now. The state keeps the answer until the user refreshes it, so no run replaces instances just
    /// because the parameter changed.
    #[track_caller]
    pub fn lookup(cx: &mut Stack, name: &str, parameter: impl Into<String>) -> Output<Self> {
        cx.lookup(
            name,
            LookupQuery::SsmParameter {
                name: parameter.into(),
                member: None,
            },
            "Value",
        )
    }
}

/// An output of another stack, whose crate is in the folder beside this one.
#[track_caller]
pub fn stack_output<T: Text>(
    cx: &mut Stack,
    name: &str,
    stack: impl Into<String>,
    environment: impl Into<String>,
    output: impl Into<String>,
) -> Output<T> {
    let query = LookupQuery::StackOutput {
        stack: stack.into(),
        environment: environment.into(),
        output: output.into(),
    };
    cx.lookup(name, query, "Value")
}
