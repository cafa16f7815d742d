//! Random sessions through the shipped step, each recomputed from its own record as it grows.
//!
//! Steps of a treatment and of a fit visit, requests and facts of every kind by every role, trips,
//! restarts, wall clocks that jump, duplicates, and what was said before said again. Nothing is kept but
//! the two states, so that it runs on a microcontroller too.

use crate::dice::Dice;
use crate::digest::Digest;
use coldcap::Phase;
use coldcap::supervise::{Config, Effects, Event, State, heard, step};
use coldcap_guard::{Condition, Conditions, interlock};
use coldcap_session::record::{Chain, Entry, Fields, Fold, Recorder};
use coldcap_session::regimen::Source;
use coldcap_session::{
    Amendment, ClockQuality, Density, Fact, Hair, HairType, HeadMeasures, Mark, Note, Observed,
    Patient, PlanRequest, PostClock, Progress, Request, Role, Target, TripClass, WallTime,
};
use coldcap_units::{Coolant, Duration, Instant};

const EVENTS: usize = 250;

/// What is seen while everything is well.
pub const GOOD: Observed = Observed {
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
    degraded: false,
};

/// Ordinary hair.
pub const HAIR: Hair = Hair { density: Density::Full, kind: HairType::Ordinary };

/// A patient like any.
pub const PATIENT: Patient = Patient {
    id: 17,
    calibration: 99,
    session_index: 1,
    session_count: 6,
    hair: HAIR,
    contraindications: 0,
};

/// A head like any.
pub const HEAD: HeadMeasures =
    HeadMeasures { circumference_mm: 560, sagittal_mm: 340, coronal_mm: 350, hair: HAIR };

/// The shortest plan that is allowed.
pub const PLAN: PlanRequest = PlanRequest {
    regimen: 1,
    source: Source::SITE,
    reason: 0,
    pre: Duration::from_mins(10),
    post: Duration::from_mins(10),
    break_each: Duration::from_mins(5),
    break_total: Duration::from_mins(10),
    target: Target::Coolant(Coolant::from_milli(-4_000)),
    post_clock: PostClock::Cooled,
};

/// What session and interlock of the reference machine are configured with.
pub const CONFIG: Config =
    Config { session: coldcap_session::Config::DEFAULT, interlock: INTERLOCK };
const INTERLOCK: interlock::Config =
    interlock::Config::new(interlock::Config::MOST_CLINICIAN_RESETS);

/// What sessions met.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Events given.
    pub events: u64,
    /// Requests accepted.
    pub accepted: u64,
    /// Requests refused.
    pub refused: u64,
    /// Amendments made.
    pub amended: u64,
    /// Restarts of the device.
    pub restarts: u64,
    /// Wall clocks set.
    pub clocks: u64,
    /// Events that tripped the interlock.
    pub trips: u64,
    /// Entries written.
    pub entries: u64,
    /// Events after which each phase was held, by the phase's code.
    pub phases: [u64; 19],
}

impl Tally {
    /// Takes in what others met.
    pub fn add(&mut self, other: &Self) {
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

/// Plays the sessions of the seeds from 1 to `count` and returns what they met, and the hash of every
/// record's last link. The link holds all that was told, and the state is recomputed from it.
///
/// # Panics
/// Where a step breaks what is promised, or a record does not tell the live state.
#[must_use]
pub fn sessions(count: u64) -> (Tally, u64) {
    let (mut all, mut hash) = (Tally::default(), Digest::new());
    for seed in 1..=count {
        let (tally, link, _) = Walk::new(seed, |_| {}).play();
        all.add(&tally);
        hash.feed(link);
    }
    (all, hash.value())
}

/// Plays the session of a seed and hands out every entry of its record; gives the live state at its end, which
/// [`fold`](coldcap_session::record::fold) must make of the entries.
///
/// # Panics
/// As [`sessions`].
pub fn told(seed: u64, tell: impl FnMut(&Entry)) -> coldcap_session::State {
    Walk::new(seed, tell).play().2
}

/// Every state of the session of a seed, with the event that comes to it.
pub fn visit(seed: u64, mut see: impl FnMut(&State, &Event)) {
    Walk::new(seed, |_| {}).all_events(|walk, event| {
        see(&walk.state, event);
        walk.state = step(&walk.state, event, &CONFIG).0;
    });
}

/// One session with its record.
struct Walk<T> {
    dice: Dice,
    state: State,
    recorder: Recorder,
    /// The chain that is written.
    chain: Chain,
    /// The chain as a reader follows it.
    followed: Chain,
    fold: Fold<'static>,
    last: Event,
    tally: Tally,
    tell: T,
}

impl<T: FnMut(&Entry)> Walk<T> {
    fn new(seed: u64, tell: T) -> Self {
        let seen = Observed::default();
        let last = Event::Advance { dt: Duration::ZERO, seen, conditions: Conditions::EMPTY };
        Self {
            dice: Dice::new(seed),
            state: State::default(),
            recorder: Recorder::default(),
            chain: Chain::new(),
            followed: Chain::new(),
            fold: Fold::new(&CONFIG.session),
            last,
            tally: Tally::default(),
            tell,
        }
    }

    fn play(mut self) -> (Tally, u64, coldcap_session::State) {
        self.all_events(Self::give);
        if let Some(run) = self.recorder.flush() {
            self.write(run);
        }
        assert_eq!(self.fold.finish(), Ok(self.state.session));
        (self.tally, u64::from_be_bytes(self.chain.link()), self.state.session)
    }

    fn all_events(&mut self, mut give: impl FnMut(&mut Self, &Event)) {
        for _ in 0..EVENTS {
            let event = self.event();
            // A duplicate now and then, and many ticks in a row.
            let times = match event {
                Event::Advance { .. } => 1 + self.dice.roll(4),
                _ => 1 + u64::from(self.dice.once_in(8)),
            };
            for _ in 0..times {
                give(self, &event);
            }
            self.last = event;
        }
    }

    /// Appends an entry, and reads it as somebody does who has nothing but the record.
    fn write(&mut self, fields: Fields) {
        let entry = self.chain.append_fields(Instant::ZERO, 0, fields);
        let followed = self.followed.follow(&[entry]);
        assert_eq!(followed, Ok(self.chain));
        self.followed = self.chain;
        assert_eq!(self.fold.add(&entry), Ok(()));
        (self.tell)(&entry);
        self.tally.entries += 1;
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
                let quality = self.dice.pick(&ClockQuality::ALL);
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
                degraded: false,
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
        let confirm = !self.dice.once_in(2);
        let request = match self.state.session.phase() {
            _ if self.state.session.trip() == TripClass::Clinician => {
                Request::ClinicianReset { confirm }
            }
            Phase::Standby if self.dice.once_in(4) => Request::StartFit,
            Phase::Standby => Request::select(PATIENT),
            Phase::FitMeasure if self.state.session.patient().is_none() => Request::select(PATIENT),
            Phase::FitMeasure => Request::Measure(HEAD),
            Phase::FitCalibrate => Request::Worn(true),
            Phase::Setup if self.state.session.plan().is_none() => Request::ChoosePlan(PLAN),
            Phase::Setup if !self.state.session.is_worn() => Request::Worn(true),
            Phase::Setup => Request::Start,
            Phase::FitCheck => Request::Worn(true),
            Phase::PostCool => return Event::Request { request: self.amend(), role: Role::Nurse },
            Phase::Paused | Phase::Recovery => Request::Resume { reason: 1, confirm },
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
        Request::Amend(Amendment {
            mark: Mark::Ended,
            drug: self.dice.roll(3) as u16,
            earlier: Duration::from_millis(1 + self.dice.roll(600_000) as u32),
            reason: 1,
        })
    }

    fn give(&mut self, event: &Event) {
        let before = self.state;
        let (after, effects) = step(&before, event, &CONFIG);
        self.check(&before, event, &after, &effects);
        self.count(event, &after, &effects);
        self.record(&before, event, &after, &effects);
        self.state = after;
    }

    fn check(&self, before: &State, event: &Event, after: &State, effects: &Effects) {
        let clock = after.session.clock();
        assert!(clock.at_target <= clock.cooled && clock.cooled <= clock.elapsed);
        let demand = after.demand(&CONFIG);
        if matches!(event, Event::Advance { .. }) {
            assert!(!demand.circulate || after.permit(&CONFIG).circulate, "{event:?}");
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
        let config = &CONFIG.session;
        let mut from = before.session;
        let mut told = effects.notes();
        for heard in heard(before, event, after, effects, &CONFIG).into_iter().flatten() {
            let (to, own) = coldcap_session::step(&from, &heard, config);
            let noted = !own.notes.is_empty();
            for fields in self.recorder.hear(&from, &heard, &to, noted, config) {
                self.write(fields);
            }
            for note in own.notes.iter() {
                assert_eq!(told.next(), Some(note), "what is heard makes what is noted");
                self.write(Fields::from(&note));
            }
            from = to;
        }
        assert_eq!((from, told.next()), (after.session, None));
    }
}
