//! Coolants whose properties a published fit gives, as integer cubics.
//!
//! At a fixed mass fraction the fits of Melinder (Properties of Secondary Working Fluids for Indirect
//! Systems, 2nd ed., IIR 2010) are cubics of the temperature for density, specific heat and conductivity,
//! and for the logarithm of the viscosity. The first three are kept as they are, in `t / 64 K`; the
//! viscosity is cut into pieces of 4 K, each the cubic Hermite polynomial through exact values and slopes.
//! Both steps are powers of two, so that evaluation needs no division.

use super::fluid::{FluidBuildError, FluidError, Substance};
use super::quantity::{ModelUncertainty, Properties};
use coldcap_units::{Celsius, Coolant, Kelvin, Permille};

/// The position within a piece has this many binary digits.
const POSITION_BITS: u32 = 22;
/// 64 K in steps of a [`Celsius`] are 2 to the power of [`POSITION_BITS`], and 4 K are this power.
const PIECE_BITS: u32 = 18;
/// No fitted coolant reaches further than this from 0 °C, in steps of a [`Celsius`].
const REACH: i32 = 1 << POSITION_BITS;

/// A cubic: constant, linear, quadratic and cubic coefficient, in steps of the property's unit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Cubic(pub [i32; 4]);

const fn next(sum: i64, position: i32, coefficient: i32) -> i64 {
    let product = sum.wrapping_mul(position as i64);
    (product.wrapping_add(1 << (POSITION_BITS - 1)) >> POSITION_BITS)
        .wrapping_add(coefficient as i64)
}

/// Three roundings to nearest and those of the checks themselves add less than this.
const ROUNDING: i64 = 4;

const fn size(coefficient: i32) -> i64 {
    coefficient.saturating_abs() as i64
}

const fn fits(value: i64) -> bool {
    value >= 1 && value <= i32::MAX as i64
}

const fn fits_rounded(value: i64) -> bool {
    fits(value.saturating_sub(ROUNDING)) && fits(value.saturating_add(ROUNDING))
}

impl Cubic {
    /// The value at a position of −1 to 1 in Q22, each product rounded to nearest. It is positive and fits
    /// for a cubic that was checked.
    pub(crate) const fn value(&self, position: i32) -> u32 {
        let [k0, k1, k2, k3] = self.0;
        next(next(next(k3 as i64, position, k2), position, k1), position, k0) as u32
    }

    /// Whether every value is at least 1 and fits 31 bits for positions up to `reach` on both sides of 0.
    pub(crate) const fn is_positive_up_to(&self, reach: i32) -> bool {
        let [k0, k1, k2, k3] = self.0;
        let square = next(size(k3), reach, k2.saturating_abs());
        let line = next(square, reach, k1.saturating_abs());
        let rest = next(line, reach, 0).saturating_add(ROUNDING);
        fits((k0 as i64).saturating_sub(rest)) && fits((k0 as i64).saturating_add(rest))
    }

    /// Whether every value is at least 1 and fits 31 bits for positions from 0 to 1.
    ///
    /// There a polynomial stays between the least and the largest of its Bernstein coefficients.
    pub(crate) const fn is_positive_piece(&self) -> bool {
        let [k0, k1, k2, k3] = self.0;
        let (k0, k1, k2, k3) = (k0 as i64, k1 as i64, k2 as i64, k3 as i64);
        let thrice = k0.saturating_mul(3);
        let second = thrice.saturating_add(k1) / 3;
        let third = thrice.saturating_add(k1.saturating_mul(2)).saturating_add(k2) / 3;
        let last = k0.saturating_add(k1).saturating_add(k2).saturating_add(k3);
        fits_rounded(k0) && fits_rounded(second) && fits_rounded(third) && fits_rounded(last)
    }
}

/// The coefficients of a fitted coolant, as the example `generate_coolants` writes them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FittedCoefficients<'a> {
    /// What is dissolved.
    pub substance: Substance,
    /// How much of it, by mass.
    pub mass: Permille,
    /// Where it begins to freeze, rounded up.
    pub freezing: Celsius,
    /// Standard uncertainty of that.
    pub freezing_uncertainty: Kelvin,
    /// The warmest that the fit is used at.
    pub warmest: Celsius,
    /// Density in g/m³ by `t / 64 K`.
    pub density: Cubic,
    /// Specific heat in mJ/(kg·K) by `t / 64 K`.
    pub specific_heat: Cubic,
    /// Conductivity in µW/(m·K) by `t / 64 K`.
    pub conductivity: Cubic,
    /// Where the first piece of the viscosity begins, in steps of 4 K from 0 °C.
    pub first_piece: i8,
    /// Viscosity in nPa·s, pieces of 4 K, by the position within the piece.
    pub viscosity: &'a [Cubic],
    /// What is known of the four properties' uncertainty.
    pub uncertainty: ModelUncertainty,
}

/// A fitted coolant whose coefficients were checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FittedFluid<'a> {
    coefficients: FittedCoefficients<'a>,
}

impl<'a> FittedFluid<'a> {
    /// Checks the coefficients: a span with water in it, pieces for all of it, and cubics that cannot
    /// reach zero or overflow.
    ///
    /// Takes time in proportion to the number of pieces: for start-up or for compile time.
    ///
    /// # Errors
    /// - [`FluidBuildError::Span`]: the span is empty, reaches beyond ±64 °C, or not all of it has a piece.
    /// - [`FluidBuildError::Value`]: a cubic could reach zero or overflow.
    /// - [`FluidBuildError::Uncertainty`]: one is beyond [`ModelUncertainty::ALLOWED_PPM`], or the
    ///   freezing point has none.
    ///
    /// # Panics
    /// Never.
    pub const fn new(coefficients: FittedCoefficients<'a>) -> Result<Self, FluidBuildError> {
        let freezing = coefficients.freezing.to_fixed().to_bits();
        let warmest = coefficients.warmest.to_fixed().to_bits();
        if freezing >= warmest || freezing <= -REACH || warmest >= REACH {
            return Err(FluidBuildError::Span);
        }
        let first = coefficients.first_piece as i32;
        let last = first.saturating_add(coefficients.viscosity.len() as i32).saturating_sub(1);
        if freezing >> PIECE_BITS < first || warmest >> PIECE_BITS > last {
            return Err(FluidBuildError::Span);
        }
        if !coefficients.uncertainty.is_allowed()
            || coefficients.freezing_uncertainty.to_fixed().to_bits() <= 0
        {
            return Err(FluidBuildError::Uncertainty);
        }
        match check_values(&coefficients) {
            Ok(()) => Ok(Self { coefficients }),
            Err(error) => Err(error),
        }
    }

    /// The coefficients.
    #[must_use]
    pub const fn coefficients(&self) -> &FittedCoefficients<'a> {
        &self.coefficients
    }

    /// The four properties at a temperature.
    ///
    /// # Errors
    /// [`FluidError::BelowFreezing`], [`FluidError::AboveRange`].
    ///
    /// # Panics
    /// Never.
    pub fn properties(&self, at: Coolant) -> Result<Properties, FluidError> {
        let fit = &self.coefficients;
        if at.0 < fit.freezing {
            return Err(FluidError::BelowFreezing { freezing: fit.freezing });
        }
        if at.0 > fit.warmest {
            return Err(FluidError::AboveRange { warmest: fit.warmest });
        }
        let bits = at.0.to_fixed().to_bits();
        let piece = (bits >> PIECE_BITS).wrapping_sub(i32::from(fit.first_piece));
        let within = (bits & ((1 << PIECE_BITS) - 1)) << (POSITION_BITS - PIECE_BITS);
        let piece = usize::try_from(piece).ok().and_then(|index| fit.viscosity.get(index));
        let viscosity = piece.ok_or(FluidError::AboveRange { warmest: fit.warmest })?.value(within);
        let values = [
            fit.density.value(bits),
            fit.specific_heat.value(bits),
            viscosity,
            fit.conductivity.value(bits),
        ];
        Ok(Properties::new(values, &fit.uncertainty))
    }
}

const fn check_values(coefficients: &FittedCoefficients<'_>) -> Result<(), FluidBuildError> {
    let coldest = coefficients.freezing.to_fixed().to_bits().saturating_abs();
    let warmest = coefficients.warmest.to_fixed().to_bits().saturating_abs();
    let reach = if coldest > warmest { coldest } else { warmest };
    let whole = coefficients.density.is_positive_up_to(reach)
        && coefficients.specific_heat.is_positive_up_to(reach)
        && coefficients.conductivity.is_positive_up_to(reach);
    if !whole {
        return Err(FluidBuildError::Value { row: 0 });
    }
    let mut rest = coefficients.viscosity;
    let mut row = 0u16;
    while let [cubic, behind @ ..] = rest {
        if !cubic.is_positive_piece() {
            return Err(FluidBuildError::Value { row });
        }
        row = row.saturating_add(1);
        rest = behind;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::shipped;
    use super::*;
    use crate::coolant::fluid::FluidBuildError;

    fn changed(
        change: impl Fn(&mut FittedCoefficients<'static>),
    ) -> Result<FittedFluid<'static>, FluidBuildError> {
        let mut coefficients = *shipped::PROPYLENE_GLYCOL_30.coefficients();
        change(&mut coefficients);
        FittedFluid::new(coefficients)
    }

    #[test]
    fn wrong_coefficients_are_refused() {
        assert!(changed(|_| ()).is_ok());
        let span = Err(FluidBuildError::Span);
        assert_eq!(changed(|it| it.freezing = it.warmest), span);
        assert_eq!(changed(|it| it.warmest = Celsius::from_milli(64_000)), span);
        assert_eq!(changed(|it| it.first_piece += 1), span);
        assert_eq!(changed(|it| it.viscosity = &it.viscosity[1..]), span);
        assert_eq!(changed(|it| it.viscosity = &[]), span);
        let uncertainty = Err(FluidBuildError::Uncertainty);
        assert_eq!(changed(|it| it.uncertainty.density_ppm = 0), uncertainty);
        assert_eq!(changed(|it| it.freezing_uncertainty = Kelvin::ZERO), uncertainty);
        let value = |row| Err(FluidBuildError::Value { row });
        assert_eq!(changed(|it| it.density.0[1] = i32::MIN), value(0));
        static NEGATIVE: [Cubic; 16] = [Cubic([-1, 0, 0, 0]); 16];
        assert_eq!(changed(|it| it.viscosity = &NEGATIVE), value(0));
    }

    #[test]
    fn a_checked_cubic_stays_within_its_bounds() {
        let tight = [Cubic([i32::MAX - 7, 1, -1, 1]), Cubic([8, -1, 1, -1]), Cubic([8, -2, -1, 0])];
        for cubic in tight {
            assert!(cubic.is_positive_up_to(REACH) && cubic.is_positive_piece(), "{cubic:?}");
            for position in [-REACH, -REACH / 2, -1, 0, 1, REACH / 2, REACH - 1, REACH] {
                let value = cubic.value(position);
                assert!((1..=i32::MAX as u32).contains(&value), "{cubic:?} {position}");
            }
        }
        for cubic in [Cubic([7, 1, 1, 1]), Cubic([i32::MAX, 0, 0, 0]), Cubic([9, -9, 0, 0])] {
            assert!(!cubic.is_positive_up_to(REACH), "{cubic:?}");
        }
        // It dips below zero between two positive ends.
        assert!(!Cubic([10, -60, 60, 0]).is_positive_piece());
    }
}
