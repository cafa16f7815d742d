//! Writes `ice.csv` and `sensor.bin` into `examples/calibration`: a sensor of the virtual machine, with every error
//! that it can have, is calibrated on the bench, read by its own table, and put in ice.
//!
//! ```text
//! cargo run -p coldcap-sim --example calibration_samples
//! ```
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::panic
)]

#[path = "../tests/workshop/mod.rs"]
mod workshop;

use coldcap_sim::sensor::Probe;
use core::fmt::Write as _;
use std::path::Path;
use std::{fs, io};
use workshop::{Day, Workshop, calibrate};

/// Any will do; this one gave a sensor that conforms.
const SEED: u64 = 1;

/// The supply's.
const SENSOR: usize = 0;

/// It still cools for the first half minute; the check takes the last one.
const SECONDS: u32 = 100;

/// 9 steps of a tenth of a second, and the one whose code is read.
const STEPS: u32 = 10;

fn main() -> io::Result<()> {
    let mut workshop = Workshop::rough(SEED);
    let (own, _) = calibrate(&mut workshop, Day::Apart);
    let own = &own[SENSOR];
    workshop.put_all(Probe::Bath(22.0));
    workshop.run(60);
    workshop.put_all(Probe::Bath(0.0));
    let mut readings = String::from("time_s,t_c\n");
    for second in 0..SECONDS {
        (0..STEPS).for_each(|_| workshop.step());
        let read = own.table().eval(workshop.codes()[SENSOR]).unwrap();
        let _ = writeln!(readings, "{second},{:.4}", f64::from(read.0) * 1e-6);
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/calibration");
    fs::create_dir_all(&folder)?;
    fs::write(folder.join("ice.csv"), readings)?;
    fs::write(folder.join("sensor.bin"), own.certificate.to_bytes().unwrap())
}
