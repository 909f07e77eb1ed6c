//! The shortest story that still goes wrong: fewer acts, then calmer weather, then fewer resources.
//!
//! Not here: how to tell whether it goes wrong (`stage`).

use std::collections::BTreeSet;

use super::act::Story;

/// After so many stories the shortest so far is told.
const PATIENCE: u32 = 400;

/// Takes out of a story whatever it goes wrong without.
pub fn shrink(story: &Story, goes_wrong: impl Fn(&Story) -> bool) -> Story {
    let mut shortest = story.clone();
    let mut told = 0;
    loop {
        let before = shortest.clone();
        for candidates in [fewer_acts, calmer, smaller] {
            let mut at = 0;
            // Candidates of the shortest so far; one that is taken makes new ones.
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
