//! Options of what tries many heads.

use super::values::seed;
use clap::Args;
use std::path::PathBuf;

#[derive(Args, Debug)]
#[command(
    after_help = "Heads differ in hair, fat, perfusion, core temperature, size and seat; the fit visit is not played. The \
                        same seed gives the same figures, whatever the number of cores.\n\
                        Example: coldcap population --patients 1000 --seed 1 --out out"
)]
pub(crate) struct Population {
    /// How many heads, 1 to 1000000.
    #[arg(long, value_name = "N", default_value_t = 100)]
    pub(crate) patients: u64,
    /// The plan of the treatment; without it, weekly paclitaxel.
    #[arg(long, value_name = "FILE")]
    pub(crate) plan: Option<PathBuf>,
    /// The seed of the first head and of its machine's sensors; each next head has the next.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = seed)]
    pub(crate) seed: u64,
    /// What coolant has to answer to: a fault as NAME@SECONDS..SECONDS from power-up, or none.
    #[arg(long, value_name = "FAULT", default_value = "partial-kink@3600..3610")]
    pub(crate) disturb: String,
    /// Add the follicles' relative exposure to the first hair-toxic drug, taken for docetaxel or doxorubicin: for
    /// research, no dose and no prediction of hair.
    #[arg(long, value_name = "DRUG")]
    pub(crate) exposure: Option<String>,
    /// Give the cap a crown of its own: its parts of area and of flow, as 0.2,0.1.
    #[arg(long, value_name = "AREA,FLOW")]
    pub(crate) crown: Option<String>,
    /// Print one JSON document.
    #[arg(long)]
    pub(crate) json: bool,
    /// Parent folder of the picture; it is made if it is not there.
    #[arg(long, value_name = "DIR", default_value = "out")]
    pub(crate) out: PathBuf,
}

#[derive(Args, Debug)]
#[command(
    after_help = "Margins: `face`, the cap's inner face on a head above 0 °C; `skin`, the coldest skin above -0.55 °C; `rush`, \
                        the fastest fall of skin after an interruption below 3 K/min. Below zero it is broken.\n\n\
                        Example: coldcap falsify --runs 10000 --margin face --seed 1 --out worst-face.toml"
)]
pub(crate) struct Falsify {
    /// So many runs, in restarts of a hundred.
    #[arg(long, value_name = "N", default_value_t = 1_000)]
    pub(crate) runs: u64,
    /// Which margin: face, skin or rush.
    #[arg(long, value_name = "NAME", default_value = "face")]
    pub(crate) margin: String,
    /// Of the random choices.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = seed)]
    pub(crate) seed: u64,
    /// Only this fault.
    #[arg(long, value_name = "NAME")]
    pub(crate) fault: Option<String>,
    /// Where the worst case goes.
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// Play this case again instead, and hold it against what it came to.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["runs", "margin", "seed", "fault", "out"])]
    pub(crate) case: Option<PathBuf>,
    /// Print one JSON document.
    #[arg(long)]
    pub(crate) json: bool,
}
