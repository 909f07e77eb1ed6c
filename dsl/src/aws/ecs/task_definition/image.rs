//! References to container images. The compiler checks them where they are literals. Not here: asking a registry whether the image exists.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::schema::Shape;
use crate::value::{Input, IntoInput, Literal, Text};

/// A reference to a container image: `repository`, `repository:tag` or `repository@sha256:…`, optionally with a registry in front.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Image(String);

/// A text is no reference to an image.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is no image reference: {why}")]
pub struct ImageError {
    text: String,
    why: &'static str,
}

/// An [`Image`] from a literal. The compiler refuses a malformed one: `image!("public.ecr.aws/nginx/nginx:1.27")`.
///
/// ```
/// # use windlass::image;
/// assert_eq!(image!("public.ecr.aws/nginx/nginx:1.27").as_str(), "public.ecr.aws/nginx/nginx:1.27");
/// ```
/// ```compile_fail
/// # use windlass::image;
/// let image = image!("nginx:1.27:2");
/// ```
#[macro_export]
macro_rules! image {
    ($reference:expr) => {{
        const { $crate::aws::ecs::Image::proven($reference) };
        $crate::aws::ecs::Image::parse($reference).expect("the compiler has checked it")
    }};
}

impl Image {
    /// A reference from a text.
    ///
    /// # Errors
    /// It is malformed.
    pub fn parse(text: impl Into<String>) -> Result<Self, ImageError> {
        let text = text.into();
        match fault(text.as_bytes()) {
            None => Ok(Self(text)),
            Some(why) => Err(ImageError { text, why }),
        }
    }

    /// A reference made of outputs, such as a repository's address and a tag. AWS checks it, not the compiler.
    #[must_use]
    pub fn from_text(text: impl IntoInput<String>) -> Input<Self> {
        text.into().trust_as()
    }

    /// Proves a literal for [`image!`](crate::image), which the compiler evaluates.
    ///
    /// # Panics
    /// It is malformed.
    pub const fn proven(text: &str) {
        if let Some(why) = fault(text.as_bytes()) {
            panic!("{}", why);
        }
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Image {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Literal for Image {
    const SHAPE: &'static Shape = &Shape::Text;
}

impl Text for Image {}

/// What is wrong with a reference. Repositories are lowercase, but a registry's host name may be any valid host name.
const fn fault(text: &[u8]) -> Option<&'static str> {
    if text.is_empty() || text.len() > 255 {
        return Some("an image reference has 1 to 255 characters");
    }
    let (mut i, mut colon, mut at) = (0, None, None);
    while i < text.len() {
        match text[i] {
            b'/' if at.is_some() => return Some("a digest holds no `/`"),
            // A colon before a slash belongs to a registry's port.
            b'/' if i == 0 || i + 1 == text.len() || text[i - 1] == b'/' => {
                return Some("a part of an image's path is empty");
            }
            b'/' => colon = None,
            b':' if at.is_some() => {}
            b':' if colon.is_some() => return Some("an image reference has one `:tag`"),
            b':' => colon = Some(i),
            b'@' if at.is_some() => return Some("an image reference has one `@digest`"),
            b'@' => at = Some(i),
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'.' | b'_' | b'-' => {}
            _ => {
                return Some(
                    "an image reference holds letters, digits, and `.` `_` `-` `/` `:` `@` only",
                );
            }
        }
        i += 1;
    }
    if let Some(at) = at {
        if at == 0 {
            return Some("the repository is missing");
        }
        if !is_sha256(text.split_at(at + 1).1) {
            return Some("a digest is `sha256:` and 64 hex digits");
        }
    }
    if let Some(colon) = colon {
        let end = match at {
            Some(at) => at,
            None => text.len(),
        };
        if colon == 0 {
            return Some("the repository is missing");
        }
        if colon + 1 == end {
            return Some("the tag after `:` is empty");
        }
        if end - colon - 1 > 128 {
            return Some("a tag has at most 128 characters");
        }
    }
    None
}

const fn is_sha256(digest: &[u8]) -> bool {
    const PREFIX: &[u8] = b"sha256:";
    if digest.len() != PREFIX.len() + 64 {
        return false;
    }
    let mut i = 0;
    while i < digest.len() {
        let fits = if i < PREFIX.len() {
            digest[i] == PREFIX[i]
        } else {
            digest[i].is_ascii_hexdigit()
        };
        if !fits {
            return false;
        }
        i += 1;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_told_from_what_is_none() {
        let digest = "0123456789abcdef".repeat(4);
        let good = [
            "nginx",
            "nginx:1.27",
            "localhost:5000/shop/web",
            "localhost:5000/shop/web:v1",
            "123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop:latest",
            &format!("shop/web@sha256:{digest}"),
            &format!("shop/web:v1@sha256:{digest}"),
        ];
        for text in good {
            assert_eq!(
                Image::parse(text).map(|image| image.to_string()),
                Ok(text.to_owned())
            );
        }
        let bad = [
            "",
            "a b",
            "nginx:",
            ":tag",
            "a:1:2",
            "/nginx",
            "nginx/",
            "a//b",
            "web@sha256:12",
            "web@latest",
        ];
        for text in bad {
            assert!(Image::parse(text).is_err(), "{text}");
        }
    }
}
