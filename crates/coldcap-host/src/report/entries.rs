//! Names with values in a grid, and what stands where a value is not known.

use super::figures::{UNKNOWN, clipped, known, number};
use maud::{Markup, html};

/// The longest text of the caller that is printed, in characters.
pub(super) const LONGEST_TEXT: usize = 200;

pub(super) fn entry(name: &str, value: &Markup) -> Markup {
    html! { div { dt { (name) } dd { (value) } } }
}

/// The same over two columns.
pub(super) fn wide_entry(name: &str, value: &Markup) -> Markup {
    html! { div class="wide" { dt { (name) } dd { (value) } } }
}

/// A text; where it is empty a dash and why.
pub(super) fn entry_text(name: &str, value: &str, why: &str) -> Markup {
    let value = if value.is_empty() {
        absent(why)
    } else {
        html! { (clipped(value, LONGEST_TEXT)) }
    };
    entry(name, &value)
}

/// A number with its unit; where it is not known a dash and why.
pub(super) fn entry_number(
    name: &str,
    value: Option<f64>,
    decimals: usize,
    unit: &str,
    why: &str,
) -> Markup {
    let value = match known(value) {
        Some(value) => html! { (number(Some(value), decimals)) " " (unit) },
        None => absent(why),
    };
    entry(name, &value)
}

/// A dash, and why there is nothing else.
pub(super) fn absent(why: &str) -> Markup {
    html! { span class="absent" { (UNKNOWN) " " (why) } }
}
