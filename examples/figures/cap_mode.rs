//! A session in cap mode on the virtual machine: from standby to 90 minutes of a held inner face.

use super::{BLUE, Drawing, GREEN, GREY, RED};
use coldcap::{Action, Command, CommandId, Config, Control, Drives, Phase, TICK, TickInput};
use coldcap_examples::{Chart, Line, Panel};
use coldcap_session::{
    Density, Hair, HairType, Patient, PlanRequest, PostClock, Request, Role, Target,
};
use coldcap_sim::{
    CapPlacement, FaultSchedule, MachineParameters, PatientParameters, VirtualMachine,
};
use coldcap_units::{Duration, Instant, Interface};

const PATIENT: Patient = Patient {
    id: 1_000,
    calibration: 99,
    session_index: 1,
    session_count: 6,
    hair: Hair { density: Density::Full, kind: HairType::Ordinary },
    contraindications: 0,
};
const PLAN: PlanRequest = PlanRequest {
    regimen: 3,
    source: coldcap_session::regimen::Source::SITE,
    reason: 0,
    pre: Duration::from_mins(30),
    post: Duration::from_mins(60),
    break_each: Duration::from_mins(10),
    break_total: Duration::from_mins(20),
    target: Target::Cap(Interface::from_milli(4_000)),
    post_clock: PostClock::Cooled,
};

/// What a tick shows: supply, face, what the face is held to, skin as it is, and as estimated.
type Row = [Option<f64>; 7];

struct Ward {
    control: Control<1>,
    plant: VirtualMachine<1>,
    drives: Drives<1>,
    now: Instant,
    next: u16,
    phase: Phase,
}

impl Ward {
    fn tick(&mut self, request: Option<Request>) -> Row {
        self.now = self.now.plus(TICK);
        let mut input = TickInput::new(self.now, self.plant.inputs(self.now));
        if let Some(request) = request {
            self.next += 1;
            let (id, action) = (CommandId(self.next), Action::Request(request));
            input.commands.list.push(Command { id, channel: 0, role: Role::Clinician, action });
        }
        let outputs = self.control.tick(&input);
        self.drives = outputs.drives;
        self.plant.step(&self.drives, self.now, &FaultSchedule::none());
        let channel = &outputs.channels[0];
        self.phase = channel.phase;
        let truth = self.plant.truth(0);
        let degrees = |milli: i32| f64::from(milli) / 1e3;
        let skin = channel.skin.value.ok().map(|skin| degrees(skin.to_milli()));
        let half = channel.skin_uncertainty.map(|half| degrees(half.to_milli()));
        [
            truth.map(|truth| truth.supply_c),
            truth.map(|truth| (truth.interface_front_c + truth.interface_rear_c) / 2.0),
            channel.interface_effective.map(|face| degrees(face.to_milli())),
            truth.map(|truth| truth.skin_c),
            skin,
            skin.zip(half).map(|(skin, half)| skin - half),
            skin.zip(half).map(|(skin, half)| skin + half),
        ]
    }
}

/// Rows of a second each, from the start of cooling on.
fn run(seconds: usize) -> Result<Vec<Row>, Box<dyn core::error::Error>> {
    let mut machine = MachineParameters::standard();
    machine.tank.start_c = -7.0;
    let mut ward = Ward {
        control: Control::new(Config::reference()),
        plant: VirtualMachine::new(machine, [PatientParameters::standard()], 3)?,
        drives: Drives::default(),
        now: Instant::ZERO,
        next: 0,
        phase: Phase::Boot,
    };
    while ward.phase != Phase::Standby {
        ward.tick(None);
    }
    ward.tick(Some(Request::select(PATIENT)));
    ward.tick(Some(Request::ChoosePlan(PLAN)));
    ward.plant.place_cap(0, CapPlacement::Worn)?;
    (0..6_000).for_each(|_| _ = ward.tick(None));
    ward.tick(Some(Request::Start));
    ward.tick(Some(Request::Worn(true)));
    let rows = (0..seconds * 10).map(|_| ward.tick(None)).step_by(10).collect();
    Ok(rows)
}

pub(crate) fn draw() -> Drawing {
    let rows = run(5_400)?;
    let line = |name: &str, colour, column: usize| {
        let points = rows.iter().enumerate();
        let points = points.filter_map(|(second, row)| Some((second as f64 / 60.0, row[column]?)));
        Line { name: name.into(), colour, points: points.collect() }
    };
    let coolant = Panel {
        label: "coolant and cap, °C",
        scale: [-5.0, 30.0, 5.0],
        height: 210.0,
        lines: vec![
            line("supply", GREEN, 0),
            line("face is held to", GREY, 2),
            line("inner face", BLUE, 1),
        ],
        level: Some((4.0, "target of the face")),
    };
    let skin = Panel {
        label: "skin, °C",
        scale: [10.0, 40.0, 5.0],
        height: 210.0,
        lines: vec![
            line("as it is (simulated)", RED, 3),
            line("estimate", BLUE, 4),
            line("its interval", GREY, 5),
            line("", GREY, 6),
        ],
        level: Some((22.0, "22 °C")),
    };
    let chart = Chart {
        title: "Cap mode on the virtual machine",
        label: "min since the start",
        scale: [0.0, 90.0, 10.0],
        panels: vec![coolant, skin],
    };
    Ok(chart.to_svg())
}
