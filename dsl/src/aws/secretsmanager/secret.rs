//! `AWS::SecretsManager::Secret`: a secret that AWS keeps.
//!
//! What surprises people: The value is never in a document, a state, a plan or a log; only its source is. AWS generates a generated value once, and the
//! value stays even if the rules for generating it change. A deleted secret keeps its name until its recovery window has passed. If the program wants a
//! secret of this stack again before then, Windlass restores it; a generated secret then has its old value. ARNs end in six random characters, so an
//! ARN cannot be known in advance.
//!
//! Two properties are not CloudFormation's and say how AWS deletes the secret: `RecoveryWindowInDays` (AWS's default is 30) and
//! `ForceDeleteWithoutRecovery`. They are part of the spec, not options of the engine, because they are parameters of `DeleteSecret` and mean nothing
//! to another kind.
//!
//! Not here: rotation and resource policies, for which CloudFormation has kinds of their own, and binary values, for which it has none. Reference:
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-secretsmanager-secret.html>

use windlass_derive::{Block, Choice, Resource};

use super::{Password, SecretArn, SecretName};
use crate::resource::{Check, Samples};
use crate::stack::Checks;
use crate::value::{Input, IntoInput, SecretInput, Tags};

/// A secret that AWS keeps.
///
/// ```
/// use windlass::aws::secretsmanager::{Password, Secret};
/// use windlass::resource::Declare;
///
/// # windlass::Stack::test("t", |cx| {
/// let password = Secret::generated(Password::of_length(32).exclude_punctuation(true))
///     .description("The database's password")
///     .declare(cx, "db-password");
/// # let _ = password;
/// # Ok(())
/// # }, windlass::request::Request::offline("us-east-1"));
/// ```
#[derive(Debug, Clone, Resource)]
#[resource(
    kind = "AWS::SecretsManager::Secret",
    id = "Id",
    outputs(
        arn: SecretArn = "Id",
        name: SecretName = "Name",
    ),
    no_new
)]
pub struct Secret {
    /// A description of the secret, up to 2,048 characters.
    #[field(in_place)]
    pub description: Option<Input<String>>,
    /// The value of the secret: from outside, generated, or none yet.
    #[field(choice, in_place, no_setter)]
    pub content: Option<Content>,
    /// The KMS key that encrypts the secret: an ARN, an id or an alias. AWS's default is `alias/aws/secretsmanager`.
    #[field(in_place)]
    pub kms_key_id: Option<Input<String>>,
    /// The name, up to 512 characters.
    #[field(replaces, physical_name(max = 512, also = "/_+=.@"))]
    pub name: Option<Input<String>>,
    /// How AWS deletes the secret. By default it can be restored for 30 days.
    #[field(choice, in_place, no_setter)]
    pub recovery: Option<Recovery>,
    /// The other regions that have a copy of the secret.
    #[field(in_place, keyed("Region"))]
    pub replica_regions: Vec<ReplicaRegion>,
    #[field(in_place)]
    pub tags: Tags,
    /// The partner that holds the secret, if AWS only manages it.
    #[field(in_place, name = "Type")]
    pub secret_type: Option<Input<String>>,
}

/// The source of a secret's value.
#[derive(Debug, Clone, Choice)]
pub enum Content {
    /// A value from outside. Windlass sends a new value when it changes there. If the author removes this property, AWS keeps the last value.
    #[field(in_place, never_read, removal_keeps)]
    SecretString(SecretInput),
    /// AWS generates the value.
    #[field(creation_only, never_read, removal_keeps)]
    GenerateSecretString(Box<Password>),
}

/// How AWS deletes a secret. It has no effect before the deletion.
#[derive(Debug, Clone, Choice)]
pub enum Recovery {
    /// The secret can be restored for this number of days, 7 to 30.
    #[field(in_place, never_read, removal_default("30"))]
    RecoveryWindowInDays(Input<u32>),
    /// AWS deletes the secret at once, and it cannot be restored.
    #[field(in_place, never_read, removal_default("false"))]
    ForceDeleteWithoutRecovery(Input<bool>),
}

/// A copy of a secret in another region.
#[derive(Debug, Clone, Block)]
pub struct ReplicaRegion {
    /// The KMS key that encrypts the copy: an ARN, an id or an alias of that region.
    pub kms_key_id: Option<Input<String>>,
    pub region: Input<String>,
}

impl Secret {
    /// A secret whose value AWS generates.
    #[must_use]
    pub fn generated(password: Password) -> Self {
        Self::with(Some(Content::GenerateSecretString(Box::new(password))))
    }

    /// A secret whose value Windlass reads from an environment variable or a file when it sends it: `SecretInput::from_env("DB_PASSWORD")`.
    #[must_use]
    pub fn of(value: SecretInput) -> Self {
        Self::with(Some(Content::SecretString(value)))
    }

    /// A secret without a value, for another program to fill.
    #[must_use]
    pub fn empty() -> Self {
        Self::with(None)
    }

    /// Sets for how many days the secret can be restored after its deletion, 7 to 30. AWS's default is 30.
    #[must_use]
    pub fn recovery_window_in_days(mut self, days: impl IntoInput<u32>) -> Self {
        self.recovery = Some(Recovery::RecoveryWindowInDays(days.into()));
        self
    }

    /// Makes a deletion immediate: the secret cannot be restored.
    #[must_use]
    pub fn force_delete_without_recovery(mut self) -> Self {
        self.recovery = Some(Recovery::ForceDeleteWithoutRecovery(true.into()));
        self
    }

    fn with(content: Option<Content>) -> Self {
        Self {
            description: None,
            content,
            kms_key_id: None,
            name: None,
            recovery: None,
            replica_regions: Vec::new(),
            tags: Tags::default(),
            secret_type: None,
        }
    }
}

impl Check for Secret {
    fn check(&self, checks: &mut Checks<'_>) {
        checks.length("Description", self.description.as_ref(), 0..=2_048);
        checks.length("KmsKeyId", self.kms_key_id.as_ref(), 0..=2_048);
        checks.length("Type", self.secret_type.as_ref(), 0..=256);
        checks.length("Name", self.name.as_ref(), 1..=512);
        if let Some(name) = self.name.as_ref().and_then(Input::literal)
            && let Some(odd) = name.chars().find(|c| !in_names(*c))
        {
            checks.invalid(
                "Name",
                format!("has {odd:?} in it"),
                "AWS takes ASCII letters, digits and `/_+=.@-`",
            );
        }
        match &self.content {
            Some(Content::GenerateSecretString(password)) => password.check(checks),
            Some(Content::SecretString(_)) | None => {}
        }
        if let Some(Recovery::RecoveryWindowInDays(days)) = &self.recovery {
            checks.range("RecoveryWindowInDays", Some(days), 7..=30);
        }
        self.check_replicas(checks);
    }
}

impl Secret {
    fn check_replicas(&self, checks: &mut Checks<'_>) {
        let regions = self
            .replica_regions
            .iter()
            .filter_map(|r| r.region.literal());
        let mut seen = std::collections::BTreeSet::new();
        for region in regions {
            if !seen.insert(region.clone()) {
                checks.invalid(
                    "ReplicaRegions",
                    format!("names {region} twice"),
                    "a region has one copy",
                );
            }
        }
    }
}

fn in_names(c: char) -> bool {
    c.is_ascii_alphanumeric() || "/_+=.@-".contains(c)
}

impl Samples for Secret {
    fn samples() -> Vec<Self> {
        let password = Password::of_length(40)
            .exclude_characters("\"@/\\")
            .exclude_lowercase(false)
            .exclude_numbers(false)
            .exclude_punctuation(true)
            .exclude_uppercase(false)
            .include_space(false)
            .require_each_included_type(true)
            .inside(r#"{"username":"app"}"#, "password");
        let dress = |secret: Self| {
            secret
                .name("shop/db-password")
                .description("The database's password")
                .kms_key_id("alias/shop")
                .secret_type("partner")
                .recovery_window_in_days(7u32)
                .replica_regions([ReplicaRegion::new("eu-west-1").kms_key_id("alias/shop")])
                .tag("Name", "db-password")
        };
        // Cargo sets these two variables for every program that it runs, so the samples can be resolved in every test.
        let full = dress(Self::of(SecretInput::from_env("CARGO_PKG_NAME")));
        let other_value = dress(Self::of(SecretInput::from_env("CARGO_PKG_VERSION")));
        vec![
            Self::empty(),
            full.clone(),
            other_value,
            full.clone()
                .description("Something else")
                .kms_key_id("alias/other")
                .secret_type("other-partner")
                .recovery_window_in_days(30u32)
                .replica_regions([
                    ReplicaRegion::new("eu-west-1").kms_key_id("alias/other"),
                    ReplicaRegion::new("eu-west-2"),
                ])
                .tag("Name", "other"),
            full.clone().force_delete_without_recovery(),
            full.name("shop/other"),
            dress(Self::generated(password)),
            Self::generated(Password::of_length(32)),
        ]
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::request::Request;
    use crate::resource::{Declare, Resource};
    use crate::stack::Stack;

    fn problems(secret: Secret) -> Vec<String> {
        let declare = |cx: &mut Stack| {
            secret.declare(cx, "secret");
            Ok(())
        };
        let document = Stack::test("t", declare, Request::offline("us-east-1"));
        document.problems.into_iter().map(|p| p.message).collect()
    }

    #[test]
    fn the_document_holds_where_the_value_comes_from_and_never_the_value() {
        // `PATH` is set wherever tests run, so the test would notice a spec that contains its value.
        let value = std::env::var("PATH").expect("set");
        let secret = Secret::of(SecretInput::from_env("PATH"));
        assert_eq!(
            secret.to_json(),
            json!({"SecretString": {"$windlass": {"secret": {"env": "PATH"}}}})
        );
        assert!(!format!("{secret:?}").contains(&value));
        let document = Stack::test(
            "t",
            |cx| {
                secret.declare(cx, "secret");
                Ok(())
            },
            Request::offline("us-east-1"),
        );
        assert!(!format!("{document:?}").contains(&value));
        assert!(
            !serde_json::to_string(&document)
                .expect("json")
                .contains(&value)
        );
    }

    #[test]
    fn a_resolved_secret_shows_its_source_and_a_hash() {
        let resolved: SecretResolved = serde_json::from_value(json!({
            "SecretString": {"source": {"env": "DB_PASSWORD"}, "hash": "00ff"},
            "RecoveryWindowInDays": 7,
        }))
        .expect("a secret");
        let Some(ContentResolved::SecretString(secret)) = &resolved.content else {
            panic!("{resolved:?}");
        };
        assert_eq!(secret.hash, "00ff");
        assert!(matches!(
            resolved.recovery,
            Some(RecoveryResolved::RecoveryWindowInDays(7))
        ));
        let none: SecretResolved = serde_json::from_value(json!({})).expect("a secret");
        assert!(none.content.is_none() && none.recovery.is_none());
    }

    #[test]
    fn what_aws_refuses_is_reported() {
        let nothing_left = Password::of_length(5_000)
            .exclude_lowercase(true)
            .exclude_uppercase(true)
            .exclude_numbers(true)
            .exclude_punctuation(true)
            .inside("app", "password");
        let secret = Secret::generated(nothing_left)
            .name("db password")
            .recovery_window_in_days(5u32)
            .replica_regions([
                ReplicaRegion::new("eu-west-1"),
                ReplicaRegion::new("eu-west-1"),
            ]);
        assert_eq!(
            problems(secret),
            [
                "`Name` of `secret` has ' ' in it",
                "`GenerateSecretString.PasswordLength` of `secret` is 5000",
                "`GenerateSecretString` of `secret` excludes every sort of character",
                "`GenerateSecretString.SecretStringTemplate` of `secret` is no JSON object",
                "`RecoveryWindowInDays` of `secret` is 5",
                "`ReplicaRegions` of `secret` names eu-west-1 twice",
            ]
        );
    }
}
