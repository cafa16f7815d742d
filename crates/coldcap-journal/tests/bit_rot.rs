//! Any bit may rot: what is read is true, and what is missing is told.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

use coldcap_journal::simulated::SimulatedFlash;
use coldcap_journal::{Commit, Error, Journal, Region, RegionError, Stamp, Stored};
use coldcap_units::Instant;

type Flash = SimulatedFlash<2_048, 512, 8>;
const REGION: Region = Region { start: 512, length: 1_536, sector: 512 };

fn stamp(number: u64) -> Stamp {
    Stamp { at: Instant::from_millis(number), clock: None }
}

fn commit(journal: &mut Journal<Flash>, number: u64) -> Commit {
    journal.commit(stamp(number), &[[number as u8; 48]], &[number as u8; 13]).unwrap()
}

fn filled() -> Journal<Flash> {
    let mut journal = Journal::format(Flash::new(), REGION).unwrap();
    for number in 0..13 {
        commit(&mut journal, number);
    }
    journal
}

/// The numbers of the commits that are read, each of which must be true, and how many frames are told to be lost.
fn read(journal: &mut Journal<Flash>) -> (Vec<u64>, u32) {
    let (mut cursor, mut numbers, mut lost) = (journal.oldest(), Vec::new(), 0);
    while let Some(stored) = journal.next_stored(&mut cursor) {
        match stored {
            Stored::Lost { frames } => lost += frames,
            Stored::Commit(commit) => {
                let number = commit.stamp().at.as_millis();
                let mut checkpoint = [0; 13];
                assert_eq!(journal.entry(&commit, 0).unwrap(), [number as u8; 48]);
                assert_eq!(journal.checkpoint(&commit, &mut checkpoint), Ok(13));
                assert_eq!(checkpoint, [number as u8; 13]);
                numbers.push(number);
            }
        }
    }
    (numbers, lost)
}

#[test]
fn a_bit_that_rots_is_never_believed_and_what_it_costs_is_told() {
    let mut whole = filled();
    let (all, none) = read(&mut whole);
    assert_eq!((none, all.last()), (0, Some(&12)));
    let flash = whole.release();
    let mut costs = [0; 3];
    for place in 512..2_048 {
        for bit in 0..8 {
            let mut rotten = flash.clone();
            rotten.flip(place, 1 << bit);
            let mut journal = Journal::open(rotten, REGION).unwrap();
            let last = journal.found().commit.unwrap().stamp().at.as_millis();
            let (numbers, lost) = read(&mut journal);
            assert!(numbers.is_sorted() && numbers.iter().all(|number| all.contains(number)));
            assert_eq!(numbers.last(), Some(&last));
            let missing = all.len() - numbers.len();
            let of_the_end = usize::from(last != 12);
            let of_the_oldest = numbers[0] != all[0];
            assert!(of_the_oldest || missing == lost as usize + of_the_end, "{place}.{bit}");
            assert!(of_the_end == 0 || journal.found().torn);
            costs[missing.min(2)] += 1;
        }
    }
    println!("{costs:?} bits cost none, one, or more commits");
    assert!(costs[0] > 0 && costs[1] > 0);
}

#[test]
fn another_layout_and_another_flash_are_told_and_left_alone() {
    let flash = filled().release();
    let other = SimulatedFlash::<2_048, 512, 4>::new();
    assert!(matches!(Journal::open(other, REGION), Err(Error::NoJournal)));
    let mut layout = flash.clone();
    layout.flip(512 + 4, 0b11);
    assert!(
        Journal::open(layout, REGION).is_ok(),
        "a layout that its check value does not confirm is rot"
    );
    let wrong = Region { start: 100, ..REGION };
    let refused = Journal::open(flash.clone(), wrong).unwrap_err();
    assert_eq!(refused, Error::Region(RegionError::NotAligned { erased: 512 }));
    let beyond = Region { start: 1_024, ..REGION };
    let refused = Journal::open(flash.clone(), beyond).unwrap_err();
    assert_eq!(refused, Error::Region(RegionError::OutOfBounds { capacity: 2_048 }));
    for sector in [100, 256, 768, 1 << 20] {
        let unknown = Region { sector, ..REGION };
        let refused = Journal::open(flash.clone(), unknown).unwrap_err();
        assert_eq!(refused, Error::Region(RegionError::UnknownSector { erased: 512 }));
    }
    let single = Region { length: 512, ..REGION };
    let refused = Journal::open(flash, single).unwrap_err();
    assert_eq!(refused, Error::Region(RegionError::TooFewSectors));
}

#[test]
fn more_than_a_sector_takes_is_refused_and_nothing_is_lost() {
    let mut journal = filled();
    let before = journal.found();
    let refused = journal.commit(stamp(99), &[], &[0; 512]).unwrap_err();
    assert_eq!(refused, Error::TooLong { bytes: 532, maximum: 476 });
    assert_eq!(journal.found(), before);
    let commit = journal.commit(stamp(13), &[], &[1; 456]).unwrap();
    assert_eq!(journal.entry(&commit, 0), Err(Error::NoSuchEntry { entries: 0 }));
    assert_eq!(journal.found().stamp, Some(stamp(13)));
}

/// A beat tells until when the machine was on.
#[test]
fn a_beat_behind_the_last_commit_is_its_time() {
    let mut journal = filled();
    journal.beat(stamp(77)).unwrap();
    let mut journal = Journal::open(journal.release(), REGION).unwrap();
    let found = journal.found();
    assert_eq!((found.stamp, found.torn), (Some(stamp(77)), false));
    assert_eq!(found.commit.unwrap().stamp(), stamp(12));
    commit(&mut journal, 78);
    assert_eq!(journal.found().stamp, Some(stamp(78)));
}

/// A sector that was erased ahead is not erased again, and what is stored needs no erasure until it is full.
#[test]
fn what_is_prepared_costs_no_erasure_later() {
    let mut journal = filled();
    journal.prepare().unwrap();
    let erased = journal.flash_mut().work().erased;
    let (room, bytes) = (journal.room(), journal.commit_bytes(1, 13));
    for number in 0..room / bytes - 1 {
        commit(&mut journal, u64::from(number));
    }
    assert_eq!(journal.flash_mut().work().erased, erased);
    journal.prepare().unwrap();
    journal.prepare().unwrap();
    assert!(journal.flash_mut().work().erased <= erased + 1);
}

/// Entries that waited are in several commits, and each is read once, in order.
#[test]
fn an_entry_that_waited_is_read_once() {
    use coldcap_journal::StoredEntry;
    use coldcap_session::Note;
    use coldcap_session::record::Chain;
    let mut journal = Journal::format(Flash::new(), REGION).unwrap();
    let (mut chains, mut entries) = ([Chain::new(); 2], Vec::new());
    for number in 0..6_u8 {
        let channel = number % 2;
        let at = Instant::from_millis(u64::from(number));
        entries.push(chains[usize::from(channel)].append(at, channel, &Note::CapOff));
    }
    let bytes: Vec<_> = entries.iter().map(|entry| entry.to_bytes()).collect();
    for range in [0..2, 1..4, 2..4, 4..4, 4..6] {
        journal.commit(stamp(range.end as u64), &bytes[range], &[]).unwrap();
    }
    let (mut cursor, mut read) = (journal.oldest_entry(), Vec::new());
    while let Some(entry) = journal.next_entry(&mut cursor).unwrap() {
        let StoredEntry::Entry(entry) = entry else { panic!("{entry:?}") };
        read.push(entry);
    }
    assert_eq!(read, entries);
    // What rotted is told, and what is behind it is read.
    let mut flash = journal.release();
    let second = flash.bytes().windows(8).position(|it| it == 4_u64.to_le_bytes()).unwrap();
    flash.flip(second, 1);
    let mut journal = Journal::open(flash, REGION).unwrap();
    let (mut cursor, mut lost, mut read) = (journal.oldest_entry(), 0, Vec::new());
    while let Some(found) = journal.next_entry(&mut cursor).unwrap() {
        match found {
            StoredEntry::Lost { frames } => lost += frames,
            StoredEntry::Entry(entry) => read.push(entry),
        }
    }
    assert_eq!((lost, read), (1, entries));
}

/// Two heads rot, and what lay behind them is begun anew: what the second one still holds is older than that.
#[test]
fn frames_whose_sector_rotted_away_are_not_taken_for_newer_than_what_follows() {
    let mut journal = Journal::format(Flash::new(), REGION).unwrap();
    commit(&mut journal, 1);
    // Power fails in a commit that takes nearly all of the second sector.
    let long = [1; 440];
    journal.flash_mut().fail_after(512 + 24 + 400, 7);
    journal.commit(stamp(2), &[], &long).unwrap_err();
    let mut flash = journal.release();
    flash.power_up();
    let mut journal = Journal::open(flash, REGION).unwrap();
    // So beats go to the third.
    journal.beat(stamp(3)).unwrap();
    journal.beat(stamp(4)).unwrap();
    assert_eq!(journal.sectors_begun(), 3);
    let mut flash = journal.release();
    flash.flip(512 + 512 + 3, 1);
    flash.flip(512 + 1_024 + 3, 1);
    let mut journal = Journal::open(flash, REGION).unwrap();
    assert_eq!((journal.sectors_begun(), journal.found().stamp), (1, Some(stamp(1))));
    journal.commit(stamp(5), &[], &long).unwrap();
    assert_eq!(journal.sectors_begun(), 2);
    let journal = Journal::open(journal.release(), REGION).unwrap();
    assert_eq!((journal.sectors_begun(), journal.found().stamp), (2, Some(stamp(5))));
}

/// Ones read as erased. Where the header of a torn frame of ones rots, nothing tells any more that they were programmed: a driver
/// that refuses them costs places, and what is stored goes to the next sector.
#[test]
fn what_rotted_may_hide_how_far_a_sector_is_programmed() {
    let mut journal = Journal::format(Flash::new(), REGION).unwrap();
    commit(&mut journal, 1);
    let behind = 512 - journal.room() as usize;
    journal.flash_mut().fail_after(280, 7);
    journal.commit(stamp(2), &[], &[0xFF; 300]).unwrap_err();
    let mut flash = journal.release();
    flash.power_up();
    flash.flip(512 + behind, 1);
    let mut journal = Journal::open(flash, REGION).unwrap();
    journal.beat(stamp(3)).unwrap();
    let journal = Journal::open(journal.release(), REGION).unwrap();
    assert_eq!((journal.sectors_begun(), journal.found().stamp), (2, Some(stamp(3))));
}
