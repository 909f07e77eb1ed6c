//! EC2's reads by filter: many resources by their ids, or the one resource that an intent made. One line declares such a query.
//!
//! Windlass asks by filter and not by id, because a call by id fails if one of many resources is gone.

use aws_sdk_ec2::types::{Filter, Tag};
use windlass_state::identity::INTENT_TAG;

use super::tags::{filter, ours_or_nothing};
use crate::prelude::*;

/// How many values one filter of EC2 takes.
pub const VALUES: usize = 200;

/// A resource with tags, as EC2 describes it.
pub trait Tagged: Described {
    fn tags(&self) -> &[Tag];
}

/// Declares a query: `by_filter! { /// VPCs by id. Vpcs: Vpc by "vpc-id", describe_vpcs.filters, "ec2:DescribeVpcs" }`. For an operation without
/// pagination, name the member of its answer: `describe_addresses.filters => addresses`.
macro_rules! by_filter {
    (@query $(#[$doc:meta])* $query:ident: $item:ident by $id:literal) => {
        $(#[$doc])*
        pub struct $query;

        impl crate::reads::Query for $query {
            type Key = String;
            type Item = aws_sdk_ec2::types::$item;
            const BATCH: usize = crate::ec2::filtered::VALUES;

            async fn fetch(
                clients: &crate::clients::Clients,
                ids: Vec<String>,
            ) -> crate::error::Result<Vec<(String, Self::Item)>> {
                let found = Self::matching(clients, crate::ec2::tags::filter($id, ids)).await?;
                let named = found.into_iter();
                Ok(named
                    .filter_map(|item| Some((crate::lifecycle::Described::id(&item)?, item)))
                    .collect())
            }
        }

        impl crate::ec2::filtered::Tagged for aws_sdk_ec2::types::$item {
            fn tags(&self) -> &[aws_sdk_ec2::types::Tag] {
                self.tags.as_deref().unwrap_or_default()
            }
        }
    };
    ($(#[$doc:meta])* $query:ident: $item:ident by $id:literal, $call:ident.$filter:ident, $operation:expr) => {
        $crate::ec2::filtered::by_filter! { @query $(#[$doc])* $query: $item by $id }

        impl $query {
            /// All resources that match a filter.
            pub async fn matching(
                clients: &crate::clients::Clients,
                filter: aws_sdk_ec2::types::Filter,
            ) -> crate::error::Result<Vec<aws_sdk_ec2::types::$item>> {
                let call = clients.ec2().$call().$filter(filter);
                let found = call.into_paginator().items().send().try_collect().await;
                crate::error::Named::named(found, $operation)
            }
        }
    };
    ($(#[$doc:meta])* $query:ident: $item:ident by $id:literal, $call:ident.$filter:ident => $items:ident, $operation:expr) => {
        $crate::ec2::filtered::by_filter! { @query $(#[$doc])* $query: $item by $id }

        impl $query {
            /// All resources that match a filter.
            pub async fn matching(
                clients: &crate::clients::Clients,
                filter: aws_sdk_ec2::types::Filter,
            ) -> crate::error::Result<Vec<aws_sdk_ec2::types::$item>> {
                let answer = clients.ec2().$call().$filter(filter).send().await;
                let answer = crate::error::Named::named(answer, $operation)?;
                Ok(answer.$items.unwrap_or_default())
            }
        }
    };
}
pub(crate) use by_filter;

/// Implements `find` for a kind whose resources carry the intent's tag: `found_by_intent!(Vpcs);`.
macro_rules! found_by_intent {
    ($query:ident) => {
        async fn find(
            cx: &crate::lifecycle::Context,
            _spec: &crate::lifecycle::SpecOf<Self>,
            intent: &windlass_state::identity::IntentId,
        ) -> crate::error::Result<crate::lifecycle::FoundOne> {
            let filter = crate::ec2::filtered::intent_filter(intent);
            let found = $query::matching(cx, filter).await?;
            Ok(crate::ec2::filtered::ours(&found, intent))
        }
    };
}
pub(crate) use found_by_intent;

/// The filter for resources that one intent made.
pub fn intent_filter(intent: &IntentId) -> Filter {
    filter(&format!("tag:{INTENT_TAG}"), vec![intent.0.clone()])
}

/// The resource that the intent made, if `found` has one. The function checks the tags, because not every endpoint filters as AWS does.
pub fn ours(found: &[impl Tagged], intent: &IntentId) -> FoundOne {
    let is_ours =
        |tag: &Tag| tag.key.as_deref() == Some(INTENT_TAG) && tag.value.as_ref() == Some(&intent.0);
    let mut ours = (found.iter())
        .filter(|one| one.stays() && one.tags().iter().any(is_ours))
        .filter_map(|one| Made::of(one));
    ours_or_nothing(ours.next())
}
