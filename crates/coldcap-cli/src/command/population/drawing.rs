//! The population as a picture: how skins and coolant are spread.

use coldcap_host::plan::PlanFile;
use coldcap_sim::bedside::Measures;
use core::fmt::Write as _;

const WIDTH: f64 = 860.0;
const HEIGHT: f64 = 330.0;
const PANEL: f64 = 360.0;
const TOP: f64 = 70.0;
const FLOOR: f64 = 270.0;

/// One histogram.
struct Panel<'a> {
    title: &'a str,
    unit: &'a str,
    from: f64,
    to: f64,
    bins: usize,
    marks: &'a [(f64, &'a str)],
    values: Vec<f64>,
}

impl Panel<'_> {
    fn counts(&self) -> Vec<usize> {
        let mut counts = vec![0; self.bins];
        let width = (self.to - self.from) / self.bins as f64;
        for value in &self.values {
            // What lies beyond the ends is shown in the last bar, not left out.
            let bin = ((value - self.from) / width).clamp(0.0, self.bins as f64 - 1.0) as usize;
            if let Some(count) = counts.get_mut(bin) {
                *count += 1;
            }
        }
        counts
    }

    fn x(&self, value: f64) -> f64 {
        PANEL * (value - self.from) / (self.to - self.from)
    }

    fn draw(&self, left: f64) -> String {
        let counts = self.counts();
        let most = counts.iter().copied().max().unwrap_or(1).max(1) as f64;
        let bar = PANEL / self.bins as f64;
        let mut text = format!(
            "<g transform=\"translate({left} 0)\"><text y=\"52\" class=\"title\">{}</text>",
            self.title
        );
        for (bin, count) in counts.iter().enumerate() {
            let height = (FLOOR - TOP) * *count as f64 / most;
            let (x, y) = (bin as f64 * bar, FLOOR - height);
            let _ = write!(
                text,
                "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{:.1}\" height=\"{height:.1}\"/>",
                bar - 1.0
            );
        }
        let _ = write!(text, "<line x1=\"0\" y1=\"{FLOOR}\" x2=\"{PANEL}\" y2=\"{FLOOR}\"/>");
        for step in 0..=4 {
            let value = self.from + (self.to - self.from) * f64::from(step) / 4.0;
            let (x, y) = (self.x(value), FLOOR + 18.0);
            let digits = if self.to - self.from < 2.0 { 2 } else { 0 };
            let _ =
                write!(text, "<text x=\"{x:.1}\" y=\"{y}\" class=\"tick\">{value:.digits$}</text>");
        }
        let _ = write!(
            text,
            "<text x=\"{PANEL}\" y=\"{}\" class=\"unit\">{}</text>",
            FLOOR + 38.0,
            self.unit
        );
        for (value, name) in self.marks {
            let x = self.x(*value);
            let _ = write!(
                text,
                "<line x1=\"{x:.1}\" y1=\"{TOP}\" x2=\"{x:.1}\" y2=\"{FLOOR}\" class=\"mark\"/>\
                 <text x=\"{:.1}\" y=\"{}\" class=\"note\">{name}</text>",
                x + 4.0,
                TOP + 6.0
            );
        }
        text + "</g>"
    }
}

const STYLE: &str = "<style>text{font:13px sans-serif;fill:#223}.head{font-size:16px;font-weight:600}.title{font-weight:600}\
    .tick{text-anchor:middle;font-size:11px}.unit{text-anchor:end;font-size:11px;fill:#556}.note{font-size:11px;fill:#a33}\
    rect{fill:#3a7ca5}line{stroke:#445;stroke-width:1}.mark{stroke:#a33;stroke-dasharray:4 3}</style>";

/// The picture.
pub(super) fn svg(plan: &PlanFile, visits: &[Measures]) -> String {
    let skin = Panel {
        title: "Skin when the first drug began",
        unit: "°C, the true one of the model",
        from: 8.0,
        to: 32.0,
        bins: 48,
        marks: &[(22.0, "22 °C")],
        values: visits.iter().filter_map(|visit| visit.skin_at_first_drug_c).collect(),
    };
    let steady = visits.iter().filter(|visit| visit.tracking.steady_s > 0);
    let coolant = Panel {
        title: "Coolant off its steady target, worst of each session",
        unit: "K",
        from: 0.0,
        to: 0.4,
        bins: 40,
        marks: &[(0.3, "0.3 K")],
        values: steady.map(|visit| visit.tracking.worst_k).collect(),
    };
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" width=\"{WIDTH}\" height=\"{HEIGHT}\">\
         {STYLE}<rect width=\"{WIDTH}\" height=\"{HEIGHT}\" style=\"fill:#fff\"/>\
         <text x=\"30\" y=\"26\" class=\"head\">SIMULATED: {} heads under {}</text>{}{}</svg>\n",
        visits.len(),
        plan.name,
        skin.draw(30.0),
        coolant.draw(460.0)
    )
}
