//! What all channels share.

use super::quantity::Quantity;
use crate::capture;
use crate::client::STALE;
use crate::priority::Priority;
use coldcap_units::{Duration, Instant};
use coldcap_wire::message::{self, Hello, MachineStatus, Value};
use serde::Serialize;

/// A status that is overtaken by another one on its way is no older than this.
const OVERTAKEN_MS: u64 = 5_000;
/// The sounder is paused for no longer than this.
const LONGEST_PAUSE: Duration = Duration::from_secs(120);

/// Where the values come from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// Nobody has said so yet.
    #[default]
    Unknown,
    /// A real machine.
    Device,
    /// A virtual machine.
    Simulated,
    /// A recording.
    Replay,
    /// Not a device: a code that this program does not know.
    Other,
}

impl From<capture::Origin> for Origin {
    fn from(origin: capture::Origin) -> Self {
        match origin {
            capture::Origin::Device => Self::Device,
            capture::Origin::Simulated => Self::Simulated,
            capture::Origin::Replay => Self::Replay,
        }
    }
}

impl From<message::Origin> for Origin {
    fn from(origin: message::Origin) -> Self {
        match origin {
            message::Origin::DEVICE => Self::Device,
            message::Origin::SIMULATED => Self::Simulated,
            message::Origin::REPLAY => Self::Replay,
            _ => Self::Other,
        }
    }
}

/// What all channels share, as it is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MachinePicture {
    /// Its model number.
    pub model: Option<u16>,
    /// Its serial number.
    pub serial: Option<u64>,
    /// Its firmware: major, minor, patch.
    pub firmware: Option<(u8, u8, u16)>,
    /// How many channels it has.
    pub channels: Option<u8>,
    /// Coolant in the tank.
    pub tank: Quantity,
    /// The chiller's evaporator.
    pub evaporator: Quantity,
    /// Charge of the battery; `milli` is permille.
    pub battery: Quantity,
    /// Drive of the chiller, in permille; `None` where it is not known now.
    pub chiller_permille: Option<u16>,
    /// Whether mains power is present; `None` where that is not known now.
    pub mains: Option<bool>,
    /// The highest priority among the alarms, as the machine says.
    pub highest: Option<Priority>,
    /// Whether the sounder sounds; `None` where that is not known now.
    pub sounding: Option<bool>,
    /// For how long the sound is paused at most, in ms, where it was paused through this host.
    pub paused_here_ms: Option<u32>,
    /// Frames that the machine received whole, and those that it refused.
    pub frames_up: Option<(u32, u32)>,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Machine {
    /// Until a hello says it.
    origin: Origin,
    hello: Option<Hello>,
    status: Option<(Instant, MachineStatus)>,
    paused: Option<Instant>,
}

impl Machine {
    pub(super) fn of(origin: Origin) -> Self {
        Self { origin, ..Self::default() }
    }

    /// Whether what was known before is void: another machine, or another start of it.
    pub(super) fn meet(&mut self, hello: &Hello) -> bool {
        let known = self.hello.replace(*hello);
        let other = known.is_some_and(|it| (it.serial, it.boot) != (hello.serial, hello.boot));
        if other {
            (self.status, self.paused) = (None, None);
        }
        other
    }

    /// Whether a status is of a machine that was started anew, and says so by nothing but its time.
    pub(super) fn is_before(&self, status: &MachineStatus) -> bool {
        let behind = status.at_ms.saturating_add(OVERTAKEN_MS);
        self.status.is_some_and(|(_, newest)| behind < newest.at_ms)
    }

    pub(super) fn see(&mut self, at: Instant, status: &MachineStatus) {
        // Something new ends a pause.
        self.paused = self.paused.filter(|_| status.sounding == 0);
        self.status = Some((at, *status));
    }

    pub(super) const fn sound_paused(&mut self, at: Instant) {
        self.paused = Some(at);
    }

    pub(super) fn origin(&self) -> Origin {
        self.hello.map_or(self.origin, |hello| hello.origin.into())
    }

    pub(super) fn progress(&self) -> Option<u16> {
        self.status.map(|(_, status)| status.progress)
    }

    pub(super) fn highest(&self) -> Option<Priority> {
        self.status.and_then(|(_, status)| Priority::from_code(status.highest.into()))
    }

    pub(super) fn picture(&self, at: Instant, stale: bool) -> MachinePicture {
        let quantity = |of: fn(&MachineStatus) -> Value| match &self.status {
            Some((heard, status)) => Quantity::seen(of(status), *heard, at, stale),
            None => Quantity::UNHEARD,
        };
        let old = |heard: Instant| stale || at.since(heard) > STALE;
        let now = self.status.filter(|(heard, _)| !old(*heard)).map(|(_, status)| status);
        let left = |paused: Instant| LONGEST_PAUSE.minus(at.since(paused));
        MachinePicture {
            model: self.hello.map(|hello| hello.model),
            serial: self.hello.map(|hello| hello.serial),
            firmware: self.hello.map(|hello| version(hello.firmware)),
            channels: self.hello.map(|hello| hello.channels),
            tank: quantity(|status| status.tank),
            evaporator: quantity(|status| status.evaporator),
            battery: quantity(|status| status.battery),
            chiller_permille: now.map(|status| status.chiller_permille),
            mains: now.map(|status| status.inputs & MachineStatus::MAINS != 0),
            highest: self.highest(),
            sounding: now.map(|status| status.sounding != 0),
            paused_here_ms: self.paused.map(|it| left(it).as_millis()).filter(|left| *left > 0),
            frames_up: self.status.map(|(_, status)| (status.link_ok, refused(&status))),
        }
    }
}

fn version(firmware: u32) -> (u8, u8, u16) {
    let [major, minor, high, low] = firmware.to_be_bytes();
    (major, minor, u16::from_be_bytes([high, low]))
}

fn refused(status: &MachineStatus) -> u32 {
    status.link_crc.saturating_add(status.link_length).saturating_add(status.link_overflow)
}
