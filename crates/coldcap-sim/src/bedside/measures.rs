//! What a visit came to, measured on what is really so.

use super::response::{Disturbed, Response};
use super::{Bedside, Course, Ending, Fall, runs_forbidden};
use crate::exposure::{Agent, Exposure, Index};
use crate::fault::FaultWindow;
use coldcap::{Outputs, Phase};
use coldcap_guard::alarm::{Priority, Row};
use coldcap_guard::interlock::TripClass;
use coldcap_guard::{Condition, Conditions};
use coldcap_units::{Duration, Instant};
use std::collections::VecDeque;

/// The target stands still when it has moved by less than this in so many seconds.
const STILL_K: f64 = 0.1;
const STILL_S: usize = 120;

/// Coolant is where it should be within this: the bar of the controller.
const BAND_K: f64 = 0.3;

/// The skin is at its plateau within this of what it is after 45 minutes.
const PLATEAU_K: f64 = 0.5;
const PLATEAU_S: usize = 45 * 60;

/// How near the freezing trips a face may be for a trip to be right: what the certificates of a sensor allow.
const NEAR_K: f64 = 0.25;
/// A trip that looks ahead follows the line on which the face falls for so long, taken over so many ticks.
const AHEAD_S: f64 = 20.0;
const LINE_TICKS: usize = 40;

/// How the coolant followed its effective target, after floor and ramp.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Tracking {
    /// Seconds in which the target stood still and coolant had had the time to reach it.
    pub steady_s: u32,
    /// The largest deviation in them, either way, in K.
    pub worst_k: f64,
    /// Their mean, signed, in K: above zero is too warm.
    pub mean_k: f64,
    /// How far coolant went below a target at which it had just arrived, in K.
    pub overshoot_k: f64,
    /// From the moment at which the ramp ended until coolant was within 0.3 K for good, in s; the longest of the visit.
    pub settling_s: f64,
    /// The largest deviation while the target moved, from two minutes after coolant began to move, in K: the lag of a ramp.
    pub ramp_k: f64,
}

/// What a visit came to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Measures {
    /// How it ended; `None` if it did not.
    pub ending: Option<Ending>,
    /// How long it took, in s.
    pub lasted_s: u32,
    /// Skin when the first drug began, in °C.
    pub skin_at_first_drug_c: Option<f64>,
    /// Skin 45 minutes after cooling began, in °C.
    pub skin_at_45_min_c: Option<f64>,
    /// Minutes from the beginning of cooling until the skin was within 0.5 K of that, for good.
    pub plateau_min: Option<f64>,
    /// The coldest that any skin was, in °C.
    pub coldest_skin_c: f64,
    /// The coldest that the cap's inner face was on a head, in °C.
    pub coldest_face_c: f64,
    /// The fastest fall of the skin over 20 s, in K/min: when cooling began, and after it was interrupted.
    pub first_fall_k_min: f64,
    /// See above.
    pub later_fall_k_min: f64,
    /// Coolant against its target.
    pub tracking: Tracking,
    /// How coolant answered to the disturbance that the observer was told of; `None` without one, and where cooling stopped
    /// by it or was not there.
    pub response: Option<Response>,
    /// What the follicles met of the drug that the observer was told of, against a scalp that was not cooled.
    pub exposure: Option<Index>,
    /// Minutes that the device counts at its target.
    pub at_target_min: f64,
    /// Minutes in which the skin really was below 22 °C.
    pub below_22_min: f64,
    /// Alarms that rose, by priority: low, medium, high.
    pub alarms: [u32; 3],
    /// What rose at least once.
    pub raised: Conditions,
    /// Trips of a running pump whose cause was not there, where nothing was broken on purpose.
    pub nuisance_trips: u32,
    /// Trips of a running pump, of any kind.
    pub trips: u32,
    /// Ticks in which something had power that must not: see [`Measures::is_unsafe`].
    pub unsafe_ticks: u32,
}

impl Measures {
    /// Whether the pump ran in a phase in which nothing may circulate, or without power: what must never be.
    #[must_use]
    pub const fn is_unsafe(&self) -> bool {
        self.unsafe_ticks > 0
    }

    /// The most urgent priority of all that rose.
    #[must_use]
    pub fn highest(&self) -> Priority {
        let all = [Priority::Low, Priority::Medium, Priority::High];
        let risen = all.iter().zip(&self.alarms).filter(|(_, count)| **count > 0);
        risen.map(|(priority, _)| *priority).next_back().unwrap_or(Priority::None)
    }
}

/// Looks at a visit as it goes on.
#[derive(Clone, Debug)]
pub struct Observer {
    measures: Measures,
    ticks: u64,
    cooling_since: Option<Instant>,
    interrupted: bool,
    /// Coolant moved in the tick before: only then can a trip stop anything.
    moved: bool,
    /// The coldest face in the latest ticks, in °C.
    faces: VecDeque<f64>,
    skins: Vec<f32>,
    fall: Fall,
    targets: VecDeque<f64>,
    arrived: bool,
    settled_at: Option<u32>,
    still_s: u32,
    sum_k: f64,
    at_target_before: f64,
    last_at_target: f64,
    disturbed: Option<Disturbed>,
    exposed: Option<Exposed>,
}

/// A drug that is looked at: what the follicles met of it, and when it begins, counted from the first drug.
#[derive(Clone, Debug)]
struct Exposed {
    exposure: Exposure,
    after: Duration,
}

impl Default for Observer {
    fn default() -> Self {
        Self::new()
    }
}

impl Observer {
    /// Before the first tick.
    #[must_use]
    pub fn new() -> Self {
        let far = f64::INFINITY;
        Self {
            measures: Measures { coldest_skin_c: far, coldest_face_c: far, ..Measures::default() },
            ticks: 0,
            cooling_since: None,
            interrupted: false,
            moved: false,
            faces: VecDeque::new(),
            skins: Vec::new(),
            fall: Fall::default(),
            targets: VecDeque::new(),
            arrived: false,
            settled_at: None,
            still_s: 0,
            sum_k: 0.0,
            at_target_before: 0.0,
            last_at_target: 0.0,
            disturbed: None,
            exposed: None,
        }
    }

    /// Looks at how coolant answers to this, and leaves those minutes out of [`Tracking`].
    #[must_use]
    pub fn disturbed_by(self, window: FaultWindow) -> Self {
        Self { disturbed: Some(Disturbed::by(window)), ..self }
    }

    /// Looks at what the follicles meet of the first hair-toxic drug of `course`, as if it were `agent`, until the visit is
    /// over. `warm_c` is what follicles have that are not cooled, in °C. Without such a drug there is nothing to look at.
    #[must_use]
    pub fn exposed_to(self, agent: Agent, course: &Course, warm_c: f64) -> Self {
        let toxic = course.drugs.iter().filter(|drug| drug.hair_toxic);
        let exposed = toxic.min_by_key(|drug| drug.after).map(|drug| Exposed {
            exposure: Exposure::new(agent, minutes(drug.lasts), warm_c),
            after: drug.after,
        });
        Self { exposed, ..self }
    }

    /// After a tick: its alarms and drives are looked at in each, the machine once a second.
    pub fn see(&mut self, bedside: &Bedside, outputs: &Outputs<1>) {
        self.ticks += 1;
        self.count(bedside, outputs);
        if self.ticks.is_multiple_of(10) {
            self.second(bedside);
        }
    }

    fn count(&mut self, bedside: &Bedside, outputs: &Outputs<1>) {
        let truth = bedside.truth();
        self.faces.push_back(truth.interface_front_c.min(truth.interface_rear_c));
        if self.faces.len() > LINE_TICKS {
            self.faces.pop_front();
        }
        let measures = &mut self.measures;
        let risen = outputs.machine.alarms.difference(measures.raised);
        measures.raised = measures.raised.union(risen);
        for event in outputs.events.iter() {
            let Some(condition) = Condition::from_code(event.code as u8) else { continue };
            match event.kind {
                coldcap::EventKind::AlarmRose => {
                    let place = (Row::of(condition).priority as usize).saturating_sub(1);
                    if let Some(count) = measures.alarms.get_mut(place) {
                        *count += 1;
                    }
                }
                coldcap::EventKind::Tripped if self.moved => {
                    measures.trips += 1;
                    measures.nuisance_trips += u32::from(!is_there(condition, &self.faces));
                }
                _ => {}
            }
        }
        let [drives] = &outputs.drives.channels;
        let [channel] = &outputs.channels;
        measures.unsafe_ticks += u32::from(runs_forbidden(&outputs.drives, channel.phase));
        self.moved = !drives.pump.is_off();
    }

    fn second(&mut self, bedside: &Bedside) {
        let (channel, truth) = (bedside.channel(), bedside.truth());
        self.measures.lasted_s += 1;
        let cooling = channel.phase.is_cooling();
        if cooling && self.cooling_since.is_none() {
            self.cooling_since = Some(bedside.now());
        }
        self.interrupted |= channel.phase == Phase::Recool;
        if bedside.cap().is_worn() {
            self.skin(truth.skin_c, truth.coldest_skin_c);
            let face_c = truth.interface_front_c.min(truth.interface_rear_c);
            self.measures.coldest_face_c = self.measures.coldest_face_c.min(face_c);
        } else {
            self.fall.forget();
        }
        if self.cooling_since.is_some() && self.skins.len() <= PLATEAU_S {
            self.skins.push(truth.skin_c as f32);
        }
        if bedside.operator().first_drug().is_some() {
            self.measures.skin_at_first_drug_c.get_or_insert(truth.skin_c);
        }
        self.minutes(channel.at_target.as_millis());
        self.meet(bedside);
        let target_c = channel.effective.filter(|_| cooling);
        let target_c = target_c.map(|target| f64::from(target.to_milli()) / 1e3);
        let deviation_k = target_c.map(|target_c| truth.supply_c - target_c);
        let disturbed = self.disturbed.as_mut();
        if disturbed.is_some_and(|disturbed| disturbed.see(bedside.now(), deviation_k)) {
            return self.lose_track();
        }
        match target_c {
            Some(target_c) => self.track(truth.supply_c, target_c),
            None => self.lose_track(),
        }
    }

    fn meet(&mut self, bedside: &Bedside) {
        let began = bedside.operator().first_drug();
        let Some((exposed, began)) = self.exposed.as_mut().zip(began) else { return };
        let began = began.plus(exposed.after);
        if bedside.now() >= began {
            let truth = bedside.truth();
            let since_min = minutes(bedside.now().since(began));
            exposed.exposure.see(since_min, 1.0 / 60.0, truth.follicle_c, truth.perfusion);
        }
    }

    fn skin(&mut self, skin_c: f64, coldest_c: f64) {
        let measures = &mut self.measures;
        measures.coldest_skin_c = measures.coldest_skin_c.min(coldest_c);
        measures.below_22_min += if skin_c < 22.0 { 1.0 / 60.0 } else { 0.0 };
        let fall = self.fall.see(skin_c);
        let most = if self.interrupted {
            &mut measures.later_fall_k_min
        } else {
            &mut measures.first_fall_k_min
        };
        *most = most.max(fall);
    }

    /// The device counts at-target minutes by phase: those of each are added.
    fn minutes(&mut self, at_target_ms: u32) {
        let now = f64::from(at_target_ms) / 60e3;
        if now < self.last_at_target {
            self.at_target_before += self.last_at_target;
        }
        self.last_at_target = now;
        self.measures.at_target_min = self.at_target_before + now;
    }

    fn track(&mut self, supply_c: f64, target_c: f64) {
        self.targets.push_back(target_c);
        if self.targets.len() > STILL_S {
            self.targets.pop_front();
        }
        let deviation = supply_c - target_c;
        let oldest = self.targets.front().copied().unwrap_or(target_c);
        let moved = self.targets.iter().any(|target| (target - target_c).abs() > STILL_K);
        let tracking = &mut self.measures.tracking;
        let begun = self.targets.len() >= STILL_S;
        if moved || (oldest - target_c).abs() > STILL_K || !begun {
            // What was in the hoses when coolant began to move is no lag of the ramp.
            let lag = if begun { deviation.abs() } else { 0.0 };
            tracking.ramp_k = tracking.ramp_k.max(lag);
            (self.arrived, self.still_s, self.settled_at) = (false, 0, None);
            return;
        }
        self.still_s += 1;
        self.arrived |= deviation <= BAND_K;
        if self.arrived {
            tracking.overshoot_k = tracking.overshoot_k.max(-deviation);
        }
        if deviation.abs() > BAND_K && self.settled_at.is_none() {
            tracking.settling_s = tracking.settling_s.max(f64::from(self.still_s));
            return;
        }
        self.settled_at.get_or_insert(self.still_s);
        tracking.steady_s += 1;
        tracking.worst_k = tracking.worst_k.max(deviation.abs());
        self.sum_k += deviation;
        tracking.mean_k = self.sum_k / f64::from(tracking.steady_s);
    }

    fn lose_track(&mut self) {
        self.targets.clear();
        (self.arrived, self.still_s, self.settled_at) = (false, 0, None);
    }

    /// What the visit came to.
    #[must_use]
    pub fn finish(mut self, bedside: &Bedside) -> Measures {
        self.measures.ending = bedside.operator().ending();
        let last = self.skins.get(PLATEAU_S).map(|skin| f64::from(*skin));
        self.measures.skin_at_45_min_c = last;
        let away = |last: f64| {
            let far = |skin: &f32| (f64::from(*skin) - last).abs() > PLATEAU_K;
            self.skins.iter().rposition(far).map_or(0.0, |second| (second + 1) as f64 / 60.0)
        };
        self.measures.plateau_min = last.map(away);
        self.measures.response = self.disturbed.and_then(|disturbed| disturbed.response());
        self.measures.exposure = self.exposed.map(|exposed| exposed.exposure.index());
        self.measures
    }
}

fn minutes(duration: Duration) -> f64 {
    f64::from(duration.as_millis()) / 60e3
}

/// Whether what tripped is really so. Freezing is judged by the cap's face, now or on the line on which it falls; all other
/// trips of a machine without a fault are a nuisance.
fn is_there(condition: Condition, faces: &VecDeque<f64>) -> bool {
    let face_c = faces.back().copied().unwrap_or(f64::INFINITY);
    match condition {
        Condition::Freeze => face_c < NEAR_K,
        Condition::FreezeAhead => face_c - fall_k_s(faces) * AHEAD_S < NEAR_K,
        _ => TripClass::of(condition).is_none(),
    }
}

/// How fast the face fell in the latest ticks, in K/s; zero where it did not.
fn fall_k_s(faces: &VecDeque<f64>) -> f64 {
    let ends = faces.front().zip(faces.back());
    let seconds = faces.len().saturating_sub(1).max(1) as f64 / 10.0;
    ends.map_or(0.0, |(first, last)| (first - last) / seconds).max(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Faces that fall by so much in each tick, down to this.
    fn falling(to_c: f64, k_s: f64) -> VecDeque<f64> {
        let back = (0..LINE_TICKS).rev().map(|tick| tick as f64);
        back.map(|back| to_c + k_s * back / 10.0).collect()
    }

    #[test]
    fn a_trip_that_looks_ahead_is_right_where_the_face_falls_to_the_limit() {
        let ahead = |to_c, k_s| is_there(Condition::FreezeAhead, &falling(to_c, k_s));
        // 0.6 °C and 1.2 K/min: 0.2 °C in twenty seconds.
        assert!(ahead(0.6, 0.02) && !ahead(0.6, 0.017));
        // Warming is no fall, and near is near.
        assert!(!ahead(0.3, -0.02) && ahead(0.2, -0.02));
    }

    #[test]
    fn a_trip_of_the_limit_is_right_at_the_limit_and_any_other_never() {
        let at = |condition, to_c| is_there(condition, &falling(to_c, 0.02));
        assert!(at(Condition::Freeze, 0.2) && !at(Condition::Freeze, 0.3));
        assert!(!at(Condition::FlowLost, 0.2));
        assert!(!is_there(Condition::FreezeAhead, &VecDeque::new()));
    }
}
