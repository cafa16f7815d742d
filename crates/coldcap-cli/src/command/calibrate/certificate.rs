//! The record of a sensor's calibration, in words and as JSON.

use crate::arguments::CalibrateCertificate;
use crate::command::hexadecimal;
use crate::command::rounded::decimals;
use crate::failure::Failure;
use coldcap_calibration::certificate::{
    CERTIFICATE_LEN, Certificate, CertifiedPoint, Conformity, DecisionRule, LnResistance,
};
use serde_json::{Value, json};
use std::fs;
use std::io::{self, Read, Write};
use std::path::Path;

pub(super) fn run(options: &CalibrateCertificate) -> Result<(), Failure> {
    let bytes = bytes(&options.what)?;
    let length = bytes.len();
    let record: [u8; CERTIFICATE_LEN] = bytes.try_into().map_err(|_| {
        let name = named(&options.what);
        Failure::Input(format!("{name}: {length} bytes: allowed are {CERTIFICATE_LEN}"))
    })?;
    let certificate = Certificate::from_bytes(&record).map_err(|error| {
        let name = named(&options.what);
        Failure::Wrong(format!("{name}: {error}: allowed is a sound record of version 1"))
    })?;
    let mut output = io::stdout().lock();
    if options.json {
        writeln!(output, "{:#}", document(&certificate))?;
    } else {
        writeln!(output, "{certificate}")?;
    }
    Ok(output.flush()?)
}

/// How an error calls it: hexadecimal text is as long as what it says.
fn named(what: &str) -> &str {
    match what {
        "-" => "WHAT: standard input",
        what if Path::new(what).exists() => what,
        _ => "WHAT",
    }
}

fn bytes(what: &str) -> Result<Vec<u8>, Failure> {
    let path = Path::new(what);
    if what == "-" {
        let mut bytes = Vec::new();
        io::stdin().lock().read_to_end(&mut bytes)?;
        return Ok(hexadecimal::or_raw(bytes));
    }
    if path.exists() {
        let bytes = fs::read(path).map_err(|error| Failure::unreadable(path, &error).of("WHAT"))?;
        return Ok(hexadecimal::or_raw(bytes));
    }
    hexadecimal::parse(what).ok_or_else(|| {
        Failure::Input(format!("WHAT: {what}: allowed is hexadecimal text, a file or -"))
    })
}

fn document(certificate: &Certificate) -> Value {
    let Certificate { number, sensor, reference, laboratory, operator, .. } = *certificate;
    let (year, month, day) = certificate.at.date();
    let conditions = &certificate.conditions;
    let humidity = conditions.humidity().map(|it| f64::from(it.0) / 1e3);
    let points = (0u8..).zip(certificate.points.as_slice());
    let points: Vec<Value> =
        points.map(|(index, it)| point(it, certificate.points.is_check(index))).collect();
    json!({
        "number": number,
        "sensor": sensor,
        "reference": reference,
        "laboratory": laboratory,
        "operator": operator,
        "unix_s": certificate.at.unix_s,
        "date": format!("{year:04}-{month:02}-{day:02}"),
        "clock": certificate.at.clock.name(),
        "method": certificate.method.name(),
        "medium": conditions.medium().name(),
        "room_c": f64::from(conditions.room_centi_celsius()) / 100.0,
        "humidity": humidity,
        "coverage_factor": f64::from(certificate.coverage.to_thousandths()) / 1e3,
        "points": points,
        "correction": correction(certificate),
        "decision": decision(certificate),
        "digest": certificate.digest().ok().map(|digest| format!("{digest:016x}")),
    })
}

fn point(point: &CertifiedPoint, is_check: bool) -> Value {
    json!({
        "t_c": f64::from(point.at().0) / 1e6,
        "found_mk": f64::from(point.found_uk()) / 1e3,
        "left_mk": f64::from(point.left_uk()) / 1e3,
        "expanded_mk": f64::from(point.expanded_uk()) / 1e3,
        "left_beyond_expanded": point.is_left_beyond_expanded(),
        "check": is_check,
    })
}

fn correction(certificate: &Certificate) -> Value {
    let steps = f64::from(1_u32 << LnResistance::FRACTION_BITS);
    let ln = certificate.correction.ln_resistance.map(|it| {
        json!({
            "gain": decimals(1.0 + f64::from(it.more_gain_bits) / steps, 10),
            "offset": decimals(f64::from(it.offset_bits) / steps, 10),
        })
    });
    let crc = |crc: u32| format!("{crc:08x}");
    json!({
        "ln_resistance": ln,
        "own_table_crc": certificate.correction.table_crc.map(crc),
        "type_table_crc": (certificate.type_table_crc != 0).then(|| crc(certificate.type_table_crc)),
    })
}

fn decision(certificate: &Certificate) -> Value {
    let rule = match certificate.decision {
        DecisionRule::None => return Value::Null,
        DecisionRule::Simple { .. } => "simple",
        DecisionRule::Guarded { .. } => "guarded",
    };
    let tolerance = certificate.decision.tolerance_uk().map(|it| f64::from(it) / 1e3);
    let (conformity, point) = match certificate.conformity() {
        Some(Conformity::Conforms) => ("conforms", None),
        Some(Conformity::DoesNotConform(point)) => ("does_not_conform", Some(point)),
        Some(Conformity::Undecided(point)) => ("undecided", Some(point)),
        None => return Value::Null,
    };
    json!({ "rule": rule, "tolerance_mk": tolerance, "conformity": conformity, "point": point })
}
