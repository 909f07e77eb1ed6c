//! Shrinking: the shortest story that still fails. It removes acts, then faults, then resources.
//!
//! Not here: how to tell whether a story fails (`stage`).

use std::collections::BTreeSet;

use super::act::Story;

/// After this many stories, the search ends with the shortest story so far.
const PATIENCE: u32 = 400;

/// Removes everything from a story that its failure does not need.
pub fn shrink(story: &Story, goes_wrong: impl Fn(&Story) -> bool) -> Story {
    let mut shortest = story.clone();
    let mut told = 0;
    loop {
        let before = shortest.clone();
        for candidates in [fewer_acts, calmer, smaller] {
            let mut at = 0;
            // The candidates come from the shortest story so far. When one of them is accepted, it brings new candidates.
            while let Some(candidate) = candidates(&shortest).into_iter().nth(at) {
                told += 1;
                if told > PATIENCE {
                    return shortest;
                }
                if goes_wrong(&candidate) {
                    shortest = candidate;
                } else {
                    at += 1;
                }
            }
        }
        if shortest == before {
            return shortest;
        }
    }
}

fn fewer_acts(story: &Story) -> Vec<Story> {
    let mut fewer = Vec::new();
    for at in (0..story.acts.len()).rev() {
        let mut without = story.clone();
        without.acts.remove(at);
        fewer.push(without);
        for simpler in story.acts[at].simpler() {
            let mut with = story.clone();
            with.acts[at] = simpler;
            fewer.push(with);
        }
    }
    fewer
}

fn calmer(story: &Story) -> Vec<Story> {
    let weathers = story.weather.calmer().into_iter();
    let calmer = weathers.map(|weather| Story {
        weather,
        ..story.clone()
    });
    calmer.collect()
}

fn smaller(story: &Story) -> Vec<Story> {
    let mut addresses: BTreeSet<&'static str> = story.last.addresses();
    for act in &story.acts {
        act.visit(&mut |draft| addresses.extend(draft.addresses()));
    }
    let smaller = addresses.into_iter().map(|address| Story {
        acts: story
            .acts
            .iter()
            .map(|act| act.map(&|draft| draft.without(address)))
            .collect(),
        last: story.last.without(address),
        ..story.clone()
    });
    smaller.collect()
}
