//! Random walks: thousands of steps that nobody thought of.

use super::*;
use crate::by_hand::{Actuator, ByHand, HandEnd};
use crate::plan::ControlMode;
use crate::record::{Chain, Entry, Fields, Recorder, fold};
use crate::wall::{ClockQuality, WallTime};
use coldcap_units::{Duty, Instant};
use proptest::prelude::*;
use std::vec;
use std::vec::Vec;

fn progress() -> impl Strategy<Value = Progress> {
    prop_oneof![
        8 => Just(Progress::Passed),
        1 => Just(Progress::Running),
        1 => Just(Progress::Failed),
    ]
}

fn mostly() -> impl Strategy<Value = bool> {
    prop::bool::weighted(0.9)
}

fn observed() -> impl Strategy<Value = Observed> {
    let switches = (mostly(), mostly(), mostly(), mostly(), mostly(), mostly(), mostly());
    (progress(), progress(), progress(), switches, mostly()).prop_map(
        |(
            self_test,
            isothermal,
            contact,
            (coupled, flowing, tank_ready, at_target, removable, cause_gone, in_date),
            sensed,
        )| {
            Observed {
                self_test,
                coupled,
                flowing,
                tank_ready,
                at_target,
                isothermal,
                contact,
                removable,
                cause_gone,
                calibration_due: !in_date,
                degraded: !sensed,
            }
        },
    )
}

fn advance() -> impl Strategy<Value = Event> {
    let dt = prop_oneof![
        2 => 0u32..2_000,
        6 => 50_000u32..400_000,
        1 => 1_000_000u32..8_000_000,
    ];
    (dt, prop_oneof![3 => Just(GOOD), 1 => observed()])
        .prop_map(|(dt, seen)| Event::Advance { dt: Duration::from_millis(dt), seen })
}

fn any_plan() -> impl Strategy<Value = PlanRequest> {
    let target = prop_oneof![
        (-8_200i32..5_200).prop_map(|milli| Target::from_milli(ControlMode::Coolant, milli)),
        (1_800i32..10_200).prop_map(|milli| Target::from_milli(ControlMode::Cap, milli)),
    ];
    let sources = prop::sample::select(vec![0u8, 1, 2, 18, 192]);
    let named = (0u16..12, sources, prop_oneof![3 => Just(0u8), 1 => 1u8..130]);
    (named, 9u32..62, 9u32..40, 0u32..17, 0u32..47, target, any::<bool>()).prop_map(
        |((regimen, source, reason), pre, post, each, total, target, elapsed)| PlanRequest {
            regimen,
            source: Source(source),
            reason,
            pre: Duration::from_mins(pre),
            post: Duration::from_mins(post),
            break_each: Duration::from_mins(each),
            break_total: Duration::from_mins(total),
            target,
            post_clock: if elapsed { PostClock::Elapsed } else { PostClock::Cooled },
        },
    )
}

fn any_patient() -> impl Strategy<Value = Patient> {
    (0u8..5, 0u8..3, prop_oneof![5 => Just(0u32), 1 => Just(1 << 11), 1 => any::<u32>()], 0u8..4)
        .prop_map(|(density, kind, contraindications, session_index)| Patient {
            session_index,
            session_count: 3,
            hair: Hair {
                density: Density::from_code(density).unwrap(),
                kind: HairType::from_code(kind).unwrap(),
            },
            contraindications,
            ..PATIENT
        })
}

fn request() -> impl Strategy<Value = Request> {
    let choices = prop_oneof![
        1 => Just(Request::StartFit),
        1 => Just(Request::Measure(HEAD)),
        1 => (400u16..700).prop_map(|circumference_mm| {
            Request::Measure(HeadMeasures { circumference_mm, ..HEAD })
        }),
        3 => Just(Request::select(PATIENT)),
        1 => (any_patient(), any::<u8>())
            .prop_map(|(patient, reason)| Request::SelectPatient { patient, reason }),
        3 => any::<bool>().prop_map(|elapsed| {
            let clock = if elapsed { PostClock::Elapsed } else { PostClock::Cooled };
            Request::ChoosePlan(plan(12, clock))
        }),
        1 => any_plan().prop_map(Request::ChoosePlan),
        4 => Just(Request::Start),
        4 => mostly().prop_map(Request::Worn),
        1 => Just(Request::Acknowledge),
    ];
    let two_steps = any::<bool>().prop_flat_map(|confirm| {
        prop_oneof![
            1 => Just(Request::ConfirmFit { confirm }),
            4 => prop::sample::select(vec![0u8, 1, 1, 1, 1, 1, 1, 2, 200])
                .prop_map(move |reason| Request::Resume { reason, confirm }),
            1 => (0u8..3).prop_map(move |reason| Request::EndSession { reason, confirm }),
            2 => Just(Request::ClinicianReset { confirm }),
            2 => Just(Request::ServiceReset { confirm }),
        ]
    });
    let others = prop_oneof![
        2 => amendment().prop_map(Request::Amend),
        1 => (0u8..140).prop_map(Request::Pause),
        1 => (0u8..35).prop_map(Request::Extend),
        1 => Just(Request::EaseOff),
        1 => Just(Request::Stop),
        2 => Just(Request::ConfirmRemoved),
        2 => Just(Request::Close),
        1 => Just(Request::Cancel),
    ];
    prop_oneof![4 => choices, 3 => two_steps, 2 => others]
}

fn amendment() -> impl Strategy<Value = Amendment> {
    let mark = prop_oneof![1 => Just(Mark::Started), 4 => Just(Mark::Ended)];
    (mark, 0u16..6, 0u32..4_000_000, 0u8..3).prop_map(|(mark, drug, earlier, reason)| Amendment {
        mark,
        drug,
        earlier: Duration::from_millis(earlier),
        reason,
    })
}

fn fact() -> impl Strategy<Value = Fact> {
    let drug = || (0u16..6, mostly());
    prop_oneof![
        4 => drug().prop_map(|(drug, hair_toxic)| Fact::DrugStarted { drug, hair_toxic }),
        6 => drug().prop_map(|(drug, hair_toxic)| Fact::DrugEnded { drug, hair_toxic }),
        1 => Just(Fact::CapOff),
        1 => any::<u8>().prop_map(Fact::Symptom),
        1 => any::<u8>().prop_map(Fact::Comfort),
    ]
}

pub(super) fn event() -> impl Strategy<Value = Event> {
    let role = prop_oneof![6 => Just(Role::Clinician), 3 => Just(Role::Service), 2 => Just(Role::Nurse),
        1 => Just(Role::Observer), 1 => Just(Role::Panel)];
    let class = prop::sample::select(TripClass::ALL.to_vec());
    let gap = prop_oneof![
        3 => (0u32..31).prop_map(|seconds| Some(Duration::from_secs(seconds))),
        1 => (0u32..3_000_000).prop_map(|millis| Some(Duration::from_millis(millis))),
        1 => Just(None),
    ];
    prop_oneof![
        14 => advance(),
        20 => (request(), role).prop_map(|(request, role)| Event::Request { request, role }),
        3 => fact().prop_map(Event::Fact),
        1 => (any::<bool>(), class)
            .prop_map(|(circulate_denied, class)| Event::Interlock { circulate_denied, class }),
        1 => gap.prop_map(|gap| Event::Restarted { gap }),
        1 => wall().prop_map(|(old, new)| Event::WallSet { old, new }),
        1 => by_hand().prop_map(Event::ByHand),
    ]
}

/// Whatever is told of actuators that are driven by hand.
fn by_hand() -> impl Strategy<Value = ByHand> {
    let actuator = prop::sample::select(Actuator::ALL.to_vec());
    let end = prop::sample::select(HandEnd::ALL.to_vec());
    (actuator, end, any::<u16>(), any::<bool>()).prop_map(|(actuator, end, duty, driven)| {
        if driven {
            ByHand::Driven { actuator, duty: Duty(duty), role: Role::Service }
        } else {
            ByHand::Ended { actuator, end }
        }
    })
}

/// A wall clock that jumps as it likes.
fn wall() -> impl Strategy<Value = (Option<WallTime>, WallTime)> {
    let time = || {
        (any::<u64>(), 0u8..4).prop_map(|(unix_ms, code)| WallTime {
            unix_ms,
            quality: ClockQuality::from_code(code).unwrap(),
        })
    };
    (prop::option::of(time()), time())
}

/// A session with its record.
pub(super) struct Recorded {
    pub(super) state: State,
    pub(super) recorder: Recorder,
    pub(super) chain: Chain,
    entries: Vec<Entry>,
}

impl Recorded {
    pub(super) fn new() -> Self {
        let (recorder, chain) = (Recorder::default(), Chain::new());
        Self { state: State::new(), recorder, chain, entries: Vec::new() }
    }

    fn enter(&mut self, fields: Fields) {
        self.entries.push(self.chain.append_fields(Instant::ZERO, 0, fields));
    }

    pub(super) fn give(&mut self, event: &Event, config: &Config) {
        let fields = Fields::from(event);
        assert_eq!(fields.event(), Some(*event), "{fields:?}");
        let (after, effects) = step(&self.state, event, config);
        let noted = !effects.notes.is_empty();
        for fields in self.recorder.hear(&self.state, event, &after, noted, config) {
            self.enter(fields);
        }
        effects.notes.iter().for_each(|note| self.enter(Fields::from(&note)));
        self.state = after;
    }

    /// What a machine does tick by tick: an interlock that says the same again and again, and time.
    pub(super) fn ticks(&mut self, event: &Event, share: u8, config: &Config) {
        let Event::Advance { dt, seen } = *event else { return self.give(event, config) };
        let class = TripClass::ALL[usize::from(share) % 4];
        let denied = Event::Interlock { circulate_denied: share > 230, class };
        let part = Duration::from_millis(dt.as_millis() / 8);
        for _ in 0..8 {
            self.give(&denied, config);
            self.give(&Event::Advance { dt: part, seen }, config);
        }
    }
}

/// From power-up into one of the deeper phases, so that walks do not all die in standby.
pub(super) fn opening(depth: usize, cap: bool) -> Vec<Event> {
    let mode = if cap { ControlMode::Cap } else { ControlMode::Coolant };
    let target = Target::from_milli(mode, 4_000);
    let nurse = |request| Event::Request { request, role: Role::Nurse };
    let minutes = |count| Event::Advance { dt: Duration::from_mins(count), seen: GOOD };
    let drug = Fact::DrugStarted { drug: 1, hair_toxic: true };
    let all = [
        minutes(1),
        nurse(Request::select(PATIENT)),
        nurse(Request::ChoosePlan(PlanRequest { target, ..plan(12, PostClock::Cooled) })),
        nurse(Request::Worn(true)),
        nurse(Request::Start),
        minutes(1),
        minutes(12),
        Event::Fact(drug),
        minutes(9),
        Event::Fact(Fact::DrugEnded { drug: 1, hair_toxic: true }),
        minutes(2),
    ];
    all.into_iter().take(depth).collect()
}

/// Exact statement of how time may be cut: see [`step`].
fn check_splitting(state: &State, event: &Event, share: u8, config: &Config) {
    let Event::Advance { dt, seen } = *event else { return };
    let first = Duration::from_millis(dt.as_millis() / 256 * u32::from(share));
    let advance = |dt| Event::Advance { dt, seen };
    let (between, noted) = step(state, &advance(first), config);
    if noted.notes.is_empty() {
        let cut = step(&between, &advance(dt.minus(first)), config);
        assert_eq!(cut, step(state, event, config), "{state:?} {event:?} {first:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 384, ..ProptestConfig::default() })]

    #[test]
    fn what_must_hold_holds_along_any_walk(
        depth in 0usize..12,
        cap in any::<bool>(),
        walk in prop::collection::vec((event(), any::<u8>()), 1..400),
    ) {
        let config = Config::DEFAULT;
        let mut state = State::new();
        for event in opening(depth, cap) {
            state = checked_step(&state, &event, &config).0;
        }
        for (event, share) in walk {
            check_splitting(&state, &event, share, &config);
            state = checked_step(&state, &event, &config).0;
        }
    }

    #[test]
    fn a_walk_is_recomputed_from_its_record(
        depth in 0usize..12,
        cap in any::<bool>(),
        walk in prop::collection::vec((event(), any::<u8>()), 1..200),
        spoilt in any::<prop::sample::Index>(),
    ) {
        let config = Config::DEFAULT;
        let mut live = Recorded::new();
        opening(depth, cap).iter().for_each(|event| live.give(event, &config));
        for (event, share) in &walk {
            live.ticks(event, *share, &config);
        }
        if let Some(fields) = live.recorder.flush() {
            live.enter(fields);
        }
        prop_assert_eq!(fold(&live.entries, &config), Ok(live.state));
        // The notes stand alone, too, and none can be left out unseen.
        let notes: Vec<usize> =
            (0..live.entries.len()).filter(|at| live.entries[*at].note().is_some()).collect();
        // A short walk may have none.
        if !notes.is_empty() {
            let left_out = notes[spoilt.index(notes.len())];
            let rest = (0..live.entries.len()).filter(|at| *at != left_out);
            prop_assert!(fold(rest.map(|at| &live.entries[at]), &config).is_err());
        }
    }

    #[test]
    fn what_nobody_reads_changes_nothing(
        depth in 0usize..12, cap in any::<bool>(), walk in prop::collection::vec(event(), 0..60),
        seen in observed(), millis in 0u32..400_000,
    ) {
        let config = Config::DEFAULT;
        let play = |state, event: &Event| step(&state, event, &config).0;
        let state = opening(depth, cap).iter().chain(&walk).fold(State::new(), play);
        let dt = Duration::from_millis(millis);
        let read = Event::Advance { dt, seen: seen.read_by(&state, dt, &config) };
        prop_assert_eq!(
            step(&state, &read, &config),
            step(&state, &Event::Advance { dt, seen }, &config)
        );
    }

    #[test]
    fn from_any_walk_ticks_alone_stop_circulation_once_no_drug_runs(
        depth in 0usize..12,
        cap in any::<bool>(),
        walk in prop::collection::vec(event(), 0..60),
        seen in observed(),
    ) {
        let config = Config::DEFAULT;
        let play = |state, event: &Event| step(&state, event, &config).0;
        let state = opening(depth, cap).iter().fold(State::new(), play);
        let mut state = walk.iter().fold(state, play);
        for drug in 0..6 {
            for _ in 0..40 {
                state = play(state, &Event::Fact(Fact::DrugEnded { drug, hair_toxic: true }));
            }
        }
        prop_assert!(!state.drugs.running());
        let minute = Event::Advance { dt: Duration::from_mins(1), seen };
        for _ in 0..900 {
            state = checked_step(&state, &minute, &config).0;
        }
        prop_assert!(!state.phase.circulates(), "{:?}", state);
    }
}
