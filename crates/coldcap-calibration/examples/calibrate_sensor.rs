//! A sensor with its leads and its self-heating goes through the baths: its certificate and its own table.
//!
//! ```text
//! cargo run -p coldcap-calibration --features physics --example calibrate_sensor
//! ```

use coldcap_calibration::certificate::{Conditions, DecisionRule, Medium};
use coldcap_calibration::curves::ntc_10k3a1;
use coldcap_calibration::physics::front_end::{Divider, code};
use coldcap_calibration::physics::generate::Coverage;
use coldcap_calibration::physics::installed::{Excitation, InstalledNtc};
use coldcap_calibration::physics::ntc::Ntc;
use coldcap_calibration::physics::wiring::{PoweredReading, SelfHeating};
use coldcap_calibration::procedure::{Bench, Particulars, Reading};
use coldcap_calibration::table::Row;
use coldcap_calibration::time_stamp::{ClockQuality, TimeStamp};
use coldcap_units::{Permille, Ratio};
use core::error::Error;

/// What the unit of this example shows in a bath, in ohms with its leads: 0.8 % high, 0.6 % too steep, 5 Ω of
/// leads, warmed by its own current (3.3 V, 8 mW/K).
fn shown(celsius: f64) -> Result<f64, Box<dyn Error>> {
    let mut ohm = 0.0;
    let mut rise = 0.0;
    for _ in 0..6 {
        let ratio = Ntc::NTC_10K3A1.resistance(celsius + rise)? / 10_000.0;
        ohm = 10_080.0 * libm::pow(ratio, 1.006);
        let ampere = 3.3 / (ohm + 10_005.0);
        rise = ampere * ampere * ohm * 1e3 / 8.0;
    }
    Ok(ohm + 5.0)
}

/// A table of 81 of 128 segments, from about −20 to 48 °C.
fn coverage() -> Coverage {
    let shipped = ntc_10k3a1::TABLE.header();
    Coverage {
        log2_segments: 7,
        low: Ratio(0x4800_0000),
        high: Ratio(0xE800_0000),
        short_below: shipped.short_below,
        open_above: shipped.open_above,
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    // Twice the current is four times the power; the sensor read 0.0732 K more in the same ice.
    let (weak, strong) = (0.1953, 0.7812);
    let self_heating = SelfHeating::measured(
        PoweredReading { celsius: 0.0244, power_mw: weak },
        PoweredReading { celsius: 0.0976, power_mw: strong },
    )?;
    let excitation = Excitation { reference_volt: 3.3, self_heating };
    let installed = InstalledNtc::new(Ntc::NTC_10K3A1, Divider::REFERENCE, 5.0, Some(excitation))?;
    println!("self-heating: {:.2} mW/K", self_heating.dissipation_mw_per_kelvin());

    let reading = |celsius, is_check| -> Result<Reading, Box<dyn Error>> {
        let code = code(Divider::REFERENCE.fraction(shown(celsius)?));
        Ok(Reading { celsius, code, uncertainty_kelvin: 0.002, is_check })
    };
    let readings = [reading(0.001, false)?, reading(26.012, false)?, reading(-9.987, true)?];
    let bench =
        Bench { installed, type_table_crc: ntc_10k3a1::TABLE.header().crc, coverage: coverage() };
    let particulars = Particulars {
        number: 2_026_001,
        sensor: 4_711,
        reference: 9_001,
        laboratory: 1,
        operator: 23,
        at: TimeStamp { unix_s: 1_795_654_800, clock: ClockQuality::Synchronised },
        conditions: Conditions::new(2_310, Some(Permille(455)), Medium::IceBath)?,
        decision: DecisionRule::Guarded { tolerance_uk: 10_000 },
    };
    let mut rows = [Row::default(); 128];
    let calibrated = bench.calibrate(&readings, &particulars, &mut rows)?;
    println!("{}\n", calibrated.certificate);
    let bytes = calibrated.certificate.to_bytes()?;
    println!("{} bytes, digest {:016X}", bytes.len(), calibrated.certificate.digest()?);

    let header = calibrated.header;
    println!("own table: {} rows, at most {} µK off", header.rows, header.bound_micro_kelvin);
    println!("{header:#X?}");
    for row in rows.iter().take(usize::from(header.rows)) {
        println!("    Row({:?}),", row.0);
    }
    Ok(())
}
