//! A treatment without a link: control, the machine around it, the patient, and the people at both, on one clock.
//!
//! This is what is run thousands of times: populations, faults in every phase, the search for the worst case. Nothing
//! stands between control and the machine but the numbers of a tick.
//!
//! ```
//! use coldcap::Phase;
//! use coldcap_sim::PatientParameters;
//! use coldcap_sim::bedside::Bedside;
//!
//! let mut bedside = Bedside::standard(PatientParameters::standard(), 7)?;
//! while bedside.channel().phase != Phase::PreCool {
//!     bedside.tick();
//! }
//! assert!(bedside.truth().skin_c > 30.0); // cooling has just begun
//! # Ok::<(), coldcap_sim::BuildError>(())
//! ```

mod course;
mod fitting;
mod judged;
mod measures;
mod operator;
mod response;

pub use course::{Break, Course, Drug, Manners};
pub use judged::{Fall, runs_forbidden};
pub use measures::{Measures, Observer, Tracking};
pub use operator::{Ending, Mishaps, Operator, Sight};
pub use response::Response;

use crate::attendant::{Attendant, AttendantParameters};
use crate::fault::{FaultKind, FaultSchedule, FaultWindow};
use crate::machine::{BuildError, CapPlacement, MachineParameters, Truth, VirtualMachine};
use crate::patient::PatientParameters;
use coldcap::{
    Action, ChannelStatus, Command, CommandId, Config, Control, Drives, EventKind, MachineStatus,
    Outputs, TICK, TickInput,
};
use coldcap_session::{Answer, Reason, Role};
use coldcap_units::{Duration, Instant};

/// Control of one channel, the machine around it, the head under its cap, and the hands and eyes at them.
#[derive(Clone, Debug)]
pub struct Bedside {
    control: Control<1>,
    plant: VirtualMachine<1>,
    attendant: Attendant,
    operator: Operator,
    faults: FaultSchedule,
    /// What is still to take the power, the next one last.
    outages: Vec<FaultWindow>,
    now: Instant,
    drives: Drives<1>,
    channel: ChannelStatus,
    machine: MachineStatus,
    cap: CapPlacement,
    answer: Option<Answer>,
    ended: Option<Reason>,
    asked: CommandId,
}

/// With what a visit is run.
#[derive(Clone, Debug)]
pub struct Setup {
    /// The device.
    pub config: Config,
    /// The machine.
    pub machine: MachineParameters,
    /// The head.
    pub patient: PatientParameters,
    /// What is planned.
    pub course: Course,
    /// How quickly people act.
    pub manners: Manners,
    /// How long their hands take.
    pub hands: AttendantParameters,
    /// What breaks.
    pub faults: FaultSchedule,
}

impl Setup {
    /// The standard visit of `patient` at a machine whose tank is cold: another patient was there before.
    #[must_use]
    pub fn standard(patient: PatientParameters) -> Self {
        let mut machine = MachineParameters::standard();
        machine.tank.start_c = -8.0;
        Self {
            config: Config::reference(),
            machine,
            patient,
            course: Course::standard(),
            manners: Manners::standard(),
            hands: AttendantParameters::standard(),
            faults: FaultSchedule::none(),
        }
    }
}

impl Bedside {
    /// At power-up. `seed` decides the sensors' errors and noise.
    ///
    /// # Errors
    /// A parameter of the machine or of the patient is out of range.
    pub fn new(setup: &Setup, seed: u64) -> Result<Self, BuildError> {
        Ok(Self {
            control: Control::new(setup.config),
            plant: VirtualMachine::new(setup.machine, [setup.patient], seed)?,
            attendant: Attendant::new(setup.hands),
            operator: Operator::new(setup.course.clone(), setup.manners),
            outages: setup.faults.outages().into_iter().rev().collect(),
            faults: setup.faults.clone(),
            now: Instant::ZERO,
            drives: Drives::default(),
            channel: ChannelStatus::default(),
            machine: MachineStatus::default(),
            cap: CapPlacement::Off,
            answer: None,
            ended: None,
            asked: CommandId(0),
        })
    }

    /// The [standard setup](Setup::standard).
    ///
    /// # Errors
    /// A parameter of the patient is out of range.
    pub fn standard(patient: PatientParameters, seed: u64) -> Result<Self, BuildError> {
        Self::new(&Setup::standard(patient), seed)
    }

    /// One tick: the plant moves on, the operator acts, control decides, the hands follow.
    pub fn tick(&mut self) -> Outputs<1> {
        self.tick_with(|_| {})
    }

    /// The same with an input that `spoil` may have changed: what no part of the machine does, and a wire might.
    pub fn tick_with(&mut self, spoil: impl FnOnce(&mut TickInput<1>)) -> Outputs<1> {
        self.lose_power();
        self.plant.step(&self.drives, self.now, &self.faults);
        self.now = self.now.plus(TICK);
        let mut input = TickInput::new(self.now, self.plant.inputs(self.now));
        if !self.faults.active(FaultKind::DisplayFreeze, self.now) {
            input.commands.shown = Some(self.machine.progress);
        }
        input.commands.host_silent = Some(self.silence());
        let action = self.act();
        self.press(action, &mut input);
        spoil(&mut input);
        let outputs = self.control.tick(&input);
        self.take(&outputs);
        outputs
    }

    /// There is no link here: a host is heard in every tick, but for a fault that keeps it quiet.
    fn silence(&self) -> Duration {
        let quiet = [FaultKind::LinkLoss, FaultKind::HostCrash];
        let lost = self
            .faults
            .windows()
            .iter()
            .filter(|window| quiet.contains(&window.kind) && window.covers(self.now));
        lost.map(|window| self.now.since(window.from)).max().unwrap_or_default()
    }

    fn lose_power(&mut self) {
        let now = self.now;
        if let Some(outage) = self.outages.pop_if(|outage| now >= outage.from) {
            self.cut_power(outage.outage().unwrap_or_default());
        }
    }

    fn act(&mut self) -> Option<Action> {
        let is = |kind| self.faults.active(kind, self.now);
        let sight = Sight {
            mishaps: Mishaps {
                wrong_plan: is(FaultKind::WrongPlan),
                drug_unended: is(FaultKind::DrugUnended),
                clock_jump: is(FaultKind::ClockJump),
            },
            channel: &self.channel,
            highest: self.machine.highest,
            cap: self.cap,
            answer: self.answer.take(),
            ended: self.ended.take(),
        };
        self.operator.act(self.now, &sight)
    }

    fn press(&mut self, action: Option<Action>, input: &mut TickInput<1>) {
        let Some(action) = action else { return };
        self.asked = CommandId(self.asked.0.wrapping_add(1));
        let (id, role) = (self.asked, Role::Clinician);
        input.commands.list.push(Command { id, channel: 0, role, action });
    }

    fn take(&mut self, outputs: &Outputs<1>) {
        self.drives = outputs.drives;
        [self.channel] = outputs.channels;
        self.machine = outputs.machine;
        let answered = outputs.answers.iter().find(|answer| answer.id == self.asked);
        self.answer = answered.map(|answer| answer.result);
        let ended = outputs.events.iter().find(|event| event.kind == EventKind::Ended);
        self.ended = ended.map(|event| Reason(event.code as u8));
        let highest = outputs.machine.highest as u8;
        self.attendant.hurry(self.faults.active(FaultKind::EarlyRemoval, self.now));
        self.cap = self.attendant.place(self.channel.phase, highest, self.now);
        let _ = self.plant.place_cap(0, self.cap);
    }

    /// From now on people act as quickly as this.
    pub const fn set_manners(&mut self, manners: Manners) {
        self.operator.set_manners(manners);
    }

    /// One more thing breaks.
    pub fn plant_fault(&mut self, window: FaultWindow) {
        self.faults.push(window);
        self.outages.extend(window.outage().map(|_| window));
        self.outages.sort_by_key(|outage| core::cmp::Reverse(outage.from));
    }

    /// Power fails and is back after `gap`: what survives is what a board stores.
    pub fn cut_power(&mut self, gap: Duration) {
        self.drives = Drives::default();
        for _ in 0..gap.as_millis() / TICK.as_millis() {
            self.plant.step(&self.drives, self.now, &self.faults);
            self.now = self.now.plus(TICK);
        }
        let config = *self.control.config();
        self.control = Control::restored(config, &self.control.checkpoint(), Some(gap));
    }

    /// The device's control.
    #[must_use]
    pub const fn control(&self) -> &Control<1> {
        &self.control
    }

    /// The instant of the last tick.
    #[must_use]
    pub const fn now(&self) -> Instant {
        self.now
    }

    /// The channel as it showed itself last.
    #[must_use]
    pub const fn channel(&self) -> &ChannelStatus {
        &self.channel
    }

    /// The machine as it showed itself last.
    #[must_use]
    pub const fn machine(&self) -> &MachineStatus {
        &self.machine
    }

    /// What is driven.
    #[must_use]
    pub const fn drives(&self) -> &Drives<1> {
        &self.drives
    }

    /// Where the cap is.
    #[must_use]
    pub const fn cap(&self) -> CapPlacement {
        self.cap
    }

    /// What is really so.
    #[must_use]
    pub fn truth(&self) -> Truth {
        self.plant.truth(0).unwrap_or_default()
    }

    /// The machine around control.
    #[must_use]
    pub const fn plant(&self) -> &VirtualMachine<1> {
        &self.plant
    }

    /// Who presses the keys.
    #[must_use]
    pub const fn operator(&self) -> &Operator {
        &self.operator
    }

    /// Runs the visit to its end, or until it has taken so many ticks; gives what it came to.
    pub fn run(self, most_ticks: u64) -> Measures {
        self.run_before(Observer::new(), most_ticks)
    }

    /// The same before an observer that has been told what to look at.
    pub fn run_before(mut self, mut observer: Observer, most_ticks: u64) -> Measures {
        for _ in 0..most_ticks {
            let outputs = self.tick();
            observer.see(&self, &outputs);
            if self.operator.ending().is_some() {
                break;
            }
        }
        observer.finish(&self)
    }
}
