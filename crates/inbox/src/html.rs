//! HTML bodies from outside: made harmless, and as plain text.

mod depth;

use ammonia::{Builder, UrlRelative};
use std::sync::LazyLock;

static CLEANER: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut builder = Builder::default();
    builder
        // `cid:` shows an attachment of the same message (RFC 2392).
        .url_schemes(["http", "https", "mailto", "tel", "cid"].into())
        .url_relative(UrlRelative::Deny)
        .link_rel(Some("noopener noreferrer"))
        // Their content is no text for people.
        .rm_tags(["map", "area"])
        .add_clean_content_tags(["title"]);
    builder
});

/// Elements that stand on lines of their own.
const BLOCKS: [&str; 31] = [
    "address",
    "article",
    "aside",
    "blockquote",
    "center",
    "dd",
    "details",
    "div",
    "dl",
    "dt",
    "figcaption",
    "figure",
    "footer",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "li",
    "main",
    "nav",
    "ol",
    "pre",
    "section",
    "summary",
    "table",
    "tr",
    "ul",
];

/// Keeps text, structure, images and links; takes off scripts, styles, forms, event handlers and every
/// address that is not `http`, `https`, `mailto`, `tel` or `cid`. Of HTML with over 1,000 elements in one
/// another only the text is kept.
pub fn sanitise(html: &str) -> String {
    if let Some(text) = depth::text_if_too_deep(html) {
        return escape(&text);
    }
    CLEANER.clean(html).to_string()
}

/// The text of HTML: blocks on lines of their own, paragraphs apart, spaces made single, character
/// references decoded.
pub fn text(html: &str) -> String {
    text_of_sanitised(&sanitise(html))
}

/// As [`text`], for what [`sanitise`] answered, in which `<` begins nothing but tags.
pub(crate) fn text_of_sanitised(html: &str) -> String {
    let mut text = Text::default();
    let mut rest = html;
    while let Some((before, tag)) = rest.split_once('<') {
        text.push(before);
        let (tag, after) = split_tag(tag);
        text.tag(tag);
        rest = after;
    }
    text.push(rest);
    text.done.trim_end().to_owned()
}

/// Splits after the `>` that ends a tag; those in quotes do not.
fn split_tag(html: &str) -> (&str, &str) {
    let mut quoted = false;
    let end = html.find(|c| {
        quoted ^= c == '"';
        c == '>' && !quoted
    });
    let (tag, rest) = html.split_at(end.unwrap_or(html.len()));
    (tag, rest.strip_prefix('>').unwrap_or(rest))
}

/// Text as it grows; white space is put down only when a word follows it.
#[derive(Default)]
struct Text {
    done: String,
    newlines: usize,
    space: bool,
}

impl Text {
    fn tag(&mut self, tag: &str) {
        let name = tag.trim_start_matches('/');
        let name = name.split([' ', '/']).next().unwrap_or_default();
        match name {
            "br" => self.newlines += 1,
            "p" => self.newlines = self.newlines.max(2),
            "td" | "th" => self.space = true,
            _ if BLOCKS.contains(&name) => self.newlines = self.newlines.max(1),
            _ => {}
        }
    }

    fn push(&mut self, escaped: &str) {
        for c in unescape(escaped).chars() {
            if c.is_whitespace() {
                self.space = true;
            } else {
                self.gap();
                self.done.push(c);
            }
        }
    }

    fn gap(&mut self) {
        let (newlines, space) = (
            std::mem::take(&mut self.newlines),
            std::mem::take(&mut self.space),
        );
        if self.done.is_empty() {
            return;
        }
        if newlines > 0 {
            self.done.extend(std::iter::repeat_n('\n', newlines.min(2)));
        } else if space {
            self.done.push(' ');
        }
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

/// Decodes the few references that serialised HTML has in its text.
fn unescape(text: &str) -> String {
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&nbsp;", " ")
        .replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_do_harm_is_taken_off() {
        for (html, clean) in [
            ("<p onclick='x()'>a</p>", "<p>a</p>"),
            ("a<script>x()</script>b", "ab"),
            ("<style>p{}</style><p style='x'>a</p>", "<p>a</p>"),
            ("<title>t</title>a", "a"),
            ("<img src='javascript:x()'>", "<img>"),
            ("<img src='/track.gif' onerror=x()>", "<img>"),
            ("<form action='https://x.example'><input name='q'></form>", ""),
            ("<iframe src='https://x.example'></iframe>", ""),
            ("<svg><a xlink:href='javascript:x()'>a</a></svg>b", "b"),
        ] {
            assert_eq!(sanitise(html), clean);
        }
    }

    #[test]
    fn links_and_images_stay() {
        let image = "<img src=\"cid:1@x\" alt=\"A\">";
        assert_eq!(sanitise(image), image);
        assert_eq!(
            sanitise("<a href=\"mailto:a@b.example\" target=\"_blank\">a</a>"),
            "<a href=\"mailto:a@b.example\" rel=\"noopener noreferrer\">a</a>"
        );
        let table = "<table><tbody><tr><td>a</td></tr></tbody></table>";
        assert_eq!(sanitise(table), table);
    }

    #[test]
    fn blocks_stand_on_lines() {
        for (html, plain) in [
            ("<p>Hi  Ann,</p>\n<p>See\nbelow.</p>", "Hi Ann,\n\nSee below."),
            ("a<br>b<br/><br>c", "a\nb\n\nc"),
            ("<div>a</div><div><div>b</div></div>", "a\nb"),
            ("<ul><li>a</li><li>b</li></ul>c", "a\nb\nc"),
            (
                "<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>",
                "a b\nc",
            ),
            ("x<b>y</b> <i>z</i>", "xy z"),
            ("  <br> ", ""),
        ] {
            assert_eq!(text(html), plain);
        }
    }

    #[test]
    fn references_are_decoded_once() {
        assert_eq!(
            text("a&nbsp;&amp;&nbsp;b &lt;c&gt; &eacute; &#8364;"),
            "a & b <c> é €"
        );
        assert_eq!(text("&amp;lt;"), "&lt;");
        assert_eq!(text("<img alt=\"a>b\" src=\"https://x.example/\">c"), "c");
    }

    #[test]
    fn depth_does_not_matter() {
        assert_eq!(text(&("<div>".repeat(900) + "a")), "a");
        let deep = "<div>".repeat(200_000) + "a <b>&lt;</b>";
        assert_eq!(sanitise(&deep), "a &lt;");
        assert_eq!(text(&deep), "a <");
    }
}
