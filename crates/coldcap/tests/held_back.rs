//! What a line keeps back for a while, and what one session leaves to the next: neither does what nobody asks for now.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

mod bench;

use bench::Bench;
use bench::keyed::{HELLO, Host, code, secured};
use coldcap::{Inputs, Phase};
use coldcap_guard::alarm::Priority;
use coldcap_session::Request;
use coldcap_wire::message::{
    Action, CommandHead, Heartbeat, Hello, Operate, PutSetting, Status, TimeAsk,
};
use coldcap_wire::security::{HostLink, Policy, Transport};

fn press(rid: u16, deadline: u16, action: Action, confirm: u8) -> Operate {
    let head = CommandHead { deadline, ..CommandHead::new(rid, 0) };
    Operate { head, action, confirm, argument: 1 }
}

fn in_ms(bench: &Bench<1>, ms: u64) -> u16 {
    (bench.now.as_millis() + ms) as u16
}

fn prove(bench: &mut Bench<1>, host: &mut Host) {
    let heard_us = bench.now.as_millis() * 1_000;
    host.say(bench, &TimeAsk { asked_us: 1, heard_us });
    host.hear(bench);
    host.heard.clear();
}

/// Sends it within its deadline, ticks, and gives the answer.
fn pressed(bench: &mut Bench<1>, host: &mut Host, rid: u16, action: Action, confirm: u8) -> Status {
    prove(bench, host);
    let wish = press(rid, in_ms(bench, 4_000), action, confirm);
    host.say(bench, &wish);
    bench.tick();
    host.answers(bench)[0].status
}

/// A break that a stop has begun.
fn paused() -> Bench<1> {
    let mut bench = secured(Phase::Infusing);
    bench.ask(Request::Stop).unwrap();
    bench.run(6);
    assert_eq!(bench.phase(), Phase::Paused);
    bench
}

/// Somebody without a key keeps the presses back for a minute, while nothing else of the host is held up for longer than
/// its proofs allow.
// req: LNK-006
#[test]
fn a_press_without_a_deadline_that_was_kept_back_does_nothing() {
    let mut bench = paused();
    let mut host = Host::connected(&mut bench, 3);
    let resume = host.frame(&press(1, 0, Action::RESUME, 0));
    let confirm = host.frame(&press(2, 0, Action::RESUME, 1));
    for second in 0..20 {
        bench.run(3);
        prove(&mut bench, &mut host);
        host.say(&mut bench, &Heartbeat { at_ms: second, nonce: 0 });
        host.hear(&mut bench);
    }
    for frame in [&resume, &confirm] {
        bench.device.link.receive(bench.now, frame);
        bench.tick();
    }
    bench.run(1);
    assert_eq!(bench.phase(), Phase::Paused, "a minute later nobody is asked");
}

// req: LNK-006
#[test]
fn what_states_no_deadline_is_expired_but_a_stop() {
    let mut bench = secured(Phase::PreCool);
    let mut host = Host::connected(&mut bench, 3);
    prove(&mut bench, &mut host);
    host.say(&mut bench, &press(1, 0, Action::EASE_OFF, 0));
    host.say(&mut bench, &press(2, 0, Action::ACKNOWLEDGE, 0));
    host.say(&mut bench, &PutSetting { head: CommandHead::new(3, 0), key: 1, value: 1 });
    let statuses: Vec<_> = host.answers(&mut bench).iter().map(|it| it.status).collect();
    assert_eq!(statuses, [Status::EXPIRED; 3], "without a tick");
    host.say(&mut bench, &press(4, 0, Action::STOP, 0));
    bench.tick();
    assert_eq!(host.answers(&mut bench)[0].status, Status::OK);
}

/// It has no proofs, and is let speak all the same.
#[test]
fn a_host_of_minor_two_may_press_without_a_deadline() {
    let mut bench = secured(Phase::PreCool);
    let older = Hello { minor_max: 2, ..HELLO };
    let mut host = Host::new(code(3));
    host.link = HostLink::new(&older, Transport::Serial, Policy::STANDARD, code(3));
    host.connect_as(&mut bench, &older);
    host.say(&mut bench, &Heartbeat { at_ms: 0, nonce: 0 });
    host.hear(&mut bench);
    host.heard.clear();
    assert_eq!(bench.device.link.peer().map(|grant| grant.slot), Some(3));
    host.say(&mut bench, &press(1, 0, Action::EASE_OFF, 0));
    bench.tick();
    assert_eq!(host.answers(&mut bench)[0].status, Status::OK);
}

/// docs/wire-format.md, 7: nothing of the session before completes anything.
// req: SES-002
#[test]
fn the_first_of_two_steps_is_not_completed_in_the_next_session() {
    for (action, begin) in
        [(Action::END_SESSION, secured(Phase::PreCool)), (Action::RESUME, paused())]
    {
        // Another person with another key, and the same key again.
        for slot in [2, 3] {
            let mut bench = begin.clone();
            let phase = bench.phase();
            let mut clinician = Host::connected(&mut bench, 3);
            assert_eq!(pressed(&mut bench, &mut clinician, 1, action, 0), Status::ARMED);
            bench.run(2);
            let mut next = Host::connected(&mut bench, slot);
            let status = pressed(&mut bench, &mut next, 1, action, 1);
            assert_eq!((status, bench.phase()), (Status::EXPIRED, phase));
            // Who takes both steps is believed.
            assert_eq!(pressed(&mut bench, &mut next, 2, action, 0), Status::ARMED);
            assert_eq!(pressed(&mut bench, &mut next, 3, action, 1), Status::OK);
            assert_ne!(bench.phase(), phase);
        }
    }
}

/// A first step whose answer comes when its session is over arms nothing for the next.
// req: SES-002
#[test]
fn a_first_step_that_outlives_its_session_is_not_completed() {
    let mut bench = paused();
    let mut clinician = Host::connected(&mut bench, 3);
    bench.run(2);
    prove(&mut bench, &mut clinician);
    let wish = press(1, in_ms(&bench, 4_000), Action::RESUME, 0);
    clinician.say(&mut bench, &wish);
    let mut next = Host::connected(&mut bench, 2);
    bench.tick();
    assert_eq!(pressed(&mut bench, &mut next, 1, Action::RESUME, 1), Status::EXPIRED);
    assert_eq!(bench.phase(), Phase::Paused);
}

/// An answer to one alarm, kept back until another one is there, which nobody has seen. Gives what came of it, and
/// whether the second is silent.
fn answered_late(action: Action, span_ms: u64, held_ticks: u32, second_at: u32) -> (Status, bool) {
    let mut bench = secured(Phase::PreCool);
    let mut host = Host::connected(&mut bench, 2);
    let dark = |inputs: &mut Inputs<1>| inputs.mains = inputs.mains.map(|_| false);
    let both = |inputs: &mut Inputs<1>| {
        inputs.mains = inputs.mains.map(|_| false);
        inputs.leak = inputs.leak.map(|_| true);
    };
    for _ in 0..50 {
        bench.tick_with(dark);
    }
    prove(&mut bench, &mut host);
    let answer = host.frame(&press(1, in_ms(&bench, span_ms), action, 0));
    for tick in 0..held_ticks {
        host.say(&mut bench, &Heartbeat { at_ms: tick.into(), nonce: 0 });
        if tick < second_at {
            bench.tick_with(dark);
        } else {
            bench.tick_with(both);
        }
    }
    host.hear(&mut bench);
    host.heard.clear();
    bench.device.link.receive(bench.now, &answer);
    let mut sounding = Priority::None;
    for _ in 0..2 {
        let leak = second_at < held_ticks;
        let outputs = if leak { bench.tick_with(both) } else { bench.tick_with(dark) };
        sounding = outputs.machine.sounding;
    }
    let silent = sounding == Priority::None;
    (host.answers(&mut bench)[0].status, silent)
}

/// Somebody without a key keeps the answer to one alarm back until another one is there.
// req: LNK-006
#[test]
fn an_answer_to_an_alarm_does_not_silence_the_next_one() {
    for action in [Action::ACKNOWLEDGE, Action::AUDIO_PAUSE] {
        for second_at in [0, 1, 20] {
            assert_eq!(answered_late(action, 4_000, 39, second_at), (Status::STALE, false));
            // A host that gives itself less time is believed less, not more.
            assert_eq!(answered_late(action, 2_500, 24, second_at), (Status::STALE, false));
        }
        // An alarm that stood already when it was answered to is silent, however late within the deadline.
        assert_eq!(answered_late(action, 4_000, 39, 99), (Status::OK, true));
        // Nobody can tell when this was pressed.
        assert_eq!(answered_late(action, 9_000, 1, 99), (Status::EXPIRED, false));
    }
}

/// What the line keeps back for a minute, while the host proves each three seconds when it speaks.
fn kept_back_for_a_minute(bench: &mut Bench<1>, host: &mut Host) {
    for second in 0..20 {
        bench.run(3);
        prove(bench, host);
        host.say(bench, &Heartbeat { at_ms: second, nonce: 0 });
        host.hear(bench);
    }
    host.heard.clear();
}

/// `measure` makes coolant flow as `resume` does.
#[test]
fn measures_without_a_deadline_that_were_kept_back_begin_no_circulation() {
    let mut bench = secured(Phase::Setup);
    bench.ask(Request::StartFit).unwrap();
    bench.tick();
    assert_eq!(bench.phase(), Phase::FitMeasure);
    let mut host = Host::connected(&mut bench, 3);
    let measure = host.frame(&coldcap_wire::message::Measure {
        head: CommandHead::new(1, 0),
        circumference_mm: 560,
        sagittal_mm: 340,
        coronal_mm: 350,
        density: coldcap_trial::session::HEAD.hair.density.code(),
        hair: coldcap_trial::session::HEAD.hair.kind.code(),
    });
    kept_back_for_a_minute(&mut bench, &mut host);
    bench.device.link.receive(bench.now, &measure);
    bench.tick();
    let answer = host.answers(&mut bench)[0];
    assert_eq!((bench.phase(), answer.status), (Phase::FitMeasure, Status::EXPIRED));
}

/// A plan that was kept back does not take the place of the one that was chosen in its stead.
#[test]
fn a_plan_without_a_deadline_that_was_kept_back_replaces_no_newer_one() {
    let mut bench = secured(Phase::Setup);
    let mut host = Host::connected(&mut bench, 3);
    let plan = |rid, deadline, target_mc| coldcap_wire::message::ChoosePlan {
        head: CommandHead { deadline, ..CommandHead::new(rid, 0) },
        regimen: 3,
        pre_s: 1_800,
        post_s: 5_400,
        break_each_s: 600,
        break_total_s: 1_200,
        target_mc,
        post_clock: 0,
        control: 0,
        interface_mc: 0,
        source: 0,
        override_reason: 0,
    };
    let colder = host.frame(&plan(1, 0, -5_000));
    prove(&mut bench, &mut host);
    let deadline = in_ms(&bench, 4_000);
    host.say(&mut bench, &plan(2, deadline, -3_000));
    bench.tick();
    let newer = host.answers(&mut bench)[0];
    kept_back_for_a_minute(&mut bench, &mut host);
    bench.device.link.receive(bench.now, &colder);
    bench.tick();
    let answer = host.answers(&mut bench)[0];
    assert_eq!((newer.status, answer.status), (Status::OK, Status::EXPIRED));
}

/// The mark of a drug that has ended since makes no infusion of post-cooling.
#[test]
fn a_mark_without_a_deadline_that_was_kept_back_begins_no_drug_again() {
    let mut bench = secured(Phase::Infusing);
    let mut host = Host::connected(&mut bench, 3);
    let mark = |rid, fact| coldcap_wire::message::Observe {
        head: CommandHead::new(rid, 0),
        fact,
        drug: 5,
        hair_toxic: 1,
        value: 0,
    };
    let kept = host.frame(&mark(1, coldcap_wire::message::FactKind::DRUG_STARTED));
    bench.tell(bench::DRUG_OVER);
    bench.run(2);
    kept_back_for_a_minute(&mut bench, &mut host);
    assert_eq!(bench.phase(), Phase::PostCool);
    bench.device.link.receive(bench.now, &kept);
    bench.tick();
    let answer = host.answers(&mut bench)[0];
    bench.run(2);
    assert_eq!((bench.phase(), answer.status), (Phase::PostCool, Status::EXPIRED));
}
