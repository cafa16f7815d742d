//! What a board hands in at every tick: raw readings, each with its age.

use crate::canonical::{Canonical, Malformed, Sink, Source};
use crate::vendor::VendorConditions;
use coldcap_units::{Duty, Instant, MilliAmps, Permille, Pulses, Ratio, Reading};

/// Everything that the sensors and switches of a machine with `CHANNELS` channels say at one tick.
///
/// A sensor that the machine does not have is [`Reading::absent`]. Nothing here is a quantity yet:
/// codes are turned into degrees inside the tick, by the machine's calibration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Inputs<const CHANNELS: usize> {
    /// The chilled tank.
    pub tank: TankInputs,
    /// One entry a channel; a channel is one patient.
    pub channels: [ChannelInputs; CHANNELS],
    /// Whether the drip tray is wet.
    pub leak: Reading<bool>,
    /// Whether the mains supply is there.
    pub mains: Reading<bool>,
    /// Charge of the back-up battery.
    pub battery: Reading<Permille>,
    /// Read-back of the power path that the permit switches.
    pub permit: Reading<bool>,
    /// Keys of the local front panel pressed since the last tick.
    pub panel: Panel,
    /// The maker's own conditions that hold now.
    pub vendor: VendorConditions,
}

impl<const CHANNELS: usize> Default for Inputs<CHANNELS> {
    fn default() -> Self {
        Self {
            tank: TankInputs::default(),
            channels: [ChannelInputs::default(); CHANNELS],
            leak: Reading::absent(),
            mains: Reading::absent(),
            battery: Reading::absent(),
            permit: Reading::absent(),
            panel: Panel::default(),
            vendor: VendorConditions::NONE,
        }
    }
}

impl<const CHANNELS: usize> Inputs<CHANNELS> {
    /// The same inputs with no reading from the future: one that claims to be was taken at `now`.
    ///
    /// Readings are stored as ages, so a replay sees them like this; the tick must see them no other way.
    #[must_use]
    pub(crate) fn not_after(&self, now: Instant) -> Self {
        Self {
            tank: self.tank.not_after(now),
            channels: self.channels.map(|channel| channel.not_after(now)),
            leak: not_after(self.leak, now),
            mains: not_after(self.mains, now),
            battery: not_after(self.battery, now),
            permit: not_after(self.permit, now),
            panel: self.panel,
            vendor: self.vendor,
        }
    }
}

fn not_after<T>(reading: Reading<T>, now: Instant) -> Reading<T> {
    Reading { taken: reading.taken.min(now), ..reading }
}

/// The sensors of the tank and of the chiller.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TankInputs {
    /// Code of the thermistor in the tank.
    pub coolant: Reading<Ratio>,
    /// Code of the thermistor at the evaporator.
    pub evaporator: Reading<Ratio>,
    /// Whether the level is sufficient.
    pub level: Reading<bool>,
    /// Read-back of the chiller's drive.
    pub chiller: Reading<Duty>,
}

impl TankInputs {
    fn not_after(self, now: Instant) -> Self {
        Self {
            coolant: not_after(self.coolant, now),
            evaporator: not_after(self.evaporator, now),
            level: not_after(self.level, now),
            chiller: not_after(self.chiller, now),
        }
    }
}

/// The sensors of one channel and of the cap on it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ChannelInputs {
    /// Code of the thermistor in the supply line, behind the mixing valve.
    pub supply: Reading<Ratio>,
    /// Code of the thermistor in the return line.
    pub returned: Reading<Ratio>,
    /// Code of the front control sensor on the cap's inner face.
    pub front: Reading<Ratio>,
    /// Code of the rear control sensor on the cap's inner face.
    pub rear: Reading<Ratio>,
    /// Code of the separate freeze-safety sensor on the cap's inner face.
    pub safety: Reading<Ratio>,
    /// Code of a skin-side sensor, where one is fitted for the fit visit.
    pub skin: Reading<Ratio>,
    /// What the flow meter counted.
    pub flow: Reading<Pulses>,
    /// Code of the loop's pressure sensor.
    pub pressure: Reading<Ratio>,
    /// Current of the pump's motor.
    pub pump_current: Reading<MilliAmps>,
    /// Read-back of the mixing valve's position.
    pub valve: Reading<Duty>,
    /// The cap's connector.
    pub cap: CapInputs,
}

impl ChannelInputs {
    fn not_after(self, now: Instant) -> Self {
        Self {
            supply: not_after(self.supply, now),
            returned: not_after(self.returned, now),
            front: not_after(self.front, now),
            rear: not_after(self.rear, now),
            safety: not_after(self.safety, now),
            skin: not_after(self.skin, now),
            flow: not_after(self.flow, now),
            pressure: not_after(self.pressure, now),
            pump_current: not_after(self.pump_current, now),
            valve: not_after(self.valve, now),
            cap: CapInputs {
                coupled: not_after(self.cap.coupled, now),
                identity: not_after(self.cap.identity, now),
            },
        }
    }
}

/// The connector of the cap: *coupled* is a switch. Whether the cap is *worn* is the operator's mark.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CapInputs {
    /// Whether a cap is coupled.
    pub coupled: Reading<bool>,
    /// The identity that the cap reports.
    pub identity: Reading<u32>,
}

/// Keys of the front panel, each true while it is down. It acts in the first such tick; a stop that is held stops
/// whatever moves again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Panel {
    /// Stop cooling on every channel, now.
    pub stop: bool,
    /// Acknowledge the alarms that are signalled.
    pub acknowledge: bool,
    /// Pause the sounder.
    pub audio_pause: bool,
}

impl<const CHANNELS: usize> Canonical for Inputs<CHANNELS> {
    fn write(&self, now: Instant, sink: &mut impl Sink) {
        self.tank.write(now, sink);
        self.channels.write(now, sink);
        self.leak.write(now, sink);
        self.mains.write(now, sink);
        self.battery.write(now, sink);
        self.permit.write(now, sink);
        self.panel.stop.write(now, sink);
        self.panel.acknowledge.write(now, sink);
        Last { audio_pause: self.panel.audio_pause, vendor: self.vendor }.write(now, sink);
    }

    fn read(now: Instant, source: &mut Source<'_>) -> Result<Self, Malformed> {
        let inputs = Self {
            tank: Canonical::read(now, source)?,
            channels: Canonical::read(now, source)?,
            leak: Canonical::read(now, source)?,
            mains: Canonical::read(now, source)?,
            battery: Canonical::read(now, source)?,
            permit: Canonical::read(now, source)?,
            ..Self::default()
        };
        let (stop, acknowledge) = (Canonical::read(now, source)?, Canonical::read(now, source)?);
        let Last { audio_pause, vendor } = Canonical::read(now, source)?;
        Ok(Self { panel: Panel { stop, acknowledge, audio_pause }, vendor, ..inputs })
    }
}

/// The last key and what was appended behind it. A vendor's conditions are left out while there are none: bit 1 of
/// the key's byte says that they follow, so that inputs without them keep the bytes that they always had.
struct Last {
    audio_pause: bool,
    vendor: VendorConditions,
}

impl Last {
    const VENDOR_FOLLOWS: u8 = 2;
}

impl Canonical for Last {
    fn write(&self, now: Instant, sink: &mut impl Sink) {
        if self.vendor.is_none() {
            return self.audio_pause.write(now, sink);
        }
        (u8::from(self.audio_pause) | Self::VENDOR_FOLLOWS).write(now, sink);
        self.vendor.write(now, sink);
    }

    fn read(now: Instant, source: &mut Source<'_>) -> Result<Self, Malformed> {
        let byte = u8::read(now, source)?;
        let audio_pause = byte & 1 == 1;
        match byte & !1 {
            0 => Ok(Self { audio_pause, vendor: VendorConditions::NONE }),
            Self::VENDOR_FOLLOWS => Ok(Self { audio_pause, vendor: Canonical::read(now, source)? }),
            _ => Err(Malformed::Choice),
        }
    }
}

impl Canonical for TankInputs {
    fn write(&self, now: Instant, sink: &mut impl Sink) {
        self.coolant.write(now, sink);
        self.evaporator.write(now, sink);
        self.level.write(now, sink);
        self.chiller.write(now, sink);
    }

    fn read(now: Instant, source: &mut Source<'_>) -> Result<Self, Malformed> {
        Ok(Self {
            coolant: Canonical::read(now, source)?,
            evaporator: Canonical::read(now, source)?,
            level: Canonical::read(now, source)?,
            chiller: Canonical::read(now, source)?,
        })
    }
}

impl Canonical for ChannelInputs {
    fn write(&self, now: Instant, sink: &mut impl Sink) {
        self.supply.write(now, sink);
        self.returned.write(now, sink);
        self.front.write(now, sink);
        self.rear.write(now, sink);
        self.safety.write(now, sink);
        self.skin.write(now, sink);
        self.flow.write(now, sink);
        self.pressure.write(now, sink);
        self.pump_current.write(now, sink);
        self.valve.write(now, sink);
        self.cap.coupled.write(now, sink);
        self.cap.identity.write(now, sink);
    }

    fn read(now: Instant, source: &mut Source<'_>) -> Result<Self, Malformed> {
        Ok(Self {
            supply: Canonical::read(now, source)?,
            returned: Canonical::read(now, source)?,
            front: Canonical::read(now, source)?,
            rear: Canonical::read(now, source)?,
            safety: Canonical::read(now, source)?,
            skin: Canonical::read(now, source)?,
            flow: Canonical::read(now, source)?,
            pressure: Canonical::read(now, source)?,
            pump_current: Canonical::read(now, source)?,
            valve: Canonical::read(now, source)?,
            cap: CapInputs {
                coupled: Canonical::read(now, source)?,
                identity: Canonical::read(now, source)?,
            },
        })
    }
}
