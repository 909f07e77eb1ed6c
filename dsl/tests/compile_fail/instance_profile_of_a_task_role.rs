use windlass::aws::iam::principal::EcsTasks;
use windlass::aws::iam::{InstanceProfile, Role};
use windlass::prelude::*;

fn profile(role: &Handle<Role<EcsTasks>>) -> InstanceProfile {
    InstanceProfile::new(role)
}

fn main() {}
