//! From zones to a verdict, with guard bands.
//!
//! JCGM 106:2012, 8.3.2: a zone is accepted only if its whole interval of two standard uncertainties lies
//! above what is asked, and fails only if the whole interval lies below. Between them nobody knows:
//! *repeat*.
//!
//! # The share of the others
//! A zone is loose against the others, and fails, only if the whole interval of `h − r·h₀` lies below zero, r the
//! least ratio and h₀ what the others are like: `h + 2·√(u² + r²·u₀² − u·r·u₀) < r·h₀`. Where `h < r·h₀` and the interval
//! reaches above, nobody knows: *repeat*. From the ratio on it is no reason for anything. The ratio is no limit of
//! what a scalp needs, which the zone has passed with the whole of its own interval by then, but a sign of a
//! cap that sits askew: a doubt about it must show in the value, not only in the uncertainty, else two equal zones that
//! are known to 20 % would be in doubt.
//!
//! The last term under the root is a correlation of one half. Two zones lie on one head and under one wall:
//! two values from the inner face have that wall's 11 % in common, and the core and the perfusion behind both. Two of
//! different methods have less in common, flux over drop the wall's 6 %; how much was not measured, so that such a pair is
//! taken as independent: the wider band, and *repeat* rather than a guess.
//!
//! # Heads beyond the population
//! The laws were found over heads with a core of 37 ± 0.4 °C and half to one and a half times the ordinary perfusion,
//! and their uncertainty holds for these. A fever or a flushed skin brings heat that looks like contact to the inner
//! face, a cold core looks like it to a skin-side sensor, and the device is told of neither.
//! [`ZoneLimits::PROPOSED`] is for that population; whoever cannot keep other heads from a visit takes
//! [`ZoneLimits::for_any_head`], with which a zone passes only where it would under any of them, and few do. To fail,
//! and beside the other zone, nothing changes.
//!
//! # Hair that was not told
//! Without a density the zone is held against all of [`ZoneLimits::least`]: it passes if it passes for every
//! density, fails if it fails for every one, and between them nobody knows.

use super::Verdict;
use super::balance::EnergyBalance;
use super::zone::{Conductance, Zone, ZoneFault, ZoneFit, ZoneState};
use crate::hair::HairDensity;
use crate::record::FitMethod;
use crate::root::{square, wide_root};
use coldcap_units::Permille;

/// What is asked of a zone. Data: to be replaced by a site's own figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ZoneLimits {
    /// The least contact conductance, by hair density from full to nearly gone.
    pub least: [Conductance; 4],
    /// The least ratio of a zone to what the others are like: of three to their median, of two to the
    /// higher.
    pub ratio: Permille,
    /// By what share of the limit a value from the inner face must lie above it to pass, whatever its uncertainty.
    pub beyond_by_face: Permille,
    /// The same of a value from a skin-side sensor.
    pub beyond_by_skin: Permille,
}

impl ZoneLimits {
    /// Proposals, none of them from a trial.
    ///
    /// - Full hair, 25 W/(m²·K): 0.04 m²K/W of hair and air, the end of *good*; behind it and 0.01 m²K/W of
    ///   cap the standard head of Janssen 2005 settles at 22 °C under coolant of 0 °C, Gregory's limit
    ///   (BMJ 1982).
    /// - Much scalp shows or more, 41 W/(m²·K): the bioheat model is at 19 °C after 15 minutes (Bülow 1985); less
    ///   under so little hair is air. Scalp shows: between the two, and 35 is the "acceptable" of the
    ///   half-space study.
    /// - Ratio 0.6: the asymmetry beyond which one zone is loose against the others. The higher one is not to
    ///   blame for it.
    pub const PROPOSED: Self = Self {
        least: [Conductance(25_000), Conductance(35_000), Conductance(41_000), Conductance(41_000)],
        ratio: Permille(600),
        beyond_by_face: Permille(0),
        beyond_by_skin: Permille(0),
    };

    /// The same for heads that no law was fitted on.
    ///
    /// A core of 40 °C, a skin that is perfused four times as much and does not shut in the cold, 1 mm of fat and thick
    /// dry hair before the visit, all at once, are shown by the inner face as 1.79 times what is there, and a core of
    /// 35 °C by the half-space as 1.33 times (`heads_beyond_in_facade` of the simulator, 1 296 visits of all corners of
    /// core, perfusion, fat and hair that a virtual patient may have). Flux over drop needs none for the head's sake, and has
    /// the half-space's for a sensor of which a quarter lies in the hair. A zone passes from 1.85 and 1.4 times its limit on;
    /// one above a method's range with its bound, which has two standard uncertainties in it.
    ///
    /// ```
    /// use coldcap_calibration::contact::judge::ZoneLimits;
    ///
    /// let limits = ZoneLimits::PROPOSED.for_any_head();
    /// assert_eq!((limits.beyond_by_face.0, limits.beyond_by_skin.0), (850, 400));
    /// assert_eq!(limits.least, ZoneLimits::PROPOSED.least);
    /// ```
    #[must_use]
    pub const fn for_any_head(self) -> Self {
        Self { beyond_by_face: Permille(850), beyond_by_skin: Permille(400), ..self }
    }

    /// The least conductance for this hair.
    #[must_use]
    pub const fn least_for(&self, density: HairDensity) -> Conductance {
        let [full, shows, much, gone] = self.least;
        match density {
            HairDensity::Full => full,
            HairDensity::ScalpShows => shows,
            HairDensity::MuchShows => much,
            HairDensity::NearlyGone => gone,
        }
    }

    /// The lowest and the highest that may be asked: the same where the hair is known, of all where it is not.
    fn between(&self, density: Option<HairDensity>) -> (Conductance, Conductance) {
        if let Some(density) = density {
            return (self.least_for(density), self.least_for(density));
        }
        let [full, shows, much, gone] = self.least;
        (full.min(shows).min(much).min(gone), full.max(shows).max(much).max(gone))
    }
}

/// What is found about one zone, in order of how bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Finding {
    /// There is no sensor.
    Unobserved,
    /// The whole interval lies above the limit, and the ratio to the others is fine; or more than the method
    /// tells, and what that is at least lies above the limit.
    Passes,
    /// The interval straddles the limit, the zone is below the ratio to the others and may be above it, or the test
    /// itself failed.
    Unsure,
    /// The whole interval lies below the limit or below the ratio to the others, or there is no contact.
    Fails,
}

/// The verdict, and each zone's part in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Judgement {
    /// What is advised.
    pub verdict: Verdict,
    /// In the order of [`Zone::ALL`].
    pub findings: [Finding; 3],
    /// The zones, by [`Zone::bit`], that are found worse than their own limit alone would have it: by the ratio to
    /// the others.
    pub uneven: u8,
}

impl Judgement {
    /// The set of zones with this finding, by [`Zone::bit`].
    #[must_use]
    pub fn zones(&self, finding: Finding) -> u8 {
        let with = Zone::ALL.iter().zip(self.findings).filter(|(_, found)| *found == finding);
        with.fold(0, |set, (zone, _)| set | zone.bit())
    }
}

/// The verdict on the zones of a cap, for this hair; `None` where it was not told.
///
/// - *Refuse*: the energy balance does not hold (a sensor lies), or nothing is observed at all.
/// - *Resize*: two zones or more fail.
/// - *Reseat*: one zone fails.
/// - *Repeat*: none fails, and one is unsure.
/// - *Good*: every observed zone passes. What is unobserved is no part of that.
///
/// Constant time.
///
/// # Panics
/// Never.
///
/// ```
/// use coldcap_calibration::contact::judge::{ZoneLimits, judge};
/// use coldcap_calibration::contact::{Conductance, Verdict, ZoneFit, ZoneState};
/// use coldcap_calibration::hair::HairDensity;
/// use coldcap_units::Kelvin;
///
/// let zone = |watts| ZoneState::Observed(ZoneFit {
///     conductance: Conductance::from_watts(watts),
///     uncertainty: Conductance(2_000),
///     misfit: Kelvin::ZERO,
///     autocorrelation: None,
/// });
/// let verdict = |front, rear| {
///     let zones = [zone(front), zone(rear), ZoneState::Unobserved];
///     judge(&zones, None, HairDensity::Full, &ZoneLimits::PROPOSED).verdict
/// };
/// assert_eq!(verdict(35, 32), Verdict::Good);
/// assert_eq!(verdict(35, 27), Verdict::Repeat);
/// assert_eq!(verdict(35, 20), Verdict::Reseat);
/// assert_eq!(verdict(60, 8), Verdict::Reseat);
/// assert_eq!(verdict(19, 20), Verdict::Resize);
/// ```
#[must_use]
pub fn judge(
    zones: &[ZoneState; 3],
    balance: Option<&EnergyBalance>,
    density: impl Into<Option<HairDensity>>,
    limits: &ZoneLimits,
) -> Judgement {
    judge_by_methods(zones, [None; 3], balance, density, limits)
}

/// The same of zones that were found by these methods: two of different ones are taken as independent, and what the
/// inner face tells has to lie further above its limit.
///
/// Constant time.
///
/// # Panics
/// Never.
///
/// ```
/// use coldcap_calibration::contact::judge::{ZoneLimits, judge_by_methods};
/// use coldcap_calibration::contact::{Conductance, Verdict, ZoneFit, ZoneState};
/// use coldcap_calibration::hair::HairDensity;
/// use coldcap_calibration::record::FitMethod::{InnerFace, SkinAndInnerFace};
/// use coldcap_units::Kelvin;
///
/// let zone = |watts, uncertainty| ZoneState::Observed(ZoneFit {
///     conductance: Conductance::from_watts(watts),
///     uncertainty: Conductance(uncertainty),
///     misfit: Kelvin::ZERO,
///     autocorrelation: None,
/// });
/// // 0.6 · 90 = 54; √(2.5² + 3.6²) = 4.4 where they are independent, and 3.2 where they are not.
/// let zones = [zone(47, 2_500), zone(90, 6_000), ZoneState::Unobserved];
/// let by = |front| {
///     let methods = [Some(front), Some(InnerFace), None];
///     judge_by_methods(&zones, methods, None, HairDensity::Full, &ZoneLimits::PROPOSED).verdict
/// };
/// assert_eq!((by(InnerFace), by(SkinAndInnerFace)), (Verdict::Reseat, Verdict::Repeat));
/// ```
#[must_use]
pub fn judge_by_methods(
    zones: &[ZoneState; 3],
    methods: [Option<FitMethod>; 3],
    balance: Option<&EnergyBalance>,
    density: impl Into<Option<HairDensity>>,
    limits: &ZoneLimits,
) -> Judgement {
    let codes = methods.map(|method| method.map_or(0, FitMethod::code));
    let usual = usual(zones, codes);
    let (ratio, beyond) = (limits.ratio, (limits.beyond_by_face, limits.beyond_by_skin));
    let asked = Asked { limit: limits.between(density.into()), usual, ratio, beyond };
    let mut findings = [Finding::Unobserved; 3];
    let mut uneven = 0;
    for (place, (zone, (state, code))) in
        findings.iter_mut().zip(Zone::ALL.into_iter().zip(zones.iter().zip(codes)))
    {
        let (own, beside) = asked.findings(state, code);
        *place = own.max(beside);
        uneven |= if beside > own { zone.bit() } else { 0 };
    }
    let count = |finding| findings.iter().filter(|found| **found == finding).count();
    let observed = findings.len().saturating_sub(count(Finding::Unobserved));
    let verdict = match (count(Finding::Fails), count(Finding::Unsure)) {
        _ if observed == 0 || !balance.is_none_or(EnergyBalance::holds) => Verdict::Refuse,
        (0, 0) => Verdict::Good,
        (0, _) => Verdict::Repeat,
        (1, _) => Verdict::Reseat,
        _ => Verdict::Resize,
    };
    Judgement { verdict, findings, uneven }
}

/// A value and its standard uncertainty, in mW/(m²·K), and the code of its method.
type Known = (u32, u32, u8);

/// What every zone of one cap is held against.
struct Asked {
    limit: (Conductance, Conductance),
    usual: Known,
    ratio: Permille,
    beyond: (Permille, Permille),
}

impl Asked {
    /// By the zone's own limit, and beside the others.
    fn findings(&self, zone: &ZoneState, method: u8) -> (Finding, Finding) {
        let own = match zone {
            ZoneState::Unobserved => Finding::Unobserved,
            ZoneState::Faulty(ZoneFault::BelowRange) => Finding::Fails,
            ZoneState::Faulty(ZoneFault::AboveRange(bound)) if self.may_pass(*bound, method) => {
                Finding::Passes
            }
            ZoneState::Faulty(_) => Finding::Unsure,
            ZoneState::Observed(fit) => match self.against_limit(fit) {
                Finding::Passes if !self.may_pass(fit.conductance, method) => Finding::Unsure,
                found => found,
            },
        };
        let beside = zone.fit().map_or(Finding::Unobserved, |it| self.against_others(&it, method));
        (own, beside)
    }

    /// Whether it would be above the limit under any head; where no method is told the uncertainty is all there is.
    fn may_pass(&self, value: Conductance, method: u8) -> bool {
        let (by_face, by_skin) = self.beyond;
        let more = match FitMethod::from_code(method) {
            Some(FitMethod::InnerFace) => by_face.0,
            Some(_) => by_skin.0,
            None => 0,
        };
        let asked = u64::from(self.limit.1.0).saturating_mul(u64::from(more).saturating_add(1_000));
        u64::from(value.0).saturating_mul(1_000) >= asked
    }

    fn against_limit(&self, fit: &ZoneFit) -> Finding {
        let (value, band) = (fit.conductance.0, fit.uncertainty.0.saturating_mul(2));
        let (lowest, highest) = self.limit;
        if value.saturating_add(band) < lowest.0 {
            Finding::Fails
        } else if value.saturating_sub(band) < highest.0 {
            Finding::Unsure
        } else {
            Finding::Passes
        }
    }

    /// See the module: in µW/(m²·K), so that the ratio's thousandths are whole.
    fn against_others(&self, fit: &ZoneFit, method: u8) -> Finding {
        let share = |value: u32| u64::from(value).saturating_mul(self.ratio.0.into());
        let own = |value: u32| u64::from(value).saturating_mul(1_000);
        let (value, (usual, of_usual, by)) = (own(fit.conductance.0), self.usual);
        let same = by == method;
        let band = of_difference(own(fit.uncertainty.0), share(of_usual), same).saturating_mul(2);
        if value.saturating_add(band) < share(usual) {
            Finding::Fails
        } else if value < share(usual) {
            Finding::Unsure
        } else {
            Finding::Passes
        }
    }
}

/// The standard uncertainty of a difference of two that are correlated by one half, or of two methods and independent.
fn of_difference(one: u64, other: u64, same_method: bool) -> u64 {
    let both = if same_method { u128::from(one).wrapping_mul(other.into()) } else { 0 };
    let sum = square(one).saturating_add(square(other)).saturating_sub(both);
    u64::try_from(wide_root(sum)).unwrap_or(u64::MAX)
}

/// What a zone is compared with: the median of three observed conductances, the higher of two. A mean of
/// two would be drawn by the loose one, and blame the other for being better. Zero where none is observed. A
/// bound has its uncertainty in it already.
fn usual(zones: &[ZoneState; 3], methods: [u8; 3]) -> Known {
    let known = |zone: Zone| {
        let [front, rear, crown] = zones;
        let (state, method) = (zone.of([front, rear, crown]), zone.of(methods));
        let uncertainty = state.fit().map_or(0, |fit| fit.uncertainty.0);
        state.at_least().map(|it| (it.0, uncertainty, method))
    };
    match Zone::ALL.map(known) {
        [Some(front), Some(rear), Some(crown)] => front.max(rear).min(front.min(rear).max(crown)),
        observed => observed.into_iter().flatten().max().unwrap_or((0, 0, 0)),
    }
}
