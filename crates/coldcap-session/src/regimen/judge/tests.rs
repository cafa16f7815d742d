//! The table by itself, and plans held against it.

use super::super::{DRUGS, REGIMENS, ROWS, SOURCES, Sureness, drug_name, regimen, rows};
use super::*;
use crate::plan::{PostClock, Target};
use coldcap_units::Coolant;
extern crate std;
use std::collections::BTreeSet;
use std::vec::Vec;

fn asked(regimen: u16, source: Source, pre: u32, post: u32) -> PlanRequest {
    PlanRequest {
        regimen,
        source,
        reason: 0,
        pre: Duration::from_mins(pre),
        post: Duration::from_mins(post),
        break_each: Duration::from_mins(10),
        break_total: Duration::from_mins(20),
        target: Target::Coolant(Coolant::from_milli(-4_000)),
        post_clock: PostClock::Cooled,
    }
}

#[test]
fn the_table_is_whole() {
    for (place, citation) in SOURCES.iter().enumerate() {
        assert_eq!(usize::from(citation.source.0), place + 1);
        assert_eq!(Source::named(citation.name), Some(citation.source));
        assert_eq!(citation.source.name(), citation.name);
        assert!(!citation.text.is_empty() && !citation.source.is_site());
        assert!(ROWS.iter().any(|row| row.source == citation.source), "{}", citation.name);
    }
    for (place, known) in REGIMENS.iter().enumerate() {
        assert_eq!(usize::from(known.id), place + 1);
        assert_eq!(regimen(known.id), Some(known));
        assert!(rows(known.id).next().is_some(), "{}", known.name);
    }
    let keys: BTreeSet<_> = ROWS.iter().map(|row| (row.regimen, row.source)).collect();
    assert_eq!(keys.len(), ROWS.len(), "one row for each regimen and source");
    assert!(ROWS.iter().map(|row| (row.regimen, row.source)).is_sorted(), "in order");
    for row in &ROWS {
        assert!(regimen(row.regimen).is_some() && row.source.citation().is_some());
        assert!(row.drugs.iter().all(|drug| drug_name(*drug).is_some()));
    }
    assert_eq!((drug_name(1), drug_name(DRUGS.len() as u16 + 1)), (Some("doxorubicin"), None));
    let names = [Source::NONE, Source::SITE, Source(255), Source(100)].map(Source::name);
    assert_eq!(names, ["none", "site", "site", "unknown"]);
    assert_eq!((Source::named("site"), Source::named("nobody")), (Some(Source::SITE), None));
}

/// The figures of the reference note, typed again from there: regimen, source, least and most minutes
/// after the infusion (0 for an open end), and whether they were found in the source.
const GOLDEN: [(u16, u8, u16, u16, bool); 21] = [
    (1, 1, 90, 90, true),
    (2, 1, 20, 20, true),
    (2, 2, 20, 20, true),
    (2, 5, 20, 45, true),
    (2, 6, 45, 90, true),
    (3, 1, 60, 60, true),
    (3, 3, 60, 60, true),
    (3, 4, 60, 60, true),
    (3, 7, 20, 90, true),
    (4, 1, 60, 60, true),
    (4, 4, 90, 90, true),
    (5, 8, 90, 90, false),
    (6, 9, 90, 120, true),
    (7, 2, 20, 150, true),
    (7, 10, 90, 180, true),
    (7, 11, 30, 150, true),
    (7, 12, 90, 0, true),
    (7, 13, 60, 60, true),
    (7, 14, 90, 90, false),
    (7, 15, 90, 120, false),
    (7, 17, 120, 120, true),
];

#[test]
fn the_minutes_are_those_of_the_note() {
    let told = ROWS.iter().filter_map(|row| match row.cooling {
        Cooling::Cool { post, .. } => Some((
            row.regimen,
            row.source.0,
            post.least_min,
            post.most_min.unwrap_or(0),
            post.sureness == Sureness::Found,
        )),
        Cooling::DoNotCool | Cooling::UnderStudy => None,
    });
    assert_eq!(
        told.collect::<Vec<_>>(),
        [&GOLDEN[..], &[(8, 1, 90, 90, true), (8, 2, 20, 20, true)]].concat()
    );
    let longest = GOLDEN.iter().map(|row| row.3).max().unwrap();
    assert_eq!(u32::from(longest), Plan::LONGEST_PUBLISHED_POST.as_mins());
}

#[test]
fn every_row_takes_its_own_minutes_and_no_others() {
    for row in &ROWS {
        let Cooling::Cool { pre, post } = row.cooling else { continue };
        let before = pre.map_or(30, |pre| u32::from(pre.least_min));
        let try_post = |minutes: u16| {
            judge(&asked(row.regimen, row.source, before, minutes.into()), Role::Nurse)
        };
        assert_eq!(try_post(post.least_min), Ok(Judged::Follows), "{row:?}");
        let most = post.most_min.unwrap_or(240);
        assert_eq!(try_post(most), Ok(Judged::Follows), "{row:?}");
        let refused = Err(Refusal::OutOfRange {
            field: Field::Post,
            minimum: i32::from(post.least_min) * 60_000,
            maximum: i32::from(most) * 60_000,
        });
        assert_eq!(try_post(post.least_min - 1), refused, "{row:?}");
        assert_eq!(try_post(most + 1), refused, "{row:?}");
        if pre.is_some() {
            let short = judge(&asked(row.regimen, row.source, 29, most.into()), Role::Nurse);
            assert!(matches!(short, Err(Refusal::OutOfRange { field: Field::Pre, .. })), "{row:?}");
        }
        let thick = judge(&asked(row.regimen, row.source, 45, most.into()), Role::Nurse);
        assert_eq!(thick, Ok(Judged::Follows), "{row:?}");
    }
}

#[test]
fn what_must_not_be_cooled_is_refused_to_everyone() {
    let mut plan = asked(10, Source::DIGNICAP_LABEL, 30, 90);
    assert_eq!(judge(&plan, Role::Clinician), Err(Refusal::Contraindicated(1 << 11)));
    plan.reason = 1;
    assert_eq!(judge(&plan, Role::Clinician), Err(Refusal::Contraindicated(1 << 11)));
}

#[test]
fn a_source_that_says_nothing_of_a_regimen_is_no_source_for_it() {
    for (regimen, source) in [
        (3, Source::DUTCH_SITE),
        (9, Source::NEWER_DRUGS_STUDY),
        (77, Source::OSLO),
        (3, Source(99)),
    ] {
        let mut plan = asked(regimen, source, 30, 60);
        assert_eq!(judge(&plan, Role::Nurse), Err(Refusal::UnknownRegimen));
        plan.reason = 1;
        assert_eq!(judge(&plan, Role::Clinician), Err(Refusal::UnknownRegimen));
    }
}

#[test]
fn a_reason_is_a_clinicians_and_needs_something_to_go_outside_of() {
    let with =
        |source, reason, role| judge(&PlanRequest { reason, ..asked(3, source, 30, 20) }, role);
    assert_eq!(with(Source::OSLO, 5, Role::Clinician), Ok(Judged::Overridden));
    for role in [Role::Nurse, Role::Panel] {
        assert_eq!(with(Source::OSLO, 5, role), Err(Refusal::NotPermitted(role)));
    }
    assert_eq!(with(Source::SITE, 0, Role::Nurse), Ok(Judged::Follows));
    assert_eq!(with(Source::SITE, 5, Role::Clinician), Ok(Judged::Overridden));
    assert_eq!(with(Source::NONE, 0, Role::Nurse), Ok(Judged::Follows));
    assert_eq!(with(Source::NONE, 5, Role::Clinician), Err(Refusal::Unanswered(Field::Source)));
    let reason = Err(Refusal::OutOfRange { field: Field::Reason, minimum: 0, maximum: 127 });
    assert_eq!(with(Source::OSLO, 128, Role::Clinician), reason);
}
