//! The compiler's message is a user interface. These tests compare, as text, what an author sees after wrong wiring.
//!
//! The texts are those of the compiler below; `TRYBUILD=overwrite cargo test -p windlass --test compile_fail` writes them anew.

/// The compiler version whose messages the `.stderr` files contain.
const MADE_WITH: &str = "rustc 1.95.";

#[test]
fn wrong_wiring_does_not_compile() {
    let cases = trybuild::TestCases::new();
    // One case that compiles makes trybuild build the cases rather than check them, so that the compiler evaluates constants.
    cases.pass("tests/compile_pass/*.rs");
    if compiler().starts_with(MADE_WITH) {
        cases.compile_fail("tests/compile_fail/*.rs");
    } else {
        println!(
            "messages are compared with {MADE_WITH} only, and this is {}",
            compiler()
        );
    }
}

fn compiler() -> String {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = std::process::Command::new(rustc)
        .arg("--version")
        .output()
        .expect("cargo has found the compiler too");
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}
