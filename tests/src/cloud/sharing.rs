//! Refusals about resources that serve one owner at a time, and about deletions and changes that AWS does not allow at the moment.
//!
//! Not here: values that only one resource of a kind can have (`refusing`), and the classes of the error texts (`wordings`).

use std::collections::BTreeSet;

use serde_json::Value;

use super::provider::Result;
use super::refusing::Properties;
use super::rules::{
    ADDRESS, ATTACHMENT, BALANCER, CAPACITY, ECS_SERVICE, EGRESS, INGRESS, LISTENER, NAT, RULE,
    SUBNET_, TARGETS,
};
use super::wordings::{Wording, refusal, wording};
use super::world::{Object, World, texts};

const ONE_BALANCER: Wording = wording(
    "TargetGroupAssociationLimit",
    "The following target groups cannot be associated with more than one load balancer: {it}",
);
const ONE_PROVIDER: Wording = wording(
    "ClientException",
    "The specified Auto Scaling group ARN is already being used by another capacity provider. Specify a unique Auto Scaling group ARN and try again.",
);
const ONE_NAME: Wording = wording(
    "InvalidParameterException",
    "SC service is already used by {by}",
);
const ONE_GATEWAY: Wording = wording(
    "InvalidParameterValue",
    "Network {it} already has an internet gateway attached",
);
const ONE_ADDRESS: Wording = wording(
    "AllocationIdInUse",
    "The allocation ID {it} is already associated",
);
const RULE_TWICE: Wording = wording(
    "InvalidPermission.Duplicate",
    "the specified rule already exists",
);
const OTHER_NETWORK: Wording = wording(
    "InvalidConfigurationRequest",
    "The subnets of load balancer {it} must all belong to its VPC",
);
const NOT_ATTACHED: Wording = wording(
    "Gateway.NotAttached",
    "Network {it} has no Internet gateway attached",
);
const NOT_STICKY: Wording = wording(
    "InvalidConfigurationRequest",
    "This target group appears behind a rule with group stickiness disabled ({by}). You must enable group stickiness before enabling target stickiness",
);

/// A call about one resource, with the properties that the resource would have afterwards.
#[derive(Clone, Copy)]
pub(super) struct Wanted<'a> {
    pub world: &'a World,
    pub kind: &'a str,
    /// The resource's identifier. `None` if the call creates it.
    pub id: Option<&'a str>,
    pub given: &'a Properties,
    pub operation: &'a str,
}

impl<'a> Wanted<'a> {
    /// Refuses what AWS gives to one owner at a time, and changes that AWS does not accept.
    pub(super) fn refuse_shared(self) -> Result<()> {
        match self.kind {
            LISTENER | RULE => {
                self.one_balancer()?;
                self.sticky_rule()
            }
            TARGETS => self.sticky_targets(),
            CAPACITY => self.alike(ONE_PROVIDER, &|given| {
                let group = given.get("AutoScalingGroupProvider")?;
                Some(group.get("AutoScalingGroupArn")?.clone())
            }),
            // A VPC has one gateway of each type.
            ATTACHMENT => self.alike(ONE_GATEWAY, &|given| {
                let is_internet = Value::from(given.contains_key("InternetGatewayId"));
                Some(Value::from_iter([is_internet, given.get("VpcId")?.clone()]))
            }),
            INGRESS | EGRESS => self.alike(RULE_TWICE, &|given| {
                let mut rule = given.clone();
                rule.remove("Description");
                Some(Value::from_iter(rule))
            }),
            ECS_SERVICE => self.one_name(),
            NAT => self.attached(),
            BALANCER => {
                self.one_address()?;
                self.one_network()
            }
            _ => Ok(()),
        }
    }

    fn others(self, kinds: &'a [&'a str]) -> impl Iterator<Item = (&'a String, &'a Object)> {
        let objects = self.world.objects.iter();
        objects.filter(move |(id, other)| {
            self.id != Some(id.as_str()) && kinds.contains(&other.kind.as_str())
        })
    }

    fn refused(self, wording: Wording, it: &str, by: &str) -> Result<()> {
        Err(refusal(self.kind, self.operation, wording, it, by))
    }

    /// Refuses if another resource of the kind has the same value.
    fn alike(self, wording: Wording, of: &dyn Fn(&Properties) -> Option<Value>) -> Result<()> {
        let Some(own) = of(self.given) else {
            return Ok(());
        };
        let kinds = [self.kind];
        let mut others = self.world.objects.iter().filter(|(id, other)| {
            self.id != Some(id.as_str()) && kinds.contains(&other.kind.as_str())
        });
        let other = others.find(|(_, other)| of(&other.properties).as_ref() == Some(&own));
        match other {
            Some((id, _)) => self.refused(wording, id, id),
            None => Ok(()),
        }
    }

    fn one_balancer(self) -> Result<()> {
        let own = balancer(self.world, self.given);
        for (_, other) in self.others(&[LISTENER, RULE]) {
            if balancer(self.world, &other.properties) == own {
                continue;
            }
            let theirs = targets(&other.properties);
            if let Some(shared) = targets(self.given).intersection(&theirs).next() {
                return self.refused(ONE_BALANCER, shared, shared);
            }
        }
        Ok(())
    }

    fn one_name(self) -> Result<()> {
        let own = connected(self.given);
        for (id, other) in self.others(&[ECS_SERVICE]) {
            if !connected(&other.properties).is_disjoint(&own) {
                return self.refused(ONE_NAME, id, id);
            }
        }
        Ok(())
    }

    fn one_address(self) -> Result<()> {
        let addresses = |given: &Properties| {
            let mut found = BTreeSet::new();
            for value in given.values() {
                texts(value, &mut |text| {
                    let objects = &self.world.objects;
                    found.extend(objects.iter().filter_map(|(id, object)| {
                        let meant = object.kind == ADDRESS && object.is_meant_by(id, text);
                        meant.then(|| id.clone())
                    }));
                });
            }
            found
        };
        let own = addresses(self.given);
        for (_, other) in self.others(&[BALANCER, NAT]) {
            if let Some(shared) = addresses(&other.properties).intersection(&own).next() {
                return self.refused(ONE_ADDRESS, shared, shared);
            }
        }
        Ok(())
    }

    /// AWS accepts `CreateNatGateway`, and the gateway fails a moment later. The simulation refuses the call at once. The requirement is the same:
    /// the internet gateway of its network.
    fn attached(self) -> Result<()> {
        let private = self.given.get("ConnectivityType") == Some(&Value::from("private"));
        if self.id.is_some() || private {
            return Ok(());
        }
        let named =
            |of: &Properties, name: &str| of.get(name).and_then(Value::as_str).map(str::to_owned);
        let subnet = named(self.given, "SubnetId").unwrap_or_default();
        let mut subnets = self.others(&[SUBNET_]);
        let subnet = subnets.find(|(id, object)| object.is_meant_by(id, &subnet));
        let Some(network) = subnet.and_then(|(_, subnet)| named(&subnet.properties, "VpcId"))
        else {
            return Ok(());
        };
        let mut attachments = self.others(&[ATTACHMENT]);
        let attached = attachments.any(|(_, attachment)| {
            let of = &attachment.properties;
            of.contains_key("InternetGatewayId") && named(of, "VpcId").as_ref() == Some(&network)
        });
        if attached {
            return Ok(());
        }
        self.refused(NOT_ATTACHED, &network, &network)
    }

    /// `SetSubnets`: a load balancer stays in its VPC.
    fn one_network(self) -> Result<()> {
        let Some(id) = self.id else {
            return Ok(());
        };
        let networks = |given: &Properties| {
            let mut found = BTreeSet::new();
            for value in given.values() {
                texts(value, &mut |text| {
                    found.extend(self.world.objects.iter().filter_map(|(id, object)| {
                        let meant = object.kind == SUBNET_ && object.is_meant_by(id, text);
                        let network = object.properties.get("VpcId").filter(|_| meant);
                        network.map(Value::to_string)
                    }));
                });
            }
            found
        };
        let (before, after) = (
            networks(&self.world.objects[id].properties),
            networks(self.given),
        );
        if before.is_empty() || after.is_empty() || before == after {
            return Ok(());
        }
        self.refused(OTHER_NETWORK, id, id)
    }

    fn sticky_targets(self) -> Result<()> {
        let Some(object) = self.id.and_then(|id| self.world.objects.get(id)) else {
            return Ok(());
        };
        let arn = object.outputs.get("TargetGroupArn").and_then(Value::as_str);
        let (Some(arn), true) = (arn, is_sticky(self.given)) else {
            return Ok(());
        };
        let mut rules = self.others(&[LISTENER, RULE]);
        let rule = rules.find(|(_, rule)| forwards_loosely(&rule.properties, arn));
        rule.map_or(Ok(()), |(id, _)| self.refused(NOT_STICKY, arn, id))
    }

    fn sticky_rule(self) -> Result<()> {
        let mut groups = self.others(&[TARGETS]);
        let group = groups.find(|(_, group)| {
            let arn = group.outputs.get("TargetGroupArn").and_then(Value::as_str);
            let loosely = arn.is_some_and(|arn| forwards_loosely(self.given, arn));
            loosely && is_sticky(&group.properties)
        });
        group.map_or(Ok(()), |(id, _)| self.refused(NOT_STICKY, id, id))
    }
}

fn actions(given: &Properties) -> impl Iterator<Item = &Value> {
    let lists = ["DefaultActions", "Actions"].into_iter();
    let lists = lists.filter_map(|name| given.get(name).and_then(Value::as_array));
    lists.flatten()
}

/// The target groups that a listener or rule forwards to.
fn targets(given: &Properties) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for action in actions(given) {
        let shares = action["ForwardConfig"]["TargetGroups"].as_array();
        let shares = shares.into_iter().flatten().chain([action]);
        let named = shares.filter_map(|share| share["TargetGroupArn"].as_str());
        found.extend(named.map(str::to_owned));
    }
    found
}

/// The load balancer of a listener, or of a rule's listener.
fn balancer(world: &World, given: &Properties) -> Option<Value> {
    if let Some(balancer) = given.get("LoadBalancerArn") {
        return Some(balancer.clone());
    }
    let listener = given.get("ListenerArn")?.as_str()?;
    let mut objects = world.objects.iter();
    let (_, listener) =
        objects.find(|(id, object)| object.kind == LISTENER && object.is_meant_by(id, listener))?;
    listener.properties.get("LoadBalancerArn").cloned()
}

/// Namespace and name of each port that Service Connect publishes.
fn connected(given: &Properties) -> BTreeSet<(String, String)> {
    let connect = given.get("ServiceConnectConfiguration");
    let services = connect.and_then(|connect| connect["Services"].as_array());
    let services = services.into_iter().flatten();
    let namespace = connect.map(|connect| connect["Namespace"].to_string());
    let namespace = namespace.unwrap_or_default();
    services
        .map(|service| {
            let name = service.get("DiscoveryName").unwrap_or(&service["PortName"]);
            (namespace.clone(), name.to_string())
        })
        .collect()
}

fn is_sticky(given: &Properties) -> bool {
    let attributes = given.get("TargetGroupAttributes").and_then(Value::as_array);
    let mut attributes = attributes.into_iter().flatten();
    attributes
        .any(|attribute| attribute["Key"] == "stickiness.enabled" && attribute["Value"] == "true")
}

/// Whether an action forwards to several target groups, including this one, without stickiness between them.
fn forwards_loosely(given: &Properties, arn: &str) -> bool {
    actions(given).any(|action| {
        let config = &action["ForwardConfig"];
        let shares = config["TargetGroups"].as_array();
        let shares = shares.map(Vec::as_slice).unwrap_or_default();
        shares.len() > 1
            && shares.iter().any(|share| share["TargetGroupArn"] == arn)
            && config["TargetGroupStickinessConfig"]["Enabled"] != true
    })
}
