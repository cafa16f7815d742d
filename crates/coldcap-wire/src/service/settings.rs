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

/// The values of `N` settings, and the revision at which each changed last. None of them take no memory at all.
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
    cells: [Cell; N],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Cell {
    row: &'static SettingRow,
    value: i32,
    /// The revision that its last change made, so that the newest of all is that of the settings.
    changed: u32,
}

/// The revision of settings that nobody has changed.
const FIRST: u32 = 1;

impl<const N: usize> Settings<N> {
    /// All at their initial values, at revision 1.
    #[must_use]
    pub fn new(rows: &'static [SettingRow; N]) -> Self {
        Self { cells: rows.each_ref().map(|row| Cell { row, value: row.initial, changed: FIRST }) }
    }

    /// Puts in a value that was stored before the device started: it is no change. `false`, and nothing is done, where there
    /// is no such key or the value is out of its range.
    ///
    /// ```
    /// use coldcap_wire::service::{SettingRow, Settings};
    ///
    /// const ROWS: [SettingRow; 1] = [SettingRow { key: 7, minimum: 0, maximum: 9, initial: 5 }];
    /// let mut settings = Settings::new(&ROWS);
    /// assert!(settings.restore(7, 3) && !settings.restore(7, 10) && !settings.restore(8, 3));
    /// assert_eq!((settings.revision(), settings.value(7)), (1, Some(3)));
    /// ```
    pub fn restore(&mut self, key: u16, value: i32) -> bool {
        let found = self.cells.iter_mut().find(|cell| cell.row.key == key);
        let fits = found.filter(|cell| cell.row.minimum <= value && value <= cell.row.maximum);
        fits.map(|cell| cell.value = value).is_some()
    }

    /// The same values behind a start of the device, with which revisions begin anew.
    #[must_use]
    pub fn restarted(&self) -> Self {
        Self { cells: self.cells.map(|cell| Cell { changed: FIRST, ..cell }) }
    }

    /// Goes up by one with every change.
    #[must_use]
    pub const fn revision(&self) -> u32 {
        let (mut cells, mut newest) = (self.cells.as_slice(), FIRST);
        while let [first, rest @ ..] = cells {
            newest = if first.changed > newest { first.changed } else { newest };
            cells = rest;
        }
        newest
    }

    /// The value of a setting; `None` where there is none of this key.
    #[must_use]
    pub fn value(&self, key: u16) -> Option<i32> {
        self.cells.iter().find(|cell| cell.row.key == key).map(|cell| cell.value)
    }

    /// Changes a setting, for whoever has seen the newest revision; returns the answer, of which `value` is
    /// the revision now.
    ///
    /// # Panics
    /// Never.
    pub fn put(&mut self, put: &PutSetting) -> Response {
        let answer =
            |status, revision| Response { value: revision, ..Response::new(put.head.rid, status) };
        let revision = self.revision();
        let Some(cell) = self.cells.iter_mut().find(|cell| cell.row.key == put.key) else {
            return answer(Status::UNSUPPORTED, revision);
        };
        if put.head.expected_revision != revision as u16 {
            return answer(Status::STALE, revision);
        }
        let SettingRow { minimum, maximum, .. } = *cell.row;
        if put.value < minimum || put.value > maximum {
            return Response { minimum, maximum, ..answer(Status::OUT_OF_RANGE, revision) };
        }
        if put.value == cell.value {
            return answer(Status::NO_CHANGE, revision);
        }
        let changed = revision.saturating_add(1);
        *cell = Cell { value: put.value, changed, ..*cell };
        answer(Status::OK, changed)
    }

    /// The first setting that is asked for, to be sent with an answer of `ok`; `None` where there is none,
    /// and the answer is `no_change`.
    #[must_use]
    pub fn read(&self, read: &ReadSettings) -> Option<Setting> {
        let is_wanted = |cell: &&Cell| cell.row.key >= read.from && cell.changed > read.since;
        let mut wanted = self.cells.iter().filter(is_wanted);
        let cell = wanted.next()?;
        Some(Setting {
            rid: read.head.rid,
            revision: self.revision(),
            changed: cell.changed,
            key: cell.row.key,
            value: cell.value,
            minimum: cell.row.minimum,
            maximum: cell.row.maximum,
            left: wanted.count() as u16,
        })
    }
}
