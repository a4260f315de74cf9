//! The console blocks of the READMEs, run and compared.

use std::fs;
use std::path::Path;

use super::{folder, path, printed};

/// What stands for lines left out.
const LEFT_OUT: &str = "…";

#[test]
fn what_the_readmes_show_is_what_is_printed() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut blocks = Vec::new();
    for file in ["README.md", "../../README.md"] {
        let readme = fs::read_to_string(here.join(file)).unwrap();
        for block in readme.split("```console\n").skip(1) {
            let block = block.split("```").next().unwrap();
            let (command, shown) = block.split_once('\n').unwrap();
            let arguments: Vec<&str> =
                command.strip_prefix("$ tenure ").unwrap().split(' ').collect();
            check(&printed(&arguments), shown, file);
            blocks.push(command.to_owned());
        }
    }
    assert_eq!(blocks.len(), 4, "{blocks:?}");
}

/// Each run of lines shown stands in what is printed, in order, the first at the beginning.
fn check(printed: &str, shown: &str, file: &str) {
    let printed: Vec<&str> = printed.lines().map(str::trim_end).collect();
    let shown: Vec<&str> = shown.lines().collect();
    let mut rest = printed.as_slice();
    for (place, run) in shown.split(|line| *line == LEFT_OUT).enumerate() {
        if run.is_empty() {
            continue;
        }
        let found = rest.windows(run.len()).position(|lines| lines == run);
        assert!(found.is_some(), "{file}: {run:#?} is not in {rest:#?}");
        let found = found.unwrap();
        assert!(place > 0 || found == 0, "{file}: lines before {run:#?}");
        rest = rest.split_at(found).1.split_at(run.len()).1;
    }
    let whole = shown.last() != Some(&LEFT_OUT);
    assert!(!whole || rest.is_empty(), "{file}: more is printed than shown");
}

/// The override that the README shows is one.
#[test]
fn the_override_of_the_readme_is_taken() {
    let readme =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    let entry = readme.split_once("[[override]]\n").unwrap().1.split("```").next().unwrap();
    let config = format!("as_of = \"2025-12-31\"\n[[override]]\n{entry}");
    let input = folder(&[
        ("referrals.csv", "account,date\nsyn-110,2025-01-01\n"),
        ("tenure.toml", &config),
    ]);
    let rows = printed(&["classify", path(&input), "--format", "csv"]);
    assert!(
        rows.ends_with(",client,J. Doe,\"the new mandate is signed, and not in the system yet\"\n"),
        "{rows}"
    );
}
