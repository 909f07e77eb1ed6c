//! The scalable dimension of a resource: the resource, and the one number that Application Auto Scaling changes. CloudFormation writes it
//! `RESOURCE|DIMENSION|NAMESPACE`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use aws_sdk_applicationautoscaling::types::{ScalableDimension, ServiceNamespace};

/// One number that Application Auto Scaling can change.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Number {
    /// The service, such as `ecs`.
    pub namespace: String,
    /// The resource's type and name, such as `service/main/web`.
    pub resource_id: String,
    /// The number's name, such as `ecs:service:DesiredCount`.
    pub dimension: String,
}

impl Number {
    /// Parses CloudFormation's form. A missing part becomes an empty text, which AWS then refuses with its own message.
    pub fn parse(id: &str) -> Self {
        let mut parts = id.rsplitn(3, '|').map(str::to_owned);
        let namespace = parts.next().unwrap_or_default();
        let dimension = parts.next().unwrap_or_default();
        let resource_id = parts.next().unwrap_or_default();
        Self {
            namespace,
            resource_id,
            dimension,
        }
    }

    /// The number that an answer of AWS is about.
    pub fn of(
        namespace: &ServiceNamespace,
        resource_id: &str,
        dimension: &ScalableDimension,
    ) -> Self {
        Self {
            namespace: namespace.as_str().to_owned(),
            resource_id: resource_id.to_owned(),
            dimension: dimension.as_str().to_owned(),
        }
    }

    /// The SDK's form of the dimension.
    pub fn dimension(&self) -> ScalableDimension {
        ScalableDimension::from(self.dimension.as_str())
    }

    /// The SDK's form of the namespace.
    pub fn namespace(&self) -> ServiceNamespace {
        ServiceNamespace::from(self.namespace.as_str())
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}|{}|{}",
            self.resource_id, self.dimension, self.namespace
        )
    }
}

/// Groups keys by service, because a call names one service.
pub fn by_namespace<K: Clone + Ord>(
    keys: BTreeSet<K>,
    namespace: impl Fn(&K) -> &str,
) -> Vec<Vec<K>> {
    let mut groups = BTreeMap::<String, Vec<K>>::new();
    for key in keys {
        groups
            .entry(namespace(&key).to_owned())
            .or_default()
            .push(key);
    }
    groups.into_values().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_goes_both_ways() {
        let id = "service/shop/api|ecs:service:DesiredCount|ecs";
        let number = Number::parse(id);
        assert_eq!(number.resource_id, "service/shop/api");
        assert_eq!(number.to_string(), id);
    }
}
