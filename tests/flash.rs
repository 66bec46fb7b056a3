//! Weights that the compiler puts into the program: files of PyTorch and of our own, in statics that lie there once.

#![cfg(feature = "std")]

use dnn::prelude::*;
use std::path::Path;

network! {
    /// As `Net` in `tests/weights/generate.py`, with the numbers that PyTorch gave it.
    #[derive(Clone, Debug, PartialEq)]
    #[weights("weights/net_f32.safetensors")]
    pub struct Single: [2, 3] -> [2] {
        Flatten,
        fc1: Linear<6, 4>,
        Relu,
        fc2: Linear<4, 3, bias = false>,
        Tanh,
        fc3: Linear<3, 2, bias = shared>,
    }

    /// The same in `f64`.
    #[derive(Clone, Debug, PartialEq)]
    #[weights("weights/net_f64.safetensors")]
    pub struct Double<f64>: [2, 3] -> [2] {
        Flatten,
        fc1: Linear<6, 4>,
        Relu,
        fc2: Linear<4, 3, bias = false>,
        Tanh,
        fc3: Linear<3, 2, bias = shared>,
    }

    /// A file that dnn has saved; `tests/weights.rs` sees to it that it still would save this one.
    #[weights("weights/dnn.safetensors")]
    pub struct Saved: [2, 3] -> [2] {
        Flatten,
        fc1: Linear<6, 4>,
        Relu,
        fc2: Linear<4, 3, bias = false>,
        Tanh,
        fc3: Linear<3, 2, bias = shared>,
    }

    /// As `Net` in `tests/weights/generate.py`, without numbers of its own.
    pub struct Body: [2, 3] -> [2] {
        Flatten,
        fc1: Linear<6, 4>,
        Relu,
        fc2: Linear<4, 3, bias = false>,
        Tanh,
        fc3: Linear<3, 2, bias = shared>,
    }

    /// As `Nested` in `tests/weights/generate.py`.
    #[weights("weights/nested.safetensors")]
    pub struct Nested: [2, 3] -> [3] {
        body: Body -> [2],
        Sigmoid,
        head: Linear<2, 3>,
    }
}

network! {
    /// The first layer of `Single`, which `head` finds in the program.
    #[weights("weights/body.safetensors")]
    pub struct Shared: [2, 3] -> [4] {
        Flatten,
        fc1: Linear<6, 4>,
        Relu,
    }

    /// The others, to be trained on.
    #[weights("weights/head.safetensors")]
    pub struct Head: [2, 3] -> [2] {
        body: &'static Shared -> [4],
        fc2: Linear<4, 3, bias = false>,
        Tanh,
        #[frozen]
        fc3: Linear<3, 2, bias = shared>,
    }
}

network! {
    /// As in `tests/weights/generate.py`.
    pub struct Block: [6] -> [6] {
        fc: Linear<6, 6>,

        fn forward(x) {
            Tanh(fc(x)) + x
        }
    }

    /// As in `tests/weights/generate.py`.
    #[weights("weights/wired.safetensors")]
    #[budget(parameters = 2_040 B, macs = 432)]
    pub struct Wired: [2, 3] -> [6] {
        flat: Flatten,
        blocks: [Block; 12],
        scale: Parameter<[6]>(1.0),

        fn forward(x) {
            scale * blocks(flat(x))
        }
    }
}

/// A file of weights, or a line of `outputs.json`.
fn file(name: &str) -> Vec<u8> {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/weights").join(name)).unwrap()
}

fn numbers(key: &str) -> Vec<f64> {
    let json: serde_json::Value = serde_json::from_slice(&file("outputs.json")).unwrap();
    json[key].as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect()
}

fn predicts_what_pytorch_does<T: Scalar, N, const O: usize>(net: &N, key: &str, tolerance: f64)
where
    N: Network<Input = [[T; 3]; 2], Output = [T; O], Scalar = T>,
{
    let (inputs, expected) = (numbers("inputs"), numbers(key));
    assert_eq!((inputs.len(), expected.len()), (18, 3 * O));
    for (x, y) in inputs.chunks(6).zip(expected.chunks(O)) {
        let x: [[T; 3]; 2] = [0, 1].map(|row| [0, 1, 2].map(|column| T::from_f64(x[3 * row + column])));
        let (mut own, mut workspace) = ([[T::ZERO; O]], vec![T::ZERO; N::INFER.len(1)]);
        net.infer(&[x], &mut own, &mut workspace);
        for (own, theirs) in own[0].into_iter().zip(y) {
            assert!((own.to_f64() - theirs).abs() < tolerance, "{own} instead of {theirs}");
        }
    }
}

#[test]
fn a_file_of_pytorch_in_the_program_gives_the_outputs_of_pytorch() {
    predicts_what_pytorch_does(Single::WEIGHTS, "f32", 1e-6);
    predicts_what_pytorch_does(Double::WEIGHTS, "f64", 1e-14);
    predicts_what_pytorch_does(Nested::WEIGHTS, "nested", 1e-6);
    predicts_what_pytorch_does(Head::WEIGHTS, "f32", 1e-6);
    predicts_what_pytorch_does(Wired::WEIGHTS, "wired", 1e-5);
}

#[test]
fn the_compiler_reads_what_the_program_reads() {
    let (mut single, mut double, mut nested) = (Single::zeros(), Double::zeros(), Nested::zeros());
    single.load_bytes(&file("net_f32.safetensors")).unwrap();
    double.load_bytes(&file("net_f64.safetensors")).unwrap();
    nested.load_bytes(&file("nested.safetensors")).unwrap();
    assert_eq!((&single, &double), (Single::WEIGHTS, Double::WEIGHTS));
    assert_eq!(nested.flat(), Nested::WEIGHTS.flat());
    assert!(nested.flat().iter().all(|value| *value != 0.0));
}

#[test]
fn what_dnn_saves_is_what_it_puts_into_a_program() {
    for (i, value) in Saved::WEIGHTS.flat().iter().enumerate() {
        assert_eq!(*value, i as f32 / 8.0 - 1.0);
    }
    assert_eq!(Saved::WEIGHTS.to_safetensors(), file("dnn.safetensors"));
}

#[test]
fn training_begins_with_a_copy() {
    let mut memory: Memory<Single, Sgd, 2> = const { Memory::new() };
    memory.load(Single::WEIGHTS);
    assert_eq!(memory.network(), Single::WEIGHTS);
    let mut trainer = Trainer::within(&mut memory, Mse, Sgd::new(0.1));
    let (first, second) =
        (trainer.step(&[[[1.0; 3]; 2]], &[[1.0, 0.0]]), trainer.step(&[[[1.0; 3]; 2]], &[[1.0, 0.0]]));
    assert!(second < first && trainer.network() != Single::WEIGHTS);
}

#[test]
fn what_is_behind_a_reference_stays_in_the_program() {
    static MEMORY: Memory<Head, Adam, 2> = Memory::new();
    budget!(Memory<Head, Adam, 2>, ram = 400 B);
    assert!(size_of_val(&MEMORY) <= 400);
    let mut memory: Memory<Head, Adam, 2> = const { Memory::new() };
    memory.load(Head::WEIGHTS);
    let body = memory.network().body.get().unwrap();
    assert!(std::ptr::eq(body, Shared::WEIGHTS) && body.fc1 == Single::WEIGHTS.fc1);
    let mut trainer = Trainer::within(&mut memory, Mse, Adam::new(0.1));
    let (first, second) =
        (trainer.step(&[[[1.0; 3]; 2]], &[[1.0, 0.0]]), trainer.step(&[[[1.0; 3]; 2]], &[[1.0, 0.0]]));
    assert!(second < first);
    assert!(trainer.network().fc2 != Head::WEIGHTS.fc2 && trainer.network().fc3 == Head::WEIGHTS.fc3);
}

/// How often `bytes` are in the program that runs.
fn count(bytes: &[u8]) -> usize {
    let program = std::fs::read(std::env::current_exe().unwrap()).unwrap();
    program.windows(bytes.len()).filter(|window| *window == bytes).count()
}

#[test]
fn the_numbers_lie_in_the_program_once_and_the_file_does_not() {
    let numbers: Vec<u8> =
        Nested::WEIGHTS.body.fc1.weight.as_flattened().iter().flat_map(|v| v.to_ne_bytes()).collect();
    assert_eq!(count(&numbers), 1);
    let numbers: Vec<u8> = Double::WEIGHTS.fc1.weight.as_flattened().iter().flat_map(|v| v.to_ne_bytes()).collect();
    assert_eq!(count(&numbers), 1);
    let file = file("nested.safetensors");
    assert!(file[8..].starts_with(b"{\"body."));
    assert_eq!(count(&file[8..100]), 0);
}

/// A `static` that is written to would be in memory for data, and on a microcontroller in RAM.
#[test]
#[cfg(target_os = "linux")]
fn the_numbers_cannot_be_written_to() {
    let maps = std::fs::read_to_string("/proc/self/maps").unwrap();
    let permissions = |address: usize| {
        let range = |line: &str| {
            let (start, end) = line.split_once(' ')?.0.split_once('-')?;
            Some(usize::from_str_radix(start, 16).ok()?..usize::from_str_radix(end, 16).ok()?)
        };
        let line = maps.lines().find(|line| range(line).is_some_and(|range| range.contains(&address))).unwrap();
        line.split(' ').nth(1).unwrap().to_owned()
    };
    let local = 0;
    assert_eq!(permissions((&raw const local).addr()), "rw-p");
    for address in [(&raw const *Single::WEIGHTS).addr(), (&raw const *Nested::WEIGHTS).addr()] {
        assert!(permissions(address).starts_with("r--"), "{}", permissions(address));
    }
}

/// Cargo builds again what depends on a file that changes: the compiler has told it of each.
#[test]
fn a_program_depends_on_its_files() {
    let program = std::env::current_exe().unwrap();
    let dependencies = std::fs::read_to_string(program.with_extension("d")).unwrap();
    for name in ["net_f32", "net_f64", "dnn", "nested", "body", "head", "wired"] {
        let line = format!("tests/weights/{name}.safetensors:");
        assert!(dependencies.lines().any(|dependency| dependency == line), "{line}");
    }
}
