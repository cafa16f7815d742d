//! A line that loses frames.

/// Loses one frame in `nth`, at no rhythm: one could meet that of the reports.
pub(crate) fn lose(bytes: &[u8], nth: u32, count: &mut u32) -> Vec<u8> {
    let mut kept = Vec::new();
    for frame in bytes.split_inclusive(|byte| *byte == 0) {
        *count += 1;
        let dice = count.wrapping_mul(2_654_435_761) >> 16; // multiplicative hashing
        if nth == 0 || !dice.is_multiple_of(nth) {
            kept.extend(frame);
        }
    }
    kept
}
