//! A coolant by whatever means its properties are known, and who may be connected to it.

use super::fitted::FittedFluid;
use super::quantity::Properties;
use super::user_table::UserTable;
use coldcap_units::{Celsius, Coolant, Kelvin};
use core::fmt;

/// What is dissolved in the water.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Substance {
    /// Propane-1,2-diol.
    PropyleneGlycol,
    /// HCOOK.
    PotassiumFormate,
    /// Ethane-1,2-diol: toxic, on a bench only.
    EthyleneGlycol,
    /// Something else, with a table of the user's; whoever made the table answers for what it says.
    Other {
        /// Nobody is harmed where it leaks onto skin or is swallowed.
        harmless: bool,
    },
}

impl Substance {
    /// Whether it may flow past a patient.
    ///
    /// ```
    /// use coldcap_calibration::coolant::Substance;
    /// assert!(Substance::PropyleneGlycol.is_harmless());
    /// assert!(!Substance::EthyleneGlycol.is_harmless());
    /// ```
    #[must_use]
    pub const fn is_harmless(self) -> bool {
        match self {
            Self::PropyleneGlycol | Self::PotassiumFormate => true,
            Self::EthyleneGlycol => false,
            Self::Other { harmless } => harmless,
        }
    }

    /// Its name in lower case.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::PropyleneGlycol => "propylene glycol",
            Self::PotassiumFormate => "potassium formate",
            Self::EthyleneGlycol => "ethylene glycol",
            Self::Other { .. } => "another substance",
        }
    }
}

/// Why a coolant gives no properties, or is not let near a patient.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FluidError {
    /// It is ice, at least in part.
    BelowFreezing {
        /// Where it begins to freeze.
        freezing: Celsius,
    },
    /// Colder than its table begins.
    BelowRange {
        /// Where the table begins.
        coldest: Celsius,
    },
    /// Warmer than its model or table is used at.
    AboveRange {
        /// The warmest that is allowed.
        warmest: Celsius,
    },
    /// It must not flow past a patient.
    Toxic(Substance),
}

impl fmt::Display for FluidError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BelowFreezing { freezing } => write!(f, "the coolant freezes at {freezing}"),
            Self::BelowRange { coldest } => write!(f, "the coolant is known from {coldest} only"),
            Self::AboveRange { warmest } => write!(f, "the coolant is known up to {warmest} only"),
            Self::Toxic(substance) => {
                write!(f, "{} is for the bench, never for a patient", substance.name())
            }
        }
    }
}

impl core::error::Error for FluidError {}

/// Why coefficients or a table are not a coolant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FluidBuildError {
    /// The span of temperatures is empty, too wide, or not covered.
    Span,
    /// Too few or too many rows.
    Rows {
        /// How many there are; from 3 to 64 are allowed.
        found: usize,
    },
    /// This row is not warmer than the one before it by 0.1 to 20 K.
    Order {
        /// Which row, from 0.
        row: u16,
    },
    /// A value in this row is not one of a coolant.
    Value {
        /// Which row, from 0.
        row: u16,
    },
    /// The viscosity does not fall from the row before this one.
    Viscosity {
        /// Which row, from 0.
        row: u16,
    },
    /// Between the neighbours of this row the properties bend more than their uncertainty allows: the
    /// table is too coarse, or the row is wrong.
    Bent {
        /// Which row, from 0.
        row: u16,
    },
    /// An uncertainty is missing or beyond what is allowed.
    Uncertainty,
}

impl fmt::Display for FluidBuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Span => f.write_str("the span of temperatures is empty, too wide or not covered"),
            Self::Rows { found } => write!(f, "{found} rows: allowed are 3 to 64"),
            Self::Order { row } => {
                write!(f, "row {row}: allowed is 0.1 to 20 K above the row before")
            }
            Self::Value { row } => write!(f, "row {row}: a value is not one of a coolant"),
            Self::Viscosity { row } => write!(f, "row {row}: the viscosity must fall with warmth"),
            Self::Bent { row } => {
                write!(f, "row {row}: too coarse for the stated uncertainty, or wrong")
            }
            Self::Uncertainty => f.write_str("an uncertainty is missing or out of range"),
        }
    }
}

impl core::error::Error for FluidBuildError {}

/// A coolant, harmless or not: for a bench.
///
/// ```
/// use coldcap_calibration::coolant::{Fluid, FluidError, PatientFluid, Substance, shipped};
/// use coldcap_units::Coolant;
///
/// let glycol = Fluid::fitted(shipped::PROPYLENE_GLYCOL_30);
/// let cold = glycol.properties(Coolant::from_milli(0)).unwrap();
/// assert_eq!(cold.density.value.to_string(), "1031.560 kg/m³");
/// assert!(PatientFluid::new(glycol).is_ok());
///
/// let toxic = Fluid::fitted(shipped::ETHYLENE_GLYCOL_30);
/// assert!(toxic.properties(Coolant::from_milli(0)).is_ok());
/// assert_eq!(PatientFluid::new(toxic), Err(FluidError::Toxic(Substance::EthyleneGlycol)));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fluid<'a> {
    source: Source<'a>,
}

/// Where the properties come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Source<'a> {
    Fitted(FittedFluid<'a>),
    Table(UserTable<'a>),
}

impl<'a> Fluid<'a> {
    /// A coolant that a published fit describes.
    #[must_use]
    pub const fn fitted(fluid: FittedFluid<'a>) -> Self {
        Self { source: Source::Fitted(fluid) }
    }

    /// A coolant that a table of the user's describes.
    #[must_use]
    pub const fn table(table: UserTable<'a>) -> Self {
        Self { source: Source::Table(table) }
    }

    /// What is dissolved.
    #[must_use]
    pub const fn substance(&self) -> Substance {
        match &self.source {
            Source::Fitted(fluid) => fluid.coefficients().substance,
            Source::Table(table) => Substance::Other { harmless: table.is_harmless() },
        }
    }

    /// Where it begins to freeze, and the standard uncertainty of that.
    #[must_use]
    pub const fn freezing(&self) -> (Celsius, Kelvin) {
        match &self.source {
            Source::Fitted(fluid) => {
                (fluid.coefficients().freezing, fluid.coefficients().freezing_uncertainty)
            }
            Source::Table(table) => table.freezing(),
        }
    }

    /// The four properties at a temperature, each with its standard uncertainty.
    ///
    /// # Errors
    /// [`FluidError::BelowFreezing`], [`FluidError::BelowRange`] (user tables), [`FluidError::AboveRange`].
    ///
    /// # Panics
    /// Never.
    pub fn properties(&self, at: Coolant) -> Result<Properties, FluidError> {
        match &self.source {
            Source::Fitted(fluid) => fluid.properties(at),
            Source::Table(table) => table.properties(at),
        }
    }
}

/// A coolant that may flow past a patient: for who lets a site choose its [`Fluid`]. The facade takes a
/// [`Mixture`](super::Mixture), of which none is toxic: a table of the user's passes through here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PatientFluid<'a>(Fluid<'a>);

impl<'a> PatientFluid<'a> {
    /// Lets a harmless coolant through.
    ///
    /// # Errors
    /// [`FluidError::Toxic`].
    ///
    /// # Panics
    /// Never.
    pub const fn new(fluid: Fluid<'a>) -> Result<Self, FluidError> {
        if fluid.substance().is_harmless() {
            Ok(Self(fluid))
        } else {
            Err(FluidError::Toxic(fluid.substance()))
        }
    }

    /// The coolant.
    #[must_use]
    pub const fn fluid(&self) -> &Fluid<'a> {
        &self.0
    }
}
