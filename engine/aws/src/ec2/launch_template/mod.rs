//! The life cycle of `AWS::EC2::LaunchTemplate`. A version cannot change: an update creates a new version and makes it the default.
//!
//! Windlass observes the latest version, because users of `LatestVersionNumber` launch that version.

mod blocks;
mod words;

use std::collections::BTreeSet;

use aws_sdk_ec2::types::{
    Filter, LaunchTemplate as SdkTemplate, LaunchTemplateVersion, ResourceType, Tag,
};
use serde_json::json;
use windlass::aws::ec2::{LaunchTemplate, LaunchTemplateChange, LaunchTemplateResolved};
use windlass::canonical::CanonicalJson;

use super::filtered::{Tagged, intent_filter, ours};
use super::tags;
use crate::prelude::*;
use crate::reads::{listed_or_asked, worthwhile};

lives!(LaunchTemplate => LaunchTemplateLifecycle);

pub struct LaunchTemplateLifecycle;

tables! { windlass::aws::ec2 => aws_sdk_ec2;
    LaunchTemplate => create_launch_template | LaunchTemplate {
        "LaunchTemplateData" not shown;
        "VersionDescription" not shown;
    }
}

impl Described for SdkTemplate {
    fn id(&self) -> Option<String> {
        self.launch_template_id.clone()
    }

    fn outputs(&self) -> Outputs {
        let number = |number: Option<i64>| number.map(|number| number.to_string());
        outputs([
            ("LaunchTemplateId", self.id()),
            ("LatestVersionNumber", number(self.latest_version_number)),
            ("DefaultVersionNumber", number(self.default_version_number)),
        ])
    }

    /// The properties without those of a version.
    fn properties(&self) -> Block {
        self.block().tags("Tags", tags::pairs(self.tags.as_deref()))
    }
}

impl Tagged for SdkTemplate {
    fn tags(&self) -> &[Tag] {
        self.tags.as_deref().unwrap_or_default()
    }
}

/// How many launch templates one call takes or shows.
/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeLaunchTemplates.html>
const PAGE: i32 = 200;

/// Launch templates by id. No filter takes ids.
pub struct Templates;

impl Query for Templates {
    type Key = String;
    type Item = SdkTemplate;
    /// The list has no limit on keys.
    const BATCH: usize = 100_000;

    async fn fetch(clients: &Clients, keys: Vec<String>) -> Result<Vec<(String, SdkTemplate)>> {
        const OPERATION: &str = "ec2:DescribeLaunchTemplates";
        let describe = || clients.ec2().describe_launch_templates();
        listed_or_asked(
            keys,
            PAGE as usize,
            SdkTemplate::launch_template_id,
            |token| async {
                let page = describe().max_results(PAGE).set_next_token(token);
                let answer = page.send().await.named(OPERATION)?;
                Ok((answer.launch_templates, answer.next_token))
            },
            |keys| async {
                let some = describe().set_launch_template_ids(Some(keys));
                let pages = some.into_paginator().items().send();
                pages.try_collect().await.named(OPERATION)
            },
        )
        .await
    }
}

async fn matching(clients: &Clients, filter: Filter) -> Result<Vec<SdkTemplate>> {
    let call = clients.ec2().describe_launch_templates().filters(filter);
    let pages = call.into_paginator().items().send();
    let templates = pages.try_collect().await;
    templates.named("ec2:DescribeLaunchTemplates")
}

/// The latest version of a template, by the template's id. One call describes the versions of one template, or the latest versions of all templates.
pub struct LatestVersions;

impl Query for LatestVersions {
    type Key = String;
    type Item = LaunchTemplateVersion;
    /// One list answers for all keys.
    const BATCH: usize = 100_000;

    async fn fetch(
        clients: &Clients,
        keys: Vec<String>,
    ) -> Result<Vec<(String, LaunchTemplateVersion)>> {
        let call = clients.ec2().describe_launch_template_versions();
        let call = call.versions(LATEST).max_results(PAGE);
        let (mut pages, mut found) = (call.into_paginator().send(), Vec::new());
        let mut left: BTreeSet<String> = keys.into_iter().collect();
        for _ in 0..worthwhile(left.len()) {
            let Some(page) = pages.next().await else {
                break;
            };
            let page = page.named(DESCRIBE_VERSIONS)?;
            let versions = page.launch_template_versions.unwrap_or_default();
            let wanted = |version: LaunchTemplateVersion| {
                Some((left.take(version.launch_template_id()?)?, version))
            };
            found.extend(versions.into_iter().filter_map(wanted));
            if left.is_empty() {
                break;
            }
        }
        Ok(found)
    }

    /// Reads one template, because the list may not have been read to its end.
    async fn confirm(clients: &Clients, id: &String) -> Result<Option<LaunchTemplateVersion>> {
        let call = clients.ec2().describe_launch_template_versions();
        let call = call.launch_template_id(id).versions(LATEST);
        let version = call.into_paginator().items().send().try_next().await;
        let version = version.named(DESCRIBE_VERSIONS).found()?.flatten();
        Ok(version.filter(|version| version.launch_template_id() == Some(id)))
    }
}

const DESCRIBE_VERSIONS: &str = "ec2:DescribeLaunchTemplateVersions";
const LATEST: &str = "$Latest";

impl Lifecycle for LaunchTemplateLifecycle {
    type Kind = LaunchTemplate;
    const DELETION: Deletion = Deletion::AtOnce;
    const IS_LISTED: bool = true;

    fn want(subject: &Subject<Self>, wants: &mut Wants) {
        wants.want::<Templates>(subject.id.clone());
        wants.want::<LatestVersions>(subject.id.clone());
    }

    fn observe(subject: &Subject<Self>, answers: &Answers) -> Result<Option<Observed>> {
        let template = answers.get::<Templates>(&subject.id)?;
        let version = answers.get::<LatestVersions>(&subject.id)?;
        let (Some(template), Some(version)) = (template, version) else {
            return Ok(None);
        };
        let data = version.launch_template_data().map(Showing::block);
        let properties = template
            .properties()
            .set("LaunchTemplateData", data)
            .set("VersionDescription", version.version_description());
        Ok(Some(Observed {
            properties,
            outputs: template.outputs(),
        }))
    }

    async fn create(
        cx: &Context,
        spec: &LaunchTemplateResolved,
        intent: &IntentId,
    ) -> Result<Made> {
        const OPERATION: &str = "ec2:CreateLaunchTemplate";
        blocks::check(&spec.launch_template_data)?;
        let tags = tags::specification(cx, ResourceType::LaunchTemplate, &spec.tags, intent);
        let call = spec.fill(cx.ec2().create_launch_template());
        let call = call.client_token(&intent.0).tag_specifications(tags);
        let answer = call.send().await.named(OPERATION)?;
        made(answer.launch_template.as_ref(), OPERATION)
    }

    async fn update(
        cx: &Context,
        subject: &Subject<Self>,
        to: &LaunchTemplateResolved,
        changes: &[LaunchTemplateChange],
    ) -> Result<Outputs> {
        let mut changed = Outputs::new();
        let mut version = false;
        for change in changes {
            match change {
                LaunchTemplateChange::LaunchTemplateData
                | LaunchTemplateChange::VersionDescription => version = true,
                LaunchTemplateChange::Tags => {
                    tags::update(cx, &subject.id, &subject.applied.tags, &to.tags).await?;
                }
            }
        }
        if version {
            changed.extend(new_version(cx, subject, to).await?);
        }
        Ok(changed)
    }

    async fn delete(cx: &Context, subject: &Subject<Self>) -> Result<()> {
        cx.ec2()
            .delete_launch_template()
            .launch_template_id(&subject.id)
            .send()
            .await
            .named("ec2:DeleteLaunchTemplate")
            .map(drop)
    }

    async fn find(
        cx: &Context,
        spec: &LaunchTemplateResolved,
        intent: &IntentId,
    ) -> Result<FoundOne> {
        let found = ours(&matching(cx, intent_filter(intent)).await?, intent);
        if let (FoundOne::Nothing { .. }, Some(name)) = (&found, &spec.launch_template_name) {
            let by_name = tags::filter("launch-template-name", vec![name.clone()]);
            let named = matching(cx, by_name).await?;
            let mut named = named.iter();
            let named = named.find(|one| one.launch_template_name.as_ref() == Some(name));
            if let Some(id) = named.and_then(SdkTemplate::launch_template_id) {
                return Ok(FoundOne::Foreign(format!(
                    "launch template {id} has the name `{name}`"
                )));
            }
        }
        Ok(found)
    }
}

/// Creates a version and makes it the default.
async fn new_version(
    cx: &Context,
    subject: &Subject<LaunchTemplateLifecycle>,
    to: &LaunchTemplateResolved,
) -> Result<Outputs> {
    const OPERATION: &str = "ec2:CreateLaunchTemplateVersion";
    blocks::check(&to.launch_template_data)?;
    let answer = cx
        .ec2()
        .create_launch_template_version()
        .client_token(token(subject, to))
        .launch_template_id(&subject.id)
        .set_version_description(to.version_description.clone())
        .set_launch_template_data(to.launch_template_data.to_sdk())
        .send()
        .await
        .named(OPERATION)?;
    let number = answer
        .launch_template_version()
        .and_then(|version| version.version_number)
        .ok_or_else(|| incomplete(OPERATION, "version number"))?
        .to_string();
    cx.ec2()
        .modify_launch_template()
        .launch_template_id(&subject.id)
        .default_version(&number)
        .set_client_token(cx.token.clone())
        .send()
        .await
        .named("ec2:ModifyLaunchTemplate")?;
    Ok(outputs([
        ("LatestVersionNumber", Some(number.clone())),
        ("DefaultVersionNumber", Some(number)),
    ]))
}

/// The client token of an update. It is the same for the same change of the same version, also in another run, so a retried update creates no second
/// version. The hash uses the spec, not the request, because the SDK's debug output of the request leaves the user data out.
fn token(subject: &Subject<LaunchTemplateLifecycle>, to: &LaunchTemplateResolved) -> String {
    let known = subject.output("LatestVersionNumber");
    let data = format!("{:?}", to.launch_template_data);
    CanonicalJson::of(&json!([subject.id, known, data, to.version_description])).hash()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_change_has_a_token_of_its_own() {
        let spec = |user_data: &str| -> LaunchTemplateResolved {
            let spec = json!({"LaunchTemplateData": {"UserData": user_data}});
            serde_json::from_value(spec).expect("a spec")
        };
        let subject = |version: &str| Subject::<LaunchTemplateLifecycle> {
            id: "lt-0a1".to_owned(),
            applied: spec("first"),
            sent: None,
            outputs: outputs([("LatestVersionNumber", Some(version.to_owned()))]),
            partners: Vec::new(),
        };
        let known = token(&subject("1"), &spec("second"));
        assert_eq!(known, token(&subject("1"), &spec("second")));
        assert_ne!(known, token(&subject("1"), &spec("third")));
        assert_ne!(known, token(&subject("2"), &spec("second")));
    }
}
