//! Contact from a skin-side sensor: conduction into a half-space behind a resistance.
//!
//! # Model
//! A half-space of effusivity `e = √(kρc)` behind a conductance `H`, met at time 0 by something colder
//! by `D`, cools at its surface by `D·g(t)` with `g = 1 − erfcx(x)`, `x = (H/e)·√t` (Carslaw and Jaeger,
//! *Conduction of Heat in Solids*, 2.7). What is outside need not be constant: by Duhamel's theorem the
//! surface answers to the sum of its steps, so a ramp of the coolant needs no "effective" beginning.
//! Before the cap the skin is in balance with its own heat `q₀`: it is as if it had looked at
//! `T₀ − q₀/H` through `H`. Without that term H comes out 12 % too low and steeper than it is. A tenth more of it
//! is 4 to 5 % of H after a ramp.
//!
//! # The resting flux
//! Nobody measures q₀, and it differs by far more than heads do: 12 K between scalp and room drive 105 W/m² through
//! the 0.117 m²K/W of a bare head, 30 through the 0.42 of dry hair (HairManikin2023 data set), and wet hair, a draught or a
//! cold room twice the first. What leaves the skin at rest must come through it, though: `q₀ = G·(T_b − T₀)` from
//! the blood ([`RestingFlux`]), and T₀ is measured. A head that loses more heat is colder, so that neither room
//! nor hair enters. What is not known of G and T_b is part of the uncertainty, at 105 W/m² 20 % of q₀.
//!
//! A cap that was on the head before the test began is one more step, [`Before`]: from that balance to
//! the mean of what was outside meanwhile, as long ago as the cap was put on.
//!
//! One parameter, `H/e`, is fitted by Gauss and Newton to the means of some thirty bins, one iteration a
//! tick. Then `1/h = 1/H − 1/h_cap`.
//!
//! # What it cannot tell
//! It is one-dimensional: heat that goes round under the edge of a gap, and a gap smaller than the
//! sensor's surroundings, are not seen. The scalp is not a half-space: skin of 2 mm conducts better than
//! the fat below it, and its vessels shut while the test runs. The effusivity here is the one that
//! makes the mean of *simulated* heads right; between those heads the answer scatters by
//! [`HalfSpace::tissue_uncertainty`]. Neither was measured on people.

use super::logarithm::quotient;
use super::zone::{CapWall, Conductance, ZoneFault, ZoneFit};
use crate::average::Average;
use crate::curves::erfcx;
use crate::progress::Progress;
use coldcap_units::{
    Celsius, Duration, Fault, Kelvin, Permille, Ratio, Skin, quotient as whole_quotient,
};

/// The most bins of a fit.
pub const BINS: usize = 30;

/// More iterations than this are not spent on a fit.
const ITERATIONS: u8 = 16;

/// `H/e` in Q28: where the fit begins, and between which limits it stays.
const START: i64 = 5_368_709;
const SMALLEST: i64 = 402_653;
const LARGEST: i64 = 1 << 26;

/// A reading that did not change for so long is none: skin under a ramp falls by a thousandth of a degree in a tenth
/// of a second, and a sensor that is alive scatters.
const STUCK: Duration = Duration::from_secs(12);

/// `2/√π` in billionths.
const TWO_OVER_ROOT_PI: i64 = 1_128_379_167;

/// What a half-space fit is told beforehand: data, to be replaced by figures of the real cap and of
/// volunteers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct HalfSpace {
    /// Length of one bin.
    pub bin: Duration,
    /// How many bins, up to [`BINS`].
    pub bins: u8,
    /// How many of them pass before skin and model are compared.
    pub skipped: u8,
    /// By how much the skin-side sensor lags.
    pub lag: Duration,
    /// `√(kρc)` of the tissue in W·√s/(m²·K).
    pub effusivity: u16,
    /// Heat that leaves the skin before the cap.
    pub resting_flux: RestingFlux,
    /// What lies between the outer temperature and the hair: the cap's wall where that is the coolant's,
    /// nothing where it is taken on the inner face.
    pub wall: Option<CapWall>,
    /// Standard uncertainty of H between heads, as a share.
    pub tissue_uncertainty: Permille,
    /// The least fall of the outer temperature below the resting skin.
    pub least_step: Kelvin,
    /// A larger misfit than this is a fault.
    pub largest_misfit: Kelvin,
}

/// How the heat that leaves the resting skin follows from how warm the skin is: `q₀ = G·(T_b − T₀)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RestingFlux {
    /// G, between the blood and the skin.
    pub tissue: Conductance,
    /// Standard uncertainty of that between heads, as a share.
    pub tissue_uncertainty: Permille,
    /// T_b, the arterial blood.
    pub blood: Celsius,
    /// Standard uncertainty of `T_b − T₀`: of the blood, and of the skin-side sensor.
    pub difference_uncertainty: Kelvin,
    /// The warmest resting skin that G was found for: what is warmer is a head that gives off less than any that was
    /// tried, or a fever, and its fit is a [`ZoneFault::Misfit`].
    pub warmest: Skin,
    /// The coldest resting skin that G was found for: what is colder is no skin, or one that was not left alone.
    pub coldest: Skin,
}

impl RestingFlux {
    /// From 300 simulated heads (fat 1.5 to 5 mm, perfusion 0.5 to 1.5 of the standard, core 37 ± 0.4 K) for each of
    /// bare resistances of 0.04 to 0.2 m²K/W at 22 °C and 0.117 at 16 and 26 °C: G is 33.4 to 37.6 on average, and
    /// scatters by 14 to 15 % beside what the core does. The sensor is taken as 0.1 K off. Thick dry hair is beyond that:
    /// at 0.42 m²K/W G is 49 on average, the skin above 36 °C, and H would come out 13 % too low. A cap is put on hair that was
    /// wetted and parted; a skin that is warmer than such heads' has no fit.
    pub const OF_A_SCALP: Self = Self {
        tissue: Conductance(34_500),
        tissue_uncertainty: Permille(145),
        blood: Celsius::from_milli(37_000),
        difference_uncertainty: Kelvin::from_milli(410),
        warmest: Skin::from_milli(35_800),
        // Wet hair in a room of 16 °C leaves 28.2 °C.
        coldest: Skin::from_milli(27_500),
    };

    /// Of a skin at this many thousandths of a degree: mW/m², and its standard uncertainty.
    fn of(&self, resting_milli: i32) -> (i64, i64) {
        let tissue = i64::from(self.tissue.0);
        let below = i64::from(self.blood.to_milli()).saturating_sub(resting_milli.into()).max(0);
        let flux = tissue.saturating_mul(below) / 1_000;
        let of_tissue = flux.saturating_mul(self.tissue_uncertainty.0.into()) / 1_000;
        let difference = i64::from(self.difference_uncertainty.to_milli());
        let of_difference = tissue.saturating_mul(difference) / 1_000;
        (flux, hypotenuse(of_tissue, of_difference).into())
    }
}

impl HalfSpace {
    /// Two minutes with a coolant sensor and a skin-side sensor.
    ///
    /// Effusivity and tissue uncertainty come from 500 simulated heads (fat 1.5 to 5 mm, perfusion 0.5
    /// to 1.5 of the standard, core ± 0.4 K, contact 10 to 200 W/(m²·K)) under coolant of 0 and 8 °C: the
    /// mean is right with 1136 W·√s/(m²·K), the rest scatters by 3 to 4 %. Misfits of those heads stay below
    /// 0.5 K.
    pub const WITH_COOLANT: Self = Self {
        bin: Duration::from_secs(4),
        bins: 30,
        skipped: 5,
        lag: Duration::ZERO,
        effusivity: 1_136,
        resting_flux: RestingFlux::OF_A_SCALP,
        wall: Some(CapWall::REFERENCE),
        tissue_uncertainty: Permille(40),
        least_step: Kelvin::from_milli(10_000),
        largest_misfit: Kelvin::from_milli(1_000),
    };

    /// The same with the outer temperature taken on the cap's inner face: the wall and its warming drop
    /// out.
    pub const WITH_INNER_FACE: Self = Self { wall: None, ..Self::WITH_COOLANT };

    /// The reference machine's fit visit: a cap that was put on with uncooled coolant, and the first two
    /// minutes of the ramp to the mild target, 3 K/min. The outer temperature is that of the inner face; what
    /// was before is a [`Before`].
    ///
    /// The effusivity is the one that makes the mean of 300 visits of simulated heads to the virtual machine
    /// right; they scatter about it by 5 %, by up to 3 % either way with how long the cap was on before. It is
    /// less than after a step, as the ramp's cold is spent deeper, in the fat.
    pub const DURING_RAMP: Self = Self {
        skipped: 11,
        effusivity: 969,
        tissue_uncertainty: Permille(50),
        least_step: Kelvin::from_milli(5_000),
        largest_misfit: Kelvin::from_milli(400),
        ..Self::WITH_INNER_FACE
    };

    /// The same of a zone without a sensor on its inner face: the coolant is outside, and the wall's own heat is
    /// no more than a lag. Contact of 10 to 18 W/(m²·K) comes out 6 % too low.
    pub const DURING_RAMP_WITH_COOLANT: Self = Self {
        lag: Duration::from_secs(10),
        effusivity: 1_003,
        wall: Some(CapWall::REFERENCE),
        tissue_uncertainty: Permille(70),
        ..Self::DURING_RAMP
    };

    fn length(&self) -> Duration {
        Duration::from_millis(self.bin.as_millis().saturating_mul(self.bins.into()))
    }
}

/// A cap that was on the head before the test began.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Before {
    /// For how long.
    pub worn: Duration,
    /// The mean of the outer temperature over that time.
    pub outside: Celsius,
}

/// For how long the skin-side sensor has shown the very same, and the longest that it did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
struct Unchanged {
    last: Option<i32>,
    now: Duration,
    longest: Duration,
}

impl Unchanged {
    fn add(&mut self, value: i32, elapsed: Duration) {
        let same = self.last.replace(value) == Some(value);
        self.now = if same { self.now.plus(elapsed) } else { Duration::ZERO };
        self.longest = self.longest.max(self.now);
    }
}

/// One bin: means in thousandths of a degree.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
struct Bin {
    skin: i32,
    outside: i32,
}

/// The step response of one bin's age: in billionths, and its derivative by H/e in millionths of √s.
#[derive(Clone, Copy, Debug, Default)]
struct Response {
    value: i64,
    slope: i64,
}

/// Sums over the compared bins. Residuals in µK, derivatives in mK for each unit of H/e.
#[derive(Clone, Copy, Debug, Default)]
struct Sums {
    along: i64,
    square: i64,
    residuals: i64,
    /// Of what the resting flux's uncertainty does to the skin, along the derivatives.
    doubt: i64,
    lagged: i64,
    before: i64,
    count: i64,
}

/// What the outside did, in mK: the steps between bins, and before them the one from the balance of the
/// resting skin, with what the resting flux's uncertainty is of it, and its derivative by H/e, turned round.
#[derive(Clone, Copy, Debug)]
struct Course {
    steps: [i64; BINS],
    first: i64,
    doubt: i64,
    turned: i64,
}

/// A fit of one zone: fed once a tick, it collects bins and then iterates, one iteration a tick.
///
/// ```
/// use coldcap_calibration::contact::half_space::{HalfSpace, HalfSpaceFit};
/// use coldcap_units::{Celsius, Duration, Fault, Skin};
///
/// let mut fit = HalfSpaceFit::new(HalfSpace::WITH_COOLANT, Skin::from_milli(34_000));
/// let mut outcome = None;
/// for _tick in 0..1_300 {
///     let skin = Err(Fault::Open);
///     outcome = fit.step(skin, Ok(Celsius::from_milli(0)), Duration::from_millis(100)).outcome();
/// }
/// assert!(outcome.unwrap().is_err());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct HalfSpaceFit {
    settings: HalfSpace,
    resting: i32,
    before: Option<Before>,
    elapsed: Duration,
    bins: [Bin; BINS],
    filled: u8,
    skin: Average,
    outside: Average,
    missed: u32,
    taken: u32,
    last_fault: Option<Fault>,
    unchanged: Unchanged,
    ratio: i64,
    iterations: u8,
    outcome: Option<Result<ZoneFit, ZoneFault>>,
}

impl HalfSpaceFit {
    /// A fit that begins with its first step, in which the cap meets the head; `resting` is the skin-side
    /// sensor before that.
    #[must_use]
    pub fn new(settings: HalfSpace, resting: Skin) -> Self {
        Self::after(settings, resting, None)
    }

    /// A fit that begins with its first step, of a cap that was on the head before.
    #[must_use]
    pub fn after(settings: HalfSpace, resting: Skin, before: Option<Before>) -> Self {
        Self {
            settings,
            resting: resting.to_milli(),
            before,
            elapsed: Duration::ZERO,
            bins: [Bin::default(); BINS],
            filled: 0,
            skin: Average::default(),
            outside: Average::default(),
            missed: 0,
            taken: 0,
            last_fault: None,
            unchanged: Unchanged::default(),
            ratio: START,
            iterations: 0,
            outcome: None,
        }
    }

    /// Takes one tick: the skin-side sensor, the temperature outside (of coolant or inner face, by the
    /// settings) and the time since the last one. Once all bins are filled, every further tick spends
    /// one iteration; there are at most 16.
    ///
    /// # Errors
    /// Inside [`Progress::Done`], a [`ZoneFault`].
    ///
    /// # Panics
    /// Never.
    pub fn step(
        &mut self,
        skin: Result<Skin, Fault>,
        outside: Result<Celsius, Fault>,
        elapsed: Duration,
    ) -> Progress<Result<ZoneFit, ZoneFault>> {
        if let Some(outcome) = self.outcome {
            return Progress::Done(outcome);
        }
        if usize::from(self.filled) < self.count() {
            self.collect(skin, outside, elapsed);
        } else {
            self.outcome =
                self.iterate().err().map(|end| end.and_then(|sums| self.zone_fit(&sums)));
        }
        match self.outcome {
            Some(outcome) => Progress::Done(outcome),
            None => Progress::Running { remaining: self.settings.length().minus(self.elapsed) },
        }
    }

    fn count(&self) -> usize {
        usize::from(self.settings.bins).min(BINS)
    }

    fn collect(
        &mut self,
        skin: Result<Skin, Fault>,
        outside: Result<Celsius, Fault>,
        elapsed: Duration,
    ) {
        self.elapsed = self.elapsed.plus(elapsed);
        match (skin, outside) {
            (Ok(skin), Ok(outside)) => {
                self.taken = self.taken.saturating_add(1);
                self.skin.add(skin.to_milli());
                self.outside.add(outside.to_milli());
                self.unchanged.add(skin.to_milli(), elapsed);
            }
            (Err(fault), _) | (_, Err(fault)) => {
                self.missed = self.missed.saturating_add(1);
                self.last_fault = Some(fault);
            }
        }
        let end =
            self.settings.bin.as_millis().saturating_mul(u32::from(self.filled).saturating_add(1));
        if self.elapsed.as_millis() >= end {
            self.close_bin();
        }
    }

    fn close_bin(&mut self) {
        let means = self.skin.mean().zip(self.outside.mean());
        let place = self.bins.get_mut(usize::from(self.filled));
        if let (Some((skin, outside)), Some(place)) = (means, place) {
            *place = Bin { skin, outside };
        } else {
            self.outcome = Some(Err(self.missing()));
        }
        (self.skin, self.outside) = (Average::default(), Average::default());
        self.filled = self.filled.saturating_add(1);
        if usize::from(self.filled) >= self.count() {
            self.check();
        }
    }

    fn missing(&self) -> ZoneFault {
        ZoneFault::Sensor(self.last_fault.unwrap_or(Fault::Unavailable))
    }

    /// Whether the finished bins can tell anything.
    fn check(&mut self) {
        let last = self.bins().last().map_or(self.resting, |bin| bin.outside);
        if self.missed.saturating_mul(9) > self.taken {
            self.outcome = Some(Err(self.missing()));
        } else if self.unchanged.longest >= STUCK {
            self.outcome = Some(Err(ZoneFault::Sensor(Fault::Stuck)));
        } else if self.resting.saturating_sub(last) < self.settings.least_step.to_milli() {
            self.outcome = Some(Err(ZoneFault::NoStep));
        } else if self.resting > self.settings.resting_flux.warmest.to_milli()
            || self.resting < self.settings.resting_flux.coldest.to_milli()
        {
            self.outcome = Some(Err(ZoneFault::Misfit));
        }
    }

    fn bins(&self) -> &[Bin] {
        self.bins.get(..self.count()).unwrap_or(&self.bins)
    }

    /// One Gauss-Newton step over H/e. An error is the end: a settled fit with its sums, or a fault.
    fn iterate(&mut self) -> Result<(), Result<Sums, ZoneFault>> {
        let sums = self.sums();
        // µK·mK over mK² is thousandths of the parameter's unit.
        let step = quotient(sums.along, sums.square, 28).ok_or(Err(ZoneFault::Unsettled))? / 1_000;
        let bounded = step.max((self.ratio / 2).saturating_neg()).min(self.ratio);
        self.ratio = self.ratio.saturating_add(bounded).clamp(SMALLEST, LARGEST);
        self.iterations = self.iterations.saturating_add(1);
        if step.saturating_abs() <= self.ratio >> 13 {
            Err(Ok(sums))
        } else if self.iterations >= ITERATIONS {
            Err(Err(self.unsettled(&sums)))
        } else {
            Ok(())
        }
    }

    /// What to call a fit that has not settled: one that leans on a limit says which, unless what is left over
    /// says that it was no contact that the skin fell by.
    fn unsettled(&self, sums: &Sums) -> ZoneFault {
        if self.ratio <= SMALLEST {
            ZoneFault::BelowRange
        } else if misfit(sums) > self.settings.largest_misfit {
            ZoneFault::Misfit
        } else if self.ratio >= LARGEST {
            let tissue = u32::from(self.settings.tissue_uncertainty.0).saturating_mul(10);
            let contact = self.contact(self.through(), tissue);
            contact.map_or_else(|fault| fault, |(h, u)| ZoneFault::AboveRange(h.less(u)))
        } else {
            ZoneFault::Unsettled
        }
    }

    fn sums(&self) -> Sums {
        let responses: [Response; BINS] =
            core::array::from_fn(|bin| self.response(bin, Duration::ZERO));
        let course = self.course();
        let worn = self.before.map_or(Duration::ZERO, |before| before.worn);
        let mut sums = Sums::default();
        for (last, bin) in self.bins().iter().enumerate().skip(self.settings.skipped.into()) {
            let newest_first = || responses.get(..=last).unwrap_or(&[]).iter().rev();
            let first = self.response(last, worn);
            let mut value = micro(course.first, first.value);
            let mut slope = micro(course.first, first.slope);
            for (step, response) in course.steps.iter().zip(newest_first()) {
                value = value.saturating_add(micro(*step, response.value));
                slope = slope.saturating_add(micro(*step, response.slope));
            }
            slope = slope.saturating_sub(micro(course.turned, first.value) / 1_000);
            let seen = i64::from(bin.skin.saturating_sub(self.resting)).saturating_mul(1_000);
            sums.add(seen.saturating_sub(value), slope, micro(course.doubt, first.value));
        }
        sums
    }

    /// The answer to a unit step in the middle of the bin that is `bin` older, and `worn` before that.
    fn response(&self, bin: usize, worn: Duration) -> Response {
        let halves = (bin as u64).saturating_mul(2).saturating_add(1);
        let age_ms = halves.saturating_mul(self.settings.bin.as_millis().into()) / 2;
        let age_ms = age_ms.saturating_add(worn.as_millis().into());
        let age_ms = age_ms.saturating_sub(self.settings.lag.as_millis().into());
        // Q12 of the root of seconds: the root of ms · 2²⁴ / 1000.
        let root = (age_ms.saturating_mul(1 << 24) / 1_000).isqrt() as i64;
        // A product of Q28 and Q12, and full scale is x = 4.
        let code = self.ratio.saturating_mul(root) >> 10;
        let code = u32::try_from(code).unwrap_or(u32::MAX);
        let erfcx = erfcx::TABLE.eval(Ratio(code)).map_or(0, |value| i64::from(value.0));
        let doubled = i64::from(code).saturating_mul(erfcx) >> 29;
        let slope = TWO_OVER_ROOT_PI.saturating_sub(doubled) / 1_000;
        Response {
            value: 1_000_000_000i64.saturating_sub(erfcx),
            slope: slope.saturating_mul(root) >> 12,
        }
    }

    fn course(&self) -> Course {
        let (flux, uncertainty) = self.settings.resting_flux.of(self.resting);
        let effusivity = i64::from(self.settings.effusivity).saturating_mul(self.ratio);
        let released = quotient(flux, effusivity, 28).unwrap_or(0);
        // Of its own, as a share of the flux would be none where the flux is none.
        let doubt = quotient(uncertainty, effusivity, 28).unwrap_or(0);
        let begin = self.bins().first().map_or(self.resting, |bin| bin.outside);
        let begin = self.before.map_or(begin, |before| before.outside.to_milli());
        let balance = i64::from(self.resting).saturating_sub(released);
        let mut last = begin;
        let mut steps = [0; BINS];
        for (step, bin) in steps.iter_mut().zip(self.bins()) {
            *step = i64::from(bin.outside).saturating_sub(last.into());
            last = bin.outside;
        }
        Course {
            steps,
            first: i64::from(begin).saturating_sub(balance),
            doubt,
            turned: quotient(released, self.ratio, 28).unwrap_or(0),
        }
    }

    fn zone_fit(&self, sums: &Sums) -> Result<ZoneFit, ZoneFault> {
        let misfit = misfit(sums);
        if misfit > self.settings.largest_misfit {
            return Err(ZoneFault::Misfit);
        }
        let (conductance, uncertainty) = self.contact(self.through(), self.uncertainty(sums))?;
        let autocorrelation = quotient(sums.lagged, sums.residuals, 16);
        Ok(ZoneFit {
            conductance,
            uncertainty: conductance.parts(uncertainty),
            misfit,
            autocorrelation: autocorrelation.map(permille),
        })
    }

    /// H, of contact and wall together.
    fn through(&self) -> Conductance {
        let milliwatts = self.ratio.saturating_mul(self.settings.effusivity.into());
        Conductance((milliwatts.saturating_mul(1_000) >> 28) as u32)
    }

    /// Standard uncertainty of H in ten-thousandths: the residuals', the tissue's and the resting flux's.
    fn uncertainty(&self, sums: &Sums) -> u32 {
        let spare = sums.count.saturating_sub(1).max(1);
        let variance = sums.residuals.checked_div(spare).unwrap_or(0);
        // µK² over mK² is millionths; their root in Q20 is thousandths.
        let root = quotient(variance, sums.square, 40).unwrap_or(0).max(0).isqrt();
        let of_ratio = root.saturating_mul(256 * 10).checked_div(self.ratio).unwrap_or(0);
        let tissue = i64::from(self.settings.tissue_uncertainty.0).saturating_mul(10);
        // By how much the ratio moves for the uncertainty of the resting flux: thousandths again, of Q28.
        let moved = quotient(sums.doubt, sums.square, 28).unwrap_or(0);
        let of_flux = moved.saturating_mul(10).checked_div(self.ratio).unwrap_or(0);
        hypotenuse(hypotenuse(of_ratio, tissue).into(), of_flux)
    }

    /// The contact behind the wall, and its uncertainty in ten-thousandths.
    fn contact(
        &self,
        through: Conductance,
        of_through: u32,
    ) -> Result<(Conductance, u32), ZoneFault> {
        let Some(wall) = self.settings.wall else { return Ok((through, of_through)) };
        let most = wall.conductance.parts(8_000);
        let (contact, uncertainty) = behind(&wall, through.min(most), of_through);
        if through >= most {
            return Err(ZoneFault::AboveRange(contact.less(uncertainty)));
        }
        Ok((contact, uncertainty))
    }
}

/// What lies behind a wall where both together have the conductance `through`.
fn behind(wall: &CapWall, through: Conductance, of_through: u32) -> (Conductance, u32) {
    let (h, cap) = (u64::from(through.0), u64::from(wall.conductance.0));
    let contact = h.saturating_mul(cap).checked_div(cap.saturating_sub(h)).unwrap_or(0);
    let scaled = |part: u64, by: u64| {
        let product = part.saturating_mul(contact).checked_div(by).unwrap_or(u64::MAX);
        i64::try_from(product).unwrap_or(i64::MAX)
    };
    let own = scaled(of_through.into(), h);
    let walls = scaled(u64::from(wall.uncertainty.0).saturating_mul(10), cap);
    let contact = Conductance(u32::try_from(contact).unwrap_or(u32::MAX));
    (contact, hypotenuse(own, walls))
}

/// A step in mK by a response in billionths, in µK.
const fn micro(step: i64, response: i64) -> i64 {
    match whole_quotient(step.saturating_mul(response), 1_000_000) {
        Some(product) => product,
        None => 0,
    }
}

/// Root mean square of the residuals.
fn misfit(sums: &Sums) -> Kelvin {
    let misfit = sums.residuals.checked_div(sums.count).unwrap_or(0).max(0).isqrt() / 1_000;
    Kelvin::from_milli(i32::try_from(misfit).unwrap_or(i32::MAX))
}

/// Q16 in thousandths, from −1 000 to 1 000.
fn permille(share: i64) -> i16 {
    (share.saturating_mul(1_000) >> 16).clamp(-1_000, 1_000) as i16
}

impl Sums {
    fn add(&mut self, residual: i64, slope: i64, doubt: i64) {
        self.along = self.along.saturating_add(residual.saturating_mul(slope));
        self.square = self.square.saturating_add(slope.saturating_mul(slope));
        self.doubt = self.doubt.saturating_add(doubt.saturating_mul(slope));
        self.residuals = self.residuals.saturating_add(residual.saturating_mul(residual));
        self.lagged = self.lagged.saturating_add(residual.saturating_mul(self.before));
        self.before = residual;
        self.count = self.count.saturating_add(1);
    }
}

/// The root of the sum of two squares.
pub(super) fn hypotenuse(one: i64, other: i64) -> u32 {
    let square = one.saturating_mul(one).saturating_add(other.saturating_mul(other));
    u32::try_from(square.max(0).isqrt()).unwrap_or(u32::MAX)
}
