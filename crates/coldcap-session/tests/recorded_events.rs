//! Events as the numbers of the record: as `Kind` lays them out, and back.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

mod script;

use coldcap_session::record::{
    Chain, Entry, Fields, Fold, FoldError, FoldFault, Kind, Recorder, Summary,
};
use coldcap_session::*;
use coldcap_units::{Coolant, Duration, Duty, Instant, Interface};
use script::{GOOD, HEAD, PATIENT};

const NOTHING: Observed = Observed {
    self_test: Progress::Running,
    coupled: false,
    flowing: false,
    tank_ready: false,
    at_target: false,
    isothermal: Progress::Running,
    contact: Progress::Running,
    removable: false,
    cause_gone: false,
    calibration_due: false,
    degraded: false,
};

const PLAN: PlanRequest = PlanRequest {
    regimen: 0x0203,
    source: regimen::Source(4),
    reason: 5,
    pre: Duration::from_millis(6),
    post: Duration::from_millis(7),
    break_each: Duration::from_millis(8),
    break_total: Duration::from_millis(9),
    target: Target::Coolant(Coolant::from_milli(-4_321)),
    post_clock: PostClock::Cooled,
};

/// These fields are made of the event, and the event of them.
#[track_caller]
fn both_ways(event: Event, fields: Fields) {
    assert_eq!(Fields::from(&event), fields);
    assert_eq!(fields.event(), Some(event));
}

fn fields(kind: u8, code: u16, a: i32, b: i32) -> Fields {
    Fields::new(Kind(kind), code, a, b)
}

fn wide(fields: Fields, c: u64, d: u64) -> Fields {
    Fields { c, d, ..fields }
}

#[test]
fn what_is_seen_has_a_bit_or_two_each() {
    let none = NOTHING;
    let table = [
        (0, none),
        (1 << 0, Observed { cause_gone: true, ..none }),
        (1 << 1, Observed { removable: true, ..none }),
        (1 << 2, Observed { at_target: true, ..none }),
        (1 << 3, Observed { tank_ready: true, ..none }),
        (1 << 4, Observed { flowing: true, ..none }),
        (1 << 5, Observed { coupled: true, ..none }),
        (1 << 6, Observed { contact: Progress::Passed, ..none }),
        (2 << 6, Observed { contact: Progress::Failed, ..none }),
        (1 << 8, Observed { isothermal: Progress::Passed, ..none }),
        (2 << 8, Observed { isothermal: Progress::Failed, ..none }),
        (1 << 10, Observed { self_test: Progress::Passed, ..none }),
        (2 << 10, Observed { self_test: Progress::Failed, ..none }),
        (1 << 12, Observed { calibration_due: true, ..none }),
        (1 << 13, Observed { degraded: true, ..none }),
        (0b0101_0111_1101, Observed { isothermal: Progress::Passed, ..GOOD }),
    ];
    let dt = Duration::from_millis(u32::MAX);
    for (bits, seen) in table {
        let passed = wide(fields(32, bits, 0, 0), u32::MAX.into(), 0);
        both_ways(Event::Advance { dt, seen }, passed);
    }
}

#[test]
fn an_observation_that_nobody_can_have_made_is_no_event() {
    for bits in [3 << 6, 3 << 8, 3 << 10, 1 << 14, u16::MAX] {
        assert_eq!(fields(32, bits, 0, 0).event(), None, "{bits:#x}");
    }
    assert_eq!(wide(fields(32, 0, 0, 0), 1 << 32, 0).event(), None, "no time is that long");
}

/// The requests of the table at [`Request::code`], with the numbers that they are kept as.
fn requests() -> Vec<(Request, i32, i32)> {
    let mut all = vec![
        (Request::StartFit, 0, 0),
        (Request::Measure(HEAD), 560 | (340 << 16), 350 | (i32::from(HAIR_CODE) << 16)),
        (Request::Start, 0, 0),
        (Request::Worn(false), 0, 0),
        (Request::Worn(true), 1, 0),
        (Request::Pause(7), 7, 0),
        (Request::Extend(255), 255, 0),
        (Request::EaseOff, 0, 0),
        (Request::Stop, 0, 0),
        (Request::ConfirmRemoved, 0, 0),
        (Request::Close, 0, 0),
        (Request::Cancel, 0, 0),
        (Request::Acknowledge, 0, 0),
        (Request::Amend(amendment(Mark::Started)), 3_000, 0x0701_0102),
        (Request::Amend(amendment(Mark::Ended)), 3_000, 0x0702_0102),
    ];
    for (confirm, bit) in [(false, 0), (true, 1)] {
        all.extend([
            (Request::ConfirmFit { confirm }, 0, bit),
            (Request::Resume { reason: 5, confirm }, 5, bit),
            (Request::EndSession { reason: 9, confirm }, 9, bit),
            (Request::ClinicianReset { confirm }, 0, bit),
            (Request::ServiceReset { confirm }, 0, bit),
        ]);
    }
    all
}

/// Full, ordinary hair.
const HAIR_CODE: u16 = u16::from_le_bytes([HEAD.hair.density.code(), HEAD.hair.kind.code()]);

fn amendment(mark: Mark) -> Amendment {
    Amendment { mark, drug: 0x0102, earlier: Duration::from_secs(3), reason: 7 }
}

#[test]
fn a_request_is_kept_with_who_made_it() {
    for (request, a, b) in requests() {
        for role in Role::ALL {
            let code = u16::from_le_bytes([request.code(), role.code()]);
            both_ways(Event::Request { request, role }, fields(33, code, a, b));
        }
    }
}

#[test]
fn a_patient_and_a_plan_are_kept_whole() {
    let hair = Hair { density: Density::MuchShows, kind: HairType::ThickOrTightlyCurled };
    let (id, calibration) = (u64::MAX, 1 << 63);
    let patient = Patient { id, calibration, hair, contraindications: 1 << 31, ..PATIENT };
    let [density, kind] = [hair.density.code(), hair.kind.code()];
    assert!(density != 0 && kind != 0 && density != kind);
    let b = i32::from_le_bytes([1, 6, density | (kind << 4), 0xFE]);
    let request = Request::SelectPatient { patient, reason: 0xFE };
    let select = Event::Request { request, role: Role::Nurse };
    let code = u16::from_le_bytes([4, Role::Nurse.code()]);
    both_ways(select, wide(fields(33, code, i32::MIN, b), id, calibration));
    let cap = Target::Cap(Interface::from_milli(4_321));
    let choices = [
        (0, PLAN, -4_321),
        (1 << 12, PlanRequest { target: cap, ..PLAN }, 4_321),
        (1 << 13, PlanRequest { post_clock: PostClock::Elapsed, ..PLAN }, -4_321),
    ];
    for (bits, plan, milli) in choices {
        let code = u16::from_le_bytes([5, Role::Clinician.code()]) | bits;
        let asked = wide(fields(33, code, milli, 0x0504_0203), 6 | (7 << 32), 8 | (9 << 32));
        let request = Request::ChoosePlan(plan);
        both_ways(Event::Request { request, role: Role::Clinician }, asked);
    }
}

#[test]
fn facts_the_interlock_gaps_and_the_wall_clock_are_kept() {
    let facts = [
        (1, 0x0001_0302, 0, Fact::DrugStarted { drug: 0x0302, hair_toxic: true }),
        (1, 0x0000_0302, 0, Fact::DrugStarted { drug: 0x0302, hair_toxic: false }),
        (2, 0x0001_FFFF, 0, Fact::DrugEnded { drug: u16::MAX, hair_toxic: true }),
        (3, 0, 0, Fact::CapOff),
        (4, 0, 255, Fact::Symptom(255)),
        (5, 0, 10, Fact::Comfort(10)),
    ];
    for (code, a, b, fact) in facts {
        both_ways(Event::Fact(fact), fields(34, code, a, b));
    }
    for class in TripClass::ALL {
        for (circulate_denied, bit) in [(false, 0), (true, 1)] {
            let denied = Event::Interlock { circulate_denied, class };
            both_ways(denied, fields(35, class.code().into(), bit, 0));
        }
    }
    both_ways(Event::Restarted { gap: None }, fields(36, 0, 0, 0));
    both_ways(Event::Restarted { gap: Some(Duration::ZERO) }, fields(36, 1, 0, 0));
    both_ways(
        Event::Restarted { gap: Some(Duration::from_millis(u32::MAX)) },
        fields(36, 1, -1, 0),
    );
    let time =
        |unix_ms, code| WallTime { unix_ms, quality: ClockQuality::from_code(code).unwrap() };
    let set = Event::WallSet { old: None, new: time(8, 2) };
    both_ways(set, wide(fields(37, 2, 0, 0), 8, 0));
    let set = Event::WallSet { old: Some(time(u64::MAX, 1)), new: time(8, 2) };
    both_ways(set, wide(fields(37, 0x0102, 1, 0), 8, u64::MAX));
}

#[test]
fn what_is_driven_by_hand_is_kept() {
    for (actuator, code) in Actuator::ALL.into_iter().zip(1..) {
        for role in Role::ALL {
            let driven = ByHand::Driven { actuator, duty: Duty(65_534), role };
            let code = u16::from_le_bytes([code, role.code()]);
            both_ways(Event::ByHand(driven), fields(38, code, 65_534, 0));
        }
        for (end, why) in HandEnd::ALL.into_iter().zip(1..) {
            both_ways(
                Event::ByHand(ByHand::Ended { actuator, end }),
                fields(38, code.into(), 0, why),
            );
        }
    }
}

#[test]
fn numbers_that_no_event_makes_are_no_event() {
    let stop = |role: u8| u16::from_le_bytes([12, role]);
    let refused = [
        fields(33, u16::from_le_bytes([0, 0]), 0, 0),
        fields(33, u16::from_le_bytes([21, 0]), 0, 0),
        fields(33, stop(15), 0, 0),
        fields(33, 7, 2, 0),
        fields(33, 8, 256, 0),
        fields(33, 9, 0, 2),
        fields(33, 20, 0, 0x0003_0000),
        fields(33, 20, 0, 0),
        fields(34, 0, 0, 0),
        fields(34, 6, 0, 0),
        fields(34, 1, 0x0002_0000, 0),
        fields(34, 4, 0, 256),
        fields(35, 0, 2, 0),
        fields(35, 4, 0, 0),
        fields(36, 2, 0, 0),
        fields(37, 0, 2, 0),
        fields(37, 255, 0, 0),
        fields(31, 0, 0, 0),
        fields(38, 0, 0, 0),
        fields(38, 4, 0, 0),
        fields(38, 0x0501, 0, 0),
        fields(38, 1, 65_536, 0),
        fields(38, 1, -1, 0),
        fields(38, 1, 0, 8),
        fields(38, 1, 0, -1),
        fields(38, 1, 1, 2),
        fields(38, 0x0301, 0, 2),
        fields(39, 0, 0, 0),
        fields(63, 0, 0, 0),
    ];
    assert!(fields(33, stop(0), 0, 0).event().is_some());
    for fields in refused {
        assert_eq!(fields.event(), None, "{fields:?}");
    }
}

#[test]
fn an_event_that_cannot_be_read_stops_the_recomputation_and_other_kinds_are_passed_over() {
    let entry = |kind| {
        let fields = Fields::new(Kind(kind), u16::MAX, 0, 0);
        Entry { index: 9, at: Instant::ZERO, channel: 0, fields, link: [0; 8] }
    };
    let events: Vec<u8> = (0..=255).filter(|kind| Kind(*kind).is_event()).collect();
    assert_eq!(events, (32..64).collect::<Vec<u8>>());
    let config = Config::DEFAULT;
    for kind in 0..=255 {
        let fault = match kind {
            32..64 => Some(FoldFault::Event),
            // Code 65 535 is none of these; others pay no heed to it, and were never due.
            1..=23 | 26 => Some(FoldFault::Note),
            _ => None,
        };
        let mut fold = Fold::new(&config);
        let said = fold.add(&entry(kind));
        let no_events = Err(FoldError { index: 9, fault: FoldFault::NoEvents });
        let expected = fault.map_or(Ok(()), |fault| Err(FoldError { index: 9, fault }));
        let reads = entry(kind).note().is_some();
        assert_eq!(said, if reads { no_events } else { expected }, "{kind}");
        assert_eq!((fold.events(), *fold.state()), (0, State::new()), "{kind}");
    }
}

#[test]
fn events_are_counted_and_a_note_that_was_not_due_is_found() {
    let config = Config::DEFAULT;
    let mut chain = Chain::new();
    let mut fold = Fold::new(&config);
    let minute = Event::Advance { dt: Duration::from_secs(1), seen: NOTHING };
    for count in 1..=3 {
        let entry = chain.append_fields(Instant::ZERO, 0, Fields::from(&minute));
        assert_eq!((fold.add(&entry), fold.events()), (Ok(()), count));
    }
    assert_eq!(fold.state().clock().elapsed, Duration::from_secs(3));
    let note = chain.append(Instant::ZERO, 0, &Note::CapOff);
    assert_eq!(fold.add(&note), Err(FoldError { index: 3, fault: FoldFault::Note }));
    let unsure = chain.append(Instant::ZERO, 0, &Note::Flag(Flag::FitUnsure));
    assert_eq!(fold.add(&unsure), Ok(()), "the facade's own remark");
}

/// How many entries so many seconds make, each seen in its turn.
fn entries_of(script: &script::Script, seen: &[Observed]) -> usize {
    let (mut recorder, mut count) = (Recorder::default(), 0);
    let mut script = script.clone();
    for seen in seen {
        let event = Event::Advance { dt: Duration::from_secs(1), seen: *seen };
        let before = script.state;
        script.give(event);
        let noted = !script.notes.is_empty();
        assert!(!noted, "{:?}", script.notes);
        count += recorder.hear(&before, &event, &script.state, noted, &script.config).count();
    }
    count + recorder.flush().iter().count()
}

#[test]
fn what_a_phase_does_not_read_makes_no_entry_and_what_it_reads_does() {
    let changes = [
        Observed { flowing: false, ..GOOD },
        Observed { at_target: false, ..GOOD },
        Observed { isothermal: Progress::Failed, ..GOOD },
        Observed { removable: true, ..GOOD },
        Observed { tank_ready: false, ..GOOD },
    ];
    let entries = |script: &script::Script| changes.map(|seen| entries_of(script, &[GOOD, seen]));
    let mut script = script::Script::new();
    script.done(Request::select(PATIENT));
    assert_eq!(entries(&script), [1, 1, 1, 1, 2], "setup reads whether the tank is ready");
    assert_eq!(entries_of(&script, &[GOOD, Observed { self_test: Progress::Failed, ..GOOD }]), 2);
    let running = Observed { self_test: Progress::Running, ..GOOD };
    let failed = Observed { self_test: Progress::Failed, ..GOOD };
    assert_eq!(entries_of(&script, &[running, failed]), 1, "it is passed or it is not");
    let cooling = script::Script::cooling(script::PACLITAXEL);
    assert_eq!(entries(&cooling), [2, 2, 1, 1, 2], "cooling reads flow and target");
    let mut thawing = script::Script::post_cooling(script::PACLITAXEL);
    thawing.minutes(60);
    thawing.expect(Phase::Thaw);
    assert_eq!(entries(&thawing), [1, 1, 1, 1, 2], "too early for it to come off");
}

#[test]
fn another_note_than_the_one_that_is_due_is_found() {
    let config = Config::DEFAULT;
    let seen = Observed { self_test: Progress::Passed, ..NOTHING };
    let passed = Event::Advance { dt: Duration::from_secs(1), seen };
    let (_, effects) = step(&State::new(), &passed, &config);
    let due: Vec<Note> = effects.notes.iter().collect();
    assert!(due.len() >= 2 && !effects.notes.is_empty());
    let running = Event::Advance { dt: Duration::from_secs(1), seen: NOTHING };
    assert!(step(&State::new(), &running, &config).1.notes.is_empty());
    // As many of the notes that are due, and then this one.
    let add = |count: usize, last: &Note| {
        let mut chain = Chain::new();
        let mut fold = Fold::new(&config);
        let mut add = |entry: Entry| fold.add(&entry).map_err(|error| error.fault);
        add(chain.append_fields(Instant::ZERO, 0, Fields::from(&passed))).unwrap();
        for note in due.iter().take(count) {
            add(chain.append(Instant::ZERO, 0, note)).unwrap();
        }
        add(chain.append(Instant::ZERO, 0, last))
    };
    for (count, note) in due.iter().enumerate() {
        assert_eq!(add(count, note), Ok(()));
        assert_eq!(add(count, &Note::CapOff), Err(FoldFault::Note));
    }
    assert_eq!(add(0, &due[1]), Err(FoldFault::Note), "out of its order");
    assert_eq!(add(due.len(), &due[0]), Err(FoldFault::Note), "once more");
}

#[test]
fn an_interlock_that_says_something_new_is_an_event_and_one_that_repeats_itself_is_none() {
    let (mut recorder, mut script) =
        (Recorder::default(), script::Script::cooling(script::PACLITAXEL));
    let mut hear = |circulate_denied, class| {
        let (before, event) = (script.state, Event::Interlock { circulate_denied, class });
        script.give(event);
        let noted = !script.notes.is_empty();
        let heard: Vec<Fields> =
            recorder.hear(&before, &event, &script.state, noted, &script.config).collect();
        assert!(heard.iter().all(|fields| fields.event() == Some(event)));
        heard.len()
    };
    assert_eq!(hear(false, TripClass::None), 0);
    assert_eq!(hear(true, TripClass::Operator), 1, "it stops the pump");
    assert_eq!(hear(true, TripClass::Operator), 0);
    assert_eq!(hear(true, TripClass::Clinician), 1, "it latches");
    assert_eq!(hear(true, TripClass::Clinician), 0);
    assert_eq!(hear(true, TripClass::Operator), 0, "less is no news");
}

#[test]
fn an_interlock_that_repeats_itself_is_kept_where_a_note_follows_from_it() {
    let script = script::Script::cooling(script::PACLITAXEL);
    let event = Event::Interlock { circulate_denied: false, class: TripClass::None };
    let heard = |noted| {
        let (mut recorder, state) = (Recorder::default(), &script.state);
        recorder.hear(state, &event, state, noted, &script.config).collect::<Vec<_>>()
    };
    assert_eq!((heard(true), heard(false)), (vec![Fields::from(&event)], vec![]));
}

#[test]
fn a_summary_adds_up_notes_and_passes_over_events() {
    let mut chain = Chain::default();
    let event = Event::Advance { dt: Duration::from_secs(1), seen: NOTHING };
    let entries = [
        chain.append(Instant::ZERO, 0, &Note::Comfort(3)),
        chain.append_fields(Instant::ZERO, 0, Fields::from(&event)),
        chain.append(Instant::ZERO, 0, &Note::Comfort(7)),
    ];
    assert_eq!(record::verify(&entries), Ok(()));
    let notes = Summary::fold([&entries[0], &entries[2]]);
    assert_eq!(Summary::fold(&entries), notes);
    assert_eq!(notes.worst_comfort, Some(7));
}

// req: REC-002
#[test]
fn a_fold_ends_in_the_live_state_and_misses_the_notes_that_are_not_there() {
    let config = Config::DEFAULT;
    let seen = Observed { self_test: Progress::Passed, ..NOTHING };
    let passed = Event::Advance { dt: Duration::from_secs(1), seen };
    let (live, effects) = step(&State::new(), &passed, &config);
    let mut chain = Chain::new();
    let event = chain.append_fields(Instant::ZERO, 0, Fields::from(&passed));
    let notes = effects.notes.iter().map(|note| chain.append(Instant::ZERO, 0, &note));
    let entries: Vec<Entry> = core::iter::once(event).chain(notes).collect();
    assert_eq!(record::fold(&entries, &config), Ok(live));
    for kept in 1..entries.len() {
        let missing = Err(FoldError { index: kept as u32 - 1, fault: FoldFault::Missing });
        assert_eq!(record::fold(&entries[..kept], &config), missing);
        let again = entries[..kept].iter().chain([&event]);
        assert!(record::fold(again, &config).is_err(), "an event before the notes of the last");
    }
}
