//! The host's side of stored objects.

use super::object::longest_piece;
use super::round_trip::{RoundTrip, has_come};
use crate::message::{ObjectAbout, ObjectAsk, ObjectData, ObjectKind, PIECE_LEN, Status};
use coldcap_units::{Duration, Instant};

/// Pieces under way on a serial line or a USB port.
pub const WINDOW: u8 = 16;
/// Pieces under way where much is under way at a time: Bluetooth Low Energy, TCP.
pub const WINDOW_FAST: u8 = 32;

/// The shortest and the longest wait before all that is missing is asked for again.
const SHORTEST_WAIT: Duration = Duration::from_millis(5);
const LONGEST_WAIT: Duration = Duration::from_secs(2);

/// How far a download has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It goes on.
    Running,
    /// All bytes of one edition have arrived.
    Complete,
    /// There is no such object.
    Absent,
}

/// What a packet brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finding<'a> {
    /// These bytes stand in the object from `offset` on: put them there.
    Bytes {
        /// Where they begin.
        offset: u32,
        /// The bytes.
        bytes: &'a [u8],
    },
    /// The object is another one than that which had begun to arrive, or its beginning is not kept any
    /// more: throw away what came before. It begins at `first`.
    Anew {
        /// The first byte that is to be had.
        first: u32,
    },
    /// Nothing new.
    Nothing,
}

/// Fetches one object, and goes on where an earlier one ended.
///
/// The host puts the bytes into a place of its own. What it needs for going on later, after any break and
/// with pieces of any length, is [`edition`](Self::edition) and [`arrived`](Self::arrived).
///
/// ```
/// use coldcap_units::Instant;
/// use coldcap_wire::message::{ObjectAbout, ObjectKind, Status};
/// use coldcap_wire::service::{Download, State, WINDOW};
///
/// let mut download = Download::new(ObjectKind::RECORD, 0, 1, WINDOW);
/// let ask = download.poll(Instant::ZERO).unwrap();
/// assert_eq!((ask.base, ask.edition), (0, 0));
/// let about = ObjectAbout { transfer: 1, status: Status::OK, edition: 9, length: 0, first: 0 };
/// download.about(Instant::ZERO, &about);
/// assert_eq!(download.state(), State::Complete, "an empty record");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Download {
    object: ObjectKind,
    number: u32,
    transfer: u8,
    piece: u8,
    window: u8,
    edition: u32,
    length: Option<u32>,
    absent: bool,
    base: u32,
    received: u32,
    heard: u8,
    again: u8,
    /// Whether something has arrived since the last request.
    untold: bool,
    /// When all is asked for again, and how long that took last time.
    again_at: Instant,
    waits: Duration,
    trip: RoundTrip,
    /// From one piece to the next.
    pace: RoundTrip,
    last: Option<Instant>,
}

impl Download {
    /// The whole object. `transfer` must differ from that of the download before.
    #[must_use]
    pub const fn new(object: ObjectKind, number: u32, transfer: u8, window: u8) -> Self {
        Self {
            object,
            number,
            transfer,
            piece: PIECE_LEN as u8,
            window: if window > WINDOW_FAST { WINDOW_FAST } else { window },
            edition: 0,
            length: None,
            absent: false,
            base: 0,
            received: 0,
            heard: 0,
            again: 0,
            untold: true,
            again_at: Instant::ZERO,
            waits: Duration::ZERO,
            trip: RoundTrip::new(),
            pace: RoundTrip::new(),
            last: None,
        }
    }

    /// The rest of an object of which the first `arrived` bytes of this edition are there.
    #[must_use]
    pub const fn resumed(self, edition: u32, arrived: u32) -> Self {
        Self { edition, base: arrived, ..self }
    }

    /// With shorter pieces, for a link with a smaller packet or records that are not to be cut: 1 to 208.
    #[must_use]
    pub const fn in_pieces_of(self, piece: u8) -> Self {
        let piece = if piece as usize > PIECE_LEN { PIECE_LEN as u8 } else { piece };
        Self { piece: if piece == 0 { 1 } else { piece }, ..self }
    }

    /// With pieces that this host takes in packets of `mtu` bytes, which is the `mtu` of its own hello.
    #[must_use]
    pub fn within(self, mtu: u16) -> Self {
        self.in_pieces_of(longest_piece(mtu).min(self.piece))
    }

    /// The edition that is arriving; 0 while none is known.
    #[must_use]
    pub const fn edition(&self) -> u32 {
        self.edition
    }

    /// How many bytes there are without a gap, from the first.
    #[must_use]
    pub const fn arrived(&self) -> u32 {
        self.base
    }

    /// How far it has come.
    #[must_use]
    pub fn state(&self) -> State {
        match self.length {
            _ if self.absent => State::Absent,
            Some(length) if self.base >= length => State::Complete,
            _ => State::Running,
        }
    }

    /// Takes what the device knows of the object.
    pub fn about(&mut self, now: Instant, about: &ObjectAbout) -> Finding<'static> {
        if about.transfer != self.transfer || self.state() != State::Running {
            return Finding::Nothing;
        }
        self.progress(now);
        if about.status != Status::OK || about.edition == 0 {
            self.absent = true;
            return Finding::Nothing;
        }
        let known = self.edition == about.edition;
        if known && self.base >= about.first && self.base <= about.length {
            self.length.get_or_insert(about.length);
            return Finding::Nothing;
        }
        self.begin(about)
    }

    fn begin(&mut self, about: &ObjectAbout) -> Finding<'static> {
        let empty = self.base == 0 && self.received == 0 && about.first == 0;
        *self = Self {
            edition: about.edition,
            length: Some(about.length),
            base: about.first,
            received: 0,
            heard: 0,
            again: 0,
            untold: true,
            transfer: if empty { self.transfer } else { self.transfer.wrapping_add(1) },
            ..*self
        };
        if empty { Finding::Nothing } else { Finding::Anew { first: about.first } }
    }

    /// Takes a piece. One that does not fit into what was asked for is not taken.
    ///
    /// # Panics
    /// Never.
    pub fn data<'a>(&mut self, now: Instant, data: &'a ObjectData) -> Finding<'a> {
        let Some((index, length)) = self.expected(data) else { return Finding::Nothing };
        let Some(bytes) = data.piece.bytes().get(..length) else { return Finding::Nothing };
        if self.heard.wrapping_sub(data.stamp).cast_signed() < 0 {
            self.heard = data.stamp;
        }
        let bit = 1u32.wrapping_shl(index);
        if self.received & bit != 0 {
            return Finding::Nothing;
        }
        if let Some(before) = self.last.replace(now) {
            self.pace.measure(now.since(before));
        }
        self.progress(now);
        self.received |= bit;
        self.slide();
        self.untold = true;
        Finding::Bytes { offset: data.offset, bytes }
    }

    /// The place in the window and the length of a piece, if it is one that was asked for.
    fn expected(&self, data: &ObjectData) -> Option<(u32, usize)> {
        let length = self.length?;
        let ahead = data.offset.checked_sub(self.base)?;
        let piece = u32::from(self.piece);
        let index = ahead.checked_div(piece)?;
        let fits = data.transfer == self.transfer
            && ahead.checked_rem(piece) == Some(0)
            && index < u32::from(self.window)
            && data.offset < length;
        fits.then(|| (index, length.saturating_sub(data.offset).min(piece) as usize))
    }

    /// Moves the window behind what is there without a gap.
    fn slide(&mut self) {
        let whole = self.received.trailing_ones();
        let step = whole.saturating_mul(self.piece.into());
        let length = self.length.unwrap_or(0);
        self.base = self.base.saturating_add(step).min(length);
        self.received = self.received.checked_shr(whole).unwrap_or(0);
    }

    fn progress(&mut self, now: Instant) {
        self.waits = self.patience();
        self.again_at = now.plus(self.waits);
    }

    /// How long a silence must last before it means that something was lost: one and a half round trips and
    /// four pieces.
    fn patience(&self) -> Duration {
        let (Some(trip), Some(pace)) = (self.trip.smoothed(), self.pace.smoothed()) else {
            return self.trip.timeout();
        };
        let (trip, pace) = (trip.as_millis(), pace.as_millis());
        let wait = trip.saturating_add(trip / 2).saturating_add(pace.saturating_mul(4));
        Duration::from_millis(wait).max(SHORTEST_WAIT).min(LONGEST_WAIT)
    }

    /// Takes how long answers take on this link.
    pub fn measured(&mut self, trip: RoundTrip) {
        self.trip = trip;
    }

    /// The request to send now, if one is due: whenever something has arrived since the last. Where the line
    /// is busy several arrive before one request is sent, so that requests never fill it.
    pub fn poll(&mut self, now: Instant) -> Option<ObjectAsk> {
        if self.state() != State::Running {
            return None;
        }
        let begun = !self.waits.is_zero();
        if begun && has_come(self.again_at, now, LONGEST_WAIT) {
            self.again = self.again.wrapping_add(1);
            let longer = self.waits.plus(self.waits).min(LONGEST_WAIT);
            self.waits = longer;
            self.again_at = now.plus(longer);
        } else if !self.untold {
            return None;
        }
        if !begun {
            self.progress(now);
        }
        self.untold = false;
        Some(self.ask())
    }

    const fn ask(&self) -> ObjectAsk {
        ObjectAsk {
            object: self.object,
            number: self.number,
            transfer: self.transfer,
            edition: self.edition,
            piece: self.piece,
            window: self.window,
            base: self.base,
            received: self.received,
            heard: self.heard,
            again: self.again,
        }
    }

    /// When [`poll`](Self::poll) has something to ask next, unless something arrives before; in the past
    /// where that is now.
    #[must_use]
    pub fn deadline(&self) -> Option<Instant> {
        let next = if self.untold { Instant::ZERO } else { self.again_at };
        (self.state() == State::Running).then_some(next)
    }
}

#[cfg(test)]
mod tests {
    use super::super::object::tests::Shelf;
    use super::super::object::{ObjectServer, Outgoing};
    use super::*;
    use proptest::prelude::*;
    use std::vec::Vec;

    fn shelf(length: usize) -> Shelf {
        Shelf {
            edition: 7,
            first: 0,
            bytes: (0..length).map(|at| ((at * 31) >> 3) as u8).collect(),
        }
    }

    /// Both sides, and a line that loses what `lose` says.
    fn fetch(
        download: &mut Download,
        server: &mut ObjectServer,
        shelf: &Shelf,
        have: &mut Vec<u8>,
        mut lose: impl FnMut() -> bool,
    ) {
        let mut now = Instant::from_millis(1);
        for _ in 0..20_000 {
            now = now.plus(Duration::from_millis(5));
            if let Some(ask) = download.poll(now).filter(|_| !lose()) {
                server.ask(&ask);
            }
            let found = match server.poll(shelf).filter(|_| !lose()) {
                Some(Outgoing::About(about)) => download.about(now, &about),
                Some(Outgoing::Data(data)) => {
                    if let Finding::Bytes { offset, bytes } = download.data(now, &data) {
                        let end = offset as usize + bytes.len();
                        have.resize(have.len().max(end), 0);
                        have[offset as usize..end].copy_from_slice(bytes);
                    }
                    Finding::Nothing
                }
                None => Finding::Nothing,
            };
            if let Finding::Anew { first } = found {
                have.clear();
                have.resize(first as usize, 0);
            }
            if download.state() != State::Running {
                return;
            }
        }
    }

    fn log(transfer: u8) -> Download {
        Download::new(ObjectKind::LOG, 1, transfer, WINDOW)
    }

    #[test]
    fn what_is_not_there_is_absent() {
        let mut download = Download::new(ObjectKind::LOG, 2, 1, WINDOW);
        fetch(&mut download, &mut ObjectServer::new(), &shelf(9), &mut Vec::new(), || false);
        assert_eq!(download.state(), State::Absent);
    }

    #[test]
    fn another_edition_begins_anew() {
        let (mut have, mut server) = (Vec::from([9; 50]), ObjectServer::new());
        let mut download = log(1).resumed(6, 50);
        fetch(&mut download, &mut server, &shelf(400), &mut have, || false);
        assert_eq!((download.state(), have), (State::Complete, shelf(400).bytes));
    }

    #[test]
    fn what_is_kept_no_more_is_left_out() {
        let (mut have, mut server) = (Vec::new(), ObjectServer::new());
        let source = Shelf { first: 100, ..shelf(400) };
        let mut download = log(1);
        fetch(&mut download, &mut server, &source, &mut have, || false);
        assert_eq!((download.state(), &have[100..]), (State::Complete, &source.bytes[100..]));
    }

    #[test]
    fn pieces_of_another_transfer_or_place_are_not_taken() {
        let mut download = log(1);
        let now = Instant::from_millis(1);
        let about =
            ObjectAbout { transfer: 1, status: Status::OK, edition: 7, length: 500, first: 0 };
        download.about(now, &about);
        let piece = crate::message::Piece::new(&[1; 208]);
        let data = ObjectData { transfer: 1, stamp: 1, offset: 0, piece };
        for wrong in [
            ObjectData { transfer: 2, ..data },
            ObjectData { offset: 1, ..data },
            ObjectData { offset: 208 * 16, ..data },
            ObjectData { piece: crate::message::Piece::new(&[1; 207]), ..data },
        ] {
            assert_eq!(download.data(now, &wrong), Finding::Nothing);
        }
        assert_eq!(download.arrived(), 0);
        assert!(matches!(download.data(now, &data), Finding::Bytes { offset: 0, .. }));
        assert_eq!(download.data(now, &data), Finding::Nothing, "a copy");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]
        /// Whatever is lost, and wherever it is broken off and taken up with other pieces.
        #[test]
        fn complete_is_what_the_source_holds(
            length in 0usize..6_000,
            piece in 1u8..=208,
            resumed_piece in 20u8..=208,
            breaks in any::<bool>(),
            seed in any::<u64>(),
        ) {
            let source = shelf(length);
            let (mut have, mut server) = (Vec::new(), ObjectServer::new());
            let mut state = seed;
            let mut lose = || {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                (state >> 33) % 5 == 0
            };
            let mut download = log(1).in_pieces_of(piece.max(20));
            if breaks {
                let half = Shelf { edition: 7, first: 0, bytes: source.bytes[..length / 2].to_vec() };
                fetch(&mut download, &mut server, &half, &mut have, &mut lose);
                have.truncate(download.arrived() as usize);
                download = log(2)
                    .in_pieces_of(resumed_piece)
                    .resumed(download.edition(), download.arrived());
            }
            fetch(&mut download, &mut server, &source, &mut have, lose);
            prop_assert_eq!(download.state(), State::Complete);
            prop_assert_eq!(have, source.bytes);
        }
    }
}
