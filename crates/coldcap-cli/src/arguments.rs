//! The command line.

mod machine;
mod parameters;
mod place;
mod recordings;
mod serve;
mod values;
mod watch;
pub(crate) use machine::Serve;
pub(crate) use place::{Core, Place};
pub(crate) use recordings::{Export, Form, Record, Report};
pub(crate) use serve::ServePage;

use crate::command::inputs::PATIENT_HELP;
use clap::{ArgGroup, Args, Parser, Subcommand, ValueEnum};
pub(crate) use parameters::{Image, Parameters, ParametersShow, ParametersWrite, WhatParameters};
use std::path::PathBuf;
pub(crate) use values::{Columns, Language, Tone};
use values::{columns, finite, seed};
pub(crate) use watch::Watch;

/// A scalp cooler's protocol and control core, on the desk.
///
/// Exit status: 0 done, 1 the thing examined is wrong, 2 usage or input, 3 I/O or the peer is gone.
#[derive(Debug, Parser)]
#[command(name = "coldcap", version, about, arg_required_else_help = true)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run both services on a virtual machine and a virtual patient, with a report at the end.
    Demo(Demo),
    /// Run both services on a machine behind a socket: the host side.
    Run(Run),
    /// Serve the virtual machine on a socket, a WebSocket or a pseudo terminal.
    Machine(Serve),
    /// Record everything that is heard of a machine, until Ctrl-C.
    Record(Record),
    /// Turn a recording into CSV or MCAP.
    Export(Export),
    /// Make the report of a recording: one HTML file.
    Report(Report),
    /// Look at a machine, or at a recording, in the terminal.
    Watch(Watch),
    /// Show a machine, or a recording, to browsers: one page, read-only.
    Serve(ServePage),
    /// Feed a recording to the core again and compare what comes out.
    Replay(Replay),
    /// Take frames apart: hexadecimal text, a file, or standard input.
    Decode(Decode),
    /// Turn resistance or voltage into temperature, or back: one number a line on standard input.
    Convert(Convert),
    /// Look for wrong lines, kinks and superseded curves in a published table of a sensor.
    LintTable(LintTable),
    /// Make a sensor's model and integer table, check a sensor in ice, or read its certificate.
    Calibrate(Calibrate),
    /// Print what a coolant is like at a temperature: JSON, each figure with its standard uncertainty.
    Fluid(Fluid),
    /// Run the fit visit on the virtual machine: cap size, contact of the zones, verdict, and a picture.
    FitCap(FitCap),
    /// Print the cooling times by regimen, with their sources.
    Regimen(Regimen),
    /// Play a session by a script, in virtual time: session, guard and alarms behind a small machine.
    Session(Session),
    /// Find a plant and gains for it, from a record or by a test. Nothing is applied on its own.
    Tune(Tune),
    /// Pair a host with the virtual machine: a key, handed over by a square code.
    Pair(Pair),
    /// List, add or revoke the keys of a machine in a file.
    Keys(Keys),
    /// Show or write an image of parameters: what a maker or a clinic chooses for one machine.
    Parameters(Parameters),
    /// Print the frozen test vectors of the wire, a JSON object a line.
    Vectors,
    /// Print the table of alarms, or write the tone of a priority as a sound.
    Alarms(Alarms),
    /// Treat many virtual heads, and print and draw how skins, coolant and alarms are spread.
    Population(Population),
    /// Play a scenario on the virtual machine: both services, what goes wrong, and what must come of it.
    Sim(Sim),
    /// Search for the head, the fault and the timing of people that leave least of a safety margin.
    Falsify(Falsify),
}

/// What demo and run share.
#[derive(Args, Debug)]
pub(crate) struct Visit {
    /// The plan of the visit; without it, weekly paclitaxel.
    #[arg(long, value_name = "FILE")]
    pub(crate) plan: Option<PathBuf>,
    /// Parent folder of what is written; it is made if it is not there.
    #[arg(long, value_name = "DIR", default_value = "out")]
    pub(crate) out: PathBuf,
    /// Virtual seconds for one second of wall time; as fast as it goes without it.
    #[arg(long, value_name = "X")]
    pub(crate) speed: Option<f64>,
    /// Print the summary as one JSON document.
    #[arg(long)]
    pub(crate) json: bool,
    /// Write the keys of the sessions to this file: whoever has it reads them, and could write into them.
    #[arg(long, value_name = "FILE")]
    pub(crate) keylog: Option<PathBuf>,
    /// Without keys, for benches: nothing is sealed, and whoever reaches the link is taken for a clinician.
    #[arg(long)]
    pub(crate) unsecured: bool,
}

/// What ends the long help of a command that takes a patient's file.
fn with_patient(example: &str) -> String {
    format!("{PATIENT_HELP}\n{example}")
}

#[derive(Args, Debug)]
#[command(
    after_help = "Example: coldcap demo --fault kink@6000..6300 --seed 7",
    after_long_help = with_patient("Example: coldcap demo --fault kink@6000..6300 --seed 7")
)]
pub(crate) struct Demo {
    #[command(flatten)]
    pub(crate) visit: Visit,
    /// The virtual patient; without it, the standard head. --help tells the file's fields.
    #[arg(long, value_name = "FILE")]
    pub(crate) patient: Option<PathBuf>,
    /// A fault of the machine, the link or the host, from one second to another.
    #[arg(long, value_name = "NAME@SECONDS[..SECONDS]")]
    pub(crate) fault: Vec<String>,
    /// Decides noise and offsets of all sensors.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = seed, allow_negative_numbers = true)]
    pub(crate) seed: u64,
    /// Where the device runs.
    #[arg(long, value_enum, default_value_t = Place::InProcess)]
    pub(crate) machine: Place,
    /// The firmware image for the emulator.
    #[arg(
        long,
        value_name = "FILE",
        default_value = "target/firmware/thumbv7em-none-eabihf/release/lane"
    )]
    pub(crate) firmware: PathBuf,
    /// The core that the emulator has.
    #[arg(long, value_enum, default_value_t = Core::CortexM4f)]
    pub(crate) core: Core,
    /// Let the emulator count executed instructions (slow).
    #[arg(long)]
    pub(crate) count: bool,
}

#[derive(Args, Debug)]
#[command(after_help = "Example: coldcap run --connect tcp:127.0.0.1:7700")]
pub(crate) struct Run {
    #[command(flatten)]
    pub(crate) visit: Visit,
    /// The machine's address.
    #[arg(long, value_name = "tcp:HOST:PORT")]
    pub(crate) connect: String,
    /// The seed of the virtual machine: its key follows from it.
    #[arg(
        long,
        value_name = "N",
        default_value_t = 1,
        value_parser = seed,
        allow_negative_numbers = true,
        conflicts_with = "key"
    )]
    pub(crate) seed: u64,
    /// The file with the code that the machine has shown when it was paired.
    #[arg(long, value_name = "FILE", conflicts_with = "unsecured")]
    pub(crate) key: Option<PathBuf>,
}

#[derive(Args, Debug)]
#[command(
    after_help = "Both files can be read by their owner alone. A machine with these keys: coldcap machine --keys FILE; \
                  its host: coldcap run --key FILE.\nExample: coldcap pair --keys machine.keys --code tablet.code --role nurse --label tablet"
)]
pub(crate) struct Pair {
    /// The keys of the machine, 64 bytes each; the new one is added.
    #[arg(long, value_name = "FILE")]
    pub(crate) keys: PathBuf,
    /// Where the host's code goes: it is a secret.
    #[arg(long, value_name = "FILE")]
    pub(crate) code: PathBuf,
    /// What the holder of the key may do.
    #[arg(long, value_enum)]
    pub(crate) role: KeyRole,
    /// What a person calls the key.
    #[arg(long, value_name = "TEXT")]
    pub(crate) label: String,
    /// Write the keys of the first session to this file.
    #[arg(long, value_name = "FILE")]
    pub(crate) keylog: Option<PathBuf>,
}

/// What the holder of a key may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum KeyRole {
    /// Watch, stop, mark facts.
    Observer,
    /// Operate a session.
    Nurse,
    /// Operate a session, override, reset.
    Clinician,
    /// Reset what only service may, change settings.
    Service,
}

#[derive(Args, Debug)]
pub(crate) struct Keys {
    #[command(subcommand)]
    pub(crate) what: WhatKeys,
}

/// What is done with a file of keys.
#[derive(Debug, Subcommand)]
pub(crate) enum WhatKeys {
    /// Print number, role and label of each key.
    List(KeysFile),
    /// Make a key, add it, and print its number.
    Add(KeysAdd),
    /// Remove a key: a session by it ends with its next packet.
    Revoke(KeysRevoke),
}

#[derive(Args, Debug)]
pub(crate) struct KeysFile {
    /// The file.
    pub(crate) file: PathBuf,
    /// Print one JSON object a line.
    #[arg(long)]
    pub(crate) json: bool,
    /// Print the keys themselves, too.
    #[arg(long)]
    pub(crate) secrets: bool,
}

#[derive(Args, Debug)]
pub(crate) struct KeysAdd {
    /// The file; it is made if it is not there.
    pub(crate) file: PathBuf,
    /// What the holder of the key may do.
    #[arg(long, value_enum)]
    pub(crate) role: KeyRole,
    /// What a person calls the key.
    #[arg(long, value_name = "TEXT")]
    pub(crate) label: String,
    /// Where the host's code goes: it is a secret.
    #[arg(long, value_name = "FILE")]
    pub(crate) code: PathBuf,
    /// The serial number of the machine; that of the virtual machine is 1.
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) serial: u64,
    /// The number of the key, never given before; without it, one by chance.
    #[arg(long, value_name = "N")]
    pub(crate) id: Option<u32>,
}

#[derive(Args, Debug)]
pub(crate) struct KeysRevoke {
    /// The file.
    pub(crate) file: PathBuf,
    /// The number of the key.
    pub(crate) id: u32,
}

#[derive(Args, Debug)]
pub(crate) struct Regimen {
    #[command(subcommand)]
    pub(crate) what: WhatRegimen,
}

/// What of the table is printed.
#[derive(Debug, Subcommand)]
pub(crate) enum WhatRegimen {
    /// Every regimen, one row for each source.
    List(RegimenList),
    /// One regimen, with every source in full.
    Show(RegimenShow),
}

#[derive(Args, Debug)]
pub(crate) struct RegimenList {
    /// Print one JSON document.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args, Debug)]
#[command(after_help = "Example: coldcap regimen show paclitaxel_weekly")]
pub(crate) struct RegimenShow {
    /// The regimen's number or name.
    pub(crate) id: String,
    /// Print one JSON document.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args, Debug)]
#[command(
    after_help = "The script's fields stand in docs/session-scripts.md, examples in examples/sessions.\n\
                  Exit status 1: an expectation failed, or the record does not tell the state; 2: the script is wrong.\n\
                  Example: coldcap session --script examples/sessions/kinked-hose.toml"
)]
pub(crate) struct Session {
    /// The script.
    #[arg(long, value_name = "TOML")]
    pub(crate) script: PathBuf,
    /// Print one JSON document.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args, Debug)]
pub(crate) struct Replay {
    /// A recording (`.ccap`).
    pub(crate) file: PathBuf,
    /// Print one JSON document.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args, Debug)]
#[command(after_help = "Example: coldcap decode 0x011860...")]
pub(crate) struct Decode {
    /// Hexadecimal text, the path of a recording, of raw bytes or of such text, or `-` for standard input.
    pub(crate) what: String,
    /// The keys of sessions, as --keylog of other commands writes them: sealed packets are opened by them.
    #[arg(long, value_name = "FILE")]
    pub(crate) keylog: Option<PathBuf>,
}

#[derive(Args, Debug)]
#[command(after_help = "Example: echo 109.7347 | coldcap convert --curve pt100 --from ohm")]
pub(crate) struct Convert {
    /// pt100, pt1000, tc-k, tc-t, or a model file.
    #[arg(long, value_name = "CURVE")]
    pub(crate) curve: String,
    /// What the input is.
    #[arg(long, value_enum)]
    pub(crate) from: From,
    /// Temperature of a thermocouple's cold junction in °C.
    #[arg(long, value_name = "C", default_value_t = 0.0, allow_negative_numbers = true)]
    pub(crate) cold_junction: f64,
    /// Print one JSON document: a list of lines.
    #[arg(long)]
    pub(crate) json: bool,
}

/// What the input of a conversion is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum From {
    /// A resistance, to °C.
    Ohm,
    /// A voltage, to °C.
    Mv,
    /// A temperature, to ohm or mV.
    Celsius,
}

#[derive(Args, Debug)]
#[command(
    after_help = "Findings: outlier, one_of_these (one of these lines is wrong, and which cannot be told), kink, not_monotonic, superseded_curve, beta_mismatch (1 %). A line's number is \
                  that in the file; deviation_mk is what the listed resistance reads on the expected \
                  curve, less the listed temperature.\nExample: coldcap lint-table part.csv --beta 25/85=3435"
)]
pub(crate) struct LintTable {
    /// The table: columns t_c and r_ohm, a resistance thermometer or a thermistor.
    #[arg(value_name = "CSV")]
    pub(crate) table: PathBuf,
    /// The column of resistances, where a file has several.
    #[arg(long, value_name = "NAME", default_value = "r_ohm")]
    pub(crate) column: String,
    /// A label's β in K between two temperatures in °C, to be recomputed from the table.
    #[arg(long, value_name = "T1/T2=B", allow_hyphen_values = true)]
    pub(crate) beta: Vec<String>,
    /// Print one JSON document.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args, Debug)]
pub(crate) struct Calibrate {
    #[command(subcommand)]
    pub(crate) sensor: Sensor,
}

/// What is calibrated.
#[derive(Debug, Subcommand)]
pub(crate) enum Sensor {
    /// A thermistor by its maker's table: four-term Steinhart–Hart fit, integer table, drawing.
    Ntc(CalibrateNtc),
    /// A sensor in ice and water: whether it reads 0 °C.
    Ice(CalibrateIce),
    /// The record of a sensor's calibration, in words.
    Certificate(CalibrateCertificate),
}

#[derive(Args, Debug)]
#[command(
    after_help = "The file has the columns time_s and t_c: what the sensor shows, by its own table, in crushed ice of \
                  clean water. Its last minute counts, of 20 readings or more; an empty cell of t_c is a reading that is missing, and one in \
                  ten may be.\nExit 0 passes, 1 fails, is unstable (scatter or wander above 5 mK), is stuck (the same value \
                  again and again) or tells nothing (u above 25 mK). It finds a shift of the sensor; it is no \
                  calibration.\nExample: coldcap calibrate ice --data ice.csv"
)]
pub(crate) struct CalibrateIce {
    /// The readings: columns time_s and t_c.
    #[arg(long, value_name = "CSV")]
    pub(crate) data: PathBuf,
    /// Standard uncertainty of the sensor at 0 °C in mK, as its certificate states it: half of U at k = 2.
    #[arg(long, value_name = "MK", default_value_t = 2.0, allow_negative_numbers = true)]
    pub(crate) sensor_u_mk: f64,
    /// Standard uncertainty of the bath in mK: 2 where it is made with care.
    #[arg(long, value_name = "MK", default_value_t = 2.0, allow_negative_numbers = true)]
    pub(crate) bath_u_mk: f64,
    /// Print one JSON document.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args, Debug)]
#[command(
    after_help = "A record has 192 bytes; its layout is in the documentation of coldcap-calibration. One whose checksum \
                  does not fit, or that contradicts itself, is refused: exit 1.\nExample: coldcap calibrate certificate sensor-4711.bin"
)]
pub(crate) struct CalibrateCertificate {
    /// The path of a record, raw or as hexadecimal text, such text itself, or `-` for standard input.
    pub(crate) what: String,
    /// Print one JSON document.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args, Debug)]
#[command(
    after_help = "Writes the model to FILE (JSON), a drawing to FILE.svg and, with --emit rust, the integer table's \
                  source to FILE.rs.\nA fit that is more than 100 mK off its table is not for use: exit 1, the model says \"usable\": false, and no \
                  source is written.\nExample: coldcap calibrate ntc --table part.csv --divider 10000 --span=-20..50 \
                  --out part.json"
)]
pub(crate) struct CalibrateNtc {
    /// The maker's table: columns t_c and r_ohm.
    #[arg(long, value_name = "CSV")]
    pub(crate) table: PathBuf,
    /// The column of resistances, where a file has several.
    #[arg(long, value_name = "NAME", default_value = "r_ohm")]
    pub(crate) column: String,
    /// The pull-up in ohms; the code is R/(R + divider).
    #[arg(long, value_name = "OHM", allow_negative_numbers = true)]
    pub(crate) divider: f64,
    /// The span in °C.
    #[arg(long, value_name = "LO..HI", allow_hyphen_values = true)]
    pub(crate) span: String,
    /// Where the model goes.
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
    /// Write the integer table as source text too.
    #[arg(long, value_enum)]
    pub(crate) emit: Option<Emit>,
    /// Print the model as one JSON document.
    #[arg(long)]
    pub(crate) json: bool,
}

/// A language for tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Emit {
    /// A module for firmware.
    Rust,
}

#[derive(Args, Debug)]
#[command(
    after_help = "From the freezing point to 40 °C, at mass fractions of 0.10 to 0.60 (pg, eg) and 0.10 to \
                  0.48 (kf).\nModels: Melinder 2010; the uncertainty is the largest difference between published \
                  models.\nA coolant of your own is a TOML file: name, harmless = true or false (whether it may flow past a patient), \
                  freeze_c, freeze_u_k, [uncertainty] density, cp, viscosity, conductivity (standard, as fractions), and 3 to 64 times \
                  [[row]] t_c, density_kg_m3, cp_j_kgk, viscosity_mpa_s, conductivity_w_mk. Between rows properties are drawn as straight \
                  lines, and rows too far apart for the stated uncertainty are refused.\nExamples: coldcap fluid --mix pg --mass 0.3 --at -4\n          \
                  coldcap fluid --table mine.toml --at -4",
    group = ArgGroup::new("coolant").args(["mix", "table"]).required(true)
)]
pub(crate) struct Fluid {
    /// What is dissolved in the water.
    #[arg(long, value_enum, requires = "mass")]
    pub(crate) mix: Option<Mix>,
    /// Its share of the whole mass, as a fraction.
    #[arg(long, value_name = "FRACTION", allow_negative_numbers = true, requires = "mix")]
    pub(crate) mass: Option<f64>,
    /// A coolant of your own.
    #[arg(long, value_name = "TOML", conflicts_with_all = ["mix", "mass"])]
    pub(crate) table: Option<PathBuf>,
    /// The temperature in °C.
    #[arg(long, value_name = "C", allow_negative_numbers = true)]
    pub(crate) at: f64,
    /// Print JSON, as is done without it.
    #[arg(long)]
    pub(crate) json: bool,
}

/// What is dissolved in the water.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Mix {
    /// Propylene glycol.
    Pg,
    /// Ethylene glycol: toxic, a bench reference only.
    Eg,
    /// Potassium formate: one published model only.
    Kf,
}

const FIT_CAP_HELP: &str = "Writes DIR/fit-cap: cap-fit.svg, cap-calibration.bin (the record), fit.json, visit.ccap.\n\
                  Exit 0 where the verdict is good or repeat; 1 where it is doubtful, reseat, resize or refuse, or \
                  where the host's repetition does not agree: the files are written all the same.\n\
                  What is stated with a zone holds for heads with a core of 37 +/- 0.4 C, 1.5 to 5 mm of fat, half to \
                  one and a half times the ordinary perfusion and a bare resistance of 0.04 to 0.2 m2K/W. The device is \
                  told none of these: outside of them a figure may be off by more (fever and a flushed skin: up to 80 % too \
                  high). A zone that passes, and would not if such heads were reckoned with, is told so.\n\
                  Example: coldcap fit-cap --seed 7 --out out";

#[derive(Args, Debug)]
#[command(
    after_help = FIT_CAP_HELP,
    after_long_help = with_patient(FIT_CAP_HELP)
)]
pub(crate) struct FitCap {
    /// The virtual patient; without it, the standard head. --help tells the file's fields.
    #[arg(long, value_name = "FILE")]
    pub(crate) patient: Option<PathBuf>,
    /// The plan that holds the head's measures; without it, weekly paclitaxel.
    #[arg(long, value_name = "FILE")]
    pub(crate) plan: Option<PathBuf>,
    /// Decides noise and offsets of all sensors.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = seed, allow_negative_numbers = true)]
    pub(crate) seed: u64,
    /// Fit a sensor on the skin under this zone; without it, the zones come from the inner face alone. The
    /// virtual cap's halves meet over the vertex: it has no crown.
    #[arg(long, value_enum, value_name = "ZONE")]
    pub(crate) skin_sensor: Option<SkinSensor>,
    /// Print one JSON document.
    #[arg(long)]
    pub(crate) json: bool,
    /// Parent folder of what is written; it is made if it is not there.
    #[arg(long, value_name = "DIR", default_value = "out")]
    pub(crate) out: PathBuf,
    /// Write the keys of the session to this file: whoever has it reads the session.
    #[arg(long, value_name = "FILE")]
    pub(crate) keylog: Option<PathBuf>,
}

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
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = seed, allow_negative_numbers = true)]
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
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = seed, allow_negative_numbers = true)]
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

/// What ends the help of `sim`.
const SIM_HELP: &str = "\
A scenario is TOML; its times count from power-up, in seconds or HH:MM:SS:
  plan, patient   files beside it, or a table [patient]; without them weekly paclitaxel and the standard head
  [machine]       ambient_c, glycol, and in tables tank, circuit, cap, sensors what differs from the standard machine; its
                  variants and their fields are those of docs/machine.md
  seed            of noise and offsets
  [nurse]         resumes, how often cooling is resumed after a fault before the session is ended: 5
  [[fault]]       name, from_s, and to_s if it ends: `sim --list-faults` has one of each hazard, a wrong name is
                  answered with all
  [[at]]          time, and do (a button), fact, or power = \"off\" with gap_s
  [[expect]]      time, and one of phase, alarm (with priority), no_alarm, refused, output
  [end]           outcome, skin_at_least_c, skin_falls_at_most_k_min
Exit status 1 says that an expectation failed or an invariant broke: nothing circulates in a phase in which it must not,
no skin freezes, the visit comes to an end, and the record gives the live state again.

Example: coldcap sim --scenario examples/scenarios/kinked-hose.toml --report";

#[derive(Args, Debug)]
#[command(after_help = SIM_HELP)]
pub(crate) struct Sim {
    /// The scenario.
    #[arg(long, value_name = "FILE")]
    pub(crate) scenario: Option<PathBuf>,
    /// Print the summary as one JSON document.
    #[arg(long)]
    pub(crate) json: bool,
    /// Print the trace, once a second, as CSV.
    #[arg(long, conflicts_with = "json")]
    pub(crate) csv: bool,
    /// Say where the report is, on standard error, beside --json or --csv.
    #[arg(long)]
    pub(crate) report: bool,
    /// Parent folder of what is written, in a folder of the scenario's name; it is made if it is not there.
    #[arg(long, value_name = "DIR", default_value = "out")]
    pub(crate) out: PathBuf,
    /// Print a fault of each hazard, H1 to H23, instead.
    #[arg(long, conflicts_with_all = ["scenario", "csv", "report"])]
    pub(crate) list_faults: bool,
}

/// Where a skin-side sensor lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum SkinSensor {
    /// Under the front half.
    Front,
    /// Under the rear half.
    Rear,
}

#[derive(Args, Debug)]
#[command(
    group(ArgGroup::new("source").required(true)),
    after_help = "The record has the columns time_s,input,output, or those of --columns; an input holds from its \
                  row's time to the next row.\nWith --machine nothing is applied without --accept, or a y where somebody is asked; \
                  the drawings come first.\nExamples: coldcap tune --data step.csv --plot step.svg\n          \
                  coldcap tune --data kit.csv --columns Time,Q1,T1 --before 0\n          \
                  coldcap tune --machine --rule amigo_pi --accept --out gains"
)]
pub(crate) struct Tune {
    /// A record as CSV.
    #[arg(long, value_name = "CSV", group = "source")]
    pub(crate) data: Option<PathBuf>,
    /// The names of the record's columns of time in seconds, input and output.
    #[arg(
        long,
        value_name = "TIME,INPUT,OUTPUT",
        value_parser = columns,
        default_value = "time_s,input,output",
        conflicts_with = "machine"
    )]
    pub(crate) columns: Columns,
    /// The input until the record's first row; without it, the input of that row.
    #[arg(
        long,
        value_name = "INPUT",
        value_parser = finite,
        allow_negative_numbers = true,
        conflicts_with = "machine"
    )]
    pub(crate) before: Option<f64>,
    /// A guided relay test of the coolant loop on the virtual machine.
    #[arg(long, group = "source")]
    pub(crate) machine: bool,
    /// Print one JSON document.
    #[arg(long)]
    pub(crate) json: bool,
    /// Where the drawing of record and model goes; with --machine a second one, of present and proposed
    /// gains, goes beside it to NAME-comparison.
    #[arg(long, value_name = "FILE", default_value = "tune.svg")]
    pub(crate) plot: PathBuf,
    /// The virtual patient; without it, the standard head. `coldcap demo --help` tells the file's fields.
    #[arg(long, value_name = "FILE", conflicts_with = "data")]
    pub(crate) patient: Option<PathBuf>,
    /// Decides noise and offsets of all sensors.
    #[arg(
        long,
        value_name = "N",
        default_value_t = 1,
        value_parser = seed,
        allow_negative_numbers = true,
        conflicts_with = "data"
    )]
    pub(crate) seed: u64,
    /// A fault of the machine, from one second to another.
    #[arg(long, value_name = "NAME@SECONDS[..SECONDS]", conflicts_with = "data")]
    pub(crate) fault: Vec<String>,
    /// What the supply is held at, in °C.
    #[arg(
        long,
        value_name = "C",
        default_value_t = -4.0,
        allow_negative_numbers = true,
        conflicts_with = "data"
    )]
    pub(crate) target: f64,
    /// The rule that the proposal is by; ziegler_nichols only to compare.
    #[arg(long, value_name = "NAME", default_value = "amigo_pi", conflicts_with = "data")]
    pub(crate) rule: String,
    /// How far the supply may get away from its target during the test, in K.
    #[arg(long, value_name = "K", default_value_t = 1.0, conflicts_with = "data")]
    pub(crate) band: f64,
    /// How far the valve's command moves during the test, of its whole range.
    #[arg(long, value_name = "PART", default_value_t = 0.1, conflicts_with = "data")]
    pub(crate) amplitude: f64,
    /// Accept the proposal without being asked: writes DIR/coolant-loop.json, which nothing loads by
    /// itself: it is for whoever builds the firmware.
    #[arg(long, conflicts_with = "data")]
    pub(crate) accept: bool,
    /// Parent folder of what is accepted; it is made if it is not there.
    #[arg(long, value_name = "DIR", default_value = "out", conflicts_with = "data")]
    pub(crate) out: PathBuf,
}

#[derive(Args, Debug)]
#[command(
    after_help = "Nothing here was checked against the text of a standard; docs/alarms.md discloses all of it.\n\
                  The file is 16-bit PCM, one channel, 16 kHz: one burst and the pause after it, so that it can be \
                  played in a loop.\nExample: coldcap alarms --tone high --out high.wav"
)]
pub(crate) struct Alarms {
    /// The language of the texts.
    #[arg(long, value_enum, default_value = "en")]
    pub(crate) language: Language,
    /// Print one JSON document.
    #[arg(long)]
    pub(crate) json: bool,
    /// Write the tone of this priority instead of printing the table.
    #[arg(long, value_enum, requires = "out")]
    pub(crate) tone: Option<Tone>,
    /// Where the tone is written: a WAV file. A folder on the way to it that is not there is made.
    #[arg(long, value_name = "FILE", requires = "tone")]
    pub(crate) out: Option<PathBuf>,
}
