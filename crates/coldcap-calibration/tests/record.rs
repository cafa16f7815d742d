//! The 64-byte record: round trip, damage, and a layout that stays.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing)]
#![allow(clippy::arithmetic_side_effects, clippy::float_arithmetic)]

use coldcap_calibration::cap::{CapSize, HeadMeasures};
use coldcap_calibration::contact::{Conductance, Verdict, ZoneFault, ZoneFit, ZoneState};
use coldcap_calibration::hair::HairDensity;
use coldcap_calibration::isothermal::IsothermalOffsets;
use coldcap_calibration::record::{
    CapCalibration, DetailVersion, FitDetail, FitMethod, RecordError, ZoneRecord,
};
use coldcap_units::{Fault, Instant, Kelvin, Permille};
use crc::{CRC_32_ISO_HDLC, Crc};
use proptest::prelude::*;

fn example() -> CapCalibration {
    CapCalibration {
        cap_size: CapSize::Large,
        measures: HeadMeasures::new(0x0242, 0x0159, 0x015E).unwrap(),
        offsets: IsothermalOffsets::from_milli([-100, 100, 50, -50]).unwrap(),
        heat_mw: 0x0102_0304,
        verdict: Verdict::Doubtful,
        at: Instant::from_millis(0x1112_1314_1516_1718),
        patient: 0x2122_2324_2526_2728,
        detail: None,
    }
}

fn zone(watts: f64, u: f64) -> ZoneState {
    ZoneState::Observed(ZoneFit {
        conductance: Conductance((watts * 1e3).round() as u32),
        uncertainty: Conductance((u * 1e3).round() as u32),
        misfit: Kelvin::ZERO,
        autocorrelation: None,
    })
}

/// As version 2 had it: one method, and no word about zones without a value.
fn detailed() -> CapCalibration {
    let inner = |state| ZoneRecord::of(&state, FitMethod::InnerFace);
    let detail = FitDetail {
        version: DetailVersion::Second,
        runner_up: CapSize::Medium,
        confidence: Permille(0x0321),
        zones: [inner(zone(29.854, 1.5)), inner(zone(41.0, 2.0)), ZoneRecord::Unobserved],
        density: Some(HairDensity::ScalpShows),
    };
    CapCalibration { verdict: Verdict::Repeat, detail: Some(detail), ..example() }
}

/// A value by a skin-side sensor, more than the method tells, and a broken sensor.
fn of_each_kind() -> CapCalibration {
    let above = ZoneState::Faulty(ZoneFault::AboveRange(Conductance(50_396)));
    let open = ZoneState::Faulty(ZoneFault::Sensor(Fault::Open));
    let zones = [
        ZoneRecord::of(&zone(29.854, 1.5), FitMethod::SkinAndInnerFace),
        ZoneRecord::of(&above, FitMethod::InnerFace),
        ZoneRecord::of(&open, FitMethod::SkinAndCoolant),
    ];
    let version = DetailVersion::Third;
    let detail = FitDetail { version, zones, ..detailed().detail.unwrap() };
    CapCalibration { detail: Some(detail), ..detailed() }
}

#[test]
fn the_layout_of_version_2_is_frozen() {
    let mut expected = example().to_bytes()[..40].to_vec();
    (expected[0], expected[3]) = (2, 4);
    (expected[18], expected[19]) = (0x21, 0x03);
    // 29.85 is 0x0BA9 hundredths, 1.50 is 0x0096, 41.00 is 0x1004, 2.00 is 0x00C8.
    expected.extend([3, 3, 0xA9, 0x0B, 0x96, 0, 0x04, 0x10, 0xC8, 0, 0, 0, 0, 0, 3, 2, 0, 0, 0, 0]);
    let bytes = detailed().to_bytes();
    assert_eq!(bytes[..60], expected[..]);
    assert_eq!(CapCalibration::from_bytes(&bytes), Ok(detailed()));
    assert_eq!((detailed().version(), example().version()), (2, 1));
    assert_ne!(detailed().digest(), example().digest());
}

#[test]
fn the_layout_of_version_3_is_frozen() {
    let mut expected = detailed().to_bytes()[..60].to_vec();
    expected[0] = 3;
    // 50.40 is 0x13B0; methods 2, 3 and 1 with codes 1, 3 and 16 + 3.
    expected[41] = 1;
    expected[46..50].copy_from_slice(&[0xB0, 0x13, 0, 0]);
    expected[54] = 0;
    expected[56..59].copy_from_slice(&[0x81, 0xC3, 0x53]);
    let bytes = of_each_kind().to_bytes();
    assert_eq!(bytes[..60], expected[..]);
    assert_eq!(CapCalibration::from_bytes(&bytes), Ok(of_each_kind()));
    assert_eq!(of_each_kind().version(), 3);
    let bound = ZoneState::Faulty(ZoneFault::AboveRange(Conductance(50_400)));
    assert_eq!(of_each_kind().detail.unwrap().zones[1].state(), bound);
}

#[test]
fn every_state_of_a_zone_survives() {
    let faults = Fault::ALL.map(ZoneFault::Sensor).into_iter().chain([
        ZoneFault::NoStep,
        ZoneFault::Unsettled,
        ZoneFault::Misfit,
        ZoneFault::BelowRange,
        ZoneFault::AboveRange(Conductance(0)),
        ZoneFault::AboveRange(Conductance(655_350)),
    ]);
    let states = faults.map(ZoneState::Faulty).chain([zone(0.01, 0.0), ZoneState::Unobserved]);
    for (state, method) in states.flat_map(|it| FitMethod::ALL.map(|method| (it, method))) {
        let kept = ZoneRecord::of(&state, method);
        assert_eq!(kept.state(), state);
        let detail = FitDetail { zones: [kept; 3], ..of_each_kind().detail.unwrap() };
        let record = CapCalibration { detail: Some(detail), ..example() };
        assert_eq!(CapCalibration::from_bytes(&record.to_bytes()), Ok(record));
    }
    let nothing = ZoneRecord::of(&zone(0.004, 0.0), FitMethod::InnerFace);
    assert_eq!(nothing, ZoneRecord::Failed(ZoneFault::BelowRange, FitMethod::InnerFace));
}

/// Version 2 knows three methods: what has the fourth is written as version 3, and read again.
#[test]
fn what_version_2_cannot_hold_is_written_as_version_3() {
    let zones = [
        ZoneRecord::of(&zone(29.85, 1.5), FitMethod::FluxOverDrop),
        ZoneRecord::Unobserved,
        ZoneRecord::Unobserved,
    ];
    let old = FitDetail { version: DetailVersion::Second, zones, ..detailed().detail.unwrap() };
    let record = CapCalibration { detail: Some(old), ..detailed() };
    let new = FitDetail { version: DetailVersion::Third, ..old };
    assert_eq!(record.version(), 3);
    let read = CapCalibration::from_bytes(&record.to_bytes());
    assert_eq!(read, Ok(CapCalibration { detail: Some(new), ..record }));
}

#[test]
fn impossible_fields_of_version_3_are_refused() {
    let bytes = of_each_kind().to_bytes();
    let with = |at: usize, field: &[u8]| {
        let mut bytes = bytes;
        bytes[at..at + field.len()].copy_from_slice(field);
        resealed_bytes(bytes)
    };
    let field = |name| Err(RecordError::Field(name));
    assert_eq!(with(41, &[1]), Ok(of_each_kind()));
    assert_eq!(with(54, &[3]), field("method"));
    assert_eq!(with(59, &[8]), field("reserved bytes"));
    assert_eq!(with(0, &[4]), Err(RecordError::Version(4)));
    for (at, byte) in [
        (41, 0),    // no value announced
        (41, 3),    // a value too many
        (48, 1),    // an uncertainty of a bound
        (50, 1),    // a value of a broken sensor
        (56, 0x01), // a value without a method
        (56, 0x40), // a method without a zone
        (57, 0xC7), // a code that nobody writes
        (58, 0x50), // a sensor's fault of code 0
        (58, 0x5F), // and of code 15
        (59, 1),    // method 6
        (59, 2),    // and 7
    ] {
        let found = with(at, &[byte]);
        assert_eq!(found, field("zones"), "{at} {byte}");
    }
    assert_eq!(with(42, &[0, 0]), field("zones"));
}

#[test]
fn impossible_fields_of_version_2_are_refused() {
    let bytes = detailed().to_bytes();
    let with = |at: usize, field: &[u8]| {
        let mut bytes = bytes;
        bytes[at..at + field.len()].copy_from_slice(field);
        resealed_bytes(bytes)
    };
    let field = |name| Err(RecordError::Field(name));
    assert_eq!(with(0, &[2]), Ok(detailed()));
    assert_eq!(with(0, &[1]), field("reserved bytes"));
    assert_eq!(with(3, &[7]), field("verdict"));
    assert_eq!(with(18, &[0xE9, 3]), field("zones"));
    assert_eq!(with(40, &[0]), field("runner-up"));
    assert_eq!(with(41, &[1]), field("zones"));
    assert_eq!(with(41, &[7]), field("zones"));
    assert_eq!(with(41, &[0x0B]), field("zones"));
    assert_eq!(with(54, &[0]), field("zones"));
    assert_eq!(with(54, &[4]), field("method"));
    assert_eq!(with(55, &[5]), field("hair density"));
    assert_eq!(with(56, &[0xC1]), field("reserved bytes"));
    assert_eq!(with(59, &[1]), field("reserved bytes"));
}

#[test]
fn the_layout_is_frozen() {
    let mut expected = vec![
        1, 0, 4, 2, 0x42, 0x02, 0x59, 0x01, 0x5E, 0x01, 0x9C, 0xFF, 0x64, 0x00, 0x32, 0x00, 0xCE,
        0xFF, 0, 0, 4, 3, 2, 1, 0x18, 0x17, 0x16, 0x15, 0x14, 0x13, 0x12, 0x11, 0x28, 0x27, 0x26,
        0x25, 0x24, 0x23, 0x22, 0x21,
    ];
    expected.resize(60, 0);
    let bytes = example().to_bytes();
    assert_eq!(bytes[..60], expected[..]);
    let checksum = Crc::<u32>::new(&CRC_32_ISO_HDLC).checksum(&expected);
    assert_eq!(bytes[60..], checksum.to_le_bytes());
}

/// A record with some bytes of its body replaced and a checksum that fits.
fn resealed(at: usize, field: &[u8]) -> Result<CapCalibration, RecordError> {
    let mut bytes = example().to_bytes();
    bytes[at..at + field.len()].copy_from_slice(field);
    resealed_bytes(bytes)
}

fn resealed_bytes(mut bytes: [u8; 64]) -> Result<CapCalibration, RecordError> {
    let checksum = Crc::<u32>::new(&CRC_32_ISO_HDLC).checksum(&bytes[..60]);
    bytes[60..].copy_from_slice(&checksum.to_le_bytes());
    CapCalibration::from_bytes(&bytes)
}

#[test]
fn sound_bytes_with_impossible_fields_are_refused() {
    assert_eq!(resealed(0, &[1, 0]), Ok(example()));
    assert_eq!(resealed(0, &[0, 0]), Err(RecordError::Version(0)));
    assert_eq!(resealed(0, &[3, 0]), Err(RecordError::Field("runner-up")));
    assert_eq!(resealed(0, &[4, 0]), Err(RecordError::Version(4)));
    assert_eq!(resealed(0, &[2, 0]), Err(RecordError::Field("runner-up")));
    for size in [0, 6, 255] {
        assert_eq!(resealed(2, &[size]), Err(RecordError::Field("cap size")));
    }
    assert_eq!(resealed(3, &[0]), Err(RecordError::Field("verdict")));
    assert_eq!(resealed(4, &[0, 0]), Err(RecordError::Field("measures")));
    assert_eq!(resealed(10, &[0xFF, 0x7F]), Err(RecordError::Field("offsets")));
    assert_eq!(resealed(18, &[1]), Err(RecordError::Field("reserved bytes")));
    assert_eq!(resealed(59, &[1]), Err(RecordError::Field("reserved bytes")));
}

#[test]
fn every_flipped_bit_and_every_flipped_pair_is_refused() {
    let good = example().to_bytes();
    let flip = |bytes: &mut [u8; 64], bit: usize| bytes[bit / 8] ^= 1 << (bit % 8);
    for first in 0..512 {
        let mut once = good;
        flip(&mut once, first);
        assert_eq!(CapCalibration::from_bytes(&once), Err(RecordError::Crc));
        for second in first + 1..512 {
            let mut twice = once;
            flip(&mut twice, second);
            assert!(CapCalibration::from_bytes(&twice).is_err());
        }
    }
}

#[test]
fn empty_flash_is_no_record() {
    assert!(CapCalibration::from_bytes(&[0; 64]).is_err());
    assert!(CapCalibration::from_bytes(&[0xFF; 64]).is_err());
}

/// FNV-1a-64 as its authors write it.
fn fnv(bytes: &[u8]) -> u64 {
    let mut hash = 14_695_981_039_346_656_037u64;
    for byte in bytes {
        hash ^= u64::from(*byte);
        hash = hash.wrapping_mul(1_099_511_628_211);
    }
    hash
}

fn any_zone() -> impl Strategy<Value = ZoneRecord> {
    let faults = [ZoneFault::NoStep, ZoneFault::Misfit, ZoneFault::Sensor(Fault::Bus)];
    let state = prop_oneof![
        Just(ZoneState::Unobserved),
        (0.1f64..600.0, 0.0f64..50.0).prop_map(|(h, u)| zone(h, u)),
        (0u32..900_000).prop_map(|it| ZoneState::Faulty(ZoneFault::AboveRange(Conductance(it)))),
        prop::sample::select(faults.to_vec()).prop_map(ZoneState::Faulty),
    ];
    (state, prop::sample::select(&FitMethod::ALL[..]))
        .prop_map(|(state, method)| ZoneRecord::of(&state, method))
}

/// Of version 3, and of version 2 where all zones have a value by one method, or none.
fn any_detail() -> impl Strategy<Value = Option<FitDetail>> {
    let zones = prop::array::uniform3(any_zone());
    prop::option::of((1u8..=5, 0u16..=1_000, zones, any::<bool>(), 0u8..=4).prop_map(
        |(runner_up, confidence, zones, old, density)| {
            let values = zones.map(|zone| zone.value().filter(|_| old));
            let of_value = |zone| ZoneRecord::Observed(zone, FitMethod::InnerFace);
            let of_old = values.map(|it| it.map_or(ZoneRecord::Unobserved, of_value));
            FitDetail {
                version: if old { DetailVersion::Second } else { DetailVersion::Third },
                runner_up: CapSize::from_code(runner_up).unwrap(),
                confidence: Permille(confidence),
                zones: if old { of_old } else { zones },
                density: HairDensity::from_code(density),
            }
        },
    ))
}

fn any_record() -> impl Strategy<Value = CapCalibration> {
    let head = (520u16..=613, 310u16..=390, 310u16..=390);
    let offsets = prop::array::uniform4(-250i16..=250);
    let codes = (1u8..=5, 1u8..=6);
    (head, offsets, codes, any::<i32>(), any::<u64>(), any::<u64>(), any_detail()).prop_map(
        |(head, offsets, codes, heat_mw, at, patient, detail)| CapCalibration {
            cap_size: CapSize::from_code(codes.0).unwrap(),
            measures: HeadMeasures::new(head.0, head.1, head.2).unwrap(),
            offsets: IsothermalOffsets::from_milli(offsets).unwrap(),
            heat_mw,
            verdict: Verdict::from_code(codes.1).unwrap(),
            at: Instant::from_millis(at),
            patient,
            detail,
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn records_survive_the_round_trip(record in any_record()) {
        prop_assert_eq!(CapCalibration::from_bytes(&record.to_bytes()), Ok(record));
        prop_assert_eq!(record.digest(), fnv(&record.to_bytes()));
    }

    #[test]
    fn noise_is_refused(bytes: [[u8; 32]; 2]) {
        let mut joined = [0; 64];
        joined[..32].copy_from_slice(&bytes[0]);
        joined[32..].copy_from_slice(&bytes[1]);
        prop_assert!(CapCalibration::from_bytes(&joined).is_err());
    }
}
