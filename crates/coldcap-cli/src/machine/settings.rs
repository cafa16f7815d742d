//! The settings of the virtual machine's shell. Nothing in it sounds or shines by them: they are there to be read and changed.

use coldcap_sim::station::Station;
use coldcap_wire::service::{SettingRow, Settings};

const COUNT: usize = 4;

/// A virtual machine with these settings.
pub(crate) type VirtualStation<const CHANNELS: usize> = Station<CHANNELS, COUNT>;

/// What they are called is the host's to know: `coldcap_host::settings::known`.
static ROWS: [SettingRow; COUNT] = [
    // Sound level in percent, of what is no alarm.
    SettingRow { key: 1, minimum: 0, maximum: 100, initial: 60 },
    // Display brightness in percent.
    SettingRow { key: 2, minimum: 10, maximum: 100, initial: 80 },
    // From one reminder to the next, in seconds.
    SettingRow { key: 3, minimum: 30, maximum: 3_600, initial: 600 },
    // Language: the place in the host's list.
    SettingRow { key: 4, minimum: 0, maximum: 1, initial: 0 },
];

/// As they are in a new machine.
pub(crate) fn new() -> Settings<COUNT> {
    Settings::new(&ROWS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use coldcap::Config;
    use coldcap_host::settings::{KNOWN_MODEL, known};

    #[test]
    fn the_host_knows_each_of_them() {
        assert_eq!(Config::reference().identity.model, KNOWN_MODEL);
        let known = known(KNOWN_MODEL);
        assert_eq!(known.iter().map(|it| it.key).collect::<Vec<_>>(), ROWS.map(|row| row.key));
        let language = known[3].words.len();
        assert_eq!((ROWS[3].minimum, ROWS[3].maximum), (0, language as i32 - 1));
    }
}
