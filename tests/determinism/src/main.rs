//! Prints the hash of every run, or of short ones: `cargo run -- short`, for machines that are slow.

mod runs;

use dnn::Memory;

fn main() {
    let short = std::env::args().any(|argument| argument == "short");
    let steps = |full, few| if short { few } else { full };
    let print = |name, hash| println!("{name} {hash:016x}");
    print("mazur", runs::mazur(&mut Memory::new(), 500));
    print("digits", runs::digits::<8>(&mut Memory::new(), steps(500, 5)));
    print("mixed", runs::mixed::<f32, 8>(&mut Memory::new(), steps(100, 2)));
    print("mixed of f64", runs::mixed::<f64, 3>(&mut Memory::new(), steps(100, 1)));
    print("functions", runs::functions::<f32>(steps(100_000, 50)));
    print("functions of f64", runs::functions::<f64>(steps(100_000, 50)));
}
