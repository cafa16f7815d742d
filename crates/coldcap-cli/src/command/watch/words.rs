//! How figures are written for people.

use coldcap_host::view::{
    Alarm, BreakPicture, ChannelPicture, Control, LinkPicture, Origin, Quantity, Rewarming,
};
use coldcap_wire::message::MACHINE;
use std::borrow::Cow;

/// What stands where there is nothing to be shown.
pub(super) const NOTHING: &str = "--";

/// `-2.9`, of thousandths.
pub(super) fn tenths(milli: i32) -> String {
    let rounded = (milli + 50 * milli.signum()) / 100;
    let sign = if rounded < 0 { "-" } else { "" };
    format!("{sign}{}.{}", rounded.abs() / 10, rounded.abs() % 10)
}

/// `-2.9 °C`, `18.5 ±4.5 °C`, or the fault's name.
pub(super) fn temperature(quantity: Quantity) -> String {
    match quantity {
        Quantity::Value { milli, within_milli: Some(within), .. } => {
            format!("{} ±{} °C", tenths(milli), tenths(within.into()))
        }
        Quantity::Value { milli, .. } => format!("{} °C", tenths(milli)),
        Quantity::Fault { fault, .. } => fault.name().to_uppercase(),
    }
}

/// `0.3 s`, of what it is old.
pub(super) fn age(quantity: Quantity) -> String {
    let age = match quantity {
        Quantity::Value { age_ms, .. } => Some(age_ms),
        Quantity::Fault { age_ms, .. } => age_ms,
    };
    match age {
        Some(age) if age >= 60_000 => "> 1 min".into(),
        Some(age) => format!("{} s", tenths(age as i32)),
        None => NOTHING.into(),
    }
}

/// `12:34`, or `1:02:03`.
pub(super) fn time(ms: u64) -> String {
    let seconds = ms / 1_000;
    let (hours, minutes, seconds) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    match hours {
        0 => format!("{minutes:02}:{seconds:02}"),
        _ => format!("{hours}:{minutes:02}:{seconds:02}"),
    }
}

pub(super) fn time_or_nothing(ms: Option<u32>) -> Cow<'static, str> {
    ms.map_or(NOTHING.into(), |ms| time(ms.into()).into())
}

/// `pre_cool` as people say it.
pub(super) fn phase(name: &str) -> String {
    name.replace('_', " ")
}

/// What stands in every head of a screen: whose values these are.
pub(super) const fn origin(origin: Origin) -> &'static str {
    match origin {
        Origin::Unknown => "NOT HEARD YET",
        Origin::Device => "DEVICE",
        Origin::Simulated => "SIMULATED, no patient",
        Origin::Replay => "REPLAY",
        Origin::Other => "NO DEVICE, unknown origin",
    }
}

/// How long a break is, and was meant to be.
pub(super) fn on_break(told: &BreakPicture) -> String {
    let reason = told.reason.as_deref().map_or(String::new(), |it| format!(" ({})", why(it)));
    let left = match (told.left_ms, told.over_budget) {
        (Some(left), false) => format!("{} left", time(left.into())),
        (Some(left), true) => format!("{} left, OVER its budget", time(left.into())),
        (None, true) => "OVER its budget".into(),
        (None, false) => "no planned end".into(),
    };
    format!("BREAK{reason}: {left}")
}

/// When the skin is at 22 °C, in minutes rounded down and up.
pub(super) fn rewarming(told: Option<Rewarming>) -> String {
    let Some(Rewarming { earliest_s, latest_s, or_later }) = told else {
        return "scalp at 22 °C: not told".into();
    };
    let earliest = earliest_s.map(|earliest| earliest / 60);
    let latest = latest_s.filter(|_| !or_later).map(|latest| latest.div_ceil(60));
    match (earliest, latest) {
        (_, Some(0)) => "scalp at 22 °C or above by now".into(),
        (Some(earliest), Some(latest)) => format!("scalp at 22 °C in {earliest} to {latest} min"),
        (Some(earliest), None) => format!("scalp at 22 °C in {earliest} min or later"),
        (None, Some(latest)) => format!("scalp at 22 °C in {latest} min at the latest"),
        (None, None) => "scalp at 22 °C: not told".into(),
    }
}

/// `HIGH`, or a mark that nobody has told.
pub(super) fn priority(alarm: &Alarm) -> String {
    alarm.priority.map_or("PRIORITY?".into(), |priority| priority.name().to_uppercase())
}

/// Whose an alarm is: on a machine of one channel nobody asks, and it does not say.
pub(super) fn whose(channel: Option<u8>, channels: Option<u8>) -> String {
    if channels == Some(1) {
        return "machine".into();
    }
    match channel {
        Some(MACHINE) => "machine".into(),
        Some(channel) => format!("channel {channel}"),
        None => "channel not told".into(),
    }
}

/// Why it was broken off. A trip is named by who may end it, which is not who began it.
fn why(reason: &str) -> String {
    match reason.strip_suffix("_trip") {
        Some("operator") => "stopped by the guard".into(),
        Some(who) => format!("stopped by the guard, {who} must reset"),
        None => phase(reason),
    }
}

/// The target, and where the ramp stands.
pub(super) fn target(channel: &ChannelPicture) -> String {
    let what = match channel.control {
        Some(Control::Coolant) => "coolant",
        Some(Control::Cap) => "cap",
        None => NOTHING,
    };
    match (channel.target_milli, channel.ramp_milli) {
        (Some(target), Some(ramp)) if target != ramp => {
            format!("{what} {} °C, ramp at {} °C", tenths(target), tenths(ramp))
        }
        (Some(target), _) => format!("{what} {} °C", tenths(target)),
        (None, Some(ramp)) => format!("{what}, ramp at {} °C", tenths(ramp)),
        (None, None) => NOTHING.into(),
    }
}

/// The state of the line, in short.
pub(super) fn link(link: &LinkPicture) -> String {
    let state = match (link.open, link.secured, link.stale) {
        (Some(false), ..) => "DOWN",
        (_, _, true) => "STALE",
        (Some(true), true, false) => "secured",
        (Some(true), false, false) => "open, not secured",
        (None, ..) => return "recording".into(),
    };
    let why = link.why.as_ref().map_or(String::new(), |why| format!(" ({why})"));
    let silent = link.silent_ms.filter(|silent| *silent >= 2_000);
    let silent = silent.map_or(String::new(), |ms| format!(", silent for {}", time(ms.into())));
    format!("{state}{why}{silent}")
}

/// What was counted on the line.
pub(super) fn quality(link: &LinkPicture) -> Option<String> {
    let quality = link.quality?;
    let trip = quality
        .round_trip_us
        .map_or(NOTHING.into(), |us| format!("{}.{} ms", us / 1_000, us % 1_000 / 100));
    let (bad, lost, missed) = (quality.frames_bad, quality.packets_lost, link.missed);
    Some(format!("round trip {trip}, bad {bad}, lost {lost}, missed {missed}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tenths_are_rounded_and_have_their_sign() {
        let written = [-2_949, -2_950, -49, -51, 0, 49, 50, 18_450].map(tenths);
        assert_eq!(written, ["-2.9", "-3.0", "0.0", "-0.1", "0.0", "0.0", "0.1", "18.5"]);
    }

    #[test]
    fn times_have_hours_only_where_there_are_some() {
        assert_eq!(
            [0, 59_999, 3_599_000, 3_723_000].map(time),
            ["00:00", "00:59", "59:59", "1:02:03"]
        );
    }

    #[test]
    fn a_prediction_is_never_more_than_what_is_told() {
        let told = |earliest_s, latest_s| {
            let or_later = latest_s == Some(u16::MAX);
            rewarming(Some(Rewarming { earliest_s, latest_s, or_later }))
        };
        assert_eq!(told(Some(185), Some(421)), "scalp at 22 °C in 3 to 8 min");
        assert_eq!(told(Some(185), Some(u16::MAX)), "scalp at 22 °C in 3 min or later");
        assert_eq!(told(None, Some(421)), "scalp at 22 °C in 8 min at the latest");
        assert_eq!(told(None, Some(u16::MAX)), "scalp at 22 °C: not told");
        assert_eq!(told(Some(0), Some(0)), "scalp at 22 °C or above by now");
        assert_eq!(told(Some(0), Some(1)), "scalp at 22 °C in 0 to 1 min");
        assert_eq!(rewarming(None), "scalp at 22 °C: not told");
    }
}
