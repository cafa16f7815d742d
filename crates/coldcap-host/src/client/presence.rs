//! Who is there: greetings, heartbeats, and the silence that means a lost link.

use coldcap_units::{Duration, Instant};

/// The greeting is repeated after this while it is unanswered.
pub const GREET_EVERY: Duration = Duration::from_secs(1);

/// A heartbeat is sent this often.
pub const BEAT_EVERY: Duration = Duration::from_secs(1);

/// The link is lost after this without a packet.
pub const SILENCE: Duration = Duration::from_millis(3_500);

/// What a side has to say about its own presence.
#[derive(Clone, Debug)]
pub(super) struct Presence {
    greet_due: Option<Instant>,
    beat_due: Instant,
    beats: u16,
    heard: Option<Instant>,
    lost: bool,
    peer_boot: Option<u32>,
}

impl Presence {
    pub(super) const fn new() -> Self {
        Self {
            greet_due: Some(Instant::ZERO),
            beat_due: Instant::ZERO,
            beats: 0,
            heard: None,
            lost: false,
            peer_boot: None,
        }
    }

    /// Whether the device has answered the greeting since the link was last up.
    pub(super) const fn greeted(&self) -> bool {
        self.peer_boot.is_some() && !self.lost
    }

    /// Takes note of a packet; `true` when the link had been lost and is back. One that is `unproven` to be of now brings
    /// nothing back.
    pub(super) const fn hear(&mut self, now: Instant, unproven: bool) -> bool {
        self.heard = Some(now);
        let back = self.lost && !unproven;
        self.lost &= unproven;
        back
    }

    /// Takes note of the device's greeting; `true` when the device is not the one that was known.
    ///
    /// A device that started anew has not heard ours, so it is sent once more.
    pub(super) fn greet(&mut self, now: Instant, boot: u32) -> bool {
        let known = self.peer_boot.replace(boot);
        let restarted = known.is_some_and(|known| known != boot);
        self.greet_due = restarted.then_some(now);
        known != Some(boot)
    }

    /// `true` once when the silence has lasted too long. The device is greeted anew from then on.
    pub(super) fn falls_silent(&mut self, now: Instant) -> bool {
        self.silent_at().is_some_and(|at| at <= now) && self.lose(now)
    }

    /// The device is lost, though something is heard; `true` where it was not lost before. It is greeted anew from then
    /// on.
    pub(super) const fn lose(&mut self, now: Instant) -> bool {
        if !self.lost {
            self.greet_due = Some(now);
        }
        !core::mem::replace(&mut self.lost, true)
    }

    pub(super) fn greeting_due(&mut self, now: Instant) -> bool {
        let due = self.greet_due.is_some_and(|due| due <= now);
        if due {
            self.greet_due = Some(now.plus(GREET_EVERY));
        }
        due
    }

    /// The nonce of the heartbeat that is due, if one is.
    pub(super) fn beat_due(&mut self, now: Instant) -> Option<u16> {
        if self.beat_due > now {
            return None;
        }
        self.beat_due = now.plus(BEAT_EVERY);
        self.beats = self.beats.wrapping_add(1);
        Some(self.beats)
    }

    /// Whether the silence has lasted too long, and still does.
    pub(super) const fn is_lost(&self) -> bool {
        self.lost
    }

    /// The next heartbeat is due at once: a new session is shown to be used.
    pub(super) const fn beat_at_once(&mut self, now: Instant) {
        self.beat_due = now;
    }

    /// The device is greeted anew.
    pub(super) const fn greet_at(&mut self, at: Instant) {
        self.greet_due = Some(at);
    }

    /// When something is due next; `beats` says whether heartbeats can be sent.
    pub(super) fn deadline(&self, beats: bool) -> Option<Instant> {
        let beat = beats.then_some(self.beat_due);
        [self.greet_due, self.silent_at(), beat].into_iter().flatten().min()
    }

    fn silent_at(&self) -> Option<Instant> {
        let heard = if self.lost { None } else { self.heard };
        heard.map(|heard| heard.plus(SILENCE))
    }
}
