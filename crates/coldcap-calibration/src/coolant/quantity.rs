//! What a coolant is like, in whole numbers, and how well that is known.

use core::fmt;

macro_rules! property {
    ($name:ident, $doc:literal, $unit:literal, $per:literal, $shown:literal) => {
        #[doc = $doc]
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub u32);

        impl Property for $name {
            fn from_count(count: u32) -> Self {
                Self(count)
            }

            fn count(self) -> u32 {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let (whole, rest) = (self.0 / $per, self.0 % $per);
                write!(f, concat!("{}.{:0", $shown, "} ", $unit), whole, rest)
            }
        }
    };
}

/// A property that is counted in steps of its unit.
pub trait Property: Copy {
    /// From a count of steps.
    fn from_count(count: u32) -> Self;

    /// The count of steps.
    fn count(self) -> u32;
}

property!(Density, "A density in grams per cubic metre.", "kg/m³", 1_000, "3");
property!(
    SpecificHeat,
    "A specific heat in millijoules per kilogram and kelvin.",
    "J/(kg·K)",
    1_000,
    "3"
);
property!(Viscosity, "A dynamic viscosity in nanopascal seconds.", "mPa·s", 1_000_000, "6");
property!(
    Conductivity,
    "A thermal conductivity in microwatts per metre and kelvin.",
    "W/(m·K)",
    1_000_000,
    "6"
);

/// A value with its standard uncertainty, both in the same unit.
///
/// ```
/// use coldcap_calibration::coolant::{Density, Estimate};
///
/// let density = Estimate::relative(Density(1_031_560), 970);
/// assert_eq!(density.u, Density(1_001));
/// assert_eq!(density.u_ppm(), 970);
/// assert_eq!(density.value.to_string(), "1031.560 kg/m³");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Estimate<T> {
    /// The value.
    pub value: T,
    /// Its standard uncertainty (k = 1).
    pub u: T,
}

impl<T: Property> Estimate<T> {
    /// A value and its relative standard uncertainty in millionths; the absolute one is rounded up.
    ///
    /// # Panics
    /// Never.
    #[must_use]
    pub fn relative(value: T, ppm: u32) -> Self {
        let product = u64::from(value.count()).saturating_mul(u64::from(ppm));
        let u = u32::try_from(product.div_ceil(1_000_000)).unwrap_or(u32::MAX);
        Self { value, u: T::from_count(u) }
    }

    /// The relative standard uncertainty in millionths, rounded to nearest; all there is for a value of 0.
    ///
    /// # Panics
    /// Never.
    #[must_use]
    pub fn u_ppm(&self) -> u32 {
        let value = u64::from(self.value.count());
        let scaled = u64::from(self.u.count()).saturating_mul(1_000_000);
        let ppm = scaled.saturating_add(value / 2).checked_div(value);
        ppm.and_then(|ppm| u32::try_from(ppm).ok()).unwrap_or(u32::MAX)
    }
}

/// Relative standard uncertainties of the four properties, in millionths.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ModelUncertainty {
    /// Of the density.
    pub density_ppm: u32,
    /// Of the specific heat.
    pub specific_heat_ppm: u32,
    /// Of the viscosity.
    pub viscosity_ppm: u32,
    /// Of the conductivity.
    pub conductivity_ppm: u32,
}

impl ModelUncertainty {
    /// Nothing is known better than this, and what is known worse than that is not known, in millionths.
    pub const ALLOWED_PPM: (u32, u32) = (100, 500_000);

    /// Whether all four are allowed: a property without an uncertainty is none.
    pub(crate) const fn is_allowed(&self) -> bool {
        let (least, most) = Self::ALLOWED_PPM;
        let Self { density_ppm: a, specific_heat_ppm: b, viscosity_ppm: c, conductivity_ppm: d } =
            *self;
        a >= least
            && b >= least
            && c >= least
            && d >= least
            && a <= most
            && b <= most
            && c <= most
            && d <= most
    }
}

/// A coolant at one temperature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Properties {
    /// Its density.
    pub density: Estimate<Density>,
    /// Its specific heat at constant pressure.
    pub specific_heat: Estimate<SpecificHeat>,
    /// Its dynamic viscosity.
    pub viscosity: Estimate<Viscosity>,
    /// Its thermal conductivity.
    pub conductivity: Estimate<Conductivity>,
}

impl Properties {
    /// From the four values, in the order of the fields, and what is known of their uncertainty.
    pub(crate) fn new(values: [u32; 4], known: &ModelUncertainty) -> Self {
        let [density, specific_heat, viscosity, conductivity] = values;
        Self {
            density: Estimate::relative(Density(density), known.density_ppm),
            specific_heat: Estimate::relative(SpecificHeat(specific_heat), known.specific_heat_ppm),
            viscosity: Estimate::relative(Viscosity(viscosity), known.viscosity_ppm),
            conductivity: Estimate::relative(Conductivity(conductivity), known.conductivity_ppm),
        }
    }
}
