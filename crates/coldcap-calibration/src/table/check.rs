//! What a table must prove before it may be evaluated. Constant functions: shipped tables are checked
//! by the compiler.

use super::{Row, TableError, TableHeader, WorkingRange};
use crate::digest::CRC_32;

/// Rounding lets a row end up to 2 µK beside the next one's beginning; twice that is a defect.
const JOINT_MICRO_KELVIN: i64 = 4;

/// Whether the checked table rises with the code.
pub(super) const fn table(header: &TableHeader, rows: &[Row]) -> Result<bool, TableError> {
    if header.version != TableHeader::VERSION {
        return Err(TableError::Version(header.version));
    }
    if header.log2_segments < 1 || header.log2_segments > 16 {
        return Err(TableError::Grid(header.log2_segments));
    }
    let [first, ..] = rows else { return Err(TableError::Shape) };
    if !has_shape(header, rows) {
        return Err(TableError::Shape);
    }
    if checksum(header, rows) != header.crc {
        return Err(TableError::Crc);
    }
    if !has_span(header) {
        return Err(TableError::Span);
    }
    let rising = first.0[1] > 0;
    match all_rows(rows, rising) {
        Ok(()) => Ok(rising),
        Err(error) => Err(error),
    }
}

/// CRC-32/ISO-HDLC over the header without its checksum, then the rows.
pub(super) const fn checksum(header: &TableHeader, rows: &[Row]) -> u32 {
    let mut digest = CRC_32.digest();
    digest.update(&header.version.to_le_bytes());
    digest.update(&[header.log2_segments]);
    digest.update(&header.first_row.to_le_bytes());
    digest.update(&header.rows.to_le_bytes());
    digest.update(&header.low.0.to_le_bytes());
    digest.update(&header.high.0.to_le_bytes());
    digest.update(&header.short_below.0.to_le_bytes());
    digest.update(&header.open_above.0.to_le_bytes());
    digest.update(&header.bound_micro_kelvin.to_le_bytes());
    let mut remaining = rows;
    while let [Row([k0, k1, k2, k3]), rest @ ..] = remaining {
        digest.update(&k0.to_le_bytes());
        digest.update(&k1.to_le_bytes());
        digest.update(&k2.to_le_bytes());
        digest.update(&k3.to_le_bytes());
        remaining = rest;
    }
    digest.finalize()
}

/// What ties a working range to a table that passed its own checks, and keeps it within its span.
pub(super) const fn working(
    header: &TableHeader,
    working: &WorkingRange,
) -> Result<(), TableError> {
    let inside = header.low.0 <= working.low.0
        && working.low.0 <= working.high.0
        && working.high.0 <= header.high.0
        && working.bound_micro_kelvin <= header.bound_micro_kelvin;
    if working_checksum(header, working) == working.crc && inside {
        Ok(())
    } else {
        Err(TableError::Working)
    }
}

/// CRC-32/ISO-HDLC over the table's checksum and the range without its own.
pub(super) const fn working_checksum(header: &TableHeader, working: &WorkingRange) -> u32 {
    let mut digest = CRC_32.digest();
    digest.update(&header.crc.to_le_bytes());
    digest.update(&working.low.0.to_le_bytes());
    digest.update(&working.high.0.to_le_bytes());
    digest.update(&working.bound_micro_kelvin.to_le_bytes());
    digest.finalize()
}

/// The segment just after the last row.
const fn end_segment(header: &TableHeader) -> u64 {
    (header.first_row as u64).saturating_add(header.rows as u64)
}

const fn has_shape(header: &TableHeader, rows: &[Row]) -> bool {
    let segments = 1u64.wrapping_shl(header.log2_segments as u32);
    rows.len() == header.rows as usize && end_segment(header) <= segments
}

const fn has_span(header: &TableHeader) -> bool {
    let shift = 32u32.wrapping_sub(header.log2_segments as u32);
    let start = (header.first_row as u64).wrapping_shl(shift);
    let end = end_segment(header).wrapping_shl(shift);
    let ordered = header.short_below.0 <= header.low.0
        && header.low.0 <= header.high.0
        && header.high.0 <= header.open_above.0;
    ordered && header.low.0 as u64 >= start && (header.high.0 as u64) < end
}

const fn all_rows(rows: &[Row], rising: bool) -> Result<(), TableError> {
    let mut number = 0u16;
    let mut remaining = rows;
    while let [row, rest @ ..] = remaining {
        if size(row) > i32::MAX as i64 || steepness(row) > LARGEST_STEEPNESS {
            return Err(TableError::Overflow(number));
        }
        if let [next, ..] = rest
            && !joins(row, next)
        {
            return Err(TableError::Joint(number));
        }
        if !is_monotonic(row, rising) {
            return Err(TableError::NotMonotonic(number));
        }
        number = number.saturating_add(1);
        remaining = rest;
    }
    Ok(())
}

/// The evaluation doubles everything but the constant coefficient.
const LARGEST_STEEPNESS: i64 = (i32::MAX / 2) as i64;

/// The sum of the sizes of all coefficients but the constant one, which bounds every sum that is doubled.
const fn steepness(row: &Row) -> i64 {
    let [k0, ..] = row.0;
    size(row).saturating_sub(k0.unsigned_abs() as i64)
}

/// The sum of the sizes of the coefficients, which bounds every partial sum of the evaluation.
const fn size(row: &Row) -> i64 {
    let [k0, k1, k2, k3] = row.0;
    let outer = (k0.unsigned_abs() as i64).saturating_add(k1.unsigned_abs() as i64);
    let inner = (k2.unsigned_abs() as i64).saturating_add(k3.unsigned_abs() as i64);
    outer.saturating_add(inner)
}

const fn joins(row: &Row, next: &Row) -> bool {
    let [k0, k1, k2, k3] = row.0;
    let end =
        (k0 as i64).saturating_add(k1 as i64).saturating_add(k2 as i64).saturating_add(k3 as i64);
    let [start, ..] = next.0;
    end.saturating_sub(start as i64).saturating_abs() <= JOINT_MICRO_KELVIN
}

/// Whether the derivative `a + b·u + c·u²` keeps its sign on 0 to 1: at both ends, and at the vertex
/// where that lies between them and bends towards zero.
const fn is_monotonic(row: &Row, rising: bool) -> bool {
    let sign = if rising { 1i128 } else { -1i128 };
    let [_, k1, k2, k3] = row.0;
    let a = (k1 as i128).saturating_mul(sign);
    let b = (k2 as i128).saturating_mul(sign).saturating_mul(2);
    let c = (k3 as i128).saturating_mul(sign).saturating_mul(3);
    if a <= 0 || a.saturating_add(b).saturating_add(c) <= 0 {
        return false;
    }
    let vertex_inside = c > 0 && b < 0 && b.saturating_neg() < c.saturating_mul(2);
    let discriminant = b.saturating_mul(b).saturating_sub(a.saturating_mul(c).saturating_mul(4));
    !vertex_inside || discriminant < 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use coldcap_units::Ratio;

    fn header(rows: usize) -> TableHeader {
        TableHeader {
            version: TableHeader::VERSION,
            log2_segments: 2,
            first_row: 1,
            rows: u16::try_from(rows).unwrap(),
            low: Ratio(0x4000_0000),
            high: Ratio(0xBFFF_FFFF),
            short_below: Ratio(0x1000_0000),
            open_above: Ratio(0xF000_0000),
            bound_micro_kelvin: 5,
            crc: 0,
        }
    }

    const RISING: [Row; 2] = [Row([0, 1_000, 0, 0]), Row([1_000, 1_000, 0, 0])];

    fn verdict(change: impl Fn(&mut TableHeader), rows: &[Row]) -> Result<bool, TableError> {
        let mut changed = header(rows.len());
        change(&mut changed);
        table(&changed.sealed(rows), rows)
    }

    #[test]
    fn directions_are_told_apart() {
        assert_eq!(verdict(|_| {}, &RISING), Ok(true));
        let falling = [Row([0, -1_000, 0, 0]), Row([-1_000, -1_000, 0, 0])];
        assert_eq!(verdict(|_| {}, &falling), Ok(false));
    }

    #[test]
    fn every_defect_of_the_header_has_its_error() {
        assert_eq!(verdict(|h| h.version = 2, &RISING), Err(TableError::Version(2)));
        assert_eq!(verdict(|h| h.log2_segments = 0, &RISING), Err(TableError::Grid(0)));
        assert_eq!(verdict(|h| h.log2_segments = 17, &RISING), Err(TableError::Grid(17)));
        assert_eq!(verdict(|h| h.rows = 3, &RISING), Err(TableError::Shape));
        assert_eq!(verdict(|h| h.first_row = 3, &RISING), Err(TableError::Shape));
        assert_eq!(verdict(|_| {}, &[]), Err(TableError::Shape));
        assert_eq!(verdict(|h| h.low = Ratio(0x3FFF_FFFF), &RISING), Err(TableError::Span));
        assert_eq!(verdict(|h| h.high = Ratio(0xC000_0000), &RISING), Err(TableError::Span));
        assert_eq!(verdict(|h| h.low = Ratio(0xC000_0000), &RISING), Err(TableError::Span));
        assert_eq!(verdict(|h| h.short_below = Ratio(0x4000_0001), &RISING), Err(TableError::Span));
        assert_eq!(verdict(|h| h.open_above = Ratio(0xBFFF_FFFE), &RISING), Err(TableError::Span));
        assert_eq!(table(&header(2), &RISING), Err(TableError::Crc));
    }

    #[test]
    fn every_defect_of_a_row_has_its_error() {
        let second = |row| [RISING[0], row];
        let huge = second(Row([1_000, i32::MAX - 999, 0, 0]));
        assert_eq!(verdict(|_| {}, &huge), Err(TableError::Overflow(1)));
        let steep = second(Row([1_000, i32::MAX / 2 + 1, 0, 0]));
        assert_eq!(verdict(|_| {}, &steep), Err(TableError::Overflow(1)));
        assert_eq!(verdict(|_| {}, &second(Row([1_000, i32::MAX / 2, 0, 0]))), Ok(true));
        let apart = second(Row([1_005, 1_000, 0, 0]));
        assert_eq!(verdict(|_| {}, &apart), Err(TableError::Joint(0)));
        for bent in
            [[1_000, -1, 0, 0], [1_000, 0, 100, 0], [1_000, 100, -100, 0], [1_000, 100, -300, 200]]
        {
            let rows = second(Row(bent));
            assert_eq!(verdict(|_| {}, &rows), Err(TableError::NotMonotonic(1)), "{bent:?}");
        }
        assert_eq!(verdict(|_| {}, &second(Row([1_000, 151, -300, 200]))), Ok(true));
    }

    #[test]
    fn a_working_range_belongs_to_one_table_and_lies_within_it() {
        let header = header(2).sealed(&RISING);
        let good = WorkingRange {
            low: Ratio(0x5000_0000),
            high: Ratio(0xA000_0000),
            bound_micro_kelvin: 3,
            crc: 0,
        };
        assert_eq!(working(&header, &good.sealed(&header)), Ok(()));
        for bad in [
            good,
            WorkingRange { bound_micro_kelvin: 2, ..good.sealed(&header) },
            WorkingRange { low: Ratio(0x3FFF_FFFF), ..good }.sealed(&header),
            WorkingRange { high: Ratio(0xC000_0000), ..good }.sealed(&header),
            WorkingRange { low: Ratio(0xA000_0001), ..good }.sealed(&header),
            WorkingRange { bound_micro_kelvin: 6, ..good }.sealed(&header),
            good.sealed(&TableHeader { crc: 1, ..header }),
        ] {
            assert_eq!(working(&header, &bad), Err(TableError::Working), "{bad:?}");
        }
    }

    #[test]
    fn any_flipped_bit_breaks_the_checksum() {
        let good = header(2).sealed(&RISING);
        for (row, coefficient, bit) in [(0, 0, 0), (0, 1, 31), (1, 2, 7), (1, 3, 15)] {
            let mut rows = RISING;
            rows[row].0[coefficient] ^= 1i32 << bit;
            assert_eq!(table(&good, &rows), Err(TableError::Crc));
        }
        let other_bound = TableHeader { bound_micro_kelvin: 4, ..good };
        assert_eq!(table(&other_bound, &RISING), Err(TableError::Crc));
    }
}
