//! The procedure at the bench, on units whose errors are known.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing)]
#![allow(clippy::arithmetic_side_effects, clippy::float_arithmetic)]

use coldcap_calibration::certificate::CertificateError;
use coldcap_calibration::certificate::{
    Certificate, CertificateField, Conditions, Conformity, DecisionRule, Medium, Method,
};
use coldcap_calibration::curves::ntc_10k3a1;
use coldcap_calibration::physics::CurveError;
use coldcap_calibration::physics::front_end::{Divider, Polarity, code, fraction};
use coldcap_calibration::physics::generate::{Coverage, Model};
use coldcap_calibration::physics::installed::{Excitation, InstalledNtc};
use coldcap_calibration::physics::ntc::Ntc;
use coldcap_calibration::physics::wiring::{SelfHeating, WiringError};
use coldcap_calibration::procedure::{Bench, Particulars, ProcedureError, Reading};
use coldcap_calibration::table::{CubicTable, Row};
use coldcap_calibration::time_stamp::{ClockQuality, TimeStamp};
use coldcap_units::Ratio;

const TYPE: Ntc = Ntc::NTC_10K3A1;

/// A unit with all its errors, computed without the code under test but for the type's curve.
#[derive(Clone, Copy)]
struct Unit {
    resistance: f64,
    steepness: f64,
    leads_ohm: f64,
    volt: f64,
    milliwatt_per_kelvin: f64,
}

const WORST: Unit = Unit {
    resistance: 0.01,
    steepness: 0.01,
    leads_ohm: 5.0,
    volt: 3.3,
    milliwatt_per_kelvin: 8.0,
};

impl Unit {
    fn ohm(&self, celsius: f64) -> f64 {
        let ratio = TYPE.resistance(celsius).unwrap() / 10_000.0;
        10_000.0 * (1.0 + self.resistance) * ratio.powf(1.0 + self.steepness)
    }

    /// The code in a medium: its own heat is found by repetition.
    fn code(&self, celsius: f64) -> Ratio {
        let mut warm = celsius;
        for _ in 0..20 {
            let ohm = self.ohm(warm);
            let ampere = self.volt / (10_000.0 + self.leads_ohm + ohm);
            warm = celsius + ampere * ampere * ohm * 1e3 / self.milliwatt_per_kelvin;
        }
        let total = self.ohm(warm) + self.leads_ohm;
        code(total / (total + 10_000.0))
    }

    fn reading(&self, celsius: f64, is_check: bool) -> Reading {
        Reading { celsius, code: self.code(celsius), uncertainty_kelvin: 0.002, is_check }
    }
}

fn installed(leads_ohm: f64) -> InstalledNtc {
    let self_heating = SelfHeating::new(8.0).unwrap();
    let excitation = Excitation { reference_volt: 3.3, self_heating };
    InstalledNtc::new(TYPE, Divider::REFERENCE, leads_ohm, Some(excitation)).unwrap()
}

fn bench(installed: InstalledNtc) -> Bench {
    let shipped = ntc_10k3a1::TABLE.header();
    let coverage = Coverage {
        log2_segments: 7,
        low: Ratio(0x4800_0000),
        high: Ratio(0xE800_0000),
        short_below: shipped.short_below,
        open_above: shipped.open_above,
    };
    Bench { installed, type_table_crc: shipped.crc, coverage }
}

fn particulars() -> Particulars {
    Particulars {
        number: 1,
        sensor: 2,
        reference: 3,
        laboratory: 4,
        operator: 5,
        at: TimeStamp { unix_s: 1_795_654_800, clock: ClockQuality::Synchronised },
        conditions: Conditions::new(2_300, None, Medium::IceBath).unwrap(),
        decision: DecisionRule::Guarded { tolerance_uk: 10_000 },
    }
}

const PLACES: [f64; 9] = [-15.0, -10.0, -4.0, 0.0, 5.0, 10.0, 22.0, 30.0, 40.0];

/// Errors in mK at the places through a table.
fn errors(table: &CubicTable<'_>, unit: &Unit) -> [f64; 9] {
    PLACES.map(|celsius| {
        let read = f64::from(table.eval(unit.code(celsius)).unwrap().0) * 1e-6;
        (read - celsius) * 1e3
    })
}

fn standard(unit: &Unit) -> [Reading; 3] {
    [unit.reading(0.0, false), unit.reading(26.0, false), unit.reading(-10.0, true)]
}

#[test]
fn all_errors_of_a_unit_go_away() {
    let mut rows = [Row::default(); 128];
    for (resistance, steepness) in [(0.01, 0.01), (0.01, -0.01), (-0.01, 0.01), (-0.01, -0.01)] {
        let unit = Unit { resistance, steepness, ..WORST };
        let done =
            bench(installed(5.0)).calibrate(&standard(&unit), &particulars(), &mut rows).unwrap();
        let own = CubicTable::new(done.header, &rows[..usize::from(done.header.rows)]).unwrap();
        let (before, after) = (errors(&ntc_10k3a1::TABLE, &unit), errors(&own, &unit));
        println!(
            "R25 {resistance:+}, β {steepness:+}: before {before:.0?}\n  after {after:.3?} mK"
        );
        assert!(before.iter().any(|it| it.abs() > 100.0));
        // What is left is the table's own bound.
        let bound = f64::from(done.header.bound_micro_kelvin) * 1e-3;
        assert!(after.iter().all(|it| it.abs() <= bound + 1e-3), "{after:?} {bound}");
    }
}

#[test]
fn leads_and_self_heating_left_alone_stay() {
    let mut rows = [Row::default(); 128];
    let bare = InstalledNtc::new(TYPE, Divider::REFERENCE, 0.0, None).unwrap();
    let readings = standard(&WORST);
    let done = bench(bare).calibrate(&readings, &particulars(), &mut rows).unwrap();
    let own = CubicTable::new(done.header, &rows[..usize::from(done.header.rows)]).unwrap();
    let after = errors(&own, &WORST);
    println!("leads and self-heating not told: {after:.2?} mK");
    let largest = after.iter().fold(0.0f64, |largest, it| largest.max(it.abs()));
    assert!(largest > 5.0 && largest < 20.0, "{largest}");
}

#[test]
fn the_certificate_says_what_happened() {
    let mut rows = [Row::default(); 128];
    let readings = standard(&WORST);
    let done = bench(installed(5.0)).calibrate(&readings, &particulars(), &mut rows).unwrap();
    let certificate = done.certificate;
    println!("{certificate}");
    assert_eq!(Certificate::from_bytes(&certificate.to_bytes().unwrap()), Ok(certificate));
    assert_eq!(certificate.method, Method::TwoPoint);
    assert!(certificate.correction.is_table(done.header.crc));
    assert_eq!(certificate.conformity(), Some(Conformity::Conforms));
    assert_eq!((certificate.points.checks(), certificate.points.as_slice().len()), (0b100, 3));
    for (point, celsius) in certificate.points.as_slice().iter().zip([0.0, 26.0, -10.0]) {
        // As found: what the shipped table reads.
        let raw = f64::from(ntc_10k3a1::TABLE.eval(WORST.code(celsius)).unwrap().0) - celsius * 1e6;
        assert!((f64::from(point.found_uk()) - raw).abs() < 2_000.0, "{celsius} {raw}");
        assert!(point.left_uk().abs() <= 20 && point.found_uk().abs() > 100_000);
    }
    let u: Vec<u32> = certificate.points.as_slice().iter().map(|it| it.expanded_uk()).collect();
    // 2·2 mK at the points; at −10 °C, by the closed form, 2·√(2.75² + 2²) mK.
    assert!((4_000..=4_030).contains(&u[0]) && (4_000..=4_030).contains(&u[1]), "{u:?}");
    assert!((6_000..7_500).contains(&u[2]), "{u:?}");
    // The fixed point numbers are those of the fit.
    let ln = certificate.correction.ln_resistance.unwrap();
    let scale = f64::from(1 << 28);
    let [offset, gain] = done.unit.correction();
    assert!((f64::from(ln.offset_bits) / scale - offset).abs() < 2e-9);
    assert!((f64::from(ln.more_gain_bits) / scale - gain).abs() < 2e-9);
}

#[test]
fn a_unit_that_fails_its_check_gets_no_certificate() {
    let mut rows = [Row::default(); 128];
    let mut readings = standard(&WORST);
    readings[2].celsius += 0.030;
    let refused = bench(installed(5.0)).calibrate(&readings, &particulars(), &mut rows);
    match refused.unwrap_err() {
        error @ ProcedureError::Check { index: 2, deviation_kelvin, allowed_kelvin } => {
            println!("{error}");
            assert!((deviation_kelvin + 0.030).abs() < 1e-3 && allowed_kelvin < 0.01);
        }
        other => panic!("{other}"),
    }
}

#[test]
fn what_cannot_be_is_refused() {
    let mut rows = [Row::default(); 128];
    let bench = bench(installed(5.0));
    let mut run = |readings: &[Reading], particulars: &Particulars| {
        bench.calibrate(readings, particulars, &mut rows).unwrap_err()
    };
    let good = standard(&WORST);
    assert_eq!(run(&[], &particulars()), ProcedureError::Count(0));
    assert_eq!(run(&[good[0]; 9], &particulars()), ProcedureError::Count(9));
    assert!(matches!(run(&good[..1], &particulars()), ProcedureError::Fit(_)));
    let open = Reading { code: Ratio(u32::MAX), ..good[1] };
    let error = CurveError::Open;
    assert_eq!(run(&[good[0], open], &particulars()), ProcedureError::Code { index: 1, error });
    // Bridged: less than the leads alone.
    let bridged = Reading { code: Ratio(0), ..good[1] };
    let error = CurveError::Short;
    assert_eq!(run(&[good[0], bridged], &particulars()), ProcedureError::Code { index: 1, error });
    let error = bench.calibrate(&good, &particulars(), &mut [Row::default(); 5]).unwrap_err();
    assert!(matches!(error, ProcedureError::Table(_)), "{error}");
    // A certificate that cannot be written says so when it is.
    let nameless = Particulars { operator: 0, ..particulars() };
    let done = bench.calibrate(&good, &nameless, &mut rows);
    assert_eq!(
        done.map(|it| it.certificate),
        Err(ProcedureError::Certificate(CertificateError::Field(CertificateField::Operator)))
    );
}

/// The table's bound holds against the formulas written out here, at a million codes.
#[test]
fn the_bound_of_an_installed_sensor_is_honest() {
    for leads_ohm in [0.0, 5.0, 200.0] {
        let installed = installed(leads_ohm);
        let mut rows = [Row::default(); 128];
        let header = bench(installed).coverage.build(&installed, &mut rows).unwrap();
        let table = CubicTable::new(header, &rows[..usize::from(header.rows)]).unwrap();
        let mut largest = 0.0f64;
        let (low, high) = (u64::from(header.low.0), u64::from(header.high.0));
        for step in 0..=250_000u64 {
            let at = Ratio((low + (high - low) * step / 250_000) as u32);
            let total = 10_000.0 * fraction(at) / (1.0 - fraction(at));
            let ohm = total - leads_ohm;
            let ln = ohm.ln();
            let kelvin = 1.0 / (1.129_241e-3 + 2.341_077e-4 * ln + 8.775_468e-8 * ln * ln * ln);
            let ampere = 3.3 / (total + 10_000.0);
            let medium = kelvin - 273.15 - ampere * ampere * ohm * 1e3 / 8.0;
            let read = f64::from(table.eval(at).unwrap().0);
            largest = largest.max((read - medium * 1e6).abs());
        }
        println!("leads {leads_ohm} Ω: {largest:.2} µK of {} µK", header.bound_micro_kelvin);
        assert!(largest <= f64::from(header.bound_micro_kelvin));
        assert!(f64::from(header.bound_micro_kelvin) <= 2.0 * largest + 5.0);
    }
}

#[test]
fn slopes_are_derivatives_and_fractions_invert() {
    let installed = installed(20.0);
    for hundredth in 20..95 {
        let at = f64::from(hundredth) / 100.0;
        let numeric = (installed.celsius(at + 1e-6) - installed.celsius(at - 1e-6)) / 2e-6;
        assert!((installed.slope(at) / numeric - 1.0).abs() < 1e-7, "{at}");
        let back = installed.fraction_of(installed.celsius(at)).unwrap();
        assert!((back - at).abs() < 1e-12, "{at} {back}");
    }
}

#[test]
fn impossible_installations() {
    let make = |divider, leads, excitation| InstalledNtc::new(TYPE, divider, leads, excitation);
    let other = Divider::with_polarity(10_000.0, Polarity::SensorToReference).unwrap();
    assert_eq!(make(other, 0.0, None), Err(WiringError::Negative));
    assert_eq!(make(Divider::REFERENCE, -1.0, None), Err(WiringError::Negative));
    assert_eq!(make(Divider::REFERENCE, f64::NAN, None), Err(WiringError::NotFinite));
    let self_heating = SelfHeating::new(8.0).unwrap();
    let bad = Excitation { reference_volt: -3.3, self_heating };
    assert_eq!(make(Divider::REFERENCE, 0.0, Some(bad)), Err(WiringError::Negative));
}
