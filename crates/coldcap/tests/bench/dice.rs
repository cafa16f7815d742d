//! Values of every kind from one seed (xorshift64*, Vigna 2016).

use coldcap::{
    Action, CapInputs, ChannelInputs, Command, CommandId, Commands, Inputs, Panel, TankInputs,
    TickInput,
};
use coldcap_session::{
    Amendment, ClockQuality, Density, Fact, Hair, HairType, HeadMeasures, Mark, Patient,
    PlanRequest, PostClock, Request, Role, Target, WallTime,
};
use coldcap_units::{
    Coolant, Duration, Duty, Fault, Instant, Interface, MilliAmps, Permille, Pulses, Ratio, Reading,
};

#[derive(Clone, Debug)]
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed | 1)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 16
    }

    /// 0 to `sides` − 1.
    pub(crate) fn roll(&mut self, sides: u64) -> u64 {
        self.next() % sides
    }

    /// True once in `sides` throws.
    pub(crate) fn once_in(&mut self, sides: u64) -> bool {
        self.roll(sides) == 0
    }

    pub(crate) fn pick<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.roll(choices.len() as u64) as usize]
    }

    /// A reading of any sort: good, faulty, old, or from the future.
    pub(crate) fn reading<T>(&mut self, now: Instant, value: T) -> Reading<T> {
        let taken = match self.roll(8) {
            0 => now.minus(Duration::from_millis(self.roll(5_000) as u32)),
            1 => Instant::from_millis(self.next()),
            2 => now.plus(Duration::from_millis(self.roll(700) as u32)),
            _ => now,
        };
        match self.roll(6) {
            0 => Reading::faulty(self.pick(&Fault::ALL), taken),
            1 => Reading::absent(),
            _ => Reading::new(value, taken),
        }
    }

    pub(crate) fn ratio(&mut self, now: Instant) -> Reading<Ratio> {
        let any = Ratio(self.next() as u32);
        let near = Ratio(0xC379_F7EB + self.roll(1 << 24) as u32);
        let code = self.pick(&[any, near, Ratio(0), Ratio(u32::MAX), Ratio(0x8000_0000)]);
        self.reading(now, code)
    }

    fn duty(&mut self, now: Instant) -> Reading<Duty> {
        let duty = self.pick(&[Duty::OFF, Duty::FULL, Duty(self.0 as u16)]);
        self.reading(now, duty)
    }

    pub(crate) fn switch(&mut self, now: Instant) -> Reading<bool> {
        let closed = self.once_in(2);
        self.reading(now, closed)
    }

    pub(crate) fn inputs<const CHANNELS: usize>(&mut self, now: Instant) -> Inputs<CHANNELS> {
        Inputs {
            tank: self.tank(now),
            channels: core::array::from_fn(|_| self.channel(now)),
            leak: self.switch(now),
            mains: self.switch(now),
            battery: {
                let charge = Permille(self.roll(1_001) as u16);
                self.reading(now, charge)
            },
            permit: self.switch(now),
            panel: self.panel(),
        }
    }

    fn panel(&mut self) -> Panel {
        let mut key = || self.once_in(10);
        Panel { stop: key(), acknowledge: key(), audio_pause: key() }
    }

    fn tank(&mut self, now: Instant) -> TankInputs {
        TankInputs {
            coolant: self.ratio(now),
            evaporator: self.ratio(now),
            level: self.switch(now),
            chiller: self.duty(now),
        }
    }

    pub(crate) fn channel(&mut self, now: Instant) -> ChannelInputs {
        let pulses = Pulses {
            edges: self.next() as u16,
            window: Duration::from_millis(self.pick(&[0, 1, 1_000, u32::MAX])),
        };
        let (current, identity) = (MilliAmps(self.next() as u16), self.next() as u32);
        ChannelInputs {
            supply: self.ratio(now),
            returned: self.ratio(now),
            front: self.ratio(now),
            rear: self.ratio(now),
            safety: self.ratio(now),
            skin: self.ratio(now),
            flow: self.reading(now, pulses),
            pressure: self.ratio(now),
            pump_current: self.reading(now, current),
            valve: self.duty(now),
            cap: CapInputs { coupled: self.switch(now), identity: self.reading(now, identity) },
        }
    }

    pub(crate) fn commands(&mut self) -> Commands {
        let silent = self.once_in(2).then(|| Duration::from_millis(self.next() as u32));
        let shown = self.once_in(2).then(|| self.next() as u16);
        let mut commands = Commands { host_silent: silent, shown, ..Commands::default() };
        for _ in 0..self.roll(5) {
            commands.list.push(self.command());
        }
        commands
    }

    pub(crate) fn command(&mut self) -> Command {
        Command {
            id: CommandId(self.next() as u16),
            channel: self.pick(&[0, 0, 1, 2, 255]),
            role: self.pick(&Role::ALL),
            action: self.action(),
        }
    }

    pub(crate) fn action(&mut self) -> Action {
        match self.roll(7) {
            6 => Action::SetClock(WallTime {
                unix_ms: self.next(),
                quality: self.pick(&ClockQuality::ALL),
            }),
            0 => Action::Fact(self.fact()),
            1 => Action::AcknowledgeAlarms,
            2 => Action::PauseAudio,
            _ => Action::Request(self.request()),
        }
    }

    pub(crate) fn fact(&mut self) -> Fact {
        let (drug, hair_toxic) = (self.roll(6) as u16, self.once_in(2));
        match self.roll(5) {
            0 => Fact::DrugStarted { drug, hair_toxic },
            1 => Fact::DrugEnded { drug, hair_toxic },
            2 => Fact::CapOff,
            3 => Fact::Symptom(self.next() as u8),
            _ => Fact::Comfort(self.roll(13) as u8),
        }
    }

    pub(crate) fn request(&mut self) -> Request {
        let confirm = self.once_in(2);
        match self.roll(20) {
            0 => Request::StartFit,
            1 => Request::Measure(self.head()),
            2 => Request::ConfirmFit { confirm },
            3 => Request::SelectPatient(self.patient()),
            4 => Request::ChoosePlan(self.plan()),
            5 => Request::Start,
            6 => Request::Worn(!self.once_in(4)),
            7 => Request::Pause(self.next() as u8),
            8 => Request::Resume { confirm },
            9 => Request::Extend(self.roll(40) as u8),
            10 => Request::EaseOff,
            11 => Request::Stop,
            12 => Request::EndSession { reason: self.roll(3) as u8, confirm },
            13 => Request::ConfirmRemoved,
            14 => Request::Close,
            15 => Request::ClinicianReset { confirm },
            16 => Request::ServiceReset { confirm },
            17 => Request::Cancel,
            18 => Request::Amend(Amendment {
                mark: self.pick(&[Mark::Started, Mark::Ended]),
                drug: self.roll(6) as u16,
                earlier: Duration::from_millis(self.roll(4_000_000) as u32),
                reason: self.roll(3) as u8,
            }),
            _ => Request::Acknowledge,
        }
    }

    fn hair(&mut self) -> Hair {
        Hair { density: self.pick(&Density::ALL), kind: self.pick(&HairType::ALL) }
    }

    fn head(&mut self) -> HeadMeasures {
        HeadMeasures {
            circumference_mm: 400 + self.roll(300) as u16,
            sagittal_mm: 200 + self.roll(300) as u16,
            coronal_mm: 200 + self.roll(300) as u16,
            hair: self.hair(),
        }
    }

    fn patient(&mut self) -> Patient {
        let bits = self.next() as u32;
        Patient {
            id: self.next(),
            calibration: self.next(),
            session_index: self.roll(9) as u8,
            session_count: self.roll(9) as u8,
            hair: self.hair(),
            contraindications: self.pick(&[0, 0, 1 << 11, bits]),
        }
    }

    fn target(&mut self) -> Target {
        let coolant = Target::Coolant(Coolant::from_milli(self.roll(16_000) as i32 - 9_000));
        let interface = Target::Cap(Interface::from_milli(self.roll(10_000) as i32 + 1_000));
        self.pick(&[coolant, interface])
    }

    fn plan(&mut self) -> PlanRequest {
        PlanRequest {
            regimen: self.roll(4) as u16,
            source: coldcap_session::regimen::Source([0, 1, 4, 192][self.roll(4) as usize]),
            reason: self.roll(4).saturating_sub(2) as u8,
            pre: Duration::from_mins(self.roll(70) as u32),
            post: Duration::from_mins(self.roll(260) as u32),
            break_each: Duration::from_mins(self.roll(18) as u32),
            break_total: Duration::from_mins(self.roll(50) as u32),
            target: self.target(),
            post_clock: self.pick(&[PostClock::Cooled, PostClock::Elapsed]),
        }
    }

    /// The next tick of a clock that mostly runs, and sometimes jumps either way.
    pub(crate) fn after(&mut self, now: Instant) -> Instant {
        match self.roll(40) {
            0 => now.minus(Duration::from_millis(self.roll(10_000) as u32)),
            1 => now.plus(Duration::from_secs(self.roll(20_000) as u32)),
            2 => now,
            _ => now.plus(coldcap::TICK),
        }
    }

    pub(crate) fn tick_input<const CHANNELS: usize>(
        &mut self,
        now: Instant,
    ) -> TickInput<CHANNELS> {
        TickInput { now, inputs: self.inputs(now), commands: self.commands() }
    }
}
