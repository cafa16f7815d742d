//! From zones to a verdict, with guard bands.
//!
//! JCGM 106:2012, 8.3.2: a zone is accepted only if its whole interval of two standard uncertainties lies
//! above what is asked, and fails only if the whole interval lies below. Between them nobody knows:
//! *repeat*.

use super::Verdict;
use super::balance::EnergyBalance;
use super::zone::{Conductance, Zone, ZoneFault, ZoneFit, ZoneState};
use crate::hair::HairDensity;
use coldcap_units::Permille;

/// What is asked of a zone. Data: to be replaced by a site's own figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ZoneLimits {
    /// The least contact conductance, by hair density from full to nearly gone.
    pub least: [Conductance; 4],
    /// The least ratio of a zone to what the others are like: of three to their median, of two to the
    /// higher.
    pub ratio: Permille,
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
    };

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
}

/// What is found about one zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Finding {
    /// There is no sensor.
    Unobserved,
    /// The whole interval lies above the limit, and the ratio to the others is fine; or more than the method
    /// tells, and what that is at least lies above the limit.
    Passes,
    /// The interval straddles the limit, or the test itself failed.
    Unsure,
    /// The whole interval lies below the limit, the zone is loose against the others, or there is no contact.
    Fails,
}

/// The verdict, and each zone's part in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Judgement {
    /// What is advised.
    pub verdict: Verdict,
    /// In the order of [`Zone::ALL`].
    pub findings: [Finding; 3],
}

impl Judgement {
    /// The set of zones with this finding, by [`Zone::bit`].
    #[must_use]
    pub fn zones(&self, finding: Finding) -> u8 {
        let with = Zone::ALL.iter().zip(self.findings).filter(|(_, found)| *found == finding);
        with.fold(0, |set, (zone, _)| set | zone.bit())
    }
}

/// The verdict on the zones of a cap, for this hair.
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
    density: HairDensity,
    limits: &ZoneLimits,
) -> Judgement {
    let (least, usual) = (limits.least_for(density), usual(zones));
    let findings = zones.map(|zone| match zone {
        ZoneState::Unobserved => Finding::Unobserved,
        ZoneState::Faulty(ZoneFault::BelowRange) => Finding::Fails,
        ZoneState::Faulty(ZoneFault::AboveRange(bound)) if bound >= least => Finding::Passes,
        ZoneState::Faulty(_) => Finding::Unsure,
        ZoneState::Observed(fit) => finding(&fit, least, usual, limits),
    });
    let count = |finding| findings.iter().filter(|found| **found == finding).count();
    let observed = findings.len().saturating_sub(count(Finding::Unobserved));
    let verdict = match (count(Finding::Fails), count(Finding::Unsure)) {
        _ if observed == 0 || !balance.is_none_or(EnergyBalance::holds) => Verdict::Refuse,
        (0, 0) => Verdict::Good,
        (0, _) => Verdict::Repeat,
        (1, _) => Verdict::Reseat,
        _ => Verdict::Resize,
    };
    Judgement { verdict, findings }
}

fn finding(fit: &ZoneFit, least: Conductance, usual: u32, limits: &ZoneLimits) -> Finding {
    let (value, band) = (fit.conductance.0, fit.uncertainty.0.saturating_mul(2));
    if value.saturating_add(band) < least.0 || is_loose(value, usual, limits) {
        Finding::Fails
    } else if value.saturating_sub(band) < least.0 {
        Finding::Unsure
    } else {
        Finding::Passes
    }
}

fn is_loose(value: u32, usual: u32, limits: &ZoneLimits) -> bool {
    let (value, usual) = (u64::from(value).saturating_mul(1_000), u64::from(usual));
    value < usual.saturating_mul(limits.ratio.0.into())
}

/// What a zone is compared with: the median of three observed conductances, the higher of two. A mean of
/// two would be drawn by the loose one, and blame the other for being better. Zero where none is observed.
fn usual(zones: &[ZoneState; 3]) -> u32 {
    let conductance = |zone: &ZoneState| zone.at_least().map(|it| it.0);
    match zones.each_ref().map(conductance) {
        [Some(front), Some(rear), Some(crown)] => front.max(rear).min(front.min(rear).max(crown)),
        observed => observed.into_iter().flatten().max().unwrap_or(0),
    }
}
