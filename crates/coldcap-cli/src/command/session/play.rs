//! The script against the machine, tick by tick.

use super::deeds::Deed;
use super::machine::SmallMachine;
use super::script::{Gap, Script, What};
use super::told::Told;
use crate::command::expectation::{Driven, Now};
use crate::failure::Failure;
use coldcap::{
    Action, COMMANDS_MAXIMUM, Checkpoint, Command, CommandId, Config, Control, Outputs, Phase,
    TICK, TickInput,
};
use coldcap_session::{ClockQuality, WallTime};
use coldcap_units::{Duration, Instant};
use std::collections::VecDeque;

/// A machine that is not in standby by then does not work at all.
const LONGEST_BOOT: u32 = 600;
/// The wall clock at the beginning of a script: 2026-01-01 08:00 UTC.
const WALL_MS: u64 = 1_767_254_400_000;

/// A play under way.
pub(super) struct Play<'a> {
    script: &'a Script,
    config: Config,
    machine: SmallMachine,
    power: Power,
    /// When the script begins, on the machine's time.
    began: Instant,
    now: Instant,
    waiting: VecDeque<Deed>,
    asked: Vec<(u16, Deed)>,
    next_id: u16,
    wall_ms: i128,
    outputs: Option<Outputs<1>>,
    told: Told,
}

/// The machine, or what it left when its power went.
enum Power {
    On(Box<Control<1>>),
    Off { stored: Box<Checkpoint<1>>, since: Instant },
}

impl<'a> Play<'a> {
    /// A machine that has passed its self-test and stands by.
    pub(super) fn new(script: &'a Script) -> Result<Self, Failure> {
        let config = Config::reference();
        let mut play = Self {
            script,
            config,
            machine: SmallMachine::new(config),
            power: Power::On(Box::new(Control::new(config))),
            began: Instant::ZERO,
            now: Instant::ZERO,
            waiting: VecDeque::new(),
            asked: Vec::new(),
            next_id: 0,
            wall_ms: i128::from(WALL_MS),
            outputs: None,
            told: Told::default(),
        };
        for _ in 0..LONGEST_BOOT {
            play.tick();
            if play.phase() == Phase::Standby {
                play.began = play.now.plus(TICK);
                play.told.begin(play.began);
                return Ok(play);
            }
        }
        Err(Failure::Wrong("the machine does not come into standby".into()))
    }

    /// Plays the whole script.
    pub(super) fn run(mut self) -> Told {
        let mut steps = self.script.steps.iter().peekable();
        let mut expects = self.script.expects.iter().peekable();
        loop {
            let next = self.now.plus(TICK);
            let at = next.since(self.began);
            self.told.at(next);
            while let Some(step) = steps.next_if(|step| step.time <= at) {
                self.take(&step.what, at);
            }
            self.tick();
            while let Some(expect) =
                expects.next_if(|expect| expect.time <= at && self.waiting.is_empty())
            {
                let met = expect.met(&self.seen());
                self.told.expected(met);
            }
            if at >= self.script.end && self.waiting.is_empty() {
                break;
            }
        }
        let left = match &self.power {
            Power::On(control) => control.checkpoint(),
            Power::Off { stored, .. } => **stored,
        };
        self.told.end(&left.channels[0], self.outputs.as_ref(), &self.config);
        self.told
    }

    fn phase(&self) -> Phase {
        let stored = match &self.power {
            Power::On(control) => control.checkpoint(),
            Power::Off { stored, .. } => **stored,
        };
        stored.channels[0].state.session.phase()
    }

    fn seen(&self) -> Now<'_> {
        Now {
            phase: self.phase(),
            driven: self.outputs.as_ref().map(Driven::from),
            alarms: self.told.active(),
            refused: self.told.refused(),
        }
    }

    fn take(&mut self, what: &What, at: Duration) {
        match what {
            What::Deed(deed) => self.waiting.push_back(deed.clone()),
            What::Set(settings) => {
                for setting in settings {
                    self.machine.set(setting);
                    self.told.line("input", &setting.name, setting.text.clone());
                }
            }
            What::PowerOff => self.power_off(),
            What::PowerOn(gap) => self.power_on(*gap),
            What::ClockJump(seconds) => {
                self.wall_ms += i128::from(*seconds) * 1_000;
                let unix_ms = self.wall_ms + i128::from(at.as_millis());
                let unix_ms = u64::try_from(unix_ms).unwrap_or(0);
                let wall = WallTime { unix_ms, quality: ClockQuality::Entered };
                let action = Action::SetClock(wall);
                let role = coldcap_session::Role::Panel;
                self.told.line("clock", "jump", format!("{seconds} s"));
                self.waiting.push_back(Deed { name: "set_clock".into(), role, action });
            }
        }
    }

    fn power_off(&mut self) {
        let Power::On(control) = &self.power else { return };
        let stored = Box::new(control.checkpoint());
        self.power = Power::Off { stored, since: self.now };
        self.outputs = None;
        self.told.line("power", "off", String::new());
        self.told.power_off();
    }

    fn power_on(&mut self, gap: Gap) {
        let Power::Off { stored, since } = &self.power else { return };
        let away = self.now.since(*since);
        let said = match gap {
            Gap::Kept => Some(away),
            Gap::Said(gap) => Some(gap),
            Gap::Unknown => None,
        };
        let control = Control::restored(self.config, stored, said);
        self.power = Power::On(Box::new(control));
        let said = said.map_or("unknown".into(), |gap| format!("{} s", gap.as_secs()));
        self.told.line("power", "on", format!("gap {said}"));
    }

    fn tick(&mut self) {
        self.now = self.now.plus(TICK);
        self.told.at(self.now);
        if matches!(self.power, Power::Off { .. }) {
            self.machine.rest(TICK);
            // Nobody hears what is said to a machine without power.
            for deed in core::mem::take(&mut self.waiting) {
                self.told.unheard(&deed);
            }
            return;
        }
        let input = self.input();
        let Power::On(control) = &mut self.power else { return };
        let outputs = control.tick(&input);
        self.machine.follow(&outputs);
        let asked = core::mem::take(&mut self.asked);
        self.told.read(&outputs, &asked);
        self.outputs = Some(outputs);
    }

    fn input(&mut self) -> TickInput<1> {
        let mut input = TickInput::new(self.now, self.machine.inputs(self.now));
        input.commands.host_silent = Some(self.machine.silent());
        for _ in 0..COMMANDS_MAXIMUM {
            let Some(deed) = self.waiting.pop_front() else { break };
            self.next_id = self.next_id.wrapping_add(1);
            let id = CommandId(self.next_id);
            input.commands.list.push(Command {
                id,
                channel: 0,
                role: deed.role,
                action: deed.action,
            });
            self.asked.push((self.next_id, deed));
        }
        input
    }
}
