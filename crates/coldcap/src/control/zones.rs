//! The zones of a worn cap at the fit visit, as far as this machine has sensors for them.

use super::skin_side::SkinTest;
use crate::config::Config;
use coldcap_calibration::contact::balance::{BalanceMethod, EnergyBalance, LoopSide, ZoneHeat};
use coldcap_calibration::contact::contradiction::{Correlation, contradict, is_surely_less};
use coldcap_calibration::contact::flux::{FluxFit, FluxMethod};
use coldcap_calibration::contact::judge::{ZoneLimits, judge_by_methods};
use coldcap_calibration::contact::{Conductance, Verdict, Zone, ZoneFault, ZoneFit, ZoneState};
use coldcap_calibration::hair::HairDensity;
use coldcap_calibration::isothermal::{IsothermalOffsets, LoopTemperatures};
use coldcap_calibration::record::{FitMethod, RecordedZone, ZoneRecord};
use coldcap_units::{Duration, Fault, MillilitersPerMinute};

/// Front and rear, each from its sensor on the inner face, and the loop's heat beside them. The crown has
/// no such sensor.
#[derive(Clone, Copy, Debug)]
pub(super) struct ZoneTest {
    offsets: IsothermalOffsets,
    front: FluxFit,
    rear: FluxFit,
    around: LoopSide,
    /// Where the inner face's method ends below.
    least: Conductance,
    found: [ZoneRecord; 3],
    /// Both have told, and tell the same in each further tick.
    is_over: bool,
}

impl ZoneTest {
    pub(super) fn new(
        method: FluxMethod,
        balance: BalanceMethod,
        offsets: IsothermalOffsets,
    ) -> Self {
        let fit = FluxFit::new(method);
        let around = LoopSide::new(balance);
        let (least, _) = method.range;
        let found = [ZoneRecord::Unobserved; 3];
        Self { offsets, front: fit, rear: fit, around, least, found, is_over: false }
    }

    /// One tick, of the four sensors as they show; whether the test is over.
    pub(super) fn step(
        &mut self,
        shown: &LoopTemperatures,
        flow: Result<MillilitersPerMinute, Fault>,
        dt: Duration,
    ) -> bool {
        let corrected = self.offsets.correct(shown);
        self.around.step(&corrected, flow, dt);
        if self.is_over {
            return true;
        }
        let coolant = [corrected.supply, corrected.returned];
        let front = self.front.step(corrected.front, coolant, dt).outcome();
        let rear = self.rear.step(corrected.rear, coolant, dt).outcome();
        self.found = [from_inner_face(front), from_inner_face(rear), ZoneRecord::Unobserved];
        self.is_over = front.is_some() && rear.is_some();
        self.is_over
    }

    /// What a skin-side sensor told beside what the inner face did.
    ///
    /// Where both told something, and not the same, neither is stated: the zone's sensors disagree, and it is unsure. Where
    /// they agree the better known of both is stated. Where one of them told nothing the other is what there is, but for an
    /// inner face that stuck: then what the skin was held against is not known either.
    ///
    /// Beside flux over drop only less than that is not the same. More is what the inner face tells under a fever or a
    /// flushed skin: the law does not hold on this head, and no other zone is told by it.
    pub(super) fn take_skin(&mut self, test: &SkinTest, limits: &ZoneLimits) {
        let (zone, found) = test.found();
        let [front, rear, crown] = &mut self.found;
        let place = match zone {
            Zone::Front => front,
            Zone::Rear => rear,
            Zone::Crown => crown,
        };
        let face = *place;
        *place = chosen(face, found, self.least);
        if tells_too_much(&face, place, self.least) {
            let lowest = limits.least.into_iter().min().unwrap_or(self.least);
            self.found.iter_mut().for_each(|zone| *zone = without_law(*zone, lowest));
        }
    }

    pub(super) fn verdict(
        &self,
        balance: Option<&EnergyBalance>,
        density: Option<HairDensity>,
        limits: &ZoneLimits,
    ) -> Verdict {
        let (states, methods) =
            (self.found.map(|zone| zone.state()), self.found.map(|zone| zone.method()));
        judge_by_methods(&states, methods, balance, density, limits).verdict
    }

    /// Whether every zone that was tested failed in a way that tells nothing of it.
    pub(super) fn tell_nothing(&self) -> bool {
        let mut tested = self.found.iter().filter(|zone| **zone != ZoneRecord::Unobserved);
        tested.all(told_nothing)
    }

    /// The zones' heat against the loop's, under a cap of these areas; `None` where one of both is not known.
    pub(super) fn balance(&self, areas: [u16; 3], config: &Config) -> Option<EnergyBalance> {
        let [front, rear, crown] = areas;
        let heat = |area_cm2, flux| ZoneHeat { area_cm2, flux };
        let heats = [
            heat(front, self.front.late_flux_into_coolant()),
            heat(rear, self.rear.late_flux_into_coolant()),
            heat(crown, None),
        ];
        let around = self.around.heat(config.contact.mixture)?;
        let shared = config.balance.shared(config.zones.wall.uncertainty);
        EnergyBalance::new(&heats, shared, around)
    }

    /// What a record keeps of them.
    pub(super) const fn recorded(&self) -> [ZoneRecord; 3] {
        self.found
    }
}

/// A zone beyond the range of its method has told something; one whose sensor or model failed has not.
const fn told_nothing(zone: &ZoneRecord) -> bool {
    matches!(
        zone,
        ZoneRecord::Failed(
            ZoneFault::Sensor(_) | ZoneFault::NoStep | ZoneFault::Unsettled | ZoneFault::Misfit,
            _
        )
    )
}

/// Whether the inner face told surely more than the flux over drop that is stated.
fn tells_too_much(face: &ZoneRecord, stated: &ZoneRecord, least: Conductance) -> bool {
    stated.method() == Some(FitMethod::FluxOverDrop)
        && is_surely_less(&stated.state(), &face.state(), least, Correlation::OF_ONE_WALL)
}

/// A zone of a head on which the inner face's law was seen to tell too much. That it is surely below what is asked of any
/// hair stands; anything else is not known.
fn without_law(zone: ZoneRecord, lowest: Conductance) -> ZoneRecord {
    let highest = |zone: &RecordedZone| {
        zone.conductance().0.saturating_add(zone.uncertainty().0.saturating_mul(2))
    };
    match zone {
        ZoneRecord::Observed(value, FitMethod::InnerFace) if highest(&value) < lowest.0 => zone,
        ZoneRecord::Observed(_, FitMethod::InnerFace)
        | ZoneRecord::Failed(ZoneFault::AboveRange(_), FitMethod::InnerFace) => {
            ZoneRecord::Failed(ZoneFault::Misfit, FitMethod::InnerFace)
        }
        _ => zone,
    }
}

/// Of the two values of one zone.
fn chosen(face: ZoneRecord, skin: ZoneRecord, least: Conductance) -> ZoneRecord {
    let is_stuck = matches!(face, ZoneRecord::Failed(ZoneFault::Sensor(Fault::Stuck), _));
    if skin == ZoneRecord::Unobserved || is_stuck {
        return face;
    }
    let skin = within(skin, least);
    let method = skin.method().unwrap_or(FitMethod::SkinAndInnerFace);
    let contradicts = match method {
        FitMethod::FluxOverDrop => {
            let correlation = Correlation::OF_ONE_WALL;
            is_surely_less(&face.state(), &skin.state(), least, correlation)
        }
        _ => contradict(&face.state(), &skin.state(), least),
    };
    if contradicts {
        return ZoneRecord::Failed(ZoneFault::Sensor(Fault::Disagrees), method);
    }
    // Sensors on both sides of the hair that cannot both be right leave nothing to trust.
    if skin == ZoneRecord::Failed(ZoneFault::Sensor(Fault::Disagrees), FitMethod::FluxOverDrop) {
        return skin;
    }
    match (face.value(), skin.value()) {
        (Some(face_value), Some(value))
            if method != FitMethod::FluxOverDrop && is_better(&face_value, &value) =>
        {
            face
        }
        _ if told_nothing(&skin) && face != ZoneRecord::Unobserved => face,
        _ => skin,
    }
}

/// A skin-side value below where the methods end is none either: it says that there is hardly any contact.
fn within(skin: ZoneRecord, least: Conductance) -> ZoneRecord {
    match skin {
        ZoneRecord::Observed(zone, method) if zone.conductance() < least => {
            ZoneRecord::Failed(ZoneFault::BelowRange, method)
        }
        _ => skin,
    }
}

/// Whether one is known to a smaller share than the other.
fn is_better(one: &RecordedZone, other: &RecordedZone) -> bool {
    let product = |u: Conductance, of: Conductance| u64::from(u.0).saturating_mul(of.0.into());
    product(one.uncertainty(), other.conductance())
        < product(other.uncertainty(), one.conductance())
}

fn from_inner_face(outcome: Option<Result<ZoneFit, ZoneFault>>) -> ZoneRecord {
    let state = outcome.map_or(ZoneState::Unobserved, ZoneState::from);
    ZoneRecord::of(&state, FitMethod::InnerFace)
}
