//! Text in HTML.

use std::fmt::{Display, Formatter, Result, Write};

/// Displays as text of HTML: whatever it says, it is no markup, in elements as in quoted attributes.
pub struct Text<T>(pub T);

impl<T: Display> Display for Text<T> {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> Result {
        for c in self.0.to_string().chars() {
            match c {
                '&' => formatter.write_str("&amp;")?,
                '<' => formatter.write_str("&lt;")?,
                '>' => formatter.write_str("&gt;")?,
                '"' => formatter.write_str("&quot;")?,
                '\'' => formatter.write_str("&#39;")?,
                other => formatter.write_char(other)?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Text;

    #[test]
    fn markup_becomes_text() {
        let shown = Text(r#"<a href="x" title='y'>&</a>"#).to_string();
        assert_eq!(
            shown,
            "&lt;a href=&quot;x&quot; title=&#39;y&#39;&gt;&amp;&lt;/a&gt;"
        );
    }
}
