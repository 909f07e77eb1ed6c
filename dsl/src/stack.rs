//! The stack under construction: it collects declarations, lookups and outputs, and reports problems.
//!
//! Not here: checks of several resources at once (`checks`), and running a stack program (`runner`).

use std::collections::{BTreeMap, BTreeSet};

use crate::address::{Address, AddressError};
use crate::canonical::CanonicalJson;
use crate::checks;
use crate::codes;
use crate::diagnostics::{Code, Diagnostic, SourceLine};
use crate::document::{
    Declaration, Document, FORMAT, LookupDeclaration, LookupQuery, OutputDeclaration, Place,
};
use crate::parameters::Parameters;
use crate::partition;
use crate::request::Request;
use crate::resource::{Check, Configured, Handle, Resource};
use crate::value::{Input, IntoInput, Output};

/// The result of a stack function. An error is any problem beyond those that the stack has reported.
pub type Result<T = ()> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// The problems have been reported to the stack; there is nothing to add.
#[derive(Debug, thiserror::Error)]
#[error("the stack cannot be built further")]
pub struct Reported;

/// A stack under construction. Stack functions call it `cx`.
#[derive(Debug)]
pub struct Stack {
    name: String,
    request: Request,
    asked: BTreeSet<String>,
    scope: Option<Address>,
    authored_at: Option<SourceLine>,
    place: Option<Place>,
    document: Document,
}

impl Stack {
    /// An empty stack.
    #[must_use]
    pub fn new(name: impl Into<String>, request: Request) -> Self {
        let name = name.into();
        let document = Document {
            format: FORMAT,
            stack: name.clone(),
            environment: request.environment.clone(),
            place: Place {
                account: request.account.clone(),
                role: None,
                region: Some(request.region.clone()),
            },
            allowed_accounts: Vec::new(),
            default_tags: BTreeMap::new(),
            resources: BTreeMap::new(),
            lookups: BTreeMap::new(),
            outputs: BTreeMap::new(),
            problems: Vec::new(),
        };
        Self {
            name,
            request,
            asked: BTreeSet::new(),
            scope: None,
            authored_at: None,
            place: None,
            document,
        }
    }

    /// Builds a stack without AWS and without credentials, for the author's own tests. Returns the document with everything that was reported.
    pub fn test(
        name: &str,
        stack: impl FnOnce(&mut Stack) -> Result,
        request: Request,
    ) -> Document {
        let mut cx = Self::new(name, request);
        let result = stack(&mut cx);
        cx.finish(result)
    }

    /// The stack's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The environment, such as `dev`.
    #[must_use]
    pub fn environment(&self) -> &str {
        &self.request.environment
    }

    /// The region that resources live in unless they say otherwise.
    #[must_use]
    pub fn region(&self) -> &str {
        self.place
            .as_ref()
            .and_then(|place| place.region.as_deref())
            .unwrap_or(&self.request.region)
    }

    /// The account of the credentials; absent for commands that need no credentials, such as `check`.
    #[must_use]
    pub fn account(&self) -> Option<&str> {
        self.request.account.as_deref()
    }

    /// The availability zones that are open to the account, sorted. The state pins them.
    #[must_use]
    pub fn zones(&self) -> &[String] {
        &self.request.zones
    }

    /// One availability zone, counted from 0; an index beyond the last zone starts again at the first.
    ///
    /// # Panics
    /// The request has no zones, which the engine never sends.
    #[must_use]
    pub fn zone(&self, index: usize) -> String {
        self.request.zones[index % self.request.zones.len()].clone()
    }

    /// The current scope: the address that new names are below.
    #[must_use]
    pub fn scope(&self) -> Option<&Address> {
        self.scope.as_ref()
    }

    /// Accounts that the stack may touch: those of the credentials, and those of declarations and lookups. By default, any account.
    pub fn allow_accounts(&mut self, accounts: impl IntoIterator<Item = impl Into<String>>) {
        self.document
            .allowed_accounts
            .extend(accounts.into_iter().map(Into::into));
    }

    /// A tag for every resource that takes tags. A tag of the resource itself wins.
    pub fn default_tag(&mut self, key: impl Into<String>, value: impl Into<String>) {
        self.document.default_tags.insert(key.into(), value.into());
    }

    /// Reads parameters; one report names all missing ones.
    ///
    /// # Errors
    /// One is missing or malformed; each has been reported.
    pub fn parameters<P: Parameters>(&mut self, parameters: P) -> Result<P::Values> {
        parameters.read(self).ok_or_else(|| Reported.into())
    }

    pub(crate) fn take_parameter(&mut self, name: &str) -> Option<String> {
        self.asked.insert(name.to_owned());
        self.request.parameters.get(name).cloned()
    }

    /// Opens a scope: everything that `inside` declares gets an address below `name`.
    #[track_caller]
    pub fn within<T>(&mut self, name: &str, inside: impl FnOnce(&mut Stack) -> T) -> T {
        let scope = match self.address(name) {
            Ok(address) => Some(address),
            Err(error) => {
                let source = self.author();
                self.report(malformed(&error, &source));
                self.scope.clone()
            }
        };
        let outer = std::mem::replace(&mut self.scope, scope);
        let made = inside(self);
        self.scope = outer;
        made
    }

    /// Declares the parts of a pattern: each gets the source line of the pattern's caller.
    ///
    /// An error in a part of `Network::over(…).declare(cx, "network")` points at that line of the author, not into the pattern. The function that calls
    /// this must be `#[track_caller]`.
    #[track_caller]
    pub fn pattern<T>(&mut self, inside: impl FnOnce(&mut Stack) -> T) -> T {
        let source = self.author();
        let outer = self.authored_at.replace(source);
        let made = inside(self);
        self.authored_at = outer;
        made
    }

    /// Declares everything in `inside` in another region.
    pub fn in_region<T>(
        &mut self,
        region: impl Into<String>,
        inside: impl FnOnce(&mut Stack) -> T,
    ) -> T {
        let mut place = self.place.clone().unwrap_or_default();
        place.region = Some(region.into());
        self.in_place(place, inside)
    }

    /// Declares everything in `inside` in another account, through a role there.
    pub fn in_account<T>(
        &mut self,
        account: impl Into<String>,
        role: impl Into<String>,
        inside: impl FnOnce(&mut Stack) -> T,
    ) -> T {
        let mut place = self.place.clone().unwrap_or_default();
        (place.account, place.role) = (Some(account.into()), Some(role.into()));
        self.in_place(place, inside)
    }

    fn in_place<T>(&mut self, place: Place, inside: impl FnOnce(&mut Stack) -> T) -> T {
        let outer = self.place.replace(place);
        let made = inside(self);
        self.place = outer;
        made
    }

    /// Shows a value to the stack's user, and to other stacks.
    #[track_caller]
    pub fn output(&mut self, name: impl Into<String>, value: impl IntoInput<String>) {
        let (name, source) = (name.into(), self.author());
        if let Some(earlier) = self.document.outputs.get(&name) {
            let problem = Diagnostic::error(
                codes::ADDRESS_TAKEN,
                format!("two outputs are named `{name}`"),
            )
            .at(&source, "declared again here")
            .at(&earlier.source, "first declared here");
            self.report(problem);
            return;
        }
        self.document.outputs.insert(
            name,
            OutputDeclaration {
                value: value.into().to_value(),
                source,
            },
        );
    }

    /// Looks up something that exists already. The state pins the answer until the user refreshes it.
    #[track_caller]
    pub fn lookup<T>(&mut self, name: &str, query: LookupQuery, output: &str) -> Output<T> {
        let source = self.author();
        let Some(address) = self.free_address(name, &source) else {
            return Output::reference(&unusable(), output);
        };
        self.document.lookups.insert(
            address.clone(),
            LookupDeclaration {
                query,
                place: self.place.clone(),
                source,
            },
        );
        Output::reference(&address, output)
    }

    /// The handle that a later declaration under `name` will give. Parts of a pattern use it to refer to each other before they are declared.
    pub(crate) fn handle_to<R>(&self, name: &str) -> Handle<R> {
        Handle::new(self.address(name).unwrap_or_else(|_| unusable()))
    }

    #[track_caller]
    pub(crate) fn declare<R: Resource + Check>(
        &mut self,
        configured: Configured<R>,
        name: &str,
    ) -> Handle<R> {
        let source = self.author();
        let Configured {
            spec,
            options,
            depends_on,
            place,
        } = configured;
        let Some(address) = self.free_address(name, &source) else {
            return Handle::new(unusable());
        };
        spec.check(&mut Checks {
            address: &address,
            source: &source,
            problems: &mut self.document.problems,
        });
        let place = place.or_else(|| self.place.clone());
        let region = place.as_ref().and_then(|place| place.region.as_deref());
        let region = region.unwrap_or(&self.request.region);
        let declaration = Declaration {
            kind: R::SCHEMA.kind.to_owned(),
            spec: partition::placed(CanonicalJson::of(&spec.to_json()), region),
            depends_on,
            place,
            options,
            source,
        };
        self.document.resources.insert(address.clone(), declaration);
        Handle::new(address)
    }

    /// Reports a problem. Windlass makes no plan while there is an error; the stack function continues, so that it finds all problems.
    pub fn report(&mut self, problem: Diagnostic) {
        self.document.problems.push(problem);
    }

    /// The author's own source line: the caller, unless a pattern passes its caller's line down.
    #[track_caller]
    #[must_use]
    pub fn author(&self) -> SourceLine {
        let caller = SourceLine::caller();
        self.authored_at.clone().unwrap_or(caller)
    }

    fn address(&self, name: &str) -> std::result::Result<Address, AddressError> {
        match &self.scope {
            Some(scope) => scope.child(name),
            None => Address::parse(name),
        }
    }

    fn free_address(&mut self, name: &str, source: &SourceLine) -> Option<Address> {
        let address = match self.address(name) {
            Ok(address) => address,
            Err(error) => {
                self.report(malformed(&error, source));
                return None;
            }
        };
        let document = &self.document;
        let earlier = document
            .resources
            .get(&address)
            .map(|d| &d.source)
            .or_else(|| document.lookups.get(&address).map(|l| &l.source));
        if let Some(earlier) = earlier.cloned() {
            self.report(
                Diagnostic::error(codes::ADDRESS_TAKEN, format!("two declarations have the address `{address}`"))
                    .at(source, "declared again here")
                    .at(&earlier, "first declared here")
                    .help("an address is what a resource is known by for its whole life; give one of them another name"),
            );
            return None;
        }
        Some(address)
    }

    /// Ends the construction: runs the checks of several resources, and returns the document.
    #[must_use]
    pub fn finish(mut self, result: Result) -> Document {
        if let Err(error) = result
            && !error.is::<Reported>()
        {
            self.report(Diagnostic::error(
                codes::STACK_FAILED,
                format!("the stack function failed: {error}"),
            ));
        }
        for name in self
            .request
            .parameters
            .keys()
            .filter(|name| !self.asked.contains(*name))
        {
            let known: Vec<_> = self.asked.iter().map(|name| format!("`{name}`")).collect();
            let help = if known.is_empty() {
                "it takes none".to_owned()
            } else {
                format!("it asks for {}", known.join(", "))
            };
            self.document.problems.push(
                Diagnostic::error(
                    codes::PARAMETER_UNKNOWN,
                    format!("the stack does not ask for a parameter `{name}`"),
                )
                .help(help),
            );
        }
        checks::across_resources(&mut self.document);
        self.document
    }
}

fn malformed(error: &AddressError, source: &SourceLine) -> Diagnostic {
    Diagnostic::error(codes::ADDRESS_MALFORMED, error.to_string()).at(source, "named here")
}

/// A substitute for an address that was refused and reported, so that the rest of the stack can still be checked.
fn unusable() -> Address {
    Address::parse("0-refused").expect("a valid address")
}

/// Whether an address is a substitute for one that was refused and reported.
pub(crate) fn is_unusable(address: &Address) -> bool {
    address.as_str() == "0-refused"
}

/// Collects the problems that a kind finds in one of its specs.
#[derive(Debug)]
pub struct Checks<'a> {
    address: &'a Address,
    source: &'a SourceLine,
    problems: &'a mut Vec<Diagnostic>,
}

impl Checks<'_> {
    /// Reports that AWS would refuse a property's value. `why` follows the property's name: `must be between 1 and 65535`.
    pub fn invalid(&mut self, property: &str, why: impl AsRef<str>, help: impl Into<String>) {
        let message = format!("`{property}` of `{}` {}", self.address, why.as_ref());
        self.problem(Diagnostic::error(codes::PROPERTY_INVALID, message).help(help));
    }

    /// Reports a problem with its own code.
    pub fn error(&mut self, code: Code, message: impl Into<String>, help: impl Into<String>) {
        self.problem(Diagnostic::error(code, message).help(help));
    }

    fn problem(&mut self, problem: Diagnostic) {
        let label = format!("`{}` is declared here", self.address);
        self.problems.push(problem.at(self.source, label));
    }

    /// Reports a number outside its range, if it is a literal.
    pub fn range<T>(
        &mut self,
        property: &str,
        value: Option<&Input<T>>,
        range: std::ops::RangeInclusive<T>,
    ) where
        T: crate::value::Literal + PartialOrd + std::fmt::Display,
    {
        if let Some(value) = value.and_then(Input::literal)
            && !range.contains(&value)
        {
            let (low, high) = (range.start(), range.end());
            self.invalid(
                property,
                format!("is {value}"),
                format!("AWS takes {low} to {high}"),
            );
        }
    }

    /// Reports a text whose length, in characters, AWS would refuse, if it is a literal.
    pub fn length(
        &mut self,
        property: &str,
        value: Option<&Input<String>>,
        range: std::ops::RangeInclusive<usize>,
    ) {
        if let Some(text) = value.and_then(Input::literal)
            && !range.contains(&text.chars().count())
        {
            let (low, high) = (range.start(), range.end());
            self.invalid(
                property,
                format!("has {} characters", text.chars().count()),
                format!("AWS takes {low} to {high} characters"),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::ec2::SecurityGroup;
    use crate::aws::iam::{PolicyArn, Role, principal};
    use crate::patterns::{Network, ZoneCount as _};
    use crate::resource::Declare;

    fn lines(stack: fn(&mut Stack) -> Result<()>) -> Vec<u32> {
        let document = Stack::test("t", stack, Request::offline("us-east-1"));
        let lines = document.problems.iter().flat_map(|problem| &problem.labels);
        lines.map(|label| label.source.line).collect()
    }

    #[test]
    fn an_error_in_the_authors_own_scope_is_on_the_line_of_the_declaration() {
        const DECLARED: u32 = line!() + 4;
        let lines = lines(|cx| {
            cx.within("shop", |cx| {
                cx.within("front", |cx| {
                    SecurityGroup::new("Grüße").declare(cx, "group");
                });
            });
            Ok(())
        });
        assert_eq!(lines, [DECLARED]);
    }

    #[test]
    fn an_error_in_a_pattern_is_on_the_line_of_the_patterns_declaration() {
        const DECLARED: u32 = line!() + 4;
        let lines = lines(|cx| {
            let network = Network::over(2.zones()).range(crate::cidr!("10.0.0.0/8"));
            cx.within("shop", |cx| {
                network.declare(cx, "network");
            });
            Ok(())
        });
        assert!(
            !lines.is_empty() && lines.iter().all(|line| *line == DECLARED),
            "{lines:?}"
        );
    }

    #[test]
    fn a_policy_of_aws_is_in_the_partition_of_its_place() {
        let stack = |cx: &mut Stack| {
            let policy = PolicyArn::managed_by_aws("ReadOnlyAccess");
            let trust = Role::assumed_by(principal::EcsTasks);
            trust
                .clone()
                .managed_policy(policy.clone())
                .declare(cx, "here");
            cx.in_region("cn-north-1", |cx| {
                trust.managed_policy(policy).declare(cx, "there")
            });
            Ok(())
        };
        let document = Stack::test("t", stack, Request::offline("us-gov-west-1"));
        let policy = |at: &str| {
            let at = Address::parse(at).expect("an address");
            document.resources[&at].spec.to_value()["ManagedPolicyArns"][0].clone()
        };
        assert_eq!(
            policy("here"),
            "arn:aws-us-gov:iam::aws:policy/ReadOnlyAccess"
        );
        assert_eq!(policy("there"), "arn:aws-cn:iam::aws:policy/ReadOnlyAccess");
    }
}
