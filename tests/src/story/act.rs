//! What happens in a story, and which faults happen meanwhile. All of it is drawn from the seed before the story begins, so that parts can be
//! removed.
//!
//! Not here: how a story is played (`stage`).

use std::fmt;
use std::time::Duration;

use crate::cloud::{Dice, Faults, Lag, Late};

use super::draft::Draft;

/// An operation of a person or a machine on a stack.
#[derive(Debug, Clone, PartialEq)]
pub enum Act {
    /// `windlass up`.
    Up(Draft),
    /// `windlass up --replace ADDRESS`.
    Replace(Draft, &'static str),
    /// `windlass destroy`.
    Destroy,
    /// `windlass refresh`.
    Refresh,
    /// The process is killed at that moment of its life.
    Killed(Box<Act>, u64),
    /// The process is stopped in the middle of a call for `pause`, and then continues. Meanwhile another host does something.
    Stopped {
        /// What the stopped process does.
        act: Box<Act>,
        /// The process stops at its first call after that moment.
        at: u64,
        /// How long the process is stopped.
        pause: Duration,
        /// What the other host does, as soon as it can.
        other: Box<Act>,
    },
    /// Two hosts at once.
    Race(Box<Act>, Box<Act>),
    /// Nothing happens for this long.
    Rest(Duration),
}

impl fmt::Display for Act {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Up(draft) => write!(f, "up [{draft}]"),
            Self::Replace(draft, address) => write!(f, "up --replace {address} [{draft}]"),
            Self::Destroy => write!(f, "destroy"),
            Self::Refresh => write!(f, "refresh"),
            Self::Killed(act, at) => write!(f, "{act}, killed at moment {at}"),
            Self::Stopped {
                act,
                at,
                pause,
                other,
            } => {
                write!(
                    f,
                    "{act}, stopped at moment {at} for {pause:?}; meanwhile {other}"
                )
            }
            Self::Race(one, other) => write!(f, "{one} and at once {other}"),
            Self::Rest(time) => write!(f, "nothing for {time:?}"),
        }
    }
}

/// The faults during the whole story.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Weather {
    /// See [`Faults`].
    pub throttle: f64,
    /// See [`Faults`].
    pub lose_request: f64,
    /// See [`Faults`].
    pub lose_reply: f64,
    /// How slowly AWS shows changes (eventual consistency).
    pub lag: Lag,
    /// Whether a deleted resource holds on to what it used for a while.
    pub lingers: bool,
    /// What happens to the calls of dead processes.
    pub late: Option<Late>,
    /// How many hours the second host's clock is ahead. Negative: behind.
    pub skew_hours: i64,
    /// How many steps run at the same time.
    pub concurrency: usize,
}

impl Weather {
    fn draw(dice: &Dice) -> Self {
        let some = |likelihood: f64, most: f64| {
            let drawn = dice.roll() * most;
            if dice.fall(likelihood) { drawn } else { 0.0 }
        };
        let lag = Lag {
            finder: some(0.5, 0.9),
            observer: some(0.5, 0.9),
            user: some(0.5, 0.9),
            stale: some(0.4, 0.8),
        };
        let late = Late {
            lost: dice.roll(),
            beyond: some(0.3, 0.7),
        };
        Self {
            throttle: some(0.3, 0.3),
            lose_request: some(0.3, 0.2),
            lose_reply: some(0.4, 0.3),
            lag,
            lingers: dice.fall(0.3),
            late: dice.fall(0.7).then_some(late),
            skew_hours: [0, 0, 5, -7][dice.below(4)],
            concurrency: [1, 3, 32][dice.below(3)],
        }
    }

    /// The faults on the way to AWS and in AWS.
    pub fn faults(&self) -> Faults {
        Faults {
            throttle: self.throttle,
            lose_request: self.lose_request,
            lose_reply: self.lose_reply,
            lag: self.lag,
            lingers: self.lingers,
            late: self.late,
            ..Faults::default()
        }
    }

    /// The same weather with one fault less, for each fault.
    pub fn calmer(&self) -> Vec<Self> {
        let changes: [fn(&mut Self); 10] = [
            |weather| weather.throttle = 0.0,
            |weather| weather.lose_request = 0.0,
            |weather| weather.lose_reply = 0.0,
            |weather| weather.lag.finder = 0.0,
            |weather| weather.lag.observer = 0.0,
            |weather| weather.lag.user = 0.0,
            |weather| weather.lag.stale = 0.0,
            |weather| weather.lingers = false,
            |weather| weather.late = None,
            |weather| weather.skew_hours = 0,
        ];
        let calmer = changes.map(|change| {
            let mut calmer = self.clone();
            change(&mut calmer);
            calmer
        });
        calmer.into_iter().filter(|calmer| calmer != self).collect()
    }
}

/// A story, drawn from a seed.
#[derive(Debug, Clone, PartialEq)]
pub struct Story {
    pub seed: u64,
    /// The faults during the story.
    pub weather: Weather,
    /// The acts, in order.
    pub acts: Vec<Act>,
    /// The program that the stack must match in the end.
    pub last: Draft,
}

impl fmt::Display for Story {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "seed {}: {:?}", self.seed, self.weather)?;
        for act in &self.acts {
            writeln!(f, "  {act}")?;
        }
        write!(f, "  in the end [{}]", self.last)
    }
}

impl Story {
    /// The story of a seed.
    pub fn of(seed: u64) -> Self {
        let dice = Dice::new(seed ^ 0x5707_1e55);
        let weather = Weather::draw(&dice);
        let mut draft = Draft::draw(&dice);
        let mut acts = Vec::new();
        for _ in 0..=dice.below(5) {
            acts.push(Act::draw(&mut draft, &dice, 2));
        }
        Self {
            seed,
            weather,
            acts,
            last: draft,
        }
    }
}

impl Act {
    // Later acts keep the edits of earlier ones.
    fn draw(draft: &mut Draft, dice: &Dice, depth: u8) -> Self {
        let moments = 8 + 10 * draft.addresses().len();
        let moment = || u64::try_from(dice.below(moments)).expect("few moments");
        match dice.below(if depth > 0 { 15 } else { 7 }) {
            0 | 1 => Self::Up(draft.clone()),
            2 | 3 => {
                *draft = draft.edited(dice);
                Self::Up(draft.clone())
            }
            4 => match draft.one_of(dice) {
                Some(address) => Self::Replace(draft.clone(), address),
                None => Self::Up(draft.clone()),
            },
            5 => Self::Destroy,
            6 => Self::Refresh,
            7..=10 => Self::Killed(Box::new(Self::draw(draft, dice, 0)), moment()),
            11 | 12 => {
                let act = Box::new(Self::draw(draft, dice, 0));
                Self::Stopped {
                    act,
                    at: moment(),
                    pause: Duration::from_secs(
                        u64::try_from(5 + dice.below(200)).expect("few seconds"),
                    ),
                    other: Box::new(Self::draw(draft, dice, 0)),
                }
            }
            13 => {
                let one = Box::new(Self::draw(draft, dice, 0));
                Self::Race(one, Box::new(Self::draw(draft, dice, 0)))
            }
            _ => Self::Rest(Duration::from_secs(
                u64::try_from(dice.below(400)).expect("few seconds"),
            )),
        }
    }

    /// Simpler acts that could replace this one.
    pub fn simpler(&self) -> Vec<Self> {
        match self {
            Self::Killed(act, _) => vec![(**act).clone()],
            Self::Stopped { act, other, .. } => vec![(**act).clone(), (**other).clone()],
            Self::Race(one, other) => vec![(**one).clone(), (**other).clone()],
            Self::Replace(draft, _) => vec![Self::Up(draft.clone())],
            Self::Up(_) | Self::Destroy | Self::Refresh | Self::Rest(_) => Vec::new(),
        }
    }

    /// Calls `visit` with each of its programs.
    pub fn visit(&self, visit: &mut dyn FnMut(&Draft)) {
        match self {
            Self::Up(draft) | Self::Replace(draft, _) => visit(draft),
            Self::Killed(act, _) => act.visit(visit),
            Self::Stopped { act, other, .. } => {
                act.visit(visit);
                other.visit(visit);
            }
            Self::Race(one, other) => {
                one.visit(visit);
                other.visit(visit);
            }
            Self::Destroy | Self::Refresh | Self::Rest(_) => {}
        }
    }

    /// The same act with changed programs.
    #[must_use]
    pub fn map(&self, change: &dyn Fn(&Draft) -> Draft) -> Self {
        let within = |act: &Self| Box::new(act.map(change));
        match self {
            Self::Up(draft) => Self::Up(change(draft)),
            Self::Replace(draft, address) => {
                let draft = change(draft);
                if draft.has(address) {
                    Self::Replace(draft, address)
                } else {
                    Self::Up(draft)
                }
            }
            Self::Killed(act, at) => Self::Killed(within(act), *at),
            Self::Stopped {
                act,
                at,
                pause,
                other,
            } => Self::Stopped {
                act: within(act),
                at: *at,
                pause: *pause,
                other: within(other),
            },
            Self::Race(one, other) => Self::Race(within(one), within(other)),
            Self::Destroy | Self::Refresh | Self::Rest(_) => self.clone(),
        }
    }
}
