//! Every code of 32 bits through every shipped table, shared by threads: `ratios [STRIDE]`.

use coldcap_calibration::table::CubicTable;
use coldcap_trial::conversion::{Found, Survey, TABLES, survey};
use coldcap_units::Ratio;
use core::sync::atomic::{AtomicU32, Ordering};
use std::process::ExitCode;
use std::thread;
use std::time::Instant;

const USAGE: &str = "usage: ratios [STRIDE]";
/// Each stretch has 2²⁴ codes.
const STRETCH_BITS: u32 = 24;
const STRETCHES: usize = 1 << (32 - STRETCH_BITS);

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let stride = match words.as_slice() {
        [] => Some(1),
        [word] => word.parse().ok().filter(|stride| *stride > 0),
        _ => None,
    };
    let Some(stride) = stride else {
        eprintln!("{USAGE}");
        return ExitCode::FAILURE;
    };
    println!(
        "| table | codes | values | short | open | below range | above range | largest step back, µK \
         |\n|---|---|---|---|---|---|---|---|"
    );
    let start = Instant::now();
    for (name, table) in TABLES {
        match all(table, stride) {
            Ok(survey) => println!("{}", row(name, &survey)),
            Err(found) => {
                eprintln!("ratios: {name}: {found}");
                return ExitCode::FAILURE;
            }
        }
    }
    println!("\nnothing found in {:.0} s of wall time", start.elapsed().as_secs_f64());
    ExitCode::SUCCESS
}

/// All stretches by as many threads as the machine has cores, then joined in order.
fn all(table: &'static CubicTable<'static>, stride: u32) -> Result<Survey, Found> {
    let next = AtomicU32::new(0);
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let mut surveys = vec![Survey::default(); STRETCHES];
    let seen = thread::scope(|scope| {
        let workers: Vec<_> =
            (0..threads).map(|_| scope.spawn(|| work(table, stride, &next))).collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap_or_default()).collect::<Vec<_>>()
    });
    let mut answered = 0;
    for (number, survey) in seen {
        surveys[number as usize] = survey?;
        answered += 1;
    }
    assert_eq!(answered, STRETCHES, "a thread was lost");
    let mut whole = Survey::default();
    for (number, survey) in surveys.into_iter().enumerate() {
        whole = whole.then(survey, Ratio((number as u32) << STRETCH_BITS))?;
    }
    Ok(whole)
}

fn work(
    table: &CubicTable<'_>,
    stride: u32,
    next: &AtomicU32,
) -> Vec<(u32, Result<Survey, Found>)> {
    let mut seen = Vec::new();
    loop {
        let number = next.fetch_add(1, Ordering::Relaxed);
        if number as usize >= STRETCHES {
            return seen;
        }
        let first = number << STRETCH_BITS;
        let last = first | ((1 << STRETCH_BITS) - 1);
        seen.push((number, survey(table, first, last, stride)));
    }
}

fn row(name: &str, survey: &Survey) -> String {
    let Survey { values, short, open, below, above, step_back, .. } = survey;
    format!(
        "| `{name}` | {} | {values} | {short} | {open} | {below} | {above} | {step_back} |",
        survey.codes()
    )
}
