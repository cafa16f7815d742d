//! Faults by name, and when they are there.

use coldcap_units::{Duration, Instant};
use core::fmt;
use core::str::FromStr;

/// A thermistor that can break.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    /// In the supply line.
    Supply,
    /// In the return line.
    Return,
    /// On the front of the cap's inner face.
    Front,
    /// On the rear of the cap's inner face.
    Rear,
    /// The freeze-safety sensor on the cap's inner face.
    Safety,
}

/// How a thermistor breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Defect {
    /// Its wire is open: the code stands at full scale, which looks very cold.
    Open,
    /// It is short-circuited: the code stands at zero, which looks very hot.
    Short,
    /// Its code is frozen at the last value.
    Stuck,
    /// It reads 12 K too warm, without any other sign.
    Warm,
}

/// Everything that can go wrong on purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FaultKind {
    /// A hose is kinked: no flow, and the pump works against it.
    Kink,
    /// The pump stands still and draws no current.
    PumpStop,
    /// The driver of the pump is shorted: it runs at full duty whatever is demanded, as long as the permit's power
    /// path is closed.
    PumpStuckOn,
    /// The chiller's relay is welded: it runs whatever is demanded, as long as the permit's power
    /// path is closed.
    ChillerStuckOn,
    /// Coolant runs out into the drip tray, at 60 mL/min.
    Leak,
    /// The cap is taken off the head and uncoupled, whatever its placement says.
    CapOff,
    /// A thermistor is broken.
    Sensor(Place, Defect),
    /// The link passes nothing. The plant takes no notice.
    LinkLoss,
    /// The link flips and drops bytes. The plant takes no notice.
    FrameNoise,
    /// The host's process is gone. The plant takes no notice.
    HostCrash,
    /// The device's controller has no power. The plant takes no notice: without a controller its
    /// drives are off, and whoever runs the plant hands it those.
    PowerCut,
    /// A hose is squeezed: a little more than a third of the flow is left.
    PartialKink,
    /// The mixing valve has slipped on its shaft: it runs open, and its read-back says what is demanded.
    ValveSlip,
    /// The host's screen stands still, its link goes on. The plant takes no notice.
    DisplayFreeze,
    /// Under the front half of the cap there is next to no hair: a sixth of its resistance is left.
    BareSpot,
    /// The cap has come loose: four times the resistance between skin and cap, front and rear.
    CapLifts,
    /// The chiller has lost refrigerant: a tenth of its power is left.
    ChillerWeak,
    /// Ice is on the evaporator: a twelfth of its conductance into the tank is left.
    EvaporatorIced,
    /// Water from the air drips into the tray. No coolant is lost.
    Condensation,
    /// Air is in the pump: it turns without a load and moves nothing.
    PumpDry,
    /// The controller is reset, by its watchdog or a dip of its supply: a second later it is back, with what it has stored.
    /// The plant takes no notice.
    Reset,
    /// Somebody sets the wall clock two days ahead. The plant takes no notice.
    ClockJump,
    /// A plan is chosen by which nothing may be cooled. The plant takes no notice.
    WrongPlan,
    /// Somebody on the line sends again what the host has sent. The plant takes no notice.
    Replay,
    /// The cap is taken off as soon as the session ends, frozen to the hair or not. The plant takes no notice.
    EarlyRemoval,
    /// Nobody tells the machine that the drug has ended. The plant takes no notice.
    DrugUnended,
}

use Defect::{Open, Short, Stuck, Warm};
use Place::{Front, Rear, Return, Safety, Supply};

/// Every fault with its name. A fault's place here is its bit in a [`FaultSet`].
const NAMED: [(FaultKind, &str); 45] = [
    (FaultKind::Kink, "kink"),
    (FaultKind::PumpStop, "pump-stop"),
    (FaultKind::ChillerStuckOn, "chiller-stuck-on"),
    (FaultKind::Leak, "leak"),
    (FaultKind::CapOff, "cap-off"),
    (FaultKind::Sensor(Supply, Open), "supply-open"),
    (FaultKind::Sensor(Supply, Short), "supply-short"),
    (FaultKind::Sensor(Supply, Stuck), "supply-stuck"),
    (FaultKind::Sensor(Return, Open), "return-open"),
    (FaultKind::Sensor(Return, Short), "return-short"),
    (FaultKind::Sensor(Return, Stuck), "return-stuck"),
    (FaultKind::Sensor(Front, Open), "front-open"),
    (FaultKind::Sensor(Front, Short), "front-short"),
    (FaultKind::Sensor(Front, Stuck), "front-stuck"),
    (FaultKind::Sensor(Rear, Open), "rear-open"),
    (FaultKind::Sensor(Rear, Short), "rear-short"),
    (FaultKind::Sensor(Rear, Stuck), "rear-stuck"),
    (FaultKind::Sensor(Safety, Open), "safety-open"),
    (FaultKind::Sensor(Safety, Short), "safety-short"),
    (FaultKind::Sensor(Safety, Stuck), "safety-stuck"),
    (FaultKind::LinkLoss, "link-loss"),
    (FaultKind::FrameNoise, "frame-noise"),
    (FaultKind::HostCrash, "host-crash"),
    (FaultKind::PowerCut, "power-cut"),
    (FaultKind::Sensor(Supply, Warm), "supply-warm"),
    (FaultKind::Sensor(Return, Warm), "return-warm"),
    (FaultKind::Sensor(Front, Warm), "front-warm"),
    (FaultKind::Sensor(Rear, Warm), "rear-warm"),
    (FaultKind::Sensor(Safety, Warm), "safety-warm"),
    (FaultKind::PartialKink, "partial-kink"),
    (FaultKind::ValveSlip, "valve-slip"),
    (FaultKind::DisplayFreeze, "display-freeze"),
    (FaultKind::PumpStuckOn, "pump-stuck-on"),
    (FaultKind::BareSpot, "bare-spot"),
    (FaultKind::CapLifts, "cap-lifts"),
    (FaultKind::ChillerWeak, "chiller-weak"),
    (FaultKind::EvaporatorIced, "evaporator-iced"),
    (FaultKind::Condensation, "condensation"),
    (FaultKind::PumpDry, "pump-dry"),
    (FaultKind::Reset, "reset"),
    (FaultKind::ClockJump, "clock-jump"),
    (FaultKind::WrongPlan, "wrong-plan"),
    (FaultKind::Replay, "replay"),
    (FaultKind::EarlyRemoval, "early-removal"),
    (FaultKind::DrugUnended, "drug-unended"),
];

impl FaultKind {
    /// Every fault, in the order in which lists print them.
    #[allow(clippy::indexing_slicing, reason = "evaluated when compiled, where it cannot panic")]
    pub const ALL: [Self; 45] = {
        let mut all = [Self::Kink; 45];
        let mut index = 0;
        while index < all.len() {
            all[index] = NAMED[index].0;
            index += 1;
        }
        all
    };

    /// Its name, as the command line and files spell it.
    #[must_use]
    pub fn name(self) -> &'static str {
        NAMED.iter().find(|(kind, _)| *kind == self).map_or("", |(_, name)| name)
    }

    /// The fault of this name, if there is one.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        NAMED.iter().find(|(_, known)| *known == name).map(|(kind, _)| *kind)
    }

    /// Whether it strikes the machine as a whole, so that its channel does not matter.
    #[must_use]
    pub const fn is_machine_wide(self) -> bool {
        !matches!(
            self,
            Self::Kink
                | Self::PumpStop
                | Self::PumpStuckOn
                | Self::CapOff
                | Self::Sensor(..)
                | Self::PartialKink
                | Self::ValveSlip
                | Self::BareSpot
                | Self::CapLifts
                | Self::PumpDry
                | Self::EarlyRemoval
                | Self::WrongPlan
                | Self::DrugUnended
        )
    }

    /// Whether it takes the controller's power away, and for how long where the window names no end.
    #[must_use]
    pub const fn outage(self) -> Option<Duration> {
        match self {
            Self::PowerCut => Some(Duration::from_mins(20)),
            Self::Reset => Some(Duration::from_secs(1)),
            _ => None,
        }
    }

    fn bit(self) -> u64 {
        NAMED.iter().position(|(kind, _)| *kind == self).map_or(0, |place| 1 << place)
    }
}

impl fmt::Display for FaultKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The faults that are there at one moment on one channel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct FaultSet(u64);

impl FaultSet {
    /// Whether `kind` is there.
    #[must_use]
    pub fn contains(self, kind: FaultKind) -> bool {
        self.0 & kind.bit() != 0
    }

    /// Whether nothing is wrong.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// What is wrong with the thermistor at `place`; an open wire hides a short, a short a stuck code,
    /// and that one a drifted one.
    #[must_use]
    pub fn defect(self, place: Place) -> Option<Defect> {
        let broken = |defect: &Defect| self.contains(FaultKind::Sensor(place, *defect));
        if self.is_empty() { None } else { [Open, Short, Stuck, Warm].into_iter().find(broken) }
    }
}

/// One fault from one moment to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FaultWindow {
    /// What is wrong.
    pub kind: FaultKind,
    /// The first moment.
    pub from: Instant,
    /// The first moment at which it is over; `None` if it never is.
    pub until: Option<Instant>,
    /// The channel that it strikes, from 0; without meaning for machine-wide faults.
    pub channel: usize,
}

impl FaultWindow {
    /// Whether the fault is there at `now`.
    #[must_use]
    pub fn covers(&self, now: Instant) -> bool {
        now >= self.from && self.until.is_none_or(|until| now < until)
    }

    /// How long the controller is without power by it; `None` where it keeps it. A reset lasts a second, whatever its window.
    #[must_use]
    pub fn outage(&self) -> Option<Duration> {
        let usual = self.kind.outage()?;
        let cut = self.until.filter(|_| self.kind == FaultKind::PowerCut);
        Some(cut.map_or(usual, |until| until.since(self.from)))
    }

    fn strikes(&self, channel: usize) -> bool {
        self.kind.is_machine_wide() || self.channel == channel
    }
}

/// The latest moment that a window may name: a year, in seconds.
const LATEST_S: f64 = 31_536_000.0;

impl FromStr for FaultWindow {
    type Err = FaultError;

    /// Reads `NAME@SECONDS` (never ends) or `NAME@SECONDS..SECONDS` on channel 0. Seconds may have
    /// decimals and count to the millisecond.
    ///
    /// # Errors
    /// See [`FaultError`].
    fn from_str(text: &str) -> Result<Self, FaultError> {
        let Some((name, times)) = text.split_once('@') else {
            return Err(FaultError::Form { given: text.to_owned() });
        };
        let Some(kind) = FaultKind::from_name(name) else {
            return Err(FaultError::UnknownName { given: name.to_owned() });
        };
        let (from, until) = match times.split_once("..") {
            Some((from, until)) => (moment(from)?, Some(moment(until)?)),
            None => (moment(times)?, None),
        };
        if until.is_some_and(|until| until <= from) {
            return Err(FaultError::EndsBeforeItBegins { given: times.to_owned() });
        }
        Ok(Self { kind, from, until, channel: 0 })
    }
}

fn moment(text: &str) -> Result<Instant, FaultError> {
    match text.parse::<f64>() {
        Ok(seconds) if (0.0..=LATEST_S).contains(&seconds) => {
            Ok(Instant::from_millis(libm::round(seconds * 1_000.0) as u64))
        }
        _ => Err(FaultError::Seconds { given: text.to_owned() }),
    }
}

/// Why a fault could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FaultError {
    /// The text has no `@`.
    Form {
        /// What was given.
        given: String,
    },
    /// There is no fault of this name.
    UnknownName {
        /// What was given.
        given: String,
    },
    /// A time is not a number of seconds from 0 to 31 536 000.
    Seconds {
        /// What was given.
        given: String,
    },
    /// The end does not lie after the beginning.
    EndsBeforeItBegins {
        /// What was given.
        given: String,
    },
}

impl fmt::Display for FaultError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Form { given } => {
                write!(f, "`{given}` is not of the form NAME@SECONDS or NAME@SECONDS..SECONDS")
            }
            Self::UnknownName { given } => {
                let names = NAMED.map(|(_, name)| name).join(", ");
                write!(f, "`{given}` is not a fault; allowed are {names}")
            }
            Self::Seconds { given } => {
                write!(f, "`{given}` is not a time; allowed is 0 to 31536000 seconds")
            }
            Self::EndsBeforeItBegins { given } => {
                write!(f, "`{given}` does not end after it begins")
            }
        }
    }
}

impl core::error::Error for FaultError {}

/// All the faults of a run. The default is none.
///
/// ```
/// use coldcap_sim::{FaultKind, FaultSchedule};
/// use coldcap_units::Instant;
///
/// let mut schedule = FaultSchedule::parse("kink@600..1500")?;
/// schedule.push("front-open@30".parse()?);
/// assert!(schedule.active(FaultKind::Kink, Instant::from_millis(600_000)));
/// assert!(!schedule.active(FaultKind::Kink, Instant::from_millis(1_500_000)));
///
/// let refused = FaultSchedule::parse("knik@600").unwrap_err().to_string();
/// assert!(refused.starts_with("`knik` is not a fault; allowed are kink, pump-stop, "));
/// # Ok::<(), coldcap_sim::FaultError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FaultSchedule {
    windows: Vec<FaultWindow>,
}

impl FaultSchedule {
    /// No faults at all.
    #[must_use]
    pub const fn none() -> Self {
        Self { windows: Vec::new() }
    }

    /// A schedule of one fault, `NAME@SECONDS[..SECONDS]`, on channel 0.
    ///
    /// # Errors
    /// See [`FaultError`]; for an unknown name the message lists the allowed ones.
    pub fn parse(text: &str) -> Result<Self, FaultError> {
        Ok(Self { windows: vec![text.parse()?] })
    }

    /// Adds a fault.
    pub fn push(&mut self, window: FaultWindow) {
        self.windows.push(window);
    }

    /// The faults, in the order in which they were added.
    #[must_use]
    pub fn windows(&self) -> &[FaultWindow] {
        &self.windows
    }

    /// What takes the controller's power, in the order of its time.
    #[must_use]
    pub fn outages(&self) -> Vec<FaultWindow> {
        let mut outages: Vec<_> =
            self.windows.iter().copied().filter(|window| window.outage().is_some()).collect();
        outages.sort_by_key(|window| window.from);
        outages
    }

    /// Whether `kind` is there at `now`, on any channel.
    #[must_use]
    pub fn active(&self, kind: FaultKind, now: Instant) -> bool {
        self.windows.iter().any(|window| window.kind == kind && window.covers(now))
    }

    /// Everything that is wrong with `channel` at `now`, machine-wide faults included.
    #[must_use]
    pub fn on_channel(&self, channel: usize, now: Instant) -> FaultSet {
        let there = self.windows.iter().filter(|w| w.covers(now) && w.strikes(channel));
        FaultSet(there.fold(0, |bits, window| bits | window.kind.bit()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_reversible() {
        for kind in FaultKind::ALL {
            assert_eq!(FaultKind::from_name(kind.name()), Some(kind));
        }
        let mut names = FaultKind::ALL.map(FaultKind::name);
        names.sort_unstable();
        assert!(names.windows(2).all(|pair| pair[0] != pair[1]));
    }

    #[test]
    fn windows_are_half_open_and_may_be_endless() {
        let at = Instant::from_millis;
        let brief: FaultWindow = "leak@1.5..2".parse().expect("valid");
        assert_eq!((brief.from, brief.until), (at(1_500), Some(at(2_000))));
        assert!(!brief.covers(at(1_499)) && brief.covers(at(1_500)));
        assert!(brief.covers(at(1_999)) && !brief.covers(at(2_000)));
        let endless: FaultWindow = "power-cut@0".parse().expect("valid");
        assert!(endless.covers(at(0)) && endless.covers(at(u64::MAX)));
    }

    #[test]
    fn nonsense_is_refused_with_a_reason() {
        let error = |text: &str| FaultSchedule::parse(text).expect_err("nonsense");
        assert!(matches!(error("kink"), FaultError::Form { .. }));
        assert!(matches!(error("@3"), FaultError::UnknownName { .. }));
        for text in
            ["kink@", "kink@-1", "kink@nan", "kink@inf", "kink@1..", "kink@1..2..3", "kink@4e7"]
        {
            assert!(matches!(error(text), FaultError::Seconds { .. }), "{text}");
        }
        assert!(matches!(error("kink@2..2"), FaultError::EndsBeforeItBegins { .. }));
        let message = error("kinks@2").to_string();
        assert!(FaultKind::ALL.iter().all(|kind| message.contains(kind.name())));
    }

    #[test]
    fn a_channel_fault_leaves_the_other_channel_alone() {
        let mut schedule = FaultSchedule::none();
        let window: FaultWindow = "rear-stuck@0".parse().expect("valid");
        schedule.push(FaultWindow { channel: 1, ..window });
        schedule.push("leak@0".parse().expect("valid"));
        let (first, second) =
            (schedule.on_channel(0, Instant::ZERO), schedule.on_channel(1, Instant::ZERO));
        assert_eq!((first.defect(Rear), second.defect(Rear)), (None, Some(Stuck)));
        assert!(first.contains(FaultKind::Leak) && second.contains(FaultKind::Leak));
        assert!(schedule.active(window.kind, Instant::ZERO));
    }
}
