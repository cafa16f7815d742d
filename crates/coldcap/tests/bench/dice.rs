//! What a machine reads and is told, of every kind.

use coldcap::{
    Action, CapInputs, ChannelInputs, Command, CommandId, Commands, Inputs, Panel, TankInputs,
    TickInput, VendorConditions,
};
use coldcap_session::{ClockQuality, Role, WallTime};
pub(crate) use coldcap_trial::dice::Dice;
use coldcap_units::{Duration, Duty, Fault, Instant, MilliAmps, Permille, Pulses, Ratio, Reading};

/// Throws of a whole machine.
pub(crate) trait Machine {
    /// A reading of any sort: good, faulty, old, or from the future.
    fn reading<T>(&mut self, now: Instant, value: T) -> Reading<T>;
    fn ratio(&mut self, now: Instant) -> Reading<Ratio>;
    fn duty(&mut self, now: Instant) -> Reading<Duty>;
    fn switch(&mut self, now: Instant) -> Reading<bool>;
    fn inputs<const CHANNELS: usize>(&mut self, now: Instant) -> Inputs<CHANNELS>;
    fn panel(&mut self) -> Panel;
    fn tank(&mut self, now: Instant) -> TankInputs;
    fn channel(&mut self, now: Instant) -> ChannelInputs;
    fn commands(&mut self) -> Commands;
    fn command(&mut self) -> Command;
    fn action(&mut self) -> Action;
    /// The next tick of a clock that mostly runs, and sometimes jumps either way.
    fn after(&mut self, now: Instant) -> Instant;
    fn tick_input<const CHANNELS: usize>(&mut self, now: Instant) -> TickInput<CHANNELS>;
}

impl Machine for Dice {
    fn reading<T>(&mut self, now: Instant, value: T) -> Reading<T> {
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

    fn ratio(&mut self, now: Instant) -> Reading<Ratio> {
        let any = Ratio(self.next() as u32);
        let near = Ratio(0xC379_F7EB + self.roll(1 << 24) as u32);
        let code = self.pick(&[any, near, Ratio(0), Ratio(u32::MAX), Ratio(0x8000_0000)]);
        self.reading(now, code)
    }

    fn duty(&mut self, now: Instant) -> Reading<Duty> {
        let any = Duty(self.next() as u16);
        let duty = self.pick(&[Duty::OFF, Duty::FULL, any]);
        self.reading(now, duty)
    }

    fn switch(&mut self, now: Instant) -> Reading<bool> {
        let closed = self.once_in(2);
        self.reading(now, closed)
    }

    fn inputs<const CHANNELS: usize>(&mut self, now: Instant) -> Inputs<CHANNELS> {
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
            vendor: VendorConditions::from_bits(self.pick(&[0, 0, 1, 0x8001, u16::MAX])),
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

    fn channel(&mut self, now: Instant) -> ChannelInputs {
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

    fn commands(&mut self) -> Commands {
        let silent = self.once_in(2).then(|| Duration::from_millis(self.next() as u32));
        let shown = self.once_in(2).then(|| self.next() as u16);
        let mut commands = Commands { host_silent: silent, shown, ..Commands::default() };
        for _ in 0..self.roll(5) {
            commands.list.push(self.command());
        }
        commands
    }

    fn command(&mut self) -> Command {
        Command {
            id: CommandId(self.next() as u16),
            channel: self.pick(&[0, 0, 1, 2, 255]),
            role: self.pick(&Role::ALL),
            action: self.action(),
        }
    }

    fn action(&mut self) -> Action {
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

    fn after(&mut self, now: Instant) -> Instant {
        match self.roll(40) {
            0 => now.minus(Duration::from_millis(self.roll(10_000) as u32)),
            1 => now.plus(Duration::from_secs(self.roll(20_000) as u32)),
            2 => now,
            _ => now.plus(coldcap::TICK),
        }
    }

    fn tick_input<const CHANNELS: usize>(&mut self, now: Instant) -> TickInput<CHANNELS> {
        TickInput { now, inputs: self.inputs(now), commands: self.commands() }
    }
}
