//! What the nurse sees: the phase, how long it lasts, the alarms.

use coldcap_session::Phase;
use coldcap_units::{Duration, Instant};
use coldcap_wire::message::{ChannelStatus, MachineStatus};

/// From this priority on an alarm wants somebody: medium, of none, low, medium, high.
const WANTS_SOMEBODY: u8 = 2;

/// The latest that came over the wire.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sight {
    pub(super) phase: Option<Phase>,
    /// When that phase began.
    pub(super) since: Instant,
    elapsed_ms: u32,
    /// The last treatment phase, and when it was entered from another one.
    pub(super) treatment: Option<(Phase, Instant)>,
    /// When the machine was ready for the infusion.
    pub(super) ready: Option<Instant>,
    pub(super) worn: bool,
    /// Whether the tank is cold enough for what comes next.
    pub(super) tank_ready: bool,
}

impl Sight {
    /// Takes in a status; gives the phase that was left when it changed. A phase whose clock steps back
    /// was left and entered again between two reports: cooling that was resumed and refused at once.
    pub(super) fn see(&mut self, now: Instant, status: &ChannelStatus) -> Option<Option<Phase>> {
        let phase = Phase::from_code(status.phase)?;
        self.worn = status.flags & ChannelStatus::WORN != 0;
        self.tank_ready = status.flags & ChannelStatus::TANK_READY != 0;
        let before = core::mem::replace(&mut self.elapsed_ms, status.elapsed_ms);
        if self.phase == Some(phase) && before <= status.elapsed_ms {
            return None;
        }
        self.since = now.minus(Duration::from_millis(status.elapsed_ms));
        self.see_treatment(phase);
        Some(self.phase.replace(phase))
    }

    /// An interruption does not end a treatment phase: it goes on where it was.
    fn see_treatment(&mut self, phase: Phase) {
        let same = self.treatment.is_some_and(|(known, _)| known == phase);
        if phase.is_treatment() && !same {
            self.treatment = Some((phase, self.since));
        }
        if matches!(phase, Phase::Ready | Phase::Infusing) {
            self.ready = self.ready.or(Some(self.since));
        }
    }

    /// How long the present phase has lasted.
    pub(super) fn elapsed(&self, now: Instant) -> Duration {
        now.since(self.since)
    }

    pub(super) fn is(&self, phase: Phase) -> bool {
        self.phase == Some(phase)
    }

    pub(super) fn is_cooling(&self) -> bool {
        self.phase.is_some_and(Phase::is_cooling)
    }

    /// Whether there is a session that can be ended.
    pub(super) fn can_end(&self) -> bool {
        self.phase.is_some_and(|phase| phase.is_cooling() || phase.is_interrupted())
    }

    /// Whether a drug may be started: the machine cools, and not only toward it.
    pub(super) fn takes_drugs(&self) -> bool {
        matches!(self.phase, Some(Phase::Ready | Phase::Infusing | Phase::PostCool))
    }
}

/// Alarms that nobody has acknowledged yet.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Alarms {
    active: u64,
    attended: u64,
    acknowledged: u64,
    since: Option<Instant>,
}

impl Alarms {
    pub(super) fn see(&mut self, now: Instant, status: &MachineStatus) {
        self.active = status.alarms;
        self.acknowledged &= status.alarms;
        let fresh = status.highest >= WANTS_SOMEBODY && self.active & !self.acknowledged != 0;
        self.since = fresh.then(|| self.since.unwrap_or(now));
    }

    /// Since when somebody is wanted.
    pub(super) const fn since(&self) -> Option<Instant> {
        self.since
    }

    /// Somebody is about to acknowledge what is active now.
    pub(super) fn attend(&mut self) {
        self.attended = self.active;
    }

    /// The device has taken the acknowledgement.
    pub(super) fn acknowledge(&mut self) {
        self.acknowledged |= self.attended;
        self.since = None;
    }
}
