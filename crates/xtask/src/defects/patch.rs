//! A unified diff with a few words before it, and a strict way to apply it.
//!
//! Every line of context and every line that goes must be there, once and in this order; where in the file they are
//! does not matter, so that a patch outlives changes above it. Nothing is guessed.

use std::collections::BTreeMap;

/// A defect to be planted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Patch {
    /// The name of its file.
    pub(crate) name: String,
    /// The words before the difference: `key: value`, a value may go on in an indented line.
    pub(crate) words: BTreeMap<String, String>,
    /// What changes in each file.
    pub(crate) files: Vec<Change>,
}

/// What changes in one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Change {
    pub(crate) path: String,
    hunks: Vec<Hunk>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Hunk {
    old: Vec<String>,
    new: Vec<String>,
}

type Parsed<T> = Result<T, String>;

impl Patch {
    /// Reads a patch.
    pub(crate) fn parse(name: &str, text: &str) -> Parsed<Self> {
        let mut patch = Self { name: name.to_owned(), words: BTreeMap::new(), files: Vec::new() };
        let mut lines = text.lines().peekable();
        let mut key = String::new();
        while let Some(line) = lines.next_if(|line| !line.starts_with("--- a/")) {
            patch.add_words(&mut key, line).map_err(|error| format!("{name}: {error}"))?;
        }
        for line in lines {
            patch.add_line(line).map_err(|error| format!("{name}: {error}: {line}"))?;
        }
        if patch.files.is_empty() || patch.files.iter().any(|change| change.hunks.is_empty()) {
            return Err(format!("{name}: nothing changes"));
        }
        Ok(patch)
    }

    fn add_words(&mut self, key: &mut String, line: &str) -> Parsed<()> {
        if line.is_empty() {
            return Ok(());
        }
        if let Some(more) = line.strip_prefix("  ") {
            let value = self.words.get_mut(key).ok_or("words before any key")?;
            value.push(' ');
            value.push_str(more.trim());
            return Ok(());
        }
        let (name, value) = line.split_once(": ").ok_or_else(|| format!("no key in: {line}"))?;
        *key = name.to_owned();
        match self.words.insert(name.to_owned(), value.trim().to_owned()) {
            None => Ok(()),
            Some(_) => Err(format!("{name} is said twice")),
        }
    }

    fn add_line(&mut self, line: &str) -> Parsed<()> {
        if let Some(path) = line.strip_prefix("--- a/") {
            self.files.push(Change { path: path.to_owned(), hunks: Vec::new() });
            return Ok(());
        }
        let change = self.files.last_mut().ok_or("a line before any file")?;
        if let Some(path) = line.strip_prefix("+++ b/") {
            let same = path == change.path && change.hunks.is_empty();
            return if same { Ok(()) } else { Err("another file".into()) };
        }
        if line.starts_with("@@ ") {
            change.hunks.push(Hunk::default());
            return Ok(());
        }
        let hunk = change.hunks.last_mut().ok_or("a line before any hunk")?;
        let (sign, rest) = line.split_at_checked(1).unwrap_or((" ", ""));
        match sign {
            " " => {
                hunk.old.push(rest.to_owned());
                hunk.new.push(rest.to_owned());
            }
            "-" => hunk.old.push(rest.to_owned()),
            "+" => hunk.new.push(rest.to_owned()),
            _ => return Err("no line of a difference".into()),
        }
        Ok(())
    }

    /// The words of a key, which must be there.
    pub(crate) fn word(&self, key: &str) -> Parsed<&str> {
        let missing = || format!("{}: no '{key}: …' before the difference", self.name);
        self.words.get(key).map(String::as_str).ok_or_else(missing)
    }
}

impl Change {
    /// The file's text with the change.
    pub(crate) fn apply(&self, text: &str) -> Parsed<String> {
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        let mut from = 0;
        for hunk in &self.hunks {
            let at = hunk.place(&lines, from).map_err(|error| format!("{}: {error}", self.path))?;
            lines.splice(at..at + hunk.old.len(), hunk.new.iter().cloned());
            from = at + hunk.new.len();
        }
        Ok(lines.join("\n") + "\n")
    }
}

impl Hunk {
    /// Where its lines stand, behind `from`: there, and nowhere else.
    fn place(&self, lines: &[String], from: usize) -> Parsed<usize> {
        let windows = lines.windows(self.old.len().max(1)).enumerate();
        let places: Vec<usize> =
            windows.filter(|(_, it)| **it == self.old[..]).map(|(at, _)| at).collect();
        let first = self.old.first().map_or("", String::as_str);
        match places.as_slice() {
            [at] if *at >= from => Ok(*at),
            [_] => Err(format!("out of order at: {first}")),
            [] => Err(format!("not there: {first}")),
            _ => Err(format!("more than once: {first}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "what: one thing\nlike: a story\n  of two lines\n\n--- a/x.rs\n+++ b/x.rs\n\
                        @@ -1,3 +1,3 @@ fn\n a\n-b\n+B\n c\n";

    fn applied(file: &str) -> Parsed<String> {
        Patch::parse("x", TEXT).and_then(|patch| patch.files[0].apply(file))
    }

    #[test]
    fn words_and_changes_are_read() {
        let patch = Patch::parse("x", TEXT).expect("it is one");
        assert_eq!(
            (patch.word("what"), patch.word("like")),
            (Ok("one thing"), Ok("a story of two lines"))
        );
        assert!(patch.word("found-by").is_err());
        assert_eq!(patch.files[0].path, "x.rs");
    }

    #[test]
    fn a_change_is_applied_wherever_it_is_and_only_once() {
        assert_eq!(applied("z\nz\na\nb\nc\nz\n").as_deref(), Ok("z\nz\na\nB\nc\nz\n"));
        assert!(applied("a\nb\nd\n").is_err_and(|error| error.contains("not there")));
        assert!(applied("a\nb\nc\na\nb\nc\n").is_err_and(|error| error.contains("more than once")));
        assert!(applied("a\nB\nc\n").is_err(), "it is in already");
    }

    #[test]
    fn what_is_no_patch_is_refused() {
        for wrong in [
            "",
            "what: x\n",
            "--- a/x\n+++ b/y\n@@ @@\n a\n",
            "--- a/x\n+++ b/x\n",
            "--- a/x\n a\n",
        ] {
            assert!(Patch::parse("x", wrong).is_err(), "{wrong}");
        }
        let odd = TEXT.replace("-b", "*b");
        assert!(Patch::parse("x", &odd).is_err());
    }
}
