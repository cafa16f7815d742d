//! A table and a certificate that belong together, and everything that does not.
#![allow(missing_docs, clippy::unwrap_used)]

use coldcap_calibration::certificate::{
    Certificate, CertificateError, CertificateField, CertifiedPoint, Conditions, Contradiction,
    Correction, CoverageFactor, DecisionRule, LnResistance, Medium, Method, Points,
};
use coldcap_calibration::curves::{ntc_10k3a1, pt100};
use coldcap_calibration::sensor::{SensorCalibration, SensorCalibrationError};
use coldcap_calibration::time_stamp::{ClockQuality, TimeStamp};
use coldcap_units::MicroCelsius;

const GAIN: Option<LnResistance> = Some(LnResistance { more_gain_bits: 1_000, offset_bits: -700 });

fn own() -> u32 {
    ntc_10k3a1::TABLE.header().crc
}

/// Its own table stands in it, and it is that of the type: the checksum alone counts.
fn certificate() -> Certificate {
    let point = |at, expanded| CertifiedPoint::new(MicroCelsius(at), 12_000, 2_000, expanded);
    let points = [point(0, 8_000).unwrap(), point(26_000_000, 9_001).unwrap()];
    Certificate {
        number: 17,
        sensor: 4_711,
        reference: 9,
        laboratory: 1,
        operator: 23,
        at: TimeStamp { unix_s: 1_795_654_800, clock: ClockQuality::Synchronised },
        method: Method::TwoPoint,
        points: Points::new(&points).unwrap(),
        correction: Correction { ln_resistance: GAIN, table_crc: Some(own()) },
        type_table_crc: 77,
        coverage: CoverageFactor::TWO,
        conditions: Conditions::new(2_300, None, Medium::IceBath).unwrap(),
        decision: DecisionRule::Guarded { tolerance_uk: 15_000 },
    }
}

fn with(certificate: &Certificate) -> Result<SensorCalibration, SensorCalibrationError> {
    SensorCalibration::new(&ntc_10k3a1::TABLE, certificate)
}

#[test]
fn its_own_table() {
    let calibrated = with(&certificate()).unwrap();
    assert_eq!(calibrated.table().header().crc, own());
    assert_eq!((calibrated.sensor(), calibrated.at()), (4_711, certificate().at));
}

// req: INT-021
#[test]
fn any_other_table_is_refused() {
    let given = pt100::TABLE.header().crc;
    assert_eq!(
        SensorCalibration::new(&pt100::TABLE, &certificate()),
        Err(SensorCalibrationError::Table { certified: own(), given })
    );
    for bit in 0..32 {
        let certified = own() ^ (1 << bit);
        let correction = Correction { ln_resistance: GAIN, table_crc: Some(certified) };
        let refused = with(&Certificate { correction, ..certificate() });
        assert_eq!(refused, Err(SensorCalibrationError::Table { certified, given: own() }));
    }
}

#[test]
fn gain_and_offset_alone_are_refused_even_with_the_table_of_the_type() {
    let correction = Correction { ln_resistance: GAIN, table_crc: None };
    let refused = with(&Certificate { correction, type_table_crc: own(), ..certificate() });
    assert_eq!(refused, Err(SensorCalibrationError::WithoutTable));
}

#[test]
fn a_sensor_that_was_only_compared_keeps_the_table_of_its_type() {
    let point = CertifiedPoint::new(MicroCelsius(0), 2_000, 2_000, 9_001).unwrap();
    let compared = Certificate {
        method: Method::Comparison,
        points: Points::new(&[point]).unwrap(),
        correction: Correction::NONE,
        ..certificate()
    };
    assert!(with(&Certificate { type_table_crc: own(), ..compared }).is_ok());
    // A certificate that names no table speaks of none.
    for certified in [0, 77] {
        let refused = with(&Certificate { type_table_crc: certified, ..compared });
        assert_eq!(refused, Err(SensorCalibrationError::Table { certified, given: own() }));
    }
}

#[test]
fn what_does_not_conform_or_is_no_certificate_is_refused() {
    let point = |at, left, expanded| CertifiedPoint::new(MicroCelsius(at), 50_000, left, expanded);
    let second = |left, expanded| point(26_000_000, left, expanded).unwrap();
    let with_second = |left, expanded| {
        let points = [point(0, 0, 8_000).unwrap(), second(left, expanded)];
        with(&Certificate { points: Points::new(&points).unwrap(), ..certificate() })
    };
    let tight = DecisionRule::Guarded { tolerance_uk: 1_000 };
    let small = [point(0, 0, 500).unwrap(), second(8_000, 8_000)];
    let points = Points::new(&small).unwrap();
    let refused = with(&Certificate { points, decision: tight, ..certificate() });
    assert_eq!(refused, Err(SensorCalibrationError::Undecided(1)));
    let simple = DecisionRule::Simple { tolerance_uk: 7_000 };
    let refused = with(&Certificate { points, decision: simple, ..certificate() });
    assert_eq!(refused, Err(SensorCalibrationError::DoesNotConform(1)));
    // What the uncertainty leaves open is not decided, and a sensor that nobody decided on is not taken: 15 mK
    // are asked.
    assert!(with_second(7_000, 8_000).is_ok());
    assert_eq!(with_second(7_010, 8_000), Err(SensorCalibrationError::Undecided(1)));
    assert_eq!(with_second(-7_010, 8_000), Err(SensorCalibrationError::Undecided(1)));

    let nobody = with(&Certificate { operator: 0, ..certificate() });
    let field = CertificateError::Field(CertificateField::Operator);
    assert_eq!(nobody, Err(SensorCalibrationError::Certificate(field)));
}

#[test]
fn the_largest_uncertainty_counts_at_a_factor_of_two() {
    // Kept in steps of 10 µK, rounded up.
    assert_eq!(with(&certificate()).unwrap().expanded_uk(), 9_010);
    for (thousandths, expected) in [(1_000, 18_020), (3_000, 6_007), (10_000, 1_802)] {
        let coverage = CoverageFactor::from_thousandths(thousandths).unwrap();
        let found = with(&Certificate { coverage, ..certificate() }).unwrap();
        assert_eq!(found.expanded_uk(), expected, "{thousandths}");
    }
}

/// A device reads a compared sensor as it was found: the error is still in what it shows.
#[test]
fn an_error_that_nobody_corrects_counts_on_top() {
    let point = |error| CertifiedPoint::new(MicroCelsius(0), error, error, 3_000).unwrap();
    let compared = Certificate {
        method: Method::Comparison,
        points: Points::new(&[point(500), point(-2_500)]).unwrap(),
        correction: Correction::NONE,
        type_table_crc: own(),
        ..certificate()
    };
    assert_eq!(with(&compared).unwrap().expanded_uk(), 5_500);
    let coverage = CoverageFactor::from_thousandths(3_000).unwrap();
    assert_eq!(with(&Certificate { coverage, ..compared }).unwrap().expanded_uk(), 4_500);
}

#[test]
fn a_certificate_that_contradicts_itself_is_refused() {
    let refused = with(&Certificate { reference: 4_711, ..certificate() });
    let error = CertificateError::Contradiction(Contradiction::OwnReference);
    assert_eq!(refused, Err(SensorCalibrationError::Certificate(error)));
}

#[test]
fn every_error_has_words_of_its_own() {
    let texts = [
        SensorCalibrationError::Certificate(CertificateError::Crc).to_string(),
        SensorCalibrationError::Table { certified: 0xA, given: 0xB }.to_string(),
        SensorCalibrationError::WithoutTable.to_string(),
        SensorCalibrationError::DoesNotConform(1).to_string(),
        SensorCalibrationError::Undecided(1).to_string(),
    ];
    assert_eq!(texts[1], "the certificate is of table 0000000a, given is 0000000b");
    let different: std::collections::HashSet<&String> = texts.iter().collect();
    assert_eq!(different.len(), texts.len());
}
