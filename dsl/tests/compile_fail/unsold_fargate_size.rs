use windlass::fargate;

fn main() {
    let _ = fargate!(cpu: 256, memory: 4096);
}
