//! One table for both directions: from the member list of a spec's twin come the request to AWS and the observation of its answer.
//!
//! Members map by name: property `CidrBlock`, field `cidr_block` of the twin, `cidr_block` of the SDK. What differs is an exception in the row. A row
//! takes the twin apart exhaustively, so that a new property cannot be forgotten, and an exception about a property that does not exist does not compile.
//!
//! Not here: how one value becomes the SDK's (`windlass_aws::table`), and the rows, which their kinds have.

mod exceptions;
mod expand;
mod row;

use proc_macro::TokenStream;
use syn::parse_macro_input;

/// Rows, one for each block or kind and each type of the SDK that it becomes. The first line says where both come from:
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
/// Without an arrow the SDK has the same name. Before `|` is what is sent: a type, or the operation that creates a kind; behind it what is observed.
/// `_` is neither. Exceptions:
///
/// | words | meaning |
/// | --- | --- |
/// | `as member` | the SDK calls it so; `sent as`, `shown as` for one direction |
/// | `by module` | `module::sent` makes the request's value of the field, `module::shown` the observed one of the answer; `sent by`, `shown by` for one |
/// | `not sent`, `not shown` | not in the request, not in the answer |
/// | `later` | not in the create call: the engine sends it by an update |
/// | `always` | the list is sent when it is empty, too |
/// | `choice { … }` | exceptions of the choice in that field |
///
/// What the spec marks as `never_read` is not shown. Tags of a kind are in no row: the engine adds its own, and reads them apart.
#[proc_macro]
pub fn tables(input: TokenStream) -> TokenStream {
    let rows = parse_macro_input!(input as row::Rows);
    rows.expanded().into()
}

/// One row with the member list of its twin. Only [`tables!`] and the twins' macros call it.
#[doc(hidden)]
#[proc_macro]
pub fn table(input: TokenStream) -> TokenStream {
    let row = parse_macro_input!(input as row::Row);
    expand::expand(row)
        .unwrap_or_else(syn::Error::into_compile_error)
        .into()
}
