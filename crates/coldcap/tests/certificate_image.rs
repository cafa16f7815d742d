//! Certificates as an image: a sensor is read by the table that its certificate names, or the machine does not start.
#![allow(missing_docs)]

use coldcap::parameters::certificates::{Certified, Shelf, to_image};
use coldcap::parameters::{ParameterError, ParameterFault};
use coldcap::{CapSensors, Config, SensorPlace, SensorPlaces, Sensors};
use coldcap_calibration::certificate::{
    Certificate, CertifiedPoint, Conditions, Correction, CoverageFactor, DecisionRule, Medium,
    Method, Points,
};
use coldcap_calibration::check::drift::{DriftPolicy, DriftWatch};
use coldcap_calibration::curves::ntc_10k3a1;
use coldcap_calibration::sensor::SensorCalibrationError;
use coldcap_calibration::table::CubicTable;
use coldcap_calibration::time_stamp::{ClockQuality, TimeStamp};
use coldcap_units::MicroCelsius;

static TABLES: [CubicTable<'static>; 1] = [ntc_10k3a1::TABLE];

/// Compared with a reference and left as it was.
fn certificate(sensor: u64) -> Certificate {
    let point = CertifiedPoint::new(MicroCelsius(0), 12_000, 12_000, 8_000).unwrap();
    Certificate {
        number: 17,
        sensor,
        reference: 900,
        laboratory: 1,
        operator: 23,
        at: TimeStamp { unix_s: 1_795_654_800, clock: ClockQuality::Synchronised },
        method: Method::Comparison,
        points: Points::new(&[point]).unwrap(),
        correction: Correction::NONE,
        type_table_crc: ntc_10k3a1::TABLE.header().crc,
        coverage: CoverageFactor::TWO,
        conditions: Conditions::new(2_300, None, Medium::IceBath).unwrap(),
        decision: DecisionRule::None,
    }
}

fn certified(place: SensorPlace, whose: u32, sensor: u64) -> Certified {
    Certified { place, whose, certificate: certificate(sensor) }
}

/// What is asked, and a watch on the drift of the second channel.
fn asked() -> Sensors {
    let mut sensors = Sensors::NONE;
    sensors.policy.required = SensorPlaces::of(&[SensorPlace::Supply, SensorPlace::Tank]);
    sensors.policy.due.interval_days = 180;
    sensors.channels[0].bath_u_uk = 4_000;
    sensors.channels[1].drift = DriftWatch::new(DriftPolicy::STANDARD, -2_000, 1_500).ok();
    sensors
}

fn all() -> Vec<Certified> {
    vec![
        certified(SensorPlace::Tank, 0, 1),
        certified(SensorPlace::Supply, 0, 2),
        certified(SensorPlace::Supply, 1, 3),
        certified(SensorPlace::Returned, 1, 4),
        certified(SensorPlace::Front, 700, 5),
        certified(SensorPlace::Rear, 701, 6),
        certified(SensorPlace::Rear, 700, 7),
        certified(SensorPlace::Skin, 0, 8),
        certified(SensorPlace::Evaporator, 0, 9),
    ]
}

fn image(certified: &[Certified]) -> Vec<u8> {
    let mut bytes = [0; 4096];
    let length = to_image(&asked(), certified, &mut bytes).unwrap();
    bytes[..length].to_vec()
}

fn load(content: &[u8], caps: usize) -> Result<Sensors, ParameterError> {
    let caps = Box::leak(vec![CapSensors::NONE; caps].into_boxed_slice());
    let shelf = Shelf { tables: &TABLES, caps };
    Config::reference().with_certificates(content, shelf).map(|config| config.sensors)
}

#[test]
fn certificates_are_where_they_were_said_to_be() {
    let sensors = load(&image(&all()), 2).unwrap();
    let number = |sensor: Option<coldcap_calibration::sensor::SensorCalibration>| {
        sensor.map_or(0, |sensor| sensor.sensor())
    };
    let [first, second] = sensors.channels;
    assert_eq!([number(sensors.tank), number(sensors.evaporator)], [1, 9]);
    assert_eq!([number(first.supply), number(first.returned), number(first.skin)], [2, 0, 8]);
    assert_eq!([number(second.supply), number(second.returned), number(second.skin)], [3, 4, 0]);
    let caps = sensors.caps.iter().map(|cap| (cap.identity, number(cap.front), number(cap.rear)));
    assert_eq!(caps.collect::<Vec<_>>(), [(700, 5, 7), (701, 0, 6)]);
    assert_eq!(sensors.policy, asked().policy);
    assert_eq!(second.drift, asked().channels[1].drift);
    assert_eq!((first.bath_u_uk, first.drift), (4_000, None));
    assert_eq!(sensors.tank.unwrap().table(), &TABLES[0]);

    let none = load(&image(&[]), 0).unwrap();
    assert_eq!(none, asked());
}

#[test]
fn what_is_no_place_of_the_machine_is_refused() {
    let fault = |certified: &[Certified], caps| load(&image(certified), caps).unwrap_err().fault;
    let twice = [certified(SensorPlace::Tank, 0, 1), certified(SensorPlace::Tank, 0, 2)];
    assert_eq!(fault(&twice, 0), ParameterFault::Place(1));
    let third = [certified(SensorPlace::Supply, 2, 1)];
    assert_eq!(fault(&third, 0), ParameterFault::Place(0));
    let odd = [certified(SensorPlace::Tank, 1, 1)];
    assert_eq!(fault(&odd, 0), ParameterFault::Place(0));
    assert_eq!(fault(&all(), 1), ParameterFault::TooManyCaps);
}

#[test]
fn a_certificate_of_another_table_is_refused() {
    let mut other = all();
    other[2].certificate.type_table_crc ^= 1;
    let crc = other[2].certificate.type_table_crc;
    assert_eq!(load(&image(&other), 2).unwrap_err().fault, ParameterFault::NoTable(2, crc));

    // By its own rule it does not conform.
    let mut worse = all();
    worse[3].certificate.decision = DecisionRule::Simple { tolerance_uk: 1_000 };
    let refused = load(&image(&worse), 2).unwrap_err();
    let why = SensorCalibrationError::DoesNotConform(0);
    assert_eq!(refused.fault, ParameterFault::Sensor(3, why));
    assert!(refused.to_string().starts_with("certificates: certificate 3: "), "{refused}");
}

#[test]
fn what_is_cut_off_or_too_long_is_refused() {
    let good = image(&all());
    for length in 0..good.len() {
        assert_eq!(load(&good[..length], 2).unwrap_err().fault, ParameterFault::Length, "{length}");
    }
    let longer = [good.as_slice(), &[0]].concat();
    assert_eq!(load(&longer, 2).unwrap_err().fault, ParameterFault::Length);
}

/// What gets past every check is policy, place or identity: no bit of a certificate does.
#[test]
fn a_flipped_bit_of_a_certificate_is_refused() {
    let good = image(&all()[..2]);
    let first = good.len() - 2 * 197;
    for (place, bit) in (0..good.len()).flat_map(|place| (0..8).map(move |bit| (place, bit))) {
        let mut bytes = good.clone();
        bytes[place] ^= 1 << bit;
        let read = load(&bytes, 2);
        let in_certificate = place >= first && (place - first) % 197 >= 5;
        if in_certificate {
            assert!(matches!(read.unwrap_err().fault, ParameterFault::Certificate(..)), "{place}");
        } else if let Ok(read) = read {
            assert!(read.channels.iter().all(|channel| channel.drift.is_none_or(|watch| {
                let (policy, sigma) = (watch.policy(), watch.repeatability_uk());
                DriftWatch::new(policy, watch.baseline_uk(), sigma).is_ok()
            })));
        }
    }
}
