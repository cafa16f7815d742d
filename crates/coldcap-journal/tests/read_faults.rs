//! Reads may fail for a while: what was acknowledged is found all the same, or opening is refused.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::single_range_in_vec_init,
    clippy::arithmetic_side_effects
)]

use coldcap_journal::simulated::{Refused, SimulatedFlash};
use coldcap_journal::{Error, Found, Journal, Region, Stamp, Stored};
use coldcap_units::Instant;
use core::ops::Range;
use embedded_storage::nor_flash::{ErrorType, NorFlash, NorFlashErrorKind, ReadNorFlash};

type Flash = SimulatedFlash<2_048, 512, 8>;
const FAILED: Error = Error::Flash(NorFlashErrorKind::Other);

/// A flash some reads of which fail.
#[derive(Clone, Debug, Default)]
struct Faulty {
    flash: Flash,
    reads: u32,
    /// Which reads fail, by their number.
    fault: Range<u32>,
    /// Reading in here fails until it is erased.
    unread: Vec<Range<u32>>,
}

impl Faulty {
    fn with_fault(&self, fault: Range<u32>) -> Self {
        Self { reads: 0, fault, ..self.clone() }
    }
}

impl ErrorType for Faulty {
    type Error = Refused;
}

impl ReadNorFlash for Faulty {
    const READ_SIZE: usize = 8;

    fn read(&mut self, offset: u32, bytes: &mut [u8]) -> Result<(), Refused> {
        let (read, end) = (self.reads, offset + u32::try_from(bytes.len()).unwrap());
        self.reads += 1;
        let unread = self.unread.iter().any(|unread| unread.start < end && offset < unread.end);
        if unread || self.fault.contains(&read) {
            return Err(Refused::Kind(NorFlashErrorKind::Other));
        }
        self.flash.read(offset, bytes)
    }

    fn capacity(&self) -> usize {
        self.flash.capacity()
    }
}

impl NorFlash for Faulty {
    const WRITE_SIZE: usize = 8;
    const ERASE_SIZE: usize = 512;

    fn erase(&mut self, from: u32, to: u32) -> Result<(), Refused> {
        self.unread.retain(|unread| unread.start >= to || unread.end <= from);
        self.flash.erase(from, to)
    }

    fn write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), Refused> {
        self.flash.write(offset, bytes)
    }
}

const fn region(sectors: u32) -> Region {
    Region { start: 0, length: sectors * 512, sector: 512 }
}

fn stamp(number: u64) -> Stamp {
    Stamp { at: Instant::from_millis(number), clock: None }
}

fn commit(journal: &mut Journal<Faulty>, number: u64) {
    journal.commit(stamp(number), &[[7; 48]], &[number as u8; 40]).unwrap();
}

/// A journal of so many commits, and beats behind them.
fn filled(sectors: u32, commits: u64, beats: u64) -> Faulty {
    let mut journal = Journal::format(Faulty::default(), region(sectors)).unwrap();
    (0..commits).for_each(|number| commit(&mut journal, number));
    (0..beats).for_each(|beat| journal.beat(stamp(commits + beat)).unwrap());
    journal.release()
}

/// What is read from a journal: the commits by their numbers, and what is told to be lost.
fn read(journal: &mut Journal<Faulty>) -> Vec<Result<u64, u32>> {
    let (mut cursor, mut read) = (journal.oldest(), Vec::new());
    while let Some(stored) = journal.next_stored(&mut cursor) {
        read.push(match stored {
            Stored::Commit(commit) => Ok(commit.stamp().at.as_millis()),
            Stored::Lost { frames } => Err(frames),
        });
    }
    read
}

/// What is there behind so many commits more and another start.
fn gone_on(mut journal: Journal<Faulty>) -> Vec<Result<u64, u32>> {
    journal.flash_mut().fault = 0..0;
    (1_000..1_012).for_each(|number| commit(&mut journal, number));
    assert_eq!(journal.flash_mut().flash.work().not_erased, 0);
    let sectors = journal.sectors().count() as u32;
    let mut flash = journal.release();
    flash.unread.clear();
    let mut journal = Journal::open(flash, region(sectors)).unwrap();
    assert_eq!(journal.found().commit.unwrap().stamp(), stamp(1_011));
    read(&mut journal)
}

/// How often opening was refused, of all faults.
fn open_with_faults(flash: &Faulty, sectors: u32) -> (u32, u32) {
    let mut clean = Journal::open(flash.with_fault(0..0), region(sectors)).unwrap();
    let (found, begun): (Found, _) = (clean.found(), clean.sectors_begun());
    let reads = clean.flash_mut().reads;
    let behind = gone_on(clean);
    let (mut refused, mut opened) = (0, 0);
    for first in 0..reads {
        for length in (1..=8).chain([20, 70, 500, 5_000]) {
            match Journal::open(flash.with_fault(first..first + length), region(sectors)) {
                Err(error) => {
                    assert_eq!(error, FAILED, "{first} {length}");
                    refused += 1;
                }
                Ok(journal) => {
                    assert_eq!(
                        (journal.found(), journal.sectors_begun()),
                        (found, begun),
                        "{first} {length}"
                    );
                    if length <= 8 {
                        assert_eq!(gone_on(journal), behind, "{first} {length}");
                    }
                    opened += 1;
                }
            }
        }
    }
    (refused, opened)
}

#[test]
fn reads_that_fail_for_a_while_lose_nothing_that_was_acknowledged() {
    let mut sum = (0, 0);
    for sectors in 2..=4 {
        for (commits, beats) in [(1, 0), (3, 0), (4, 0), (9, 0), (15, 1), (30, 0), (5, 12), (5, 60)]
        {
            let flash = filled(sectors, commits, beats);
            let (refused, opened) = open_with_faults(&flash, sectors);
            sum = (sum.0 + refused, sum.1 + opened);
        }
    }
    println!("refused, opened: {sum:?}");
    assert!(sum.0 > 0 && sum.1 > 0);
}

/// A flash with error correction does not read what power has torn.
#[test]
fn a_machine_opens_where_the_sector_that_is_erased_next_cannot_be_read() {
    for (sectors, commits) in [(2, 9), (3, 9), (3, 15), (4, 30)] {
        let mut flash = filled(sectors, commits, 0);
        let newest = Journal::open(flash.clone(), region(sectors)).unwrap().sectors_begun() - 1;
        let next = (newest + 1) % sectors * 512;
        // The head only, and all of it, as where an erasure was torn.
        for bytes in [24, 512] {
            flash.unread = vec![next..next + bytes];
            let journal = Journal::open(flash.clone(), region(sectors)).unwrap();
            assert_eq!(journal.found().stamp, Some(stamp(commits - 1)));
            open_with_faults(&flash, sectors);
        }
    }
}

#[test]
fn a_head_that_cannot_be_read_hides_neither_the_newest_sector_nor_the_last_commit() {
    for beats in [0, 20] {
        let flash = filled(4, 20, beats);
        let whole = Journal::open(flash.clone(), region(4)).unwrap();
        let (found, begun) = (whole.found(), whole.sectors_begun());
        for start in (0..2_048).step_by(512) {
            let unread = vec![start..start + 24];
            let journal = Journal::open(Faulty { unread, ..flash.clone() }, region(4)).unwrap();
            assert_eq!((journal.found().stamp, journal.sectors_begun()), (found.stamp, begun));
            assert_eq!(journal.found().commit, found.commit, "{beats} {start}");
        }
    }
}

#[test]
fn where_nothing_can_be_read_there_may_be_a_journal() {
    let mut flash = filled(3, 9, 0);
    flash.unread = vec![0..2_048];
    assert_eq!(Journal::open(flash, region(3)).unwrap_err(), FAILED);
    let erased = Faulty { unread: vec![512..520], ..Faulty::default() };
    assert_eq!(Journal::open(erased, region(3)).unwrap_err(), FAILED);
    assert_eq!(Journal::open(Faulty::default(), region(3)).unwrap_err(), Error::NoJournal);
}

/// Whoever looks for what is stored tells a flash that cannot be read for a while from one on which it is not.
#[test]
fn reads_that_fail_are_counted_and_a_sector_that_cannot_be_read_may_be_there() {
    let mut journal = Journal::open(filled(3, 15, 0), region(3)).unwrap();
    let (failed, before) = (journal.failed_reads(), journal.sectors_begun() - 2);
    let there = journal.at_sector(before);
    assert!(journal.can_be_read());
    journal.flash_mut().fault = 0..u32::MAX;
    assert!(!journal.can_be_read());
    assert_eq!(journal.at_sector(before), there);
    let counted = journal.failed_reads();
    assert!(counted > failed);
    journal.flash_mut().fault = 0..0;
    assert!(journal.can_be_read());
    assert_ne!(journal.at_sector(before + 100), there);
    assert_eq!(journal.failed_reads(), counted);
}
