//! Settings of a machine as text: what a display or a sounder does, with names, units and ranges.
//!
//! The wire knows numbers and nothing else: keys, values, ranges. What they are called is a table of the host's, for the
//! models that it knows; any other setting stands by its number, `setting_17`. A file holds values by name, some or all of
//! them; ranges are the machine's own, so that a file is checked against the machine that it goes to.
//!
//! ```
//! use coldcap_host::settings::Table;
//! use coldcap_wire::message::Setting;
//!
//! let told = |key, value, minimum, maximum| Setting {
//!     rid: 0, revision: 5, changed: 1, key, value, minimum, maximum, left: 0,
//! };
//! let table = Table::new(1, 5, [told(1, 70, 10, 100), told(17, -4, -9, 9)]);
//! let wishes = table.parse("sound_level = 55\nsetting_17 = -4", "desk.toml")?;
//! let differing = table.differences(&wishes);
//! assert_eq!(differing.len(), 1);
//! assert_eq!(differing[0].to_string(), "sound_level: 70 %, wanted 55 %");
//!
//! let loud = table.parse("sound_level = 101", "desk.toml")?;
//! let refused = table.check(&loud, "desk.toml").unwrap_err().to_string();
//! assert_eq!(refused, "desk.toml:sound_level: 101: allowed 10 to 100");
//! # Ok::<(), coldcap_host::plan::PlanFileError>(())
//! ```

mod known;
#[cfg(feature = "connection")]
mod machine;
mod text;

pub use known::{KNOWN_MODEL, Known, known};
#[cfg(feature = "connection")]
pub use machine::{Incomplete, SettingsError, read, restore};

use crate::plan::PlanFileError;
use coldcap_wire::message::Setting;
use core::fmt;
use std::collections::BTreeMap;

/// All settings of a machine, as they were at one revision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    model: u16,
    revision: u32,
    settings: BTreeMap<u16, Setting>,
}

/// A value that a file asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wish {
    /// Which setting.
    pub key: u16,
    /// What it is called in the file.
    pub name: String,
    /// What it should be.
    pub value: i32,
}

/// A setting that is not what a file asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Which setting.
    pub key: u16,
    /// What it is called.
    pub name: String,
    /// What it is; `None` where the machine has none of this key.
    pub is: Option<i32>,
    /// What the file asks for.
    pub wanted: i32,
    known: Option<&'static Known>,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let with_unit = |value| Known::in_words(self.known, value);
        let is = self.is.map_or("not there".to_owned(), with_unit);
        write!(f, "{}: {is}, wanted {}", self.name, with_unit(self.wanted))
    }
}

impl Table {
    /// The settings that a machine of this model told at this revision. Of what was told of each, the request and what was
    /// left to tell say nothing here.
    #[must_use]
    pub fn new(model: u16, revision: u32, told: impl IntoIterator<Item = Setting>) -> Self {
        let alone = |setting| Setting { rid: 0, revision, left: 0, ..setting };
        let settings = told.into_iter().map(|setting| (setting.key, alone(setting))).collect();
        Self { model, revision, settings }
    }

    /// The model of the machine, by which names are chosen.
    #[must_use]
    pub const fn model(&self) -> u16 {
        self.model
    }

    /// The revision at which all of them were so.
    #[must_use]
    pub const fn revision(&self) -> u32 {
        self.revision
    }

    /// Every setting, in the order of the keys.
    pub fn iter(&self) -> impl Iterator<Item = &Setting> {
        self.settings.values()
    }

    /// What the host knows of this setting.
    #[must_use]
    pub fn known(&self, key: u16) -> Option<&'static Known> {
        known(self.model).iter().find(|known| known.key == key)
    }

    /// What a setting is called in files: by its number where the host does not know it.
    #[must_use]
    pub fn name(&self, key: u16) -> String {
        self.known(key).map_or_else(|| format!("setting_{key}"), |known| known.name.to_owned())
    }

    /// Whether the machine could take all of this: it has each of the settings, and the values are in its ranges.
    ///
    /// # Errors
    /// [`PlanFileError`] for the first that it could not take.
    pub fn check(&self, wishes: &[Wish], file_name: &str) -> Result<(), PlanFileError> {
        wishes.iter().try_for_each(|wish| {
            let refuse = |allowed| PlanFileError {
                file: file_name.to_owned(),
                field: wish.name.clone(),
                value: wish.value.to_string(),
                allowed,
            };
            match self.settings.get(&wish.key) {
                None => Err(refuse("on a machine that has this setting".to_owned())),
                Some(it) if (it.minimum..=it.maximum).contains(&wish.value) => Ok(()),
                Some(it) => Err(refuse(format!("{} to {}", it.minimum, it.maximum))),
            }
        })
    }

    /// What is not as it is asked for, in the order of the keys.
    #[must_use]
    pub fn differences(&self, wishes: &[Wish]) -> Vec<Difference> {
        let is = |wish: &Wish| self.settings.get(&wish.key).map(|setting| setting.value);
        let differing = wishes.iter().filter(|wish| is(wish) != Some(wish.value));
        let mut differing: Vec<_> = differing
            .map(|wish| Difference {
                key: wish.key,
                name: wish.name.clone(),
                is: is(wish),
                wanted: wish.value,
                known: self.known(wish.key),
            })
            .collect();
        differing.sort_by_key(|difference| difference.key);
        differing
    }
}
