//! The contact test of a session: the first two minutes of pre-cooling.
//!
//! It only advises. Nothing waits for it, stops, warms or starts because of it: what it says goes into
//! the record and to whoever watches. The watch that flags minutes is the skin observer's, which learns
//! from the heat for longer.

use super::calibrate::MeasuredChannel;
use super::zones::ZoneTest;
use crate::config::Config;
use crate::hair::hair_density;
use crate::outputs::{Event, EventKind};
use coldcap_calibration::contact::Verdict;
use coldcap_calibration::contact::flux::FluxMethod;
use coldcap_calibration::isothermal::{IsothermalOffsets, LoopTemperatures};
use coldcap_calibration::record::RecordedZone;
use coldcap_session::record::{Fields, Kind};
use coldcap_session::{Patient, Phase};
use coldcap_units::{Duration, Fault, Kelvin};

/// The test under way, if it is.
#[derive(Clone, Copy, Debug)]
pub(super) struct ContactAdvice {
    phase: Phase,
    zones: Option<ZoneTest>,
}

/// What one tick means to it.
pub(super) struct AdviceStep {
    pub(super) phase: Phase,
    pub(super) flowing: bool,
    pub(super) dt: Duration,
    pub(super) offsets: Option<IsothermalOffsets>,
    pub(super) patient: Option<Patient>,
}

/// What two minutes have told.
#[derive(Clone, Copy, Debug)]
pub(super) struct Advice {
    verdict: Verdict,
    zones: [Option<RecordedZone>; 3],
}

impl ContactAdvice {
    pub(super) const fn new() -> Self {
        Self { phase: Phase::Boot, zones: None }
    }

    /// One tick; the advice in the tick that ends the test. A break, or whatever else ends pre-cooling
    /// earlier, ends the test without a word.
    pub(super) fn step(
        &mut self,
        step: &AdviceStep,
        measured: &MeasuredChannel,
        config: &Config,
    ) -> Option<Advice> {
        let before = core::mem::replace(&mut self.phase, step.phase);
        if (before, step.phase) == (Phase::FitCheck, Phase::PreCool) {
            self.zones = Some(begun(step, config));
        }
        let mut zones = self.zones.filter(|_| step.phase == Phase::PreCool);
        let over = zones.as_mut().is_some_and(|test| stepped(test, step, measured, config));
        self.zones = zones.filter(|_| !over);
        zones.filter(|_| over).map(|test| advice(&test, step, config))
    }
}

/// Sensors that were not matched since power-up may differ by what the uncertainty has to hold.
fn begun(step: &AdviceStep, config: &Config) -> ZoneTest {
    let (offsets, mismatch) = match step.offsets {
        Some(offsets) => (offsets, Kelvin::ZERO),
        None => (IsothermalOffsets::NONE, config.unmatched),
    };
    let method = FluxMethod { mismatch, ..config.zones_at_start };
    ZoneTest::new(method, config.balance, offsets)
}

/// No balance is asked for: while the ramp runs the coolant's own warmth is most of the loop's heat.
fn stepped(
    test: &mut ZoneTest,
    step: &AdviceStep,
    measured: &MeasuredChannel,
    config: &Config,
) -> bool {
    test.step(&shown(step, measured, config), Err(Fault::Unavailable), step.dt)
}

/// Without flow the sensors show nothing of the head.
fn shown(step: &AdviceStep, measured: &MeasuredChannel, config: &Config) -> LoopTemperatures {
    let shown = measured.loop_temperatures(config);
    let supply = if step.flowing { shown.supply } else { Err(Fault::Unavailable) };
    LoopTemperatures { supply, ..shown }
}

/// A plan whose hair was not told is advised by what holds for any.
fn advice(test: &ZoneTest, step: &AdviceStep, config: &Config) -> Advice {
    let density = step.patient.and_then(|it| hair_density(it.hair.density));
    let verdict = test.verdict(None, density, &config.zone_limits);
    Advice { verdict, zones: test.recorded().map(|zone| zone.value()) }
}

impl Advice {
    /// The entry of the record: the verdict, and each zone as its conductance and, above it, its
    /// standard uncertainty, in 0.01 W/(m²·K).
    pub(super) fn fields(&self) -> Fields {
        let word = |zone: Option<RecordedZone>| zone.map_or(0, |zone| zone.to_word());
        let [front, rear, crown] = self.zones.map(word);
        let code = u16::from(self.verdict.code());
        let entry = Fields::new(Kind::CONTACT, code, front.cast_signed(), rear.cast_signed());
        Fields { c: crown.into(), ..entry }
    }

    pub(super) fn event(&self, channel: u8) -> Event {
        let code = u16::from(self.verdict.code());
        Event { channel, kind: EventKind::ContactAdvised, code, value: 0 }
    }
}
