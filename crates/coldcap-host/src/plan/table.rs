//! A TOML table that knows its place in the file, so that every refusal can name it.

use super::error::PlanFileError;
use coldcap_units::Duration;
use toml::Value;

/// Parses the text; the first syntax error is reported with its line.
///
/// # Errors
/// [`PlanFileError`] with the field `line N` and that line as the value.
pub fn read(text: &str, file: &str) -> Result<toml::Table, PlanFileError> {
    text.parse::<toml::Table>().map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        let before = text.get(..at).unwrap_or(text);
        let line = before.matches('\n').count();
        let found = text.lines().nth(line).unwrap_or_default().trim();
        PlanFileError {
            file: file.to_owned(),
            field: format!("line {}", line + 1),
            value: shorten(found),
            allowed: format!("TOML, which this is not ({})", error.message()),
        }
    })
}

/// One table of the file and the path to it, which ends in a dot unless it is the root.
#[derive(Debug)]
pub struct Table<'a> {
    entries: &'a toml::Table,
    file: &'a str,
    path: String,
}

impl<'a> Table<'a> {
    /// The whole file.
    #[must_use]
    pub fn root(entries: &'a toml::Table, file: &'a str) -> Self {
        Self { entries, file, path: String::new() }
    }

    /// Why a field of this table is refused: what stands there, and what is allowed.
    #[must_use]
    pub fn refuse(&self, field: &str, value: String, allowed: &str) -> PlanFileError {
        PlanFileError {
            file: self.file.to_owned(),
            field: format!("{}{field}", self.path),
            value,
            allowed: allowed.to_owned(),
        }
    }

    /// Refuses every field that is not in `known`.
    ///
    /// # Errors
    /// [`PlanFileError`] with the field, what stands there and what is allowed.
    pub fn only(&self, known: &[&str]) -> Result<(), PlanFileError> {
        match self.entries.keys().find(|key| !known.contains(&key.as_str())) {
            None => Ok(()),
            Some(key) => Err(self.refuse(key, "unknown field".to_owned(), &known.join(", "))),
        }
    }

    /// A whole number from `low` to `high`.
    ///
    /// # Errors
    /// [`PlanFileError`] where it is missing, of another type or out of range.
    pub fn integer(&self, field: &str, low: i64, high: i64) -> Result<i64, PlanFileError> {
        let allowed = format!("{low} to {high}");
        match self.required(field, &allowed)? {
            Value::Integer(value) if (low..=high).contains(value) => Ok(*value),
            Value::Integer(value) => Err(self.refuse(field, value.to_string(), &allowed)),
            other => Err(self.wrong_type(field, other, &format!("a whole number, {allowed}"))),
        }
    }

    /// The same; `absent` where the field is missing.
    ///
    /// # Errors
    /// [`PlanFileError`] with the field, what stands there and what is allowed.
    pub fn integer_or(
        &self,
        field: &str,
        low: i64,
        high: i64,
        absent: i64,
    ) -> Result<i64, PlanFileError> {
        if self.entries.contains_key(field) { self.integer(field, low, high) } else { Ok(absent) }
    }

    /// A whole or decimal number from `low` to `high`, in thousandths, rounded.
    ///
    /// # Errors
    /// [`PlanFileError`] with the field, what stands there and what is allowed.
    pub fn thousandths(&self, field: &str, low: f64, high: f64) -> Result<f64, PlanFileError> {
        self.decimal(field, low, high).map(|value| (value * 1_000.0).round())
    }

    /// Whole or decimal minutes from `low` to `high`, rounded to milliseconds.
    ///
    /// # Errors
    /// [`PlanFileError`] with the field, what stands there and what is allowed.
    pub fn minutes(&self, field: &str, low: f64, high: f64) -> Result<Duration, PlanFileError> {
        let minutes = self.decimal(field, low, high)?;
        Ok(Duration::from_millis((minutes * 60_000.0).round() as u32))
    }

    /// Whether the field is there.
    #[must_use]
    pub fn has(&self, field: &str) -> bool {
        self.entries.contains_key(field)
    }

    /// What stands in the field, whatever it is.
    #[must_use]
    pub fn value(&self, field: &str) -> Option<&'a Value> {
        self.entries.get(field)
    }

    /// The fields that are there, in alphabetic order.
    pub fn fields(&self) -> impl Iterator<Item = &'a str> {
        self.entries.keys().map(String::as_str)
    }

    /// A number, whole or not.
    ///
    /// # Errors
    /// [`PlanFileError`] with the field, what stands there and what is allowed.
    pub fn decimal(&self, field: &str, low: f64, high: f64) -> Result<f64, PlanFileError> {
        let allowed = format!("{low} to {high}");
        let found = self.required(field, &allowed)?;
        let value = match found {
            Value::Integer(value) => *value as f64,
            Value::Float(value) => *value,
            other => return Err(self.wrong_type(field, other, &format!("a number, {allowed}"))),
        };
        if (low..=high).contains(&value) {
            return Ok(value);
        }
        Err(self.refuse(field, found.to_string(), &allowed))
    }

    /// A text; `allowed` says which.
    ///
    /// # Errors
    /// [`PlanFileError`] where it is missing or of another type.
    pub fn string(&self, field: &str, allowed: &str) -> Result<&'a str, PlanFileError> {
        match self.required(field, allowed)? {
            Value::String(value) => Ok(value),
            other => Err(self.wrong_type(field, other, allowed)),
        }
    }

    /// `true` or `false`.
    ///
    /// # Errors
    /// [`PlanFileError`] where it is missing or of another type.
    pub fn boolean(&self, field: &str) -> Result<bool, PlanFileError> {
        const ALLOWED: &str = "true or false";
        match self.required(field, ALLOWED)? {
            Value::Boolean(value) => Ok(*value),
            other => Err(self.wrong_type(field, other, ALLOWED)),
        }
    }

    /// One of the named choices.
    ///
    /// # Errors
    /// [`PlanFileError`] with the field, what stands there and what is allowed.
    pub fn choice<T: Copy>(&self, field: &str, choices: &[(&str, T)]) -> Result<T, PlanFileError> {
        let names = choices.iter().map(|(name, _)| format!("{name:?}")).collect::<Vec<_>>();
        let allowed = names.join(", ");
        let found = self.string(field, &allowed)?;
        let chosen = choices.iter().find(|(name, _)| *name == found);
        chosen
            .map(|(_, choice)| *choice)
            .ok_or_else(|| self.refuse(field, shorten(&format!("{found:?}")), &allowed))
    }

    /// One of the named choices; `absent` where the field is missing.
    ///
    /// # Errors
    /// [`PlanFileError`] with the field, what stands there and what is allowed.
    pub fn choice_or<T: Copy>(
        &self,
        field: &str,
        choices: &[(&str, T)],
        absent: T,
    ) -> Result<T, PlanFileError> {
        if self.entries.contains_key(field) { self.choice(field, choices) } else { Ok(absent) }
    }

    /// Refuses a field that has no place here, if it is there; `allowed` says where it has.
    ///
    /// # Errors
    /// [`PlanFileError`] with the field, what stands there and what is allowed.
    pub fn absent(&self, field: &str, allowed: &str) -> Result<(), PlanFileError> {
        match self.entries.get(field) {
            None => Ok(()),
            Some(found) => Err(self.refuse(field, shorten(&found.to_string()), allowed)),
        }
    }

    /// A table within this one.
    ///
    /// # Errors
    /// [`PlanFileError`] where it is missing or of another type.
    pub fn table(&self, field: &str) -> Result<Self, PlanFileError> {
        let allowed = format!("a table [{field}]");
        match self.required(field, &allowed)? {
            Value::Table(entries) => Ok(self.child(entries, format!("{field}."))),
            other => Err(self.wrong_type(field, other, &allowed)),
        }
    }

    /// The tables of an array; none where the field is missing.
    ///
    /// # Errors
    /// [`PlanFileError`] with the field, what stands there and what is allowed.
    pub fn tables(&self, field: &str) -> Result<Vec<Self>, PlanFileError> {
        let allowed = format!("tables [[{field}]]");
        let entries = match self.entries.get(field) {
            None => return Ok(Vec::new()),
            Some(Value::Array(entries)) => entries,
            Some(other) => return Err(self.wrong_type(field, other, &allowed)),
        };
        let one = |(index, entry): (usize, &'a Value)| match entry {
            Value::Table(entries) => Ok(self.child(entries, format!("{field}[{index}]."))),
            other => Err(self.wrong_type(&format!("{field}[{index}]"), other, &allowed)),
        };
        entries.iter().enumerate().map(one).collect()
    }

    fn child(&self, entries: &'a toml::Table, path: String) -> Self {
        Self { entries, file: self.file, path: format!("{}{path}", self.path) }
    }

    fn required(&self, field: &str, allowed: &str) -> Result<&'a Value, PlanFileError> {
        let missing = || self.refuse(field, "missing".to_owned(), allowed);
        self.entries.get(field).ok_or_else(missing)
    }

    fn wrong_type(&self, field: &str, found: &Value, allowed: &str) -> PlanFileError {
        let value = match found {
            Value::Array(_) | Value::Table(_) => kind(found).to_owned(),
            _ => format!("{} is {}", shorten(&found.to_string()), kind(found)),
        };
        self.refuse(field, value, allowed)
    }
}

const fn kind(value: &Value) -> &'static str {
    match value {
        Value::String(_) => "a string",
        Value::Integer(_) => "a whole number",
        Value::Float(_) => "a decimal number",
        Value::Boolean(_) => "true or false",
        Value::Datetime(_) => "a date or time",
        Value::Array(_) => "an array",
        Value::Table(_) => "a table",
    }
}

/// A line of an error message must stay readable whatever the file holds.
fn shorten(text: &str) -> String {
    const LONGEST: usize = 40;
    if text.chars().count() <= LONGEST {
        return text.to_owned();
    }
    text.chars().take(LONGEST).chain(['…']).collect()
}
