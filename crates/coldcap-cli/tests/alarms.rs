//! The table of alarms as printed, and the tones as written: read by a reader of the test's own.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing)]
#![allow(clippy::arithmetic_side_effects, clippy::float_arithmetic)]

mod support;

use serde_json::Value;
use std::fs;
use std::path::Path;
use support::{coldcap, folder};

fn table(language: &str) -> Value {
    let done = coldcap(&["alarms", "--json", "--language", language]);
    assert_eq!((done.status, done.error.as_str()), (Some(0), ""), "{done:?}");
    done.json()
}

#[test]
fn the_table_is_one_document_with_every_alarm() {
    let document = table("en");
    assert_eq!(document["checked_against_standard"], false);
    let alarms = document["alarms"].as_array().unwrap();
    assert_eq!(alarms.len(), 39);
    let leak = alarms.iter().find(|alarm| alarm["id"] == "leak").unwrap();
    assert_eq!((&leak["code"], &leak["priority"]), (&12.into(), &"high".into()));
    assert_eq!((&leak["latches"], &leak["onset_delay_s"]), (&true.into(), &0.5.into()));
    let level = alarms.iter().find(|alarm| alarm["id"] == "level_low").unwrap();
    assert_eq!(level["inhibited_by"], serde_json::json!(["leak"]));
    assert_eq!(level["clear_delay_s"], 5.0);
    let waiting = alarms.iter().find(|alarm| alarm["id"] == "waiting").unwrap();
    assert_eq!(waiting["escalates"], serde_json::json!({"to": "medium", "after_s": 600.0}));
    let sources = document["figures"].as_array().unwrap().iter();
    assert!(sources.clone().count() >= 9);
    assert!(sources.map(|figure| figure["source"].as_str().unwrap()).all(|text| !text.is_empty()));
}

#[test]
fn the_words_are_in_the_language_that_was_asked_for() {
    let [english, german] = ["en", "de"].map(table);
    assert_eq!(english["alarms"][13]["cause"], "Mains power is gone.");
    assert_eq!(german["alarms"][13]["cause"], "Der Netzstrom ist weg.");
    for index in 0..39 {
        let (one, other) = (&english["alarms"][index], &german["alarms"][index]);
        assert_eq!((&one["id"], &one["priority"]), (&other["id"], &other["priority"]));
        assert_ne!(one["action"], other["action"]);
    }
    let page = coldcap(&["alarms", "--language", "de"]);
    assert_eq!(page.status, Some(0));
    assert!(
        page.out.starts_with("high     1 freeze (onset: two fresh samples in a row; latches)\n"),
        "{}",
        page.out
    );
    assert!(page.out.contains("Haube lockern") && !page.out.contains("Loosen"));
    assert_eq!(page.out.lines().filter(|line| line.starts_with(' ')).count(), 2 * 39);
    let remarks = page.out.lines().filter_map(|line| line.split_once(" ("));
    let onsets =
        remarks.filter(|(_, rest)| rest.starts_with("after ") || rest.starts_with("onset: "));
    assert_eq!(onsets.count(), 39, "every alarm says when it begins");
}

/// A WAV file by its specification: samples between −1 and 1, and their rate.
fn read(path: &Path) -> (Vec<f64>, f64) {
    let bytes = fs::read(path).unwrap();
    let number = |at: usize, length: usize| {
        bytes[at..at + length].iter().rev().fold(0, |all, byte| all << 8 | usize::from(*byte))
    };
    assert_eq!((&bytes[..4], &bytes[8..16]), (&b"RIFF"[..], &b"WAVEfmt "[..]));
    assert_eq!(number(4, 4) + 8, bytes.len());
    let format = [number(20, 2), number(22, 2), number(32, 2), number(34, 2)];
    assert_eq!(format, [1, 1, 2, 16], "PCM, one channel, two bytes a frame, 16 bits");
    let data = 20 + number(16, 4);
    assert_eq!(&bytes[data..data + 4], b"data");
    assert_eq!(data + 8 + number(data + 4, 4), bytes.len());
    let sample = |pair: &[u8]| f64::from(i16::from_le_bytes([pair[0], pair[1]])) / 32_768.0;
    (bytes[data + 8..].chunks_exact(2).map(sample).collect(), number(24, 4) as f64)
}

/// The loudest sample of each stretch of one period of `hertz`.
fn envelope(samples: &[f64], rate: f64, hertz: f64) -> Vec<f64> {
    let period = (rate / hertz).round() as usize;
    let window = |start: usize| &samples[start..(start + period).min(samples.len())];
    let loudest = |part: &[f64]| part.iter().fold(0.0f64, |most, one| most.max(one.abs()));
    (0..samples.len()).map(|index| loudest(window(index.saturating_sub(period / 2)))).collect()
}

/// Where the envelope is above `share` of its top: beginnings and ends, in milliseconds.
fn spans(envelope: &[f64], rate: f64, share: f64) -> Vec<(f64, f64)> {
    let top = envelope.iter().fold(0.0f64, |most, one| most.max(*one));
    let above = |index: usize| envelope[index] >= share * top;
    let changes: Vec<f64> = (1..envelope.len())
        .filter(|index| above(*index) != above(index - 1))
        .map(|index| index as f64 / rate * 1e3)
        .collect();
    changes.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect()
}

/// Amplitude of one frequency in a part of the samples, by Goertzel's sum and a Hann window.
fn level(part: &[f64], rate: f64, hertz: f64) -> f64 {
    let step = core::f64::consts::TAU * hertz / rate;
    let hann = core::f64::consts::TAU / part.len() as f64;
    let (mut real, mut imaginary) = (0.0, 0.0);
    for (index, sample) in part.iter().enumerate() {
        let weighted = sample * (1.0 - (hann * index as f64).cos());
        real += weighted * (step * index as f64).cos();
        imaginary += weighted * (step * index as f64).sin();
    }
    2.0 * f64::hypot(real, imaginary) / part.len() as f64
}

/// Name, fundamental, pulse, silences between pulses, whole period: written down by hand.
const TONES: [(&str, f64, f64, &[f64], f64); 3] = [
    ("high", 600.0, 150.0, &[100., 100., 350., 100., 1_000., 100., 100., 350., 100.], 8_800.0),
    ("medium", 500.0, 200.0, &[200., 200.], 11_000.0),
    ("low", 400.0, 200.0, &[200.], 30_600.0),
];

#[test]
fn al_14_the_written_tones_are_those_of_the_table() {
    let place = folder("alarm-tones");
    for (name, hertz, pulse, silences, period) in TONES {
        let file = place.join(format!("{name}.wav"));
        let done = coldcap(&["alarms", "--tone", name, "--out", file.to_str().unwrap()]);
        assert_eq!((done.status, done.error.as_str()), (Some(0), ""), "{done:?}");
        let (samples, rate) = read(&file);
        assert!((samples.len() as f64 / rate * 1e3 - period).abs() < 0.1, "{name}");
        assert!(samples.iter().all(|sample| sample.abs() < 0.95), "{name} clips");
        pulses_are(name, &envelope(&samples, rate, hertz), rate, pulse, silences);
        let begin = (0.05 + pulse / 1e3 * 0.15) * rate;
        let part = &samples[begin as usize..(begin + pulse / 1e3 * 0.7 * rate) as usize];
        peaks_are(name, part, rate, hertz);
    }
    assert_eq!(fs::read_dir(&place).unwrap().count(), 3, "nothing is left beside the files");
}

/// An envelope cannot be known better than to a period of the fundamental: 2.5 ms.
fn pulses_are(name: &str, envelope: &[f64], rate: f64, pulse: f64, silences: &[f64]) {
    let found = spans(envelope, rate, 0.9);
    assert_eq!(found.len(), silences.len() + 1, "{name}");
    assert!(found.iter().all(|(begin, end)| (end - begin - pulse).abs() < 2.5), "{name} {found:?}");
    for (pair, silence) in found.windows(2).zip(silences) {
        assert!((pair[1].0 - pair[0].1 - silence).abs() < 2.5, "{name} {pair:?}");
    }
    for (wide, narrow) in spans(envelope, rate, 0.1).iter().zip(&found) {
        let (rise, fall) = (narrow.0 - wide.0, wide.1 - narrow.1);
        let allowed = 0.15 * pulse..=0.2 * pulse;
        assert!(allowed.contains(&rise) && allowed.contains(&fall), "{name} {rise} {fall}");
    }
}

/// The fundamental and four harmonics, within 15 dB, in 150 to 4000 Hz, and nothing between them.
fn peaks_are(name: &str, part: &[f64], rate: f64, hertz: f64) {
    let fundamental = level(part, rate, hertz);
    for (multiple, share) in [(1.0, 1.0), (2.0, 0.8), (3.0, 0.6), (4.0, 0.5), (5.0, 0.4)] {
        let found = level(part, rate, multiple * hertz) / fundamental;
        assert!((found - share).abs() < 0.02, "{name} {multiple} {found}");
        assert!((150.0..=4_000.0).contains(&(multiple * hertz)));
        assert!(20.0 * found.log10().abs() < 15.0);
        let between = level(part, rate, (multiple + 0.5) * hertz) / fundamental;
        assert!(between < 0.02, "{name} {multiple} {between}");
    }
}

#[test]
fn the_document_of_a_tone_says_what_was_written() {
    let place = folder("alarm-tone-document");
    let file = place.join("new/medium.wav");
    let file = file.to_str().unwrap();
    let done = coldcap(&["alarms", "--tone", "medium", "--out", file, "--json"]);
    assert_eq!(done.status, Some(0), "{done:?}");
    let document = done.json();
    assert_eq!((&document["file"], &document["first_pulse_s"]), (&file.into(), &0.05.into()));
    let pattern: Vec<_> = document["tone"]["pattern"].as_array().unwrap().clone();
    let lengths: Vec<_> = pattern.iter().map(|tone| tone["ms"].as_u64().unwrap()).collect();
    assert_eq!(lengths, [200, 200, 200, 200, 200, 10_000]);
}

#[test]
fn what_cannot_be_done_is_refused_and_leaves_nothing() {
    let place = folder("alarm-refusals");
    let inside = place.join("x.wav");
    let inside = inside.to_str().unwrap();
    let refused = |arguments: &[&str], status: i32| {
        coldcap(&[&["alarms"], arguments].concat()).refused(status).to_owned()
    };
    assert!(
        refused(&["--tone", "loud", "--out", inside], 2).contains("loud: allowed is one of high")
    );
    assert!(refused(&["--tone", "high"], 2).contains("--out"));
    assert!(refused(&["--out", inside], 2).contains("--tone"));
    assert!(refused(&["--language", "fr"], 2).contains("fr: allowed is one of en, de"));
    let here = place.to_str().unwrap();
    let folder = refused(&["--tone", "low", "--out", here], 2);
    assert!(folder.starts_with(&format!("--out: {here}: ")) && folder.contains("allowed"));
    fs::write(place.join("file"), "").unwrap();
    let below = place.join("file/x.wav");
    let below = refused(&["--tone", "low", "--out", below.to_str().unwrap()], 3);
    assert!(below.contains("allowed"), "{below}");
    assert_eq!(fs::read_dir(&place).unwrap().count(), 1);
}

#[test]
fn a_file_that_is_there_is_replaced_as_a_whole() {
    let place = folder("alarm-replace");
    let file = place.join("low.wav");
    fs::write(&file, vec![7u8; 5_000_000]).unwrap();
    let done = coldcap(&["alarms", "--tone", "low", "--out", file.to_str().unwrap()]);
    assert_eq!(done.status, Some(0), "{done:?}");
    let (samples, rate) = read(&file);
    assert_eq!((samples.len(), rate), (489_600, 16_000.0));
}
