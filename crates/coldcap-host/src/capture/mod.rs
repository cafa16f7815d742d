//! The `.ccap` recording: what went into a device, what came out, and what was said to it.
//!
//! A recording is a file header and a row of blocks, each with a checksum of its own. It is written
//! from front to back and never rewritten: a crash costs what was not yet written, never what stands
//! in the file. The bytes of a tick are opaque here: only the device knows their meaning.
//! `docs/capture-format.md` describes every byte.
//!
//! ```
//! use coldcap_host::capture::{Ending, Origin, Reader, Writer};
//!
//! let mut writer = Writer::new(Vec::new(), Origin::Simulated, 1)?;
//! writer.information(&serde_json::json!({ "seed": 7 }))?;
//! for tick in 0..250_u8 {
//!     writer.tick(&[tick, 1, 2], &[3, tick])?;
//! }
//! let file = writer.finish(0x1234_5678_9ABC_DEF0)?;
//!
//! let reader = Reader::new(&file)?;
//! assert_eq!(reader.origin(), Origin::Simulated);
//! assert_eq!(reader.ending(), Ending::Complete { ticks: 250, output_hash: 0x1234_5678_9ABC_DEF0 });
//! let tick = reader.seek(200).next().expect("it was written")?;
//! assert_eq!((tick.number, tick.inputs), (200, vec![200, 1, 2]));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! A file that was cut off or damaged is read as far as it is sound: every damage is reported with
//! its offset, in plain words, in its place among the blocks.
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects
    )
)]

mod block;
mod checksum;
mod damage;
mod delta;
mod header;
mod heard;
mod outline;
mod reader;
mod scan;
mod source;
mod ticks;
mod writer;

pub(crate) use block::Packets;
pub use block::{Block, Direction, End, IndexEntry, Kind, Packet, Restart, Truth, Verdict};
pub use damage::Damage;
pub use header::{FILE_HEADER_LENGTH, Header, Origin, VERSION};
pub(crate) use heard::HeardEntries;
pub use heard::{HEARD_TOGETHER_MS, Heard, HeardAt};
pub(crate) use outline::{Outline, Stretch, payload, read_block};
pub use reader::{Blocks, Ending, Located, Reader, Survey, Ticks};
pub use ticks::{Tick, TickBatch};
pub use writer::{WriteError, Writer};
