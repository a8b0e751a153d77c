//! What is written and said.

use super::random::Random;
use super::words;
use serde_json::{Value, json};

/// An e-mail's text.
pub fn letter(random: &mut Random, sent: bool, to: &str, from: &str) -> String {
    let greeting = random.pick(&["Hi", "Hello", "Dear", "Good morning"]);
    let farewell = random.pick(&["Best regards,", "Thanks,", "Best,", "Kind regards,"]);
    let count = 1 + random.below(4);
    format!(
        "{greeting} {to},\n\n{}\n\n{farewell}\n{from}",
        sentences(random, sent, count)
    )
}

/// The HTML of a text: a paragraph for each of its own.
pub fn html(text: &str) -> String {
    let paragraphs = text
        .split("\n\n")
        .map(|part| format!("<p>{}</p>", part.replace('\n', "<br>")));
    paragraphs.collect()
}

/// A text message, or a line in a chat.
pub fn line(random: &mut Random, sent: bool) -> String {
    if random.chance(0.4) {
        random.pick(&words::SHORT).to_owned()
    } else {
        sentences(random, sent, 1)
    }
}

/// What was said in a call that took so many seconds.
pub fn transcript(random: &mut Random, seconds: i32, agent: &str, contact: &str) -> String {
    let mut lines = vec![format!("{agent}: Hello, this is {agent}.")];
    for turn in 0..=(seconds / 60).min(8) {
        let sent = turn % 2 == 1;
        let speaker = if sent { agent } else { contact };
        lines.push(format!("{speaker}: {}", sentences(random, sent, 1)));
    }
    lines.push(format!("{contact}: Thank you, goodbye."));
    lines.join("\n")
}

/// What was filled in.
pub fn form(random: &mut Random, name: &str, email: Option<&str>, phone: Option<&str>, city: &str) -> Value {
    json!({
        "name": name,
        "email": email,
        "phone": phone,
        "city": city,
        "service": random.pick(&words::SERVICE),
        "message": sentences(random, false, 2),
    })
}

fn sentences(random: &mut Random, sent: bool, count: u64) -> String {
    let choices: &[&str] = if sent { &words::ANSWERED } else { &words::ASKED };
    let sentences: Vec<_> = (0..count).map(|_| random.pick(choices)).collect();
    sentences.join(" ")
}
