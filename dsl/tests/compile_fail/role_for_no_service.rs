use windlass::aws::iam::Role;
use windlass::aws::iam::principal::Custom;

fn main() {
    let _ = Role::assumed_by(Custom);
}
