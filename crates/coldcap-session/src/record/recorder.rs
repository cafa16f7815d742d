//! Which events become entries, so that a record stays short and nothing is lost.

use super::fields::Fields;
use crate::machine::{Config, Event, Observed, State};
use coldcap_units::Duration;

/// Turns the events of a session into entries.
///
/// Time is summed for as long as the same is seen and nothing is noted: one entry for hours. By the
/// rule of splitting (see [`step`](crate::step)) that is exact. Of what is seen, only what the present
/// phase reads counts as a change. `config` is that of the step. An interlock that says again what it said is no event.
///
/// It is a small value that belongs to the state: whoever stores a state to survive a loss of power
/// stores this beside it.
///
/// ```
/// use coldcap_session::record::{Chain, Recorder, fold};
/// use coldcap_session::{Config, Event, Observed, Progress, State, step};
/// use coldcap_units::{Duration, Instant};
///
/// let config = Config::DEFAULT;
/// let (mut state, mut recorder) = (State::new(), Recorder::default());
/// let (mut chain, mut entries) = (Chain::new(), Vec::new());
/// for tick in 0..300 {
///     let self_test = if tick < 50 { Progress::Running } else { Progress::Passed };
///     let seen = Observed { self_test, ..Observed::default() };
///     let event = Event::Advance { dt: Duration::from_millis(100), seen };
///     let (after, effects) = step(&state, &event, &config);
///     for fields in recorder.hear(&state, &event, &after, !effects.notes.is_empty(), &config) {
///         entries.push(chain.append_fields(Instant::ZERO, 0, fields));
///     }
///     entries.extend(effects.notes.iter().map(|note| chain.append(Instant::ZERO, 0, &note)));
///     state = after;
/// }
/// entries.extend(recorder.flush().map(|fields| chain.append_fields(Instant::ZERO, 0, fields)));
/// assert_eq!(entries.len(), 5); // self-test, its end, two notes, standby
/// assert_eq!(fold(&entries, &config), Ok(state));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Recorder {
    pub(super) run: Option<Run>,
}

/// Time that passed while the same was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Run {
    pub(super) seen: Observed,
    pub(super) sum: Duration,
}

/// A run ends here at the latest: the sum must stay exact.
pub(super) const LONGEST_RUN: u32 = u32::MAX / 2;

impl Run {
    fn fields(self) -> Fields {
        Fields::from(&Event::Advance { dt: self.sum, seen: self.seen })
    }

    /// This run with more time that was the same, if it may be summed.
    fn with(self, seen: Observed, dt: Duration) -> Option<Self> {
        let sum = self.sum.as_millis().checked_add(dt.as_millis())?;
        let joins = self.seen == seen && sum <= LONGEST_RUN;
        joins.then_some(Self { seen, sum: Duration::from_millis(sum) })
    }
}

impl Recorder {
    /// Takes an event that led from one state to another. What it gives goes into the record at once,
    /// in order, before the notes that the event made.
    pub fn hear(
        &mut self,
        before: &State,
        event: &Event,
        after: &State,
        noted: bool,
        config: &Config,
    ) -> impl Iterator<Item = Fields> + use<> {
        let now = match *event {
            Event::Advance { dt, seen } => return self.pass(before, (dt, seen), noted, config),
            Event::Interlock { .. } if before == after && !noted => None,
            _ => Some(Fields::from(event)),
        };
        let run = if now.is_some() { self.flush() } else { None };
        [run, now].into_iter().flatten()
    }

    /// The time that no entry tells of yet, as the fields of one.
    pub fn flush(&mut self) -> Option<Fields> {
        self.run.take().map(Run::fields)
    }

    fn pass(
        &mut self,
        before: &State,
        (dt, seen): (Duration, Observed),
        noted: bool,
        config: &Config,
    ) -> core::iter::Flatten<core::array::IntoIter<Option<Fields>, 2>> {
        let seen = seen.read_by(before, dt, config);
        let joined = self.run.and_then(|run| run.with(seen, dt));
        let ended = if joined.is_some() { None } else { self.flush() };
        self.run = joined.or(Some(Run { seen, sum: dt }));
        let now = if noted { self.flush() } else { None };
        [ended, now].into_iter().flatten()
    }
}
