//! The exposure index over whole visits: a break during the infusion against one after it.

use coldcap_sim::PatientParameters;
use coldcap_sim::bedside::{Bedside, Break, Setup};
use coldcap_sim::exposure::{Agent, Exposure, Index};
use coldcap_units::Duration;

pub(crate) const AGENTS: [(&str, Agent); 2] =
    [("docetaxel", Agent::Docetaxel), ("doxorubicin", Agent::Doxorubicin)];

/// When a break of eight minutes begins, in minutes from the first drug, which runs for an hour.
pub(crate) const BREAKS: [(&str, Option<u32>); 3] =
    [("no break", None), ("break during the infusion", Some(45)), ("break after it", Some(70))];

/// The index of each drug from its beginning to 90 minutes later, and how warm the follicles became in that time, in °C.
pub(crate) fn of_visit(break_min: Option<u32>) -> ([Index; 2], f64) {
    let mut setup = Setup::standard(PatientParameters::standard());
    let walk = |after| Break { after: Duration::from_mins(after), away: Duration::from_mins(8) };
    setup.course.breaks.extend(break_min.map(walk));
    let mut bedside = Bedside::new(&setup, 1).unwrap();
    let warm_c = bedside.truth().follicle_c;
    let mut exposures = AGENTS.map(|(_, agent)| Exposure::new(agent, 60.0, warm_c));
    let (mut warmest_c, mut seconds) = (0.0_f64, 0_u32);
    while bedside.operator().ending().is_none() && seconds < 90 * 60 {
        (0..10).for_each(|_| {
            bedside.tick();
        });
        if bedside.operator().first_drug().is_some() {
            let truth = bedside.truth();
            for exposure in &mut exposures {
                let since_min = f64::from(seconds) / 60.0;
                exposure.see(since_min, 1.0 / 60.0, truth.follicle_c, truth.perfusion);
            }
            warmest_c = warmest_c.max(truth.follicle_c);
            seconds += 1;
        }
    }
    (exposures.map(|exposure| exposure.index()), warmest_c)
}

/// The same break, as warm, weighs more while the drug runs in: the plasma of docetaxel is down to a quarter ten minutes after.
#[test]
fn a_break_during_the_infusion_is_told_from_one_after_it() {
    let [none, during, after] = BREAKS.map(|(_, break_min)| of_visit(break_min));
    assert!((during.1 - after.1).abs() < 0.2 && during.1 > none.1 + 1.0);
    let cost =
        |visit: &([Index; 2], f64), drug: usize| visit.0[drug].central / none.0[drug].central - 1.0;
    let [docetaxel, doxorubicin] = [0, 1].map(|drug| [cost(&during, drug), cost(&after, drug)]);
    println!("docetaxel {docetaxel:?}, doxorubicin {doxorubicin:?}");
    assert!(docetaxel[0] > 5.0 * docetaxel[1] && docetaxel[1] > 0.0, "{docetaxel:?}");
    assert!(doxorubicin[0] > doxorubicin[1] && doxorubicin[1] > 0.0, "{doxorubicin:?}");
    for index in [none, during, after].iter().flat_map(|visit| visit.0) {
        assert!(index.low < index.central && index.central < index.high && index.high < 0.3);
    }
}
