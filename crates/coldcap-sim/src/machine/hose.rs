//! A hose: coolant comes out after the volume before it has gone.

use super::{COOLANT_J_PER_L_K, STEP_S};
use std::collections::VecDeque;

/// How many slugs a hose is divided into.
const SLUGS: usize = 48;

/// Plug flow without mixing but for the newest slug: a ring of slugs of equal volume, the newest still
/// filling while the oldest runs out. Its delay is its volume over the flow, and it keeps all heat.
#[derive(Clone, Debug)]
pub(super) struct Hose {
    slug: f64,
    newest_c: f64,
    between: VecDeque<f64>,
    oldest_c: f64,
    /// What is left of the oldest slug in L; the newest holds the rest of one slug.
    left: f64,
    relaxation: f64,
}

impl Hose {
    /// Full of coolant at `celsius`, with a volume in mL and a conductance to the room in W/K.
    pub(super) fn new(millilitres: f64, gain_w_per_k: f64, celsius: f64) -> Self {
        let slug = millilitres / 1_000.0 / SLUGS as f64;
        let capacity = SLUGS as f64 * slug * COOLANT_J_PER_L_K;
        Self {
            slug,
            newest_c: celsius,
            between: VecDeque::from([celsius; SLUGS - 1]),
            oldest_c: celsius,
            left: slug,
            relaxation: gain_w_per_k * STEP_S / capacity,
        }
    }

    /// Pushes `litres` at `celsius` in; returns the mean temperature of the litres that come out.
    pub(super) fn push(&mut self, litres: f64, celsius: f64) -> f64 {
        let (mut remaining, mut heat) = (litres, 0.0);
        while remaining > 0.0 {
            let part = remaining.min(self.left);
            heat += part * self.oldest_c;
            let filled = self.slug - self.left;
            self.newest_c = (filled * self.newest_c + part * celsius) / (filled + part);
            self.left -= part;
            remaining -= part;
            if self.left <= 0.0 {
                self.turn();
            }
        }
        if litres > 0.0 { heat / litres } else { self.oldest_c }
    }

    fn turn(&mut self) {
        self.between.push_front(self.newest_c);
        self.oldest_c = self.between.pop_back().unwrap_or(self.oldest_c);
        self.left = self.slug;
    }

    /// One step of warmth from the room. Returns the heat in J.
    pub(super) fn warm(&mut self, ambient_c: f64) -> f64 {
        let relaxation = self.relaxation;
        let full = SLUGS as f64 * self.slug * COOLANT_J_PER_L_K;
        let gained = relaxation * (full * ambient_c - self.stored());
        let warmed = |celsius: &mut f64| *celsius += (ambient_c - *celsius) * relaxation;
        warmed(&mut self.newest_c);
        self.between.iter_mut().for_each(warmed);
        warmed(&mut self.oldest_c);
        gained
    }

    /// Temperature at the end where coolant goes in, in °C.
    pub(super) fn inlet_c(&self) -> f64 {
        self.newest_c
    }

    /// Temperature at the end where coolant comes out, in °C.
    pub(super) fn outlet_c(&self) -> f64 {
        self.oldest_c
    }

    /// Heat in J, counted from 0 °C.
    pub(super) fn stored(&self) -> f64 {
        let (front, back) = self.between.as_slices();
        let full = sum(front) + sum(back);
        let ends = (self.slug - self.left) * self.newest_c + self.left * self.oldest_c;
        COOLANT_J_PER_L_K * (full * self.slug + ends)
    }
}

/// The sum in four parts, so that one addition need not wait for another.
fn sum(values: &[f64]) -> f64 {
    let (fours, rest) = values.as_chunks::<4>();
    let mut parts = [0.0; 4];
    for four in fours {
        parts.iter_mut().zip(four).for_each(|(part, value)| *part += value);
    }
    let [a, b, c, d] = parts;
    (a + b) + (c + d) + rest.iter().sum::<f64>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_delay_is_the_volume_over_the_flow() {
        for (litres_per_step, steps) in [(1.0 / 600.0, 34), (0.25 / 600.0, 137)] {
            let mut hose = Hose::new(57.0, 0.0, 20.0);
            let arrival = (0..1_000).find(|_| hose.push(litres_per_step, 0.0) < 10.0);
            let arrival = arrival.expect("it arrives");
            assert!(i32::abs(arrival - steps) <= 1, "{arrival} steps");
        }
    }

    #[test]
    fn no_heat_is_lost_under_way() {
        let mut hose = Hose::new(57.0, 0.0, 20.0);
        let (start, mut net) = (hose.stored(), 0.0);
        for step in 0..5_000 {
            let celsius = f64::from(step % 37) - 9.0;
            let litres = f64::from(step % 11) * 3.1e-4;
            net += COOLANT_J_PER_L_K * litres * (celsius - hose.push(litres, celsius));
        }
        assert!((hose.stored() - start - net).abs() < 1e-6);
    }

    #[test]
    fn a_resting_hose_warms_to_the_room() {
        let mut hose = Hose::new(57.0, 0.05, -4.0);
        let start = hose.stored();
        let gained: f64 = (0..36_000).map(|_| hose.warm(22.0)).sum();
        assert!((hose.stored() - start - gained).abs() < 1e-6);
        let expected = 22.0 - 26.0 * libm::exp(-3_600.0 * 0.05 / (0.057 * COOLANT_J_PER_L_K));
        assert!((hose.outlet_c() - expected).abs() < 0.01);
    }
}
