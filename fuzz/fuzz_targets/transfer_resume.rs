//! A download over a line that loses what the input says, broken off and resumed, of an object that grows,
//! forgets its beginning and becomes another one: what is said to be complete is what the source holds.
//!
//! Input: one operation a byte; its upper five bits say how much.
#![no_main]

use coldcap_units::{Duration, Instant};
use coldcap_wire::message::{ObjectAsk, ObjectKind};
use coldcap_wire::service::{
    About, Download, Finding, ObjectServer, ObjectSource, Outgoing, State, WINDOW_FAST,
};
use libfuzzer_sys::fuzz_target;

/// What two packets a step bring within the steps of [`Run::finish`] in pieces of one byte, with a quarter to spare.
const LONGEST: usize = 6_000;

struct Shelf {
    edition: u32,
    first: u32,
    bytes: Vec<u8>,
}

impl ObjectSource for Shelf {
    fn about(&self, _: ObjectKind, _: u32) -> Option<About> {
        let length = self.bytes.len() as u32;
        Some(About { edition: self.edition, length, first: self.first })
    }

    fn read(&self, _: ObjectKind, _: u32, offset: u32, room: &mut [u8]) -> usize {
        assert!(offset >= self.first, "what is not kept is not read");
        let rest = &self.bytes[offset as usize..];
        room.iter_mut().zip(rest).map(|(to, from)| *to = *from).count()
    }
}

impl Shelf {
    fn grow(&mut self, count: usize) {
        let edition = self.edition as usize;
        let from = self.bytes.len();
        let end = (from + count).min(LONGEST);
        self.bytes.extend((from..end).map(|at| (at * 7 + edition * 13) as u8));
    }
}

struct Run {
    shelf: Shelf,
    server: ObjectServer,
    download: Download,
    transfer: u8,
    /// Everything that was ever the content of an edition.
    editions: Vec<Vec<u8>>,
    have: Vec<u8>,
    first: usize,
    now: Instant,
    asks: Vec<ObjectAsk>,
    packets: Vec<Outgoing>,
}

fuzz_target!(|input: &[u8]| {
    let mut run = Run::new();
    for operation in input.iter().take(400) {
        run.operate(operation % 8, usize::from(operation / 8));
    }
    run.finish();
});

fn download(transfer: u8) -> Download {
    Download::new(ObjectKind::LOG, 0, transfer, WINDOW_FAST)
}

impl Run {
    fn new() -> Self {
        let mut shelf = Shelf { edition: 1, first: 0, bytes: Vec::new() };
        shelf.grow(700);
        Self {
            shelf,
            server: ObjectServer::new(),
            download: download(0),
            transfer: 0,
            editions: vec![Vec::new(), Vec::new()],
            have: Vec::new(),
            first: 0,
            now: Instant::from_millis(1),
            asks: Vec::new(),
            packets: Vec::new(),
        }
    }

    fn operate(&mut self, what: u8, much: usize) {
        match what {
            0 => self.exchange(1 + much),
            1 => self.asks.truncate(much / 8),
            2 => self.packets.truncate(much / 4),
            3 => self.packets.reverse(),
            4 => self.packets.extend_from_within(..),
            5 => self.resume(much),
            6 => self.shelf.grow(much * 40),
            _ => self.change(much),
        }
        self.asks.truncate(8);
        self.packets.truncate(64);
    }

    /// Time passes; both sides send, and what was sent before arrives.
    fn exchange(&mut self, steps: usize) {
        for _ in 0..steps {
            self.now = self.now.plus(Duration::from_millis(20));
            self.asks.drain(..).for_each(|ask| self.server.ask(&ask));
            self.arrive();
            self.asks.extend(self.download.poll(self.now));
            self.packets.extend(self.server.poll(&self.shelf));
            self.packets.extend(self.server.poll(&self.shelf));
            self.judge();
        }
    }

    fn arrive(&mut self) {
        for packet in core::mem::take(&mut self.packets) {
            let found = match &packet {
                Outgoing::About(about) => self.download.about(self.now, about),
                Outgoing::Data(data) => self.download.data(self.now, data),
            };
            match found {
                Finding::Anew { first } => {
                    self.first = first as usize;
                    self.have = vec![0; self.first];
                }
                Finding::Bytes { offset, bytes } => {
                    let end = offset as usize + bytes.len();
                    self.have.resize(self.have.len().max(end), 0);
                    self.have[offset as usize..end].copy_from_slice(bytes);
                }
                Finding::Nothing => {}
            }
        }
    }

    /// The program ends and goes on with what it has, in pieces of another length.
    fn resume(&mut self, much: usize) {
        self.transfer = self.transfer.wrapping_add(2);
        self.have.truncate(self.download.arrived() as usize);
        self.download = download(self.transfer)
            .in_pieces_of(1 + much as u8 * 6)
            .resumed(self.download.edition(), self.download.arrived());
    }

    fn change(&mut self, much: usize) {
        if much < 16 {
            self.shelf.first =
                (self.shelf.first + much as u32 * 8).min(self.shelf.bytes.len() as u32);
            return;
        }
        let edition = self.shelf.edition + 1;
        let old =
            core::mem::replace(&mut self.shelf, Shelf { edition, first: 0, bytes: Vec::new() });
        self.editions[old.edition as usize] = old.bytes;
        self.editions.push(Vec::new());
        self.shelf.grow(much * 30);
        self.server = ObjectServer::new();
    }

    fn judge(&self) {
        if self.download.state() != State::Complete || self.have.is_empty() {
            return;
        }
        let edition = self.download.edition();
        let source = if edition == self.shelf.edition {
            &self.shelf.bytes
        } else {
            &self.editions[edition as usize]
        };
        assert_eq!(self.have[self.first..], source[self.first..self.have.len()]);
    }

    /// A line that loses nothing ends every download.
    fn finish(&mut self) {
        self.exchange(4_000);
        assert_eq!(self.download.state(), State::Complete);
        self.judge();
    }
}
