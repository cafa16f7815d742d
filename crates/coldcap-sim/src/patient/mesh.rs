//! Spherical control volumes and the factorised implicit step over them.

use super::PatientParameters;

/// Heat capacity of blood in J/(m³ K): 1069 kg/m³ times 3650 J/(kg K).
const BLOOD: f64 = 1_069.0 * 3_650.0;

/// One layer of tissue. The innermost layer is a full ball when the radius below it is zero.
#[derive(Clone, Copy, Debug)]
pub(super) struct Layer {
    /// Thickness in m.
    pub(super) thickness: f64,
    /// Number of control volumes.
    pub(super) cells: u32,
    /// Thickness of each control volume over that of the one below it.
    pub(super) growth: f64,
    /// Conductivity in W/(m K).
    pub(super) conductivity: f64,
    /// Heat capacity in J/(m³ K).
    pub(super) capacity: f64,
    /// Perfusion in 1/s.
    pub(super) perfusion: f64,
    /// Metabolic heat in W/m³.
    pub(super) metabolism: f64,
    /// Whether cold shuts its vessels.
    pub(super) reacts: bool,
}

impl Layer {
    /// Brain, skull, fat and skin of the head of Fiala, Lomas and Stohrer (J Appl Physiol 1999).
    ///
    /// Perfusion keeps the brain within a millimetre or two of the skull's temperature drop, so its
    /// volumes shrink towards the skull.
    pub(super) fn head(parameters: &PatientParameters) -> [Self; 4] {
        let tissue = |millimetres, cells, conductivity, capacity, perfusion, metabolism| Self {
            thickness: millimetres / 1_000.0,
            cells,
            growth: 1.0,
            conductivity,
            capacity,
            perfusion,
            metabolism,
            reacts: false,
        };
        let skin_perfusion = parameters.skin_perfusion_per_s;
        [
            Self { growth: 0.8, ..tissue(86.0, 24, 0.49, 1_080.0 * 3_850.0, 10.13e-3, 13_400.0) },
            tissue(14.5, 24, 1.16, 1_500.0 * 1_591.0, 0.0, 0.0),
            tissue(parameters.fat_mm, 12, 0.16, 850.0 * 2_300.0, 3.6e-6, 58.0),
            Self {
                reacts: true,
                ..tissue(2.0, 20, 0.47, 1_085.0 * 3_680.0, skin_perfusion, 368.0)
            },
        ]
    }

    /// Thicknesses of its control volumes in m, from the inside.
    fn thicknesses(&self) -> impl Iterator<Item = f64> + use<> {
        let (growth, cells) = (self.growth, self.cells);
        let weights = core::iter::successors(Some(1.0), move |weight| Some(weight * growth));
        let sum: f64 = weights.clone().take(cells as usize).sum();
        let unit = self.thickness / sum;
        weights.take(cells as usize).map(move |weight| weight * unit)
    }
}

/// One control volume. Everything is referred to a square metre of the outer surface.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cell {
    /// Heat capacity in J/(m² K).
    pub(super) capacity: f64,
    /// Metabolic heat in W/m².
    pub(super) metabolism: f64,
    /// Heat that full perfusion brings, in W/(m² K).
    pub(super) blood: f64,
    /// Whether cold shuts its vessels.
    pub(super) reacts: bool,
    /// Resistance from its middle to its inner face in m²K/W.
    pub(super) inner: f64,
    /// Resistance from its middle to its outer face in m²K/W.
    pub(super) outer: f64,
}

/// Cuts `layers` into control volumes, from the centre outwards.
pub(super) fn cells(layers: &[Layer]) -> Vec<Cell> {
    let surface: f64 = layers.iter().map(|layer| layer.thickness).sum();
    let mut inner = 0.0;
    let mut cells = Vec::new();
    for layer in layers {
        for thickness in layer.thicknesses() {
            cells.push(cell(layer, inner, inner + thickness, surface));
            inner += thickness;
        }
    }
    cells
}

/// The control volume of `layer` between two radii, in a sphere of radius `surface`.
fn cell(layer: &Layer, inner: f64, outer: f64, surface: f64) -> Cell {
    let volume = (outer * outer * outer - inner * inner * inner) / (3.0 * surface * surface);
    let middle = 0.5 * (inner + outer);
    // Between spherical faces the resistance is exact: R²·(1/a − 1/b)/k. The ball at the centre has
    // no inner face, and nothing flows there.
    let resistance = |low: f64, high: f64| {
        if low > 0.0 {
            surface * surface * (1.0 / low - 1.0 / high) / layer.conductivity
        } else {
            0.0
        }
    };
    Cell {
        capacity: layer.capacity * volume,
        metabolism: layer.metabolism * volume,
        blood: BLOOD * layer.perfusion * volume,
        reacts: layer.reacts,
        inner: resistance(inner, middle),
        outer: resistance(middle, outer),
    }
}

/// Depths of the middles of the control volumes of `layers` under the outer surface in m, from the centre outwards.
pub(super) fn depths(layers: &[Layer]) -> Vec<f64> {
    let surface: f64 = layers.iter().map(|layer| layer.thickness).sum();
    let thicknesses = layers.iter().flat_map(Layer::thicknesses);
    let middle = |inner: &mut f64, thickness: f64| {
        *inner += thickness;
        Some(surface - (*inner - 0.5 * thickness))
    };
    thicknesses.scan(0.0, middle).collect()
}

/// One row of the factorised system.
#[derive(Clone, Copy, Debug)]
struct Row {
    /// Heat capacity over the step in W/(m² K); zero in the steady system.
    storage: f64,
    /// Constant heat: metabolism and what blood of constant perfusion brings at its own temperature.
    constant: f64,
    /// Perfusion that the step treats explicitly because it varies, in W/(m² K) at full perfusion.
    varying: f64,
    /// Inverse pivot in m²K/W. Not used in the last row, whose pivot the surface completes.
    inverse: f64,
    /// Conductance to the next volume over the pivot; zero in the last row.
    carry: f64,
}

/// The factorised implicit step: the matrix never changes but for the surface, which only enters the
/// very last pivot. So a step is one sweep out and one sweep back without a division inside.
#[derive(Clone, Debug)]
pub(super) struct System {
    rows: Vec<Row>,
    last_pivot: f64,
    sweep: Vec<f64>,
}

impl System {
    /// For a step of `step_s` seconds. Perfusion that reacts to cold is explicit: it changes heat by
    /// 0.2 % a second, so that costs nothing, and the matrix stays constant.
    pub(super) fn transient(cells: &[Cell], blood_c: f64, step_s: f64) -> Self {
        Self::factorise(cells, blood_c, 1.0 / step_s, true)
    }

    /// For the steady state at full perfusion.
    pub(super) fn steady(cells: &[Cell], blood_c: f64) -> Self {
        Self::factorise(cells, blood_c, 0.0, false)
    }

    fn factorise(cells: &[Cell], blood_c: f64, rate: f64, explicit: bool) -> Self {
        let outward =
            cells.iter().zip(cells.iter().skip(1)).map(|(a, b)| 1.0 / (a.outer + b.inner));
        let (mut below, mut carry_below, mut last_pivot) = (0.0, 0.0, 0.0);
        let mut rows = Vec::with_capacity(cells.len());
        for (cell, above) in cells.iter().zip(outward.chain([0.0])) {
            let (fixed, varying) =
                if cell.reacts && explicit { (0.0, cell.blood) } else { (cell.blood, 0.0) };
            let storage = cell.capacity * rate;
            let pivot = storage + fixed + below + above - below * carry_below;
            let constant = cell.metabolism + fixed * blood_c;
            let carry = above / pivot;
            rows.push(Row { storage, constant, varying, inverse: 1.0 / pivot, carry });
            (below, carry_below, last_pivot) = (above, carry, pivot);
        }
        let sweep = vec![0.0; rows.len()];
        Self { rows, last_pivot, sweep }
    }

    /// Solves for the new temperatures in place. `explicit` is the share of the varying perfusion and
    /// the blood's temperature; `surface` the conductance in W/(m² K) from the outermost middle to
    /// surroundings of a temperature in °C.
    pub(super) fn solve(
        &mut self,
        temperatures: &mut [f64],
        (share, blood_c): (f64, f64),
        (conductance, surroundings_c): (f64, f64),
    ) {
        let (mut carried, mut outermost) = (0.0, 0.0);
        for ((row, old), slot) in self.rows.iter().zip(&*temperatures).zip(&mut self.sweep) {
            let blood = row.varying * share * (blood_c - old);
            outermost = row.storage * old + row.constant + blood + carried;
            carried = row.carry * outermost;
            *slot = outermost * row.inverse;
        }
        let outermost =
            (outermost + conductance * surroundings_c) / (self.last_pivot + conductance);
        let mut above = 0.0;
        let inward = self.rows.iter().zip(&self.sweep).zip(temperatures).rev();
        for (index, ((row, swept), temperature)) in inward.enumerate() {
            above = if index == 0 { outermost } else { swept + row.carry * above };
            *temperature = above;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A homogeneous perfused ball with a convective surface has the closed solution
    /// `T = T∞ + B·sinh(r/λ)/r`, λ² = k/(w ρc), T∞ = T_blood + q/(w ρc).
    #[test]
    fn the_steady_ball_agrees_with_its_closed_solution() {
        let (radius, conductivity, perfusion, metabolism) = (0.1, 0.5, 1.0e-3, 2_000.0);
        let layer = Layer {
            thickness: radius,
            cells: 400,
            growth: 1.0,
            conductivity,
            capacity: 4.0e6,
            perfusion,
            metabolism,
            reacts: false,
        };
        let cells = cells(&[layer]);
        let mut temperatures = vec![37.0; cells.len()];
        let outer = cells.last().expect("cells").outer;
        let film = 0.04;
        System::steady(&cells, 37.0).solve(
            &mut temperatures,
            (0.0, 37.0),
            (1.0 / (outer + film), 0.0),
        );
        let blood = BLOOD * perfusion;
        let length = libm::sqrt(conductivity / blood);
        let far = 37.0 + metabolism / blood;
        let shape = |r: f64| libm::sinh(r / length) / r;
        let slope = libm::cosh(radius / length) / (length * radius) - shape(radius) / radius;
        let amplitude = -far / film / (conductivity * slope + shape(radius) / film);
        let pitch = radius / 400.0;
        for index in [100, 300, 380, 399] {
            let middle = (f64::from(index) + 0.5) * pitch;
            let exact = far + amplitude * shape(middle);
            let error = temperatures[index as usize] - exact;
            assert!(error.abs() < 0.01, "at {middle} m the error is {error} K");
        }
    }

    /// A half-space whose surface jumps by ΔT gives `2·ΔT·√(k ρc t/π)` in the time t (Carslaw and
    /// Jaeger, Conduction of Heat in Solids).
    #[test]
    fn a_step_of_the_surface_draws_the_heat_of_a_half_space() {
        let (conductivity, capacity) = (0.5, 4.0e6);
        let layer = Layer {
            thickness: 0.1,
            cells: 2_000,
            growth: 1.0,
            conductivity,
            capacity,
            perfusion: 0.0,
            metabolism: 0.0,
            reacts: false,
        };
        let cells = cells(&[layer]);
        let mut temperatures = vec![30.0; cells.len()];
        let conductance = 1.0 / (cells.last().expect("cells").outer + 1.0e-9);
        let mut system = System::transient(&cells, 0.0, 0.1);
        let mut drawn = 0.0;
        for _ in 0..600 {
            system.solve(&mut temperatures, (0.0, 0.0), (conductance, 0.0));
            drawn += conductance * temperatures[1_999] * 0.1;
        }
        let exact = 2.0 * 30.0 * libm::sqrt(conductivity * capacity * 60.0 / core::f64::consts::PI);
        // The sphere's curvature adds √(π a t)/(2R), some 2 %.
        assert!((drawn / exact - 1.0).abs() < 0.03, "{drawn} against {exact} J/m²");
    }

    #[test]
    fn volumes_fill_the_head() {
        let layers = Layer::head(&PatientParameters::standard());
        let cells = cells(&layers);
        assert_eq!(cells.len(), 80);
        let metabolism: f64 = cells.iter().map(|cell| cell.metabolism).sum();
        let ball = |r: f64| r * r * r / (3.0 * 0.104 * 0.104);
        let expected = 13_400.0 * ball(0.086)
            + 58.0 * (ball(0.102) - ball(0.1005))
            + 368.0 * (ball(0.104) - ball(0.102));
        assert!((metabolism / expected - 1.0).abs() < 1e-9);
    }
}
