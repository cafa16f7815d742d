//! Tuning rules: from a plant of first order with delay to gains.
//!
//! Floating point: this is design-time code that runs after an experiment, never in a tick.
#![allow(clippy::float_arithmetic)]

use core::fmt;

use super::model::Model;
use crate::pid::Tuning;

/// A tuning rule. K, T and L are the plant's gain, time constant and delay; Ku and Pu its ultimate
/// gain and period.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Rule {
    /// [`SimcWith`](Self::SimcWith) at τc = L, the tight setting. Its largest sensitivity Ms is 1.59 for
    /// T ≤ 8·L and rises to 1.70 for an integrator.
    Simc,
    /// PI by S. Skogestad (*J. Process Control* 13 (2003) 291): `k = T/(K·(τc + L))`,
    /// `Ti = min(T, 4·(τc + L))`.
    SimcWith {
        /// Time constant τc of the closed loop in seconds; larger is slower and more robust.
        closed_loop_s: f64,
    },
    /// PI by K. J. Åström and T. Hägglund (*J. Process Control* 14 (2004) 635):
    /// `k = (0.15 + (0.35 − L·T/(L + T)²)·T/L)/K`, `Ti = 0.35·L + 13·L·T²/(T² + 12·L·T + 7·L²)`.
    AmigoPi,
    /// PID by the same: `k = (0.2 + 0.45·T/L)/K`, `Ti = L·(0.4·L + 0.8·T)/(L + 0.1·T)`,
    /// `Td = 0.5·L·T/(0.3·L + T)`.
    AmigoPid,
    /// [`LambdaWith`](Self::LambdaWith) at λ = the larger of T and 3·L.
    Lambda,
    /// PI by E. Dahlin's λ (*Instruments & Control Systems* 41 (1968) 77): `k = T/(K·(λ + L))`, `Ti = T`.
    LambdaWith {
        /// Time constant λ of the closed loop in seconds.
        closed_loop_s: f64,
    },
    /// PI by B. Tyreus and W. Luyben (*Ind. Eng. Chem. Res.* 31 (1992) 2625): `k = Ku/3.2`,
    /// `Ti = 2.2·Pu`.
    TyreusLuybenPi,
    /// PID by the same: `k = Ku/2.2`, `Ti = 2.2·Pu`, `Td = Pu/6.3`.
    TyreusLuybenPid,
    /// PID by J. Ziegler and N. Nichols (*Trans. ASME* 64 (1942) 759): `k = 0.6·Ku`, `Ti = Pu/2`,
    /// `Td = Pu/8`. Only to compare: it aims at a decay of one quarter and is hardly robust.
    ZieglerNichols,
}

/// Gains of a controller in ISA form: `u = k·(e + ∫e dt/Ti + Td·de/dt)`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gains {
    /// The rule that gives them.
    pub rule: Rule,
    /// Proportional gain, output per unit of measurement; it has the sign of the plant's gain, and is
    /// negative where more output cools.
    pub k: f64,
    /// Integral time in seconds.
    pub ti_s: f64,
    /// Derivative time in seconds; zero without derivative action.
    pub td_s: f64,
}

impl Gains {
    /// The same gains as a [`Tuning`] in the ISA form with its defaults: a negative gain is a cooler's,
    /// [`Action::Direct`](crate::pid::Action::Direct), a positive one a heater's.
    ///
    /// It is not checked here; [`Coefficients::new`](crate::pid::Coefficients) does that.
    ///
    /// # Panics
    /// Never.
    ///
    /// ```
    /// use coldcap_thermal::pid::{Action, Tuning};
    /// use coldcap_thermal::tune::model::Model;
    /// use coldcap_thermal::tune::rules::Rule;
    /// let cooler = Model { gain: -2.0, time_constant_s: 10.0, delay_s: 1.0 };
    /// let tuning = Rule::Simc.gains(&cooler)?.tuning();
    /// assert_eq!((tuning.gain, tuning.action), (2.5, Action::Direct));
    /// assert_eq!(tuning, Tuning::isa(2.5, 8.0, 0.0));
    /// # Ok::<(), coldcap_thermal::tune::rules::RuleError>(())
    /// ```
    #[must_use]
    pub const fn tuning(&self) -> Tuning {
        let tuning = Tuning::isa(self.k.abs(), self.ti_s, self.td_s);
        if self.k < 0.0 { tuning } else { tuning.reverse() }
    }
}

impl Rule {
    /// Every rule, those with a free parameter at their default.
    pub const ALL: [Self; 7] = [
        Self::Simc,
        Self::AmigoPi,
        Self::AmigoPid,
        Self::Lambda,
        Self::TyreusLuybenPi,
        Self::TyreusLuybenPid,
        Self::ZieglerNichols,
    ];

    /// Its name in lower case, as files print it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Simc | Self::SimcWith { .. } => "simc",
            Self::AmigoPi => "amigo_pi",
            Self::AmigoPid => "amigo_pid",
            Self::Lambda | Self::LambdaWith { .. } => "lambda",
            Self::TyreusLuybenPi => "tyreus_luyben_pi",
            Self::TyreusLuybenPid => "tyreus_luyben_pid",
            Self::ZieglerNichols => "ziegler_nichols",
        }
    }

    /// The gains for a plant.
    ///
    /// # Errors
    /// [`RuleError`] if the plant or τc, λ is out of range, or has no delay where the rule needs one.
    ///
    /// # Panics
    /// Never.
    ///
    /// ```
    /// use coldcap_thermal::tune::model::Model;
    /// use coldcap_thermal::tune::rules::Rule;
    /// let plant = Model { gain: 1.0, time_constant_s: 10.0, delay_s: 1.0 };
    /// let gains = Rule::Simc.gains(&plant)?;
    /// assert_eq!((gains.k, gains.ti_s, gains.td_s), (5.0, 8.0, 0.0));
    /// # Ok::<(), coldcap_thermal::tune::rules::RuleError>(())
    /// ```
    pub fn gains(self, model: &Model) -> Result<Gains, RuleError> {
        if !model.is_valid() {
            return Err(RuleError::Plant);
        }
        let [k, ti_s, td_s] = self.settings(model)?;
        let is_usable = k.is_finite() && ti_s.is_finite() && ti_s > 0.0 && td_s.is_finite();
        if !is_usable {
            return Err(if model.delay_s > 0.0 { RuleError::Plant } else { RuleError::NoDelay });
        }
        Ok(Gains { rule: self, k, ti_s, td_s })
    }

    fn settings(self, model: &Model) -> Result<[f64; 3], RuleError> {
        let Model { gain, time_constant_s: t, delay_s: l } = *model;
        match self {
            Self::Simc => Ok(simc(model, l)),
            Self::SimcWith { closed_loop_s } => Ok(simc(model, positive(closed_loop_s)?)),
            Self::AmigoPi => {
                let k = 0.15 + (0.35 - l * t / ((l + t) * (l + t))) * t / l;
                Ok([
                    k / gain,
                    0.35 * l + 13.0 * l * t * t / (t * t + 12.0 * l * t + 7.0 * l * l),
                    0.0,
                ])
            }
            Self::AmigoPid => {
                let ti = l * (0.4 * l + 0.8 * t) / (l + 0.1 * t);
                Ok([(0.2 + 0.45 * t / l) / gain, ti, 0.5 * l * t / (0.3 * l + t)])
            }
            Self::Lambda => Ok(lambda(model, t.max(3.0 * l))),
            Self::LambdaWith { closed_loop_s } => Ok(lambda(model, positive(closed_loop_s)?)),
            Self::TyreusLuybenPi => ultimate(model, [1.0 / 3.2, 2.2, 0.0]),
            Self::TyreusLuybenPid => ultimate(model, [1.0 / 2.2, 2.2, 1.0 / 6.3]),
            Self::ZieglerNichols => ultimate(model, [0.6, 0.5, 0.125]),
        }
    }
}

fn simc(model: &Model, closed_loop_s: f64) -> [f64; 3] {
    let sum = closed_loop_s + model.delay_s;
    let time = model.time_constant_s;
    [time / (model.gain * sum), time.min(4.0 * sum), 0.0]
}

fn lambda(model: &Model, closed_loop_s: f64) -> [f64; 3] {
    let time = model.time_constant_s;
    [time / (model.gain * (closed_loop_s + model.delay_s)), time, 0.0]
}

/// Multiples of the ultimate gain and, twice, the ultimate period.
fn ultimate(model: &Model, [k, ti, td]: [f64; 3]) -> Result<[f64; 3], RuleError> {
    let ultimate = model.ultimate().ok_or(RuleError::NoDelay)?;
    Ok([k * ultimate.gain, ti * ultimate.period_s, td * ultimate.period_s])
}

fn positive(closed_loop_s: f64) -> Result<f64, RuleError> {
    let is_positive = closed_loop_s > 0.0 && closed_loop_s.is_finite();
    if is_positive { Ok(closed_loop_s) } else { Err(RuleError::ClosedLoopTime) }
}

/// Why a rule gives no gains.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RuleError {
    /// The plant has no gain, or a time that is negative, zero where it may not be, or no number.
    Plant,
    /// The plant has no delay: the rule would ask for an infinite gain.
    NoDelay,
    /// The time constant asked for the closed loop is not above zero.
    ClosedLoopTime,
}

impl fmt::Display for RuleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Plant => "the plant must have a gain and finite times above zero",
            Self::NoDelay => "the plant must have a delay",
            Self::ClosedLoopTime => "the time constant of the closed loop must be above zero",
        })
    }
}

impl core::error::Error for RuleError {}
