//! A converter's code becomes a temperature, or a fault and never a wrong number: `coldcap-calibration` alone.
//!
//! `cargo run -p coldcap-examples --example leaf_curve`

use coldcap_calibration::curves::ntc_10k3a1;
use coldcap_units::{Fault, Ratio};

fn main() {
    // The reference thermistor under a resistor of 10 kΩ, at a converter of 12 bits.
    for code in [0, 900, 1_024, 2_048, 3_136, 3_300, 4_095] {
        match ntc_10k3a1::TABLE.eval(Ratio::from_code(code, 12)) {
            Ok(read) => println!("code {code:>4}: {:9.3} °C", f64::from(read.0) / 1e6),
            Err(fault) => println!("code {code:>4}: {fault}"),
        }
    }
    let read = |code| ntc_10k3a1::TABLE.eval(Ratio::from_code(code, 12));
    assert!(read(2_048).is_ok_and(|half| (half.0 - 25_000_000).abs() < 1_000), "half is 25 °C");
    assert_eq!((read(0), read(4_095)), (Err(Fault::Short), Err(Fault::Open)));
}
