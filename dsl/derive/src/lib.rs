//! Derives for resource kinds: from one struct come its JSON form, its resolved twin, its schema, setters and outputs.
//!
//! Not here: what a kind means; the attributes say it, `windlass::schema` defines the words.
//!
//! # Attributes
//! On a kind, `#[resource(kind = "AWS::EC2::Subnet", id = "SubnetId", outputs(id: SubnetId = "SubnetId"), …)]`:
//!
//! | word | meaning |
//! | --- | --- |
//! | `kind = "…"` | CloudFormation type name; required |
//! | `id = "RoleName\|PolicyName"` | which properties and attributes make the identifier that the engine knows it by; required |
//! | `outputs(name: Type = "Attribute", …)` | typed outputs of the handle; `name: Type = "Attribute" changes` where an update can change it |
//! | `waits(Ready, Stable)` | which waits mean something |
//! | `reference_wait = Ready` | how far a reference waits; `Exists` by default |
//! | `replace = DeleteFirst` | AWS does not allow two; `CreateFirst` by default |
//! | `kept = 10` | old generations are history; deleted by default |
//! | `completes("RoleName")` | users of the resource named there wait for this one too |
//! | `replaces_when("SecurityGroups", test, "when")` | a change in place of that property replaces when the test says so for both whole specs; may stand several times |
//! | `exclusive("LoadBalancerArn", "Port")` | no two can have the same values of these together, not even for a moment; may stand several times |
//! | `exclusive_by(keys, "VpcId", "GroupName")` | the same, where a function says what a spec takes; the properties are those that it looks at |
//! | `exchangeable("ListenerArn", "Priority")` | the same, and AWS changes the last of them for several resources in one call |
//! | `occupies("VpcId", "CidrBlock")` | like `exclusive`, but what uses the resource stays when it is replaced: a replacement with the same values needs its author's word |
//! | `lends("CapacityProviders")` | users use members of that list: they get new ones before, and lose old ones after their own change |
//! | `holds("VpcId", "Subnets[]")` | AWS refuses to delete what is named there while this one names it |
//! | `held_by(test)` | AWS refuses to delete it while one of these is there that names it only through others; the test gets kind and spec |
//! | `serves_one("AllocationId")` | what is named there can be there for one at a time; `owner("ListenerArn", "LoadBalancerArn")` says for whom, if it is not this one; with `follows` it is replaced along with the owner; may stand several times |
//! | `stays_in("Subnets[]", "VpcId")` | it is replaced when what is named there has another such property; may stand several times |
//! | `users_first("TargetGroupAttributes", test, "when")` | AWS takes such a change of that property only after the users' own; the test gets its value before and after; may stand several times |
//! | `drives("LoadBalancers" => "Actions" \| "DefaultActions", keep, "ECS shifts traffic")` | AWS changes these properties of the resources that `LoadBalancers` refers to, as far as their kinds have them; `keep` takes AWS's part of the value over; may stand several times |
//! | `no_new` | the constructor is written by hand |
//!
//! On a property, `#[field(…)]`: one of `in_place`, `replaces`, `replaces_if(test, "when")`, `creation_only` (must be given at the top of a
//! kind, inherited below), and any of `name = "VPCZoneIdentifier"`, `never_read`, `set`, `keyed("Key")`, `json_text`,
//! `case_insensitive`, `spellings("cpu" = "CPU")` (AWS answers the one for the other), `removal_keeps`, `removal_releases`, `removal_default("true")`,
//! `removal_default_by(function)` (it depends on the whole spec), `after_creation("who")`, `required` (for lists), `choice`, `skip`, `no_setter`,
//! `takes(RoleFor<Ecs>)` (a trait over `Into`, which says in its own words what does not fit),
//! `physical_name(max = 32, also = "/", prefix = "/ecs/", reserved("ecs"), lowercase)`. A change that is stated where a `choice` stands holds for each of its
//! variants that does not state its own.

mod attributes;
mod choice;
mod fields;
mod members;
mod resource;

use proc_macro::TokenStream;
use syn::{DeriveInput, parse_macro_input};

/// Makes a struct a resource kind.
#[proc_macro_derive(Resource, attributes(resource, field))]
pub fn derive_resource(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    resource::expand(&input)
        .unwrap_or_else(syn::Error::into_compile_error)
        .into()
}

/// Makes a struct a nested block of a spec.
#[proc_macro_derive(Block, attributes(block, field))]
pub fn derive_block(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    fields::expand_block(&input)
        .unwrap_or_else(syn::Error::into_compile_error)
        .into()
}

/// Makes an enum with one value per variant an exclusive choice between properties.
#[proc_macro_derive(Choice, attributes(choice, field))]
pub fn derive_choice(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    choice::expand(&input)
        .unwrap_or_else(syn::Error::into_compile_error)
        .into()
}
