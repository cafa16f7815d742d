//! The table of regimens, as it stands.

use crate::arguments::{Regimen, WhatRegimen};
use crate::failure::Failure;
use coldcap_session::regimen::{
    self, Cooling, DoseBand, Minutes, REGIMENS, Row, SOURCES, TABLE_VERSION,
};
use serde_json::{Value, json};
use std::io::{self, Write};

const RULE: &str = "A site names its source; where it names none, the longest published \
                    post-cooling applies. These are published figures, not advice.";

pub(crate) fn run(options: &Regimen) -> Result<(), Failure> {
    match &options.what {
        WhatRegimen::List(list) if list.json => print(&document(&REGIMENS)),
        WhatRegimen::List(_) => list(),
        WhatRegimen::Show(show) => {
            let known = find(&show.id)?;
            if show.json { print(&document(&[*known])) } else { tell(known) }
        }
    }
}

fn find(id: &str) -> Result<&'static regimen::Regimen, Failure> {
    let known = REGIMENS.iter().find(|known| known.name == id || known.id.to_string() == id);
    known.ok_or_else(|| {
        let names: Vec<_> = REGIMENS.iter().map(|known| known.name).collect();
        let last = REGIMENS.len();
        Failure::Input(format!("ID: {id}: allowed 1 to {last} or one of {}", names.join(", ")))
    })
}

fn print(document: &Value) -> Result<(), Failure> {
    writeln!(io::stdout(), "{}", serde_json::to_string_pretty(document)?)?;
    Ok(())
}

fn list() -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    writeln!(out, "table version {TABLE_VERSION}; minutes before and after the infusion")?;
    for known in &REGIMENS {
        writeln!(out, "{:>3} {}: {}", known.id, known.name, known.title)?;
        for row in regimen::rows(known.id) {
            writeln!(out, "      {:<18} {}", row.source.name(), short(row))?;
        }
    }
    writeln!(out, "{RULE}")?;
    Ok(())
}

fn tell(known: &regimen::Regimen) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    writeln!(out, "{} {}: {} (table version {TABLE_VERSION})", known.id, known.name, known.title)?;
    for row in regimen::rows(known.id) {
        writeln!(out, "\n{}: {}", row.source.name(), short(row))?;
        let drugs: Vec<_> = row.drugs.iter().filter_map(|id| regimen::drug_name(*id)).collect();
        let drugs = if drugs.is_empty() { "any drug".into() } else { drugs.join(", ") };
        writeln!(out, "  {drugs}; {}; {}", dose(row.dose), row.schedule.name())?;
        if !row.note.is_empty() {
            writeln!(out, "  {}", row.note)?;
        }
        if let Some(citation) = row.source.citation() {
            writeln!(out, "  source: {}", citation.text)?;
        }
    }
    writeln!(out, "\n{RULE}")?;
    Ok(())
}

fn short(row: &Row) -> String {
    match row.cooling {
        Cooling::Cool { pre, post } => {
            let pre = pre.map_or("not given".into(), minutes);
            format!("{pre} before, {} after [{}]", minutes(post), post.sureness.mark())
        }
        Cooling::DoNotCool => "do not cool".into(),
        Cooling::UnderStudy => "under study, no times".into(),
    }
}

fn minutes(of: Minutes) -> String {
    match of.most_min {
        Some(most) if most == of.least_min => most.to_string(),
        Some(most) => format!("{} to {most}", of.least_min),
        None => format!("{} or more", of.least_min),
    }
}

fn dose(band: DoseBand) -> String {
    match (band.from_mg_m2, band.to_mg_m2) {
        (None, None) => "any dose".into(),
        (Some(from), Some(to)) if from == to => format!("{from} mg/m²"),
        (Some(from), Some(to)) => format!("{from} to {to} mg/m²"),
        (Some(from), None) => format!("{from} mg/m² and more"),
        (None, Some(to)) => format!("up to {to} mg/m²"),
    }
}

fn document(known: &[regimen::Regimen]) -> Value {
    json!({
        "table_version": TABLE_VERSION,
        "rule": RULE,
        "sources": SOURCES.iter().map(|citation| json!({
            "id": citation.source.0, "name": citation.name, "citation": citation.text,
        })).collect::<Vec<_>>(),
        "regimens": known.iter().map(|known| json!({
            "id": known.id,
            "name": known.name,
            "title": known.title,
            "rows": regimen::rows(known.id).map(row_document).collect::<Vec<_>>(),
        })).collect::<Vec<_>>(),
    })
}

fn row_document(row: &Row) -> Value {
    let span = |of: Minutes| {
        json!({
            "least_min": of.least_min, "most_min": of.most_min, "sureness": of.sureness.mark(),
        })
    };
    let (cooling, pre, post) = match row.cooling {
        Cooling::Cool { pre, post } => ("cool", pre.map(span), Some(span(post))),
        Cooling::DoNotCool => ("do_not_cool", None, None),
        Cooling::UnderStudy => ("under_study", None, None),
    };
    json!({
        "source": row.source.name(),
        "source_id": row.source.0,
        "drugs": row.drugs.iter().map(|id| json!({
            "id": id, "name": regimen::drug_name(*id),
        })).collect::<Vec<_>>(),
        "dose_mg_m2": [row.dose.from_mg_m2, row.dose.to_mg_m2],
        "schedule": row.schedule.name(),
        "cooling": cooling,
        "pre": pre,
        "post": post,
        "note": row.note,
    })
}
