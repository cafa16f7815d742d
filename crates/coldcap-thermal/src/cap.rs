//! One channel's cap loop: holds the cap's inner face by way of the supply.
//!
//! ```text
//! interface ─┐
//! target ─ ramp ─ outer PID ─┐
//!                            ├─ the warmer ─ supply setpoint ─ coolant loop ─ valve
//! coldest sensor ─ floor PID ┘
//! ```
//!
//! The outer controller holds the mean of the control sensors; a second one keeps the coldest of all
//! sensors above the freeze floor and, where that asks for a warmer supply, has it
//! ([`select`](crate::select)). What the supply cannot do is handed back to both: their integrals follow
//! the setpoint that the coolant loop really follows.
//!
//! # The sign trap
//! A cap with poor contact reads *colder* on its inner face while the scalp under it stays warmer. A
//! loop that believed it would warm the supply where the fit is worst. The loop cannot tell; whoever
//! watches the heat uptake can ([`skin`](crate::skin)). While the contact is said to be doubtful the
//! outer controller may therefore go on making the supply colder, on its way to the target, but never
//! warmer: not on the word of that sensor alone. The freeze floor goes on acting, and so does whoever asks
//! for a warmer interface: the supply then goes up by as many kelvins as the target, at once.

use coldcap_units::{
    Celsius, Coolant, Duration, Duty, Fault, Interface, Kelvin, MillilitersPerMinute,
};
use fixed::types::I16F16;

use crate::channel::{CoolantLoop, LoopConfig, LoopInput};
use crate::pid::{Coefficients, Limits, LimitsError, Mode, Tuning, TuningError};
use crate::ramp::{Ramp, RunningRamp};
use crate::select::{Override, Select, Side};

/// The outer tuning for the reference machine: 0.6 K of supply per kelvin of interface, Ti = 60 s,
/// b = 0.6.
///
/// The plant: the interface follows the supply with a gain of 0.8 to 0.95, some 10 s of transport and
/// sensors, and 20 to 40 s of cap; the skin behind it moves over minutes and is a load. SIMC with
/// τc = 20 s gives about these figures; the coolant loop inside is three times as fast.
pub const REFERENCE_OUTER: Tuning = Tuning::isa(0.6, 60.0, 0.0).reverse().weighted(0.6, 0.0);

/// Everything about a cap loop that does not change while it runs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CapLoopConfig {
    /// Of the outer controller and of the freeze floor's, for the period at which the loop is stepped.
    pub outer: Coefficients<I16F16>,
    /// No sensor on the inner face is let below this by control. The guard's trip lies under it.
    pub floor: Interface,
    /// The warmest supply that the loop may ask for, and what it falls back to without a measurement.
    pub warmest_supply: Coolant,
    /// How fast the effective interface setpoint gets colder.
    pub ramp: Ramp,
    /// The effective setpoint is never further below the measured interface than this.
    pub lead: Kelvin,
}

impl CapLoopConfig {
    /// For the reference machine, stepped every `period`: [`REFERENCE_OUTER`], a floor of 1.5 °C,
    /// supplies up to 15 °C, a ramp of 3 K/min with a lead of 6 K.
    ///
    /// The floor lies half a kelvin above the warning at which the guard names the interface cold
    /// (1 °C); both are coldcap's own proposals.
    ///
    /// # Errors
    /// [`TuningError`] if the period is zero or longer than the integral time.
    pub const fn reference(period: Duration) -> Result<Self, TuningError> {
        match Coefficients::<I16F16>::new(&REFERENCE_OUTER, period) {
            Ok(outer) => Ok(Self {
                outer,
                floor: Interface::from_milli(1_500),
                warmest_supply: Coolant::from_milli(15_000),
                ramp: Ramp::new(Kelvin::from_milli(3_000)),
                lead: Kelvin::from_milli(6_000),
            }),
            Err(error) => Err(error),
        }
    }

    /// The supplies that may be asked for. The warmest is the safe one.
    fn supplies(&self, coldest: Coolant, warmest: I16F16) -> Result<Limits<I16F16>, LimitsError> {
        let low = coldest.0.to_fixed();
        let high = self.warmest_supply.0.to_fixed().min(warmest).max(low);
        Limits::<I16F16>::new(low, high)?.with_safe(high)
    }
}

/// What the loop shall do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CapTarget {
    /// What the inner face shall become.
    pub interface: Interface,
    /// The coldest supply that may be asked for.
    pub coldest_supply: Coolant,
}

/// What one step needs to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CapInput {
    /// The front control sensor.
    pub front: Result<Interface, Fault>,
    /// The rear control sensor.
    pub rear: Result<Interface, Fault>,
    /// The separate freeze-safety sensor.
    pub safety: Result<Interface, Fault>,
    /// Whether the contact of the cap is doubtful: then nothing is warmed on the control sensors' word.
    pub contact_doubtful: bool,
    /// The measured supply temperature.
    pub supply: Result<Coolant, Fault>,
    /// The measured return temperature.
    pub returned: Result<Coolant, Fault>,
    /// The measured tank temperature.
    pub tank: Result<Coolant, Fault>,
    /// The measured flow.
    pub flow: Result<MillilitersPerMinute, Fault>,
    /// What the valve did with the previous demand.
    pub valve_achieved: Duty,
    /// Time since the step before.
    pub dt: Duration,
}

/// What one step decided.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CapOutput {
    /// What the interface is held to now; `None` while the loop is not cooling.
    pub interface: Option<Interface>,
    /// The supply that is asked for.
    pub target: Option<Coolant>,
    /// What the supply is held to now, on its own ramp.
    pub effective: Option<Coolant>,
    /// The valve's demand.
    pub valve: Duty,
    /// The freeze floor has taken over.
    pub at_floor: bool,
}

/// The state of one channel's cap loop. The coolant loop inside belongs to the channel, which uses it
/// alone in coolant mode: changing the mode keeps its state.
///
/// - No target: the valve is closed in that step and all state is forgotten.
/// - Start: the ramp begins at the measured interface, the supply at the measured supply. Without a
///   valid supply and one valid control sensor the loop does not start.
/// - One control sensor lost: the other one is held. Both lost, or the safety sensor: the supply goes
///   to the warmest that is allowed, at once. While the contact is doubtful, losing both leaves the supply
///   where it is.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct CapLoop {
    ramp: Option<RunningRamp>,
    pair: Override<I16F16>,
    /// The supply setpoint that the coolant loop followed in the last step.
    followed: I16F16,
    /// What the outer controller asked for in the last step.
    commanded: I16F16,
    /// The interface that was wanted in the last step.
    wanted: Option<Interface>,
}

impl CapLoop {
    /// A loop that is not cooling.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// One step; call it once every period of the coefficients.
    ///
    /// # Panics
    /// Never.
    pub fn step(
        &mut self,
        config: &CapLoopConfig,
        inner: (&LoopConfig, &mut CoolantLoop),
        target: Option<CapTarget>,
        input: &CapInput,
    ) -> CapOutput {
        let (coolant, state) = inner;
        let wanted = target.and_then(|target| self.supply_target(config, &target, input));
        let (supply_target, at_floor) = match wanted {
            Some((supply, at_floor)) => (Some(supply), at_floor),
            None => {
                *self = Self::new();
                (None, false)
            }
        };
        let output = state.step(coolant, input.for_coolant_loop(supply_target));
        let followed = output.effective.or(supply_target).map(|supply| supply.0.to_fixed());
        self.followed = followed.unwrap_or(I16F16::ZERO);
        CapOutput {
            interface: self.ramp.map(|ramp| Interface(ramp.effective().0)),
            target: supply_target,
            effective: output.effective,
            valve: output.valve,
            at_floor,
        }
    }

    /// The supply that the interface asks for; `None` if the loop cannot start.
    fn supply_target(
        &mut self,
        config: &CapLoopConfig,
        target: &CapTarget,
        input: &CapInput,
    ) -> Option<(Coolant, bool)> {
        let limits = config.supplies(target.coldest_supply, I16F16::MAX).ok()?;
        let interface = input.interface();
        let starting = self.ramp.is_none();
        let eased = self.eased(target.interface);
        let setpoint = self.ramped(config, target, interface, input.dt)?;
        let mode = match input.supply {
            Ok(supply) if starting => Mode::Track(supply.0.to_fixed()),
            Err(_) if starting => return None,
            _ if input.contact_doubtful && eased > Kelvin::ZERO => {
                Mode::Track(self.commanded.saturating_add(eased.to_fixed()))
            }
            _ => Mode::Auto,
        };
        // Without any sensor the loop falls back to the warmest supply there is; but not in doubt, where a
        // lifted cap would then be held there: both sensors lost for long is the guard's to stop. Where
        // nothing colder is left either, it stays, too.
        let doubted = input.contact_doubtful && mode == Mode::Auto;
        let (mode, below) = match doubted {
            false => (mode, limits),
            true if interface.is_err() || self.commanded <= limits.low() => {
                (Mode::Track(limits.limit(self.commanded)), limits)
            }
            true => (mode, config.supplies(target.coldest_supply, self.commanded).ok()?),
        };
        let main = Side {
            with: &config.outer,
            limits: &below,
            mode,
            setpoint: setpoint.0.to_fixed(),
            measured: interface.map(|interface| interface.0.to_fixed()),
            feed_forward: I16F16::ZERO,
        };
        let floor = Side {
            limits: &limits,
            mode: if starting { mode } else { Mode::Auto },
            setpoint: config.floor.0.to_fixed(),
            measured: input.coldest().map(|coldest| coldest.0.to_fixed()),
            ..main
        };
        let selected = self.pair.step(Select::Highest, &main, &floor, self.followed, input.dt);
        self.commanded = selected.main.command;
        let supply = Coolant(Celsius::from_fixed(selected.command));
        Some((supply, selected.constrained))
    }

    /// By how much warmer an interface is wanted than in the step before.
    fn eased(&mut self, wanted: Interface) -> Kelvin {
        let before = self.wanted.replace(wanted).unwrap_or(wanted);
        wanted.0.minus(before.0)
    }

    /// The effective interface setpoint; the ramp begins at what is measured.
    fn ramped(
        &mut self,
        config: &CapLoopConfig,
        target: &CapTarget,
        interface: Result<Interface, Fault>,
        dt: Duration,
    ) -> Option<Interface> {
        let mut ramp = match (self.ramp, interface) {
            (Some(ramp), _) => ramp,
            (None, Ok(interface)) => config.ramp.start(Coolant(interface.0)),
            (None, Err(_)) => return None,
        };
        if let Ok(interface) = interface {
            ramp.wait_for(Coolant(interface.0), config.lead);
        }
        let effective = ramp.step(Coolant(target.interface.0), dt);
        self.ramp = Some(ramp);
        Some(Interface(effective.0))
    }
}

impl CapInput {
    /// The mean of the control sensors that are valid.
    fn interface(&self) -> Result<Interface, Fault> {
        match (self.front, self.rear) {
            (Ok(front), Ok(rear)) => {
                let rise = rear.0.minus(front.0).to_fixed();
                let half = Kelvin::from_fixed(I16F16::from_bits(rise.to_bits() / 2));
                Ok(Interface(front.0.plus(half)))
            }
            (Ok(one), Err(_)) | (Err(_), Ok(one)) => Ok(one),
            (Err(fault), Err(_)) => Err(fault),
        }
    }

    /// The coldest of all sensors on the inner face; the safety sensor's fault, if it has one.
    fn coldest(&self) -> Result<Interface, Fault> {
        let safety = self.safety?;
        let sensors = [self.front, self.rear].into_iter().flatten();
        Ok(sensors.fold(safety, Interface::min))
    }

    fn for_coolant_loop(&self, target: Option<Coolant>) -> LoopInput {
        LoopInput {
            target,
            supply: self.supply,
            returned: self.returned,
            tank: self.tank,
            flow: self.flow,
            valve_achieved: self.valve_achieved,
            dt: self.dt,
        }
    }
}
