//! A sensor in ice and water.

use crate::arguments::CalibrateIce;
use crate::command::csv::{self, Csv, Row};
use crate::failure::Failure;
use coldcap_calibration::check::ice_point::{
    IceCheck, IcePoint, IcePolicy, IceVerdict, LARGEST_U_UK,
};
use coldcap_units::{Duration, Fault, MicroCelsius};
use serde_json::{Value, json};
use std::io::{self, Write};

const COLUMNS: [&str; 2] = ["time_s", "t_c"];

/// A time in seconds, and what the sensor showed then, if it showed anything.
type Sample = (f64, Option<f64>);

pub(super) fn run(options: &CalibrateIce) -> Result<(), Failure> {
    let policy = policy(options)?;
    let wrong = |line: String| Failure::Input(format!("{}:{line}", options.data.display()));
    let samples =
        samples(&csv::read(&options.data).map_err(|it| it.of("--data"))?).map_err(wrong)?;
    let window_s = f64::from(policy.window.as_secs());
    let check = check(&samples, policy).ok_or_else(|| {
        wrong(format!(
            "time_s: too short: allowed are {window_s} s or more, with 20 readings in the last"
        ))
    })?;
    let check = check.map_err(|fault| {
        wrong(format!("t_c: {fault}: allowed is one missing reading in ten, and 20 or more in all"))
    })?;
    let mut output = io::stdout().lock();
    if options.json {
        writeln!(output, "{:#}", document(&check, policy))?;
    } else {
        writeln!(output, "{}", page(&check))?;
    }
    output.flush()?;
    verdict(&check, policy).map_or(Ok(()), |line| {
        Err(Failure::Wrong(format!("{}:t_c: {line}", options.data.display())))
    })
}

fn policy(options: &CalibrateIce) -> Result<IcePolicy, Failure> {
    let micro = |name: &str, value: f64| {
        if (0.1..=1_000.0).contains(&value) {
            Ok((value * 1e3).round() as u32)
        } else {
            Err(Failure::Input(format!("{name}: {value}: allowed is 0.1 to 1000 mK")))
        }
    };
    Ok(IcePolicy {
        sensor_u_uk: micro("--sensor-u-mk", options.sensor_u_mk)?,
        bath_u_uk: micro("--bath-u-mk", options.bath_u_mk)?,
        ..IcePolicy::CAREFUL
    })
}

fn samples(text: &str) -> Result<Vec<Sample>, String> {
    let csv = Csv::new(text);
    let places = csv.places(COLUMNS, "")?;
    let mut samples: Vec<Sample> = Vec::new();
    for row in csv.rows() {
        let row = row?;
        let sample = sample(&row, places)?;
        if samples.last().is_some_and(|last| sample.0 <= last.0) {
            let [time, _] = COLUMNS;
            return Err(format!(
                "line {} {time}: {}: allowed is a later time than in the line before",
                row.number, sample.0
            ));
        }
        samples.push(sample);
    }
    Ok(samples)
}

fn sample(row: &Row<'_>, [time, shown]: [usize; 2]) -> Result<Sample, String> {
    let time = row.number((time, "time_s"), "a time in seconds up to 1e9", |it| it.abs() <= 1e9)?;
    if row.cell(shown).is_empty() {
        return Ok((time, None));
    }
    let celsius = row.number((shown, "t_c"), "-100 to 200 °C, or an empty cell", |it| {
        (-100.0..=200.0).contains(&it)
    })?;
    Ok((time, Some(celsius)))
}

/// The last window of a record; nothing where it is shorter than that.
fn check(samples: &[Sample], policy: IcePolicy) -> Option<Result<IceCheck, Fault>> {
    let (last, _) = samples.last()?;
    let from = last - f64::from(policy.window.as_secs());
    // What a reading stands for is the time since the one before it.
    let first = samples.iter().position(|(time, _)| *time > from).filter(|first| *first > 0)?;
    let mut test = IcePoint::new(policy);
    let mut before = from;
    let mut outcome = None;
    for (time, shown) in samples.get(first..).unwrap_or_default() {
        let reading = shown.map(|it| MicroCelsius((it * 1e6).round() as i32));
        let passed = ms(*time - from).saturating_sub(ms(before - from));
        outcome = test.step(reading.ok_or(Fault::Absent), Duration::from_millis(passed)).outcome();
        before = *time;
    }
    outcome
}

fn ms(seconds: f64) -> u32 {
    (seconds * 1e3).round() as u32
}

fn milli(check: &IceCheck) -> [f64; 4] {
    let wander = f64::from(check.wander_uk);
    [f64::from(check.mean.0), f64::from(check.u_uk), f64::from(check.scatter_uk), wander]
        .map(|micro| micro / 1e3)
}

const fn name(verdict: IceVerdict) -> &'static str {
    match verdict {
        IceVerdict::Passes => "passes",
        IceVerdict::Fails => "fails",
        IceVerdict::Unstable => "unstable",
        IceVerdict::Stuck => "stuck",
        IceVerdict::TellsNothing => "tells_nothing",
    }
}

fn document(check: &IceCheck, policy: IcePolicy) -> Value {
    let [mean, u, scatter, wander] = milli(check);
    json!({
        "verdict": name(check.verdict),
        "error_mk": mean,
        "u_mk": u,
        "allowed_mk": f64::from(check.u_uk.saturating_mul(2)) / 1e3,
        "scatter_mk": scatter,
        "wander_mk": wander,
        "sensor_u_mk": f64::from(policy.sensor_u_uk) / 1e3,
        "bath_u_mk": f64::from(policy.bath_u_uk) / 1e3,
    })
}

fn page(check: &IceCheck) -> String {
    let [mean, u, scatter, wander] = milli(check);
    format!(
        "{}: {mean:+.3} mK at 0 °C, allowed ±{:.3} mK (k = 2); scatter {scatter:.3} mK, second half less first {wander:+.3} mK",
        name(check.verdict),
        2.0 * u,
    )
}

/// What is said of a sensor that does not pass.
fn verdict(check: &IceCheck, policy: IcePolicy) -> Option<String> {
    let [mean, u, scatter, wander] = milli(check);
    match check.verdict {
        IceVerdict::Passes => None,
        IceVerdict::Fails => Some(format!("{mean:+.3} mK: allowed is ±{:.3} mK", 2.0 * u)),
        IceVerdict::Stuck => Some(format!(
            "stuck at {mean:+.3} mK: allowed are readings that differ; one value again and again is that of a sensor \
             that is stuck, or of digits too coarse for this check"
        )),
        IceVerdict::TellsNothing => Some(format!(
            "u = {u:.3} mK: allowed is {} mK; with more a sensor that is far off passes",
            f64::from(LARGEST_U_UK) / 1e3
        )),
        IceVerdict::Unstable => Some(format!(
            "scatter {scatter:.3} mK, wander {wander:+.3} mK: allowed are {} and ±{} mK",
            f64::from(policy.scatter_uk) / 1e3,
            f64::from(policy.wander_uk) / 1e3,
        )),
    }
}
