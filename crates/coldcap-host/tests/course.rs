//! Course files: whatever is written is read again, and every mistake is named.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing)]

use coldcap_host::course::{
    CapSize, Course, CourseRefusal, HairLoss, HeldSession, Scale, StoredFit, Warning,
};
use coldcap_host::plan::{Date, PlanFile};
use coldcap_host::procedure::Outcome;
use coldcap_session::Density;
use proptest::prelude::*;

const EXAMPLE: &str = include_str!("../../../examples/courses/1001.toml");
const PLAN: &str = include_str!("../../../examples/plans/paclitaxel-weekly.toml");

fn refusal(text: &str) -> String {
    Course::parse(text, "c.toml").unwrap_err().to_string()
}

fn plan(text: &str) -> PlanFile {
    PlanFile::parse(text, "p.toml").unwrap()
}

fn example() -> Course {
    Course::parse(EXAMPLE, "1001.toml").unwrap()
}

#[test]
fn the_example_is_what_the_host_writes() {
    assert_eq!(example().to_string(), EXAMPLE);
}

#[test]
fn every_mistake_is_named_with_its_field_and_what_is_allowed() {
    let course = |rest: &str| format!("patient = 1\nsessions = 2\n{rest}");
    let fit = |fields: &str| course(&format!("[[fit]]\n{fields}\n"));
    let session = |fields: &str| course(&format!("[[session]]\n{fields}\n"));
    let good_fit =
        "date = \"2026-01-01\"\ncalibration = \"00000000000000ff\"\ncap_size = \"small\"";
    let good = "number = 1\ndate = \"2026-01-02\"\ndensity = \"full\"\nended = \"completed\"";
    assert!(
        Course::parse(&fit(good_fit), "c").is_ok() && Course::parse(&session(good), "c").is_ok()
    );
    let cases = [
        ("patient = 0\nsessions = 2".into(), "c.toml:patient: 0: allowed 1 to 9223372036854775807"),
        ("patient = \"Jo\"\nsessions = 2".into(), "c.toml:patient: \"Jo\" is a string: allowed"),
        ("patient = 1\nsessions = 25".into(), "c.toml:sessions: 25: allowed 1 to 24"),
        (
            course("name = \"Jo\""),
            "c.toml:name: unknown field: allowed patient, sessions, fit, session",
        ),
        (
            fit(&good_fit.replace("ff\"", "FF\"")),
            "c.toml:fit[0].calibration: \"00000000000000FF\": allowed",
        ),
        (fit(&good_fit.replace("00ff", "0000")), "c.toml:fit[0].calibration: 0: allowed a digest"),
        (fit(&good_fit.replace("00ff", "+0ff")), "c.toml:fit[0].calibration: \"000000000000+0ff\""),
        (fit(&good_fit.replace("small", "s")), "c.toml:fit[0].cap_size: \"s\": allowed"),
        (fit(&format!("{good_fit}\ncap_id = 0")), "c.toml:fit[0].cap_id: 0: allowed 1 to"),
        (session(&good.replace("= 1", "= 2")), "c.toml:session[0].number: 2: allowed 1 to 1"),
        (
            session(&good.replace("01-02", "02-30")),
            "c.toml:session[0].date: \"2026-02-30\": allowed",
        ),
        (session(&good.replace("full", "bald")), "c.toml:session[0].density: \"bald\": allowed"),
        (session(&good.replace("completed", "well")), "c.toml:session[0].ended: \"well\": allowed"),
        (session(&format!("{good}\nrecord = \"12\"")), "c.toml:session[0].record: \"12\": allowed"),
        (
            session(&format!("{good}\nhair_loss = {{ scale = \"ctcae\", grade = 3 }}")),
            "c.toml:session[0].hair_loss.grade: 3: allowed 0 to 2",
        ),
        (
            session(&format!("{good}\nhair_loss = {{ scale = \"mine\", grade = 1 }}")),
            "c.toml:session[0].hair_loss.scale: \"mine\": allowed \"dean\", \"ctcae\"",
        ),
        (
            format!(
                "{}[[session]]\n{}\n",
                session(good),
                good.replace("= 1", "= 2").replace("2026", "2025")
            ),
            "c.toml:session[1].date: 2025-01-02: allowed 2026-01-02 or later",
        ),
    ];
    for (text, expected) in cases {
        let refused = refusal(&text);
        assert!(refused.starts_with(expected), "{refused}");
        assert!(refused.contains(": allowed "), "{refused}");
    }
    let three = (1..4)
        .map(|number| format!("[[session]]\n{}\n", good.replace("= 1", &format!("= {number}"))));
    let refused = refusal(&course(&three.collect::<String>()));
    assert!(refused.starts_with("c.toml:session: 3 sessions: allowed at most 2"), "{refused}");
}

#[test]
fn a_visit_takes_its_session_and_its_fit_from_the_course() {
    let course = example();
    let visit = course.visit(&plan(PLAN)).unwrap();
    assert_eq!((visit.plan.session, visit.plan.sessions), (3, 12));
    assert_eq!(visit.fit, Some(course.fits[0]));
    let fresh = Course::new(1001, 4).unwrap().visit(&plan(PLAN)).unwrap();
    assert_eq!((fresh.plan.session, fresh.plan.sessions, fresh.fit), (1, 4, None));
    assert_eq!(fresh.warnings, []);
}

#[test]
fn a_plan_of_another_patient_of_an_earlier_day_or_too_many_is_refused() {
    let course = example();
    let other = plan(&PLAN.replace("patient = 1001", "patient = 1002"));
    let refused = course.visit(&other).unwrap_err();
    assert_eq!(refused, CourseRefusal::OtherPatient { plan: 1002, course: 1001 });
    let earlier = plan(&PLAN.replace("2026-11-23", "2026-11-15"));
    assert!(matches!(course.visit(&earlier), Err(CourseRefusal::Earlier { .. })));
    let over = Course { sessions: 2, ..course };
    assert_eq!(over.visit(&plan(PLAN)), Err(CourseRefusal::Over { sessions: 2 }));
}

#[test]
fn a_second_fit_visit_and_a_ninth_session_are_warned_of_and_never_refused() {
    let mut course = Course::new(1001, 8).unwrap();
    let fit = plan(include_str!("../../../examples/plans/fit-visit.toml"));
    let fit = PlanFile { patient: 1001, ..fit };
    assert_eq!(course.visit(&fit).unwrap().warnings, []);
    course.fitted(&fit, 7, CapSize::Small);
    assert_eq!(course.warnings(), []);
    let again = course.visit(&fit).unwrap();
    assert_eq!(again.warnings, [Warning::FitAgain { visits: 2 }]);
    assert_eq!(again.fit, None);
    course.fitted(&fit, 8, CapSize::Medium);
    course.sessions = 9;
    let both = [Warning::FitAgain { visits: 2 }, Warning::ManySessions { sessions: 9 }];
    assert_eq!(course.warnings(), both);
    assert_eq!(course.fit().unwrap().calibration, 8, "the newest counts");
    let later = plan(&PLAN.replace("2026-11-23", "2027-11-23"));
    assert_eq!(course.visit(&later).unwrap().warnings, both);
}

#[test]
fn a_second_session_on_one_day_is_warned_of() {
    let mut course = Course { held: Vec::new(), ..example() };
    let plan = plan(PLAN);
    assert!(
        !course
            .visit(&plan)
            .unwrap()
            .warnings
            .iter()
            .any(|it| it.name() == "session_on_the_same_day")
    );
    course.session_held(&plan, None, coldcap_host::procedure::Outcome::Completed, None);
    let warnings = course.visit(&plan).unwrap().warnings;
    assert_eq!(warnings.last(), Some(&Warning::SameDay { date: plan.date }));
}

/// A file with nine could not be read again.
#[test]
fn a_fit_visit_beyond_those_that_a_course_has_room_for_is_refused() {
    let mut course = Course::new(1001, 8).unwrap();
    let fit = plan(include_str!("../../../examples/plans/fit-visit.toml"));
    let fit = PlanFile { patient: 1001, ..fit };
    for number in 1..=8 {
        assert!(course.visit(&fit).is_ok(), "{number}");
        course.fitted(&fit, number, CapSize::Small);
    }
    assert_eq!(course.visit(&fit), Err(CourseRefusal::ManyFits));
    let session = plan(&PLAN.replace("2026-11-23", "2027-11-23"));
    assert!(course.visit(&session).is_ok(), "a session refers to the last one");
    assert!(Course::parse(&course.to_string(), "1001.toml").is_ok());
}

fn date() -> impl Strategy<Value = Date> {
    (2020u16..2040, 1u8..13, 1u8..29)
        .prop_map(|(y, m, d)| Date::parse(&format!("{y:04}-{m:02}-{d:02}")).unwrap())
}

fn fit() -> impl Strategy<Value = StoredFit> {
    let id = prop::option::of(1u64..=i64::MAX as u64);
    let size = prop::sample::select(CapSize::ALL.to_vec());
    (date(), 1u64.., size, id).prop_map(|(date, calibration, cap_size, cap_id)| StoredFit {
        date,
        calibration,
        cap_size,
        cap_id,
    })
}

fn hair_loss() -> impl Strategy<Value = Option<HairLoss>> {
    let graded = prop::sample::select(Scale::ALL.to_vec());
    (any::<bool>(), graded, 0u8..5)
        .prop_map(|(any, scale, grade)| HairLoss::new(scale, grade).filter(|_| any))
}

fn session() -> impl Strategy<Value = HeldSession> {
    let density = prop::sample::select(Density::ALL[1..].to_vec());
    let ended = prop::sample::select(Outcome::ALL.to_vec());
    (date(), density, hair_loss(), ended, any::<Option<[u8; 8]>>()).prop_map(
        |(date, density, hair_loss, ended, record)| HeldSession {
            date,
            density,
            hair_loss,
            ended,
            record,
        },
    )
}

prop_compose! {
    fn course()(
        patient in 1u64..=i64::MAX as u64,
        spare in 0u8..4,
        mut fits in prop::collection::vec(fit(), 0..4),
        mut held in prop::collection::vec(session(), 0..20),
    ) -> Course {
        fits.sort_by_key(|fit| fit.date);
        held.sort_by_key(|held| held.date);
        let sessions = (held.len() as u8 + spare).max(1);
        Course { patient, sessions, fits, held }
    }
}

proptest! {
    #[test]
    fn what_is_written_is_read_again(course in course()) {
        let read = Course::parse(&course.to_string(), "c.toml");
        prop_assert_eq!(read, Ok(course));
    }

    #[test]
    fn no_text_is_taken_for_another_course(course in course(), at in 0usize..2_000, byte in 32u8..127) {
        let mut text = course.to_string().into_bytes();
        let at = at % text.len();
        text[at] = byte;
        let text = String::from_utf8(text).unwrap();
        // Whatever is accepted has a canonical form that is read as the same.
        if let Ok(read) = Course::parse(&text, "c.toml") {
            prop_assert_eq!(Course::parse(&read.to_string(), "c.toml"), Ok(read));
        }
    }
}
