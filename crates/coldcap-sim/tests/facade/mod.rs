//! The whole of control on the virtual machine, with somebody who does what an operator does.
#![allow(dead_code)] // Every test file uses its own part.

use coldcap::{
    Action, ChannelStatus, Command, CommandId, Config, Control, Drives, Event, Inputs,
    MachineStatus, Phase, TICK, TickInput,
};
use coldcap_calibration::record::CapCalibration;
use coldcap_guard::Condition;
use coldcap_session::record::{Entry, Fields, Kind};
use coldcap_session::{
    Accepted, Answer, Density, Fact, Flag, Hair, HairType, HeadMeasures, Note, Patient,
    PlanRequest, PostClock, Request, Role, Target,
};
use coldcap_sim::{
    CapPlacement, FaultSchedule, MachineParameters, PatientParameters, Truth, VirtualMachine,
};
use coldcap_units::{Coolant, Duration, Instant, Interface, Ratio};

const HAIR: Hair = Hair { density: Density::Full, kind: HairType::Ordinary };

pub(crate) const PATIENT: Patient = Patient {
    id: 17,
    calibration: 99,
    session_index: 1,
    session_count: 6,
    hair: HAIR,
    contraindications: 0,
};

pub(crate) const HEAD: HeadMeasures =
    HeadMeasures { circumference_mm: 560, sagittal_mm: 340, coronal_mm: 350, hair: HAIR };

const DRUG: Fact = Fact::DrugStarted { drug: 5, hair_toxic: true };
const DRUG_OVER: Fact = Fact::DrugEnded { drug: 5, hair_toxic: true };

/// The coolant at −4 °C.
pub(crate) const COOLANT: Target = Target::Coolant(Coolant::from_milli(-4_000));
/// The cap's inner face at +4 °C.
pub(crate) const CAP: Target = Target::Cap(Interface::from_milli(4_000));
pub(crate) const BOTH: [Target; 2] = [COOLANT, CAP];

/// Control of one channel, the machine around it, and the head under its cap.
#[derive(Clone)]
pub(crate) struct Facade {
    pub(crate) control: Control<1>,
    pub(crate) plant: VirtualMachine<1>,
    pub(crate) faults: FaultSchedule,
    pub(crate) now: Instant,
    pub(crate) channel: ChannelStatus,
    pub(crate) machine: MachineStatus,
    pub(crate) drives: Drives<1>,
    pub(crate) record: Vec<Entry>,
    pub(crate) events: Vec<Event>,
    /// The offsets of the last fit that was stored, in mK.
    pub(crate) offsets: Option<[i16; 4]>,
    /// The newest stored fit.
    pub(crate) calibration: Option<CapCalibration>,
    /// What the supply sensor's code is off by: a sensor that wanders.
    pub(crate) supply_codes: i64,
    /// How many caps further the one is that says who it is.
    pub(crate) other_cap: u32,
    next_id: u16,
}

impl Facade {
    /// At power-up beside a tank at −8 °C, every cap off.
    pub(crate) fn new(patient: PatientParameters, seed: u64) -> Self {
        Self::with(Config::reference(), patient, seed)
    }

    pub(crate) fn with(config: Config, patient: PatientParameters, seed: u64) -> Self {
        Self::on(MachineParameters::standard(), config, patient, seed)
    }

    /// Beside the tank of this machine, at −8 °C.
    pub(crate) fn on(
        mut machine: MachineParameters,
        config: Config,
        patient: PatientParameters,
        seed: u64,
    ) -> Self {
        machine.tank.start_c = -8.0;
        Self {
            control: Control::new(config),
            plant: VirtualMachine::new(machine, [patient], seed).unwrap(),
            faults: FaultSchedule::none(),
            now: Instant::ZERO,
            channel: ChannelStatus::default(),
            machine: MachineStatus::default(),
            drives: Drives::default(),
            record: Vec::new(),
            events: Vec::new(),
            offsets: None,
            calibration: None,
            supply_codes: 0,
            other_cap: 0,
            next_id: 0,
        }
    }

    /// A treatment that has just begun to cool, after a fit visit on the same power-up.
    pub(crate) fn cooling(patient: PatientParameters, seed: u64, target: Target) -> Self {
        let mut facade = Self::new(patient, seed);
        facade.fit_visit();
        facade.begin(target);
        facade
    }

    pub(crate) fn truth(&self) -> Truth {
        self.plant.truth(0).unwrap()
    }

    pub(crate) fn tick(&mut self) {
        self.tick_with(&[], |_| {});
    }

    /// One tick with these actions for the channel, and with inputs that `spoil` may have changed.
    pub(crate) fn tick_with(
        &mut self,
        actions: &[Action],
        spoil: impl FnOnce(&mut Inputs<1>),
    ) -> Vec<Answer> {
        self.plant.step(&self.drives, self.now, &self.faults);
        self.now = self.now.plus(TICK);
        let mut input = TickInput::new(self.now, self.plant.inputs(self.now));
        let supply = &mut input.inputs.channels[0].supply;
        *supply = supply.map(|code| Ratio((i64::from(code.0) + self.supply_codes) as u32));
        let identity = &mut input.inputs.channels[0].cap.identity;
        *identity = identity.map(|cap| cap + self.other_cap);
        spoil(&mut input.inputs);
        for action in actions {
            self.next_id = self.next_id.wrapping_add(1);
            let (id, role) = (CommandId(self.next_id), Role::Clinician);
            input.commands.list.push(Command { id, channel: 0, role, action: *action });
        }
        let outputs = self.control.tick(&input);
        (self.drives, self.channel, self.machine) =
            (outputs.drives, outputs.channels[0], outputs.machine);
        self.events.extend(outputs.events.iter());
        self.record.extend(outputs.entries.iter().map(|it| Entry::from_bytes(&it.0)));
        if let Some(fit) = &outputs.calibration {
            let stored = CapCalibration::from_bytes(&fit.bytes).unwrap();
            self.offsets = Some(stored.offsets.to_milli());
            self.calibration = Some(stored);
        }
        outputs.answers.iter().map(|answer| answer.result).collect()
    }

    pub(crate) fn ask(&mut self, request: Request) -> Answer {
        self.tick_with(&[Action::Request(request)], |_| {})[0]
    }

    pub(crate) fn tell(&mut self, fact: Fact) {
        self.tick_with(&[Action::Fact(fact)], |_| {});
    }

    pub(crate) fn run(&mut self, seconds: u32) {
        (0..seconds * 10).for_each(|_| self.tick());
    }

    /// Ticks until the channel is in `phase`.
    pub(crate) fn until(&mut self, phase: Phase) {
        for _ in 0..60_000 {
            if self.channel.phase == phase {
                return;
            }
            self.tick();
        }
        panic!("{phase} was not reached, the channel is in {}", self.channel.phase);
    }

    pub(crate) fn place(&mut self, placement: CapPlacement) {
        self.plant.place_cap(0, placement).unwrap();
    }

    /// The visit at which sensors are matched and the contact is tested. What it finds of the contact is
    /// the operator's to accept.
    pub(crate) fn fit_visit(&mut self) {
        self.fit_visit_after(10);
        self.go_home();
    }

    /// The same with the cap on the head for so long before it is marked, and the cap still on it.
    pub(crate) fn fit_visit_after(&mut self, wait_s: u32) {
        self.fit_visit_to_its_test(wait_s);
        self.accept_fit();
    }

    /// The same, and what supply, return, front and rear read in °C in every tick of the contact test's two
    /// minutes, from the moment the coolant is at its mild target.
    pub(crate) fn fit_visit_watched(&mut self, wait_s: u32) -> Vec<[f64; 4]> {
        self.fit_visit_to_its_test(wait_s);
        let config = Config::reference();
        let target = f64::from(config.session.mild_target.to_milli()) / 1e3;
        let band = f64::from(config.circulation.at_target.to_milli()) / 1e3;
        let mut rows: Vec<[f64; 4]> = Vec::new();
        while self.channel.phase == Phase::FitVerify && rows.len() < 1_200 {
            self.tick();
            let status = &self.channel;
            let row = [
                status.supply.value.unwrap().to_milli(),
                status.returned.value.unwrap().to_milli(),
                status.front.value.unwrap().to_milli(),
                status.rear.value.unwrap().to_milli(),
            ];
            let row = row.map(|milli| f64::from(milli) / 1e3);
            if (row[0] - target).abs() <= band {
                rows.push(row);
            }
        }
        self.accept_fit();
        rows
    }

    fn fit_visit_to_its_test(&mut self, wait_s: u32) {
        self.until(Phase::Standby);
        self.ask(Request::StartFit).unwrap();
        self.ask(Request::select(PATIENT)).unwrap();
        self.place(CapPlacement::Coupled);
        self.tick();
        self.ask(Request::Measure(HEAD)).unwrap();
        self.run(60);
        self.place(CapPlacement::Worn);
        self.run(wait_s);
        self.ask(Request::Worn(true)).unwrap();
        self.until(Phase::FitVerify);
    }

    pub(crate) fn accept_fit(&mut self) {
        while self.channel.phase == Phase::FitVerify {
            self.run(5);
            if self.ask(Request::ConfirmFit { confirm: false }) == Ok(Accepted::Armed) {
                self.run(3);
                self.ask(Request::ConfirmFit { confirm: true }).unwrap();
            }
        }
    }

    /// The cap is off, the visit closed, and the machine left alone for ten minutes.
    pub(crate) fn go_home(&mut self) {
        self.place(CapPlacement::Off);
        self.ask(Request::Close).unwrap();
        self.run(600);
    }

    /// From standby into pre-cooling: the cap is put on and marked before coolant flows.
    pub(crate) fn begin(&mut self, target: Target) {
        self.until(Phase::Standby);
        self.ask(Request::select(PATIENT)).unwrap();
        self.place(CapPlacement::Coupled);
        self.ask(Request::ChoosePlan(plan(target))).unwrap();
        while self.ask(Request::Start).is_err() {
            assert!(self.now < Instant::from_millis(7_200_000), "the tank does not get cold");
            self.run(5);
        }
        self.run(60);
        self.place(CapPlacement::Worn);
        self.run(10);
        self.ask(Request::Worn(true)).unwrap();
        self.until(Phase::PreCool);
    }

    /// A break with the hoses off for so long, and back to cooling.
    pub(crate) fn walk(&mut self) {
        self.ask(Request::Pause(1)).unwrap();
        self.place(CapPlacement::Disconnected);
    }

    pub(crate) fn come_back(&mut self) {
        self.place(CapPlacement::Worn);
        self.run(6);
        self.ask(Request::Resume { reason: 1, confirm: false }).unwrap();
        self.run(2);
        self.ask(Request::Resume { reason: 1, confirm: true }).unwrap();
    }

    pub(crate) fn signals(&self, condition: Condition) -> bool {
        self.machine.alarms.contains(condition)
    }

    /// Whether the record has this flag.
    pub(crate) fn has_flag(&self, flag: Flag) -> bool {
        let wanted = Fields::from(&Note::Flag(flag));
        self.record.iter().any(|entry| entry.fields == wanted)
    }

    /// Whether the record says that this alarm rose.
    pub(crate) fn has_alarm(&self, condition: Condition) -> bool {
        let code = u16::from(condition.code());
        let is = |fields: &Fields| fields.kind == Kind::ALARM && fields.code == code;
        self.record.iter().any(|entry| is(&entry.fields))
    }

    /// Estimate, half width and truth of the skin in °C, where there is an estimate.
    pub(crate) fn skin(&self) -> Option<(f64, f64, f64)> {
        let skin = self.channel.skin.value.ok()?;
        let width = self.channel.skin_uncertainty?;
        let celsius = |milli: i32| f64::from(milli) / 1_000.0;
        Some((celsius(skin.to_milli()), celsius(width.to_milli()), self.truth().skin_c))
    }
}

/// Half an hour ahead, breaks of ten minutes.
pub(crate) fn plan(target: Target) -> PlanRequest {
    PlanRequest {
        regimen: 1,
        source: coldcap_session::regimen::Source::SITE,
        reason: 0,
        pre: Duration::from_mins(30),
        post: Duration::from_mins(30),
        break_each: Duration::from_mins(15),
        break_total: Duration::from_mins(30),
        target,
        post_clock: PostClock::Cooled,
    }
}
