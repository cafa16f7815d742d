//! The alarms: what each channel and the machine have to signal, and what the record and the link hear of it.

use super::calibrate::Measured;
use super::channel::Channel;
use super::detect::Detected;
use super::evidence::{self, Evidence};
use crate::config::Config;
use crate::inputs::Panel;
use crate::outputs::{Event, EventKind, MachineStatus, Outputs};
use coldcap_guard::alarm::{self, Change, Changes, Row, Scope, State, Stored, Told};
use coldcap_guard::{Condition, Conditions};
use coldcap_session::record::{Fields, Kind};
use coldcap_session::{Accepted, Answer, Refusal};
use coldcap_units::Duration;

/// The alarms of every channel, and the sounder.
#[derive(Clone, Debug)]
pub(super) struct Signals<const CHANNELS: usize> {
    alarms: alarm::Alarms<CHANNELS>,
    /// What the keys and commands of this tick changed at each channel, until it is logged.
    pressed: [Changes; CHANNELS],
    /// What each channel's record had no room for yet.
    owed: [Changes; CHANNELS],
}

/// What the alarms of a tick go by.
#[derive(Clone, Copy)]
pub(super) struct Seen<'a, const CHANNELS: usize> {
    pub(super) measured: &'a Measured<CHANNELS>,
    pub(super) detected: &'a Detected<CHANNELS>,
    pub(super) config: &'a Config,
}

impl<const CHANNELS: usize> Seen<'_, CHANNELS> {
    /// The number by which a condition was found at this channel or at the machine.
    fn evidence(&self, condition: Condition, index: usize) -> Evidence {
        if self.detected.at(index).contains(condition) {
            evidence::of(condition, index, self.measured, self.config)
        } else {
            Evidence::default()
        }
    }
}

/// What the record says of an alarm, as [`Kind`] has it.
#[derive(Clone, Copy)]
enum Stage {
    Cleared = 0,
    Rose = 1,
    Escalated = 2,
    Acknowledged = 3,
    SoundsAgain = 4,
    Inhibited = 5,
    Signals = 6,
    AudioPaused = 7,
    AudioResumed = 8,
}

const fn refused(refusal: alarm::Refusal) -> Refusal {
    match refusal {
        alarm::Refusal::NothingToAcknowledge => Refusal::NothingToAcknowledge,
        alarm::Refusal::NothingToPause => Refusal::NothingToPause,
    }
}

impl<const CHANNELS: usize> Signals<CHANNELS> {
    pub(super) fn new() -> Self {
        let none = [Changes::default(); CHANNELS];
        Self { alarms: alarm::Alarms::new(), pressed: none, owed: none }
    }

    /// What nobody had acknowledged before a loss of power, and what no entry says yet.
    pub(super) fn restore(
        &mut self,
        stored: &[Stored; CHANNELS],
        owed: &[Changes; CHANNELS],
        config: &Config,
    ) {
        self.alarms = alarm::Alarms::restored(config.alarms, stored);
        self.owed = *owed;
    }

    pub(super) const fn owed(&self) -> [Changes; CHANNELS] {
        self.owed
    }

    pub(super) fn stored(&self) -> [Stored; CHANNELS] {
        self.alarms.stored()
    }

    /// The keys of the front panel; the stop key is the channels' own.
    pub(super) fn take_panel(&mut self, panel: &Panel, config: &Config) {
        if panel.acknowledge {
            let _ = self.acknowledge(None, config);
        }
        if panel.audio_pause {
            let _ = self.pause_audio(config);
        }
    }

    /// At one channel, or at all.
    pub(super) fn acknowledge(&mut self, channel: Option<usize>, config: &Config) -> Answer {
        self.press(&Told::Acknowledge(channel), config)
    }

    pub(super) fn pause_audio(&mut self, config: &Config) -> Answer {
        self.press(&Told::AudioPause, config)
    }

    fn press(&mut self, told: &Told<CHANNELS>, config: &Config) -> Answer {
        let changes = self.step(told, config);
        for (pressed, changes) in self.pressed.iter_mut().zip(&changes) {
            *pressed = pressed.then(changes);
        }
        match alarm::answer_of(&changes) {
            Some(Err(refusal)) => Err(refused(refusal)),
            _ => Ok(Accepted::Done),
        }
    }

    fn step(&mut self, told: &Told<CHANNELS>, config: &Config) -> [Changes; CHANNELS] {
        let (alarms, changes) = self.alarms.step(config.alarms, told);
        self.alarms = alarms;
        changes
    }

    /// What each channel has to signal and, for all of them, the machine and its maker, by one table.
    pub(super) fn signal(
        &mut self,
        channels: &mut [Channel; CHANNELS],
        machine: Conditions,
        seen: &Seen<'_, CHANNELS>,
        dt: Duration,
        outputs: &mut Outputs<CHANNELS>,
    ) {
        // req: CHN-005
        let mut own = seen.detected.channels;
        for (own, channel) in own.iter_mut().zip(channels.iter()) {
            *own = channel.alarms(*own, seen.config);
        }
        let pressed = core::mem::replace(&mut self.pressed, [Changes::default(); CHANNELS]);
        self.log(&pressed, channels, seen, outputs);
        for told in [Told::Advance(dt), Told::Conditions { machine, channels: own }] {
            let changes = self.step(&told, seen.config);
            self.log(&changes, channels, seen, outputs);
        }
    }

    /// Every change stands in the record of the channel that it concerns, and is told on the link.
    fn log(
        &mut self,
        changes: &[Changes; CHANNELS],
        channels: &mut [Channel; CHANNELS],
        seen: &Seen<'_, CHANNELS>,
        outputs: &mut Outputs<CHANNELS>,
    ) {
        // On most ticks nothing has changed, and nothing is owed.
        if changes.iter().chain(&self.owed).all(Changes::is_empty) {
            return;
        }
        let lines = channels.iter_mut().zip(self.alarms.channels()).zip(changes);
        for (index, (((channel, state), changes), owed)) in lines.zip(&mut self.owed).enumerate() {
            let evidence = |condition| seen.evidence(condition, index);
            *owed = enter(state, &merged(owed, changes), channel, evidence, outputs);
        }
        self.announce(changes, outputs);
    }

    /// One event for each alarm of a channel, and one for the machine's, however many channels it concerns.
    fn announce(&self, changes: &[Changes; CHANNELS], outputs: &mut Outputs<CHANNELS>) {
        let mut said = Changes::default();
        for (index, (state, changes)) in self.alarms.channels().iter().zip(changes).enumerate() {
            for change in changes.iter() {
                let event = event::<CHANNELS>(index, state, change);
                let shared = event.channel == Event::MACHINE;
                if !(shared && (is_among(&said, change) || self.goes_on(change))) {
                    outputs.events.push(event);
                }
            }
            said = said.then(changes);
        }
    }

    /// Whether an alarm that is over at one channel is still one at another, where nobody has acknowledged it.
    fn goes_on(&self, change: Change) -> bool {
        matches!(change, Change::Cleared(condition) if self.alarms.active().contains(condition))
    }

    pub(super) fn show(&self, status: MachineStatus) -> MachineStatus {
        MachineStatus {
            alarms: self.alarms.active(),
            highest: self.alarms.highest(),
            sounding: self.alarms.sounding(),
            ..status
        }
    }
}

/// What is owed to a record and what has come since. What ended and began anew, before the end was told, goes on.
fn merged(owed: &Changes, later: &Changes) -> Changes {
    let again = owed.cleared.intersection(later.rose);
    let owed = Changes { cleared: owed.cleared.difference(again), ..*owed };
    owed.then(&Changes { rose: later.rose.difference(again), ..*later })
}

/// One entry for each alarm that began, ended or became more urgent, and one for each sort of the rest,
/// whatever its number. Gives back what the record has no room for in this tick.
fn enter<const CHANNELS: usize>(
    state: &State,
    changes: &Changes,
    channel: &mut Channel,
    evidence: impl Fn(Condition) -> Evidence,
    outputs: &mut Outputs<CHANNELS>,
) -> Changes {
    // req: ALM-013
    // A new alarm that signals at once says so by having risen.
    let mut left = Changes { signalled: changes.signalled.difference(changes.rose), ..*changes };
    for change in changes.iter() {
        if !channel.has_room_for_an_alarm() {
            return left;
        }
        channel.enter(told(state, change, &evidence), outputs);
        match change {
            Change::Cleared(condition) => left.cleared = left.cleared.without(condition),
            Change::Rose(condition) => left.rose = left.rose.without(condition),
            Change::Escalated(condition) => left.escalated = left.escalated.without(condition),
        }
    }
    if !channel.has_room_for_an_alarm() {
        return left;
    }
    for (stage, set) in remarks(state, &left) {
        let priority = set.iter().map(|condition| state.priority(condition)).max();
        let priority = i32::from(priority.unwrap_or_default().code());
        let fields = Fields::new(Kind::ALARM, 0, stage as i32, priority);
        channel.enter(Fields { c: set.bits(), ..fields }, outputs);
    }
    Changes::default()
}

/// What the record says of one alarm.
fn told(state: &State, change: Change, evidence: impl Fn(Condition) -> Evidence) -> Fields {
    let (stage, condition) = match change {
        Change::Cleared(condition) => (Stage::Cleared, condition),
        Change::Rose(condition) => (Stage::Rose, condition),
        Change::Escalated(condition) => (Stage::Escalated, condition),
    };
    let rose = matches!(change, Change::Rose(_));
    let Evidence { value, limit } = if rose { evidence(condition) } else { Evidence::default() };
    let code = u16::from(condition.code());
    let fields = Fields::new(Kind::ALARM, code, stage as i32, priority(state, change));
    Fields { c: value, d: limit, ..fields }
}

/// What is logged of many alarms at once.
fn remarks(state: &State, changes: &Changes) -> impl Iterator<Item = (Stage, Conditions)> {
    let signals = state.signalling();
    let sound = |is: bool| if is { signals } else { Conditions::EMPTY };
    let sets = [
        (Stage::Acknowledged, changes.acknowledged),
        (Stage::SoundsAgain, changes.sounded_again),
        (Stage::Inhibited, changes.inhibited),
        (Stage::Signals, changes.signalled),
    ];
    let sounds = [
        (Stage::AudioPaused, changes.paused, sound(changes.paused)),
        (Stage::AudioResumed, changes.resumed, sound(changes.resumed)),
    ];
    let sets = sets.into_iter().filter(|(_, set)| !set.is_empty());
    let sounds = sounds.into_iter().filter(|(_, is, _)| *is);
    sets.chain(sounds.map(|(stage, _, set)| (stage, set)))
}

fn event<const CHANNELS: usize>(index: usize, state: &State, change: Change) -> Event {
    let (kind, condition) = match change {
        Change::Rose(condition) => (EventKind::AlarmRose, condition),
        Change::Escalated(condition) => (EventKind::AlarmEscalated, condition),
        Change::Cleared(condition) => (EventKind::AlarmCleared, condition),
    };
    let (code, value) = (u16::from(condition.code()), priority(state, change));
    Event { channel: place::<CHANNELS>(index, condition), kind, code, value }
}

/// Where an alarm is: at its channel or at the machine. A machine with one channel need not tell them apart, and
/// never did.
fn place<const CHANNELS: usize>(index: usize, condition: Condition) -> u8 {
    match Row::of(condition).scope {
        Scope::Channel if CHANNELS > 1 => u8::try_from(index).unwrap_or(Event::MACHINE),
        _ => Event::MACHINE,
    }
}

/// The priority that a change is told with: none with an end.
fn priority(state: &State, change: Change) -> i32 {
    match change {
        Change::Rose(condition) | Change::Escalated(condition) => {
            i32::from(state.priority(condition).code())
        }
        Change::Cleared(_) => 0,
    }
}

const fn is_among(said: &Changes, change: Change) -> bool {
    match change {
        Change::Rose(condition) => said.rose.contains(condition),
        Change::Escalated(condition) => said.escalated.contains(condition),
        Change::Cleared(condition) => said.cleared.contains(condition),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use coldcap_units::Instant;

    // req: REC-006
    #[test]
    fn alarms_alone_put_no_record_behind_and_are_all_told_in_the_end() {
        let config = Config::reference();
        let mut channel = Channel::new(0, &config);
        let (rose, signalled) = (Conditions::ALL, Conditions::ALL);
        let mut left = Changes { rose, signalled, ..Changes::default() };
        let mut told = 0;
        for room in [16, 16, 7, 0] {
            let mut outputs: Outputs<1> = Outputs::at(Instant::ZERO);
            channel.begin(16, &config, &mut outputs);
            left = enter(&State::new(), &left, &mut channel, |_| Evidence::default(), &mut outputs);
            assert!(!channel.is_behind());
            assert_eq!((outputs.entries.as_slice().len(), outputs.entries.dropped()), (room, 0));
            told += room;
        }
        assert_eq!((told, left), (Condition::ALL.len(), Changes::default()));
    }

    #[test]
    fn what_is_owed_tells_in_the_end_what_is_so() {
        let leak = Conditions::of(&[Condition::Leak]);
        let (rose, cleared) = (
            Changes { rose: leak, ..Changes::default() },
            Changes { cleared: leak, ..Changes::default() },
        );
        // Came and went: both are told. Came again: it is there. An end that nobody told, and again: it goes on.
        let once = merged(&rose, &cleared);
        assert_eq!((once.rose, once.cleared), (leak, leak));
        assert_eq!(merged(&once, &rose), rose);
        assert_eq!(merged(&cleared, &rose), Changes::default());
        assert_eq!(merged(&merged(&cleared, &rose), &cleared), cleared);
    }
}
