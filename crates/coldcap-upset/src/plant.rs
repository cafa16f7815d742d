//! Ideal sensors and actuators: whatever is driven happens at once, and the supply is where the ramp
//! wants it.

use coldcap::{ChannelInputs, Config, Drives, Inputs, Outputs};
use coldcap_units::{Coolant, Duration, Instant, MilliAmps, Permille, Pulses, Ratio, Reading};

/// A machine of one channel that does as it is told.
#[derive(Clone, Debug)]
pub struct Plant {
    /// Whether the cap's hose is in its coupling.
    pub coupled: bool,
    drives: Drives<1>,
    supply_mdeg: i32,
    cap_mdeg: i32,
    /// The raw code of every tenth of a degree from −15 °C up.
    codes: Vec<Ratio>,
}

const COLDEST_MDEG: i32 = -15_000;
const STEP_MDEG: i32 = 100;
const ROOM_MDEG: i32 = 20_000;

impl Plant {
    /// At room temperature, nothing driven, with the sensors of `config`.
    #[must_use]
    pub fn new(config: &Config) -> Self {
        let codes = (0..700).map(|step| code(config, COLDEST_MDEG + STEP_MDEG * step)).collect();
        Self {
            coupled: true,
            drives: Drives::default(),
            supply_mdeg: ROOM_MDEG,
            cap_mdeg: ROOM_MDEG,
            codes,
        }
    }

    /// What the sensors say at `now`.
    #[must_use]
    pub fn inputs(&self, now: Instant) -> Inputs<1> {
        let mut inputs = Inputs::default();
        inputs.tank.coolant = self.degrees(-8_000, now);
        inputs.tank.evaporator = self.degrees(-9_000, now);
        inputs.tank.level = Reading::new(true, now);
        inputs.tank.chiller = Reading::new(self.drives.chiller, now);
        inputs.leak = Reading::new(false, now);
        inputs.mains = Reading::new(true, now);
        inputs.battery = Reading::new(Permille(1_000), now);
        inputs.permit = Reading::new(self.drives.permit, now);
        inputs.channels = [self.channel(now)];
        inputs
    }

    fn channel(&self, now: Instant) -> ChannelInputs {
        let [drives] = self.drives.channels;
        let runs = !drives.pump.is_off();
        let edges = if runs { 167 } else { 0 };
        let warmed_mdeg = self.supply_mdeg + (15_000 - self.supply_mdeg).max(0) / 20;
        let mut inputs = ChannelInputs {
            supply: self.degrees(self.supply_mdeg, now),
            returned: self.degrees(warmed_mdeg, now),
            front: self.degrees(self.cap_mdeg, now),
            rear: self.degrees(self.cap_mdeg, now),
            safety: self.degrees(self.cap_mdeg, now),
            flow: Reading::new(Pulses { edges, window: Duration::from_secs(1) }, now),
            pump_current: Reading::new(MilliAmps(if runs { 800 } else { 0 }), now),
            valve: Reading::new(drives.valve, now),
            ..ChannelInputs::default()
        };
        inputs.cap.coupled = Reading::new(self.coupled, now);
        inputs.cap.identity = Reading::new(7, now);
        inputs
    }

    /// The code of a temperature; it differs by some millikelvins from tick to tick, as in earnest.
    fn degrees(&self, mdeg: i32, now: Instant) -> Reading<Ratio> {
        let noise = (now.as_millis() / 100 % 7) as u32;
        let step = usize::try_from((mdeg - COLDEST_MDEG) / STEP_MDEG).unwrap_or(0);
        let code = self.codes[step.min(self.codes.len() - 1)];
        Reading::new(Ratio(code.0 + 65_536 * noise), now)
    }

    /// Does what it is told.
    pub fn follow(&mut self, outputs: &Outputs<1>) {
        self.drives = outputs.drives;
        let [status] = &outputs.channels;
        // Coolant that stands warms by itself.
        let warmed_mdeg = (self.supply_mdeg + 10).min(ROOM_MDEG);
        let supply_mdeg = status.effective.map_or(warmed_mdeg, Coolant::to_milli);
        self.supply_mdeg = supply_mdeg.clamp(-12_000, 50_000);
        // The inner face of a cap on a head stays some degrees warmer than cold coolant.
        self.cap_mdeg = self.supply_mdeg.max(3_000);
    }
}

/// The raw code of a temperature under the reference divider: colder is higher.
fn code(config: &Config, mdeg: i32) -> Ratio {
    let limits = config.limits.raw();
    let (mut warm, mut cold) = (limits.short_below.0, limits.open_above.0);
    while cold - warm > 1 {
        let middle = warm + (cold - warm) / 2;
        let is_warmer =
            config.thermistor.eval(Ratio(middle)).is_ok_and(|micro| micro.0 > mdeg * 1_000);
        *(if is_warmer { &mut warm } else { &mut cold }) = middle;
    }
    Ratio(cold)
}
