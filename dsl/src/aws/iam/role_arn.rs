//! The ARN of a role, with who may assume it as its type.

use super::principal::{Custom, Principal};
use crate::value::Input;

crate::typed_arn! {
    /// A role that `P` can assume.
    RoleArn<P: Principal = Custom>
}

/// A type that is accepted where a property takes a role that `P` can assume.
#[diagnostic::on_unimplemented(
    message = "the role must be one that `{P}` can assume, and `{Self}` is not",
    label = "not known to be assumable by `{P}`",
    note = "declare the role with `Role::assumed_by(principal::{P})`; one made elsewhere is `RoleArn::existing(\"…\")`, and `.trust_as()` makes any \
            other fit, where you know better"
)]
pub trait RoleFor<P>: Into<Input<RoleArn<P>>> {}

#[diagnostic::do_not_recommend]
impl<P, V: Into<Input<RoleArn<P>>>> RoleFor<P> for V {}
