//! A journal under any order of commits, beats, erasures ahead, losses of power and rotten bits, beside a list of what was
//! acknowledged: all of it is there, in order and as it was stored, and of what was under way all or nothing. Behind a bit
//! that rotted nothing is read that was never stored, and the next commit is found again.
//!
//! Input: a byte for the size of a group, then operations, each a byte of what and its arguments.
#![no_main]

use coldcap_journal::simulated::SimulatedFlash;
use coldcap_journal::{Error, Journal, Region, Stamp, Stored};
use coldcap_units::Instant;
use libfuzzer_sys::fuzz_target;

const MOST: usize = 160;
const BYTES: usize = 2_048;
type Flash<const GROUP: usize> = SimulatedFlash<BYTES, 512, GROUP>;
/// Three sectors, and something before them that is not the journal's.
const REGION: Region = Region { start: 512, length: 1_536, sector: 512 };
const SECTORS: u32 = 3;
/// More bits in a frame are beyond what its check value surely sees.
const MOST_ROTTEN: u32 = 3;

fuzz_target!(|input: &[u8]| {
    let Some((group, operations)) = input.split_first() else { return };
    match group % 4 {
        0 => World::<4>::run(operations),
        1 => World::<8>::run(operations),
        2 => World::<16>::run(operations),
        _ => World::<32>::run(operations),
    }
});

/// What a commit holds, by its number.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Item {
    number: u64,
    entries: Vec<[u8; 48]>,
    checkpoint: Vec<u8>,
}

impl Item {
    fn stamp(number: u64) -> Stamp {
        Stamp { at: Instant::from_millis(number), clock: Some(number as u32) }
    }

    fn new(number: u64, entries: u8, length: u8, filling: u8) -> Self {
        let entries = (0..entries % 4).map(|index| [index ^ filling; 48]).collect();
        Self { number, entries, checkpoint: vec![filling; usize::from(length)] }
    }
}

struct World<const GROUP: usize> {
    journal: Journal<Flash<GROUP>>,
    /// Every commit that was ever begun: two bits that rot may make one whole that was lost to the first.
    begun: Vec<Item>,
    /// Every commit that was acknowledged.
    known: Vec<Item>,
    /// The number of the last that was acknowledged, a beat, too.
    time: u64,
    next: u64,
    rotten: u32,
    /// How often power failed on the way.
    cuts: u64,
    /// How many sectors had been begun when the last commit was stored, and whether a lap of them went by without one:
    /// then its sector was passed over, and beats behind it were erased.
    begun_by: u32,
    lapped: bool,
    /// The oldest commit that was read, and how often a sector had been erased then.
    oldest: (Option<u64>, u64),
}

impl<const GROUP: usize> World<GROUP> {
    fn run(mut input: &[u8]) {
        let journal = Journal::format(Flash::new(), REGION).expect("it is formatted");
        let mut world = Self {
            journal,
            begun: Vec::new(),
            known: Vec::new(),
            time: 0,
            next: 1,
            rotten: 0,
            cuts: 0,
            begun_by: 0,
            lapped: false,
            oldest: (None, 0),
        };
        for _ in 0..MOST {
            let Some(what) = byte(&mut input) else { break };
            let arguments = [(); 3].map(|()| byte(&mut input).unwrap_or(0));
            if world.operate(what, arguments).is_none() {
                return;
            }
        }
        let _ = world.reopen(None);
    }

    /// `None` ends the run: so much has rotted that there is no journal.
    fn operate(&mut self, what: u8, [a, b, c]: [u8; 3]) -> Option<()> {
        // The upper bits say whether power fails on the way, and early or late.
        let cut = match what >> 4 {
            0..=9 => None,
            10..=13 => Some(u64::from(c)),
            _ => Some(u64::from(c) * 6),
        };
        if let Some(cut) = cut {
            self.journal.flash_mut().fail_after(cut, u64::from(a) << 8 | u64::from(b));
        }
        match what & 0x0F {
            0..=5 => self.commit(Item::new(self.next, a, b, c)),
            6..=9 => self.beat(),
            10 | 11 => self.prepare(),
            12 | 13 => self.reopen(None),
            _ => self.rot(a, b, c),
        }
    }

    fn commit(&mut self, item: Item) -> Option<()> {
        self.next += 1;
        self.begun.push(item.clone());
        let stamp = Item::stamp(item.number);
        let done = self.journal.commit(stamp, &item.entries, &item.checkpoint);
        match done {
            Ok(_) => {
                self.time = item.number;
                self.laps();
                self.begun_by = self.journal.sectors_begun();
                self.known.push(item);
                let again = Journal::open(self.journal.clone().release(), REGION);
                assert_eq!(again.map(|again| again.found().stamp), Ok(Some(stamp)));
                Some(())
            }
            Err(Error::TooLong { .. }) => Some(()),
            Err(error) => self.power_failed(error, Some(item)),
        }
    }

    fn laps(&mut self) {
        // The place of the last commit is passed over, and the one behind it is erased before it counts as begun.
        self.lapped |= self.journal.sectors_begun().saturating_sub(self.begun_by) >= SECTORS - 1;
    }

    fn beat(&mut self) -> Option<()> {
        let number = self.next;
        self.next += 1;
        match self.journal.beat(Item::stamp(number)) {
            Ok(()) => {
                self.time = number;
                Some(())
            }
            Err(error) => self.power_failed(error, None),
        }
    }

    fn prepare(&mut self) -> Option<()> {
        match self.journal.prepare() {
            Ok(()) => Some(()),
            Err(error) => self.power_failed(error, None),
        }
    }

    /// Nothing else makes anything fail.
    fn power_failed(&mut self, error: Error, under_way: Option<Item>) -> Option<()> {
        assert!(self.journal.flash_mut().has_failed(), "{error:?}");
        self.cuts += 1;
        self.reopen(under_way)
    }

    fn rot(&mut self, a: u8, b: u8, bit: u8) -> Option<()> {
        if self.rotten < MOST_ROTTEN {
            self.rotten += 1;
            let place = usize::from(u16::from_le_bytes([a, b])) % BYTES;
            self.journal.flash_mut().flip(place, 1 << (bit % 8));
        }
        self.reopen(None)
    }

    /// Power is back: what is found is held against what is known.
    fn reopen(&mut self, under_way: Option<Item>) -> Option<()> {
        let mut flash = self.journal.clone().release();
        flash.power_up();
        self.journal = match Journal::open(flash, REGION) {
            Ok(journal) => journal,
            Err(error) => {
                assert!(self.rotten > 0, "{error:?}");
                return None;
            }
        };
        self.laps();
        let found = self.journal.found();
        let (commits, lost) = self.read();
        assert_eq!(
            found.commit.map(|it| it.stamp()),
            commits.last().map(|it| Item::stamp(it.number))
        );
        if commits.last().is_some_and(|last| under_way.as_ref() == Some(last)) {
            self.known.extend(under_way);
        }
        let told = found.stamp.map_or(0, |stamp| stamp.at.as_millis());
        assert!(told < self.next, "nothing of tomorrow");
        assert!(
            commits.is_sorted_by(|one, other| one.number < other.number),
            "in order, none twice"
        );
        assert!(
            commits.iter().all(|item| self.begun.contains(item)),
            "nothing that was not stored"
        );
        if self.rotten == 0 {
            self.judge(&commits, lost, told);
        }
        // What was read is the truth from now on, with a beat that was under way.
        (self.known, self.time) = (commits, told);
        Some(())
    }

    /// Nothing rotted: all is there, but for whole sectors at the old end.
    fn judge(&mut self, commits: &[Item], lost: u32, told: u64) {
        let erased = self.journal.flash_mut().work().erased;
        assert!(lost == 0 || self.lapped, "{lost} frames lost");
        assert!(self.known.ends_with(commits));
        assert_eq!(commits.is_empty(), self.known.is_empty());
        // A beat is not kept as the last commit is: whoever loses power again and again while a sector is begun erases it, and a
        // gap is told longer.
        assert!(told >= self.time || self.lapped, "{told} is before {}", self.time);
        // A group that reads as erased although power failed in it is met where power had failed before, too: the driver
        // refuses it, and the next place is taken.
        let twice = self.journal.flash_mut().work().not_erased;
        assert!(twice <= self.cuts, "{twice} groups twice behind {} cuts", self.cuts);
        let oldest = commits.first().map(|item| item.number);
        if self.oldest.1 == erased && self.oldest.0.is_some() {
            assert_eq!(oldest, self.oldest.0, "nothing was erased");
        }
        self.oldest = (oldest, erased);
    }

    fn read(&mut self) -> (Vec<Item>, u32) {
        let (mut cursor, mut all, mut lost) = (self.journal.oldest(), Vec::new(), 0);
        while let Some(stored) = self.journal.next_stored(&mut cursor) {
            match stored {
                Stored::Lost { frames } => lost += frames,
                Stored::Commit(commit) => {
                    let number = commit.stamp().at.as_millis();
                    let entry = |index| self.journal.entry(&commit, index).expect("it is read");
                    let entries = (0..commit.entries()).map(entry).collect();
                    let mut checkpoint = vec![0; commit.checkpoint_length()];
                    self.journal.checkpoint(&commit, &mut checkpoint).expect("it is read");
                    all.push(Item { number, entries, checkpoint });
                }
            }
        }
        (all, lost)
    }
}

fn byte(input: &mut &[u8]) -> Option<u8> {
    let (first, rest) = input.split_first()?;
    *input = rest;
    Some(*first)
}
