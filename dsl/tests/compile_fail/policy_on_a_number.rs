use windlass::aws::iam::Allow;

fn main() {
    let _ = Allow::actions(["s3:GetObject"]).on(42);
}
