//! Parameters that must be whole: certificates, regimens, thresholds, keys.
//!
//! `docs/journal.md` has the bytes of a copy. The second one begins in the middle of the region.

use crate::error::{Error, RegionError};
use crate::frame::CRC_32;
use crate::medium::{Medium, Place, Writer};
use crate::region::{Area, Region};
use embedded_storage::nor_flash::NorFlash;

const MAGIC: [u8; 4] = *b"CCPI";
const LAYOUT: u8 = 1;
const HEADER_BYTES: u32 = 20;

/// Two copies of one image in a region of an even number of sectors.
///
/// A copy is written only while the other is whole, so that power may fail at any byte: what is loaded is the old image
/// or the new one.
///
/// ```
/// use coldcap_journal::simulated::SimulatedFlash;
/// use coldcap_journal::{Copies, Error, Images, Region};
///
/// let flash = SimulatedFlash::<4_096, 1_024, 8>::new();
/// let mut images = Images::new(flash, Region { start: 0, length: 2_048, sector: 1_024 })?;
/// let mut buffer = [0; 64];
/// assert_eq!(images.load(&mut buffer), Err(Error::NoImage)); // such a machine does not start
///
/// images.store(1, b"thresholds")?;
/// let image = images.load(&mut buffer)?;
/// assert_eq!((&buffer[..image.length], image.version), (&b"thresholds"[..], 1));
/// assert_eq!(image.copies, Copies::Both);
/// # Ok::<(), Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Images<F> {
    medium: Medium<F>,
}

/// An image that was loaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Image {
    /// The version of its content, its owner's. One that its reader does not know must refuse start.
    pub version: u16,
    /// How often the image was stored.
    pub generation: u32,
    /// How many bytes it has.
    pub length: usize,
    /// How many copies are whole.
    pub copies: Copies,
}

/// How many copies of an image are whole and the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Copies {
    /// Both.
    Both,
    /// One: the other has rotted, or power failed while it was written. [`Images::mend`] writes it again.
    One,
}

/// The header of a copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Header {
    version: u16,
    generation: u32,
    length: u32,
    check: u32,
}

impl Header {
    fn of(version: u16, generation: u32, content: &[u8]) -> Option<Self> {
        let length = u32::try_from(content.len()).ok()?;
        let unchecked = Self { version, generation, length, check: 0 };
        Some(Self { check: unchecked.check_with(content), ..unchecked })
    }

    fn check_with(&self, content: &[u8]) -> u32 {
        let mut digest = CRC_32.digest();
        digest.update(&self.body());
        digest.update(content);
        digest.finalize()
    }

    fn body(&self) -> [u8; 16] {
        let [m0, m1, m2, m3] = MAGIC;
        let [v0, v1] = self.version.to_le_bytes();
        let [g0, g1, g2, g3] = self.generation.to_le_bytes();
        let [l0, l1, l2, l3] = self.length.to_le_bytes();
        [m0, m1, m2, m3, LAYOUT, 0, v0, v1, g0, g1, g2, g3, l0, l1, l2, l3]
    }

    /// What the bytes say, where they begin as an image of this layout does.
    fn read(bytes: &[u8; 20]) -> Option<Self> {
        let [m0, m1, m2, m3, layout, zero, v0, v1, rest @ ..] = *bytes;
        let [g0, g1, g2, g3, l0, l1, l2, l3, c0, c1, c2, c3] = rest;
        let known = [m0, m1, m2, m3] == MAGIC && layout == LAYOUT && zero == 0;
        known.then_some(Self {
            version: u16::from_le_bytes([v0, v1]),
            generation: u32::from_le_bytes([g0, g1, g2, g3]),
            length: u32::from_le_bytes([l0, l1, l2, l3]),
            check: u32::from_le_bytes([c0, c1, c2, c3]),
        })
    }
}

impl<F: NorFlash> Images<F> {
    /// Over a region, of which nothing is read or changed yet.
    ///
    /// # Errors
    ///
    /// [`Error::Region`]: it must have an even number of sectors.
    pub fn new(flash: F, region: Region) -> Result<Self, Error> {
        let area = Area::of(region, &flash)?;
        if !area.sectors.is_multiple_of(2) {
            return Err(Error::Region(RegionError::TooFewSectors));
        }
        Ok(Self { medium: Medium::new(flash, area.in_halves()) })
    }

    /// Loads the newest copy that is whole into the beginning of `buffer`.
    ///
    /// # Errors
    ///
    /// - [`Error::NoImage`]: no copy is whole. The machine must not start.
    /// - [`Error::TooLong`]: it is longer than `buffer`.
    pub fn load(&mut self, buffer: &mut [u8]) -> Result<Image, Error> {
        let (copy, header, copies) = self.newest().ok_or(Error::NoImage)?;
        let maximum = u32::try_from(buffer.len()).unwrap_or(u32::MAX);
        let length = usize::try_from(header.length).unwrap_or(usize::MAX);
        let room = buffer.get_mut(..length);
        let room = room.ok_or(Error::TooLong { bytes: header.length, maximum })?;
        self.medium.read(content_of(copy), room)?;
        // What is used is what was checked: the read itself may have failed.
        if header.check_with(room) != header.check {
            return Err(Error::NoImage);
        }
        Ok(Image { version: header.version, generation: header.generation, length, copies })
    }

    /// Whether no image was ever stored here: all of the region is erased. Where power failed while the first one was written
    /// that is not so, nor where it was and has rotted: both are [`Error::NoImage`], and neither may pass for the other.
    pub fn is_blank(&mut self) -> bool {
        [0, 1].into_iter().all(|copy| self.medium.end_of_written(copy, 0) == 0)
    }

    /// Stores an image in place of the one before, one copy after the other, and reads both back. Gives its generation.
    ///
    /// # Errors
    ///
    /// [`Error::TooLong`], [`Error::Flash`], [`Error::Worn`]: at least one copy of the old image or of the new one is
    /// whole still.
    pub fn store(&mut self, version: u16, content: &[u8]) -> Result<u32, Error> {
        let newest = self.newest();
        let generation = newest.map_or(0, |(_, header, _)| header.generation).saturating_add(1);
        let maximum = self.medium.area.sector.saturating_sub(HEADER_BYTES);
        let header = Header::of(version, generation, content);
        let header = header.filter(|header| header.length <= maximum).ok_or(Error::TooLong {
            bytes: u32::try_from(content.len()).unwrap_or(u32::MAX),
            maximum,
        })?;
        let kept = newest.map_or(1, |(copy, _, _)| copy);
        for copy in [1_u32.saturating_sub(kept), kept] {
            self.write(copy, &header, content)?;
        }
        Ok(generation)
    }

    /// Writes the copy that is not whole again, from the other. `content` is what [`load`](Self::load) gave.
    ///
    /// # Errors
    ///
    /// [`Error::NoImage`]: `content` is not what is stored. [`Error::Flash`], [`Error::Worn`].
    pub fn mend(&mut self, content: &[u8]) -> Result<(), Error> {
        let (copy, header, copies) = self.newest().ok_or(Error::NoImage)?;
        if header.check_with(content) != header.check {
            return Err(Error::NoImage);
        }
        match copies {
            Copies::Both => Ok(()),
            Copies::One => self.write(1_u32.saturating_sub(copy), &header, content),
        }
    }

    /// The flash, for what else is stored in it. Whoever changes the images' own region destroys them.
    pub const fn flash_mut(&mut self) -> &mut F {
        &mut self.medium.flash
    }

    /// The flash again.
    #[must_use]
    pub fn release(self) -> F {
        self.medium.flash
    }

    fn write(&mut self, copy: u32, header: &Header, content: &[u8]) -> Result<(), Error> {
        self.medium.erase(copy)?;
        let mut writer = Writer::new(&mut self.medium, Place { sequence: copy, offset: 0 });
        writer.put(&header.body())?;
        writer.put(&header.check.to_le_bytes())?;
        writer.put(content)?;
        writer.finish()?;
        if self.whole(copy) == Some(*header) { Ok(()) } else { Err(Error::Worn) }
    }

    /// The newest copy that is whole, and whether the other is the same.
    fn newest(&mut self) -> Option<(u32, Header, Copies)> {
        match (self.whole(0), self.whole(1)) {
            (Some(first), Some(second)) if first == second => Some((0, first, Copies::Both)),
            (Some(first), Some(second)) if second.generation > first.generation => {
                Some((1, second, Copies::One))
            }
            (Some(first), _) => Some((0, first, Copies::One)),
            (None, second) => second.map(|second| (1, second, Copies::One)),
        }
    }

    /// The header of a copy, where all of it is whole.
    fn whole(&mut self, copy: u32) -> Option<Header> {
        let mut bytes = [0; 20];
        self.medium.read(Place { sequence: copy, offset: 0 }, &mut bytes).ok()?;
        let header = Header::read(&bytes)?;
        if header.length > self.medium.area.sector.saturating_sub(HEADER_BYTES) {
            return None;
        }
        let mut digest = CRC_32.digest();
        digest.update(&header.body());
        self.medium.digest(content_of(copy), header.length, &mut digest).ok()?;
        (digest.finalize() == header.check).then_some(header)
    }
}

const fn content_of(copy: u32) -> Place {
    Place { sequence: copy, offset: HEADER_BYTES }
}
