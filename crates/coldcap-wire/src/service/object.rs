//! The device's side of stored objects.

use crate::message::{
    Described, ObjectAbout, ObjectAsk, ObjectData, ObjectKind, PIECE_LEN, Piece, Status,
};
use crate::packet::HEADER_LEN;
use crate::security::TAG_LEN;

/// What is known of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct About {
    /// Names what stands in it, never 0: bytes of two editions do not belong together. An object that only
    /// grows keeps its edition.
    pub edition: u32,
    /// Its length now, in bytes.
    pub length: u32,
    /// The first byte that is still kept.
    pub first: u32,
}

/// Where objects are read from. The device keeps no copy of what it sends: what has to be sent again is
/// read again.
pub trait ObjectSource {
    /// What is known of an object; `None` where there is no such one.
    fn about(&self, object: ObjectKind, number: u32) -> Option<About>;

    /// Reads from `offset` on into `room`; returns how many bytes it read.
    fn read(&self, object: ObjectKind, number: u32, offset: u32, room: &mut [u8]) -> usize;
}

/// A packet to be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outgoing {
    /// What is known of the object.
    About(ObjectAbout),
    /// A piece of it.
    Data(ObjectData),
}

/// What a piece has around it: header, the other fields of [`ObjectData`] at their longest, and the tag.
const AROUND: usize = HEADER_LEN + ObjectData::MAXIMUM_LEN - PIECE_LEN + TAG_LEN;

/// The longest piece for whom packets may have `mtu` bytes; 1 at least.
///
/// ```
/// use coldcap_wire::service::longest_piece;
/// assert_eq!([240, 176, 0].map(longest_piece), [208, 145, 1]);
/// ```
#[must_use]
pub fn longest_piece(mtu: u16) -> u8 {
    let piece = usize::from(mtu).saturating_sub(AROUND).clamp(1, PIECE_LEN);
    u8::try_from(piece).unwrap_or(PIECE_LEN as u8)
}

/// Most pieces under way.
const WIDEST: u8 = 32;

/// Sends the pieces that a host asks for, one host and one object at a time.
///
/// It remembers which pieces it has sent, not what was in them. Every piece bears a stamp that counts; what
/// was sent before the last stamp that was heard, and has not arrived, is lost and sent again. All else is
/// up to the host: it asks, and nothing is sent that was not asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ObjectServer {
    /// The longest piece that the host takes.
    longest: u8,
    ask: Option<ObjectAsk>,
    /// The edition that the host was told of; 0 where there is no such object.
    told: Option<u32>,
    /// Bit n: the piece n behind `base` was sent.
    sent: u32,
    /// When each was sent, at its place modulo 32 in the transfer.
    stamps: [u8; WIDEST as usize],
    /// Place in the transfer of the piece at `base`.
    place: u32,
    stamp: u8,
}

impl Default for ObjectServer {
    fn default() -> Self {
        Self::new()
    }
}

impl ObjectServer {
    /// Nothing was asked for.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            longest: PIECE_LEN as u8,
            ask: None,
            told: None,
            sent: 0,
            stamps: [0; WIDEST as usize],
            place: 0,
            stamp: 0,
        }
    }

    /// Keeps to what the host takes: packets of `mtu` bytes, seal and all. Whoever asks for longer pieces is told
    /// `out_of_range` and gets none, since pieces of another length would be none that he asked for.
    pub fn keep_to(&mut self, mtu: u16) {
        self.longest = longest_piece(mtu);
    }

    /// Takes a request. One that makes no sense is ignored, one that was overtaken, too.
    ///
    /// # Panics
    /// Never.
    pub fn ask(&mut self, ask: &ObjectAsk) {
        let piece = ask.piece;
        if piece == 0 || usize::from(piece) > PIECE_LEN || ask.window == 0 || ask.window > WIDEST {
            return;
        }
        match self.ask.filter(|known| is_same(known, ask)) {
            None => *self = Self { longest: self.longest, ask: Some(*ask), ..Self::new() },
            Some(known) => self.go_on(&known, ask),
        }
    }

    fn go_on(&mut self, known: &ObjectAsk, ask: &ObjectAsk) {
        let Some(step) = ask.base.checked_sub(known.base) else { return };
        let pieces = step.checked_div(ask.piece.into()).unwrap_or(0);
        self.sent = self.sent.checked_shr(pieces).unwrap_or(0);
        self.place = self.place.wrapping_add(pieces);
        let (mut heard, mut received) = (ask.heard, ask.received);
        if step == 0 {
            // Of two that crossed each other both are true.
            heard = if is_behind(known.heard, ask.heard) { ask.heard } else { known.heard };
            received |= known.received;
        }
        if ask.again != known.again {
            self.sent = 0;
            self.told = None;
        }
        self.ask = Some(ObjectAsk { heard, received, ..*ask });
    }

    /// Whether [`poll`](Self::poll) has something. Where it has not, a request changes that, or an object
    /// that has become another one.
    #[must_use]
    pub fn has_more(&self, source: &impl ObjectSource) -> bool {
        self.ask.is_some_and(|ask| {
            let about = self.about(&ask, source);
            self.told != Some(about.map_or(0, |about| about.edition))
                || about.is_some_and(|about| self.next_piece(&ask, &about).is_some())
        })
    }

    /// The next packet to send.
    ///
    /// # Panics
    /// Never.
    pub fn poll(&mut self, source: &impl ObjectSource) -> Option<Outgoing> {
        let ask = self.ask?;
        let about = self.about(&ask, source);
        let edition = about.map_or(0, |about| about.edition);
        if self.told.replace(edition) != Some(edition) {
            let too_long = ask.piece > self.longest;
            let absent = if too_long { Status::OUT_OF_RANGE } else { Status::UNSUPPORTED };
            return Some(Outgoing::About(tell(ask.transfer, about, absent)));
        }
        let about = about?;
        let (index, offset) = self.next_piece(&ask, &about)?;
        let longest = about.length.saturating_sub(offset).min(ask.piece.into()) as usize;
        let read = |room: &mut [u8]| source.read(ask.object, ask.number, offset, room);
        let piece = Piece::read(longest, read);
        self.note_sent(index);
        Some(Outgoing::Data(ObjectData {
            transfer: ask.transfer,
            stamp: self.stamp,
            offset,
            piece,
        }))
    }

    /// What is known of the object, if it may be had in such pieces.
    fn about(&self, ask: &ObjectAsk, source: &impl ObjectSource) -> Option<About> {
        let fits = ask.piece <= self.longest;
        fits.then(|| source.about(ask.object, ask.number)).flatten()
    }

    /// Place in the window, and in the object, of the first piece that has not arrived, and was not sent or
    /// got lost.
    fn next_piece(&self, ask: &ObjectAsk, about: &About) -> Option<(u32, u32)> {
        if about.edition != ask.edition || ask.base < about.first {
            return None;
        }
        let rest = about.length.saturating_sub(ask.base);
        let pieces = rest.div_ceil(u32::from(ask.piece).max(1)).min(ask.window.into());
        let index = (0..pieces).find(|index| {
            let bit = 1u32.wrapping_shl(*index);
            let lost = self.sent & bit == 0 || is_behind(self.stamp_of(*index), ask.heard);
            ask.received & bit == 0 && lost
        })?;
        Some((index, index.checked_mul(ask.piece.into())?.checked_add(ask.base)?))
    }

    fn slot(&self, index: u32) -> usize {
        (self.place.wrapping_add(index) & u32::from(WIDEST).saturating_sub(1)) as usize
    }

    fn stamp_of(&self, index: u32) -> u8 {
        self.stamps.get(self.slot(index)).copied().unwrap_or(0)
    }

    fn note_sent(&mut self, index: u32) {
        self.stamp = self.stamp.wrapping_add(1);
        let slot = self.slot(index);
        if let Some(stamp) = self.stamps.get_mut(slot) {
            *stamp = self.stamp;
        }
        self.sent |= 1u32.wrapping_shl(index);
    }
}

const fn is_same(known: &ObjectAsk, ask: &ObjectAsk) -> bool {
    known.object.0 == ask.object.0
        && known.number == ask.number
        && known.transfer == ask.transfer
        && known.edition == ask.edition
        && known.piece == ask.piece
}

/// Whether a stamp was given before another one.
const fn is_behind(stamp: u8, other: u8) -> bool {
    other.wrapping_sub(stamp).cast_signed() > 0
}

fn tell(transfer: u8, about: Option<About>, absent: Status) -> ObjectAbout {
    match about {
        Some(About { edition, length, first }) => {
            ObjectAbout { transfer, status: Status::OK, edition, length, first }
        }
        None => ObjectAbout { transfer, status: absent, edition: 0, length: 0, first: 0 },
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use std::vec::Vec;

    /// One object, number 1.
    pub(in super::super) struct Shelf {
        pub(in super::super) edition: u32,
        pub(in super::super) first: u32,
        pub(in super::super) bytes: Vec<u8>,
    }

    impl ObjectSource for Shelf {
        fn about(&self, _: ObjectKind, number: u32) -> Option<About> {
            let length = self.bytes.len() as u32;
            (number == 1).then_some(About { edition: self.edition, length, first: self.first })
        }

        fn read(&self, _: ObjectKind, _: u32, offset: u32, room: &mut [u8]) -> usize {
            let rest = &self.bytes[offset as usize..];
            let count = rest.len().min(room.len());
            room[..count].copy_from_slice(&rest[..count]);
            count
        }
    }

    fn ask() -> ObjectAsk {
        ObjectAsk {
            object: ObjectKind::LOG,
            number: 1,
            transfer: 1,
            edition: 7,
            piece: 10,
            window: 4,
            base: 0,
            received: 0,
            heard: 0,
            again: 0,
        }
    }

    fn shelf() -> Shelf {
        Shelf { edition: 7, first: 0, bytes: (0..95).collect() }
    }

    fn sent(server: &mut ObjectServer) -> Vec<(u32, u8)> {
        let mut sent = Vec::new();
        while let Some(out) = server.poll(&shelf()) {
            if let Outgoing::Data(data) = out {
                sent.push((data.offset, data.stamp));
            }
        }
        sent
    }

    #[test]
    fn only_what_is_asked_for_is_sent_and_what_was_lost_again() {
        let mut server = ObjectServer::new();
        assert_eq!(server.poll(&shelf()), None);
        server.ask(&ask());
        assert_eq!(sent(&mut server), [(0, 1), (10, 2), (20, 3), (30, 4)]);
        assert!(!server.has_more(&shelf()));
        // The second is lost; the window goes on behind the first.
        server.ask(&ObjectAsk { base: 10, received: 0b110, heard: 4, ..ask() });
        assert_eq!(sent(&mut server), [(10, 5), (40, 6)]);
        // The same again changes nothing, an older one neither.
        server.ask(&ObjectAsk { base: 10, received: 0b110, heard: 4, ..ask() });
        server.ask(&ask());
        assert_eq!(sent(&mut server), []);
        server.ask(&ObjectAsk { base: 10, received: 0b110, heard: 4, again: 1, ..ask() });
        assert_eq!(sent(&mut server), [(10, 7), (40, 8)]);
        server.ask(&ObjectAsk { base: 80, heard: 8, again: 1, ..ask() });
        assert_eq!(sent(&mut server), [(80, 9), (90, 10)]);
    }

    #[test]
    fn another_edition_is_told_and_not_sent() {
        let mut server = ObjectServer::new();
        server.ask(&ObjectAsk { edition: 6, ..ask() });
        let told = server.poll(&shelf());
        assert!(matches!(told, Some(Outgoing::About(about)) if about.edition == 7));
        assert_eq!(server.poll(&shelf()), None);
        let other = Shelf { edition: 8, ..shelf() };
        assert!(server.has_more(&other));
        assert!(matches!(server.poll(&other), Some(Outgoing::About(about)) if about.edition == 8));
        assert_eq!(server.poll(&other), None);
    }

    #[test]
    fn nonsense_is_ignored_and_an_unknown_object_is_told() {
        let mut server = ObjectServer::new();
        for wrong in [
            ObjectAsk { piece: 0, ..ask() },
            ObjectAsk { piece: 209, ..ask() },
            ObjectAsk { window: 0, ..ask() },
            ObjectAsk { window: 33, ..ask() },
        ] {
            server.ask(&wrong);
            assert_eq!(server, ObjectServer::new());
        }
        server.ask(&ObjectAsk { number: 2, ..ask() });
        let told = server.poll(&shelf());
        assert!(
            matches!(told, Some(Outgoing::About(about)) if about.status == Status::UNSUPPORTED)
        );
        assert_eq!(server.poll(&shelf()), None);
    }
}
