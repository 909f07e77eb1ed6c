//! Tests of planning, with one file for each situation in the life of a resource.

mod catalogue;
mod create;
mod defaults;
mod drift;
mod driven;
mod history;
mod identity;
mod kinds;
mod left_alone;
mod members;
mod narrow;
mod natural_keys;
mod platforms;
mod problems;
mod properties;
mod removal;
mod replace;
mod rules;
mod stage;
mod tags_and_names;
mod unfinished;
mod update;
mod vanished;
