//! Neural networks as Rust types: `network!` checks every shape while the program compiles and generates the forward and
//! backward pass, with all memory planned.
//!
//! ```
//! use dnn::prelude::*;
//!
//! network! {
//!     /// Learns the exclusive or of two bits.
//!     pub struct Xor: [2] -> [1] {
//!         hidden: Linear<2, 8>,
//!         Tanh,
//!         output: Linear<8, 1>,
//!         Sigmoid,
//!     }
//! }
//!
//! let inputs = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]];
//! let targets = [[0.0], [1.0], [1.0], [0.0]];
//! let mut trainer = Trainer::new(Xor::init(&mut Rng::new(1)), Mse, Adam::new(0.05));
//! trainer.repeat(&inputs, &targets, 500);
//! let net = trainer.network();
//! for (input, [target]) in inputs.iter().zip(targets) {
//!     let [answer] = net.predict(input);
//!     assert_eq!(answer > 0.5, target > 0.5);
//! }
//! println!("{}", Xor::summary());
//! ```
//!
//! # The ideas
//!
//! - **A tensor is a nested array**, `[[f32; 28]; 28]`, and **a batch is a slice** of them, `&[[f32; 784]]`: the shape of a
//!   sample is a type, the number of samples is a length.
//! - **A network is a struct** whose fields are layers, whose fields are plain public arrays: `net.fc1.weight[3][5]`.
//! - **A gradient has the type of what it is the gradient of**: [`Parameters::Gradient`].
//! - **All memory has a place known before the program runs**: a `static`, the stack, a `Box` or a caller's slice.
//!
//! # The declaration
//!
//! [`network!`] documents the syntax and has a table of all layers, whose names, options and defaults are PyTorch's: from
//! [`Linear`] and [`Conv2d`] to [`Gru`], whose `step` takes one input at a time, and [`TransformerEncoderLayer`]. A layer of
//! your own is a type that implements [`Layer`] and derives [`Parameters`](derive@Parameters).
//!
//! # Functions
//!
//! [`differentiable`] derives the gradient of a function of tensors: of a formula by itself, of a loss, or of a layer of your
//! own.
//!
//! # Training
//!
//! [`Trainer`] does a step, many steps on one batch ([`repeat`](Trainer::repeat)), an evaluation or a whole
//! [`fit`](Trainer::fit) with a loss ([`Mse`], [`L1`], [`Huber`](struct@Huber), [`Bce`], [`BceWithLogits`],
//! [`CrossEntropy`](struct@CrossEntropy), [`Nll`](struct@Nll)) and an optimiser ([`Sgd`], [`Adam`], [`AdamW`], [`RmsProp`],
//! [`Adagrad`]). [`Memory`] holds everything that training needs in one `static`, for programs without a heap.
//!
//! # Weights
//!
//! [`save`](Parameters::save) and [`load`](Parameters::load) exchange weights with PyTorch in the
//! [safetensors](https://github.com/huggingface/safetensors) format, under the names of its `state_dict`:
//!
//! ```
//! use dnn::prelude::*;
//!
//! network! {
//!     struct Net: [2] -> [1] {
//!         fc1: Linear<2, 8>,
//!         Tanh,
//!         fc2: Linear<8, 1>,
//!     }
//! }
//!
//! # fn main() -> Result<(), WeightsError> {
//! # let path = std::env::temp_dir().join(format!("dnn-doc-{}.safetensors", std::process::id()));
//! # let path = path.to_str().unwrap();
//! let net = Net::init(&mut Rng::new(1));
//! net.save(path)?; // Python: net.load_state_dict(safetensors.torch.load_file(path))
//! let mut same = Net::zeros();
//! same.load(path)?; // Python: safetensors.torch.save_file(net.state_dict(), path)
//! assert_eq!(net.predict(&[0.5, 1.0]), same.predict(&[0.5, 1.0]));
//! # std::fs::remove_file(path).unwrap();
//! # Ok(())
//! # }
//! ```
//!
//! `#[weights("net.safetensors")]` before a declaration puts the file into the program: then `Net::WEIGHTS` is a
//! `&'static Net`, which [`network!`] describes together with budgets of memory and work.
//!
//! # Features
//!
//! | feature | default | brings |
//! |---|---|---|
//! | `std` | yes | the standard library's elementary functions but for those of `f32` that the crate has as vectors, files of data and weights, progress on a terminal; implies `alloc` |
//! | `alloc` | by `std` | `Trainer::new`, `boxed`, `predict_batch`, data sets, `to_safetensors` |
//! | `gemm` | yes | products of large matrices by `matrixmultiply`; implies `alloc` |
//! | `libm` | no | elementary functions from `libm` where there is no standard library |
//! | `rand_core` | no | any generator of `rand_core` initialises a network |
//! | `deterministic` | no | the same bits on every machine and target, see below |
//!
//! Without features the crate is `no_std`, has no heap and runs on a microcontroller.
//!
//! # The same bits on every machine
//!
//! With the feature `deterministic` the same program gives the same numbers, bit for bit: outputs, losses, gradients, weights
//! and the state of optimisers.
//!
//! - **On every machine**: any target, processor, opt-level and set of this crate's features. Every sum has one order, whatever
//!   the vectors are as wide as; no multiplication is fused with an addition; elementary functions are this crate's own, and
//!   `matrixmultiply` and `libm` are not called, even where they are there.
//! - **At any capacity**: a step gives the same bits whether the memory has room for one sample or for the whole batch. A
//!   network that calls a layer several times on a sample is trained one sample at a time.
//! - **Not between versions** of this crate: an order of sums may change.
//!
//! What it does not cover:
//!
//! - Which numbers are NaN is the same, the bits of a NaN are not: processors choose sign and payload themselves.
//! - Processors that do not round as IEEE 754 says: 32-bit x86 without SSE2 (`i586`), vectors of 32-bit ARM (NEON), which take
//!   subnormal numbers for zero, and any program that switches its processor to do so or to another rounding.
//! - Compilers that are told to fuse: `-Cllvm-args=-fp-contract=fast`.
//! - A layer, loss or optimiser of your own, and what a program computes beside the network, as it makes its data: they keep the
//!   promise if they call elementary functions by [`Scalar`] (those of the standard library differ between machines), add in one
//!   order, and let no thread, clock or `HashMap` decide. A layer of your own that uses a parameter several times on a sample
//!   adds to the gradient sample after sample, or says [`SHARES`](Layer::SHARES).
//!
//! The front page of the project has what was compared, and what it costs.

#![no_std]
#![forbid(unsafe_code)]

pub use dnn_core::*;
/// # Example
///
/// A layer of your own, in a network:
///
/// ```
/// use dnn::prelude::*;
///
/// /// y = a x, element by element; dx = a dy, da += x dy
/// #[derive(Parameters, Clone, Debug)]
/// pub struct Scale<const N: usize> {
///     #[init(1.0)]
///     factor: [f32; N],
/// }
///
/// impl<const N: usize> Layer<[f32; N]> for Scale<N> {
///     type Output = [f32; N];
///
///     fn infer(&self, x: &[[f32; N]], y: &mut [[f32; N]], _: &mut [f32]) {
///         for (x, y) in x.iter().zip(y) {
///             *y = std::array::from_fn(|i| self.factor[i] * x[i]);
///         }
///     }
///
///     fn backward(
///         &self,
///         _: &Pass,
///         x: &[[f32; N]],
///         _: &[[f32; N]],
///         _: &mut [f32],
///         dy: &mut [[f32; N]],
///         dx: Option<&mut [[f32; N]]>,
///         dp: Option<&mut Self>,
///     ) {
///         if let Some(dp) = dp {
///             for (x, dy) in x.iter().zip(dy.iter()) {
///                 for i in 0..N {
///                     dp.factor[i] += x[i] * dy[i]; // added
///                 }
///             }
///         }
///         for (dx, dy) in dx.into_iter().flatten().zip(dy) {
///             *dx = std::array::from_fn(|i| self.factor[i] * dy[i]); // written
///         }
///     }
/// }
///
/// network! {
///     struct Net: [3] -> [2] {
///         scale: Scale<3>,
///         fc: Linear<3, 2>,
///     }
/// }
///
/// let mut trainer = Trainer::new(Net::init(&mut Rng::new(0)), Mse, Sgd::new(0.1));
/// let loss = trainer.step(&[[1.0, 2.0, 3.0]], &[[0.0, 1.0]]);
/// assert!(trainer.evaluate(&[[1.0, 2.0, 3.0]], &[[0.0, 1.0]]).loss < f64::from(loss));
/// assert_ne!(trainer.network().parameter("scale.factor"), Some(&[1.0; 3][..]));
/// ```
pub use dnn_macros::Parameters;

#[doc = include_str!("differentiable.md")]
///
/// # Functions
///
#[doc = include_str!("functions.md")]
pub use dnn_macros::differentiable;

#[doc(hidden)]
pub use dnn_macros::{__budget, __network};

/// Declares one or more networks.
///
/// ```
/// use dnn::prelude::*;
///
/// network! {
///     const HIDDEN: usize = 16;
///
///     /// Documentation and attributes go to the struct.
///     #[derive(Clone, Debug)]
///     pub struct Net: [4, 4] -> [3] {
///         Flatten,                              // [16]
///         /// The documentation of the field `fc1`.
///         fc1: Linear<16, 2 * HIDDEN>,          // lengths: integers, names, + - * / %
///         LeakyRelu(0.1),                       // hyper-parameters in parentheses
///         fc2: Linear<2 * HIDDEN, HIDDEN, bias = false>,
///         Gelu<approximate = tanh>,             // options as key = value
///         Dropout(0.2),                         // absent in `predict`
///         fc3: Linear<HIDDEN, 3>,
///     }
/// }
///
/// let net = Net::init(&mut Rng::new(0));
/// let y: [f32; 3] = net.predict(&[[0.5; 4]; 4]);
/// # assert!(y.iter().all(|v| v.is_finite()));
/// assert_eq!(Net::PARAMETERS, 16 * 32 + 32 + 32 * 16 + 16 * 3 + 3);
/// ```
///
/// - The header gives the shape of one sample before and behind the network; both are checked.
/// - `struct Net` computes in `f32`, `struct Net<f64>` in `f64`, and `struct Net<T>` is generic over the two.
/// - A layer with parameters has a name, which becomes a public field. The fields are those of PyTorch's `state_dict`.
/// - `Linear<I, O>` takes `bias = true`, `false`, or `shared` for one element that is added to every output; it works on
///   the last dimension. `Reshape<16, -1>` computes one length. `Softmax<dim = 0>` works along a dimension of the sample,
///   the last one by default.
/// - An input of integers is written with their type, `[u16; 64] -> ..`; `Embedding<tokens, width>` takes them.
/// - `Conv2d<I, O, K>` takes `[I, H, W]`; a size is a number for all dimensions, or a list of rows and columns:
///   `Conv2d<3, 8, [5, 3], stride = 2, padding = [2, 1]>`, with `padding = same`, `dilation`, `groups` and `bias = false`.
///   `Conv1d` takes `[I, L]`; `ConvTranspose1d` and `ConvTranspose2d` have `output_padding` too. Pooling is written
///   `MaxPool2d<2>`, `AvgPool2d<3, stride = 2, padding = 1>`, `AdaptiveAvgPool2d<[2, 3]>`, `GlobalAvgPool`, zeros around
///   `ZeroPad2d<[left, right, top, bottom]>`, and another size `Upsample<scale_factor = 2, mode = bilinear>`.
/// - `Gru<I, H>`, `Lstm<I, H>` and `Rnn<I, H>` turn a sequence `[S, I]` into the states `[S, H]`, or into the last one with
///   `output = last`; `layers = 2`, `bidirectional = true` and `bias = false` are PyTorch's.
///   `MultiHeadAttention<E, heads>` is attention of a sequence `[S, E]` to itself; `causal = true` hides later steps, and
///   `attention(x, mask)` adds a mask to the scores.
///   `TransformerEncoderLayer<E, heads, F>` puts two products, F values between them, two norms and dropout around that.
/// - `norm: BatchNorm2d<C, affine = false>(eps = 1e-3, momentum = 0.01)`: numbers with a fraction stand in parentheses, by
///   name or in PyTorch's order.
/// - A name that is no built-in layer is a type of your own, `gate: Gate<8>`. What it gives is taken from the layers
///   behind it, or written with an arrow, `gate: Gate<8> -> [4]`; its type is checked against that.
/// - A layer under `#[frozen]` stays what it is: it has no gradient and no state in the optimiser, what leads to it alone
///   runs as in inference, and nothing of that is kept. `body: &'static Body` is a frozen layer outside of the network, such
///   as in flash: the field is a [`Frozen`] reference.
///
/// # Layers
///
#[doc = include_str!("layers.md")]
///
/// # Wiring
///
/// Without more said, layers run one after the other. `fn forward` says how else they are wired:
///
/// ```
/// use dnn::prelude::*;
///
/// network! {
///     /// Two layers and a way around them.
///     pub struct Block: [16] -> [16] {
///         fc1: Linear<16, 32>,
///         fc2: Linear<32, 16>,
///         drop: Dropout(0.1),
///         scale: Parameter<[16]>(0.5),            // a tensor by itself, which begins as 0.5
///
///         fn forward(x) {
///             let h = Relu(fc1(x));               // a declared layer by its name, another one by its word
///             Relu(drop(fc2(h)) * scale + x)      // x is used twice: its gradients are added
///         }
///     }
///
///     /// Several inputs, several outputs, and networks inside.
///     pub struct Actor: ([17], [6]) -> ([4], [1]) {
///         state_in: Linear<17, 10>,
///         action_in: Linear<6, 6>,
///         #[recompute]
///         blocks: [Block; 3],                     // blocks.0.fc1.weight, blocks.1.fc1.weight, ..
///         policy: Linear<16, 4>,
///         value: Linear<16, 1>,
///
///         fn forward(state, action) {
///             let both = Concat(Tanh(state_in(state)), Tanh(action_in(action)));
///             let h = blocks(both);
///             (policy(h), value(detach(h)))       // the gradient of `value` does not reach `h`
///         }
///     }
/// }
///
/// let net = Actor::init(&mut Rng::new(0));
/// let (policy, value): ([f32; 4], [f32; 1]) = net.predict(&[0.5; 17], &[0.1; 6]);
/// # assert!(policy.iter().chain(&value).all(|v| v.is_finite()));
///
/// let mut trainer = Trainer::new(net, (CrossEntropy, Mse), Adam::new(1e-3));
/// let (states, actions) = ([[0.5; 17]; 2], [[0.1; 6]; 2]);
/// let loss = trainer.step((&states, &actions), &[(3u8, [1.0]), (0u8, [0.0])]);
/// # assert!(loss.is_finite());
/// ```
///
/// - The body is `let` statements and a result. Values have names, each is made once, and all of them are used; a name may be
///   given anew. There are no loops, branches or references: a layer is repeated by `[Block; 3]`, called as one or by an
///   index, `blocks[0](x)`.
/// - `Word<lengths>(hyper-parameters)(values)` calls a layer without parameters where it is written, `Dropout(0.2)(x)`;
///   `Relu(x)` is enough where nothing stands before the values. A declared layer that is called twice has one set of weights.
/// - `+`, `-` and `*` work element by element with PyTorch's broadcasting over the dimensions of a sample; one side may be a
///   number. `detach(x)` is x without its gradient.
/// - `Concat<axis = 0>(a, b)`, `let (a, b) = Split<axis = 0>(x);` in equal parts or in those of `Split<3, 5>`, `Permute<1, 0>(x)`,
///   `Squeeze<axis = -1>(x)`, `Unsqueeze<axis = 0>(x)`, `Mean<axis = -1>(x)`, `Add(a, b, c)`, `Multiply(a, b)`: axes are those of
///   a sample.
/// - `scale: Parameter<[16, 1, 1]>` is a tensor by itself, `net.scale`, that begins with zeros, with a value, `(1.0)`, or with random
///   numbers, `(uniform = 0.1)`.
/// - Several inputs stand in parentheses in the header and are as many arguments of `predict`; a batch of them is a tuple of
///   slices. `[u16; 64]` is an input of integers, for layers that take such. At most four inputs and four outputs are possible.
/// - Several outputs are a tuple: as target there is a tuple for each sample, and as loss one of losses, which are added.
///   In a slice of outputs a sample is an [`Outputs2`]; in another network they lie one after the other, as one vector.
/// - A network is a layer. The shape of one in the same `network!` is known, and its workspace is a buffer of the memory plan;
///   the shape of another one follows from what is behind it or is written behind an arrow, as with a layer of your own, and
///   its workspace lies behind the plan.
/// - `#[recompute]` before a nested network trades time for memory: what it keeps for the backward pass is computed
///   there once more, in memory that all such networks share. Statistics over the batch exclude that.
///
/// # Weights in the program
///
/// ```
/// use dnn::prelude::*;
///
/// network! {
/// # /*
///     #[weights("digits.safetensors")]
/// # */
/// #   #[weights("../examples/firmware/data/digits.safetensors")]
///     pub struct Digits: [64] -> [10] {
///         fc1: Linear<64, 32>,
///         Relu,
///         fc2: Linear<32, 10>,
///     }
/// }
///
/// static NET: &Digits = Digits::WEIGHTS;
///
/// let logits = NET.predict(&[0.5; 64]);
/// let mut memory: Memory<Digits, Sgd, 1> = const { Memory::new() };
/// memory.load(Digits::WEIGHTS);
/// assert_eq!(memory.network().predict(&[0.5; 64]), logits);
/// ```
///
/// `#[weights("..")]` makes a `static` of the network and the constant `WEIGHTS: &'static Self`, which other constants and
/// statics may use. The numbers lie in the program once, among what is not written to: on a microcontroller in flash. The
/// path is that of [`include_bytes!`], relative to the source file; a macro may stand for it,
/// `concat!(env!("OUT_DIR"), "/net.safetensors")`. A file that has changed is compiled again.
///
/// The file is one of the [safetensors](https://github.com/huggingface/safetensors) format, such as
/// [`save`](Parameters::save) writes, or PyTorch with `safetensors.torch.save_file(model.state_dict(), ..)`. It is compared
/// with the declaration while the program compiles: every tensor that is missing, of another shape or of another type is an
/// error at its layer; one too many, and a file that is cut off or of another format, is one at the path. The
/// `num_batches_tracked` of PyTorch's normalisations is passed over. A layer behind `&'static` has no numbers in the file: it
/// is the `WEIGHTS` of its own type.
///
/// Where the file is made by a program with the same declaration, the attribute stands under a condition:
/// `#[cfg_attr(target_os = "none", weights("digits.safetensors"))]`. A megabyte takes the compiler about 0.1 seconds.
///
/// # Budgets
///
/// ```
/// # use dnn::prelude::*;
/// network! {
///     #[budget(parameters = 10 KiB, inference = 1 KiB, macs = 3_000)]
///     pub struct Digits: [64] -> [10] {
///         fc1: Linear<64, 32>,
///         Relu,
///         fc2: Linear<32, 10>,
///     }
/// }
/// # assert!(Digits::PARAMETER_BYTES <= 10240 && Digits::INFERENCE_BYTES <= 1024 && Digits::MACS <= 3000);
/// ```
///
/// `#[budget(..)]` limits any of `parameters`, the bytes of all tensors that the network holds ([`PARAMETER_BYTES`]),
/// `inference`, the bytes of scratch that `predict` takes on the stack ([`INFERENCE_BYTES`]), and `macs`, the
/// multiply-accumulates for one sample ([`MACS`]). What exceeds its limit is an error there, with both numbers and the largest
/// layers or buffers. Bytes have a unit, `B`, `KB` (1000), `KiB` (1024), `MB` or `MiB`; multiply-accumulates are a number, or one
/// with `k` or `M`; both may use the names of the block. The memory to train in depends on optimiser and capacity, and has
/// a budget of its own: [`budget!`].
///
/// [`PARAMETER_BYTES`]: Summary::parameter_bytes
/// [`INFERENCE_BYTES`]: Summary::inference_bytes
/// [`MACS`]: Summary::macs
///
/// # Alignment
///
/// ```
/// # use dnn::prelude::*;
/// network! {
///     #[repr(align(64))]
///     pub struct Mlp: [784] -> [10] {
///         fc1: Linear<784, 128>,
///         Relu,
///         fc2: Linear<128, 10>,
///     }
/// }
///
/// let net = Mlp::boxed(&mut Rng::new(1));
/// assert!((&raw const *net).addr().is_multiple_of(64));
/// assert_eq!((Mlp::PARAMETER_BYTES, size_of::<Mlp>()), (407_080, 407_104));
/// # let _ = net.predict(&[0.0; 784]);
/// ```
///
/// A network begins where its scalars may begin, and memory from the heap behind a few bytes of bookkeeping. `#[repr(align(64))]`
/// lets it begin with a line of the cache, in a `Box`, a `static`, a `Memory` or on the stack; results are the same to the bit.
/// Inference of one sample, which waits for the weights, is faster for it: of the network above by a tenth with AVX-512 and by a
/// fifth with AVX2, and on 64 samples by 2 %, where rows of weights, here of 3136 bytes, are whole lines. A trainer on the heap
/// aligns its own memory, whatever is written here. On a microcontroller it gives a network to a DMA controller, or to a cache
/// that is cleaned by lines.
///
/// Padding lies behind the parameters then, up to the next multiple, and is no part of `flat`, of files or of
/// `PARAMETER_BYTES`; it is part of `size_of`, and of [`budget!`]. Inside another network there is no room for it: a network
/// whose parameters do not fill its lines can only be the last one there, and another one is a compile error. It is the outer network
/// that is aligned then, with all in it.
///
/// # What is generated
///
/// Every network has `init`, `zeros`, `boxed`, `predict`, `predict_batch`, `summary`, the constants `PARAMETERS`, `MACS`,
/// `PARAMETER_BYTES`, `INFERENCE_BYTES`, `TRAINING_BYTES` and, with a file, `WEIGHTS`, the constant functions `inference_workspace` and
/// `training_workspace`, and implements [`Network`], [`Layer`] (`infer`, `forward`, `backward`) and [`Parameters`]
/// (tensors by name, flat slices, weights in files).
#[macro_export]
macro_rules! network {
    ($($tokens:tt)*) => { $crate::__network! { {$crate::__private} $($tokens)* } };
}

/// Limits the bytes that a [`Memory`] takes: more is a compile error, with the number, the limit, and what takes the most.
///
/// ```
/// use dnn::prelude::*;
///
/// network! {
///     struct Digits: [64] -> [10] {
///         fc1: Linear<64, 32>,
///         Relu,
///         fc2: Linear<32, 10>,
///     }
/// }
///
/// static MEMORY: Memory<Digits, Adam, 8> = Memory::new();
/// budget!(Memory<Digits, Adam, 8>, ram = 48 KiB);
/// # assert!(size_of_val(&MEMORY) <= 48 * 1024);
/// ```
///
/// The limit is a number of `B`, `KB` (1000), `KiB` (1024), `MB` or `MiB`. The memory holds the weights, the gradient, what
/// the optimiser remembers, and the workspace and the outputs of as many samples as it has room for; the stack that a step
/// takes is not in it. The type may be written by any name that it has. The limits of a network itself are its attribute
/// `#[budget(..)]`, see [`network!`].
///
/// ```compile_fail
/// # use dnn::prelude::*;
/// # network! {
/// #     struct Digits: [64] -> [10] {
/// #         fc1: Linear<64, 32>,
/// #         Relu,
/// #         fc2: Linear<32, 10>,
/// #     }
/// # }
/// budget!(Memory<Digits, Adam, 8>, ram = 40 KiB); // it takes 41256 B
/// ```
#[macro_export]
macro_rules! budget {
    ($($tokens:tt)*) => { $crate::__budget! { {$crate::__private} $($tokens)* } };
}

/// What generated code names.
#[doc(hidden)]
pub mod __private {
    pub use dnn_core::__private::*;
    pub use dnn_core::*;
}

/// What most programs use: `use dnn::prelude::*;`
pub mod prelude {
    pub use crate::{Parameters, budget, differentiable, network};
    pub use dnn_core::layers::*;
    pub use dnn_core::{
        Adagrad, Adam, AdamW, Amsgrad, Bce, BceWithLogits, Centered, Class, CrossEntropy, EachStep, Evaluation, Extent,
        Generator, Huber, InPlace, L1, Label, Layer, Loss, Memory, Momentum, Mse, Network, Nll, Optimizer, Pass,
        RmsProp, Rng, Scalar, Sgd, Sum, Summary, Tensor, Trainer, WeightsFault, clip_norm, clip_value,
    };
    #[cfg(feature = "std")]
    pub use dnn_core::{Csv, DataError, WeightsError};
    #[cfg(feature = "alloc")]
    pub use dnn_core::{Dataset, Epoch, Fit, FitError, History};
}

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
