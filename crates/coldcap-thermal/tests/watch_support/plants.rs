//! Plants: a mixing valve on a tank, a chilled coolant loop, a tank with a compressor, a heated loop.

use std::collections::VecDeque;

use super::{Dice, Order};

pub trait Plant {
    /// One second with the actuator told `drive`.
    fn advance(&mut self, drive: f64, order: Order);
    fn measured(&self) -> f64;
    fn companion(&self) -> Option<f64>;
    /// What the actuator's read-back shows.
    fn position(&self) -> f64;
    fn room(&self) -> f64;
    /// A warm cap is connected.
    fn open_cap(&mut self, dice: &mut Dice);
    /// 1 when the drive cools, −1 when it heats.
    fn sign(&self) -> f64 {
        1.0
    }
    /// What a drive does in an actuator that acts backwards.
    fn reversed(&self, drive: f64) -> f64 {
        -drive
    }
}

fn lag(state: &mut f64, input: f64, time: f64) {
    *state += (1.0 - (-1.0 / time).exp()) * (input - *state);
}

fn delayed(pipe: &mut VecDeque<f64>, input: f64) -> f64 {
    pipe.push_back(input);
    pipe.pop_front().unwrap()
}

fn filled(value: f64, seconds: f64) -> VecDeque<f64> {
    VecDeque::from(vec![value; seconds.round().max(1.0) as usize])
}

/// Supply mixed from the tank and the return of some seconds ago, warmed by a head at 30 °C, as in
/// `coolant_loop.rs`. A cap that opens sends back its warm filling and then cools down.
pub struct Valve {
    pub tank: f64,
    pub room: f64,
    pub uptake: f64,
    pub sensor: f64,
    pub stirring: f64,
    pub stroke: f64,
    pipe: VecDeque<f64>,
    stirred: f64,
    supply: f64,
    sensed: f64,
    back: f64,
    valve: f64,
    slug_s: f64,
    surge: f64,
}

impl Valve {
    pub fn new(dice: &mut Dice) -> Self {
        let room = dice.between(19.0, 25.0);
        Self {
            tank: -8.0 + dice.between(-1.0, 1.0),
            room,
            uptake: 1.25 / 34.0 * dice.spread(),
            sensor: 3.0 * dice.spread(),
            // A cap of 0.2 L stirs 1 L/min for 12 s. With next to none, plug flow in steps of a second
            // rings from sample to sample, which is the step's doing and not the loop's.
            stirring: dice.between(3.0, 12.0),
            stroke: 10.0 * dice.spread(),
            pipe: filled(room, 5.0 * dice.spread()),
            stirred: room,
            supply: room,
            sensed: room,
            back: room,
            valve: 0.0,
            slug_s: 0.0,
            surge: 0.0,
        }
    }

    fn circulate(&mut self) {
        self.slug_s -= 1.0;
        self.surge *= (-1.0f64 / 135.0).exp();
        let oldest = self.pipe.pop_front().unwrap();
        let returned = if self.slug_s > 0.0 { self.room } else { oldest };
        let warmed = returned + self.uptake * (30.0 - returned) + self.surge;
        lag(&mut self.stirred, warmed, self.stirring);
        // The characteristic of the valve is quadratic only in the controller, as on the machine.
        self.supply = self.valve * self.tank + (1.0 - self.valve) * self.stirred;
        self.pipe.push_back(self.supply);
    }

    fn stand(&mut self) {
        let room = self.room;
        for value in &mut self.pipe {
            lag(value, room, 900.0);
        }
        lag(&mut self.stirred, room, 900.0);
        // The sensor sits in the warm machine.
        lag(&mut self.supply, room, 300.0);
    }
}

impl Plant for Valve {
    fn advance(&mut self, drive: f64, order: Order) {
        let stroke = 1.0 / self.stroke;
        self.valve = (self.valve + (drive - self.valve).clamp(-stroke, stroke)).clamp(0.0, 1.0);
        if matches!(order, Order::Off { pumped: false }) {
            self.stand()
        } else {
            self.circulate()
        }
        lag(&mut self.sensed, self.supply, self.sensor);
        lag(&mut self.back, self.stirred, self.sensor);
    }

    fn measured(&self) -> f64 {
        self.sensed
    }

    fn companion(&self) -> Option<f64> {
        Some(self.back)
    }

    fn position(&self) -> f64 {
        self.valve
    }

    fn room(&self) -> f64 {
        self.room
    }

    fn open_cap(&mut self, dice: &mut Dice) {
        self.slug_s = 12.0 * dice.spread();
        self.surge = 2.0 * dice.spread();
    }

    fn reversed(&self, drive: f64) -> f64 {
        1.0 - drive
    }
}

/// The loop of section 7 of the reference: 1.5 L of glycol (5.4 kJ/K), 450 W behind a lag of 15 s, 3 s
/// of line, a sensor of 5 s; a cap of 700 J/K on 5.2 W/K, its other side on 5.8 W/K of skin at 37 °C.
/// Heating: the same with a heater.
pub struct Glycol {
    pub sign: f64,
    pub power: f64,
    pub capacity: f64,
    pub room: f64,
    loss: f64,
    actuator_lag: f64,
    line: VecDeque<f64>,
    sensor: f64,
    cap_capacity: f64,
    connected: bool,
    skin: f64,
    drive: f64,
    watts: f64,
    coolant: f64,
    cap: f64,
    sensed: f64,
}

impl Glycol {
    pub fn new(sign: f64, dice: &mut Dice) -> Self {
        let room = dice.between(19.0, 25.0);
        Self {
            sign,
            power: 450.0 * dice.spread(),
            capacity: 5_400.0 * dice.spread(),
            room,
            loss: 2.0 * dice.spread(),
            actuator_lag: 15.0 * dice.spread(),
            line: filled(room, 3.0 * dice.spread()),
            sensor: 5.0 * dice.spread(),
            cap_capacity: 700.0 * dice.spread(),
            connected: false,
            // A heated loop warms something at the temperature of the room.
            skin: if sign > 0.0 { 37.0 } else { room },
            drive: 0.0,
            watts: 0.0,
            coolant: room,
            cap: room,
            sensed: room,
        }
    }
}

impl Plant for Glycol {
    fn advance(&mut self, drive: f64, _: Order) {
        self.drive = drive;
        lag(&mut self.watts, self.power * drive, self.actuator_lag);
        let into_cap = if self.connected { 5.2 * (self.coolant - self.cap) } else { 0.0 };
        let loss = self.loss * (self.coolant - self.room);
        self.coolant -= (self.sign * self.watts + into_cap + loss) / self.capacity;
        let skin = 5.8 * (self.skin - self.cap);
        if self.connected {
            self.cap += (into_cap + skin) / self.cap_capacity;
        } else {
            lag(&mut self.cap, self.room, 900.0);
        }
        let arrived = delayed(&mut self.line, self.coolant);
        lag(&mut self.sensed, arrived, self.sensor);
    }

    fn measured(&self) -> f64 {
        self.sensed
    }

    fn companion(&self) -> Option<f64> {
        Some(self.sensed + self.sign)
    }

    fn position(&self) -> f64 {
        self.drive
    }

    fn room(&self) -> f64 {
        self.room
    }

    fn open_cap(&mut self, dice: &mut Dice) {
        self.connected = true;
        self.cap = self.room + self.sign * dice.between(0.0, 8.0);
    }

    fn sign(&self) -> f64 {
        self.sign
    }
}

/// A tank of 15 kJ/K with a compressor of 500 W behind an evaporator of 30 s, and channels that take up
/// to 200 W.
pub struct TankPlant {
    pub power: f64,
    pub capacity: f64,
    pub room: f64,
    loss: f64,
    evaporator: f64,
    watts: f64,
    load: f64,
    switch: f64,
    water: f64,
    sensed: f64,
}

impl TankPlant {
    pub fn new(dice: &mut Dice) -> Self {
        let room = dice.between(19.0, 25.0);
        Self {
            power: 500.0 * dice.spread(),
            capacity: 15_000.0 * dice.spread(),
            room,
            loss: 1.5 * dice.spread(),
            evaporator: 30.0 * dice.spread(),
            watts: 0.0,
            load: 0.0,
            switch: 0.0,
            water: room,
            sensed: room,
        }
    }
}

impl Plant for TankPlant {
    fn advance(&mut self, drive: f64, order: Order) {
        self.switch = drive;
        let load = if matches!(order, Order::Off { .. }) { 0.0 } else { self.load };
        lag(&mut self.watts, self.power * drive, self.evaporator);
        let heat = self.loss * (self.room - self.water) + load - self.watts;
        self.water += heat / self.capacity;
        lag(&mut self.sensed, self.water, 5.0);
    }

    fn measured(&self) -> f64 {
        self.sensed
    }

    fn companion(&self) -> Option<f64> {
        None
    }

    fn position(&self) -> f64 {
        self.switch
    }

    fn room(&self) -> f64 {
        self.room
    }

    /// A channel starts to draw, at first with its warm filling of 0.3 L.
    fn open_cap(&mut self, dice: &mut Dice) {
        let warm_litres = 0.3 * dice.spread();
        self.water += warm_litres * 3_800.0 * (self.room - self.water) / self.capacity;
        self.load = dice.between(50.0, 200.0);
    }
}
