//! The numbers of an image by their names, for whoever writes one from a text.

use super::walk::{Span, Unit, Walk};
use super::{ParameterError, Settings};
use crate::config::Config;

/// A number of an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    /// Its place, counted from 0.
    pub number: u16,
    /// Its name. The words of one set of coefficients share theirs.
    pub name: &'static str,
    /// What it counts.
    pub unit: Unit,
    /// What it is, as it is stored. −1 where it is left out.
    pub value: i64,
    /// The least that it may be.
    pub least: i64,
    /// The most that it may be.
    pub most: i64,
}

/// The numbers of these settings, one after another.
///
/// ```
/// use coldcap::Config;
/// use coldcap::parameters::{Fields, Settings, Unit};
///
/// let config = Config::reference();
/// let hysteresis = Fields::of(Settings::Thresholds).find(&config, "tank.hysteresis").unwrap();
/// assert_eq!(hysteresis.unit.to_shown(hysteresis.value), 500);
///
/// let chosen = [(hysteresis.number, Unit::Temperature.to_stored(300))];
/// let config = config.with_numbers(Settings::Thresholds, &chosen)?;
/// assert_eq!(config.tank.hysteresis.to_milli(), 300);
/// # Ok::<(), coldcap::parameters::ParameterError>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Fields {
    settings: Settings,
}

/// Hands each field on, and changes none.
struct Names<F> {
    number: u16,
    each: F,
}

impl<F: FnMut(Field)> Walk for Names<F> {
    fn visit(&mut self, name: &'static str, unit: Unit, word: u32, span: Span) -> u32 {
        let ([least, most], value) = (span.ends(), span.number(word));
        (self.each)(Field { number: self.number, name, unit, value, least, most });
        self.number = self.number.saturating_add(1);
        word
    }
}

/// Puts these numbers in the places of others.
struct Chosen<'a> {
    number: u16,
    chosen: &'a [(u16, i64)],
    refused: Option<u16>,
}

impl Walk for Chosen<'_> {
    fn visit(&mut self, _: &'static str, _: Unit, word: u32, span: Span) -> u32 {
        let number = self.number;
        self.number = number.saturating_add(1);
        let Some((_, value)) = self.chosen.iter().find(|(field, _)| *field == number) else {
            return word;
        };
        let [least, most] = span.ends();
        if *value < least || *value > most {
            self.refused = self.refused.or(Some(number));
            return word;
        }
        // Within its span it is one of u32 or of i32, whose low half is the same.
        *value as u32
    }
}

impl Fields {
    /// Of these settings.
    #[must_use]
    pub const fn of(settings: Settings) -> Self {
        Self { settings }
    }

    /// Hands each number of a configuration on, in the order of their places.
    pub fn each(self, config: &Config, each: impl FnMut(Field)) {
        // Nothing is changed, so nothing can be refused that was not before.
        let _ = self.settings.walk(&mut { *config }, &mut Names { number: 0, each });
    }

    /// The number of this name, the first of several.
    #[must_use]
    pub fn find(self, config: &Config, name: &str) -> Option<Field> {
        let mut found = None;
        self.each(config, |field| {
            if found.is_none() && field.name == name {
                found = Some(field);
            }
        });
        found
    }

    /// How many there are.
    #[must_use]
    pub fn count(self) -> usize {
        let mut count = 0_usize;
        self.each(&Config::reference(), |_| count = count.saturating_add(1));
        count
    }

    pub(super) fn named(self, number: u16) -> Option<Field> {
        let mut found = None;
        self.each(&Config::reference(), |field| {
            if field.number == number {
                found = Some(field);
            }
        });
        found
    }
}

impl Config {
    /// This configuration with these numbers, as they are stored, in the places of its own.
    ///
    /// # Errors
    /// [`ParameterError`]: one is out of its range, or they break a rule between them.
    pub fn with_numbers(
        mut self,
        settings: Settings,
        chosen: &[(u16, i64)],
    ) -> Result<Self, ParameterError> {
        let mut walk = Chosen { number: 0, chosen, refused: None };
        let walked = settings.walk(&mut self, &mut walk);
        let refused = |fault| settings.kind().error(fault);
        if let Some(field) = walk.refused {
            return Err(refused(super::ParameterFault::OutOfRange { field }));
        }
        walked.map_err(refused)?;
        Ok(self)
    }
}
