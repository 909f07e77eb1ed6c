//! The environment of a container: plain variables, files of variables, and secrets by their source.
//!
//! A secret's value is never part of it: ECS reads the value with the execution role when the task starts.

use windlass_derive::Block;

use super::container::Container;
use crate::aws::ecs::SsmParameterArn;
use crate::aws::secretsmanager::{Secret, SecretArn};
use crate::resource::Handle;
use crate::value::{Input, IntoInput, Output, join};

crate::text_enum! {
    /// Where an environment file is stored.
    pub enum EnvironmentFileType {
        /// In S3.
        S3 = "s3",
    }
}

/// A plain environment variable. Everyone who may describe the task definition can read it.
#[derive(Debug, Clone, Block)]
pub struct EnvironmentVariable {
    pub name: Input<String>,
    pub value: Input<String>,
}

/// A file of environment variables, one `NAME=value` for each line.
#[derive(Debug, Clone, Block)]
pub struct EnvironmentFile {
    /// Where the file is stored.
    #[field(name = "Type")]
    pub file_type: Input<EnvironmentFileType>,
    /// The ARN of the object; its name ends with `.env`.
    pub value: Input<String>,
}

impl EnvironmentFile {
    /// A file in S3.
    #[must_use]
    pub fn in_s3(arn: impl IntoInput<String>) -> Self {
        Self::new(EnvironmentFileType::S3, arn)
    }
}

/// A secret under a name: for a container's environment, or as an option of a log driver.
#[derive(Debug, Clone, Block)]
#[block(no_new)]
pub struct ContainerSecret {
    /// The name of the variable or option.
    pub name: Input<String>,
    /// The ARN of a secret, optionally followed by the parts of [`SecretPart`], or the ARN of a parameter.
    #[field(no_setter)]
    pub value_from: Input<String>,
}

impl ContainerSecret {
    /// A secret under a name.
    #[must_use]
    pub fn new(name: impl IntoInput<String>, from: impl SecretOrigin) -> Self {
        Self {
            name: name.into(),
            value_from: from.value_from(),
        }
    }
}

/// One member of a secret whose value is JSON, or one version of a secret.
#[derive(Debug, Clone)]
pub struct SecretPart {
    secret: Input<String>,
    key: String,
    stage: String,
    version: String,
}

impl SecretPart {
    /// The member `key` of a secret whose value is a JSON object.
    #[must_use]
    pub fn key(secret: impl SecretOrigin, key: impl Into<String>) -> Self {
        Self {
            secret: secret.value_from(),
            key: key.into(),
            stage: String::new(),
            version: String::new(),
        }
    }

    /// The version with this stage instead of `AWSCURRENT`.
    #[must_use]
    pub fn stage(mut self, stage: impl Into<String>) -> Self {
        self.stage = stage.into();
        self
    }

    /// One specific version.
    #[must_use]
    pub fn version(mut self, id: impl Into<String>) -> Self {
        self.version = id.into();
        self
    }
}

/// A source of a container secret's value.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not something that ECS can read a secret from",
    note = "give a `secretsmanager::Secret` handle, its `arn()`, a `SecretPart` of it, or an `SsmParameterArn`; for plain values there is `.env(…)`"
)]
pub trait SecretOrigin {
    /// The source in AWS's form.
    fn value_from(self) -> Input<String>;
}

macro_rules! origins {
    ($($type:ty),+ $(,)?) => {$(
        impl SecretOrigin for $type {
            fn value_from(self) -> Input<String> {
                Input::from(self).text()
            }
        }
    )+};
}

origins!(
    SecretArn,
    Output<SecretArn>,
    &Output<SecretArn>,
    SsmParameterArn,
    Output<SsmParameterArn>,
    &Output<SsmParameterArn>,
);

impl SecretOrigin for &Handle<Secret> {
    fn value_from(self) -> Input<String> {
        self.arn().text().into()
    }
}

impl SecretOrigin for SecretPart {
    fn value_from(self) -> Input<String> {
        let tail = format!(":{}:{}:{}", self.key, self.stage, self.version);
        match self.secret.literal() {
            Some(arn) => format!("{arn}{tail}").into(),
            None => join([self.secret, tail.into()]).into(),
        }
    }
}

/// A value that a plain environment variable can hold.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a plain value for an environment variable",
    note = "a secret goes in with `.secret(\"NAME\", &secret)`, so that its value stays out of the task definition; ARNs and ids go in with `.text()`"
)]
pub trait EnvironmentValue {
    /// The text.
    fn environment_value(self) -> Input<String>;
}

macro_rules! plain_values {
    (text: $($text:ty),+; number: $($number:ty),+ $(,)?) => {
        $(impl EnvironmentValue for $text {
            fn environment_value(self) -> Input<String> {
                self.into()
            }
        })+
        $(impl EnvironmentValue for $number {
            fn environment_value(self) -> Input<String> {
                self.to_string().into()
            }
        })+
    };
}

plain_values!(text: &str, String, Output<String>, &Output<String>, Input<String>; number: bool, u16, i32, u32, i64, u64);

impl Container {
    /// Adds a plain environment variable. Everyone who may describe the task definition can read it.
    #[must_use]
    pub fn env(mut self, name: impl IntoInput<String>, value: impl EnvironmentValue) -> Self {
        self.environment
            .push(EnvironmentVariable::new(name, value.environment_value()));
        self
    }

    /// Adds a secret to the environment. The execution role must be allowed to read it.
    ///
    /// ```
    /// use windlass::aws::ecs::Container;
    /// use windlass::aws::secretsmanager::Secret;
    /// use windlass::resource::Handle;
    ///
    /// fn with_password(app: Container, password: &Handle<Secret>) -> Container {
    ///     app.secret("DB_PASSWORD", password)
    /// }
    /// ```
    ///
    /// A plain environment variable does not take one:
    ///
    /// ```compile_fail
    /// use windlass::aws::ecs::Container;
    /// use windlass::aws::secretsmanager::Secret;
    /// use windlass::resource::Handle;
    ///
    /// fn with_password(app: Container, password: &Handle<Secret>) -> Container {
    ///     app.env("DB_PASSWORD", password)
    /// }
    /// ```
    #[must_use]
    pub fn secret(mut self, name: impl IntoInput<String>, from: impl SecretOrigin) -> Self {
        self.secrets.push(ContainerSecret::new(name, from));
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::address::Address;
    use serde_json::json;

    #[test]
    fn a_part_of_a_secret_is_named_behind_its_arn() {
        let arn = "arn:aws:secretsmanager:us-east-1:123456789012:secret:db-0a1b2c";
        let part = SecretPart::key(SecretArn::existing(arn), "password").stage("AWSPREVIOUS");
        assert_eq!(
            part.value_from().to_value(),
            format!("{arn}:password:AWSPREVIOUS:")
        );
        let address = Address::parse("db").expect("an address");
        let output: Output<SecretArn> = Output::reference(&address, "Id");
        assert_eq!(
            SecretPart::key(&output, "password").value_from().to_value(),
            json!({"$windlass": {"join": [{"$windlass": {"ref": "db", "output": "Id"}}, ":password::"]}})
        );
    }
}
