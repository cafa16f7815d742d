//! The record tells the whole story: the session's state is recomputed from it, bit for bit.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::panic
)]

mod bench;

use bench::dice::{Dice, Machine as _};
use bench::host::{Host, beat, operate};
use bench::{Bench, DRUG, DRUG_OVER};
use coldcap::{Action, Drives, Outputs, Phase, TickInput, VendorConditions};
use coldcap_session::record::{Entry, Kind, fold, verify};
use coldcap_session::{
    Accepted, Amendment, Answer, ClockQuality, Fact, Mark, Note, Patient, Refusal, Request,
    WallTime,
};
use coldcap_units::{Duration, Instant, Pulses, Reading};
use coldcap_wire::message as wire;
use coldcap_wire::message::{CommandHead, FactKind, Observe, Status};
use proptest::prelude::*;

#[derive(Default)]
struct Told(Vec<Entry>);

impl Told {
    fn read<const CHANNELS: usize>(&mut self, outputs: &Outputs<CHANNELS>) {
        assert_eq!(outputs.entries.dropped(), 0);
        self.0.extend(outputs.entries.iter().map(|bytes| Entry::from_bytes(&bytes.0)));
    }

    /// Holds the record of each channel to the state that is live now.
    fn check<const CHANNELS: usize>(&self, bench: &Bench<CHANNELS>) {
        let control = &bench.device.control;
        for (stored, channel) in control.checkpoint().channels.iter().zip(0..) {
            let mut entries: Vec<Entry> =
                self.0.iter().filter(|entry| entry.channel == channel).copied().collect();
            verify(&entries).unwrap();
            assert_eq!(entries.len() as u32, stored.chain.len());
            let (mut recorder, mut chain) = (stored.recorder, stored.chain);
            let last = recorder.flush().map(|run| chain.append_fields(Instant::ZERO, channel, run));
            entries.extend(last);
            let folded = fold(&entries, &control.config().session);
            assert_eq!(folded, Ok(stored.state.session));
        }
    }

    /// How many answers to a request the first channel's record has, taken ones and refused ones.
    fn answered(&self, request: &Request) -> usize {
        let answers = self.0.iter().filter(|entry| entry.channel == 0).filter_map(Entry::note);
        let code = request.code();
        answers
            .filter(|note| matches!(note, Note::Answered { request, .. } if *request == code))
            .count()
    }

    fn counts(&self, kind: u8) -> usize {
        self.0.iter().filter(|entry| entry.fields.kind == Kind(kind)).count()
    }
}

fn run(bench: &mut Bench<1>, told: &mut Told, ticks: usize) {
    for _ in 0..ticks {
        told.read(&bench.tick());
    }
}

fn tell(bench: &mut Bench<1>, told: &mut Told, action: Action) {
    told.read(&bench.act(&[action]));
    run(bench, told, 2);
}

fn until(bench: &mut Bench<1>, told: &mut Told, phase: Phase) {
    for _ in 0..100_000 {
        if bench.phase() == phase {
            return told.check(bench);
        }
        told.read(&bench.tick());
    }
    panic!("{phase} was not reached");
}

// req: REC-002
#[test]
fn a_treatment_with_a_break_a_kink_a_gap_and_an_amendment_is_recomputed() {
    let (mut bench, mut told) = (Bench::<1>::new(), Told::default());
    let request = |request| Action::Request(request);
    until(&mut bench, &mut told, Phase::Standby);
    for step in [
        Request::select(bench::PATIENT),
        Request::ChoosePlan(bench::PLAN),
        Request::Worn(true),
        Request::Start,
    ] {
        tell(&mut bench, &mut told, request(step));
    }
    until(&mut bench, &mut told, Phase::Ready);
    tell(&mut bench, &mut told, Action::Fact(DRUG));
    let wall = WallTime { unix_ms: 1_795_600_000_000, quality: ClockQuality::Kept };
    tell(&mut bench, &mut told, Action::SetClock(wall));
    run(&mut bench, &mut told, 600);
    // A kink, until the guard stops the pump.
    for _ in 0..300 {
        let kinked = |inputs: &mut coldcap::Inputs<1>| {
            let window = Duration::from_secs(1);
            inputs.channels[0].flow = Reading::new(Pulses { edges: 0, window }, bench_now(inputs));
        };
        told.read(&bench.tick_with(kinked));
    }
    until(&mut bench, &mut told, Phase::Paused);
    for confirm in [false, true] {
        tell(&mut bench, &mut told, request(Request::Resume { reason: 1, confirm }));
    }
    until(&mut bench, &mut told, Phase::Infusing);
    // The power fails, a while after the last entry.
    run(&mut bench, &mut told, 300);
    bench.device.restart(Some(Duration::from_secs(20)));
    bench.drives = Drives::default();
    bench.now = bench.now.plus(Duration::from_secs(20));
    until(&mut bench, &mut told, Phase::Infusing);
    run(&mut bench, &mut told, 600);
    tell(&mut bench, &mut told, Action::Fact(DRUG_OVER));
    tell(&mut bench, &mut told, Action::Fact(Fact::Comfort(4)));
    let earlier = Duration::from_secs(45);
    let amendment = Amendment { mark: Mark::Ended, drug: 5, earlier, reason: 2 };
    tell(&mut bench, &mut told, request(Request::Amend(amendment)));
    told.check(&bench);
    until(&mut bench, &mut told, Phase::CapOff);
    let events: usize = (32..64).map(|kind| told.counts(kind)).sum();
    println!("{} entries, {events} of them events, {} of time", told.0.len(), told.counts(32));
    assert!(told.0.len() < 140, "{} entries", told.0.len());
    assert_eq!([34, 36, 37, 26].map(|kind| told.counts(kind)), [3, 1, 1, 1]);
}

/// The instant that the inputs of a tick bear.
fn bench_now(inputs: &coldcap::Inputs<1>) -> Instant {
    inputs.leak.taken
}

// req: SES-026
#[test]
fn the_clock_is_set_in_every_record_and_changes_nothing_else() {
    let mut bench = Bench::<1>::new();
    bench.bring_to(Phase::PreCool);
    let mut same = bench.clone();
    let set = |unix_ms| Action::SetClock(WallTime { unix_ms, quality: ClockQuality::Entered });
    for unix_ms in [5_000_000, 1_000] {
        let (told, untold) = (bench.act(&[set(unix_ms)]), same.tick());
        assert_eq!((told.drives, told.channels), (untold.drives, untold.channels));
        let state = |bench: &Bench<1>| bench.device.control.checkpoint().channels[0].state;
        assert_eq!(state(&bench), state(&same));
        let entry = Entry::from_bytes(&told.entries.as_slice().last().unwrap().0);
        assert_eq!((entry.fields.kind.name(), entry.fields.c), ("wall_set", unix_ms));
        // What it said before is told as it went on.
        let before = if unix_ms == 1_000 { 5_000_100 } else { 0 };
        assert_eq!(entry.fields.d, before);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn whatever_comes_in_is_recomputed(seed: u64) {
        recompute_all(seed);
    }
}

/// Four commands a tick for seconds, while conditions come and go: more than a tick hands out.
// req: REC-006
#[test]
fn floods_of_everything_are_recomputed() {
    // Each of these but the first lost entries before a record that is behind put anything off.
    for seed in [
        17_295_661_596_936_474_748,
        7_416_808_717_343_658_271,
        5_308_682_219_630_341_440,
        5_692_985_681_237_763_198,
        9_205_059_163_691_090_922,
        15_143_915_737_026_064_186,
    ] {
        recompute_all(seed);
    }
}

/// The same on many more seeds.
#[test]
#[ignore = "4 000 floods; `cargo xtask campaign walks` runs it in release"]
fn thousands_of_floods_are_recomputed() {
    (0..4_000_u64).for_each(|number| recompute_all(number.wrapping_mul(0x9E37_79B9_7F4A_7C15)));
}

/// A tick in which channel 0 is told of a score off the scale and of a drug that begins and ends, the key of acknowledgement is pressed or let
/// go, the vendor's conditions come and go, and one more thing is wished.
fn flood(bench: &mut Bench<2>, told: &mut Told, channel: u8, wish: Action) -> (Answer, bool) {
    let mut input = bench.next_input();
    let even = (bench.now.as_millis() / 100).is_multiple_of(2);
    input.inputs.vendor = VendorConditions::from_bits(if even { u16::MAX } else { 0 });
    input.inputs.panel.acknowledge = even;
    for fact in [Fact::Comfort(11), DRUG, DRUG_OVER] {
        input.commands.list.push(bench.command(0, Action::Fact(fact)));
    }
    input.commands.list.push(bench.command(channel, wish));
    let outputs = bench.feed(&input);
    told.read(&outputs);
    (outputs.answers.as_slice()[3].result, outputs.drives.channels[0].pump.is_off())
}

/// Both channels cool.
fn both_cool(told: &mut Told) -> Bench<2> {
    let mut bench = Bench::<2>::new();
    for _ in 0..100 {
        told.read(&bench.tick());
    }
    for channel in [0, 1] {
        let patient = Patient { id: u64::from(channel) + 7, ..bench::PATIENT };
        for wish in [
            Request::select(patient),
            Request::ChoosePlan(bench::PLAN),
            Request::Acknowledge,
            Request::Start,
            Request::Worn(true),
        ] {
            let mut input = bench.next_input();
            input.commands.list.push(bench.command(channel, Action::Request(wish)));
            let outputs = bench.feed(&input);
            outputs.answers.as_slice()[0].result.unwrap();
            told.read(&outputs);
            for _ in 0..10 {
                told.read(&bench.tick());
            }
        }
    }
    for channel in bench.device.control.checkpoint().channels {
        assert_eq!(channel.state.session.phase(), Phase::PreCool);
    }
    bench
}

// req: REC-006
#[test]
fn in_a_flood_nothing_begins_a_stop_stops_and_no_entry_is_lost() {
    let mut told = Told::default();
    let mut bench = both_cool(&mut told);
    let extend = Action::Request(Request::Extend(1));
    let first = flood(&mut bench, &mut told, 0, extend);
    assert_eq!(first, (Ok(Accepted::Done), false));
    let acknowledge = Action::Request(Request::Acknowledge);
    let behind = (0..60).position(|_| {
        flood(&mut bench, &mut told, 0, acknowledge).0.unwrap();
        flood(&mut bench, &mut told, 0, extend).0 == Err(Refusal::TooEarly)
    });
    let taken = 1 + behind.expect("the record falls behind");
    // The other channel is told of nothing, and goes on.
    assert_eq!(flood(&mut bench, &mut told, 1, extend).0, Ok(Accepted::Done));
    let clock = WallTime { unix_ms: 1_000, quality: ClockQuality::Entered };
    let clock = flood(&mut bench, &mut told, 0, Action::SetClock(clock));
    assert_eq!(clock.0, Err(Refusal::TooEarly));
    let stop = Action::Request(Request::Stop);
    assert_eq!(flood(&mut bench, &mut told, 0, stop), (Ok(Accepted::Done), true));
    // To end is no beginning; and the key that calls its first step off in the next tick has changed something.
    let end = Action::Request(Request::EndSession { reason: 1, confirm: false });
    assert_eq!(flood(&mut bench, &mut told, 0, end).0, Ok(Accepted::Armed));
    for _ in 0..2 {
        assert_eq!(flood(&mut bench, &mut told, 0, stop), (Ok(Accepted::NoChange), true));
    }
    let arm = Action::Request(Request::Resume { reason: 1, confirm: false });
    assert_eq!(flood(&mut bench, &mut told, 0, arm).0, Err(Refusal::TooEarly));
    while !drained(&mut bench, &mut told) {}
    told.check(&bench);
    // What was refused for the flood, and what changed nothing in it, left no entry.
    let answered = [Request::Extend(1), Request::Stop].map(|asked| told.answered(&asked));
    assert_eq!(answered, [taken, 1]);
    assert_eq!(told.answered(&Request::Resume { reason: 1, confirm: false }), 0);
    for _ in 0..60 {
        told.read(&bench.tick());
    }
    for answer in [Ok(Accepted::Armed), Ok(Accepted::Done)] {
        let confirm = answer == Ok(Accepted::Done);
        let request = Request::Resume { reason: 1, confirm };
        let outputs = bench.act(&[Action::Request(request)]);
        assert_eq!(outputs.answers.as_slice()[0].result, answer);
        told.read(&outputs);
    }
    while !drained(&mut bench, &mut told) {}
    told.check(&bench);
}

/// A host that tells of a drug's start and end twice in every tick, for as long as it likes: what the record has no
/// room for is put off, and told to come again, and a stop goes before all of it.
#[test]
fn facts_in_a_flood_over_the_link_cost_the_record_nothing() {
    let (mut bench, mut told, mut host) = (Bench::<1>::new(), Told::default(), Host::default());
    until(&mut bench, &mut told, Phase::Standby);
    for step in [
        Request::select(bench::PATIENT),
        Request::ChoosePlan(bench::PLAN),
        Request::Worn(true),
        Request::Start,
    ] {
        tell(&mut bench, &mut told, Action::Request(step));
    }
    until(&mut bench, &mut told, Phase::PreCool);
    host.say(&mut bench, &beat());
    let (mut rid, mut answered) = (0, Vec::new());
    for tick in 0..300 {
        for kind in [FactKind::DRUG_STARTED, FactKind::DRUG_ENDED].repeat(2) {
            rid += 1;
            let head = CommandHead::new(rid, 0);
            host.say(&mut bench, &Observe { head, fact: kind, drug: 5, hair_toxic: 1, value: 0 });
        }
        if tick == 200 {
            rid += 1;
            host.say(&mut bench, &operate(rid, wire::Action::STOP));
            told.read(&bench.tick());
            answered.extend(host.answers(&mut bench));
            assert!(bench.drives.channels[0].pump.is_off(), "a stop goes before all of it");
        }
        told.read(&bench.tick());
        answered.extend(host.answers(&mut bench));
    }
    for _ in 0..40 {
        told.read(&bench.tick());
        answered.extend(host.answers(&mut bench));
    }
    let count = |status| answered.iter().filter(|it| it.status == status).count();
    let (done, again) = (count(Status::OK), count(Status::BUSY));
    println!("{done} of {rid} commands were done, {again} are to come again");
    assert_eq!(done + again, usize::from(rid));
    assert!(again > 100, "{again}");
    while !drained(&mut bench, &mut told) {}
    told.check(&bench);
}

/// Whatever two channels are told and see for 400 ticks, with restarts in between, is recomputed from the record.
fn recompute_all(seed: u64) {
    let mut dice = Dice::new(seed);
    let (mut bench, mut told) = (Bench::<2>::new(), Told::default());
    let mut waiting = false;
    for _ in 0..400 {
        let now = dice.after(bench.now);
        let mut input: TickInput<2> = dice.tick_input(now);
        input.now = now;
        // What waits for room goes another way over a restart: through the link.
        if dice.once_in(60) && !waiting {
            bench.device.restart(Some(Duration::from_secs(dice.roll(100) as u32)));
        }
        bench.now = now;
        let outputs = bench.feed(&input);
        waiting = outputs.entries.is_full();
        told.read(&outputs);
    }
    // Entries that had no room yet are the record's all the same.
    while !drained(&mut bench, &mut told) {}
    told.check(&bench);
}

/// A quiet tick; whether nothing was left to be said.
fn drained<const N: usize>(bench: &mut Bench<N>, told: &mut Told) -> bool {
    let outputs = bench.tick();
    let said = outputs.entries.iter().count();
    told.read(&outputs);
    said == 0
}
