//! The first stage: raw codes become quantities, or typed faults.

use crate::config::Config;
use crate::inputs::{ChannelInputs, Inputs};
use crate::sensors::{CapSensors, ChannelSensors};
use coldcap_calibration::isothermal::LoopTemperatures;
use coldcap_calibration::sensor::SensorCalibration;
use coldcap_units::{
    Celsius, Coolant, Duty, Fault, Instant, Interface, MillilitersPerMinute, Ratio, Reading, Skin,
};

/// The quantities of one tick.
pub(super) struct Measured<const CHANNELS: usize> {
    pub(super) tank: Reading<Coolant>,
    pub(super) evaporator: Reading<Coolant>,
    pub(super) channels: [MeasuredChannel; CHANNELS],
    pub(super) inputs: Inputs<CHANNELS>,
    pub(super) now: Instant,
}

/// The quantities of one channel.
#[derive(Clone, Copy)]
pub(super) struct MeasuredChannel {
    pub(super) supply: Reading<Coolant>,
    pub(super) returned: Reading<Coolant>,
    pub(super) front: Reading<Interface>,
    pub(super) rear: Reading<Interface>,
    pub(super) safety: Reading<Interface>,
    pub(super) skin: Reading<Skin>,
    pub(super) flow: Reading<MillilitersPerMinute>,
    /// Where the valve stands, as far as anybody can tell.
    pub(super) valve: Reading<Duty>,
    /// Whether the hose of a cap is in its coupling, as far as anybody can tell.
    pub(super) coupling: Result<bool, Fault>,
    pub(super) now: Instant,
}

impl MeasuredChannel {
    /// Whether a cap is surely coupled.
    pub(super) fn is_coupled(&self) -> bool {
        self.coupling == Ok(true)
    }
}

/// The calibrated sensors of a line and of the cap on it, where there are any.
pub(super) type Own<'a> = (Option<&'a ChannelSensors>, Option<&'a CapSensors>);

pub(super) fn all<const CHANNELS: usize>(
    inputs: &Inputs<CHANNELS>,
    own: &[Own<'_>; CHANNELS],
    config: &Config,
    now: Instant,
) -> Measured<CHANNELS> {
    let mut own = own.iter().copied();
    Measured {
        tank: read(inputs.tank.coolant, config.sensors.tank.as_ref(), config).map(Coolant),
        evaporator: read(inputs.tank.evaporator, config.sensors.evaporator.as_ref(), config)
            .map(Coolant),
        channels: inputs.channels.map(|channel| {
            let own = own.next().unwrap_or((None, None));
            one(&channel, own, config, now)
        }),
        inputs: *inputs,
        now,
    }
}

fn one(
    inputs: &ChannelInputs,
    (line, cap): Own<'_>,
    config: &Config,
    now: Instant,
) -> MeasuredChannel {
    let oldest = config.circulation.oldest;
    MeasuredChannel {
        supply: read(inputs.supply, line.and_then(|it| it.supply.as_ref()), config).map(Coolant),
        returned: read(inputs.returned, line.and_then(|it| it.returned.as_ref()), config)
            .map(Coolant),
        front: read(inputs.front, cap.and_then(|it| it.front.as_ref()), config).map(Interface),
        rear: read(inputs.rear, cap.and_then(|it| it.rear.as_ref()), config).map(Interface),
        safety: degrees(inputs.safety, config).map(Interface),
        skin: read(inputs.skin, line.and_then(|it| it.skin.as_ref()), config).map(Skin),
        flow: inputs.flow.and_then(|pulses| config.flow_meter.flow(pulses)),
        valve: inputs.valve,
        coupling: inputs.cap.coupled.within(now, oldest),
        now,
    }
}

/// The warmest that the control sensors of each cap read, by the table of the type: what a board asks at power-up, before a
/// tick knows more of its sensors. A fault where one of them has one.
#[cfg(feature = "journal")]
pub(crate) fn faces<const CHANNELS: usize>(
    config: &Config,
    inputs: &Inputs<CHANNELS>,
    now: Instant,
) -> [Reading<Interface>; CHANNELS] {
    let inputs = inputs.not_after(now);
    inputs.channels.map(|channel| {
        let value = |code| degrees(code, config).within(now, config.circulation.oldest);
        let pair = value(channel.front).and_then(|front| Ok((front, value(channel.rear)?)));
        Reading { value: pair.map(|(front, rear)| Interface(front.max(rear))), taken: now }
    })
}

/// By the table of the type.
fn degrees(code: Reading<Ratio>, config: &Config) -> Reading<Celsius> {
    read(code, None, config)
}

/// By the sensor's own table, where it has one.
fn read(
    code: Reading<Ratio>,
    own: Option<&SensorCalibration>,
    config: &Config,
) -> Reading<Celsius> {
    let table = own.map_or(&config.thermistor, |own| own.table());
    code.and_then(|ratio| table.eval(ratio)).map(|micro| micro.to_celsius())
}

impl MeasuredChannel {
    /// The four temperatures that the fit visit compares, each no older than it may be.
    pub(super) fn loop_temperatures(&self, config: &Config) -> LoopTemperatures {
        let oldest = config.circulation.oldest;
        LoopTemperatures {
            supply: self.supply.within(self.now, oldest),
            returned: self.returned.within(self.now, oldest),
            front: self.front.within(self.now, oldest),
            rear: self.rear.within(self.now, oldest),
        }
    }

    /// Whether coolant really moves.
    pub(super) fn is_flowing(&self, config: &Config) -> bool {
        // Flow is counted in windows of a second, so it may be older than a temperature.
        let oldest = config.limits.delays().input_stale;
        let flow = self.flow.within(self.now, oldest);
        flow.is_ok_and(|flow| flow >= config.circulation.flowing_from)
    }

    /// Whether both control sensors are warm enough for the cap to come off.
    pub(super) fn is_removable(&self, config: &Config) -> bool {
        let oldest = config.circulation.oldest;
        let warm = |face: &Reading<Interface>| {
            let face = face.within(self.now, oldest);
            face.is_ok_and(|face| face >= config.circulation.removable_from)
        };
        warm(&self.front) && warm(&self.rear)
    }

    /// Whether the supply lies within the band around `target`.
    pub(super) fn is_at(&self, target: Option<Coolant>, config: &Config) -> bool {
        let supply = self.supply.within(self.now, config.circulation.oldest);
        match (supply, target) {
            (Ok(supply), Some(target)) => {
                supply.0.minus(target.0).abs() <= config.circulation.at_target
            }
            _ => false,
        }
    }
}
