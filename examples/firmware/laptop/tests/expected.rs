//! What the firmware prints, against the notebooks and against a run on this machine.

mod page;

use dnn::prelude::*;
use firmware::digits::{self, Digits, Images, Right};
use firmware::print::Output;
use firmware::{mazur, sensor, xor};
use std::path::Path;

/// A file of the firmware.
fn text(file: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(file);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The text that the devices print, which `check` compares with what they do print.
fn expected(program: &str) -> String {
    text(&format!("expected/{program}.txt"))
}

/// The numbers with a point in a text, each with its digits behind it.
fn numbers(text: &str) -> Vec<(f64, usize)> {
    let words = text.split(|c: char| !c.is_ascii_digit() && c != '.' && c != '-');
    let number = |word: &str| Some((word.parse().ok()?, word.split_once('.')?.1.len()));
    words.filter_map(number).collect()
}

#[test]
fn the_device_prints_the_numbers_of_the_notebook() {
    let notebook: &[&[f64]] = &[
        &[0.751365, 0.772928, 0.298371106],
        &[0.14978072, 0.19956143, 0.24975115, 0.29950231, 0.34063718],
        &[0.35891649, 0.40866616, 0.51130128, 0.56137013, 0.54979986],
        &[0.28575087],
        &[0.14959760, 0.19919518, 0.24953818, 0.29907638, 0.33271533], // these weights: the notebook's recipe in f64
        &[0.31706345, 0.36655682, 0.52316707, 0.57330859, 0.49905962],
        &[0.298371, 0.175238, 0.102708, 0.064617, 0.043081, 0.030484, 0.022742, 0.017712, 0.014274, 0.011817],
        &[0.17311388, 0.24622782, 0.27259493, 0.34518996, 1.26417601],
        &[-1.14953971, -1.10761988, 1.50214505, 1.55703843, -0.30106512],
        &[0.00798903, 0.00801451, -0.00759067, -0.00761487, 0.06, 0.12, 0.111087, 0.891843],
    ];
    let (notebook, printed) = (notebook.concat(), numbers(&expected("mazur")));
    assert_eq!(printed.len(), notebook.len(), "{printed:?}");
    for ((printed, digits), number) in printed.into_iter().zip(notebook) {
        let bar = 1e-6 * number.abs() + 0.5001 * 10f64.powi(-(digits as i32));
        assert!((printed - number).abs() <= bar, "{printed}, not {number}");
    }
}

/// Collects what is printed.
#[derive(Default)]
struct Text(String);

impl Output for Text {
    fn put(&mut self, byte: u8) {
        self.0.push(byte as char);
    }
}

#[test]
fn a_laptop_prints_what_the_devices_print_down_to_the_bits_of_the_weights() {
    let mut programs: Vec<(&str, Text)> = Vec::new();
    let mut add = |name, run: &dyn Fn(&mut dyn Output)| {
        let mut text = Text::default();
        run(&mut text);
        programs.push((name, text));
    };
    add("mazur", &|out| mazur::run(&mut mazur::Ram::new(), out));
    add("xor", &|out| xor::run(&mut xor::Ram::new(), out));
    add("sensor", &|out| sensor::run(&mut sensor::Ram::new(), out));
    add("digits", &|out| digits::read(out));
    add("digits_last", &|out| digits::tune_last(&mut digits::LastRam::new(), out));
    add("digits_all", &|out| digits::tune_all(&mut digits::AllRam::new(), out));
    for (name, text) in programs {
        assert_eq!(text.0.lines().collect::<Vec<_>>(), expected(name).lines().collect::<Vec<_>>(), "{name}");
    }
}

#[test]
fn the_images_in_flash_are_those_of_the_data_set() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data/digits.csv");
    let data = Csv::open(file)
        .and_then(|csv| csv.read(|row| Ok((row.tensor_with(|pixel: f32| pixel / 16.0)?, row.class::<10>()?))))
        .expect("the digits of the repository");
    let (train, test) = data.shuffled(0).split(1437);
    let same = |images: &Images, data: &Dataset<[[f32; 8]; 8], Class<10>>| {
        images.iter().zip(data.iter()).all(|((image, digit), (x, class))| image == *x && digit == *class)
    };
    assert_eq!((digits::TEST.len(), digits::TUNE.len()), (360, 360));
    assert!(same(&digits::TEST, &test) && same(&digits::TUNE, &train));
}

#[test]
fn an_image_is_shifted_by_one_pixel_to_the_right() {
    let mut image = [[0.0; 8]; 8];
    (image[2][0], image[2][6], image[5][7]) = (0.25, 0.5, 1.0);
    let moved = digits::shifted(&image);
    let mut by_hand = [[0.0; 8]; 8];
    (by_hand[2][1], by_hand[2][7]) = (0.25, 0.5);
    assert_eq!(moved, by_hand);
}

/// Measured: 347 of 360 before, shifted 169; the last layer alone 250 and 309, every layer 224 and 327.
#[test]
fn tuning_reads_shifted_images_better_and_forgets_some_of_the_others() {
    let before = Right::count(|image| Digits::WEIGHTS.predict(image));
    assert!(before.original >= 345 && before.shifted < 180, "{before:?}");

    let mut memory = digits::LastRam::new();
    digits::tune_last(&mut memory, &mut Text::default());
    let last = Right::count(|image| memory.network().predict(image));
    assert!(last.shifted >= 300 && last.original < before.original, "{last:?}");

    let mut memory = digits::AllRam::new();
    digits::tune_all(&mut memory, &mut Text::default());
    let all = Right::count(|image| memory.network().predict(image));
    assert!(all.shifted >= 320 && all.original < last.original, "{all:?}");
}

#[test]
fn the_frozen_layer_is_that_of_the_program() {
    let mut memory = digits::LastRam::new();
    digits::tune_last(&mut memory, &mut Text::default());
    let network = memory.network();
    assert!(network.fc1.get().is_some_and(|fc1| std::ptr::eq(fc1, &Digits::WEIGHTS.fc1)));
    assert_ne!(network.fc2, Digits::WEIGHTS.fc2);
    assert!(5 * size_of::<digits::LastRam>() < size_of::<digits::AllRam>());
}
