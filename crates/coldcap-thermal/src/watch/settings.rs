//! What the watch must know about the loop, and when it loses patience.

use coldcap_units::{Celsius, Duration, Duty, Kelvin};

use super::error::{Setting, WatchError};
use super::finding::Finding;
use super::trend::BUCKETS;
use crate::pid::Action;

/// No time may be longer than a day.
const LONGEST: Duration = Duration::from_mins(24 * 60);
/// A bucket of the trend spans at least this many steps.
const STEPS_PER_BUCKET: u32 = 2;

/// What the loop does by itself while nothing is driven.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Relaxation {
    /// When cooling: colder than this, an undriven loop is certain to change by at least `change` in
    /// one window. When heating: hotter than this.
    ///
    /// It also tells the driven side from the ambient side: beyond it, something must be driving.
    pub beyond: Celsius,
    /// Least change back toward ambient in one window. Negative for a loop that may still drift away
    /// by that much, such as a well insulated tank.
    pub change: Kelvin,
}

/// When a sensor counts as frozen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FrozenLimit {
    /// Smaller changes than this are none: one step (LSB) of the sensor.
    pub step: Kelvin,
    /// The drive has moved when its range since the last change is at least this; set it above the
    /// noise of the drive.
    pub moved: Duty,
    /// Time that the measurement may stay without a change after the drive has moved; at least the
    /// reaction time, and longer for a coarse sensor.
    pub after: Duration,
    /// Time that it may stay without a change whatever the drive does. `None` for a sensor whose noise
    /// can be smaller than its step.
    pub still: Option<Duration>,
}

/// When a sensor counts as noisy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct NoiseLimit {
    /// Largest standard deviation of the samples, for white Gaussian noise.
    pub sigma: Kelvin,
    /// Length of the blocks in which it is judged, at least 10 steps. One noisy block warns, three
    /// in a row trip: a loop may ring for a while after a jump of its load.
    pub over: Duration,
}

/// When a read-back counts as a disagreement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ReadBackLimit {
    /// Differences up to this are none.
    pub tolerance: Duty,
    /// Time that a larger one may last: more than a whole stroke.
    pub after: Duration,
}

/// When a companion counts as on the wrong side.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CompanionLimit {
    /// The companion, which is downstream, may be further along than the measurement by this much: when
    /// cooling, the return colder than the supply.
    pub margin: Kelvin,
    /// Time that it may be further than that under load.
    pub after: Duration,
}

/// What the watch must know about a loop. All times are at most a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct WatchSettings {
    /// Direct when the drive cools, reverse when it heats.
    pub action: Action,
    /// Deviations up to this are none. Above the hysteresis of a switching loop, and below the lead of
    /// a setpoint that waits for the measurement. A setpoint that jumps by more starts the waiting
    /// again; smaller steps are a ramp.
    pub band: Kelvin,
    /// From this drive on, the actuator must win over every load.
    pub working: Duty,
    /// Up to this drive, the actuator does nothing.
    pub idle: Duty,
    /// Longest time from a change of the drive to a clear response: stroke, dead time and lags.
    pub reaction: Duration,
    /// Length Y of the window over which a trend is judged; at least 16 steps.
    pub window: Duration,
    /// Least change X toward the target in one window while the actuator works.
    pub progress: Kelvin,
    /// How long a wrong trend may last before the warning becomes a trip. Reaction, window and patience
    /// together must outlast the longest jump of the load, such as the opening of a warm cap. With less
    /// than 5/8 of the window a step of the measurement, as when a pump starts, can look like a trend.
    pub patience: Duration,
    /// The deviation beyond the band that trips when it lasts one window; twice as much trips in half
    /// of it. Time with an improving trend does not count. Times the window it must exceed the height of
    /// a load jump times a quarter of the window, in which its peak is recognised.
    pub deviation: Kelvin,
    /// What the loop does while nothing is driven.
    pub relaxation: Relaxation,
    /// When the sensor counts as frozen.
    pub frozen: FrozenLimit,
    /// When the sensor counts as noisy.
    pub noise: NoiseLimit,
    /// When the read-back counts as a disagreement; used where there is one.
    pub read_back: ReadBackLimit,
    /// When the companion counts as on the wrong side; used where there is one.
    pub companion: CompanionLimit,
    /// Time without a valid measurement that trips.
    pub blind: Duration,
}

impl WatchSettings {
    /// The mixing-valve loop of the reference machine: stroke 10 s, up to 10 s of transport, a sensor
    /// of 5 s. The supply cannot stay below 10 °C with the valve closed and the pump running.
    pub const REFERENCE_VALVE: Self = Self {
        action: Action::Direct,
        band: Kelvin::from_milli(500),
        working: Duty::from_permille(800),
        idle: Duty::from_permille(5),
        reaction: Duration::from_secs(45),
        window: Duration::from_secs(60),
        progress: Kelvin::from_milli(500),
        patience: Duration::from_secs(40),
        deviation: Kelvin::from_milli(8_000),
        relaxation: Relaxation {
            beyond: Celsius::from_milli(10_000),
            change: Kelvin::from_milli(300),
        },
        frozen: FrozenLimit {
            step: Kelvin::from_milli(1),
            moved: Duty::from_permille(50),
            after: Duration::from_secs(60),
            still: Some(Duration::from_secs(120)),
        },
        noise: NoiseLimit { sigma: Kelvin::from_milli(150), over: Duration::from_secs(30) },
        read_back: ReadBackLimit {
            tolerance: Duty::from_permille(100),
            after: Duration::from_secs(20),
        },
        companion: CompanionLimit {
            margin: Kelvin::from_milli(300),
            after: Duration::from_secs(120),
        },
        blind: Duration::from_secs(10),
    };

    /// The insulated tank of the reference machine: a chiller switched with ±0.5 K of hysteresis, whose
    /// evaporator takes up to 90 s to get cold or to be used up. The deviation bears a warm filling that
    /// comes in while the minimum off time of 180 s runs.
    pub const REFERENCE_TANK: Self = Self {
        band: Kelvin::from_milli(1_500),
        working: Duty::from_permille(900),
        idle: Duty::OFF,
        reaction: Duration::from_secs(120),
        window: Duration::from_secs(240),
        progress: Kelvin::from_milli(300),
        patience: Duration::from_secs(150),
        deviation: Kelvin::from_milli(6_000),
        relaxation: Relaxation {
            beyond: Celsius::from_milli(10_000),
            change: Kelvin::from_milli(-300),
        },
        frozen: FrozenLimit {
            step: Kelvin::from_milli(1),
            moved: Duty::from_permille(500),
            after: Duration::from_secs(120),
            still: Some(Duration::from_secs(300)),
        },
        read_back: ReadBackLimit {
            tolerance: Duty::from_permille(200),
            after: Duration::from_secs(30),
        },
        ..Self::REFERENCE_VALVE
    };
}

/// Settings that have been checked, for a watch that is stepped every period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct WatchConfig {
    settings: WatchSettings,
    period: Duration,
}

impl WatchConfig {
    /// Checks `settings` for a watch that is stepped every `period`.
    ///
    /// # Errors
    /// - [`WatchError::NotPositive`]: a temperature, a time or a duty that must be more than nothing.
    /// - [`WatchError::TooLong`]: a time longer than a day.
    /// - [`WatchError::TooShort`]: a window of less than 16 periods, a noise block of less than 10, or
    ///   a frozen time shorter than the reaction time.
    /// - [`WatchError::IdleNotBelowWorking`]: the two duties are the same or the wrong way round.
    ///
    /// # Panics
    /// Never.
    ///
    /// ```
    /// use coldcap_thermal::watch::{Setting, WatchConfig, WatchError, WatchSettings};
    /// use coldcap_units::{Duration, Kelvin};
    ///
    /// let period = Duration::from_millis(100);
    /// assert!(WatchConfig::new(&WatchSettings::REFERENCE_VALVE, period).is_ok());
    /// let careless = WatchSettings { band: Kelvin::ZERO, ..WatchSettings::REFERENCE_VALVE };
    /// let refused = WatchConfig::new(&careless, period);
    /// assert_eq!(refused, Err(WatchError::NotPositive(Setting::Band)));
    /// ```
    pub const fn new(settings: &WatchSettings, period: Duration) -> Result<Self, WatchError> {
        let error = match (check_kelvins(settings), check_times(settings, period)) {
            (Some(error), _) | (None, Some(error)) => error,
            (None, None) => match check_duties(settings) {
                Some(error) => error,
                None => return Ok(Self { settings: *settings, period }),
            },
        };
        Err(error)
    }

    /// What was checked.
    #[must_use]
    pub const fn settings(&self) -> &WatchSettings {
        &self.settings
    }

    /// Longest time from when the premise of a finding holds, and goes on holding, to the trip; for
    /// [`Finding::Weak`], which never trips, to the warning. Premises and formulas are in the table at
    /// [`watch`](crate::watch); for [`Finding::StuckOn`] it is the longer of its two, for
    /// [`Finding::Frozen`] the one with a moving drive, for [`Finding::Deviation`] and
    /// [`Finding::Overdriven`] the one with an excess of `deviation`.
    ///
    /// # Panics
    /// Never.
    ///
    /// ```
    /// use coldcap_thermal::watch::{Finding, WatchConfig, WatchSettings};
    /// use coldcap_units::Duration;
    ///
    /// let period = Duration::from_millis(100);
    /// let config = WatchConfig::new(&WatchSettings::REFERENCE_VALVE, period)?;
    /// // 45 s of reaction, nine eighths of 60 s, 40 s of patience, and a step.
    /// let time = config.detection_time(Finding::NoProgress);
    /// assert_eq!(time, Duration::from_millis(152_600));
    /// # Ok::<(), coldcap_thermal::watch::WatchError>(())
    /// ```
    #[must_use]
    pub const fn detection_time(&self, finding: Finding) -> Duration {
        let settings = &self.settings;
        let wrong_trend = self.gate().plus(settings.patience);
        let time = match finding {
            Finding::NoProgress | Finding::Away | Finding::Reversed | Finding::Detached => {
                wrong_trend
            }
            Finding::Weak => self.gate(),
            Finding::StuckOff => settings.read_back.after,
            Finding::StuckOn => longer(wrong_trend, settings.read_back.after),
            Finding::Deviation | Finding::Overdriven => settings.window,
            Finding::Frozen => settings.frozen.after,
            Finding::Noisy => times(settings.noise.over, 4),
            Finding::Swapped => settings.companion.after,
            Finding::Blind => settings.blind,
        };
        time.plus(self.period)
    }

    /// Length of one bucket of the trend.
    pub(super) const fn bucket(&self) -> Duration {
        eighth(self.settings.window)
    }

    /// How long the drive must have stood before the trend over one window is its doing: the reaction,
    /// the window, and the bucket that is still open.
    pub(super) const fn gate(&self) -> Duration {
        self.settings.reaction.plus(self.settings.window).plus(self.bucket())
    }
}

const fn eighth(window: Duration) -> Duration {
    Duration::from_millis(window.as_millis() / BUCKETS)
}

const fn times(time: Duration, factor: u32) -> Duration {
    Duration::from_millis(time.as_millis().saturating_mul(factor))
}

const fn longer(one: Duration, other: Duration) -> Duration {
    if one.as_millis() > other.as_millis() { one } else { other }
}

const fn first(one: Option<WatchError>, other: Option<WatchError>) -> Option<WatchError> {
    if one.is_some() { one } else { other }
}

const fn positive(kelvin: Kelvin, setting: Setting) -> Option<WatchError> {
    if kelvin.to_fixed().to_bits() > 0 { None } else { Some(WatchError::NotPositive(setting)) }
}

const fn check_kelvins(settings: &WatchSettings) -> Option<WatchError> {
    let error = positive(settings.band, Setting::Band);
    let error = first(error, positive(settings.progress, Setting::Progress));
    let error = first(error, positive(settings.deviation, Setting::Deviation));
    let error = first(error, positive(settings.frozen.step, Setting::FrozenStep));
    let error = first(error, positive(settings.noise.sigma, Setting::NoiseSigma));
    let margin = settings.companion.margin;
    first(error, positive(margin, Setting::CompanionMargin))
}

/// A time of at least `least` and at most a day.
const fn span(time: Duration, least: Duration, setting: Setting) -> Option<WatchError> {
    if time.is_zero() {
        Some(WatchError::NotPositive(setting))
    } else if time.as_millis() > LONGEST.as_millis() {
        Some(WatchError::TooLong(setting))
    } else if time.as_millis() < least.as_millis() {
        Some(WatchError::TooShort { setting, least })
    } else {
        None
    }
}

const fn check_times(settings: &WatchSettings, period: Duration) -> Option<WatchError> {
    let any = Duration::ZERO;
    let frozen = settings.frozen;
    let shortest_window = times(period, STEPS_PER_BUCKET.saturating_mul(BUCKETS));
    let error = span(period, any, Setting::Period);
    let error = first(error, span(settings.reaction, any, Setting::Reaction));
    let error = first(error, span(settings.window, shortest_window, Setting::Window));
    let error = first(error, span(settings.patience, any, Setting::Patience));
    let error = first(error, span(frozen.after, settings.reaction, Setting::FrozenAfter));
    let error = first(error, check_still(frozen.still));
    let error = first(error, span(settings.noise.over, times(period, 10), Setting::NoiseOver));
    let error = first(error, span(settings.read_back.after, any, Setting::ReadBackAfter));
    let error = first(error, span(settings.companion.after, any, Setting::CompanionAfter));
    first(error, span(settings.blind, any, Setting::Blind))
}

const fn check_still(still: Option<Duration>) -> Option<WatchError> {
    match still {
        Some(time) => span(time, Duration::ZERO, Setting::FrozenStill),
        None => None,
    }
}

const fn check_duties(settings: &WatchSettings) -> Option<WatchError> {
    if settings.idle.0 >= settings.working.0 {
        Some(WatchError::IdleNotBelowWorking { idle: settings.idle, working: settings.working })
    } else if settings.frozen.moved.is_off() {
        Some(WatchError::NotPositive(Setting::FrozenMoved))
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PERIOD: Duration = Duration::from_secs(1);
    const VALVE: WatchSettings = WatchSettings::REFERENCE_VALVE;

    fn refusal(settings: WatchSettings) -> WatchError {
        WatchConfig::new(&settings, PERIOD).unwrap_err()
    }

    #[test]
    fn the_references_are_good_for_a_second_and_for_a_tenth() {
        for period in [PERIOD, Duration::from_millis(100)] {
            assert!(WatchConfig::new(&VALVE, period).is_ok());
            assert!(WatchConfig::new(&WatchSettings::REFERENCE_TANK, period).is_ok());
        }
    }

    #[test]
    fn detection_times_are_those_of_the_table() {
        let times = |settings| {
            let config = WatchConfig::new(settings, PERIOD).unwrap();
            Finding::ALL.map(|finding| config.detection_time(finding).as_millis())
        };
        let valve = [
            153_500, 113_500, 153_500, 153_500, 153_500, 21_000, 153_500, 61_000, 61_000, 121_000,
            121_000, 11_000, 61_000,
        ];
        let tank = [
            541_000, 391_000, 541_000, 541_000, 541_000, 31_000, 541_000, 241_000, 121_000,
            121_000, 121_000, 11_000, 241_000,
        ];
        assert_eq!(times(&VALVE), valve);
        assert_eq!(times(&WatchSettings::REFERENCE_TANK), tank);
    }

    #[test]
    fn what_cannot_work_is_refused_by_name() {
        let short = Duration::from_secs(15);
        let least = Duration::from_secs(16);
        let error = refusal(WatchSettings { window: short, ..VALVE });
        assert_eq!(error, WatchError::TooShort { setting: Setting::Window, least });
        let frozen = FrozenLimit { after: Duration::from_secs(44), ..VALVE.frozen };
        let error = refusal(WatchSettings { frozen, ..VALVE });
        let least = VALVE.reaction;
        assert_eq!(error, WatchError::TooShort { setting: Setting::FrozenAfter, least });
        let error = refusal(WatchSettings { blind: Duration::MAX, ..VALVE });
        assert_eq!(error, WatchError::TooLong(Setting::Blind));
        let error = refusal(WatchSettings { progress: Kelvin::from_milli(-1), ..VALVE });
        assert_eq!(error, WatchError::NotPositive(Setting::Progress));
        let (idle, working) = (VALVE.working, VALVE.working);
        let error = refusal(WatchSettings { idle, ..VALVE });
        assert_eq!(error, WatchError::IdleNotBelowWorking { idle, working });
    }
}
