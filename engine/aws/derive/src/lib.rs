//! One table for both directions: a row takes the member list of a spec's twin, and derives the request to AWS and the observation of AWS's answer.
//!
//! The derive maps members by name: property `CidrBlock`, field `cidr_block` of the twin, `cidr_block` of the SDK. A member that differs has an
//! exception in the row. The generated code destructures the twin exhaustively, so an author cannot forget a new property. An exception about a
//! property that does not exist does not compile.
//!
//! Not here: how one value becomes the SDK's (`windlass_aws::table`), and the rows, which are in the files of their kinds.

mod exceptions;
mod expand;
mod row;

use proc_macro::TokenStream;
use syn::parse_macro_input;

/// Declares rows: one for each block or kind and each type of the SDK that it maps to. The first line names the module of the specs and the SDK's crate:
///
/// ```text
/// tables! { windlass::aws::ecs => aws_sdk_ecs;
///     ClusterSetting;
///     Container => ContainerDefinition;
///     EfsVolumeConfiguration { "FilesystemId" as file_system_id; }
///     InstanceRequirements => InstanceRequirementsRequest | InstanceRequirements;
///     Volume { source { "Host" not shown; } }
///     Cluster => create_cluster | Cluster { "ClusterSettings" as settings; }
/// }
/// ```
///
/// Without an arrow, the SDK's type has the same name. Before `|` is the sent type, or the operation that creates a kind. Behind `|` is the observed
/// type. `_` means neither. Exceptions:
///
/// | words | meaning |
/// | --- | --- |
/// | `as member` | the member's name in the SDK; `sent as`, `shown as` for one direction |
/// | `by module` | `module::sent` makes the request's value from the field, `module::shown` the observed value from the answer; `sent by`, `shown by` for one |
/// | `not sent`, `not shown` | the request, or the answer, does not carry it |
/// | `later` | the create call does not carry it: the engine sends it by an update |
/// | `always` | the request carries it even where the author gives none: an empty list, 0, an empty text |
/// | `choice { … }` | exceptions of the choice in that field |
///
/// A row does not show members that the spec marks as `never_read`. No row has the tags of a kind: the engine adds its own tags, and reads tags
/// separately.
#[proc_macro]
pub fn tables(input: TokenStream) -> TokenStream {
    let rows = parse_macro_input!(input as row::Rows);
    rows.expanded().into()
}

/// One row with the member list of its twin. Only [`tables!`] and the twins' macros call this macro.
#[doc(hidden)]
#[proc_macro]
pub fn table(input: TokenStream) -> TokenStream {
    let row = parse_macro_input!(input as row::Row);
    expand::expand(row)
        .unwrap_or_else(syn::Error::into_compile_error)
        .into()
}
