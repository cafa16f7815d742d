//! The alarm table as data: one row for each condition, and a vendor's own rows behind them.

use super::figures;
use super::priority::{Harm, Onset, Priority};
use super::row::{Escalation, OnsetDelay, Row, Scope};
use crate::detect::{Delays, Watches};
use crate::{Condition, Conditions};
use Harm::{Irreversible, Minor, Reversible};
use Onset::{Delayed, Prompt};
use OnsetDelay::{Lasting, Rule};
use Scope::{Channel, Machine};
use coldcap_units::Duration;
use core::fmt;

const DELAYS: Delays = Delays::DEFAULT;
const WATCHES: Watches = Watches::DEFAULT;

/// Every alarm of coldcap, in order of the condition's code. The order carries no priority.
pub static TABLE: [Row; 39] = ROWS;

const ROWS: [Row; 39] = [
    Row::new(
        Condition::Freeze,
        Channel,
        (Irreversible, Prompt),
        Rule("two fresh samples in a row"),
    )
    .latching(),
    Row::new(Condition::FreezeNear, Channel, (Reversible, Prompt), Lasting(DELAYS.freeze_near))
        .steadied()
        .inhibited_by(&[Condition::Freeze]),
    Row::new(Condition::SafetySensor, Channel, (Reversible, Prompt), Lasting(DELAYS.sensor_fault))
        .latching(),
    Row::new(Condition::FrontSensor, Channel, (Reversible, Prompt), Lasting(DELAYS.sensor_fault))
        .latching(),
    Row::new(Condition::RearSensor, Channel, (Reversible, Prompt), Lasting(DELAYS.sensor_fault))
        .latching(),
    Row::new(Condition::SupplySensor, Channel, (Reversible, Prompt), Lasting(DELAYS.sensor_fault))
        .latching(),
    Row::new(Condition::ReturnSensor, Channel, (Minor, Prompt), Lasting(DELAYS.sensor_fault)),
    Row::new(Condition::TankSensor, Machine, (Reversible, Prompt), Lasting(DELAYS.sensor_fault)),
    Row::new(Condition::FlowLost, Channel, (Reversible, Prompt), Lasting(DELAYS.flow_lost))
        .latching()
        .inhibited_by(&[Condition::PumpStopped, Condition::CapUncoupled]),
    Row::new(Condition::PumpStopped, Channel, (Reversible, Prompt), Lasting(DELAYS.pump_stopped))
        .latching(),
    Row::new(
        Condition::ChillerStuck,
        Machine,
        (Irreversible, Prompt),
        Lasting(DELAYS.chiller_stops.plus(DELAYS.chiller_stuck)),
    )
    .latching(),
    Row::new(Condition::Leak, Machine, (Irreversible, Prompt), Lasting(DELAYS.leak)).latching(),
    Row::new(Condition::CapUncoupled, Channel, (Reversible, Prompt), Lasting(DELAYS.cap_uncoupled))
        .latching(),
    Row::new(Condition::MainsLost, Machine, (Reversible, Prompt), Lasting(DELAYS.mains_lost)),
    Row::new(Condition::LinkLost, Machine, (Minor, Prompt), Lasting(DELAYS.link_lost))
        .medium_after(figures::LINK_LOST_ESCALATES),
    Row::new(Condition::LevelLow, Machine, (Reversible, Prompt), Lasting(DELAYS.level_low))
        .steadied()
        .inhibited_by(&[Condition::Leak]),
    Row::new(Condition::TooWarm, Channel, (Reversible, Delayed), Rule("the loop's watch finds it"))
        .medium_after(figures::UNANSWERED_ESCALATES)
        .inhibited_by(&[Condition::TankSensor, Condition::EvaporatorCold]),
    Row::new(Condition::ContactDoubtful, Channel, (Reversible, Delayed), Rule("at most 10 min"))
        .medium_after(figures::UNANSWERED_ESCALATES),
    Row::new(
        Condition::BreakOver,
        Channel,
        (Reversible, Prompt),
        Rule("when the planned break is spent"),
    ),
    Row::new(
        Condition::Waiting,
        Channel,
        (Minor, Delayed),
        Rule("when the time that the phase may wait is spent"),
    )
    .medium_after(figures::UNANSWERED_ESCALATES),
    Row::new(Condition::Restarted, Channel, (Minor, Prompt), Rule("at power-up")),
    Row::new(
        Condition::SelfTestFailed,
        Channel,
        (Irreversible, Delayed),
        Rule("when the self-test has failed or its time is spent"),
    )
    .latching(),
    Row::new(
        Condition::EvaporatorCold,
        Machine,
        (Reversible, Prompt),
        Lasting(DELAYS.evaporator_cold),
    )
    .steadied(),
    Row::new(
        Condition::PermitMismatch,
        Machine,
        (Irreversible, Prompt),
        Lasting(DELAYS.permit_mismatch),
    )
    .latching(),
    Row::new(
        Condition::ResetsSpent,
        Channel,
        (Irreversible, Delayed),
        Rule("with the trip that needed one more reset"),
    )
    .latching(),
    Row::new(
        Condition::LoopImplausible,
        Channel,
        (Reversible, Prompt),
        Rule("the loop's watch finds it"),
    )
    .latching(),
    Row::new(
        Condition::ValveStuck,
        Channel,
        (Irreversible, Prompt),
        Rule("the loop's watch finds it"),
    )
    .latching(),
    Row::new(
        Condition::ValveUnseen,
        Channel,
        (Minor, Prompt),
        Rule("while the position cannot be read for the age of a stale reading"),
    ),
    Row::new(
        Condition::FreezeAhead,
        Channel,
        (Irreversible, Prompt),
        Rule("as many fresh samples in a row as a freeze needs, each of them falling too fast"),
    )
    .latching(),
    Row::new(
        Condition::SafetyDisagrees,
        Channel,
        (Reversible, Prompt),
        Lasting(WATCHES.agreement.lasts),
    )
    .latching(),
    Row::new(
        Condition::FaceDisagrees,
        Channel,
        (Reversible, Prompt),
        Lasting(WATCHES.agreement.lasts),
    )
    .inhibited_by(&[Condition::FrontSensor, Condition::RearSensor]),
    Row::new(
        Condition::HeatImplausible,
        Channel,
        (Reversible, Prompt),
        Lasting(WATCHES.heat.lasts),
    ),
    Row::new(Condition::FlowLow, Channel, (Reversible, Prompt), Lasting(WATCHES.occlusion.lasts))
        .inhibited_by(&[Condition::PumpStopped, Condition::CapUncoupled]),
    Row::new(
        Condition::ColdDose,
        Channel,
        (Reversible, Delayed),
        Rule("when the cap has been cold for the time of the dose"),
    )
    .medium_after(figures::UNANSWERED_ESCALATES),
    Row::new(
        Condition::DisplaySilent,
        Machine,
        (Reversible, Prompt),
        Rule("when the controller's progress has not come back for the display's time"),
    ),
    Row::new(
        Condition::Degraded,
        Channel,
        (Reversible, Delayed),
        Rule("with the control sensor that was lost"),
    )
    .inhibited_by(&[Condition::FrontSensor, Condition::RearSensor]),
    Row::new(
        Condition::CalibrationDue,
        Machine,
        (Minor, Delayed),
        Rule("with the tick in which the date or the check is judged"),
    ),
    Row::new(
        Condition::PumpRunsOn,
        Channel,
        (Irreversible, Prompt),
        Rule("1 s of current; where none can be read, 15 s of coolant that moves"),
    )
    .latching(),
    Row::new(
        Condition::PowerHeld,
        Channel,
        (Reversible, Prompt),
        Rule("in the tick in which another channel cuts the power"),
    )
    .latching(),
];

/// How many timers the engine has for the rows of a table: one for each escalation, one for each clear
/// delay.
pub const TIMERS: usize = 12;

/// The rows that the engine works by: coldcap's own, which nobody can change or switch off, and a
/// vendor's, which add to them.
///
/// ```
/// use coldcap_guard::alarm::{Harm, Onset, OnsetDelay, Row, Scope, Table, TableError};
/// use coldcap_guard::Condition;
///
/// let late = OnsetDelay::Rule("the fan's tachometer is silent for 2 s");
/// let fan = Row::new(Condition::Vendor0, Scope::Machine, (Harm::Minor, Onset::Prompt), late)
///     .inhibited_by(&[Condition::MainsLost]);
/// assert!(Table::new(&[fan]).is_ok());
/// assert_eq!(Table::new(&[fan, fan]), Err(TableError::Duplicate(Condition::Vendor0)));
///
/// let not_yours = Row { condition: Condition::Leak, ..fan };
/// assert_eq!(Table::new(&[not_yours]), Err(TableError::NotVendor(Condition::Leak)));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Table<'a> {
    vendor: &'a [Row],
    pub(super) sorted: Sorted,
}

/// What the engine asks of the rows at every step, worked out once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sorted {
    /// What has a row.
    pub(super) known: Conditions,
    pub(super) latching: Conditions,
    /// What an acknowledgement does not silence.
    pub(super) deaf: Conditions,
    /// What something inhibits.
    pub(super) inhibitable: Conditions,
    pub(super) medium: Conditions,
    pub(super) high: Conditions,
    /// Which time the engine's timers count, in order of the rows.
    pub(super) timers: [Option<Timer>; TIMERS],
}

/// What one of the engine's timers counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Timer {
    pub(super) condition: Condition,
    /// The priority to escalate to when the time is over; `None` is a clear delay.
    pub(super) to: Option<Priority>,
    /// The whole time.
    pub(super) whole: Duration,
}

impl Table<'static> {
    /// coldcap's own rows and no others.
    pub const SHIPPED: Self = Self::joined(&[]);
}

impl<'a> Table<'a> {
    /// coldcap's own rows and those of a vendor.
    ///
    /// # Errors
    /// The first rule that a vendor's row breaks; see [`TableError`].
    pub const fn new(vendor: &'a [Row]) -> Result<Self, TableError> {
        match check_vendor(vendor) {
            Ok(()) => Ok(Self::joined(vendor)),
            Err(error) => Err(error),
        }
    }

    const fn joined(vendor: &'a [Row]) -> Self {
        Self { vendor, sorted: Sorted::NONE.and(&ROWS).and(vendor) }
    }

    /// Every row: coldcap's own in order of their codes, then the vendor's as they were given.
    pub fn rows(&self) -> impl Iterator<Item = &Row> + Clone {
        TABLE.iter().chain(self.vendor)
    }

    /// The row of `condition`; `None` for a vendor's condition that has no row here.
    #[must_use]
    pub fn row(&self, condition: Condition) -> Option<&Row> {
        // req: ALM-001
        self.rows().find(|row| row.condition == condition)
    }
}

impl Row {
    /// The row by which [`Table::SHIPPED`] signals `condition`. A vendor's condition that has no row is
    /// signalled all the same: as medium, for as long as it holds.
    #[must_use]
    pub fn of(condition: Condition) -> &'static Self {
        let [first, ..] = &TABLE;
        let mut all = TABLE.iter().chain(&ROWLESS);
        all.find(|row| row.condition == condition).unwrap_or(first)
    }
}

const fn rowless(condition: Condition) -> Row {
    Row::new(condition, Machine, (Reversible, Prompt), Rule("not known"))
}

static ROWLESS: [Row; 16] = [
    rowless(Condition::Vendor0),
    rowless(Condition::Vendor1),
    rowless(Condition::Vendor2),
    rowless(Condition::Vendor3),
    rowless(Condition::Vendor4),
    rowless(Condition::Vendor5),
    rowless(Condition::Vendor6),
    rowless(Condition::Vendor7),
    rowless(Condition::Vendor8),
    rowless(Condition::Vendor9),
    rowless(Condition::Vendor10),
    rowless(Condition::Vendor11),
    rowless(Condition::Vendor12),
    rowless(Condition::Vendor13),
    rowless(Condition::Vendor14),
    rowless(Condition::Vendor15),
];

/// Why a table was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TableError {
    /// The condition is not a vendor's.
    NotVendor(Condition),
    /// Two rows are about this condition.
    Duplicate(Condition),
    /// The priority of this row is not [`Priority::assess`] of its harm and onset.
    Priority(Condition),
    /// The escalation of this row does not go up, or takes no time.
    Escalation(Condition),
    /// The clear delay of this row is longer than a minute.
    ClearDelay(Condition),
    /// This row latches and cannot be acknowledged, so its alarm would never end.
    NeverEnds(Condition),
    /// The text id of this row is not a vendor's: 192 to 255.
    Text(Condition),
    /// A condition that inhibits this row has no row.
    UnknownCause(Condition),
    /// A condition that inhibits this row is less urgent than the row can become.
    LesserCause(Condition),
    /// This row inhibits itself, directly or through others.
    Cycle(Condition),
    /// Escalations and clear delays of all rows are more than the engine has timers for: [`TIMERS`].
    TooManyTimers,
}

impl fmt::Display for TableError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (row, why) = match self {
            Self::NotVendor(row) => (row, "its code is not a vendor's: 192 to 207"),
            Self::Duplicate(row) => (row, "there are two rows"),
            Self::Priority(row) => (row, "its priority does not follow from harm and onset"),
            Self::Escalation(row) => (row, "its escalation does not go up, or takes no time"),
            Self::ClearDelay(row) => (row, "its clear delay is longer than 60 s"),
            Self::NeverEnds(row) => (row, "it latches and cannot be acknowledged"),
            Self::Text(row) => (row, "its text id is not a vendor's: 192 to 255"),
            Self::UnknownCause(row) => (row, "what inhibits it has no row"),
            Self::LesserCause(row) => (row, "what inhibits it is less urgent"),
            Self::Cycle(row) => (row, "it inhibits itself"),
            Self::TooManyTimers => return f.write_str("too many escalations and clear delays"),
        };
        write!(f, "{}: {why}", row.name())
    }
}

impl core::error::Error for TableError {}

/// The rows of coldcap are checked as a vendor's are, when the crate is compiled.
const _: () = assert!(check_rows(&ROWS, &ROWS, &[]).is_ok());
const _: () = assert!(check_together(&ROWS, &[]).is_ok());
const _: () = assert!(interlock_is_heard(&ROWS), "an alarm of a severe trip is inhibited");

impl Sorted {
    const NONE: Self = Self {
        known: Conditions::EMPTY,
        latching: Conditions::EMPTY,
        deaf: Conditions::EMPTY,
        inhibitable: Conditions::EMPTY,
        medium: Conditions::EMPTY,
        high: Conditions::EMPTY,
        timers: [None; TIMERS],
    };

    const fn and(self, rows: &[Row]) -> Self {
        let (mut sorted, mut left) = (self, rows);
        while let [row, rest @ ..] = left {
            sorted = sorted.with(row);
            left = rest;
        }
        sorted
    }

    const fn with(self, row: &Row) -> Self {
        let Row { condition, priority, escalation, clear_delay, .. } = *row;
        let mut timers = self.timers;
        if let Some(Escalation { to, after }) = escalation {
            push(&mut timers, Timer { condition, to: Some(to), whole: after });
        }
        if !clear_delay.is_zero() {
            push(&mut timers, Timer { condition, to: None, whole: clear_delay });
        }
        Self {
            known: self.known.with(condition),
            latching: self.latching.with_if(condition, row.latching),
            deaf: self.deaf.with_if(condition, !row.acknowledgeable),
            inhibitable: self.inhibitable.with_if(condition, !row.inhibited_by.is_empty()),
            medium: self.medium.with_if(condition, matches!(priority, Priority::Medium)),
            high: self.high.with_if(condition, matches!(priority, Priority::High)),
            timers,
        }
    }
}

/// Puts `timer` into the first free slot. There is one: the rows were counted.
const fn push(mut slots: &mut [Option<Timer>], timer: Timer) {
    while let [slot, rest @ ..] = slots {
        if slot.is_none() {
            *slot = Some(timer);
            return;
        }
        slots = rest;
    }
}

const fn check_vendor(vendor: &[Row]) -> Result<(), TableError> {
    let mut left = vendor;
    while let [row, rest @ ..] = left {
        if !row.condition.is_vendor() {
            return Err(TableError::NotVendor(row.condition));
        }
        if !Condition::is_vendor_code(row.text.0) {
            return Err(TableError::Text(row.condition));
        }
        left = rest;
    }
    match check_rows(vendor, &ROWS, vendor) {
        Ok(()) => check_together(&ROWS, vendor),
        Err(error) => Err(error),
    }
}

/// Each of `rows` by itself and against all others, which are `shipped` and `vendor`.
const fn check_rows(rows: &[Row], shipped: &[Row], vendor: &[Row]) -> Result<(), TableError> {
    let mut left = rows;
    while let [row, rest @ ..] = left {
        if find(rest, row.condition).is_some() {
            return Err(TableError::Duplicate(row.condition));
        }
        if let Err(error) = check_row(row) {
            return Err(error);
        }
        if let Err(error) = check_causes(row, shipped, vendor) {
            return Err(error);
        }
        left = rest;
    }
    Ok(())
}

const fn check_row(row: &Row) -> Result<(), TableError> {
    if row.priority as u8 != Priority::assess(row.harm, row.onset) as u8 {
        return Err(TableError::Priority(row.condition));
    }
    if let Some(escalation) = row.escalation
        && (escalation.to as u8 <= row.priority as u8 || escalation.after.is_zero())
    {
        return Err(TableError::Escalation(row.condition));
    }
    if row.clear_delay.as_millis() > figures::LONGEST_CLEAR_DELAY.as_millis() {
        return Err(TableError::ClearDelay(row.condition));
    }
    if row.latching && !row.acknowledgeable {
        return Err(TableError::NeverEnds(row.condition));
    }
    Ok(())
}

/// An inhibition must hide a row, never its urgency: every cause is as urgent as the row can become.
const fn check_causes(row: &Row, shipped: &[Row], vendor: &[Row]) -> Result<(), TableError> {
    let (shipped, hurtful) = causes_of(row, shipped);
    let (vendors, hurtful_vendors) = causes_of(row, vendor);
    if hurtful || hurtful_vendors {
        return Err(TableError::LesserCause(row.condition));
    }
    if !shipped.union(vendors).contains_all(row.inhibited_by) {
        return Err(TableError::UnknownCause(row.condition));
    }
    Ok(())
}

/// Which causes of `row` are in `rows`, and whether one of them is less urgent.
const fn causes_of(row: &Row, rows: &[Row]) -> (Conditions, bool) {
    let (mut found, mut lesser, mut left) = (Conditions::EMPTY, false, rows);
    while let [cause, rest @ ..] = left {
        let is_cause = row.inhibited_by.contains(cause.condition);
        found = found.with_if(cause.condition, is_cause);
        lesser |= is_cause && (cause.priority as u8) < row.worst() as u8;
        left = rest;
    }
    (found, lesser)
}

const fn find(rows: &[Row], condition: Condition) -> Option<&Row> {
    let mut left = rows;
    while let [row, rest @ ..] = left {
        if row.condition.code() == condition.code() {
            return Some(row);
        }
        left = rest;
    }
    None
}

/// Timers, and that no chain of inhibitions closes.
const fn check_together(shipped: &[Row], vendor: &[Row]) -> Result<(), TableError> {
    if timers(shipped).saturating_add(timers(vendor)) > TIMERS {
        return Err(TableError::TooManyTimers);
    }
    // Whatever has only settled causes is settled. One pass for each row settles every row that is in
    // no cycle, whatever their order.
    let (mut settled, mut passes) = (Conditions::EMPTY, shipped.len().saturating_add(vendor.len()));
    while passes > 0 {
        settled = settle(vendor, settle(shipped, settled));
        passes = passes.saturating_sub(1);
    }
    match (unsettled(shipped, settled), unsettled(vendor, settled)) {
        (None, None) => Ok(()),
        (Some(condition), _) | (_, Some(condition)) => Err(TableError::Cycle(condition)),
    }
}

const fn timers(rows: &[Row]) -> usize {
    let (mut sum, mut left) = (0usize, rows);
    while let [row, rest @ ..] = left {
        sum = sum.saturating_add(row.timers());
        left = rest;
    }
    sum
}

const fn settle(rows: &[Row], settled: Conditions) -> Conditions {
    let (mut set, mut left) = (settled, rows);
    while let [row, rest @ ..] = left {
        set = set.with_if(row.condition, set.contains_all(row.inhibited_by));
        left = rest;
    }
    set
}

const fn unsettled(rows: &[Row], settled: Conditions) -> Option<Condition> {
    let mut left = rows;
    while let [row, rest @ ..] = left {
        if !settled.contains(row.condition) {
            return Some(row.condition);
        }
        left = rest;
    }
    None
}

/// Whether no alarm of a trip is inhibited, but one of the operator's class by another of that class.
const fn interlock_is_heard(rows: &[Row]) -> bool {
    // req: ALM-004
    use crate::interlock::TripClass;
    let (mut heard, mut left) = (true, rows);
    while let [row, rest @ ..] = left {
        let inhibited = !row.inhibited_by.is_empty();
        heard &= match TripClass::of(row.condition) {
            None => true,
            Some(TripClass::Operator) => OPERATOR_TRIPS.contains_all(row.inhibited_by),
            Some(TripClass::Clinician | TripClass::Service) => !inhibited,
        };
        left = rest;
    }
    heard
}

/// What an operator's resume releases.
const OPERATOR_TRIPS: Conditions = Conditions::of(&[
    Condition::FlowLost,
    Condition::PumpStopped,
    Condition::CapUncoupled,
    Condition::PowerHeld,
]);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::interlock::TripClass;
    extern crate std;
    use std::format;
    use std::vec::Vec;

    #[test]
    fn there_is_one_row_for_each_condition() {
        assert!(TABLE.iter().map(|row| row.condition).eq(Condition::ALL));
        let mut all = Condition::ALL.into_iter().chain(Condition::VENDOR);
        assert!(all.all(|c| Row::of(c).condition == c));
        assert!(Condition::VENDOR.into_iter().all(|c| Row::of(c).priority == Priority::Medium));
    }

    #[test]
    fn a_condition_without_a_row_has_a_plain_one_of_its_own() {
        for condition in Condition::VENDOR {
            assert_eq!(*Row::of(condition), rowless(condition), "{condition}");
        }
    }

    #[test]
    fn the_shipped_rows_escalate_and_steady_by_the_figures_that_are_disclosed() {
        assert_eq!(FAN.steadied().clear_delay, figures::CLEAR_DELAY);
        let waiting = row(Condition::Vendor1).medium_after(figures::UNANSWERED_ESCALATES);
        let to_medium = waiting.escalation.map(|it| (it.to, it.after));
        assert_eq!(to_medium, Some((Priority::Medium, figures::UNANSWERED_ESCALATES)));
    }

    #[test]
    fn a_row_discloses_the_delay_that_its_detector_has() {
        for row in &TABLE {
            let disclosed = match row.onset_delay {
                Lasting(delay) => Some(delay),
                Rule(_) => None,
            };
            let counted = DELAYS.onset(row.condition).or(WATCHES.onset(row.condition));
            assert_eq!(disclosed, counted, "{}", row.name());
        }
    }

    #[test]
    fn every_trip_latches() {
        let trips = TABLE.iter().filter(|row| TripClass::of(row.condition).is_some());
        assert!(trips.clone().all(|row| row.latching));
        assert_eq!(trips.count(), 17);
    }

    #[test]
    fn what_inhibits_is_as_urgent_latches_as_well_and_is_not_inhibited() {
        for row in TABLE.iter() {
            for cause in row.inhibited_by.iter().map(Row::of) {
                assert!(cause.priority >= row.worst() && cause.latching >= row.latching);
                assert!(cause.inhibited_by.is_empty());
            }
        }
    }

    const FAN: Row = Row::new(
        Condition::Vendor0,
        Scope::Machine,
        (Harm::Reversible, Onset::Prompt),
        Rule("a test's"),
    );

    fn row(condition: Condition) -> Row {
        Row { condition, text: super::super::text::TextId::of(condition), ..FAN }
    }

    fn refused(rows: &[Row]) -> TableError {
        let error = Table::new(rows).unwrap_err();
        assert!(!format!("{error}").is_empty());
        error
    }

    #[test]
    fn a_vendors_row_is_checked_by_itself() {
        let error = |row: Row| refused(&[row]);
        let Row { condition, .. } = FAN;
        assert_eq!(error(Row { priority: Priority::High, ..FAN }), TableError::Priority(condition));
        let level = FAN.escalating(Priority::Medium, Duration::from_secs(1));
        assert_eq!(error(level), TableError::Escalation(condition));
        let at_once = FAN.escalating(Priority::High, Duration::ZERO);
        assert_eq!(error(at_once), TableError::Escalation(condition));
        let minute = Duration::from_secs(60);
        assert!(Table::new(&[FAN.clearing_after(minute)]).is_ok());
        let longer = FAN.clearing_after(minute.plus(Duration::from_millis(1)));
        assert_eq!(error(longer), TableError::ClearDelay(condition));
        let deaf = Row { acknowledgeable: false, ..FAN };
        assert!(Table::new(&[deaf]).is_ok());
        assert_eq!(error(deaf.latching()), TableError::NeverEnds(condition));
        assert!(Table::new(&[FAN.latching()]).is_ok());
        let ours = Row { text: super::super::text::TextId(191), ..FAN };
        assert_eq!(error(ours), TableError::Text(condition));
        assert_eq!(
            error(Row { condition: Condition::Freeze, ..FAN }),
            TableError::NotVendor(Condition::Freeze)
        );
    }

    #[test]
    fn a_vendors_causes_are_known_and_urgent() {
        let by = |cause: Condition| refused(&[FAN.inhibited_by(&[cause])]);
        assert!(Table::new(&[FAN.inhibited_by(&[Condition::MainsLost])]).is_ok());
        assert_eq!(by(Condition::Vendor1), TableError::UnknownCause(Condition::Vendor0));
        assert_eq!(by(Condition::Restarted), TableError::LesserCause(Condition::Vendor0));
        let escalating = FAN.escalating(Priority::High, Duration::from_mins(1));
        let error = refused(&[escalating.inhibited_by(&[Condition::MainsLost])]);
        assert_eq!(error, TableError::LesserCause(Condition::Vendor0));
    }

    #[test]
    fn a_cycle_of_any_length_is_refused_and_a_chain_is_not() {
        for length in 1..=16usize {
            let vendors: Vec<Condition> = Condition::VENDOR.into_iter().take(length).collect();
            let next = |index: usize| vendors[(index + 1) % length];
            let cycle: Vec<Row> =
                (0..length).map(|index| row(vendors[index]).inhibited_by(&[next(index)])).collect();
            assert!(matches!(refused(&cycle), TableError::Cycle(_)), "{length}");
            let mut chain = cycle.clone();
            chain[length - 1].inhibited_by = Conditions::EMPTY;
            assert!(Table::new(&chain).is_ok(), "{length}");
            chain.reverse();
            assert!(Table::new(&chain).is_ok(), "{length}");
        }
    }

    #[test]
    fn the_engine_has_a_timer_for_every_delay_that_it_accepts() {
        let used: usize = TABLE.iter().map(Row::timers).sum();
        assert_eq!(used, 8);
        let timed: Vec<Row> = Condition::VENDOR
            .into_iter()
            .map(|condition| row(condition).clearing_after(Duration::from_secs(1)))
            .collect();
        assert!(Table::new(&timed[..TIMERS - used]).is_ok());
        assert_eq!(refused(&timed[..=TIMERS - used]), TableError::TooManyTimers);
    }

    /// No table that is accepted needs it: rows are counted before.
    #[test]
    fn a_timer_without_a_free_slot_takes_no_others_place() {
        let timer = |seconds| {
            let whole = Duration::from_secs(seconds);
            Timer { condition: Condition::Vendor0, to: None, whole }
        };
        let mut slots = [None; 2];
        (1..=3).for_each(|seconds| push(&mut slots, timer(seconds)));
        assert_eq!(slots, [Some(timer(1)), Some(timer(2))]);
    }

    #[test]
    fn severe_trips_may_not_be_inhibited() {
        let by = |condition, cause: &[Condition]| [row(condition).inhibited_by(cause)];
        assert!(!interlock_is_heard(&by(Condition::Freeze, &[Condition::Leak])));
        assert!(!interlock_is_heard(&by(Condition::FlowLost, &[Condition::Leak])));
        assert!(interlock_is_heard(&by(Condition::FlowLost, &[Condition::PumpStopped])));
        assert!(interlock_is_heard(&by(Condition::LinkLost, &[Condition::Leak])), "no trip");
    }
}
