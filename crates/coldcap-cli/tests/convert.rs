//! Curves against published values, and every status a line can have.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

mod support;

use support::{coldcap, coldcap_with, file, folder};

/// The rows behind the header: input, output, status.
fn rows(arguments: &[&str], input: impl AsRef<[u8]>) -> Vec<[String; 3]> {
    let done = coldcap_with(&[&["convert"], arguments].concat(), input.as_ref());
    assert_eq!((done.status, done.error.as_str()), (Some(0), ""), "{arguments:?}");
    let mut lines = done.out.lines();
    assert_eq!(lines.next(), Some("input,output,status"));
    lines
        .map(|line| {
            let (rest, status) = line.rsplit_once(',').unwrap();
            let (input, output) = rest.rsplit_once(',').unwrap();
            [input, output, status].map(str::to_owned)
        })
        .collect()
}

fn convert(curve: &str, from: &str, input: &str) -> Vec<[String; 3]> {
    rows(&["--curve", curve, "--from", from], input)
}

/// Every line is `ok` and within `tolerance` of what is published.
fn agrees(curve: &str, from: &str, tolerance: f64, published: &[(f64, f64)]) {
    let input: String = published.iter().map(|(input, _)| format!("{input}\n")).collect();
    let rows = convert(curve, from, &input);
    assert_eq!(rows.len(), published.len());
    for ([given, output, status], (input, expected)) in rows.iter().zip(published) {
        assert_eq!((given, status.as_str()), (&input.to_string(), "ok"), "{curve} {given}");
        assert_eq!(output.rsplit_once('.').unwrap().1.len(), 6, "{output}");
        let error = output.parse::<f64>().unwrap() - expected;
        assert!(error.abs() <= tolerance, "{curve} {given}: {output}, published {expected}");
    }
}

fn swapped(pairs: &[(f64, f64)]) -> Vec<(f64, f64)> {
    pairs.iter().map(|(a, b)| (*b, *a)).collect()
}

#[test]
fn platinum_in_both_directions() {
    // IEC 60751, table of resistances.
    let pt100 = [(138.5055, 100.0), (100.0, 0.0), (60.2558, -100.0), (390.4811, 850.0)];
    agrees("pt100", "ohm", 2e-4, &pt100);
    agrees("pt100", "celsius", 5e-5, &swapped(&pt100));
    let pt1000 = pt100.map(|(ohm, celsius)| (ohm * 10.0, celsius));
    agrees("pt1000", "ohm", 2e-4, &pt1000);
    agrees("pt1000", "celsius", 5e-4, &swapped(&pt1000));
}

#[test]
fn thermocouples_in_both_directions() {
    // IEC 60584-1 tables, rounded to a microvolt: 25 mK at least at 40 µV/K.
    let type_k = [(4.096, 100.0), (0.0, 0.0), (-3.554, -100.0), (41.276, 1_000.0)];
    agrees("tc-k", "mv", 0.025, &type_k);
    agrees("tc-k", "celsius", 6e-4, &swapped(&type_k));
    let type_t = [(4.279, 100.0), (0.0, 0.0), (-3.379, -100.0), (20.872, 400.0)];
    agrees("tc-t", "mv", 0.025, &type_t);
    agrees("tc-t", "celsius", 6e-4, &swapped(&type_t));
}

#[test]
fn a_cold_junction_is_compensated_in_voltage() {
    // 4.096 mV at 100 °C less 0.798 mV at 20 °C and -0.392 mV at -10 °C (IEC 60584-1, type K).
    for (cold, millivolts) in [("20", 3.298), ("-10", 4.488)] {
        let with_cold = |from, input: f64| {
            let options = ["--curve", "tc-k", "--from", from, "--cold-junction", cold];
            rows(&options, input.to_string())[0][1].parse::<f64>().unwrap()
        };
        assert!((with_cold("mv", millivolts) - 100.0).abs() < 0.05, "{cold}");
        assert!((with_cold("celsius", 100.0) - millivolts).abs() < 0.0015, "{cold}");
    }
    let options = ["--curve", "pt100", "--from", "ohm", "--cold-junction", "20"];
    assert_eq!(rows(&options, "100")[0][1], "0.000000");
}

#[test]
fn every_line_has_its_status_in_its_place() {
    let input = "100\n\n nan\ninf\n-inf\n10\n0.5\n-3\n500\n1e9\nwarm\n1,5\n\"x\"\r\n138.5055\r\n";
    let statuses: Vec<_> = convert("pt100", "ohm", input)
        .into_iter()
        .map(|[input, output, status]| {
            assert_eq!(output.is_empty(), status != "ok", "{input}");
            format!("{input}={status}")
        })
        .collect();
    let expected = [
        "100=ok",
        "=not_a_number",
        "nan=not_finite",
        "inf=not_finite",
        "-inf=not_finite",
        "10=below_range",
        "0.5=short",
        "-3=short",
        "500=above_range",
        "1e9=open",
        "warm=not_a_number",
        "\"1,5\"=not_a_number",
        "\"\"\"x\"\"\"=not_a_number",
        "138.5055=ok",
    ];
    assert_eq!(statuses, expected);
    let forward = convert("tc-t", "celsius", "-500\n500\nNaN\n");
    assert_eq!(forward.map_status(), ["below_range", "above_range", "not_finite"]);
    let cold = convert("tc-k", "mv", "-60\n60\n");
    assert_eq!(cold.map_status(), ["below_range", "above_range"]);
}

trait Statuses {
    fn map_status(&self) -> Vec<&str>;
}

impl Statuses for Vec<[String; 3]> {
    fn map_status(&self) -> Vec<&str> {
        self.iter().map(|[_, _, status]| status.as_str()).collect()
    }
}

#[test]
fn lines_that_are_no_text_and_no_lines_at_all() {
    let rows = rows(&["--curve", "pt100", "--from", "ohm"], b"100\n\xFF\xFE\n100");
    assert_eq!(rows.map_status(), ["ok", "not_a_number", "ok"]);
    assert_eq!(convert("pt100", "ohm", "").len(), 0);
}

/// A spreadsheet begins its text with one.
#[test]
fn a_byte_order_mark_is_no_part_of_the_first_number() {
    let marked = convert("pt100", "ohm", "\u{feff}100\n");
    assert_eq!(marked, convert("pt100", "ohm", "100\n"));
    assert_eq!(marked[0][2], "ok");
}

#[test]
fn the_document_has_every_line() {
    let options = ["convert", "--curve", "pt100", "--from", "ohm", "--json"];
    let json = coldcap_with(&options, b"138.5055\nwarm\n1e9\n").json();
    assert!((json[0]["output"].as_f64().unwrap() - 100.0).abs() < 2e-4);
    assert!(json[0]["output"].to_string().len() <= "100.000000".len(), "{json}");
    assert_eq!((&json[0]["input"], &json[0]["status"]), (&"138.5055".into(), &"ok".into()));
    assert_eq!((&json[1]["output"], &json[1]["status"]), (&().into(), &"not_a_number".into()));
    assert_eq!((json[2]["status"].as_str(), json.as_array().unwrap().len()), (Some("open"), 3));
}

#[test]
fn what_rounds_to_zero_has_no_sign() {
    assert_eq!(convert("pt100", "ohm", "99.9999999")[0][1], "0.000000");
}

/// As `calibrate ntc` writes it, for a thermistor of material 10K3A1 times `factor`.
fn model(coefficients: &str) -> String {
    format!(
        r#"{{ "model": {{ "terms": 3, "coefficients": {coefficients}, "extra": "x" }},
             "residual_mk": {{ "max": 1.2, "rms": 0.4 }},
             "table": {{ "segments": 24, "bound_mk": 0.9, "monotonic": true }},
             "span_c": [-40.0, 50.0], "written_by": "somebody" }}"#
    )
}

const REFERENCE: &str = "[1.129241e-3, 2.341077e-4, 8.775468e-8]";

#[test]
fn a_model_file_in_both_directions() {
    let folder = folder("convert-model");
    let four = "[1.129241e-3, 2.341077e-4, 0.0, 8.775468e-8]";
    for coefficients in [REFERENCE, four] {
        let path = file(&folder, "model.json", model(coefficients));
        // The maker's table of this material: 32 650 Ω at 0 °C, 10 000 Ω at 25 °C.
        agrees(&path, "ohm", 0.01, &[(32_650.0, 0.0), (10_000.0, 25.0)]);
        agrees(&path, "celsius", 2.0, &[(0.0, 32_650.0), (25.0, 10_000.0)]);
        let rows = convert(&path, "ohm", "10\n2e9\n3000\n600000\n");
        assert_eq!(rows.map_status(), ["short", "open", "above_range", "below_range"]);
    }
}

#[test]
fn a_model_of_another_nominal_resistance() {
    // ln(10 R) = ln R + ln 10, put into the three-term equation: the same curve at a tenfold resistance.
    let shift = 10f64.ln();
    let [a, b, c] = [1.129_241e-3, 2.341_077e-4, 8.775_468e-8];
    let tenfold =
        [a - b * shift - c * shift.powi(3), b + 3.0 * c * shift.powi(2), -3.0 * c * shift, c];
    let path = file(&folder("convert-tenfold"), "model.json", model(&format!("{tenfold:?}")));
    agrees(&path, "ohm", 0.01, &[(326_500.0, 0.0), (100_000.0, 25.0)]);
    // With 10 kΩ as the nominal resistance the coldest end would be taken for an open wire.
    assert_eq!(convert(&path, "celsius", "-40")[0][2], "ok");
    assert_eq!(convert(&path, "ohm", "3000000")[0][2], "ok");
}

#[test]
fn bad_curves_and_options_are_refused_before_a_line_is_read() {
    let folder = folder("convert-bad");
    let refuses = |arguments: &[&str], line: &str| {
        let done = coldcap(&[&["convert"], arguments].concat());
        assert!(done.refused(2).starts_with(line), "{done:?}");
        assert_eq!(done.out, "");
    };
    refuses(&["--curve", "pt50", "--from", "ohm"], "--curve: pt50: allowed are pt100, pt1000, ");
    refuses(&["--curve", "pt100", "--from", "mv"], "--from: mv: allowed for pt100 is ohm or ");
    refuses(&["--curve", "tc-k", "--from", "ohm"], "--from: ohm: allowed for tc-k is mv or ");
    let cold = ["--curve", "tc-k", "--from", "mv", "--cold-junction", "5000"];
    refuses(&cold, "--cold-junction: 5000: allowed is -270 to 1372 °C, ");
    refuses(&["--curve", "no/such.json", "--from", "ohm"], "--curve: no/such.json: No such file");
    refuses(&["--curve", "nofile.json", "--from", "ohm"], "--curve: nofile.json: No such file");
    let place = support::text(&folder);
    refuses(&["--curve", &place, "--from", "ohm"], &format!("--curve: {place}: "));
    for (name, content) in [
        ("text.json", "no json".to_owned()),
        ("two.json", model("[1e-3, 2e-4]")),
        ("rising.json", model("[1e-3, -2e-4, 1e-9]")),
        ("words.json", model("[\"a\", 1, 2]")),
        ("span.json", model(REFERENCE).replace("[-40.0, 50.0]", "[50.0, -40.0]")),
        ("open.json", model(REFERENCE).replace("span_c", "span")),
    ] {
        let path = file(&folder, name, content);
        refuses(&["--curve", &path, "--from", "ohm"], &format!("{path}:"));
    }
    // Of before a model said whether it may be used: how far it is off its table decides.
    let residual = r#""residual_mk": { "max": 1.2, "rms": 0.4 },"#;
    for (with, said) in [
        (residual.replace("1.2", "812.5"), "residual_mk.max: 812.5: allowed is 0 to 100 mK"),
        (residual.replace("1.2", "812.5") + r#""usable": true,"#, "residual_mk.max: 812.5: "),
        (residual.to_owned() + r#""usable": false,"#, "usable: false: allowed is "),
        (String::new(), "usable: missing: allowed is "),
    ] {
        let path = file(&folder, "old.json", model(REFERENCE).replace(residual, &with));
        refuses(&["--curve", &path, "--from", "ohm"], &format!("{path}:{said}"));
    }
}
