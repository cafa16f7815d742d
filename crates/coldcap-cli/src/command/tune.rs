//! The plant behind a record, and gains for it.

mod machine;
mod record;

use super::store;
use crate::arguments::Tune;
use crate::failure::Failure;
use coldcap_host::report::{TunePlot, TunePoint, tune_svg};
use coldcap_thermal::tune::fit::{Sample, fit_after};
use coldcap_thermal::tune::model::{Identified, IdentifyError};
use coldcap_thermal::tune::rules::{Gains, Rule};
use serde_json::{Value, json};
use std::io::{self, Write};
use std::path::Path;

pub(crate) fn run(options: &Tune) -> Result<(), Failure> {
    let Some(path) = &options.data else { return machine::run(options) };
    let samples = record::read(path, &options.columns)?;
    let before = options.before.or(samples.first().map(|row| row.input)).unwrap_or_default();
    let found = fit_after(before, &samples).map_err(|error| refused(path, &samples, error))?;
    let drawing = drawing(path, (before, &samples), &found);
    let drawn = store::store(&[(options.plot.clone(), drawing.into_bytes())]);
    // What was found is told also where its drawing could not be kept.
    let mut output = io::stdout().lock();
    if options.json {
        writeln!(output, "{:#}", document(&found))?;
    } else {
        output.write_all(page(&found, &options.plot).as_bytes())?;
    }
    output.flush()?;
    drawn.map_err(|(path, error)| {
        Failure::Io(format!("{}: {error}: allowed is a writable file", path.display()))
    })
}

/// A record that was read but has no model in it is a wrong record, not a wrong input.
fn refused(path: &Path, samples: &[Sample], error: IdentifyError) -> Failure {
    let record = format!("{}:rows: {}", path.display(), samples.len());
    Failure::Wrong(format!("{record}: allowed is a record with a step to see: {error}"))
}

/// The gains of every rule that serves such a plant.
fn tunings(found: &Identified) -> impl Iterator<Item = Gains> {
    let model = found.model;
    Rule::ALL.into_iter().filter_map(move |rule| rule.gains(&model).ok())
}

fn document(found: &Identified) -> Value {
    let Identified { model, standard_errors: errors, .. } = found;
    let tunings: Vec<Value> = tunings(found)
        .map(|gains| {
            let Gains { rule, k, ti_s, td_s } = gains;
            json!({ "rule": rule.name(), "k": k, "ti_s": ti_s, "td_s": td_s })
        })
        .collect();
    json!({
        "model": {
            "gain": model.gain,
            "time_constant_s": model.time_constant_s,
            "delay_s": model.delay_s,
        },
        "standard_errors": {
            "gain": errors.gain,
            "time_constant_s": errors.time_constant_s,
            "delay_s": errors.delay_s,
        },
        "confidence": found.confidence,
        "residual_rms": found.residual_rms,
        "tunings": tunings,
    })
}

/// One line of numbers for the drawing.
fn summary(found: &Identified) -> String {
    let model = &found.model;
    let gain = digits(model.gain).replace('-', "−");
    format!(
        "gain {gain}, time constant {} s, delay {} s; residual {} rms, confidence {:.2}",
        digits(model.time_constant_s),
        digits(model.delay_s),
        digits(found.residual_rms),
        found.confidence
    )
}

fn page(found: &Identified, plot: &Path) -> String {
    let Identified { model, standard_errors: errors, .. } = found;
    let mut lines = vec![
        format!("gain           {} ± {}", digits(model.gain), digits(errors.gain)),
        format!(
            "time constant  {} ± {} s",
            digits(model.time_constant_s),
            digits(errors.time_constant_s)
        ),
        format!("delay          {} ± {} s", digits(model.delay_s), digits(errors.delay_s)),
        format!("residual       {} rms", digits(found.residual_rms)),
        format!("confidence     {:.2}", found.confidence),
        String::new(),
        format!("{:<18} {:>10} {:>10} {:>10}", "rule", "k", "Ti in s", "Td in s"),
    ];
    lines.extend(tunings(found).map(|gains| {
        let [k, ti, td] = [gains.k, gains.ti_s, gains.td_s].map(digits);
        format!("{:<18} {k:>10} {ti:>10} {td:>10}", gains.rule.name())
    }));
    lines.push(format!("\n{}: record and model; nothing is applied", plot.display()));
    lines.join("\n") + "\n"
}

/// Four significant digits, or a power of ten where that would be long.
fn digits(value: f64) -> String {
    let size = value.abs();
    if size == 0.0 {
        return "0".into();
    }
    if !(1e-4..1e6).contains(&size) {
        return format!("{value:.3e}");
    }
    let decimals = (3.0 - size.log10().floor()).max(0.0) as usize;
    format!("{value:.decimals$}")
}

fn drawing(path: &Path, (before, samples): (f64, &[Sample]), found: &Identified) -> String {
    let points: Vec<TunePoint> = samples
        .iter()
        .zip(found.outputs_after(before, samples))
        .map(|(sample, model)| {
            let Sample { time_s, input, output } = *sample;
            TunePoint { time_s, input, output, model }
        })
        .collect();
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let is_step = samples.first().is_some_and(|first| first.input != before);
    let step = if is_step { format!("; input {} before", digits(before)) } else { String::new() };
    tune_svg(&TunePlot {
        title: &name,
        summary: &(summary(found) + &step),
        output_label: "output, as recorded",
        input_label: "input, as recorded",
        points: &points,
    })
}
