//! The alarm table: one row for each condition, as data.

use crate::{Condition, Conditions};
use coldcap_units::Duration;
use core::fmt;

/// How urgent an alarm is. Ordered: the most urgent is the greatest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Priority {
    /// Nothing signals.
    #[default]
    None = 0,
    /// The operator should know.
    Low = 1,
    /// The operator should act soon.
    Medium = 2,
    /// The operator must act at once.
    High = 3,
}

impl Priority {
    /// The frozen code, 0 to 3.
    #[must_use]
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// Its name in lower case, as reports and files print it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }

    /// The priority of an alarm from the harm that follows if nobody answers and from how fast it does.
    /// Source: public summaries of the matrix of IEC 60601-1-8, not checked against its text.
    ///
    /// | | immediate | prompt | delayed |
    /// |---|---|---|---|
    /// | irreversible | high | high | medium |
    /// | reversible | high | medium | low |
    /// | minor | medium | low | low |
    #[must_use]
    pub const fn assess(harm: Harm, onset: Onset) -> Self {
        match (harm, onset) {
            (Harm::Irreversible, Onset::Immediate | Onset::Prompt)
            | (Harm::Reversible, Onset::Immediate) => Self::High,
            (Harm::Irreversible, Onset::Delayed)
            | (Harm::Reversible, Onset::Prompt)
            | (Harm::Minor, Onset::Immediate) => Self::Medium,
            (Harm::Reversible, Onset::Delayed) | (Harm::Minor, Onset::Prompt | Onset::Delayed) => {
                Self::Low
            }
        }
    }
}

impl fmt::Display for Priority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The worst credible harm if nobody answers an alarm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Harm {
    /// Discomfort, or a treatment that is worth less.
    Minor,
    /// An injury that heals, or hair that is lost.
    Reversible,
    /// An injury that stays, or death.
    Irreversible,
}

/// How fast the harm develops.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Onset {
    /// Later than prompt, at no time in particular.
    Delayed,
    /// Within a time that is usually enough to answer.
    Prompt,
    /// Usually too fast for an answer by hand.
    Immediate,
}

/// One step up in priority for an alarm that has signalled for long.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Escalation {
    /// The priority afterwards; always higher than the row's own.
    pub to: Priority,
    /// How long the alarm must have signalled without a pause.
    pub after: Duration,
}

/// One row of the alarm table. Its onset delay is a datum of [`detect`](crate::detect::Delays::onset).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Row {
    /// What the row is about.
    pub condition: Condition,
    /// The harm that the priority was assessed from.
    pub harm: Harm,
    /// The onset that the priority was assessed from.
    pub onset: Onset,
    /// [`Priority::assess`] of harm and onset.
    pub priority: Priority,
    /// Whether the alarm stays after its condition has ended, until it is acknowledged.
    pub latching: bool,
    /// What happened, in plain English.
    pub cause: &'static str,
    /// What the nurse should do, in plain English.
    pub action: &'static str,
    /// How it escalates, if it does.
    pub escalation: Option<Escalation>,
    /// While any of these is present it is the cause, and this row does not signal.
    pub inhibited_by: Conditions,
}

/// Whether the figures of the table were checked against the text of an alarm standard. They were not:
/// they are coldcap's own proposals, drawn from public sources.
pub const CHECKED_AGAINST_STANDARD: bool = false;

impl Row {
    /// The name of the condition, in snake case.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.condition.name()
    }

    /// The row of `condition`.
    #[must_use]
    pub fn of(condition: Condition) -> &'static Self {
        let [first, ..] = &TABLE;
        TABLE.iter().find(|row| row.condition == condition).unwrap_or(first)
    }

    const fn new(
        condition: Condition,
        (harm, onset): (Harm, Onset),
        cause: &'static str,
        action: &'static str,
    ) -> Self {
        let priority = Priority::assess(harm, onset);
        let (latching, escalation, inhibited_by) = (false, None, Conditions::EMPTY);
        Self { condition, harm, onset, priority, latching, cause, action, escalation, inhibited_by }
    }

    const fn latching(self) -> Self {
        Self { latching: true, ..self }
    }

    const fn inhibited_by(self, causes: &[Condition]) -> Self {
        Self { inhibited_by: Conditions::of(causes), ..self }
    }

    const fn medium_after(self, after: Duration) -> Self {
        Self { escalation: Some(Escalation { to: Priority::Medium, after }), ..self }
    }
}

use Harm::{Irreversible, Minor, Reversible};
use Onset::{Delayed, Prompt};

/// Every alarm, in order of the condition's code. The order carries no priority.
pub static TABLE: [Row; 29] = [
    Row::new(
        Condition::Freeze,
        (Irreversible, Prompt),
        "The cap is at freezing temperature. Cooling has stopped.",
        "Loosen the cap and look at the skin. Call a clinician before cooling again.",
    )
    .latching(),
    Row::new(
        Condition::FreezeNear,
        (Reversible, Prompt),
        "The cap is close to freezing temperature.",
        "Choose one step warmer and look at the skin under the rim of the cap.",
    ),
    Row::new(
        Condition::SafetySensor,
        (Reversible, Prompt),
        "The freeze-safety sensor of the cap gives no usable value. Cooling has stopped.",
        "Check the plug of the cap. If it stays, use another cap and call a clinician.",
    )
    .latching(),
    Row::new(
        Condition::FrontSensor,
        (Reversible, Prompt),
        "The front sensor of the cap gives no usable value.",
        "Check the plug of the cap. Cooling goes on while the rear sensor works.",
    )
    .latching(),
    Row::new(
        Condition::RearSensor,
        (Reversible, Prompt),
        "The rear sensor of the cap gives no usable value.",
        "Check the plug of the cap. Cooling goes on while the front sensor works.",
    )
    .latching(),
    Row::new(
        Condition::SupplySensor,
        (Reversible, Prompt),
        "The sensor of the coolant to the cap gives no usable value. Cooling has stopped.",
        "Call a clinician. If it comes again, call service.",
    )
    .latching(),
    Row::new(
        Condition::ReturnSensor,
        (Minor, Prompt),
        "The sensor of the coolant from the cap gives no usable value.",
        "Go on if the patient is well; heat uptake is not known. Call service afterwards.",
    ),
    Row::new(
        Condition::TankSensor,
        (Reversible, Prompt),
        "The tank sensor gives no usable value. The chiller is off.",
        "The coolant will warm up. Call service.",
    ),
    Row::new(
        Condition::FlowLost,
        (Reversible, Prompt),
        "The coolant does not move. Circulation has stopped.",
        "Look for a kinked line, check the coupling, then resume.",
    )
    .latching()
    .inhibited_by(&[Condition::PumpStopped, Condition::CapUncoupled]),
    Row::new(
        Condition::PumpStopped,
        (Reversible, Prompt),
        "The pump does not run. Circulation has stopped.",
        "Resume once. If it comes again, end the session and call service.",
    )
    .latching(),
    Row::new(
        Condition::ChillerStuck,
        (Irreversible, Prompt),
        "The chiller does not stop. Power has been cut.",
        "Take the cap off the patient, unplug the machine and call service.",
    )
    .latching(),
    Row::new(
        Condition::Leak,
        (Irreversible, Prompt),
        "Coolant is leaking, or the leak sensor has failed. Power has been cut.",
        "Take the cap off the patient, unplug the machine and call service.",
    )
    .latching(),
    Row::new(
        Condition::CapUncoupled,
        (Reversible, Prompt),
        "The cap is not coupled. Circulation has stopped.",
        "Couple the cap until it clicks, then resume.",
    )
    .latching(),
    Row::new(
        Condition::MainsLost,
        (Reversible, Prompt),
        "Mains power is gone.",
        "Check the plug and the socket.",
    ),
    Row::new(
        Condition::LinkLost,
        (Minor, Prompt),
        "The screen has lost its connection. The machine goes on by itself.",
        "Use the buttons on the machine. Restart the screen.",
    )
    .medium_after(Duration::from_mins(2)),
    Row::new(
        Condition::LevelLow,
        (Reversible, Prompt),
        "There is too little coolant in the tank.",
        "Look for a leak, then fill up coolant.",
    ),
    Row::new(
        Condition::TooWarm,
        (Reversible, Delayed),
        "The cap is warmer than planned. These minutes may count for less.",
        "Check the fit of the cap and the cover.",
    )
    .medium_after(Duration::from_mins(10)),
    Row::new(
        Condition::ContactDoubtful,
        (Reversible, Delayed),
        "The cap takes up little heat. It may not touch the head well.",
        "Seat the cap again, close at the crown, and tighten the cover.",
    )
    .medium_after(Duration::from_mins(10)),
    Row::new(
        Condition::BreakOver,
        (Reversible, Prompt),
        "The break is longer than planned.",
        "Couple the cap and resume, or end the session.",
    ),
    Row::new(
        Condition::Waiting,
        (Minor, Delayed),
        "The machine is waiting for you.",
        "Go on with the next step, or end the session.",
    )
    .medium_after(Duration::from_mins(10)),
    Row::new(
        Condition::Restarted,
        (Minor, Prompt),
        "Power was gone during the session.",
        "Look at the patient and at the minutes shown, then resume or end the session.",
    ),
    Row::new(
        Condition::SelfTestFailed,
        (Irreversible, Delayed),
        "The self-test failed. The machine cannot be used.",
        "Switch off and on once. If it comes again, call service.",
    )
    .latching(),
    Row::new(
        Condition::EvaporatorCold,
        (Reversible, Prompt),
        "The coolant is close to freezing in the chiller. The chiller is off.",
        "Wait. If it comes again, call service: the coolant may be too thin.",
    ),
    Row::new(
        Condition::PermitMismatch,
        (Irreversible, Prompt),
        "The power cut-off does not follow its command. Power has been cut.",
        "Take the cap off the patient, unplug the machine and call service.",
    )
    .latching(),
    Row::new(
        Condition::ResetsSpent,
        (Irreversible, Delayed),
        "The machine has stopped cooling too often in this session.",
        "End the session and call service.",
    )
    .latching(),
    Row::new(
        Condition::LoopImplausible,
        (Reversible, Prompt),
        "The coolant does not do what the valve asks for. The pump was stopped.",
        "Look at the lines and the supply sensor. A clinician may reset it twice.",
    )
    .latching(),
    Row::new(
        Condition::ValveStuck,
        (Irreversible, Prompt),
        "A valve stays open. Power has been cut.",
        "Take the cap off the patient, unplug the machine and call service.",
    )
    .latching(),
    Row::new(
        Condition::ValveUnseen,
        (Minor, Prompt),
        "The valve's position cannot be read: a valve that jams is found late.",
        "Go on if the patient is well. Call service afterwards.",
    ),
    Row::new(
        Condition::CalibrationDue,
        (Minor, Delayed),
        "A temperature sensor is due for calibration, or a check found it off.",
        "What runs may go on. Call service before the next treatment.",
    ),
];

/// The conditions whose rows latch.
pub(super) const LATCHING: Conditions = latching(&TABLE);

const fn latching(rows: &[Row]) -> Conditions {
    let (mut set, mut left) = (Conditions::EMPTY, rows);
    while let [row, rest @ ..] = left {
        set = set.with_if(row.condition, row.latching);
        left = rest;
    }
    set
}

/// The conditions whose rows escalate, in table order.
pub(super) const ESCALATING: [Condition; 4] =
    [Condition::LinkLost, Condition::TooWarm, Condition::ContactDoubtful, Condition::Waiting];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::interlock::TripClass;

    #[test]
    fn there_is_one_row_for_each_condition() {
        assert!(TABLE.iter().map(|row| row.condition).eq(Condition::ALL));
        assert!(Condition::ALL.into_iter().all(|c| Row::of(c).condition == c));
    }

    #[test]
    fn the_escalating_rows_are_listed() {
        let rows = TABLE.iter().filter(|row| row.escalation.is_some());
        assert!(rows.map(|row| row.condition).eq(ESCALATING));
    }

    #[test]
    fn escalation_goes_up() {
        let up =
            |row: &Row| row.escalation.is_none_or(|e| e.to > row.priority && !e.after.is_zero());
        assert!(TABLE.iter().all(up));
    }

    #[test]
    fn every_trip_latches() {
        let trips = TABLE.iter().filter(|row| TripClass::of(row.condition).is_some());
        assert!(trips.clone().all(|row| row.latching));
        assert_eq!(trips.count(), 13);
    }

    #[test]
    fn a_clinicians_or_service_trip_is_never_inhibited() {
        let severe = |row: &&Row| TripClass::of(row.condition) > Some(TripClass::Operator);
        assert!(TABLE.iter().filter(severe).all(|row| row.inhibited_by.is_empty()));
    }

    #[test]
    fn what_inhibits_is_as_urgent_latches_as_well_and_is_not_inhibited() {
        for row in TABLE.iter() {
            for cause in row.inhibited_by.iter().map(Row::of) {
                assert!(cause.priority >= row.priority && cause.latching >= row.latching);
                assert!(cause.inhibited_by.is_empty());
            }
        }
    }

    #[test]
    fn texts_are_sentences() {
        for row in TABLE.iter() {
            assert!(row.cause.ends_with('.') && row.action.ends_with('.'), "{}", row.name());
            assert!(row.cause.len() <= 90 && row.action.len() <= 90, "{}", row.name());
        }
    }
}
