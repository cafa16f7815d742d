//! The settings of a machine as text.

use crate::arguments::{Machine, SettingsCommand, SettingsFile, WhatSettings};
use crate::command::{inputs, reach};
use crate::failure::Failure;
use coldcap_host::connection::{CommandError, Connection};
use coldcap_host::settings::{self, Difference, Incomplete, SettingsError, Table, Wish};
use serde_json::{Value, json};
use std::io::{self, Write};
use tokio::runtime::Builder;

pub(crate) fn run(options: &SettingsCommand) -> Result<(), Failure> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        match &options.what {
            WhatSettings::Dump(dump) => self::dump(&dump.machine).await,
            WhatSettings::Diff(diff) => self::diff(diff).await,
            WhatSettings::Restore(restore) => self::restore(restore).await,
        }
    })
}

async fn dump(machine: &Machine) -> Result<(), Failure> {
    let (_, table) = read(machine).await?;
    if machine.json {
        return print(&document(&table));
    }
    Ok(write!(io::stdout(), "{table}")?)
}

async fn diff(options: &SettingsFile) -> Result<(), Failure> {
    let text = inputs::read(&options.file)?;
    let (_, table) = read(&options.machine).await?;
    let differing = table.differences(&checked(options, &text, &table)?);
    if options.machine.json {
        print(&json!({ "differing": differences(&differing) }))?;
    } else {
        let mut out = io::stdout().lock();
        differing.iter().try_for_each(|differs| writeln!(out, "{differs}"))?;
    }
    match differing.len() {
        0 => Ok(()),
        1 => Err(Failure::Wrong("one setting differs".into())),
        count => Err(Failure::Wrong(format!("{count} settings differ"))),
    }
}

async fn restore(options: &SettingsFile) -> Result<(), Failure> {
    let text = inputs::read(&options.file)?;
    let (connection, table) = read(&options.machine).await?;
    let differing = table.differences(&checked(options, &text, &table)?);
    let restored = settings::restore(&connection, &table, differing).await;
    tell(options.machine.json, &restored)?;
    restored.map(|_| ()).map_err(failure)
}

async fn read(machine: &Machine) -> Result<(Connection, Table), Failure> {
    let connection = reach::connect(&machine.address, &machine.access).await?;
    let table = settings::read(&connection).await.map_err(|error| match error {
        SettingsError::Unsupported => Failure::Wrong(error.to_string()),
        _ => Failure::Io(error.to_string()),
    })?;
    Ok((connection, table))
}

/// What the file asks for, all of which the machine could take.
fn checked(options: &SettingsFile, text: &str, table: &Table) -> Result<Vec<Wish>, Failure> {
    let name = options.file.display().to_string();
    let wishes = table.parse(text, &name);
    let wishes = wishes.map_err(|refused| Failure::Input(refused.to_string()))?;
    let checked = table.check(&wishes, &name);
    checked.map(|()| wishes).map_err(|refused| Failure::Input(refused.to_string()))
}

/// What was changed is said also where not all of it was.
fn tell(json: bool, restored: &Result<Vec<Difference>, Incomplete>) -> Result<(), Failure> {
    let (done, failed) = match restored {
        Ok(done) => (done, None),
        Err(incomplete) => (&incomplete.done, Some(incomplete)),
    };
    if json {
        return print(&json!({
            "changed": differences(done),
            "failed": failed.map(failed_document),
            "left": failed.map_or(Value::Array(vec![]), |it| differences(&it.left)),
        }));
    }
    let mut out = io::stdout().lock();
    done.iter().try_for_each(|change| writeln!(out, "changed {change}"))?;
    let Some(failed) = failed else { return Ok(()) };
    let open = if failed.is_open() { "not known whether changed" } else { "not changed" };
    writeln!(out, "{open} {}", failed.at)?;
    Ok(failed.left.iter().try_for_each(|left| writeln!(out, "not changed {left}"))?)
}

fn failed_document(failed: &Incomplete) -> Value {
    json!({
        "at": difference(&failed.at),
        "changed": if failed.is_open() { Value::Null } else { json!(false) },
        "why": failed.why.to_string(),
    })
}

fn failure(incomplete: Incomplete) -> Failure {
    match incomplete.why {
        CommandError::TimedOut | CommandError::Closed => Failure::Io(incomplete.to_string()),
        _ => Failure::Wrong(incomplete.to_string()),
    }
}

fn print(document: &Value) -> Result<(), Failure> {
    Ok(writeln!(io::stdout(), "{}", serde_json::to_string_pretty(document)?)?)
}

fn document(table: &Table) -> Value {
    let settings = table.iter().map(|setting| {
        let known = table.known(setting.key);
        json!({
            "key": setting.key,
            "name": table.name(setting.key),
            "value": setting.value,
            "word": known.and_then(|known| known.word(setting.value)),
            "unit": known.map(|known| known.unit).filter(|unit| !unit.is_empty()),
            "minimum": setting.minimum,
            "maximum": setting.maximum,
            "changed": setting.changed,
        })
    });
    json!({
        "model": table.model(),
        "revision": table.revision(),
        "settings": settings.collect::<Vec<_>>(),
    })
}

fn differences(differing: &[Difference]) -> Value {
    differing.iter().map(difference).collect()
}

fn difference(differs: &Difference) -> Value {
    json!({ "key": differs.key, "name": differs.name, "was": differs.is, "wanted": differs.wanted })
}
