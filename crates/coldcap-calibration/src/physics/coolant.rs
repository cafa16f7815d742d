//! Properties of brines: the fits of Melinder (2010), in `f64`.
//!
//! The oracle and generator of the integer cubics in [`crate::coolant::shipped`], and what the `fluid`
//! command prints. Each property is `Σ c[i][j]·x^i·y^j`, with x the mass in percent and y the temperature,
//! both from the centre of the fit; of the viscosity it is the logarithm. At atmospheric pressure.

mod cubics;
mod known;
mod melinder;

use crate::coolant::Substance;
use core::fmt;
pub use cubics::PIECES;
pub use known::Known;
use melinder::{Fit, Matrix};

/// What is dissolved in the water.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Solute {
    /// Propane-1,2-diol.
    PropyleneGlycol,
    /// Ethane-1,2-diol: toxic, on a bench only.
    EthyleneGlycol,
    /// HCOOK.
    PotassiumFormate,
}

impl Solute {
    /// Every solute.
    pub const ALL: [Self; 3] =
        [Self::PropyleneGlycol, Self::EthyleneGlycol, Self::PotassiumFormate];

    /// Its two letters, as the `fluid` command takes them.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::PropyleneGlycol => "pg",
            Self::EthyleneGlycol => "eg",
            Self::PotassiumFormate => "kf",
        }
    }

    /// The solute with these two letters, if there is one.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|solute| solute.name() == name)
    }

    /// As a device knows it.
    #[must_use]
    pub const fn substance(self) -> Substance {
        match self {
            Self::PropyleneGlycol => Substance::PropyleneGlycol,
            Self::EthyleneGlycol => Substance::EthyleneGlycol,
            Self::PotassiumFormate => Substance::PotassiumFormate,
        }
    }

    /// The mass fractions that the fit is used at: for the glycols where a second model was compared, for
    /// potassium formate up to where the fit ends.
    #[must_use]
    pub const fn mass_range(self) -> (f64, f64) {
        match self {
            Self::PropyleneGlycol | Self::EthyleneGlycol => (0.10, 0.60),
            Self::PotassiumFormate => (0.10, 0.48),
        }
    }

    const fn fit(self) -> &'static Fit {
        match self {
            Self::PropyleneGlycol => &melinder::PROPYLENE_GLYCOL,
            Self::EthyleneGlycol => &melinder::ETHYLENE_GLYCOL,
            Self::PotassiumFormate => &melinder::POTASSIUM_FORMATE,
        }
    }
}

/// The warmest that the fits are used at, in °C: the spread between models was compared up to here.
pub const WARMEST: f64 = 40.0;

/// Why a brine has no properties.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum BrineError {
    /// The mass fraction is not within the fit.
    Mass {
        /// The least that is allowed.
        least: f64,
        /// The most that is allowed.
        most: f64,
    },
    /// The temperature is not between the freezing point and the warmest allowed.
    Temperature {
        /// The freezing point, in °C.
        freezing: f64,
        /// [`WARMEST`].
        warmest: f64,
    },
}

impl fmt::Display for BrineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Mass { least, most } => {
                write!(f, "allowed is a mass fraction of {least} to {most}")
            }
            Self::Temperature { freezing, warmest } => {
                // To the hundredth that is still liquid.
                let coldest = libm::ceil(freezing * 100.0) / 100.0;
                write!(f, "allowed is {coldest:.2} (where it freezes) to {warmest:.0} °C")
            }
        }
    }
}

impl core::error::Error for BrineError {}

/// The properties of a brine at one temperature, without their uncertainty ([`Brine::known`]).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BrineProperties {
    /// Density in kg/m³.
    pub density: f64,
    /// Specific heat in J/(kg·K).
    pub specific_heat: f64,
    /// Dynamic viscosity in Pa·s.
    pub viscosity: f64,
    /// Thermal conductivity in W/(m·K).
    pub conductivity: f64,
}

/// Water with something dissolved in it.
///
/// ```
/// use coldcap_calibration::physics::coolant::{Brine, Solute};
///
/// let brine = Brine::new(Solute::PropyleneGlycol, 0.3).unwrap();
/// let cold = brine.properties(0.0).unwrap();
/// // CoolProp: 1031.55978…, 3802.640….
/// assert!((cold.density - 1031.5598).abs() < 1e-4);
/// assert!((cold.specific_heat - 3802.640).abs() < 1e-2);
/// assert!(brine.properties(brine.freezing() - 0.1).is_err());
/// assert!(Brine::new(Solute::PropyleneGlycol, 0.7).is_err());
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Brine {
    solute: Solute,
    mass: f64,
}

/// `Σ k[n]·x^n`.
fn polynomial(coefficients: &[f64], x: f64) -> f64 {
    coefficients.iter().rev().fold(0.0, |sum, coefficient| sum * x + coefficient)
}

impl Brine {
    /// By what is dissolved and its share of the whole mass.
    ///
    /// # Errors
    /// [`BrineError::Mass`].
    pub fn new(solute: Solute, mass: f64) -> Result<Self, BrineError> {
        let (least, most) = solute.mass_range();
        if (least..=most).contains(&mass) {
            Ok(Self { solute, mass })
        } else {
            Err(BrineError::Mass { least, most })
        }
    }

    /// What is dissolved.
    #[must_use]
    pub const fn solute(&self) -> Solute {
        self.solute
    }

    /// Its share of the whole mass.
    #[must_use]
    pub const fn mass(&self) -> f64 {
        self.mass
    }

    fn x(&self) -> f64 {
        self.mass * 100.0 - self.solute.fit().mass_percent
    }

    /// Where it begins to freeze, in °C.
    #[must_use]
    pub fn freezing(&self) -> f64 {
        polynomial(&self.solute.fit().freezing, self.x())
    }

    /// The standard uncertainties of its properties.
    #[must_use]
    pub fn known(&self) -> Known {
        known::known(self.solute, self.mass)
    }

    /// A property's polynomial of the temperature at this mass fraction, from the centre of the fit.
    fn by_temperature(&self, matrix: &Matrix) -> [f64; 4] {
        let x = self.x();
        let row = |row: [f64; 4], sum: [f64; 4]| {
            let [[a, b, c, d], [e, f, g, h]] = [row, sum];
            [a + e * x, b + f * x, c + g * x, d + h * x]
        };
        matrix.iter().rev().fold([0.0; 4], |sum, next| row(*next, sum))
    }

    fn value(&self, matrix: &Matrix, celsius: f64) -> f64 {
        polynomial(&self.by_temperature(matrix), celsius - self.solute.fit().celsius)
    }

    /// In Pa·s, wherever the formula goes.
    fn viscosity(&self, celsius: f64) -> f64 {
        1e-3 * libm::exp(self.value(&self.solute.fit().ln_viscosity, celsius))
    }

    /// The four properties at a temperature in °C.
    ///
    /// # Errors
    /// [`BrineError::Temperature`].
    pub fn properties(&self, celsius: f64) -> Result<BrineProperties, BrineError> {
        let freezing = self.freezing();
        if !(freezing..=WARMEST).contains(&celsius) {
            return Err(BrineError::Temperature { freezing, warmest: WARMEST });
        }
        let fit = self.solute.fit();
        Ok(BrineProperties {
            density: self.value(&fit.density, celsius),
            specific_heat: self.value(&fit.specific_heat, celsius),
            viscosity: self.viscosity(celsius),
            conductivity: self.value(&fit.conductivity, celsius),
        })
    }
}
