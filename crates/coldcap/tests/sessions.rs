//! Random sessions of session and interlock: nothing is lost, and the record tells it all.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

mod bench;

use bench::dice::Dice;
use coldcap::Config;
use coldcap::hash::Fnv1a64;
use coldcap::supervise::{self, Effects, Event, State, heard, step};
use coldcap_guard::{Condition, Conditions};
use coldcap_session::record::{Chain, Entry, Recorder, fold, verify};
use coldcap_session::{
    Fact, Hair, HairType, Note, Observed, Progress, Refusal, Request, Role, WallTime,
};
use coldcap_units::{Duration, Instant};

const EVENTS: usize = 250;
const GOOD: Observed = Observed {
    self_test: Progress::Passed,
    coupled: true,
    flowing: true,
    tank_ready: true,
    at_target: true,
    isothermal: Progress::Passed,
    contact: Progress::Passed,
    removable: true,
    cause_gone: false,
    calibration_due: false,
};

/// One session with its record.
struct Walk {
    config: supervise::Config,
    dice: Dice,
    state: State,
    recorder: Recorder,
    chain: Chain,
    entries: Vec<Entry>,
    last: Event,
    tally: Tally,
}

/// What the walks met.
#[derive(Debug, Default)]
struct Tally {
    events: u64,
    accepted: u64,
    refused: u64,
    amended: u64,
    restarts: u64,
    clocks: u64,
    trips: u64,
    entries: u64,
    phases: [u64; 19],
}

impl Walk {
    fn new(seed: u64) -> Self {
        let config = Config::reference().supervision();
        let seen = Observed::default();
        let last = Event::Advance { dt: Duration::ZERO, seen, conditions: Conditions::EMPTY };
        Self {
            config,
            dice: Dice::new(seed),
            state: State::default(),
            recorder: Recorder::default(),
            chain: Chain::new(),
            entries: Vec::new(),
            last,
            tally: Tally::default(),
        }
    }

    fn play(mut self) -> (Tally, u64) {
        for _ in 0..EVENTS {
            let event = self.event();
            // A duplicate now and then, and many ticks in a row.
            let times = match event {
                Event::Advance { .. } => 1 + self.dice.roll(4),
                _ => 1 + u64::from(self.dice.once_in(8)),
            };
            for _ in 0..times {
                self.give(&event);
            }
            self.last = event;
        }
        let open = self.recorder.flush();
        self.entries.extend(open.map(|run| self.chain.append_fields(Instant::ZERO, 0, run)));
        assert_eq!(verify(&self.entries), Ok(()));
        assert_eq!(fold(&self.entries, &self.config.session), Ok(self.state.session));
        self.tally.entries = self.entries.len() as u64;
        (self.tally, u64::from_be_bytes(self.chain.link()))
    }

    fn event(&mut self) -> Event {
        match self.dice.roll(60) {
            0..=21 => self.time(),
            22..=44 => self.next_step(),
            45..=50 => {
                let role = self.dice.pick(&Role::ALL);
                Event::Request { request: self.dice.request(), role }
            }
            51..=55 => Event::Fact(self.drug()),
            56 => Event::Fact(self.dice.fact()),
            57 => {
                let gap = Duration::from_secs(self.dice.roll(1_000) as u32);
                let short = Duration::from_secs(self.dice.roll(40) as u32);
                Event::Restarted {
                    gap: self.dice.pick(&[None, Some(gap), Some(short), Some(short)]),
                }
            }
            58 => {
                let quality = self.dice.pick(&coldcap_session::ClockQuality::ALL);
                let mut time = || WallTime { unix_ms: self.dice.next(), quality };
                let (old, new) = (time(), time());
                Event::WallSet { old: Some(old), new }
            }
            // What was said before comes again, late.
            _ => self.last,
        }
    }

    fn drug(&mut self) -> Fact {
        let (drug, hair_toxic) = (self.dice.roll(3) as u16, !self.dice.once_in(6));
        if self.dice.once_in(2) {
            Fact::DrugStarted { drug, hair_toxic }
        } else {
            Fact::DrugEnded { drug, hair_toxic }
        }
    }

    fn time(&mut self) -> Event {
        let dt = match self.dice.roll(6) {
            0 => 0,
            1 => 100,
            2 | 3 => self.dice.roll(30_000),
            _ => self.dice.roll(900_000),
        };
        let mut seen = GOOD;
        if self.dice.once_in(5) {
            let bits = self.dice.next();
            let progress = [Progress::Running, Progress::Passed, Progress::Failed];
            seen = Observed {
                self_test: self.dice.pick(&progress),
                coupled: bits & 1 > 0,
                flowing: bits & 2 > 0,
                tank_ready: bits & 4 > 0,
                at_target: bits & 8 > 0,
                isothermal: self.dice.pick(&progress),
                contact: self.dice.pick(&progress),
                removable: bits & 16 > 0,
                cause_gone: false,
                calibration_due: bits & 32 > 0,
            };
        }
        let conditions = match self.dice.roll(60) {
            0 => Conditions::EMPTY.with(self.dice.pick(&Condition::ALL)),
            1 => Conditions::EMPTY.with(Condition::FlowLost),
            _ => Conditions::EMPTY,
        };
        Event::Advance { dt: Duration::from_millis(dt as u32), seen, conditions }
    }

    /// What somebody would do who wants a treatment.
    fn next_step(&mut self) -> Event {
        use coldcap::Phase;
        let confirm = !self.dice.once_in(2);
        let hair = Hair { kind: HairType::Ordinary, ..bench::HAIR };
        let request = match self.state.session.phase() {
            _ if self.state.session.trip() == coldcap_session::TripClass::Clinician => {
                Request::ClinicianReset { confirm }
            }
            Phase::Standby if self.dice.once_in(4) => Request::StartFit,
            Phase::Standby => {
                Request::SelectPatient(coldcap_session::Patient { hair, ..bench::PATIENT })
            }
            Phase::FitMeasure if self.state.session.patient().is_none() => {
                Request::SelectPatient(bench::PATIENT)
            }
            Phase::FitMeasure => Request::Measure(bench::HEAD),
            Phase::FitCalibrate => Request::Worn(true),
            Phase::Setup if self.state.session.plan().is_none() => Request::ChoosePlan(bench::PLAN),
            Phase::Setup if !self.state.session.is_worn() => Request::Worn(true),
            Phase::Setup => Request::Start,
            Phase::FitCheck => Request::Worn(true),
            Phase::PostCool => return Event::Request { request: self.amend(), role: Role::Nurse },
            Phase::Paused | Phase::Recovery => Request::Resume { confirm },
            Phase::SafeHold => Request::ServiceReset { confirm },
            Phase::CapOff => Request::ConfirmRemoved,
            Phase::Report | Phase::FitSaved => Request::Close,
            _ => Request::Acknowledge,
        };
        let role = if matches!(request, Request::ServiceReset { .. }) {
            Role::Service
        } else {
            Role::Clinician
        };
        Event::Request { request, role }
    }

    fn amend(&mut self) -> Request {
        Request::Amend(coldcap_session::Amendment {
            mark: coldcap_session::Mark::Ended,
            drug: self.dice.roll(3) as u16,
            earlier: Duration::from_millis(1 + self.dice.roll(600_000) as u32),
            reason: 1,
        })
    }

    fn give(&mut self, event: &Event) {
        let before = self.state;
        let (after, effects) = step(&before, event, &self.config);
        self.check(&before, event, &after, &effects);
        self.count(event, &after, &effects);
        self.record(&before, event, &after, &effects);
        self.state = after;
    }

    fn check(&self, before: &State, event: &Event, after: &State, effects: &Effects) {
        let clock = after.session.clock();
        assert!(clock.at_target <= clock.cooled && clock.cooled <= clock.elapsed);
        let demand = after.demand(&self.config);
        if matches!(event, Event::Advance { .. }) {
            assert!(!demand.circulate || after.permit(&self.config).circulate, "{event:?}");
        }
        match (event, effects.answer) {
            (_, Some(Err(refusal))) => {
                assert_eq!(before, after, "{event:?}");
                let stop = matches!(event, Event::Request { request: Request::Stop, .. });
                assert!(!stop && refusal.code() != 0);
            }
            (Event::Request { request: Request::Stop, .. }, _) => assert!(!demand.circulate),
            (Event::Fact(_), _) => assert!(effects.notes().next().is_some(), "a fact is recorded"),
            (Event::WallSet { .. }, _) => assert_eq!(before, after),
            _ => {}
        }
    }

    fn count(&mut self, event: &Event, after: &State, effects: &Effects) {
        let tally = &mut self.tally;
        tally.events += 1;
        tally.accepted += u64::from(matches!(effects.answer, Some(Ok(_))));
        tally.refused += u64::from(matches!(effects.answer, Some(Err(_))));
        tally.restarts += u64::from(matches!(event, Event::Restarted { .. }));
        tally.clocks += u64::from(matches!(event, Event::WallSet { .. }));
        tally.trips += u64::from(!effects.tripped.is_empty());
        let amended = |note: Note| matches!(note, Note::Amended { .. });
        tally.amended += u64::from(effects.notes().any(amended));
        tally.phases[usize::from(after.session.phase().code())] += 1;
    }

    fn record(&mut self, before: &State, event: &Event, after: &State, effects: &Effects) {
        let config = &self.config.session;
        let mut from = before.session;
        let notes: Vec<Note> = effects.notes().collect();
        let mut told = notes.iter();
        for heard in heard(before, event, after, effects, &self.config).into_iter().flatten() {
            let (to, own) = coldcap_session::step(&from, &heard, config);
            let noted = !own.notes.is_empty();
            for fields in self.recorder.hear(&from, &heard, &to, noted, config) {
                self.entries.push(self.chain.append_fields(Instant::ZERO, 0, fields));
            }
            for note in own.notes.iter() {
                assert_eq!(told.next(), Some(&note), "what is heard makes what is noted");
                self.entries.push(self.chain.append(Instant::ZERO, 0, &note));
            }
            from = to;
        }
        assert_eq!((from, told.next()), (after.session, None));
    }
}

impl Tally {
    fn add(&mut self, other: &Self) {
        let sums = [
            (&mut self.events, other.events),
            (&mut self.accepted, other.accepted),
            (&mut self.refused, other.refused),
            (&mut self.amended, other.amended),
            (&mut self.restarts, other.restarts),
            (&mut self.clocks, other.clocks),
            (&mut self.trips, other.trips),
            (&mut self.entries, other.entries),
        ];
        sums.into_iter().for_each(|(sum, more)| *sum += more);
        self.phases.iter_mut().zip(other.phases).for_each(|(sum, more)| *sum += more);
    }
}

fn sessions(count: u64) -> (Tally, u64) {
    let (mut all, mut hash) = (Tally::default(), Fnv1a64::new());
    for seed in 1..=count {
        let (tally, link) = Walk::new(seed).play();
        all.add(&tally);
        hash = hash.with(&link.to_le_bytes());
    }
    (all, hash.value())
}

// req: SES-023, REC-002, REC-003
#[test]
fn a_slice_of_random_sessions_is_recomputed_bit_for_bit() {
    let (all, hash) = sessions(400);
    println!("{hash:016x} {all:?}");
    assert!(all.phases.iter().all(|visits| *visits > 0), "{:?}", all.phases);
    assert!(all.amended > 10 && all.trips > 100 && all.refused > 1_000, "{all:?}");
    assert_eq!(Refusal::UnknownRegimen.code(), 16);
}

/// `cargo xtask campaign sessions [N]`.
#[test]
#[ignore = "five minutes: 100 000 sessions; `cargo xtask campaign sessions` runs it"]
fn the_campaign() {
    let count = std::env::var("COLDCAP_SESSIONS").ok().and_then(|count| count.parse().ok());
    let count = count.unwrap_or(100_000);
    let (all, hash) = sessions(count);
    println!("{count} sessions, links {hash:016x}: {all:?}");
}
