//! Weights in safetensors files: written and read here, and exchanged with PyTorch in both directions.

#![cfg(feature = "std")]

use dnn::prelude::*;
use dnn::safetensors;
use std::path::{Path, PathBuf};

network! {
    /// As `Net` in `tests/weights/generate.py`.
    #[derive(Clone, Debug, PartialEq)]
    pub struct Net<T>: [2, 3] -> [2] {
        Flatten,
        fc1: Linear<6, 4>,
        Relu,
        fc2: Linear<4, 3, bias = false>,
        Tanh,
        fc3: Linear<3, 2, bias = shared>,
    }

    /// The first layer has another shape than that of `Net`.
    pub struct Other: [4] -> [2] {
        fc1: Linear<4, 6>,
        fc2: Linear<6, 2, bias = false>,
    }

    /// Nothing to save.
    pub struct Bare: [3] -> [3] { Relu }
}

/// As `Blocks` in `tests/weights/generate.py`.
#[derive(Parameters, Clone, Debug, PartialEq)]
struct Blocks {
    blocks: [Linear<2, 2>; 12],
    scale: f32,
}

const F32: &[u8] = include_bytes!("weights/net_f32.safetensors");
const F64: &[u8] = include_bytes!("weights/net_f64.safetensors");
static BLOCKS: &[u8] = include_bytes!("weights/blocks.safetensors");

// The reader runs in the compiler.
const _: () = {
    assert!(matches!(safetensors::validate(F32), Ok(5)));
    assert!(safetensors::check::<Net<f32>>(F32).is_ok());
    assert!(safetensors::check::<Net<f64>>(F32).is_err());
    assert!(safetensors::check::<Blocks>(BLOCKS).is_ok());
    match safetensors::find(F32, "fc1.weight") {
        Ok(Some(tensor)) => assert!(tensor.dims.is(&[4, 6]) && tensor.data.len() == 96),
        _ => panic!("the file has `fc1.weight`"),
    }
    assert!(matches!(safetensors::find(F32, "fc1"), Ok(None)));
};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/weights")
}

/// A folder of this test alone, removed in the end.
struct Temporary(PathBuf);

impl Temporary {
    fn new(name: &str) -> Temporary {
        let path = std::env::temp_dir().join(format!("dnn-weights-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Temporary(path)
    }

    fn files(&self) -> Vec<String> {
        let mut names: Vec<String> =
            self.0.read_dir().unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Numbers that a copy by way of arithmetic would change.
fn strange<T: Scalar>(net: &mut impl Parameters<Scalar = T>, numbers: &[T]) {
    net.init_in(&mut Rng::new(3));
    for (to, from) in net.flat_mut().iter_mut().zip(numbers) {
        *to = *from;
    }
}

#[test]
fn what_is_saved_is_loaded_bit_by_bit() {
    let folder = Temporary::new("bits");
    let path = folder.0.join("net.safetensors");

    let (mut net, mut loaded) = (Net::<f32>::zeros(), Net::<f32>::init(&mut Rng::new(9)));
    let bits = [0x7fc0_0001, 0xffc1_2345, 0x7f80_0000, 0xff80_0000, 0x8000_0000, 1, 0x007f_ffff];
    strange(&mut net, &bits.map(f32::from_bits));
    net.save(&path).unwrap();
    loaded.load(&path).unwrap();
    let all = |net: &Net<f32>| net.flat().iter().map(|value| value.to_bits()).collect::<Vec<u32>>();
    assert_eq!(all(&net), all(&loaded));
    assert_eq!(all(&loaded)[..7], bits);

    let (mut net, mut loaded) = (Net::<f64>::zeros(), Net::<f64>::init(&mut Rng::new(9)));
    let bits = [0x7ff8_0000_0000_0001, 0xfff0_0000_0000_0000, 0x8000_0000_0000_0000, 1];
    strange(&mut net, &bits.map(f64::from_bits));
    net.save(&path).unwrap();
    loaded.load(&path).unwrap();
    let all = |net: &Net<f64>| net.flat().iter().map(|value| value.to_bits()).collect::<Vec<u64>>();
    assert_eq!(all(&net), all(&loaded));
    assert_eq!(all(&loaded)[..4], bits);
    assert_eq!(folder.files(), ["net.safetensors"]);
}

fn generic<T: Scalar>() -> Net<T> {
    let net = Net::<T>::init(&mut Rng::new(5));
    let mut loaded = Net::<T>::zeros();
    loaded.load_bytes(&net.to_safetensors()).unwrap();
    assert_eq!(net, loaded);
    loaded
}

#[test]
fn a_generic_network_a_layer_and_a_box_are_saved_too() {
    assert_eq!(generic::<f32>().fc1.weight[0].len(), generic::<f64>().fc1.weight[0].len());

    let net = Net::<f32>::boxed(&mut Rng::new(5));
    let mut layer: Linear<6, 4> = dnn::zeros();
    layer.load_bytes(&net.fc1.to_safetensors()).unwrap();
    assert_eq!(layer, net.fc1);

    let bytes = Bare::zeros().to_safetensors();
    Bare::zeros().load_bytes(&bytes).unwrap();
    let message = Bare::zeros().load_bytes(BLOCKS).unwrap_err().to_string();
    let listed = "the network has no `blocks.0.bias`, `blocks.0.weight`, `blocks.1.bias` and 22 more: ";
    assert_eq!(message, format!("{listed}remove what it has not, or declare it"));
}

#[test]
fn a_trained_network_is_saved_from_its_trainer() -> Result<(), Box<dyn std::error::Error>> {
    let folder = Temporary::new("trainer");
    let path = folder.0.join("net.safetensors");
    let mut trainer = Trainer::new(Net::<f32>::init(&mut Rng::new(0)), Mse, Sgd::new(0.1));
    trainer.step(&[[[1.0; 3]; 2]], &[[1.0, 0.0]]);
    trainer.network().save(&path)?;
    let mut net = Net::zeros();
    net.load(&path)?;
    assert_eq!(net, *trainer.network());
    Ok(())
}

/// The numbers of one line of `outputs.json`.
fn numbers(key: &str) -> Vec<f64> {
    let text = std::fs::read_to_string(folder().join("outputs.json")).unwrap();
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    json[key].as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect()
}

fn predicts_what_pytorch_does<T: Scalar>(file: &[u8], expected: &[f64], tolerance: f64) {
    let mut net = Net::<T>::zeros();
    net.load_bytes(file).unwrap();
    let inputs = numbers("inputs");
    assert_eq!((inputs.len(), expected.len()), (18, 6));
    for (x, y) in inputs.chunks(6).zip(expected.chunks(2)) {
        let x: [[T; 3]; 2] = [0, 1].map(|row| [0, 1, 2].map(|column| T::from_f64(x[3 * row + column])));
        for (own, theirs) in net.predict(&x).into_iter().zip(y) {
            assert!((own.to_f64() - theirs).abs() < tolerance, "{own} instead of {theirs}");
        }
    }
}

#[test]
fn a_file_of_pytorch_gives_the_outputs_of_pytorch() {
    predicts_what_pytorch_does::<f32>(F32, &numbers("f32"), 1e-6);
    predicts_what_pytorch_does::<f64>(F64, &numbers("f64"), 1e-14);
    let mut net = Net::<f32>::zeros();
    net.load(folder().join("net_f32.safetensors")).unwrap();
}

#[test]
fn layers_in_a_list_are_found_in_any_order() {
    let mut net: Blocks = dnn::zeros();
    net.load_bytes(BLOCKS).unwrap();
    let mut x = [0.5, -0.25];
    for block in &net.blocks {
        let mut y = [[0.0; 2]];
        block.infer(&[x], &mut y, &mut []);
        x = [x[0] + y[0][0].tanh(), x[1] + y[0][1].tanh()];
    }
    for (own, theirs) in x.into_iter().zip(numbers("blocks")) {
        assert!((f64::from(own * net.scale) - theirs).abs() < 1e-6, "{own} instead of {theirs}");
    }
    let mut again: Blocks = dnn::zeros();
    again.load_bytes(&net.to_safetensors()).unwrap();
    assert_eq!(net, again);
    assert!(net.blocks[10] != net.blocks[2] && net.blocks[0] != net.blocks[1]);
}

/// y = g (x - m) / sqrt(v + 1e-5) + b, as PyTorch's `BatchNorm1d` in inference.
#[derive(Parameters)]
struct Norm {
    weight: [f32; 2],
    bias: [f32; 2],
    #[buffer]
    running_mean: [f32; 2],
    #[buffer]
    running_var: [f32; 2],
}

/// As `Normed` in `tests/weights/generate.py`.
#[derive(Parameters)]
struct Normed {
    fc: Linear<6, 2>,
    #[buffer]
    norm: Norm,
}

#[test]
fn what_pytorch_counts_beside_running_statistics_is_passed_over() {
    let file = std::fs::read(folder().join("norm.safetensors")).unwrap();
    assert!(safetensors::find(&file, "norm.num_batches_tracked").unwrap().is_some());
    let mut net: Normed = dnn::zeros();
    net.load_bytes(&file).unwrap();
    let inputs = numbers("inputs");
    for (x, y) in inputs.chunks(6).zip(numbers("norm").chunks(2)) {
        let x: [f32; 6] = std::array::from_fn(|i| x[i] as f32);
        let mut h = [[0.0; 2]];
        net.fc.infer(&[x], &mut h, &mut []);
        let Norm { weight, bias, running_mean, running_var } = &net.norm;
        for i in 0..2 {
            let own = weight[i] * (h[0][i] - running_mean[i]) / (running_var[i] + 1e-5).sqrt() + bias[i];
            assert!((f64::from(own) - y[i]).abs() < 1e-6, "{own} instead of {}", y[i]);
        }
    }
    // Beside a layer without statistics, or of another type or shape, it is a tensor too many.
    let (header, data) = file[8..].split_at(u64::from_le_bytes(file[..8].try_into().unwrap()) as usize);
    let header = std::str::from_utf8(header).unwrap();
    for (from, to, name) in [
        ("norm.num", "fc.num", "fc.num_batches_tracked"),
        ("norm.num", "num", "num_batches_tracked"),
        ("_tracked", "_tracker", "norm.num_batches_tracker"),
        ("I64", "U64", "norm.num_batches_tracked"),
        ("[]", "[1]", "norm.num_batches_tracked"),
    ] {
        let header = header.replacen(from, to, 1);
        let file = [&(header.len() as u64).to_le_bytes(), header.as_bytes(), data].concat();
        let message = net.load_bytes(&file).unwrap_err().to_string();
        assert_eq!(message, format!("the network has no `{name}`: remove what it has not, or declare it"));
    }
}

#[test]
fn the_file_that_safetensors_has_read_is_what_is_written() {
    let mut net = Net::<f32>::zeros();
    for (i, value) in net.flat_mut().iter_mut().enumerate() {
        *value = i as f32 / 8.0 - 1.0;
    }
    let path = folder().join("dnn.safetensors");
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        net.save(&path).unwrap(); // then run generate.py, which reads it
    }
    let file = std::fs::read(path).unwrap();
    assert_eq!(net.to_safetensors(), file);
    let header = u64::from_le_bytes(file[..8].try_into().unwrap()) as usize;
    assert_eq!((header % 8, file.len() - 8 - header), (0, size_of::<Net<f32>>()));
    assert!(file[8..].starts_with(br#"{"__metadata__":{"format":"pt"},"fc1.weight":{"dtype":"F32","shape":[4,6],"#));
}

#[test]
fn a_file_keeps_its_link_and_its_permissions_when_it_is_saved_again() {
    let folder = Temporary::new("again");
    let (path, net) = (folder.0.join("net.safetensors"), Net::<f32>::init(&mut Rng::new(1)));
    std::fs::write(&path, "old").unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::{PermissionsExt, symlink};
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
        symlink(&path, folder.0.join("link")).unwrap();
        net.save(folder.0.join("link")).unwrap();
        assert!(folder.0.join("link").is_symlink());
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o640);
        net.save("/dev/null").unwrap();
        assert!(!Path::new("/dev/null").is_file());
        std::fs::remove_file(folder.0.join("link")).unwrap();
    }
    net.save(&path).unwrap();
    Net::<f32>::zeros().load(&path).unwrap();
    assert_eq!(folder.files(), ["net.safetensors"]);
}

#[test]
fn whoever_reads_while_others_save_finds_a_whole_file() {
    let folder = Temporary::new("threads");
    let path = folder.0.join("net.safetensors");
    let nets = [1, 2, 3].map(|seed| Net::<f32>::init(&mut Rng::new(seed)));
    nets[0].save(&path).unwrap();
    std::thread::scope(|scope| {
        for net in &nets {
            scope.spawn(|| (0..50).for_each(|_| net.save(&path).unwrap()));
        }
        scope.spawn(|| {
            let mut read = Net::zeros();
            for _ in 0..100 {
                read.load(&path).unwrap();
                assert!(nets.contains(&read));
            }
        });
    });
    assert_eq!(folder.files(), ["net.safetensors"]);
}

#[test]
fn files_that_cannot_be_read_or_written_are_named() {
    let folder = Temporary::new("errors");
    let mut net = Net::<f32>::zeros();
    let message = net.load("no/such.safetensors").unwrap_err().to_string();
    assert!(message.starts_with("cannot read `no/such.safetensors`: "), "{message}");
    let message = net.save("no/such.safetensors").unwrap_err().to_string();
    assert!(message.starts_with("cannot write `no/such.safetensors`: "), "{message}");
    for path in [folder.0.as_path(), Path::new(""), Path::new("/")] {
        assert!(matches!(net.save(path), Err(WeightsError::Unwritable { .. })), "{path:?}");
        assert!(matches!(net.load(path), Err(WeightsError::Unreadable { .. })), "{path:?}");
    }
    let path = folder.0.join("digits.csv");
    std::fs::write(&path, "0,0,5,13,9,1,0,0").unwrap();
    let message = net.load(&path).unwrap_err().to_string().replace(path.to_str().unwrap(), "FILE");
    assert_eq!(
        message,
        format!(
            "`FILE`: not a safetensors file, or cut off: its header should have {} bytes, but 8 are there",
            u64::from_le_bytes(*b"0,0,5,13")
        )
    );
    assert!(size_of::<WeightsFault>() < 128 && size_of::<WeightsError>() < 128);
}

/// A file of this header and so many bytes of data.
fn file(header: &str, data: usize) -> Vec<u8> {
    let mut file = (header.len() as u64).to_le_bytes().to_vec();
    file.extend(header.as_bytes());
    file.resize(file.len() + data, 1);
    file
}

/// What `Other`, or a network that has been loaded before, says about a file; its weights stay what they were.
fn refused(file: &[u8]) -> String {
    let mut net = Other::init(&mut Rng::new(4));
    let before = net.to_safetensors();
    let fault = net.load_bytes(file).unwrap_err();
    assert_eq!(net.to_safetensors(), before);
    assert_eq!(safetensors::check::<Other>(file).unwrap_err().to_string(), fault.to_string());
    fault.to_string()
}

/// A file for `Other` with `change` made to its header.
fn changed(from: &str, to: &str) -> Vec<u8> {
    const HEADER: &str = concat!(
        r#"{"fc1.weight":{"dtype":"F32","shape":[6,4],"data_offsets":[0,96]},"#,
        r#""fc1.bias":{"dtype":"F32","shape":[6],"data_offsets":[96,120]},"#,
        r#""fc2.weight":{"dtype":"F32","shape":[2,6],"data_offsets":[120,168]}}"#
    );
    assert!(from.is_empty() || HEADER.contains(from), "{from}");
    file(&HEADER.replacen(from, to, 1), 168)
}

#[test]
fn tensors_that_do_not_fit_the_network_are_named_with_both_shapes() {
    Other::zeros().load_bytes(&changed("", "")).unwrap();
    for (from, to, message) in [
        ("\"shape\":[6,4]", "\"shape\":[4,6]", "`fc1.weight` is [4, 6], but the network has [6, 4]: transpose it"),
        (
            "\"shape\":[6,4]",
            "\"shape\":[24]",
            "`fc1.weight` is [24], but the network has [6, 4]: change the declaration, or save the file from this network",
        ),
        (
            "\"shape\":[6,4]",
            "\"shape\":[1,1,1,1,1,1,1,1,6,4]",
            "`fc1.weight` is [1, 1, 1, 1, 1, 1, 1, 1, ...], but the network has [6, 4]: change the declaration, or save \
             the file from this network",
        ),
        (
            "\"F32\",\"shape\":[6,4]",
            "\"BF16\",\"shape\":[6,8]",
            "`fc1.weight` is BF16, but the network computes in F32: convert it to F32",
        ),
        ("\"F32\"", "\"I32\"", "`fc1.weight` is I32, but the network computes in F32: convert it to F32"),
        (
            "fc1.weight",
            "0.weight",
            "there is no tensor `fc1.weight`, but `0.weight`: tensors have the names of the network's fields",
        ),
        (
            "\"fc2.weight\":{\"dtype\":\"F32\",\"shape\":[2,6],\"data_offsets\":[120,168]}",
            "\"__metadata__\":{\"format\":\"pt\"}",
            "168 bytes of data, but the header describes 120: copy the file again",
        ),
        ("fc2.weight", "fc1.bias", "two tensors are called `fc1.bias`: rename one"),
        ("fc2.weight", "fc1.b\\u0069as", "two tensors are called `fc1.bias`: rename one"),
        (
            "[2,6],\"data_offsets\":[120,168]}",
            "[2,5],\"data_offsets\":[120,160]},\"fc3.a\":{\"dtype\":\"U8\",\"shape\":[8],\"data_offsets\":[160,168]}",
            "the network has no `fc3.a`: remove what it has not, or declare it",
        ),
    ] {
        assert_eq!(refused(&changed(from, to)), message);
    }
    let fault = refused(F64);
    assert_eq!(fault, "the network has no `fc3.bias`, `fc3.weight`: remove what it has not, or declare it");
    assert_eq!(
        Net::<f32>::zeros().load_bytes(F64).unwrap_err().to_string(),
        "`fc1.bias` is F64, but the network computes in F32: convert it to F32"
    );
    assert_eq!(
        Net::<f32>::zeros().load_bytes(&changed("", "")).unwrap_err().to_string(),
        "there is no tensor `fc3.weight` (the first of 2 that are missing): save every tensor of the network"
    );
}

#[test]
fn files_that_are_not_whole_or_not_of_the_format_say_where() {
    // A file with a mistake, where it stands, and what should stand there.
    for (from, to, at, expected) in [
        ("{\"fc1", "[\"fc1", "[\"fc1", "`{`"),
        ("\"fc1.weight\":", "fc1.weight:", "fc1.weight:", "a string"),
        ("\"fc1.weight\":", "\"fc1.weight\";", ";", "`:` behind a name"),
        ("\"F32\"", "\"F33\"", "\"F33\"", "a type of elements such as `F32`"),
        ("[6,4]", "[6,-4]", "-4]", "a whole number"),
        ("[6,4]", "[06,4]", "06,4]", "a whole number"),
        ("[6,4]", "[6.4]", ".4]", "`,` or `]` behind a number"),
        ("[6,4]", "[6,99999999999999999999]", "99999", "a number that this machine can hold"),
        ("[0,96]", "[0,96,96]", ",\"fc1.bias", "two `data_offsets` before this"),
        ("\"dtype\":\"F32\",", "", ",\"fc1.bias", "`dtype`, `shape` and `data_offsets` before this"),
        (
            "\"dtype\":\"F32\"",
            "\"shape\":[6,4]",
            "\"shape\":[6,4],\"data",
            "`dtype`, `shape` and `data_offsets`, each once",
        ),
        ("\"dtype\"", "\"type\"", "\"type\"", "`dtype`, `shape` and `data_offsets`, each once"),
        ("[6,4]", "[4294967296,4294967296]", ",\"fc1.bias", "a tensor that fits this machine before this"),
        ("fc1.weight", "fc1\u{7}", "\u{7}", "a string in UTF-8 with `\"` behind it"),
        ("fc1.weight", "fc1\\q", "\\q", "an escape of JSON"),
        ("{\"fc1", "{\"__metadata__\":{\"a\":1},\"fc1", "1},", "a string"),
        (
            "{\"fc1",
            "{\"__metadata__\":{},\"__metadata__\":{},\"fc1",
            "\"__metadata__\":{},\"fc1",
            "no second `__metadata__`",
        ),
        (",120]}", ",120];", ";", "`,` or `}` in a tensor"),
        ("]}}", "]}}x", "x", "the end of the header"),
        ("]}}", "]}", "\u{1}\u{1}", "`,` or `}` behind a tensor"),
    ] {
        let file = changed(from, to);
        let byte = file.windows(at.len()).position(|part| part == at.as_bytes()).unwrap();
        let message = format!("not a safetensors file: at byte {byte} there should be {expected}");
        assert_eq!(refused(&file), message);
        assert_eq!(safetensors::validate(&file).unwrap_err().to_string(), refused(&file));
    }

    let whole = changed("", "");
    assert_eq!(
        refused(&whole[..whole.len() - 165]),
        "3 bytes of data, but the header describes 168: copy the file again"
    );
    assert_eq!(
        refused(&whole[..100]),
        format!(
            "not a safetensors file, or cut off: its header should have {} bytes, but 92 are there",
            whole.len() - 8 - 168
        )
    );
    assert_eq!(
        refused(&whole[..7]),
        "not a safetensors file, or cut off: its header should have 2 bytes, but 0 are there"
    );
    for (from, to, message) in [
        (
            "[0,96]",
            "[0,92]",
            "`fc1.weight` lies from byte 0 to 92 of the data, but its shape needs 96 bytes: save the file again",
        ),
        (
            "[0,96]",
            "[96,0]",
            "`fc1.weight` lies from byte 96 to 0 of the data, but its shape needs 96 bytes: save the file again",
        ),
        ("[0,96]", "[4,100]", "tensors overlap or leave a gap: none begins at byte 0 of the data: save the file again"),
        (
            "[96,120]",
            "[0,24]",
            "tensors overlap or leave a gap: none begins at byte 96 of the data: save the file again",
        ),
    ] {
        let file = changed(from, to);
        assert_eq!(refused(&file), message);
        assert_eq!(safetensors::validate(&file).unwrap_err().to_string(), message);
    }
}

#[test]
fn a_name_of_a_file_cannot_write_to_the_terminal() {
    let long = "é".repeat(40);
    for (name, shown) in [
        ("\\u001b[2J\\n", "`\\u{1b}[2J\\u{a}`"),
        ("a\\u0000b", "`a?b`"),
        ("\u{202e}x", "`\\u{202e}x`"),
        (&long, &format!("`{}...`", "é".repeat(27))),
    ] {
        let file = changed("fc1.weight", name);
        assert_eq!(
            refused(&file),
            format!("there is no tensor `fc1.weight`, but {shown}: tensors have the names of the network's fields")
        );
    }
}

#[test]
fn a_tensor_without_elements_lies_between_others() {
    let empty = |at: usize| {
        let header = format!(
            r#"{{"a":{{"dtype":"F32","shape":[0,3],"data_offsets":[{at},{at}]}},"b":{{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}}}"#
        );
        safetensors::validate(&file(&header, 4)).map_err(|fault| fault.to_string())
    };
    assert_eq!((empty(0), empty(4)), (Ok(2), Ok(2)));
    assert_eq!(
        empty(2),
        Err("tensors overlap or leave a gap: none begins at byte 2 of the data: save the file again".into())
    );
}
