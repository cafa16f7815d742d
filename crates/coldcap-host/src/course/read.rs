//! A course as its file has it.

use super::{CapSize, Course, HairLoss, HeldSession, MOST_FITS, MOST_SESSIONS, Scale, StoredFit};
use crate::plan::table::{self, Table};
use crate::plan::{Date, PlanFileError, date, density};
use crate::procedure::Outcome;
use coldcap_session::record::LINK_BYTES;

const ALLOWED_HASH: &str = "a string of 16 lower-case hexadecimal digits";

impl Course {
    /// Reads and checks the text of a course file. `file_name` only serves the error line.
    ///
    /// # Errors
    /// [`PlanFileError`] for the first thing found wrong: the syntax, an unknown field, a missing one, a wrong type, a
    /// value outside its range or in contradiction to another.
    ///
    /// # Panics
    /// Never.
    pub fn parse(text: &str, file_name: &str) -> Result<Self, PlanFileError> {
        let root = table::read(text, file_name)?;
        let root = Table::root(&root, file_name);
        root.only(&["patient", "sessions", "fit", "session"])?;
        let sessions = root.integer("sessions", 1, MOST_SESSIONS.into())? as u8;
        Ok(Self {
            patient: root.integer("patient", 1, i64::MAX)?.unsigned_abs(),
            sessions,
            fits: fits(&root)?,
            held: held(&root, sessions)?,
        })
    }
}

fn fits(root: &Table<'_>) -> Result<Vec<StoredFit>, PlanFileError> {
    let tables = root.tables("fit")?;
    if tables.len() > MOST_FITS {
        let allowed = format!("at most {MOST_FITS} fit visits");
        return Err(root.refuse("fit", format!("{} fit visits", tables.len()), &allowed));
    }
    let fits = tables.iter().map(fit).collect::<Result<Vec<_>, _>>()?;
    in_order(&tables, fits.iter().map(|fit| fit.date))?;
    Ok(fits)
}

fn fit(table: &Table<'_>) -> Result<StoredFit, PlanFileError> {
    table.only(&["date", "calibration", "cap_size", "cap_id"])?;
    let sizes = CapSize::ALL.map(|size| (size.name(), size));
    let known = table.has("cap_id");
    Ok(StoredFit {
        date: date(table)?,
        calibration: calibration(table)?,
        cap_size: table.choice("cap_size", &sizes)?,
        cap_id: known
            .then(|| table.integer("cap_id", 1, i64::MAX))
            .transpose()?
            .map(i64::unsigned_abs),
    })
}

fn calibration(table: &Table<'_>) -> Result<u64, PlanFileError> {
    let digest = u64::from_be_bytes(hash(table, "calibration")?);
    if digest == 0 {
        return Err(table.refuse("calibration", "0".to_owned(), "a digest, which is never 0"));
    }
    Ok(digest)
}

fn held(root: &Table<'_>, sessions: u8) -> Result<Vec<HeldSession>, PlanFileError> {
    let tables = root.tables("session")?;
    if tables.len() > usize::from(sessions) {
        let allowed = format!("at most {sessions}, as many as are planned in sessions");
        return Err(root.refuse("session", format!("{} sessions", tables.len()), &allowed));
    }
    for (table, number) in tables.iter().zip(1..) {
        table.integer("number", number, number)?;
    }
    let held = tables.iter().map(session).collect::<Result<Vec<_>, _>>()?;
    in_order(&tables, held.iter().map(|held| held.date))?;
    Ok(held)
}

fn session(table: &Table<'_>) -> Result<HeldSession, PlanFileError> {
    table.only(&["number", "date", "density", "hair_loss", "ended", "record"])?;
    let outcomes = Outcome::ALL.map(|outcome| (outcome.name(), outcome));
    let (graded, recorded) = (table.has("hair_loss"), table.has("record"));
    Ok(HeldSession {
        date: date(table)?,
        density: density(table)?,
        hair_loss: graded.then(|| hair_loss(&table.table("hair_loss")?)).transpose()?,
        ended: table.choice("ended", &outcomes)?,
        record: recorded.then(|| hash(table, "record")).transpose()?,
    })
}

fn hair_loss(table: &Table<'_>) -> Result<HairLoss, PlanFileError> {
    table.only(&["scale", "grade"])?;
    let scale = table.choice("scale", &Scale::ALL.map(|scale| (scale.name(), scale)))?;
    let grade = table.integer("grade", 0, scale.highest().into())? as u8;
    Ok(HairLoss { scale, grade })
}

/// What came later stands later.
fn in_order(tables: &[Table<'_>], dates: impl Iterator<Item = Date>) -> Result<(), PlanFileError> {
    let mut last = None;
    for (table, date) in tables.iter().zip(dates) {
        if let Some(last) = last.filter(|last| *last > date) {
            let allowed = format!("{last} or later, as the one before it");
            return Err(table.refuse("date", date.to_string(), &allowed));
        }
        last = Some(date);
    }
    Ok(())
}

fn hash(table: &Table<'_>, field: &str) -> Result<[u8; LINK_BYTES], PlanFileError> {
    let text = table.string(field, ALLOWED_HASH)?;
    let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    let fits = text.len() == 2 * LINK_BYTES && text.bytes().all(is_digit);
    let value = u64::from_str_radix(text, 16).ok().filter(|_| fits);
    let refused = || table.refuse(field, format!("{text:?}"), ALLOWED_HASH);
    value.map(u64::to_be_bytes).ok_or_else(refused)
}
