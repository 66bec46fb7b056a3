//! A layer of your own in a declaration: radial units, trained to tell a disc from the ring around it.
//!
//! `cargo run --release --example own_layer`

use dnn::prelude::*;

/// y[o] = e^(-p[o] |x - c[o]|^2): each unit has a centre and answers to what is near it.
///
/// The derive names the tensors, counts them and starts them as `init` says.
#[derive(Parameters, Clone, Debug)]
pub struct Radial<const I: usize, const O: usize, T> {
    /// c
    #[init(uniform(1.0))]
    pub centre: [[T; I]; O],
    /// p
    #[init(4.0)]
    pub sharpness: [T; O],
}

impl<const I: usize, const O: usize, T: Scalar> Radial<I, O, T> {
    /// |x - c[o]|^2
    fn distance(&self, x: &[T; I], o: usize) -> T {
        (0..I).map(|i| (x[i] - self.centre[o][i]) * (x[i] - self.centre[o][i])).sum()
    }
}

impl<const I: usize, const O: usize, T: Scalar> Layer<[T; I]> for Radial<I, O, T> {
    type Output = [T; O];
    const MACS: usize = O * I;

    fn infer(&self, x: &[[T; I]], y: &mut [[T; O]], _: &mut [T]) {
        for (x, y) in x.iter().zip(y) {
            for o in 0..O {
                y[o] = (-self.sharpness[o] * self.distance(x, o)).exp();
            }
        }
    }

    /// With d = x - c[o] and g = dL/dy[o] y[o]: dL/dc = 2 p d g, dL/dp = -|d|^2 g, dL/dx = -2 p d g.
    ///
    /// It adds to gradients of parameters, because a batch has many samples, and writes those of inputs.
    fn backward(
        &self,
        _: &Pass,
        x: &[[T; I]],
        y: &[[T; O]],
        _: &mut [T],
        dy: &mut [[T; O]],
        dx: Option<&mut [[T; I]]>,
        dp: Option<&mut Self>,
    ) {
        let two = T::from_f64(2.0);
        // A frozen layer is not asked for the gradients of its parameters.
        if let Some(dp) = dp {
            for ((x, y), dy) in x.iter().zip(y).zip(dy.iter()) {
                for o in 0..O {
                    let g = dy[o] * y[o];
                    for i in 0..I {
                        dp.centre[o][i] += two * self.sharpness[o] * (x[i] - self.centre[o][i]) * g;
                    }
                    dp.sharpness[o] += -self.distance(x, o) * g;
                }
            }
        }
        // The first layer of a network is not asked for dL/dx.
        let Some(dx) = dx else { return };
        for (((x, y), dy), dx) in x.iter().zip(y).zip(dy.iter()).zip(dx) {
            for i in 0..I {
                let part = |o: usize| -two * self.sharpness[o] * (x[i] - self.centre[o][i]) * dy[o] * y[o];
                dx[i] = (0..O).map(part).sum();
            }
        }
    }
}

network! {
    /// A place in the plane to the logits of two classes. `Radial` gives what `Linear` takes.
    #[derive(Clone, Debug)]
    pub struct Rings<T>: [2] -> [2] {
        radial: Radial<2, 9, T>,
        fc: Linear<9, 2>,
    }
}

fn main() {
    println!("{}", Rings::<f32>::summary());

    let check = check();
    println!();
    println!("Finite differences of the loss in f64, (L(p + h) - L(p - h)) / 2h with h = 1e-5:");
    println!();
    println!("  tensor            elements   largest gradient   largest difference from it");
    for Check { name, elements, largest, difference } in &check {
        println!("  {name:<16}  {elements:>8}  {largest:>17.6}  {difference:>27.1e}");
    }

    let (net, before, after) = train();
    println!();
    println!("Training on 400 places, 100 epochs of Adam:");
    println!();
    for (when, Evaluation { loss, accuracy, .. }) in [("before", before), ("after", after)] {
        println!("  {when:<6}  loss {loss:.4}, {:.1} % right of 200 others", 100.0 * accuracy.unwrap_or(0.0));
    }
    println!();
    println!("What it makes of the plane, # for the disc:");
    println!();
    for line in 0..17 {
        let place = |column: i32| [(column - 16) as f32 / 16.0, (8 - line) as f32 / 8.0];
        let disc = |column| matches!(net.predict(&place(column)), [disc, ring] if disc > ring);
        println!("  {}", (0..33).map(|column| if disc(column) { '#' } else { '.' }).collect::<String>());
    }
}

/// Places in the square from -1 to 1 and their class: 0 within a distance of 0.6 from the origin, 1 outside.
fn places<T: Scalar>(seed: u64, count: usize) -> (Vec<[T; 2]>, Vec<u8>) {
    let mut rng = Rng::new(seed);
    let place = |_| [(); 2].map(|()| T::uniform(&mut rng, T::ONE));
    let places: Vec<[T; 2]> = (0..count).map(place).collect();
    let classes = places.iter().map(|[a, b]| u8::from((*a * *a + *b * *b).to_f64() > 0.36)).collect();
    (places, classes)
}

/// Trains, and evaluates before and after on other places.
pub fn train() -> (Box<Rings<f32>>, Evaluation, Evaluation) {
    let ((x, classes), (test_x, test_classes)) = (places(1, 400), places(2, 200));
    let mut trainer = Trainer::new(Rings::<f32>::init(&mut Rng::new(0)), CrossEntropy, Adam::new(0.02));
    let before = trainer.evaluate(&test_x, &test_classes);
    for _ in 0..100 {
        for (x, classes) in x.chunks(20).zip(classes.chunks(20)) {
            trainer.step(x, classes);
        }
    }
    let after = trainer.evaluate(&test_x, &test_classes);
    (trainer.into_network(), before, after)
}

/// The gradient of a tensor beside finite differences.
pub struct Check {
    /// The name of the tensor.
    pub name: String,
    /// Its elements.
    pub elements: usize,
    /// The largest element of its gradient, without sign.
    pub largest: f64,
    /// The largest difference.
    pub difference: f64,
}

/// Moves every parameter a little up and down: the loss has to change as the gradient says.
pub fn check() -> Vec<Check> {
    const H: f64 = 1e-5;
    let (x, classes) = places::<f64>(3, 10);
    let mut trainer = Trainer::new(Rings::<f64>::init(&mut Rng::new(0)), CrossEntropy, Sgd::new(0.0));
    trainer.backward(&x, &classes);
    let gradient = trainer.gradient().clone();
    let check = |tensor: dnn::Named<'_, f64>| {
        let name = tensor.name.to_string();
        let (mut largest, mut difference) = (0f64, 0f64);
        for (i, derived) in tensor.values.iter().enumerate() {
            let mut at = |h: f64| {
                let values =
                    trainer.network_mut().parameter_mut(&name).expect("the gradient has the network's tensors");
                let start = values[i];
                values[i] = start + h;
                let loss = trainer.evaluate(&x, &classes).loss;
                trainer.network_mut().parameter_mut(&name).expect("as above")[i] = start;
                loss
            };
            let found = (at(H) - at(-H)) / (2.0 * H);
            (largest, difference) = (largest.max(derived.abs()), difference.max((found - derived).abs()));
        }
        Check { name, elements: tensor.values.len(), largest, difference }
    };
    gradient.parameters().map(check).collect()
}
