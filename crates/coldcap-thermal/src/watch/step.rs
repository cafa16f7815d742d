//! The watch and its step.

use coldcap_units::{Celsius, Duration};

use super::actuation::Actuation;
use super::clock::Clock;
use super::deviation::Deviation;
use super::finding::{Finding, Verdict};
use super::frozen::Anchor;
use super::moment::{Moment, WatchInput, WatchMode};
use super::noise::NoiseMeter;
use super::settings::{WatchConfig, WatchSettings};
use super::trend::Trend;

/// The state of the supervision of one loop.
///
/// It shares nothing with the controller. What it looks for, and how soon it is found, is at
/// [`watch`](crate::watch), with an example.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Watch {
    verdict: Verdict,
    /// The first trip that is distrust: an earlier trip of another kind must not hide it.
    distrust: Option<Finding>,
    mode: WatchMode,
    setpoint: Option<Celsius>,
    measured: Trend,
    companion: Trend,
    /// Since the last valid sample.
    gap: Duration,
    actuation: Actuation,
    deviation: Deviation,
    anchor: Anchor,
    noise: NoiseMeter,
    short_drive: Clock,
    surplus_drive: Clock,
    swapped: Clock,
    blind: Clock,
    /// How long the loop has rested, up to where everything begins anew.
    rested: Clock,
}

impl Watch {
    /// A watch that has seen nothing.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            verdict: Verdict::Ok,
            distrust: None,
            mode: WatchMode::Off,
            setpoint: None,
            measured: Trend::new(),
            companion: Trend::new(),
            gap: Duration::ZERO,
            actuation: Actuation::new(),
            deviation: Deviation::new(),
            anchor: Anchor::new(),
            noise: NoiseMeter::new(),
            short_drive: Clock::new(),
            surplus_drive: Clock::new(),
            swapped: Clock::new(),
            blind: Clock::new(),
            rested: Clock::new(),
        }
    }

    /// What has been found and not been acknowledged.
    #[must_use]
    pub const fn verdict(&self) -> Verdict {
        self.verdict
    }

    /// The first trip since the last acknowledgement that says that sensor or actuator cannot be
    /// trusted ([`Finding::is_distrust`]).
    ///
    /// The verdict keeps the first trip of any kind, and a loop that does too little can turn out to be
    /// one whose sensor is frozen: who goes on cooling after the former must stop after the latter.
    #[must_use]
    pub const fn distrust(&self) -> Option<Finding> {
        self.distrust
    }

    /// One step: the worst that has been found since the last acknowledgement.
    ///
    /// A warning stays until it is acknowledged or becomes a trip, the first of several; a trip stays
    /// until it is acknowledged. Step it in every mode, also in off, once every period. A `dt` of zero
    /// does nothing; one longer than an eighth of the window is a gap: windows start again after it,
    /// and it counts as time without a measurement.
    ///
    /// # Panics
    /// Never.
    pub fn step(&mut self, config: &WatchConfig, input: WatchInput) -> Verdict {
        if !input.dt.is_zero() {
            self.read_back(config.settings(), &input);
            if input.mode == WatchMode::Resting {
                self.rest(config, input.dt);
            } else {
                self.rested.run(false, input.dt, config.bucket());
                self.follow(config.settings(), &input);
                self.sample(config, &input);
            }
        }
        self.verdict
    }

    /// One finding of this step beside the others.
    fn take(&mut self, found: Verdict) {
        self.verdict = self.verdict.or_worse(found);
        self.distrust = self.distrust.or(found.distrust());
    }

    /// What has been seen waits through a short interruption and is forgotten in a longer one. As long
    /// as a gap of the samples may be: the trend bridges one bucket without seeing it. Rest runs up and
    /// down, so that a flow that is gone for more than half of the time is a long interruption as well.
    fn rest(&mut self, config: &WatchConfig, dt: Duration) {
        self.rested.run(true, dt, config.bucket());
        self.noise.interrupt();
        if self.rested.has_reached(config.bucket()) {
            *self = Self {
                verdict: self.verdict,
                distrust: self.distrust,
                short_drive: self.short_drive,
                surplus_drive: self.surplus_drive,
                rested: self.rested,
                ..Self::new()
            };
        }
    }

    /// Clears the verdict, and what led to it if that was a trip.
    ///
    /// What the windows have seen stays: a trend that is still wrong trips again after the patience,
    /// not after reaction and window as well. What has not led to a trip yet goes on, so that nobody who
    /// acknowledges again and again keeps the watch from seeing: behind a trip that says that the loop does
    /// too little, distrust is still on its way.
    pub const fn acknowledge(&mut self) {
        let (verdict, distrust) = (self.verdict, self.distrust);
        self.verdict = Verdict::Ok;
        self.distrust = None;
        match (verdict, distrust) {
            (Verdict::Trip(_), Some(_)) => self.forget(),
            (Verdict::Trip(finding), None) => self.forget_too_little(finding),
            _ => {}
        }
    }

    /// All that stands against loop, sensor and actuator.
    const fn forget(&mut self) {
        self.actuation.acknowledge();
        self.deviation = Deviation::new();
        self.anchor = Anchor::new();
        self.noise = NoiseMeter::new();
        self.short_drive = Clock::new();
        self.surplus_drive = Clock::new();
        self.swapped = Clock::new();
        self.blind = Clock::new();
    }

    /// What led to a trip that is no distrust, and nothing that may become one.
    const fn forget_too_little(&mut self, finding: Finding) {
        self.actuation.acknowledge_driven();
        self.deviation.acknowledge();
        match finding {
            Finding::StuckOff => self.short_drive = Clock::new(),
            Finding::Blind => self.blind = Clock::new(),
            _ => {}
        }
    }

    /// A new mode or a jump of the setpoint starts the waiting again.
    fn follow(&mut self, settings: &WatchSettings, input: &WatchInput) {
        if input.mode != self.mode || jumps(settings, self.setpoint, input.setpoint) {
            self.actuation.restart();
            self.deviation = Deviation::new();
        }
        if input.mode == WatchMode::Off {
            self.anchor = Anchor::new();
            self.noise = NoiseMeter::new();
            self.swapped = Clock::new();
            self.blind = Clock::new();
        }
        self.mode = input.mode;
        self.setpoint = input.setpoint;
    }

    /// Demand against read-back; it needs no measurement.
    fn read_back(&mut self, settings: &WatchSettings, input: &WatchInput) {
        let limit = settings.read_back;
        let achieved = input.achieved.unwrap_or(input.drive);
        let more = achieved.0.saturating_sub(input.drive.0) > limit.tolerance.0;
        let less = input.drive.0.saturating_sub(achieved.0) > limit.tolerance.0;
        let less = less && input.mode != WatchMode::Off;
        self.surplus_drive.run(more, input.dt, limit.after);
        self.short_drive.run(less, input.dt, limit.after);
        self.take(self.surplus_drive.verdict(Finding::StuckOn, limit.after));
        if input.mode != WatchMode::Off {
            self.take(self.short_drive.verdict(Finding::StuckOff, limit.after));
        }
    }

    fn sample(&mut self, config: &WatchConfig, input: &WatchInput) {
        let elapsed = self.gap.plus(input.dt);
        let dt = elapsed.min(config.bucket());
        if elapsed > config.bucket() {
            self.interrupt();
        }
        let stalls = input.dt > config.bucket();
        self.look(config.settings(), input, stalls || input.measured.is_err());
        let Ok(measured) = input.measured else {
            self.gap = elapsed;
            self.noise.interrupt();
            return;
        };
        self.gap = Duration::ZERO;
        let moment = Moment::new(config.settings(), input, measured, dt);
        self.observe(config, &moment);
        self.judge(config, &moment);
    }

    fn interrupt(&mut self) {
        self.measured = Trend::new();
        self.companion = Trend::new();
        self.anchor = Anchor::new();
        self.noise.interrupt();
        self.actuation.interrupt();
    }

    fn look(&mut self, settings: &WatchSettings, input: &WatchInput, missing: bool) {
        let missing = missing && input.mode != WatchMode::Off;
        self.blind.run(missing, input.dt, settings.blind);
        self.take(self.blind.verdict(Finding::Blind, settings.blind));
    }

    fn observe(&mut self, config: &WatchConfig, moment: &Moment) {
        let (dt_ms, bucket_ms) = (moment.dt.as_millis(), config.bucket().as_millis());
        self.measured.feed(moment.height, dt_ms, bucket_ms);
        match moment.companion {
            Some(height) => self.companion.feed(height, dt_ms, bucket_ms),
            None => self.companion = Trend::new(),
        }
    }

    /// All that a sample says, the sensor's own defects first.
    fn judge(&mut self, config: &WatchConfig, moment: &Moment) {
        let settings = config.settings();
        let actuation = self.actuation.step(config, moment, &self.measured, &self.companion);
        if moment.mode == WatchMode::Off {
            return self.take(actuation);
        }
        let frozen = self.frozen(settings, moment);
        let noisy = self.noisy(settings, moment);
        let swapped = self.swap(settings, moment);
        let deviation = self.deviate(settings, moment);
        for found in [frozen, noisy, actuation, swapped, deviation] {
            self.take(found);
        }
    }

    fn frozen(&mut self, settings: &WatchSettings, moment: &Moment) -> Verdict {
        self.anchor.feed(&settings.frozen, moment.height, moment.drive, moment.dt);
        if self.anchor.is_frozen(&settings.frozen) {
            Verdict::Trip(Finding::Frozen)
        } else {
            Verdict::Ok
        }
    }

    fn noisy(&mut self, settings: &WatchSettings, moment: &Moment) -> Verdict {
        if moment.mode == WatchMode::Tuning {
            self.noise = NoiseMeter::new();
        } else {
            self.noise.feed(&settings.noise, moment.height, moment.dt);
        }
        match self.noise.noisy_blocks() {
            0 => Verdict::Ok,
            1 | 2 => Verdict::Warn(Finding::Noisy),
            _ => Verdict::Trip(Finding::Noisy),
        }
    }

    fn swap(&mut self, settings: &WatchSettings, moment: &Moment) -> Verdict {
        let limit = settings.companion;
        let swapped = self.is_under_load(settings, moment) && leads(settings, moment);
        self.swapped.run(swapped, moment.dt, limit.after);
        self.swapped.verdict(Finding::Swapped, limit.after)
    }

    /// Whether the order of the two sensors means something: the drive works on a measurement that it
    /// holds or still moves.
    fn is_under_load(&self, settings: &WatchSettings, moment: &Moment) -> bool {
        let rate = i64::from(settings.progress.to_fixed().to_bits());
        let recedes = self.measured.change().is_none_or(|change| change >= rate);
        let comparable = matches!(moment.mode, WatchMode::Auto | WatchMode::Manual);
        comparable && !recedes && !moment.is_idle(settings) && moment.is_driven(settings)
    }

    fn deviate(&mut self, settings: &WatchSettings, moment: &Moment) -> Verdict {
        match (moment.mode, moment.error) {
            (WatchMode::Auto, Some(error)) => {
                self.deviation.step(settings, error, &self.measured, moment.dt)
            }
            _ => Verdict::Ok,
        }
    }
}

/// Whether a target came, went, or moved by more than the band.
fn jumps(settings: &WatchSettings, before: Option<Celsius>, now: Option<Celsius>) -> bool {
    match (before, now) {
        (Some(before), Some(now)) => now.minus(before).abs() > settings.band,
        (None, None) => false,
        _ => true,
    }
}

/// Whether the companion is further along than the measurement by more than the margin.
fn leads(settings: &WatchSettings, moment: &Moment) -> bool {
    let margin = settings.companion.margin.to_fixed().to_bits();
    let lead = |companion: i32| moment.height.saturating_sub(companion);
    moment.companion.is_some_and(|companion| lead(companion) > margin)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_state_is_small() {
        assert!(size_of::<Watch>() <= 320, "{}", size_of::<Watch>());
    }
}
