//! The shipped client, a machine that keeps few entries in memory, and its journal: the whole record, or what of it is lost.
#![allow(missing_docs)]

use coldcap::journaled::{Journaled, Layout, Pace, PowerUp};
use coldcap::{Action, Command, CommandId, Config, Inputs, TICK, TickInput};
use coldcap_host::client::{Client, ClientConfig};
use coldcap_journal::{Journal, Region};
use coldcap_session::record::{Chain, Entry};
use coldcap_session::{Fact, Role};
use coldcap_sim::VirtualFlash;
use coldcap_units::{Duration, Instant};

type Machine = Journaled<1, VirtualFlash, 16>;

fn layout(sectors: u32) -> Layout {
    let (sector, length) = (8_192, sectors * 8_192);
    let keys = Region { start: 1_016 * 1_024, length: 8_192, sector: 4_096 };
    Layout { journal: Region { start: 0, length, sector }, keys, pace: Pace::default() }
}

/// A machine behind a loss of power whose record has so many entries, and when it was.
fn machine(layout: Layout, entries: u32) -> (Machine, Instant) {
    let (config, mut now, mut drug) = (Config::unsecured_bench(), Instant::ZERO, 0);
    let mut machine: Machine =
        Journaled::provision(config, VirtualFlash::erased(), layout).unwrap();
    while machine.device.control.checkpoint().channels[0].chain.len() < entries {
        now = now.plus(TICK);
        drug += 1;
        let mut input = TickInput::new(now, Inputs::default());
        let action = Action::Fact(Fact::DrugStarted { drug, hair_toxic: false });
        let command = Command { id: CommandId(1), channel: 0, role: Role::Nurse, action };
        input.commands.list.push(command);
        let outputs = machine.device.control.tick(&input);
        machine.store(None, &outputs).unwrap();
    }
    let journal = Journal::open(machine.release(), layout.journal).unwrap();
    let known = PowerUp::unknown(now, Inputs::default());
    (Journaled::power_up(config, journal, layout, &known).unwrap(), now)
}

/// Every so manieth frame of the device is lost.
fn meet(machine: &mut Machine, mut now: Instant, lost: usize, enough: Duration) -> Client {
    let mut client = Client::new(ClientConfig::new(7));
    let (end, mut frames) = (now.plus(enough), 0);
    while now < end {
        now = now.plus(TICK);
        let (_, outputs) = machine.tick(now, Inputs::default());
        machine.store(None, &outputs).unwrap();
        let mut bytes = Vec::new();
        client.transmit(now, &mut bytes);
        machine.device.link.receive(now, &bytes);
        let mut room = [0; 4_096];
        let length = machine.device.link.transmit(now, &mut room);
        for frame in room[..length].split_inclusive(|byte| *byte == 0) {
            frames += 1;
            if frames % lost != 0 {
                client.receive(now, frame);
            }
        }
        while client.poll_message().is_some() {}
    }
    client
}

#[test]
fn a_client_that_was_never_there_gets_the_whole_record() {
    let (mut machine, now) = machine(layout(60), 1_000);
    let client = meet(&mut machine, now, 7, Duration::from_secs(700));
    let record = client.record();
    assert!(record.is_complete(), "{} of {}", record.collected(), record.total());
    assert_eq!((record.lost(), record.restarts()), (0, 0));
    let entries: Vec<Entry> = record.iter().map(|(_, entry)| Entry::from_bytes(entry)).collect();
    let chain = machine.device.control.checkpoint().channels[0].chain;
    let told = usize::try_from(chain.len()).unwrap();
    // The newest may still be on their way.
    assert!(entries.len() + 2 >= told && told > 1_000);
    assert!(Chain::new().follow(&entries).is_ok());
}

#[test]
fn a_client_learns_what_was_overwritten_and_gets_the_rest() {
    let (mut machine, now) = machine(layout(6), 1_000);
    let client = meet(&mut machine, now, 7, Duration::from_secs(200));
    let record = client.record();
    assert!(record.is_complete(), "{} of {}", record.collected(), record.total());
    let first = record.iter().next().map(|(index, _)| index);
    assert_eq!(first, Some(record.lost()));
    assert_eq!(record.collected(), (record.total() - record.lost()) as usize);
    assert!(record.lost() > 500 && record.collected() > 50, "{} lost", record.lost());
}
