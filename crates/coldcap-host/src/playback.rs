//! Plays a recording: what a host heard of the machine, in order and with its times.
//!
//! It takes a device's recording, which holds every packet that the device sent, and one that a host has made of what it
//! heard. The file is not read into memory: opening looks at the heads of its blocks, and one block at a time is read.
//!
//! ```no_run
//! use coldcap_host::client::Message;
//! use coldcap_host::playback::Playback;
//! use coldcap_units::{Duration, Instant};
//!
//! let mut playback = Playback::open("out/default/session.ccap".as_ref())?;
//! println!("{} recording of {} s", playback.origin(), playback.duration().as_secs());
//! playback.seek(Instant::ZERO.plus(Duration::from_mins(90)))?;
//! // First the newest state before that moment, then what came from it on.
//! while let Some((at, message)) = playback.next_message()? {
//!     let Message::ChannelStatus(status) = message else { continue };
//!     println!("{} ms: supply {:?} m°C", at.as_millis(), status.supply.get());
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod commands;
mod item;
mod state;
mod told;

use crate::capture::{
    Damage, HeardEntries, Kind, Origin, Outline, Stretch, Truth, payload, read_block, truths,
};
use crate::client::{Message, Newest};
use coldcap_units::{Duration, Instant};
use coldcap_wire::message::{AnyMessage, MACHINE};
use commands::Commands;
use core::fmt;
use item::{Item, Sort};
use state::State;
use std::collections::{BTreeMap, VecDeque};
use std::fs::File;
use std::io::{self, Read, Seek};
use std::path::Path;
use told::Told;

/// So far before a moment the state at it is looked for at first: no report is rarer than each ten seconds.
const FIRST_LOOK_BACK: Duration = Duration::from_secs(20);
/// And so far at most, in doubling steps, where the machine was not heard.
const LAST_LOOK_BACK: Duration = Duration::from_mins(11);
/// The machine says who it is within so many stretches of the beginning.
const HELLO_WITHIN: usize = 24;

/// Why a file cannot be played.
#[derive(Debug)]
#[non_exhaustive]
pub enum OpenError {
    /// It cannot be read.
    Unreadable(io::Error),
    /// It is no recording that this program knows.
    NotARecording(Damage),
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(error) => error.fmt(f),
            Self::NotARecording(damage) => damage.fmt(f),
        }
    }
}

impl core::error::Error for OpenError {}

impl From<io::Error> for OpenError {
    fn from(error: io::Error) -> Self {
        Self::Unreadable(error)
    }
}

/// A recording that is played. See the [module](self).
///
/// Times are those of whoever recorded: of a device's recording how long it had run, a time without power included where
/// it was known; of a host's, since it began to record.
#[derive(Debug)]
pub struct Playback<R = File> {
    source: R,
    outline: Outline,
    duration: Duration,
    /// The stretch that is read next.
    place: usize,
    /// The stretch that is played, its block, and how much of its payload was played.
    playing: Option<Stretch>,
    block: Vec<u8>,
    played: usize,
    commands: Commands,
    /// Whether the machine was not heard any more.
    away: bool,
    /// So much was heard and not recorded, by where in the file it is said.
    missed: BTreeMap<(u64, usize), u64>,
    channels: Newest,
    machine: Newest,
    /// What comes before whatever is read next.
    ready: VecDeque<(Instant, Message)>,
    /// What the machine said of itself, as far as it was played or looked for.
    hellos: Told,
    calibrations: Told,
    damage: Vec<Damage>,
}

impl Playback {
    /// Opens a file.
    ///
    /// # Errors
    /// [`OpenError`].
    pub fn open(path: &Path) -> Result<Self, OpenError> {
        Self::new(File::open(path)?)
    }
}

impl<R: Read + Seek> Playback<R> {
    /// Plays whatever can be read and sought.
    ///
    /// # Errors
    /// [`OpenError`]. What is damaged or cut off is played as far as it is sound, see [`damage`](Self::damage).
    pub fn new(mut source: R) -> Result<Self, OpenError> {
        let outline = Outline::read(&mut source)?.map_err(OpenError::NotARecording)?;
        let mut playback = Self {
            source,
            damage: outline.damage.clone(),
            outline,
            duration: Duration::ZERO,
            place: 0,
            playing: None,
            block: Vec::new(),
            played: 0,
            commands: Commands::default(),
            away: false,
            missed: BTreeMap::new(),
            channels: Newest::default(),
            machine: Newest::default(),
            ready: VecDeque::new(),
            hellos: Told::default(),
            calibrations: Told::default(),
        };
        playback.duration = playback.measure()?;
        playback.find_hello()?;
        Ok(playback)
    }

    /// Where the data come from. It belongs on everything that shows them.
    #[must_use]
    pub const fn origin(&self) -> Origin {
        self.outline.header.origin
    }

    /// Whether it is what a host heard; else it is what the device itself did.
    #[must_use]
    pub fn is_of_host(&self) -> bool {
        self.outline.stretches.iter().any(|it| it.kind == Kind::Heard)
    }

    /// How many channels the machine has, as far as who recorded it knew.
    #[must_use]
    pub const fn channels(&self) -> u8 {
        self.outline.header.channels
    }

    /// From its beginning to the last moment of which it tells.
    #[must_use]
    pub const fn duration(&self) -> Duration {
        self.duration
    }

    /// Whether it was ended on purpose; else it was cut off, or is still being written.
    #[must_use]
    pub const fn was_ended(&self) -> bool {
        self.outline.ended
    }

    /// What is wrong with the file, as far as it has been looked at ([`check`](Self::check) looks at all of it): nothing of a block
    /// whose checksum is wrong is played.
    #[must_use]
    pub fn damage(&self) -> &[Damage] {
        &self.damage
    }

    /// Looks at every block that playing passes over, too: behind it [`damage`](Self::damage) is all that there is.
    ///
    /// # Errors
    /// Those of the file.
    pub fn check(&mut self) -> io::Result<()> {
        let mut block = Vec::new();
        let Outline { stretches, information, .. } = &self.outline;
        let mut found = Vec::new();
        for stretch in stretches.iter().chain(information) {
            found.extend(read_block(&mut self.source, stretch, &mut block)?);
        }
        found.into_iter().for_each(|damage| self.note_damage(Some(damage)));
        Ok(())
    }

    /// So much was heard and not recorded, of what was played so far, each once however often it is played: the host that recorded
    /// was too slow.
    #[must_use]
    pub fn missed(&self) -> u64 {
        self.missed.values().fold(0, |all, count| all.saturating_add(*count))
    }

    /// Goes to a moment. What [`next_message`](Self::next_message) gives first is the newest state before it, with the
    /// times that it is of: who the machine is, its status, that of each channel, and the calibration of the cap as far as
    /// it was played; then whatever came at `at` or later.
    ///
    /// A state is looked for within ten minutes before, and never more than that is read.
    ///
    /// # Errors
    /// Those of the file.
    pub fn seek(&mut self, at: Instant) -> io::Result<()> {
        let mut back = FIRST_LOOK_BACK;
        loop {
            let from = at.minus(back);
            let (state, next) = self.play_up_to(from, at)?;
            let known = state.is_known(self.channels());
            if known || from == Instant::ZERO || back >= LAST_LOOK_BACK {
                let rest = core::mem::take(&mut self.ready);
                self.ready.extend(self.hellos.before(at));
                self.ready.extend(self.calibrations.before(at));
                self.ready.extend(state.into_messages());
                self.ready.extend(next.into_iter().chain(rest));
                return Ok(());
            }
            back = back.plus(back);
        }
    }

    /// Plays what is from `from` to `at`: the state there, and what comes next.
    fn play_up_to(
        &mut self,
        from: Instant,
        at: Instant,
    ) -> io::Result<(State, Option<(Instant, Message)>)> {
        self.go_to(from);
        let mut state = State::default();
        while let Some((time, message)) = self.next_message()? {
            if time >= at {
                return Ok((state, Some((time, message))));
            }
            state.take(time, message);
        }
        Ok((state, None))
    }

    /// Goes to the last stretch that begins no later.
    fn go_to(&mut self, at: Instant) {
        let at = at.as_millis();
        let behind = self.outline.stretches.partition_point(|it| it.begins_ms <= at);
        self.place = behind.saturating_sub(1);
        // What stands behind the ticks of a stretch may begin a little later than they do.
        while self.place > 0 && !self.begins_stretch(self.place) {
            self.place -= 1;
        }
        (self.playing, self.away) = (None, false);
        self.ready.clear();
        self.channels = Newest::default();
        self.machine = Newest::default();
    }

    fn begins_stretch(&self, place: usize) -> bool {
        let stretch = self.outline.stretches.get(place);
        stretch.is_some_and(|it| matches!(it.kind, Kind::Ticks | Kind::Heard))
    }

    /// The next message that a host heard, with its time; `None` at the end.
    ///
    /// A maker's own reports are not told. Of a recording of a host it is told, too, when the machine was not heard any more
    /// and when it was again. Of a recording of a device the answers are those to any host, and what the
    /// line has lost behind the device is told as if it had arrived.
    ///
    /// # Errors
    /// Those of the file.
    pub fn next_message(&mut self) -> io::Result<Option<(Instant, Message)>> {
        if let Some(ready) = self.ready.pop_front() {
            return Ok(Some(ready));
        }
        loop {
            while let Some(stretch) = self.playing {
                if let Some(told) = self.next_in_block(&stretch) {
                    return Ok(Some(told));
                }
            }
            if !self.load_next()? {
                return Ok(None);
            }
        }
    }

    /// What the simulator knew, where the machine was simulated: one channel at a time, once a second, in order. It stands
    /// apart from what was heard, and what is played does not move.
    ///
    /// # Errors
    /// Those of the file.
    pub fn truth(&mut self, mut each: impl FnMut(Instant, &Truth)) -> io::Result<()> {
        let mut block = Vec::new();
        for stretch in self.outline.stretches.iter().filter(|it| it.kind == Kind::Truth) {
            if read_block(&mut self.source, stretch, &mut block)?.is_some() {
                continue;
            }
            for truth in truths(payload(&block)) {
                each(Instant::from_millis(stretch.tick_ms(truth.tick)), &truth);
            }
        }
        Ok(())
    }

    /// What whoever recorded found worth knowing: plan, seed, address, as one JSON object.
    ///
    /// # Errors
    /// Those of the file.
    pub fn information(&mut self) -> io::Result<serde_json::Map<String, serde_json::Value>> {
        let mut all = serde_json::Map::new();
        let mut block = Vec::new();
        for stretch in &self.outline.information {
            if read_block(&mut self.source, stretch, &mut block)?.is_none()
                && let Ok(object) = serde_json::from_slice(payload(&block))
            {
                let object: serde_json::Map<_, _> = object;
                all.extend(object);
            }
        }
        Ok(all)
    }

    /// The hash of the outputs of a device's recording that was ended on purpose, and how many ticks it has.
    #[must_use]
    pub fn end(&self) -> Option<(u64, u64)> {
        self.outline.end.filter(|_| !self.is_of_host())
    }

    /// Reads the next stretch; `false` at the end of the file.
    fn load_next(&mut self) -> io::Result<bool> {
        let Some(stretch) = self.outline.stretches.get(self.place).copied() else {
            return Ok(false);
        };
        self.place += 1;
        if matches!(stretch.kind, Kind::Packets | Kind::Heard) && self.load(&stretch)? {
            (self.playing, self.played) = (Some(stretch), 0);
        }
        Ok(true)
    }

    /// Reads the block of a stretch; whether it is sound.
    fn load(&mut self, stretch: &Stretch) -> io::Result<bool> {
        let damage = read_block(&mut self.source, stretch, &mut self.block)?;
        self.note_damage(damage);
        Ok(damage.is_none())
    }

    /// Whatever is played again is damaged once.
    fn note_damage(&mut self, damage: Option<Damage>) {
        self.damage.extend(damage.filter(|it| !self.damage.contains(it)));
    }

    /// What is next in the block that is played, if it tells something; behind the last of it nothing is played.
    fn next_in_block(&mut self, stretch: &Stretch) -> Option<(Instant, Message)> {
        match item::next(payload(&self.block), &mut self.played, stretch) {
            Some(Ok(item)) => self.told(item, stretch),
            Some(Err(reason)) => {
                let Stretch { offset, kind, .. } = *stretch;
                self.note_damage(Some(Damage::Content { offset, kind, reason }));
                self.playing = None;
                None
            }
            None => {
                self.playing = None;
                None
            }
        }
    }

    fn told(
        &mut self,
        Item { at, sort, packet }: Item,
        stretch: &Stretch,
    ) -> Option<(Instant, Message)> {
        match sort {
            Sort::Away => {
                let was_away = core::mem::replace(&mut self.away, true);
                return (!was_away).then_some((at, Message::LinkLost));
            }
            Sort::Missed(count) => drop(self.missed.insert((stretch.offset, self.played), count)),
            Sort::ToDevice => self.commands.note(packet),
            Sort::ToHost => {
                let told = packet.and_then(|(endpoint, it)| self.as_client(endpoint, it));
                match told {
                    Some(hello @ Message::Hello(_)) => self.hellos.note(at, hello),
                    Some(stored @ Message::CapCalibration(_)) => self.calibrations.note(at, stored),
                    _ => {}
                }
                let told = told.map(|message| (at, message));
                if core::mem::replace(&mut self.away, false) {
                    self.ready.extend(told);
                    return Some((at, Message::LinkBack));
                }
                return told;
            }
        }
        None
    }

    fn as_client(&mut self, endpoint: u8, message: AnyMessage) -> Option<Message> {
        Some(match message {
            AnyMessage::ChannelStatus(it) => {
                let late = self.channels.overtook(it.channel, it.at_ms, false);
                return (!late).then_some(Message::ChannelStatus(it));
            }
            AnyMessage::MachineStatus(it) => {
                let late = self.machine.overtook(MACHINE, it.at_ms, false);
                return (!late).then_some(Message::MachineStatus(it));
            }
            AnyMessage::Hello(hello) => Message::Hello(hello),
            AnyMessage::EventReport(event) => Message::Event(event),
            AnyMessage::RecordEntry(entry) => Message::RecordEntry(entry),
            AnyMessage::CapCalibration(calibration) => Message::CapCalibration(calibration),
            AnyMessage::Setting(setting) => Message::Setting(setting),
            AnyMessage::Response(response) => return self.commands.answered(endpoint, &response),
            _ => return None,
        })
    }

    /// The end of the last stretch that is sound.
    fn measure(&mut self) -> io::Result<Duration> {
        for place in (0..self.outline.stretches.len()).rev() {
            let Some(stretch) = self.outline.stretches.get(place).copied() else { break };
            if !self.begins_stretch(place) || !self.load(&stretch)? {
                continue;
            }
            let payload = payload(&self.block);
            let last = match stretch.kind {
                Kind::Ticks => last_tick(payload).map(|tick| stretch.tick_ms(tick)),
                _ => HeardEntries::new(payload).map(|entries| entries.last_ms()),
            };
            if let Some(millis) = last {
                return Ok(Duration::from_millis(u32::try_from(millis).unwrap_or(u32::MAX)));
            }
        }
        Ok(Duration::ZERO)
    }

    fn find_hello(&mut self) -> io::Result<()> {
        let within = self.outline.stretches.get(HELLO_WITHIN).map_or(u64::MAX, |it| it.begins_ms);
        while self.hellos.is_empty() {
            match self.next_message()? {
                Some((at, _)) if at.as_millis() <= within => {}
                _ => break,
            }
        }
        self.go_to(Instant::ZERO);
        self.place = 0;
        Ok(())
    }
}

/// The number of the last tick of a block of them.
fn last_tick(payload: &[u8]) -> Option<u64> {
    let (first, rest) = payload.split_first_chunk::<8>()?;
    let (count, _) = rest.split_first_chunk::<2>()?;
    let behind = u64::from_le_bytes(*first).checked_add(u64::from(u16::from_le_bytes(*count)))?;
    behind.checked_sub(1)
}
