//! Stored objects: what they are, how a host asks for them, and their pieces. Since minor version 3.

use super::code::{ObjectKind, Status};
use super::describe::{Described, body};
use core::fmt;
use serde::de::{Error, SeqAccess, Visitor};
use serde::ser::SerializeSeq;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

body! {
    /// A piece of an object. Since minor 3.
    ObjectData = ObjectData 0x50, ToHost, "object_data" since 3 {
        /// The `transfer` of the request that it belongs to.
        transfer: u8 = "id",
        /// Counts the pieces sent, repeated ones too; wraps.
        stamp: u8 = "count",
        /// Where it begins in the object.
        offset: u32 = "bytes",
        /// The bytes.
        piece: Piece = "stored layout",
    }
}

body! {
    /// What is known of an object that was asked for. Since minor 3.
    ObjectAbout = ObjectData 0x51, ToHost, "object_about" since 3 {
        /// The `transfer` of the request that it answers.
        transfer: u8 = "id",
        /// `ok`, or why the object is not to be had.
        status: Status = "code: status",
        /// Names what stands in the object: bytes of two editions do not belong together. Never 0 where
        /// `status` is ok. An object that only grows keeps its edition.
        edition: u32 = "id",
        /// Its length now.
        length: u32 = "bytes",
        /// The first byte that is still kept.
        first: u32 = "bytes",
    }
}

body! {
    /// Asks for an object from `base` on and says what has arrived of it. Every one says it all, so that a
    /// lost one costs nothing but time. Since minor 3.
    ObjectAsk = ObjectAcknowledge 0x52, ToDevice, "object_ask" since 3 {
        /// Which object.
        object: ObjectKind = "code: object",
        /// Which of its kind: the channel, or the number of the sensor.
        number: u32 = "id",
        /// Chosen by the host; another one for every new beginning, resumed ones too.
        transfer: u8 = "id",
        /// The edition that the host goes on with; 0 where it knows none. The pieces of no other are sent.
        edition: u32 = "id",
        /// How long pieces may be, 1 to 208.
        piece: u8 = "bytes",
        /// How many pieces from `base` on may be sent, 1 to 32.
        window: u8 = "count",
        /// All before this has arrived.
        base: u32 = "bytes",
        /// Bit n: the piece that begins n pieces behind `base` has arrived. Bit 0 is 0.
        received: u32 = "bits",
        /// The `stamp` of the last sent of the pieces that have arrived; 0 before the first. What was sent
        /// before that and has not arrived is sent again.
        heard: u8 = "count",
        /// Goes up by one where nothing has come for too long: whatever has not arrived is sent again.
        again: u8 = "count",
    }
}

/// The longest piece of an object in bytes. A sealed packet holds it.
pub const PIECE_LEN: usize = 208;

/// A run of bytes of an object: its length, then so many raw bytes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Piece {
    length: u8,
    bytes: [u8; PIECE_LEN],
}

impl Piece {
    /// No bytes.
    pub const EMPTY: Self = Self { length: 0, bytes: [0; PIECE_LEN] };

    /// The first [`PIECE_LEN`] of these bytes.
    ///
    /// ```
    /// use coldcap_wire::message::Piece;
    /// assert_eq!(Piece::new(&[7; 300]).bytes().len(), 208);
    /// ```
    #[must_use]
    pub fn new(bytes: &[u8]) -> Self {
        let mut piece = Self::EMPTY;
        piece.length = bytes.len().min(PIECE_LEN) as u8;
        piece.bytes.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
        piece
    }

    /// A piece of what `read` puts into the first `longest` bytes; it returns how many.
    pub fn read(longest: usize, read: impl FnOnce(&mut [u8]) -> usize) -> Self {
        let mut piece = Self::EMPTY;
        let room = piece.bytes.get_mut(..longest.min(PIECE_LEN)).unwrap_or_default();
        let most = room.len();
        piece.length = read(room).min(most) as u8;
        let unused = piece.bytes.get_mut(usize::from(piece.length)..).unwrap_or_default();
        unused.fill(0);
        piece
    }

    /// The bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        self.bytes.get(..usize::from(self.length)).unwrap_or_default()
    }
}

impl fmt::Debug for Piece {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Piece").field(&self.bytes()).finish()
    }
}

impl Described for Piece {
    const NAME: &'static str = "bytes0to208";
    const MINIMUM_LEN: usize = 1;
    const MAXIMUM_LEN: usize = PIECE_LEN + 2;

    fn base_len(&self) -> usize {
        let length = usize::from(self.length);
        length.saturating_add(if length < 128 { 1 } else { 2 })
    }
}

impl Serialize for Piece {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut sequence = serializer.serialize_seq(Some(self.bytes().len()))?;
        for byte in self.bytes() {
            sequence.serialize_element(byte)?;
        }
        sequence.end()
    }
}

impl<'de> Deserialize<'de> for Piece {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(PieceVisitor)
    }
}

struct PieceVisitor;

impl<'de> Visitor<'de> for PieceVisitor {
    type Value = Piece;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("up to 208 raw bytes behind their number")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Piece, A::Error> {
        let mut piece = Piece::EMPTY;
        for room in &mut piece.bytes {
            let Some(byte) = sequence.next_element()? else { return Ok(piece) };
            *room = byte;
            piece.length = piece.length.saturating_add(1);
        }
        match sequence.next_element::<u8>()? {
            Some(_) => Err(A::Error::custom("too many bytes")),
            None => Ok(piece),
        }
    }
}
