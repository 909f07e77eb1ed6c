//! Derives for resource kinds: they generate, from one struct, its JSON form, its resolved twin, its schema, setters and outputs.
//!
//! Not here: what a kind means. The attributes say it, and `windlass::schema` defines the words.
//!
//! # Attributes
//! On a kind, `#[resource(kind = "AWS::EC2::Subnet", id = "SubnetId", outputs(id: SubnetId = "SubnetId"), …)]`:
//!
//! | word | meaning |
//! | --- | --- |
//! | `kind = "…"` | CloudFormation type name; required |
//! | `id = "RoleName\|PolicyName"` | which properties and attributes make the identifier that the engine uses for a resource; required |
//! | `outputs(name: Type = "Attribute", …)` | typed outputs of the handle; `name: Type = "Attribute" changes` where an update can change it |
//! | `waits(Ready, Stable)` | which waits this kind supports |
//! | `reference_wait = Ready` | how far a reference waits; `Exists` by default |
//! | `replace = DeleteFirst` | a replacement deletes first, because AWS does not allow two; `CreateFirst` by default |
//! | `kept = 10` | Windlass keeps this many old generations as history; by default it deletes them |
//! | `completes("RoleName")` | resources that use the resource named there wait for this one too |
//! | `replaces_when("SecurityGroups", test, "when")` | a change of that property, otherwise made in place, replaces if the test says so for both whole specs; repeatable |
//! | `exclusive("LoadBalancerArn", "Port")` | two resources cannot have the same values of all these properties, not even for a moment; repeatable |
//! | `exclusive_by(keys, "VpcId", "GroupName")` | the same, but a function computes what a spec takes from the properties listed |
//! | `exchangeable("ListenerArn", "Priority")` | the same, and AWS changes the last of them for several resources in one call |
//! | `occupies("VpcId", "CidrBlock")` | like `exclusive`, but the resource's users stay when it is replaced: a replacement with the same values needs the author's consent |
//! | `lends("CapacityProviders")` | other resources use members of that list: they get new members before their own change, and lose old ones after it |
//! | `holds("VpcId", "Subnets[]")` | AWS refuses to delete the resources named there while this one names them |
//! | `held_by(test)` | AWS refuses to delete this resource while a resource exists that names it only indirectly; the test gets that resource's kind and spec |
//! | `serves_one("AllocationId")` | the resource named there serves one owner at a time; `owner("ListenerArn", "LoadBalancerArn")` says which, if it is not this one; with `follows` it is replaced together with the owner; repeatable |
//! | `stays_in("Subnets[]", "VpcId")` | the resource is replaced if the resource named there gets another value of that property; repeatable |
//! | `users_first("TargetGroupAttributes", test, "when")` | AWS takes such a change of that property only after the users' own change; the test gets the value before and after; repeatable |
//! | `drives("LoadBalancers" => "Actions" \| "DefaultActions", keep, "ECS shifts traffic")` | AWS changes these properties of the resources that `LoadBalancers` refers to, as far as their kinds have them; `keep` copies AWS's part of the value; repeatable |
//! | `no_new` | the constructor is written by hand |
//!
//! On a property, `#[field(…)]`: one of `in_place`, `replaces`, `replaces_if(test, "when")`, `creation_only` (required at the top of a kind, inherited
//! below), and any of `name = "VPCZoneIdentifier"`, `never_read`, `set`, `keyed("Key")`, `json_text`, `case_insensitive`, `spellings("cpu" = "CPU")`
//! (AWS answers with one spelling for the other), `removal_keeps`, `removal_releases`, `removal_default("true")`, `removal_default_by(function)` (the
//! default depends on the whole spec), `after_creation("who")`, `required` (for lists), `choice`, `skip`, `no_setter`, `takes(RoleFor<Ecs>)` (a trait
//! in place of `Into`, with its own compiler message for a value that does not fit), `physical_name(max = 32, also = "/", prefix = "/ecs/",
//! reserved("ecs"), lowercase)`. A change that a `choice` property states applies to each of its variants that does not state its own.

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
