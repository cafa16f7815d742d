//! Rows of the table of regimens, written down a second time: whose drugs, what dose, how often.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

mod script;

use coldcap_session::regimen::{self, Cooling, Judged, Schedule, Source, Sureness};
use coldcap_session::{Field, PlanRequest, Refusal, Role};
use coldcap_units::Duration;
use script::PACLITAXEL;

#[test]
fn rows_name_their_drugs_doses_and_schedules() {
    use Schedule::{Any, ThreeWeekly, Weekly};
    let (none, from_75) = ((None, None), (Some(75), Some(100)));
    let table: [(u16, Source, &[u16], _, _); 9] = [
        (1, Source::PAXMAN_FAQ, &[], none, Any),
        (2, Source::PAXMAN_FAQ, &[5], from_75, ThreeWeekly),
        (2, Source::DUTCH_SITE, &[5], none, ThreeWeekly),
        (3, Source::CLATTERBRIDGE, &[6], (Some(80), Some(90)), Weekly),
        (4, Source::OSLO, &[6], (Some(175), Some(175)), ThreeWeekly),
        (5, Source::FEC_TRIAL, &[4, 2, 3], (Some(90), None), Any),
        (8, Source::PAXMAN_FAQ, &[5], none, Any),
        (9, Source::NEWER_DRUGS_STUDY, &[7, 8, 9], none, Any),
        (10, Source::DIGNICAP_LABEL, &[1, 5, 6], none, Any),
    ];
    for (regimen, source, drugs, dose, schedule) in table {
        let row = regimen::row(regimen, source).unwrap();
        assert_eq!(row.drugs, drugs, "{regimen} {}", source.name());
        assert_eq!((row.dose.from_mg_m2, row.dose.to_mg_m2), dose, "{regimen}");
        assert_eq!(row.schedule, schedule, "{regimen}");
    }
}

#[test]
fn drugs_and_schedules_have_names() {
    let names = [
        "doxorubicin",
        "epirubicin",
        "cyclophosphamide",
        "fluorouracil",
        "docetaxel",
        "paclitaxel",
        "eribulin",
        "sacituzumab govitecan",
        "trastuzumab deruxtecan",
    ];
    for (id, name) in (1..).zip(names) {
        assert_eq!(regimen::drug_name(id), Some(name));
    }
    assert_eq!((regimen::drug_name(0), regimen::drug_name(10)), (None, None));
    let schedules = [Schedule::Any, Schedule::Weekly, Schedule::ThreeWeekly];
    assert_eq!(schedules.map(Schedule::name), ["any", "weekly", "three_weekly"]);
}

#[test]
fn a_figure_that_no_source_confirms_is_marked() {
    let mark = |regimen, source| {
        let Cooling::Cool { post, .. } = regimen::row(regimen, source).unwrap().cooling else {
            return None;
        };
        Some(post.sureness.mark())
    };
    assert_eq!(mark(1, Source::PAXMAN_FAQ), Some("found"));
    assert_eq!(mark(5, Source::FEC_TRIAL), Some("not confirmed"));
    assert_eq!(mark(10, Source::DIGNICAP_LABEL), None, "a row that says: do not cool");
    assert_ne!(Sureness::Found.mark(), Sureness::General.mark());
}

#[test]
fn a_reason_to_go_outside_of_a_source_is_one_of_the_sites_own() {
    let asked = |reason| {
        let request = PlanRequest { reason, post: Duration::from_mins(20), ..PACLITAXEL };
        regimen::judge(&request, Role::Clinician)
    };
    assert_eq!(asked(127), Ok(Judged::Overridden));
    let (field, minimum, maximum) = (Field::Reason, 0, 127);
    assert_eq!(asked(128), Err(Refusal::OutOfRange { field, minimum, maximum }));
}
