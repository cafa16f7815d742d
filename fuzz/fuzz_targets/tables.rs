//! Any bytes as a certificate, as a table of cubics, as a raw code, or as a number for `convert`: refused
//! with a typed error, or what comes out keeps what the engine promises.
//!
//! Input: one byte for which, then what it is made of. Checksums are made right for half of all inputs, so
//! that what lies behind them is reached.
#![no_main]

use coldcap_calibration::certificate::{CERTIFICATE_LEN, Certificate};
use coldcap_calibration::physics::curve::Curve;
use coldcap_calibration::record::CapCalibration;
use coldcap_calibration::table::{CubicTable, Row, TableHeader, WorkingRange};
use coldcap_trial::conversion::{LARGEST_STEP_BACK, TABLES};
use coldcap_units::{Fault, MicroCelsius, Ratio};
use crc::{CRC_32_ISO_HDLC, Crc};
use libfuzzer_sys::fuzz_target;

const CRC_32: Crc<u32> = Crc::<u32>::new(&CRC_32_ISO_HDLC);

/// Rows may end so far beside the next one's beginning, in µK; rounding takes as much as a step back.
const JOINT: i64 = 4;

fuzz_target!(|input: &[u8]| {
    let Some((which, rest)) = input.split_first() else { return };
    let mut bytes = Bytes(rest);
    match which % 6 {
        0 => certificate(bytes.array(), false),
        1 => certificate(bytes.array(), true),
        2 => calibration(bytes.array()),
        3 => table(&mut bytes, false),
        4 => table(&mut bytes, true),
        _ => convert(&mut bytes),
    }
});

/// The input, then zeros.
struct Bytes<'a>(&'a [u8]);

impl Bytes<'_> {
    fn array<const N: usize>(&mut self) -> [u8; N] {
        let mut array = [0; N];
        let count = N.min(self.0.len());
        let (taken, rest) = self.0.split_at(count);
        array[..count].copy_from_slice(taken);
        self.0 = rest;
        array
    }

    fn word(&mut self) -> u32 {
        u32::from_le_bytes(self.array())
    }

    fn half(&mut self) -> u16 {
        u16::from_le_bytes(self.array())
    }
}

/// What is read is written as the same bytes again, and can be printed and judged.
fn certificate(mut bytes: [u8; CERTIFICATE_LEN], sealed: bool) {
    if sealed {
        let crc = CRC_32.checksum(&bytes[..CERTIFICATE_LEN - 4]);
        bytes[CERTIFICATE_LEN - 4..].copy_from_slice(&crc.to_le_bytes());
    }
    match Certificate::from_bytes(&bytes) {
        Ok(certificate) => {
            assert_eq!(certificate.validate(), Ok(()));
            assert_eq!(certificate.to_bytes(), Ok(bytes));
            assert!(!certificate.to_string().is_empty());
            let _ = (certificate.conformity(), certificate.digest());
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

fn calibration(bytes: [u8; 64]) {
    match CapCalibration::from_bytes(&bytes) {
        Ok(calibration) => assert_eq!(calibration.to_bytes(), bytes),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

/// Rows from bytes: with `joined`, each begins where the one before ends, but for a few µK.
fn rows(bytes: &mut Bytes<'_>, joined: bool) -> Vec<Row> {
    let count = usize::from(bytes.array::<1>()[0] % 24);
    let mut start = bytes.word() as i32 / 2;
    let mut rows = Vec::new();
    for _ in 0..count {
        let mut word = |bits: u32| (bytes.word() as i32) >> bits;
        let coefficients = if joined {
            let [own, more, bend] = [word(8), word(12), word(14)];
            [start.wrapping_add(more % 8), own, more, bend]
        } else {
            [word(0), word(0), word(0), word(0)]
        };
        start = coefficients.into_iter().fold(0, i32::wrapping_add);
        rows.push(Row(coefficients));
    }
    rows
}

fn table(bytes: &mut Bytes<'_>, joined: bool) {
    let header = TableHeader {
        version: if joined { TableHeader::VERSION } else { bytes.half() % 3 },
        log2_segments: bytes.array::<1>()[0] % 20,
        first_row: bytes.half(),
        rows: 0,
        low: Ratio(bytes.word()),
        high: Ratio(bytes.word()),
        short_below: Ratio(bytes.word()),
        open_above: Ratio(bytes.word()),
        bound_micro_kelvin: bytes.word(),
        crc: 0,
    };
    let rows = rows(bytes, joined);
    let header = TableHeader { rows: rows.len() as u16, ..header };
    let header = if joined { fitted(header).sealed(&rows) } else { header.sealed(&rows) };
    let working = WorkingRange {
        low: Ratio(bytes.word()),
        high: Ratio(bytes.word()),
        bound_micro_kelvin: bytes.word(),
        crc: 0,
    };
    let working = working.sealed(&header);
    match CubicTable::new(header, &rows) {
        Ok(table) => {
            evaluated(&CubicTable::with_working(header, &rows, working).unwrap_or(table), bytes)
        }
        Err(error) => {
            assert!(!error.to_string().is_empty());
            assert_eq!(CubicTable::with_working(header, &rows, working), Err(error));
        }
    }
}

/// The grid, the first row and the limits brought to where rows can serve them.
fn fitted(header: TableHeader) -> TableHeader {
    let log2_segments = header.log2_segments % 12 + 5;
    let segments = 1u64 << log2_segments;
    let first_row = (u64::from(header.first_row) % (segments - 24)) as u16;
    let start = u64::from(first_row) << (32 - log2_segments);
    let end = (u64::from(first_row) + u64::from(header.rows)) << (32 - log2_segments);
    let within = |code: Ratio| (start + u64::from(code.0) % (end - start).max(1)) as u32;
    let (one, other) = (within(header.low), within(header.high));
    TableHeader {
        log2_segments,
        first_row,
        low: Ratio(one.min(other)),
        high: Ratio(one.max(other)),
        short_below: Ratio(header.short_below.0.min(one.min(other))),
        open_above: Ratio(header.open_above.0.max(one.max(other))),
        ..header
    }
}

/// At both limits, the codes beside them, and whatever the input asks for.
fn evaluated(table: &CubicTable<'_>, bytes: &mut Bytes<'_>) {
    let header = table.header();
    let mut codes = vec![0, u32::MAX];
    for limit in [header.short_below, header.low, header.high, header.open_above] {
        codes.extend([limit.0.wrapping_sub(1), limit.0, limit.0.wrapping_add(1)]);
    }
    codes.extend((0..8).map(|_| bytes.word()));
    codes.extend((0..8).map(|_| {
        let span = u64::from(header.high.0 - header.low.0) + 1;
        (u64::from(header.low.0) + u64::from(bytes.word()) % span) as u32
    }));
    codes.sort_unstable();
    let sign = if table.is_rising() { 1 } else { -1 };
    let mut before: Option<i64> = None;
    for code in codes.into_iter().map(Ratio) {
        let read = table.eval(code);
        assert_eq!(read.is_ok(), (header.low..=header.high).contains(&code));
        assert_eq!(table.bound_micro_kelvin_at(code).is_some(), read.is_ok());
        assert_eq!(table.eval_with_slope(code).map(|point| point.temperature), read);
        match read {
            Ok(MicroCelsius(value)) => {
                let value = i64::from(value) * sign;
                let back = before.map_or(0, |before| before - value);
                assert!(back <= (JOINT + LARGEST_STEP_BACK) * i64::from(header.rows), "{back}");
                before = Some(value);
            }
            Err(fault) => assert!(matches!(
                fault,
                Fault::Short | Fault::Open | Fault::BelowRange | Fault::AboveRange
            )),
        }
    }
}

/// A shipped table at any code, and every curve of `convert` at any number, both ways.
fn convert(bytes: &mut Bytes<'_>) {
    for (_, table) in TABLES {
        evaluated(table, bytes);
    }
    let name = ["pt100", "pt1000", "tc-k", "tc-t"][usize::from(bytes.array::<1>()[0] % 4)];
    let curve = Curve::from_name(name).expect("it is built in");
    let (signal, junction) = (f64::from_le_bytes(bytes.array()), f64::from_le_bytes(bytes.array()));
    // Half of them of a size that has a value.
    let near = |value: f64| if value.is_finite() { value % 1_000.0 } else { value };
    for (signal, junction) in
        [(signal, junction), (near(signal), near(junction)), (near(signal), 0.0)]
    {
        if let Ok(celsius) = curve.inverse(signal, junction) {
            assert!(celsius.is_finite(), "{name} {signal} {junction}");
            // Up to 5 mK beyond its range a curve reads as its end.
            let reads = |celsius| curve.inverse(curve.forward(celsius, junction)?, junction);
            let inside = [-0.006, 0.006].map(|more| reads(celsius + more).is_ok());
            match curve.forward(celsius, junction) {
                Ok(again) if inside == [true, true] => {
                    let size = 1.0 + signal.abs() + again.abs();
                    let off = (again - signal).abs();
                    assert!(off <= 1e-6 * size, "{name} {signal} {junction}: {again}");
                }
                other => assert!(inside != [true, true], "{name} {signal} {junction}: {other:?}"),
            }
        }
        if let Ok(again) = curve.forward(signal, junction) {
            assert!(again.is_finite(), "{name} {signal} {junction}");
        }
    }
}
