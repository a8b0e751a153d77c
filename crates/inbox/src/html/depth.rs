//! A bound on nesting. The HTML parser looks through all open elements at every tag, so that a megabyte of
//! nothing but `<div>` would keep it busy for minutes.

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{
    BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};
use std::cell::{Cell, RefCell};
use std::collections::HashMap;

/// Far deeper than mail programs nest.
const MAX: usize = 1_000;
/// Elements that have no content, and those that the next of their kind ends.
const FLAT: [&str; 23] = [
    "area", "base", "br", "col", "dd", "dt", "embed", "hr", "img", "input", "li", "link", "meta", "option",
    "p", "param", "source", "tbody", "td", "th", "tr", "track", "wbr",
];
/// Elements in which other tags mean something else; rare in mail.
const FOREIGN: [&str; 7] = [
    "frameset",
    "math",
    "noscript",
    "plaintext",
    "select",
    "svg",
    "template",
];

/// The text of HTML that nests too deep to be parsed; `None` for HTML that can be parsed.
pub(super) fn text_if_too_deep(html: &str) -> Option<String> {
    if html.bytes().filter(|byte| *byte == b'<').count() <= MAX {
        return None;
    }
    let queue = BufferQueue::default();
    queue.push_back(StrTendril::from(html));
    let tokens = Tokenizer::new(Nesting::default(), TokenizerOpts::default());
    // The sink has no scripts that could interrupt it.
    let _ = tokens.feed(&queue);
    tokens.end();
    let Nesting { deepest, text, .. } = tokens.sink;
    (deepest.get() > MAX).then(|| text.into_inner())
}

/// Follows the tags. It may find more open elements than the parser would, never far fewer.
#[derive(Default)]
struct Nesting {
    open: RefCell<HashMap<String, usize>>,
    depth: Cell<usize>,
    deepest: Cell<usize>,
    /// Whether what follows is the content of a script or style.
    hidden: Cell<bool>,
    text: RefCell<String>,
}

impl TokenSink for Nesting {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        match token {
            Token::TagToken(tag) => return self.tag(&tag),
            Token::CharacterTokens(text) if !self.hidden.get() => self.text.borrow_mut().push_str(&text),
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

impl Nesting {
    fn tag(&self, tag: &Tag) -> TokenSinkResult<()> {
        let name: &str = &tag.name;
        self.hidden.set(false);
        if tag.kind == TagKind::EndTag {
            self.close(name);
            return TokenSinkResult::Continue;
        }
        match name {
            "script" => {
                self.hidden.set(true);
                return TokenSinkResult::RawData(RawKind::ScriptData);
            }
            "style" | "xmp" | "iframe" | "noembed" | "noframes" => {
                self.hidden.set(true);
                return TokenSinkResult::RawData(RawKind::Rawtext);
            }
            "textarea" | "title" => return TokenSinkResult::RawData(RawKind::Rcdata),
            _ if FOREIGN.contains(&name) => self.deepest.set(usize::MAX),
            _ if FLAT.contains(&name) => {}
            _ => self.open(name),
        }
        TokenSinkResult::Continue
    }

    fn open(&self, name: &str) {
        *self.open.borrow_mut().entry(name.to_owned()).or_default() += 1;
        self.depth.set(self.depth.get() + 1);
        self.deepest.set(self.deepest.get().max(self.depth.get()));
    }

    fn close(&self, name: &str) {
        if let Some(count) = self.open.borrow_mut().get_mut(name)
            && *count > 0
        {
            *count -= 1;
            self.depth.set(self.depth.get() - 1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_is_not_deep() {
        let row = "<tr><td><b>a</b><br><font size=1>b</font><p>c</td></tr>";
        let table = format!("<table>{}</table>", row.repeat(5_000));
        assert_eq!(text_if_too_deep(&table), None);
    }

    #[test]
    fn deep_is_found_and_its_text_kept() {
        for open in [
            "<div>",
            "<b x=1>",
            "<div><!--</div>-->",
            "<div title='</div>'>",
            "<div></b>",
        ] {
            let html = format!("Hi {}there<style>p{{}}</style>", open.repeat(3_000));
            assert_eq!(text_if_too_deep(&html).as_deref(), Some("Hi there"), "{open}");
        }
        let raw = "<div><script></div></script>".repeat(3_000);
        assert!(text_if_too_deep(&raw).is_some());
    }
}
