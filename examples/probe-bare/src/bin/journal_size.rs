//! The journal as functions of its own, over a flash that does nothing: their sizes and what can be reached from them
//! are read from this image. It is never run.
#![no_std]
#![no_main]

use coldcap_journal::restart::{Circumstances, Decision, RestartLimits, decide};
use coldcap_journal::{Commit, Cursor, EntryCursor, Error, Image, Images, Journal, Region, Stamp};
use coldcap_journal::{Stored, StoredEntry};
use core::convert::Infallible;
use core::hint::black_box;
use cortex_m_rt::entry;
use embedded_storage::nor_flash::{ErrorType, NorFlash, ReadNorFlash};
use probe_bare as _;

/// What a driver would do is not the journal's.
struct Nor;

impl ErrorType for Nor {
    type Error = Infallible;
}

impl ReadNorFlash for Nor {
    const READ_SIZE: usize = 4;

    #[inline(never)]
    fn read(&mut self, offset: u32, bytes: &mut [u8]) -> Result<(), Infallible> {
        black_box((offset, bytes));
        Ok(())
    }

    fn capacity(&self) -> usize {
        black_box(1 << 20)
    }
}

impl NorFlash for Nor {
    const WRITE_SIZE: usize = 8;
    const ERASE_SIZE: usize = 4_096;

    #[inline(never)]
    fn erase(&mut self, from: u32, to: u32) -> Result<(), Infallible> {
        black_box((from, to));
        Ok(())
    }

    #[inline(never)]
    fn write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), Infallible> {
        black_box((offset, bytes));
        Ok(())
    }
}

type Log = Journal<Nor>;

probe_bare::memory! { MEMORY_JOURNAL: Log, Images<Nor> }

type Entries<'a> = &'a [[u8; 48]];

#[inline(never)]
fn probe_log_format(region: Region) -> Result<Log, Error> {
    Journal::format(Nor, region)
}

#[inline(never)]
fn probe_log_open(region: Region) -> Result<Log, Error> {
    Journal::open(Nor, region)
}

#[inline(never)]
fn probe_log_commit(
    log: &mut Log,
    stamp: Stamp,
    entries: Entries<'_>,
    checkpoint: &[u8],
) -> Result<Commit, Error> {
    log.commit(stamp, entries, checkpoint)
}

#[inline(never)]
fn probe_log_beat(log: &mut Log, stamp: Stamp) -> Result<(), Error> {
    log.beat(stamp)
}

#[inline(never)]
fn probe_log_prepare(log: &mut Log) -> Result<(), Error> {
    log.prepare()
}

#[inline(never)]
fn probe_log_checkpoint(log: &mut Log, commit: &Commit, out: &mut [u8]) -> Result<usize, Error> {
    log.checkpoint(commit, out)
}

#[inline(never)]
fn probe_read_commits(log: &mut Log, cursor: Option<Cursor>) -> (Cursor, Option<Stored>) {
    let mut cursor = cursor.unwrap_or_else(|| log.oldest());
    let stored = log.next_stored(&mut cursor);
    (cursor, stored)
}

#[inline(never)]
fn probe_read_entries(
    log: &mut Log,
    cursor: Option<EntryCursor>,
) -> (EntryCursor, Result<Option<StoredEntry>, Error>) {
    let mut cursor = cursor.unwrap_or_else(|| log.oldest_entry());
    let entry = log.next_entry(&mut cursor);
    (cursor, entry)
}

#[inline(never)]
fn probe_images_load(images: &mut Images<Nor>, out: &mut [u8]) -> Result<Image, Error> {
    images.load(out)
}

#[inline(never)]
fn probe_images_store(
    images: &mut Images<Nor>,
    version: u16,
    content: &[u8],
) -> Result<u32, Error> {
    images.store(version, content)
}

#[inline(never)]
fn probe_images_mend(images: &mut Images<Nor>, content: &[u8]) -> Result<(), Error> {
    images.mend(content)
}

#[inline(never)]
fn probe_decide(known: &Circumstances, limits: &RestartLimits) -> Decision {
    decide(known, limits)
}

/// Keeps the probes, and keeps the compiler from knowing what they are called with.
#[entry]
fn main() -> ! {
    let _ = black_box(&MEMORY_JOURNAL);
    let _ = black_box(probe_log_format as fn(_) -> _);
    let _ = black_box(probe_log_open as fn(_) -> _);
    let _ = black_box(probe_log_commit as fn(&mut _, _, Entries<'_>, &_) -> _);
    let _ = black_box(probe_log_beat as fn(&mut _, _) -> _);
    let _ = black_box(probe_log_prepare as fn(&mut _) -> _);
    let _ = black_box(probe_log_checkpoint as fn(&mut _, &_, &mut _) -> _);
    let _ = black_box(probe_read_commits as fn(&mut _, _) -> _);
    let _ = black_box(probe_read_entries as fn(&mut _, _) -> _);
    let _ = black_box(probe_images_load as fn(&mut _, &mut _) -> _);
    let _ = black_box(probe_images_store as fn(&mut _, _, &_) -> _);
    let _ = black_box(probe_images_mend as fn(&mut _, &_) -> _);
    let _ = black_box(probe_decide as fn(&_, &_) -> _);
    loop {}
}
