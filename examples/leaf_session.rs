//! A session up to the stop that nobody is refused, and the record that it leaves: `coldcap-session` alone.
//!
//! `cargo run -p coldcap-examples --example leaf_session`

use coldcap_session::record::{Chain, verify};
use coldcap_session::*;
use coldcap_units::{Coolant, Duration, Instant};

const PLAN: PlanRequest = PlanRequest {
    regimen: 3,
    source: regimen::Source::PAXMAN_FAQ,
    reason: 0,
    pre: Duration::from_mins(30),
    post: Duration::from_mins(60),
    break_each: Duration::from_mins(10),
    break_total: Duration::from_mins(20),
    target: Target::Coolant(Coolant::from_milli(-4_000)),
    post_clock: PostClock::Cooled,
};
const HAIR: Hair = Hair { density: Density::Full, kind: HairType::Ordinary };
#[rustfmt::skip]
const PATIENT: Patient =
    Patient { id: 17, calibration: 1, session_index: 1, session_count: 6, hair: HAIR, contraindications: 0 };

fn main() -> Result<(), Box<dyn core::error::Error>> {
    let (self_test, on) = (Progress::Passed, true);
    let seen = Observed {
        self_test,
        coupled: on,
        flowing: on,
        tank_ready: on,
        at_target: on,
        ..Observed::default()
    };
    let minute = Event::Advance { dt: Duration::from_mins(1), seen };
    let by = |role, request| Event::Request { request, role };
    let mut events = vec![minute];
    let requests =
        [Request::select(PATIENT), Request::ChoosePlan(PLAN), Request::Worn(true), Request::Start];
    events.extend(requests.map(|request| by(Role::Nurse, request)));
    events.extend([minute; 31]);
    events.push(Event::Fact(Fact::DrugStarted { drug: 1, hair_toxic: true }));
    events.push(by(Role::Observer, Request::Stop));

    let (mut state, mut chain, mut record) = (State::new(), Chain::new(), Vec::new());
    for (number, event) in events.iter().enumerate() {
        let (next, effects) = step(&state, event, &Config::DEFAULT);
        assert!(effects.answer.is_none_or(|answer| answer.is_ok()), "{event:?}");
        let at = Instant::from_millis(60_000 * number as u64);
        record.extend(effects.notes.iter().map(|note| chain.append(at, 0, &note)));
        if next.phase() != state.phase() {
            println!("event {number:>2}  {} -> {}", state.phase(), next.phase());
        }
        state = next;
    }
    assert_eq!(state.phase(), Phase::Paused, "an observer stopped it");
    verify(&record)?;
    record[3].channel = 1;
    println!("{} entries; one of them changed: {}", record.len(), verify(&record).unwrap_err());
    Ok(())
}
