//! What a refused parameter says.

use core::fmt;

/// A parameter outside its range, with the name of its field, its value and what is allowed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ParameterError {
    /// Name of the field, with its path from the struct that was checked: `cap.film_resistance`.
    pub field: &'static str,
    /// The value that was refused, in the field's own unit. It may be NaN.
    pub value: f64,
    /// The smallest allowed value.
    pub minimum: f64,
    /// The largest allowed value.
    pub maximum: f64,
}

impl fmt::Display for ParameterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { field, value, minimum, maximum } = self;
        write!(f, "{field} is {value}; allowed is {minimum} to {maximum}")
    }
}

impl core::error::Error for ParameterError {}

/// A rule for one field: its name, its value and the inclusive range.
pub(crate) type Rule = (&'static str, f64, f64, f64);

/// Refuses the first value outside its range. NaN is outside every range.
pub(crate) fn check(rules: &[Rule]) -> Result<(), ParameterError> {
    let broken = rules.iter().find(|(_, value, minimum, maximum)| {
        // Written so that NaN, which compares false to everything, is refused.
        !(value >= minimum && value <= maximum)
    });
    match broken {
        Some(&(field, value, minimum, maximum)) => {
            Err(ParameterError { field, value, minimum, maximum })
        }
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_broken_rule_is_named() {
        let error = check(&[("a", 1.0, 0.0, 1.0), ("b", 2.0, 0.0, 1.5), ("c", 9.0, 0.0, 1.0)]);
        let error = error.expect_err("b is out of range");
        assert_eq!(error.to_string(), "b is 2; allowed is 0 to 1.5");
    }

    #[test]
    fn not_a_number_is_refused() {
        assert!(check(&[("a", f64::NAN, 0.0, 1.0)]).is_err());
        assert!(check(&[("a", f64::INFINITY, 0.0, 1.0)]).is_err());
    }
}
