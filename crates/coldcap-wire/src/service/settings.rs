//! The device's side of settings.

use crate::message::{PutSetting, ReadSettings, Response, Setting, Status};

/// A setting that exists: what it may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SettingRow {
    /// Which one; the rows stand in rising order of it.
    pub key: u16,
    /// Lowest value allowed. The device's own limits are not settings: a row lies within them.
    pub minimum: i32,
    /// Highest value allowed.
    pub maximum: i32,
    /// Its value until it is changed.
    pub initial: i32,
}

/// The values of `N` settings, and the revision at which each changed last.
///
/// ```
/// use coldcap_wire::message::{CommandHead, PutSetting, Status};
/// use coldcap_wire::service::{SettingRow, Settings};
///
/// const ROWS: [SettingRow; 1] = [SettingRow { key: 7, minimum: -1_000, maximum: 0, initial: 0 }];
/// let mut settings = Settings::new(&ROWS);
/// let head = CommandHead { expected_revision: 1, ..CommandHead::new(1, 0) };
/// assert_eq!(settings.put(&PutSetting { head, key: 7, value: -5 }).status, Status::OK);
/// assert_eq!(settings.put(&PutSetting { head, key: 7, value: -6 }).status, Status::STALE);
/// assert_eq!((settings.revision(), settings.value(7)), (2, Some(-5)));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings<const N: usize> {
    rows: &'static [SettingRow; N],
    cells: [Cell; N],
    revision: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Cell {
    value: i32,
    changed: u32,
}

impl<const N: usize> Settings<N> {
    /// All at their initial values, at revision 1.
    #[must_use]
    pub fn new(rows: &'static [SettingRow; N]) -> Self {
        let cells = rows.map(|row| Cell { value: row.initial, changed: 1 });
        Self { rows, cells, revision: 1 }
    }

    /// Goes up by one with every change.
    #[must_use]
    pub const fn revision(&self) -> u32 {
        self.revision
    }

    /// The value of a setting; `None` where there is none of this key.
    #[must_use]
    pub fn value(&self, key: u16) -> Option<i32> {
        let mut both = self.rows.iter().zip(&self.cells);
        both.find(|(row, _)| row.key == key).map(|(_, cell)| cell.value)
    }

    /// Changes a setting, for whoever has seen the newest revision; returns the answer, of which `value` is
    /// the revision now.
    ///
    /// # Panics
    /// Never.
    pub fn put(&mut self, put: &PutSetting) -> Response {
        let answer =
            |status, revision| Response { value: revision, ..Response::new(put.head.rid, status) };
        let revision = self.revision;
        let Some(at) = self.rows.iter().position(|row| row.key == put.key) else {
            return answer(Status::UNSUPPORTED, revision);
        };
        if put.head.expected_revision != revision as u16 {
            return answer(Status::STALE, revision);
        }
        let (Some(row), Some(cell)) = (self.rows.get(at), self.cells.get_mut(at)) else {
            return answer(Status::INTERNAL, revision);
        };
        if put.value < row.minimum || put.value > row.maximum {
            let (minimum, maximum) = (row.minimum, row.maximum);
            return Response { minimum, maximum, ..answer(Status::OUT_OF_RANGE, revision) };
        }
        if put.value == cell.value {
            return answer(Status::NO_CHANGE, revision);
        }
        self.revision = revision.saturating_add(1);
        *cell = Cell { value: put.value, changed: self.revision };
        answer(Status::OK, self.revision)
    }

    /// The first setting that is asked for, to be sent with an answer of `ok`; `None` where there is none,
    /// and the answer is `no_change`.
    #[must_use]
    pub fn read(&self, read: &ReadSettings) -> Option<Setting> {
        let both = self.rows.iter().zip(&self.cells);
        let mut wanted =
            both.filter(|(row, cell)| row.key >= read.from && cell.changed > read.since);
        let (row, cell) = wanted.next()?;
        Some(Setting {
            rid: read.head.rid,
            revision: self.revision,
            changed: cell.changed,
            key: row.key,
            value: cell.value,
            minimum: row.minimum,
            maximum: row.maximum,
            left: wanted.count() as u16,
        })
    }
}
