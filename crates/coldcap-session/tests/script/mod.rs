//! A session that is played like a script: say what is seen, who asks, what happens, and read the
//! phase, the answer and the record.

#![allow(missing_docs, dead_code, unreachable_pub)]

use coldcap_session::record::{Chain, Entry, Summary, verify};
use coldcap_session::*;
use coldcap_units::{Coolant, Duration, Instant, Interface};

pub const HAIR: Hair = Hair { density: Density::Full, kind: HairType::Ordinary };

pub const PATIENT: Patient = Patient {
    id: 17,
    calibration: 99,
    session_index: 1,
    session_count: 6,
    hair: HAIR,
    contraindications: 0,
};

pub const HEAD: HeadMeasures =
    HeadMeasures { circumference_mm: 560, sagittal_mm: 340, coronal_mm: 350, hair: HAIR };

/// Paclitaxel every week, by one published table: 30 minutes before, 60 after.
pub const PACLITAXEL: PlanRequest = PlanRequest {
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

/// The same with the cap's inner face held instead of the coolant.
pub const CAP_MODE: PlanRequest =
    PlanRequest { target: Target::Cap(Interface::from_milli(4_000)), ..PACLITAXEL };

pub const GOOD: Observed = Observed {
    self_test: Progress::Passed,
    coupled: true,
    flowing: true,
    tank_ready: true,
    at_target: true,
    isothermal: Progress::Running,
    contact: Progress::Passed,
    removable: false,
    cause_gone: true,
    calibration_due: false,
    degraded: false,
};

/// Nothing is there: no cap, no flow, no cold.
pub const NOT_THERE: Observed =
    Observed { coupled: false, flowing: false, at_target: false, ..GOOD };

#[derive(Clone)]
pub struct Script {
    pub state: State,
    pub config: Config,
    pub seen: Observed,
    pub notes: Vec<Note>,
    pub entries: Vec<Entry>,
    now: Instant,
    chain: Chain,
}

impl Script {
    /// In standby, after a passed self-test of one minute.
    pub fn new() -> Self {
        let mut script = Self {
            state: State::new(),
            config: Config::DEFAULT,
            seen: GOOD,
            notes: Vec::new(),
            entries: Vec::new(),
            now: Instant::ZERO,
            chain: Chain::new(),
        };
        script.minutes(1);
        script
    }

    /// Just entered `pre_cool`.
    pub fn cooling(request: PlanRequest) -> Self {
        let mut script = Self::new();
        script.done(Request::select(PATIENT));
        script.done(Request::ChoosePlan(request));
        script.done(Request::Worn(true));
        script.done(Request::Start);
        script.minutes(1);
        script.expect(Phase::PreCool);
        script
    }

    /// Just entered `ready`.
    pub fn ready(request: PlanRequest) -> Self {
        let mut script = Self::cooling(request);
        script.minutes(30);
        script.expect(Phase::Ready);
        script
    }

    /// Just entered `infusing` with drug 1.
    pub fn infusing(request: PlanRequest) -> Self {
        let mut script = Self::ready(request);
        script.starts(1);
        script.expect(Phase::Infusing);
        script
    }

    /// Just entered `post_cool`.
    pub fn post_cooling(request: PlanRequest) -> Self {
        let mut script = Self::infusing(request);
        script.minutes(20);
        script.ends(1);
        script.expect(Phase::PostCool);
        script
    }

    /// One script in each of the five cooling phases.
    pub fn in_each_cooling_phase() -> [Self; 5] {
        Self::in_each_cooling_phase_of(PACLITAXEL)
    }

    pub fn in_each_cooling_phase_of(request: PlanRequest) -> [Self; 5] {
        let mut recooling = Self::infusing(request);
        recooling.done(Request::Stop);
        recooling.resume();
        [
            Self::cooling(request),
            Self::ready(request),
            Self::infusing(request),
            Self::post_cooling(request),
            recooling,
        ]
    }

    pub fn give(&mut self, event: Event) -> Option<Answer> {
        if let Event::Advance { dt, .. } = event {
            self.now = self.now.plus(dt);
        }
        let (state, effects) = step(&self.state, &event, &self.config);
        if let Some(Err(refusal)) = effects.answer {
            assert_eq!(state, self.state, "{refusal:?} changed something");
        }
        self.state = state;
        self.notes = effects.notes.iter().collect();
        for note in effects.notes.iter() {
            self.entries.push(self.chain.append(self.now, 0, &note));
        }
        effects.answer
    }

    pub fn ask(&mut self, role: Role, request: Request) -> Answer {
        self.give(Event::Request { request, role }).unwrap()
    }

    pub fn nurse(&mut self, request: Request) -> Answer {
        self.ask(Role::Nurse, request)
    }

    pub fn done(&mut self, request: Request) {
        assert_eq!(self.nurse(request), Ok(Accepted::Done), "{request:?}");
    }

    /// A look in which no time passes: the self-test of a machine whose coolant has stopped is seen.
    pub fn look(&mut self) {
        self.seconds(0);
    }

    /// Both steps of a resume.
    pub fn resume(&mut self) {
        self.look();
        assert_eq!(self.nurse(Request::Resume { reason: 1, confirm: false }), Ok(Accepted::Armed));
        self.done(Request::Resume { reason: 1, confirm: true });
        self.expect(Phase::Recool);
    }

    pub fn seconds(&mut self, count: u32) {
        let seen = self.seen;
        self.give(Event::Advance { dt: Duration::from_secs(count), seen });
    }

    pub fn minutes(&mut self, count: u32) {
        for _ in 0..count {
            self.seconds(60);
        }
    }

    pub fn fact(&mut self, fact: Fact) {
        assert_eq!(self.give(Event::Fact(fact)), None);
    }

    pub fn starts(&mut self, drug: u16) {
        self.fact(Fact::DrugStarted { drug, hair_toxic: true });
    }

    pub fn ends(&mut self, drug: u16) {
        self.fact(Fact::DrugEnded { drug, hair_toxic: true });
    }

    pub fn denied(&mut self, class: TripClass) {
        self.give(Event::Interlock { circulate_denied: true, class });
    }

    pub fn restarted(&mut self, gap: Option<Duration>) {
        self.give(Event::Restarted { gap });
    }

    pub fn phase(&self) -> Phase {
        self.state.phase()
    }

    #[track_caller]
    pub fn expect(&self, phase: Phase) {
        assert_eq!(self.phase(), phase);
    }

    pub fn flagged(&self, flag: Flag) -> bool {
        self.notes.contains(&Note::Flag(flag))
    }

    pub fn noted(&self, note: Note) -> bool {
        self.notes.contains(&note)
    }

    pub fn circulates(&self) -> bool {
        self.state.demand(&self.config).circulate
    }

    pub fn planned_left(&self) -> u32 {
        self.state.planned_left().unwrap().as_mins()
    }

    pub fn summary(&self) -> Summary {
        assert_eq!(verify(&self.entries), Ok(()));
        Summary::fold(&self.entries)
    }
}
