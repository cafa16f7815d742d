//! From a vendor's table and three bath points to a table for the firmware.
//!
//! ```text
//! cargo run -p coldcap-calibration --features physics --example calibrate_thermistor
//! ```

use coldcap_calibration::fit::ln_resistance::{BathPoint, CalibratedNtc};
use coldcap_calibration::fit::steinhart_hart::{TablePoint, Terms, fit};
use coldcap_calibration::physics::front_end::Divider;
use coldcap_calibration::physics::generate::{Coverage, NtcInDivider};
use coldcap_calibration::table::Row;
use coldcap_units::Ratio;
use core::error::Error;

/// The maker's table of a Murata NCP15XH103, −25 to 55 °C.
const TABLE: [(f64, f64); 9] = [
    (-25.0, 87_558.0),
    (-15.0, 53_649.0),
    (-5.0, 33_892.0),
    (5.0, 22_021.0),
    (15.0, 14_673.0),
    (25.0, 10_000.0),
    (35.0, 6_947.0),
    (45.0, 4_916.0),
    (55.0, 3_535.0),
];

fn main() -> Result<(), Box<dyn Error>> {
    let table = TABLE.map(|(celsius, ohm)| TablePoint { celsius, ohm });
    let part = fit(&table, Terms::Four)?;
    println!("type: {:.1} mK at most off its table", part.largest_kelvin * 1e3);

    // This unit at the ice point and at 25 °C; the third point is kept to check the result.
    let point = |celsius, ohm| BathPoint { celsius, ohm, uncertainty_kelvin: 0.002 };
    let points = [point(0.003, 27_491.0), point(25.010, 10_071.0)];
    let unit = CalibratedNtc::<2>::fit(part.ntc, &points)?;
    let check = unit.check(point(-9.996, 42_905.0))?;
    println!(
        "check at −10 °C: {:+.1} mK of ±{:.1} mK allowed: {}",
        check.deviation_kelvin * 1e3,
        check.allowed_kelvin * 1e3,
        if check.passes() { "passes" } else { "fails" }
    );
    for celsius in [-10.0, -4.0, 25.0] {
        let uncertainty = unit.uncertainty_kelvin(unit.resistance(celsius)?)?;
        println!("u at {celsius:>5} °C: {:.1} mK", uncertainty * 1e3);
    }

    let model = NtcInDivider { ntc: unit.thermistor()?, divider: Divider::REFERENCE };
    let coverage = Coverage {
        log2_segments: 7,
        low: Ratio(0x4800_0000),
        high: Ratio(0xE000_0000),
        short_below: Ratio(0x0400_0000),
        open_above: Ratio(0xFC00_0000),
    };
    let header = coverage.build(&model, &mut [Row::default(); 128])?;
    println!("firmware table: {} rows, {} µK at most", header.rows, header.bound_micro_kelvin);
    Ok(())
}
