//! Random networks that are valid, as text, and the same with one number broken. The rules are written once more here, so
//! that the macro is compared with something.

/// A generator of random numbers (D. Knuth's 64-bit linear congruential one, upper bits), the same for the same seed.
pub(crate) struct Random(u64);

impl Random {
    /// Starts at a seed.
    pub(crate) fn new(seed: u64) -> Random {
        let mut random = Random(seed);
        random.below(1);
        random
    }

    /// A number from 0 up to, but without, `bound`.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % bound
    }

    fn pick<'a, I>(&mut self, items: &'a [I]) -> &'a I {
        &items[self.below(items.len())]
    }
}

#[derive(Clone)]
enum Layer {
    Linear {
        name: String,
        inputs: usize,
        outputs: usize,
        bias: &'static str,
    },
    Flatten,
    /// `None` is written as -1.
    Reshape(Vec<Option<usize>>),
    /// It keeps the shape.
    Same(String),
}

/// A network that is a chain of layers.
#[derive(Clone)]
pub(crate) struct Chain {
    scalar: &'static str,
    input: Vec<usize>,
    layers: Vec<Layer>,
    output: Vec<usize>,
}

/// Where the shapes of a chain do not fit: the layer, and the two numbers or shapes that a message has to name.
#[derive(Debug)]
pub(crate) struct Disagreement {
    /// The layer, or the last one where the header is not reached.
    pub(crate) layer: String,
    /// What is demanded.
    pub(crate) takes: String,
    /// What is there instead.
    pub(crate) gives: String,
}

const SAME: [&str; 14] = [
    "Relu",
    "LeakyRelu",
    "LeakyRelu(0.2)",
    "Elu",
    "Elu(alpha = 0.5)",
    "Sigmoid",
    "Tanh",
    "Silu",
    "Gelu",
    "Gelu<approximate = tanh>",
    "Softplus",
    "Softplus(2.0, threshold = 15.0)",
    "Dropout",
    "Dropout(0.25)",
];

impl Chain {
    /// A valid network: 1 to 8 layers over tensors of 1 to 3 dimensions.
    pub(crate) fn random(random: &mut Random) -> Chain {
        let input: Vec<usize> = (0..1 + random.below(3)).map(|_| 1 + random.below(5)).collect();
        let (mut dims, mut layers) = (input.clone(), Vec::new());
        for at in 0..1 + random.below(8) {
            let layer = match random.below(8) {
                0..3 => {
                    let (name, inputs, outputs) = (format!("fc{}", at + 1), dims[dims.len() - 1], 1 + random.below(9));
                    let bias = *random.pick(&["", "", ", bias = true", ", bias = false", ", bias = shared"]);
                    Layer::Linear { name, inputs, outputs, bias }
                }
                3 => Layer::Flatten,
                4 => Layer::Reshape(regrouped(dims.iter().product(), random)),
                5 => {
                    let word = *random.pick(&["Softmax", "LogSoftmax"]);
                    let dim = random.below(2 * dims.len()) as i64 - dims.len() as i64;
                    Layer::Same(if random.below(2) == 0 { word.to_owned() } else { format!("{word}<dim = {dim}>") })
                }
                _ => Layer::Same((*random.pick(&SAME)).to_owned()),
            };
            dims = after(&layer, &dims).expect("a layer that fits");
            layers.push(layer);
        }
        Chain { scalar: ["", "<f64>", "<T>"][random.below(3)], input, layers, output: dims }
    }

    /// What the network computes in: nothing for `f32`, `<f64>` or `<T>`.
    pub(crate) fn scalar(&self) -> &'static str {
        self.scalar
    }

    /// The declaration, computing in `scalar`.
    pub(crate) fn declaration(&self, name: &str, scalar: &str) -> String {
        let mut text = format!("/// Random.\npub struct {name}{scalar}: {:?} -> {:?} {{\n", self.input, self.output);
        for layer in &self.layers {
            text += &match layer {
                Layer::Linear { name, inputs, outputs, bias } => {
                    format!("    {name}: Linear<{}, {outputs}{bias}>,\n", arithmetic(*inputs))
                }
                Layer::Flatten => "    Flatten,\n".to_owned(),
                Layer::Reshape(dims) => {
                    let dims: Vec<String> =
                        dims.iter().map(|dim| dim.map_or("-1".to_owned(), |dim| dim.to_string())).collect();
                    format!("    Reshape<{}>,\n", dims.join(", "))
                }
                Layer::Same(text) => format!("    {text},\n"),
            };
        }
        text + "}\n"
    }

    /// The declaration in its own scalar.
    pub(crate) fn text(&self) -> String {
        self.declaration("Net", self.scalar)
    }

    /// Where the shapes do not fit, if they do not.
    pub(crate) fn disagreement(&self) -> Option<Disagreement> {
        let mut dims = self.input.clone();
        for layer in &self.layers {
            match after(layer, &dims) {
                Ok(next) => dims = next,
                Err((takes, gives)) => {
                    let (takes, gives) = (takes.to_string(), gives.to_string());
                    return Some(Disagreement { layer: label(layer), takes, gives });
                }
            }
        }
        let (takes, gives) = (format!("{:?}", self.output), format!("{dims:?}"));
        let layer = self.layers.last().map_or(String::new(), label);
        (dims != self.output).then_some(Disagreement { layer, takes, gives })
    }

    /// The same network with one of its numbers changed such that it does not fit any more.
    pub(crate) fn broken(&self, random: &mut Random) -> Chain {
        loop {
            let mut chain = self.clone();
            let mut numbers: Vec<&mut usize> = chain.input.iter_mut().chain(&mut chain.output).collect();
            for layer in &mut chain.layers {
                match layer {
                    Layer::Linear { inputs, outputs, .. } => numbers.extend([inputs, outputs]),
                    Layer::Reshape(dims) => numbers.extend(dims.iter_mut().flatten()),
                    Layer::Flatten | Layer::Same(_) => {}
                }
            }
            let at = random.below(numbers.len());
            *numbers[at] += 1 + random.below(40);
            if chain.disagreement().is_some() {
                return chain;
            }
        }
    }
}

/// The shape behind a layer, or what it takes and what it is given.
fn after(layer: &Layer, dims: &[usize]) -> Result<Vec<usize>, (usize, usize)> {
    let elements: usize = dims.iter().product();
    match layer {
        Layer::Linear { inputs, outputs, .. } => {
            let (last, lead) = dims.split_last().expect("a shape with a dimension");
            if last != inputs {
                return Err((*inputs, *last));
            }
            Ok([lead, &[*outputs]].concat())
        }
        Layer::Flatten => Ok(vec![elements]),
        Layer::Reshape(to) => {
            let product: usize = to.iter().flatten().product();
            let fits = if to.contains(&None) { elements.is_multiple_of(product) } else { elements == product };
            if fits {
                Ok(to.iter().map(|dim| dim.unwrap_or(elements / product)).collect())
            } else {
                Err((product, elements))
            }
        }
        Layer::Same(_) => Ok(dims.to_vec()),
    }
}

/// What messages call a layer.
fn label(layer: &Layer) -> String {
    match layer {
        Layer::Linear { name, .. } => name.clone(),
        Layer::Flatten => "Flatten".to_owned(),
        Layer::Reshape(_) => "Reshape".to_owned(),
        Layer::Same(text) => text.split(['<', '(']).next().unwrap_or_default().to_owned(),
    }
}

/// `elements` in up to three dimensions, one of which may be left to compute.
fn regrouped(elements: usize, random: &mut Random) -> Vec<Option<usize>> {
    let (mut left, mut dims) = (elements, Vec::new());
    for _ in 0..random.below(3) {
        let divisors: Vec<usize> = (1..=left).filter(|divisor| left % divisor == 0).collect();
        let length = *random.pick(&divisors);
        dims.push(Some(length));
        left /= length;
    }
    dims.push(Some(left));
    if random.below(2) == 0 {
        let at = random.below(dims.len());
        dims[at] = None;
    }
    dims
}

/// A number, sometimes as arithmetic.
fn arithmetic(number: usize) -> String {
    match number % 4 {
        0 => format!("4 * {}", number / 4),
        3 => format!("({number} * 2 + 1) / 2"),
        _ => number.to_string(),
    }
}
