use windlass::image;

fn main() {
    let _ = image!("nginx:1.27:2");
}
