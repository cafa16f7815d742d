//! What C measured, as the device takes it. Whatever C fills in wrongly is a fault of that place.

use crate::codes::{COLDCAP_DONE, COLDCAP_NO_SENSOR};
use crate::memory::Extent;
use crate::pointers::checked;
use crate::types::{
    coldcap_channel_inputs_t, coldcap_inputs_t, coldcap_pulses_t, coldcap_reading_t,
    coldcap_tank_inputs_t,
};
use coldcap::{CapInputs, ChannelInputs, Inputs, Panel, TankInputs, VendorConditions};
use coldcap_units::{Duration, Duty, Fault, Instant, MilliAmps, Permille, Pulses, Ratio, Reading};

/// Fills in that no sensor is there at all and no key is pressed. Put in what there is before every tick.
///
/// # Safety
/// An `inputs` that is not null points to memory for one.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn coldcap_inputs_absent(inputs: *mut coldcap_inputs_t) -> i32 {
    if let Err(error) = checked(inputs, Extent::NOWHERE) {
        return error.code();
    }
    // SAFETY: not null and aligned; that there is memory for it is the caller's promise.
    unsafe { inputs.write(absent()) };
    COLDCAP_DONE
}

fn absent() -> coldcap_inputs_t {
    let none = coldcap_reading_t { fault: COLDCAP_NO_SENSOR, ..coldcap_reading_t::default() };
    let uncounted = coldcap_pulses_t { fault: COLDCAP_NO_SENSOR, ..coldcap_pulses_t::default() };
    let channel = coldcap_channel_inputs_t {
        supply: none,
        returned: none,
        front: none,
        rear: none,
        safety: none,
        skin: none,
        flow: uncounted,
        pressure: none,
        pump_current: none,
        valve: none,
        coupled: none,
        identity: none,
    };
    coldcap_inputs_t {
        tank: coldcap_tank_inputs_t { coolant: none, evaporator: none, level: none, chiller: none },
        channels: [channel; 2],
        leak: none,
        mains: none,
        battery: none,
        permit: none,
        ..coldcap_inputs_t::default()
    }
}

/// Counts the places that were filled in wrongly.
#[derive(Debug, Default)]
pub(crate) struct Misfilled(pub(crate) u16);

impl Misfilled {
    const fn add(&mut self) {
        self.0 = self.0.saturating_add(1);
    }

    /// Why there is no value, where `fault` says so; one that is none means that nobody knows.
    fn fault(&mut self, fault: u8) -> Fault {
        Fault::from_code(fault).unwrap_or_else(|| {
            self.add();
            Fault::Unavailable
        })
    }

    fn value<T>(
        &mut self,
        reading: coldcap_reading_t,
        take: impl FnOnce(u32) -> Option<T>,
    ) -> Reading<T> {
        let taken = Instant::from_millis(reading.taken_ms);
        if reading.valid != 1 {
            return Reading::faulty(self.fault(reading.fault), taken);
        }
        match take(reading.value).filter(|_| reading.fault == 0) {
            Some(value) => Reading::new(value, taken),
            None => {
                self.add();
                Reading::faulty(Fault::AboveRange, taken)
            }
        }
    }

    fn code(&mut self, reading: coldcap_reading_t) -> Reading<Ratio> {
        self.value(reading, |value| Some(Ratio(value)))
    }

    fn switch(&mut self, reading: coldcap_reading_t) -> Reading<bool> {
        self.value(reading, |value| match value {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        })
    }

    fn duty(&mut self, reading: coldcap_reading_t) -> Reading<Duty> {
        self.value(reading, |value| u16::try_from(value).ok().map(Duty))
    }

    fn current(&mut self, reading: coldcap_reading_t) -> Reading<MilliAmps> {
        self.value(reading, |value| u16::try_from(value).ok().map(MilliAmps))
    }

    fn charge(&mut self, reading: coldcap_reading_t) -> Reading<Permille> {
        let permille = |value: u16| (value <= 1_000).then_some(Permille(value));
        self.value(reading, |value| u16::try_from(value).ok().and_then(permille))
    }

    fn number(&mut self, reading: coldcap_reading_t) -> Reading<u32> {
        self.value(reading, Some)
    }

    fn pulses(&mut self, pulses: coldcap_pulses_t) -> Reading<Pulses> {
        let coldcap_pulses_t { taken_ms, window_ms, edges, valid, fault } = pulses;
        let counted = Pulses { edges, window: Duration::from_millis(window_ms) };
        let reading = coldcap_reading_t { taken_ms, value: 0, valid, fault, reserved: 0 };
        self.value(reading, |_| Some(counted))
    }

    fn tank(&mut self, tank: &coldcap_tank_inputs_t) -> TankInputs {
        TankInputs {
            coolant: self.code(tank.coolant),
            evaporator: self.code(tank.evaporator),
            level: self.switch(tank.level),
            chiller: self.duty(tank.chiller),
        }
    }

    fn channel(&mut self, channel: &coldcap_channel_inputs_t) -> ChannelInputs {
        ChannelInputs {
            supply: self.code(channel.supply),
            returned: self.code(channel.returned),
            front: self.code(channel.front),
            rear: self.code(channel.rear),
            safety: self.code(channel.safety),
            skin: self.code(channel.skin),
            flow: self.pulses(channel.flow),
            pressure: self.code(channel.pressure),
            pump_current: self.current(channel.pump_current),
            valve: self.duty(channel.valve),
            cap: CapInputs {
                coupled: self.switch(channel.coupled),
                identity: self.number(channel.identity),
            },
        }
    }

    /// What of it a machine of so many channels has.
    pub(crate) fn inputs<const CHANNELS: usize>(
        &mut self,
        inputs: &coldcap_inputs_t,
    ) -> Inputs<CHANNELS> {
        let mut channels = [ChannelInputs::default(); CHANNELS];
        for (to, from) in channels.iter_mut().zip(&inputs.channels) {
            *to = self.channel(from);
        }
        Inputs {
            tank: self.tank(&inputs.tank),
            channels,
            leak: self.switch(inputs.leak),
            mains: self.switch(inputs.mains),
            battery: self.charge(inputs.battery),
            permit: self.switch(inputs.permit),
            panel: panel(inputs),
            vendor: VendorConditions::from_bits(inputs.vendor),
        }
    }
}

/// Whatever is not 0 stops; what silences something has to be said rightly.
const fn panel(inputs: &coldcap_inputs_t) -> Panel {
    Panel {
        stop: inputs.panel_stop != 0,
        acknowledge: inputs.panel_acknowledge == 1,
        audio_pause: inputs.panel_audio_pause == 1,
    }
}
