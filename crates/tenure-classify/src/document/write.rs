//! The tree as text.

use super::{Kind, Node};

/// How decimals are written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Decimals {
    /// As texts, so that no reader rounds them.
    Quoted,
    /// As numbers.
    Plain,
}

impl Node {
    /// JSON without white space, decimals as texts.
    pub(crate) fn to_canonical(&self) -> String {
        let mut text = String::new();
        self.compact(Decimals::Quoted, &mut text);
        text
    }

    /// JSON without white space, for people.
    pub(crate) fn to_shown(&self) -> String {
        let mut text = String::new();
        self.compact(Decimals::Plain, &mut text);
        text
    }

    fn compact(&self, decimals: Decimals, text: &mut String) {
        match &self.kind {
            Kind::Table(entries) => {
                text.push('{');
                for (place, entry) in entries.iter().enumerate() {
                    text.push_str(if place == 0 { "" } else { "," });
                    quoted(&entry.key, text);
                    text.push(':');
                    entry.node.compact(decimals, text);
                }
                text.push('}');
            }
            Kind::Array(items) => {
                text.push('[');
                for (place, item) in items.iter().enumerate() {
                    text.push_str(if place == 0 { "" } else { "," });
                    item.compact(decimals, text);
                }
                text.push(']');
            }
            Kind::Decimal(digits) if decimals == Decimals::Plain => text.push_str(digits),
            Kind::Text(content) | Kind::Decimal(content) => quoted(content, text),
            #[cfg(feature = "serde")]
            Kind::Huge(content) | Kind::Foreign(content) => quoted(content, text),
            Kind::Whole(number) => text.push_str(&number.to_string()),
            Kind::Bool(flag) => text.push_str(if *flag { "true" } else { "false" }),
        }
    }
}

#[cfg(feature = "files")]
mod files {
    use crate::document::{Entry, Kind, Node};

    impl Node {
        /// TOML: one line a key, then the tables under headings. The items of a list of tables stand
        /// on lines of their own; under headings of their own if they hold tables.
        pub(crate) fn to_toml(&self) -> String {
            let mut text = String::new();
            self.section("", &mut text);
            text
        }

        fn section(&self, heading: &str, text: &mut String) {
            let Kind::Table(entries) = &self.kind else { return };
            let (blocks, other): (Vec<&Entry>, Vec<&Entry>) =
                entries.iter().partition(|entry| entry.node.is_list_of_blocks());
            let (tables, lines): (Vec<&Entry>, Vec<&Entry>) =
                other.into_iter().partition(|entry| entry.node.entries().is_some());
            for entry in lines {
                key(&entry.key, text);
                text.push_str(" = ");
                entry.node.line(text);
                text.push('\n');
            }
            for entry in tables {
                let heading = below(heading, &entry.key);
                text.push_str(&format!("\n[{heading}]\n"));
                entry.node.section(&heading, text);
            }
            for entry in blocks {
                let heading = below(heading, &entry.key);
                for block in entry.node.items() {
                    text.push_str(&format!("\n[[{heading}]]\n"));
                    for entry in block.entries().unwrap_or_default() {
                        key(&entry.key, text);
                        text.push_str(" = ");
                        entry.node.inline(text);
                        text.push('\n');
                    }
                }
            }
        }

        fn entries(&self) -> Option<&[Entry]> {
            match &self.kind {
                Kind::Table(entries) => Some(entries),
                _ => None,
            }
        }

        fn items(&self) -> &[Self] {
            match &self.kind {
                Kind::Array(items) => items,
                _ => &[],
            }
        }

        /// Whether it is a list of tables, one of which holds a table: too much for a line each.
        fn is_list_of_blocks(&self) -> bool {
            let mut tables = self.items().iter().map(Self::entries);
            let holds_table = |entry: &Entry| entry.node.entries().is_some();
            let any = |entries: &[Entry]| entries.iter().any(holds_table);
            tables.clone().all(|entries| entries.is_some())
                && tables.any(|one| one.is_some_and(any))
        }

        fn line(&self, text: &mut String) {
            match &self.kind {
                Kind::Array(items)
                    if items.iter().any(|one| matches!(one.kind, Kind::Table(_))) =>
                {
                    text.push_str("[\n");
                    for item in items {
                        text.push_str("  ");
                        item.inline(text);
                        text.push_str(",\n");
                    }
                    text.push(']');
                }
                _ => self.inline(text),
            }
        }

        fn inline(&self, text: &mut String) {
            match &self.kind {
                Kind::Table(entries) => {
                    text.push_str("{ ");
                    for (place, entry) in entries.iter().enumerate() {
                        text.push_str(if place == 0 { "" } else { ", " });
                        key(&entry.key, text);
                        text.push_str(" = ");
                        entry.node.inline(text);
                    }
                    text.push_str(" }");
                }
                Kind::Array(items) => {
                    text.push('[');
                    for (place, item) in items.iter().enumerate() {
                        text.push_str(if place == 0 { "" } else { ", " });
                        item.inline(text);
                    }
                    text.push(']');
                }
                Kind::Text(content) | Kind::Huge(content) | Kind::Foreign(content) => {
                    quoted(content, text);
                }
                Kind::Whole(number) => text.push_str(&number.to_string()),
                Kind::Decimal(digits) => text.push_str(digits),
                Kind::Bool(flag) => text.push_str(if *flag { "true" } else { "false" }),
            }
        }

        /// JSON with a key a line.
        pub(crate) fn to_json(&self) -> String {
            let mut text = String::new();
            self.indented(0, &mut text);
            text.push('\n');
            text
        }

        fn indented(&self, depth: usize, text: &mut String) {
            let pad = "  ".repeat(depth.saturating_add(1));
            let end = "  ".repeat(depth);
            let nested = |node: &Self| matches!(node.kind, Kind::Table(_));
            match &self.kind {
                Kind::Table(entries)
                    if depth == 0 || entries.iter().any(|one| nested(&one.node)) =>
                {
                    text.push('{');
                    for (place, entry) in entries.iter().enumerate() {
                        text.push_str(if place == 0 { "\n" } else { ",\n" });
                        text.push_str(&pad);
                        quoted(&entry.key, text);
                        text.push_str(": ");
                        entry.node.indented(depth.saturating_add(1), text);
                    }
                    text.push_str(&format!("\n{end}}}"));
                }
                Kind::Array(items) if items.iter().any(nested) => {
                    text.push('[');
                    for (place, item) in items.iter().enumerate() {
                        text.push_str(if place == 0 { "\n" } else { ",\n" });
                        text.push_str(&pad);
                        item.indented(depth.saturating_add(1), text);
                    }
                    text.push_str(&format!("\n{end}]"));
                }
                Kind::Table(entries) => {
                    text.push_str("{ ");
                    for (place, entry) in entries.iter().enumerate() {
                        text.push_str(if place == 0 { "" } else { ", " });
                        quoted(&entry.key, text);
                        text.push_str(": ");
                        entry.node.indented(depth.saturating_add(1), text);
                    }
                    text.push_str(" }");
                }
                _ => self.inline(text),
            }
        }
    }

    /// A text as TOML and JSON both read it: TOML wants DEL escaped as well.
    fn quoted(content: &str, text: &mut String) {
        let mut plain = String::new();
        super::quoted(content, &mut plain);
        text.push_str(&plain.replace('\u{7f}', "\\u007f"));
    }

    /// The heading of a table under that key.
    fn below(heading: &str, name: &str) -> String {
        let mut below = heading.to_owned();
        if !below.is_empty() {
            below.push('.');
        }
        key(name, &mut below);
        below
    }

    /// A key of letters, digits, `_` and `-` stands without quotes.
    fn key(name: &str, text: &mut String) {
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        if !name.is_empty() && name.chars().all(plain) {
            text.push_str(name);
        } else {
            quoted(name, text);
        }
    }
}

/// A JSON string as RFC 8785 writes it: quotes, backslashes and control characters escaped, all else
/// as it is.
fn quoted(content: &str, text: &mut String) {
    text.push('"');
    for c in content.chars() {
        match c {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            '\u{8}' => text.push_str("\\b"),
            '\t' => text.push_str("\\t"),
            '\n' => text.push_str("\\n"),
            '\u{c}' => text.push_str("\\f"),
            '\r' => text.push_str("\\r"),
            '\u{0}'..='\u{1f}' => text.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => text.push(c),
        }
    }
    text.push('"');
}
