//! The loops of one source file.

use super::{cfg, tokens};
use proc_macro2::Span;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{Expr, ExprMethodCall};

/// A loop's function and its head.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) function: String,
    pub(crate) code: String,
}

/// A module with a file of its own.
pub(crate) struct Module {
    /// The modules within the file that it stands in.
    pub(crate) within: Vec<String>,
    pub(crate) name: String,
}

/// The loops of a source, and the modules that it names.
pub(crate) fn read(text: &str) -> syn::Result<(Vec<Head>, Vec<Module>)> {
    let file = syn::parse_file(text)?;
    let mut visitor = Visitor { text, ..Visitor::default() };
    visitor.visit_file(&file);
    Ok((visitor.heads, visitor.modules))
}

#[derive(Default)]
struct Visitor<'t> {
    text: &'t str,
    /// Where we are: types, functions, macros.
    names: Vec<String>,
    within: Vec<String>,
    heads: Vec<Head>,
    modules: Vec<Module>,
}

impl Visitor<'_> {
    fn push(&mut self, from: Span, to: Span) {
        let code = tokens::text(self.text, from, to);
        self.heads.push(Head { function: self.names.join("::"), code });
    }

    fn inside(&mut self, name: String, visit: impl FnOnce(&mut Self)) {
        self.names.push(name);
        visit(self);
        self.names.pop();
    }

    /// A chain's arguments and where it begins, without the chain itself.
    fn descend(&mut self, chain: &ExprMethodCall) {
        match &*chain.receiver {
            Expr::MethodCall(before) => self.descend(before),
            root => self.visit_expr(root),
        }
        chain.args.iter().for_each(|argument| self.visit_expr(argument));
    }

    /// A function that gives an iterator away is one loop more, wherever it is walked.
    fn given(&mut self, signature: &syn::Signature) {
        if let syn::ReturnType::Type(_, given) = &signature.output
            && let syn::Type::ImplTrait(it) = &**given
            && it.bounds.iter().any(is_iterator)
        {
            self.push(it.span(), it.span());
        }
    }

    fn scan(&mut self, tokens: &proc_macro2::TokenStream) {
        let base = self.names.join("::");
        let heads = tokens::heads(self.text, tokens.clone(), &base);
        self.heads.extend(heads);
    }
}

/// The call that follows where a chain begins.
fn first(chain: &ExprMethodCall) -> &ExprMethodCall {
    match &*chain.receiver {
        Expr::MethodCall(before) => first(before),
        _ => chain,
    }
}

/// Whether a call on a range walks it.
pub(crate) fn walks(method: &str) -> bool {
    !["contains", "is_empty", "len", "clone", "start", "end"].contains(&method)
}

/// Whether a chain begins with a range of numbers, of which no array says how many they are.
fn is_counted(chain: &ExprMethodCall) -> bool {
    let first = first(chain);
    let is_range = match &*first.receiver {
        Expr::Paren(inner) => matches!(*inner.expr, Expr::Range(_)),
        _ => false,
    };
    is_range && walks(&first.method.to_string())
}

/// Whether a call makes an iterator that has no end of its own.
fn is_endless(path: &syn::Path) -> bool {
    let names: Vec<String> = path.segments.iter().map(|part| part.ident.to_string()).collect();
    match names.as_slice() {
        [.., module, name] if module == "iter" => {
            ["from_fn", "successors", "repeat", "repeat_with"].contains(&name.as_str())
        }
        [name] => ["successors", "repeat_with"].contains(&name.as_str()),
        _ => false,
    }
}

fn is_iterator(bound: &syn::TypeParamBound) -> bool {
    let syn::TypeParamBound::Trait(bound) = bound else { return false };
    bound.path.segments.last().is_some_and(|part| part.ident.to_string().ends_with("Iterator"))
}

fn type_name(of: &syn::Type) -> String {
    match of {
        syn::Type::Path(path) => {
            path.path.segments.last().map_or_else(String::new, |part| part.ident.to_string())
        }
        syn::Type::Reference(to) => type_name(&to.elem),
        syn::Type::Array(_) => "array".into(),
        syn::Type::Slice(_) => "slice".into(),
        _ => "other".into(),
    }
}

impl<'ast> Visit<'ast> for Visitor<'_> {
    fn visit_item(&mut self, item: &'ast syn::Item) {
        if !cfg::left_out(attributes(item)) {
            visit::visit_item(self, item);
        }
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        if !cfg::left_out(&item.attrs) {
            let name = item.sig.ident.to_string();
            self.inside(name, |visitor| {
                visitor.given(&item.sig);
                visit::visit_impl_item_fn(visitor, item);
            });
        }
    }

    fn visit_stmt(&mut self, statement: &'ast syn::Stmt) {
        let attributes: &[syn::Attribute] = match statement {
            syn::Stmt::Local(local) => &local.attrs,
            syn::Stmt::Expr(Expr::Block(block), _) => &block.attrs,
            _ => &[],
        };
        if !cfg::left_out(attributes) {
            visit::visit_stmt(self, statement);
        }
    }

    fn visit_item_mod(&mut self, module: &'ast syn::ItemMod) {
        let name = module.ident.to_string();
        if module.content.is_none() {
            self.modules.push(Module { within: self.within.clone(), name });
            return;
        }
        self.within.push(name);
        visit::visit_item_mod(self, module);
        self.within.pop();
    }

    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        let name = item.sig.ident.to_string();
        self.inside(name, |visitor| {
            visitor.given(&item.sig);
            visit::visit_item_fn(visitor, item);
        });
    }

    fn visit_trait_item_fn(&mut self, item: &'ast syn::TraitItemFn) {
        let name = item.sig.ident.to_string();
        self.inside(name, |visitor| {
            visitor.given(&item.sig);
            visit::visit_trait_item_fn(visitor, item);
        });
    }

    fn visit_item_impl(&mut self, item: &'ast syn::ItemImpl) {
        self.inside(type_name(&item.self_ty), |visitor| {
            if let Some((_, path, _)) = &item.trait_
                && path.segments.last().is_some_and(|part| part.ident == "Iterator")
            {
                visitor.push(item.impl_token.span(), item.self_ty.span());
            }
            visit::visit_item_impl(visitor, item);
        });
    }

    fn visit_item_trait(&mut self, item: &'ast syn::ItemTrait) {
        self.inside(item.ident.to_string(), |visitor| visit::visit_item_trait(visitor, item));
    }

    fn visit_item_const(&mut self, item: &'ast syn::ItemConst) {
        self.inside(item.ident.to_string(), |visitor| visit::visit_item_const(visitor, item));
    }

    fn visit_impl_item_const(&mut self, item: &'ast syn::ImplItemConst) {
        self.inside(item.ident.to_string(), |visitor| visit::visit_impl_item_const(visitor, item));
    }

    fn visit_item_static(&mut self, item: &'ast syn::ItemStatic) {
        self.inside(item.ident.to_string(), |visitor| visit::visit_item_static(visitor, item));
    }

    fn visit_item_macro(&mut self, item: &'ast syn::ItemMacro) {
        let called = item.mac.path.segments.last().map(|part| part.ident.to_string());
        let name = item.ident.as_ref().map(ToString::to_string).or(called).unwrap_or_default();
        self.inside(format!("{name}!"), |visitor| visitor.scan(&item.mac.tokens));
    }

    fn visit_macro(&mut self, called: &'ast syn::Macro) {
        self.scan(&called.tokens);
    }

    fn visit_expr_for_loop(&mut self, it: &'ast syn::ExprForLoop) {
        self.push(it.for_token.span(), it.expr.span());
        match &*it.expr {
            Expr::MethodCall(chain) => self.descend(chain),
            walked => self.visit_expr(walked),
        }
        self.visit_block(&it.body);
    }

    fn visit_expr_while(&mut self, it: &'ast syn::ExprWhile) {
        self.push(it.while_token.span(), it.cond.span());
        visit::visit_expr_while(self, it);
    }

    fn visit_expr_loop(&mut self, it: &'ast syn::ExprLoop) {
        self.push(it.loop_token.span(), it.loop_token.span());
        visit::visit_expr_loop(self, it);
    }

    fn visit_expr_method_call(&mut self, chain: &'ast ExprMethodCall) {
        if is_counted(chain) {
            let first = first(chain);
            self.push(first.receiver.span(), first.method.span());
        } else if chain.method == "cycle" && chain.args.is_empty() {
            self.push(chain.receiver.span(), chain.method.span());
        } else {
            visit::visit_expr_method_call(self, chain);
            return;
        }
        self.descend(chain);
    }

    fn visit_expr_call(&mut self, call: &'ast syn::ExprCall) {
        if let Expr::Path(path) = &*call.func
            && is_endless(&path.path)
        {
            self.push(path.span(), path.span());
        }
        visit::visit_expr_call(self, call);
    }
}

fn attributes(item: &syn::Item) -> &[syn::Attribute] {
    match item {
        syn::Item::Const(it) => &it.attrs,
        syn::Item::Fn(it) => &it.attrs,
        syn::Item::Impl(it) => &it.attrs,
        syn::Item::Macro(it) => &it.attrs,
        syn::Item::Mod(it) => &it.attrs,
        syn::Item::Static(it) => &it.attrs,
        syn::Item::Trait(it) => &it.attrs,
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heads(text: &str) -> Vec<(String, String)> {
        let (heads, _) = read(text).unwrap();
        heads.into_iter().map(|head| (head.function, head.code)).collect()
    }

    fn one(function: &str, code: &str) -> (String, String) {
        (function.into(), code.into())
    }

    #[test]
    fn every_kind_of_loop_is_found_with_its_function() {
        let text = "impl<T> Queue<T> { fn drain(&mut self) {\n for one in &mut\n self.all { while let Some(x) = one.next() { loop { break } } } } }\n\
                    const fn sum() { let _ = (0..9).map(|it| (1..it).sum::<u8>()).sum::<u8>(); }\n\
                    trait Walk { fn walk() { core::iter::repeat(1).take(3); [1].iter().cycle(); } }\n";
        let expected = [
            one("Queue::drain", "for one in &mut self.all"),
            one("Queue::drain", "while let Some(x) = one.next()"),
            one("Queue::drain", "loop"),
            one("sum", "(0..9).map"),
            one("sum", "(1..it).sum"),
            one("Walk::walk", "core::iter::repeat"),
            one("Walk::walk", "[1].iter().cycle"),
        ];
        assert_eq!(heads(text), expected);
    }

    #[test]
    fn what_gives_an_iterator_away_is_found() {
        let text = "impl Iterator for Ones { type Item = u8; fn next(&mut self) -> Option<u8> { None } }\n\
                    fn all(from: impl Iterator<Item = u8>) -> impl Iterator<Item = u8> + Clone { from }\n\
                    fn one() -> impl Fn() {}";
        let expected =
            [one("Ones", "impl Iterator for Ones"), one("all", "impl Iterator<Item = u8> + Clone")];
        assert_eq!(heads(text), expected);
    }

    #[test]
    fn a_range_at_the_head_of_a_loop_is_that_loop() {
        assert_eq!(
            heads("fn f() { for it in (0..9).rev() { (1..2).contains(&it); } }"),
            [one("f", "for it in (0..9).rev()")]
        );
    }

    #[test]
    fn loops_in_macros_are_found_and_bounds_and_implementations_are_none() {
        let text = "macro_rules! each { ($t:ty) => { impl Walk for $t where for<'a> F: Fn(&'a u8) {\n fn walk() { for it in 0..9 { while it { (0..3).map(f) } } } } } }\n\
                    fn f() { assert!({ loop { break true } }); }";
        let expected = [
            one("each!::walk", "for it in 0..9"),
            one("each!::walk", "while it"),
            one("each!::walk", "(0..3).map"),
            one("f", "loop"),
        ];
        assert_eq!(heads(text), expected);
    }

    #[test]
    fn tests_are_not_looked_at_and_modules_are_named() {
        let text = "mod a;\n#[cfg(test)] mod b;\nmod c { mod d; }\n#[cfg(test)] mod tests { fn f() { loop {} } }\n\
                    impl S { #[cfg(test)] fn f() { loop {} } }";
        let (heads, modules) = read(text).unwrap();
        assert_eq!(heads, []);
        let names: Vec<String> = modules
            .iter()
            .map(|it| [&it.within[..], core::slice::from_ref(&it.name)].concat().join("/"))
            .collect();
        assert_eq!(names, ["a", "c/d"]);
    }
}
