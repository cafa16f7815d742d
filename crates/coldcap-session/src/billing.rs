//! Code numbers by date of service, computed from measured minutes. Not billing advice.

use crate::record::Summary;

/// What must stand beside every line that is shown.
pub const NOTICE: &str = "Not billing advice: check every line against the payer's own rules.";

/// A calendar day of the wall clock, as the host knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    year: u16,
    month: u8,
    day: u8,
}

impl Date {
    /// A day of the Gregorian calendar; `None` when there is no such day.
    ///
    /// ```
    /// use coldcap_session::billing::Date;
    /// assert!(Date::new(2028, 2, 29).is_some());
    /// assert!(Date::new(2026, 2, 29).is_none());
    /// ```
    #[must_use]
    pub const fn new(year: u16, month: u8, day: u8) -> Option<Self> {
        let leap =
            year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
        let last = match month {
            1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
            4 | 6 | 9 | 11 => 30,
            2 if leap => 29,
            2 => 28,
            _ => return None,
        };
        if day == 0 || day > last { None } else { Some(Self { year, month, day }) }
    }

    const fn is_before_2026(self) -> bool {
        self.year < 2026
    }
}

/// A rule by which lines are computed. Its id is printed with every line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Rule {
    /// The rule's id; a changed rule gets another one.
    pub id: &'static str,
    /// The code number.
    pub code: &'static str,
    /// When it applies and how it is counted, in our own words.
    pub counting: &'static str,
}

/// The rules in force to 31 December 2025, then those from 1 January 2026.
///
/// The numbers and what each is counted by come from payers' public summaries. That a 30-minute unit
/// counts once its midpoint has passed is the general rule for timed codes, applied here by analogy.
pub const RULES: [Rule; 5] = [FIT_TO_2025, SESSION_TO_2025, FIT, SESSION, AFTER_INFUSION];

const FIT_TO_2025: Rule = Rule {
    id: "to-2025/fit",
    code: "0662T",
    counting: "measuring and calibrating a cap; once a course",
};
const SESSION_TO_2025: Rule =
    Rule { id: "to-2025/session", code: "0663T", counting: "cap on, watched, off; once a session" };
const FIT: Rule = Rule {
    id: "from-2026/fit",
    code: "97007",
    counting: "fitting a cap and instruction; once a course",
};
const SESSION: Rule = Rule {
    id: "from-2026/session",
    code: "97008",
    counting: "hair and cap prepared, cooling begun; once a session",
};
const AFTER_INFUSION: Rule = Rule {
    id: "from-2026/after-infusion/midpoint",
    code: "97009",
    counting: "cooled time after the last drug ended, in full minutes: one unit from 16, one more with each further 30; only with 97008",
};

/// One code with its units.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Line {
    /// The rule that gave it.
    pub rule: Rule,
    /// How many units.
    pub units: u32,
}

/// The lines of one visit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Lines([Option<Line>; 3]);

impl Lines {
    /// The lines, in order.
    pub fn iter(&self) -> impl Iterator<Item = Line> + '_ {
        self.0.iter().flatten().copied()
    }
}

/// The lines of one visit on its date of service.
///
/// A fit line says that this visit stored a fit; whether the course has had its one already is not
/// known here. A session counts once any cooled time was measured; time after the infusion counts
/// only when the end of a hair-toxic drug was marked.
///
/// ```
/// use coldcap_session::{billing::{units, Date}, record::Summary};
/// let date = Date::new(2026, 1, 1).unwrap();
/// let visit = Summary { fit_saved: true, ..Summary::default() };
/// let codes: Vec<_> = units(&visit, date).iter().map(|line| line.rule.code).collect();
/// assert_eq!(codes, ["97007"]);
/// ```
#[must_use]
pub fn units(visit: &Summary, date_of_service: Date) -> Lines {
    // req: REC-005
    let fit = visit.fit_saved;
    let session = !visit.cooled().is_zero();
    if date_of_service.is_before_2026() {
        return Lines([line(FIT_TO_2025, fit.into()), line(SESSION_TO_2025, session.into()), None]);
    }
    let after = if session { units_after_infusion(visit) } else { 0 };
    Lines([line(FIT, fit.into()), line(SESSION, session.into()), line(AFTER_INFUSION, after)])
}

fn line(rule: Rule, units: u32) -> Option<Line> {
    (units > 0).then_some(Line { rule, units })
}

fn units_after_infusion(visit: &Summary) -> u32 {
    match visit.last_drug_end {
        Some(_) => half_hours(visit.after_infusion.cooled.as_mins()),
        None => 0,
    }
}

/// Full minutes: 0–15 give none, 16–45 one, 46–75 two, and so on.
const fn half_hours(minutes: u32) -> u32 {
    minutes.saturating_add(14) / 30
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::machine::PhaseClock;
    use crate::note::Note;
    use crate::phase::Phase;
    use crate::record::Chain;
    use coldcap_units::{Duration, Instant};
    extern crate std;
    use std::vec;
    use std::vec::Vec;

    fn clock(cooled: Duration) -> PhaseClock {
        PhaseClock { elapsed: cooled, cooled, at_target: Duration::ZERO }
    }

    fn session(after: Duration, drug_ended: bool) -> Summary {
        let mut chain = Chain::new();
        let closed = |phase, cooled| Note::PhaseClosed { phase, clock: clock(cooled) };
        let mut notes = vec![closed(Phase::Infusing, Duration::from_mins(60))];
        if drug_ended {
            notes.insert(0, Note::DrugStarted { drug: 1, hair_toxic: true });
            notes.push(Note::DrugEnded { drug: 1, hair_toxic: true });
        }
        notes.push(closed(Phase::PostCool, after));
        let entries: Vec<_> =
            notes.iter().map(|note| chain.append(Instant::ZERO, 0, note)).collect();
        Summary::fold(&entries)
    }

    fn codes(visit: &Summary, date: Option<Date>) -> Vec<(&'static str, u32)> {
        units(visit, date.unwrap()).iter().map(|line| (line.rule.code, line.units)).collect()
    }

    // req: REC-005
    #[test]
    fn units_change_at_the_midpoint() {
        let golden =
            [(0, 0), (15, 0), (16, 1), (45, 1), (46, 2), (75, 2), (76, 3), (105, 3), (106, 4)];
        for (minutes, expected) in golden {
            let visit = session(Duration::from_mins(minutes), true);
            let after = units(&visit, Date::new(2026, 7, 1).unwrap()).iter().nth(1);
            assert_eq!(after.map_or(0, |line| line.units), expected, "{minutes}");
        }
        let almost = Duration::from_millis(16 * 60_000 - 1);
        assert_eq!(codes(&session(almost, true), Date::new(2026, 1, 1)), [("97008", 1)]);
    }

    // req: REC-005
    #[test]
    fn the_date_of_service_decides() {
        let visit = Summary { fit_saved: true, ..session(Duration::from_mins(60), true) };
        let last = codes(&visit, Date::new(2025, 12, 31));
        assert_eq!(last, [("0662T", 1), ("0663T", 1)]);
        let first = codes(&visit, Date::new(2026, 1, 1));
        assert_eq!(first, [("97007", 1), ("97008", 1), ("97009", 2)]);
    }

    #[test]
    fn time_after_the_infusion_needs_a_session_and_a_marked_end() {
        let unmarked = session(Duration::from_mins(60), false);
        assert_eq!(codes(&unmarked, Date::new(2026, 1, 1)), [("97008", 1)]);
        let fit_only = Summary { fit_saved: true, ..Summary::default() };
        assert_eq!(codes(&fit_only, Date::new(2026, 1, 1)), [("97007", 1)]);
        assert!(codes(&Summary::default(), Date::new(2025, 1, 1)).is_empty());
    }

    #[test]
    fn dates_are_days() {
        for (year, month, day) in
            [(2026, 0, 1), (2026, 13, 1), (2026, 4, 31), (2100, 2, 29), (2026, 1, 0)]
        {
            assert_eq!(Date::new(year, month, day), None);
        }
        assert!(Date::new(2000, 2, 29).is_some() && Date::new(2026, 12, 31).is_some());
        assert!(Date::new(2025, 12, 31) < Date::new(2026, 1, 1));
    }

    #[test]
    fn every_rule_has_its_own_id() {
        for (place, rule) in RULES.iter().enumerate() {
            assert!(RULES.iter().skip(place + 1).all(|other| other.id != rule.id));
        }
    }
}
