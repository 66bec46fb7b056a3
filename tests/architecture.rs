//! The house rules that a machine can check.

use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The Rust files below a folder, with their text.
fn sources(folder: &str) -> Vec<(PathBuf, String)> {
    fn walk(path: &Path, list: &mut Vec<(PathBuf, String)>) {
        for entry in fs::read_dir(path).expect("a folder of the project") {
            let path = entry.expect("a file of the project").path();
            if path.is_dir() {
                walk(&path, list);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).expect("source text");
                list.push((path, text));
            }
        }
    }
    let mut list = Vec::new();
    walk(&root().join(folder), &mut list);
    list.sort();
    assert!(!list.is_empty(), "no source in {folder}");
    list
}

fn all_sources() -> Vec<(PathBuf, String)> {
    ["src", "dnn-core/src", "dnn-macros/src", "tests", "examples", "benches", "fuzz/targets"]
        .into_iter()
        .filter(|folder| root().join(folder).exists())
        .flat_map(sources)
        .collect()
}

/// Layer files of a crate: those that its list of layers names.
fn layers(list: &str, is_entry: impl Fn(&str) -> Option<String>) -> Vec<String> {
    let text = fs::read_to_string(root().join(list)).expect("a list of layers");
    let mut names: Vec<String> = text.lines().filter_map(is_entry).collect();
    names.sort();
    assert!(names.len() > 10, "{list} lists {} layers", names.len());
    names
}

fn macro_layers() -> Vec<String> {
    layers("dnn-macros/src/layers/mod.rs", |line| {
        let (name, word) = line.trim().split_once(": \"")?;
        word.ends_with("\",").then(|| name.to_owned())
    })
}

#[test]
fn adding_a_layer_is_one_file_and_one_line_in_each_crate() {
    let core = layers("dnn-core/src/layers/mod.rs", |line| {
        let (name, words) = line.strip_prefix("    ")?.strip_suffix(',')?.split_once(": ")?;
        words.starts_with(char::is_uppercase).then(|| name.to_owned())
    });
    // There is nothing of these at run time: they only regroup, or are tensors by themselves.
    let views = ["detach", "flatten", "raw_parameter", "reshape", "squeeze", "unsqueeze"];
    let macros: Vec<String> = macro_layers().into_iter().filter(|name| !views.contains(&name.as_str())).collect();
    assert_eq!(core, macros, "the two crates list the same layers under the same file names");
    for name in macro_layers() {
        assert!(root().join(format!("dnn-macros/src/layers/{name}.rs")).exists(), "{name}");
    }
    for name in core {
        assert!(root().join(format!("dnn-core/src/layers/{name}.rs")).exists(), "{name}");
    }
}

#[test]
fn every_layer_has_a_line_in_the_documentation() {
    let list = fs::read_to_string(root().join("dnn-macros/src/layers/mod.rs")).unwrap();
    let documentation = fs::read_to_string(root().join("src/layers.md")).unwrap();
    for name in macro_layers() {
        let entry = list.lines().find_map(|line| line.trim().strip_prefix(&format!("{name}: \""))).unwrap();
        let word = entry.trim_end_matches("\",");
        assert!(documentation.contains(&format!("`{word}")) || documentation.contains(&format!(": {word}<")), "{word}");
    }
}

#[test]
fn every_function_of_tensors_has_a_line_in_the_documentation() {
    let documentation = fs::read_to_string(root().join("src/functions.md")).unwrap();
    let list = fs::read_to_string(root().join("dnn-macros/src/differentiable/functions/mod.rs")).unwrap();
    let list = list.split("\nfunctions! {\n").nth(1).and_then(|rest| rest.split_once("\n}")).unwrap().0;
    let functions: Vec<&str> = list.lines().map(|line| line.trim().trim_end_matches(',')).collect();
    assert!(functions.len() > 20, "{functions:?}");
    let table = fs::read_to_string(root().join("dnn-macros/src/differentiable/elements.rs")).unwrap();
    let (table, _) = table.split_once("\nconst INNER").unwrap(); // behind it is what gradients alone call
    let elements =
        table.lines().filter_map(|line| line.trim().strip_prefix('"')?.split_once("\": \"")).map(|(name, _)| name);
    let named = elements.filter(|name| name.starts_with(char::is_alphabetic) && *name != "neg");
    for name in functions.into_iter().chain(named) {
        assert!(documentation.contains(&format!("| `{name}(")), "{name}");
    }
}

#[test]
fn no_pass_of_the_macro_names_a_layer() {
    let words: Vec<String> = macro_layers()
        .iter()
        .map(|name| name.split('_').map(|part| part[..1].to_uppercase() + &part[1..]).collect())
        .collect();
    for (path, text) in sources("dnn-macros/src") {
        let shown = path.display().to_string();
        // Differentiable functions have words of their own.
        if ["/layers/", "/tests", "/differentiable/"].iter().any(|folder| shown.contains(folder)) {
            continue;
        }
        for line in text.lines().filter(|line| !line.trim_start().starts_with("//")).filter(|line| !line.contains('"'))
        {
            for word in &words {
                let named = line.split(|c: char| !c.is_alphanumeric()).any(|part| part == word);
                assert!(!named, "{shown} names {word}: {line}");
            }
        }
    }
}

#[test]
fn only_gemm_names_matrixmultiply() {
    for (path, text) in all_sources() {
        let allowed =
            ["kernels/gemm.rs", "benches/by_hand/gemm.rs", "benches/size/gemm/main.rs", "tests/architecture.rs"]
                .iter()
                .any(|file| path.ends_with(file));
        assert!(allowed || !text.contains("matrixmultiply::"), "{}", path.display());
    }
}

#[test]
fn the_macro_crate_does_not_depend_on_the_run_time() {
    let manifest = fs::read_to_string(root().join("dnn-macros/Cargo.toml")).expect("a manifest");
    assert!(!manifest.contains("dnn-core"));
    assert!(!manifest.contains("typenum"));
}

/// Every use of the word in the run time, file by file; clippy sees to it that each block has its reason beside it.
const UNSAFE: &[(&str, usize)] = &[
    ("io/include.rs", 5),
    ("kernels/ahead.rs", 1),
    ("kernels/blocks.rs", 18),
    ("kernels/columns.rs", 48),
    ("kernels/convolution/channels.rs", 7),
    ("kernels/convolution/gradient.rs", 10),
    ("kernels/convolution/lines.rs", 3),
    ("kernels/convolution/packed.rs", 8),
    ("kernels/convolution/picked.rs", 18),
    ("kernels/convolution/planes.rs", 8),
    ("kernels/convolution/positions.rs", 13),
    ("kernels/convolution/reach.rs", 4),
    ("kernels/convolution/rows.rs", 16),
    ("kernels/convolution/samples.rs", 16),
    ("kernels/convolution/shared.rs", 1),
    ("kernels/convolution/sparse.rs", 12),
    ("kernels/convolution/tests.rs", 2),
    ("kernels/convolution/tiles.rs", 11),
    ("kernels/convolution/turned.rs", 4),
    ("kernels/convolution/weights.rs", 11),
    ("kernels/convolution/windows/tests.rs", 6),
    ("kernels/convolution/windows.rs", 12),
    ("kernels/dots.rs", 13),
    ("kernels/elementary/entropy.rs", 3),
    ("kernels/elementary/few.rs", 1),
    ("kernels/elementary/formula/tests.rs", 3),
    ("kernels/elementary/formula.rs", 6),
    ("kernels/elementary/lanewise.rs", 26),
    ("kernels/elementary/mod.rs", 31),
    ("kernels/elementary/neon.rs", 40),
    ("kernels/elementary/portable.rs", 7),
    ("kernels/elementary/probabilities.rs", 10),
    ("kernels/elementary/series.rs", 26),
    ("kernels/elementary/tests.rs", 5),
    ("kernels/elementary/x86.rs", 46),
    ("kernels/gemm.rs", 5),
    ("kernels/level/elementwise.rs", 2),
    ("kernels/level/machine.rs", 2),
    ("kernels/level/mod.rs", 31),
    ("kernels/level/neon.rs", 45),
    ("kernels/level/portable.rs", 18),
    ("kernels/level/x86.rs", 55),
    ("kernels/linear.rs", 19),
    ("kernels/number.rs", 6),
    ("kernels/pairs.rs", 37),
    ("kernels/panels.rs", 6),
    ("kernels/recurrence.rs", 14),
    ("kernels/scalar.rs", 7),
    ("kernels/single.rs", 4),
    ("kernels/team.rs", 7),
    ("kernels/tests.rs", 2),
    ("kernels/update.rs", 8),
    ("layers/batch_norm.rs", 2),
    ("layers/conv1d.rs", 1),
    ("layers/conv2d.rs", 1),
    ("layers/conv_transpose1d.rs", 1),
    ("layers/conv_transpose2d.rs", 1),
    ("layers/embedding.rs", 1),
    ("layers/group_norm.rs", 1),
    ("layers/layer_norm.rs", 1),
    ("layers/linear.rs", 4),
    ("layers/multi_head_attention.rs", 1),
    ("layers/p_relu.rs", 1),
    ("layers/planes.rs", 1),
    ("layers/positional_embedding.rs", 1),
    ("layers/recurrent/mod.rs", 2),
    ("layers/rms_norm.rs", 1),
    ("layers/transformer_encoder_layer.rs", 1),
    ("losses/class.rs", 1),
    ("math/root.rs", 3),
    ("optim/adagrad.rs", 1),
    ("optim/adam.rs", 1),
    ("optim/mod.rs", 4),
    ("optim/remember.rs", 1),
    ("optim/rmsprop.rs", 1),
    ("optim/sgd.rs", 1),
    ("outputs.rs", 1),
    ("parameters.rs", 6),
    ("tensor.rs", 11),
    ("train/heap.rs", 3),
    ("train/line.rs", 5),
    ("train/memory.rs", 3),
];

#[test]
fn unsafe_stands_where_it_is_allowed() {
    let mut found = Vec::new();
    for (path, text) in sources("dnn-core/src") {
        let code = text.lines().map(|line| line.split("//").next().unwrap_or(""));
        let words = code.flat_map(|line| line.split(|c: char| !c.is_alphanumeric() && c != '_'));
        let count = words.filter(|word| *word == "unsafe").count();
        if count > 0 {
            let file = path.strip_prefix(root().join("dnn-core/src")).expect("a file of the run time");
            found.push((file.to_string_lossy().into_owned(), count));
        }
    }
    let listed: Vec<(String, usize)> = UNSAFE.iter().map(|(file, count)| (file.to_string(), *count)).collect();
    assert_eq!(found, listed);
    let facade = fs::read_to_string(root().join("src/lib.rs")).expect("source text");
    assert!(facade.contains("#![forbid(unsafe_code)]"));
    let manifest = fs::read_to_string(root().join("dnn-core/../Cargo.toml")).expect("a manifest");
    assert!(manifest.contains("undocumented_unsafe_blocks"));
}

#[test]
fn no_file_is_longer_than_600_lines() {
    for (path, text) in all_sources() {
        assert!(text.lines().count() <= 600, "{} has {} lines", path.display(), text.lines().count());
    }
}

#[test]
fn nothing_is_left_open_or_ignored() {
    let marks = ["todo!(", "TODO", "FIXME", "dbg!(", "#[ignore"];
    for (path, text) in all_sources() {
        // A mistake that a compile-fail case shows is none.
        if path.ends_with("tests/architecture.rs") || path.ends_with("differentiable/macro_call.rs") {
            continue;
        }
        for mark in marks {
            assert!(!text.contains(mark), "{} has {mark}", path.display());
        }
    }
}
