//! How a frame and the head of a sector look in flash: `docs/journal.md` has their bytes.
//!
//! The check value knows the place: a frame that an interrupted erasure left of an earlier life of its sector is none of
//! the present.

use crate::error::Error;
use crate::medium::{Medium, Place, Writer};
use crc::{CRC_32_ISO_HDLC, Crc, Digest, NoTable};
use embedded_storage::nor_flash::NorFlash;

/// Bit by bit: what it costs is little beside programming, and a table costs a kilobyte of flash.
pub(crate) static CRC_32: Crc<u32, NoTable> = Crc::<u32, NoTable>::new(&CRC_32_ISO_HDLC);

/// What every frame begins with.
pub(crate) const MAGIC: u8 = 0xC5;
const HEADER_BYTES: u32 = 8;
const CHECK_BYTES: u32 = 4;
const SECTOR_MAGIC: [u8; 4] = *b"CCJL";
const LAYOUT: u8 = 1;
const SECTOR_HEAD_BYTES: u32 = 20;

/// What a frame holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub(crate) enum Kind {
    Commit = 1,
    Beat = 2,
}

impl Kind {
    const fn from_code(code: u8) -> Option<Self> {
        match code {
            1 => Some(Self::Commit),
            2 => Some(Self::Beat),
            _ => None,
        }
    }
}

/// A whole frame that is in flash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Frame {
    pub(crate) kind: Kind,
    pub(crate) number: u32,
    place: Place,
    length: u16,
}

impl Frame {
    pub(crate) const fn place(&self) -> Place {
        self.place
    }

    pub(crate) fn length(&self) -> u32 {
        u32::from(self.length)
    }

    /// Where its content is, from `skipped` bytes on.
    pub(crate) fn content(&self, skipped: u32) -> Place {
        self.place.plus(HEADER_BYTES).plus(skipped)
    }

    fn header(&self) -> [u8; 8] {
        let [l0, l1] = self.length.to_le_bytes();
        let [n0, n1, n2, n3] = self.number.to_le_bytes();
        [MAGIC, self.kind as u8, l0, l1, n0, n1, n2, n3]
    }

    fn read_header(place: Place, header: [u8; 8]) -> Option<Self> {
        let [magic, kind, l0, l1, n0, n1, n2, n3] = header;
        let kind = Kind::from_code(kind).filter(|_| magic == MAGIC)?;
        let number = u32::from_le_bytes([n0, n1, n2, n3]);
        Some(Self { kind, number, place, length: u16::from_le_bytes([l0, l1]) })
    }

    /// The check value so far: of the place and the header.
    fn begin_check(&self) -> Digest<'static, u32, NoTable> {
        let mut digest = CRC_32.digest();
        digest.update(&self.place.sequence.to_le_bytes());
        digest.update(&self.place.offset.to_le_bytes());
        digest.update(&self.header());
        digest
    }
}

impl<F: NorFlash> Medium<F> {
    /// What a frame with so much content takes.
    pub(crate) fn frame_bytes(&self, content: u32) -> u32 {
        self.area.in_groups(content.saturating_add(HEADER_BYTES).saturating_add(CHECK_BYTES))
    }

    /// The most content of a frame: what an empty sector has room for.
    pub(crate) fn longest_content(&self) -> u32 {
        let room = self.area.sector.saturating_sub(self.sector_head_bytes());
        room.saturating_sub(HEADER_BYTES).saturating_sub(CHECK_BYTES).min(u32::from(u16::MAX))
    }

    /// Where the frame ends, and the next may begin.
    pub(crate) fn end_of(&self, frame: &Frame) -> u32 {
        frame.place.offset.saturating_add(self.frame_bytes(frame.length()))
    }

    /// Programs a frame; whether it is whole, reading it tells.
    pub(crate) fn write_frame<'a>(
        &mut self,
        place: Place,
        (kind, number): (Kind, u32),
        content: impl Iterator<Item = &'a [u8]> + Clone,
    ) -> Result<Frame, Error> {
        let bytes = length_of(content.clone());
        let length = u16::try_from(bytes).map_err(|_| self.too_long(bytes))?;
        let frame = Frame { kind, number, place, length };
        let mut check = frame.begin_check();
        let mut writer = Writer::new(self, place);
        writer.put(&frame.header())?;
        for part in content {
            check.update(part);
            writer.put(part)?;
        }
        writer.put(&check.finalize().to_le_bytes())?;
        writer.finish()?;
        Ok(frame)
    }

    pub(crate) fn too_long(&self, bytes: usize) -> Error {
        let bytes = u32::try_from(bytes).unwrap_or(u32::MAX);
        Error::TooLong { bytes, maximum: self.longest_content() }
    }

    /// The frame at a place, where there is a whole one.
    pub(crate) fn frame_at(&mut self, place: Place) -> Option<Frame> {
        let frame = self.claim_at(place)?;
        self.is_whole(&frame).ok()?.then_some(frame)
    }

    /// What the header at a place says, whether the frame is whole or not.
    pub(crate) fn claim_at(&mut self, place: Place) -> Option<Frame> {
        let mut header = [0; 8];
        self.read(place, &mut header).ok()?;
        let frame = Frame::read_header(place, header)?;
        (self.end_of(&frame) <= self.area.sector).then_some(frame)
    }

    pub(crate) fn is_whole(&mut self, frame: &Frame) -> Result<bool, Error> {
        let (mut check, length) = (frame.begin_check(), frame.length());
        self.digest(frame.content(0), length, &mut check)?;
        let mut stored = [0; 4];
        self.read(frame.content(length), &mut stored)?;
        Ok(check.finalize().to_le_bytes() == stored)
    }

    /// What the head of a sector takes.
    pub(crate) fn sector_head_bytes(&self) -> u32 {
        self.area.in_groups(SECTOR_HEAD_BYTES)
    }

    /// Programs the head of an erased sector, and says whether it reads back.
    pub(crate) fn write_sector_head(&mut self, head: SectorHead) -> Result<bool, Error> {
        let group = u8::try_from(self.area.group).unwrap_or(0);
        let place = Place { sequence: head.sequence, offset: 0 };
        let mut writer = Writer::new(self, place);
        writer.put(&head.to_bytes(group))?;
        writer.finish()?;
        Ok(self.sector_head(head.sequence)? == Some(head))
    }

    /// The head of the sector where the one of this number lies, where it is whole. It may be of another number.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownLayout`], [`Error::OtherGroup`] where it is whole and nothing that this version reads. [`Error::Flash`] where it
    /// cannot be read: it may be whole.
    pub(crate) fn sector_head(&mut self, sequence: u32) -> Result<Option<SectorHead>, Error> {
        let mut bytes = [0; 20];
        self.read(Place { sequence, offset: 0 }, &mut bytes)?;
        let Some((head, layout, group)) = SectorHead::from_bytes(&bytes) else { return Ok(None) };
        if layout != LAYOUT {
            return Err(Error::UnknownLayout(layout));
        }
        if u32::from(group) != self.area.group {
            return Err(Error::OtherGroup(group));
        }
        Ok(Some(head).filter(|head| self.area.same_sector(head.sequence, sequence)))
    }
}

/// How many bytes all parts have.
pub(crate) fn length_of<'a>(parts: impl Iterator<Item = &'a [u8]>) -> usize {
    parts.fold(0, |sum, part| sum.saturating_add(part.len()))
}

/// The head of a sector.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SectorHead {
    pub(crate) sequence: u32,
    /// The number of the first frame in it.
    pub(crate) first_frame: u32,
}

impl SectorHead {
    fn to_bytes(self, group: u8) -> [u8; 20] {
        let [m0, m1, m2, m3] = SECTOR_MAGIC;
        let [s0, s1, s2, s3] = self.sequence.to_le_bytes();
        let [f0, f1, f2, f3] = self.first_frame.to_le_bytes();
        let body = [m0, m1, m2, m3, LAYOUT, group, 0, 0, s0, s1, s2, s3, f0, f1, f2, f3];
        let check = CRC_32.checksum(&body).to_le_bytes();
        let mut bytes = [0; 20];
        bytes.iter_mut().zip(body.iter().chain(&check)).for_each(|(byte, value)| *byte = *value);
        bytes
    }

    /// The head, its layout and its group; `None` where it is not whole.
    fn from_bytes(bytes: &[u8; 20]) -> Option<(Self, u8, u8)> {
        let (body, check) = bytes.split_last_chunk::<4>()?;
        if CRC_32.checksum(body).to_le_bytes() != *check || !body.starts_with(&SECTOR_MAGIC) {
            return None;
        }
        let [.., layout, group, _, _, s0, s1, s2, s3, f0, f1, f2, f3] = *body else { return None };
        let sequence = u32::from_le_bytes([s0, s1, s2, s3]);
        let first_frame = u32::from_le_bytes([f0, f1, f2, f3]);
        Some((Self { sequence, first_frame }, layout, group))
    }
}
