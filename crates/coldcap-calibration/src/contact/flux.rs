//! Contact from sensors on the cap's inner face alone: heat flux, early and late.
//!
//! # Method
//! The wall's drop times its conductance, plus what the wall itself takes up, is the heat flux. Late
//! flux over the fall from the body's core to the coolant is an uptake U; the ratio r of early to late
//! flux tells contact from tissue, because a close contact spends the scalp's warmth early:
//!
//! ```text
//! log h = constant + a·log U + b·log r
//! ```
//!
//! Uptake alone leaves 10 to 20 % (what the body supplies differs); with the ratio it is half of that.
//! A middle window must lie where the two others predict it: what is left over is the misfit.
//!
//! Face and coolant are averaged over the same ticks, in each half of a window apart, so that a gap in one
//! half cannot set one against the other. A half that lacks more than 3 % of its ticks is a fault all the
//! same: while the flux still changes, its mean would be one of another time. So is a sensor whose reading
//! never changed over a window: a real one scatters.
//!
//! # What it cannot tell
//! The law is a regression over *simulated* heads of a one-dimensional model, for one course of the
//! coolant. Another course, wall or place of the sensor needs its own figures, and the real cap's need a
//! bench. The scalp's own temperature is never seen.

use super::half_space::hypotenuse;
use super::logarithm::{exp2, log2};
use super::zone::{CapWall, Conductance, ZoneFault, ZoneFit};
use crate::average::Average;
use crate::progress::Progress;
use coldcap_units::{Celsius, Coolant, Duration, Fault, Interface, Kelvin, Permille, quotient};

/// A stretch of the test: from its first moment to its last.
pub type Stretch = (Duration, Duration);

/// One in Q16.
const ONE: i32 = 1 << 16;

const fn seconds(from: u32, to: u32) -> Stretch {
    (Duration::from_secs(from), Duration::from_secs(to))
}

/// The regression from two fluxes to a contact conductance: exponents in Q16, and the constant as the
/// logarithm to base 2 in Q16 of the conductance in mW/(m²·K) at an uptake of 1 mW/(m²·K) and equal
/// fluxes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FluxLaw {
    /// The constant.
    pub constant: i32,
    /// Exponent of the uptake.
    pub uptake: i32,
    /// Exponent of early over late flux.
    pub ratio: i32,
    /// The middle flux is late times early over late to this power.
    pub middle: i32,
}

/// What the flux method is told beforehand.
///
/// # For which heads
/// The laws here were found over simulated heads with a core of 37 ± 0.4 °C, 1.5 to 5 mm of fat, half to one and a half
/// times the ordinary perfusion and a bare resistance of 0.117 m²K/W, and [`Self::law_uncertainty`] is what remains between
/// *these*. Nothing here sees a head outside of them: a core of 40 °C shows 1.4 times what is there, four times the
/// perfusion as much, both with 1 mm of fat 1.79 times. A judge that must not be deceived by these has
/// [`ZoneLimits::for_any_head`](super::judge::ZoneLimits::for_any_head).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FluxMethod {
    /// The early window.
    pub early: Stretch,
    /// The middle window.
    pub middle: Stretch,
    /// The late window; the test ends with it.
    pub late: Stretch,
    /// The wall between coolant and inner face.
    pub wall: CapWall,
    /// The body's core.
    pub core: Celsius,
    /// The regression.
    pub law: FluxLaw,
    /// The least and the largest conductance that it tells. Beside a wall that hides it, or through the
    /// little flux of a gap, the regression goes on to give figures, and they are wrong.
    pub range: (Conductance, Conductance),
    /// Standard uncertainty of the regression between heads of its population, as a share.
    pub law_uncertainty: Permille,
    /// By how much face and coolant may differ in one bath, either way and as likely as any less (GUM 4.3.7):
    /// nothing where they were matched.
    pub mismatch: Kelvin,
    /// The least fall from the core to the coolant.
    pub least_fall: Kelvin,
    /// A larger misfit of the wall's drop is a fault.
    pub largest_misfit: Kelvin,
}

impl FluxMethod {
    /// A cold cap of the reference wall that is put on a bare head, coolant between 0 and 8 °C.
    ///
    /// The regression is over 4 000 simulated heads; the test `flux_law` of the simulator prints these
    /// figures. Other simulated heads scatter about it by half of the uncertainty stated here, which is
    /// that of the published comparison of indices (9 % with the wall's), made with another model.
    ///
    /// Range: a contact of 5 W/(m²·K) is shown as up to 6, by 2.5 u too high; one of 100 as 80 to 95, by up
    /// to 2.5 u too low (60 simulated heads each).
    pub const AFTER_STEP: Self = Self {
        early: seconds(16, 40),
        middle: seconds(56, 80),
        late: seconds(96, 120),
        wall: CapWall::REFERENCE,
        core: Celsius::from_milli(37_000),
        law: FluxLaw { constant: 107_043, uptake: 57_666, ratio: 167_585, middle: 22_445 },
        range: (Conductance::from_watts(7), Conductance::from_watts(80)),
        law_uncertainty: Permille(75),
        mismatch: Kelvin::ZERO,
        least_fall: Kelvin::from_milli(15_000),
        largest_misfit: Kelvin::from_milli(500),
    };
}

impl FluxMethod {
    /// The reference machine's fit visit: a worn cap that was brought to 8 °C at 3 K/min, from the moment
    /// the target is reached.
    ///
    /// The regression is over 160 visits of simulated heads to the virtual machine, sensors' errors
    /// included; they scatter about it by 7 %. By then the scalp has followed the ramp and the ratio of
    /// fluxes would need an exponent of 12, which no real flow is steady enough for: it is left out, and
    /// the uncertainty is what uptake alone leaves. The wall's 5 % weigh 2.2 times: 11 %.
    ///
    /// Range, from 600 visits to the virtual machine: what is shown as 6 or more is at most 2 u below the
    /// truth, as 5 to 6 up to 2.4 u. Good contact is shown too low, as the square of the uptake cannot follow
    /// it: 60 under some heads as 53 (1 u), 80 as 61 (2.3 u), 100 as 67 (3.6 u), any more as no more than 90.
    /// From 60 on a figure is thus rather a lower bound. A lower limit would cost the comparison with a loose
    /// half, and the error is on the safe side.
    pub const AFTER_RAMP: Self = Self {
        early: seconds(2, 30),
        middle: seconds(34, 56),
        late: seconds(60, 118),
        law: FluxLaw { constant: -850_211, uptake: 130_582, ratio: 0, middle: 22_747 },
        range: (Conductance::from_watts(6), Conductance::from_watts(70)),
        law_uncertainty: Permille(80),
        ..Self::AFTER_STEP
    };
}

impl FluxMethod {
    /// The first two minutes of the reference machine's pre-cooling: a cap that came to rest on the head
    /// with uncooled coolant, and then the ramp. For an advice, and to compare with a fit visit of the same
    /// cap.
    ///
    /// The regression is over 100 sessions of simulated heads, the cap 10 to 180 s on the head before cooling
    /// began; 100 others scatter about it by 9 %. The ratio takes out how long that was, which uptake alone
    /// would show as 10 % either way. While the flux still rises the wall weighs four times. The range is that
    /// of [`Self::AFTER_RAMP`], as the two are compared.
    pub const AT_START: Self = Self {
        early: seconds(4, 40),
        middle: seconds(40, 60),
        late: seconds(60, 118),
        law: FluxLaw { constant: -988_142, uptake: 140_224, ratio: -94_989, middle: 38_726 },
        range: (Conductance::from_watts(6), Conductance::from_watts(70)),
        law_uncertainty: Permille(90),
        ..Self::AFTER_STEP
    };
}

/// Means of the same ticks of half a window, and how many ticks had no value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
struct Half {
    face: Average,
    coolant: Average,
    missed: u32,
}

impl Half {
    /// More than 3 % of its ticks had no value.
    const fn lacks(&self) -> bool {
        let all = self.missed.saturating_add(self.face.count());
        self.missed.saturating_mul(100) > all.saturating_mul(3)
    }

    /// Face and coolant in thousandths of a degree.
    fn means(&self) -> Option<(i64, i64)> {
        Some((self.face.mean()?.into(), self.coolant.mean()?.into()))
    }
}

/// Whether a reading has changed since its first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Movement {
    first: Option<i32>,
    moved: bool,
}

impl Movement {
    pub(super) fn add(&mut self, value: i32) {
        self.moved |= *self.first.get_or_insert(value) != value;
    }

    pub(super) const fn is_stuck(&self) -> bool {
        !self.moved
    }
}

/// One tick in thousandths of a degree.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shown {
    face: i32,
    supply: i32,
    returned: i32,
}

impl Shown {
    /// The coolant within the cap: half way between what flows in and what flows out.
    const fn coolant(self) -> i32 {
        self.supply.saturating_add(self.returned) / 2
    }
}

/// One window, its two halves apart for the slope.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Window {
    first: Half,
    second: Half,
    /// Of face, supply and return.
    movements: [Movement; 3],
}

/// What a window tells: flux in mW/m² and the coolant in thousandths of a degree.
#[derive(Clone, Copy, Debug)]
pub(super) struct Flux {
    pub(super) milliwatts: i64,
    /// What of it goes through the wall; the wall itself gives or takes the rest.
    through: i64,
    coolant: i32,
}

impl Flux {
    /// By which power of the wall's conductance the flux goes, in Q16.
    pub(super) fn by_wall(&self) -> i32 {
        let share = quotient(self.through.saturating_mul(1 << 16), self.milliwatts);
        share.and_then(|it| i32::try_from(it).ok()).unwrap_or(i32::MAX)
    }

    /// With so much less through the wall.
    pub(super) const fn less(self, milliwatts: i64) -> Self {
        Self {
            milliwatts: self.milliwatts.saturating_sub(milliwatts),
            through: self.through.saturating_sub(milliwatts),
            ..self
        }
    }

    /// In thousandths of a degree.
    pub(super) fn coolant(&self) -> i64 {
        self.coolant.into()
    }
}

/// A fit of one zone from its inner face and the coolant, fed once a tick, done with its late window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FluxFit {
    method: FluxMethod,
    elapsed: Duration,
    windows: [Window; 3],
    last_fault: Option<Fault>,
}

impl FluxFit {
    /// A fit that begins with its first step.
    #[must_use]
    pub fn new(method: FluxMethod) -> Self {
        Self { method, elapsed: Duration::ZERO, windows: [Window::default(); 3], last_fault: None }
    }

    /// Takes one tick: the inner face, and the coolant at supply and return, between which lies the
    /// cap's. Constant time; once done it stays done.
    ///
    /// # Errors
    /// Inside [`Progress::Done`], a [`ZoneFault`]; [`Fault::Stuck`] where one of the three readings never
    /// changed over a window.
    ///
    /// # Panics
    /// Never.
    pub fn step(
        &mut self,
        face: Result<Interface, Fault>,
        [supply, returned]: [Result<Coolant, Fault>; 2],
        elapsed: Duration,
    ) -> Progress<Result<ZoneFit, ZoneFault>> {
        if self.elapsed < self.method.late.1 {
            self.elapsed = self.elapsed.plus(elapsed);
            self.take(shown(face, supply, returned));
        }
        let remaining = self.method.late.1.minus(self.elapsed);
        if remaining.is_zero() {
            Progress::Done(self.outcome())
        } else {
            Progress::Running { remaining }
        }
    }

    /// The late flux out of the head in mW/m², once its window has been seen. `None` before that, and where it
    /// is negative.
    #[must_use]
    pub fn late_flux(&self) -> Option<u32> {
        u32::try_from(self.late()?.milliwatts).ok()
    }

    /// The late flux into the coolant in mW/m²: what an energy balance adds up. A wall that is still cooling gives
    /// its own heat to that of the head, after a ramp a tenth of it. `None` as [`Self::late_flux`].
    #[must_use]
    pub fn late_flux_into_coolant(&self) -> Option<u32> {
        u32::try_from(self.late()?.through).ok()
    }

    fn late(&self) -> Option<Flux> {
        let [.., late] = self.windows;
        late.flux(&self.method.wall, self.method.late)
    }

    fn stretches(&self) -> [Stretch; 3] {
        [self.method.early, self.method.middle, self.method.late]
    }

    fn take(&mut self, seen: Result<Shown, Fault>) {
        let (now, stretches) = (self.elapsed, self.stretches());
        for (window, (from, to)) in self.windows.iter_mut().zip(stretches) {
            if now > from && now <= to {
                window.add(seen, now.minus(from) > half(from, to));
                self.last_fault = seen.err().or(self.last_fault);
            }
        }
    }

    fn outcome(&self) -> Result<ZoneFit, ZoneFault> {
        let missing = ZoneFault::Sensor(self.last_fault.unwrap_or(Fault::Unavailable));
        if self.windows.iter().any(Window::lacks) {
            return Err(missing);
        }
        if self.windows.iter().any(Window::is_stuck) {
            return Err(ZoneFault::Sensor(Fault::Stuck));
        }
        let [early, middle, late] = self.windows;
        let flux = |window: Window, stretch| window.flux(&self.method.wall, stretch).ok_or(missing);
        let early = flux(early, self.method.early)?;
        let middle = flux(middle, self.method.middle)?;
        self.evaluate([early, middle, flux(late, self.method.late)?])
    }

    fn evaluate(&self, [early, middle, late]: [Flux; 3]) -> Result<ZoneFit, ZoneFault> {
        let fall = self.method.core.to_milli().saturating_sub(late.coolant);
        if fall < self.method.least_fall.to_milli() {
            return Err(ZoneFault::NoStep);
        }
        let logarithm = |flux: Flux| log2(u64::try_from(flux.milliwatts).unwrap_or(0));
        let law = &self.method.law;
        let late_log = logarithm(late).ok_or(ZoneFault::BelowRange)?;
        let ratio = logarithm(early).ok_or(ZoneFault::BelowRange)?.saturating_sub(late_log);
        let expected = late_log.saturating_add(share(ratio, law.middle));
        let misfit = self.misfit(middle, exp2(expected));
        if misfit > self.method.largest_misfit {
            return Err(ZoneFault::Misfit);
        }
        let uptake = quotient(late.milliwatts.saturating_mul(1_000), fall.into()).unwrap_or(0);
        let uptake = log2(uptake.unsigned_abs()).ok_or(ZoneFault::BelowRange)?;
        let log = law.constant.saturating_add(share(uptake, law.uptake));
        let log = log.saturating_add(share(ratio, law.ratio));
        self.zone_fit(exp2(log), self.uncertainty(&early, &late), misfit)
    }

    fn zone_fit(
        &self,
        milliwatts: u32,
        uncertainty: u32,
        misfit: Kelvin,
    ) -> Result<ZoneFit, ZoneFault> {
        let conductance = Conductance(milliwatts);
        let (least, largest) = self.method.range;
        if conductance < least {
            return Err(ZoneFault::BelowRange);
        }
        if conductance > largest {
            return Err(ZoneFault::AboveRange(largest.less(uncertainty)));
        }
        let uncertainty = conductance.parts(uncertainty);
        Ok(ZoneFit { conductance, uncertainty, misfit, autocorrelation: None })
    }

    /// In ten-thousandths: the law's, and the wall's by the powers that its conductance and its heat capacity
    /// come in with. What does not go through the wall is the heat that it gives or takes.
    fn uncertainty(&self, early: &Flux, late: &Flux) -> u32 {
        let (law, by_late) = (&self.method.law, late.by_wall());
        let by_ratio = early.by_wall().saturating_sub(by_late);
        let power = share(by_late, law.uptake).saturating_add(share(by_ratio, law.ratio));
        let wall = i64::from(self.method.wall.uncertainty.0).saturating_mul(10);
        let wall = wall.saturating_mul(power.into()) >> 16;
        let power = share(ONE.saturating_sub(by_late), law.uptake)
            .saturating_sub(share(by_ratio, law.ratio));
        let capacity = i64::from(self.method.wall.heat_capacity_uncertainty.0).saturating_mul(10);
        let capacity = capacity.saturating_mul(power.into()) >> 16;
        let law = i64::from(self.method.law_uncertainty.0).saturating_mul(10);
        let own = hypotenuse(law, wall);
        hypotenuse(hypotenuse(own.into(), capacity).into(), self.mismatched(early, late))
    }

    /// What sensors that were not matched do, in ten-thousandths: the same flux too much early and late.
    fn mismatched(&self, early: &Flux, late: &Flux) -> i64 {
        let law = &self.method.law;
        let off = i64::from(self.method.mismatch.to_milli())
            .saturating_mul(self.method.wall.conductance.0.into())
            .saturating_mul(577)
            / 1_000_000;
        let part =
            |flux: &Flux| quotient(off.saturating_mul(1_000_000), flux.milliwatts).unwrap_or(0);
        let by_late = i64::from(law.uptake).saturating_sub(law.ratio.into());
        let moved = part(late).saturating_mul(by_late);
        (moved.saturating_add(part(early).saturating_mul(law.ratio.into())) >> 16) / 100
    }

    /// By how much the middle flux is off, as a drop over the wall.
    fn misfit(&self, middle: Flux, expected: u32) -> Kelvin {
        let off = middle.milliwatts.saturating_sub(expected.into()).saturating_abs();
        let milli = quotient(off.saturating_mul(1_000), self.method.wall.conductance.0.into());
        Kelvin::from_milli(milli.and_then(|it| i32::try_from(it).ok()).unwrap_or(i32::MAX))
    }
}

pub(super) const fn half(from: Duration, to: Duration) -> Duration {
    Duration::from_millis(to.minus(from).as_millis() / 2)
}

/// A logarithm times an exponent in Q16.
const fn share(logarithm: i32, exponent: i32) -> i32 {
    ((logarithm as i64).saturating_mul(exponent as i64) >> 16) as i32
}

pub(super) fn shown(
    face: Result<Interface, Fault>,
    supply: Result<Coolant, Fault>,
    returned: Result<Coolant, Fault>,
) -> Result<Shown, Fault> {
    let [supply, returned] = [supply?, returned?].map(Coolant::to_milli);
    Ok(Shown { face: face?.to_milli(), supply, returned })
}

impl Half {
    fn add(&mut self, seen: Result<Shown, Fault>) {
        match seen {
            Ok(shown) => {
                self.face.add(shown.face);
                self.coolant.add(shown.coolant());
            }
            Err(_) => self.missed = self.missed.saturating_add(1),
        }
    }
}

impl Window {
    pub(super) fn add(&mut self, seen: Result<Shown, Fault>, second: bool) {
        let half = if second { &mut self.second } else { &mut self.first };
        half.add(seen);
        if let Ok(Shown { face, supply, returned }) = seen {
            let values = [face, supply, returned];
            self.movements.iter_mut().zip(values).for_each(|(it, value)| it.add(value));
        }
    }

    /// One of its halves lacks too much.
    pub(super) const fn lacks(&self) -> bool {
        self.first.lacks() || self.second.lacks()
    }

    /// The inner face in thousandths of a degree.
    pub(super) fn face(&self) -> Option<i64> {
        let ((first, _), (second, _)) = (self.first.means()?, self.second.means()?);
        Some(first.saturating_add(second) / 2)
    }

    /// A reading is the same in each tick.
    pub(super) fn is_stuck(&self) -> bool {
        self.movements.iter().any(Movement::is_stuck)
    }

    /// mW/(m²·K) times mK is µW/m²; J/(m²·K) times mK a second is mW/m².
    pub(super) fn flux(&self, wall: &CapWall, (from, to): Stretch) -> Option<Flux> {
        let ((first, ahead), (second, behind)) = (self.first.means()?, self.second.means()?);
        // The sums are halved, not the difference of halves: each half would lose up to 0.5 mK.
        let drop = first.saturating_add(second).saturating_sub(ahead).saturating_sub(behind);
        let through = quotient(drop.saturating_mul(wall.conductance.0.into()), 2_000)?;
        let rise = second.saturating_sub(first).saturating_mul(1_000);
        let stored = rise.saturating_mul(wall.heat_capacity.into());
        let stored = quotient(stored, half(from, to).as_millis().into())?;
        let coolant = i32::try_from(ahead.saturating_add(behind) / 2).ok()?;
        Some(Flux { milliwatts: through.saturating_add(stored), through, coolant })
    }
}
