//! The host's copy of the settings.

use crate::message::Setting;

/// A copy of up to `N` settings, brought up to date by what changed.
///
/// It asks for one setting at a time, see [`wanted`](Self::wanted). One that changes meanwhile bears a
/// later revision than the one with which the round began, so that the next round brings it.
///
/// ```
/// use coldcap_wire::message::Setting;
/// use coldcap_wire::service::SettingsMirror;
///
/// let mut mirror = SettingsMirror::<4>::new();
/// assert_eq!(mirror.wanted(), (0, 0));
/// let setting = Setting {
///     rid: 1, revision: 3, changed: 2, key: 7, value: -5, minimum: -9, maximum: 0, left: 0,
/// };
/// assert!(mirror.accept(&setting), "that was all");
/// assert_eq!((mirror.revision(), mirror.value(7)), (3, Some(-5)));
/// assert_eq!(mirror.wanted(), (3, 0));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SettingsMirror<const N: usize> {
    known: [Option<Setting>; N],
    revision: u32,
    /// The first revision that this round has seen, and the key to go on with.
    round: Option<u32>,
    from: u16,
}

impl<const N: usize> Default for SettingsMirror<N> {
    fn default() -> Self {
        Self::new()
    }
}

impl<const N: usize> SettingsMirror<N> {
    /// Knows nothing.
    #[must_use]
    pub const fn new() -> Self {
        Self { known: [None; N], revision: 0, round: None, from: 0 }
    }

    /// `since` and `from` of the next [`ReadSettings`](crate::message::ReadSettings).
    #[must_use]
    pub const fn wanted(&self) -> (u32, u16) {
        (self.revision, self.from)
    }

    /// The revision up to which everything is known; 0 for nothing.
    #[must_use]
    pub const fn revision(&self) -> u32 {
        self.revision
    }

    /// The value of a setting; `None` where none of this key is known.
    #[must_use]
    pub fn value(&self, key: u16) -> Option<i32> {
        self.known.iter().flatten().find(|known| known.key == key).map(|known| known.value)
    }

    /// Takes a setting as it was asked for; `true` where the round is complete. One that does not belong
    /// to what was asked for is not taken.
    pub fn accept(&mut self, setting: &Setting) -> bool {
        if setting.key < self.from || setting.changed <= self.revision {
            return false;
        }
        let round = *self.round.get_or_insert(setting.revision);
        self.keep(setting);
        self.from = setting.key.saturating_add(1);
        if setting.left > 0 {
            return false;
        }
        self.end_round(round);
        true
    }

    /// Takes the answer that nothing is left, which is `no_change`.
    pub fn nothing_left(&mut self) {
        self.end_round(self.round.unwrap_or(self.revision));
    }

    /// Begins anew, as with a device that was started again.
    pub fn forget(&mut self) {
        *self = Self::new();
    }

    fn end_round(&mut self, revision: u32) {
        self.revision = revision;
        (self.round, self.from) = (None, 0);
    }

    /// More than `N` settings cannot be known: the last place is that of the last one.
    fn keep(&mut self, setting: &Setting) {
        let free = self.known.iter().position(|known| match known {
            Some(known) => known.key == setting.key,
            None => true,
        });
        let at = free.unwrap_or(N.saturating_sub(1));
        if let Some(place) = self.known.get_mut(at) {
            *place = Some(*setting);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::settings::{SettingRow, Settings};
    use super::*;
    use crate::message::{CommandHead, PutSetting, ReadSettings, Status};
    use proptest::prelude::*;

    const fn row(key: u16) -> SettingRow {
        SettingRow { key, minimum: -10, maximum: 10, initial: 0 }
    }

    static ROWS: [SettingRow; 4] = [row(1), row(5), row(6), row(40)];

    fn put(settings: &mut Settings<4>, key: u16, value: i32) -> Status {
        let expected_revision = settings.revision() as u16;
        let head = CommandHead { expected_revision, ..CommandHead::new(1, 0) };
        settings.put(&PutSetting { head, key, value }).status
    }

    fn read(mirror: &mut SettingsMirror<4>, settings: &Settings<4>) -> bool {
        let (since, from) = mirror.wanted();
        match settings.read(&ReadSettings { head: CommandHead::new(2, 0), since, from }) {
            Some(setting) => mirror.accept(&setting),
            None => {
                mirror.nothing_left();
                true
            }
        }
    }

    #[test]
    fn refusals_change_nothing_and_state_the_range() {
        let mut settings = Settings::new(&ROWS);
        let head = CommandHead { expected_revision: 1, ..CommandHead::new(1, 0) };
        let refused = settings.put(&PutSetting { head, key: 5, value: 11 });
        assert_eq!(
            (refused.status, refused.minimum, refused.maximum),
            (Status::OUT_OF_RANGE, -10, 10)
        );
        assert_eq!(put(&mut settings, 2, 0), Status::UNSUPPORTED);
        assert_eq!(put(&mut settings, 5, 0), Status::NO_CHANGE);
        let unseen = CommandHead::new(1, 0);
        assert_eq!(
            settings.put(&PutSetting { head: unseen, key: 5, value: 1 }).status,
            Status::STALE
        );
        assert_eq!(settings, Settings::new(&ROWS));
    }

    proptest! {
        #[test]
        fn the_copy_is_right_as_of_its_revision_and_catches_up(
            steps in prop::collection::vec((0usize..4, -12i32..13, 0u8..3), 0..80),
        ) {
            let mut settings = Settings::new(&ROWS);
            let mut mirror = SettingsMirror::<4>::new();
            for (at, value, reads) in steps {
                put(&mut settings, ROWS[at].key, value);
                for _ in 0..reads {
                    read(&mut mirror, &settings);
                }
            }
            // The round that runs, and one more.
            for _ in 0..2 {
                while !read(&mut mirror, &settings) {}
            }
            prop_assert_eq!(mirror.revision(), settings.revision());
            for row in &ROWS {
                prop_assert_eq!(mirror.value(row.key), settings.value(row.key));
            }
        }
    }
}
