//! Writes clients for a message set: coldcap's own, or that and a maker's.
//!
//! ```text
//! coldcap-schema --out DIR [--vendor FILE]     the clients, in folders by language
//! coldcap-schema --text                        the text of the code's message set
//! coldcap-schema --page                        the tables of docs/wire-format.md that are made here
//! coldcap-schema --check LOCK [--write]        compares LOCK with the code; writes it where it may
//! coldcap-schema --frames DIR [--vendor FILE]  frames, what has to come out of them, and captures
//! ```

use coldcap_schema::growth::{self, Change};
use coldcap_schema::model::Schema;
use coldcap_schema::{capture, check, emit, registry, text, vendor};
use std::path::Path;
use std::process::ExitCode;

type Done = Result<(), String>;

/// How many damaged frames the clients are tried on, and from which seed.
const DAMAGED: (u64, usize) = (20_260_327, 20_000);

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match run(&words) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("coldcap-schema: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(words: &[&str]) -> Done {
    let value = |flag: &str| {
        let at = words.iter().position(|word| *word == flag)?;
        words.get(at + 1).map(Path::new)
    };
    if let Some(lock) = value("--check") {
        return check_lock(lock, words.contains(&"--write"));
    }
    let schema = message_set(value("--vendor"))?;
    match (value("--out"), value("--frames")) {
        (Some(out), _) => write_clients(&schema, out),
        (_, Some(out)) => write_frames(&schema, out, value("--vendor").is_none()),
        _ if words.contains(&"--text") => {
            print!("{}", text::write(&schema));
            Ok(())
        }
        _ if words.contains(&"--page") => {
            print!("{}", emit::markdown::tables(&schema));
            Ok(())
        }
        _ => Err("say --out DIR, --frames DIR, --check LOCK, --page or --text".into()),
    }
}

fn message_set(own: Option<&Path>) -> Result<Schema, String> {
    let base = registry::schema();
    let Some(path) = own else { return Ok(base) };
    let named = |error: String| format!("{}: {error}", path.display());
    let own = text::parse_beside(&read(path)?, &base.structures).map_err(named)?;
    vendor::beside(&base, &own).map_err(|findings| named(findings.join("\n")))
}

fn read(path: &Path) -> Result<String, String> {
    std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}

fn save(path: &Path, bytes: impl AsRef<[u8]>) -> Done {
    let failed = |error: std::io::Error| format!("{}: {error}", path.display());
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(failed)?;
    }
    std::fs::write(path, bytes).map_err(failed)
}

fn write_clients(schema: &Schema, out: &Path) -> Done {
    let files = emit::files(schema);
    files.iter().try_for_each(|(name, text)| save(&out.join(name), text))?;
    println!("{} messages, {} files in {}", schema.messages.len(), files.len(), out.display());
    Ok(())
}

/// The lock against the code: what the lock has, stays.
fn check_lock(path: &Path, may_write: bool) -> Done {
    let mut now = registry::schema();
    if !path.exists() && may_write {
        return save(path, text::write(&now));
    }
    let was = text::parse(&read(path)?).map_err(|error| format!("{}: {error}", path.display()))?;
    now.frozen = was.frozen;
    for vector in &mut now.vectors {
        let known = was.vectors.iter().find(|known| known.name == vector.name);
        vector.minor = known.map_or(vector.minor, |known| known.minor);
    }
    match growth::compare(&was, &now) {
        Ok(Change::None) => println!("{}: as it is", path.display()),
        Ok(Change::Growth) if may_write => {
            save(path, text::write(&now))?;
            println!("{}: grew", path.display());
        }
        Ok(Change::Growth) => {
            return Err(format!("{} is behind: cargo xtask schema write", path.display()));
        }
        Err(findings) => return Err(format!("not growth:\n{}", findings.join("\n"))),
    }
    Ok(())
}

/// Vectors, damaged frames, what has to come out of either, and captures of them.
fn write_frames(schema: &Schema, out: &Path, of_coldcap: bool) -> Done {
    let vectors = check::vectors();
    let damaged =
        check::damaged(schema, DAMAGED.0, if of_coldcap { DAMAGED.1 } else { DAMAGED.1 / 4 });
    let sealed = check::sealed(schema);
    save(&out.join("sealed.keylog"), coldcap_schema::vectors::KEYLOG)?;
    for (name, cases) in [("vectors", &vectors), ("damaged", &damaged), ("sealed", &sealed)] {
        let frames = cases.iter().map(|case| coldcap_schema::vectors::hex(&case.bytes) + "\n");
        let expected = cases.iter().map(|case| case.expected.clone() + "\n");
        save(&out.join(format!("{name}.frames")), frames.collect::<String>())?;
        save(&out.join(format!("{name}.expected")), expected.collect::<String>())?;
        let frames = cases.iter().map(|case| &case.bytes[..]);
        save(&out.join(format!("{name}.pcap")), capture::user(frames))?;
    }
    let labels = vectors.iter().map(|case| check::labels(schema, &case.bytes) + "\n");
    save(&out.join("vectors.labels"), labels.collect::<String>())?;
    let stream: Vec<u8> = vectors.iter().flat_map(|case| case.bytes.clone()).collect();
    save(&out.join("stream.pcap"), capture::tcp(&stream, &[7, 61, 1, 300, 2, 19]))
}
