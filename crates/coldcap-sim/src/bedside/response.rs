//! How coolant answers to what disturbs it.

use crate::fault::FaultWindow;
use coldcap_units::Instant;

/// Coolant is back where it should be within this.
const BAND_K: f64 = 0.3;

/// For so long it is followed once the disturbance is over, in s.
const FOLLOWED_S: f64 = 600.0;

/// How coolant answered to a disturbance, one of the figures that IEC 60601-1-10 asks of a closed loop.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Response {
    /// The largest deviation from the effective target while it lasted and in the ten minutes behind it, either way, in K.
    pub deviation_k: f64,
    /// From its end until coolant was within 0.3 K for good, in s; from its beginning where it has no end.
    pub recovery_s: f64,
}

/// Looks at one disturbance.
#[derive(Clone, Copy, Debug)]
pub(super) struct Disturbed {
    window: FaultWindow,
    /// Nothing yet.
    response: Option<Response>,
    /// Cooling stopped: what follows is a restart, and no answer of the loop.
    stopped: bool,
}

impl Disturbed {
    pub(super) const fn by(window: FaultWindow) -> Self {
        Self { window, response: None, stopped: false }
    }

    /// One second, with how far coolant is above its target where it has one. Gives whether the second is the
    /// disturbance's: it counts for nothing else then.
    pub(super) fn see(&mut self, now: Instant, deviation_k: Option<f64>) -> bool {
        let over = self.window.until.unwrap_or(self.window.from);
        let behind_s = f64::from(now.since(over).as_millis()) / 1e3;
        if now < self.window.from || behind_s > FOLLOWED_S {
            return false;
        }
        let Some(deviation_k) = deviation_k else {
            self.stopped = true;
            return true;
        };
        let response = self.response.get_or_insert_default();
        response.deviation_k = response.deviation_k.max(deviation_k.abs());
        if deviation_k.abs() > BAND_K {
            response.recovery_s = behind_s;
        }
        true
    }

    /// The answer; `None` where cooling stopped, or was not there.
    pub(super) fn response(&self) -> Option<Response> {
        self.response.filter(|_| !self.stopped)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fault::FaultKind;
    use coldcap_units::Duration;

    fn disturbed(deviations: impl Fn(u32) -> Option<f64>) -> (Option<Response>, u32) {
        let at = |seconds| Instant::ZERO.plus(Duration::from_secs(seconds));
        let (from, until) = (at(100), Some(at(110)));
        let window = FaultWindow { kind: FaultKind::PartialKink, from, until, channel: 0 };
        let mut disturbed = Disturbed::by(window);
        let own = (0..2_000).filter(|second| disturbed.see(at(*second), deviations(*second)));
        let own = own.count() as u32;
        (disturbed.response(), own)
    }

    #[test]
    fn the_answer_is_the_largest_deviation_and_the_way_back() {
        let wave = |second: u32| match second {
            103..130 => Some(-0.8),
            130..150 => Some(0.4),
            _ => Some(0.1),
        };
        let (response, own) = disturbed(wave);
        assert_eq!(response, Some(Response { deviation_k: 0.8, recovery_s: 39.0 }));
        assert_eq!(own, 611);
    }

    #[test]
    fn what_is_no_answer_of_the_loop_is_none() {
        assert_eq!(disturbed(|_| None).0, None);
        assert_eq!(disturbed(|second| (second != 400).then_some(0.0)).0, None);
        assert!(disturbed(|second| (second < 800).then_some(0.0)).0.is_some());
    }
}
