//! The alarms, the most urgent first.

use crate::command::watch::words;
use coldcap_host::view::{Alarm, Picture, Priority};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::{Color, Style, Stylize};
use ratatui::text::Line;
use ratatui::widgets::{Block, Borders, Paragraph};

/// How many rows they take: no more than a third of the screen.
pub(super) fn height(picture: &Picture, screen: u16) -> u16 {
    let alarms = u16::try_from(picture.alarms.len()).unwrap_or(u16::MAX).max(1);
    alarms.saturating_add(1).min(screen / 3).max(2)
}

pub(super) fn draw(picture: &Picture, frame: &mut Frame<'_>, area: Rect) {
    let block = Block::new().borders(Borders::TOP).title(title(picture));
    let room = usize::from(area.height.saturating_sub(1));
    let fits = picture.alarms.len() <= room;
    let shown = if fits { room } else { room.saturating_sub(1) };
    let alarms = picture.alarms.iter().take(shown);
    let mut lines: Vec<Line<'_>> = alarms.map(|it| line(it, picture.machine.channels)).collect();
    if picture.alarms.is_empty() {
        lines.push(Line::from(if is_known(picture) { " none" } else { " not known" }));
    }
    if !fits {
        lines.push(Line::from(format!(" and {} more", picture.alarms.len() - shown)).bold());
    }
    frame.render_widget(Paragraph::new(lines).block(block), area);
}

/// Whether the machine tells its alarms now.
const fn is_known(picture: &Picture) -> bool {
    picture.machine.sounding.is_some()
}

/// Whether it sounds is the machine's word; what nobody tells is not said.
fn title(picture: &Picture) -> String {
    let count = picture.alarms.len();
    let machine = &picture.machine;
    let highest = machine.highest.map_or(String::new(), |it| format!(", highest {}", it.name()));
    let paused = machine.paused_here_ms.map(|left| words::time(left.into()));
    let sound = match (machine.sounding, paused) {
        (Some(true), _) => ", SOUNDING".into(),
        (Some(false), Some(left)) => format!(", sound paused here for {left} at most"),
        (Some(false), None) if count > 0 => ", silent".into(),
        _ => String::new(),
    };
    let last = if is_known(picture) || count == 0 { "" } else { ", as last heard" };
    format!(" alarms: {count}{highest}{sound}{last} ")
}

fn line(alarm: &Alarm, channels: Option<u8>) -> Line<'static> {
    let priority = words::priority(alarm);
    let marks = match alarm.priority {
        Some(Priority::High) => "!!!",
        Some(Priority::Medium) => "!! ",
        Some(Priority::Low) => "!  ",
        None => "?  ",
    };
    let since = alarm.since_ms.map(|since| words::time(since.into()));
    let since = since.map_or("from before".into(), |since| format!("for {since}"));
    let here = if alarm.acknowledged_here { ", acknowledged here" } else { "" };
    let name = words::phase(&alarm.name);
    let whose = words::whose(alarm.channel, channels);
    let text = format!(" {marks} {priority:<9} {name}, {whose}, {since}{here}");
    Line::from(text).style(style(alarm))
}

fn style(alarm: &Alarm) -> Style {
    match alarm.priority {
        Some(Priority::High) => Style::new().bold().fg(Color::White).bg(Color::Red),
        Some(Priority::Medium) => Style::new().bold().fg(Color::Black).bg(Color::Yellow),
        Some(Priority::Low) => Style::new().fg(Color::Cyan),
        None => Style::new().bold().reversed(),
    }
}
