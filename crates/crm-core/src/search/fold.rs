//! Letters as search compares them. The columns `search_text` of the database are folded in the same way, by the
//! function `fold` of the migrations; a test holds the two together.

/// Letters with accents, and what stands for them.
const FROM: &str =
    "àáâãäåāăąçćĉċčďđèéêëēĕėęěĝğġģĥħìíîïĩīĭįıĵķĺļľŀłñńņňŉòóôõöøōŏőŕŗřśŝşšșţťŧțùúûüũūŭůűųŵýÿŷźżž";
const TO: &str = "aaaaaaaaacccccddeeeeeeeeegggghhiiiiiiiiijklllllnnnnnooooooooorrrsssssttttuuuuuuuuuuwyyyzzz";
/// Accents that stand on their own after their letter, which are left out.
const MARKS: [char; 13] = [
    '\u{300}', '\u{301}', '\u{302}', '\u{303}', '\u{304}', '\u{306}', '\u{307}', '\u{308}', '\u{30a}',
    '\u{30b}', '\u{30c}', '\u{327}', '\u{328}',
];

/// Lower case, without the accents of European languages, and `ss` for `ß`.
pub fn fold(text: &str) -> String {
    let lower = text.to_lowercase().replace('ß', "ss");
    let letters = lower.chars().filter(|letter| !MARKS.contains(letter));
    letters.map(plain).collect()
}

fn plain(letter: char) -> char {
    if letter.is_ascii() {
        return letter;
    }
    let found = FROM.chars().zip(TO.chars()).find(|(from, _)| *from == letter);
    found.map_or(letter, |(_, to)| to)
}

#[cfg(test)]
mod tests {
    use super::{FROM, TO, fold};

    #[test]
    fn neither_case_nor_accents_count() {
        assert_eq!(FROM.chars().count(), TO.chars().count());
        for (text, folded) in [
            ("Müller", "muller"),
            ("STRASSE Straße", "strasse strasse"),
            ("Cafe\u{301}", "cafe"),
            ("Łukasz Żółć", "lukasz zolc"),
            ("İstanbul", "istanbul"),
            ("Дмитрий 王", "дмитрий 王"),
        ] {
            assert_eq!(fold(text), folded);
        }
    }
}
