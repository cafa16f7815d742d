//! Power fails at every byte of everything that is programmed or erased, and the journal that is opened behind it is a
//! prefix of the truth: all that was acknowledged, and of what was under way all or nothing.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

use coldcap_journal::simulated::SimulatedFlash;
use coldcap_journal::{Error, Journal, Region, Stamp, Stored};
use coldcap_units::Instant;

const BYTES: usize = 8_192;
const SECTOR: usize = 1_024;
type Flash<const GROUP: usize> = SimulatedFlash<BYTES, SECTOR, GROUP>;
/// One more than two, so that one that is worn out can be passed over.
const TWO_AND_ONE: Region = Region { start: 2_048, length: 3_072, sector: 1_024 };
const TWO: Region = Region { start: 2_048, length: 2_048, sector: 1_024 };

#[derive(Clone, Debug, PartialEq, Eq)]
struct Truth {
    stamp: Stamp,
    entries: Vec<[u8; 48]>,
    checkpoint: Vec<u8>,
}

/// What the commit of this number holds: lengths of all kinds, and bytes that look erased.
fn truth(number: u64) -> Truth {
    let stamp = Stamp { at: Instant::from_millis(number * 100), clock: Some(number as u32) };
    let entry =
        |index: u64| core::array::from_fn(|byte| (number * 31 + index * 7) as u8 ^ byte as u8);
    let filling = if number.is_multiple_of(5) { 0xFF } else { number as u8 };
    Truth {
        stamp,
        entries: (0..number % 4).map(entry).collect(),
        checkpoint: vec![filling; (number * 37 % 130) as usize],
    }
}

fn commit<const GROUP: usize>(
    journal: &mut Journal<Flash<GROUP>>,
    number: u64,
) -> Result<(), Error> {
    let truth = truth(number);
    journal.commit(truth.stamp, &truth.entries, &truth.checkpoint).map(|_| ())
}

/// Everything that is stored, from the oldest on. Nothing between may be lost.
fn stored<const GROUP: usize>(journal: &mut Journal<Flash<GROUP>>) -> Vec<Truth> {
    let (mut cursor, mut all) = (journal.oldest(), Vec::new());
    while let Some(stored) = journal.next_stored(&mut cursor) {
        let Stored::Commit(commit) = stored else {
            panic!("{stored:?} after {} commits", all.len())
        };
        let entries = (0..commit.entries()).map(|it| journal.entry(&commit, it).unwrap()).collect();
        let mut checkpoint = vec![0; commit.checkpoint_length()];
        journal.checkpoint(&commit, &mut checkpoint).unwrap();
        all.push(Truth { stamp: commit.stamp(), entries, checkpoint });
    }
    all
}

/// That the journal holds the commits up to `count`, the oldest ones overwritten, and ends with the last.
fn check<const GROUP: usize>(journal: &mut Journal<Flash<GROUP>>, count: u64) {
    let all = stored(journal);
    let first = count - all.len() as u64;
    for (number, found) in (first..).zip(&all) {
        assert_eq!(found, &truth(number));
    }
    let last = journal.found().commit.map(|commit| commit.stamp());
    assert_eq!(last, count.checked_sub(1).map(|last| truth(last).stamp));
    assert_eq!(all.is_empty(), count == 0);
    assert_eq!(
        journal.flash_mut().work().not_erased,
        0,
        "what may be torn is not programmed again"
    );
}

/// One step of the work of a board: a commit, now and then a beat before it, or a sector that is erased ahead.
fn step<const GROUP: usize>(journal: &mut Journal<Flash<GROUP>>, number: u64) -> Result<(), Error> {
    match number % 7 {
        3 => journal.beat(truth(number).stamp)?,
        5 => journal.prepare()?,
        _ => {}
    }
    commit(journal, number)
}

/// Cuts the power at every byte of one step, opens what is left, and goes on with it.
fn cut_everywhere<const GROUP: usize>(
    before: &Journal<Flash<GROUP>>,
    region: Region,
    number: u64,
) -> u64 {
    for cut in 0.. {
        let mut journal = before.clone();
        journal.flash_mut().fail_after(cut, cut ^ number << 32);
        let done = step(&mut journal, number);
        let mut flash = journal.release();
        let failed = flash.has_failed();
        assert_eq!(done.is_err(), failed, "{done:?}");
        if !failed {
            return cut;
        }
        flash.power_up();
        let mut journal = Journal::open(flash, region).unwrap();
        let there =
            journal.found().commit.map(|commit| commit.stamp()) == Some(truth(number).stamp);
        let next = if there { number + 1 } else { number };
        check(&mut journal, next);
        go_on(journal, region, next, cut);
    }
    unreachable!("a step ends")
}

/// Three more steps, in one of which power fails again, and three more.
fn go_on<const GROUP: usize>(
    mut journal: Journal<Flash<GROUP>>,
    region: Region,
    mut next: u64,
    cut: u64,
) {
    journal.flash_mut().fail_after(cut * 7 % 900, cut);
    for _ in 0..3 {
        if let Err(error) = step(&mut journal, next) {
            let mut flash = journal.release();
            assert!(flash.has_failed(), "{error:?}");
            flash.power_up();
            journal = Journal::open(flash, region).unwrap();
            let last = journal.found().commit.map(|commit| commit.stamp());
            next += u64::from(last == Some(truth(next).stamp));
            continue;
        }
        next += 1;
    }
    let mut flash = journal.release();
    flash.power_up();
    let mut journal = Journal::open(flash, region).unwrap();
    for _ in 0..3 {
        step(&mut journal, next).unwrap();
        next += 1;
    }
    check(&mut journal, next);
}

fn every_cut<const GROUP: usize>(region: Region, steps: u64) -> u64 {
    let mut journal = Journal::format(Flash::<GROUP>::new(), region).unwrap();
    let mut cuts = 0;
    for number in 0..steps {
        cuts += cut_everywhere(&journal, region, number);
        step(&mut journal, number).unwrap();
        check(&mut journal, number + 1);
    }
    assert!(journal.sectors_begun() > 2 * region.length / SECTOR as u32, "it went round twice");
    cuts
}

#[test]
fn a_cut_at_any_byte_leaves_a_prefix_of_the_truth() {
    let cuts = [
        every_cut::<4>(TWO, 30),
        every_cut::<8>(TWO, 30),
        every_cut::<16>(TWO, 30),
        every_cut::<32>(TWO, 30),
    ];
    println!("{cuts:?} cuts");
    assert!(cuts.iter().sum::<u64>() >= 10_000);
}

/// The first group of a commit is torn so that it still reads as erased.
#[test]
fn what_reads_as_erased_and_is_not_is_not_programmed_again() {
    let mut seen = 0;
    for seed in 0..4_000 {
        let mut journal = Journal::format(Flash::<4>::new(), TWO).unwrap();
        commit(&mut journal, 1).unwrap();
        let before = *journal.flash_mut().bytes();
        journal.flash_mut().fail_after(0, seed);
        commit(&mut journal, 2).unwrap_err();
        let mut flash = journal.release();
        flash.power_up();
        if *flash.bytes() != before {
            continue;
        }
        seen += 1;
        let mut journal = Journal::open(flash, TWO).unwrap();
        commit(&mut journal, 2).unwrap();
        assert_eq!(journal.flash_mut().work().not_erased, 0);
    }
    assert!(seen > 0);
}

/// Power fails again and again before anything can be committed: what was committed last is never erased for it.
#[test]
fn the_last_commit_outlives_any_number_of_cuts() {
    let mut journal = Journal::format(Flash::<8>::new(), TWO).unwrap();
    commit(&mut journal, 7).unwrap();
    for cut in 0..200 {
        let rotates = journal.room() < 100;
        let erased_and_begun = if rotates { SECTOR as u64 + 24 } else { 0 };
        journal.flash_mut().fail_after(erased_and_begun + 40, cut);
        commit(&mut journal, 8).unwrap_err();
        let mut flash = journal.release();
        flash.power_up();
        journal = Journal::open(flash, TWO).unwrap();
        let last = journal.found().commit.unwrap();
        assert_eq!(last.stamp(), truth(7).stamp);
    }
    assert!(journal.sectors_begun() > 4, "{}", journal.sectors_begun());
    commit(&mut journal, 8).unwrap();
    assert_eq!(stored(&mut journal), [truth(7), truth(8)]);
}

/// Power fails behind the head of a sector and before its first frame is whole: the beat in the sector before is still
/// the last time that is known.
#[test]
fn a_sector_that_was_just_begun_hides_no_beat() {
    let mut journal = Journal::format(Flash::<8>::new(), TWO).unwrap();
    commit(&mut journal, 3).unwrap();
    let beat = Stamp { at: Instant::from_millis(1_000), clock: Some(10) };
    while journal.room() > 64 {
        journal.beat(beat).unwrap();
    }
    let begun = journal.sectors_begun();
    journal.flash_mut().fail_after(SECTOR as u64 + 24 + 40, 5);
    commit(&mut journal, 8).unwrap_err();
    let mut flash = journal.release();
    flash.power_up();
    let journal = Journal::open(flash, TWO).unwrap();
    assert_eq!(journal.sectors_begun(), begun + 1);
    assert_eq!(journal.found().commit.unwrap().stamp(), truth(3).stamp);
    assert_eq!(journal.found().stamp, Some(beat));
}

/// A head that has rotted hides no commit of the newest sector.
#[test]
fn the_newest_sector_is_found_without_its_head() {
    let mut journal = Journal::format(Flash::<16>::new(), TWO).unwrap();
    let mut next = 0;
    while journal.sectors_begun() < 4 {
        commit(&mut journal, next).unwrap();
        next += 1;
    }
    let mut flash = journal.release();
    flash.flip(2_048 + SECTOR, 1);
    let mut journal = Journal::open(flash, TWO).unwrap();
    assert_eq!(journal.found().commit.unwrap().stamp(), truth(next - 1).stamp);
    commit(&mut journal, next).unwrap();
    check(&mut journal, next + 1);
}

/// Wherever a byte is worn out, what is committed reads back.
#[test]
fn a_worn_byte_costs_its_place_and_nothing_else() {
    for worn in 0..SECTOR {
        let mut flash = Flash::<4>::new();
        flash.wear_out(2_048 + SECTOR + worn, 0x5A);
        let mut journal = Journal::format(flash, TWO_AND_ONE).unwrap();
        for number in 0..30 {
            commit(&mut journal, number).unwrap();
            let all = stored(&mut journal);
            assert_eq!(all.last(), Some(&truth(number)), "{worn}");
        }
    }
}
