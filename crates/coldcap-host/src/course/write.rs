//! A course as text.

use super::{Course, HeldSession, StoredFit};
use core::fmt;

const HEADING: &str = "# A course of chemotherapy (docs/courses.md), written by the host. The number is pseudonymous: nothing else \
about a\n# person belongs here. Comments of your own are not kept.\n";

impl fmt::Display for Course {
    /// The text of its file: [`parse`](Course::parse) gives this course again.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(HEADING)?;
        writeln!(f, "patient = {}\nsessions = {}", self.patient, self.sessions)?;
        self.fits.iter().try_for_each(|fit| write_fit(f, fit))?;
        (1_u8..).zip(&self.held).try_for_each(|(number, held)| write_session(f, number, held))
    }
}

fn write_fit(f: &mut fmt::Formatter<'_>, fit: &StoredFit) -> fmt::Result {
    let StoredFit { date, calibration, cap_size, cap_id } = fit;
    writeln!(f, "\n[[fit]]\ndate = \"{date}\"\ncalibration = \"{calibration:016x}\"")?;
    writeln!(f, "cap_size = \"{}\"", cap_size.name())?;
    cap_id.map_or(Ok(()), |id| writeln!(f, "cap_id = {id}"))
}

fn write_session(f: &mut fmt::Formatter<'_>, number: u8, held: &HeldSession) -> fmt::Result {
    writeln!(f, "\n[[session]]\nnumber = {number}\ndate = \"{}\"", held.date)?;
    writeln!(f, "density = \"{}\"", held.density_name())?;
    if let Some(loss) = held.hair_loss {
        let (scale, grade) = (loss.scale().name(), loss.grade());
        writeln!(f, "hair_loss = {{ scale = \"{scale}\", grade = {grade} }}")?;
    }
    writeln!(f, "ended = \"{}\"", held.ended.name())?;
    let Some(link) = held.record else { return Ok(()) };
    writeln!(f, "record = \"{:016x}\"", u64::from_be_bytes(link))
}
