//! A ladder of sizes as data, and how likely each is the right one.
//!
//! # Score
//! Each size has a liner, a stretch at which it is meant to sit, and so a head that fits it best. The
//! score of a head for a size is `J = Σ ((m − m*)/σ)²` over the three measures, σ the make's tolerance.
//! *The right size is the one with the least score for the head's true measures.* That is a definition:
//! what proves a fit is the thermal test on the worn cap.
//!
//! # Probability
//! With one σ for all sizes the difference of two scores is linear in the measures, and so normal where
//! these are: `P(right ≤ j) = Φ(D/u_D)`, `D = J(j+1) − J(j)`, exact for the two. Uncertainty of tape and
//! readings adds in squares; the hair's is one and the same in all three measures and adds straight. Where
//! a population is given, D is first drawn towards its mean there by Bayes' rule for normal quantities:
//! a head that measures 610 mm is likelier a little smaller than larger. The weight `exp(−J/2)` of a size, which the notes propose, answers another
//! question (how well does it sit) and is never above 0.7 on a ladder as close as this.

use super::readings::HeadReadings;
use super::{CapSize, Measure};
use coldcap_units::{Permille, quotient};
use core::fmt;

/// The most sizes of a ladder.
pub const SIZES: usize = 8;

/// Below this probability of the best size, two are tried on.
pub(crate) const TRY_BOTH_BELOW: Permille = Permille(800);

/// Φ at 0, 1/8, 2/8, … 4 standard deviations, in ten-thousandths. Straight lines between are right to
/// 0.0005.
const NORMAL: [u16; 33] = [
    5_000, 5_497, 5_987, 6_462, 6_915, 7_340, 7_734, 8_092, 8_413, 8_697, 8_944, 9_154, 9_332,
    9_479, 9_599, 9_696, 9_772, 9_832, 9_878, 9_912, 9_938, 9_957, 9_970, 9_980, 9_987, 9_991,
    9_994, 9_996, 9_998, 9_999, 9_999, 9_999, 10_000,
];

/// Φ of standard deviations in Q16, in ten-thousandths.
fn normal(deviations: i64) -> u16 {
    let size = deviations.unsigned_abs();
    let below = usize::try_from(size >> 13).unwrap_or(usize::MAX);
    let from = NORMAL.get(below).copied().unwrap_or(10_000);
    let to = NORMAL.get(below.saturating_add(1)).copied().unwrap_or(10_000);
    let part = u64::from(to.saturating_sub(from)).saturating_mul(size & 0x1FFF);
    let upper = from.saturating_add(((part.saturating_add(1 << 12)) >> 13) as u16);
    if deviations < 0 { 10_000u16.saturating_sub(upper) } else { upper }
}

/// One size's liner, relaxed, in tenths of a millimetre.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Liner {
    /// The size it belongs to.
    pub size: CapSize,
    /// Circumference, sagittal and coronal arc.
    pub relaxed: [u16; 3],
    /// Areas of front, rear and crown of the worn cap in cm².
    pub area_cm2: [u16; 3],
}

/// The stretch of a liner in one measure, in thousandths of its relaxed length.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Stretch {
    /// The least: below, it hangs loose.
    pub least: i16,
    /// Where it is meant to sit.
    pub meant: i16,
    /// The most: above, it presses.
    pub most: i16,
}

/// The heads that a ladder is used on, in tenths of a millimetre: nothing but how often a size is met.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Population {
    /// Means of the measures.
    pub mean: [u16; 3],
    /// The deviation that all measures of a head share: large heads are large in each.
    pub common: [u16; 3],
    /// The deviation that each has of its own.
    pub own: [u16; 3],
}

impl Population {
    /// ANSUR II, 85 % women: 563 ± 19.5 mm around. Arcs in proportion, with 10 mm of their own, which is
    /// what vertex height and breadth leave open. Soldiers, no patients: it may weigh sizes, never
    /// accept one.
    pub const ANSUR: Self =
        Self { mean: [5_631, 3_432, 3_482], common: [195, 119, 121], own: [0, 100, 100] };
}

/// What a ladder consists of. Measures come in the order circumference, sagittal, coronal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct LadderData<'a> {
    /// The liners, smallest first.
    pub liners: &'a [Liner],
    /// How each measure stretches.
    pub stretch: [Stretch; 3],
    /// By how much a measure may miss, in tenths of a millimetre: the weight of the measures against
    /// each other.
    pub tolerance: [u16; 3],
    /// The heads it is used on; nothing where every head is held to be as likely as any other.
    pub population: Option<Population>,
}

/// Why data are no ladder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LadderError {
    /// Fewer than two sizes or more than [`SIZES`].
    Sizes(usize),
    /// This size is not larger than the one before it in every measure.
    Order(CapSize),
    /// A stretch that is not least ≤ meant ≤ most within ± 200 ‰.
    Stretch(Measure),
    /// A tolerance outside 1 to 50 mm.
    Tolerance(Measure),
}

impl fmt::Display for LadderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sizes(count) => write!(f, "a ladder of {count} sizes; 2 to 8 are possible"),
            Self::Order(size) => write!(f, "{} is not larger than the size before", size.name()),
            Self::Stretch(measure) => write!(f, "stretch of {} is out of order", measure.name()),
            Self::Tolerance(measure) => {
                write!(f, "tolerance of {} is not 1 to 50 mm", measure.name())
            }
        }
    }
}

impl core::error::Error for LadderError {}

/// More standard uncertainties than this beyond a stretch is surely outside.
const SURELY: u32 = 3;

const MEASURES: [Measure; 3] = [Measure::Circumference, Measure::Sagittal, Measure::Coronal];

/// A checked ladder of cap sizes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Ladder<'a> {
    data: LadderData<'a>,
}

/// How likely each size is right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SizeChoice {
    /// The likeliest size.
    pub best: CapSize,
    /// How likely that is.
    pub confidence: Permille,
    /// The next likely.
    pub runner_up: CapSize,
    /// Of every size, in the order of the ladder; zero beyond its last. They add up to one over the sizes that there are:
    /// which of them is the right one if any is. Whether any is, [`Self::outside`] tells.
    pub probabilities: [Permille; SIZES],
    /// Measures in which the best size's liner leaves its stretch: 1 circumference, 2 sagittal, 4 coronal.
    /// A gap at the crown or a seam that presses: look there when it is tried on.
    pub outside: u8,
    /// Those of them that are outside by more than three standard uncertainties of tape and hair: the best size is not this
    /// head's.
    pub surely_outside: u8,
    /// The likeliest size whose stretch the head does not surely leave. Where there is none the head wants a size that the
    /// ladder has not.
    pub fitting: Option<CapSize>,
}

impl SizeChoice {
    /// Whether the runner-up is to be tried on too.
    #[must_use]
    pub const fn try_both(&self) -> bool {
        self.confidence.0 < TRY_BOTH_BELOW.0
    }
}

const REFERENCE_LINERS: [Liner; 5] = [
    Liner { size: CapSize::ExtraSmall, relaxed: [5_139, 3_163, 3_209], area_cm2: [306, 306, 0] },
    Liner { size: CapSize::Small, relaxed: [5_319, 3_274, 3_321], area_cm2: [327, 327, 0] },
    Liner { size: CapSize::Medium, relaxed: [5_500, 3_385, 3_434], area_cm2: [350, 350, 0] },
    Liner { size: CapSize::Large, relaxed: [5_681, 3_496, 3_548], area_cm2: [373, 373, 0] },
    Liner { size: CapSize::ExtraLarge, relaxed: [5_861, 3_607, 3_660], area_cm2: [397, 397, 0] },
];

impl Ladder<'static> {
    /// Five sizes over 520 to 613 mm, the 1st to 99th percentile of ANSUR II weighted to 85 % women.
    ///
    /// Stretch windows: + 0.5 to + 6 % around, − 1 % and more over the crown. Arcs are in proportion to the
    /// circumference (0.61 and 0.62): no survey of them was at hand. Areas: 700 cm² of the middle size, as the
    /// virtual machine's cap has, and the square of the circumference; its two halves meet over the vertex, so
    /// that its crown has no area of its own. Proposals; a make's own liner dimensions replace them.
    pub const REFERENCE: Self = Self {
        data: LadderData {
            liners: &REFERENCE_LINERS,
            stretch: [
                Stretch { least: 5, meant: 30, most: 60 },
                Stretch { least: -10, meant: 20, most: 60 },
                Stretch { least: -10, meant: 20, most: 60 },
            ],
            tolerance: [93, 140, 140],
            population: Some(Population::ANSUR),
        },
    };
}

/// Scores carry this many fractional bits over the square of a tolerance in tenths of a millimetre.
const WEIGHT_BITS: u32 = 24;

impl<'a> Ladder<'a> {
    /// Checks a ladder.
    ///
    /// # Errors
    /// A [`LadderError`].
    pub fn new(data: LadderData<'a>) -> Result<Self, LadderError> {
        let count = data.liners.len();
        if !(2..=SIZES).contains(&count) {
            return Err(LadderError::Sizes(count));
        }
        for (smaller, larger) in data.liners.iter().zip(data.liners.iter().skip(1)) {
            let mut measures = smaller.relaxed.iter().zip(larger.relaxed);
            if !measures.all(|(smaller, larger)| *smaller < larger) {
                return Err(LadderError::Order(larger.size));
            }
        }
        for (measure, (stretch, tolerance)) in
            MEASURES.into_iter().zip(data.stretch.into_iter().zip(data.tolerance))
        {
            check_stretch(measure, stretch)?;
            if !(10..=500).contains(&tolerance) {
                return Err(LadderError::Tolerance(measure));
            }
        }
        Ok(Self { data })
    }

    /// What it consists of.
    #[must_use]
    pub const fn data(&self) -> &LadderData<'a> {
        &self.data
    }

    /// Areas of front, rear and crown of a size in cm²; `None` where the ladder has no such size.
    ///
    /// # Panics
    /// Never.
    ///
    /// ```
    /// use coldcap_calibration::cap::{CapSize, Ladder};
    /// assert_eq!(Ladder::REFERENCE.area_cm2(CapSize::Medium), Some([350, 350, 0]));
    /// ```
    #[must_use]
    pub fn area_cm2(&self, size: CapSize) -> Option<[u16; 3]> {
        let liner = self.data.liners.iter().find(|liner| liner.size == size);
        liner.map(|liner| liner.area_cm2)
    }

    /// How likely each size is right for a measured head. Integers only; it runs once, in a time that
    /// the number of sizes bounds.
    ///
    /// # Panics
    /// Never.
    ///
    /// ```
    /// use coldcap_calibration::cap::{CapSize, HeadReadings, Ladder};
    /// use coldcap_calibration::hair::{HairDensity, HairKind};
    ///
    /// let hair = (HairDensity::MuchShows, HairKind::Ordinary);
    /// let head = HeadReadings::new(&[566, 567], &[344, 346], &[350, 351], hair).unwrap();
    /// let choice = Ladder::REFERENCE.choose(&head);
    /// assert_eq!((choice.best, choice.try_both()), (CapSize::Medium, false));
    /// ```
    #[must_use]
    pub fn choose(&self, head: &HeadReadings) -> SizeChoice {
        let mut probabilities = [Permille(0); SIZES];
        let mut below = 0u16;
        let mut ranked = [None; 2];
        let nexts = self.data.liners.iter().skip(1).map(Some).chain([None]);
        for ((liner, next), place) in self.data.liners.iter().zip(nexts).zip(&mut probabilities) {
            let up_to = next.map_or(10_000, |next| self.up_to(liner, next, head)).max(below);
            let own = up_to.saturating_sub(below);
            *place = Permille(own.saturating_add(5) / 10);
            ranked = rank(ranked, (own, liner.size));
            below = up_to;
        }
        // A checked ladder has two sizes at least.
        let [(confidence, best), (_, runner_up)] =
            ranked.map(|ranked| ranked.unwrap_or((0, self.smallest())));
        let confidence = Permille(confidence.saturating_add(5) / 10);
        let [outside, surely_outside] =
            [0, SURELY].map(|uncertainties| self.outside(best, head, uncertainties));
        let fitting = self.fitting(head, &probabilities);
        SizeChoice { best, confidence, runner_up, probabilities, outside, surely_outside, fitting }
    }

    /// The likeliest size of which nothing is surely outside.
    fn fitting(&self, head: &HeadReadings, probabilities: &[Permille; SIZES]) -> Option<CapSize> {
        let sizes = self.data.liners.iter().map(|liner| liner.size).zip(probabilities);
        let fitting = sizes.filter(|(size, _)| self.outside(*size, head, SURELY) == 0);
        fitting.max_by_key(|(_, probability)| probability.0).map(|(size, _)| size)
    }

    fn smallest(&self) -> CapSize {
        self.data.liners.first().map_or(CapSize::ExtraSmall, |liner| liner.size)
    }

    /// The head that sits best in a liner, in tenths of a millimetre.
    fn meant(&self, liner: &Liner) -> [i64; 3] {
        let mut meant = [0; 3];
        for ((place, relaxed), stretch) in
            meant.iter_mut().zip(liner.relaxed).zip(self.data.stretch)
        {
            let scaled =
                i64::from(relaxed).saturating_mul(1_000i64.saturating_add(stretch.meant.into()));
            *place = quotient(scaled.saturating_add(500), 1_000).unwrap_or(0);
        }
        meant
    }

    /// How likely the right size is `liner` or one below, in ten-thousandths.
    fn up_to(&self, liner: &Liner, next: &Liner, head: &HeadReadings) -> u16 {
        let edge = self.edge(liner, next);
        let seen = edge.of(head.measured.map(|measured| measured.mean));
        let variance = edge.variance(head.measured.map(|it| it.variance), head.hair);
        let Some(population) = self.data.population else { return probability(seen, variance) };
        let own = population.own.map(|own| u32::from(own).saturating_mul(own.into()));
        let spread = edge.variance(own, population.common);
        let (seen, variance) = drawn((seen, variance), (edge.of(population.mean), spread));
        probability(seen, variance)
    }

    fn edge(&self, liner: &Liner, next: &Liner) -> Edge {
        let (here, there) = (self.meant(liner), self.meant(next));
        let mut edge = Edge { slope: [0; 3], middle: [0; 3] };
        let places = edge.slope.iter_mut().zip(&mut edge.middle);
        for ((slope, middle), ((here, there), tolerance)) in
            places.zip(here.into_iter().zip(there).zip(self.data.tolerance))
        {
            let square = i64::from(tolerance).saturating_mul(tolerance.into());
            let weight = quotient(1i64 << WEIGHT_BITS, square).unwrap_or(0);
            *slope = there.saturating_sub(here).saturating_mul(weight).saturating_mul(2);
            *middle = here.saturating_add(there);
        }
        edge
    }

    /// Measures in which a size's liner leaves its window by more than so many standard uncertainties.
    fn outside(&self, size: CapSize, head: &HeadReadings, uncertainties: u32) -> u8 {
        let Some(liner) = self.data.liners.iter().find(|liner| liner.size == size) else {
            return 0;
        };
        let stretches = liner.relaxed.iter().zip(self.data.stretch);
        let measures = head.measured.iter().zip(head.hair).zip(stretches);
        let flags =
            measures.zip([1u8, 2, 4]).map(|(((measured, hair), (relaxed, stretch)), flag)| {
                let hair = u32::from(hair).saturating_mul(hair.into());
                let deviation = measured.variance.saturating_add(hair).isqrt();
                let slack =
                    i64::from(deviation.saturating_mul(uncertainties)).saturating_mul(1_000);
                let over = i64::from(measured.mean).saturating_sub((*relaxed).into());
                let over = over.saturating_mul(1_000);
                let bound = |permille: i16| i64::from(*relaxed).saturating_mul(permille.into());
                let least = bound(stretch.least).saturating_sub(slack);
                let inside = over >= least && over <= bound(stretch.most).saturating_add(slack);
                if inside { 0 } else { flag }
            });
        flags.fold(0, |set, flag| set | flag)
    }
}

/// The difference of two neighbours' scores: linear in the measures.
struct Edge {
    /// By how much it falls with a tenth of a millimetre of each measure.
    slope: [i64; 3],
    /// Twice the measures at which both sizes sit equally well.
    middle: [i64; 3],
}

impl Edge {
    /// The difference for these measures: positive where the smaller size is right.
    fn of(&self, measures: [u16; 3]) -> i64 {
        let terms = self.slope.iter().zip(self.middle).zip(measures);
        terms.fold(0, |sum, ((slope, middle), measure)| {
            let twice = middle.saturating_sub(i64::from(measure).saturating_mul(2));
            sum.saturating_add(twice.saturating_mul(*slope) / 2)
        })
    }

    /// Its variance from those of the measures, and from deviations that they share.
    fn variance(&self, variances: [u32; 3], shared: [u16; 3]) -> i64 {
        let terms = self.slope.iter().zip(variances).zip(shared);
        let (sum, straight) =
            terms.fold((0i64, 0i64), |(sum, straight), ((slope, own), shared)| {
                let square = slope.saturating_mul(*slope).saturating_mul(own.into());
                let product = slope.saturating_mul(shared.into());
                (sum.saturating_add(square), straight.saturating_add(product))
            });
        sum.saturating_add(straight.saturating_mul(straight))
    }
}

/// What is seen, drawn towards what the population has, by Bayes' rule for normal quantities.
fn drawn(seen: (i64, i64), population: (i64, i64)) -> (i64, i64) {
    let sum = seen.1.saturating_add(population.1);
    // The weight of what is seen, in Q15.
    let weight = quotient(population.1, (sum >> 15).max(1)).unwrap_or(1 << 15).min(1 << 15);
    let towards = seen.0.saturating_sub(population.0).saturating_mul(weight) >> 15;
    (population.0.saturating_add(towards), (seen.1 >> 15).saturating_mul(weight))
}

/// How likely a normal quantity is positive, in ten-thousandths.
fn probability(mean: i64, variance: i64) -> u16 {
    let deviation = variance.max(1).isqrt().max(1);
    normal(quotient(mean.saturating_mul(1 << 16), deviation).unwrap_or(0))
}

const fn check_stretch(measure: Measure, stretch: Stretch) -> Result<(), LadderError> {
    let Stretch { least, meant, most } = stretch;
    if least >= -200 && least <= meant && meant <= most && most <= 200 {
        Ok(())
    } else {
        Err(LadderError::Stretch(measure))
    }
}

/// A size and how likely it is, in ten-thousandths.
type Ranked = Option<(u16, CapSize)>;

/// The two likeliest so far; of equals the smaller size stays ahead.
const fn rank(ranked: [Ranked; 2], next: (u16, CapSize)) -> [Ranked; 2] {
    let [first, second] = ranked;
    if is_likelier(next, first) {
        [Some(next), first]
    } else if is_likelier(next, second) {
        [first, Some(next)]
    } else {
        ranked
    }
}

const fn is_likelier(next: (u16, CapSize), than: Ranked) -> bool {
    match than {
        Some((probability, _)) => next.0 > probability,
        None => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_normal_distribution_has_its_printed_values() {
        let at = |deviations: f64| normal((deviations * 65_536.0) as i64);
        let printed = [
            (0.0, 5_000),
            (0.5, 6_915),
            (1.0, 8_413),
            (1.28, 8_997),
            (1.96, 9_750),
            (2.5, 9_938),
            (3.3, 9_995),
            (5.0, 10_000),
            (-1.0, 1_587),
            (-1.96, 250),
            (-9.0, 0),
        ];
        for (deviations, exact) in printed {
            assert!(at(deviations).abs_diff(exact) <= 5, "{deviations}: {}", at(deviations));
        }
    }
}
