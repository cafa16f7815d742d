//! Every figure of the alarms that is a proposal, in one place, each with its source.

use super::priority::Priority;
use coldcap_units::Duration;

/// Whether the figures of the alarms were checked against the text of an alarm standard. They were not:
/// they are coldcap's own proposals, drawn from public sources.
pub const CHECKED_AGAINST_STANDARD: bool = false;

/// How long one press pauses the sound: two minutes, the longest that is allowed. Source: the figure
/// that two open ventilator projects use; not checked against a standard.
pub const AUDIO_PAUSE: Duration = Duration::from_secs(120);

/// No pause of the sound may be longer than this.
pub(super) const LONGEST_AUDIO_PAUSE: Duration = Duration::from_secs(120);

/// While a medium or high alarm is silenced, a reminder is heard once in this time.
pub const REMINDER_PERIOD: Duration = Duration::from_secs(60);

/// How long a reminder sounds: long enough for one burst of the alarm's own priority, and no second one.
/// It is the last part of [`REMINDER_PERIOD`].
pub const REMINDER_LENGTH: Duration = Duration::from_secs(4);

/// After an acknowledgement an alarm of `priority` whose condition still holds is silent for so long.
///
/// ```
/// use coldcap_guard::alarm::{Priority, silence};
/// assert_eq!(silence(Priority::High).as_mins(), 2);
/// ```
#[must_use]
pub const fn silence(priority: Priority) -> Duration {
    match priority {
        Priority::High => Duration::from_mins(2),
        Priority::Medium => Duration::from_mins(5),
        Priority::Low | Priority::None => Duration::from_mins(15),
    }
}

/// A lost screen becomes more urgent after this.
pub(super) const LINK_LOST_ESCALATES: Duration = Duration::from_mins(2);
/// What lessens a treatment, or waits for somebody, becomes more urgent after this.
pub(super) const UNANSWERED_ESCALATES: Duration = Duration::from_mins(10);
/// An alarm whose number hovers about its limit ends when it has been good for so long.
pub(super) const CLEAR_DELAY: Duration = Duration::from_secs(5);
/// No clear delay may be longer than this.
pub(super) const LONGEST_CLEAR_DELAY: Duration = Duration::from_secs(60);

/// One figure, for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Figure {
    /// What it is.
    pub name: &'static str,
    /// Its value.
    pub value: Duration,
    /// Where it comes from.
    pub source: &'static str,
}

const fn figure(name: &'static str, value: Duration, source: &'static str) -> Figure {
    Figure { name, value, source }
}

const OWN: &str = "coldcap's own proposal";
const RULE: &str =
    "coldcap's own proposal; summaries of IEC 60601-1-8 ask for an interval that is configured";

/// Every time of the engine. None of them was checked against the text of a standard.
pub const FIGURES: [Figure; 9] = [
    figure("audio pause, one press", AUDIO_PAUSE, "what two open ventilator projects use"),
    figure("acknowledged and silent: high", silence(Priority::High), OWN),
    figure("acknowledged and silent: medium", silence(Priority::Medium), OWN),
    figure("acknowledged and silent: low", silence(Priority::Low), OWN),
    figure("reminder, period", REMINDER_PERIOD, RULE),
    figure("reminder, length", REMINDER_LENGTH, "one burst of every tone below"),
    figure("lost screen escalates to medium", LINK_LOST_ESCALATES, OWN),
    figure("too warm, doubtful contact, waiting escalate to medium", UNANSWERED_ESCALATES, OWN),
    figure("clear delay of what hovers about a limit", CLEAR_DELAY, OWN),
];

const _: () = assert!(AUDIO_PAUSE.as_millis() <= LONGEST_AUDIO_PAUSE.as_millis());
const _: () = assert!(REMINDER_PERIOD.as_millis() <= 60_000);
const _: () = assert!(REMINDER_LENGTH.as_millis() < REMINDER_PERIOD.as_millis());

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_is_said_with_its_value_and_its_source() {
        let all = FIGURES.map(|Figure { name, value, source }| figure(name, value, source));
        assert_eq!(all, FIGURES);
        assert_eq!((all[0].value, all[0].name), (AUDIO_PAUSE, "audio pause, one press"));
    }
}
