//! A page of prose, lists and one sum, as plain text or Markdown.

use unicode_width::UnicodeWidthStr as _;

/// Columns of a page of plain text.
const WIDTH: usize = 88;

/// A part of a page. Foreign text in it has been made printable.
pub(crate) enum Block {
    Title(String),
    Heading(&'static str),
    /// A sentence, or several.
    Say(String),
    /// A point of a list, and what stands under it.
    Item(String, Vec<String>),
    /// Points, the most there are, and what gives them; the last row is the total.
    Sum(Vec<[String; 3]>),
}

/// The page as plain text.
pub(crate) fn to_text(blocks: &[Block]) -> String {
    let mut out = String::new();
    for block in blocks {
        match block {
            Block::Title(title) => wrap(&mut out, title, "", ""),
            Block::Heading(heading) => {
                out.push('\n');
                out.push_str(&heading.to_uppercase());
                out.push('\n');
            }
            Block::Say(text) => wrap(&mut out, text, "  ", "  "),
            Block::Item(text, facts) => {
                wrap(&mut out, text, "  - ", "    ");
                for fact in facts {
                    wrap(&mut out, fact, "      ", "      ");
                }
            }
            Block::Sum(rows) => sum(&mut out, rows),
        }
    }
    out
}

/// The page as Markdown.
pub(crate) fn to_markdown(blocks: &[Block]) -> String {
    let mut out = String::new();
    let mut in_list = false;
    for block in blocks {
        let item = matches!(block, Block::Item(..));
        let same_list = item && in_list;
        if !(out.is_empty() || same_list) {
            out.push('\n');
        }
        in_list = item;
        match block {
            Block::Title(title) => out.push_str(&format!("# {}\n", escape(title))),
            Block::Heading(heading) => out.push_str(&format!("## {heading}\n")),
            Block::Say(text) => out.push_str(&format!("{}\n", escape(text))),
            Block::Item(text, facts) => {
                out.push_str(&format!("- {}\n", escape(text)));
                for fact in facts {
                    out.push_str(&format!("  - {}\n", escape(fact)));
                }
            }
            Block::Sum(rows) => {
                out.push_str("| points | of | for |\n|---:|---:|---|\n");
                for [points, most, fact] in rows {
                    out.push_str(&format!(
                        "| {} | {} | {} |\n",
                        escape(points),
                        escape(most),
                        escape(fact)
                    ));
                }
            }
        }
    }
    out
}

/// Text that Markdown takes as it stands.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        if matches!(
            character,
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '#' | '&' | '~' | '!'
        ) {
            out.push('\\');
        }
        out.push(character);
    }
    out
}

/// Rows of points in columns, a rule above the total.
fn sum(out: &mut String, rows: &[[String; 3]]) {
    let width = |column: fn(&[String; 3]) -> &String, least: &str| {
        rows.iter().map(|row| column(row).width()).max().unwrap_or_default().max(least.width())
    };
    let (points, most) = (width(|[points, ..]| points, "points"), width(|[_, most, _]| most, "of"));
    let indent = points.saturating_add(most).saturating_add(6);
    let mut line = |points_cell: &str, most_cell: &str, fact: &str| {
        let first = format!("  {points_cell:>points$}  {most_cell:>most$}  ");
        wrap(out, fact, &first, &" ".repeat(indent));
    };
    line("points", "of", "for");
    let last = rows.len().saturating_sub(1);
    for (place, [points_cell, most_cell, fact]) in rows.iter().enumerate() {
        if place == last {
            line(&"─".repeat(points), &"─".repeat(most), "");
        }
        line(points_cell, most_cell, fact);
    }
}

/// Words in lines no wider than a page: `first` begins the first line, `next` the others.
fn wrap(out: &mut String, text: &str, first: &str, next: &str) {
    let mut line = first.to_owned();
    let mut empty = true;
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let room = WIDTH.saturating_sub(line.width());
        if !empty && word.width().saturating_add(1) > room {
            out.push_str(line.trim_end());
            out.push('\n');
            line = next.to_owned();
            empty = true;
        }
        if !empty {
            line.push(' ');
        }
        line.push_str(word);
        empty = false;
    }
    out.push_str(line.trim_end());
    out.push('\n');
}
