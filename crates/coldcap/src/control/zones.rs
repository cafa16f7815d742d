//! The zones of a worn cap at the fit visit, as far as this machine has sensors for them.

use coldcap_calibration::contact::flux::{FluxFit, FluxMethod};
use coldcap_calibration::contact::judge::{ZoneLimits, judge};
use coldcap_calibration::contact::{Verdict, ZoneFault, ZoneFit, ZoneState};
use coldcap_calibration::hair::HairDensity;
use coldcap_calibration::isothermal::{IsothermalOffsets, LoopTemperatures};
use coldcap_calibration::record::{FitMethod, RecordedZone};
use coldcap_units::Duration;

/// Front and rear, each from its sensor on the inner face. The crown has none.
#[derive(Clone, Copy, Debug)]
pub(super) struct ZoneTest {
    offsets: IsothermalOffsets,
    front: FluxFit,
    rear: FluxFit,
    found: [ZoneState; 3],
}

impl ZoneTest {
    pub(super) fn new(method: FluxMethod, offsets: IsothermalOffsets) -> Self {
        let fit = FluxFit::new(method);
        Self { offsets, front: fit, rear: fit, found: [ZoneState::Unobserved; 3] }
    }

    /// One tick, of the four sensors as they show; whether the test is over.
    pub(super) fn step(&mut self, shown: &LoopTemperatures, dt: Duration) -> bool {
        let corrected = self.offsets.correct(shown);
        let coolant = [corrected.supply, corrected.returned];
        let front = self.front.step(corrected.front, coolant, dt).outcome();
        let rear = self.rear.step(corrected.rear, coolant, dt).outcome();
        self.found = [state(front), state(rear), ZoneState::Unobserved];
        front.is_some() && rear.is_some()
    }

    pub(super) fn verdict(&self, density: HairDensity, limits: &ZoneLimits) -> Verdict {
        judge(&self.found, None, density, limits).verdict
    }

    /// What a record keeps of them.
    pub(super) fn recorded(&self) -> ([Option<RecordedZone>; 3], Option<FitMethod>) {
        let zones = self.found.map(|zone| RecordedZone::of(&zone));
        let any = zones.iter().any(Option::is_some);
        (zones, any.then_some(FitMethod::InnerFace))
    }
}

fn state(outcome: Option<Result<ZoneFit, ZoneFault>>) -> ZoneState {
    outcome.map_or(ZoneState::Unobserved, ZoneState::from)
}
