//! A device among ideal sensors and actuators: whatever is driven happens at once, and the supply is
//! where the ramp wants it. And dice, for what is not ideal.

#![allow(dead_code)] // Every test file uses its own part of the bench.

pub(crate) mod dark;
pub(crate) mod dice;
pub(crate) mod hand;
pub(crate) mod host;
pub(crate) mod keyed;

use coldcap::{
    Action, ChannelInputs, Command, CommandId, Config, Control, Device, Drives, Inputs, Outputs,
    Phase, TICK, TickInput,
};
use coldcap_session::{Answer, Fact, Patient, Request, Role};
use coldcap_units::{
    Coolant, Duration, Duty, Instant, MilliAmps, Permille, Pulses, Ratio, Reading,
};

#[allow(unused_imports)] // As above.
pub(crate) use coldcap_trial::session::{HAIR, HEAD, PATIENT, PLAN};

pub(crate) const DRUG: Fact = Fact::DrugStarted { drug: 5, hair_toxic: true };
pub(crate) const DRUG_OVER: Fact = Fact::DrugEnded { drug: 5, hair_toxic: true };

/// What the ideal plant shows, in thousandths of a degree.
#[derive(Clone, Copy, Debug)]
struct Shown {
    supply: i32,
    cap: i32,
}

/// A device with its ideal plant, on the ticks of the machine.
#[derive(Clone, Debug)]
pub(crate) struct Bench<const CHANNELS: usize> {
    pub(crate) device: Device<CHANNELS>,
    pub(crate) now: Instant,
    pub(crate) drives: Drives<CHANNELS>,
    shown: [Shown; CHANNELS],
    next_id: u16,
}

impl<const CHANNELS: usize> Bench<CHANNELS> {
    pub(crate) fn new() -> Self {
        Self::with(Config::unsecured_bench())
    }

    pub(crate) fn with(config: Config) -> Self {
        Self {
            device: Device::new(config),
            now: Instant::ZERO,
            drives: Drives::default(),
            shown: [Shown { supply: 20_000, cap: 20_000 }; CHANNELS],
            next_id: 0,
        }
    }

    /// What ideal sensors say a tick from now.
    pub(crate) fn inputs(&self) -> Inputs<CHANNELS> {
        let now = self.now.plus(TICK);
        let mut inputs = Inputs::default();
        inputs.tank.coolant = self.degrees(-8_000, now);
        inputs.tank.evaporator = self.degrees(-9_000, now);
        inputs.tank.level = Reading::new(true, now);
        inputs.tank.chiller = Reading::new(self.drives.chiller, now);
        inputs.leak = Reading::new(false, now);
        inputs.mains = Reading::new(true, now);
        inputs.battery = Reading::new(Permille(1_000), now);
        inputs.permit = Reading::new(self.drives.permit, now);
        for index in 0..CHANNELS {
            inputs.channels[index] = self.channel(index, now);
        }
        inputs
    }

    fn channel(&self, index: usize, now: Instant) -> ChannelInputs {
        let (shown, drives) = (self.shown[index], self.drives.channels[index]);
        let runs = !drives.pump.is_off();
        let edges = if runs { 167 } else { 0 };
        let mut inputs = ChannelInputs {
            supply: self.degrees(shown.supply, now),
            // A head under the cap: without its heat no valve would have to stay open.
            returned: self.degrees(shown.supply + (15_000 - shown.supply).max(0) / 20, now),
            front: self.degrees(shown.cap, now),
            rear: self.degrees(shown.cap, now),
            safety: self.degrees(shown.cap, now),
            flow: Reading::new(Pulses { edges, window: Duration::from_secs(1) }, now),
            pump_current: Reading::new(MilliAmps(if runs { 800 } else { 0 }), now),
            valve: Reading::new(drives.valve, now),
            ..ChannelInputs::default()
        };
        inputs.cap.coupled = Reading::new(true, now);
        inputs.cap.identity = Reading::new(7, now);
        inputs
    }

    /// The code of a temperature; it differs by some millikelvins from tick to tick, as in earnest.
    fn degrees(&self, milli: i32, now: Instant) -> Reading<Ratio> {
        let noise = (now.as_millis() / 100 % 7) as u32;
        Reading::new(Ratio(code(self.device.control.config(), milli).0 + 65_536 * noise), now)
    }

    pub(crate) fn tick(&mut self) -> Outputs<CHANNELS> {
        self.tick_with(|_| {})
    }

    /// One tick with what the link took in, and with inputs that `spoil` may have changed.
    pub(crate) fn tick_with(
        &mut self,
        spoil: impl FnOnce(&mut Inputs<CHANNELS>),
    ) -> Outputs<CHANNELS> {
        let mut inputs = self.inputs();
        spoil(&mut inputs);
        self.now = self.now.plus(TICK);
        let (_, outputs) = self.device.tick(self.now, inputs);
        self.follow(&outputs);
        outputs
    }

    /// One tick of control alone, with these actions for channel 0.
    pub(crate) fn act(&mut self, actions: &[Action]) -> Outputs<CHANNELS> {
        let commands: Vec<Command> =
            actions.iter().map(|action| self.command(0, *action)).collect();
        let inputs = self.inputs();
        self.now = self.now.plus(TICK);
        let mut input = TickInput::new(self.now, inputs);
        commands.into_iter().for_each(|command| input.commands.list.push(command));
        self.feed(&input)
    }

    /// One tick of control alone.
    pub(crate) fn feed(&mut self, input: &TickInput<CHANNELS>) -> Outputs<CHANNELS> {
        let outputs = self.device.control.tick(input);
        self.device.link.publish(&outputs);
        self.follow(&outputs);
        outputs
    }

    pub(crate) fn command(&mut self, channel: u8, action: Action) -> Command {
        self.next_id = self.next_id.wrapping_add(1);
        Command { id: CommandId(self.next_id), channel, role: Role::Clinician, action }
    }

    /// Asks for something on channel 0; returns the answer.
    pub(crate) fn ask(&mut self, request: Request) -> Answer {
        self.act(&[Action::Request(request)]).answers.as_slice()[0].result
    }

    /// Asks in both steps, in somebody's name; returns the answer to the second.
    pub(crate) fn reset(&mut self, role: Role, request: fn(bool) -> Request) -> Answer {
        self.run(6);
        let answers = [false, true].map(|confirm| {
            let command = self.command_as(role, Action::Request(request(confirm)));
            let mut input = self.next_input();
            input.commands.list.push(command);
            self.feed(&input).answers.as_slice()[0].result
        });
        answers[0].and(answers[1])
    }

    pub(crate) fn command_as(&mut self, role: Role, action: Action) -> Command {
        Command { role, ..self.command(0, action) }
    }

    /// What ideal sensors say in the next tick, which is now.
    pub(crate) fn next_input(&mut self) -> TickInput<CHANNELS> {
        let inputs = self.inputs();
        self.now = self.now.plus(TICK);
        TickInput::new(self.now, inputs)
    }

    /// Brings channel 1 into a treatment, by the way that an operator takes.
    pub(crate) fn bring_neighbour_to(&mut self, phase: Phase) {
        let wishes = [
            Request::select(Patient { id: PATIENT.id + 1, ..PATIENT }),
            Request::ChoosePlan(PLAN),
            Request::Acknowledge,
            Request::Start,
            Request::Worn(true),
        ];
        for wish in wishes {
            let command = self.command(1, Action::Request(wish));
            let mut input = self.next_input();
            input.commands.list.push(command);
            self.feed(&input).answers.as_slice()[0].result.unwrap();
            self.run(10);
        }
        let reached = |bench: &Self| {
            bench.device.control.checkpoint().channels[1].state.session.phase() == phase
        };
        assert!((0..20_000).any(|_| {
            self.tick();
            reached(self)
        }));
    }

    pub(crate) fn tell(&mut self, fact: Fact) {
        self.act(&[Action::Fact(fact)]);
    }

    fn follow(&mut self, outputs: &Outputs<CHANNELS>) {
        self.drives = outputs.drives;
        for (shown, status) in self.shown.iter_mut().zip(&outputs.channels) {
            let supply = status.effective.map_or(shown.supply.max(10_000), Coolant::to_milli);
            // A ramp begins at what a spoilt sensor says, up to the end of its table and no further.
            let supply = supply.min(50_000);
            // The inner face of a cap on a head stays some degrees warmer than cold coolant.
            *shown = Shown { supply, cap: supply.max(3_000) };
        }
    }

    pub(crate) fn run(&mut self, seconds: u32) {
        (0..seconds * 10).for_each(|_| drop(self.tick()));
    }

    pub(crate) fn phase(&self) -> Phase {
        self.device.control.checkpoint().channels[0].state.session.phase()
    }

    /// Ticks until channel 0 is in `phase`.
    pub(crate) fn until(&mut self, phase: Phase) {
        for _ in 0..20_000 {
            if self.phase() == phase {
                return;
            }
            self.tick();
        }
        panic!("{phase} was not reached, the channel is in {}", self.phase());
    }

    /// Brings channel 0 of a new device into `phase`, by the way that an operator takes.
    pub(crate) fn bring_to(&mut self, phase: Phase) {
        self.until(Phase::Standby);
        self.ask(Request::select(PATIENT)).unwrap();
        match phase {
            Phase::Standby | Phase::Setup => {}
            Phase::FitCalibrate | Phase::FitVerify => self.fit_visit(phase),
            _ => self.treatment(phase),
        }
        assert_eq!(self.phase(), phase);
    }

    fn fit_visit(&mut self, phase: Phase) {
        self.ask(Request::StartFit).unwrap();
        self.ask(Request::Measure(HEAD)).unwrap();
        if phase == Phase::FitVerify {
            self.ask(Request::Worn(true)).unwrap();
            self.until(phase);
        }
    }

    fn treatment(&mut self, phase: Phase) {
        self.ask(Request::ChoosePlan(PLAN)).unwrap();
        self.tick();
        self.ask(Request::Start).unwrap();
        if phase == Phase::FitCheck {
            return;
        }
        self.ask(Request::Worn(true)).unwrap();
        self.until(Phase::PreCool);
        self.run(10);
        match phase {
            Phase::PreCool => {}
            Phase::Recool => {
                self.ask(Request::Pause(1)).unwrap();
                self.resume();
            }
            Phase::Ready => self.until(Phase::Ready),
            _ => self.infusion(phase),
        }
    }

    fn infusion(&mut self, phase: Phase) {
        self.until(Phase::Ready);
        self.tell(DRUG);
        if phase == Phase::PostCool {
            self.tell(DRUG_OVER);
        }
    }

    /// Resumes once the self-test has passed anew.
    pub(crate) fn resume(&mut self) {
        self.run(6);
        self.ask(Request::Resume { reason: 1, confirm: false }).unwrap();
        self.ask(Request::Resume { reason: 1, confirm: true }).unwrap();
    }
}

/// The phases in which the pump may run.
pub(crate) fn circulating() -> impl Iterator<Item = Phase> {
    Phase::ALL.into_iter().filter(|phase| phase.circulates())
}

/// The raw code of a temperature under the reference divider: colder is higher.
pub(crate) fn code(config: &Config, milli: i32) -> Ratio {
    let limits = config.limits.raw();
    let (mut warm, mut cold) = (limits.short_below.0, limits.open_above.0);
    while cold - warm > 1 {
        let middle = warm + (cold - warm) / 2;
        let is_warmer = config.thermistor.eval(Ratio(middle)).unwrap().0 > milli * 1_000;
        *(if is_warmer { &mut warm } else { &mut cold }) = middle;
    }
    Ratio(cold)
}

/// The canonical bytes of outputs.
pub(crate) fn bytes<const CHANNELS: usize>(outputs: &Outputs<CHANNELS>) -> Vec<u8> {
    let mut buffer = vec![0; 4_096];
    let mut sink = coldcap::canonical::SliceSink::new(&mut buffer);
    outputs.write(&mut sink);
    let length = sink.finish().unwrap();
    buffer.truncate(length);
    buffer
}

/// Whether nothing at all is driven on a channel.
pub(crate) fn is_still<const CHANNELS: usize>(outputs: &Outputs<CHANNELS>, index: usize) -> bool {
    let drives = outputs.drives.channels[index];
    drives.pump == Duty::OFF && drives.valve == Duty::OFF
}

/// A control that stands where the bench's device stands.
pub(crate) fn control_of<const CHANNELS: usize>(bench: &Bench<CHANNELS>) -> Control<CHANNELS> {
    bench.device.control.clone()
}
