//! Commands are carried out once, in time, and answered as often as they are asked.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::panic
)]

mod bench;

use bench::host::{cooling, eased, hello, operate, select, selected, standby, subscribe};
use coldcap::Phase;
use coldcap_units::Duration;
use coldcap_wire::message::{
    Action, AnyMessage, CommandHead, FactKind, Hello, Observe, Operate, Response, Status, TimeAsk,
};

// req: LNK-002
#[test]
fn a_command_that_comes_twice_is_done_once_and_answered_twice() {
    let (mut bench, mut host) = cooling();
    host.say(&mut bench, &operate(9, Action::EASE_OFF));
    // Once while it waits, once after it was done.
    host.say(&mut bench, &operate(9, Action::EASE_OFF));
    bench.tick();
    assert_eq!(host.answers(&mut bench), [Response::new(9, Status::OK)]);
    assert_eq!(eased(&bench), -3_000);
    host.say(&mut bench, &operate(9, Action::EASE_OFF));
    bench.tick();
    assert_eq!(host.answers(&mut bench), [Response::new(9, Status::OK)]);
    assert_eq!(eased(&bench), -3_000, "a repeat warms no further");
    host.say(&mut bench, &operate(10, Action::EASE_OFF));
    bench.tick();
    assert_eq!(eased(&bench), -2_000, "another id is another command");
}

#[test]
fn answers_to_others_do_not_make_a_waiting_command_forgotten() {
    let (mut bench, mut host) = cooling();
    host.say(&mut bench, &operate(1, Action::EASE_OFF));
    for rid in 2..12 {
        host.say(&mut bench, &subscribe(rid, 1));
    }
    host.say(&mut bench, &operate(1, Action::EASE_OFF));
    host.hear(&mut bench);
    bench.tick();
    assert_eq!(host.answers(&mut bench), [Response::new(1, Status::OK)]);
    bench.tick();
    assert_eq!(eased(&bench), -3_000);
}

/// Ids are a count. One that is too old to be remembered is not carried out, whether it ever was or not.
#[test]
fn an_id_of_long_ago_is_expired_and_not_done() {
    let (mut bench, mut host) = cooling();
    for rid in 1..=17 {
        let action = if rid == 2 { Action::WORN } else { Action::START };
        host.say(&mut bench, &operate(rid, action));
        bench.tick();
        let expected = if rid == 2 { Status::NO_CHANGE } else { Status::BAD_STATE };
        let given = host.answers(&mut bench);
        assert_eq!(given.iter().map(|it| it.status).collect::<Vec<_>>(), [expected]);
    }
    let before = eased(&bench);
    host.say(&mut bench, &operate(1, Action::EASE_OFF));
    bench.tick();
    assert_eq!(host.answers(&mut bench), [Response::new(1, Status::EXPIRED)]);
    assert_eq!(eased(&bench), before);
    host.say(&mut bench, &operate(2, Action::WORN));
    assert_eq!(host.answers(&mut bench)[0].status, Status::NO_CHANGE, "the sixteenth is known");
}

/// What must be done by a moment is not done after it, and not at all where nothing proves when it was sent.
#[test]
fn a_deadline_that_is_past_or_unproven_is_expired_and_nothing_is_done() {
    let (mut bench, mut host) = cooling();
    let timed = |rid, deadline: u64| Operate {
        head: CommandHead { deadline: deadline as u16, ..CommandHead::new(rid, 0) },
        ..operate(rid, Action::EASE_OFF)
    };
    let (before, now) = (eased(&bench), bench.now.as_millis());
    host.say(&mut bench, &timed(1, now + 1_000));
    bench.tick();
    assert_eq!(host.answers(&mut bench), [Response::new(1, Status::EXPIRED)], "unproven");
    host.say(&mut bench, &TimeAsk { asked_us: 77, heard_us: now * 1_000 });
    let told = host.hear(&mut bench);
    let Some(AnyMessage::TimeAnswer(told)) = told.first() else { panic!("{told:?}") };
    let now_us = bench.now.as_millis() * 1_000;
    assert_eq!((told.asked_us, told.received_us, told.sent_us), (77, now_us, now_us));
    host.say(&mut bench, &timed(2, now));
    bench.tick();
    assert_eq!(host.answers(&mut bench), [Response::new(2, Status::EXPIRED)], "past");
    assert_eq!(eased(&bench), before);
    host.say(&mut bench, &timed(3, now + 1_000));
    bench.tick();
    assert_eq!(host.answers(&mut bench), [Response::new(3, Status::OK)]);
    assert_eq!(eased(&bench), before + 1_000);
}

#[test]
fn a_stop_is_done_however_late_it_is_and_whatever_it_expects() {
    let (mut bench, mut host) = cooling();
    let head = CommandHead { deadline: 1, expected_revision: 9, ..CommandHead::new(1, 0) };
    host.say(&mut bench, &Operate { head, ..operate(1, Action::STOP) });
    assert!(bench.tick().drives.channels[0].pump.is_off());
}

#[test]
fn a_revision_that_no_device_has_told_is_stale() {
    let (mut bench, mut host) = cooling();
    let before = eased(&bench);
    let head = CommandHead { expected_revision: 1, ..CommandHead::new(1, 0) };
    host.say(&mut bench, &Operate { head, ..operate(1, Action::EASE_OFF) });
    bench.tick();
    let [answer] = host.answers(&mut bench)[..] else { panic!("one answer") };
    // It says which one it is.
    assert_eq!((answer.rid, answer.status), (1, Status::STALE));
    assert!(answer.value > 1, "{answer:?}");
    assert_eq!(eased(&bench), before);
}

#[test]
fn a_full_queue_answers_busy_and_still_takes_a_stop_and_facts() {
    let (mut bench, mut host) = cooling();
    for rid in 1..=9 {
        host.say(&mut bench, &operate(rid, Action::ACKNOWLEDGE));
    }
    assert_eq!(host.answers(&mut bench), [Response::new(9, Status::BUSY)]);
    host.say(&mut bench, &operate(10, Action::STOP));
    let started = Observe {
        head: CommandHead::new(11, 0),
        fact: FactKind::DRUG_STARTED,
        drug: 5,
        hair_toxic: 1,
        value: 0,
    };
    host.say(&mut bench, &started);
    bench.tick();
    // What was busy was not done: it is done when it is sent again.
    host.say(&mut bench, &operate(9, Action::ACKNOWLEDGE));
    bench.tick();
    bench.tick();
    bench.tick();
    let answered: Vec<u16> = host.answers(&mut bench).iter().map(|response| response.rid).collect();
    assert_eq!(answered, [10, 1, 2, 3, 4, 5, 6, 7], "the first eight answers fit the outbox");
    assert_eq!(bench.phase(), Phase::Paused);
    let session = bench.device.control.checkpoint().channels[0].state.session;
    assert!(session.drugs().running());
    host.say(&mut bench, &operate(10, Action::STOP));
    bench.tick();
    let answers = host.answers(&mut bench);
    assert!(answers.iter().any(|answer| answer.rid == 10), "{answers:?}");
}

#[test]
fn a_stop_is_never_taken_for_an_older_command_with_its_id() {
    let (mut bench, mut host) = cooling();
    host.say(&mut bench, &subscribe(7, 1_000));
    bench.tick();
    host.say(&mut bench, &operate(7, Action::STOP));
    assert!(bench.tick().drives.channels[0].pump.is_off());
}

#[test]
fn a_host_that_was_started_anew_may_use_its_ids_again() {
    let (mut bench, mut host) = cooling();
    host.say(&mut bench, &operate(7, Action::EASE_OFF));
    let before = bench.tick().channels[0].target;
    host.say(&mut bench, &Hello { boot: 99, ..hello() });
    host.say(&mut bench, &operate(7, Action::EASE_OFF));
    assert!(bench.tick().channels[0].target > before);
}

#[test]
fn outputs_that_nobody_published_do_not_hold_up_later_answers() {
    let (mut bench, mut host) = standby::<1>();
    for rid in 1..=40 {
        host.say(&mut bench, &operate(rid, Action::ACKNOWLEDGE));
        drop(bench.device.link.take_commands(bench.now));
        bench.now = bench.now.plus(Duration::from_millis(100));
    }
    host.hear(&mut bench);
    bench.now = bench.now.plus(Duration::from_secs(2));
    host.say(&mut bench, &select(50));
    bench.tick();
    assert_eq!(host.answers(&mut bench), [selected(50)]);
    assert_eq!(bench.phase(), Phase::Setup);
}

/// Nobody knows whether it was done: it is not done again.
#[test]
fn a_command_whose_outputs_nobody_published_is_not_done_again() {
    let (mut bench, mut host) = cooling();
    let before = eased(&bench);
    for (wait, answers) in [(0, vec![]), (1_900, vec![]), (100, vec![Status::INTERNAL])] {
        bench.now = bench.now.plus(Duration::from_millis(wait));
        host.say(&mut bench, &operate(1, Action::EASE_OFF));
        drop(bench.device.link.take_commands(bench.now));
        let given = host.answers(&mut bench);
        assert_eq!(given.iter().map(|given| given.status).collect::<Vec<_>>(), answers, "{wait}");
    }
    bench.tick();
    assert_eq!(eased(&bench), before);
}
