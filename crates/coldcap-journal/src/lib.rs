//! A log on NOR flash that a power cut at any byte leaves whole, and parameter images in two copies.
//!
//! What a tick of a machine makes (entries of the record) and the state behind it (a checkpoint) are stored as one
//! [commit](Journal::commit). Behind a loss of power both are there, or neither: no entry is in the record that the
//! restored state does not know of, and the other way round.
//!
//! ```
//! use coldcap_journal::simulated::SimulatedFlash;
//! use coldcap_journal::{Journal, Region, Stamp};
//!
//! // 16 KiB in sectors of 4 KiB, programmed in groups of 8 bytes.
//! let flash = SimulatedFlash::<16_384, 4_096, 8>::new();
//! let region = Region { start: 0, length: 16_384, sector: 4_096 };
//! let mut journal = Journal::format(flash, region)?;
//! journal.commit(Stamp::default(), &[[7; 48]], b"the state behind it")?;
//!
//! // Power fails, and comes back.
//! let mut journal = Journal::open(journal.release(), region)?;
//! let last = journal.found().commit.ok_or("nothing was stored")?;
//! let mut checkpoint = [0; 64];
//! let length = journal.checkpoint(&last, &mut checkpoint)?;
//! assert_eq!(&checkpoint[..length], b"the state behind it");
//! assert_eq!(journal.entry(&last, 0)?, [7; 48]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What it promises
//!
//! - What [`Journal::commit`] acknowledged is there behind every loss of power, until newer commits need its place. What was
//!   under way is there wholly or not at all. The last commit is never erased before there is another.
//! - A bit that rots is never believed. What it costs is told: [`Stored::Lost`], [`Found::torn`], [`Copies::One`]. In one of
//!   the 20 bytes at a sector's head it costs what that sector holds, but for the newest one, which is found without.
//! - Nothing is programmed twice between two erasures, nor what power failed in: flash that corrects errors takes neither. But
//!   for one group: where power fails in the first one that is programmed behind an opening, and it still reads as erased, the
//!   next opening cannot know of it. A driver that refuses it costs that place, and the commit goes to the next one.
//! - No heap, no panic, no recursion. Every loop ends with a sector, a region or what is handed in.
//!
//! # What it needs
//!
//! A flash behind [`embedded_storage::nor_flash::NorFlash`] that programs in 1 to 32 bytes (fewer than 4 are programmed as
//! 4), and two sectors at least. A sector that is erased may stop the core for as long as its sheet says:
//! [`Journal::prepare`] does it when nothing is cooled, and [`Journal::room`] says how long that lasts.
//!
//! # Behind a loss of power
//!
//! [`Found::commit`] is what to go on from. [`Stamp::gap`] tells for how long there was no power, to the beat
//! ([`Journal::beat`]), and [`restart::decide`] whether cooling may return by itself, takes somebody, or must not return.
//! Parameters that are not whole ([`Images::load`]) are a machine that does not start.
#![no_std]
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects,
        clippy::float_arithmetic
    )
)]

mod error;
mod frame;
mod image;
mod journal;
mod medium;
mod reader;
mod region;
pub mod restart;
mod stamp;
mod survey;

#[cfg(feature = "simulated")]
pub mod simulated;

pub use error::{Error, RegionError};
pub use image::{Copies, Image, Images};
pub use journal::{Commit, Found, Journal};
pub use reader::{Cursor, EntryCursor, Step, Stored, StoredEntry};
pub use region::Region;
pub use stamp::Stamp;
