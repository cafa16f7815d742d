//! When a closed cap will have let the skin warm to a limit.

use coldcap_units::Duration;

use super::config::SkinParameters;
use super::model::{Outside, Scalp, flux, nano, rest};
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
        Self { scalp, cap, resistance: scalp.hair.saturating_add(film) }
    }

    /// The forecast for `limit`. An error of the initial skin alone is forgotten within minutes; what
    /// lasts are the resistances that it came from, so all three go to their ends together. A tenth of the time is left to the cap's being one node.
    pub(super) fn forecast(
        &self,
        parameters: &SkinParameters,
        limit: i64,
        spread: &Spread,
    ) -> Forecast {
        if self.scalp.skin >= limit {
            return Forecast::Reached;
        }
        let end = |sign: i64, margin_percent: u32| {
            let crossing = self.shifted(spread, sign).crosses(parameters, limit)?;
            let scaled = crossing.as_secs().saturating_mul(margin_percent) / 100;
            Some(Duration::from_secs(scaled))
        };
        let (earliest, latest) = (end(1, 90), end(-1, 110));
        match (earliest, self.crosses(parameters, limit)) {
            (Some(earliest), Some(expected)) => {
                Forecast::Within(Crossing { earliest, expected, latest })
            }
            (earliest, _) => Forecast::Later { horizon: horizon(), earliest },
        }
    }

    /// At the warm end (1) or the cold end (−1) of what is known.
    fn shifted(&self, spread: &Spread, sign: i64) -> Self {
        let part = |whole: i64, share: i64| mul_div(whole, share.saturating_mul(sign), 1_000_000);
        let hair = part(self.scalp.hair, spread.hair.min(MOST));
        let tissue = part(self.scalp.tissue, spread.tissue.min(MOST));
        let mut other = *self;
        other.scalp.skin = self.scalp.skin.saturating_add(spread.skin.saturating_mul(sign));
        other.scalp.tissue = self.scalp.tissue.saturating_sub(tissue);
        other.resistance = self.resistance.saturating_add(hair);
        other
    }

    fn crosses(mut self, parameters: &SkinParameters, limit: i64) -> Option<Duration> {
        if self.scalp.skin >= limit {
            return Some(Duration::ZERO);
        }
        for step in 0..STEPS {
            let before = self.scalp.skin;
            self.step(parameters);
            let rise = self.scalp.skin.saturating_sub(before);
            if self.scalp.skin >= limit {
                let part = mul_div(limit.saturating_sub(before), STEP_S, rise);
                let seconds = i64::from(step).saturating_mul(STEP_S).saturating_add(part);
                return u32::try_from(seconds).ok().map(Duration::from_secs);
            }
        }
        None
    }

    fn step(&mut self, parameters: &SkinParameters) {
        let outside = Outside { temperature: self.cap, resistance: self.resistance };
        let through = flux(self.scalp.skin.saturating_sub(self.cap), self.resistance);
        self.scalp.advance(parameters, &outside, STEP_S);
        self.cap = rest(parameters, self.cap, through, STEP_S);
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
        let Forecast::Within(crossing) = reference().forecast(&HEAD, LIMIT, &TAUGHT) else {
            panic!("within")
        };
        assert!((440..560).contains(&crossing.expected.as_secs()), "{crossing:?}");
        assert!(crossing.earliest < crossing.expected);
        assert!(crossing.latest.unwrap() > crossing.expected);
    }

    #[test]
    fn above_is_reached_and_never_is_later() {
        assert_eq!(reference().forecast(&HEAD, 16_000_000, &TAUGHT), Forecast::Reached);
        let later = reference().forecast(&HEAD, 36_000_000, &TAUGHT);
        assert_eq!(later, Forecast::Later { horizon: Duration::from_mins(30), earliest: None });
    }

    #[test]
    fn an_upper_end_above_the_limit_may_be_there_now() {
        match reference().forecast(&HEAD, 17_000_000, &TAUGHT) {
            Forecast::Within(crossing) => assert_eq!(crossing.earliest, Duration::ZERO),
            other => panic!("{other:?}"),
        }
    }
}
