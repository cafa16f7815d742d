//! The revision of a channel's session: what moves it on, and that nothing is done on what was not seen.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

mod bench;

use bench::Bench;
use bench::host::{Host, hello, operate, select, selected, standby, subscribe};
use coldcap::Phase;
use coldcap_wire::message::{
    Action, AnyMessage, CommandHead, FactKind, Hello, MACHINE, MINOR, Observe, Operate, Response,
    SelectPatient, Status,
};

/// A host of the newest minor version, told everything every 100 ms.
fn told<const N: usize>() -> (Bench<N>, Host) {
    let (mut bench, mut host) = standby();
    host.say(&mut bench, &Hello { minor_max: MINOR, ..hello() });
    host.say(&mut bench, &subscribe(65_000, 100));
    host.hear(&mut bench);
    (bench, host)
}

/// A tick; what is answered in it, and the revision of each channel behind it.
fn tick<const N: usize>(bench: &mut Bench<N>, host: &mut Host) -> (Vec<Response>, [u16; N]) {
    bench.tick();
    let (mut answers, mut revisions) = (Vec::new(), [0; N]);
    for message in host.hear(bench) {
        match message {
            AnyMessage::Response(answer) => answers.push(answer),
            AnyMessage::ChannelStatus(status) => {
                revisions[usize::from(status.channel)] = status.revision;
            }
            _ => {}
        }
    }
    (answers, revisions)
}

fn expecting(rid: u16, revision: u16) -> CommandHead {
    CommandHead { expected_revision: revision, ..CommandHead::new(rid, 0) }
}

fn chosen(rid: u16, revision: u16) -> SelectPatient {
    SelectPatient { head: expecting(rid, revision), ..select(rid) }
}

fn stale(rid: u16, now: u16) -> Response {
    Response { value: now.into(), ..Response::new(rid, Status::STALE) }
}

#[test]
fn a_command_on_what_was_seen_is_done_and_on_anything_else_it_is_stale() {
    let (mut bench, mut host) = told::<2>();
    let (_, [seen, other]) = tick(&mut bench, &mut host);
    assert!(seen != 0 && other == seen);
    host.say(&mut bench, &chosen(1, seen.wrapping_add(1)));
    let (answers, _) = tick(&mut bench, &mut host);
    assert_eq!(answers, [stale(1, seen)]);
    assert_eq!(bench.tick().channels[0].phase, Phase::Standby);
    host.say(&mut bench, &chosen(2, seen));
    let (answers, [after, other]) = tick(&mut bench, &mut host);
    assert_eq!(answers, [selected(2)]);
    assert!(after != seen && other == seen, "the other channel is as it was");
    // The same again, as if nobody had seen what came of it.
    host.say(&mut bench, &chosen(3, seen));
    assert_eq!(tick(&mut bench, &mut host).0, [stale(3, after)]);
    // And once more under its id: the answer is kept.
    host.say(&mut bench, &chosen(3, seen));
    assert_eq!(tick(&mut bench, &mut host).0, [stale(3, after)]);
}

#[test]
fn it_stands_still_while_nothing_changes_that_a_person_acts_on() {
    let (mut bench, mut host) = told::<1>();
    let (_, [seen]) = tick(&mut bench, &mut host);
    // Nothing to acknowledge, a fact, and a request that is refused.
    host.say(&mut bench, &operate(1, Action::ACKNOWLEDGE));
    let symptom = Observe {
        head: CommandHead::new(2, 0),
        fact: FactKind::SYMPTOM,
        drug: 0,
        hair_toxic: 0,
        value: 3,
    };
    host.say(&mut bench, &symptom);
    host.say(&mut bench, &operate(3, Action::RESUME));
    let (answers, [after]) = tick(&mut bench, &mut host);
    assert_eq!((answers.len(), after), (3, seen), "{answers:?}");
    for _ in 0..50 {
        assert_eq!(tick(&mut bench, &mut host).1, [seen]);
    }
}

#[test]
fn of_two_on_the_same_sight_in_one_tick_only_the_first_is_done() {
    let (mut bench, mut host) = told::<1>();
    let (_, [seen]) = tick(&mut bench, &mut host);
    host.say(&mut bench, &chosen(1, seen));
    host.say(&mut bench, &Operate { head: expecting(2, seen), ..operate(2, Action::CANCEL) });
    let (answers, [after]) = tick(&mut bench, &mut host);
    assert_eq!(answers, [selected(1)], "the second waits for a tick");
    assert_eq!(tick(&mut bench, &mut host).0, [stale(2, after)]);
    assert_eq!(bench.tick().channels[0].phase, Phase::Setup, "nothing was cancelled");
}

#[test]
fn what_came_before_a_change_of_phase_is_stale_at_its_tick() {
    let mut bench: Bench<1> = Bench::new();
    bench.bring_to(Phase::PreCool);
    let mut host = Host::default();
    host.say(&mut bench, &Hello { minor_max: MINOR, ..hello() });
    host.say(&mut bench, &subscribe(65_000, 100));
    host.hear(&mut bench);
    let (_, [seen]) = tick(&mut bench, &mut host);
    // The link has taken it in; before it is handed over, a tick ends in another phase.
    let mut link = bench.device.link.clone();
    host.say(&mut bench, &Operate { head: expecting(1, seen), ..operate(1, Action::EASE_OFF) });
    core::mem::swap(&mut link, &mut bench.device.link);
    host.say(&mut bench, &operate(2, Action::STOP));
    let outputs = bench.tick();
    assert_eq!(outputs.channels[0].phase, Phase::Paused);
    link.publish(&outputs);
    assert_eq!(link.take_commands(bench.now).list.iter().count(), 0);
    bench.device.link = link;
    let answers = host.answers(&mut bench);
    assert!(answers.iter().any(|it| it.rid == 1 && it.status == Status::STALE), "{answers:?}");
}

#[test]
fn a_stop_is_done_whatever_it_expects_and_moves_the_revision_on() {
    let mut bench: Bench<1> = Bench::new();
    bench.bring_to(Phase::PreCool);
    let mut host = Host::default();
    host.say(&mut bench, &Hello { minor_max: MINOR, ..hello() });
    host.say(&mut bench, &subscribe(65_000, 100));
    host.hear(&mut bench);
    let (_, [seen]) = tick(&mut bench, &mut host);
    let head = CommandHead { channel: MACHINE, ..expecting(1, seen.wrapping_add(9)) };
    host.say(&mut bench, &Operate { head, ..operate(1, Action::STOP) });
    let (answers, [after]) = tick(&mut bench, &mut host);
    assert_eq!(answers, [Response::new(1, Status::OK)]);
    assert_ne!(after, seen);
    // The machine as a whole has none.
    let head = CommandHead { channel: MACHINE, ..expecting(2, after) };
    host.say(&mut bench, &Operate { head, ..operate(2, Action::ACKNOWLEDGE) });
    assert_eq!(tick(&mut bench, &mut host).0, [stale(2, 0)]);
}

#[test]
fn what_was_seen_before_a_restart_is_stale_behind_it() {
    let (mut bench, mut host) = told::<1>();
    let (_, [seen]) = tick(&mut bench, &mut host);
    bench.device.restart(None);
    bench.until(Phase::Standby);
    let mut host = Host::default();
    host.say(&mut bench, &Hello { minor_max: MINOR, ..hello() });
    host.hear(&mut bench);
    host.say(&mut bench, &chosen(1, seen));
    let (answers, _) = tick(&mut bench, &mut host);
    assert_eq!(answers[0].status, Status::STALE);
}

#[test]
fn a_host_of_before_is_told_none() {
    let (mut bench, mut host) = standby::<1>();
    host.say(&mut bench, &Hello { minor_max: 2, boot: 78, ..hello() });
    host.say(&mut bench, &subscribe(1, 100));
    host.hear(&mut bench);
    assert_eq!(tick(&mut bench, &mut host).1, [0]);
}
