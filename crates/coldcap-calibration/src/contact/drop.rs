//! Contact from a sensor on either side of the hair: the heat that crosses it, over the drop across it.
//!
//! # Method
//! The skin-side sensor and the one on the cap's inner face have the contact between them, and the same heat flux as the
//! wall behind it, which [`flux`](super::flux) measures:
//!
//! ```text
//! h = q / (T_skin − T_face)
//! ```
//!
//! It is Fourier's law and no regression: neither what the skin gave off at rest, nor tissue, core and blood, nor how
//! long the cap was on the head come in, so that it holds for any head, with a fever too. What comes in is the wall, and
//! which of two sensors shows what. Among published indices of contact it recovers the logarithm of the contact best, to
//! 1.5 % beside what is not known of the wall.
//!
//! It needs a steady course: the window lies after the ramp, where flux and drop change by a few per cent, and hair
//! stores next to nothing.
//!
//! # What it cannot tell
//! A skin-side sensor that lies in the hair instead of on the skin reads too cold, and the contact comes out too high: by
//! half where a third of what it sees is the cap. One that sees the room reads anything. Neither is seen here, nor part of the stated
//! uncertainty. [`contradiction`](super::contradiction) holds the value against the inner face's own, which no such sensor
//! enters and which under a fever tells more, and [`half_space`](super::half_space) tells whether what it shows cools as skin
//! does.

use super::flux::{Flux, Movement, Stretch, Window, half, shown};
use super::half_space::hypotenuse;
use super::zone::{CapWall, Conductance, ZoneFault, ZoneFit};
use crate::average::Average;
use crate::progress::Progress;
use coldcap_units::{Coolant, Duration, Fault, Interface, Kelvin, Permille, Skin};

/// What it is told beforehand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DropMethod {
    /// The window; the test ends with it.
    pub window: Stretch,
    /// The wall between coolant and inner face.
    pub wall: CapWall,
    /// By how much the inner face reads above the coolant where no heat flows, after both were matched: what a match in a
    /// loop that warms slowly leaves of the face's lag.
    pub face_above: Kelvin,
    /// Standard uncertainty of the inner face against the coolant.
    pub face_uncertainty: Kelvin,
    /// Standard uncertainty of the skin-side sensor against the inner face.
    pub skin_uncertainty: Kelvin,
    /// Standard uncertainty of the model, as a share.
    pub model_uncertainty: Permille,
    /// The least and the largest conductance that it tells.
    pub range: (Conductance, Conductance),
    /// A skin that is less than this above the coolant is none that a cap cools.
    pub least_fall: Kelvin,
}

impl DropMethod {
    /// The reference machine's fit visit, from the moment the target is reached.
    ///
    /// - The wall is [`CapWall::REFERENCE`], seen from the mean of supply and return: each half of the virtual cap is
    ///   stirred, so that its coolant has the outlet's temperature, half of the rise above that mean. At 1 L/min, 63 W/K for
    ///   0.07 m², that is 1/100 + 0.07/(2 · 63) m²K/W. What a bench finds between a real cap's face and the mean of its two
    ///   coolant sensors, at its flow, has this in it.
    /// - The faces lag by 95 mK behind a loop that the pump warms while the sensors are matched, and the match takes that
    ///   for an offset.
    /// - The model's 1.5 % are those of the published comparison of indices.
    ///
    /// Range: below 6 W/(m²·K) the inner face's own method ends, too; above 150 a drop of 3 K is known to 3 %, and the wall
    /// hides what is more.
    pub const AFTER_RAMP: Self = Self {
        window: (Duration::from_secs(60), Duration::from_secs(118)),
        wall: CapWall { conductance: Conductance(94_800), ..CapWall::REFERENCE },
        face_above: Kelvin::from_milli(95),
        face_uncertainty: Kelvin::from_milli(50),
        skin_uncertainty: Kelvin::from_milli(100),
        model_uncertainty: Permille(15),
        range: (Conductance::from_watts(6), Conductance::from_watts(150)),
        least_fall: Kelvin::from_milli(5_000),
    };
}

/// A fit of one zone, fed once a tick, done with its window.
///
/// ```
/// use coldcap_calibration::contact::drop::{DropFit, DropMethod};
/// use coldcap_units::{Celsius, Coolant, Duration, Interface, Skin};
///
/// let mut fit = DropFit::new(DropMethod::AFTER_RAMP);
/// let mut outcome = None;
/// for tick in 0..1_200 {
///     // 5 K over 94.8 W/(m²·K) of wall are 474 W/m², and 15 K lie between skin and inner face.
///     let noise = tick % 3 - 1;
///     let [skin, face, coolant] = [28_000, 13_095, 8_000].map(|milli| milli + noise);
///     let coolant = Ok(Coolant::from_milli(coolant));
///     let (skin, face) = (Ok(Skin::from_milli(skin)), Ok(Interface::from_milli(face)));
///     outcome = fit.step(skin, face, [coolant; 2], Duration::from_millis(100)).outcome();
/// }
/// let zone = outcome.unwrap().unwrap();
/// assert_eq!(zone.conductance.0, 31_600);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DropFit {
    method: DropMethod,
    elapsed: Duration,
    window: Window,
    skin: Average,
    movement: Movement,
    last_fault: Option<Fault>,
}

impl DropFit {
    /// A fit that begins with its first step.
    #[must_use]
    pub fn new(method: DropMethod) -> Self {
        Self {
            method,
            elapsed: Duration::ZERO,
            window: Window::default(),
            skin: Average::default(),
            movement: Movement::default(),
            last_fault: None,
        }
    }

    /// Takes one tick: the skin, the inner face, and the coolant at supply and return, between which lies the cap's. A tick
    /// counts only with all four. Constant time; once done it stays done.
    ///
    /// # Errors
    /// Inside [`Progress::Done`], a [`ZoneFault`]: [`Fault::Stuck`] where a reading never changed over the window,
    /// [`Fault::Disagrees`] where the skin is surely colder than an inner face that takes up heat.
    ///
    /// # Panics
    /// Never.
    pub fn step(
        &mut self,
        skin: Result<Skin, Fault>,
        face: Result<Interface, Fault>,
        [supply, returned]: [Result<Coolant, Fault>; 2],
        elapsed: Duration,
    ) -> Progress<Result<ZoneFit, ZoneFault>> {
        let (from, to) = self.method.window;
        if self.elapsed < to {
            self.elapsed = self.elapsed.plus(elapsed);
            if self.elapsed > from {
                self.take(skin, face, [supply, returned]);
            }
        }
        let remaining = to.minus(self.elapsed);
        if remaining.is_zero() {
            Progress::Done(self.outcome())
        } else {
            Progress::Running { remaining }
        }
    }

    /// The mean of the skin over what was seen of the window.
    #[must_use]
    pub fn skin(&self) -> Option<Skin> {
        self.skin.mean().map(Skin::from_milli)
    }

    fn take(
        &mut self,
        skin: Result<Skin, Fault>,
        face: Result<Interface, Fault>,
        [supply, returned]: [Result<Coolant, Fault>; 2],
    ) {
        let (from, to) = self.method.window;
        let others = shown(face, supply, returned);
        let seen = skin.and_then(|skin| Ok((skin.to_milli(), others?)));
        let second = self.elapsed.minus(from) > half(from, to);
        self.window.add(seen.map(|(_, others)| others), second);
        match seen {
            Ok((skin, _)) => {
                self.skin.add(skin);
                self.movement.add(skin);
            }
            Err(fault) => self.last_fault = Some(fault),
        }
    }

    fn outcome(&self) -> Result<ZoneFit, ZoneFault> {
        let missing = ZoneFault::Sensor(self.last_fault.unwrap_or(Fault::Unavailable));
        if self.window.lacks() {
            return Err(missing);
        }
        if self.window.is_stuck() || self.movement.is_stuck() {
            return Err(ZoneFault::Sensor(Fault::Stuck));
        }
        let flux = self.window.flux(&self.method.wall, self.method.window).ok_or(missing)?;
        let above = i64::from(self.method.face_above.to_milli());
        let face = self.window.face().ok_or(missing)?.saturating_sub(above);
        let skin = i64::from(self.skin.mean().ok_or(missing)?);
        let flux = flux.less(above.saturating_mul(self.method.wall.conductance.0.into()) / 1_000);
        self.evaluate(&flux, skin, skin.saturating_sub(face))
    }

    /// Flux in mW/m², skin and drop in thousandths of a degree.
    fn evaluate(&self, flux: &Flux, skin: i64, drop: i64) -> Result<ZoneFit, ZoneFault> {
        let least_fall = i64::from(self.method.least_fall.to_milli());
        if skin.saturating_sub(flux.coolant()) < least_fall {
            return Err(ZoneFault::NoStep);
        }
        if flux.milliwatts <= 0 {
            return Err(ZoneFault::BelowRange);
        }
        let (least, largest) = self.method.range;
        // Heat does not flow to where it is warmer: then the sensors are not where they are said to be.
        if drop < self.least_drop() {
            return Err(ZoneFault::Sensor(Fault::Disagrees));
        }
        // No drop at all is any contact: above range, by what the uncertainty of one leaves.
        let drop = drop.max(1);
        let value = flux.milliwatts.saturating_mul(1_000).checked_div(drop).unwrap_or(i64::MAX);
        let conductance = Conductance(u32::try_from(value).unwrap_or(u32::MAX));
        let uncertainty = self.uncertainty(flux, drop);
        if conductance < least {
            return Err(ZoneFault::BelowRange);
        }
        if conductance > largest {
            return Err(ZoneFault::AboveRange(largest.less(self.uncertainty_at(flux, largest))));
        }
        let uncertainty = conductance.parts(uncertainty);
        Ok(ZoneFit { conductance, uncertainty, misfit: Kelvin::ZERO, autocorrelation: None })
    }

    /// Two standard uncertainties below none, in thousandths of a degree.
    fn least_drop(&self) -> i64 {
        let [face, skin] = [self.method.face_uncertainty, self.method.skin_uncertainty];
        let both = hypotenuse(face.to_milli().into(), skin.to_milli().into());
        i64::from(both).saturating_mul(-2)
    }

    /// That of a zone of this conductance under the same flux.
    fn uncertainty_at(&self, flux: &Flux, conductance: Conductance) -> u32 {
        let drop = flux.milliwatts.saturating_mul(1_000).checked_div(conductance.0.into());
        self.uncertainty(flux, drop.unwrap_or(0).max(1))
    }

    /// In ten-thousandths: the model's, the wall's by what of the flux goes through it and what it gives or takes, the
    /// inner face's, which moves flux and drop against each other, and the skin's.
    fn uncertainty(&self, flux: &Flux, drop: i64) -> u32 {
        let DropMethod { wall, .. } = &self.method;
        let through = i64::from(flux.by_wall());
        let part = |of: Permille, power: i64| {
            i64::from(of.0).saturating_mul(10).saturating_mul(power) >> 16
        };
        let walls = part(wall.uncertainty, through);
        let stored = part(wall.heat_capacity_uncertainty, (1i64 << 16).saturating_sub(through));
        let of_drop = |of: Kelvin| {
            i64::from(of.to_milli()).saturating_mul(10_000).checked_div(drop).unwrap_or(i64::MAX)
        };
        let of_flux = i64::from(self.method.face_uncertainty.to_milli())
            .saturating_mul(wall.conductance.0.into())
            .saturating_mul(10)
            .checked_div(flux.milliwatts)
            .unwrap_or(i64::MAX);
        let face = of_drop(self.method.face_uncertainty).saturating_add(of_flux);
        let model = i64::from(self.method.model_uncertainty.0).saturating_mul(10);
        let parts = [walls, stored, face, of_drop(self.method.skin_uncertainty)];
        let all = parts.into_iter().fold(model, |all, one| hypotenuse(all, one).into());
        u32::try_from(all).unwrap_or(u32::MAX)
    }
}
