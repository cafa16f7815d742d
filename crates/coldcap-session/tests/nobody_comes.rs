//! Nobody comes, or somebody does: what is called before a session ends, and what a limit is worth behind a loss of power.
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

const BLINK: Option<Duration> = Some(Duration::from_secs(5));
const MINUTE: Option<Duration> = Some(Duration::from_secs(60));

fn resume(confirm: bool) -> Request {
    Request::Resume { reason: 1, confirm }
}

/// Cooling that came back by itself has as long for its way as any other, and ends where nobody answers.
// req: SES-008
#[test]
fn a_re_cooling_that_does_not_arrive_is_said_as_soon_behind_a_loss_of_power() {
    let way = |returns: fn(&mut Script)| {
        let mut script = Script::post_cooling(PACLITAXEL);
        script.minutes(5);
        returns(&mut script);
        script.expect(Phase::Recool);
        script.seen.at_target = false;
        let said = (1..100).find(|_| {
            script.minutes(1);
            script.state.is_waiting()
        });
        let ended = (1..100).find(|_| {
            script.minutes(1);
            script.phase() == Phase::Thaw
        });
        (said.unwrap(), ended.unwrap())
    };
    let resumed = way(|script| {
        script.done(Request::Stop);
        script.look();
        script.resume();
    });
    let by_itself = way(|script| {
        script.restarted(BLINK);
        script.seconds(5);
    });
    assert_eq!((resumed, by_itself), ((20, 10), (20, 10)));
}

/// What it returns to has its own limit all the same.
#[test]
fn a_way_that_arrives_leaves_the_limit_of_what_it_returns_to() {
    let mut script = Script::post_cooling(PACLITAXEL);
    script.minutes(5);
    script.restarted(BLINK);
    script.seconds(5);
    script.minutes(3);
    script.expect(Phase::PostCool);
    script.minutes(50);
    script.expect(Phase::PostCool);
    assert!(!script.state.is_waiting());
    script.minutes(5);
    script.expect(Phase::Thaw);
    assert!(!script.flagged(Flag::EndedEarly));
}

// req: SES-009
#[test]
fn nothing_ends_between_the_two_steps_of_a_resume() {
    let mut script = Script::post_cooling(PACLITAXEL);
    script.restarted(MINUTE);
    script.minutes(11);
    script.seconds(50);
    assert!(script.state.is_waiting());
    assert_eq!(script.nurse(resume(false)), Ok(Accepted::Armed));
    script.seconds(20);
    script.expect(Phase::Recovery);
    script.done(resume(true));
    script.expect(Phase::Recool);
}

#[test]
fn a_first_step_that_nobody_confirms_puts_the_end_off_and_no_further() {
    let mut script = Script::post_cooling(PACLITAXEL);
    script.restarted(MINUTE);
    script.minutes(11);
    script.seconds(50);
    assert_eq!(script.nurse(resume(false)), Ok(Accepted::Armed));
    script.seconds(29);
    script.expect(Phase::Recovery);
    script.seconds(1);
    script.expect(Phase::Thaw);
}

/// The last seconds of a limit are no reason to end without a word, wherever power fails in them.
// req: SES-009
#[test]
fn a_loss_of_power_in_the_last_seconds_of_a_limit_is_no_end_without_a_word() {
    let mut ready = Script::ready(PACLITAXEL);
    ready.done(Request::Acknowledge);
    ready.minutes(59);
    ready.seconds(35);
    ready.restarted(Some(Duration::from_secs(3)));
    ready.seconds(15);
    ready.seconds(1);
    assert!(ready.state.is_waiting() && !ready.noted(Note::Ended { reason: Reason::UNATTENDED }));
    ready.seconds(5);
    ready.minutes(9);
    assert!(ready.circulates());

    let mut paused = Script::post_cooling(PACLITAXEL);
    paused.done(Request::Stop);
    paused.minutes(9);
    paused.seconds(50);
    paused.restarted(BLINK);
    paused.seconds(6);
    assert!(paused.state.is_break_over());
    paused.minutes(1);
    paused.expect(Phase::Recovery);
    paused.minutes(1);
    paused.expect(Phase::Thaw);
}

/// Who says that the drug has ended is there; what comes then is its planned post-cooling.
// req: SES-006
#[test]
fn the_end_of_a_drug_told_in_an_interruption_begins_its_limit_anew() {
    let mut script = Script::infusing(PACLITAXEL);
    script.restarted(MINUTE);
    script.minutes(20);
    assert!(script.state.is_waiting());
    script.ends(1);
    script.seconds(1);
    script.expect(Phase::Recovery);
    assert!(!script.state.is_waiting());

    let mut script = Script::infusing(PACLITAXEL);
    script.minutes(230);
    script.restarted(BLINK);
    script.seconds(5);
    script.expect(Phase::Recool);
    script.ends(1);
    script.minutes(2);
    script.expect(Phase::PostCool);
    script.minutes(50);
    script.expect(Phase::PostCool);
    assert!(!script.state.is_waiting());
}

/// A break stays over: what is begun anew is the time until the cap thaws.
#[test]
fn a_break_over_its_budget_stays_so_where_the_drug_ends_in_it() {
    let mut script = Script::infusing(PACLITAXEL);
    script.done(Request::Stop);
    script.minutes(30);
    assert!(script.state.is_break_over());
    script.ends(1);
    script.minutes(1);
    assert!(script.state.is_break_over());
    script.minutes(1);
    script.expect(Phase::Thaw);
}

// req: PWR-002
#[test]
fn a_loss_of_power_does_not_stop_the_budget_of_the_breaks() {
    let left = |blinks: bool| {
        let mut script = Script::infusing(PACLITAXEL);
        script.done(Request::Stop);
        if blinks {
            script.restarted(Some(Duration::ZERO));
        }
        script.minutes(9);
        script.resume();
        script.state.break_left()
    };
    assert_eq!(left(true), left(false));
}

/// The alarm of a break that is over is that of a break, whatever happened to the power in it, and an answer leaves it so.
#[test]
fn a_break_is_a_break_over_a_loss_of_power() {
    let mut script = Script::infusing(PACLITAXEL);
    script.done(Request::Stop);
    script.seconds(12);
    script.restarted(BLINK);
    script.minutes(10);
    assert!(script.state.is_break_over() && script.flagged(Flag::BreakOver));
    script.restarted(BLINK);
    script.done(Request::Acknowledge);
    assert!(script.state.is_break_over());
}

/// An answer while cooling is about to return by itself is an answer: no shorter a limit than without it.
#[test]
fn an_answer_right_behind_a_loss_of_power_shortens_nothing() {
    for answers in [false, true] {
        let mut script = Script::post_cooling(PACLITAXEL);
        script.minutes(5);
        script.restarted(BLINK);
        if answers {
            script.done(Request::Acknowledge);
        }
        script.seconds(5);
        script.minutes(53);
        script.expect(Phase::PostCool);
        assert!(!script.state.is_waiting(), "{answers}");
    }
}

/// A person decides: the cap stays on the head, nothing circulates, and a resume is offered.
// req: SES-009
#[test]
fn a_drug_that_begins_in_the_thaw_calls_somebody_and_waits_for_him() {
    let mut script = Script::post_cooling(PACLITAXEL);
    script.minutes(60);
    script.expect(Phase::Thaw);
    script.starts(2);
    assert!(script.state.is_waiting());
    script.restarted(MINUTE);
    script.minutes(60);
    script.expect(Phase::Thaw);
    assert!(script.state.is_waiting() && !script.circulates());
    let mut resumed = script.clone();
    resumed.look();
    resumed.resume();
    resumed.expect(Phase::Recool);
    let mut answered = script.clone();
    answered.done(Request::Acknowledge);
    answered.minutes(20);
    answered.expect(Phase::CapOff);
    script.ends(2);
    script.minutes(20);
    script.expect(Phase::CapOff);
}

/// Whoever resumed a moment before the power went was there: what cooling goes back to has its own limit.
// req: SES-008
#[test]
fn a_blink_on_the_way_back_that_somebody_began_cuts_no_treatment_short() {
    let mut script = Script::post_cooling(PACLITAXEL);
    script.minutes(4);
    script.done(Request::Stop);
    script.resume();
    script.seen.at_target = false;
    script.seconds(10);
    let left = script.state.planned_left().unwrap().plus(Config::DEFAULT.overrun);
    script.restarted(BLINK);
    let whole_minutes = left.minus(Duration::from_secs(10)).as_mins();
    let left = Attendance::Watching(Duration::from_mins(whole_minutes));
    assert_eq!(script.state.attendance(), left);
    script.seconds(5);
    script.expect(Phase::Recool);
    script.seen.at_target = true;
    script.minutes(100);
    let summary = script.summary();
    assert!(!summary.has_flag(Flag::EndedEarly) && !summary.has_flag(Flag::Waiting));
    script.expect(Phase::CapOff);
}

/// A second blink finds a way back that nobody attends, and gives nothing more.
#[test]
fn a_second_blink_begins_no_limit_anew() {
    let mut script = Script::post_cooling(PACLITAXEL);
    script.done(Request::Stop);
    script.resume();
    script.seen.at_target = false;
    for _ in 0..2 {
        script.restarted(BLINK);
        script.seconds(5);
        script.expect(Phase::Recool);
    }
    let first = script.state.attendance().left().unwrap();
    script.minutes(5);
    script.restarted(BLINK);
    assert!(script.state.attendance().left().unwrap() <= first.minus(Duration::from_mins(5)));
}

/// A cap that was taken off, or of which nobody knows, is marked as worn again where a drug runs into a warm scalp.
// req: SES-009
#[test]
fn a_thaw_that_calls_lets_the_cap_be_put_on_again() {
    let mut unknown = Script::post_cooling(PACLITAXEL);
    unknown.minutes(5);
    unknown.restarted(Some(Duration::from_mins(20)));
    unknown.minutes(13);
    let mut taken_off = Script::post_cooling(PACLITAXEL);
    taken_off.done(Request::Pause(1));
    taken_off.done(Request::Worn(false));
    taken_off.minutes(14);
    for mut script in [unknown, taken_off] {
        script.expect(Phase::Thaw);
        assert_eq!(
            script.nurse(Request::Worn(true)),
            Err(Refusal::WrongPhase),
            "nothing to resume"
        );
        script.starts(2);
        script.look();
        assert_eq!(script.nurse(resume(false)), Err(Refusal::NotWorn));
        script.done(Request::Worn(true));
        script.resume();
    }
}

/// A site that gives nobody any time ends at once, but never while a drug runs.
// req: SES-009
#[test]
fn without_a_grace_a_limit_that_is_over_is_the_end() {
    for runs in [false, true] {
        let mut script = Script::post_cooling(PACLITAXEL);
        if runs {
            script.starts(2);
        }
        script.config.waiting_grace = Duration::ZERO;
        script.seen.flowing = false;
        script.minutes(1_000);
        let summary = script.summary();
        assert!(summary.has_flag(Flag::Waiting));
        assert_eq!(summary.has_flag(Flag::EndedEarly), !runs);
    }
}

/// Once the drug has ended nobody is called for it any more.
#[test]
fn the_call_of_a_thaw_ends_with_the_drug() {
    let mut script = Script::post_cooling(PACLITAXEL);
    script.minutes(60);
    script.starts(2);
    script.starts(3);
    script.ends(2);
    assert!(script.state.is_waiting(), "one runs");
    script.ends(3);
    assert_eq!(script.state.attendance(), Attendance::Unlimited);
}

/// The limit of a break that runs is nobody's to begin anew, whatever is told in it.
#[test]
fn a_break_that_runs_goes_on_where_the_drug_ends_in_it() {
    let mut script = Script::infusing(PACLITAXEL);
    script.done(Request::Stop);
    script.minutes(4);
    let left = script.state.attendance();
    assert_eq!(left, Attendance::Break(Duration::from_mins(6)));
    assert!(left.is_watching() && !Attendance::Unlimited.is_watching());
    script.ends(1);
    assert_eq!(script.state.attendance(), left);
}

/// Behind the last moment in which cooling may return by itself, somebody is waited for as after any loss of power.
#[test]
fn cooling_that_did_not_return_in_its_window_waits_for_somebody() {
    let mut script = Script::post_cooling(PACLITAXEL);
    script.restarted(BLINK);
    script.seen.self_test = Progress::Running;
    script.seconds(10);
    assert!(!script.state.returns_by_itself());
    assert_eq!(script.state.attendance(), Attendance::Watching(Config::DEFAULT.recovery_limit));
}

/// The way back by itself reads its time; one that somebody has begun does not.
#[test]
fn only_a_way_back_by_itself_has_a_limit_of_its_phase() {
    let mut script = Script::post_cooling(PACLITAXEL);
    script.restarted(BLINK);
    script.seconds(5);
    script.seconds(30);
    let timers = |script: &Script| script.state.timers(&Config::DEFAULT);
    let elapsed = |script: &Script| script.state.as_decided(&Config::DEFAULT).clock().elapsed;
    assert_eq!(timers(&script).phase, Some(Duration::from_secs(20 * 60 - 30)));
    assert_eq!(elapsed(&script), Duration::from_secs(30));
    script.done(Request::Acknowledge);
    assert_eq!((timers(&script).phase, elapsed(&script)), (None, Duration::ZERO));
}
