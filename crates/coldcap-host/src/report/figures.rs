//! Numbers and times as people read them.

/// What stands where a value is not known.
pub(super) const UNKNOWN: &str = "–";

/// The value if it is known and finite.
pub(super) fn known(value: Option<f64>) -> Option<f64> {
    value.filter(|value| value.is_finite())
}

/// With so many decimals and an ASCII minus; never a negative zero.
pub(super) fn plain(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    match text.strip_prefix('-') {
        Some(digits) if digits.chars().all(|digit| matches!(digit, '0' | '.')) => digits.to_owned(),
        _ => text,
    }
}

/// With so many decimals and a true minus; a dash if it is not known.
pub(super) fn number(value: Option<f64>, decimals: usize) -> String {
    known(value).map_or_else(|| UNKNOWN.into(), |value| plain(value, decimals).replace('-', "−"))
}

/// As [`number`], with a sign also in front of what is positive.
pub(super) fn signed(value: Option<f64>, decimals: usize) -> String {
    let text = number(value, decimals);
    let is_positive = known(value).is_some_and(|value| value > 0.0);
    if is_positive && text.contains(|digit| matches!(digit, '1'..='9')) {
        format!("+{text}")
    } else {
        text
    }
}

/// Minutes with one decimal.
pub(super) fn minutes(value: f64) -> String {
    number(Some(value), 1)
}

/// The longest time that is printed: a hundred days, in seconds.
const LONGEST_S: f64 = 8_640_000.0;

/// Whole seconds, or `None` for a time that cannot be.
fn whole_seconds(time_s: f64) -> Option<u32> {
    (-1.0..LONGEST_S).contains(&time_s).then_some(time_s.max(0.0) as u32)
}

/// Hours and minutes since the start, as `h:mm`.
pub(super) fn hours_minutes(time_s: f64) -> String {
    whole_seconds(time_s).map_or_else(
        || UNKNOWN.into(),
        |seconds| format!("{}:{:02}", seconds / 3600, seconds / 60 % 60),
    )
}

/// Hours, minutes and seconds since the start, as `h:mm:ss`.
pub(super) fn clock(time_s: f64) -> String {
    whole_seconds(time_s).map_or_else(
        || UNKNOWN.into(),
        |seconds| format!("{}:{:02}", hours_minutes(time_s), seconds % 60),
    )
}

/// A length as minutes and seconds, `m:ss.s`, cut off rather than rounded: nothing is shown that was not there.
pub(super) fn span(millis: u32) -> String {
    format!("{}:{:02}.{}", millis / 60_000, millis / 1_000 % 60, millis / 100 % 10)
}

/// At most `longest` characters of a text.
pub(super) fn clipped(text: &str, longest: usize) -> String {
    match text.char_indices().nth(longest) {
        Some(_) => text.chars().take(longest.saturating_sub(1)).chain(['…']).collect(),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_is_a_dash_and_zero_has_no_sign() {
        assert_eq!(number(None, 1), "–");
        assert_eq!(number(Some(f64::NAN), 1), "–");
        assert_eq!(number(Some(-0.04), 1), "0.0");
        assert_eq!(number(Some(-4.0), 1), "−4.0");
        assert_eq!(plain(-0.0, 3), "0.000");
        assert_eq!(signed(Some(0.2), 1), "+0.2");
        assert_eq!(signed(Some(0.01), 1), "0.0");
        assert_eq!(signed(Some(-0.2), 1), "−0.2");
    }

    #[test]
    fn times_have_hours_and_minutes() {
        assert_eq!(hours_minutes(0.0), "0:00");
        assert_eq!(hours_minutes(3_599.9), "0:59");
        assert_eq!(clock(13_505.0), "3:45:05");
        assert_eq!(clock(-0.2), "0:00:00");
        for bad in [f64::NAN, f64::INFINITY, -5.0, 1e12] {
            assert_eq!(clock(bad), "–");
        }
    }

    #[test]
    fn a_span_shows_no_second_that_was_not_there() {
        assert_eq!(span(959_999), "15:59.9");
        assert_eq!([span(0), span(960_000)], ["0:00.0", "16:00.0"]);
        assert_eq!(span(u32::MAX), "71582:47.2");
    }

    #[test]
    fn long_texts_are_clipped_at_characters() {
        assert_eq!(clipped("grüße", 5), "grüße");
        assert_eq!(clipped("grüße", 4), "grü…");
    }
}
