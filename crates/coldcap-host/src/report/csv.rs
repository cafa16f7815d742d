//! The trace: what was sampled once a second, as comma-separated values.

use super::figures::{known, plain};
use super::treatment::{AlarmSpan, Sample};
use std::io::{self, Write};

/// The first line of a trace. Scripts rely on it: columns are only ever added at its end.
pub const TRACE_HEADER: &str = "time_s,channel,phase,target_c,supply_c,return_c,front_c,rear_c,\
safety_c,skin_estimate_c,skin_true_c,flow_ml_min,pump,valve,chiller,alarms,skin_lower_c,skin_upper_c";

/// Writes a trace: the header, then a line for every sample.
///
/// Temperatures are in °C with three decimals, the flow in mL/min with one, duties and the valve from
/// 0 to 1 with three. A value that is not known is empty. The alarms that were active at that time are
/// separated by semicolons; their ids hold letters, digits and underscores, and anything else in them
/// is written as an underscore. The last two columns are the ends of the skin estimate's interval.
///
/// ```
/// use coldcap_host::report::{Sample, csv};
/// use coldcap_session::Phase;
///
/// let sample = Sample { supply_c: Some(-4.0), ..Sample::new(60.0, Phase::PreCool) };
/// let mut text = Vec::new();
/// csv::write_trace(&mut text, &[sample], &[])?;
/// let lines: Vec<_> = std::str::from_utf8(&text)?.lines().collect();
/// assert_eq!(lines, [csv::TRACE_HEADER, "60.0,0,pre_cool,,-4.000,,,,,,,,,,,,,"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// Those of `output`.
pub fn write_trace(
    mut output: impl Write,
    samples: &[Sample],
    alarms: &[AlarmSpan],
) -> io::Result<()> {
    writeln!(output, "{TRACE_HEADER}")?;
    for sample in samples {
        writeln!(output, "{}", line(sample, alarms))?;
    }
    output.flush()
}

fn line(sample: &Sample, alarms: &[AlarmSpan]) -> String {
    let mut cells = vec![
        cell(Some(sample.time_s), 1),
        sample.channel.to_string(),
        sample.phase.name().to_owned(),
    ];
    let temperatures = [
        sample.target_c,
        sample.supply_c,
        sample.return_c,
        sample.front_c,
        sample.rear_c,
        sample.safety_c,
        sample.skin_estimate_c,
        sample.skin_true_c,
    ];
    cells.extend(temperatures.map(|value| cell(value, 3)));
    cells.push(cell(sample.flow_ml_min, 1));
    cells.extend([sample.pump, sample.valve, sample.chiller].map(|value| cell(value, 3)));
    cells.push(active(sample.time_s, alarms));
    cells.extend([sample.skin_lower_c, sample.skin_upper_c].map(|value| cell(value, 3)));
    cells.join(",")
}

fn cell(value: Option<f64>, decimals: usize) -> String {
    known(value).map_or_else(String::new, |value| plain(value, decimals))
}

fn active(time_s: f64, alarms: &[AlarmSpan]) -> String {
    let active = alarms.iter().filter(|alarm| {
        alarm.onset_s <= time_s && alarm.clear_s.is_none_or(|clear_s| time_s < clear_s)
    });
    active.map(|alarm| safe_id(&alarm.id)).collect::<Vec<_>>().join(";")
}

fn safe_id(id: &str) -> String {
    let safe = |letter: char| if letter.is_ascii_alphanumeric() { letter } else { '_' };
    id.chars().map(safe).collect()
}
