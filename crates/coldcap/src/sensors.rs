//! Which thermistors of a machine are calibrated, and what is asked of their calibrations.
//!
//! A sensor with a [`SensorCalibration`] is read by its own table, any other by [`Config::thermistor`]. The
//! freeze-safety sensor has no place here: the guard goes by its raw code, and shares no table with control.
//!
//! [`Config::thermistor`]: crate::Config::thermistor

use coldcap_calibration::check::drift::DriftWatch;
use coldcap_calibration::check::due::DuePolicy;
use coldcap_calibration::sensor::SensorCalibration;
use coldcap_calibration::time_stamp::{ClockQuality, TimeStamp};

/// Most channels that a machine has.
pub const CHANNELS_MAXIMUM: usize = 2;

/// A place with a thermistor that control reads. The codes are frozen: they stand in records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum SensorPlace {
    /// The supply line, behind the mixing valve.
    Supply = 1,
    /// The return line.
    Returned = 2,
    /// The front of the cap's inner face.
    Front = 3,
    /// The rear of the cap's inner face.
    Rear = 4,
    /// The skin under the cap, where a sensor is fitted for the fit visit.
    Skin = 5,
    /// The tank.
    Tank = 6,
    /// The evaporator.
    Evaporator = 7,
}

impl SensorPlace {
    /// Every place, in order of its code.
    pub const ALL: [Self; 7] = [
        Self::Supply,
        Self::Returned,
        Self::Front,
        Self::Rear,
        Self::Skin,
        Self::Tank,
        Self::Evaporator,
    ];

    /// The frozen code, 1 to 7.
    #[must_use]
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// The place with this code, if there is one.
    #[must_use]
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|place| place.code() == code)
    }

    const fn bit(self) -> u8 {
        1u8.wrapping_shl(self.code() as u32)
    }
}

/// A set of places.
///
/// ```
/// use coldcap::{SensorPlace, SensorPlaces};
/// let pair = SensorPlaces::of(&[SensorPlace::Supply, SensorPlace::Returned]);
/// assert!(pair.contains(SensorPlace::Supply) && !pair.contains(SensorPlace::Tank));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct SensorPlaces(u8);

impl SensorPlaces {
    /// No place.
    pub const NONE: Self = Self(0);

    /// Every place.
    pub const ALL: Self = Self::of(&SensorPlace::ALL);

    /// The set of the places listed.
    #[must_use]
    pub const fn of(list: &[SensorPlace]) -> Self {
        let mut set = Self::NONE;
        let mut left = list;
        while let [first, rest @ ..] = left {
            set = set.with(*first);
            left = rest;
        }
        set
    }

    /// This set and `place`.
    #[must_use]
    pub const fn with(self, place: SensorPlace) -> Self {
        Self(self.0 | place.bit())
    }

    /// The set as a byte: of each place the bit of its code.
    #[must_use]
    pub const fn bits(self) -> u8 {
        self.0
    }

    /// The set of these bits; `None` where one is no place's.
    #[must_use]
    pub const fn from_bits(bits: u8) -> Option<Self> {
        if bits & !Self::ALL.0 == 0 { Some(Self(bits)) } else { None }
    }

    /// What is in this set and not in `other`.
    #[must_use]
    pub const fn difference(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Whether `place` is in the set.
    #[must_use]
    pub const fn contains(self, place: SensorPlace) -> bool {
        self.0 & place.bit() != 0
    }

    /// Whether the set is empty.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The places in the set, in order of their codes.
    pub fn iter(self) -> impl Iterator<Item = SensorPlace> {
        SensorPlace::ALL.into_iter().filter(move |place| self.contains(*place))
    }
}

/// The calibrated sensors of one channel, its cap's left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChannelSensors {
    /// In the supply line.
    pub supply: Option<SensorCalibration>,
    /// In the return line.
    pub returned: Option<SensorCalibration>,
    /// On the skin.
    pub skin: Option<SensorCalibration>,
    /// The standard uncertainty, in µK, of what the coolant itself differs by between return and supply when the
    /// fit visit compares them: what is not known of the pump's heat.
    pub bath_u_uk: u32,
    /// Watches what return shows above supply at every fit visit: its baseline is what the pair showed when it
    /// was new, its state what was kept ([`ChannelCheckpoint::drift`](crate::ChannelCheckpoint)).
    pub drift: Option<DriftWatch>,
}

impl ChannelSensors {
    /// Nothing is calibrated and nothing watched. 4 % of the 76 mK by which the reference pump warms 1 L/min are
    /// 3 mK.
    pub const NONE: Self =
        Self { supply: None, returned: None, skin: None, bath_u_uk: 3_000, drift: None };
}

/// The calibrated sensors of one cap. They come and go with it: only while a cap with this identity is coupled
/// are they what the channel reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CapSensors {
    /// What the cap reports.
    pub identity: u32,
    /// On the front of its inner face.
    pub front: Option<SensorCalibration>,
    /// On the rear of its inner face.
    pub rear: Option<SensorCalibration>,
}

impl CapSensors {
    /// Room for a cap, as [`parameters::certificates`](crate::parameters::certificates) takes it.
    pub const NONE: Self = Self { identity: 0, front: None, rear: None };
}

/// What is asked of calibrations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CalibrationPolicy {
    /// Without a calibration in date here, nothing begins: neither a fit visit nor a session.
    pub required: SensorPlaces,
    /// How long a calibration holds.
    pub due: DuePolicy,
}

/// The calibrated sensors of a machine.
///
/// ```
/// use coldcap::{CapSensors, Config, Control, Inputs, SensorPlace, SensorPlaces, Sensors, TickInput};
/// use coldcap_calibration::certificate::{Certificate, CertifiedPoint, Conditions, Correction};
/// use coldcap_calibration::certificate::{CoverageFactor, DecisionRule, Medium, Method, Points};
/// use coldcap_calibration::sensor::SensorCalibration;
/// use coldcap_calibration::table::{CubicTable, Row, TableHeader};
/// use coldcap_calibration::time_stamp::{ClockQuality, TimeStamp};
/// use coldcap_units::{Instant, MicroCelsius, Ratio, Reading};
///
/// // The source that `coldcap calibrate ntc --emit rust` writes is a static like this one, with more rows.
/// static ROWS: [Row; 2] = [Row([60_000_000, -50_000_000, 0, 0]), Row([10_000_000, -50_000_000, 0, 0])];
/// const HEADER: TableHeader = TableHeader {
///     version: TableHeader::VERSION,
///     log2_segments: 1,
///     first_row: 0,
///     rows: 2,
///     low: Ratio(0x1000_0000),
///     high: Ratio(0xE000_0000),
///     short_below: Ratio(0x0800_0000),
///     open_above: Ratio(0xF000_0000),
///     bound_micro_kelvin: 5,
///     crc: 0,
/// };
/// static TABLE: CubicTable<'static> = match CubicTable::new(HEADER.sealed(&ROWS), &ROWS) {
///     Ok(table) => table,
///     Err(_) => panic!("the table fails its own checks"),
/// };
///
/// // What the sensor's calibration found comes with it: 192 bytes in the board's parameters.
/// let point = |celsius: i32| CertifiedPoint::new(MicroCelsius(celsius * 1_000_000), 12_000, 1_000, 8_000);
/// let certificate = Certificate {
///     number: 17,
///     sensor: 4_711,
///     reference: 9,
///     laboratory: 1,
///     operator: 23,
///     at: TimeStamp { unix_s: 1_795_654_800, clock: ClockQuality::Synchronised },
///     method: Method::TwoPoint,
///     points: Points::new(&[point(0).unwrap(), point(26).unwrap()]).unwrap(),
///     correction: Correction { ln_resistance: None, table_crc: Some(TABLE.header().crc) },
///     type_table_crc: 0,
///     coverage: CoverageFactor::TWO,
///     conditions: Conditions::new(2_300, None, Medium::IceBath).unwrap(),
///     decision: DecisionRule::None,
/// };
/// let stored = certificate.to_bytes().unwrap();
///
/// // At start-up: a table that is not the certificate's is refused here.
/// let supply = SensorCalibration::new(&TABLE, &Certificate::from_bytes(&stored).unwrap()).unwrap();
/// let mut config = Config::reference();
/// config.sensors.channels[0].supply = Some(supply);
/// config.sensors.policy.required = SensorPlaces::of(&[SensorPlace::Supply]);
/// config.sensors.powered_up = TimeStamp { unix_s: 1_795_700_000, clock: ClockQuality::SetByHand };
///
/// let mut control: Control<1> = Control::new(config);
/// let now = Instant::from_millis(100);
/// let mut inputs = Inputs::default();
/// inputs.channels[0].supply = Reading::new(Ratio(0x8000_0000), now);
/// inputs.channels[0].returned = Reading::new(Ratio(0x8000_0000), now);
/// let [channel] = control.tick(&TickInput::new(now, inputs)).channels;
/// assert_eq!(channel.supply.value.unwrap().0.to_milli(), 10_000); // by its own table
/// assert_eq!(channel.returned.value.unwrap().0.to_milli() / 10, 2_500); // by its type's
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sensors {
    /// In the tank.
    pub tank: Option<SensorCalibration>,
    /// At the evaporator.
    pub evaporator: Option<SensorCalibration>,
    /// One entry a channel.
    pub channels: [ChannelSensors; CHANNELS_MAXIMUM],
    /// The caps whose sensors are calibrated.
    pub caps: &'static [CapSensors],
    /// What is asked.
    pub policy: CalibrationPolicy,
    /// What the calendar said at instant zero, as the board's clock tells. A board without one leaves it unknown, and
    /// then no calibration that is asked for is in date until a host tells the wall clock.
    pub powered_up: TimeStamp,
}

impl Sensors {
    /// Nothing is calibrated, and nothing asked; where something is, a year.
    pub const NONE: Self = Self {
        tank: None,
        evaporator: None,
        channels: [ChannelSensors::NONE; CHANNELS_MAXIMUM],
        caps: &[],
        policy: CalibrationPolicy {
            required: SensorPlaces::NONE,
            due: DuePolicy { interval_days: 365, soon_days: 30 },
        },
        powered_up: TimeStamp { unix_s: 0, clock: ClockQuality::Unknown },
    };

    /// The sensors of the cap with this identity, if they are calibrated.
    pub(crate) fn cap(&self, identity: u32) -> Option<&'static CapSensors> {
        self.caps.iter().find(|cap| cap.identity == identity)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    extern crate std;

    #[test]
    fn codes_are_dense_and_reversible() {
        for (place, code) in SensorPlace::ALL.into_iter().zip(1..) {
            assert_eq!((place.code(), SensorPlace::from_code(code)), (code, Some(place)));
        }
        assert_eq!((SensorPlace::from_code(0), SensorPlace::from_code(8)), (None, None));
    }

    #[test]
    fn a_set_has_what_was_put_in() {
        let pair = SensorPlaces::NONE.with(SensorPlace::Rear).with(SensorPlace::Tank);
        assert!(pair.iter().eq([SensorPlace::Rear, SensorPlace::Tank]));
        assert_eq!(SensorPlaces::ALL.difference(pair).iter().count(), 5);
        assert!(pair.difference(SensorPlaces::ALL).is_empty() && !pair.is_empty());
    }
}
