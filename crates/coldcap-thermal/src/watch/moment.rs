//! What one step is given, and the same turned so that driving always moves it down.

use coldcap_units::{Celsius, Duration, Duty, Fault};

use super::settings::WatchSettings;
use crate::pid::Action;

/// What is done with the loop.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum WatchMode {
    /// The drive is off. Only an actuator that works all the same is looked for.
    #[default]
    Off,
    /// A controller holds the setpoint. Everything is looked for.
    Auto,
    /// A person sets the drive. There is no target to miss: no progress and no deviation are judged.
    Manual,
    /// An experiment swings the loop: as in manual, and sensors are neither compared nor
    /// judged by their noise.
    Tuning,
    /// The loop is interrupted, as when its coolant stands still: what is measured tells nothing of the
    /// drive. Only the read-back is compared. What has been seen waits for an eighth of the window; after
    /// a longer rest everything begins anew.
    Resting,
}

/// What one step of the watch needs to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WatchInput {
    /// Time since the step before.
    pub dt: Duration,
    /// What is done with the loop.
    pub mode: WatchMode,
    /// What the measurement shall become, final or ramped; `None` if there is no target.
    pub setpoint: Option<Celsius>,
    /// The measurement, or why there is none.
    pub measured: Result<Celsius, Fault>,
    /// What the actuator was told to do since the step before: what is left of the demand after every
    /// limit and every interlock.
    pub drive: Duty,
    /// What the actuator's read-back shows, if it has one.
    pub achieved: Option<Duty>,
    /// A second measurement downstream of the first, if there is a valid one: the return of a supply.
    pub companion: Option<Celsius>,
}

/// A valid sample. A *height* is a temperature in 2⁻¹⁶ K with the sign that makes a working drive
/// lower it: the temperature when cooling, its negative when heating.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moment {
    pub(super) dt: Duration,
    pub(super) mode: WatchMode,
    pub(super) height: i32,
    /// Height above the target; negative is overdriven.
    pub(super) error: Option<i32>,
    pub(super) drive: Duty,
    pub(super) companion: Option<i32>,
}

impl Moment {
    /// The sample of `input`, which stands for the last `dt`.
    pub(super) fn new(
        settings: &WatchSettings,
        input: &WatchInput,
        measured: Celsius,
        dt: Duration,
    ) -> Self {
        let height = height(settings, measured);
        let error =
            input.setpoint.map(|setpoint| height.saturating_sub(self::height(settings, setpoint)));
        let companion = input.companion.map(|companion| self::height(settings, companion));
        Self { dt, mode: input.mode, height, error, drive: input.drive, companion }
    }

    /// Whether a controller drives and yet misses its target by more than the band. While the drive is
    /// withheld, by a minimum off time or an interlock, nothing speaks against the actuator.
    pub(super) fn is_driven_short(&self, settings: &WatchSettings) -> bool {
        !self.is_idle(settings) && self.is_short(settings)
    }

    /// Whether a target is missed by more than the band, on the side of too little drive.
    fn is_short(&self, settings: &WatchSettings) -> bool {
        let band = settings.band.to_fixed().to_bits();
        self.mode == WatchMode::Auto && self.error.is_some_and(|error| error > band)
    }

    /// Whether the actuator does all that it can and is still needed.
    pub(super) fn is_pushing(&self, settings: &WatchSettings) -> bool {
        let needed = match self.mode {
            WatchMode::Off | WatchMode::Resting => false,
            WatchMode::Auto => self.is_short(settings),
            WatchMode::Manual | WatchMode::Tuning => true,
        };
        needed && self.drive >= settings.working
    }

    pub(super) fn is_idle(&self, settings: &WatchSettings) -> bool {
        self.drive <= settings.idle
    }

    /// Whether it is where nothing but a working drive can keep it.
    pub(super) fn is_driven(&self, settings: &WatchSettings) -> bool {
        self.height < height(settings, settings.relaxation.beyond)
    }

    /// The same for the companion, and by more than the two may differ: a loop without drive drifts past
    /// this place, and one of the two is the first.
    pub(super) fn is_companion_driven(&self, settings: &WatchSettings) -> bool {
        let margin = settings.companion.margin.to_fixed().to_bits();
        let beyond = height(settings, settings.relaxation.beyond).saturating_sub(margin);
        self.companion.is_some_and(|companion| companion < beyond)
    }
}

fn height(settings: &WatchSettings, temperature: Celsius) -> i32 {
    let bits = temperature.to_fixed().to_bits();
    match settings.action {
        Action::Direct => bits,
        Action::Reverse => bits.saturating_neg(),
    }
}
