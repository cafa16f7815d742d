//! The small machine: coolant mixed by the valve, a head's heat, and sensors that say what the script makes
//! them say.

use super::settings::{Link, Say, Setting, Switch, Thermometer, To};
use coldcap::{ChannelInputs, Config, Drives, Inputs, Outputs, TICK};
use coldcap_units::{Duration, Duty, Instant, MilliAmps, Permille, Pulses, Ratio, Reading};

/// The temperature of the room, and of a cap that nobody cools, in thousandths of a degree.
const ROOM: f64 = 22_000.0;
/// The tank, and the head under the cap.
const TANK: f64 = -8_000.0;
const HEAD: f64 = 15_000.0;
/// The inner face of a cap on a head stays warmer than cold coolant.
const COLDEST_FACE: f64 = 3_000.0;
/// What stands still warms by this in a tick: 3 K a minute.
const WARMING: f64 = 5.0;
/// The part of its way to the mixture that the supply goes in a tick: 8 s for most of it.
const SHARE: f64 = 0.1 / 8.0;
/// The part of the difference to the head that coolant takes up on its way through the cap.
const UPTAKE: f64 = 0.05;
/// What the pump moves, in millilitres a minute.
const FLOW: u16 = 1_000;

/// What it has, and what it is made to say.
#[derive(Clone, Debug)]
pub(super) struct SmallMachine {
    config: Config,
    drives: Drives<1>,
    supply: f64,
    face: f64,
    degrees: [Say<i32>; 7],
    /// The last code of each thermometer, for those that are stuck.
    codes: [Ratio; 7],
    flow: Say<u16>,
    switches: [Say<bool>; 4],
    battery: Say<u16>,
    link: Link,
    silent: Duration,
    chiller_stuck: bool,
    permit_stuck: bool,
}

impl SmallMachine {
    pub(super) fn new(config: Config) -> Self {
        Self {
            config,
            drives: Drives::default(),
            supply: ROOM,
            face: ROOM,
            degrees: [Say::Own; 7],
            codes: [Ratio(0); 7],
            flow: Say::Own,
            switches: [Say::Own; 4],
            battery: Say::Own,
            link: Link::Up,
            silent: Duration::ZERO,
            chiller_stuck: false,
            permit_stuck: false,
        }
    }

    pub(super) fn set(&mut self, setting: &Setting) {
        match setting.to {
            To::Degrees(of, say) => self.degrees[of as usize] = say,
            To::Flow(say) => self.flow = say,
            To::Switch(of, say) => self.switches[of as usize] = say,
            To::Battery(say) => self.battery = say,
            To::Link(link) => self.link = link,
            To::ChillerStuck(stuck) => self.chiller_stuck = stuck,
            To::PermitStuck(stuck) => self.permit_stuck = stuck,
        }
    }

    /// Nothing is driven while there is no power; the cap warms.
    pub(super) fn rest(&mut self, span: Duration) {
        self.drives = Drives::default();
        self.silent = Duration::ZERO;
        let ticks = span.as_millis() / TICK.as_millis();
        self.warm(f64::from(ticks) * WARMING);
    }

    fn warm(&mut self, by: f64) {
        self.supply = (self.supply + by).min(ROOM);
        self.face = (self.face + by).min(ROOM);
    }

    fn returned(&self) -> f64 {
        self.supply + (HEAD - self.supply).max(0.0) * UPTAKE
    }

    /// How long the screen has said nothing.
    pub(super) const fn silent(&self) -> Duration {
        self.silent
    }

    /// A tick of what is driven.
    pub(super) fn follow(&mut self, outputs: &Outputs<1>) {
        self.drives = outputs.drives;
        let [drives] = &self.drives.channels;
        if drives.pump.is_off() {
            return self.warm(WARMING);
        }
        let open = f64::from(drives.valve.to_permille()) / 1_000.0;
        let mixture = TANK * open + self.returned() * (1.0 - open);
        self.supply += (mixture - self.supply) * SHARE;
        self.face = self.supply.max(COLDEST_FACE);
    }

    /// What the sensors say at `now`.
    pub(super) fn inputs(&mut self, now: Instant) -> Inputs<1> {
        self.silent = if self.link == Link::Up { Duration::ZERO } else { self.silent.plus(TICK) };
        let mut inputs = Inputs::default();
        inputs.tank.coolant = self.thermometer(Thermometer::Tank, -8_000, now);
        inputs.tank.evaporator = self.thermometer(Thermometer::Evaporator, -9_000, now);
        inputs.tank.level = self.switch(Switch::Level, true, now);
        let chiller = if self.chiller_stuck { Duty::FULL } else { self.drives.chiller };
        inputs.tank.chiller = Reading::new(chiller, now);
        inputs.leak = self.switch(Switch::Leak, false, now);
        inputs.mains = self.switch(Switch::Mains, true, now);
        inputs.battery = say(self.battery, 1_000, now).map(Permille);
        inputs.permit = Reading::new(self.permit_stuck || self.drives.permit, now);
        inputs.channels = [self.channel(now)];
        inputs
    }

    fn channel(&mut self, now: Instant) -> ChannelInputs {
        let [drives] = self.drives.channels;
        let runs = !drives.pump.is_off();
        let milli = |degrees: f64| degrees.round() as i32;
        let [supply, returned, face] = [self.supply, self.returned(), self.face].map(milli);
        let window = Duration::from_secs(1);
        let flow = say(self.flow, if runs { FLOW } else { 0 }, now);
        let mut inputs = ChannelInputs {
            supply: self.thermometer(Thermometer::Supply, supply, now),
            returned: self.thermometer(Thermometer::Returned, returned, now),
            front: self.thermometer(Thermometer::Front, face, now),
            rear: self.thermometer(Thermometer::Rear, face, now),
            safety: self.thermometer(Thermometer::Safety, face, now),
            // Ten pulses a millilitre.
            flow: flow.map(|flow| Pulses { edges: flow / 6, window }),
            pump_current: Reading::new(MilliAmps(if runs { 800 } else { 0 }), now),
            valve: Reading::new(drives.valve, now),
            ..ChannelInputs::default()
        };
        inputs.cap.coupled = self.switch(Switch::Coupled, true, now);
        inputs.cap.identity = Reading::new(7, now);
        inputs
    }

    fn switch(&self, of: Switch, own: bool, now: Instant) -> Reading<bool> {
        say(self.switches[of as usize], own, now)
    }

    /// The code of a temperature; it differs by some millikelvins from tick to tick, as in earnest.
    fn thermometer(&mut self, of: Thermometer, own: i32, now: Instant) -> Reading<Ratio> {
        let place = of as usize;
        let milli = match self.degrees[place] {
            Say::Failed(fault) => return Reading::faulty(fault, now),
            Say::Frozen => return Reading::new(self.codes[place], now),
            Say::Held(held) => held,
            Say::Own => own,
        };
        let tremor = (now.as_millis() / 100 % 7) as u32;
        let code = Ratio(self.code(milli).0.saturating_add(65_536 * tremor));
        self.codes[place] = code;
        Reading::new(code, now)
    }

    /// The raw code of a temperature under the reference divider: colder is higher.
    fn code(&self, milli: i32) -> Ratio {
        let limits = self.config.limits.raw();
        let (mut warm, mut cold) = (limits.short_below.0, limits.open_above.0);
        while cold.saturating_sub(warm) > 1 {
            let middle = warm + (cold - warm) / 2;
            let read = self.config.thermistor.eval(Ratio(middle)).map(|micro| micro.0);
            let is_warmer = read.is_ok_and(|micro| micro > milli.saturating_mul(1_000))
                || read.is_err() && middle < 1 << 31;
            *(if is_warmer { &mut warm } else { &mut cold }) = middle;
        }
        Ratio(cold)
    }
}

/// A switch or a count: frozen is as it would be by itself, since it has no tremor.
fn say<T>(said: Say<T>, own: T, now: Instant) -> Reading<T> {
    match said {
        Say::Own | Say::Frozen => Reading::new(own, now),
        Say::Held(value) => Reading::new(value, now),
        Say::Failed(fault) => Reading::faulty(fault, now),
    }
}
