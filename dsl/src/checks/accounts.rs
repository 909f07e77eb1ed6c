//! A stack that lists its accounts may declare resources, and make lookups, in these accounts only.
//!
//! Not here: the account of the credentials, which the engine compares as soon as it knows it.

use crate::codes;
use crate::diagnostics::{Diagnostic, SourceLine};
use crate::document::{Document, Place};

/// Reports declarations and lookups in an account that [`allow_accounts`](crate::Stack::allow_accounts) does not name.
pub(super) fn allowed(document: &Document) -> Vec<Diagnostic> {
    let allowed = &document.allowed_accounts;
    if allowed.is_empty() {
        return Vec::new();
    }
    let resources = document.resources.iter();
    let resources =
        resources.map(|(address, declared)| (address, &declared.place, &declared.source));
    let lookups = document.lookups.iter();
    let lookups = lookups.map(|(address, declared)| (address, &declared.place, &declared.source));
    let mut placed: Vec<_> = resources
        .chain(lookups)
        .filter_map(|(address, place, source)| {
            Some((address, outside(place.as_ref()?, allowed)?, source))
        })
        .collect();
    placed.sort_by_key(|(address, _, source)| (*source, *address));
    let problem = |(address, account, source): (_, &str, &SourceLine)| {
        Diagnostic::error(
            codes::ACCOUNT_NOT_ALLOWED,
            format!(
                "`{address}` is placed in the account {account}, and the stack allows only {}",
                allowed.join(", ")
            ),
        )
        .at(source, "declared here")
        .help("add the account to `cx.allow_accounts(…)`, or place it in an allowed one")
    };
    placed.into_iter().map(problem).collect()
}

/// The account of a place, if it is not allowed: the account that the place names, or the account of the role that it assumes.
fn outside<'a>(place: &'a Place, allowed: &[String]) -> Option<&'a str> {
    let of_role = place.role.as_deref().and_then(|arn| arn.split(':').nth(4));
    let named = place.account.as_deref();
    let mut accounts = named.into_iter().chain(of_role);
    accounts.find(|account| !allowed.iter().any(|one| one == account))
}

#[cfg(test)]
mod tests {
    use crate::aws::ec2::{Vpc, VpcId};
    use crate::codes;
    use crate::document::{Document, Place};
    use crate::request::Request;
    use crate::resource::Declare;
    use crate::stack::Stack;

    const OURS: &str = "111111111111";
    const THEIRS: &str = "222222222222";

    fn role(account: &str) -> String {
        format!("arn:aws:iam::{account}:role/deploy")
    }

    fn placed(allowed: &[&str]) -> Document {
        let stack = |cx: &mut Stack| {
            cx.allow_accounts(allowed.iter().copied());
            let vpc = || Vpc::new(crate::cidr!("10.0.0.0/16"));
            vpc().declare(cx, "own");
            cx.in_region("eu-west-1", |cx| vpc().declare(cx, "far"));
            cx.in_account(THEIRS, role(THEIRS), |cx| {
                vpc().declare(cx, "theirs");
                VpcId::lookup(cx, "shared", [("Name", "shared")]);
            });
            let by_role = Place {
                role: Some(role(THEIRS)),
                ..Place::default()
            };
            vpc().in_place(by_role).declare(cx, "by-role");
            cx.in_account(OURS, role(THEIRS), |cx| vpc().declare(cx, "mixed"));
            Ok(())
        };
        Stack::test("t", stack, Request::offline("us-east-1"))
    }

    #[test]
    fn what_is_placed_in_another_account_is_reported_with_its_line() {
        let problems = placed(&[OURS]).problems;
        let addresses: Vec<_> = problems
            .iter()
            .map(|problem| {
                assert_eq!(problem.code, codes::ACCOUNT_NOT_ALLOWED);
                assert!(problem.message.contains(THEIRS), "{}", problem.message);
                assert_eq!(problem.labels[0].source.file, file!());
                problem.message.split('`').nth(1).unwrap_or_default()
            })
            .collect();
        assert_eq!(addresses, ["theirs", "shared", "by-role", "mixed"]);
    }

    #[test]
    fn allowed_accounts_and_a_stack_that_names_none_have_no_problem() {
        assert_eq!(placed(&[OURS, THEIRS]).problems, []);
        assert_eq!(placed(&[]).problems, []);
    }
}
