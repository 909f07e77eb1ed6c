use windlass::cidr;

fn main() {
    let _ = cidr!("10.0.1.0/16");
}
