//! How much blood the skin lets through.

/// The least share of its warm perfusion that cold skin keeps.
const FLOOR: f64 = 0.25;
/// How fast the share falls with the skin's temperature, in kelvins.
const DECAY_K: f64 = 4.5;
/// The share at which cold that is remembered holds the vessels. It is what the law gives 6.5 K below the neutral
/// temperature, where vessels that cold has shut begin to open: flow is reduced until the subcutis is at 30 °C (Bülow et
/// al. 1985), which are 27.9 °C at the surface by their own line, and 34.4 °C is neutral.
const HELD: f64 = 0.427;
/// Time constant with which cold is remembered, in seconds. Assumed; the page on the patient says what it matters.
const LEARNING_S: f64 = 900.0;

/// The share of its warm perfusion that the skin would have at `cooling_k` below its neutral
/// temperature if it had all the time in the world.
///
/// `0.25 + 0.75·exp(−cooling/4.5 K)`: a fit to the drop below 40 % over the first 10 K and below 30 %
/// a few kelvins further (Janssen et al., Physiol Meas 2007;28:829) and to the plateau of 25 %
/// (Bülow et al. 1985). Warm skin keeps all.
fn settled(cooling_k: f64) -> f64 {
    if cooling_k <= 0.0 { 1.0 } else { FLOOR + (1.0 - FLOOR) * libm::exp(-cooling_k / DECAY_K) }
}

/// How quickly perfusion follows the skin's temperature, in seconds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pace {
    /// Time constant with which vessels shut.
    pub(crate) fall_s: f64,
    /// Time constant with which they open.
    pub(crate) recovery_s: f64,
    /// Time constant with which cold is forgotten.
    pub(crate) memory_s: f64,
}

/// The skin's perfusion with its memory: vessels shut quickly, open slowly, and stay nearly shut for as long as the cold is
/// remembered, however warm the skin is by then.
///
/// Perfusion stays low long after the skin has warmed again (Khoshnevis and Diller 2014, 2016); a
/// function of temperature alone cannot show that. Further than 6.5 K below neutral the memory changes nothing: the law of
/// the temperature asks for less than what is held.
#[derive(Clone, Debug)]
pub(crate) struct Perfusion {
    share: f64,
    /// Cold that is remembered: 0 none, 1 as much as there can be.
    memory: f64,
    neutral_c: f64,
    fall: f64,
    recovery: f64,
    learning: f64,
    forgetting: f64,
}

impl Perfusion {
    /// Full perfusion and no cold remembered. Below `neutral_c` it falls. The step is in seconds.
    pub(crate) fn new(neutral_c: f64, pace: Pace, step_s: f64) -> Self {
        let approach = |constant_s: f64| -libm::expm1(-step_s / constant_s);
        Self {
            share: 1.0,
            memory: 0.0,
            neutral_c,
            fall: approach(pace.fall_s),
            recovery: approach(pace.recovery_s),
            learning: approach(LEARNING_S),
            forgetting: approach(pace.memory_s),
        }
    }

    /// The share of the warm perfusion, 0.25 to 1.
    pub(crate) fn share(&self) -> f64 {
        self.share
    }

    /// One step with the skin at `skin_c`.
    pub(crate) fn step(&mut self, skin_c: f64) {
        let settled = settled(self.neutral_c - skin_c);
        let shut = (1.0 - settled) / (1.0 - FLOOR);
        let lesson = shut - self.memory;
        self.memory += lesson * if lesson > 0.0 { self.learning } else { self.forgetting };
        let change = settled.min(1.0 - (1.0 - HELD) * self.memory) - self.share;
        self.share += change * if change < 0.0 { self.fall } else { self.recovery };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PACE: Pace = Pace { fall_s: 60.0, recovery_s: 7_200.0, memory_s: 86_400.0 };

    #[test]
    fn the_law_has_its_published_points() {
        assert!(settled(10.0) < 0.40);
        assert!(settled(14.0) < 0.30);
        assert!((settled(40.0) - 0.25).abs() < 0.001);
        assert!((settled(-5.0) - 1.0).abs() < 1e-12);
        assert!((settled(6.5) - HELD).abs() < 0.001);
    }

    #[test]
    fn falls_quickly_and_recovers_slowly() {
        let mut perfusion = Perfusion::new(34.4, PACE, 1.0);
        (0..600).for_each(|_| perfusion.step(18.0));
        let cold = perfusion.share();
        assert!(cold < 0.28);
        (0..600).for_each(|_| perfusion.step(34.4));
        assert!(perfusion.share() < cold + 0.07);
        (0..86_400 * 5).for_each(|_| perfusion.step(34.4));
        assert!(perfusion.share() > 0.99);
    }

    /// A moment of cold is forgiven as it always was; an hour of it is not.
    #[test]
    fn the_longer_the_cold_the_longer_it_is_remembered() {
        let after = |cold_s: u32| {
            let mut perfusion = Perfusion::new(34.4, PACE, 1.0);
            (0..cold_s).for_each(|_| perfusion.step(18.0));
            (0..7_200).for_each(|_| perfusion.step(34.4));
            perfusion.share()
        };
        let shares = [60, 600, 1_800, 3_600].map(after);
        assert!(shares.is_sorted_by(|a, b| a > b), "{shares:?}");
        assert!(shares[0] > 0.7 && shares[3] < 0.45, "{shares:?}");
    }

    /// Whatever happens as long as the skin does not come within 6.5 K of neutral, the memory has no part in it.
    #[test]
    fn nothing_is_held_in_the_cold() {
        let mut with = Perfusion::new(34.4, PACE, 0.5);
        let mut without = Perfusion::new(34.4, Pace { memory_s: 1.0, ..PACE }, 0.5);
        for second in 0..7_200 {
            let skin_c = if second % 900 < 600 { 16.0 } else { 27.8 };
            with.step(skin_c);
            without.step(skin_c);
            assert_eq!(with.share().to_bits(), without.share().to_bits());
        }
    }
}
