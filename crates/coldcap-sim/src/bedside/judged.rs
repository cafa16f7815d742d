//! What every onlooker judges alike: how fast skin falls, and what must not run.

use coldcap::{Drives, Phase};
use std::collections::VecDeque;

/// Rates are taken over so many seconds: shorter, and the noise of a cap that is being moved would count.
const RATE_S: usize = 20;

/// How fast the skin under a worn cap falls. It is shown once a second.
///
/// ```
/// use coldcap_sim::bedside::Fall;
/// let mut fall = Fall::default();
/// let skin = |second: u32| 34.0 - f64::from(second) * 0.05;
/// let rates: Vec<f64> = (0..40).map(|second| fall.see(skin(second))).collect();
/// assert!(rates[19] == 0.0 && (rates[39] - 3.0).abs() < 1e-9, "K/min, once it has seen twenty seconds");
/// ```
#[derive(Clone, Debug, Default)]
pub struct Fall {
    recent: VecDeque<f64>,
}

impl Fall {
    /// One more second: the fall over the last twenty in K/min, or 0 as long as fewer were seen or the skin warms.
    pub fn see(&mut self, skin_c: f64) -> f64 {
        self.recent.push_back(skin_c);
        if self.recent.len() <= RATE_S {
            return 0.0;
        }
        let before = self.recent.pop_front().unwrap_or(skin_c);
        ((before - skin_c) * 60.0 / RATE_S as f64).max(0.0)
    }

    /// The cap is not worn: what was seen is over.
    pub fn forget(&mut self) {
        self.recent.clear();
    }
}

/// Whether a pump runs that must not: without power, or in a phase in which nothing may circulate.
///
/// ```
/// use coldcap::{Drives, Phase};
/// use coldcap_sim::bedside::runs_forbidden;
/// use coldcap_units::Duty;
/// let mut drives = Drives::<1> { permit: true, ..Drives::default() };
/// drives.channels[0].pump = Duty::FULL;
/// assert!(runs_forbidden(&drives, Phase::Standby) && !runs_forbidden(&drives, Phase::Infusing));
/// ```
#[must_use]
pub const fn runs_forbidden(drives: &Drives<1>, phase: Phase) -> bool {
    let [channel] = &drives.channels;
    (!drives.permit || !phase.circulates()) && !channel.pump.is_off()
}
