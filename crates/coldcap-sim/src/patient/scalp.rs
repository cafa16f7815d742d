//! One column of scalp from the brain to the skin.

use super::PatientParameters;
use super::mesh::{Cell, Layer, System, cells, depths};
use super::perfusion::{Pace, Perfusion};
use crate::parameter::{ParameterError, check};

/// What the skin looks at: something at a temperature behind a resistance.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Boundary {
    /// Its temperature in °C.
    pub celsius: f64,
    /// Resistance between it and the skin's surface in m²K/W, above zero.
    pub resistance: f64,
}

/// A column of scalp under a square metre of skin: Pennes' bioheat equation (J Appl Physiol
/// 1948;1:93) in spherical shells, implicit in time, with skin perfusion that falls in the cold.
///
/// It begins in the steady state of the bare head in the room. 80 control volumes; a step takes about
/// half a microsecond.
///
/// ```
/// use coldcap_sim::patient::{Boundary, Scalp};
/// use coldcap_sim::PatientParameters;
///
/// let mut scalp = Scalp::new(&PatientParameters::standard(), 22.0, 1.0)?;
/// assert!((scalp.skin_c() - 34.4).abs() < 0.1);
/// let cap = Boundary { celsius: 0.0, resistance: 0.0344 };
/// for _ in 0..1_800 {
///     scalp.step(&cap);
/// }
/// assert!((scalp.skin_c() - 18.5).abs() < 0.3);
/// # Ok::<(), coldcap_sim::ParameterError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Scalp {
    cells: Vec<Cell>,
    /// Depth of each volume's middle in m.
    depths: Vec<f64>,
    /// The first volume of the skin: from there outwards vessels react to cold.
    skin_from: usize,
    temperatures: Vec<f64>,
    system: System,
    perfusion: Perfusion,
    blood_c: f64,
    step_s: f64,
    /// Resistance from the outermost middle to the skin's surface in m²K/W.
    shell: f64,
    /// Heat production in W/m².
    metabolism: f64,
    skin_c: f64,
    heat: ScalpHeat,
}

/// Heat that crossed the limits of a column of scalp since it began, in J per m² of skin.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ScalpHeat {
    /// Brought by the blood.
    pub blood: f64,
    /// Produced by the tissue.
    pub metabolism: f64,
    /// Given off through the skin.
    pub surface: f64,
}

impl Scalp {
    /// The scalp of `patient`, bare in a room at `ambient_c` (5 to 45 °C), to be stepped by `step_s`
    /// seconds (0.01 to 5).
    ///
    /// # Errors
    /// A parameter of the patient, the room or the step is out of range.
    pub fn new(
        patient: &PatientParameters,
        ambient_c: f64,
        step_s: f64,
    ) -> Result<Self, ParameterError> {
        patient.validate()?;
        check(&[("ambient_c", ambient_c, 5.0, 45.0), ("step_s", step_s, 0.01, 5.0)])?;
        Ok(Self::bare(patient, ambient_c, step_s))
    }

    /// As [`Scalp::new`], for parameters that were checked already.
    pub(crate) fn bare(patient: &PatientParameters, ambient_c: f64, step_s: f64) -> Self {
        Self::cut(patient, &Layer::head(patient), ambient_c, step_s)
    }

    /// The same with these layers cut into their control volumes.
    fn cut(patient: &PatientParameters, layers: &[Layer], ambient_c: f64, step_s: f64) -> Self {
        let (cells, depths) = (cells(layers), depths(layers));
        let skin_from = cells.iter().position(|cell| cell.reacts).unwrap_or(cells.len());
        let blood_c = patient.core_c;
        let shell = cells.last().map_or(0.0, |cell| cell.outer);
        let air = (1.0 / (shell + patient.bare_resistance), ambient_c);
        let mut temperatures = vec![blood_c; cells.len()];
        System::steady(&cells, blood_c).solve(&mut temperatures, (0.0, blood_c), air);
        let outermost = temperatures.last().copied().unwrap_or(blood_c);
        let skin_c = outermost - air.0 * (outermost - ambient_c) * shell;
        let pace = Pace {
            fall_s: patient.perfusion_fall_s,
            recovery_s: patient.perfusion_recovery_s,
            memory_s: patient.perfusion_memory_s,
        };
        let perfusion = Perfusion::new(skin_c, pace, step_s);
        let system = System::transient(&cells, blood_c, step_s);
        let metabolism = cells.iter().map(|cell| cell.metabolism).sum();
        Self {
            cells,
            depths,
            skin_from,
            temperatures,
            system,
            perfusion,
            blood_c,
            step_s,
            shell,
            metabolism,
            skin_c,
            heat: ScalpHeat::default(),
        }
    }

    /// One step of the length given at the start, with `boundary` outside the skin. Returns the heat
    /// flux out of the skin in W/m².
    pub fn step(&mut self, boundary: &Boundary) -> f64 {
        let share = self.perfusion.share();
        let varying = share * self.blood_exchange(true);
        let conductance = 1.0 / (self.shell + boundary.resistance);
        self.system.solve(
            &mut self.temperatures,
            (share, self.blood_c),
            (conductance, boundary.celsius),
        );
        let outermost = self.temperatures.last().copied().unwrap_or(self.blood_c);
        let flux = conductance * (outermost - boundary.celsius);
        self.skin_c = outermost - flux * self.shell;
        self.perfusion.step(self.skin_c);
        self.book(varying + self.blood_exchange(false), flux);
        flux
    }

    /// Temperature of the skin's surface in °C.
    #[must_use]
    pub fn skin_c(&self) -> f64 {
        self.skin_c
    }

    /// Temperature 2 mm under the surface in °C: the face between skin and fat, where follicles end.
    #[must_use]
    pub fn follicle_c(&self) -> f64 {
        let at = |place: usize| self.cells.get(place).zip(self.temperatures.get(place));
        let Some(((fat, below), (skin, above))) =
            at(self.skin_from.wrapping_sub(1)).zip(at(self.skin_from))
        else {
            return self.skin_c;
        };
        (above * fat.outer + below * skin.inner) / (fat.outer + skin.inner)
    }

    /// Temperature in °C at a depth under the surface in mm, between the middles of the volumes around it: for reading
    /// depths off, not for heat. Beyond the deepest volume it is that volume's. Panics: never.
    ///
    /// ```
    /// use coldcap_sim::PatientParameters;
    /// use coldcap_sim::patient::Scalp;
    /// let scalp = Scalp::new(&PatientParameters::standard(), 22.0, 1.0)?;
    /// assert!(scalp.depth_c(0.0) < scalp.depth_c(2.0) && scalp.depth_c(60.0) > 37.0);
    /// # Ok::<(), coldcap_sim::ParameterError>(())
    /// ```
    #[must_use]
    pub fn depth_c(&self, depth_mm: f64) -> f64 {
        let depth = depth_mm / 1_000.0;
        let (mut above, mut above_c) = (0.0, self.skin_c);
        for (middle, celsius) in self.depths.iter().zip(&self.temperatures).rev() {
            if *middle >= depth {
                return above_c + (depth - above) / (middle - above) * (celsius - above_c);
            }
            (above, above_c) = (*middle, *celsius);
        }
        above_c
    }

    /// Share of the warm perfusion that the skin still has, 0.25 to 1.
    #[must_use]
    pub fn perfusion(&self) -> f64 {
        self.perfusion.share()
    }

    /// Heat stored in J per m² of skin, counted from 0 °C.
    #[must_use]
    pub fn stored(&self) -> f64 {
        let cells = self.cells.iter().zip(&self.temperatures);
        cells.map(|(cell, temperature)| cell.capacity * temperature).sum()
    }

    /// What crossed its limits since it began.
    #[must_use]
    pub fn heat(&self) -> ScalpHeat {
        self.heat
    }

    /// Heat that blood brings to the skin, or to all that is under it, in W/m², at full perfusion and the present
    /// temperatures.
    fn blood_exchange(&self, skin: bool) -> f64 {
        let place = self.skin_from.min(self.cells.len());
        let (cells, temperatures) = (&self.cells[..], &self.temperatures[..]);
        let ((under, skin_cells), (below, skin_temperatures)) =
            (cells.split_at(place), temperatures.split_at(place));
        if skin {
            self.exchange(skin_cells, skin_temperatures)
        } else {
            self.exchange(under, below)
        }
    }

    /// Summed in four parts, so that one addition need not wait for another.
    fn exchange(&self, cells: &[Cell], temperatures: &[f64]) -> f64 {
        let mut parts = [0.0; 4];
        for (cells, temperatures) in cells.chunks(4).zip(temperatures.chunks(4)) {
            for ((part, cell), celsius) in parts.iter_mut().zip(cells).zip(temperatures) {
                *part += cell.blood * (self.blood_c - celsius);
            }
        }
        parts.iter().sum()
    }

    fn book(&mut self, blood: f64, surface: f64) {
        self.heat.blood += blood * self.step_s;
        self.heat.metabolism += self.metabolism * self.step_s;
        self.heat.surface += surface * self.step_s;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// V8: 50 minutes of a head surface at 15.8 °C left cortex and thalamus as they were (Corbett and
    /// Laptook 1998).
    #[test]
    fn the_brain_does_not_notice() {
        let mut scalp = Scalp::new(&PatientParameters::standard(), 22.0, 1.0).expect("valid");
        let before = scalp.temperatures.clone();
        let cold = Boundary { celsius: 15.8, resistance: 1.0e-4 };
        (0..3_000).for_each(|_| {
            scalp.step(&cold);
        });
        let (surface, mut radius) = (0.104, 0.0);
        for (index, cell) in scalp.cells.iter().take(24).enumerate() {
            let volume = cell.capacity / (1_080.0 * 3_850.0) * 3.0 * surface * surface;
            radius = libm::cbrt(radius * radius * radius + volume);
            let change = before[index] - scalp.temperatures[index];
            // Brain more than 10 mm under its surface.
            assert!(radius > 0.076 || change.abs() < 0.2, "{change} K at {radius} m");
        }
        assert!(scalp.skin_c() < 16.0);
    }

    #[test]
    fn the_follicles_lie_between_skin_and_fat() {
        let mut scalp = Scalp::new(&PatientParameters::standard(), 22.0, 1.0).expect("valid");
        let cap = Boundary { celsius: 0.0, resistance: 0.0344 };
        let mut flux = 0.0;
        (0..7_200).for_each(|_| flux = scalp.step(&cap));
        // Two millimetres of skin carry the flux, less what blood adds on the way.
        let conducted = scalp.skin_c() + flux * 0.002 / 0.47;
        assert!((scalp.follicle_c() - conducted).abs() < 0.3);
    }

    /// The largest difference of the skin, in K, between the scalp as the machine steps it and one in `finer` times as many
    /// volumes with `shorter` steps, looked at every half second of cooling, a break, cooling again and rewarming. The
    /// cap's face moves by `ramp` kelvins a second at most; the difference counts from `settled_s` after the face was given
    /// a new temperature.
    fn refined((finer, shorter): (u32, u32), ramp: f64, settled_s: u32) -> f64 {
        let patient = PatientParameters::standard();
        let layers = Layer::head(&patient).map(|layer| Layer {
            cells: layer.cells * finer,
            growth: libm::pow(layer.growth, 1.0 / f64::from(finer)),
            ..layer
        });
        let mut coarse = Scalp::bare(&patient, 22.0, 0.5);
        let mut fine = Scalp::cut(&patient, &layers, 22.0, 0.5 / f64::from(shorter));
        let (mut worst, mut face_c) = (0.0_f64, 22.0);
        for (seconds, celsius) in [(2_400, 0.0), (480, 14.0), (600, 0.0), (1_200, 25.0)] {
            for half_second in 0..seconds * 2 {
                face_c += f64::clamp(celsius - face_c, -0.5 * ramp, 0.5 * ramp);
                let boundary = Boundary { celsius: face_c, resistance: 0.0344 };
                coarse.step(&boundary);
                (0..shorter).for_each(|_| {
                    fine.step(&boundary);
                });
                if half_second >= 2 * settled_s {
                    worst = worst.max((coarse.skin_c() - fine.skin_c()).abs());
                }
            }
        }
        worst
    }

    /// A grid four times as fine and steps ten times as short change the skin by no more than 0.02 K: at every moment where
    /// the cap's face goes no faster than 10 K/min, and a minute after a face that jumps by 22 K.
    #[test]
    fn refining_grid_and_step_hardly_moves_the_skin() {
        for refinement in [(4, 1), (1, 10), (4, 10)] {
            let (ramped, jumped) =
                (refined(refinement, 10.0 / 60.0, 0), refined(refinement, 100.0, 60));
            let at_once = refined(refinement, 100.0, 0);
            println!(
                "{refinement:?}: {ramped:.4} K ramped, {jumped:.4} K later, {at_once:.4} K at once"
            );
            assert!(ramped < 0.02 && jumped < 0.02, "{refinement:?}: {ramped}, {jumped} K");
        }
    }

    /// Just after a jump of 22 K, which no machine makes, half a second is coarse: missed by as much as this.
    #[test]
    fn a_jump_of_the_face_is_seen_too_late_for_a_moment() {
        let at_once = refined((4, 10), 100.0, 0);
        assert!((0.02..0.06).contains(&at_once), "{at_once} K");
    }
}
