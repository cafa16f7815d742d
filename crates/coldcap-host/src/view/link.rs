//! What is known of the line.

use crate::client::{Message, NotSecured};
use coldcap_units::{Duration, Instant};
use serde::Serialize;

/// Something that is known of the line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LinkFact {
    /// The way to the machine is open.
    Opened,
    /// It is not, for this reason.
    Down(String),
    /// Whether a display must blank its values.
    Stale(bool),
    /// So many updates were not seen, for this reader was too slow.
    Missed(u64),
    /// What was counted so far.
    Quality(LinkQuality),
}

/// What a client has counted and measured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct LinkQuality {
    /// The shortest of the last round trips, in µs; `None` where none was measured.
    pub round_trip_us: Option<u64>,
    /// Frames that were whole.
    pub frames_good: u32,
    /// Frames that were refused: check value, length, stuffing, or a content that could not be read.
    pub frames_bad: u32,
    /// Packets that are missing by their numbers.
    pub packets_lost: u32,
}

/// The line, as it is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LinkPicture {
    /// Whether the way is open; `None` where there is none, as of a recording.
    pub open: Option<bool>,
    /// Whether what is heard is the machine's own, by its keys.
    pub secured: bool,
    /// Why the way is not open, or why there is no session.
    pub why: Option<String>,
    /// Whether values are blanked.
    pub stale: bool,
    /// For how long nothing came, in ms; `None` where nothing ever did.
    pub silent_ms: Option<u32>,
    /// How many updates this reader has missed.
    pub missed: u64,
    /// What was counted; `None` where nobody counts.
    pub quality: Option<LinkQuality>,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Link {
    open: Option<bool>,
    secured: bool,
    /// The session goes on while nothing is heard.
    silent: bool,
    why: Option<String>,
    stale: bool,
    heard: Option<Instant>,
    missed: u64,
    quality: Option<LinkQuality>,
}

impl Link {
    pub(super) fn hear(&mut self, at: Instant, message: &Message) {
        match message {
            Message::Secured => (self.secured, self.why) = (true, None),
            Message::NotSecured(refused) => {
                (self.secured, self.why) = (false, Some(in_words(*refused).into()));
            }
            Message::LinkLost => {
                (self.silent, self.why) = (true, Some("the machine is silent".into()));
            }
            Message::LinkBack => (self.silent, self.why) = (false, None),
            _ if is_of_machine(message) => self.heard = Some(at),
            _ => {}
        }
    }

    pub(super) fn learn(&mut self, fact: LinkFact) {
        match fact {
            LinkFact::Opened => {
                (self.open, self.silent, self.why) = (Some(true), false, None);
            }
            LinkFact::Down(why) => {
                (self.open, self.secured, self.why) = (Some(false), false, Some(why));
            }
            LinkFact::Stale(stale) => self.stale = stale,
            LinkFact::Missed(count) => self.missed = self.missed.saturating_add(count),
            LinkFact::Quality(quality) => self.quality = Some(quality),
        }
    }

    pub(super) const fn is_stale(&self) -> bool {
        self.stale
    }

    pub(super) fn picture(&self, at: Instant) -> LinkPicture {
        LinkPicture {
            open: self.open,
            secured: self.secured && !self.silent,
            why: self.why.clone(),
            stale: self.stale,
            silent_ms: self.heard.map(|heard| at.since(heard)).map(Duration::as_millis),
            missed: self.missed,
            quality: self.quality,
        }
    }
}

/// Whether a message came over the line, and is not what a client says of itself.
const fn is_of_machine(message: &Message) -> bool {
    matches!(
        message,
        Message::Hello(_)
            | Message::ChannelStatus(_)
            | Message::MachineStatus(_)
            | Message::Event(_)
            | Message::RecordEntry(_)
            | Message::CapCalibration(_)
            | Message::Vendor(_)
            | Message::Response { .. }
    )
}

const fn in_words(refused: NotSecured) -> &'static str {
    match refused {
        NotSecured::NoAnswer => "no session: the machine does not know the key, or is another",
        NotSecured::OtherDevice => "no session: the key is for another machine",
        NotSecured::Unsealed => "no session: what comes is not sealed",
        NotSecured::SmallMtu => "no session: too short packets",
    }
}
