//! A result that somebody has to accept.
//!
//! Floating point: design-time code that runs after an experiment, never in a tick.
#![allow(clippy::float_arithmetic)]

use core::fmt;

use super::model::Identified;
use super::rules::{Gains, Rule, RuleError};

/// A plant that an experiment found. It changes nothing until somebody accepts gains from it.
#[derive(Clone, Copy, Debug, PartialEq)]
#[must_use]
pub struct Proposal {
    identified: Identified,
}

impl Proposal {
    /// Proposes a plant, for instance one that [`fit`](super::fit::fit) found.
    pub const fn new(identified: Identified) -> Self {
        Self { identified }
    }

    /// What was found, and how sure that is: to be shown before anything is accepted.
    #[must_use]
    pub const fn identified(&self) -> &Identified {
        &self.identified
    }

    /// Accepts the proposal: the gains by `rule`, if the confidence is at least `least_confidence`.
    ///
    /// # Errors
    /// [`Refusal`] says whether the confidence or the rule is the reason.
    ///
    /// # Panics
    /// Never.
    ///
    /// ```
    /// use coldcap_thermal::tune::model::{Identified, Model, StandardErrors};
    /// use coldcap_thermal::tune::rules::Rule;
    /// use coldcap_thermal::tune::{Proposal, Refusal};
    ///
    /// let model = Model { gain: -2.0, time_constant_s: 10.0, delay_s: 1.0 };
    /// let standard_errors = StandardErrors { gain: 0.1, time_constant_s: 1.0, delay_s: 0.1 };
    /// let proposal = Proposal::new(Identified {
    ///     model, standard_errors, offset: 20.0, deviation: 0.0, residual_rms: 0.1, response: 4.0,
    ///     confidence: 0.8,
    /// });
    /// assert_eq!(
    ///     proposal.accept(Rule::Simc, 0.9),
    ///     Err(Refusal::Confidence { found: 0.8, least: 0.9 }),
    /// );
    /// assert_eq!(proposal.accept(Rule::Simc, 0.7).map(|gains| gains.k), Ok(-2.5));
    /// ```
    pub fn accept(self, rule: Rule, least_confidence: f64) -> Result<Gains, Refusal> {
        let found = self.identified.confidence;
        let is_enough = found >= least_confidence;
        if !is_enough {
            return Err(Refusal::Confidence { found, least: least_confidence });
        }
        rule.gains(&self.identified.model).map_err(Refusal::Rule)
    }
}

/// Why no gains come from a proposal.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Refusal {
    /// The confidence is too low.
    Confidence {
        /// What it is.
        found: f64,
        /// The least that was asked for.
        least: f64,
    },
    /// The rule does not fit the plant.
    Rule(RuleError),
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Confidence { found, least } => {
                write!(f, "the confidence is {found:.2}; allowed is at least {least:.2}")
            }
            Self::Rule(error) => error.fmt(f),
        }
    }
}

impl core::error::Error for Refusal {}
