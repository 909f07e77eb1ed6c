//! `GenerateSecretString`: the form of a password that AWS generates.
//!
//! Not here: the password. AWS generates it, and the engine passes it on in the call that creates the secret; nothing keeps it.

use windlass_derive::Block;

use crate::stack::Checks;
use crate::value::{Input, IntoInput};

/// The rules for a password. AWS generates it once, when it creates the secret.
///
/// A later change of the rules does not generate a new password.
#[derive(Debug, Clone, Block)]
#[block(no_new)]
pub struct Password {
    /// Characters that the password must not contain.
    pub exclude_characters: Option<Input<String>>,
    /// Whether the password has no lowercase letters. AWS's default is `false`.
    #[field(removal_default("false"))]
    pub exclude_lowercase: Option<Input<bool>>,
    /// Whether the password has no digits. AWS's default is `false`.
    #[field(removal_default("false"))]
    pub exclude_numbers: Option<Input<bool>>,
    /// Whether the password has no punctuation. AWS's default is `false`.
    #[field(removal_default("false"))]
    pub exclude_punctuation: Option<Input<bool>>,
    /// Whether the password has no uppercase letters. AWS's default is `false`.
    #[field(removal_default("false"))]
    pub exclude_uppercase: Option<Input<bool>>,
    /// The key of the password in the JSON of the template.
    #[field(no_setter)]
    pub generate_string_key: Option<Input<String>>,
    /// Whether the password may contain spaces. AWS's default is `false`.
    #[field(removal_default("false"))]
    pub include_space: Option<Input<bool>>,
    /// The length, 1 to 4,096 characters. AWS's default is 32.
    #[field(removal_default("32"))]
    pub password_length: Option<Input<u32>>,
    /// Whether the password has at least one character of each type that is not excluded. AWS's default is `true`.
    #[field(removal_default("true"))]
    pub require_each_included_type: Option<Input<bool>>,
    /// The JSON object that AWS puts the password into.
    #[field(no_setter)]
    pub secret_string_template: Option<Input<String>>,
}

impl Password {
    /// A password with this length, in characters.
    #[must_use]
    pub fn of_length(length: u32) -> Self {
        Self {
            exclude_characters: None,
            exclude_lowercase: None,
            exclude_numbers: None,
            exclude_punctuation: None,
            exclude_uppercase: None,
            generate_string_key: None,
            include_space: None,
            password_length: Some(length.into()),
            require_each_included_type: None,
            secret_string_template: None,
        }
    }

    /// Puts the password under a key into a JSON object: `.inside(r#"{"username": "app"}"#, "password")`.
    ///
    /// The object is part of the document and of the state, so it must not contain secrets.
    #[must_use]
    pub fn inside(mut self, template: impl IntoInput<String>, key: impl IntoInput<String>) -> Self {
        self.secret_string_template = Some(template.into());
        self.generate_string_key = Some(key.into());
        self
    }

    pub(super) fn check(&self, checks: &mut Checks<'_>) {
        let property = |name: &str| format!("GenerateSecretString.{name}");
        checks.range(
            &property("PasswordLength"),
            self.password_length.as_ref(),
            1..=4_096,
        );
        checks.length(
            &property("ExcludeCharacters"),
            self.exclude_characters.as_ref(),
            0..=4_096,
        );
        let sorts = [
            &self.exclude_lowercase,
            &self.exclude_uppercase,
            &self.exclude_numbers,
            &self.exclude_punctuation,
        ];
        let is_true =
            |input: &Option<Input<bool>>| input.as_ref().and_then(Input::literal) == Some(true);
        if sorts.into_iter().all(is_true) && !is_true(&self.include_space) {
            checks.invalid(
                "GenerateSecretString",
                "excludes every sort of character",
                "leave in lowercase or uppercase letters, digits or punctuation",
            );
        }
        let template = self.secret_string_template.as_ref();
        if let Some(template) = template.and_then(Input::literal)
            && !serde_json::from_str::<serde_json::Value>(&template).is_ok_and(|v| v.is_object())
        {
            checks.invalid(
                &property("SecretStringTemplate"),
                "is no JSON object",
                "write one, such as {\"username\": \"app\"}; the password goes into it under its key",
            );
        }
    }
}
