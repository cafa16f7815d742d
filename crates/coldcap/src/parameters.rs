//! What of a [`Config`] a maker or a clinic chooses for one machine, as bytes that outlive the program.
//!
//! A firmware has its configuration compiled in. An image replaces a part of it:
//!
//! | image | holds | who writes it |
//! |---|---|---|
//! | [`Thresholds`](Settings::Thresholds) | the guard's limits, delays and watches, the display's, the interlock's choices; flow meter, tank, mains, both loops with their gains, circulation | the maker |
//! | [`Regimens`](Settings::Regimens) | within which limits is planned, and what the session waits for: all of [`coldcap_session::Config`] | the clinic, by the maker's tool |
//! | [`certificates`] | which sensors are calibrated, by which certificates, and what is asked of that | whoever calibrated them |
//!
//! Identity, alarm rows, curves, and what follows from physics (observer, contact, zones) are the program's.
//!
//! An image begins with four bytes: its kind, 0, and the version of that kind, u16. A kind or a version that is not known is refused.
//! Behind them each number of [`Settings`] takes four bytes, little-endian, in an order that a version never changes, with a range
//! of its own. What has rules between its numbers is built by the constructor that a firmware has to use, too: so no number gets in
//! that the program could not have. `coldcap::journaled` (feature `journal`) loads images from flash at start.
//!
//! ```
//! use coldcap::Config;
//! use coldcap::parameters::{ParameterFault, Settings};
//! use coldcap_units::{Coolant, Kelvin};
//!
//! // A maker's tool: a tank that is held closer.
//! let mut chosen = Config::reference();
//! chosen.tank.hysteresis = Kelvin::from_milli(300);
//! let mut bytes = [0; 1024];
//! let length = chosen.to_image(Settings::Thresholds, &mut bytes)?;
//!
//! // The firmware at start.
//! let config = Config::reference().with_image(Settings::Thresholds, &bytes[..length])?;
//! assert_eq!(config.tank.hysteresis, Kelvin::from_milli(300));
//!
//! // A number that is none of its field's is refused by its name.
//! chosen.coldest_tank = Coolant::from_milli(-40_000);
//! let refused = chosen.to_image(Settings::Thresholds, &mut bytes).unwrap_err();
//! assert_eq!(refused.field_name(), Some("tank.coldest"));
//! assert!(matches!(refused.fault, ParameterFault::OutOfRange { .. }));
//! # Ok::<(), coldcap::parameters::ParameterError>(())
//! ```

pub mod certificates;
mod codec;
mod error;
mod fields;
mod regimens;
mod thresholds;
mod walk;

pub use error::{ParameterError, ParameterFault};
pub use fields::{Field, Fields};
pub use walk::Unit;

use crate::config::Config;
use codec::{ImageReader, ImageWriter};
use coldcap_units::stored::{Reader, Stored, Writer};
use walk::Walk;

/// What an image is about. The codes are frozen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum ParameterKind {
    /// What a board chooses.
    Thresholds = 1,
    /// What a clinic chooses.
    Regimens = 2,
    /// Which sensors are calibrated.
    Certificates = 3,
}

impl ParameterKind {
    /// Every kind, in order of its code.
    pub const ALL: [Self; 3] = [Self::Thresholds, Self::Regimens, Self::Certificates];

    /// The frozen code, 1 to 3.
    #[must_use]
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// The version of its content that this program writes, and the only one that it reads.
    #[must_use]
    pub const fn version(self) -> u16 {
        match self {
            Self::Thresholds | Self::Regimens | Self::Certificates => 1,
        }
    }

    /// Its name in lower case.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Thresholds => "thresholds",
            Self::Regimens => "regimens",
            Self::Certificates => "certificates",
        }
    }

    const fn error(self, fault: ParameterFault) -> ParameterError {
        ParameterError { kind: self, fault }
    }

    fn begin(self, writer: &mut Writer<'_>) {
        writer.add(&(self.code(), 0_u8)).add(&self.version());
    }

    /// Behind the beginning, where it is this kind's in this version.
    fn begun(self, reader: &mut Reader<'_>) -> Result<(), ParameterFault> {
        let code = u8::load(reader).ok_or(ParameterFault::Length)?;
        let zero = u8::load(reader).ok_or(ParameterFault::Length)?;
        let version = u16::load(reader).ok_or(ParameterFault::Length)?;
        if code != self.code() || zero != 0 {
            return Err(ParameterFault::OtherKind(code));
        }
        if version != self.version() {
            return Err(ParameterFault::Version(version));
        }
        Ok(())
    }
}

/// Images that are numbers of a [`Config`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Settings {
    /// What a board chooses.
    Thresholds,
    /// What a clinic chooses.
    Regimens,
}

impl Settings {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Thresholds, Self::Regimens];

    /// The kind of their image.
    #[must_use]
    pub const fn kind(self) -> ParameterKind {
        match self {
            Self::Thresholds => ParameterKind::Thresholds,
            Self::Regimens => ParameterKind::Regimens,
        }
    }

    /// How many bytes their image has, this version's.
    #[must_use]
    pub fn image_length(self) -> usize {
        let count = Fields::of(self).count();
        count.saturating_mul(codec::NUMBER_BYTES).saturating_add(codec::HEADER_BYTES)
    }

    fn walk<W: Walk>(self, config: &mut Config, walk: &mut W) -> Result<(), ParameterFault> {
        match self {
            Self::Thresholds => thresholds::walk(config, walk),
            Self::Regimens => {
                regimens::walk(config, walk);
                Ok(())
            }
        }
    }
}

impl Config {
    /// Writes these settings as an image, and gives how many bytes it has. For the maker's tool, and for a machine that stores what
    /// somebody chose at it.
    ///
    /// # Errors
    /// [`ParameterError`]: it would not be read again, or `buffer` is too short ([`ParameterFault::Length`]).
    pub fn to_image(&self, settings: Settings, buffer: &mut [u8]) -> Result<usize, ParameterError> {
        let refused = |fault| settings.kind().error(fault);
        let mut writer = ImageWriter::new(settings.kind(), buffer);
        let walked = settings.walk(&mut { *self }, &mut writer);
        let length = writer.finish().map_err(refused)?;
        walked.map_err(refused)?;
        Ok(length)
    }

    /// This configuration with the settings of an image in the place of its own.
    ///
    /// # Errors
    /// [`ParameterError`]: such a machine does not start.
    pub fn with_image(
        mut self,
        settings: Settings,
        content: &[u8],
    ) -> Result<Self, ParameterError> {
        match self.take_image(settings, content) {
            Ok(()) => Ok(self),
            Err(fault) => Err(settings.kind().error(fault)),
        }
    }

    /// Behind an error some of it is the image's: nobody may go on with it.
    pub(crate) fn take_image(
        &mut self,
        settings: Settings,
        content: &[u8],
    ) -> Result<(), ParameterFault> {
        // req: INT-021
        let mut reader = ImageReader::new(settings.kind(), content)?;
        let walked = settings.walk(self, &mut reader);
        // A number that is wrong by itself comes before what it breaks.
        reader.finish()?;
        walked
    }
}
