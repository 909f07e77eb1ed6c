//! File permissions: only their owner can read or write the files of a state.

#![cfg(unix)]

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use windlass_state::journal::Journal as _;
use windlass_store::{Access, Holder, Location, Store};

fn mode(path: &Path) -> u32 {
    let found = std::fs::metadata(path).expect("it is there");
    found.permissions().mode() & 0o777
}

async fn used(path: &Path) {
    let location = Location::file(path, "s", "dev");
    let store = Store::open(&location, &Access::default())
        .await
        .expect("opens");
    let (held, snapshot) = store.hold(&Holder::this_process()).await.expect("free");
    held.checkpoint(&snapshot).await.expect("kept");
    // While a process holds the state, SQLite's own files are beside it.
    every_file_is_its_owners(path.parent().expect("it is in a folder"));
    held.release().await;
}

fn every_file_is_its_owners(folder: &Path) {
    assert_eq!(mode(folder), 0o700, "{}", folder.display());
    let files = std::fs::read_dir(folder).expect("it can be listed");
    for file in files {
        let file = file.expect("it can be listed").path();
        assert_eq!(mode(&file), 0o600, "{}", file.display());
    }
}

#[tokio::test]
async fn a_new_state_is_its_owners_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path().join("states");
    used(&folder.join("dev.db")).await;
    every_file_is_its_owners(&folder);
}

#[tokio::test]
async fn the_files_of_an_older_version_are_taken_away_from_others() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path().join("states");
    let path = folder.join("dev.db");
    used(&path).await;
    for file in ["dev.db", "dev.db.head"] {
        let everybody = std::fs::Permissions::from_mode(0o644);
        std::fs::set_permissions(folder.join(file), everybody).expect("it is ours");
    }
    used(&path).await;
    every_file_is_its_owners(&folder);
}
