//! When a commit is due.

use crate::outputs::Outputs;
use coldcap_session::Phase;
use coldcap_units::{Duration, Instant};

/// While somebody is treated: behind a loss of power the state goes on from where it was stored, and what came after is
/// neither counted as cooled nor told shorter than it was. So a commit is made long before a gap counts as long.
const TREATED: Duration = Duration::from_secs(10);
/// While nobody is: nothing moves on but what the alarms and the drift charts remember.
const IDLE: Duration = Duration::from_secs(60);

/// When something was committed last.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Schedule {
    last: Option<Instant>,
}

impl Schedule {
    pub(super) fn is_due<const CHANNELS: usize>(&self, outputs: &Outputs<CHANNELS>) -> bool {
        let treated = outputs.channels.iter().any(|channel| is_treated(channel.phase));
        let period = if treated { TREATED } else { IDLE };
        let overdue = |last: Instant| outputs.now.since(last) >= period;
        !outputs.entries.is_empty() || self.last.is_none_or(overdue)
    }

    pub(super) const fn committed(&mut self, now: Instant) {
        self.last = Some(now);
    }
}

const fn is_treated(phase: Phase) -> bool {
    !matches!(phase, Phase::Boot | Phase::Standby)
}
