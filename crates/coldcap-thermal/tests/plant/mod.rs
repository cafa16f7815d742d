//! Plants of first order with delay, and noise. Written from the differential equation alone.
#![allow(dead_code)]

use coldcap_thermal::tune::model::Model;
use std::collections::VecDeque;

/// T·y′ = −y + base + K·u(t − L), with any delay.
pub(crate) struct Plant {
    model: Model,
    base: f64,
    pub(crate) output: f64,
    time_s: f64,
    /// Inputs on their way, with the time at which each arrives.
    coming: VecDeque<(f64, f64)>,
    input: f64,
}

impl Plant {
    pub(crate) fn new(model: Model, base: f64, output: f64, input: f64) -> Self {
        Self { model, base, output, time_s: 0.0, coming: VecDeque::new(), input }
    }

    /// Drives with `input` for `span_s`.
    pub(crate) fn step(&mut self, input: f64, span_s: f64) {
        self.coming.push_back((self.time_s + self.model.delay_s, input));
        let end_s = self.time_s + span_s;
        while let Some((arrives_s, input)) = self.coming.front().copied() {
            if arrives_s > end_s {
                break;
            }
            self.coast(arrives_s);
            self.input = input;
            self.coming.pop_front();
        }
        self.coast(end_s);
    }

    fn coast(&mut self, to_s: f64) {
        let span_s = (to_s - self.time_s).max(0.0);
        let rest = self.base + self.model.gain * self.input;
        self.output = rest + (self.output - rest) * (-span_s / self.model.time_constant_s).exp();
        self.time_s = to_s;
    }
}

/// Normal noise of standard deviation one: Box and Muller's method on a linear congruence.
pub(crate) struct Noise(u64);

impl Noise {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15).wrapping_add(1))
    }

    pub(crate) fn uniform(&mut self) -> f64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 11) as f64 + 0.5) / (1u64 << 53) as f64
    }

    pub(crate) fn next(&mut self) -> f64 {
        let radius = (-2.0 * self.uniform().ln()).sqrt();
        radius * (core::f64::consts::TAU * self.uniform()).cos()
    }
}
