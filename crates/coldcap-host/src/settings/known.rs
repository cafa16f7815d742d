//! What the host knows of the settings of the models that it knows.

/// A setting of a model: what a machine does not say of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Known {
    /// Its key on the wire.
    pub key: u16,
    /// What it is called: a bare key of TOML.
    pub name: &'static str,
    /// The unit of its value; nothing where it is a code.
    pub unit: &'static str,
    /// What it does, in a few words.
    pub about: &'static str,
    /// What its values are called where they are codes: the value is the place in the list.
    pub words: &'static [&'static str],
}

/// The model of the reference machine, and of the virtual one.
pub const KNOWN_MODEL: u16 = 1;

static REFERENCE: [Known; 4] = [
    Known {
        key: 1,
        name: "sound_level",
        unit: "%",
        about: "how loud what is no alarm sounds",
        words: &[],
    },
    Known {
        key: 2,
        name: "display_brightness",
        unit: "%",
        about: "how bright the display is",
        words: &[],
    },
    Known {
        key: 3,
        name: "reminder_interval",
        unit: "s",
        about: "from one reminder on the display to the next",
        words: &[],
    },
    Known {
        key: 4,
        name: "language",
        unit: "",
        about: "the language of the display",
        words: &["en", "de"],
    },
];

/// The settings of this model that have names; none for a model that the host does not know.
#[must_use]
pub fn known(model: u16) -> &'static [Known] {
    if model == KNOWN_MODEL { &REFERENCE } else { &[] }
}

impl Known {
    /// The word of a value that is a code, if it has one.
    #[must_use]
    pub fn word(&self, value: i32) -> Option<&'static str> {
        self.words.get(usize::try_from(value).ok()?).copied()
    }

    /// The value of a word.
    #[must_use]
    pub fn value(&self, word: &str) -> Option<i32> {
        let at = self.words.iter().position(|known| *known == word)?;
        i32::try_from(at).ok()
    }

    /// A value as people read it.
    pub(super) fn in_words(known: Option<&Self>, value: i32) -> String {
        match known {
            Some(known) if !known.unit.is_empty() => format!("{value} {}", known.unit),
            Some(known) => known.word(value).map_or_else(|| value.to_string(), str::to_owned),
            None => value.to_string(),
        }
    }
}
