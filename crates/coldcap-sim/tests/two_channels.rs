//! Two patients at one tank, at different targets and in different modes: what one does hardly shows
//! at the other.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

use coldcap::{Action, Command, CommandId, Config, Control, Drives, Phase, TICK, TickInput};
use coldcap_session::{
    Density, Fact, Hair, HairType, Patient, PlanRequest, PostClock, Request, Role, Target,
};
use coldcap_sim::{
    CapPlacement, FaultSchedule, MachineParameters, PatientParameters, VirtualMachine,
};
use coldcap_units::{Coolant, Duration, Instant, Interface};

struct Ward {
    control: Control<2>,
    plant: VirtualMachine<2>,
    drives: Drives<2>,
    now: Instant,
    next: u16,
    phases: [Phase; 2],
}

const COLD: Target = Target::Coolant(Coolant::from_milli(-4_000));
const MILD: Target = Target::Cap(Interface::from_milli(5_000));

impl Ward {
    fn new() -> Self {
        let mut machine = MachineParameters::standard();
        machine.tank.start_c = -7.0;
        let patients = [PatientParameters::standard(), PatientParameters::standard()];
        Self {
            control: Control::new(Config::reference()),
            plant: VirtualMachine::new(machine, patients, 3).unwrap(),
            drives: Drives::default(),
            now: Instant::ZERO,
            next: 0,
            phases: [Phase::Boot; 2],
        }
    }

    fn tick(&mut self, told: Option<(u8, Action)>) {
        self.now = self.now.plus(TICK);
        let mut input = TickInput::new(self.now, self.plant.inputs(self.now));
        if let Some((channel, action)) = told {
            self.next += 1;
            let id = CommandId(self.next);
            input.commands.list.push(Command { id, channel, role: Role::Clinician, action });
        }
        let outputs = self.control.tick(&input);
        for answer in outputs.answers.as_slice() {
            assert!(answer.result.is_ok(), "{told:?}: {:?}", answer.result);
        }
        self.drives = outputs.drives;
        self.phases = outputs.channels.map(|channel| channel.phase);
        self.plant.step(&self.drives, self.now, &FaultSchedule::none());
    }

    fn ask(&mut self, channel: u8, request: Request) {
        self.tick(Some((channel, Action::Request(request))));
    }

    fn run(&mut self, seconds: u32) {
        (0..seconds * 10).for_each(|_| self.tick(None));
    }

    fn until(&mut self, channel: usize, phase: Phase) {
        for _ in 0..60_000 {
            if self.phases[channel] == phase {
                return;
            }
            self.tick(None);
        }
        panic!("{phase} was not reached: {:?}", self.phases);
    }

    /// From standby into pre-cooling.
    fn begin(&mut self, channel: u8, target: Target) {
        let index = usize::from(channel);
        self.until(index, Phase::Standby);
        self.ask(channel, Request::select(patient(channel)));
        self.ask(channel, Request::ChoosePlan(plan(target)));
        self.plant.place_cap(index, CapPlacement::Worn).unwrap();
        self.run(900);
        self.ask(channel, Request::Start);
        self.ask(channel, Request::Worn(true));
        self.until(index, Phase::PreCool);
    }

    fn interface(&self, channel: usize) -> [f64; 2] {
        let truth = self.plant.truth(channel).unwrap();
        [truth.interface_front_c, truth.interface_rear_c]
    }

    /// The farthest that the inner face of a channel's cap gets from where it is now.
    fn farthest(&mut self, channel: usize, seconds: u32) -> f64 {
        let before = self.interface(channel);
        let mut farthest = 0.0f64;
        for _ in 0..seconds * 10 {
            self.tick(None);
            for (now, then) in self.interface(channel).iter().zip(before) {
                farthest = farthest.max((now - then).abs());
            }
        }
        farthest
    }
}

fn patient(channel: u8) -> Patient {
    Patient {
        id: 1_000 + u64::from(channel),
        calibration: 99,
        session_index: 1,
        session_count: 6,
        hair: Hair { density: Density::Full, kind: HairType::Ordinary },
        contraindications: 0,
    }
}

fn plan(target: Target) -> PlanRequest {
    PlanRequest {
        regimen: 3,
        source: coldcap_session::regimen::Source::SITE,
        reason: 0,
        pre: Duration::from_mins(30),
        post: Duration::from_mins(60),
        break_each: Duration::from_mins(10),
        break_total: Duration::from_mins(20),
        target,
        post_clock: PostClock::Cooled,
    }
}

#[test]
fn a_cap_that_is_opened_hardly_shows_at_the_other_patient() {
    let mut ward = Ward::new();
    ward.begin(0, COLD);
    ward.begin(1, MILD);
    for channel in [0, 1] {
        ward.until(usize::from(channel), Phase::Ready);
        let drug = Fact::DrugStarted { drug: 5, hair_toxic: true };
        ward.tick(Some((channel, Action::Fact(drug))));
    }
    ward.run(1_800);
    println!("before: {:?} {:?}", ward.interface(0), ward.interface(1));
    let quiet = [0, 1].map(|channel| ward.farthest(channel, 300));
    println!("undisturbed: {quiet:?}");
    for (opens, other) in [(0, 1), (1, 0)] {
        ward.plant.place_cap(opens, CapPlacement::Disconnected).unwrap();
        let opened = ward.farthest(other, 360);
        ward.plant.place_cap(opens, CapPlacement::Worn).unwrap();
        ward.run(5);
        for confirm in [false, true] {
            ward.ask(opens as u8, Request::Resume { reason: 1, confirm });
            ward.run(1);
        }
        let closed = ward.farthest(other, 900);
        println!(
            "channel {opens} opens: {opened:.3} K at the other, and {closed:.3} K as it cools again"
        );
        assert!(opened <= 0.1 && closed <= 0.1);
    }
}
