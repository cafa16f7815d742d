//! A small plant in the number type of its controller.

use crate::number::Trial;

/// A cooled body behind a lag and a sensor of first order: at rest at 24 − 30·u, with time constants of
/// 64, 8 and 4 steps.
#[derive(Clone, Copy, Debug)]
pub struct Plant<T> {
    body: T,
    line: T,
    sensed: T,
}

impl<T: Trial> Plant<T> {
    /// At rest without cooling.
    #[must_use]
    pub fn new() -> Self {
        let ambient = T::ONE.times(24);
        Self { body: ambient, line: ambient, sensed: ambient }
    }

    /// One step with this much cooling.
    pub fn step(&mut self, cooling: T) -> T {
        let aim = T::ONE.times(24).minus(cooling.times(30));
        self.body = toward(self.body, aim, 6);
        self.line = toward(self.line, self.body, 3);
        self.sensed = toward(self.sensed, self.line, 2);
        self.sensed
    }
}

impl<T: Trial> Default for Plant<T> {
    fn default() -> Self {
        Self::new()
    }
}

fn toward<T: Trial>(from: T, to: T, shift: u32) -> T {
    from.plus(to.minus(from).over(shift))
}
