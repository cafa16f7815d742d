//! The screen: everything that stands on it, of a desk at a time.

mod alarms;
mod channel;
mod plot;
#[cfg(test)]
mod tests;

use super::desk::{Deck, Desk, Prompt};
use super::fault::BUTTONS;
use super::{keys, words};
use coldcap_host::view::{ChannelPicture, Origin, Picture};
use coldcap_units::Instant;
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::{Color, Modifier, Style, Stylize};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Clear, Paragraph};

/// From this width on two channels stand side by side: every figure has room for its age.
const SIDE_BY_SIDE: u16 = 120;

/// Draws everything.
pub(super) fn draw(desk: &Desk, at: Instant, frame: &mut Frame<'_>) {
    let picture = desk.view.picture(at);
    let alarms = alarms::height(&picture, frame.area().height);
    let rows = [
        Constraint::Length(1),
        Constraint::Length(1),
        Constraint::Min(0),
        Constraint::Length(alarms),
        Constraint::Length(1),
    ];
    let [head, line, middle, below, foot] = Layout::vertical(rows).areas(frame.area());
    draw_head(desk, &picture, frame, head);
    frame.render_widget(Paragraph::new(of_line(desk, &picture)), line);
    draw_channels(desk, &picture, frame, middle);
    alarms::draw(&picture, frame, below);
    frame.render_widget(Paragraph::new(foot_line(desk)), foot);
    if desk.help {
        draw_help(desk, frame);
    }
    if desk.prompt == Prompt::Fault {
        draw_buttons(frame);
    }
}

/// The whole first row says whose values these are.
fn draw_head(desk: &Desk, picture: &Picture, frame: &mut Frame<'_>, area: Rect) {
    let origin = words::origin(picture.origin);
    let style = match picture.origin {
        Origin::Device => Style::new().bold().reversed(),
        Origin::Unknown => Style::new().reversed(),
        _ => Style::new().bold().fg(Color::Black).bg(Color::Yellow),
    };
    let recording = if desk.deck.is_some() { "RECORDING " } else { "" };
    let first = format!(" {recording}{origin} | {}", desk.place);
    let repeated = match picture.origin {
        Origin::Simulated | Origin::Other | Origin::Replay => format!(" | {origin} "),
        Origin::Device | Origin::Unknown => String::new(),
    };
    let width = usize::from(area.width);
    let used = first.chars().count() + repeated.chars().count();
    // Where there is no room for both, the place gives way.
    let text = match width.checked_sub(used) {
        Some(gap) => format!("{first}{}{repeated}", " ".repeat(gap)),
        None => format!("{first:<width$}"),
    };
    frame.render_widget(Paragraph::new(text).style(style), area);
}

/// The line, or where a recording is.
fn of_line(desk: &Desk, picture: &Picture) -> Line<'static> {
    if let Some(deck) = desk.deck {
        return Line::from(of_deck(&deck));
    }
    let link = words::link(&picture.link);
    let bad = picture.link.stale || picture.link.open == Some(false);
    let style = if bad { Style::new().bold().fg(Color::Red) } else { Style::new() };
    let quality = words::quality(&picture.link);
    let quality = quality.map_or(String::new(), |quality| format!(" | {quality}"));
    Line::from(vec![
        Span::raw(" link "),
        Span::styled(link, style),
        Span::raw(quality),
        Span::raw(of_machine(picture)),
    ])
}

fn of_deck(deck: &Deck) -> String {
    let Deck { position_ms, length_ms, speed, paused } = *deck;
    let state = match paused {
        true => "PAUSED".to_owned(),
        false if position_ms >= length_ms => "END".to_owned(),
        false => format!("x{speed}"),
    };
    format!(" {} of {} {state}", words::time(position_ms), words::time(length_ms))
}

fn of_machine(picture: &Picture) -> String {
    let machine = &picture.machine;
    let (Some(serial), Some((major, minor, patch))) = (machine.serial, machine.firmware) else {
        return String::new();
    };
    let mains = match machine.mains {
        Some(false) => " | ON BATTERY",
        _ => "",
    };
    format!(" | serial {serial}, firmware {major}.{minor}.{patch}{mains}")
}

fn draw_channels(desk: &Desk, picture: &Picture, frame: &mut Frame<'_>, area: Rect) {
    let channels = &picture.channels;
    if channels.is_empty() {
        let text = "Nothing was heard of a channel yet.";
        frame.render_widget(Paragraph::new(text).block(Block::bordered()), area);
        return;
    }
    if area.width >= SIDE_BY_SIDE && channels.len() == 2 {
        let halves: [Rect; 2] = Layout::horizontal([Constraint::Fill(1); 2]).areas(area);
        for (channel, half) in channels.iter().zip(halves) {
            draw_channel(desk, picture, channel, frame, half);
        }
        return;
    }
    if let Some(channel) = channels.iter().find(|it| it.channel == desk.channel()) {
        draw_channel(desk, picture, channel, frame, area);
    }
}

fn draw_channel(
    desk: &Desk,
    picture: &Picture,
    told: &ChannelPicture,
    frame: &mut Frame<'_>,
    area: Rect,
) {
    let count = picture.channels.len();
    let number = told.channel;
    let keys_act = if count > 1 && number == desk.channel() { ", keys act here" } else { "" };
    let title = format!(" channel {number} of {count}{keys_act} ");
    let block = Block::bordered().title(title);
    let inner = block.inner(area);
    frame.render_widget(block, area);
    let mut lines = channel::lines(told, picture, inner.width);
    let room = usize::from(inner.height);
    if lines.len() > room {
        // What is not seen must be known not to be seen.
        let shown = room.saturating_sub(1);
        let hidden = lines.len() - shown;
        lines.truncate(shown);
        lines.push(Line::from(format!(" {hidden} lines more: enlarge the window")).bold());
    }
    let height = u16::try_from(lines.len()).unwrap_or(0);
    let rows = [Constraint::Length(height), Constraint::Min(0)];
    let [figures, below] = Layout::vertical(rows).areas(inner);
    frame.render_widget(Paragraph::new(lines), figures);
    if let Some(history) = desk.view.history(number) {
        plot::draw(history, picture.at_ms, desk.window_ms(), frame, below);
    }
}

/// What is typed, what was answered, or the keys.
fn foot_line(desk: &Desk) -> Line<'static> {
    let asked = match &desk.prompt {
        Prompt::Nothing => None,
        Prompt::Comfort => Some(" comfort: 0 (well) to 9, x for 10 (not at all), Esc".to_owned()),
        Prompt::Reason(typed) => Some(format!(" resume, reason 1 to 127: {typed}_ Enter, Esc")),
        Prompt::Armed(channel, reason) => {
            let what = format!("resume channel {channel} for reason {reason}?");
            Some(format!(" {what} y within 30 s; any other key leaves"))
        }
        Prompt::GoTo(typed) => Some(format!(" go to H:MM:SS: {typed}_ Enter, Esc")),
        Prompt::Fault => {
            Some(" break the virtual machine: 1 to 9; any other key leaves".to_owned())
        }
    };
    let told = asked.or(desk.notice.as_ref().map(|notice| format!(" {notice}")));
    match told {
        Some(told) => Line::from(told).style(Style::new().add_modifier(Modifier::REVERSED)),
        None if desk.deck.is_some() => {
            Line::from(" ? keys  q quit  Space pause  Left Right seek  g go to  < > speed")
        }
        None => Line::from(
            " ? keys  s STOP  b break  r resume  e ease  c comfort  a ack  p pause  q quit",
        ),
    }
}

fn draw_help(desk: &Desk, frame: &mut Frame<'_>) {
    let own = if desk.deck.is_some() { keys::RECORDING } else { keys::LIVE };
    let fault = desk.may_break().then_some(&keys::FAULT);
    let keys = own.iter().chain(fault).chain(keys::COMMON);
    let mut lines: Vec<Line<'_>> = keys.map(help_line).collect();
    if desk.deck.is_none() && fault.is_none() {
        lines.push(Line::from(""));
        lines.push(Line::from("No key makes a fault: the protocol has no word for it."));
        lines.push(Line::from("coldcap machine --fault NAME@SECONDS and --fault-door do."));
    }
    draw_box(frame, " keys ", lines);
}

/// What breaks by a number.
fn draw_buttons(frame: &mut Frame<'_>) {
    let button = |(key, name): &(char, &str)| Line::from(format!(" {key}  {name}, for a minute"));
    let lines = BUTTONS.iter().map(button).collect();
    draw_box(frame, " break the virtual machine ", lines);
}

/// In the middle, over everything.
fn draw_box(frame: &mut Frame<'_>, title: &'static str, lines: Vec<Line<'_>>) {
    let height = u16::try_from(lines.len()).unwrap_or(0).saturating_add(2);
    let area = frame.area().centered(Constraint::Length(74), Constraint::Length(height));
    frame.render_widget(Clear, area);
    frame.render_widget(Paragraph::new(lines).block(Block::bordered().title(title)), area);
}

fn help_line((key, does): &keys::Key) -> Line<'static> {
    Line::from(format!(" {key:<11} {does}"))
}
