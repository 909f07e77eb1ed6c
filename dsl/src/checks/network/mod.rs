//! Network wiring that AWS would refuse, and wiring that AWS would accept but that would never carry a packet.
//!
//! These checks report only what literals and references show; a value from elsewhere counts as right. Not here: properties of one resource, which its
//! kind checks.

mod attachments;
mod ranges;
mod routes;

use std::collections::BTreeMap;

use serde_json::Value;

use super::declared::{Declared, referred};
use crate::address::Address;
use crate::aws::ec2::{
    InternetGateway, NatGateway, Route, RouteTable, Subnet, SubnetRouteTableAssociation, Vpc,
    VpcGatewayAttachment,
};
use crate::diagnostics::Diagnostic;
use crate::document::Document;
use crate::expr::Expr;
use crate::resource::Resource;

/// Runs every check of this folder.
pub(super) fn wiring(document: &Document) -> Vec<Diagnostic> {
    let network = Network::of(document);
    let mut problems = ranges::overlapping(&network);
    problems.extend(ranges::outside(&network));
    problems.extend(routes::taken_destinations(&network));
    problems.extend(routes::leaving(&network));
    problems.extend(routes::associated_elsewhere(&network));
    problems.extend(routes::associated_twice(&network));
    problems.extend(routes::nat_without_way_out(&network));
    problems.extend(attachments::twice(&network));
    problems
}

/// The declared resources of a document that make up its networks.
struct Network<'a> {
    declared: BTreeMap<&'a Address, Declared<'a>>,
}

impl<'a> Network<'a> {
    fn of(document: &'a Document) -> Self {
        let kinds = [
            Vpc::SCHEMA.kind,
            Subnet::SCHEMA.kind,
            InternetGateway::SCHEMA.kind,
            VpcGatewayAttachment::SCHEMA.kind,
            NatGateway::SCHEMA.kind,
            RouteTable::SCHEMA.kind,
            Route::SCHEMA.kind,
            SubnetRouteTableAssociation::SCHEMA.kind,
        ];
        let declared = document.resources.iter();
        let declared = declared
            .filter(|(_, declaration)| kinds.contains(&declaration.kind.as_str()))
            .map(|(address, declaration)| (address, Declared::of(address, declaration)));
        Self {
            declared: declared.collect(),
        }
    }

    /// Every declared resource of a kind, in order of the addresses.
    fn all<R: Resource>(&self) -> impl Iterator<Item = &Declared<'a>> {
        self.declared.values().filter(|declared| declared.is::<R>())
    }

    /// The value of a property, followed through outputs that only pass a property on, such as a subnet's `CidrBlock`.
    fn value(&self, declared: &Declared<'_>, property: &str) -> Option<Value> {
        let mut value = declared.spec.get(property)?.clone();
        // `CYCLE` reports circular references; this bound only ends the loop for them.
        for _ in 0..self.declared.len() {
            let Ok(Some(Expr::Ref { address, output })) = Expr::of(&value) else {
                break;
            };
            match self
                .declared
                .get(&address)
                .and_then(|to| to.spec.get(&output))
            {
                Some(passed_on) => value = passed_on.clone(),
                None => break,
            }
        }
        Some(value)
    }

    /// The declared resource that a property refers to.
    fn referred(&self, declared: &Declared<'_>, property: &str) -> Option<&Declared<'a>> {
        self.declared
            .get(&referred(&self.value(declared, property)?)?)
    }

    /// The VPC of a resource: the one that it names, or that of the resource that contains it.
    fn vpc(&self, declared: &Declared<'_>) -> Option<Value> {
        match self.value(declared, "VpcId") {
            Some(vpc) => Some(vpc),
            None => self.vpc(self.referred(declared, "SubnetId")?),
        }
    }

    /// Whether two values certainly mean different resources: both are literals, or this stack declares both.
    fn differ(&self, one: &Value, other: &Value) -> bool {
        match (Expr::of(one), Expr::of(other)) {
            (Ok(None), Ok(None)) => one != other,
            (
                Ok(Some(Expr::Ref { address: one, .. })),
                Ok(Some(Expr::Ref { address: other, .. })),
            ) => {
                let here = |address| self.declared.contains_key(address);
                one != other && here(&one) && here(&other)
            }
            _ => false,
        }
    }
}

/// The name of a value in messages: the address of a declared resource, or the literal text.
fn name(value: &Value) -> String {
    match Expr::of(value) {
        Ok(Some(Expr::Ref { address, .. })) => format!("`{address}`"),
        _ => match value.as_str() {
            Some(text) => format!("`{text}`"),
            None => "another one".to_owned(),
        },
    }
}

#[cfg(test)]
mod testing;
