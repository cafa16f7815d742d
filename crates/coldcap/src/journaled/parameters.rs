//! The parameters of a machine, out of its flash, before it begins.

use crate::config::Config;
use crate::hash::Fnv1a64;
use crate::parameters::certificates::Shelf;
use crate::parameters::{ParameterError, ParameterFault, ParameterKind, Settings};
use coldcap_journal::{Copies, Error, Image, Images, Region};
use core::fmt;
use embedded_storage::nor_flash::NorFlash;

/// Where an image of parameters is, and whether there must be one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeptImage {
    /// Its two copies: an even number of sectors, and one copy in each half.
    pub region: Region,
    /// What is done where no image was ever stored, and all of the region is erased.
    pub unwritten: Unwritten,
}

/// What is done where no image was ever stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Unwritten {
    /// The machine does not start.
    Refused,
    /// It begins with what the program has: for parameters that not every machine differs in.
    Compiled,
}

/// Which parameters are kept, each in a region of its own; `None` are the program's alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParameterLayout {
    /// What a board chooses.
    pub thresholds: Option<KeptImage>,
    /// What a clinic chooses.
    pub regimens: Option<KeptImage>,
    /// Which sensors are calibrated.
    pub certificates: Option<KeptImage>,
}

impl ParameterLayout {
    /// None: all are the program's.
    pub const NONE: Self = Self { thresholds: None, regimens: None, certificates: None };
}

/// What a machine began with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InUse {
    /// What a board chooses.
    pub thresholds: ParameterOrigin,
    /// What a clinic chooses.
    pub regimens: ParameterOrigin,
    /// Which sensors are calibrated.
    pub certificates: ParameterOrigin,
}

impl InUse {
    /// Whether a copy of an image was found that was not whole: somebody should look at that flash. What is used is whole.
    #[must_use]
    pub fn any_copy_was_bad(&self) -> bool {
        let all = [self.thresholds, self.regimens, self.certificates];
        all.iter().any(|origin| match origin {
            ParameterOrigin::Compiled => false,
            ParameterOrigin::Image { other, .. } => *other != OtherCopy::Same,
        })
    }
}

/// Where parameters have come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ParameterOrigin {
    /// They are the program's.
    Compiled,
    /// They are an image's.
    Image {
        /// How often it was stored.
        generation: u32,
        /// FNV-1a-64 over its content: which parameters those are, for a protocol or a display.
        digest: u64,
        /// How its other copy was.
        other: OtherCopy,
    },
}

/// How the copy was that was not used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OtherCopy {
    /// Whole and the same.
    Same,
    /// Rotten, or power had failed while it was written; it was written again.
    Mended,
    /// The same, but it could not be written again: with the next bit that rots the machine does not start any more.
    Failed(Error),
}

/// Why a machine does not start with its parameters: which image, and what is wrong with it. Nothing was changed, and nothing may
/// be driven: service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ParametersRefused {
    /// The image.
    pub kind: ParameterKind,
    /// What is wrong.
    pub why: ParameterRefusal,
}

/// What is wrong with a stored image.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ParameterRefusal {
    /// Neither copy is whole ([`Error::NoImage`]), it is longer than the buffer, or the flash fails.
    Flash(Error),
    /// None was ever stored, and there must be one.
    Unwritten,
    /// It is whole, and not one that this program begins with.
    Content(ParameterFault),
}

impl fmt::Display for ParametersRefused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = self.kind;
        match self.why {
            ParameterRefusal::Flash(error) => write!(f, "{}: {error}", kind.name()),
            ParameterRefusal::Unwritten => write!(f, "{}: none were ever stored", kind.name()),
            ParameterRefusal::Content(fault) => write!(f, "{}", ParameterError { kind, fault }),
        }
    }
}

impl core::error::Error for ParametersRefused {}

impl ParameterLayout {
    /// Takes all parameters that are kept into a configuration, before anything begins with it: once, at start. A copy that is not
    /// whole is written again from the other.
    ///
    /// `buffer` takes one image after another: [`Settings::image_length`] bytes, and of certificates at most 52, and 197 each.
    /// It is not needed any more behind the start.
    ///
    /// # Errors
    /// [`ParametersRefused`]: the first image that does not let the machine start. Of the configuration some may be the images' then:
    /// it is no configuration, and the machine stays off.
    ///
    /// # Panics
    /// Never.
    ///
    /// ```
    /// use coldcap::journaled::{KeptImage, ParameterOrigin, ParameterLayout, Unwritten, store_parameters};
    /// use coldcap::parameters::certificates::Shelf;
    /// use coldcap::parameters::{ParameterKind, Settings};
    /// use coldcap::Config;
    /// use coldcap_journal::Region;
    /// use coldcap_journal::simulated::SimulatedFlash;
    /// use coldcap_units::Kelvin;
    ///
    /// let region = Region { start: 0, length: 8_192, sector: 4_096 };
    /// let kept = KeptImage { region, unwritten: Unwritten::Refused };
    /// let layout = ParameterLayout { thresholds: Some(kept), ..ParameterLayout::NONE };
    /// let mut flash = SimulatedFlash::<8_192, 4_096, 8>::new();
    /// let mut buffer = [0; 1024];
    ///
    /// // Without an image this machine does not start.
    /// let mut config = Config::reference();
    /// let refused = layout.load(&mut flash, &mut config, Shelf::empty(), &mut buffer).unwrap_err();
    /// assert_eq!(refused.to_string(), "thresholds: none were ever stored");
    ///
    /// // The maker's tool stores one.
    /// let mut chosen = Config::reference();
    /// chosen.tank.hysteresis = Kelvin::from_milli(300);
    /// let length = chosen.to_image(Settings::Thresholds, &mut buffer)?;
    /// store_parameters(&mut flash, region, ParameterKind::Thresholds, &buffer[..length])?;
    ///
    /// let mut config = Config::reference();
    /// let in_use = layout.load(&mut flash, &mut config, Shelf::empty(), &mut buffer)?;
    /// assert_eq!(config.tank, chosen.tank);
    /// assert!(matches!(in_use.thresholds, ParameterOrigin::Image { generation: 1, .. }));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn load<F: NorFlash>(
        &self,
        flash: &mut F,
        config: &mut Config,
        shelf: Shelf,
        buffer: &mut [u8],
    ) -> Result<InUse, ParametersRefused> {
        let mut one = |settings: Settings, kept| {
            let take = |content: &[u8]| config.take_image(settings, content);
            load(flash, settings.kind(), kept, buffer, take)
        };
        let thresholds = one(Settings::Thresholds, self.thresholds)?;
        let regimens = one(Settings::Regimens, self.regimens)?;
        let take = |content: &[u8]| config.take_certificates(content, shelf);
        let certificates =
            load(flash, ParameterKind::Certificates, self.certificates, buffer, take)?;
        Ok(InUse { thresholds, regimens, certificates })
    }
}

fn load<F: NorFlash>(
    flash: &mut F,
    kind: ParameterKind,
    kept: Option<KeptImage>,
    buffer: &mut [u8],
    take: impl FnOnce(&[u8]) -> Result<(), ParameterFault>,
) -> Result<ParameterOrigin, ParametersRefused> {
    let refused = |why| ParametersRefused { kind, why };
    let Some(kept) = kept else { return Ok(ParameterOrigin::Compiled) };
    let Some((image, mut images)) = found(flash, kept, buffer).map_err(refused)? else {
        return Ok(ParameterOrigin::Compiled);
    };
    let content = buffer.get(..image.length).unwrap_or_default();
    if image.version != kind.version() {
        return Err(refused(ParameterRefusal::Content(ParameterFault::Version(image.version))));
    }
    take(content).map_err(|fault| refused(ParameterRefusal::Content(fault)))?;
    let other = mended(&mut images, image.copies, content);
    let digest = Fnv1a64::new().with(content).value();
    Ok(ParameterOrigin::Image { generation: image.generation, digest, other })
}

/// The image in this region; `None` where there is none, and need be none.
fn found<'a, F: NorFlash>(
    flash: &'a mut F,
    kept: KeptImage,
    buffer: &mut [u8],
) -> Result<Option<(Image, Images<&'a mut F>)>, ParameterRefusal> {
    let mut images = Images::new(flash, kept.region).map_err(ParameterRefusal::Flash)?;
    match images.load(buffer) {
        Ok(image) => Ok(Some((image, images))),
        Err(Error::NoImage) if images.is_blank() => match kept.unwritten {
            Unwritten::Refused => Err(ParameterRefusal::Unwritten),
            Unwritten::Compiled => Ok(None),
        },
        Err(error) => Err(ParameterRefusal::Flash(error)),
    }
}

fn mended<F: NorFlash>(images: &mut Images<F>, copies: Copies, content: &[u8]) -> OtherCopy {
    match copies {
        Copies::Both => OtherCopy::Same,
        Copies::One => images.mend(content).map_or_else(OtherCopy::Failed, |()| OtherCopy::Mended),
    }
}

/// Stores an image of parameters, in both copies one after the other: power may fail at any byte, and what is loaded is the old
/// image or the new one. Its generation comes back. The machine begins with it at its next start.
///
/// What is stored is not judged here, but by the program that begins with it: whoever stores it has made it by
/// [`Config::to_image`] or [`certificates::to_image`](crate::parameters::certificates::to_image).
///
/// # Errors
/// [`Error`], as of [`Images::store`].
pub fn store_parameters<F: NorFlash>(
    flash: &mut F,
    region: Region,
    kind: ParameterKind,
    content: &[u8],
) -> Result<u32, Error> {
    Images::new(flash, region)?.store(kind.version(), content)
}
