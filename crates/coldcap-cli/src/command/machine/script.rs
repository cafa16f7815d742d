//! What happens at the machine by itself while hosts are there: faults, and what an operator beside them does.

use crate::command::expectation::time;
use crate::command::inputs::{self, NOT_THE_HOSTS, is_the_hosts};
use crate::command::sim::scenario::{Deed, at, channel, fault, fault_named};
use crate::failure::Failure;
use coldcap_host::client::CommandBody;
use coldcap_host::plan::PlanFileError;
use coldcap_host::plan::table::{self, Table};
use coldcap_sim::FaultWindow;
use coldcap_units::{Duration, Instant};
use std::path::Path;

/// A checked script. Its times count from the moment at which hosts may come.
#[derive(Clone, Debug, Default)]
pub(super) struct Script {
    pub(super) faults: Vec<FaultWindow>,
    pub(super) deeds: Vec<Asked>,
}

/// What the operator asks for.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    pub(super) at: Duration,
    pub(super) channel: usize,
    pub(super) word: String,
    pub(super) body: CommandBody,
}

type Checked<T> = Result<T, PlanFileError>;

impl Script {
    /// The script in this file, for a machine of so many channels; without one nothing happens.
    pub(super) fn read(path: Option<&Path>, channels: u8) -> Result<Self, Failure> {
        let Some(path) = path else { return Ok(Self::default()) };
        let (text, file) = (inputs::read(path)?, path.display().to_string());
        let parsed = table::read(&text, &file)
            .and_then(|root| Self::parse(&Table::root(&root, &file), channels));
        parsed.map_err(|error| Failure::Input(error.to_string()))
    }

    fn parse(root: &Table<'_>, channels: u8) -> Checked<Self> {
        root.only(&["title", "fault", "at"])?;
        let mut script = Self::default();
        for table in root.tables("fault")? {
            let window = fault(&table, channels)?;
            script.faults.push(allowed(&table, "name", window)?);
        }
        for table in root.tables("at")? {
            script.add(&table, channels)?;
        }
        script.deeds.sort_by_key(|asked| asked.at);
        Ok(script)
    }

    fn add(&mut self, table: &Table<'_>, channels: u8) -> Checked<()> {
        if table.has("fault") {
            self.faults.push(fault_at(table, channels)?);
            return Ok(());
        }
        match at(table, &["channel"])? {
            Deed::Power(window) => self.faults.push(window),
            Deed::Asked(at, body) => {
                let field = if table.has("do") { "do" } else { "fact" };
                let word = table.string(field, "a word")?.to_owned();
                let (channel, body) = (channel(table, channels)?, *body);
                self.deeds.push(Asked { at, channel, word, body });
            }
        }
        Ok(())
    }
}

/// `fault` at a time, for so many seconds or for good.
fn fault_at(table: &Table<'_>, channels: u8) -> Checked<FaultWindow> {
    table.only(&["time", "fault", "for_s", "channel"])?;
    let (from, kind) = (Instant::ZERO.plus(time(table, "time")?), fault_named(table, "fault")?);
    let until = match table.has("for_s") {
        true => Some(from.plus(Duration::from_secs(table.integer("for_s", 1, 86_400)? as u32))),
        false => None,
    };
    let channel = channel(table, channels)?;
    allowed(table, "fault", FaultWindow { kind, from, until, channel })
}

fn allowed(table: &Table<'_>, field: &str, window: FaultWindow) -> Checked<FaultWindow> {
    match is_the_hosts(window.kind) {
        true => Err(table.refuse(field, window.kind.name().to_owned(), NOT_THE_HOSTS)),
        false => Ok(window),
    }
}

/// The same window so much later.
pub(super) fn later(window: FaultWindow, start: Instant) -> FaultWindow {
    let shifted = |at: Instant| start.plus(at.since(Instant::ZERO));
    FaultWindow { from: shifted(window.from), until: window.until.map(shifted), ..window }
}
