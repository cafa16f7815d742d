//! Reading a little at a time finds what reading at once finds, and each step is short.
#![allow(missing_docs, clippy::unwrap_used, clippy::arithmetic_side_effects)]

use coldcap_journal::simulated::SimulatedFlash;
use coldcap_journal::{Journal, Region, Stamp, Step, Stored, StoredEntry};
use coldcap_units::Instant;
use proptest::prelude::*;

const BYTES: usize = 32_768;
type Flash = SimulatedFlash<BYTES, 4_096, 8>;
const REGION: Region = Region { start: 4_096, length: 28_672, sector: 4_096 };

fn stamp(number: u32) -> Stamp {
    Stamp { at: Instant::from_millis(u64::from(number)), clock: None }
}

/// A journal over which so many commits have gone, each with one entry of its own.
fn filled(commits: u32, checkpoint: usize) -> Journal<Flash> {
    let mut journal = Journal::format(Flash::new(), REGION).unwrap();
    for number in 0..commits {
        let mut entry = [0; 48];
        entry[..4].copy_from_slice(&number.to_le_bytes());
        journal.commit(stamp(number), &[entry], &vec![7; checkpoint]).unwrap();
    }
    journal
}

fn read(journal: &Journal<Flash>) -> u64 {
    journal.clone().release().work().read
}

/// What steps find, and the most that one of them reads.
fn stepped(journal: &mut Journal<Flash>) -> (Vec<Stored>, u64) {
    let (mut cursor, mut found, mut most) = (journal.oldest(), Vec::new(), 0);
    loop {
        let before = read(journal);
        let step = journal.step_stored(&mut cursor);
        most = most.max(read(journal) - before);
        match step {
            Step::Found(stored) => found.push(stored),
            Step::On => {}
            Step::End => return (found, most),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn steps_find_what_the_loop_finds(
        commits in 0..90_u32, checkpoint in 0..600_usize,
        rotten in prop::collection::vec((4_096..BYTES, 1..=255_u8), 0..6),
    ) {
        let mut flash = filled(commits, checkpoint).release();
        rotten.iter().for_each(|(place, bits)| flash.flip(*place, *bits));
        let Ok(mut journal) = Journal::open(flash, REGION) else { return Ok(()) };
        let (mut cursor, mut found) = (journal.oldest(), Vec::new());
        while let Some(stored) = journal.next_stored(&mut cursor) {
            found.push(stored);
        }
        let (steps, most) = stepped(&mut journal);
        prop_assert_eq!(&steps, &found);
        // A frame of that length, twice over by windows of 32 bytes; a kilobyte of none; or the heads of all sectors. A rotten header
        // may claim the rest of the sector.
        let claimed = if rotten.is_empty() { 2 * (checkpoint as u64 + 200) } else { 2 * 4_096 };
        prop_assert!(most <= claimed.max(1_024) + 512, "{}", most);
        let (mut cursor, mut entries) = (journal.oldest_entry(), 0);
        while let Some(stored) = journal.next_entry(&mut cursor).unwrap() {
            entries += usize::from(matches!(stored, StoredEntry::Entry(_)));
        }
        let commits = found.iter().filter(|stored| matches!(stored, Stored::Commit(_)));
        prop_assert_eq!(entries, commits.count());
    }
}

#[test]
fn what_is_stored_behind_the_end_is_found_from_there() {
    let mut journal = filled(3, 100);
    let mut cursor = journal.oldest();
    let mut to_the_end = |journal: &mut Journal<Flash>| {
        let mut found = 0;
        loop {
            match journal.step_stored(&mut cursor) {
                Step::Found(_) => found += 1,
                Step::On => {}
                Step::End => return found,
            }
        }
    };
    assert_eq!([to_the_end(&mut journal), to_the_end(&mut journal)], [3, 0]);
    for number in 3..60 {
        journal.commit(stamp(number), &[], &[1; 100]).unwrap();
        assert_eq!(to_the_end(&mut journal), 1, "{number}");
    }
}

#[test]
fn reading_begins_at_any_sector_and_where_it_is_not_there_at_the_next() {
    let mut journal = filled(200, 300);
    let sectors = journal.sectors();
    assert_eq!(sectors.clone().count(), 7);
    for sector in sectors.clone() {
        let mut cursor = journal.at_sector(sector);
        let Some(Stored::Commit(commit)) = journal.next_stored(&mut cursor) else { panic!() };
        assert_eq!((commit.sector(), cursor.sector()), (sector, sector));
    }
    // The oldest one is erased ahead.
    journal.prepare().unwrap();
    let mut cursor = journal.at_sector(*sectors.start());
    let Some(Stored::Commit(commit)) = journal.next_stored(&mut cursor) else { panic!() };
    assert_eq!(commit.sector(), sectors.start() + 1);
}
