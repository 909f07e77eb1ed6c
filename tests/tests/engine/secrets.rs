//! Secrets in the state: a slow hash replaces the quick hash that older versions wrote.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::json;
use windlass::expr::{Expr, SecretSource};
use windlass_tests::cloud::{MortalJournal, Program, Universe, refused};

/// Formats 1 to 3 hold a quick hash. The value is the same, so Windlass changes nothing. Afterwards a reader of the state can no longer try values
/// quickly.
#[tokio::test]
async fn a_quick_hash_of_an_older_version_becomes_a_slow_one_without_a_change() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("db"), "correct horse").expect("written");
    let secret = Expr::Secret {
        secret: SecretSource::File("db".to_owned()),
    };
    let program = Program::new().with(
        "db",
        "AWS::SecretsManager::Secret",
        json!({"SecretString": secret.to_value()}),
    );
    let mut universe = Universe::new(1).in_folder(folder.path());
    assert_eq!(refused(&universe.up(&program).await), [""; 0]);

    let mut older = universe.journal.load();
    let slow = older.secret_key.hash(b"correct horse");
    let quick = older.secret_key.quick_hash(b"correct horse");
    assert!(slow.starts_with("scrypt:"), "{slow}");
    older.rehash(&BTreeMap::from([(slow.clone(), quick.clone())]));
    let holds = |universe: &Universe, hash: &str| {
        let believed = universe.journal.load();
        let mut applied = believed
            .resources
            .values()
            .map(|recorded| recorded.applied.as_str());
        applied.any(|applied| applied.contains(hash))
    };
    universe.journal = MortalJournal::new(older, Arc::clone(&universe.life));
    assert!(holds(&universe, &quick) && !holds(&universe, &slow));

    assert!(universe.preview(&program).await.is_empty());
    std::fs::write(folder.path().join("db"), "battery staple").expect("written");
    assert_eq!(
        universe.preview(&program).await.changes.len(),
        1,
        "another value is a change"
    );
}
