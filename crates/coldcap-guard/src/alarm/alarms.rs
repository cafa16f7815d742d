//! The alarms of a machine: an engine for each channel, and one sounder.

use super::engine::{Changes, Event, Refusal, State, Stored};
use super::priority::Priority;
use super::table::Table;
use crate::{Condition, Conditions};
use coldcap_units::Duration;

/// What the alarms of a machine are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Told<const CHANNELS: usize> {
    /// What holds now and should be signalled, each condition at its place.
    Conditions {
        /// What holds at the machine: it concerns every channel.
        machine: Conditions,
        /// What holds at each channel: it concerns no other.
        channels: [Conditions; CHANNELS],
    },
    /// The operator has seen what signals at this channel, or at all of them.
    Acknowledge(Option<usize>),
    /// The operator pauses the sound: there is one for all channels.
    AudioPause,
    /// Time passes.
    Advance(Duration),
}

impl<const CHANNELS: usize> Told<CHANNELS> {
    /// What the engine of one channel hears of it; `None` if it is meant for others.
    const fn at(&self, index: usize, own: Conditions) -> Option<Event> {
        Some(match *self {
            Self::Conditions { machine, .. } => Event::Conditions(machine.union(own)),
            Self::Acknowledge(Some(channel)) if channel != index => return None,
            Self::Acknowledge(_) => Event::Acknowledge,
            Self::AudioPause => Event::AudioPause,
            Self::Advance(dt) => Event::Advance(dt),
        })
    }

    /// What holds at each channel and at no other.
    const fn own(&self) -> [Conditions; CHANNELS] {
        match *self {
            Self::Conditions { channels, .. } => channels,
            _ => [Conditions::EMPTY; CHANNELS],
        }
    }
}

/// The alarms of a machine with `CHANNELS` channels: 128 bytes at most for each.
///
/// An alarm is a condition *at a channel or at the machine*. Each channel has an engine of its own, which is told
/// what holds at that channel and at the machine. So the alarms of one patient are those of a machine with one
/// channel: what another patient has neither hides them, nor is it acknowledged, inhibited or timed with them.
/// What holds at the machine inhibits what it causes at every channel, and is an alarm of every patient.
///
/// They share the sounder. It plays the most urgent of what any channel has to sound. The audio pause is
/// the sounder's: a press pauses whatever sounds then, and what is new and of medium or high priority at any
/// channel ends the pause for all. What is new and low at a channel at which nothing was paused sounds at once.
///
/// ```
/// use coldcap_guard::alarm::{Alarms, Priority, Table, Told};
/// use coldcap_guard::{Condition, Conditions};
///
/// let table = &Table::SHIPPED;
/// let found = |channels| Told::Conditions { machine: Conditions::EMPTY, channels };
/// let freeze = Conditions::of(&[Condition::Freeze]);
///
/// // One patient's cap freezes, and somebody has seen it.
/// let (alarms, _) = Alarms::<2>::new().step(table, &found([freeze, Conditions::EMPTY]));
/// let (alarms, _) = alarms.step(table, &Told::Acknowledge(Some(0)));
/// assert_eq!(alarms.sounding(), Priority::None);
///
/// // The other's is another alarm.
/// let (alarms, changes) = alarms.step(table, &found([freeze, freeze]));
/// assert_eq!(changes.map(|it| it.rose), [Conditions::EMPTY, freeze]);
/// assert_eq!(alarms.sounding(), Priority::High);
/// assert_eq!(alarms.leading(), Some((1, Condition::Freeze)));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Alarms<const CHANNELS: usize> {
    channels: [State; CHANNELS],
}

impl<const CHANNELS: usize> Default for Alarms<CHANNELS> {
    fn default() -> Self {
        Self::new()
    }
}

impl<const CHANNELS: usize> Alarms<CHANNELS> {
    /// At power-up: nothing is active.
    #[must_use]
    pub const fn new() -> Self {
        Self { channels: [State::new(); CHANNELS] }
    }

    /// At power-up after a loss of power; see [`Table::restored`].
    #[must_use]
    pub fn restored(table: &Table<'_>, stored: &[Stored; CHANNELS]) -> Self {
        Self { channels: stored.each_ref().map(|stored| table.restored(stored)) }
    }

    /// What must be stored of each channel to survive a loss of power now.
    #[must_use]
    pub fn stored(&self) -> [Stored; CHANNELS] {
        self.channels.each_ref().map(State::stored)
    }

    /// The alarms that concern each channel: its own and the machine's.
    #[must_use]
    pub const fn channels(&self) -> &[State; CHANNELS] {
        &self.channels
    }

    /// One step of all alarms by these rows, and what it changed at each channel. A channel that is not meant has
    /// changed nothing, unless its pause of the sound is over.
    ///
    /// # Panics
    /// Never.
    #[must_use]
    pub fn step(&self, table: &Table<'_>, told: &Told<CHANNELS>) -> (Self, [Changes; CHANNELS]) {
        // req: CHN-005
        let mut next = *self;
        let mut all = [Changes::default(); CHANNELS];
        let mut breaks_through = false;
        let places = next.channels.iter_mut().zip(&mut all).zip(told.own());
        for (index, ((state, changes), own)) in places.enumerate() {
            if let Some(event) = told.at(index, own) {
                (*state, *changes) = table.step(state, &event);
                breaks_through |= state.breaks_through(changes);
            }
        }
        if breaks_through {
            next.end_pause(&mut all);
        }
        (next, all)
    }

    /// Something new is heard at one channel: the sounder plays, whatever it was paused for.
    fn end_pause(&mut self, all: &mut [Changes; CHANNELS]) {
        // req: ALM-008
        for (state, changes) in self.channels.iter_mut().zip(all) {
            changes.resumed |= !state.audio_pause().is_zero();
            *state = state.unpaused();
        }
    }

    /// Every active alarm of any channel or of the machine.
    #[must_use]
    pub fn active(&self) -> Conditions {
        self.channels.iter().fold(Conditions::EMPTY, |all, state| all.union(state.active()))
    }

    /// The priority to show: the highest of all that signals anywhere.
    #[must_use]
    pub fn highest(&self) -> Priority {
        self.most(State::highest)
    }

    /// What the sounder plays: the most urgent of what any channel has to sound or to remind of.
    #[must_use]
    pub fn sounding(&self) -> Priority {
        self.most(|state| state.sounding().max(state.reminding()))
    }

    fn most(&self, of: impl Fn(&State) -> Priority) -> Priority {
        self.channels.iter().map(of).max().unwrap_or_default()
    }

    /// The alarm to show first, and at which channel: one with the highest priority, not acknowledged before
    /// acknowledged, then the lowest code, then the first channel. A condition of the machine leads at the first
    /// channel at which nobody has acknowledged it.
    #[must_use]
    pub fn leading(&self) -> Option<(usize, Condition)> {
        let rank = |index: usize, condition: Condition| {
            let state = self.channels.get(index)?;
            let open = !state.acknowledged().contains(condition);
            Some((state.priority(condition), open, core::cmp::Reverse(condition.code())))
        };
        let leads = self.channels.iter().enumerate();
        let leads = leads.filter_map(|(index, state)| Some((index, state.leading()?)));
        leads.reduce(
            |best, next| {
                if rank(next.0, next.1) > rank(best.0, best.1) { next } else { best }
            },
        )
    }
}

/// The operator's answer to a press that reached several channels: taken if it reached anything at any of them.
/// `None` after anything else.
#[must_use]
pub fn answer_of(all: &[Changes]) -> Option<Result<(), Refusal>> {
    let answers = all.iter().filter_map(|changes| changes.answer);
    answers.reduce(|one, other| one.or(other))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alarm::AUDIO_PAUSE;

    const TABLE: &Table<'_> = &Table::SHIPPED;
    const NONE: Conditions = Conditions::EMPTY;

    fn set(condition: Condition) -> Conditions {
        Conditions::of(&[condition])
    }

    fn told(alarms: &mut Alarms<2>, told: Told<2>) -> [Changes; 2] {
        let (next, changes) = alarms.step(TABLE, &told);
        *alarms = next;
        changes
    }

    fn found(alarms: &mut Alarms<2>, machine: Conditions, own: [Conditions; 2]) -> [Changes; 2] {
        told(alarms, Told::Conditions { machine, channels: own })
    }

    #[test]
    fn what_causes_an_alarm_hides_it_at_its_own_channel_only() {
        let (cap, flow) = (set(Condition::CapUncoupled), set(Condition::FlowLost));
        let mut alarms = Alarms::new();
        found(&mut alarms, NONE, [cap.union(flow), flow]);
        let signals = alarms.channels().each_ref().map(State::signalling);
        assert_eq!(signals, [cap, flow]);
        assert_eq!(alarms.active(), cap.union(flow));
    }

    #[test]
    fn what_the_machine_has_hides_what_it_causes_at_every_channel() {
        let (tank, warm) = (set(Condition::TankSensor), set(Condition::TooWarm));
        let mut alarms = Alarms::new();
        found(&mut alarms, tank, [warm, warm]);
        assert!(alarms.channels().iter().all(|state| state.signalling() == tank));
        // The same at a channel is no cause for the neighbour's.
        let mut alarms = Alarms::new();
        found(&mut alarms, NONE, [tank, warm]);
        assert_eq!(alarms.channels().each_ref().map(State::signalling), [tank, warm]);
    }

    #[test]
    fn an_acknowledgement_is_for_one_channel_or_for_all() {
        let freeze = set(Condition::Freeze);
        let mut alarms = Alarms::new();
        found(&mut alarms, NONE, [freeze; 2]);
        let changes = told(&mut alarms, Told::Acknowledge(Some(1)));
        assert_eq!(changes.map(|it| it.acknowledged), [NONE, freeze]);
        assert_eq!(alarms.sounding(), Priority::High);
        assert_eq!(alarms.leading(), Some((0, Condition::Freeze)));
        let again = told(&mut alarms, Told::Acknowledge(Some(1)));
        assert_eq!(answer_of(&again), Some(Ok(())), "what goes on can be acknowledged again");
        let changes = told(&mut alarms, Told::Acknowledge(None));
        assert_eq!(changes.map(|it| it.acknowledged), [freeze; 2]);
        assert_eq!((alarms.sounding(), alarms.highest()), (Priority::None, Priority::High));
        assert_eq!(alarms.leading(), Some((0, Condition::Freeze)));
    }

    #[test]
    fn a_press_is_taken_if_it_reaches_anything_anywhere() {
        let mut alarms = Alarms::new();
        let nothing = Some(Err(Refusal::NothingToAcknowledge));
        assert_eq!(answer_of(&told(&mut alarms, Told::Acknowledge(None))), nothing);
        let paused = told(&mut alarms, Told::AudioPause);
        assert_eq!(answer_of(&paused), Some(Err(Refusal::NothingToPause)));
        let changes = found(&mut alarms, NONE, [NONE, set(Condition::Waiting)]);
        assert_eq!(answer_of(&changes), None);
        assert_eq!(answer_of(&told(&mut alarms, Told::AudioPause)), Some(Ok(())));
        assert_eq!(answer_of(&told(&mut alarms, Told::Acknowledge(Some(0)))), nothing);
        assert_eq!(answer_of(&told(&mut alarms, Told::Acknowledge(Some(2)))), None);
        assert_eq!(answer_of(&told(&mut alarms, Told::Acknowledge(None))), Some(Ok(())));
    }

    #[test]
    fn the_pause_is_the_sounders_and_ends_for_all() {
        let (freeze, flow) = (set(Condition::Freeze), set(Condition::FlowLost));
        let mut alarms = Alarms::new();
        found(&mut alarms, NONE, [freeze, NONE]);
        let changes = told(&mut alarms, Told::AudioPause);
        assert_eq!(changes.map(|it| it.paused), [true, false]);
        assert_eq!(alarms.sounding(), Priority::None);
        let changes = found(&mut alarms, NONE, [freeze, flow]);
        assert_eq!(changes.map(|it| it.resumed), [true, false]);
        assert_eq!(alarms.sounding(), Priority::High, "both are heard again");
        let pauses = alarms.channels().each_ref().map(State::audio_pause);
        assert_eq!(pauses, [Duration::ZERO; 2]);
    }

    #[test]
    fn what_is_low_sounds_at_once_and_leaves_the_neighbours_pause() {
        let freeze = set(Condition::Freeze);
        let mut alarms = Alarms::new();
        found(&mut alarms, NONE, [freeze, NONE]);
        told(&mut alarms, Told::AudioPause);
        let changes = found(&mut alarms, NONE, [freeze, set(Condition::Waiting)]);
        assert_eq!(changes.map(|it| it.resumed), [false; 2]);
        assert_eq!(alarms.sounding(), Priority::Low);
        told(&mut alarms, Told::Advance(AUDIO_PAUSE));
        assert_eq!(alarms.sounding(), Priority::High);
    }

    #[test]
    fn what_is_stored_is_stored_of_each_channel() {
        let (freeze, waits) = (set(Condition::Freeze), set(Condition::Waiting));
        let mut alarms = Alarms::new();
        found(&mut alarms, NONE, [freeze.union(waits), freeze]);
        told(&mut alarms, Told::Acknowledge(Some(1)));
        let stored = alarms.stored();
        let active = freeze.union(waits);
        assert_eq!(stored, [Stored { active, ..Stored::default() }, Stored::default()]);
        let again = Alarms::restored(TABLE, &stored);
        let states = again.channels().each_ref().map(|it| (it.signalling(), it.occurred()));
        assert_eq!(states, [(freeze, waits), (NONE, NONE)]);
        assert_eq!(again.sounding(), Priority::High);
        assert_eq!(Alarms::<2>::default(), Alarms::new());
        assert_eq!(
            (Alarms::<2>::new().leading(), Alarms::<2>::new().sounding()),
            (None, Priority::None)
        );
    }

    #[test]
    fn what_leads_is_the_most_urgent_then_the_lowest_code_then_the_first_channel() {
        let lead = |own: [Condition; 2]| {
            let mut alarms = Alarms::new();
            found(&mut alarms, NONE, own.map(set));
            alarms.leading()
        };
        use Condition::{FlowLost, Freeze, PumpStopped, Waiting};
        assert_eq!(lead([Waiting, FlowLost]), Some((1, FlowLost)));
        assert_eq!(lead([Freeze, FlowLost]), Some((0, Freeze)));
        assert_eq!(lead([PumpStopped, FlowLost]), Some((1, FlowLost)));
        assert_eq!(lead([FlowLost, FlowLost]), Some((0, FlowLost)));
    }
}
