use windlass::aws::iam::{Allow, ManagedPolicy, Who};

fn main() {
    let _ = ManagedPolicy::new(Allow::assume_role().by(Who::service("ecs-tasks.amazonaws.com")));
}
