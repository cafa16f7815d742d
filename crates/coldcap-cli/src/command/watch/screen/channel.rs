//! The figures of one channel.

use crate::command::watch::words;
use coldcap_host::view::{ChannelPicture, Picture, Quantity};
use ratatui::style::{Color, Style};
use ratatui::text::{Line, Span};

/// From this width on the state of the cap stands behind the phase.
const WIDE: u16 = 76;

/// The lines above the plot.
pub(super) fn lines(told: &ChannelPicture, picture: &Picture, width: u16) -> Vec<Line<'static>> {
    let mut lines = vec![phase(told, width), clocks(told)];
    if let Some(on_break) = &told.on_break {
        let style = Style::new().bold().fg(Color::Black).bg(Color::Cyan);
        lines.push(Line::styled(format!(" {} ", words::on_break(on_break)), style));
    }
    lines.push(Line::from(format!(" Target   {}", words::target(told))));
    lines.push(pair("Coolant ", ("supply", told.supply), ("return", told.returned)));
    lines.push(pair("Cap     ", ("front", told.front), ("rear", told.rear)));
    lines.push(pair("Scalp   ", ("skin", told.skin), ("tank", picture.machine.tank)));
    lines
}

fn phase(told: &ChannelPicture, width: u16) -> Line<'static> {
    let name = told.phase.as_deref().map_or(words::NOTHING.to_owned(), words::phase);
    let left = match told.left_ms {
        Some(left) => format!("{} left", words::time(left.into())),
        None if told.phase.is_some() => "no planned end".into(),
        None => words::NOTHING.into(),
    };
    let mut spans = vec![
        Span::raw(" "),
        Span::styled(name.to_uppercase(), Style::new().bold()),
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

fn pair(name: &str, left: (&str, Quantity), right: (&str, Quantity)) -> Line<'static> {
    let mut spans = vec![Span::raw(format!(" {name} "))];
    for (what, quantity) in [left, right] {
        let figure = format!("{:>12}", words::temperature(quantity));
        let style = match quantity {
            Quantity::Value { .. } => Style::new().bold(),
            Quantity::Fault { .. } => Style::new().fg(Color::Red).reversed(),
        };
        spans.push(Span::raw(format!("{what:<6} ")));
        spans.push(Span::styled(figure, style));
        spans.push(Span::raw(format!(" {:<8}", format!("({})", words::age(quantity)))));
    }
    Line::from(spans)
}
