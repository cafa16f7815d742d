//! Within which limits a site plans.

use super::{Plan, PlanError, PlanRequest, span};
use crate::request::Field;
use coldcap_units::{Coolant, Duration, Interface};

/// What a site plans at most. It can only be stricter: [`Plan::new`] has its own ranges before this is looked at.
///
/// A plan is judged ahead of its hair, with the longest published post-cooling where no regimen is named: what the hair then asks,
/// warmer and longer, goes beyond these limits.
///
/// ```
/// use coldcap_session::PlanLimits;
/// use coldcap_units::Coolant;
///
/// // A site that plans nothing colder than −5 °C.
/// let [_, warmest] = PlanLimits::WIDEST.target;
/// let limits = PlanLimits { target: [Coolant::from_milli(-5_000), warmest], ..PlanLimits::WIDEST };
/// assert!(limits != PlanLimits::WIDEST);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PlanLimits {
    /// The shortest and longest pre-cooling.
    pub pre: [Duration; 2],
    /// The shortest and longest post-cooling. A site whose longest is below
    /// [`Plan::LONGEST_PUBLISHED_POST`] plans nothing without a regimen and a source.
    pub post: [Duration; 2],
    /// The longest single break.
    pub break_each: Duration,
    /// The most break time of a session.
    pub break_total: Duration,
    /// The coldest and the warmest target of coolant mode.
    pub target: [Coolant; 2],
    /// The coldest and the warmest target of cap mode.
    pub interface: [Interface; 2],
}

impl PlanLimits {
    /// All that a plan may be.
    pub const WIDEST: Self = Self {
        pre: Plan::PRE,
        post: Plan::POST,
        break_each: Duration::from_mins(15),
        break_total: Duration::from_mins(45),
        target: Plan::TARGET,
        interface: Plan::INTERFACE,
    };

    /// Whether a plan is within them.
    ///
    /// # Errors
    /// [`PlanError`] names the first figure that is not, and what is allowed.
    pub fn check(&self, plan: &PlanRequest) -> Result<(), PlanError> {
        let spans = [
            (Field::Pre, plan.pre, self.pre),
            (Field::Post, plan.post, self.post),
            (Field::BreakEach, plan.break_each, [Duration::ZERO, self.break_each]),
            (Field::BreakTotal, plan.break_total, [Duration::ZERO, self.break_total]),
        ];
        for (field, value, range) in spans {
            span(field, value, range)?;
        }
        plan.target.check(self)
    }
}
