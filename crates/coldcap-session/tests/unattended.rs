//! A loss of power is nobody's act: it begins no limit on unattended cooling anew.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

mod script;

use coldcap_session::*;
use coldcap_units::Duration;
use script::{PACLITAXEL, Script};

/// Minutes from the last act of anybody until nothing circulates any more, when the power goes away for ten seconds after
/// each of these.
fn unattended(gaps: &[u32]) -> u32 {
    let mut script = Script::ready(PACLITAXEL);
    script.done(Request::Acknowledge);
    let mut minutes = 0;
    for gap in gaps {
        script.minutes(*gap);
        script.expect(Phase::Ready);
        script.restarted(Some(Duration::from_secs(10)));
        script.seconds(60);
        minutes += gap + 1;
    }
    while script.circulates() {
        script.minutes(1);
        minutes += 1;
    }
    minutes
}

/// Limits bound unattended cooling; what re-arms them is somebody who answers, not a loss of power.
// req: SES-008
#[test]
fn a_short_loss_of_power_re_arms_no_limit_on_unattended_cooling() {
    for gaps in [&[][..], &[10], &[30, 20, 20], &[59], &[70], &[70, 10], &[89]] {
        let minutes = unattended(gaps);
        assert!((88..=93).contains(&minutes), "{minutes} minutes with gaps after {gaps:?}");
    }
}

/// Who acts begins the limit anew, also while cooling returns by itself.
#[test]
fn who_acts_while_cooling_returns_begins_the_limit_anew() {
    let mut script = Script::ready(PACLITAXEL);
    script.minutes(70);
    assert!(script.state.is_waiting());
    script.restarted(Some(Duration::from_secs(10)));
    script.seconds(5);
    script.expect(Phase::Recool);
    assert!(script.state.is_waiting(), "nobody has come");
    script.done(Request::Acknowledge);
    script.seconds(60);
    script.seconds(5);
    script.expect(Phase::Ready);
    script.minutes(59);
    assert!(!script.state.is_waiting() && script.circulates());
}

/// A break that was over its budget stays so when power fails in it, and the way to the thaw is no longer.
#[test]
fn a_break_over_its_budget_stays_so_over_a_loss_of_power() {
    let mut script = Script::infusing(PACLITAXEL);
    script.done(Request::Stop);
    script.minutes(16);
    assert!(script.state.is_break_over());
    script.restarted(Some(Duration::from_secs(5)));
    script.expect(Phase::Recovery);
    assert!(script.state.is_break_over());
    script.restarted(Some(Duration::from_mins(5)));
    script.minutes(30);
    assert!(script.state.is_break_over(), "the drug runs, and nobody has come");
}
