//! The fit visit's two tests: sensors matched in one bath, then the contact of the worn cap.

use super::calibrate::MeasuredChannel;
use super::skin_side::SkinTest;
use super::zones::ZoneTest;
use crate::config::Config;
use crate::hair::{hair_density, hair_kind};
use crate::outputs::{Event, EventKind, Outputs};
use coldcap_calibration::cap::{HeadMeasures, HeadReadings, SizeChoice};
use coldcap_calibration::contact::{
    ContactResult, ContactSample, ContactTest, TestClock, TestTick, Verdict,
};
use coldcap_calibration::coolant::temperature_rise;
use coldcap_calibration::hair::{HairDensity, HairKind};
use coldcap_calibration::isothermal::{
    IsothermalFault, IsothermalOffsets, IsothermalTest, LoopSensor, LoopTemperatures, PairOffset,
};
use coldcap_calibration::record::{CapCalibration, DetailVersion, FitDetail};
use coldcap_session::{Phase, Progress};
use coldcap_units::{Duration, Fault, Instant};

/// What a fit visit has found so far.
#[derive(Clone, Copy, Debug)]
pub(super) struct FitVisit {
    phase: Phase,
    /// The head, and its hair; none without the hair's density, by which a cap is chosen and judged.
    measures: Option<(HeadMeasures, (HairDensity, HairKind))>,
    /// The size that follows from it, chosen ahead of the tick that judges by it.
    chosen: Option<SizeChoice>,
    settled: Duration,
    isothermal: IsothermalTest,
    /// What the last window moved by in µK/s, where it moved too much to match the sensors.
    restless: Option<i32>,
    /// The session gave the visit up because a step of it took too long.
    out_of_time: bool,
    offsets: Option<IsothermalOffsets>,
    /// The cap whose sensors were matched; none where it does not say who it is.
    cap: Option<u32>,
    clock: TestClock,
    contact: ContactTest,
    zones: ZoneTest,
    skin: Option<SkinTest>,
    result: Option<ContactResult>,
    failed: bool,
}

/// An event of the channel: its kind, code and value.
type News = (EventKind, u16, i32);

/// [`EventKind::FitFailed`]: the sensors do not match, or could not be read.
const NOT_MATCHED: u16 = 1;
/// [`EventKind::FitFailed`]: nothing was told of the contact.
const NO_CONTACT_TOLD: u16 = 2;
/// [`EventKind::FitFailed`]: the loop did not rest in time to match the sensors.
const NEVER_RESTED: u16 = 3;

fn match_test(config: &Config) -> IsothermalTest {
    IsothermalTest::new(config.circulation.isothermal_window, config.circulation.isothermal_rest)
}

/// What one tick means to the fit visit.
pub(super) struct FitStep {
    pub(super) phase: Phase,
    /// The cap on the line; see [`SensorWatch::cap`](super::sensors::SensorWatch::cap).
    pub(super) cap: Option<u32>,
    /// Whether a cap is on the line.
    pub(super) coupled: bool,
    pub(super) at_target: bool,
    pub(super) flowing: bool,
    pub(super) dt: Duration,
}

impl FitVisit {
    pub(super) fn new(config: &Config) -> Self {
        Self {
            phase: Phase::Boot,
            measures: None,
            chosen: None,
            settled: Duration::ZERO,
            isothermal: match_test(config),
            restless: None,
            out_of_time: false,
            offsets: None,
            cap: None,
            clock: TestClock::new(),
            contact: ContactTest::new(config.contact, IsothermalOffsets::NONE),
            zones: ZoneTest::new(config.zones, config.balance, IsothermalOffsets::NONE),
            skin: None,
            result: None,
            failed: false,
        }
    }

    /// The head was measured.
    pub(super) fn measured(&mut self, head: &coldcap_session::HeadMeasures) {
        let measures = HeadMeasures::new(head.circumference_mm, head.sagittal_mm, head.coronal_mm);
        let density = hair_density(head.hair.density);
        let hair = density.map(|density| (density, hair_kind(head.hair.kind)));
        self.measures = measures.ok().zip(hair);
        self.chosen = None;
    }

    /// The session gives the visit up: a step of it took too long.
    pub(super) fn ran_out_of_time(&mut self) {
        self.out_of_time = true;
    }

    /// One tick: how far both tests are.
    pub(super) fn step<const CHANNELS: usize>(
        &mut self,
        step: &FitStep,
        measured: &MeasuredChannel,
        config: &Config,
        channel: u8,
        outputs: &mut Outputs<CHANNELS>,
    ) -> (Progress, Progress) {
        let mut news = None;
        if step.phase != self.phase {
            news = self.unmatched(step.phase);
            self.enter(step, config);
        }
        self.forget_unnamed(step);
        self.watch_skin(step, measured, config);
        let before = self.failed;
        let progress = match step.phase {
            Phase::FitCalibrate => {
                let (matched, waits) = self.match_sensors(step, measured, config);
                news = news.or(waits);
                (matched, Progress::Running)
            }
            Phase::FitVerify => (Progress::Running, self.test_contact(step, measured, config)),
            _ => (Progress::Running, Progress::Running),
        };
        if self.failed && !before {
            let is_match = step.phase == Phase::FitCalibrate;
            let code = if is_match { NOT_MATCHED } else { NO_CONTACT_TOLD };
            news = Some((EventKind::FitFailed, code, 0));
        }
        if let Some((kind, code, value)) = news {
            outputs.events.push(Event { channel, kind, code, value });
        }
        progress
    }

    /// The step took too long, and all that time the loop did not rest.
    fn unmatched(&self, next: Phase) -> Option<News> {
        let over = (self.phase, next) == (Phase::FitCalibrate, Phase::FitMeasure);
        let uk_per_s = self.restless.filter(|_| over && self.out_of_time && !self.failed)?;
        Some((EventKind::FitFailed, NEVER_RESTED, uk_per_s))
    }

    /// A window is over in which the loop did not rest: the next one begins.
    fn wait(&mut self, sensor: LoopSensor, uk_per_s: i32, config: &Config) -> News {
        self.restless = Some(uk_per_s);
        self.isothermal = match_test(config);
        (EventKind::MatchWaits, sensor as u16, uk_per_s)
    }

    /// Two caps that do not say who they are cannot be told apart: what was matched ends where one is taken away.
    fn forget_unnamed(&mut self, step: &FitStep) {
        if self.cap.is_none() && !step.coupled {
            self.offsets = None;
        }
    }

    /// A phase was entered: its test begins anew.
    fn enter(&mut self, step: &FitStep, config: &Config) {
        self.phase = step.phase;
        self.failed = false;
        self.out_of_time = false;
        match step.phase {
            Phase::FitCalibrate => {
                self.settled = Duration::ZERO;
                self.isothermal = match_test(config);
                self.restless = None;
                self.offsets = None;
                self.skin = config.skin_side.map(SkinTest::new);
            }
            Phase::FitVerify => {
                // The contact of one cap is not judged by another one's sensors.
                self.failed = self.offsets(step.cap).is_none();
                let offsets = self.offsets.unwrap_or(IsothermalOffsets::NONE);
                self.clock = TestClock::new();
                self.contact = ContactTest::new(config.contact, offsets);
                self.zones = ZoneTest::new(config.zones, config.balance, offsets);
                self.result = None;
                self.chosen = self.choice(config);
                if let Some(skin) = &mut self.skin {
                    skin.begin();
                }
            }
            _ => {}
        }
    }

    /// The skin-side sensor is followed from before the cap is put on; its two minutes are the ramp's first.
    fn watch_skin(&mut self, step: &FitStep, measured: &MeasuredChannel, config: &Config) {
        let offsets = self.offsets.unwrap_or(IsothermalOffsets::NONE);
        let Some(skin) = &mut self.skin else { return };
        match step.phase {
            Phase::FitCalibrate => skin.wait(measured, offsets, step.dt, config),
            Phase::FitVerify => skin.step(measured, offsets, (step.flowing, step.dt), config),
            _ => {}
        }
    }

    fn match_sensors(
        &mut self,
        step: &FitStep,
        measured: &MeasuredChannel,
        config: &Config,
    ) -> (Progress, Option<News>) {
        if self.offsets.is_some() {
            return (Progress::Passed, None);
        }
        // Measures that belong to no cap cannot end in a calibration.
        self.failed |= self.measures.is_none();
        if self.failed || !self.is_settled(step, config) {
            return (failed_or_running(self.failed), None);
        }
        let bath = bath(measured, config);
        match self.isothermal.step(&bath, step.dt).outcome() {
            None => (Progress::Running, None),
            Some(Ok(offsets)) => {
                (self.offsets, self.cap) = (Some(offsets), step.cap);
                self.restless = None;
                (Progress::Passed, None)
            }
            Some(Err(IsothermalFault::Drift { sensor, uk_per_s })) => {
                (Progress::Running, Some(self.wait(sensor, uk_per_s, config)))
            }
            Some(Err(_)) => {
                self.failed = true;
                (Progress::Failed, None)
            }
        }
    }

    /// Until coolant has gone round once the four sensors do not share a bath.
    fn is_settled(&mut self, step: &FitStep, config: &Config) -> bool {
        if !step.flowing {
            return false;
        }
        let settled = self.settled >= config.circulation.isothermal_settle;
        if !settled {
            self.settled = self.settled.plus(step.dt);
        }
        settled
    }

    fn test_contact(
        &mut self,
        step: &FitStep,
        measured: &MeasuredChannel,
        config: &Config,
    ) -> Progress {
        if self.failed || self.result.is_some() {
            return if self.failed { Progress::Failed } else { Progress::Passed };
        }
        let tick = self.clock.step(step.at_target, step.flowing);
        let sample = match tick {
            TestTick::Waiting => return Progress::Running,
            TestTick::Counts => {
                let flow = measured.flow.within(measured.now, config.limits.delays().input_stale);
                ContactSample { temperatures: measured.loop_temperatures(config), flow }
            }
            TestTick::Missing => MISSING,
        };
        self.zones.step(&sample.temperatures, sample.flow, step.dt);
        if let Some(skin) = &mut self.skin {
            let offsets = self.offsets.unwrap_or(IsothermalOffsets::NONE);
            skin.hold(measured, offsets, (tick == TestTick::Counts, step.dt), config);
        }
        match self.contact.step(&sample, step.dt).outcome() {
            None => Progress::Running,
            // Where the supply was cold already, the skin's two minutes end with the others.
            Some(Ok(_)) if self.skin.is_some_and(|skin| skin.is_running()) => Progress::Running,
            Some(Ok(result)) => self.judge(result, config),
            Some(Err(_)) => {
                self.failed = true;
                Progress::Failed
            }
        }
    }

    /// The heat that the whole cap takes up gates; zones and the liner's stretch can only add a reason to seat it anew or to
    /// take another size. Too little heat is *doubtful* where no zone tells why.
    ///
    /// *Repeat* does not stop the visit, it is flagged. What makes it unsure is not noise but what differs
    /// between heads and what is not known of the wall, and a second test of the same cap on the same head
    /// has both again: it would find the same. A clinician who had to override that in every second visit
    /// would no longer read the override. That holds for what was measured. Where the tests of all zones failed,
    /// by their sensors or because the model did not fit, nothing is known, and a second test may well tell:
    /// that is *doubtful*, and a clinician's to store.
    fn judge(&mut self, mut result: ContactResult, config: &Config) -> Progress {
        if let Some(skin) = &self.skin {
            self.zones.take_skin(skin, &config.zone_limits);
        }
        let choice = self.choice(config);
        let areas = choice.and_then(|it| config.ladder.area_cm2(it.best));
        let balance = areas.and_then(|areas| self.zones.balance(areas, config));
        let zones = self.zones.verdict(balance.as_ref(), self.density(), &config.zone_limits);
        result.verdict = match (result.verdict, zones) {
            (Verdict::Good, zones) => zones,
            // Too little heat has its reason where a zone fails.
            // Sensors that contradict each other, or nothing observed, are worse than that.
            (Verdict::Doubtful, Verdict::Reseat | Verdict::Resize | Verdict::Refuse) => zones,
            (whole, _) => whole,
        };
        result.verdict = choice.map_or(result.verdict, |it| sized(result.verdict, &it));
        if result.verdict == Verdict::Repeat && self.zones.tell_nothing() {
            result.verdict = Verdict::Doubtful;
        }
        self.result = Some(result);
        self.failed = !matches!(result.verdict, Verdict::Good | Verdict::Repeat);
        if self.failed { Progress::Failed } else { Progress::Passed }
    }

    fn choice(&self, config: &Config) -> Option<SizeChoice> {
        if self.chosen.is_some() {
            return self.chosen;
        }
        let (measures, hair) = self.measures.as_ref()?;
        Some(config.ladder.choose(&HeadReadings::averaged(measures, *hair)))
    }

    fn density(&self) -> Option<HairDensity> {
        self.measures.map(|(_, (density, _))| density)
    }

    /// Whether the contact lies within the uncertainty of its limit.
    pub(super) fn is_unsure(&self) -> bool {
        self.result.is_some_and(|result| result.verdict == Verdict::Repeat)
    }

    /// Whether the sensors of the loop were matched since power-up.
    pub(super) const fn has_matched(&self) -> bool {
        self.offsets.is_some()
    }

    /// What the sensors of the loop differ by in one bath, if that was measured since power-up with this cap.
    pub(super) fn offsets(&self, cap: Option<u32>) -> Option<IsothermalOffsets> {
        self.offsets.filter(|_| self.cap == cap)
    }

    /// What return showed above supply when the sensors were matched.
    pub(super) fn pair(&self, bath_u_uk: u32) -> Option<PairOffset> {
        self.isothermal.pair(bath_u_uk).ok()
    }

    /// What the visit found, if it found all of it.
    pub(super) fn calibration(
        &self,
        patient: u64,
        at: Instant,
        config: &Config,
    ) -> Option<CapCalibration> {
        let (measures, (density, _)) = self.measures?;
        let result = self.result?;
        let choice = self.choice(config)?;
        let detail = FitDetail {
            version: DetailVersion::Third,
            runner_up: choice.runner_up,
            confidence: choice.confidence,
            zones: self.zones.recorded(),
            density: Some(density),
        };
        Some(CapCalibration {
            cap_size: choice.best,
            measures,
            offsets: self.offsets?,
            heat_mw: result.heat_mw,
            verdict: result.verdict,
            at,
            patient,
            detail: Some(detail),
        })
    }
}

/// What the four sensors show, the pump's heat taken away: with the valve closed nothing else parts
/// supply and return.
fn bath(measured: &MeasuredChannel, config: &Config) -> LoopTemperatures {
    let shown = measured.loop_temperatures(config);
    let heat_mw = i32::from(config.circulation.pump_heat_mw);
    let rise = measured.flow.within(measured.now, config.limits.delays().input_stale);
    let rise = rise.map(|flow| temperature_rise(flow, heat_mw, config.contact.mixture));
    match rise {
        Ok(Some(rise)) => shown.ahead_of_pump(rise),
        Ok(None) => LoopTemperatures { supply: Err(Fault::Unavailable), ..shown },
        Err(fault) => LoopTemperatures { supply: Err(fault), ..shown },
    }
}

/// A tick in which the coolant was off its target or stood still.
const MISSING: ContactSample = ContactSample {
    temperatures: LoopTemperatures {
        supply: Err(Fault::Unavailable),
        returned: Err(Fault::Unavailable),
        front: Err(Fault::Unavailable),
        rear: Err(Fault::Unavailable),
    },
    flow: Err(Fault::Unavailable),
};

/// A head that leaves the stretch of the likeliest liner by more than tape and hair leave open wants another size than
/// the ladder has, however well what it wears may touch; one that may leave it is not known to fit.
const fn sized(verdict: Verdict, choice: &SizeChoice) -> Verdict {
    match verdict {
        Verdict::Good | Verdict::Repeat | Verdict::Reseat | Verdict::Doubtful
            if choice.surely_outside != 0 =>
        {
            Verdict::Resize
        }
        Verdict::Good if choice.outside != 0 => Verdict::Repeat,
        _ => verdict,
    }
}

const fn failed_or_running(failed: bool) -> Progress {
    if failed { Progress::Failed } else { Progress::Running }
}
