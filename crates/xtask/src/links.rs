//! Links of the pages: a file that is named must be tracked, a heading must be there.

use std::collections::BTreeSet;

/// Every link of a page that leads nowhere, with its line. `tracked` are all files of the repository,
/// `read` the text of one of them; links out of the repository are not followed.
pub(crate) fn broken(
    page: &str,
    text: &str,
    tracked: &BTreeSet<&str>,
    read: impl Fn(&str) -> Option<String>,
) -> Vec<String> {
    let mut findings = Vec::new();
    for (number, line) in prose(text) {
        for target in targets(&line) {
            if let Some(reason) = trouble(page, &target, tracked, &read) {
                findings.push(format!("{page}:{number} links to {target}: {reason}"));
            }
        }
    }
    findings
}

fn trouble(
    page: &str,
    target: &str,
    tracked: &BTreeSet<&str>,
    read: impl Fn(&str) -> Option<String>,
) -> Option<&'static str> {
    if target.contains("://") || target.starts_with("mailto:") {
        return None;
    }
    let (path, anchor) = target.split_once('#').map_or((target, None), |(p, a)| (p, Some(a)));
    let Some(file) = resolved(page, path) else { return Some("it leads out of the repository") };
    let folder = format!("{file}/");
    let is_folder =
        tracked.range(folder.as_str()..).next().is_some_and(|it| it.starts_with(&folder));
    if !(tracked.contains(file.as_str()) || is_folder) {
        return Some("no such file");
    }
    let is_there = |anchor: &str| read(&file).is_some_and(|text| anchors(&text).contains(anchor));
    let is_page = file.ends_with(".md");
    (is_page && anchor.is_some_and(|anchor| !is_there(anchor))).then_some("no such heading")
}

/// The path from the root, or `None` if it leads above it. An empty path is the page itself.
fn resolved(page: &str, path: &str) -> Option<String> {
    if path.is_empty() {
        return Some(page.to_owned());
    }
    let mut parts: Vec<&str> = page.split('/').collect();
    parts.pop();
    for part in path.trim_end_matches('/').split('/') {
        match part {
            "." => {}
            ".." => drop(parts.pop()?),
            name => parts.push(name),
        }
    }
    Some(parts.join("/"))
}

/// Lines outside fenced blocks, with their numbers, without what stands in code marks.
fn prose(text: &str) -> impl Iterator<Item = (usize, String)> {
    let mut is_code = false;
    (1..).zip(text.lines()).filter_map(move |(number, line)| {
        if line.trim_start().starts_with("```") {
            is_code = !is_code;
            return None;
        }
        (!is_code).then(|| (number, line.split('`').step_by(2).collect::<Vec<_>>().join("`")))
    })
}

/// What the links of a line lead to, without titles.
fn targets(line: &str) -> Vec<String> {
    let after = line.split("](").skip(1);
    let inside = after.filter_map(|rest| rest.split([')', ' ']).next());
    inside.map(|target| target.trim_matches(['<', '>']).to_owned()).collect()
}

/// The anchors of a page's headings as GitHub makes them: lower case, blanks as hyphens, no punctuation,
/// numbered from the second of a name on.
fn anchors(text: &str) -> BTreeSet<String> {
    let mut anchors = BTreeSet::new();
    let mut is_code = false;
    for line in text.lines() {
        is_code ^= line.trim_start().starts_with("```");
        let title = line.trim_start_matches('#');
        if is_code || title == line || !title.starts_with(' ') {
            continue;
        }
        let slug = slug(title.trim());
        let numbered = (1..).map(|count| format!("{slug}-{count}"));
        let name = core::iter::once(slug.clone()).chain(numbered).find(|it| !anchors.contains(it));
        anchors.extend(name);
    }
    anchors
}

fn slug(title: &str) -> String {
    let kept = title.chars().filter(|it| it.is_alphanumeric() || [' ', '-', '_'].contains(it));
    kept.flat_map(char::to_lowercase).map(|it| if it == ' ' { '-' } else { it }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "\
# The page
## `fit`, and more
## Twice
## Twice
[up](../README.md) [self](#the-page) [fit](#fit-and-more) [second](#twice-1) [part](../src)
![picture](images/a.svg) [other](other.md#there) [out](https://example.org/x#y) `[no](code)`
```
[no](fence)
```
";

    fn check(text: &str) -> Vec<String> {
        let tracked =
            ["README.md", "docs/page.md", "docs/other.md", "docs/images/a.svg", "src/a.rs"];
        let read = |name: &str| match name {
            "docs/page.md" => Some(text.to_owned()),
            "docs/other.md" => Some("# There".to_owned()),
            _ => None,
        };
        broken("docs/page.md", text, &tracked.into_iter().collect(), read)
    }

    #[test]
    fn what_is_there_is_found() {
        assert_eq!(check(PAGE), [""; 0]);
    }

    #[test]
    fn what_is_missing_is_named_with_its_line() {
        for (link, reason) in [
            ("gone.md", "no such file"),
            ("../sr", "no such file"),
            ("Other.md", "no such file"),
            ("../../x.md", "it leads out of the repository"),
            ("#twice-2", "no such heading"),
            ("other.md#here", "no such heading"),
            ("#fit", "no such heading"),
        ] {
            let text = format!("{PAGE}\n[a]({link}) and [b](other.md)\n");
            let found = check(&text);
            assert_eq!(found, [format!("docs/page.md:11 links to {link}: {reason}")]);
        }
    }
}
