//! Macros for AWS's texts that have their own type: identifiers, typed ARNs, closed sets of words. Not here: any of these types.

/// Declares identifiers that AWS gives, each a text of its own type: `ids! { /// A VPC. VpcId = "vpc-"; }`.
///
/// The text in quotes is the prefix of every such identifier; `existing` checks it.
#[macro_export]
#[doc(hidden)]
macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)+) => {
        $(
            $(#[$doc])*
            #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
            #[serde(transparent)]
            pub struct $name(String);

            impl $name {
                /// An existing one that does not belong to this stack.
                ///
                /// # Panics
                #[doc = concat!("The text does not start with `", $prefix, "`.")]
                #[must_use]
                #[track_caller]
                pub fn existing(id: impl Into<String>) -> Self {
                    let id = id.into();
                    assert!(id.starts_with($prefix), "`{id}` is no {}: it does not start with `{}`", stringify!($name), $prefix);
                    Self(id)
                }

                /// The text.
                #[must_use]
                pub fn as_str(&self) -> &str {
                    &self.0
                }
            }

            impl std::fmt::Display for $name {
                fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                    f.write_str(&self.0)
                }
            }

            impl $crate::value::Literal for $name {
                const SHAPE: &'static $crate::schema::Shape = &$crate::schema::Shape::Text;
            }
            impl $crate::value::Text for $name {}
        )+
    };
}

/// Declares an ARN type whose parameter says what the ARN names: `typed_arn! { /// A role that `P` can assume. RoleArn<P: Principal = Custom> }`.
#[macro_export]
#[doc(hidden)]
macro_rules! typed_arn {
    ($(#[$doc:meta])* $name:ident<$of:ident: $bound:ident = $any:ty>) => {
        $(#[$doc])*
        pub struct $name<$of = $any> {
            arn: String,
            of: std::marker::PhantomData<fn() -> $of>,
        }

        impl<$of: $bound> $name<$of> {
            /// An existing one that does not belong to this stack.
            ///
            /// # Panics
            /// The text does not start with `arn:`.
            #[must_use]
            #[track_caller]
            pub fn existing(arn: impl Into<String>) -> Self {
                let arn = arn.into();
                assert!(arn.starts_with("arn:"), "`{arn}` is no {}: it does not start with `arn:`", stringify!($name));
                Self { arn, of: std::marker::PhantomData }
            }

            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.arn
            }
        }

        impl<$of> Clone for $name<$of> {
            fn clone(&self) -> Self {
                Self { arn: self.arn.clone(), of: std::marker::PhantomData }
            }
        }

        impl<$of> std::fmt::Debug for $name<$of> {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.arn)
            }
        }

        impl<$of> serde::Serialize for $name<$of> {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                self.arn.serialize(serializer)
            }
        }

        impl<'de, $of> serde::Deserialize<'de> for $name<$of> {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                Ok(Self { arn: String::deserialize(deserializer)?, of: std::marker::PhantomData })
            }
        }

        impl<$of: $bound> $crate::value::Literal for $name<$of> {
            const SHAPE: &'static $crate::schema::Shape = &$crate::schema::Shape::Text;
        }
        impl<$of: $bound> $crate::value::Text for $name<$of> {}
    };
}

/// Declares a closed set of texts that AWS takes: `text_enum! { /// … pub enum Tenancy { Default = "default" } }`.
#[macro_export]
#[doc(hidden)]
macro_rules! text_enum {
    ($($(#[$doc:meta])* pub enum $name:ident { $($(#[$vdoc:meta])* $variant:ident = $text:literal,)+ })+) => {
        $(
            $(#[$doc])*
            #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
            pub enum $name {
                $($(#[$vdoc])* #[doc = concat!("`", $text, "`.")] #[serde(rename = $text)] $variant,)+
            }

            impl $name {
                /// Every value.
                pub const ALL: &'static [Self] = &[$(Self::$variant),+];

                /// AWS's text.
                #[must_use]
                pub const fn as_str(self) -> &'static str {
                    match self { $(Self::$variant => $text),+ }
                }
            }

            impl std::fmt::Display for $name {
                fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                    f.write_str(self.as_str())
                }
            }

            impl $crate::value::Literal for $name {
                const SHAPE: &'static $crate::schema::Shape = &$crate::schema::Shape::Text;
            }
            impl $crate::value::Text for $name {}
        )+
    };
}
