//! Settings as TOML.

use super::{Known, Table, Wish, known};
use crate::plan::PlanFileError;
use crate::plan::table::{self, Table as Fields};
use coldcap_wire::message::Setting;
use core::fmt;
use toml::Value;

impl fmt::Display for Table {
    /// Values by name, with what they do, their units and what the machine allows in comments: a file that
    /// [`parse`](Table::parse) reads again.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "# Settings of a machine of model {}, revision {}", self.model, self.revision)?;
        self.iter().try_for_each(|setting| {
            let known = self.known(setting.key);
            writeln!(f, "\n# {}", comment(known, setting))?;
            writeln!(f, "{} = {}", self.name(setting.key), value(known, setting.value))
        })
    }
}

fn comment(known: Option<&Known>, setting: &Setting) -> String {
    let Setting { minimum, maximum, .. } = setting;
    let Some(known) = known else {
        return format!("not known to this host: {minimum} to {maximum}");
    };
    if known.words.is_empty() {
        return format!("{}: {minimum} to {maximum} {}", known.about, known.unit);
    }
    let allowed = (*minimum..=*maximum).take(known.words.len());
    let words = allowed.map(|code| value(Some(known), code)).collect::<Vec<_>>();
    format!("{}: {}", known.about, words.join(", "))
}

fn value(known: Option<&Known>, value: i32) -> String {
    let word = known.and_then(|known| known.word(value));
    word.map_or_else(|| value.to_string(), |word| format!("\"{word}\""))
}

impl Table {
    /// Reads a file of settings for a machine of this model. `file_name` only serves the error line.
    ///
    /// # Errors
    /// [`PlanFileError`]: the syntax, a name that is neither known nor `setting_` and a key, one setting twice, or what is
    /// no value. What this machine allows is for [`check`](Self::check) to say.
    ///
    /// # Panics
    /// Never.
    pub fn parse(&self, text: &str, file_name: &str) -> Result<Vec<Wish>, PlanFileError> {
        let entries = table::read(text, file_name)?;
        let fields = Fields::root(&entries, file_name);
        let mut wishes: Vec<Wish> = Vec::new();
        for name in fields.fields() {
            let wish = self.wish(&fields, name)?;
            if wishes.iter().any(|other| other.key == wish.key) {
                let allowed = format!("once: it is {}, too", self.name(wish.key));
                return Err(fields.refuse(name, "again".to_owned(), &allowed));
            }
            wishes.push(wish);
        }
        Ok(wishes)
    }

    fn wish(&self, fields: &Fields<'_>, name: &str) -> Result<Wish, PlanFileError> {
        let key = self.key(name).ok_or_else(|| {
            let names = known(self.model).iter().map(|known| known.name);
            let allowed = names.chain(["setting_ and a key, 0 to 65535"]).collect::<Vec<_>>();
            fields.refuse(name, "unknown field".to_owned(), &allowed.join(", "))
        })?;
        let value = match (self.known(key), fields.value(name)) {
            (Some(known), Some(Value::String(_))) if !known.words.is_empty() => {
                let words = known.words.iter().zip(0..).map(|(word, code)| (*word, code));
                fields.choice(name, &words.collect::<Vec<_>>())?
            }
            _ => fields.integer(name, i32::MIN.into(), i32::MAX.into())? as i32,
        };
        Ok(Wish { key, name: name.to_owned(), value })
    }

    fn key(&self, name: &str) -> Option<u16> {
        let named = known(self.model).iter().find(|known| known.name == name);
        named.map(|known| known.key).or_else(|| {
            let digits = name.strip_prefix("setting_")?;
            // One way to write a number.
            digits.parse().ok().filter(|key: &u16| key.to_string() == digits)
        })
    }
}
