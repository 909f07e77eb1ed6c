//! The programs under test, built once into the target folder of the tests.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

const PACKAGES: [&str; 6] = [
    "windlass-cli",
    "platform",
    "quickstart",
    "storefront",
    "gpu-workers",
    env!("CARGO_PKG_NAME"),
];

/// The path of a program. The first call builds all programs.
pub fn program(name: &str) -> PathBuf {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    let folder = FOLDER.get_or_init(build);
    [folder.join(name), folder.join("examples").join(name)]
        .into_iter()
        .find(|file| file.is_file())
        .unwrap_or_else(|| panic!("{} holds no {name}", folder.display()))
}

fn build() -> PathBuf {
    let test = std::env::current_exe().expect("a test knows its program");
    let folder = test
        .parent()
        .and_then(Path::parent)
        .expect("tests are built into `deps`");
    let profile = match folder.file_name().and_then(|name| name.to_str()) {
        Some("debug") | None => "dev",
        Some(profile) => profile,
    };
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(".."))
        .args([
            "build",
            "--quiet",
            "--bins",
            "--examples",
            "--profile",
            profile,
            "--target-dir",
        ])
        .arg(
            folder
                .parent()
                .expect("a profile's folder is in the target folder"),
        );
    for package in PACKAGES {
        command.args(["--package", package]);
    }
    let status = command.status().expect("cargo starts");
    assert!(status.success(), "the programs do not build");
    folder.to_owned()
}
