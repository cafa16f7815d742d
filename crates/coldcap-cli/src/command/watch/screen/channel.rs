//! The figures of one channel.

use crate::command::watch::words;
use coldcap_host::view::{ChannelPicture, Picture, Quantity};
use ratatui::style::{Color, Style};
use ratatui::text::{Line, Span};

/// From this width on the state of the cap stands behind the phase, and not below it.
const WIDE: u16 = 76;

/// From this width on figures stand below each other.
const LOOSE: u16 = 64;

/// The lines above the plot.
pub(super) fn lines(told: &ChannelPicture, picture: &Picture, width: u16) -> Vec<Line<'static>> {
    let mut lines = vec![phase(told, width), clocks(told)];
    if width < WIDE && told.phase.is_some() {
        lines.push(Line::from(format!(" {}", state(told))));
    }
    if let Some(on_break) = &told.on_break {
        let style = Style::new().bold().fg(Color::Black).bg(Color::Cyan);
        lines.push(Line::styled(format!(" {} ", words::on_break(on_break)), style));
        lines.push(Line::styled(format!(" {} ", words::rewarming(on_break.rewarming)), style));
    }
    lines.push(Line::from(format!(" Target  {}", words::target(told))));
    lines.push(pair("Coolant", width, ("supply", told.supply), ("return", told.returned)));
    lines.push(pair("Cap    ", width, ("front", told.front), ("rear", told.rear)));
    lines.push(pair("Scalp  ", width, ("skin", told.skin), ("tank", picture.machine.tank)));
    lines
}

fn phase(told: &ChannelPicture, width: u16) -> Line<'static> {
    let Some(name) = &told.phase else {
        return Line::styled(" STALE: what goes on now is not known", blank());
    };
    let left = match told.left_ms {
        Some(left) => format!("{} left", words::time(left.into())),
        None => "no planned end".into(),
    };
    let mut spans = vec![
        Span::raw(" "),
        Span::styled(words::phase(name).to_uppercase(), Style::new().bold()),
        Span::raw("  "),
        Span::styled(left, Style::new().bold()),
    ];
    if width >= WIDE {
        spans.push(Span::raw(format!("  {}", state(told))));
    }
    Line::from(spans)
}

/// What is known of the cap and the coolant, in words.
fn state(told: &ChannelPicture) -> String {
    let word = |fact: Option<bool>, yes: &'static str, no: &'static str| match fact {
        Some(true) => yes,
        Some(false) => no,
        None => words::NOTHING,
    };
    let cap = word(told.worn, "cap worn", "cap not worn");
    let coupled = word(told.coupled, "coupled", "NOT coupled");
    let held = word(told.at_target, "at target", "not at target");
    let drug = word(told.drug_running, ", drug runs", "");
    format!("{cap}, {coupled}, {held}{drug}")
}

fn clocks(told: &ChannelPicture) -> Line<'static> {
    let [elapsed, cooled, held] =
        [told.elapsed_ms, told.cooled_ms, told.at_target_ms].map(words::time_or_nothing);
    Line::from(format!(" elapsed {elapsed}  cooled {cooled}  at target {held}"))
}

/// How it looks where a figure should stand and none may.
const fn blank() -> Style {
    Style::new().fg(Color::Red).reversed()
}

/// A kind of temperature with two of its places.
fn pair(name: &str, width: u16, left: (&str, Quantity), right: (&str, Quantity)) -> Line<'static> {
    let mut spans = vec![Span::raw(format!(" {name} "))];
    let places = if width < LOOSE { [0, 0] } else { [6, 12] };
    for (what, quantity) in [left, right] {
        let [first, second] = places;
        let figure = format!("{:>second$}", words::temperature(quantity));
        let style = match quantity {
            Quantity::Value { .. } => Style::new().bold(),
            Quantity::Fault { .. } => blank(),
        };
        spans.push(Span::raw(format!("{what:<first$} ")));
        spans.push(Span::styled(figure, style));
        spans.push(Span::raw(format!(" ({}) ", words::age(quantity))));
    }
    Line::from(spans)
}
