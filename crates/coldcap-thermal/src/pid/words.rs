//! Coefficients as whole numbers: what a device keeps beside its program, and checks without a float when it reads it.

use super::{AntiWindup, Coefficients, Jitter};
use crate::number::{Pole, Shifted};
use coldcap_units::Duration;
use fixed::types::I16F16;

/// The largest ratio that [`Jitter::Rescale`] takes.
const MOST_PERIODS: u8 = 16;
/// A derivative is at most so many times what its filter forgets in a step: below 512 as it is computed.
const LARGEST_DERIVATIVE: u64 = 528;

/// In the order of their declaration.
const JITTER_STRICT: u32 = 0;
const JITTER_RESCALE: u32 = 1;

impl Coefficients<I16F16> {
    /// How many words they take.
    pub const WORDS: usize = 17;

    /// As words, each a number of its own: mantissa and shift of K, K·h/Ti, K·Td·(1 − a)/h, K·(1 − b), c of the third, and h/Tt;
    /// the filter's pole in 2⁻³¹; the period in milliseconds; the policy for steps out of time (0 strict, 1 rescaled) and its figure
    /// in milliseconds or periods; the anti-windup (0 back-calculation, 1 conditional, 2 both).
    ///
    /// ```
    /// use coldcap_thermal::pid::{Coefficients, Tuning};
    /// use coldcap_units::Duration;
    /// use fixed::types::I16F16;
    ///
    /// let tuning = Tuning::isa(0.15, 15.0, 0.0);
    /// let coefficients = Coefficients::<I16F16>::new(&tuning, Duration::from_millis(100))?;
    /// let words = coefficients.to_words();
    /// assert_eq!(words[13], 100); // the period
    /// assert_eq!(Coefficients::from_words(&words), Some(coefficients));
    /// # Ok::<(), coldcap_thermal::pid::TuningError>(())
    /// ```
    #[must_use]
    pub fn to_words(&self) -> [u32; Self::WORDS] {
        let [p, pd] = self.proportional.to_words();
        let [i, id] = self.integral.to_words();
        let [d, dd] = self.derivative.to_words();
        let [s, sd] = self.setpoint.to_words();
        let [c, cd] = self.derivative_setpoint.to_words();
        let [t, td] = self.tracking.to_words();
        let (pole, period) = (self.pole.to_word(), self.period.as_millis());
        let (kind, figure) = jitter_words(self.jitter);
        let windup = anti_windup_word(self.anti_windup);
        [p, pd, i, id, d, dd, s, sd, c, cd, t, td, pole, period, kind, figure, windup]
    }

    /// The coefficients of these words; `None` for what no tuning makes: a shift, a pole or a policy that there is not, a period of
    /// zero, an integral that would overshoot what was achieved, a derivative that could make a sum overflow.
    ///
    /// # Panics
    /// Never.
    #[must_use]
    pub fn from_words(words: &[u32; Self::WORDS]) -> Option<Self> {
        let [p, pd, i, id, d, dd, s, sd, c, cd, t, td, pole, period, kind, figure, windup] = *words;
        let read = Self {
            proportional: Shifted::from_words(p, pd)?,
            integral: Shifted::from_words(i, id)?,
            derivative: Shifted::from_words(d, dd)?,
            setpoint: Shifted::from_words(s, sd)?,
            derivative_setpoint: Shifted::from_words(c, cd)?,
            tracking: Shifted::from_words(t, td)?,
            pole: Pole::from_word(pole)?,
            period: Duration::from_millis(period),
            jitter: jitter_of(kind, figure)?,
            anti_windup: anti_windup_of(windup)?,
        };
        let sound = period > 0 && read.tracking.is_share() && read.derivative_is_bounded();
        sound.then_some(read)
    }

    /// Whether gain/(1 − a), which is K·Td/h, is in its bound.
    fn derivative_is_bounded(&self) -> bool {
        let bound = LARGEST_DERIVATIVE.saturating_mul(self.pole.forgotten());
        [self.derivative, self.derivative_setpoint]
            .into_iter()
            .all(|gain| gain.size_in_pole_units() <= bound)
    }
}

const fn jitter_words(jitter: Jitter) -> (u32, u32) {
    match jitter {
        Jitter::Strict { tolerance } => (JITTER_STRICT, tolerance.as_millis()),
        Jitter::Rescale { most } => (JITTER_RESCALE, most as u32),
    }
}

fn jitter_of(kind: u32, figure: u32) -> Option<Jitter> {
    match kind {
        JITTER_STRICT => Some(Jitter::Strict { tolerance: Duration::from_millis(figure) }),
        JITTER_RESCALE => {
            let most = u8::try_from(figure).ok()?;
            (1..=MOST_PERIODS).contains(&most).then_some(Jitter::Rescale { most })
        }
        _ => None,
    }
}

const fn anti_windup_word(policy: AntiWindup) -> u32 {
    match policy {
        AntiWindup::BackCalculation => 0,
        AntiWindup::Conditional => 1,
        AntiWindup::Both => 2,
    }
}

const fn anti_windup_of(word: u32) -> Option<AntiWindup> {
    match word {
        0 => Some(AntiWindup::BackCalculation),
        1 => Some(AntiWindup::Conditional),
        2 => Some(AntiWindup::Both),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pid::Tuning;
    use proptest::prelude::*;

    const TICK: Duration = Duration::from_millis(100);

    fn any_tuning() -> impl Strategy<Value = Tuning> {
        (0.001f64..100.0, 0.2f64..500.0, 0.0f64..20.0, 0.0f64..=1.0, 0.0f64..=1.0)
            .prop_map(|(k, ti, td, b, c)| Tuning::isa(k, ti, td).weighted(b, c))
    }

    proptest! {
        #[test]
        fn what_a_tuning_makes_is_read_back(tuning in any_tuning(), most in 1u8..=16, ms: u32) {
            if let Ok(made) = Coefficients::<I16F16>::new(&tuning, TICK) {
                let rescaled = made.with_jitter(Jitter::Rescale { most });
                let strict = made
                    .with_jitter(Jitter::Strict { tolerance: Duration::from_millis(ms) })
                    .with_anti_windup(AntiWindup::Both);
                for made in [made, rescaled, strict] {
                    prop_assert_eq!(Coefficients::from_words(&made.to_words()), Some(made));
                }
            }
        }

        /// What is read is in every bound that the step relies on, by their definition in doubles.
        #[test]
        fn what_is_read_is_sound(tuning in any_tuning(), place in 0usize..17, word: u32) {
            let Ok(made) = Coefficients::<I16F16>::new(&tuning, TICK) else { return Ok(()) };
            let mut words = made.to_words();
            words[place] = word;
            let Some(read) = Coefficients::from_words(&words) else { return Ok(()) };
            prop_assert_eq!(read.to_words(), words);
            let pole = read.pole.to_f64();
            prop_assert!((0.0..1.0).contains(&pole) && (0.0..=1.0).contains(&read.tracking.to_f64()));
            for gain in [read.derivative, read.derivative_setpoint] {
                prop_assert!(gain.to_f64().abs() <= 528.0 * (1.0 - pole));
            }
            for gain in [read.proportional, read.integral, read.setpoint] {
                prop_assert!(gain.to_f64().abs() <= 128.0);
            }
        }
    }

    #[test]
    fn what_no_tuning_makes_is_refused() {
        let tuning = Tuning::isa(0.15, 15.0, 3.0);
        let words = Coefficients::<I16F16>::new(&tuning, TICK).unwrap().to_words();
        let wrong = [
            (1, 32),           // a shift that no register takes
            (12, 0x7FFF_FFFF), // a filter that forgets nothing of such a derivative
            (10, 0xFFFF_FFFF), // tracking backwards
            (12, 0x8000_0000), // a pole of −1
            (13, 0),           // no period
            (14, 2),
            (15, 0),
            (15, 17),
            (16, 3),
        ];
        for (place, word) in wrong {
            let mut other = words;
            other[place] = word;
            assert_eq!(Coefficients::from_words(&other), None, "{place} {word}");
        }
    }
}
