//! How much blood the skin lets through.

/// The least share of its warm perfusion that cold skin keeps.
const FLOOR: f64 = 0.25;
/// How fast the share falls with the skin's temperature, in kelvins.
const DECAY_K: f64 = 4.5;

/// The share of its warm perfusion that the skin would have at `cooling_k` below its neutral
/// temperature if it had all the time in the world.
///
/// `0.25 + 0.75·exp(−cooling/4.5 K)`: a fit to the drop below 40 % over the first 10 K and below 30 %
/// a few kelvins further (Janssen et al., Physiol Meas 2007;28:829) and to the plateau of 25 %
/// (Bülow et al. 1985). Warm skin keeps all.
fn settled(cooling_k: f64) -> f64 {
    if cooling_k <= 0.0 { 1.0 } else { FLOOR + (1.0 - FLOOR) * libm::exp(-cooling_k / DECAY_K) }
}

/// The skin's perfusion with its memory: vessels shut quickly and open slowly.
///
/// Perfusion stays low long after the skin has warmed again (Khoshnevis and Diller 2014, 2016); a
/// function of temperature alone cannot show that.
#[derive(Clone, Debug)]
pub(crate) struct Perfusion {
    share: f64,
    neutral_c: f64,
    fall: f64,
    recovery: f64,
}

impl Perfusion {
    /// Full perfusion. Below `neutral_c` it falls. The time constants and the step are in seconds.
    pub(crate) fn new(neutral_c: f64, fall_s: f64, recovery_s: f64, step_s: f64) -> Self {
        let approach = |constant_s: f64| -libm::expm1(-step_s / constant_s);
        Self { share: 1.0, neutral_c, fall: approach(fall_s), recovery: approach(recovery_s) }
    }

    /// The share of the warm perfusion, 0.25 to 1.
    pub(crate) fn share(&self) -> f64 {
        self.share
    }

    /// One step with the skin at `skin_c`.
    pub(crate) fn step(&mut self, skin_c: f64) {
        let change = settled(self.neutral_c - skin_c) - self.share;
        self.share += change * if change < 0.0 { self.fall } else { self.recovery };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_law_has_its_published_points() {
        assert!(settled(10.0) < 0.40);
        assert!(settled(14.0) < 0.30);
        assert!((settled(40.0) - 0.25).abs() < 0.001);
        assert!((settled(-5.0) - 1.0).abs() < 1e-12);
    }

    #[test]
    fn falls_quickly_and_recovers_slowly() {
        let mut perfusion = Perfusion::new(34.4, 60.0, 7_200.0, 1.0);
        (0..600).for_each(|_| perfusion.step(18.0));
        let cold = perfusion.share();
        assert!(cold < 0.28);
        (0..600).for_each(|_| perfusion.step(34.4));
        assert!(perfusion.share() < cold + 0.07);
        (0..7_200 * 6).for_each(|_| perfusion.step(34.4));
        assert!(perfusion.share() > 0.99);
    }
}
