//! The skin-side sensor at the fit visit: the bare skin, the moment the cap is put on, and then the first two
//! minutes of the ramp, behind which the half-space fit spends one iteration a tick. Once the target is reached, and
//! where the inner face has a sensor too, the heat that crosses the hair is held against the drop across it.
//!
//! That second value is stated, as it holds for any head and is known best. The first one then tells whether the sensor
//! shows skin at all: what neither cools like skin nor changes is none.

use super::calibrate::MeasuredChannel;
use crate::config::{Config, SkinSide};
use coldcap_calibration::contact::contradiction::{Correlation, is_surely_less};
use coldcap_calibration::contact::donning::Donning;
use coldcap_calibration::contact::drop::DropFit;
use coldcap_calibration::contact::half_space::HalfSpaceFit;
use coldcap_calibration::contact::{Conductance, Zone, ZoneFault, ZoneFit, ZoneState};
use coldcap_calibration::isothermal::IsothermalOffsets;
use coldcap_calibration::record::{FitMethod, ZoneRecord};
use coldcap_units::{Celsius, Coolant, Duration, Fault, Interface, Skin};

/// What a sensor on the skin falls by at least, in thousandths of a kelvin: one that shows the room does not.
const LEAST_FALL_MK: i32 = 500;

/// What one tick shows of one zone.
#[derive(Clone, Copy, Debug)]
struct Shown {
    skin: Result<Skin, Fault>,
    outside: Result<Celsius, Fault>,
    /// The inner face that tells whether the cap is on.
    face: Result<Celsius, Fault>,
    coolant: Result<Coolant, Fault>,
}

/// The test of the zone that the sensor lies under.
#[derive(Clone, Copy, Debug)]
pub(super) struct SkinTest {
    side: SkinSide,
    donning: Donning,
    fit: Option<HalfSpaceFit>,
    last_fault: Fault,
    outcome: Option<Result<ZoneFit, ZoneFault>>,
    drop: Option<DropFit>,
    by_drop: Option<Result<ZoneFit, ZoneFault>>,
}

impl SkinTest {
    pub(super) fn new(side: SkinSide) -> Self {
        Self {
            side,
            donning: Donning::new(),
            fit: None,
            last_fault: Fault::Unavailable,
            outcome: None,
            drop: None,
            by_drop: None,
        }
    }

    /// One tick ahead of the ramp.
    pub(super) fn wait(
        &mut self,
        measured: &MeasuredChannel,
        offsets: IsothermalOffsets,
        dt: Duration,
        config: &Config,
    ) {
        let shown = shown(self.side.zone, measured, offsets, config);
        self.last_fault = shown.skin.err().unwrap_or(self.last_fault);
        self.donning.step(shown.skin, shown.outside, shown.face, shown.coolant, dt);
    }

    /// The ramp begins.
    pub(super) fn begin(&mut self) {
        let before = self.donning.before();
        let fit = |resting| HalfSpaceFit::after(self.side.method, resting, before);
        self.fit = self.donning.resting().map(fit);
        // Skin that was never seen bare has nothing to fall from.
        let unseen = Some(Err(ZoneFault::Sensor(self.last_fault)));
        self.outcome = unseen.filter(|_| self.fit.is_none());
        self.drop = self.side.drop.map(DropFit::new);
        self.by_drop = None;
    }

    /// One tick of the ramp and of what follows it.
    pub(super) fn step(
        &mut self,
        measured: &MeasuredChannel,
        offsets: IsothermalOffsets,
        (flowing, dt): (bool, Duration),
        config: &Config,
    ) {
        let shown = shown(self.side.zone, measured, offsets, config);
        // Without flow the inner face goes on being what is outside the hair, but nothing was tried so.
        let outside = if flowing { shown.outside } else { Err(Fault::Unavailable) };
        if let Some(fit) = &mut self.fit {
            self.outcome = fit.step(shown.skin, outside, dt).outcome();
        }
    }

    /// One tick of the test at the target; whether it counts.
    pub(super) fn hold(
        &mut self,
        measured: &MeasuredChannel,
        offsets: IsothermalOffsets,
        (counts, dt): (bool, Duration),
        config: &Config,
    ) {
        let Some(fit) = &mut self.drop else { return };
        let loops = offsets.correct(&measured.loop_temperatures(config));
        let face = match self.side.zone {
            Zone::Front => loops.front,
            Zone::Rear => loops.rear,
            Zone::Crown => Err(Fault::Absent),
        };
        let face: Result<Interface, Fault> = if counts { face } else { Err(Fault::Unavailable) };
        let skin = measured.skin.within(measured.now, config.circulation.oldest);
        let coolant = [loops.supply, loops.returned];
        self.by_drop = fit.step(skin, face, coolant, dt).outcome();
    }

    /// Whether it needs further ticks.
    pub(super) const fn is_running(&self) -> bool {
        self.outcome.is_none()
    }

    /// The zone, and what is known of it: by flux over drop where that told something of a sensor that shows skin, else by
    /// how the skin cooled. A machine whose sensor was not plugged in has not observed it.
    pub(super) fn found(&self) -> (Zone, ZoneRecord) {
        let told = |outcome: &Result<ZoneFit, ZoneFault>| match outcome {
            Ok(_) | Err(ZoneFault::Sensor(Fault::Disagrees)) => true,
            Err(fault) => matches!(fault, ZoneFault::BelowRange | ZoneFault::AboveRange(_)),
        };
        match self.by_drop.filter(|outcome| told(outcome) && self.shows_skin()) {
            Some(outcome) => {
                let state = ZoneState::from(outcome);
                (self.side.zone, ZoneRecord::of(&state, FitMethod::FluxOverDrop))
            }
            None => self.found_by_cooling(),
        }
    }

    /// It was seen bare at what a skin may have, and cooled as skin does under that contact or a closer one. What hardly
    /// falls is none: its drop stays large, and is not the hair's. A skin too warm for the half-space is one all the same.
    fn shows_skin(&self) -> bool {
        self.has_fallen() && self.has_cooled_as_skin()
    }

    /// Under any contact that has a figure skin loses more than this within the test.
    fn has_fallen(&self) -> bool {
        let late = self.drop.as_ref().and_then(DropFit::skin);
        self.donning.resting().zip(late).is_some_and(|(resting, late)| {
            resting.to_milli().saturating_sub(late.to_milli()) >= LEAST_FALL_MK
        })
    }

    fn has_cooled_as_skin(&self) -> bool {
        let warmest = self.side.method.resting_flux.warmest;
        match (self.outcome, self.by_drop) {
            (Some(Err(ZoneFault::Misfit)), _) => {
                self.donning.resting().is_some_and(|skin| skin > warmest)
            }
            (
                Some(cooled @ (Ok(_) | Err(ZoneFault::BelowRange | ZoneFault::AboveRange(_)))),
                Some(crossed),
            ) => {
                let [cooled, crossed] = [cooled, crossed].map(ZoneState::from);
                let (least, _) =
                    self.side.drop.map_or((Conductance(0), Conductance(0)), |it| it.range);
                !is_surely_less(&cooled, &crossed, least, Correlation::NONE)
            }
            _ => false,
        }
    }

    fn found_by_cooling(&self) -> (Zone, ZoneRecord) {
        let method = match self.side.zone {
            Zone::Front | Zone::Rear => FitMethod::SkinAndInnerFace,
            Zone::Crown => FitMethod::SkinAndCoolant,
        };
        let state = match self.outcome {
            None | Some(Err(ZoneFault::Sensor(Fault::Absent))) => ZoneState::Unobserved,
            Some(outcome) => ZoneState::from(outcome),
        };
        (self.side.zone, ZoneRecord::of(&state, method))
    }
}

fn shown(
    zone: Zone,
    measured: &MeasuredChannel,
    offsets: IsothermalOffsets,
    config: &Config,
) -> Shown {
    let loops = offsets.correct(&measured.loop_temperatures(config));
    let middle = |one: Result<Celsius, Fault>, other: Result<Celsius, Fault>| {
        let half = |celsius: Celsius| celsius.to_milli();
        Ok(Celsius::from_milli(half(one?).saturating_add(half(other?)) / 2))
    };
    let coolant = middle(loops.supply.map(|it| it.0), loops.returned.map(|it| it.0));
    let (front, rear) = (loops.front.map(|it| it.0), loops.rear.map(|it| it.0));
    let (outside, face) = match zone {
        Zone::Front => (front, front),
        Zone::Rear => (rear, rear),
        Zone::Crown => (coolant, middle(front, rear)),
    };
    let skin = measured.skin.within(measured.now, config.circulation.oldest);
    Shown { skin, outside, face, coolant: coolant.map(Coolant) }
}
