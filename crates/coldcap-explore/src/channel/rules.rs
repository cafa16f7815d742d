//! The rules of one channel: what is counted, and what looks at every state and step.

use super::coverage::Coverage;
use super::memory_rules::MEMORY_RULES;
use super::state_rules::STATE_RULES;
use super::step_rules::STEP_RULES;
use super::{Channel, TICK};
use crate::search::{Broken, Machine, Taken, Watcher};
use coldcap::supervise::{Config, Effects, Event, State};
use coldcap_session::Note;
use coldcap_units::Duration;

/// What a rule says of one state or step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It does not speak of this one.
    Silent,
    /// It speaks of it, and holds.
    Holds,
    /// It speaks of it, and does not hold.
    Broken,
}

impl Verdict {
    /// `if` this `then` that.
    #[must_use]
    pub const fn implies(antecedent: bool, holds: bool) -> Self {
        match (antecedent, holds) {
            (false, _) => Self::Silent,
            (true, true) => Self::Holds,
            (true, false) => Self::Broken,
        }
    }

    /// As [`Verdict::implies`], where the consequence takes work.
    pub fn implies_that(antecedent: bool, holds: impl FnOnce() -> bool) -> Self {
        if antecedent { Self::implies(true, holds()) } else { Self::Silent }
    }
}

/// A step, and what it is judged with.
pub struct Seen<'a> {
    /// The channel that took it.
    pub channel: &'a Channel<'a>,
    /// The configuration.
    pub config: &'a Config,
    /// The state before.
    pub before: &'a State,
    /// The event.
    pub event: &'a Event,
    /// The state after, with the times that only the record shows.
    pub after: &'a State,
    /// What it did.
    pub effects: &'a Effects,
    /// What it noted, in order.
    pub notes: &'a [Note],
}

impl core::fmt::Debug for Seen<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{:?} after {:?}", self.event, self.before)
    }
}

impl Seen<'_> {
    /// Whether this note was made.
    #[must_use]
    pub fn noted(&self, test: impl Fn(&Note) -> bool) -> bool {
        self.notes.iter().any(test)
    }

    /// Whether coolant is both asked for and permitted after it.
    #[must_use]
    pub fn circulates_after(&self) -> bool {
        circulates(self.after, self.config)
    }

    /// How much time it takes.
    #[must_use]
    pub fn dt(&self) -> Duration {
        match self.event {
            Event::Advance { dt, .. } => *dt,
            _ => Duration::ZERO,
        }
    }
}

/// Whether a state's coolant moves: asked for by the session and permitted by the interlock.
#[must_use]
pub fn circulates(state: &State, config: &Config) -> bool {
    state.demand(config).circulate && state.permit(config).circulate
}

/// A rule about single states.
#[derive(Clone, Copy, Debug)]
pub struct StateRule {
    /// Its id.
    pub id: &'static str,
    /// What it says.
    pub text: &'static str,
    /// What it says of a state.
    pub check: fn(&State, &Config) -> Verdict,
}

/// A rule about single steps.
#[derive(Clone, Copy, Debug)]
pub struct StepRule {
    /// Its id.
    pub id: &'static str,
    /// What it says.
    pub text: &'static str,
    /// Whether it takes further steps to judge one: only the thorough explorations do.
    pub costly: bool,
    /// What it says of a step.
    pub check: fn(&Seen<'_>) -> Verdict,
}

/// How often each rule spoke.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counted {
    /// The id of the rule.
    pub id: &'static str,
    /// What it says.
    pub text: &'static str,
    /// Of how many states or steps it spoke; zero makes it vacuous.
    pub antecedents: u64,
}

/// Looks at every state and step of a channel.
#[derive(Clone, Debug)]
pub struct Rules {
    states: Vec<u64>,
    steps: Vec<u64>,
    notes: Vec<Note>,
    /// What was reached.
    pub coverage: Coverage,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            states: vec![0; STATE_RULES.len()],
            steps: vec![0; step_rules().count()],
            notes: Vec::new(),
            coverage: Coverage::default(),
        }
    }
}

impl Rules {
    /// Every rule, with how often it spoke.
    #[must_use]
    pub fn counted(&self) -> Vec<Counted> {
        let states = STATE_RULES.iter().zip(&self.states);
        let states = states.map(|(rule, count)| (rule.id, rule.text, *count));
        let steps = step_rules().zip(&self.steps);
        let steps = steps.map(|(rule, count)| (rule.id, rule.text, *count));
        let all = states.chain(steps);
        all.map(|(id, text, antecedents)| Counted { id, text, antecedents }).collect()
    }

    /// Adds what another exploration counted.
    pub fn merge(&mut self, other: &Self) {
        let add = |to: &mut Vec<u64>, from: &[u64]| {
            to.iter_mut().zip(from).for_each(|(to, from)| *to += from);
        };
        add(&mut self.states, &other.states);
        add(&mut self.steps, &other.steps);
        self.coverage.merge(&other.coverage);
    }
}

fn step_rules() -> impl Iterator<Item = &'static StepRule> {
    STEP_RULES.iter().chain(MEMORY_RULES)
}

fn judge(count: &mut u64, id: &'static str, verdict: Verdict) -> Result<(), Broken> {
    match verdict {
        Verdict::Silent => Ok(()),
        Verdict::Holds => {
            *count += 1;
            Ok(())
        }
        Verdict::Broken => Err(id),
    }
}

impl<'c> Watcher<Channel<'c>> for Rules {
    fn state(&mut self, machine: &Channel<'c>, state: &State) -> Result<(), Broken> {
        for (rule, count) in STATE_RULES.iter().zip(&mut self.states) {
            judge(count, rule.id, (rule.check)(state, machine.config()))?;
        }
        Ok(())
    }

    fn step(
        &mut self,
        machine: &Channel<'c>,
        taken: &Taken<'_, Channel<'c>>,
    ) -> Result<(), Broken> {
        let Taken { before, event, after, effects, letter } = *taken;
        self.notes.clear();
        self.notes.extend(effects.notes());
        let (config, notes) = (machine.config(), self.notes.as_slice());
        let seen = Seen { channel: machine, config, before, event, after, effects, notes };
        for (rule, count) in step_rules().zip(&mut self.steps) {
            if !rule.costly || machine.is_thorough() {
                judge(count, rule.id, (rule.check)(&seen))?;
            }
        }
        if machine.is_thorough() {
            self.coverage.add(machine.letter(letter), &seen);
        }
        Ok(())
    }
}

/// Whether time may be cut: a first part without a note, and the rest, equal the whole.
pub(super) fn splits(seen: &Seen<'_>, first: Duration) -> Verdict {
    let Event::Advance { dt, seen: sight, conditions } = *seen.event else {
        return Verdict::Silent;
    };
    let advance = |dt| Event::Advance { dt, seen: sight, conditions };
    let (between, noted) = seen.channel.stepped(seen.before, &advance(first));
    if dt <= TICK || noted.notes().next().is_some() {
        return Verdict::Silent;
    }
    let (state, effects) = seen.channel.stepped(&between, &advance(dt.minus(first)));
    let same = effects.notes().eq(seen.notes.iter().copied());
    Verdict::implies(true, state == *seen.after && same)
}

/// The part of a state that decides.
pub(super) fn decided(channel: &Channel<'_>, state: &State) -> State {
    channel.decided(*state)
}
