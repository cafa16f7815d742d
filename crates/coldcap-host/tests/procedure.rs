//! The nurse against a small device: the session's own machine with a made-up plant, seen only over the
//! wire.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

#[path = "support/lossy.rs"]
mod lossy;

#[path = "support/machine.rs"]
mod machine;

use coldcap_host::client::{Client, ClientConfig};
use coldcap_host::plan::PlanFile;
use coldcap_host::procedure::{LONGEST, Nurse, Outcome, Step};
use coldcap_session::record::{Chain, Entry, Summary, verify};
use coldcap_session::{
    Accepted, Config, ControlMode, Density, Event, Fact, Field, Flag, Hair, HairType, HeadMeasures,
    Note, Observed, Patient, Phase, PlanRequest, PostClock, Progress, Reason, Refusal, Request,
    Role, State, Target, TripClass, step,
};
use coldcap_units::{Duration, Instant};
use coldcap_wire::message::{
    Action, AnyMessage, CapCalibration, ChannelStatus, ChoosePlan, FactKind, FixedBytes, Hello,
    MachineStatus, Message, Operate, RecordEntry, Response, Status, TimeAnswer, Value,
};
use coldcap_wire::{Receiver, Sender};
use lossy::lose;

const EXAMPLE: &str = include_str!("../../../examples/plans/paclitaxel-weekly.toml");
const CAP_MODE: &str = include_str!("../../../examples/plans/docetaxel-cap-mode.toml");
const TICK_MS: u64 = 200;

/// What is stored of a fit, and its FNV-1a-64:
/// `h = 0xcbf29ce484222325; for i in range(64): h = ((h ^ i) * 0x100000001b3) % 2**64`.
fn calibration() -> [u8; 64] {
    core::array::from_fn(|index| index as u8)
}

const DIGEST: u64 = 0x8368_214f_7799_5ee5;

/// Something that goes wrong, so many seconds after a phase was first entered.
#[derive(Clone, Copy)]
struct Trouble {
    class: TripClass,
    phase: Phase,
    from_s: u32,
    for_s: u32,
    /// From one onset to the next; 0 where it happens once.
    again_s: u32,
}

/// What a scenario changes of the happy path.
#[derive(Clone, Copy)]
struct Scenario {
    trouble: Option<Trouble>,
    power_gap: Option<(Phase, u32, Duration)>,
    contact: Progress,
    /// Every how many frames one is lost, either way; 0 for none.
    lost_every: u32,
    /// In safe hold the device answers nothing but reports.
    deaf_in_hold: bool,
}

const HAPPY: Scenario = Scenario {
    trouble: None,
    power_gap: None,
    contact: Progress::Passed,
    lost_every: 0,
    deaf_in_hold: false,
};

struct Device {
    scenario: Scenario,
    state: State,
    now: Instant,
    entered: Vec<(Phase, Instant)>,
    chain: Chain,
    entries: Vec<Entry>,
    sender: Sender,
    receiver: Receiver,
    answered: Vec<Response>,
    requests: Vec<(Instant, Request, Result<Accepted, Refusal>)>,
    facts: Vec<(Instant, Fact)>,
    acknowledged: Vec<Instant>,
    restarted: bool,
    out: Vec<u8>,
}

impl Device {
    fn new(scenario: Scenario) -> Self {
        Self {
            scenario,
            state: State::default(),
            now: Instant::ZERO,
            entered: vec![(Phase::Boot, Instant::ZERO)],
            chain: Chain::new(),
            entries: vec![],
            sender: Sender::new(),
            receiver: Receiver::new(),
            answered: vec![],
            requests: vec![],
            facts: vec![],
            acknowledged: vec![],
            restarted: false,
            out: vec![],
        }
    }

    fn send(&mut self, body: &impl Message) {
        let mut room = [0; 256];
        let len = self.sender.send_message(body, &mut room).unwrap();
        self.out.extend(&room[..len]);
    }

    fn first(&self, phase: Phase) -> Option<Instant> {
        self.entered.iter().find(|(entered, _)| *entered == phase).map(|(_, at)| *at)
    }

    fn in_phase(&self) -> Duration {
        self.now.since(self.entered.last().unwrap().1)
    }

    fn apply(&mut self, event: &Event) -> Option<Result<Accepted, Refusal>> {
        let (state, effects) = step(&self.state, event, &Config::DEFAULT);
        self.state = state;
        for note in effects.notes.iter() {
            if let Note::PhaseChanged { to, .. } = note {
                self.entered.push((to, self.now));
            }
            if note == Note::FitSaved {
                self.send(&CapCalibration { channel: 0, calibration: FixedBytes(calibration()) });
            }
            let entry = self.chain.append(self.now, 0, &note);
            self.entries.push(entry);
            self.send_entry(entry.index);
        }
        effects.answer
    }

    fn send_entry(&mut self, index: u32) {
        let Some(entry) = self.entries.get(index as usize) else { return };
        let (total, entry) = (self.entries.len() as u32, FixedBytes(entry.to_bytes()));
        self.send(&RecordEntry { index, total, entry });
    }

    fn trouble(&self) -> Option<TripClass> {
        let trouble = self.scenario.trouble?;
        let from = self.first(trouble.phase)?.plus(Duration::from_secs(trouble.from_s));
        let since = self.now.since(from).as_secs();
        let since = since.checked_rem(trouble.again_s).unwrap_or(since);
        (from <= self.now && since < trouble.for_s).then_some(trouble.class)
    }

    /// The plant: everything passes after a while; the patient uncouples in breaks and at the end.
    fn seen(&self) -> Observed {
        let phase = self.state.phase();
        let lasted = |seconds| self.in_phase() >= Duration::from_secs(seconds);
        let after = |seconds, outcome| if lasted(seconds) { outcome } else { Progress::Running };
        let last = self.requests.iter().rfind(|(_, _, answer)| *answer == Ok(Accepted::Done));
        let asked = last.is_some_and(|(_, request, _)| matches!(request, Request::Pause(_)));
        let on_break = phase == Phase::Paused && asked && !lasted(390);
        let off = matches!(phase, Phase::CapOff) && lasted(30) || phase == Phase::Report;
        Observed {
            self_test: Progress::Passed,
            coupled: !(off || on_break),
            flowing: phase.circulates(),
            tank_ready: lasted(120),
            at_target: phase.is_cooling() && (phase != Phase::Recool || lasted(60)),
            isothermal: after(35, Progress::Passed),
            contact: match phase {
                Phase::FitVerify => after(130, self.scenario.contact),
                _ => Progress::Running,
            },
            removable: true,
            cause_gone: self.trouble().is_none(),
            ..Observed::default()
        }
    }

    fn tick(&mut self, now: Instant) {
        self.now = now;
        self.cut_power();
        let class = self.trouble();
        if let Some(class) = class {
            self.apply(&Event::Interlock { circulate_denied: true, class });
        }
        let seen = self.seen();
        self.apply(&Event::Advance { dt: Duration::from_millis(TICK_MS as u32), seen });
        if now.as_millis().is_multiple_of(1_000) {
            self.report(class.is_some());
        }
    }

    fn cut_power(&mut self) {
        let Some((phase, seconds, gap)) = self.scenario.power_gap else { return };
        let due =
            self.first(phase).is_some_and(|at| at.plus(Duration::from_secs(seconds)) <= self.now);
        if due && !self.restarted {
            self.restarted = true;
            self.sender = Sender::new();
            self.answered.clear();
            self.apply(&Event::Restarted { gap: Some(gap) });
        }
    }

    fn report(&mut self, alarm: bool) {
        let worn = if self.state.is_worn() { ChannelStatus::WORN } else { 0 };
        let tank = if self.seen().tank_ready { ChannelStatus::TANK_READY } else { 0 };
        let value = Value::absent();
        let status = ChannelStatus {
            elapsed_ms: self.in_phase().as_millis(),
            flags: worn | tank,
            ..machine::status(self.now.as_millis(), self.state.phase().code())
        };
        self.send(&status);
        // The other channel must not confuse anybody.
        self.send(&ChannelStatus { channel: 1, phase: Phase::SafeHold.code(), ..status });
        self.send(&MachineStatus {
            seq: 0,
            at_ms: self.now.as_millis(),
            tank: value,
            evaporator: value,
            chiller_permille: 0,
            battery: value,
            inputs: 0,
            alarms: if alarm { 1 << 9 } else { 0 },
            highest: if alarm { 2 } else { 0 },
            sounding: 0,
            link_ok: 0,
            link_crc: 0,
            link_length: 0,
            link_overflow: 0,
            progress: 0,
            dropped: 0,
        });
    }

    fn receive(&mut self, bytes: &[u8]) {
        let mut rest = bytes;
        while !rest.is_empty() {
            let (taken, packet) = self.receiver.feed(rest);
            rest = &rest[taken..];
            if let Some(Ok(packet)) = packet {
                let (endpoint, message) = (packet.header.endpoint, packet.message().unwrap());
                self.take(endpoint, message);
            }
        }
    }

    fn take(&mut self, endpoint: u8, message: AnyMessage) {
        if matches!(message, AnyMessage::Hello(_)) {
            self.send(&HELLO);
        }
        if let AnyMessage::TimeAsk(ask) = message {
            let (asked_us, sent_us) = (ask.asked_us, self.now.as_millis() * 1_000);
            self.send(&TimeAnswer { asked_us, received_us: sent_us, sent_us });
        }
        let Some(head) = message.command_head() else { return };
        if self.scenario.deaf_in_hold && self.state.phase() == Phase::SafeHold {
            return;
        }
        let known = self.answered.iter().find(|answer| answer.rid == head.rid).copied();
        let answer = known.unwrap_or_else(|| self.carry_out(head.rid, message));
        if known.is_none() {
            self.answered.push(answer);
        }
        let mut room = [0; 256];
        let len = self.sender.respond(endpoint, &answer, &mut room).unwrap();
        self.out.extend(&room[..len]);
    }

    fn carry_out(&mut self, rid: u16, message: AnyMessage) -> Response {
        let done = Response::new(rid, Status::OK);
        let request = match message {
            AnyMessage::ReadRecord(read) => {
                (read.from..read.from + u32::from(read.count)).for_each(|at| self.send_entry(at));
                return done;
            }
            AnyMessage::Observe(told) => {
                let (drug, hair_toxic) = (told.drug, told.hair_toxic != 0);
                let fact = match told.fact {
                    FactKind::DRUG_STARTED => Fact::DrugStarted { drug, hair_toxic },
                    FactKind::DRUG_ENDED => Fact::DrugEnded { drug, hair_toxic },
                    _ => Fact::Comfort(told.value),
                };
                self.facts.push((self.now, fact));
                self.apply(&Event::Fact(fact));
                return done;
            }
            AnyMessage::Operate(Operate { action: Action::ACKNOWLEDGE, .. }) => {
                self.acknowledged.push(self.now);
                return done;
            }
            AnyMessage::Subscribe(_) => return done,
            AnyMessage::Follow(_) => return Response::new(rid, Status::UNSUPPORTED),
            other => request(other),
        };
        let answer = self.apply(&Event::Request { request, role: Role::Clinician }).unwrap();
        self.requests.push((self.now, request, answer));
        answer_on_the_wire(done, answer)
    }

    fn count(&self, wanted: impl Fn(&Request) -> bool, accepted: Accepted) -> usize {
        self.requests
            .iter()
            .filter(|(_, request, answer)| wanted(request) && *answer == Ok(accepted))
            .count()
    }

    fn phases(&self) -> Vec<Phase> {
        self.entered.iter().map(|(phase, _)| *phase).collect()
    }
}

const HELLO: Hello = Hello { channels: 2, ..machine::HELLO };

fn answer_on_the_wire(done: Response, answer: Result<Accepted, Refusal>) -> Response {
    match answer {
        Ok(Accepted::Done) => done,
        Ok(Accepted::Armed) => Response { status: Status::ARMED, ..done },
        Ok(Accepted::NoChange) => Response { status: Status::NO_CHANGE, ..done },
        Err(refusal) => {
            let status = match refusal {
                Refusal::OutOfRange { .. } | Refusal::Unanswered(_) => Status::OUT_OF_RANGE,
                Refusal::NotPermitted(_) | Refusal::ServiceDue | Refusal::CalibrationDue => {
                    Status::DENIED
                }
                Refusal::TooEarly => Status::BUSY,
                _ => Status::BAD_STATE,
            };
            let field = refusal.field().map_or(0, Field::code);
            Response { status, reason: refusal.code(), field, ..done }
        }
    }
}

fn hair(density: u8, kind: u8) -> Hair {
    Hair { density: Density::from_code(density).unwrap(), kind: HairType::from_code(kind).unwrap() }
}

fn request(message: AnyMessage) -> Request {
    match message {
        AnyMessage::StartFit(_) => Request::StartFit,
        AnyMessage::Measure(body) => Request::Measure(HeadMeasures {
            circumference_mm: body.circumference_mm,
            sagittal_mm: body.sagittal_mm,
            coronal_mm: body.coronal_mm,
            hair: hair(body.density, body.hair),
        }),
        AnyMessage::SelectPatient(body) => Request::select(Patient {
            id: body.patient,
            calibration: body.calibration,
            session_index: body.session_index,
            session_count: body.session_count,
            hair: hair(body.density, body.hair),
            contraindications: body.contraindications,
        }),
        AnyMessage::ChoosePlan(body) => Request::ChoosePlan(PlanRequest {
            regimen: body.regimen,
            source: coldcap_session::regimen::Source(body.source),
            reason: body.override_reason,
            pre: Duration::from_secs(body.pre_s),
            post: Duration::from_secs(body.post_s),
            break_each: Duration::from_secs(body.break_each_s),
            break_total: Duration::from_secs(body.break_total_s),
            target: target(&body),
            post_clock: PostClock::from_code(body.post_clock).unwrap(),
        }),
        AnyMessage::Operate(press) => press_of(press),
        other => panic!("{other:?}"),
    }
}

fn target(body: &ChoosePlan) -> Target {
    let mode = ControlMode::from_code(body.control).unwrap();
    let (held, other) = match mode {
        ControlMode::Coolant => (body.target_mc, body.interface_mc),
        ControlMode::Cap => (body.interface_mc, body.target_mc),
    };
    assert_eq!(other, 0, "what is not held is not named");
    Target::from_milli(mode, held)
}

fn press_of(press: Operate) -> Request {
    let (confirm, number) = (press.confirm == 1, press.argument as u8);
    match press.action {
        Action::CONFIRM_FIT => Request::ConfirmFit { confirm },
        Action::START => Request::Start,
        Action::WORN => Request::Worn(true),
        Action::PAUSE => Request::Pause(number),
        Action::RESUME => Request::Resume { reason: number, confirm },
        Action::END_SESSION => Request::EndSession { reason: number, confirm },
        Action::CONFIRM_REMOVED => Request::ConfirmRemoved,
        Action::CLOSE => Request::Close,
        Action::CLINICIAN_RESET => Request::ClinicianReset { confirm },
        Action::CANCEL => Request::Cancel,
        other => panic!("{other:?}"),
    }
}

/// Takes out every `nth` frame of what is on the line.
struct Run {
    outcome: Outcome,
    device: Device,
    client: Client,
    steps: Vec<Step>,
    sent: Vec<u8>,
}

fn plan(text: &str) -> PlanFile {
    PlanFile::parse(text, "p.toml").unwrap()
}

fn run(text: &str, scenario: Scenario) -> Run {
    run_with(Device::new(scenario), text)
}

fn run_with(mut device: Device, text: &str) -> Run {
    let scenario = device.scenario;
    let mut nurse = Nurse::new(plan(text));
    let mut client = Client::new(ClientConfig::new(5));
    let (mut steps, mut sent, mut frames) = (vec![], vec![], 0);
    for tick in 1.. {
        let now = Instant::from_millis(tick * TICK_MS);
        device.tick(now);
        let arrived = lose(&core::mem::take(&mut device.out), scenario.lost_every, &mut frames);
        client.receive(now, &arrived);
        while let Some(message) = client.poll_message() {
            nurse.on_message(now, &message, &mut client);
        }
        nurse.tick(now, &mut client);
        let mut bytes = Vec::new();
        client.transmit(now, &mut bytes);
        device.receive(&lose(&bytes, scenario.lost_every, &mut frames));
        sent.extend(bytes);
        steps.push(nurse.progress().step);
        steps.dedup();
        if let Some(outcome) = nurse.finished() {
            return Run { outcome, device, client, steps, sent };
        }
        assert!(now.since(Instant::ZERO) <= LONGEST.plus(Duration::from_secs(1)));
    }
    unreachable!()
}

impl Run {
    fn summary(&self) -> Summary {
        let entries: Vec<_> =
            self.client.record().iter().map(|(_, bytes)| Entry::from_bytes(bytes)).collect();
        assert_eq!(verify(&entries), Ok(()));
        let last = self.device.entries.iter().rposition(|entry| {
            matches!(entry.note(), Some(Note::PhaseChanged { to: Phase::Report, .. }))
        });
        assert!(last.is_none_or(|last| entries.len() > last), "the whole record up to the report");
        Summary::fold(&entries)
    }

    fn fact(&self, wanted: Fact) -> Instant {
        let times: Vec<_> = self.device.facts.iter().filter(|(_, fact)| *fact == wanted).collect();
        assert_eq!(times.len(), 1, "{wanted:?}");
        times[0].0
    }

    fn minutes_between(&self, from: Instant, to: Instant) -> f64 {
        f64::from(to.since(from).as_millis()) / 60_000.0
    }
}

const STARTED: Fact = Fact::DrugStarted { drug: 17, hair_toxic: true };
const ENDED: Fact = Fact::DrugEnded { drug: 17, hair_toxic: true };

#[test]
fn both_services_run_as_planned() {
    let run = run(EXAMPLE, HAPPY);
    assert_eq!(run.outcome, Outcome::Completed);
    let expected = [
        Step::Hello,
        Step::Standby,
        Step::Fit,
        Step::Standby,
        Step::Preparation,
        Step::PreCooling,
        Step::Infusion,
        Step::PostCooling,
        Step::Break,
        Step::Recooling,
        Step::PostCooling,
        Step::Removal,
        Step::Report,
        Step::Finished,
    ];
    assert_eq!(run.steps, expected);

    let worn = run.device.requests.iter().find(|(_, request, _)| *request == Request::Worn(true));
    let bare = worn.unwrap().0.since(run.device.first(Phase::FitCalibrate).unwrap()).as_secs();
    assert!((75..78).contains(&bare), "the sensors are matched in the bare cap: {bare}");
    let measure =
        run.device.requests.iter().find(|(_, request, _)| matches!(request, Request::Measure(_)));
    let cooled_down = measure.unwrap().0.since(run.device.first(Phase::FitMeasure).unwrap());
    assert!((120..123).contains(&cooled_down.as_secs()), "not before the tank is ready");
    let check = run.device.first(Phase::FitCheck).unwrap();
    let fitting = run.device.first(Phase::PreCool).unwrap().since(check).as_secs();
    assert!((75..78).contains(&fitting), "no cooling before the cap sits: {fitting}");
    let ready = run.device.first(Phase::Ready).unwrap();
    let infusing = run.device.first(Phase::Infusing).unwrap();
    assert!(run.minutes_between(ready, run.fact(STARTED)) < 0.05);
    let runs = run.minutes_between(run.fact(STARTED), run.fact(ENDED));
    assert!((runs - 60.0).abs() < 0.05, "{runs}");
    let post = run.device.first(Phase::PostCool).unwrap();
    let paused = run.device.first(Phase::Paused).unwrap();
    assert!((run.minutes_between(post, paused) - 20.0).abs() < 0.05);
    let recool = run.device.first(Phase::Recool).unwrap();
    let pause = run.minutes_between(paused, recool);
    assert!((6.5..6.7).contains(&pause), "back when the cap is coupled again: {pause}");
    assert!(infusing < post);

    let summary = run.summary();
    assert_eq!((summary.ended, summary.early_end()), (Some(Reason::COMPLETED), None));
    assert_eq!((summary.breaks, summary.drug_starts, summary.drug_ends), (1, 1, 1));
    let patient = summary.patient.unwrap();
    assert_eq!((patient.id, patient.session_index, patient.session_count), (1001, 1, 12));
    assert_eq!(patient.calibration, DIGEST);
    assert_eq!(summary.worst_comfort, Some(3));
    let asked =
        run.device.facts.iter().filter(|(_, fact)| matches!(fact, Fact::Comfort(_))).count();
    assert!((14..=16).contains(&asked), "about every ten minutes of two and a half hours: {asked}");
    assert_eq!(
        run.device.count(|request| matches!(request, Request::ConfirmFit { .. }), Accepted::Done),
        0
    );
    assert_eq!(run.client.counters().packets_lost, 0);
}

#[test]
fn a_plan_in_cap_mode_runs_the_same_way_and_the_record_says_so() {
    let run = run(CAP_MODE, HAPPY);
    assert_eq!(run.outcome, Outcome::Completed);
    let plan = run.summary().plan.unwrap();
    assert_eq!(plan.target(), Target::from_milli(ControlMode::Cap, 4_000));
}

#[test]
fn start_is_asked_for_once_when_the_tank_is_ready() {
    let run = run(EXAMPLE, HAPPY);
    let starts = run.device.requests.iter().filter(|(_, request, _)| *request == Request::Start);
    let starts: Vec<_> = starts.map(|(at, _, answer)| (*at, *answer)).collect();
    assert_eq!(starts.len(), 1, "a refused start would stand in the record: {starts:?}");
    assert_eq!(starts[0].1, Ok(Accepted::Done));
    let setup = run.device.first(Phase::Setup).unwrap();
    assert!(run.minutes_between(setup, starts[0].0) >= 2.0, "the tank takes two minutes here");
}

#[test]
fn the_same_run_twice_sends_the_same_bytes() {
    let scenario = Scenario { lost_every: 11, ..HAPPY };
    assert!(run(EXAMPLE, scenario).sent == run(EXAMPLE, scenario).sent);
}

#[test]
fn a_lossy_line_changes_nothing_but_the_retries() {
    let run = run(EXAMPLE, Scenario { lost_every: 7, ..HAPPY });
    assert_eq!(run.outcome, Outcome::Completed);
    assert_eq!(run.summary().ended, Some(Reason::COMPLETED));
    assert_eq!(run.device.facts.iter().filter(|(_, fact)| *fact == STARTED).count(), 1);
    assert!(run.client.counters().packets_lost > 100);
}

const KINK: Trouble = Trouble {
    class: TripClass::Operator,
    phase: Phase::Infusing,
    from_s: 600,
    for_s: 90,
    again_s: 0,
};

#[test]
fn a_kink_is_waited_for_and_cooling_resumed() {
    let run = run(EXAMPLE, Scenario { trouble: Some(KINK), ..HAPPY });
    assert_eq!(run.outcome, Outcome::Completed);
    let resumed = |request: &Request| matches!(request, Request::Resume { confirm: true, .. });
    assert_eq!(run.device.count(resumed, Accepted::Done), 3, "60 s, 120 s, and the planned break");
    let paused = run.device.first(Phase::Paused).unwrap();
    let recool = run.device.first(Phase::Recool).unwrap();
    assert!((60_000..62_000).contains(&recool.since(paused).as_millis()));
    let [acknowledged] = run.device.acknowledged[..] else {
        panic!("once: {:?}", run.device.acknowledged)
    };
    assert!((20_000..22_000).contains(&acknowledged.since(paused).as_millis()));
    assert!((run.minutes_between(run.fact(STARTED), run.fact(ENDED)) - 60.0).abs() < 0.05);
}

#[test]
fn a_kink_that_stays_ends_the_session_after_five_attempts() {
    let run = run(EXAMPLE, Scenario { trouble: Some(Trouble { for_s: 40_000, ..KINK }), ..HAPPY });
    assert_eq!(run.outcome, Outcome::EndedEarly);
    let resumed = |request: &Request| matches!(request, Request::Resume { confirm: true, .. });
    assert_eq!(run.device.count(resumed, Accepted::Done), 5);
    assert_eq!(run.summary().early_end(), Some(Reason(2)));
    let ended = run.minutes_between(run.fact(STARTED), run.fact(ENDED));
    assert!((ended - 60.0).abs() < 0.05, "the drip goes on, and its end is reported: {ended}");
    assert!(run.device.first(Phase::Standby) < run.device.first(Phase::Report));
    assert!(run.steps.contains(&Step::Ending));
}

#[test]
fn a_latched_fault_is_reset_once_its_cause_is_gone() {
    let trouble = Trouble { class: TripClass::Clinician, for_s: 100, ..KINK };
    let run = run(EXAMPLE, Scenario { trouble: Some(trouble), ..HAPPY });
    assert_eq!(run.outcome, Outcome::Completed);
    let reset = |request: &Request| matches!(request, Request::ClinicianReset { confirm: true });
    assert_eq!(run.device.count(reset, Accepted::Done), 1);
    let paused = run.device.first(Phase::Paused).unwrap();
    let recool = run.device.first(Phase::Recool).unwrap();
    let first = run
        .device
        .requests
        .iter()
        .find(|(_, request, _)| matches!(request, Request::ClinicianReset { .. }));
    let looked_at = first.unwrap().0.since(paused).as_secs();
    assert!((90..92).contains(&looked_at), "30 s after the refused resume: {looked_at}");
    let away = recool.since(paused).as_secs();
    assert!((100..160).contains(&away), "{away}");
}

#[test]
fn the_third_latched_fault_of_a_session_ends_it() {
    let trouble = Trouble { class: TripClass::Clinician, again_s: 1_200, ..KINK };
    let run = run(EXAMPLE, Scenario { trouble: Some(trouble), ..HAPPY });
    assert_eq!(run.outcome, Outcome::EndedEarly);
    let reset = |request: &Request| matches!(request, Request::ClinicianReset { .. });
    assert_eq!(run.device.count(reset, Accepted::Done), 2);
    let limit = |answer: &Result<_, _>| *answer == Err(Refusal::LimitReached);
    let beyond =
        run.device.requests.iter().filter(|(_, request, answer)| reset(request) && limit(answer));
    assert_eq!(beyond.count(), 0, "a third reset is not even asked for");
    assert_eq!(run.summary().early_end(), Some(Reason(2)));
}

#[test]
fn what_the_record_held_before_belongs_to_others() {
    let mut device = Device::new(HAPPY);
    device.apply(&Event::Fact(Fact::CapOff));
    for note in [Note::FitSaved, Note::Ended { reason: Reason::COMPLETED }] {
        let entry = device.chain.append(Instant::ZERO, 0, &note);
        device.entries.push(entry);
    }
    let run = run_with(device, &EXAMPLE.replace("\"full\"", "\"nearly_gone\""));
    assert!(run.client.record().entry(2).is_some());
    assert_eq!(run.outcome, Outcome::EndedEarly);
}

#[test]
fn a_latched_fault_that_stays_ends_the_session() {
    let trouble = Trouble { class: TripClass::Clinician, for_s: 40_000, ..KINK };
    let run = run(EXAMPLE, Scenario { trouble: Some(trouble), ..HAPPY });
    assert_eq!(run.outcome, Outcome::EndedEarly);
    assert_eq!(run.summary().early_end(), Some(Reason(2)));
}

const LEAK: Trouble = Trouble { class: TripClass::Service, for_s: 40_000, ..KINK };

#[test]
fn safe_hold_waits_for_the_drug_and_then_the_cap_comes_off() {
    let run = run(EXAMPLE, Scenario { trouble: Some(LEAK), ..HAPPY });
    assert_eq!(run.outcome, Outcome::SafeHold);
    assert_eq!(run.device.state.phase(), Phase::Standby);
    assert!((run.minutes_between(run.fact(STARTED), run.fact(ENDED)) - 60.0).abs() < 0.05);
    let report = run.device.first(Phase::Report).unwrap();
    let after = run.minutes_between(run.fact(ENDED), report);
    assert!((10.0..11.0).contains(&after), "{after}");
    assert_eq!(run.summary().early_end(), Some(Reason::ABANDONED));
}

#[test]
fn a_safe_hold_that_is_never_left_is_the_outcome() {
    for (phase, minutes) in [(Phase::Infusing, 50 + 30), (Phase::PostCool, 30)] {
        let trouble = Some(Trouble { phase, ..LEAK });
        let run = run(EXAMPLE, Scenario { trouble, deaf_in_hold: true, ..HAPPY });
        assert_eq!(run.outcome, Outcome::SafeHold);
        assert_eq!(run.device.state.phase(), Phase::SafeHold);
        let held = run.device.now.since(run.device.first(Phase::SafeHold).unwrap()).as_mins();
        assert!((minutes..minutes + 2).contains(&held), "{held}");
        assert!(run.client.record().is_complete());
    }
}

#[test]
fn a_power_gap_is_resumed_from_at_once() {
    let gap = (Phase::Infusing, 900, Duration::from_mins(3));
    let run = run(EXAMPLE, Scenario { power_gap: Some(gap), ..HAPPY });
    assert_eq!(run.outcome, Outcome::Completed);
    let recovery = run.device.first(Phase::Recovery).unwrap();
    let recool = run.device.first(Phase::Recool).unwrap();
    assert!(recool.since(recovery).as_secs() <= 5);
}

#[test]
fn a_failed_contact_test_is_confirmed_by_hand() {
    let run = run(EXAMPLE, Scenario { contact: Progress::Failed, ..HAPPY });
    assert_eq!(run.outcome, Outcome::Completed);
    assert!(run.summary().has_flag(Flag::FitOverridden));
    let verify = run.device.first(Phase::FitVerify).unwrap();
    let saved = run.device.first(Phase::FitSaved).unwrap();
    assert!((130..135).contains(&saved.since(verify).as_secs()));
}

#[test]
fn a_plan_that_the_device_refuses_ends_before_any_coolant_flows() {
    let run = run(&EXAMPLE.replace("\"full\"", "\"nearly_gone\""), HAPPY);
    assert_eq!(run.outcome, Outcome::EndedEarly);
    assert!(run.device.now < Instant::from_millis(60_000), "refused for good, so not asked again");
    assert!(
        run.device.phases().iter().all(|phase| !phase.circulates()),
        "{:?}",
        run.device.phases()
    );
    assert_eq!(run.device.state.phase(), Phase::Standby);
}

#[test]
fn drugs_are_reported_on_their_own_clocks() {
    let more = "[[drug]]\nname = \"premedication\"\nid = 5\nhair_toxic = false\nstart_min = 10\nend_min = 75\n\
        [[drug]]\nname = \"second\"\nid = 6\nhair_toxic = true\nstart_min = 65\nend_min = 80.5\n[[break]]";
    let run = run(&EXAMPLE.replacen("[[break]]", more, 1), HAPPY);
    assert_eq!(run.outcome, Outcome::Completed);
    let ready = run.device.first(Phase::Ready).unwrap();
    let (toxic, other) = (true, false);
    for (fact, minute) in [
        (STARTED, 0.0),
        (Fact::DrugStarted { drug: 5, hair_toxic: other }, 10.0),
        (ENDED, 60.0),
        (Fact::DrugStarted { drug: 6, hair_toxic: toxic }, 65.0),
        (Fact::DrugEnded { drug: 5, hair_toxic: other }, 75.0),
        (Fact::DrugEnded { drug: 6, hair_toxic: toxic }, 80.5),
    ] {
        let at = run.minutes_between(ready, run.fact(fact));
        assert!((at - minute).abs() < 0.06, "{fact:?} at {at}");
    }
    let phases = run.device.phases();
    let infusions = phases.iter().filter(|phase| **phase == Phase::Infusing).count();
    assert_eq!(infusions, 2, "the second drug voids the post-cooling of the first: {phases:?}");
}

#[test]
fn without_a_device_the_time_runs_out() {
    let mut nurse = Nurse::new(plan(EXAMPLE));
    let mut client = Client::new(ClientConfig::new(1));
    nurse.tick(Instant::from_millis(1_000), &mut client);
    assert_eq!(LONGEST, Duration::from_secs(12 * 3_600));
    nurse.tick(Instant::from_millis(999).plus(LONGEST), &mut client);
    assert_eq!((nurse.finished(), nurse.progress().step), (None, Step::Hello));
    nurse.tick(Instant::from_millis(1_000).plus(LONGEST), &mut client);
    assert_eq!(nurse.finished(), Some(Outcome::TimedOut));
    assert_eq!(nurse.progress().to_string(), "looking for the device");
}
