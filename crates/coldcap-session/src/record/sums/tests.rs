//! The sums beside the session that they are of, step by step, whatever happens.

use super::*;
use crate::fact::Fact;
use crate::machine::{Config, Event, Observed, Progress, State, TripClass, step};
use crate::plan::{Density, Hair, HairType, PlanRequest, PostClock, Target};
use crate::regimen::Source;
use crate::request::{Request, Role};
use coldcap_units::Coolant;
use proptest::prelude::*;
extern crate std;
use std::vec::Vec;

const GOOD: Observed = Observed {
    self_test: Progress::Passed,
    coupled: true,
    flowing: true,
    tank_ready: true,
    at_target: true,
    isothermal: Progress::Running,
    contact: Progress::Passed,
    removable: true,
    cause_gone: true,
    calibration_due: false,
    degraded: false,
};

const PLAN: PlanRequest = PlanRequest {
    regimen: 3,
    source: Source::PAXMAN_FAQ,
    reason: 0,
    pre: Duration::from_mins(30),
    post: Duration::from_mins(60),
    break_each: Duration::from_mins(10),
    break_total: Duration::from_mins(20),
    target: Target::Coolant(Coolant::from_milli(-4_000)),
    post_clock: PostClock::Cooled,
};

fn patient(id: u64) -> Patient {
    let hair = Hair { density: Density::Full, kind: HairType::Ordinary };
    Patient { id, calibration: 9, session_index: 1, session_count: 6, hair, contraindications: 0 }
}

fn asks(request: Request) -> Event {
    let role = match request {
        Request::ClinicianReset { .. } => Role::Clinician,
        Request::ServiceReset { .. } => Role::Service,
        _ => Role::Nurse,
    };
    Event::Request { request, role }
}

fn minutes(count: u32) -> Event {
    Event::Advance { dt: Duration::from_mins(count), seen: GOOD }
}

fn both(request: impl Fn(bool) -> Request) -> Vec<Event> {
    Vec::from([minutes(0), asks(request(false)), asks(request(true))])
}

/// Power on, a patient, a plan, a worn cap and coolant.
fn begun() -> Vec<Event> {
    let begin = [
        Request::select(patient(1)),
        Request::ChoosePlan(PLAN),
        Request::Worn(true),
        Request::Start,
    ];
    let begin = begin.map(asks);
    [minutes(1)].into_iter().chain(begin).chain([minutes(1)]).collect()
}

fn one(event: Event) -> Vec<Event> {
    Vec::from([event])
}

fn deed() -> impl Strategy<Value = Vec<Event>> {
    let starts = |(drug, hair_toxic)| one(Event::Fact(Fact::DrugStarted { drug, hair_toxic }));
    let ends = |(drug, hair_toxic)| one(Event::Fact(Fact::DrugEnded { drug, hair_toxic }));
    let gap =
        |seconds: Option<u32>| one(Event::Restarted { gap: seconds.map(Duration::from_secs) });
    let trip = |class| one(Event::Interlock { circulate_denied: true, class });
    let amended = |(ended, drug, earlier): (bool, u16, u32)| {
        let mark = if ended { Mark::Ended } else { Mark::Started };
        let earlier = Duration::from_mins(earlier);
        one(asks(Request::Amend(Amendment { mark, drug, earlier, reason: 1 })))
    };
    let told = prop_oneof![
        4 => (1u16..8, prop::bool::weighted(0.8)).prop_map(starts),
        4 => (1u16..8, prop::bool::weighted(0.6)).prop_map(ends),
        2 => (any::<bool>(), 1u16..4, 1u32..30).prop_map(amended),
        1 => (1u64..3).prop_map(move |id| one(asks(Request::select(patient(id))))),
    ];
    let ways = prop_oneof![
        2 => Just(one(asks(Request::Stop))),
        3 => Just(both(|confirm| Request::Resume { reason: 1, confirm })),
        1 => Just(both(|confirm| Request::EndSession { reason: 1, confirm })),
        1 => prop::option::of(1u32..900).prop_map(gap),
        1 => prop::sample::select(&TripClass::ALL[1..]).prop_map(trip),
        1 => Just(both(|confirm| Request::ClinicianReset { confirm })),
        1 => Just(both(|confirm| Request::ServiceReset { confirm })),
        1 => Just([Request::ConfirmRemoved, Request::Close].map(asks).to_vec()),
        1 => Just(begun()),
    ];
    prop_oneof![11 => told, 3 => (1u32..40).prop_map(minutes).prop_map(one), 11 => ways]
}

/// The times of stretches without circulation, told from the states alone.
#[derive(Default)]
struct Stretches {
    lengths: Vec<Duration>,
    still: bool,
}

impl Stretches {
    fn look(&mut self, event: &Event, after: &State) {
        if let (Event::Advance { dt, .. }, true, Some(last)) =
            (event, self.still, self.lengths.last_mut())
        {
            *last = last.plus(*dt);
        }
        let phase = after.phase();
        let interrupted =
            phase.is_interrupted() || phase == Phase::SafeHold && after.treatment().is_some();
        if interrupted && !self.still {
            self.lengths.push(Duration::ZERO);
        }
        self.still = interrupted;
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]
    #[test]
    fn the_sums_know_what_the_session_knows(deeds in prop::collection::vec(deed(), 0..40)) {
        let (mut state, mut sums) = (State::new(), Sums::default());
        let (mut now, mut stretches) = (Instant::ZERO, Stretches::default());
        for event in begun().into_iter().chain(deeds.into_iter().flatten()) {
            if let Event::Advance { dt, .. } = event {
                now = now.plus(dt);
            }
            let (after, effects) = step(&state, &event, &Config::DEFAULT);
            effects.notes.iter().for_each(|note| sums.add(now, note));
            stretches.look(&event, &after);
            state = after;
            prop_assert_eq!(&sums.drugs, state.drugs(), "{:?}", event);
            prop_assert_eq!(sums.summary.breaks as usize, stretches.lengths.len(), "{:?}", event);
            if state.drugs().running() {
                prop_assert_eq!(sums.summary.after_infusion, PhaseClock::default(), "{:?}", event);
            }
            prop_assert!(sums.summary.drug_ends <= sums.summary.drug_starts);
            prop_assert!(sums.summary.first_drug_start <= Some(now));
        }
        if !stretches.still {
            let longest = stretches.lengths.into_iter().max().unwrap_or_default();
            prop_assert_eq!(sums.summary.longest_break, longest);
        }
    }
}
