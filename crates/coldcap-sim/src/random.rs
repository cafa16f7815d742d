//! Repeatable random numbers: the same seed gives the same bits on every machine.

/// A SplitMix64 generator (Steele, Lea and Flood, "Fast splittable pseudorandom number generators",
/// OOPSLA 2014) with a Gaussian output by the Box–Muller transform.
///
/// It is meant for simulation only: anybody who sees one output can tell the next.
///
/// ```
/// use coldcap_sim::random::Random;
/// let (mut a, mut b) = (Random::new(7), Random::new(7));
/// assert_eq!(a.next_u64(), b.next_u64());
/// ```
#[derive(Clone, Debug)]
pub struct Random {
    state: u64,
    spare: Option<f64>,
}

impl Random {
    /// A generator that is fully determined by `seed`.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self { state: seed, spare: None }
    }

    /// A generator for the purpose numbered `stream`, independent of the other streams of `seed`.
    #[must_use]
    pub fn stream(seed: u64, stream: u64) -> Self {
        let mut seeds = Self::new(seed ^ stream.wrapping_mul(0xD1B5_4A32_D192_ED03));
        Self::new(seeds.next_u64())
    }

    /// The next 64 bits.
    pub fn next_u64(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.state ^ (self.state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number uniform over (0, 1], in steps of 2⁻⁵³: never zero, so its logarithm is finite.
    pub fn uniform(&mut self) -> f64 {
        ((self.next_u64() >> 11) + 1) as f64 / (1u64 << 53) as f64
    }

    /// A number of the standard normal distribution: mean 0, standard deviation 1.
    pub fn gaussian(&mut self) -> f64 {
        if let Some(spare) = self.spare.take() {
            return spare;
        }
        let radius = libm::sqrt(-2.0 * libm::log(self.uniform()));
        let (sine, cosine) = libm::sincos(core::f64::consts::TAU * self.uniform());
        self.spare = Some(radius * sine);
        radius * cosine
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_answers_of_splitmix64() {
        let mut random = Random::new(1_234_567);
        let expected = [
            6_457_827_717_110_365_317,
            3_203_168_211_198_807_973,
            9_817_491_932_198_370_423,
            4_593_380_528_125_082_431,
            16_408_922_859_458_223_821,
        ];
        for value in expected {
            assert_eq!(random.next_u64(), value);
        }
    }

    #[test]
    fn gaussian_has_its_moments() {
        let mut random = Random::new(11);
        let count = 200_000;
        let (mut sum, mut squares, mut beyond_two) = (0.0, 0.0, 0);
        for _ in 0..count {
            let value = random.gaussian();
            sum += value;
            squares += value * value;
            beyond_two += u32::from(value.abs() > 2.0);
        }
        let count = f64::from(count);
        assert!((sum / count).abs() < 0.01);
        assert!((squares / count - 1.0).abs() < 0.02);
        assert!((f64::from(beyond_two) / count - 0.0455).abs() < 0.003);
    }

    #[test]
    fn streams_differ() {
        let mut first = Random::stream(1, 0);
        let mut second = Random::stream(1, 1);
        assert_ne!(first.next_u64(), second.next_u64());
    }

    #[test]
    fn uniform_stays_inside() {
        let mut random = Random::new(3);
        assert!((0..10_000).all(|_| {
            let value = random.uniform();
            value > 0.0 && value <= 1.0
        }));
    }
}
