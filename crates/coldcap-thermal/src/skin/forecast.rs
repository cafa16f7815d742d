//! When a closed cap will have let the skin warm to a limit.

use coldcap_units::Duration;

use super::config::{SkinConfig, SkinParameters};
use super::model::{Scalp, cap_capacity, flux, nano, rest};
use super::number::mul_div;

/// Length and number of the steps of a forecast: half an hour.
const STEP_S: i64 = 20;
const STEPS: u32 = 90;

/// When the skin passes a limit in a break.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Forecast {
    /// The skin is estimated to be at the limit or above it already.
    Reached,
    /// It will be.
    Within(Crossing),
    /// Not within the horizon.
    Later {
        /// How far the forecast looks.
        horizon: Duration,
        /// When the upper end of the estimate passes it, if within the horizon.
        earliest: Option<Duration>,
    },
}

/// The moments at which the estimate and the ends of its interval pass the limit, from now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Crossing {
    /// When a skin at the upper end passes, under more hair and leaner tissue; zero if it has.
    pub earliest: Duration,
    /// When the estimate passes.
    pub expected: Duration,
    /// When a skin at the lower end passes, under less hair and fatter tissue; `None` if not within
    /// the horizon.
    pub latest: Option<Duration>,
}

/// How far the ends lie from the estimate: skin in µK, resistances in millionths of themselves.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spread {
    pub(super) skin: i64,
    pub(super) hair: i64,
    pub(super) tissue: i64,
}

/// No resistance is taken further than this from its estimate, in millionths.
const MOST: i64 = 700_000;

/// A cap at rest over a scalp: the whole cap is one node behind the hair and a part of the film.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rewarming {
    scalp: Scalp,
    cap: i64,
    resistance: i64,
    /// What stays the same over a run: [`Scalp::near`], and the cap's heat capacity.
    near: i64,
    capacity: i64,
}

impl Rewarming {
    /// From a face at `interface`. The coolant is colder than the face by the drop of the present flux
    /// over the film; the node is at their mean by heat capacity.
    pub(super) fn new(parameters: &SkinParameters, scalp: Scalp, interface: i64) -> Self {
        let coolant = i64::from(parameters.coolant_j_per_k);
        let whole = coolant.saturating_add(i64::from(parameters.wall_j_per_k));
        let film = mul_div(nano(parameters.film_micro), coolant, whole);
        let through = scalp.flux(&scalp.under(interface));
        let cap = interface.saturating_sub(mul_div(through, film, 1_000_000));
        Self {
            scalp,
            cap,
            resistance: scalp.hair.saturating_add(film),
            near: scalp.near(parameters),
            capacity: cap_capacity(parameters),
        }
    }

    /// At the warm end (1), in the middle (0) or at the cold end (−1) of what is known.
    fn shifted(&self, parameters: &SkinParameters, spread: &Spread, sign: i64) -> Self {
        let part = |whole: i64, share: i64| mul_div(whole, share.saturating_mul(sign), 1_000_000);
        let hair = part(self.scalp.hair, spread.hair.min(MOST));
        let tissue = part(self.scalp.tissue, spread.tissue.min(MOST));
        let mut other = *self;
        other.scalp.skin = self.scalp.skin.saturating_add(spread.skin.saturating_mul(sign));
        other.scalp.tissue = self.scalp.tissue.saturating_sub(tissue);
        other.resistance = self.resistance.saturating_add(hair);
        other.near = other.scalp.near(parameters);
        other
    }

    fn step(&mut self, parameters: &SkinParameters) {
        let through = flux(self.scalp.skin.saturating_sub(self.cap), self.resistance);
        self.scalp.advance_losing(parameters, self.near, through, STEP_S);
        self.cap = rest(parameters, self.capacity, self.cap, through, STEP_S);
    }
}

/// The three runs of a forecast: sign of the end, and what is left to the cap's being one node, in
/// percent of the time.
const RUNS: [(i64, u32); 3] = [(1, 90), (0, 100), (-1, 110)];

/// A forecast under way: some steps of the model a call, so that no tick has to bear all of it.
///
/// An error of the initial skin alone is forgotten within minutes; what lasts are the resistances that it
/// came from, so all three go to their ends together.
///
/// ```
/// use coldcap_thermal::skin::{Forecast, ForecastRun, SkinConfig, SkinInput, SkinObserver};
/// use coldcap_units::{Coolant, Duration, Interface, MillilitersPerMinute, Skin};
///
/// let config = SkinConfig::REFERENCE;
/// let mut observer = SkinObserver::new(&config);
/// let cooling = SkinInput {
///     supply: Ok(Coolant::from_milli(-4_000)),
///     returned: Ok(Coolant::from_milli(-3_320)),
///     flow: Ok(MillilitersPerMinute(1_000)),
///     front: Ok(Interface::from_milli(1_150)),
///     rear: Ok(Interface::from_milli(1_050)),
///     worn: true,
///     coupled: true,
///     pump: true,
///     dt: Duration::from_secs(1),
/// };
/// for _second in 0..2_400 {
///     observer.step(&config, &cooling)?;
/// }
/// let limit = Skin::from_milli(22_000);
/// let mut run = observer.forecast(&config, limit)?;
/// let mut calls = 1;
/// let foretold = loop {
///     match run.advance(&config) {
///         Some(foretold) => break foretold,
///         None => calls += 1,
///     }
/// };
/// assert_eq!(Ok(foretold), observer.time_to(&config, limit));
/// assert!(calls <= ForecastRun::MOST_CALLS);
/// # Ok::<(), coldcap_units::Fault>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct ForecastRun {
    begin: Rewarming,
    now: Rewarming,
    spread: Spread,
    limit: i64,
    run: usize,
    step: u32,
    found: [Option<Duration>; RUNS.len()],
}

impl ForecastRun {
    /// Steps of the model a call: so few that the tick in which somebody acts in a break is no longer than others.
    const STEPS_A_CALL: u32 = 3;
    /// A forecast is done after at most this many calls.
    pub const MOST_CALLS: u32 = RUNS.len() as u32 * STEPS / Self::STEPS_A_CALL + 1;

    pub(super) fn new(
        parameters: &SkinParameters,
        begin: Rewarming,
        limit: i64,
        spread: Spread,
    ) -> Self {
        let [(sign, _), ..] = RUNS;
        let now = begin.shifted(parameters, &spread, sign);
        Self { begin, now, spread, limit, run: 0, step: 0, found: [None; RUNS.len()] }
    }

    /// Goes on. `None` as long as it is not done; the answer then is for the moment of the beginning.
    ///
    /// # Panics
    /// Never.
    pub fn advance(&mut self, config: &SkinConfig) -> Option<Forecast> {
        if self.begin.scalp.skin >= self.limit {
            return Some(Forecast::Reached);
        }
        for _ in 0..Self::STEPS_A_CALL {
            if self.run >= RUNS.len() {
                break;
            }
            self.step_once(config.parameters());
        }
        (self.run >= RUNS.len()).then(|| self.told())
    }

    fn step_once(&mut self, parameters: &SkinParameters) {
        let before = self.now.scalp.skin;
        if before >= self.limit {
            self.finish(parameters, Some(0));
            return;
        }
        self.now.step(parameters);
        let after = self.now.scalp.skin;
        let begun = i64::from(self.step).saturating_mul(STEP_S);
        self.step = self.step.saturating_add(1);
        if after >= self.limit {
            let rise = after.saturating_sub(before);
            let part = mul_div(self.limit.saturating_sub(before), STEP_S, rise);
            self.finish(parameters, Some(begun.saturating_add(part)));
        } else if self.step >= STEPS {
            self.finish(parameters, None);
        }
    }

    /// One run is over; the next one begins.
    fn finish(&mut self, parameters: &SkinParameters, seconds: Option<i64>) {
        let margin = RUNS.get(self.run).map_or(100, |(_, percent)| *percent);
        let scaled = |seconds: u32| Duration::from_secs(seconds.saturating_mul(margin) / 100);
        let seconds = seconds.and_then(|it| u32::try_from(it).ok());
        if let Some(found) = self.found.get_mut(self.run) {
            *found = seconds.map(scaled);
        }
        (self.run, self.step) = (self.run.saturating_add(1), 0);
        let sign = RUNS.get(self.run).map_or(0, |(sign, _)| *sign);
        self.now = self.begin.shifted(parameters, &self.spread, sign);
    }

    const fn told(&self) -> Forecast {
        match self.found {
            [Some(earliest), Some(expected), latest] => {
                Forecast::Within(Crossing { earliest, expected, latest })
            }
            [earliest, ..] => Forecast::Later { horizon: horizon(), earliest },
        }
    }
}

const fn horizon() -> Duration {
    Duration::from_secs(STEPS.saturating_mul(STEP_S as u32))
}

#[cfg(test)]
mod tests {
    use super::super::model::between;
    use super::*;

    const HEAD: SkinParameters = SkinParameters::REFERENCE;
    const LIMIT: i64 = 22_000_000;
    const TAUGHT: Spread = Spread { skin: 2_000_000, hair: 200_000, tissue: 90_000 };

    /// The reference break: skin 16.3 °C over a face of 2.2 °C, its flux 530 W/m².
    fn reference() -> Rewarming {
        let scalp = Scalp {
            skin: 16_300_000,
            deep: between(&HEAD, 16_300_000),
            perfusion: 265_000_000,
            hair: 26_000_000,
            tissue: 44_000_000,
            ..Scalp::warm(&HEAD)
        };
        Rewarming::new(&HEAD, scalp, 2_200_000)
    }

    fn told(limit: i64) -> Forecast {
        let mut run = ForecastRun::new(&HEAD, reference(), limit, TAUGHT);
        (0..ForecastRun::MOST_CALLS).find_map(|_| run.advance(&SkinConfig::REFERENCE)).unwrap()
    }

    fn after(seconds: i64) -> f64 {
        let mut rewarming = reference();
        (0..seconds / STEP_S).for_each(|_| rewarming.step(&HEAD));
        rewarming.scalp.skin as f64 / 1e6
    }

    /// Filed course: 19.4 °C after 5, 21.7 after 8, 23.1 after 10, 26.2 after 15 minutes.
    #[test]
    fn the_reference_break_has_its_course() {
        for (minutes, skin) in [(5, 19.4), (8, 21.7), (10, 23.1), (15, 26.2)] {
            let got = after(minutes * 60);
            assert!((got - skin).abs() < 0.6, "{got} °C after {minutes} min");
        }
        let Forecast::Within(crossing) = told(LIMIT) else { panic!("within") };
        assert!((440..560).contains(&crossing.expected.as_secs()), "{crossing:?}");
        assert!(crossing.earliest < crossing.expected);
        assert!(crossing.latest.unwrap() > crossing.expected);
    }

    #[test]
    fn above_is_reached_and_never_is_later() {
        assert_eq!(told(16_000_000), Forecast::Reached);
        let later = told(36_000_000);
        assert_eq!(later, Forecast::Later { horizon: Duration::from_mins(30), earliest: None });
    }

    #[test]
    fn an_upper_end_above_the_limit_may_be_there_now() {
        match told(17_000_000) {
            Forecast::Within(crossing) => assert_eq!(crossing.earliest, Duration::ZERO),
            other => panic!("{other:?}"),
        }
    }
}
