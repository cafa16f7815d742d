//! What an exploration reached: cells, answers, flags, reasons, conditions, and the table's rows.

use super::alphabet::Letter;
use super::rules::Seen;
use super::step_rules::{CONDITIONS, REFUSALS, refusal_name};
use crate::store::WordHasher;
use coldcap::supervise::Event;
use coldcap_guard::Conditions;
use coldcap_session::{Accepted, Answer, Fact, Flag, Note, Phase, Reason};
use core::hash::BuildHasherDefault;
use std::collections::{BTreeMap, HashMap};

/// The kinds of events: twenty requests, five facts, time, a power gap, the wall clock.
pub const KINDS: usize = 28;

/// One row of the table of transitions, in the order in which it is sorted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Row {
    /// The phase before.
    pub phase: Phase,
    /// The class of the event.
    pub event: &'static str,
    /// What the interlock and the coupling switch say of the time that passes; `-` of other events.
    pub guard: &'static str,
    /// The answer to a request; `-` for what cannot be answered.
    pub answer: &'static str,
    /// The phase after.
    pub next: Phase,
}

/// What goes with a row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Marks {
    /// How many steps took it.
    pub steps: u64,
    /// Flags that were raised with it, by code.
    flags: u32,
    /// Reasons that were given with it, from 128.
    reasons: u16,
}

impl Marks {
    /// The flags, in words.
    pub fn flags(&self) -> impl Iterator<Item = Flag> + '_ {
        Flag::ALL.into_iter().filter(|flag| self.flags >> flag.code() & 1 == 1)
    }

    /// The machine's own reasons.
    pub fn reasons(&self) -> impl Iterator<Item = Reason> + '_ {
        (0u8..16).filter(|bit| self.reasons >> bit & 1 == 1).map(|bit| Reason(128 + bit))
    }

    fn add(&mut self, note: &Note) {
        match note {
            Note::Flag(flag) => self.flags |= 1 << flag.code(),
            Note::BreakBegan { reason } | Note::Ended { reason } if !reason.is_operators() => {
                self.reasons |= 1 << (reason.0 - 128);
            }
            _ => {}
        }
    }
}

type Words<K, V> = HashMap<K, V, BuildHasherDefault<WordHasher>>;

/// What was reached so far.
#[derive(Clone, Debug, Default)]
pub struct Coverage {
    cells: Vec<[u64; KINDS]>,
    answers: BTreeMap<(usize, i8), u64>,
    conditions: Conditions,
    rows: Words<Row, Marks>,
}

impl Coverage {
    pub(super) fn add(&mut self, letter: &Letter, seen: &Seen<'_>) {
        self.cells.resize(Phase::ALL.len(), [0; KINDS]);
        let phase = seen.before.session.phase();
        let kind = kind(seen.event);
        self.cells[usize::from(phase.code())][kind] += 1;
        if let Some(answer) = seen.effects.answer {
            *self.answers.entry((kind, code(answer))).or_default() += 1;
        }
        if let Event::Advance { conditions, .. } = seen.event {
            self.conditions = self.conditions.union(*conditions);
        }
        let row = Row {
            phase,
            event: class(letter),
            guard: guard(seen),
            answer: seen.effects.answer.map_or("-", answer_name),
            next: seen.after.session.phase(),
        };
        let marks = self.rows.entry(row).or_default();
        marks.steps += 1;
        seen.notes.iter().for_each(|note| marks.add(note));
    }

    pub(super) fn merge(&mut self, other: &Self) {
        self.cells.resize(Phase::ALL.len(), [0; KINDS]);
        for (to, from) in self.cells.iter_mut().zip(&other.cells) {
            to.iter_mut().zip(from).for_each(|(to, from)| *to += from);
        }
        for (answer, count) in &other.answers {
            *self.answers.entry(*answer).or_default() += count;
        }
        self.conditions = self.conditions.union(other.conditions);
        for (row, marks) in &other.rows {
            let to = self.rows.entry(*row).or_default();
            to.steps += marks.steps;
            to.flags |= marks.flags;
            to.reasons |= marks.reasons;
        }
    }

    /// The table of transitions, sorted.
    #[must_use]
    pub fn table(&self) -> BTreeMap<Row, Marks> {
        self.rows.iter().map(|(row, marks)| (*row, *marks)).collect()
    }

    /// How many of the cells (phase, kind of event) were reached, and how many there are.
    #[must_use]
    pub fn cells(&self) -> (usize, usize) {
        let reached = self.cells.iter().flatten().filter(|count| **count > 0).count();
        (reached, Phase::ALL.len() * KINDS)
    }

    /// How many pairs of a request and its answer were reached.
    #[must_use]
    pub fn answers(&self) -> usize {
        self.answers.len()
    }

    /// How often each answer was given to each request, for people.
    #[must_use]
    pub fn answer_counts(&self) -> Vec<(&'static str, &'static str, u64)> {
        let named = |((kind, code), count): (&(usize, i8), &u64)| {
            (KIND_NAMES[*kind], code_name(*code), *count)
        };
        self.answers.iter().map(named).collect()
    }

    /// Everything that was not reached, by name. It must be empty.
    #[must_use]
    pub fn gaps(&self) -> Vec<String> {
        let mut gaps = Vec::new();
        for phase in Phase::ALL {
            for (kind, name) in KIND_NAMES.iter().enumerate() {
                let count = self.cells.get(usize::from(phase.code())).map_or(0, |row| row[kind]);
                if count == 0 {
                    gaps.push(format!("cell {phase} × {name}"));
                }
            }
        }
        for refusal in 1..=REFUSALS as i8 {
            if !self.answers.keys().any(|(_, code)| *code == -refusal) {
                gaps.push(format!("refusal {}", code_name(-refusal)));
            }
        }
        for (kind, expected) in ANSWERS {
            for code in *expected {
                let place = KIND_NAMES.iter().position(|name| name == kind);
                if !place.is_some_and(|place| self.answers.contains_key(&(place, *code))) {
                    gaps.push(format!("guard {kind}: {}", code_name(*code)));
                }
            }
        }
        for condition in CONDITIONS.difference(self.conditions).iter() {
            gaps.push(format!("condition {condition}"));
        }
        gaps.extend(self.missing_marks());
        gaps
    }

    /// Answers that nobody expected: pairs of a request and a code that are not written down.
    #[must_use]
    pub fn surprises(&self) -> Vec<String> {
        let listed = |kind: &str, code: i8| {
            ANSWERS.iter().any(|(name, codes)| *name == kind && codes.contains(&code))
        };
        let unlisted = self.answers.keys().filter(|(kind, code)| !listed(KIND_NAMES[*kind], *code));
        unlisted
            .map(|(kind, code)| format!("{}: {}", KIND_NAMES[*kind], code_name(*code)))
            .collect()
    }

    fn missing_marks(&self) -> Vec<String> {
        let all = self.rows.values().fold(Marks::default(), |mut all, marks| {
            all.flags |= marks.flags;
            all.reasons |= marks.reasons;
            all
        });
        let flags = Flag::ALL.into_iter().filter(|flag| *flag != Flag::FitUnsure);
        let flags = flags.filter(|flag| all.flags >> flag.code() & 1 == 0);
        let missing = flags.map(|flag| format!("flag {}", flag_name(flag)));
        let reasons = (0..10u8).filter(|bit| all.reasons >> bit & 1 == 0);
        missing.chain(reasons.map(|bit| format!("reason {}", reason_name(128 + bit)))).collect()
    }
}

/// The names of the kinds, in order.
pub const KIND_NAMES: [&str; KINDS] = [
    "start_fit",
    "measure",
    "confirm_fit",
    "select_patient",
    "choose_plan",
    "start",
    "worn",
    "pause",
    "resume",
    "extend",
    "ease_off",
    "stop",
    "end_session",
    "confirm_removed",
    "close",
    "clinician_reset",
    "service_reset",
    "cancel",
    "acknowledge",
    "amend",
    "drug_started",
    "drug_ended",
    "cap_off",
    "symptom",
    "comfort",
    "time",
    "power_gap",
    "wall_set",
];

fn kind(event: &Event) -> usize {
    match event {
        Event::Request { request, .. } => usize::from(request.code()) - 1,
        Event::Fact(Fact::DrugStarted { .. }) => 20,
        Event::Fact(Fact::DrugEnded { .. }) => 21,
        Event::Fact(Fact::CapOff) => 22,
        Event::Fact(Fact::Symptom(_)) => 23,
        Event::Fact(Fact::Comfort(_)) => 24,
        Event::Advance { .. } => 25,
        Event::Restarted { .. } => 26,
        Event::WallSet { .. } => 27,
    }
}

const DONE: i8 = 0;
const ARMED: i8 = 1;
const SAME: i8 = 2;
const WRONG_PHASE: i8 = -1;
const CAP_ABSENT: i8 = -2;
const NOT_WORN: i8 = -3;
const FAULT: i8 = -4;
const BUDGET: i8 = -5;
const LIMIT: i8 = -6;
const EARLY: i8 = -7;
const UNCONFIRMED: i8 = -8;
const RANGE: i8 = -9;
const ORDER: i8 = -10;
const ROLE: i8 = -11;
const GATE: i8 = -12;
const UNANSWERED: i8 = -13;
const SERVICE: i8 = -14;
const CALIBRATION: i8 = -15;
const REGIMEN: i8 = -16;
const UNTESTED: i8 = -20;

/// Every outcome of every guard of a request, written down from the rules: exactly these are reached.
const ANSWERS: &[(&str, &[i8])] = &[
    ("start_fit", &[DONE, WRONG_PHASE, FAULT, UNTESTED, ROLE, SERVICE, CALIBRATION]),
    (
        "measure",
        &[
            DONE,
            WRONG_PHASE,
            UNANSWERED,
            RANGE,
            FAULT,
            UNTESTED,
            SERVICE,
            CALIBRATION,
            CAP_ABSENT,
            ROLE,
        ],
    ),
    ("confirm_fit", &[DONE, ARMED, SAME, WRONG_PHASE, EARLY, UNCONFIRMED, ROLE]),
    ("select_patient", &[DONE, WRONG_PHASE, RANGE, GATE, UNANSWERED, ROLE]),
    ("choose_plan", &[DONE, WRONG_PHASE, RANGE, REGIMEN, GATE, UNANSWERED, ROLE]),
    (
        "start",
        &[
            DONE,
            WRONG_PHASE,
            UNANSWERED,
            FAULT,
            UNTESTED,
            SERVICE,
            CALIBRATION,
            CAP_ABSENT,
            EARLY,
            ROLE,
        ],
    ),
    ("worn", &[DONE, SAME, WRONG_PHASE, ROLE]),
    ("pause", &[DONE, SAME, WRONG_PHASE, RANGE, BUDGET, ROLE]),
    (
        "resume",
        &[
            DONE,
            ARMED,
            WRONG_PHASE,
            FAULT,
            UNTESTED,
            SERVICE,
            CALIBRATION,
            CAP_ABSENT,
            NOT_WORN,
            UNCONFIRMED,
            ROLE,
        ],
    ),
    ("extend", &[DONE, WRONG_PHASE, RANGE, LIMIT, ROLE]),
    ("ease_off", &[DONE, WRONG_PHASE, LIMIT, ROLE]),
    ("stop", &[DONE, SAME]),
    ("end_session", &[DONE, ARMED, WRONG_PHASE, UNANSWERED, RANGE, UNCONFIRMED, ROLE]),
    ("confirm_removed", &[DONE, SAME, WRONG_PHASE, ORDER, ROLE]),
    ("close", &[DONE, WRONG_PHASE, ROLE]),
    ("clinician_reset", &[DONE, ARMED, SAME, FAULT, UNTESTED, UNCONFIRMED, SERVICE, ROLE]),
    ("service_reset", &[DONE, ARMED, SAME, FAULT, UNCONFIRMED, ROLE]),
    ("cancel", &[DONE, WRONG_PHASE, ROLE]),
    ("acknowledge", &[DONE, SAME, ROLE]),
    ("amend", &[DONE, UNANSWERED, RANGE, ORDER, ROLE]),
];

fn code(answer: Answer) -> i8 {
    match answer {
        Ok(accepted) => accepted as i8,
        Err(refusal) => -(refusal.code() as i8),
    }
}

fn answer_name(answer: Answer) -> &'static str {
    match answer {
        Ok(Accepted::Done) => "done",
        Ok(Accepted::Armed) => "armed",
        Ok(Accepted::NoChange) => "no_change",
        Err(refusal) => refusal_name(refusal),
    }
}

const CODE_NAMES: [&str; 23] = [
    "not_tested",
    "nothing_to_pause",
    "nothing_to_acknowledge",
    "on_other_channel",
    "unknown_regimen",
    "calibration_due",
    "service_due",
    "unanswered",
    "contraindicated",
    "not_permitted",
    "mark_out_of_order",
    "out_of_range",
    "not_confirmed",
    "too_early",
    "limit_reached",
    "budget_spent",
    "fault_active",
    "not_worn",
    "cap_absent",
    "wrong_phase",
    "done",
    "armed",
    "no_change",
];

fn code_name(code: i8) -> &'static str {
    usize::try_from(i16::from(code) + 20).ok().and_then(|at| CODE_NAMES.get(at)).unwrap_or(&"?")
}

/// All power gaps and times stand in one class each.
fn class(letter: &Letter) -> &'static str {
    match letter.event {
        Event::Advance { .. } => "time",
        _ => letter.class,
    }
}

fn guard(seen: &Seen<'_>) -> &'static str {
    use coldcap_guard::interlock::TripClass;
    let Event::Advance { seen: sight, .. } = seen.event else { return "-" };
    match seen.after.interlock.class(&seen.config.interlock) {
        Some(TripClass::Service) => "service trip",
        Some(TripClass::Clinician) => "clinician trip",
        Some(TripClass::Operator) => "operator trip",
        None if !sight.coupled => "uncoupled",
        None => "clear",
    }
}

/// A flag in snake case.
#[must_use]
pub fn flag_name(flag: Flag) -> String {
    snake(&format!("{flag:?}"))
}

/// One of the machine's own reasons in snake case.
#[must_use]
pub const fn reason_name(code: u8) -> &'static str {
    match Reason(code) {
        Reason::STOPPED => "stopped",
        Reason::OPERATOR_TRIP => "operator_trip",
        Reason::CLINICIAN_TRIP => "clinician_trip",
        Reason::SERVICE_TRIP => "service_trip",
        Reason::UNCOUPLED => "uncoupled",
        Reason::NOT_WORN => "not_worn",
        Reason::POWER_GAP => "power_gap",
        Reason::COMPLETED => "completed",
        Reason::UNATTENDED => "unattended",
        Reason::ABANDONED => "abandoned",
        _ => "?",
    }
}

/// `CamelCase` in snake case.
#[must_use]
pub fn snake(name: &str) -> String {
    let mut out = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !out.is_empty() {
            out.push('_');
        }
        out.extend(letter.to_lowercase());
    }
    out
}
