//! One zone of a cap: coolant behind a wall.

use super::parameters::CapParameters;
use super::{COOLANT_J_PER_L_K, STEP_S};

/// One zone of a cap, a half where it has no crown: its stirred coolant and its wall, whose temperature is that of the inner face.
#[derive(Clone, Debug)]
pub(super) struct CapZone {
    coolant_c: f64,
    wall_c: f64,
    coolant_j_per_k: f64,
    wall_j_per_k: f64,
    film_resistance: f64,
    film: Option<Film>,
    cover: f64,
}

/// A laminar film that is still developing: its conductance goes with the cube root of the flow (Lévêque).
#[derive(Clone, Copy, Debug)]
struct Film {
    /// Its part of the resistance at the rated flow.
    part: f64,
    /// That flow in L a step.
    rated: f64,
}

/// Below this part of the rated flow free convection takes over: the film is no worse than there.
const LEAST_FLOW: f64 = 0.05;

impl Film {
    /// What the resistance comes to with so many litres a step, as a multiple of that at the rated flow.
    fn factor(&self, litres: f64) -> f64 {
        let flow = (litres / self.rated).max(LEAST_FLOW);
        1.0 - self.part + self.part / libm::cbrt(flow)
    }
}

impl CapZone {
    /// At rest at `celsius`, with this part of the cap's coolant and wall, rated for this flow in L/s.
    pub(super) fn new(parameters: &CapParameters, part: f64, rated: f64, celsius: f64) -> Self {
        let film = Film { part: parameters.film_part, rated: rated * STEP_S };
        Self {
            coolant_c: celsius,
            wall_c: celsius,
            coolant_j_per_k: part * parameters.coolant_ml / 1_000.0 * COOLANT_J_PER_L_K,
            wall_j_per_k: part * parameters.wall_j_per_k,
            film_resistance: parameters.film_resistance,
            film: Some(film).filter(|film| film.part > 0.0),
            cover: parameters.cover_w_per_m2_k,
        }
    }

    /// One step: `litres` of coolant at `inlet_c` flow in, `heat_j` reach the inner face, and the room
    /// warms the outside of `area_m2`. Returns the room's heat in J.
    pub(super) fn step(
        &mut self,
        (litres, inlet_c): (f64, f64),
        heat_j: f64,
        (area_m2, ambient_c): (f64, f64),
    ) -> f64 {
        let room = self.cover * area_m2 * (ambient_c - self.coolant_c) * STEP_S;
        let resistance = match &self.film {
            None => self.film_resistance,
            Some(film) => self.film_resistance * film.factor(litres),
        };
        let through = area_m2 / resistance * (self.wall_c - self.coolant_c) * STEP_S;
        let exchanged = litres * COOLANT_J_PER_L_K * (inlet_c - self.coolant_c);
        self.wall_c += (heat_j - through) / self.wall_j_per_k;
        self.coolant_c += (through + room + exchanged) / self.coolant_j_per_k;
        room
    }

    /// Temperature of the coolant that leaves it in °C.
    pub(super) fn coolant_c(&self) -> f64 {
        self.coolant_c
    }

    /// Temperature of the inner face in °C.
    pub(super) fn interface_c(&self) -> f64 {
        self.wall_c
    }

    /// Heat in J, counted from 0 °C.
    pub(super) fn stored(&self) -> f64 {
        self.coolant_j_per_k * self.coolant_c + self.wall_j_per_k * self.wall_c
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::MachineParameters;

    #[test]
    fn settles_where_the_resistances_say() {
        let parameters = MachineParameters::standard().cap;
        let mut half = CapZone::new(&parameters, 0.5, 0.5 / 60.0, 22.0);
        let (area, heat_w, flow) = (0.035, 20.0, 0.5 / 60.0);
        for _ in 0..36_000 {
            half.step((flow * STEP_S, -4.0), heat_w * STEP_S, (area, 22.0));
        }
        let cover = parameters.cover_w_per_m2_k * area;
        let stream = flow * COOLANT_J_PER_L_K;
        let coolant = (heat_w + cover * 22.0 - stream * 4.0) / (cover + stream);
        assert!((half.coolant_c() - coolant).abs() < 1e-6);
        let interface = coolant + heat_w * parameters.film_resistance / area;
        assert!((half.interface_c() - interface).abs() < 1e-6);
    }

    #[test]
    fn an_eighth_of_the_flow_doubles_the_film_and_leaves_the_wall() {
        let film = Film { part: 0.3, rated: 8e-4 };
        assert!((film.factor(8e-4) - 1.0).abs() < 1e-12);
        assert!((film.factor(1e-4) - 1.3).abs() < 1e-12);
        assert!((film.factor(0.0) - film.factor(0.4e-4)).abs() < 1e-12);
    }
}
