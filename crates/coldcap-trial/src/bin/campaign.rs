//! Walks through random operations on controllers of all four number types and says what it saw:
//! `campaign STEPS [SEED]`, with `STEPS` for each number type.

use coldcap_thermal::pid::{Pid, StoredPid};
use coldcap_trial::number::Trial;
use coldcap_trial::source::Congruential;
use coldcap_trial::walk::{Found, Tally, walk};
use fixed::types::{I16F16, I32F32};
use std::process::ExitCode;

const USAGE: &str = "usage: campaign STEPS [SEED]";
/// Each walk begins with a new controller and a new seed.
const WALK: u64 = 2_000_000;

fn main() -> ExitCode {
    let numbers: Option<Vec<u64>> =
        std::env::args().skip(1).map(|word| word.parse().ok()).collect();
    let (steps, seed) = match numbers.as_deref() {
        Some([steps]) => (*steps, 1),
        Some([steps, seed]) => (*steps, *seed),
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::FAILURE;
        }
    };
    match all(steps, seed) {
        Ok(()) => ExitCode::SUCCESS,
        Err(found) => {
            eprintln!("campaign: {found}");
            ExitCode::FAILURE
        }
    }
}

fn all(steps: u64, seed: u64) -> Result<(), Found> {
    println!(
        "| number | steps | without a sound sample | held back by a limit | gains accepted | \
         gains refused | settled |\n|---|---|---|---|---|---|---|"
    );
    let tallies = [
        many::<I16F16>(steps, seed)?,
        many::<I32F32>(steps, seed)?,
        many::<f32>(steps, seed)?,
        many::<f64>(steps, seed)?,
    ];
    let sum: u64 = tallies.iter().map(|tally| tally.steps).sum();
    println!("\n{sum} steps, seed {seed}: nothing found");
    Ok(())
}

fn many<T: Trial>(steps: u64, seed: u64) -> Result<Tally, Found>
where
    Pid<T>: TryFrom<StoredPid<T>>,
{
    let mut sum = Tally::default();
    let mut number = 0;
    while sum.steps < steps {
        let mut source = Congruential::new(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ number);
        let tally = walk::<T>(&mut source, WALK.min(steps - sum.steps)).inspect_err(|_| {
            eprintln!("campaign: in walk {number} of seed {seed}");
        })?;
        sum = sum.plus(tally);
        number += 1;
    }
    println!("{}", row(T::NAME, &sum));
    Ok(sum)
}

fn row(name: &str, tally: &Tally) -> String {
    let Tally { steps, accepted, refused, faulty, saturated, settled } = tally;
    format!("| `{name}` | {steps} | {faulty} | {saturated} | {accepted} | {refused} | {settled} |")
}
