//! Walkers that read an image and write one.

use super::walk::{Span, Unit, Walk};
use super::{ParameterFault, ParameterKind};
use coldcap_units::stored::{Reader, Stored, Writer};

/// Of a number.
pub(super) const NUMBER_BYTES: usize = 4;
/// Kind, zero and version.
pub(super) const HEADER_BYTES: usize = 4;

/// Counts the fields, and keeps what was wrong first.
#[derive(Debug, Default)]
struct Course {
    field: u16,
    fault: Option<ParameterFault>,
}

impl Course {
    /// Whether this number may be used: it is within its span, and so were all before.
    fn admits(&mut self, word: Option<u32>, span: Span) -> Option<u32> {
        let field = self.field;
        self.field = field.saturating_add(1);
        let fault = match word {
            None => Some(ParameterFault::Length),
            Some(word) if !span.holds(word) => Some(ParameterFault::OutOfRange { field }),
            Some(_) => None,
        };
        self.fault = self.fault.or(fault);
        word.filter(|_| self.fault.is_none())
    }
}

/// Takes each number out of an image.
pub(super) struct ImageReader<'a> {
    bytes: Reader<'a>,
    course: Course,
}

impl<'a> ImageReader<'a> {
    pub(super) fn new(kind: ParameterKind, content: &'a [u8]) -> Result<Self, ParameterFault> {
        let mut bytes = Reader::new(content);
        kind.begun(&mut bytes)?;
        Ok(Self { bytes, course: Course::default() })
    }

    pub(super) fn finish(self) -> Result<(), ParameterFault> {
        match self.course.fault {
            Some(fault) => Err(fault),
            None if self.bytes.is_at_end() => Ok(()),
            None => Err(ParameterFault::Length),
        }
    }
}

impl Walk for ImageReader<'_> {
    /// Not inlined: there is a call of it for each number.
    #[inline(never)]
    fn visit(&mut self, _: &'static str, _: Unit, word: u32, span: Span) -> u32 {
        let read = u32::load(&mut self.bytes);
        // What is not used is left as it was, so that a rule of the whole is not broken by a part that is missing.
        self.course.admits(read, span).unwrap_or(word)
    }
}

/// Puts each number into an image.
pub(super) struct ImageWriter<'a> {
    bytes: Writer<'a>,
    course: Course,
}

impl<'a> ImageWriter<'a> {
    pub(super) fn new(kind: ParameterKind, buffer: &'a mut [u8]) -> Self {
        let mut bytes = Writer::new(buffer);
        kind.begin(&mut bytes);
        Self { bytes, course: Course::default() }
    }

    pub(super) fn finish(self) -> Result<usize, ParameterFault> {
        match self.course.fault {
            Some(fault) => Err(fault),
            None => self.bytes.finish().ok_or(ParameterFault::Length),
        }
    }
}

impl Walk for ImageWriter<'_> {
    #[inline(never)]
    fn visit(&mut self, _: &'static str, _: Unit, word: u32, span: Span) -> u32 {
        if let Some(word) = self.course.admits(Some(word), span) {
            self.bytes.add(&word);
        }
        word
    }
}
