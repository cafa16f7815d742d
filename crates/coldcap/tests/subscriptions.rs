//! Subscriptions to the reports of a machine: their pace, their account, their credit and their end.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

mod bench;

use bench::Bench;
use bench::host::{Host, beat, hello, standby, subscribe};
use coldcap::Phase;
use coldcap_units::{Duration, Instant};
use coldcap_wire::message::{
    AnyMessage, ChannelStatus, CommandHead, Credit, Follow, Hello, MACHINE, MINOR, MachineStatus,
    Message, Response, Status,
};
use coldcap_wire::service::{Arrival, Follower};

/// The bit of the machine in a mask.
const WHOLE: u8 = 1 << 7;

fn follow(rid: u16, report: u8, period_ms: u16) -> Follow {
    let head = CommandHead::new(rid, 0);
    Follow { head, report, period_ms, mask: 0xFF, lease_s: 30, window: 4 }
}

fn channels(rid: u16, period_ms: u16) -> Follow {
    follow(rid, ChannelStatus::ENDPOINT, period_ms)
}

/// What a report is of, and its account.
type Told = (u8, u16, u32);

fn told(message: &AnyMessage) -> Option<Told> {
    match message {
        AnyMessage::ChannelStatus(status) => Some((status.channel, status.seq, status.dropped)),
        AnyMessage::MachineStatus(status) => Some((MACHINE, status.seq, status.dropped)),
        _ => None,
    }
}

fn reports<const N: usize>(bench: &mut Bench<N>, host: &mut Host) -> Vec<Told> {
    host.hear(bench).iter().filter_map(told).collect()
}

/// Ticks, and takes all that comes; each report is credited where `credits` says so.
fn watched<const N: usize>(
    bench: &mut Bench<N>,
    host: &mut Host,
    ticks: u32,
    credits: bool,
) -> Vec<Told> {
    let mut all = Vec::new();
    for _ in 0..ticks {
        bench.tick();
        for (channel, seq, dropped) in reports(bench, host) {
            all.push((channel, seq, dropped));
            let report = if channel == MACHINE { 0x41 } else { 0x40 };
            if credits {
                host.say(bench, &Credit { report, channel, seq });
            }
        }
    }
    all
}

fn of(all: &[Told], channel: u8) -> Vec<Told> {
    all.iter().copied().filter(|told| told.0 == channel).collect()
}

#[test]
fn each_report_has_its_own_pace_and_what_is_not_subscribed_to_comes_as_before() {
    let (mut bench, mut host) = standby::<2>();
    let only_second = Follow { mask: 1 << 1, ..channels(1, 200) };
    host.say(&mut bench, &only_second);
    let heard = host.hear(&mut bench);
    assert!(heard.contains(&AnyMessage::Response(Response::new(1, Status::OK))));
    let all = watched(&mut bench, &mut host, 50, true);
    assert_eq!(of(&all, 1).len(), 25, "every 200 ms");
    assert_eq!([0, MACHINE].map(|channel| of(&all, channel).len()), [5, 5], "once a second");
    for channel in [0, 1, MACHINE] {
        let seqs: Vec<u16> = of(&all, channel).iter().map(|told| told.1).collect();
        let all_in_turn = seqs.windows(2).all(|pair| pair[1] == pair[0] + 1);
        assert!(all_in_turn, "{channel}: {seqs:?}");
    }
    assert!(all.iter().all(|told| told.2 == 0));
}

#[test]
fn with_a_pace_of_zero_nothing_comes_but_what_was_subscribed_to() {
    let (mut bench, mut host) = standby::<2>();
    host.say(&mut bench, &subscribe(1, 0));
    host.say(&mut bench, &Follow { mask: WHOLE, ..follow(2, MachineStatus::ENDPOINT, 500) });
    let answers = host.answers(&mut bench);
    assert!(answers.iter().all(|answer| answer.status == Status::OK), "{answers:?}");
    let all = watched(&mut bench, &mut host, 50, true);
    assert_eq!(all.len(), of(&all, MACHINE).len());
    assert!((9..=10).contains(&all.len()), "{all:?}");
}

#[test]
fn what_is_refused_changes_nothing() {
    let (mut bench, mut host) = standby::<1>();
    let refusals = [
        (Follow { period_ms: 99, ..channels(1, 0) }, Status::OUT_OF_RANGE, [100, 10_000]),
        (Follow { lease_s: 601, ..channels(2, 100) }, Status::OUT_OF_RANGE, [1, 600]),
        (Follow { window: 0, ..channels(3, 100) }, Status::OUT_OF_RANGE, [1, 64]),
        (follow(4, 0x42, 100), Status::UNSUPPORTED, [0, 0]),
        (Follow { mask: 1 << 1, ..channels(5, 100) }, Status::UNSUPPORTED, [0, 0]),
        (Follow { mask: 1, ..follow(6, 0x41, 100) }, Status::UNSUPPORTED, [0, 0]),
    ];
    for (refused, status, [minimum, maximum]) in refusals {
        host.say(&mut bench, &refused);
        let expected = Response { minimum, maximum, ..Response::new(refused.head.rid, status) };
        assert_eq!(host.answers(&mut bench), [expected]);
    }
    assert_eq!(of(&watched(&mut bench, &mut host, 50, false), 0).len(), 5);
}

#[test]
fn without_credit_a_window_leaves_every_two_seconds_and_the_rest_is_counted() {
    let (mut bench, mut host) = standby::<1>();
    host.say(&mut bench, &Follow { window: 2, ..channels(1, 100) });
    let first = of(&reports(&mut bench, &mut host), 0);
    let begun = bench.now;
    let mut all = first;
    let mut times = Vec::new();
    for _ in 0..60 {
        bench.tick();
        for told in of(&reports(&mut bench, &mut host), 0) {
            all.push(told);
            times.push(bench.now.since(begun).as_millis());
        }
    }
    // Two at once, then two more whenever 2 s have passed without a word.
    assert_eq!(times, [100, 2_100, 2_200, 4_200, 4_300]);
    let (_, seq, dropped) = *all.last().unwrap();
    // Fallen due until then: one at the beginning and one each 100 ms.
    assert_eq!(u32::from(seq - all[0].1) + 1 + dropped, 44);
    let newest = Credit { report: ChannelStatus::ENDPOINT, channel: 0, seq };
    host.say(&mut bench, &newest);
    bench.tick();
    assert_eq!(of(&reports(&mut bench, &mut host), 0).len(), 1, "a credit lets it go on at once");
}

#[test]
fn on_a_line_that_loses_and_stalls_every_report_is_accounted_for() {
    let (mut bench, mut host) = standby::<2>();
    host.say(&mut bench, &channels(1, 100));
    let mut followers = [0, 1].map(|channel| Follower::new(ChannelStatus::ENDPOINT, channel));
    let (mut arrived, mut told) = ([0u16; 2], [(0u16, 0u32); 2]);
    for turn in 0..290u32 {
        bench.tick();
        if turn % 17 < 5 {
            continue; // the line takes nothing
        }
        for (channel, seq, dropped) in reports(&mut bench, &mut host) {
            let index = usize::from(channel);
            let Some(follower) = followers.get_mut(index) else { continue };
            told[index] = (seq, dropped);
            if turn % 7 == 3 {
                continue; // lost
            }
            arrived[index] = seq;
            assert_eq!(follower.accept(seq, dropped), Arrival::Newest);
            if let Some(credit) = follower.credit().filter(|_| turn % 5 != 2) {
                host.say(&mut bench, &credit);
            }
        }
    }
    for ((follower, arrived), (sent, dropped)) in followers.iter().zip(arrived).zip(told) {
        assert_eq!(follower.received() + follower.missing(), u32::from(arrived));
        assert!(follower.missing() > 10 && follower.dropped() > 50, "{follower:?}");
        let fallen_due = u32::from(sent) + dropped;
        assert!((285..=291).contains(&fallen_due), "{fallen_due} fell due in 29 s");
    }
}

#[test]
fn a_subscription_ends_with_its_lease_and_the_common_pace_takes_over() {
    let (mut bench, mut host) = standby::<1>();
    host.say(&mut bench, &Follow { lease_s: 3, ..channels(1, 100) });
    host.hear(&mut bench);
    assert_eq!(of(&watched(&mut bench, &mut host, 29, true), 0).len(), 29);
    let after = of(&watched(&mut bench, &mut host, 50, true), 0).len();
    assert!((5..=7).contains(&after), "{after}");
    host.say(&mut bench, &Follow { lease_s: 3, ..channels(2, 100) });
    watched(&mut bench, &mut host, 20, true);
    host.say(&mut bench, &Follow { lease_s: 3, ..channels(3, 100) });
    let renewed = of(&watched(&mut bench, &mut host, 25, true), 0).len();
    assert!(renewed >= 25, "{renewed}");
    host.say(&mut bench, &channels(4, 0));
    host.hear(&mut bench);
    assert!(of(&watched(&mut bench, &mut host, 20, true), 0).len() <= 2, "ended");
}

#[test]
fn another_host_has_not_subscribed_and_its_counts_begin_anew() {
    let (mut bench, mut host) = standby::<1>();
    host.say(&mut bench, &hello());
    host.say(&mut bench, &channels(1, 100));
    watched(&mut bench, &mut host, 20, false);
    host.say(&mut bench, &Hello { minor_max: MINOR, boot: 78, ..hello() });
    host.hear(&mut bench);
    let all = of(&watched(&mut bench, &mut host, 50, false), 0);
    assert_eq!(all.len(), 5, "once a second");
    let seqs: Vec<Told> = (2..7).map(|seq| (0, seq, 0)).collect();
    assert_eq!(all, seqs);
}

#[test]
fn a_host_of_before_is_not_told_what_it_cannot_read() {
    for (minor, told) in [(2, false), (MINOR, true)] {
        let (mut bench, mut host) = standby::<1>();
        host.say(&mut bench, &Hello { minor_max: minor, boot: 78, ..hello() });
        host.say(&mut bench, &subscribe(1, 100));
        host.hear(&mut bench);
        // Three fall due while the line takes nothing.
        for _ in 0..3 {
            bench.tick();
            let mut none = [0; 0];
            assert_eq!(bench.device.link.transmit(bench.now, &mut none), 0);
        }
        let all = reports(&mut bench, &mut host);
        let dropped = if told { 2 } else { 0 };
        assert!(!all.is_empty() && all.iter().all(|told| told.2 == dropped), "{all:?}");
    }
}

#[test]
fn a_report_that_waits_for_room_is_due_at_once_and_one_that_waits_for_credit_is_not() {
    let mut bench: Bench<1> = Bench::new();
    bench.until(Phase::Standby);
    let mut host = Host::default();
    host.say(&mut bench, &beat());
    host.say(&mut bench, &subscribe(1, 0));
    host.say(&mut bench, &Follow { window: 1, mask: 1, ..channels(2, 5_000) });
    host.hear(&mut bench);
    let sent = bench.now;
    let link = &bench.device.link;
    assert!(link.next_deadline() <= sent.plus(Duration::from_secs(1)), "a heartbeat");
    assert!(link.next_deadline() > sent);
    for _ in 0..49 {
        bench.tick();
        host.hear(&mut bench);
    }
    bench.tick();
    let mut short = [0; 20];
    bench.device.link.transmit(bench.now, &mut short);
    assert_eq!(bench.device.link.next_deadline(), Instant::ZERO);
    assert_eq!(of(&reports(&mut bench, &mut host), 0).len(), 1);
    assert!(bench.device.link.next_deadline() > bench.now);
}
