//! Harness of the tests: what the tests share. Not here: the tests themselves, which are in `tests/tests`.

pub mod cloud;
pub mod facts;
pub mod local;
pub mod pages;
pub mod scaffold;
pub mod story;
pub mod wire;
pub mod wordings;
