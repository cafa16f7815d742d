//! What a record tells of a visit, and what is made of one that is not whole.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

use coldcap_host::plan::PlanFile;
use coldcap_host::procedure::Outcome;
use coldcap_host::report::{
    ComfortKind, Origin, Priority, RecordedVisit, Service, Treatment, html,
};
use coldcap_session::record::{Chain, Entry, Fields, Kind};
use coldcap_session::{
    Amendment, ClockQuality, Config, ControlMode, Event, Flag, Mark, Note, Phase, PhaseClock,
    Reason, Request, Role, Target, WallTime,
};
use coldcap_units::{Duration, Instant};

const PLAN: &str = include_str!("../../../examples/plans/paclitaxel-weekly.toml");

/// A record under way.
struct Book {
    chain: Chain,
    now: Instant,
    entries: Vec<Entry>,
}

impl Book {
    fn new() -> Self {
        Self { chain: Chain::new(), now: Instant::ZERO, entries: Vec::new() }
    }

    fn after(mut self, seconds: u32) -> Self {
        self.now = self.now.plus(Duration::from_millis(seconds * 1_000));
        self
    }

    fn note(self, note: Note) -> Self {
        self.fields(Fields::from(&note))
    }

    fn fields(mut self, fields: Fields) -> Self {
        self.entries.push(self.chain.append_fields(self.now, 0, fields));
        self
    }

    fn closed(self, phase: Phase, seconds: u32, cooled: u32) -> Self {
        let [elapsed, cooled] = [seconds, cooled].map(|it| Duration::from_millis(it * 1_000));
        let clock = PhaseClock { elapsed, cooled, at_target: cooled };
        self.after(seconds).note(Note::PhaseClosed { phase, clock })
    }

    fn alarm(self, code: u16, stage: i32, priority: i32, set: u64) -> Self {
        self.fields(Fields { c: set, ..Fields::new(Kind::ALARM, code, stage, priority) })
    }
}

fn told(entries: &[Entry], total: u32) -> Treatment {
    told_from(Instant::ZERO, entries, total)
}

fn told_from(began: Instant, entries: &[Entry], total: u32) -> Treatment {
    let plan = PlanFile::parse(PLAN, "plan.toml").unwrap();
    let config = Config::DEFAULT;
    let (plan, session_follows) = (Some(&plan), false);
    let visit = RecordedVisit { entries, total, config: &config, began, plan, session_follows };
    Treatment::new(Origin::Device).with_record(&visit)
}

/// Half an hour, an hour of the drug, and two stretches after it.
fn session() -> Book {
    Book::new()
        .note(Note::FitSaved)
        .closed(Phase::PreCool, 1_800, 1_800)
        .note(Note::DrugStarted { drug: 17, hair_toxic: true })
        .closed(Phase::Infusing, 3_600, 3_590)
        .note(Note::DrugEnded { drug: 17, hair_toxic: true })
        .closed(Phase::PostCool, 1_200, 1_200)
        .note(Note::BreakBegan { reason: Reason(1) })
        .closed(Phase::Paused, 360, 0)
        .note(Note::BreakEnded { length: Duration::from_mins(6) })
        .closed(Phase::PostCool, 1_000, 900)
        .note(Note::Ended { reason: Reason::UNATTENDED })
}

#[test]
fn minutes_breaks_and_units_come_from_the_record() {
    let book = session();
    let count = u32::try_from(book.entries.len()).unwrap();
    let story = told(&book.entries, count);
    assert!(story.record.verified, "{}", story.record.finding);
    assert_eq!((story.record.read, story.record.last_link), (count, Some(book.chain.link())));
    assert_eq!(story.outcome, Some(Outcome::EndedEarly));
    assert_eq!(story.ended_by.as_deref(), Some("unattended"));
    assert_eq!(story.date.as_deref(), Some("2026-11-23"));
    let patient = story.patient.unwrap();
    assert_eq!((patient.number, patient.session, patient.sessions), (1001, 1, 12));
    let post = story.phase_total(Phase::PostCool).unwrap();
    assert_eq!((post.stretches, post.cooled_min, post.expected_min), (2, 35.0, Some(60.0)));
    assert_eq!(story.phase_total(Phase::Infusing).unwrap().expected_min, Some(60.0));
    let pause = &story.breaks[0];
    assert_eq!(
        (pause.start_s, pause.minutes(), pause.allowed_min),
        (6_600.0, Some(6.0), Some(10.0))
    );
    assert_eq!(story.marks[0].label, "paclitaxel start");

    let basis = story.billing_basis.as_ref().unwrap();
    assert_eq!((basis.fit_stored_s, basis.last_drug_end_s), (Some(0.0), Some(5_400.0)));
    assert_eq!((basis.after_elapsed_ms, basis.after_cooled_ms), (2_200_000, 2_100_000));
    let stretches: Vec<_> = basis.stretches.iter().map(|it| (it.start_s, it.cooled_ms)).collect();
    assert_eq!(stretches, [(5_400.0, 1_200_000), (6_960.0, 900_000)]);
    let lines: Vec<_> =
        story.billing.iter().map(|line| (line.service, line.code.as_str(), line.units)).collect();
    let expected = [
        (Service::FitVisit, "97007", 1),
        (Service::Session, "97008", 1),
        (Service::Session, "97009", 1),
    ];
    assert_eq!(lines, expected);
    assert_eq!(
        story.billing[2].counted,
        "35:00.0 of cooled time (min:s) after the last hair-toxic drug ended at 1:30:00: 35 full minutes; one unit more from 46"
    );
}

/// The next unit is where the text says it is.
#[test]
fn one_unit_more_comes_from_the_minute_that_is_told() {
    for (cooled, units, next) in [(959, 0, ""), (960, 1, "46"), (2_759, 1, "46"), (2_760, 2, "76")]
    {
        let book = Book::new()
            .note(Note::DrugStarted { drug: 17, hair_toxic: true })
            .closed(Phase::Infusing, 600, 600)
            .note(Note::DrugEnded { drug: 17, hair_toxic: true })
            .closed(Phase::PostCool, cooled, cooled);
        let story = told(&book.entries, 4);
        let line = story.billing.iter().find(|line| line.code == "97009");
        assert_eq!(line.map_or(0, |line| line.units), units, "{cooled}");
        if let Some(line) = line {
            assert!(
                line.counted.ends_with(&format!("one unit more from {next}")),
                "{}",
                line.counted
            );
        }
    }
}

#[test]
fn a_mark_that_was_moved_is_counted_as_credited() {
    let earlier = Duration::from_mins(5);
    let amendment = Amendment { mark: Mark::Ended, drug: 17, earlier, reason: 1 };
    let credited = Duration::from_mins(4);
    let again = Amendment { earlier: Duration::from_mins(1), ..amendment };
    let book = session()
        .note(Note::Amended { amendment, credited })
        .note(Note::Amended { amendment: again, credited: Duration::from_mins(1) });
    let count = book.entries.len() as u32;
    let basis = told(&book.entries, count).billing_basis.unwrap();
    assert_eq!((basis.last_drug_end_s, basis.after_cooled_ms), (Some(5_040.0), 2_400_000));
    // In order of time: between where the end was moved and where it was told, and behind that what was measured.
    let stretches: Vec<_> = basis
        .stretches
        .iter()
        .map(|it| (it.start_s, it.end_s, it.cooled_ms, it.credited))
        .collect();
    let expected = [
        (5_040.0, 5_100.0, 60_000, true),
        (5_100.0, 5_400.0, 240_000, true),
        (5_400.0, 6_600.0, 1_200_000, false),
        (6_960.0, 7_960.0, 900_000, false),
    ];
    assert_eq!(stretches, expected);
}

/// A machine that ran for a day before has its visit where it began.
#[test]
fn times_count_from_where_the_caller_says() {
    let day = Duration::from_mins(24 * 60);
    let mut book = Book { now: Instant::ZERO.plus(day), ..Book::new() };
    book = book.note(Note::FitSaved).closed(Phase::PreCool, 1_800, 1_800);
    let story = told_from(Instant::ZERO.plus(day), &book.entries, 2);
    assert!(story.record.verified, "the chain is over the device's own times");
    assert_eq!((story.phases[0].start_s, story.phases[0].end_s), (0.0, 1_800.0));
    assert_eq!(story.billing_basis.unwrap().fit_stored_s, Some(0.0));
}

/// A phase that goes on has no clock in the record yet: it is not said that it did not occur.
#[test]
fn a_phase_that_goes_on_is_under_way() {
    let changed = |from, to| Note::PhaseChanged { from, to };
    let book = Book::new()
        .note(changed(Phase::Ready, Phase::PreCool))
        .closed(Phase::PreCool, 1_800, 1_800)
        .note(changed(Phase::PreCool, Phase::Infusing))
        .note(Note::DrugStarted { drug: 17, hair_toxic: true });
    let story = told(&book.entries, 4);
    assert_eq!(story.under_way, Some(Phase::Infusing));
    let page = html(&story);
    let tile = page.split("Infusion").nth(1).unwrap();
    assert!(tile.split("tile-name").next().unwrap().contains("under way"), "{tile:.300}");
    assert!(page.contains("without the phase that goes on") && page.contains(">not ended<"));
    let book = book.closed(Phase::Infusing, 60, 60).note(changed(Phase::Infusing, Phase::Standby));
    assert_eq!(told(&book.entries, 6).under_way, None);
}

/// What is told as the machine starts again was so when the power went; what comes later was not.
#[test]
fn a_loss_of_power_moves_what_it_ended_and_nothing_later() {
    let gap = Note::Restarted { gap: Some(Duration::from_mins(10)) };
    let book = Book::new()
        .after(600)
        .note(gap)
        .closed(Phase::Setup, 600, 0)
        .after(600)
        .note(Note::BreakBegan { reason: Reason(1) })
        .after(900)
        .note(gap)
        .note(Note::BreakEnded { length: Duration::from_mins(5) })
        .note(Note::BreakBegan { reason: Reason::POWER_GAP })
        .after(300)
        .note(Note::BreakEnded { length: Duration::from_mins(15) });
    let story = told(&book.entries, book.entries.len() as u32);
    assert_eq!(story.phases[0].end_s, 1_200.0);
    let breaks: Vec<_> = story.breaks.iter().map(|it| (it.start_s, it.end_s)).collect();
    assert_eq!(breaks, [(1_800.0, Some(2_100.0)), (2_100.0, Some(3_000.0))]);
}

/// A stretch that power ended is not counted into the time without it.
#[test]
fn a_counted_stretch_ends_where_the_power_went() {
    let cooled = Duration::from_mins(10);
    let clock = PhaseClock { elapsed: cooled, cooled, at_target: cooled };
    let book = Book::new()
        .note(Note::DrugStarted { drug: 17, hair_toxic: true })
        .note(Note::DrugEnded { drug: 17, hair_toxic: true })
        .after(900)
        .note(Note::Restarted { gap: Some(Duration::from_mins(5)) })
        .note(Note::PhaseClosed { phase: Phase::PostCool, clock });
    let basis = told(&book.entries, 4).billing_basis.unwrap();
    assert_eq!((basis.stretches[0].start_s, basis.stretches[0].end_s), (0.0, 600.0));
}

/// A record that says more than there are milliseconds in 32 bits is no reason to fall over.
#[test]
fn stretches_beyond_all_measure_are_told_as_none() {
    let forever = Duration::MAX;
    let clock = PhaseClock { elapsed: forever, cooled: forever, at_target: forever };
    let closed = Note::PhaseClosed { phase: Phase::PostCool, clock };
    let book = Book::new().note(closed).note(closed);
    let basis = told(&book.entries, 2).billing_basis.unwrap();
    assert_eq!((basis.after_cooled_ms, basis.stretches.len()), (u32::MAX, 0));
}

/// Stretches that do not add up to the sum are not told; a drug that was started twice makes it so.
#[test]
fn stretches_that_do_not_add_up_are_not_told() {
    let book = session().note(Note::DrugEnded { drug: 9, hair_toxic: true });
    let whole = told(&book.entries, book.entries.len() as u32).billing_basis.unwrap();
    assert_eq!(whole.stretches.len(), 2);
    let book = Book::new()
        .note(Note::DrugStarted { drug: 17, hair_toxic: true })
        .closed(Phase::PostCool, 600, 600)
        .note(Note::DrugStarted { drug: 17, hair_toxic: true })
        .closed(Phase::PostCool, 600, 600);
    let basis = told(&book.entries, 4).billing_basis.unwrap();
    assert_eq!((basis.after_cooled_ms, basis.stretches.len()), (1_200_000, 0));
}

#[test]
fn a_record_that_is_not_whole_is_said_and_not_billed() {
    let book = session();
    let count = u32::try_from(book.entries.len()).unwrap();
    let mut changed = book.entries.clone();
    changed[3].fields.a += 1;
    let mut cut = book.entries.clone();
    cut.remove(2);
    for (entries, total, finding) in [
        (changed, count, "the record was altered at or before entry 3"),
        (cut, count, "1 entries are missing"),
        (Vec::new(), 0, "no entry was read"),
    ] {
        let story = told(&entries, total);
        assert!(!story.record.verified);
        assert_eq!(story.record.finding, finding);
        assert!(story.billing.is_empty() && story.billing_basis.is_none());
        let page = html(&story);
        assert!(page.contains("The record is not verified.") && page.contains(finding));
        assert!(page.contains("RECORD NOT VERIFIED"));
    }
}

#[test]
fn comfort_comes_with_its_phase_and_who_eased_off() {
    let asked = Event::Request { request: Request::EaseOff, role: Role::Nurse };
    let target = Target::from_milli(ControlMode::Coolant, -3_000);
    let book = Book::new()
        .note(Note::Symptom(2))
        .note(Note::PhaseChanged { from: Phase::Ready, to: Phase::Infusing })
        .after(60)
        .note(Note::Comfort(8))
        .fields(Fields::from(&asked))
        .note(Note::Eased { target });
    let comfort = told(&book.entries, 5).comfort;
    let phases: Vec<_> = comfort.iter().map(|one| one.phase).collect();
    assert_eq!(phases, [None, Some(Phase::Infusing), Some(Phase::Infusing)]);
    let eased =
        ComfortKind::EasedOff { mode: ControlMode::Coolant, target_c: -3.0, by: "nurse".into() };
    assert_eq!(comfort[1].what, ComfortKind::Score(8));
    assert_eq!((comfort[2].time_s, &comfort[2].what), (60.0, &eased));
}

/// Conditions 3 and 5; the set of an acknowledgement has their bits, and that of a vendor's first one.
#[test]
fn an_alarm_is_acknowledged_by_its_bit_and_once() {
    let book = Book::new()
        .alarm(3, 1, 1, 0)
        .alarm(5, 1, 2, 0)
        .alarm(192, 1, 1, 0)
        .after(10)
        .alarm(0, 3, 3, 1 << 3 | 1 << 48)
        .after(10)
        .alarm(0, 3, 3, 1 << 3)
        .alarm(3, 2, 3, 0)
        .after(10)
        .alarm(3, 0, 0, 0)
        .alarm(3, 1, 1, 0);
    let alarms = told(&book.entries, 9).alarms;
    let answers: Vec<_> = alarms.iter().map(|it| (it.acknowledged_s, it.clear_s)).collect();
    let expected = [(Some(10.0), Some(30.0)), (None, None), (Some(10.0), None), (None, None)];
    assert_eq!(answers, expected);
    assert_eq!((alarms[0].priority, alarms[2].id.as_str()), (Priority::High, "vendor_192"));
}

#[test]
fn sensors_clock_and_remarks_are_read() {
    let new = WallTime { unix_ms: 951_782_400_000, quality: ClockQuality::Entered };
    let sensor = Fields { c: 4711, ..Fields::new(Kind::SENSOR, 2, 1, 0) };
    let book = Book::new()
        .after(5)
        .fields(sensor)
        .fields(Fields::new(Kind::SENSOR, 99, 1, 0))
        .fields(Fields::from(&Event::WallSet { old: None, new }))
        .note(Note::Flag(Flag::BreakOver))
        .note(Note::Extended { minutes: 10 })
        .note(Note::Ended { reason: Reason::ABANDONED });
    let story = told(&book.entries, 6);
    let finding = &story.sensor_findings[0];
    assert_eq!(
        (finding.place.as_str(), finding.sensor, finding.time_s),
        ("return", Some(4711), 5.0)
    );
    assert_eq!(story.sensor_findings[1].place, "place 99");
    assert_eq!(story.sensor_findings[1].sensor, None);
    let clock = story.clock.unwrap();
    assert_eq!((clock.set_s, clock.unix_ms, clock.quality.as_str()), (5.0, new.unix_ms, "entered"));
    let remarks: Vec<_> = story.remarks.iter().map(|it| it.label.as_str()).collect();
    assert_eq!(
        remarks,
        ["break over", "running phase lengthened by 10 min", "cooling ended: abandoned"]
    );
}

/// What has no session is told by the last change of the phase.
#[test]
fn a_visit_without_a_session_ends_by_its_phases() {
    let ended = |changes: &[(Phase, Phase)]| {
        let note = |book: Book, &(from, to)| book.note(Note::PhaseChanged { from, to });
        let book = changes.iter().fold(Book::new(), note);
        let (entries, total, config) = (&book.entries, book.entries.len() as u32, Config::DEFAULT);
        let of = |plan, session_follows| {
            let (began, config) = (Instant::ZERO, &config);
            let visit = RecordedVisit { entries, total, config, began, plan, session_follows };
            Treatment::new(Origin::Device).with_record(&visit).outcome
        };
        // By a plan of both visits a session has still to come behind a fit.
        let plan = PlanFile::parse(PLAN, "plan.toml").unwrap();
        let (by_plan, outcome) = (of(Some(&plan), false), of(None, false));
        assert_eq!(by_plan, of(None, true));
        assert_eq!(by_plan, outcome.filter(|it| *it != Outcome::Completed));
        outcome
    };
    use Phase::{Boot, FitMeasure, FitSaved, PreCool, SafeHold, Setup, Standby};
    let begun = [(Boot, Standby), (Standby, FitMeasure)];
    let then = |more: &[(Phase, Phase)]| ended(&[&begun[..], more].concat());
    assert_eq!((ended(&[]), ended(&begun[..1]), then(&[])), (None, None, None));
    assert_eq!(then(&[(FitMeasure, Standby)]), Some(Outcome::EndedEarly));
    assert_eq!(then(&[(FitMeasure, FitSaved), (FitSaved, Standby)]), Some(Outcome::Completed));
    assert_eq!(then(&[(FitSaved, Standby), (Standby, Setup)]), None);
    assert_eq!(then(&[(PreCool, SafeHold)]), Some(Outcome::SafeHold));
    assert_eq!(then(&[(FitMeasure, SafeHold), (SafeHold, Standby)]), Some(Outcome::SafeHold));
    assert_eq!(then(&[(SafeHold, Boot)]), None);
}
