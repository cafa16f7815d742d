//! Courses over several visits of the virtual machine.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing)]

mod support;

use serde_json::Value;
use std::fs;
use std::path::Path;
use support::{Done, SHORT_PLAN, coldcap, file, folder, text};

fn visit(folder: &Path, plan: &str, more: &[&str]) -> Done {
    let (out, course) = (text(folder), text(&folder.join("1001.toml")));
    let mut arguments = vec!["demo", "--plan", plan, "--out", &out, "--course", &course, "--json"];
    arguments.extend(more);
    coldcap(&arguments)
}

fn begin(folder: &Path, sessions: &str) -> Done {
    coldcap(&["course", "new", "1001", "--sessions", sessions, "--folder", &text(folder)])
}

fn show(folder: &Path) -> Value {
    coldcap(&["course", "show", &text(&folder.join("1001.toml")), "--json"]).json()
}

fn kept(folder: &Path) -> String {
    fs::read_to_string(folder.join("1001.toml")).unwrap()
}

#[test]
fn a_course_goes_from_the_fit_visit_to_its_last_session() {
    let folder = folder("course-visits");
    let begun = begin(&folder, "2");
    assert_eq!((begun.status, begun.error.as_str()), (Some(0), ""));
    let plan = file(&folder, "short.toml", SHORT_PLAN);

    let first = visit(&folder, &plan, &[]);
    assert_eq!((first.status, first.error.as_str()), (Some(0), ""));
    let course = &first.json()["course"];
    assert_eq!((&course["session"], &course["next"]), (&1.into(), &2.into()));
    let fit = &course["fits"][0];
    assert_eq!(fit["cap"]["size"], "medium");
    assert_eq!(*course, with_visit(&folder, 1));

    let plan = file(&folder, "short.toml", SHORT_PLAN.replace("2026-11-23", "2026-11-30"));
    let second = visit(&folder, &plan, &["--hair-loss", "dean:1"]);
    assert_eq!(second.status, Some(0), "{second:?}");
    assert_eq!(second.error, "session 2 of 2: cap medium\n");
    let summary = second.json();
    let begun = |phase: &str| {
        summary["phases"].as_array().unwrap().iter().any(|span| span["phase"] == phase)
    };
    assert!(begun("pre_cool") && !begun("fit_verify"), "the fit is that of the course");
    let shown = show(&folder);
    assert_eq!(shown["fits"].as_array().unwrap().len(), 1);
    assert_eq!(shown["next"], Value::Null);
    let held = &shown["held"][1];
    assert_eq!((&held["date"], &held["ended"]), (&"2026-11-30".into(), &"completed".into()));
    assert_eq!(held["hair_loss"]["grade"], 1);
    let links = ["0", "1"].map(|at| shown["held"][at.parse::<usize>().unwrap()]["record"].clone());
    assert!(links.iter().all(|link| link.as_str().unwrap().len() == 16));
    assert_ne!(links[0], links[1]);

    let before = kept(&folder);
    let over = visit(&folder, &plan, &[]);
    assert!(
        over.refused(2)
            .ends_with("1001.toml:sessions: 2: allowed more: so many sessions were held")
    );
    assert_eq!(kept(&folder), before);
}

/// What `show` tells, as the summary of a visit has it.
fn with_visit(folder: &Path, session: u8) -> Value {
    let mut shown = show(folder);
    shown["session"] = session.into();
    shown
}

#[test]
fn a_plan_of_another_patient_is_refused_before_anything_runs() {
    let folder = folder("course-other");
    begin(&folder, "4");
    let before = kept(&folder);
    let other = SHORT_PLAN.replace("patient = 1001", "patient = 1002");
    let plan = file(&folder, "other.toml", other);
    let done = visit(&folder, &plan, &[]);
    assert!(
        done.refused(2).ends_with("other.toml:patient: 1002: allowed 1001, whose course this is")
    );
    assert_eq!(kept(&folder), before);
    assert!(!folder.join("short").exists());
}

#[test]
fn a_second_fit_visit_and_more_than_eight_sessions_are_warned_of() {
    let folder = folder("course-again");
    let begun = begin(&folder, "9");
    let many = "coldcap: warning: 9 sessions: above 8 a payer may ask for a review\n";
    assert_eq!((begun.status, begun.error.as_str()), (Some(0), many));
    let plan = include_str!("../../../examples/plans/fit-visit.toml");
    let plan = file(&folder, "fit.toml", plan.replace("patient = 1003", "patient = 1001"));
    let first = visit(&folder, &plan, &[]);
    assert_eq!((first.status, first.error.as_str()), (Some(0), many), "{first:?}");
    let again = visit(&folder, &plan, &[]);
    assert_eq!(again.status, Some(0));
    let fit = "coldcap: warning: fit visit 2 of this course: it is billed once in a course\n";
    assert_eq!(again.error, format!("{fit}{many}"));
    let names = |warnings: &Value| {
        let names = warnings.as_array().unwrap().iter().map(|it| it["name"].clone());
        names.collect::<Vec<_>>()
    };
    let expected = ["fit_visit_again", "above_eight_sessions"];
    assert_eq!(names(&again.json()["course"]["warnings"]), expected);
    assert_eq!(names(&show(&folder)["warnings"]), expected);
    assert_eq!(show(&folder)["held"], Value::Array(vec![]), "no session was held");
}

#[test]
fn a_visit_that_is_given_up_before_it_cools_is_no_session() {
    let folder = folder("course-given-up");
    begin(&folder, "4");
    let gone = SHORT_PLAN.replace("density = \"full\"", "density = \"nearly_gone\"");
    let plan = file(&folder, "gone.toml", gone);
    let before = kept(&folder);
    assert_eq!(visit(&folder, &plan, &[]).status, Some(1));
    assert_eq!(kept(&folder), before);
}

#[test]
fn courses_are_listed_and_one_that_is_wrong_hides_no_other() {
    let folder = folder("course-list");
    begin(&folder, "4");
    let list = |json: bool| {
        let folder = text(&folder);
        let mut arguments = vec!["course", "list", folder.as_str()];
        arguments.extend(json.then_some("--json"));
        coldcap(&arguments)
    };
    assert_eq!(list(false).out, "1001: 0 of 4 sessions; cap: no fit yet\n");
    assert_eq!(list(true).json()[0]["patient"], 1001);
    file(&folder, "7.toml", "patient = 7\nsessions = 99\n");
    file(&folder, ".8.toml.1", "torn");
    let wrong = list(false);
    assert_eq!(wrong.out, "1001: 0 of 4 sessions; cap: no fit yet\n");
    assert!(wrong.refused(2).ends_with("7.toml:sessions: 99: allowed 1 to 24"));
    let twice = begin(&folder, "5");
    assert!(twice.refused(2).ends_with("1001.toml: it is there already: allowed is a new file"));
    assert!(coldcap(&["course", "show", "nowhere.toml"]).refused(2).starts_with("nowhere.toml: "));
    let person = coldcap(&["course", "new", "0", "--sessions", "4"]);
    assert!(person.refused(2).starts_with("PATIENT, --sessions: 0, 4: allowed 1 to "));
    let graded = coldcap(&["demo", "--course", "x.toml", "--hair-loss", "ctcae:3"]);
    assert!(graded.refused(2).contains("allowed dean:0 to dean:4, ctcae:0 to ctcae:2"));
}
