//! From the fits to the integer cubics of a device.

use super::melinder::Matrix;
use super::{Brine, WARMEST, polynomial};
use crate::coolant::{Cubic, FittedCoefficients, FittedFluid, FluidBuildError, ModelUncertainty};
use coldcap_units::{Celsius, Kelvin, Permille};

/// The cubics of density, specific heat and conductivity are by this, in K.
const WHOLE_KELVIN: f64 = 64.0;
/// A piece of the viscosity, in K.
const PIECE_KELVIN: f64 = 4.0;

/// Enough pieces for every brine: −64 to 64 °C.
pub const PIECES: usize = 32;

/// To whole steps; beyond `i32` it saturates and is refused by the checks.
fn rounded(value: f64) -> i32 {
    libm::round(value) as i32
}

fn cubic(coefficients: [f64; 4]) -> Cubic {
    Cubic(coefficients.map(rounded))
}

/// Millionths, rounded up.
fn ppm(relative: f64) -> u32 {
    libm::ceil(relative * 1e6 - 1e-6) as u32
}

/// `Σ k[n]·y^n` of degree 3 as a polynomial of `(y − shift) / WHOLE_KELVIN`.
fn shifted(coefficients: [f64; 4], shift: f64) -> [f64; 4] {
    let [_, k1, k2, k3] = coefficients;
    [
        polynomial(&coefficients, shift),
        polynomial(&[k1, 2.0 * k2, 3.0 * k3], shift) * WHOLE_KELVIN,
        polynomial(&[k2, 3.0 * k3], shift) * WHOLE_KELVIN * WHOLE_KELVIN,
        k3 * WHOLE_KELVIN * WHOLE_KELVIN * WHOLE_KELVIN,
    ]
}

impl Brine {
    /// A property's cubic by `t / 64 K`, in steps of `1 / scale` of its SI unit.
    fn whole(&self, matrix: &Matrix, scale: f64) -> Cubic {
        let about_zero = shifted(self.by_temperature(matrix), -self.solute.fit().celsius);
        cubic(about_zero.map(|coefficient| coefficient * scale))
    }

    /// The viscosity in nPa·s and its slope by the piece.
    fn knot(&self, celsius: f64) -> (f64, f64) {
        let fit = self.solute.fit();
        let [_, k1, k2, k3] = self.by_temperature(&fit.ln_viscosity);
        let slope = polynomial(&[k1, 2.0 * k2, 3.0 * k3], celsius - fit.celsius);
        let value = self.viscosity(celsius) * 1e9;
        (value, value * slope * PIECE_KELVIN)
    }

    /// The cubic Hermite polynomial over the piece that begins at a temperature.
    fn piece(&self, begin: f64) -> Cubic {
        let ((v0, s0), (v1, s1)) = (self.knot(begin), self.knot(begin + PIECE_KELVIN));
        let rise = v1 - v0;
        cubic([v0, s0, 3.0 * rise - 2.0 * s0 - s1, s0 + s1 - 2.0 * rise])
    }

    /// This brine as integer cubics for a device; `pieces` holds the viscosity's.
    ///
    /// The mass fraction is noted to the permille. Errors against [`Brine::properties`] are below 1e-4
    /// relative, which `tests/coolant_models.rs` checks over the range of masses.
    ///
    /// # Errors
    /// [`FluidBuildError::Value`] for a brine that is thicker than 2.1 Pa·s where it freezes: propylene
    /// glycol above a mass fraction of 0.57, which no pump of a cap moves. For no other brine.
    ///
    /// ```
    /// use coldcap_calibration::coolant::{Cubic, Density};
    /// use coldcap_calibration::physics::coolant::{Brine, PIECES, Solute};
    /// use coldcap_units::Coolant;
    ///
    /// let mut pieces = [Cubic::default(); PIECES];
    /// let brine = Brine::new(Solute::PropyleneGlycol, 0.35).unwrap();
    /// let fluid = brine.fitted(&mut pieces).unwrap();
    /// let on_device = fluid.properties(Coolant::from_milli(-4_000)).unwrap();
    /// let exact = brine.properties(-4.0).unwrap();
    /// assert!((f64::from(on_device.density.value.0) / 1e3 - exact.density).abs() < 0.002);
    /// ```
    pub fn fitted<'a>(
        &self,
        pieces: &'a mut [Cubic; PIECES],
    ) -> Result<FittedFluid<'a>, FluidBuildError> {
        let fit = self.solute.fit();
        let known = self.known();
        let first = libm::floor(self.freezing() / PIECE_KELVIN);
        let count = libm::floor(WARMEST / PIECE_KELVIN) - first + 1.0;
        for (index, piece) in pieces.iter_mut().enumerate() {
            *piece = self.piece((first + index as f64) * PIECE_KELVIN);
        }
        let viscosity = pieces.get(..count as usize).ok_or(FluidBuildError::Span)?;
        FittedFluid::new(FittedCoefficients {
            substance: self.solute.substance(),
            mass: Permille(rounded(self.mass * 1e3) as u16),
            freezing: Celsius::from_milli(libm::ceil(self.freezing() * 1e3) as i32),
            freezing_uncertainty: Kelvin::from_milli(rounded(known.freezing_k * 1e3)),
            warmest: Celsius::from_milli(rounded(WARMEST * 1e3)),
            density: self.whole(&fit.density, 1e3),
            specific_heat: self.whole(&fit.specific_heat, 1e3),
            conductivity: self.whole(&fit.conductivity, 1e6),
            first_piece: first as i8,
            viscosity,
            uncertainty: ModelUncertainty {
                density_ppm: ppm(known.density),
                specific_heat_ppm: ppm(known.specific_heat),
                viscosity_ppm: ppm(known.viscosity),
                conductivity_ppm: ppm(known.conductivity),
            },
        })
    }
}
