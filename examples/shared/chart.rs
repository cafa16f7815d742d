//! A line chart as an SVG that stands on its own; for the pages in `docs/`.

use core::fmt::Write;

/// A line through points of x and y.
#[derive(Clone, Debug)]
pub struct Line {
    /// Its name in the legend.
    pub name: String,
    /// An SVG colour.
    pub colour: &'static str,
    /// The points, x rising.
    pub points: Vec<(f64, f64)>,
}

/// One axis of y with its lines, above the axis of x that all panels share.
#[derive(Clone, Debug)]
pub struct Panel {
    /// Name and unit of y.
    pub label: &'static str,
    /// Lowest y, highest y, and the distance of two grid lines.
    pub scale: [f64; 3],
    /// Height in pixels.
    pub height: f64,
    /// What is drawn.
    pub lines: Vec<Line>,
    /// A line twice as thin as the others, with a name: a target, a limit.
    pub level: Option<(f64, &'static str)>,
}

/// A title and panels over one axis of x.
#[derive(Clone, Debug)]
pub struct Chart {
    /// The title.
    pub title: &'static str,
    /// Name and unit of x.
    pub label: &'static str,
    /// Lowest x, highest x, and the distance of two grid lines.
    pub scale: [f64; 3],
    /// From top to bottom.
    pub panels: Vec<Panel>,
}

const WIDTH: f64 = 760.0;
const LEFT: f64 = 62.0;
const RIGHT: f64 = 748.0;
const TOP: f64 = 40.0;
const GAP: f64 = 38.0;

const STYLE: &str = "text{font:12px 'DejaVu Sans',Helvetica,Arial,sans-serif;fill:#16202a}\
.title{font-size:15px;font-weight:700}.end{text-anchor:end}.middle{text-anchor:middle}\
.grid{stroke:#dde2e6;stroke-width:1}.frame{fill:none;stroke:#16202a;stroke-width:1}\
.level{stroke:#5b6875;stroke-width:1;stroke-dasharray:5 4}\
polyline{fill:none;stroke-width:1.8;stroke-linejoin:round}";

impl Chart {
    /// The drawing.
    #[must_use]
    pub fn to_svg(&self) -> String {
        let heights: f64 = self.panels.iter().map(|panel| panel.height + GAP).sum();
        let height = TOP + heights + 22.0;
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" \
             width=\"{WIDTH}\" height=\"{height}\" role=\"img\">\n<title>{0}</title>\n\
             <style>{STYLE}</style>\n<rect width=\"{WIDTH}\" height=\"{height}\" fill=\"#fff\"/>\n",
            self.title
        );
        text(&mut svg, LEFT, 20.0, "title", self.title);
        let mut top = TOP + 18.0;
        for panel in &self.panels {
            self.panel(&mut svg, panel, top);
            top += panel.height + GAP;
        }
        let bottom = top - GAP;
        for tick in ticks(self.scale) {
            text(&mut svg, self.x(tick), bottom + 16.0, "middle", &number(tick, self.scale[2]));
        }
        text(&mut svg, (LEFT + RIGHT) / 2.0, bottom + 34.0, "middle", self.label);
        svg.push_str("</svg>\n");
        svg
    }

    fn x(&self, value: f64) -> f64 {
        let [low, high, _] = self.scale;
        LEFT + (RIGHT - LEFT) * (value - low) / (high - low)
    }

    fn panel(&self, svg: &mut String, panel: &Panel, top: f64) {
        let bottom = top + panel.height;
        for x in ticks(self.scale).map(|tick| self.x(tick)) {
            rule(svg, "grid", (x, top), (x, bottom));
        }
        for tick in ticks(panel.scale) {
            let y = panel.y(tick, top);
            rule(svg, "grid", (LEFT, y), (RIGHT, y));
            text(svg, LEFT - 6.0, y + 4.0, "end", &number(tick, panel.scale[2]));
        }
        if let Some((level, name)) = panel.level {
            let y = panel.y(level, top);
            rule(svg, "level", (LEFT, y), (RIGHT, y));
            text(svg, RIGHT - 6.0, y - 4.0, "end", name);
        }
        for line in &panel.lines {
            self.line(svg, panel, line, top);
        }
        let (width, height) = (RIGHT - LEFT, panel.height);
        let _ = writeln!(
            svg,
            "<rect class=\"frame\" x=\"{LEFT}\" y=\"{top}\" width=\"{width}\" height=\"{height}\"/>"
        );
        legend(svg, panel, top - 11.0);
    }

    /// A point every other pixel, and those between that are three pixels higher or lower.
    fn line(&self, svg: &mut String, panel: &Panel, line: &Line, top: f64) {
        let places = line.points.iter().map(|(x, y)| (self.x(*x), panel.y(*y, top)));
        let mut points = String::new();
        let mut last = (f64::MIN, f64::MIN);
        for (x, y) in places.filter(|(x, _)| (LEFT..=RIGHT).contains(x)) {
            if x - last.0 >= 2.0 || (y - last.1).abs() >= 3.0 {
                let _ = write!(points, "{x:.1},{y:.1} ");
                last = (x, y);
            }
        }
        let points = points.trim_end();
        let _ = writeln!(svg, "<polyline stroke=\"{}\" points=\"{points}\"/>", line.colour);
    }
}

impl Panel {
    fn y(&self, value: f64, top: f64) -> f64 {
        let [low, high, _] = self.scale;
        top + self.height * (1.0 - (value.clamp(low, high) - low) / (high - low))
    }
}

fn ticks([low, high, step]: [f64; 3]) -> impl Iterator<Item = f64> {
    let first = (low / step).ceil() as i64;
    let last = (high / step + 1e-9).floor() as i64;
    (first..=last).map(move |tick| tick as f64 * step)
}

fn number(value: f64, step: f64) -> String {
    let decimals = (-step.log10().floor()).max(0.0) as usize;
    format!("{value:.decimals$}").replace('-', "\u{2212}")
}

fn text(svg: &mut String, x: f64, y: f64, class: &str, words: &str) {
    let _ = writeln!(svg, "<text class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\">{words}</text>");
}

fn rule(svg: &mut String, class: &str, from: (f64, f64), to: (f64, f64)) {
    let _ = writeln!(
        svg,
        "<line class=\"{class}\" x1=\"{:.1}\" y1=\"{:.1}\" x2=\"{:.1}\" y2=\"{:.1}\"/>",
        from.0, from.1, to.0, to.1
    );
}

fn legend(svg: &mut String, panel: &Panel, y: f64) {
    text(svg, 4.0, y, "", panel.label);
    let mut x = 190.0;
    for line in panel.lines.iter().filter(|line| !line.name.is_empty()) {
        let points = format!("{x},{0} {1},{0}", y - 4.0, x + 22.0);
        let _ = writeln!(svg, "<polyline stroke=\"{}\" points=\"{points}\"/>", line.colour);
        text(svg, x + 27.0, y, "", &line.name);
        x += 48.0 + 7.2 * line.name.chars().count() as f64;
    }
}
