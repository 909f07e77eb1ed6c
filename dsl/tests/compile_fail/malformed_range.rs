use windlass::cidr;

fn main() {
    let _ = cidr!("10.0.0.0.0/16");
}
