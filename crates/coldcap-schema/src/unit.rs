//! What one of a number is in the base unit.

/// Units and their scales. A unit that is not here has none; the registry may not use one that is unknown.
const SCALES: &[(&str, &str)] = &[
    ("milli-degC", "0.001 degC"),
    ("milli-K", "0.001 K"),
    ("mL/min", "1 mL/min"),
    ("permille", "0.001"),
    ("s", "1 s"),
    ("ms", "0.001 s"),
    ("us", "0.000001 s"),
    ("mm", "0.001 m"),
    ("bytes", "1 byte"),
    ("count", "1"),
];

/// What a number without a unit may be called.
const NATURES: &[&str] = &[
    "id",
    "index",
    "structure",
    "hash",
    "bits",
    "site's own",
    "0 or 1",
    "version",
    "as stated",
    "stored layout",
    "endpoint",
];

/// The scale of `unit`: `-` where there is none, `None` where nobody has said what the unit is.
///
/// ```
/// use coldcap_schema::unit::scale;
/// assert_eq!(scale("milli-degC"), Some("0.001 degC"));
/// assert_eq!(scale("code: phase"), Some("-"));
/// assert_eq!(scale("furlongs"), None);
/// ```
#[must_use]
pub fn scale(unit: &str) -> Option<&'static str> {
    let scaled = SCALES.iter().find(|(name, _)| *name == unit).map(|(_, scale)| *scale);
    let known = NATURES.contains(&unit)
        || ["code: ", "bits: ", "by "].iter().any(|start| unit.starts_with(start));
    scaled.or(known.then_some("-"))
}
