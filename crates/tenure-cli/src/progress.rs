//! Progress bars: on a terminal only, on standard error, gone when the work is done.

use std::io::IsTerminal as _;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// A bar over bytes; hidden unless standard error is a terminal.
pub(crate) fn bytes(total: u64) -> ProgressBar {
    bar(total, "{msg:28} {bar:30} {bytes}/{total_bytes} {eta}")
}

/// A bar over accounts; hidden unless standard error is a terminal.
pub(crate) fn accounts(total: u64) -> ProgressBar {
    bar(total, "{msg:28} {bar:30} {human_pos}/{human_len} accounts {eta}")
}

/// A bar over steps of work; hidden unless standard error is a terminal.
pub(crate) fn steps(total: u64) -> ProgressBar {
    bar(total, "{msg:28} {bar:30} {human_pos}/{human_len} {eta}")
}

fn bar(total: u64, template: &str) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(total);
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}
