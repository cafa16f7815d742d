//! One channel's coolant loop: ramp, feed-forward, PID and mixing valve.

use coldcap_units::{Coolant, Duration, Duty, Fault, Kelvin, MillilitersPerMinute};
use fixed::types::I16F16;

use crate::feed_forward::MixingBalance;

use crate::pid::{Coefficients, Input, Limits, Mode, Pid, Tuning, TuningError};
use crate::ramp::{Ramp, RunningRamp};
use crate::schedule::GainTable;
use crate::valve::{Characteristic, Valve, ValveConfig};

/// The tuning for the reference machine: K = 0.15 of the command per kelvin, Ti = 15 s, no derivative.
///
/// The plant: supply mixed from a tank some 4 K below the target and a return 1 to 1.5 K above the
/// supply, seen through a 3 s sensor, with some 5 s of transport at 1 L/min. Its gain from opening to
/// supply is (return − tank), which falls from 30 K at the start of a pull-down to 5 K at the target,
/// and each round of the loop adds to it; [`Characteristic::Quadratic`] evens that out. In simulation
/// the gain has a margin of more than 3 for a transport of 1 to 10 s, a sensor of 2 to 5 s and up to
/// 20 s of mixing in the cap. While the ramp runs, the supply would lag it by 0.2 to
/// 0.3 K on the warm side; the mixing balance that is fed forward takes that away.
pub const REFERENCE_TUNING: Tuning = Tuning::isa(0.15, 15.0, 0.0);

/// The tuning at [`SLOW_FLOW`]: the transport takes two and a half times as long.
pub const SLOW_TUNING: Tuning = Tuning::isa(0.06, 37.5, 0.0);
/// The flow that [`REFERENCE_TUNING`] is for.
pub const REFERENCE_FLOW: MillilitersPerMinute = MillilitersPerMinute(1_000);
/// The flow that [`SLOW_TUNING`] is for, and every slower one. It holds where the flow is not known.
pub const SLOW_FLOW: MillilitersPerMinute = MillilitersPerMinute(400);

/// The coefficients of a machine's loops.
pub type LoopGains = Coefficients<I16F16>;

/// Everything about a loop that does not change while it runs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LoopConfig {
    /// Of the PID over the flow in mL/min, for the period at which the loop is stepped.
    pub gains: GainTable<I16F16, 2, 1>,
    /// Feeds forward what return and tank ask of the valve; `None` leaves all work to the PID.
    pub balance: Option<MixingBalance>,
    /// Of the valve command while the loop cools. An invalid sensor closes the valve, whatever they are.
    pub limits: Limits<I16F16>,
    /// How fast the effective setpoint gets colder.
    pub ramp: Ramp,
    /// The effective setpoint is never further below the measured supply than this, and a supply that
    /// is further away after a sensor fault restarts the loop.
    pub lead: Kelvin,
    /// What the valve can do.
    pub valve: ValveConfig,
}

impl LoopConfig {
    /// For the reference machine, stepped every `period`: [`REFERENCE_TUNING`], a quadratic
    /// valve from 0 to 1 with a stroke of 10 s and 2 % of read-back tolerance, a ramp of 3 K/min with a
    /// lead of 1 K.
    ///
    /// # Errors
    /// [`TuningError`] if the period is zero or longer than the integral time of 15 s.
    pub const fn reference(period: Duration) -> Result<Self, TuningError> {
        match reference_gains(period) {
            Ok(gains) => Ok(Self {
                gains,
                balance: Some(MixingBalance { least_room: Kelvin::from_milli(1_500) }),
                limits: Limits::UNIT,
                ramp: Ramp::new(Kelvin::from_milli(3_000)),
                lead: Kelvin::from_milli(1_000),
                valve: ValveConfig {
                    characteristic: Characteristic::Quadratic,
                    full_stroke: Duration::from_secs(10),
                    tolerance: Duty::from_permille(20),
                },
            }),
            Err(error) => Err(error),
        }
    }
}

const fn reference_gains(period: Duration) -> Result<GainTable<I16F16, 2, 1>, TuningError> {
    let slow = match Coefficients::<I16F16>::new(&SLOW_TUNING, period) {
        Ok(slow) => slow,
        Err(error) => return Err(error),
    };
    let fast = match Coefficients::<I16F16>::new(&REFERENCE_TUNING, period) {
        Ok(fast) => fast,
        Err(error) => return Err(error),
    };
    match GainTable::pair([SLOW_FLOW.0 as i32, REFERENCE_FLOW.0 as i32], [slow, fast]) {
        Ok(table) => Ok(table),
        // Two flows that rise and one period cannot be refused.
        Err(_) => Err(TuningError::PeriodZero),
    }
}

/// What one step of the loop needs to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LoopInput {
    /// What the supply shall become; `None` does not cool.
    pub target: Option<Coolant>,
    /// The measured supply temperature, or why there is none.
    pub supply: Result<Coolant, Fault>,
    /// The measured return temperature, or why there is none.
    pub returned: Result<Coolant, Fault>,
    /// The measured tank temperature, or why there is none.
    pub tank: Result<Coolant, Fault>,
    /// The measured flow, or why there is none.
    pub flow: Result<MillilitersPerMinute, Fault>,
    /// What the valve did with the previous demand: its read-back, or what the guard left of it.
    pub valve_achieved: Duty,
    /// Time since the step before: the period that the coefficients are for.
    pub dt: Duration,
}

/// What one step of the loop decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct LoopOutput {
    /// The setpoint that the supply is held to now; `None` while the loop is not cooling.
    pub effective: Option<Coolant>,
    /// The valve's demand: 0 recirculates, full takes everything from the tank.
    pub valve: Duty,
}

/// The state of one channel's coolant loop.
///
/// - `None` target: the valve is closed in that step and all state is forgotten.
/// - Start, or start again: the ramp begins at the measured supply; without a valid measurement the
///   loop does not start.
/// - Invalid supply: the valve is closed in that step, ramp and integral are held. The next valid
///   sample goes on without a bump, unless the supply has by then got away by more than the lead; then
///   the loop starts again from what is measured.
///
/// An example is at the top of the [crate].
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct CoolantLoop {
    ramp: Option<RunningRamp>,
    pid: Pid<I16F16>,
    /// The last feed-forward: it stays while a sensor of it is missing.
    forward: I16F16,
    valve: Valve,
    held: bool,
}

impl CoolantLoop {
    /// A loop that is not cooling.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// One step; call it once every period of the coefficients, also while there is no target.
    ///
    /// # Panics
    /// Never.
    pub fn step(&mut self, config: &LoopConfig, input: LoopInput) -> LoopOutput {
        self.decide(config, &input, None)
    }

    /// One step in which somebody else decides what the PID would: `trim` is added to the feed-forward,
    /// within the limits. For a guided experiment, such as a [relay test](crate::tune::relay).
    ///
    /// It stands in for [`step`](Self::step), and both changes are without a bump: begin with
    /// [`trim`](Self::trim), and the next `step` goes on from what was driven last. Without a target, and
    /// while the supply is invalid, the valve is closed as ever.
    ///
    /// # Panics
    /// Never.
    pub fn drive(&mut self, config: &LoopConfig, input: LoopInput, trim: I16F16) -> LoopOutput {
        self.decide(config, &input, Some(trim))
    }

    /// The last command of the valve, 0 to 1, before its characteristic and its stroke.
    #[must_use]
    pub const fn command(&self) -> I16F16 {
        self.pid.command()
    }

    /// What the last command had beyond the feed-forward: the PID's own part, once the loop runs.
    #[must_use]
    pub fn trim(&self) -> I16F16 {
        self.pid.command().saturating_sub(self.forward)
    }

    fn decide(
        &mut self,
        config: &LoopConfig,
        input: &LoopInput,
        trim: Option<I16F16>,
    ) -> LoopOutput {
        match (input.target, input.supply) {
            (None, _) => self.stop(),
            (Some(_), Err(fault)) => self.hold(config, input, fault),
            (Some(target), Ok(supply)) => self.regulate(config, input, (target, supply), trim),
        }
    }

    fn stop(&mut self) -> LoopOutput {
        *self = Self::new();
        LoopOutput { effective: None, valve: Duty::OFF }
    }

    fn hold(&mut self, config: &LoopConfig, input: &LoopInput, fault: Fault) -> LoopOutput {
        self.held = true;
        let zero = I16F16::ZERO;
        let nothing = Input { mode: Mode::Hold, ..Input::auto(zero, Err(fault), zero, input.dt) };
        self.pid.step(&config.gains(input.flow), &config.limits, &nothing);
        let effective = self.ramp.as_ref().map(RunningRamp::effective);
        LoopOutput { effective, valve: self.valve.close() }
    }

    fn regulate(
        &mut self,
        config: &LoopConfig,
        input: &LoopInput,
        (target, supply): (Coolant, Coolant),
        trim: Option<I16F16>,
    ) -> LoopOutput {
        let achieved = self.valve.achieved(&config.valve, input.valve_achieved);
        let mut ramp = self.started(config, input, supply);
        ramp.wait_for(supply, config.lead);
        let effective = ramp.step(target, input.dt);
        self.ramp = Some(ramp);
        self.held = false;
        self.forward = config.forward(input, effective).unwrap_or(self.forward);
        let (setpoint, measured) = (effective.0.to_fixed(), Ok(supply.0.to_fixed()));
        let by_hand = |trim: I16F16| Mode::Track(self.forward.saturating_add(trim));
        let input_now = Input {
            mode: trim.map_or(Mode::Auto, by_hand),
            feed_forward: self.forward,
            ..Input::auto(setpoint, measured, achieved, input.dt)
        };
        let step = self.pid.step(&config.gains(input.flow), &config.limits, &input_now);
        let valve = self.valve.drive(&config.valve, step.command, input.dt);
        LoopOutput { effective: Some(effective), valve }
    }

    /// The ramp under way, or a new one from the measured supply.
    fn started(&mut self, config: &LoopConfig, input: &LoopInput, supply: Coolant) -> RunningRamp {
        match self.ramp {
            Some(ramp) if !(self.held && got_away(config, &ramp, supply)) => ramp,
            _ => self.start(config, input, supply),
        }
    }

    fn start(&mut self, config: &LoopConfig, input: &LoopInput, supply: Coolant) -> RunningRamp {
        let degrees = supply.0.to_fixed();
        self.forward = config.forward(input, supply).unwrap_or(I16F16::ZERO);
        let start = Input {
            mode: Mode::Track(config.limits.low()),
            feed_forward: self.forward,
            ..Input::auto(degrees, Ok(degrees), I16F16::ZERO, input.dt)
        };
        self.pid.step(&config.gains(input.flow), &config.limits, &start);
        config.ramp.start(supply)
    }
}

impl LoopConfig {
    /// The gains at this flow; those for a slow flow where it is not known.
    fn gains(&self, flow: Result<MillilitersPerMinute, Fault>) -> Coefficients<I16F16> {
        self.gains.at(flow.map_or(0, |flow| i32::from(flow.0)), 0)
    }

    /// The command that opens the valve as far as return and tank ask for.
    fn forward(&self, input: &LoopInput, setpoint: Coolant) -> Option<I16F16> {
        let opening = self.balance?.opening(setpoint, input.returned, input.tank)?;
        Some(self.valve.characteristic.command_for(opening))
    }
}

fn got_away(config: &LoopConfig, ramp: &RunningRamp, supply: Coolant) -> bool {
    supply.0.minus(ramp.effective().0) > config.lead
}
