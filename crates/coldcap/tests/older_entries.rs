//! Entries of the record that a link does not keep any more: a host gets them from the journal.
#![allow(missing_docs)]

mod bench;
mod support;

use bench::host::{Host, hello, responses};
use coldcap::journaled::{Journaled, Keeper, Layout, Pace, PowerUp, Recalled};
use coldcap::{
    Action, Command, CommandId, Config, Control, Device, Inputs, KEPT_ENTRIES, LEAST_KEPT, Link,
    TICK, TickInput,
};
use coldcap_journal::{Journal, Region};
use coldcap_session::record::{Chain, Entry};
use coldcap_session::{Fact, Role};
use coldcap_units::{Duration, Instant};
use coldcap_wire::message::{AnyMessage, CommandHead, Hello, ReadRecord, Response, Status};
use support::Ram;

const SECTOR: u32 = 8_192;

fn layout(sectors: u32) -> Layout {
    let length = sectors * SECTOR;
    Layout {
        journal: Region { start: 0, length, sector: SECTOR },
        keys: Region { start: length, length: 2 * SECTOR, sector: SECTOR },
        pace: Pace { treated: Duration::from_secs(10), idle: Duration::from_secs(60) },
    }
}

/// A machine that keeps as few entries as any, what a host has heard of it, and dice for the line.
struct World<const N: usize> {
    machine: Journaled<N, Ram, LEAST_KEPT>,
    layout: Layout,
    now: Instant,
    host: Host,
    heard: Vec<AnyMessage>,
    rid: u16,
    random: u64,
    /// So many frames of a hundred are lost.
    lossy: u64,
    /// The most bytes of flash that were read in a tick in which nothing was stored.
    most_read: u64,
}

impl<const N: usize> World<N> {
    fn new(sectors: u32) -> Self {
        let layout = layout(sectors);
        let flash = Ram::new(layout.keys.start + layout.keys.length);
        let machine = Journaled::provision(Config::unsecured_bench(), flash, layout).unwrap();
        let now = Instant::ZERO;
        let (host, heard) = (Host::default(), Vec::new());
        Self { machine, layout, now, host, heard, rid: 0, random: 1, lossy: 0, most_read: 0 }
    }

    fn work(&mut self) -> (u64, u64) {
        let flash = self.machine.journal_mut().flash_mut();
        (flash.read, flash.programmed)
    }

    /// A tick with these facts, in which the device is heard.
    fn tick_with(&mut self, facts: &[(u8, Fact)]) {
        self.now = self.now.plus(TICK);
        let mut input = TickInput::new(self.now, Inputs::default());
        input.commands = self.machine.device.link.take_commands(self.now);
        for (channel, fact) in facts {
            let (id, action) = (CommandId(9), Action::Fact(*fact));
            let command = Command { id, channel: *channel, role: Role::Clinician, action };
            input.commands.list.push(command);
        }
        let outputs = self.machine.device.control.tick(&input);
        let before = self.work();
        self.machine.store(None, &outputs).unwrap();
        let after = self.work();
        if after.1 == before.1 {
            self.most_read = self.most_read.max(after.0 - before.0);
        }
        self.hear();
    }

    fn tick(&mut self) {
        self.tick_with(&[]);
    }

    fn hear(&mut self) {
        let mut out = [0; 200];
        loop {
            let length = self.machine.device.link.transmit(self.now, &mut out);
            if length == 0 {
                return;
            }
            let heard = self.host.read(&out[..length]);
            if !self.is_lost() {
                self.heard.extend(heard);
            }
        }
    }

    fn is_lost(&mut self) -> bool {
        self.random = self.random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (self.random >> 33) % 100 < self.lossy
    }

    fn greet(&mut self, boot: u32) {
        let frame = self.host.frame(&Hello { boot, ..hello() });
        self.machine.device.link.receive(self.now, &frame);
    }

    fn ask(&mut self, channel: u8, from: u32, count: u8) -> u16 {
        self.rid += 1;
        let head = CommandHead::new(self.rid, channel);
        let frame = self.host.frame(&ReadRecord { head, from, count });
        if !self.is_lost() {
            self.machine.device.link.receive(self.now, &frame);
        }
        self.rid
    }

    /// The answer to a request, and after how many ticks it came.
    fn answer(&mut self, rid: u16) -> (Response, usize) {
        for ticks in 0..200 {
            let answers = responses(&self.heard);
            if let Some(answer) = answers.into_iter().find(|answer| answer.rid == rid) {
                return (answer, ticks);
            }
            self.tick();
        }
        panic!("no answer to {rid}");
    }

    fn entries(&self, channel: u8) -> Vec<Entry> {
        let entry = |message: &AnyMessage| match message {
            AnyMessage::RecordEntry(report) => Some(Entry::from_bytes(&report.entry.0)),
            _ => None,
        };
        let all = self.heard.iter().filter_map(entry);
        all.filter(|entry| entry.channel == channel).collect()
    }

    /// Their indices, but for what came from `end` on.
    fn indices(&self, channel: u8, end: u32) -> Vec<u32> {
        let indices = self.entries(channel).into_iter().map(|entry| entry.index);
        indices.filter(|index| *index < end).collect()
    }

    /// Makes entries until there are so many, four facts a tick.
    fn fill(&mut self, channel: u8, total: u32) {
        let mut drug = 0;
        while self.chain(channel).len() < total {
            let facts = [0, 1].map(|_| {
                drug += 1;
                (channel, Fact::DrugStarted { drug: drug % 60_000, hair_toxic: false })
            });
            self.tick_with(&facts);
        }
    }

    /// Commits without entries, one a tick of a minute.
    fn idle(&mut self, minutes: u32) {
        for _ in 0..minutes {
            self.now = self.now.plus(Duration::from_secs(60));
            self.tick();
        }
    }

    fn chain(&self, channel: u8) -> Chain {
        self.machine.device.control.checkpoint().channels[usize::from(channel)].chain
    }

    /// Power fails and comes back, and a host comes that was never there.
    fn cut(mut self) -> Self {
        self.machine.store_at_power_fail(self.now, None).unwrap();
        self.again(|_| {})
    }

    fn again(self, spoil: impl FnOnce(&mut Ram)) -> Self {
        let mut flash = self.machine.release();
        spoil(&mut flash);
        let journal = Journal::open(flash, self.layout.journal).unwrap();
        let known = PowerUp::unknown(self.now.plus(TICK), Inputs::default());
        let config = Config::unsecured_bench();
        let machine = Journaled::power_up(config, journal, self.layout, &known).unwrap();
        let (host, heard) = (Host::default(), Vec::new());
        let mut world = Self { machine, host, heard, most_read: 0, ..self };
        world.greet(1);
        world.tick();
        world
    }

    /// What a host gets that asks for the first eight that it has not, again every two seconds; and what it was told is gone.
    fn download(&mut self, channel: u8) -> Vec<Entry> {
        let mut record = Vec::new();
        for _ in 0..10_000 {
            let total = self.chain(channel).len();
            let next = record.len() as u32;
            if next >= total {
                return record;
            }
            self.ask(channel, next, 8);
            for _ in 0..20 {
                self.tick();
                let mut heard = self.entries(channel);
                heard.sort_by_key(|entry| entry.index);
                for entry in heard.into_iter().filter(|entry| entry.index >= next) {
                    if entry.index == record.len() as u32 {
                        record.push(entry);
                    }
                }
                self.heard.clear();
                if record.len() as u32 >= (next + 8).min(total) {
                    break;
                }
            }
        }
        panic!("it never ends: {} of {}", record.len(), self.chain(channel).len());
    }
}

/// The most bytes that four frames of this record take, every part of them read in windows of 32 bytes: 8192 were seen.
const MOST_READ: u64 = 9_000;

#[test]
fn a_host_that_was_never_there_gets_the_whole_record_over_a_bad_line() {
    let mut world = World::<1>::new(96);
    world.fill(0, 3_000);
    let mut world = world.cut();
    world.lossy = 20;
    let record = world.download(0);
    assert_eq!(Chain::new().follow(&record), Ok(world.chain(0)));
    assert!((1..=MOST_READ).contains(&world.most_read), "{}", world.most_read);
}

#[test]
fn channels_are_told_apart_and_their_order_does_not_matter() {
    let mut world = World::<2>::new(96);
    for total in (30..300).step_by(30) {
        world.fill(0, total);
        world.fill(1, total);
    }
    let mut world = world.cut();
    for channel in [1, 0] {
        let record = world.download(channel);
        assert_eq!(Chain::new().follow(&record), Ok(world.chain(channel)));
    }
    // From one to the other, and back to the front.
    for (channel, from) in [(0, 200), (1, 3), (0, 100), (0, 2), (1, 250)] {
        world.heard.clear();
        let rid = world.ask(channel, from, 1);
        assert_eq!(world.answer(rid).0, Response::new(rid, Status::OK));
        assert_eq!(world.indices(channel, 270), [from]);
    }
}

/// Of a hundred sectors, most of them without an entry.
#[test]
fn an_entry_is_found_within_a_second_wherever_it_is_and_the_next_one_too() {
    let mut world = World::<1>::new(100);
    world.fill(0, 40);
    for _ in 0..3 {
        world.idle(600);
        world.fill(0, world.chain(0).len() + 40);
    }
    let mut world = world.cut();
    let total = world.chain(0).len();
    let mut longest = [0, 0];
    for from in 0..total - 20 {
        world.heard.clear();
        for (place, from) in [(0, (from * 37) % (total - 20)), (1, from)] {
            let rid = world.ask(0, from, 1);
            let (answer, ticks) = world.answer(rid);
            assert_eq!(answer, Response::new(rid, Status::OK), "{from}");
            assert!(world.entries(0).iter().any(|entry| entry.index == from));
            longest[place] = ticks.max(longest[place]);
        }
    }
    assert!(longest.iter().all(|ticks| *ticks <= 12), "{longest:?}");
    assert!(world.most_read <= MOST_READ, "{}", world.most_read);
    // In order, over what lies idle between: the search goes on where it stood, and by halves over many sectors.
    let record = world.download(0);
    assert_eq!(Chain::new().follow(&record), Ok(world.chain(0)));
}

/// What could not be read for a while is no gap: it is found late, or whoever asks is put off.
#[test]
fn what_cannot_be_read_for_a_while_is_not_told_to_be_missing() {
    let mut world = World::<1>::new(96);
    world.fill(0, 300);
    let mut world = world.cut();
    let mut put_off = 0;
    for length in [1, 2, 8, 40, 4_000] {
        for first in (1..400).step_by(3) {
            let from = (first * 37 % 200) as u32;
            world.heard.clear();
            let flash = world.machine.journal_mut().flash_mut();
            flash.fault = flash.reads + first..flash.reads + first + length;
            let mut rid = world.ask(0, from, 1);
            while world.answer(rid).0.status == Status::BUSY {
                put_off += 1;
                rid = world.ask(0, from, 1);
            }
            assert_eq!(world.answer(rid).0, Response::new(rid, Status::OK), "{length} {first}");
            assert!(world.entries(0).iter().any(|entry| entry.index == from));
            // What is stored at the end of a minute must be read back.
            world.machine.journal_mut().flash_mut().fault = 0..0;
        }
    }
    assert!(put_off > 0, "the longest faults outlast a request");
}

#[test]
fn a_gap_is_told_with_its_end_and_with_the_length_of_the_record() {
    let mut world = World::<1>::new(96);
    world.fill(0, 500);
    let total = world.chain(0).len();
    // All entries that stand in the third sector and in the fourth, but not behind.
    let mut world = world.again(|flash| {
        for sector in [2, 3] {
            flash.bytes[(sector * SECTOR) as usize + 3] ^= 1;
        }
    });
    let mut there = Vec::new();
    let mut from = 0;
    let mut gaps = Vec::new();
    while from < total {
        world.heard.clear();
        let rid = world.ask(0, from, 1);
        let (answer, _) = world.answer(rid);
        if answer.status == Status::OK {
            there.extend(world.indices(0, total));
            from += 1;
        } else {
            assert_eq!(answer.status, Status::EXPIRED);
            // It grows meanwhile.
            assert!((total - 1..world.chain(0).len()).contains(&(answer.maximum as u32)));
            assert!(answer.minimum as u32 > from);
            gaps.push((from, answer.minimum as u32));
            from = answer.minimum as u32;
        }
    }
    let &[(first, end)] = &gaps[..] else { panic!("{gaps:?}") };
    assert!(first > 10 && end - first > 10 && end < total - 100, "{gaps:?}");
    assert_eq!(there, (0..first).chain(end..total).collect::<Vec<_>>());
    // A request that begins in it and ends behind it is answered with what is there.
    world.heard.clear();
    let rid = world.ask(0, end - 2, 5);
    assert_eq!(world.answer(rid).0, Response::new(rid, Status::OK));
    (0..10).for_each(|_| world.tick());
    assert_eq!(world.indices(0, total), [end, end + 1, end + 2]);
}

#[test]
fn what_was_overwritten_is_told_at_once_to_whoever_asks_for_the_first() {
    let mut world = World::<1>::new(6);
    world.fill(0, 1_000);
    let mut world = world.cut();
    let total = world.chain(0).len();
    let rid = world.ask(0, 0, 1);
    let (answer, ticks) = world.answer(rid);
    assert!(ticks <= 10);
    assert_eq!((answer.status, answer.maximum as u32), (Status::EXPIRED, total - 1));
    let first = answer.minimum as u32;
    assert!(first > 500 && first < total - LEAST_KEPT as u32, "{first}");
    world.heard.clear();
    let rid = world.ask(0, first, 1);
    assert_eq!(world.answer(rid).0.status, Status::OK);
    assert_eq!(world.entries(0)[0].index, first);
}

/// What the link keeps and what it does not, in one request.
#[test]
fn a_request_may_reach_from_the_journal_into_memory() {
    let mut world = World::<1>::new(96);
    world.fill(0, 100);
    let mut world = world.cut();
    let total = world.chain(0).len();
    let oldest = total - LEAST_KEPT as u32;
    world.heard.clear();
    let rid = world.ask(0, oldest - 3, 6);
    assert_eq!(world.answer(rid).0.status, Status::OK);
    (0..5).for_each(|_| world.tick());
    assert_eq!(world.indices(0, total), (oldest - 3..oldest + 3).collect::<Vec<_>>());
}

#[test]
fn another_host_is_not_sent_what_the_one_before_has_asked_for() {
    let mut world = World::<1>::new(96);
    world.fill(0, 100);
    let mut world = world.cut();
    world.heard.clear();
    world.ask(0, 0, 8);
    assert!(world.machine.device.link.wanted().is_some());
    world.greet(2);
    assert_eq!(world.machine.device.link.wanted(), None);
    (0..40).for_each(|_| world.tick());
    assert_eq!((world.indices(0, 80), responses(&world.heard)), (vec![], vec![]));
}

#[test]
fn nothing_is_looked_up_in_a_tick_in_which_something_is_stored() {
    let mut world = World::<1>::new(96);
    world.fill(0, 100);
    let mut world = world.cut();
    world.ask(0, 0, 8);
    let wanted = world.machine.device.link.wanted();
    world.now = world.now.plus(Duration::from_secs(60));
    let input = TickInput::new(world.now, Inputs::default());
    let Device { control, .. } = &mut world.machine.device;
    let outputs = control.tick(&input);
    let keeper: &mut Keeper<Ram> = &mut world.machine.keeper;
    keeper.store(None, control, &outputs).unwrap();
    let read = keeper.journal_mut().flash_mut().read;
    assert_eq!(keeper.look_up(&outputs, wanted), None);
    assert_eq!(keeper.journal_mut().flash_mut().read, read);
    world.now = world.now.plus(TICK);
    let outputs = control.tick(&TickInput::new(world.now, Inputs::default()));
    keeper.store(None, control, &outputs).unwrap();
    keeper.look_up(&outputs, wanted);
    assert!(keeper.journal_mut().flash_mut().read > read);
}

/// A board whose journal is in another task may take long, or never answer.
#[test]
fn a_request_that_nobody_looks_up_in_time_is_put_off_and_asked_again() {
    let mut world = World::<1>::new(96);
    world.fill(0, 100);
    let world = world.cut();
    let Journaled { device: Device { mut control, mut link }, mut keeper } = world.machine;
    let (mut now, mut host) = (world.now, world.host);
    let mut say = |link: &mut Link<1, LEAST_KEPT>, now, rid, from| {
        let head = CommandHead::new(rid, 0);
        link.receive(now, &host.frame(&ReadRecord { head, from, count: 4 }));
    };
    let mut reader = Host::default();
    let mut hear = |link: &mut Link<1, LEAST_KEPT>, now| {
        let mut out = [0; 4_096];
        let length = link.transmit(now, &mut out);
        reader.read(&out[..length])
    };
    say(&mut link, now, 1, 0);
    let wanted = link.wanted().unwrap();
    assert_eq!((wanted.channel, wanted.from, wanted.end), (0, 0, 4));
    assert_eq!(responses(&hear(&mut link, now)), []);
    assert!(link.next_deadline() <= now.plus(Duration::from_millis(1_500)));
    now = now.plus(Duration::from_millis(1_500));
    let busy = |rid| Response::new(rid, Status::BUSY);
    assert_eq!(responses(&hear(&mut link, now)), [busy(1)]);
    // Under the same id and under another one: it goes on being wanted, and the newest is answered.
    say(&mut link, now, 1, 0);
    say(&mut link, now, 2, 0);
    assert_eq!(responses(&hear(&mut link, now)), [busy(1)]);
    assert_eq!(link.wanted(), Some(wanted));
    let mut found = None;
    while found.is_none() {
        now = now.plus(TICK);
        let outputs = control.tick(&TickInput::new(now, Inputs::default()));
        keeper.store(None, &control, &outputs).unwrap();
        found = keeper.look_up(&outputs, Some(wanted));
        assert!(found.is_some() || outputs.now < world.now.plus(Duration::from_secs(9)));
    }
    let found = found.unwrap();
    assert!(
        matches!(found, Recalled::Entry { entry, .. } if Entry::from_bytes(&entry.0).index == 0)
    );
    link.supply(&found);
    // Twice is once: the second time it is not wanted any more.
    link.supply(&found);
    assert_eq!(link.wanted(), None, "not before it is sent");
    let heard = hear(&mut link, now);
    assert_eq!(responses(&heard), [Response::new(2, Status::OK)]);
    let reports = heard.iter().filter(|message| matches!(message, AnyMessage::RecordEntry(_)));
    assert_eq!(reports.count(), 1);
    assert_eq!(link.wanted().map(|wanted| (wanted.from, wanted.end)), Some((1, 4)));
    // Another request takes its place; what was found for the one before is passed over.
    say(&mut link, now, 3, 40);
    say(&mut link, now, 4, 20);
    let wanted = link.wanted().unwrap();
    assert_eq!(wanted.from, 20);
    link.supply(&found);
    link.supply(&Recalled::Missing { wanted, until: 30 });
    let heard = responses(&hear(&mut link, now));
    assert_eq!(heard[0], busy(3));
    assert_eq!((heard[1].status, heard[1].minimum), (Status::EXPIRED, 30));
    assert_eq!((heard.len(), link.wanted()), (2, None));
}

/// What was not found while nobody waited for it is told to whoever asks again.
#[test]
fn that_nothing_is_there_is_remembered_for_whoever_was_put_off() {
    let mut world = World::<1>::new(6);
    world.fill(0, 1_000);
    let mut world = world.cut();
    let link = &mut world.machine.device.link;
    let now = world.now.plus(Duration::from_secs(2));
    let mut ask = |link: &mut Link<1, LEAST_KEPT>, rid, count| {
        let head = CommandHead::new(rid, 0);
        link.receive(now, &world.host.frame(&ReadRecord { head, from: 0, count }));
        let mut out = [0; 4_096];
        let at = now.plus(Duration::from_secs(2));
        let length = link.transmit(at, &mut out);
        responses(&world.host.read(&out[..length]))
    };
    assert_eq!(ask(link, 1, 8), [Response::new(1, Status::BUSY)]);
    let wanted = link.wanted().unwrap();
    link.supply(&Recalled::Missing { wanted, until: 700 });
    assert_eq!(link.wanted(), None);
    for rid in [2, 3] {
        let [answer] = ask(link, rid, 8)[..] else { panic!() };
        assert_eq!((answer.rid, answer.status, answer.minimum), (rid, Status::EXPIRED, 700));
    }
    assert_eq!(ask(link, 4, 9), [Response::new(4, Status::BUSY)], "that is another request");
}

#[test]
fn without_a_journal_it_is_said_what_is_kept() {
    let mut world = World::<1>::new(96);
    world.fill(0, 100);
    let world = world.cut();
    let Journaled { device: Device { mut link, .. }, .. } = world.machine;
    let mut fresh: Link<1, LEAST_KEPT> = Link::new(&Config::unsecured_bench());
    let mut control: Control<1> = Control::new(Config::unsecured_bench());
    let mut now = Instant::ZERO;
    for drug in 0..40 {
        now = now.plus(TICK);
        let mut input = TickInput::new(now, Inputs::default());
        let action = Action::Fact(Fact::DrugStarted { drug, hair_toxic: false });
        let command = Command { id: CommandId(9), channel: 0, role: Role::Clinician, action };
        input.commands.list.push(command);
        fresh.publish(&control.tick(&input));
    }
    let total = control.checkpoint().channels[0].chain.len();
    let mut host = Host::default();
    let head = CommandHead::new(1, 0);
    let mut out = [0; 4_096];
    fresh.receive(now, &host.frame(&hello()));
    while fresh.transmit(now, &mut out) > 0 {}
    fresh.receive(now, &host.frame(&ReadRecord { head, from: 0, count: 8 }));
    let length = fresh.transmit(now, &mut out);
    let [answer] = responses(&host.read(&out[..length]))[..] else { panic!() };
    let kept = [total - LEAST_KEPT as u32, total - 1].map(|index| index as i32);
    assert_eq!((answer.status, [answer.minimum, answer.maximum]), (Status::EXPIRED, kept));
    // The link of the machine has somebody who looks it up, since it was asked.
    assert_eq!(link.wanted(), None);
}

#[test]
fn what_a_link_keeps_is_most_of_what_a_choice_saves() {
    let saved = size_of::<Link<2>>() - size_of::<Link<2, 32>>();
    assert_eq!(saved.next_multiple_of(8), ((KEPT_ENTRIES - 32) * 49).next_multiple_of(8));
    let keeper = size_of::<Keeper<()>>();
    assert!(keeper <= 300, "{keeper}");
}
