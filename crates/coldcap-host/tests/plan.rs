//! Plan files: what is read, and the exact line for everything that is refused.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

use coldcap_host::plan::{BreakPhase, Date, PlanFile};
use coldcap_session::{ControlMode, Density, HairType, Plan, Target};
use coldcap_units::Duration;
use proptest::prelude::*;

const EXAMPLE: &str = include_str!("../../../examples/plans/paclitaxel-weekly.toml");

fn refusal(text: &str) -> String {
    PlanFile::parse(text, "p.toml").unwrap_err().to_string()
}

const CAP_MODE: &str = include_str!("../../../examples/plans/docetaxel-cap-mode.toml");

/// The example with one piece replaced, which must be there.
fn with(from: &str, to: &str) -> String {
    assert!(EXAMPLE.contains(from), "{from}");
    EXAMPLE.replacen(from, to, 1)
}

#[test]
fn the_example_is_read_as_it_stands() {
    let plan = PlanFile::parse(EXAMPLE, "p.toml").unwrap();
    assert_eq!((plan.name.as_str(), plan.regimen, plan.patient), ("paclitaxel-weekly", 3, 1001));
    assert_eq!((plan.session, plan.sessions), (1, 12));
    assert_eq!(plan.date, Date::parse("2026-11-23").unwrap());
    assert_eq!((plan.date.year(), plan.date.month(), plan.date.day()), (2026, 11, 23));
    let head = plan.head;
    assert_eq!((head.circumference_mm, head.sagittal_mm, head.coronal_mm), (561, 345, 350));
    assert_eq!((head.hair.density, head.hair.kind), (Density::Full, HairType::Ordinary));
    let minutes = Duration::from_mins;
    assert_eq!((plan.treatment.pre, plan.treatment.post), (minutes(30), minutes(60)));
    assert_eq!((plan.treatment.break_each, plan.treatment.break_total), (minutes(10), minutes(20)));
    assert_eq!(plan.treatment.target.to_milli(), -4_000);
    let [drug] = &plan.drugs[..] else { panic!("one drug") };
    assert_eq!((drug.name.as_str(), drug.id, drug.hair_toxic), ("paclitaxel", 17, true));
    assert_eq!((drug.start, drug.end), (Duration::ZERO, minutes(60)));
    let [pause] = &plan.breaks[..] else { panic!("one break") };
    assert_eq!(
        (pause.phase, pause.at, pause.length),
        (BreakPhase::PostCool, minutes(20), minutes(6))
    );
    assert!(Plan::new(plan.request()).is_ok());
}

#[test]
fn decimal_minutes_become_milliseconds_and_degrees_thousandths() {
    let text =
        with("pre_min = 30", "pre_min = 30.5").replace("target_c = -4.0", "target_c = -3.75");
    let plan = PlanFile::parse(&text, "p.toml").unwrap();
    assert_eq!(plan.treatment.pre, Duration::from_secs(1_830));
    assert_eq!(plan.treatment.target.to_milli(), -3_750);
}

#[test]
fn the_example_of_cap_mode_holds_the_interface() {
    let plan = PlanFile::parse(CAP_MODE, "p.toml").unwrap();
    assert_eq!(plan.treatment.target, Target::from_milli(ControlMode::Cap, 4_000));
    assert_eq!(plan.request().target, plan.treatment.target);
    assert!(Plan::new(plan.request()).is_ok());
}

#[test]
fn coolant_mode_may_be_named() {
    let plan = |text: &str| PlanFile::parse(text, "p.toml").unwrap();
    let named = with("target_c = -4.0", "mode = \"coolant\"\ntarget_c = -4.0");
    assert_eq!(plan(&named), plan(EXAMPLE));
}

#[test]
fn breaks_and_the_words_for_hair_may_be_others() {
    let text = with("\"full\"", "\"much_shows\"")
        .replace("\"ordinary\"", "\"thick_or_tightly_curled\"")
        .replace("[[break]]\nphase = \"post_cool\"", "[[break]]\nphase = \"infusing\"");
    let plan = PlanFile::parse(&text, "p.toml").unwrap();
    assert_eq!(plan.head.hair.density, Density::MuchShows);
    assert_eq!(plan.head.hair.kind, HairType::ThickOrTightlyCurled);
    assert_eq!(plan.breaks[0].phase, BreakPhase::Infusing);
    let without = EXAMPLE.split("[[break]]").next().unwrap();
    assert!(PlanFile::parse(without, "p.toml").unwrap().breaks.is_empty());
}

/// What is replaced by what, and the line behind the file name.
const REFUSED: [(&str, &str, &str); 62] = [
    ("pre_min = 30 ", "pre_min = 9 ", "treatment.pre_min: 9: allowed 10 to 60"),
    ("pre_min = 30 ", "pre_min = 60.001 ", "treatment.pre_min: 60.001: allowed 10 to 60"),
    ("pre_min = 30 ", "pre_min = nan ", "treatment.pre_min: nan: allowed 10 to 60"),
    ("pre_min = 30 ", "pre_min = inf ", "treatment.pre_min: inf: allowed 10 to 60"),
    ("pre_min = 30 ", "", "treatment.pre_min: missing: allowed 10 to 60"),
    (
        "pre_min = 30 ",
        "pre_min = \"30\" ",
        "treatment.pre_min: \"30\" is a string: allowed a number, 10 to 60",
    ),
    ("post_min = 60 ", "post_min = 241 ", "treatment.post_min: 241: allowed 10 to 240"),
    ("break_min = 10 ", "break_min = 16 ", "treatment.break_min: 16: allowed 0 to 15"),
    ("break_min = 10 ", "break_min = -1 ", "treatment.break_min: -1: allowed 0 to 15"),
    (
        "break_total_min = 20",
        "break_total_min = 46",
        "treatment.break_total_min: 46: allowed 0 to 45",
    ),
    ("target_c = -4.0", "target_c = -8.1", "treatment.target_c: -8.1: allowed -8 to 5"),
    ("target_c = -4.0", "target_c = 5.5", "treatment.target_c: 5.5: allowed -8 to 5"),
    (
        "target_c = -4.0",
        "target_c = true",
        "treatment.target_c: true is true or false: allowed a number, -8 to 5",
    ),
    (
        "target_c = -4.0",
        "target_c = -4\ntarget_f = 24",
        "treatment.target_f: unknown field: allowed pre_min, post_min, break_min, break_total_min, mode, target_c, interface_c",
    ),
    ("target_c = -4.0", "", "treatment.target_c: missing: allowed -8 to 5"),
    (
        "target_c = -4.0",
        "target_c = -4.0\ninterface_c = 4.0",
        "treatment.interface_c: 4.0: allowed only with mode = \"cap\"",
    ),
    (
        "target_c = -4.0",
        "interface_c = 4.0",
        "treatment.interface_c: 4.0: allowed only with mode = \"cap\"",
    ),
    (
        "target_c = -4.0",
        "mode = \"cap\"\ntarget_c = -4.0",
        "treatment.target_c: -4.0: allowed only with mode = \"coolant\"",
    ),
    ("target_c = -4.0", "mode = \"cap\"", "treatment.interface_c: missing: allowed 2 to 10"),
    (
        "target_c = -4.0",
        "mode = \"cap\"\ninterface_c = 1.9",
        "treatment.interface_c: 1.9: allowed 2 to 10",
    ),
    (
        "target_c = -4.0",
        "mode = \"cap\"\ninterface_c = 10.5",
        "treatment.interface_c: 10.5: allowed 2 to 10",
    ),
    (
        "target_c = -4.0",
        "mode = \"cap\"\ninterface_c = \"4\"",
        "treatment.interface_c: \"4\" is a string: allowed a number, 2 to 10",
    ),
    (
        "target_c = -4.0",
        "mode = \"skin\"\ninterface_c = 4.0",
        "treatment.mode: \"skin\": allowed \"coolant\", \"cap\"",
    ),
    (
        "target_c = -4.0",
        "mode = 1\ninterface_c = 4.0",
        "treatment.mode: 1 is a whole number: allowed \"coolant\", \"cap\"",
    ),
    (
        "circumference_mm = 561",
        "circumference_mm = 519",
        "head.circumference_mm: 519: allowed 520 to 613",
    ),
    (
        "circumference_mm = 561",
        "circumference_mm = 614",
        "head.circumference_mm: 614: allowed 520 to 613",
    ),
    (
        "circumference_mm = 561",
        "circumference_mm = 56.1",
        "head.circumference_mm: 56.1 is a decimal number: allowed a whole number, 520 to 613",
    ),
    ("sagittal_mm = 345", "sagittal_mm = 279", "head.sagittal_mm: 279: allowed 280 to 420"),
    ("coronal_mm = 350", "coronal_mm = 421", "head.coronal_mm: 421: allowed 280 to 420"),
    ("coronal_mm = 350", "coronal_mm = 421", "head.coronal_mm: 421: allowed 280 to 420"),
    ("coronal_mm = 350", "", "head.coronal_mm: missing: allowed 280 to 420"),
    (
        "density = \"full\"",
        "density = \"bald\"",
        "hair.density: \"bald\": allowed \"full\", \"scalp_shows\", \"much_shows\", \"nearly_gone\"",
    ),
    (
        "type = \"ordinary\"",
        "type = 1",
        "hair.type: 1 is a whole number: allowed \"ordinary\", \"thick_or_tightly_curled\"",
    ),
    (
        "[hair]",
        "[mane]",
        "mane: unknown field: allowed name, visits, regimen, source, override_reason, patient, session, sessions, date, head, hair, treatment, drug, break",
    ),
    ("patient = 1001", "patient = 0", "patient: 0: allowed 1 to 9223372036854775807"),
    ("patient = 1001", "patient = -1", "patient: -1: allowed 1 to 9223372036854775807"),
    ("regimen = 3", "regimen = 65536", "regimen: 65536: allowed 0 to 65535"),
    ("regimen = 3", "regimen = 3\noverride_reason = 128", "override_reason: 128: allowed 1 to 127"),
    (
        "regimen = 3",
        "regimen = 3\nvisits = \"fit\"",
        "regimen: 3: allowed only with visits = \"both\"",
    ),
    ("session = 1\n", "session = 13\n", "session: 13: allowed 1 to 12"),
    ("session = 1\n", "session = 0\n", "session: 0: allowed 1 to 12"),
    ("sessions = 12", "sessions = 25", "sessions: 25: allowed 1 to 24"),
    ("sessions = 12", "", "sessions: missing: allowed 1 to 24"),
    (
        "\"2026-11-23\"",
        "\"2026-02-30\"",
        "date: \"2026-02-30\": allowed a string with a real calendar date, YYYY-MM-DD",
    ),
    (
        "\"2026-11-23\"",
        "2026-11-23",
        "date: 2026-11-23 is a date or time: allowed a string with a real calendar date, YYYY-MM-DD",
    ),
    (
        "name = \"paclitaxel-weekly\"",
        "name = \"../weekly\"",
        "name: \"../weekly\": allowed a string of 1 to 64 letters, digits, '-', '_' or '.', no leading '.'",
    ),
    (
        "name = \"paclitaxel-weekly\"",
        "name = \"\"",
        "name: \"\": allowed a string of 1 to 64 letters, digits, '-', '_' or '.', no leading '.'",
    ),
    ("end_min = 60", "end_min = 481", "drug[0].end_min: 481: allowed 0 to 480"),
    (
        "start_min = 0 ",
        "start_min = 60 ",
        "drug[0].end_min: 60: allowed later than start_min, which is 60, up to 480",
    ),
    ("start_min = 0 ", "", "drug[0].start_min: missing: allowed 0 to 480"),
    ("id = 17", "id = 65536", "drug[0].id: 65536: allowed 0 to 65535"),
    (
        "hair_toxic = true",
        "hair_toxic = 1",
        "drug[0].hair_toxic: 1 is a whole number: allowed true or false",
    ),
    (
        "hair_toxic = true",
        "hair_toxic = false",
        "drug: 1 drugs, 0 of them hair_toxic: allowed 1 to 4 drugs, at least 1 of them hair_toxic",
    ),
    (
        "id = 17",
        "id = 17\ndose = 5",
        "drug[0].dose: unknown field: allowed name, id, hair_toxic, start_min, end_min",
    ),
    (
        "[[break]]",
        "[[drug]]\nname = \"b\"\nid = 17\nhair_toxic = false\nstart_min = 1\nend_min = 2\n[[break]]",
        "drug[0].id: 17: allowed a number that no other drug of the plan has",
    ),
    (
        "phase = \"post_cool\"",
        "phase = \"ready\"",
        "break[0].phase: \"ready\": allowed \"infusing\", \"post_cool\"",
    ),
    ("at_min = 20", "at_min = 60", "break[0].at_min: 60: allowed less than post_min, which is 60"),
    (
        "phase = \"post_cool\" # infusing | post_cool\nat_min = 20",
        "phase = \"infusing\"\nat_min = 55",
        "break[0].at_min: 55: allowed a break that ends within the 60 minutes of infusing",
    ),
    ("minutes = 6", "minutes = 15.5", "break[0].minutes: 15.5: allowed 0 to 15"),
    ("minutes = 6", "minutes = 0", "break[0].minutes: 0: allowed more than 0, up to 15"),
    ("[[break]]", "[break]", "break: a table: allowed tables [[break]]"),
    (
        "[head]",
        "head = 5\n[hat]",
        "hat: unknown field: allowed name, visits, regimen, source, override_reason, patient, session, sessions, date, head, hair, treatment, drug, break",
    ),
];

#[test]
fn every_refusal_is_its_exact_line() {
    let example = EXAMPLE.replace("phase = \"post_cool\"         #", "phase = \"post_cool\" #");
    for (from, to, line) in REFUSED {
        assert!(example.contains(from), "{from}");
        let text = example.replacen(from, to, 1);
        assert_eq!(refusal(&text), format!("p.toml:{line}"));
    }
}

#[test]
fn syntax_errors_name_their_line() {
    let line = refusal(&with("patient = 1001 ", "patient = = 1001 "));
    let at = EXAMPLE.lines().position(|line| line.starts_with("patient")).unwrap() + 1;
    let start = format!("p.toml:line {at}: patient = = 1001");
    assert!(line.starts_with(&start) && line.contains(": allowed TOML"), "{line}");
    let twice = refusal(&with("[hair]", "patient = 7\n[head]\n[hair]"));
    assert!(twice.starts_with("p.toml:line "), "{twice}");
    assert_eq!(refusal("").split(':').nth(1), Some("sessions"), "an empty file misses fields");
}

#[test]
fn too_many_are_refused() {
    let drug = "[[drug]]\nname = \"x\"\nid = ID\nhair_toxic = true\nstart_min = 0\nend_min = 1\n";
    let drugs =
        |count: usize| (0..count).map(|id| drug.replace("ID", &id.to_string())).collect::<String>();
    let head = EXAMPLE.split("[[drug]]").next().unwrap();
    assert!(PlanFile::parse(&format!("{head}{}", drugs(4)), "p.toml").is_ok());
    for (count, toxic) in [(0, 0), (5, 5)] {
        let line = refusal(&format!("{head}{}", drugs(count)));
        let value = format!("{count} drugs, {toxic} of them hair_toxic");
        assert_eq!(
            line,
            format!("p.toml:drug: {value}: allowed 1 to 4 drugs, at least 1 of them hair_toxic")
        );
    }
    let pause = "[[break]]\nphase = \"post_cool\"\nat_min = 1\nminutes = 1\n";
    let line = refusal(&format!("{EXAMPLE}\n{}", pause.repeat(16)));
    assert_eq!(line, "p.toml:break: 17 breaks: allowed at most 16 breaks");
}

proptest! {
    /// Whatever the text is, the answer is a plan within the machine's ranges or one line.
    #[test]
    fn any_text_gives_a_plan_or_one_line(cut in 0..EXAMPLE.len(), put in "\\PC{0,12}|[\\x00-\\x1f]{0,3}", skip in 0usize..30) {
        let (head, rest) = EXAMPLE.split_at(cut);
        let text = format!("{head}{put}{}", rest.get(skip..).unwrap_or_default());
        match PlanFile::parse(&text, "p.toml") {
            Ok(plan) => prop_assert!(Plan::new(plan.request()).is_ok()),
            Err(error) => {
                let line = error.to_string();
                prop_assert!(line.starts_with("p.toml:") && line.contains(": allowed "), "{line}");
                prop_assert!(!line.contains(|letter: char| letter.is_control()), "{line:?}");
                prop_assert!(line.chars().count() < 400, "{line}");
            }
        }
    }

    /// The ranges of the file and of the machine are the same.
    #[test]
    fn the_file_allows_what_the_machine_allows(pre in 0u32..80, post in 0u32..260, target in -100i32..70) {
        let text = with("pre_min = 30", &format!("pre_min = {pre}"))
            .replace("post_min = 60", &format!("post_min = {post}"))
            .replace("at_min = 20", "at_min = 0")
            .replace("target_c = -4.0", &format!("target_c = {}", f64::from(target) / 10.0));
        let mut request = PlanFile::parse(EXAMPLE, "p.toml").unwrap().request();
        request.pre = Duration::from_mins(pre);
        request.post = Duration::from_mins(post);
        request.target = Target::from_milli(ControlMode::Coolant, target * 100);
        let parsed = PlanFile::parse(&text, "p.toml");
        prop_assert_eq!(parsed.is_ok(), Plan::new(request).is_ok());
        if let Ok(parsed) = parsed {
            prop_assert_eq!(parsed.request(), request);
        }
    }

    #[test]
    fn the_file_allows_the_interface_that_the_machine_allows(interface in 0i32..120) {
        let degrees = f64::from(interface) / 10.0;
        let text = with("target_c = -4.0", &format!("mode = \"cap\"\ninterface_c = {degrees}"));
        let mut request = PlanFile::parse(EXAMPLE, "p.toml").unwrap().request();
        request.target = Target::from_milli(ControlMode::Cap, interface * 100);
        let parsed = PlanFile::parse(&text, "p.toml");
        prop_assert_eq!(parsed.is_ok(), Plan::new(request).is_ok());
        if let Ok(parsed) = parsed {
            prop_assert_eq!(parsed.request(), request);
        }
    }
}

/// An arc is half to three quarters of the circumference: what the device would refuse at the visit is refused here.
#[test]
fn an_arc_that_the_device_would_refuse_is_refused() {
    for (measures, told) in [
        ([520, 420, 350], "head.sagittal_mm: 420: allowed 280 to 390"),
        ([520, 350, 420], "head.coronal_mm: 420: allowed 280 to 390"),
        ([530, 420, 420], "head.sagittal_mm: 420: allowed 280 to 397"),
        ([540, 420, 420], "head.sagittal_mm: 420: allowed 280 to 405"),
        ([520, 400, 400], "head.sagittal_mm: 400: allowed 280 to 390"),
        ([600, 299, 350], "head.sagittal_mm: 299: allowed 300 to 420"),
    ] {
        let [around, along, across] = measures;
        let text = EXAMPLE
            .replace("circumference_mm = 561", &format!("circumference_mm = {around}"))
            .replace("sagittal_mm = 345", &format!("sagittal_mm = {along}"))
            .replace("coronal_mm = 350", &format!("coronal_mm = {across}"));
        let error = PlanFile::parse(&text, "plan.toml").unwrap_err().to_string();
        assert!(error.ends_with(told), "{error}");
    }
}
