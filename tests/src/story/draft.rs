//! A random program: which templates of a wiring it contains, each in which variant.
//!
//! Not here: the templates themselves (`wirings`).

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::cloud::{Dice, Program};

use super::wirings::{Template, WIRINGS};

/// A program: its wiring, and the templates of that wiring that it contains.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    wiring: usize,
    has: BTreeMap<&'static str, u8>,
}

impl fmt::Display for Draft {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = self
            .has
            .iter()
            .map(|(address, variant)| format!("{address}:{variant}"));
        write!(f, "{}", parts.collect::<Vec<_>>().join(" "))
    }
}

impl Draft {
    /// A random program.
    pub fn draw(dice: &Dice) -> Self {
        let wiring = dice.below(WIRINGS.len());
        let mut draft = Self {
            wiring,
            has: BTreeMap::new(),
        };
        let share = 0.3 + 0.7 * dice.roll();
        for template in WIRINGS[wiring] {
            if dice.fall(share) {
                draft.add(template.address, dice);
            }
        }
        if draft.has.is_empty() {
            draft.add(WIRINGS[wiring][0].address, dice);
        }
        draft
    }

    /// Another program that differs in a few places.
    #[must_use]
    pub fn edited(&self, dice: &Dice) -> Self {
        let mut draft = self.clone();
        for _ in 0..=dice.below(3) {
            let template = &WIRINGS[self.wiring][dice.below(WIRINGS[self.wiring].len())];
            match draft.has.get_mut(template.address) {
                Some(_) if dice.fall(0.25) => draft.remove(template.address),
                Some(variant) => *variant = variant.wrapping_add(1 + dice.byte() % 7),
                None => draft.add(template.address, dice),
            }
        }
        draft
    }

    /// One of its addresses, at random.
    pub fn one_of(&self, dice: &Dice) -> Option<&'static str> {
        if self.has.is_empty() {
            return None;
        }
        self.has.keys().nth(dice.below(self.has.len())).copied()
    }

    /// The addresses of its templates.
    pub fn addresses(&self) -> BTreeSet<&'static str> {
        self.has.keys().copied().collect()
    }

    /// Whether the program contains this address.
    pub fn has(&self, address: &str) -> bool {
        self.has.contains_key(address)
    }

    /// The same program without this address, and without the resources that need it.
    #[must_use]
    pub fn without(&self, address: &str) -> Self {
        let mut draft = self.clone();
        draft.remove(address);
        draft
    }

    fn template(&self, address: &str) -> Option<&'static Template> {
        let mut templates = WIRINGS[self.wiring].iter();
        templates.find(|template| template.address == address)
    }

    fn add(&mut self, address: &'static str, dice: &Dice) {
        if self.has.contains_key(address) {
            return;
        }
        for need in self
            .template(address)
            .map_or(&[][..], |template| template.needs)
        {
            self.add(need, dice);
        }
        self.has.insert(address, dice.byte() % 8);
    }

    fn remove(&mut self, address: &str) {
        self.has.remove(address);
        let needs = |template: &&Template| {
            self.has.contains_key(template.address) && template.needs.contains(&address)
        };
        let users: Vec<_> = WIRINGS[self.wiring]
            .iter()
            .filter(needs)
            .map(|t| t.address)
            .collect();
        for user in users {
            self.remove(user);
        }
    }

    /// The draft as a program for the simulated cloud.
    pub fn program(&self) -> Program {
        let templates = WIRINGS[self.wiring].iter();
        let parts =
            templates.filter_map(|template| Some((template, *self.has.get(template.address)?)));
        parts.fold(Program::new(), |program, (template, variant)| {
            program.with(template.address, template.kind, (template.spec)(variant))
        })
    }
}
