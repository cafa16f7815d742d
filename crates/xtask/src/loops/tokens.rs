//! Loops in what only a macro understands, and the text of what was found.

use super::visitor::{self, Head};
use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};

/// The source between two places, on one line.
pub(crate) fn text(source: &str, from: Span, to: Span) -> String {
    let bytes = from.byte_range().start..to.byte_range().end;
    source.get(bytes).unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The loops of the tokens of a macro that stands in `base`.
pub(crate) fn heads(source: &str, tokens: TokenStream, base: &str) -> Vec<Head> {
    let mut scan = Scan { source, base, function: base.to_owned(), heads: Vec::new() };
    scan.level(tokens);
    scan.heads
}

struct Scan<'s> {
    source: &'s str,
    base: &'s str,
    function: String,
    heads: Vec<Head>,
}

impl Scan<'_> {
    fn level(&mut self, tokens: TokenStream) {
        let trees: Vec<TokenTree> = tokens.into_iter().collect();
        for (at, tree) in trees.iter().enumerate() {
            let rest = &trees[at + 1..];
            match tree {
                TokenTree::Ident(word) => self.word(&word.to_string(), word.span(), rest),
                TokenTree::Group(group) => self.group(group, rest),
                _ => {}
            }
        }
    }

    fn word(&mut self, word: &str, from: Span, rest: &[TokenTree]) {
        match (word, rest.first()) {
            ("fn", Some(TokenTree::Ident(name))) => {
                self.function = format!("{}::{name}", self.base)
            }
            ("loop", Some(TokenTree::Group(_))) => self.push(from, from),
            ("while", _) => self.push(from, end_of_head(rest).unwrap_or(from)),
            ("for", _) if has_in(rest) => self.push(from, end_of_head(rest).unwrap_or(from)),
            _ => {}
        }
    }

    fn group(&mut self, group: &Group, rest: &[TokenTree]) {
        if let [TokenTree::Punct(dot), TokenTree::Ident(method), ..] = rest
            && dot.as_char() == '.'
            && is_range(group)
            && visitor::walks(&method.to_string())
        {
            self.push(group.span_open(), method.span());
        }
        self.level(group.stream());
    }

    fn push(&mut self, from: Span, to: Span) {
        let code = text(self.source, from, to);
        self.heads.push(Head { function: self.function.clone(), code });
    }
}

/// What stands before the body.
fn head(rest: &[TokenTree]) -> impl Iterator<Item = &TokenTree> {
    let is_body = |tree: &TokenTree| matches!(tree, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace);
    rest.iter().take_while(move |tree| !is_body(tree))
}

fn end_of_head(rest: &[TokenTree]) -> Option<Span> {
    head(rest).last().map(TokenTree::span)
}

/// `for` of a loop, not that of an implementation or of a bound.
fn has_in(rest: &[TokenTree]) -> bool {
    head(rest).any(|tree| matches!(tree, TokenTree::Ident(word) if word == "in"))
}

fn is_range(group: &Group) -> bool {
    let trees: Vec<TokenTree> = group.stream().into_iter().collect();
    let is_dot = |tree: &TokenTree| matches!(tree, TokenTree::Punct(it) if it.as_char() == '.');
    group.delimiter() == Delimiter::Parenthesis
        && trees.windows(2).any(|two| two.iter().all(is_dot))
}
