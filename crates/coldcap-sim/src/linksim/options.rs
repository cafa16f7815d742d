//! What a seed means.

use super::line::Faults;
use crate::random::Random;
use coldcap_wire::security::{LOCKOUT, RETRY_PERIOD, TRIES};
use core::fmt;

/// Everything that one run depends on. All times in milliseconds, all probabilities from 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Options {
    /// The seed of all that is random in the run.
    pub seed: u64,
    /// What the device's clock shows at the beginning: its 16 low bits turn over during many runs.
    pub start_ms: u64,
    /// How long the faults last.
    pub faulty_ms: u64,
    /// From one end of the line to the other.
    pub delay_ms: u64,
    /// What the line carries.
    pub bytes_per_ms: u32,
    /// What the line does to frames.
    pub faults: Faults,
    /// When nothing comes through for a while, and for how long; what waits then comes all at once.
    pub stall: Option<(u64, u64)>,
    /// How often the longest piece of an object changes.
    pub mtu_changes: u8,
    /// How often the device is started again.
    pub device_reboots: u8,
    /// How often the host is.
    pub host_restarts: u8,
    /// How fast the host's clock is, in millionths.
    pub drift_ppm: i32,
    /// How often the host's clock jumps, by up to 90 s either way.
    pub clock_jumps: u8,
    /// How often a second somebody sends again what was on the line before.
    pub replays: f64,
    /// How often a second somebody sends what looks like a packet.
    pub forgeries: f64,
    /// How likely somebody keeps a frame from arriving, which then comes later or never.
    pub withholds: f64,
    /// How often the host makes new keys while a session goes on.
    pub rekeys: u8,
    /// What the host may do: 0 nurse, 1 clinician, 2 service.
    pub role: u8,
    /// The longest time from one wish of the host to the next.
    pub wish_ms: u64,
}

/// The dice of a swarm (A. Groce and others, "Swarm Testing", ISSTA 2012): each fault is there or not.
struct Dice(Random);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.0.next_u64() % bound.max(1)
    }

    fn up_to(&mut self, most: f64) -> f64 {
        if self.below(2) == 0 { 0.0 } else { self.0.uniform() * most }
    }

    fn count(&mut self, most: u64) -> u8 {
        if self.below(2) == 0 { 0 } else { 1 + self.below(most) as u8 }
    }
}

impl Options {
    /// What this seed switches on.
    #[must_use]
    pub fn from_seed(seed: u64) -> Self {
        let mut dice = Dice(Random::stream(seed, 0));
        let stall =
            (dice.below(4) == 0).then(|| (2_000 + dice.below(10_000), 500 + dice.below(80_000)));
        let usual = 5_000 + dice.below(20_000);
        let drift = dice.up_to(500.0);
        let options = Self {
            seed,
            start_ms: 1_000 + dice.below(70_000),
            faulty_ms: usual.max(stall.map_or(0, |(at, span)| at + span + 2_000)),
            delay_ms: 1 + dice.below(120),
            bytes_per_ms: match dice.below(3) {
                0 => 11,
                1 => 90,
                _ => 1_000,
            },
            faults: Faults {
                drop: dice.up_to(0.3),
                duplicate: dice.up_to(0.2),
                jitter_ms: if dice.below(4) == 0 {
                    dice.up_to(3_000.0) as u64
                } else {
                    dice.up_to(300.0) as u64
                },
                flip: dice.up_to(0.003),
                burst: dice.up_to(0.05),
                truncate: dice.up_to(0.1),
                insert: dice.up_to(0.1),
                chunk: if dice.below(2) == 0 { usize::MAX } else { 1 + dice.below(40) as usize },
            },
            stall,
            mtu_changes: dice.count(3),
            device_reboots: dice.count(2),
            host_restarts: dice.count(2),
            drift_ppm: if dice.below(2) == 0 { drift as i32 } else { -(drift as i32) },
            clock_jumps: if dice.below(3) == 0 { dice.count(2) } else { 0 },
            replays: dice.up_to(5.0),
            forgeries: dice.up_to(5.0),
            role: dice.below(3) as u8,
            wish_ms: if dice.below(2) == 0 { 600 } else { 120 },
            withholds: dice.up_to(0.1),
            rekeys: dice.count(3),
        };
        // In some runs nothing is there but the one who means harm: he must not be able to cut the link.
        if dice.below(16) == 0 { options.attacked_only() } else { options }
    }

    fn attacked_only(self) -> Self {
        Self {
            faults: Faults::NONE,
            stall: None,
            mtu_changes: 0,
            device_reboots: 0,
            host_restarts: 0,
            clock_jumps: 0,
            withholds: 0.0,
            replays: self.replays.max(2.0),
            forgeries: self.forgeries.max(2.0),
            ..self
        }
    }

    /// Whether nothing but an attacker can disturb the link.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.faults == Faults::NONE
            && self.stall.is_none()
            && self.device_reboots == 0
            && self.host_restarts == 0
            && self.clock_jumps == 0
    }

    /// How long the last one on the line can keep both from a session although he is gone: the device is locked for
    /// ten seconds, and the host asks with what he made it believe until it has asked often enough.
    #[must_use]
    pub fn kept_apart_ms(&self) -> u64 {
        let attacked = self.replays > 0.0 || self.forgeries > 0.0 || self.withholds > 0.0;
        let asks = u64::from(TRIES) * u64::from(RETRY_PERIOD.as_millis());
        if attacked { u64::from(LOCKOUT.as_millis()) + asks } else { 0 }
    }

    /// One round trip of the healed line; at least the half second that the machines wait for an answer
    /// before they know the line.
    #[must_use]
    pub const fn round_trip_ms(&self) -> u64 {
        let trip = 2 * self.delay_ms + 50;
        if trip < 500 { 500 } else { trip }
    }
}

impl fmt::Display for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:#?}")
    }
}
