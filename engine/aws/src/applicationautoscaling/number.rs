//! What is scaled: a resource and one number of it. CloudFormation writes it `RESOURCE|DIMENSION|NAMESPACE`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use aws_sdk_applicationautoscaling::types::{ScalableDimension, ServiceNamespace};

/// One number that can be scaled.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Number {
    /// The service.
    pub namespace: String,
    /// The resource's type and name.
    pub resource_id: String,
    /// Which number of it.
    pub dimension: String,
}

impl Number {
    /// Reads CloudFormation's form. A part that is missing is empty, which AWS then refuses with its own words.
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

/// One group for each service: a call names one.
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
