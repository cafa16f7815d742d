//! Images of parameters, from values by their names and back.

use super::store;
use crate::arguments::{Image, Parameters, ParametersShow, ParametersWrite, WhatParameters};
use crate::failure::Failure;
use coldcap::parameters::{Field, Fields, Settings, Unit};
use coldcap::{Config, TICK};
use coldcap_thermal::channel::LoopGains;
use coldcap_thermal::pid::Tuning;
use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::path::Path;
use toml::{Table, Value};

/// The words of a set of gains by their name, anything else one number each.
type ByName = BTreeMap<&'static str, Vec<Field>>;

pub(crate) fn run(options: &Parameters) -> Result<(), Failure> {
    match &options.what {
        WhatParameters::Show(options) => show(options),
        WhatParameters::Write(options) => write(options),
    }
}

const fn settings(image: Image) -> Settings {
    match image {
        Image::Thresholds => Settings::Thresholds,
        Image::Regimens => Settings::Regimens,
    }
}

/// The reference machine with this image.
fn config(settings: Settings, image: Option<&Path>) -> Result<Config, Failure> {
    let Some(path) = image else { return Ok(Config::reference()) };
    let content = fs::read(path).map_err(|error| Failure::unreadable(path, &error))?;
    let read = Config::reference().with_image(settings, &content);
    read.map_err(|error| Failure::Wrong(format!("{}: {error}", path.display())))
}

fn by_name(settings: Settings, config: &Config) -> ByName {
    let mut names = ByName::new();
    Fields::of(settings).each(config, |field| names.entry(field.name).or_default().push(field));
    names
}

fn show(options: &ParametersShow) -> Result<(), Failure> {
    let settings = settings(options.image);
    let config = config(settings, options.file.as_deref())?;
    let mut names = Vec::new();
    Fields::of(settings).each(&config, |field| {
        if names.last() != Some(&field.name) {
            names.push(field.name);
        }
    });
    let fields = by_name(settings, &config);
    let mut out = io::stdout().lock();
    if options.json {
        let all: serde_json::Map<_, _> = fields
            .iter()
            .map(|(name, fields)| ((*name).to_owned(), fields.iter().map(object).collect()))
            .collect();
        return Ok(writeln!(out, "{:#}", serde_json::Value::from(all))?);
    }
    for name in names {
        let fields = fields.get(name).map_or(&[][..], Vec::as_slice);
        writeln!(out, "{name} = {}", shown(fields))?;
    }
    Ok(())
}

/// A number of an image, as it is shown.
fn object(field: &Field) -> serde_json::Value {
    let [value, least, most] =
        [field.value, field.least, field.most].map(|number| field.unit.to_shown(number));
    let unit = unit(field.unit).trim_start_matches([',', ' ']);
    serde_json::json!({ "value": value, "least": least, "most": most, "unit": unit })
}

fn shown(fields: &[Field]) -> String {
    match fields {
        [field] => {
            let [value, least, most] =
                [field.value, field.least, field.most].map(|number| field.unit.to_shown(number));
            format!("{value} # {least} to {most}{}", unit(field.unit))
        }
        words => {
            let words: Vec<_> = words.iter().map(|word| word.value.to_string()).collect();
            format!("[{}]", words.join(", "))
        }
    }
}

const fn unit(unit: Unit) -> &'static str {
    match unit {
        Unit::Milliseconds => " ms",
        Unit::Temperature => " thousandths of a degree",
        Unit::Code => ", in 2^32 parts of full scale",
        Unit::Number | Unit::Word => "",
    }
}

fn write(options: &ParametersWrite) -> Result<(), Failure> {
    let settings = settings(options.image);
    let base = config(settings, options.base.as_deref())?;
    let path = &options.values;
    let text = fs::read_to_string(path).map_err(|error| Failure::unreadable(path, &error))?;
    let wrong = |line: String| Failure::Input(format!("{}: {line}", path.display()));
    let values: Table = text.parse().map_err(|error| wrong(format!("{error}")))?;
    let mut chosen = Vec::new();
    choose(&by_name(settings, &base), "", &values, &mut chosen).map_err(wrong)?;
    let config = base.with_numbers(settings, &chosen);
    let config = config.map_err(|error| wrong(error.to_string()))?;
    let mut content = vec![0; settings.image_length()];
    let length = config.to_image(settings, &mut content);
    content.truncate(length.map_err(|error| wrong(error.to_string()))?);
    store::replaceable(&options.out)?;
    store::store(&[(options.out.clone(), content)])
        .map_err(|(path, error)| Failure::Io(format!("{}: {error}", path.display())))
}

/// The numbers of these values, and of those in tables among them.
fn choose(
    known: &ByName,
    prefix: &str,
    values: &Table,
    chosen: &mut Vec<(u16, i64)>,
) -> Result<(), String> {
    for (key, value) in values {
        let name = format!("{prefix}{key}");
        match (known.get(name.as_str()), value) {
            (Some(fields), value) => chosen.extend(numbers(&name, fields, value)?),
            (None, Value::Table(inner)) => choose(known, &format!("{name}."), inner, chosen)?,
            (None, _) => return Err(format!("{name}: there is no such value")),
        }
    }
    Ok(())
}

fn numbers(name: &str, fields: &[Field], value: &Value) -> Result<Vec<(u16, i64)>, String> {
    match (fields, value) {
        ([field], Value::Integer(shown)) => Ok(vec![(field.number, stored(name, field, *shown)?)]),
        ([field], Value::Boolean(choice)) => Ok(vec![(field.number, i64::from(*choice))]),
        ([_], _) => Err(format!("{name}: allowed is a whole number")),
        (words, Value::Table(tuning)) => {
            let gains = gains(name, tuning)?;
            Ok(words.iter().zip(gains).map(|(word, gain)| (word.number, gain.into())).collect())
        }
        (words, Value::Array(list)) if list.len() == words.len() => {
            let list = list.iter().map(|word| word.as_integer());
            let list: Option<Vec<_>> = list.collect();
            let list = list.ok_or_else(|| format!("{name}: allowed are whole numbers"))?;
            Ok(words.iter().map(|word| word.number).zip(list).collect())
        }
        (words, _) => Err(format!("{name}: allowed is a tuning, or {} words", words.len())),
    }
}

fn stored(name: &str, field: &Field, shown: i64) -> Result<i64, String> {
    let stored = field.unit.to_stored(shown);
    if (field.least..=field.most).contains(&stored) {
        return Ok(stored);
    }
    let [least, most] = [field.least, field.most].map(|number| field.unit.to_shown(number));
    Err(format!("{name}: {shown}: allowed is {least} to {most}{}", unit(field.unit)))
}

/// The words of a tuning, for the tick. The cap's outer controller works backwards: a warmer face wants a colder supply.
fn gains(name: &str, tuning: &Table) -> Result<[u32; LoopGains::WORDS], String> {
    const KNOWN: [&str; 5] = ["gain", "integral_s", "derivative_s", "b", "c"];
    if let Some(odd) = tuning.keys().find(|key| !KNOWN.contains(&key.as_str())) {
        return Err(format!("{name}.{odd}: allowed are {}", KNOWN.join(", ")));
    }
    let number = |key: &str, otherwise: Option<f64>| match tuning.get(key) {
        Some(Value::Float(number)) => Ok(*number),
        Some(Value::Integer(number)) => Ok(*number as f64),
        Some(_) => Err(format!("{name}.{key}: allowed is a number")),
        None => otherwise.ok_or_else(|| format!("{name}.{key}: it is missing")),
    };
    let made = Tuning::isa(
        number("gain", None)?,
        number("integral_s", None)?,
        number("derivative_s", Some(0.0))?,
    );
    let made = if name.starts_with("cap_loop") { made.reverse() } else { made };
    let made = made.weighted(number("b", Some(made.b))?, number("c", Some(made.c))?);
    let gains = LoopGains::new(&made, TICK).map_err(|error| format!("{name}: {error}"))?;
    Ok(gains.to_words())
}
