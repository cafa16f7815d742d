//! The virtual patient and the virtual machine against what is published: one test a target, each with its source.
//!
//! Figures are those of `docs/patient.md`, which says which of them were fitted. A band is the publication's own, or what
//! its wording allows; it is never widened. Where the model misses, the test states the miss.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing)]

#[path = "../bench/mod.rs"]
mod bench;
mod document;
mod exposures;
mod figures;
mod oracle;
mod predictions;

use coldcap_sim::PatientParameters;
use coldcap_sim::patient::Population;

#[track_caller]
fn assert_near(value: f64, expected: f64, tolerance: f64) {
    assert!((value - expected).abs() <= tolerance, "{value} is not {expected} ± {tolerance}");
}

#[track_caller]
fn assert_within(value: f64, low: f64, high: f64) {
    assert!((low..=high).contains(&value), "{value} is not within {low} to {high}");
}

/// Janssen, van Leeuwen and van Steenhoven, Phys Med Biol 2005;50:4065: 34.4 to 18.3 °C, flow to 25 %. Fitted: warm
/// perfusion and the bare head's resistance.
#[test]
fn v1_the_standard_head_cools_from_34_4_to_18_3() {
    let [bare_c, cooled_c, perfusion] = figures::standard_head(&PatientParameters::standard());
    assert_near(bare_c, 34.4, 0.05);
    assert_near(cooled_c, 18.3, 0.05);
    assert_near(perfusion, 0.25, 0.03);
}

/// The same paper: 10.1 to 21.8 °C over its range of parameters, of which fat and hair matter most. Which range that is
/// cannot be seen from the abstract; a cap whose resistance is 0.4 to 1.4 times the standard one spans it, and no other
/// parameter leaves it.
#[test]
fn v2_parameters_move_the_skin_over_the_published_range() {
    let (coldest, _) = figures::resistance_of(10.1);
    let (warmest, _) = figures::resistance_of(21.8);
    assert_within(coldest / figures::CAP.resistance, 0.35, 0.45);
    assert_within(warmest / figures::CAP.resistance, 1.35, 1.50);
    let spans = figures::spans();
    for (name, span) in spans {
        assert!(span.iter().all(|skin_c| (10.1..=21.8).contains(skin_c)), "{name}: {span:?}");
    }
    let widths = spans.map(|(_, [cold, warm])| warm - cold);
    assert!(widths.is_sorted_by(|a, b| a > b), "hair, fat, perfusion, core: {widths:?}");
}

/// The same paper has 13 to 33 % of flow over that range. Missed below: a plateau of 25 %, which the same group measured
/// later, cannot give 13 %, which is what the Q10 law of 2005 gives at 10.1 °C.
#[test]
fn v2_flow_misses_the_lower_end_of_its_range() {
    let (_, coldest) = figures::resistance_of(10.1);
    let (_, warmest) = figures::resistance_of(21.8);
    assert_near(coldest, 0.253, 0.003);
    assert_near(warmest, 0.296, 0.003);
    assert_within(warmest, 0.13, 0.33);
}

/// Janssen et al., Physiol Meas 2007;28:829: below 40 % over the first 10 K, below 30 % a few kelvins further, then a
/// plateau. The law of the perfusion was fitted to this, so the column shows only that it follows it.
#[test]
fn v3_perfusion_falls_along_the_measured_curve() {
    let curve = figures::perfusion_curve(&PatientParameters::standard());
    let [[ten_k, at_ten], [thirteen_k, at_thirteen], [_, at_sixteen], [_, at_most]] = curve[..]
    else {
        unreachable!()
    };
    assert_near(ten_k, 10.0, 0.3);
    assert!(at_ten < 0.40, "{at_ten}");
    assert_near(thirteen_k, 13.0, 0.3);
    assert!(at_thirteen < 0.30, "{at_thirteen}");
    assert_within(at_sixteen - at_most, 0.0, 0.03);
}

/// Bülow 1985: subcutis = 0.9·surface + 4.9 °C. Not fitted.
#[test]
fn v4_the_follicles_keep_to_the_measured_line_within_a_kelvin() {
    for [skin_c, off_k] in figures::off_the_line(&PatientParameters::standard()) {
        assert!(off_k.abs() < 1.0, "{off_k} K at {skin_c} °C");
    }
}

/// Under thicker fat than the standard head's the same depth is colder than the line says: missed by up to 0.1 K at
/// 2 mm, the population's median, and by up to 1.1 K at 5 mm.
#[test]
fn v4_heads_with_more_fat_miss_the_line() {
    let standard = PatientParameters::standard();
    for (fat_mm, worst_k) in [(2.0, -1.09), (3.0, -1.44), (5.0, -2.00)] {
        let off = figures::off_the_line(&PatientParameters { fat_mm, ..standard });
        let worst = off.iter().map(|[_, off_k]| *off_k).fold(0.0, f64::min);
        assert_near(worst, worst_k, 0.02);
    }
}

/// Bülow 1985: flow is reduced until the subcutis is above 30 to 32 °C.
#[test]
fn v4_flow_is_reduced_until_the_subcutis_is_warm() {
    let share = figures::perfusion_at_30_c(&PatientParameters::standard());
    assert!(share < 0.40, "{share}");
}

/// Komen et al., The Breast 2016: 19.0 ± 0.4 °C (standard error, n = 62, so a deviation of 3.15 K). Both are fitted.
#[test]
fn v5_the_population_has_the_measured_mean_and_spread() {
    let (spread, _) = figures::population(&Population::standard(), 620);
    assert_near(spread.mean, 19.0, 0.4);
    assert_near(spread.deviation, 3.15, 0.25);
}

/// The same: 10 to 31 °C, not fitted. One of ten draws has a head of 9.4 °C: missed by that one.
#[test]
fn v5_a_draw_of_62_stays_within_the_measured_range() {
    let skins = figures::skins(&Population::standard(), 0..620);
    assert!(skins[..62].iter().all(|skin_c| (10.0..=31.0).contains(skin_c)));
    let beyond = |draw: &&[f64]| draw.iter().any(|skin_c| !(10.0..=31.0).contains(skin_c));
    assert_eq!(skins.chunks(62).filter(beyond).count(), 1, "one of ten draws has a colder head");
}

/// Bülow 1985: 8 of 10 come below 22 °C under the skin. Not fitted. Where 63 % do, 8 or more of ten do in 22 % of draws, so
/// the figures do not contradict each other; but the model's share is lower.
#[test]
fn v4_most_heads_come_below_22_under_the_skin() {
    let population = Population::standard();
    let share = figures::share_below(&figures::follicles(&population, 0..620), 22.0);
    assert_near(share, 0.63, 0.02);
    assert_near(figures::share_below(&figures::skins(&population, 0..620), 22.0), 0.81, 0.02);
}

/// Gregory et al., BMJ 1982: below 22 °C before the drug, and for 20 minutes at least.
#[test]
fn v6_a_visit_is_below_22_before_the_drug_and_long_enough() {
    let visit = figures::visit();
    assert!(visit.measures.skin_at_first_drug_c.unwrap() < 22.0);
    assert!(visit.follicle_at_first_drug_c < 22.0);
    assert!(visit.measures.below_22_min >= 20.0);
}

/// Corbett and Laptook 1998: 50 minutes of a head surface at 15.8 °C leave cortex and thalamus as they were. Held from a
/// centimetre under the brain's surface down; missed at 5 mm, where the model, which has no warm fluid around the brain,
/// loses 1.3 K.
#[test]
fn v8_the_brain_does_not_notice() {
    let [at_five, at_ten, at_fifty] = figures::brain_cooling();
    assert_near(at_fifty, 0.0, 0.01);
    assert_within(at_ten, 0.0, 0.5);
    assert_near(at_five, 1.28, 0.05);
}

/// Khoshnevis, Craik and Diller 2014, 2016: after an hour of cold perfusion stays low through two hours in which the skin
/// rewarms. Low is what V3 calls so: below 40 %. Fitted: how long cold is remembered.
#[test]
fn v9_perfusion_stays_low_through_two_hours_of_rewarming() {
    let [[_, cold], rewarmed @ ..] = figures::rewarming(&PatientParameters::standard());
    assert!(cold < 0.30, "{cold}");
    for [skin_c, perfusion] in rewarmed {
        assert!(perfusion < 0.40, "{perfusion} at {skin_c} °C");
        assert!(skin_c > 33.0, "{skin_c} °C");
    }
}

/// Pre-cooling is defined by the scalp having reached its plateau, 30 minutes (scalpcooling.org); cooling was at its most
/// after 45 (Komen et al. 2016). Not fitted.
#[test]
fn the_plateau_comes_by_thirty_minutes_and_the_most_by_45() {
    let [at_thirty, at_45, at_120] = figures::course(&PatientParameters::standard());
    assert_within(at_thirty - at_120, 0.0, 0.5);
    assert_within(at_45 - at_120, -0.1, 0.1);
    let plateau_min = figures::visit().measures.plateau_min.unwrap();
    assert!(plateau_min <= 30.0, "{plateau_min} min with the ramp of control");
}

/// Daanen et al., Int J Dermatol 2015;54:916: more than 15 K in the first ten minutes, five places of the scalp, 13 people whose
/// hair and coolant the abstract does not tell. Missed by 1.4 K under coolant of −4 °C, which is there from the start.
#[test]
fn the_first_ten_minutes_fall_short_of_what_was_measured() {
    for fall_k in figures::first_ten_minutes() {
        assert_near(fall_k, 13.6, 0.1);
    }
}

/// Distributors allow breaks of 8 to 10 minutes; by then the skin should be at 22 °C. Kept by the head for which the notes
/// computed it, whose skin is at 16 °C. Missed by the standard head, which begins at 18 °C: 6.9 minutes.
#[test]
fn a_break_of_eight_to_ten_minutes_is_kept_by_a_head_at_16_c_and_missed_at_18() {
    let standard = PatientParameters::standard();
    let colder = PatientParameters { hair_resistance: 0.0244, ..standard };
    assert_within(figures::break_min(&colder), 8.0, 10.0);
    assert_near(figures::break_min(&standard), 6.9, 0.1);
}

/// Vendors wait for 5 to 10 minutes before they take the cap off, so that frozen hair lets go. Not fitted.
#[test]
fn the_cap_comes_off_after_five_to_ten_minutes() {
    let [cold, five, ten] = figures::thawing();
    assert!(cold < 3.0 && five > 10.0 && ten > 15.0, "{cold}, {five}, {ten} °C");
    assert_within(figures::visit().thaw_min, 5.0, 10.0);
}

/// Ready in 30 minutes at most (Paxman). The chiller's power was chosen for it.
#[test]
fn the_tank_is_ready_within_thirty_minutes() {
    let [minus_four, minus_eight] = figures::pull_down_min();
    assert!(minus_four < minus_eight && minus_eight <= 30.0, "{minus_four}, {minus_eight} min");
}

/// The first law: a tenth of a percent of what crossed the patient, and of what crossed the machine, over a whole visit
/// with a break, rewarming and removal.
#[test]
fn heat_balances_over_a_visit_and_over_a_column() {
    let energy = figures::visit().energy;
    let crossed = energy.patients_j + energy.room_j + energy.pumps_j + energy.chiller_j;
    assert!(energy.patients_j > 2.0e5 && energy.chiller_j > 5.0e5);
    assert!(energy.residual_j().abs() < 1.0e-3 * energy.patients_j);
    assert!(energy.residual_j().abs() < 1.0e-9 * crossed, "{energy:?}");

    let [crossed, residual] = figures::column_heat(&PatientParameters::standard());
    assert!(residual.abs() < 1.0e-9 * crossed, "{residual} of {crossed} J/m²");
}

/// The tables of the page are what the model says.
#[test]
fn the_page_on_the_patient_is_the_models() {
    let page = include_str!("../../../../docs/patient.md");
    let renewed = document::renewed(page);
    let differs = renewed.lines().zip(page.lines()).find(|(new, old)| new != old);
    assert_eq!(differs, None, "cargo run --release -p coldcap-sim --example patient_document");
    assert_eq!(renewed, page);
}
