//! The relay test on the machine: its bounds, its course, its record.

use super::bench::{Bench, Driver, Sensed};
use super::guide::{Guide, celsius, clock};
use super::still;
use super::working_point::WorkingPoint;
use crate::failure::Failure;
use coldcap::TICK;
use coldcap_thermal::pid::Action;
use coldcap_thermal::tune::fit::Sample;
use coldcap_thermal::tune::relay::{RelayConfig, RelayTest};
use coldcap_thermal::tune::{AbortReason, ConfigError, Directive, Envelope};
use coldcap_thermal::valve::Characteristic;
use coldcap_units::{Celsius, Coolant, Duration, Fault, Kelvin};
use fixed::types::I16F16;

/// What may be asked of the test.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    /// How far the supply may get away from its target.
    pub(super) band: Kelvin,
    /// The larger of the two amplitudes, of the valve's command.
    pub(super) amplitude: f64,
}

/// What a test left behind.
#[derive(Clone, Debug)]
pub(super) struct Outcome {
    pub(super) test: RelayTest,
    pub(super) config: RelayConfig,
    /// Every tick: the trim that drives from then on, and the supply in °C.
    pub(super) record: Vec<Sample>,
    pub(super) lowest: Coolant,
    pub(super) highest: Coolant,
    /// By how much the PID's part of the command moved when it took over.
    pub(super) bump: f64,
}

impl Outcome {
    pub(super) fn duration_s(&self) -> f64 {
        self.record.last().map_or(0.0, |last| last.time_s)
    }
}

pub(super) const CYCLES: u8 = 8;
pub(super) const LONGEST: Duration = Duration::from_mins(30);
/// No part of the cap's inner face may get colder.
pub(super) const COLDEST_FACE: Celsius = Celsius::from_milli(500);
const OBSERVE: Duration = Duration::from_secs(20);
/// A valve that is flat near closed moves the supply less on its way down, so it goes further there.
const ABOVE_BELOW: f64 = 0.6;
/// The supply turns round where this part of what the smaller amplitude can do is done. More shows more
/// of the plant's gain; less leaves more room for a plant that is weaker than the mixing balance says.
const HYSTERESIS_PART: f64 = 0.6;

/// How much the opening moves for the command.
pub(super) fn slope(characteristic: Characteristic, command: f64) -> f64 {
    match characteristic {
        Characteristic::Linear => 1.0,
        Characteristic::Quadratic => 2.0 * command,
    }
}

/// Runs the test, or says why it was given up. Either way the controller with the old gains goes on.
pub(super) fn run(
    bench: &mut Bench,
    point: &WorkingPoint,
    bounds: &Bounds,
    guide: &Guide,
) -> Result<Outcome, Failure> {
    let config = config(bench, point, bounds);
    let start = bench.tick(Driver::Controller).1.trim;
    let test = RelayTest::new(config, start).map_err(|error| refused(point, bounds, error))?;
    announce(&config, guide)?;
    let mut run = Run::new(test, start);
    loop {
        let sensed = bench.sense();
        match run.feed(&sensed) {
            Directive::Drive(trim) => {
                bench.act(&sensed, Driver::Experiment(trim));
                run.tell(trim, guide)?;
            }
            Directive::Done { .. } => return run.finish(bench, config, &sensed, guide),
            Directive::Aborted { output, why } => {
                // The output from before, so that the controller goes on from there.
                bench.act(&sensed, Driver::Experiment(output));
                bench.tick(Driver::Controller);
                return Err(run.given_up(&config, &sensed, why));
            }
        }
    }
}

fn config(bench: &Bench, point: &WorkingPoint, bounds: &Bounds) -> RelayConfig {
    let (target, band) = (bench.target.0.to_fixed(), bounds.band.to_fixed());
    let above = ABOVE_BELOW * bounds.amplitude;
    let hysteresis = (HYSTERESIS_PART * above * point.mixing_gain)
        .min(0.3 * f64::from(bounds.band.to_milli()) / 1_000.0);
    let forward = point.command - point.trim;
    let number = |value: f64| I16F16::saturating_from_num(value);
    RelayConfig {
        action: Action::Direct,
        level: target,
        bias: number(point.trim),
        above: number(above),
        below: number(bounds.amplitude),
        hysteresis: number(hysteresis),
        observe: OBSERVE,
        cycles: CYCLES,
        envelope: Envelope {
            lowest: target.saturating_sub(band),
            highest: target.saturating_add(band),
            output_low: number(-forward),
            output_high: number(1.0 - forward),
            longest: LONGEST,
            longest_gap: Duration::ZERO,
        },
    }
}

/// The configuration is made here, so what is left to refuse is an amplitude that does not fit.
fn refused(point: &WorkingPoint, bounds: &Bounds, error: ConfigError) -> Failure {
    let most = point.command.min((1.0 - point.command) / ABOVE_BELOW);
    let amplitude = bounds.amplitude;
    let command = point.command;
    Failure::Input(format!(
        "--amplitude: {amplitude}: allowed is at most {most:.2} around a command of {command:.2}: {error}"
    ))
}

fn announce(config: &RelayConfig, guide: &Guide) -> Result<(), Failure> {
    let degrees = |value: I16F16| celsius(Celsius::from_fixed(value).to_milli());
    guide.say(&format!(
        "3. relay test: the valve's command goes {:.3} up and {:.3} down, and turns round {:.2} K beyond {}",
        config.above,
        config.below,
        config.hysteresis,
        degrees(config.level)
    ))?;
    guide.say(&format!(
        "   bounds: supply {} to {}, cap's face above {}, {} min, every sample valid and none frozen",
        degrees(config.envelope.lowest),
        degrees(config.envelope.highest),
        celsius(COLDEST_FACE.to_milli()),
        config.envelope.longest.as_mins()
    ))
}

/// What the relay does not know of.
fn outside(sensed: &Sensed) -> Option<Ended> {
    let cold = sensed.coldest_face.map_or(true, |face| face < COLDEST_FACE);
    let frozen = sensed.supply.ok().filter(|_| sensed.supply_is_frozen);
    if cold { Some(Ended::Face(sensed.coldest_face)) } else { frozen.map(Ended::Frozen) }
}

/// A test under way.
struct Run {
    test: RelayTest,
    trim: I16F16,
    turns: u32,
    record: Vec<Sample>,
    /// Lowest and highest supply of all, and since the last cycle began.
    whole: Option<[Coolant; 2]>,
    cycle: Option<[Coolant; 2]>,
    /// Why the test was ended from outside.
    ended: Option<Ended>,
}

/// What ends the test although the relay would go on.
#[derive(Clone, Copy, Debug)]
enum Ended {
    /// The coldest sensor in the cap.
    Face(Result<Celsius, Fault>),
    /// The supply's sensor, which shows nothing but this.
    Frozen(Coolant),
}

impl Run {
    fn new(test: RelayTest, trim: I16F16) -> Self {
        Self { test, trim, turns: 0, record: Vec::new(), whole: None, cycle: None, ended: None }
    }

    fn time_s(&self) -> f64 {
        let ticks = self.record.len() as f64;
        ticks * f64::from(TICK.as_millis()) / 1_000.0
    }

    fn feed(&mut self, sensed: &Sensed) -> Directive {
        let supply = sensed.supply.map(|supply| supply.0.to_fixed());
        let mut directive = self.test.feed(supply, TICK);
        let ended = outside(sensed);
        if ended.is_some() && matches!(directive, Directive::Drive(_)) {
            self.ended = ended;
            directive = self.test.abort();
        }
        if let Ok(supply) = sensed.supply {
            self.see(supply, directive.output());
        }
        directive
    }

    fn see(&mut self, supply: Coolant, trim: I16F16) {
        let time_s = self.time_s();
        let output = f64::from(supply.to_milli()) / 1_000.0;
        self.record.push(Sample { time_s, input: trim.to_num(), output });
        for span in [&mut self.whole, &mut self.cycle] {
            let [low, high] = span.unwrap_or([supply; 2]);
            *span = Some([low.min(supply), high.max(supply)]);
        }
    }

    /// The first turn ends the observation, every second one after it a cycle.
    fn tell(&mut self, trim: I16F16, guide: &Guide) -> Result<(), Failure> {
        if trim == self.trim {
            return Ok(());
        }
        self.trim = trim;
        self.turns += 1;
        let cycle = self.turns.saturating_sub(2) / 2;
        if !self.turns.is_multiple_of(2) {
            return Ok(());
        }
        match self.cycle.take() {
            span if cycle > 0 => self.tell_cycle(cycle, span, guide),
            _ => Ok(()),
        }
    }

    fn tell_cycle(
        &self,
        cycle: u32,
        span: Option<[Coolant; 2]>,
        guide: &Guide,
    ) -> Result<(), Failure> {
        let Some([low, high]) = span.map(|span| span.map(|end| celsius(end.to_milli()))) else {
            return Ok(());
        };
        guide.say(&format!(
            "   {} cycle {cycle} of {CYCLES}: supply {low} to {high}",
            clock(self.time_s())
        ))
    }

    fn finish(
        self,
        bench: &mut Bench,
        config: RelayConfig,
        last: &Sensed,
        guide: &Guide,
    ) -> Result<Outcome, Failure> {
        self.tell_cycle(u32::from(CYCLES), self.cycle, guide)?;
        // One more tick under the output from before, and the controller takes over.
        let before = bench.act(last, Driver::Experiment(self.test_output())).trim;
        let after = bench.tick(Driver::Controller).1.trim;
        let bump = (after.to_num::<f64>() - before.to_num::<f64>()).abs();
        guide.say(&format!(
            "   {} done; the old gains took over with a step of {bump:.5} of the command",
            clock(self.time_s())
        ))?;
        let [lowest, highest] = self.whole.unwrap_or([bench.target; 2]);
        let Self { test, record, .. } = self;
        Ok(Outcome { test, config, record, lowest, highest, bump })
    }

    /// What the relay says after its end: the output from before.
    fn test_output(&self) -> I16F16 {
        self.record.last().map_or(self.trim, |last| I16F16::saturating_from_num(last.input))
    }

    fn given_up(&self, config: &RelayConfig, sensed: &Sensed, why: AbortReason) -> Failure {
        let bound = |value: I16F16| celsius(Celsius::from_fixed(value).to_milli());
        let band =
            format!("{} to {}", bound(config.envelope.lowest), bound(config.envelope.highest));
        let (what, value, allowed) = match (self.ended, why) {
            (Some(Ended::Face(Ok(face))), _) => {
                let floor = celsius(COLDEST_FACE.to_milli());
                ("cap", celsius(face.to_milli()), format!("{floor} and warmer"))
            }
            (Some(Ended::Face(Err(fault))), _) => {
                ("cap", fault.to_string(), "a valid sample".into())
            }
            (Some(Ended::Frozen(supply)), _) => {
                let limit = still::LONGEST.as_secs();
                ("supply", celsius(supply.to_milli()), format!("a change within {limit} s"))
            }
            (None, AbortReason::TimeLimit) => {
                let limit = config.envelope.longest.as_mins();
                ("time", clock(self.time_s()), format!("{limit} min"))
            }
            _ => {
                let value = sensed.supply.map(|supply| celsius(supply.to_milli()));
                ("supply", value.unwrap_or_else(|fault| fault.to_string()), band)
            }
        };
        let time = clock(self.time_s());
        let why = match self.ended {
            Some(Ended::Face(_)) => "the cap's own bound".into(),
            Some(Ended::Frozen(_)) => "the sensor is frozen".into(),
            None => why.to_string(),
        };
        Failure::Wrong(format!(
            "relay test:{what}: {value}: allowed is {allowed}: given up after {time} ({why}); the old gains stay"
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::tune::machine::working_point;
    use coldcap_sim::{FaultSchedule, PatientParameters};

    /// On the machine, at its working point.
    fn begun(faults: &str, amplitude: f64) -> Option<(Bench, Result<Outcome, Failure>)> {
        let faults = FaultSchedule::parse(faults).ok()?;
        let target = Coolant::from_milli(-4_000);
        let mut bench = Bench::new(PatientParameters::standard(), 1, faults, target).ok()?;
        let guide = Guide { talks: false };
        working_point::chill(&mut bench, &guide).ok()?;
        let point = working_point::reach(&mut bench, &guide).ok()?;
        let bounds = Bounds { band: Kelvin::from_milli(200), amplitude };
        let outcome = run(&mut bench, &point, &bounds, &guide);
        Some((bench, outcome))
    }

    fn deviation(bench: &mut Bench) -> Option<i32> {
        let supply = bench.tick(Driver::Controller).0.supply.ok()?;
        Some((supply.to_milli() + 4_000).abs())
    }

    #[test]
    fn after_a_test_that_was_given_up_the_old_gains_hold_the_target() {
        for (faults, amplitude) in [("leak@90000", 0.3), ("supply-open@3090..3091", 0.1)] {
            let (mut bench, outcome) = begun(faults, amplitude).expect("a working point");
            assert!(matches!(outcome, Err(Failure::Wrong(_))));
            assert_eq!(bench.coolant_loop, coldcap::Config::reference().coolant_loop);
            let most = (0..600).filter_map(|_| deviation(&mut bench)).max();
            assert!(most.is_some_and(|most| most < 250), "{most:?}");
            let last = (0..600).filter_map(|_| deviation(&mut bench)).max();
            assert!(last.is_some_and(|last| last < 50), "{last:?}");
        }
    }
}
