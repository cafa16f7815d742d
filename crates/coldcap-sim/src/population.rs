//! Many visits, one head each, on all cores.

use crate::bedside::{Bedside, Ending, Measures, Observer, Response, Setup};
use crate::exposure::{Agent, Index};
use crate::machine::BuildError;
use crate::patient::Population;
use coldcap_guard::Condition;
use core::fmt;
use rayon::prelude::*;

/// No visit is followed for longer: eight hours.
const MOST_TICKS: u64 = 8 * 36_000;

/// The same visit for many heads.
///
/// ```
/// use coldcap_sim::bedside::Setup;
/// use coldcap_sim::patient::{PatientParameters, Population};
/// use coldcap_sim::population::Study;
///
/// let setup = Setup::standard(PatientParameters::standard());
/// let study =
///     Study { population: Population::standard(), setup, first_seed: 0, patients: 2, agent: None };
/// let visits = study.run(|_| ())?;
/// assert!(visits.iter().all(|visit| !visit.is_unsafe()));
/// # Ok::<(), coldcap_sim::BuildError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Study {
    /// Whom heads are drawn from.
    pub population: Population,
    /// The visit; its patient is replaced by each head. The first of its faults is a disturbance that coolant answers to.
    pub setup: Setup,
    /// The seed of the first head and of its machine's sensors; each next head has the next seed.
    pub first_seed: u64,
    /// How many heads.
    pub patients: u64,
    /// What the first hair-toxic drug is taken for where exposure is looked at.
    pub agent: Option<Agent>,
}

impl Study {
    /// Runs every visit; `done` is called after each, from any thread. What each came to, in the order of the seeds, is
    /// the same whatever the number of cores.
    ///
    /// # Errors
    /// A parameter of the machine is out of range.
    pub fn run(&self, done: impl Fn(u64) + Sync) -> Result<Vec<Measures>, BuildError> {
        let seeds = self.first_seed..self.first_seed.saturating_add(self.patients);
        let visits = seeds.into_par_iter().map(|seed| {
            let bedside = self.visit(seed)?;
            let observer = self.observer(&bedside);
            let measures = bedside.run_before(observer, MOST_TICKS);
            done(seed);
            Ok(measures)
        });
        visits.collect()
    }

    /// Who looks at a visit that begins.
    fn observer(&self, bedside: &Bedside) -> Observer {
        let mut observer = Observer::new();
        if let Some(window) = self.setup.faults.windows().first() {
            observer = observer.disturbed_by(*window);
        }
        if let Some(agent) = self.agent {
            observer = observer.exposed_to(agent, &self.setup.course, bedside.truth().follicle_c);
        }
        observer
    }

    /// The visit of one seed.
    ///
    /// # Errors
    /// A parameter of the machine is out of range.
    pub fn visit(&self, seed: u64) -> Result<Bedside, BuildError> {
        let setup = Setup { patient: self.population.patient(seed), ..self.setup.clone() };
        Bedside::new(&setup, seed)
    }
}

/// How a figure is spread.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Spread {
    /// How many visits have the figure.
    pub count: usize,
    /// Their mean.
    pub mean: f64,
    /// Standard deviation.
    pub deviation: f64,
    /// The least.
    pub least: f64,
    /// A twentieth is below.
    pub low: f64,
    /// Half is below.
    pub median: f64,
    /// A twentieth is above.
    pub high: f64,
    /// The most.
    pub most: f64,
}

impl Spread {
    /// Of these figures, in any order; all zero where there are none.
    ///
    /// ```
    /// use coldcap_sim::population::Spread;
    /// let spread = Spread::of([3.0, 1.0, 2.0]);
    /// assert_eq!((spread.mean, spread.median, spread.most), (2.0, 2.0, 3.0));
    /// ```
    #[must_use]
    pub fn of(values: impl IntoIterator<Item = f64>) -> Self {
        let mut values: Vec<f64> = values.into_iter().collect();
        values.sort_by(f64::total_cmp);
        let count = values.len();
        let mean = values.iter().sum::<f64>() / count.max(1) as f64;
        let squares: f64 = values.iter().map(|value| (value - mean) * (value - mean)).sum();
        let at = |share: f64| {
            let place = libm::round(share * count.saturating_sub(1) as f64) as usize;
            values.get(place).copied().unwrap_or_default()
        };
        Self {
            count,
            mean,
            deviation: libm::sqrt(squares / count.saturating_sub(1).max(1) as f64),
            least: at(0.0),
            low: at(0.05),
            median: at(0.5),
            high: at(0.95),
            most: at(1.0),
        }
    }
}

impl fmt::Display for Spread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { mean, deviation, least, low, median, high, most, .. } = self;
        write!(
            f,
            "{mean:.2} ± {deviation:.2}; {least:.2} | {low:.2} | {median:.2} | {high:.2} | {most:.2}"
        )
    }
}

/// What a study came to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Summary {
    /// How many visits.
    pub patients: usize,
    /// How many were completed, ended early, held, and not ended.
    pub endings: [usize; 4],
    /// The figures, each with its name and its unit.
    pub figures: Vec<(&'static str, &'static str, Spread)>,
    /// Alarms of a visit, by priority: low, medium, high.
    pub alarms: [f64; 3],
    /// In how many visits each condition rose, the most frequent first.
    pub raised: Vec<(Condition, usize)>,
    /// Visits in which coolant left the band of 0.3 K around its target while that stood still.
    pub beyond_band: usize,
    /// Trips of a running pump whose cause was not there.
    pub nuisance_trips: u32,
    /// Visits in which something had power that must not.
    pub unsafe_visits: usize,
}

/// Within this of its target coolant has to be.
const BAND_K: f64 = 0.3;

impl Summary {
    /// Of these visits.
    #[must_use]
    pub fn of(visits: &[Measures]) -> Self {
        let per_visit = |sum: u32| f64::from(sum) / visits.len().max(1) as f64;
        let alarms = [0, 1, 2].map(|place: usize| {
            per_visit(visits.iter().filter_map(|visit| visit.alarms.get(place)).sum())
        });
        Self {
            patients: visits.len(),
            endings: endings(visits),
            figures: figures(visits),
            alarms,
            raised: raised(visits),
            beyond_band: visits.iter().filter(|visit| visit.tracking.worst_k > BAND_K).count(),
            nuisance_trips: visits.iter().map(|visit| visit.nuisance_trips).sum(),
            unsafe_visits: visits.iter().filter(|visit| visit.is_unsafe()).count(),
        }
    }
}

fn endings(visits: &[Measures]) -> [usize; 4] {
    let all = [Some(Ending::Completed), Some(Ending::EndedEarly), Some(Ending::SafeHold), None];
    all.map(|ending| visits.iter().filter(|visit| visit.ending == ending).count())
}

fn figures(visits: &[Measures]) -> Vec<(&'static str, &'static str, Spread)> {
    let cooled = || visits.iter().filter(|visit| visit.tracking.steady_s > 0);
    let of = |figure: fn(&Measures) -> f64| Spread::of(cooled().map(figure));
    let known = |figure: fn(&Measures) -> Option<f64>| Spread::of(visits.iter().filter_map(figure));
    let mut figures = vec![
        ("skin when the first drug began", "°C", known(|visit| visit.skin_at_first_drug_c)),
        ("skin after 45 minutes of cooling", "°C", known(|visit| visit.skin_at_45_min_c)),
        ("time to the plateau", "min", known(|visit| visit.plateau_min)),
        ("coldest skin", "°C", of(|visit| visit.coldest_skin_c)),
        ("coldest inner face", "°C", of(|visit| visit.coldest_face_c)),
        ("skin below 22 °C", "min", of(|visit| visit.below_22_min)),
        ("at target, as the device counts", "min", of(|visit| visit.at_target_min)),
        ("coolant off its target, steady, worst", "K", of(|visit| visit.tracking.worst_k)),
        ("coolant off its target, steady, mean", "K", of(|visit| visit.tracking.mean_k)),
        ("coolant below its target, overshoot", "K", of(|visit| visit.tracking.overshoot_k)),
        ("coolant settles after its ramp", "s", of(|visit| visit.tracking.settling_s)),
        ("coolant behind its ramp, worst", "K", of(|visit| visit.tracking.ramp_k)),
        ("skin's fastest fall, first cooling", "K/min", of(|visit| visit.first_fall_k_min)),
        ("skin's fastest fall, after a break", "K/min", of(|visit| visit.later_fall_k_min)),
    ];
    let answered = |figure: fn(&Response) -> f64| {
        Spread::of(visits.iter().filter_map(|visit| visit.response.as_ref()).map(figure))
    };
    let exposed = |figure: fn(&Index) -> f64| {
        Spread::of(visits.iter().filter_map(|visit| visit.exposure.as_ref()).map(figure))
    };
    figures.extend([
        ("coolant off its target, disturbed, worst", "K", answered(|answer| answer.deviation_k)),
        ("coolant back in 0.3 K once undisturbed", "s", answered(|answer| answer.recovery_s)),
        ("relative follicle exposure", "of 1", exposed(|index| index.central)),
        ("relative follicle exposure, at least", "of 1", exposed(|index| index.low)),
        ("relative follicle exposure, at most", "of 1", exposed(|index| index.high)),
    ]);
    figures.retain(|(_, _, spread)| spread.count > 0);
    figures
}

fn raised(visits: &[Measures]) -> Vec<(Condition, usize)> {
    let count = |condition: &Condition| {
        visits.iter().filter(|visit| visit.raised.contains(*condition)).count()
    };
    let mut raised: Vec<_> =
        Condition::ALL.into_iter().map(|condition| (condition, count(&condition))).collect();
    raised.retain(|(_, visits)| *visits > 0);
    raised.sort_by_key(|(_, visits)| core::cmp::Reverse(*visits));
    raised
}
