//! Toy plants: a cooler, a tank with a chiller, a head under a cap.

use std::collections::VecDeque;

/// One step of `h_s` seconds of a first-order lag with the time constant `time_s`, exact for a constant
/// input.
pub fn lag(state: &mut f64, input: f64, h_s: f64, time_s: f64) {
    *state += (1.0 - (-h_s / time_s).exp()) * (input - *state);
}

/// Something that a drive of 0 to 1 cools: `T·y′ = −y + ambient + load − power·u(t − L)`.
#[derive(Clone, Debug)]
pub struct Cooler {
    /// The temperature in °C.
    pub value: f64,
    /// Heat that comes in, as the kelvins that it warms the cooler by in the end.
    pub load: f64,
    ambient: f64,
    power: f64,
    time_s: f64,
    h_s: f64,
    coming: VecDeque<f64>,
}

impl Cooler {
    /// At rest in a room of 22 °C; full drive makes it colder by `power` kelvins in the end. Stepped
    /// every `h_s` seconds.
    #[must_use]
    pub fn new(power: f64, time_s: f64, delay_s: f64, h_s: f64) -> Self {
        let coming = VecDeque::from(vec![0.0; (delay_s / h_s).round() as usize]);
        Self { value: 22.0, load: 0.0, ambient: 22.0, power, time_s, h_s, coming }
    }

    /// Drives with `u` until the next step.
    pub fn step(&mut self, u: f64) {
        self.coming.push_back(u);
        let here = self.coming.pop_front().unwrap_or(u);
        let rest = self.ambient + self.load - self.power * here;
        lag(&mut self.value, rest, self.h_s, self.time_s);
    }
}

/// 1.5 L of glycol that a chiller of 450 W holds, and from some moment on a warm cap in its stream.
///
/// The chiller lags by 15 s, the line to the sensors takes 3 s, the sensors lag by 5 s. The cap has
/// 700 J/K between 5.2 W/K to the coolant and 5.8 W/K to a head.
#[derive(Clone, Debug)]
pub struct Tank {
    /// The temperature in °C.
    pub value: f64,
    /// What the sensor of the supply shows.
    pub supply: f64,
    /// What the sensor of the return shows.
    pub returned: f64,
    /// The cap's temperature, if one is coupled.
    pub cap: Option<f64>,
    chilled_w: f64,
    line: VecDeque<f64>,
}

impl Tank {
    /// Seconds between two steps.
    pub const H_S: f64 = 0.1;
    /// What the chiller can do in mW.
    pub const POWER_MW: u32 = 450_000;
    /// J/(L·K) of the coolant.
    pub const COOLANT: u16 = 3_600;
    /// mL/min through the cap.
    pub const FLOW: u16 = 1_000;

    /// Everything at `start` °C.
    #[must_use]
    pub fn new(start: f64) -> Self {
        let line = VecDeque::from(vec![start; 30]);
        Self { value: start, supply: start, returned: start, cap: None, chilled_w: 0.0, line }
    }

    /// Drives the chiller with `u` until the next step.
    pub fn step(&mut self, u: f64) {
        lag(&mut self.chilled_w, u * f64::from(Self::POWER_MW) / 1e3, Self::H_S, 15.0);
        let mut heat_w = 1.5 * (22.0 - self.value);
        let mut load_w = 0.0;
        if let Some(cap) = &mut self.cap {
            load_w = 5.2 * (*cap - self.value);
            *cap += (5.8 * (37.0 - *cap) - load_w) * Self::H_S / 700.0;
            heat_w += load_w;
        }
        self.value += (heat_w - self.chilled_w) * Self::H_S / 5_400.0;
        self.line.push_back(self.value);
        let here = self.line.pop_front().unwrap_or(self.value);
        lag(&mut self.supply, here, Self::H_S, 5.0);
        let rise = load_w / (f64::from(Self::FLOW) / 60e3 * f64::from(Self::COOLANT));
        lag(&mut self.returned, here + rise, Self::H_S, 5.0);
    }
}

/// Seven square decimetres of scalp under a cap, stepped every second: skin over blood, hair between
/// skin and cap, wall and film between cap and coolant. Blood loses three quarters of its flow with cold.
#[derive(Clone, Debug)]
pub struct Head {
    /// The skin in °C.
    pub skin: f64,
    /// The inner face of the cap in °C.
    pub face: f64,
    /// Resistance of hair and trapped air in m²K/W.
    hair: f64,
    perfusion: f64,
    /// Coolant between the two sensors, by the second.
    hoses: VecDeque<f64>,
}

const AREA: f64 = 0.07;
const FILM: f64 = 0.010;
const CORE: f64 = 37.0;
/// J/K of the cap's wall.
const WALL: f64 = 400.0;

impl Head {
    /// A warm head that has just been given a cap at room temperature.
    #[must_use]
    pub fn new(hair: f64) -> Self {
        let hoses = VecDeque::from(vec![22.0; 16]);
        Self { skin: 34.4, face: 22.0, hair, perfusion: 1.0, hoses }
    }

    /// One second, in which 1 L/min of coolant at `supply` flows, or rests in the cap. What comes back
    /// has been on its way for 16 s, and was warmed by the head and by 0.45 W/K of hoses and cover.
    pub fn step(&mut self, supply: Option<f64>) -> f64 {
        let flux = (self.skin - self.face) / self.hair;
        let blood = (CORE - self.skin) * (1.0 / 0.0506 + 14.8 * self.perfusion);
        self.skin += (blood - flux) / 12_000.0;
        let full = 0.25 + 0.75 * ((self.skin - 34.4) / 4.5).exp();
        let time_s = if full < self.perfusion { 60.0 } else { 7_200.0 };
        lag(&mut self.perfusion, full, 1.0, time_s);
        let Some(supply) = supply else {
            let from_room = 5.0 * (22.0 - self.face);
            self.face += (flux + from_room) * AREA / 988.0;
            return self.face;
        };
        self.hoses.push_back(supply);
        let then = self.hoses.pop_front().unwrap_or(supply);
        let into_coolant = (self.face - then - 0.4) * AREA / FILM;
        self.face += (flux * AREA - into_coolant) / WALL;
        then + (into_coolant + 0.45 * (22.0 - then)) / (3_923.0 / 60.0)
    }
}
