//! What no good flash and no good board does: drivers that fail, flashes of odd units, heads of other layouts.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

use coldcap_journal::restart::RestartLimits;
use coldcap_journal::simulated::{Refused, SimulatedFlash};
use coldcap_journal::{
    Copies, Error, Images, Journal, Region, RegionError, Stamp, Stored, StoredEntry,
};
use coldcap_session::Note;
use coldcap_session::record::Chain;
use coldcap_units::{Duration, Instant};
use core::ops::Range;
use crc::{CRC_32_ISO_HDLC, Crc};
use embedded_storage::nor_flash::{ErrorType, NorFlash, NorFlashErrorKind, ReadNorFlash};

type Flash<const GROUP: usize = 8> = SimulatedFlash<2_048, 512, GROUP>;
const REGION: Region = Region { start: 0, length: 2_048, sector: 512 };

/// A flash whose driver fails here and there.
#[derive(Clone, Debug, Default)]
struct Bad {
    flash: Flash,
    /// Reading in here fails.
    unread: Range<u32>,
    /// So many bytes more read as they are; one of those behind them reads otherwise.
    true_reads: Option<usize>,
    /// Erasing here fails.
    kept: Option<u32>,
}

impl ErrorType for Bad {
    type Error = Refused;
}

impl ReadNorFlash for Bad {
    const READ_SIZE: usize = 8;

    fn read(&mut self, offset: u32, bytes: &mut [u8]) -> Result<(), Refused> {
        if self.unread.contains(&offset) {
            return Err(Refused::Kind(NorFlashErrorKind::Other));
        }
        self.flash.read(offset, bytes)?;
        if let Some(left) = &mut self.true_reads {
            match left.checked_sub(bytes.len()) {
                Some(rest) => *left = rest,
                None => bytes[0] ^= 1,
            }
        }
        Ok(())
    }

    fn capacity(&self) -> usize {
        self.flash.capacity()
    }
}

impl NorFlash for Bad {
    const WRITE_SIZE: usize = 8;
    const ERASE_SIZE: usize = 512;

    fn erase(&mut self, from: u32, to: u32) -> Result<(), Refused> {
        if self.kept == Some(from) {
            return Err(Refused::Kind(NorFlashErrorKind::Other));
        }
        self.flash.erase(from, to)
    }

    fn write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), Refused> {
        self.flash.write(offset, bytes)
    }
}

fn stamp(number: u64) -> Stamp {
    Stamp { at: Instant::from_millis(number), clock: None }
}

/// A flash that holds what another one does, its first head changed and its check value made right again.
fn with_head<const GROUP: usize>(flash: &Flash, change: impl Fn(&mut [u8])) -> Flash<GROUP> {
    let mut bytes = *flash.bytes();
    change(&mut bytes);
    let check = Crc::<u32>::new(&CRC_32_ISO_HDLC).checksum(&bytes[..16]);
    bytes[16..20].copy_from_slice(&check.to_le_bytes());
    let mut other = Flash::new();
    other.write(0, &bytes).unwrap();
    other
}

#[test]
fn a_head_of_another_layout_or_group_is_told_and_one_of_something_else_is_none() {
    let flash = Journal::format(Flash::<8>::new(), REGION).unwrap().release();
    let later = with_head::<8>(&flash, |head| head[4] = 2);
    assert_eq!(Journal::open(later, REGION).unwrap_err(), Error::UnknownLayout(2));
    let other = with_head::<4>(&flash, |_| {});
    assert_eq!(Journal::open(other, REGION).unwrap_err(), Error::OtherGroup(8));
    let another = with_head::<8>(&flash, |head| head[0] = b'X');
    assert_eq!(Journal::open(another, REGION).unwrap_err(), Error::NoJournal);
}

#[test]
fn what_cannot_be_read_is_neither_there_nor_erased() {
    let mut journal = Journal::format(Bad::default(), REGION).unwrap();
    for number in 0..30 {
        journal.commit(stamp(number), &[], &[7; 60]).unwrap();
    }
    let whole = journal.release();
    let all = |flash: Bad| Journal::open(flash, REGION).unwrap().found().stamp;
    assert_eq!(all(whole.clone()), Some(stamp(29)));
    for start in (0..2_048).step_by(512) {
        let unread = start..start + 32;
        let found = all(Bad { unread, ..whole.clone() });
        assert_eq!(found, Some(stamp(29)), "the newest sector is found by its frames");
    }
    for start in (0..2_048).step_by(32) {
        let unread = start..start + 32;
        let mut journal = Journal::open(Bad { unread, ..whole.clone() }, REGION).unwrap();
        journal.flash_mut().unread = 0..0;
        journal.commit(stamp(30), &[], &[8; 60]).unwrap();
        assert_eq!(journal.flash_mut().flash.work().not_erased, 0, "{start}");
    }
}

#[test]
fn an_image_that_reads_otherwise_the_second_time_is_none() {
    let region = Region { length: 1_024, ..REGION };
    let mut images = Images::new(Bad::default(), region).unwrap();
    images.store(1, &[5; 100]).unwrap();
    let mut seen = 0;
    for true_reads in 0..1_000 {
        let mut bad = images.clone();
        bad.flash_mut().true_reads = Some(true_reads);
        let mut buffer = [0; 100];
        match bad.load(&mut buffer) {
            Ok(_) => assert_eq!(buffer, [5; 100], "{true_reads}"),
            Err(error) => {
                assert_eq!(error, Error::NoImage);
                seen += 1;
            }
        }
    }
    assert!(seen > 0);
}

/// The first copy is the newer one where the second could not be erased.
#[test]
fn the_newer_of_two_copies_counts_wherever_it_is() {
    let region = Region { length: 1_024, ..REGION };
    let mut images = Images::new(Bad::default(), region).unwrap();
    images.store(1, b"one").unwrap();
    images.flash_mut().flash.flip(3, 1);
    images.flash_mut().kept = Some(512);
    let failed = Error::Flash(NorFlashErrorKind::Other);
    assert_eq!(images.store(2, b"two"), Err(failed));
    let mut buffer = [0; 8];
    let image = images.load(&mut buffer).unwrap();
    assert_eq!((image.version, image.copies, &buffer[..3]), (2, Copies::One, &b"two"[..]));
}

#[test]
fn a_journal_is_not_begun_where_its_first_head_does_not_read_back() {
    let mut flash = Flash::<8>::new();
    flash.wear_out(5, 0xFF);
    assert_eq!(Journal::format(flash, REGION).unwrap_err(), Error::Worn);
}

/// Of a channel that no machine has every entry is read, as often as it was stored.
#[test]
fn entries_of_more_channels_than_any_machine_has_are_all_read() {
    let mut journal = Journal::format(Flash::<8>::new(), REGION).unwrap();
    let entry = Chain::new().append(Instant::ZERO, 9, &Note::CapOff);
    for _ in 0..2 {
        journal.commit(stamp(0), &[entry.to_bytes()], &[]).unwrap();
    }
    let mut cursor = journal.oldest_entry();
    for _ in 0..2 {
        assert_eq!(journal.next_entry(&mut cursor), Ok(Some(StoredEntry::Entry(entry))));
    }
    assert_eq!(journal.next_entry(&mut cursor), Ok(None));
}

/// A flash of which only the units matter.
struct Units<const READ: usize, const WRITE: usize, const ERASE: usize>;

impl<const R: usize, const W: usize, const E: usize> ErrorType for Units<R, W, E> {
    type Error = Refused;
}

impl<const R: usize, const W: usize, const E: usize> ReadNorFlash for Units<R, W, E> {
    const READ_SIZE: usize = R;

    fn read(&mut self, _: u32, _: &mut [u8]) -> Result<(), Refused> {
        unreachable!("its units are refused before")
    }

    fn capacity(&self) -> usize {
        1 << 20
    }
}

impl<const R: usize, const W: usize, const E: usize> NorFlash for Units<R, W, E> {
    const WRITE_SIZE: usize = W;
    const ERASE_SIZE: usize = E;

    fn erase(&mut self, _: u32, _: u32) -> Result<(), Refused> {
        unreachable!("its units are refused before")
    }

    fn write(&mut self, _: u32, _: &[u8]) -> Result<(), Refused> {
        unreachable!("its units are refused before")
    }
}

#[test]
fn a_flash_of_odd_units_is_refused_and_one_of_single_bytes_is_programmed_by_four() {
    let unknown = Some(Error::Region(RegionError::UnknownFlash));
    assert_eq!(Journal::open(Units::<0, 4, 512>, REGION).err(), unknown);
    assert_eq!(Journal::open(Units::<4, 3, 512>, REGION).err(), unknown);
    assert_eq!(Journal::open(Units::<4, 64, 512>, REGION).err(), unknown);
    assert_eq!(Journal::open(Units::<4, 4, 0>, REGION).err(), unknown);
    assert_eq!(Journal::open(Units::<4, 4, 500>, REGION).err(), unknown);
    let uneven = Region { length: 1_300, ..REGION };
    let refused = Journal::open(Flash::<8>::new(), uneven).unwrap_err();
    assert_eq!(refused, Error::Region(RegionError::NotAligned { erased: 512 }));
    let mut journal = Journal::format(Flash::<1>::new(), REGION).unwrap();
    journal.commit(stamp(1), &[], b"one").unwrap();
    let work = journal.flash_mut().work();
    assert_eq!(work.programmed % 4, 0, "{work:?}");
    let mut journal = Journal::open(journal.release(), REGION).unwrap();
    let mut cursor = journal.oldest();
    assert!(matches!(journal.next_stored(&mut cursor), Some(Stored::Commit(_))));
}

#[test]
fn a_gap_is_known_where_both_clocks_are_and_it_is_not_too_long() {
    let stored = Stamp { at: Instant::ZERO, clock: Some(1_000) };
    let hour = Duration::from_mins(60);
    let longest = Duration::from_millis(3_599_999);
    assert_eq!(stored.gap(Some(1_000 + 3_599), hour), Some(longest));
    assert_eq!(stored.gap(Some(1_000 + 3_600), hour), None);
    assert_eq!(stored.gap(Some(999), hour), None);
    assert_eq!(stored.gap(Some(u32::MAX), hour), None);
    assert_eq!(stored.gap(None, hour), None);
    assert_eq!(stamp(0).gap(Some(1_000), hour), None);
}

/// Stored at the end of a second or at its beginning, a clock of whole seconds shows the same.
#[test]
fn no_gap_is_told_shorter_than_it_was() {
    let hour = Duration::from_mins(60);
    for (stored, now) in
        [(1_000_000_u64, 1_030_990), (1_000_000, 1_030_000), (1_000_999, 1_031_000)]
    {
        let clock = |millis: u64| u32::try_from(millis / 1_000).ok();
        let stamp = Stamp { at: Instant::ZERO, clock: clock(stored) };
        let gap = stamp.gap(clock(now), hour).unwrap();
        assert!(gap >= Duration::from_millis(u32::try_from(now - stored).unwrap()));
        assert!(gap > RestartLimits::default().short_gap);
    }
}

#[test]
fn the_simulated_flash_takes_no_group_twice_and_nothing_out_of_place() {
    let mut flash = Flash::<8>::default();
    flash.write(8, &[1; 8]).unwrap();
    assert_eq!(flash.write(8, &[0; 8]), Err(Refused::NotErased));
    assert_eq!(flash.work().not_erased, 1);
    let odd = Refused::Kind(NorFlashErrorKind::NotAligned);
    assert_eq!(flash.write(3, &[0; 8]), Err(odd));
    flash.flip(1 << 20, 1);
    let mut bad = Journal::format(Bad::default(), REGION).unwrap();
    bad.flash_mut().kept = Some(512);
    assert_eq!(bad.prepare(), Err(Error::Flash(NorFlashErrorKind::Other)));
}

#[test]
fn every_error_says_what_is_wrong() {
    let errors = [
        (Error::Region(RegionError::TooFewSectors), "two sectors at least"),
        (Error::Region(RegionError::UnknownFlash), "its units"),
        (Error::Region(RegionError::NotAligned { erased: 512 }), "no multiple of 512"),
        (Error::Region(RegionError::UnknownSector { erased: 512 }), "a multiple of 512"),
        (Error::Region(RegionError::OutOfBounds { capacity: 7 }), "beyond 7 bytes"),
        (Error::Flash(NorFlashErrorKind::Other), "the flash: "),
        (Error::Worn, "does not read back"),
        (Error::TooLong { bytes: 9, maximum: 8 }, "9 of at most 8"),
        (Error::NoSuchEntry { entries: 3 }, "has 3 entries"),
        (Error::NoJournal, "no journal"),
        (Error::UnknownLayout(2), "layout 2"),
        (Error::OtherGroup(16), "groups of 16 bytes"),
        (Error::NoImage, "neither copy"),
    ];
    for (error, part) in errors {
        assert!(error.to_string().contains(part), "{error}");
    }
}
