//! Target against measured over time, with a row of alarm marks above and a row of phases below.

use crate::command::watch::words;
use coldcap_host::view::{History, Mark, Point, Priority, Span};
use coldcap_session::Phase;
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::{Color, Style};
use ratatui::symbols::Marker;
use ratatui::text::Line as TextLine;
use ratatui::widgets::Paragraph;
use ratatui::widgets::canvas::{Canvas, Context, Line, Points};

const TARGET: Color = Color::White;
const COOLANT: Color = Color::LightBlue;
const INTERFACE: Color = Color::LightGreen;
const SKIN: Color = Color::LightMagenta;

/// What a curve shows.
type Value = fn(&Point) -> Option<Span>;

/// The letter at the end of each curve.
const LETTERS: [(&str, Color, Value); 3] = [
    ("s", SKIN, |point| point.skin),
    ("k", INTERFACE, |point| point.interface),
    ("c", COOLANT, |point| point.coolant),
];

/// What stands left of the plot.
const SCALE: u16 = 6;
/// It is drawn from this size on.
const LEAST: [u16; 2] = [24, 6];
/// The plot holds this much at least, in milli-°C.
const LEAST_RANGE: i32 = 4_000;

/// The times and temperatures that are shown.
struct Bounds {
    from_ms: u64,
    to_ms: u64,
    low: i32,
    high: i32,
}

/// Draws the last `window_ms` before `at_ms`.
pub(super) fn draw(
    history: &History,
    at_ms: u64,
    window_ms: u64,
    frame: &mut Frame<'_>,
    area: Rect,
) {
    let [width, height] = LEAST;
    if area.width < width || area.height < height {
        return;
    }
    let points = shown(history, at_ms.saturating_sub(window_ms));
    let bounds = bounds(points, at_ms, window_ms);
    let columns = [Constraint::Length(SCALE), Constraint::Min(0)];
    let rows =
        [Constraint::Length(1), Constraint::Min(0), Constraint::Length(1), Constraint::Length(1)];
    let [marks, plot, phases, foot] = Layout::vertical(rows).areas(area);
    let [[_, marks], [scale, plot], [_, phases]] =
        [marks, plot, phases].map(|row| Layout::horizontal(columns).areas(row));
    draw_bands(history, &bounds, frame, plot, phases);
    draw_curves(history, points, &bounds, frame, plot);
    draw_marks(history, &bounds, frame, marks);
    draw_scale(&bounds, frame, scale);
    frame.render_widget(Paragraph::new(legend(&bounds)), foot);
}

/// The points from a time on.
fn shown(history: &History, from_ms: u64) -> &[Point] {
    let points = history.points();
    let first = points.partition_point(|point| point.at_ms < from_ms);
    points.get(first..).unwrap_or_default()
}

fn bounds(points: &[Point], at_ms: u64, window_ms: u64) -> Bounds {
    let spans = points.iter().flat_map(|it| [it.target, it.coolant, it.interface, it.skin]);
    let all = spans
        .flatten()
        .reduce(|one, other| Span { low: one.low.min(other.low), high: one.high.max(other.high) });
    let Span { low, high } = all.unwrap_or(Span { low: 0, high: 20_000 });
    let spare = (LEAST_RANGE - high.saturating_sub(low)).max(0) / 2;
    let (low, high) = (low - spare, high + spare);
    let (low, high) = (low.div_euclid(1_000) * 1_000, (high.div_euclid(1_000) + 1) * 1_000);
    Bounds { from_ms: at_ms.saturating_sub(window_ms), to_ms: at_ms.max(1), low, high }
}

impl Bounds {
    /// The column of a time, of so many; `None` where it is not shown.
    fn column(&self, at_ms: u64, columns: u16) -> Option<u16> {
        let shown = at_ms >= self.from_ms && at_ms <= self.to_ms;
        let passed = at_ms.saturating_sub(self.from_ms) * u64::from(columns);
        let column = passed / (self.to_ms - self.from_ms).max(1);
        shown.then(|| u16::try_from(column).unwrap_or(columns).min(columns.saturating_sub(1)))
    }
}

fn draw_curves(
    history: &History,
    points: &[Point],
    bounds: &Bounds,
    frame: &mut Frame<'_>,
    area: Rect,
) {
    let far = history.step_ms() * 5 / 2;
    let canvas = Canvas::default()
        .marker(Marker::Braille)
        .x_bounds([bounds.from_ms as f64, bounds.to_ms as f64])
        .y_bounds([f64::from(bounds.low), f64::from(bounds.high)])
        .paint(|context| {
            curve(context, points, far, SKIN, |point| point.skin);
            curve(context, points, far, INTERFACE, |point| point.interface);
            curve(context, points, far, COOLANT, |point| point.coolant);
            dots(context, points, bounds, area.width);
            for (letter, color, of) in LETTERS {
                end(context, points, (bounds, area.width), (letter, color), of);
            }
        });
    frame.render_widget(canvas, area);
}

/// The newest value of a curve bears its letter, so that curves are told apart without colours.
fn end(
    context: &mut Context<'_>,
    points: &[Point],
    (bounds, columns): (&Bounds, u16),
    (letter, color): (&'static str, Color),
    of: Value,
) {
    let newest = points.iter().rev().find_map(|point| Some((point.at_ms, of(point)?)));
    let Some((at_ms, span)) = newest else { return };
    // A column before the edge, where it is seen whole.
    let column = (bounds.to_ms - bounds.from_ms) / u64::from(columns.max(1));
    let x = at_ms.min(bounds.to_ms.saturating_sub(column)) as f64;
    let text = TextLine::styled(letter, Style::new().fg(color).bold());
    context.print(x, f64::from(span.high), text);
}

/// A line through what was measured, with a gap where nothing valid was.
fn curve(context: &mut Context<'_>, points: &[Point], far: u64, color: Color, of: Value) {
    let mut last: Option<(u64, Span)> = None;
    for point in points {
        let Some(span) = of(point) else {
            last = None;
            continue;
        };
        let [x, low, high] = [point.at_ms as f64, span.low.into(), span.high.into()];
        context.draw(&Line::new(x, low, x, high, color));
        if let Some((before, from)) = last.filter(|(before, _)| point.at_ms - before <= far) {
            context.draw(&Line::new(before as f64, from.high.into(), x, high, color));
        }
        last = Some((point.at_ms, span));
    }
}

/// The target is dotted, so that it is told from what was measured without colours.
fn dots(context: &mut Context<'_>, points: &[Point], bounds: &Bounds, columns: u16) {
    let mut last = None;
    let mut dots = Vec::new();
    for point in points {
        let column = bounds.column(point.at_ms, columns);
        if let Some(target) = point.target.filter(|_| column != last) {
            dots.push((point.at_ms as f64, f64::from(target.high)));
        }
        last = column;
    }
    context.draw(&Points { coords: &dots, color: TARGET });
}

/// Each phase has its ground, and its name below.
fn draw_bands(history: &History, bounds: &Bounds, frame: &mut Frame<'_>, plot: Rect, names: Rect) {
    let bands: Vec<_> = history.bands().collect();
    for (index, band) in bands.iter().enumerate() {
        let until = bands.get(index + 1).map_or(bounds.to_ms, |next| next.from_ms);
        if until < bounds.from_ms || band.from_ms > bounds.to_ms {
            continue;
        }
        let first = bounds.column(band.from_ms.max(bounds.from_ms), plot.width).unwrap_or(0);
        let behind = bounds.column(until, plot.width).map_or(plot.width, |it| it + 1);
        let width = behind.saturating_sub(first);
        let at = |area: Rect| Rect { x: area.x + first, width, ..area }.intersection(area);
        frame.buffer_mut().set_style(at(plot), Style::new().bg(ground(band.phase)));
        let name = Phase::from_code(band.phase).map_or("?".into(), |it| words::phase(it.name()));
        let begins = if band.from_ms >= bounds.from_ms { "|" } else { "" };
        frame.render_widget(Paragraph::new(format!("{begins}{name}")), at(names));
    }
}

/// Dark grounds, on which every curve is seen.
fn ground(phase: u8) -> Color {
    match Phase::from_code(phase) {
        Some(Phase::Infusing) => Color::Indexed(18),
        Some(Phase::PreCool | Phase::Ready | Phase::PostCool) => Color::Indexed(17),
        Some(Phase::Recool) => Color::Indexed(22),
        Some(Phase::Paused | Phase::Recovery) => Color::Indexed(58),
        Some(Phase::SafeHold) => Color::Indexed(52),
        Some(Phase::Thaw) => Color::Indexed(236),
        _ => Color::Reset,
    }
}

/// An alarm is a letter in the column of its rise; where two stand in one, the more urgent one.
fn draw_marks(history: &History, bounds: &Bounds, frame: &mut Frame<'_>, area: Rect) {
    let mut columns: Vec<Option<&Mark>> = vec![None; area.width.into()];
    for mark in history.marks() {
        let Some(column) = bounds.column(mark.at_ms, area.width) else { continue };
        let Some(place) = columns.get_mut(usize::from(column)) else { continue };
        if place.is_none_or(|other| other.priority < mark.priority) {
            *place = Some(mark);
        }
    }
    for (column, mark) in (area.x..).zip(columns) {
        let Some(mark) = mark else { continue };
        let (letter, color) = letter(mark.priority);
        frame.buffer_mut().set_string(column, area.y, letter, Style::new().fg(color));
    }
}

const fn letter(priority: Option<Priority>) -> (&'static str, Color) {
    match priority {
        Some(Priority::High) => ("H", Color::Red),
        Some(Priority::Medium) => ("M", Color::Yellow),
        Some(Priority::Low) => ("L", Color::Cyan),
        None => ("?", Color::White),
    }
}

/// The highest and the lowest temperature, and freezing where it is between them.
fn draw_scale(bounds: &Bounds, frame: &mut Frame<'_>, area: Rect) {
    let rows = area.height.saturating_sub(1);
    let range = f64::from(bounds.high - bounds.low);
    for milli in [bounds.high, bounds.low, 0] {
        let share = f64::from(bounds.high - milli) / range;
        if !(0.0..=1.0).contains(&share) {
            continue;
        }
        let row = (share * f64::from(rows)).round() as u16;
        let text = format!("{:>5} ", milli / 1_000);
        let at = Rect { y: area.y + row, height: 1, ..area };
        frame.render_widget(Paragraph::new(text), at);
    }
}

fn legend(bounds: &Bounds) -> TextLine<'static> {
    use ratatui::text::Span;
    let name = |name: &'static str, color| Span::styled(name, Style::new().fg(color));
    let [from, to] = [bounds.from_ms, bounds.to_ms].map(words::time);
    TextLine::from(vec![
        Span::raw(format!(" °C, {from} to {to}: ")),
        name("target dots ", TARGET),
        name("c coolant ", COOLANT),
        name("k cap ", INTERFACE),
        name("s scalp", SKIN),
    ])
}
